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

#include "tests/unit/scratch.h"
#include "tests/unit/spool_support.h"

static bool count(void *data, uint64_t seq, struct bytes blob)
{
	(void)seq, (void)blob;
	++*(size_t *)data;
	return true;
}

static size_t waiting(struct spool *s)
{
	size_t n = 0;

	assert_int_equal(spool_waiting(s, 0, count, &n, &spool_error), 0);
	return n;
}

static void test_open_again(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("again", NULL, dir), *other = NULL;
	struct spool_state a = spool_state_now(s);

	assert_int_equal(a.ordinal, 1);
	assert_int_equal(spool_fill(s, 3, "x"), 0);
	spool_take(s, 1, 1, 5000);
	uint64_t turn = spool_turn(s);

	assert_true(turn > 0);
	assert_int_equal(spool_create(dir, &spool_error), -EBUSY); /* one per process */
	spool_close(s);
	assert_int_equal(spool_create(dir, &spool_error), -EEXIST);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), 0);
	struct spool_state b = spool_state_now(s);

	assert_memory_equal(a.epoch, b.epoch, SPOOL_ID);
	assert_int_equal(b.last, 3);
	assert_int_equal(b.settled, 1);
	assert_int_equal(b.kept_from, 1);
	assert_int_equal(b.taken, 1);
	assert_int_equal(waiting(s), 2);
	spool_close(s);
	assert_int_equal(spool_open(&other, scratch_path("nowhere"), NULL, &spool_error), -ENOENT);
}

static void test_lock(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("lock", NULL, dir);

	assert_false(spool_served(s));
	assert_int_equal(spool_lock(s, &spool_error), 0);
	assert_true(spool_served(s));
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), 0);
	assert_false(spool_served(s));
	spool_close(s);
}

static void write_meta(struct spool *s, const char *key, const char *value, size_t size)
{
	struct kv_txn *txn = kv_write(s->kv);

	kv_put(txn, s->meta, bytes_text(key), bytes_of(value, size));
	assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
}

static void put_format(struct spool *s, uint8_t version)
{
	char format[sizeof SPOOL_FORMAT + 3];

	memcpy(format, SPOOL_FORMAT, sizeof SPOOL_FORMAT - 1);
	memcpy(format + sizeof SPOOL_FORMAT - 1, (uint8_t[]){0, 0, 0, version}, 4);
	write_meta(s, "format", format, sizeof format);
}

/* Cuts the check off every record: as format 1 wrote them. */
static void make_old(struct spool *s)
{
	struct kv_table tables[] = {s->receipts, s->refused};
	struct kv_txn *txn = kv_write(s->kv);
	struct bytes key, value;

	for (size_t i = 0; i < 2; i++) {
		struct kv_cursor *at = kv_cursor(txn, tables[i], &(struct kv_range){0});
		while (kv_next(at, &key, &value)) {
			uint8_t copy[4096], name[16];
			memcpy(copy, value.data, value.size);
			memcpy(name, key.data, key.size);
			kv_put(txn, tables[i], bytes_of(name, key.size), bytes_of(copy, value.size - SPOOL_CHECK));
		}
		kv_cursor_end(&at);
	}
	uint8_t copy[4096];
	assert_true(kv_get(txn, s->meta, bytes_text("state"), &value));
	memcpy(copy, value.data, value.size);
	kv_put(txn, s->meta, bytes_text("state"), bytes_of(copy, value.size - SPOOL_CHECK));
	assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
	put_format(s, 1);
}

static bool any_receipt(void *data, const struct spool_receipt *r)
{
	*(uint64_t *)data = r->entry;
	return true;
}

