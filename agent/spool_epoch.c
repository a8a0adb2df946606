// SPDX-License-Identifier: Apache-2.0
/* Updates that go out again under another number. */
#include "agent/spool_inner.h"

#include <assert.h>
#include <errno.h>

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

/* Copied out first: a put would move what a cursor shows. One that cannot be read has size 0. */
static void collect(struct spool *s, struct kv_txn *txn, const struct spool_state *st, uint64_t from,
		    struct buffer *out)
{
	struct kv_cursor *at = kv_cursor(txn, s->outbox, &(struct kv_range){0});
	struct bytes key, record, blob;

	while (kv_next(at, &key, &record)) {
		if (key.size != 8 || get_u64(key.data) > st->last) {
			kv_spoil(txn, -EUCLEAN, "its outbox holds a number that was never given");
			break;
		}
		if (get_u64(key.data) < from)
			continue;
		spool_record_read(record, &blob);
		buffer_put_u64(out, get_u64(key.data));
		buffer_put_u16(out, (uint16_t)blob.size);
		buffer_put_bytes(out, blob);
	}
	kv_cursor_end(&at);
}

/* Under its old number, as given up: nothing disappears without a word. */
static void give_up(struct spool *s, struct kv_txn *txn, struct spool_state *st, uint32_t ordinal,
		    uint64_t seq)
{
	struct spool_key place = spool_key_place(ordinal, seq);
	struct spool_refusal r = {.ordinal = ordinal, .seq = seq, .voided = true};
	struct bytes receipt;

	if (kv_get(txn, s->receipts, SPOOL_KEY(place), &receipt))
		return; /* it was acknowledged */
	spool_refusal_put(s, txn, &r);
	st->voided++;
}

int spool_move(struct spool *s, uint64_t from, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct buffer kept = {0}, blob = {0};
	struct spool_state st;

	spool_state_get(s, txn, &st);
	assert(kv_error(txn) || from <= st.settled + 1);
	collect(s, txn, &st, from, &kept);
	kv_clear(txn, s->outbox); /* what stays behind has its receipt */
	memcpy(st.previous, st.epoch, SPOOL_ID);
	keys_random(st.epoch, SPOOL_ID);
	st.ordinal++;
	st.last = st.settled = st.kept_bytes = 0;
	st.kept_from = 1;
	for (size_t at = 0; at < kept.size;) {
		size_t size = get_u16(kept.data + at + 8);

		buffer_clear(&blob);
		renumber(&blob, bytes_of(kept.data + at + 10, size), st.last + 1);
		if (size)
			spool_put_blob(s, txn, &st, buffer_bytes(&blob));
		else
			give_up(s, txn, &st, st.ordinal - 1, get_u64(kept.data + at));
		at += 10 + size;
	}
	if (!kv_error(txn))
		spool_state_put(s, txn, &st);
	buffer_free(&kept);
	buffer_free(&blob);
	return spool_commit(s, &txn, error);
}

/* ---- once more ---- */

static bool for_later(const struct spool_refusal *r, uint32_t rules)
{
	return (r->reason == REASON_NOT_YET || r->reason == REASON_UNDECODABLE) && !r->again &&
	       r->rules < rules && r->blob.size;
}

/* Keys of the refusals to be offered again, in the order of their numbers. */
static void find_later(struct spool *s, struct kv_txn *txn, uint32_t rules, struct buffer *keys)
{
	struct kv_cursor *at = kv_cursor(txn, s->refused, &(struct kv_range){0});
	struct bytes key, value;
	struct spool_refusal r;

	while (kv_next(at, &key, &value))
		if (spool_whole(s, txn, key, &value) && spool_refusal_read(key, value, &r) &&
		    for_later(&r, rules))
			buffer_put_bytes(keys, key);
	kv_cursor_end(&at);
}

static void offer_again(struct spool *s, struct kv_txn *txn, struct spool_state *st,
			struct bytes key, struct buffer *blob, struct buffer *old)
{
	struct spool_refusal r;
	struct bytes value;

	if (!spool_get_record(s, txn, s->refused, key, &value) || !spool_refusal_read(key, value, &r))
		return;
	buffer_clear(old); /* a put moves what the map shows */
	buffer_put_bytes(old, r.blob);
	r.blob = buffer_bytes(old);
	buffer_clear(blob);
	renumber(blob, r.blob, st->last + 1);
	spool_put_blob(s, txn, st, buffer_bytes(blob));
	r.again = st->last;
	spool_refusal_put(s, txn, &r);
}

int spool_again(struct spool *s, uint32_t rules, size_t *n, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct buffer keys = {0}, blob = {0}, old = {0};
	struct spool_state st;

	spool_state_get(s, txn, &st);
	find_later(s, txn, rules, &keys);
	*n = keys.size / 12;
	for (size_t i = 0; i < *n; i++)
		offer_again(s, txn, &st, bytes_of(keys.data + i * 12, 12), &blob, &old);
	if (*n && !kv_error(txn))
		spool_state_put(s, txn, &st);
	buffer_free(&keys);
	buffer_free(&blob);
	buffer_free(&old);
	if (!*n)
		return spool_end(s, &txn, error);
	return spool_commit(s, &txn, error);
}
