// SPDX-License-Identifier: Apache-2.0
/*
 * push against a small centre that drops, doubles, holds back, forgets and is restored, stepped one
 * event at a time. After each step the invariant is asserted by push itself; at the end every
 * update has exactly one outcome at the centre and the spool knows it. Seed: TIENDO_SEED, printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/push_world.h"

static void test_quiet(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 300);
	world_drain(&w);
	world_same(&w);
	assert_int_equal(w.connects, 1);
	assert_int_equal(w.hellos, 1);
	world_play(&w, 300);
	assert_true(w.pings > 3);
	assert_int_equal(w.closes, 0);
	world_queue(&w, 1);
	world_drain(&w);
	world_same(&w);
}

static void test_bad_line(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct world w;

		world_init(&w);
		w.line = true;
		w.drop = (unsigned)world_roll(30);
		w.twice = (unsigned)world_roll(30);
		w.swap = (unsigned)world_roll(40);
		for (unsigned i = 0; i < 12; i++) {
			world_queue(&w, (unsigned)world_roll(120));
			world_play(&w, (unsigned)world_roll(300));
			w.line = world_roll(4) != 0;
			w.busy += world_roll(3) == 0;
			if (world_roll(5) == 0)
				w.session = ++w.sessions; /* the centre was started again */
		}
		w.line = true;
		w.busy = 0;
		world_drain(&w);
		world_same(&w);
		assert_int_equal(w.moves, 0);
		assert_int_equal(w.alarms[PUSH_ALARM_CONFLICT], 0);
	}
}

static void test_away(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	world_queue(&w, 10);
	world_play(&w, 3000);
	assert_true(w.closes > 5);
	assert_true(w.p.failures > 3);
	assert_int_equal(w.up_n, 0);
	w.line = true;
	world_drain(&w);
	world_same(&w);
	assert_int_equal(w.p.failures, 0);
}

static void test_silent_acks(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 1);
	world_drain(&w);
	world_queue(&w, 5);
	w.drop = 100;
	unsigned closes = w.closes;

	while (w.closes == closes)
		world_step(&w);
	/* an idle socket that no pong comes back on is built anew too */
	world_drain(&w);
	closes = w.closes;
	w.drop = 100;
	while (w.closes == closes)
		world_step(&w);
	world_drain(&w);
	world_same(&w);
}

static void test_restored_centre(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 200);
	world_drain(&w);
	w.streams[0].mark = 50;
	w.session = ++w.sessions;
	world_queue(&w, 5);
	world_drain(&w);
	world_same(&w);
	assert_int_equal(w.alarms[PUSH_ALARM_RESTORED], 1);
	/* bytes that are gone are given up, by name */
	w.streams[0].mark = 20;
	w.evicted_to = 100;
	w.session = ++w.sessions;
	world_queue(&w, 5);
	world_drain(&w);
	assert_int_equal(w.streams[0].mark, 210);
	assert_int_equal(w.streams[0].content[21], 0);
	assert_int_equal(w.streams[0].content[101], 101);
	assert_true(w.alarms[PUSH_ALARM_LOST] > 0);
	/* it forgot everything */
	w.streams[0].mark = 0;
	w.session = ++w.sessions;
	world_queue(&w, 1);
	world_drain(&w);
	assert_int_equal(w.streams[0].mark, 211);
}

static void test_older_copy_of_the_spool(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	w.streams[0].mark = 30;
	for (unsigned i = 1; i <= 30; i++)
		w.streams[0].content[i] = i;
	world_queue(&w, 20); /* all of them known there */
	world_drain(&w);
	assert_int_equal(w.moves, 1);
	assert_int_equal(w.moved_from, 21);
	assert_int_equal(w.alarms[PUSH_ALARM_CLONED], 1);
	world_queue(&w, 3);
	world_drain(&w);
	world_same(&w);
	assert_int_equal(w.epoch, 1);
}

static void test_clone(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	/* the twin used 11..15 for something else; 1..10 compare equal */
	w.streams[0].mark = 15;
	for (unsigned i = 1; i <= 15; i++)
		w.streams[0].content[i] = i <= 10 ? i : 900 + i;
	world_queue(&w, 40);
	world_drain(&w);
	assert_int_equal(w.moves, 1);
	assert_int_equal(w.moved_from, 11);
	assert_int_equal(w.last, 30);
	assert_int_equal(w.streams[0].mark, 15);
	assert_int_equal(w.alarms[PUSH_ALARM_CONFLICT], 1);
	world_same(&w);
}

