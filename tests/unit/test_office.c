// SPDX-License-Identifier: Apache-2.0
/* Obstacles, requests, findings and decisions through the whole centre: what enters, what the operator decides, who reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/admin.h"
#include "server/answer.h"
#include "server/ladder.h"
#include "server/obstacle.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

/* Keys: 1 is centre_make's agent at 412. */
enum { VINH = 1, VIEWER, OPERATOR, PROVINCE, HEALTH };
enum { DAY = 20240110 };

#define UNITS                                                                           \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n" \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n"            \
	"412,40,district,,,Vinh,,,,,,\n413,40,district,,,Diễn Châu,,,,,,\n"           \
	"SYT,40,department,,,Sở Y tế,,,,,,\nCA,40,department,thường trực,,Công an,,,,,,\n"
#define ITEMS                                                                                            \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,measure,num_def,den_def,schedule\n" \
	"KH,,40,plan,Kế hoạch,,,,,,,,,\n"                                                             \
	"T,KH,,task,Việc 1,SYT,2024-01-02,2024-01-31,all,kind:district@40,,,,\n"                       \
	"R,KH,,ratio,Tỷ lệ,,,,all,kind:district@40,stock,a,b,half_month\n"

typedef Tiendo__Journal__V1__AdminRequest request_t;

static struct centre c;
static struct query_options options;
static struct answerer answerer;
static struct codec_arena arena;
static struct buffer reply, question;
static char text[8192], json[8192];
static uint64_t seqs[8];

