// SPDX-License-Identifier: Apache-2.0
#include "server/block.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/sheet.h"
#include "server/terms.h"

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
	return cells <= FIGURES_CELLS_MAX;
}

static bool make_tables(struct block *b, const struct plan *p)
{
	b->columns = make(p->items_n, sizeof *b->columns);
	b->leaf_columns = make(p->items_n, sizeof *b->leaf_columns);
	b->rows = aligned_alloc(SHELF_LINE, ((size_t)p->rows_n * sizeof *b->rows + SHELF_LINE) & -(size_t)SHELF_LINE);
	b->groups = make(p->rows_n, sizeof *b->groups);
	b->days = make(p->items_n, sizeof *b->days);
	return b->columns && b->leaf_columns && b->rows && b->groups && b->days;
}

/* Items stand in preorder: the leaves below one are neighbours. */
static void add_leaf(struct block *b, uint32_t column)
{
	uint32_t leaf = b->leaves_n++;
	b->leaf_columns[leaf] = column;
	b->columns[column].leaf = leaf;
	for (uint32_t at = column; at != NO_INDEX; at = b->columns[at].parent) {
		struct column *c = &b->columns[at];
		if (c->first_leaf == c->end_leaf)
			c->first_leaf = leaf;
		else
			assert(c->end_leaf == leaf);
		c->end_leaf = leaf + 1;
	}
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
		if (item->leaf)
			add_leaf(b, i);
		else
			column->inner = b->inners_n++;
	}
}

static void set_rows(struct block *b)
{
	static_assert(sizeof *b->rows == SHELF_LINE / 2, "more of a cache line than was said");
	for (uint32_t row = 0; row < b->rows_n; row++)
		b->rows[row] = (struct row){ .unit = NO_INDEX, .above = NO_INDEX };
	for (uint32_t row = 0; row < b->rows_n; row++) {
		struct plan_row at = plan_row(b->catalogue, b->plan, row);
		if (at.is_group)
			break; /* groups come last */
		uint32_t parent = catalogue_unit(b->catalogue, at.index)->parent;
		b->rows[row].unit = at.index;
		b->rows[row].kind = (uint8_t)catalogue_unit(b->catalogue, at.index)->row.kind;
		if (parent != NO_INDEX)
			b->rows[row].above = plan_row_of_unit(b->catalogue, b->plan, parent);
		b->unit_rows++;
	}
}

static bool grow_cells(struct block *b, size_t size)
{
	static_assert(sizeof *b->cells == SHELF_LINE, "a cell would touch two cache lines");
	struct cell *cells = aligned_alloc(SHELF_LINE, (size ? size : 1) * sizeof *cells);
	int64_t *targets = realloc(b->targets, (size ? size : 1) * sizeof *targets);
	struct past *pasts = calloc(size ? size : 1, sizeof *pasts); /* fresh pages: most are never touched */
	if (targets)
		b->targets = targets;
	if (!cells || !targets || !pasts) {
		free(cells);
		free(pasts);
		return false;
	}
	if (b->cells_size) {
		memcpy(cells, b->cells, b->cells_size * sizeof *cells);
		memcpy(pasts, b->pasts, b->cells_size * sizeof *pasts);
	}
	memset(cells + b->cells_size, 0, (size - b->cells_size) * sizeof *cells);
	for (size_t i = b->cells_size; i < size; i++)
		targets[i] = NO_TARGET;
	free(b->cells);
	free(b->pasts);
	b->cells = cells;
	b->pasts = pasts;
	b->cells_size = size;
	return true;
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
	return grow_cells(b, b->cells_n);
}

/* Where a cell of the leaf at `row` counts, but for its own row, and groups: who is in them changes with the day. */
static void mark_line(const struct block *b, bool *held, uint32_t row, uint32_t column)
{
	for (row = b->rows[row].above; row != NO_INDEX && !held[(size_t)row * b->columns_n + column];
	     row = b->rows[row].above)
		held[(size_t)row * b->columns_n + column] = true;
}

/* What holds a leaf holds the items above it. */
static void mark_inners(const struct block *b, bool *held)
{
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
		if (held[b->leaf_columns[leaf]])
			for (uint32_t up = b->columns[b->leaf_columns[leaf]].parent; up != NO_INDEX && !held[up];
			     up = b->columns[up].parent)
				held[up] = true;
}

static void mark_held(const struct block *b, bool *held)
{
	for (uint32_t row = 0; row < b->unit_rows; row++)
		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
			if (b->places[(size_t)row * b->leaves_n + leaf])
				mark_line(b, held, row, b->leaf_columns[leaf]);
	for (uint32_t row = 0; row < b->unit_rows; row++)
		mark_inners(b, &held[(size_t)row * b->columns_n]);
	size_t units = (size_t)b->unit_rows * b->columns_n, all = (size_t)b->rows_n * b->columns_n;
	memset(held + units, true, all - units);
}

