// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/periods.h"
#include "tests/unit/scarce.h"

static struct date day(uint32_t ymd)
{
	return (struct date){ ymd };
}

/* ---- a second computation: a counter that knows only the length of the months ---- */

enum { DAYS = 109573 }; /* 1900-01-01 .. 2199-12-31 */

static struct date world[DAYS];

static int fill_world(void **state)
{
	static const unsigned lengths[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	size_t n = 0;

	(void)state;
	for (unsigned y = 1900; y < 2200; y++)
		for (unsigned m = 0; m < 12; m++) {
			bool leap = y % 400 == 0 || (y % 4 == 0 && y % 100 != 0);
			unsigned length = lengths[m] + (m == 1 && leap);

			for (unsigned d = 1; d <= length; d++)
				world[n++] = day(y * 10000 + (m + 1) * 100 + d);
		}
	return n == DAYS ? 0 : -1;
}

static void test_every_day(void **state)
{
	char text[11], other[16];

	(void)state;
	for (int i = 0; i < DAYS; i++) {
		struct date d = world[i];

		assert_true(date_valid(d));
		assert_int_equal(date_days(d), i - 25567);
		assert_int_equal(date_from_days(i - 25567).ymd, d.ymd);
		assert_int_equal(date_weekday(d), i % 7 + 1); /* 1900-01-01 was a Monday */
		assert_int_equal(date_parse(date_format(d, text)).ymd, d.ymd);
		snprintf(other, sizeof(other), "%02u/%02u/%04u", d.ymd % 100, d.ymd / 100 % 100,
			 d.ymd / 10000);
		assert_int_equal(date_parse(other).ymd, d.ymd);
		assert_int_equal(date_add(d, 1).ymd, i + 1 < DAYS ? world[i + 1].ymd : 0);
		assert_int_equal(date_add(d, -1).ymd, i > 0 ? world[i - 1].ymd : 0);
	}
}

static void test_what_is_no_day(void **state)
{
	static const char *const bad[] = { "",		 "2024-4-02",	"2024-13-01", "2024-00-10",
					   "2024-02-30", "2023-02-29",	"1900-02-29", "1899-12-31",
					   "2200-01-01", "02-04-2024",	"2024/04/02", "2/4/2024",
					   "32/01/2024", "0a/01/2024",	"2024-0a-01", "2024-01-0a",
					   "20 4-01-01", "2024-04-021", "+024-01-01" };
	char text[11];
	size_t valid = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(date_parse(bad[i]).ymd, 0);
	for (uint32_t ymd = 18990000; ymd < 22010000; ymd++)
		valid += date_valid(day(ymd));
	assert_int_equal(valid, DAYS);
	assert_false(date_valid(day(0)));
	assert_false(date_valid(day(UINT32_MAX)));
	assert_string_equal(date_format(day(0), text), "");
	assert_int_equal(date_from_days(INT32_MAX).ymd, 0);
	assert_int_equal(date_from_days(INT32_MIN).ymd, 0);
	assert_int_equal(date_add(day(20240101), INT32_MAX).ymd, 0);
	assert_int_equal(date_add(day(20240101), INT32_MIN).ymd, 0);
	assert_int_equal(date_add(day(20240101), 366).ymd, 20250101);
}

static void test_office_time(void **state)
{
	(void)state;
	/* 2024-04-01 17:00 UTC is midnight in Hanoi */
	assert_int_equal(date_at((struct instant){ INT64_C(1711990800000) }, 420).ymd, 20240402);
	assert_int_equal(date_at((struct instant){ INT64_C(1711990799999) }, 420).ymd, 20240401);
	assert_int_equal(date_start(day(20240402), 420).ms, INT64_C(1711990800000));
	assert_int_equal(date_at((struct instant){ -1 }, 0).ymd, 19691231);
	assert_int_equal(date_at((struct instant){ 0 }, -1).ymd, 19691231);
	assert_int_equal(date_at((struct instant){ INT64_MAX }, 420).ymd, 0);
	assert_int_equal(date_at((struct instant){ INT64_MIN }, -420).ymd, 0);
	for (int i = 0; i < DAYS; i += 97) {
		struct instant t = date_start(world[i], 420);

		assert_int_equal(date_at(t, 420).ymd, world[i].ymd);
		assert_int_equal(date_at((struct instant){ t.ms + 86399999 }, 420).ymd,
				 world[i].ymd);
	}
}

/* ---- working days, against counting one by one ---- */

enum { HOLIDAYS = 40 };

static unsigned rnd(unsigned *seed, unsigned n)
{
	return (unsigned)rand_r(seed) % n;
}

/* The last row for the date, else the weekday. */
static bool works(const struct holiday_row *rows, size_t n, int i)
{
	for (size_t k = n; k-- > 0;)
		if (rows[k].date.ymd == world[i].ymd)
			return rows[k].working;
	return i % 7 < 5;
}

static void one_calendar(unsigned *seed)
{
	struct holiday_row rows[HOLIDAYS];
	size_t n = rnd(seed, HOLIDAYS);
	int start = (int)rnd(seed, DAYS - 200);
	uint32_t counted = 0;
	struct calendar *c;

	for (size_t k = 0; k < n; k++)
		rows[k] = (struct holiday_row){ world[start + (int)rnd(seed, 120)], rnd(seed, 2),
						"" };
	if (n > 0)
		rows[rnd(seed, (unsigned)n)].date.ymd = rnd(seed, 2) ? 0 : 20230230;
	c = calendar_new(rows, n);
	assert_non_null(c);
	for (int i = start; i < start + 150; i++) {
		assert_int_equal(calendar_between(c, world[start], world[i]), counted);
		assert_int_equal(calendar_working(c, world[i]), works(rows, n, i));
		counted += works(rows, n, i);
	}
	assert_int_equal(calendar_between(c, world[start + 10], world[start]), 0);
	calendar_free(c);
}

static void test_calendars(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 20240402;

	(void)state;
	printf("seed %u\n", seed);
	for (int i = 0; i < 500; i++)
		one_calendar(&seed);
}

static void test_tet(void **state)
{
	/* Tết 2024: 8-14 February off; 30/4-1/5 off, 29/4 swapped with Saturday 4/5 */
	static const struct holiday_row rows[] = {
		{ { 20240504 }, true, "làm bù" },   { { 20240429 }, false, "nghỉ hoán đổi" },
		{ { 20240430 }, false, "" },	    { { 20240501 }, false, "" },
		{ { 20240208 }, false, "" },	    { { 20240209 }, false, "" },
		{ { 20240210 }, false, "thứ bảy" }, { { 20240212 }, false, "" },
		{ { 20240213 }, false, "" },	    { { 20240214 }, false, "" },
	};
	struct calendar *c = calendar_new(rows, sizeof(rows) / sizeof(rows[0]));

	(void)state;
	assert_non_null(c);
	assert_int_equal(calendar_between(c, day(20240207), day(20240216)), 2); /* 7 and 15 */
	/* 26/4, 2, 3, 4/5 */
	assert_int_equal(calendar_between(c, day(20240426), day(20240506)), 4);
	assert_true(calendar_working(c, day(20240504)));
	assert_false(calendar_working(c, day(20240505)));
	assert_int_equal(calendar_between(c, day(20240504), day(20240504)), 0);
	assert_int_equal(calendar_step(c, day(20240426), 1).ymd, 20240502);
	assert_int_equal(calendar_step(c, day(20240426), 3).ymd, 20240504);
	assert_int_equal(calendar_step(c, day(20240506), -2).ymd, 20240503);
	assert_int_equal(calendar_step(c, day(20240505), -1).ymd, 20240504);
	assert_int_equal(calendar_step(c, day(20240505), 0).ymd, 20240505);
	calendar_free(c);
	assert_int_equal(calendar_between(NULL, day(20240101), day(20250101)), 262);
	assert_false(calendar_working(NULL, day(20240504)));
	c = calendar_new(NULL, 0);
	assert_int_equal(calendar_between(c, day(20240429), day(20240506)), 5);
	calendar_free(c);
	calendar_free(NULL);
	if (scarce_works()) {
		scarce_after(0);
		c = calendar_new(rows, 1);
		scarce_end();
		assert_null(c);
	}
}

/* ---- period codes ---- */

static void assert_period(const char *code, uint32_t first, uint32_t last)
{
	struct date a = { 1 }, b = { 2 };

	assert_true(period_parse(code, &a, &b));
	assert_int_equal(a.ymd, first);
	assert_int_equal(b.ymd, last);
}

static void test_periods(void **state)
{
	(void)state;
	assert_period("2024-04a", 20240401, 20240415);
	assert_period("2024-04b", 20240416, 20240430);
	assert_period("2024-02b", 20240216, 20240229);
	assert_period("2023-02b", 20230216, 20230228);
	assert_period("2024-04", 20240401, 20240430);
	assert_period("2024-04x", 20240315, 20240414);
	assert_period("2024-01x", 20231215, 20240114);
	assert_period("2024-12x", 20241115, 20241214);
	assert_period("2024-Q1", 20240101, 20240331);
	assert_period("2024-Q2", 20240401, 20240630);
	assert_period("2024-Q4", 20241001, 20241231);
	assert_period("2024-Q1x", 20231215, 20240314);
	assert_period("2024-Q4x", 20240915, 20241214);
	assert_period("2024", 20240101, 20241231);
	assert_period("1900", 19000101, 19001231);
	assert_period("2024-W14", 20240401, 20240407);
	/* the week of New Year belongs to the old year ... */
	assert_period("2020-W53", 20201228, 20210103);
	assert_period("2021-W01", 20210104, 20210110);
	assert_period("2024-W01", 20240101, 20240107);
	assert_period("2025-W01", 20241230, 20250105); /* ... or to the new one */
	assert_period("1900-W01", 19000101, 19000107);
	assert_period("2199-W52", 21991223, 21991229);
}

static void test_no_periods(void **state)
{
	static const char *const bad[] = {
		"",	    "2024-",	"202",	     "20240",	   "2024-13",  "2024-00",
		"2024-4",   "2024-04c", "2024-04ab", "2024-04xx",  "2024-0",   "2024-Q0",
		"2024-Q5",  "2024-Q",	"2024-Q1y",  "2024-Q1xx",  "2024-W",   "2024-W1",
		"2024-W00", "2024-W54", "2023-W53",  "2024-W53",   "2024-W1x", "2024-W144",
		"2024-w14", "2024-q1",	"2024-04A",  "1899",	   "2200",     "1900-01x",
		"1900-Q1x", "TET2023",	"2024/04",   "2024-04-02", " 2024",    "2024 ",
		"-024",
	};
	struct date a = { 7 }, b = { 8 };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_false(period_parse(bad[i], &a, &b));
		assert_int_equal(a.ymd, 7);
		assert_int_equal(b.ymd, 8);
	}
}

