// SPDX-License-Identifier: Apache-2.0
/* The spool: all or nothing, nothing forgotten, who goes first when it is full, a new epoch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "agent/spool_inner.h"
#include "tests/unit/scratch.h"

static struct sys_error error;
static const uint8_t INCARNATION[SPOOL_ID] = {1, 2, 3}, HASH[KEYS_HASH] = {9}, MAC[KEYS_MAC] = {7};

static struct spool *make(const char *name, const struct spool_options *o, char dir[static 4096])
{
	struct spool *s = NULL;

	snprintf(dir, 4096, "%s", scratch_path(name));
	assert_int_equal(spool_create(dir, &error), 0);
	assert_int_equal(spool_open(&s, dir, o, &error), 0);
	return s;
}

static struct spool_state state_of(struct spool *s)
{
	struct spool_state st;

	assert_int_equal(spool_state(s, &st, &error), 0);
	return st;
}

static struct update update_of(const char *item, const char *note)
{
	return (struct update){.unit = "412",
			       .item = item,
			       .as_of = {20240331},
			       .period = "",
			       .note = note,
			       .reason = "",
			       .product_ref = "",
			       .body = BODY_COUNT,
			       .value = 5};
}

static int queue(struct spool *s, size_t n, const char *note)
{
	struct update *u = base_alloc(n * sizeof *u);
	uint64_t first;

	for (size_t i = 0; i < n; i++)
		u[i] = update_of("A", note);
	int code = spool_queue(s, u, n, &first, &error);

	free(u);
	return code;
}

static struct spool_outcome taken(uint64_t seq, int64_t received)
{
	return (struct spool_outcome){.kind = SPOOL_TAKEN,
				      .seq = seq,
				      .incarnation = INCARNATION,
				      .chain_hash = HASH,
				      .mac = MAC,
				      .entry = 100 + seq,
				      .index = 1,
				      .received_ms = received};
}

static void settle(struct spool *s, uint64_t from, uint64_t to, int64_t received)
{
	for (uint64_t seq = from; seq <= to; seq++) {
		struct spool_outcome o = taken(seq, received);

		assert_int_equal(spool_settle(s, &o, 1, &error), 0);
	}
}

static bool count(void *data, uint64_t seq, struct bytes blob)
{
	(void)seq, (void)blob;
	++*(size_t *)data;
	return true;
}

static size_t waiting(struct spool *s)
{
	size_t n = 0;

	assert_int_equal(spool_waiting(s, 0, count, &n, &error), 0);
	return n;
}

static void test_open_again(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("again", NULL, dir), *other = NULL;
	struct spool_state a = state_of(s);

	assert_int_equal(a.ordinal, 1);
	assert_int_equal(queue(s, 3, "x"), 0);
	settle(s, 1, 1, 5000);
	uint64_t turn = spool_turn(s);

	assert_true(turn > 0);
	assert_int_equal(spool_create(dir, &error), -EBUSY); /* one per process */
	spool_close(s);
	assert_int_equal(spool_create(dir, &error), -EEXIST);
	assert_int_equal(spool_open(&s, dir, NULL, &error), 0);
	struct spool_state b = state_of(s);

	assert_memory_equal(a.epoch, b.epoch, SPOOL_ID);
	assert_int_equal(b.last, 3);
	assert_int_equal(b.settled, 1);
	assert_int_equal(b.kept_from, 1);
	assert_int_equal(b.taken, 1);
	assert_int_equal(waiting(s), 2);
	spool_close(s);
	assert_int_equal(spool_open(&other, scratch_path("nowhere"), NULL, &error), -ENOENT);
}

static void test_lock(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("lock", NULL, dir);

	assert_false(spool_served(s));
	assert_int_equal(spool_lock(s, &error), 0);
	assert_true(spool_served(s));
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &error), 0);
	assert_false(spool_served(s));
	spool_close(s);
}

static void write_meta(struct spool *s, const char *key, const char *value, size_t size)
{
	struct kv_txn *txn = kv_write(s->kv);

	kv_put(txn, s->meta, bytes_text(key), bytes_of(value, size));
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
}

static void test_formats(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("formats", NULL, dir);
	struct spool_state st;

	write_meta(s, "state", "abc", 3);
	assert_int_equal(spool_state(s, &st, &error), -EUCLEAN);
	assert_non_null(strstr(error.text, "damaged"));
	assert_int_equal(queue(s, 1, ""), -EUCLEAN);
	write_meta(s, "format", SPOOL_FORMAT "\0\0\0\2", sizeof SPOOL_FORMAT + 3);
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &error), -EPROTO);
	assert_non_null(strstr(error.text, "newer"));

	struct kv *kv;
	const struct kv_options create = {.create = true};

	snprintf(dir, sizeof dir, "%s", scratch_path("foreign"));
	assert_int_equal(base_mkdirs(dir, 0700, &error), 0);
	assert_int_equal(kv_open(&kv, scratch_path("foreign/spool"), &create, &error), 0);
	kv_close(kv);
	assert_int_equal(spool_open(&s, dir, NULL, &error), -EPROTO);
	assert_non_null(strstr(error.text, "no spool"));
}

