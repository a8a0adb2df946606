// SPDX-License-Identifier: Apache-2.0
/*
 * promise: what a machine had said before each record of the log: acknowledgements, figures shown, updates pushed, and
 * what its commands told people. A state of its disk after a power cut must hold all that was said before the cut.
 *
 * Notes are lines of "MACHINE WORD [NUMBER]": `made` (init or backup said that it was done), `entry N` (a command said
 * that its change is entry N), `queued N` (N updates were said to be queued, over all).
 */
#ifndef TIENDO_TESTS_POWER_PROMISE_H
#define TIENDO_TESTS_POWER_PROMISE_H

#include "common/sys/codec.h"
#include "common/sys/keys.h"
#include "tests/fault/power/powerlog.h"

struct promise_span { /* of an Ack */
	size_t at;    /* number of the record: it is promised from there on */
	uint64_t entry, first_seq;
	int64_t received_ms;
	uint8_t chain_hash[KEYS_HASH], incarnation[16];
	size_t n;
	Tiendo__V1__Outcome **outcomes;
};
struct promise_number {
	size_t at;
	uint64_t number;
};
struct promise_push { /* one update that was offered */
	size_t at;
	uint64_t seq;
	uint8_t epoch[16], hash[KEYS_HASH];
	uint64_t note; /* the number at the end of its note */
};

struct promise {
	char machine[64];
	size_t made; /* SIZE_MAX = never */
	struct promise_span *spans; /* of this machine; of an office: of every centre */
	struct promise_number *heads, *queued; /* each higher than the one before */
	struct promise_push *pushes;
	size_t spans_n, heads_n, queued_n, pushes_n;
	uint8_t epoch[16]; /* of the last Hello while reading */
	struct codec_arena arena;
};

struct promise *promise_new(const char *machine, size_t log_bytes);
void promise_free(struct promise *p);
void promise_take(struct promise *p, size_t at, const struct power_record *r);

/* The number at the end of the update's note, by which who drives the run knows it; 0 = none. */
uint64_t promise_note(struct bytes update);

/* How many of them were promised before record `at`. */
size_t promise_spans(const struct promise *p, size_t at);
size_t promise_pushes(const struct promise *p, size_t at);
/* The highest number promised before record `at`. */
uint64_t promise_head(const struct promise *p, size_t at);
uint64_t promise_queued(const struct promise *p, size_t at);

#endif
