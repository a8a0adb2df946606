// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/support_rows.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/columns.h"
#include "common/domain/says.h"

struct builder *rows_builder(const struct catalogue_row *rows, size_t n)
{
	struct builder *b = builder_new();

	assert_non_null(b);
	for (size_t i = 0; i < n; i++)
		assert_true(builder_add(b, &rows[i], "", (unsigned)i + 1));
	return b;
}

void rows_no_errors(const struct faults *faults)
{
	for (size_t i = 0; i < faults->n && faults->errors > 0; i++)
		print_message("%s:%u: %s %s=%s\n", faults->list[i].file, faults->list[i].line,
			      fault_name(faults->list[i].kind), faults->list[i].field,
			      faults->list[i].value);
	assert_int_equal(faults->errors, 0);
}

struct catalogue *rows_build(const struct catalogue_row *rows, size_t n)
{
	struct builder *b = rows_builder(rows, n);
	struct faults faults = { 0 };
	struct catalogue *c = catalogue_build(b, false, &faults);

	rows_no_errors(&faults);
	assert_non_null(c);
	faults_free(&faults);
	builder_free(b);
	return c;
}

void rows_csv(struct builder *b, const char *file, const char *data, struct faults *faults)
{
	assert_true(builder_csv(b, file, data, strlen(data), faults));
}

static size_t width(enum column_type t)
{
	if (t == COLUMN_BOUNDED || t == COLUMN_WORKING || t == COLUMN_ABOVE)
		return sizeof(bool);
	if (t == COLUMN_TARGET || t == COLUMN_MAXIMUM || t == COLUMN_VALUE)
		return sizeof(int64_t);
	return sizeof(uint32_t); /* dates, numbers, words */
}

void rows_same(const struct catalogue_row *a, const struct catalogue_row *b)
{
	struct catalogue_row x = *a, y = *b;
	const struct columns *c = columns_of_kind(a->kind);

	assert_int_equal(a->kind, b->kind);
	for (size_t i = 0; i < c->n; i++) {
		const struct column *at = &c->list[i];

		if (column_is_text(at->type))
			assert_string_equal(*column_text(&x, at), *column_text(&y, at));
		else
			assert_memory_equal(column_field(&x, at), column_field(&y, at),
					    width(at->type));
	}
	if (a->kind == ROW_UNIT) {
		assert_int_equal(a->unit.number, b->unit.number);
		assert_int_equal(a->unit.parent_number, b->unit.parent_number);
	}
	if (a->kind == ROW_ITEM) {
		assert_int_equal(a->item.number, b->item.number);
		assert_int_equal(a->item.has_target, b->item.has_target);
		assert_int_equal(a->item.has_maximum, b->item.has_maximum);
	}
}

void rows_again(const struct catalogue *c)
{
	size_t n = catalogue_rows(c);
	struct catalogue_row *rows = calloc(n, sizeof(*rows)), again;
	struct catalogue *d;

	assert_non_null(rows);
	for (size_t i = 0; i < n; i++)
		catalogue_row(c, i, &rows[i]);
	d = rows_build(rows, n);
	assert_int_equal(catalogue_rows(d), n);
	for (size_t i = 0; i < n; i++) {
		catalogue_row(d, i, &again);
		rows_same(&again, &rows[i]);
	}
	catalogue_free(d);
	free(rows);
}
