// SPDX-License-Identifier: Apache-2.0
/* The fold entry by entry, in a province small enough to know every figure. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/figures.h"
#include "common/domain/admit.h"
#include "server/fold.h"
#include "tests/unit/country.h"
#include "tests/unit/scarce.h"
#include "tests/unit/support_rows.h"

/* VN - 40 - 412 - 16681, 16684 (closes 1 July 2024; the code is given again that day)
 *         - 413
 *         - SYT (department) */
static const struct catalogue_row rows[] = {
	UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "Việt Nam", .number = 1),
	UNIT(.code = "40", .parent = "VN", .kind = UNIT_PROVINCE, .name = "Nghệ An", .number = 2),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh", .number = 3),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò", .number = 4),
	UNIT(.code = "SYT", .parent = "40", .kind = UNIT_DEPARTMENT, .name = "Sở Y tế", .number = 5),
	UNIT(.code = "16681", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã A", .number = 6),
	UNIT(.code = "16684", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã B", .number = 7,
	     .closed = { 20240701 }),
	UNIT(.code = "16684", .parent = "412", .kind = UNIT_COMMUNE, .name = "Xã B mới", .number = 8,
	     .opened = { 20240701 }),
	GROUP(.group = "PILOT", .use = "pilot", .name = "Điểm", .unit = "413", .from = { 20240410 }),
	GROUP(.group = "PILOT", .unit = "16681"),
	ITEM(.code = "KH", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch", .number = 1),
	ITEM(.code = "KH.1", .parent = "KH", .kind = ITEM_GROUP, .name = "Nhóm", .number = 2),
	ITEM(.code = "T", .parent = "KH.1", .kind = ITEM_TASK, .name = "Việc", .number = 3, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .start = { 20240401 }, .due = { 20240415 }),
	ITEM(.code = "L", .parent = "KH.1", .kind = ITEM_TASK, .name = "Việc của Sở", .number = 4, .lead = "SYT"),
	ITEM(.code = "R", .parent = "KH", .kind = ITEM_RATIO, .name = "Tỷ lệ", .number = 10, .answer = ANSWER_ALL,
	     .reporters = "kind:commune@40", .num_def = "n", .den_def = "d", .has_target = true, .target = 5000),
	ITEM(.code = "C", .parent = "KH", .kind = ITEM_COUNT, .name = "Đếm", .number = 6, .answer = ANSWER_ALL,
	     .reporters = "kind:district@40", .measure = MEASURE_FLOW),
	ITEM(.code = "P", .parent = "KH", .kind = ITEM_POINTS, .name = "Điểm số", .number = 7, .lead = "40",
	     .has_maximum = true, .maximum = 1000),
	ITEM(.code = "Q", .owner = "VN", .kind = ITEM_PLAN, .name = "Của nước", .number = 8),
	ITEM(.code = "Q.1", .parent = "Q", .kind = ITEM_COUNT, .name = "Đếm xã", .number = 9, .answer = ANSWER_ALL,
	     .reporters = "kind:commune@VN"),
	ITEM(.code = "Q.2", .parent = "Q", .kind = ITEM_COUNT, .name = "Đếm nữa", .number = 11, .answer = ANSWER_ALL,
	     .reporters = "kind:commune@VN"),
	TARGET(.item = "C", .unit = "412", .target = 10),
	TARGET(.item = "C", .unit = "413", .target = 30),
};

enum { CELL_BYTES = offsetof(struct cell, percent) + 1 }; /* behind it is a hole */

/* The view under test and what its entries are made of. */
static struct view *v;
static struct change ch;
static struct entry next;

static struct entry *entry(enum entry_kind kind)
{
	next = (struct entry){ .number = v->head.entry + 1, .kind = kind, .rules_version = 1 };
	next.received.ms = (int64_t)next.number * 1000;
	memcpy(next.prev_hash, v->head.hash, HASH_SIZE);
	memset(next.hash, (int)next.number, HASH_SIZE);
	return &next;
}

static enum fold_result fold_next(void)
{
	change_clear(&ch);
	return fold(v, &next, &ch);
}

static enum fold_result genesis(void)
{
	entry(ENTRY_GENESIS)->genesis = (struct entry_genesis){ .illustrative = true, .offset_minutes = 420,
								.store = "store", .incarnation = "first" };
	return fold_next();
}

static enum fold_result load(struct catalogue *c)
{
	entry(ENTRY_CATALOGUE)->catalogue.made = c;
	enum fold_result r = fold_next();
	assert_null(next.catalogue.made);
	return r;
}

static enum fold_result tick(uint32_t ymd)
{
	entry(ENTRY_TICK)->tick.date = DAY(ymd);
	return fold_next();
}

static enum fold_result registry(struct registry_change change)
{
	entry(ENTRY_REGISTRY)->registry = (struct entry_registry){ .n = 1, .changes = &change };
	return fold_next();
}

static enum fold_result send(uint32_t principal, struct update u)
{
	struct taken t = { .index = 1, .update = u };
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = 1, .taken = &t };
	next.principal = principal;
	return fold_next();
}

