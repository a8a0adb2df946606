// SPDX-License-Identifier: Apache-2.0
/*
 * block: the cells and rollups of one plan. Rows are the plan's (units of the owner's subtree and above it, then
 * groups), columns its items; a cell stands at (unit row, leaf), a rollup at (row, column). Below view and fold;
 * nothing else includes it.
 *
 * A rollup is held, as the sums of a leaf or of an inner item (figures.h), only where more than the row's own cells
 * may count: where a unit below reports the leaf (or a leaf below the inner item), and at groups. Elsewhere it is made
 * from the row's own cells when somebody reads it: nine tenths of a country's rows have nobody below them, and a report
 * then moves one level less.
 *
 * Memory is taken by block_new and block_cell_make only. A cell exists for everyone who ever may report the leaf, so
 * that a report never needs any.
 *
 * Version of a rollup = max(floor, versions of the expected cells that count in it): the running sums keep it by
 * setting it at each move, block_count finds it again.
 */
#ifndef TIENDO_SERVER_BLOCK_H
#define TIENDO_SERVER_BLOCK_H

#include "common/domain/catalogue.h"
#include "common/domain/figures.h"
#include "common/domain/model.h"
#include "server/shelf.h"

enum { NO_TARGET = -1 }; /* none is below 0 */

struct sheets;
struct terms;

/* What a cell remembers beside the report that stands; touched by its second report. */
struct past {
	struct cell before;   /* the report under the one that stands; not REPORTED = none */
	uint64_t note;        /* hash of the last note ... */
	uint16_t note_period; /* ... and the period it was for, as cell.period */
	struct date since;    /* as-of date since which the cell says the same; 0 = since the report that stands */
};

static inline bool past_empty(const struct past *p)
{
	return !(p->before.flags & CELL_REPORTED) && !p->note && !p->since.ymd;
}

struct column {
	const struct item_row *row;
	uint32_t item;   /* index in the catalogue */
	uint32_t parent; /* column, NO_INDEX at the plan itself */
	uint32_t leaf;   /* 0.. among the leaves, NO_INDEX for inner items */
	uint32_t inner;  /* likewise among the inner items */
	uint32_t first_leaf, end_leaf; /* the leaves at or below it */
};

/* What every report of a unit asks of its row, and of the rows above it: half a cache line. */
struct row {
	uint64_t version;      /* the greatest of the row's rollups */
	uint32_t unit;         /* index; NO_INDEX for a group */
	uint32_t above;        /* row of the parent unit; NO_INDEX at the top, and for a group */
	struct shelf_row sums;
	bool grouped;          /* it is in a group today */
	uint8_t kind;          /* of the unit, enum unit_kind */
};

struct block {
	const struct catalogue *catalogue;
	uint32_t plan;
	uint32_t rows_n, unit_rows, columns_n, leaves_n, inners_n;
	struct column *columns;
	uint32_t *leaf_columns;                    /* column by leaf */
	struct row *rows;
	uint32_t (*groups)[GROUPS_PER_UNIT_MAX];   /* group rows by unit row, today's; NO_INDEX after the last */
	struct figures_day (*days)[UNIT_KINDS];    /* by leaf and kind of unit, today's */
	const struct terms *terms;                 /* of the cells that bear CELL_TERMS; NULL = there are none */
	struct shelf shelf;                        /* leaf_sums and inner_sums by (row, column) */
	struct date today;                         /* of days and of targets */
	uint64_t floor;                            /* no rollup is older */
	uint32_t *places;                          /* unit row * leaves_n + leaf -> 1 + place in cells; 0 = no cell */
	struct cell *cells;                        /* each a cache line */
	int64_t *targets;                          /* by cell: in force at its row today; NO_TARGET */
	struct past *pasts;                        /* by cell */
	struct sheets *sheets;                     /* slots of the open and unfrozen periods */
	size_t cells_n, cells_size;
};

