// SPDX-License-Identifier: Apache-2.0
#include "server/told.h"

#include <stdlib.h>

#include "server/archive.h"
#include "server/held.h"

enum {
	PERIOD_ROWS = 16,    /* what finding the rows of a period costs beside them */
	MEMORY_WORTH = 4,    /* so many slots in memory cost as much as one row */
	LOOKUPS_WORTH = 8,   /* one row found by its key costs as much as so many in order */
	LOOKUPS_MAX = 4096
};

/* Of one unit, after the freeze: a report, or the receipt of one that was voided. */
struct event {
	size_t period;
	uint32_t unit;
	bool voids;
	struct cell cell; /* entry and index alone, when it voids */
};

struct reading {
	struct asking *q;
	const struct about_units *units;
	struct told_period *periods;
	size_t n;
	struct archive_span *spans;
	size_t *span_periods, spans_n;
	struct event *events;
	size_t events_n, events_size;
};

/* A few units are found by their keys, many are read in order. */
static bool few(const struct view *v, const struct about_units *units, uint32_t item)
{
	size_t reporters;

	catalogue_reporters(v->catalogue, item, &reporters);
	return units->n <= LOOKUPS_MAX && (size_t)units->n * LOOKUPS_WORTH < reporters;
}

size_t told_cost(const struct view *v, const struct about_units *units, uint32_t item, bool in_memory)
{
	size_t reporters;

	if (in_memory)
		return units->n / MEMORY_WORTH + 1;
	catalogue_reporters(v->catalogue, item, &reporters);
	return PERIOD_ROWS + (few(v, units, item) ? (size_t)units->n * LOOKUPS_WORTH : reporters);
}

static struct told *add(struct told_period *p, uint32_t unit)
{
	if (p->n == p->size) {
		p->size = p->size ? p->size * 2 : 64;
		p->list = base_grow(p->list, p->size, sizeof(*p->list));
	}
	p->list[p->n] = (struct told){.unit = unit, .target = NO_TARGET};
	return &p->list[p->n++];
}

/* ---- out of memory ---- */

static const struct block *block_of(const struct view *v, uint32_t item)
{
	return v->held->blocks[catalogue_plan_of_item(v->catalogue, item)];
}

static const struct sheet *sheet_at(const struct view *v, uint32_t item, const struct period *p)
{
	const struct block *b = block_of(v, item);

	return sheet_of(b->sheets, b->columns[catalogue_item(v->catalogue, item)->column].leaf, period_place(p->first));
}

bool told_in_memory(const struct view *v, uint32_t item, const struct period *p)
{
	return sheet_at(v, item, p) != NULL;
}

static void read_slot(const struct reading *r, struct told_period *p, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	const struct view *v = r->q->slice.view;
	const struct block *b = block_of(v, p->item);
	uint32_t slot = sheet_slot(b->sheets, row, leaf);

	if (slot == NO_INDEX)
		return;
	struct slot_mark mark = sheet_mark(b->sheets, sheet, row, leaf);
	if (!(mark.flags & SLOT_EXPECTED) && !(sheet->reports[slot].flags & CELL_REPORTED))
		return;
	struct told *t = add(p, catalogue_unit_number(v->catalogue, b->rows[row].unit));
	t->mark = mark;
	t->target = sheet_target(b->sheets, row, leaf, sheet->period.last.ymd < b->today.ymd ? sheet->period.last : b->today);
	t->now = sheet->reports[slot];
}

/* Of a leaf that has no periods. */
static bool read_cells(const struct reading *r, struct told_period *p)
{
	const struct view *v = r->q->slice.view;
	size_t n;
	const uint32_t *reporters = catalogue_reporters(v->catalogue, p->item, &n);

	for (size_t i = 0; i < n; i++) {
		if (!slice_go_on(&r->q->slice))
			return false;
		const struct cell *cell = r->units->bins[reporters[i]] == NO_INDEX ? NULL : view_cell(v, reporters[i], p->item);
		if (!cell || !(cell->flags & (CELL_EXPECTED | CELL_REPORTED)))
			continue;
		struct told *t = add(p, catalogue_unit_number(v->catalogue, reporters[i]));
		t->now = *cell;
		t->mark.flags = (uint8_t)((cell->flags & CELL_EXPECTED ? SLOT_EXPECTED : 0) |
					  (cell->flags & CELL_NA ? SLOT_EXEMPT : 0));
	}
	return true;
}

