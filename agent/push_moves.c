// SPDX-License-Identifier: Apache-2.0
#include "agent/push_moves.h"

#include <assert.h>

void push_check(const struct push *p)
{
	uint64_t at = p->settled + 1;

	assert(p->slots_n <= PUSH_WINDOW);
	for (unsigned i = 0; i < p->slots_n; i++) {
		assert(p->slots[i].first == at && p->slots[i].count > 0);
		at += p->slots[i].count;
	}
	assert(p->next == at);
	assert(p->settled <= p->last && p->next <= p->last + 1);
	assert(p->limit == PUSH_NO_LIMIT || p->next <= p->limit + 1);
	assert(p->state == PUSH_UP || p->slots_n == 0);
	assert(!p->sending || p->state == PUSH_UP);
	assert((p->state == PUSH_UP) == (p->session != 0));
	assert(p->void_to == 0 || p->void_to >= p->next);
	assert(p->batch >= 1 && p->batch <= p->batch_limit);
}

/* xorshift64*: jitter, not secrets */
int64_t push_dice(struct push *p, int64_t below)
{
	p->dice ^= p->dice >> 12;
	p->dice ^= p->dice << 25;
	p->dice ^= p->dice >> 27;
	uint64_t n = (p->dice * UINT64_C(2685821657736338717)) >> 33;

	return below > 0 ? (int64_t)(n % (uint64_t)below) : 0;
}

void push_alarm_set(struct push *p, enum push_alarm a, uint64_t seq)
{
	p->alarms |= 1u << a;
	p->alarm_seq[a] = seq;
}

/* What was under way goes out again: the centre answers a duplicate with the stored outcome. */
void push_rewind(struct push *p)
{
	p->slots_n = 0;
	p->next = p->settled + 1;
	p->probe = true;
	p->sending = false;
	p->void_to = 0;
}

void push_leave(struct push *p)
{
	push_rewind(p);
	p->session = 0;
	p->ping_sent = 0;
	p->doubted = false;
	p->hold_until = 0;
	p->limit = PUSH_NO_LIMIT; /* the next Welcome is compared afresh */
}

/* Half of it fixed, half thrown: a thousand offices do not come back at once. */
int64_t push_pause(struct push *p)
{
	int64_t wait = p->o.retry_ms;

	for (unsigned i = 0; i < p->failures && wait < p->o.retry_max_ms; i++)
		wait *= 2;
	if (wait > p->o.retry_max_ms)
		wait = p->o.retry_max_ms;
	if (p->failures < PUSH_FAILURES_MAX)
		p->failures++;
	return wait / 2 + push_dice(p, wait / 2 + 1);
}

void push_go_down(struct push *p, int64_t now, int64_t wait)
{
	push_leave(p);
	p->close = p->state != PUSH_DOWN;
	p->state = PUSH_DOWN;
	p->line = false;
	p->due = now + wait;
}

/* The same socket, a new Hello. */
void push_greet_again(struct push *p, int64_t now, int64_t wait)
{
	push_leave(p);
	p->state = PUSH_CONNECTING;
	p->due = now + wait + p->o.connect_ms;
	p->hold_until = now + wait;
}

void push_alive(struct push *p, int64_t now)
{
	p->failures = 0;
	p->ping_sent = 0;
	p->ping_at = now + p->o.ping_ms / 2 + push_dice(p, p->o.ping_ms / 2 + 1);
}
