// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_schedules: the rhythms of reporting and who follows which. A leaf names a row of
 * schedules.csv, or a kind's word when nothing about it is special; the rows of deadlines.csv for a
 * kind hold for every schedule of that kind that has none of its own.
 */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"

enum { YEAR_FIRST = 2000, YEAR_LAST = 2099 }; /* of the holidays: what is outside is a slip of the pen */

static const char *const kinds_words[] = { "half_month", "month", "month15",  "quarter",
					   "quarter15",  "year",  "iso_week", "once" };

uint32_t schedule_find(const struct catalogue *c, const char *code)
{
	for (uint32_t i = 0; i < c->schedules_n; i++)
		if (strcmp(c->schedules[i].code, code) == 0)
			return i;
	return NO_INDEX;
}

/* ---- making ---- */

static void list_periods(struct making *m, struct schedule *s)
{
	const struct row_list *l = &m->c->rows[ROW_PERIOD];
	struct period *list = pool_array(&m->c->pool, l->n, sizeof(*list));

	for (size_t i = 0; list && i < l->n; i++) { /* they stand by schedule and start */
		const struct period_row *r = &l->rows[i].period;

		if (strcmp(r->schedule, s->code) != 0)
			continue;
		snprintf(list[s->listed_n].code, sizeof(list[0].code), "%s", r->period);
		list[s->listed_n].first = r->start;
		list[s->listed_n++].last = r->end;
	}
	s->listed = list; /* without memory the stage fails as a whole */
}

static void take_days(struct making *m, struct schedule *s, const char *of)
{
	const struct row_list *l = &m->c->rows[ROW_DEADLINE];

	for (size_t i = 0; i < l->n; i++) {
		const struct deadline_row *r = &l->rows[i].deadline;

		if (strcmp(r->schedule, of) == 0 && r->working_days <= DEADLINE_DAYS_MAX)
			s->days[r->unit_kind] = (uint8_t)r->working_days;
	}
}

/* Its bound, from a period's code; {0} for none. */
static struct date bound(struct making *m, const struct schedule *s, const struct kept *k,
			 const char *field, const char *code)
{
	struct period p;

	if (code[0] == '\0')
		return (struct date){ 0 };
	if (schedule_period(s, code, &p))
		return field[0] == 'f' ? p.first : p.last;
	making_fault(m, FAULT_UNKNOWN_PERIOD, k, field, code);
	return (struct date){ 0 };
}

static void add(struct making *m, const char *code, const char *kind, const struct kept *k)
{
	struct schedule *s = &m->c->schedules[m->c->schedules_n++];
	const struct schedule_row *r = k ? &k->row.schedule : NULL;

	*s = (struct schedule){ .code = code, .rhythm = rhythm_of(kind) };
	schedule_default_days(s->days);
	take_days(m, s, kind);
	if (!r)
		return;
	take_days(m, s, code);
	struct date first = bound(m, s, k, "first", r->first), last = bound(m, s, k, "last", r->last);
	if (last.ymd && last.ymd < first.ymd)
		making_fault(m, FAULT_DATES_REVERSED, k, "last", r->last);
	s->first = first;
	s->last = last;
	if (s->rhythm == RHYTHM_ONCE)
		list_periods(m, s);
}

static bool add_all(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_SCHEDULE];
	size_t words = sizeof(kinds_words) / sizeof(kinds_words[0]);

	m->c->schedules = pool_array(&m->c->pool, l->n + words, sizeof(*m->c->schedules));
	if (!m->c->schedules)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		const struct schedule_row *r = &l->rows[i].schedule;

		if (schedule_find(m->c, r->schedule) != NO_INDEX)
			making_fault(m, FAULT_DUPLICATE_SCHEDULE, l->at[i], "schedule", r->schedule);
		else
			add(m, r->schedule, r->kind, l->at[i]);
	}
	for (size_t i = 0; i < words; i++)
		add(m, kinds_words[i], kinds_words[i], NULL);
	return true;
}

/* ---- checks ---- */

