// SPDX-License-Identifier: Apache-2.0
/*
 * figures: the arithmetic of cells, rollups, attainment and score (DOMAIN 3, 4) (CONTRACT). Pure, integers only,
 * 128-bit intermediates. Used by the fold, by the check at every start and by whoever shows a figure.
 */
#ifndef TIENDO_COMMON_DOMAIN_FIGURES_H
#define TIENDO_COMMON_DOMAIN_FIGURES_H

#include "common/domain/catalogue.h"
#include "common/domain/model.h"

/* ---- cells ---- */

/* What judging needs that is the same for every cell of a leaf on one day ... */
struct figures_day {
	struct date today;
	uint32_t days, elapsed; /* working days in [start, due], and of those the ones before today */
};
/* ... and what is the cell's own. */
struct figures_place {
	bool expected;         /* reporter today, unit open, leaf open */
	struct date milestone; /* earliest, 0 = none */
	bool has_target;       /* in force at the unit's own row */
	int64_t target;
};
struct figures_day figures_day(const struct catalogue *c, const struct item_row *leaf, struct date today);

/*
 * How the cell is to be counted: returns cell->flags with EXPECTED, OVERDUE, BEHIND, DONE_LATE, AT_TARGET newly judged,
 * the last four only where expected. overdue: due < today and not done. behind: in progress and (a milestone is
 * before today or (percent + 10) * days < 100 * elapsed). done_late: done_on > due. at_target: the cell's own
 * figure reaches the target in force.
 */
uint16_t figures_flags(const struct item_row *leaf, const struct figures_day *day, const struct figures_place *at,
		       const struct cell *cell);
/* The same with everything looked up. */
uint16_t figures_judge(const struct catalogue *c, uint32_t leaf, uint32_t unit, const struct cell *cell,
		       struct date today);

/* Adds (sign = 1) or takes away (-1) what one cell of `leaf` means for a rollup at the leaf's column. own: the
 * rollup's unit is the reporter itself (aggregate own is added only there). Only cells with CELL_EXPECTED count. */
void figures_cell(struct rollup *r, const struct item_row *leaf, const struct cell *cell, bool own, int sign);

/* ---- leaf rollup -> what is derived -> inner rollups ---- */

/* The part of a leaf's rollup (at one row) that its ancestors items sum. */
struct derived {
	struct task_counts cells, leaves;
	struct indicator_counts indicators;
	uint32_t done_late, overdue, behind;
	uint64_t weight_sum, weighted;
	uint32_t score_leaves, score_leaves_of;
	int64_t numerator, denominator; /* for ratio_group ancestors; 0 when aggregate = own */
	uint32_t summed;
};

/* Sets leaf_state, leaves, target, attainment, target_reached, weight sums, score_leaves of a leaf's rollup from its
 * sums. `has_target`/`target`: in force at this row. */
void figures_derive(struct rollup *r, const struct item_row *leaf, bool has_target, int64_t target);
/* Likewise for ratio_group's own target_reached and attainment (never in a score). */
void figures_derive_ratio_group(struct rollup *r, const struct item_row *item, bool has_target, int64_t target);
struct derived figures_derived(const struct rollup *r, const struct item_row *leaf);
/* What is to be added (lifted with sign 1) where `before` stands, so that `after` does. Unsigned members wrap. */
struct derived figures_difference(const struct derived *before, const struct derived *after);
/* Adds or takes away a leaf's derived part at an inner item. */
void figures_lift(struct rollup *r, const struct item_row *inner, const struct derived *d, int sign);

/* ---- showing ---- */

/* Half up to 0.01 %, never 10000 when n < d, never 0 when n > 0. d > 0. */
uint32_t figures_percent_bp(int64_t n, int64_t d);
/* 0..10000 by DOMAIN 4; false = none. `value`: count's number or points' hundredths; maximum only for points. */
bool figures_attainment(const struct item_row *item, int64_t numerator, int64_t denominator, int64_t value,
			bool has_target, int64_t target, uint16_t *att);
/* By cross-multiplication, never on rounded figures. */
bool figures_reached(const struct item_row *item, int64_t numerator, int64_t denominator, int64_t value, int64_t target);

/* One figure as DOMAIN 7 shows it; has_* false = null. */
struct figure {
	struct task_counts cells, leaves;
	struct indicator_counts indicators;
	uint32_t cells_expected, leaves_expected, indicators_expected; /* include na */
	uint32_t done_late, overdue, behind;
	uint32_t reported, expected;
	bool has_ratio, has_value, has_percent, has_target, has_reached, has_attainment, has_score;
	int64_t numerator, denominator, value;
	uint32_t percent_bp;
	int64_t target;
	bool target_reached;
	uint32_t attainment_bp, score_bp;
	uint32_t score_leaves, score_leaves_of;
	uint64_t version;
};
/* kind: of the item. has_ratio iff ratio or ratio_group and summed > 0; has_value iff count or points and summed > 0
 * (0 where aggregate = own and the row is not the reporter). reached: where there is such a figure and a target. */
void figures_show(struct figure *f, enum item_kind kind, const struct rollup *r);

#endif
