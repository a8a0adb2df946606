// SPDX-License-Identifier: Apache-2.0
/* What the centre tells the offices: directives, tasks given on the spot, who reads them, and who may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/admin.h"
#include "server/answer.h"
#include "server/checkpoint.h"
#include "server/mailbox.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

/* Keys: 1 is centre_make's agent at 412. */
enum { AGENT = 1, VIEWER, OPERATOR, PROVINCE };
enum { DAY = 20240110, FIRST = 8 /* entry after centre_make's four and three more principals */ };

typedef Tiendo__Journal__V1__AdminRequest request_t;

static struct centre c;
static struct query_options options;
static struct answerer answerer;
static struct codec_arena arena;
static struct buffer reply, question;
static char text[8192], json[8192];
static uint64_t entry_of;
static bool disk_ends; /* a command may find no room */

/* The core that is open now is asked. */
static void look(void)
{
	options = (struct query_options){.view = core_view(c.core),
					 .lock = core_lock(c.core),
					 .journal = query_journal_of(core_journal(c.core)),
					 .clock = core_clock(c.core)};
}

static void open_world(const char *name)
{
	centre_make(&c, name);
	assert_int_equal(centre_principal(&c, "VN", "viewer", 2), VIEWER);
	assert_int_equal(centre_principal(&c, "VN", "operator", 3), OPERATOR);
	assert_int_equal(centre_principal(&c, "40", "agent", 4), PROVINCE);
	look();
	answerer_open(&answerer, &options);
	arena = codec_arena_new(1 << 20);
}

static void close_world(void)
{
	answerer_close(&answerer);
	codec_arena_free(&arena);
	buffer_free(&reply);
	buffer_free(&question);
	centre_close(&c);
}

/* ---- commands ---- */

static bool command(const request_t *m)
{
	struct codec_arena room = codec_arena_new(1 << 18);
	struct buffer out = {0};
	size_t size;
	uint8_t *bytes = codec_pack_new(m, &size);

	enum core_result done = admin_handle(c.core, bytes_of(bytes, size), &out);

	assert_true(done == CORE_OK || (disk_ends && done == CORE_REFUSED));
	const Tiendo__Journal__V1__AdminReply *r =
		codec_unpack(&tiendo__journal__v1__admin_reply__descriptor, out.data, out.size, &room);
	assert_non_null(r);
	snprintf(text, sizeof text, "%s", r->text);
	snprintf(json, sizeof json, "%s", r->json);
	entry_of = r->entry;
	bool ok = r->ok;
	free(bytes);
	buffer_free(&out);
	codec_arena_free(&room);
	return ok;
}

static bool notify(const char *unit, bool subtree, const char *item, uint32_t due, const char *words)
{
	Tiendo__Journal__V1__Notify m = TIENDO__JOURNAL__V1__NOTIFY__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.unit = (char *)unit;
	m.subtree = subtree;
	m.item = (char *)item;
	m.due = due;
	m.text = (char *)words;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_NOTIFY;
	r.notify = &m;
	return command(&r);
}

static bool letters(uint64_t entry)
{
	Tiendo__Journal__V1__Letters m = TIENDO__JOURNAL__V1__LETTERS__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.entry = entry;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_LETTERS;
	r.letters = &m;
	return command(&r);
}

static Tiendo__Journal__V1__Assign task(void)
{
	Tiendo__Journal__V1__Assign m = TIENDO__JOURNAL__V1__ASSIGN__INIT;

	m.code = (char *)"KH.09";
	m.parent = (char *)"KH";
	m.name = (char *)"Rà soát thẻ căn cước";
	m.lead = (char *)"412";
	m.person = (char *)"Trưởng phòng";
	m.due = 20240131;
	m.product = (char *)"Báo cáo";
	m.product_unit = (char *)"văn bản";
	m.text = (char *)"Làm ngay";
	return m;
}

