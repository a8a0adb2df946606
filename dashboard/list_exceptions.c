// SPDX-License-Identifier: Apache-2.0
/* list_exceptions: the units that have crossed a threshold of thresholds.csv, rule by rule, with what follows from it. */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/list.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

typedef Tiendo__V1__ExceptionRow Row;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__exceptions__init(&q->exceptions);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_EXCEPTIONS;
	q->query.exceptions = &q->exceptions;
	q->exceptions.unit = (char *)w->unit;
	q->exceptions.rule = (char *)w->item; /* the second word of this command is a rule */
	return &q->exceptions.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->exceptions->n_rows; i++) {
		if (!list_unit(l, r->exceptions->rows[i]->unit))
			return false;
		list_keep(l, r->exceptions->rows[i]);
	}
	return true;
}

static bool is_rate(const Row *m)
{
	return strcmp(m->measure, "reporting_rate") == 0 || strcmp(m->measure, "on_time_rate") == 0;
}

/* By rule, in it the farthest beyond the threshold first. */
static int farthest(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;
	int n = strcmp(a->rule, b->rule);

	(void)l;
	if (n)
		return n;
	if (a->measured != b->measured)
		return (a->measured > b->measured) == a->above ? -1 : 1;
	return (a->unit > b->unit) - (a->unit < b->unit);
}

static const char *measure_name(const struct list *l, const char *word)
{
	const struct {
		const char *word, *label;
	} names[] = {
		{"reporting_rate", TELL(l, "tỷ lệ báo cáo", "reporting rate")},
		{"on_time_rate", TELL(l, "tỷ lệ đúng hạn", "on-time rate")},
		{"missing", TELL(l, "báo cáo còn thiếu", "reports missing")},
		{"overdue", TELL(l, "nhiệm vụ quá hạn", "tasks overdue")},
		{"behind", TELL(l, "nhiệm vụ chậm tiến độ", "tasks behind")},
		{"stagnant_days", TELL(l, "số ngày không chuyển biến", "days without a change")},
		{"open_obstacles", TELL(l, "vướng mắc chưa tháo gỡ", "open obstacles")},
		{"overdue_obstacles", TELL(l, "vướng mắc quá hạn trả lời", "overdue obstacles")},
	};

	for (size_t i = 0; i < BASE_COUNT(names); i++)
		if (strcmp(names[i].word, word) == 0)
			return names[i].label;
	return word;
}

static char *number(const struct list *l, const Row *m, uint64_t n, char out[static SHOW_NUMBER])
{
	return is_rate(m) ? show_percent((int64_t)n, l->language, out) : show_number((int64_t)n, l->language, out);
}

static void put_row(const struct list *l, struct table *t, const Row *m)
{
	char measured[SHOW_NUMBER], threshold[SHOW_NUMBER];

	table_cell(t, m->rule);
	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, list_unit_name(l, list_unit(l, m->unit)));
	table_cell(t, measure_name(l, m->measure));
	table_format(t, "%s (N = %" PRIu32 ")", number(l, m, m->measured, measured), m->expected);
	table_format(t, "%s %s", m->above ? TELL(l, "vượt", "above") : TELL(l, "dưới", "below"),
		     number(l, m, m->threshold, threshold));
	table_cell(t, m->period);
	table_cell(t, m->action);
}

static void show(struct list *l, struct buffer *out)
{
	struct table t;

	list_sort(l, farthest);
	table_open(&t, 8);
	t.cut[2] = t.cut[7] = true;
	t.right[4] = true;
	table_cell(&t, TELL(l, "Quy tắc", "Rule"));
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Đo", "Measure"));
	table_cell(&t, TELL(l, "Thực tế", "Measured"));
	table_cell(&t, TELL(l, "Ngưỡng", "Threshold"));
	table_cell(&t, TELL(l, "Kỳ", "Period"));
	table_cell(&t, TELL(l, "Xử lý", "Action"));
	for (size_t i = 0; i < l->n; i++)
		put_row(l, &t, l->rows[i]);
	buffer_format(out, TELL(l, "Vượt ngưỡng: %zu\n", "Beyond a threshold: %zu\n"), l->n);
	if (l->n)
		table_print(&t, 2, out);
	table_close(&t);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;

	json_text(j, "rule", m->rule);
	list_json_unit(l, j, "unit", m->unit);
	json_text(j, "name", list_unit(l, m->unit)->row.name);
	json_text(j, "measure", m->measure);
	json_text(j, "op", m->above ? "above" : "below");
	json_uint(j, "measured", m->measured);
	json_uint(j, "threshold", m->threshold);
	json_uint(j, "expected", m->expected);
	list_json_text(j, "schedule", m->schedule);
	list_json_text(j, "period", m->period);
	list_json_text(j, "action", m->action);
}

const struct list_kind list_exceptions = {.name = "exceptions",
					  .second_is_rule = true,
					  .answer = TIENDO__V1__REPLY__ANSWER_EXCEPTIONS,
					  .ask = ask,
					  .take = take,
					  .show = show,
					  .json_row = json_row};
