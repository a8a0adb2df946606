// SPDX-License-Identifier: Apache-2.0
#include "server/obstacle.h"

#include <string.h>

#include "server/ladder.h"

static const struct verdict fine = { REASON_NONE, "" };

static struct verdict refuse(enum reason reason, const char *field)
{
	return (struct verdict){ reason, field };
}

/* 0 = the ministry list. */
static uint32_t number_of(const struct hand *h)
{
	return h->unit == NO_INDEX ? LADDER_MINISTRIES : catalogue_unit_number(h->catalogue, h->unit);
}

/* ---- finding ---- */

struct obstacle *obstacle_named(const struct cases *c, const struct catalogue *catalogue, const struct matter *m,
				uint32_t item)
{
	struct obstacle *o = cases_obstacle(c, (struct spot){ m->about.entry, m->about.index });
	if (!o || memcmp(o->incarnation, m->about.incarnation, sizeof o->incarnation) ||
	    (item != NO_INDEX && catalogue_item(catalogue, item)->row.number != o->item))
		return NULL;
	return o;
}

/* ---- what it is about ---- */

/* The leaves at or below an item stand behind it. *leaf: from the item itself on; false = no more. */
static bool next_leaf(const struct catalogue *c, uint32_t item, uint32_t unit, struct date day, uint32_t *leaf)
{
	uint32_t depth = catalogue_item(c, item)->depth, n = (uint32_t)catalogue_items(c);
	for (uint32_t at = *leaf; at < n && (at == item || catalogue_item(c, at)->depth > depth); at++) {
		if (!catalogue_item(c, at)->leaf || !catalogue_item_open(c, at, day) || !catalogue_is_reporter(c, at, unit, day))
			continue;
		*leaf = at;
		return true;
	}
	return false;
}

static bool leaf_late(const struct catalogue *c, const struct terms *t, uint32_t leaf, uint32_t unit, struct date today)
{
	const struct schedule *s = catalogue_schedule(c, leaf);
	struct date due = terms_due(t, c, unit, leaf);
	struct period p;
	if (due.ymd && due.ymd < today.ymd)
		return true;
	return s && schedule_before(s, today, &p) && today.ymd < schedule_freeze(s, catalogue_calendar(c), &p).ymd;
}

bool obstacle_late(const struct catalogue *c, const struct terms *t, uint32_t item, uint32_t unit, struct date today)
{
	uint32_t leaf = item;
	bool any = false;
	for (; next_leaf(c, item, unit, today, &leaf); leaf++, any = true)
		if (!leaf_late(c, t, leaf, unit, today))
			return false;
	return any;
}

/* ---- who may do what ---- */

static bool is_raiser(const struct hand *h, const struct obstacle *o)
{
	return number_of(h) == o->unit;
}

/* Nobody else ends or revives it: not the centre, and of those above the unit only who has raised it in its name. */
static bool is_raiser_himself(const struct hand *h, const struct obstacle *o)
{
	return is_raiser(h, o) && !h->centre && (h->own == h->unit || h->principal == o->principal);
}

static bool was_asked(const struct hand *h, const struct obstacle *o)
{
	for (uint32_t i = 0; i < o->steps_n; i++)
		if ((o->steps[i].kind == STEP_RAISE || o->steps[i].kind == STEP_ESCALATE) &&
		    o->steps[i].addressee == number_of(h))
			return true;
	return false;
}

/* The one that is named; "" = none is. */
static struct verdict named(const struct hand *h, uint32_t item, uint32_t raiser, const char *code, const char *field,
			    uint32_t *out)
{
	bool known = false;
	uint32_t unit = catalogue_unit_at(h->catalogue, code, h->today, &known);
	if (unit == NO_INDEX)
		return refuse(known ? REASON_UNIT_CLOSED : REASON_UNKNOWN_UNIT, field);
	*out = catalogue_unit_number(h->catalogue, unit);
	if (unit == raiser)
		return refuse(REASON_OUT_OF_RANGE, field);
	return ladder_may(h->catalogue, item, raiser, unit, h->today) ? fine : refuse(REASON_NOT_ASSIGNED, field);
}

struct verdict obstacle_may_raise(const struct hand *h, const struct matter *m, uint32_t item)
{
	uint32_t number;
	if (!catalogue_reports_below(h->catalogue, item, h->unit, h->today))
		return refuse(REASON_NOT_ASSIGNED, "item");
	return m->addressee[0] ? named(h, item, h->unit, m->addressee, "obstacle.raise.addressee", &number) : fine;
}

/* Where an escalation goes. */
static struct verdict target(const struct hand *h, const struct obstacle *o, const char *code, uint32_t *out)
{
	uint32_t item = catalogue_item_by_number(h->catalogue, o->item);
	uint32_t raiser = catalogue_unit_by_number(h->catalogue, o->unit);
	if (code[0] == '\0') {
		*out = ladder_next(h->catalogue, item, raiser, o->addressee, h->today);
		return *out == o->addressee ? refuse(REASON_OBSTACLE_STATE, "obstacle.escalate") : fine;
	}
	struct verdict v = named(h, item, raiser, code, "obstacle.escalate.addressee", out);
	/* asking again who has answered is a step, asking who is asked is none */
	if (!v.reason && *out == o->addressee && o->state == OBSTACLE_OPEN)
		return refuse(REASON_OBSTACLE_STATE, "obstacle.escalate.addressee");
	return v;
}

