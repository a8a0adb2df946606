// SPDX-License-Identifier: Apache-2.0
/*
 * May it enter? Predicted from what was written and from what the journal holds, by PROTOCOL.md "Refusals" (the first rule
 * that fails), by code of the truth's own. What honest offices write is well formed: no refusal is about form.
 */
#include "tests/sim/truth_inside.h"

static const struct truth_catalogue *in_force(void)
{
	return &truth.catalogue;
}

/* ---- where ---- */

static bool code_known(const char *code)
{
	for (unsigned i = 0; i < in_force()->units_n; i++)
		if (!strcmp(in_force()->units[i].code, code))
			return true;
	return false;
}

static enum reason where(const struct work *w, const struct truth_entry *e, const struct truth_unit *u,
			 const struct truth_item *i)
{
	if (!u)
		return code_known(w->unit) ? REASON_UNIT_CLOSED : REASON_UNKNOWN_UNIT;
	bool raise = w->body == BODY_OBSTACLE && w->matter.step == STEP_RAISE;
	bool step = w->body == BODY_OBSTACLE && !raise;

	if (w->body == BODY_NOTICE_ACK)
		return truth_within(in_force(), u, truth.scope[e->principal]) ? REASON_NONE : REASON_OUT_OF_SCOPE;
	if (!i)
		return REASON_UNKNOWN_ITEM;
	if (!truth_leaf(i) && w->body != BODY_OBSTACLE)
		return REASON_NOT_A_LEAF;
	if (!step && !truth_item_open(in_force(), i, w->as_of))
		return REASON_ITEM_CLOSED;
	if (!truth_within(in_force(), u, truth.scope[e->principal]))
		return REASON_OUT_OF_SCOPE;
	if (w->body == BODY_OBSTACLE)
		return raise ? truth_obstacle_place(u, i) : REASON_NONE;
	return truth_reporter(in_force(), u, i, w->as_of) ? REASON_NONE : REASON_NOT_ASSIGNED;
}

/* ---- what it says ---- */

static enum reason figure(const struct work *w, const struct truth_item *i, enum body_kind body)
{
	static const enum item_kind kind_of[] = {ITEM_TASK, ITEM_RATIO, ITEM_COUNT, ITEM_POINTS};
	bool happens = i->kind != ITEM_TASK && (i->measure == MEASURE_FLOW || i->measure == MEASURE_YTD);

	if (body == BODY_NONE_ARISEN)
		return happens ? REASON_NONE : REASON_NOTHING_NOT_ALLOWED;
	if (kind_of[body - BODY_TASK] != i->kind)
		return REASON_WRONG_BODY;
	if (body == BODY_RATIO && i->bounded && w->a > w->b)
		return REASON_NUMERATOR_ABOVE_DENOMINATOR;
	return body == BODY_POINTS && i->has_maximum && w->a > i->maximum ? REASON_OUT_OF_RANGE : REASON_NONE;
}

static bool has_milestone(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	for (unsigned k = 0; k < in_force()->milestones_n; k++)
		if (in_force()->milestones[k].no == w->matter.milestone && truth_milestone_of(&in_force()->milestones[k], u, i))
			return true;
	return false;
}

/* What is no report. */
static enum reason form(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	const struct matter *m = &w->matter;

	if (w->body == BODY_OBSTACLE)
		return truth_obstacle_form(w, u, i);
	if (w->body == BODY_NOTICE_ACK)
		return m->notice ? REASON_NONE : REASON_FIELD_MISSING;
	if (w->body == BODY_NA_REQUEST) {
		if (!m->text[0])
			return REASON_FIELD_MISSING;
		return m->date_to.ymd && m->date_to.ymd < m->date.ymd ? REASON_OUT_OF_RANGE : REASON_NONE;
	}
	if (i->kind != ITEM_TASK)
		return REASON_WRONG_BODY;
	if (w->body == BODY_MILESTONE) {
		if (!has_milestone(w, u, i))
			return REASON_UNKNOWN_MILESTONE;
		return m->date.ymd > w->as_of.ymd ? REASON_OUT_OF_RANGE : REASON_NONE;
	}
	if (!m->text[0])
		return REASON_FIELD_MISSING;
	return m->date.ymd <= w->as_of.ymd ? REASON_OUT_OF_RANGE : REASON_NONE;
}

static bool is_report(const struct work *w)
{
	return w->body <= BODY_UNCHANGED || w->body == BODY_CORRECTION || w->body == BODY_WITHDRAW;
}

static enum reason content(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	if (!is_report(w))
		return form(w, u, i);
	if (w->body == BODY_UNCHANGED)
		return i->kind != ITEM_TASK && i->measure == MEASURE_FLOW ? REASON_NOTHING_NOT_ALLOWED : REASON_NONE;
	if (w->body == BODY_CORRECTION || w->body == BODY_WITHDRAW) {
		if (!w->reason[0])
			return REASON_REASON_REQUIRED;
		if (!w->about.entry || !w->about.index)
			return REASON_FIELD_MISSING;
		return w->body == BODY_WITHDRAW ? REASON_NONE : figure(w, i, w->figure);
	}
	return figure(w, i, w->figure);
}

/* ---- which period ---- */

static enum reason period(const struct work *w, const struct truth_unit *u, const struct truth_item *i, struct date *first)
{
	const struct truth_schedule *s = truth_schedule_of(in_force(), i);
	struct truth_period p = {.first.ymd = 0};
	bool good = true;

