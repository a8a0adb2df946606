// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/truth_catalogue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sys/codec.h"

static const char *const kinds[] = {"half_month", "month", "month15", "quarter", "quarter15", "year", "iso_week"};
static const char *const unit_words[] = {"", "central", "province", "department", "district", "commune", "other"};

/* ---- reading ---- */

#define COPY(to, from) snprintf(to, sizeof(to), "%s", from)

static struct truth_schedule *schedule_named(struct truth_catalogue *c, const char *code)
{
	for (unsigned i = 0; i < c->schedules_n; i++)
		if (!strcmp(c->schedules[i].code, code))
			return &c->schedules[i];
	return NULL;
}

static struct truth_schedule *add_schedule(struct truth_catalogue *c, const char *code, const char *kind)
{
	struct truth_schedule *s = &c->schedules[c->schedules_n++];

	*s = (struct truth_schedule){.days = {[UNIT_CENTRAL] = 4, [UNIT_PROVINCE] = 3, [UNIT_DEPARTMENT] = 2, [UNIT_DISTRICT] = 2,
					      [UNIT_COMMUNE] = 1, [UNIT_OTHER] = 1}};
	COPY(s->code, code);
	COPY(s->kind, kind);
	return s;
}

static void take_unit(struct truth_catalogue *c, const struct unit_row *r)
{
	struct truth_unit *u = &c->units[c->units_n++];

	*u = (struct truth_unit){.number = r->number, .parent = r->parent_number, .kind = r->kind, .branch = r->branch,
				 .opened = r->opened, .closed = r->closed};
	COPY(u->code, r->code);
	COPY(u->type, r->type);
}

static void take_item(struct truth_catalogue *c, const struct item_row *r)
{
	struct truth_item *i = &c->items[c->items_n++];

	*i = (struct truth_item){.number = r->number, .kind = r->kind, .measure = r->measure, .answer = r->answer,
				 .bounded = r->bounded, .has_maximum = r->has_maximum, .maximum = r->maximum,
				 .start = r->start, .due = r->due, .opened = r->opened, .closed = r->closed};
	COPY(i->code, r->code);
	COPY(i->parent, r->parent);
	COPY(i->owner, r->owner);
	COPY(i->lead, r->lead);
	COPY(i->schedule, r->schedule);
	COPY(i->reporters, r->reporters);
}

static void take_member(struct truth_catalogue *c, const struct group_row *r)
{
	struct truth_member *m = &c->members[c->members_n++];

	*m = (struct truth_member){.from = r->from, .to = r->to};
	COPY(m->group, r->group);
	COPY(m->unit, r->unit);
}

static void take_milestone(struct truth_catalogue *c, const struct milestone_row *r)
{
	struct truth_milestone *m = &c->milestones[c->milestones_n++];

	*m = (struct truth_milestone){.no = r->no, .date = r->date};
	COPY(m->item, r->item);
	COPY(m->unit, r->unit);
}

static void take_schedule(struct truth_catalogue *c, const struct schedule_row *r)
{
	struct truth_schedule *s = add_schedule(c, r->schedule, r->kind);

	COPY(s->from, r->first);
	COPY(s->to, r->last);
}

static bool take_row(struct truth_catalogue *c, const struct catalogue_row *row)
{
	if (row->kind == ROW_UNIT && c->units_n < TRUTH_UNITS) {
		take_unit(c, &row->unit);
	} else if (row->kind == ROW_ITEM && c->items_n < TRUTH_ITEMS) {
		take_item(c, &row->item);
	} else if (row->kind == ROW_GROUP && c->members_n < TRUTH_MEMBERS) {
		take_member(c, &row->group);
	} else if (row->kind == ROW_MILESTONE && c->milestones_n < TRUTH_MEMBERS) {
		take_milestone(c, &row->milestone);
	} else if (row->kind == ROW_SCHEDULE && c->schedules_n + BASE_COUNT(kinds) < TRUTH_SCHEDULES) {
		take_schedule(c, &row->schedule);
	} else if (row->kind == ROW_HOLIDAY && c->holidays.n < TRUTH_HOLIDAYS) {
		c->holidays.list[c->holidays.n].day = truth_day(row->holiday.date);
		c->holidays.list[c->holidays.n++].working = row->holiday.working;
	} else {
		return row->kind == ROW_TARGET || row->kind == ROW_PERIOD || row->kind == ROW_DEADLINE;
	}
	return true;
}

