// SPDX-License-Identifier: Apache-2.0
/* The arithmetic of DOMAIN 3 and 4 by hand-computed cases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "common/domain/figures.h"
#include "tests/unit/support_rows.h"

static const struct item_row task = { .kind = ITEM_TASK, .weight = 1 };
static const struct item_row ratio = { .kind = ITEM_RATIO, .weight = 1, .aggregate = AGGREGATE_SUM };
static const struct item_row ratio_low = { .kind = ITEM_RATIO, .weight = 1, .direction = DIRECTION_LOWER };
static const struct item_row count = { .kind = ITEM_COUNT, .weight = 3 };
static const struct item_row count_low = { .kind = ITEM_COUNT, .weight = 1, .direction = DIRECTION_LOWER };
static const struct item_row points = { .kind = ITEM_POINTS, .weight = 1, .aggregate = AGGREGATE_OWN,
					.has_maximum = true, .maximum = 1000 };
static const struct item_row group = { .kind = ITEM_GROUP };
static const struct item_row ratio_group = { .kind = ITEM_RATIO_GROUP };

static struct cell task_cell(enum task_state state, uint8_t percent)
{
	return (struct cell){ .flags = CELL_EXPECTED | (state ? CELL_REPORTED : 0), .state = (uint8_t)state,
			      .percent = percent };
}

static struct cell value_cell(int64_t value, int64_t denominator)
{
	return (struct cell){ .flags = CELL_EXPECTED | CELL_REPORTED, .value = value, .denominator = denominator };
}

/* As everybody reads them. */
static void show_leaf(struct figure *f, const struct item_row *leaf, const struct leaf_sums *r)
{
	struct rollup all = figures_of_leaf(r, leaf);
	figures_show(f, leaf->kind, &all);
}

static void show_inner(struct figure *f, enum item_kind kind, const struct inner_sums *r)
{
	struct rollup all = figures_of_inner(r);
	figures_show(f, kind, &all);
}

/* The leaf comes (1) or goes (-1) below the item. */
static void lift(struct inner_sums *to, const struct item_row *inner, const struct leaf_sums *r,
		 const struct item_row *leaf, int sign)
{
	struct cell_counts cells = figures_counts(r, leaf), none = { 0 };
	struct leaf_part part = figures_part(r, leaf), nothing = { 0 };
	uint32_t n[sizeof cells / sizeof(uint32_t)];
	memcpy(n, &cells, sizeof cells);
	for (size_t i = 0; i < N(n); i++)
		n[i] *= (uint32_t)sign;
	memcpy(&none, n, sizeof none);
	figures_lift(to, inner, &none, sign > 0 ? &nothing : &part, sign > 0 ? &part : &nothing);
}

static void add(struct leaf_sums *r, const struct item_row *leaf, struct cell cell)
{
	figures_cell(r, leaf, &cell, true, 1);
}

/* ---- percent ---- */

static void test_percent(void **state)
{
	(void)state;
	assert_int_equal(figures_percent_bp(562, 10000), 562);
	assert_int_equal(figures_percent_bp(1, 3), 3333);
	assert_int_equal(figures_percent_bp(2, 3), 6667);
	assert_int_equal(figures_percent_bp(1, 20000), 1); /* half up */
	assert_int_equal(figures_percent_bp(9843, 10000), 9843);
	/* never 100.00 when n < d, never 0.00 when n > 0 */
	assert_int_equal(figures_percent_bp(999999, 1000000), 9999);
	assert_int_equal(figures_percent_bp(1, 1000000), 1);
	assert_int_equal(figures_percent_bp(0, 7), 0);
	assert_int_equal(figures_percent_bp(7, 7), 10000);
	assert_int_equal(figures_percent_bp(1000001, 1000000), 10000);
	assert_int_equal(figures_percent_bp(3, 2), 15000);
	assert_int_equal(figures_percent_bp(VALUE_MAX, 1), UINT32_MAX); /* shown as more than can be */
}

/* ---- attainment ---- */

static int att(const struct item_row *item, int64_t n, int64_t d, int64_t value, int64_t target)
{
	uint16_t a = 12345;
	return figures_attainment(item, n, d, value, target >= 0, target < 0 ? 0 : target, &a) ? a : -1;
}

