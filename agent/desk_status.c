// SPDX-License-Identifier: Apache-2.0
#include "agent/desk.h"

#include "agent/ask.h"
#include "agent/desk_owed.h"
#include "agent/render.h"

#include <inttypes.h>
#include <stdlib.h>

enum { REFUSED_SHOWN = 20 };

static const struct args_option OPTIONS[] = {{0}};

const struct args_option *desk_status_options(size_t *n)
{
	*n = 0;
	return OPTIONS;
}

/* ---- words for what the daemon noted by key ---- */

static const struct {
	const char *key, *vi, *en;
} NOTES[] = {
	{"no_answer",
	 "máy chủ không trả lời: mất đường truyền, hoặc khoá của đơn vị chưa được đăng ký",
	 "the centre does not answer: no line, or the office's key is not registered"},
	{"version", "phiên bản giao thức không khớp với máy chủ: cần cập nhật phần mềm",
	 "no protocol version in common with the centre: update the software"},
	{"restored", "máy chủ đã khôi phục từ bản sao lưu, đã gửi lại từ số",
	 "the centre was restored from a backup; offered again from number"},
	{"cloned", "hàng đợi này là bản sao hoặc bản cũ; chuyển sang đợt mới từ số",
	 "this queue is a copy or an older copy; a new epoch from number"},
	{"conflict", "máy chủ đã có nội dung khác dưới số này; chuyển sang đợt mới từ số",
	 "the centre holds something else here; a new epoch from number"},
	{"lost", "hàng đợi không đọc được báo cáo đã lưu, bỏ từ số",
	 "the queue cannot read what it holds, given up from number"},
	{"unsplit", "máy chủ không đọc được báo cáo này, bỏ số",
	 "the centre cannot read this update, given up: number"},
};

/* "refused revoked": the centre's reason in words */
static const char *reason_note(struct desk *d, const char *name)
{
	static const enum reason all[] = {
#define X(name, number, permanent) REASON_##name,
		REASONS(X)
#undef X
	};

	for (size_t i = 0; i < BASE_COUNT(all); i++)
		if (strcmp(reason_name(all[i]), name) == 0)
			return reason_says(all[i], d->office.language);
	return name;
}

static void put_note(struct desk *d, const char *note)
{
	size_t key = strcspn(note, " ");
	const char *about = note + key;

	if (strncmp(note, "refused ", 8) == 0) {
		buffer_format(&d->out, "%s %s", SAY(d, "máy chủ từ chối:", "the centre refuses:"),
			      reason_note(d, note + 8));
		return;
	}

	for (size_t i = 0; i < BASE_COUNT(NOTES); i++)
		if (strlen(NOTES[i].key) == key && memcmp(NOTES[i].key, note, key) == 0) {
			buffer_format(&d->out, "%s%s",
				      d->office.language == LANGUAGE_VI ? NOTES[i].vi : NOTES[i].en,
				      about);
			return;
		}
	buffer_put_text(&d->out, note);
}

/* ---- what is shown ---- */

struct seen {
	struct desk *d;
	struct render_table table;
	struct codec_arena arena;
	bool any;
	struct spool_receipt newest;
	struct spool_shelf_head known; /* of what the centre holds about us */
	struct spool_inbox inbox;
	size_t restored; /* acks of notices that a restore has taken away */
};

static bool newest(void *data, const struct spool_receipt *r)
{
	struct seen *s = data;

	s->any = true;
	s->newest = *r;
	return false;
}

static bool refusal_json(void *data, const struct spool_refusal *r)
{
	struct seen *s = data;
	struct json *j = &s->d->json;
	struct update u;

	codec_arena_reset(&s->arena);
	json_object_begin(j, NULL);
	json_uint(j, "epoch", r->ordinal);
	json_uint(j, "seq", r->seq);
	json_text(j, "reason", r->voided ? "void" : reason_name(r->reason));
	json_text(j, "field", r->field);
	json_int(j, "received_ms", r->received_ms);
	json_uint(j, "again", r->again);
	if (codec_update_decode(r->blob.data, r->blob.size, &s->arena, &u)) {
		json_text(j, "body", body_word(u.body));
		json_text(j, "unit", u.unit);
		json_text(j, "item", u.item);
		json_uint(j, "as_of", u.as_of.ymd);
		json_text(j, "note", u.note);
	}
	json_text(j, "says", r->voided ? "" : reason_says(r->reason, s->d->office.language));
	json_object_end(j);
	return true;
}