/* False = another generation, or another day: its sheet may be gone. */
static bool read_sheet(const struct reading *r, struct told_period *p)
{
	const struct view *v = r->q->slice.view;
	const struct date today = v->head.today;
	const struct block *b = block_of(v, p->item);
	const struct sheet *sheet = sheet_at(v, p->item, &p->period);
	uint32_t leaf = b->columns[catalogue_item(v->catalogue, p->item)->column].leaf;
	size_t n;
	const uint32_t *reporters = catalogue_reporters(v->catalogue, p->item, &n);

	for (size_t i = 0; sheet && i < n; i++) {
		if (!slice_go_on(&r->q->slice) || v->head.today.ymd != today.ymd)
			return false;
		if (r->units->bins[reporters[i]] == NO_INDEX)
			continue;
		uint32_t row = plan_row_of_unit(v->catalogue, b->plan, reporters[i]);
		if (row != NO_INDEX)
			read_slot(r, p, sheet, row, leaf);
	}
	return sheet != NULL;
}

/* ---- out of the rows ---- */

static void put_spans(struct reading *r, size_t i)
{
	const struct told_period *p = &r->periods[i];
	bool by_unit = few(r->q->slice.view, r->units, p->item);
	size_t more = by_unit ? r->units->n : 1;
	uint8_t key[12];

	put_u32(key, p->number);
	put_u32(key + 4, p->period.first.ymd);
	r->spans = base_grow(r->spans, r->spans_n + more, sizeof(*r->spans));
	r->span_periods = base_grow(r->span_periods, r->spans_n + more, sizeof(*r->span_periods));
	for (uint32_t unit = 0; by_unit && unit < r->units->numbers_n; unit++)
		if (r->units->by_number[unit] != NO_INDEX) {
			put_u32(key + 8, unit);
			r->span_periods[r->spans_n] = i;
			r->spans[r->spans_n++] = archive_prefix(key, 12);
		}
	if (!by_unit) {
		r->span_periods[r->spans_n] = i;
		r->spans[r->spans_n++] = archive_prefix(key, 8);
	}
}

static void take_frozen(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct reading *r = ctx;
	struct slot_value slot;
	uint32_t unit = get_u32(key.data + 8);

	if (about_number(r->units, unit) == NO_INDEX || !slot_unpack(value, &slot))
		return;
	struct told *t = add(&r->periods[r->span_periods[span]], unit);
	t->mark = slot.mark;
	t->target = slot.target;
	t->frozen = t->now = slot.report;
	t->before = slot.before;
}

static void take_after(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct reading *r = ctx;
	struct event e = {.period = r->span_periods[span], .unit = get_u32(key.data + 8)};
	struct slot_value slot;

	if (about_number(r->units, e.unit) == NO_INDEX || !value.size)
		return;
	e.voids = value.data[0] == AFTER_VOID && value.size == 11;
	if (e.voids) {
		e.cell.entry = get_u64(value.data + 1);
		e.cell.index = get_u16(value.data + 9);
	} else if (value.data[0] == AFTER_REPORT && slot_unpack(bytes_of(value.data + 1, value.size - 1), &slot)) {
		e.cell = slot.report;
	} else {
		return;
	}
	if (r->events_n == r->events_size) {
		r->events_size = r->events_size ? r->events_size * 2 : 64;
		r->events = base_grow(r->events, r->events_size, sizeof(*r->events));
	}
	r->events[r->events_n++] = e;
}