static void test_what_format_1_wrote(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("format1", NULL, dir);
	uint64_t entry = 0;

	assert_int_equal(spool_fill(s, 2, "x"), 0);
	spool_take(s, 1, 1, 5000);
	make_old(s);
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), 0);
	assert_int_equal(spool_state_now(s).last, 2);
	assert_int_equal(spool_receipts(s, 0, any_receipt, &entry, &spool_error), 0);
	assert_int_equal(entry, 101);
	spool_take(s, 2, 2, 6000); /* and it goes on in its own way */
	assert_int_equal(spool_receipts(s, 0, any_receipt, &entry, &spool_error), 0);
	assert_int_equal(spool_state_now(s).settled, 2);
	spool_close(s);
}

/* Any bit of a receipt, a refusal, the state. */
static void test_turned_bits(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("bits", NULL, dir);
	struct spool_outcome no = {.kind = SPOOL_REFUSED, .seq = 2, .reason = REASON_OUT_OF_RANGE, .field = "unit"};
	uint64_t entry;
	size_t n = 0;

	assert_int_equal(spool_fill(s, 2, "x"), 0);
	spool_take(s, 1, 1, 5000);
	assert_int_equal(spool_settle(s, &no, 1, &spool_error), 0);
	struct kv_table tables[] = {s->receipts, s->refused, s->meta};
	for (size_t i = 0; i < 3; i++) {
		struct spool_key place = spool_key_place(1, i + 1);
		struct bytes key = i < 2 ? SPOOL_KEY(place) : bytes_text("state"), value;
		uint8_t copy[4096];
		struct kv_txn *txn = kv_read(s->kv);
		assert_true(kv_get(txn, tables[i], key, &value));
		size_t size = value.size;
		memcpy(copy, value.data, size);
		kv_end(&txn);
		for (size_t bit = 0; bit < size * 8; bit += 7, n++) {
			struct spool_state st;
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
			txn = kv_write(s->kv);
			kv_put(txn, tables[i], key, bytes_of(copy, size));
			assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
			int rc = i == 0   ? spool_receipts(s, 0, any_receipt, &entry, &spool_error)
				 : i == 1 ? spool_refusals(s, 0, NULL, NULL, &spool_error)
					  : spool_state(s, &st, &spool_error);
			assert_int_equal(rc, -EUCLEAN);
			copy[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
		txn = kv_write(s->kv);
		kv_put(txn, tables[i], key, bytes_of(copy, size));
		assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
	}
	assert_true(n > 300);
	spool_close(s);
}

/* A key that a disk turned: told, not asserted, and nothing is read beyond it. */
static void test_a_number_never_given(void **state)
{
	(void)state;
	char dir[4096];
	static const uint8_t keys[][8] = {{0, 0, 0, 0, 0, 0, 1, 3}, {0}};
	const size_t sizes[] = {8, 3};
	struct spool_outcome o = spool_taken(1, 5000);

	for (size_t i = 0; i < 2; i++) {
		struct spool *s = spool_make(i ? "short" : "high", NULL, dir);

		assert_int_equal(spool_fill(s, 2, "x"), 0);
		struct kv_txn *txn = kv_write(s->kv);
		kv_clear(txn, s->outbox);
		kv_put(txn, s->outbox, bytes_of(keys[i], sizes[i]), bytes_text("12345678x"));
		assert_int_equal(kv_commit(&txn, &spool_error), KV_OK);
		size_t seen = 0;
		int code = spool_waiting(s, 0, count, &seen, &spool_error);
		assert_int_equal(code, i ? 0 : -EUCLEAN); /* the short one stands before all that wait */
		assert_int_equal(seen, 0);
		assert_int_equal(spool_settle(s, &o, 1, &spool_error), -EUCLEAN);
		assert_non_null(strstr(spool_error.text, "never given"));
		assert_int_equal(spool_move(s, 1, &spool_error), -EUCLEAN);
		write_meta(s, "state", (char[4 + 32 + 56]){0}, 4 + 32 + 56);
		struct spool_state st;
		assert_int_equal(spool_state(s, &st, &spool_error), -EUCLEAN); /* no epoch */
		spool_close(s);
	}
}

static void test_formats(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("formats", NULL, dir);
	struct spool_state st;

	write_meta(s, "state", "abc", 3);
	assert_int_equal(spool_state(s, &st, &spool_error), -EUCLEAN);
	assert_non_null(strstr(spool_error.text, "damaged"));
	assert_int_equal(spool_fill(s, 1, ""), -EUCLEAN);
	write_meta(s, "format", SPOOL_FORMAT "\0\0\0\3", sizeof SPOOL_FORMAT + 3);
	spool_close(s);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), -EPROTO);
	assert_non_null(strstr(spool_error.text, "newer"));

	struct kv *kv;
	const struct kv_options create = {.create = true};

	snprintf(dir, sizeof dir, "%s", scratch_path("foreign"));
	assert_int_equal(base_mkdirs(dir, 0700, &spool_error), 0);
	assert_int_equal(kv_open(&kv, scratch_path("foreign/spool"), &create, &spool_error), 0);
	kv_close(kv);
	assert_int_equal(spool_open(&s, dir, NULL, &spool_error), -EPROTO);
	assert_non_null(strstr(spool_error.text, "no spool"));
}

