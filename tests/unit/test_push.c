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

/* A centre that was started again while pushes were under way is noticed long before silence is. */
static void test_restarted_between(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	world_queue(&w, 1);
	world_drain(&w);
	world_queue(&w, 500);
	world_act(&w);
	assert_int_equal(w.p.slots_n, 4);
	w.up_n = 0; /* lost with the process */
	w.session = ++w.sessions;
	int64_t began = w.now;

	world_drain(&w);
	world_same(&w);
	assert_int_equal(w.closes, 0);
	assert_true(w.now - began < 2 * WORLD_OPTIONS.reply_ms + 600);
	/* one that answers pings alone is left at last */
	world_queue(&w, 1);
	world_act(&w);
	struct push_action a;
	unsigned pings = 0;

	while (!w.closes) {
		w.up_n = 0;
		w.now = push_due(&w.p);
		while (push_next(&w.p, w.now, &a)) {
			if (a.verb == PUSH_SEND)
				push_sent(&w.p, 1, w.now);
			if (a.verb == PUSH_PING)
				push_pong(&w.p, w.p.session, a.first, w.now);
			pings += a.verb == PUSH_PING;
			w.closes += a.verb == PUSH_CLOSE;
		}
	}
	assert_int_equal(pings, 1);
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

/* Acknowledged by a centre that was restored since; then our twin was quicker with other reports under the
 * same numbers. What we hold receipts for is not there any more: it must move, not be forgotten. */
static void test_twin_at_a_restored_centre(void **state)
{
	(void)state;
	for (unsigned beyond = 0; beyond <= 1; beyond++) {
		struct world w;

		world_init(&w);
		w.line = true;
		world_queue(&w, 10);
		world_drain(&w);
		world_queue(&w, 5);
		w.streams[0].mark = beyond ? 20 : 15;
		for (unsigned i = 5; i <= w.streams[0].mark; i++)
			w.streams[0].content[i] = 900 + i;
		w.session = ++w.sessions;
		world_drain(&w);
		assert_int_equal(w.moves, 1);
		assert_int_equal(w.moved_from, 5);
		world_same(&w);
	}
}

/* The record at the mark cannot be compared (it is rotten, or void there), and we are a clone. */
static void test_clone_with_a_hole_at_the_mark(void **state)
{
	(void)state;
	struct push p;
	struct push_action a;
	int64_t now = 0;

	push_start(&p, &WORLD_OPTIONS, 200, 0, now);
	while (p.state != PUSH_CONNECTING)
		push_next(&p, now++, &a);
	push_line(&p, true, now);
	assert_true(push_next(&p, now, &a));
	assert_int_equal(a.verb, PUSH_HELLO);
	push_welcome(&p, &(struct push_welcome){.session = 1, .mark = 100, .kept_from = 1}, now);
	assert_true(push_next(&p, now, &a));
	push_sent(&p, 64, now);
	assert_false(push_next(&p, now, &a)); /* not beside it */
	push_ack(&p, 1, 1, 64, now);
	assert_true(push_next(&p, now, &a));
	assert_int_equal(a.first, 65);
	push_sent(&p, 64, now); /* over the mark: whole or not at all */
	assert_false(push_next(&p, now, &a));
	push_ack(&p, 1, 65, 64, now);
	for (unsigned i = 0; i < 2; i++) { /* now it is known to be ours */
		assert_true(push_next(&p, now, &a));
		push_sent(&p, 30, now);
	}
	assert_int_equal(p.slots_n, 2);
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
		cmocka_unit_test(test_restarted_between),
		cmocka_unit_test(test_restored_centre),
		cmocka_unit_test(test_older_copy_of_the_spool),
		cmocka_unit_test(test_clone),
		cmocka_unit_test(test_clone_at_the_mark),
		cmocka_unit_test(test_twin_at_a_restored_centre),
		cmocka_unit_test(test_clone_with_a_hole_at_the_mark),
		cmocka_unit_test(test_conflict_out_of_the_blue),
		cmocka_unit_test(test_unsplittable),
		cmocka_unit_test(test_unreadable),
	};
	return cmocka_run_group_tests_name("push", tests, NULL, NULL);
}
