// SPDX-License-Identifier: Apache-2.0
/*
 * journal: the truth of a store (LMDB, one writer, full sync). Entries by number, chained; per
 * stream a mark and an index; the incarnations. Everything but the entries follows from them, and
 * journal_verify proves that it does.
 *
 * Never: decides what may enter (sequencer, admission), folds, logs. Failure: opening gives a
 * negative errno and a sentence. Inside a transaction errors stick to it (kv.h), so appending is
 * straight-line and looked at once, at journal_commit. Reading an entry checks its hash against the
 * one before it: what it gives is what was written.
 *
 * Threads: journal_begin .. journal_commit belong to one thread; reading takes the caller's own
 * transaction, from any thread.
 */
#ifndef TIENDO_SERVER_JOURNAL_H
#define TIENDO_SERVER_JOURNAL_H

#include "common/sys/codec.h"
#include "common/sys/kv.h"
#include "server/entry.h"

enum { JOURNAL_FORMAT = 1 };

struct journal;

struct journal_options {
	bool create;	      /* a new, empty one; -EEXIST when there is one already */
	bool read_only;	      /* verify, dump, backup: another process may be writing */
	const uint8_t *store; /* create: its identity */
};

int journal_open(struct journal **out, const char *dir, const struct journal_options *options,
		 struct sys_error *error);
void journal_close(struct journal *j); /* NULL is fine */

struct journal_head {
	uint64_t entry; /* 0 = empty */
	uint8_t hash[HASH_SIZE];
	struct instant received;
};

struct kv *journal_kv(struct journal *j); /* for kv_read, kv_stat, kv_copy */
const uint8_t *journal_store(const struct journal *j);
/* What is on disk. Writer's thread only; others: journal_head_in. */
struct journal_head journal_head(const struct journal *j);
struct journal_head journal_head_in(struct journal *j, struct kv_txn *t);

/* ---- writing ---- */

/* Begins unless one is running; the running transaction sees what was appended in it. */
struct kv_txn *journal_begin(struct journal *j);
/* The last entry appended in the running transaction, or the head. */
struct journal_head journal_last(const struct journal *j);
/*
 * Gives number, prev, prev_hash and hash to `e` (everything else is the caller's) and writes it and
 * what follows from it. `e->received` must not be below the last entry's (asserted).
 */
void journal_append(struct journal *j, struct entry *e);
/* Makes everything appended durable, or none of it. */
enum kv_outcome journal_commit(struct journal *j, struct sys_error *error);
void journal_abort(struct journal *j); /* harmless when nothing is running */
/* Can it be written again? A commit that changes nothing anybody reads; nothing may be running. */
enum kv_outcome journal_probe(struct journal *j, struct sys_error *error);

/* ---- reading ---- */

/*
 * Entry `number` into `out`; everything it points to is in `arena`, but a catalogue, which is made
 * only with `catalogue` (the caller then owns out->catalogue.made). 0, -ENOENT, -EUCLEAN (damaged),
 * -ENOMEM (arena used up).
 */
int journal_read(struct journal *j, struct kv_txn *t, uint64_t number, bool catalogue,
		 struct codec_arena *arena, struct entry *out, struct sys_error *error);
/* Its stored bytes, in the map, unchecked. */
bool journal_value(struct journal *j, struct kv_txn *t, uint64_t number, struct bytes *value);
/* Arena that entry `number` needs at most; 0 when it is not there. */
size_t journal_read_size(struct journal *j, struct kv_txn *t, uint64_t number);
bool journal_hash(struct journal *j, struct kv_txn *t, uint64_t number,
		  uint8_t out[static HASH_SIZE]);
/* Is it what its hash says, chained to the entry before it? */
bool journal_whole(struct journal *j, struct kv_txn *t, uint64_t number);
/* The one update of a receipt: (entry, index), index from 1. The bytes live in the map as kv_get's
 * do; the entry's hash is not checked: journal_whole. False = no such one. */
