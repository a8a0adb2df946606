// SPDX-License-Identifier: Apache-2.0
#include "dashboard/table.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/text.h"

void table_open(struct table *t, size_t columns)
{
	assert(columns <= TABLE_COLUMNS);
	*t = (struct table){.columns = columns};
}

void table_close(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	*t = (struct table){0};
}

/* Cuts to TABLE_TEXT columns, on a whole letter with its marks. */
static void shorten(char *text)
{
	size_t size = strlen(text), end = size;

	while (text_width(text) > TABLE_TEXT - 1 && end > 0) {
		do
			end--;
		while (end > 0 && ((uint8_t)text[end] & 0xc0) == 0x80);
		text[end] = '\0';
	}
	if (end < size)
		memcpy(text + end, "…", sizeof("…"));
}

void table_cell(struct table *t, const char *text)
{
	size_t column = t->n % t->columns;
	char *copy = base_alloc(strlen(text) + sizeof("…"));

	strcpy(copy, text);
	for (char *c = copy; (c = strpbrk(c, "\n\t"));) /* a free text stays in its line */
		*c = ' ';
	if (t->cut[column] && text_width(copy) > TABLE_TEXT)
		shorten(copy);
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->cells = base_grow(t->cells, t->size, sizeof(*t->cells));
	}
	t->cells[t->n++] = copy;
	size_t width = text_width(copy);
	if (width > t->width[column])
		t->width[column] = width;
}

void table_format(struct table *t, const char *format, ...)
{
	char text[512];
	va_list list;

	va_start(list, format);
	vsnprintf(text, sizeof(text), format, list);
	va_end(list);
	table_cell(t, text);
}

static void spaces(struct buffer *out, size_t n)
{
	while (n--)
		buffer_put_u8(out, ' ');
}

void table_print(const struct table *t, size_t indent, struct buffer *out)
{
	for (size_t i = 0; i < t->n; i++) {
		size_t column = i % t->columns, width = text_width(t->cells[i]);
		size_t pad = t->width[column] - width;

		if (column == 0)
			spaces(out, indent);
		if (t->right[column])
			spaces(out, pad);
		buffer_put_text(out, t->cells[i]);
		if (column + 1 == t->columns || i + 1 == t->n) {
			while (out->size && out->data[out->size - 1] == ' ')
				out->size--;
			buffer_put_u8(out, '\n');
			continue;
		}
		spaces(out, (t->right[column] ? 0 : pad) + 2);
	}
}