static void test_all_or_nothing(void **state)
{
	(void)state;
	char dir[4096], longer[UPDATE_BYTES_MAX + 1];
	struct spool *s = make("all", NULL, dir);
	struct update u[3] = {update_of("A", ""), update_of("B", ""), update_of("C", "")};
	uint64_t first;

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	u[2].note = longer;
	assert_int_equal(spool_queue(s, u, 3, &first, &error), -EMSGSIZE);
	assert_int_equal(first, 2);
	assert_int_equal(waiting(s), 0);
	assert_int_equal(state_of(s).last, 0);
	u[2].note = "";
	assert_int_equal(spool_queue(s, u, 3, &first, &error), 0);
	assert_int_equal(first, 1);
	assert_int_equal(u[2].seq, 3);
	assert_int_equal(waiting(s), 3);
	spool_close(s);
}

static void test_full(void **state)
{
	(void)state;
	char dir[4096], note[1001];
	struct spool *s = make("full", &(struct spool_options){.quota = 100000}, dir);

	memset(note, 'x', 1000);
	note[1000] = '\0';
	while (queue(s, 1, note) == 0)
		;
	uint64_t last = state_of(s).last;

	assert_int_equal(queue(s, 1, note), -EDQUOT);
	assert_non_null(strstr(error.text, "full"));
	assert_true(last > 80);
	assert_int_equal(waiting(s), last); /* nothing was dropped */
	/* what is acknowledged goes first, the oldest before the rest */
	settle(s, 1, 10, 5000);
	assert_int_equal(state_of(s).kept_from, 1);
	assert_int_equal(queue(s, 4, note), 0);
	struct spool_state st = state_of(s);

	assert_true(st.kept_from > 3 && st.kept_from <= 6);
	assert_int_equal(st.last, last + 4);
	assert_int_equal(queue(s, 11, note), -EDQUOT); /* all or nothing */
	assert_int_equal(state_of(s).kept_from, st.kept_from);
	assert_int_equal(queue(s, 5, note), 0);
	assert_int_equal(queue(s, 5, note), -EDQUOT);
	assert_int_equal(waiting(s), last - 10 + 9);
	spool_close(s);
}

