// SPDX-License-Identifier: Apache-2.0
/* Corrections, withdrawals, confirmations, and what is no figure, against what stands in the view and in the journal. */
#include <string.h>

#include "common/domain/timely.h"
#include "server/admission_inside.h"
#include "server/held.h"
#include "server/mailbox.h"
#include "server/obstacle.h"
#include "server/request.h"
#include "server/sheet.h"

static struct verdict refuse(enum reason reason, const char *field)
{
	return (struct verdict){reason, field};
}

/* ---- the report that a receipt names ---- */

bool admission_stands(const struct view *v, const struct admit_found *found, uint16_t period, const struct receipt *r,
		      bool *in_memory)
{
	struct held_place p = held_place(v->held, found->unit, found->item);
	const struct cell *cell = p.block ? block_cell(p.block, p.row, p.leaf) : NULL;

	*in_memory = !period;
	if (!cell)
		return false;
	if (!period)
		return report_is(cell, r->entry, r->index) || report_is(&block_past(p.block, cell)->before, r->entry, r->index);
	const struct sheet *sheet = sheet_of(p.block->sheets, p.leaf, period);
	uint32_t slot = sheet ? sheet_slot(p.block->sheets, p.row, p.leaf) : NO_INDEX;
	*in_memory = slot != NO_INDEX;
	return *in_memory && (report_is(&sheet->reports[slot], r->entry, r->index) ||
			      report_is(&sheet->before[slot], r->entry, r->index));
}

/* The period of a report that was taken; 0 = its leaf has no schedule. */
static uint16_t period_of(const struct catalogue *c, const struct admit_found *found, const struct update *u)
{
	const struct schedule *s = catalogue_schedule(c, found->item);
	struct period p;

	if (!s || !timely_period(s, catalogue_calendar(c), catalogue_unit(c, found->unit)->row.kind, u->period, u->as_of, &p))
		return 0;
	return period_place(p.first);
}

/* Did that update report (unit, item)? */
static bool about_it(const struct catalogue *c, const struct admit_found *found, const struct update *u)
{
	bool known;

	return (update_figure(u) != BODY_NONE || u->body == BODY_UNCHANGED) &&
	       strcmp(u->item, catalogue_item(c, found->item)->row.code) == 0 &&
	       catalogue_unit_at(c, u->unit, u->as_of, &known) == found->unit;
}

/* Of a period that is frozen the journal alone is asked: what came after the freeze, voids too, the reader resolves. */
static struct verdict names_a_report(const struct admission *at, const struct update *u, const struct admit_found *found,
				     const char *field)
{
	const struct catalogue *c = at->view->catalogue;
	const struct receipt *r = &u->matter->about;
	struct update named;
	bool in_memory;

	if (!at->recall || !at->recall(at->recall_ctx, r, &named) || !about_it(c, found, &named))
		return refuse(REASON_NOT_STANDING, field);
	uint16_t period = period_of(c, found, &named);
	if (period != found->period) /* the fold looks for it there */
		return refuse(REASON_NOT_STANDING, "period");
	if (!admission_stands(at->view, found, period, r, &in_memory) && in_memory)
		return refuse(REASON_NOT_STANDING, field);
	return (struct verdict){REASON_NONE, ""};
}

/* ---- what waits for somebody's word ---- */

static struct verdict in_an_obstacle(const struct admission *at, const struct update *u, const struct admit_found *found)
{
	const struct view *v = at->view;
	const struct hand h = {.catalogue = v->catalogue,
			       .unit = found->unit,
			       .principal = at->principal,
			       .own = catalogue_unit_by_number(v->catalogue, at->scope_unit),
			       .today = v->head.today};

	if (u->matter->step == STEP_RAISE)
		return obstacle_may_raise(&h, u->matter, found->item);
	const struct obstacle *o = obstacle_named(&v->duties.cases, v->catalogue, u->matter, found->item);
	return o ? obstacle_may(&h, o, u->matter) : refuse(REASON_UNKNOWN_OBSTACLE, "obstacle.obstacle");
}

/* ---- notices ---- */

/*
 * Did the office read what this journal told it under that number? A backup ends the history behind it, and the numbers
 * are given again: an ack that waited at the office would be taken for proof that somebody read another notice. Rules 2
 * did not ask for it.
 */
static bool of_this_history(const struct admission *at, const struct matter *m)
{
	static const struct receipt none;
	uint8_t now[INCARNATION_SIZE];

	if (!memcmp(m->about.incarnation, none.incarnation, INCARNATION_SIZE)) /* as admit_check let it pass */
		return true;
	return at->incarnation && at->incarnation(at->recall_ctx, m->notice, now) &&
	       !memcmp(m->about.incarnation, now, INCARNATION_SIZE);
}

/* What the centre told a unit, it alone has read: nobody above it does so in its place. */
static struct verdict read_notice(const struct admission *at, const struct update *u, const struct admit_found *found)
{
	uint32_t unit = catalogue_unit_number(at->view->catalogue, found->unit);

	if (unit != at->scope_unit)
		return refuse(REASON_OUT_OF_SCOPE, "unit");
	if (!of_this_history(at, u->matter)) /* first: the number says nothing then */
		return refuse(REASON_RESTORED, "notice_ack.incarnation");
	return mailbox_knows(at->view->mailbox, unit, u->matter->notice)
		       ? (struct verdict){REASON_NONE, ""}
		       : refuse(REASON_UNKNOWN_NOTICE, "notice_ack.notice_entry");
}

/* ---- by body ---- */

struct verdict admission_matter(const struct admission *at, const struct update *u, const struct admit_found *found,
				const struct admit_cell *cell)
{
	switch (u->body) {
	case BODY_CORRECTION:
		return names_a_report(at, u, found, "correction.replaces");
	case BODY_WITHDRAW:
		return names_a_report(at, u, found, "withdraw.withdraws");
	case BODY_UNCHANGED:
		return cell->reported ? (struct verdict){REASON_NONE, ""} : refuse(REASON_NOTHING_STANDS, "unchanged");
	case BODY_NOTICE_ACK:
		return read_notice(at, u, found);
	case BODY_NA_REQUEST:
	case BODY_EXTENSION_REQUEST:
		return request_may(&at->view->duties.cases, &at->view->duties.terms, at->view->catalogue, found->unit,
				   found->item, u);
	case BODY_OBSTACLE:
		return in_an_obstacle(at, u, found);
	case BODY_MILESTONE:
	case BODY_TASK:
	case BODY_RATIO:
	case BODY_COUNT:
	case BODY_POINTS:
	case BODY_NONE_ARISEN:
	case BODY_NONE:
		break;
	}
	return (struct verdict){REASON_NONE, ""};
}