static struct verdict not_closed(const struct obstacle *o, const char *field)
{
	return o->state == OBSTACLE_CLOSED ? refuse(REASON_OBSTACLE_STATE, field) : fine;
}

static struct verdict may_escalate(const struct hand *h, const struct obstacle *o, const struct matter *m)
{
	struct verdict v = not_closed(o, "obstacle.escalate");
	uint32_t number;
	return v.reason ? v : target(h, o, m->addressee, &number);
}

struct verdict obstacle_may(const struct hand *h, const struct obstacle *o, const struct matter *m)
{
	const struct verdict stranger = { REASON_NOT_YOURS, "unit" };
	bool addressee = number_of(h) == o->addressee;
	switch (m->step) {
	case STEP_COMMENT:
		return is_raiser(h, o) || was_asked(h, o) ? not_closed(o, "obstacle.comment") : stranger;
	case STEP_ANSWER:
		return addressee ? not_closed(o, "obstacle.answer") : stranger;
	case STEP_ESCALATE:
		return addressee || is_raiser(h, o) ? may_escalate(h, o, m) : stranger;
	case STEP_CLOSE:
		return is_raiser_himself(h, o) ? not_closed(o, "obstacle.close") : stranger;
	case STEP_REOPEN:
		if (!is_raiser_himself(h, o))
			return stranger;
		return o->state == OBSTACLE_CLOSED ? fine : refuse(REASON_OBSTACLE_STATE, "obstacle.reopen");
	case STEP_NONE:
	case STEP_RAISE:
		break;
	}
	return refuse(REASON_OBSTACLE_STATE, "obstacle"); /* it is there already */
}

/* ---- what it does ---- */

static void lies_with(struct obstacle *o, const struct catalogue *c, uint32_t addressee, struct date today)
{
	o->state = OBSTACLE_OPEN;
	o->closed = (struct date){ 0 };
	o->addressee = addressee;
	o->since = today;
	o->answer_due = calendar_step(catalogue_calendar(c), today, OBSTACLE_WORKING_DAYS);
}

static struct step step_of(const struct hand *h, enum obstacle_step kind, struct spot at)
{
	return (struct step){ .at = at, .unit = number_of(h), .date = h->today, .kind = (uint8_t)kind,
			      .on_behalf = h->centre || h->unit != h->own };
}

struct obstacle *obstacle_raise(struct cases *c, const struct hand *h, const struct matter *m, uint32_t item, bool late,
				struct spot at, const uint8_t incarnation[static INCARNATION_SIZE])
{
	struct obstacle o = { .at = at, .unit = number_of(h), .principal = h->principal,
			      .item = catalogue_item(h->catalogue, item)->row.number, .raised = h->today,
			      .cause = (uint8_t)m->cause, .origin = (uint8_t)m->origin,
			      .solution_class = (uint8_t)m->solution_class, .affects_rights = m->affects_rights,
			      .raised_late = late };
	struct step step = step_of(h, STEP_RAISE, at);
	if (m->addressee[0])
		named(h, item, h->unit, m->addressee, "", &step.addressee);
	else
		step.addressee = ladder_first(h->catalogue, item, h->unit, h->today);
	memcpy(o.incarnation, incarnation, sizeof o.incarnation);
	lies_with(&o, h->catalogue, step.addressee, h->today);
	struct obstacle *made = cases_add_obstacle(c, &o);
	return made && cases_add_step(made, &step) ? made : NULL;
}

bool obstacle_take(struct obstacle *o, const struct hand *h, const struct matter *m, struct spot at)
{
	struct step step = step_of(h, m->step, at);
	step.resolves = m->step == STEP_ANSWER && m->resolves;
	if (m->step == STEP_ESCALATE)
		target(h, o, m->addressee, &step.addressee);
	if (!cases_add_step(o, &step))
		return false;
	switch (m->step) {
	case STEP_ANSWER:
		o->state = OBSTACLE_ANSWERED;
		break;
	case STEP_ESCALATE:
		o->escalations++;
		lies_with(o, h->catalogue, step.addressee, h->today);
		break;
	case STEP_CLOSE:
		o->state = OBSTACLE_CLOSED;
		o->closed = h->today;
		break;
	case STEP_REOPEN:
		lies_with(o, h->catalogue, o->addressee, h->today);
		break;
	case STEP_NONE:
	case STEP_RAISE:
	case STEP_COMMENT:
		break;
	}
	return true;
}

/* ---- the clock ---- */

bool obstacle_overdue(const struct obstacle *o, struct date today)
{
	return o->state == OBSTACLE_OPEN && o->answer_due.ymd < today.ymd;
}

bool obstacle_climbs(const struct obstacle *o, struct date today)
{
	return obstacle_overdue(o, today) && o->addressee != LADDER_MINISTRIES;
}

bool obstacle_climb(struct obstacle *o, const struct catalogue *c, struct date today, struct spot at)
{
	uint32_t next = ladder_next(c, catalogue_item_by_number(c, o->item), catalogue_unit_by_number(c, o->unit),
				    o->addressee, today);
	const struct step step = { .at = at, .addressee = next, .date = today, .kind = STEP_ESCALATE, .on_behalf = true };
	if (!cases_add_step(o, &step))
		return false;
	o->escalations++;
	lies_with(o, c, next, today);
	return true;
}
