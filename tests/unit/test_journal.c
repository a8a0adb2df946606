// SPDX-License-Identifier: Apache-2.0
/* The journal's proof of itself: whatever byte of it changes, verify says so; and what it reads is
 * what was written. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/sys/kv.h"
#include "server/entry_codec.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

static struct centre c;
static char journal_dir[600];

/* genesis, tick, catalogue, registry, batch 5 (two taken, one refused), void 6, batch 7 of another
 * epoch */
static void fill(const char *name)
{
	struct core_stream s = centre_stream(7);

	centre_make(&c, name);
	centre_task(&c, 0, 1, "KH.01", 20240109, 40);
	centre_task(&c, 1, 2, "KH.99", 20240109, 40);
	centre_task(&c, 2, 3, "KH.02", 20240109, 100);
	centre_offer(&c, s, 1, 3);
	core_void(c.core, &s, 4, 5, 2, &c.answer);
	centre_task(&c, 0, 1, "KH.01", 20240110, 50);
	s = centre_stream(8);
	memset(s.previous_epoch, 7, EPOCH_SIZE);
	centre_offer(&c, s, 1, 1);
	centre_commit(&c);
	assert_int_equal(core_view(c.core)->head.entry, 7);
	snprintf(journal_dir, sizeof journal_dir, "%s/journal", c.dir);
	centre_close(&c);
}

static int verify(struct sys_error *error)
{
	const struct journal_options options = {.read_only = true};
	struct journal *j;
	uint64_t entries;
	int rc = journal_open(&j, journal_dir, &options, error);

	if (rc)
		return rc;
	rc = journal_verify(j, &entries, error);
	journal_close(j);
	return rc;
}

static struct bytes entry_key(uint64_t number, uint8_t out[static 8])
{
	put_u64(out, number);
	return bytes_of(out, 8);
}

/* Flips a bit of a record and gives its size; the second flip mends it. */
static size_t flip(const char *table_name, struct bytes key, size_t at)
{
	const struct kv_options options = {0};
	struct sys_error error = {""};
	struct kv_table table;
	struct bytes value;
	static uint8_t copy[1 << 20];
	struct kv *kv;

	assert_int_equal(kv_open(&kv, journal_dir, &options, &error), 0);
	assert_int_equal(kv_table(kv, table_name, &table, &error), 0);
	struct kv_txn *t = kv_write(kv);
	assert_true(kv_get(t, table, key, &value));
	size_t size = value.size;
	memcpy(copy, value.data, size);
	copy[at % size] ^= 4;
	kv_put(t, table, key, bytes_of(copy, size));
	assert_int_equal(kv_commit(&t, &error), KV_OK);
	kv_close(kv);
	return size;
}

static void a_flipped_bit_is_found(void **state)
{
	uint8_t key[8];

	(void)state;
	fill("flip");
	struct sys_error error = {""};
	assert_int_equal(verify(&error), 0);
	for (uint64_t number = 1; number <= 7; number++) {
		size_t size = 1000;
		for (size_t at = number; at < size; at += 1 + size / 9) {
			size = flip("entries", entry_key(number, key), at);
			assert_int_not_equal(verify(&error), 0);
			assert_true(strlen(error.text) > 20);
			flip("entries", entry_key(number, key), at);
		}
	}
	assert_int_equal(verify(&error), 0);
}

static void indexes_must_agree(void **state)
{
	uint8_t stream[4 + EPOCH_SIZE], span[4 + EPOCH_SIZE + 8], principal[4], number[8];
	struct sys_error error = {""};

	(void)state;
	fill("indexes");
	put_u32(stream, 1);
	memset(stream + 4, 7, EPOCH_SIZE);
	memcpy(span, stream, sizeof stream);
	put_u64(span + sizeof stream, 4);
	put_u32(principal, 1);
	const struct {
		const char *table;
		struct bytes key;
		size_t at;
	} faults[] = {{"streams", bytes_of(stream, sizeof stream), 7},
		      {"streams", bytes_of(stream, sizeof stream), 96},
		      {"spans", bytes_of(span, sizeof span), 7},
		      {"principals", bytes_of(principal, 4), 3},
		      {"incarnations", entry_key(1, number), 5}};
	for (size_t i = 0; i < BASE_COUNT(faults); i++) {
		flip(faults[i].table, faults[i].key, faults[i].at);
		assert_int_equal(verify(&error), -EUCLEAN);
		flip(faults[i].table, faults[i].key, faults[i].at);
	}
	assert_int_equal(verify(&error), 0);
}

