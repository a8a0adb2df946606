// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "tests/unit/scratch.h"

static int64_t parsed(const char *text)
{
	struct instant t = {-1};
	return clock_parse(text, &t) ? t.ms : -1;
}

static void test_parse(void **state)
{
	(void)state;
	assert_int_equal(parsed("2023-05-15T08:00:00+07:00"), INT64_C(1684112400000));
	assert_int_equal(parsed("2023-05-15T01:00:00Z\n"), INT64_C(1684112400000));
	assert_int_equal(parsed("2023-05-15T01:00:00.250Z \r\n"), INT64_C(1684112400250));
	assert_int_equal(parsed("2023-05-14T20:30:00-04:30"), INT64_C(1684112400000));
	assert_int_equal(parsed("2024-02-29T00:00:00Z"), INT64_C(1709164800000));
	assert_int_equal(parsed("9999-12-31T23:59:59.999Z"), INT64_C(253402300799999));
	assert_int_equal(parsed("1684112400000"), INT64_C(1684112400000));
	static const char *const bad[] = {
		"",
		"\n",
		"0",
		"-1",
		"2023-05-15",
		"2023-02-29T00:00:00Z",
		"2023-13-01T00:00:00Z",
		"2023-00-01T00:00:00Z",
		"2023-01-00T00:00:00Z",
		"2023-01-32T00:00:00Z",
		"2023-01-01T24:00:00Z",
		"2023-01-01T00:60:00Z",
		"2023-01-01T00:00:60Z",
		"1969-12-31T00:00:00Z",
		"2023-01-01T00:00:00",
		"2023-01-01T00:00:00+7",
		"2023-01-01T00:00:00+07:60",
		"2023-01-01T00:00:00+15:00",
		"2023-01-01T00:00:00.1Z",
		"2023-01-01T00:00:00Zx",
		"1684112400000x",
		"99999999999999999",
		"T",
	};
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		if (parsed(bad[i]) != -1)
			fail_msg("taken: %s", bad[i]);
}

static void test_print(void **state)
{
	(void)state;
	char text[25];
	assert_string_equal(clock_print((struct instant){INT64_C(1684112400250)}, text),
			    "2023-05-15T01:00:00.250Z");
	assert_string_equal(clock_print((struct instant){INT64_MIN}, text),
			    "1970-01-01T00:00:00.000Z");
	assert_string_equal(clock_print((struct instant){INT64_MAX}, text),
			    "9999-12-31T23:59:59.999Z");
	/* every day of four centuries, there and back */
	for (int64_t day = 1; day < 146097; day++) {
		struct instant t = {day * 86400000 + day % 86400000}, back = {0};
		assert_true(clock_parse(clock_print(t, text), &back));
		assert_int_equal(t.ms, back.ms);
	}
}

static void test_real(void **state)
{
	(void)state;
	struct sys_error error;
	struct clock *c = clock_open("real", &error), *d = clock_open("real", &error);
	assert_non_null(c);
	assert_false(clock_simulated(c));
	struct timespec now;
	clock_gettime(CLOCK_REALTIME, &now);
	int64_t off = clock_wall(c).ms - (int64_t)now.tv_sec * 1000;
	assert_true(off > -60000 && off < 60000);
	int64_t m = clock_monotonic(c), t = clock_transport();
	assert_true(clock_monotonic(c) >= m && clock_transport() >= t);
	uint8_t a[CLOCK_BOOT_SIZE], b[CLOCK_BOOT_SIZE], zero[CLOCK_BOOT_SIZE] = {0};
	clock_boot(c, a);
	clock_boot(d, b);
	assert_memory_equal(a, b, sizeof(a));
	assert_memory_not_equal(a, zero, sizeof(a));
	assert_false(clock_problem(c, &error));
	clock_refresh(c);
	clock_close(c);
	clock_close(d);
	clock_close(NULL);
}

static void test_refused(void **state)
{
	(void)state;
	struct sys_error error;
	assert_null(clock_open("reel", &error));
	assert_non_null(strstr(error.text, "real or file:PATH"));
	assert_null(clock_open("file:", &error));
	assert_null(clock_open("file:/no/such/file", &error));
	assert_non_null(strstr(error.text, "/no/such/file"));
}

static void test_file(void **state)
{
	(void)state;
	struct sys_error error;
	const char *path = scratch_path("now");
	char spec[PATH_MAX + 5];
	snprintf(spec, sizeof(spec), "file:%s", path);
	base_file_write(path, 0644, bytes_text("1684112400000\n"), NULL);
	struct clock *c = clock_open(spec, &error);
	assert_non_null(c);
	assert_true(clock_simulated(c));
	assert_int_equal(clock_wall(c).ms, INT64_C(1684112400000));
	assert_int_equal(clock_monotonic(c), INT64_C(1684112400000));
	uint8_t boot[CLOCK_BOOT_SIZE];
	clock_boot(c, boot);
	assert_string_equal((char *)boot, "simulated clock");
	/* forward: both; the same size in the same kernel tick is seen too */
	base_file_write(path, 0644, bytes_text("1684112400001\n"), NULL);
	clock_refresh(c);
	assert_int_equal(clock_wall(c).ms, INT64_C(1684112400001));
	assert_int_equal(clock_monotonic(c), INT64_C(1684112400001));
	/* backward: wall only */
	base_file_write(path, 0644, bytes_text("2023-05-01T00:00:00+07:00"), NULL);
	clock_refresh(c);
	assert_int_equal(clock_wall(c).ms, INT64_C(1682874000000));
	assert_int_equal(clock_monotonic(c), INT64_C(1684112400001));
	/* broken, then gone, then well: the last time stays, each is told once */
	assert_false(clock_problem(c, &error));
	base_file_write(path, 0644, bytes_text("yesterday"), NULL);
	clock_refresh(c);
	assert_int_equal(clock_wall(c).ms, INT64_C(1682874000000));
	assert_true(clock_problem(c, &error));
	assert_non_null(strstr(error.text, "holds no time"));
	assert_false(clock_problem(c, &error));
	unlink(path);
	clock_refresh(c);
	assert_int_equal(clock_wall(c).ms, INT64_C(1682874000000));
	assert_true(clock_problem(c, &error));
	assert_non_null(strstr(error.text, "cannot read"));
	base_file_write(path, 0644, bytes_text("1684112400002"), NULL);
	clock_refresh(c);
	assert_true(clock_problem(c, &error));
	assert_string_equal(error.text, "");
	assert_int_equal(clock_wall(c).ms, INT64_C(1684112400002));
	clock_close(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse), cmocka_unit_test(test_print),
		cmocka_unit_test(test_real),  cmocka_unit_test(test_refused),
		cmocka_unit_test(test_file),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