static void open_world(const char *name)
{
	memset(seqs, 0, sizeof seqs);
	centre_make(&c, name);
	assert_true(centre_catalogue(&c, UNITS, ITEMS));
	assert_int_equal(centre_principal(&c, "VN", "viewer", 2), VIEWER);
	assert_int_equal(centre_principal(&c, "VN", "operator", 3), OPERATOR);
	assert_int_equal(centre_principal(&c, "40", "agent", 4), PROVINCE);
	assert_int_equal(centre_principal(&c, "SYT", "agent", 5), HEALTH);
	options = (struct query_options){.view = core_view(c.core),
					 .lock = core_lock(c.core),
					 .journal = query_journal_of(core_journal(c.core)),
					 .clock = core_clock(c.core)};
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

static const struct cases *cases(void)
{
	return &core_view(c.core)->duties.cases;
}

/* ---- offices ---- */

/* Says it with the key; returns why not. The receipt's entry is the view's last one then. */
static enum reason say(uint32_t key, const char *unit, const char *item, struct update u, struct matter m)
{
	struct core_stream stream = centre_stream((uint8_t)(key + 0x40));
	const char **texts[] = {&m.text, &m.item, &m.solution, &m.addressee};

	for (size_t i = 0; i < BASE_COUNT(texts); i++)
		*texts[i] = *texts[i] ? *texts[i] : "";
	stream.principal = stream.key_id = key;
	u.seq = ++seqs[key];
	u.unit = unit;
	u.item = item;
	u.as_of.ymd = u.as_of.ymd ? u.as_of.ymd : core_view(c.core)->head.today.ymd;
	u.period = u.period ? u.period : "";
	u.note = u.reason = "";
	u.product_ref = u.product_ref ? u.product_ref : "";
	u.matter = u.body > BODY_NONE_ARISEN ? &m : NULL;
	size_t n = codec_update_encode(&u, c.blob[0]);
	assert_true(n > 0);
	c.blobs[0] = bytes_of(c.blob[0], n);
	centre_offer(&c, stream, u.seq, 1);
	centre_commit(&c);
	return c.answer.outcomes[0].kind == OUTCOME_TAKEN ? REASON_NONE : c.answer.outcomes[0].reason;
}

static enum reason raise(uint32_t key, const char *unit, const char *item, const char *addressee)
{
	return say(key, unit, item, (struct update){.body = BODY_OBSTACLE},
		   (struct matter){.step = STEP_RAISE, .cause = CAUSE_MONEY, .origin = ORIGIN_OUTSIDE, .text = "thiếu vốn",
				   .solution = "bố trí vốn", .solution_class = CAUSE_MONEY, .affects_rights = true,
				   .addressee = addressee});
}

static struct receipt receipt_of(uint64_t entry)
{
	struct receipt r = {.entry = entry, .index = 1};

	memcpy(r.incarnation, core_view(c.core)->head.incarnation, sizeof r.incarnation);
	return r;
}

static enum reason step(uint32_t key, const char *unit, const char *item, uint64_t obstacle, enum obstacle_step kind)
{
	return say(key, unit, item, (struct update){.body = BODY_OBSTACLE},
		   (struct matter){.step = kind, .about = receipt_of(obstacle), .text = "nội dung"});
}

static enum reason extend(const char *unit, uint32_t due)
{
	return say(VINH, unit, "T", (struct update){.body = BODY_EXTENSION_REQUEST},
		   (struct matter){.date = {due}, .text = "chờ máy"});
}

static enum reason report(uint32_t percent)
{
	return say(VINH, "412", "T",
		   (struct update){.body = BODY_TASK,
				   .state = percent == 100 ? TASK_DONE : TASK_IN_PROGRESS,
				   .percent = percent,
				   .product_ref = percent == 100 ? "12/BC" : "",
				   .done_on = {percent == 100 ? core_view(c.core)->head.today.ymd : 0}},
		   (struct matter){0});
}

/* As it is printed. */
static const char *printed(uint64_t entry)
{
	static char out[80];
	char hex[2 * INCARNATION_SIZE + 1];

	hex_encode(hex, core_view(c.core)->head.incarnation, INCARNATION_SIZE);
	snprintf(out, sizeof out, "%.8s-%llu-1", hex, (unsigned long long)entry);
	return out;
}

static uint64_t head(void)
{
	return core_view(c.core)->head.entry;
}

/* ---- the operator ---- */

static bool command(const request_t *m)
{
	struct codec_arena room = codec_arena_new(1 << 18);
	struct buffer out = {0};
	size_t size;
	uint8_t *bytes = codec_pack_new(m, &size);

	assert_int_equal(admin_handle(c.core, bytes_of(bytes, size), &out), CORE_OK);
	const Tiendo__Journal__V1__AdminReply *r =
		codec_unpack(&tiendo__journal__v1__admin_reply__descriptor, out.data, out.size, &room);
	assert_non_null(r);
	snprintf(text, sizeof text, "%s", r->text);
	snprintf(json, sizeof json, "%s", r->json);
	bool ok = r->ok;
	free(bytes);
	buffer_free(&out);
	codec_arena_free(&room);
	return ok;
}

struct decide {
	const char *kind, *receipt, *unit, *item, *period, *reason;
	bool refuse;
	uint32_t date, date_to;
};

static bool decide(struct decide d)
{
	Tiendo__Journal__V1__Decide m = TIENDO__JOURNAL__V1__DECIDE__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.kind = (char *)d.kind;
	m.receipt = (char *)(d.receipt ? d.receipt : "");
	m.unit = (char *)(d.unit ? d.unit : "");
	m.item = (char *)(d.item ? d.item : "");
	m.period = (char *)(d.period ? d.period : "");
	m.reason = (char *)(d.reason ? d.reason : "có căn cứ");
	m.refuse = d.refuse;
	m.date = d.date;
	m.date_to = d.date_to;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_DECIDE;
	r.decide = &m;
	return command(&r);
}

static bool for_unit(const char *unit, const char *word, uint64_t obstacle, const char *words)
{
	Tiendo__Journal__V1__TakeStep m = TIENDO__JOURNAL__V1__TAKE_STEP__INIT;
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	m.unit = (char *)unit;
	m.receipt = (char *)printed(obstacle);
	m.step = (char *)word;
	m.text = (char *)words;
	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_TAKE_STEP;
	r.take_step = &m;
	return command(&r);
}

static Tiendo__Journal__V1__Find a_finding(void)
{
	Tiendo__Journal__V1__Find m = TIENDO__JOURNAL__V1__FIND__INIT;

	m.unit = (char *)"412";
	m.item = (char *)"T";
	m.rule = (char *)"ND09/2019 Art. 8";
	m.document = (char *)"12/KL-TTr";
	m.severity = 2;
	m.remedy_by = 20240131;
	m.text = (char *)"báo cáo không đúng mẫu";
	return m;
}

static bool find(Tiendo__Journal__V1__Find m)
{
	request_t r = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;

	r.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_FIND;
	r.find = &m;
	return command(&r);
}

/* ---- questions ---- */

static const Tiendo__V1__Reply *ask(uint32_t key, Tiendo__V1__Query *q)
{
	q->id = 7;
	buffer_clear(&question);
	codec_pack(q, buffer_reserve(&question, codec_size(q)));
	buffer_clear(&reply);
	answer(&answerer, key, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&question), &reply);
	codec_arena_reset(&arena);
	const Tiendo__V1__Reply *r = codec_unpack(&tiendo__v1__reply__descriptor, reply.data, reply.size, &arena);
	assert_non_null(r);
	return r;
}

