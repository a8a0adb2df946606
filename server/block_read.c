// SPDX-License-Identifier: Apache-2.0
/* The rollups of a block as everybody reads them: those that are held, and those that are made from a row's own cells. */
#include <assert.h>

#include "server/block.h"

/* ---- made from own cells ---- */

struct leaf_sums block_own_as(const struct block *b, uint32_t leaf, const struct cell *cell, int64_t target)
{
	const struct item_row *item = b->columns[b->leaf_columns[leaf]].row;
	struct leaf_sums r = { .version = b->floor };
	if (cell->flags & CELL_EXPECTED && cell->version > b->floor)
		r.version = cell->version;
	figures_cell(&r, item, cell, true, 1);
	figures_derive(&r, item, target != NO_TARGET, target);
	return r;
}

static int64_t target_of(const struct block *b, uint32_t row, uint32_t column)
{
	int64_t target;
	bool there = catalogue_target(b->catalogue, b->columns[column].item, b->plan, row, b->today, &target);
	return there ? target : NO_TARGET;
}

struct leaf_sums block_own(const struct block *b, uint32_t row, uint32_t leaf)
{
	static const struct cell nobody = { 0 };
	const struct cell *cell = block_cell(b, row, leaf);
	if (cell)
		return block_own_as(b, leaf, cell, *block_target(b, cell));
	return block_own_as(b, leaf, &nobody, target_of(b, row, b->leaf_columns[leaf]));
}

static struct inner_sums own_inner(const struct block *b, uint32_t row, uint32_t column)
{
	const struct column *c = &b->columns[column];
	const struct leaf_part nothing = { 0 };
	struct inner_sums sum = { .version = b->floor };
	for (uint32_t leaf = c->first_leaf; leaf < c->end_leaf; leaf++) {
		if (!block_cell(b, row, leaf))
			continue;
		const struct item_row *item = b->columns[b->leaf_columns[leaf]].row;
		struct leaf_sums r = block_own(b, row, leaf);
		struct cell_counts cells = figures_counts(&r, item);
		struct leaf_part part = figures_part(&r, item);
		figures_lift(&sum, c->row, &cells, &nothing, &part);
		if (sum.version < r.version)
			sum.version = r.version;
	}
	if (c->row->kind == ITEM_RATIO_GROUP) {
		int64_t target = target_of(b, row, column);
		figures_derive_ratio_group(&sum, c->row, target != NO_TARGET, target);
	}
	return sum;
}

static uint64_t own_version(const struct block *b, uint32_t row, uint32_t column)
{
	uint64_t version = b->floor;
	for (uint32_t leaf = b->columns[column].first_leaf; leaf < b->columns[column].end_leaf; leaf++) {
		const struct cell *cell = block_cell(b, row, leaf);
		if (cell && cell->flags & CELL_EXPECTED && cell->version > version)
			version = cell->version;
	}
	return version;
}

/* ---- whatever it is ---- */

uint64_t block_version(const struct block *b, uint32_t row, uint32_t column)
{
	if (b->columns[column].leaf == NO_INDEX) {
		const struct inner_sums *inner = block_inner(b, row, column);
		return inner ? inner->version : own_version(b, row, column);
	}
	const struct leaf_sums *leaf = block_leaf(b, row, column);
	return leaf ? leaf->version : own_version(b, row, column);
}

struct rollup block_rollup(const struct block *b, uint32_t row, uint32_t column)
{
	const struct column *c = &b->columns[column];
	if (c->leaf == NO_INDEX) {
		const struct inner_sums *inner = block_inner(b, row, column);
		struct inner_sums own;
		if (!inner)
			own = own_inner(b, row, column);
		return figures_of_inner(inner ? inner : &own);
	}
	const struct leaf_sums *leaf = block_leaf(b, row, column);
	struct leaf_sums own;
	if (!leaf)
		own = block_own(b, row, c->leaf);
	return figures_of_leaf(leaf ? leaf : &own, c->row);
}
