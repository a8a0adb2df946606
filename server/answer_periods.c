// SPDX-License-Identifier: Apache-2.0
/*
 * answer_periods: the figures of one period, or of a window of periods, for one row: as frozen, and as now known. They are
 * computed from the slots when somebody asks, with the arithmetic of the live figures (figures.h): leaf by leaf, each whole on
 * one page; an inner item comes in parts, one a page, that the reader adds. Cursor: a = item index.
 *
 * What of a window is a cell (DOMAIN 5): of a task and a stock, each unit's last report in it; of a running total, that of
 * each calendar year; of a flow, each period's. Where a unit has several, there is no target to hold them against.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/held.h"
#include "server/terms.h"
#include "server/told.h"
#include "server/window.h"

enum { FIGURE_BYTES = 640, CELLS_A_LOOK = 64 };

struct leaf {
	uint32_t item;
	size_t first, n; /* of its periods */
};

struct inner {
	struct inner_sums frozen, now;
	bool all_frozen, any; /* of the leaves that have a slot here */
};

/* What a unit's cell is made of. */
struct pick {
	const struct told *told;
	const struct told_period *period;
	bool expected, applicable, reported;
};

struct work {
	struct asking *q;
	const Tiendo__V1__PeriodFigures *ask;
	struct about about;
	struct about_units units;
	struct window window;
	struct told_period *periods;
	struct leaf *leaves;
	size_t periods_n, leaves_n, cost, inners_n;
	struct inner **inners; /* by item index */
	struct pick *picks;    /* by unit number */
	struct date today;
	uint32_t next;         /* item that begins the next page; NO_INDEX = none */
};

static const struct catalogue *catalogue_of(const struct work *w)
{
	return w->q->slice.view->catalogue;
}

/* ---- which leaves ---- */

static void add_period(struct work *w, uint32_t item, const struct period *p)
{
	w->periods = base_grow(w->periods, w->periods_n + 1, sizeof(*w->periods));
	w->periods[w->periods_n++] = (struct told_period){
		.item = item, .number = catalogue_item(catalogue_of(w), item)->row.number, .period = *p};
	w->cost += told_cost(w->q->slice.view, &w->units, item, told_in_memory(w->q->slice.view, item, p));
}

static void note_inners(struct work *w, uint32_t item)
{
	const struct catalogue *c = catalogue_of(w);

	for (uint32_t up = item; up != w->about.item && (up = catalogue_item(c, up)->parent) != NO_INDEX;) {
		if (w->inners[up])
			continue;
		w->inners[up] = base_alloc(sizeof(struct inner));
		w->inners[up]->all_frozen = true;
		w->inners_n++;
	}
}

/* Its periods in the window that have begun. */
static void add_leaf(struct work *w, uint32_t item)
{
	const struct schedule *s = catalogue_schedule(catalogue_of(w), item);
	struct leaf leaf = {.item = item, .first = w->periods_n};
	struct date from = {0};
	struct period p;

	for (; window_next(&w->window, s, from, &p) && p.first.ymd <= w->today.ymd; leaf.n++) {
		from = date_add(p.first, 1);
		add_period(w, item, &p);
	}
	w->leaves = base_grow(w->leaves, w->leaves_n + 1, sizeof(*w->leaves));
	w->leaves[w->leaves_n++] = leaf;
	note_inners(w, item);
}

static bool full(const struct work *w)
{
	return w->leaves_n && (w->cost >= w->q->answerer->rows_max ||
			       (w->leaves_n + w->inners_n + DEPTH_MAX) * FIGURE_BYTES > w->q->answerer->page_max);
}

/* Is it in this answer? */
static bool counts(const struct work *w, uint32_t item)
{
	const struct catalogue *c = catalogue_of(w);
	const struct schedule *s = catalogue_item(c, item)->leaf ? catalogue_schedule(c, item) : NULL;
	struct period p;

	return s && about_has_item(c, &w->about, item) &&
	       about_row(c, &w->about, catalogue_plan_of_item(c, item)) != NO_INDEX &&
	       window_next(&w->window, s, (struct date){0}, &p) && p.first.ymd <= w->today.ymd;
}

/* False = another generation. */
static bool find_leaves(struct work *w)
{
	const struct catalogue *c = catalogue_of(w);
	uint32_t item = w->q->at.a < UINT32_MAX ? (uint32_t)w->q->at.a : UINT32_MAX;

	w->next = NO_INDEX;
	for (; item < catalogue_items(c); item++) {
		if (!slice_go_on(&w->q->slice))
			return false;
		if (!counts(w, item))
			continue;
		if (full(w)) {
			w->next = item;
			return true;
		}
		add_leaf(w, item);
	}
	return true;
}

