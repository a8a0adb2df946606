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

/* Where the sums go: the block's own rollups, or for a check fresh rows of all inner items and one leaf at a time. */
struct sheet {
	struct rollup *rollups;
	size_t stride;
	bool beside;
};

static struct rollup *sheet_at(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column)
{
	size_t slot = column;
	if (s->beside)
		slot = b->columns[column].inner == NO_INDEX ? b->inners_n : b->columns[column].inner;
	return &s->rollups[row * s->stride + slot];
}

/* Everything up to the last member; there is no hole before it. */
static bool same(const struct rollup *a, const struct rollup *b)
{
	static_assert(offsetof(struct rollup, leaf_state) ==
			      sizeof(uint64_t) * 8 + sizeof(struct task_counts) * 2 + sizeof(struct indicator_counts) +
				      sizeof(uint32_t) * 6 + sizeof(uint16_t) + sizeof(bool) * 3,
		      "a hole would be compared");
	return !memcmp(a, b, offsetof(struct rollup, leaf_state) + sizeof a->leaf_state);
}

static bool fault(struct count *how, uint32_t row, uint32_t column)
{
	how->row = row;
	how->column = column;
	return false;
}

static void clear(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct count *how)
{
	struct rollup *r = sheet_at(s, b, row, column);
	memset(r, 0, sizeof *r);
	r->version = how->floor;
	int64_t target = 0;
	r->has_target = catalogue_target(b->catalogue, b->columns[column].item, b->plan, row, how->today, &target);
	r->target = r->has_target ? target : 0;
}

/* ---- membership ---- */

static bool count_groups(struct block *b, struct count *how)
{
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		uint32_t groups[GROUPS_PER_UNIT_MAX], rows[GROUPS_PER_UNIT_MAX];
		unsigned n = catalogue_groups_of(b->catalogue, b->units[row], how->today, groups), kept = 0;
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
		how->on_flags(how->ctx, b->units[row]);
	cell->flags = flags;
	return true;
}

static void add(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column, const struct cell *cell)
{
	struct line line = block_line(b, row);
	for (unsigned i = 0; i < line.n; i++) {
		struct rollup *r = sheet_at(s, b, line.rows[i], column);
		figures_cell(r, b->columns[column].row, cell, i == 0, 1);
		if (r->version < cell->version)
			r->version = cell->version;
	}
}

static bool count_cells(const struct sheet *s, struct block *b, uint32_t leaf, struct count *how)
{
	const struct catalogue *c = b->catalogue;
	uint32_t column = b->leaf_columns[leaf], item = b->columns[column].item;
	bool open = catalogue_item_open(c, item, how->today);
	struct figures_day day = figures_day(c, b->columns[column].row, how->today);
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		struct cell *cell = block_cell(b, row, leaf);
		if (!cell)
			continue;
		const struct rollup *own = sheet_at(s, b, row, column);
		uint32_t unit = b->units[row];
		struct figures_place at = {
			.expected = open && catalogue_unit_open(c, unit, how->today) &&
				    catalogue_is_reporter(c, item, unit, how->today),
			.milestone = catalogue_milestone(c, item, unit),
			.has_target = own->has_target, .target = own->target,
		};
		if (!judged(b, row, leaf, figures_flags(b->columns[column].row, &day, &at, cell), cell, how))
			return false;
		if (at.expected)
			add(s, b, row, column, cell);
	}
	return true;
}

static void lift(const struct sheet *s, const struct block *b, uint32_t row, uint32_t column)
{
	struct rollup *r = sheet_at(s, b, row, column);
	figures_derive(r, b->columns[column].row, r->has_target, r->target);
	struct derived d = figures_derived(r, b->columns[column].row);
	for (uint32_t up = b->columns[column].parent; up != NO_INDEX; up = b->columns[up].parent) {
		struct rollup *inner = sheet_at(s, b, row, up);
		figures_lift(inner, b->columns[up].row, &d, 1);
		if (inner->version < r->version)
			inner->version = r->version;
	}
}

static bool count_leaf(const struct sheet *s, struct block *b, uint32_t leaf, struct count *how)
{
	uint32_t column = b->leaf_columns[leaf];
	for (uint32_t row = 0; row < b->rows_n; row++)
		clear(s, b, row, column, how);
	if (!count_cells(s, b, leaf, how))
		return false;
	for (uint32_t row = 0; row < b->rows_n; row++) {
		lift(s, b, row, column);
		if (s->beside && !same(sheet_at(s, b, row, column), block_rollup(b, row, column)))
			return fault(how, row, column);
	}
	return true;
}

/* ---- the whole ---- */

static void clear_inners(const struct sheet *s, const struct block *b, const struct count *how)
{
	for (uint32_t row = 0; row < b->rows_n; row++)
		for (uint32_t column = 0; column < b->columns_n; column++)
			if (b->columns[column].inner != NO_INDEX)
				clear(s, b, row, column, how);
}

static bool finish_inners(const struct sheet *s, const struct block *b, struct count *how)
{
	for (uint32_t row = 0; row < b->rows_n; row++) {
		for (uint32_t column = 0; column < b->columns_n; column++) {
			if (b->columns[column].inner == NO_INDEX)
				continue;
			struct rollup *r = sheet_at(s, b, row, column);
			if (b->columns[column].row->kind == ITEM_RATIO_GROUP)
				figures_derive_ratio_group(r, b->columns[column].row, r->has_target, r->target);
			if (s->beside && !same(r, block_rollup(b, row, column)))
				return fault(how, row, column);
		}
	}
	return true;
}

static bool count_into(const struct sheet *s, struct block *b, struct count *how)
{
	if (!count_groups(b, how))
		return false;
	clear_inners(s, b, how);
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
		if (!count_leaf(s, b, leaf, how))
			return false;
	return finish_inners(s, b, how);
}

bool block_count(struct block *b, struct count *how)
{
	struct sheet s = { .rollups = b->rollups, .stride = b->columns_n };
	how->memory = false;
	if (how->mode != COUNT_CHECK) {
		block_set_days(b, how->today);
		return count_into(&s, b, how);
	}
	s = (struct sheet){ .stride = b->inners_n + 1, .beside = true };
	s.rollups = calloc(b->rows_n * s.stride, sizeof *s.rollups);
	how->memory = !s.rollups;
	bool ok = s.rollups && count_into(&s, b, how);
	free(s.rollups);
	return ok;
}
