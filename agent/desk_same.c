// SPDX-License-Identifier: Apache-2.0
#include "agent/desk_same_inner.h"

#include "agent/ask.h"
#include "agent/offer.h"
#include "agent/render.h"

#include <stdlib.h>

/* ---- which leaves, for which period ---- */

static struct choice *add(struct same *s, uint32_t item)
{
	if (s->n == s->room) {
		s->room = s->room ? s->room * 2 : 64;
		s->list = base_grow(s->list, s->room, sizeof *s->list);
	}
	s->list[s->n] = (struct choice){.item = item};
	return &s->list[s->n++];
}

static struct choice *chosen(struct same *s, uint32_t item)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].item == item)
			return &s->list[i];
	return NULL;
}

static bool wanted(const struct same *s, const struct duty *duty)
{
	return !s->given->period || strcmp(s->given->period, duty->period.code) == 0;
}

/* The earliest period that is still owed; when none is, the latest. */
static void choose_period(struct same *s, struct choice *c)
{
	for (size_t i = 0; i < s->duties.n; i++) {
		const struct duty *duty = &s->duties.list[i];

		if (duty->item != c->item || !wanted(s, duty))
			continue;
		c->period = duty->period;
		c->deadline = duty->deadline;
		c->reported = duty->reported;
		if (!duty->reported)
			return;
	}
}

/* A period that is named may be over for long: it counts for what is known now. */
static bool name_period(struct same *s, struct choice *c)
{
	const struct schedule *schedule = catalogue_schedule(s->d->catalogue, c->item);
	enum unit_kind kind = catalogue_unit(s->d->catalogue, s->own)->row.kind;

	if (!s->given->period || c->period.code[0])
		return true;
	if (!schedule || !schedule_period(schedule, s->given->period, &c->period))
		return false;
	c->deadline = schedule_deadline(schedule, catalogue_calendar(s->d->catalogue), &c->period, kind);
	return true;
}

static enum desk_exit refuse(struct desk *d, enum reason reason, const char *field, const char *option,
			     const char *value)
{
	const struct draft_fault f = {.reason = reason};

	return offer_refused(d, &(struct offer_refusal){.reason = reason_name(reason),
							.field = field,
							.option = option,
							.value = value,
							.says = render_fault(f, d->office.language)});
}

/*
 * While the reports of a period that is over are owed, those of one that still runs are not confirmed with them: what it
 * will bring is not known yet. They are when nothing else is owed, on its last day say, or when the period is named.
 */
static enum desk_exit choose_all(struct same *s)
{
	bool some = !s->given->period, closed = false;

	for (size_t i = 0; i < s->duties.n; i++)
		closed = closed || (s->duties.list[i].closed && !s->duties.list[i].reported);
	for (size_t i = 0; i < s->duties.n; i++) {
		const struct duty *duty = &s->duties.list[i];

		some = some || wanted(s, duty);
		if (duty->reported || !wanted(s, duty) || chosen(s, duty->item))
			continue;
		if (duty->closed || !closed || s->given->period)
			choose_period(s, add(s, duty->item));
		else
			s->running++;
	}
	return some ? DESK_FINE : refuse(s->d, REASON_BAD_PERIOD, "period", "--period", s->given->period);
}

/* One that is misspelt refuses all: what was meant is not known. */
static enum desk_exit choose_named(struct same *s, const char *const *items, size_t n)
{
	const struct catalogue *c = s->d->catalogue;

	for (size_t i = 0; i < n; i++) {
		uint32_t item = catalogue_item_by_code(c, items[i]);
		enum reason why = item == NO_INDEX              ? REASON_UNKNOWN_ITEM
				  : !catalogue_item(c, item)->leaf ? REASON_NOT_A_LEAF
				  : !catalogue_is_reporter(c, item, s->own, s->today)
					  ? REASON_NOT_ASSIGNED
					  : REASON_NONE;

		if (why != REASON_NONE)
			return refuse(s->d, why, "item", "ITEM", items[i]);
		if (chosen(s, item))
			continue;
		struct choice *choice = add(s, item);

		choose_period(s, choice);
		if (!name_period(s, choice))
			return refuse(s->d, REASON_BAD_PERIOD, "period", "--period", s->given->period);
	}
	return DESK_FINE;
}

/* ---- what is confirmed, and what is not ---- */

static void skip(struct choice *c, const char *name, const char *says)
{
	c->skipped = name;
	c->says = says;
}

/* What the office can see for itself, in words of its own. */
static void look(struct same *s, struct choice *c)
{
	struct desk *d = s->d;
	const struct item_row *row = &catalogue_item(d->catalogue, c->item)->row;

	c->cell = known_find(ask_known(d), catalogue_unit(d->catalogue, s->own)->row.number, row->number);
	if (row->kind != ITEM_TASK && row->measure == MEASURE_FLOW)
		skip(c, "flow",
		     SAY(d, "số phát sinh trong kỳ, mỗi kỳ phải báo số mới (hoặc --none-arisen)",
			 "counts what happened in a period, report the new number (or --none-arisen)"));
	else if (c->cell && c->cell->na)
		skip(c, "not_applicable", SAY(d, "được quyết định là không áp dụng", "decided not applicable"));
	else if (c->cell && c->cell->withdrawn)
		skip(c, "withdrawn",
		     SAY(d, "đang chờ rút báo cáo trước; chờ máy chủ trả lời, hoặc báo số mới",
			 "a withdrawal waits; wait for the centre, or report the new figure"));
	else if (!c->cell || !c->cell->reported)
		skip(c, "never_reported",
		     SAY(d, "chưa báo cáo lần nào, hãy báo số liệu cụ thể",
			 "was never reported, report the figure itself"));
	else if (c->reported)
		skip(c, "reported", SAY(d, "kỳ này đã báo cáo", "is reported for this period"));
}