static bool assign(Tiendo__Journal__V1__Assign m)
{
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_ASSIGN;
	r.assign = &m;
	return command(&r);
}

/* ---- questions ---- */

static const Tiendo__V1__Reply *ask(uint32_t key, uint64_t since, bool unread, ProtobufCBinaryData cursor)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Notices m = TIENDO__V1__NOTICES__INIT;

	m.since = since;
	m.unread_only = unread;
	m.cursor = cursor;
	q.id = 7;
	q.question_case = TIENDO__V1__QUERY__QUESTION_NOTICES;
	q.notices = &m;
	buffer_clear(&question);
	codec_pack(&q, buffer_reserve(&question, codec_size(&q)));
	buffer_clear(&reply);
	answer(&answerer, key, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&question), &reply);
	codec_arena_reset(&arena);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, reply.data, reply.size, &arena);
	assert_non_null(r);
	return r;
}

/* Page by page: "9>412 9>413*" (entry > code of the unit, * = opened). */
static const char *mail(uint32_t key, uint64_t since, bool unread)
{
	static char list[8000];
	uint8_t cursor[100];
	ProtobufCBinaryData at = {0};
	const struct catalogue *cat = core_view(c.core)->catalogue;
	size_t n = 0;

	list[0] = '\0';
	do {
		const Tiendo__V1__Reply *r = ask(key, since, unread, at);

		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_NOTICES);
		for (size_t i = 0; i < r->notices->n_notices; i++) {
			const Tiendo__V1__NoticeRow *m = r->notices->notices[i];
			uint32_t unit = catalogue_unit_by_number(cat, m->unit);

			n += (size_t)snprintf(list + n, sizeof list - n, "%s%llu>%s%s", n ? " " : "",
					      (unsigned long long)m->entry, catalogue_unit(cat, unit)->row.code,
					      m->opened_on ? "*" : "");
		}
		at = (ProtobufCBinaryData){r->cursor.len, cursor};
		if (at.len)
			memcpy(cursor, r->cursor.data, r->cursor.len);
	} while (at.len);
	return list;
}

static enum reason refused(uint32_t key)
{
	const Tiendo__V1__Reply *r = ask(key, 0, false, (ProtobufCBinaryData){0});

	return r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE ? (enum reason)r->failure->reason : REASON_NONE;
}

static void ack(struct core_stream stream, uint64_t seq, const char *unit, uint64_t entry)
{
	centre_ack(&c, 0, seq, unit, DAY, entry);
	centre_offer(&c, stream, seq, 1);
	centre_commit(&c);
}

static void digest(uint8_t out[static HASH_SIZE])
{
	assert_true(core_digest(c.core, out));
}

/* ---- tests ---- */

static void a_directive_and_who_reads_it(void **state)
{
	uint8_t before[HASH_SIZE], after[HASH_SIZE];

	(void)state;
	open_world("directive");
	assert_true(notify("40", true, "KH.01", 20240120, "Gửi kế hoạch\ntrước ngày 20"));
	assert_int_equal(entry_of, FIRST);
	assert_string_equal(text, "notice entry 8 to 3 units; 1 of them has no agent and cannot read it here\n");
	assert_non_null(strstr(json, "\"without_agent\": 1"));
	assert_true(notify("412", false, "", 0, "Riêng Vinh"));
	assert_string_equal(text, "notice entry 9 to 1 unit\n");
	assert_string_equal(mail(AGENT, 0, false), "8>412 9>412");
	assert_string_equal(mail(AGENT, 8, false), "9>412");
	assert_string_equal(mail(AGENT, UINT64_MAX, false), "");
	assert_string_equal(mail(PROVINCE, 0, false), "8>40");
	assert_string_equal(mail(OPERATOR, 0, false), "8>40 8>412 9>412 8>413");
	assert_int_equal(refused(VIEWER), REASON_FORBIDDEN);

	ack(centre_stream(1), 1, "412", 8);
	centre_taken(&c, 0, 10, 1);
	ack(centre_stream(1), 2, "412", 8); /* once more is no fault */
	centre_taken(&c, 0, 11, 1);
	assert_string_equal(mail(AGENT, 0, false), "8>412* 9>412");
	assert_string_equal(mail(AGENT, 0, true), "9>412");
	assert_string_equal(mail(OPERATOR, 0, true), "8>40 9>412 8>413");

	assert_true(core_checkpoint(c.core, NULL) == 0);
	digest(before);
	centre_reopen(&c); /* from the checkpoint */
	options.view = core_view(c.core);
	digest(after);
	assert_memory_equal(before, after, sizeof before);
	assert_int_equal(core_start(c.core).from, 11);
	assert_int_equal(mailbox_newest(core_view(c.core)->mailbox, 3), 9);
	centre_close(&c);
	assert_int_equal(checkpoint_discard(scratch_path("directive/view"), NULL), 0);
	centre_reopen(&c); /* from the entries */
	digest(after);
	assert_memory_equal(before, after, sizeof before);
	close_world();
}

