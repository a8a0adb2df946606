// SPDX-License-Identifier: Apache-2.0
/*
 * push against a small centre that drops, doubles, holds back, forgets and is restored, stepped one
 * event at a time. After each step the invariant is asserted by push itself; at the end every update
 * has exactly one outcome at the centre and the spool knows it. Seed: TIENDO_SEED, printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "agent/push.h"

enum { SEQS = 2000, WIRE = 64 };

static uint64_t seed;

static uint64_t roll(uint64_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return seed % below;
}

/* ---- a world: a spool, a wire both ways, a centre ---- */

enum kind { HELLO, WELCOME, PUSH, VOID, ACK, NACK, PING, PONG };
struct note {
	enum kind kind;
	uint64_t session, first, count, mark;
	uint64_t content[PUSH_BATCH]; /* an update is a number */
	enum reason reason;
	uint64_t epoch, hash;
};

struct stream {
	uint64_t content[SEQS]; /* at 1..mark; 0 = void */
	uint64_t mark;
};

struct world {
	struct push p;
	int64_t now;
	/* the spool */
	uint64_t queue[SEQS], last, settled, epoch;
	bool done[SEQS];
	uint64_t moved_from, moves;
	uint64_t evicted_to; /* bytes gone up to here */
	/* the wire */
	struct note up[WIRE], down[WIRE];
	unsigned up_n, down_n;
	bool line, socket;
	unsigned drop, twice, swap; /* in a hundred */
	/* the centre */
	struct stream streams[4];
	uint64_t session, sessions;
	uint64_t unsplittable; /* a content that breaks its frame */
	unsigned busy;         /* answers so many pushes with Busy */
	enum reason refuse_hello;
	unsigned alarms[PUSH_ALARMS];
	unsigned pings, closes, connects, hellos;
	uint64_t holes[4]; /* spool cannot read these seqs */
};

static const struct push_options OPTIONS = {
	.retry_ms = 100, .retry_max_ms = 700, .connect_ms = 1000, .reply_ms = 500, .ping_ms = 300};

static void world_init(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->now = 1000;
	struct push_options o = OPTIONS;

	o.seed = roll(1u << 30);
	push_start(&w->p, &o, 0, 0, w->now);
}

static void queue(struct world *w, unsigned n)
{
	while (n--) {
		w->last++;
		w->queue[w->last] = w->epoch * 100000 + w->last;
	}
	push_queued(&w->p, w->last);
}

static void send_up(struct world *w, const struct note *n)
{
	unsigned times = roll(100) < w->drop ? 0 : roll(100) < w->twice ? 2 : 1;

	for (; times && w->up_n < WIRE; times--)
		w->up[w->up_n++] = *n;
}

static void send_down(struct world *w, const struct note *n)
{
	unsigned times = roll(100) < w->drop ? 0 : roll(100) < w->twice ? 2 : 1;

	for (; times && w->down_n < WIRE; times--)
		w->down[w->down_n++] = *n;
}

static struct note take(struct note *wire, unsigned *n, unsigned swap)
{
	unsigned i = *n > 1 && roll(100) < swap ? 1 : 0;
	struct note out = wire[i];

	memmove(wire + i, wire + i + 1, (*n - i - 1) * sizeof *wire);
	--*n;
	return out;
}

/* ---- the centre ---- */

