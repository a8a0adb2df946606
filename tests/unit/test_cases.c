// SPDX-License-Identifier: Apache-2.0
/* Obstacles, requests and findings: kept, found, as bytes and back; what may be asked for, and what a decision does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/request.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

static const struct catalogue_row rows[] = {
	UNIT(.code = "40", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "T", .parent = "KH", .kind = ITEM_TASK, .name = "Việc", .number = 2, .lead = "412", .due = { 20240415 }),
	ITEM(.code = "N", .parent = "KH", .kind = ITEM_TASK, .name = "Không hạn", .number = 3, .lead = "412"),
};

static struct catalogue *c;
static struct cases cases;

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
	return 0;
}

static struct spot at(uint64_t entry, uint32_t index)
{
	return (struct spot){ entry, index };
}

/* Many of each, over a few units. */
static void many(struct cases *to)
{
	for (uint32_t i = 1; i <= 100; i++) {
		struct obstacle o = { .at = at(10 + i / 3, i % 3 + 1), .unit = i % 40 + 1, .principal = i, .item = 2,
				      .addressee = i % 5, .raised = { 20240401 }, .since = { 20240402 },
				      .answer_due = { 20240409 }, .closed = { i % 3 ? 0 : 20240410 }, .escalations = i,
				      .state = (uint8_t)(OBSTACLE_OPEN + i % 3), .cause = CAUSE_MONEY, .origin = ORIGIN_OWN,
				      .solution_class = CAUSE_SKILLS, .affects_rights = i % 2, .raised_late = i % 4 == 0,
				      .incarnation = "incarnation" };
		struct obstacle *made = cases_add_obstacle(to, &o);
		assert_non_null(made);
		for (uint32_t k = 0; k < i % 6 + 1; k++) {
			struct step s = { .at = at(10 + i + k, k % 2), .unit = k, .addressee = k, .date = { 20240401 + k },
					  .kind = k ? STEP_RAISE + k : STEP_RAISE, .on_behalf = k % 2, .resolves = k == 2 };
			assert_true(cases_add_step(made, &s));
		}
		struct request r = { .at = at(10 + i / 3, i % 3 + 1), .unit = i % 40 + 1, .principal = i, .item = 2,
				     .kind = i % 2 ? REQUEST_EXTENSION : REQUEST_NA, .asked = { 20240401 },
				     .date = { 20240501 }, .date_to = { 20240502 }, .decided = i % 3 ? 0 : 99,
				     .granted = i % 6 == 0, .granted_date = { 20240503 }, .granted_to = { 20240504 } };
		assert_non_null(cases_add_request(to, &r));
		struct finding f = { .entry = 10 + i, .unit = i, .item = 2, .principal = 4, .severity = 3,
				     .found = { 20240401 }, .remedy_by = { 20240501 }, .closed_by = i % 2, .closed = { 20240502 } };
		assert_non_null(cases_add_finding(to, &f));
	}
}

static void test_kept_and_found(void **state)
{
	(void)state;
	assert_null(cases_obstacle(&cases, at(10, 1)));
	assert_null(cases_obstacle_of(&cases, 1, NULL));
	assert_null(cases_request_of(&cases, 1, NULL));
	many(&cases);
	for (uint32_t i = 1; i <= 100; i++) {
		assert_int_equal(cases_obstacle(&cases, at(10 + i / 3, i % 3 + 1))->principal, i);
		assert_int_equal(cases_request(&cases, at(10 + i / 3, i % 3 + 1))->principal, i);
		assert_int_equal(cases_finding(&cases, 10 + i)->unit, i);
	}
	assert_null(cases_obstacle(&cases, at(10, 1)));
	assert_null(cases_obstacle(&cases, at(20, 4)));
	assert_null(cases_request(&cases, at(99, 1)));
	assert_null(cases_finding(&cases, 10));
	assert_null(cases_finding(&cases, 111));
	uint32_t n = 0, before = UINT32_MAX;
	for (const struct obstacle *o = NULL; (o = cases_obstacle_of(&cases, 5, o)); n++) {
		assert_int_equal(o->unit, 5);
		assert_true(o->principal < before);
		before = o->principal;
	}
	assert_int_equal(n, 3); /* 4, 44, 84 */
	n = 0;
	for (const struct request *r = NULL; (r = cases_request_of(&cases, 5, r)); n++)
		assert_int_equal(r->unit, 5);
	assert_int_equal(n, 3);
	assert_null(cases_obstacle_of(&cases, 41, NULL));
	struct obstacle o = { .at = at(1000, 1), .unit = 5 + 4096, .state = OBSTACLE_OPEN }; /* where unit 5 stands */
	assert_non_null(cases_add_obstacle(&cases, &o));
	assert_int_equal(cases_obstacle_of(&cases, 5 + 4096, NULL)->at.entry, 1000);
	assert_int_equal(cases_obstacle_of(&cases, 5, NULL)->unit, 5);
}

