// SPDX-License-Identifier: Apache-2.0
/*
 * Random worlds: after every entry the running sums equal a recomputation, nothing changes without a version and a
 * listed grain, and the same entries give the same bytes, from the beginning and from a checkpoint.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/held.h"
#include "tests/unit/country.h"

enum { WORLDS = 12, STEPS = 160 };

/* ---- what was before ---- */

struct before {
	struct rollup **plans; /* copies */
	uint32_t n;
	struct generation generation;
};

static void forget(struct before *b)
{
	for (uint32_t i = 0; i < b->n; i++)
		free(b->plans[i]);
	free(b->plans);
	*b = (struct before){ 0 };
}

static void remember(struct before *b, const struct view *v)
{
	forget(b);
	b->generation = view_generation(v);
	b->n = v->held ? v->held->blocks_n : 0;
	b->plans = calloc(b->n + 1, sizeof *b->plans);
	for (uint32_t i = 0; i < b->n; i++) {
		const struct block *block = v->held->blocks[i];
		b->plans[i] = calloc((size_t)block->rows_n * block->columns_n, sizeof(struct rollup));
		struct rollup *to = b->plans[i];
		for (uint32_t row = 0; row < block->rows_n; row++)
			for (uint32_t column = 0; column < block->columns_n; column++)
				*to++ = block_rollup(block, row, column);
	}
}

static bool listed(const struct change *ch, uint32_t plan, uint32_t row)
{
	for (size_t i = 0; i < ch->grains_n; i++)
		if (ch->grains[i].plan == plan && ch->grains[i].row == row)
			return true;
	return ch->everything;
}

/* What differs has the entry's version and a grain; versions go up; a row's version is its greatest. */
static void assert_versions(const struct before *b, const struct view *v, const struct change *ch)
{
	struct generation now = view_generation(v);
	assert_int_equal(generation_same(&now, &b->generation), !ch->generation);
	for (uint32_t plan = 0; v->held && plan < v->held->blocks_n; plan++) {
		const struct block *block = v->held->blocks[plan];
		for (uint32_t row = 0; row < block->rows_n; row++) {
			uint64_t highest = 0;
			for (uint32_t column = 0; column < block->columns_n; column++) {
				const struct rollup now_is = view_rollup(v, plan, row, column), *r = &now_is;
				highest = r->version > highest ? r->version : highest;
				assert_true(r->version <= v->head.entry && r->version >= v->head.floor);
				if (ch->generation)
					continue;
				const struct rollup *was = &b->plans[plan][(size_t)row * block->columns_n + column];
				assert_true(r->version >= was->version);
				if (memcmp(r, was, offsetof(struct rollup, leaf_state)))
					assert_int_equal(r->version, v->head.entry);
				if (r->version != was->version)
					assert_true(listed(ch, plan, row));
			}
			assert_int_equal(view_row_version(v, plan, row), highest);
		}
	}
}

/* A unit's version is the greatest of the rows below it, over all plans. */
static void assert_tree_versions(const struct view *v)
{
	if (!v->catalogue)
		return;
	for (uint32_t u = 0; u < catalogue_units(v->catalogue); u++) {
		uint32_t parent = catalogue_unit(v->catalogue, u)->parent;
		if (parent != NO_INDEX)
			assert_true(view_unit_version(v, parent) >= view_unit_version(v, u));
	}
	for (uint32_t g = 0; g < catalogue_groups(v->catalogue); g++)
		assert_true(view_group_version(v, g) <= v->head.entry);
}

static uint32_t sum(const struct task_counts *t)
{
	return t->unreported + t->not_started + t->in_progress + t->done + t->na;
}

/* DOMAIN 3: "always". */
static void assert_sense(const struct view *v)
{
	for (uint32_t plan = 0; v->held && plan < v->held->blocks_n; plan++) {
		const struct block *block = v->held->blocks[plan];
		for (uint32_t row = 0; row < block->rows_n; row++)
			for (uint32_t column = 0; column < block->columns_n; column++) {
				const struct rollup held = view_rollup(v, plan, row, column), *r = &held;
				struct figure f;
				figures_show(&f, block->columns[column].row->kind, r);
				assert_true(f.reported <= f.expected);
				assert_true(r->done_late <= r->cells.done);
				assert_true(r->overdue <= sum(&r->cells) - r->cells.done - r->cells.na);
				assert_true(r->behind <= r->cells.in_progress);
				assert_true(r->indicators.at_target <= r->indicators.value);
				assert_true(r->summed <= r->indicators.value);
				assert_true(sum(&r->leaves) <= sum(&r->cells));
				assert_true(r->score_leaves <= r->score_leaves_of);
				assert_true(r->weighted <= r->weight_sum * 10000);
				assert_true(r->numerator >= 0 && r->denominator >= 0 && r->value >= 0);
			}
	}
}

static void assert_recomputes(const struct view *v)
{
	struct view_fault fault = { 0 };
	if (!view_check(v, &fault))
		fail_msg("entry %llu: plan %u row %u column %u is not the sum of its cells",
			 (unsigned long long)v->head.entry, fault.plan, fault.row, fault.column);
}

