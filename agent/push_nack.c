// SPDX-License-Identifier: Apache-2.0
/* What a refusal of a whole frame means: one row of a table per reason. */
#include "agent/push_moves.h"

enum { BUSY_MIN_MS = 100, BUSY_MAX_MS = 60000 };

static void nack_gap(struct push *p, const struct push_nack *n, int64_t now)
{
	/* while one push is tried alone, what was sent before it is refused one by one: old news */
	if (p->probe && !(p->slots_n && p->slots[0].first == n->seq))
		return;
	/* alone and next after what is settled, it cannot be a gap; nor can a mark go back: compare
	 * again */
	if (p->probe || n->expected <= p->settled || n->expected > p->last + 1)
		push_greet_again(p, now, push_pause(p));
	else
		push_rewind(p);
}

static void nack_busy(struct push *p, const struct push_nack *n, int64_t now)
{
	int64_t wait = n->retry_ms;

	if (wait < BUSY_MIN_MS)
		wait = BUSY_MIN_MS;
	if (wait > BUSY_MAX_MS)
		wait = BUSY_MAX_MS;
	wait += push_dice(p, wait / 4 + 1);
	if (p->state == PUSH_UP) {
		push_rewind(p);
		p->hold_until = now + wait;
		p->ping_sent = 0;
		p->ping_at = now + wait + p->o.ping_ms;
		p->failures = 0; /* it answers */
	} else {
		push_greet_again(p, now, wait);
	}
}

static void nack_session(struct push *p, const struct push_nack *n, int64_t now)
{
	(void)n;
	push_greet_again(p, now, push_pause(p));
}

static void nack_conflict(struct push *p, const struct push_nack *n, int64_t now)
{
	/* of a push that was under way beside the one that told us the limit: nothing above it is sent any
	 * more. Greeting again would forget the limit, and a clone with two pushes under way never end */
	if (p->limit != PUSH_NO_LIMIT && n->seq > p->limit)
		return;
	if (n->seq <= p->settled || n->seq > p->last) {
		push_greet_again(p, now, push_pause(p));
		return;
	}
	p->limit = n->seq - 1;
	push_alarm_set(p, PUSH_ALARM_CONFLICT, n->seq);
	push_rewind(p);
}

/* The frame could not be split into updates: find the one by halving, then give it up. */
static void nack_frame(struct push *p, const struct push_nack *n, int64_t now)
{
	(void)n;
	if (!p->slots_n)
		return;
	uint64_t first = p->slots[0].first, count = p->slots[0].count;
	bool alone = p->slots_n == 1, given_up = p->slots[0].given_up;

	push_rewind(p);
	if (!alone)
		return; /* which one is not known: each is tried alone now */
	if (given_up) {
		p->hold_until = now + push_pause(p); /* not even that: slowly again */
	} else if (count > 1) {
		p->batch = (uint32_t)(count / 2);
	} else {
		p->batch = 1;
		p->void_to = first + count - 1;
		p->void_unsplittable = true;
		push_alarm_set(p, PUSH_ALARM_UNSPLIT, first);
	}
}

static void nack_version(struct push *p, const struct push_nack *n, int64_t now)
{
	(void)n;
	push_alarm_set(p, PUSH_ALARM_VERSION, 0);
	push_go_down(p, now, PUSH_LONG_WAIT_MS / 2 + push_dice(p, PUSH_LONG_WAIT_MS / 2));
}

static void nack_person(struct push *p, const struct push_nack *n, int64_t now)
{
	p->alarm_reason = n->reason;
	push_alarm_set(p, PUSH_ALARM_REFUSED, 0);
	push_go_down(p, now, PUSH_LONG_WAIT_MS / 2 + push_dice(p, PUSH_LONG_WAIT_MS / 2));
}

/* A rolled-back centre waits for its operator, who may be quick. */
static void nack_operator(struct push *p, const struct push_nack *n, int64_t now)
{
	p->alarm_reason = n->reason;
	push_alarm_set(p, PUSH_ALARM_REFUSED, 0);
	p->failures = PUSH_FAILURES_MAX;
	push_go_down(p, now, push_pause(p));
}

static const struct {
	enum reason reason;
	void (*take)(struct push *p, const struct push_nack *n, int64_t now);
	bool greeting; /* also an answer to a Hello */
} NACKS[] = {
	{REASON_GAP, nack_gap, false},
	{REASON_CONFLICT, nack_conflict, false},
	{REASON_BUSY, nack_busy, true},
	{REASON_BAD_SESSION, nack_session, false},
	{REASON_BAD_VERSION, nack_version, true},
	{REASON_BAD_FRAME, nack_frame, false},
	{REASON_BATCH_TOO_LARGE, nack_frame, false},
	{REASON_TOO_LARGE, nack_frame, false},
	{REASON_ROLLED_BACK, nack_operator, true},
	{REASON_FOREIGN_RECEIPT, nack_operator, true},
};

void push_nack(struct push *p, const struct push_nack *n, int64_t now)
{
	bool up = p->state == PUSH_UP, greeting = p->state == PUSH_GREETING;

	if ((!up && !greeting) || (n->session && n->session != p->session))
		return;
	for (size_t i = 0; i < sizeof NACKS / sizeof *NACKS; i++) {
		if (NACKS[i].reason != n->reason)
			continue;
		if (up || NACKS[i].greeting)
			NACKS[i].take(p, n, now);
		push_check(p);
		return;
	}
	nack_person(p, n, now); /* revoked, forbidden, an epoch too many, or not known here */
	push_check(p);
}
