// SPDX-License-Identifier: Apache-2.0
/* list_slots: each report that was owed of a period, by its state, with what proves it. */
#include <inttypes.h>

#include "dashboard/decode.h"
#include "dashboard/list.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

typedef Tiendo__V1__SlotRow Row;

enum { STATES = TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING + 1 };

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__slots__init(&q->slots);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_SLOTS;
	q->query.slots = &q->slots;
	q->slots.unit = (char *)w->unit;
	q->slots.item = (char *)w->item;
	q->slots.period = (char *)w->period;
	return &q->slots.cursor;
}

static bool known(const struct list *l, const Row *m)
{
	return list_unit(l, m->unit) && list_item(l, m->item) && (int)m->state > 0 && (int)m->state < STATES &&
	       *report_state_word((int)m->report);
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->slots->n_rows; i++) {
		if (!known(l, r->slots->rows[i]))
			return false;
		list_keep(l, r->slots->rows[i]);
	}
	return true;
}

/* ---- for people ---- */

static const char *state_name(const struct list *l, const Row *m)
{
	const char *const names[STATES] = {
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT] = TELL(l, "miễn", "exempt"),
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_PENDING] = TELL(l, "chưa đến hạn", "pending"),
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_ON_TIME] = TELL(l, "đúng hạn", "on time"),
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_LINE_SLOW] = TELL(l, "đúng hạn, mạng chậm", "on time, slow line"),
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_LATE] = TELL(l, "trễ", "late"),
		[TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING] = TELL(l, "chưa báo", "missing"),
	};

	return names[m->state];
}

static void put_state(const struct list *l, const Row *m, struct buffer *out)
{
	buffer_put_text(out, state_name(l, m));
	if (m->decided)
		buffer_put_text(out, TELL(l, ", theo quyết định", ", by decision"));
	if (m->on_behalf)
		buffer_put_text(out, TELL(l, ", báo cáo thay", ", on behalf"));
	if (m->frozen)
		buffer_put_text(out, TELL(l, ", đã chốt", ", frozen"));
	if (m->after)
		buffer_format(out, TELL(l, ", %" PRIu32 " báo cáo sau khi chốt", ", %" PRIu32 " reports after the freeze"),
			      m->after);
}

static void put_said(const struct list *l, const Row *m, struct buffer *out)
{
	enum item_kind kind = list_item(l, m->item)->row.kind;
	char a[SHOW_NUMBER], b[SHOW_NUMBER];

	if (!m->receipt)
		return;
	if ((int)m->report != REPORT_VALUE) {
		buffer_put_text(out, show_state((enum cell_state)m->report, l->language));
		if ((int)m->report == REPORT_IN_PROGRESS)
			buffer_format(out, " %" PRIu32 " %%", m->percent);
		return;
	}
	if (kind == ITEM_RATIO)
		buffer_format(out, "%s/%s", show_number((int64_t)m->numerator, l->language, a),
			      show_number((int64_t)m->denominator, l->language, b));
	else if (kind == ITEM_POINTS)
		buffer_put_text(out, show_hundredths((int64_t)m->numerator, l->language, a));
	else
		buffer_put_text(out, show_number((int64_t)m->numerator, l->language, a));
}

static void put_row(const struct list *l, struct table *t, const Row *m, struct buffer *text)
{
	char date[LIST_TEXT], receipt[RECEIPT_TEXT];

	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, list_unit_name(l, list_unit(l, m->unit)));
	table_cell(t, list_item(l, m->item)->row.code);
	table_cell(t, m->period);
	table_cell(t, list_date(l, m->deadline, date));
	put_state(l, m, text);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	put_said(l, m, text);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_cell(t, list_time(m->first_received_ms ? m->first_received_ms : m->received_ms, date));
	table_cell(t, list_time(m->sealed_ms, date));
	table_cell(t, decode_receipt(m->receipt, receipt));
}

