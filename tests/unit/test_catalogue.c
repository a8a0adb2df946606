// SPDX-License-Identifier: Apache-2.0
/* The reading side of a catalogue: built from rows by hand, small enough to know every answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/support_rows.h"

/*
 * VN - 40 - 412 - 16681, 16684
 *         - 413 (closed 2025-01-01; the code is given again that day)
 *         - SYT
 *    - 38
 */
static const struct catalogue_row rows[] = {
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An"),
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam"),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã A"),
	UNIT(.code = "16684", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã B",
	     .opened = { 20230701 }),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Thành phố Vinh"),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò",
	     .closed = { 20250101 }),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò mới",
	     .opened = { 20250101 }),
	UNIT(.code = "SYT", .parent = "40", .kind = UNIT_DEPARTMENT, .name = "Sở Y tế"),
	UNIT(.code = "38", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Thanh Hoá"),
	GROUP(.group = "PILOT", .use = "pilot", .name = "Điểm", .unit = "16681"),
	GROUP(.group = "PILOT", .unit = "16684", .from = { 20240101 }, .to = { 20240630 }),
	GROUP(.group = "FAR", .use = "peer", .name = "Xa", .unit = "38"),
	GROUP(.group = "BIG", .use = "report", .name = "Lớn", .unit = "40"),
	ITEM(.code = "KH87", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch 87"),
	ITEM(.code = "KH87.1", .parent = "KH87", .kind = ITEM_GROUP, .name = "Nhóm 1",
	     .closed = { 20260101 }),
	ITEM(.code = "T", .parent = "KH87.1", .kind = ITEM_TASK, .name = "Việc", .lead = "SYT"),
	ITEM(.code = "C", .parent = "KH87.1", .kind = ITEM_COUNT, .name = "Đếm",
	     .answer = ANSWER_ALL, .reporters = "kind:commune@40 | kind:district@40|-412",
	     .has_target = true, .target = 500),
	ITEM(.code = "R", .parent = "KH87", .kind = ITEM_RATIO, .name = "Tỷ lệ",
	     .answer = ANSWER_ALL, .reporters = "group:PILOT", .num_def = "n", .den_def = "d",
	     .has_target = true, .target = 5000),
	ITEM(.code = "P", .parent = "KH87", .kind = ITEM_POINTS, .name = "Điểm số", .lead = "40"),
	ITEM(.code = "PC", .parent = "KH87", .kind = ITEM_COUNT, .name = "Số kiểm tra", .lead = "40",
	     .aggregate = AGGREGATE_OWN, .control = "C"),
	ITEM(.code = "DA06", .owner = "38", .kind = ITEM_PLAN, .name = "Đề án 06"),
	ITEM(.code = "W", .parent = "DA06", .kind = ITEM_COUNT, .name = "Khác", .lead = "38",
	     .has_target = true, .target = 7),
	TARGET(.item = "C", .unit = "16681", .target = 10),
	TARGET(.item = "C", .unit = "16684", .target = 20, .from = { 20240101 },
	       .to = { 20241231 }),
	TARGET(.item = "C", .unit = "16684", .target = 30, .from = { 20250101 }),
	TARGET(.item = "R", .unit = "40", .target = 6000),
	TARGET(.item = "R", .unit = "412", .target = 7000, .to = { 20241231 }),
	TARGET(.item = "R", .unit = "G/PILOT", .target = 9000, .from = { 20240601 }),
	TARGET(.item = "P", .unit = "40", .target = 8950),
	MILESTONE(.item = "C", .no = 2, .date = { 20240901 }),
	MILESTONE(.item = "C", .unit = "16681", .no = 1, .date = { 20240501 }),
	MILESTONE(.item = "C", .unit = "16681", .no = 3, .date = { 20241201 }),
	{ .kind = ROW_HOLIDAY, .holiday = { .date = { 20240902 }, .name = "Quốc khánh" } },
	{ .kind = ROW_SCHEDULE, .schedule = { .schedule = "T", .kind = "once" } },
	{ .kind = ROW_PERIOD,
	  .period = { .schedule = "T",
		      .period = "X",
		      .start = { 20240101 },
		      .end = { 20240102 } } },
	{ .kind = ROW_DEADLINE,
	  .deadline = { .schedule = "T", .unit_kind = UNIT_DISTRICT, .working_days = 2 } },
	{ .kind = ROW_THRESHOLD,
	  .threshold = { .rule = "QH", .measure = THRESHOLD_OVERDUE, .above = true, .action = "" } },
	{ .kind = ROW_THRESHOLD,
	  .threshold = { .rule = "CHAM",
			 .measure = THRESHOLD_ON_TIME_RATE,
			 .value = 8000,
			 .min_expected = 5,
			 .periods = 2,
			 .action = "Báo cáo Chủ tịch" } },
};

static struct catalogue *c;

static int setup(void **state)
{
	(void)state;
	c = rows_build(rows, N(rows));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_free(c);
	return 0;
}

static uint32_t unit(const char *code)
{
	uint32_t u = catalogue_unit_by_code(c, code, DAY(20240601));

	assert_int_not_equal(u, NO_INDEX);
	return u;
}

static uint32_t item(const char *code)
{
	uint32_t i = catalogue_item_by_code(c, code);

	assert_int_not_equal(i, NO_INDEX);
	return i;
}

static uint32_t plan(const char *code)
{
	return catalogue_plan_of_item(c, item(code));
}

static void test_units(void **state)
{
	static const char *const paths[] = { "VN/",          "VN/38/",           "VN/40/",
					     "VN/40/412/",   "VN/40/412/16681/", "VN/40/412/16684/",
					     "VN/40/413@0/", "VN/40/413/",       "VN/40/SYT/" };
	const struct unit *u;

	(void)state;
	assert_int_equal(catalogue_units(c), N(paths));
	for (uint32_t i = 0; i < N(paths); i++)
		assert_string_equal(catalogue_unit(c, i)->path, paths[i]);
	u = catalogue_unit(c, 3);
	assert_int_equal(u->depth, 2);
	assert_int_equal(u->first, 3);
	assert_int_equal(u->last, 5);
	assert_int_equal(u->parent, 2);
	assert_int_equal(u->row.parent_number, 1);
	assert_int_equal(catalogue_unit_by_number(c, 1), 2);
	assert_int_equal(catalogue_unit_by_number(c, 99), NO_INDEX);
	assert_true(catalogue_within(c, 5, 3));
	assert_true(catalogue_within(c, 3, 3));
	assert_false(catalogue_within(c, 6, 3));
}

static void test_codes_given_again(void **state)
{
	bool known;

	(void)state;
	assert_int_equal(catalogue_unit_at(c, "413", DAY(20241231), &known), 6);
	assert_int_equal(catalogue_unit_at(c, "413", DAY(20250101), &known), 7);
	assert_true(known);
	assert_int_equal(catalogue_unit_at(c, "16684", DAY(20230630), &known), NO_INDEX);
	assert_true(known);
	assert_int_equal(catalogue_unit_at(c, "999", DAY(20230630), &known), NO_INDEX);
	assert_false(known);
	assert_int_equal(catalogue_unit_by_code(c, "16684", DAY(20230630)), 5);
	assert_int_equal(catalogue_unit_by_code(c, "999", DAY(20230630)), NO_INDEX);
	assert_false(catalogue_unit_open(c, 5, DAY(20230630)));
	assert_true(catalogue_unit_open(c, 5, DAY(20230701)));
}

static void test_items(void **state)
{
	static const char *const codes[] = { "KH87", "KH87.1", "T", "C", "R", "P", "PC", "DA06", "W" };
	const struct item *t;

	(void)state;
	assert_int_equal(catalogue_items(c), N(codes));
	for (uint32_t i = 0; i < N(codes); i++) {
		assert_string_equal(catalogue_item(c, i)->row.code, codes[i]);
		assert_int_equal(catalogue_item_by_number(c, i + 1), i);
	}
	t = catalogue_item(c, 2);
	assert_true(t->leaf);
	assert_int_equal(t->parent, 1);
	assert_int_equal(t->plan, 0);
	assert_int_equal(t->depth, 2);
	assert_int_equal(t->column, 2);
	assert_int_equal(t->row.weight, 1);
	assert_int_equal(t->row.answer, ANSWER_LEAD);
	assert_int_equal(t->row.measure, MEASURE_NONE);
	assert_int_equal(catalogue_item(c, 8)->column, 1);
	assert_int_equal(catalogue_item(c, 3)->row.aggregate, AGGREGATE_SUM);
	assert_int_equal(catalogue_item(c, 5)->row.aggregate, AGGREGATE_OWN);
	assert_true(catalogue_item_open(c, 2, DAY(20251231)));
	assert_false(catalogue_item_open(c, 2, DAY(20260101)));
	assert_int_equal(catalogue_item_by_number(c, 77), NO_INDEX);
	assert_int_equal(catalogue_item_by_code(c, "X"), NO_INDEX);
	assert_int_equal(catalogue_plans(c), 2);
	assert_int_equal(catalogue_plan(c, 1)->item, 7);
	assert_int_equal(catalogue_plan(c, 1)->items_n, 2);
	assert_int_equal(catalogue_plan(c, 1)->items[1], 8);
	assert_int_equal(plan("W"), 1);
}

static void test_plan_rows(void **state)
{
	(void)state;
	for (uint32_t p = 0; p < 2; p++) {
		const struct plan *is = catalogue_plan(c, p);

		for (uint32_t r = 0; r < is->rows_n; r++) {
			struct plan_row at = plan_row(c, p, r);

			assert_int_equal(r, at.is_group ? plan_row_of_group(c, p, at.index)
							: plan_row_of_unit(c, p, at.index));
		}
	}
	/* 40 and its 6, VN, BIG and PILOT */
	assert_int_equal(catalogue_plan(c, 0)->rows_n, 10);
	assert_string_equal(plan_row(c, 0, 0).path, "VN/40/");
	assert_string_equal(plan_row(c, 0, 7).path, "VN/");
	assert_string_equal(plan_row(c, 0, 8).path, "G/BIG/");
	assert_string_equal(plan_row(c, 0, 9).path, "G/PILOT/");
	assert_int_equal(plan_row_of_unit(c, 0, unit("38")), NO_INDEX);
	assert_int_equal(plan_row_of_group(c, 0, catalogue_group_by_code(c, "FAR")), NO_INDEX);
	assert_int_equal(catalogue_plan(c, 1)->rows_n, 3);
}

static void test_groups(void **state)
{
	uint32_t out[GROUPS_PER_UNIT_MAX];

	(void)state;
	assert_int_equal(catalogue_groups(c), 3);
	assert_string_equal(catalogue_group(c, 2)->path, "G/PILOT/");
	assert_string_equal(catalogue_group(c, 2)->use, "pilot");
	assert_int_equal(catalogue_group_by_code(c, "NONE"), NO_INDEX);
	assert_int_equal(catalogue_groups_of(c, unit("16681"), DAY(20230801), out), 2);
	assert_int_equal(catalogue_groups_of(c, unit("16684"), DAY(20231231), out), 1);
	assert_int_equal(out[0], catalogue_group_by_code(c, "BIG"));
	assert_int_equal(catalogue_groups_of(c, unit("16684"), DAY(20240630), out), 2);
	assert_int_equal(catalogue_groups_of(c, unit("VN"), DAY(20240630), out), 0);
}

static void test_reporters(void **state)
{
	const uint32_t *list;
	size_t n;
	struct date d = { 20240601 };

	(void)state;
	list = catalogue_reporters(c, item("C"), &n);
	assert_int_equal(n, 4); /* two communes, both bearers of 413 */
	assert_int_equal(list[0], 4);
	assert_int_equal(list[3], 7);
	assert_true(catalogue_is_reporter(c, item("C"), unit("413"), d));
	assert_false(catalogue_is_reporter(c, item("C"), unit("412"), d));
	assert_true(catalogue_is_reporter(c, item("T"), unit("SYT"), d));
	assert_false(catalogue_is_reporter(c, item("T"), unit("40"), d));
	assert_true(catalogue_is_reporter(c, item("R"), unit("16684"), d));
	assert_false(catalogue_is_reporter(c, item("R"), unit("16684"), DAY(20240701)));
	assert_true(catalogue_is_reporter(c, item("R"), unit("16681"), DAY(20240701)));
	catalogue_reporters(c, item("R"), &n);
	assert_int_equal(n, 2);
	catalogue_reporters(c, item("KH87"), &n);
	assert_int_equal(n, 0);
	assert_false(catalogue_is_reporter(c, item("KH87"), unit("40"), d));
}

/* -1 = none */
static int64_t target(const char *leaf, const char *code, uint32_t day)
{
	uint32_t p = plan(leaf), row;
	int64_t out;

	if (strncmp(code, "G/", 2) == 0)
		row = plan_row_of_group(c, p, catalogue_group_by_code(c, code + 2));
	else
		row = plan_row_of_unit(c, p, unit(code));
	return catalogue_target(c, item(leaf), p, row, DAY(day), &out) ? out : -1;
}

static void test_targets(void **state)
{
	(void)state;
	/* counts: explicit; the sum of the reporters below if all have one; the default only at the
	 * owner */
	assert_int_equal(target("C", "16681", 20240601), 10);
	assert_int_equal(target("C", "16684", 20240601), 20);
	assert_int_equal(target("C", "16684", 20250101), 30);
	assert_int_equal(target("C", "16684", 20231231), -1);
	assert_int_equal(target("C", "412", 20240601), 30);
	assert_int_equal(target("C", "412", 20250601), 40);
	assert_int_equal(target("C", "412", 20230101), 10); /* 16684 did not exist yet */
	assert_int_equal(target("C", "412", 20231231), -1);
	assert_int_equal(target("C", "413", 20240601), -1);
	assert_int_equal(target("C", "40", 20240601), 500);
	assert_int_equal(target("C", "VN", 20240601), -1);
	assert_int_equal(target("C", "SYT", 20240601), -1);
	assert_int_equal(target("C", "G/PILOT", 20240601), 30);
	assert_int_equal(target("C", "G/PILOT", 20240701), 10);
	assert_int_equal(target("C", "G/BIG", 20240601), 500);
	assert_int_equal(target("W", "38", 20240601), 7);
	/* ratios: explicit, the nearest ancestor's, the default */
	assert_int_equal(target("R", "412", 20240601), 7000);
	assert_int_equal(target("R", "16681", 20240601), 7000);
	assert_int_equal(target("R", "16681", 20250601), 6000);
	assert_int_equal(target("R", "VN", 20240601), 5000);
	assert_int_equal(target("R", "G/PILOT", 20240531), 5000);
	assert_int_equal(target("R", "G/PILOT", 20240601), 9000);
	assert_int_equal(target("P", "40", 20240601), 8950);
	assert_int_equal(target("P", "412", 20240601), -1);
	assert_int_equal(target("P", "G/BIG", 20240601), -1);
	assert_int_equal(target("T", "40", 20240601), -1);
	assert_int_equal(target("KH87", "40", 20240601), -1);
}

static void test_milestones(void **state)
{
	(void)state;
	assert_int_equal(catalogue_milestone(c, item("C"), unit("16681")).ymd, 20240501);
	assert_int_equal(catalogue_milestone(c, item("C"), unit("16684")).ymd, 20240901);
	assert_int_equal(catalogue_milestone(c, item("T"), unit("SYT")).ymd, 0);
	assert_false(calendar_working(catalogue_calendar(c), DAY(20240902)));
}

static void test_thresholds(void **state)
{
	size_t n;
	const struct threshold_row *t = catalogue_thresholds(c, &n);

	(void)state;
	assert_int_equal(n, 2);
	assert_string_equal(t[0].rule, "CHAM");
	assert_int_equal(t[0].measure, THRESHOLD_ON_TIME_RATE);
	assert_false(t[0].above);
	assert_int_equal(t[0].value, 8000);
	assert_int_equal(t[0].min_expected, 5);
	assert_int_equal(t[0].periods, 2);
	assert_string_equal(t[0].action, "Báo cáo Chủ tịch");
	assert_string_equal(t[1].rule, "QH");
	assert_int_equal(t[1].periods, 1); /* as it is meant where nothing is said */
	assert_int_equal(catalogue_controlled(c, item("PC")), item("C"));
	assert_int_equal(catalogue_controlled(c, item("C")), NO_INDEX);
}

static void test_changes(void **state)
{
	static const struct {
		uint32_t from, to;
		bool changes;
	} list[] = {
		{ 20230630, 20230701, true },  { 20230701, 20231231, false },
		{ 20231231, 20240101, true },  { 20240629, 20240630, false },
		{ 20240630, 20240701, true },  { 20240701, 20241231, false },
		{ 20241231, 20250101, true },  { 20250101, 20251231, false },
		{ 20251231, 20260101, true },  { 20260101, 20990101, false },
		{ 20240630, 20240630, false }, { 0, 20230101, false },
	};

	(void)state;
	for (size_t i = 0; i < N(list); i++)
		assert_int_equal(catalogue_changes_between(c, DAY(list[i].from), DAY(list[i].to)),
				 list[i].changes);
}

/* What the journal holds makes the same catalogue and the same rows again. */
static void test_rows_again(void **state)
{
	(void)state;
	assert_int_equal(catalogue_rows(c), N(rows));
	rows_again(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_units),   cmocka_unit_test(test_codes_given_again),
		cmocka_unit_test(test_items),   cmocka_unit_test(test_plan_rows),
		cmocka_unit_test(test_groups),  cmocka_unit_test(test_reporters),
		cmocka_unit_test(test_targets), cmocka_unit_test(test_milestones),
		cmocka_unit_test(test_thresholds),
		cmocka_unit_test(test_changes), cmocka_unit_test(test_rows_again),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
