// SPDX-License-Identifier: Apache-2.0
/* What the centre answers: receipts, refusals, a new epoch, once more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/scratch.h"
#include "tests/unit/spool_support.h"

static bool keep_receipt(void *data, const struct spool_receipt *r)
{
	*(struct spool_receipt *)data = *r;
	return false;
}

static bool keep_refusal(void *data, const struct spool_refusal *r)
{
	struct spool_refusal *out = data;

	*out = *r;
	out->blob.data = NULL; /* dies with the transaction */
	return false;
}

/* What a receipt is for: its period and kind; one that an older build wrote has neither, and stays whole. */
static void test_old_receipts(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("old", NULL, dir);
	struct update u = spool_sample("A", "");
	struct spool_outcome o = spool_taken(1, 7000), again = spool_taken(1, 9000);
	struct spool_receipt r;
	uint64_t first;

	u.period = "2024-03b";
	assert_int_equal(spool_queue(s, &u, 1, &first, &spool_error), 0);
	assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	assert_int_equal(spool_receipts(s, 0, keep_receipt, &r, &spool_error), 0);
	assert_int_equal(r.body, BODY_COUNT);
	assert_string_equal(r.period, "2024-03b");

	struct kv_txn *txn = kv_write(s->kv);

	r.body = BODY_NONE;
	spool_receipt_put(s, txn, &r);
	assert_int_equal(spool_commit(s, &txn, &spool_error), 0);
	for (int restored = 0; restored < 2; restored++) {
		assert_int_equal(spool_receipts(s, 0, keep_receipt, &r, &spool_error), 0);
		assert_int_equal(r.body, BODY_NONE);
		assert_string_equal(r.period, "");
		assert_string_equal(r.item, "A");
		assert_int_equal(r.first.entry, restored ? 101 : 0);
		again.entry = 50;
		assert_int_equal(spool_settle(s, &again, 1, &spool_error), 0);
	}
	spool_close(s);
}