#define TASK(unit_, state_, percent_, as_of_)                                                                      \
	((struct update){ .unit = unit_, .item = "T", .as_of = { as_of_ }, .body = BODY_TASK, .state = state_,     \
			  .percent = percent_ })
#define RATIO(unit_, n, d, as_of_)                                                                                 \
	((struct update){ .unit = unit_, .item = "R", .as_of = { as_of_ }, .body = BODY_RATIO, .numerator = n,     \
			  .denominator = d })
#define COUNT(unit_, n, as_of_)                                                                                    \
	((struct update){ .unit = unit_, .item = "C", .as_of = { as_of_ }, .body = BODY_COUNT, .value = n })

static int setup(void **state)
{
	(void)state;
	v = view_new();
	assert_int_equal(genesis(), FOLD_OK);
	assert_int_equal(load(rows_build(rows, N(rows))), FOLD_OK);
	/* principals 1: Vinh, 2: Cửa Lò, 3: Nghệ An */
	for (uint32_t i = 1; i <= 3; i++)
		assert_int_equal(registry((struct registry_change){ .kind = REGISTRY_PRINCIPAL_ADD, .principal = i,
								    .role = ROLE_AGENT, .name = "",
								    .scope_unit = i == 1 ? 3 : i == 2 ? 4 : 2 }),
				 FOLD_OK);
	assert_int_equal(tick(20240401), FOLD_OK);
	return 0;
}

static int teardown(void **state)
{
	struct view_fault fault;
	(void)state;
	assert_true(view_check(v, &fault));
	view_free(v);
	change_free(&ch);
	return 0;
}

static uint32_t unit(uint32_t number)
{
	return catalogue_unit_by_number(v->catalogue, number);
}

static const struct rollup *at(uint32_t unit_number, const char *item)
{
	const struct item *i = catalogue_item(v->catalogue, catalogue_item_by_code(v->catalogue, item));
	static struct rollup r;
	r = view_rollup(v, 0, plan_row_of_unit(v->catalogue, 0, unit(unit_number)), i->column);
	return &r;
}

static const struct cell *cell(uint32_t unit_number, const char *item)
{
	return view_cell(v, unit(unit_number), catalogue_item_by_code(v->catalogue, item));
}

static bool dirty(const char *path)
{
	for (size_t i = 0; i < ch.grains_n; i++)
		if (!strcmp(plan_row(v->catalogue, ch.grains[i].plan, ch.grains[i].row).path, path))
			return true;
	return false;
}

/* ---- batches ---- */