static void what_a_row_says(void **state)
{
	(void)state;
	open_world("row");
	assert_true(notify("412", false, "KH.01", 20240120, "Gửi kế hoạch\ntrước ngày 20"));
	const Tiendo__V1__Reply *r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	assert_int_equal(r->notices->n_notices, 1);
	const Tiendo__V1__NoticeRow *m = r->notices->notices[0];
	assert_int_equal(m->kind, NOTICE_DIRECTIVE);
	assert_int_equal(m->sent_ms, core_view(c.core)->head.received.ms);
	assert_string_equal(m->text, "Gửi kế hoạch\ntrước ngày 20");
	assert_string_equal(m->item_code, "KH.01");
	assert_int_equal(m->due, 20240120);
	assert_int_equal(m->opened_on, 0);
	assert_null(m->about);
	ack(centre_stream(1), 1, "412", FIRST);
	r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	assert_int_equal(r->notices->notices[0]->opened_on, DAY);
	close_world();
}

static void only_what_was_told_can_be_read(void **state)
{
	struct core_stream province = {.principal = PROVINCE, .key_id = PROVINCE};

	(void)state;
	open_world("acks");
	memset(province.epoch, 9, sizeof province.epoch);
	assert_true(notify("412", false, "", 0, "x"));
	ack(centre_stream(1), 1, "412", 7);
	centre_refused(&c, 0, 9, REASON_UNKNOWN_NOTICE);
	ack(centre_stream(1), 2, "413", 8); /* not below 412 */
	centre_refused(&c, 0, 10, REASON_OUT_OF_SCOPE);
	ack(province, 1, "412", 8); /* below it, but who has read it? */
	centre_refused(&c, 0, 11, REASON_OUT_OF_SCOPE);
	ack(province, 2, "40", 8);
	centre_refused(&c, 0, 12, REASON_UNKNOWN_NOTICE);
	ack(centre_stream(1), 3, "412", 0);
	centre_refused(&c, 0, 13, REASON_FIELD_MISSING);
	assert_string_equal(mail(AGENT, 0, false), "8>412");
	close_world();
}

static void ack_of(uint64_t seq, uint64_t entry, const uint8_t *incarnation)
{
	struct matter m = {.notice = entry};

	memcpy(m.about.incarnation, incarnation, INCARNATION_SIZE);
	centre_matter(&c, 0, (struct update){.seq = seq, .unit = "412", .as_of = {DAY}, .body = BODY_NOTICE_ACK}, m);
	centre_offer(&c, centre_stream(1), seq, 1);
	centre_commit(&c);
}

