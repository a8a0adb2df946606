// SPDX-License-Identifier: Apache-2.0
/* Slots over time, as the fold makes them: expected, in time, late, corrected, withdrawn, frozen, carried, kept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/admit.h"
#include "common/domain/periods.h"
#include "server/fold.h"
#include "server/held.h"
#include "server/sheet.h"
#include "tests/unit/country.h"
#include "tests/unit/support_rows.h"

/* Two districts and two communes that report half-monthly; deadlines as usual: commune 1, district 2, province 3 days. */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam", .number = 1),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò", .number = 4),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "T", .parent = "KH", .kind = ITEM_TASK, .name = "Việc", .number = 2, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "HM"),
	ITEM(.code = "F", .parent = "KH", .kind = ITEM_COUNT, .name = "Phát sinh", .number = 3, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "HM", .measure = MEASURE_FLOW, .has_target = true, .target = 5),
	ITEM(.code = "Y", .parent = "KH", .kind = ITEM_COUNT, .name = "Luỹ kế", .number = 4, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .schedule = "HM", .measure = MEASURE_YTD),
	ITEM(.code = "N", .parent = "KH", .kind = ITEM_TASK, .name = "Không lịch", .number = 5, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40"),
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

static void fold_next(void)
{
	change_clear(&ch);
	assert_int_equal(fold(v, &next, &ch), FOLD_OK);
}

static void load(struct catalogue *c)
{
	entry(ENTRY_CATALOGUE)->catalogue.made = c;
	fold_next();
}

/* Every day up to this one begins; entries then come at eight in the morning. */
static void day(uint32_t ymd)
{
	do {
		struct date d = v->head.today.ymd ? date_add(v->head.today, 1) : DAY(ymd);
		now_ms = date_start(d, 420).ms;
		entry(ENTRY_TICK)->tick.date = d;
		fold_next();
	} while (v->head.today.ymd < ymd);
	now_ms += 8 * 3600 * 1000;
}

/* Returns the entry's number: the receipt is (number, 1). */
static uint64_t send(uint32_t principal, struct update u)
{
	struct taken t = { .index = 1, .update = u };
	if (!t.update.note)
		t.update.note = "";
	if (!t.update.reason)
		t.update.reason = "";
	if (!t.update.period)
		t.update.period = "";
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = 1, .taken = &t };
	next.principal = principal;
	fold_next();
	return next.number;
}

#define T(unit_, percent_, as_of_)                                                                                 \
	((struct update){ .unit = unit_, .item = "T", .as_of = { as_of_ }, .body = BODY_TASK,                      \
			  .state = percent_ == 100 ? TASK_DONE : TASK_IN_PROGRESS, .percent = percent_ })
#define N_(item_, unit_, n, as_of_)                                                                                \
	((struct update){ .unit = unit_, .item = item_, .as_of = { as_of_ }, .body = BODY_COUNT, .value = n })

static int setup(void **state)
{
	(void)state;
	v = view_new();
	now_ms = date_start(DAY(20240401), 420).ms;
	entry(ENTRY_GENESIS)->genesis = (struct entry_genesis){ .offset_minutes = 420, .store = "s", .incarnation = "i" };
	fold_next();
	load(rows_build(rows, N(rows)));
	for (uint32_t i = 1; i <= 3; i++) { /* Vinh, Cửa Lò, Nghệ An */
		struct registry_change c = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = i, .role = ROLE_AGENT,
					     .name = "", .scope_unit = i == 1 ? 3 : i == 2 ? 4 : 2 };
		entry(ENTRY_REGISTRY)->registry = (struct entry_registry){ .n = 1, .changes = &c };
		fold_next();
	}
	day(20240401);
	return 0;
}

