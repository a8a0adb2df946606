// SPDX-License-Identifier: Apache-2.0
/* Requests, milestones, findings, decisions. Obstacles are in truth_obstacles.c. */
#include "tests/sim/truth_inside.h"

#include <stdlib.h>

void truth_cases_free(struct truth_cases *c)
{
	free(c->terms);
	free(c->requests);
	free(c->obstacles);
	free(c->findings);
	*c = (struct truth_cases){0};
}

/* ---- terms ---- */

static struct truth_term *find_term(const struct truth_cases *c, uint32_t unit, uint32_t item)
{
	for (size_t i = 0; i < c->terms_n; i++)
		if (c->terms[i].unit == unit && c->terms[i].item == item)
			return &c->terms[i];
	return NULL;
}

const struct truth_term *truth_term_of(const struct truth_cases *c, uint32_t unit, uint32_t item)
{
	return find_term(c, unit, item);
}

static struct truth_term *term_for(uint32_t unit, uint32_t item)
{
	struct truth_cases *c = &truth.cases;
	struct truth_term *t = find_term(c, unit, item);

	if (t)
		return t;
	if (c->terms_n == c->terms_room) {
		c->terms_room = c->terms_room * 2 + 16;
		c->terms = base_grow(c->terms, c->terms_room, sizeof *c->terms);
	}
	c->terms[c->terms_n] = (struct truth_term){.unit = unit, .item = item};
	return &c->terms[c->terms_n++];
}

bool truth_na(const struct truth_cases *c, uint32_t unit, uint32_t item, struct date day)
{
	const struct truth_term *t = truth_term_of(c, unit, item);

	return t && t->na_from.ymd && t->na_from.ymd <= day.ymd && (!t->na_to.ymd || day.ymd <= t->na_to.ymd);
}

struct date truth_due_of(const struct truth_unit *u, const struct truth_item *i)
{
	struct date due = truth_due(&truth.catalogue, i, u->kind, truth.today);
	const struct truth_term *t = truth_term_of(&truth.cases, u->number, i->number);

	return t && t->due.ymd > due.ymd ? t->due : due;
}

static bool reached(const struct truth_term *t, uint32_t no)
{
	for (unsigned i = 0; t && i < t->reached_n; i++)
		if (t->reached[i] == no)
			return true;
	return false;
}

struct date truth_milestone_due(const struct truth_unit *u, const struct truth_item *i)
{
	const struct truth_term *t = truth_term_of(&truth.cases, u->number, i->number);
	struct date first = {0};

	for (unsigned k = 0; k < truth.catalogue.milestones_n; k++) {
		const struct truth_milestone *m = &truth.catalogue.milestones[k];
		if (truth_milestone_of(m, u, i) && !reached(t, m->no) && (!first.ymd || m->date.ymd < first.ymd))
			first = m->date;
	}
	return first;
}

/* ---- requests ---- */

static bool waits(uint32_t unit, uint32_t item, enum body_kind body)
{
	for (size_t i = 0; i < truth.cases.requests_n; i++) {
		const struct truth_request *r = &truth.cases.requests[i];
		if (r->unit == unit && r->item == item && r->body == body && !r->decided)
			return true;
	}
	return false;
}

static enum reason may_ask(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	if (waits(u->number, i->number, w->body))
		return REASON_PENDING;
	if (w->body == BODY_NA_REQUEST)
		return REASON_NONE;
	struct date due = truth_due_of(u, i);
	return due.ymd && w->matter.date.ymd > due.ymd ? REASON_NONE : REASON_DUE_NOT_LATER;
}

static void ask(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
		const struct truth_item *i)
{
	struct truth_cases *c = &truth.cases;
	const struct work *w = &works[t->work];

	if (may_ask(w, u, i))
		return;
	if (c->requests_n == c->requests_room) {
		c->requests_room = c->requests_room * 2 + 16;
		c->requests = base_grow(c->requests, c->requests_room, sizeof *c->requests);
	}
	c->requests[c->requests_n++] = (struct truth_request){
		.entry = t->number, .index = t->index, .unit = u->number, .item = i->number, .principal = e->principal,
		.body = w->body, .asked = truth.today, .date = w->matter.date, .to = w->matter.date_to};
}

static void reach(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	struct truth_term *t = term_for(u->number, i->number);

	if (reached(t, w->matter.milestone))
		return;
	if (t->reached_n == TRUTH_REACHED)
		truth_broken("the simulated plan has too many milestones");
	t->reached[t->reached_n++] = w->matter.milestone;
}

/* ---- both sides of the door ---- */

enum reason truth_case_verdict(const struct work *w, const struct truth_entry *e, const struct truth_unit *u,
			       const struct truth_item *i, bool *sure)
{
	const struct truth_cell *c = truth_cell_of(u->number, i->number, false);

	if (w->body == BODY_OBSTACLE)
		return truth_obstacle_verdict(w, e, u, i, sure);
	*sure = !c || c->touched <= truth.group;
	return w->body == BODY_MILESTONE ? REASON_NONE : may_ask(w, u, i);
}

void truth_case_took(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
		     const struct truth_item *i)
{
	const struct work *w = &works[t->work];

	if (w->body == BODY_OBSTACLE)
		truth_obstacle_took(e, t, u, i);
	else if (w->body == BODY_MILESTONE)
		reach(w, u, i);
	else
		ask(e, t, u, i);
}

/* ---- decisions ---- */

static struct truth_request *request_at(uint64_t entry, uint32_t index)
{
	for (size_t i = 0; i < truth.cases.requests_n; i++)
		if (truth.cases.requests[i].entry == entry && truth.cases.requests[i].index == index)
			return &truth.cases.requests[i];
	return NULL;
}

