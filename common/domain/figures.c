// SPDX-License-Identifier: Apache-2.0
#include "common/domain/figures.h"

#include <assert.h>

/* Sums of 10^12 over ten thousand cells times a target and 10^4 need more than 64 bits. */
#define WIDE unsigned __int128

enum { FULL_BP = 10000, BEHIND_MARGIN = 10 };

static bool is_ratio(enum item_kind k)
{
	return k == ITEM_RATIO || k == ITEM_RATIO_GROUP;
}

static WIDE to_wide(int64_t n)
{
	assert(n >= 0); /* admit and the catalogue's check keep everything below zero out */
	return (WIDE)n;
}

/* a / b rounded half up, at most `max`. */
static uint32_t rounded(WIDE a, WIDE b, uint32_t max)
{
	WIDE q = (2 * a + b) / (2 * b);
	return q < max ? (uint32_t)q : max;
}

/* ---- cells ---- */

struct figures_day figures_day(const struct catalogue *c, const struct item_row *leaf, struct date today)
{
	struct figures_day day = { .today = today };
	if (leaf->kind != ITEM_TASK || !leaf->start.ymd || leaf->due.ymd < leaf->start.ymd)
		return day;
	const struct calendar *calendar = catalogue_calendar(c);
	struct date end = date_add(leaf->due, 1);
	day.days = calendar_between(calendar, leaf->start, end);
	if (today.ymd > leaf->start.ymd)
		day.elapsed = calendar_between(calendar, leaf->start, today.ymd < end.ymd ? today : end);
	return day;
}

static uint16_t task_flags(const struct item_row *leaf, const struct figures_day *day, struct date milestone,
			   const struct cell *cell)
{
	uint16_t flags = 0;
	bool done = cell->state == TASK_DONE;
	if (leaf->due.ymd && done && cell->done_on.ymd > leaf->due.ymd)
		flags |= CELL_DONE_LATE;
	if (leaf->due.ymd && !done && leaf->due.ymd < day->today.ymd)
		flags |= CELL_OVERDUE;
	if (cell->state != TASK_IN_PROGRESS)
		return flags;
	bool missed = milestone.ymd && milestone.ymd < day->today.ymd;
	if (missed || (uint64_t)(cell->percent + BEHIND_MARGIN) * day->days < UINT64_C(100) * day->elapsed)
		flags |= CELL_BEHIND;
	return flags;
}

static bool at_target(const struct item_row *leaf, const struct figures_place *at, const struct cell *cell)
{
	if (!at->has_target || !(cell->flags & CELL_REPORTED) || cell->flags & CELL_NONE_ARISEN)
		return false;
	if (leaf->kind == ITEM_RATIO && !cell->denominator)
		return false;
	return figures_reached(leaf, cell->value, cell->denominator, cell->value, at->target);
}

uint16_t figures_flags(const struct item_row *leaf, const struct figures_day *day, const struct figures_place *at,
		       const struct cell *cell)
{
	const unsigned judged = CELL_EXPECTED | CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET;
	uint16_t flags = cell->flags & (uint16_t)~judged;
	if (!at->expected)
		return flags;
	flags |= CELL_EXPECTED;
	if (flags & CELL_NA)
		return flags;
	if (leaf->kind == ITEM_TASK)
		flags |= task_flags(leaf, day, at->milestone, cell);
	else if (at_target(leaf, at, cell))
		flags |= CELL_AT_TARGET;
	return flags;
}

uint16_t figures_judge(const struct catalogue *c, uint32_t leaf, uint32_t unit, const struct cell *cell,
		       struct date today)
{
	const struct item_row *item = &catalogue_item(c, leaf)->row;
	uint32_t plan = catalogue_plan_of_item(c, leaf), row = plan_row_of_unit(c, plan, unit);
	struct figures_place at = { 0 };
	if (row != NO_INDEX) {
		at.expected = catalogue_unit_open(c, unit, today) && catalogue_item_open(c, leaf, today) &&
			      catalogue_is_reporter(c, leaf, unit, today);
		at.milestone = catalogue_milestone(c, leaf, unit);
		at.has_target = catalogue_target(c, leaf, plan, row, today, &at.target);
	}
	struct figures_day day = figures_day(c, item, today);
	return figures_flags(item, &day, &at, cell);
}

