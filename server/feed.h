// SPDX-License-Identifier: Apache-2.0
/*
 * feed: publishes what changed, paced, on an XPUB (DESIGN 4 "Feed"). Owned and called by the
 * writer's thread alone, between two entries, so it reads the view without the lock. Deltas only
 * make reading fast; catch-up makes it right: whatever is lost here (a full queue, nobody
 * subscribed, no socket) the mirrors find out by the versions.
 *
 *   feed_mark   after every folded entry: remembers which grains are owed; a grain owed twice is
 * sent once feed_tick   reads subscriptions, sends what pacing allows, the heartbeat when it is
 * due; says when it wants the next call. Call it once per turn of the loop; the socket of
 * feed_socket is to be waited for.
 *
 * Never: waits, allocates by what a subscriber says beyond a limit, sends free text, logs. Failure:
 * feed_open gives NULL and a sentence. Later trouble with the socket shows in feed_stats and is
 * tried again at the next tick.
 */
#ifndef TIENDO_SERVER_FEED_H
#define TIENDO_SERVER_FEED_H

#include "common/sys/clock.h"
#include "common/sys/net.h"
#include "server/fold.h"

enum {
	FEED_FLUSH_GRAINS = 500, /* encoded in one flush; the rest stays marked and conflates */
	FEED_FLUSH_BYTES = 1024 * 1024,
	FEED_PACE_MS = 20,     /* from a flush that left nothing owed to the next, at least: a figure is in the
				  browser before 50 ms have passed, and a grain still conflates */
	FEED_PACE_MOST_MS = 50, /* ... and at most */
	FEED_REST = 12, /* in any case it follows after so many times the CPU that the last one took: the
			   more subscribers, the dearer it is, and acks come first */
	FEED_HEARTBEAT_MS = 1000,
	FEED_SUBSCRIPTIONS = 65536 /* distinct ones of everybody; more would be somebody's attack on our
				      memory: all are cut off, and subscribe again */
};

struct feed;

/* Everything pointed to must outlive the feed. */
struct feed_options {
	struct net *net;
	struct net_bind bind;    /* max_message: NET_SUBSCRIPTION_MESSAGE */
	const struct view *view; /* loaded: its versions now are taken as known to everybody */
	struct clock *clock;     /* wall time of the heartbeat */
};

struct feed_stats {
	uint64_t deltas, bytes; /* sent */
	uint64_t skipped;       /* grains not encoded since nobody subscribes to them */
	uint64_t owed;          /* grains marked now */
	uint64_t prefixes;      /* distinct subscriptions now */
	uint64_t rebinds, rebind_failures;
	uint64_t floods;	      /* rebinds since FEED_SUBSCRIPTIONS was passed; of the last: */
	uint32_t flood_key;	      /* who began the most of them; 0 = unknown */
	uint64_t flood_subscriptions; /* how many */
};

struct feed *feed_open(const struct feed_options *options, struct sys_error *error);
void feed_close(struct feed **f); /* NULLs; NULL is fine */

/* Of the moment: feed_tick and feed_rebind may change it. NULL while a rebind failed. */
struct net_socket *feed_socket(const struct feed *f);

/* After the fold of one or more entries, with what they changed together. A structural change
 * forgets all that is owed: only the new generation is published. */
void feed_mark(struct feed *f, const struct change *ch);
/* Returns the transport time at which the next call is due. */
int64_t feed_tick(struct feed *f, int64_t now);
/* A feed key was revoked: cut everybody off; those who may come back shake hands again. */
void feed_rebind(struct feed *f);
struct feed_stats feed_stats(const struct feed *f);

#endif
