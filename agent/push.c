// SPDX-License-Identifier: Apache-2.0
#include "agent/push_moves.h"

#include <assert.h>

enum {
	BLOCKED_MS = 50,
	LATE_PART = 4 /* of the time an answer may take: then a ping asks */
};

void push_start(struct push *p, const struct push_options *o, uint64_t last, uint64_t settled,
		int64_t now)
{
	*p = (struct push){
		.o = *o,
		.last = last,
		.settled = settled,
		.next = settled + 1,
		.limit = PUSH_NO_LIMIT,
		.window = PUSH_WINDOW,
		.batch_limit = PUSH_BATCH,
		.batch = PUSH_BATCH,
		.dice = o->seed | 1,
	};
	/* the first connection is jittered too: after a power cut all offices start together */
	p->due = now + push_dice(p, o->retry_ms + 1);
	push_check(p);
}

/* ---- what to do next ---- */

static bool tell(struct push *p, struct push_action *out)
{
	for (unsigned a = 0; a < PUSH_ALARMS; a++) {
		if (!(p->alarms & 1u << a))
			continue;
		p->alarms &= ~(1u << a);
		*out = (struct push_action){.verb = PUSH_TELL,
					    .first = p->alarm_seq[a],
					    .alarm = (enum push_alarm)a,
					    .reason = p->alarm_reason};
		return true;
	}
	return false;
}

static bool next_down(struct push *p, int64_t now, struct push_action *out)
{
	if (now < p->due)
		return false;
	p->state = PUSH_CONNECTING;
	p->due = now + p->o.connect_ms;
	p->hold_until = 0;
	*out = (struct push_action){.verb = PUSH_CONNECT};
	return true;
}

static bool next_connecting(struct push *p, int64_t now, struct push_action *out)
{
	if (p->line && now >= p->hold_until) {
		p->state = PUSH_GREETING;
		p->due = now + p->o.reply_ms;
		*out = (struct push_action){.verb = PUSH_HELLO};
		return true;
	}
	if (now >= p->due)
		push_go_down(p, now, push_pause(p));
	return false;
}

static uint64_t sendable(const struct push *p)
{
	return p->last < p->limit ? p->last : p->limit;
}

/*
 * Up to the centre's mark what we hold may not be what it holds (a clone, and the record at the mark cannot
 * be compared): a push that conflicts must not be followed by one above the mark, which would be taken
 * here and moved there.
 */
static bool alone(const struct push *p)
{
	return p->probe || p->settled < p->mark;
}

static bool next_push(struct push *p, struct push_action *out)
{
	if (p->sending || p->slots_n >= (alone(p) ? 1 : p->window) || p->next > sendable(p))
		return false;
	p->sending = true;
	*out = (struct push_action){
		.verb = p->void_to ? PUSH_VOID : PUSH_SEND,
		.first = p->next,
		.last = p->void_to ? p->void_to : sendable(p),
		.count = p->batch,
		.unsplittable = p->void_unsplittable,
	};
	return true;
}

/* An answer is late: the centre may have been started again and know nothing of the push. */
static int64_t late_at(const struct push *p)
{
	int64_t late = p->o.reply_ms / LATE_PART;

	return p->slots[0].sent_at + (late < p->o.ping_ms ? late : p->o.ping_ms);
}

static bool ask_ping(struct push *p, int64_t now, struct push_action *out)
{
	bool late = p->slots_n && !p->doubted && now >= late_at(p);

	if (p->ping_sent || p->sending || !(late || (!p->slots_n && now >= p->ping_at)))
		return false;
	p->ping_sent = now;
	p->ping_about = late ? p->slots[0].first : 0;
	*out = (struct push_action){.verb = PUSH_PING, .first = ++p->token};
	return true;
}

static bool next_up(struct push *p, int64_t now, struct push_action *out)
{
	bool silent = p->slots_n && now >= p->slots[0].sent_at + p->o.reply_ms;

	if (silent || (p->ping_sent && now >= p->ping_sent + p->o.reply_ms)) {
		push_go_down(p, now, push_pause(p));
		return false;
	}
	/* everything that compares equal is settled: the rest begins anew */
	if (p->limit != PUSH_NO_LIMIT && p->next > p->limit && !p->slots_n) {
		uint64_t from = p->limit + 1;

		push_leave(p);
		p->state = PUSH_MOVING;
		*out = (struct push_action){.verb = PUSH_MOVE, .first = from};
		return true;
	}
	if (now < p->hold_until)
		return false;
	return next_push(p, out) || ask_ping(p, now, out);
}

bool push_next(struct push *p, int64_t now, struct push_action *out)
{
	bool some = false;

	if (tell(p, out))
		return true;
	switch (p->state) {
	case PUSH_DOWN:
		some = !p->close && next_down(p, now, out);
		break;
	case PUSH_CONNECTING:
		some = next_connecting(p, now, out);
		break;
	case PUSH_GREETING:
		if (now >= p->due)
			push_go_down(p, now, push_pause(p));
		break;
	case PUSH_UP:
		some = next_up(p, now, out);
		break;
	case PUSH_MOVING:
		break; /* until push_moved */
	}
	if (p->close) {
		p->close = false;
		*out = (struct push_action){.verb = PUSH_CLOSE};
		some = true;
	}
	push_check(p);
	return some;
}

static int64_t due_up(const struct push *p)
{
	int64_t due = p->ping_at;

	if (p->ping_sent)
		due = p->ping_sent + p->o.reply_ms;
	else if (p->slots_n)
		due = p->doubted ? INT64_MAX : late_at(p);
	if (p->slots_n && p->slots[0].sent_at + p->o.reply_ms < due)
		due = p->slots[0].sent_at + p->o.reply_ms;
	if (p->next <= sendable(p) && p->hold_until && p->hold_until < due)
		due = p->hold_until;
	return due;
}

