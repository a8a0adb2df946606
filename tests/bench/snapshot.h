// SPDX-License-Identifier: Apache-2.0
/*
 * snapshot: what a dashboard of the whole country does when it starts: pulls every grain, page by page, each asked for
 * when the one before has come. It does not keep a mirror: only the centre and the line are timed.
 */
#ifndef TIENDO_TESTS_BENCH_SNAPSHOT_H
#define TIENDO_TESTS_BENCH_SNAPSHOT_H

#include "common/sys/net.h"

struct snapshot_options {
	struct net *net;
	const char *query;
	const uint8_t *server_key;
	const struct keys_pair *pair;
};
/* Pulls it `times` times; prints one JSON line. Ends the program when it is refused. */
void snapshot(const struct snapshot_options *options, uint32_t times);

#endif