static void test_a_report_moves_its_line(void **state)
{
	(void)state;
	assert_int_equal(send(1, TASK("412", TASK_IN_PROGRESS, 40, 20240401)), FOLD_OK);
	assert_int_equal(ch.cells, 1);
	assert_int_equal(ch.grains_n, 3);
	assert_true(dirty("VN/40/412/") && dirty("VN/40/") && dirty("VN/"));
	assert_false(ch.everything || ch.generation || ch.roster || ch.today);
	const uint32_t line[] = { 3, 2, 1 };
	for (size_t i = 0; i < N(line); i++) {
		assert_int_equal(at(line[i], "T")->cells.in_progress, 1);
		assert_int_equal(at(line[i], "KH.1")->cells.in_progress, 1);
		assert_int_equal(at(line[i], "KH")->cells.in_progress, 1);
		assert_int_equal(at(line[i], "T")->version, v->head.entry);
		assert_int_equal(at(line[i], "KH")->version, v->head.entry);
		assert_int_equal(at(line[i], "L")->version, v->head.floor);
	}
	assert_int_equal(at(2, "T")->cells.unreported, 1); /* 413 */
	assert_int_equal(at(2, "T")->percent_sum, 40);
	assert_int_equal(at(2, "T")->attainment, 2000);
	assert_int_equal(at(4, "T")->version, v->head.floor);
	assert_int_equal(at(2, "KH")->score_leaves, 2); /* T and L: a task always has one */
	const struct cell *c = cell(3, "T");
	assert_int_equal(c->entry, v->head.entry);
	assert_int_equal(c->version, v->head.entry);
	assert_int_equal(c->index, 1);
	assert_int_equal(c->principal, 1);
	assert_int_equal(c->received_ms, v->head.received.ms);
	assert_int_equal(c->flags, CELL_EXPECTED | CELL_REPORTED);
	assert_int_equal(view_unit_version(v, unit(1)), v->head.entry);
	assert_int_equal(view_unit_version(v, unit(4)), v->head.floor);
	assert_null(view_cell(v, unit(1), catalogue_item_by_code(v->catalogue, "T")));
	assert_null(view_cell(v, unit(3), catalogue_item_by_code(v->catalogue, "KH")));
}

static void test_the_greatest_as_of_wins(void **state)
{
	uint64_t held;
	(void)state;
	assert_int_equal(send(1, COUNT("412", 5, 20240401)), FOLD_OK);
	held = v->head.entry;
	assert_int_equal(send(1, COUNT("412", 9, 20240331)), FOLD_OK); /* older: kept in the journal only */
	assert_int_equal(ch.cells, 0);
	assert_int_equal(ch.grains_n, 0);
	assert_int_equal(cell(3, "C")->entry, held);
	assert_int_equal(at(2, "C")->value, 5);
	assert_int_equal(send(1, COUNT("412", 7, 20240401)), FOLD_OK); /* equal: the later entry */
	assert_int_equal(at(2, "C")->value, 7);
	assert_int_equal(at(3, "C")->attainment, 7000);
	assert_int_equal(at(2, "C")->target, 40); /* the sum of the districts' */
	assert_int_equal(at(2, "C")->attainment, 1750);
	assert_int_equal(send(2, COUNT("413", 33, 20240401)), FOLD_OK);
	assert_true(at(2, "C")->target_reached);
	assert_int_equal(at(2, "C")->indicators.at_target, 1);
	assert_int_equal(at(2, "C")->summed, 2);
	assert_int_equal(at(1, "C")->target, 40);
}

static void test_none_arisen_and_points(void **state)
{
	struct update u = COUNT("412", 4, 20240401);
	(void)state;
	assert_int_equal(send(1, u), FOLD_OK);
	u.body = BODY_NONE_ARISEN;
	assert_int_equal(send(1, u), FOLD_OK);
	assert_int_equal(at(2, "C")->indicators.none, 1);
	assert_int_equal(at(2, "C")->value, 0);
	assert_int_equal(cell(3, "C")->flags, CELL_EXPECTED | CELL_REPORTED | CELL_NONE_ARISEN);
	u = (struct update){ .unit = "40", .item = "P", .as_of = { 20240401 }, .body = BODY_POINTS, .value = 820 };
	assert_int_equal(send(3, u), FOLD_OK);
	assert_int_equal(at(2, "P")->attainment, 8200);
	assert_true(at(2, "P")->has_attainment);
	assert_int_equal(at(1, "P")->indicators.value, 1); /* VN sees that it is there, not what it is */
	assert_int_equal(at(1, "P")->value, 0);
	assert_false(at(1, "P")->has_attainment);
}

