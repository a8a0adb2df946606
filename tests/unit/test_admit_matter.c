// SPDX-License-Identifier: Apache-2.0
/* The bodies beside plain figures, as far as the catalogue alone can judge them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "tests/unit/support_rows.h"

/* VN - 40 - 412 - 16681; 40 - 413, 414 (closed 1/1/2024); VN - 38 */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam"),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An"),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Thành phố Vinh"),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò"),
	UNIT(.code = "414", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cũ",
	     .closed = { 20240101 }),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Phường 1"),
	UNIT(.code = "38", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Thanh Hoá"),
	GROUP(.group = "PILOT", .use = "pilot", .name = "Điểm", .unit = "413", .to = { 20240331 }),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch"),
	ITEM(.code = "G", .parent = "KH", .kind = ITEM_GROUP, .name = "Nhóm"),
	ITEM(.code = "GONE", .parent = "KH", .kind = ITEM_GROUP, .name = "Nhóm cũ",
	     .closed = { 20240101 }),
	ITEM(.code = "T", .parent = "G", .kind = ITEM_TASK, .name = "Việc", .lead = "412"),
	ITEM(.code = "T2", .parent = "G", .kind = ITEM_TASK, .name = "Việc khác", .lead = "412"),
	ITEM(.code = "TGONE", .parent = "GONE", .kind = ITEM_TASK, .name = "Việc cũ", .lead = "16681"),
	ITEM(.code = "TALL", .parent = "G", .kind = ITEM_TASK, .name = "Việc của cả tỉnh",
	     .answer = ANSWER_ALL, .reporters = "kind:district@40"),
	ITEM(.code = "TPILOT", .parent = "KH", .kind = ITEM_TASK, .name = "Việc của điểm",
	     .answer = ANSWER_ALL, .reporters = "group:PILOT"),
	ITEM(.code = "R", .parent = "G", .kind = ITEM_RATIO, .name = "Tỷ lệ", .lead = "412",
	     .bounded = true, .num_def = "n", .den_def = "d", .measure = MEASURE_STOCK),
	ITEM(.code = "CF", .parent = "G", .kind = ITEM_COUNT, .name = "Phát sinh", .lead = "412",
	     .measure = MEASURE_FLOW),
	ITEM(.code = "CY", .parent = "G", .kind = ITEM_COUNT, .name = "Luỹ kế", .lead = "412",
	     .measure = MEASURE_YTD),
	ITEM(.code = "CH", .parent = "G", .kind = ITEM_COUNT, .name = "Nửa tháng", .lead = "412",
	     .schedule = "half_month"),
	ITEM(.code = "KH2", .owner = "38", .kind = ITEM_PLAN, .name = "Kế hoạch của Thanh Hoá"),
	ITEM(.code = "T38", .parent = "KH2", .kind = ITEM_TASK, .name = "Việc", .lead = "38"),
	MILESTONE(.item = "TALL", .no = 1, .date = { 20240301 }),
	MILESTONE(.item = "TALL", .no = 2, .unit = "413", .date = { 20240401 }),
	MILESTONE(.item = "TALL", .date = { 20240601 }),
};

static struct catalogue *c;
static struct admit_place place;
static struct admit_found found;

static int setup(void **state)
{
	(void)state;
	c = rows_build(rows, N(rows));
	place = (struct admit_place){ .catalogue = c, .today = { 20240402 } };
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_free(c);
	return 0;
}

#pragma GCC diagnostic ignored "-Woverride-init"
#define UPDATE(...)                                                                                \
	((struct update){ .seq = 1,                                                                \
			  .unit = "412",                                                           \
			  .item = "T",                                                             \
			  .as_of = { 20240401 },                                                   \
			  .period = "",                                                            \
			  .note = "",                                                              \
			  .reason = "",                                                            \
			  .product_ref = "",                                                       \
			  __VA_ARGS__ })
#define MATTER(...)                                                                                \
	(&(struct matter){ .text = "", .item = "", .solution = "", .addressee = "", __VA_ARGS__ })
