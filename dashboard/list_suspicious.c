// SPDX-License-Identifier: Apache-2.0
/* list_suspicious: reports that somebody should look at before believing them, each with what is odd about it. */
#include "dashboard/decode.h"
#include "dashboard/list.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

typedef Tiendo__V1__SuspiciousRow Row;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__suspicious__init(&q->suspicious);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_SUSPICIOUS;
	q->query.suspicious = &q->suspicious;
	q->suspicious.unit = (char *)w->unit;
	q->suspicious.item = (char *)w->item;
	q->suspicious.period = (char *)w->period;
	return &q->suspicious.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->suspicious->n_rows; i++) {
		Row *m = r->suspicious->rows[i];
		if (!list_unit(l, m->unit) || !list_item(l, m->item))
			return false;
		list_keep(l, m);
	}
	return true;
}

/* A jump is told in basis points, the others as the leaf's own kind reads them. */
static char *figure(const struct list *l, const Row *m, uint64_t n, char out[static SHOW_NUMBER])
{
	if (m->suspicion == TIENDO__V1__SUSPICION__SUSPICION_JUMP)
		return show_percent((int64_t)n, l->language, out);
	if (list_item(l, m->item)->row.kind == ITEM_POINTS)
		return show_hundredths((int64_t)n, l->language, out);
	return show_number((int64_t)n, l->language, out);
}

static void put_why(const struct list *l, const Row *m, struct buffer *out)
{
	char before[SHOW_NUMBER], after[SHOW_NUMBER];

	figure(l, m, m->before, before);
	figure(l, m, m->after, after);
	switch ((int)m->suspicion) {
	case TIENDO__V1__SUSPICION__SUSPICION_SAME_TEXT:
		buffer_put_text(out, TELL(l, "thuyết minh chép nguyên văn kỳ trước",
					  "the note of the period before, word for word"));
		break;
	case TIENDO__V1__SUSPICION__SUSPICION_JUMP:
		buffer_format(out, TELL(l, "nhảy vọt vào ngày cuối kỳ: %s → %s", "a jump on the last day: %s → %s"),
			      before, after);
		break;
	case TIENDO__V1__SUSPICION__SUSPICION_FALL:
		buffer_format(out, TELL(l, "số luỹ kế giảm: %s → %s", "a running total that falls: %s → %s"), before,
			      after);
		break;
	case TIENDO__V1__SUSPICION__SUSPICION_CONTROL:
		buffer_format(out,
			      TELL(l, "tổng cấp dưới %s, đơn vị tự báo %s", "those below sum to %s, its own figure is %s"),
			      before, after);
		break;
	default:
		break;
	}
}

static void show(struct list *l, struct buffer *out)
{
	struct table t;
	struct buffer text = {0};
	char receipt[RECEIPT_TEXT];

	table_open(&t, 7);
	t.cut[1] = t.cut[3] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Nội dung", "What"));
	table_cell(&t, TELL(l, "Kỳ", "Period"));
	table_cell(&t, TELL(l, "Vì sao", "Why"));
	table_cell(&t, TELL(l, "Biên nhận", "Receipt"));
	for (size_t i = 0; i < l->n; i++) {
		const Row *m = l->rows[i];
		table_cell(&t, list_unit(l, m->unit)->row.code);
		table_cell(&t, list_unit_name(l, list_unit(l, m->unit)));
		table_cell(&t, list_item(l, m->item)->row.code);
		table_cell(&t, list_item_name(l, list_item(l, m->item)));
		table_cell(&t, m->period);
		put_why(l, m, &text);
		table_cell(&t, buffer_text(&text));
		buffer_clear(&text);
		table_cell(&t, decode_receipt(m->receipt, receipt));
	}
	buffer_format(out, TELL(l, "Báo cáo cần xem lại: %zu\n", "Reports to be looked at: %zu\n"), l->n);
	if (l->n)
		table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

static const char *word(Tiendo__V1__Suspicion s)
{
	static const char *const words[] = {"", "same_text", "jump", "fall", "control"};

	return (size_t)s < BASE_COUNT(words) ? words[s] : "";
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;
	bool figures = m->suspicion != TIENDO__V1__SUSPICION__SUSPICION_SAME_TEXT;

	list_json_unit(l, j, "unit", m->unit);
	json_text(j, "name", list_unit(l, m->unit)->row.name);
	list_json_item(l, j, m->item);
	list_json_text(j, "period", m->period);
	json_text(j, "suspicion", word(m->suspicion));
	list_json_receipt(j, m->receipt);
	if (figures) {
		json_uint(j, "before", m->before);
		json_uint(j, "after", m->after);
	} else {
		json_none(j, "before");
		json_none(j, "after");
	}
}

const struct list_kind list_suspicious = {.name = "suspicious",
					  .answer = TIENDO__V1__REPLY__ANSWER_SUSPICIOUS,
					  .ask = ask,
					  .take = take,
					  .show = show,
					  .json_row = json_row};
