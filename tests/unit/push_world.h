// SPDX-License-Identifier: Apache-2.0
/*
 * push_world: a small simulated world for push: an office's spool, a wire that drops, doubles and
 * swaps, and a centre that keeps streams, can be busy, restored or started again. Time is a number.
 */
#ifndef TIENDO_TESTS_PUSH_WORLD_H
#define TIENDO_TESTS_PUSH_WORLD_H

#include "agent/push.h"

enum { SEQS = 2000, WIRE = 64 };

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

extern const struct push_options WORLD_OPTIONS;
extern uint64_t world_seed;

uint64_t world_roll(uint64_t below);
void world_init(struct world *w);
/* n more updates in the spool */
void world_queue(struct world *w, unsigned n);
/* Does what push wants now. */
void world_act(struct world *w);
/* Something on the wire arrives, or time passes. */
void world_step(struct world *w);
void world_play(struct world *w, unsigned steps);
/* On a good line until everything is settled; fails when that does not come. */
void world_drain(struct world *w);
/* Fails unless the centre holds what the spool queued (voids apart). */
void world_same(const struct world *w);

#endif
