// SPDX-License-Identifier: Apache-2.0
/* Who may take which step in an obstacle, and what becomes of it. */
#include "tests/sim/truth_inside.h"

#include <string.h>

static const struct truth_catalogue *in_force(void)
{
	return &truth.catalogue;
}

/* ---- the chain: lead -> standing body -> owner -> the ministries ---- */

static const struct truth_unit *standing(const struct truth_unit *owner)
{
	const struct truth_unit *found = NULL;

	for (unsigned k = 0; k < in_force()->units_n; k++) {
		const struct truth_unit *u = &in_force()->units[k];
		if (u->parent == owner->number && (u->kind == UNIT_DEPARTMENT || u->branch == BRANCH_SECTOR) &&
		    !strcmp(u->type, "thường trực") && truth_unit_open(u, truth.today) && (!found || u->number < found->number))
			found = u;
	}
	return found;
}

/* The first from rung `from` on: 0 lead, 1 standing body, 2 owner; the raiser is passed over. */
static uint32_t rung(const struct truth_item *i, uint32_t raiser, unsigned from)
{
	const struct truth_unit *owner = truth_owner(in_force(), i, truth.today);
	const struct truth_unit *at[] = {i->lead[0] ? truth_unit_named(in_force(), i->lead, truth.today) : NULL, standing(owner),
					 owner};

	for (; from < 3; from++)
		if (at[from] && at[from]->number != raiser && truth_unit_open(at[from], truth.today))
			return at[from]->number;
	return 0;
}

static uint32_t next_rung(const struct truth_item *i, uint32_t raiser, uint32_t addressee)
{
	const struct truth_unit *owner = truth_owner(in_force(), i, truth.today), *body = standing(owner);

	if (!addressee || truth_within(in_force(), owner, addressee)) /* the owner, or above it */
		return 0;
	return rung(i, raiser, body && body->number == addressee ? 2 : 1);
}

/* ---- forms that the catalogue alone judges ---- */

/* A unit of the owner's tree, or one above it; `not`: who it may not be. */
static enum reason addressee_good(const struct truth_item *i, const char *code, uint32_t not, uint32_t *out)
{
	const struct truth_unit *u = truth_unit_at(in_force(), code, truth.today);
	const struct truth_unit *owner = truth_owner(in_force(), i, truth.today);

	*out = u ? u->number : 0;
	if (!u)
		return truth_unit_named(in_force(), code, truth.today) ? REASON_UNIT_CLOSED : REASON_UNKNOWN_UNIT;
	if (!truth_within(in_force(), u, owner->number) && !truth_within(in_force(), owner, u->number))
		return REASON_NOT_ASSIGNED;
	return u->number == not ? REASON_OUT_OF_RANGE : REASON_NONE;
}

enum reason truth_obstacle_form(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	const struct matter *m = &w->matter;
	uint32_t number;

	if (m->step != STEP_RAISE && !m->about.entry)
		return REASON_FIELD_MISSING;
	if ((m->step == STEP_COMMENT || m->step == STEP_ANSWER || m->step == STEP_RAISE) && !m->text[0])
		return REASON_FIELD_MISSING;
	bool names = (m->step == STEP_RAISE || m->step == STEP_ESCALATE) && m->addressee[0];
	return names ? addressee_good(i, m->addressee, u->number, &number) : REASON_NONE;
}

/* ---- who may ---- */

struct hand {
	uint32_t unit, principal; /* unit 0 = the ministry list */
	bool own, centre;
};

static bool was_asked(const struct truth_obstacle *o, uint32_t unit)
{
	for (unsigned k = 0; k < o->steps_n; k++)
		if ((o->steps[k].kind == STEP_RAISE || o->steps[k].kind == STEP_ESCALATE) && o->steps[k].addressee == unit)
			return true;
	return false;
}

/* Where it goes, and whether it may. */
static enum reason escalation(const struct truth_obstacle *o, const struct matter *m, uint32_t *to)
{
	const struct truth_item *i = truth_item_of(in_force(), o->item);

	if (!m->addressee[0]) {
		*to = next_rung(i, o->unit, o->addressee);
		return *to == o->addressee ? REASON_OBSTACLE_STATE : REASON_NONE;
	}
	enum reason r = addressee_good(i, m->addressee, o->unit, to);
	return !r && *to == o->addressee && o->state == TRUTH_OPEN ? REASON_OBSTACLE_STATE : r;
}

static enum reason may(const struct hand *h, const struct truth_obstacle *o, const struct matter *m)
{
	bool raiser = h->unit == o->unit, himself = raiser && !h->centre && (h->own || h->principal == o->principal);
	bool open = o->state != TRUTH_CLOSED, asked = h->unit == o->addressee;
	uint32_t to;

