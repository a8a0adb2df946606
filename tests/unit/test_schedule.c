// SPDX-License-Identifier: Apache-2.0
#include "common/domain/schedule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct schedule of(const char *word)
{
	struct schedule s = { .code = word, .rhythm = rhythm_of(word) };

	schedule_default_days(s.days);
	return s;
}

static struct date day(uint32_t ymd)
{
	return (struct date){ ymd };
}

static void assert_at(const char *word, uint32_t ymd, const char *code)
{
	struct schedule s = of(word);
	struct period p;

	assert_true(schedule_at(&s, day(ymd), &p));
	assert_string_equal(p.code, code);
	assert_true(p.first.ymd <= ymd && ymd <= p.last.ymd);
}

/* "báo cáo định kỳ 15 ngày/01 lần"; "Hội nghị giao ban tháng 8"; "Quý I năm 2023" */
static void test_the_period_of_a_day(void **state)
{
	(void)state;
	assert_at("half_month", 20240415, "2024-04a");
	assert_at("half_month", 20240416, "2024-04b");
	assert_at("month", 20230831, "2023-08");
	assert_at("month15", 20240414, "2024-04x");
	assert_at("month15", 20240415, "2024-05x");
	assert_at("month15", 20231215, "2024-01x");
	assert_at("quarter", 20230331, "2023-Q1");
	assert_at("quarter15", 20240315, "2024-Q2x");
	assert_at("quarter15", 20231231, "2024-Q1x");
	assert_at("year", 20241231, "2024");
	assert_at("iso_week", 20241230, "2025-W01");
	assert_at("iso_week", 20210103, "2020-W53");
	assert_int_equal(rhythm_of("weekly"), RHYTHM_NONE);
}

/* Each day of thirty years is in the period that schedule_at gives, and the periods follow each other
 * without a hole. */
static void test_periods_follow_each_other(void **state)
{
	static const char *const kinds[] = { "half_month", "month", "month15", "quarter",
					     "quarter15", "year", "iso_week" };

	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct schedule s = of(kinds[k]);
		struct period p, next, named;
		struct date d = day(20100101);

		assert_true(schedule_at(&s, d, &p));
		while (d.ymd < 20400101) {
			assert_true(schedule_period(&s, p.code, &named));
			assert_memory_equal(&named.first, &p.first, sizeof(p.first));
			for (d = p.first; d.ymd <= p.last.ymd; d = date_add(d, 1)) {
				assert_true(schedule_at(&s, d, &next));
				assert_string_equal(next.code, p.code);
			}
			assert_true(schedule_from(&s, date_add(p.first, 1), &next));
			assert_int_equal(next.first.ymd, d.ymd);
			assert_true(schedule_from(&s, next.first, &p));
			assert_string_equal(p.code, next.code);
		}
	}
}

static void test_bounds(void **state)
{
	struct schedule s = of("half_month");
	struct period p;

	(void)state;
	s.first = day(20240101);
	s.last = day(20240630);
	assert_false(schedule_at(&s, day(20231231), &p));
	assert_false(schedule_at(&s, day(20240701), &p));
	assert_false(schedule_period(&s, "2024-07a", &p));
	assert_true(schedule_period(&s, "2024-06b", &p));
	assert_true(schedule_from(&s, day(20200101), &p));
	assert_string_equal(p.code, "2024-01a");
	assert_true(schedule_from(&s, day(20240616), &p));
	assert_string_equal(p.code, "2024-06b");
	assert_false(schedule_from(&s, day(20240617), &p));
	/* half a period at the beginning is none */
	s.first = day(20240105);
	assert_true(schedule_from(&s, day(20240101), &p));
	assert_string_equal(p.code, "2024-01b");
	assert_false(schedule_at(&s, day(20240110), &p));
	/* the end of the world */
	s = of("year");
	assert_false(schedule_from(&s, day(21990102), &p));
	s = of("month");
	assert_false(schedule_from(&s, day(0), &p));
}

static void test_codes_of_others(void **state)
{
	static const char *const others[] = { "2024-04", "2024-04x", "2024-Q2", "2024", "2024-W14",
					      "2024-04c", "TET2024", "" };
	struct schedule s = of("half_month");
	struct period p = { .code = "untouched" };

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_false(schedule_period(&s, others[i], &p));
	assert_string_equal(p.code, "untouched");
}