static void test_attainment_of_ratios(void **state)
{
	(void)state;
	assert_int_equal(att(&ratio, 562, 10000, 0, 2000), 2810); /* 5,62 % of 20 % */
	assert_int_equal(att(&ratio, 1, 3, 0, 5000), 6667);
	assert_int_equal(att(&ratio, 3, 3, 0, 5000), 10000);
	assert_int_equal(att(&ratio, 0, 3, 0, 5000), 0);
	assert_int_equal(att(&ratio, 1, 0, 0, 5000), -1); /* no denominator */
	assert_int_equal(att(&ratio, 1, 3, 0, -1), -1);   /* no target */
	assert_int_equal(att(&ratio, 0, 3, 0, 0), 10000); /* target 0 */
	assert_int_equal(att(&ratio_group, 1, 4, 0, 5000), 5000);
	assert_int_equal(att(&ratio_low, 1, 10, 0, 1000), 10000);
	assert_int_equal(att(&ratio_low, 2, 10, 0, 1000), 5000);
	assert_int_equal(att(&ratio_low, 3, 10, 0, 1000), 3333);
	assert_int_equal(att(&ratio_low, 0, 10, 0, 0), 10000);
	assert_int_equal(att(&ratio_low, 1, 10, 0, 0), 0);
	/* the bounds, in 128 bits: ten thousand offices at the limit */
	assert_int_equal(att(&ratio, VALUE_MAX * 10000, VALUE_MAX * 10000, 0, TARGET_BP_MAX), 100);
	assert_int_equal(att(&ratio_low, VALUE_MAX * 10000, VALUE_MAX * 10000, 0, 1), 1);
}

static void test_attainment_of_counts_and_points(void **state)
{
	(void)state;
	assert_int_equal(att(&count, 0, 0, 1387, 2000), 6935);
	assert_int_equal(att(&count, 0, 0, 1, 3), 3333);
	assert_int_equal(att(&count, 0, 0, 2, 3), 6667);
	assert_int_equal(att(&count, 0, 0, 5, 3), 10000);
	assert_int_equal(att(&count, 0, 0, 0, 0), 10000);
	assert_int_equal(att(&count, 0, 0, 5, -1), -1);
	assert_int_equal(att(&count_low, 0, 0, 3, 3), 10000);
	assert_int_equal(att(&count_low, 0, 0, 8, 3), 3750);
	assert_int_equal(att(&count_low, 0, 0, 0, 0), 10000);
	assert_int_equal(att(&count_low, 0, 0, 1, 0), 0);
	assert_int_equal(att(&points, 0, 0, 750, -1), 7500);
	assert_int_equal(att(&points, 0, 0, 1200, -1), 10000);
	struct item_row rank = points;
	rank.has_maximum = false;
	assert_int_equal(att(&rank, 0, 0, 750, 800), -1);
	rank.has_maximum = true;
	rank.maximum = 0;
	assert_int_equal(att(&rank, 0, 0, 750, 800), -1);
	assert_int_equal(att(&task, 0, 0, 0, 1), -1); /* has its own rule */
}

static void test_reached_by_cross_multiplication(void **state)
{
	(void)state;
	assert_true(figures_reached(&ratio, 1, 2, 0, 5000));
	assert_false(figures_reached(&ratio, 499999999, 1000000000, 0, 5000)); /* shown as 50.00 % */
	assert_true(figures_reached(&ratio_low, 1, 2, 0, 5000));
	assert_false(figures_reached(&ratio_low, 500000001, 1000000000, 0, 5000));
	assert_true(figures_reached(&count, 0, 0, 7, 7));
	assert_false(figures_reached(&count, 0, 0, 6, 7));
	assert_true(figures_reached(&count_low, 0, 0, 7, 7));
	assert_false(figures_reached(&count_low, 0, 0, 8, 7));
	assert_true(figures_reached(&points, 0, 0, 895, 895));
}

/* ---- leaves and cells ---- */

