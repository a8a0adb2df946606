// SPDX-License-Identifier: Apache-2.0
/*
 * list_silent: who owes a report now: the offices, the longest silent first, with whom to call; then what each owes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "dashboard/list.h"
#include "dashboard/table.h"

typedef Tiendo__V1__SilentRow Row;

enum { EXPECTED = LIST_SILENT_EXPECTED, UNITS = LIST_SILENT_UNITS }; /* list.numbers */

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__silent__init(&q->silent);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_SILENT;
	q->query.silent = &q->silent;
	q->silent.unit = (char *)w->unit;
	q->silent.item = (char *)w->item;
	return &q->silent.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	const Tiendo__V1__SilentPage *p = r->silent;

	l->numbers[EXPECTED] += p->expected;
	l->numbers[UNITS] += p->units;
	for (size_t i = 0; i < p->n_rows; i++) {
		if (!list_unit(l, p->rows[i]->unit) || !list_item(l, p->rows[i]->item))
			return false;
		list_keep(l, p->rows[i]);
	}
	return true;
}

/* Of a flow the centre does not keep when it was reported last, once that period is frozen. */
static const char *heard(const struct list *l, int64_t ms, bool flow, char out[static LIST_TEXT])
{
	return ms ? list_day(l, ms, out) : flow ? "–" : TELL(l, "chưa bao giờ", "never");
}

static bool is_flow(const struct list *l, const Row *m)
{
	return list_item(l, m->item)->row.measure == MEASURE_FLOW;
}

/* ---- by office: the rows of one stand together, as they came ---- */

static struct list_office *offices(const struct list *l, size_t *n)
{
	struct list_office *list = base_alloc((l->n + 1) * sizeof(*list));

	*n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const Row *m = l->rows[i];
		struct list_office *o = *n ? &list[*n - 1] : NULL;
		if (!o || o->unit->row.number != m->unit) {
			o = &list[(*n)++];
			*o = (struct list_office){.unit = list_unit(l, m->unit), .from = i, .since = m->since};
		}
		o->n++;
		o->missing += m->missing;
		o->flow |= is_flow(l, m);
		if (m->since < o->since)
			o->since = m->since;
		if (m->last_received_ms > o->last_received)
			o->last_received = m->last_received_ms;
	}
	return list;
}

/* Silent for the longest, then for the most. */
static int longest(const void *pa, const void *pb)
{
	const struct list_office *a = pa, *b = pb;

	if (a->since != b->since)
		return a->since < b->since ? -1 : 1;
	if (a->n != b->n)
		return a->n > b->n ? -1 : 1;
	return strcmp(a->unit->row.code, b->unit->row.code);
}

struct list_office *list_silent_offices(const struct list *l, size_t *n)
{
	struct list_office *list = offices(l, n);

	qsort(list, *n, sizeof(*list), longest);
	return list;
}

static const char *or_dash(const char *text)
{
	return *text ? text : "–";
}

static void put_office(const struct list *l, struct table *t, const struct list_office *o)
{
	char since[LIST_TEXT], last[LIST_TEXT];

	table_cell(t, o->unit->row.code);
	table_cell(t, list_unit_name(l, o->unit));
	table_format(t, "%zu", o->n);
	table_format(t, "%zu", o->missing);
	table_cell(t, list_date(l, o->since, since));
	table_format(t, TELL(l, "%u ngày", "%u days"), list_days_since(l, o->since));
	table_cell(t, heard(l, o->last_received, o->flow, last));
	table_cell(t, or_dash(o->unit->row.head));
	table_cell(t, or_dash(o->unit->row.contact));
}

