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

struct date figures_due(const struct catalogue *c, uint32_t leaf, enum unit_kind kind)
{
	const struct item_row *row = &catalogue_item(c, leaf)->row;
	const struct schedule *s = catalogue_schedule(c, leaf);
	if (!row->due.ymd || row->answer != ANSWER_ALL || !s || s->rhythm != RHYTHM_ONCE)
		return row->due;
	uint32_t owner = catalogue_plan(c, catalogue_plan_of_item(c, leaf))->owner;
	int before = s->days[catalogue_unit(c, owner)->row.kind] - s->days[kind];
	return before > 0 ? calendar_step(catalogue_calendar(c), row->due, -before) : row->due;
}

struct figures_day figures_day(const struct catalogue *c, const struct item_row *leaf, struct date due, struct date today)
{
	struct figures_day day = { .today = today, .due = due };
	if (leaf->kind != ITEM_TASK || !leaf->start.ymd || due.ymd < leaf->start.ymd)
		return day;
	const struct calendar *calendar = catalogue_calendar(c);
	struct date end = date_add(due, 1);
	day.days = calendar_between(calendar, leaf->start, end);
	if (today.ymd > leaf->start.ymd)
		day.elapsed = calendar_between(calendar, leaf->start, today.ymd < end.ymd ? today : end);
	return day;
}

static uint16_t task_flags(const struct figures_day *day, struct date milestone, const struct cell *cell)
{
	uint16_t flags = 0;
	bool done = cell->state == TASK_DONE;
	if (day->due.ymd && done && cell->done_on.ymd > day->due.ymd)
		flags |= CELL_DONE_LATE;
	if (day->due.ymd && !done && day->due.ymd < day->today.ymd)
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
	const unsigned judged = CELL_EXPECTED | CELL_NA | CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET;
	uint16_t flags = cell->flags & (uint16_t)~judged;
	if (!at->expected)
		return flags;
	flags |= CELL_EXPECTED;
	if (at->na)
		return flags | CELL_NA;
	if (leaf->kind == ITEM_TASK)
		flags |= task_flags(day, at->milestone, cell);
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
	struct figures_day day = figures_day(c, item, figures_due(c, leaf, catalogue_unit(c, unit)->row.kind), today);
	return figures_flags(item, &day, &at, cell);
}

static void count_task(struct task_counts *cells, const struct cell *cell, uint32_t one)
{
	if (cell->flags & CELL_NA) {
		cells->na += one;
		return;
	}
	switch ((enum task_state)cell->state) {
	case TASK_NONE:
		cells->unreported += one;
		break;
	case TASK_NOT_STARTED:
		cells->not_started += one;
		break;
	case TASK_IN_PROGRESS:
		cells->in_progress += one;
		break;
	case TASK_DONE:
		cells->done += one;
		break;
	}
}

/* Returns whether the cell holds a value. */
static bool count_indicator(struct indicator_counts *cells, const struct cell *cell, uint32_t one)
{
	if (cell->flags & CELL_NA) {
		cells->na += one;
	} else if (!(cell->flags & CELL_REPORTED)) {
		cells->unreported += one;
	} else if (cell->flags & CELL_NONE_ARISEN) {
		cells->none += one;
	} else {
		cells->value += one;
		cells->at_target += cell->flags & CELL_AT_TARGET ? one : 0;
		return true;
	}
	return false;
}

static void count_late(uint32_t *done_late, uint32_t *overdue, uint32_t *behind, const struct cell *cell, uint32_t one)
{
	if (cell->flags & CELL_NA)
		return;
	*done_late += cell->flags & CELL_DONE_LATE ? one : 0;
	*overdue += cell->flags & CELL_OVERDUE ? one : 0;
	*behind += cell->flags & CELL_BEHIND ? one : 0;
}

void figures_count(struct cell_counts *c, const struct item_row *leaf, const struct cell *cell, int sign)
{
	if (!(cell->flags & CELL_EXPECTED))
		return;
	if (leaf->kind != ITEM_TASK) {
		count_indicator(&c->indicators, cell, (uint32_t)sign);
		return;
	}
	count_task(&c->tasks, cell, (uint32_t)sign);
	count_late(&c->done_late, &c->overdue, &c->behind, cell, (uint32_t)sign);
}

