// SPDX-License-Identifier: Apache-2.0
/* Arguments of requests: what is taken, what is a fault and which one, and that what a route does not take is not looked at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "dashboard/web_argument.h"

/* Words as in a query: name, value, name, value ... NULL. */
static const char *get(const void *from, const char *name)
{
	for (const char *const *at = from; *at; at += 2)
		if (strcmp(at[0], name) == 0)
			return at[1];
	return NULL;
}

static const struct web_fault *read(unsigned takes, struct web_said *out, const char *const *words)
{
	const struct web_words w = {get, words};

	return web_argument_read(&w, takes, out);
}

#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void assert_fault(unsigned takes, const char *const *words, const char *names)
{
	struct web_said said;
	const struct web_fault *fault = read(takes, &said, words);

	assert_non_null(fault);
	assert_non_null(strstr(fault->vi, names));
	assert_non_null(strstr(fault->en, names));
}

static void assert_fine(unsigned takes, const char *const *words)
{
	struct web_said said;
	const struct web_fault *fault = read(takes, &said, words);

	if (fault)
		fail_msg("%s", fault->en);
}

static void units(void **state)
{
	struct web_said said;

	(void)state;
	assert_null(read(TAKES_UNIT, &said, WORDS("unit", "412")));
	assert_string_equal(said.question.unit, "412");
	assert_null(read(TAKES_UNIT, &said, WORDS("unit", "G/XADIEM")));
	assert_string_equal(said.question.unit, "G/XADIEM");
	assert_fine(TAKES_UNIT, WORDS("unit", "40.CA"));
	assert_fine(TAKES_UNIT, WORDS("unit", "ABCDEFGHIJKLMNOP"));
	assert_fine(TAKES_UNIT, WORDS("unit", "G/ABCDEFGHIJKLMNOP"));
	static const char *const bad[] = {"",    "40 ",  " 40", "g/X", "G/",  "G/G/X", "40/412", ".40", "-", "ABCDEFGHIJKLMNOPQ", "Đ",
					  "40\n", "\xff", "4a",  "*",   "40%", "../x",  "G/ABCDEFGHIJKLMNOPQ"};
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		assert_fault(TAKES_UNIT, WORDS("unit", bad[i]), "unit");
	assert_fault(TAKES_UNIT, WORDS("item", "X"), "unit");
	assert_fine(TAKES_UNIT | UNIT_FREE, WORDS("item", "X"));
	assert_fault(TAKES_UNIT | UNIT_FREE, WORDS("unit", "x"), "unit");
}

static void items(void **state)
{
	struct web_said said;

	(void)state;
	assert_null(read(TAKES_ITEM, &said, WORDS("item", "KH.01")));
	assert_string_equal(said.question.item, "KH.01");
	assert_fine(TAKES_ITEM, WORDS("x", "y"));
	assert_fault(TAKES_ITEM, WORDS("item", "kh"), "item");
	assert_fault(TAKES_ITEM | ITEM_MUST, WORDS("plan", "KH"), "item");
	assert_fault(TAKES_PLAN | ITEM_MUST, WORDS("item", "KH"), "plan");
	assert_null(read(TAKES_PLAN | ITEM_MUST, &said, WORDS("plan", "KH")));
	assert_string_equal(said.question.item, "KH");
	assert_null(read(TAKES_RULE, &said, WORDS("rule", "CHAM-BC", "item", "x y")));
	assert_string_equal(said.question.item, "CHAM-BC");
	assert_fault(TAKES_RULE, WORDS("rule", "a b"), "rule");
}

