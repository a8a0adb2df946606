// SPDX-License-Identifier: Apache-2.0
/*
 * csv: files as people bring them. The reader: what it gives is written as RFC 4180 says and read again, and is the
 * same. The catalogue check: files into a builder; what builds gives rows that build the same catalogue again, also
 * merged onto itself, also as an entry of the journal; what does not build names a fault.
 */
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/catalogue.h"
#include "common/domain/columns.h"
#include "common/domain/csv.h"
#include "common/sys/codec.h"
#include "server/entry_codec.h"
#include "tests/fuzz/fuzz.h"

static const char *const files[] = {"units.csv", "items.csv", "groups.csv", "targets.csv",
				    "milestones.csv", "holidays.csv", "schedules.csv", "periods.csv",
				    "deadlines.csv", "thresholds.csv"};

static struct codec_arena arena;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	arena = codec_arena_new(1 << 22);
	return 0;
}

/* ---- the reader ---- */

static struct csv *open_csv(const char *data, size_t size, const struct columns *c, enum csv_fault *fault)
{
	const char *names[COLUMNS_MAX + 1] = {0};
	char value[CSV_VALUE_MAX];
	unsigned line;

	for (size_t i = 0; i < c->n; i++)
		names[i] = c->list[i].name;
	struct csv *r = csv_open(data, size, names, c->required, fault, &line, value);
	MUST(r || *fault != CSV_OK);
	return r;
}

static void quote(struct buffer *out, const char *text)
{
	buffer_put_u8(out, '"');
	for (; *text; text++) {
		if (*text == '"')
			buffer_put_u8(out, '"');
		buffer_put_u8(out, (uint8_t)*text);
	}
	buffer_put_u8(out, '"');
}

static void write_again(struct csv *r, const struct columns *c, struct buffer *out, size_t *rows)
{
	for (size_t i = 0; i < c->n; i++)
		buffer_format(out, "%s%s", i ? "," : "", c->list[i].name);
	buffer_put_text(out, "\r\n");
	while (csv_next(r)) {
		bool empty = true;
		for (size_t i = 0; i < c->n; i++)
			empty = empty && !*csv_field(r, i);
		if (empty)
			continue; /* something only in a column without a name */
		for (size_t i = 0; i < c->n; i++) {
			if (i)
				buffer_put_u8(out, ',');
			quote(out, csv_field(r, i));
		}
		buffer_put_text(out, "\r\n");
		++*rows;
	}
}

static void reader(struct bytes text, const struct columns *c)
{
	enum csv_fault fault = CSV_OK;
	struct buffer once = {0}, twice = {0};
	size_t n = 0, m = 0;
	struct csv *r = open_csv((const char *)text.data, text.size, c, &fault);

	if (!r)
		return;
	write_again(r, c, &once, &n);
	fault = csv_error(r);
	csv_close(r);
	r = open_csv((const char *)once.data, once.size, c, &fault);
	MUST(r);
	write_again(r, c, &twice, &m);
	MUST(csv_error(r) == CSV_OK && n == m && bytes_equal(buffer_bytes(&once), buffer_bytes(&twice)));
	csv_close(r);
	buffer_free(&once);
	buffer_free(&twice);
}

/* The other way: any fields, written as Excel writes them, are read as they were. */
static void writer(struct take *in)
{
	static const char *const letters[] = {"a", "\"", ",", ";", "\n", "\r\n", " ", "ế", "=", "0"};
	static const char *const names[] = {"code", "name", "note", NULL};
	struct buffer file = {0}, field[3] = {{0}};
	char value[CSV_VALUE_MAX], separator = take_u8(in) & 1 ? ';' : ',';
	enum csv_fault fault = CSV_OK;
	unsigned line;

	buffer_format(&file, "%scode%cname%cnote\r\n", take_u8(in) & 1 ? "\xef\xbb\xbf" : "", separator, separator);
	for (size_t i = 0; i < 3; i++) {
		buffer_put_text(&field[i], "x"); /* ends that are trimmed are not the question */
		for (uint8_t n = take_u8(in) % 16; n; n--) {
			const char *letter = letters[take_u8(in) % BASE_COUNT(letters)];
			buffer_put_text(&field[i], letter);
		}
		buffer_put_text(&field[i], "x");
		if (i)
			buffer_put_u8(&file, (uint8_t)separator);
		quote(&file, buffer_text(&field[i]));
	}
	buffer_put_text(&file, take_u8(in) & 1 ? "\r\n" : "");
	struct csv *r = csv_open((const char *)file.data, file.size, names, 3, &fault, &line, value);
	MUST(r && csv_next(r));
	for (size_t i = 0; i < 3; i++) {
		const char *is = csv_field(r, i), *was = buffer_text(&field[i]);
		for (; *was; is++, was++) {
			was += was[0] == '\r' && was[1] == '\n'; /* CRLF is LF */
			MUST(*is == *was);
		}
		MUST(!*is);
		buffer_free(&field[i]);
	}
	MUST(!csv_next(r) && csv_error(r) == CSV_OK);
	csv_close(r);
	buffer_free(&file);
}

