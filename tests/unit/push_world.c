// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/push_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

uint64_t world_seed;

uint64_t world_roll(uint64_t below)
{
	world_seed ^= world_seed << 13;
	world_seed ^= world_seed >> 7;
	world_seed ^= world_seed << 17;
	return world_seed % below;
}

const struct push_options WORLD_OPTIONS = {
	.retry_ms = 100, .retry_max_ms = 700, .connect_ms = 1000, .reply_ms = 500, .ping_ms = 300};

void world_init(struct world *w)
{
	memset(w, 0, sizeof *w);
	w->now = 1000;
	struct push_options o = WORLD_OPTIONS;

	o.seed = world_roll(1u << 30);
	push_start(&w->p, &o, 0, 0, w->now);
}

void world_queue(struct world *w, unsigned n)
{
	while (n--) {
		w->last++;
		w->queue[w->last] = w->epoch * 100000 + w->last;
	}
	push_queued(&w->p, w->last);
}

static void send_up(struct world *w, const struct note *n)
{
	unsigned times = world_roll(100) < w->drop ? 0 : world_roll(100) < w->twice ? 2 : 1;

	for (; times && w->up_n < WIRE; times--)
		w->up[w->up_n++] = *n;
}

static void send_down(struct world *w, const struct note *n)
{
	unsigned times = world_roll(100) < w->drop ? 0 : world_roll(100) < w->twice ? 2 : 1;

	for (; times && w->down_n < WIRE; times--)
		w->down[w->down_n++] = *n;
}

static struct note take(struct note *wire, unsigned *n, unsigned swap)
{
	unsigned i = *n > 1 && world_roll(100) < swap ? 1 : 0;
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
		answer.kind = PONG; /* whatever the session: it shows that the centre lives */
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
	struct note n = {
		.kind = PUSH, .session = w->p.session, .first = a->first, .epoch = w->epoch};

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
			     &(struct push_welcome){.session = n->session,
						    .mark = n->mark,
						    .differs = n->mark && n->mark <= w->last &&
							       n->hash &&
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

void world_act(struct world *w)
{
	struct push_action a;

	for (unsigned i = 0; push_next(&w->p, w->now, &a); i++) {
		assert_true(i < 1000); /* it comes to rest */
		perform(w, &a);
	}
}

/* One step: something on the wire arrives, or time passes. */
void world_step(struct world *w)
{
	world_act(w);
	push_line(&w->p, w->socket && w->line, w->now);
	world_act(w);
	unsigned pick = (unsigned)world_roll(3);

	if (pick == 0 && w->up_n) {
		struct note n = take(w->up, &w->up_n, w->swap);

		centre(w, &n);
	} else if (pick == 1 && w->down_n) {
		struct note n = take(w->down, &w->down_n, w->swap);

		hear(w, &n);
	} else if (pick == 2 || (!w->up_n && !w->down_n)) {
		int64_t due = push_due(&w->p);

		w->now += !w->up_n && !w->down_n && due > w->now && due != INT64_MAX
				  ? due - w->now
				  : 1 + (int64_t)world_roll(20);
	}
	world_act(w);
}

void world_play(struct world *w, unsigned steps)
{
	while (steps--)
		world_step(w);
}

static bool drained(const struct world *w)
{
	return w->p.state == PUSH_UP && w->p.settled == w->last && w->settled == w->last;
}

void world_drain(struct world *w)
{
	unsigned n = 0;

	w->drop = w->twice = w->swap = 0;
	while (!drained(w) && n++ < 200000)
		world_step(w);
	if (!drained(w))
		fail_msg("not drained: state %d settled %llu of %llu", w->p.state,
			 (unsigned long long)w->p.settled, (unsigned long long)w->last);
}

void world_same(const struct world *w)
{
	const struct stream *s = &w->streams[w->epoch];

	assert_int_equal(s->mark, w->last);
	for (uint64_t i = 1; i <= w->last; i++)
		if (s->content[i])
			assert_int_equal(s->content[i], w->queue[i]);
}
