// SPDX-License-Identifier: Apache-2.0
#include "dashboard/show.h"

#include <inttypes.h>
#include <stdio.h>

#include "common/domain/text.h"
#include "dashboard/show_inside.h"
#include "dashboard/table.h"

const char *show_says(enum language l, const char *vi, const char *en)
{
	return l == LANGUAGE_VI ? vi : en;
}

#define SAY(vi, en) show_says(l, vi, en)

/* ---- one figure in a few words ---- */

/* Of the one there is. */
static const char *only_state(const struct task_counts *c, enum language l)
{
	if (c->done)
		return SAY("hoàn thành", "done");
	if (c->in_progress)
		return SAY("đang thực hiện", "in progress");
	if (c->not_started)
		return SAY("chưa triển khai", "not started");
	return c->na ? SAY("không áp dụng", "not applicable") : SAY("chưa báo cáo", "not reported");
}

static void put_tasks(struct buffer *out, const struct task_counts *c, uint32_t expected,
		      enum language l)
{
	if (expected == 1) {
		buffer_put_text(out, only_state(c, l));
		return;
	}
	buffer_format(out,
		      SAY("%" PRIu32 "/%" PRIu32 " hoàn thành", "%" PRIu32 "/%" PRIu32 " done"),
		      c->done, expected);
	buffer_format(out, SAY(" · %" PRIu32 " đang thực hiện", " · %" PRIu32 " in progress"),
		      c->in_progress);
	buffer_format(out, SAY(" · %" PRIu32 " chưa triển khai", " · %" PRIu32 " not started"),
		      c->not_started);
	if (c->unreported)
		buffer_format(out,
			      SAY(" · %" PRIu32 " chưa báo cáo", " · %" PRIu32 " not reported"),
			      c->unreported);
	if (c->na)
		buffer_format(out,
			      SAY(" · %" PRIu32 " không áp dụng", " · %" PRIu32 " not applicable"),
			      c->na);
}

static void put_ratio(struct buffer *out, const struct figure *f, enum language l)
{
	char percent[SHOW_NUMBER], n[SHOW_NUMBER], d[SHOW_NUMBER];

	if (!f->has_percent) {
		buffer_put_text(out, SAY("chưa có số liệu", "no figure yet"));
		return;
	}
	buffer_format(out, "%s (%s/%s)", show_percent(f->percent_bp, l, percent),
		      show_number(f->numerator, l, n), show_number(f->denominator, l, d));
}

void show_value(struct buffer *out, const struct reading *r, enum language l)
{
	const struct item_row *item = &r->item->row;
	char text[SHOW_NUMBER];

	if (!r->figure.has_value) {
		buffer_put_text(out, SAY("chưa có số liệu", "no figure yet"));
	} else if (item->kind == ITEM_POINTS) {
		buffer_put_text(out, show_hundredths(r->figure.value, l, text));
		if (item->has_maximum)
			buffer_format(out, "/%s", show_hundredths(item->maximum, l, text));
		buffer_put_text(out, SAY(" điểm", " points"));
	} else {
		buffer_put_text(out, show_number(r->figure.value, l, text));
		if (*item->uom)
			buffer_format(out, " %s", item->uom);
	}
}

void show_main(struct buffer *out, const struct reading *r, enum language l)
{
	const struct figure *f = &r->figure;

	switch (r->item->row.kind) {
	case ITEM_PLAN:
	case ITEM_GROUP:
		if (f->leaves_expected || !f->indicators_expected)
			put_tasks(out, &f->leaves, f->leaves_expected, l);
		if (f->leaves_expected && f->indicators_expected)
			buffer_put_text(out, " · ");
		if (f->indicators_expected)
			buffer_format(out,
				      SAY("%" PRIu32 "/%" PRIu32 " số liệu chỉ tiêu",
					  "%" PRIu32 "/%" PRIu32 " indicator figures"),
				      f->indicators.value + f->indicators.none,
				      f->indicators_expected - f->indicators.na);
		break;
	case ITEM_TASK:
		put_tasks(out, &f->cells, f->cells_expected, l);
		break;
	case ITEM_RATIO:
	case ITEM_RATIO_GROUP:
		put_ratio(out, f, l);
		break;
	case ITEM_COUNT:
	case ITEM_POINTS:
		show_value(out, r, l);
		break;
	case ITEM_NONE:
		break;
	}
}