/* Whatever a test did: sums are right, and the state that a checkpoint keeps makes the same view again. */
static int teardown(void **state)
{
	struct view_fault fault;
	struct view *w = view_new();
	struct buffer small = { .cap = BUFFER_ANY };
	(void)state;
	assert_true(view_check(v, &fault));
	assert_true(view_load_begin(w, &v->head, country_clone(v->catalogue), roster_clone(v->roster)));
	view_small_pack(v, &small);
	assert_true(view_load_small(w, buffer_bytes(&small)));
	for (uint32_t unit = 0; unit < catalogue_units(v->catalogue); unit++) {
		size_t n = view_unit_size(v, unit);
		uint8_t *bytes = malloc(n);
		assert_true(n <= view_unit_room(v));
		assert_int_equal(view_unit_pack(v, unit, bytes), n);
		assert_true(view_load_unit(w, bytes, n));
		free(bytes);
	}
	assert_true(view_load_end(w));
	struct buffer a = country_bytes(v), b = country_bytes(w);
	assert_int_equal(a.size, b.size);
	assert_memory_equal(a.data, b.data, a.size);
	buffer_free(&a);
	buffer_free(&b);
	buffer_free(&small);
	view_free(w);
	view_free(v);
	change_free(&ch);
	return 0;
}

/* ---- looking ---- */

static struct held_place place(uint32_t unit, const char *item)
{
	return held_place(v->held, catalogue_unit_by_number(v->catalogue, unit), catalogue_item_by_code(v->catalogue, item));
}

static const struct cell *cell(uint32_t unit, const char *item)
{
	struct held_place at = place(unit, item);
	return block_cell(at.block, at.row, at.leaf);
}

static struct sheet *sheet(const char *item, uint32_t first)
{
	struct held_place at = place(3, item);
	return sheet_of(at.block->sheets, at.leaf, period_place(DAY(first)));
}

static const struct cell *slot(uint32_t unit, const char *item, uint32_t first)
{
	struct held_place at = place(unit, item);
	return &sheet(item, first)->reports[sheet_slot(at.block->sheets, at.row, at.leaf)];
}

static enum slot_state state_of(uint32_t unit, const char *item, uint32_t first)
{
	struct held_place at = place(unit, item);
	struct sheet *s = sheet(item, first);
	struct slot_mark m = sheet_mark(at.block->sheets, s, at.row, at.leaf);
	return slot_state(&m, s->deadlines[UNIT_DISTRICT], v->head.today);
}

/* The rows of a table that were emitted and not looked at yet. */
static size_t emitted(enum row_table table, struct bytes *key, struct bytes *value)
{
	struct rows_walk w = { 0 };
	struct bytes k, x;
	size_t n = 0;
	while (rows_next(&v->rows, table, (struct bytes){ 0 }, &w, &k, &x)) {
		*key = k;
		*value = x;
		n++;
	}
	return n;
}

static struct update about(struct update u, enum body_kind body, uint64_t entry_)
{
	static struct matter m;
	m = (struct matter){ .about = { .entry = entry_, .index = 1 }, .text = "" };
	u.corrected = body == BODY_CORRECTION ? u.body : BODY_NONE;
	u.body = body;
	u.matter = &m;
	return u;
}

/* ---- tests ---- */

