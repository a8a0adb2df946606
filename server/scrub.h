// SPDX-License-Identifier: Apache-2.0
/*
 * scrub: a running centre reads its journal again, slowly and for ever, as `verify` does, so that damage of the disk is
 * heard of before anybody asks for what it hit: a bit that turned below the checkpoint would otherwise wait for that.
 * It takes at most a fiftieth of one core, at the lowest priority, in read transactions of some milliseconds; a million
 * entries take about two hours.
 *
 * Never: changes anything, stops the centre (every read that matters checks for itself and says Busy). What it finds is
 * in the log once a round, in journal_fault (status, health), and in the metric `journal_damaged`.
 */
#ifndef TIENDO_SERVER_SCRUB_H
#define TIENDO_SERVER_SCRUB_H

#include "server/journal.h"
#include "server/stats.h"

enum {
	SCRUB_ENTRIES = 50,       /* at a time ... */
	SCRUB_REST = 50,          /* ... and rests so many times as long as that took, at least ... */
	SCRUB_REST_MS = 100,      /* ... so long */
	SCRUB_ROUND_MS = 3600000  /* between two rounds */
};

struct scrub;

struct scrub_options {
	struct journal *journal;
	struct stats *stats;
	uint32_t rest_ms, round_ms; /* for tests; 0 = as above */
};
struct scrub *scrub_new(const struct scrub_options *options); /* NULL: no resources */
void scrub_free(struct scrub *s);                             /* after its thread; NULL is fine */
void *scrub_run(void *scrub);                                 /* a thread's body, until scrub_stop */
void scrub_stop(struct scrub *s);                             /* from any thread */

#endif
