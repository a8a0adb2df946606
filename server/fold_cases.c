// SPDX-License-Identifier: Apache-2.0
/*
 * Requests, milestones and obstacles: what offices say of them, what the centre decides, finds and answers, and what a
 * day does to them. Nothing here can fail but for want of memory (duties.failed): what makes no sense (any more) has no
 * effect.
 */
#include "server/fold_inside.h"
#include "server/mailbox.h"
#include "server/obstacle.h"
#include "server/request.h"

static void need(struct view *v, bool memory)
{
	v->duties.failed = v->duties.failed || !memory;
}

/* The terms of (unit, item) have changed (numbers): its cell bears them, and is judged by them from here on. */
static void judge_again(struct view *v, uint32_t unit, uint32_t item, uint64_t number, struct change *ch)
{
	struct aim aim;
	if (!fold_aim(v, catalogue_unit_by_number(v->catalogue, unit), catalogue_item_by_number(v->catalogue, item), &aim))
		return; /* none in this catalogue; one that makes the cell again finds its terms (held_terms) */
	struct cell now = *aim.cell;
	now.flags |= CELL_TERMS;
	fold_settle(v, &aim, now, number, ch);
}

/* ---- offices ---- */

static struct spot place_of(const struct reporting *r)
{
	return (struct spot){ r->entry->number, r->taken->index };
}

static void ask(struct view *v, const struct reporting *r, uint32_t item)
{
	const struct update *u = &r->taken->update;
	struct duties *d = &v->duties;
	if (request_may(&d->cases, &d->terms, v->catalogue, r->aim.unit, item, u).reason)
		return;
	const struct request request = {
		.at = place_of(r), .unit = catalogue_unit_number(v->catalogue, r->aim.unit), .principal = r->entry->principal,
		.item = catalogue_item(v->catalogue, item)->row.number, .kind = (uint8_t)request_kind_of(u->body),
		.asked = v->head.today, .date = u->matter->date, .date_to = u->matter->date_to,
	};
	need(v, cases_add_request(&d->cases, &request));
}

static void reach(struct view *v, const struct reporting *r, uint32_t item, struct change *ch)
{
	const struct matter *m = r->taken->update.matter;
	uint32_t unit = catalogue_unit_number(v->catalogue, r->aim.unit), leaf = catalogue_item(v->catalogue, item)->row.number;
	if (!r->aim.cell)
		return;
	need(v, terms_reach(&v->duties.terms, unit, leaf, m->milestone, m->date));
	if (!v->duties.failed)
		judge_again(v, unit, leaf, r->entry->number, ch);
}

/* With whom it lies now hears of it; so do the two sides of what the other one says. The clock (unit 0) asks nobody. */
static void tell(struct view *v, const struct entry *e, const struct obstacle *o)
{
	const struct step *s = &o->steps[o->steps_n - 1];
	struct notice n = { .kind = NOTICE_ANSWER, .item = o->item, .about_entry = o->at.entry,
			    .about_index = (uint16_t)o->at.index, .index = (uint16_t)s->at.index };
	bool clock = e->kind == ENTRY_TICK;
	if (!clock && s->unit != o->unit)
		fold_tell(v, e, o->unit, n);
	if (s->kind == STEP_RAISE || s->kind == STEP_ESCALATE || s->kind == STEP_REOPEN)
		n.kind = NOTICE_OBSTACLE;
	if (clock || s->unit != o->addressee)
		fold_tell(v, e, o->addressee, n);
}

static void taken(struct view *v, const struct entry *e, const struct obstacle *o, bool memory)
{
	need(v, memory);
	if (!v->duties.failed)
		tell(v, e, o);
}

static void speak(struct view *v, const struct reporting *r, uint32_t item)
{
	const struct matter *m = r->taken->update.matter;
	struct duties *d = &v->duties;
	const struct hand h = { .catalogue = v->catalogue, .unit = r->aim.unit, .principal = r->entry->principal, .own = r->own,
				.today = v->head.today };
	if (m->step == STEP_RAISE) {
		bool late = obstacle_late(v->catalogue, &d->terms, item, h.unit, h.today);
		if (obstacle_may_raise(&h, m, item).reason)
			return;
		const struct obstacle *o =
			obstacle_raise(&d->cases, &h, m, item, late, place_of(r), v->head.incarnation);
		taken(v, r->entry, o, o);
		return;
	}
	struct obstacle *o = obstacle_named(&d->cases, v->catalogue, m, item);
	if (o && !obstacle_may(&h, o, m).reason)
		taken(v, r->entry, o, obstacle_take(o, &h, m, place_of(r)));
}

