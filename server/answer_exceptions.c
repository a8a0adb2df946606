// SPDX-License-Identifier: Apache-2.0
/*
 * answer_exceptions: the units beyond a threshold of the catalogue, each measured with all that is below it. Gauge by gauge: one
 * is a rule, or a rule about reports and one of the schedules. Cursor: a = gauge, and above it the unit's index.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "common/domain/says.h"
#include "server/held.h"
#include "server/sheet.h"

struct gauge {
	const struct threshold_row *rule;
	const struct schedule *schedule; /* NULL = the rule is not about reports */
};

/* A period that has ended, by unit index. */
struct ended {
	struct period period;
	bool in_memory; /* some may still be pending */
	const struct slot_counts *counts;
};

/* What a unit is measured by, where it is not about reports. */
struct state {
	uint64_t n;        /* the measure, or the day of the last change */
	uint32_t expected; /* behind it */
};

struct work {
	struct asking *q;
	struct about about;
	struct about_units units;
	struct gauge *gauges;
	size_t gauges_n;
	struct ended ended[THRESHOLD_PERIODS_MAX + DEADLINE_DAYS_MAX];
	size_t ended_n;
	struct slot_counts *made[DEADLINE_DAYS_MAX]; /* those of periods in memory */
	size_t made_n;
	struct state *states; /* by unit index */
	size_t budget;
	bool unfinished;
};

static const struct catalogue *catalogue_of(const struct work *w)
{
	return w->q->slice.view->catalogue;
}

static struct date today_of(const struct work *w)
{
	return w->q->slice.view->head.today;
}

/* ---- the gauges ---- */

static bool about_reports(enum threshold_measure m)
{
	return m == THRESHOLD_REPORTING_RATE || m == THRESHOLD_ON_TIME_RATE || m == THRESHOLD_MISSING;
}

static void add_gauge(struct work *w, const struct threshold_row *rule, const struct schedule *s)
{
	w->gauges = base_grow(w->gauges, w->gauges_n + 1, sizeof(*w->gauges));
	w->gauges[w->gauges_n++] = (struct gauge){rule, s};
}

static bool listed(const struct work *w, const struct threshold_row *rule, const struct schedule *s)
{
	for (size_t i = w->gauges_n; i-- > 0 && w->gauges[i].rule == rule;)
		if (w->gauges[i].schedule == s)
			return true;
	return false;
}

/* In the order of the items. */
static void add_schedules(struct work *w, const struct threshold_row *rule)
{
	const struct catalogue *c = catalogue_of(w);

	for (uint32_t i = 0; i < catalogue_items(c); i++) {
		const struct schedule *s = catalogue_item(c, i)->leaf ? catalogue_schedule(c, i) : NULL;
		if (s && !listed(w, rule, s))
			add_gauge(w, rule, s);
	}
}

static bool find_gauges(struct work *w, const char *wanted)
{
	size_t n;
	const struct threshold_row *rules = catalogue_thresholds(catalogue_of(w), &n);
	bool found = *wanted == '\0';

	for (size_t i = 0; i < n; i++) {
		if (*wanted && strcmp(rules[i].rule, wanted) != 0)
			continue;
		found = true;
		if (about_reports(rules[i].measure))
			add_schedules(w, &rules[i]);
		else
			add_gauge(w, &rules[i], NULL);
	}
	return found;
}

/* ---- reports ---- */

static bool in_memory(const struct view *v, const struct schedule *s, struct date first)
{
	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++) {
		const struct sheets *sheets = v->held->blocks[plan]->sheets;
		for (uint32_t at = 0; at < sheets->open_n; at++)
			if (sheets->rhythms[sheets->open[at]->rhythm].schedule == s &&
			    sheets->open[at]->period.first.ymd == first.ymd)
				return true;
	}
	return false;
}

static void forget_periods(struct work *w)
{
	while (w->made_n)
		free(w->made[--w->made_n]);
	w->ended_n = 0;
}

static enum reason add_in_memory(struct work *w, const struct schedule *s, struct ended *e)
{
	struct slot_counts *counts = base_alloc((catalogue_units(catalogue_of(w)) + 1) * sizeof(*counts));

	w->made[w->made_n++] = counts;
	e->in_memory = true;
	e->counts = counts;
	return census_memory(w->q, s, &e->period, counts) ? REASON_NONE : answer_stale(w->q);
}

/* The periods that ended last, the youngest first: those in memory, and as many frozen ones as the rule looks at. */
static enum reason find_periods(struct work *w, const struct gauge *gauge)
{
	struct date day = today_of(w);
	enum reason reason = REASON_NONE;

	forget_periods(w);
	for (uint32_t frozen = 0; !reason && frozen < gauge->rule->periods && w->ended_n < BASE_COUNT(w->ended);) {
		struct ended *e = &w->ended[w->ended_n];
		*e = (struct ended){0};
		if (!schedule_before(gauge->schedule, day, &e->period))
			break;
		day = e->period.first;
		if (w->made_n < BASE_COUNT(w->made) && in_memory(w->q->slice.view, gauge->schedule, e->period.first)) {
			reason = add_in_memory(w, gauge->schedule, e);
		} else {
			reason = census_of(w->q, gauge->schedule, &e->period, &w->budget, &e->counts);
			frozen++;
		}
		w->unfinished |= !reason && !e->counts;
		w->ended_n++;
	}
	return reason;
}