/* The rows in which a unit's cells count: itself, what is above it, its groups. */
struct line {
	unsigned n;
	uint32_t rows[DEPTH_MAX + GROUPS_PER_UNIT_MAX];
};

/* Cells as the catalogue makes them, nothing counted yet. NULL = no memory. */
struct block *block_new(const struct catalogue *c, uint32_t plan);
void block_free(struct block *b);
/* May the plan have a block (FIGURES_CELLS_MAX)? */
bool block_fits(const struct catalogue *c, uint32_t plan);

struct rollup block_rollup(const struct block *b, uint32_t row, uint32_t column);
uint64_t block_version(const struct block *b, uint32_t row, uint32_t column); /* of the rollup */
/* A leaf at a row where only the row's own unit may report it, if anybody. */
struct leaf_sums block_own(const struct block *b, uint32_t row, uint32_t leaf);
/* The same if the cell were this one. */
struct leaf_sums block_own_as(const struct block *b, uint32_t leaf, const struct cell *cell, int64_t target);
/* As it is held; NULL = it is not. The column must be a leaf's or an inner item's. */
struct leaf_sums *block_leaf(const struct block *b, uint32_t row, uint32_t column);
struct inner_sums *block_inner(const struct block *b, uint32_t row, uint32_t column);
struct cell *block_cell(const struct block *b, uint32_t row, uint32_t leaf); /* NULL = none */
int64_t *block_target(const struct block *b, const struct cell *cell);       /* of a cell of the block */
struct past *block_past(const struct block *b, const struct cell *cell);     /* likewise */
int64_t block_target_of(const struct block *b, uint32_t leaf, const struct cell *cell); /* a task has none */
/* It will be looked up in a moment: fetches its place. */
void block_expect(const struct block *b, uint32_t row, uint32_t leaf);
/* It will change in a moment: fetches it and the rollups that will move with it. */
void block_expect_move(const struct block *b, const struct line *line, uint32_t leaf, const struct cell *cell);
struct cell *block_cell_make(struct block *b, uint32_t row, uint32_t leaf);  /* NULL = no memory */
struct line block_line(const struct block *b, uint32_t row);

/* Judges one cell with what the block remembers of today. */
uint16_t block_judge(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *cell, int64_t target);
/* The same of the report of a slot of that cell, with the cell's terms; whether it applied, the slot's mark says. */
uint16_t block_judge_slot(const struct block *b, uint32_t row, uint32_t leaf, const struct cell *report, int64_t target);
/* The cell becomes `now`, and moves every rollup of its row's line: its version becomes theirs. */
void block_move(struct block *b, const struct line *line, uint32_t leaf, struct cell *cell, const struct cell *now);
/* What may differ on another day when nothing opens, closes, joins, leaves or gets another target. */
void block_set_days(struct block *b, struct date today);
/* The same for one leaf, beside what the block remembers. */
void block_days(const struct block *b, uint32_t leaf, struct date today, struct figures_day out[static UNIT_KINDS]);
/* No rollup is older than `floor` any more. */
void block_raise(struct block *b, uint64_t floor);

/* What block_count does with the flags of a cell when they come out different. */
enum count_mode {
	COUNT_SET,  /* store them */
	COUNT_LOAD, /* store them for cells that never changed; a fault for the others */
	COUNT_CHECK /* a fault; the rollups are made beside the block's and compared */
};
struct count {
	enum count_mode mode;
	struct date today;
	uint64_t floor;
	void (*on_flags)(void *ctx, uint32_t unit); /* COUNT_SET: before the flags of a cell that was ever changed do; may be NULL */
	void *ctx;
	/* out: */
	bool memory;          /* there was none */
	uint32_t row, column; /* of the fault */
};
/* Everything that is derived, from the cells and the catalogue alone. False = fault, or no memory. */
bool block_count(struct block *b, struct count *how);

#endif
