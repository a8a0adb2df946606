// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/draft.h"
#include "agent/render.h"
#include <inttypes.h>

static struct {
	const char *unit, *as_of, *period, *state, *percent, *product, *done_on, *value, *num, *den,
		*note, *reason;
	bool none_arisen;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "unit",
	 .value = "CODE",
	 .text = &given.unit,
	 .vi = "đơn vị được báo cáo (mặc định: đơn vị mình)",
	 .en = "the unit reported for (default: our own)"},
	{.name = "as-of",
	 .value = "DATE",
	 .text = &given.as_of,
	 .vi = "ngày số liệu (mặc định: hôm nay theo giờ máy chủ)",
	 .en = "the day the figures describe (default: today by the centre's clock)"},
	{.name = "period",
	 .value = "CODE",
	 .text = &given.period,
	 .vi = "kỳ báo cáo",
	 .en = "period"},
	{.name = "state",
	 .value = "STATE",
	 .text = &given.state,
	 .vi = "not_started | in_progress | done",
	 .en = "not_started | in_progress | done"},
	{.name = "percent",
	 .value = "N",
	 .text = &given.percent,
	 .vi = "phần trăm thực hiện của nhiệm vụ đang làm",
	 .en = "percent of a task in progress"},
	{.name = "product",
	 .value = "TEXT",
	 .text = &given.product,
	 .vi = "số văn bản hoặc địa chỉ sản phẩm, khi đã xong",
	 .en = "document or address of the product, when done"},
	{.name = "done-on",
	 .value = "DATE",
	 .text = &given.done_on,
	 .vi = "ngày xong",
	 .en = "day done"},
	{.name = "value",
	 .value = "N",
	 .text = &given.value,
	 .vi = "số lượng, hoặc điểm (89,5)",
	 .en = "a count, or points (89,5)"},
	{.name = "num", .value = "N", .text = &given.num, .vi = "tử số", .en = "numerator"},
	{.name = "den", .value = "N", .text = &given.den, .vi = "mẫu số", .en = "denominator"},
	{.name = "none-arisen",
	 .flag = &given.none_arisen,
	 .vi = "trong kỳ không phát sinh",
	 .en = "nothing happened in the period"},
	{.name = "note", .value = "TEXT", .text = &given.note, .vi = "ghi chú", .en = "a note"},
	{.name = "reason",
	 .value = "TEXT",
	 .text = &given.reason,
	 .vi = "lý do, khi nhiệm vụ lùi trạng thái",
	 .en = "why, when a task goes backwards"},
};

const struct args_option *desk_report_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

static const char *or_none(const char *text)
{
	return text ? text : "";
}

static struct draft draft_of(const char *item)
{
	return (struct draft){.text = {
				      [DRAFT_item] = item,
				      [DRAFT_unit] = or_none(given.unit),
				      [DRAFT_period] = or_none(given.period),
				      [DRAFT_as_of] = or_none(given.as_of),
				      [DRAFT_state] = or_none(given.state),
				      [DRAFT_percent] = or_none(given.percent),
				      [DRAFT_numerator] = or_none(given.num),
				      [DRAFT_denominator] = or_none(given.den),
				      [DRAFT_value] = or_none(given.value),
				      [DRAFT_nothing] = given.none_arisen ? "none_arisen" : "",
				      [DRAFT_product_ref] = or_none(given.product),
				      [DRAFT_done_on] = or_none(given.done_on),
				      [DRAFT_corrects] = "",
				      [DRAFT_reason] = or_none(given.reason),
				      [DRAFT_note] = or_none(given.note),
			      }};
}

/* The option that a column came from. */
static const char *option_of(enum draft_column c)
{
	switch (c) {
	case DRAFT_as_of:
		return "--as-of";
	case DRAFT_numerator:
		return "--num";
	case DRAFT_denominator:
		return "--den";
	case DRAFT_nothing:
		return "--none-arisen";
	case DRAFT_product_ref:
		return "--product";
	case DRAFT_done_on:
		return "--done-on";
	case DRAFT_item:
		return "ITEM";
	case DRAFT_unit:
		return "--unit";
	case DRAFT_period:
		return "--period";
	case DRAFT_state:
		return "--state";
	case DRAFT_percent:
		return "--percent";
	case DRAFT_value:
		return "--value";
	case DRAFT_reason:
		return "--reason";
	case DRAFT_note:
		return "--note";
	case DRAFT_corrects:
	case DRAFT_N:
		break;
	}
	return "";
}