void figures_cell(struct leaf_sums *r, const struct item_row *leaf, const struct cell *cell, bool own, int sign)
{
	if (!(cell->flags & CELL_EXPECTED))
		return;
	const uint32_t one = (uint32_t)sign;
	if (leaf->kind == ITEM_TASK) {
		count_task(&r->task.cells, cell, one);
		count_late(&r->task.done_late, &r->task.overdue, &r->task.behind, cell, one);
		r->task.percent_sum += cell->flags & CELL_NA ? 0 : one * cell->percent;
		return;
	}
	if (!count_indicator(&r->indicator.cells, cell, one) || (leaf->aggregate == AGGREGATE_OWN && !own))
		return;
	r->indicator.summed += one;
	r->indicator.figure += sign * cell->value;
	if (leaf->kind == ITEM_RATIO)
		r->indicator.denominator += sign * cell->denominator;
}

/* ---- leaf -> inner items ---- */

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

static void derive_task(struct leaf_sums *r)
{
	const struct task_counts *t = &r->task.cells;
	uint32_t applicable = tasks(t) - t->na;
	r->leaf_state = (uint8_t)leaf_state(t);
	r->has_attainment = applicable > 0;
	r->attainment = applicable ? (uint16_t)rounded((WIDE)r->task.percent_sum * 100, applicable, FULL_BP) : 0;
}

/* Nothing summed = none: no report, or the reports are not this row's own. */
static void derive_indicator(struct leaf_sums *r, const struct item_row *item)
{
	int64_t figure = r->indicator.figure, denominator = r->indicator.denominator;
	bool any = r->indicator.summed;
	uint16_t att = 0;
	r->target_reached = any && r->has_target && (item->kind != ITEM_RATIO || denominator) &&
			    figures_reached(item, figure, denominator, figure, r->target);
	r->has_attainment = any && figures_attainment(item, figure, denominator, figure, r->has_target, r->target, &att);
	r->attainment = att;
}

void figures_derive(struct leaf_sums *r, const struct item_row *leaf, bool has_target, int64_t target)
{
	r->has_target = has_target;
	r->target = has_target ? target : 0;
	if (leaf->kind == ITEM_TASK)
		derive_task(r);
	else
		derive_indicator(r, leaf);
}

void figures_derive_ratio_group(struct inner_sums *r, const struct item_row *item, bool has_target, int64_t target)
{
	uint16_t att = 0;
	r->has_target = has_target;
	r->target = has_target ? target : 0;
	r->target_reached = has_target && r->summed && r->denominator &&
			    figures_reached(item, r->numerator, r->denominator, 0, target);
	r->has_attainment = r->summed && figures_attainment(item, r->numerator, r->denominator, 0, has_target, target, &att);
	r->attainment = att;
}

struct leaf_part figures_part(const struct leaf_sums *r, const struct item_row *leaf)
{
	struct leaf_part p = { .state = (enum leaf_state)r->leaf_state, .scored = r->has_attainment };
	if (p.scored) {
		p.weight = leaf->weight;
		p.weighted = (uint64_t)leaf->weight * r->attainment;
	}
	if (leaf->kind == ITEM_TASK)
		p.score_of = p.state != LEAF_UNCOUNTED;
	else
		p.score_of = indicators(&r->indicator.cells) > 0;
	if (leaf->kind == ITEM_RATIO && leaf->aggregate != AGGREGATE_OWN) {
		p.summed = r->indicator.summed;
		p.numerator = r->indicator.figure;
		p.denominator = r->indicator.denominator;
	}
	return p;
}

struct cell_counts figures_counts(const struct leaf_sums *r, const struct item_row *leaf)
{
	if (leaf->kind != ITEM_TASK)
		return (struct cell_counts){ .indicators = r->indicator.cells };
	return (struct cell_counts){ .tasks = r->task.cells, .done_late = r->task.done_late, .overdue = r->task.overdue,
				     .behind = r->task.behind };
}

/* What is taken away comes as its complement: unsigned sums wrap back. */
static void add_cells(struct cell_counts *to, const struct cell_counts *c)
{
	to->tasks.unreported += c->tasks.unreported;
	to->tasks.not_started += c->tasks.not_started;
	to->tasks.in_progress += c->tasks.in_progress;
	to->tasks.done += c->tasks.done;
	to->tasks.na += c->tasks.na;
	to->indicators.unreported += c->indicators.unreported;
	to->indicators.value += c->indicators.value;
	to->indicators.none += c->indicators.none;
	to->indicators.na += c->indicators.na;
	to->indicators.at_target += c->indicators.at_target;
	to->done_late += c->done_late;
	to->overdue += c->overdue;
	to->behind += c->behind;
}