/* Rows that say something about a schedule: when all schedules are known. */
static bool take_more(struct truth_catalogue *c, const struct catalogue_row *row, bool kinds_too)
{
	struct truth_schedule *s;

	if (row->kind == ROW_PERIOD && !kinds_too) {
		s = schedule_named(c, row->period.schedule);
		if (!s || s->listed_n == TRUTH_LISTED)
			return false;
		struct truth_period *p = &s->listed[s->listed_n++];
		*p = (struct truth_period){.first = row->period.start, .last = row->period.end};
		COPY(p->code, row->period.period);
	}
	/* a row of the kind's word holds for every schedule of that kind that has none of its own */
	for (unsigned i = 0; row->kind == ROW_DEADLINE && i < c->schedules_n; i++)
		if (!strcmp(row->deadline.schedule, kinds_too ? c->schedules[i].kind : c->schedules[i].code))
			c->schedules[i].days[row->deadline.unit_kind] = row->deadline.working_days;
	return true;
}

enum pass { PASS_ROWS, PASS_KINDS, PASS_REST, PASSES };

static const char *read_rows(struct truth_catalogue *c, const Tiendo__Journal__V1__CatalogueBody *m, enum pass pass)
{
	static uint8_t room[64 * 1024];

	for (size_t i = 0; i < m->n_rows; i++) {
		struct codec_arena arena = {.base = room, .size = sizeof room};
		struct catalogue_row row;

		if (!codec_row_decode(m->rows[i].data, m->rows[i].len, &arena, &row))
			return "a row of the catalogue cannot be read";
		if (pass == PASS_ROWS ? !take_row(c, &row) : !take_more(c, &row, pass == PASS_KINDS))
			return "the simulated catalogue is too large";
	}
	return NULL;
}

bool truth_catalogue_read(struct truth_catalogue *c, struct bytes body, const char **why)
{
	Tiendo__Journal__V1__CatalogueBody *m = tiendo__journal__v1__catalogue_body__unpack(NULL, body.size, body.data);

	*c = (struct truth_catalogue){0};
	*why = m ? NULL : "a catalogue cannot be read";
	for (unsigned pass = 0; !*why && pass < PASSES; pass++) {
		*why = read_rows(c, m, (enum pass)pass);
		for (unsigned i = 0; pass == PASS_ROWS && i < BASE_COUNT(kinds); i++)
			if (!schedule_named(c, kinds[i]))
				add_schedule(c, kinds[i], kinds[i]);
	}
	if (m)
		tiendo__journal__v1__catalogue_body__free_unpacked(m, NULL);
	return !*why;
}

/* ---- units ---- */

bool truth_unit_open(const struct truth_unit *u, struct date d)
{
	return u->opened.ymd <= d.ymd && (!u->closed.ymd || d.ymd < u->closed.ymd);
}

const struct truth_unit *truth_unit_at(const struct truth_catalogue *c, const char *code, struct date d)
{
	for (unsigned i = 0; i < c->units_n; i++)
		if (!strcmp(c->units[i].code, code) && truth_unit_open(&c->units[i], d))
			return &c->units[i];
	return NULL;
}

const struct truth_unit *truth_unit_named(const struct truth_catalogue *c, const char *code, struct date d)
{
	const struct truth_unit *last = NULL, *now = truth_unit_at(c, code, d);

	for (unsigned i = 0; i < c->units_n; i++)
		if (!strcmp(c->units[i].code, code) && (!last || c->units[i].opened.ymd > last->opened.ymd))
			last = &c->units[i];
	return now ? now : last;
}

const struct truth_unit *truth_unit_of(const struct truth_catalogue *c, uint32_t number)
{
	for (unsigned i = 0; i < c->units_n; i++)
		if (c->units[i].number == number)
			return &c->units[i];
	return NULL;
}

bool truth_within(const struct truth_catalogue *c, const struct truth_unit *u, uint32_t scope)
{
	while (u && u->number != scope)
		u = u->parent ? truth_unit_of(c, u->parent) : NULL;
	return u != NULL;
}

/* ---- items ---- */

const struct truth_item *truth_item(const struct truth_catalogue *c, const char *code)
{
	for (unsigned i = 0; i < c->items_n; i++)
		if (!strcmp(c->items[i].code, code))
			return &c->items[i];
	return NULL;
}

const struct truth_item *truth_item_of(const struct truth_catalogue *c, uint32_t number)
{
	for (unsigned i = 0; i < c->items_n; i++)
		if (c->items[i].number == number)
			return &c->items[i];
	return NULL;
}

bool truth_leaf(const struct truth_item *i)
{
	return i->kind >= ITEM_TASK;
}

