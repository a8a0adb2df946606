// SPDX-License-Identifier: Apache-2.0
/* list_health: how the centre is, and when each principal was heard of: for its operators. */
#include <inttypes.h>
#include <stdio.h>

#include "dashboard/list.h"
#include "dashboard/show.h"
#include "dashboard/table.h"

typedef Tiendo__V1__PrincipalHealth Row;
typedef Tiendo__V1__CentreHealth Centre;

enum { NOW }; /* list.numbers: of the answer */

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	(void)w;
	tiendo__v1__health__init(&q->health);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_HEALTH;
	q->query.health = &q->health;
	return &q->health.cursor;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	l->numbers[NOW] = (uint64_t)r->time_ms;
	if (r->health->centre)
		l->aside = r->health->centre;
	for (size_t i = 0; i < r->health->n_principals; i++)
		list_keep(l, r->health->principals[i]);
	return true;
}

/* Page one of a centre that keeps to the protocol has it. */
static const Centre *centre_of(const struct list *l)
{
	static const Centre none = TIENDO__V1__CENTRE_HEALTH__INIT;

	return l->aside ? l->aside : &none;
}

/* ---- for people ---- */

static const char *ready_name(const struct list *l, const char *word)
{
	const struct {
		const char *word, *name;
	} names[] = {
		{"loading", TELL(l, "đang nạp", "loading")},
		{"ready", TELL(l, "đang nhận báo cáo", "taking updates")},
		{"disk_full", TELL(l, "không ghi được: đĩa đầy", "cannot write: the disk is full")},
		{"clock", TELL(l, "chờ xác nhận đồng hồ", "waits for `clock accept`")},
		{"locked", TELL(l, "chờ xác nhận danh sách khoá", "waits for `agent confirm`")},
		{"stopping", TELL(l, "đang dừng", "stopping")},
	};

	for (size_t i = 0; i < BASE_COUNT(names); i++)
		if (strcmp(names[i].word, word) == 0)
			return names[i].name;
	return word;
}

static const char *number(const struct list *l, uint64_t n, char out[static SHOW_NUMBER])
{
	return show_number((int64_t)(n < INT64_MAX ? n : INT64_MAX), l->language, out);
}

static void put_count(const struct list *l, struct table *t, const char *name, uint64_t n)
{
	char text[SHOW_NUMBER];

	table_cell(t, name);
	table_cell(t, number(l, n, text));
}

static void put_megabytes(const struct list *l, struct table *t, const char *name, uint64_t bytes)
{
	char text[SHOW_NUMBER];

	table_cell(t, name);
	table_format(t, "%s MiB", number(l, bytes >> 20, text));
}

