// SPDX-License-Identifier: Apache-2.0
/* show_report: who has said what, who has said nothing, what is not finished; every one by name.
 */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/show_inside.h"
#include "dashboard/table.h"

#define SAY(vi, en) show_says(l, vi, en)

static void put_value(struct buffer *out, const struct report_cell *c, enum language l)
{
	char a[SHOW_NUMBER], b[SHOW_NUMBER];

	if (c->item->row.kind == ITEM_RATIO)
		buffer_format(out, "%s/%s", show_number(c->numerator, l, a),
			      show_number(c->denominator, l, b));
	else if (c->item->row.kind == ITEM_POINTS)
		buffer_put_text(out, show_hundredths(c->numerator, l, a));
	else
		buffer_put_text(out, show_number(c->numerator, l, a));
}

const char *show_state(enum cell_state state, enum language l)
{
	const char *const words[] = {
		[REPORT_UNREPORTED] = SAY("chưa báo cáo", "not reported"),
		[REPORT_NOT_STARTED] = task_state_label(TASK_NOT_STARTED, l),
		[REPORT_IN_PROGRESS] = task_state_label(TASK_IN_PROGRESS, l),
		[REPORT_DONE] = task_state_label(TASK_DONE, l),
		[REPORT_NONE_ARISEN] = SAY("không phát sinh", "none arisen"),
		[REPORT_NA] = SAY("không áp dụng", "not applicable"),
	};

	return words[state];
}

static void put_state(struct buffer *out, const struct report_cell *c, enum language l)
{
	char date[SHOW_NUMBER];

	if (c->state == REPORT_VALUE) {
		put_value(out, c, l);
		return;
	}
	buffer_put_text(out, show_state(c->state, l));
	if (c->state == REPORT_IN_PROGRESS)
		buffer_format(out, " %" PRIu32 " %%", c->percent);
	if (c->state == REPORT_DONE)
		buffer_format(out, " %s", show_date(c->done_on, l, date));
}

/* "trễ 12 ngày: 9 ngày chờ đơn vị khác, 3 ngày của đơn vị" */
static void put_late(struct buffer *out, const struct report_cell *c, enum language l)
{
	buffer_format(out, SAY("%strễ %" PRIu32 " ngày: %" PRIu32 " ngày chờ đơn vị khác, %" PRIu32 " ngày của đơn vị",
			       "%s%" PRIu32 " days late: %" PRIu32 " waiting for others, %" PRIu32 " its own"),
		      out->size ? ", " : "", c->late_days, c->waiting_days, c->late_days - c->waiting_days);
}

static void put_marks(struct buffer *out, const struct report_cell *c, enum language l)
{
	const struct {
		bool is;
		const char *text;
	} marks[] = {
		{c->overdue, SAY("quá hạn", "overdue")},
		{c->behind, SAY("chậm tiến độ", "behind")},
		{c->done_late, SAY("xong muộn", "done late")},
		{c->accepted, SAY("đã nghiệm thu", "accepted")},
		{c->corrected, SAY("đã đính chính", "corrected")},
		{c->on_behalf, SAY("báo cáo thay", "on behalf")},
		{c->crossed, SAY("gửi khi chưa thấy báo cáo trước",
				  "sent without seeing the one before")},
		{!c->expected, SAY("nay không tính", "not counted now")},
	};

	char date[SHOW_NUMBER], first[SHOW_NUMBER];

	for (size_t i = 0; i < BASE_COUNT(marks); i++)
		if (marks[i].is)
			buffer_format(out, "%s%s", out->size ? ", " : "", marks[i].text);
	if (c->late_days)
		put_late(out, c, l);
	if (c->first_due.ymd && c->first_due.ymd != c->due.ymd)
		buffer_format(out, SAY("%sgia hạn %s → %s", "%sextended %s → %s"), out->size ? ", " : "",
			      show_date(c->first_due, l, first), show_date(c->due, l, date));
	if (c->unchanged_since.ymd && c->unchanged_since.ymd < c->as_of.ymd)
		buffer_format(out, SAY("%skhông đổi từ %s", "%sunchanged since %s"), out->size ? ", " : "",
			      show_date(c->unchanged_since, l, date));
}

