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
#include "tests/unit/scarce.h"

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
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%u:%s|%s|%s\n", csv_line(o.csv),
				      csv_field(o.csv, 0), csv_field(o.csv, 1),
				      csv_field(o.csv, 2));
	assert_string_equal(out, expected);
	assert_int_equal(csv_error(o.csv), fault);
	assert_false(csv_next(o.csv));
	csv_close(o.csv);
}

static void test_what_excel_writes(void **state)
{
	(void)state;
	assert_reads("code,name\n40,Nghệ An\n", "2:40|Nghệ An|\n", CSV_OK);
	assert_reads("\xef\xbb\xbf"
		     "code;name;note\r\n40;Nghệ An;\"a; \"\"b\"\"\r\nc\"\r\n;;\r\n\r\n38; Thanh "
		     "Hoá ;\r\n",
		     "2:40|Nghệ An|a; \"b\"\nc\n6:38|Thanh Hoá|\n", CSV_OK);
	assert_reads("name,code\nX,1", "2:1|X|\n", CSV_OK);
}

/* The header: what is wrong, on which line, with which name. */
static void assert_refuses(const char *data, size_t size, enum csv_fault fault, unsigned line,
			   const char *value)
{
	struct opened o = open_n(data, size);

	assert_null(o.csv);
	assert_int_equal(o.fault, fault);
	assert_int_equal(o.line, line);
	assert_string_equal(o.value, value);
}

#define REFUSES(data, fault, line, value) assert_refuses(data, sizeof(data) - 1, fault, line, value)

static void test_headers(void **state)
{
	char name[102];
	struct opened o;

	(void)state;
	REFUSES("", CSV_NO_HEADER, 1, "");
	REFUSES("\xef\xbb\xbf", CSV_NO_HEADER, 1, "");
	REFUSES("\n40,x\n", CSV_NO_HEADER, 1, "");
	REFUSES(";;;\n", CSV_NO_HEADER, 1, "");
	REFUSES("code,name,tên\n", CSV_UNKNOWN_COLUMN, 1, "tên");
	REFUSES("code,,name\n", CSV_UNKNOWN_COLUMN, 1, "name");
	REFUSES("code;name;code\n", CSV_DUPLICATE_COLUMN, 1, "code");
	REFUSES("code\n", CSV_MISSING_COLUMN, 1, "name");
	REFUSES("note,name\n", CSV_MISSING_COLUMN, 1, "code");
	REFUSES("code\tname\n", CSV_UNKNOWN_COLUMN, 1, "code\tname");
	REFUSES("\"code\n", CSV_QUOTE, 1, "");
	REFUSES("code,\"name\"x\n", CSV_QUOTE, 1, "");
	REFUSES("code,name\n40,Ngh\xea An\n", CSV_NOT_UTF8, 2, "");
	REFUSES("code,name\n40,x\n38,a\0b\n", CSV_NOT_UTF8, 3, "");
	REFUSES("\xff\xfe"
		"c\0o\0",
		CSV_NOT_UTF8, 1, "");
	/* cut at a character, not inside one */
	memset(name, 'x', sizeof(name));
	memcpy(name + 77, "ế", 3);
	o = open_n(name, sizeof(name));
	assert_int_equal(o.fault, CSV_UNKNOWN_COLUMN);
	assert_int_equal(strlen(o.value), 77);
}

static void test_records(void **state)
{
	(void)state;
	assert_reads("\"code\" ; name;;\r\n 40;\"\";;\r\n;;;\r\n\"\";\r\n38;x;\r\n",
		     "2:40||\n5:38|x|\n", CSV_OK);
	assert_reads("code,name,note\n", "", CSV_OK);
	assert_reads("code,name,note\n\n \n,,\n", "", CSV_OK);
	assert_reads("code,name\n40,x,y\n", "", CSV_TOO_MANY_FIELDS);
	assert_reads("code,name,note\n40,a,b\n38,x\n17,a,b\n", "2:40|a|b\n", CSV_TOO_FEW_FIELDS);
	assert_reads("code,name\n40,\"a\nb\n", "", CSV_QUOTE);
	assert_reads("code,name\n40,Xã \"A\"\n", "", CSV_QUOTE);
	assert_reads("code,name\n40,\"a\"b\n", "", CSV_QUOTE);
	assert_reads("code,name\n40,\"a\nb\"\n\n38,\"\"\"c\"\"\"", "2:40|a\nb|\n5:38|\"c\"|\n",
		     CSV_OK);
	/* a comma is text where the separator is ; and the no-break space is white space at the
	 * ends */
	assert_reads("code;name\n40;\xc2\xa0"
		     "5,62%\xc2\xa0 \n38;\"\xc2\xa0\"",
		     "2:40|5,62%|\n3:38||\n", CSV_OK);
	assert_reads("code,name\r\n40,\"x\" \t\r\n", "2:40|x|\n", CSV_OK);
}

