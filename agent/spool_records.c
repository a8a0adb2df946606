// SPDX-License-Identifier: Apache-2.0
/* Receipts and refusals as records, and reading them for people. */
#include "agent/scan.h"
#include "agent/spool_inner.h"

#include <errno.h>
#include <stdio.h>

static void check_of(struct bytes key, struct bytes record, uint8_t out[static SPOOL_CHECK])
{
	uint8_t parts[KEYS_HASH + KV_KEY_MAX], hash[KEYS_HASH];

	keys_hash(record, parts);
	memcpy(parts + KEYS_HASH, key.data, key.size);
	keys_hash(bytes_of(parts, KEYS_HASH + key.size), hash);
	memcpy(out, hash, SPOOL_CHECK);
}

void spool_put_record(struct spool *s, struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes record)
{
	size_t room = s->checked ? SPOOL_CHECK : 0;
	uint8_t *at = kv_reserve(txn, table, key, record.size + room);

	if (!at)
		return; /* the transaction has an error now */
	if (record.size)
		memcpy(at, record.data, record.size);
	if (room)
		check_of(key, record, at + record.size);
}

bool spool_whole(struct spool *s, struct kv_txn *txn, struct bytes key, struct bytes *record)
{
	uint8_t check[SPOOL_CHECK];

	if (!s->checked)
		return true;
	if (record->size >= SPOOL_CHECK) {
		record->size -= SPOOL_CHECK;
		check_of(key, *record, check);
		if (memcmp(check, record->data + record->size, SPOOL_CHECK) == 0)
			return true;
	}
	*record = (struct bytes){0};
	kv_spoil(txn, -EUCLEAN, "a record is not what was written");
	return false;
}

bool spool_get_record(struct spool *s, struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes *record)
{
	return kv_get(txn, table, key, record) && spool_whole(s, txn, key, record);
}

bool spool_record_read(struct bytes record, struct bytes *blob)
{
	uint8_t hash[KEYS_HASH];

	*blob = (struct bytes){0};
	if (record.size <= SPOOL_CHECK)
		return false;
	struct bytes update = bytes_of(record.data + SPOOL_CHECK, record.size - SPOOL_CHECK);

	keys_hash(update, hash);
	if (memcmp(hash, record.data, SPOOL_CHECK) != 0)
		return false;
	*blob = update;
	return true;
}

static bool read_place(struct bytes key, uint32_t *ordinal, uint64_t *seq)
{
	struct scan in = {.rest = key};

	*ordinal = scan_u32(&in);
	*seq = scan_u64(&in);
	return !in.bad && !in.rest.size;
}

enum { PROOF_SIZE = SPOOL_ID + 8 + KEYS_HASH + KEYS_MAC + 8 };

bool spool_receipt_read(struct bytes key, struct bytes value, struct spool_receipt *out)
{
	struct scan in = {.rest = value};

	*out = (struct spool_receipt){0};
	scan_copy(&in, out->incarnation, SPOOL_ID);
	out->entry = scan_u64(&in);
	out->index = scan_u32(&in);
	scan_copy(&in, out->chain_hash, KEYS_HASH);
	scan_copy(&in, out->blob_hash, KEYS_HASH);
	scan_copy(&in, out->mac, KEYS_MAC);
	out->received_ms = (int64_t)scan_u64(&in);
	out->first_received_ms = (int64_t)scan_u64(&in);
	scan_text(&in, out->unit, sizeof out->unit);
	scan_text(&in, out->item, sizeof out->item);
	out->as_of.ymd = scan_u32(&in);
	/* older builds wrote neither body nor period */
	if (in.rest.size && in.rest.size != PROOF_SIZE) {
		out->body = (enum body_kind)scan_u8(&in);
		scan_text(&in, out->period, sizeof out->period);
	}
	if (in.rest.size) {
		scan_copy(&in, out->first.incarnation, SPOOL_ID);
		out->first.entry = scan_u64(&in);
		scan_copy(&in, out->first.chain_hash, KEYS_HASH);
		scan_copy(&in, out->first.mac, KEYS_MAC);
		out->first.received_ms = (int64_t)scan_u64(&in);
	}
	return read_place(key, &out->ordinal, &out->seq) && !in.bad && !in.rest.size;
}

