// SPDX-License-Identifier: Apache-2.0
#include "server/fold.h"

#include <stdlib.h>
#include <string.h>

#include "common/domain/admit.h"
#include "server/held.h"

const char *fold_says(enum fold_result r)
{
	switch (r) {
#define X(name, text)                                                                                              \
	case FOLD_##name:                                                                                          \
		return text;
		FOLD_RESULTS(X)
#undef X
	}
	return "unknown result";
}

/* ---- what changed ---- */

void change_clear(struct change *ch)
{
	*ch = (struct change){ .grains = ch->grains, .grains_size = ch->grains_size };
}

void change_free(struct change *ch)
{
	free(ch->grains);
	*ch = (struct change){ 0 };
}

static void change_add(struct change *ch, uint32_t plan, uint32_t row)
{
	if (ch->grains_n == ch->grains_size) {
		size_t size = ch->grains_size ? ch->grains_size * 2 : 256;
		struct grain *more = realloc(ch->grains, size * sizeof *more);
		if (!more) {
			ch->everything = true; /* more than is true is never wrong */
			return;
		}
		ch->grains = more;
		ch->grains_size = size;
	}
	ch->grains[ch->grains_n++] = (struct grain){ plan, row };
}

/* A checkpoint that is being copied wants the bytes of before. */
static void touch(void *ctx, uint32_t unit)
{
	struct view *v = ctx;
	if (!v->watched || !v->watched[unit])
		return;
	v->watched[unit] = false;
	v->on_touch(v->touch_ctx, v, unit);
}

/* The cell becomes `now`: every rollup in which it counts moves with it. */
static void settle(struct view *v, struct block *b, const struct line *line, uint32_t leaf, struct cell *cell,
		   struct cell *now, uint64_t number, struct change *ch)
{
	touch(v, b->rows[line->rows[0]].unit);
	ch->cells++;
	now->version = number;
	if (!(now->flags & CELL_EXPECTED)) {
		*cell = *now;
		return;
	}
	for (unsigned i = 0; i < line->n; i++)
		if (b->rows[line->rows[i]].version != number)
			change_add(ch, b->plan, line->rows[i]);
	block_move(b, line, leaf, cell, now);
}

/* ---- batches ---- */

/* The report as a cell; what it does not say is as in a cell nobody reported. False = no body of this leaf. */
static bool report(struct cell *now, const struct item_row *leaf, const struct update *u)
{
	enum item_kind kind = leaf->kind;
	now->flags |= CELL_REPORTED;
	now->as_of = u->as_of;
	if (u->body == BODY_TASK) {
		now->state = (uint8_t)u->state;
		now->percent = (uint8_t)u->percent;
		now->done_on = u->done_on;
		return kind == ITEM_TASK && u->state != TASK_NONE;
	}
	if (u->body == BODY_RATIO) {
		now->value = u->numerator;
		now->denominator = u->denominator;
		return kind == ITEM_RATIO;
	}
	if (u->body == BODY_COUNT || u->body == BODY_POINTS) {
		now->value = u->value;
		return kind == (u->body == BODY_COUNT ? ITEM_COUNT : ITEM_POINTS);
	}
	now->flags |= CELL_NONE_ARISEN;
	return u->body == BODY_NONE_ARISEN && kind != ITEM_TASK;
}

/* Somebody else's report was there, and the author had not seen it. His own last one he knows. */
static bool crossed(const struct cell *was, const struct update *u, uint32_t principal)
{
	return was->entry && was->principal != principal && u->base_version < was->entry;
}

/* Where an update goes. */
struct aim {
	uint32_t unit;
	struct held_place at;
	struct cell *cell;
	struct line line; /* where it counts */
};

static struct taken_place place_of(const struct catalogue *c, const struct taken *t)
{
	bool known;
	if (t->place.known)
		return t->place;
	return (struct taken_place){ .unit = catalogue_unit_at(c, t->update.unit, t->update.as_of, &known),
				     .item = catalogue_item_by_code(c, t->update.item) };
}

/*
 * The batch goes step by step, all of it through one step before the next: every update lies somewhere else in some
 * hundred MB, and while one is looked at, what the next step needs of the others is fetched.
 */
