// SPDX-License-Identifier: Apache-2.0
/*
 * answer_cells: what each reporter of a leaf (or of every leaf below an item) has said; those who
 * have said nothing are cells too. Walks leaf by leaf through the reporters in the asked subtree or
 * group. Cells are copied under the viewlock, their free text is then read from the journal without
 * it. Cursor: a = item index, b = unit index, c = the subject's index + 1.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/held.h"
#include "server/waiting.h"

enum { CELLS_A_PAGE = 256 };

struct found {
	struct cell cell;
	uint32_t item, unit; /* indexes */
	uint32_t item_number, unit_number;
	enum item_kind kind;
	struct date due, first_due, since;
	struct blame blame;
	/* from the journal: */
	bool read;
	uint8_t incarnation[INCARNATION_SIZE];
	struct instant first_received;
	char *period, *product_ref, *note, *reason;
};

struct gather {
	struct asking *q;
	const Tiendo__V1__Cells *ask;
	struct about about;
	struct found list[CELLS_A_PAGE];
	size_t n;
	size_t asked[CELLS_A_PAGE]; /* place in the list, by place in what the journal is asked for
				     */
	uint32_t item, unit;        /* where it stands */
	bool full;
};

/* ---- under the lock ---- */

/* What nobody expects and nobody said is no cell worth a row. */
static bool wanted(const struct gather *g, const struct cell *cell)
{
	if (g->ask->missing_only)
		return (cell->flags & CELL_EXPECTED) && !(cell->flags & (CELL_REPORTED | CELL_NA));
	return cell->flags & (CELL_EXPECTED | CELL_REPORTED);
}

/* When it was due, and whose days it is late by. */
static void put_due(const struct view *v, struct found *f)
{
	const struct duties *d = &v->duties;
	const struct term *t = f->cell.flags & CELL_TERMS ? terms_find(&d->terms, f->unit_number, f->item_number) : NULL;

	f->due = terms_due(&d->terms, v->catalogue, f->unit, f->item);
	f->first_due = t ? t->first_due : (struct date){0};
	if (f->cell.flags & CELL_OVERDUE)
		f->blame = waiting_blame(&d->cases, v->catalogue, f->unit, f->item, f->due, v->head.today);
	else if (f->cell.flags & CELL_DONE_LATE)
		f->blame = waiting_blame(&d->cases, v->catalogue, f->unit, f->item, f->due, f->cell.done_on);
}

static void keep(struct gather *g, const struct cell *cell)
{
	const struct view *v = g->q->slice.view;
	const struct catalogue *c = v->catalogue;
	const struct item_row *item = &catalogue_item(c, g->item)->row;
	struct found *f = &g->list[g->n++];

	*f = (struct found){.cell = *cell,
			    .item = g->item,
			    .unit = g->unit,
			    .item_number = item->number,
			    .unit_number = catalogue_unit_number(c, g->unit),
			    .kind = item->kind};
	put_due(v, f);
	if (cell->flags & CELL_REPORTED) {
		const struct past *past =
			block_past(v->held->blocks[catalogue_plan_of_item(c, g->item)], cell);
		f->since = past->since.ymd ? past->since : cell->as_of;
	}
}

/* The reporters of one leaf, from g->unit on. False = the generation changed. */
static bool gather_leaf(struct gather *g)
{
	const struct view *v = g->q->slice.view;
	size_t n;
	const uint32_t *reporters = catalogue_reporters(v->catalogue, g->item, &n);

	for (size_t i = 0; i < n; i++) {
		if (!slice_go_on(&g->q->slice))
			return false;
		if (reporters[i] < g->unit || !about_has_unit(v, &g->about, reporters[i]))
			continue;
		g->unit = reporters[i];
		const struct cell *cell = view_cell(v, g->unit, g->item);
		if (!cell || !wanted(g, cell))
			continue;
		if (g->n == CELLS_A_PAGE) {
			g->full = true;
			return true;
		}
		keep(g, cell);
	}
	return true;
}

static bool gather(struct gather *g)
{
	const struct catalogue *c = g->q->slice.view->catalogue;
	size_t items = catalogue_items(c);

	while (g->item < items) {
		if (!slice_go_on(&g->q->slice))
			return false;
		if (catalogue_item(c, g->item)->leaf && about_has_item(c, &g->about, g->item) &&
		    !gather_leaf(g))
			return false;
		if (g->full)
			return true;
		g->item++;
		g->unit = 0;
	}
	return true;
}

/* ---- from the journal ---- */

static void read_blob(void *ctx, const struct query_blob *b)
{
	struct gather *g = ctx;
	struct answerer *a = g->q->answerer;
	struct update u;

	codec_arena_reset(&a->blobs);
	if (!codec_update_decode(b->bytes.data, b->bytes.size, &a->blobs, &u))
		return; /* cannot be: it was decoded when it was taken */
	struct found *f = &g->list[g->asked[b->i]];
	f->read = true;
	memcpy(f->incarnation, b->incarnation, INCARNATION_SIZE);
	f->first_received = b->first_received;
	f->period = base_copy_text(u.period);
	if (g->q->free_text) {
		f->product_ref = base_copy_text(u.product_ref);
		f->note = base_copy_text(u.note);
		f->reason = base_copy_text(u.reason);
	}
}

