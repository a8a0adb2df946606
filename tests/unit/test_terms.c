// SPDX-License-Identifier: Apache-2.0
/* What was decided for one cell alone, and the due date that follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/terms.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

/* Wednesday 15 May 2024; the 13th is a Monday, the 11th a Saturday that is worked. */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam", .number = 1),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã A", .number = 4),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "T", .parent = "KH", .kind = ITEM_TASK, .name = "Gửi kế hoạch", .number = 2, .answer = ANSWER_ALL,
	     .reporters = "40|412|16681", .start = { 20240401 }, .due = { 20240515 }, .schedule = "K24", .flags = ITEM_OWN_WORK),
	ITEM(.code = "L", .parent = "KH", .kind = ITEM_TASK, .name = "Việc", .number = 3, .lead = "412",
	     .start = { 20240401 }, .due = { 20240515 }, .schedule = "K24"),
	ITEM(.code = "M", .parent = "KH", .kind = ITEM_TASK, .name = "Việc theo quý", .number = 4, .answer = ANSWER_ALL,
	     .reporters = "412|16681", .start = { 20240401 }, .due = { 20240515 }, .schedule = "quarter", .flags = ITEM_OWN_WORK),
	ITEM(.code = "N", .parent = "KH", .kind = ITEM_TASK, .name = "Không hạn", .number = 5, .lead = "412"),
	MILESTONE(.item = "L", .no = 1, .date = { 20240410 }),
	MILESTONE(.item = "L", .no = 2, .date = { 20240420 }),
	MILESTONE(.item = "L", .no = 3, .date = { 20240430 }),
	{ .kind = ROW_SCHEDULE, .schedule = { .schedule = "K24", .kind = "once", .name = "KH 24" } },
	{ .kind = ROW_PERIOD, .period = { .schedule = "K24", .period = "KH24", .start = { 20240401 }, .end = { 20240510 } } },
	{ .kind = ROW_DEADLINE, .deadline = { .schedule = "K24", .unit_kind = UNIT_PROVINCE, .working_days = 5 } },
	{ .kind = ROW_DEADLINE, .deadline = { .schedule = "K24", .unit_kind = UNIT_DISTRICT, .working_days = 3 } },
	{ .kind = ROW_DEADLINE, .deadline = { .schedule = "K24", .unit_kind = UNIT_COMMUNE, .working_days = 2 } },
	{ .kind = ROW_DEADLINE, .deadline = { .schedule = "K24", .unit_kind = UNIT_CENTRAL, .working_days = 9 } },
	{ .kind = ROW_HOLIDAY, .holiday = { .date = { 20240511 }, .working = true } },
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

static uint32_t item(const char *code)
{
	return catalogue_item_by_code(c, code);
}

static uint32_t unit(uint32_t number)
{
	return catalogue_unit_by_number(c, number);
}

/* "chậm nhất ngày 15/5 phải xây dựng xong và gửi Kế hoạch": the province's date, and what follows for those below it. */
static void test_the_cascade(void **state)
{
	(void)state;
	assert_int_equal(figures_due(c, item("T"), UNIT_PROVINCE).ymd, 20240515);
	assert_int_equal(figures_due(c, item("T"), UNIT_DISTRICT).ymd, 20240513);
	assert_int_equal(figures_due(c, item("T"), UNIT_COMMUNE).ymd, 20240511);
	assert_int_equal(figures_due(c, item("T"), UNIT_CENTRAL).ymd, 20240515); /* never behind the plan's own */
	assert_int_equal(figures_due(c, item("L"), UNIT_COMMUNE).ymd, 20240515); /* one answers */
	assert_int_equal(figures_due(c, item("M"), UNIT_COMMUNE).ymd, 20240515); /* not a one-off */
	assert_int_equal(figures_due(c, item("N"), UNIT_COMMUNE).ymd, 0);
}

