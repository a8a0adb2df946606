// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/desk_owed.h"
#include "agent/render.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
	bool missing, all;
} given;

static const struct args_option OPTIONS[] = {
	{.name = "missing",
	 .flag = &given.missing,
	 .vi = "chỉ những gì còn nợ",
	 .en = "only what is owed"},
	{.name = "all",
	 .flag = &given.all,
	 .vi = "cả các đơn vị cấp dưới",
	 .en = "the units below us too"},
};

const struct args_option *desk_mine_options(size_t *n)
{
	*n = BASE_COUNT(OPTIONS);
	return OPTIONS;
}

/* A cell with what the slice knows of it. */
struct mine {
	struct desk *d;
	struct codec_arena arena;
	struct render_table owed, held;
	struct duty_list duties; /* what is said by period is not said again */
	uint32_t own; /* number of our unit; 0 = not known */
	size_t owed_n, held_n, below_n; /* below: owed by units below us, not shown */
	bool strange; /* a cell whose unit or item the slice does not have */
};

struct line {
	const Tiendo__V1__CellRow *cell;
	const struct unit *unit; /* NULL = not in the slice */
	const struct item *item;
	bool owed;
	enum item_kind kind;
};

static bool read_line(struct mine *m, struct bytes row, struct line *out)
{
	const struct catalogue *c = m->d->catalogue;

	codec_arena_reset(&m->arena);
	*out = (struct line){.cell = codec_unpack(&tiendo__v1__cell_row__descriptor, row.data,
						  row.size, &m->arena)};
	if (!out->cell)
		return false;
	bool unsaid = out->cell->state == TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED;

	out->owed = out->cell->expected && (unsaid || out->cell->overdue);
	if (c) {
		uint32_t unit = catalogue_unit_by_number(c, out->cell->unit);
		uint32_t item = catalogue_item_by_number(c, out->cell->item);

		out->unit = unit == NO_INDEX ? NULL : catalogue_unit(c, unit);
		out->item = item == NO_INDEX ? NULL : catalogue_item(c, item);
	}
	out->kind = out->item ? out->item->row.kind : ITEM_NONE;
	return true;
}

/* Said by period: a leaf of ours that follows a schedule and is not overdue beside that. *named: item by item. */
static bool by_period(const struct mine *m, const struct line *l, bool *named)
{
	bool follows = false;

	*named = false;
	if (!l->item || l->cell->unit != m->own || l->cell->overdue)
		return false;
	for (size_t i = 0; i < m->duties.n; i++) {
		const struct duty *duty = &m->duties.list[i];

		if (catalogue_item(m->d->catalogue, duty->item) != l->item)
			continue;
		follows = true;
		*named = *named || (duty->closed && !duty->reported);
	}
	return follows;
}

static bool asked_for(struct mine *m, const struct line *l)
{
	if (!given.all && m->own && l->cell->unit != m->own) {
		m->below_n += l->owed;
		return false;
	}
	return l->owed || !given.missing;
}

static bool see_strange(void *data, struct bytes row)
{
	struct mine *m = data;
	struct line l;

	m->strange = read_line(m, row, &l) && (!l.unit || !l.item);
	return !m->strange;
}

/* ---- as text ---- */

static void put_state(struct mine *m, struct buffer *out, const struct line *l)
{
	struct update u;

	if (known_figure(l->cell, l->kind, &u))
		render_body(out, m->d->office.language, &u);
	else if (l->cell->state == TIENDO__V1__CELL_STATE__CELL_STATE_NA)
		buffer_put_text(out, SAY(m->d, "không áp dụng", "not applicable"));
	else
		buffer_put_text(out, SAY(m->d, "chưa báo cáo", "not reported"));
}