/* What is in a field comes out of it, whatever it is: written with quotes, read back. */
static void test_round_trip(void **state)
{
	static const char *const pieces[] = { "a", "\"", ";", ",", "\n", " ", "ế", "x y", "0" };
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 20240402;

	(void)state;
	printf("seed %u\n", seed);
	for (int i = 0; i < 3000; i++) {
		char text[100] = "<", data[300] = "code;name\n1;\"";
		struct opened o;
		size_t n;

		for (int k = rand_r(&seed) % 9; k > 0; k--)
			strcat(text, pieces[rand_r(&seed) % 9]);
		strcat(text, ">");
		n = strlen(data);
		for (const char *p = text; *p != '\0'; p++) {
			if (*p == '"')
				data[n++] = '"';
			data[n++] = *p;
		}
		data[n] = '\0';
		strcat(data, rand_r(&seed) % 2 ? "\"\r\n" : "\"");
		o = open_text(data);
		assert_non_null(o.csv);
		assert_true(csv_next(o.csv));
		assert_string_equal(csv_field(o.csv, 1), text);
		assert_string_equal(csv_field(o.csv, 2), "");
		assert_false(csv_next(o.csv));
		assert_int_equal(csv_error(o.csv), CSV_OK);
		csv_close(o.csv);
	}
}

/* Any bytes: no crash, an end, and a reason. Mostly for the sanitizers. */
static void test_noise(void **state)
{
	static const char alphabet[] = "code,name\n;\"\"\r\n 40\xc2\xa0";
	const char *given = getenv("SEED");
	unsigned seed = given ? (unsigned)atoi(given) : 20240402;

	(void)state;
	printf("seed %u\n", seed);
	for (int i = 0; i < 20000; i++) {
		char data[60] = "code,name\n";
		size_t n = 10 + (size_t)rand_r(&seed) % 50;
		struct opened o;

		for (size_t k = rand_r(&seed) % 8 ? 10 : 0; k < n; k++)
			data[k] = alphabet[(size_t)rand_r(&seed) % (sizeof(alphabet) - 1)];
		o = open_n(data, n);
		while (o.csv != NULL && csv_next(o.csv))
			assert_true(csv_field(o.csv, 0)[0] != '\0' ||
				    csv_field(o.csv, 1)[0] != '\0');
		csv_close(o.csv);
	}
}

/* ---- typed fields ---- */

static void assert_integer(const char *text, int64_t expected)
{
	int64_t v = -77;

	assert_int_equal(csv_integer(text, -VALUE_MAX, VALUE_MAX, &v), CSV_OK);
	assert_true(v == expected);
}

static void test_integers(void **state)
{
	static const char *const bad[] = {
		"-",	    "+1",
		"1,387",    "1.38",
		"1.3870",   "1..387",
		".387",	    "1.",
		"1.387.",   "12345.678",
		"0.123",    "000.123",
		"1 387",    "1.387,5",
		"1.38a",    "12a",
		"a",	    "1e3",
		"1.234.56", "1.123456.123",
		"--1",	    "1.000.000.000.000.000.000.000.000.000.000.000"
	};
	int64_t v = 5;

	(void)state;
	assert_integer("0", 0);
	assert_integer("06", 6);
	assert_integer("1387", 1387);
	assert_integer("1.387", 1387);
	assert_integer("12.345.678", 12345678);
	assert_integer("-1.000", -1000);
	assert_integer("1.000.000.000.000", VALUE_MAX);
	assert_integer("00000000000000000000000001", 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(csv_integer(bad[i], -VALUE_MAX, VALUE_MAX, &v), CSV_BAD_INTEGER);
	assert_int_equal(csv_integer("", 0, 9, &v), CSV_REQUIRED);
	assert_int_equal(csv_integer("10", 0, 9, &v), CSV_OUT_OF_RANGE);
	assert_int_equal(csv_integer("-1", 0, 9, &v), CSV_OUT_OF_RANGE);
	assert_int_equal(csv_integer("1.000.000.000.001", 0, VALUE_MAX, &v), CSV_OUT_OF_RANGE);
	assert_int_equal(csv_integer("99999999999999999999999999999", INT64_MIN, INT64_MAX, &v),
			 CSV_OUT_OF_RANGE);
	assert_int_equal(v, 5);
}

static void test_percents(void **state)
{
	static const char *const bad[] = { "50",   "98,43", "%",      "98,%", "98,435%", ",5%",
					   "50%%", "50% x", "1.387%", "-1%",  "a%" };
	static const struct {
		const char *text;
		int64_t bp;
	} good[] = { { "50%", 5000 },  { "98,43%", 9843 },
		     { "5.62%", 562 }, { "5,6%", 560 },
		     { "0%", 0 },      { "100 %", 10000 },
		     { "0,01%", 1 },   { "10000%", TARGET_BP_MAX } };
	int64_t v;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(csv_percent(good[i].text, &v), CSV_OK);
		assert_int_equal(v, good[i].bp);
	}
	v = 5;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(csv_percent(bad[i], &v), CSV_BAD_PERCENT);
	assert_int_equal(csv_percent("", &v), CSV_REQUIRED);
	assert_int_equal(csv_percent("10000,01%", &v), CSV_OUT_OF_RANGE);
	assert_int_equal(csv_percent("99999999999999999999%", &v), CSV_OUT_OF_RANGE);
	assert_int_equal(v, 5);
}

