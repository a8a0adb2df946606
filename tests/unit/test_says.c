// SPDX-License-Identifier: Apache-2.0
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/says.h"
#include "common/domain/text.h"

/* The name on the wire of the tools is the name in the code, in small letters: for ever. */
static void check(const char *macro, const char *name, const char *vi, const char *en)
{
	char lower[64];
	size_t n = strlen(macro);

	for (size_t i = 0; i <= n; i++)
		lower[i] = (char)tolower((unsigned char)macro[i]);
	assert_non_null(name);
	assert_string_equal(name, lower);
	for (int l = 0; l < 2; l++) {
		const char *s = l == 0 ? vi : en;

		assert_non_null(s);
		n = strlen(s);
		assert_int_equal(text_check(s, n, NOTE_MAX_BYTES), REASON_NONE);
		assert_true(n > 10 && s[n - 1] == '.');
	}
	assert_string_not_equal(vi, en);
}

static void test_reasons(void **state)
{
	(void)state;
#define X(name, number, permanent)                                                        \
	check(#name, reason_name(REASON_##name), reason_says(REASON_##name, LANGUAGE_VI), \
	      reason_says(REASON_##name, LANGUAGE_EN));                                   \
	assert_int_equal(reason_permanent(REASON_##name), permanent);
	REASONS(X)
#undef X
	assert_string_equal(reason_name(REASON_NONE), "none");
	assert_string_equal(reason_name((enum reason)39), "unknown_reason");
	assert_string_equal(reason_name((enum reason)1000), "unknown_reason");
	assert_non_null(strstr(reason_says((enum reason)1000, LANGUAGE_EN), "Update"));
	assert_false(reason_permanent((enum reason)1000));
	assert_false(reason_permanent((enum reason)39));
}

static void test_csv_faults(void **state)
{
	(void)state;
#define X(name)                                                                           \
	check(#name, csv_fault_name(CSV_##name), csv_fault_says(CSV_##name, LANGUAGE_VI), \
	      csv_fault_says(CSV_##name, LANGUAGE_EN));
	CSV_FAULTS(X)
#undef X
}

static void test_faults(void **state)
{
	(void)state;
#define X(name, error)                                                                \
	check(#name, fault_name(FAULT_##name), fault_says(FAULT_##name, LANGUAGE_VI), \
	      fault_says(FAULT_##name, LANGUAGE_EN));
	FAULTS(X)
#undef X
	assert_string_equal(fault_name(FAULT_NONE), "none");
}

static void test_words(void **state)
{
	(void)state;
#define BOTH_WAYS(prefix, first, last)                              \
	for (unsigned v = first; v <= last; v++) {                  \
		assert_true(strlen(prefix##_word(v)) > 1);          \
		assert_int_equal(prefix##_of(prefix##_word(v)), v); \
	}                                                           \
	assert_string_equal(prefix##_word(0), "");                  \
	assert_int_equal(prefix##_of(""), 0);                       \
	assert_int_equal(prefix##_of("nonesuch"), 0)
	BOTH_WAYS(unit_kind, UNIT_CENTRAL, UNIT_OTHER);
	BOTH_WAYS(unit_branch, BRANCH_STATE, BRANCH_MASS);
	BOTH_WAYS(item_kind, ITEM_PLAN, ITEM_POINTS);
	BOTH_WAYS(answer, ANSWER_LEAD, ANSWER_ALL);
	BOTH_WAYS(measure, MEASURE_STOCK, MEASURE_YTD);
	BOTH_WAYS(aggregate, AGGREGATE_SUM, AGGREGATE_OWN);
	BOTH_WAYS(direction, DIRECTION_HIGHER, DIRECTION_LOWER);
	BOTH_WAYS(task_state, TASK_NOT_STARTED, TASK_DONE);
	BOTH_WAYS(role, ROLE_AGENT, ROLE_OPERATOR);
	assert_int_equal(unit_kind_of("commune"), UNIT_COMMUNE);
	assert_int_equal(unit_branch_of("mass"), BRANCH_MASS);
	assert_int_equal(item_kind_of("points"), ITEM_POINTS);
	assert_int_equal(measure_of("ytd"), MEASURE_YTD);
	assert_int_equal(role_of("operator"), ROLE_OPERATOR);
	assert_string_equal(task_state_label(TASK_DONE, LANGUAGE_VI), "Hoàn thành");
	assert_string_equal(task_state_label(TASK_NONE, LANGUAGE_EN), "Not reported");
	BOTH_WAYS(cause, CAUSE_ORGANISATION, CAUSE_ACCESS);
	BOTH_WAYS(origin, ORIGIN_OWN, ORIGIN_OUTSIDE);
	assert_string_equal(body_word(BODY_TASK), "task");
	assert_string_equal(body_word(BODY_NONE_ARISEN), "none_arisen");
	assert_string_equal(body_word(BODY_NOTICE_ACK), "notice_ack");
	assert_string_equal(body_word(BODY_NONE), "");
	assert_string_equal(body_word((enum body_kind)99), "");
	assert_string_equal(body_label(BODY_RATIO, LANGUAGE_VI), "báo cáo");
	assert_string_equal(body_label(BODY_UNCHANGED, LANGUAGE_VI), "xác nhận không thay đổi");
	assert_string_equal(body_label(BODY_NOTICE_ACK, LANGUAGE_EN), "notice read");
}

/* S2: "nguồn lực tài chính và nguồn lực con người"; a clerk writes as he speaks. */
static void test_causes(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum cause cause;
	} cases[] = {
		{ "tổ chức", CAUSE_ORGANISATION },
		{ "Kinh phí", CAUSE_MONEY },
		{ "kinh phi", CAUSE_MONEY },
		{ "money", CAUSE_MONEY },
		{ "con người", CAUSE_PEOPLE },
		{ "HẠ TẦNG", CAUSE_INFRASTRUCTURE },
		{ "chưa có  hướng dẫn", CAUSE_NO_GUIDANCE },
		{ "no_guidance", CAUSE_NO_GUIDANCE },
		{ "no guidance", CAUSE_NO_GUIDANCE },
		{ "chưa có mô hình", CAUSE_NO_MODEL },
		{ "mô hình", CAUSE_NO_MODEL },
		{ "kỹ năng", CAUSE_SKILLS },
		{ "trình độ", CAUSE_SKILLS },
		{ "tiếp cận", CAUSE_ACCESS },
		{ "chưa có", CAUSE_NONE },
		{ "người", CAUSE_NONE },
		{ "kinh ph", CAUSE_NONE },
		{ "", CAUSE_NONE },
		{ "\xff", CAUSE_NONE },
		{ "thời tiết", CAUSE_NONE },
	};

	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(cause_read(cases[i].text), cases[i].cause);
	for (enum cause c = CAUSE_ORGANISATION; c <= CAUSE_ACCESS; c++) {
		assert_int_equal(cause_read(cause_label(c, LANGUAGE_VI)), c);
		assert_int_equal(cause_read(cause_label(c, LANGUAGE_EN)), c);
	}
	assert_string_equal(cause_label(CAUSE_NONE, LANGUAGE_VI), "");
	assert_string_equal(origin_label(ORIGIN_OUTSIDE, LANGUAGE_VI), "khách quan");
	assert_string_equal(obstacle_step_word(STEP_ESCALATE), "escalate");
	assert_string_equal(obstacle_step_label(STEP_ANSWER, LANGUAGE_VI), "trả lời");
	assert_string_equal(obstacle_step_word((enum obstacle_step)9), "");
	assert_string_equal(obstacle_step_label((enum obstacle_step)9, LANGUAGE_EN), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reasons),
		cmocka_unit_test(test_csv_faults),
		cmocka_unit_test(test_faults),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_causes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
