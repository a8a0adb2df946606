// SPDX-License-Identifier: Apache-2.0
/* Mail, as the fold makes it: letters that fit or do not, what is read, and whom a tick reminds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "common/domain/periods.h"
#include "server/fold_inside.h"
#include "server/held.h"
#include "server/mailbox.h"
#include "server/sheet.h"
#include "server/terms.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

#define DAY(n) ((struct date){ n })

/* Districts report half-monthly and have two working days; Vinh and the province have an agent, Cửa Lò has none. */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam", .number = 1),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò", .number = 4),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "Y", .parent = "KH", .kind = ITEM_COUNT, .name = "Luỹ kế", .number = 2, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "HM", .measure = MEASURE_YTD),
	ITEM(.code = "X", .parent = "KH", .kind = ITEM_COUNT, .name = "Hai", .number = 3, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "HM", .measure = MEASURE_STOCK),
	ITEM(.code = "T", .parent = "KH", .kind = ITEM_TASK, .name = "Việc", .number = 4, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40|40", .flags = ITEM_OWN_WORK, .due = { 20240412 }),
	ITEM(.code = "U", .parent = "KH", .kind = ITEM_TASK, .name = "Không hạn", .number = 5, .answer = ANSWER_ALL, .reporters = "40"),
	{ .kind = ROW_SCHEDULE, .schedule = { .schedule = "HM", .kind = "half_month", .name = "Nửa tháng" } },
};

static struct view *v;
static struct change ch;
static struct entry next;
static int64_t now_ms; /* of the next entry */

static struct entry *entry(enum entry_kind kind)
{
	next = (struct entry){ .number = v->head.entry + 1, .kind = kind, .rules_version = RULES_VERSION, .received = { now_ms } };
	memcpy(next.prev_hash, v->head.hash, HASH_SIZE);
	memset(next.hash, (int)next.number, HASH_SIZE);
	return &next;
}

static enum fold_result fold_next(void)
{
	change_clear(&ch);
	return fold(v, &next, &ch);
}

static void day(uint32_t ymd)
{
	do {
		struct date d = v->head.today.ymd ? date_add(v->head.today, 1) : DAY(ymd);
		now_ms = date_start(d, 420).ms;
		entry(ENTRY_TICK)->tick.date = d;
		assert_int_equal(fold_next(), FOLD_OK);
	} while (v->head.today.ymd < ymd);
	now_ms += 8 * 3600 * 1000;
}

static void genesis(uint32_t rules)
{
	v = view_new();
	now_ms = date_start(DAY(20240401), 420).ms;
	entry(ENTRY_GENESIS)->genesis = (struct entry_genesis){ .offset_minutes = 420, .store = "s", .incarnation = "i" };
	next.rules_version = rules;
	assert_int_equal(fold_next(), FOLD_OK);
}

static void begin(void)
{
	entry(ENTRY_CATALOGUE)->catalogue.made = rows_build(rows, N(rows));
	assert_int_equal(fold_next(), FOLD_OK);
	for (uint32_t i = 1; i <= 3; i++) { /* Vinh's and Nghệ An's agents, and somebody who looks at Cửa Lò */
		struct registry_change c = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = i, .name = "",
					     .role = i == 3 ? ROLE_VIEWER : ROLE_AGENT, .scope_unit = i == 1 ? 3 : i == 2 ? 2 : 4 };
		entry(ENTRY_REGISTRY)->registry = (struct entry_registry){ .n = 1, .changes = &c };
		assert_int_equal(fold_next(), FOLD_OK);
	}
	day(20240401);
}

static int setup(void **state)
{
	(void)state;
	genesis(RULES_VERSION);
	begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	view_free(v);
	change_free(&ch);
	ch = (struct change){ 0 };
	return 0;
}

static void send(struct update u, const struct matter *m)
{
	struct taken t = { .index = 1, .update = u };
	t.update.note = t.update.reason = t.update.period = "";
	t.update.matter = m;
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = 1, .taken = &t };
	next.principal = 1;
	assert_int_equal(fold_next(), FOLD_OK);
}

static void report(const char *item, uint32_t as_of)
{
	send((struct update){ .unit = "412", .item = item, .as_of = { as_of }, .body = BODY_COUNT, .value = 1 }, NULL);
}

