// SPDX-License-Identifier: Apache-2.0
/* desk_request: what an office asks of the centre, or tells it, beside figures: a report withdrawn, more time,
 * "not applicable", a milestone. */
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/offer.h"
#include "agent/past.h"
#include "agent/render.h"
#include "common/domain/text.h"

static struct {
	const char *unit, *as_of, *reason, *note, *due, *from, *to, *no, *reached;
} given;

#define UNIT                                                                                     \
	{.name = "unit",                                                                         \
	 .value = "CODE",                                                                        \
	 .text = &given.unit,                                                                    \
	 .vi = "đơn vị cấp dưới, khi làm thay (mặc định: đơn vị mình)", \
	 .en = "a unit below ours, on its behalf (default: our own)"}
#define AS_OF                                                                             \
	{.name = "as-of",                                                                 \
	 .value = "DATE",                                                                 \
	 .text = &given.as_of,                                                            \
	 .vi = "ngày làm việc này (mặc định: hôm nay theo giờ máy chủ)", \
	 .en = "the day of doing so (default: today by the centre's clock)"}
#define NOTE {.name = "note", .value = "TEXT", .text = &given.note, .vi = "ghi chú", .en = "a note"}
#define REASON                                             \
	{.name = "reason",                                 \
	 .value = "TEXT",                                  \
	 .text = &given.reason,                            \
	 .vi = "lý do (bắt buộc)",                   \
	 .en = "why (required)"}

static const struct args_option WITHDRAW[] = {REASON, NOTE};
static const struct args_option EXTENSION[] = {
	{.name = "due", .value = "DATE", .text = &given.due, .vi = "hạn mới xin (bắt buộc)", .en = "the day asked for (required)"},
	REASON, UNIT, AS_OF, NOTE};
static const struct args_option NOT_APPLICABLE[] = {
	{.name = "from",
	 .value = "DATE",
	 .text = &given.from,
	 .vi = "không áp dụng từ ngày (bắt buộc)",
	 .en = "the first day (required)"},
	{.name = "to",
	 .value = "DATE",
	 .text = &given.to,
	 .vi = "đến hết ngày (không ghi: không thời hạn)",
	 .en = "the last day (without it: for ever)"},
	REASON, UNIT, AS_OF, NOTE};
static const struct args_option MILESTONE[] = {
	{.name = "no", .value = "N", .text = &given.no, .vi = "mốc số mấy (bắt buộc)", .en = "its number (required)"},
	{.name = "reached",
	 .value = "DATE",
	 .text = &given.reached,
	 .vi = "ngày đạt mốc (bắt buộc)",
	 .en = "the day it was reached (required)"},
	UNIT, AS_OF, NOTE};

#define OPTIONS_OF(name, table)                                        \
	const struct args_option *desk_##name##_options(size_t *n)     \
	{                                                              \
		*n = BASE_COUNT(table);                                \
		return table;                                          \
	}
OPTIONS_OF(withdraw, WITHDRAW)
OPTIONS_OF(extension, EXTENSION)
OPTIONS_OF(not_applicable, NOT_APPLICABLE)
OPTIONS_OF(milestone, MILESTONE)

/* Where the fields of the wire stand on these command lines. A body that does not fit the item is the item's
 * fault, as a clerk sees it. */
struct places {
	struct offer_place list[13];
	size_t n;
};

static struct places places_of(enum body_kind body, const char *item, const char *receipt)
{
	return (struct places){.list = {{"reason", "--reason", given.reason},
					{"note", "--note", given.note},
					{"unit", "--unit", given.unit},
					{"as_of", "--as-of", given.as_of},
					{"due", "--due", given.due},
					{"from", "--from", given.from},
					{"to", "--to", given.to},
					{"no", "--no", given.no},
					{"reached_on", "--reached", given.reached},
					{"item", "ITEM", item},
					{"withdraws", "RECEIPT", receipt},
					{"period", "RECEIPT", receipt},
					{body_word(body), "ITEM", item}},
			       .n = 13};
}

static enum desk_exit offer_item(struct desk *d, struct update *u)
{
	struct places p = places_of(u->body, u->item, NULL);

	return offer(d, u, p.list, p.n);
}

static const char *or_none(const char *text)
{
	return text ? text : "";
}

/* ---- what the commands about an item share ---- */