static bool aim_all(const struct view *v, const struct entry_batch *batch, struct aim aims[static BATCH_MAX])
{
	const struct catalogue *c = v->catalogue;
	for (size_t i = 0; i < batch->taken_n; i++)
		if (!batch->taken[i].place.known)
			catalogue_expect(c, batch->taken[i].update.unit, batch->taken[i].update.item);
	for (size_t i = 0; i < batch->taken_n; i++) {
		struct taken_place place = place_of(c, &batch->taken[i]);
		if (place.unit == NO_INDEX || place.item == NO_INDEX)
			return false;
		aims[i].unit = place.unit;
		aims[i].at = held_place(v->held, place.unit, place.item);
		if (!aims[i].at.block)
			return false;
		block_expect(aims[i].at.block, aims[i].at.row, aims[i].at.leaf);
	}
	for (size_t i = 0; i < batch->taken_n; i++) {
		const struct held_place *at = &aims[i].at;
		aims[i].cell = block_cell(at->block, at->row, at->leaf);
		if (!aims[i].cell)
			return false;
		aims[i].line = block_line(at->block, at->row);
		block_expect_move(at->block, &aims[i].line, at->leaf, aims[i].cell);
	}
	return true;
}

/* own: the unit of the key that sent it. */
static enum fold_result take(struct view *v, const struct entry *e, uint32_t own, const struct taken *t,
			     const struct aim *aim, struct change *ch)
{
	const struct update *u = &t->update;
	struct held_place at = aim->at;
	struct cell *cell = aim->cell;
	struct cell now = { .entry = e->number, .index = t->index, .principal = e->principal,
			    .received_ms = e->received.ms, .flags = cell->flags & (CELL_NA | CELL_EXPECTED) };
	if (!report(&now, at.block->columns[at.block->leaf_columns[at.leaf]].row, u))
		return FOLD_FOREIGN;
	if (!admit_wins(u->as_of, cell->flags & CELL_REPORTED, cell->as_of))
		return FOLD_OK; /* kept in the journal; what a newer report says stands */
	if (aim->unit != own)
		now.flags |= CELL_ON_BEHALF;
	if (crossed(cell, u, e->principal))
		now.flags |= CELL_CROSSED;
	now.flags = block_judge(at.block, at.row, at.leaf, &now, block_target_of(at.block, at.leaf, cell));
	settle(v, at.block, &aim->line, at.leaf, cell, &now, e->number, ch);
	return FOLD_OK;
}

static enum fold_result fold_batch(struct view *v, const struct entry *e, struct change *ch)
{
	const struct principal *by = roster_principal(v->roster, e->principal);
	struct aim aims[BATCH_MAX];
	if (!by || !v->catalogue || e->batch.taken_n > BATCH_MAX || !aim_all(v, &e->batch, aims))
		return FOLD_FOREIGN;
	uint32_t own = catalogue_unit_by_number(v->catalogue, by->scope_unit);
	for (size_t i = 0; i < e->batch.taken_n; i++) {
		enum fold_result r = take(v, e, own, &e->batch.taken[i], &aims[i], ch);
		if (r != FOLD_OK)
			return r;
	}
	return FOLD_OK;
}

/* ---- barriers ---- */

/* Derives everything again; from here on no rollup is older than this entry. */
static enum fold_result recount(struct view *v, uint64_t number, struct change *ch)
{
	v->head.floor = number;
	ch->everything = true;
	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++) {
		struct count how = { .mode = COUNT_SET, .today = v->head.today, .floor = number,
				     .on_flags = touch, .ctx = v };
		block_count(v->held->blocks[i], &how); /* COUNT_SET neither compares nor allocates */
	}
	return FOLD_OK;
}

static enum fold_result structural(struct view *v, uint64_t number, struct change *ch)
{
	v->head.structural = v->head.floor = number;
	ch->generation = ch->everything = true;
	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++)
		block_raise(v->held->blocks[i], number);
	return FOLD_OK;
}

static enum fold_result fold_genesis(struct view *v, const struct entry *e, struct change *ch)
{
	const struct entry_genesis *g = &e->genesis;
	v->head.illustrative = g->illustrative;
	v->head.simulated = g->simulated;
	v->head.offset_minutes = g->offset_minutes;
	memcpy(v->head.store, g->store, sizeof v->head.store);
	memcpy(v->head.incarnation, g->incarnation, sizeof v->head.incarnation);
	return structural(v, e->number, ch);
}

static enum fold_result fold_incarnation(struct view *v, const struct entry *e, struct change *ch)
{
	if (memcmp(e->incarnation.old, v->head.incarnation, sizeof v->head.incarnation))
		return FOLD_FOREIGN;
	memcpy(v->head.incarnation, e->incarnation.made, sizeof v->head.incarnation);
	v->head.locked = e->incarnation.proven;
	return structural(v, e->number, ch);
}

/* Indexes end here: what a checkpoint still wants it gets now. */
static void end_watch(struct view *v)
{
	for (uint32_t unit = 0; v->watched && unit < catalogue_units(v->catalogue); unit++)
		touch(v, unit);
	free(v->watched);
	v->watched = NULL;
}