static void test_granted(void **state)
{
	struct terms t = { 0 };
	(void)state;
	assert_null(terms_find(&t, 3, 2));
	assert_null(terms_find(NULL, 3, 2));
	assert_int_equal(terms_due(&t, c, unit(3), item("T")).ymd, 20240513);
	assert_true(terms_grant(&t, 3, 2, DAY(20240513), DAY(20240601)));
	assert_int_equal(terms_due(&t, c, unit(3), item("T")).ymd, 20240601);
	assert_int_equal(terms_due(&t, c, unit(4), item("T")).ymd, 20240511);
	assert_true(terms_grant(&t, 3, 2, DAY(20240601), DAY(20240701)));
	assert_int_equal(terms_find(&t, 3, 2)->first_due.ymd, 20240513); /* never erased */
	assert_int_equal(terms_find(&t, 3, 2)->due.ymd, 20240701);
	assert_true(terms_grant(&t, 3, 2, DAY(20240701), DAY(20240402)));
	assert_int_equal(terms_due(&t, c, unit(3), item("T")).ymd, 20240513); /* the plan's own has passed it */
	terms_free(&t);
	assert_int_equal(t.n, 0);
}

static uint16_t judge(const struct terms *t, const char *code, uint16_t flags, enum task_state state, uint32_t today)
{
	const struct item_row *row = &catalogue_item(c, item(code))->row;
	struct figures_day day = figures_day(c, row, figures_due(c, item(code), UNIT_DISTRICT), DAY(today));
	struct figures_place at = { .expected = true, .milestone = catalogue_milestone(c, item(code), unit(3)) };
	struct cell cell = { .flags = flags, .state = (uint8_t)state, .percent = state == TASK_IN_PROGRESS ? 99 : 0 };
	terms_judge(t, c, unit(3), item(code), &day, &at);
	return figures_flags(row, &day, &at, &cell);
}

static void test_judged_by_them(void **state)
{
	struct terms t = { 0 };
	(void)state;
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240516), CELL_TERMS | CELL_EXPECTED | CELL_OVERDUE);
	assert_true(terms_grant(&t, 3, 3, DAY(20240515), DAY(20240520)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240516), CELL_TERMS | CELL_EXPECTED);
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240521), CELL_TERMS | CELL_EXPECTED | CELL_OVERDUE);
	/* not applicable from a day to a day */
	assert_true(terms_exempt(&t, 3, 3, DAY(20240520), DAY(20240522)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240519), CELL_TERMS | CELL_EXPECTED);
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240520), CELL_TERMS | CELL_EXPECTED | CELL_NA);
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20240522), CELL_TERMS | CELL_EXPECTED | CELL_NA);
	assert_int_equal(judge(&t, "L", CELL_TERMS | CELL_NA, TASK_NONE, 20240523),
			 CELL_TERMS | CELL_EXPECTED | CELL_OVERDUE);
	assert_true(terms_exempt(&t, 3, 3, DAY(20240520), DAY(0)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_NONE, 20290101), CELL_TERMS | CELL_EXPECTED | CELL_NA);
	terms_free(&t);
}

static void test_milestones(void **state)
{
	const uint16_t good = CELL_TERMS | CELL_EXPECTED;
	struct terms t = { 0 };
	(void)state;
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240411), good | CELL_BEHIND);
	assert_true(terms_reach(&t, 3, 3, 2, DAY(20240409)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240411), good | CELL_BEHIND);
	assert_true(terms_reach(&t, 3, 3, 1, DAY(20240410)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240411), good);
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240430), good); /* the third is of that day */
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240501), good | CELL_BEHIND);
	assert_true(terms_reach(&t, 3, 3, 3, DAY(20240501)));
	assert_int_equal(judge(&t, "L", CELL_TERMS, TASK_IN_PROGRESS, 20240502), good);
	assert_true(terms_reach(&t, 3, 3, 1, DAY(20240501)));
	const struct term *term = terms_find(&t, 3, 3);
	assert_int_equal(term->reached_n, 3);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(term->reached[i].no, i + 1);
	assert_int_equal(term->reached[0].on.ymd, 20240410); /* the first day counts */
	terms_free(&t);
}

