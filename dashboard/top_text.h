// SPDX-License-Identifier: Apache-2.0
/*
 * top_text: a board as lines: the same for a screen of any size and for --once. Pure.
 *
 *   head     the place and how one came there, the office's date, is the line live, an example?
 *   totals   each plan: its bar of tasks, overdue, reported n/N, score
 *   units    directly below, the worst first
 *   silent   who owes a report, since when, whom to call
 *   events   what moved last
 *   keys     on a screen only
 *
 * Numbers are never without their n/N; what colour says, a letter says too.
 */
#ifndef TIENDO_DASHBOARD_TOP_TEXT_H
#define TIENDO_DASHBOARD_TOP_TEXT_H

#include "common/domain/says.h"
#include "dashboard/top_board.h"
#include "dashboard/top_page.h"

enum {
	TOP_WIDTH_MIN = 40, /* narrower pages are drawn as this wide, and cut */
	TOP_WIDTH_MAX = 200,
	TOP_ONCE_ROWS = 20 /* of each part; how many there are is said */
};

enum top_part { TOP_TOTALS, TOP_UNITS, TOP_SILENT, TOP_EVENTS, TOP_PARTS };

/* What the reader has done; kept between pages. */
struct top_view {
	enum language language;
	enum top_part focus;
	size_t chosen[TOP_PARTS]; /* row, brought back into bounds by top_text */
	size_t from[TOP_PARTS];   /* first row shown; moved by top_text so that the chosen one is */
	size_t rows[TOP_PARTS];   /* told by top_text: how many are shown */
	bool help;
	const char *crumbs; /* codes of the places passed through, "40 > " */
};

struct top_show {
	const struct top_board *board;
	const struct top_silent *silent;
	const struct top_events *events;
	bool live;          /* the line to the centre */
	struct instant now; /* the last that was heard of its clock */
};

/* height 0: no screen: all there is (TOP_ONCE_ROWS of each part), nothing chosen, no keys. */
void top_text(struct top_page *p, const struct top_show *s, struct top_view *v, size_t width,
	      size_t height);
/* The i-th event of the plans shown; NULL = there are not so many. */
const struct top_event *top_text_event(const struct top_show *s, size_t i);
/* Rows that a part has. */
size_t top_text_rows(const struct top_show *s, enum top_part part);

/* ---- tried by itself ---- */

/* Columns of a bar of `width` for four counts (done, in progress, not started, not reported): what
 * is there has at least one, if there are so many; only what is whole fills it. */
void top_bar(const uint32_t counts[static 4], size_t width, size_t out[static 4]);

#endif