static void what_was_written_is_read(void **state)
{
	const struct journal_options options = {.read_only = true};
	struct codec_arena arena = codec_arena_new(1 << 20);
	struct sys_error error = {""};
	struct journal_stream s;
	struct journal *j;
	struct entry e;
	uint8_t epoch[EPOCH_SIZE];

	(void)state;
	fill("read");
	assert_int_equal(journal_open(&j, journal_dir, &options, &error), 0);
	struct kv_txn *t = kv_read(journal_kv(j));
	assert_int_equal(journal_read(j, t, 5, false, &arena, &e, &error), 0);
	assert_int_equal(e.batch.taken_n, 2);
	assert_int_equal(e.batch.refused[0].seq, 2);
	assert_int_equal(e.batch.refused[0].reason, REASON_UNKNOWN_ITEM);
	assert_string_equal(e.batch.taken[1].update.item, "KH.02");
	assert_int_equal(e.batch.taken[1].index, 2);
	assert_int_equal(journal_read(j, t, 6, false, &arena, &e, &error), 0);
	assert_int_equal(e.prev, 5);
	assert_int_equal(e.lost.to, 5);
	assert_int_equal(e.lost.reason, 2);
	assert_int_equal(journal_read(j, t, 7, false, &arena, &e, &error), 0);
	assert_int_equal(e.previous_epoch[3], 7);
	assert_int_equal(journal_read(j, t, 8, false, &arena, &e, &error), -ENOENT);
	arena.size = arena.used =
		0; /* memory that is too small is told apart or refused, never overrun */
	assert_int_not_equal(journal_read(j, t, 5, false, &arena, &e, &error), 0);
	memset(epoch, 7, sizeof epoch);
	assert_true(journal_stream(j, t, 1, epoch, &s));
	assert_true(s.mark == 5 && s.mark_void && s.taken == 2 && s.refused == 1);
	assert_int_equal(journal_entry_of(j, t, 1, epoch, 3), 5);
	assert_int_equal(journal_entry_of(j, t, 1, epoch, 4), 6);
	assert_int_equal(journal_epochs(j, t, 1).count, 2);
	assert_false(journal_stream(j, t, 2, epoch, &s));
	kv_end(&t);
	journal_close(j);
	arena.size = 1 << 20;
	codec_arena_free(&arena);
}

/* ---- beside a writer ---- */

/* The next entry of a stream; enough for the journal, which asks nobody who that is. */
static void append_void(struct journal *j, uint32_t principal, uint8_t epoch, uint64_t seq)
{
	struct entry e = {.kind = ENTRY_VOID,
			  .principal = principal,
			  .first_seq = seq,
			  .seqs = 1,
			  .rules_version = 1,
			  .lost = {.from = seq, .to = seq, .reason = 1}};

	memset(e.epoch, epoch, EPOCH_SIZE);
	journal_append(j, &e);
}

static struct journal *large_journal(const char *name, uint32_t streams)
{
	const uint8_t store[INCARNATION_SIZE] = {1};
	const struct journal_options options = {.create = true, .store = store};
	struct entry genesis = {.kind = ENTRY_GENESIS, .rules_version = 1, .genesis.name = ""};
	struct sys_error error = {""};
	struct journal *j;