static void put_marks(struct mine *m, struct buffer *out, const Tiendo__V1__CellRow *c)
{
	const struct {
		bool set;
		const char *says;
	} marks[] = {
		{c->overdue, SAY(m->d, "quá hạn", "overdue")},
		{c->behind, SAY(m->d, "chậm tiến độ", "behind")},
		{c->done_late, SAY(m->d, "xong muộn", "done late")},
		{c->accepted, SAY(m->d, "đã được chấp nhận", "accepted")},
		{c->corrected, SAY(m->d, "đã đính chính", "corrected")},
		{c->on_behalf, SAY(m->d, "báo cáo thay", "on behalf")},
		{c->crossed, SAY(m->d, "gửi khi chưa thấy báo cáo trước", "sent without seeing the one before")},
	};
	bool some = false;

	for (size_t i = 0; i < BASE_COUNT(marks); i++)
		if (marks[i].set) {
			buffer_format(out, "%s%s", some ? ", " : "", marks[i].says);
			some = true;
		}
	if (c->late_days)
		buffer_format(out,
			      SAY(m->d, "%strễ %" PRIu32 " ngày, trong đó %" PRIu32 " ngày chờ đơn vị khác",
				  "%slate by %" PRIu32 " days, %" PRIu32 " of them waiting for others"),
			      some ? ", " : "", c->late_days, c->waiting_days);
	some = some || c->late_days;
	if (c->first_due && c->first_due != c->due) {
		buffer_format(out, "%s%s", some ? ", " : "", SAY(m->d, "được gia hạn, hạn đầu ", "extended, first due "));
		render_date(out, m->d->office.language, (struct date){c->first_due});
	}
}

static void put_row(struct mine *m, struct render_table *t, const struct line *l)
{
	enum language lang = m->d->office.language;
	const Tiendo__V1__CellRow *c = l->cell;

	if (l->unit)
		render_cell_text(t, l->unit->row.code);
	else
		render_cell_text(t, "?");
	render_cell_text(t, l->item ? l->item->row.code : "?");
	put_state(m, &t->cell, l);
	render_cell(t);
	render_date(&t->cell, lang, (struct date){c->as_of});
	render_cell(t);
	render_date(&t->cell, lang, (struct date){c->due});
	render_cell(t);
	if (c->receipt && c->receipt->incarnation.len == SPOOL_ID)
		render_receipt(&t->cell, c->receipt->incarnation.data, c->receipt->entry,
			       c->receipt->index);
	render_cell(t);
	put_marks(m, &t->cell, c);
	render_cell(t);
	render_cell_text(t, l->item ? l->item->row.name : "");
}

static void head(struct mine *m, struct render_table *t)
{
	struct desk *d = m->d;

	t->columns = 8;
	render_cell_text(t, SAY(d, "Đơn vị", "Unit"));
	render_cell_text(t, SAY(d, "Mã", "Item"));
	render_cell_text(t, SAY(d, "Máy chủ đang có", "The centre holds"));
	render_cell_text(t, SAY(d, "Số liệu ngày", "As of"));
	render_cell_text(t, SAY(d, "Hạn", "Due"));
	render_cell_text(t, SAY(d, "Biên nhận", "Receipt"));
	render_cell_text(t, SAY(d, "Lưu ý", "Marks"));
	render_cell_text(t, SAY(d, "Nội dung", "Name"));
}

static bool see_row(void *data, struct bytes row)
{
	struct mine *m = data;
	struct line l;
	bool named;

	if (!read_line(m, row, &l) || !asked_for(m, &l))
		return true;
	bool owed = l.owed && !by_period(m, &l, &named);

	if (l.owed && !owed && named)
		return true;
	put_row(m, owed ? &m->owed : &m->held, &l);
	*(owed ? &m->owed_n : &m->held_n) += 1;
	return true;
}