/* ---- bytes ---- */

static void many(struct terms *t)
{
	for (uint32_t i = 1; i <= 200; i++) {
		assert_true(terms_grant(t, i, i % 7 + 1, DAY(20240101), DAY(20240200 + i % 28)));
		assert_true(terms_reach(t, i, 3, i, DAY(20240105)));
	}
	assert_true(terms_reach(t, 5, 3, 1, DAY(20240105)));
	assert_true(terms_exempt(t, 9, 9, DAY(20240105), DAY(0)));
}

static void test_bytes_and_back(void **state)
{
	struct terms t = { 0 }, again = { 0 };
	struct buffer a = { 0 }, b = { 0 };
	(void)state;
	many(&t);
	terms_pack(&a, &t);
	assert_true(terms_unpack(&again, buffer_bytes(&a)));
	assert_int_equal(again.n, t.n);
	for (uint32_t i = 0; i < t.n; i++)
		assert_int_equal(terms_find(&again, t.list[i].unit, t.list[i].item)->due.ymd, t.list[i].due.ymd);
	terms_pack(&b, &again);
	assert_true(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
	terms_free(&t);
	terms_free(&again);
	buffer_free(&a);
	buffer_free(&b);
}

static bool takes(const uint8_t *bytes, size_t n)
{
	struct terms t = { 0 };
	bool good = terms_unpack(&t, bytes_of(bytes, n));
	terms_free(&t);
	return good;
}

static void test_bytes_that_are_none(void **state)
{
	struct terms t = { 0 };
	struct buffer b = { 0 };
	(void)state;
	assert_true(terms_reach(&t, 5, 3, 1, DAY(20240105)));
	assert_true(terms_reach(&t, 5, 3, 2, DAY(20240105)));
	assert_true(terms_exempt(&t, 9, 9, DAY(20240105), DAY(0)));
	terms_pack(&b, &t);
	for (size_t n = 0; n < b.size; n++)
		assert_false(takes(b.data, n));
	assert_true(takes(b.data, b.size));
	buffer_put_u8(&b, 0);
	assert_false(takes(b.data, b.size--));
	b.data[4 + 28 + 8 + 3] = 1; /* the milestone 1 twice */
	assert_false(takes(b.data, b.size));
	b.data[4 + 28 + 8 + 3] = 2;
	memcpy(b.data + 4 + 28 + 16, b.data + 4, 8); /* the same cell twice */
	assert_false(takes(b.data, b.size));
	terms_free(&t);
	buffer_free(&b);
}

static void test_memory(void **state)
{
	struct terms t = { 0 }, whole = { 0 };
	struct buffer b = { 0 };
	(void)state;
	if (!scarce_works())
		skip();
	many(&whole);
	terms_pack(&b, &whole);
	long fails = 0;
	for (bool good = false; !good; fails += !good) {
		scarce_after(fails);
		good = terms_unpack(&t, buffer_bytes(&b));
		scarce_end();
		terms_free(&t);
	}
	assert_true(fails > 201); /* one for each cell with milestones, and some to grow */
	for (long n = 0; n < 4; n++) {
		scarce_after(n);
		bool good = terms_grant(&t, 1, 1, DAY(20240101), DAY(20240102)) && terms_reach(&t, 1, 2, 1, DAY(20240101));
		scarce_end();
		assert_int_equal(good, n == 3);
		terms_free(&t);
	}
	scarce_after(0);
	assert_false(terms_reach(&t, 1, 2, 1, DAY(20240101)));
	assert_false(terms_exempt(&t, 1, 2, DAY(20240101), DAY(0)));
	scarce_end();
	terms_free(&t);
	terms_free(&whole);
	buffer_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_cascade),    cmocka_unit_test(test_granted),
		cmocka_unit_test(test_judged_by_them), cmocka_unit_test(test_milestones),
		cmocka_unit_test(test_bytes_and_back), cmocka_unit_test(test_bytes_that_are_none),
		cmocka_unit_test(test_memory),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