static void test_opened_and_due(void **state)
{
	(void)state;
	assert_non_null(sheet("T", 20240401));
	assert_int_equal(sheet("T", 20240401)->deadlines[UNIT_DISTRICT].ymd, 20240417);
	assert_int_equal(sheet("T", 20240401)->freeze.ymd, 20240420);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_PENDING);
	send(1, T("412", 10, 20240403));
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
	day(20240417);
	assert_int_equal(state_of(4, "T", 20240401), SLOT_PENDING);
	assert_int_equal(state_of(4, "T", 20240416), SLOT_PENDING);
	day(20240418);
	assert_int_equal(state_of(4, "T", 20240401), SLOT_MISSING);
	send(2, T("413", 20, 20240415));
	assert_int_equal(state_of(4, "T", 20240401), SLOT_LATE);
	assert_int_equal(cell(4, "T")->percent, 20);
	/* in the window after the close the figure belongs to the closed period, and is its best */
	send(1, T("412", 30, 20240417));
	assert_int_equal(slot(3, "T", 20240401)->percent, 30);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
	assert_int_equal(state_of(3, "T", 20240416), SLOT_PENDING);
	send(1, (struct update){ .unit = "412", .item = "T", .period = "2024-04b", .as_of = { 20240417 },
				 .body = BODY_TASK, .state = TASK_IN_PROGRESS, .percent = 35 });
	assert_int_equal(slot(3, "T", 20240416)->percent, 35);
	assert_int_equal(cell(3, "T")->percent, 35);
	/* an older period changes its slot and not the live figure, whatever its as-of date */
	send(1, (struct update){ .unit = "412", .item = "T", .period = "2024-04a", .as_of = { 20240417 },
				 .body = BODY_TASK, .state = TASK_IN_PROGRESS, .percent = 33 });
	assert_int_equal(slot(3, "T", 20240401)->percent, 33);
	assert_int_equal(cell(3, "T")->percent, 35);
}

static void test_slow_lines(void **state)
{
	struct update u = T("412", 10, 20240415);
	int64_t sealed = date_start(DAY(20240417), 420).ms;
	(void)state;
	day(20240418);
	u.seal = (struct seal){ .boot_id = { 1 }, .monotonic_ms = 5000, .server_time_ms = sealed, .server_heard_at_ms = 4000 };
	send(1, u);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_LINE_SLOW);
	/* the same proof behind one that was sealed later proves nothing any more */
	u.item = "N"; /* without schedule: not looked at */
	u.item = "F";
	u.body = BODY_COUNT;
	u.value = 1;
	u.seal.server_time_ms = sealed - 86400000;
	send(1, u);
	assert_int_equal(state_of(3, "F", 20240401), SLOT_LATE);
	/* for somebody else's figures nobody is in time */
	u = T("413", 10, 20240415);
	send(3, u);
	assert_int_equal(slot(4, "T", 20240401)->percent, 10);
	assert_int_equal(state_of(4, "T", 20240401), SLOT_MISSING);
}

static void test_first_time_of_receipt(void **state)
{
	struct taken t = { .index = 1, .update = T("412", 10, 20240415) };
	(void)state;
	day(20240418);
	t.update.note = t.update.reason = t.update.period = "";
	t.first_received.ms = date_start(DAY(20240416), 420).ms;
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = 1, .taken = &t };
	next.principal = 1;
	fold_next();
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
}

static void test_withdrawn_and_corrected(void **state)
{
	struct update u = T("412", 60, 20240404);
	(void)state;
	uint64_t first = send(1, T("412", 10, 20240403)), second = send(1, T("412", 50, 20240403));
	send(1, about(T("412", 0, 20240403), BODY_WITHDRAW, second));
	assert_int_equal(cell(3, "T")->percent, 10);
	assert_int_equal(slot(3, "T", 20240401)->entry, first);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
	send(1, about(u, BODY_CORRECTION, first));
	assert_int_equal(cell(3, "T")->percent, 60);
	assert_true(cell(3, "T")->flags & CELL_CORRECTED);
	send(1, about(T("412", 0, 20240404), BODY_WITHDRAW, v->head.entry));
	assert_false(cell(3, "T")->flags & CELL_REPORTED);
	assert_true(cell(3, "T")->flags & CELL_EXPECTED);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_PENDING);
	/* what does not stand (any more) is withdrawn without effect */
	uint64_t third = send(1, T("412", 20, 20240404));
	send(1, about(T("412", 0, 20240404), BODY_WITHDRAW, first));
	assert_int_equal(cell(3, "T")->entry, third);
	/* the one below goes alone; then nothing is left to fall back to */
	uint64_t fourth = send(1, T("412", 25, 20240404));
	send(1, about(T("412", 0, 20240404), BODY_WITHDRAW, third));
	assert_int_equal(cell(3, "T")->entry, fourth);
	send(1, about(T("412", 0, 20240404), BODY_WITHDRAW, fourth));
	assert_false(cell(3, "T")->flags & CELL_REPORTED);
	/* without a schedule there is one slot for ever */
	u = T("412", 10, 20240403);
	u.item = "N";
	first = send(1, u);
	u.percent = 20;
	second = send(1, u);
	send(1, about(u, BODY_WITHDRAW, second));
	assert_int_equal(cell(3, "N")->entry, first);
}