	switch (m->step) {
	case STEP_COMMENT:
		return !raiser && !was_asked(o, h->unit) ? REASON_NOT_YOURS : open ? REASON_NONE : REASON_OBSTACLE_STATE;
	case STEP_ANSWER:
		return !asked ? REASON_NOT_YOURS : open ? REASON_NONE : REASON_OBSTACLE_STATE;
	case STEP_ESCALATE:
		if (!asked && !raiser)
			return REASON_NOT_YOURS;
		return open ? escalation(o, m, &to) : REASON_OBSTACLE_STATE;
	case STEP_CLOSE:
		return !himself ? REASON_NOT_YOURS : open ? REASON_NONE : REASON_OBSTACLE_STATE;
	case STEP_REOPEN:
		return !himself ? REASON_NOT_YOURS : open ? REASON_OBSTACLE_STATE : REASON_NONE;
	case STEP_NONE:
	case STEP_RAISE:
		break;
	}
	return REASON_OBSTACLE_STATE;
}

static struct truth_obstacle *named(const struct receipt *r, const struct truth_item *i)
{
	for (size_t k = 0; k < truth.cases.obstacles_n; k++) {
		struct truth_obstacle *o = &truth.cases.obstacles[k];
		if (o->entry == r->entry && o->index == r->index && !memcmp(o->incarnation, r->incarnation, TRUTH_ID) &&
		    (!i || o->item == i->number))
			return o;
	}
	return NULL;
}

/* Does the unit report some open leaf at or below the item? */
static bool reports(const struct truth_unit *u, const struct truth_item *top, unsigned *from)
{
	for (; *from < in_force()->items_n; ++*from) {
		const struct truth_item *i = &in_force()->items[*from];
		if (truth_leaf(i) && truth_item_below(in_force(), i, top) && truth_item_open(in_force(), i, truth.today) &&
		    truth_reporter(in_force(), u, i, truth.today))
			return true;
	}
	return false;
}

enum reason truth_obstacle_place(const struct truth_unit *u, const struct truth_item *i)
{
	unsigned from = 0;

	return truth_unit_open(u, truth.today) && reports(u, i, &from) ? REASON_NONE : REASON_NOT_ASSIGNED;
}

enum reason truth_obstacle_verdict(const struct work *w, const struct truth_entry *e, const struct truth_unit *u,
				   const struct truth_item *i, bool *sure)
{
	const struct hand h = {.unit = u->number, .principal = e->principal, .own = truth.scope[e->principal] == u->number};
	uint32_t number;

	*sure = true;
	if (w->matter.step == STEP_RAISE) {
		unsigned from = 0;
		if (!reports(u, i, &from))
			return REASON_NOT_ASSIGNED;
		return w->matter.addressee[0] ? addressee_good(i, w->matter.addressee, u->number, &number) : REASON_NONE;
	}
	const struct truth_obstacle *o = named(&w->matter.about, i);
	*sure = w->matter.about.entry <= truth.group && (!o || o->steps[o->steps_n - 1].entry <= truth.group);
	return o ? may(&h, o, &w->matter) : REASON_UNKNOWN_OBSTACLE;
}

/* ---- what a step does ---- */

static void lies_with(struct truth_obstacle *o, uint32_t addressee)
{
	o->state = TRUTH_OPEN;
	o->closed.ymd = 0;
	o->addressee = addressee;
	o->since = truth.today;
	o->answer_due = truth_date(truth_working_day(&in_force()->holidays, truth_day(truth.today), TRUTH_ANSWER_DAYS));
}

static void add_step(struct truth_obstacle *o, const struct truth_step *s)
{
	if (o->steps_n == TRUTH_STEPS)
		truth_broken("an obstacle has more steps than the simulator has room for");
	o->steps[o->steps_n++] = *s;
}

/* With whom it lies now hears of it; so do the two sides of what the other one says. */
static void tell(uint64_t number, const struct truth_obstacle *o, bool clock)
{
	const struct truth_step *s = &o->steps[o->steps_n - 1];
	struct truth_notice n = {.kind = NOTICE_ANSWER, .item = o->item, .about_entry = o->entry, .about_index = o->index,
				 .index = s->index};

	if (!clock && s->unit != o->unit)
		truth_mail_tell(number, o->unit, &n);
	if (s->kind == STEP_RAISE || s->kind == STEP_ESCALATE || s->kind == STEP_REOPEN)
		n.kind = NOTICE_OBSTACLE;
	if (clock || s->unit != o->addressee)
		truth_mail_tell(number, o->addressee, &n);
}

