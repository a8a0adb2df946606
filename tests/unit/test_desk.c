// SPDX-License-Identifier: Apache-2.0
/* Command lines, and what a clerk sees of figures. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "agent/args.h"
#include "agent/render.h"
#include "agent/scan.h"

static const char *name, *note;
static bool flag;

static const struct args_option OPTIONS[] = {
	{.name = "name", .value = "TEXT", .text = &name},
	{.name = "note", .value = "TEXT", .text = &note},
	{.name = "flag", .flag = &flag},
};

static struct args_fault read_args(const char *const *words, const char **operand, size_t *n)
{
	int argc = 0;

	name = note = NULL;
	flag = false;
	while (words[argc])
		argc++;
	return args_read(argc, (char **)words, OPTIONS, BASE_COUNT(OPTIONS), operand, 1, n);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void test_args(void **state)
{
	(void)state;
	const char *operand = NULL;
	size_t n;
	struct args_fault f;

	f = read_args(WORDS("A.1", "--name", "x", "--note=a=b", "--flag"), &operand, &n);
	assert_int_equal(f.kind, ARGS_FINE);
	assert_int_equal(n, 1);
	assert_string_equal(operand, "A.1");
	assert_string_equal(name, "x");
	assert_string_equal(note, "a=b");
	assert_true(flag);
	f = read_args(WORDS("--", "--flag"), &operand, &n);
	assert_int_equal(f.kind, ARGS_FINE);
	assert_string_equal(operand, "--flag");
	assert_int_equal(read_args(WORDS("--nam", "x"), &operand, &n).kind, ARGS_UNKNOWN);
	f = read_args(WORDS("--names=x"), &operand, &n);
	assert_int_equal(f.kind, ARGS_UNKNOWN);
	assert_int_equal(f.size, 5);
	assert_int_equal(read_args(WORDS("--name"), &operand, &n).kind, ARGS_NO_VALUE);
	assert_int_equal(read_args(WORDS("--flag=1"), &operand, &n).kind, ARGS_FLAG_VALUE);
	assert_int_equal(read_args(WORDS("--name=1", "--name", "2"), &operand, &n).kind,
			 ARGS_TWICE);
	assert_int_equal(read_args(WORDS("a", "b"), &operand, &n).kind, ARGS_TOO_MANY);
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct {
		int64_t n;
		const char *vi, *en, *hundredths;
	} cases[] = {
		{0, "0", "0", "0"},
		{5, "5", "5", "0,05"},
		{50, "50", "50", "0,5"},
		{1387, "1.387", "1,387", "13,87"},
		{8950, "8.950", "8,950", "89,5"},
		{-1000000, "-1.000.000", "-1,000,000", "-10.000"},
		{INT64_C(1000000000000), "1.000.000.000.000", "1,000,000,000,000",
		 "10.000.000.000"},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct buffer b = {0};

		render_integer(&b, LANGUAGE_VI, cases[i].n);
		assert_string_equal(buffer_text(&b), cases[i].vi);
		buffer_clear(&b);
		render_integer(&b, LANGUAGE_EN, cases[i].n);
		assert_string_equal(buffer_text(&b), cases[i].en);
		buffer_clear(&b);
		render_hundredths(&b, LANGUAGE_VI, cases[i].n);
		assert_string_equal(buffer_text(&b), cases[i].hundredths);
		buffer_free(&b);
	}
}

static const char *shown(struct buffer *b)
{
	static char text[200];
	size_t size = b->size < sizeof text - 1 ? b->size : sizeof text - 1;

	memcpy(text, b->data, size);
	text[size] = '\0';
	buffer_free(b);
	return text;
}

static void test_shown(void **state)
{
	(void)state;
	struct buffer b = {0};
	struct update u = {.body = BODY_RATIO, .numerator = 9843, .denominator = 10000};

	render_date(&b, LANGUAGE_VI, (struct date){20240331});
	assert_string_equal(shown(&b), "31/03/2024");
	render_date(&b, LANGUAGE_EN, (struct date){20240331});
	assert_string_equal(shown(&b), "2024-03-31");
	render_date(&b, LANGUAGE_VI, (struct date){0});
	assert_string_equal(shown(&b), "–");
	render_time(&b, LANGUAGE_VI, INT64_C(1711904700000)); /* 17:05 UTC is the next day here */
	assert_string_equal(shown(&b), "01/04/2024 00:05");
	render_time(&b, LANGUAGE_VI, 0);
	assert_string_equal(shown(&b), "–");
	render_percent(&b, LANGUAGE_VI, 9843, 10000);
	assert_string_equal(shown(&b), "98,43 %");
	render_percent(&b, LANGUAGE_VI, 1, 0);
	assert_string_equal(shown(&b), "–");
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "9.843 / 10.000 = 98,43 %");
	u = (struct update){.body = BODY_TASK, .state = TASK_IN_PROGRESS, .percent = 40};
	render_body(&b, LANGUAGE_EN, &u);
	assert_non_null(strstr(shown(&b), " 40 %"));
	u = (struct update){.body = BODY_COUNT, .value = 1387};
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "1.387");
	u = (struct update){.body = BODY_POINTS, .value = 8950};
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "89,5 điểm");
	u.body = BODY_NONE_ARISEN;
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "không phát sinh");
	u.body = BODY_WITHDRAW;
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "rút báo cáo");
	u = (struct update){.body = BODY_CORRECTION, .corrected = BODY_COUNT, .value = 1387};
	render_body(&b, LANGUAGE_VI, &u);
	assert_string_equal(shown(&b), "1.387");
	render_receipt(&b, (const uint8_t *)"\x0a\x1b\x2c\x3d", 17, 2);
	assert_string_equal(shown(&b), "0a1b2c3d-17-2");
}

