// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_asker_judge.h"

#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/dice.h"

#define QUERY(NAME) TIENDO__V1__QUERY__QUESTION_##NAME
#define REPLY(NAME) TIENDO__V1__REPLY__ANSWER_##NAME

static const char *const words[] = {"timeliness", "silent", "obstacles", "requests", "findings", "series", "suspicious",
				    "figures", "exceptions", "notices", "slots"};

/* ---- asking ---- */

void asked_new(struct asked *a)
{
	static const char *const units[] = {"VN", "40", "412", "38", "CA"}, *const items[] = {"", "KH", "KH.2", "KH.3", "QG", "QG.3"};
	static const char *const periods[] = {"", "", "P2", "P4", "2024-01a", "2024-W03", "2024-01"};
	static const enum asked_kind often[] = {ASKED_TIMELINESS, ASKED_SILENT, ASKED_OBSTACLES};

	a->kind = dice_percent(60) ? often[dice_below(3)] : (enum asked_kind)dice_below(ASKED_SLOTS);
	a->unit = units[dice_below(5)];
	a->item = items[dice_below(6)];
	snprintf(a->period, sizeof a->period, "%s", periods[dice_below(7)]);
	a->steps = dice_percent(50);
	if (a->kind == ASKED_TIMELINESS && a->period[0] && a->steps) /* one by one, and they must add up */
		a->kind = ASKED_SLOTS;
	a->began = truth_head();
	a->cursor_size = a->n = a->pages = 0;
}

void asked_free(struct asked *a)
{
	free(a->rows);
	*a = (struct asked){0};
}

const char *asked_text(const struct asked *a)
{
	static char text[120];

	snprintf(text, sizeof text, "%s of %s, %s, period %s", words[a->kind], a->unit, a->item[0] ? a->item : "all",
		 a->period[0] ? a->period : "-");
	return text;
}

#define FILL(field, CASE)                                                                           \
	tiendo__v1__##field##__init(&m->field);                                                    \
	m->field.cursor = cursor;                                                                  \
	q->field = &m->field;                                                                      \
	q->question_case = QUERY(CASE)
#define PLACE(field)                                                                                \
	m->field.unit = (char *)(uintptr_t)a->unit;                                                \
	m->field.item = (char *)(uintptr_t)a->item

static void about_what_stands(struct asked *a, Tiendo__V1__Query *q, union asked_message *m, ProtobufCBinaryData cursor)
{
	if (a->kind == ASKED_OBSTACLES) {
		FILL(obstacles, OBSTACLES);
		PLACE(obstacles);
		m->obstacles.steps = a->steps;
	} else if (a->kind == ASKED_REQUESTS) {
		FILL(requests, REQUESTS);
		PLACE(requests);
	} else if (a->kind == ASKED_FINDINGS) {
		FILL(findings, FINDINGS);
		PLACE(findings);
	} else if (a->kind == ASKED_EXCEPTIONS) {
		FILL(exceptions, EXCEPTIONS);
		m->exceptions.unit = (char *)(uintptr_t)a->unit;
	} else {
		FILL(notices, NOTICES);
	}
}

void asked_question(struct asked *a, Tiendo__V1__Query *q, union asked_message *m)
{
	ProtobufCBinaryData cursor = {a->cursor_size, a->cursor};

	if (a->kind == ASKED_TIMELINESS) {
		FILL(timeliness, TIMELINESS);
		PLACE(timeliness);
		m->timeliness.period = a->period;
	} else if (a->kind == ASKED_SLOTS) {
		FILL(slots, SLOTS);
		PLACE(slots);
		m->slots.period = a->period;
	} else if (a->kind == ASKED_SILENT) {
		FILL(silent, SILENT);
		PLACE(silent);
	} else if (a->kind == ASKED_SERIES) {
		FILL(series, SERIES);
		PLACE(series);
		if (!a->item[0])
			m->series.item = (char *)"KH";
	} else if (a->kind == ASKED_SUSPICIOUS) {
		FILL(suspicious, SUSPICIOUS);
		PLACE(suspicious);
		m->suspicious.period = a->period;
	} else if (a->kind == ASKED_FIGURES) {
		tiendo__v1__period_figures__init(&m->figures);
		m->figures.cursor = cursor;
		PLACE(figures);
		m->figures.period = a->period[0] ? a->period : (char *)"2024-01";
		q->period_figures = &m->figures;
		q->question_case = QUERY(PERIOD_FIGURES);
	} else {
		about_what_stands(a, q, m, cursor);
	}
}

/* ---- hearing ---- */