static void put_centre(const struct list *l, const Centre *c, struct buffer *out)
{
	char time[LIST_TEXT], entries[SHOW_NUMBER];
	struct table t;
	uint64_t minutes = c->uptime_ms / 60000;

	buffer_format(out,
		      TELL(l, "Trung tâm: %s · chạy được %" PRIu64 " ngày %02u:%02u · mục cuối %s lúc %s\n",
			   "The centre: %s · up %" PRIu64 " days %02u:%02u · last entry %s at %s\n"),
		      ready_name(l, c->ready), minutes / 1440, (unsigned)(minutes / 60 % 24), (unsigned)(minutes % 60),
		      number(l, c->entries, entries), list_time(c->head_received_ms, time));
	if (c->journal_damaged)
		buffer_put_text(out, TELL(l, "SỔ GỐC BỊ HỎNG: xem nhật ký của máy chủ, phục hồi từ bản sao lưu\n",
					  "THE JOURNAL IS DAMAGED: see the server's log, restore from a backup\n"));
	table_open(&t, 2);
	t.right[1] = true;
	put_count(l, &t, TELL(l, "Cập nhật đã nhận", "Updates taken"), c->updates_taken);
	put_count(l, &t, TELL(l, "Cập nhật bị từ chối", "Updates refused"), c->updates_refused);
	put_count(l, &t, TELL(l, "Gửi lại", "Duplicates"), c->duplicates);
	put_count(l, &t, TELL(l, "Xung đột", "Conflicts"), c->conflicts);
	put_count(l, &t, TELL(l, "Lần ghi sổ", "Commits"), c->commits);
	put_count(l, &t, TELL(l, "Lần ghi bị đĩa từ chối", "Commits refused by the disk"), c->commits_refused);
	put_count(l, &t, TELL(l, "Trả lời \"bận\"", "Answered Busy"), c->busy);
	put_count(l, &t, TELL(l, "Kết nối được nhận", "Handshakes let in"), c->handshakes);
	put_count(l, &t, TELL(l, "Kết nối bị từ chối", "Handshakes refused"), c->handshakes_refused);
	put_count(l, &t, TELL(l, "… bằng khoá lạ", "… with an unknown key"), c->handshakes_unknown);
	put_count(l, &t, TELL(l, "Đăng ký theo dõi", "Subscriptions"), c->subscriptions);
	put_count(l, &t, TELL(l, "Thay đổi đã phát", "Deltas published"), c->deltas);
	put_count(l, &t, TELL(l, "Câu hỏi đã trả lời", "Questions answered"), c->questions);
	put_count(l, &t, TELL(l, "Điểm lưu ở mục", "Checkpoint at entry"), c->checkpoint);
	put_count(l, &t, TELL(l, "Người đọc chậm (lần ghi)", "Reader lag (commits)"), c->reader_lag);
	put_megabytes(l, &t, TELL(l, "Sổ gốc", "Journal"), c->journal_bytes);
	put_megabytes(l, &t, TELL(l, "Đĩa còn trống", "Disk free"), c->disk_free_bytes);
	table_print(&t, 2, out);
	table_close(&t);
}

/* "3 phút", how long ago; a clock that was set back makes it 0. */
static char *ago(const struct list *l, int64_t ms, char out[static LIST_TEXT])
{
	int64_t s = ((int64_t)l->numbers[NOW] - ms) / 1000;

	if (s < 0)
		s = 0;
	if (s < 120)
		snprintf(out, LIST_TEXT, TELL(l, "%u giây trước", "%u s ago"), (unsigned)s);
	else if (s < 2 * 3600)
		snprintf(out, LIST_TEXT, TELL(l, "%u phút trước", "%u min ago"), (unsigned)(s / 60));
	else if (s < 2 * 86400)
		snprintf(out, LIST_TEXT, TELL(l, "%u giờ trước", "%u h ago"), (unsigned)(s / 3600));
	else
		snprintf(out, LIST_TEXT, TELL(l, "%" PRId64 " ngày trước", "%" PRId64 " days ago"), s / 86400);
	return out;
}

static const char *heard(const struct list *l, const Row *m, char out[static LIST_TEXT])
{
	if (m->last_heard_ms)
		return ago(l, m->last_heard_ms, out);
	return TELL(l, "chưa, từ khi máy chủ chạy", "not since the server's start");
}

static int longest_first(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;

	(void)l;
	if (a->last_heard_ms != b->last_heard_ms)
		return a->last_heard_ms < b->last_heard_ms ? -1 : 1;
	return (a->principal > b->principal) - (a->principal < b->principal);
}

