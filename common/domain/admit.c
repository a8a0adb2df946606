// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "common/domain/admit_inside.h"
#include "common/domain/periods.h"
#include "common/domain/says.h"
#include "common/domain/text.h"
#include "common/domain/timely.h"

enum { DATE_MIN = 20000101 }; /* nothing these offices report is older */

bool admit_blank(const char *text)
{
	return text[strspn(text, " \t\n")] == '\0';
}

bool admit_day(struct date d)
{
	return date_valid(d) && d.ymd >= DATE_MIN;
}

/* ---- texts ---- */

struct verdict admit_text(const char *text, const char *field, size_t max)
{
	enum reason r = text[0] ? text_check(text, strlen(text), max) : REASON_NONE;

	return r == REASON_NONE ? fine() : refuse(r, field);
}

static struct verdict check_texts(const struct update *u)
{
	const struct {
		const char *text, *field;
		size_t max;
	} texts[] = {
		{ u->note, "note", NOTE_MAX_BYTES },
		{ u->reason, "reason", NOTE_MAX_BYTES },
		{ update_figure(u) == BODY_TASK ? u->product_ref : "", "task.product_ref", REF_MAX_BYTES },
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct verdict v = admit_text(texts[i].text, texts[i].field, texts[i].max);

		if (refused(v))
			return v;
	}
	return u->matter ? admit_matter_texts(u) : fine();
}

/* ---- where the figure belongs ---- */

static struct verdict find_unit(const struct catalogue *c, const struct update *u, uint32_t *unit)
{
	bool known = false;

	*unit = catalogue_unit_at(c, u->unit, u->as_of, &known);
	if (*unit == NO_INDEX)
		return refuse(known ? REASON_UNIT_CLOSED : REASON_UNKNOWN_UNIT, "unit");
	return fine();
}

static struct verdict find_item(const struct catalogue *c, const struct update *u,
				enum admit_about about, uint32_t *item)
{
	*item = about == ABOUT_NOTHING ? NO_INDEX : catalogue_item_by_code(c, u->item);
	if (about == ABOUT_NOTHING)
		return u->item[0] == '\0' ? fine() : refuse(REASON_WRONG_BODY, body_word(u->body));
	if (*item == NO_INDEX)
		return refuse(REASON_UNKNOWN_ITEM, "item");
	if (about == ABOUT_KNOWN)
		return fine();
	if (about == ABOUT_LEAF && !catalogue_item(c, *item)->leaf)
		return refuse(REASON_NOT_A_LEAF, "item");
	if (!catalogue_item_open(c, *item, u->as_of))
		return refuse(REASON_ITEM_CLOSED, "item");
	return fine();
}

/* By number, not by code: the scope follows its unit through renames and moves, and a closed one
 * still counts. */
static bool in_scope(const struct admit_place *at, uint32_t unit)
{
	uint32_t scope;

	if (at->scope_unit == 0)
		return true;
	scope = catalogue_unit_by_number(at->catalogue, at->scope_unit);
	return scope != NO_INDEX && catalogue_within(at->catalogue, unit, scope);
}

static bool assigned(const struct admit_place *at, const struct update *u, enum admit_about about,
		     const struct admit_found *found)
{
	if (about == ABOUT_LEAF)
		return catalogue_is_reporter(at->catalogue, found->item, found->unit, u->as_of);
	return about != ABOUT_SOME ||
	       catalogue_reports_below(at->catalogue, found->item, found->unit, at->today);
}

static struct verdict find(const struct admit_place *at, const struct update *u,
			   struct admit_found *found)
{
	enum admit_about about = u->body > BODY_NONE_ARISEN ? admit_about(u) : ABOUT_LEAF;
	struct verdict v = find_unit(at->catalogue, u, &found->unit);

	if (!refused(v))
		v = find_item(at->catalogue, u, about, &found->item);
	if (refused(v))
		return v;
	if (!in_scope(at, found->unit))
		return refuse(REASON_OUT_OF_SCOPE, "unit");
	if (!assigned(at, u, about, found))
		return refuse(REASON_NOT_ASSIGNED, "item");
	return fine();
}

/* ---- what it says ---- */

/* Inner items have none: they are not reported. */
static const enum body_kind body_of[] = {
	[ITEM_TASK] = BODY_TASK,
	[ITEM_RATIO] = BODY_RATIO,
	[ITEM_COUNT] = BODY_COUNT,
	[ITEM_POINTS] = BODY_POINTS,
};

/* "Nothing happened" needs something that happens: a level at a date is always some number. */
static bool may_be_nothing(const struct item_row *item)
{
	return item->kind != ITEM_TASK &&
	       (item->measure == MEASURE_FLOW || item->measure == MEASURE_YTD);
}

static struct verdict check_task(const struct update *u)
{
	if (u->percent > 100)
		return refuse(REASON_OUT_OF_RANGE, "task.percent");
	if (u->done_on.ymd != 0 && !admit_day(u->done_on))
		return refuse(REASON_OUT_OF_RANGE, "task.done_on");
	if (u->state < TASK_NOT_STARTED || u->state > TASK_DONE)
		return refuse(REASON_CONTRADICTION, "task.state");
	if (u->state == TASK_NOT_STARTED && u->percent != 0)
		return refuse(REASON_CONTRADICTION, "task.percent");
	if ((u->state == TASK_DONE) != (u->percent == 100))
		return refuse(REASON_CONTRADICTION, "task.percent");
	if (u->state == TASK_DONE && admit_blank(u->product_ref))
		return refuse(REASON_CONTRADICTION, "task.product_ref");
	if ((u->state == TASK_DONE) != (u->done_on.ymd != 0) || u->done_on.ymd > u->as_of.ymd)
		return refuse(REASON_CONTRADICTION, "task.done_on");
	return fine();
}