bool journal_blob(struct journal *j, struct kv_txn *t, uint64_t number, uint32_t index,
		  struct bytes *blob, struct instant *first_received);

/* Of any entry: kind, time, and its body, which lives in the map as kv_get's values do; the hash is not checked
 * either. */
bool journal_body(struct journal *j, struct kv_txn *t, uint64_t number, enum entry_kind *kind,
		  struct instant *received, struct bytes *body);

bool journal_in_stream(const struct entry *e); /* BATCH and VOID */

struct journal_stream {
	uint64_t mark;	     /* highest seq with an outcome; >= 1 */
	uint64_t last_entry; /* that decided it */
	bool mark_void;	     /* then mark_hash is zeros */
	uint8_t mark_hash[HASH_SIZE];
	uint8_t previous_epoch[EPOCH_SIZE];
	struct instant created, received; /* its first and its last entry */
	uint64_t taken, refused;
};
/* False = no such stream yet. */
bool journal_stream(struct journal *j, struct kv_txn *t, uint32_t principal,
		    const uint8_t epoch[static EPOCH_SIZE], struct journal_stream *out);
/* The entry that decided `seq` of the stream; 0 = none. */
uint64_t journal_entry_of(struct journal *j, struct kv_txn *t, uint32_t principal,
			  const uint8_t epoch[static EPOCH_SIZE], uint64_t seq);

struct journal_epochs {
	uint32_t count;
	struct instant last; /* when the newest was made */
};
struct journal_epochs journal_epochs(struct journal *j, struct kv_txn *t, uint32_t principal);

struct journal_stream_key {
	uint32_t principal;
	uint8_t epoch[EPOCH_SIZE];
};
/* Every stream behind `after` (NULL = from the first), in order of principal and epoch. Return
 * false to stop. */
typedef bool journal_stream_fn(void *ctx, const struct journal_stream_key *key,
			       const struct journal_stream *s);
void journal_streams(struct journal *j, struct kv_txn *t, const struct journal_stream_key *after,
		     journal_stream_fn *fn, void *ctx);

/* The incarnation in force at an entry. */
bool journal_incarnation_at(struct journal *j, struct kv_txn *t, uint64_t number,
			    uint8_t out[static INCARNATION_SIZE]);
struct journal_fork {
	bool known;	/* this journal had that incarnation ... */
	bool current;	/* ... and still has */
	uint64_t entry; /* else: its last entry that this journal holds, where the next one began */
};
struct journal_fork journal_fork_of(struct journal *j, struct kv_txn *t,
				    const uint8_t incarnation[static INCARNATION_SIZE]);
/* Did an incarnation entry account for the loss of this one, which the journal never had? */
bool journal_lost(struct journal *j, struct kv_txn *t,
		  const uint8_t incarnation[static INCARNATION_SIZE]);

/* ---- truth ---- */

/*
 * Hash chain without holes, times never backwards, streams, index, epochs and incarnations exactly
 * what the entries say. 0 or -EUCLEAN with the first fault; `entries` counts what was looked at.
 * Beside a writer it looks at what is there now and at what comes meanwhile, in short transactions.
 */
int journal_verify(struct journal *j, uint64_t *entries, struct sys_error *error);
/* The same, slice by slice, with no transaction between them: until done or an error. */
struct journal_verify *journal_verify_new(struct journal *j);
void journal_verify_pace(struct journal_verify *v, uint32_t entries); /* of a slice */
int journal_verify_slice(struct journal_verify *v, bool *done, struct sys_error *error);
uint64_t journal_verify_entries(const struct journal_verify *v);
void journal_verify_free(struct journal_verify *v); /* NULL is fine */

/* What the background check (scrub.h) found last, for everybody; NULL = nothing. Any thread; `text` "" = whole again.
 * The sentence stays as it is once it is there. */
void journal_fault_set(struct journal *j, const char *text);
const char *journal_fault(const struct journal *j);

#endif
