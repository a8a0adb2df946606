// SPDX-License-Identifier: Apache-2.0
/*
 * answer_control: is what a unit's control figure says the sum of what the offices below it reported? Compared as now known,
 * for each period that has ended, where every office below that was to report the other leaf has done so: what is missing is
 * no suspicion. A leaf without periods is compared as it stands.
 */
#include "server/answer_suspicious.h"

#include <stdlib.h>

#include "server/archive.h"
#include "server/told.h"

enum { PERIODS_BACK = 2 * DEADLINE_DAYS_MAX / 7 + 2 }; /* weeks that a freeze may take */

/* What is known below one unit. */
struct below {
	uint64_t value, denominator;
	uint32_t owed, reported;
};

struct work {
	struct suspects *s;
	struct told_period *pairs; /* the control leaf's slots, then those of the leaf it repeats; and so on */
	size_t pairs_n, cost, rows;
	struct below *sums;        /* by unit index */
	uint64_t *next_item, *next_period;
};

static const struct view *view_of(const struct work *w)
{
	return w->s->q->slice.view;
}

bool suspects_controlled(const struct suspects *s)
{
	const struct catalogue *c = s->q->slice.view->catalogue;

	for (uint32_t i = 0; i < catalogue_items(c); i++)
		if (catalogue_item(c, i)->leaf && about_has_item(c, &s->about, i) && catalogue_controlled(c, i) != NO_INDEX)
			return true;
	return false;
}

/* ---- which periods ---- */

static bool full(const struct work *w, size_t rows)
{
	return w->pairs_n && (w->cost >= w->s->q->answerer->rows_max ||
			      (w->rows + rows) * SUSPECT_BYTES > w->s->q->answerer->page_max);
}

static void add(struct work *w, uint32_t item, const struct period *p)
{
	const struct view *v = view_of(w);

	w->pairs = base_grow(w->pairs, w->pairs_n + 1, sizeof(*w->pairs));
	w->pairs[w->pairs_n++] = (struct told_period){
		.item = item, .number = catalogue_item(v->catalogue, item)->row.number, .period = *p};
	w->cost += told_cost(v, &w->s->units, item, told_in_memory(v, item, p));
}

/* False = the page is full. */
static bool add_pair(struct work *w, uint32_t item, uint32_t other, const struct period *p)
{
	size_t reporters;

	catalogue_reporters(view_of(w)->catalogue, item, &reporters);
	if (full(w, reporters)) {
		*w->next_item = item;
		*w->next_period = p->first.ymd;
		return false;
	}
	add(w, item, p);
	add(w, other, p);
	w->rows += reporters;
	return true;
}

static void earlier(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct date *first = ctx;
	uint32_t ymd = get_u32(key.data + 4);

	(void)span;
	(void)value;
	if (!first->ymd || ymd < first->ymd)
		first->ymd = ymd;
}

/* The first day of the oldest period the centre knows of a leaf: frozen, or in memory. */
static enum reason oldest(const struct work *w, uint32_t item, struct date *out)
{
	uint8_t key[4];

	put_u32(key, catalogue_item(view_of(w)->catalogue, item)->row.number);
	struct archive_span span = archive_prefix(key, sizeof(key));
	span.first = true;
	const struct archive_ask ask = {.table = ROWS_FROZEN, .spans = &span, .spans_n = 1, .fn = earlier, .ctx = out};
	enum reason reason = archive_read(w->s->q, &ask);
	struct date in_memory = {0};
	const struct schedule *s = reason ? NULL : catalogue_schedule(view_of(w)->catalogue, item);
	struct date day = view_of(w)->head.today;
	struct period p;

	/* those in memory are younger, and lie side by side */
	for (unsigned i = 0; s && !out->ymd && i < PERIODS_BACK && schedule_before(s, day, &p); i++, day = p.first)
		if (told_in_memory(view_of(w), item, &p))
			in_memory = p.first;
	if (!out->ymd)
		*out = in_memory;
	return reason;
}

/* Of one control figure, from a period on. REASON_NONE and *go = false: the page is full. */
static enum reason plan_leaf(struct work *w, uint32_t item, uint32_t other, struct date from, bool *go)
{
	const struct catalogue *c = view_of(w)->catalogue;
	const struct schedule *s = catalogue_schedule(c, item);
	struct window window = w->s->window;
	struct period p, same;