static Tiendo__V1__Obstacles about(const char *unit)
{
	Tiendo__V1__Obstacles m = TIENDO__V1__OBSTACLES__INIT;

	m.unit = (char *)unit;
	return m;
}

static const Tiendo__V1__Reply *ask_obstacles(uint32_t key, Tiendo__V1__Obstacles m)
{
	static Tiendo__V1__Obstacles asked;
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;

	asked = m;
	q.question_case = TIENDO__V1__QUERY__QUESTION_OBSTACLES;
	q.obstacles = &asked;
	return ask(key, &q);
}

static const Tiendo__V1__ObstaclesPage *obstacles(uint32_t key, Tiendo__V1__Obstacles m)
{
	const Tiendo__V1__Reply *r = ask_obstacles(key, m);

	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE)
		fail_msg("%s", r->failure->text);
	return r->obstacles;
}

static enum reason refused(const Tiendo__V1__Reply *r)
{
	return r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE ? (enum reason)r->failure->reason : REASON_NONE;
}

static const Tiendo__V1__FindingsPage *findings(uint32_t key, const char *item, bool open)
{
	static Tiendo__V1__Findings m;
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;

	tiendo__v1__findings__init(&m);
	m.unit = (char *)"40";
	m.item = (char *)item;
	m.open_only = open;
	q.question_case = TIENDO__V1__QUERY__QUESTION_FINDINGS;
	q.findings = &m;
	return ask(key, &q)->findings;
}

static const Tiendo__V1__RequestsPage *requests(uint32_t key, bool waiting)
{
	static Tiendo__V1__Requests m;
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;

	tiendo__v1__requests__init(&m);
	m.unit = (char *)"412";
	m.waiting_only = waiting;
	q.question_case = TIENDO__V1__QUERY__QUESTION_REQUESTS;
	q.requests = &m;
	return ask(key, &q)->requests;
}

/* Of 412 for T. */
static const Tiendo__V1__CellRow *cell_row(void)
{
	static Tiendo__V1__Cells m;
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;

	tiendo__v1__cells__init(&m);
	m.unit = (char *)"412";
	m.item = (char *)"T";
	q.question_case = TIENDO__V1__QUERY__QUESTION_CELLS;
	q.cells = &m;
	const Tiendo__V1__Reply *r = ask(OPERATOR, &q);
	assert_int_equal(r->cells->n_cells, 1);
	return r->cells->cells[0];
}

/* ---- what enters ---- */