static enum leaf_state state_of(unsigned unreported, unsigned not_started, unsigned in_progress, unsigned done,
				unsigned na)
{
	struct leaf_sums sums = { .task.cells = { unreported, not_started, in_progress, done, na } };
	figures_derive(&sums, &task, false, 0);
	struct rollup r = figures_of_leaf(&sums, &task);
	const struct task_counts *l = &r.leaves;
	assert_int_equal(l->unreported + l->not_started + l->in_progress + l->done + l->na,
			 r.leaf_state != LEAF_UNCOUNTED);
	assert_int_equal(l->done, r.leaf_state == LEAF_DONE);
	assert_int_equal(r.score_leaves_of, r.leaf_state != LEAF_UNCOUNTED);
	return (enum leaf_state)r.leaf_state;
}

static void test_the_state_of_a_leaf(void **state)
{
	(void)state;
	assert_int_equal(state_of(0, 0, 0, 0, 0), LEAF_UNCOUNTED);
	assert_int_equal(state_of(0, 0, 0, 0, 3), LEAF_NA);
	assert_int_equal(state_of(0, 0, 0, 2, 3), LEAF_DONE);
	assert_int_equal(state_of(2, 0, 0, 0, 1), LEAF_UNREPORTED);
	assert_int_equal(state_of(0, 2, 0, 0, 0), LEAF_NOT_STARTED);
	assert_int_equal(state_of(1, 1, 0, 0, 0), LEAF_NOT_STARTED);
	assert_int_equal(state_of(0, 0, 1, 0, 0), LEAF_IN_PROGRESS);
	assert_int_equal(state_of(1, 0, 0, 1, 0), LEAF_IN_PROGRESS);
	assert_int_equal(state_of(0, 1, 0, 5, 0), LEAF_IN_PROGRESS);
}

/* KH762: 38 models, each one leaf of one office: 6 done, 20 in progress, 12 not started. */
static void test_38_leaves(void **state)
{
	struct inner_sums plan = { 0 };
	struct figure f;
	(void)state;
	for (int i = 0; i < 38; i++) {
		struct leaf_sums leaf = { 0 };
		add(&leaf, &task, i < 6 ? task_cell(TASK_DONE, 100) : i < 26 ? task_cell(TASK_IN_PROGRESS, 40) :
									     task_cell(TASK_NOT_STARTED, 0));
		figures_derive(&leaf, &task, false, 0);
		lift(&plan, &group, &leaf, &task, 1);
	}
	show_inner(&f, ITEM_PLAN, &plan);
	assert_int_equal(f.leaves_expected, 38);
	assert_int_equal(f.leaves.done, 6);
	assert_int_equal(f.leaves.in_progress, 20);
	assert_int_equal(f.leaves.not_started, 12);
	assert_int_equal(f.cells_expected, 38);
	assert_int_equal(f.reported, 38);
	assert_true(f.has_score);
	assert_int_equal(f.score_bp, 3684); /* (6 x 100 + 20 x 40) / 38 = 36.842 % */
	assert_int_equal(f.score_leaves, 38);
	assert_int_equal(f.score_leaves_of, 38);
	assert_false(f.has_attainment || f.has_ratio || f.has_value || f.has_percent || f.has_target);
}

/* KH24: one leaf, 27 districts each answer for themselves, 20 have. */
static void test_20_of_27_cells(void **state)
{
	struct leaf_sums leaf = { 0 };
	struct figure f;
	(void)state;
	for (int i = 0; i < 27; i++)
		add(&leaf, &task, i < 20 ? task_cell(TASK_DONE, 100) : task_cell(TASK_NONE, 0));
	figures_derive(&leaf, &task, false, 0);
	show_leaf(&f, &task, &leaf);
	assert_int_equal(f.cells_expected, 27);
	assert_int_equal(f.cells.done, 20);
	assert_int_equal(f.cells.unreported, 7);
	assert_int_equal(f.reported, 20);
	assert_int_equal(f.expected, 27);
	assert_int_equal(f.leaves_expected, 1);
	assert_int_equal(f.leaves.in_progress, 1);
	assert_int_equal(f.attainment_bp, 7407); /* 2000 / 27 = 74.074 % */
}