static enum desk_exit refuse(struct desk *d, const struct draft *draft, struct draft_fault f)
{
	const char *name = f.csv ? csv_fault_name(f.csv) : reason_name(f.reason);
	const char *says = render_fault(f, d->office.language);
	char shown[CSV_VALUE_MAX];
	const char *value = render_value(
		f.reason == REASON_PERSONAL_ID ? "" : draft->text[f.column], shown);

	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_object_begin(&d->json, "refused");
		json_text(&d->json, "reason", name);
		json_text(&d->json, "field", draft_columns[f.column]);
		json_text(&d->json, "value", value);
		json_text(&d->json, "says", says);
		json_object_end(&d->json);
	} else {
		buffer_format(
			&d->out, "%s %s%s%s: %s\n",
			SAY(d, "Chưa nhận, chưa xếp hàng gì.", "Not taken, nothing was queued."),
			option_of(f.column), value[0] ? " " : "", value, says);
	}
	render_end(d);
	return DESK_REFUSED;
}

static void say_queued(struct desk *d, const struct update *u)
{
	enum language l = d->office.language;

	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_object_begin(&d->json, "queued");
		json_uint(&d->json, "from", u->seq);
		json_uint(&d->json, "to", u->seq);
		json_int(&d->json, "rows", 1);
		json_object_end(&d->json);
		json_text(&d->json, "unit", u->unit);
		json_text(&d->json, "item", u->item);
		json_uint(&d->json, "as_of", u->as_of.ymd);
	} else {
		buffer_format(&d->out,
			      SAY(d, "Đã xếp hàng số %" PRIu64 ": %s, đơn vị %s, số liệu ngày ",
				  "Queued as number %" PRIu64 ": %s, unit %s, as of "),
			      u->seq, u->item, u->unit);
		render_date(&d->out, l, u->as_of);
		buffer_put_text(&d->out, ": ");
		render_body(&d->out, l, u);
		buffer_put_text(&d->out, ".\n");
	}
	desk_warnings(d);
	render_end(d);
}

/* Read and judged; once more after fetching, if the slice may be too old to know it. */
static struct draft_fault judge(struct desk *d, const struct draft *draft, struct update *u)
{
	struct sys_error why;

	for (bool fetched = false;; fetched = true) {
		struct draft_place at = ask_place(d);
		struct draft_fault f = draft_read(draft, &at, u);

		if (draft_fine(f))
			f = draft_judge(&at, ask_look, d, u);
		if (draft_fine(f) || !f.unknown_here || fetched)
			return f;
		if (ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE &&
		    desk_catalogue(d) == DESK_FINE)
			continue;
		desk_warn(d,
			  SAY(d,
			      "danh mục tại đơn vị chưa có mã %s và không hỏi được máy chủ; vẫn "
			      "xếp hàng, "
			      "máy chủ sẽ xét",
			      "the catalogue here does not know %s and the centre cannot be asked; "
			      "queued "
			      "all the same, the centre will judge"),
			  draft->text[f.column][0] ? draft->text[f.column] : u->unit);
		return (struct draft_fault){0};
	}
}

enum desk_exit desk_report(struct desk *d, int argc, char **argv)
{
	const char *item = NULL;
	struct sys_error error = {""};
	struct update u;
	uint64_t first;
	size_t n;
	enum desk_exit exit = desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), &item, 1, &n);

	if (exit)
		return exit;
	if (!n)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "thiếu mã nhiệm vụ hoặc chỉ tiêu", "the item's code is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	struct draft draft = draft_of(item);

	/* the first report of a new office: without a slice it does not know who it is */
	if (!d->catalogue && !given.unit && ask_centre(d, SPOOL_SLICE, &error) == FETCH_DONE &&
	    (exit = desk_catalogue(d)))
		return exit;
	if (!d->catalogue)
		desk_warn(d, SAY(d,
				 "chưa nhận được danh mục từ máy chủ nên mới chỉ kiểm tra hình "
				 "thức; máy "
				 "chủ "
				 "sẽ xét khi nhận",
				 "no catalogue was received from the centre yet: only the form was "
				 "checked, "
				 "the centre will judge"));
	struct draft_fault f = judge(d, &draft, &u);

	if (f.reason == REASON_AS_OF_MISSING && !given.as_of)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d,
			    "cần --as-of NGÀY: chưa có giờ máy chủ để biết chắc hôm nay là ngày "
			    "nào",
			    "--as-of DATE is needed: without the centre's time the date is not "
			    "certain"));
	if (f.column == DRAFT_unit && f.csv == CSV_REQUIRED)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "cần --unit MÃ: chưa nhận được danh mục nên chưa biết đơn vị mình",
			    "--unit CODE is needed: without a catalogue our own unit is not "
			    "known"));
	if (!draft_fine(f))
		return refuse(d, &draft, f);
	ask_seal(d, &u, false);
	if (!ask_fits(&u))
		return refuse(
			d, &draft,
			(struct draft_fault){.column = DRAFT_note, .reason = REASON_TOO_LARGE});
	int code = spool_queue(d->office.spool, &u, 1, &first, &error);

	if (code)
		return desk_fail_sys(d, code, &error);
	say_queued(d, &u);
	return DESK_FINE;
}