static void test_what_enters(void **state)
{
	(void)state;
	open_world("office-enters");
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t first = head();
	assert_int_equal(raise(VINH, "412", "KH", "413"), REASON_NONE);
	assert_int_equal(raise(VINH, "412", "X", ""), REASON_UNKNOWN_ITEM);
	assert_int_equal(raise(VINH, "413", "T", ""), REASON_OUT_OF_SCOPE);
	assert_int_equal(raise(HEALTH, "SYT", "T", ""), REASON_NOT_ASSIGNED); /* it leads, but reports nothing of it */
	assert_int_equal(step(VINH, "412", "T", head(), STEP_COMMENT), REASON_UNKNOWN_OBSTACLE);
	assert_int_equal(step(VINH, "412", "R", first, STEP_COMMENT), REASON_UNKNOWN_OBSTACLE);
	assert_int_equal(step(PROVINCE, "40", "T", first, STEP_ANSWER), REASON_NOT_YOURS); /* was not asked */
	assert_int_equal(step(PROVINCE, "412", "T", first, STEP_CLOSE), REASON_NOT_YOURS); /* is above, not the raiser */
	assert_int_equal(step(VINH, "412", "T", first, STEP_REOPEN), REASON_OBSTACLE_STATE);
	assert_int_equal(step(HEALTH, "SYT", "T", first, STEP_ANSWER), REASON_NONE);
	assert_int_equal(step(VINH, "412", "T", first, STEP_CLOSE), REASON_NONE);
	assert_int_equal(step(VINH, "412", "T", first, STEP_CLOSE), REASON_OBSTACLE_STATE);
	assert_int_equal(extend("412", 20240131), REASON_DUE_NOT_LATER);
	assert_int_equal(extend("412", 20240201), REASON_NONE);
	assert_int_equal(extend("412", 20240202), REASON_PENDING);
	assert_int_equal(cases()->obstacles_n, 2);
	assert_int_equal(cases()->requests_n, 1);
	centre_reopen(&c); /* and folded from the journal it is the same */
	assert_int_equal(cases()->obstacles_n, 2);
	assert_int_equal(cases()->obstacles[0].state, OBSTACLE_CLOSED);
	close_world();
}

/* ---- obstacles, read ---- */

static void test_obstacles(void **state)
{
	(void)state;
	open_world("office-obstacles");
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t entry = head();
	centre_time(&c, "2024-01-11T08:00:00+07:00");
	assert_int_equal(step(VINH, "412", "T", entry, STEP_COMMENT), REASON_NONE);
	assert_true(for_unit("SYT", "comment", entry, "đã nhận"));
	for (int day = 12; day <= 18; day++) {
		char when[40];
		snprintf(when, sizeof when, "2024-01-%02dT08:00:00+07:00", day);
		centre_time(&c, when);
	}
	assert_int_equal(cases()->obstacles[0].addressee, catalogue_unit_number(core_view(c.core)->catalogue,
			 catalogue_unit_by_code(core_view(c.core)->catalogue, "CA", core_view(c.core)->head.today)));
	Tiendo__V1__Obstacles m = about("40");
	m.steps = true;
	const Tiendo__V1__ObstaclesPage *p = obstacles(OPERATOR, m);
	assert_int_equal(p->n_rows, 1);
	const Tiendo__V1__ObstacleRow *row = p->rows[0];
	assert_string_equal(row->text, "thiếu vốn");
	assert_string_equal(row->solution, "bố trí vốn");
	assert_int_equal(row->receipt->entry, entry);
	assert_int_equal(row->receipt->incarnation.len, INCARNATION_SIZE);
	assert_true(row->raised_ms && row->affects_rights && !row->raised_late && !row->overdue);
	assert_int_equal(row->cause, CAUSE_MONEY);
	assert_int_equal(row->fault, ORIGIN_OUTSIDE);
	assert_int_equal(row->state, OBSTACLE_OPEN);
	assert_int_equal(row->escalations, 1);
	assert_int_equal(row->waiting_days, 8);
	assert_int_equal(row->answer_due, 20240125);
	assert_int_equal(row->n_steps, 4);
	assert_string_equal(row->steps[0]->text, "thiếu vốn");
	assert_string_equal(row->steps[1]->text, "nội dung");
	assert_string_equal(row->steps[2]->text, "đã nhận");
	assert_true(row->steps[2]->on_behalf && !row->steps[1]->on_behalf);
	assert_string_equal(row->steps[3]->text, "");
	assert_int_equal(row->steps[3]->unit, 0);
	assert_int_equal(p->n_addressees, 1);
	assert_int_equal(p->addressees[0]->open, 1);
	/* the viewer: numbers only */
	p = obstacles(VIEWER, m);
	assert_string_equal(p->rows[0]->text, "");
	assert_string_equal(p->rows[0]->solution, "");
	assert_string_equal(p->rows[0]->steps[1]->text, "");
	assert_int_equal(p->rows[0]->waiting_days, 8);
	assert_true(p->rows[0]->raised_ms);
	/* an office: its own subtree; and what lies with it, whoever raised it */
	assert_int_equal(obstacles(VINH, about("412"))->n_rows, 1);
	assert_string_equal(obstacles(VINH, about("412"))->rows[0]->text, "thiếu vốn");
	assert_int_equal(refused(ask_obstacles(VINH, about("413"))), REASON_FORBIDDEN);
	assert_int_equal(obstacles(HEALTH, about("SYT"))->n_rows, 0);
	m = about("SYT");
	m.by_addressee = true;
	assert_int_equal(obstacles(HEALTH, m)->n_rows, 0); /* it has climbed on */
	m.unit = (char *)"CA";
	assert_int_equal(refused(ask_obstacles(HEALTH, m)), REASON_FORBIDDEN);
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 1);
	assert_int_equal(obstacles(PROVINCE, m)->n_rows, 1);
	m.unit = (char *)"";
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 0); /* the ministry list */
	assert_int_equal(refused(ask_obstacles(VINH, m)), REASON_NOT_FOUND);
	m = about("413");
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 0);
	m = about("412");
	m.item = (char *)"R";
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 0);
	m.item = (char *)"KH";
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 1);
	m.item = (char *)"X";
	assert_int_equal(refused(ask_obstacles(OPERATOR, m)), REASON_NOT_FOUND);
	m = about("412");
	m.state = TIENDO__V1__OBSTACLE_STATE__OBSTACLE_STATE_CLOSED;
	assert_int_equal(obstacles(OPERATOR, m)->n_rows, 0);
	assert_int_equal(obstacles(OPERATOR, m)->n_addressees, 1);
	close_world();
}

