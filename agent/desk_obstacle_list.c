// SPDX-License-Identifier: Apache-2.0
/* desk_obstacle_list: what the centre knows of the obstacles that we or those below us raised, and of those that
 * wait for our answer. */
#include "agent/desk_obstacle.h"

#include "agent/ask.h"
#include "agent/past.h"
#include "agent/render.h"

#include <stdio.h>

enum { ARENA = 4 << 20 /* a row with its steps is at most a page */, ROWS_MAX = 16 << 20 };

/* One question and its rows: u32 size and bytes each. */
struct asked {
	struct desk *d;
	Tiendo__V1__Obstacles question;
	struct buffer rows;
};

static void ask(void *data, Tiendo__V1__Query *query, ProtobufCBinaryData cursor)
{
	struct asked *a = data;

	a->question.cursor = cursor;
	query->obstacles = &a->question;
	query->question_case = TIENDO__V1__QUERY__QUESTION_OBSTACLES;
}

static void begin(void *data)
{
	buffer_clear(&((struct asked *)data)->rows);
}

static bool hear(void *data, const Tiendo__V1__Reply *reply)
{
	struct asked *a = data;

	if (reply->answer_case != TIENDO__V1__REPLY__ANSWER_OBSTACLES)
		return false;
	for (size_t i = 0; i < reply->obstacles->n_rows; i++) {
		size_t size = codec_size(reply->obstacles->rows[i]);

		buffer_put_u32(&a->rows, (uint32_t)size);
		uint8_t *at = buffer_reserve(&a->rows, size);

		if (at)
			codec_pack(reply->obstacles->rows[i], at);
	}
	return !a->rows.failed;
}

static enum fetch_state fetch(struct desk *d, bool by_addressee, struct buffer *rows, struct sys_error *why)
{
	struct asked a = {.d = d, .question = TIENDO__V1__OBSTACLES__INIT, .rows = {.cap = ROWS_MAX}};
	const struct fetch_question question = {.ask = ask, .begin = begin, .hear = hear, .data = &a};

	a.question.unit = d->office.slice.scope;
	a.question.by_addressee = by_addressee;
	a.question.steps = true;
	enum fetch_state end = ask_question(d, &question, why);

	*rows = a.rows;
	return end;
}

/* The next row; NULL = no more. */
static const Tiendo__V1__ObstacleRow *next(const struct buffer *rows, size_t *at, struct codec_arena *arena)
{
	const Tiendo__V1__ObstacleRow *row = NULL;

	while (!row && *at < rows->size) {
		size_t size = get_u32(rows->data + *at);

		codec_arena_reset(arena);
		row = codec_unpack(&tiendo__v1__obstacle_row__descriptor, rows->data + *at + 4, size, arena);
		*at += 4 + size;
	}
	return row;
}

/* ---- words ---- */

/* What the centre says beside the row: our slice has our own line only. */
static const Tiendo__V1__NamedRow *told(const Tiendo__V1__ObstacleRow *row, uint32_t number, bool item)
{
	for (size_t i = 0; i < row->n_names; i++)
		if (row->names[i]->number == number && (bool)row->names[i]->item == item)
			return row->names[i];
	return NULL;
}

static const char *unit_code(const struct desk *d, const Tiendo__V1__ObstacleRow *row, uint32_t number)
{
	uint32_t unit = d->catalogue && number ? catalogue_unit_by_number(d->catalogue, number) : NO_INDEX;
	const Tiendo__V1__NamedRow *name = told(row, number, false);

	return unit != NO_INDEX ? catalogue_unit(d->catalogue, unit)->row.code : name ? name->code : "";
}

static const char *unit_name(const struct desk *d, const Tiendo__V1__ObstacleRow *row, uint32_t number)
{
	uint32_t unit = d->catalogue ? catalogue_unit_by_number(d->catalogue, number) : NO_INDEX;
	const Tiendo__V1__NamedRow *name = told(row, number, false);

	return unit != NO_INDEX ? catalogue_unit(d->catalogue, unit)->row.name : name ? name->name : "";
}