static uint64_t counted(enum threshold_measure m, const struct slot_counts *n)
{
	uint64_t in_time = (uint64_t)n->on_time + n->line_slow;

	return m == THRESHOLD_MISSING ? n->missing : m == THRESHOLD_ON_TIME_RATE ? in_time : in_time + n->late;
}

static bool crosses(const struct threshold_row *rule, uint64_t n, uint32_t of)
{
	uint64_t measured = threshold_is_rate(rule->measure) ? n * 10000 : n;
	uint64_t limit = threshold_is_rate(rule->measure) ? rule->value * of : rule->value;

	return rule->above ? measured > limit : measured < limit;
}

/* So many in a row, of those in which it owes nothing any more. Fills what is told of the youngest. */
static bool reports_cross(const struct work *w, const struct gauge *gauge, uint32_t unit, Tiendo__V1__ExceptionRow *m)
{
	const struct threshold_row *rule = gauge->rule;
	uint32_t seen = 0;

	for (size_t i = 0; i < w->ended_n && seen < rule->periods; i++) {
		const struct slot_counts *n = &w->ended[i].counts[unit];
		if (w->ended[i].in_memory && n->pending)
			continue;
		uint64_t measured = counted(rule->measure, n);
		if (!n->expected || n->expected < rule->min_expected || !crosses(rule, measured, n->expected))
			return false;
		if (seen++)
			continue;
		m->period = (char *)w->ended[i].period.code;
		m->expected = n->expected;
		m->measured = threshold_is_rate(rule->measure) ? figures_percent_bp((int64_t)measured, n->expected) : measured;
	}
	m->schedule = (char *)gauge->schedule->code;
	return seen == rule->periods;
}

/* ---- what is not about reports ---- */

static void put_max(uint64_t *to, uint64_t n)
{
	if (n > *to)
		*to = n;
}

/* Tasks that are not finished: the day on which one of them last said something new. */
static void look_at_moves(const struct block *b, uint32_t row, struct state *states)
{
	struct state *s = &states[b->rows[row].unit];

	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
		const struct cell *cell = block_cell(b, row, leaf);
		if (!cell || !(cell->flags & CELL_EXPECTED) || cell->flags & CELL_NA || !(cell->flags & CELL_REPORTED) ||
		    b->columns[b->leaf_columns[leaf]].row->kind != ITEM_TASK || cell->state == TASK_DONE)
			continue;
		struct date since = block_past(b, cell)->since;
		s->expected++;
		put_max(&s->n, since.ymd ? since.ymd : cell->as_of.ymd);
	}
}

static void look_at_tasks(const struct block *b, uint32_t row, bool overdue, struct state *states)
{
	struct state *s = &states[b->rows[row].unit];

	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
		const struct cell *cell = block_cell(b, row, leaf);
		if (!cell || !(cell->flags & CELL_EXPECTED) || cell->flags & CELL_NA ||
		    b->columns[b->leaf_columns[leaf]].row->kind != ITEM_TASK)
			continue;
		s->expected++;
		s->n += (cell->flags & (overdue ? CELL_OVERDUE : CELL_BEHIND)) != 0;
	}
}

static bool look_at_cells(struct work *w, enum threshold_measure measure)
{
	const struct view *v = w->q->slice.view;

	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++)
		for (uint32_t row = 0; row < v->held->blocks[plan]->unit_rows; row++) {
			const struct block *b = v->held->blocks[plan];
			if (measure == THRESHOLD_STAGNANT_DAYS)
				look_at_moves(b, row, w->states);
			else
				look_at_tasks(b, row, measure == THRESHOLD_OVERDUE, w->states);
			if (!slice_go_on(&w->q->slice))
				return false;
		}
	return true;
}

static void lies_with(struct work *w, uint32_t number, uint32_t n)
{
	uint32_t unit = catalogue_unit_by_number(catalogue_of(w), number);

	if (unit == NO_INDEX)
		return;
	w->states[unit].expected++;
	w->states[unit].n += n;
}

/* Of one that is not closed: whom the clock took it from counts as overdue, though it lies with somebody else now. */
static void look_at_way(struct work *w, const struct obstacle *o)
{
	uint32_t addressee = o->steps[0].addressee;

	for (uint32_t i = 1; i < o->steps_n; i++) {
		if (o->steps[i].kind != STEP_ESCALATE)
			continue;
		lies_with(w, addressee, o->steps[i].unit == 0);
		addressee = o->steps[i].addressee;
	}
	lies_with(w, addressee, o->state == OBSTACLE_OPEN && o->answer_due.ymd < today_of(w).ymd);
}

