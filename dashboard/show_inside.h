// SPDX-License-Identifier: Apache-2.0
/* show_inside: what the files of show and the lists of figures share; nobody else includes it. */
#ifndef TIENDO_DASHBOARD_SHOW_INSIDE_H
#define TIENDO_DASHBOARD_SHOW_INSIDE_H

#include "dashboard/show.h"

__attribute__((format_arg(2), format_arg(3))) const char *show_says(enum language l, const char *vi,
								    const char *en);
/* The figure in a few words; its value; its target: nothing when it has none. */
void show_main(struct buffer *out, const struct reading *r, enum language l);
void show_value(struct buffer *out, const struct reading *r, enum language l);
void show_target(struct buffer *out, const struct reading *r, enum language l);
/* Done in time / done late / not done, in time / overdue; nothing where there is no task. */
void show_deadlines(struct buffer *out, const struct reading *r, enum language l);

#endif