static void assert_same(const struct view *a, const struct view *b)
{
	struct buffer x = country_bytes(a), y = country_bytes(b);
	assert_int_equal(x.size, y.size);
	assert_memory_equal(x.data, y.data, x.size);
	buffer_free(&x);
	buffer_free(&y);
}

static void test_running_is_recomputed(void **state)
{
	uint64_t seed = country_seed();
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct country *w = country_new(seed + i);
		struct view *v = view_new(), *again = view_new();
		struct change ch = { 0 };
		struct before before = { 0 };
		for (int step = 0; step < STEPS; step++) {
			remember(&before, v);
			country_step(w, v);
			change_clear(&ch);
			country_fold(w, v, country_entries(w), &ch);
			assert_recomputes(v);
			assert_versions(&before, v, &ch);
			assert_tree_versions(v);
			assert_sense(v);
		}
		for (uint64_t n = 1; n <= country_entries(w); n++)
			country_fold(w, again, n, &ch);
		assert_same(v, again);
		forget(&before);
		change_free(&ch);
		view_free(v);
		view_free(again);
		country_free(w);
	}
}

/* ---- checkpoints ---- */

struct copy {
	uint64_t entry;
	struct view_head head;
	struct catalogue *catalogue;
	struct roster *roster;
	struct buffer small;
	struct buffer *units; /* by the unit indexes of that entry */
	uint32_t n, next;
};

static void set_aside(struct copy *copy, const struct view *v, uint32_t unit)
{
	struct buffer *b = &copy->units[unit];
	assert_int_equal(b->size, 0);
	uint8_t *out = buffer_reserve(b, view_unit_size(v, unit));
	assert_int_equal(view_unit_pack(v, unit, out), b->size);
}

static void on_touch(void *ctx, const struct view *v, uint32_t unit)
{
	set_aside(ctx, v, unit);
}

static struct copy begin(struct view *v)
{
	struct copy copy = { .entry = v->head.entry, .head = v->head, .catalogue = country_clone(v->catalogue),
			     .roster = roster_clone(v->roster), .n = (uint32_t)catalogue_units(v->catalogue) };
	copy.small.cap = BUFFER_ANY;
	view_small_pack(v, &copy.small);
	copy.units = calloc(copy.n, sizeof *copy.units);
	return copy;
}

/* Some units between two entries, as the checkpoint's slices do. */
static void slice(struct copy *copy, struct view *v, uint32_t n)
{
	for (; n && copy->next < copy->n; copy->next++) {
		if (copy->units[copy->next].size)
			continue;
		set_aside(copy, v, copy->next);
		view_unwatch(v, copy->next);
		n--;
	}
}

static struct view *load(struct copy *copy)
{
	struct view *v = view_new();
	uint8_t head[VIEW_HEAD_BYTES];
	struct view_head unpacked;
	view_head_pack(&copy->head, head);
	assert_true(view_head_unpack(&unpacked, head));
	assert_true(view_load_begin(v, &unpacked, copy->catalogue, copy->roster));
	assert_true(view_load_small(v, buffer_bytes(&copy->small)));
	buffer_free(&copy->small);
	for (uint32_t i = 0; i < copy->n; i++) {
		assert_true(view_load_unit(v, copy->units[i].data, copy->units[i].size));
		buffer_free(&copy->units[i]);
	}
	free(copy->units);
	assert_true(view_load_end(v));
	return v;
}

static void test_checkpoint_and_tail_is_running(void **state)
{
	uint64_t seed = country_seed() + 1000;
	(void)state;
	for (uint64_t i = 0; i < WORLDS; i++) {
		struct country *w = country_new(seed + i);
		struct view *v = view_new();
		struct change ch = { 0 };
		int from = 20 + (int)country_random(w, 60);
		for (int step = 0; step < from; step++) {
			country_step(w, v);
			country_fold(w, v, country_entries(w), &ch);
		}
		struct copy copy = begin(v);
		struct buffer then = country_bytes(v);
		assert_true(view_watch(v, on_touch, &copy));
		for (int step = 0; step < 40; step++) {
			country_step(w, v);
			country_fold(w, v, country_entries(w), &ch);
			slice(&copy, v, country_random(w, 3));
		}
		slice(&copy, v, copy.n);
		assert_true(view_watch(v, NULL, NULL));
		struct view *loaded = load(&copy);
		struct buffer now = country_bytes(loaded);
		assert_int_equal(now.size, then.size);
		assert_memory_equal(now.data, then.data, now.size);
		assert_recomputes(loaded);
		for (uint64_t n = copy.entry + 1; n <= country_entries(w); n++)
			country_fold(w, loaded, n, &ch);
		assert_same(v, loaded);
		buffer_free(&now);
		buffer_free(&then);
		change_free(&ch);
		view_free(loaded);
		view_free(v);
		country_free(w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_running_is_recomputed),
		cmocka_unit_test(test_checkpoint_and_tail_is_running),
	};
	return cmocka_run_group_tests_name("fold worlds", tests, NULL, NULL);
}
