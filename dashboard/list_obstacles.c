// SPDX-License-Identifier: Apache-2.0
/*
 * list_obstacles: what holds up whom: first who has to clear it and how long that takes there, then each obstacle, the
 * longest waiting first; with --steps also what was said about it.
 */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/decode.h"
#include "dashboard/list.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

typedef Tiendo__V1__ObstacleRow Row;
typedef Tiendo__V1__ObstacleStepRow Step;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__obstacles__init(&q->obstacles);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_OBSTACLES;
	q->query.obstacles = &q->obstacles;
	q->obstacles.unit = (char *)w->unit;
	q->obstacles.item = (char *)w->item;
	q->obstacles.by_addressee = w->by_addressee;
	q->obstacles.steps = w->steps;
	if (w->open)
		q->obstacles.state = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN;
	return &q->obstacles.cursor;
}

static bool knows_steps(const struct list *l, const Row *m)
{
	for (size_t i = 0; i < m->n_steps; i++)
		if (!list_knows(l, m->steps[i]->unit, 0) || !list_knows(l, m->steps[i]->addressee, 0))
			return false;
	return true;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	const Tiendo__V1__ObstaclesPage *p = r->obstacles;

	for (size_t i = 0; i < p->n_addressees; i++)
		if (!list_knows(l, p->addressees[i]->unit, 0))
			return false;
	if (p->n_addressees)
		l->aside = p;
	for (size_t i = 0; i < p->n_rows; i++) {
		Row *m = p->rows[i];
		if (!list_unit(l, m->unit) || !list_item(l, m->item) || !list_knows(l, m->addressee, 0) ||
		    !knows_steps(l, m))
			return false;
		list_keep(l, m);
	}
	return true;
}

/* ---- words ---- */

/* A later centre may send numbers that have no word here yet. */
static enum cause cause_of_wire(int number)
{
	return number >= 0 && number <= CAUSE_ACCESS ? (enum cause)number : CAUSE_NONE;
}

static enum origin origin_of_wire(int number)
{
	return number >= 0 && number <= ORIGIN_OUTSIDE ? (enum origin)number : ORIGIN_NONE;
}

static const char *state_word(Tiendo__V1__ObstacleState s)
{
	static const char *const words[] = {"", "open", "answered", "closed"};

	return (size_t)s < BASE_COUNT(words) ? words[s] : "";
}

/* Number 0 as an addressee is the list of what ministries must settle. */
static const char *addressee_code(const struct list *l, uint32_t number)
{
	const struct unit *u = list_unit(l, number);

	return u ? u->row.code : TELL(l, "BỘ", "MINISTRY");
}

static const char *addressee_name(const struct list *l, uint32_t number)
{
	const struct unit *u = list_unit(l, number);

	return u ? list_unit_name(l, u) : TELL(l, "danh mục kiến nghị bộ, ngành trung ương", "list for the ministries");
}

/* ---- who has to clear what ---- */

static void put_addressee(const struct list *l, struct table *t, const Tiendo__V1__AddresseeRow *m)
{
	char days[SHOW_NUMBER];

	table_cell(t, addressee_code(l, m->unit));
	table_cell(t, addressee_name(l, m->unit));
	table_format(t, "%" PRIu32, m->open);
	table_format(t, "%" PRIu32, m->overdue);
	table_format(t, "%" PRIu32, m->closed);
	if (m->closed)
		table_format(t, TELL(l, "%s ngày (%" PRIu32 "/%" PRIu32 ")", "%s days (%" PRIu32 "/%" PRIu32 ")"),
			     show_hundredths(((int64_t)m->days * 200 + m->closed) / (2 * (int64_t)m->closed),
					     l->language, days),
			     m->days, m->closed);
	else
		table_cell(t, "–");
}

