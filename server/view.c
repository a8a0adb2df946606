// SPDX-License-Identifier: Apache-2.0
#include "server/view.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/held.h"
#include "server/mailbox.h"

bool generation_same(const struct generation *a, const struct generation *b)
{
	return !memcmp(a->incarnation, b->incarnation, sizeof a->incarnation) &&
	       a->fold_version == b->fold_version && a->entry == b->entry;
}

struct view *view_new(void)
{
	struct view *v = calloc(1, sizeof *v);
	if (!v)
		return NULL;
	v->roster = roster_new();
	v->mailbox = mailbox_new();
	if (v->roster && v->mailbox)
		return v;
	view_free(v);
	return NULL;
}

void view_free(struct view *v)
{
	if (!v)
		return;
	held_free(v->held);
	mailbox_free(v->mailbox);
	free(v->watched);
	duties_free(&v->duties);
	rows_free(&v->rows);
	rows_free(&v->leaving);
	roster_free(v->roster);
	catalogue_free(v->catalogue);
	free(v);
}

struct generation view_generation(const struct view *v)
{
	struct generation g = { .fold_version = FOLD_VERSION, .entry = v->head.structural };
	memcpy(g.incarnation, v->head.incarnation, sizeof g.incarnation);
	return g;
}

bool view_fits(const struct catalogue *c)
{
	for (size_t i = 0; i < catalogue_plans(c); i++)
		if (!block_fits(c, (uint32_t)i))
			return false;
	return true;
}

/* ---- figures ---- */

static const struct block *block_of(const struct view *v, uint32_t plan)
{
	assert(v->held && plan < v->held->blocks_n);
	return v->held->blocks[plan];
}

struct rollup view_rollup(const struct view *v, uint32_t plan, uint32_t row, uint32_t column)
{
	return block_rollup(block_of(v, plan), row, column);
}

uint64_t view_version(const struct view *v, uint32_t plan, uint32_t row, uint32_t column)
{
	return block_version(block_of(v, plan), row, column);
}

/* Whatever changes a row below changes this one. */
uint64_t view_row_version(const struct view *v, uint32_t plan, uint32_t row)
{
	const struct block *b = block_of(v, plan);
	assert(row < b->rows_n);
	return b->rows[row].version;
}

static uint64_t highest(const struct view *v, uint32_t at,
			uint32_t (*row_of)(const struct catalogue *, uint32_t, uint32_t))
{
	uint64_t version = 0;
	for (uint32_t plan = 0; v->held && plan < v->held->blocks_n; plan++) {
		uint32_t row = row_of(v->catalogue, plan, at);
		if (row != NO_INDEX && view_row_version(v, plan, row) > version)
			version = view_row_version(v, plan, row);
	}
	return version;
}

uint64_t view_unit_version(const struct view *v, uint32_t unit)
{
	return highest(v, unit, plan_row_of_unit);
}

uint64_t view_group_version(const struct view *v, uint32_t group)
{
	return highest(v, group, plan_row_of_group);
}

const struct cell *view_cell(const struct view *v, uint32_t unit, uint32_t item)
{
	return held_cell(v->held, unit, item);
}

void view_expect(const struct view *v, uint32_t unit, uint32_t item)
{
	struct held_place at = held_place(v->held, unit, item);
	if (at.block)
		block_expect(at.block, at.row, at.leaf);
}

/* ---- truth ---- */

bool view_check(const struct view *v, struct view_fault *fault)
{
	for (uint32_t plan = 0; v->held && plan < v->held->blocks_n; plan++) {
		struct count how = { .mode = COUNT_CHECK, .today = v->head.today, .floor = v->head.floor };
		if (block_count(v->held->blocks[plan], &how))
			continue;
		*fault = (struct view_fault){ .memory = how.memory, .plan = plan, .row = how.row,
					      .column = how.column };
		return false;
	}
	return true;
}

/* ---- watching ---- */

bool view_watch(struct view *v, view_touch_fn *fn, void *ctx)
{
	free(v->watched);
	v->watched = NULL;
	v->on_touch = fn;
	v->touch_ctx = ctx;
	if (!fn || !v->catalogue)
		return true;
	size_t n = catalogue_units(v->catalogue);
	v->watched = malloc(n * sizeof *v->watched);
	if (!v->watched)
		return false;
	for (size_t i = 0; i < n; i++)
		v->watched[i] = true;
	return true;
}

void view_unwatch(struct view *v, uint32_t unit)
{
	if (v->watched) /* a catalogue entry may have ended the watch, and with it the indexes */
		v->watched[unit] = false;
}