void show_target(struct buffer *out, const struct reading *r, enum language l)
{
	enum item_kind kind = r->item->row.kind;
	char text[SHOW_NUMBER];

	if (!r->figure.has_target)
		return;
	bool ratio = kind == ITEM_RATIO || kind == ITEM_RATIO_GROUP;
	if (kind == ITEM_POINTS)
		show_hundredths(r->figure.target, l, text);
	else if (ratio)
		show_percent(r->figure.target, l, text);
	else
		show_number(r->figure.target, l, text);
	buffer_put_text(out, text);
}

void show_deadlines(struct buffer *out, const struct reading *r, enum language l)
{
	struct reading_deadlines d = reading_deadlines(&r->figure);

	if (!d.applicable)
		return;
	buffer_format(out,
		      SAY("%" PRIu32 "/%" PRIu32 " hoàn thành đúng hạn · %" PRIu32
			  " hoàn thành muộn · %" PRIu32 " chưa hoàn thành, còn trong hạn · %" PRIu32
			  " quá hạn",
			  "%" PRIu32 "/%" PRIu32 " done in time · %" PRIu32 " done late · %" PRIu32
			  " not done, still in time · %" PRIu32 " overdue"),
		      d.done_in_time, d.applicable, d.done_late, d.open_in_time, d.overdue);
}

static const char *reached(const struct figure *f, enum language l)
{
	if (!f->has_reached)
		return "";
	return f->target_reached ? SAY("đạt", "reached") : SAY("chưa đạt", "not reached");
}

/* "63,15 % (36/38)": never without on how many it stands. */
static void put_score(struct buffer *out, const struct reading *r, enum language l)
{
	const struct figure *f = &r->figure;
	char text[SHOW_NUMBER];

	if (f->has_attainment && r->item->leaf)
		buffer_put_text(out, show_percent(f->attainment_bp, l, text));
	else if (f->has_score)
		buffer_format(out, "%s (%" PRIu32 "/%" PRIu32 ")",
			      show_percent(f->score_bp, l, text), f->score_leaves,
			      f->score_leaves_of);
	else if (f->has_attainment)
		buffer_put_text(out, show_percent(f->attainment_bp, l, text));
}

/* ---- one figure, whole ---- */

struct lines {
	struct table table;
	struct buffer text;
};

static void line(struct lines *t, const char *name)
{
	if (t->text.size) {
		table_cell(&t->table, name);
		table_cell(&t->table, buffer_text(&t->text));
	}
	buffer_clear(&t->text);
}

static void late_lines(struct lines *t, const struct reading *r, enum language l)
{
	const struct figure *f = &r->figure;

	show_deadlines(&t->text, r, l);
	line(t, SAY("Thời hạn", "Deadlines"));
	if (f->behind)
		buffer_format(&t->text,
			      SAY("%" PRIu32 "/%" PRIu32 " đang thực hiện mà chậm",
				  "%" PRIu32 "/%" PRIu32 " in progress and behind"),
			      f->behind, f->cells.in_progress);
	line(t, SAY("Chậm tiến độ", "Behind"));
}

static void count_lines(struct lines *t, const struct reading *r, enum language l)
{
	const struct figure *f = &r->figure;

	if (f->leaves_expected && !r->item->leaf) {
		put_tasks(&t->text, &f->leaves, f->leaves_expected, l);
		line(t, SAY("Nhiệm vụ", "Tasks"));
	}
	if (f->cells_expected) {
		put_tasks(&t->text, &f->cells, f->cells_expected, l);
		line(t, SAY("Theo đơn vị", "By office"));
	}
	if (f->indicators_expected) {
		buffer_format(&t->text,
			      SAY("%" PRIu32 "/%" PRIu32 " có số liệu · %" PRIu32
				  " không phát sinh · %" PRIu32 " chưa báo cáo · %" PRIu32
				  " đạt mục tiêu",
				  "%" PRIu32 "/%" PRIu32 " with a figure · %" PRIu32
				  " none arisen · %" PRIu32 " not reported · %" PRIu32
				  " at target"),
			      f->indicators.value, f->indicators_expected, f->indicators.none,
			      f->indicators.unreported, f->indicators.at_target);
		line(t, SAY("Chỉ tiêu", "Indicators"));
	}
	buffer_format(&t->text, "%" PRIu32 "/%" PRIu32, f->reported, f->expected);
	line(t, SAY("Đã báo cáo", "Reported"));
}