/* The column of a figure, or the wire's own word for the place in another body. */
static const char *place_of(const char *field)
{
	enum draft_column column = draft_column_of(field);

	return column == DRAFT_item && field[0] ? draft_field(field) : draft_columns[column];
}

static bool refusal_row(void *data, const struct spool_refusal *r)
{
	struct seen *s = data;
	struct render_table *t = &s->table;
	enum language l = s->d->office.language;
	struct update u = {.unit = "", .item = ""};

	if (!r->voided && r->reason == REASON_RESTORED) { /* not what a clerk has to mend */
		s->restored++;
		return true;
	}
	codec_arena_reset(&s->arena);
	codec_update_decode(r->blob.data, r->blob.size, &s->arena, &u);
	buffer_format(&t->cell, "%" PRIu64, r->seq);
	render_cell(t);
	render_cell_text(t, u.unit);
	render_cell_text(t, u.item);
	render_date(&t->cell, l, u.as_of);
	render_cell(t);
	render_cell_text(t, body_label(u.body, l));
	render_cell_text(t, r->voided ? "" : place_of(r->field));
	buffer_put_text(&t->cell,
			r->voided ? SAY(s->d, "bỏ: không đọc được", "given up: not readable")
				  : reason_says(r->reason, l));
	if (r->again)
		buffer_format(&t->cell,
			      SAY(s->d, " (đã gửi lại: số %" PRIu64 ")",
				  " (offered again: number %" PRIu64 ")"),
			      r->again);
	render_cell(t);
	return true;
}

/* As long as there is something to be read in their place. */
static void put_restored(const struct seen *s, size_t unread)
{
	if (s->restored && unread)
		buffer_format(&s->d->out,
			      SAY(s->d,
				  "\nMáy chủ đã khôi phục từ bản sao lưu: %zu lần đọc thông báo trước đó không còn được tính.\n"
				  "Hãy đọc các thông báo hiện có: tiendo-agent inbox\n",
				  "\nThe centre was restored from a backup: %zu notices read before that do not count.\n"
				  "Read those that are there now: tiendo-agent inbox\n"),
			      s->restored);
}

static int put_refusals(struct desk *d, size_t unread, struct sys_error *error)
{
	struct seen s = {.d = d, .arena = codec_arena_new(32768), .table = {.columns = 7}};
	int code;

	if (d->office.json) {
		json_array_begin(&d->json, "refused");
		code = spool_refusals(d->office.spool, 0, refusal_json, &s, error);
		json_array_end(&d->json);
	} else {
		render_cell_text(&s.table, SAY(d, "Số", "No."));
		render_cell_text(&s.table, SAY(d, "Đơn vị", "Unit"));
		render_cell_text(&s.table, SAY(d, "Mã", "Item"));
		render_cell_text(&s.table, SAY(d, "Số liệu ngày", "As of"));
		render_cell_text(&s.table, SAY(d, "Loại", "Kind"));
		render_cell_text(&s.table, SAY(d, "Chỗ sai", "Field"));
		render_cell_text(&s.table, SAY(d, "Lý do", "Reason"));
		s.table.right[0] = true;
		code = spool_refusals(d->office.spool, REFUSED_SHOWN, refusal_row, &s, error);
		if (s.table.cells > s.table.columns) {
			buffer_put_text(&d->out, SAY(d, "\nMáy chủ từ chối (mới nhất trước):\n",
						     "\nRefused by the centre (newest first):\n"));
			render_table(&d->out, &s.table);
		}
		render_table_free(&s.table);
		put_restored(&s, unread);
	}
	codec_arena_free(&s.arena);
	return code;
}