static int put_tables(struct mine *m, struct sys_error *error)
{
	struct desk *d = m->d;

	head(m, &m->owed);
	head(m, &m->held);
	int code = spool_rows(d->office.spool, SPOOL_CELLS, see_row, m, error);

	if (m->duties.n)
		buffer_format(&d->out, SAY(d, "\nCòn nợ ngoài báo cáo theo kỳ: %zu\n", "\nOwed beside the periods: %zu\n"),
			      m->owed_n);
	else
		buffer_format(&d->out, SAY(d, "Còn nợ: %zu\n", "Owed: %zu\n"), m->owed_n);
	if (m->owed_n)
		render_table(&d->out, &m->owed);
	if (m->below_n)
		buffer_format(&d->out,
			      SAY(d, "Các đơn vị cấp dưới còn nợ: %zu (xem: mine --all)\n",
				  "Owed by units below us: %zu (see: mine --all)\n"),
			      m->below_n);
	if (!given.missing) {
		buffer_format(&d->out,
			      m->duties.n ? SAY(d, "\nMáy chủ đang có: %zu\n", "\nThe centre holds: %zu\n")
					  : SAY(d, "\nĐã báo cáo: %zu\n", "\nReported: %zu\n"),
			      m->held_n);
		if (m->held_n)
			render_table(&d->out, &m->held);
	}
	render_table_free(&m->owed);
	render_table_free(&m->held);
	return code;
}

/* ---- as JSON ---- */

static const char *state_word(Tiendo__V1__CellState s)
{
	static const char *const words[] = {"",     "unreported", "not_started", "in_progress",
					    "done", "value",      "none_arisen", "na"};

	return (size_t)s < BASE_COUNT(words) ? words[s] : "";
}

static bool see_json(void *data, struct bytes row)
{
	struct mine *m = data;
	struct json *j = &m->d->json;
	struct line l;

	if (!read_line(m, row, &l) || !asked_for(m, &l))
		return true;
	const Tiendo__V1__CellRow *c = l.cell;

	json_object_begin(j, NULL);
	json_text(j, "unit", l.unit ? l.unit->row.code : "");
	json_text(j, "item", l.item ? l.item->row.code : "");
	json_text(j, "name", l.item ? l.item->row.name : "");
	json_bool(j, "owed", l.owed);
	json_text(j, "state", state_word(c->state));
	json_uint(j, "as_of", c->as_of);
	json_text(j, "period", c->period);
	json_uint(j, "due", c->due);
	json_uint(j, "first_due", c->first_due);
	json_uint(j, "unchanged_since", c->unchanged_since);
	json_uint(j, "percent", c->percent);
	json_uint(j, "value", c->numerator);
	json_uint(j, "denominator", c->denominator);
	json_uint(j, "version", c->version);
	json_bool(j, "overdue", c->overdue);
	json_uint(j, "late_days", c->late_days);
	json_uint(j, "waiting_days", c->waiting_days);
	json_bool(j, "behind", c->behind);
	json_bool(j, "accepted", c->accepted);
	json_bool(j, "corrected", c->corrected);
	if (c->receipt && c->receipt->incarnation.len == SPOOL_ID) {
		struct buffer b = {0};

		render_receipt(&b, c->receipt->incarnation.data, c->receipt->entry,
			       c->receipt->index);
		json_text(j, "receipt", buffer_text(&b));
		buffer_free(&b);
	} else {
		json_none(j, "receipt");
	}
	json_object_end(j);
	return true;
}

/* ---- the command ---- */

/* Not zero: nothing. */
static enum desk_exit nothing_known(struct desk *d, const char *why)
{
	struct json *j = &d->json;
	const char *says =
		SAY(d, "chưa biết gì: chưa lần nào hỏi được máy chủ", "nothing is known: the centre could never be asked");
	char sentence[512];

	snprintf(sentence, sizeof sentence, "%s (%s)", says, why);
	if (!d->office.json)
		return desk_fail(d, DESK_ENVIRONMENT, "%s", sentence);
	json_object_begin(j, NULL);
	json_text(j, "error", sentence);
	json_bool(j, "fresh", false);
	json_none(j, "known_at_ms");
	json_none(j, "as_of_entry");
	json_none(j, "cells");
	render_end(d);
	return DESK_ENVIRONMENT;
}