static void test_on_behalf_and_crossed(void **state)
{
	struct update u = COUNT("412", 1, 20240401);
	(void)state;
	assert_int_equal(send(3, u), FOLD_OK); /* the province for the district */
	assert_int_equal(cell(3, "C")->flags & CELL_ON_BEHALF, CELL_ON_BEHALF);
	assert_false(cell(3, "C")->flags & CELL_CROSSED);
	u.base_version = cell(3, "C")->version;
	assert_int_equal(send(1, u), FOLD_OK); /* has seen it */
	assert_int_equal(cell(3, "C")->flags & (CELL_ON_BEHALF | CELL_CROSSED), 0);
	u.base_version--;
	assert_int_equal(send(1, u), FOLD_OK); /* his own last one he knows */
	assert_int_equal(cell(3, "C")->flags & CELL_CROSSED, 0);
	assert_int_equal(send(3, u), FOLD_OK); /* has not seen the district's */
	assert_int_equal(cell(3, "C")->flags & CELL_CROSSED, CELL_CROSSED);
}

static void test_codes_are_given_again(void **state)
{
	(void)state;
	assert_int_equal(send(1, RATIO("16684", 1, 4, 20240331)), FOLD_OK);
	assert_int_equal(at(2, "R")->numerator, 1);
	assert_int_equal(tick(20240701), FOLD_OK); /* the old one closes, the new one opens */
	assert_true(ch.everything && ch.today);
	assert_int_equal(at(2, "R")->numerator, 0);
	assert_int_equal(at(2, "R")->indicators.unreported, 2); /* 16681 and the new 16684 */
	assert_int_equal(send(1, RATIO("16684", 2, 4, 20240630)), FOLD_OK);
	assert_int_equal(ch.cells, 1); /* into the cell of the old one, which counts no more */
	assert_int_equal(ch.grains_n, 0);
	assert_int_equal(cell(7, "R")->value, 2);
	assert_int_equal(cell(7, "R")->flags, CELL_REPORTED | CELL_ON_BEHALF);
	assert_int_equal(at(2, "R")->numerator, 0);
	assert_int_equal(send(1, RATIO("16684", 3, 4, 20240701)), FOLD_OK);
	assert_int_equal(cell(8, "R")->value, 3);
	assert_int_equal(at(2, "R")->numerator, 3);
	assert_int_equal(at(2, "R")->attainment, 10000);
}

static void test_many_updates_of_one_entry_list_a_grain_once(void **state)
{
	struct taken t[] = {
		{ .index = 1, .update = TASK("412", TASK_NOT_STARTED, 0, 20240401) },
		{ .index = 2, .update = COUNT("412", 5, 20240401) },
		{ .index = 3, .update = COUNT("412", 6, 20240401) },
		{ .index = 4, .update = COUNT("413", 6, 20240401) },
	};
	(void)state;
	entry(ENTRY_BATCH)->batch = (struct entry_batch){ .taken_n = N(t), .taken = t };
	next.principal = 1;
	assert_int_equal(fold_next(), FOLD_OK);
	assert_int_equal(ch.grains_n, 4); /* 412, 413, 40, VN */
	assert_int_equal(ch.cells, 4);
	assert_int_equal(cell(3, "C")->index, 3);
	assert_int_equal(at(1, "C")->value, 12);
}

/* ---- ticks ---- */