/* ---- the catalogue ---- */

static void rows_of(const struct catalogue *c, struct buffer *out)
{
	for (size_t i = 0; i < catalogue_rows(c); i++) {
		struct catalogue_row row;
		size_t n;
		catalogue_row(c, i, &row);
		uint8_t *bytes = codec_row_encode(&row, &n);
		MUST(bytes);
		buffer_put_u32(out, (uint32_t)n);
		buffer_put(out, bytes, n);
		free(bytes);
	}
}

static void same(const struct catalogue *a, const struct catalogue *b)
{
	struct buffer x = {0}, y = {0};

	MUST(b);
	rows_of(a, &x);
	rows_of(b, &y);
	MUST(bytes_equal(buffer_bytes(&x), buffer_bytes(&y)));
	buffer_free(&x);
	buffer_free(&y);
}

static struct catalogue *from_rows(const struct catalogue *c, const struct catalogue *onto)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	for (size_t i = 0; i < catalogue_rows(c); i++) {
		struct catalogue_row row;
		catalogue_row(c, i, &row);
		MUST(builder_add(b, &row, "", 0));
	}
	if (onto)
		MUST(builder_merge(b, onto, "", (struct date){20240601}, &faults));
	struct catalogue *made = catalogue_build(b, false, &faults);
	MUST(faults.errors == 0);
	faults_free(&faults);
	builder_free(b);
	return made;
}

static void sound(const struct catalogue *c)
{
	for (uint32_t u = 0; u < catalogue_units(c); u++) {
		const struct unit *unit = catalogue_unit(c, u);
		MUST(strlen(unit->path) <= PATH_MAX_BYTES && unit->first <= unit->last);
		MUST(unit->parent == NO_INDEX || (unit->parent < u && catalogue_within(c, u, unit->parent)));
		MUST(catalogue_unit_by_number(c, unit->row.number) == u);
	}
	for (uint32_t i = 0; i < catalogue_items(c); i++) {
		const struct item *item = catalogue_item(c, i);
		size_t n;
		MUST(item->parent == NO_INDEX || item->parent < i);
		MUST(catalogue_item_by_code(c, item->row.code) == i);
		if (!item->leaf)
			continue;
		const uint32_t *reporters = catalogue_reporters(c, i, &n);
		for (size_t k = 0; k < n; k++)
			MUST(reporters[k] < catalogue_units(c) && (!k || reporters[k - 1] < reporters[k]));
	}
}

static void through_the_journal(const struct catalogue *c)
{
	size_t n;
	uint8_t *body = entry_catalogue_body(c, "", (struct date){20240101}, &n);

	MUST(body);
	codec_arena_reset(&arena);
	struct catalogue *back = NULL;
	MUST(entry_catalogue_read(bytes_of(body, n), &arena, &back) == ENTRY_READ_OK);
	same(c, back);
	catalogue_free(back);
	free(body);
}

static void check(struct take *in)
{
	struct builder *b = builder_new();
	struct faults faults = {0};

	while (in->left) {
		const char *file = files[take_u8(in) % BASE_COUNT(files)];
		struct bytes text = take_piece(in);
		char *copy = text_copy(text);
		builder_csv(b, file, copy, text.size, &faults);
		free(copy);
	}
	struct catalogue *c = catalogue_build(b, false, &faults);
	MUST((c != NULL) == (faults.errors == 0));
	for (size_t i = 0; i < faults.n; i++)
		MUST(faults.list[i].kind != FAULT_NONE);
	if (c) {
		sound(c);
		struct catalogue *again = from_rows(c, NULL), *merged = from_rows(c, c);
		same(c, again);
		same(c, merged);
		through_the_journal(c);
		catalogue_free(again);
		catalogue_free(merged);
	}
	catalogue_free(c);
	faults_free(&faults);
	builder_free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	uint8_t what = take_u8(&in);

	if (what % 8 == 7) {
		writer(&in);
	} else if (what & 1) {
		const struct columns *c = columns_of_file(files[what / 2 % BASE_COUNT(files)]);
		char *copy = text_copy(take_rest(&in));
		if (c)
			reader(bytes_of(copy, size - 1), c);
		free(copy);
	} else {
		check(&in);
	}
	return 0;
}
