// SPDX-License-Identifier: Apache-2.0
/*
 * The full recomputation of a block from its cells and the catalogue: at every barrier that changes what counts, at
 * every start, and as the check of the running sums. It shares the arithmetic of a single cell (figures.c) with
 * block_move, but none of the bookkeeping.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/block.h"
#include "server/terms.h"

/* Where the sums go: the block's own, or for a check fresh ones of all inner items and of one leaf at a time. */
struct sheet {
	struct leaf_sums *leaves;   /* by row */
	struct inner_sums *inners;  /* row * inners_n + inner */
	uint64_t *versions;         /* by row; beside only */
	bool beside;
};

/* NULL = not held: no cell counts there. */
static struct leaf_sums *leaf_at(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column)
{
	struct leaf_sums *own = block_leaf(b, row, column);
	return own && s->beside ? &s->leaves[row] : own;
}

static struct inner_sums *inner_at(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column)
{
	struct inner_sums *own = block_inner(b, row, column);
	return own && s->beside ? &s->inners[(size_t)row * b->inners_n + b->columns[column].inner] : own;
}

static uint64_t *version_at(const struct sheet *s, const struct block *b, uint32_t row)
{
	return s->beside ? &s->versions[row] : &b->rows[row].version;
}

/* Everything up to the last member; there is no hole before it. */
static bool same(struct rollup a, struct rollup b)
{
	static_assert(offsetof(struct rollup, leaf_state) ==
			      sizeof(uint64_t) * 8 + sizeof(struct task_counts) * 2 + sizeof(struct indicator_counts) +
				      sizeof(uint32_t) * 6 + sizeof(uint16_t) + sizeof(bool) * 3,
		      "a hole would be compared");
	return !memcmp(&a, &b, offsetof(struct rollup, leaf_state) + sizeof a.leaf_state);
}

static bool fault(struct count *how, uint32_t row, uint32_t column)
{
	how->row = row;
	how->column = column;
	return false;
}

static int64_t target_of(const struct block *b, uint32_t row, uint32_t column, const struct count *how)
{
	int64_t target;
	bool there = catalogue_target(b->catalogue, b->columns[column].item, b->plan, row, how->today, &target);
	return there ? target : NO_TARGET;
}

static void clear_leaf(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct count *how)
{
	struct leaf_sums *r = leaf_at(s, b, row, column);
	if (!r)
		return;
	int64_t target = target_of(b, row, column, how);
	memset(r, 0, sizeof *r);
	r->version = how->floor;
	figures_derive(r, b->columns[column].row, target != NO_TARGET, target);
}

static void clear_inner(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct count *how)
{
	struct inner_sums *r = inner_at(s, b, row, column);
	if (!r)
		return;
	int64_t target = target_of(b, row, column, how);
	memset(r, 0, sizeof *r);
	r->version = how->floor;
	figures_derive_ratio_group(r, b->columns[column].row, target != NO_TARGET, target);
}

/* ---- membership ---- */

static bool count_groups(struct block *b, struct count *how)
{
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		uint32_t groups[GROUPS_PER_UNIT_MAX], rows[GROUPS_PER_UNIT_MAX];
		unsigned n = catalogue_groups_of(b->catalogue, b->rows[row].unit, how->today, groups), kept = 0;
		for (unsigned i = 0; i < GROUPS_PER_UNIT_MAX; i++)
			rows[i] = NO_INDEX;
		for (unsigned i = 0; i < n; i++) {
			uint32_t at = plan_row_of_group(b->catalogue, b->plan, groups[i]);
			if (at != NO_INDEX)
				rows[kept++] = at;
		}
		if (how->mode == COUNT_CHECK && memcmp(b->groups[row], rows, sizeof rows))
			return fault(how, row, 0);
		memcpy(b->groups[row], rows, sizeof rows);
		b->rows[row].grouped = kept > 0;
	}
	return true;
}

/* ---- leaves ---- */

static bool judged(struct block *b, uint32_t row, uint32_t leaf, uint16_t flags, struct cell *cell, struct count *how)
{
	if (cell->flags == flags)
		return true;
	if (how->mode == COUNT_CHECK || (how->mode == COUNT_LOAD && cell->version))
		return fault(how, row, b->leaf_columns[leaf]);
	if (how->on_flags && cell->version)
		how->on_flags(how->ctx, b->rows[row].unit);
	cell->flags = flags;
	return true;
}

static void raise_to(uint64_t *version, uint64_t to)
{
	if (*version < to)
		*version = to;
}

static void add(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct cell *cell)
{
	struct line line = block_line(b, row);
	for (unsigned i = 0; i < line.n; i++) {
		struct leaf_sums *r = leaf_at(s, b, line.rows[i], column);
		assert(r || i == 0); /* block_new saw to it for everyone who ever may report */
		raise_to(version_at(s, b, line.rows[i]), cell->version);
		if (!r)
			continue;
		figures_cell(r, b->columns[column].row, cell, i == 0, 1);
		raise_to(&r->version, cell->version);
	}
}

static bool targeted(struct block *b, const struct cell *cell, int64_t target, const struct count *how)
{
	int64_t *held = block_target(b, cell);
	if (how->mode == COUNT_CHECK)
		return *held == target;
	*held = target;
	return true;
}