static bool make_sums(struct block *b)
{
	bool *held = make((size_t)b->rows_n * b->columns_n, sizeof *held);
	uint8_t *lines = make(b->columns_n, sizeof *lines);
	struct shelf_row *rows = make(b->rows_n, sizeof *rows);
	const struct shelf_plan plan = { .rows_n = b->rows_n, .columns_n = b->columns_n, .held = held, .lines = lines,
					 .rows = rows };
	bool ok = held && lines && rows;
	for (uint32_t i = 0; ok && i < b->columns_n; i++) {
		size_t size = b->columns[i].leaf == NO_INDEX ? sizeof(struct inner_sums) : sizeof(struct leaf_sums);
		lines[i] = (uint8_t)((size + SHELF_LINE - 1) / SHELF_LINE);
	}
	if (ok)
		mark_held(b, held);
	ok = ok && shelf_make(&b->shelf, &plan);
	for (uint32_t row = 0; ok && row < b->rows_n; row++)
		b->rows[row].sums = rows[row];
	free(held);
	free(lines);
	free(rows);
	return ok;
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
		if (make_cells(b) && make_sums(b))
			b->sheets = sheets_new(b);
		if (b->sheets)
			return b;
	}
	block_free(b);
	return NULL;
}

void block_free(struct block *b)
{
	sheets_free(b->sheets);
	free(b->columns);
	free(b->leaf_columns);
	free(b->rows);
	free(b->groups);
	free(b->days);
	shelf_free(&b->shelf);
	free(b->places);
	free(b->cells);
	free(b->targets);
	free(b->pasts);
	free(b);
}

/* ---- finding ---- */

static void *sums(const struct block *b, uint32_t row, uint32_t column)
{
	assert(row < b->rows_n && column < b->columns_n);
	return shelf_at(&b->shelf, b->rows[row].sums, column);
}

struct leaf_sums *block_leaf(const struct block *b, uint32_t row, uint32_t column)
{
	assert(b->columns[column].leaf != NO_INDEX);
	return sums(b, row, column);
}

