// SPDX-License-Identifier: Apache-2.0
/* list_findings: what inspectors found, the only source of "not per rules"; what is still open first, the gravest first. */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/list.h"
#include "dashboard/table.h"

typedef Tiendo__V1__FindingRow Row;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__findings__init(&q->findings);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_FINDINGS;
	q->query.findings = &q->findings;
	q->findings.unit = (char *)w->unit;
	q->findings.item = (char *)w->item;
	q->findings.open_only = w->open;
	return &q->findings.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->findings->n_rows; i++) {
		Row *m = r->findings->rows[i];
		if (!list_unit(l, m->unit) || !list_knows(l, 0, m->item))
			return false;
		list_keep(l, m);
	}
	return true;
}

static bool past(const struct list *l, const Row *m)
{
	return !m->closed_on && m->remedy_by && m->remedy_by < l->sight.today.ymd;
}

static const char *severity(const struct list *l, uint32_t n)
{
	const char *const words[] = {"", TELL(l, "nhẹ", "minor"), TELL(l, "nghiêm trọng", "serious"),
				     TELL(l, "rất nghiêm trọng", "grave")};

	return n < BASE_COUNT(words) ? words[n] : "";
}

static int gravest(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;

	(void)l;
	if (!a->closed_on != !b->closed_on)
		return a->closed_on ? 1 : -1;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	return (a->entry > b->entry) - (a->entry < b->entry);
}

static void put_row(const struct list *l, struct table *t, const Row *m)
{
	const struct item *item = list_item(l, m->item);
	char date[LIST_TEXT];

	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, list_unit_name(l, list_unit(l, m->unit)));
	table_cell(t, item ? item->row.code : "");
	table_cell(t, severity(l, m->severity));
	table_cell(t, m->rule);
	table_cell(t, m->document);
	table_cell(t, list_day(l, m->recorded_ms, date));
	if (m->closed_on)
		table_format(t, TELL(l, "đã khắc phục %s", "remedied %s"), list_date(l, m->closed_on, date));
	else if (past(l, m))
		table_format(t, TELL(l, "QUÁ HẠN %s", "OVERDUE %s"), list_date(l, m->remedy_by, date));
	else if (m->remedy_by)
		table_format(t, TELL(l, "hạn %s", "by %s"), list_date(l, m->remedy_by, date));
	else
		table_cell(t, "");
	table_cell(t, m->text);
}

static void show(struct list *l, struct buffer *out)
{
	struct table t;
	size_t open = 0, late = 0;

	list_sort(l, gravest);
	table_open(&t, 9);
	t.cut[1] = t.cut[8] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Mức độ", "Severity"));
	table_cell(&t, TELL(l, "Quy định", "Rule"));
	table_cell(&t, TELL(l, "Văn bản", "Document"));
	table_cell(&t, TELL(l, "Ghi ngày", "Recorded"));
	table_cell(&t, TELL(l, "Khắc phục", "Remedy"));
	table_cell(&t, TELL(l, "Nội dung", "Text"));
	for (size_t i = 0; i < l->n; i++) {
		const Row *m = l->rows[i];
		open += !m->closed_on;
		late += past(l, m);
		put_row(l, &t, m);
	}
	buffer_format(out,
		      TELL(l, "Kết luận kiểm tra: %zu · chưa khắc phục %zu, trong đó %zu quá hạn\n",
			   "Findings: %zu · not remedied %zu, of them %zu overdue\n"),
		      l->n, open, late);
	if (l->n)
		table_print(&t, 2, out);
	table_close(&t);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;

	json_uint(j, "entry", m->entry);
	json_int(j, "recorded_ms", m->recorded_ms);
	list_json_unit(l, j, "unit", m->unit);
	json_text(j, "name", list_unit(l, m->unit)->row.name);
	list_json_item(l, j, m->item);
	json_text(j, "rule", m->rule);
	json_uint(j, "severity", m->severity);
	list_json_text(j, "document", m->document);
	list_json_date(j, "remedy_by", m->remedy_by);
	list_json_date(j, "closed_on", m->closed_on);
	json_bool(j, "overdue", past(l, m));
	list_json_free_text(l, j, "text", m->text);
}

const struct list_kind list_findings = {.name = "findings",
					.answer = TIENDO__V1__REPLY__ANSWER_FINDINGS,
					.ask = ask,
					.take = take,
					.show = show,
					.json_row = json_row};
