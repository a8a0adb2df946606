// SPDX-License-Identifier: Apache-2.0
#include "server/held.h"

#include <stdlib.h>
#include <string.h>

#include "server/terms.h"

/* ---- making ---- */

static struct held_leaf leaf_of(const struct catalogue *c, const struct held *h, uint32_t item)
{
	uint32_t plan = catalogue_plan_of_item(c, item);
	return (struct held_leaf){ .number = catalogue_item(c, item)->row.number, .plan = plan,
				   .leaf = h->blocks[plan]->columns[catalogue_item(c, item)->column].leaf };
}

/* Insertion from behind: items come nearly in order of their numbers. */
static bool order_leaves(struct held *h)
{
	const struct catalogue *c = h->catalogue;
	size_t n = catalogue_items(c);
	h->leaves = malloc((n ? n : 1) * sizeof *h->leaves);
	if (!h->leaves)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (!catalogue_item(c, i)->leaf)
			continue;
		struct held_leaf leaf = leaf_of(c, h, i);
		uint32_t at = h->leaves_n++;
		for (; at && h->leaves[at - 1].number > leaf.number; at--)
			h->leaves[at] = h->leaves[at - 1];
		h->leaves[at] = leaf;
	}
	for (uint32_t at = h->leaves_n; at-- > 0;) {
		bool last = at + 1 == h->leaves_n || h->leaves[at + 1].plan != h->leaves[at].plan;
		h->leaves[at].behind = last ? at + 1 : h->leaves[at + 1].behind;
	}
	return true;
}

struct held *held_new(const struct catalogue *c)
{
	size_t n = catalogue_plans(c);
	struct held *h = calloc(1, sizeof *h);
	if (!h)
		return NULL;
	h->catalogue = c;
	h->blocks = calloc(n ? n : 1, sizeof *h->blocks);
	bool ok = h->blocks;
	while (ok && h->blocks_n < n) {
		struct block *b = block_new(c, h->blocks_n);
		ok = b;
		h->blocks[h->blocks_n] = b;
		h->blocks_n += ok;
	}
	if (ok && order_leaves(h))
		return h;
	held_free(h);
	return NULL;
}

void held_free(struct held *h)
{
	if (!h)
		return;
	for (uint32_t i = 0; i < h->blocks_n; i++)
		block_free(h->blocks[i]);
	free(h->blocks);
	free(h->leaves);
	free(h->strays);
	free(h);
}

/* ---- places ---- */

/* In some row of the item's plan, whether a leaf or not. */
static struct held_place place_of(const struct held *h, uint32_t unit, uint32_t item)
{
	uint32_t plan = catalogue_plan_of_item(h->catalogue, item);
	uint32_t row = plan_row_of_unit(h->catalogue, plan, unit);
	if (row == NO_INDEX)
		return (struct held_place){ 0 };
	struct block *b = h->blocks[plan];
	return (struct held_place){ b, row, b->columns[catalogue_item(h->catalogue, item)->column].leaf };
}

struct held_place held_place(const struct held *h, uint32_t unit, uint32_t item)
{
	struct held_place at = place_of(h, unit, item);
	return at.leaf == NO_INDEX ? (struct held_place){ 0 } : at;
}

struct cell *held_cell(const struct held *h, uint32_t unit, uint32_t item)
{
	struct held_place at = held_place(h, unit, item);
	return at.block ? block_cell(at.block, at.row, at.leaf) : NULL;
}

void held_terms(struct held *h, const struct terms *t)
{
	for (uint32_t i = 0; i < h->blocks_n; i++)
		h->blocks[i]->terms = t;
	for (uint32_t i = 0; i < t->n; i++) {
		uint32_t unit = catalogue_unit_by_number(h->catalogue, t->list[i].unit);
		uint32_t item = catalogue_item_by_number(h->catalogue, t->list[i].item);
		struct cell *cell = unit == NO_INDEX || item == NO_INDEX ? NULL : held_cell(h, unit, item);
		if (cell)
			cell->flags |= CELL_TERMS;
	}
}

static bool before(const struct stray *s, uint32_t unit, uint32_t item)
{
	return s->unit != unit ? s->unit < unit : s->item < item;
}