/* ---- cells ---- */

static bool same_report(const struct cell *a, const struct cell *b)
{
	return a->entry == b->entry && a->index == b->index;
}

/* How a report that no freeze has judged counts on a day. */
static uint16_t judge(const struct work *w, uint32_t item, uint32_t unit, const struct cell *cell, int64_t target,
		      struct date date)
{
	const struct catalogue *c = catalogue_of(w);
	const struct block *b = w->q->slice.view->held->blocks[catalogue_plan_of_item(c, item)];
	const struct item_row *row = &catalogue_item(c, item)->row;
	struct figures_day day = figures_day(c, row, figures_due(c, item, catalogue_unit(c, unit)->row.kind), date);
	struct figures_place place = {.expected = true, .has_target = target != NO_TARGET, .target = target};
	const struct cell *held = view_cell(w->q->slice.view, unit, item);

	if (cell->state == TASK_IN_PROGRESS)
		place.milestone = catalogue_milestone(c, item, unit);
	if (held && held->flags & CELL_TERMS && b->terms)
		terms_judge(b->terms, c, unit, item, &day, &place);
	place.na = false; /* that is the slot's to say */
	return figures_flags(row, &day, &place, cell);
}

enum { LATENESS = CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET };

static struct date judged_on(const struct work *w, const struct leaf *leaf, const struct pick *p)
{
	const struct catalogue *c = catalogue_of(w);

	return p->period->in_memory
		       ? w->today
		       : schedule_freeze(catalogue_schedule(c, leaf->item), catalogue_calendar(c), &p->period->period);
}

/* As it stood at the freeze it is counted as it was judged then; what came later is judged as of that same day. */
static struct cell cell_of(const struct work *w, const struct leaf *leaf, const struct pick *p, bool frozen)
{
	const struct told *t = p->told;
	struct cell cell = frozen ? t->frozen : t->now;
	bool reported = cell.flags & CELL_REPORTED;
	uint16_t judged = 0;

	if (!reported)
		cell = (struct cell){0};
	if (reported && (frozen || (!p->period->in_memory && same_report(&t->frozen, &t->now))))
		judged = t->frozen.flags;
	else /* what was not reported can be overdue all the same */
		judged = judge(w, leaf->item, about_number(&w->units, t->unit), &cell, t->target, judged_on(w, leaf, p));
	cell.flags = (uint16_t)((cell.flags & (CELL_REPORTED | CELL_NONE_ARISEN)) | (judged & LATENESS) | CELL_EXPECTED);
	if (!p->applicable)
		cell.flags = (uint16_t)((cell.flags & ~LATENESS) | CELL_NA);
	return cell;
}

/* The later of two periods that has a report; expected in any; applicable in any in which it was expected. */
static void pick(struct pick *p, const struct told_period *period, const struct told *t, bool frozen)
{
	bool reported = (frozen ? t->frozen : t->now).flags & CELL_REPORTED;

	if (!(t->mark.flags & SLOT_EXPECTED))
		return;
	p->expected = true;
	p->applicable |= !(t->mark.flags & SLOT_EXEMPT);
	if (p->told && p->reported && !reported)
		return;
	p->told = t;
	p->period = period;
	p->reported = reported;
}

/* ---- one leaf ---- */

static void count(const struct work *w, const struct leaf *leaf, const struct pick *p, bool frozen, struct leaf_sums *out)
{
	const struct item_row *row = &catalogue_item(catalogue_of(w), leaf->item)->row;

	if (!p->expected)
		return;
	struct cell cell = cell_of(w, leaf, p, frozen);
	bool own = w->units.bins[about_number(&w->units, p->told->unit)] == ABOUT_ITSELF;
	figures_cell(out, row, &cell, own, 1);
	if (cell.entry > out->version)
		out->version = cell.entry;
}

