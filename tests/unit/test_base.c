// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys/base.h"
#include "tests/unit/scratch.h"

static void test_fail(void **state)
{
	(void)state;
	struct sys_error error;
	assert_int_equal(sys_fail(&error, -EINVAL, "%s: %d", "x", 7), -EINVAL);
	assert_string_equal(error.text, "x: 7");
	assert_int_equal(sys_fail(NULL, -EIO, "nobody reads this"), -EIO);
	/* the old sentence inside the new one */
	sys_fail(&error, -EIO, "outer: %s", error.text);
	assert_string_equal(error.text, "outer: x: 7");
	/* cut on a whole letter: 254 + a two-byte letter does not fit in 255 */
	char text[300];
	memset(text, 'a', 254);
	strcpy(text + 254, "\xc4\x91\xc4\x91");
	sys_fail(&error, -EIO, "%s", text);
	assert_int_equal(strlen(error.text), 254);
	/* one that fits exactly stays */
	strcpy(text + 253, "\xc4\x91\xc4\x91");
	sys_fail(&error, -EIO, "%s", text);
	assert_int_equal(strlen(error.text), 255);
	assert_string_equal(sys_text(-ENOENT), sys_text(ENOENT));
	assert_string_equal(sys_text(100000), "unknown error");
}

static void test_buffer(void **state)
{
	(void)state;
	struct buffer b = {0};
	assert_string_equal(buffer_text(&b), "");
	buffer_put_u8(&b, 1);
	buffer_put_u16(&b, 0x0203);
	buffer_put_u32(&b, 0x04050607);
	buffer_put_u64(&b, UINT64_C(0x08090a0b0c0d0e0f));
	buffer_put_text(&b, "abc");
	buffer_put_bytes(&b, bytes_text("de"));
	buffer_format(&b, "%d", 42);
	char hex[64];
	assert_string_equal(hex_encode(hex, b.data, b.size),
			    "0102030405060708090a0b0c0d0e0f61626364653432");
	assert_int_equal(get_u16(b.data + 1), 0x0203);
	assert_int_equal(get_u32(b.data + 3), 0x04050607);
	assert_int_equal(get_u64(b.data + 7), UINT64_C(0x08090a0b0c0d0e0f));
	assert_string_equal(buffer_text(&b) + 15, "abcde42");
	for (int i = 0; i < 1000; i++)
		buffer_put_text(&b, "0123456789");
	assert_int_equal(b.size, 22 + 10000);
	buffer_clear(&b);
	assert_int_equal(buffer_bytes(&b).size, 0);
	buffer_free(&b);
}

static void test_buffer_cap(void **state)
{
	(void)state;
	struct buffer b = {.cap = 64};
	for (int i = 0; i < 8; i++)
		buffer_put_u64(&b, 1);
	assert_false(b.failed);
	assert_int_equal(buffer_text(&b)[63], 1); /* the NUL is outside the cap */
	buffer_put_u8(&b, 1);
	assert_true(b.failed);
	assert_int_equal(b.size, 64);
	assert_null(buffer_reserve(&b, 1));
	assert_int_equal(buffer_bytes(&b).size, 0);
	assert_string_equal(buffer_text(&b), "");
	buffer_clear(&b);
	assert_null(buffer_reserve(&b, SIZE_MAX));
	buffer_free(&b);
	assert_int_equal(b.cap, 64);
}

static void test_hex(void **state)
{
	(void)state;
	uint8_t out[3];
	assert_true(hex_decode("00fFa9", out, 3));
	assert_int_equal(out[1], 0xff);
	assert_false(hex_decode("00ff", out, 3));
	assert_false(hex_decode("00ffa", out, 3));
	assert_false(hex_decode("00ffag", out, 3));
	assert_false(hex_decode("00ffa900", out, 3));
}

static void test_files(void **state)
{
	(void)state;
	struct sys_error error;
	struct buffer b = {0};
	struct stat st;
	const char *path = scratch_path("file");
	assert_int_equal(base_file_read(path, 100, &b, &error), -ENOENT);
	assert_non_null(strstr(error.text, path));
	assert_int_equal(base_file_create(path, 0600, bytes_text("one"), &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(st.st_nlink, 1);
	assert_int_equal(base_file_create(path, 0600, bytes_text("two"), &error), -EEXIST);
	assert_int_equal(base_file_read(path, 3, &b, &error), 0);
	assert_string_equal(buffer_text(&b), "one");
	assert_int_equal(base_file_read(path, 2, &b, &error), -EFBIG);
	assert_int_equal(b.size, 0);
	assert_int_equal(base_file_write(path, 0644, bytes_text("three"), &error), 0);
	assert_int_equal(base_file_read(path, 100, &b, &error), 0);
	assert_string_equal(buffer_text(&b), "three");
	assert_int_equal(base_file_write(scratch_path("no/where"), 0644, bytes_text("x"), &error),
			 -ENOENT);
	assert_int_equal(base_mkdirs(scratch_path("sub"), 0700, &error), 0);
	assert_int_equal(base_file_write(scratch_path("sub"), 0644, bytes_text("x"), &error), -EISDIR);
	buffer_free(&b);
}

static void test_mkdirs(void **state)
{
	(void)state;
	struct sys_error error;
	assert_int_equal(base_mkdirs(scratch_path("a/b//c/"), 0700, &error), 0);
	assert_int_equal(base_mkdirs(scratch_path("a/b/c"), 0700, &error), 0);
	assert_int_equal(access(scratch_path("a/b/c"), F_OK), 0);
	assert_int_equal(base_file_write(scratch_path("a/f"), 0600, bytes_text(""), &error), 0);
	assert_int_equal(base_mkdirs(scratch_path("a/f/g"), 0700, &error), -ENOTDIR);
	assert_int_equal(base_mkdirs("", 0700, &error), -ENOENT);
	assert_int_equal(base_mkdirs("/", 0700, &error), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fail),	   cmocka_unit_test(test_buffer),
		cmocka_unit_test(test_buffer_cap), cmocka_unit_test(test_hex),
		cmocka_unit_test(test_files),	   cmocka_unit_test(test_mkdirs),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