static enum reason read_rows(struct reading *r)
{
	struct archive_ask ask = {
		.table = ROWS_FROZEN, .spans = r->spans, .spans_n = r->spans_n, .fn = take_frozen, .ctx = r};
	enum reason reason = archive_read(r->q, &ask);

	ask.table = ROWS_AFTER;
	ask.fn = take_after;
	return reason ? reason : archive_read(r->q, &ask);
}

/* ---- what stands now ---- */

static int by_place(const void *pa, const void *pb)
{
	const struct event *a = pa, *b = pb;

	if (a->period != b->period)
		return a->period < b->period ? -1 : 1;
	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	if (a->cell.entry != b->cell.entry)
		return a->cell.entry < b->cell.entry ? -1 : 1;
	return (a->cell.index > b->cell.index) - (a->cell.index < b->cell.index);
}

static bool voided(const struct event *events, size_t n, const struct cell *report)
{
	for (size_t i = 0; i < n; i++)
		if (events[i].voids && events[i].cell.entry == report->entry && events[i].cell.index == report->index)
			return true;
	return false;
}

static void stand(struct cell *best, const struct event *events, size_t n, const struct cell *report)
{
	if (report->flags & CELL_REPORTED && !voided(events, n, report) && report_wins(report, best))
		*best = *report;
}

/* `events` of one unit, ascending by place in the journal. What stood at the freeze is older than they are; of those two the
 * later is no winner unless its as-of is as great. */
static void settle(struct told *t, const struct event *events, size_t n)
{
	bool later = t->before.entry > t->frozen.entry || (t->before.entry == t->frozen.entry && t->before.index > t->frozen.index);

	t->now = (struct cell){0};
	stand(&t->now, events, n, later ? &t->frozen : &t->before);
	stand(&t->now, events, n, later ? &t->before : &t->frozen);
	for (size_t i = 0; i < n; i++)
		if (!events[i].voids) {
			t->after++;
			stand(&t->now, events, n, &events[i].cell);
		}
}

/* Where each unit stands in the list of one period: 1 + place, by number. */
static void index_units(const struct reading *r, const struct told_period *p, uint32_t *places)
{
	memset(places, 0, r->units->numbers_n * sizeof(*places));
	for (size_t i = 0; i < p->n; i++)
		places[p->list[i].unit] = (uint32_t)i + 1;
}

static void settle_all(struct reading *r)
{
	uint32_t *places = base_alloc(r->units->numbers_n * sizeof(*places));
	size_t indexed = r->n;

	qsort(r->events, r->events_n, sizeof(*r->events), by_place);
	for (size_t from = 0, to; from < r->events_n; from = to) {
		const struct event *e = &r->events[from];
		struct told_period *p = &r->periods[e->period];
		for (to = from; to < r->events_n && r->events[to].period == e->period && r->events[to].unit == e->unit; to++)
			;
		if (indexed != e->period)
			index_units(r, p, places);
		indexed = e->period;
		/* without a place: it was not expected, and had reported nothing at the freeze */
		settle(places[e->unit] ? &p->list[places[e->unit] - 1] : add(p, e->unit), e, to - from);
	}
	free(places);
}

/* ---- all ---- */

static enum reason read_all(struct reading *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct told_period *p = &r->periods[i];
		bool cells = !p->period.first.ymd;
		p->in_memory = cells || told_in_memory(r->q->slice.view, p->item, &p->period);
		if (p->in_memory && !(cells ? read_cells : read_sheet)(r, p))
			return answer_stale(r->q);
		if (!p->in_memory)
			put_spans(r, i);
	}
	enum reason reason = read_rows(r);
	if (!reason && r->events_n)
		settle_all(r);
	return reason;
}

enum reason told_read(struct asking *q, const struct about_units *units, struct told_period *periods, size_t n)
{
	struct reading r = {.q = q, .units = units, .periods = periods, .n = n};
	enum reason reason = read_all(&r);

	free(r.spans);
	free(r.span_periods);
	free(r.events);
	return reason;
}

void told_free(struct told_period *periods, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(periods[i].list);
	free(periods);
}
