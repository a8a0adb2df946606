// SPDX-License-Identifier: Apache-2.0
/* Rows that came from no file: what a journal or a slice may hold, and what it must not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/csv.h"
#include "common/domain/says.h"
#include "tests/unit/support_rows.h"

#define VN UNIT(.number = 1, .code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam")
#define PLAN ITEM(.number = 1, .code = "P", .owner = "VN", .kind = ITEM_PLAN, .name = "Kế hoạch")
#define LEAF(is, ...)                                                                              \
	ITEM(.parent = "P", .name = "Việc", .lead = "VN", .kind = ITEM_##is, .code = __VA_ARGS__)

struct bad {
	struct catalogue_row rows[3];
	enum fault_kind kind;
	const char *field;
	int csv;
};

static const struct fault *error(const struct faults *f)
{
	const struct fault *found = NULL;

	for (size_t i = 0; i < f->n; i++)
		if (fault_is_error(f->list[i].kind))
			found = &f->list[i];
	return found;
}

static void test_bad_rows(void **state)
{
	static const struct bad list[] = {
		{ { VN, PLAN,
		    UNIT(.number = 1, .code = "A", .parent = "VN", .kind = UNIT_OTHER,
			 .name = "A") },
		  FAULT_DUPLICATE_UNIT,
		  "number",
		  0 },
		{ { VN, PLAN,
		    UNIT(.code = "A", .parent_number = 9, .kind = UNIT_OTHER, .name = "A") },
		  FAULT_UNKNOWN_PARENT,
		  "parent",
		  0 },
		{ { VN, PLAN, UNIT(.code = "a", .parent = "VN", .kind = UNIT_OTHER, .name = "A") },
		  FAULT_CSV,
		  "code",
		  CSV_BAD_CODE },
		{ { VN, PLAN, LEAF(TASK, "X", .number = 1) }, FAULT_DUPLICATE_ITEM, "number", 0 },
		{ { VN, PLAN, LEAF(TASK, "X", .weight = WEIGHT_MAX + 1) },
		  FAULT_CSV,
		  "weight",
		  CSV_OUT_OF_RANGE },
		{ { VN, PLAN, LEAF(COUNT, "X", .has_target = true, .target = -1) },
		  FAULT_TARGET_OUT_OF_RANGE,
		  "target",
		  0 },
		{ { VN, PLAN, LEAF(COUNT, "X", .has_target = true, .target = VALUE_MAX + 1) },
		  FAULT_TARGET_OUT_OF_RANGE,
		  "target",
		  0 },
		{ { VN, PLAN }, FAULT_NONE, "", 0 },
	};

	(void)state;
	for (size_t i = 0; i < N(list); i++) {
		struct builder *b = rows_builder(list[i].rows, list[i].rows[2].kind ? 3 : 2);
		struct faults faults = { 0 };
		struct catalogue *c = catalogue_build(b, false, &faults);
		const struct fault *f = error(&faults);

		if (list[i].kind != FAULT_NONE) {
			assert_int_equal(faults.errors, 1);
			assert_null(c);
			assert_string_equal(fault_name(f->kind), fault_name(list[i].kind));
			assert_string_equal(f->field, list[i].field);
			assert_int_equal(f->csv, list[i].csv);
		}
		catalogue_free(c);
		builder_free(b);
		faults_free(&faults);
	}
}

static void test_bad_target(void **state)
{
	static const struct catalogue_row rows[] = {
		VN, PLAN, LEAF(COUNT, "X"), TARGET(.item = "X", .unit = "VN", .target = -1)
	};
	struct builder *b = rows_builder(rows, N(rows));
	struct faults faults = { 0 };

	(void)state;
	assert_null(catalogue_build(b, false, &faults));
	assert_int_equal(error(&faults)->kind, FAULT_TARGET_OUT_OF_RANGE);
	builder_free(b);
	faults_free(&faults);
}

static enum fault_kind only_error(struct builder *b)
{
	struct faults faults = { 0 };
	enum fault_kind kind;

	assert_null(catalogue_build(b, false, &faults));
	assert_true(faults.errors > 0);
	kind = error(&faults)->kind;
	faults_free(&faults);
	builder_free(b);
	return kind;
}

static void test_no_root(void **state)
{
	static const struct catalogue_row rows[] = { VN };

	(void)state;
	assert_int_equal(only_error(builder_new()), FAULT_NO_ROOT);
	assert_int_equal(only_error(rows_builder(rows, 1)), FAULT_NO_PLAN);
}

/* The topics of groups begin with G/. */
static void test_root_g(void **state)
{
	static const struct catalogue_row rows[] = {
		UNIT(.code = "G", .kind = UNIT_CENTRAL, .name = "Khác"),
		ITEM(.code = "P", .owner = "G", .kind = ITEM_PLAN, .name = "K")
	};
	struct builder *b = rows_builder(rows, N(rows));
	struct faults faults = { 0 };

	(void)state;
	assert_null(catalogue_build(b, false, &faults));
	assert_int_equal(error(&faults)->csv, CSV_BAD_CODE);
	builder_free(b);
	faults_free(&faults);
}

