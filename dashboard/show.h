// SPDX-License-Identifier: Apache-2.0
/*
 * show: readings for people: aligned, in Vietnamese or English, 1.387 and 98,43 % (1,387
 * and 98.43 %), never a figure without how many of how many it stands on. Pure; appends to `out`.
 */
#ifndef TIENDO_DASHBOARD_SHOW_H
#define TIENDO_DASHBOARD_SHOW_H

#include "common/domain/says.h"
#include "common/sys/base.h"
#include "dashboard/report.h"

enum { SHOW_NUMBER = 40 };

/* Each returns out. */
char *show_number(int64_t n, enum language l, char out[static SHOW_NUMBER]);     /* 1.387 */
char *show_percent(int64_t bp, enum language l, char out[static SHOW_NUMBER]);   /* 98,43 % */
char *show_hundredths(int64_t n, enum language l, char out[static SHOW_NUMBER]); /* 89,5 */
char *show_date(struct date d, enum language l,
		char out[static SHOW_NUMBER]);                   /* 31/03/2024; "" for none */
const char *show_state(enum cell_state state, enum language l); /* "đang thực hiện"; NULL for a value */
char *show_time(struct instant t, char out[static SHOW_NUMBER]); /* 31/03/2024 08:15:02 (UTC+7) */

/* Lines every answer begins with: an example, a simulated time, figures of a generation that has
 * passed. */
void show_sight(struct buffer *out, const struct sight *s, enum language l);
/* Everything about one figure. */
void show_figure(struct buffer *out, const struct reading *r, enum language l);
/* Many of them, one a line; with_unit: they stand at different places. */
void show_figures(struct buffer *out, const struct reading *list, size_t n, bool with_unit,
		  enum language l);
/* A figure has moved. before NULL: it was not known. */
void show_move(struct buffer *out, const struct reading *r, const struct figure *before,
	       struct instant at, enum language l);
void show_report(struct buffer *out, const struct report *r, enum language l);

#endif