static void test_figure_json(void **state)
{
	(void)state;
	static const struct {
		struct update u;
		const char *json;
	} cases[] = {
		{{.body = BODY_TASK, .as_of = {20240331}, .state = TASK_IN_PROGRESS, .percent = 40},
		 "{\"body\": \"task\", \"as_of\": 20240331, \"state\": \"in_progress\", \"percent\": 40}"},
		{{.body = BODY_CORRECTION, .corrected = BODY_RATIO, .numerator = 3, .denominator = 4},
		 "{\"body\": \"ratio\", \"as_of\": 0, \"value\": 3, \"denominator\": 4}"},
		{{.body = BODY_POINTS, .value = 8950}, "{\"body\": \"points\", \"as_of\": 0, \"value\": 8950}"},
		{{.body = BODY_NONE_ARISEN}, "{\"body\": \"none_arisen\", \"as_of\": 0}"},
	};

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct buffer b = {0};
		struct json j = json_to(&b);

		json_object_begin(&j, NULL);
		render_figure_json(&j, &cases[i].u);
		json_object_end(&j);
		assert_string_equal(shown(&b), cases[i].json);
	}
}

static void test_table(void **state)
{
	(void)state;
	struct render_table t = {.columns = 3, .right = {[1] = true}};
	struct buffer b = {0};

	for (const char *const *cell =
		     WORDS("Đơn vị", "Số", "Tên", "412", "1.387", "Thành phố Vinh", "G", "5", "");
	     *cell; cell++)
		render_cell_text(&t, *cell);
	render_table(&b, &t);
	assert_string_equal(buffer_text(&b), "Đơn vị  Số     Tên\n"
					     "412     1.387  Thành phố Vinh\n"
					     "G           5  \n");
	buffer_free(&b);
}

static void test_marks(void **state)
{
	(void)state;
	struct desk d = {.office.language = LANGUAGE_VI};

	d.json = json_to(&d.out);
	desk_warn(&d, "%s", "một");
	desk_warn(&d, "%d", 2);
	d.office.centre.illustrative = d.office.centre.simulated = true;
	desk_warnings(&d);
	render_end(&d);
	assert_string_equal(buffer_text(&d.out),
			    "Lưu ý: một\nLưu ý: 2\nSố liệu minh hoạ · thời gian mô phỏng\n");
	buffer_clear(&d.out);
	d.office.json = true;
	json_object_begin(&d.json, NULL);
	desk_warnings(&d);
	render_end(&d);
	assert_string_equal(buffer_text(&d.out),
			    "{\"warnings\": [\"một\", \"2\"], \"illustrative\": "
			    "true, \"simulated\": true}\n");
	assert_int_equal(desk_fail(&d, DESK_USAGE, "x \"%s\"", "y"), DESK_USAGE);
	assert_string_equal(buffer_text(&d.out), "{\"error\": \"x \\\"y\\\"\"}\n");
	desk_close(&d);
}

