// SPDX-License-Identifier: Apache-2.0
/* list_series: one figure from day to day: a line for each day on which it was another one than the day before. */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/json.h"
#include "dashboard/list.h"
#include "dashboard/show_inside.h"
#include "dashboard/table.h"

typedef Tiendo__V1__SeriesPoint Row;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__series__init(&q->series);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_SERIES;
	q->query.series = &q->series;
	q->series.unit = (char *)w->unit;
	q->series.item = (char *)w->item;
	q->series.from = w->from.ymd;
	q->series.to = w->to.ymd;
	return &q->series.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	uint32_t number;
	struct rollup rollup;

	for (size_t i = 0; i < r->series->n_points; i++) {
		Row *m = r->series->points[i];
		if (!m->rollup || !codec_rollup_read(m->rollup, &number, &rollup) ||
		    number != l->item->row.number)
			return false;
		list_keep(l, m);
	}
	return true;
}

static struct reading reading(const struct list *l, const Row *m)
{
	struct sight sight = l->sight;
	struct rollup rollup;
	uint32_t number;

	codec_rollup_read(m->rollup, &number, &rollup);
	sight.today = (struct date){m->date};
	return reading_of(&sight, l->wish.unit, l->place.name, l->item, &rollup);
}

static void put_row(const struct list *l, struct table *t, const struct reading *r, struct buffer *text)
{
	char date[LIST_TEXT];

	table_cell(t, list_date(l, r->sight.today.ymd, date));
	table_format(t, "%" PRIu32 "/%" PRIu32, r->figure.reported, r->figure.expected);
	show_main(text, r, l->language);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	show_target(text, r, l->language);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_format(t, "%" PRIu32, r->figure.overdue);
	table_format(t, "%" PRIu32, r->figure.behind);
}

static void show(struct list *l, struct buffer *out)
{
	struct table t;
	struct buffer text = {0};

	if (!l->n) {
		buffer_put_text(out, TELL(l, "Không có ngày nào trong khoảng này.\n", "No day in this range.\n"));
		return;
	}
	table_open(&t, 6);
	t.right[1] = t.right[4] = t.right[5] = true;
	table_cell(&t, TELL(l, "Ngày", "Day"));
	table_cell(&t, TELL(l, "Báo cáo", "Reported"));
	table_cell(&t, TELL(l, "Kết quả", "Figure"));
	table_cell(&t, TELL(l, "Mục tiêu", "Target"));
	table_cell(&t, TELL(l, "Quá hạn", "Overdue"));
	table_cell(&t, TELL(l, "Chậm tiến độ", "Behind"));
	for (size_t i = 0; i < l->n; i++) {
		struct reading r = reading(l, l->rows[i]);
		put_row(l, &t, &r, &text);
	}
	table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	struct reading r = reading(l, row);
	struct buffer figure = {0};

	list_json_date(j, "date", ((const Row *)row)->date);
	json_figure(&figure, &r);
	json_raw(j, "figure", buffer_bytes(&figure));
	buffer_free(&figure);
}

const struct list_kind list_series = {.name = "series",
				      .answer = TIENDO__V1__REPLY__ANSWER_SERIES,
				      .ask = ask,
				      .take = take,
				      .show = show,
				      .json_row = json_row};
