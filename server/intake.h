// SPDX-License-Identifier: Apache-2.0
/*
 * intake: who is talking: sessions by key, and how much a principal may send. Pure but for memory
 * (bounded by the roster) and the dice of a session's number.
 *
 * A session is (key, epoch); a newer Hello of the same ends it, and a key holds at most
 * INTAKE_SESSIONS.
 */
#ifndef TIENDO_SERVER_INTAKE_H
#define TIENDO_SERVER_INTAKE_H

#include "server/core.h"

enum {
	INTAKE_SESSIONS = 4, /* of one key: a spool and its clone may talk beside each other until
				one is found out */
	INTAKE_RATE = 500,   /* messages a second of one principal ... */
	INTAKE_BURST = 1000, /* ... after a rest */
	INTAKE_REFUSED_RATE = 100, /* refusals a second: beyond this the sender is broken, and Busy
				      slows it down */
	INTAKE_REFUSED_BURST = 2000
};

struct intake_session {
	uint64_t id; /* 0 = none */
	struct core_stream stream;
};

struct intake;
struct intake *intake_new(void);
void intake_free(struct intake *i); /* NULL is fine */

/* NULL: unknown or ended. Valid until the next intake_begin. */
const struct intake_session *intake_find(const struct intake *i, uint32_t key_id, uint64_t session);
const struct intake_session *intake_begin(struct intake *i, const struct core_stream *stream);

/* Takes one token of the principal; 0, or how many ms to wait. */
uint32_t intake_message(struct intake *i, uint32_t principal, int64_t now);
/* May a message of this revoked key be answered? Once a second; the rest is dropped, and none of it
 * is held against the principal, whose other keys work on. */
bool intake_revoked(struct intake *i, uint32_t key_id, int64_t now);
/* Counts `n` refusals against the principal. */
void intake_refused(struct intake *i, uint32_t principal, uint32_t n, int64_t now);

/* ---- a token bucket ---- */

struct bucket {
	int64_t milli; /* tokens * 1000 */
	int64_t at;    /* transport ms; 0 = never used: full */
};
/* Takes `n` if they are there: 0. Otherwise takes nothing and says how many ms until they are. */
uint32_t bucket_take(struct bucket *b, uint32_t n, uint32_t rate, uint32_t burst, int64_t now);

#endif