static void task_cell(struct rollup *r, const struct cell *cell, uint32_t one)
{
	if (cell->flags & CELL_NA) {
		r->cells.na += one;
		return;
	}
	switch ((enum task_state)cell->state) {
	case TASK_NONE:
		r->cells.unreported += one;
		break;
	case TASK_NOT_STARTED:
		r->cells.not_started += one;
		break;
	case TASK_IN_PROGRESS:
		r->cells.in_progress += one;
		break;
	case TASK_DONE:
		r->cells.done += one;
		break;
	}
	r->done_late += cell->flags & CELL_DONE_LATE ? one : 0;
	r->overdue += cell->flags & CELL_OVERDUE ? one : 0;
	r->behind += cell->flags & CELL_BEHIND ? one : 0;
}

/* Returns whether the cell holds a value. */
static bool indicator_cell(struct rollup *r, const struct cell *cell, uint32_t one)
{
	if (cell->flags & CELL_NA) {
		r->indicators.na += one;
	} else if (!(cell->flags & CELL_REPORTED)) {
		r->indicators.unreported += one;
	} else if (cell->flags & CELL_NONE_ARISEN) {
		r->indicators.none += one;
	} else {
		r->indicators.value += one;
		r->indicators.at_target += cell->flags & CELL_AT_TARGET ? one : 0;
		return true;
	}
	return false;
}

void figures_cell(struct rollup *r, const struct item_row *leaf, const struct cell *cell, bool own, int sign)
{
	if (!(cell->flags & CELL_EXPECTED))
		return;
	const uint32_t one = (uint32_t)sign;
	if (leaf->kind == ITEM_TASK) {
		task_cell(r, cell, one);
		if (!(cell->flags & CELL_NA))
			r->percent_sum += (uint64_t)((int64_t)sign * cell->percent);
		return;
	}
	if (!indicator_cell(r, cell, one) || (leaf->aggregate == AGGREGATE_OWN && !own))
		return;
	r->summed += one;
	if (leaf->kind == ITEM_RATIO) {
		r->numerator += sign * cell->value;
		r->denominator += sign * cell->denominator;
	} else {
		r->value += sign * cell->value;
	}
}

/* ---- leaf rollup -> what is derived -> inner rollups ---- */

static uint32_t tasks(const struct task_counts *t)
{
	return t->unreported + t->not_started + t->in_progress + t->done + t->na;
}

static uint32_t indicators(const struct indicator_counts *i)
{
	return i->unreported + i->value + i->none + i->na;
}

static enum leaf_state leaf_state(const struct task_counts *t)
{
	uint32_t applicable = tasks(t) - t->na;
	if (!applicable)
		return t->na ? LEAF_NA : LEAF_UNCOUNTED;
	if (t->done == applicable)
		return LEAF_DONE;
	if (t->unreported == applicable)
		return LEAF_UNREPORTED;
	if (t->unreported + t->not_started == applicable)
		return LEAF_NOT_STARTED;
	return LEAF_IN_PROGRESS;
}

static struct task_counts one_leaf(enum leaf_state s)
{
	return (struct task_counts){
		.unreported = s == LEAF_UNREPORTED, .not_started = s == LEAF_NOT_STARTED,
		.in_progress = s == LEAF_IN_PROGRESS, .done = s == LEAF_DONE, .na = s == LEAF_NA,
	};
}

static void set_target(struct rollup *r, const struct item_row *item, bool has_target, int64_t target)
{
	r->has_target = has_target;
	r->target = has_target ? target : 0;
	r->target_reached = has_target && r->summed && (!is_ratio(item->kind) || r->denominator) &&
			    figures_reached(item, r->numerator, r->denominator, r->value, target);
}

/* Nothing summed = none: no report, or the reports are not this row's own. */
static void set_attainment(struct rollup *r, const struct item_row *item)
{
	uint16_t att = 0;
	if (item->kind == ITEM_TASK) {
		uint32_t applicable = tasks(&r->cells) - r->cells.na;
		r->has_attainment = applicable > 0;
		if (applicable)
			att = (uint16_t)rounded((WIDE)r->percent_sum * 100, applicable, FULL_BP);
	} else {
		r->has_attainment = r->summed && figures_attainment(item, r->numerator, r->denominator, r->value,
								   r->has_target, r->target, &att);
	}
	r->attainment = att;
}

