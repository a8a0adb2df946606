// SPDX-License-Identifier: Apache-2.0
#include "agent/offer.h"

#include "agent/ask.h"
#include "agent/render.h"

#include <inttypes.h>

/* ---- refused ---- */

enum desk_exit offer_refused(struct desk *d, const struct offer_refusal *r)
{
	char shown[CSV_VALUE_MAX];
	const char *value = render_value(r->secret || !r->value ? "" : r->value, shown);

	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_object_begin(&d->json, "refused");
		json_text(&d->json, "reason", r->reason);
		json_text(&d->json, "field", r->field);
		json_text(&d->json, "value", value);
		json_text(&d->json, "says", r->says);
		json_object_end(&d->json);
	} else {
		buffer_format(
			&d->out, "%s %s%s%s: %s\n",
			SAY(d, "Chưa nhận, chưa xếp hàng gì.", "Not taken, nothing was queued."),
			r->option, value[0] ? " " : "", value, r->says);
	}
	render_end(d);
	return DESK_REFUSED;
}

enum desk_exit offer_bad(struct desk *d, enum csv_fault fault, const char *option, const char *field,
			 const char *value)
{
	return offer_refused(d, &(struct offer_refusal){.reason = csv_fault_name(fault),
							.field = field,
							.option = option,
							.value = value,
							.says = csv_fault_says(fault, d->office.language)});
}

/* Where the general sentence would leave a clerk to guess. */
static const struct {
	enum reason reason;
	const char *field, *vi, *en;
} SAYS[] = {
	{REASON_OUT_OF_RANGE, "due", "Hạn mới xin phải sau ngày hôm nay.", "The day asked for must be after today."},
	{REASON_OUT_OF_RANGE, "to", "Ngày kết thúc không được trước ngày bắt đầu.",
	 "The last day must not be before the first."},
	{REASON_OUT_OF_RANGE, "reached_on", "Ngày đạt mốc không được sau ngày hôm nay.",
	 "The day it was reached must not be after today."},
	{REASON_OUT_OF_RANGE, "addressee", "Không gửi cho chính đơn vị mình được.", "Not to the unit itself."},
	{REASON_NOT_ASSIGNED, "addressee",
	 "Đơn vị này không liên quan đến kế hoạch: chỉ gửi được đơn vị thuộc cơ quan chủ trì kế hoạch hoặc cấp trên.",
	 "That unit has no part in the plan: only units below its owner, or above it."},
	{REASON_WRONG_BODY, "extension_request", "Chỉ nhiệm vụ mới xin gia hạn được.", "Only a task can get more time."},
	{REASON_WRONG_BODY, "milestone", "Chỉ nhiệm vụ mới có mốc tiến độ.", "Only a task has milestones."},
	{REASON_FIELD_MISSING, "fault", "Cần ghi nguyên nhân chủ quan (--own) hay khách quan (--outside).",
	 "Say whether it is our own fault (--own) or from outside (--outside)."},
	{REASON_FIELD_MISSING, "solution_class", "Có giải pháp thì ghi cả nhóm giải pháp (như --cause).",
	 "A solution needs its class (as --cause)."},
	{REASON_FIELD_MISSING, "solution", "Có nhóm giải pháp thì ghi cả giải pháp.", "A class of solutions needs the solution."},
};

static const char *says(const struct desk *d, struct verdict v)
{
	const struct draft_fault fault = {.reason = v.reason};

	for (size_t i = 0; i < BASE_COUNT(SAYS); i++)
		if (SAYS[i].reason == v.reason && strcmp(SAYS[i].field, draft_field(v.field)) == 0)
			return d->office.language == LANGUAGE_VI ? SAYS[i].vi : SAYS[i].en;
	return render_fault(fault, d->office.language);
}

enum desk_exit offer_verdict(struct desk *d, struct verdict v, const struct offer_place *places, size_t n)
{
	const char *name = draft_field(v.field);
	struct offer_refusal r = {.reason = reason_name(v.reason),
				  .field = name,
				  .option = name,
				  .says = says(d, v),
				  .secret = v.reason == REASON_PERSONAL_ID};

	for (size_t i = 0; i < n; i++)
		if (strcmp(places[i].field, name) == 0) {
			r.option = places[i].option;
			r.value = places[i].value;
		}
	return offer_refused(d, &r);
}

/* ---- queued ---- */

enum desk_exit offer_day(struct desk *d, const char *given, struct date *out)
{
	bool proven;

	*out = office_today(&d->office, &proven);
	if (!given && !proven)
		return desk_fail(d, DESK_USAGE,
				 SAY(d,
				     "cần --as-of NGÀY: chưa có giờ máy chủ để biết chắc hôm nay là ngày "
				     "nào",
				     "--as-of DATE is needed: without the centre's time the date is not "
				     "certain"));
	if (!given)
		return DESK_FINE;
	*out = (struct date){0};
	if (csv_date(given, out) != CSV_OK || !out->ymd)
		return offer_bad(d, CSV_BAD_DATE, "--as-of", "as_of", given);
	return DESK_FINE;
}