	if (!s)
		good = !w->period[0] || truth_period_code_good(w->period);
	else
		good = truth_belongs(s, &in_force()->holidays, u->kind, w->period, w->as_of, &p);
	*first = p.first;
	return good ? REASON_NONE : REASON_BAD_PERIOD;
}

/* ---- against what stands ---- */

/* A notice is the one that was read only in the incarnation in which its entry was written; what is to come has the present one. */
static bool of_this_history(const struct work *w)
{
	const struct truth_entry *e = truth_entry(w->matter.notice);

	return !memcmp(e ? e->incarnation : truth.incarnation, w->about.incarnation, TRUTH_ID);
}

static const struct work *named_by(const struct receipt *r)
{
	const struct truth_entry *e = truth_entry(r->entry);

	if (!e || memcmp(e->incarnation, r->incarnation, TRUTH_ID))
		return NULL;
	for (uint64_t seq = e->first_seq; e->stream && seq < e->first_seq + e->seqs; seq++) {
		const struct truth_outcome *o = truth_outcome(e, seq);
		if (o->kind == TRUTH_TAKEN && o->index == r->index)
			return &works[o->work];
	}
	return NULL;
}

static bool reports(const struct work *w, const struct truth_unit *u, const struct truth_item *i)
{
	bool report = w->body <= BODY_UNCHANGED || w->body == BODY_CORRECTION;

	return report && !strcmp(w->item, i->code) && truth_unit_at(in_force(), w->unit, w->as_of) == u;
}

static enum reason stands(const struct work *w, const struct truth_unit *u, const struct truth_item *i,
			  const struct truth_cell *c, struct date first)
{
	const struct work *named = named_by(&w->about);
	struct date belonged;

	if (!named || !reports(named, u, i))
		return REASON_NOT_STANDING;
	if (period(named, u, i, &belonged))
		belonged.ymd = 0;
	if (belonged.ymd != first.ymd) /* its days lead to its slot */
		return REASON_NOT_STANDING;
	if (!belonged.ymd)
		return c && truth_stand_holds(&c->stand, w->about.entry, w->about.index) ? REASON_NONE : REASON_NOT_STANDING;
	struct truth_sheet *sheet = truth_sheet_of(i, belonged);
	if (!sheet) /* frozen: what came after it, voids too, the reader resolves */
		return REASON_NONE;
	struct truth_slot *slot = truth_slot(sheet, u->number, i->number, false);
	return slot && truth_stand_holds(&slot->stand, w->about.entry, w->about.index) ? REASON_NONE : REASON_NOT_STANDING;
}

static enum reason backwards(const struct work *w, const struct truth_cell *c, struct date first)
{
	const struct truth_report *top = c ? &c->stand.top : NULL;

	if (w->body != BODY_TASK || !top || !top->entry || w->state >= top->state || w->reason[0])
		return REASON_NONE;
	bool wins = first.ymd != top->period.ymd ? first.ymd > top->period.ymd : w->as_of.ymd >= top->as_of.ymd;
	return wins ? REASON_REASON_REQUIRED : REASON_NONE;
}

enum reason truth_verdict(const struct work *w, const struct truth_entry *e, bool *sure)
{
	const struct truth_unit *u = truth_unit_at(in_force(), w->unit, w->as_of);
	const struct truth_item *i = truth_item(in_force(), w->item);
	const struct truth_cell *c = u && i ? truth_cell_of(u->number, i->number, false) : NULL;
	struct date first;

	*sure = true;
	enum reason r = where(w, e, u, i);
	if (!r)
		r = content(w, u, i);
	if (!r && w->as_of.ymd > truth_date_of(e->received_ms).ymd)
		r = REASON_AS_OF_IN_FUTURE;
	if (!r)
		r = is_report(w) ? period(w, u, i, &first) : w->period[0] ? REASON_BAD_PERIOD : REASON_NONE;
	if (r)
		return r;
	if (w->body == BODY_NOTICE_ACK) {
		*sure = w->matter.notice <= truth.group;
		if (u->number != truth.scope[e->principal])
			return REASON_OUT_OF_SCOPE;
		if (!of_this_history(w))
			return REASON_RESTORED;
		return truth_mail_knows(u->number, w->matter.notice) ? REASON_NONE : REASON_UNKNOWN_NOTICE;
	}
	if (!is_report(w))
		return truth_case_verdict(w, e, u, i, sure);
	bool plain = w->body <= BODY_NONE_ARISEN;
	*sure = !c || (plain ? c->rare : c->touched) <= truth.group;
	if (plain)
		return backwards(w, c, first);
	if (w->body == BODY_UNCHANGED)
		return c && c->stand.top.entry ? REASON_NONE : REASON_NOTHING_STANDS;
	return stands(w, u, i, c, first);
}

void truth_refused(uint64_t number, const struct truth_entry *e, uint64_t seq, uint32_t reason, uint32_t work)
{
	const struct work *w = &works[work];
	bool sure;

	if (!work || truth.again || (w->wild && (reason == REASON_BAD_SEQ || reason == REASON_UNDECODABLE)))
		return;
	enum reason wanted = truth_verdict(w, e, &sure);
	if (sure && wanted != reason)
		truth_broken("entry %llu refused seq %llu of principal %u for reason %u, which should be %u: %s",
			     (unsigned long long)number, (unsigned long long)seq, e->principal, reason, wanted, work_text(work));
}