static void times(void **state)
{
	struct web_said said;
	char longest[WEB_ASK_PERIOD], longer[WEB_ASK_PERIOD + 1];

	(void)state;
	assert_null(read(TAKES_PERIOD, &said, WORDS("period", "2024-01a..2024-03b")));
	assert_string_equal(said.question.period, "2024-01a..2024-03b");
	memset(longest, '9', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	memset(longer, '9', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	assert_fine(TAKES_PERIOD, WORDS("period", longest));
	assert_fault(TAKES_PERIOD, WORDS("period", longer), "period");
	assert_fault(TAKES_PERIOD, WORDS("period", "2024 04"), "period");
	assert_fault(TAKES_PERIOD, WORDS("period", "kỳ"), "period");
	assert_fault(TAKES_PERIOD | PERIOD_MUST, WORDS("period", ""), "period");
	assert_null(read(TAKES_DATE, &said, WORDS("date", "2024-02-29")));
	assert_int_equal(said.question.at.ymd, 20240229);
	assert_fault(TAKES_DATE, WORDS("date", "2023-02-29"), "date");
	assert_fault(TAKES_DATE, WORDS("at", "2024-02-29"), "date");
	assert_null(read(TAKES_SPAN, &said, WORDS("from", "2024-01-01", "to", "2024-01-01")));
	assert_true(said.question.from.ymd == 20240101 && said.question.to.ymd == 20240101);
	assert_fine(TAKES_SPAN, WORDS("from", "2024-01-01"));
	assert_fine(TAKES_SPAN, WORDS("to", "2024-01-01"));
	assert_fault(TAKES_SPAN, WORDS("from", "2024-01-02", "to", "2024-01-01"), "from");
	assert_fault(TAKES_SPAN, WORDS("to", "mai"), "to");
}

static void flags_and_the_rest(void **state)
{
	struct web_said said;

	(void)state;
	assert_null(read(TAKES_OPEN | TAKES_STEPS, &said, WORDS("open", "1", "steps", "0")));
	assert_true(said.question.open && !said.question.steps && !said.question.by_addressee);
	assert_fault(TAKES_OPEN, WORDS("open", "yes"), "open");
	assert_fault(TAKES_STEPS, WORDS("steps", "01"), "steps");
	assert_fault(TAKES_STEPS, WORDS("by_addressee", "2"), "by_addressee");
	assert_null(read(TAKES_DEPTH, &said, WORDS("depth", "all")));
	assert_true(said.all);
	assert_null(read(TAKES_DEPTH, &said, WORDS("depth", "1")));
	assert_false(said.all);
	assert_fault(TAKES_DEPTH, WORDS("depth", "2"), "depth");
	assert_null(read(TAKES_TEXT, &said, WORDS("q", "hoà")));
	assert_string_equal(said.text, "hoà");
	assert_int_equal(said.most, WEB_FOUND_MOST);
	assert_fault(TAKES_TEXT, WORDS("n", "3"), "q");
	static const char *const bad[] = {"0", "21", "x", "1x", "-1", "+1", " 1", "001", "4294967297"};
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		assert_fault(TAKES_TEXT, WORDS("q", "x", "n", bad[i]), "n:");
	assert_null(read(TAKES_TEXT, &said, WORDS("q", "x", "n", "20")));
	assert_int_equal(said.most, 20);
}

/* Two that mean the same are the same bytes, whatever else was said: they share an answer. */
static void nothing_else_is_looked_at(void **state)
{
	struct web_said plain, noisy;

	(void)state;
	memset(&plain, 0xa5, sizeof(plain));
	memset(&noisy, 0x5a, sizeof(noisy));
	assert_null(read(TAKES_UNIT | TAKES_ITEM, &plain, WORDS("unit", "40", "item", "KH")));
	assert_null(read(TAKES_UNIT | TAKES_ITEM, &noisy,
			 WORDS("steps", "9", "at", "2024-01-01", "date", "x", "unit", "40", "period", "a b", "item", "KH", "depth", "?", "q", "", "n", "-", "from", "x")));
	assert_memory_equal(&plain, &noisy, sizeof(plain));
	assert_int_equal(plain.question.at.ymd, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(units),
		cmocka_unit_test(items),
		cmocka_unit_test(times),
		cmocka_unit_test(flags_and_the_rest),
		cmocka_unit_test(nothing_else_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