void figures_lift(struct inner_sums *r, const struct item_row *inner, const struct cell_counts *cells,
		  const struct leaf_part *before, const struct leaf_part *after)
{
	add_cells(&r->cells, cells);
	r->weight_sum += after->weight - before->weight;
	r->weighted += after->weighted - before->weighted;
	if (before->state != after->state) {
		r->leaves[before->state]--;
		r->leaves[after->state]++;
	}
	r->score_leaves = (uint16_t)(r->score_leaves + after->scored - before->scored);
	r->score_leaves_of = (uint16_t)(r->score_leaves_of + after->score_of - before->score_of);
	if (inner->kind == ITEM_RATIO_GROUP) {
		r->numerator += after->numerator - before->numerator;
		r->denominator += after->denominator - before->denominator;
		r->summed += after->summed - before->summed;
	}
}

/* ---- as everybody reads them ---- */

static_assert(FIGURES_CELLS_MAX <= UINT32_MAX / 100, "a sum of percents would not fit");
static_assert((uint64_t)PLAN_ITEMS_MAX * WEIGHT_MAX <= UINT32_MAX, "a sum of weights would not fit");
static_assert(PLAN_ITEMS_MAX <= UINT16_MAX, "a number of leaves would not fit");
static_assert(FIGURES_CELLS_MAX <= INT64_MAX / VALUE_MAX, "a sum of values would not fit");
static_assert(sizeof(struct leaf_sums) <= 64 && sizeof(struct inner_sums) <= 128, "more cache lines than wanted");

struct rollup figures_of_leaf(const struct leaf_sums *r, const struct item_row *leaf)
{
	struct cell_counts cells = figures_counts(r, leaf);
	struct leaf_part part = figures_part(r, leaf);
	struct rollup out = {
		.version = r->version, .cells = cells.tasks, .indicators = cells.indicators,
		.done_late = cells.done_late, .overdue = cells.overdue, .behind = cells.behind,
		.leaves = {
			.unreported = part.state == LEAF_UNREPORTED, .not_started = part.state == LEAF_NOT_STARTED,
			.in_progress = part.state == LEAF_IN_PROGRESS, .done = part.state == LEAF_DONE,
			.na = part.state == LEAF_NA,
		},
		.weight_sum = part.weight, .weighted = part.weighted,
		.score_leaves = part.scored, .score_leaves_of = part.score_of,
		.target = r->target, .attainment = r->attainment, .has_target = r->has_target,
		.has_attainment = r->has_attainment, .target_reached = r->target_reached, .leaf_state = r->leaf_state,
	};
	if (leaf->kind == ITEM_TASK) {
		out.percent_sum = r->task.percent_sum;
		return out;
	}
	*(leaf->kind == ITEM_RATIO ? &out.numerator : &out.value) = r->indicator.figure;
	out.denominator = r->indicator.denominator;
	out.summed = r->indicator.summed;
	return out;
}

struct rollup figures_of_inner(const struct inner_sums *r)
{
	return (struct rollup){
		.version = r->version, .cells = r->cells.tasks, .indicators = r->cells.indicators,
		.done_late = r->cells.done_late, .overdue = r->cells.overdue, .behind = r->cells.behind,
		.leaves = {
			.unreported = r->leaves[LEAF_UNREPORTED], .not_started = r->leaves[LEAF_NOT_STARTED],
			.in_progress = r->leaves[LEAF_IN_PROGRESS], .done = r->leaves[LEAF_DONE],
			.na = r->leaves[LEAF_NA],
		},
		.numerator = r->numerator, .denominator = r->denominator,
		.weight_sum = r->weight_sum, .weighted = r->weighted,
		.score_leaves = r->score_leaves, .score_leaves_of = r->score_leaves_of,
		.target = r->target, .summed = r->summed, .attainment = r->attainment, .has_target = r->has_target,
		.has_attainment = r->has_attainment, .target_reached = r->target_reached,
	};
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