static void put_offices(const struct list *l, const struct list_office *list, size_t n, struct buffer *out)
{
	struct table t;

	table_open(&t, 9);
	t.cut[1] = t.cut[7] = t.cut[8] = true;
	t.right[2] = t.right[3] = t.right[5] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Nợ", "Owes"));
	table_cell(&t, TELL(l, "Quá hạn", "Overdue"));
	table_cell(&t, TELL(l, "Từ ngày", "Since"));
	table_cell(&t, TELL(l, "Đã", "For"));
	table_cell(&t, TELL(l, "Báo lần cuối", "Last report"));
	table_cell(&t, TELL(l, "Người đứng đầu", "Head"));
	table_cell(&t, TELL(l, "Liên hệ", "Contact"));
	for (size_t i = 0; i < n; i++)
		put_office(l, &t, &list[i]);
	table_print(&t, 2, out);
	table_close(&t);
}

/* ---- what each owes ---- */

static void put_owed(const struct list *l, struct table *t, const Row *m)
{
	const struct item *item = list_item(l, m->item);
	char deadline[LIST_TEXT], last[LIST_TEXT];

	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, item->row.code);
	table_cell(t, list_item_name(l, item));
	table_cell(t, m->period);
	table_cell(t, list_date(l, m->deadline, deadline));
	if (m->missing)
		table_format(t, TELL(l, "quá hạn %u ngày", "%u days overdue"), list_days_since(l, m->deadline));
	else
		table_cell(t, TELL(l, "còn trong hạn", "still in time"));
	table_cell(t, heard(l, m->last_received_ms, is_flow(l, m), last));
}

static void put_all_owed(const struct list *l, const struct list_office *list, size_t n, struct buffer *out)
{
	struct table t;

	table_open(&t, 7);
	t.cut[2] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Nội dung", "What"));
	table_cell(&t, TELL(l, "Kỳ", "Period"));
	table_cell(&t, TELL(l, "Hạn gửi", "Deadline"));
	table_cell(&t, "");
	table_cell(&t, TELL(l, "Báo lần cuối", "Last report"));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < list[i].n; k++)
			put_owed(l, &t, l->rows[list[i].from + k]);
	table_print(&t, 2, out);
	table_close(&t);
}

static void show(struct list *l, struct buffer *out)
{
	size_t n, missing = 0;
	struct list_office *list = list_silent_offices(l, &n);

	for (size_t i = 0; i < n; i++)
		missing += list[i].missing;
	buffer_format(out,
		      TELL(l,
			   "Im lặng: %zu/%" PRIu64 " đơn vị · nợ %zu/%" PRIu64 " báo cáo, trong đó %zu đã quá hạn\n",
			   "Silent: %zu/%" PRIu64 " offices · %zu/%" PRIu64 " reports owed, %zu of them overdue\n"),
		      n, l->numbers[UNITS], l->n, l->numbers[EXPECTED], missing);
	if (n) {
		put_offices(l, list, n, out);
		buffer_put_text(out, TELL(l, "\nCòn nợ\n", "\nOwed\n"));
		put_all_owed(l, list, n, out);
	}
	free(list);
}

/* ---- for programs ---- */

static void json_whole(const struct list *l, struct json *j)
{
	json_uint(j, "expected", l->numbers[EXPECTED]);
	json_uint(j, "expected_units", l->numbers[UNITS]);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;
	const struct unit *u = list_unit(l, m->unit);

	json_text(j, "unit", u->row.code);
	json_text(j, "name", u->row.name);
	list_json_text(j, "head", u->row.head);
	list_json_text(j, "contact", u->row.contact);
	list_json_item(l, j, m->item);
	json_text(j, "period", m->period);
	list_json_date(j, "since", m->since);
	json_uint(j, "days", list_days_since(l, m->since));
	list_json_date(j, "deadline", m->deadline);
	json_bool(j, "missing", m->missing);
	list_json_ms(j, "last_received_ms", m->last_received_ms);
}

const struct list_kind list_silent = {.name = "silent",
				      .answer = TIENDO__V1__REPLY__ANSWER_SILENT,
				      .ask = ask,
				      .take = take,
				      .show = show,
				      .json_row = json_row,
				      .json_whole = json_whole};
