// SPDX-License-Identifier: Apache-2.0
/*
 * spool: the office's own disk: what waits, what was acknowledged, what was refused, what is known.
 *
 * For: keeping every update until the centre has answered for it, and its receipt for ever after.
 * Commands write while the daemon runs or the centre is away: LMDB arbitrates, and every function
 * here is one transaction, read or written whole. Never: forgets work that has no outcome, talks to
 * the network, judges an update, logs.
 *
 * Failure: negative errno and a sentence in `error`; nothing was changed then, except after -EIO
 * ("unknown outcome"): the process must end, the next one reads what is true. -EXFULL: the spool is
 * full; -ENOSPC: the disk is; -EUCLEAN: it is damaged; -EPROTO: of a newer version or no spool.
 *
 * Numbers: a stream's epoch is called by its ordinal here, 1 for the first; (ordinal, seq) names an
 * update for ever. Bytes of acknowledged updates stay for a grace time in case that the centre is
 * restored from a backup, and are the first to go when room is needed.
 */
#ifndef TIENDO_AGENT_SPOOL_H
#define TIENDO_AGENT_SPOOL_H

#include "common/domain/model.h"
#include "common/sys/base.h"
#include "common/sys/codec.h"
#include "common/sys/keys.h"

struct spool;

enum {
	SPOOL_ID = 16, /* bytes of an epoch, an incarnation, a boot id */
	SPOOL_FIELD_MAX = 40,
	SPOOL_TROUBLE_MAX = 80
};
#define SPOOL_QUOTA_DEFAULT (INT64_C(256) << 20)
#define SPOOL_GRACE_DEFAULT_MS (INT64_C(35) * 86400000)

struct spool_options {
	int64_t quota;    /* bytes of updates kept; 0 = SPOOL_QUOTA_DEFAULT */
	int64_t grace_ms; /* 0 = SPOOL_GRACE_DEFAULT_MS */
};

/* Makes DIR/spool with a new epoch. -EEXIST when there is one. */
int spool_create(const char *dir, struct sys_error *error);
int spool_open(struct spool **out, const char *dir, const struct spool_options *options,
	       struct sys_error *error);
void spool_close(struct spool *s); /* NULL is fine */

/* The daemon's lock; -EWOULDBLOCK when another daemon has it. Given back by spool_close. */
int spool_lock(struct spool *s, struct sys_error *error);
/* True when a daemon holds the lock now. */
bool spool_served(struct spool *s);

/*
 * Changes with every commit of any process: cheap to look at. LMDB shows a commit here a moment
 * before it shows its data to readers, so compare it with the turn of the state that was read,
 * never with an earlier spool_turn.
 */
uint64_t spool_turn(struct spool *s);

/* ---- identity and knowledge ---- */

struct spool_state {
	uint32_t ordinal;
	uint8_t epoch[SPOOL_ID], previous[SPOOL_ID]; /* previous: zeros = none */
	uint64_t last;                               /* highest seq given; 0 = none yet */
	uint64_t settled;                            /* every seq up to here has an outcome */
	uint64_t kept_from; /* lowest seq whose bytes are still here; last + 1 = none */
	uint64_t kept_bytes;
	uint64_t taken, refused, voided; /* over all epochs; refused: without RESTORED, which is nobody's fault */
	uint64_t turn; /* spool_state alone sets it: the commit this was read at, to compare with
			  spool_turn */
};
int spool_state(struct spool *s, struct spool_state *out, struct sys_error *error);

/* What was last heard of the centre; all zero = never met. */
struct spool_centre {
	uint8_t incarnation[SPOOL_ID];
	uint64_t catalogue_entry;   /* in force there */
	int64_t time_ms;            /* its clock ... */
	int64_t heard_monotonic_ms; /* ... on our monotonic clock */
	uint8_t heard_boot[SPOOL_ID];
	int64_t heard_wall_ms; /* ... and on our wall clock, for people */
	bool illustrative, simulated;
	uint32_t attempts; /* connections tried in vain since */
	/* for people: a key word and what it is about, "no_answer", "conflict 12" */
	int64_t trouble_wall_ms, alarm_wall_ms;
	char trouble[SPOOL_TROUBLE_MAX]; /* with the line now; "" = none */
	char alarm[SPOOL_TROUBLE_MAX];   /* the last one, for ever; "" = none */
};
int spool_centre(struct spool *s, struct spool_centre *out, struct sys_error *error);
int spool_centre_set(struct spool *s, const struct spool_centre *c, struct sys_error *error);