static void status_json(struct desk *d, const struct spool_state *st, const struct seen *s)
{
	const struct spool_centre *c = &d->office.centre;
	const struct spool_shelf_head *known = &s->known;
	struct json *j = &d->json;

	json_object_begin(j, NULL);
	json_text(j, "unit", d->office.slice.scope);
	json_bool(j, "running", spool_served(d->office.spool));
	json_uint(j, "waiting", st->last - st->settled);
	json_uint(j, "last_seq", st->last);
	json_uint(j, "settled", st->settled);
	json_uint(j, "epoch", st->ordinal);
	json_hex(j, "epoch_id", bytes_of(st->epoch, SPOOL_ID));
	json_uint(j, "taken", st->taken);
	json_uint(j, "refused_n", st->refused);
	json_uint(j, "voided", st->voided);
	json_uint(j, "kept_bytes", st->kept_bytes);
	json_int(j, "server_time_ms", c->time_ms);
	json_int(j, "server_heard_ms", c->heard_wall_ms);
	json_uint(j, "attempts", c->attempts);
	json_text(j, "trouble", c->trouble);
	json_text(j, "alarm", c->alarm);
	json_uint(j, "catalogue_entry", d->office.slice.entry);
	json_uint(j, "catalogue_entry_at_centre", c->catalogue_entry);
	json_uint(j, "known_entry", known->entry);
	json_int(j, "known_at_ms", known->time_ms);
	json_uint(j, "unread", s->inbox.unread);
	if (s->any) {
		struct buffer b = {0};

		render_receipt(&b, s->newest.incarnation, s->newest.entry, s->newest.index);
		json_object_begin(j, "last_receipt");
		json_text(j, "receipt", buffer_text(&b));
		json_int(j, "received_ms", s->newest.received_ms);
		json_uint(j, "seq", s->newest.seq);
		json_object_end(j);
		buffer_free(&b);
	} else {
		json_none(j, "last_receipt");
	}
}

/* ---- as text: a label and what follows it, in two columns ---- */

static void row_queue(struct desk *d, struct render_table *t, const struct spool_state *st)
{
	render_cell_text(t, SAY(d, "Hàng đợi", "Queue"));
	if (st->last == st->settled)
		buffer_put_text(&t->cell, SAY(d, "không có gì chờ gửi", "nothing waits"));
	else if (st->last == st->settled + 1)
		buffer_format(&t->cell,
			      SAY(d, "1 báo cáo chờ máy chủ trả lời (số %" PRIu64 ")",
				  "1 report waits for the centre (number %" PRIu64 ")"),
			      st->last);
	else
		buffer_format(&t->cell,
			      SAY(d,
				  "%" PRIu64 " báo cáo chờ máy chủ trả lời (số %" PRIu64
				  " đến %" PRIu64 ")",
				  "%" PRIu64 " reports wait for the centre (number %" PRIu64
				  " to %" PRIu64 ")"),
			      st->last - st->settled, st->settled + 1, st->last);
	render_cell(t);
	render_cell_text(t, SAY(d, "Máy chủ đã nhận", "Taken"));
	render_integer(&t->cell, d->office.language, (int64_t)st->taken);
	if (st->refused)
		buffer_format(&t->cell, SAY(d, "; từ chối %" PRIu64, "; refused %" PRIu64),
			      st->refused);
	if (st->voided)
		buffer_format(&t->cell, SAY(d, "; bỏ %" PRIu64, "; given up %" PRIu64), st->voided);
	render_cell(t);
}

static void row_centre(struct desk *d, struct render_table *t)
{
	const struct spool_centre *c = &d->office.centre;
	enum language l = d->office.language;

	render_cell_text(t, SAY(d, "Tiến trình gửi", "Daemon"));
	render_cell_text(t, spool_served(d->office.spool) ? SAY(d, "đang chạy", "runs")
							  : SAY(d, "không chạy (tiendo-agent run)",
								"does not run (tiendo-agent run)"));
	render_cell_text(t, SAY(d, "Gặp máy chủ", "Centre heard"));
	if (c->time_ms)
		render_time(&t->cell, l, c->time_ms);
	else
		buffer_put_text(&t->cell, SAY(d, "chưa bao giờ", "never"));
	if (c->attempts)
		buffer_format(
			&t->cell,
			SAY(d, ", từ đó %u lần gọi không được", ", since then %u calls in vain"),
			c->attempts);
	render_cell(t);
	render_cell_text(t, SAY(d, "Danh mục", "Catalogue"));
	if (!d->office.slice.entry)
		buffer_put_text(&t->cell, SAY(d, "chưa nhận được", "not received yet"));
	else
		buffer_format(&t->cell, "%" PRIu64 "%s", d->office.slice.entry,
			      d->office.slice.entry < c->catalogue_entry
				      ? SAY(d, " (máy chủ đã có bản mới)",
					    " (the centre has a newer one)")
				      : "");
	render_cell(t);
}