void figures_derive(struct rollup *r, const struct item_row *leaf, bool has_target, int64_t target)
{
	if (leaf->kind == ITEM_TASK) {
		enum leaf_state s = leaf_state(&r->cells);
		r->leaf_state = (uint8_t)s;
		r->leaves = one_leaf(s);
	}
	set_target(r, leaf, has_target, target);
	set_attainment(r, leaf);
	r->score_leaves = r->has_attainment;
	r->score_leaves_of = tasks(&r->cells) + indicators(&r->indicators) > 0;
	r->weight_sum = r->has_attainment ? leaf->weight : 0;
	r->weighted = r->weight_sum * r->attainment;
}

void figures_derive_ratio_group(struct rollup *r, const struct item_row *item, bool has_target, int64_t target)
{
	set_target(r, item, has_target, target);
	set_attainment(r, item);
}

struct derived figures_derived(const struct rollup *r, const struct item_row *leaf)
{
	bool sums = leaf->kind == ITEM_RATIO && leaf->aggregate != AGGREGATE_OWN;
	return (struct derived){
		.cells = r->cells, .leaves = r->leaves, .indicators = r->indicators,
		.done_late = r->done_late, .overdue = r->overdue, .behind = r->behind,
		.weight_sum = r->weight_sum, .weighted = r->weighted,
		.score_leaves = r->score_leaves, .score_leaves_of = r->score_leaves_of,
		.numerator = sums ? r->numerator : 0, .denominator = sums ? r->denominator : 0,
		.summed = sums ? r->summed : 0,
	};
}

/* one = 1 adds; UINT32_MAX takes away: unsigned sums wrap back. */
static void lift_tasks(struct task_counts *to, const struct task_counts *t, uint32_t one)
{
	to->unreported += one * t->unreported;
	to->not_started += one * t->not_started;
	to->in_progress += one * t->in_progress;
	to->done += one * t->done;
	to->na += one * t->na;
}

static void lift_indicators(struct indicator_counts *to, const struct indicator_counts *i, uint32_t one)
{
	to->unreported += one * i->unreported;
	to->value += one * i->value;
	to->none += one * i->none;
	to->na += one * i->na;
	to->at_target += one * i->at_target;
}

struct derived figures_difference(const struct derived *before, const struct derived *after)
{
	struct derived d = *after;
	lift_tasks(&d.cells, &before->cells, UINT32_MAX);
	lift_tasks(&d.leaves, &before->leaves, UINT32_MAX);
	lift_indicators(&d.indicators, &before->indicators, UINT32_MAX);
	d.done_late -= before->done_late;
	d.overdue -= before->overdue;
	d.behind -= before->behind;
	d.weight_sum -= before->weight_sum;
	d.weighted -= before->weighted;
	d.score_leaves -= before->score_leaves;
	d.score_leaves_of -= before->score_leaves_of;
	d.numerator -= before->numerator;
	d.denominator -= before->denominator;
	d.summed -= before->summed;
	return d;
}

void figures_lift(struct rollup *r, const struct item_row *inner, const struct derived *d, int sign)
{
	const uint32_t one = (uint32_t)sign;
	const uint64_t one64 = (uint64_t)(int64_t)sign;
	lift_tasks(&r->cells, &d->cells, one);
	lift_tasks(&r->leaves, &d->leaves, one);
	lift_indicators(&r->indicators, &d->indicators, one);
	r->done_late += one * d->done_late;
	r->overdue += one * d->overdue;
	r->behind += one * d->behind;
	r->weight_sum += one64 * d->weight_sum;
	r->weighted += one64 * d->weighted;
	r->score_leaves += one * d->score_leaves;
	r->score_leaves_of += one * d->score_leaves_of;
	if (inner->kind == ITEM_RATIO_GROUP) {
		r->numerator += sign * d->numerator;
		r->denominator += sign * d->denominator;
		r->summed += one * d->summed;
	}
}

/* ---- attainment ---- */