static void test_scan(void **state)
{
	(void)state;
	struct buffer b = {0};
	char text[4];
	uint8_t raw[2];

	buffer_put_u8(&b, 7);
	buffer_put_u32(&b, 8);
	scan_put_text(&b, "abc");
	scan_put_text(&b, "abcd");
	struct scan in = {.rest = buffer_bytes(&b)};

	assert_int_equal(scan_u8(&in), 7);
	assert_int_equal(scan_u32(&in), 8);
	scan_text(&in, text, sizeof text);
	assert_string_equal(text, "abc");
	assert_false(in.bad);
	scan_text(&in, text, sizeof text); /* one letter too many */
	assert_true(in.bad);
	assert_string_equal(text, "");
	assert_int_equal(scan_u64(&in), 0);
	scan_copy(&in, raw, sizeof raw);
	assert_int_equal(raw[0], 0);
	buffer_free(&b);
}

/* What is shown again is characters, and not a page of them. */
static void test_values(void **state)
{
	(void)state;
	char out[CSV_VALUE_MAX], page[400];

	assert_string_equal(render_value("", out), "");
	assert_string_equal(render_value("Nghệ An 1.387", out), "Nghệ An 1.387");
	assert_string_equal(render_value("a\x1b[2J\n\tb\x7f", out), "a?[2J??b?");
	assert_string_equal(render_value("x\xe2\x80\xaey", out), "x?y"); /* turns the direction */
	assert_string_equal(render_value("Ngh\xd6 \xff\xe1\xbb", out), "Ngh? ???");
	memset(page, 'n', sizeof page - 1);
	page[sizeof page - 1] = '\0';
	assert_int_equal(strlen(render_value(page, out)), CSV_VALUE_MAX - 1);
	struct buffer b = {0};

	render_plain(&b, "Nghệ An\n\tx\x1b[2J \xc2\x9b \xe1\xbb \xff\n");
	assert_string_equal(buffer_text(&b), "Nghệ An\n\tx?[2J ? ?? ?\n");
	buffer_free(&b);
	assert_string_equal(out + CSV_VALUE_MAX - 5, "n…");
	memset(page, 0x80, sizeof page - 1);
	assert_string_equal(render_value(page, out) + CSV_VALUE_MAX - 5, "?…");
	for (unsigned l = LANGUAGE_VI; l <= LANGUAGE_EN; l++) {
		const struct draft_fault unit = {.reason = REASON_UNKNOWN_UNIT},
					 item = {.reason = REASON_UNKNOWN_ITEM},
					 date = {.csv = CSV_BAD_DATE},
					 spelt = {.column = DRAFT_corrects, .csv = CSV_BAD_WORD},
					 not_ours = {.column = DRAFT_corrects, .reason = REASON_NOT_STANDING},
					 future = {.reason = REASON_AS_OF_IN_FUTURE};

		assert_string_not_equal(render_fault(unit, l), reason_says(REASON_UNKNOWN_UNIT, l));
		assert_string_not_equal(render_fault(item, l), reason_says(REASON_UNKNOWN_ITEM, l));
		assert_non_null(strstr(render_fault(spelt, l), "0a1b2c3d-17-2"));
		assert_non_null(strstr(render_fault(not_ours, l), "tiendo-agent receipts"));
		assert_string_equal(render_fault(date, l), csv_fault_says(CSV_BAD_DATE, l));
		assert_string_equal(render_fault(future, l), reason_says(REASON_AS_OF_IN_FUTURE, l));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_args),  cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shown), cmocka_unit_test(test_table),
		cmocka_unit_test(test_marks), cmocka_unit_test(test_scan),
		cmocka_unit_test(test_values), cmocka_unit_test(test_figure_json),
	};

	return cmocka_run_group_tests_name("desk", tests, NULL, NULL);
}
