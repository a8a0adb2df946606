// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>

#include "common/sys/conf.h"
#include "tests/unit/scratch.h"

static char store[CONF_TEXT_MAX], level[CONF_TEXT_MAX], must[CONF_TEXT_MAX];
static int64_t window, wait_ms, any;
static bool quiet;

static const struct conf_option options[] = {
	{.name = "store", .type = CONF_STRING, .to.string = store, .help = "directory"},
	{.name = "level",
	 .type = CONF_STRING,
	 .to.string = level,
	 .fallback = "info",
	 .allowed = "error|warn|info",
	 .help = "how much is logged"},
	{.name = "must",
	 .type = CONF_STRING,
	 .to.string = must,
	 .required = true,
	 .help = "endpoint of the centre"},
	{.name = "window",
	 .type = CONF_INT,
	 .to.integer = &window,
	 .fallback = "4",
	 .min = 1,
	 .max = 64},
	{.name = "any", .type = CONF_INT, .to.integer = &any},
	{.name = "quiet", .type = CONF_BOOL, .to.boolean = &quiet},
	{.name = "wait",
	 .type = CONF_DURATION,
	 .to.duration = &wait_ms,
	 .fallback = "5s",
	 .min = 1,
	 .max = 86400000},
};

static struct sys_error error;

static int parse(const char *text)
{
	error.text[0] = '\0';
	return conf_parse(bytes_text(text), "t.conf", options, BASE_COUNT(options), &error);
}

static void test_round_trip(void **state)
{
	(void)state;
	assert_int_equal(parse("\xef\xbb\xbf# head\n\n  store=/var/lib/x y\t# why\r\n"
			       "level = warn\nmust = a#b\nwindow = 64\nquiet = yes\n"
			       "any = -7\nwait = 120000ms"),
			 0);
	assert_string_equal(store, "/var/lib/x y");
	assert_string_equal(must, "a#b");
	assert_int_equal(wait_ms, 120000);
	struct buffer out = {0}, again = {0};
	conf_print(options, BASE_COUNT(options), &out);
	assert_string_equal(buffer_text(&out), "store = /var/lib/x y\nlevel = warn\nmust = a#b\n"
					       "window = 64\nany = -7\nquiet = yes\nwait = 2m\n");
	assert_int_equal(parse(buffer_text(&out)), 0);
	conf_print(options, BASE_COUNT(options), &again);
	assert_string_equal(buffer_text(&out), buffer_text(&again));
	buffer_free(&out);
	buffer_free(&again);
}

static void test_defaults_and_help(void **state)
{
	(void)state;
	assert_int_equal(parse("must = x"), 0);
	assert_string_equal(store, "");
	assert_string_equal(level, "info");
	assert_int_equal(window, 4);
	assert_int_equal(wait_ms, 5000);
	assert_false(quiet);
	struct buffer out = {0}, again = {0};
	conf_help(options, BASE_COUNT(options), &out);
	assert_non_null(strstr(buffer_text(&out),
			       "# how much is logged\n# allowed: one of "
			       "error|warn|info; default: info\nlevel = info\n"));
	assert_non_null(strstr(buffer_text(&out), "from 1ms to 1d"));
	assert_non_null(strstr(buffer_text(&out), "\nstore =\n"));
	assert_int_equal(parse(buffer_text(&out)), 0); /* a file to start from is a good file */
	buffer_free(&out);
	buffer_free(&again);
}

static void expect_fault(const char *text, const char *part)
{
	if (parse(text) != -EINVAL)
		fail_msg("taken: %s", text);
	if (!strstr(error.text, part))
		fail_msg("%s: \"%s\" is not in: %s", text, part, error.text);
}

static void test_faults(void **state)
{
	(void)state;
	expect_fault("must = x\nwindw = 4", "t.conf:2: unknown key \"windw\"");
	expect_fault("windw = 4", "did you mean window? the keys are store");
	expect_fault("windw = 4", "level, must, window");
	expect_fault("zzz = 4", "\"zzz\"; the keys are");
	expect_fault("sotre = 4", "did you mean store?");
	expect_fault("a_key_that_is_longer_than_any_that_we_ever_had = 4", "; the keys are");
	expect_fault("\n\nwindow = 65", "t.conf:3: window = \"65\" is not allowed: it must be a "
					"whole number from 1 to 64");
	expect_fault("window = 0", "window");
	expect_fault("window = 4x", "\"4x\"");
	expect_fault("window =", "\"\"");
	expect_fault("window = -", "\"-\"");
	expect_fault("any = 99999999999999999999", "whole number");
	expect_fault("quiet = true", "yes or no");
	expect_fault("level = inf", "one of error|warn|info");
	expect_fault("level =", "one of");
	expect_fault("wait = 5", "5s, 2m");
	expect_fault("wait = -5s", "5s, 2m");
	expect_fault("wait = 5 s", "5s, 2m");
	expect_fault("wait = 2d", "to 1d");
	expect_fault("wait = 0", "from 1ms");
	expect_fault("wait = 999999999999999999d", "to 1d");
	expect_fault("store", "t.conf:1: \"store\" is not of the form key = value");
	expect_fault("store = a\nstore = a", "t.conf:2: store is given a second time");
	expect_fault("store = a\tb", "store");
	expect_fault("= a", "unknown key \"\"");
	expect_fault("store = x", "must must be given: endpoint of the centre");
	char text[CONF_TEXT_MAX + 16] = "store = ";
	memset(text + 8, 'a', CONF_TEXT_MAX);
	expect_fault(text, "at most 511 bytes");
	error.text[0] = '\0';
	assert_int_equal(conf_parse(bytes_of("sto\0re = a", 10), "t.conf", options,
				    BASE_COUNT(options), &error),
			 -EINVAL);
	assert_non_null(strstr(error.text, "t.conf:1: a NUL byte"));
}

static void test_command_line(void **state)
{
	(void)state;
	size_t n = BASE_COUNT(options);
	assert_int_equal(parse("must = x"), 0);
	assert_int_equal(conf_set(options, n, "window", "7", "--set", &error), 0);
	assert_int_equal(window, 7);
	assert_int_equal(conf_set(options, n, "store", "a # b", "--set", &error), -EINVAL);
	assert_int_equal(conf_set(options, n, "store", " a", "--set", &error), -EINVAL);
	assert_int_equal(conf_set(options, n, "store", "a\nb", "--set", &error), -EINVAL);
	assert_string_equal(store, "");
}

static void test_files(void **state)
{
	(void)state;
	const char *path = scratch_path("x.conf");
	size_t n = BASE_COUNT(options);
	assert_int_equal(conf_load(path, options, n, &error), -ENOENT);
	base_file_write(path, 0600, bytes_text("must = x\nfoo = 1\n"), NULL);
	assert_int_equal(conf_load(path, options, n, &error), -EINVAL);
	assert_non_null(strstr(error.text, "x.conf:2: unknown key \"foo\""));
	base_file_write(path, 0600, bytes_text("must = x\n"), NULL);
	assert_int_equal(conf_load(path, options, n, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip), cmocka_unit_test(test_defaults_and_help),
		cmocka_unit_test(test_faults),     cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_files),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