static void put_unit(struct desk *d, const Tiendo__V1__ObstacleRow *row, uint32_t number)
{
	const char *code = unit_code(d, row, number);

	if (code[0])
		buffer_format(&d->out, "%s %s", code, unit_name(d, row, number));
	else if (number)
		buffer_put_text(&d->out, SAY(d, "một đơn vị ngoài danh mục của mình", "a unit outside our catalogue"));
	else
		buffer_put_text(&d->out, SAY(d, "danh sách kiến nghị bộ, ngành", "the list for the ministries"));
}

static const char *item_code(const struct desk *d, const Tiendo__V1__ObstacleRow *row)
{
	uint32_t item = d->catalogue ? catalogue_item_by_number(d->catalogue, row->item) : NO_INDEX;
	const Tiendo__V1__NamedRow *name = told(row, row->item, true);

	return item != NO_INDEX ? catalogue_item(d->catalogue, item)->row.code : name ? name->code : "";
}

static const char *item_name(const struct desk *d, const Tiendo__V1__ObstacleRow *row)
{
	uint32_t item = d->catalogue ? catalogue_item_by_number(d->catalogue, row->item) : NO_INDEX;
	const Tiendo__V1__NamedRow *name = told(row, row->item, true);

	return item != NO_INDEX ? catalogue_item(d->catalogue, item)->row.name : name ? name->name : "";
}

static const char *state_word(Tiendo__V1__ObstacleState s)
{
	return s == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN       ? "open"
	       : s == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_ANSWERED ? "answered"
	       : s == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_CLOSED   ? "closed"
									  : "";
}

static enum cause cause_at(Tiendo__V1__CauseClass c)
{
	return (unsigned)c <= CAUSE_ACCESS ? (enum cause)c : CAUSE_NONE;
}

static enum origin origin_at(Tiendo__V1__Fault f)
{
	return (unsigned)f <= ORIGIN_OUTSIDE ? (enum origin)f : ORIGIN_NONE;
}

static bool receipt_of(const Tiendo__V1__ReceiptRef *r)
{
	return r && r->incarnation.len == SPOOL_ID;
}

/* ---- as text: a block for each ---- */

static void put_state(struct desk *d, const Tiendo__V1__ObstacleRow *row)
{
	enum language l = d->office.language;

	if (row->state == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_CLOSED) {
		buffer_put_text(&d->out, SAY(d, "đã tháo gỡ ngày ", "closed on "));
		render_date(&d->out, l, (struct date){row->closed_on});
		return;
	}
	if (row->state == TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_ANSWERED) {
		put_unit(d, row, row->addressee);
		buffer_put_text(&d->out, SAY(d, " đã trả lời, chờ đơn vị nêu xác nhận",
					     " has answered, the raiser has not closed it"));
		return;
	}
	if (row->addressee)
		buffer_put_text(&d->out, SAY(d, "chờ trả lời của ", "waits for "));
	else
		buffer_put_text(&d->out, SAY(d, "đang ở ", "stands on "));
	put_unit(d, row, row->addressee);
	if (row->answer_due) {
		buffer_put_text(&d->out, SAY(d, ", hạn ", ", due "));
		render_date(&d->out, l, (struct date){row->answer_due});
	}
	if (row->overdue)
		buffer_put_text(&d->out, SAY(d, ", đã quá hạn", ", overdue"));
}

