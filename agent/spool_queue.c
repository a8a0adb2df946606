// SPDX-License-Identifier: Apache-2.0
/* The outbox: what goes in, and what is pushed from it. */
#include "agent/spool_inner.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- making room ---- */

static bool evictable(struct spool *s, struct kv_txn *txn, const struct spool_state *st,
		      const struct spool_eviction *e, uint64_t seq)
{
	struct spool_receipt r;

	if (seq > st->settled)
		return false;
	if (st->kept_bytes > e->room)
		return true;
	return spool_receipt_get(s, txn, spool_key_place(st->ordinal, seq), &r) &&
	       r.received_ms < e->older_than_ms;
}

void spool_evict(struct spool *s, struct kv_txn *txn, struct spool_state *st,
		 const struct spool_eviction *e)
{
	struct kv_cursor *at = kv_cursor(txn, s->outbox, &(struct kv_range){0});
	struct bytes key, record;
	unsigned n = 0;

	st->kept_from = st->last + 1;
	while (kv_next(at, &key, &record)) {
		uint64_t seq = key.size == 8 ? get_u64(key.data) : 0, cost = spool_cost(record);

		if (seq < 1 || seq > st->last) {
			kv_spoil(txn, -EUCLEAN, "its outbox holds a number that was never given");
			break;
		}
		if (n == e->max || !evictable(s, txn, st, e, seq)) {
			st->kept_from = seq;
			break;
		}
		st->kept_bytes -= cost < st->kept_bytes ? cost : st->kept_bytes;
		kv_cursor_delete(at);
		n++;
	}
	kv_cursor_end(&at);
}

/* ---- queueing ---- */

void spool_put_blob(struct spool *s, struct kv_txn *txn, struct spool_state *st, struct bytes blob)
{
	struct spool_key key = spool_key_seq(++st->last);

	uint8_t hash[KEYS_HASH], *at;

	keys_hash(blob, hash);
	if (!(at = kv_reserve(txn, s->outbox, SPOOL_KEY(key), SPOOL_CHECK + blob.size)))
		return; /* the transaction has an error now */
	memcpy(at, hash, SPOOL_CHECK);
	memcpy(at + SPOOL_CHECK, blob.data, blob.size);
	st->kept_bytes += spool_cost(bytes_of(at, SPOOL_CHECK + blob.size));
}

static int put_all(struct spool *s, struct kv_txn *txn, struct spool_state *st,
		   struct update *updates, size_t n, uint64_t *at, struct sys_error *error)
{
	uint8_t blob[UPDATE_BYTES_MAX];

	for (size_t i = 0; i < n && !kv_error(txn); i++) {
		updates[i].seq = st->last + 1;
		size_t size = codec_update_encode(&updates[i], blob);

		*at = i;
		if (!size)
			return sys_fail(error, -EMSGSIZE,
					"update %zu is larger than %d bytes: shorten its note",
					i + 1, UPDATE_BYTES_MAX);
		spool_put_blob(s, txn, st, bytes_of(blob, size));
		if (st->kept_bytes > (uint64_t)s->quota) {
			struct spool_eviction room = {.room = (uint64_t)s->quota,
						      .older_than_ms = INT64_MIN,
						      .max = UINT32_MAX};

			spool_evict(s, txn, st, &room);
			if (st->kept_bytes > (uint64_t)s->quota)
				return sys_fail(
					error, -EXFULL,
					"the spool %s is full (%lld MiB wait for the centre)",
					s->path, (long long)(s->quota >> 20));
		}
	}
	return 0;
}

int spool_queue(struct spool *s, struct update *updates, size_t n, uint64_t *first,
		struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct spool_state st;
	uint64_t at = 0;

	spool_state_get(s, txn, &st);
	uint64_t begin = st.last + 1;
	int code = put_all(s, txn, &st, updates, n, &at, error);

	if (code) { /* all or nothing */
		kv_end(&txn);
		*first = at;
		return code;
	}
	if (!kv_error(txn))
		spool_state_put(s, txn, &st);
	*first = begin;
	return spool_commit(s, &txn, error);
}

/* ---- pushing ---- */

/* An update's bytes: in the outbox, or kept with its refusal (a restored centre judges it again).
 */
bool spool_find_blob(struct spool *s, struct kv_txn *txn, const struct spool_state *st,
		     uint64_t seq, struct bytes *blob)
{
	struct spool_key key = spool_key_seq(seq);
	struct bytes record;

	if (kv_get(txn, s->outbox, SPOOL_KEY(key), &record))
		return spool_record_read(record, blob);
	if (seq > st->last)
		return false;
	struct spool_key place = spool_key_place(st->ordinal, seq);
	struct spool_refusal refusal;
	struct bytes value;

	if (!spool_get_record(s, txn, s->refused, SPOOL_KEY(place), &value) ||
	    !spool_refusal_read(SPOOL_KEY(place), value, &refusal) || !refusal.blob.size)
		return false;
	*blob = refusal.blob;
	return true;
}

int spool_gather(struct spool *s, uint64_t first, uint64_t last, unsigned max,
		 struct spool_batch *out, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct spool_state st;
	struct bytes blob;
	uint64_t seq = first;
	size_t at = 0;

	assert(first >= 1 && max >= 1);
	buffer_clear(&out->bytes);
	out->first = first;
	out->n = out->proofs_n = 0;
	out->missing_to = 0;
	spool_state_get(s, txn, &st);
	for (; seq <= last && out->n < max && out->n < BATCH_UPDATES_MAX; seq++) {
		if (!spool_find_blob(s, txn, &st, seq, &blob))
			break;
		if (out->n && out->bytes.size + blob.size > BATCH_BYTES_MAX)
			break;
		buffer_put_bytes(&out->bytes, blob);
		out->blobs[out->n++].size = blob.size;
		struct spool_receipt *proof = &out->proofs[out->proofs_n];

		if (spool_receipt_get(s, txn, spool_key_place(st.ordinal, seq), proof))
			out->proofs_n++;
	}
	/* an answer names each seq: what is given up goes in portions too */
	for (; !out->n && seq <= last && seq - first < BATCH_UPDATES_MAX; seq++) {
		if (spool_find_blob(s, txn, &st, seq, &blob))
			break;
		out->missing_to = seq;
	}
	for (unsigned i = 0; i < out->n; at += out->blobs[i++].size)
		out->blobs[i].data = out->bytes.data + at;
	return spool_end(s, &txn, error);
}

int spool_hash(struct spool *s, uint64_t seq, uint8_t out[static KEYS_HASH], bool *known,
	       struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct spool_state st;
	struct spool_receipt r;
	struct bytes blob;

	spool_state_get(s, txn, &st);
	*known = true;
	if (spool_receipt_get(s, txn, spool_key_place(st.ordinal, seq), &r))
		memcpy(out, r.blob_hash, KEYS_HASH);
	else if (spool_find_blob(s, txn, &st, seq, &blob))
		keys_hash(blob, out);
	else
		*known = false;
	return spool_end(s, &txn, error);
}