static void put_addressees(const struct list *l, const Tiendo__V1__ObstaclesPage *p, struct buffer *out)
{
	struct table t;

	table_open(&t, 6);
	t.cut[1] = true;
	t.right[2] = t.right[3] = t.right[4] = t.right[5] = true;
	table_cell(&t, TELL(l, "Ai phải tháo gỡ", "Who must clear"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Đang chờ", "Waiting"));
	table_cell(&t, TELL(l, "Quá hạn", "Overdue"));
	table_cell(&t, TELL(l, "Đã đóng", "Closed"));
	table_cell(&t, TELL(l, "Tháo gỡ mất", "Takes"));
	for (size_t i = 0; i < p->n_addressees; i++)
		put_addressee(l, &t, p->addressees[i]);
	table_print(&t, 2, out);
	table_close(&t);
}

/* ---- each of them ---- */

/* What still waits before what was answered before what is closed; then the longest. */
static int longest(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;

	(void)l;
	if (a->state != b->state)
		return a->state < b->state ? -1 : 1;
	if (a->waiting_days != b->waiting_days)
		return a->waiting_days > b->waiting_days ? -1 : 1;
	return (a->raised_ms > b->raised_ms) - (a->raised_ms < b->raised_ms);
}

static void mark(struct buffer *out, bool is, const char *text)
{
	if (is)
		buffer_format(out, "%s%s", out->size ? ", " : "", text);
}

static void put_state(const struct list *l, const Row *m, struct buffer *out)
{
	char date[LIST_TEXT];

	switch ((int)m->state) {
	case TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN:
		buffer_put_text(out, TELL(l, "chờ", "waits"));
		if (m->answer_due)
			buffer_format(out, TELL(l, ", hạn %s", ", due %s"), list_date(l, m->answer_due, date));
		break;
	case TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_ANSWERED:
		buffer_put_text(out, TELL(l, "đã trả lời", "answered"));
		break;
	case TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_CLOSED:
		buffer_format(out, TELL(l, "đóng %s", "closed %s"), list_date(l, m->closed_on, date));
		break;
	default:
		break;
	}
	mark(out, m->overdue, TELL(l, "QUÁ HẠN", "OVERDUE"));
	mark(out, m->affects_rights, TELL(l, "ảnh hưởng quyền lợi người dân", "affects people's rights"));
	mark(out, m->raised_late, TELL(l, "nêu muộn", "raised late"));
	mark(out, m->fault == TIENDO__V1__FAULT__FAULT_OWN, TELL(l, "lỗi chủ quan", "own fault"));
	if (m->escalations)
		buffer_format(out, TELL(l, ", đã chuyển cấp %" PRIu32 " lần", ", climbed %" PRIu32 " times"),
			      m->escalations);
}

static void put_row(const struct list *l, struct table *t, const Row *m, struct buffer *text)
{
	char receipt[RECEIPT_TEXT], date[LIST_TEXT];

	table_cell(t, list_unit(l, m->unit)->row.code);
	table_cell(t, list_unit_name(l, list_unit(l, m->unit)));
	table_cell(t, list_item(l, m->item)->row.code);
	table_cell(t, cause_label(cause_of_wire((int)m->cause), l->language));
	table_cell(t, addressee_code(l, m->addressee));
	table_cell(t, list_day(l, m->raised_ms, date));
	table_format(t, TELL(l, "%" PRIu32 " ngày", "%" PRIu32 " days"), m->waiting_days);
	put_state(l, m, text);
	table_cell(t, buffer_text(text));
	buffer_clear(text);
	table_cell(t, decode_receipt(m->receipt, receipt));
}

static void put_rows(const struct list *l, struct buffer *out)
{
	struct table t;
	struct buffer text = {0};

	table_open(&t, 9);
	t.cut[1] = true;
	t.right[6] = true;
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Mục", "Item"));
	table_cell(&t, TELL(l, "Nguyên nhân", "Cause"));
	table_cell(&t, TELL(l, "Đang ở", "Lies with"));
	table_cell(&t, TELL(l, "Nêu ngày", "Raised"));
	table_cell(&t, TELL(l, "Đã chờ", "Waited"));
	table_cell(&t, TELL(l, "Trạng thái", "State"));
	table_cell(&t, TELL(l, "Biên nhận", "Receipt"));
	for (size_t i = 0; i < l->n; i++)
		put_row(l, &t, l->rows[i], &text);
	table_print(&t, 2, out);
	table_close(&t);
	buffer_free(&text);
}

/* ---- what was said ---- */

/* Each of its lines begins below the one before. */
static void put_text(const char *text, struct buffer *out)
{
	while (*text) {
		size_t size = strcspn(text, "\n");
		buffer_put(out, text, size);
		text += size;
		if (*text && *++text)
			buffer_put_text(out, "\n      ");
	}
	buffer_put_u8(out, '\n');
}

static void put_step(const struct list *l, const Step *s, struct buffer *out)
{
	char when[SHOW_NUMBER];

	buffer_format(out, "      %s  %s  %s", show_time((struct instant){s->received_ms}, when),
		      s->unit ? list_unit(l, s->unit)->row.code : TELL(l, "(đồng hồ)", "(the clock)"),
		      obstacle_step_label((enum obstacle_step)s->step, l->language));
	if (s->step == STEP_ESCALATE)
		buffer_format(out, " → %s", addressee_code(l, s->addressee));
	if (s->on_behalf && s->unit)
		buffer_put_text(out, TELL(l, " (trung tâm ghi thay)", " (on behalf, by the centre)"));
	if (s->resolves)
		buffer_put_text(out, TELL(l, " · đã giải quyết", " · resolves it"));
	if (*s->text)
		buffer_put_text(out, ": ");
	put_text(s->text, out);
}

static void put_said(const struct list *l, const Row *m, struct buffer *out)
{
	char receipt[RECEIPT_TEXT];

	if (!*m->text && !*m->solution && !m->n_steps)
		return;
	buffer_format(out, "\n  %s  %s · %s %s\n", decode_receipt(m->receipt, receipt),
		      list_unit(l, m->unit)->row.code, list_item(l, m->item)->row.code,
		      list_item_name(l, list_item(l, m->item)));
	if (*m->text) {
		buffer_put_text(out, "      ");
		put_text(m->text, out);
	}
	if (*m->solution) {
		buffer_format(out, TELL(l, "      đề xuất (%s): ", "      proposes (%s): "),
			      cause_label(cause_of_wire((int)m->solution_class), l->language));
		put_text(m->solution, out);
	}
	for (size_t i = 0; i < m->n_steps; i++)
		put_step(l, m->steps[i], out);
}

static void show(struct list *l, struct buffer *out)
{
	const Tiendo__V1__ObstaclesPage *p = l->aside;
	size_t open = 0, overdue = 0;

	for (size_t i = 0; i < l->n; i++) {
		const Row *m = l->rows[i];
		open += m->state == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN;
		overdue += m->overdue;
	}
	buffer_format(out,
		      TELL(l, "Khó khăn, vướng mắc: %zu · đang chờ %zu, trong đó %zu quá hạn\n",
			   "Obstacles: %zu · waiting %zu, of them %zu overdue\n"),
		      l->n, open, overdue);
	if (p)
		put_addressees(l, p, out);
	if (!l->n)
		return;
	list_sort(l, longest);
	buffer_put_u8(out, '\n');
	put_rows(l, out);
	for (size_t i = 0; i < l->n; i++)
		put_said(l, l->rows[i], out);
}

/* ---- for programs ---- */

static void json_whole(const struct list *l, struct json *j)
{
	const Tiendo__V1__ObstaclesPage *p = l->aside;

	json_array_begin(j, "addressees");
	for (size_t i = 0; p && i < p->n_addressees; i++) {
		const Tiendo__V1__AddresseeRow *m = p->addressees[i];
		json_object_begin(j, NULL);
		list_json_unit(l, j, "unit", m->unit);
		json_uint(j, "open", m->open);
		json_uint(j, "overdue", m->overdue);
		json_uint(j, "closed", m->closed);
		json_uint(j, "days", m->days);
		json_object_end(j);
	}
	json_array_end(j);
}

static void json_step(const struct list *l, const Step *s, struct json *j)
{
	json_object_begin(j, NULL);
	list_json_receipt(j, s->receipt);
	json_int(j, "received_ms", s->received_ms);
	list_json_unit(l, j, "unit", s->unit);
	json_text(j, "step", obstacle_step_word((enum obstacle_step)s->step));
	json_bool(j, "on_behalf", s->on_behalf);
	list_json_unit(l, j, "addressee", s->addressee);
	json_bool(j, "resolves", s->resolves);
	list_json_free_text(l, j, "text", s->text);
	json_object_end(j);
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;

	list_json_receipt(j, m->receipt);
	json_int(j, "raised_ms", m->raised_ms);
	list_json_unit(l, j, "unit", m->unit);
	json_text(j, "name", list_unit(l, m->unit)->row.name);
	list_json_item(l, j, m->item);
	json_text(j, "cause", cause_word(cause_of_wire((int)m->cause)));
	list_json_text(j, "fault", origin_word(origin_of_wire((int)m->fault)));
	list_json_text(j, "solution_class", cause_word(cause_of_wire((int)m->solution_class)));
	json_bool(j, "affects_rights", m->affects_rights);
	json_text(j, "state", state_word(m->state));
	list_json_unit(l, j, "addressee", m->addressee);
	list_json_date(j, "answer_due", m->answer_due);
	json_bool(j, "overdue", m->overdue);
	json_uint(j, "escalations", m->escalations);
	json_bool(j, "raised_late", m->raised_late);
	list_json_date(j, "closed_on", m->closed_on);
	json_uint(j, "waiting_days", m->waiting_days);
	list_json_free_text(l, j, "text", m->text);
	list_json_free_text(l, j, "solution", m->solution);
	json_array_begin(j, "steps");
	for (size_t i = 0; i < m->n_steps; i++)
		json_step(l, m->steps[i], j);
	json_array_end(j);
}

const struct list_kind list_obstacles = {.name = "obstacles",
					 .answer = TIENDO__V1__REPLY__ANSWER_OBSTACLES,
					 .ask = ask,
					 .take = take,
					 .show = show,
					 .json_row = json_row,
					 .json_whole = json_whole};