/* An ack that waited while the centre was put back names the notice it was meant for, not the one that got its number. */
static void a_number_that_was_given_twice(void **state)
{
	uint8_t first[INCARNATION_SIZE], now[INCARNATION_SIZE];
	const uint8_t none[INCARNATION_SIZE] = {0};
	struct sys_error error;

	(void)state;
	open_world("twice");
	memcpy(first, core_view(c.core)->head.incarnation, sizeof first);
	assert_true(notify("412", false, "", 0, "before the backup"));
	assert_int_equal(core_restored(c.core, &error), CORE_OK); /* entry 9, behind the backup's last */
	memcpy(now, core_view(c.core)->head.incarnation, sizeof now);
	assert_true(notify("412", false, "", 0, "after it"));
	ack_of(1, 10, first);
	centre_refused(&c, 0, 11, REASON_RESTORED);
	ack_of(2, 11, first); /* lost, and its number is no notice's now: not the office's fault either */
	centre_refused(&c, 0, 12, REASON_RESTORED);
	ack_of(3, 8, now);
	centre_refused(&c, 0, 13, REASON_RESTORED);
	ack_of(4, 10, none);
	centre_refused(&c, 0, 14, REASON_FIELD_MISSING);
	ack_of(5, 12, now);
	centre_refused(&c, 0, 15, REASON_UNKNOWN_NOTICE);
	assert_string_equal(mail(AGENT, 0, false), "8>412 10>412");
	const Tiendo__V1__Reply *r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	assert_memory_equal(r->notices->notices[0]->incarnation.data, first, sizeof first);
	assert_memory_equal(r->notices->notices[1]->incarnation.data, now, sizeof now);
	ack_of(6, 8, first); /* the backup has it: that it was read is true in both histories */
	centre_taken(&c, 0, 16, 1);
	assert_string_equal(mail(AGENT, 0, false), "8>412* 10>412");
	ack_of(7, 10, now);
	centre_taken(&c, 0, 17, 1);
	assert_string_equal(mail(AGENT, 0, false), "8>412* 10>412*");
	close_world();
}

static void directives_that_make_no_sense(void **state)
{
	static char long_text[NOTE_MAX_BYTES + 2];

	(void)state;
	open_world("senseless");
	memset(long_text, 'x', NOTE_MAX_BYTES + 1);
	assert_false(notify("999", false, "", 0, "x"));
	assert_non_null(strstr(text, "999"));
	assert_false(notify("412", false, "KH.77", 0, "x"));
	assert_non_null(strstr(text, "KH.77"));
	assert_false(notify("412", false, "", 20240109, "x"));
	assert_non_null(strstr(text, "2024-01-10"));
	assert_false(notify("412", false, "", 20241301, "x"));
	assert_false(notify("412", false, "", 0, " \n"));
	assert_false(notify("412", false, "", 0, long_text));
	assert_false(notify("412", false, "", 0, "CCCD 001099012345"));
	assert_int_equal(core_view(c.core)->head.entry, FIRST - 1); /* nothing of that reached the journal */
	close_world();
}

static void letters_and_their_recipients(void **state)
{
	(void)state;
	open_world("letters");
	assert_true(letters(0));
	assert_string_equal(text, "no directive was sent yet\n");
	assert_true(notify("40", true, "KH.01", 20240120, "Gửi kế hoạch"));
	assert_true(notify("412", false, "", 0, "Riêng"));
	ack(centre_stream(1), 1, "412", 8);
	assert_true(letters(0));
	assert_string_equal(text, "9  2024-01-10  directive  opened by 0 of 1\n  Riêng\n  not opened: 412\n"
				  "8  2024-01-10  directive  KH.01  due 2024-01-20  opened by 1 of 3\n  Gửi kế hoạch\n"
				  "  not opened: 40, 413\n");
	assert_true(letters(8));
	assert_non_null(strstr(text, "  412        opened 2024-01-10  Vinh\n"));
	assert_non_null(strstr(text, "  413        not opened (no agent)  Diễn Châu\n"));
	assert_non_null(strstr(json, "{\"unit\": \"412\", \"name\": \"Vinh\", \"opened_on\": 20240110, \"agent\": true}"));
	assert_false(letters(4));
	assert_non_null(strstr(text, "entry 4"));
	close_world();
}

