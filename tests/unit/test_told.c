// SPDX-License-Identifier: Apache-2.0
/* What comes back to an office of what it said, and what it is asked: whose words they are, and what they are about. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/answer.h"
#include "server/mailbox.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

/* Keys and principals: 1 is centre_make's agent at 412. */
enum { AGENT = 1, PROVINCE };
enum { DAY = 20240110 };

static struct centre c;
static struct query_options options;
static struct answerer answerer;
static struct codec_arena arena;
static struct buffer reply, question;
static uint64_t seqs[PROVINCE + 1];

static void open_world(const char *name)
{
	centre_make(&c, name);
	assert_int_equal(centre_principal(&c, "40", "agent", 2), PROVINCE);
	options = (struct query_options){.view = core_view(c.core),
					 .lock = core_lock(c.core),
					 .journal = query_journal_of(core_journal(c.core)),
					 .clock = core_clock(c.core)};
	answerer_open(&answerer, &options);
	arena = codec_arena_new(1 << 20);
	memset(seqs, 0, sizeof seqs);
}

static void close_world(void)
{
	answerer_close(&answerer);
	codec_arena_free(&arena);
	buffer_free(&reply);
	buffer_free(&question);
	centre_close(&c);
}

/* ---- what is said ---- */

static struct core_stream stream_of(uint32_t principal)
{
	struct core_stream s = {.principal = principal, .key_id = principal};

	memset(s.epoch, (int)principal, sizeof s.epoch);
	return s;
}

static struct receipt receipt_of(uint64_t entry, uint32_t index)
{
	struct receipt r = {.entry = entry, .index = index};

	memcpy(r.incarnation, core_view(c.core)->head.incarnation, sizeof r.incarnation);
	return r;
}

/* Queued by put into place 0; its receipt. */
static struct receipt offer(uint32_t principal)
{
	centre_offer(&c, stream_of(principal), seqs[principal], 1);
	centre_commit(&c);
	uint64_t entry = core_view(c.core)->head.entry;
	centre_taken(&c, 0, entry, 1);
	return receipt_of(entry, 1);
}

static struct receipt say(uint32_t principal, const char *unit, enum body_kind body, struct matter m)
{
	centre_matter(&c, 0,
		      (struct update){.seq = ++seqs[principal], .unit = unit, .item = "KH.01", .as_of = {DAY}, .body = body}, m);
	return offer(principal);
}

static uint64_t barrier(struct entry e)
{
	struct sys_error error = {""};

	assert_int_equal(core_barrier(c.core, &e, &error), CORE_OK);
	return core_view(c.core)->head.entry;
}

static uint32_t unit_number(const char *code)
{
	const struct catalogue *cat = core_view(c.core)->catalogue;

	return catalogue_unit_number(cat, catalogue_unit_by_code(cat, code, (struct date){DAY}));
}

static uint32_t item_number(const char *code)
{
	const struct catalogue *cat = core_view(c.core)->catalogue;

	return catalogue_item(cat, catalogue_item_by_code(cat, code))->row.number;
}

/* ---- what is heard ---- */

static const Tiendo__V1__NoticesPage *mail(uint32_t key)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Notices m = TIENDO__V1__NOTICES__INIT;

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
	assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_NOTICES);
	return r->notices;
}

/* The newest one of so many. */
static const Tiendo__V1__NoticeRow *told(uint32_t key, size_t n, enum notice_kind kind, const char *words)
{
	const Tiendo__V1__NoticesPage *page = mail(key);

	assert_int_equal(page->n_notices, n);
	const Tiendo__V1__NoticeRow *m = page->notices[n - 1];
	assert_int_equal(m->kind, kind);
	assert_string_equal(m->text, words);
	assert_int_equal(m->entry, core_view(c.core)->head.entry);
	assert_int_equal(m->sent_ms, core_view(c.core)->head.received.ms);
	return m;
}

static void about(const Tiendo__V1__NoticeRow *m, const struct receipt *r)
{
	assert_non_null(m->about);
	assert_int_equal(m->about->entry, r->entry);
	assert_int_equal(m->about->index, r->index);
	assert_int_equal(m->about->incarnation.len, INCARNATION_SIZE);
	assert_memory_equal(m->about->incarnation.data, r->incarnation, INCARNATION_SIZE);
}

/* ---- tests ---- */