static void put_principals(const struct list *l, struct buffer *out)
{
	struct table t;

	table_open(&t, 8);
	t.cut[2] = true;
	t.right[0] = t.right[4] = t.right[5] = true;
	table_cell(&t, TELL(l, "Số", "No"));
	table_cell(&t, TELL(l, "Đơn vị", "Unit"));
	table_cell(&t, TELL(l, "Tên", "Name"));
	table_cell(&t, TELL(l, "Vai trò", "Role"));
	table_cell(&t, TELL(l, "Đã nhận", "Taken"));
	table_cell(&t, TELL(l, "Từ chối", "Refused"));
	table_cell(&t, TELL(l, "Báo cáo cuối", "Last update"));
	table_cell(&t, TELL(l, "Liên lạc cuối", "Heard of"));
	for (size_t i = 0; i < l->n; i++) {
		const Row *m = l->rows[i];
		char text[LIST_TEXT];
		table_format(&t, "%" PRIu32, m->principal);
		table_cell(&t, m->unit);
		table_cell(&t, m->name);
		table_cell(&t, m->role);
		table_cell(&t, number(l, m->taken, text));
		table_cell(&t, number(l, m->refused, text));
		table_cell(&t, m->last_received_ms ? list_time(m->last_received_ms, text)
						   : TELL(l, "chưa bao giờ", "never"));
		table_cell(&t, heard(l, m, text));
	}
	table_print(&t, 2, out);
	table_close(&t);
}

static void show(struct list *l, struct buffer *out)
{
	put_centre(l, centre_of(l), out);
	list_sort(l, longest_first);
	buffer_format(out, TELL(l, "\nĐầu mối: %zu\n", "\nPrincipals: %zu\n"), l->n);
	if (l->n)
		put_principals(l, out);
}

/* ---- for programs ---- */

static void json_whole(const struct list *l, struct json *j)
{
	const Centre *c = centre_of(l);

	json_object_begin(j, "centre");
	json_uint(j, "now_ms", l->numbers[NOW]);
	json_uint(j, "uptime_ms", c->uptime_ms);
	list_json_text(j, "ready", c->ready);
	json_uint(j, "entries", c->entries);
	list_json_ms(j, "head_received_ms", c->head_received_ms);
	json_uint(j, "checkpoint", c->checkpoint);
	json_uint(j, "updates_taken", c->updates_taken);
	json_uint(j, "updates_refused", c->updates_refused);
	json_uint(j, "duplicates", c->duplicates);
	json_uint(j, "conflicts", c->conflicts);
	json_uint(j, "commits", c->commits);
	json_uint(j, "commits_refused", c->commits_refused);
	json_uint(j, "nacks", c->nacks);
	json_uint(j, "busy", c->busy);
	json_uint(j, "sessions", c->sessions);
	json_uint(j, "handshakes", c->handshakes);
	json_uint(j, "handshakes_refused", c->handshakes_refused);
	json_uint(j, "handshakes_unknown", c->handshakes_unknown);
	json_uint(j, "subscriptions", c->subscriptions);
	json_uint(j, "deltas", c->deltas);
	json_uint(j, "questions", c->questions);
	json_uint(j, "questions_failed", c->questions_failed);
	json_uint(j, "journal_bytes", c->journal_bytes);
	json_uint(j, "disk_free_bytes", c->disk_free_bytes);
	json_bool(j, "journal_damaged", c->journal_damaged);
	json_uint(j, "reader_lag", c->reader_lag);
	json_object_end(j);
}

/* A key belongs to a unit; "" = the catalogue does not have it. */
static const char *unit_name(const struct list *l, const char *code)
{
	uint32_t i = *code ? catalogue_unit_by_code(l->catalogue, code, l->sight.today) : NO_INDEX;

	return i == NO_INDEX ? "" : catalogue_unit(l->catalogue, i)->row.name;
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;

	json_uint(j, "principal", m->principal);
	list_json_text(j, "unit", m->unit);
	list_json_text(j, "unit_name", unit_name(l, m->unit));
	json_text(j, "name", m->name);
	json_text(j, "role", m->role);
	json_uint(j, "taken", m->taken);
	json_uint(j, "refused", m->refused);
	list_json_ms(j, "last_received_ms", m->last_received_ms);
	list_json_ms(j, "last_heard_ms", m->last_heard_ms);
}

const struct list_kind list_health = {.name = "health",
				      .about_nobody = true,
				      .answer = TIENDO__V1__REPLY__ANSWER_HEALTH,
				      .ask = ask,
				      .take = take,
				      .show = show,
				      .json_row = json_row,
				      .json_whole = json_whole};
