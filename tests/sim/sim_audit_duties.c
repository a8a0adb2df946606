// SPDX-License-Identifier: Apache-2.0
/* What offices are held to beside their figures, in the running view and by the journal alone. */
#include "server/cases.h"
#include "server/held.h"
#include "server/mailbox.h"
#include "server/terms.h"
#include "tests/sim/sim_audit.h"

/* ---- how a cell is judged ---- */

/* Working days from a day until (not with) another. */
static unsigned working(struct date from, struct date to)
{
	unsigned n = 0;

	for (int32_t day = truth_day(from); day < truth_day(to); day++)
		n += truth_working_day(&truth.catalogue.holidays, day - 1, 1) == day;
	return n;
}

static bool behind(const struct truth_report *r, const struct truth_item *i, struct date milestone, struct date due)
{
	if (r->state != TASK_IN_PROGRESS)
		return false;
	if (milestone.ymd && milestone.ymd < truth.today.ymd)
		return true;
	if (!i->start.ymd || due.ymd < i->start.ymd || truth.today.ymd <= i->start.ymd)
		return false;
	struct date end = truth_date(truth_day(due) + 1);
	unsigned days = working(i->start, end), elapsed = working(i->start, truth.today.ymd < end.ymd ? truth.today : end);
	return (r->percent + 10) * days < 100 * elapsed;
}

/* Does the cell bear the flag that it should? */
static void flag(const struct cell *c, unsigned which, bool wanted, const char *what, const struct truth_unit *u,
		 const struct truth_item *i)
{
	if (!(c->flags & which) == wanted)
		truth_broken("the cell of %s in %s is %s%s", i->code, u->code, wanted ? "not " : "", what);
}

void sim_audit_judged(const struct cell *c, const struct truth_unit *u, const struct truth_item *i)
{
	const struct truth_cell *t = truth_cell_of(u->number, i->number, false);
	static const struct truth_report none;
	const struct truth_report *r = t ? &t->stand.top : &none;
	bool expected = truth_expected(&truth.catalogue, u, i, truth.today);
	bool na = expected && truth_na(&truth.cases, u->number, i->number, truth.today);
	bool task = i->kind == ITEM_TASK && expected && !na, done = r->state == TASK_DONE;
	struct date due = truth_due_of(u, i);

	flag(c, CELL_EXPECTED, expected, "expected", u, i);
	flag(c, CELL_NA, na, "not applicable", u, i);
	flag(c, CELL_OVERDUE, task && !done && due.ymd && due.ymd < truth.today.ymd, "overdue", u, i);
	flag(c, CELL_DONE_LATE, task && done && due.ymd && r->done_on.ymd > due.ymd, "done late", u, i);
	flag(c, CELL_BEHIND, task && behind(r, i, truth_milestone_due(u, i), due), "behind", u, i);
}

/* ---- terms ---- */

static void check_terms(const struct terms *terms)
{
	if (terms->n != truth.cases.terms_n)
		truth_broken("%u cells have terms of their own, and should be %zu", terms->n, truth.cases.terms_n);
	for (uint32_t k = 0; k < terms->n; k++) {
		const struct term *t = &terms->list[k];
		const struct truth_term *w = truth_term_of(&truth.cases, t->unit, t->item);
		bool same = w && t->due.ymd == w->due.ymd && t->first_due.ymd == w->first_due.ymd &&
			    t->na_from.ymd == w->na_from.ymd && t->na_to.ymd == w->na_to.ymd && t->reached_n == w->reached_n;
		if (!same)
			truth_broken("the terms of item %u in unit %u are not what was decided and reached", t->item, t->unit);
	}
}

/* ---- requests, findings ---- */

static void check_requests(const struct cases *c)
{
	if (c->requests_n != truth.cases.requests_n)
		truth_broken("there are %u requests, and should be %zu", c->requests_n, truth.cases.requests_n);
	for (uint32_t k = 0; k < c->requests_n; k++) {
		const struct request *r = &c->requests[k];
		const struct truth_request *t = &truth.cases.requests[k];
		bool na = t->body == BODY_NA_REQUEST;
		if (r->at.entry != t->entry || r->at.index != t->index || r->unit != t->unit || r->item != t->item ||
		    r->principal != t->principal || r->kind != (na ? REQUEST_NA : REQUEST_EXTENSION) ||
		    r->asked.ymd != t->asked.ymd || r->date.ymd != t->date.ymd || r->date_to.ymd != t->to.ymd ||
		    r->decided != t->decided || r->granted != t->yes || r->granted_date.ymd != t->granted.ymd ||
		    r->granted_to.ymd != t->granted_to.ymd)
			truth_broken("the request of entry %llu is another one", (unsigned long long)t->entry);
	}
}

