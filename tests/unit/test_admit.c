// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "tests/unit/support_rows.h"

/* VN - 40 - 412 - 16681, 16684 (opened 1/7/2023); 40 - 413 (closed 1/1/2024); VN - 38 */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam"),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An"),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Thành phố Vinh"),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò",
	     .closed = { 20240101 }),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Phường 1"),
	UNIT(.code = "16684", .parent = "412", .kind = UNIT_COMMUNE, .name = "Phường 2",
	     .opened = { 20230701 }),
	UNIT(.code = "38", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Thanh Hoá"),
	GROUP(.group = "PILOT", .use = "pilot", .name = "Điểm", .unit = "16681",
	      .to = { 20240331 }),
	ITEM(.code = "KH87", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch 87"),
	ITEM(.code = "G", .parent = "KH87", .kind = ITEM_GROUP, .name = "Nhóm"),
	ITEM(.code = "OLD", .parent = "KH87", .kind = ITEM_GROUP, .name = "Nhóm cũ",
	     .closed = { 20240101 }),
	ITEM(.code = "T", .parent = "G", .kind = ITEM_TASK, .name = "Việc", .answer = ANSWER_ALL,
	     .reporters = "kind:district@40|kind:commune@40"),
	ITEM(.code = "TOLD", .parent = "OLD", .kind = ITEM_TASK, .name = "Việc cũ", .lead = "412"),
	ITEM(.code = "R", .parent = "G", .kind = ITEM_RATIO, .name = "Tỷ lệ", .lead = "412",
	     .bounded = true, .num_def = "n", .den_def = "d", .measure = MEASURE_STOCK),
	ITEM(.code = "RFREE", .parent = "G", .kind = ITEM_RATIO, .name = "Tỷ lệ có thể vượt",
	     .lead = "412", .num_def = "n", .den_def = "d", .measure = MEASURE_YTD),
	ITEM(.code = "C", .parent = "G", .kind = ITEM_COUNT, .name = "Đếm", .lead = "412",
	     .measure = MEASURE_FLOW),
	ITEM(.code = "CS", .parent = "G", .kind = ITEM_COUNT, .name = "Đếm mức", .lead = "412"),
	ITEM(.code = "P", .parent = "G", .kind = ITEM_POINTS, .name = "Điểm số", .lead = "412",
	     .aggregate = AGGREGATE_OWN, .has_maximum = true, .maximum = 1800),
	ITEM(.code = "RANK", .parent = "G", .kind = ITEM_POINTS, .name = "Thứ hạng", .lead = "412",
	     .aggregate = AGGREGATE_OWN),
	ITEM(.code = "CH", .parent = "G", .kind = ITEM_COUNT, .name = "Nửa tháng", .lead = "412",
	     .schedule = "half_month"),
	ITEM(.code = "CT", .parent = "G", .kind = ITEM_COUNT, .name = "Dịp Tết", .lead = "412",
	     .schedule = "TET"),
	{ .kind = ROW_SCHEDULE, .schedule = { .schedule = "TET", .kind = "once" } },
	{ .kind = ROW_PERIOD,
	  .period = { .schedule = "TET",
		      .period = "TET2024",
		      .start = { 20240120 },
		      .end = { 20240220 } } },
	ITEM(.code = "CP", .parent = "G", .kind = ITEM_COUNT, .name = "Ở điểm",
	     .answer = ANSWER_ALL, .reporters = "group:PILOT"),
};

static struct catalogue *c;
static struct admit_place place;
static struct admit_found found;

static int setup(void **state)
{
	(void)state;
	c = rows_build(rows, N(rows));
	place = (struct admit_place){ .catalogue = c, .today = { 20240402 } };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_free(c);
	return 0;
}

/* a usual update, with what the test is about written over it */
#pragma GCC diagnostic ignored "-Woverride-init"
#define UPDATE(...)                              \
	((struct update){ .seq = 1,              \
			  .unit = "412",         \
			  .as_of = { 20240401 }, \
			  .period = "",          \
			  .note = "",            \
			  .reason = "",          \
			  .product_ref = "",     \
			  __VA_ARGS__ })
#define TASK(...) UPDATE(.item = "T", .body = BODY_TASK, __VA_ARGS__)
#define DONE(...)                                                                                 \
	TASK(.state = TASK_DONE, .percent = 100, .product_ref = "QĐ 12", .done_on = { 20240331 }, \
	     __VA_ARGS__)
#define RATIO(n, d, ...) \
	UPDATE(.item = "R", .body = BODY_RATIO, .numerator = n, .denominator = d, __VA_ARGS__)
#define COUNT(v, ...) UPDATE(.item = "C", .body = BODY_COUNT, .value = v, __VA_ARGS__)
#define POINTS(v, ...) UPDATE(.item = "P", .body = BODY_POINTS, .value = v, __VA_ARGS__)

static void verdict(const struct update *u, enum reason reason, const char *field)
{
	struct verdict v = admit_check(&place, u, &found);

	assert_int_equal(v.reason, reason);
	assert_string_equal(v.field, field);
}

#define TAKES(u)                               \
	do {                                   \
		struct update up = u;          \
		verdict(&up, REASON_NONE, ""); \
	} while (0)
#define REFUSES(reason, at, u)                     \
	do {                                       \
		struct update up = u;              \
		verdict(&up, REASON_##reason, at); \
	} while (0)

static void test_takes(void **state)
{
	(void)state;
	TAKES(TASK(.state = TASK_NOT_STARTED));
	TAKES(DONE());
	TAKES(RATIO(9843, 10000));
	TAKES(COUNT(1387));
	TAKES(POINTS(1750));
	assert_string_equal(catalogue_unit(c, found.unit)->row.code, "412");
	assert_string_equal(catalogue_item(c, found.item)->row.code, "P");
}

static void test_bodies(void **state)
{
	(void)state;
	REFUSES(NOT_YET, "", UPDATE(.item = "T"));
	REFUSES(NOT_YET, "", UPDATE(.item = "T", .body = (enum body_kind)99));
	place.rules = 1;
	REFUSES(NOT_YET, "unchanged", UPDATE(.item = "T", .body = BODY_UNCHANGED));
	REFUSES(NOT_YET, "notice_ack", UPDATE(.item = "nonesuch", .body = BODY_NOTICE_ACK));
	TAKES(COUNT(1));
	place.rules = 0;
	REFUSES(WRONG_BODY, "ratio", UPDATE(.item = "T", .body = BODY_RATIO));
	REFUSES(WRONG_BODY, "task", RATIO(1, 2, .body = BODY_TASK));
	REFUSES(WRONG_BODY, "count", POINTS(1, .body = BODY_COUNT));
	REFUSES(WRONG_BODY, "points", COUNT(1, .body = BODY_POINTS));
}

static void test_texts(void **state)
{
	char text[NOTE_MAX_BYTES + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[NOTE_MAX_BYTES + 1] = '\0';
	REFUSES(TEXT_TOO_LONG, "note", COUNT(1, .note = text));
	REFUSES(TEXT_TOO_LONG, "reason", COUNT(1, .reason = text));
	text[NOTE_MAX_BYTES] = '\0';
	TAKES(COUNT(1, .note = text, .reason = text));
	text[REF_MAX_BYTES + 1] = '\0';
	REFUSES(TEXT_TOO_LONG, "task.product_ref", DONE(.product_ref = text));
	text[REF_MAX_BYTES] = '\0';
	TAKES(DONE(.product_ref = text));
	REFUSES(TEXT_NOT_UTF8, "note", COUNT(1, .note = "\xff"));
	REFUSES(TEXT_NOT_NFC, "reason", COUNT(1, .reason = "Hoa\xcc\x80"));
	REFUSES(TEXT_CONTROL, "note", COUNT(1, .note = "\x1b[2J"));
	REFUSES(PERSONAL_ID, "note", COUNT(1, .note = "ông A, CCCD 038 123 456 789"));
	REFUSES(PERSONAL_ID, "task.product_ref", DONE(.product_ref = "038123456789"));
	/* texts come before all else about the update: what must not be sent is said first */
	REFUSES(PERSONAL_ID, "note",
		COUNT(-1, .note = "038123456789", .unit = "X", .item = "X", .as_of = { 0 }));
}

static void test_as_of(void **state)
{
	(void)state;
	REFUSES(AS_OF_MISSING, "as_of", COUNT(1, .as_of = { 0 }));
	REFUSES(OUT_OF_RANGE, "as_of", COUNT(1, .as_of = { 20240230 }));
	REFUSES(OUT_OF_RANGE, "as_of", COUNT(1, .as_of = { 19991231 }));
	REFUSES(OUT_OF_RANGE, "as_of", COUNT(1, .as_of = { UINT32_MAX }));
	TAKES(COUNT(1, .as_of = { 20000101 }));
	TAKES(COUNT(1, .as_of = { 20240402 }));
	REFUSES(AS_OF_IN_FUTURE, "as_of", COUNT(1, .as_of = { 20240403 }));
	/* what the figure itself lacks is said before */
	REFUSES(OUT_OF_RANGE, "count.value", COUNT(-1, .as_of = { 20240403 }));
}

static void test_units_and_items(void **state)
{
	(void)state;
	REFUSES(UNKNOWN_UNIT, "unit", COUNT(1, .unit = "999"));
	REFUSES(UNKNOWN_UNIT, "unit", COUNT(1, .unit = ""));
	REFUSES(UNIT_CLOSED, "unit", TASK(.state = TASK_NOT_STARTED, .unit = "413"));
	TAKES(TASK(.state = TASK_NOT_STARTED, .unit = "413", .as_of = { 20231231 }));
	REFUSES(UNIT_CLOSED, "unit",
		TASK(.state = TASK_NOT_STARTED, .unit = "16684", .as_of = { 20230630 }));
	TAKES(TASK(.state = TASK_NOT_STARTED, .unit = "16684", .as_of = { 20230701 }));
	REFUSES(UNKNOWN_ITEM, "item", COUNT(1, .item = "nonesuch"));
	REFUSES(NOT_A_LEAF, "item", COUNT(1, .item = "KH87"));
	REFUSES(NOT_A_LEAF, "item", COUNT(1, .item = "OLD"));
	REFUSES(ITEM_CLOSED, "item", TASK(.item = "TOLD"));
	TAKES(TASK(.item = "TOLD", .state = TASK_NOT_STARTED, .as_of = { 20231231 }));
	REFUSES(NOT_ASSIGNED, "item", COUNT(1, .unit = "40"));
	TAKES(COUNT(1, .item = "CP", .unit = "16681", .as_of = { 20240331 }));
	REFUSES(NOT_ASSIGNED, "item", COUNT(1, .item = "CP", .unit = "16681"));
}

static void test_scope(void **state)
{
	const struct update own = TASK(.state = TASK_NOT_STARTED),
			    below = TASK(.state = TASK_NOT_STARTED, .unit = "16681");

	(void)state;
	/* numbers are given in order of the rows: VN 1, 40 2, 412 3, 413 4, 16681 5 ... 38 7 */
	place.scope_unit = 3;
	TAKES(own);
	TAKES(below);
	place.scope_unit = 2;
	TAKES(below);
	place.scope_unit = 5;
	TAKES(below);
	REFUSES(OUT_OF_SCOPE, "unit", own);
	place.scope_unit = 7;
	REFUSES(OUT_OF_SCOPE, "unit", own);
	place.scope_unit = 99;
	REFUSES(OUT_OF_SCOPE, "unit", own);
	/* a closed scope still speaks for its own past, and for nothing else */
	place.scope_unit = 4;
	TAKES(TASK(.state = TASK_NOT_STARTED, .unit = "413", .as_of = { 20231231 }));
	REFUSES(OUT_OF_SCOPE, "unit", own);
	/* who may not report for a unit does not learn what is assigned to it */
	REFUSES(OUT_OF_SCOPE, "unit", COUNT(1, .unit = "40"));
	place.scope_unit = 0;
}

static void test_tasks(void **state)
{
	(void)state;
	REFUSES(OUT_OF_RANGE, "task.percent", TASK(.state = TASK_IN_PROGRESS, .percent = 101));
	REFUSES(OUT_OF_RANGE, "task.done_on", DONE(.done_on = { 20240230 }));
	REFUSES(OUT_OF_RANGE, "task.done_on", DONE(.done_on = { 19991231 }));
	REFUSES(CONTRADICTION, "task.state", TASK(.state = TASK_NONE));
	REFUSES(CONTRADICTION, "task.state", TASK(.state = (enum task_state)7));
	REFUSES(CONTRADICTION, "task.percent", TASK(.state = TASK_NOT_STARTED, .percent = 1));
	REFUSES(CONTRADICTION, "task.percent", TASK(.state = TASK_IN_PROGRESS, .percent = 100));
	REFUSES(CONTRADICTION, "task.percent", DONE(.percent = 99));
	REFUSES(CONTRADICTION, "task.product_ref", DONE(.product_ref = ""));
	REFUSES(CONTRADICTION, "task.product_ref", DONE(.product_ref = " \n"));
	REFUSES(CONTRADICTION, "task.done_on", DONE(.done_on = { 0 }));
	REFUSES(CONTRADICTION, "task.done_on", DONE(.done_on = { 20240402 }));
	REFUSES(CONTRADICTION, "task.done_on",
		TASK(.state = TASK_IN_PROGRESS, .done_on = { 20240331 }));
	TAKES(DONE(.done_on = { 20240401 }));
	TAKES(TASK(.state = TASK_IN_PROGRESS, .percent = 0));
	TAKES(TASK(.state = TASK_IN_PROGRESS, .percent = 99, .product_ref = "bản thảo"));
}

static void test_figures(void **state)
{
	(void)state;
	TAKES(RATIO(0, 0));
	TAKES(RATIO(VALUE_MAX, VALUE_MAX));
	REFUSES(OUT_OF_RANGE, "ratio.numerator", RATIO(-1, 5));
	REFUSES(OUT_OF_RANGE, "ratio.numerator", RATIO(VALUE_MAX + 1, 5));
	REFUSES(OUT_OF_RANGE, "ratio.denominator", RATIO(5, -1));
	REFUSES(OUT_OF_RANGE, "ratio.denominator", RATIO(5, INT64_MAX));
	REFUSES(NUMERATOR_ABOVE_DENOMINATOR, "ratio.numerator", RATIO(6, 5));
	TAKES(RATIO(6, 5, .item = "RFREE"));
	TAKES(COUNT(0));
	TAKES(COUNT(VALUE_MAX));
	REFUSES(OUT_OF_RANGE, "count.value", COUNT(-1));
	REFUSES(OUT_OF_RANGE, "count.value", COUNT(VALUE_MAX + 1));
	TAKES(POINTS(1800));
	REFUSES(OUT_OF_RANGE, "points.value", POINTS(1801));
	REFUSES(OUT_OF_RANGE, "points.value", POINTS(-1));
	TAKES(POINTS(VALUE_MAX, .item = "RANK"));
	REFUSES(OUT_OF_RANGE, "points.value", POINTS(VALUE_MAX + 1, .item = "RANK"));
}

static void test_nothing(void **state)
{
	(void)state;
	TAKES(UPDATE(.item = "C", .body = BODY_NONE_ARISEN));
	TAKES(UPDATE(.item = "RFREE", .body = BODY_NONE_ARISEN));
	REFUSES(NOTHING_NOT_ALLOWED, "none_arisen", UPDATE(.item = "R", .body = BODY_NONE_ARISEN));
	REFUSES(NOTHING_NOT_ALLOWED, "none_arisen", UPDATE(.item = "CS", .body = BODY_NONE_ARISEN));
	REFUSES(NOTHING_NOT_ALLOWED, "none_arisen", UPDATE(.item = "T", .body = BODY_NONE_ARISEN));
}

static void test_author(void **state)
{
	(void)state;
	TAKES(COUNT(1, .author_role = AUTHOR_IMPORT));
	REFUSES(OUT_OF_RANGE, "author_role", COUNT(1, .author_role = 4));
}

static void test_periods(void **state)
{
	(void)state;
	TAKES(COUNT(1, .period = "2024-04a"));
	TAKES(COUNT(1, .period = "2024-Q1x"));
	REFUSES(BAD_PERIOD, "period", COUNT(1, .period = "2024-13"));
	REFUSES(BAD_PERIOD, "period", COUNT(1, .period = "TET2024"));
	/* a leaf with a schedule has that schedule's periods, and a figure the days of its period */
	TAKES(COUNT(1, .item = "CH", .period = "2024-04a"));
	TAKES(COUNT(1, .item = "CH", .period = "2024-03b", .as_of = { 20240331 }));
	TAKES(COUNT(1, .item = "CT", .period = "TET2024", .as_of = { 20240131 }));
	TAKES(COUNT(1, .item = "CH"));
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CH", .period = "2024-04"));
	TAKES(COUNT(1, .item = "CH", .period = "2024-03b")); /* in its window: until the deadline */
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CH", .period = "2024-03a"));
	place.rules = 1;
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CH", .period = "2024-03b"));
	TAKES(COUNT(1, .item = "CH"));
	place.rules = 0;
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CH", .period = "2024-04b"));
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CT", .period = "TET2024"));
	REFUSES(BAD_PERIOD, "period", COUNT(1, .item = "CT", .period = "2024-04a"));
	REFUSES(AS_OF_IN_FUTURE, "as_of", COUNT(1, .period = "TET2024", .as_of = { 20250101 }));
}

/* Several faults at once: the earlier rule speaks. Taking them away one by one shows the whole
 * order. */
static void test_order(void **state)
{
	struct update u =
		TASK(.body = BODY_MILESTONE, .unit = "X", .item = "X", .as_of = { 0 },
		     .note = "\x01", .state = TASK_IN_PROGRESS, .percent = 200, .period = "X");

	(void)state;
	place.scope_unit = 7;
	place.rules = 1;
	REFUSES(NOT_YET, "milestone", u);
	place.rules = 0;
	u.body = BODY_TASK;
	REFUSES(TEXT_CONTROL, "note", u);
	u.note = "";
	REFUSES(AS_OF_MISSING, "as_of", u);
	u.as_of.ymd = 1;
	REFUSES(OUT_OF_RANGE, "as_of", u);
	u.as_of.ymd = 20240501;
	REFUSES(UNKNOWN_UNIT, "unit", u);
	u.unit = "40";
	REFUSES(UNKNOWN_ITEM, "item", u);
	u.item = "G";
	REFUSES(NOT_A_LEAF, "item", u);
	u.item = "TOLD";
	REFUSES(ITEM_CLOSED, "item", u);
	u.item = "R";
	REFUSES(OUT_OF_SCOPE, "unit", u);
	place.scope_unit = 1;
	REFUSES(NOT_ASSIGNED, "item", u);
	u.unit = "412";
	REFUSES(WRONG_BODY, "task", u);
	u.item = "T";
	REFUSES(OUT_OF_RANGE, "task.percent", u);
	u.percent = 100;
	REFUSES(CONTRADICTION, "task.percent", u);
	u.percent = 99;
	REFUSES(AS_OF_IN_FUTURE, "as_of", u);
	u.as_of.ymd = 20240402;
	REFUSES(BAD_PERIOD, "period", u);
	u.period = "2024";
	TAKES(u);
	place.scope_unit = 0;
}

static void against(struct update u, struct admit_cell cell, enum reason reason)
{
	struct verdict v = admit_against(&u, 0, &cell);

	assert_int_equal(v.reason, reason);
	assert_string_equal(v.field, reason == REASON_NONE ? "" : "reason");
}

static void test_backwards(void **state)
{
	const struct admit_cell nothing = { 0 };
	const struct admit_cell done = { .reported = true,
					 .as_of = { 20240401 },
					 .state = TASK_DONE };

	(void)state;
	against(TASK(.state = TASK_NOT_STARTED), nothing, REASON_NONE);
	against(DONE(), done, REASON_NONE);
	against(TASK(.state = TASK_IN_PROGRESS), done, REASON_REASON_REQUIRED);
	against(TASK(.state = TASK_IN_PROGRESS, .reason = " \n"), done, REASON_REASON_REQUIRED);
	against(TASK(.state = TASK_IN_PROGRESS, .reason = "thanh tra yêu cầu làm lại"), done,
		REASON_NONE);
	against(TASK(.state = TASK_IN_PROGRESS, .as_of = { 20240331 }), done,
		REASON_NONE); /* it would not win */
	against(COUNT(1), done, REASON_NONE);
}

static void test_wins(void **state)
{
	(void)state;
	struct admit_cell held = { 0 };
	assert_true(admit_wins(5, DAY(20240401), &held));
	held = (struct admit_cell){ .reported = true, .period = 5, .as_of = DAY(20240331) };
	assert_true(admit_wins(5, DAY(20240401), &held));
	assert_true(admit_wins(5, DAY(20240331), &held));
	assert_false(admit_wins(5, DAY(20240330), &held));
	assert_true(admit_wins(6, DAY(20240301), &held));
	assert_false(admit_wins(4, DAY(20240401), &held));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_takes),
		cmocka_unit_test(test_bodies),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_as_of),
		cmocka_unit_test(test_units_and_items),
		cmocka_unit_test(test_scope),
		cmocka_unit_test(test_tasks),
		cmocka_unit_test(test_figures),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_author),
		cmocka_unit_test(test_periods),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_backwards),
		cmocka_unit_test(test_wins),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