/* Reads the command line, opens the office, and knows unit, item and day. */
static enum desk_exit begin(struct desk *d, int argc, char **argv, const struct args_option *options, size_t n,
			    struct update *u, struct matter *m)
{
	const char *item = NULL;
	struct sys_error why;
	size_t operands;
	enum desk_exit exit = desk_args(d, argc, argv, options, n, &item, 1, &operands);

	if (exit)
		return exit;
	if (!operands)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "thiếu mã nhiệm vụ hoặc chỉ tiêu", "the item's code is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	if (!d->catalogue && ask_centre(d, SPOOL_SLICE, &why) == FETCH_DONE && (exit = desk_catalogue(d)))
		return exit;
	*m = (struct matter){.text = or_none(given.reason), .item = "", .solution = "", .addressee = ""};
	*u = (struct update){.unit = given.unit ? given.unit : d->office.slice.scope,
			     .item = item,
			     .period = "",
			     .note = or_none(given.note),
			     .reason = "",
			     .product_ref = "",
			     .matter = m};
	if (!u->unit[0])
		return desk_fail(
			d, DESK_USAGE,
			SAY(d, "cần --unit MÃ: chưa nhận được danh mục nên chưa biết đơn vị mình",
			    "--unit CODE is needed: without a catalogue our own unit is not known"));
	if (!text_is_code(item))
		return offer_bad(d, CSV_BAD_CODE, "ITEM", "item", item);
	if (!text_is_code(u->unit))
		return offer_bad(d, CSV_BAD_CODE, "--unit", "unit", u->unit);
	return offer_day(d, given.as_of, &u->as_of);
}

/* A date that may be absent: what is needed is judged by the rules. */
static enum desk_exit read_date(struct desk *d, const char *text, const char *option, const char *field,
				struct date *out)
{
	return csv_date(or_none(text), out) == CSV_OK ? DESK_FINE : offer_bad(d, CSV_BAD_DATE, option, field, text);
}

static const struct item *item_of(const struct desk *d, const char *code)
{
	uint32_t item = d->catalogue ? catalogue_item_by_code(d->catalogue, code) : NO_INDEX;

	return item == NO_INDEX ? NULL : catalogue_item(d->catalogue, item);
}

/* "KH762.02 (Mô hình ...), đơn vị 412" */
static void put_item(struct desk *d, const struct update *u)
{
	const struct item *item = item_of(d, u->item);

	buffer_put_text(&d->out, u->item);
	if (item)
		buffer_format(&d->out, " (%s)", item->row.name);
	if (strcmp(u->unit, d->office.slice.scope) != 0)
		buffer_format(&d->out, SAY(d, ", đơn vị %s", ", unit %s"), u->unit);
}

static void put_day(struct desk *d, const char *vi, const char *en, struct date day)
{
	buffer_put_text(&d->out, d->office.language == LANGUAGE_VI ? vi : en);
	render_date(&d->out, d->office.language, day);
}

/* ---- more time ---- */

/* In force, as far as is known here; {0} = none. */
static struct date due_of(struct desk *d, const struct update *u)
{
	const struct item *item = item_of(d, u->item);
	bool known;
	uint32_t unit = d->catalogue ? catalogue_unit_at(d->catalogue, u->unit, u->as_of, &known) : NO_INDEX;
	const struct known_cell *c =
		item && unit != NO_INDEX
			? known_find(ask_known(d), catalogue_unit(d->catalogue, unit)->row.number, item->row.number)
			: NULL;

	return c ? c->due : (struct date){0};
}

enum desk_exit desk_extension(struct desk *d, int argc, char **argv)
{
	struct matter m;
	struct update u;
	enum desk_exit exit = begin(d, argc, argv, EXTENSION, BASE_COUNT(EXTENSION), &u, &m);

	if (!exit)
		exit = read_date(d, given.due, "--due", "due", &m.date);
	if (exit)
		return exit;
	struct date due = due_of(d, &u);
	struct places p = places_of(BODY_EXTENSION_REQUEST, u.item, NULL);

	/* the centre judges by the date in force there; one that it told us can only have become later */
	if (m.date.ymd && m.date.ymd <= due.ymd)
		return offer_verdict(d, (struct verdict){REASON_DUE_NOT_LATER, "due"}, p.list, p.n);
	u.body = BODY_EXTENSION_REQUEST;
	if ((exit = offer_item(d, &u)))
		return exit;
	offer_begin(d, &u);
	if (d->office.json) {
		json_uint(&d->json, "due", m.date.ymd);
		json_uint(&d->json, "due_now", due.ymd);
		return offer_end(d);
	}
	buffer_put_text(&d->out, SAY(d, "đề nghị gia hạn ", "asks for more time for "));
	put_item(d, &u);
	if (due.ymd)
		put_day(d, " từ hạn ", " from ", due);
	put_day(d, " đến ", " until ", m.date);
	buffer_put_text(&d->out, SAY(d,
				     ".\nCơ quan chủ trì kế hoạch sẽ quyết định; cho đến lúc đó hạn cũ vẫn có hiệu "
				     "lực.\n",
				     ".\nThe plan's owner decides; until then the old date holds.\n"));
	return offer_end(d);
}

