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
		snprintf(other, sizeof(other), "%02u/%02u/%04u", d.ymd % 100, d.ymd / 100 % 100, d.ymd / 10000);
		assert_int_equal(date_parse(other).ymd, d.ymd);
		assert_int_equal(date_add(d, 1).ymd, i + 1 < DAYS ? world[i + 1].ymd : 0);
		assert_int_equal(date_add(d, -1).ymd, i > 0 ? world[i - 1].ymd : 0);
	}
}

static void test_what_is_no_day(void **state)
{
	static const char *const bad[] = { "", "2024-4-02", "2024-13-01", "2024-00-10", "2024-02-30", "2023-02-29",
					   "1900-02-29", "1899-12-31", "2200-01-01", "02-04-2024", "2024/04/02",
					   "2/4/2024", "32/01/2024", "0a/01/2024", "2024-0a-01", "2024-01-0a",
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
		assert_int_equal(date_at((struct instant){ t.ms + 86399999 }, 420).ymd, world[i].ymd);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_day),
		cmocka_unit_test(test_what_is_no_day),
		cmocka_unit_test(test_office_time),
	};
	return cmocka_run_group_tests(tests, fill_world, NULL);
}