void fold_case(struct view *v, const struct reporting *r, struct change *ch)
{
	const struct update *u = &r->taken->update;
	uint32_t item = catalogue_item_by_code(v->catalogue, u->item);
	if (r->aim.unit == NO_INDEX || item == NO_INDEX || !u->matter || !v->head.today.ymd)
		return;
	if (u->body == BODY_OBSTACLE)
		speak(v, r, item);
	else if (u->body == BODY_MILESTONE)
		reach(v, r, item, ch);
	else
		ask(v, r, item);
}

/* ---- the centre ---- */

void fold_request_decided(struct view *v, const struct entry *e, struct change *ch)
{
	const struct entry_decision *d = &e->decision;
	struct request *r = cases_request(&v->duties.cases, (struct spot){ d->about_entry, d->about_index });
	const struct decided decided = { .entry = e->number, .granted = d->granted, .date = d->date, .date_to = d->date_to };
	if (!v->catalogue || !r || r->decided || r->kind != (d->kind == DECISION_NA ? REQUEST_NA : REQUEST_EXTENSION))
		return;
	need(v, request_decide(r, &v->duties.terms, v->catalogue, &decided));
	if (d->granted && !v->duties.failed)
		judge_again(v, r->unit, r->item, e->number, ch);
	fold_tell(v, e, r->unit, (struct notice){ .kind = NOTICE_DECISION, .item = r->item, .about_entry = r->at.entry,
						  .about_index = (uint16_t)r->at.index, .granted = d->granted,
						  .due = r->granted_date });
}

/* The report that stands, when it is that one and says that it is done. */
void fold_accepted(struct view *v, const struct entry *e, struct change *ch)
{
	const struct entry_decision *d = &e->decision;
	uint32_t unit = v->catalogue ? catalogue_unit_by_number(v->catalogue, d->unit) : NO_INDEX;
	uint32_t item = v->catalogue ? catalogue_item_by_number(v->catalogue, d->item) : NO_INDEX;
	struct aim aim;
	if (unit == NO_INDEX || item == NO_INDEX || !fold_aim(v, unit, item, &aim) || aim.cell->state != TASK_DONE ||
	    aim.cell->entry != d->about_entry || aim.cell->index != d->about_index)
		return;
	struct cell now = *aim.cell;
	now.flags |= CELL_ACCEPTED;
	fold_settle(v, &aim, now, e->number, ch);
}

static void close_finding(struct view *v, const struct entry *e)
{
	struct finding *f = cases_finding(&v->duties.cases, e->finding.closes);
	if (!f || f->closed_by)
		return;
	f->closed_by = e->number;
	f->closed = v->head.today;
}

void fold_finding(struct view *v, const struct entry *e)
{
	const struct entry_finding *f = &e->finding;
	if (f->closes) {
		close_finding(v, e);
		return;
	}
	if (!v->catalogue || catalogue_unit_by_number(v->catalogue, f->unit) == NO_INDEX ||
	    (f->item && catalogue_item_by_number(v->catalogue, f->item) == NO_INDEX))
		return;
	const struct finding finding = { .entry = e->number, .unit = f->unit, .item = f->item, .principal = f->principal,
					 .severity = (uint8_t)f->severity, .found = v->head.today, .remedy_by = f->remedy_by };
	need(v, cases_add_finding(&v->duties.cases, &finding));
	fold_tell(v, e, f->unit, (struct notice){ .kind = NOTICE_FINDING, .item = f->item, .due = f->remedy_by });
}

void fold_step(struct view *v, const struct entry *e)
{
	const struct entry_step *s = &e->step;
	struct hand h = { .catalogue = v->catalogue, .unit = NO_INDEX, .principal = s->principal, .own = NO_INDEX, .centre = true,
			  .today = v->head.today };
	if (!v->catalogue || !v->head.today.ymd)
		return;
	if (s->unit)
		h.unit = catalogue_unit_by_number(v->catalogue, s->unit);
	if (s->unit && h.unit == NO_INDEX) /* which would speak for the ministry list */
		return;
	struct obstacle *o = obstacle_named(&v->duties.cases, v->catalogue, &s->matter, NO_INDEX);
	if (o && !obstacle_may(&h, o, &s->matter).reason)
		taken(v, e, o, obstacle_take(o, &h, &s->matter, (struct spot){ e->number, 0 }));
}

/* ---- a day ---- */

void fold_cases_day(struct view *v, const struct entry *e)
{
	struct cases *c = &v->duties.cases;
	for (uint32_t i = 0; i < c->obstacles_n; i++)
		if (obstacle_climbs(&c->obstacles[i], v->head.today))
			taken(v, e, &c->obstacles[i],
			      obstacle_climb(&c->obstacles[i], v->catalogue, v->head.today, (struct spot){ e->number, 0 }));
}