static void test_all_or_nothing(void **state)
{
	(void)state;
	char dir[4096], longer[UPDATE_BYTES_MAX + 1];
	struct spool *s = spool_make("all", NULL, dir);
	struct update u[3] = {spool_sample("A", ""), spool_sample("B", ""), spool_sample("C", "")};
	uint64_t first;

	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	u[2].note = longer;
	assert_int_equal(spool_queue(s, u, 3, &first, &spool_error), -EMSGSIZE);
	assert_int_equal(first, 2);
	assert_int_equal(waiting(s), 0);
	assert_int_equal(spool_state_now(s).last, 0);
	u[2].note = "";
	assert_int_equal(spool_queue(s, u, 3, &first, &spool_error), 0);
	assert_int_equal(first, 1);
	assert_int_equal(u[2].seq, 3);
	assert_int_equal(waiting(s), 3);
	spool_close(s);
}

static void test_full(void **state)
{
	(void)state;
	char dir[4096], note[1001];
	struct spool *s = spool_make("full", &(struct spool_options){.quota = 100000}, dir);

	memset(note, 'x', 1000);
	note[1000] = '\0';
	while (spool_fill(s, 1, note) == 0)
		;
	uint64_t last = spool_state_now(s).last;

	assert_int_equal(spool_fill(s, 1, note), -EXFULL);
	assert_non_null(strstr(spool_error.text, "full"));
	assert_true(last > 80);
	assert_int_equal(waiting(s), last); /* nothing was dropped */
	/* what is acknowledged goes first, the oldest before the rest */
	spool_take(s, 1, 10, 5000);
	assert_int_equal(spool_state_now(s).kept_from, 1);
	assert_int_equal(spool_fill(s, 4, note), 0);
	struct spool_state st = spool_state_now(s);

	assert_true(st.kept_from > 3 && st.kept_from <= 6);
	assert_int_equal(st.last, last + 4);
	assert_int_equal(spool_fill(s, 11, note), -EXFULL); /* all or nothing */
	assert_int_equal(spool_state_now(s).kept_from, st.kept_from);
	assert_int_equal(spool_fill(s, 5, note), 0);
	assert_int_equal(spool_fill(s, 5, note), -EXFULL);
	assert_int_equal(waiting(s), last - 10 + 9);
	spool_close(s);
}

