// SPDX-License-Identifier: Apache-2.0
/*
 * watch: the one subscriber of every run, on a thread and socket of its own: takes every delta of the country, counts
 * them, and for one path notes when each version of it arrived, so that "acknowledged -> seen by a subscriber" can be
 * told. It reads version and path out of the delta and nothing else: a mirror's work is not the server's.
 */
#ifndef TIENDO_TESTS_BENCH_WATCH_H
#define TIENDO_TESTS_BENCH_WATCH_H

#include "common/sys/net.h"

struct watch;

struct watch_options {
	struct net *net;
	const char *feed;
	const uint8_t *server_key;
	const struct keys_pair *pair;
	const char *path; /* whose versions are noted; NULL = none */
};

/* Returns when the first heartbeat has come: the subscription is active. Ends the program when none does. */
struct watch *watch_start(const struct watch_options *options);

struct watch_seen {
	uint64_t version;
	int64_t at_ns;
};
struct watch_result {
	uint64_t deltas, bytes;
	struct watch_seen *seen; /* of the path, in order */
	size_t seen_n;
};
/* Waits until `version` of the path was seen, at most `ms`. */
void watch_wait(struct watch *w, uint64_t version, int ms);
/* After net_stop. The result lives as long as the program. */
struct watch_result watch_end(struct watch *w);

int64_t watch_now_ns(void);

#endif