static struct asked_row *add(struct asked *a)
{
	if (a->n == a->room) {
		a->room = a->room * 2 + 64;
		a->rows = base_grow(a->rows, a->room, sizeof *a->rows);
	}
	a->rows[a->n] = (struct asked_row){.entry = 0};
	return &a->rows[a->n++];
}

/* Rows that differ in nothing but numbers are parts. */
static struct asked_row *slots_of(struct asked *a, const char *schedule, const char *period, bool frozen)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].frozen == frozen && !strcmp(a->rows[i].schedule, schedule) && !strcmp(a->rows[i].period, period))
			return &a->rows[i];
	struct asked_row *r = add(a);
	snprintf(r->schedule, sizeof r->schedule, "%s", schedule);
	snprintf(r->period, sizeof r->period, "%s", period);
	r->frozen = frozen;
	return r;
}

static void page_timeliness(struct asked *a, const Tiendo__V1__TimelinessPage *p)
{
	const struct truth_unit *u = truth_unit_named(&truth.catalogue, a->unit, truth.today);

	for (size_t i = 0; i < p->n_rows; i++) {
		const Tiendo__V1__TimelinessRow *m = p->rows[i];
		if (m->level[0] || !u || m->unit != u->number)
			continue;
		const uint32_t numbers[] = {m->slots->expected, m->slots->exempt, m->slots->pending, m->slots->on_time,
					    m->slots->line_slow, m->slots->late, m->slots->missing};
		struct asked_row *r = slots_of(a, m->schedule, m->period, m->frozen);
		for (unsigned k = 0; k < 7; k++)
			r->numbers[k] += numbers[k];
	}
}

static void page_slots(struct asked *a, const Tiendo__V1__SlotsPage *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		const Tiendo__V1__SlotRow *m = p->rows[i];
		struct asked_row *r = slots_of(a, m->schedule, m->period, m->frozen);
		if (m->state < TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT || m->state > TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING)
			truth_broken("%s: a slot in state %d", asked_text(a), (int)m->state);
		r->numbers[0] += m->state != TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT;
		r->numbers[m->state]++; /* exempt, pending, on time, line slow, late, missing: as SlotCounts has them */
	}
}

static void page_silent(struct asked *a, const Tiendo__V1__SilentPage *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		struct asked_row *r = add(a);
		r->unit = p->rows[i]->unit;
		r->item = p->rows[i]->item;
		snprintf(r->period, sizeof r->period, "%s", p->rows[i]->period);
		r->numbers[0] = p->rows[i]->deadline;
		r->numbers[1] = p->rows[i]->missing;
	}
}

static void page_obstacles(struct asked *a, const Tiendo__V1__ObstaclesPage *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		const Tiendo__V1__ObstacleRow *m = p->rows[i];
		struct asked_row *r = add(a);
		r->entry = m->receipt->entry;
		r->index = m->receipt->index;
		const uint32_t numbers[] = {m->state, m->addressee, m->answer_due, m->overdue, m->escalations, m->raised_late,
					    m->closed_on};
		memcpy(r->numbers, numbers, sizeof numbers);
	}
}

static void page_requests(struct asked *a, const Tiendo__V1__RequestsPage *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		struct asked_row *r = add(a);
		r->entry = p->rows[i]->receipt->entry;
		r->index = p->rows[i]->receipt->index;
	}
}

static void page_findings(struct asked *a, const Tiendo__V1__FindingsPage *p)
{
	for (size_t i = 0; i < p->n_rows; i++) {
		struct asked_row *r = add(a);
		r->entry = p->rows[i]->entry;
		r->numbers[0] = p->rows[i]->closed_on;
	}
}

void asked_page(struct asked *a, const Tiendo__V1__Reply *r)
{
	a->cursor_size = r->cursor.len < sizeof a->cursor ? r->cursor.len : 0;
	if (a->cursor_size)
		memcpy(a->cursor, r->cursor.data, a->cursor_size);
	if (r->cursor.len > sizeof a->cursor)
		truth_broken("a cursor of %zu bytes", r->cursor.len);
	if (r->answer_case == REPLY(TIMELINESS))
		page_timeliness(a, r->timeliness);
	else if (r->answer_case == REPLY(SLOTS))
		page_slots(a, r->slots);
	else if (r->answer_case == REPLY(SILENT))
		page_silent(a, r->silent);
	else if (r->answer_case == REPLY(OBSTACLES))
		page_obstacles(a, r->obstacles);
	else if (r->answer_case == REPLY(REQUESTS))
		page_requests(a, r->requests);
	else if (r->answer_case == REPLY(FINDINGS))
		page_findings(a, r->findings);
}

