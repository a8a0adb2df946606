// SPDX-License-Identifier: Apache-2.0
/* What is not whole, not ours or not of this journal is never served, and never stops a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys/keys.h"
#include "common/sys/kv.h"
#include "server/viewstore.h"
#include "tests/unit/running.h"
#include "tests/unit/scratch.h"

static bool unknown(void *ctx, const struct view_head *head)
{
	(void)ctx, (void)head;
	return false;
}

static void put_file(const char *dir, const struct buffer *b, size_t size)
{
	char path[5000];
	assert_int_equal(base_mkdirs(dir, 0700, NULL), 0);
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_int_equal(fwrite(b->data, 1, size, f), size);
	assert_int_equal(fclose(f), 0);
}

/* True = something was served; and then it is what the entries say. */
static bool start(struct running *r, checkpoint_known_fn *fn, struct sys_error *reason)
{
	struct checkpoint_options options = { .dir = r->dir, .lock = &r->lock };
	struct checkpoint *cp = checkpoint_new(&options);
	struct view *v = checkpoint_load(cp, fn, r, reason);
	if (v) {
		running_loads(r, cp, v);
		return true;
	}
	/* put away, and the way is free for a new one */
	assert_false(viewstore_there(r->dir));
	checkpoint_free(cp);
	return false;
}

static struct buffer written(struct running *r, uint64_t seed)
{
	running_begin(r, seed);
	running_fold(r, 40);
	running_write(r);
	running_fold(r, 10);
	running_write(r);
	running_fold(r, 5);
	checkpoint_free(r->checkpoint);
	r->checkpoint = NULL;
	return running_file(r->dir);
}

static void test_flipped_bytes(void **state)
{
	uint64_t seed = country_seed() + 4000;
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, seed);
	unsigned served = 0, n = 400;
	(void)state;
	for (unsigned i = 0; i < n; i++) {
		/* every part of the two heads, then anywhere */
		size_t at = i < 100 ? (i % 2) * 4096 + i / 2 * 3 : country_random(r.country, (uint32_t)b.size);
		uint8_t was = b.data[at];
		b.data[at] ^= (uint8_t)(1 + country_random(r.country, 255));
		put_file(r.dir, &b, b.size);
		b.data[at] = was;
		bool ok = start(&r, running_known, &reason);
		served += ok;
		assert_true(ok || reason.text[0]);
	}
	print_message("%u of %u flipped bytes did not matter (free pages)\n", served, n);
	put_file(r.dir, &b, b.size);
	assert_true(start(&r, running_known, &reason));
	buffer_free(&b);
	running_end(&r);
}

static void test_cut_and_foreign_files(void **state)
{
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, 21);
	(void)state;
	for (size_t size = 0; size < b.size; size += 1 + b.size / 37) {
		put_file(r.dir, &b, size);
		if (!start(&r, running_known, &reason))
			assert_true(reason.text[0]);
	}
	struct buffer other = { 0 };
	for (int i = 0; i < 3000; i++)
		buffer_put_text(&other, "not a store ");
	put_file(r.dir, &other, other.size);
	assert_false(start(&r, running_known, &reason));
	assert_true(reason.text[0]);
	buffer_free(&other);
	buffer_free(&b);
	running_end(&r);
}

static void test_not_in_the_journal(void **state)
{
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, 22);
	(void)state;
	assert_false(start(&r, unknown, &reason));
	assert_non_null(strstr(reason.text, "is not in the journal"));
	assert_false(start(&r, running_known, &reason)); /* nothing is there now: no reason */
	assert_string_equal(reason.text, "");
	/* and the next one is written beside what was put away */
	running_keep(&r);
	checkpoint_attach(r.checkpoint, r.view);
	assert_true(running_write(&r).full);
	running_restart(&r, r.view->head.entry);
	buffer_free(&b);
	running_end(&r);
}

/* Loaded, but the tail did not fit it. */
static void test_rejected(void **state)
{
	struct running r;
	struct sys_error reason;
	(void)state;
	struct buffer b = written(&r, 26);
	running_keep(&r);
	struct view *v = checkpoint_load(r.checkpoint, running_known, &r, &reason);
	assert_non_null(v);
	checkpoint_reject(r.checkpoint);
	view_free(v);
	assert_false(viewstore_there(r.dir));
	checkpoint_attach(r.checkpoint, r.view);
	assert_true(running_write(&r).full);
	running_restart(&r, r.view->head.entry);
	buffer_free(&b);
	running_end(&r);
}