static void check_findings(const struct cases *c)
{
	if (c->findings_n != truth.cases.findings_n)
		truth_broken("there are %u findings, and should be %zu", c->findings_n, truth.cases.findings_n);
	for (uint32_t k = 0; k < c->findings_n; k++) {
		const struct finding *f = &c->findings[k];
		const struct truth_finding *t = &truth.cases.findings[k];
		if (f->entry != t->entry || f->unit != t->unit || f->item != t->item || f->severity != t->severity ||
		    f->found.ymd != t->found.ymd || f->remedy_by.ymd != t->remedy_by.ymd || f->closed_by != t->closed_by ||
		    f->closed.ymd != t->closed.ymd)
			truth_broken("the finding of entry %llu is another one", (unsigned long long)t->entry);
	}
}

/* ---- obstacles ---- */

static bool same_step(const struct step *s, const struct truth_step *t)
{
	return s->at.entry == t->entry && s->at.index == t->index && s->unit == t->unit && s->addressee == t->addressee &&
	       s->date.ymd == t->date.ymd && s->kind == (unsigned)t->kind && s->on_behalf == t->on_behalf &&
	       s->resolves == t->resolves;
}

static bool same_obstacle(const struct obstacle *o, const struct truth_obstacle *t)
{
	static const enum obstacle_state states[] = {
		[TRUTH_OPEN] = OBSTACLE_OPEN, [TRUTH_ANSWERED] = OBSTACLE_ANSWERED, [TRUTH_CLOSED] = OBSTACLE_CLOSED};

	return o->at.entry == t->entry && o->at.index == t->index && o->unit == t->unit && o->item == t->item &&
	       o->principal == t->principal && o->addressee == t->addressee && o->state == states[t->state] &&
	       o->raised.ymd == t->raised.ymd && o->since.ymd == t->since.ymd && o->answer_due.ymd == t->answer_due.ymd &&
	       o->closed.ymd == t->closed.ymd && o->escalations == t->escalations && o->raised_late == t->late &&
	       o->cause == (unsigned)t->cause && o->origin == (unsigned)t->origin &&
	       o->solution_class == (unsigned)t->solution_class && o->affects_rights == t->rights && o->steps_n == t->steps_n;
}

static void check_obstacles(const struct cases *c)
{
	if (c->obstacles_n != truth.cases.obstacles_n)
		truth_broken("there are %u obstacles, and should be %zu", c->obstacles_n, truth.cases.obstacles_n);
	for (uint32_t k = 0; k < c->obstacles_n; k++) {
		const struct obstacle *o = &c->obstacles[k];
		const struct truth_obstacle *t = &truth.cases.obstacles[k];
		if (!same_obstacle(o, t))
			truth_broken("the obstacle of entry %llu is not as its steps make it: state %u with %u since %u, %u steps; "
				     "but %u with %u since %u, %u steps", (unsigned long long)t->entry, o->state, o->addressee,
				     o->since.ymd, o->steps_n, t->state, t->addressee, t->since.ymd, t->steps_n);
		for (uint32_t s = 0; s < o->steps_n; s++)
			if (!same_step(&o->steps[s], &t->steps[s]))
				truth_broken("step %u of the obstacle of entry %llu is another one", s,
					     (unsigned long long)t->entry);
	}
}

/* ---- the mailbox ---- */

static bool same_notice(const struct notice *n, const struct truth_notice *t)
{
	return n->entry == t->entry && n->kind == t->kind && n->item == t->item && n->about_entry == t->about_entry &&
	       n->due.ymd == t->due.ymd && n->sent.ymd == t->sent.ymd && n->opened.ymd == t->opened.ymd &&
	       n->index == t->index && n->about_index == t->about_index && period_first(n->period).ymd == t->period.ymd &&
	       n->owed == t->owed && n->granted == t->granted && (t->letter || n->place == t->place);
}

static void check_box(const struct mailbox *m, uint32_t unit)
{
	struct mail_walk w = mailbox_walk(m, unit, 0);
	struct notice n;

	for (size_t k = 0; k < truth.mail.n; k++) {
		const struct truth_notice *t = &truth.mail.list[k];
		if (t->unit != unit || t->gone)
			continue;
		if (!mailbox_next(&w, &n))
			truth_broken("unit %u lost the notice of entry %llu", unit, (unsigned long long)t->entry);
		if (!same_notice(&n, t))
			truth_broken("unit %u was told another thing by entry %llu: kind %u by %llu, opened %u, item %u due %u, %u owed; "
				     "but kind %u, opened %u, item %u due %u, %u owed", unit, (unsigned long long)t->entry, n.kind,
				     (unsigned long long)n.entry, n.opened.ymd, n.item, n.due.ymd, n.owed, t->kind, t->opened.ymd,
				     t->item, t->due.ymd, t->owed);
		sim_centre_counts.notices++;
	}
	if (mailbox_next(&w, &n))
		truth_broken("unit %u has a notice of entry %llu that nobody sent", unit, (unsigned long long)n.entry);
}

void sim_audit_duties(const struct view *v)
{
	check_terms(&v->duties.terms);
	check_requests(&v->duties.cases);
	check_findings(&v->duties.cases);
	check_obstacles(&v->duties.cases);
	for (unsigned k = 0; k < truth.catalogue.units_n; k++)
		check_box(v->mailbox, truth.catalogue.units[k].number);
}