/* n levels of units with codes of a length, and as many of items. */
static struct builder *deep(int n, int length, int items)
{
	struct builder *b = builder_new();
	char code[32], above[32] = "";

	for (int i = 0; i < n; i++) {
		struct catalogue_row row =
			UNIT(.code = code, .parent = above, .kind = UNIT_OTHER, .name = "U");

		snprintf(code, sizeof(code), "%0*d", length, i);
		assert_true(builder_add(b, &row, "", 0));
		memcpy(above, code, sizeof(above));
	}
	snprintf(above, sizeof(above), "%0*d", length, 0);
	for (int i = 0; i < items; i++) {
		struct catalogue_row row =
			ITEM(.kind = i ? ITEM_GROUP : ITEM_PLAN, .name = "I", .code = code,
			     .owner = i ? "" : above, .parent = i ? above : "");

		if (i)
			snprintf(above, sizeof(above), "I%d", i - 1);
		snprintf(code, sizeof(code), "I%d", i);
		assert_true(builder_add(b, &row, "", 0));
	}
	return b;
}

static void test_depth(void **state)
{
	struct builder *b = deep(12, 15, 12);
	struct faults faults = { 0 };
	struct catalogue *c = catalogue_build(b, false, &faults);

	(void)state;
	rows_no_errors(&faults);
	assert_int_equal(catalogue_unit(c, 11)->depth, DEPTH_MAX - 1);
	assert_int_equal(strlen(catalogue_unit(c, 11)->path), 192);
	catalogue_free(c);
	builder_free(b);
	faults_free(&faults);
	assert_int_equal(only_error(deep(13, 4, 1)), FAULT_TOO_DEEP);
	assert_int_equal(only_error(deep(1, 4, 13)), FAULT_TOO_DEEP);
	assert_int_equal(only_error(deep(12, 16, 1)), FAULT_PATH_TOO_LONG);
}

static void test_large_plan(void **state)
{
	static const struct catalogue_row rows[] = { VN, PLAN };
	struct builder *b = rows_builder(rows, N(rows));
	char code[CODE_MAX + 1];

	(void)state;
	for (int i = 0; i < PLAN_ITEMS_MAX; i++) {
		struct catalogue_row row = LEAF(TASK, code);

		snprintf(code, sizeof(code), "L%d", i);
		assert_true(builder_add(b, &row, "", 0));
	}
	assert_int_equal(only_error(b), FAULT_PLAN_TOO_LARGE);
}

/* An office's part: what it refers to may be left out. */
static void test_slice(void **state)
{
	static const struct catalogue_row rows[] = {
		VN,
		UNIT(.number = 7, .code = "40", .parent_number = 1, .kind = UNIT_PROVINCE,
		     .name = "Nghệ An"),
		GROUP(.group = "NHOM", .unit = "999"),
		ITEM(.number = 5, .code = "P", .owner = "40", .kind = ITEM_PLAN,
		     .name = "Kế hoạch"),
		ITEM(.number = 9, .code = "X", .parent = "P", .kind = ITEM_COUNT, .name = "Đếm",
		     .lead = "888", .coop = "777|666", .schedule = "THANG", .answer = ANSWER_ALL,
		     .reporters = "kind:district@555 | group:KHAC | 40 | -444"),
		TARGET(.item = "X", .unit = "333", .target = 1),
		TARGET(.item = "X", .unit = "G/KHAC", .target = 1),
		TARGET(.item = "Y", .unit = "40", .target = 1),
		MILESTONE(.item = "X", .unit = "222", .no = 1, .date = { 20240101 }),
		MILESTONE(.item = "Y", .no = 1, .date = { 20240101 }),
		{ .kind = ROW_PERIOD,
		  .period = { .schedule = "Q",
			      .period = "A",
			      .start = { 20240101 },
			      .end = { 20240102 } } },
		{ .kind = ROW_DEADLINE,
		  .deadline = { .schedule = "Q", .unit_kind = UNIT_DISTRICT, .working_days = 1 } },
	};
	struct builder *b = rows_builder(rows, N(rows));
	struct faults faults = { 0 };
	struct catalogue *c = catalogue_build(b, true, &faults);
	int64_t target;

	(void)state;
	rows_no_errors(&faults);
	assert_int_equal(faults.n, 0);
	assert_int_equal(catalogue_unit_by_number(c, 7), 1);
	assert_true(catalogue_is_reporter(c, 1, 1, DAY(20240101)));
	assert_false(catalogue_target(c, 1, 0, 0, DAY(20240101), &target));
	assert_int_equal(catalogue_milestone(c, 1, 1).ymd, 0);
	catalogue_free(c);
	builder_free(b);
	/* but it has a root, and may have no plan */
	b = rows_builder(rows, 2);
	c = catalogue_build(b, true, &faults);
	assert_int_equal(catalogue_plans(c), 0);
	catalogue_free(c);
	builder_free(b);
	faults_free(&faults);
}

