// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/country_words.h"

#include <string.h>

#include "common/domain/periods.h"
#include "server/obstacle.h"

static uint32_t dice(struct country *w, uint32_t below)
{
	return country_random(w, below);
}

static struct date soon(struct country *w, const struct view *v)
{
	return date_add(v->head.today, (int32_t)dice(w, 60) - 20);
}

static const struct obstacle *any_obstacle(struct country *w, const struct view *v)
{
	const struct cases *c = &v->duties.cases;
	return c->obstacles_n ? &c->obstacles[dice(w, c->obstacles_n)] : NULL;
}

static const char *unit_code(const struct view *v, uint32_t number)
{
	uint32_t unit = catalogue_unit_by_number(v->catalogue, number);
	return unit == NO_INDEX ? "" : catalogue_unit(v->catalogue, unit)->row.code;
}

static void name_it(struct matter *m, const struct obstacle *o)
{
	m->about = (struct receipt){ .entry = o->at.entry, .index = o->at.index };
	memcpy(m->about.incarnation, o->incarnation, sizeof o->incarnation);
}

static const char *any_code(struct country *w, const struct view *v)
{
	return catalogue_unit(v->catalogue, dice(w, (uint32_t)catalogue_units(v->catalogue)))->row.code;
}

/* By the raiser, the addressee, or whoever stood in `u` already. */
static void step(struct country *w, const struct view *v, struct update *u, struct matter *m)
{
	const struct obstacle *o = dice(w, 3) ? any_obstacle(w, v) : NULL;
	m->step = STEP_RAISE;
	if (!o)
		return;
	const char *raiser = unit_code(v, o->unit), *asked = unit_code(v, o->addressee);
	name_it(m, o);
	m->step = STEP_COMMENT + dice(w, 5);
	bool his = m->step == STEP_CLOSE || m->step == STEP_REOPEN || dice(w, 3) == 0;
	if (dice(w, 5))
		u->unit = his || !*asked ? raiser : asked;
	if (dice(w, 8))
		u->item = catalogue_item(v->catalogue, catalogue_item_by_number(v->catalogue, o->item))->row.code;
	u->as_of = v->head.today;
}

void country_word(struct country *w, const struct view *v, struct update *u, struct matter *m)
{
	static const enum body_kind bodies[] = { BODY_NA_REQUEST, BODY_EXTENSION_REQUEST, BODY_MILESTONE, BODY_OBSTACLE,
						 BODY_OBSTACLE };
	*m = (struct matter){ .text = "", .item = "", .solution = "", .addressee = "", .cause = CAUSE_MONEY,
			      .origin = ORIGIN_OWN, .milestone = 1 + dice(w, 2), .date = soon(w, v), .resolves = dice(w, 2),
			      .affects_rights = dice(w, 2) };
	u->matter = m;
	u->body = bodies[dice(w, sizeof bodies / sizeof *bodies)];
	u->period = u->note = u->reason = u->product_ref = "";
	if (dice(w, 2))
		m->date_to = date_add(m->date, (int32_t)dice(w, 20));
	if (u->body == BODY_OBSTACLE)
		step(w, v, u, m);
	if (m->step == STEP_RAISE && dice(w, 2))
		u->item = catalogue_item(v->catalogue, catalogue_item(v->catalogue, catalogue_item_by_code(v->catalogue, u->item))->parent)
				  ->row.code;
	if (dice(w, 4) == 0)
		m->addressee = any_code(w, v);
}

static void decide(struct country *w, const struct view *v, struct entry_decision *d)
{
	const struct cases *c = &v->duties.cases;
	const struct request *r = c->requests_n ? &c->requests[c->requests_n - 1 - dice(w, c->requests_n) / 2] : NULL;
	*d = (struct entry_decision){ .kind = DECISION_EXTENSION + dice(w, 3), .granted = dice(w, 4), .reason = "", .period = "",
				      .about_index = 1, .about_entry = 1 + dice(w, (uint32_t)v->head.entry), .date = soon(w, v) };
	if (r && dice(w, 6)) {
		d->kind = (enum decision_kind)r->kind;
		d->about_entry = r->at.entry;
		d->about_index = r->at.index;
		d->date = r->date;
		d->date_to = r->date_to;
		return;
	}
	uint32_t unit = dice(w, (uint32_t)catalogue_units(v->catalogue)), item = dice(w, (uint32_t)catalogue_items(v->catalogue));
	const struct cell *cell = view_cell(v, unit, item);
	d->unit = catalogue_unit_number(v->catalogue, unit);
	d->item = catalogue_item(v->catalogue, item)->row.number;
	d->about_entry = cell ? cell->entry : d->about_entry;
	d->about_index = cell ? cell->index : 1;
}

static void find(struct country *w, const struct view *v, struct entry_finding *f)
{
	const struct cases *c = &v->duties.cases;
	*f = (struct entry_finding){ .severity = 1 + dice(w, 3), .rule = "", .document = "", .text = "" };
	if (c->findings_n && dice(w, 2))
		f->closes = c->findings[dice(w, c->findings_n)].entry;
	else
		f->unit = catalogue_unit_number(v->catalogue, dice(w, (uint32_t)catalogue_units(v->catalogue)));
}

static void speak(struct country *w, const struct view *v, struct entry_step *s)
{
	const struct obstacle *o = any_obstacle(w, v);
	*s = (struct entry_step){ .matter = { .step = STEP_COMMENT + dice(w, 4), .text = "", .item = "", .solution = "",
					      .addressee = "" } };
	if (!o)
		return;
	name_it(&s->matter, o);
	s->unit = dice(w, 6) ? o->addressee : o->unit;
}

void country_office(struct country *w, const struct view *v, struct entry *e)
{
	switch (e->kind) {
	case ENTRY_DECISION:
		decide(w, v, &e->decision);
		return;
	case ENTRY_FINDING:
		find(w, v, &e->finding);
		return;
	case ENTRY_STEP:
		speak(w, v, &e->step);
		return;
	case ENTRY_NONE:
	case ENTRY_BATCH:
	case ENTRY_VOID:
	case ENTRY_GENESIS:
	case ENTRY_INCARNATION:
	case ENTRY_CATALOGUE:
	case ENTRY_REGISTRY:
	case ENTRY_TICK:
	case ENTRY_RULES:
	case ENTRY_NOTICE:
		return;
	}
}
