// SPDX-License-Identifier: Apache-2.0
/* desk_report: one figure; `correct` replaces one that was taken. */
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/desk_same.h"
#include "agent/form.h"
#include "agent/offer.h"
#include "agent/past.h"
#include "agent/render.h"

static struct desk_same_given same;

static const struct args_option OPTIONS[] = {
	{.name = "unit",
	 .value = "CODE",
	 .text = &form_given.unit,
	 .vi = "đơn vị được báo cáo (mặc định: đơn vị mình)",
	 .en = "the unit reported for (default: our own)"},
	{.name = "as-of",
	 .value = "DATE",
	 .text = &form_given.as_of,
	 .vi = "ngày số liệu (mặc định: hôm nay theo giờ máy chủ)",
	 .en = "the day the figures describe (default: today by the centre's clock)"},
	{.name = "period",
	 .value = "CODE",
	 .text = &form_given.period,
	 .vi = "kỳ báo cáo (mặc định: kỳ đang nộp vào ngày số liệu)",
	 .en = "period (default: the one that is due on that day)"},
	FORM_FIGURE,
	{.name = "reason",
	 .value = "TEXT",
	 .text = &form_given.reason,
	 .vi = "lý do, khi nhiệm vụ lùi trạng thái",
	 .en = "why, when a task goes backwards"},
	{.name = "same",
	 .flag = &same.same,
	 .vi = "không có gì thay đổi: xác nhận mọi số còn phải báo, hoặc các mã được nêu",
	 .en = "nothing has changed: confirms all that is owed now, or the items named"},
	{.name = "dry-run",
	 .flag = &same.dry_run,
	 .vi = "với --same: chỉ xem, không xếp hàng",
	 .en = "with --same: only show, queue nothing"},
};

static const struct args_option CORRECT[] = {
	{.name = "as-of",
	 .value = "DATE",
	 .text = &form_given.as_of,
	 .vi = "ngày số liệu (mặc định: như báo cáo cũ)",
	 .en = "the day the figures describe (default: that of the old report)"},
	FORM_FIGURE,
	{.name = "reason",
	 .value = "TEXT",
	 .text = &form_given.reason,
	 .vi = "vì sao phải đính chính (bắt buộc)",
	 .en = "why it is corrected (required)"},
};

const struct args_option *desk_report_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

const struct args_option *desk_correct_options(size_t *n)
{
	*n = BASE_COUNT(CORRECT);
	return CORRECT;
}

static enum desk_exit refuse(struct desk *d, const struct draft *draft, struct draft_fault f)
{
	return offer_refused(
		d, &(struct offer_refusal){
			   .reason = f.csv ? csv_fault_name(f.csv) : reason_name(f.reason),
			   .field = draft_columns[f.column],
			   .option = form_option(f.column),
			   .value = draft->text[f.column],
			   .says = render_fault(f, d->office.language),
			   .secret = f.reason == REASON_PERSONAL_ID});
}

static enum desk_exit say_queued(struct desk *d, const struct update *u, const char *receipt)
{
	enum language l = d->office.language;

	offer_begin(d, u);
	if (d->office.json) {
		if (receipt)
			json_text(&d->json, "corrects", receipt);
		offer_period(d, u);
		return offer_end(d);
	}
	if (receipt)
		buffer_format(&d->out, SAY(d, "đính chính báo cáo có biên nhận %s: ",
					   "corrects the report with receipt %s: "),
			      receipt);
	buffer_format(&d->out, SAY(d, "%s, đơn vị %s", "%s, unit %s"), u->item, u->unit);
	offer_period(d, u);
	buffer_put_text(&d->out, SAY(d, ", số liệu ngày ", ", as of "));
	render_date(&d->out, l, u->as_of);
	buffer_put_text(&d->out, ": ");
	render_body(&d->out, l, u);
	buffer_put_text(&d->out, ".\n");
	return offer_end(d);
}

/* Read and judged; once more after fetching, if the slice may be too old to know it. */
static struct draft_fault judge(struct desk *d, const struct draft *draft, struct update *u)
{
	for (bool fetched = false;; fetched = true) {
		struct draft_place at = ask_place(d);
		struct draft_fault f = draft_read(draft, &at, u);

		if (draft_fine(f))
			f = draft_judge(&at, ask_look, d, u);
		if (draft_fine(f) || !f.unknown_here || fetched)
			return f;
		if (!ask_newer(d, draft->text[f.column][0] ? draft->text[f.column] : u->unit))
			return (struct draft_fault){0};
	}
}

static void warn_no_catalogue(struct desk *d)
{
	if (!d->catalogue)
		desk_warn(d, SAY(d,
				 "chưa nhận được danh mục từ máy chủ nên mới chỉ kiểm tra hình "
				 "thức; máy "
				 "chủ "
				 "sẽ xét khi nhận",
				 "no catalogue was received from the centre yet: only the form was "
				 "checked, "
				 "the centre will judge"));
}