/* Every day of the world is in exactly one period of each schedule, and they follow each other
 * without a hole. */
static void assert_tiles(const char *const *codes, size_t n, int *next)
{
	struct date first, last;

	for (size_t i = 0; i < n; i++) {
		assert_true(period_parse(codes[i], &first, &last));
		if (*next >= 0)
			assert_int_equal(first.ymd, world[*next].ymd);
		*next = date_days(last) + 25567 + 1;
		assert_true(first.ymd <= last.ymd);
	}
}

static void test_tiles(void **state)
{
	int next;

	(void)state;
	for (size_t shape = 0; shape < 3; shape++) {
		next = -1;
		for (unsigned y = 1901; y < 2200; y++)
			for (unsigned m = 1; m <= 12; m++) {
				char a[16], b[16];
				const char *codes[] = { a, b };

				snprintf(a, sizeof(a),
					 shape == 0   ? "%u-%02ua"
					 : shape == 1 ? "%u-%02u"
						      : "%u-%02ux",
					 y, m);
				snprintf(b, sizeof(b), "%u-%02ub", y, m);
				assert_tiles(codes, shape == 0 ? 2 : 1, &next);
			}
	}
	for (unsigned x = 0; x < 2; x++) {
		next = -1;
		for (unsigned y = 1901; y < 2200; y++)
			for (unsigned q = 1; q <= 4; q++) {
				char a[16];
				const char *code = a;

				snprintf(a, sizeof(a), x ? "%u-Q%ux" : "%u-Q%u", y, q);
				assert_tiles(&code, 1, &next);
			}
	}
	next = -1;
	for (unsigned y = 1900; y < 2200; y++) {
		unsigned weeks = 0;

		for (unsigned w = 1; w <= 53; w++) {
			char a[16];
			const char *code = a;
			struct date first, last;

			snprintf(a, sizeof(a), "%u-W%02u", y, w);
			if (!period_parse(a, &first, &last))
				continue;
			assert_tiles(&code, 1, &next);
			assert_int_equal(date_weekday(first), 1);
			assert_int_equal(date_weekday(last), 7);
			weeks++;
		}
		assert_in_range(weeks, 52, 53);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day),   cmocka_unit_test(test_what_is_no_day),
		cmocka_unit_test(test_office_time), cmocka_unit_test(test_calendars),
		cmocka_unit_test(test_tet),	    cmocka_unit_test(test_periods),
		cmocka_unit_test(test_no_periods),  cmocka_unit_test(test_tiles),
	};
	return cmocka_run_group_tests(tests, fill_world, NULL);
}