static void test_not_applicable_leaves_both_sides(void **state)
{
	struct leaf_sums leaf = { 0 }, indicator = { 0 };
	struct cell na = { .flags = CELL_EXPECTED | CELL_NA };
	struct figure f;
	(void)state;
	add(&leaf, &task, na);
	figures_derive(&leaf, &task, false, 0);
	show_leaf(&f, &task, &leaf);
	assert_int_equal(f.cells_expected, 1);
	assert_int_equal(f.expected, 0);
	assert_false(f.has_attainment);
	assert_int_equal(f.score_leaves_of, 1);
	add(&leaf, &task, task_cell(TASK_IN_PROGRESS, 33));
	figures_derive(&leaf, &task, false, 0);
	assert_int_equal(leaf.attainment, 3300);
	add(&indicator, &count, na);
	figures_derive(&indicator, &count, true, 5);
	show_leaf(&f, &count, &indicator);
	assert_int_equal(f.indicators_expected, 1);
	assert_int_equal(f.indicators.na, 1);
	assert_int_equal(f.expected, 0);
	assert_false(f.has_value || f.has_attainment || f.has_reached);
}

static void test_four_kinds_of_nothing(void **state)
{
	struct leaf_sums r = { 0 };
	struct figure f;
	struct cell missing = { .flags = CELL_EXPECTED };
	struct cell none = { .flags = CELL_EXPECTED | CELL_REPORTED | CELL_NONE_ARISEN };
	struct cell closed = { .flags = CELL_REPORTED, .value = 99 };
	(void)state;
	add(&r, &count, missing);
	add(&r, &count, none);
	add(&r, &count, closed);
	figures_derive(&r, &count, true, 10);
	show_leaf(&f, &count, &r);
	assert_int_equal(f.indicators_expected, 2);
	assert_int_equal(f.indicators.unreported, 1);
	assert_int_equal(f.indicators.none, 1);
	assert_int_equal(f.reported, 1);
	assert_false(f.has_value || f.has_attainment);
	assert_true(f.has_target);
	assert_false(f.has_reached);
	add(&r, &count, value_cell(0, 0)); /* reported as zero */
	figures_derive(&r, &count, true, 10);
	show_leaf(&f, &count, &r);
	assert_true(f.has_value && f.has_reached && f.has_attainment);
	assert_int_equal(f.value, 0);
	assert_int_equal(f.attainment_bp, 0);
	assert_false(f.target_reached);
	assert_int_equal(f.score_leaves, 1);
}

static void test_an_own_figure_stays_with_its_reporter(void **state)
{
	struct leaf_sums above = { 0 }, own = { 0 };
	struct figure f;
	struct cell cell = value_cell(820, 0);
	(void)state;
	figures_cell(&own, &points, &cell, true, 1);
	figures_cell(&above, &points, &cell, false, 1);
	figures_derive(&own, &points, true, 800);
	figures_derive(&above, &points, true, 800);
	show_leaf(&f, &points, &own);
	assert_true(f.has_value && f.has_reached && f.target_reached);
	assert_int_equal(f.value, 820);
	assert_int_equal(f.attainment_bp, 8200);
	assert_false(f.has_percent);
	show_leaf(&f, &points, &above);
	assert_int_equal(f.reported, 1);
	assert_false(f.has_value || f.has_reached || f.has_attainment || f.has_score);
	assert_int_equal(f.score_leaves_of, 1);
}

