// SPDX-License-Identifier: Apache-2.0
/*
 * view: what is true now, in memory: a view folded from the journal that can be thrown away and made again (DESIGN 3).
 * Catalogue, roster, facts of the store, and per plan a dense block of rollups and cells (held.h, block.h).
 *
 * Only fold.c and view_load_* change a view; everybody else takes it const, under the lock of viewlock.h when another
 * thread writes. Nothing here reads a clock, a file or a socket. Pointers it gives live until the next entry is folded.
 *
 * Indexes: plan = index of the plan in the catalogue, row and column = within the plan (plan_row, item.column),
 * unit and item = dense indexes of the catalogue. All of them change with a catalogue entry.
 */
#ifndef TIENDO_SERVER_VIEW_H
#define TIENDO_SERVER_VIEW_H

#include "common/domain/catalogue.h"
#include "common/domain/model.h"
#include "common/sys/base.h"
#include "server/entry.h"
#include "server/duties.h"
#include "server/roster.h"
#include "server/rows.h"

/* Raised whenever the same entries fold to other figures: a checkpoint of another version is ignored. */
#define FOLD_VERSION 2

/* Rollups, versions and paging are only comparable within one generation. */
struct generation {
	uint8_t incarnation[INCARNATION_SIZE];
	uint32_t fold_version;
	uint64_t entry; /* the last structural one: genesis, incarnation, catalogue, rules */
};
bool generation_same(const struct generation *a, const struct generation *b);

/* The facts of the store and the place in the journal the view stands at. */
struct view_head {
	uint64_t entry;               /* the last one folded; 0 = none */
	uint8_t hash[HASH_SIZE];      /* of the chain there */
	struct instant received;      /* of that entry */
	bool illustrative, simulated; /* genesis */
	int32_t offset_minutes;
	uint8_t store[INCARNATION_SIZE];
	uint8_t incarnation[INCARNATION_SIZE]; /* the current one */
	uint64_t structural;          /* last genesis, incarnation, catalogue or rules entry */
	uint64_t catalogue_entry;     /* last catalogue entry; 0 = none yet */
	uint64_t floor;               /* no rollup is older: max(structural, last tick that changed what is open ...) */
	uint64_t tick;                /* entry of the last tick; 0 = none */
	struct date today;            /* its date: everything that depends on the date is judged at it */
	uint32_t rules_version;
	bool locked;                  /* entries were lost, and the operator has not confirmed the roster yet */
};

struct held;
struct mailbox;
struct view;
typedef void view_touch_fn(void *ctx, const struct view *v, uint32_t unit);

struct view {
	struct view_head head;
	struct catalogue *catalogue; /* NULL until the first one */
	struct roster *roster;
	struct held *held;           /* blocks, cells and slots; NULL with the catalogue */
	struct duties duties;        /* the small tables */
	struct mailbox *mailbox;     /* what each unit was told (mailbox.h) */
	struct rows rows;            /* emitted, and not given to a checkpoint yet */
	struct rows leaving;         /* given to one that has not committed yet */
	uint32_t handed;             /* raised whenever rows are given, or let go: a walk through them begins again */
	/* see view_watch */
	view_touch_fn *on_touch;
	void *touch_ctx;
	bool *watched;               /* by unit; NULL = none is */
};

struct view *view_new(void); /* before genesis; NULL = no memory */
void view_free(struct view *v);

struct generation view_generation(const struct view *v);

/* ---- figures ---- */

/* Always there for row < plan_rows, column < items_n. A value: it is held more tightly (block.h). */
struct rollup view_rollup(const struct view *v, uint32_t plan, uint32_t row, uint32_t column);
/* Its version alone, without a look at the rest. */
uint64_t view_version(const struct view *v, uint32_t plan, uint32_t row, uint32_t column);
/* Version of the grain: the greatest of its columns. For a unit's row it is also the greatest of the plan's rows below. */
uint64_t view_row_version(const struct view *v, uint32_t plan, uint32_t row);
/* Over all plans; 0 = the unit or group is in no plan's rows. */
uint64_t view_unit_version(const struct view *v, uint32_t unit);
uint64_t view_group_version(const struct view *v, uint32_t group);
/* NULL = that unit has no cell for that leaf. */
const struct cell *view_cell(const struct view *v, uint32_t unit, uint32_t item);

