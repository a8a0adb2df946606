// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "common/domain/text.h"

static enum reason check(const char *text)
{
	return text_check(text, strlen(text), NOTE_MAX_BYTES);
}

static void test_utf8(void **state)
{
	(void)state;
	assert_int_equal(check(""), REASON_NONE);
	assert_int_equal(check("Tiến độ: 38 mô hình\n\t– “đạt” 98,43%"), REASON_NONE);
	assert_int_equal(check("\xff"), REASON_TEXT_NOT_UTF8);
	assert_int_equal(check("a\xe1\xba"), REASON_TEXT_NOT_UTF8);
	assert_int_equal(check("\xc0\xaf"), REASON_TEXT_NOT_UTF8);     /* overlong */
	assert_int_equal(check("\xed\xa0\x80"), REASON_TEXT_NOT_UTF8); /* surrogate */
	assert_int_equal(check("\xf4\x90\x80\x80"), REASON_TEXT_NOT_UTF8);
	assert_true(text_is_utf8("\0a", 2));
	assert_false(text_is_utf8("a\x80", 2));
}

static void test_codes(void **state)
{
	static const char *const good[] = { "40", "VN", "KH762", "DA06TH.TT", "H-1", "0", "ABCDEFGHIJKLMNOP" };
	static const char *const bad[] = { "", ".A", "-A", "a", "ABCDEFGHIJKLMNOPQ", "A B", "Đ", "G/1", "A_B" };

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_true(text_is_code(good[i]));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(text_is_code(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