/* The first stray not before (unit, item). */
static size_t stray_at(const struct held *h, uint32_t unit, uint32_t item)
{
	size_t low = 0, high = h->strays_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (before(&h->strays[middle], unit, item))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static enum put put_stray(struct held *h, uint32_t unit, uint32_t item, const struct cell *cell)
{
	if (h->strays_n == h->strays_size) {
		size_t size = h->strays_size ? h->strays_size * 2 : 16;
		struct stray *more = realloc(h->strays, size * sizeof *more);
		if (!more)
			return PUT_MEMORY;
		h->strays = more;
		h->strays_size = size;
	}
	struct stray *s = h->strays + stray_at(h, unit, item);
	memmove(s + 1, s, (size_t)(h->strays + h->strays_n - s) * sizeof *s);
	*s = (struct stray){ .unit = unit, .item = item, .cell = *cell };
	s->cell.flags &= (uint16_t)~(CELL_EXPECTED | CELL_NA | CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET);
	h->strays_n++;
	return PUT_OK;
}

enum put held_put(struct held *h, uint32_t unit, uint32_t item, const struct cell *cell)
{
	uint32_t u = catalogue_unit_by_number(h->catalogue, unit), i = catalogue_item_by_number(h->catalogue, item);
	if (u == NO_INDEX || i == NO_INDEX || !catalogue_item(h->catalogue, i)->leaf)
		return PUT_UNKNOWN;
	struct held_place at = place_of(h, u, i);
	if (!at.block)
		return put_stray(h, unit, item, cell);
	struct cell *to = block_cell_make(at.block, at.row, at.leaf);
	if (!to)
		return PUT_MEMORY;
	*to = *cell;
	return PUT_OK;
}

/* ---- carrying ---- */

struct held_walk held_walk(const struct held *h, uint32_t unit)
{
	uint32_t number = catalogue_unit_number(h->catalogue, unit);
	return (struct held_walk){ .held = h, .unit = unit, .number = number, .plan = NO_INDEX,
				   .stray = stray_at(h, number, 0) };
}

/* The next place of the unit in a block; w->leaf is left at it. */
static bool to_place(struct held_walk *w, struct held_place *at)
{
	const struct held *h = w->held;
	while (w->leaf < h->leaves_n) {
		const struct held_leaf *l = &h->leaves[w->leaf];
		if (l->plan != w->plan) {
			w->plan = l->plan;
			w->row = plan_row_of_unit(h->catalogue, l->plan, w->unit);
		}
		if (w->row == NO_INDEX) {
			w->leaf = l->behind;
			continue;
		}
		*at = (struct held_place){ h->blocks[l->plan], w->row, l->leaf };
		if (block_cell(at->block, at->row, at->leaf))
			return true;
		w->leaf++;
	}
	return false;
}

bool held_next_place(struct held_walk *w, struct held_place *at, uint32_t *item)
{
	if (!to_place(w, at))
		return false;
	*item = w->held->leaves[w->leaf++].number;
	return true;
}

/* The next changed cell that stands in a block, where the walk stands then. */
static const struct cell *next_in_blocks(struct held_walk *w)
{
	struct held_place at;
	for (; to_place(w, &at); w->leaf++) {
		const struct cell *cell = block_cell(at.block, at.row, at.leaf);
		if (cell->version)
			return cell;
	}
	return NULL;
}

const struct cell *held_next(struct held_walk *w, uint32_t *item)
{
	const struct held *h = w->held;
	const struct cell *cell = next_in_blocks(w);
	const struct stray *s = w->stray < h->strays_n ? &h->strays[w->stray] : NULL;
	if (s && s->unit == w->number && (!cell || s->item < h->leaves[w->leaf].number)) {
		w->stray++;
		*item = s->item;
		return &s->cell;
	}
	if (cell)
		*item = h->leaves[w->leaf++].number;
	return cell;
}

/* A leaf without a schedule has one slot for ever, whatever its reports belonged to before: they compare by their days. */
static struct cell without_period(const struct held *h, uint32_t item, const struct cell *cell)
{
	uint32_t i = catalogue_item_by_number(h->catalogue, item);
	struct cell now = *cell;

	if (i != NO_INDEX && !catalogue_schedule(h->catalogue, i))
		now.period = 0;
	return now;
}

/* What lies under a report goes with it, unless it becomes a stray: that keeps its report alone. */
static void carry_pasts(struct held *h, const struct held *from, uint32_t unit)
{
	struct held_walk w = held_walk(from, unit);
	struct held_place at;
	for (uint32_t item; held_next_place(&w, &at, &item);) {
		const struct past *past = block_past(at.block, block_cell(at.block, at.row, at.leaf));
		uint32_t u = catalogue_unit_by_number(h->catalogue, w.number), i = catalogue_item_by_number(h->catalogue, item);
		struct held_place to = place_of(h, u, i);
		struct cell *cell = past_empty(past) || !to.block ? NULL : block_cell(to.block, to.row, to.leaf);
		if (!cell)
			continue;
		*block_past(to.block, cell) = *past;
		block_past(to.block, cell)->before = without_period(h, item, &past->before);
	}
}

enum put held_carry(struct held *h, const struct held *from)
{
	for (uint32_t unit = 0; unit < catalogue_units(from->catalogue); unit++) {
		struct held_walk w = held_walk(from, unit);
		const struct cell *cell;
		for (uint32_t item; (cell = held_next(&w, &item));) {
			const struct cell now = without_period(h, item, cell);
			enum put put = held_put(h, w.number, item, &now);
			if (put != PUT_OK)
				return put;
		}
		carry_pasts(h, from, unit);
	}
	return PUT_OK;
}
