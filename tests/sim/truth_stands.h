// SPDX-License-Identifier: Apache-2.0
/*
 * truth_stands: which reports stand, in cells and slots, and what slots leave behind (docs/FIGURES.md "Which report
 * stands", "Slots"), by code of the truth's own.
 */
#ifndef TIENDO_TESTS_SIM_TRUTH_STANDS_H
#define TIENDO_TESTS_SIM_TRUTH_STANDS_H

#include "tests/sim/truth_catalogue.h"

struct truth_report {
	uint64_t entry; /* 0 = none */
	uint32_t index, principal, work;
	int64_t received_ms;
	struct date period, as_of; /* period: its first day; 0 = the leaf has no schedule */
	bool on_behalf, corrected, unchanged, accepted;
	/* what it says */
	bool none_arisen;
	enum task_state state;
	uint32_t percent;
	struct date done_on;
	int64_t a, b;
};

/* The greatest by (period, as-of, place in the journal), and the one below it. */
struct truth_stand {
	struct truth_report top, under;
};
void truth_stand_add(struct truth_stand *s, const struct truth_report *r);
bool truth_stand_void(struct truth_stand *s, uint64_t entry, uint32_t index); /* false = it was neither */
bool truth_stand_holds(const struct truth_stand *s, uint64_t entry, uint32_t index);

enum truth_timely { TRUTH_NO_VERDICT, TRUTH_ON_TIME, TRUTH_LINE_SLOW, TRUTH_LATE };

struct truth_slot {
	uint32_t unit, item;
	struct truth_stand stand;
	bool expected, exempted, decided;
	enum truth_timely timely; /* the best of the unit's own, as long as something stands */
};

/* Of one plan, schedule and period. */
struct truth_sheet {
	uint32_t plan;
	char schedule[CODE_MAX + 1];
	struct truth_period period;
	struct truth_slot *slots;
	size_t n, room;
};
/* A slot without a place in the catalogue in force: it waits for one until the freeze. */
struct truth_homeless {
	char schedule[CODE_MAX + 1];
	struct truth_period period;
	struct date freeze;
	struct truth_slot slot;
};
struct truth_slot *truth_slot(struct truth_sheet *sheet, uint32_t unit, uint32_t item, bool make); /* NULL = none */

/* What is emitted. key: (kind, item, period, unit), of those after the freeze (entry, index) too. */
enum truth_row_kind { TRUTH_FROZEN, TRUTH_AFTER, TRUTH_AFTER_VOID };
struct truth_row {
	enum truth_row_kind kind;
	uint32_t item, unit, index;
	struct date period;
	uint64_t entry;
	struct truth_slot slot;	    /* frozen; after: top is the report */
	bool exempt;		    /* frozen */
	uint64_t voided;	    /* after_void: what */
	uint32_t voided_index;
};

#endif
