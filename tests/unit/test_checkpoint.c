// SPDX-License-Identifier: Apache-2.0
/*
 * Random countries: checkpoint + tail = running view, whatever is between two checkpoints; and what is not whole, not
 * ours or not of this journal is never served.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys/keys.h"
#include "server/checkpoint.h"
#include "server/rosterpack.h"
#include "server/viewstore.h"
#include "tests/unit/country.h"
#include "tests/unit/scratch.h"

enum { WORLDS = 6, STEPS = 100 };

/* ---- a running view and its checkpoint ---- */

struct running {
	struct country *country;
	struct view *view;
	struct viewlock lock;
	struct change change;
	struct checkpoint *checkpoint;
	unsigned between; /* how often folding may go on while a checkpoint is written */
	char dir[4096];
};

static void keep(struct running *r)
{
	const struct checkpoint_options options = { .dir = r->dir, .lock = &r->lock };
	r->checkpoint = checkpoint_new(&options);
}

static void begin(struct running *r, uint64_t seed)
{
	static unsigned n;
	*r = (struct running){ .country = country_new(seed), .view = view_new() };
	assert_true(viewlock_init(&r->lock));
	snprintf(r->dir, sizeof r->dir, "%s%u", scratch_path("view"), n++);
	keep(r);
	checkpoint_attach(r->checkpoint, r->view);
}

static void end(struct running *r)
{
	checkpoint_free(r->checkpoint);
	view_free(r->view);
	country_free(r->country);
	change_free(&r->change);
	viewlock_destroy(&r->lock);
}

static void fold_some(struct running *r, uint32_t n)
{
	for (; n; n--) {
		country_step(r->country, r->view);
		country_fold(r->country, r->view, country_entries(r->country), &r->change);
	}
}

static struct checkpoint_report write_now(struct running *r)
{
	struct checkpoint_report report;
	if (checkpoint_write(r->checkpoint, &report) == CHECKPOINT_LATER)
		fail_msg("%s", report.error.text);
	return report;
}

/* Entry numbers are in the hashes of a country. */
static bool known(void *ctx, const struct view_head *head)
{
	struct running *r = ctx;
	uint64_t number;
	memcpy(&number, head->hash, sizeof number);
	return number == head->entry && number <= country_entries(r->country);
}

static bool unknown(void *ctx, const struct view_head *head)
{
	(void)ctx, (void)head;
	return false;
}

static void assert_same(const struct view *a, const struct view *b)
{
	struct buffer x = country_bytes(a), y = country_bytes(b);
	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	buffer_free(&x);
	buffer_free(&y);
}

static void fold_to(struct running *r, struct view *v, uint64_t entry)
{
	while (v->head.entry < entry)
		country_fold(r->country, v, v->head.entry + 1, &r->change);
}

/* Another process's start: what is loaded is the fold of its entries, and with the tail it is the running view. */
static void assert_loads(struct running *r, struct checkpoint *cp, struct view *loaded)
{
	struct view *fresh = view_new();
	struct view_fault fault;
	fold_to(r, fresh, loaded->head.entry);
	assert_same(loaded, fresh);
	assert_true(view_check(loaded, &fault));
	fold_to(r, loaded, r->view->head.entry);
	assert_same(loaded, r->view);
	checkpoint_free(cp);
	view_free(loaded);
	view_free(fresh);
}

/* The store of a running checkpoint is open: a start needs it closed. `loaded` at the entry it should be at. */
static void restart(struct running *r, uint64_t entry)
{
	struct sys_error reason;
	checkpoint_free(r->checkpoint);
	keep(r);
	struct view *v = checkpoint_load(r->checkpoint, known, r, &reason);
	if (!v)
		fail_msg("%s", reason.text);
	assert_int_equal(v->head.entry, entry);
	assert_loads(r, r->checkpoint, v);
	keep(r);
	checkpoint_attach(r->checkpoint, r->view);
}

static void test_nothing_to_write(void **state)
{
	struct running r;
	(void)state;
	begin(&r, 1);
	assert_int_equal(write_now(&r).result, CHECKPOINT_NOTHING); /* before the genesis */
	fold_some(&r, 1);
	assert_int_equal(write_now(&r).result, CHECKPOINT_DONE);    /* before the first catalogue */
	assert_int_equal(write_now(&r).result, CHECKPOINT_NOTHING);
	restart(&r, 1);
	end(&r);
}