static void take(struct truth_obstacle *o, const struct hand *h, const struct matter *m, uint64_t number, uint32_t index)
{
	struct truth_step s = {.entry = number, .index = index, .unit = h->unit, .kind = m->step, .date = truth.today,
			       .on_behalf = h->centre || !h->own, .resolves = m->step == STEP_ANSWER && m->resolves};

	if (m->step == STEP_ESCALATE)
		escalation(o, m, &s.addressee);
	add_step(o, &s);
	if (m->step == STEP_ANSWER) {
		o->state = TRUTH_ANSWERED;
	} else if (m->step == STEP_ESCALATE) {
		o->escalations++;
		lies_with(o, s.addressee);
	} else if (m->step == STEP_CLOSE) {
		o->state = TRUTH_CLOSED;
		o->closed = truth.today;
	} else if (m->step == STEP_REOPEN) {
		lies_with(o, o->addressee);
	}
	tell(number, o, false);
}

static bool leaf_late(const struct truth_unit *u, const struct truth_item *i)
{
	const struct truth_schedule *s = truth_schedule_of(in_force(), i);
	struct date due = truth_due_of(u, i);
	struct truth_period p;

	if (due.ymd && due.ymd < truth.today.ymd)
		return true;
	return s && truth_period_ended(s, truth.today, &p) &&
	       truth.today.ymd < truth_freeze(s, &in_force()->holidays, &p).ymd;
}

static bool raised_late(const struct truth_unit *u, const struct truth_item *top)
{
	bool any = false;

	for (unsigned k = 0; reports(u, top, &k); k++, any = true)
		if (!leaf_late(u, &in_force()->items[k]))
			return false;
	return any;
}

static void raise_one(const struct hand *h, const struct matter *m, const struct truth_update *t, const struct truth_unit *u,
		      const struct truth_item *i)
{
	struct truth_cases *c = &truth.cases;
	uint32_t to;

	if (c->obstacles_n == c->obstacles_room) {
		c->obstacles_room = c->obstacles_room * 2 + 8;
		c->obstacles = base_grow(c->obstacles, c->obstacles_room, sizeof *c->obstacles);
	}
	struct truth_obstacle *o = &c->obstacles[c->obstacles_n++];
	*o = (struct truth_obstacle){.entry = t->number, .index = t->index, .unit = h->unit, .item = i->number,
				     .principal = h->principal, .raised = truth.today, .late = raised_late(u, i),
				     .cause = m->cause, .solution_class = m->solution_class, .origin = m->origin,
				     .rights = m->affects_rights};
	memcpy(o->incarnation, truth.incarnation, TRUTH_ID);
	if (!m->addressee[0])
		to = rung(i, h->unit, 0);
	else
		addressee_good(i, m->addressee, u->number, &to);
	add_step(o, &(struct truth_step){.entry = t->number, .index = t->index, .unit = h->unit, .addressee = to,
					 .kind = STEP_RAISE, .date = truth.today, .on_behalf = !h->own});
	lies_with(o, to);
	tell(t->number, o, false);
}

void truth_obstacle_took(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
			 const struct truth_item *i)
{
	const struct hand h = {.unit = u->number, .principal = e->principal, .own = truth.scope[e->principal] == u->number};
	const struct matter *m = &works[t->work].matter;
	bool sure;

	if (truth_obstacle_verdict(&works[t->work], e, u, i, &sure))
		return; /* it made sense when it was admitted */
	if (m->step == STEP_RAISE)
		raise_one(&h, m, t, u, i);
	else
		take(named(&m->about, i), &h, m, t->number, t->index);
}

/* Of the centre, for a body without an agent: comment, answer or escalate. */
bool truth_step(uint64_t number, struct bytes body)
{
	static uint8_t room[8192];
	struct codec_arena arena = {.base = room, .size = sizeof room};
	Tiendo__Journal__V1__StepBody *s = tiendo__journal__v1__step_body__unpack(NULL, body.size, body.data);
	struct matter m;
	bool good = s && codec_obstacle_decode(bytes_of(s->step.data, s->step.len), &arena, &m);

	if (good) {
		const struct hand h = {.unit = s->unit, .principal = s->principal, .centre = true};
		struct truth_obstacle *o = named(&m.about, NULL);
		good = o && !may(&h, o, &m);
		if (good)
			take(o, &h, &m, number, 0);
	}
	if (s)
		tiendo__journal__v1__step_body__free_unpacked(s, NULL);
	return good;
}

void truth_cases_tick(uint64_t number)
{
	for (size_t k = 0; k < truth.cases.obstacles_n; k++) {
		struct truth_obstacle *o = &truth.cases.obstacles[k];
		if (o->state != TRUTH_OPEN || !o->addressee || o->answer_due.ymd >= truth.today.ymd)
			continue;
		uint32_t to = next_rung(truth_item_of(in_force(), o->item), o->unit, o->addressee);
		add_step(o, &(struct truth_step){.entry = number, .addressee = to, .kind = STEP_ESCALATE, .date = truth.today,
						 .on_behalf = true});
		o->escalations++;
		lies_with(o, to);
		tell(number, o, true);
	}
}