/* "trong dịp Tết Nguyên đán 2023": a period that has a name and days of its own */
static void test_one_offs(void **state)
{
	static const struct period listed[] = { { "TET2023", { 20230110 }, { 20230131 } },
						{ "HE2023", { 20230601 }, { 20230831 } } };
	struct schedule s = of("once");
	struct period p;

	(void)state;
	assert_false(schedule_at(&s, day(20230110), &p)); /* none listed: no periods at all */
	assert_false(schedule_from(&s, day(20230110), &p));
	s.listed = listed;
	s.listed_n = 2;
	assert_true(schedule_at(&s, day(20230131), &p));
	assert_string_equal(p.code, "TET2023");
	assert_false(schedule_at(&s, day(20230201), &p));
	assert_true(schedule_from(&s, day(20230111), &p));
	assert_string_equal(p.code, "HE2023");
	assert_false(schedule_from(&s, day(20230602), &p));
	assert_true(schedule_period(&s, "HE2023", &p));
	assert_int_equal(p.first.ymd, 20230601);
	assert_false(schedule_period(&s, "2023-06", &p));
}

static void assert_before(const struct schedule *s, uint32_t ymd, const char *code)
{
	struct period p = { .code = "" };

	assert_int_equal(schedule_before(s, day(ymd), &p), code[0] != '\0');
	assert_string_equal(p.code, code);
}

static void test_the_last_one_that_ended(void **state)
{
	static const struct period listed[] = { { "TET2023", { 20230110 }, { 20230131 } },
						{ "HE2023", { 20230601 }, { 20230831 } } };
	struct schedule s = of("half_month");

	(void)state;
	assert_before(&s, 20240415, "2024-03b");
	assert_before(&s, 20240416, "2024-04a");
	s.first = day(20240401);
	s.last = day(20240430);
	assert_before(&s, 20240330, "");
	assert_before(&s, 20240415, "");
	assert_before(&s, 20240416, "2024-04a");
	assert_before(&s, 20240501, "2024-04b");
	assert_before(&s, 20241231, "2024-04b"); /* however long ago */
	s = of("once");
	assert_before(&s, 20240101, "");
	s.listed = listed;
	s.listed_n = 2;
	assert_before(&s, 20230131, "");
	assert_before(&s, 20230201, "TET2023");
	assert_before(&s, 20230831, "TET2023");
	assert_before(&s, 20240101, "HE2023");
}

/* The last day of 2024-01b is a Wednesday; Tết 2024 is off from 8 to 14 February. */
static void test_deadlines(void **state)
{
	static const struct holiday_row tet[] = {
		{ { 20240208 }, false, "Tết" }, { { 20240209 }, false, "Tết" },
		{ { 20240212 }, false, "Tết" }, { { 20240213 }, false, "Tết" },
		{ { 20240214 }, false, "Tết" }, { { 20240217 }, true, "làm bù" },
	};
	struct calendar *c = calendar_new(tet, sizeof(tet) / sizeof(tet[0]));
	struct schedule s = of("half_month");
	struct period p;

	(void)state;
	assert_non_null(c);
	assert_true(schedule_period(&s, "2024-01b", &p));
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_COMMUNE).ymd, 20240201);
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_DISTRICT).ymd, 20240202);
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_PROVINCE).ymd, 20240205);
	assert_int_equal(schedule_freeze(&s, c, &p).ymd, 20240207); /* central: the 6th */
	assert_true(schedule_period(&s, "2024-02a", &p)); /* closes on Thursday the 15th */
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_COMMUNE).ymd, 20240216);
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_DISTRICT).ymd, 20240217);
	assert_int_equal(schedule_deadline(&s, NULL, &p, UNIT_DISTRICT).ymd, 20240219);
	s.days[UNIT_PROVINCE] = 7;
	assert_int_equal(schedule_deadline(&s, c, &p, UNIT_PROVINCE).ymd, 20240223);
	assert_int_equal(schedule_freeze(&s, c, &p).ymd, 20240224);
	calendar_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_period_of_a_day),
		cmocka_unit_test(test_periods_follow_each_other),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_codes_of_others),
		cmocka_unit_test(test_one_offs),
		cmocka_unit_test(test_the_last_one_that_ended),
		cmocka_unit_test(test_deadlines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