static uint16_t against_zero(const struct item_row *item, int64_t figure)
{
	return item->direction != DIRECTION_LOWER || figure == 0 ? FULL_BP : 0;
}

/* had / wanted when higher is better, wanted / had when lower is. */
static uint16_t quotient(const struct item_row *item, WIDE had, WIDE wanted)
{
	if (item->direction != DIRECTION_LOWER)
		return (uint16_t)rounded(had * FULL_BP, wanted, FULL_BP);
	return had <= wanted ? FULL_BP : (uint16_t)rounded(wanted * FULL_BP, had, FULL_BP);
}

bool figures_attainment(const struct item_row *item, int64_t numerator, int64_t denominator, int64_t value,
			bool has_target, int64_t target, uint16_t *att)
{
	if (item->kind == ITEM_POINTS) {
		if (!item->has_maximum || item->maximum <= 0)
			return false;
		*att = (uint16_t)rounded(to_wide(value) * FULL_BP, to_wide(item->maximum), FULL_BP);
		return true;
	}
	bool ratio = is_ratio(item->kind);
	if (!has_target || (ratio ? denominator == 0 : item->kind != ITEM_COUNT))
		return false;
	if (target == 0)
		*att = against_zero(item, ratio ? numerator : value);
	else if (ratio)
		*att = quotient(item, to_wide(numerator) * FULL_BP, to_wide(denominator) * to_wide(target));
	else
		*att = quotient(item, to_wide(value), to_wide(target));
	return true;
}

bool figures_reached(const struct item_row *item, int64_t numerator, int64_t denominator, int64_t value, int64_t target)
{
	bool ratio = is_ratio(item->kind);
	WIDE had = ratio ? to_wide(numerator) * FULL_BP : to_wide(value);
	WIDE wanted = ratio ? to_wide(denominator) * to_wide(target) : to_wide(target);
	return item->direction == DIRECTION_LOWER ? had <= wanted : had >= wanted;
}

/* ---- showing ---- */

uint32_t figures_percent_bp(int64_t n, int64_t d)
{
	uint32_t bp = rounded(to_wide(n) * FULL_BP, to_wide(d), UINT32_MAX);
	if (n < d && bp == FULL_BP)
		return FULL_BP - 1;
	return n > 0 && bp == 0 ? 1 : bp;
}

static void show_sums(struct figure *f, enum item_kind kind, const struct rollup *r)
{
	bool any = r->summed > 0;
	f->has_ratio = any && is_ratio(kind);
	f->has_value = any && (kind == ITEM_COUNT || kind == ITEM_POINTS);
	f->numerator = f->has_ratio ? r->numerator : 0;
	f->denominator = f->has_ratio ? r->denominator : 0;
	f->value = f->has_value ? r->value : 0;
	f->has_percent = f->has_ratio && r->denominator > 0;
	f->percent_bp = f->has_percent ? figures_percent_bp(r->numerator, r->denominator) : 0;
	f->has_target = r->has_target;
	f->target = r->target;
	f->has_reached = r->has_target && (f->has_percent || f->has_value);
	f->target_reached = f->has_reached && r->target_reached;
}

void figures_show(struct figure *f, enum item_kind kind, const struct rollup *r)
{
	*f = (struct figure){
		.cells = r->cells, .leaves = r->leaves, .indicators = r->indicators,
		.cells_expected = tasks(&r->cells), .leaves_expected = tasks(&r->leaves),
		.indicators_expected = indicators(&r->indicators),
		.done_late = r->done_late, .overdue = r->overdue, .behind = r->behind,
		.reported = r->cells.not_started + r->cells.in_progress + r->cells.done + r->indicators.value +
			    r->indicators.none,
		.has_attainment = r->has_attainment, .attainment_bp = r->attainment,
		.score_leaves = r->score_leaves, .score_leaves_of = r->score_leaves_of, .version = r->version,
	};
	f->expected = f->cells_expected - r->cells.na + f->indicators_expected - r->indicators.na;
	show_sums(f, kind, r);
	f->has_score = r->weight_sum > 0;
	if (f->has_score)
		f->score_bp = rounded(r->weighted, r->weight_sum, FULL_BP);
}
