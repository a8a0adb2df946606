// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/csv.h"

static const char *const columns[] = { "code", "name", "note", NULL };

struct opened {
	struct csv *csv;
	enum csv_fault fault;
	unsigned line;
	char value[CSV_VALUE_MAX];
};

static struct opened open_n(const char *data, size_t size)
{
	struct opened o;

	o.csv = csv_open(data, size, columns, 2, &o.fault, &o.line, o.value);
	return o;
}

static struct opened open_text(const char *data)
{
	return open_n(data, strlen(data));
}

/* All records as "line:code|name|note" joined by newline, then the fault. */
static void assert_reads(const char *data, const char *expected, enum csv_fault fault)
{
	struct opened o = open_text(data);
	char out[1000] = "";
	size_t n = 0;

	assert_non_null(o.csv);
	assert_int_equal(o.fault, CSV_OK);
	while (csv_next(o.csv))
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%u:%s|%s|%s\n", csv_line(o.csv), csv_field(o.csv, 0),
				      csv_field(o.csv, 1), csv_field(o.csv, 2));
	assert_string_equal(out, expected);
	assert_int_equal(csv_error(o.csv), fault);
	assert_false(csv_next(o.csv));
	csv_close(o.csv);
}

static void test_what_excel_writes(void **state)
{
	(void)state;
	assert_reads("code,name\n40,Nghệ An\n", "2:40|Nghệ An|\n", CSV_OK);
	assert_reads("\xef\xbb\xbf" "code;name;note\r\n40;Nghệ An;\"a; \"\"b\"\"\r\nc\"\r\n;;\r\n\r\n38; Thanh Hoá ;\r\n",
		     "2:40|Nghệ An|a; \"b\"\nc\n6:38|Thanh Hoá|\n", CSV_OK);
	assert_reads("name,code\nX,1", "2:1|X|\n", CSV_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_excel_writes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