/* VN - A (other), B (department), B.1 (department) below B; groups with dates; a code given again
 * elsewhere. */
static void test_dated_reporters(void **state)
{
	static const struct catalogue_row rows[] = {
		VN,
		UNIT(.code = "A", .parent = "VN", .kind = UNIT_OTHER, .name = "A"),
		UNIT(.code = "B", .parent = "A", .kind = UNIT_DEPARTMENT, .name = "B"),
		UNIT(.code = "B1", .parent = "B", .kind = UNIT_DEPARTMENT, .name = "B1"),
		UNIT(.code = "C", .parent = "A", .kind = UNIT_DISTRICT, .name = "C"),
		UNIT(.code = "D", .parent = "VN", .kind = UNIT_DISTRICT, .name = "D cũ",
		     .closed = { 20240101 }),
		UNIT(.code = "D", .parent = "A", .kind = UNIT_DISTRICT, .name = "D",
		     .opened = { 20240101 }),
		GROUP(.group = "N", .unit = "C", .from = { 20240101 }, .to = { 20241231 }),
		GROUP(.group = "N", .unit = "B", .from = { 20240701 }),
		ITEM(.code = "P", .owner = "A", .kind = ITEM_PLAN, .name = "P"),
		ITEM(.code = "X", .parent = "P", .kind = ITEM_TASK, .name = "X",
		     .answer = ANSWER_ALL, .reporters = "kind:department@A|D|group:N|-B1"),
		ITEM(.code = "Y", .parent = "P", .kind = ITEM_TASK, .name = "Y",
		     .answer = ANSWER_ALL, .reporters = "kind:department@B|-B|group:N"),
	};
	static const struct {
		uint32_t leaf, unit, day;
		bool reports;
	} list[] = {
		{ 1, 2, 20200101, true },  { 1, 3, 20240601, false }, { 1, 4, 20231231, false },
		{ 1, 4, 20240101, true },  { 1, 4, 20250101, false }, { 1, 5, 20240601, true },
		{ 1, 6, 20200101, false }, { 1, 1, 20240601, false }, { 2, 3, 20200101, true },
		{ 2, 2, 20240630, false }, { 2, 2, 20240701, true },  { 2, 4, 20240701, true },
		{ 2, 5, 20240701, false },
	};
	struct catalogue *c = rows_build(rows, N(rows));
	size_t n;

	(void)state;
	catalogue_reporters(c, 1, &n);
	assert_int_equal(n, 3); /* B, C and the D inside; the D outside has no row in the plan */
	for (size_t i = 0; i < N(list); i++)
		assert_int_equal(
			catalogue_is_reporter(c, list[i].leaf, list[i].unit, DAY(list[i].day)),
			list[i].reports);
	catalogue_free(c);
}

/* The owner is whoever bore the code when the plan began. */
static void test_owner_of_the_day(void **state)
{
	struct catalogue_row rows[] = {
		VN,
		UNIT(.code = "A", .parent = "VN", .kind = UNIT_OTHER, .name = "A cũ",
		     .closed = { 20240101 }),
		UNIT(.code = "A", .parent = "VN", .kind = UNIT_OTHER, .name = "A",
		     .opened = { 20240101 }),
		ITEM(.code = "P", .owner = "A", .kind = ITEM_PLAN, .name = "P"),
	};
	static const struct {
		uint32_t opened, start;
		const char *name;
	} list[] = { { 0, 0, "A" },
		     { 20230101, 0, "A cũ" },
		     { 0, 20230101, "A cũ" },
		     { 20240101, 20230101, "A" } };

	(void)state;
	for (size_t i = 0; i < N(list); i++) {
		struct catalogue *c;

		rows[3].item.opened = DAY(list[i].opened);
		rows[3].item.start = DAY(list[i].start);
		c = rows_build(rows, N(rows));
		assert_string_equal(catalogue_unit(c, catalogue_plan(c, 0)->owner)->row.name,
				    list[i].name);
		catalogue_free(c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bad_rows),
		cmocka_unit_test(test_bad_target),
		cmocka_unit_test(test_no_root),
		cmocka_unit_test(test_root_g),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_large_plan),
		cmocka_unit_test(test_slice),
		cmocka_unit_test(test_dated_reporters),
		cmocka_unit_test(test_owner_of_the_day),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