/* Periods [from, to) of the leaf make one cell of each unit. False = another generation. */
static bool count_group(struct work *w, const struct leaf *leaf, size_t from, size_t to, bool frozen, struct leaf_sums *out)
{
	memset(w->picks, 0, w->units.numbers_n * sizeof(*w->picks));
	for (size_t i = from; i < to; i++)
		for (size_t k = 0; k < w->periods[i].n; k++)
			pick(&w->picks[w->periods[i].list[k].unit], &w->periods[i], &w->periods[i].list[k], frozen);
	for (uint32_t unit = 0; unit < w->units.numbers_n; unit++) {
		count(w, leaf, &w->picks[unit], frozen, out);
		if (unit % CELLS_A_LOOK == 0 && !slice_go_on(&w->q->slice))
			return false;
	}
	return true;
}

/* Where the group that begins at `from` ends. A running total is of the year in which its period ends. */
static size_t group_end(const struct work *w, const struct leaf *leaf, size_t from)
{
	enum measure measure = catalogue_item(catalogue_of(w), leaf->item)->row.measure;
	size_t end = leaf->first + leaf->n, to = from + 1;

	while (to < end && measure != MEASURE_FLOW &&
	       (measure != MEASURE_YTD || w->periods[to].period.last.ymd / 10000 == w->periods[from].period.last.ymd / 10000))
		to++;
	return to;
}

static void derive(const struct work *w, const struct leaf *leaf, struct leaf_sums *sums)
{
	const struct catalogue *c = catalogue_of(w);
	uint32_t plan = catalogue_plan_of_item(c, leaf->item);
	struct date day = w->periods[leaf->first + leaf->n - 1].period.last;
	bool one = group_end(w, leaf, leaf->first) == leaf->first + leaf->n;
	int64_t target = 0;
	bool has = one && catalogue_target(c, leaf->item, plan, about_row(c, &w->about, plan),
					   day.ymd < w->today.ymd ? day : w->today, &target);

	figures_derive(sums, &catalogue_item(c, leaf->item)->row, has, target);
}

static bool sum_leaf(struct work *w, const struct leaf *leaf, bool frozen, struct leaf_sums *out)
{
	*out = (struct leaf_sums){0};
	for (size_t from = leaf->first, to; from < leaf->first + leaf->n; from = to) {
		to = group_end(w, leaf, from);
		if (!count_group(w, leaf, from, to, frozen, out))
			return false;
	}
	derive(w, leaf, out);
	return true;
}

/* ---- what is above it ---- */

static void lift_into(const struct work *w, struct inner_sums *to, uint32_t inner, uint32_t item, const struct leaf_sums *s)
{
	const struct catalogue *c = catalogue_of(w);
	const struct item_row *row = &catalogue_item(c, item)->row;
	const struct leaf_part nothing = {0}, part = figures_part(s, row);
	const struct cell_counts cells = figures_counts(s, row);

	figures_lift(to, &catalogue_item(c, inner)->row, &cells, &nothing, &part);
	if (s->version > to->version)
		to->version = s->version;
}

static void lift(struct work *w, uint32_t item, bool all_frozen, const struct leaf_sums *frozen, const struct leaf_sums *now)
{
	const struct catalogue *c = catalogue_of(w);

	for (uint32_t up = item; up != w->about.item && (up = catalogue_item(c, up)->parent) != NO_INDEX;) {
		struct inner *inner = w->inners[up];
		inner->all_frozen &= all_frozen;
		inner->any = true;
		lift_into(w, &inner->now, up, item, now);
		if (all_frozen)
			lift_into(w, &inner->frozen, up, item, frozen);
	}
}

/* ---- the page ---- */

static void put_rollup(struct buffer *piece, uint32_t field, uint32_t number, const struct rollup *r)
{
	uint8_t rollup[CODEC_ROLLUP_MAX];

	answer_put_field(piece, field, bytes_of(rollup, codec_rollup_pack(number, r, rollup)));
}

/* They fit: find_leaves saw to it. */
static void put_figure(struct work *w, uint32_t item, const struct rollup *frozen, const struct rollup *now)
{
	struct buffer *piece = &w->q->answerer->piece;
	Tiendo__V1__PeriodFigure m = TIENDO__V1__PERIOD_FIGURE__INIT;

	buffer_clear(piece);
	m.item = catalogue_item(catalogue_of(w), item)->row.number;
	m.period = w->ask->period;
	m.has_frozen = frozen != NULL;
	answer_put(piece, &m);
	if (frozen)
		put_rollup(piece, 4, m.item, frozen);
	put_rollup(piece, 5, m.item, now);
	answer_put_field(&w->q->answerer->page, 1, buffer_bytes(piece));
}