void spool_receipt_put(struct spool *s, struct kv_txn *txn, const struct spool_receipt *r)
{
	struct spool_key key = spool_key_place(r->ordinal, r->seq);
	struct buffer b = {0};

	buffer_put(&b, r->incarnation, SPOOL_ID);
	buffer_put_u64(&b, r->entry);
	buffer_put_u32(&b, r->index);
	buffer_put(&b, r->chain_hash, KEYS_HASH);
	buffer_put(&b, r->blob_hash, KEYS_HASH);
	buffer_put(&b, r->mac, KEYS_MAC);
	buffer_put_u64(&b, (uint64_t)r->received_ms);
	buffer_put_u64(&b, (uint64_t)r->first_received_ms);
	scan_put_text(&b, r->unit);
	scan_put_text(&b, r->item);
	buffer_put_u32(&b, r->as_of.ymd);
	if (r->body) { /* a receipt of an older build stays as it was */
		buffer_put_u8(&b, (uint8_t)r->body);
		scan_put_text(&b, r->period);
	}
	if (r->first.entry) {
		buffer_put(&b, r->first.incarnation, SPOOL_ID);
		buffer_put_u64(&b, r->first.entry);
		buffer_put(&b, r->first.chain_hash, KEYS_HASH);
		buffer_put(&b, r->first.mac, KEYS_MAC);
		buffer_put_u64(&b, (uint64_t)r->first.received_ms);
	}
	spool_put_record(s, txn, s->receipts, SPOOL_KEY(key), buffer_bytes(&b));
	buffer_free(&b);
}

bool spool_receipt_get(struct spool *s, struct kv_txn *txn, struct spool_key key,
		       struct spool_receipt *out)
{
	struct bytes value;

	if (!spool_get_record(s, txn, s->receipts, SPOOL_KEY(key), &value))
		return false;
	if (spool_receipt_read(SPOOL_KEY(key), value, out))
		return true;
	kv_spoil(txn, -EUCLEAN, "a receipt cannot be read");
	return false;
}

bool spool_refusal_read(struct bytes key, struct bytes value, struct spool_refusal *out)
{
	struct scan in = {.rest = value};

	*out = (struct spool_refusal){0};
	out->voided = scan_u8(&in);
	out->reason = (enum reason)scan_u32(&in);
	out->received_ms = (int64_t)scan_u64(&in);
	out->rules = scan_u32(&in);
	out->again = scan_u64(&in);
	scan_text(&in, out->field, sizeof out->field);
	out->blob = in.rest;
	return read_place(key, &out->ordinal, &out->seq) && !in.bad;
}

void spool_refusal_put(struct spool *s, struct kv_txn *txn, const struct spool_refusal *r)
{
	struct spool_key key = spool_key_place(r->ordinal, r->seq);
	struct buffer b = {0};

	buffer_put_u8(&b, r->voided);
	buffer_put_u32(&b, r->reason);
	buffer_put_u64(&b, (uint64_t)r->received_ms);
	buffer_put_u32(&b, r->rules);
	buffer_put_u64(&b, r->again);
	scan_put_text(&b, r->field);
	buffer_put_bytes(&b, r->blob);
	spool_put_record(s, txn, s->refused, SPOOL_KEY(key), buffer_bytes(&b));
	buffer_free(&b);
}

/* ---- for people ---- */

int spool_receipts(struct spool *s, size_t limit, spool_receipt_see *see, void *data,
		   struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct kv_cursor *at = kv_cursor(txn, s->receipts, &(struct kv_range){.backward = true});
	struct bytes key, value;

	for (size_t n = 0; (!limit || n < limit) && kv_next(at, &key, &value); n++) {
		struct spool_receipt r;

		if (!spool_whole(s, txn, key, &value) || !spool_receipt_read(key, value, &r))
			kv_spoil(txn, -EUCLEAN, "a receipt cannot be read");
		else if (!see(data, &r))
			break;
	}
	return spool_end(s, &txn, error);
}

int spool_refusals(struct spool *s, size_t limit, spool_refusal_see *see, void *data,
		   struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct kv_cursor *at = kv_cursor(txn, s->refused, &(struct kv_range){.backward = true});
	struct bytes key, value;

	for (size_t n = 0; (!limit || n < limit) && kv_next(at, &key, &value); n++) {
		struct spool_refusal r;

		if (!spool_whole(s, txn, key, &value) || !spool_refusal_read(key, value, &r))
			kv_spoil(txn, -EUCLEAN, "a refusal cannot be read");
		else if (!see(data, &r))
			break;
	}
	return spool_end(s, &txn, error);
}

int spool_waiting(struct spool *s, size_t limit, spool_waiting_see *see, void *data,
		  struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct spool_state state;

	spool_state_get(s, txn, &state);
	struct spool_key from = spool_key_seq(state.settled + 1);
	struct bytes blob;
	struct kv_cursor *at =
		kv_cursor(txn, s->outbox, &(struct kv_range){.from = SPOOL_KEY(from)});
	struct bytes key, value;

	for (size_t n = 0; (!limit || n < limit) && kv_next(at, &key, &value); n++) {
		uint64_t seq = key.size == 8 ? get_u64(key.data) : 0;

		if (seq < 1 || seq > state.last) {
			kv_spoil(txn, -EUCLEAN, "its outbox holds a number that was never given");
			break;
		}
		spool_record_read(value, &blob);
		if (!see(data, seq, blob))
			break;
	}
	return spool_end(s, &txn, error);
}
