// SPDX-License-Identifier: Apache-2.0
#include "dashboard/top_page.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/text.h"

enum { FIT_BYTES = 1024 /* the widest page in letters of four bytes */, FORMAT_BYTES = 1024 };

void top_page_begin(struct top_page *p, size_t width)
{
	p->width = width;
	buffer_clear(&p->text);
	p->runs_n = p->lines_n = p->used = p->line_runs = 0;
}

void top_page_free(struct top_page *p)
{
	buffer_free(&p->text);
	free(p->runs);
	free(p->lines);
	*p = (struct top_page){0};
}

size_t top_left(const struct top_page *p)
{
	return p->width - p->used;
}

/* Text that fits and may be shown. */
static void put_run(struct top_page *p, enum top_style style, const char *text, size_t columns)
{
	if (!*text)
		return;
	if (p->runs_n == p->runs_size) {
		p->runs_size = p->runs_size ? p->runs_size * 2 : 64;
		p->runs = base_grow(p->runs, p->runs_size, sizeof(*p->runs));
	}
	p->runs[p->runs_n++] =
		(struct top_run){.at = p->text.size, .size = strlen(text), .style = style};
	buffer_put(&p->text, text, strlen(text) + 1);
	p->line_runs++;
	p->used += columns;
}

void top_put(struct top_page *p, enum top_style style, const char *text)
{
	char fit[FIT_BYTES];
	size_t columns = text_fit(text, top_left(p), fit, sizeof(fit));

	put_run(p, style, fit, columns);
}

void top_putf(struct top_page *p, enum top_style style, const char *format, ...)
{
	char text[FORMAT_BYTES];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	top_put(p, style, text);
}

static void spaces(struct top_page *p, enum top_style style, size_t n)
{
	char text[FIT_BYTES];

	if (n > top_left(p))
		n = top_left(p);
	if (n >= sizeof(text))
		n = sizeof(text) - 1;
	memset(text, ' ', n);
	text[n] = '\0';
	put_run(p, style, text, n);
}

void top_pad(struct top_page *p, enum top_style style, size_t column)
{
	if (column > p->used)
		spaces(p, style, column - p->used);
}

static void cell(struct top_page *p, enum top_style style, const char *text, size_t columns,
		 bool right)
{
	char fit[FIT_BYTES];

	if (columns > top_left(p))
		columns = top_left(p);
	size_t used = text_fit(text, columns, fit, sizeof(fit));
	if (right)
		spaces(p, style, columns - used);
	put_run(p, style, fit, used);
	if (!right)
		spaces(p, style, columns - used);
}

void top_cell(struct top_page *p, enum top_style style, const char *text, size_t columns)
{
	cell(p, style, text, columns, false);
}

void top_cell_right(struct top_page *p, enum top_style style, const char *text, size_t columns)
{
	cell(p, style, text, columns, true);
}

void top_end(struct top_page *p)
{
	if (p->lines_n == p->lines_size) {
		p->lines_size = p->lines_size ? p->lines_size * 2 : 64;
		p->lines = base_grow(p->lines, p->lines_size, sizeof(*p->lines));
	}
	p->lines[p->lines_n++] =
		(struct top_line){.first = p->runs_n - p->line_runs, .n = p->line_runs};
	p->used = p->line_runs = 0;
}

void top_page_plain(const struct top_page *p, size_t line, struct buffer *out)
{
	const struct top_line *l = &p->lines[line];
	size_t from = out->size;

	for (size_t i = 0; i < l->n; i++)
		buffer_put_text(out, top_run_text(p, &p->runs[l->first + i]));
	while (out->size > from && out->data[out->size - 1] == ' ')
		out->size--;
}
