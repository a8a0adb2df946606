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

/* What judging needs that is the same for the cells of a leaf with one due date on one day ... */
struct figures_day {
	struct date today, due;
	uint32_t days, elapsed; /* working days in [start, due], and of those the ones before today */
};
/* ... and what is the cell's own. */
struct figures_place {
	bool expected;         /* reporter today, unit open, leaf open */
	bool na;               /* decided not applicable today */
	struct date milestone; /* earliest that was not reached, 0 = none */
	bool has_target;       /* in force at the unit's own row */
	int64_t target;
};
/*
 * The due date of the leaf for units of that kind: the leaf's own; where it follows a one-off schedule and everybody answers for
 * itself, so many working days earlier as that kind's deadline is before the one of the plan owner's kind: "province
 * 15/5, district 13/5, commune 11/5". What was granted to one cell alone stands beside it (server/terms.h).
 */
struct date figures_due(const struct catalogue *c, uint32_t leaf, enum unit_kind kind);
struct figures_day figures_day(const struct catalogue *c, const struct item_row *leaf, struct date due, struct date today);

/*
 * How the cell is to be counted: returns cell->flags with EXPECTED, NA, OVERDUE, BEHIND, DONE_LATE, AT_TARGET newly judged,
 * all but the first only where expected, the last four only where applicable. overdue: due < today and not done. behind: in
 * progress and (a milestone is before today or (percent + 10) * days < 100 * elapsed). done_late: done_on > due.
 * at_target: the cell's own figure reaches the target in force.
 */
uint16_t figures_flags(const struct item_row *leaf, const struct figures_day *day, const struct figures_place *at,
		       const struct cell *cell);
/* The same with everything looked up, for a cell without terms of its own. */
uint16_t figures_judge(const struct catalogue *c, uint32_t leaf, uint32_t unit, const struct cell *cell,
		       struct date today);

/* ---- what is held for (unit or group) x item: rollups without what their kind of item never needs ---- */

/*
 * Of a leaf: sums that can be undone, and what is derived from them (state, target, attainment), so that the parents'
 * sums can be undone too. One cache line: a report moves one at every level, each somewhere else in memory. Bounds:
 * a plan has at most FIGURES_CELLS_MAX cells, so counts and percents fit 32 bits.
 */
struct leaf_sums {
	uint64_t version;
	union { /* by the kind of the leaf */
		struct {
			struct task_counts cells;
			uint32_t done_late, overdue, behind;
			uint32_t percent_sum;
		} task;
		struct {
			struct indicator_counts cells;
			uint32_t summed;
			int64_t figure, denominator; /* figure: numerator, count or points */
		} indicator;
	};
	int64_t target;
	uint16_t attainment;
	bool has_target, has_attainment, target_reached;
	uint8_t leaf_state;
};

/* Cells by how they are counted, of tasks and of indicators. */
struct cell_counts {
	struct task_counts tasks;
	struct indicator_counts indicators;
	uint32_t done_late, overdue, behind;
};

/* Of an inner item: sums over the leaves below it, of which there are at most PLAN_ITEMS_MAX. Two cache lines. */
struct inner_sums {
	uint64_t version;
	struct cell_counts cells;
	uint32_t weight_sum;
	uint64_t weighted;
	uint16_t leaves[LEAF_NA + 1]; /* by state; the place of LEAF_UNCOUNTED means nothing */
	uint16_t score_leaves, score_leaves_of;
	int64_t numerator, denominator, target; /* ratio_group, as what follows */
	uint32_t summed;
	uint16_t attainment;
	bool has_target, has_attainment, target_reached;
};

/* Cells that may count in one plan: the sums of a ratio_group stay below 2^63 even if every one of them holds the
 * largest value allowed. */
enum { FIGURES_CELLS_MAX = 9000000 };

/* The same as everybody reads them. */
struct rollup figures_of_leaf(const struct leaf_sums *r, const struct item_row *leaf);
struct rollup figures_of_inner(const struct inner_sums *r);

/* Adds (sign = 1) or takes away (-1) what one cell of `leaf` means at the leaf's column. own: the row's unit is the
 * reporter itself (aggregate own is added only there). Only cells with CELL_EXPECTED count. */
void figures_cell(struct leaf_sums *r, const struct item_row *leaf, const struct cell *cell, bool own, int sign);

/* ---- leaf -> inner items ---- */

/* Sets leaf_state, target, attainment and target_reached of a leaf from its sums. `has_target`/`target`: in force at
 * this row. */
void figures_derive(struct leaf_sums *r, const struct item_row *leaf, bool has_target, int64_t target);
/* Likewise for ratio_group's own target_reached and attainment (never in a score). */
void figures_derive_ratio_group(struct inner_sums *r, const struct item_row *item, bool has_target, int64_t target);

/* What a leaf at one row means to the items above it, beside its cells. {0} = nothing. */
struct leaf_part {
	enum leaf_state state;
	bool scored, score_of; /* it has an attainment; it has an expected cell */
	uint32_t weight;
	uint64_t weighted;
	uint32_t summed; /* for ratio_group, as what follows; 0 when aggregate = own */
	int64_t numerator, denominator;
};
struct leaf_part figures_part(const struct leaf_sums *r, const struct item_row *leaf);

/* Adds (1) or takes away (-1) one cell of `leaf`: what a cell that changes means is the same at every row it counts in. */
void figures_count(struct cell_counts *c, const struct item_row *leaf, const struct cell *cell, int sign);
/* All cells of a leaf at one row. */
struct cell_counts figures_counts(const struct leaf_sums *r, const struct item_row *leaf);

/* At an inner item: `cells` come to it, and the leaf means `after` where it meant `before`. */
void figures_lift(struct inner_sums *r, const struct item_row *inner, const struct cell_counts *cells,
		  const struct leaf_part *before, const struct leaf_part *after);

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