static void centre_push(struct world *w, const struct note *n, struct note *answer)
{
	struct stream *s = &w->streams[n->epoch];

	*answer = (struct note){.kind = NACK, .session = n->session, .first = n->first};
	if (n->session != w->session) {
		answer->reason = REASON_BAD_SESSION;
		return;
	}
	if (w->busy) {
		w->busy--;
		answer->reason = REASON_BUSY;
		return;
	}
	for (uint64_t i = 0; n->kind == PUSH && i < n->count; i++)
		if (w->unsplittable && n->content[i] == w->unsplittable) {
			answer->reason = n->count > 32 ? REASON_BATCH_TOO_LARGE : REASON_BAD_FRAME;
			return;
		}
	if (n->first > s->mark + 1) {
		answer->reason = REASON_GAP;
		answer->mark = s->mark + 1;
		return;
	}
	for (uint64_t i = 0; i < n->count && n->first + i <= s->mark; i++) {
		uint64_t content = n->kind == PUSH ? n->content[i] : 0;

		if (s->content[n->first + i] != content) {
			answer->reason = REASON_CONFLICT;
			answer->first = n->first + i;
			return;
		}
	}
	for (uint64_t i = 0; i < n->count; i++)
		s->content[n->first + i] = n->kind == PUSH ? n->content[i] : 0;
	if (n->first + n->count - 1 > s->mark)
		s->mark = n->first + n->count - 1;
	answer->kind = ACK;
	answer->count = n->count;
}

static void centre(struct world *w, const struct note *n)
{
	struct note answer = {.session = n->session};

	if (n->kind == HELLO && w->refuse_hello) {
		answer = (struct note){.kind = NACK, .reason = w->refuse_hello};
	} else if (n->kind == HELLO) {
		struct stream *s = &w->streams[n->epoch];

		w->session = ++w->sessions;
		answer = (struct note){.kind = WELCOME,
				       .session = w->session,
				       .mark = s->mark,
				       .hash = s->mark ? s->content[s->mark] : 0};
	} else if (n->kind == PING) {
		answer = *n;
		answer.kind = PONG;
		if (n->session != w->session)
			return;
	} else {
		centre_push(w, n, &answer);
	}
	send_down(w, &answer);
}

/* ---- the office's shell ---- */

static bool hole(const struct world *w, uint64_t seq)
{
	for (unsigned i = 0; i < 4; i++)
		if (w->holes[i] && w->holes[i] == seq)
			return true;
	return seq <= w->evicted_to;
}

static void shell_send(struct world *w, const struct push_action *a)
{
	struct note n = {.kind = PUSH, .session = w->p.session, .first = a->first, .epoch = w->epoch};

	if (!w->line) {
		push_blocked(&w->p, w->now);
		return;
	}
	for (uint64_t s = a->first; s <= a->last && n.count < a->count && !hole(w, s); s++)
		n.content[n.count++] = w->queue[s];
	if (!n.count) {
		uint64_t to = a->first;

		while (to < a->last && hole(w, to + 1))
			to++;
		push_lost(&w->p, to);
		return;
	}
	send_up(w, &n);
	push_sent(&w->p, n.count, w->now);
}

static void shell_move(struct world *w, uint64_t from)
{
	uint64_t n = 0;

	w->moves++;
	w->moved_from = from;
	w->epoch++;
	for (uint64_t s = from; s <= w->last; s++)
		if (s > w->evicted_to) {
			n++;
			w->queue[n] = w->epoch * 100000 + n;
		}
	memset(w->done, 0, sizeof w->done);
	w->last = n;
	w->settled = w->evicted_to = 0;
	push_moved(&w->p, n, w->now);
}

static void perform(struct world *w, const struct push_action *a)
{
	struct note n = {.session = w->p.session, .first = a->first, .epoch = w->epoch};

	switch (a->verb) {
	case PUSH_CONNECT:
		assert_false(w->socket);
		w->socket = true;
		w->connects++;
		break;
	case PUSH_CLOSE:
		assert_true(w->socket);
		w->socket = false;
		w->up_n = w->down_n = 0;
		w->closes++;
		break;
	case PUSH_HELLO:
		n.kind = HELLO;
		w->hellos++;
		if (w->line)
			send_up(w, &n);
		else
			push_blocked(&w->p, w->now);
		break;
	case PUSH_SEND:
		shell_send(w, a);
		break;
	case PUSH_VOID:
		n.kind = VOID;
		n.count = a->last - a->first + 1;
		send_up(w, &n);
		push_sent(&w->p, n.count, w->now);
		break;
	case PUSH_PING:
		n.kind = PING;
		w->pings++;
		send_up(w, &n);
		break;
	case PUSH_MOVE:
		shell_move(w, a->first);
		break;
	case PUSH_TELL:
		w->alarms[a->alarm]++;
		break;
	}
}

