// SPDX-License-Identifier: Apache-2.0
/* admit_matter: corrections, withdrawals, requests, obstacles, milestones and what was read: the
 * rules that need nothing but the catalogue. */
#include <string.h>

#include "common/domain/admit_inside.h"

static const struct matter nothing = { .text = "", .item = "", .solution = "", .addressee = "" };

static const struct matter *matter_of(const struct update *u)
{
	return u->matter ? u->matter : &nothing;
}

enum admit_about admit_about(const struct update *u)
{
	if (u->body == BODY_NOTICE_ACK)
		return ABOUT_NOTHING;
	if (u->body != BODY_OBSTACLE)
		return ABOUT_LEAF;
	return matter_of(u)->step == STEP_RAISE ? ABOUT_SOME : ABOUT_KNOWN;
}

/* ---- texts ---- */

static const char *const step_text[] = {
	[STEP_NONE] = "obstacle",
	[STEP_RAISE] = "obstacle.raise.text",
	[STEP_COMMENT] = "obstacle.comment.text",
	[STEP_ANSWER] = "obstacle.answer.text",
	[STEP_ESCALATE] = "obstacle.escalate.reason",
	[STEP_CLOSE] = "obstacle.close.text",
	[STEP_REOPEN] = "obstacle.reopen.text",
};

/* The wire's name of matter.text. */
static const char *text_field(const struct update *u)
{
	if (u->body == BODY_OBSTACLE)
		return step_text[matter_of(u)->step];
	return u->body == BODY_NA_REQUEST ? "na_request.reason" : "extension_request.reason";
}

struct verdict admit_matter_texts(const struct update *u)
{
	const struct matter *m = matter_of(u);
	struct verdict v = admit_text(m->text, text_field(u), NOTE_MAX_BYTES);

	return refused(v) ? v : admit_text(m->solution, "obstacle.raise.solution", NOTE_MAX_BYTES);
}

/* ---- what several of them need ---- */

static struct verdict need(bool given, const char *field)
{
	return given ? fine() : refuse(REASON_FIELD_MISSING, field);
}

static struct verdict need_text(const char *text, const char *field)
{
	return need(!admit_blank(text), field);
}

/* The incarnation has its 16 bytes (the codec's promise); barriers of the centre have index 0 and
 * are nobody's report. */
static struct verdict need_receipt(const struct receipt *r, const char *field)
{
	return need(r->entry != 0 && r->index != 0, field);
}

static struct verdict need_day(struct date d, const char *field)
{
	if (d.ymd == 0)
		return refuse(REASON_FIELD_MISSING, field);
	return admit_day(d) ? fine() : refuse(REASON_OUT_OF_RANGE, field);
}

static struct verdict need_reason(const struct update *u)
{
	return admit_blank(u->reason) ? refuse(REASON_REASON_REQUIRED, "reason") : fine();
}

/* ---- reports that were made ---- */

static struct verdict unchanged(const struct item_row *item)
{
	/* of what happened in a period nothing carries over into the next */
	return item->kind != ITEM_TASK && item->measure == MEASURE_FLOW
		       ? refuse(REASON_NOTHING_NOT_ALLOWED, "unchanged")
		       : fine();
}

static struct verdict correction(const struct item_row *item, const struct update *u)
{
	struct verdict v = need_reason(u);

	if (!refused(v))
		v = need_receipt(&matter_of(u)->about, "correction.replaces");
	if (!refused(v))
		v = need(u->corrected != BODY_NONE, "correction");
	return refused(v) ? v : admit_figure(item, u, u->corrected);
}

static struct verdict withdraw(const struct update *u)
{
	struct verdict v = need_reason(u);

	return refused(v) ? v : need_receipt(&matter_of(u)->about, "withdraw.withdraws");
}

/* ---- requests ---- */

static struct verdict na_request(const struct matter *m)
{
	struct verdict v = need_text(m->text, "na_request.reason");

	if (!refused(v))
		v = need_day(m->date, "na_request.from");
	if (refused(v) || m->date_to.ymd == 0)
		return v;
	return admit_day(m->date_to) && m->date.ymd <= m->date_to.ymd
		       ? fine()
		       : refuse(REASON_OUT_OF_RANGE, "na_request.to");
}

static struct verdict extension_request(const struct item_row *item, const struct update *u)
{
	const struct matter *m = matter_of(u);
	struct verdict v;

	if (item->kind != ITEM_TASK)
		return refuse(REASON_WRONG_BODY, "extension_request");
	v = need_day(m->date, "extension_request.due");
	if (!refused(v))
		v = need_text(m->text, "extension_request.reason");
	if (refused(v))
		return v;
	return m->date.ymd > u->as_of.ymd ? fine()
					  : refuse(REASON_OUT_OF_RANGE, "extension_request.due");
}

static bool has_milestone(const struct catalogue *c, const struct admit_found *at, uint32_t number)
{
	uint32_t next = 0, no;
	struct date date;

	while (catalogue_next_milestone(c, at->item, at->unit, &next, &no, &date))
		if (no == number)
			return true;
	return false;
}

