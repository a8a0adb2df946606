// SPDX-License-Identifier: Apache-2.0
/*
 * spool_inner: tables, keys and records of the spool, shared by the spool*.c files only.
 *
 *   meta      name -> "format", "state", "centre", "slice", "cells"
 *   outbox    seq (u64) -> first 8 bytes of the update's hash, the update; of the current epoch
 *             only
 *   receipts  ordinal (u32), seq (u64) -> receipt
 *   refused   ordinal (u32), seq (u64) -> refusal with the bytes
 *   inbox     entry (u64), place (u32) -> notice of the centre; entry 0: how far they are here
 *   slice     number (u32) -> catalogue row
 *   cells     number (u32) -> cell row
 *
 * Numbers are big-endian, so that the order of keys is the order of numbers.
 */
#ifndef TIENDO_AGENT_SPOOL_INNER_H
#define TIENDO_AGENT_SPOOL_INNER_H

#include "agent/spool.h"
#include "common/sys/kv.h"

#define SPOOL_FORMAT "tiendo-spool"
enum { SPOOL_FORMAT_VERSION = 2, SPOOL_FORMAT_CHECKED = 2 };

struct spool {
	struct kv *kv;
	struct kv_table meta, outbox, receipts, refused, inbox, shelves[2];
	char *path;
	int64_t quota, grace_ms;
	struct codec_arena arena; /* for reading one update */
	int lock;                 /* -1 = not ours */
	bool checked;             /* records have a check: made by format 2 */
};

struct spool_key {
	uint8_t bytes[12];
	unsigned size;
};
static inline struct spool_key spool_key_seq(uint64_t seq)
{
	struct spool_key k = {.size = 8};

	put_u64(k.bytes, seq);
	return k;
}
static inline struct spool_key spool_key_place(uint32_t ordinal, uint64_t seq)
{
	struct spool_key k = {.size = 12};

	put_u32(k.bytes, ordinal);
	put_u64(k.bytes + 4, seq);
	return k;
}
#define SPOOL_KEY(k) bytes_of((k).bytes, (k).size)

/*
 * LMDB does not notice a turned bit. An update in the outbox stands behind its own hash; every other record of format 2
 * has eight bytes of a hash over key and record behind it. What does not fit spoils the transaction with -EUCLEAN.
 */
void spool_put_record(struct spool *s, struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes record);
bool spool_get_record(struct spool *s, struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes *record);
/* Of what a cursor gave: cuts the check off. */
bool spool_whole(struct spool *s, struct kv_txn *txn, struct bytes key, struct bytes *record);

/* A record that cannot be read spoils the transaction with -EUCLEAN. */
void spool_state_get(struct spool *s, struct kv_txn *txn, struct spool_state *out);
void spool_state_put(struct spool *s, struct kv_txn *txn, const struct spool_state *st);
bool spool_receipt_get(struct spool *s, struct kv_txn *txn, struct spool_key key,
		       struct spool_receipt *out);
void spool_receipt_put(struct spool *s, struct kv_txn *txn, const struct spool_receipt *r);
bool spool_receipt_read(struct bytes key, struct bytes value, struct spool_receipt *out);
void spool_refusal_put(struct spool *s, struct kv_txn *txn, const struct spool_refusal *r);
bool spool_refusal_read(struct bytes key, struct bytes value, struct spool_refusal *out);

enum {
	SPOOL_CHECK = 8,       /* bytes of the hash kept with an update */
	SPOOL_RECORD_COST = 64 /* what LMDB needs beside a record, about */
};

/* The update in an outbox record; false = it is not what was written (LMDB does not notice). */
bool spool_record_read(struct bytes record, struct bytes *blob);
static inline uint64_t spool_cost(struct bytes record)
{
	return record.size + SPOOL_RECORD_COST;
}

/* Gives the blob the next number, in the transaction and in `st`. */
void spool_put_blob(struct spool *s, struct kv_txn *txn, struct spool_state *st, struct bytes blob);
/* An update's bytes: in the outbox, or kept with its refusal (a restored centre judges it again).
 */
bool spool_find_blob(struct spool *s, struct kv_txn *txn, const struct spool_state *st,
		     uint64_t seq, struct bytes *blob);

/* Lets go of the oldest acknowledged bytes, at most `max`: while more than `room` is kept, and what
 * was received before `older_than_ms`. */
struct spool_eviction {
	uint64_t room; /* UINT64_MAX = by age only */
	int64_t older_than_ms;
	unsigned max;
};
void spool_evict(struct spool *s, struct kv_txn *txn, struct spool_state *st,
		 const struct spool_eviction *e);

/* Ends the transaction; the sentence of its error, if any, in the words of the spool. */
int spool_end(struct spool *s, struct kv_txn **txn, struct sys_error *error);
int spool_commit(struct spool *s, struct kv_txn **txn, struct sys_error *error);

#endif