static enum fold_result fold_catalogue(struct view *v, struct entry *e, struct change *ch)
{
	struct catalogue *c = e->catalogue.made;
	e->catalogue.made = NULL;
	if (!c || !view_fits(c)) {
		catalogue_free(c);
		return FOLD_FOREIGN;
	}
	struct held *held = held_new(c);
	enum put put = !held ? PUT_MEMORY : v->held ? held_carry(held, v->held) : PUT_OK;
	if (put != PUT_OK) {
		held_free(held);
		catalogue_free(c);
		return put == PUT_MEMORY ? FOLD_MEMORY : FOLD_FOREIGN;
	}
	end_watch(v);
	held_free(v->held);
	catalogue_free(v->catalogue);
	v->held = held;
	v->catalogue = c;
	v->head.catalogue_entry = v->head.structural = e->number;
	ch->generation = true;
	return recount(v, e->number, ch);
}

static enum fold_result fold_registry(struct view *v, const struct entry *e, struct change *ch)
{
	ch->roster = true;
	v->head.locked = v->head.locked && !e->registry.confirm;
	for (size_t i = 0; i < e->registry.n; i++)
		if (!roster_apply(v->roster, &e->registry.changes[i]))
			return roster_starved(v->roster) ? FOLD_MEMORY : FOLD_FOREIGN;
	return FOLD_OK;
}

/* Nothing opened, closed, joined or got another target: only tasks may have become overdue or fallen behind. */
static void fold_day(struct view *v, struct block *b, uint64_t number, struct change *ch)
{
	block_set_days(b, v->head.today);
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		struct line line = block_line(b, row);
		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
			struct cell *cell = block_cell(b, row, leaf);
			if (!cell || !(cell->flags & CELL_EXPECTED) || cell->state == TASK_DONE)
				continue;
			struct cell now = *cell;
			now.flags = block_judge(b, row, leaf, cell, block_target_of(b, leaf, cell));
			if (now.flags != cell->flags)
				settle(v, b, &line, leaf, cell, &now, number, ch);
		}
	}
}

static enum fold_result fold_tick(struct view *v, const struct entry *e, struct change *ch)
{
	struct date before = v->head.today;
	if (e->tick.date.ymd <= before.ymd)
		return FOLD_FOREIGN;
	v->head.today = e->tick.date;
	v->head.tick = e->number;
	ch->today = true;
	if (!v->catalogue)
		return FOLD_OK;
	if (!before.ymd || catalogue_changes_between(v->catalogue, before, v->head.today))
		return recount(v, e->number, ch);
	for (uint32_t i = 0; i < v->held->blocks_n; i++)
		fold_day(v, v->held->blocks[i], e->number, ch);
	return FOLD_OK;
}

static enum fold_result fold_rules(struct view *v, const struct entry *e, struct change *ch)
{
	if (e->rules.version != RULES_VERSION)
		return FOLD_UNKNOWN;
	v->head.rules_version = e->rules.version;
	return structural(v, e->number, ch);
}

/* ---- the one door ---- */

static enum fold_result fold_kind(struct view *v, struct entry *e, struct change *ch)
{
	switch (e->kind) {
	case ENTRY_BATCH:
		return fold_batch(v, e, ch);
	case ENTRY_VOID:
		return FOLD_OK; /* an outcome of its stream, no figure */
	case ENTRY_GENESIS:
		return fold_genesis(v, e, ch);
	case ENTRY_INCARNATION:
		return fold_incarnation(v, e, ch);
	case ENTRY_CATALOGUE:
		return fold_catalogue(v, e, ch);
	case ENTRY_REGISTRY:
		return fold_registry(v, e, ch);
	case ENTRY_TICK:
		return fold_tick(v, e, ch);
	case ENTRY_RULES:
		return fold_rules(v, e, ch);
	case ENTRY_NONE:
	case ENTRY_DECISION:
	case ENTRY_NOTICE:
		return FOLD_UNKNOWN;
	}
	return FOLD_UNKNOWN;
}

static void drop(struct entry *e)
{
	if (e->kind != ENTRY_CATALOGUE)
		return;
	catalogue_free(e->catalogue.made);
	e->catalogue.made = NULL;
}

enum fold_result fold(struct view *v, struct entry *e, struct change *ch)
{
	enum fold_result r = FOLD_OK;
	if (e->number != v->head.entry + 1 || memcmp(e->prev_hash, v->head.hash, sizeof v->head.hash) ||
	    (e->number == 1) != (e->kind == ENTRY_GENESIS))
		r = FOLD_ORDER;
	else if (e->rules_version > RULES_VERSION)
		r = FOLD_UNKNOWN;
	if (r != FOLD_OK) {
		drop(e);
		return r;
	}
	r = fold_kind(v, e, ch);
	v->head.entry = e->number;
	memcpy(v->head.hash, e->hash, sizeof v->head.hash);
	v->head.received = e->received;
	return r;
}