/* What the office has queued the centre does not count yet. */
static void note_waiting(struct desk *d)
{
	struct spool_state st;

	if (spool_state(d->office.spool, &st, NULL) == 0 && st.last > st.settled)
		desk_warn(d,
			  SAY(d,
			      "%" PRIu64 " báo cáo còn trong hàng đợi, máy chủ chưa trả lời nên chưa "
			      "tính vào số máy chủ đang có",
			      "%" PRIu64 " reports are still queued, without an answer of the "
			      "centre: not among what it holds"),
			  st.last - st.settled);
}

static enum desk_exit show(struct mine *m, bool fresh, const char *why)
{
	struct desk *d = m->d;
	struct sys_error error = {""};
	struct spool_shelf_head head;
	bool proven;
	int code = spool_shelf_head(d->office.spool, SPOOL_CELLS, &head, &error);

	if (code)
		return desk_fail_sys(d, code, &error);
	if (!fresh && !head.entry)
		return nothing_known(d, why);
	note_waiting(d);
	if (d->office.json) {
		json_object_begin(&d->json, NULL);
		json_bool(&d->json, "fresh", fresh);
		json_int(&d->json, "known_at_ms", head.time_ms);
		json_uint(&d->json, "as_of_entry", head.entry);
		json_array_begin(&d->json, "cells");
		code = spool_rows(d->office.spool, SPOOL_CELLS, see_json, m, &error);
		json_array_end(&d->json);
		desk_owed_json(d);
	} else {
		if (!fresh) {
			buffer_put_text(&d->out,
					SAY(d, "Không hỏi được máy chủ; theo thông tin lúc ",
					    "The centre cannot be asked; as known at "));
			render_time(&d->out, d->office.language, head.time_ms);
			buffer_put_text(&d->out, ".\n");
		}
		desk_owed_text(d, true);
		m->duties = ask_duties(d, office_today(&d->office, &proven));
		code = put_tables(m, &error);
		duty_list_free(&m->duties);
	}
	if (code)
		return desk_fail_sys(d, code, &error);
	desk_warnings(d);
	render_end(d);
	return DESK_FINE;
}

/* The catalogue may have changed since the slice was fetched: cells of what it does not have would
 * be shown without a name. */
static enum desk_exit renew_names(struct mine *m)
{
	struct sys_error why = {""};
	int code = spool_rows(m->d->office.spool, SPOOL_CELLS, see_strange, m, &why);

	if (code)
		return desk_fail_sys(m->d, code, &why);
	if (!m->strange || ask_centre(m->d, SPOOL_SLICE, &why) != FETCH_DONE)
		return DESK_FINE;
	return desk_catalogue(m->d);
}

enum desk_exit desk_mine(struct desk *d, int argc, char **argv)
{
	struct mine m = {.d = d, .arena = codec_arena_new(32768)};
	struct sys_error why = {""};
	size_t operands;
	enum desk_exit exit =
		desk_args(d, argc, argv, OPTIONS, BASE_COUNT(OPTIONS), NULL, 0, &operands);

	if (!exit)
		exit = desk_open(d);
	if (!exit)
		exit = desk_catalogue(d);
	if (!exit && !d->catalogue) { /* the first time: who are we? */
		ask_centre(d, SPOOL_SLICE, &why);
		exit = desk_catalogue(d);
	}
	if (!exit && !d->office.slice.scope[0])
		exit = nothing_known(d, why.text);
	if (!exit) {
		uint32_t own = ask_own(d);

		if (own != NO_INDEX)
			m.own = catalogue_unit(d->catalogue, own)->row.number;
		bool fresh = ask_centre(d, SPOOL_CELLS, &why) == FETCH_DONE;

		if (fresh)
			exit = renew_names(&m);
		if (!exit)
			exit = show(&m, fresh, why.text);
	}
	codec_arena_free(&m.arena);
	return exit;
}