/* A ratio_group sums its leaves, has an attainment of its own and takes no part in the score; own leaves stay out. */
static void test_ratio_group(void **state)
{
	struct leaf_sums a = { 0 }, b = { 0 }, c = { 0 };
	struct inner_sums sum, before;
	struct item_row own = ratio;
	struct figure f;
	own.aggregate = AGGREGATE_OWN;
	(void)state;
	memset(&sum, 0, sizeof sum);
	add(&a, &ratio, value_cell(30, 100));
	add(&b, &ratio, value_cell(10, 300));
	add(&c, &own, value_cell(5, 5));
	figures_derive(&a, &ratio, true, 5000); /* 60 % */
	figures_derive(&b, &ratio, true, 2000); /* 16.67 % */
	figures_derive(&c, &own, false, 0);
	lift(&sum, &ratio_group, &a, &ratio, 1);
	lift(&sum, &ratio_group, &b, &ratio, 1);
	lift(&sum, &ratio_group, &c, &own, 1);
	figures_derive_ratio_group(&sum, &ratio_group, true, 4000);
	show_inner(&f, ITEM_RATIO_GROUP, &sum);
	assert_true(f.has_ratio && f.has_percent && f.has_target && f.has_reached && f.has_attainment);
	assert_int_equal(f.numerator, 40);
	assert_int_equal(f.denominator, 400);
	assert_int_equal(f.percent_bp, 1000);
	assert_false(f.target_reached);
	assert_int_equal(f.attainment_bp, 2500);
	assert_int_equal(f.score_bp, (6000 + 1667) / 2 + 1); /* 3833.5, half up */
	assert_int_equal(f.score_leaves, 2);
	assert_int_equal(f.score_leaves_of, 3);
	assert_int_equal(f.indicators.value, 3);
	/* what was added can be taken away again, to the last bit */
	memset(&before, 0, sizeof before);
	lift(&sum, &ratio_group, &c, &own, -1);
	lift(&sum, &ratio_group, &a, &ratio, -1);
	lift(&sum, &ratio_group, &b, &ratio, -1);
	figures_derive_ratio_group(&sum, &ratio_group, false, 0);
	assert_memory_equal(&sum, &before, sizeof sum);
	/* a denominator of 0 is a figure without a percent */
	struct leaf_sums zero = { 0 };
	add(&zero, &ratio, value_cell(0, 0));
	figures_derive(&zero, &ratio, true, 100);
	show_leaf(&f, &ratio, &zero);
	assert_true(f.has_ratio && f.has_target);
	assert_false(f.has_percent || f.has_reached || f.has_attainment);
}

static void test_undoing_every_kind_of_cell(void **state)
{
	const struct item_row *leaves[] = { &task, &ratio, &count, &points };
	struct leaf_sums zero;
	(void)state;
	memset(&zero, 0, sizeof zero);
	for (size_t i = 0; i < N(leaves); i++) {
		struct cell cells[] = {
			task_cell(TASK_NONE, 0), task_cell(TASK_NOT_STARTED, 0), task_cell(TASK_IN_PROGRESS, 50),
			task_cell(TASK_DONE, 100), value_cell(VALUE_MAX, VALUE_MAX), value_cell(0, 1),
		};
		struct leaf_sums r;
		struct cell_counts counted = { 0 };
		memset(&r, 0, sizeof r);
		for (unsigned flags = 0; flags < 1024; flags++)
			for (size_t j = 0; j < N(cells); j++) {
				cells[j].flags = (uint16_t)flags;
				figures_cell(&r, leaves[i], &cells[j], j & 1, 1);
				figures_count(&counted, leaves[i], &cells[j], 1);
			}
		struct cell_counts all = figures_counts(&r, leaves[i]);
		assert_memory_equal(&all, &counted, sizeof all);
		for (unsigned flags = 0; flags < 1024; flags++)
			for (size_t j = 0; j < N(cells); j++) {
				cells[j].flags = (uint16_t)flags;
				figures_cell(&r, leaves[i], &cells[j], j & 1, -1);
			}
		assert_memory_equal(&r, &zero, sizeof r);
	}
}

static void test_weights(void **state)
{
	struct leaf_sums a = { 0 }, b = { 0 };
	struct inner_sums plan = { 0 };
	struct figure f;
	(void)state;
	add(&a, &task, task_cell(TASK_DONE, 100));
	add(&b, &count, value_cell(1, 0));
	figures_derive(&a, &task, false, 0);
	figures_derive(&b, &count, true, 3);
	lift(&plan, &group, &a, &task, 1);
	lift(&plan, &group, &b, &count, 1);
	show_inner(&f, ITEM_GROUP, &plan);
	assert_int_equal(f.score_bp, 5000); /* (10000 + 3 x 3333) / 4 = 4999.75 */
	assert_false(f.has_value);	    /* counts do not add up across leaves */
}

/* ---- judging ---- */

