// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/sys/log.h"

static char heard[8192];
static int ends[2], kept;

/* stderr becomes a pipe we read, for the length of one call */
static void listen_up(void)
{
	assert_int_equal(pipe2(ends, O_NONBLOCK), 0);
	kept = dup(STDERR_FILENO);
	dup2(ends[1], STDERR_FILENO);
}

static void hear(void)
{
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[1]);
	ssize_t n = read(ends[0], heard, sizeof(heard) - 1);
	heard[n > 0 ? n : 0] = '\0';
	close(ends[0]);
}

static void test_line(void **state)
{
	(void)state;
	log_open("server", LOG_LEVEL_INFO);
	listen_up();
	errno = EIO;
	log_warn("offered %d, expected %d", 9, 7);
	int code = errno;
	hear();
	assert_int_equal(code, EIO);
	assert_int_equal(strlen(heard), strlen("2024-05-15T01:02:03.456Z") +
						strlen(" warn server: offered 9, expected 7\n"));
	assert_string_equal(heard + 24, " warn server: offered 9, expected 7\n");
	assert_int_equal(heard[10], 'T');
	assert_int_equal(heard[19], '.');
}

static void test_levels(void **state)
{
	(void)state;
	listen_up();
	log_debug("not heard");
	log_quiet(true);
	log_warn("not heard");
	log_info("not heard");
	log_error("heard");
	log_quiet(false);
	log_open("agent", LOG_LEVEL_DEBUG);
	log_debug("too");
	hear();
	assert_non_null(strstr(heard, " error server: heard\n"));
	assert_non_null(strstr(heard, " debug agent: too\n"));
	assert_null(strstr(heard, "not"));
	enum log_level level;
	assert_true(log_level_of("warn", &level));
	assert_int_equal(level, LOG_LEVEL_WARN);
	assert_false(log_level_of("warning", &level));
}

static void test_one_line(void **state)
{
	(void)state;
	char text[4000];
	memset(text, '\n', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	listen_up();
	log_info("a\nb\x1b[31mĐ\x7f");
	log_info("%s", text);
	hear();
	assert_non_null(strstr(heard, "a\\x0ab\\x1b[31mĐ\\x7f\n"));
	char *second = strchr(heard, '\n') + 1;
	assert_ptr_equal(strchr(second, '\n'), second + strlen(second) - 1);
	assert_true(strlen(second) <= 2048);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_line),
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_one_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