/* ---- bytes ---- */

static void test_bytes_and_back(void **state)
{
	struct cases again = { 0 };
	struct buffer a = { 0 }, b = { 0 };
	(void)state;
	many(&cases);
	cases_pack(&a, &cases);
	assert_true(cases_unpack(&again, buffer_bytes(&a)));
	cases_pack(&b, &again);
	assert_true(bytes_equal(buffer_bytes(&a), buffer_bytes(&b)));
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(again.obstacles[i].earlier, cases.obstacles[i].earlier);
	cases_free(&again);
	buffer_free(&a);
	buffer_free(&b);
}

static bool takes(const struct buffer *b)
{
	struct cases t = { 0 };
	bool good = cases_unpack(&t, buffer_bytes(b));
	cases_free(&t);
	return good;
}

/* Of one obstacle with two steps, two requests, two findings: where what stands. */
enum {
	AT_STATE = 4 + 64, AT_RIGHTS = 4 + 68, AT_LATE = 4 + 69, AT_STEPS = 4 + 70, AT_STEP = 4 + 74, STEP = 27,
	AT_REQUESTS = AT_STEP + 2 * STEP, REQUEST = 54, AT_FINDINGS = AT_REQUESTS + 4 + 2 * REQUEST, FINDING = 41
};

static void wrong(struct buffer *b, size_t place, uint8_t value)
{
	uint8_t was = b->data[place];
	assert_int_not_equal(was, value);
	b->data[place] = value;
	assert_false(takes(b));
	b->data[place] = was;
}

static void test_bytes_that_are_none(void **state)
{
	struct obstacle o = { .at = at(10, 1), .unit = 3, .state = OBSTACLE_OPEN };
	struct request r = { .at = at(11, 1), .unit = 3, .kind = REQUEST_NA };
	struct finding f = { .entry = 12, .unit = 3, .severity = 1 };
	struct step s = { .at = at(10, 1), .kind = STEP_RAISE };
	struct buffer b = { 0 };
	(void)state;
	struct obstacle *made = cases_add_obstacle(&cases, &o);
	assert_true(cases_add_step(made, &s));
	s.kind = STEP_COMMENT;
	assert_true(cases_add_step(made, &s));
	assert_non_null(cases_add_request(&cases, &r));
	r.at.index = 2;
	assert_non_null(cases_add_request(&cases, &r));
	assert_non_null(cases_add_finding(&cases, &f));
	f.entry = 13;
	assert_non_null(cases_add_finding(&cases, &f));
	cases_pack(&b, &cases);
	assert_true(takes(&b));
	for (size_t whole = b.size; b.size > 0;) {
		b.size--;
		assert_false(takes(&b));
		if (!b.size) {
			b.size = whole;
			break;
		}
	}
	buffer_put_u8(&b, 0);
	assert_false(takes(&b));
	b.size--;
	wrong(&b, AT_STATE, OBSTACLE_NONE);
	wrong(&b, AT_STATE, OBSTACLE_CLOSED + 1);
	wrong(&b, AT_RIGHTS, 2);
	wrong(&b, AT_LATE, 2);
	wrong(&b, AT_STEPS + 3, 0);
	wrong(&b, AT_STEPS + 3, 1);
	wrong(&b, AT_STEP + 24, STEP_COMMENT); /* the first is the raise ... */
	wrong(&b, AT_STEP + STEP + 24, STEP_RAISE); /* ... and no other */
	wrong(&b, AT_STEP + STEP + 24, STEP_REOPEN + 1);
	wrong(&b, AT_STEP + STEP + 24, STEP_NONE);
	wrong(&b, AT_STEP + 25, 2);
	wrong(&b, AT_STEP + 26, 2);
	wrong(&b, AT_REQUESTS + 4 + 24, 0);
	wrong(&b, AT_REQUESTS + 4 + 24, 3);
	wrong(&b, AT_REQUESTS + 4 + 45, 2);
	wrong(&b, AT_REQUESTS + 4 + 11, 2); /* the same place twice */
	wrong(&b, AT_FINDINGS + 4 + 7, 13);
	assert_true(takes(&b));
	/* and of two obstacles */
	cases_free(&cases);
	buffer_clear(&b);
	made = cases_add_obstacle(&cases, &o);
	s.kind = STEP_RAISE;
	assert_true(cases_add_step(made, &s));
	o.at.entry = 11;
	made = cases_add_obstacle(&cases, &o);
	assert_true(cases_add_step(made, &s));
	cases_pack(&b, &cases);
	wrong(&b, 4 + 74 + STEP + 7, 10);
	buffer_free(&b);
}

