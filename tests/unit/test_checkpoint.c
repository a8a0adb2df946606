// SPDX-License-Identifier: Apache-2.0
/*
 * Random countries: checkpoint + tail = running view, whatever is between two checkpoints, while they are written, and
 * when one is broken off.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/sys/keys.h"
#include "server/checkpoint.h"
#include "server/rosterpack.h"
#include "server/viewstore.h"
#include "tests/unit/running.h"
#include "tests/unit/scratch.h"

enum { WORLDS = 6, STEPS = 100 };

static void test_nothing_to_write(void **state)
{
	struct running r;
	(void)state;
	running_begin(&r, 1);
	assert_int_equal(running_write(&r).result, CHECKPOINT_NOTHING); /* before the genesis */
	running_fold(&r, 1);
	assert_int_equal(running_write(&r).result, CHECKPOINT_DONE);    /* before the first catalogue */
	assert_int_equal(running_write(&r).result, CHECKPOINT_NOTHING);
	running_restart(&r, 1);
	running_end(&r);
}

static void test_checkpoint_and_tail_is_running(void **state)
{
	uint64_t seed = country_seed() + 2000;
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct running r;
		running_begin(&r, seed + i);
		for (uint32_t step = 0, n; step < STEPS; step += n) {
			n = 1 + country_random(r.country, 8);
			running_fold(&r, n);
			struct checkpoint_report report = running_write(&r);
			assert_int_equal(report.result, CHECKPOINT_DONE);
			assert_int_equal(report.entry, r.view->head.entry);
			if (country_random(r.country, 4) == 0) {
				running_fold(&r, country_random(r.country, 6));
				running_restart(&r, report.entry);
			}
		}
		running_end(&r);
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
		running_begin(&r, seed + i);
		running_fold(&r, 30);
		for (int round = 0; round < 12; round++) {
			uint64_t at = r.view->head.entry;
			running_write(&r);
			running_fold(&r, country_random(r.country, 4));
			checkpoint_free(r.checkpoint);
			running_keep(&r);
			struct view *v = checkpoint_load(r.checkpoint, running_known, &r, &reason);
			assert_non_null(v);
			assert_int_equal(v->head.entry, at);
			running_fold_to(&r, v, r.view->head.entry);
			running_same(v, r.view);
			view_free(r.view);
			r.view = v;
		}
		running_end(&r);
	}
}

/* The writer goes on wherever the lock is let go; a catalogue may come at any such place. */
static void fold_between(void *ctx)
{
	struct running *r = ctx;
	if (r->between && country_random(r->country, 3) == 0) {
		r->between--;
		running_fold(r, 1 + country_random(r->country, 2));
	}
}

static void test_written_while_folding_goes_on(void **state)
{
	uint64_t seed = country_seed() + 6000;
	size_t aside = 0, broken = 0, overtaken = 0;
	(void)state;
	for (uint64_t i = 0; i < WORLDS * 2; i++) {
		struct running r;
		running_begin(&r, seed + i);
		checkpoint_free(r.checkpoint);
		const struct checkpoint_options options = { .dir = r.dir, .lock = &r.lock, .slice_units = 1 + i % 3,
							    .between = fold_between, .between_ctx = &r };
		r.checkpoint = checkpoint_new(&options);
		checkpoint_attach(r.checkpoint, r.view);
		uint64_t at = 0;
		while (r.view->head.entry < STEPS) {
			struct checkpoint_report report;
			r.between = 8;
			running_fold(&r, 1 + country_random(r.country, 4));
			checkpoint_write(r.checkpoint, &report);
			at = report.result == CHECKPOINT_DONE ? report.entry : at;
			broken += report.result == CHECKPOINT_BROKEN;
			aside += report.aside;
			overtaken += report.result == CHECKPOINT_DONE && r.view->head.catalogue_entry > report.entry;
		}
		if (at)
			running_restart(&r, at);
		running_end(&r);
	}
	print_message("%zu units set aside, %zu broken off, %zu overtaken by a catalogue\n", aside, broken, overtaken);
	assert_true(aside && broken && overtaken);
}

static void test_only_what_changed(void **state)
{
	struct running r;
	(void)state;
	running_begin(&r, 7);
	running_fold(&r, 20);
	struct checkpoint_report first = running_write(&r);
	assert_true(first.full);
	assert_int_equal(first.units, catalogue_units(r.view->catalogue));
	for (int i = 0; i < 60; i++) {
		uint64_t catalogue = r.view->head.catalogue_entry;
		running_fold(&r, 1);
		struct checkpoint_report report = running_write(&r);
		assert_int_equal(report.full, catalogue != r.view->head.catalogue_entry);
		if (r.view->head.structural == r.view->head.entry && !report.full)
			assert_int_equal(report.units, 0);
	}
	running_end(&r);
}

/* ---- rebuild ---- */

static void test_two_rebuilds_are_the_same_bytes(void **state)
{
	struct running r;
	struct buffer files[2];
	(void)state;
	running_begin(&r, 11);
	running_fold(&r, 90);
	running_write(&r);
	for (int i = 0; i < 2; i++) {
		checkpoint_free(r.checkpoint);
		assert_int_equal(checkpoint_discard(r.dir, NULL), 0);
		assert_false(viewstore_there(r.dir));
		view_free(r.view);
		r.view = view_new();
		running_fold_to(&r, r.view, country_entries(r.country));
		running_keep(&r);
		checkpoint_attach(r.checkpoint, r.view);
		assert_true(running_write(&r).full);
		files[i] = running_file(r.dir);
	}
	assert_int_equal(files[0].size, files[1].size);
	assert_memory_equal(files[0].data, files[1].data, files[0].size);
	buffer_free(&files[0]);
	buffer_free(&files[1]);
	running_restart(&r, r.view->head.entry);
	running_end(&r);
}

