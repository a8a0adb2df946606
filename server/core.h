// SPDX-License-Identifier: Apache-2.0
/*
 * core: the centre without sockets. Journal, view, roster and clock in the one order of effects
 * (DESIGN 3): sequence -> admit -> journal commit -> fold -> answer. The running server's writer
 * uses it, and so does an admin command under LOCK when no server runs.
 *
 * Offers join a *group*: nothing of it is on disk, in the view, or to be told to anybody before
 * core_commit says CORE_OK. Barriers (core_barrier and what is made of it) are committed and folded
 * alone: no group may be open.
 *
 * Never: waits for anybody, logs. Threads: everything here belongs to the writer's thread, but
 * core_view under core_lock (read) and core_journal with the caller's own transactions.
 */
#ifndef TIENDO_SERVER_CORE_H
#define TIENDO_SERVER_CORE_H

#include "common/sys/clock.h"
#include "server/fold.h"
#include "server/journal.h"
#include "server/sequencer.h"
#include "server/store.h"
#include "server/viewlock.h"

struct checkpoint;
struct core;

enum core_result {
	CORE_OK,
	CORE_REFUSED, /* nothing changed (disk full, or not allowed); may be tried again */
	CORE_FATAL    /* the outcome is unknown, or the view is no longer the fold: end the process,
			 the start reads    what is true */
};

/*
 * Opens journal and view of a store whose LOCK is held (and keys read): checks the chain, folds,
 * proves that the rollups equal a recomputation. The clock must be of the kind that the genesis
 * names. -EUCLEAN damaged, -EPROTO newer.
 */
struct core_options {
	bool read_only;		/* verify, dump: no LOCK needed, nothing may be offered */
	bool accept_clock;	/* tick however far the clock has gone */
	bool any_clock;		/* commands that never tick */
	bool ignore_checkpoint; /* fold everything (rebuild) */
};
int core_open(struct core **out, const struct store *store, const struct core_options *options,
	      struct sys_error *error);
void core_close(struct core *c); /* NULL is fine */

/* The first entry of a new store. */
int core_genesis(const struct store *store, const struct entry_genesis *facts, struct instant now,
		 struct sys_error *error);

/* How core_open came to the view. */
struct core_start {
	uint64_t from; /* entry of the checkpoint it was loaded from; 0 = everything was folded */
	struct sys_error
		reason; /* why there was none to be used, for the log; "" = there was simply none */
	struct sys_error place; /* a doubt about the file system, for the log; "" = none */
	uint64_t folded;	/* entries of the journal behind it */
	int64_t load_ms, fold_ms, check_ms; /* the checkpoint and the sums made from it, the entries
					       behind it, the sums against a recomputation */
};
struct core_start core_start(const struct core *c);

/* Keeps the view's state in view/, so that the next start folds only the tail. Not while the
 * keeper's thread runs. */
int core_checkpoint(struct core *c, struct sys_error *error);
/* What does so beside the writer (checkpoint_run); NULL for a read-only core. */
struct checkpoint *core_keeper(struct core *c);

const struct view *core_view(const struct core *c);
struct viewlock *core_lock(struct core *c);
struct journal *core_journal(struct core *c);
struct clock *core_clock(struct core *c);
/* What offices and readers must know to trust the centre: KEYS_SIZE bytes. */
const uint8_t *core_public_key(const struct core *c);
/* Hash of the whole view (view_bytes): equal for equal entries, live, rebuilt, anywhere. False = no
 * memory. */
bool core_digest(const struct core *c, uint8_t out[static HASH_SIZE]);
/* The rules version that admits now. */
uint32_t core_rules(const struct core *c);
/* What was folded since the caller last cleared it. */
struct change *core_change(struct core *c);
/* Entries were lost once (a receipt proved it) and the operator has not confirmed the roster yet:
 * nobody enters. */
bool core_locked(const struct core *c);

/* ---- offers ---- */

struct core_stream { /* whose stream */
	uint32_t principal, key_id;
	uint8_t epoch[EPOCH_SIZE], previous_epoch[EPOCH_SIZE];
};

struct core_outcome {
	enum outcome_kind kind;
	uint32_t index;	       /* taken */
	uint8_t mac[KEYS_MAC]; /* taken */
	enum reason reason;    /* refused */
	char field[48];	       /* refused */
};

struct core_span { /* consecutive seqs decided by one entry */
	uint64_t entry, first_seq;
	uint8_t incarnation[INCARNATION_SIZE], chain_hash[HASH_SIZE];
	struct instant received;
	size_t first, n; /* of core_answer.outcomes */
};