static void test_a_tick_judges_again(void **state)
{
	(void)state;
	assert_int_equal(send(1, TASK("412", TASK_IN_PROGRESS, 40, 20240401)), FOLD_OK);
	assert_int_equal(send(2, TASK("413", TASK_DONE, 100, 20240401)), FOLD_OK);
	uint64_t floor = v->head.floor;
	assert_int_equal(tick(20240402), FOLD_OK);
	assert_true(ch.today);
	assert_int_equal(ch.cells, 0);
	assert_int_equal(tick(20240409), FOLD_OK); /* 6 of 11 working days gone: 54.5 % > 50 % */
	assert_int_equal(ch.cells, 1);
	assert_int_equal(v->head.floor, floor);
	assert_int_equal(at(2, "KH")->behind, 1);
	assert_int_equal(at(2, "KH")->version, v->head.entry);
	assert_int_equal(cell(3, "T")->version, v->head.entry);
	assert_true(cell(3, "T")->entry < v->head.entry);
	assert_true(dirty("VN/") && !dirty("VN/40/413/"));
	assert_int_equal(tick(20240416), FOLD_OK);
	assert_int_equal(at(2, "KH")->overdue, 1);
	assert_int_equal(at(4, "KH")->overdue, 0);
	assert_int_equal(tick(20240416), FOLD_FOREIGN); /* the same day again */
}

static void test_a_tick_opens_and_closes(void **state)
{
	uint32_t pilot = catalogue_group_by_code(v->catalogue, "PILOT"), row = plan_row_of_group(v->catalogue, 0, pilot);
	uint32_t t = catalogue_item(v->catalogue, catalogue_item_by_code(v->catalogue, "T"))->column;
	(void)state;
	assert_int_equal(send(2, TASK("413", TASK_DONE, 100, 20240401)), FOLD_OK);
	assert_false(dirty("G/PILOT/"));
	assert_int_equal(view_rollup(v, 0, row, t).cells.done, 0);
	assert_int_equal(tick(20240410), FOLD_OK); /* 413 joins */
	assert_true(ch.everything && !ch.generation);
	assert_int_equal(view_rollup(v, 0, row, t).cells.done, 1);
	assert_int_equal(view_group_version(v, pilot), v->head.entry);
	assert_int_equal(v->head.floor, v->head.entry);
	assert_int_equal(send(2, TASK("413", TASK_IN_PROGRESS, 90, 20240410)), FOLD_OK);
	assert_true(dirty("G/PILOT/"));
	assert_int_equal(view_rollup(v, 0, row, t).cells.done, 0);
	assert_int_equal(view_rollup(v, 0, row, t).cells.in_progress, 1);
}

/* ---- catalogues ---- */

/* The rows with one of them changed. */
static struct catalogue *changed(size_t i, struct catalogue_row row)
{
	struct catalogue_row copy[N(rows)];
	memcpy(copy, rows, sizeof copy);
	copy[i] = row;
	return rows_build(copy, N(rows));
}

/* The stray R (item 10) between Q.1 and Q.2 (9 and 11), which still have their place; a stray counts in nothing. */
static void assert_packed_in_order(void)
{
	uint8_t bytes[VIEW_UNIT_BYTES + 3 * VIEW_CELL_BYTES], *p = bytes + VIEW_UNIT_BYTES;
	assert_int_equal(view_unit_size(v, unit(6)), sizeof bytes);
	assert_int_equal(view_unit_pack(v, unit(6), bytes), sizeof bytes);
	assert_int_equal(get_u32(bytes), 6);
	assert_int_equal(get_u32(bytes + 4), sizeof bytes - VIEW_UNIT_BYTES);
	assert_int_equal(get_u32(bytes + 8), 3);
	for (uint32_t i = 0; i < 3; i++, p += VIEW_CELL_BYTES) {
		assert_int_equal(get_u32(p), 9 + i);
		assert_int_equal(get_u16(p + 60), CELL_REPORTED | CELL_ON_BEHALF | (i == 1 ? 0 : CELL_EXPECTED));
	}
}