static bool count_cells(const struct sheet *s, struct block *b, uint32_t leaf, struct count *how)
{
	const struct catalogue *c = b->catalogue;
	uint32_t column = b->leaf_columns[leaf], item = b->columns[column].item;
	bool open = catalogue_item_open(c, item, how->today);
	struct figures_day days[UNIT_KINDS];
	block_days(b, leaf, how->today, days);
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		struct cell *cell = block_cell(b, row, leaf);
		if (!cell)
			continue;
		int64_t target = target_of(b, row, column, how);
		uint32_t unit = b->rows[row].unit;
		struct figures_place at = {
			.expected = open && catalogue_unit_open(c, unit, how->today) &&
				    catalogue_is_reporter(c, item, unit, how->today),
			.milestone = catalogue_milestone(c, item, unit),
			.has_target = target != NO_TARGET, .target = target,
		};
		struct figures_day day = days[b->rows[row].kind];
		if (cell->flags & CELL_TERMS)
			terms_judge(b->terms, c, unit, item, &day, &at);
		if (!targeted(b, cell, target, how))
			return fault(how, row, column);
		if (!judged(b, row, leaf, figures_flags(b->columns[column].row, &day, &at, cell), cell, how))
			return false;
		if (at.expected)
			add(s, b, row, column, cell);
	}
	return true;
}

static void lift(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct leaf_sums *r)
{
	struct cell_counts cells = figures_counts(r, b->columns[column].row);
	struct leaf_part nothing = { 0 }, part = figures_part(r, b->columns[column].row);
	for (uint32_t up = b->columns[column].parent; up != NO_INDEX; up = b->columns[up].parent) {
		struct inner_sums *inner = inner_at(s, b, row, up);
		if (!inner)
			continue;
		figures_lift(inner, b->columns[up].row, &cells, &nothing, &part);
		raise_to(&inner->version, r->version);
	}
}

/* A leaf at one row, whose cells were added. */
static bool finish_leaf(const struct sheet *s, const struct block *b, uint32_t row, uint32_t leaf)
{
	uint32_t column = b->leaf_columns[leaf];
	const struct item_row *item = b->columns[column].row;
	struct leaf_sums *r = leaf_at(s, b, row, column);
	if (!r) {
		struct leaf_sums own = block_own(b, row, leaf);
		lift(s, b, row, column, &own);
		return true;
	}
	figures_derive(r, item, r->has_target, r->target);
	lift(s, b, row, column, r);
	return !s->beside || same(figures_of_leaf(r, item), figures_of_leaf(block_leaf(b, row, column), item));
}

static bool count_leaf(const struct sheet *s, struct block *b, uint32_t leaf, struct count *how)
{
	uint32_t column = b->leaf_columns[leaf];
	for (uint32_t row = 0; row < b->rows_n; row++)
		clear_leaf(s, b, row, column, how);
	if (!count_cells(s, b, leaf, how))
		return false;
	for (uint32_t row = 0; row < b->rows_n; row++)
		if (shelf_holds(b->rows[row].sums) && !finish_leaf(s, b, row, leaf))
			return fault(how, row, column);
	return true;
}

/* ---- the whole ---- */

static void clear_inners(const struct sheet *s, const struct block *b, const struct count *how)
{
	for (uint32_t row = 0; row < b->rows_n; row++)
		for (uint32_t column = 0; column < b->columns_n; column++)
			if (b->columns[column].inner != NO_INDEX)
				clear_inner(s, b, row, column, how);
}

static bool finish_inners(const struct sheet *s, const struct block *b, struct count *how)
{
	for (uint32_t row = 0; row < b->rows_n; row++) {
		for (uint32_t column = 0; column < b->columns_n; column++) {
			if (b->columns[column].inner == NO_INDEX)
				continue;
			struct inner_sums *r = inner_at(s, b, row, column);
			if (r && b->columns[column].row->kind == ITEM_RATIO_GROUP)
				figures_derive_ratio_group(r, b->columns[column].row, r->has_target, r->target);
			if (r && s->beside && !same(figures_of_inner(r), block_rollup(b, row, column)))
				return fault(how, row, column);
		}
	}
	return true;
}

static bool same_versions(const struct sheet *s, const struct block *b, struct count *how)
{
	for (uint32_t row = 0; s->beside && row < b->rows_n; row++)
		if (s->versions[row] != b->rows[row].version)
			return fault(how, row, 0);
	return true;
}

static bool count_into(const struct sheet *s, struct block *b, struct count *how)
{
	if (!count_groups(b, how))
		return false;
	for (uint32_t row = 0; row < b->rows_n; row++)
		*version_at(s, b, row) = how->floor;
	clear_inners(s, b, how);
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
		if (!count_leaf(s, b, leaf, how))
			return false;
	return finish_inners(s, b, how) && same_versions(s, b, how);
}

static bool check(struct block *b, struct count *how)
{
	struct sheet s = { .beside = true };
	s.leaves = calloc(b->rows_n, sizeof *s.leaves);
	s.inners = calloc((size_t)b->rows_n * b->inners_n, sizeof *s.inners);
	s.versions = calloc(b->rows_n, sizeof *s.versions);
	how->memory = !s.leaves || !s.inners || !s.versions;
	bool ok = !how->memory && count_into(&s, b, how);
	free(s.leaves);
	free(s.inners);
	free(s.versions);
	return ok;
}

bool block_count(struct block *b, struct count *how)
{
	struct sheet s = { 0 };
	how->memory = false;
	if (how->mode == COUNT_CHECK)
		return check(b, how);
	b->floor = how->floor;
	block_set_days(b, how->today);
	return count_into(&s, b, how);
}