/* ---- the outbox ---- */

/*
 * Queues all of them or none, numbered from *first on; sets each update's seq. -EMSGSIZE: one is
 * larger than an update may be (*first = its index). -EXFULL: full.
 */
int spool_queue(struct spool *s, struct update *updates, size_t n, uint64_t *first,
		struct sys_error *error);

/* An earlier receipt of the same update, from before a restored centre took it again. */
struct spool_proof {
	uint8_t incarnation[SPOOL_ID];
	uint64_t entry; /* 0 = none: the receipt itself is the first */
	uint8_t chain_hash[KEYS_HASH], mac[KEYS_MAC];
	int64_t received_ms;
};

struct spool_receipt {
	uint32_t ordinal;
	uint64_t seq;
	uint8_t incarnation[SPOOL_ID];
	uint64_t entry;
	uint32_t index;
	uint8_t chain_hash[KEYS_HASH], blob_hash[KEYS_HASH], mac[KEYS_MAC];
	int64_t received_ms,
		first_received_ms; /* first: kept when a restored centre takes it again */
	char unit[CODE_MAX + 1], item[CODE_MAX + 1], period[PERIOD_MAX + 1]; /* period: "" = none named */
	struct date as_of;
	enum body_kind body;      /* what was taken; BODY_NONE in a receipt of an older build */
	struct spool_proof first; /* proves first_received_ms to a centre that is restored again */
};

/* Updates that follow each other, ready to be pushed. */
struct spool_batch {
	uint64_t first;
	unsigned n;
	struct bytes blobs[BATCH_UPDATES_MAX]; /* in `bytes` */
	struct spool_receipt proofs[BATCH_UPDATES_MAX];
	unsigned proofs_n;
	uint64_t missing_to; /* n = 0: first..missing_to cannot be read */
	struct buffer bytes; /* owner frees with buffer_free; may be used again */
};
int spool_gather(struct spool *s, uint64_t first, uint64_t last, unsigned max,
		 struct spool_batch *out, struct sys_error *error);

/* BLAKE2b-256 of the update that had this seq; *known = false when it is void or was never here. */
int spool_hash(struct spool *s, uint64_t seq, uint8_t out[static KEYS_HASH], bool *known,
	       struct sys_error *error);

enum spool_outcome_kind { SPOOL_TAKEN, SPOOL_REFUSED, SPOOL_VOIDED };
struct spool_outcome {
	enum spool_outcome_kind kind;
	uint64_t seq;
	enum reason reason;
	const char *field;
	uint32_t rules; /* version of the centre's rules */
	/* taken: */
	const uint8_t *incarnation, *chain_hash, *mac;
	uint64_t entry;
	uint32_t index;
	int64_t received_ms;
};
/* Stores outcomes of the current epoch, in one transaction. Those of seqs that were never given
 * are passed over. */
int spool_settle(struct spool *s, const struct spool_outcome *outcomes, size_t n,
		 struct sys_error *error);

/*
 * What older rules did not know yet (NOT_YET, UNDECODABLE) is queued again, under new numbers, for
 * a centre whose rules have the version `rules`. *n = how many.
 */
int spool_again(struct spool *s, uint32_t rules, size_t *n, struct sys_error *error);

/* A new epoch that names the present one; everything from `from` on moves there, as 1... */
int spool_move(struct spool *s, uint64_t from, struct sys_error *error);

/* ---- reading for people; newest first; `limit` 0 = all ---- */

