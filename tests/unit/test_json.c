// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "common/sys/json.h"

static void test_values(void **state)
{
	(void)state;
	struct buffer b = {0};
	struct json j = json_to(&b);

	json_object_begin(&j, NULL);
	json_text(&j, "name", "Xã \"Tân\" \\ Thành\n\x01");
	json_array_begin(&j, "list");
	json_int(&j, NULL, -5);
	json_uint(&j, NULL, UINT64_MAX);
	json_object_begin(&j, NULL);
	json_object_end(&j);
	json_bool(&j, NULL, true);
	json_array_end(&j);
	json_none(&j, "none");
	json_bool(&j, "no", false);
	json_hex(&j, "hex", bytes_of("\x01\xff", 2));
	json_object_end(&j);
	assert_int_equal(j.depth, 0);
	assert_string_equal(buffer_text(&b),
			    "{\"name\": \"Xã \\\"Tân\\\" \\\\ Thành\\n\\u0001\", \"list\": [-5, "
			    "18446744073709551615, {}, true], \"none\": null, \"no\": false, "
			    "\"hex\": \"01ff\"}");
	buffer_free(&b);
}

/* Whatever comes in, JSON comes out. */
static void test_no_utf8(void **state)
{
	(void)state;
	static const struct {
		const char *in, *out;
	} cases[] = {
		{"\xff", "\"\\u00ff\""},
		{"\xc3", "\"\\u00c3\""},
		{"\xc0\xaf", "\"\\u00c0\\u00af\""},
		{"\xe0\x80\x80", "\"\\u00e0\\u0080\\u0080\""},
		{"\xed\xa0\x80", "\"\\u00ed\\u00a0\\u0080\""},
		{"\xf0\x80\x80\x80", "\"\\u00f0\\u0080\\u0080\\u0080\""},
		{"\xf4\x90\x80\x80", "\"\\u00f4\\u0090\\u0080\\u0080\""},
		{"\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\""},
		{"\x7f", "\"\\u007f\""},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct buffer b = {0};
		struct json j = json_to(&b);

		json_text(&j, NULL, cases[i].in);
		assert_string_equal(buffer_text(&b), cases[i].out);
		buffer_free(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_no_utf8),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