static void test_cells_keep_their_history(void **state)
{
	struct catalogue_row moved = rows[5], shut = rows[12];
	struct generation before = view_generation(v), now;
	(void)state;
	assert_int_equal(send(1, RATIO("16681", 1, 4, 20240401)), FOLD_OK);
	struct update u = COUNT("16681", 3, 20240401);
	u.item = "Q.1";
	assert_int_equal(send(1, u), FOLD_OK);
	u.item = "Q.2";
	assert_int_equal(send(1, u), FOLD_OK);
	assert_int_equal(send(1, TASK("412", TASK_DONE, 100, 20240401)), FOLD_OK);
	struct cell held = *cell(6, "R");
	moved.unit.parent = "413";
	assert_int_equal(load(changed(5, moved)), FOLD_OK);
	assert_true(ch.generation && ch.everything);
	now = view_generation(v);
	assert_false(generation_same(&before, &now));
	assert_memory_equal(cell(6, "R"), &held, CELL_BYTES);
	assert_int_equal(at(4, "R")->numerator, 1);
	assert_int_equal(at(3, "R")->numerator, 0);
	assert_int_equal(at(2, "R")->numerator, 1);
	assert_int_equal(at(1, "KH")->version, v->head.entry);
	assert_int_equal(v->head.catalogue_entry, v->head.entry);
	/* out of every row of the plan, and back */
	moved.unit.parent = "VN";
	assert_int_equal(load(changed(5, moved)), FOLD_OK);
	assert_null(cell(6, "R"));
	assert_int_equal(at(2, "R")->numerator, 0);
	assert_packed_in_order();
	assert_int_equal(load(rows_build(rows, N(rows))), FOLD_OK);
	assert_memory_equal(cell(6, "R"), &held, CELL_BYTES);
	assert_int_equal(at(3, "R")->numerator, 1);
	/* an item closes: its cells stay, and count nowhere */
	shut.item.closed = DAY(20240401);
	assert_int_equal(load(changed(12, shut)), FOLD_OK);
	assert_int_equal(at(2, "KH")->cells.done, 0);
	assert_int_equal(cell(3, "T")->state, TASK_DONE);
	assert_int_equal(cell(3, "T")->flags, CELL_REPORTED);
	assert_int_equal(load(rows_build(rows, N(rows))), FOLD_OK);
	assert_int_equal(at(2, "KH")->cells.done, 1);
}

static void test_a_catalogue_must_know_the_cells(void **state)
{
	struct catalogue_row other = rows[5];
	(void)state;
	assert_int_equal(send(1, RATIO("16681", 1, 4, 20240401)), FOLD_OK);
	other.unit.number = 99;
	assert_int_equal(load(changed(5, other)), FOLD_FOREIGN);
	assert_int_equal(load(NULL), FOLD_FOREIGN);
}

/* 5,000 communes x 1,990 leaves: the sums of a ratio_group might not fit. */
static void test_a_catalogue_that_cannot_be_held(void **state)
{
	struct builder *b = builder_new();
	struct faults faults = { 0 };
	char code[CODE_MAX + 1];
	struct catalogue_row row = UNIT(.code = "VN", .kind = UNIT_CENTRAL, .name = "VN");
	(void)state;
	assert_true(builder_add(b, &row, "", 0));
	row = (struct catalogue_row)ITEM(.code = "P", .owner = "VN", .kind = ITEM_PLAN, .name = "P");
	assert_true(builder_add(b, &row, "", 0));
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(code, sizeof code, "%u", i);
		row = (struct catalogue_row)UNIT(.code = code, .parent = "VN", .kind = UNIT_COMMUNE, .name = "Xã");
		assert_true(builder_add(b, &row, "", 0));
	}
	for (unsigned i = 0; i < 1990; i++) {
		snprintf(code, sizeof code, "L%u", i);
		row = (struct catalogue_row)ITEM(.code = code, .parent = "P", .kind = ITEM_TASK, .name = "Việc",
						 .answer = ANSWER_ALL, .reporters = "kind:commune@VN");
		assert_true(builder_add(b, &row, "", 0));
	}
	struct catalogue *c = catalogue_build(b, false, &faults);
	assert_non_null(c);
	assert_false(view_fits(c));
	assert_true(view_fits(v->catalogue));
	assert_int_equal(load(c), FOLD_FOREIGN);
	builder_free(b);
	faults_free(&faults);
}

/* ---- the other barriers ---- */