static void test_memory(void **state)
{
	struct cases t = { 0 };
	struct buffer b = { 0 };
	long fails = 0;
	(void)state;
	if (!scarce_works())
		skip();
	many(&cases);
	cases_pack(&b, &cases);
	for (bool good = false; !good; fails += !good) {
		scarce_after(fails);
		good = cases_unpack(&t, buffer_bytes(&b));
		scarce_end();
		cases_free(&t);
	}
	assert_true(fails > 100);
	buffer_free(&b);
}

/* ---- requests ---- */

static struct verdict ask(const struct terms *t, const char *item, enum body_kind body, uint32_t date)
{
	struct matter m = { .date = { date } };
	struct update u = { .body = body, .matter = &m };
	return request_may(&cases, t, c, catalogue_unit_by_number(c, 3), catalogue_item_by_code(c, item), &u);
}

static struct request *waiting(enum request_kind kind)
{
	struct request r = { .at = at(10 + kind, 1), .unit = 3, .item = 2, .kind = (uint8_t)kind, .date = { 20240501 } };
	return cases_add_request(&cases, &r);
}

static void test_what_may_be_asked_for(void **state)
{
	struct terms t = { 0 };
	(void)state;
	assert_int_equal(request_kind_of(BODY_EXTENSION_REQUEST), REQUEST_EXTENSION);
	assert_int_equal(request_kind_of(BODY_NA_REQUEST), REQUEST_NA);
	assert_int_equal(request_kind_of(BODY_TASK), REQUEST_NONE);
	assert_int_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240416).reason, REASON_NONE);
	assert_int_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240415).reason, REASON_DUE_NOT_LATER);
	assert_string_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240415).field, "extension_request.due");
	assert_int_equal(ask(&t, "N", BODY_EXTENSION_REQUEST, 20240415).reason, REASON_DUE_NOT_LATER); /* there is none */
	assert_int_equal(ask(&t, "T", BODY_NA_REQUEST, 20240101).reason, REASON_NONE);
	struct request *r = waiting(REQUEST_EXTENSION);
	assert_int_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240416).reason, REASON_PENDING);
	assert_int_equal(ask(&t, "T", BODY_NA_REQUEST, 20240101).reason, REASON_NONE);
	assert_int_equal(ask(&t, "N", BODY_NA_REQUEST, 20240101).reason, REASON_NONE);
	assert_true(request_decide(r, &t, c, &(struct decided){ .entry = 20 }));
	assert_int_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240416).reason, REASON_NONE);
	assert_int_equal(t.n, 0);
	terms_free(&t);
}

static void test_decided(void **state)
{
	struct terms t = { 0 };
	(void)state;
	struct request *r = waiting(REQUEST_EXTENSION);
	assert_true(request_decide(r, &t, c, &(struct decided){ .entry = 20, .granted = true, .date = { 20240430 } }));
	assert_int_equal(r->decided, 20);
	assert_int_equal(r->granted_date.ymd, 20240430);
	assert_int_equal(terms_find(&t, 3, 2)->first_due.ymd, 20240415);
	assert_int_equal(ask(&t, "T", BODY_EXTENSION_REQUEST, 20240430).reason, REASON_DUE_NOT_LATER);
	r->decided = 0;
	assert_true(request_decide(r, &t, c, &(struct decided){ .entry = 21, .granted = true, .date = { 20240420 } }));
	assert_int_equal(terms_find(&t, 3, 2)->due.ymd, 20240430); /* none is taken back */
	r = waiting(REQUEST_NA);
	assert_true(request_decide(r, &t, c, &(struct decided){ .entry = 22, .granted = true, .date = { 20240501 },
								.date_to = { 20240601 } }));
	assert_int_equal(r->granted_to.ymd, 20240601);
	assert_true(term_na(terms_find(&t, 3, 2), DAY(20240601)));
	assert_false(term_na(terms_find(&t, 3, 2), DAY(20240602)));
	terms_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_kept_and_found, clear),
		cmocka_unit_test_teardown(test_bytes_and_back, clear),
		cmocka_unit_test_teardown(test_bytes_that_are_none, clear),
		cmocka_unit_test_teardown(test_memory, clear),
		cmocka_unit_test_teardown(test_what_may_be_asked_for, clear),
		cmocka_unit_test_teardown(test_decided, clear),
	};
	return cmocka_run_group_tests(tests, make, unmake);
}