static const struct truth_item *above(const struct truth_catalogue *c, const struct truth_item *i)
{
	return i->parent[0] ? truth_item(c, i->parent) : NULL;
}

bool truth_item_open(const struct truth_catalogue *c, const struct truth_item *i, struct date d)
{
	for (; i; i = above(c, i))
		if (d.ymd < i->opened.ymd || (i->closed.ymd && d.ymd >= i->closed.ymd))
			return false;
	return true;
}

static const struct truth_item *plan_of(const struct truth_catalogue *c, const struct truth_item *i)
{
	while (above(c, i))
		i = above(c, i);
	return i;
}

uint32_t truth_plan(const struct truth_catalogue *c, const struct truth_item *i)
{
	return plan_of(c, i)->number;
}

const struct truth_unit *truth_owner(const struct truth_catalogue *c, const struct truth_item *i, struct date d)
{
	return truth_unit_named(c, plan_of(c, i)->owner, d);
}

bool truth_item_below(const struct truth_catalogue *c, const struct truth_item *i, const struct truth_item *top)
{
	while (i && i != top)
		i = above(c, i);
	return i;
}

bool truth_milestone_of(const struct truth_milestone *m, const struct truth_unit *u, const struct truth_item *i)
{
	return !strcmp(m->item, i->code) && (!m->unit[0] || !strcmp(m->unit, u->code));
}

/* Backwards: the n-th working day before. */
static int32_t working_day_before(const struct truth_holidays *h, int32_t day, unsigned n)
{
	for (int32_t at = day - 1; n; at--)
		if (truth_working_day(h, at - 1, 1) == at) {
			day = at;
			n--;
		}
	return day;
}

struct date truth_due(const struct truth_catalogue *c, const struct truth_item *i, enum unit_kind kind, struct date today)
{
	const struct truth_schedule *s = truth_schedule_of(c, i);
	const struct truth_unit *owner = truth_owner(c, i, today);

	if (!i->due.ymd || i->answer != ANSWER_ALL || !s || strcmp(s->kind, "once") || !owner ||
	    s->days[owner->kind] <= s->days[kind])
		return i->due;
	return truth_date(working_day_before(&c->holidays, truth_day(i->due), s->days[owner->kind] - s->days[kind]));
}

const struct truth_schedule *truth_schedule_of(const struct truth_catalogue *c, const struct truth_item *i)
{
	for (unsigned k = 0; i->schedule[0] && k < c->schedules_n; k++) {
		const struct truth_schedule *s = &c->schedules[k];
		if (!strcmp(s->code, i->schedule))
			return strcmp(s->kind, "once") || s->listed_n ? s : NULL;
	}
	return NULL;
}

/* ---- who reports ---- */

static bool member(const struct truth_catalogue *c, const struct truth_unit *u, const char *group, struct date d)
{
	for (unsigned i = 0; i < c->members_n; i++) {
		const struct truth_member *m = &c->members[i];
		if (!strcmp(m->group, group) && !strcmp(m->unit, u->code) && m->from.ymd <= d.ymd &&
		    (!m->to.ymd || d.ymd <= m->to.ymd))
			return true;
	}
	return false;
}

static bool below_code(const struct truth_catalogue *c, const struct truth_unit *u, const char *code)
{
	for (; u; u = u->parent ? truth_unit_of(c, u->parent) : NULL)
		if (!strcmp(u->code, code))
			return true;
	return false;
}

static bool named_by(const struct truth_catalogue *c, const struct truth_unit *u, const char *token, struct date d)
{
	char word[CODE_MAX + 1], code[CODE_MAX + 1];

	if (!strncmp(token, "group:", 6))
		return member(c, u, token + 6, d);
	if (sscanf(token, "kind:%16[^@]@%16s", word, code) == 2)
		return !strcmp(unit_words[u->kind], word) && below_code(c, u, code);
	return !strcmp(u->code, token);
}

bool truth_reporter(const struct truth_catalogue *c, const struct truth_unit *u, const struct truth_item *i, struct date d)
{
	char spec[TRUTH_TEXT];
	bool in = false;

	COPY(spec, i->reporters[0] ? i->reporters : i->lead);
	for (char *token = strtok(spec, "|"); token; token = strtok(NULL, "|"))
		if (token[0] == '-')
			in = in && strcmp(u->code, token + 1);
		else
			in = in || named_by(c, u, token, d);
	return in;
}

bool truth_expected(const struct truth_catalogue *c, const struct truth_unit *u, const struct truth_item *i, struct date d)
{
	return truth_unit_open(u, d) && truth_item_open(c, i, d) && truth_reporter(c, u, i, d);
}
