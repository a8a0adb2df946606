// SPDX-License-Identifier: Apache-2.0
#include "agent/letters.h"

#include "agent/render.h"
#include "common/domain/periods.h"

#include <inttypes.h>

static const struct {
	const char *word, *vi, *en;
} KINDS[] = {
	{"", "Thông báo", "Notice"},
	{"answer", "Trả lời vướng mắc", "On an obstacle"},
	{"reminder", "Nhắc báo cáo", "Reminder"},
	{"return", "Trả lại báo cáo", "Returned"},
	{"decision", "Quyết định", "Decision"},
	{"directive", "Chỉ đạo", "Directive"},
	{"task", "Giao nhiệm vụ", "Task"},
	{"finding", "Kết quả kiểm tra", "Finding"},
	{"obstacle", "Vướng mắc gửi đến đơn vị", "An obstacle for us"},
};

static size_t known(uint32_t kind)
{
	return kind < BASE_COUNT(KINDS) ? kind : 0;
}

const char *letters_kind(uint32_t kind)
{
	return KINDS[known(kind)].word;
}

/* ---- what depends on the kind ---- */

static struct date sent_on(const struct letter *l)
{
	return date_at((struct instant){l->row->sent_ms}, OFFICE_OFFSET_MINUTES);
}

static void put_reminder(struct desk *d, const struct letter *l)
{
	const Tiendo__V1__NoticeRow *m = l->row;
	bool late = m->due && m->due < sent_on(l).ymd;

	buffer_format(&d->out, SAY(d, " · còn %u mục chưa báo cáo", " · %u reports are owed"), m->owed);
	if (m->period[0])
		buffer_format(&d->out, SAY(d, " kỳ %s", " for %s"), m->period);
	if (!m->due)
		return;
	buffer_put_text(&d->out, late ? SAY(d, ", đã quá hạn ngày ", ", overdue since ") : SAY(d, ", hạn ", ", due "));
	render_date(&d->out, d->office.language, (struct date){m->due});
}

static void put_item(struct desk *d, const struct letter *l)
{
	bool first = l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_REMINDER && l->row->owed > 1;

	if (!l->row->item_code[0])
		return;
	buffer_format(&d->out, " · %s%s%s%s", first ? SAY(d, "trước hết ", "first ") : "", l->row->item_code,
		      l->item ? " " : "", l->item ? l->item->row.name : "");
}

static void put_due(struct desk *d, const struct letter *l)
{
	const Tiendo__V1__NoticeRow *m = l->row;

	if (m->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DECISION)
		buffer_put_text(&d->out, m->granted ? SAY(d, " · đồng ý", " · granted") : SAY(d, " · không đồng ý", " · refused"));
	if (!m->due || m->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_REMINDER)
		return;
	buffer_put_text(&d->out, m->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_FINDING
					 ? SAY(d, " · khắc phục trước ", " · to be remedied by ")
				 : m->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DECISION
					 ? SAY(d, ", hạn mới ", ", new due date ")
					 : SAY(d, " · hạn ", " · due "));
	render_date(&d->out, d->office.language, (struct date){m->due});
}

/* Who does it, and what is to come of it: a task given on the spot is clear in itself. */
static void put_task(struct desk *d, const struct letter *l)
{
	const struct item_row *r = l->item ? &l->item->row : NULL;

	if (l->row->kind != TIENDO__V1__NOTICE_KIND__NOTICE_KIND_TASK || !r || !r->person[0])
		return;
	buffer_format(&d->out, SAY(d, "    Người thực hiện: %s", "    Person: %s"), r->person);
	if (r->product[0])
		buffer_format(&d->out, SAY(d, " · sản phẩm: %s", " · product: %s"), r->product);
	if (r->product[0] && r->product_unit[0])
		buffer_format(&d->out, " (%s)", r->product_unit);
	buffer_put_u8(&d->out, '\n');
}

/* Its lines, moved in. */
static void put_words(struct desk *d, const char *text)
{
	while (*text) {
		size_t line = strcspn(text, "\n");

		buffer_put_text(&d->out, "    ");
		buffer_put(&d->out, text, line);
		buffer_put_u8(&d->out, '\n');
		text += line + (text[line] == '\n');
	}
}

/* What a clerk needs to go on with it: its number, and how. */
static void put_number(struct desk *d, const struct letter *l)
{
	const Tiendo__V1__ReceiptRef *about = l->row->about;
	const char *says = l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_OBSTACLE
				   ? SAY(d, "Trả lời: tiendo-agent obstacle answer ", "Answer: tiendo-agent obstacle answer ")
			   : l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_ANSWER
				   ? SAY(d, "Vướng mắc số ", "Obstacle ")
			   : l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_RETURN
				   ? SAY(d, "Báo cáo có biên nhận ", "The report with receipt ")
				   : NULL;

	if (!says || !about || about->incarnation.len != SPOOL_ID)
		return;
	buffer_format(&d->out, "    %s", says);
	render_receipt(&d->out, about->incarnation.data, about->entry, about->index);
	buffer_format(&d->out, "%s\n",
		      l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_OBSTACLE ? " --text '...'" : "");
}

void letters_text(struct desk *d, const struct letter *l)
{
	enum language lang = d->office.language;
	size_t kind = known((uint32_t)l->row->kind);

	buffer_format(&d->out, "%" PRIu64 " · %s · ", l->notice->entry, lang == LANGUAGE_VI ? KINDS[kind].vi : KINDS[kind].en);
	render_time(&d->out, lang, l->row->sent_ms);
	if (l->row->kind == TIENDO__V1__NOTICE_KIND__NOTICE_KIND_REMINDER)
		put_reminder(d, l);
	put_item(d, l);
	put_due(d, l);
	if (l->notice->gone)
		buffer_put_text(&d->out, SAY(d, " · máy chủ đã khôi phục và không còn thông báo này",
					     " · the centre was restored and has it no more"));
	buffer_put_u8(&d->out, '\n');
	put_task(d, l);
	put_words(d, l->row->text);
	put_number(d, l);
}

/* ---- as JSON ---- */

static void put_about(struct json *j, const Tiendo__V1__ReceiptRef *about)
{
	struct buffer b = {0};

	if (!about || about->incarnation.len != SPOOL_ID) {
		json_none(j, "about");
		return;
	}
	render_receipt(&b, about->incarnation.data, about->entry, about->index);
	json_text(j, "about", buffer_text(&b));
	buffer_free(&b);
}

void letters_json(struct desk *d, const struct letter *l)
{
	const Tiendo__V1__NoticeRow *m = l->row;
	struct json *j = &d->json;

	json_object_begin(j, NULL);
	json_uint(j, "entry", l->notice->entry);
	json_uint(j, "place", l->notice->place);
	json_text(j, "kind", letters_kind((uint32_t)m->kind));
	json_int(j, "sent_ms", m->sent_ms);
	json_bool(j, "read", l->notice->read_ms != 0);
	json_int(j, "read_ms", l->notice->read_ms);
	json_bool(j, "gone", l->notice->gone);
	json_text(j, "item", m->item_code);
	json_text(j, "name", l->item ? l->item->row.name : "");
	json_text(j, "period", m->period);
	json_uint(j, "due", m->due);
	json_uint(j, "owed", m->owed);
	json_bool(j, "granted", m->granted);
	put_about(j, m->about);
	json_text(j, "text", m->text);
	json_object_end(j);
}