/* By the addressee: it is who keeps others waiting. */
static void look_at_obstacles(struct work *w, bool overdue)
{
	const struct cases *cases = &w->q->slice.view->duties.cases;

	for (uint32_t i = 0; i < cases->obstacles_n; i++) {
		const struct obstacle *o = &cases->obstacles[i];
		if (overdue && o->state != OBSTACLE_CLOSED && o->steps_n)
			look_at_way(w, o);
		else if (!overdue && o->state == OBSTACLE_OPEN)
			lies_with(w, o->addressee, 1);
	}
}

static enum reason find_states(struct work *w, const struct gauge *gauge)
{
	const struct catalogue *c = catalogue_of(w);
	enum threshold_measure measure = gauge->rule->measure;

	free(w->states);
	w->states = base_alloc((catalogue_units(c) + 1) * sizeof(*w->states));
	if (measure == THRESHOLD_OPEN_OBSTACLES || measure == THRESHOLD_OVERDUE_OBSTACLES)
		look_at_obstacles(w, measure == THRESHOLD_OVERDUE_OBSTACLES);
	else if (!look_at_cells(w, measure))
		return answer_stale(w->q);
	for (uint32_t i = (uint32_t)catalogue_units(c); i-- > 0;) {
		uint32_t up = catalogue_unit(c, i)->parent;
		if (up == NO_INDEX)
			continue;
		w->states[up].expected += w->states[i].expected;
		if (measure == THRESHOLD_STAGNANT_DAYS)
			put_max(&w->states[up].n, w->states[i].n);
		else
			w->states[up].n += w->states[i].n;
	}
	return REASON_NONE;
}

static bool state_crosses(const struct work *w, const struct gauge *gauge, uint32_t unit, Tiendo__V1__ExceptionRow *m)
{
	struct state s = w->states[unit];

	if (gauge->rule->measure == THRESHOLD_STAGNANT_DAYS && s.n)
		s.n = (uint64_t)(date_days(today_of(w)) - date_days((struct date){(uint32_t)s.n}));
	m->measured = s.n;
	m->expected = s.expected;
	return s.expected && s.expected >= gauge->rule->min_expected && crosses(gauge->rule, s.n, s.expected);
}

/* ---- the page ---- */

static bool put_unit(struct work *w, const struct gauge *gauge, uint32_t unit)
{
	const struct catalogue *c = catalogue_of(w);
	Tiendo__V1__ExceptionRow m = TIENDO__V1__EXCEPTION_ROW__INIT;
	struct buffer *piece = &w->q->answerer->piece;

	if (w->units.bins[unit] == NO_INDEX || !catalogue_unit_open(c, unit, today_of(w)))
		return true;
	if (!(gauge->schedule ? reports_cross : state_crosses)(w, gauge, unit, &m))
		return true;
	m.rule = (char *)gauge->rule->rule;
	m.unit = catalogue_unit_number(c, unit);
	m.threshold = gauge->rule->value;
	m.action = (char *)gauge->rule->action;
	m.measure = (char *)threshold_measure_word(gauge->rule->measure);
	m.above = gauge->rule->above;
	buffer_clear(piece);
	answer_put(piece, &m);
	return answer_add(w->q, 1, buffer_bytes(piece));
}

/* From a unit on. REASON_NONE and q->more: the page is full, or what it would be told from is not read yet. */
static enum reason put_gauge(struct work *w, size_t at, uint32_t unit)
{
	struct asking *q = w->q;
	const struct gauge *gauge = &w->gauges[at];
	enum reason reason = gauge->schedule ? find_periods(w, gauge) : find_states(w, gauge);

	if (reason)
		return reason;
	unit = unit > w->units.first ? unit : w->units.first;
	for (; !w->unfinished && unit < w->units.end; unit++) {
		if (!slice_go_on(&q->slice))
			return answer_stale(q);
		if (!put_unit(w, gauge, unit))
			break;
	}
	q->more = w->unfinished || unit < w->units.end;
	q->at.a = (uint64_t)unit << 32 | at;
	return REASON_NONE;
}

static enum reason exceptions(struct work *w)
{
	struct asking *q = w->q;
	size_t gauge = (uint32_t)q->at.a;
	uint32_t unit = (uint32_t)(q->at.a >> 32);
	enum reason reason = REASON_NONE;

	if (!about_units(q, &w->about, &w->units))
		return answer_stale(q);
	w->budget = q->answerer->rows_max;
	for (; !reason && !q->more && gauge < w->gauges_n; gauge++, unit = 0)
		reason = put_gauge(w, gauge, unit);
	return reason;
}

enum reason answer_exceptions(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->exceptions->unit, .item = "", .one_day = true};
	struct work *w = base_alloc(sizeof(*w));

	w->q = q;
	enum reason reason = about_find(q, &ask, &w->about);
	if (!reason && !find_gauges(w, m->exceptions->rule))
		reason = answer_fail(q, REASON_NOT_FOUND, "no threshold has the code \"%.40s\"", m->exceptions->rule);
	if (!reason)
		reason = exceptions(w);
	forget_periods(w);
	free(w->states);
	free(w->gauges);
	about_units_free(&w->units);
	free(w);
	return reason;
}