/* ---- not applicable ---- */

enum desk_exit desk_not_applicable(struct desk *d, int argc, char **argv)
{
	struct matter m;
	struct update u;
	enum desk_exit exit = begin(d, argc, argv, NOT_APPLICABLE, BASE_COUNT(NOT_APPLICABLE), &u, &m);

	if (!exit)
		exit = read_date(d, given.from, "--from", "from", &m.date);
	if (!exit)
		exit = read_date(d, given.to, "--to", "to", &m.date_to);
	u.body = BODY_NA_REQUEST;
	if (exit || (exit = offer_item(d, &u)))
		return exit;
	offer_begin(d, &u);
	if (d->office.json) {
		json_uint(&d->json, "from", m.date.ymd);
		json_uint(&d->json, "to", m.date_to.ymd);
		return offer_end(d);
	}
	buffer_put_text(&d->out, SAY(d, "đề nghị không áp dụng ", "asks for \"not applicable\": "));
	put_item(d, &u);
	put_day(d, " từ ", " from ", m.date);
	if (m.date_to.ymd)
		put_day(d, " đến hết ", " to ", m.date_to);
	buffer_put_text(&d->out, SAY(d,
				     ".\nCơ quan chủ trì kế hoạch sẽ quyết định; cho đến lúc đó vẫn phải báo cáo mục "
				     "này.\n",
				     ".\nThe plan's owner decides; until then it is to be reported.\n"));
	return offer_end(d);
}

/* ---- a milestone ---- */

/* The one with the lowest number above `last` that concerns the unit. */
static bool next_milestone(struct desk *d, const struct update *u, uint32_t last, struct milestone_row *out)
{
	struct catalogue_row row;
	bool found = false;

	for (size_t i = 0; d->catalogue && i < catalogue_rows(d->catalogue); i++) {
		catalogue_row(d->catalogue, i, &row);
		if (row.kind != ROW_MILESTONE || strcmp(row.milestone.item, u->item) != 0 ||
		    (row.milestone.unit[0] && strcmp(row.milestone.unit, u->unit) != 0) ||
		    row.milestone.no <= last || (found && row.milestone.no > out->no))
			continue;
		*out = row.milestone;
		found = true;
	}
	return found;
}

/* "1 Dự thảo (hạn 20/04/2024); 2 Ban hành (hạn 20/06/2024)". no 0: every one. */
static bool put_milestones(struct desk *d, struct buffer *out, const struct update *u, uint32_t no)
{
	struct milestone_row row = {.no = 0};
	bool some = false;

	while (next_milestone(d, u, row.no, &row)) {
		if (no && row.no != no)
			continue;
		buffer_format(out, "%s%u %s (%s ", some ? "; " : "", row.no, row.name, SAY(d, "hạn", "due"));
		render_date(out, d->office.language, row.date);
		buffer_put_u8(out, ')');
		some = true;
	}
	return some;
}

/* Which there are, for a clerk who does not know the numbers. */
static enum desk_exit which_milestone(struct desk *d, const struct update *u)
{
	struct buffer list = {0}, says = {0};
	enum reason why = given.no ? REASON_UNKNOWN_MILESTONE : REASON_FIELD_MISSING;

	if (put_milestones(d, &list, u, 0))
		buffer_format(&says, SAY(d, "Hãy ghi số của một mốc: %s.", "Give the number of one: %s."), buffer_text(&list));
	else
		buffer_format(&says,
			      SAY(d, "%s không có mốc tiến độ nào cho đơn vị.", "%s has no milestones for the unit."), u->item);
	enum desk_exit exit = offer_refused(d, &(struct offer_refusal){.reason = reason_name(why),
								       .field = "no",
								       .option = "--no",
								       .value = given.no,
								       .says = buffer_text(&says)});

	buffer_free(&list);
	buffer_free(&says);
	return exit;
}