int64_t push_due(const struct push *p)
{
	switch (p->state) {
	case PUSH_CONNECTING:
		return p->line ? p->hold_until : p->due;
	case PUSH_DOWN:
	case PUSH_GREETING:
		return p->due;
	case PUSH_UP:
		return due_up(p);
	case PUSH_MOVING:
		break;
	}
	return INT64_MAX;
}

/* ---- what came of it ---- */

void push_sent(struct push *p, uint64_t count, int64_t now)
{
	assert(p->sending && count > 0 && p->slots_n < PUSH_WINDOW);
	p->slots[p->slots_n++] = (struct push_slot){
		.first = p->next, .count = count, .sent_at = now, .given_up = p->void_to != 0};
	p->next += count;
	p->sending = false;
	p->hold_until = 0;
	p->void_to = 0;
	push_check(p);
}

void push_lost(struct push *p, uint64_t to)
{
	assert(p->sending && to >= p->next && to <= sendable(p));
	p->sending = false;
	p->void_to = to;
	p->void_unsplittable = false;
	push_alarm_set(p, PUSH_ALARM_LOST, p->next);
	push_check(p);
}

void push_blocked(struct push *p, int64_t now)
{
	if (p->state == PUSH_GREETING)
		push_greet_again(p, now, BLOCKED_MS);
	p->sending = false;
	p->hold_until = now + BLOCKED_MS;
	push_check(p);
}

void push_moved(struct push *p, uint64_t last, int64_t now)
{
	assert(p->state == PUSH_MOVING);
	p->last = last;
	p->settled = 0;
	p->next = 1;
	push_greet_again(p, now, 0);
	push_check(p);
}

void push_unmoved(struct push *p, int64_t now)
{
	assert(p->state == PUSH_MOVING);
	push_greet_again(p, now, push_pause(p));
	push_check(p);
}

/* ---- what happened ---- */

void push_queued(struct push *p, uint64_t last)
{
	assert(last >= p->last);
	p->last = last;
	push_check(p);
}

void push_line(struct push *p, bool up, int64_t now)
{
	if (p->state == PUSH_DOWN || p->line == up)
		return;
	p->line = up;
	if (!up && (p->state == PUSH_UP || p->state == PUSH_GREETING))
		push_greet_again(p, now, 0); /* the socket connects again by itself */
	push_check(p);
}

/*
 * This stream is not ours alone. Receipts are in doubt too, also those far below the mark: they may be of
 * a centre that was restored since, and what stands there now a clone's. What is still here is offered:
 * what is equal is answered by its receipt, what is not moves.
 */
static void share(struct push *p, const struct push_welcome *w, uint64_t limit)
{
	uint64_t sure = w->kept_from - 1 < limit ? w->kept_from - 1 : limit;

	if (sure < p->settled)
		p->settled = sure;
	p->limit = limit;
	push_alarm_set(p, PUSH_ALARM_CLONED, limit + 1);
}

static void compare(struct push *p, const struct push_welcome *w)
{
	if (w->mark > p->last) {
		share(p, w, p->last); /* the centre knows more of it than we do: an older copy */
	} else if (w->differs) {
		assert(w->mark > 0);
		share(p, w, w->mark - 1);
	} else if (w->mark < p->settled) {
		p->settled = w->mark; /* a restored centre gets again what it acknowledged */
		push_alarm_set(p, PUSH_ALARM_RESTORED, w->mark + 1);
	}
}

void push_welcome(struct push *p, const struct push_welcome *w, int64_t now)
{
	if (p->state != PUSH_GREETING || w->session == 0)
		return;
	p->state = PUSH_UP;
	p->session = w->session;
	p->window = w->window >= 1 && w->window < PUSH_WINDOW ? w->window : PUSH_WINDOW;
	p->batch_limit = w->batch_updates >= 1 && w->batch_updates < PUSH_BATCH ? w->batch_updates
										: PUSH_BATCH;
	p->batch = p->batch_limit;
	p->hold_until = 0;
	p->ping_sent = 0;
	p->ping_at = now + p->o.ping_ms / 2 + push_dice(p, p->o.ping_ms / 2 + 1);
	compare(p, w);
	p->mark = w->mark;
	push_rewind(p);
	p->probe = false;
	push_check(p);
}

void push_ack(struct push *p, uint64_t session, uint64_t first, uint64_t count, int64_t now)
{
	if (p->state != PUSH_UP || session != p->session)
		return;
	for (unsigned i = 0; i < p->slots_n; i++)
		if (p->slots[i].first == first && p->slots[i].count == count)
			p->slots[i].done = true;
	while (p->slots_n && p->slots[0].done) {
		p->settled += p->slots[0].count;
		p->slots_n--;
		for (unsigned i = 0; i < p->slots_n; i++)
			p->slots[i] = p->slots[i + 1];
		p->probe = p->doubted = false;
		p->batch = p->batch * 2 < p->batch_limit ? p->batch * 2 : p->batch_limit;
	}
	push_alive(p, now);
	push_check(p);
}

void push_pong(struct push *p, uint64_t session, uint64_t token, int64_t now)
{
	if (p->state != PUSH_UP || session != p->session || token != p->token)
		return;
	/* it answers, but not to this: said once more, and then only silence counts */
	if (p->ping_about && p->slots_n && p->slots[0].first == p->ping_about) {
		push_rewind(p);
		p->doubted = true;
	}
	push_alive(p, now);
	push_check(p);
}