static void test_checkpoint_and_tail_is_running(void **state)
{
	uint64_t seed = country_seed() + 2000;
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct running r;
		begin(&r, seed + i);
		for (uint32_t step = 0, n; step < STEPS; step += n) {
			n = 1 + country_random(r.country, 8);
			fold_some(&r, n);
			struct checkpoint_report report = write_now(&r);
			assert_int_equal(report.result, CHECKPOINT_DONE);
			assert_int_equal(report.entry, r.view->head.entry);
			if (country_random(r.country, 4) == 0) {
				fold_some(&r, country_random(r.country, 6));
				restart(&r, report.entry);
			}
		}
		end(&r);
	}
}

/* Loaded, gone on with, written again: the marks of the tail are the loaded view's own. */
static void test_goes_on_from_the_loaded(void **state)
{
	uint64_t seed = country_seed() + 3000;
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct running r;
		struct sys_error reason;
		begin(&r, seed + i);
		fold_some(&r, 30);
		for (int round = 0; round < 12; round++) {
			uint64_t at = r.view->head.entry;
			write_now(&r);
			fold_some(&r, country_random(r.country, 4));
			checkpoint_free(r.checkpoint);
			keep(&r);
			struct view *v = checkpoint_load(r.checkpoint, known, &r, &reason);
			assert_non_null(v);
			assert_int_equal(v->head.entry, at);
			fold_to(&r, v, r.view->head.entry);
			assert_same(v, r.view);
			view_free(r.view);
			r.view = v;
		}
		end(&r);
	}
}

/* The writer goes on wherever the lock is let go; a catalogue may come at any such place. */
static void fold_between(void *ctx)
{
	struct running *r = ctx;
	if (r->between && country_random(r->country, 3) == 0) {
		r->between--;
		fold_some(r, 1 + country_random(r->country, 2));
	}
}

static void test_written_while_folding_goes_on(void **state)
{
	uint64_t seed = country_seed() + 6000;
	size_t aside = 0, broken = 0, overtaken = 0;
	(void)state;
	for (uint64_t i = 0; i < WORLDS * 2; i++) {
		struct running r;
		begin(&r, seed + i);
		checkpoint_free(r.checkpoint);
		const struct checkpoint_options options = { .dir = r.dir, .lock = &r.lock, .slice_units = 1 + i % 3,
							    .between = fold_between, .between_ctx = &r };
		r.checkpoint = checkpoint_new(&options);
		checkpoint_attach(r.checkpoint, r.view);
		uint64_t at = 0;
		while (r.view->head.entry < STEPS) {
			struct checkpoint_report report;
			r.between = 8;
			fold_some(&r, 1 + country_random(r.country, 4));
			checkpoint_write(r.checkpoint, &report);
			at = report.result == CHECKPOINT_DONE ? report.entry : at;
			broken += report.result == CHECKPOINT_BROKEN;
			aside += report.aside;
			overtaken += report.result == CHECKPOINT_DONE && r.view->head.catalogue_entry > report.entry;
		}
		if (at)
			restart(&r, at);
		end(&r);
	}
	print_message("%zu units set aside, %zu broken off, %zu overtaken by a catalogue\n", aside, broken, overtaken);
	assert_true(aside && broken && overtaken);
}

static void test_only_what_changed(void **state)
{
	struct running r;
	(void)state;
	begin(&r, 7);
	fold_some(&r, 20);
	struct checkpoint_report first = write_now(&r);
	assert_true(first.full);
	assert_int_equal(first.units, catalogue_units(r.view->catalogue));
	for (int i = 0; i < 60; i++) {
		uint64_t catalogue = r.view->head.catalogue_entry;
		fold_some(&r, 1);
		struct checkpoint_report report = write_now(&r);
		assert_int_equal(report.full, catalogue != r.view->head.catalogue_entry);
		if (r.view->head.structural == r.view->head.entry && !report.full)
			assert_int_equal(report.units, 0);
	}
	end(&r);
}

/* ---- rebuild ---- */

static struct buffer file_of(const char *dir)
{
	char path[5000];
	struct buffer b = { 0 };
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	assert_int_equal(base_file_read(path, SIZE_MAX / 4, &b, NULL), 0);
	return b;
}

