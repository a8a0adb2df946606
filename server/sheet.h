// SPDX-License-Identifier: Apache-2.0
/*
 * sheet: the slots of one plan: what each office reported for (leaf, period), and when, as long as the period is open or
 * not frozen (DOMAIN 2, 5). Below view and fold, beside block: a slot stands beside the cell of its (unit, leaf).
 *
 * Only fold_*.c and view loading change one. Reading is for queries, under the view's lock; verdicts that depend on the day
 * (pending or missing) are judged by who reads, at view.head.today.
 *
 * Memory is taken when a sheet is opened and by a new catalogue, never by a report.
 */
#ifndef TIENDO_SERVER_SHEET_H
#define TIENDO_SERVER_SHEET_H

#include "common/domain/catalogue.h"
#include "common/domain/model.h"
#include "common/domain/timely.h"
#include "common/sys/base.h"
#include "server/block.h"
#include "server/cellpack.h"

enum slot_flag {
	SLOT_EXPECTED = 1, /* the cell was expected on the day the period opened */
	SLOT_EXEMPT = 2,   /* ... but was exempted by decision; in rows also: by what sheet_mark says */
	SLOT_DECIDED = 4   /* in time by decision of an operator: stays when what stands changes */
};
struct slot_mark {
	uint8_t flags;  /* of enum slot_flag */
	uint8_t timely; /* enum timely; TIMELY_NONE = the unit itself has reported nothing that stands */
};

struct sheet {
	uint32_t rhythm; /* index in sheets.rhythms */
	struct period period;
	uint16_t place;  /* of the period, as cell.period */
	struct date freeze; /* the day whose tick freezes it */
	struct date deadlines[UNIT_KINDS]; /* last day in time, by enum unit_kind */
	struct cell *reports; /* by slot; entry 0 = nothing stands */
	struct cell *before;  /* ... and the report under it */
	struct slot_mark *marks;
};

/* The leaves of one plan that share a schedule. */
struct rhythm_slots {
	const struct schedule *schedule; /* the catalogue's */
	uint32_t slots_n;
	uint16_t closed; /* place of the last period that ended before today; 0 = none */
};

struct sheets {
	const struct block *block;
	uint32_t rhythms_n;
	struct rhythm_slots *rhythms;
	uint32_t *leaf_rhythm; /* by leaf of the block: index in rhythms; NO_INDEX = the leaf has no schedule */
	uint32_t *slots;       /* by place of the cell in block.cells: slot among those of its rhythm */
	size_t slots_size;
	uint32_t open_n;
	struct sheet **open;   /* ascending (rhythm, first day) */
};

/* What differs on another day. */
void sheets_set_day(struct sheets *s, struct date today);
/* A report of that period cannot be what the live cell shows: the leaf is a flow, and a newer period has closed. */
bool sheets_passed(const struct sheets *s, uint32_t leaf, uint16_t place);

struct sheets *sheets_new(const struct block *b); /* none is open; NULL = no memory */
void sheets_free(struct sheets *s);               /* NULL is fine */

/* NULL = that period of the leaf is not in memory (frozen, never opened, or the leaf has no schedule). */
struct sheet *sheet_of(const struct sheets *s, uint32_t leaf, uint16_t place);
/* The slot of (row, leaf); NO_INDEX = the block has no such cell, or it is a stray's. */
uint32_t sheet_slot(const struct sheets *s, uint32_t row, uint32_t leaf);

/* The mark as it counts today: exempt too when the unit or item is no more, or when on the period's last day (until then: today)
 * the unit was no reporter or the leaf not applicable to it. */
struct slot_mark sheet_mark(const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf);
/* The target in force at the row that day. A slot is judged by that of its period's last day, now and for ever: one of the
 * year that has begun meanwhile is none of its. */
int64_t sheet_target(const struct sheets *s, uint32_t row, uint32_t leaf, struct date day);

/* How a slot is to be counted on a day. `m`: sheet_mark's, or a row's. */
enum slot_state { SLOT_NOT_EXPECTED, SLOT_IS_EXEMPT, SLOT_PENDING, SLOT_ON_TIME, SLOT_LINE_SLOW, SLOT_LATE, SLOT_MISSING };
enum slot_state slot_state(const struct slot_mark *m, struct date deadline, struct date today);

/* Sums of slot states; expected = pending + on_time + line_slow + late + missing. */
struct slot_counts {
	uint32_t expected, exempt, pending, on_time, line_slow, late, missing;
};
void slot_count(struct slot_counts *c, enum slot_state state);

/* Opens the sheet of a period: nothing reported, nothing expected yet. NULL = no memory. */
struct sheet *sheets_open(struct sheets *s, uint32_t rhythm, const struct period *p);
void sheets_drop(struct sheets *s, const struct sheet *sheet);

/*
 * One slot as bytes, for checkpoint and rows: flags u8, timely u8, target i64 (NO_TARGET = none), which cells follow u8 (1 the
 * report, 2 the one under it), and those as in view.h without their item number.
 */
enum { SLOT_HEAD_BYTES = 11, SLOT_CELL_BYTES = CELL_BYTES, SLOT_BYTES = SLOT_HEAD_BYTES + 2 * SLOT_CELL_BYTES };
struct slot_value {
	struct slot_mark mark;
	int64_t target; /* rows FROZEN: what it was judged by */
	struct cell report, before;
};
size_t slot_pack(const struct slot_value *v, uint8_t out[static SLOT_BYTES]); /* bytes written */
bool slot_unpack(struct bytes in, struct slot_value *v);

#endif