static void test_structural_entries_raise_the_floor(void **state)
{
	struct generation before = view_generation(v), now;
	(void)state;
	entry(ENTRY_INCARNATION)->incarnation = (struct entry_incarnation){ .made = "second", .old = "first" };
	assert_int_equal(fold_next(), FOLD_OK);
	assert_true(ch.generation && ch.everything);
	now = view_generation(v);
	assert_false(generation_same(&before, &now));
	assert_memory_equal(now.incarnation, "second", 7);
	assert_int_equal(at(4, "C")->version, v->head.entry);
	entry(ENTRY_RULES)->rules.version = RULES_VERSION;
	assert_int_equal(fold_next(), FOLD_OK);
	assert_int_equal(v->head.rules_version, RULES_VERSION);
	assert_int_equal(v->head.structural, v->head.entry);
	entry(ENTRY_VOID)->lost = (struct entry_void){ 1, 5, 1 };
	assert_int_equal(fold_next(), FOLD_OK);
	assert_false(ch.generation || ch.everything || ch.grains_n);
	entry(ENTRY_INCARNATION)->incarnation = (struct entry_incarnation){ .made = "third", .old = "first" };
	assert_int_equal(fold_next(), FOLD_FOREIGN);
}

static void test_genesis_facts(void **state)
{
	(void)state;
	assert_true(v->head.illustrative);
	assert_false(v->head.simulated);
	assert_int_equal(v->head.offset_minutes, 420);
	assert_memory_equal(v->head.store, "store", 6);
	assert_int_equal(v->head.today.ymd, 20240401);
	assert_int_equal(v->head.received.ms, (int64_t)v->head.entry * 1000);
}

static void test_before_the_first_catalogue(void **state)
{
	struct view *kept = v;
	struct view_fault fault;
	(void)state;
	v = view_new();
	assert_int_equal(genesis(), FOLD_OK);
	assert_true(ch.generation);
	assert_int_equal(tick(20240401), FOLD_OK);
	assert_true(view_check(v, &fault));
	assert_int_equal(send(1, COUNT("412", 1, 20240401)), FOLD_FOREIGN);
	view_free(v);
	view_free(NULL);
	v = kept;
}

/* ---- what does not fit ---- */

static void test_order(void **state)
{
	uint64_t number = v->head.entry;
	(void)state;
	entry(ENTRY_VOID)->number++;
	assert_int_equal(fold_next(), FOLD_ORDER);
	entry(ENTRY_VOID)->prev_hash[0] ^= 1;
	assert_int_equal(fold_next(), FOLD_ORDER);
	entry(ENTRY_GENESIS);
	assert_int_equal(fold_next(), FOLD_ORDER);
	entry(ENTRY_CATALOGUE)->number--;
	next.catalogue.made = rows_build(rows, N(rows));
	assert_int_equal(fold_next(), FOLD_ORDER);
	assert_null(next.catalogue.made);
	assert_int_equal(v->head.entry, number);
	assert_string_equal(fold_says(FOLD_ORDER), "the entry does not follow the last folded one");
	assert_string_equal(fold_says(FOLD_MEMORY), "out of memory");
	assert_string_equal(fold_says((enum fold_result)77), "unknown result");
}

static void test_unknown(void **state)
{
	static const enum entry_kind kinds[] = { ENTRY_NONE, (enum entry_kind)77 };
	(void)state;
	for (size_t i = 0; i < N(kinds); i++) {
		entry(kinds[i]);
		assert_int_equal(fold_next(), FOLD_UNKNOWN);
	}
	entry(ENTRY_RULES)->rules.version = RULES_VERSION + 1;
	assert_int_equal(fold_next(), FOLD_UNKNOWN);
	entry(ENTRY_VOID)->rules_version = RULES_VERSION + 1;
	assert_int_equal(fold_next(), FOLD_UNKNOWN);
}