static struct verdict milestone(const struct catalogue *c, const struct admit_found *at,
				const struct update *u)
{
	const struct matter *m = matter_of(u);
	struct verdict v;

	if (catalogue_item(c, at->item)->row.kind != ITEM_TASK)
		return refuse(REASON_WRONG_BODY, "milestone");
	v = need(m->milestone != 0, "milestone.no");
	if (!refused(v))
		v = need_day(m->date, "milestone.reached_on");
	if (refused(v))
		return v;
	if (!has_milestone(c, at, m->milestone))
		return refuse(REASON_UNKNOWN_MILESTONE, "milestone.no");
	return m->date.ymd <= u->as_of.ymd ? fine()
					   : refuse(REASON_OUT_OF_RANGE, "milestone.reached_on");
}

/* ---- obstacles ---- */

/* A unit of the owner's tree, or one above the owner; not the one that asks. "" = the chain. */
static struct verdict addressee(const struct admit_place *at, const struct admit_found *found,
				const char *code, const char *field)
{
	const struct catalogue *c = at->catalogue;
	uint32_t owner = catalogue_plan(c, catalogue_plan_of_item(c, found->item))->owner, unit;
	bool known;

	if (code[0] == '\0')
		return fine();
	unit = catalogue_unit_at(c, code, at->today, &known);
	if (unit == NO_INDEX)
		return refuse(known ? REASON_UNIT_CLOSED : REASON_UNKNOWN_UNIT, field);
	if (!catalogue_within(c, unit, owner) && !catalogue_within(c, owner, unit))
		return refuse(REASON_NOT_ASSIGNED, field);
	return unit != found->unit ? fine() : refuse(REASON_OUT_OF_RANGE, field);
}

static struct verdict raise(const struct admit_place *at, const struct matter *m,
			    const struct admit_found *found)
{
	struct verdict v;

	if (m->about.entry != 0)
		return refuse(REASON_OUT_OF_RANGE, "obstacle.obstacle"); /* it is the first step */
	if (m->item[0] != '\0')
		return refuse(REASON_OUT_OF_RANGE, "obstacle.raise.about");
	v = need(m->cause != CAUSE_NONE, "obstacle.raise.cause");
	if (!refused(v))
		v = need(m->origin != ORIGIN_NONE, "obstacle.raise.fault");
	if (!refused(v))
		v = need_text(m->text, "obstacle.raise.text");
	if (!refused(v) && m->solution_class != CAUSE_NONE)
		v = need_text(m->solution, "obstacle.raise.solution");
	if (!refused(v) && !admit_blank(m->solution))
		v = need(m->solution_class != CAUSE_NONE, "obstacle.raise.solution_class");
	return refused(v) ? v : addressee(at, found, m->addressee, "obstacle.raise.addressee");
}

static struct verdict obstacle(const struct admit_place *at, const struct matter *m,
			       const struct admit_found *found)
{
	struct verdict v = need(m->step != STEP_NONE, "obstacle");

	if (refused(v))
		return v;
	if (m->step == STEP_RAISE)
		return raise(at, m, found);
	v = need_receipt(&m->about, "obstacle.obstacle");
	if (!refused(v) && (m->step == STEP_COMMENT || m->step == STEP_ANSWER))
		v = need_text(m->text, step_text[m->step]);
	if (!refused(v) && m->step == STEP_ESCALATE)
		v = addressee(at, found, m->addressee, "obstacle.escalate.addressee");
	return v;
}

/* ---- the whole ---- */

/* Its number alone may mean another notice in the history that a restored backup goes on with. */
static struct verdict notice_ack(const struct admit_place *at, const struct matter *m)
{
	static const struct receipt none;
	struct verdict v = need(m->notice != 0, "notice_ack.notice_entry");

	if (refused(v) || admit_rules(at) < 3)
		return v;
	return need(memcmp(m->about.incarnation, none.incarnation, sizeof none.incarnation) != 0,
		    "notice_ack.incarnation");
}

struct verdict admit_matter(const struct admit_place *at, const struct update *u,
			    const struct admit_found *found)
{
	const struct item_row *item =
		found->item == NO_INDEX ? NULL : &catalogue_item(at->catalogue, found->item)->row;

	switch (u->body) {
	case BODY_UNCHANGED:
		return unchanged(item);
	case BODY_NA_REQUEST:
		return na_request(matter_of(u));
	case BODY_CORRECTION:
		return correction(item, u);
	case BODY_WITHDRAW:
		return withdraw(u);
	case BODY_OBSTACLE:
		return obstacle(at, matter_of(u), found);
	case BODY_EXTENSION_REQUEST:
		return extension_request(item, u);
	case BODY_MILESTONE:
		return milestone(at->catalogue, found, u);
	case BODY_NONE:
	case BODY_TASK:
	case BODY_RATIO:
	case BODY_COUNT:
	case BODY_POINTS:
	case BODY_NONE_ARISEN: /* plain figures do not come here */
	case BODY_NOTICE_ACK:
		break;
	}
	return notice_ack(at, matter_of(u));
}
