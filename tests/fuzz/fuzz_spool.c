// SPDX-License-Identifier: Apache-2.0
/*
 * spool: records of an office's spool, of any content under keys of any kind, and then everything that reads or goes on
 * from them: state, outbox, receipts, refusals, shelves, an answer of the centre, a new epoch, new work. Whatever
 * stands there, each ends with 0 or with a sentence, and what was queued into a spool that is taken for good can be
 * read back.
 */
#include <errno.h>
#include <stdlib.h>

#include "agent/slice.h"
#include "agent/spool_inner.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

static struct spool *spool;
static struct bytes at_first[2]; /* format, state: as the spool was made */
static const char *const metas[] = {"format", "state", "centre", "slice", "cells"};

static uint8_t *copy(struct bytes b)
{
	return (uint8_t *)text_copy(b);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sys_error error = {""};
	struct bytes value;

	(void)argc, (void)argv;
	fuzz_scratch();
	const char *dir = scratch_path("office");
	MUST(spool_create(dir, &error) == 0 && spool_open(&spool, dir, NULL, &error) == 0);
	struct kv_txn *t = kv_read(spool->kv);
	for (size_t i = 0; i < 2; i++) {
		MUST(kv_get(t, spool->meta, bytes_text(metas[i]), &value));
		at_first[i] = bytes_of(copy(value), value.size);
	}
	kv_end(&t);
	return 0;
}

static void code_is(int code, const struct sys_error *error)
{
	MUST(code == 0 || error->text[0]);
	MUST(code == 0 || code == -EUCLEAN || code == -EXFULL || code == -EMSGSIZE || code == -ENOSPC ||
	     code == -EPROTO || code == -ENOENT);
}

/* ---- what is written ---- */

static struct spool_key some_key(struct take *in, uint8_t table)
{
	struct spool_key k = table == 0 ? spool_key_seq(take_u8(in)) : spool_key_place(take_u8(in) & 3, take_u8(in));

	if (table >= 3)
		k.size = 4;
	if (take_u8(in) == 255) /* a key of another size */
		k.size = 1 + take_u8(in) % sizeof k.bytes;
	return k;
}

static void put_receipt(struct kv_txn *t, struct take *in)
{
	struct spool_receipt r = {.ordinal = take_u8(in) & 3, .seq = take_u8(in), .entry = take_u8(in), .unit = "412",
				  .item = "KH.01", .received_ms = take_u8(in)};
	spool_receipt_put(spool, t, &r);
}

static void put_refusal(struct kv_txn *t, struct take *in)
{
	struct bytes blob = take_piece(in);
	struct spool_refusal r = {.ordinal = take_u8(in) & 3, .seq = take_u8(in), .reason = (enum reason)take_u8(in),
				  .rules = take_u8(in), .voided = take_u8(in) & 1, .field = "unit", .blob = blob};
	spool_refusal_put(spool, t, &r);
}

static void put_outbox(struct kv_txn *t, struct take *in)
{
	struct spool_key k = spool_key_seq(take_u8(in));
	struct bytes blob = take_piece(in);
	uint8_t record[8 + 0x10100], hash[KEYS_HASH];

	keys_hash(blob, hash);
	memcpy(record, hash, SPOOL_CHECK);
	if (blob.size)
		memcpy(record + SPOOL_CHECK, blob.data, blob.size);
	kv_put(t, spool->outbox, SPOOL_KEY(k), bytes_of(record, SPOOL_CHECK + blob.size));
}

static void put_state(struct kv_txn *t, struct take *in)
{
	struct spool_state st = {.ordinal = 1 + (take_u8(in) & 3), .last = take_u8(in), .taken = take_u8(in),
				 .epoch = {5}};

	st.settled = st.last ? take_u8(in) % (st.last + 1) : 0;
	st.kept_from = 1 + take_u8(in) % (st.last + 1);
	st.kept_bytes = take_u32(in);
	spool_state_put(spool, t, &st);
}

static void put_raw(struct kv_txn *t, struct take *in)
{
	struct kv_table tables[] = {spool->outbox, spool->receipts, spool->refused, spool->shelves[0],
				    spool->shelves[1]};
	uint8_t table = take_u8(in) % 6;

	if (table == 5) {
		const char *name = metas[take_u8(in) % BASE_COUNT(metas)];
		kv_put(t, spool->meta, bytes_text(name), take_piece(in));
		return;
	}
	struct spool_key k = some_key(in, table);
	kv_put(t, tables[table], SPOOL_KEY(k), take_piece(in));
}

static void put_something(struct take *in)
{
	struct kv_txn *t = kv_write(spool->kv);
	struct sys_error error;

	kv_clear(t, spool->outbox);
	kv_clear(t, spool->receipts);
	kv_clear(t, spool->refused);
	kv_clear(t, spool->shelves[0]);
	kv_clear(t, spool->shelves[1]);
	for (size_t i = 0; i < BASE_COUNT(metas); i++)
		kv_delete(t, spool->meta, bytes_text(metas[i]));
	for (size_t i = 0; i < 2; i++)
		kv_put(t, spool->meta, bytes_text(metas[i]), at_first[i]);
	for (uint8_t n = take_u8(in) % 12; n && in->left; n--) {
		uint8_t op = take_u8(in) % 6;
		if (op == 0)
			put_receipt(t, in);
		else if (op == 1)
			put_refusal(t, in);
		else if (op == 2)
			put_outbox(t, in);
		else if (op == 3)
			put_state(t, in);
		else
			put_raw(t, in);
	}
	MUST(kv_commit(&t, &error) == KV_OK);
}