static void hear(struct world *w, const struct note *n)
{
	switch (n->kind) {
	case WELCOME:
		push_welcome(&w->p,
			     &(struct push_welcome){
				     .session = n->session,
				     .mark = n->mark,
				     .differs = n->mark && n->mark <= w->last && n->hash &&
						n->hash != w->queue[n->mark],
				     .kept_from = w->evicted_to + 1,
				     .window = 4,
				     .batch_updates = 64},
			     w->now);
		break;
	case ACK:
		if (n->session == w->p.session)
			for (uint64_t i = 0; i < n->count && n->first + i < SEQS; i++)
				w->done[n->first + i] = true;
		while (w->settled < w->last && w->done[w->settled + 1])
			w->settled++;
		push_ack(&w->p, n->session, n->first, n->count, w->now);
		break;
	case NACK:
		push_nack(&w->p,
			  &(struct push_nack){.session = n->session,
					      .reason = n->reason,
					      .seq = n->first,
					      .expected = n->mark,
					      .retry_ms = 50},
			  w->now);
		break;
	case PONG:
		push_pong(&w->p, n->session, n->first, w->now);
		break;
	case HELLO:
	case PUSH:
	case VOID:
	case PING:
		fail();
	}
}

static void act(struct world *w)
{
	struct push_action a;

	for (unsigned i = 0; push_next(&w->p, w->now, &a); i++) {
		assert_true(i < 1000); /* it comes to rest */
		perform(w, &a);
	}
}

/* One step: something on the wire arrives, or time passes. */
static void step(struct world *w)
{
	act(w);
	push_line(&w->p, w->socket && w->line, w->now);
	act(w);
	unsigned pick = (unsigned)roll(3);

	if (pick == 0 && w->up_n) {
		struct note n = take(w->up, &w->up_n, w->swap);

		centre(w, &n);
	} else if (pick == 1 && w->down_n) {
		struct note n = take(w->down, &w->down_n, w->swap);

		hear(w, &n);
	} else if (pick == 2 || (!w->up_n && !w->down_n)) {
		int64_t due = push_due(&w->p);

		w->now += !w->up_n && !w->down_n && due > w->now && due != INT64_MAX ? due - w->now
										   : 1 + (int64_t)roll(20);
	}
	act(w);
}

static void play(struct world *w, unsigned steps)
{
	while (steps--)
		step(w);
}

static bool drained(const struct world *w)
{
	return w->p.state == PUSH_UP && w->p.settled == w->last && w->settled == w->last;
}

static void drain(struct world *w)
{
	unsigned n = 0;

	w->drop = w->twice = w->swap = 0;
	while (!drained(w) && n++ < 200000)
		step(w);
	if (!drained(w))
		fail_msg("not drained: state %d settled %llu of %llu", w->p.state,
			 (unsigned long long)w->p.settled, (unsigned long long)w->last);
}

static void same(const struct world *w)
{
	const struct stream *s = &w->streams[w->epoch];

	assert_int_equal(s->mark, w->last);
	for (uint64_t i = 1; i <= w->last; i++)
		if (s->content[i])
			assert_int_equal(s->content[i], w->queue[i]);
}

/* ---- the tests ---- */

static void test_quiet(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	queue(&w, 300);
	drain(&w);
	same(&w);
	assert_int_equal(w.connects, 1);
	assert_int_equal(w.hellos, 1);
	play(&w, 300);
	assert_true(w.pings > 3);
	assert_int_equal(w.closes, 0);
	queue(&w, 1);
	drain(&w);
	same(&w);
}

