// SPDX-License-Identifier: Apache-2.0
/* push and what a centre may refuse, also what no honest one would. Seed: TIENDO_SEED, printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/push_world.h"

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

/* A clone that has gone its own way, with two pushes under way: the second refusal is about what will move
 * with the first, and must not begin everything anew. */
static void test_two_conflicts(void **state)
{
	(void)state;
	struct world w;
	struct push_action a;
	unsigned moves = 0;

	up(&w);
	world_queue(&w, 130);
	push_queued(&w.p, w.last);
	while (w.p.slots_n < 2 && push_next(&w.p, w.now, &a))
		if (a.verb == PUSH_SEND)
			push_sent(&w.p, 64, w.now);
	assert_int_equal(w.p.slots_n, 2);
	nack(&w, REASON_CONFLICT, 60, 0, 0);
	nack(&w, REASON_CONFLICT, 70, 0, 0);
	assert_int_equal(w.p.state, PUSH_UP);
	while (!moves && push_next(&w.p, w.now, &a)) {
		moves += a.verb == PUSH_MOVE;
		if (a.verb != PUSH_SEND)
			continue;
		assert_int_equal(a.last, 59); /* what is common is settled first */
		push_sent(&w.p, a.last - a.first + 1, w.now);
		push_ack(&w.p, w.p.session, a.first, a.last - a.first + 1, w.now);
	}
	assert_int_equal(moves, 1);
	assert_int_equal(a.first, 60);
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

/* The disk is full just when an epoch begins: nothing is lost, and it begins when there is room. */
static void test_no_room_to_move(void **state)
{
	(void)state;
	struct push_action a;
	struct push p;
	int64_t now = 1000;

	push_start(&p, &WORLD_OPTIONS, 5, 0, now);
	for (unsigned round = 0; round < 3; round++) {
		while (!push_next(&p, now, &a) || a.verb != PUSH_HELLO) {
			if (p.state == PUSH_CONNECTING)
				push_line(&p, true, now);
			now = push_due(&p) > now && push_due(&p) < INT64_MAX ? push_due(&p) : now;
		}
		push_welcome(&p, &(struct push_welcome){.session = round + 1, .mark = 9, .kept_from = 1}, now);
		for (bool moving = false; !moving;) {
			assert_true(push_next(&p, now, &a));
			moving = a.verb == PUSH_MOVE;
			if (a.verb == PUSH_SEND) {
				push_sent(&p, 5, now);
				push_ack(&p, p.session, 1, 5, now);
			}
		}
		if (round < 2)
			push_unmoved(&p, now);
		assert_int_equal(p.last, 5);
	}
	push_moved(&p, 0, now);
	assert_int_equal(p.state, PUSH_CONNECTING);
}

int main(int argc, char **argv)
{
	const char *given = argc > 1 ? argv[1] : getenv("TIENDO_SEED");

	world_seed = given ? strtoull(given, NULL, 0) : 20240402;
	printf("seed %llu\n", (unsigned long long)world_seed);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_persons),
		cmocka_unit_test(test_two_conflicts),
		cmocka_unit_test(test_nonsense),
		cmocka_unit_test(test_small_centre),
		cmocka_unit_test(test_no_room_to_move),
	};
	return cmocka_run_group_tests_name("push_nack", tests, NULL, NULL);
}