static void test_confirmed(void **state)
{
	struct update u = { .unit = "412", .item = "T", .as_of = { 20240416 }, .body = BODY_UNCHANGED, .period = "2024-04b" };
	(void)state;
	send(1, u); /* nothing to confirm */
	assert_false(cell(3, "T")->flags & CELL_REPORTED);
	send(1, T("412", 40, 20240403));
	day(20240416);
	send(1, u);
	assert_int_equal(cell(3, "T")->percent, 40);
	assert_true(cell(3, "T")->flags & CELL_UNCHANGED);
	assert_int_equal(slot(3, "T", 20240416)->percent, 40);
	struct held_place at = place(3, "T");
	assert_int_equal(block_past(at.block, block_cell(at.block, at.row, at.leaf))->since.ymd, 20240403);
	u = T("412", 45, 20240416);
	u.period = "2024-04b";
	send(1, u);
	assert_int_equal(block_past(at.block, block_cell(at.block, at.row, at.leaf))->since.ymd, 0);
}

static void test_flows_end(void **state)
{
	(void)state;
	send(1, N_("F", "412", 7, 20240410));
	send(1, N_("Y", "412", 7, 20240410));
	day(20240430);
	assert_int_equal(cell(3, "F")->value, 7); /* the last closed period's, while the next one runs */
	day(20240501);
	assert_false(cell(3, "F")->flags & CELL_REPORTED);
	assert_true(cell(3, "F")->flags & CELL_EXPECTED);
	assert_int_equal(cell(3, "Y")->value, 7);
	/* too old for the live figure */
	struct update u = N_("F", "412", 9, 20240410);
	u.period = "2024-04a";
	send(1, u);
	assert_false(cell(3, "F")->flags & CELL_REPORTED);
	send(1, N_("F", "412", 3, 20240430));
	assert_int_equal(cell(3, "F")->value, 3);
}

/* Under the last period's figure lies one of the period before: it goes when that one has passed, too. */
static void test_flows_under_flows_end(void **state)
{
	struct update u = N_("F", "412", 9, 20240502);
	(void)state;
	send(1, N_("F", "412", 7, 20240410));
	day(20240501);
	send(1, N_("F", "412", 8, 20240430)); /* of 2024-04b */
	u.period = "2024-05a";
	day(20240502);
	uint64_t last = send(1, u);
	day(20240516);
	send(1, about(u, BODY_WITHDRAW, last));
	assert_false(cell(3, "F")->flags & CELL_REPORTED);
}

static void test_frozen(void **state)
{
	struct bytes key = { 0 }, value = { 0 };
	struct slot_value s;
	(void)state;
	send(1, N_("F", "412", 7, 20240410));
	day(20240419);
	assert_int_equal(emitted(ROWS_FROZEN, &key, &value), 0);
	day(20240420);
	assert_null(sheet("T", 20240401));
	assert_non_null(sheet("T", 20240416));
	assert_int_equal(emitted(ROWS_FROZEN, &key, &value), 6); /* three leaves of two districts */
	struct rows_walk w = { 0 };
	uint8_t wanted[12];
	put_u32(wanted, 3);
	put_u32(wanted + 4, 20240401);
	put_u32(wanted + 8, 3);
	assert_true(rows_next(&v->rows, ROWS_FROZEN, bytes_of(wanted, 12), &w, &key, &value));
	assert_true(slot_unpack(value, &s));
	assert_int_equal(s.mark.flags, SLOT_EXPECTED);
	assert_int_equal(s.mark.timely, TIMELY_ON_TIME);
	assert_int_equal(s.report.value, 7);
	assert_true(s.report.flags & CELL_EXPECTED);
	assert_int_equal(s.target, NO_TARGET); /* a count's default is the owner's alone */
	/* what comes later is kept beside */
	struct update u = N_("F", "413", 9, 20240410);
	u.period = "2024-04a";
	uint64_t late = send(2, u);
	assert_int_equal(emitted(ROWS_AFTER, &key, &value), 1);
	assert_int_equal(get_u64(key.data + 12), late);
	assert_int_equal(value.data[0], AFTER_REPORT);
	send(2, about(u, BODY_CORRECTION, late));
	assert_int_equal(emitted(ROWS_AFTER, &key, &value), 3);
	assert_int_equal(cell(4, "F")->value, 9); /* it is still the last closed period */
}