static void number_lines(struct lines *t, const struct reading *r, enum language l)
{
	enum item_kind kind = r->item->row.kind;

	if (kind == ITEM_RATIO || kind == ITEM_RATIO_GROUP) {
		put_ratio(&t->text, &r->figure, l);
		line(t, SAY("Tỷ lệ", "Ratio"));
	}
	if (kind == ITEM_COUNT || kind == ITEM_POINTS) {
		show_value(&t->text, r, l);
		line(t, SAY("Giá trị", "Value"));
	}
	if (r->figure.has_target) {
		show_target(&t->text, r, l);
		if (r->figure.has_reached)
			buffer_format(&t->text, " · %s", reached(&r->figure, l));
		line(t, SAY("Mục tiêu", "Target"));
	}
	put_score(&t->text, r, l);
	line(t, !r->item->leaf && r->figure.has_score ? SAY("Điểm tiến độ", "Score")
						      : SAY("Mức đạt", "Attainment"));
}

void show_figure(struct buffer *out, const struct reading *r, enum language l)
{
	struct lines t = {0};
	char generation[GENERATION_TEXT], text[SHOW_NUMBER];

	buffer_format(out, "%s %s · %s %s\n", r->unit, r->unit_name, r->item->row.code,
		      r->item->row.name);
	table_open(&t.table, 2);
	count_lines(&t, r, l);
	number_lines(&t, r, l);
	late_lines(&t, r, l);
	buffer_format(&t.text, SAY("%s · bản ghi %" PRIu64 " · %s", "%s · entry %" PRIu64 " · %s"),
		      show_date(r->sight.today, l, text), r->figure.version,
		      generation_text(&r->sight.generation, generation));
	line(&t, SAY("Tính đến", "As of"));
	table_print(&t.table, 2, out);
	table_close(&t.table);
	buffer_free(&t.text);
}

/* ---- many ---- */

static void figure_row(struct table *t, const struct reading *r, bool with_unit,
		       struct buffer *text, enum language l)
{
	if (with_unit)
		table_cell(t, r->unit);
	table_cell(t, r->item->row.code);
	for (uint32_t i = 0; i < r->item->depth; i++)
		buffer_put_text(text, "  ");
	buffer_put_text(text, r->item->row.name);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_format(t, "%" PRIu32 "/%" PRIu32, r->figure.reported, r->figure.expected);
	show_main(text, r, l);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	show_target(text, r, l);
	if (r->figure.has_reached)
		buffer_format(text, " %s", reached(&r->figure, l));
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	put_score(text, r, l);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
}

void show_figures(struct buffer *out, const struct reading *list, size_t n, bool with_unit,
		  enum language l)
{
	struct table t;
	struct buffer text = {0};
	size_t u = with_unit;

	table_open(&t, 6 + u);
	t.cut[u + 1] = true;
	t.right[u + 2] = true;
	if (with_unit)
		table_cell(&t, SAY("Đơn vị", "Unit"));
	table_cell(&t, SAY("Mã", "Code"));
	table_cell(&t, SAY("Nội dung", "Item"));
	table_cell(&t, SAY("Báo cáo", "Reported"));
	table_cell(&t, SAY("Kết quả", "Figure"));
	table_cell(&t, SAY("Mục tiêu", "Target"));
	table_cell(&t, SAY("Mức đạt", "Attained"));
	for (size_t i = 0; i < n; i++)
		figure_row(&t, &list[i], with_unit, &text, l);
	table_print(&t, 0, out);
	table_close(&t);
	buffer_free(&text);
}

void show_move(struct buffer *out, const struct reading *r, const struct figure *before,
	       struct instant at, enum language l)
{
	char time[SHOW_NUMBER];

	buffer_format(out, "%s  %s %s: ", show_time(at, time), r->unit, r->item->row.code);
	show_main(out, r, l);
	buffer_format(out,
		      SAY(" · báo cáo %" PRIu32 "/%" PRIu32, " · reported %" PRIu32 "/%" PRIu32),
		      r->figure.reported, r->figure.expected);
	if (before) {
		struct reading was = *r;
		was.figure = *before;
		buffer_put_text(out, SAY(" (trước: ", " (before: "));
		show_main(out, &was, l);
		buffer_put_text(out, ")");
	}
	buffer_put_u8(out, '\n');
}
