// SPDX-License-Identifier: Apache-2.0
/*
 * query: answers questions (tiendo.v1.Query) on a ROUTER, in a thread of its own.
 *
 * It keeps no state of a question: a cursor says where the next page begins and by which
 * generation. It reads the view under the viewlock in slices of at most VIEWLOCK_SLICE_US, the
 * journal in bounded read transactions and never both at once. A key asks one thing at a time:
 * QUERY_WAITING more wait their turn, the next is answered Busy; keys take turns. Who may ask what
 * is one table (answer.c), and what is not in it is refused.
 *
 * Never: changes anything, waits for a peer (an answer that cannot be queued is dropped and
 * counted; the client asks again), logs what strangers can repeat at will (it counts).
 */
#ifndef TIENDO_SERVER_QUERY_H
#define TIENDO_SERVER_QUERY_H

#include <stdatomic.h>

#include "common/sys/clock.h"
#include "common/sys/kv.h"
#include "common/sys/net.h"
#include "server/heard.h"
#include "server/stats.h"
#include "server/view.h"
#include "server/viewlock.h"

enum {
	QUERY_WAITING = 8, /* questions of one key that wait their turn */
	QUERY_RATE = 100,  /* questions a second of one key ... */
	QUERY_BURST = 200  /* ... after a rest */
};

struct query_receipt {
	uint64_t entry;
	uint32_t index; /* from 1 */
};

/* One stream as the journal knows it, for Status. */
struct query_stream {
	uint32_t principal;
	uint8_t epoch[EPOCH_SIZE];
	uint64_t mark;           /* highest seq with an outcome */
	uint64_t taken, refused; /* of this stream since the genesis */
	struct instant received; /* of its last entry */
};

/* One taken update; the bytes live during the call. */
struct query_blob {
	size_t i; /* which of those wanted */
	struct bytes bytes;
	struct instant first_received;
	uint8_t incarnation[INCARNATION_SIZE]; /* of its receipt */
};

/* One entry as it stands in the journal; the bytes live during the call. */
struct query_body {
	size_t i; /* which of those wanted */
	enum entry_kind kind;
	struct instant received;
	struct bytes body;
	uint8_t incarnation[INCARNATION_SIZE]; /* of its receipts */
};

/*
 * What answers need of the journal (query_journal_of makes it from a journal), called on the query
 * thread, each call one read transaction. False = could not be read: the question is answered Busy.
 */
typedef void query_blob_fn(void *sink_ctx, const struct query_blob *b);
typedef void query_stream_fn(void *sink_ctx, const struct query_stream *s);
typedef void query_body_fn(void *sink_ctx, const struct query_body *b);
struct query_journal {
	void *ctx;
	/* Calls sink for each receipt that is a taken update of an entry whose hash is right; others
	 * are left out. */
	bool (*blobs)(void *ctx, const struct query_receipt *wanted, size_t n, query_blob_fn *sink,
		      void *sink_ctx);
	/* Calls sink for each entry whose hash is right; 0 and others are left out. */
	bool (*bodies)(void *ctx, const uint64_t *wanted, size_t n, query_body_fn *sink, void *sink_ctx);
	/* The streams of a principal (0 = of all), ascending by principal. */
	bool (*streams)(void *ctx, uint32_t principal, query_stream_fn *sink, void *sink_ctx);
};

/*
 * What they need of view/ (query_rows_of makes it from a checkpoint): the rows of a table, in order of their keys, each call
 * one read transaction. False = could not be read. NULL = there is no view/ at all.
 */
typedef bool query_row_fn(void *sink_ctx, struct bytes key, struct bytes value); /* false = no more */
struct query_rows {
	void *ctx;
	bool (*read)(void *ctx, enum row_table table, const struct kv_range *range, query_row_fn *sink, void *sink_ctx);
};

struct query_stats {
	_Atomic uint64_t answered, failed, busy, dropped, unnamed;
};

/* Everything pointed to must outlive the thread. */
struct query_options {
	struct net *net;
	struct net_bind bind; /* max_message: NET_QUESTION_MESSAGE */
	const struct view *view;
	struct viewlock *lock;
	struct query_journal journal;
	struct query_rows rows;
	struct clock *clock;
	struct query_stats *stats; /* may be NULL, as the next */
	const struct stats *centre; /* for Health ... */
	struct heard *heard;        /* ... as this; who asks is heard too */
};

struct query;

/* Binds, on the thread that starts: so that a port that is taken ends the start. NULL and a
 * sentence on failure. */
struct query *query_open(const struct query_options *options, struct sys_error *error);
const char *query_endpoint(const struct query *q);
/* One turn: reads what has come, answers one question; returns the transport time of the next. */
int64_t query_turn(struct query *q);
/* The thread's body (pthread_create(..., query_run, q)): runs until net_stop, closes its socket,
 * returns NULL. */
void *query_run(void *q);
/* After the thread was joined, or when it was never started. NULLs; NULL is fine. */
void query_close(struct query **q);

#endif