static void put_table(const struct list *l, struct buffer *out)
{
	struct table t;
	struct buffer text = {0};

	table_open(&t, 10);
	t.cut[1] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Kỳ", "Period"));
	table_cell(&t, TELL(l, "Hạn gửi", "Deadline"));
	table_cell(&t, TELL(l, "Trạng thái", "State"));
	table_cell(&t, TELL(l, "Đã báo", "Said"));
	table_cell(&t, TELL(l, "Nhận lúc", "Received"));
	table_cell(&t, TELL(l, "Ghi lúc (có bằng chứng)", "Queued (proven)"));
	table_cell(&t, TELL(l, "Biên nhận", "Receipt"));
	for (size_t i = 0; i < l->n; i++)
		put_row(l, &t, l->rows[i], &text);
	table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

static void count(const struct list *l, size_t n[static STATES])
{
	for (size_t i = 0; i < l->n; i++)
		n[((const Row *)l->rows[i])->state]++;
}

static void show(struct list *l, struct buffer *out)
{
	size_t n[STATES] = {0};
	char rate[LIST_TEXT];

	count(l, n);
	size_t in_time = n[TIENDO__V1__SLOT_STATE__SLOT_STATE_ON_TIME] + n[TIENDO__V1__SLOT_STATE__SLOT_STATE_LINE_SLOW];
	buffer_format(out,
		      TELL(l, "Đúng hạn %s, trong đó mạng chậm %zu · trễ %zu · chưa báo %zu · chưa đến hạn %zu · miễn %zu\n",
			   "On time %s, %zu of them by a slow line · late %zu · missing %zu · pending %zu · exempt %zu\n"),
		      list_rate(l, in_time, l->n - n[TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT], rate),
		      n[TIENDO__V1__SLOT_STATE__SLOT_STATE_LINE_SLOW], n[TIENDO__V1__SLOT_STATE__SLOT_STATE_LATE],
		      n[TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING], n[TIENDO__V1__SLOT_STATE__SLOT_STATE_PENDING],
		      n[TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT]);
	if (l->n)
		put_table(l, out);
}

/* ---- for programs ---- */

static const char *word(const Row *m)
{
	static const char *const words[STATES] = {"", "exempt", "pending", "on_time", "line_slow", "late", "missing"};

	return words[m->state];
}

static void json_number(struct json *j, const char *name, bool is, uint64_t n)
{
	if (is)
		json_uint(j, name, n);
	else
		json_none(j, name);
}

/* Nothing stands: null. */
static void json_report_of(const struct list *l, const Row *m, struct json *j)
{
	enum item_kind kind = list_item(l, m->item)->row.kind;
	bool value = (int)m->report == REPORT_VALUE;

	if (!m->receipt) {
		json_none(j, "report");
		return;
	}
	json_object_begin(j, "report");
	json_text(j, "state", report_state_word((int)m->report));
	json_number(j, "percent", kind == ITEM_TASK, m->percent);
	json_number(j, "numerator", value && kind == ITEM_RATIO, m->numerator);
	json_number(j, "denominator", value && kind == ITEM_RATIO, m->denominator);
	json_number(j, "value", value && kind != ITEM_RATIO, m->numerator);
	json_object_end(j);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;
	const struct unit *u = list_unit(l, m->unit);

	json_text(j, "unit", u->row.code);
	json_text(j, "name", u->row.name);
	json_text(j, "kind", unit_kind_word(u->row.kind));
	list_json_text(j, "head", u->row.head);
	list_json_text(j, "contact", u->row.contact);
	list_json_item(l, j, m->item);
	json_text(j, "item_name", list_item(l, m->item)->row.name);
	json_text(j, "schedule", m->schedule);
	json_text(j, "period", m->period);
	list_json_date(j, "deadline", m->deadline);
	json_text(j, "state", word(m));
	json_bool(j, "frozen", m->frozen);
	json_bool(j, "decided", m->decided);
	list_json_receipt(j, m->receipt);
	list_json_ms(j, "received_ms", m->received_ms);
	list_json_ms(j, "first_received_ms", m->first_received_ms);
	list_json_ms(j, "sealed_ms", m->sealed_ms);
	json_number(j, "attempts", m->receipt != NULL, m->attempts);
	json_bool(j, "on_behalf", m->on_behalf);
	list_json_date(j, "as_of", m->as_of);
	json_report_of(l, m, j);
	json_uint(j, "after", m->after);
}

const struct list_kind list_slots = {.name = "slots",
				     .wants_period = true,
				     .answer = TIENDO__V1__REPLY__ANSWER_SLOTS,
				     .ask = ask,
				     .take = take,
				     .show = show,
				     .json_row = json_row};