#define RECEIPT { { 1 }, 9, 3 }
static const struct matter names_one = { .about = RECEIPT, .text = "", .item = "", .solution = "", .addressee = "" };
static const struct matter notice_44 = { .about = { { 1 }, 0, 0 }, .notice = 44, .text = "", .item = "", .solution = "", .addressee = "" };
#define CORRECTS(...)                                                                              \
	UPDATE(.body = BODY_CORRECTION, .reason = "nhập nhầm", .matter = &names_one, __VA_ARGS__)
#define COUNTS(...) CORRECTS(.item = "CF", .corrected = BODY_COUNT, .value = 5, __VA_ARGS__)
#define WITHDRAWS(...)                                                                             \
	UPDATE(.body = BODY_WITHDRAW, .item = "CF", .reason = "gửi nhầm", .matter = &names_one,    \
	       __VA_ARGS__)
#define NA(...) UPDATE(.body = BODY_NA_REQUEST, .matter = MATTER(__VA_ARGS__))
#define LATER(...) UPDATE(.body = BODY_EXTENSION_REQUEST, .matter = MATTER(__VA_ARGS__))
#define REACHED(...)                                                                               \
	UPDATE(.body = BODY_MILESTONE, .item = "TALL", .unit = "413", .matter = MATTER(__VA_ARGS__))
#define READ(...) UPDATE(.body = BODY_NOTICE_ACK, .matter = &notice_44, .item = "", __VA_ARGS__)
#define OBSTACLE(m, ...) UPDATE(.body = BODY_OBSTACLE, .matter = m, __VA_ARGS__)
#define RAISE(...)                                                                                 \
	MATTER(.step = STEP_RAISE, .cause = CAUSE_MONEY, .origin = ORIGIN_OUTSIDE,                 \
	       .text = "Chưa có vốn", __VA_ARGS__)
#define STEP(step_, ...) MATTER(.step = step_, .about = RECEIPT, __VA_ARGS__)

static void verdict(const struct update *u, enum reason reason, const char *field)
{
	struct verdict v = admit_check(&place, u, &found);

	assert_string_equal(v.field, field);
	assert_int_equal(v.reason, reason);
}

#define TAKES(...)                                                                                 \
	do {                                                                                       \
		struct update up = __VA_ARGS__;                                                    \
		verdict(&up, REASON_NONE, "");                                                     \
	} while (0)