static void test_grace(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("grace", &(struct spool_options){.grace_ms = 1000}, dir);

	assert_int_equal(queue(s, 5, ""), 0);
	settle(s, 1, 2, 5000);
	assert_int_equal(state_of(s).kept_from, 1);
	settle(s, 3, 3, 6000);
	assert_int_equal(state_of(s).kept_from, 1);
	settle(s, 4, 4, 6001);
	assert_int_equal(state_of(s).kept_from, 3);
	settle(s, 5, 5, 90000);
	assert_int_equal(state_of(s).kept_from, 5);
	struct spool_batch b = {0};

	assert_int_equal(spool_gather(s, 1, 5, 64, &b, &error), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.missing_to, 4);
	assert_int_equal(spool_gather(s, 5, 5, 64, &b, &error), 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(b.proofs_n, 1);
	assert_int_equal(b.proofs[0].seq, 5);
	buffer_free(&b.bytes);
	spool_close(s);
}

static void test_gather(void **state)
{
	(void)state;
	char dir[4096], note[2001];
	struct spool *s = make("gather", NULL, dir);
	struct spool_batch b = {0};
	struct codec_arena arena = codec_arena_new(65536);
	struct update u;

	memset(note, 'x', 2000);
	note[2000] = '\0';
	assert_int_equal(queue(s, 100, ""), 0);
	assert_int_equal(queue(s, 100, note), 0);
	assert_int_equal(spool_gather(s, 1, 200, 64, &b, &error), 0);
	assert_int_equal(b.n, 64);
	assert_int_equal(b.proofs_n, 0);
	assert_true(codec_update_decode(b.blobs[63].data, b.blobs[63].size, &arena, &u));
	assert_int_equal(u.seq, 64);
	assert_int_equal(spool_gather(s, 101, 200, 64, &b, &error), 0);
	assert_true(b.n < 25 && b.n > 20); /* 48 KiB */
	assert_true(b.bytes.size <= BATCH_BYTES_MAX);
	assert_int_equal(spool_gather(s, 199, 199, 64, &b, &error), 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(spool_gather(s, 201, 400, 64, &b, &error), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.missing_to, 264); /* in portions */
	buffer_free(&b.bytes);
	codec_arena_free(&arena);
	spool_close(s);
}

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

static void test_outcomes(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("outcomes", NULL, dir);
	struct spool_receipt r;
	struct spool_refusal f;
	uint8_t hash[KEYS_HASH], again[KEYS_HASH];
	bool known;

	assert_int_equal(queue(s, 4, "n"), 0);
	assert_int_equal(spool_hash(s, 2, hash, &known, &error), 0);
	assert_true(known);
	struct spool_outcome late[] = {
		taken(3, 7000), {.kind = SPOOL_VOIDED, .seq = 4, .received_ms = 7000}, taken(9, 1)};

	assert_int_equal(spool_settle(s, late, 3, &error), 0);
	assert_int_equal(state_of(s).settled, 0);
	struct spool_outcome early[] = {
		taken(1, 6000),
		{.kind = SPOOL_REFUSED,
		 .seq = 2,
		 .reason = REASON_NOT_ASSIGNED,
		 .field = "item",
		 .received_ms = 6000}};

	assert_int_equal(spool_settle(s, early, 2, &error), 0);
	struct spool_state st = state_of(s);

	assert_int_equal(st.settled, 4);
	assert_int_equal(st.taken, 2);
	assert_int_equal(st.refused, 1);
	assert_int_equal(st.voided, 1);
	assert_int_equal(spool_receipts(s, 0, keep_receipt, &r, &error), 0);
	assert_int_equal(r.seq, 3);
	assert_int_equal(r.entry, 103);
	assert_string_equal(r.unit, "412");
	assert_string_equal(r.item, "A");
	assert_int_equal(r.as_of.ymd, 20240331);
	assert_int_equal(spool_refusals(s, 0, keep_refusal, &f, &error), 0);
	assert_true(f.voided && f.seq == 4);

	/* the bytes of a refused one are still here, and hash the same */
	assert_int_equal(spool_hash(s, 2, again, &known, &error), 0);
	assert_true(known);
	assert_memory_equal(hash, again, KEYS_HASH);
	assert_int_equal(spool_hash(s, 3, again, &known, &error), 0);
	assert_memory_equal(r.blob_hash, again, KEYS_HASH);
	assert_int_equal(spool_hash(s, 4, again, &known, &error), 0);
	assert_true(known); /* given up by the centre, but the bytes are here */
	assert_int_equal(spool_hash(s, 5, again, &known, &error), 0);
	assert_false(known);

	/* a restored centre takes it again: the new receipt, the first time */
	struct spool_outcome second = taken(3, 99000);

	second.entry = 7;
	assert_int_equal(spool_settle(s, &second, 1, &error), 0);
	assert_int_equal(spool_receipts(s, 1, keep_receipt, &r, &error), 0);
	assert_int_equal(r.entry, 7);
	assert_int_equal(r.first_received_ms, 7000);
	assert_int_equal(r.received_ms, 99000);
	assert_int_equal(state_of(s).taken, 2);
	spool_close(s);
}

static void test_move(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("move", NULL, dir);
	struct spool_state a = state_of(s), b;
	struct spool_batch batch = {0};
	struct codec_arena arena = codec_arena_new(65536);
	struct update u;

	assert_int_equal(queue(s, 300, "n"), 0);
	settle(s, 1, 3, 5000);
	assert_int_equal(spool_move(s, 4, &error), 0);
	b = state_of(s);
	assert_memory_equal(a.epoch, b.previous, SPOOL_ID);
	assert_memory_not_equal(a.epoch, b.epoch, SPOOL_ID);
	assert_int_equal(b.ordinal, 2);
	assert_int_equal(b.last, 297);
	assert_int_equal(b.settled, 0);
	assert_int_equal(b.taken, 3);
	for (uint64_t seq = 1; seq <= 297; seq += batch.n) {
		assert_int_equal(spool_gather(s, seq, 297, 64, &batch, &error), 0);
		assert_true(batch.n > 0);
		for (unsigned i = 0; i < batch.n; i++) {
			codec_arena_reset(&arena);
			assert_true(codec_update_decode(batch.blobs[i].data, batch.blobs[i].size,
							&arena, &u));
			assert_int_equal(u.seq, seq + i);
			assert_string_equal(u.note, "n");
		}
	}
	settle(s, 1, 297, 6000);
	assert_int_equal(state_of(s).taken, 300);
	/* nothing waits: the new epoch begins empty */
	assert_int_equal(spool_move(s, 298, &error), 0);
	assert_int_equal(state_of(s).last, 0);
	assert_int_equal(queue(s, 1, ""), 0);
	assert_int_equal(state_of(s).last, 1);
	buffer_free(&batch.bytes);
	codec_arena_free(&arena);
	spool_close(s);
}

/* What a version does not know yet waits with its bytes for one that does. */
static void test_again(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("later", NULL, dir);
	struct spool_batch b = {0};
	struct spool_refusal f;
	size_t n;

	assert_int_equal(queue(s, 200, "n"), 0);
	struct spool_outcome o = {.kind = SPOOL_REFUSED,
				  .seq = 1,
				  .reason = REASON_NOT_YET,
				  .field = "",
				  .rules = 1,
				  .received_ms = 5};

	assert_int_equal(spool_settle(s, &o, 1, &error), 0);
	o.seq = 2;
	o.reason = REASON_NOT_ASSIGNED;
	assert_int_equal(spool_settle(s, &o, 1, &error), 0);
	assert_int_equal(spool_again(s, 1, &n, &error), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_again(s, 2, &n, &error), 0);
	assert_int_equal(n, 1);
	assert_int_equal(state_of(s).last, 201);
	assert_int_equal(spool_again(s, 2, &n, &error), 0);
	assert_int_equal(n, 0);
	assert_int_equal(spool_again(s, 3, &n, &error), 0); /* once: the copy has its own refusal */
	assert_int_equal(n, 0);
	assert_int_equal(spool_gather(s, 201, 201, 1, &b, &error), 0);
	assert_int_equal(b.n, 1);
	assert_memory_equal(b.blobs[0].data, "\x08\xc9\x01\x12\x03" "412", 8); /* renumbered */
	o.seq = 201;
	o.reason = REASON_UNDECODABLE;
	o.rules = 2;
	assert_int_equal(spool_settle(s, &o, 1, &error), 0);
	assert_int_equal(spool_again(s, 3, &n, &error), 0);
	assert_int_equal(n, 1);
	assert_int_equal(spool_refusals(s, 1, keep_refusal, &f, &error), 0);
	assert_int_equal(f.seq, 201);
	assert_int_equal(f.again, 202);
	buffer_free(&b.bytes);
	spool_close(s);
}

static bool add_row(void *data, struct bytes row)
{
	buffer_put_bytes(data, row);
	return true;
}

static void test_knowledge(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = make("knowledge", NULL, dir);
	struct spool_centre c, d;
	struct spool_shelf_head h = {.entry = 5, .time_ms = 9, .today = 20240331, .scope = "412"}, g;
	struct bytes rows[] = {bytes_text("one"), bytes_text("two")};
	struct buffer all = {0};

	assert_int_equal(spool_centre(s, &c, &error), 0);
	assert_int_equal(c.time_ms, 0);
	c = (struct spool_centre){.catalogue_entry = 4,
				  .time_ms = 5,
				  .heard_monotonic_ms = 6,
				  .heard_wall_ms = 7,
				  .illustrative = true,
				  .attempts = 8,
				  .trouble = "no_answer",
				  .alarm = "conflict 12"};
	assert_int_equal(spool_centre_set(s, &c, &error), 0);
	assert_int_equal(spool_centre(s, &d, &error), 0);
	assert_memory_equal(&c, &d, sizeof c);
	assert_int_equal(spool_shelf_head(s, SPOOL_SLICE, &g, &error), 0);
	assert_int_equal(g.entry, 0);
	assert_int_equal(spool_shelve(s, SPOOL_SLICE, &h, rows, 2, &error), 0);
	assert_int_equal(spool_shelve(s, SPOOL_SLICE, &h, rows + 1, 1, &error), 0);
	assert_int_equal(spool_shelf_head(s, SPOOL_SLICE, &g, &error), 0);
	assert_int_equal(g.entry, 5);
	assert_string_equal(g.scope, "412");
	assert_int_equal(spool_rows(s, SPOOL_SLICE, add_row, &all, &error), 0);
	assert_string_equal(buffer_text(&all), "two");
	buffer_free(&all);
	spool_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_again), cmocka_unit_test(test_lock),
		cmocka_unit_test(test_formats),    cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_full),       cmocka_unit_test(test_grace),
		cmocka_unit_test(test_gather),     cmocka_unit_test(test_outcomes),
		cmocka_unit_test(test_move),       cmocka_unit_test(test_again),
		cmocka_unit_test(test_knowledge),
	};

	assert_int_equal(keys_start(&error), 0);
	return cmocka_run_group_tests_name("spool", tests, scratch_make, scratch_remove);
}