static void test_two_rebuilds_are_the_same_bytes(void **state)
{
	struct running r;
	struct buffer files[2];
	(void)state;
	begin(&r, 11);
	fold_some(&r, 90);
	write_now(&r);
	for (int i = 0; i < 2; i++) {
		checkpoint_free(r.checkpoint);
		assert_int_equal(checkpoint_discard(r.dir, NULL), 0);
		assert_false(viewstore_there(r.dir));
		view_free(r.view);
		r.view = view_new();
		fold_to(&r, r.view, country_entries(r.country));
		keep(&r);
		checkpoint_attach(r.checkpoint, r.view);
		assert_true(write_now(&r).full);
		files[i] = file_of(r.dir);
	}
	assert_int_equal(files[0].size, files[1].size);
	assert_memory_equal(files[0].data, files[1].data, files[0].size);
	buffer_free(&files[0]);
	buffer_free(&files[1]);
	restart(&r, r.view->head.entry);
	end(&r);
}

/* ---- what must not be served ---- */

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
		assert_loads(r, cp, v);
		return true;
	}
	/* put away, and the way is free for a new one */
	assert_false(viewstore_there(r->dir));
	checkpoint_free(cp);
	return false;
}

static struct buffer written(struct running *r, uint64_t seed)
{
	begin(r, seed);
	fold_some(r, 40);
	write_now(r);
	fold_some(r, 10);
	write_now(r);
	fold_some(r, 5);
	checkpoint_free(r->checkpoint);
	r->checkpoint = NULL;
	return file_of(r->dir);
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
		bool ok = start(&r, known, &reason);
		served += ok;
		assert_true(ok || reason.text[0]);
	}
	print_message("%u of %u flipped bytes did not matter (free pages)\n", served, n);
	put_file(r.dir, &b, b.size);
	assert_true(start(&r, known, &reason));
	buffer_free(&b);
	end(&r);
}

static void test_cut_and_foreign_files(void **state)
{
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, 21);
	(void)state;
	for (size_t size = 0; size < b.size; size += 1 + b.size / 37) {
		put_file(r.dir, &b, size);
		if (!start(&r, known, &reason))
			assert_true(reason.text[0]);
	}
	struct buffer other = { 0 };
	for (int i = 0; i < 3000; i++)
		buffer_put_text(&other, "not a store ");
	put_file(r.dir, &other, other.size);
	assert_false(start(&r, known, &reason));
	assert_true(reason.text[0]);
	buffer_free(&other);
	buffer_free(&b);
	end(&r);
}

static void test_not_in_the_journal(void **state)
{
	struct running r;
	struct sys_error reason;
	struct buffer b = written(&r, 22);
	(void)state;
	assert_false(start(&r, unknown, &reason));
	assert_non_null(strstr(reason.text, "is not in the journal"));
	assert_false(start(&r, known, &reason)); /* nothing is there now: no reason */
	assert_string_equal(reason.text, "");
	/* and the next one is written beside what was put away */
	keep(&r);
	checkpoint_attach(r.checkpoint, r.view);
	assert_true(write_now(&r).full);
	restart(&r, r.view->head.entry);
	buffer_free(&b);
	end(&r);
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
	assert_false(start(&r, known, &reason));
	assert_non_null(strstr(reason.text, "format 2"));
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 4, FOLD_VERSION + 1);
	assert_false(start(&r, known, &reason));
	assert_non_null(strstr(reason.text, "fold version 2"));
	/* counts that are not those of the tables, and a head that makes no sense */
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 8 + VIEW_HEAD_BYTES, 3);
	assert_false(start(&r, known, &reason));
	put_file(r.dir, &b, b.size);
	rewrite_state(r.dir, 8 + 48, UINT32_MAX);
	assert_false(start(&r, known, &reason));
	buffer_free(&b);
	end(&r);
}

/* Whole, with right checksums, but no state of a view. */
static void assert_not_taken(struct running *r, void (*spoil)(struct viewstore *s))
{
	struct viewstore *s;
	struct sys_error reason;
	begin(r, 24);
	fold_some(r, 40);
	write_now(r);
	checkpoint_free(r->checkpoint);
	r->checkpoint = NULL;
	assert_int_equal(viewstore_open(&s, r->dir, NULL), 0);
	viewstore_begin(s);
	spoil(s);
	assert_int_equal(viewstore_commit(s, &r->view->head, NULL), KV_OK);
	viewstore_close(s);
	assert_false(start(r, known, &reason));
	assert_non_null(strstr(reason.text, "cannot be taken back"));
	end(r);
}

static void spoil_row(struct viewstore *s)
{
	viewstore_row(s, 0, bytes_text("no row"));
}

static void spoil_catalogue(struct viewstore *s)
{
	viewstore_clear(s);
	viewstore_roster(s, bytes_of("\0\0\0\0\0\0\0\0", 8));
}