/* After its deadline a period is reported by name only: who does not know it reports for the next one. */
static void warn_earlier(struct desk *d, const struct update *u)
{
	uint32_t own = ask_own(d), item = own == NO_INDEX ? NO_INDEX : catalogue_item_by_code(d->catalogue, u->item);
	struct date deadline, today;
	struct period p;
	bool proven;

	today = office_today(&d->office, &proven);
	if (!proven || item == NO_INDEX || strcmp(u->unit, d->office.slice.scope) != 0 || u->body == BODY_CORRECTION ||
	    !duty_period(d->catalogue, item, own, u->period, u->as_of, &p, &deadline))
		return;
	struct duty_list duties = ask_duties(d, today);

	for (size_t i = 0; i < duties.n; i++) {
		const struct duty *duty = &duties.list[i];

		if (duty->item == item && duty->closed && !duty->reported && duty->period.first.ymd < p.first.ymd)
			desk_warn(d,
				  SAY(d, "kỳ %s của mục này chưa báo cáo; để báo cho kỳ đó hãy ghi --period %s",
				      "the period %s of this item is not reported; for that one give --period %s"),
				  duty->period.code, duty->period.code);
	}
	duty_list_free(&duties);
}

/* The draft, judged, sealed and queued. */
static enum desk_exit queue(struct desk *d, const struct draft *draft, const char *receipt)
{
	struct sys_error error = {""};
	struct update u;
	uint64_t first;
	struct draft_fault f = judge(d, draft, &u);

	if (f.reason == REASON_AS_OF_MISSING && !form_given.as_of)
		return offer_day(d, NULL, &u.as_of);
	if (f.column == DRAFT_unit && f.csv == CSV_REQUIRED)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "cần --unit MÃ: chưa nhận được danh mục nên chưa biết đơn vị mình",
			    "--unit CODE is needed: without a catalogue our own unit is not "
			    "known"));
	if (!draft_fine(f))
		return refuse(d, draft, f);
	ask_seal(d, &u, false);
	if (!ask_fits(&u))
		return refuse(
			d, draft,
			(struct draft_fault){.column = DRAFT_note, .reason = REASON_TOO_LARGE});
	warn_earlier(d, &u);
	int code = spool_queue(d->office.spool, &u, 1, &first, &error);

	return code ? desk_fail_sys(d, code, &error) : say_queued(d, &u, receipt);
}

static enum desk_exit report_one(struct desk *d, const char *item)
{
	struct sys_error why;
	struct draft draft = form_draft(item, "");
	enum desk_exit exit;

	/* the first report of a new office: without a slice it does not know who it is */
	if (!d->catalogue && !form_given.unit && ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE &&
	    (exit = desk_catalogue(d)))
		return exit;
	warn_no_catalogue(d);
	return queue(d, &draft, NULL);
}

enum desk_exit desk_report(struct desk *d, int argc, char **argv)
{
	const char *items[DESK_SAME_ITEMS];
	size_t n;
	enum desk_exit exit = desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), items, DESK_SAME_ITEMS, &n);

	if (exit)
		return exit;
	if (same.same && (form_figure() || form_given.unit || form_given.reason))
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "--same chỉ đi cùng --period, --as-of, --note và --dry-run",
				     "--same goes with --period, --as-of, --note and --dry-run only"));
	if (same.dry_run && !same.same)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "--dry-run chỉ dùng với --same", "--dry-run goes with --same only"));
	if (!same.same && n > 1)
		return desk_fail(d, DESK_USAGE, SAY(d, "thừa từ `%s`", "`%s` is one word too many"), items[1]);
	if (!same.same && !n)
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "thiếu mã nhiệm vụ hoặc chỉ tiêu", "the item's code is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	same.period = form_given.period;
	same.as_of = form_given.as_of;
	same.note = form_given.note;
	return same.same ? desk_same(d, &same, items, n) : report_one(d, items[0]);
}

enum desk_exit desk_correct(struct desk *d, int argc, char **argv)
{
	struct draft_corrected old = {.item = ""};
	const char *receipt = NULL;
	size_t n;
	enum desk_exit exit = desk_args(d, argc, argv, CORRECT, BASE_COUNT(CORRECT), &receipt, 1, &n);

	if (exit)
		return exit;
	if (!n)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "thiếu số biên nhận của báo cáo cần đính chính",
				     "the receipt of the report to be corrected is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	/* which item it is about is known by the receipt alone */
	ask_find(d, receipt, &old);
	struct draft draft = form_draft(old.item, receipt);

	draft.corrected = &old;
	warn_no_catalogue(d);
	return queue(d, &draft, receipt);
}