static const struct catalogue_row rows[] = {
	UNIT(.code = "40", .kind = UNIT_PROVINCE, .name = "Nghệ An"),
	UNIT(.code = "412", .parent = "40", .kind = UNIT_DISTRICT, .name = "Vinh"),
	UNIT(.code = "413", .parent = "40", .kind = UNIT_DISTRICT, .name = "Cửa Lò", .closed = { 20240701 }),
	UNIT(.code = "38", .parent = "40", .kind = UNIT_OTHER, .name = "Khác"),
	ITEM(.code = "P", .owner = "40", .kind = ITEM_PLAN, .name = "Kế hoạch"),
	ITEM(.code = "P2", .owner = "412", .kind = ITEM_PLAN, .name = "Kế hoạch 2"),
	ITEM(.code = "T", .parent = "P", .kind = ITEM_TASK, .name = "Việc", .answer = ANSWER_ALL,
	     .reporters = "412|413", .start = { 20240401 }, .due = { 20240415 }, .weight = 1),
	ITEM(.code = "U", .parent = "P", .kind = ITEM_TASK, .name = "Việc không hạn", .lead = "412", .weight = 1),
	ITEM(.code = "R", .parent = "P", .kind = ITEM_RATIO, .name = "Tỷ lệ", .answer = ANSWER_ALL,
	     .reporters = "412|413", .num_def = "n", .den_def = "d", .has_target = true, .target = 5000),
	ITEM(.code = "C", .parent = "P", .kind = ITEM_COUNT, .name = "Đếm", .lead = "412"),
	ITEM(.code = "Q", .parent = "P2", .kind = ITEM_COUNT, .name = "Đếm", .lead = "412"),
	MILESTONE(.item = "T", .unit = "413", .no = 1, .date = { 20240403 }),
	{ .kind = ROW_HOLIDAY, .holiday = { .date = { 20240408 }, .name = "Nghỉ" } },
	{ .kind = ROW_HOLIDAY, .holiday = { .date = { 20240406 }, .working = true, .name = "Làm bù" } },
};

static struct catalogue *c;

static int setup(void **state)
{
	(void)state;
	c = rows_build(rows, N(rows));
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	catalogue_free(c);
	return 0;
}

static unsigned judge(const char *leaf, const char *unit, struct cell cell, uint32_t today)
{
	cell.flags |= CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET; /* of an earlier day */
	return figures_judge(c, catalogue_item_by_code(c, leaf), catalogue_unit_by_code(c, unit, DAY(20240101)), &cell,
			     DAY(today));
}

static void test_overdue(void **state)
{
	struct cell done = task_cell(TASK_DONE, 100);
	(void)state;
	assert_int_equal(judge("T", "412", task_cell(TASK_NONE, 0), 20240415), CELL_EXPECTED);
	assert_int_equal(judge("T", "412", task_cell(TASK_NONE, 0), 20240416), CELL_EXPECTED | CELL_OVERDUE);
	assert_int_equal(judge("T", "412", task_cell(TASK_NOT_STARTED, 0), 20240416),
			 CELL_EXPECTED | CELL_REPORTED | CELL_OVERDUE);
	assert_int_equal(judge("U", "412", task_cell(TASK_NOT_STARTED, 0), 20301231), CELL_EXPECTED | CELL_REPORTED);
	done.done_on = DAY(20240415);
	assert_int_equal(judge("T", "412", done, 20240601), CELL_EXPECTED | CELL_REPORTED);
	done.done_on = DAY(20240416);
	assert_int_equal(judge("T", "412", done, 20240601), CELL_EXPECTED | CELL_REPORTED | CELL_DONE_LATE);
	assert_int_equal(judge("U", "412", done, 20240601), CELL_EXPECTED | CELL_REPORTED);
	/* not applicable is judged anew like everything else: here nothing was decided */
	struct cell na = { .flags = CELL_EXPECTED | CELL_NA };
	assert_int_equal(judge("T", "412", na, 20240601), CELL_EXPECTED | CELL_OVERDUE);
	struct figures_place at = { .expected = true, .na = true };
	struct figures_day day = { .today = { 20240601 }, .due = { 20240415 } };
	const struct item_row *row = &catalogue_item(c, catalogue_item_by_code(c, "T"))->row;
	assert_int_equal(figures_flags(row, &day, &at, &(struct cell){ 0 }), CELL_EXPECTED | CELL_NA);
	at.expected = false;
	assert_int_equal(figures_flags(row, &day, &at, &(struct cell){ 0 }), 0);
}