static void test_clone_at_the_mark(void **state)
{
	(void)state;
	/* both were acknowledged up to the mark, but not for the same bytes */
	for (unsigned evicted = 0; evicted <= 12; evicted += 4) {
		struct world w;

		world_init(&w);
		w.line = true;
		world_queue(&w, 10);
		world_drain(&w);
		w.evicted_to = evicted < 10 ? evicted : 10;
		w.streams[0].content[10] = 910;
		w.streams[0].content[9] = 909;
		w.session = ++w.sessions;
		world_queue(&w, 5);
		world_drain(&w);
		assert_int_equal(w.moves, 1);
		assert_int_equal(w.moved_from, evicted < 9 ? 9 : 10);
		world_same(&w);
	}
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 1);
	world_drain(&w);
	w.streams[0].content[1] = 901;
	w.session = ++w.sessions;
	world_queue(&w, 1);
	world_drain(&w);
	assert_int_equal(w.moved_from, 1);
	world_same(&w);
}

static void test_conflict_out_of_the_blue(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 2);
	world_drain(&w);
	/* a twin pushes between our Hello and our push, without a Hello of its own */
	w.streams[0].content[3] = 903;
	w.streams[0].mark = 3;
	world_queue(&w, 2);
	world_drain(&w);
	assert_int_equal(w.moved_from, 3);
	world_same(&w);
}

static void test_unsplittable(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	w.unsplittable = 77;
	world_queue(&w, 200);
	world_drain(&w);
	assert_int_equal(w.alarms[PUSH_ALARM_UNSPLIT], 1);
	assert_int_equal(w.streams[0].content[77], 0);
	assert_int_equal(w.streams[0].content[76], 76);
	assert_int_equal(w.streams[0].mark, 200);
	assert_int_equal(w.p.batch, PUSH_BATCH);
}

static void test_unreadable(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	w.holes[0] = 5;
	w.holes[1] = 6;
	w.holes[2] = 90;
	world_queue(&w, 90);
	world_drain(&w);
	assert_int_equal(w.streams[0].content[5], 0);
	assert_int_equal(w.streams[0].content[6], 0);
	assert_int_equal(w.streams[0].content[90], 0);
	assert_int_equal(w.alarms[PUSH_ALARM_LOST], 2);
	world_same(&w);
}

static void up(struct world *w)
{
	world_init(w);
	w->line = true;
	world_queue(w, 3);
	world_drain(w);
	world_queue(w, 3);
	struct push_action a;

	assert_true(push_next(&w->p, w->now, &a));
	assert_int_equal(a.verb, PUSH_SEND);
	push_sent(&w->p, 3, w->now);
}

static void nack(struct world *w, enum reason r, uint64_t seq, uint64_t expected, int64_t retry)
{
	push_nack(&w->p,
		  &(struct push_nack){.session = w->p.session,
				      .reason = r,
				      .seq = seq,
				      .expected = expected,
				      .retry_ms = retry},
		  w->now);
}

/* What only a person can mend is tried slowly, and told. */
static void test_persons(void **state)
{
	(void)state;
	static const enum reason reasons[] = {REASON_BAD_VERSION, REASON_REVOKED,
					      REASON_EPOCH_LIMIT, REASON_FORBIDDEN,
					      REASON_UNDECODABLE};

	for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		struct world w;

		world_init(&w);
		w.line = true;
		w.refuse_hello = reasons[i];
		world_queue(&w, 1);
		while (!w.closes)
			world_step(&w);
		assert_true(push_due(&w.p) >= w.now + PUSH_LONG_WAIT_MS / 2 - 50);
		assert_int_equal(w.alarms[i ? PUSH_ALARM_REFUSED : PUSH_ALARM_VERSION], 1);
		w.refuse_hello = REASON_NONE;
		world_drain(&w);
		world_same(&w);
	}
	static const enum reason operator_s[] = {REASON_ROLLED_BACK, REASON_FOREIGN_RECEIPT};

	for (unsigned i = 0; i < 2; i++) {
		struct world w;

		up(&w);
		nack(&w, operator_s[i], 0, 0, 0);
		world_act(&w);
		assert_int_equal(w.p.state, PUSH_DOWN);
		assert_true(push_due(&w.p) <= w.now + WORLD_OPTIONS.retry_max_ms);
		assert_int_equal(w.p.alarm_reason, operator_s[i]);
	}
	/* busy at the greeting */
	struct world w;

	world_init(&w);
	w.line = true;
	w.refuse_hello = REASON_BUSY;
	world_queue(&w, 1);
	world_play(&w, 500);
	assert_true(w.hellos > 3);
	w.refuse_hello = REASON_GAP; /* no answer to a Hello: as if nothing came */
	world_play(&w, 500);
	w.refuse_hello = REASON_NONE;
	world_drain(&w);
	world_same(&w);
}

