// SPDX-License-Identifier: Apache-2.0
/* render_inside: what the files of render share; nobody else includes it. */
#ifndef TIENDO_DASHBOARD_RENDER_INSIDE_H
#define TIENDO_DASHBOARD_RENDER_INSIDE_H

#include "dashboard/render.h"

__attribute__((format_arg(2), format_arg(3))) const char *
render_says(enum language l, const char *vi, const char *en);
/* The figure in a few words; its value; its target: nothing when it has none. */
void render_main(struct buffer *out, const struct reading *r, enum language l);
void render_value(struct buffer *out, const struct reading *r, enum language l);
void render_target(struct buffer *out, const struct reading *r, enum language l);

#endif