static void test_grace(void **state)
{
	(void)state;
	char dir[4096];
	struct spool *s = spool_make("grace", &(struct spool_options){.grace_ms = 1000}, dir);

	assert_int_equal(spool_fill(s, 5, ""), 0);
	spool_take(s, 1, 2, 5000);
	assert_int_equal(spool_state_now(s).kept_from, 1);
	spool_take(s, 3, 3, 6000);
	assert_int_equal(spool_state_now(s).kept_from, 1);
	spool_take(s, 4, 4, 6001);
	assert_int_equal(spool_state_now(s).kept_from, 3);
	spool_take(s, 5, 5, 90000);
	assert_int_equal(spool_state_now(s).kept_from, 5);
	struct spool_batch b = {0};

	assert_int_equal(spool_gather(s, 1, 5, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.missing_to, 4);
	assert_int_equal(spool_gather(s, 5, 5, 64, &b, &spool_error), 0);
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
	struct spool *s = spool_make("gather", NULL, dir);
	struct spool_batch b = {0};
	struct codec_arena arena = codec_arena_new(65536);
	struct update u;

	memset(note, 'x', 2000);
	note[2000] = '\0';
	assert_int_equal(spool_fill(s, 100, ""), 0);
	assert_int_equal(spool_fill(s, 100, note), 0);
	assert_int_equal(spool_gather(s, 1, 200, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 64);
	assert_int_equal(b.proofs_n, 0);
	assert_true(codec_update_decode(b.blobs[63].data, b.blobs[63].size, &arena, &u));
	assert_int_equal(u.seq, 64);
	assert_int_equal(spool_gather(s, 101, 200, 64, &b, &spool_error), 0);
	assert_true(b.n < 25 && b.n > 20); /* 48 KiB */
	assert_true(b.bytes.size <= BATCH_BYTES_MAX);
	assert_int_equal(spool_gather(s, 199, 199, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 1);
	assert_int_equal(spool_gather(s, 201, 400, 64, &b, &spool_error), 0);
	assert_int_equal(b.n, 0);
	assert_int_equal(b.missing_to, 264); /* in portions */
	buffer_free(&b.bytes);
	codec_arena_free(&arena);
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
	struct spool *s = spool_make("knowledge", NULL, dir);
	struct spool_centre c, d;
	struct spool_shelf_head h = {.entry = 5, .time_ms = 9, .today = 20240331, .scope = "412"},
				g;
	struct bytes rows[] = {bytes_text("one"), bytes_text("two")};
	struct buffer all = {0};

	assert_int_equal(spool_centre(s, &c, &spool_error), 0);
	assert_int_equal(c.time_ms, 0);
	c = (struct spool_centre){.catalogue_entry = 4,
				  .time_ms = 5,
				  .heard_monotonic_ms = 6,
				  .heard_wall_ms = 7,
				  .illustrative = true,
				  .attempts = 8,
				  .trouble = "no_answer",
				  .alarm = "conflict 12"};
	assert_int_equal(spool_centre_set(s, &c, &spool_error), 0);
	assert_int_equal(spool_centre(s, &d, &spool_error), 0);
	assert_memory_equal(&c, &d, sizeof c);
	assert_int_equal(spool_shelf_head(s, SPOOL_SLICE, &g, &spool_error), 0);
	assert_int_equal(g.entry, 0);
	assert_int_equal(spool_shelve(s, SPOOL_SLICE, &h, rows, 2, &spool_error), 0);
	assert_int_equal(spool_shelve(s, SPOOL_SLICE, &h, rows + 1, 1, &spool_error), 0);
	assert_int_equal(spool_shelf_head(s, SPOOL_SLICE, &g, &spool_error), 0);
	assert_int_equal(g.entry, 5);
	assert_string_equal(g.scope, "412");
	assert_int_equal(spool_rows(s, SPOOL_SLICE, add_row, &all, &spool_error), 0);
	assert_string_equal(buffer_text(&all), "two");
	buffer_free(&all);
	spool_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_open_again), cmocka_unit_test(test_lock),
		cmocka_unit_test(test_a_number_never_given), cmocka_unit_test(test_what_format_1_wrote),
		cmocka_unit_test(test_turned_bits),
		cmocka_unit_test(test_formats),    cmocka_unit_test(test_all_or_nothing),
		cmocka_unit_test(test_full),       cmocka_unit_test(test_grace),
		cmocka_unit_test(test_gather),     cmocka_unit_test(test_knowledge),
	};

	assert_int_equal(keys_start(&spool_error), 0);
	return cmocka_run_group_tests_name("spool", tests, scratch_make, scratch_remove);
}