void asked_failed(const struct asked *a, const Tiendo__V1__Failure *f)
{
	/* what is not there any more, or not yet, may be asked for; anything else is no answer to a good question */
	bool fair = f->reason == TIENDO__V1__REASON__REASON_BUSY || f->reason == TIENDO__V1__REASON__REASON_STALE_CURSOR ||
		    f->reason == TIENDO__V1__REASON__REASON_NOT_FOUND || f->reason == TIENDO__V1__REASON__REASON_ROLLED_BACK;

	if (!fair)
		truth_broken("%s is answered by reason %u: %s", asked_text(a), f->reason, f->text);
}

/* ---- judging ---- */

static bool about(const struct asked *a, uint32_t unit, uint32_t item)
{
	const struct truth_catalogue *c = &truth.catalogue;
	const struct truth_unit *top = truth_unit_named(c, a->unit, truth.today);
	const struct truth_item *above = a->item[0] ? truth_item(c, a->item) : NULL;

	return truth_within(c, truth_unit_of(c, unit), top->number) &&
	       (!above || (item && truth_item_below(c, truth_item_of(c, item), above)));
}

enum { EXPECTED, EXEMPT, PENDING, ON_TIME, LINE_SLOW, LATE, MISSING };

/* `deadline` 0: it is frozen. */
static unsigned state_of(const struct truth_slot *s, bool exempt, struct date deadline)
{
	if (exempt)
		return EXEMPT;
	if (s->decided)
		return ON_TIME;
	if (s->stand.top.entry && s->timely)
		return s->timely == TRUTH_ON_TIME ? ON_TIME : s->timely == TRUTH_LINE_SLOW ? LINE_SLOW : LATE;
	return truth.today.ymd > deadline.ymd ? MISSING : PENDING;
}

static void count(struct asked *want, const struct truth_slot *s, const char *schedule, const struct truth_period *p, bool frozen,
		  unsigned state)
{
	if (!s->expected)
		return;
	struct asked_row *r = slots_of(want, schedule, p->code, frozen);
	r->numbers[state]++;
	r->numbers[EXPECTED] += state != EXEMPT;
}

/* A code names its days; the periods that lie within them are asked for; one of a one-off is itself alone. */
static bool in_window(const struct asked *a, const struct truth_period *p)
{
	static const char *const kinds[] = {"half_month", "month", "iso_week", "year"};
	struct truth_period window;

	if (!a->period[0])
		return true;
	if (a->period[0] == 'P')
		return !strcmp(a->period, p->code);
	for (unsigned k = 0; k < 4; k++) {
		struct truth_schedule s = {.listed_n = 0};
		snprintf(s.kind, sizeof s.kind, "%s", kinds[k]);
		if (truth_period_named(&s, a->period, &window))
			return p->first.ymd >= window.first.ymd && p->last.ymd <= window.last.ymd;
	}
	return false;
}

static void want_held(const struct asked *a, struct asked *want)
{
	for (size_t i = 0; i < truth.sheets_n; i++) {
		struct truth_sheet *s = &truth.sheets[i];
		for (size_t k = 0; in_window(a, &s->period) && k < s->n; k++) {
			const struct truth_slot *slot = &s->slots[k];
			const struct truth_item *item = truth_item_of(&truth.catalogue, slot->item);
			enum unit_kind kind = truth_unit_of(&truth.catalogue, slot->unit)->kind;
			struct date deadline = truth_deadline(truth_schedule_of(&truth.catalogue, item), &truth.catalogue.holidays,
							      &s->period, kind);
			if (about(a, slot->unit, slot->item))
				count(want, slot, s->schedule, &s->period, false, state_of(slot, truth_exempt(s, slot), deadline));
		}
	}
}

/* Of the schedule that the leaf has now. */
static void want_frozen(const struct asked *a, struct asked *want)
{
	for (size_t i = 0; a->period[0] && i < truth.rows_n; i++) {
		const struct truth_row *r = &truth.rows[i];
		const struct truth_item *item = truth_item_of(&truth.catalogue, r->item);
		const struct truth_schedule *s = truth_schedule_of(&truth.catalogue, item);
		struct truth_period p;
		if (r->kind == TRUTH_FROZEN && s && truth_period_at(s, r->period, &p) && p.first.ymd == r->period.ymd &&
		    in_window(a, &p) && about(a, r->unit, r->item) && !truth_sheet_of(item, p.first))
			count(want, &r->slot, s->code, &p, true, state_of(&r->slot, r->exempt, (struct date){0}));
	}
}

