// SPDX-License-Identifier: Apache-2.0
#include "server/block.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CACHE_LINE = 64 };

/* ---- making ---- */

static void *make(size_t n, size_t size)
{
	return calloc(n ? n : 1, size);
}

bool block_fits(const struct catalogue *c, uint32_t plan)
{
	const struct plan *p = catalogue_plan(c, plan);
	size_t cells = 0;
	for (uint32_t i = 0; i < p->items_n; i++) {
		size_t n = 0;
		if (catalogue_item(c, p->items[i])->leaf)
			catalogue_reporters(c, p->items[i], &n);
		cells += n;
	}
	return cells <= BLOCK_CELLS_MAX;
}

static bool make_tables(struct block *b, const struct plan *p)
{
	b->columns = make(p->items_n, sizeof *b->columns);
	b->leaf_columns = make(p->items_n, sizeof *b->leaf_columns);
	b->units = make(p->rows_n, sizeof *b->units);
	b->above = make(p->rows_n, sizeof *b->above);
	b->groups = make(p->rows_n, sizeof *b->groups);
	b->days = make(p->items_n, sizeof *b->days);
	b->rollups = make((size_t)p->rows_n * p->items_n, sizeof *b->rollups);
	return b->columns && b->leaf_columns && b->units && b->above && b->groups && b->days && b->rollups;
}

static void set_columns(struct block *b, const struct plan *p)
{
	for (uint32_t i = 0; i < p->items_n; i++) {
		const struct item *item = catalogue_item(b->catalogue, p->items[i]);
		struct column *column = &b->columns[i];
		assert(item->column == i);
		*column = (struct column){ .row = &item->row, .item = p->items[i], .parent = NO_INDEX,
					   .leaf = NO_INDEX, .inner = NO_INDEX };
		if (item->parent != NO_INDEX)
			column->parent = catalogue_item(b->catalogue, item->parent)->column;
		if (!item->leaf) {
			column->inner = b->inners_n++;
		} else {
			column->leaf = b->leaves_n;
			b->leaf_columns[b->leaves_n++] = i;
		}
	}
}

static void set_rows(struct block *b)
{
	for (uint32_t row = 0; row < b->rows_n; row++) {
		struct plan_row at = plan_row(b->catalogue, b->plan, row);
		if (at.is_group)
			break; /* groups come last */
		uint32_t parent = catalogue_unit(b->catalogue, at.index)->parent;
		b->units[row] = at.index;
		b->above[row] = parent == NO_INDEX ? NO_INDEX : plan_row_of_unit(b->catalogue, b->plan, parent);
		b->unit_rows++;
	}
}

/* Marks the places of everyone who ever may report, then numbers them by row: a unit's cells lie together. */
static bool make_cells(struct block *b)
{
	size_t places_n = (size_t)b->unit_rows * b->leaves_n;
	b->places = make(places_n, sizeof *b->places);
	if (!b->places)
		return false;
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
		size_t n;
		const uint32_t *units = catalogue_reporters(b->catalogue, b->columns[b->leaf_columns[leaf]].item, &n);
		for (size_t i = 0; i < n; i++) {
			uint32_t row = plan_row_of_unit(b->catalogue, b->plan, units[i]);
			if (row != NO_INDEX)
				b->places[(size_t)row * b->leaves_n + leaf] = 1;
		}
	}
	for (size_t i = 0; i < places_n; i++)
		if (b->places[i])
			b->places[i] = (uint32_t)++b->cells_n;
	b->cells = make(b->cells_n, sizeof *b->cells);
	b->cells_size = b->cells_n;
	return b->cells;
}

struct block *block_new(const struct catalogue *c, uint32_t plan)
{
	const struct plan *p = catalogue_plan(c, plan);
	struct block *b = calloc(1, sizeof *b);
	if (!b)
		return NULL;
	*b = (struct block){ .catalogue = c, .plan = plan, .rows_n = p->rows_n, .columns_n = p->items_n };
	if (make_tables(b, p)) {
		set_columns(b, p);
		set_rows(b);
		if (make_cells(b))
			return b;
	}
	block_free(b);
	return NULL;
}

void block_free(struct block *b)
{
	free(b->columns);
	free(b->leaf_columns);
	free(b->units);
	free(b->above);
	free(b->groups);
	free(b->days);
	free(b->rollups);
	free(b->places);
	free(b->cells);
	free(b);
}

/* ---- finding ---- */

struct rollup *block_rollup(const struct block *b, uint32_t row, uint32_t column)
{
	assert(row < b->rows_n && column < b->columns_n);
	return &b->rollups[(size_t)row * b->columns_n + column];
}