static void done(const char *unit, uint32_t as_of)
{
	send((struct update){ .unit = unit, .item = "T", .as_of = { as_of }, .body = BODY_TASK, .state = TASK_DONE, .percent = 100,
			      .done_on = { as_of } }, NULL);
}

static void ack(const char *unit, uint64_t about)
{
	const struct matter m = { .notice = about, .text = "", .item = "", .solution = "", .addressee = "" };
	send((struct update){ .unit = unit, .item = "", .as_of = { 20240401 }, .body = BODY_NOTICE_ACK }, &m);
}

static enum fold_result notice(uint32_t kind, size_t n, const uint32_t *units)
{
	entry(ENTRY_NOTICE)->notice = (struct entry_notice){ .kind = kind, .units_n = n, .units = units, .text = "" };
	return fold_next();
}

/* The newest to the unit; kind 0 = there is none. */
static struct notice newest(uint32_t unit)
{
	struct mail_walk w = mailbox_walk(v->mailbox, unit, 0);
	struct notice n, last = { 0 };
	while (mailbox_next(&w, &n))
		last = n;
	return last;
}

/* ---- letters ---- */

static void test_a_letter(void **state)
{
	const uint32_t units[] = { 2, 3, 4 };
	(void)state;
	assert_int_equal(notice(NOTICE_DIRECTIVE, 3, units), FOLD_OK);
	assert_int_equal(newest(3).entry, next.number);
	assert_int_equal(newest(3).sent.ymd, 20240401);
	ack("412", newest(3).entry);
	assert_int_equal(newest(3).opened.ymd, 20240401);
	assert_int_equal(newest(2).opened.ymd, 0);
	ack("999", newest(2).entry); /* a code that nobody bore: it was admitted by other bytes than these */
	ack("413", 77);
	assert_int_equal(newest(4).opened.ymd, 0);
}

static void test_letters_that_do_not_fit(void **state)
{
	static const uint32_t twice[] = { 2, 2 }, falling[] = { 3, 2 }, zero[] = { 0, 2 }, unknown[] = { 2, 5 }, good[] = { 2 };
	(void)state;
	assert_int_equal(notice(NOTICE_ANSWER, 1, good), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 0, good), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 2, twice), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 2, falling), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 2, zero), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 2, unknown), FOLD_FOREIGN);
	assert_int_equal(notice(NOTICE_TASK, 1, good), FOLD_OK);
	if (scarce_works()) {
		scarce_after(0);
		enum fold_result r = notice(NOTICE_TASK, 1, good);
		scarce_end();
		assert_int_equal(r, FOLD_MEMORY);
	}
}

static void test_what_an_entry_tells(void **state)
{
	(void)state;
	entry(ENTRY_VOID);
	fold_tell(v, &next, 3, (struct notice){ .kind = NOTICE_RETURN, .item = 4, .about_entry = 2, .about_index = 1 });
	assert_int_equal(newest(3).kind, NOTICE_RETURN);
	assert_int_equal(newest(3).entry, next.number);
	assert_int_equal(newest(3).sent.ymd, 20240401);
	assert_int_equal(newest(3).about_entry, 2);
	fold_tell(v, &next, 0, (struct notice){ .kind = NOTICE_OBSTACLE }); /* the ministry list reads no mail */
	assert_false(v->duties.failed);
	if (!scarce_works())
		return;
	scarce_after(0);
	fold_tell(v, &next, 400, (struct notice){ .kind = NOTICE_OBSTACLE });
	scarce_end();
	assert_int_equal(fold_next(), FOLD_MEMORY);
}

static void test_before_there_are_units(void **state)
{
	static const uint32_t units[] = { 1 };
	(void)state;
	teardown(state);
	genesis(RULES_VERSION);
	assert_int_equal(notice(NOTICE_DIRECTIVE, 1, units), FOLD_FOREIGN);
	day(20240402);
}

/* ---- reminders: 15 April is a Monday, the districts' deadline Wednesday 17; the task is due on Friday 12 ---- */