static void a_report_comes_back(void **state)
{
	(void)state;
	open_world("returned");
	centre_task(&c, 0, ++seqs[AGENT], "KH.02", DAY, 100);
	struct receipt report = offer(AGENT);
	barrier((struct entry){.kind = ENTRY_DECISION,
			       .decision = {.kind = DECISION_RETURNED,
					    .granted = true,
					    .about_entry = report.entry,
					    .about_index = report.index,
					    .unit = unit_number("412"),
					    .item = item_number("KH.02"),
					    .reason = "Chưa có văn bản",
					    .period = ""}});
	const Tiendo__V1__NoticeRow *m = told(AGENT, 1, NOTICE_RETURN, "Chưa có văn bản");
	assert_string_equal(m->item_code, "KH.02");
	about(m, &report);
	close_world();
}

static void a_request_is_decided(void **state)
{
	(void)state;
	open_world("decided");
	struct receipt request =
		say(AGENT, "412", BODY_EXTENSION_REQUEST, (struct matter){.text = "Thiếu thiết bị", .date = {20240815}});
	assert_int_equal(mail(AGENT)->n_notices, 0);
	barrier((struct entry){.kind = ENTRY_DECISION,
			       .decision = {.kind = DECISION_EXTENSION,
					    .granted = true,
					    .about_entry = request.entry,
					    .about_index = request.index,
					    .date = {20240731},
					    .reason = "Chỉ đến hết tháng 7",
					    .period = ""}});
	const Tiendo__V1__NoticeRow *m = told(AGENT, 1, NOTICE_DECISION, "Chỉ đến hết tháng 7");
	assert_true(m->granted);
	assert_int_equal(m->due, 20240731);
	about(m, &request);
	close_world();
}

static void a_finding(void **state)
{
	(void)state;
	open_world("finding");
	barrier((struct entry){.kind = ENTRY_FINDING,
			       .finding = {.unit = unit_number("412"),
					   .item = item_number("KH.01"),
					   .severity = 2,
					   .remedy_by = {20240131},
					   .rule = "Điều 5",
					   .document = "12/BB-ĐKT",
					   .text = "Không niêm yết"}});
	const Tiendo__V1__NoticeRow *m = told(AGENT, 1, NOTICE_FINDING, "Không niêm yết");
	assert_string_equal(m->item_code, "KH.01");
	assert_int_equal(m->due, 20240131);
	assert_null(m->about);
	close_world();
}

static struct receipt raise(void)
{
	return say(AGENT, "412", BODY_OBSTACLE,
		   (struct matter){.step = STEP_RAISE,
				   .cause = CAUSE_MONEY,
				   .origin = ORIGIN_OUTSIDE,
				   .addressee = "40",
				   .text = "Chưa có vốn"});
}

/* Who is asked reads what is asked, for every step after which it lies with him; who has asked reads what is answered. */
static void an_obstacle(void **state)
{
	(void)state;
	open_world("obstacle");
	struct receipt raised = raise();
	assert_int_equal(mail(AGENT)->n_notices, 0); /* they know */
	about(told(PROVINCE, 1, NOTICE_OBSTACLE, "Chưa có vốn"), &raised);
	say(PROVINCE, "40", BODY_OBSTACLE, (struct matter){.step = STEP_ANSWER, .about = raised, .text = "Vốn về tháng 3"});
	assert_int_equal(mail(PROVINCE)->n_notices, 1);
	about(told(AGENT, 1, NOTICE_ANSWER, "Vốn về tháng 3"), &raised);
	say(AGENT, "412", BODY_OBSTACLE, (struct matter){.step = STEP_COMMENT, .about = raised, .text = "Xin sớm hơn"});
	about(told(PROVINCE, 2, NOTICE_ANSWER, "Xin sớm hơn"), &raised);
	say(AGENT, "412", BODY_OBSTACLE,
	    (struct matter){.step = STEP_ESCALATE, .about = raised, .addressee = "40", .text = "Vẫn chưa"});
	about(told(PROVINCE, 3, NOTICE_OBSTACLE, "Chưa có vốn"), &raised);
	close_world();
}

/* The centre answers for a body that has no agent. */
static void a_step_at_the_centre(void **state)
{
	(void)state;
	open_world("step");
	struct receipt raised = raise();
	barrier((struct entry){.kind = ENTRY_STEP,
			       .step = {.unit = unit_number("40"),
					.matter = {.step = STEP_ANSWER,
						   .about = raised,
						   .text = "Đã chuyển vốn",
						   .item = "",
						   .solution = "",
						   .addressee = ""}}});
	about(told(AGENT, 1, NOTICE_ANSWER, "Đã chuyển vốn"), &raised);
	close_world();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_comes_back),	cmocka_unit_test(a_request_is_decided),
		cmocka_unit_test(a_finding),		cmocka_unit_test(an_obstacle),
		cmocka_unit_test(a_step_at_the_centre),
	};

	return cmocka_run_group_tests_name("told", tests, scratch_make, scratch_remove);
}