static void check_period(struct making *m, size_t i)
{
	const struct row_list *l = &m->c->rows[ROW_PERIOD];
	const struct period_row *r = &l->rows[i].period, *before = i ? &l->rows[i - 1].period : NULL;
	uint32_t s = schedule_find(m->c, r->schedule);

	if (r->end.ymd < r->start.ymd)
		making_fault(m, FAULT_DATES_REVERSED, l->at[i], "end", r->period);
	if (s == NO_INDEX) {
		if (!m->slice)
			making_fault(m, FAULT_UNKNOWN_SCHEDULE, l->at[i], "schedule", r->schedule);
		return;
	}
	if (m->c->schedules[s].rhythm != RHYTHM_ONCE || !m->c->schedules[s].listed)
		making_fault(m, FAULT_PERIOD_WITHOUT_USE, l->at[i], "schedule", r->schedule);
	if (before && strcmp(before->schedule, r->schedule) == 0 && r->start.ymd <= before->end.ymd)
		making_fault(m, FAULT_PERIOD_OVERLAP, l->at[i], "start", r->period);
	for (size_t j = i; j-- > 0 && strcmp(l->rows[j].period.schedule, r->schedule) == 0;)
		if (strcmp(l->rows[j].period.period, r->period) == 0)
			making_fault(m, FAULT_DUPLICATE_PERIOD, l->at[i], "period", r->period);
}

static void check_deadline(struct making *m, const struct kept *k)
{
	const struct deadline_row *r = &k->row.deadline;
	char days[16];

	snprintf(days, sizeof(days), "%u", r->working_days);
	if (!m->slice && schedule_find(m->c, r->schedule) == NO_INDEX)
		making_fault(m, FAULT_UNKNOWN_SCHEDULE, k, "schedule", r->schedule);
	if (r->working_days == 0 && !k->bad)
		making_fault(m, FAULT_DEADLINE_TOO_EARLY, k, "working_days", days);
}

/* Who consolidates needs what it consolidates: a level that is asked before the one below it cannot
 * have it all. */
static void check_order(struct making *m, const struct schedule *s, const struct kept *k)
{
	const uint8_t *d = s->days;

	if (d[UNIT_COMMUNE] > d[UNIT_DISTRICT] || d[UNIT_DISTRICT] > d[UNIT_PROVINCE] ||
	    d[UNIT_PROVINCE] > d[UNIT_CENTRAL])
		making_fault(m, FAULT_DEADLINE_ORDER, k, "schedule", s->code);
}

static void check_all(struct making *m)
{
	const struct row_list *d = &m->c->rows[ROW_DEADLINE], *h = &m->c->rows[ROW_HOLIDAY],
			      *l = &m->c->rows[ROW_SCHEDULE];

	for (size_t i = 0; i < m->c->rows[ROW_PERIOD].n; i++)
		check_period(m, i);
	for (size_t i = 0; i < d->n; i++)
		check_deadline(m, d->at[i]);
	for (size_t i = 0; i < l->n; i++) {
		uint32_t s = schedule_find(m->c, l->rows[i].schedule.schedule);

		check_order(m, &m->c->schedules[s], l->at[i]);
		if (!m->slice && m->c->schedules[s].rhythm == RHYTHM_ONCE && !m->c->schedules[s].listed_n)
			making_fault(m, FAULT_EMPTY_SCHEDULE, l->at[i], "schedule",
				     m->c->schedules[s].code);
	}
	for (size_t i = 0; i < h->n; i++) {
		unsigned year = h->rows[i].holiday.date.ymd / 10000;
		char text[11];

		if (year && (year < YEAR_FIRST || year > YEAR_LAST))
			making_fault(m, FAULT_HOLIDAY_OUTSIDE, h->at[i], "date",
				     date_format(h->rows[i].holiday.date, text));
	}
}

bool making_schedules(struct making *m)
{
	if (!add_all(m))
		return false;
	check_all(m);
	for (uint32_t i = 0; i < m->c->items_n; i++)
		m->c->items_more[i].schedule = schedule_find(m->c, m->c->items[i].row.schedule);
	return true;
}

/* ---- reading ---- */

const struct schedule *catalogue_schedule(const struct catalogue *c, uint32_t leaf)
{
	const struct schedule *s;

	assert(leaf < c->items_n);
	if (c->items_more[leaf].schedule == NO_INDEX)
		return NULL;
	s = &c->schedules[c->items_more[leaf].schedule];
	return s->rhythm == RHYTHM_ONCE && !s->listed_n ? NULL : s;
}