typedef bool spool_receipt_see(void *data, const struct spool_receipt *r);
int spool_receipts(struct spool *s, size_t limit, spool_receipt_see *see, void *data,
		   struct sys_error *error);

struct spool_refusal {
	uint32_t ordinal;
	uint64_t seq;
	bool voided;
	enum reason reason;
	char field[SPOOL_FIELD_MAX];
	int64_t received_ms;
	uint32_t rules;    /* version of the rules it was judged by */
	uint64_t again;    /* seq under which it was offered again; 0 = not */
	struct bytes blob; /* as it was queued */
};
typedef bool spool_refusal_see(void *data, const struct spool_refusal *r);
int spool_refusals(struct spool *s, size_t limit, spool_refusal_see *see, void *data,
		   struct sys_error *error);

/* What waits, oldest first. */
typedef bool spool_waiting_see(void *data, uint64_t seq, struct bytes blob);
int spool_waiting(struct spool *s, size_t limit, spool_waiting_see *see, void *data,
		  struct sys_error *error);

/* ---- the inbox: what the centre has told our unit ---- */

struct spool_notice {
	uint64_t entry; /* of the centre; with `place` its name */
	uint32_t place;
	uint32_t kind;   /* tiendo.v1.NoticeKind */
	int64_t sent_ms;
	uint8_t incarnation[SPOOL_ID]; /* of the entry: tells a notice from another one of the same name, of before a restore */
	int64_t read_ms; /* when it was read here, on our wall clock; 0 = not yet */
	bool gone;       /* the centre was restored and does not have it any more; set when reading */
	struct bytes row; /* encoded NoticeRow */
};
/* How far the centre's notices are here; all zero = nothing was fetched yet. */
struct spool_inbox {
	uint64_t since;                /* every notice up to this entry ... */
	uint8_t incarnation[SPOOL_ID]; /* ... of the centre in this incarnation */
	size_t unread; /* counted when read */
};
int spool_inbox(struct spool *s, struct spool_inbox *out, struct sys_error *error);
/*
 * Keeps a page of notices that the centre has in head->incarnation: what was read stays read, a reminder
 * takes the place of older unread ones. read_ms: the centre says that it was opened. head->since: how far
 * they are here with this page; 0 = the first of another incarnation, and not all of them are here yet.
 */
int spool_inbox_keep(struct spool *s, const struct spool_notice *notices, size_t n,
		     const struct spool_inbox *head, struct sys_error *error);
/* Everything that these entries told us was read. */
int spool_inbox_read(struct spool *s, const uint64_t *entries, size_t n, int64_t read_ms,
		     struct sys_error *error);
/* Newest first. */
typedef bool spool_notice_see(void *data, const struct spool_notice *n);
int spool_notices(struct spool *s, spool_notice_see *see, void *data, struct sys_error *error);

/* ---- the part of the catalogue, and what the centre holds about us ---- */

enum spool_shelf { SPOOL_SLICE, SPOOL_CELLS };
struct spool_shelf_head {
	uint64_t entry;           /* of the catalogue; of cells: the last one folded */
	int64_t time_ms;          /* the centre's clock when it answered */
	uint32_t today;           /* cells: office date of its last tick */
	char scope[CODE_MAX + 1]; /* code of our own unit */
};
/* Replaces the shelf's rows, whole. */
int spool_shelve(struct spool *s, enum spool_shelf shelf, const struct spool_shelf_head *head,
		 const struct bytes *rows, size_t n, struct sys_error *error);
/* The rows stay: they were found to be those of this head too. */
int spool_shelf_renew(struct spool *s, enum spool_shelf shelf, const struct spool_shelf_head *head,
		      struct sys_error *error);
/* All zero when nothing was shelved yet. */
int spool_shelf_head(struct spool *s, enum spool_shelf shelf, struct spool_shelf_head *out,
		     struct sys_error *error);
typedef bool spool_row_see(void *data, struct bytes row);
int spool_rows(struct spool *s, enum spool_shelf shelf, spool_row_see *see, void *data,
	       struct sys_error *error);

#endif