/* As a program of another version would have written it: with a checksum that is right. */
static void rewrite_state(const char *dir, size_t at, uint32_t n)
{
	const struct kv_options options = { 0 };
	struct kv *kv;
	struct kv_table table;
	struct bytes value;
	uint8_t state[1000];
	assert_int_equal(kv_open(&kv, dir, &options, NULL), 0);
	assert_int_equal(kv_table(kv, "state", &table, NULL), 0);
	struct kv_txn *t = kv_write(kv);
	assert_true(kv_get(t, table, bytes_text("state"), &value));
	size_t size = value.size;
	memcpy(state, value.data, size);
	put_u32(state + at, n);
	keys_hash(bytes_of(state, size - KEYS_HASH), state + size - KEYS_HASH);
	kv_put(t, table, bytes_text("state"), bytes_of(state, size));
	assert_int_equal(kv_commit(&t, NULL), KV_OK);
	kv_close(kv);
}

static void test_other_versions(void **state)
{
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, 23);
	(void)state;
	rewrite_state(r.dir, 0, VIEWSTORE_FORMAT + 1);
	assert_false(start(&r, running_known, &reason));
	assert_non_null(strstr(reason.text, "format 4"));
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 4, FOLD_VERSION + 1);
	assert_false(start(&r, running_known, &reason));
	assert_non_null(strstr(reason.text, "fold version 3"));
	/* counts that are not those of the tables, and a head that makes no sense */
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 8 + VIEW_HEAD_BYTES, 3);
	assert_false(start(&r, running_known, &reason));
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 8 + 48, UINT32_MAX);
	assert_false(start(&r, running_known, &reason));
	buffer_free(&b);
	running_end(&r);
}

/* Whole, with right checksums, but no state of a view. */
static void assert_not_taken(struct running *r, void (*spoil)(struct viewstore *s))
{
	struct viewstore *s;
	struct sys_error reason;
	running_begin(r, 24);
	running_fold(r, 40);
	running_write(r);
	checkpoint_free(r->checkpoint);
	r->checkpoint = NULL;
	assert_int_equal(viewstore_open(&s, r->dir, NULL), 0);
	viewstore_begin(s);
	spoil(s);
	assert_int_equal(viewstore_commit(s, &r->view->head, NULL), KV_OK);
	viewstore_close(s);
	assert_false(start(r, running_known, &reason));
	assert_non_null(strstr(reason.text, "cannot be taken back"));
	running_end(r);
}

static void spoil_row(struct viewstore *s)
{
	viewstore_row(s, 0, bytes_text("no row"));
}

static void spoil_catalogue(struct viewstore *s)
{
	viewstore_clear(s);
	viewstore_roster(s, bytes_of("\0\0\0\0\0\0\0\0", 8));
	viewstore_small(s, bytes_of("\0\0\0\0\0\0\0\0", 8));
}

static void spoil_roster(struct viewstore *s)
{
	viewstore_roster(s, bytes_of("\0\0\0\1\0\0\0\0", 8));
}

static void spoil_small(struct viewstore *s)
{
	viewstore_small(s, bytes_of("\0\0\0\1\0\0\0\7", 8)); /* a period of a plan that is not there */
}

static void spoil_unit(struct viewstore *s)
{
	uint8_t unit[VIEW_UNIT_BYTES + VIEW_CELL_BYTES] = { 0 };
	put_u32(unit, 900001);
	put_u32(unit + 4, VIEW_CELL_BYTES);
	put_u32(unit + 8, 1);
	viewstore_unit(s, bytes_of(unit, sizeof unit));
}

static void test_whole_but_no_view(void **state)
{
	void (*const spoils[])(struct viewstore *) = { spoil_row, spoil_catalogue, spoil_roster, spoil_small, spoil_unit };
	struct running r;
	(void)state;
	for (size_t i = 0; i < BASE_COUNT(spoils); i++)
		assert_not_taken(&r, spoils[i]);
}

static void test_cannot_be_put_away(void **state)
{
	struct running r;
	struct sys_error reason;
	struct checkpoint_report report;
	char path[5000];
	struct buffer b = written(&r, 25);
	(void)state;
	snprintf(path, sizeof path, "%s.old/stranger", r.dir);
	assert_int_equal(base_mkdirs(path, 0700, NULL), 0);
	running_keep(&r);
	assert_null(checkpoint_load(r.checkpoint, unknown, &r, &reason));
	assert_true(reason.text[0]);
	checkpoint_attach(r.checkpoint, r.view);
	assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER); /* never into that one */
	assert_non_null(strstr(report.error.text, ".old"));
	assert_int_equal(rmdir(path), 0);
	buffer_free(&b);
	running_end(&r);
}

static int make_scratch(void **state)
{
	return keys_start(NULL) ? -1 : scratch_make(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flipped_bytes),
		cmocka_unit_test(test_cut_and_foreign_files),
		cmocka_unit_test(test_not_in_the_journal),
		cmocka_unit_test(test_rejected),
		cmocka_unit_test(test_other_versions),
		cmocka_unit_test(test_whole_but_no_view),
		cmocka_unit_test(test_cannot_be_put_away),
	};
	return cmocka_run_group_tests_name("checkpoint damage", tests, make_scratch, scratch_remove);
}