static bool read_texts(struct gather *g)
{
	const struct query_journal *j = &g->q->answerer->options->journal;
	struct query_receipt wanted_list[CELLS_A_PAGE];
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct cell *cell = &g->list[i].cell;
		if (!cell->entry)
			continue;
		g->asked[n] = i;
		wanted_list[n++] = (struct query_receipt){cell->entry, cell->index};
	}
	return n == 0 || j->blobs(j->ctx, wanted_list, n, read_blob, g);
}

/* ---- the page ---- */

Tiendo__V1__CellState answer_cell_state(const struct cell *cell, enum item_kind kind)
{
	uint16_t flags = cell->flags;

	if (flags & CELL_NA)
		return TIENDO__V1__CELL_STATE__CELL_STATE_NA;
	if (!(flags & CELL_REPORTED))
		return TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED;
	if (flags & CELL_NONE_ARISEN)
		return TIENDO__V1__CELL_STATE__CELL_STATE_NONE_ARISEN;
	if (kind != ITEM_TASK)
		return TIENDO__V1__CELL_STATE__CELL_STATE_VALUE;
	switch ((enum task_state)cell->state) {
	case TASK_NOT_STARTED:
		return TIENDO__V1__CELL_STATE__CELL_STATE_NOT_STARTED;
	case TASK_IN_PROGRESS:
		return TIENDO__V1__CELL_STATE__CELL_STATE_IN_PROGRESS;
	case TASK_DONE:
		return TIENDO__V1__CELL_STATE__CELL_STATE_DONE;
	case TASK_NONE:
		break;
	}
	return TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED;
}

static void fill_report(Tiendo__V1__CellRow *m, const struct found *f)
{
	const struct cell *cell = &f->cell;

	m->received_ms = cell->received_ms;
	m->first_received_ms = f->first_received.ms;
	m->as_of = cell->as_of.ymd;
	m->percent = cell->percent;
	m->done_on = cell->done_on.ymd;
	m->numerator = (uint64_t)cell->value;
	m->denominator = (uint64_t)cell->denominator;
	m->on_behalf = cell->flags & CELL_ON_BEHALF;
	m->crossed = cell->flags & CELL_CROSSED;
	m->principal = cell->principal;
	if (!f->read)
		return;
	m->period = f->period;
	if (f->note) {
		m->product_ref = f->product_ref;
		m->note = f->note;
		m->reason = f->reason;
	}
}

static bool add_cell(struct asking *q, const struct found *f)
{
	const struct cell *cell = &f->cell;
	Tiendo__V1__CellRow m = TIENDO__V1__CELL_ROW__INIT;
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;
	struct buffer *piece = &q->answerer->piece;

	m.unit = f->unit_number;
	m.item = f->item_number;
	m.state = answer_cell_state(cell, f->kind);
	m.version = cell->version;
	m.expected = cell->flags & CELL_EXPECTED;
	m.overdue = cell->flags & CELL_OVERDUE;
	m.behind = cell->flags & CELL_BEHIND;
	m.done_late = cell->flags & CELL_DONE_LATE;
	m.due = f->due.ymd;
	m.first_due = f->first_due.ymd;
	m.unchanged_since = f->since.ymd;
	m.accepted = cell->flags & CELL_ACCEPTED;
	m.corrected = cell->flags & CELL_CORRECTED;
	m.late_days = f->blame.late;
	m.waiting_days = f->blame.waiting;
	if (cell->entry) {
		if (f->read)
			receipt.incarnation =
				(ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)f->incarnation};
		receipt.entry = cell->entry;
		receipt.index = cell->index;
		m.receipt = &receipt;
		fill_report(&m, f);
	}
	buffer_clear(piece);
	uint8_t *at = buffer_reserve(piece, codec_size(&m));
	if (at)
		codec_pack(&m, at);
	return answer_add(q, 1, buffer_bytes(piece));
}

static void add_cells(struct gather *g)
{
	struct asking *q = g->q;
	size_t i = 0;

	while (i < g->n && add_cell(q, &g->list[i]))
		i++;
	q->more = g->full || i < g->n;
	if (i < g->n) {
		g->item = g->list[i].item;
		g->unit = g->list[i].unit;
	}
	q->at.a = g->item;
	q->at.b = g->unit;
}

static void gather_free(struct gather *g)
{
	for (size_t i = 0; i < g->n; i++) {
		free(g->list[i].period);
		free(g->list[i].product_ref);
		free(g->list[i].note);
		free(g->list[i].reason);
	}
	free(g);
}

static enum reason cells(struct gather *g)
{
	struct asking *q = g->q;
	const struct about_ask ask = {.unit = g->ask->unit, .item = g->ask->item, .at = g->ask->at};
	enum reason reason = about_find(q, &ask, &g->about);

	if (reason)
		return reason;
	g->item = q->at.a < UINT32_MAX ? (uint32_t)q->at.a : UINT32_MAX;
	g->unit = q->at.b < UINT32_MAX ? (uint32_t)q->at.b : UINT32_MAX;
	bool same = gather(g);
	slice_leave(&q->slice);
	bool read = read_texts(g);
	same = slice_return(&q->slice) && same;
	if (!same)
		return answer_stale(q);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	add_cells(g);
	return REASON_NONE;
}

enum reason answer_cells(struct asking *q, const Tiendo__V1__Query *m)
{
	struct gather *g = base_alloc(sizeof(*g));

	g->q = q;
	g->ask = m->cells;
	enum reason reason = cells(g);
	gather_free(g);
	return reason;
}