/* O08 "rà soát những tồn tại, hạn chế để khẩn trương khắc phục" */
static void test_days_to_unblock(void **state)
{
	(void)state;
	open_world("office-unblock");
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t one = head();
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t two = head();
	centre_time(&c, "2024-01-11T08:00:00+07:00");
	centre_time(&c, "2024-01-12T08:00:00+07:00");
	assert_int_equal(step(HEALTH, "SYT", "T", one, STEP_ANSWER), REASON_NONE);
	centre_time(&c, "2024-01-13T08:00:00+07:00");
	assert_int_equal(step(VINH, "412", "T", one, STEP_CLOSE), REASON_NONE);
	assert_true(for_unit("SYT", "escalate", two, ""));
	assert_true(for_unit("CA", "answer", two, "đã bố trí"));
	assert_int_equal(step(VINH, "412", "T", two, STEP_CLOSE), REASON_NONE);
	const Tiendo__V1__ObstaclesPage *p = obstacles(VIEWER, about("40"));
	assert_int_equal(p->n_addressees, 2);
	assert_int_equal(p->addressees[0]->closed, 2); /* SYT: 2 and 3 days */
	assert_int_equal(p->addressees[0]->days, 5);
	assert_int_equal(p->addressees[1]->closed, 1); /* CA: on the day */
	assert_int_equal(p->addressees[1]->days, 0);
	Tiendo__V1__Obstacles m = about("CA");
	m.by_addressee = true;
	p = obstacles(VIEWER, m);
	assert_int_equal(p->n_addressees, 1);
	assert_int_equal(p->addressees[0]->closed, 1);
	close_world();
}

static void test_pages(void **state)
{
	uint8_t cursor[100];
	size_t rows = 0, pages = 0;
	(void)state;
	open_world("office-pages");
	for (int i = 0; i < 70; i++)
		assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	Tiendo__V1__Obstacles m = about("40");
	do {
		const Tiendo__V1__Reply *r = ask_obstacles(OPERATOR, m);
		assert_int_equal(refused(r), REASON_NONE);
		assert_int_equal(r->obstacles->n_addressees, pages ? 0 : 1);
		rows += r->obstacles->n_rows;
		pages++;
		m.cursor = (ProtobufCBinaryData){r->cursor.len, cursor};
		if (r->cursor.len)
			memcpy(cursor, r->cursor.data, r->cursor.len);
	} while (m.cursor.len);
	assert_int_equal(rows, 70);
	assert_int_equal(pages, 2);
	answerer.page_max = 400; /* a page that is full of bytes */
	m = about("40");
	m.steps = true;
	rows = 0;
	do {
		const Tiendo__V1__Reply *r = ask_obstacles(OPERATOR, m);
		assert_int_equal(refused(r), REASON_NONE);
		rows += r->obstacles->n_rows;
		m.cursor = (ProtobufCBinaryData){r->cursor.len, cursor};
		if (r->cursor.len)
			memcpy(cursor, r->cursor.data, r->cursor.len);
	} while (m.cursor.len);
	assert_int_equal(rows, 70);
	close_world();
}