struct inner_sums *block_inner(const struct block *b, uint32_t row, uint32_t column)
{
	assert(b->columns[column].inner != NO_INDEX);
	return sums(b, row, column);
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

int64_t *block_target(const struct block *b, const struct cell *cell)
{
	assert(cell >= b->cells && cell < b->cells + b->cells_n);
	return &b->targets[cell - b->cells];
}

struct past *block_past(const struct block *b, const struct cell *cell)
{
	assert(cell >= b->cells && cell < b->cells + b->cells_n);
	return &b->pasts[cell - b->cells];
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
	if (b->cells_n == b->cells_size && !grow_cells(b, b->cells_size + b->cells_size / 8 + 16))
		return NULL;
	cell = &b->cells[b->cells_n++];
	*place(b, row, leaf) = (uint32_t)b->cells_n;
	return cell;
}

struct line block_line(const struct block *b, uint32_t row)
{
	struct line line = { 0 };
	for (uint32_t at = row; at != NO_INDEX; at = b->rows[at].above) {
		assert(line.n < DEPTH_MAX);
		line.rows[line.n++] = at;
	}
	for (unsigned i = 0; b->rows[row].grouped && i < GROUPS_PER_UNIT_MAX && b->groups[row][i] != NO_INDEX; i++)
		line.rows[line.n++] = b->groups[row][i];
	return line;
}

static void fetch(const void *from, size_t size)
{
	for (size_t at = 0; at < size; at += SHELF_LINE)
		__builtin_prefetch((const char *)from + at, 1);
}

void block_expect_move(const struct block *b, const struct line *line, uint32_t leaf, const struct cell *cell)
{
	uint32_t column = b->leaf_columns[leaf];
	fetch(cell, sizeof *cell);
	if (b->columns[column].row->kind != ITEM_TASK) /* which has none */
		fetch(block_target(b, cell), sizeof *b->targets);
	fetch(block_past(b, cell), sizeof *b->pasts);
	for (unsigned i = 0; i < line->n; i++) {
		struct shelf_row at = b->rows[line->rows[i]].sums;
		if (!shelf_holds(at))
			continue;
		fetch(shelf_at(&b->shelf, at, column), sizeof(struct leaf_sums));
		for (uint32_t up = b->columns[column].parent; up != NO_INDEX; up = b->columns[up].parent)
			fetch(shelf_at(&b->shelf, at, up), sizeof(struct inner_sums));
	}
}

/* ---- moving ---- */

int64_t block_target_of(const struct block *b, uint32_t leaf, const struct cell *cell)
{
	return b->columns[b->leaf_columns[leaf]].row->kind == ITEM_TASK ? NO_TARGET : *block_target(b, cell);
}

static uint16_t judge(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *cell, int64_t target, bool slot)
{
	const struct column *column = &b->columns[b->leaf_columns[leaf]];
	const struct figures_day *day = &b->days[leaf][b->rows[row].kind];
	struct figures_place facts = { .expected = cell->flags & CELL_EXPECTED,
				       .has_target = target != NO_TARGET, .target = target };
	struct figures_day own;
	if (cell->state == TASK_IN_PROGRESS) /* the one state in which a milestone counts */
		facts.milestone = catalogue_milestone(b->catalogue, column->item, b->rows[row].unit);
	if (cell->flags & CELL_TERMS) {
		own = *day;
		terms_judge(b->terms, b->catalogue, b->rows[row].unit, column->item, &own, &facts);
		day = &own;
		facts.na = facts.na && !slot;
	}
	return figures_flags(column->row, day, &facts, cell);
}

uint16_t block_judge(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *cell, int64_t target)
{
	return judge(b, row, leaf, cell, target, false);
}

uint16_t block_judge_slot(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *report, int64_t target)
{
	const struct cell *cell = block_cell(b, row, leaf);
	struct cell at = *report;

	at.flags |= cell ? cell->flags & CELL_TERMS : 0;
	return judge(b, row, leaf, &at, target, true) & (uint16_t)~CELL_TERMS;
}

/* A cell that changes. */
struct move {
	const struct item_row *item;
	uint32_t leaf, column;
	const struct cell *was, *now;
	struct cell_counts cells; /* what it means for every item above the leaf */
	int64_t target;
	uint64_t version;
};

static void move_inners(struct block *b, uint32_t row, const struct move *m, const struct leaf_part *before,
			const struct leaf_part *after)
{
	for (uint32_t up = b->columns[m->column].parent; up != NO_INDEX; up = b->columns[up].parent) {
		const struct item_row *inner = b->columns[up].row;
		struct inner_sums *sum = block_inner(b, row, up);
		if (!sum)
			continue;
		figures_lift(sum, inner, &m->cells, before, after);
		if (inner->kind == ITEM_RATIO_GROUP)
			figures_derive_ratio_group(sum, inner, sum->has_target, sum->target);
		sum->version = m->version;
	}
}

static void move_row(struct block *b, uint32_t row, bool own, const struct move *m)
{
	struct leaf_part before, after;
	struct leaf_sums *r = block_leaf(b, row, m->column);
	if (r) {
		before = figures_part(r, m->item);
		figures_cell(r, m->item, m->was, own, -1);
		figures_cell(r, m->item, m->now, own, 1);
		figures_derive(r, m->item, r->has_target, r->target);
		r->version = m->version;
		after = figures_part(r, m->item);
	} else {
		struct leaf_sums was = block_own_as(b, m->leaf, m->was, m->target);
		struct leaf_sums now = block_own_as(b, m->leaf, m->now, m->target);
		before = figures_part(&was, m->item);
		after = figures_part(&now, m->item);
	}
	move_inners(b, row, m, &before, &after);
}

void block_move(struct block *b, const struct line *line, uint32_t leaf, struct cell *cell, const struct cell *now)
{
	uint32_t column = b->leaf_columns[leaf];
	struct move m = { .item = b->columns[column].row, .leaf = leaf, .column = column, .was = cell, .now = now,
			  .target = block_target_of(b, leaf, cell), .version = now->version };
	figures_count(&m.cells, m.item, cell, -1);
	figures_count(&m.cells, m.item, now, 1);
	for (unsigned i = 0; i < line->n; i++) {
		b->rows[line->rows[i]].version = m.version;
		if (shelf_holds(b->rows[line->rows[i]].sums))
			move_row(b, line->rows[i], i == 0, &m);
	}
	*cell = *now;
}

/* Most leaves have one due date for everybody. */
void block_days(const struct block *b, uint32_t leaf, struct date today, struct figures_day out[static UNIT_KINDS])
{
	const struct column *column = &b->columns[b->leaf_columns[leaf]];
	for (enum unit_kind kind = UNIT_NONE; kind <= UNIT_OTHER; kind++) {
		struct date due = figures_due(b->catalogue, column->item, kind);
		bool same = kind && due.ymd == out[kind - 1].due.ymd;
		out[kind] = same ? out[kind - 1] : figures_day(b->catalogue, column->row, due, today);
	}
}

void block_set_days(struct block *b, struct date today)
{
	b->today = today;
	sheets_set_day(b->sheets, today);
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
		block_days(b, leaf, today, b->days[leaf]);
}

static void raise_to(uint64_t *version, uint64_t floor)
{
	if (version && *version < floor)
		*version = floor;
}

void block_raise(struct block *b, uint64_t floor)
{
	b->floor = floor;
	for (uint32_t row = 0; row < b->rows_n; row++) {
		raise_to(&b->rows[row].version, floor);
		for (uint32_t column = 0; column < b->columns_n; column++)
			raise_to(sums(b, row, column), floor);
	}
}