static uint32_t *place(const struct block *b, uint32_t row, uint32_t leaf)
{
	assert(row < b->unit_rows && leaf < b->leaves_n);
	return &b->places[(size_t)row * b->leaves_n + leaf];
}

struct cell *block_cell(const struct block *b, uint32_t row, uint32_t leaf)
{
	uint32_t at = *place(b, row, leaf);
	return at ? &b->cells[at - 1] : NULL;
}

void block_expect(const struct block *b, uint32_t row, uint32_t leaf)
{
	__builtin_prefetch(place(b, row, leaf));
}

struct cell *block_cell_make(struct block *b, uint32_t row, uint32_t leaf)
{
	struct cell *cell = block_cell(b, row, leaf);
	if (cell)
		return cell;
	if (b->cells_n == b->cells_size) {
		size_t size = b->cells_size + b->cells_size / 8 + 16;
		struct cell *more = realloc(b->cells, size * sizeof *more);
		if (!more)
			return NULL;
		b->cells = more;
		b->cells_size = size;
	}
	cell = &b->cells[b->cells_n++];
	memset(cell, 0, sizeof *cell);
	*place(b, row, leaf) = (uint32_t)b->cells_n;
	return cell;
}

struct line block_line(const struct block *b, uint32_t row)
{
	struct line line = { 0 };
	for (uint32_t at = row; at != NO_INDEX; at = b->above[at]) {
		assert(line.n < DEPTH_MAX);
		line.rows[line.n++] = at;
	}
	for (unsigned i = 0; i < GROUPS_PER_UNIT_MAX && b->groups[row][i] != NO_INDEX; i++)
		line.rows[line.n++] = b->groups[row][i];
	return line;
}

static void fetch(const void *from, size_t size)
{
	for (size_t at = 0; at < size; at += CACHE_LINE)
		__builtin_prefetch((const char *)from + at, 1);
	__builtin_prefetch((const char *)from + size - 1, 1);
}

void block_expect_move(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *cell)
{
	struct line line = block_line(b, row);
	fetch(cell, sizeof *cell);
	for (unsigned i = 0; i < line.n; i++)
		for (uint32_t at = b->leaf_columns[leaf]; at != NO_INDEX; at = b->columns[at].parent)
			fetch(block_rollup(b, line.rows[i], at), sizeof *b->rollups);
}

/* ---- moving ---- */

uint16_t block_judge(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *cell)
{
	uint32_t at = b->leaf_columns[leaf];
	const struct column *column = &b->columns[at];
	const struct rollup *own = block_rollup(b, row, at);
	struct figures_place facts = { .expected = cell->flags & CELL_EXPECTED,
				       .has_target = own->has_target, .target = own->target };
	if (cell->state == TASK_IN_PROGRESS) /* the one state in which a milestone counts */
		facts.milestone = catalogue_milestone(b->catalogue, column->item, b->units[row]);
	return figures_flags(column->row, &b->days[leaf], &facts, cell);
}

void block_move(struct block *b, uint32_t at, uint32_t row, uint32_t leaf, const struct cell *was, const struct cell *now,
		uint64_t version)
{
	struct rollup *line = &b->rollups[(size_t)at * b->columns_n];
	const struct column *column = &b->columns[b->leaf_columns[leaf]];
	const struct item_row *item = column->row;
	struct rollup *r = &line[b->leaf_columns[leaf]];
	struct derived before = figures_derived(r, item);
	figures_cell(r, item, was, at == row, -1);
	figures_cell(r, item, now, at == row, 1);
	figures_derive(r, item, r->has_target, r->target);
	r->version = version;
	struct derived after = figures_derived(r, item), difference = figures_difference(&before, &after);
	for (uint32_t up = column->parent; up != NO_INDEX; up = b->columns[up].parent) {
		const struct item_row *inner = b->columns[up].row;
		figures_lift(&line[up], inner, &difference, 1);
		if (inner->kind == ITEM_RATIO_GROUP)
			figures_derive_ratio_group(&line[up], inner, line[up].has_target, line[up].target);
		line[up].version = version;
	}
}

void block_set_days(struct block *b, struct date today)
{
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
		b->days[leaf] = figures_day(b->catalogue, b->columns[b->leaf_columns[leaf]].row, today);
}

void block_raise(struct block *b, uint64_t floor)
{
	for (size_t i = 0; i < (size_t)b->rows_n * b->columns_n; i++)
		if (b->rollups[i].version < floor)
			b->rollups[i].version = floor;
}