static void row_note(struct desk *d, struct render_table *t, const char *label, const char *note,
		     int64_t at)
{
	struct buffer out = d->out;

	if (!note[0])
		return;
	render_cell_text(t, label);
	d->out = (struct buffer){0};
	put_note(d, note);
	buffer_put_text(&d->out, " (");
	render_time(&d->out, d->office.language, at);
	buffer_put_text(&d->out, ")");
	render_cell_text(t, buffer_text(&d->out));
	buffer_free(&d->out);
	d->out = out;
}

static void status_text(struct desk *d, const struct spool_state *st, const struct seen *s)
{
	struct render_table t = {.columns = 2};
	const struct spool_centre *c = &d->office.centre;

	render_cell_text(&t, SAY(d, "Đơn vị", "Unit"));
	buffer_put_text(&t.cell, d->office.slice.scope);
	if (d->catalogue) {
		uint32_t own = ask_own(d);

		if (own != NO_INDEX)
			buffer_format(&t.cell, " %s", catalogue_unit(d->catalogue, own)->row.name);
	} else {
		buffer_put_text(&t.cell,
				SAY(d, "chưa biết (chưa có danh mục)", "not known (no catalogue)"));
	}
	render_cell(&t);
	row_queue(d, &t, st);
	render_cell_text(&t, SAY(d, "Biên nhận cuối", "Last receipt"));
	if (s->any) {
		render_receipt(&t.cell, s->newest.incarnation, s->newest.entry, s->newest.index);
		buffer_put_text(&t.cell, ", ");
		render_time(&t.cell, d->office.language, s->newest.received_ms);
	} else {
		buffer_put_text(&t.cell, SAY(d, "chưa có", "none yet"));
	}
	render_cell(&t);
	row_centre(d, &t);
	render_cell_text(&t, SAY(d, "Hộp thư", "Inbox"));
	if (s->inbox.unread)
		buffer_format(&t.cell, SAY(d, "%zu thông báo chưa đọc (tiendo-agent inbox)", "%zu unread (tiendo-agent inbox)"),
			      s->inbox.unread);
	else
		buffer_put_text(&t.cell, SAY(d, "không có gì chưa đọc", "nothing unread"));
	render_cell(&t);
	row_note(d, &t, SAY(d, "Trục trặc", "Trouble"), c->trouble, c->trouble_wall_ms);
	row_note(d, &t, SAY(d, "Cảnh báo gần nhất", "Last alarm"), c->alarm, c->alarm_wall_ms);
	render_table(&d->out, &t);
}

enum desk_exit desk_status(struct desk *d, int argc, char **argv)
{
	struct sys_error error = {""};
	struct spool_state st;
	struct seen s = {.d = d};
	size_t operands;
	enum desk_exit exit = desk_args(d, argc, argv, OPTIONS, 0, NULL, 0, &operands);

	if (exit || (exit = desk_open(d)) || (exit = desk_catalogue(d)))
		return exit;
	int code = spool_state(d->office.spool, &st, &error);

	if (!code)
		code = spool_receipts(d->office.spool, 1, newest, &s, &error);
	if (!code)
		code = spool_shelf_head(d->office.spool, SPOOL_CELLS, &s.known, &error);
	if (!code)
		code = spool_inbox(d->office.spool, &s.inbox, &error);
	if (!code && d->office.json) {
		status_json(d, &st, &s);
		desk_owed_json(d);
	} else if (!code) {
		status_text(d, &st, &s);
		desk_owed_text(d, false);
	}
	if (!code)
		code = put_refusals(d, s.inbox.unread, &error);
	if (code)
		return desk_fail_sys(d, code, &error);
	render_end(d);
	return DESK_FINE;
}