#define REFUSES(reason, at, ...)                                                                   \
	do {                                                                                       \
		struct update up = __VA_ARGS__;                                                    \
		verdict(&up, REASON_##reason, at);                                                 \
	} while (0)

static const struct update *each_body(size_t i)
{
	static struct update all[8];

	if (i >= N(all))
		return NULL;
	all[0] = UPDATE(.body = BODY_UNCHANGED);
	all[1] = NA(.text = "Không có biển", .date = { 20240101 });
	all[2] = CORRECTS(.corrected = BODY_TASK, .state = TASK_NOT_STARTED);
	all[3] = WITHDRAWS();
	all[4] = OBSTACLE(RAISE());
	all[5] = LATER(.text = "Thiếu thiết bị", .date = { 20240630 });
	all[6] = REACHED(.milestone = 1, .date = { 20240330 });
	all[7] = READ();
	static struct matter kept[N(all)]; /* literals die with the block */
	if (all[i].matter) {
		kept[i] = *all[i].matter;
		all[i].matter = &kept[i];
	}
	return &all[i];
}

static void test_rules(void **state)
{
	static const char *const names[] = { "unchanged", "na_request", "correction", "withdraw",
					     "obstacle",  "extension_request", "milestone",
					     "notice_ack" };
	const struct update *u;

	(void)state;
	for (size_t i = 0; (u = each_body(i)) != NULL; i++) {
		place.rules = 1;
		verdict(u, REASON_NOT_YET, names[i]);
		place.rules = 2;
		verdict(u, REASON_NONE, "");
		place.rules = 3;
		verdict(u, REASON_NONE, "");
		place.rules = 0;
		verdict(u, REASON_NONE, "");
	}
}

/* An office may leave the whole matter out: it says nothing, and never what a rule wants. */
static void test_without_matter(void **state)
{
	static const char *const fields[] = { "", "na_request.reason", "correction.replaces",
					      "withdraw.withdraws", "obstacle",
					      "extension_request.due", "milestone.no",
					      "notice_ack.notice_entry" };
	const struct update *u;

	(void)state;
	for (size_t i = 0; (u = each_body(i)) != NULL; i++) {
		struct update bare = *u;

		bare.matter = NULL;
		verdict(&bare, i == 0 ? REASON_NONE : REASON_FIELD_MISSING, fields[i]);
	}
}

static void test_unchanged(void **state)
{
	(void)state;
	TAKES(UPDATE(.body = BODY_UNCHANGED, .item = "R"));
	TAKES(UPDATE(.body = BODY_UNCHANGED, .item = "CY"));
	TAKES(UPDATE(.body = BODY_UNCHANGED, .item = "CH", .period = "2024-04a"));
	REFUSES(NOTHING_NOT_ALLOWED, "unchanged", UPDATE(.body = BODY_UNCHANGED, .item = "CF"));
	REFUSES(NOT_A_LEAF, "item", UPDATE(.body = BODY_UNCHANGED, .item = "G"));
	REFUSES(NOT_ASSIGNED, "item", UPDATE(.body = BODY_UNCHANGED, .unit = "413"));
	REFUSES(BAD_PERIOD, "period", UPDATE(.body = BODY_UNCHANGED, .item = "CH", .period = "2024-04b"));
	REFUSES(AS_OF_IN_FUTURE, "as_of", UPDATE(.body = BODY_UNCHANGED, .as_of = { 20240403 }));
}

static void test_corrections(void **state)
{
	(void)state;
	TAKES(COUNTS());
	TAKES(CORRECTS(.item = "CF", .corrected = BODY_NONE_ARISEN));
	TAKES(CORRECTS(.item = "CH", .corrected = BODY_COUNT, .period = "2024-04a"));
	REFUSES(REASON_REQUIRED, "reason", COUNTS(.reason = " \n"));
	REFUSES(FIELD_MISSING, "correction.replaces", COUNTS(.matter = MATTER(.text = "")));
	REFUSES(FIELD_MISSING, "correction.replaces", COUNTS(.matter = MATTER(.about = { { 1 }, 9, 0 })));
	REFUSES(FIELD_MISSING, "correction.replaces", COUNTS(.matter = MATTER(.about = { { 1 }, 0, 3 })));
	REFUSES(FIELD_MISSING, "correction", COUNTS(.corrected = BODY_NONE));
	/* the figure inside is judged, and named, as a plain one */
	REFUSES(WRONG_BODY, "ratio", COUNTS(.corrected = BODY_RATIO));
	REFUSES(OUT_OF_RANGE, "count.value", COUNTS(.value = VALUE_MAX + 1));
	REFUSES(CONTRADICTION, "task.percent",
		CORRECTS(.corrected = BODY_TASK, .state = TASK_NOT_STARTED, .percent = 1));
	REFUSES(PERSONAL_ID, "task.product_ref",
		CORRECTS(.corrected = BODY_TASK, .product_ref = "038123456789"));
	REFUSES(NUMERATOR_ABOVE_DENOMINATOR, "ratio.numerator",
		CORRECTS(.item = "R", .corrected = BODY_RATIO, .numerator = 2, .denominator = 1));
	REFUSES(NOTHING_NOT_ALLOWED, "none_arisen", CORRECTS(.corrected = BODY_NONE_ARISEN));
	REFUSES(BAD_PERIOD, "period", CORRECTS(.item = "CH", .corrected = BODY_COUNT, .period = "2024-03a"));
	REFUSES(NOT_ASSIGNED, "item", COUNTS(.unit = "413"));
}

static void test_withdrawals(void **state)
{
	(void)state;
	TAKES(WITHDRAWS());
	/* however long ago it was, with the days of what it withdraws */
	TAKES(WITHDRAWS(.item = "CH", .period = "2023-04a", .as_of = { 20230410 }));
	TAKES(WITHDRAWS(.period = "2023"));
	REFUSES(BAD_PERIOD, "period", WITHDRAWS(.item = "CH", .period = "2023-04a"));
	REFUSES(REASON_REQUIRED, "reason", WITHDRAWS(.reason = ""));
	REFUSES(FIELD_MISSING, "withdraw.withdraws", WITHDRAWS(.matter = MATTER(.text = "")));
	REFUSES(BAD_PERIOD, "period", WITHDRAWS(.item = "CH", .period = "2023-04"));
	REFUSES(BAD_PERIOD, "period", WITHDRAWS(.period = "X"));
	REFUSES(NOT_A_LEAF, "item", WITHDRAWS(.item = "KH"));
}

static void test_na_requests(void **state)
{
	(void)state;
	TAKES(NA(.text = "x", .date = { 20240101 }));
	TAKES(NA(.text = "x", .date = { 20240601 }, .date_to = { 20240601 })); /* it may lie ahead */
	REFUSES(FIELD_MISSING, "na_request.reason", NA(.text = " ", .date = { 20240101 }));
	REFUSES(FIELD_MISSING, "na_request.from", NA(.text = "x"));
	REFUSES(OUT_OF_RANGE, "na_request.from", NA(.text = "x", .date = { 20240230 }));
	REFUSES(OUT_OF_RANGE, "na_request.to", NA(.text = "x", .date = { 20240101 }, .date_to = { 20240230 }));
	REFUSES(OUT_OF_RANGE, "na_request.to", NA(.text = "x", .date = { 20240102 }, .date_to = { 20240101 }));
	REFUSES(PERSONAL_ID, "na_request.reason", NA(.text = "038123456789"));
	REFUSES(BAD_PERIOD, "period",
		UPDATE(.body = BODY_NA_REQUEST, .period = "2024-04", .matter = MATTER(.text = "x", .date = { 20240101 })));
}

static void test_extensions(void **state)
{
	(void)state;
	TAKES(LATER(.text = "x", .date = { 20240402 }));
	REFUSES(FIELD_MISSING, "extension_request.due", LATER(.text = "x"));
	REFUSES(FIELD_MISSING, "extension_request.reason", LATER(.date = { 20240630 }));
	REFUSES(OUT_OF_RANGE, "extension_request.due", LATER(.text = "x", .date = { 20240631 }));
	REFUSES(OUT_OF_RANGE, "extension_request.due", LATER(.text = "x", .date = { 20240401 }));
	REFUSES(TEXT_NOT_NFC, "extension_request.reason", LATER(.text = "Hoa\xcc\x80"));
	REFUSES(WRONG_BODY, "extension_request",
		UPDATE(.body = BODY_EXTENSION_REQUEST, .item = "CF", .matter = MATTER(.text = "x", .date = { 20240630 })));
}

static void test_milestones(void **state)
{
	(void)state;
	TAKES(REACHED(.milestone = 1, .date = { 20240401 }));
	TAKES(REACHED(.milestone = 2, .date = { 20240401 }));
	REFUSES(FIELD_MISSING, "milestone.no", REACHED(.date = { 20240401 })); /* one has no number */
	REFUSES(FIELD_MISSING, "milestone.reached_on", REACHED(.milestone = 1));
	REFUSES(OUT_OF_RANGE, "milestone.reached_on", REACHED(.milestone = 1, .date = { 1 }));
	REFUSES(OUT_OF_RANGE, "milestone.reached_on", REACHED(.milestone = 1, .date = { 20240402 }));
	REFUSES(UNKNOWN_MILESTONE, "milestone.no", REACHED(.milestone = 3, .date = { 20240401 }));
	/* number 2 is another unit's */
	REFUSES(UNKNOWN_MILESTONE, "milestone.no",
		UPDATE(.body = BODY_MILESTONE, .item = "TALL", .matter = MATTER(.milestone = 2, .date = { 20240401 })));
	REFUSES(WRONG_BODY, "milestone",
		UPDATE(.body = BODY_MILESTONE, .item = "CF", .matter = MATTER(.milestone = 1, .date = { 20240401 })));
}

static void test_notices(void **state)
{
	(void)state;
	TAKES(READ());
	assert_int_equal(found.item, NO_INDEX);
	REFUSES(WRONG_BODY, "notice_ack", READ(.item = "T"));
	REFUSES(FIELD_MISSING, "notice_ack.notice_entry", READ(.matter = MATTER(.text = "")));
	REFUSES(FIELD_MISSING, "notice_ack.notice_entry", READ(.matter = MATTER(.about = { { 1 }, 0, 0 })));
	REFUSES(FIELD_MISSING, "notice_ack.incarnation", READ(.matter = MATTER(.notice = 44)));
	place.rules = 2; /* which did not ask for it */
	TAKES(READ(.matter = MATTER(.notice = 44)));
	TAKES(READ());
	place.rules = 3;
	TAKES(READ());
	place.rules = 0;
	REFUSES(UNKNOWN_UNIT, "unit", READ(.unit = "999"));
	place.scope_unit = 7; /* 38 */
	REFUSES(OUT_OF_SCOPE, "unit", READ());
	place.scope_unit = 0;
}

static void test_raising(void **state)
{
	(void)state;
	TAKES(OBSTACLE(RAISE()));
	TAKES(OBSTACLE(RAISE(), .item = "G"));
	TAKES(OBSTACLE(RAISE(), .item = "KH"));
	TAKES(OBSTACLE(RAISE(.solution = "Cấp vốn", .solution_class = CAUSE_MONEY, .affects_rights = true)));
	REFUSES(OUT_OF_RANGE, "obstacle.obstacle", OBSTACLE(RAISE(.about = RECEIPT)));
	REFUSES(OUT_OF_RANGE, "obstacle.raise.about", OBSTACLE(RAISE(.item = "T")));
	REFUSES(FIELD_MISSING, "obstacle.raise.cause", OBSTACLE(RAISE(.cause = CAUSE_NONE)));
	REFUSES(FIELD_MISSING, "obstacle.raise.fault", OBSTACLE(RAISE(.origin = ORIGIN_NONE)));
	REFUSES(FIELD_MISSING, "obstacle.raise.text", OBSTACLE(RAISE(.text = "\t")));
	REFUSES(FIELD_MISSING, "obstacle.raise.solution", OBSTACLE(RAISE(.solution_class = CAUSE_MONEY)));
	REFUSES(FIELD_MISSING, "obstacle.raise.solution_class", OBSTACLE(RAISE(.solution = "Cấp vốn")));
	REFUSES(TEXT_CONTROL, "obstacle.raise.text", OBSTACLE(RAISE(.text = "\x01")));
	REFUSES(PERSONAL_ID, "obstacle.raise.solution", OBSTACLE(RAISE(.solution = "038123456789")));
	REFUSES(BAD_PERIOD, "period", OBSTACLE(RAISE(), .period = "2024-04a"));
}

/* About what the unit has nothing to report in, it raises nothing. */
static void test_where_one_reports(void **state)
{
	(void)state;
	TAKES(OBSTACLE(RAISE(), .unit = "413", .item = "TALL"));
	TAKES(OBSTACLE(RAISE(), .unit = "413", .item = "KH"));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "413"));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "413", .item = "KH2"));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "40", .item = "KH"));
	/* only what it reports today counts: not as a member that has left, not in a group that is gone */
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "413", .item = "TPILOT", .as_of = { 20240301 }));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "16681", .item = "KH"));
	REFUSES(ITEM_CLOSED, "item", OBSTACLE(RAISE(), .unit = "16681", .item = "TGONE"));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "16681", .item = "TGONE", .as_of = { 20231231 }));
	REFUSES(UNIT_CLOSED, "unit", OBSTACLE(RAISE(), .unit = "414", .item = "TALL"));
	REFUSES(NOT_ASSIGNED, "item", OBSTACLE(RAISE(), .unit = "414", .item = "TALL", .as_of = { 20231231 }));
	REFUSES(UNKNOWN_ITEM, "item", OBSTACLE(RAISE(), .item = ""));
}