/* ---- what reads and goes on ---- */

static bool see_receipt(void *data, const struct spool_receipt *r)
{
	(void)data;
	MUST(memchr(r->unit, 0, sizeof r->unit) && memchr(r->item, 0, sizeof r->item));
	return true;
}

static bool see_refusal(void *data, const struct spool_refusal *r)
{
	(void)data;
	MUST(memchr(r->field, 0, sizeof r->field) && (r->blob.data || !r->blob.size));
	return true;
}

static bool see_waiting(void *data, uint64_t seq, struct bytes blob)
{
	(void)data, (void)seq;
	MUST(blob.data || !blob.size);
	return true;
}

static bool see_row(void *data, struct bytes row)
{
	*(size_t *)data += row.size;
	return true;
}

static void gather(struct take *in)
{
	static struct spool_batch batch;
	struct sys_error error = {""};
	struct spool_state st;
	uint64_t first = take_u8(in), last = first + take_u8(in) % 80;

	/* the daemon asks within what the state says */
	if (spool_state(spool, &st, &error) || first <= st.settled || last > st.last || first > last)
		return;
	int code = spool_gather(spool, first, last, 1 + take_u8(in) % BATCH_UPDATES_MAX, &batch, &error);
	code_is(code, &error);
	if (!code) {
		MUST(batch.n <= BATCH_UPDATES_MAX && batch.proofs_n <= BATCH_UPDATES_MAX);
		MUST(batch.n || (batch.missing_to >= first && batch.missing_to <= last));
	}
}

static void settle(struct take *in)
{
	static const uint8_t some[32] = {9};
	struct spool_outcome o[4];
	struct sys_error error = {""};
	size_t n = 1 + take_u8(in) % 4;

	for (size_t i = 0; i < n; i++)
		o[i] = (struct spool_outcome){.kind = (enum spool_outcome_kind)(take_u8(in) % 3),
					      .seq = take_u8(in), .reason = (enum reason)take_u8(in),
					      .field = "unit", .rules = 1, .incarnation = some, .chain_hash = some,
					      .mac = some, .entry = 7, .index = 1, .received_ms = take_u8(in)};
	code_is(spool_settle(spool, o, n, &error), &error);
}

static void queue(struct take *in)
{
	struct update u = {.unit = "412", .item = "KH.01", .as_of = {20240109}, .period = "", .note = "", .reason = "",
			   .product_ref = "", .body = BODY_COUNT, .value = take_u8(in)};
	struct spool_state st;
	struct sys_error error = {""};
	uint64_t first, seq;
	uint8_t hash[KEYS_HASH];
	bool known = false;

	int code = spool_queue(spool, &u, 1, &first, &error);
	code_is(code, &error);
	if (code)
		return;
	seq = first;
	MUST(spool_state(spool, &st, &error) == 0 && st.last == seq);
	code = spool_hash(spool, seq, hash, &known, &error);
	MUST(code == -EUCLEAN || (code == 0 && known)); /* a rotten receipt may stand under the number already */
}

static void go_on(struct take *in)
{
	struct sys_error error = {""};
	struct spool_state st;
	struct spool_centre centre;
	struct spool_shelf_head head;
	uint8_t hash[KEYS_HASH];
	bool known;
	size_t n = 0;
	uint64_t from;

	switch (take_u8(in) % 12) {
	case 0:
		code_is(spool_state(spool, &st, &error), &error);
		break;
	case 1:
		code_is(spool_centre(spool, &centre, &error), &error);
		break;
	case 2:
		code_is(spool_receipts(spool, take_u8(in), see_receipt, NULL, &error), &error);
		break;
	case 3:
		code_is(spool_refusals(spool, take_u8(in), see_refusal, NULL, &error), &error);
		break;
	case 4:
		code_is(spool_waiting(spool, take_u8(in), see_waiting, NULL, &error), &error);
		break;
	case 5:
		code_is(spool_rows(spool, (enum spool_shelf)(take_u8(in) & 1), see_row, &n, &error), &error);
		break;
	case 6:
		code_is(spool_shelf_head(spool, (enum spool_shelf)(take_u8(in) & 1), &head, &error), &error);
		catalogue_free(slice_load(spool, &head, &error));
		break;
	case 7:
		code_is(spool_hash(spool, take_u8(in), hash, &known, &error), &error);
		break;
	case 8:
		gather(in);
		break;
	case 9:
		settle(in);
		break;
	case 10:
		if (take_u8(in) & 1) {
			code_is(spool_again(spool, take_u8(in), &n, &error), &error);
			break;
		}
		from = 1 + take_u8(in);
		if (!spool_state(spool, &st, &error) && from <= st.settled + 1) /* as push does */
			code_is(spool_move(spool, from, &error), &error);
		break;
	default:
		queue(in);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};

	put_something(&in);
	for (int i = 0; i < 8; i++)
		go_on(&in);
	return 0;
}