/* ---- the operator's steps ---- */

static void test_steps(void **state)
{
	(void)state;
	open_world("office-steps");
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t entry = head();
	assert_false(for_unit("CA", "answer", entry, "không phải của mình"));
	assert_non_null(strstr(text, "it lies with SYT"));
	assert_false(for_unit("", "answer", entry, "Bộ"));
	assert_false(for_unit("SYT", "close", entry, "x"));
	assert_non_null(strstr(text, "the raiser's alone"));
	assert_false(for_unit("SYT", "answer", entry, " "));
	assert_false(for_unit("SYT", "answer", entry, "CCCD 001234567890"));
	assert_false(for_unit("SYT", "answer", entry + 100, "x"));
	assert_non_null(strstr(text, "gave no such receipt"));
	assert_false(for_unit("SYT", "answer", entry - 1, "x"));
	assert_non_null(strstr(text, "receipt of no obstacle"));
	assert_false(for_unit("XXX", "answer", entry, "x"));
	uint64_t before = head();
	assert_true(for_unit("SYT", "answer", entry, "đã có hướng dẫn"));
	assert_int_equal(head(), before + 1);
	assert_non_null(strstr(json, "\"state\": 2"));
	assert_true(for_unit("SYT", "escalate", entry, ""));
	assert_true(for_unit("CA", "escalate", entry, ""));
	assert_true(for_unit("40", "escalate", entry, "vượt thẩm quyền"));
	assert_true(for_unit("", "answer", entry, "công văn của Bộ")); /* of the ministry list */
	assert_int_equal(cases()->obstacles[0].state, OBSTACLE_ANSWERED);
	close_world();
}

/* ---- decisions ---- */

static void test_extension(void **state)
{
	(void)state;
	open_world("office-extension");
	assert_int_equal(extend("412", 20240215), REASON_NONE);
	uint64_t entry = head();
	const Tiendo__V1__RequestsPage *p = requests(VINH, true);
	assert_int_equal(p->n_rows, 1);
	assert_string_equal(p->rows[0]->reason, "chờ máy");
	assert_int_equal(p->rows[0]->kind, 1);
	assert_int_equal(p->rows[0]->date, 20240215);
	assert_int_equal(p->rows[0]->receipt->entry, entry);
	assert_true(p->rows[0]->received_ms);
	assert_string_equal(requests(VIEWER, true)->rows[0]->reason, "");
	assert_false(decide((struct decide){.kind = "extension", .receipt = printed(entry), .reason = ""}));
	assert_non_null(strstr(text, "reason is missing"));
	assert_false(decide((struct decide){.kind = "extension", .receipt = printed(entry), .date = 20240131}));
	assert_non_null(strstr(text, "2024-01-31"));
	assert_false(decide((struct decide){.kind = "extension", .receipt = printed(entry), .date = 20241399}));
	assert_false(decide((struct decide){.kind = "not-applicable", .receipt = printed(entry)}));
	assert_false(decide((struct decide){.kind = "postpone", .receipt = printed(entry)}));
	const char *const bad[] = {"", "x", "12345678-1", "12345678-1-", "12345678--1-1", "1234567g-1-1", "12345678-0-1",
				   "12345678-1-0", "12345678-1-99999", "12345678-1-1x", "00000000-1-1", "12345678-1--1"};
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		assert_false(decide((struct decide){.kind = "extension", .receipt = bad[i]}));
	assert_true(decide((struct decide){.kind = "extension", .receipt = printed(entry), .date = 20240210}));
	assert_non_null(strstr(text, "granted 2024-02-10"));
	assert_int_equal(cell_row()->due, 20240210);
	close_world();
}

