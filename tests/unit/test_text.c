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

static void test_controls(void **state)
{
	static const char *const bad[] = { "a\x01",	    "a\rb",	   "\x1b[31m",
					   "\x7f",	    "\xc2\x85",	   "\xe2\x80\xaexyz",
					   "\xe2\x81\xa6x", "\xe2\x80\xaa" };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(check(bad[i]), REASON_TEXT_CONTROL);
	assert_int_equal(text_check("a\0b", 3, 10), REASON_TEXT_CONTROL);
	assert_int_equal(check("a\n\tb"), REASON_NONE);
	assert_int_equal(check("\xe2\x81\xaf"), REASON_NONE); /* U+206F: beside the isolates */
}

/* UTF-8 before controls before length before NFC before the identity number. */
static void test_order(void **state)
{
	const char *all = "001 234 567 890 a\xcc\x80\x01\xff";

	(void)state;
	assert_int_equal(text_check(all, 21, 5), REASON_TEXT_NOT_UTF8);
	assert_int_equal(text_check(all, 20, 5), REASON_TEXT_CONTROL);
	assert_int_equal(text_check(all, 19, 5), REASON_TEXT_TOO_LONG);
	assert_int_equal(text_check(all, 19, 19), REASON_TEXT_NOT_NFC);
	assert_int_equal(text_check(all, 17, 17), REASON_PERSONAL_ID);
	assert_int_equal(text_check(all, 14, 14), REASON_NONE);
}

static void test_length(void **state)
{
	char text[NOTE_MAX_BYTES + 2];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(text_check(text, NOTE_MAX_BYTES, NOTE_MAX_BYTES), REASON_NONE);
	assert_int_equal(text_check(text, NOTE_MAX_BYTES + 1, NOTE_MAX_BYTES),
			 REASON_TEXT_TOO_LONG);
	assert_int_equal(text_check("", 0, 0), REASON_NONE);
}

