// SPDX-License-Identifier: Apache-2.0
/* journal_inside: what the files of the journal share; nobody else includes it. Keys are made here
 * and nowhere else. */
#ifndef TIENDO_SERVER_JOURNAL_INSIDE_H
#define TIENDO_SERVER_JOURNAL_INSIDE_H

#include <stdatomic.h>

#include "server/journal.h"

struct journal {
	struct kv *kv;
	struct kv_table entries;    /* number -> value (entry_codec) */
	struct kv_table streams;    /* principal, epoch -> mark record */
	struct kv_table spans;	    /* principal, epoch, first seq -> entry number */
	struct kv_table principals; /* principal -> epochs */
	struct kv_table
		incarnations; /* entry number -> incarnation, and the lost one it accounts for */
	struct kv_table meta;
	uint8_t store[INCARNATION_SIZE];
	struct journal_head head; /* on disk */
	struct journal_head last; /* of the running transaction */
	struct kv_txn *txn;
	struct buffer value; /* scratch of append */
	char fault[256];     /* written once, before it is shown */
	_Atomic bool faulty;
};

enum { ENTRY_KEY = 8, STREAM_KEY = 4 + EPOCH_SIZE, SPAN_KEY = STREAM_KEY + 8, PRINCIPAL_KEY = 4 };
/* LMDB has no checksums, and these records are believed: each has a check behind it, of its key and itself. Those of
 * stores made before have none until they are written again. */
enum { RECORD_CHECK = 8, RECORD_MAX = 128 };
enum { STREAM_RECORD = 8 + 8 + 1 + HASH_SIZE + EPOCH_SIZE + 8 * 4, EPOCHS_RECORD = 12 };

struct journal_key {
	uint8_t data[SPAN_KEY];
	size_t size;
};

static inline struct bytes journal_key_bytes(const struct journal_key *k)
{
	return bytes_of(k->data, k->size);
}

struct journal_key journal_entry_key(uint64_t number);
struct journal_key journal_stream_key(uint32_t principal, const uint8_t epoch[static EPOCH_SIZE]);
struct journal_key journal_span_key(uint32_t principal, const uint8_t epoch[static EPOCH_SIZE],
				    uint64_t first_seq);
struct journal_key journal_principal_key(uint32_t principal);

void journal_put_record(struct journal *j, struct kv_table table, const struct journal_key *key,
			const uint8_t *record, size_t size);
/* The record of `size` bytes in what is stored; NULL = it is not what was written. */
const uint8_t *journal_record(struct bytes key, struct bytes stored, size_t size);

void journal_stream_pack(const struct journal_stream *s, uint8_t out[static STREAM_RECORD]);
bool journal_stream_unpack(struct bytes key, struct bytes stored, struct journal_stream *out);

/* What entry `e` makes of its stream's record (`old` NULL = it is the first). The one place that
 * says so: appending writes it, verifying compares with it. */
struct journal_stream journal_stream_next(const struct journal_stream *old, const struct entry *e);
enum { INCARNATION_RECORD = 2 * INCARNATION_SIZE };
/* False unless the entry begins an incarnation. */
bool journal_incarnation_pack(const struct entry *e, uint8_t out[static INCARNATION_RECORD]);

#endif