static void test_outcomes(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("outcomes", NULL, dir);
	struct spool_receipt r;
	struct spool_refusal f;
	uint8_t hash[KEYS_HASH], again[KEYS_HASH];
	bool known;

	assert_int_equal(spool_fill(s, 4, "n"), 0);
	assert_int_equal(spool_hash(s, 2, hash, &known, &spool_error), 0);
	assert_true(known);
	struct spool_outcome late[] = {spool_taken(3, 7000),
				       {.kind = SPOOL_VOIDED, .seq = 4, .received_ms = 7000},
				       spool_taken(9, 1)};

	assert_int_equal(spool_settle(s, late, 3, &spool_error), 0);
	assert_int_equal(spool_state_now(s).settled, 0);
	struct spool_outcome early[] = {spool_taken(1, 6000),
					{.kind = SPOOL_REFUSED,
					 .seq = 2,
					 .reason = REASON_NOT_ASSIGNED,
					 .field = "item",
					 .received_ms = 6000}};

	assert_int_equal(spool_settle(s, early, 2, &spool_error), 0);
	struct spool_state st = spool_state_now(s);

	assert_int_equal(st.settled, 4);
	assert_int_equal(st.taken, 2);
	assert_int_equal(st.refused, 1);
	assert_int_equal(st.voided, 1);
	assert_int_equal(spool_receipts(s, 0, keep_receipt, &r, &spool_error), 0);
	assert_int_equal(r.seq, 3);
	assert_int_equal(r.entry, 103);
	assert_string_equal(r.unit, "412");
	assert_string_equal(r.item, "A");
	assert_int_equal(r.as_of.ymd, 20240331);
	assert_int_equal(r.body, BODY_COUNT);
	assert_string_equal(r.period, "");
	assert_int_equal(spool_refusals(s, 0, keep_refusal, &f, &spool_error), 0);
	assert_true(f.voided && f.seq == 4);

	/* the bytes of a refused one are still here, and hash the same */
	assert_int_equal(spool_hash(s, 2, again, &known, &spool_error), 0);
	assert_true(known);
	assert_memory_equal(hash, again, KEYS_HASH);
	assert_int_equal(spool_hash(s, 3, again, &known, &spool_error), 0);
	assert_memory_equal(r.blob_hash, again, KEYS_HASH);
	assert_int_equal(spool_hash(s, 4, again, &known, &spool_error), 0);
	assert_true(known); /* given up by the centre, but the bytes are here */
	assert_int_equal(spool_hash(s, 5, again, &known, &spool_error), 0);
	assert_false(known);

	/* a restored centre takes it again: the new receipt, the first time */
	struct spool_outcome second = spool_taken(3, 99000);

	second.entry = 7;
	assert_int_equal(spool_settle(s, &second, 1, &spool_error), 0);
	assert_int_equal(spool_receipts(s, 1, keep_receipt, &r, &spool_error), 0);
	assert_int_equal(r.entry, 7);
	assert_int_equal(r.first_received_ms, 7000);
	assert_int_equal(r.received_ms, 99000);
	assert_int_equal(spool_state_now(s).taken, 2);
	assert_int_equal(r.first.entry, 103);
	assert_int_equal(r.first.received_ms, 7000);

	/* a second time: what proves the first time is still here */
	struct spool_outcome third = spool_taken(3, 199000);

	third.entry = 5;
	assert_int_equal(spool_settle(s, &third, 1, &spool_error), 0);
	assert_int_equal(spool_settle(s, &third, 1, &spool_error), 0); /* the same answer again changes nothing */
	assert_int_equal(spool_receipts(s, 1, keep_receipt, &r, &spool_error), 0);
	assert_int_equal(r.entry, 5);
	assert_int_equal(r.first.entry, 103);
	assert_int_equal(r.first_received_ms, 7000);

	/* the older copy that is put back at last held the first receipt itself */
	struct spool_outcome old = spool_taken(3, 7000);

	assert_int_equal(spool_settle(s, &old, 1, &spool_error), 0);
	assert_int_equal(spool_receipts(s, 1, keep_receipt, &r, &spool_error), 0);
	assert_int_equal(r.entry, 103);
	assert_int_equal(r.first.entry, 0);
	assert_int_equal(r.first_received_ms, 7000);
	spool_close(s);
}

static void test_move(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("move", NULL, dir);
	struct spool_state a = spool_state_now(s), b;
	struct spool_batch batch = {0};
	struct codec_arena arena = codec_arena_new(65536);
	struct update u;

	assert_int_equal(spool_fill(s, 300, "n"), 0);
	spool_take(s, 1, 3, 5000);
	assert_int_equal(spool_move(s, 4, &spool_error), 0);
	b = spool_state_now(s);
	assert_memory_equal(a.epoch, b.previous, SPOOL_ID);
	assert_memory_not_equal(a.epoch, b.epoch, SPOOL_ID);
	assert_int_equal(b.ordinal, 2);
	assert_int_equal(b.last, 297);
	assert_int_equal(b.settled, 0);
	assert_int_equal(b.taken, 3);
	for (uint64_t seq = 1; seq <= 297; seq += batch.n) {
		assert_int_equal(spool_gather(s, seq, 297, 64, &batch, &spool_error), 0);
		assert_true(batch.n > 0);
		for (unsigned i = 0; i < batch.n; i++) {
			codec_arena_reset(&arena);
			assert_true(codec_update_decode(batch.blobs[i].data, batch.blobs[i].size,
							&arena, &u));
			assert_int_equal(u.seq, seq + i);
			assert_string_equal(u.note, "n");
		}
	}
	spool_take(s, 1, 297, 6000);
	assert_int_equal(spool_state_now(s).taken, 300);
	/* nothing waits: the new epoch begins empty */
	assert_int_equal(spool_move(s, 298, &spool_error), 0);
	assert_int_equal(spool_state_now(s).last, 0);
	assert_int_equal(spool_fill(s, 1, ""), 0);
	assert_int_equal(spool_state_now(s).last, 1);
	buffer_free(&batch.bytes);
	codec_arena_free(&arena);
	spool_close(s);
}