static void test_exempt(void **state)
{
	struct catalogue_row changed[N(rows)];
	(void)state;
	send(1, T("412", 10, 20240403));
	memcpy(changed, rows, sizeof rows);
	changed[3].unit.closed = DAY(20240405);
	day(20240405);
	load(rows_build(changed, N(rows)));
	assert_int_equal(state_of(4, "T", 20240401), SLOT_IS_EXEMPT);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
	day(20240416);
	assert_int_equal(state_of(4, "T", 20240416), SLOT_NOT_EXPECTED);
}

/* A leaf that leaves its rhythm: what it had is frozen; the others go on. A new one is owed from the next period on. */
static void test_carried(void **state)
{
	struct catalogue_row changed[N(rows) + 1];
	struct bytes key = { 0 }, value = { 0 };
	(void)state;
	send(1, T("412", 10, 20240403));
	send(1, N_("F", "412", 7, 20240403));
	memcpy(changed, rows, sizeof rows);
	changed[6].item.schedule = "";
	changed[N(rows)] = (struct catalogue_row)ITEM(.code = "Z", .parent = "KH", .kind = ITEM_TASK, .name = "Mới", .number = 6,
						      .answer = ANSWER_ALL, .reporters = "kind:district@40", .schedule = "HM");
	load(rows_build(changed, N(changed)));
	assert_int_equal(slot(3, "T", 20240401)->percent, 10);
	assert_int_equal(state_of(3, "T", 20240401), SLOT_ON_TIME);
	assert_int_equal(state_of(4, "T", 20240401), SLOT_PENDING);
	assert_int_equal(state_of(3, "Z", 20240401), SLOT_NOT_EXPECTED);
	assert_int_equal(emitted(ROWS_FROZEN, &key, &value), 0);
	/* without a schedule there is one slot for ever, also behind what belonged to a period */
	send(1, N_("F", "412", 6, 20240402));
	assert_int_equal(cell(3, "F")->value, 7);
	send(1, N_("F", "412", 5, 20240403));
	assert_int_equal(cell(3, "F")->value, 5);
	day(20240416);
	assert_int_equal(state_of(3, "Z", 20240416), SLOT_PENDING);
	/* what it owed waits for the freeze, and is no fault of anybody's then */
	day(20240419);
	assert_int_equal(emitted(ROWS_FROZEN, &key, &value), 0);
	day(20240420);
	struct bytes prefix = bytes_of((const uint8_t[]){ 0, 0, 0, 3 }, 4);
	struct rows_walk w = { 0 };
	for (unsigned n = 0; n < 2; n++) {
		struct slot_value slot;
		assert_true(rows_next(&v->rows, ROWS_FROZEN, prefix, &w, &key, &value));
		assert_true(slot_unpack(value, &slot));
		assert_int_equal(slot.mark.flags, SLOT_EXPECTED | SLOT_EXEMPT);
	}
	assert_false(rows_next(&v->rows, ROWS_FROZEN, prefix, &w, &key, &value));
}

