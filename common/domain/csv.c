// SPDX-License-Identifier: Apache-2.0
#include "common/domain/csv.h"

#include <stdlib.h>
#include <string.h>

#include "common/domain/text.h"

struct csv {
	char *at, *end; /* what is not read yet, in `text` */
	char *text; /* our copy; fields are unquoted and ended by NUL in place: they live on */
	char separator;
	unsigned line;	 /* of at */
	unsigned record; /* where the current record begins */
	enum csv_fault fault;
	size_t columns_n;   /* known columns */
	size_t header_n;    /* columns of this file */
	size_t *header;	    /* file's column -> known column */
	const char **field; /* by known column */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* White space at both ends, the no-break space too: people paste from web pages. */
static char *trim(char *s, char *e)
{
	for (;;) {
		if (s < e && is_blank(*s))
			s++;
		else if (e - s >= 2 && memcmp(s, "\xc2\xa0", 2) == 0)
			s += 2;
		else
			break;
	}
	for (;;) {
		if (s < e && is_blank(e[-1]))
			e--;
		else if (e - s >= 2 && memcmp(e - 2, "\xc2\xa0", 2) == 0)
			e -= 2;
		else
			break;
	}
	*e = '\0'; /* a separator, a line end, a quote or the NUL behind the copy: read already */
	return s;
}

/*
 * Reads one quoted field from behind its opening quote; *w = end of the unquoted text. False: no
 * closing quote, or text behind it. Writes over what it has read: the text only gets shorter.
 */
static bool quoted(struct csv *r, char **w)
{
	char *p = r->at, *out = p;

	for (; p < r->end; p++) {
		if (*p == '"' && (p + 1 == r->end || p[1] != '"'))
			break;
		if (*p == '"' || (*p == '\r' && p + 1 < r->end && p[1] == '\n'))
			p++; /* "" is one quote; CRLF is LF */
		r->line += *p == '\n';
		*out++ = *p;
	}
	if (p == r->end)
		return false;
	for (p++; p < r->end && (*p == ' ' || *p == '\t' || *p == '\r'); p++)
		;
	r->at = p;
	*w = out;
	return p == r->end || *p == r->separator || *p == '\n';
}

static bool plain(struct csv *r, char **w)
{
	char *p = r->at;

	while (p < r->end && *p != r->separator && *p != '\n' && *p != '"')
		p++;
	r->at = *w = p;
	return p == r->end || *p != '"';
}

/* One field; *more = another one follows in this record. NULL: CSV_QUOTE. */
static char *read_field(struct csv *r, bool *more)
{
	char *start, *w;
	bool ok;

	while (r->at < r->end && (*r->at == ' ' || *r->at == '\t'))
		r->at++;
	if (r->at < r->end && *r->at == '"') {
		start = ++r->at;
		ok = quoted(r, &w);
	} else {
		start = r->at;
		ok = plain(r, &w);
	}
	if (!ok)
		return NULL;
	*more = r->at < r->end && *r->at == r->separator;
	if (r->at < r->end) {
		r->line += *r->at == '\n';
		r->at++;
	}
	return trim(start, w);
}

/* Header names hold neither, so the first one decides. */
static char find_separator(const char *p, const char *end)
{
	for (; p < end && *p != '\n'; p++)
		if (*p == ',' || *p == ';')
			return *p;
	return ',';
}

static bool fail(struct csv *r, enum csv_fault fault)
{
	r->fault = fault;
	return false;
}

void csv_value(const char *text, char value[static CSV_VALUE_MAX])
{
	size_t n = strlen(text);

	if (n >= CSV_VALUE_MAX) {
		n = CSV_VALUE_MAX - 1;
		/* at most three steps, also in what is no UTF-8: it may be told before it was judged */
		while (n > CSV_VALUE_MAX - 4 && ((unsigned char)text[n] & 0xc0) == 0x80)
			n--;
	}
	memcpy(value, text, n);
	value[n] = '\0';
}

/* Takes the name of the next column of the file; Excel's unnamed ones behind the last are passed
 * over. */
static bool take_column(struct csv *r, const char *const *columns, const char *name, bool *unnamed)
{
	size_t k = 0;

	if (name[0] == '\0') {
		*unnamed = true;
		return true;
	}
	while (k < r->columns_n && strcmp(columns[k], name) != 0)
		k++;
	if (k == r->columns_n || *unnamed)
		return fail(r, CSV_UNKNOWN_COLUMN);
	for (size_t i = 0; i < r->header_n; i++)
		if (r->header[i] == k)
			return fail(r, CSV_DUPLICATE_COLUMN);
	r->header[r->header_n++] = k;
	return true;
}

static bool has_column(const struct csv *r, size_t k)
{
	for (size_t i = 0; i < r->header_n; i++)
		if (r->header[i] == k)
			return true;
	return false;
}

static bool read_header(struct csv *r, const char *const *columns, size_t required,
			char value[static CSV_VALUE_MAX])
{
	bool more = true, unnamed = false;

	r->separator = find_separator(r->at, r->end);
	while (more) {
		char *name = read_field(r, &more);

		if (name == NULL)
			return fail(r, CSV_QUOTE);
		if (!take_column(r, columns, name, &unnamed)) {
			csv_value(name, value);
			return false;
		}
	}
	if (r->header_n == 0)
		return fail(r, CSV_NO_HEADER);
	for (size_t k = 0; k < required; k++)
		if (!has_column(r, k)) {
			csv_value(columns[k], value);
			return fail(r, CSV_MISSING_COLUMN);
		}
	return true;
}

/* The first line with a byte that is no UTF-8 (or NUL, which would cut a field); 0 = none. */
static unsigned foreign_line(const char *p, const char *end)
{
	unsigned line = 1;

	while (p < end) {
		const char *e = memchr(p, '\n', (size_t)(end - p));
		size_t n = e != NULL ? (size_t)(e - p) + 1 : (size_t)(end - p);

		if (!text_is_utf8(p, n) || memchr(p, '\0', n) != NULL)
			return line;
		p += n;
		line++;
	}
	return 0;
}

static struct csv *reader_new(const char *data, size_t size, size_t columns_n)
{
	struct csv *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->text = malloc(size + 1);
	r->header = calloc(columns_n + 1, sizeof(r->header[0]));
	r->field = calloc(columns_n + 1, sizeof(r->field[0]));
	if (r->text == NULL || r->header == NULL || r->field == NULL) {
		csv_close(r);
		return NULL;
	}
	if (size > 0)
		memcpy(r->text, data, size);
	r->text[size] = '\0';
	r->at = r->text;
	r->end = r->text + size;
	if (size >= 3 && memcmp(data, "\xef\xbb\xbf", 3) == 0)
		r->at += 3;
	r->line = r->record = 1;
	r->columns_n = columns_n;
	return r;
}

struct csv *csv_open(const char *data, size_t size, const char *const *columns, size_t required,
		     enum csv_fault *fault, unsigned *line, char value[static CSV_VALUE_MAX])
{
	size_t columns_n = 0;
	unsigned foreign;
	struct csv *r;