static bool put_leaf(struct work *w, const struct leaf *leaf)
{
	const struct item_row *row = &catalogue_item(catalogue_of(w), leaf->item)->row;
	bool all_frozen = true;
	struct leaf_sums frozen = {0}, now;
	size_t slots = 0;

	for (size_t i = leaf->first; i < leaf->first + leaf->n; i++) {
		all_frozen &= !w->periods[i].in_memory;
		slots += w->periods[i].n;
	}
	if (!slots) /* nobody here was to report it, or nobody knows of those days */
		return true;
	if ((all_frozen && !sum_leaf(w, leaf, true, &frozen)) || !sum_leaf(w, leaf, false, &now))
		return false;
	struct rollup was = figures_of_leaf(&frozen, row), is = figures_of_leaf(&now, row);
	put_figure(w, leaf->item, all_frozen ? &was : NULL, &is);
	lift(w, leaf->item, all_frozen, &frozen, &now);
	return true;
}

static struct rollup rollup_of(const struct work *w, uint32_t item, struct inner_sums *sums)
{
	const struct catalogue *c = catalogue_of(w);
	uint32_t plan = catalogue_plan_of_item(c, item);
	struct date day = w->window.last.ymd < w->today.ymd ? w->window.last : w->today;
	int64_t target = 0;
	bool has = catalogue_target(c, item, plan, about_row(c, &w->about, plan), day, &target);

	figures_derive_ratio_group(sums, &catalogue_item(c, item)->row, has, target);
	return figures_of_inner(sums);
}

static void put_inner(struct work *w, uint32_t item)
{
	struct inner *inner = w->inners[item];
	struct rollup frozen = rollup_of(w, item, &inner->frozen), now = rollup_of(w, item, &inner->now);

	put_figure(w, item, inner->all_frozen ? &frozen : NULL, &now);
}

static bool put_all(struct work *w)
{
	for (size_t i = 0; i < w->leaves_n; i++)
		if (!put_leaf(w, &w->leaves[i]))
			return false;
	for (uint32_t item = 0; item < catalogue_items(catalogue_of(w)); item++)
		if (w->inners[item] && w->inners[item]->any)
			put_inner(w, item);
	return true;
}

static enum reason figures(struct work *w)
{
	struct asking *q = w->q;
	bool first = q->at.a == 0;

	if (!find_leaves(w))
		return answer_stale(q);
	if (first && !w->leaves_n)
		return answer_fail(q, REASON_NOT_FOUND, "nothing at or below \"%.40s\" has a period in \"%.40s\" yet",
				   w->ask->item, w->ask->period);
	enum reason reason = told_read(q, &w->units, w->periods, w->periods_n);
	if (reason)
		return reason;
	w->picks = base_alloc(w->units.numbers_n * sizeof(*w->picks));
	if (!put_all(w))
		return answer_stale(q);
	q->more = w->next != NO_INDEX;
	q->at.a = w->next;
	return REASON_NONE;
}

static enum reason prepare(struct work *w)
{
	struct asking *q = w->q;
	const struct about_ask ask = {.unit = w->ask->unit, .item = w->ask->item, .one_day = true};
	enum reason reason = about_find(q, &ask, &w->about);

	if (reason)
		return reason;
	if (!window_read(catalogue_of(w), w->ask->period, &w->window))
		return answer_fail(q, REASON_NOT_FOUND, "no period has the code \"%.40s\"", w->ask->period);
	if (w->window.all || w->ask->at)
		return answer_fail(q, REASON_BAD_FRAME, "either a period or a day is asked for");
	w->today = q->slice.view->head.today;
	w->inners = base_alloc((catalogue_items(catalogue_of(w)) + 1) * sizeof(struct inner *));
	return about_units(q, &w->about, &w->units) ? REASON_NONE : answer_stale(q);
}

static void end(struct work *w, size_t items)
{
	for (size_t i = 0; w->inners && i < items; i++)
		free(w->inners[i]);
	free(w->inners);
	free(w->leaves);
	free(w->picks);
	told_free(w->periods, w->periods_n);
	about_units_free(&w->units);
}

enum reason answer_period_figures(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct catalogue *c = q->slice.view->catalogue;
	size_t items = c ? catalogue_items(c) : 0;
	struct work w = {.q = q, .ask = m->period_figures};

	if (w.ask->at && !*w.ask->period)
		return answer_figures_at(q, w.ask);
	enum reason reason = prepare(&w);
	if (!reason)
		reason = figures(&w);
	end(&w, items);
	return reason;
}
