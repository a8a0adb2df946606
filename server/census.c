// SPDX-License-Identifier: Apache-2.0
#include "server/census.h"

#include <stdlib.h>

#include "server/answer.h"
#include "server/archive.h"
#include "server/held.h"

void censuses_free(struct censuses *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->list[i].counts);
	*t = (struct censuses){0};
}

static void add(struct slot_counts *to, const struct slot_counts *n)
{
	to->expected += n->expected;
	to->exempt += n->exempt;
	to->pending += n->pending;
	to->on_time += n->on_time;
	to->line_slow += n->line_slow;
	to->late += n->late;
	to->missing += n->missing;
}

/* Parents stand before their children. */
void census_lift(const struct catalogue *c, struct slot_counts *counts)
{
	for (uint32_t i = (uint32_t)catalogue_units(c); i-- > 0;) {
		uint32_t parent = catalogue_unit(c, i)->parent;
		if (parent != NO_INDEX)
			add(&counts[parent], &counts[i]);
	}
}

/* ---- in memory ---- */

static void count_row(const struct view *v, const struct sheets *s, const struct sheet *sheet, uint32_t row,
		      struct slot_counts *counts)
{
	uint32_t unit = s->block->rows[row].unit;
	struct date deadline = sheet->deadlines[catalogue_unit(v->catalogue, unit)->row.kind];

	for (uint32_t leaf = 0; leaf < s->block->leaves_n; leaf++) {
		if (s->leaf_rhythm[leaf] != sheet->rhythm)
			continue;
		struct slot_mark mark = sheet_mark(s, sheet, row, leaf);
		slot_count(&counts[unit], slot_state(&mark, deadline, v->head.today));
	}
}

bool census_memory(struct asking *q, const struct schedule *s, const struct period *p, struct slot_counts *counts)
{
	const struct view *v = q->slice.view;
	const struct date today = v->head.today;

	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++) {
		const struct sheets *sheets = v->held->blocks[plan]->sheets;
		for (uint32_t at = 0; at < sheets->open_n; at++) {
			const struct sheet *sheet = sheets->open[at];
			if (sheets->rhythms[sheet->rhythm].schedule != s || sheet->period.first.ymd != p->first.ymd)
				continue;
			for (uint32_t row = 0; row < sheets->block->unit_rows; row++) {
				count_row(v, sheets, sheet, row, counts);
				if (!slice_go_on(&q->slice) || v->head.today.ymd != today.ymd)
					return false;
			}
		}
	}
	census_lift(v->catalogue, counts);
	return true;
}

/* ---- frozen ---- */

static struct census *least_used(struct censuses *t)
{
	struct census *found = &t->list[0];

	for (size_t i = 1; i < t->n; i++)
		if (t->list[i].used < found->used)
			found = &t->list[i];
	return found;
}

static struct census *find(struct censuses *t, const struct catalogue *c, const struct schedule *s, struct date first)
{
	struct census *found = NULL;

	for (size_t i = 0; i < t->n && !found; i++)
		if (t->list[i].schedule == s && t->list[i].first.ymd == first.ymd)
			found = &t->list[i];
	if (!found) {
		found = t->n < CENSUSES_MAX ? &t->list[t->n++] : least_used(t);
		free(found->counts);
		*found = (struct census){
			.schedule = s, .first = first, .counts = base_alloc((catalogue_units(c) + 1) * sizeof(*found->counts))};
	}
	found->used = ++t->clock;
	return found;
}

/* One leaf. */
struct reading {
	uint32_t *by_number; /* unit index */
	uint32_t numbers_n;
	struct slot_counts *counts;
};

static void take(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct reading *r = ctx;
	struct slot_value slot;
	uint32_t number = get_u32(key.data + 8);

	(void)span;
	if (number < r->numbers_n && r->by_number[number] != NO_INDEX && slot_unpack(value, &slot))
		slot_count(&r->counts[r->by_number[number]],
			   slot_state(&slot.mark, (struct date){0}, (struct date){UINT32_MAX}));
}

static enum reason read_leaf(struct asking *q, struct census *t, struct reading *r)
{
	uint8_t key[8];

	put_u32(key, catalogue_item(q->slice.view->catalogue, t->next)->row.number);
	put_u32(key + 4, t->first.ymd);
	const struct archive_span span = archive_prefix(key, sizeof(key));
	const struct archive_ask ask = {.table = ROWS_FROZEN, .spans = &span, .spans_n = 1, .fn = take, .ctx = r};
	return archive_read(q, &ask);
}

static void map_numbers(const struct catalogue *c, struct reading *r)
{
	size_t n = catalogue_units(c);

	for (uint32_t i = 0; i < n; i++)
		if (catalogue_unit_number(c, i) >= r->numbers_n)
			r->numbers_n = catalogue_unit_number(c, i) + 1;
	r->by_number = base_grow(NULL, r->numbers_n + 1, sizeof(*r->by_number));
	memset(r->by_number, 0xff, (r->numbers_n + 1) * sizeof(*r->by_number));
	for (uint32_t i = 0; i < n; i++)
		r->by_number[catalogue_unit_number(c, i)] = i;
}

/* A leaf is read whole or, when reading it fails, the census begins anew: no row is counted twice. */
static enum reason go_on(struct asking *q, struct census *t, size_t *budget)
{
	const struct catalogue *c = q->slice.view->catalogue;
	struct reading r = {.counts = t->counts};
	enum reason reason = REASON_NONE;

	map_numbers(c, &r);
	for (; t->next < catalogue_items(c) && *budget && !reason; t->next++) {
		if (!catalogue_item(c, t->next)->leaf || catalogue_schedule(c, t->next) != t->schedule)
			continue;
		size_t cost;
		catalogue_reporters(c, t->next, &cost);
		*budget -= cost < *budget ? cost : *budget;
		reason = read_leaf(q, t, &r);
	}
	free(r.by_number);
	if (reason) { /* the catalogue may be gone */
		memset(t->counts, 0, q->answerer->censuses.units * sizeof(*t->counts));
		t->next = 0;
	} else if (t->next == catalogue_items(c)) {
		census_lift(c, t->counts);
	}
	return reason;
}

enum reason census_of(struct asking *q, const struct schedule *s, const struct period *p, size_t *budget,
		     const struct slot_counts **out)
{
	struct censuses *all = &q->answerer->censuses;
	const struct catalogue *c = q->slice.view->catalogue;

	if (!generation_same(&all->generation, &q->slice.generation)) {
		censuses_free(all);
		all->generation = q->slice.generation;
		all->units = catalogue_units(c);
	}
	struct census *t = find(all, c, s, p->first);
	bool finished = t->next == catalogue_items(c);
	enum reason reason = finished || !*budget ? REASON_NONE : go_on(q, t, budget);
	*out = reason || t->next < catalogue_items(c) ? NULL : t->counts;
	return reason;
}