/* The cell will be looked up in a moment: has the way to it fetched meanwhile. Changes nothing. */
void view_expect(const struct view *v, uint32_t unit, uint32_t item);

/* ---- truth ---- */

/* Where a recomputation differs from the running sums. */
struct view_fault {
	bool memory; /* could not be tried */
	uint32_t plan, row, column;
};
/* Recomputes every rollup from the cells in fresh memory and compares (invariant 7). True = equal. */
bool view_check(const struct view *v, struct view_fault *fault);

/*
 * May the plans be held? A catalogue that does not fit must be refused before it becomes an entry.
 */
bool view_fits(const struct catalogue *c);

/*
 * Hands the whole view to `sink` as canonical bytes: head, roster, every unit's cells, every rollup. Two views of
 * the same entries give the same bytes (rebuild = running view).
 */
typedef void view_sink_fn(void *ctx, const uint8_t *bytes, size_t n);
bool view_bytes(const struct view *v, view_sink_fn *sink, void *ctx); /* false = no memory */

/* ---- checkpoint ----
 *
 * The non-derived state is head, catalogue (catalogue_rows), roster, the small tables with the list of unfrozen periods, and
 * cells and slots packed per unit. Numbers are big-endian, fixed width.
 *
 *   unit  := unit number u32, bytes behind this head u32, cells u32, pasts u32, cell * cells, past * pasts, slot ...
 *   cell  := item number u32, cell (cellpack.h)                     (64 bytes; ascending item number)
 *   past  := item number u32, note u64, note's period u16, since u32, has a report under it u8, cell (zeros without)
 *   slot  := item number u32, period u16, slot (sheet.h)            (ascending item number, then period)
 *   small := sheets u32, {plan's number u32, schedule, period (each u8 size, text)} * sheets, bytes u32, mailbox
 *            (mailpack.h), duties (duties.h)
 *
 * A cell that is as the catalogue made it (version 0) is left out, and a slot that is empty and owed by nobody. flags of cells
 * hold how the cell was counted: they are judged again when loaded and must come out the same.
 */
enum { VIEW_HEAD_BYTES = 127, VIEW_UNIT_BYTES = 16, VIEW_CELL_BYTES = 64 };

void view_head_pack(const struct view_head *h, uint8_t out[static VIEW_HEAD_BYTES]);
bool view_head_unpack(struct view_head *h, const uint8_t in[static VIEW_HEAD_BYTES]);

/* Bytes that view_unit_pack will write; VIEW_UNIT_BYTES when there is nothing to keep. */
size_t view_unit_size(const struct view *v, uint32_t unit);
size_t view_unit_pack(const struct view *v, uint32_t unit, uint8_t *out);
/* No unit packs to more, as long as no other period opens. */
size_t view_unit_room(const struct view *v);
void view_small_pack(const struct view *v, struct buffer *out);

/*
 * While watching, `fn` is called once per unit, just before the first change of one of its cells (and for every unit
 * still watched just before a catalogue entry replaces the indexes), so that the checkpoint can set the old bytes
 * aside. view_unwatch(unit): it has been copied, no call is needed. view_watch(v, NULL, NULL) ends it.
 */
bool view_watch(struct view *v, view_touch_fn *fn, void *ctx); /* false = no memory */
void view_unwatch(struct view *v, uint32_t unit);

/*
 * Loading: begin (takes catalogue, which may be NULL, and roster over, also when it fails), the small tables, every unit in
 * any order, end. False = no memory, or the bytes are not such a state: throw the view away and fold from the beginning.
 * View must be fresh.
 */
bool view_load_begin(struct view *v, const struct view_head *head, struct catalogue *c, struct roster *r);
bool view_load_small(struct view *v, struct bytes bytes);
bool view_load_unit(struct view *v, const uint8_t *bytes, size_t n);
bool view_load_end(struct view *v);

#endif
