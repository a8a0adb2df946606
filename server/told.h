// SPDX-License-Identifier: Apache-2.0
/*
 * told: what the offices at or below a subject have told of some leaves in some periods: as it stood when the period was
 * frozen, and as it stands now, with what came later. Periods in memory are taken from the sheets, the others from the rows.
 *
 * `now`: the greatest of the two reports that stood at the freeze and of those that came after it, without what was voided
 * since. Verdicts and marks are those of the freeze.
 */
#ifndef TIENDO_SERVER_TOLD_H
#define TIENDO_SERVER_TOLD_H

#include "server/answer.h"
#include "server/sheet.h"

/* One slot. */
struct told {
	uint32_t unit;           /* number */
	struct slot_mark mark;   /* as it counts today, or counted at the freeze */
	int64_t target;          /* the cell's own, of that day; NO_TARGET */
	struct cell frozen, now; /* not REPORTED = nothing stands; frozen: of a period that is */
	struct cell before;      /* under `frozen` */
	uint32_t after;          /* reports that came after the freeze, also those that were voided since */
};

/* The slots of one leaf in one period, each unit once, in no order. Without a period: its cells. */
struct told_period {
	uint32_t item, number; /* of the leaf: index, number */
	struct period period;
	bool in_memory;        /* it is not frozen: out of the sheets */
	struct told *list;
	size_t n, size;
};

/* What reading it costs, in rows of view/: a page should not ask for more than answerer.rows_max. */
size_t told_cost(const struct view *v, const struct about_units *units, uint32_t item, bool in_memory);
bool told_in_memory(const struct view *v, uint32_t item, const struct period *p);

/* Fills the lists (item and period are set). Call it locked, as archive_read. Free them in any case. */
enum reason told_read(struct asking *q, const struct about_units *units, struct told_period *periods, size_t n);
void told_free(struct told_period *periods, size_t n);

#endif
