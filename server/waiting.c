// SPDX-License-Identifier: Apache-2.0
#include "server/waiting.h"

#include "common/domain/periods.h"

/* ---- one obstacle ---- */

/* The step begins a span, ends one, or does neither. */
static void pass(struct waiting *w, const struct step *s)
{
	bool given = s->kind == STEP_RAISE || s->kind == STEP_ESCALATE;
	if (given)
		w->now.addressee = s->addressee;
	if (given || s->kind == STEP_REOPEN)
		w->now.from = s->date;
	w->open = given || s->kind == STEP_REOPEN;
}

bool waiting_next(struct waiting *w, struct wait *out)
{
	while (w->next < w->obstacle->steps_n) {
		const struct step *s = &w->obstacle->steps[w->next++];
		bool was = w->open;
		if (s->kind == STEP_COMMENT)
			continue;
		*out = w->now;
		out->to = s->date;
		pass(w, s);
		if (was)
			return true;
	}
	*out = w->now;
	bool open = w->open;
	w->open = false;
	return open;
}

uint32_t waiting_days(const struct wait *w, struct date today)
{
	struct date to = w->to.ymd ? w->to : today;
	return to.ymd > w->from.ymd ? (uint32_t)(date_days(to) - date_days(w->from)) : 0;
}

uint32_t waiting_all(const struct obstacle *o, struct date today)
{
	struct waiting w = { .obstacle = o };
	struct wait span;
	uint32_t days = 0;
	while (waiting_next(&w, &span))
		days += waiting_days(&span, today);
	return days;
}

uint32_t waiting_with(const struct obstacle *o, uint32_t addressee, struct date today)
{
	struct waiting w = { .obstacle = o };
	struct wait span;
	uint32_t days = 0;
	while (waiting_next(&w, &span))
		if (span.addressee == addressee)
			days += waiting_days(&span, today);
	return days;
}

bool waiting_asked(const struct obstacle *o, uint32_t addressee)
{
	struct waiting w = { .obstacle = o };
	struct wait span;
	while (waiting_next(&w, &span))
		if (span.addressee == addressee)
			return true;
	return false;
}

/* ---- a late task ---- */

static bool about(const struct obstacle *o, const struct catalogue *c, uint32_t leaf)
{
	uint32_t item = leaf;
	while (item != NO_INDEX && catalogue_item(c, item)->row.number != o->item)
		item = catalogue_item(c, item)->parent;
	return item != NO_INDEX;
}

/* Of all spans: does one hold the day, and until when; else when does the next one begin. */
struct look {
	struct date held_to, next; /* 0 = none */
};

static void look_at(struct look *look, const struct wait *span, struct date day, struct date end)
{
	struct date to = span->to.ymd ? span->to : date_add(end, 1);
	if (span->from.ymd > day.ymd) {
		if (!look->next.ymd || span->from.ymd < look->next.ymd)
			look->next = span->from;
	} else if (to.ymd > day.ymd && to.ymd > look->held_to.ymd) {
		look->held_to = to;
	}
}

static struct look look(const struct cases *cases, const struct catalogue *c, uint32_t unit, uint32_t leaf, struct date day,
			struct date end)
{
	struct look found = { 0 };
	uint32_t number = catalogue_unit_number(c, unit);
	for (const struct obstacle *o = NULL; (o = cases_obstacle_of(cases, number, o));) {
		struct waiting w = { .obstacle = o };
		struct wait span;
		while (about(o, c, leaf) && waiting_next(&w, &span))
			look_at(&found, &span, day, end);
	}
	return found;
}

/* From span to span: each either holds the day, and then the next one is asked from its end, or begins later. */
struct blame waiting_blame(const struct cases *cases, const struct catalogue *c, uint32_t unit, uint32_t leaf, struct date due,
			   struct date end)
{
	struct blame b = { 0 };
	if (!due.ymd || end.ymd <= due.ymd)
		return b;
	b.late = (uint32_t)(date_days(end) - date_days(due));
	for (struct date day = date_add(due, 1); day.ymd && day.ymd <= end.ymd;) {
		struct look at = look(cases, c, unit, leaf, day, end);
		struct date to = at.held_to.ymd > date_add(end, 1).ymd ? date_add(end, 1) : at.held_to;
		if (to.ymd)
			b.waiting += (uint32_t)(date_days(to) - date_days(day));
		day = to.ymd ? to : at.next;
	}
	return b;
}
