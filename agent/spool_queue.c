// SPDX-License-Identifier: Apache-2.0
/* The outbox: what goes in, what leaves it, and under which number. */
#include "agent/spool_inner.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

enum {
	RECORD_COST = 64,   /* what LMDB needs beside the bytes of one update, about */
	EVICT_AT_ONCE = 256 /* bounds the transaction that stores an ack */
};

/* ---- making room ---- */

/* Lets go of the oldest acknowledged bytes: at most `max`, while `more` wants it. */
struct evict {
	uint64_t room; /* stop when kept_bytes is at most this; UINT64_MAX = by age only */
	int64_t older_than_ms;
	unsigned max;
};

static bool evictable(struct spool *s, struct kv_txn *txn, const struct spool_state *st,
		      const struct evict *e, uint64_t seq)
{
	struct spool_receipt r;

	if (seq > st->settled)
		return false;
	if (st->kept_bytes > e->room)
		return true;
	return spool_receipt_get(s, txn, spool_key_place(st->ordinal, seq), &r) &&
	       r.received_ms < e->older_than_ms;
}

static void evict(struct spool *s, struct kv_txn *txn, struct spool_state *st, const struct evict *e)
{
	struct kv_cursor *at = kv_cursor(txn, s->outbox, &(struct kv_range){0});
	struct bytes key, blob;
	unsigned n = 0;

	st->kept_from = st->last + 1;
	while (kv_next(at, &key, &blob)) {
		uint64_t seq = get_u64(key.data), cost = blob.size + RECORD_COST;

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

static void put_blob(struct spool *s, struct kv_txn *txn, struct spool_state *st, struct bytes blob)
{
	struct spool_key key = spool_key_seq(++st->last);

	kv_put(txn, s->outbox, SPOOL_KEY(key), blob);
	st->kept_bytes += blob.size + RECORD_COST;
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
					"update %zu is larger than %d bytes: shorten its note", i + 1,
					UPDATE_BYTES_MAX);
		put_blob(s, txn, st, bytes_of(blob, size));
		if (st->kept_bytes > (uint64_t)s->quota) {
			struct evict room = {.room = (uint64_t)s->quota,
					     .older_than_ms = INT64_MIN,
					     .max = UINT32_MAX};

			evict(s, txn, st, &room);
			if (st->kept_bytes > (uint64_t)s->quota)
				return sys_fail(error, -EDQUOT,
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

/* An update's bytes: in the outbox, or kept with its refusal (a restored centre judges it again). */
static bool find_blob(struct spool *s, struct kv_txn *txn, const struct spool_state *st, uint64_t seq,
		      struct bytes *blob)
{
	struct spool_key key = spool_key_seq(seq);

	if (kv_get(txn, s->outbox, SPOOL_KEY(key), blob))
		return true;
	if (seq > st->last)
		return false;
	struct spool_key place = spool_key_place(st->ordinal, seq);
	struct spool_refusal refusal;
	struct bytes value;

	if (!kv_get(txn, s->refused, SPOOL_KEY(place), &value) ||
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
		if (!find_blob(s, txn, &st, seq, &blob))
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
		if (find_blob(s, txn, &st, seq, &blob))
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
	else if (find_blob(s, txn, &st, seq, &blob))
		keys_hash(blob, out);
	else
		*known = false;
	return spool_end(s, &txn, error);
}

/* ---- outcomes ---- */

static void name_receipt(struct spool *s, struct spool_receipt *r, struct bytes blob)
{
	struct update u;

	codec_arena_reset(&s->arena);
	/* of a body that only a later version can read the receipt stands all the same */
	if (codec_update_decode(blob.data, blob.size, &s->arena, &u)) {
		snprintf(r->unit, sizeof r->unit, "%s", u.unit);
		snprintf(r->item, sizeof r->item, "%s", u.item);
		r->as_of = u.as_of;
	}
}

static void settle_taken(struct spool *s, struct kv_txn *txn, struct spool_state *st,
			 const struct spool_outcome *o)
{
	struct spool_key place = spool_key_place(st->ordinal, o->seq);
	struct spool_receipt r;
	struct bytes blob;
	bool again = spool_receipt_get(s, txn, place, &r);

	if (!again) {
		r = (struct spool_receipt){.ordinal = st->ordinal,
					   .seq = o->seq,
					   .first_received_ms = o->received_ms};
		if (find_blob(s, txn, st, o->seq, &blob)) {
			keys_hash(blob, r.blob_hash);
			name_receipt(s, &r, blob);
		}
		st->taken++;
	}
	memcpy(r.incarnation, o->incarnation, SPOOL_ID);
	memcpy(r.chain_hash, o->chain_hash, KEYS_HASH);
	memcpy(r.mac, o->mac, KEYS_MAC);
	r.entry = o->entry;
	r.index = o->index;
	r.received_ms = o->received_ms;
	spool_receipt_put(s, txn, &r);
}

static void settle_refused(struct spool *s, struct kv_txn *txn, struct spool_state *st,
			   const struct spool_outcome *o)
{
	struct spool_key place = spool_key_place(st->ordinal, o->seq), key = spool_key_seq(o->seq);
	struct spool_refusal r = {.ordinal = st->ordinal,
				  .seq = o->seq,
				  .voided = o->kind == SPOOL_VOIDED,
				  .reason = o->reason,
				  .received_ms = o->received_ms};
	struct bytes blob = {0}, old;
	struct buffer copy = {0};

	if (!kv_get(txn, s->refused, SPOOL_KEY(place), &old)) {
		if (r.voided)
			st->voided++;
		else
			st->refused++;
	}
	/* the bytes stay with the reason: the clerk corrects them, or a later version takes them */
	if (find_blob(s, txn, st, o->seq, &blob))
		buffer_put_bytes(&copy, blob);
	r.blob = buffer_bytes(&copy);
	snprintf(r.field, sizeof r.field, "%s", o->field ? o->field : "");
	spool_refusal_put(s, txn, &r);
	if (kv_delete(txn, s->outbox, SPOOL_KEY(key))) {
		uint64_t cost = r.blob.size + RECORD_COST;

		st->kept_bytes -= cost < st->kept_bytes ? cost : st->kept_bytes;
	}
	buffer_free(&copy);
}

static bool has_outcome(struct spool *s, struct kv_txn *txn, uint32_t ordinal, uint64_t seq)
{
	struct spool_key place = spool_key_place(ordinal, seq);
	struct bytes value;

	return kv_get(txn, s->receipts, SPOOL_KEY(place), &value) ||
	       kv_get(txn, s->refused, SPOOL_KEY(place), &value);
}

int spool_settle(struct spool *s, const struct spool_outcome *outcomes, size_t n,
		 struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct spool_state st;
	int64_t newest = 0;

	spool_state_get(s, txn, &st);
	for (size_t i = 0; i < n && !kv_error(txn); i++) {
		if (outcomes[i].seq < 1 || outcomes[i].seq > st.last)
			continue;
		if (outcomes[i].kind == SPOOL_TAKEN)
			settle_taken(s, txn, &st, &outcomes[i]);
		else
			settle_refused(s, txn, &st, &outcomes[i]);
		if (outcomes[i].received_ms > newest)
			newest = outcomes[i].received_ms;
	}
	while (!kv_error(txn) && st.settled < st.last &&
	       has_outcome(s, txn, st.ordinal, st.settled + 1))
		st.settled++;
	struct evict old = {
		.room = UINT64_MAX, .older_than_ms = newest - s->grace_ms, .max = EVICT_AT_ONCE};

	if (!kv_error(txn)) {
		evict(s, txn, &st, &old);
		spool_state_put(s, txn, &st);
	}
	return spool_commit(s, &txn, error);
}

/* ---- a new epoch ---- */

/* The seq is the first field of an update's canonical encoding: it is changed without reading the
 * rest, so that also a body which this version does not know moves whole. */
static void renumber(struct buffer *out, struct bytes blob, uint64_t seq)
{
	size_t skip = 0;

	if (blob.size && blob.data[0] == 0x08) {
		for (skip = 1; skip < blob.size && blob.data[skip] & 0x80; skip++)
			;
		skip += skip < blob.size;
	}
	buffer_put_u8(out, 0x08);
	for (; seq >= 0x80; seq >>= 7)
		buffer_put_u8(out, (uint8_t)(seq | 0x80));
	buffer_put_u8(out, (uint8_t)seq);
	buffer_put(out, blob.data + skip, blob.size - skip);
}

/* Bytes are copied out first: a put would move what a cursor shows. */
static void collect(struct spool *s, struct kv_txn *txn, uint64_t from, struct buffer *out)
{
	struct spool_key key = spool_key_seq(from);
	struct kv_cursor *at = kv_cursor(txn, s->outbox, &(struct kv_range){.from = SPOOL_KEY(key)});
	struct bytes blob;

	while (kv_next(at, NULL, &blob)) {
		buffer_put_u16(out, (uint16_t)blob.size);
		buffer_put_bytes(out, blob);
	}
	kv_cursor_end(&at);
}

int spool_move(struct spool *s, uint64_t from, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct buffer kept = {0}, blob = {0};
	struct spool_state st;

	spool_state_get(s, txn, &st);
	assert(kv_error(txn) || from <= st.settled + 1);
	collect(s, txn, from, &kept);
	kv_clear(txn, s->outbox); /* what stays behind has its receipt */
	memcpy(st.previous, st.epoch, SPOOL_ID);
	keys_random(st.epoch, SPOOL_ID);
	st.ordinal++;
	st.last = st.settled = st.kept_bytes = 0;
	st.kept_from = 1;
	for (size_t at = 0; at < kept.size;) {
		size_t size = get_u16(kept.data + at);

		buffer_clear(&blob);
		renumber(&blob, bytes_of(kept.data + at + 2, size), st.last + 1);
		put_blob(s, txn, &st, buffer_bytes(&blob));
		at += 2 + size;
	}
	if (!kv_error(txn))
		spool_state_put(s, txn, &st);
	buffer_free(&kept);
	buffer_free(&blob);
	return spool_commit(s, &txn, error);
}