static void test_addressees(void **state)
{
	(void)state;
	TAKES(OBSTACLE(RAISE(.addressee = "40")));
	TAKES(OBSTACLE(RAISE(.addressee = "VN")));
	TAKES(OBSTACLE(RAISE(.addressee = "16681")));
	REFUSES(UNKNOWN_UNIT, "obstacle.raise.addressee", OBSTACLE(RAISE(.addressee = "999")));
	REFUSES(UNIT_CLOSED, "obstacle.raise.addressee", OBSTACLE(RAISE(.addressee = "414")));
	REFUSES(NOT_ASSIGNED, "obstacle.raise.addressee", OBSTACLE(RAISE(.addressee = "38")));
	REFUSES(OUT_OF_RANGE, "obstacle.raise.addressee", OBSTACLE(RAISE(.addressee = "412")));
	TAKES(OBSTACLE(STEP(STEP_ESCALATE)));
	TAKES(OBSTACLE(STEP(STEP_ESCALATE, .addressee = "VN", .text = "quá thẩm quyền")));
	REFUSES(UNKNOWN_UNIT, "obstacle.escalate.addressee", OBSTACLE(STEP(STEP_ESCALATE, .addressee = "999")));
}

/* Who is asked reports nothing there, and what was raised may outlive its item. */
static void test_later_steps(void **state)
{
	static const struct {
		enum obstacle_step step;
		bool wants_text;
		const char *text;
	} steps[] = {
		{ STEP_COMMENT, true, "obstacle.comment.text" },
		{ STEP_ANSWER, true, "obstacle.answer.text" },
		{ STEP_ESCALATE, false, "obstacle.escalate.reason" },
		{ STEP_CLOSE, false, "obstacle.close.text" },
		{ STEP_REOPEN, false, "obstacle.reopen.text" },
	};

	(void)state;
	for (size_t i = 0; i < N(steps); i++) {
		TAKES(OBSTACLE(STEP(steps[i].step, .text = "x"), .unit = "40"));
		TAKES(OBSTACLE(STEP(steps[i].step, .text = "x"), .item = "TGONE"));
		REFUSES(FIELD_MISSING, "obstacle.obstacle", OBSTACLE(MATTER(.step = steps[i].step, .text = "x")));
		REFUSES(PERSONAL_ID, steps[i].text, OBSTACLE(STEP(steps[i].step, .text = "038123456789")));
		REFUSES(UNKNOWN_ITEM, "item", OBSTACLE(STEP(steps[i].step, .text = "x"), .item = "X"));
		if (steps[i].wants_text)
			REFUSES(FIELD_MISSING, steps[i].text, OBSTACLE(STEP(steps[i].step)));
		else
			TAKES(OBSTACLE(STEP(steps[i].step)));
	}
	REFUSES(FIELD_MISSING, "obstacle", OBSTACLE(STEP(STEP_NONE)));
}

