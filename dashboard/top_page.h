// SPDX-License-Identifier: Apache-2.0
/*
 * top_page: lines of text with styles, at most so many columns wide: what a screen draws and what
 * --once prints. Pure; memory is base.h's. Whatever is put into it can be given to a terminal
 * (text_fit), and no line gets wider than the page.
 */
#ifndef TIENDO_DASHBOARD_TOP_PAGE_H
#define TIENDO_DASHBOARD_TOP_PAGE_H

#include "common/sys/base.h"

/* What a run of text is; how that looks is the screen's. Nothing is said by style alone. */
enum top_style {
	TOP_PLAIN,
	TOP_TITLE,
	TOP_HEAD,    /* of a part */
	TOP_FOCUS,   /* ... that has the keys */
	TOP_DIM,
	TOP_GOOD,
	TOP_WARN,
	TOP_BAD,
	TOP_CHOSEN,  /* the row that Enter opens */
	TOP_BAR      /* the line of keys */
};

struct top_run {
	size_t at, size; /* in the page's text; a NUL stands behind it */
	enum top_style style;
};

struct top_line {
	size_t first, n; /* runs */
};

/* {0} is empty; top_page_free. */
struct top_page {
	size_t width;
	struct buffer text;
	struct top_run *runs;
	size_t runs_n, runs_size;
	struct top_line *lines;
	size_t lines_n, lines_size;
	size_t used; /* columns of the line that is being written */
	size_t line_runs;
};

void top_page_begin(struct top_page *p, size_t width); /* empties it */
void top_page_free(struct top_page *p);

/* ---- the line at the end of the page ---- */

void top_put(struct top_page *p, enum top_style style, const char *text);
__attribute__((format(printf, 3, 4))) void top_putf(struct top_page *p, enum top_style style,
						    const char *format, ...);
/* Text within `columns`, cut when it is longer, and spaces up to them; _right: spaces before it. */
void top_cell(struct top_page *p, enum top_style style, const char *text, size_t columns);
void top_cell_right(struct top_page *p, enum top_style style, const char *text, size_t columns);
/* Spaces until `column` is the next one. */
void top_pad(struct top_page *p, enum top_style style, size_t column);
size_t top_left(const struct top_page *p); /* columns */
void top_end(struct top_page *p);          /* of the line */

/* A whole line as plain text, without spaces at its end. */
void top_page_plain(const struct top_page *p, size_t line, struct buffer *out);
static inline const char *top_run_text(const struct top_page *p, const struct top_run *r)
{
	return (const char *)p->text.data + r->at;
}

#endif