static bool in_bounds(int64_t v)
{
	return v >= 0 && v <= VALUE_MAX;
}

static struct verdict check_ratio(const struct item_row *item, const struct update *u)
{
	if (!in_bounds(u->numerator))
		return refuse(REASON_OUT_OF_RANGE, "ratio.numerator");
	if (!in_bounds(u->denominator))
		return refuse(REASON_OUT_OF_RANGE, "ratio.denominator");
	if (item->bounded && u->numerator > u->denominator)
		return refuse(REASON_NUMERATOR_ABOVE_DENOMINATOR, "ratio.numerator");
	return fine();
}

struct verdict admit_figure(const struct item_row *item, const struct update *u, enum body_kind body)
{
	if (body == BODY_NONE_ARISEN)
		return may_be_nothing(item) ? fine()
					    : refuse(REASON_NOTHING_NOT_ALLOWED, "none_arisen");
	if (body != body_of[item->kind])
		return refuse(REASON_WRONG_BODY, body_word(body));
	if (body == BODY_TASK)
		return check_task(u);
	if (body == BODY_RATIO)
		return check_ratio(item, u);
	if (body == BODY_COUNT)
		return in_bounds(u->value) ? fine() : refuse(REASON_OUT_OF_RANGE, "count.value");
	if (!in_bounds(u->value) || (item->has_maximum && u->value > item->maximum))
		return refuse(REASON_OUT_OF_RANGE, "points.value");
	return fine();
}

static struct verdict check_body(const struct admit_place *at, const struct update *u,
				 const struct admit_found *found)
{
	if (u->body > BODY_NONE_ARISEN)
		return admit_matter(at, u, found);
	return admit_figure(&catalogue_item(at->catalogue, found->item)->row, u, u->body);
}

/* ---- the period ---- */

/* By rules 1 a figure about days after the period did not belong to it. */
static struct verdict check_period_1(const struct schedule *s, const struct update *u)
{
	struct period p;

	if (u->period[0] == '\0' ||
	    (schedule_period(s, u->period, &p) && p.first.ymd <= u->as_of.ymd && u->as_of.ymd <= p.last.ymd))
		return fine();
	return refuse(REASON_BAD_PERIOD, "period");
}

/* A leaf that follows a schedule has that schedule's periods only, and a report of it belongs to one of them. */
static struct verdict check_period(const struct admit_place *at, const struct update *u, struct admit_found *found)
{
	const struct schedule *s = catalogue_schedule(at->catalogue, found->item);
	struct period p;

	if (!s)
		return u->period[0] == '\0' || period_parse(u->period, &p.first, &p.last)
			       ? fine() : refuse(REASON_BAD_PERIOD, "period");
	bool belongs = timely_period(s, catalogue_calendar(at->catalogue), catalogue_unit(at->catalogue, found->unit)->row.kind,
				     u->period, u->as_of, &p);
	found->period = belongs ? period_place(p.first) : 0;
	if (admit_rules(at) < 2)
		return check_period_1(s, u);
	return belongs ? fine() : refuse(REASON_BAD_PERIOD, "period");
}

/* Only reports belong to one. A withdrawal repeats the days of what it withdraws: they lead to its slot. */
static struct verdict check_belongs(const struct admit_place *at, const struct update *u,
				    struct admit_found *found)
{
	if (update_figure(u) != BODY_NONE || u->body == BODY_UNCHANGED || u->body == BODY_WITHDRAW)
		return check_period(at, u, found);
	return u->period[0] == '\0' ? fine() : refuse(REASON_BAD_PERIOD, "period");
}

/* ---- the whole ---- */

static bool known_body(const struct admit_place *at, enum body_kind body)
{
	return body >= BODY_TASK && body <= (admit_rules(at) < 2 ? BODY_NONE_ARISEN : BODY_NOTICE_ACK);
}

struct verdict admit_check(const struct admit_place *at, const struct update *u,
			   struct admit_found *found)
{
	struct verdict v;

	found->period = 0;
	if (!known_body(at, u->body))
		return refuse(REASON_NOT_YET, body_word(u->body));
	v = check_texts(u);
	if (refused(v))
		return v;
	if (u->author_role > AUTHOR_IMPORT)
		return refuse(REASON_OUT_OF_RANGE, "author_role");
	if (u->as_of.ymd == 0)
		return refuse(REASON_AS_OF_MISSING, "as_of");
	if (!admit_day(u->as_of))
		return refuse(REASON_OUT_OF_RANGE, "as_of");
	v = find(at, u, found);
	if (!refused(v))
		v = check_body(at, u, found);
	if (refused(v))
		return v;
	if (u->as_of.ymd > at->today.ymd)
		return refuse(REASON_AS_OF_IN_FUTURE, "as_of");
	return check_belongs(at, u, found);
}

bool admit_wins(uint16_t period, struct date as_of, const struct admit_cell *held)
{
	if (!held->reported || period != held->period)
		return !held->reported || period > held->period;
	return as_of.ymd >= held->as_of.ymd;
}

struct verdict admit_against(const struct update *u, uint16_t period, const struct admit_cell *cell)
{
	if (u->body != BODY_TASK || !cell->reported || u->state >= cell->state || !admit_blank(u->reason))
		return fine();
	if (!admit_wins(period, u->as_of, cell))
		return fine(); /* an older report: it changes no figure, so nothing goes backwards */
	return refuse(REASON_REASON_REQUIRED, "reason");
}