static void test_decisions_read(void **state)
{
	(void)state;
	open_world("office-decided");
	assert_int_equal(extend("412", 20240215), REASON_NONE);
	uint64_t entry = head();
	assert_true(decide((struct decide){.kind = "extension", .receipt = printed(entry), .reason = "đồng ý"}));
	assert_non_null(strstr(text, "granted 2024-02-15"));
	assert_false(decide((struct decide){.kind = "extension", .receipt = printed(entry)}));
	assert_non_null(strstr(text, "decided already"));
	const Tiendo__V1__RequestsPage *p = requests(VINH, false);
	assert_string_equal(p->rows[0]->answer, "đồng ý");
	assert_true(p->rows[0]->granted && p->rows[0]->decided_entry);
	assert_int_equal(p->rows[0]->granted_date, 20240215);
	assert_int_equal(requests(VINH, true)->n_rows, 0);
	assert_int_equal(cell_row()->due, 20240215);
	assert_int_equal(cell_row()->first_due, 20240131);
	assert_int_equal(extend("412", 20240301), REASON_NONE);
	assert_true(decide((struct decide){.kind = "extension", .receipt = printed(head()), .refuse = true}));
	assert_non_null(strstr(text, "refused"));
	assert_int_equal(cell_row()->due, 20240215);
	assert_int_equal(say(VINH, "412", "R", (struct update){.body = BODY_NA_REQUEST},
			     (struct matter){.date = {20240110}, .text = "không có đối tượng"}), REASON_NONE);
	assert_false(decide((struct decide){.kind = "not-applicable", .receipt = printed(head()), .date_to = 20240109}));
	assert_true(decide((struct decide){.kind = "not-applicable", .receipt = printed(head())}));
	assert_non_null(strstr(text, "granted 2024-01-10 for ever"));
	assert_int_equal(say(VINH, "412", "R", (struct update){.body = BODY_NA_REQUEST},
			     (struct matter){.date = {20240110}, .text = "nhầm"}), REASON_NONE);
	assert_true(decide((struct decide){.kind = "not-applicable", .receipt = printed(head()), .date_to = 20240120}));
	assert_non_null(strstr(text, "granted 2024-01-10 to 2024-01-20"));
	close_world();
}

/* A done report is accepted, or returned: then the one before it stands. */
static void test_done(void **state)
{
	(void)state;
	open_world("office-done");
	assert_int_equal(report(90), REASON_NONE);
	uint64_t half = head();
	assert_int_equal(report(100), REASON_NONE);
	uint64_t done = head();
	assert_false(decide((struct decide){.kind = "accept", .receipt = printed(half)}));
	assert_non_null(strstr(text, "no report that a task is done"));
	assert_true(decide((struct decide){.kind = "accept", .receipt = printed(done)}));
	assert_true(cell_row()->accepted);
	assert_true(decide((struct decide){.kind = "return", .receipt = printed(done), .reason = "thiếu văn bản"}));
	assert_int_equal(cell_row()->percent, 90);
	assert_false(cell_row()->accepted);
	assert_false(decide((struct decide){.kind = "return", .receipt = printed(done)}));
	assert_non_null(strstr(text, "does not stand any more"));
	assert_false(decide((struct decide){.kind = "accept", .receipt = printed(done)}));
	close_world();
}

static void test_slots(void **state)
{
	(void)state;
	open_world("office-slots");
	assert_false(decide((struct decide){.kind = "exempt", .unit = "412", .item = "R", .period = "2023-12a"}));
	assert_non_null(strstr(text, "is frozen, or has not begun"));
	assert_false(decide((struct decide){.kind = "exempt", .unit = "412", .item = "R", .period = "2024-01"}));
	assert_false(decide((struct decide){.kind = "exempt", .unit = "412", .item = "T", .period = "2024-01a"}));
	assert_false(decide((struct decide){.kind = "exempt", .unit = "SYT", .item = "R", .period = "2024-01a"}));
	assert_false(decide((struct decide){.kind = "exempt", .unit = "999", .item = "R", .period = "2024-01a"}));
	assert_true(decide((struct decide){.kind = "exempt", .unit = "412", .item = "R", .period = "2024-01a"}));
	assert_non_null(strstr(text, "exempt of 412 for R, 2024-01a"));
	assert_true(decide((struct decide){.kind = "in-time", .unit = "413", .item = "R", .period = "2024-01a"}));
	close_world();
}