static void test_what_is_due(void **state)
{
	(void)state;
	day(20240410);
	assert_int_equal(newest(3).kind, NOTICE_NONE);
	day(20240411);
	assert_int_equal(newest(3).kind, NOTICE_REMINDER);
	assert_int_equal(newest(3).item, 4);
	assert_int_equal(newest(3).due.ymd, 20240412);
	assert_int_equal(newest(3).period, 0);
	assert_int_equal(newest(2).item, 4);
	assert_int_equal(newest(4).kind, NOTICE_NONE); /* a viewer is no office */
	done("412", 20240411);
	uint64_t first = newest(3).entry;
	day(20240413);
	assert_int_equal(newest(3).entry, first);
	assert_true(newest(2).entry > first); /* the province has not done it */
	report("X", 20240414);
	day(20240416);
	assert_int_equal(newest(3).item, 2);
	assert_int_equal(newest(3).owed, 1);
	assert_int_equal(newest(3).due.ymd, 20240417);
	assert_true(newest(3).period != 0);
	first = newest(3).entry;
	day(20240417);
	assert_int_equal(newest(3).entry, first);
	report("Y", 20240415);
	day(20240418);
	assert_int_equal(newest(3).entry, first); /* nothing is missing */
}

/* The lowest number of those that are due first; a task and a slot in one. */
static void test_of_several(void **state)
{
	(void)state;
	day(20240416);
	assert_int_equal(newest(3).owed, 2);
	assert_int_equal(newest(3).item, 2);
	day(20240418);
	assert_int_equal(newest(3).owed, 2);
	assert_int_equal(newest(3).due.ymd, 20240417);
}

static void test_nothing_is_asked_of_who_is_exempt(void **state)
{
	(void)state;
	struct held_place at = held_place(v->held, catalogue_unit_by_number(v->catalogue, 3), catalogue_item_by_code(v->catalogue, "Y"));
	struct sheet *sheet = sheet_of(at.block->sheets, at.leaf, period_place(DAY(20240401)));
	sheet->marks[sheet_slot(at.block->sheets, at.row, at.leaf)].flags |= SLOT_EXEMPT;
	day(20240416);
	assert_int_equal(newest(3).owed, 1);
	assert_int_equal(newest(3).item, 3);
}

static void test_a_due_date_of_its_own(void **state)
{
	struct terms terms = { 0 };
	struct held_place at = held_place(v->held, catalogue_unit_by_number(v->catalogue, 3), catalogue_item_by_code(v->catalogue, "T"));
	struct block *b = (struct block *)at.block;
	(void)state;
	assert_true(terms_grant(&terms, 3, 4, DAY(20240412), DAY(20240426)));
	const struct terms *was = b->terms;
	b->terms = &terms;
	block_cell(b, at.row, at.leaf)->flags |= CELL_TERMS;
	day(20240411);
	assert_int_equal(newest(3).kind, NOTICE_NONE);
	assert_int_equal(newest(2).kind, NOTICE_REMINDER);
	day(20240425);
	assert_int_equal(newest(3).item, 4);
	assert_int_equal(newest(3).due.ymd, 20240426);
	b->terms = was;
	terms_free(&terms);
}

/* Rules say what may enter; what a day of the office is does not depend on them. */
static void test_older_rules_remind_too(void **state)
{
	teardown(state);
	genesis(1);
	begin();
	day(20240418);
	assert_int_equal(newest(3).kind, NOTICE_REMINDER);
}

/* The tick of that day, after the nth allocation of it failed. */
static enum fold_result tick_after(void **state, uint32_t ymd, long n)
{
	teardown(state);
	setup(state);
	day(ymd - 1);
	now_ms = date_start(DAY(ymd), 420).ms;
	entry(ENTRY_TICK)->tick.date = DAY(ymd);
	scarce_after(n);
	enum fold_result r = fold_next();
	scarce_end();
	return r;
}

static void test_without_memory_it_says_so(void **state)
{
	static const uint32_t days[] = { 20240411, 20240416 }; /* a task is due, and reports */
	(void)state;
	if (!scarce_works())
		skip();
	for (size_t i = 0; i < N(days); i++) {
		enum fold_result r = FOLD_MEMORY;
		for (long n = 0; r == FOLD_MEMORY; n++)
			r = tick_after(state, days[i], n);
		assert_int_equal(r, FOLD_OK);
		assert_int_equal(newest(3).kind, NOTICE_REMINDER);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_letter), TEST(test_letters_that_do_not_fit), TEST(test_what_an_entry_tells), TEST(test_before_there_are_units), TEST(test_what_is_due),
		TEST(test_of_several), TEST(test_nothing_is_asked_of_who_is_exempt), TEST(test_a_due_date_of_its_own),
		TEST(test_older_rules_remind_too), TEST(test_without_memory_it_says_so),
	};
	return cmocka_run_group_tests_name("fold_mail", tests, NULL, NULL);
}