/* Ack when nack.reason is REASON_NONE. */
struct core_answer {
	struct core_nack {
		enum reason reason;
		uint64_t seq, expected;
		uint32_t retry_ms;
		bool damaged; /* the journal is: that is for people to hear of */
		char text[200];
	} nack;
	uint64_t mark;
	size_t spans_n, outcomes_n;
	size_t fresh; /* the last so many outcomes were decided now, the others before */
	struct core_span spans[BATCH_MAX];
	struct core_outcome outcomes[BATCH_MAX];
};

/* Refuses in `answer`, with a sentence; for the writer's own verdicts too. */
__attribute__((format(printf, 3, 4))) void core_refuse(struct core_answer *answer,
						       enum reason reason, const char *format, ...);

/*
 * Memory that lives until the group is committed: decode a message into it, at most CORE_FRAME_ROOM
 * (the largest push takes half of it). An offer needs CORE_OFFER_ROOM beside that: 12 updates of
 * 4 KiB made to cost most take 3.4 MiB.
 */
enum { CORE_FRAME_ROOM = 256 * 1024, CORE_OFFER_ROOM = 4 * 1024 * 1024 };
enum { CORE_GROUP_MEMORY = 32 * 1024 * 1024, CORE_GROUP_ENTRIES = 256 };
struct codec_arena *core_arena(struct core *c);
bool core_full(const struct core *c); /* commit before the next message is decoded */
bool core_grouping(const struct core *c); /* something waits for core_commit */

struct core_offer {
	struct core_stream stream;
	uint64_t first_seq;
	size_t n;		     /* at most BATCH_MAX */
	const struct bytes *updates; /* in core_arena */
	size_t proofs_n;
	Tiendo__V1__ReceiptProof **proofs;
};
/* An ack in `answer` may be sent once core_commit said CORE_OK, a nack at once. */
void core_offer(struct core *c, const struct core_offer *offer, struct core_answer *answer);
void core_void(struct core *c, const struct core_stream *stream, uint64_t from, uint64_t to,
	       uint32_t reason, struct core_answer *answer);

/* Makes the group durable, folds it, and empties it. CORE_REFUSED: none of it happened. */
enum core_result core_commit(struct core *c, struct sys_error *error);

/* After CORE_REFUSED, when nobody offers anything: can the journal be written again? */
enum core_result core_probe(struct core *c, struct sys_error *error);

/* ---- sessions ---- */

struct core_welcome {
	uint64_t mark;
	bool mark_void;
	uint8_t mark_hash[HASH_SIZE];
};
/*
 * What a Hello is told: REASON_NONE, BUSY, EPOCH_LIMIT, FOREIGN_RECEIPT, or ROLLED_BACK when the receipt
 * proves that entries are lost (then the caller calls core_rolled_back).
 */
enum reason core_hello(struct core *c, const struct core_stream *stream,
		       const Tiendo__V1__ReceiptProof *last, struct core_welcome *out,
		       char text[static 200]);
enum core_result core_rolled_back(struct core *c, const uint8_t lost[static INCARNATION_SIZE],
				  struct sys_error *error);

/* ---- barriers ---- */

/* Commits and folds `e` alone; fills its number and hashes. A catalogue is taken over. */
enum core_result core_barrier(struct core *c, struct entry *e, struct sys_error *error);
/*
 * The same with several that mean nothing without each other: one commit makes all of them durable, or none, and no
 * entry comes between them. Each must be one that the fold takes after those before it: they are durable by then.
 */
enum core_result core_barriers(struct core *c, struct entry *const *entries, size_t n, struct sys_error *error);
/* A store of older rules goes on by those of this build. Before the first tick of a run. */
enum core_result core_renew_rules(struct core *c, struct sys_error *error);
/* A new incarnation for a restored backup. */
enum core_result core_restored(struct core *c, struct sys_error *error);

enum core_clock_state {
	CORE_CLOCK_GOOD,
	CORE_CLOCK_AHEAD, /* more than 3 days after the last tick, and nobody has accepted that:
			     nothing is taken */
	CORE_CLOCK_BEHIND /* before the head: entries are stamped with the head's time until it has
			     caught up */
};
enum { CORE_MISSED_DAYS = 3 };
/* Makes the ticks that are due, in order, each a barrier of its own. Before every group. */
enum core_result core_tick(struct core *c, enum core_clock_state *state, struct sys_error *error);
void core_accept_clock(struct core *c); /* once: for the ticks due now */
/* What entries are stamped with: max(clock, last entry's), as core_tick saw it last. */
struct instant core_now(const struct core *c);

#endif