static void a_task_on_the_spot(void **state)
{
	(void)state;
	open_world("task");
	assert_true(assign(task()));
	assert_string_equal(text, "catalogue entry 8: the task KH.09 of 412\nnotice entry 9 to 1 unit\n");
	const struct catalogue *cat = core_view(c.core)->catalogue;
	uint32_t item = catalogue_item_by_code(cat, "KH.09");
	assert_int_not_equal(item, NO_INDEX);
	const struct item_row *row = &catalogue_item(cat, item)->row;
	assert_int_equal(row->number, catalogue_items(cat)); /* the others keep theirs */
	assert_int_equal(row->due.ymd, 20240131);
	assert_int_equal(row->start.ymd, DAY);
	assert_string_equal(row->person, "Trưởng phòng");
	assert_int_equal(catalogue_units(cat), 4);
	assert_true(catalogue_unit_open(cat, catalogue_unit_by_code(cat, "413", (struct date){DAY}), (struct date){DAY}));
	const Tiendo__V1__Reply *r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	assert_int_equal(r->notices->notices[0]->kind, NOTICE_TASK);
	assert_string_equal(r->notices->notices[0]->item_code, "KH.09");
	assert_string_equal(r->notices->notices[0]->text, "Làm ngay");
	assert_int_equal(r->notices->notices[0]->due, 20240131);
	centre_task(&c, 0, 1, "KH.09", DAY, 40);
	centre_offer(&c, centre_stream(1), 1, 1);
	centre_commit(&c);
	centre_taken(&c, 0, 10, 1);
	assert_false(assign(task())); /* its code is used up */
	assert_non_null(strstr(text, "KH.09"));
	assert_true(letters(9));
	assert_non_null(strstr(text, "task  KH.09  due 2024-01-31  opened by 0 of 1"));
	close_world();
}

static uint64_t commits(void)
{
	struct sys_error error;
	struct kv_stat stat;

	assert_int_equal(kv_stat(journal_kv(core_journal(c.core)), &stat, &error), 0);
	return stat.last_txn;
}

/* There is no moment between the two at which the centre could stop. */
static void a_task_and_its_notice_are_one(void **state)
{
	(void)state;
	open_world("one");
	uint64_t before = commits();
	assert_true(assign(task()));
	assert_int_equal(core_view(c.core)->head.entry, FIRST + 1);
	assert_int_equal(commits(), before + 1);
	close_world();
}

static bool has_task(void)
{
	return catalogue_item_by_code(core_view(c.core)->catalogue, "KH.09") != NO_INDEX;
}

/* Wherever the disk ends: neither is there, or both are. */
static void a_task_on_a_full_disk(void **state)
{
	unsigned refusals = 0;

	(void)state;
	open_world("full");
	disk_ends = true;
	for (rlim_t most = 4096;; most += 4096) {
		scratch_limit(most);
		bool good = assign(task());
		scratch_limit(RLIM_INFINITY);
		if (good)
			break;
		refusals++;
		assert_non_null(strstr(text, "nothing was changed"));
		assert_int_equal(core_view(c.core)->head.entry, FIRST - 1);
		assert_false(has_task());
		assert_string_equal(mail(AGENT, 0, false), "");
	}
	disk_ends = false;
	assert_true(refusals > 0);
	assert_true(has_task());
	assert_string_equal(mail(AGENT, 0, false), "9>412");
	centre_reopen(&c);
	look();
	assert_true(has_task());
	assert_string_equal(mail(AGENT, 0, false), "9>412");
	close_world();
}

