// SPDX-License-Identifier: Apache-2.0
/* Admission against the view: a correction or a withdrawal, and the period of the report that it names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/periods.h"
#include "server/admission_inside.h"
#include "server/fold.h"
#include "tests/unit/support_rows.h"

static const struct catalogue_row rows[] = {
	UNIT(.code = "40", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 1),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 2),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "T", .parent = "KH", .kind = ITEM_TASK, .name = "Việc", .number = 2, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "half_month"),
};
static struct update report = { .unit = "412", .item = "T", .as_of = { 20240417 }, .period = "2024-04a", .note = "",
				.reason = "", .product_ref = "", .body = BODY_TASK, .state = TASK_IN_PROGRESS, .percent = 10 };
static struct view *v;
static struct change ch;
static struct entry next;

static struct entry *entry(enum entry_kind kind)
{
	next = (struct entry){ .number = v->head.entry + 1, .kind = kind, .rules_version = RULES_VERSION,
			       .received = date_start(DAY(20240417), 420) };
	memcpy(next.prev_hash, v->head.hash, HASH_SIZE);
	memset(next.hash, (int)next.number, HASH_SIZE);
	return &next;
}

static void fold_next(void)
{
	change_clear(&ch);
	assert_int_equal(fold(v, &next, &ch), FOLD_OK);
}

/* Both halves of April are held on the 17th; entry 5 is a report for the first of them. */
static int setup(void **state)
{
	struct registry_change c = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = 1, .role = ROLE_AGENT, .name = "",
				     .scope_unit = 2 };
	struct taken t = { .index = 1, .update = report };
	(void)state;
	v = view_new();
	entry(ENTRY_GENESIS)->genesis = (struct entry_genesis){ .offset_minutes = 420, .store = "s", .incarnation = "i" };
	fold_next();
	entry(ENTRY_CATALOGUE)->catalogue.made = rows_build(rows, N(rows));
	fold_next();
	entry(ENTRY_REGISTRY)->registry = (struct entry_registry){ .n = 1, .changes = &c };
	fold_next();
	for (uint32_t day = 20240415; day <= 20240417; day++) {
		entry(ENTRY_TICK)->tick.date = DAY(day);
		fold_next();
	}
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = 1, .taken = &t };
	next.principal = 1;
	fold_next();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	view_free(v);
	change_free(&ch);
	return 0;
}

static bool recall(void *ctx, const struct receipt *receipt, struct update *out)
{
	*out = *(const struct update *)ctx;
	return receipt->entry == v->head.entry;
}

static enum reason judge(enum body_kind body, const char *period, uint32_t as_of)
{
	struct matter about = { .about = { .entry = v->head.entry, .index = 1 }, .text = "", .item = "", .solution = "",
				.addressee = "" };
	struct update u = report;
	struct admit_place place = { .catalogue = v->catalogue, .scope_unit = 2, .today = v->head.today };
	struct overlay overlay = { 0 };
	struct admission at = { .view = v, .overlay = &overlay, .scope_unit = 2, .today = v->head.today, .recall = recall,
				.recall_ctx = &report };
	struct admit_cell cell = { .reported = true };
	struct admit_found found;

	u.body = body;
	u.corrected = body == BODY_CORRECTION ? BODY_TASK : BODY_NONE;
	u.matter = &about;
	u.reason = "Nhầm";
	u.period = period;
	u.as_of.ymd = as_of;
	assert_int_equal(admit_check(&place, &u, &found).reason, REASON_NONE);
	return admission_matter(&at, &u, &found, &cell).reason;
}

/* Its days lead to the slot of the report: elsewhere the cell would lose a report that its slot keeps. */
static void test_the_period_is_the_reports(void **state)
{
	static const enum body_kind bodies[] = { BODY_WITHDRAW, BODY_CORRECTION };
	(void)state;
	for (size_t i = 0; i < N(bodies); i++) {
		assert_int_equal(judge(bodies[i], "2024-04a", 20240417), REASON_NONE);
		assert_int_equal(judge(bodies[i], "", 20240417), REASON_NONE); /* still in its window */
		assert_int_equal(judge(bodies[i], "2024-04a", 20240403), REASON_NONE);
		assert_int_equal(judge(bodies[i], "2024-04b", 20240417), REASON_NOT_STANDING);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_period_is_the_reports, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