/* A wrong file that is put right the same day: what was owed and reported is where it was. */
static void test_carried_and_back(void **state)
{
	struct catalogue_row changed[N(rows)];
	struct bytes key = { 0 }, value = { 0 };
	(void)state;
	send(1, N_("F", "412", 7, 20240403));
	for (unsigned all = 0; all < 2; all++) { /* one leaf leaves; then the schedule has none at all */
		memcpy(changed, rows, sizeof rows);
		for (unsigned i = 5; i < 8; i++)
			if (all || i == 6)
				changed[i].item.schedule = "";
		load(rows_build(changed, N(rows)));
		assert_int_equal(v->duties.homeless.n, all ? 6 : 2);
		load(rows_build(rows, N(rows)));
		assert_int_equal(v->duties.homeless.n, 0);
		assert_int_equal(state_of(3, "F", 20240401), SLOT_ON_TIME);
		assert_int_equal(slot(3, "F", 20240401)->value, 7);
		assert_int_equal(state_of(4, "F", 20240401), SLOT_PENDING);
		assert_int_equal(state_of(4, "T", 20240401), SLOT_PENDING);
	}
	day(20240420);
	assert_int_equal(emitted(ROWS_FROZEN, &key, &value), 6);
}

static void test_suspicions(void **state)
{
	struct update u = T("412", 40, 20240410), y = N_("Y", "412", 9, 20240410);
	struct bytes key = { 0 }, value = { 0 };
	(void)state;
	u.note = "Đã triển khai đến các tổ dân phố";
	send(1, u);
	send(1, y);
	day(20240416);
	u.as_of = DAY(20240425);
	u.percent = 50;
	day(20240425);
	send(1, u);
	assert_int_equal(emitted(ROWS_SUSPICIONS, &key, &value), 1);
	assert_int_equal(key.data[22], SUSPICION_SAME_TEXT);
	y.as_of = DAY(20240425);
	y.value = 8;
	send(1, y);
	assert_int_equal(emitted(ROWS_SUSPICIONS, &key, &value), 2);
	assert_int_equal(key.data[22], SUSPICION_FALL);
	assert_int_equal(get_u64(value.data), 9);
	assert_int_equal(get_u64(value.data + 8), 8);
	day(20240430);
	u = T("412", 100, 20240430);
	send(1, u);
	assert_int_equal(emitted(ROWS_SUSPICIONS, &key, &value), 3);
	assert_int_equal(key.data[22], SUSPICION_JUMP);
	/* nothing of that: another note, more, a step of less than half, a reason */
	day(20240510);
	u = T("413", 60, 20240510);
	u.note = "Đã triển khai đến các tổ dân phố";
	send(2, u);
	y.as_of = DAY(20240510);
	y.value = 8;
	send(1, y);
	day(20240515);
	send(2, T("413", 100, 20240515));
	day(20240525);
	y.as_of = DAY(20240525);
	y.value = 1;
	y.reason = "Đếm lại";
	send(1, y);
	assert_int_equal(emitted(ROWS_SUSPICIONS, &key, &value), 3);
}

static void test_series(void **state)
{
	struct bytes key = { 0 }, value = { 0 };
	(void)state;
	rows_free(&v->rows);
	day(20240402);
	assert_int_equal(emitted(ROWS_SERIES, &key, &value), 0);
	send(1, T("412", 40, 20240403));
	day(20240403); /* T and the plan, at the district, the province, the country */
	assert_int_equal(emitted(ROWS_SERIES, &key, &value), 6);
	day(20240404);
	assert_int_equal(emitted(ROWS_SERIES, &key, &value), 6);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_opened_and_due), TEST(test_slow_lines), TEST(test_first_time_of_receipt),
		TEST(test_withdrawn_and_corrected), TEST(test_confirmed), TEST(test_flows_end),
		TEST(test_flows_under_flows_end), TEST(test_frozen),
		TEST(test_exempt), TEST(test_carried), TEST(test_carried_and_back), TEST(test_suspicions), TEST(test_series),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