/* A bit that turned on the disk: that one is given up by name, the others go on. */
static void test_damaged_update(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("bits", NULL, dir);
	struct spool_batch b = {0};
	struct spool_refusal f;
	uint8_t hash[KEYS_HASH];
	bool known;

	assert_int_equal(spool_fill(s, 5, "n"), 0);
	for (uint64_t seq = 2; seq <= 3; seq++) {
		struct kv_txn *txn = kv_write(s->kv);
		struct spool_key key = spool_key_seq(seq);
		struct bytes record;
		uint8_t copy[200];

		assert_true(kv_get(txn, s->outbox, SPOOL_KEY(key), &record));
		memcpy(copy, record.data, record.size);
		copy[record.size - 1] ^= 1;
		kv_put(txn, s->outbox, SPOOL_KEY(key),
		       bytes_of(copy, seq == 2 ? record.size : SPOOL_CHECK));
		assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
	}
	assert_int_equal(spool_gather(s, 1, 5, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(spool_gather(s, 2, 5, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.missing_to, 3);
	assert_int_equal(spool_hash(s, 2, hash, &known, &spool_error), 0);
	assert_false(known);
	struct spool_outcome o = {.kind = SPOOL_VOIDED, .seq = 2, .received_ms = 5};

	spool_take(s, 1, 1, 5);
	assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	assert_int_equal(spool_state_now(s).voided, 1);
	/* in a move too nothing disappears without a word */
	assert_int_equal(spool_move(s, 3, &spool_error), 0);
	assert_int_equal(spool_state_now(s).last, 2);
	assert_int_equal(spool_state_now(s).voided, 2);
	assert_int_equal(spool_refusals(s, 1, keep_refusal, &f, &spool_error), 0);
	assert_int_equal(f.seq, 3);
	assert_true(f.voided);
	buffer_free(&b.bytes);
	spool_close(s);
}

/* What a version does not know yet waits with its bytes for one that does. */
static void test_again(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("later", NULL, dir);
	struct spool_batch b = {0};
	struct spool_refusal f;
	size_t n;

	assert_int_equal(spool_fill(s, 200, "n"), 0);
	struct spool_outcome o = {.kind = SPOOL_REFUSED,
				  .seq = 1,
				  .reason = REASON_NOT_YET,
				  .field = "",
				  .rules = 1,
				  .received_ms = 5};

	assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	o.seq = 2;
	o.reason = REASON_NOT_ASSIGNED;
	assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	assert_int_equal(spool_again(s, 1, &n, &spool_error), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_again(s, 2, &n, &spool_error), 0);
	assert_int_equal(n, 1);
	assert_int_equal(spool_state_now(s).last, 201);
	assert_int_equal(spool_again(s, 2, &n, &spool_error), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_again(s, 3, &n, &spool_error),
			 0); /* once: the copy has its own refusal */
	assert_int_equal(n, 0);
	assert_int_equal(spool_gather(s, 201, 201, 1, &b, &spool_error), 0);
	assert_int_equal(b.n, 1);
	assert_memory_equal(b.blobs[0].data,
			    "\x08\xc9\x01\x12\x03"
			    "412",
			    8); /* renumbered */
	o.seq = 201;
	o.reason = REASON_UNDECODABLE;
	o.rules = 2;
	assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	assert_int_equal(spool_again(s, 3, &n, &spool_error), 0);
	assert_int_equal(n, 1);
	assert_int_equal(spool_refusals(s, 1, keep_refusal, &f, &spool_error), 0);
	assert_int_equal(f.seq, 201);
	assert_int_equal(f.again, 202);
	buffer_free(&b.bytes);
	spool_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_outcomes), cmocka_unit_test(test_old_receipts),
		cmocka_unit_test(test_move),
		cmocka_unit_test(test_damaged_update),
		cmocka_unit_test(test_again),
	};

	assert_int_equal(keys_start(&spool_error), 0);
	return cmocka_run_group_tests_name("spool_outcomes", tests, scratch_make, scratch_remove);
}