/* ---- findings ---- */

static void test_findings(void **state)
{
	Tiendo__Journal__V1__Find m = a_finding();
	(void)state;
	open_world("office-findings");
	assert_true(find(m));
	uint64_t entry = head();
	m.item = (char *)"";
	m.remedy_by = 0;
	assert_true(find(m));
	m = a_finding();
	m.unit = (char *)"x";
	assert_false(find(m));
	m = a_finding();
	m.item = (char *)"x";
	assert_false(find(m));
	m = a_finding();
	m.severity = 4;
	assert_false(find(m));
	m = a_finding();
	m.rule = (char *)"";
	assert_false(find(m));
	m = a_finding();
	m.document = (char *)"";
	assert_false(find(m));
	m = a_finding();
	m.text = (char *)"";
	assert_false(find(m));
	m = a_finding();
	m.remedy_by = 20240109;
	assert_false(find(m));
	const Tiendo__V1__FindingsPage *p = findings(OPERATOR, "", true);
	assert_int_equal(p->n_rows, 2);
	assert_string_equal(p->rows[0]->rule, "ND09/2019 Art. 8");
	assert_string_equal(p->rows[0]->document, "12/KL-TTr");
	assert_string_equal(p->rows[0]->text, "báo cáo không đúng mẫu");
	assert_int_equal(p->rows[0]->severity, 2);
	assert_int_equal(p->rows[0]->remedy_by, 20240131);
	p = findings(VIEWER, "", true);
	assert_string_equal(p->rows[0]->rule, "ND09/2019 Art. 8");
	assert_string_equal(p->rows[0]->text, "");
	assert_int_equal(findings(OPERATOR, "KH", true)->n_rows, 1);
	assert_int_equal(findings(OPERATOR, "R", true)->n_rows, 0);
	assert_int_equal(findings(PROVINCE, "", true)->n_rows, 2);
	Tiendo__Journal__V1__Find close = TIENDO__JOURNAL__V1__FIND__INIT;
	close.closes = entry + 100;
	assert_false(find(close));
	assert_non_null(strstr(text, "is no finding"));
	close.closes = entry;
	assert_true(find(close));
	assert_false(find(close));
	assert_non_null(strstr(text, "was closed on 2024-01-10"));
	assert_int_equal(findings(OPERATOR, "", true)->n_rows, 1);
	assert_int_equal(findings(OPERATOR, "", false)->rows[0]->closed_on, 20240110);
	close_world();
}

/* "trễ 12 ngày: 9 ngày chờ …, 3 ngày của đơn vị" */
static void test_blame(void **state)
{
	(void)state;
	open_world("office-blame");
	assert_int_equal(raise(VINH, "412", "T", ""), REASON_NONE);
	uint64_t entry = head();
	centre_time(&c, "2024-02-03T08:00:00+07:00");
	assert_int_equal(cell_row()->late_days, 3);
	assert_int_equal(cell_row()->waiting_days, 3);
	centre_time(&c, "2024-02-05T08:00:00+07:00");
	uint32_t with = cases()->obstacles[0].addressee;
	const struct catalogue *cat = core_view(c.core)->catalogue;
	const char *unit = with ? catalogue_unit(cat, catalogue_unit_by_number(cat, with))->row.code : "";
	assert_true(for_unit(unit, "answer", entry, "xong"));
	centre_time(&c, "2024-02-09T08:00:00+07:00");
	assert_int_equal(cell_row()->late_days, 9);
	assert_int_equal(cell_row()->waiting_days, 4); /* 1 to 4 February: the day of the answer is Vinh's own */
	assert_int_equal(report(100), REASON_NONE);
	centre_time(&c, "2024-02-12T08:00:00+07:00");
	assert_true(cell_row()->done_late);
	assert_int_equal(cell_row()->late_days, 9);
	close_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_enters),
		cmocka_unit_test(test_obstacles),
		cmocka_unit_test(test_days_to_unblock),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_extension),
		cmocka_unit_test(test_decisions_read),
		cmocka_unit_test(test_done),
		cmocka_unit_test(test_slots),
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_blame),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