static void judge_timeliness(const struct asked *a)
{
	struct asked want = {.n = 0};

	want_held(a, &want);
	want_frozen(a, &want);
	if (want.n != a->n)
		truth_broken("%s: %zu periods, and should be %zu", asked_text(a), a->n, want.n);
	for (size_t i = 0; i < want.n; i++) {
		const struct asked_row *w = &want.rows[i], *got = NULL;
		for (size_t k = 0; k < a->n; k++)
			if (a->rows[k].frozen == w->frozen && !strcmp(a->rows[k].schedule, w->schedule) &&
			    !strcmp(a->rows[k].period, w->period))
				got = &a->rows[k];
		if (!got || memcmp(got->numbers, w->numbers, sizeof w->numbers))
			truth_broken("%s: of %s %s%s %u expected, %u on time, %u late, %u missing; but it is %u, %u, %u, %u",
				     asked_text(a), w->schedule, w->period, w->frozen ? ", frozen," : "", got ? got->numbers[0] : 0,
				     got ? got->numbers[3] : 0, got ? got->numbers[5] : 0, got ? got->numbers[6] : 0,
				     w->numbers[0], w->numbers[3], w->numbers[5], w->numbers[6]);
	}
	asked_free(&want);
}

/* What is owed now: closed, not frozen, expected, and nothing of the office's own. */
static void judge_silent(const struct asked *a)
{
	size_t n = 0;

	for (size_t i = 0; i < truth.sheets_n; i++) {
		struct truth_sheet *s = &truth.sheets[i];
		for (size_t k = 0; s->period.last.ymd < truth.today.ymd && k < s->n; k++) {
			const struct truth_slot *slot = &s->slots[k];
			bool answered = slot->decided || (slot->stand.top.entry && slot->timely), listed = false;
			if (!slot->expected || answered || truth_exempt(s, slot) || !about(a, slot->unit, slot->item))
				continue;
			for (size_t m = 0; m < a->n; m++)
				listed |= a->rows[m].unit == slot->unit && a->rows[m].item == slot->item &&
					  !strcmp(a->rows[m].period, s->period.code);
			if (!listed)
				truth_broken("%s: unit %u owes item %u for %s, and is not named", asked_text(a), slot->unit,
					     slot->item, s->period.code);
			n++;
		}
	}
	if (n != a->n)
		truth_broken("%s: %zu rows, and should be %zu", asked_text(a), a->n, n);
}

static void judge_obstacles(const struct asked *a)
{
	size_t n = 0;

	for (size_t i = 0; i < truth.cases.obstacles_n; i++) {
		const struct truth_obstacle *o = &truth.cases.obstacles[i];
		bool open = o->state == TRUTH_OPEN;
		const uint32_t numbers[] = {o->state, o->addressee, open ? o->answer_due.ymd : 0,
					    open && o->answer_due.ymd < truth.today.ymd, o->escalations, o->late,
					    o->closed.ymd};
		bool listed = false;
		if (!about(a, o->unit, o->item))
			continue;
		for (size_t m = 0; m < a->n; m++)
			listed |= a->rows[m].entry == o->entry && a->rows[m].index == o->index &&
				  !memcmp(a->rows[m].numbers, numbers, sizeof numbers);
		if (!listed)
			truth_broken("%s: the obstacle of entry %llu is not told as it is", asked_text(a),
				     (unsigned long long)o->entry);
		n++;
	}
	if (n != a->n)
		truth_broken("%s: %zu rows, and should be %zu", asked_text(a), a->n, n);
}

static void judge_number(const struct asked *a)
{
	size_t n = 0;

	for (size_t i = 0; a->kind == ASKED_REQUESTS && i < truth.cases.requests_n; i++)
		n += about(a, truth.cases.requests[i].unit, truth.cases.requests[i].item);
	for (size_t i = 0; a->kind == ASKED_FINDINGS && i < truth.cases.findings_n; i++)
		n += about(a, truth.cases.findings[i].unit, truth.cases.findings[i].item);
	if (n != a->n)
		truth_broken("%s: %zu rows, and should be %zu", asked_text(a), a->n, n);
}

bool asked_judge(struct asked *a, uint64_t as_of)
{
	if (as_of != a->began || truth_head() != a->began || !truth_unit_named(&truth.catalogue, a->unit, truth.today) ||
	    (a->item[0] && !truth_item(&truth.catalogue, a->item)))
		return false;
	if (a->kind == ASKED_TIMELINESS || a->kind == ASKED_SLOTS)
		judge_timeliness(a);
	else if (a->kind == ASKED_SILENT)
		judge_silent(a);
	else if (a->kind == ASKED_OBSTACLES)
		judge_obstacles(a);
	else if (a->kind == ASKED_REQUESTS || a->kind == ASKED_FINDINGS)
		judge_number(a);
	return true;
}