static void test_nfc(void **state)
{
	static const char *const good[] = {
		"Hoà Bình", "Đề án 06", "q\xcc\x83" /* q with tilde: no letter of its own */,
		"가",	    "Å",	"\xe1\xba\xa1\xcc\xb2"
	};
	static const char *const bad[] = {
		"Hoa\xcc\x80 B\xc3\xacnh",  /* a + grave */
		"\xc3\xa2\xcc\x80",	    /* â + grave = ầ */
		"\xe2\x84\xab",		    /* ångström sign */
		"\xe1\x84\x80\xe1\x85\xa1", /* jamo */
		"e\xcc\x81\xcc\xa3",	    /* marks out of order */
		"\xcd\x84",		    /* decomposes for ever into two */
		"\xe0\xa5\x98",		    /* composition exclusion */
		"a\xcc\x80",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(check(good[i]), REASON_NONE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(check(bad[i]), REASON_TEXT_NOT_NFC);
}

/* What sizes the buffer of text_check: no character grows to more than three for every two bytes */
static void test_growth(void **state)
{
	utf8proc_int32_t out[32];
	utf8proc_uint8_t bytes[4];
	int last;

	(void)state;
	for (utf8proc_int32_t c = 0; c < 0x110000; c++)
		if (c < 0xd800 || c > 0xdfff) {
			utf8proc_ssize_t n =
				utf8proc_decompose_char(c, out, 32, UTF8PROC_DECOMPOSE, &last);

			assert_in_range(n, 1,
					utf8proc_encode_char(c, bytes) == 1
						? 1
						: utf8proc_encode_char(c, bytes) * 3 / 2);
			/* and text_fold's: eight are enough */
			last = 0;
			n = utf8proc_decompose_char(
				c, out, 8,
				UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD | UTF8PROC_STRIPMARK, &last);
			assert_in_range(n, 0, 8);
		}
}

/* utf8proc's own NFC of the whole text says the same, for each character alone and for random
 * pairs. */
static void compare_nfc(const utf8proc_int32_t *c, size_t n)
{
	utf8proc_uint8_t text[32], *nfc;
	size_t length = 0;
	enum reason r;

	for (size_t i = 0; i < n; i++)
		length += (size_t)utf8proc_encode_char(c[i], text + length);
	text[length] = '\0';
	nfc = utf8proc_NFC(text);
	assert_non_null(nfc);
	r = text_check((const char *)text, length, TEXT_MAX_BYTES);
	if (r != REASON_TEXT_CONTROL)
		assert_int_equal(r, strcmp((char *)nfc, (char *)text) == 0 ? REASON_NONE
									   : REASON_TEXT_NOT_NFC);
	free(nfc);
}

static utf8proc_int32_t some_character(unsigned *seed)
{
	static const struct {
		utf8proc_int32_t from, n;
	} ranges[] = { { 'A', 58 },	{ 0xc0, 400 },	   { 0x300, 0x70 },
		       { 0x300, 0x70 }, { 0x1e00, 0x200 }, { 0x1100, 0x100 } };
	unsigned r = (unsigned)rand_r(seed) % 6;

	return ranges[r].from + rand_r(seed) % ranges[r].n;
}

static void test_nfc_against_the_library(void **state)
{
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 20240402;

	(void)state;
	printf("seed %u\n", seed);
	for (utf8proc_int32_t c = 1; c < 0x30000; c++)
		if (c < 0xd800 || c > 0xdfff)
			compare_nfc(&c, 1);
	for (int i = 0; i < 100000; i++) {
		utf8proc_int32_t c[5];
		size_t n = 2 + (size_t)rand_r(&seed) % 4;

		for (size_t k = 0; k < n; k++)
			c[k] = some_character(&seed);
		compare_nfc(c, n);
	}
}

/* The worst a stranger can send costs little: marks in reverse order, and the characters that grow
 * most. */
static void test_bombs(void **state)
{
	char text[TEXT_MAX_BYTES];

	(void)state;
	for (size_t i = 0; i < TEXT_MAX_BYTES; i += 2)
		memcpy(text + i, i < TEXT_MAX_BYTES / 2 ? "\xcc\x81" : "\xcc\xa3", 2);
	assert_int_equal(text_check(text, sizeof(text), TEXT_MAX_BYTES), REASON_TEXT_NOT_NFC);
	for (size_t i = 0; i < TEXT_MAX_BYTES; i += 2)
		memcpy(text + i, i == 0 ? "\xcc\x81" : "\xc7\x95", 2); /* Ǖ = U + two marks */
	assert_int_equal(text_check(text, sizeof(text), TEXT_MAX_BYTES), REASON_NONE);
}

static void test_identity_number(void **state)
{
	static const char *const found[] = {
		"038123456789",
		"CCCD số 038123456789.",
		"038 123 456 789",
		"038.123.456.789",
		"0 3 8 1 2 3 4 5 6 7 8 9",
		"số 001 23 4567890, ngày",
		"096000000000",
		"(001000000000)",
		"CCCD:040201012345;",
		"A038123456789B",
		"038  123. 456 789",
		"038\xc2\xa0"
		"123\xc2\xa0"
		"456\xc2\xa0"
		"789",
		"năm 2023 038123456789",
		"038123456789. 20 hồ sơ",
		"038123456789 040201012345",
		"a\n040201012345",
		"Tính đến 15/4: 040201012345",
	};
	static const char *const free_of_it[] = {
		"",
		"097123456789",
		"000123456789",
		"1038123456789",
		"0381234567890",
		"03812345678",
		"038-123-456-789",
		"0912 345 678",
		"1.387 dịch vụ",
		"0912345678 0987654321",
		"1 038 123 456 789",
		"038 123 456 789 0",
		"038,123,456,789",
		"038 123\n456 789",
		"123456789012",
		"999999999999",
		"Kế hoạch 762 và 87",
		"15.4.2024 16.4.2024 17.4.2024",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		assert_int_equal(check(found[i]), REASON_PERSONAL_ID);
	for (size_t i = 0; i < sizeof(free_of_it) / sizeof(free_of_it[0]); i++)
		assert_int_equal(check(free_of_it[i]), REASON_NONE);
	for (unsigned province = 0; province < 1000; province++) {
		char text[16];

		snprintf(text, sizeof(text), "%03u000000000", province);
		assert_int_equal(check(text), province >= 1 && province <= 96 ? REASON_PERSONAL_ID
									      : REASON_NONE);
	}
}

static void assert_folds(const char *text, const char *expected)
{
	char out[200];

	assert_int_equal(text_fold(text, out, sizeof(out)), strlen(expected));
	assert_string_equal(out, expected);
}

static void test_fold(void **state)
{
	char out[8];

	(void)state;
	assert_folds("Thanh Hoá", "thanh hoa");
	assert_folds("Thanh Hóa", "thanh hoa");
	assert_folds("  TỈNH \t\n Nghệ  An ", "tinh nghe an");
	assert_folds("Hòa Bình", "hoa binh");
	assert_folds("Hoà\xc2\xa0"
		     "Bình",
		     "hoa binh");
	assert_folds("Đạ M'ri", "da m'ri");
	assert_folds("\u0149", "'n");
	assert_folds("Đạ M’ri", "da m'ri");
	assert_folds("\u0149", "'n");
	assert_folds("đường Đ", "duong d");
	assert_folds("Phường 06", "phuong 06");
	assert_folds("Hoa\xcc\x80", "hoa");
	assert_folds("ƯỚC Ơ ữ", "uoc o u");
	assert_folds("ß", "ss");
	assert_folds("", "");
	assert_folds("   ", "");
	assert_int_equal(text_fold("abc def", out, 8), 7);
	assert_int_equal(text_fold("abc defg", out, 8), 0);
	assert_int_equal(text_fold("abcdefg ", out, 8), 7);
	assert_int_equal(text_fold("a\xff", out, 8), 0);
	assert_int_equal(text_fold("", out, 0), 0);
}

static void test_width(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("Nghệ An"), 7);
	assert_int_equal(text_width("Hoa\xcc\x80"), 3);
	assert_int_equal(text_width("中文"), 4);
	assert_int_equal(text_width("a\xff\xe1\xba"), 4);
}

static void assert_fits(const char *text, size_t columns, const char *expected)
{
	char out[100];

	assert_int_equal(text_fit(text, columns, out, sizeof(out)), text_width(expected));
	assert_string_equal(out, expected);
}

static void test_fit(void **state)
{
	char out[8];

	(void)state;
	assert_fits("Nghệ An", 7, "Nghệ An");
	assert_fits("Nghệ An", 6, "Nghệ …");
	assert_fits("Nghệ An", 1, "…");
	assert_fits("Nghệ An", 0, "");
	assert_fits("", 5, "");
	assert_fits("中文字", 5, "中文…");
	assert_fits("中文字", 4, "中…");
	/* letters taken apart keep their marks, but not a tower of them */
	assert_fits("Hoa\xcc\x80 a", 4, "Hoa\xcc\x80…");
	assert_fits("a\xcc\x80\xcc\x80\xcc\x80\xcc\x80z", 9, "a\xcc\x80\xcc\x80z");
	assert_fits("\xcc\x80z", 9, "z");
	/* what a terminal would obey */
	assert_fits("a\x1b[31mb\x07\x7f", 20, "a?[31mb??");
	assert_fits("a\xc2\x9b" "2Jb", 20, "a?2Jb"); /* C1 */
	assert_fits("a\xe2\x80\xae" "b\xe2\x81\xa6\xe2\x80\x8f\xef\xbb\xbf", 20, "a?b???");
	assert_fits("a\nb\tc\rd", 20, "a b c d");
	assert_fits("a\xff\xe1\xba", 20, "a???");
	assert_fits("\xe2\x80\xa8\xef\xbf\xbf", 20, "??");
	/* the room ends before the columns do */
	assert_int_equal(text_fit("Đạ M'ri", 20, out, sizeof(out)), 2);
	assert_string_equal(out, "Đ…");
}

static void test_codes(void **state)
{
	static const char *const good[] = { "40",  "VN", "KH762",	    "DA06TH.TT",
					    "H-1", "0",	 "ABCDEFGHIJKLMNOP" };
	static const char *const bad[] = { "",	  ".A", "-A",  "a",  "ABCDEFGHIJKLMNOPQ",
					   "A B", "Đ",	"G/1", "A_B" };

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
		cmocka_unit_test(test_controls),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_length),
		cmocka_unit_test(test_nfc),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_nfc_against_the_library),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_identity_number),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_fit),
		cmocka_unit_test(test_codes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