static void test_bad_line(void **state)
{
	(void)state;
	for (unsigned round = 0; round < 40; round++) {
		struct world w;

		world_init(&w);
		w.line = true;
		w.drop = (unsigned)roll(30);
		w.twice = (unsigned)roll(30);
		w.swap = (unsigned)roll(40);
		for (unsigned i = 0; i < 12; i++) {
			queue(&w, (unsigned)roll(120));
			play(&w, (unsigned)roll(300));
			w.line = roll(4) != 0;
			w.busy += roll(3) == 0;
			if (roll(5) == 0)
				w.session = ++w.sessions; /* the centre was started again */
		}
		w.line = true;
		w.busy = 0;
		drain(&w);
		same(&w);
		assert_int_equal(w.moves, 0);
		assert_int_equal(w.alarms[PUSH_ALARM_CONFLICT], 0);
	}
}

static void test_away(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	queue(&w, 10);
	play(&w, 3000);
	assert_true(w.closes > 5);
	assert_true(w.p.failures > 3);
	assert_int_equal(w.up_n, 0);
	w.line = true;
	drain(&w);
	same(&w);
	assert_int_equal(w.p.failures, 0);
}

static void test_silent_acks(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	queue(&w, 1);
	drain(&w);
	queue(&w, 5);
	w.drop = 100;
	unsigned closes = w.closes;

	while (w.closes == closes)
		step(&w);
	/* an idle socket that no pong comes back on is built anew too */
	drain(&w);
	closes = w.closes;
	w.drop = 100;
	while (w.closes == closes)
		step(&w);
	drain(&w);
	same(&w);
}

static void test_restored_centre(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	queue(&w, 200);
	drain(&w);
	w.streams[0].mark = 50;
	w.session = ++w.sessions;
	queue(&w, 5);
	drain(&w);
	same(&w);
	assert_int_equal(w.alarms[PUSH_ALARM_RESTORED], 1);
	/* bytes that are gone are given up, by name */
	w.streams[0].mark = 20;
	w.evicted_to = 100;
	w.session = ++w.sessions;
	queue(&w, 5);
	drain(&w);
	assert_int_equal(w.streams[0].mark, 210);
	assert_int_equal(w.streams[0].content[21], 0);
	assert_int_equal(w.streams[0].content[101], 101);
	assert_true(w.alarms[PUSH_ALARM_LOST] > 0);
	/* it forgot everything */
	w.streams[0].mark = 0;
	w.session = ++w.sessions;
	queue(&w, 1);
	drain(&w);
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
	queue(&w, 20); /* all of them known there */
	drain(&w);
	assert_int_equal(w.moves, 1);
	assert_int_equal(w.moved_from, 21);
	assert_int_equal(w.alarms[PUSH_ALARM_CLONED], 1);
	queue(&w, 3);
	drain(&w);
	same(&w);
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
	queue(&w, 40);
	drain(&w);
	assert_int_equal(w.moves, 1);
	assert_int_equal(w.moved_from, 11);
	assert_int_equal(w.last, 30);
	assert_int_equal(w.streams[0].mark, 15);
	assert_int_equal(w.alarms[PUSH_ALARM_CONFLICT], 1);
	same(&w);
}

static void test_clone_at_the_mark(void **state)
{
	(void)state;
	/* both were acknowledged up to the mark, but not for the same bytes */
	for (unsigned evicted = 0; evicted <= 12; evicted += 4) {
		struct world w;

		world_init(&w);
		w.line = true;
		queue(&w, 10);
		drain(&w);
		w.evicted_to = evicted < 10 ? evicted : 10;
		w.streams[0].content[10] = 910;
		w.streams[0].content[9] = 909;
		w.session = ++w.sessions;
		queue(&w, 5);
		drain(&w);
		assert_int_equal(w.moves, 1);
		assert_int_equal(w.moved_from, evicted < 9 ? 9 : 10);
		same(&w);
	}
	struct world w;

	world_init(&w);
	w.line = true;
	queue(&w, 1);
	drain(&w);
	w.streams[0].content[1] = 901;
	w.session = ++w.sessions;
	queue(&w, 1);
	drain(&w);
	assert_int_equal(w.moved_from, 1);
	same(&w);
}