static void test_hundredths(void **state)
{
	static const char *const bad[] = { "a",	    ",5",    "89,",	"89,555", "-1",
					   "1.387", "89,5%", "1.387,5", "89 " };
	int64_t v;

	(void)state;
	assert_int_equal(csv_hundredths("89,5", &v), CSV_OK);
	assert_int_equal(v, 8950);
	assert_int_equal(csv_hundredths("89.55", &v), CSV_OK);
	assert_int_equal(v, 8955);
	assert_int_equal(csv_hundredths("90", &v), CSV_OK);
	assert_int_equal(v, 9000);
	assert_int_equal(csv_hundredths("10000000000", &v), CSV_OK);
	assert_true(v == VALUE_MAX);
	v = 5;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(csv_hundredths(bad[i], &v), CSV_BAD_DECIMAL);
	assert_int_equal(csv_hundredths("", &v), CSV_REQUIRED);
	assert_int_equal(csv_hundredths("10000000000,01", &v), CSV_OUT_OF_RANGE);
	assert_int_equal(csv_hundredths("9999999999999999999999", &v), CSV_OUT_OF_RANGE);
	assert_int_equal(v, 5);
}

static void test_dates_and_codes(void **state)
{
	char out[CODE_MAX + 1];
	struct date d = { 1 };
	const char *code = NULL;

	(void)state;
	assert_int_equal(csv_date("02/04/2024", &d), CSV_OK);
	assert_int_equal(d.ymd, 20240402);
	assert_int_equal(csv_date("2024-02-30", &d), CSV_BAD_DATE);
	assert_int_equal(d.ymd, 20240402);
	assert_int_equal(csv_date("", &d), CSV_OK);
	assert_int_equal(d.ymd, 0);

	assert_int_equal(csv_code("KH762.01", &code), CSV_OK);
	assert_string_equal(code, "KH762.01");
	assert_int_equal(csv_code("", &code), CSV_OK);
	assert_string_equal(code, "");
	assert_int_equal(csv_code("A", &code), CSV_OK);
	assert_int_equal(csv_code("8", &code), CSV_STRIPPED_ZERO);
	assert_int_equal(csv_code("kh762", &code), CSV_BAD_CODE);
	assert_string_equal(code, "A");

	assert_true(csv_unstrip("27", 1, out));
	assert_string_equal(out, "027");
	assert_true(csv_unstrip("1", 4, out));
	assert_string_equal(out, "00001");
	assert_true(csv_unstrip("1", 15, out));
	assert_false(csv_unstrip("1", 16, out));
	assert_false(csv_unstrip("1", UINT32_MAX, out));
	assert_false(csv_unstrip("", 1, out));
	assert_false(csv_unstrip("4A", 1, out));
}

/* What a fault shows may be no UTF-8 at all: nothing in front of it is looked at. */
static void test_values_cut(void **state)
{
	char text[200], value[CSV_VALUE_MAX];

	(void)state;
	memset(text, 0x80, sizeof(text));
	text[sizeof(text) - 1] = '\0';
	csv_value(text, value);
	assert_int_equal(strlen(value), CSV_VALUE_MAX - 4);
	memset(text, 'a', sizeof(text) - 1);
	memcpy(text + CSV_VALUE_MAX - 3, "\xe1\xba\xbf", 3); /* a letter that would be cut */
	csv_value(text, value);
	assert_int_equal(strlen(value), CSV_VALUE_MAX - 3);
}

/* Fails the Nth allocation for N = 0, 1, 2 ... until it passes. */
static void test_no_memory(void **state)
{
	struct opened o;
	long n = 0;

	(void)state;
	if (!scarce_works())
		skip();
	do {
		scarce_after(n++);
		o = open_text("code,name\n40,x\n");
		scarce_end();
		assert_int_equal(o.fault, o.csv ? CSV_OK : CSV_NO_MEMORY);
	} while (o.csv == NULL);
	assert_int_equal(n, 5);
	csv_close(o.csv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_excel_writes),
		cmocka_unit_test(test_headers),
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_noise),
		cmocka_unit_test(test_integers),
		cmocka_unit_test(test_percents),
		cmocka_unit_test(test_hundredths),
		cmocka_unit_test(test_dates_and_codes),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_values_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