/*
 * 1-15 April 2024: Mondays 1, 8, 15. The 8th is off, Saturday the 6th is worked: 1-6, 9-12, 15 = 11 working days.
 * On the 10th 1-6 and 9 have gone, 7 of 11 = 63.6 %: behind below 53.6 %.
 */
static void test_behind(void **state)
{
	const unsigned in_time = CELL_EXPECTED | CELL_REPORTED, late = in_time | CELL_BEHIND;
	struct figures_day day = figures_day(c, &catalogue_item(c, catalogue_item_by_code(c, "T"))->row, DAY(20240415),
					     DAY(20240410));
	(void)state;
	assert_int_equal(day.days, 11);
	assert_int_equal(day.elapsed, 7);
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 53), 20240410), late);
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 54), 20240410), in_time);
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 0), 20240401), in_time);
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 0), 20240402), in_time); /* 1/11 < 10 % */
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 0), 20240403), late);
	assert_int_equal(judge("T", "412", task_cell(TASK_NOT_STARTED, 0), 20240410), in_time);
	/* all of the time has gone, never more than all of it */
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 89), 20250101), late | CELL_OVERDUE);
	assert_int_equal(judge("T", "412", task_cell(TASK_IN_PROGRESS, 90), 20250101), in_time | CELL_OVERDUE);
	/* a milestone of 3 April is past from the 4th */
	assert_int_equal(judge("T", "413", task_cell(TASK_IN_PROGRESS, 99), 20240403), in_time);
	assert_int_equal(judge("T", "413", task_cell(TASK_IN_PROGRESS, 99), 20240404), late);
	assert_int_equal(judge("T", "413", task_cell(TASK_NOT_STARTED, 0), 20240404), in_time);
	assert_int_equal(judge("U", "412", task_cell(TASK_IN_PROGRESS, 0), 20240404), in_time);
}

static void test_expected_and_at_target(void **state)
{
	const unsigned told = CELL_EXPECTED | CELL_REPORTED;
	struct cell none = { .flags = CELL_REPORTED | CELL_NONE_ARISEN };
	(void)state;
	assert_int_equal(judge("R", "413", value_cell(1, 2), 20240630), told | CELL_AT_TARGET);
	assert_int_equal(judge("R", "413", value_cell(1, 2), 20240701), CELL_REPORTED); /* closed that day */
	assert_int_equal(judge("R", "412", value_cell(1, 3), 20240701), told);
	assert_int_equal(judge("R", "412", value_cell(0, 0), 20240701), told);
	assert_int_equal(judge("R", "412", none, 20240701), told | CELL_NONE_ARISEN);
	assert_int_equal(judge("R", "412", (struct cell){ 0 }, 20240701), CELL_EXPECTED);
	assert_int_equal(judge("R", "40", value_cell(1, 2), 20240630), CELL_REPORTED); /* no reporter */
	assert_int_equal(judge("C", "412", value_cell(7, 0), 20240630), told);         /* no target */
	assert_int_equal(judge("Q", "38", value_cell(7, 0), 20240630), CELL_REPORTED); /* in no row of the plan */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_percent),
		cmocka_unit_test(test_attainment_of_ratios),
		cmocka_unit_test(test_attainment_of_counts_and_points),
		cmocka_unit_test(test_reached_by_cross_multiplication),
		cmocka_unit_test(test_the_state_of_a_leaf),
		cmocka_unit_test(test_38_leaves),
		cmocka_unit_test(test_20_of_27_cells),
		cmocka_unit_test(test_not_applicable_leaves_both_sides),
		cmocka_unit_test(test_four_kinds_of_nothing),
		cmocka_unit_test(test_an_own_figure_stays_with_its_reporter),
		cmocka_unit_test(test_ratio_group),
		cmocka_unit_test(test_undoing_every_kind_of_cell),
		cmocka_unit_test(test_weights),
		cmocka_unit_test(test_overdue),
		cmocka_unit_test(test_behind),
		cmocka_unit_test(test_expected_and_at_target),
	};
	return cmocka_run_group_tests_name("figures", tests, setup, teardown);
}