static void test_conflict_out_of_the_blue(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	queue(&w, 2);
	drain(&w);
	/* a twin pushes between our Hello and our push, without a Hello of its own */
	w.streams[0].content[3] = 903;
	w.streams[0].mark = 3;
	queue(&w, 2);
	drain(&w);
	assert_int_equal(w.moved_from, 3);
	same(&w);
}

static void test_unsplittable(void **state)
{
	(void)state;
	struct world w;

	world_init(&w);
	w.line = true;
	w.unsplittable = 77;
	queue(&w, 200);
	drain(&w);
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
	queue(&w, 90);
	drain(&w);
	assert_int_equal(w.streams[0].content[5], 0);
	assert_int_equal(w.streams[0].content[6], 0);
	assert_int_equal(w.streams[0].content[90], 0);
	assert_int_equal(w.alarms[PUSH_ALARM_LOST], 2);
	same(&w);
}

static void up(struct world *w)
{
	world_init(w);
	w->line = true;
	queue(w, 3);
	drain(w);
	queue(w, 3);
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
	static const enum reason reasons[] = {REASON_BAD_VERSION, REASON_REVOKED, REASON_EPOCH_LIMIT,
					      REASON_FORBIDDEN, REASON_UNDECODABLE};

	for (unsigned i = 0; i < sizeof reasons / sizeof *reasons; i++) {
		struct world w;

		world_init(&w);
		w.line = true;
		w.refuse_hello = reasons[i];
		queue(&w, 1);
		while (!w.closes)
			step(&w);
		assert_true(push_due(&w.p) >= w.now + PUSH_LONG_WAIT_MS / 2 - 50);
		assert_int_equal(w.alarms[i ? PUSH_ALARM_REFUSED : PUSH_ALARM_VERSION], 1);
		w.refuse_hello = REASON_NONE;
		drain(&w);
		same(&w);
	}
	static const enum reason operator_s[] = {REASON_ROLLED_BACK, REASON_FOREIGN_RECEIPT};

	for (unsigned i = 0; i < 2; i++) {
		struct world w;

		up(&w);
		nack(&w, operator_s[i], 0, 0, 0);
		act(&w);
		assert_int_equal(w.p.state, PUSH_DOWN);
		assert_true(push_due(&w.p) <= w.now + OPTIONS.retry_max_ms);
		assert_int_equal(w.p.alarm_reason, operator_s[i]);
	}
	/* busy at the greeting */
	struct world w;

	world_init(&w);
	w.line = true;
	w.refuse_hello = REASON_BUSY;
	queue(&w, 1);
	play(&w, 500);
	assert_true(w.hellos > 3);
	w.refuse_hello = REASON_GAP; /* no answer to a Hello: as if nothing came */
	play(&w, 500);
	w.refuse_hello = REASON_NONE;
	drain(&w);
	same(&w);
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
	queue(&w, 1);
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
	queue(&w, 1);
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
		step(&w);
	push_blocked(&w.p, w.now); /* the Hello did not go: again in a moment */
	assert_int_equal(w.p.state, PUSH_CONNECTING);
	assert_true(push_due(&w.p) > w.now);
	while (w.p.state != PUSH_GREETING)
		step(&w);
	push_welcome(&w.p, &(struct push_welcome){.session = 0}, w.now);
	assert_int_equal(w.p.state, PUSH_GREETING);
	push_welcome(&w.p, &(struct push_welcome){.session = 5, .window = 1, .batch_updates = 2},
		     w.now);
	queue(&w, 9);
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

	seed = given ? strtoull(given, NULL, 0) : 20240402;
	printf("seed %llu\n", (unsigned long long)seed);
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