/* Whoever is asked may answer, though what it is about need not be part of its own slice. */
static bool is_later_step(const struct update *u)
{
	return u->body == BODY_OBSTACLE && u->matter->step != STEP_RAISE;
}

/*
 * The slice holds our own line only. An addressee outside it, and what a step of ours is about, are nothing to ask for: what else
 * the update says is judged here, and the centre knows them. True = one of them was taken out of `rest`, which has `m` then.
 */
static bool leave_out(struct desk *d, struct verdict v, struct update *rest, struct matter *m)
{
	if (v.reason == REASON_UNKNOWN_UNIT && strcmp(draft_field(v.field), "addressee") == 0) {
		desk_warn(d,
			  SAY(d, "đơn vị %s ngoài danh mục tại đây; máy chủ sẽ xét",
			      "the unit %s is not in the catalogue here; the centre will judge"),
			  rest->matter->addressee);
		*m = *rest->matter;
		m->addressee = "";
		rest->matter = m;
		return true;
	}
	if (v.reason != REASON_UNKNOWN_ITEM || !is_later_step(rest) || catalogue_items(d->catalogue) == 0)
		return false;
	rest->item = catalogue_item(d->catalogue, 0)->row.code; /* any does: it must only be there */
	return true;
}

static struct verdict judge(struct desk *d, struct update *u)
{
	struct update rest = *u;
	struct matter m;

	for (bool fetched = false;;) {
		struct draft_place at = ask_place(d);
		struct verdict v = draft_verdict(&at, ask_look, d, &rest);

		if (leave_out(d, v, &rest, &m))
			continue;
		u->base_version = rest.base_version;
		if (v.reason == REASON_UNKNOWN_ITEM && is_later_step(u))
			return (struct verdict){REASON_NONE, ""};
		if (!draft_unknown(v) || fetched)
			return v;
		if (!ask_newer(d, v.reason == REASON_UNKNOWN_ITEM ? u->item : u->unit))
			return (struct verdict){REASON_NONE, ""};
		fetched = true;
	}
}

enum desk_exit offer(struct desk *d, struct update *u, const struct offer_place *places, size_t n)
{
	struct sys_error error = {""};
	uint64_t first;
	struct verdict v = judge(d, u);

	ask_seal(d, u, false);
	if (v.reason == REASON_NONE && !ask_fits(u))
		v = (struct verdict){REASON_TOO_LARGE, "note"};
	if (v.reason != REASON_NONE)
		return offer_verdict(d, v, places, n);
	int code = spool_queue(d->office.spool, u, 1, &first, &error);

	return code ? desk_fail_sys(d, code, &error) : DESK_FINE;
}

void offer_begin(struct desk *d, const struct update *u)
{
	if (!d->office.json) {
		buffer_format(&d->out, SAY(d, "Đã xếp hàng số %" PRIu64 ": ", "Queued as number %" PRIu64 ": "),
			      u->seq);
		return;
	}
	json_object_begin(&d->json, NULL);
	json_object_begin(&d->json, "queued");
	json_uint(&d->json, "from", u->seq);
	json_uint(&d->json, "to", u->seq);
	json_int(&d->json, "rows", 1);
	json_object_end(&d->json);
	json_text(&d->json, "body", body_word(u->body));
	json_text(&d->json, "unit", u->unit);
	json_text(&d->json, "item", u->item);
	json_uint(&d->json, "as_of", u->as_of.ymd);
}

enum desk_exit offer_end(struct desk *d)
{
	desk_warnings(d);
	render_end(d);
	return DESK_FINE;
}

void offer_period(struct desk *d, const struct update *u)
{
	const struct catalogue *c = d->catalogue;
	struct date deadline, today;
	struct period p;
	bool known, proven;
	uint32_t unit = c ? catalogue_unit_at(c, u->unit, u->as_of, &known) : NO_INDEX;
	uint32_t item = c ? catalogue_item_by_code(c, u->item) : NO_INDEX;

	if (unit == NO_INDEX || item == NO_INDEX ||
	    !duty_period(c, item, unit, u->period, u->as_of, &p, &deadline))
		return;
	today = office_today(&d->office, &proven);
	if (d->office.json) {
		json_text(&d->json, "period", p.code);
		json_uint(&d->json, "deadline", deadline.ymd);
		return;
	}
	buffer_format(&d->out, SAY(d, ", kỳ %s (hạn ", ", period %s (due "), p.code);
	render_date(&d->out, d->office.language, deadline);
	if (proven && deadline.ymd < today.ymd)
		buffer_put_text(&d->out, SAY(d, ", đã quá hạn", ", late"));
	buffer_put_u8(&d->out, ')');
}