	if (!s) {
		const struct period none = {0};
		if (window.all && !catalogue_schedule(c, other))
			*go = add_pair(w, item, other, &none);
		return REASON_NONE;
	}
	if (window.all) {
		enum reason reason = oldest(w, item, &window.first);
		if (reason || !window.first.ymd)
			return reason;
		window.last = view_of(w)->head.today;
	}
	while (*go && window_next(&window, s, from, &p) && p.last.ymd < view_of(w)->head.today.ymd) {
		from = date_add(p.first, 1);
		const struct schedule *its = catalogue_schedule(c, other);
		if (its && schedule_period(its, p.code, &same))
			*go = add_pair(w, item, other, &p);
	}
	return REASON_NONE;
}

static enum reason plan(struct work *w, uint32_t item)
{
	struct asking *q = w->s->q;
	const struct catalogue *c = view_of(w)->catalogue;
	struct date from = {(uint32_t)(q->at.b >> 32)};
	bool go = true;
	enum reason reason = REASON_NONE;

	for (; go && !reason && item < catalogue_items(c); item++, from = (struct date){0}) {
		if (!slice_go_on(&q->slice))
			return answer_stale(q);
		uint32_t other = catalogue_item(c, item)->leaf && about_has_item(c, &w->s->about, item)
					 ? catalogue_controlled(c, item)
					 : NO_INDEX;
		if (other != NO_INDEX)
			reason = plan_leaf(w, item, other, from, &go);
	}
	return reason;
}

/* ---- comparing ---- */

static void add_below(struct below *b, const struct told *t)
{
	bool reported = t->now.flags & CELL_REPORTED, owed = t->mark.flags & SLOT_EXPECTED && !(t->mark.flags & SLOT_EXEMPT);

	b->owed += owed && !reported;
	b->reported += reported;
	b->value += reported ? (uint64_t)t->now.value : 0;
	b->denominator += reported ? (uint64_t)t->now.denominator : 0;
}

/* What of the other leaf was reported below each unit: strictly, a unit's own does not count. False = another generation. */
static bool sum_up(struct work *w, const struct told_period *other)
{
	const struct catalogue *c = view_of(w)->catalogue;

	memset(w->sums, 0, catalogue_units(c) * sizeof(*w->sums));
	for (size_t i = 0; i < other->n; i++) {
		if (!slice_go_on(&w->s->q->slice))
			return false;
		uint32_t unit = about_number(&w->s->units, other->list[i].unit);
		for (uint32_t up = unit; (up = catalogue_unit(c, up)->parent) != NO_INDEX;)
			add_below(&w->sums[up], &other->list[i]);
	}
	return true;
}

static void compare(struct work *w, const struct told_period *p, const struct told *t)
{
	const struct below *b = &w->sums[about_number(&w->s->units, t->unit)];
	bool value = b->value != (uint64_t)t->now.value, denominator = b->denominator != (uint64_t)t->now.denominator;

	/* of a period that was never opened nobody owed anything */
	bool opened = p->in_memory || t->mark.flags & SLOT_EXPECTED || t->frozen.flags & CELL_REPORTED;

	if (!opened || !(t->now.flags & CELL_REPORTED) || t->now.flags & CELL_NONE_ARISEN || b->owed || !b->reported ||
	    (!value && !denominator))
		return;
	struct suspect *s = suspects_add(w->s);
	s->item = p->item;
	s->unit = t->unit;
	s->first = p->period.first;
	s->kind = SUSPICION_CONTROL;
	s->before = value ? b->value : b->denominator;
	s->after = (uint64_t)(value ? t->now.value : t->now.denominator);
	s->receipt = (struct query_receipt){t->now.entry, t->now.index};
}

static int by_unit(const void *pa, const void *pb)
{
	const struct told *a = pa, *b = pb;

	return (a->unit > b->unit) - (a->unit < b->unit);
}

static enum reason compare_all(struct work *w)
{
	for (size_t i = 0; i < w->pairs_n; i += 2) {
		struct told_period *p = &w->pairs[i];
		if (!sum_up(w, &w->pairs[i + 1]))
			return answer_stale(w->s->q);
		if (p->n)
			qsort(p->list, p->n, sizeof(*p->list), by_unit);
		for (size_t k = 0; k < p->n; k++)
			compare(w, p, &p->list[k]);
	}
	return REASON_NONE;
}

enum reason suspects_control(struct suspects *s, uint32_t item, uint64_t *next_item, uint64_t *next_period)
{
	struct work w = {.s = s, .next_item = next_item, .next_period = next_period};
	enum reason reason = plan(&w, item);

	if (!reason)
		reason = told_read(s->q, &s->units, w.pairs, w.pairs_n);
	if (!reason) {
		w.sums = base_alloc((catalogue_units(view_of(&w)->catalogue) + 1) * sizeof(*w.sums));
		reason = compare_all(&w);
	}
	free(w.sums);
	told_free(w.pairs, w.pairs_n);
	return reason;
}
