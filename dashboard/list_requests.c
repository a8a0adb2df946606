// SPDX-License-Identifier: Apache-2.0
/* list_requests: what waits for the plan's owner to decide, the oldest first; then what was decided. */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/decode.h"
#include "dashboard/list.h"
#include "dashboard/table.h"

typedef Tiendo__V1__RequestRow Row;

enum { EXTENSION = 1, NOT_APPLICABLE = 2 }; /* RequestRow.kind */

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__requests__init(&q->requests);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_REQUESTS;
	q->query.requests = &q->requests;
	q->requests.unit = (char *)w->unit;
	q->requests.item = (char *)w->item;
	q->requests.waiting_only = w->open;
	return &q->requests.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->requests->n_rows; i++) {
		Row *m = r->requests->rows[i];
		if (!list_unit(l, m->unit) || !list_item(l, m->item))
			return false;
		list_keep(l, m);
	}
	return true;
}

static int waiting_first(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;

	(void)l;
	if (!a->decided_entry != !b->decided_entry)
		return a->decided_entry ? 1 : -1;
	return (a->received_ms > b->received_ms) - (a->received_ms < b->received_ms);
}

static void put_wanted(const struct list *l, const Row *m, struct buffer *out)
{
	char from[LIST_TEXT], to[LIST_TEXT];

	list_date(l, m->date, from);
	if (m->kind == EXTENSION)
		buffer_format(out, TELL(l, "gia hạn đến %s", "extension to %s"), from);
	else if (m->date_to)
		buffer_format(out, TELL(l, "không áp dụng %s–%s", "not applicable %s–%s"), from,
			      list_date(l, m->date_to, to));
	else
		buffer_format(out, TELL(l, "không áp dụng từ %s", "not applicable from %s"), from);
}

static void put_outcome(const struct list *l, const Row *m, struct buffer *out)
{
	char date[LIST_TEXT];

	if (!m->decided_entry)
		buffer_format(out, TELL(l, "chờ %u ngày", "waits %u days"), list_days_since_ms(l, m->received_ms));
	else if (!m->granted)
		buffer_put_text(out, TELL(l, "không đồng ý", "refused"));
	else if (m->kind == EXTENSION && m->granted_date)
		buffer_format(out, TELL(l, "đồng ý đến %s", "granted to %s"), list_date(l, m->granted_date, date));
	else
		buffer_put_text(out, TELL(l, "đồng ý", "granted"));
	if (*m->answer)
		buffer_format(out, ": %s", m->answer);
}

static void put_row(const struct list *l, struct table *t, const Row *m, struct buffer *text)
{
	char receipt[RECEIPT_TEXT], date[LIST_TEXT];

	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, list_unit_name(l, list_unit(l, m->unit)));
	table_cell(t, list_item(l, m->item)->row.code);
	put_wanted(l, m, text);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_cell(t, list_day(l, m->received_ms, date));
	put_outcome(l, m, text);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_cell(t, m->reason);
	table_cell(t, decode_receipt(m->receipt, receipt));
}

static void show(struct list *l, struct buffer *out)
{
	struct table t;
	struct buffer text = {0};
	size_t waiting = 0;

	list_sort(l, waiting_first);
	table_open(&t, 8);
	t.cut[1] = t.cut[5] = t.cut[6] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Xin", "Asks for"));
	table_cell(&t, TELL(l, "Ngày xin", "Asked"));
	table_cell(&t, TELL(l, "Quyết định", "Decision"));
	table_cell(&t, TELL(l, "Lý do", "Reason"));
	table_cell(&t, TELL(l, "Biên nhận", "Receipt"));
	for (size_t i = 0; i < l->n; i++) {
		waiting += !((const Row *)l->rows[i])->decided_entry;
		put_row(l, &t, l->rows[i], &text);
	}
	buffer_format(out, TELL(l, "Đề nghị: %zu · chờ quyết định %zu\n", "Requests: %zu · waiting %zu\n"), l->n,
		      waiting);
	if (l->n)
		table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;

	list_json_receipt(j, m->receipt);
	json_int(j, "received_ms", m->received_ms);
	list_json_unit(l, j, "unit", m->unit);
	json_text(j, "name", list_unit(l, m->unit)->row.name);
	list_json_item(l, j, m->item);
	list_json_text(j, "kind", m->kind == EXTENSION ? "extension" :
				  m->kind == NOT_APPLICABLE ? "not_applicable" : "");
	list_json_date(j, "date", m->date);
	list_json_date(j, "date_to", m->date_to);
	if (m->decided_entry) {
		json_uint(j, "decided_entry", m->decided_entry);
		json_bool(j, "granted", m->granted);
	} else {
		json_none(j, "decided_entry");
		json_none(j, "granted");
	}
	list_json_date(j, "granted_date", m->granted_date);
	list_json_free_text(l, j, "reason", m->reason);
	list_json_free_text(l, j, "answer", m->answer);
}

const struct list_kind list_requests = {.name = "requests",
					.answer = TIENDO__V1__REPLY__ANSWER_REQUESTS,
					.ask = ask,
					.take = take,
					.show = show,
					.json_row = json_row};