static void tasks_that_make_no_sense(void **state)
{
	Tiendo__Journal__V1__Assign m;

	(void)state;
	open_world("bad_task");
#define REFUSED(field, value, word)                                                                                \
	do {                                                                                                       \
		m = task();                                                                                        \
		m.field = value;                                                                                   \
		assert_false(assign(m));                                                                           \
		assert_non_null(strstr(text, word));                                                               \
	} while (0)
	REFUSED(person, (char *)"", "--person");
	REFUSED(product, (char *)"", "--product");
	REFUSED(lead, (char *)"999", "999");
	REFUSED(parent, (char *)"KH.01", "KH.01"); /* a leaf */
	REFUSED(parent, (char *)"KH.77", "KH.77");
	REFUSED(code, (char *)"kh 9", "kh 9");
	REFUSED(due, 0, "--due");
	REFUSED(due, 20231231, "2024-01-10");
	REFUSED(name, (char *)"CCCD 001099012345", "name");
	REFUSED(lead, (char *)"VN", "VN"); /* not in the plan owner's tree */
	REFUSED(text, (char *)"\x01", "cannot be sent");
	m.text = (char *)"";
	m.english = true;
	m.parent = (char *)"KH.77";
	assert_false(assign(m));
	assert_int_equal(core_view(c.core)->head.entry, FIRST - 1);
	close_world();
}

/* A page holds one notice when it must, and the next one begins where it ended. */
static void pages(void **state)
{
	const char *all = "8>40 9>40 10>40 8>412 9>412 10>412 8>413 9>413 10>413";

	(void)state;
	open_world("pages");
	for (unsigned i = 0; i < 3; i++)
		assert_true(notify("40", true, "", 0, "một câu dài vừa đủ để chiếm chỗ"));
	assert_string_equal(mail(OPERATOR, 0, false), all);
	answerer.page_max = 1;
	assert_string_equal(mail(OPERATOR, 0, false), all);
	assert_string_equal(mail(AGENT, 8, false), "9>412 10>412");
	uint8_t cursor[100];
	const Tiendo__V1__Reply *r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	ProtobufCBinaryData at = {r->cursor.len, cursor};
	memcpy(cursor, r->cursor.data, r->cursor.len);
	r = ask(OPERATOR, 9, false, at); /* another question's */
	assert_int_equal(r->failure->reason, REASON_BAD_FRAME);
	assert_true(assign(task())); /* a new catalogue: places may mean something else */
	r = ask(AGENT, 0, false, at);
	assert_int_equal(r->failure->reason, REASON_STALE_CURSOR);
	close_world();
}

/* More than a page of them in one go. */
static void many(void **state)
{
	size_t n = 0;

	(void)state;
	open_world("many");
	for (unsigned i = 0; i < 300; i++)
		assert_true(notify("412", false, "", 0, "x"));
	const char *list = mail(AGENT, 0, false);
	for (const char *p = list; (p = strstr(p, ">412")); p++)
		n++;
	assert_int_equal(n, 300);
	assert_true(letters(0));
	assert_non_null(strstr(text, "307  "));
	close_world();
}

/* ---- reminders ---- */

#define SCHEDULED                                                                                                    \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def,bounded,schedule\n"     \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,\n"                                                                          \
	"KH.02,KH,,task,Việc 2,412,2024-01-02,2024-03-31,lead,,,,,,\n"                                              \
	"KH.03,KH,,ratio,Tỷ lệ,40,2024-01-02,2024-12-31,all,kind:district@40,stock,a,b,yes,half_month\n"            \
	"KH.04,KH,,count,Số,40,2024-01-02,2024-12-31,all,kind:district@40,stock,,,,half_month\n"

static void day(unsigned month, unsigned on)
{
	char when[40];

	snprintf(when, sizeof when, "2024-%02u-%02uT08:00:00+07:00", month, on);
	centre_time(&c, when);
}