static bool decide_request(uint64_t number, const Tiendo__Journal__V1__DecisionBody *d)
{
	struct truth_request *r = request_at(d->about_entry, d->about_index);

	if (!r || r->decided || r->body != (d->kind == 2 ? BODY_NA_REQUEST : BODY_EXTENSION_REQUEST))
		return false;
	r->decided = number;
	r->yes = d->granted;
	truth_mail_tell(number, r->unit, &(struct truth_notice){.kind = NOTICE_DECISION, .item = r->item, .about_entry = r->entry,
								.about_index = r->index, .granted = d->granted,
								.due.ymd = d->granted ? d->date : 0});
	if (!r->yes)
		return true;
	r->granted.ymd = d->date;
	r->granted_to.ymd = d->date_to;
	const struct truth_unit *u = truth_unit_of(&truth.catalogue, r->unit);
	const struct truth_item *i = truth_item_of(&truth.catalogue, r->item);
	struct date in_force = truth_due_of(u, i);
	if (r->body == BODY_EXTENSION_REQUEST && d->date <= in_force.ymd)
		return true; /* a later one was granted meanwhile, or the plan moved */
	struct truth_term *t = term_for(r->unit, r->item);
	if (r->body == BODY_NA_REQUEST) {
		t->na_from.ymd = d->date;
		t->na_to.ymd = d->date_to;
		return true;
	}
	if (!t->due.ymd)
		t->first_due = in_force;
	t->due.ymd = d->date;
	return true;
}

/* A done report that stands is accepted, or is void. */
static bool decide_done(uint64_t number, const Tiendo__Journal__V1__DecisionBody *d)
{
	const struct truth_item *item = truth_item_of(&truth.catalogue, d->item);
	struct truth_cell *c = truth_cell_of(d->unit, d->item, false);
	struct truth_period p = {.first.ymd = 0};

	if (!item || !c)
		return false;
	if (d->kind == 3) {
		struct truth_report *top = &c->stand.top;
		bool it = top->entry == d->about_entry && top->index == d->about_index && top->state == TASK_DONE;
		top->accepted |= it;
		return it;
	}
	const struct truth_schedule *s = truth_schedule_of(&truth.catalogue, item);
	bool named = s && d->period[0] && truth_period_named(s, d->period, &p);
	if (s && !named)
		p.first = truth_stands_where(d->unit, d->item, d->about_entry, d->about_index);
	if (!named && !p.first.ymd && !truth_stand_holds(&c->stand, d->about_entry, d->about_index))
		return false;
	truth_stands_void(d->unit, item, p.first, d->about_entry, d->about_index, number, 0);
	truth_mail_tell(number, d->unit, &(struct truth_notice){.kind = NOTICE_RETURN, .item = d->item,
								.about_entry = d->about_entry,
								.about_index = d->about_index});
	return true;
}

static bool decide_slot(const Tiendo__Journal__V1__DecisionBody *d)
{
	const struct truth_item *item = truth_item_of(&truth.catalogue, d->item);
	const struct truth_schedule *s = item ? truth_schedule_of(&truth.catalogue, item) : NULL;
	struct truth_period p;
	struct truth_sheet *sheet = s && truth_period_named(s, d->period, &p) ? truth_sheet_of(item, p.first) : NULL;

	if (!sheet)
		return false;
	struct truth_slot *slot = truth_slot(sheet, d->unit, d->item, true);
	*(d->kind == 5 ? &slot->exempted : &slot->decided) = true;
	return true;
}

bool truth_decision(uint64_t number, struct bytes body)
{
	Tiendo__Journal__V1__DecisionBody *d = tiendo__journal__v1__decision_body__unpack(NULL, body.size, body.data);
	bool good = d != NULL;

	if (d && d->kind <= 2)
		good = decide_request(number, d);
	else if (d && d->kind <= 4)
		good = decide_done(number, d);
	else if (d)
		good = decide_slot(d);
	truth_counts.decided += good;
	if (d)
		tiendo__journal__v1__decision_body__free_unpacked(d, NULL);
	return good;
}

/* ---- findings ---- */

static bool close_finding(uint64_t number, uint64_t closes)
{
	for (size_t i = 0; i < truth.cases.findings_n; i++) {
		struct truth_finding *f = &truth.cases.findings[i];
		if (f->entry != closes || f->closed_by)
			continue;
		f->closed_by = number;
		f->closed = truth.today;
		return true;
	}
	return false;
}

static bool find(uint64_t number, const Tiendo__Journal__V1__FindingBody *m)
{
	struct truth_cases *c = &truth.cases;

	if (m->closes)
		return close_finding(number, m->closes);
	if (!truth_unit_of(&truth.catalogue, m->unit) || (m->item && !truth_item_of(&truth.catalogue, m->item)))
		return false;
	if (c->findings_n == c->findings_room) {
		c->findings_room = c->findings_room * 2 + 16;
		c->findings = base_grow(c->findings, c->findings_room, sizeof *c->findings);
	}
	c->findings[c->findings_n++] = (struct truth_finding){.entry = number, .unit = m->unit, .item = m->item,
							     .principal = m->principal, .severity = m->severity,
							     .found = truth.today, .remedy_by.ymd = m->remedy_by};
	truth_mail_tell(number, m->unit, &(struct truth_notice){.kind = NOTICE_FINDING, .item = m->item, .due.ymd = m->remedy_by});
	return true;
}

bool truth_finding(uint64_t number, struct bytes body)
{
	Tiendo__Journal__V1__FindingBody *m = tiendo__journal__v1__finding_body__unpack(NULL, body.size, body.data);
	bool good = m && find(number, m);

	if (m)
		tiendo__journal__v1__finding_body__free_unpacked(m, NULL);
	return good;
}