	snprintf(journal_dir, sizeof journal_dir, "%s", scratch_path(name));
	assert_int_equal(journal_open(&j, journal_dir, &options, &error), 0);
	journal_append(j, &genesis);
	for (uint32_t i = 0; i < streams; i++)
		append_void(j, 10 + i / 3 * 2, (uint8_t)(i % 3 * 2), 1);
	assert_int_equal(journal_commit(j, &error), KV_OK);
	return j;
}

/* What a busy server does meanwhile: streams go on, and others begin before, between and behind. */
static void meanwhile(struct journal *j, uint64_t round)
{
	struct sys_error error = {""};
	struct kv_stat stat;

	for (uint32_t k = 0; k < 3; k++) {
		append_void(j, 10 + 600 * k, 0, round + 2);
		append_void(j, (uint32_t)(k * 700 + 11 + 2 * round), 0, 1);
		append_void(j, 10 + 600 * k, (uint8_t)(round * 2 + 101), 1);
		assert_int_equal(journal_commit(j, &error), KV_OK);
	}
	assert_int_equal(kv_stat(journal_kv(j), &stat, &error), 0);
	assert_int_equal(stat.reader_lag, 0); /* nobody keeps an old state */
}

static void a_busy_journal_is_not_held(void **state)
{
	enum { STREAMS = 3000 };
	struct journal *j = large_journal("busy", STREAMS);
	struct journal_verify *v = journal_verify_new(j);
	struct sys_error error = {""};
	uint64_t slices = 0, seen = 0;
	bool done = false;

	(void)state;
	for (; !done; slices++) {
		if (slices)
			meanwhile(j, slices - 1);
		if (journal_verify_slice(v, &done, &error))
			fail_msg("slice %u: %s", (unsigned)slices, error.text);
		assert_true(journal_verify_entries(v) - seen <= 1000);
		seen = journal_verify_entries(v);
	}
	assert_true(slices >= 6); /* the entries, and then the streams */
	assert_int_equal(seen, journal_head(j).entry);
	journal_verify_free(v);
	journal_close(j);
	assert_int_equal(verify(&error), 0);
}

static void a_late_fault_is_found(void **state)
{
	struct journal *j = large_journal("late", 2500);
	uint8_t stream[4 + EPOCH_SIZE];
	struct sys_error error = {""};

	(void)state;
	journal_close(j);
	put_u32(stream, 10 + 2400 / 3 * 2);
	memset(stream + 4, 2, EPOCH_SIZE);
	flip("streams", bytes_of(stream, sizeof stream), 7);
	assert_int_equal(verify(&error), -EUCLEAN);
	assert_non_null(strstr(error.text, "streams")); /* found at the open: each has its check */
}

static void strange_stores_are_refused(void **state)
{
	const struct journal_options options = {0};
	const struct kv_options make = {.create = true};
	struct sys_error error = {""};
	struct journal *j;
	struct kv *kv;
	char path[600];

	(void)state;
	snprintf(path, sizeof path, "%s", scratch_path("nothing"));
	assert_int_equal(journal_open(&j, path, &options, &error), -ENOENT);
	snprintf(path, sizeof path, "%s", scratch_path("foreign"));
	assert_int_equal(kv_open(&kv, path, &make, &error), 0);
	kv_close(kv);
	assert_int_equal(journal_open(&j, path, &options, &error), -EINVAL);
	assert_non_null(strstr(error.text, "no journal of tiendo"));
	fill("newer");
	flip("meta", bytes_text("format"), 3);
	assert_int_equal(journal_open(&j, journal_dir, &options, &error), -EPROTO);
	assert_non_null(strstr(error.text, "format 5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flipped_bit_is_found),
		cmocka_unit_test(indexes_must_agree),
		cmocka_unit_test(what_was_written_is_read),
		cmocka_unit_test(a_busy_journal_is_not_held),
		cmocka_unit_test(a_late_fault_is_found),
		cmocka_unit_test(strange_stores_are_refused),
	};

	return cmocka_run_group_tests_name("journal", tests, scratch_make, scratch_remove);
}