/* Answers that no honest centre gives lead to a new greeting, never to a loop or an assertion. */
static void test_nonsense(void **state)
{
	(void)state;
	struct world w;

	up(&w);
	nack(&w, REASON_GAP, 4, 2, 0); /* a mark that went back */
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	up(&w);
	nack(&w, REASON_GAP, 4, 9, 0); /* more than we ever had */
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	up(&w);
	nack(&w, REASON_CONFLICT, 2, 0, 0); /* settled long ago */
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	up(&w);
	nack(&w, REASON_CONFLICT, 9, 0, 0);
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	up(&w);
	nack(&w, REASON_GAP, 4, 4, 0); /* once it is tried again ... */
	assert_int_equal(w.p.state, PUSH_UP);
	nack(&w, REASON_GAP, 4, 4, 0); /* (nothing under way: old news) */
	assert_int_equal(w.p.state, PUSH_UP);
	struct push_action a;

	assert_true(push_next(&w.p, w.now, &a));
	push_sent(&w.p, 3, w.now);
	nack(&w, REASON_GAP, 4, 4, 0); /* ... alone, it cannot be a gap */
	assert_int_equal(w.p.state, PUSH_CONNECTING);

	up(&w);
	nack(&w, REASON_BUSY, 4, 0, 10000000); /* bounded */
	assert_true(push_due(&w.p) <= w.now + 90000);
	nack(&w, REASON_BAD_FRAME, 0, 0, 0); /* nothing under way */
	assert_int_equal(w.p.state, PUSH_UP);
	up(&w);
	push_nack(&w.p, &(struct push_nack){.session = 4711, .reason = REASON_REVOKED}, w.now);
	assert_int_equal(w.p.state, PUSH_UP);
	push_ack(&w.p, 4711, 4, 3, w.now);
	push_ack(&w.p, w.p.session, 4, 2, w.now);
	push_ack(&w.p, w.p.session, 5, 2, w.now);
	assert_int_equal(w.p.settled, 3);
	push_welcome(&w.p, &(struct push_welcome){.session = 9, .mark = 1}, w.now);
	assert_int_equal(w.p.settled, 3);
	push_pong(&w.p, w.p.session, 4711, w.now);

	/* two under way, one of them unsplittable: each is tried alone */
	up(&w);
	world_queue(&w, 1);
	assert_true(push_next(&w.p, w.now, &a));
	push_sent(&w.p, 1, w.now);
	nack(&w, REASON_BAD_FRAME, 0, 0, 0);
	assert_true(w.p.probe);
	assert_int_equal(w.p.batch, PUSH_BATCH);
	/* not even the void is understood: slowly again */
	for (unsigned i = 0; i < 3; i++) {
		while (push_next(&w.p, w.now, &a))
			if (a.verb != PUSH_TELL)
				push_sent(&w.p, i == 0 ? 3 : 1, w.now);
		nack(&w, REASON_BAD_FRAME, 0, 0, 0);
	}
	assert_true(w.p.hold_until > w.now);
	assert_true(push_due(&w.p) == w.p.hold_until);
	/* a full socket with something under way is tried again before the answer is late */
	up(&w);
	world_queue(&w, 1);
	assert_true(push_next(&w.p, w.now, &a));
	push_blocked(&w.p, w.now);
	assert_true(push_due(&w.p) <= w.now + 100);
}

static void test_small_centre(void **state)
{
	(void)state;
	struct world w;
	struct push_action a;

	world_init(&w);
	w.line = true;
	while (w.p.state != PUSH_GREETING)
		world_step(&w);
	push_blocked(&w.p, w.now); /* the Hello did not go: again in a moment */
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	assert_true(push_due(&w.p) > w.now);
	while (w.p.state != PUSH_GREETING)
		world_step(&w);
	push_welcome(&w.p, &(struct push_welcome){.session = 0}, w.now);
	assert_int_equal(w.p.state, PUSH_GREETING);
	push_welcome(&w.p, &(struct push_welcome){.session = 5, .window = 1, .batch_updates = 2},
		     w.now);
	world_queue(&w, 9);
	assert_true(push_next(&w.p, w.now, &a));
	assert_int_equal(a.count, 2);
	push_sent(&w.p, 2, w.now);
	assert_false(push_next(&w.p, w.now, &a));
	/* what left the line counts as never sent */
	push_line(&w.p, false, w.now);
	assert_int_equal(w.p.next, 1);
	assert_int_equal(w.p.session, 0);
	/* while it moves nothing is due; a lost line is noticed afterwards */
	w.p.state = PUSH_MOVING;
	assert_false(push_next(&w.p, w.now, &a));
	assert_true(push_due(&w.p) == INT64_MAX);
	push_moved(&w.p, 0, w.now);
	assert_int_equal(w.p.state, PUSH_CONNECTING);
}

int main(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("TIENDO_SEED");

	world_seed = given ? strtoull(given, NULL, 0) : 20240402;
	printf("seed %llu\n", (unsigned long long)world_seed);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_bad_line),
		cmocka_unit_test(test_away),
		cmocka_unit_test(test_silent_acks),
		cmocka_unit_test(test_restored_centre),
		cmocka_unit_test(test_older_copy_of_the_spool),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_clone_at_the_mark),
		cmocka_unit_test(test_conflict_out_of_the_blue),
		cmocka_unit_test(test_unsplittable),
		cmocka_unit_test(test_unreadable),
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_small_centre),
	};
	return cmocka_run_group_tests_name("push", tests, NULL, NULL);
}