/* ---- broken off ---- */

static void test_no_commit(void **state)
{
	struct running r;
	struct viewstore *s;
	int status;
	(void)state;
	running_begin(&r, 31);
	running_fold(&r, 30);
	uint64_t at = running_write(&r).entry;
	running_fold(&r, 10);
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
	running_restart(&r, at);
	running_end(&r);
}

static void test_disk_full(void **state)
{
	struct rlimit was, tight;
	struct running r;
	struct checkpoint_report report;
	(void)state;
	running_begin(&r, 32);
	running_fold(&r, 8);
	uint64_t at = running_write(&r).entry;
	running_fold(&r, 120);
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
	tight = (struct rlimit){ .rlim_cur = 40960, .rlim_max = was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER);
		assert_true(report.error.text[0]);
		running_fold(&r, 1);
	}
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	running_restart(&r, at); /* the old one stands */
	assert_int_equal(running_write(&r).result, CHECKPOINT_DONE);
	running_restart(&r, r.view->head.entry);
	running_end(&r);
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
	running_begin(&r, 33);
	running_fold(&r, 60);
	running_write(&r);
	for (uint64_t catalogue = r.view->head.catalogue_entry; r.view->head.catalogue_entry == catalogue;) {
		running_fold(&r, 1);
		signal(SIGXFSZ, SIG_IGN);
		assert_int_equal(getrlimit(RLIMIT_FSIZE, &was), 0);
		tight = (struct rlimit){ .rlim_cur = 4096, .rlim_max = was.rlim_max };
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
		assert_int_equal(checkpoint_write(r.checkpoint, &report), CHECKPOINT_LATER);
		assert_int_equal(setrlimit(RLIMIT_FSIZE, &was), 0);
	}
	assert_int_equal(running_write(&r).result, CHECKPOINT_DONE);
	running_restart(&r, r.view->head.entry);
	running_end(&r);
}

/* Nobody enters until the operator has looked: a restart must not forget it. */
static void test_locked_is_kept(void **state)
{
	struct running r;
	struct sys_error reason;
	(void)state;
	running_begin(&r, 34);
	running_fold(&r, 10);
	r.view->head.locked = true; /* as an incarnation entry that was proven makes it */
	running_write(&r);
	checkpoint_free(r.checkpoint);
	running_keep(&r);
	struct view *v = checkpoint_load(r.checkpoint, running_known, &r, &reason);
	assert_non_null(v);
	assert_true(v->head.locked);
	checkpoint_free(r.checkpoint);
	view_free(v);
	r.checkpoint = NULL;
	running_end(&r);
}

/* ---- stopped ---- */

struct stopping {
	struct running r;
	unsigned holds; /* of the lock until it is told to stop */
	struct checkpoint_report last;
};

static void stop_between(void *ctx)
{
	struct stopping *s = ctx;
	if (s->holds && !--s->holds)
		checkpoint_stop(s->r.checkpoint);
}

static void on_report(void *ctx, const struct checkpoint_report *report)
{
	struct stopping *s = ctx;
	s->last = *report;
}

/* Wherever it is broken off, what it was to write is written by the next one. */
static void test_stopped(void **state)
{
	(void)state;
	for (unsigned holds = 1, broken = 1; broken; holds++) {
		struct stopping s = { .holds = holds };
		running_begin(&s.r, 35);
		const struct checkpoint_options options = { .dir = s.r.dir, .lock = &s.r.lock, .slice_units = 1,
							    .between = stop_between, .between_ctx = &s };
		checkpoint_free(s.r.checkpoint);
		s.r.checkpoint = checkpoint_new(&options);
		checkpoint_attach(s.r.checkpoint, s.r.view);
		checkpoint_tell(s.r.checkpoint, on_report, &s);
		running_fold(&s.r, 12);
		checkpoint_run(s.r.checkpoint); /* due at once, as there is none; ends when it is stopped */
		broken = s.last.result == CHECKPOINT_BROKEN;
		assert_true(broken || holds > 3);
		assert_int_equal(running_write(&s.r).result, broken ? CHECKPOINT_DONE : CHECKPOINT_NOTHING);
		running_restart(&s.r, 12);
		running_end(&s.r);
	}
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
	change = (struct registry_change){ .kind = REGISTRY_EPOCHS_ALLOW, .principal = 3, .epochs = 70 };
	assert_true(roster_apply(r, &change));
	roster_pack(&b, r);
	again = roster_unpack(buffer_bytes(&b));
	assert_non_null(again);
	assert_int_equal(roster_principal(again, 3)->epochs_until, 70);
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
		cmocka_unit_test(test_no_commit),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_the_journal_comes_first),
		cmocka_unit_test(test_marks_outlive_a_refusal),
		cmocka_unit_test(test_locked_is_kept),
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_due),
		cmocka_unit_test(test_roster_bytes),
	};
	return cmocka_run_group_tests_name("checkpoint", tests, make_scratch, scratch_remove);
}