static void test_foreign(void **state)
{
	struct update u = COUNT("412", 1, 20240401);
	(void)state;
	assert_int_equal(send(9, u), FOLD_FOREIGN); /* nobody */
	assert_int_equal(send(1, COUNT("999", 1, 20240401)), FOLD_FOREIGN);
	assert_int_equal(send(1, COUNT("16681", 1, 20240401)), FOLD_FOREIGN); /* no reporter */
	assert_int_equal(send(1, COUNT("VN", 1, 20240401)), FOLD_FOREIGN);
	u.item = "X";
	assert_int_equal(send(1, u), FOLD_FOREIGN);
	u.item = "KH";
	assert_int_equal(send(1, u), FOLD_FOREIGN);
	u.item = "T";
	assert_int_equal(send(1, u), FOLD_FOREIGN); /* a count for a task */
	u.body = BODY_NONE_ARISEN;
	assert_int_equal(send(1, u), FOLD_FOREIGN);
	u.body = BODY_TASK;
	assert_int_equal(send(1, u), FOLD_FOREIGN); /* without a state */
	u = COUNT("412", 1, 20240401);
	u.body = BODY_RATIO;
	assert_int_equal(send(1, u), FOLD_FOREIGN);
	u.body = BODY_POINTS;
	assert_int_equal(send(1, u), FOLD_FOREIGN);
	u.body = BODY_OBSTACLE;
	assert_int_equal(send(1, u), FOLD_OK); /* what is no figure never fails */
	assert_int_equal(registry((struct registry_change){ .kind = REGISTRY_KEY_REVOKE, .key_id = 1 }), FOLD_FOREIGN);
}

/* A view of its own: number 1 that is no genesis, and a genesis later. */
static void test_genesis_is_first(void **state)
{
	struct view *kept = v;
	(void)state;
	v = view_new();
	entry(ENTRY_VOID);
	assert_int_equal(fold_next(), FOLD_ORDER);
	view_free(v);
	v = kept;
}

/* ---- no memory ---- */

static void test_no_memory(void **state)
{
	enum fold_result r = FOLD_MEMORY;
	struct view_fault fault = { 0 };
	(void)state;
	if (!scarce_works())
		skip();
	/* the list of what changed: more than is true is never wrong */
	change_free(&ch);
	scarce_after(0);
	assert_int_equal(send(1, COUNT("412", 1, 20240401)), FOLD_OK);
	scarce_end();
	assert_true(ch.everything);
	scarce_after(0);
	assert_false(view_check(v, &fault));
	scarce_end();
	assert_true(fault.memory);
	struct view *none = NULL;
	for (long n = 0; n < 2; n++) {
		scarce_after(n);
		none = view_new();
		scarce_end();
		assert_null(none);
	}
	/* a catalogue that moves a cell out of its plan, and one in which it is kept without being asked for: every
	 * allocation they take */
	struct catalogue_row moved = rows[5], asked = rows[14];
	moved.unit.parent = "VN";
	asked.item.reporters = "kind:commune@40|-16681";
	assert_int_equal(send(1, RATIO("16681", 1, 4, 20240401)), FOLD_OK);
	for (int i = 0; i < 2; i++) {
		r = FOLD_MEMORY;
		for (long n = 0; r != FOLD_OK; n++) {
			struct catalogue *c = i ? changed(5, moved) : changed(14, asked);
			scarce_after(n);
			r = load(c);
			scarce_end();
			assert_true(r == FOLD_OK || r == FOLD_MEMORY);
			assert_true(n < 100);
		}
		assert_int_equal(!cell(6, "R"), i);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_report_moves_its_line),
		TEST(test_the_greatest_as_of_wins),
		TEST(test_none_arisen_and_points),
		TEST(test_on_behalf_and_crossed),
		TEST(test_codes_are_given_again),
		TEST(test_many_updates_of_one_entry_list_a_grain_once),
		TEST(test_a_tick_judges_again),
		TEST(test_a_tick_opens_and_closes),
		TEST(test_cells_keep_their_history),
		TEST(test_a_catalogue_must_know_the_cells),
		TEST(test_a_catalogue_that_cannot_be_held),
		TEST(test_structural_entries_raise_the_floor),
		TEST(test_genesis_facts),
		TEST(test_before_the_first_catalogue),
		TEST(test_order),
		TEST(test_unknown),
		TEST(test_foreign),
		TEST(test_genesis_is_first),
		TEST(test_no_memory),
	};
	return cmocka_run_group_tests_name("fold", tests, NULL, NULL);
}
