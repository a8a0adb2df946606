// SPDX-License-Identifier: Apache-2.0
/*
 * watch: the one subscriber of every run, on a thread and socket of its own: takes every delta of the country and
 * counts them. It keeps no mirror: a mirror's work is not the server's (fan.c has real ones).
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
	/* Each delta as it comes, on the watch's own thread; NULL = they are only counted. */
	void (*took)(void *ctx, struct bytes topic, struct bytes body);
	void *ctx;
};

/* Returns when the first heartbeat has come: the subscription is active. Ends the program when none does. */
struct watch *watch_start(const struct watch_options *options);

struct watch_result {
	uint64_t deltas, bytes;
};
/* After net_stop. */
struct watch_result watch_end(struct watch *w);

int64_t watch_now_ns(void);

#endif