static void put_step(struct desk *d, const Tiendo__V1__ObstacleRow *row, const Tiendo__V1__ObstacleStepRow *s)
{
	buffer_put_text(&d->out, "    ");
	render_time(&d->out, d->office.language, s->received_ms);
	buffer_put_text(&d->out, " ");
	if (s->unit)
		put_unit(d, row, s->unit);
	else
		buffer_put_text(&d->out, s->on_behalf && s->step == STEP_ESCALATE
						 ? SAY(d, "hết hạn trả lời", "the time ran out")
						 : SAY(d, "trung tâm", "the centre"));
	if (s->step == STEP_ESCALATE) {
		buffer_put_text(&d->out, SAY(d, ": chuyển lên ", ": escalated to "));
		put_unit(d, row, s->addressee);
	} else {
		buffer_format(&d->out, ": %s", obstacle_step_label((enum obstacle_step)s->step, d->office.language));
	}
	if (s->resolves)
		buffer_put_text(&d->out, SAY(d, " (đã tháo gỡ)", " (resolves it)"));
	if (s->text[0])
		buffer_format(&d->out, ": %s", s->text);
	buffer_put_text(&d->out, "\n");
}

static void put_block(struct desk *d, const Tiendo__V1__ObstacleRow *row)
{
	enum language l = d->office.language;

	if (receipt_of(row->receipt))
		render_receipt(&d->out, row->receipt->incarnation.data, row->receipt->entry, row->receipt->index);
	buffer_format(&d->out, "  %s %s\n    ", item_code(d, row), item_name(d, row));
	put_state(d, row);
	buffer_put_text(&d->out, "\n    ");
	render_time(&d->out, l, row->raised_ms);
	buffer_put_text(&d->out, " ");
	put_unit(d, row, row->unit);
	buffer_format(&d->out, ": %s, %s", cause_label(cause_at(row->cause), l), origin_label(origin_at(row->fault), l));
	if (row->affects_rights)
		buffer_put_text(&d->out, SAY(d, ", ảnh hưởng quyền lợi của người dân", ", touches people's rights"));
	if (row->raised_late)
		buffer_put_text(&d->out, SAY(d, ", nêu muộn", ", raised late"));
	buffer_format(&d->out, ": %s\n", row->text);
	if (row->solution[0])
		buffer_format(&d->out, SAY(d, "    Đề xuất (%s): %s\n", "    Proposed (%s): %s\n"),
			      cause_label(cause_at(row->solution_class), l), row->solution);
	for (size_t i = 0; i < row->n_steps; i++)
		if (row->steps[i]->step != STEP_RAISE) /* it stands above */
			put_step(d, row, row->steps[i]);
}

