// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/running.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/scratch.h"

void running_keep(struct running *r)
{
	const struct checkpoint_options options = { .dir = r->dir, .lock = &r->lock };
	r->checkpoint = checkpoint_new(&options);
}

void running_begin(struct running *r, uint64_t seed)
{
	static unsigned n;
	*r = (struct running){ .country = country_new(seed), .view = view_new() };
	assert_true(viewlock_init(&r->lock));
	snprintf(r->dir, sizeof r->dir, "%s%u", scratch_path("view"), n++);
	running_keep(r);
	checkpoint_attach(r->checkpoint, r->view);
}

void running_end(struct running *r)
{
	checkpoint_free(r->checkpoint);
	view_free(r->view);
	country_free(r->country);
	change_free(&r->change);
	viewlock_destroy(&r->lock);
}

void running_fold(struct running *r, uint32_t n)
{
	for (; n; n--) {
		country_step(r->country, r->view);
		country_fold(r->country, r->view, country_entries(r->country), &r->change);
	}
}

struct checkpoint_report running_write(struct running *r)
{
	struct checkpoint_report report;
	if (checkpoint_write(r->checkpoint, &report) == CHECKPOINT_LATER)
		fail_msg("%s", report.error.text);
	return report;
}

/* Entry numbers are in the hashes of a country. */
bool running_known(void *ctx, const struct view_head *head)
{
	struct running *r = ctx;
	uint64_t number;
	memcpy(&number, head->hash, sizeof number);
	return number == head->entry && number <= country_entries(r->country);
}

void running_same(const struct view *a, const struct view *b)
{
	struct buffer x = country_bytes(a), y = country_bytes(b);
	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	buffer_free(&x);
	buffer_free(&y);
}

void running_fold_to(struct running *r, struct view *v, uint64_t entry)
{
	while (v->head.entry < entry)
		country_fold(r->country, v, v->head.entry + 1, &r->change);
}

/* Another process's start: what is loaded is the fold of its entries, and with the tail it is the running view. */
void running_loads(struct running *r, struct checkpoint *cp, struct view *loaded)
{
	struct view *fresh = view_new();
	struct view_fault fault;
	running_fold_to(r, fresh, loaded->head.entry);
	running_same(loaded, fresh);
	assert_true(view_check(loaded, &fault));
	running_fold_to(r, loaded, r->view->head.entry);
	running_same(loaded, r->view);
	checkpoint_free(cp);
	view_free(loaded);
	view_free(fresh);
}

/* The store of a running checkpoint is open: a start needs it closed. `loaded` at the entry it should be at. */
void running_restart(struct running *r, uint64_t entry)
{
	struct sys_error reason;
	checkpoint_free(r->checkpoint);
	running_keep(r);
	struct view *v = checkpoint_load(r->checkpoint, running_known, r, &reason);
	if (!v)
		fail_msg("%s", reason.text);
	assert_int_equal(v->head.entry, entry);
	running_loads(r, r->checkpoint, v);
	running_keep(r);
	checkpoint_attach(r->checkpoint, r->view);
}

struct buffer running_file(const char *dir)
{
	char path[5000];
	struct buffer b = { 0 };
	snprintf(path, sizeof path, "%s/data.mdb", dir);
	assert_int_equal(base_file_read(path, SIZE_MAX / 4, &b, NULL), 0);
	return b;
}
