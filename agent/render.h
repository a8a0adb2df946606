// SPDX-License-Identifier: Apache-2.0
/*
 * render: how a figure, a date and a table look to a clerk: 1.387 and 98,43 % in Vietnamese,
 * columns by the width of letters. Never: judges, reads anything. Writes into the buffer given.
 */
#ifndef TIENDO_AGENT_RENDER_H
#define TIENDO_AGENT_RENDER_H

#include "agent/desk.h"
#include "agent/draft.h"

/* 1.387 (vi), 1,387 (en) */
void render_integer(struct buffer *out, enum language l, int64_t n);
/* 89,5 of hundredths; 5,62 */
void render_hundredths(struct buffer *out, enum language l, int64_t n);
/* 98,43 %; "–" when d = 0 */
void render_percent(struct buffer *out, enum language l, int64_t n, int64_t d);
/* 31/03/2024 (vi), 2024-03-31 (en); "–" for none */
void render_date(struct buffer *out, enum language l, struct date date);
/* 31/03/2024 14:05 in office time; "–" for none */
void render_time(struct buffer *out, enum language l, int64_t ms);
/* "đang thực hiện 40 %", "39.735 / 93.746 = 42,39 %" */
void render_body(struct buffer *out, enum language l, const struct update *u);
/* The same as members: body, as_of, and what the body has of state, percent, value, denominator. */
void render_figure_json(struct json *j, const struct update *u);
/* A value as the clerk wrote it, to be shown again: what is no character or a control becomes `?`, a
 * page is cut. Returns `out`. */
const char *render_value(const char *text, char out[static CSV_VALUE_MAX]);
/* Why, in a sentence. What the office's part of the catalogue does not know may exist elsewhere. */
const char *render_fault(struct draft_fault f, enum language l);
/* 0a1b2c3d-17-2 */
void render_receipt(struct buffer *out, const uint8_t *incarnation, uint64_t entry, uint32_t index);

/* What a terminal may be given: bytes that are no character, and controls, become `?`. */
void render_plain(struct buffer *out, const char *text);

/* The end of every output: what kind of store it is; closes the JSON object. */
void render_end(struct desk *d);

/* A table: cells row by row, the first row is the head. */
enum { RENDER_COLUMNS = 8 };
struct render_table {
	size_t columns, cells;
	bool right[RENDER_COLUMNS]; /* numbers */
	struct buffer text;         /* cells, each with a NUL */
	struct buffer cell;         /* the one being written */
};
/* Ends the cell written into t->cell. */
void render_cell(struct render_table *t);
void render_cell_text(struct render_table *t, const char *text);
/* Writes and empties it. */
void render_table(struct buffer *out, struct render_table *t);
void render_table_free(struct render_table *t); /* without writing */

#endif