static void spoil_roster(struct viewstore *s)
{
	viewstore_roster(s, bytes_of("\0\0\0\1\0\0\0\0", 8));
}

static void spoil_unit(struct viewstore *s)
{
	uint8_t unit[VIEW_UNIT_BYTES + VIEW_CELL_BYTES] = { 0 };
	put_u32(unit, 900001);
	put_u32(unit + 4, 1);
	viewstore_unit(s, bytes_of(unit, sizeof unit));
}

static void test_whole_but_no_view(void **state)
{
	void (*const spoils[])(struct viewstore *) = { spoil_row, spoil_catalogue, spoil_roster, spoil_unit };
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
	keep(&r);
	assert_null(checkpoint_load(r.checkpoint, unknown, &r, &reason));
	assert_true(reason.text[0]);
	checkpoint_attach(r.checkpoint, r.view);
	assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER); /* never into that one */
	assert_non_null(strstr(report.error.text, ".old"));
	assert_int_equal(rmdir(path), 0);
	buffer_free(&b);
	end(&r);
}

/* ---- broken off ---- */

static void test_no_commit(void **state)
{
	struct running r;
	struct viewstore *s;
	int status;
	(void)state;
	begin(&r, 31);
	fold_some(&r, 30);
	uint64_t at = write_now(&r).entry;
	fold_some(&r, 10);
	checkpoint_free(r.checkpoint);
	r.checkpoint = NULL;
	pid_t pid = fork();
	if (pid == 0) { /* a process that dies in the middle */
		if (viewstore_open(&s, r.dir, NULL) == 0) {
			viewstore_begin(s);
			viewstore_clear(s);
			viewstore_roster(s, bytes_text("rubbish"));
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	restart(&r, at);
	end(&r);
}

static void test_disk_full(void **state)
{
	struct rlimit was, tight;
	struct running r;
	struct checkpoint_report report;
	(void)state;
	begin(&r, 32);
	fold_some(&r, 8);
	uint64_t at = write_now(&r).entry;
	fold_some(&r, 120);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight = (struct rlimit){ .rlim_cur = 40960, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER);
		assert_true(report.error.text[0]);
		fold_some(&r, 1);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	restart(&r, at); /* the old one stands */
	assert_int_equal(write_now(&r).result, CHECKPOINT_DONE);
	restart(&r, r.view->head.entry);
	end(&r);
}

static void test_the_journal_comes_first(void **state)
{
	struct sys_error error = { "" };
	(void)state;
	assert_int_equal(viewstore_room(scratch_path("."), 0, &error), 0);
	assert_int_equal(viewstore_room(scratch_path("."), UINT64_MAX / 4, &error), -ENOSPC);
	assert_non_null(strstr(error.text, "free some"));
	assert_int_equal(viewstore_room(scratch_path("nowhere"), UINT64_MAX / 4, &error), 0);
}

/* Marks stay until the commit: after a refusal the next one still knows what to write. */
static void test_marks_outlive_a_refusal(void **state)
{
	struct rlimit was, tight;
	struct running r;
	struct checkpoint_report report;
	(void)state;
	begin(&r, 33);
	fold_some(&r, 60);
	write_now(&r);
	for (uint64_t catalogue = r.view->head.catalogue_entry; r.view->head.catalogue_entry == catalogue;) {
		fold_some(&r, 1);
		signal(SIGXFSZ, SIG_IGN);
		assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
		tight = (struct rlimit){ .rlim_cur = 4096, .rlim_max = was.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
		assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	}
	assert_int_equal(write_now(&r).result, CHECKPOINT_DONE);
	restart(&r, r.view->head.entry);
	end(&r);
}

/* Nobody enters until the operator has looked: a restart must not forget it. */
static void test_locked_is_kept(void **state)
{
	struct running r;
	struct sys_error reason;
	(void)state;
	begin(&r, 34);
	fold_some(&r, 10);
	r.view->head.locked = true; /* as an incarnation entry that was proven makes it */
	write_now(&r);
	checkpoint_free(r.checkpoint);
	keep(&r);
	struct view *v = checkpoint_load(r.checkpoint, known, &r, &reason);
	assert_non_null(v);
	assert_true(v->head.locked);
	checkpoint_free(r.checkpoint);
	view_free(v);
	r.checkpoint = NULL;
	end(&r);
}

/* ---- when ---- */

static void test_due(void **state)
{
	(void)state;
	const struct {
		struct checkpoint_pace pace;
		int64_t now, due;
	} cases[] = {
		{ { .changed = false, .updates = 900000 }, 1000, -1 },
		{ { .changed = true, .changed_ms = 1000 }, 1000, 30000 },
		{ { .changed = true, .changed_ms = 1000 }, 30999, 1 },
		{ { .changed = true, .changed_ms = 1000 }, 31000, 0 },
		{ { .changed = true, .changed_ms = 1000 }, 99000, 0 },
		{ { .changed = true, .changed_ms = 1000, .updates = 499999 }, 2000, 29000 },
		{ { .changed = true, .changed_ms = 1000, .updates = 500000 }, 2000, 0 },
		{ { .changed = true, .changed_ms = 1000, .none = true }, 1000, 0 },
		/* rests nine times as long as it took */
		{ { .changed = true, .changed_ms = 1000, .updates = 500000, .ended_ms = 900, .took_ms = 200 }, 1000, 1700 },
		{ { .changed = true, .changed_ms = 1000, .updates = 500000, .ended_ms = 900, .took_ms = 200 }, 2700, 0 },
		/* a refused one is tried again half a minute later, even when there is none at all */
		{ { .changed = true, .changed_ms = 1000, .updates = 500000, .ended_ms = 2000, .failed = true }, 3000, 29000 },
		{ { .changed = true, .changed_ms = 1000, .none = true, .ended_ms = 2000, .failed = true }, 32000, 0 },
	};
	for (size_t i = 0; i < BASE_COUNT(cases); i++)
		assert_int_equal(checkpoint_due(&cases[i].pace, cases[i].now), cases[i].due);
}

/* ---- roster ---- */

static void test_roster_bytes(void **state)
{
	struct roster *r = roster_new(), *again;
	struct buffer b = { 0 }, c = { 0 };
	struct registry_change change = { .kind = REGISTRY_PRINCIPAL_ADD, .role = ROLE_VIEWER, .scope_unit = 4 };
	(void)state;
	for (uint32_t i = 1; i <= 3; i++) {
		change.principal = i;
		change.name = i == 2 ? "" : "Phòng Nội vụ";
		assert_true(roster_apply(r, &change));
	}
	change = (struct registry_change){ .kind = REGISTRY_KEY_ADD, .principal = 2, .key_id = 1, .public_key = { 9 } };
	assert_true(roster_apply(r, &change));
	change = (struct registry_change){ .kind = REGISTRY_KEY_ADD, .principal = 1, .key_id = 2, .public_key = { 8 } };
	assert_true(roster_apply(r, &change));
	change = (struct registry_change){ .kind = REGISTRY_KEY_REVOKE, .key_id = 1 };
	assert_true(roster_apply(r, &change));
	roster_pack(&b, r);
	again = roster_unpack(buffer_bytes(&b));
	assert_non_null(again);
	roster_pack(&c, again);
	assert_true(bytes_equal(buffer_bytes(&b), buffer_bytes(&c)));
	roster_free(again);
	for (size_t size = 0; size < b.size; size++)
		assert_null(roster_unpack(bytes_of(b.data, size)));
	buffer_put_u8(&b, 0);
	assert_null(roster_unpack(buffer_bytes(&b)));
	buffer_free(&b);
	buffer_free(&c);
	roster_free(r);
}

static int make_scratch(void **state)
{
	return keys_start(NULL) ? -1 : scratch_make(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_to_write),
		cmocka_unit_test(test_checkpoint_and_tail_is_running),
		cmocka_unit_test(test_goes_on_from_the_loaded),
		cmocka_unit_test(test_written_while_folding_goes_on),
		cmocka_unit_test(test_only_what_changed),
		cmocka_unit_test(test_two_rebuilds_are_the_same_bytes),
		cmocka_unit_test(test_flipped_bytes),
		cmocka_unit_test(test_cut_and_foreign_files),
		cmocka_unit_test(test_not_in_the_journal),
		cmocka_unit_test(test_other_versions),
		cmocka_unit_test(test_whole_but_no_view),
		cmocka_unit_test(test_cannot_be_put_away),
		cmocka_unit_test(test_no_commit),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_the_journal_comes_first),
		cmocka_unit_test(test_marks_outlive_a_refusal),
		cmocka_unit_test(test_locked_is_kept),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_roster_bytes),
	};
	return cmocka_run_group_tests_name("checkpoint", tests, make_scratch, scratch_remove);
}
