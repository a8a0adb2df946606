// SPDX-License-Identifier: Apache-2.0
/*
 * answer_silent: what the offices owe now: expected slots of closed periods that are not frozen, for which the office itself
 * has reported nothing. Walks unit by unit, so that what one owes stands together, and on one page. Cursor: a = unit index.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/held.h"
#include "server/sheet.h"

struct work {
	struct asking *q;
	struct about about;
	struct about_units units;
	bool *wanted;             /* by item index */
	uint32_t unit;
	uint32_t expected;        /* of the unit at hand */
	uint32_t sum, offices;    /* of the page */
};

static const struct catalogue *catalogue_of(const struct work *w)
{
	return w->q->slice.view->catalogue;
}

/* When it last reported this leaf, as far as that stands: in the cell, or in the slot of a period not frozen yet. */
static int64_t last_received(const struct sheets *s, uint32_t row, uint32_t leaf)
{
	const struct cell *cell = block_cell(s->block, row, leaf);
	uint32_t slot = sheet_slot(s, row, leaf);
	int64_t last = cell && cell->flags & CELL_REPORTED ? cell->received_ms : 0;

	for (uint32_t i = 0; slot != NO_INDEX && i < s->open_n; i++) {
		if (s->open[i]->rhythm != s->leaf_rhythm[leaf])
			continue;
		const struct cell *report = &s->open[i]->reports[slot];
		if (report->flags & CELL_REPORTED && report->received_ms > last)
			last = report->received_ms;
	}
	return last;
}

static void put_owed(struct work *w, const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf,
		     bool missing)
{
	Tiendo__V1__SilentRow m = TIENDO__V1__SILENT_ROW__INIT;
	struct buffer *piece = &w->q->answerer->piece;
	uint8_t head[CODEC_FIELD_MAX];

	m.unit = catalogue_unit_number(catalogue_of(w), w->unit);
	m.item = s->block->columns[s->block->leaf_columns[leaf]].row->number;
	m.period = (char *)sheet->period.code;
	m.since = date_add(sheet->period.last, 1).ymd;
	m.deadline = sheet->deadlines[catalogue_unit(catalogue_of(w), w->unit)->row.kind].ymd;
	m.missing = missing;
	m.last_received_ms = last_received(s, row, leaf);
	buffer_put(piece, head, codec_field(1, codec_size(&m), head));
	answer_put(piece, &m);
}

static void look_at_slot(struct work *w, const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	struct slot_mark mark = sheet_mark(s, sheet, row, leaf);
	struct date deadline = sheet->deadlines[catalogue_unit(catalogue_of(w), w->unit)->row.kind];
	enum slot_state state = slot_state(&mark, deadline, w->q->slice.view->head.today);

	w->expected += state > SLOT_IS_EXEMPT;
	if (state == SLOT_PENDING || state == SLOT_MISSING)
		put_owed(w, s, sheet, row, leaf, state == SLOT_MISSING);
}

static void look_at_leaf(struct work *w, const struct sheets *s, uint32_t row, uint32_t leaf)
{
	if (!w->wanted[s->block->columns[s->block->leaf_columns[leaf]].item])
		return;
	for (uint32_t i = 0; i < s->open_n; i++) {
		const struct sheet *sheet = s->open[i];
		if (sheet->rhythm == s->leaf_rhythm[leaf] && sheet->period.last.ymd < w->q->slice.view->head.today.ymd)
			look_at_slot(w, s, sheet, row, leaf);
	}
}

static void look_at_unit(struct work *w)
{
	const struct view *v = w->q->slice.view;

	buffer_clear(&w->q->answerer->piece);
	w->expected = 0;
	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++) {
		const struct sheets *s = v->held->blocks[plan]->sheets;
		uint32_t row = plan_row_of_unit(v->catalogue, plan, w->unit);
		for (uint32_t leaf = 0; s->open_n && row != NO_INDEX && leaf < s->block->leaves_n; leaf++)
			if (s->leaf_rhythm[leaf] != NO_INDEX)
				look_at_leaf(w, s, row, leaf);
	}
}

/* False = the unit begins the next page. */
static bool add_unit(struct work *w)
{
	struct bytes owed = buffer_bytes(&w->q->answerer->piece);

	if (owed.size && !answer_fits(w->q, owed.size))
		return false;
	buffer_put_bytes(&w->q->answerer->page, owed);
	w->sum += w->expected;
	w->offices += w->expected > 0;
	return true;
}

static void put_sums(const struct work *w)
{
	Tiendo__V1__SilentPage m = TIENDO__V1__SILENT_PAGE__INIT;

	m.expected = w->sum;
	m.units = w->offices;
	answer_put(&w->q->answerer->page, &m);
}

static bool walk(struct work *w)
{
	struct asking *q = w->q;

	w->unit = q->at.a > w->units.first ? (uint32_t)(q->at.a < w->units.end ? q->at.a : w->units.end) : w->units.first;
	for (; w->unit < w->units.end; w->unit++) {
		if (!slice_go_on(&q->slice))
			return false;
		if (w->units.bins[w->unit] == NO_INDEX)
			continue;
		look_at_unit(w);
		if (add_unit(w))
			continue;
		q->more = true;
		q->at.a = w->unit;
		break;
	}
	put_sums(w);
	return true;
}

enum reason answer_silent(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->silent->unit, .item = m->silent->item, .one_day = true};
	struct work w = {.q = q};
	enum reason reason = about_find(q, &ask, &w.about);

	if (reason)
		return reason;
	w.wanted = about_items(q, &w.about);
	if (!w.wanted || !about_units(q, &w.about, &w.units) || !walk(&w))
		reason = answer_stale(q);
	free(w.wanted);
	about_units_free(&w.units);
	return reason;
}