	while (columns[columns_n] != NULL)
		columns_n++;
	*line = 1;
	*fault = CSV_NO_MEMORY;
	value[0] = '\0';
	r = reader_new(data, size, columns_n);
	if (r == NULL)
		return NULL;
	foreign = foreign_line(r->at, r->end);
	if (foreign == 0 && read_header(r, columns, required, value)) {
		*fault = CSV_OK;
		return r;
	}
	*fault = foreign != 0 ? CSV_NOT_UTF8 : r->fault;
	*line = foreign != 0 ? foreign : 1;
	csv_close(r);
	return NULL;
}

void csv_close(struct csv *r)
{
	if (r == NULL)
		return;
	free(r->text);
	free(r->header);
	free(r->field);
	free(r);
}

/* One record into `field`. *empty = nothing in it but separators. */
static bool read_record(struct csv *r, bool *empty)
{
	bool more = true, beyond = false;
	size_t n = 0;

	*empty = true;
	for (; more; n++) {
		char *text = read_field(r, &more);

		if (text == NULL)
			return fail(r, CSV_QUOTE);
		if (text[0] != '\0')
			*empty = false;
		if (n < r->header_n)
			r->field[r->header[n]] = text;
		else if (text[0] != '\0')
			beyond = true;
	}
	if (beyond)
		return fail(r, CSV_TOO_MANY_FIELDS);
	if (n < r->header_n && !*empty)
		return fail(r, CSV_TOO_FEW_FIELDS);
	return true;
}

bool csv_next(struct csv *r)
{
	bool empty = true;

	while (empty) {
		if (r->fault != CSV_OK || r->at == r->end)
			return false;
		r->record = r->line;
		if (!read_record(r, &empty))
			return false;
	}
	return true;
}

enum csv_fault csv_error(const struct csv *r)
{
	return r->fault;
}

unsigned csv_line(const struct csv *r)
{
	return r->record;
}

const char *csv_field(const struct csv *r, size_t column)
{
	return r->field[column] != NULL ? r->field[column] : "";
}