static void put_json(struct desk *d, const Tiendo__V1__ObstacleRow *row)
{
	struct json *j = &d->json;
	struct buffer receipt = {0};

	if (receipt_of(row->receipt))
		render_receipt(&receipt, row->receipt->incarnation.data, row->receipt->entry, row->receipt->index);
	json_object_begin(j, NULL);
	json_text(j, "receipt", buffer_text(&receipt));
	json_int(j, "raised_ms", row->raised_ms);
	json_text(j, "unit", unit_code(d, row, row->unit));
	json_text(j, "item", item_code(d, row));
	json_text(j, "cause", cause_word(cause_at(row->cause)));
	json_text(j, "fault", origin_word(origin_at(row->fault)));
	json_text(j, "state", state_word(row->state));
	json_text(j, "addressee", unit_code(d, row, row->addressee));
	json_bool(j, "ministries", !row->addressee);
	json_uint(j, "answer_due", row->answer_due);
	json_bool(j, "overdue", row->overdue);
	json_bool(j, "affects_rights", row->affects_rights);
	json_bool(j, "raised_late", row->raised_late);
	json_uint(j, "closed_on", row->closed_on);
	json_uint(j, "waiting_days", row->waiting_days);
	json_uint(j, "escalations", row->escalations);
	json_text(j, "text", row->text);
	json_text(j, "solution", row->solution);
	json_array_begin(j, "steps");
	for (size_t i = 0; i < row->n_steps; i++) {
		json_object_begin(j, NULL);
		json_text(j, "step", obstacle_step_word((enum obstacle_step)row->steps[i]->step));
		json_int(j, "received_ms", row->steps[i]->received_ms);
		json_text(j, "unit", unit_code(d, row, row->steps[i]->unit));
		json_text(j, "text", row->steps[i]->text);
		json_bool(j, "resolves", row->steps[i]->resolves);
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
	buffer_free(&receipt);
}

/* ---- the list ---- */

/* Which of them are shown: of our own those that are not closed, of the others those that wait for us. */
struct list {
	const char *name, *vi, *en;
	Tiendo__V1__ObstacleState last; /* later states are left out */
};

/* Writes those that are to be shown; returns how many. show false: only counts. */
static size_t put_rows(struct desk *d, const struct buffer *rows, const struct list *l, bool show)
{
	struct codec_arena arena = codec_arena_new(ARENA);
	const Tiendo__V1__ObstacleRow *row;
	size_t at = 0, n = 0;

	while ((row = next(rows, &at, &arena))) {
		if (row->state > l->last)
			continue;
		n++;
		if (show && d->office.json)
			put_json(d, row);
		else if (show)
			put_block(d, row);
	}
	codec_arena_free(&arena);
	return n;
}

static void put_list(struct desk *d, const struct list *l, const struct buffer *rows)
{
	if (d->office.json) {
		json_array_begin(&d->json, l->name);
		put_rows(d, rows, l, true);
		json_array_end(&d->json);
		return;
	}
	buffer_format(&d->out, "%s: %zu\n", d->office.language == LANGUAGE_VI ? l->vi : l->en, put_rows(d, rows, l, false));
	put_rows(d, rows, l, true);
}

static void put_lists(struct desk *d, const struct buffer *raised, const struct buffer *addressed, bool all)
{
	const Tiendo__V1__ObstacleState open = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_OPEN,
					answered = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_ANSWERED,
					closed = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_CLOSED;
	const struct list ours = {"raised", "Đơn vị mình và cấp dưới đã nêu", "Raised by us and below us",
				  all ? closed : answered};
	const struct list theirs = {"addressed", all ? "Gửi đến đơn vị mình" : "Chờ đơn vị mình trả lời",
				    all ? "Sent to us" : "Waiting for our answer", all ? closed : open};

	if (d->office.json)
		json_object_begin(&d->json, NULL);
	put_list(d, &ours, raised);
	put_list(d, &theirs, addressed);
	render_end(d);
}

enum desk_exit desk_obstacle_list(struct desk *d, bool all)
{
	struct buffer raised = {0}, addressed = {0};
	struct sys_error why = {""};
	bool good = fetch(d, false, &raised, &why) == FETCH_DONE && fetch(d, true, &addressed, &why) == FETCH_DONE;

	if (good)
		put_lists(d, &raised, &addressed, all);
	buffer_free(&raised);
	buffer_free(&addressed);
	return good ? DESK_FINE
		    : desk_fail(d, DESK_ENVIRONMENT,
				SAY(d, "không hỏi được máy chủ về các vướng mắc (%s)",
				    "the centre could not be asked about obstacles (%s)"),
				why.text);
}

bool desk_obstacle_ask(struct desk *d, const struct receipt *printed, struct desk_obstacle *out)
{
	struct codec_arena arena = codec_arena_new(ARENA);
	bool found = false;

	for (int by_addressee = 0; by_addressee < 2 && !found; by_addressee++) {
		const Tiendo__V1__ObstacleRow *row;
		struct buffer rows;
		struct sys_error why;
		size_t at = 0;

		fetch(d, by_addressee, &rows, &why);
		while (!found && (row = next(&rows, &at, &arena))) {
			if (!receipt_of(row->receipt) ||
			    !past_same(printed, row->receipt->incarnation.data, row->receipt->entry,
				       row->receipt->index))
				continue;
			found = item_code(d, row)[0] != '\0';
			memcpy(out->receipt.incarnation, row->receipt->incarnation.data, SPOOL_ID);
			out->receipt.entry = row->receipt->entry;
			out->receipt.index = row->receipt->index;
			snprintf(out->item, sizeof out->item, "%s", item_code(d, row));
		}
		buffer_free(&rows);
	}
	codec_arena_free(&arena);
	return found;
}
