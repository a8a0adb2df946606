// SPDX-License-Identifier: Apache-2.0
/*
 * owed: what the feed still has to send, and what it sent last. A grain stands in the queue at most
 * once, however often it changed (conflation), in the order in which it was first owed. `sent` is
 * the grain's version when it was last flushed or deliberately not encoded; at a reset the version
 * it has then: the next delta's previous_version.
 *
 * Never: reads the view but at a reset, reaches a socket, fails (the memory is our own bounded
 * need).
 */
#ifndef TIENDO_SERVER_OWED_H
#define TIENDO_SERVER_OWED_H

#include "server/fold.h"

/* {0} is empty. */
struct owed {
	size_t plans_n, places_n;
	size_t *base;        /* first place of each plan */
	uint64_t *sent;      /* by place */
	bool *marked;        /* by place */
	struct grain *queue; /* a ring of places_n */
	size_t head, n;
};

/* For the catalogue the view has now: everything known, nothing owed. */
void owed_reset(struct owed *o, const struct view *v);
void owed_mark(struct owed *o, struct grain g);
void owed_mark_all(struct owed *o, const struct view *v);
/* Takes the oldest off the queue. False = nothing is owed. */
bool owed_next(struct owed *o, struct grain *g);
uint64_t owed_sent(const struct owed *o, struct grain g);
void owed_settle(struct owed *o, struct grain g, uint64_t version);
void owed_free(struct owed *o);

#endif
