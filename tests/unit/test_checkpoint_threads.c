// SPDX-License-Identifier: Apache-2.0
/*
 * Checkpoints written by their own thread while the entries of a random country go on being folded: every one of them
 * is the fold of the entries up to its own, and no other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/sys/keys.h"
#include "server/checkpoint.h"
#include "tests/unit/country.h"
#include "tests/unit/scratch.h"

enum { WORLDS = 10, STEPS = 150, FEW = 12 };

struct beside {
	struct viewlock lock;
	struct checkpoint *checkpoint;
	pthread_t thread;
	sem_t reported;
	struct checkpoint_report last;
	size_t done, aside;
	uint64_t kept;
};

static void on_report(void *ctx, const struct checkpoint_report *report)
{
	struct beside *b = ctx;
	b->last = *report;
	b->done += report->result == CHECKPOINT_DONE;
	if (report->result == CHECKPOINT_DONE)
		b->kept = report->entry;
	b->aside += report->aside;
	sem_post(&b->reported);
}

static const char *fresh_dir(void)
{
	static unsigned n;
	char name[32];
	snprintf(name, sizeof name, "view%u", n++);
	return scratch_path(name);
}

/* One unit under each hold of the lock: as much in between as can be. */
static void begin(struct beside *b, const char *dir)
{
	const struct checkpoint_options options = { .dir = dir, .lock = &b->lock, .slice_units = 1 };
	*b = (struct beside){ .checkpoint = checkpoint_new(&options) };
	assert_true(viewlock_init(&b->lock));
	assert_int_equal(sem_init(&b->reported, 0, 0), 0);
	checkpoint_tell(b->checkpoint, on_report, b);
}

static void run(struct beside *b)
{
	assert_int_equal(pthread_create(&b->thread, NULL, checkpoint_run, b->checkpoint), 0);
}

static void stop(struct beside *b)
{
	checkpoint_stop(b->checkpoint);
	assert_int_equal(pthread_join(b->thread, NULL), 0);
}

static void end(struct beside *b)
{
	checkpoint_free(b->checkpoint);
	viewlock_destroy(&b->lock);
	sem_destroy(&b->reported);
}

static void fold_locked(struct beside *b, struct country *w, struct view *v, uint64_t number)
{
	struct change ch = { 0 };
	viewlock_write(&b->lock);
	country_fold(w, v, number, &ch);
	viewlock_write_end(&b->lock);
	change_free(&ch);
}

static bool known(void *ctx, const struct view_head *head)
{
	uint64_t number;
	(void)ctx;
	memcpy(&number, head->hash, sizeof number);
	return number == head->entry;
}

static void assert_same(const struct view *a, const struct view *b)
{
	struct buffer x = country_bytes(a), y = country_bytes(b);
	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	buffer_free(&x);
	buffer_free(&y);
}

/* What is on disk is the fold up to its entry; it and the rest are `running`. */
static void assert_kept(const char *dir, struct country *w, const struct view *running, uint64_t at)
{
	struct beside b;
	struct sys_error reason;
	struct change ch = { 0 };
	begin(&b, dir);
	struct view *v = checkpoint_load(b.checkpoint, known, NULL, &reason), *fresh = view_new();
	if (!v)
		fail_msg("%s", reason.text);
	assert_int_equal(v->head.entry, at);
	while (fresh->head.entry < at)
		country_fold(w, fresh, fresh->head.entry + 1, &ch);
	assert_same(v, fresh);
	while (v->head.entry < running->head.entry)
		country_fold(w, v, v->head.entry + 1, &ch);
	assert_same(v, running);
	end(&b);
	change_free(&ch);
	view_free(v);
	view_free(fresh);
}

/* Folds on until the thread has answered, a few entries at most. */
static void fold_beside(struct beside *b, struct country *w, struct view *v)
{
	uint64_t until = v->head.entry + FEW < STEPS ? v->head.entry + FEW : STEPS;
	checkpoint_ask(b->checkpoint);
	for (unsigned spin = 0; v->head.entry < until && sem_trywait(&b->reported); spin++) {
		if (spin % 4 == 0) /* so that they fall between the slices, not before them */
			fold_locked(b, w, v, v->head.entry + 1);
		sched_yield();
	}
	if (v->head.entry == until)
		sem_wait(&b->reported);
}

static void test_beside_the_writer(void **state)
{
	uint64_t seed = country_seed() + 5000;
	size_t done = 0, aside = 0;
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct country *w = country_new(seed + i);
		struct view *made = view_new(), *v = view_new();
		struct change ch = { 0 };
		struct beside b;
		const char *dir = fresh_dir();
		char path[4096];
		snprintf(path, sizeof path, "%s", dir);
		for (int step = 0; step < STEPS; step++) {
			country_step(w, made);
			country_fold(w, made, country_entries(w), &ch);
		}
		begin(&b, path);
		while (v->head.entry < FEW)
			country_fold(w, v, v->head.entry + 1, &ch);
		checkpoint_attach(b.checkpoint, v);
		run(&b);
		while (v->head.entry < STEPS)
			fold_beside(&b, w, v);
		stop(&b);
		struct checkpoint_report report;
		if (i % 2) /* the clean stop */
			assert_int_not_equal(checkpoint_write(b.checkpoint, &report), CHECKPOINT_LATER);
		uint64_t at = i % 2 ? report.entry : b.kept;
		done += b.done;
		aside += b.aside;
		checkpoint_free(b.checkpoint);
		b.checkpoint = NULL;
		assert_kept(path, w, made, at);
		end(&b);
		change_free(&ch);
		view_free(v);
		view_free(made);
		country_free(w);
	}
	print_message("%zu checkpoints, %zu units set aside\n", done, aside);
	assert_true(done >= WORLDS);
}

/* The first is due at once; one that is asked for comes without being due; then it waits. */
static void test_thread(void **state)
{
	struct country *w = country_new(country_seed());
	struct view *v = view_new();
	struct change ch = { 0 };
	struct beside b;
	(void)state;
	begin(&b, fresh_dir());
	for (int step = 0; step < 20; step++) {
		country_step(w, v);
		country_fold(w, v, country_entries(w), &ch);
	}
	checkpoint_attach(b.checkpoint, v);
	run(&b);
	sem_wait(&b.reported);
	assert_int_equal(b.last.result, CHECKPOINT_DONE);
	assert_true(b.last.full);
	checkpoint_ask(b.checkpoint);
	sem_wait(&b.reported);
	assert_int_equal(b.last.result, CHECKPOINT_NOTHING);
	viewlock_write(&b.lock);
	country_step(w, v);
	country_fold(w, v, country_entries(w), &ch);
	viewlock_write_end(&b.lock);
	checkpoint_count(b.checkpoint, CHECKPOINT_UPDATES); /* looked at within a second */
	sem_wait(&b.reported);
	assert_int_equal(b.last.result, CHECKPOINT_DONE);
	assert_int_equal(b.last.entry, 21);
	stop(&b);
	end(&b);
	change_free(&ch);
	view_free(v);
	country_free(w);
}

static int make_scratch(void **state)
{
	return keys_start(NULL) ? -1 : scratch_make(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_beside_the_writer),
		cmocka_unit_test(test_thread),
	};
	return cmocka_run_group_tests_name("checkpoint threads", tests, make_scratch, scratch_remove);
}