static const Tiendo__V1__NoticeRow *last_told(void)
{
	const Tiendo__V1__Reply *r = ask(AGENT, 0, false, (ProtobufCBinaryData){0});
	size_t n = r->notices->n_notices;

	return n ? r->notices->notices[n - 1] : NULL;
}

/* The first half of January closes on Monday 15; a district has until Wednesday 17. */
static void offices_are_reminded(void **state)
{
	(void)state;
	open_world("reminders");
	assert_true(centre_catalogue(&c, CENTRE_UNITS, SCHEDULED));
	day(1, 15);
	assert_null(last_told());
	day(1, 16);
	const Tiendo__V1__NoticeRow *m = last_told();
	assert_non_null(m);
	assert_int_equal(m->kind, NOTICE_REMINDER);
	assert_int_equal(m->owed, 2);
	assert_int_equal(m->due, 20240117);
	assert_string_equal(m->item_code, "KH.03"); /* both are due that day: the first of them */
	assert_string_equal(m->period, "2024-01a");
	assert_string_equal(m->text, "");
	assert_string_equal(mail(OPERATOR, 0, false), "14>412"); /* nobody at 413 would read one */
	day(1, 17);
	assert_string_equal(mail(AGENT, 0, false), "14>412");
	centre_ratio(&c, 0, 1, "412", 20240115, 1, 2);
	centre_offer(&c, centre_stream(1), 1, 1);
	centre_commit(&c);
	day(1, 18);
	m = last_told(); /* it replaced the one before, which nobody had read */
	assert_string_equal(mail(AGENT, 0, false), "17>412");
	m = last_told();
	assert_int_equal(m->owed, 1);
	assert_int_equal(m->due, 20240117);
	assert_string_equal(m->item_code, "KH.04");
	ack(centre_stream(1), 2, "412", 14); /* read offline before the newer one came */
	centre_taken(&c, 0, 18, 1);
	ack(centre_stream(1), 3, "412", 17);
	centre_taken(&c, 0, 19, 1);
	day(1, 19);
	assert_string_equal(mail(AGENT, 0, false), "17>412*"); /* missing is said once */
	close_world();
}

/* Easter Sunday: the last working day before it, and the day after it has passed. */
static void a_task_is_due(void **state)
{
	(void)state;
	open_world("due");
	day(3, 28);
	assert_null(last_told());
	day(3, 29);
	const Tiendo__V1__NoticeRow *m = last_told();
	assert_non_null(m);
	assert_string_equal(m->item_code, "KH.02");
	assert_string_equal(m->period, "");
	assert_int_equal(m->due, 20240331);
	uint64_t first = m->entry;
	day(3, 31);
	assert_int_equal(last_told()->entry, first);
	day(4, 1);
	assert_true(last_told()->entry > first);
	centre_task(&c, 0, 1, "KH.02", 20240401, 100);
	centre_task(&c, 1, 2, "KH.01", 20240401, 100);
	centre_offer(&c, centre_stream(1), 1, 2);
	centre_commit(&c);
	first = last_told()->entry;
	day(7, 2);
	assert_int_equal(last_told()->entry, first); /* what is done is not asked for */
	close_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directive_and_who_reads_it),
		cmocka_unit_test(what_a_row_says),
		cmocka_unit_test(only_what_was_told_can_be_read),
		cmocka_unit_test(a_number_that_was_given_twice),
		cmocka_unit_test(directives_that_make_no_sense),
		cmocka_unit_test(letters_and_their_recipients),
		cmocka_unit_test(a_task_on_the_spot),
		cmocka_unit_test(a_task_and_its_notice_are_one),
		cmocka_unit_test(a_task_on_a_full_disk),
		cmocka_unit_test(tasks_that_make_no_sense),
		cmocka_unit_test(pages),
		cmocka_unit_test(many),
		cmocka_unit_test(offices_are_reminded),
		cmocka_unit_test(a_task_is_due),
	};

	return cmocka_run_group_tests_name("notices", tests, scratch_make, scratch_remove);
}