enum desk_exit desk_milestone(struct desk *d, int argc, char **argv)
{
	struct matter m;
	struct update u;
	int64_t no = 0;
	enum desk_exit exit = begin(d, argc, argv, MILESTONE, BASE_COUNT(MILESTONE), &u, &m);

	if (!exit && given.no && csv_integer(given.no, 1, UINT32_MAX, &no) != CSV_OK)
		exit = offer_bad(d, CSV_BAD_INTEGER, "--no", "no", given.no);
	if (!exit)
		exit = read_date(d, given.reached, "--reached", "reached_on", &m.date);
	if (exit)
		return exit;
	struct buffer name = {0};
	const struct item *item = item_of(d, u.item);

	if (item && item->row.kind == ITEM_TASK && (!no || !put_milestones(d, &name, &u, (uint32_t)no)))
		return which_milestone(d, &u);
	m.milestone = (uint32_t)no;
	u.body = BODY_MILESTONE;
	if ((exit = offer_item(d, &u))) {
		buffer_free(&name);
		return exit;
	}
	offer_begin(d, &u);
	if (d->office.json) {
		buffer_free(&name);
		json_uint(&d->json, "no", m.milestone);
		json_uint(&d->json, "reached_on", m.date.ymd);
		return offer_end(d);
	}
	put_item(d, &u);
	if (name.size)
		buffer_format(&d->out, SAY(d, " đã đạt mốc %s", " reached milestone %s"), buffer_text(&name));
	else
		buffer_format(&d->out, SAY(d, " đã đạt mốc số %u", " reached milestone %u"), m.milestone);
	put_day(d, " ngày ", " on ", m.date);
	buffer_put_text(&d->out, ".\n");
	buffer_free(&name);
	return offer_end(d);
}

/* ---- a report withdrawn ---- */

static enum desk_exit withdraw(struct desk *d, const char *receipt)
{
	struct draft_corrected old;
	enum draft_found found = ask_find(d, receipt, &old);
	const struct draft_fault bad = {.column = DRAFT_corrects,
					.csv = found == DRAFT_MISSPELT ? CSV_BAD_WORD : CSV_OK,
					.reason = found == DRAFT_UNKNOWN ? REASON_NOT_STANDING : REASON_NONE};
	enum desk_exit exit;

	if (!draft_fine(bad))
		return offer_refused(d, &(struct offer_refusal){
						.reason = bad.csv ? csv_fault_name(bad.csv) : reason_name(bad.reason),
						.field = "withdraws",
						.option = "RECEIPT",
						.value = receipt,
						.says = render_fault(bad, d->office.language)});
	struct places p = places_of(BODY_WITHDRAW, NULL, receipt);
	struct update u = {.body = BODY_WITHDRAW,
			   .unit = old.unit,
			   .item = old.item,
			   .period = old.period,
			   .as_of = old.as_of,
			   .note = or_none(given.note),
			   .reason = or_none(given.reason),
			   .product_ref = "",
			   .matter = &old.matter};

	if ((exit = offer(d, &u, p.list, p.n)))
		return exit;
	offer_begin(d, &u);
	if (d->office.json) {
		json_text(&d->json, "withdraws", receipt);
		offer_period(d, &u);
		return offer_end(d);
	}
	buffer_format(&d->out, SAY(d, "rút báo cáo có biên nhận %s: ", "withdraws the report with receipt %s: "), receipt);
	put_item(d, &u);
	if (u.period[0])
		buffer_format(&d->out, SAY(d, ", kỳ %s", ", period %s"), u.period);
	put_day(d, ", số liệu ngày ", ", as of ", u.as_of);
	buffer_put_text(&d->out, SAY(d,
				     ".\nBáo cáo trước đó, nếu còn, sẽ được dùng lại; nếu không, mục này là chưa báo "
				     "cáo.\n",
				     ".\nThe report before it counts again, if there is one; else the item is "
				     "unreported.\n"));
	return offer_end(d);
}

enum desk_exit desk_withdraw(struct desk *d, int argc, char **argv)
{
	const char *receipt = NULL;
	size_t n;
	enum desk_exit exit = desk_args(d, argc, argv, WITHDRAW, BASE_COUNT(WITHDRAW), &receipt, 1, &n);

	if (exit)
		return exit;
	if (!n)
		return desk_fail(d, DESK_USAGE,
				 SAY(d, "thiếu số biên nhận của báo cáo cần rút",
				     "the receipt of the report to be withdrawn is missing"));
	if ((exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	return withdraw(d, receipt);
}
