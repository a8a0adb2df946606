// SPDX-License-Identifier: Apache-2.0
/* Whom an obstacle goes to, who may do what in it, how long it lay with whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/ladder.h"
#include "server/obstacle.h"
#include "server/waiting.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

/* VN - 40 - CA (Công an, the standing body), CB (another of its kind, closed), SYT, 412 - 16681, 16684
 *         - 413
 *    - 38 */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam", .number = 1),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò", .number = 4),
	UNIT(.code = "SYT", .parent = "40", .kind = UNIT_DEPARTMENT, .name = "Sở Y tế", .number = 5),
	UNIT(.code = "CB", .parent = "40", .kind = UNIT_DEPARTMENT, .type = LADDER_STANDING, .name = "Cũ", .number = 6,
	     .closed = { 20240101 }),
	UNIT(.code = "CC", .parent = "40", .branch = BRANCH_SECTOR, .kind = UNIT_OTHER, .type = LADDER_STANDING, .name = "Phụ",
	     .number = 11),
	UNIT(.code = "CA", .parent = "40", .kind = UNIT_DEPARTMENT, .type = LADDER_STANDING, .name = "Công an tỉnh", .number = 7),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã A", .number = 8),
	UNIT(.code = "16684", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã B", .number = 9, .closed = { 20240501 }),
	UNIT(.code = "38", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Thanh Hoá", .number = 10),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "KH.1", .parent = "KH", .kind = ITEM_GROUP, .name = "Nhóm", .number = 2),
	ITEM(.code = "T", .parent = "KH.1", .kind = ITEM_TASK, .name = "Việc", .number = 3, .answer = ANSWER_ALL, .lead = "SYT",
	     .reporters = "kind:commune@40", .due = { 20240415 }),
	ITEM(.code = "U", .parent = "KH.1", .kind = ITEM_TASK, .name = "Việc hai", .number = 4, .answer = ANSWER_ALL,
	     .reporters = "kind:commune@40|412", .flags = ITEM_OWN_WORK, .schedule = "month"),
	ITEM(.code = "S", .parent = "KH", .kind = ITEM_TASK, .name = "Việc của Sở", .number = 5, .lead = "SYT"),
	ITEM(.code = "CAL", .parent = "KH", .kind = ITEM_TASK, .name = "Việc của Công an", .number = 6, .lead = "CA"),
	ITEM(.code = "O", .parent = "KH", .kind = ITEM_TASK, .name = "Việc của tỉnh", .number = 7, .lead = "40"),
	ITEM(.code = "KQ", .owner = "38", .kind = ITEM_PLAN, .name = "Kế hoạch khác", .number = 8),
	ITEM(.code = "KQ.1", .parent = "KQ", .kind = ITEM_TASK, .name = "Việc khác", .number = 9, .lead = "38"),
};

enum { VN = 1, NGHE_AN, VINH, CUA_LO, SO_Y_TE, CU, CONG_AN, XA_A, XA_B, THANH_HOA, PHU };

static const uint8_t incarnation[INCARNATION_SIZE] = "first";
static struct catalogue *c;
static struct cases cases;
static struct terms terms;
static uint64_t entry;

static int make(void **state)
{
	(void)state;
	c = rows_build(rows, N(rows));
	return 0;
}

static int unmake(void **state)
{
	(void)state;
	catalogue_free(c);
	return 0;
}

static int clear(void **state)
{
	(void)state;
	cases_free(&cases);
	terms_free(&terms);
	entry = 0;
	return 0;
}

static uint32_t item(const char *code)
{
	return catalogue_item_by_code(c, code);
}

static uint32_t unit(uint32_t number)
{
	return catalogue_unit_by_number(c, number);
}

static struct hand hand(uint32_t of, uint32_t today)
{
	return (struct hand){ .catalogue = c, .unit = unit(of), .own = unit(of), .principal = of * 10, .today = DAY(today) };
}

static struct hand centre(uint32_t of, uint32_t today)
{
	return (struct hand){ .catalogue = c, .unit = unit(of), .own = NO_INDEX, .centre = true, .today = DAY(today) };
}

static struct matter word(enum obstacle_step step)
{
	return (struct matter){ .step = step, .text = "", .item = "", .solution = "", .addressee = "" };
}

static struct spot next_place(void)
{
	return (struct spot){ ++entry, 1 };
}

static struct obstacle *raise(uint32_t of, const char *about, const char *addressee, uint32_t today)
{
	struct hand h = hand(of, today);
	struct matter m = word(STEP_RAISE);
	m.cause = CAUSE_MONEY;
	m.origin = ORIGIN_OUTSIDE;
	m.addressee = addressee;
	assert_int_equal(obstacle_may_raise(&h, &m, item(about)).reason, REASON_NONE);
	struct obstacle *o = obstacle_raise(&cases, &h, &m, item(about), false, next_place(), incarnation);
	assert_non_null(o);
	return o;
}

static enum reason may(const struct obstacle *o, struct hand h, struct matter m)
{
	return obstacle_may(&h, o, &m).reason;
}

static void take(struct obstacle *o, struct hand h, struct matter m)
{
	struct verdict v = obstacle_may(&h, o, &m);
	assert_int_equal(v.reason, REASON_NONE);
	assert_string_equal(v.field, "");
	assert_true(obstacle_take(o, &h, &m, next_place()));
}

/* ---- the ladder ---- */

static uint32_t first(const char *about, uint32_t raiser)
{
	return ladder_first(c, item(about), unit(raiser), DAY(20240401));
}

static uint32_t next(const char *about, uint32_t raiser, uint32_t addressee)
{
	return ladder_next(c, item(about), unit(raiser), addressee, DAY(20240401));
}

/* O01 "nếu gặp khó khăn, vướng mắc cần phối hợp chặt chẽ với Công an tỉnh … để tháo gỡ kịp thời"; O06 "các kiến nghị cụ thể với
 * các bộ ngành để tháo gỡ". */
static void test_the_ladder(void **state)
{
	(void)state;
	assert_int_equal(ladder_standing(c, unit(NGHE_AN), DAY(20240401)), unit(CONG_AN)); /* the lowest number */
	assert_int_equal(ladder_standing(c, unit(NGHE_AN), DAY(20231231)), unit(CU));
	assert_int_equal(ladder_standing(c, unit(VINH), DAY(20240401)), NO_INDEX);
	assert_int_equal(first("T", XA_A), SO_Y_TE);
	assert_int_equal(next("T", XA_A, SO_Y_TE), CONG_AN);
	assert_int_equal(next("T", XA_A, CONG_AN), NGHE_AN);
	assert_int_equal(next("T", XA_A, NGHE_AN), LADDER_MINISTRIES);
	assert_int_equal(next("T", XA_A, LADDER_MINISTRIES), LADDER_MINISTRIES);
	assert_int_equal(first("KH.1", XA_A), CONG_AN); /* a group has no lead */
	assert_int_equal(first("S", SO_Y_TE), CONG_AN); /* nobody asks himself */
	assert_int_equal(first("CAL", CONG_AN), NGHE_AN);
	assert_int_equal(next("T", CONG_AN, SO_Y_TE), NGHE_AN);
	assert_int_equal(next("O", XA_A, NGHE_AN), LADDER_MINISTRIES); /* the owner leads */
	assert_int_equal(first("O", NGHE_AN), CONG_AN);
	assert_int_equal(next("O", NGHE_AN, CONG_AN), LADDER_MINISTRIES);
	assert_int_equal(first("KQ.1", THANH_HOA), LADDER_MINISTRIES);
	assert_int_equal(next("T", XA_A, CUA_LO), CONG_AN); /* on no rung: below the owner */
	assert_int_equal(next("T", XA_A, VN), LADDER_MINISTRIES); /* and above it */
}

static void test_who_may_be_named(void **state)
{
	(void)state;
	assert_true(ladder_may(c, item("T"), unit(XA_A), unit(CUA_LO), DAY(20240401)));
	assert_true(ladder_may(c, item("T"), unit(XA_A), unit(VN), DAY(20240401)));
	assert_true(ladder_may(c, item("T"), unit(XA_A), unit(XA_B), DAY(20240401)));
	assert_false(ladder_may(c, item("T"), unit(XA_A), unit(XA_B), DAY(20240501)));
	assert_false(ladder_may(c, item("T"), unit(XA_A), unit(XA_A), DAY(20240401)));
	assert_false(ladder_may(c, item("T"), unit(XA_A), unit(THANH_HOA), DAY(20240401)));
}

/* ---- raising ---- */

static struct verdict may_raise(uint32_t of, const char *about, const char *addressee)
{
	struct hand h = hand(of, 20240502);
	struct matter m = word(STEP_RAISE);
	m.addressee = addressee;
	return obstacle_may_raise(&h, &m, item(about));
}

static void test_who_may_raise(void **state)
{
	(void)state;
	assert_int_equal(may_raise(XA_A, "T", "").reason, REASON_NONE);
	assert_int_equal(may_raise(XA_A, "KH", "").reason, REASON_NONE);
	assert_int_equal(may_raise(VINH, "KH.1", "").reason, REASON_NONE);
	assert_int_equal(may_raise(VINH, "T", "").reason, REASON_NOT_ASSIGNED);
	assert_int_equal(may_raise(CUA_LO, "KH", "").reason, REASON_NOT_ASSIGNED);
	assert_int_equal(may_raise(XA_A, "T", "413").reason, REASON_NONE);
	assert_int_equal(may_raise(XA_A, "T", "999").reason, REASON_UNKNOWN_UNIT);
	assert_int_equal(may_raise(XA_A, "T", "16684").reason, REASON_UNIT_CLOSED);
	assert_int_equal(may_raise(XA_A, "T", "16681").reason, REASON_OUT_OF_RANGE);
	assert_int_equal(may_raise(XA_A, "T", "38").reason, REASON_NOT_ASSIGNED);
	assert_string_equal(may_raise(XA_A, "T", "38").field, "obstacle.raise.addressee");
}

static void test_raised(void **state)
{
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	assert_int_equal(o->state, OBSTACLE_OPEN);
	assert_int_equal(o->unit, XA_A);
	assert_int_equal(o->item, 3);
	assert_int_equal(o->principal, XA_A * 10);
	assert_int_equal(o->addressee, SO_Y_TE);
	assert_int_equal(o->cause, CAUSE_MONEY);
	assert_int_equal(o->origin, ORIGIN_OUTSIDE);
	assert_int_equal(o->since.ymd, 20240401);
	assert_int_equal(o->answer_due.ymd, 20240408); /* Monday: the next Monday is the fifth working day */
	assert_int_equal(o->steps_n, 1);
	assert_int_equal(o->steps[0].addressee, SO_Y_TE);
	assert_false(o->steps[0].on_behalf);
	o = raise(XA_A, "T", "413", 20240402);
	assert_int_equal(o->addressee, CUA_LO);
	assert_ptr_equal(cases_obstacle_of(&cases, XA_A, NULL), o);
	assert_ptr_equal(cases_obstacle_of(&cases, XA_A, o), &cases.obstacles[0]);
	assert_null(cases_obstacle_of(&cases, XA_A, &cases.obstacles[0]));
	assert_null(cases_obstacle_of(&cases, VINH, NULL));
	struct matter m = word(STEP_COMMENT);
	m.about = (struct receipt){ .entry = 1, .index = 1 };
	assert_null(obstacle_named(&cases, c, &m, item("T"))); /* a receipt of before a rollback */
	memcpy(m.about.incarnation, incarnation, sizeof incarnation);
	assert_ptr_equal(obstacle_named(&cases, c, &m, item("T")), &cases.obstacles[0]);
	assert_null(obstacle_named(&cases, c, &m, item("U")));
	m.about.index = 2;
	assert_null(obstacle_named(&cases, c, &m, item("T")));
}

/* R02 "chưa chủ động, kịp thời báo cáo những khó khăn, vướng mắc" */
static void test_raised_late(void **state)
{
	(void)state;
	assert_false(obstacle_late(c, &terms, item("T"), unit(XA_A), DAY(20240415)));
	assert_true(obstacle_late(c, &terms, item("T"), unit(XA_A), DAY(20240416)));
	assert_true(terms_grant(&terms, XA_A, 3, DAY(20240415), DAY(20240430)));
	assert_false(obstacle_late(c, &terms, item("T"), unit(XA_A), DAY(20240416)));
	/* March is frozen by the tick of 5 April: 4 working days, the central level's */
	assert_true(obstacle_late(c, &terms, item("U"), unit(XA_A), DAY(20240401)));
	assert_true(obstacle_late(c, &terms, item("U"), unit(XA_A), DAY(20240404)));
	assert_false(obstacle_late(c, &terms, item("U"), unit(XA_A), DAY(20240405)));
	assert_false(obstacle_late(c, &terms, item("U"), unit(XA_A), DAY(20240430)));
	/* about both: when both say so */
	assert_false(obstacle_late(c, &terms, item("KH.1"), unit(XA_A), DAY(20240401)));
	assert_true(obstacle_late(c, &terms, item("KH.1"), unit(XA_A), DAY(20240502)));
	assert_true(obstacle_late(c, &terms, item("KH.1"), unit(VINH), DAY(20240401))); /* which has but one */
	assert_false(obstacle_late(c, &terms, item("KH.1"), unit(CUA_LO), DAY(20240401)));
}

/* ---- steps ---- */

static void test_comments(void **state)
{
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	take(o, hand(XA_A, 20240402), word(STEP_COMMENT));
	take(o, hand(SO_Y_TE, 20240402), word(STEP_COMMENT));
	take(o, centre(SO_Y_TE, 20240402), word(STEP_COMMENT));
	assert_true(o->steps[3].on_behalf && !o->steps[2].on_behalf);
	assert_int_equal(may(o, hand(CONG_AN, 20240402), word(STEP_COMMENT)), REASON_NOT_YOURS);
	assert_int_equal(may(o, hand(VINH, 20240402), word(STEP_COMMENT)), REASON_NOT_YOURS);
	take(o, hand(XA_A, 20240402), word(STEP_ESCALATE));
	take(o, hand(SO_Y_TE, 20240403), word(STEP_COMMENT)); /* who was asked once may go on speaking */
	assert_int_equal(o->state, OBSTACLE_OPEN);
	assert_int_equal(o->answer_due.ymd, 20240409);
	take(o, hand(XA_A, 20240402), word(STEP_CLOSE));
	assert_int_equal(may(o, hand(XA_A, 20240402), word(STEP_COMMENT)), REASON_OBSTACLE_STATE);
	assert_int_equal(may(o, hand(XA_A, 20240402), word(STEP_NONE)), REASON_OBSTACLE_STATE);
	assert_int_equal(may(o, hand(XA_A, 20240402), word(STEP_RAISE)), REASON_OBSTACLE_STATE);
}

static void test_answers(void **state)
{
	struct matter m = word(STEP_ANSWER);
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	assert_int_equal(may(o, hand(CONG_AN, 20240402), m), REASON_NOT_YOURS); /* was not asked */
	assert_int_equal(may(o, hand(XA_A, 20240402), m), REASON_NOT_YOURS);
	m.resolves = true;
	take(o, hand(SO_Y_TE, 20240405), m);
	assert_int_equal(o->state, OBSTACLE_ANSWERED);
	assert_true(o->steps[1].resolves);
	assert_false(obstacle_overdue(o, DAY(20241231))); /* its clock stands */
	assert_false(obstacle_climbs(o, DAY(20241231)));
	take(o, hand(XA_A, 20240406), word(STEP_COMMENT)); /* which does not let it run again */
	assert_int_equal(o->state, OBSTACLE_ANSWERED);
	take(o, hand(SO_Y_TE, 20240407), m);
	take(o, hand(XA_A, 20240408), word(STEP_CLOSE));
	assert_int_equal(o->closed.ymd, 20240408);
	assert_int_equal(may(o, hand(SO_Y_TE, 20240409), m), REASON_OBSTACLE_STATE);
	assert_int_equal(waiting_all(o, DAY(20240501)), 4);
}

static void test_escalations(void **state)
{
	struct matter m = word(STEP_ESCALATE);
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	assert_int_equal(may(o, hand(CONG_AN, 20240402), m), REASON_NOT_YOURS);
	m.addressee = "SYT";
	assert_int_equal(may(o, hand(XA_A, 20240402), m), REASON_OBSTACLE_STATE); /* is asked already */
	take(o, hand(SO_Y_TE, 20240402), word(STEP_ANSWER));
	take(o, hand(XA_A, 20240403), m); /* asks again */
	assert_int_equal(o->state, OBSTACLE_OPEN);
	assert_int_equal(o->since.ymd, 20240403);
	m.addressee = "38";
	assert_int_equal(may(o, hand(XA_A, 20240403), m), REASON_NOT_ASSIGNED);
	m.addressee = "16681";
	assert_int_equal(may(o, hand(SO_Y_TE, 20240403), m), REASON_OUT_OF_RANGE);
	m.addressee = "x";
	assert_int_equal(may(o, hand(SO_Y_TE, 20240403), m), REASON_UNKNOWN_UNIT);
	m.addressee = "VN";
	take(o, hand(SO_Y_TE, 20240404), m);
	assert_int_equal(o->addressee, VN);
	m.addressee = "";
	take(o, hand(VN, 20240405), m);
	assert_int_equal(o->addressee, LADDER_MINISTRIES);
	assert_int_equal(o->escalations, 3);
	assert_int_equal(may(o, hand(XA_A, 20240405), m), REASON_OBSTACLE_STATE); /* higher than that there is nothing */
	/* only the centre speaks for the ministries */
	assert_int_equal(may(o, hand(NGHE_AN, 20240405), word(STEP_ANSWER)), REASON_NOT_YOURS);
	take(o, centre(0, 20240408), word(STEP_ANSWER));
	assert_int_equal(o->steps[o->steps_n - 1].unit, 0);
	assert_true(o->steps[o->steps_n - 1].on_behalf);
	take(o, hand(XA_A, 20240409), word(STEP_CLOSE));
	assert_int_equal(may(o, hand(XA_A, 20240409), m), REASON_OBSTACLE_STATE);
}

/* "Closed only when the raiser confirms" */
static void test_closing(void **state)
{
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	struct hand above = hand(XA_A, 20240402);
	assert_int_equal(may(o, above, word(STEP_REOPEN)), REASON_OBSTACLE_STATE);
	assert_int_equal(may(o, hand(SO_Y_TE, 20240402), word(STEP_CLOSE)), REASON_NOT_YOURS);
	assert_int_equal(may(o, hand(SO_Y_TE, 20240402), word(STEP_REOPEN)), REASON_NOT_YOURS);
	assert_int_equal(may(o, centre(XA_A, 20240402), word(STEP_CLOSE)), REASON_NOT_YOURS);
	above.own = unit(VINH); /* the district in the commune's name */
	above.principal = VINH * 10;
	assert_int_equal(may(o, above, word(STEP_CLOSE)), REASON_NOT_YOURS);
	above.principal = XA_A * 10; /* unless it was raised so */
	take(o, above, word(STEP_CLOSE));
	assert_true(o->steps[1].on_behalf);
	assert_int_equal(may(o, hand(XA_A, 20240402), word(STEP_CLOSE)), REASON_OBSTACLE_STATE);
	take(o, hand(XA_A, 20240410), word(STEP_REOPEN));
	assert_int_equal(o->state, OBSTACLE_OPEN);
	assert_int_equal(o->addressee, SO_Y_TE);
	assert_int_equal(o->since.ymd, 20240410);
	assert_int_equal(o->closed.ymd, 0);
	assert_int_equal(o->answer_due.ymd, 20240417);
}

static void climb(struct obstacle *o, uint32_t today)
{
	assert_false(obstacle_climbs(o, date_add(DAY(today), -1)));
	assert_true(obstacle_climbs(o, DAY(today)));
	assert_true(obstacle_climb(o, c, DAY(today), (struct spot){ ++entry, 0 }));
}

/* "it climbs by itself", as far as the ministry list */
static void test_climbing(void **state)
{
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	climb(o, 20240409);
	assert_int_equal(o->addressee, CONG_AN);
	assert_int_equal(o->steps[1].unit, 0);
	assert_int_equal(o->steps[1].at.index, 0);
	assert_true(o->steps[1].on_behalf);
	climb(o, 20240417);
	assert_int_equal(o->addressee, NGHE_AN);
	climb(o, 20240425);
	assert_int_equal(o->addressee, LADDER_MINISTRIES);
	assert_int_equal(o->escalations, 3);
	assert_false(obstacle_overdue(o, DAY(20240502)));
	assert_true(obstacle_overdue(o, DAY(20240503)));
	assert_false(obstacle_climbs(o, DAY(20240503)));
	/* the days of each */
	assert_int_equal(waiting_with(o, SO_Y_TE, DAY(20240503)), 8);
	assert_int_equal(waiting_with(o, CONG_AN, DAY(20240503)), 8);
	assert_int_equal(waiting_with(o, NGHE_AN, DAY(20240503)), 8);
	assert_int_equal(waiting_with(o, LADDER_MINISTRIES, DAY(20240503)), 8);
	assert_int_equal(waiting_all(o, DAY(20240503)), 32);
	assert_true(waiting_asked(o, CONG_AN) && waiting_asked(o, LADDER_MINISTRIES) && !waiting_asked(o, VINH));
}

static void test_days_of_what_came_back(void **state)
{
	(void)state;
	struct obstacle *o = raise(XA_A, "T", "", 20240401);
	take(o, hand(SO_Y_TE, 20240401), word(STEP_ANSWER)); /* on the day: no day */
	assert_int_equal(waiting_all(o, DAY(20240430)), 0);
	take(o, hand(SO_Y_TE, 20240402), word(STEP_ANSWER));
	take(o, hand(XA_A, 20240403), word(STEP_CLOSE));
	assert_int_equal(waiting_all(o, DAY(20240430)), 0);
	assert_true(waiting_asked(o, SO_Y_TE));
	take(o, hand(XA_A, 20240410), word(STEP_REOPEN));
	take(o, hand(SO_Y_TE, 20240412), word(STEP_COMMENT));
	assert_int_equal(waiting_all(o, DAY(20240413)), 3);
	take(o, hand(XA_A, 20240415), word(STEP_CLOSE));
	assert_int_equal(waiting_with(o, SO_Y_TE, DAY(20240430)), 5);
}

/* ---- a late task ---- */

static struct blame blame(uint32_t end)
{
	return waiting_blame(&cases, c, unit(XA_A), item("T"), DAY(20240415), DAY(end));
}

/* "trễ 12 ngày: 9 ngày chờ hướng dẫn bộ, 3 ngày của đơn vị" */
static void test_blame(void **state)
{
	(void)state;
	assert_int_equal(blame(20240427).late, 12);
	assert_int_equal(blame(20240427).waiting, 0);
	assert_int_equal(blame(20240415).late, 0);
	assert_int_equal(waiting_blame(&cases, c, unit(XA_A), item("T"), DAY(0), DAY(20240501)).late, 0);
	struct obstacle *o = raise(XA_A, "T", "", 20240410);
	assert_int_equal(blame(20240427).waiting, 12); /* it still lies there: today too */
	take(o, hand(SO_Y_TE, 20240425), word(STEP_ANSWER));
	assert_int_equal(blame(20240427).waiting, 9);
	o = raise(XA_A, "KH", "", 20240424); /* an item above it: a day counts once */
	assert_int_equal(blame(20240427).waiting, 12);
	take(o, hand(CONG_AN, 20240426), word(STEP_ANSWER));
	assert_int_equal(blame(20240427).waiting, 10);
	raise(XA_A, "U", "", 20240420); /* about something else */
	raise(XA_B, "T", "", 20240420); /* somebody else's */
	assert_int_equal(blame(20240427).waiting, 10);
	o = raise(XA_A, "T", "", 20240427);
	assert_int_equal(blame(20240427).waiting, 11);
	assert_int_equal(blame(20240426).waiting, 10); /* done on the 26th: what came later does not matter */
	take(o, hand(SO_Y_TE, 20240430), word(STEP_ANSWER));
	assert_int_equal(blame(20240427).waiting, 11);
	assert_int_equal(blame(20240501).waiting, 13);
	assert_int_equal(blame(20240501).late, 16);
}

/* ---- memory ---- */

static void test_memory(void **state)
{
	struct hand h = hand(XA_A, 20240401);
	struct matter m = word(STEP_RAISE), answer = word(STEP_ANSWER);
	struct obstacle *o = NULL;
	(void)state;
	if (!scarce_works())
		skip();
	for (long n = 0; !o; n++) {
		scarce_after(n);
		o = obstacle_raise(&cases, &h, &m, item("T"), false, next_place(), incarnation);
		scarce_end();
		assert_int_equal(o != NULL, n == 3);
		if (!o)
			cases_free(&cases);
	}
	scarce_after(0);
	h = hand(SO_Y_TE, 20240402);
	assert_false(obstacle_take(o, &h, &answer, next_place()));
	assert_false(obstacle_climb(o, c, DAY(20240430), next_place()));
	scarce_end();
	assert_int_equal(o->state, OBSTACLE_OPEN);
	assert_int_equal(o->addressee, SO_Y_TE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_the_ladder, clear),
		cmocka_unit_test_teardown(test_who_may_be_named, clear),
		cmocka_unit_test_teardown(test_who_may_raise, clear),
		cmocka_unit_test_teardown(test_raised, clear),
		cmocka_unit_test_teardown(test_raised_late, clear),
		cmocka_unit_test_teardown(test_comments, clear),
		cmocka_unit_test_teardown(test_answers, clear),
		cmocka_unit_test_teardown(test_escalations, clear),
		cmocka_unit_test_teardown(test_closing, clear),
		cmocka_unit_test_teardown(test_climbing, clear),
		cmocka_unit_test_teardown(test_days_of_what_came_back, clear),
		cmocka_unit_test_teardown(test_blame, clear),
		cmocka_unit_test_teardown(test_memory, clear),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