/* Several faults at once, taken away one by one: the same order as for figures. */
static void test_order(void **state)
{
	struct matter m = { .step = STEP_RAISE, .text = "\x01", .item = "", .solution = "", .addressee = "999" };
	struct update u = OBSTACLE(&m, .unit = "X", .item = "X", .as_of = { 0 }, .note = "\x01", .period = "X");

	(void)state;
	place.scope_unit = 7;
	REFUSES(TEXT_CONTROL, "note", u);
	u.note = "";
	REFUSES(TEXT_CONTROL, "obstacle.raise.text", u);
	m.text = "";
	REFUSES(AS_OF_MISSING, "as_of", u);
	u.as_of.ymd = 20240501;
	REFUSES(UNKNOWN_UNIT, "unit", u);
	u.unit = "40";
	REFUSES(UNKNOWN_ITEM, "item", u);
	u.item = "GONE";
	REFUSES(ITEM_CLOSED, "item", u);
	u.item = "G";
	REFUSES(OUT_OF_SCOPE, "unit", u);
	place.scope_unit = 1;
	REFUSES(NOT_ASSIGNED, "item", u);
	u.unit = "412";
	REFUSES(FIELD_MISSING, "obstacle.raise.cause", u);
	m.cause = CAUSE_ACCESS;
	m.origin = ORIGIN_OWN;
	m.text = "x";
	REFUSES(UNKNOWN_UNIT, "obstacle.raise.addressee", u);
	m.addressee = "";
	REFUSES(AS_OF_IN_FUTURE, "as_of", u);
	u.as_of.ymd = 20240402;
	REFUSES(BAD_PERIOD, "period", u);
	u.period = "";
	TAKES(u);
	place.scope_unit = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_without_matter),
		cmocka_unit_test(test_unchanged),
		cmocka_unit_test(test_corrections),
		cmocka_unit_test(test_withdrawals),
		cmocka_unit_test(test_na_requests),
		cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_milestones),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_raising),
		cmocka_unit_test(test_where_one_reports),
		cmocka_unit_test(test_addressees),
		cmocka_unit_test(test_later_steps),
		cmocka_unit_test(test_order),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
