// SPDX-License-Identifier: Apache-2.0
#include "server/fold.h"

#include <stdlib.h>
#include <string.h>

#include "common/domain/admit.h"
#include "server/fold_inside.h"

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

void fold_touch(void *view, uint32_t unit)
{
	struct view *v = view;
	if (!v->watched || !v->watched[unit])
		return;
	v->watched[unit] = false;
	v->on_touch(v->touch_ctx, v, unit);
}

void fold_touch_all(struct view *v)
{
	for (uint32_t unit = 0; v->watched && unit < catalogue_units(v->catalogue); unit++)
		fold_touch(v, unit);
}

void fold_settle(struct view *v, const struct aim *aim, struct cell now, uint64_t number, struct change *ch)
{
	struct block *b = aim->at.block;
	const struct line *line = &aim->line;
	fold_touch(v, aim->unit);
	ch->cells++;
	now.flags = (uint16_t)((now.flags & ~CELL_JUDGED) | (aim->cell->flags & CELL_ITS_OWN));
	now.flags = block_judge(b, aim->at.row, aim->at.leaf, &now, block_target_of(b, aim->at.leaf, aim->cell));
	now.version = number;
	if (!(now.flags & CELL_EXPECTED)) {
		*aim->cell = now;
		return;
	}
	for (unsigned i = 0; i < line->n; i++)
		if (b->rows[line->rows[i]].version != number)
			change_add(ch, b->plan, line->rows[i]);
	block_move(b, line, aim->at.leaf, aim->cell, &now);
}

/* ---- barriers ---- */

enum fold_result fold_recount(struct view *v, uint64_t number, struct change *ch)
{
	v->head.floor = number;
	ch->everything = true;
	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++) {
		struct count how = { .mode = COUNT_SET, .today = v->head.today, .floor = number,
				     .on_flags = fold_touch, .ctx = v };
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
	v->head.rules_version = e->rules_version;
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
	fold_touch_all(v);
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
	struct held *old = v->held;
	struct catalogue *gone = v->catalogue;
	v->held = held;
	v->catalogue = c;
	v->head.catalogue_entry = v->head.structural = e->number;
	ch->generation = true;
	held_terms(held, &v->duties.terms);
	enum fold_result r = fold_recount(v, e->number, ch);
	bool ok = (!old || fold_sheets_carry(v, old)) && fold_sheets_open(v) && fold_sheets_go_home(v);
	held_free(old);
	catalogue_free(gone);
	return ok ? r : FOLD_MEMORY;
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

static enum fold_result fold_rules(struct view *v, const struct entry *e, struct change *ch)
{
	if (e->rules.version > RULES_VERSION)
		return FOLD_UNKNOWN;
	if (e->rules.version < v->head.rules_version)
		return FOLD_FOREIGN;
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
	case ENTRY_DECISION:
		return fold_decision(v, e, ch);
	case ENTRY_NOTICE:
		return fold_notice(v, e);
	case ENTRY_FINDING:
		fold_finding(v, e);
		return FOLD_OK;
	case ENTRY_STEP:
		fold_step(v, e);
		return FOLD_OK;
	case ENTRY_NONE:
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
	if (r == FOLD_OK && (v->rows.failed || v->duties.failed))
		r = FOLD_MEMORY;
	v->head.entry = e->number;
	memcpy(v->head.hash, e->hash, sizeof v->head.hash);
	v->head.received = e->received;
	return r;
}