struct date desk_same_day(const struct same *s, const struct choice *c)
{
	return c->period.code[0] && c->period.last.ymd < s->today.ymd ? c->period.last : s->today;
}

/* Once for each period. */
static void warn_running(struct same *s, const struct choice *c)
{
	struct desk *d = s->d;
	struct buffer last = {0};

	if (!c->period.code[0] || c->period.last.ymd <= s->today.ymd)
		return;
	for (const struct choice *before = s->list; before < c; before++)
		if (!before->skipped && strcmp(before->period.code, c->period.code) == 0)
			return;
	render_date(&last, d->office.language, c->period.last);
	desk_warn(d,
		  SAY(d, "kỳ %s đến %s mới hết; nếu từ nay đến đó có thay đổi thì báo lại số mới",
		      "the period %s runs until %s; should something change by then, report the new figure"),
		  c->period.code, buffer_text(&last));
	buffer_free(&last);
}

static void judge(struct same *s, struct choice *c)
{
	struct desk *d = s->d;
	struct draft_place at = ask_place(d);
	struct update *u = &s->updates[s->updates_n];

	look(s, c);
	if (c->skipped)
		return;
	*u = (struct update){.body = BODY_UNCHANGED,
			     .unit = d->office.slice.scope,
			     .item = catalogue_item(d->catalogue, c->item)->row.code,
			     .period = c->period.code,
			     .as_of = desk_same_day(s, c),
			     .note = s->given->note ? s->given->note : "",
			     .reason = "",
			     .product_ref = ""};
	struct verdict v = draft_verdict(&at, ask_look, d, u);

	ask_seal(d, u, false);
	if (v.reason == REASON_NONE && !ask_fits(u))
		v.reason = REASON_TOO_LARGE;
	if (v.reason == REASON_NONE) {
		s->updates_n++;
		warn_running(s, c);
	} else {
		skip(c, reason_name(v.reason), reason_says(v.reason, d->office.language));
	}
}

/* ---- the command ---- */

/* What stands is what the centre held: it is asked, and when it is away what was known last is taken. */
static enum desk_exit know(struct desk *d)
{
	struct sys_error why = {""};
	struct spool_shelf_head head;
	struct buffer when = {0};
	bool fresh;
	enum desk_exit exit;

	if (!d->catalogue && ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE && (exit = desk_catalogue(d)))
		return exit;
	if (ask_own(d) == NO_INDEX)
		return desk_fail(d, DESK_ENVIRONMENT,
				 SAY(d, "chưa nhận được danh mục nên chưa biết đơn vị phải báo cáo gì (%s)",
				     "without a catalogue it is not known what the office reports (%s)"),
				 why.text);
	fresh = ask_centre(d, SPOOL_CELLS, &why) == FETCH_DONE;
	if (spool_shelf_head(d->office.spool, SPOOL_CELLS, &head, NULL) || !head.entry)
		return desk_fail(
			d, DESK_ENVIRONMENT,
			SAY(d,
			    "chưa lần nào hỏi được máy chủ đang có số liệu gì của đơn vị nên chưa thể xác nhận "
			    "(%s)",
			    "the centre could never be asked what it holds of us, so nothing can be confirmed (%s)"),
			why.text);
	if (!fresh) {
		render_time(&when, d->office.language, head.time_ms);
		desk_warn(d,
			  SAY(d, "không hỏi được máy chủ; số đang có là theo thông tin lúc %s",
			      "the centre cannot be asked; the figures are as known at %s"),
			  buffer_text(&when));
		buffer_free(&when);
	}
	return DESK_FINE;
}

static enum desk_exit confirm(struct same *s, size_t named)
{
	struct desk *d = s->d;
	struct sys_error error = {""};
	uint64_t first = 0;
	int code = 0;

	s->updates = base_alloc((s->n + 1) * sizeof *s->updates);
	for (size_t i = 0; i < s->n; i++)
		judge(s, &s->list[i]);
	if (s->updates_n && !s->given->dry_run)
		code = spool_queue(d->office.spool, s->updates, s->updates_n, &first, &error);
	if (code)
		return desk_fail_sys(d, code, &error);
	desk_same_show(s, first);
	desk_warnings(d);
	render_end(d);
	return s->updates_n || (!s->n && !named) ? DESK_FINE : DESK_REFUSED;
}

enum desk_exit desk_same(struct desk *d, const struct desk_same_given *given, const char *const *items, size_t n)
{
	struct same s = {.d = d, .given = given};
	enum desk_exit exit = know(d);

	if (exit || (exit = offer_day(d, given->as_of, &s.today)))
		return exit;
	s.own = ask_own(d);
	s.duties = ask_duties(d, s.today);
	exit = n ? choose_named(&s, items, n) : choose_all(&s);
	if (!exit)
		exit = confirm(&s, n);
	duty_list_free(&s.duties);
	free(s.list);
	free(s.updates);
	return exit;
}
