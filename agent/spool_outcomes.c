// SPDX-License-Identifier: Apache-2.0
/* What the centre answered, and what becomes of an update then. */
#include "agent/spool_inner.h"

#include <stdio.h>

enum { EVICT_AT_ONCE = 256 /* bounds the transaction that stores an ack */ };

static void name_receipt(struct spool *s, struct spool_receipt *r, struct bytes blob)
{
	struct update u;

	codec_arena_reset(&s->arena);
	/* of a body that only a later version can read the receipt stands all the same */
	if (codec_update_decode(blob.data, blob.size, &s->arena, &u)) {
		snprintf(r->unit, sizeof r->unit, "%s", u.unit);
		snprintf(r->item, sizeof r->item, "%s", u.item);
		snprintf(r->period, sizeof r->period, "%s", u.period);
		r->as_of = u.as_of;
		r->body = u.body;
	}
}

/* A centre that is restored twice must hear the very first time, and each time needs the receipt that proves it. */
static void keep_first(struct spool_receipt *r, int64_t received_ms)
{
	struct spool_proof old = {.entry = r->entry, .received_ms = r->received_ms};

	memcpy(old.incarnation, r->incarnation, SPOOL_ID);
	memcpy(old.chain_hash, r->chain_hash, KEYS_HASH);
	memcpy(old.mac, r->mac, KEYS_MAC);
	if (!r->first.entry || old.received_ms < r->first.received_ms)
		r->first = old;
	if (r->first.received_ms >= received_ms)
		r->first = (struct spool_proof){0};
}

static void settle_taken(struct spool *s, struct kv_txn *txn, struct spool_state *st,
			 const struct spool_outcome *o)
{
	struct spool_key place = spool_key_place(st->ordinal, o->seq);
	struct spool_receipt r;
	struct bytes blob;
	bool again = spool_receipt_get(s, txn, place, &r);

	if (!again) {
		r = (struct spool_receipt){
			.ordinal = st->ordinal, .seq = o->seq, .first_received_ms = o->received_ms};
		if (spool_find_blob(s, txn, st, o->seq, &blob)) {
			keys_hash(blob, r.blob_hash);
			name_receipt(s, &r, blob);
		}
		st->taken++;
	} else {
		keep_first(&r, o->received_ms);
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
				  .rules = o->rules,
				  .received_ms = o->received_ms};
	struct bytes blob = {0}, old;
	struct buffer copy = {0};

	if (!kv_get(txn, s->refused, SPOOL_KEY(place), &old)) {
		if (r.voided)
			st->voided++;
		else if (r.reason != REASON_RESTORED) /* the clerk did nothing wrong, the backup is older */
			st->refused++;
	}
	/* the bytes stay with the reason: the clerk corrects them, or a later version takes them */
	if (spool_find_blob(s, txn, st, o->seq, &blob))
		buffer_put_bytes(&copy, blob);
	r.blob = buffer_bytes(&copy);
	snprintf(r.field, sizeof r.field, "%s", o->field ? o->field : "");
	spool_refusal_put(s, txn, &r);
	if (kv_get(txn, s->outbox, SPOOL_KEY(key), &old)) {
		uint64_t cost = spool_cost(old);

		st->kept_bytes -= cost < st->kept_bytes ? cost : st->kept_bytes;
		kv_delete(txn, s->outbox, SPOOL_KEY(key));
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
	struct spool_eviction old = {
		.room = UINT64_MAX, .older_than_ms = newest - s->grace_ms, .max = EVICT_AT_ONCE};

	if (!kv_error(txn)) {
		spool_evict(s, txn, &st, &old);
		spool_state_put(s, txn, &st);
	}
	return spool_commit(s, &txn, error);
}