static void cell_row(struct table *t, const struct report_cell *c, bool with_item,
		     struct buffer *text, enum language l)
{
	char date[SHOW_NUMBER];

	table_cell(t, c->unit->row.code);
	table_cell(t, c->unit->row.name);
	if (with_item)
		table_cell(t, c->item->row.code);
	put_state(text, c, l);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_cell(t, show_date(c->as_of, l, date));
	table_cell(t, c->receipt);
	put_marks(text, c, l);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
}

static void put_said(struct buffer *out, const struct report *r, enum language l)
{
	struct table t;
	struct buffer text = {0};
	bool with_item = !r->reading.item->leaf;
	size_t n = 0;

	table_open(&t, 6 + (size_t)with_item);
	t.cut[1] = true;
	table_cell(&t, SAY("Đơn vị", "Unit"));
	table_cell(&t, SAY("Tên", "Name"));
	if (with_item)
		table_cell(&t, SAY("Mục", "Item"));
	table_cell(&t, SAY("Đã báo", "Said"));
	table_cell(&t, SAY("Số liệu ngày", "As of"));
	table_cell(&t, SAY("Biên nhận", "Receipt"));
	table_cell(&t, "");
	for (size_t i = 0; i < r->cells_n; i++)
		if (r->cells[i].state != REPORT_UNREPORTED) {
			cell_row(&t, &r->cells[i], with_item, &text, l);
			n++;
		}
	buffer_format(out,
		      SAY("\nĐã báo cáo: %" PRIu32 "/%" PRIu32 "\n",
			  "\nReported: %" PRIu32 "/%" PRIu32 "\n"),
		      r->reading.figure.reported, r->reading.figure.expected);
	if (n)
		table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

static void put_missing(struct buffer *out, const struct report *r, enum language l)
{
	struct table t;
	size_t n = 0;
	char date[SHOW_NUMBER];

	table_open(&t, 4);
	t.cut[1] = true;
	for (size_t i = 0; i < r->cells_n; i++) {
		const struct report_cell *c = &r->cells[i];
		if (c->state != REPORT_UNREPORTED)
			continue;
		n++;
		table_cell(&t, c->unit->row.code);
		table_cell(&t, c->unit->row.name);
		table_cell(&t, r->reading.item->leaf ? "" : c->item->row.code);
		if (c->late_days)
			table_format(&t,
				     SAY("quá hạn %s, chờ đơn vị khác %" PRIu32 "/%" PRIu32 " ngày",
					 "overdue since %s, %" PRIu32 " of %" PRIu32 " days waiting for others"),
				     show_date(c->due, l, date), c->waiting_days, c->late_days);
		else if (c->due.ymd)
			table_format(&t,
				     c->overdue ? SAY("quá hạn %s", "overdue since %s")
						: SAY("hạn %s", "due %s"),
				     show_date(c->due, l, date));
		else
			table_cell(&t, "");
	}
	buffer_format(out,
		      SAY("\nChưa báo cáo: %zu/%" PRIu32 "\n", "\nNot reported: %zu/%" PRIu32 "\n"),
		      n, r->reading.figure.expected);
	table_print(&t, 2, out);
	table_close(&t);
}

static void put_unfinished(struct buffer *out, const struct report *r, enum language l)
{
	struct table t;
	struct buffer text = {0};

	if (r->reading.item->leaf)
		return;
	table_open(&t, 3);
	for (size_t i = 0; i < r->unfinished_n; i++) {
		const struct reading *leaf = &r->unfinished[i];
		table_cell(&t, leaf->item->row.code);
		table_cell(&t, leaf->item->row.name);
		show_main(&text, leaf, l);
		if (leaf->figure.has_target) {
			buffer_put_text(&text, SAY(" · mục tiêu ", " · target "));
			show_target(&text, leaf, l);
		}
		table_cell(&t, buffer_text(&text));
		buffer_clear(&text);
	}
	buffer_format(out, SAY("\nMục chưa xong: %zu\n", "\nNot finished: %zu\n"), r->unfinished_n);
	table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

void show_report(struct buffer *out, const struct report *r, enum language l)
{
	show_figure(out, &r->reading, l);
	put_unfinished(out, r, l);
	put_said(out, r, l);
	put_missing(out, r, l);
}
