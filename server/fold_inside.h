// SPDX-License-Identifier: Apache-2.0
/*
 * fold_inside: what the files of the fold share; nobody else includes it.
 *
 *   fold          the one door, structural barriers, what changed
 *   fold_batch    reports: cells and slots
 *   fold_matter   corrections, withdrawals, and what is no figure; decisions of the centre
 *   fold_cases    requests, milestones, obstacles; what the centre decides and finds
 *   fold_sheets   slots over time: periods open, close, freeze, and pass through a new catalogue
 *   fold_tick     a day of the office begins
 *   fold_mail     directives and tasks to offices, and what they have read
 *   fold_remind   what offices owe, told to them at a tick
 */
#ifndef TIENDO_SERVER_FOLD_INSIDE_H
#define TIENDO_SERVER_FOLD_INSIDE_H

#include "server/fold.h"
#include "server/held.h"
#include "server/mailbox.h"
#include "server/sheet.h"

/* Judged and decided, not said by a report: stays with the cell when its report changes, and is not a report's. */
enum { CELL_ITS_OWN = CELL_EXPECTED | CELL_NA | CELL_TERMS };
enum { CELL_JUDGED = CELL_EXPECTED | CELL_OVERDUE | CELL_BEHIND | CELL_DONE_LATE | CELL_AT_TARGET };

/* Before anything of the unit changes: a checkpoint that is being copied wants the bytes of before. */
void fold_touch(void *view, uint32_t unit);
void fold_touch_all(struct view *v);

/* Where an update goes. */
struct aim {
	uint32_t unit; /* index */
	struct held_place at;
	struct cell *cell;
	struct line line; /* where it counts */
};
/* The cell becomes `now` (its own flags kept, judged anew), and every rollup in which it counts moves with it. */
void fold_settle(struct view *v, const struct aim *aim, struct cell now, uint64_t number, struct change *ch);
/* False = the catalogue has no such cell. */
bool fold_aim(const struct view *v, uint32_t unit, uint32_t item, struct aim *out);
/* Derives everything again; from here on no rollup is older than this entry. */
enum fold_result fold_recount(struct view *v, uint64_t number, struct change *ch);

enum fold_result fold_batch(struct view *v, const struct entry *e, struct change *ch);
enum fold_result fold_tick(struct view *v, const struct entry *e, struct change *ch);

/* ---- one report (fold_batch) ---- */

struct reporting {
	const struct entry *entry;
	const struct taken *taken;
	uint32_t own; /* index of the unit of the key that sent it */
	struct aim aim;
	uint16_t period; /* as cell.period */
};
/* What the update says as a cell; false = no figure of this leaf. */
bool fold_read(const struct reporting *r, struct cell *out);
/* It enters its cell, and its slot or the rows of its frozen period. */
void fold_report(struct view *v, const struct reporting *r, const struct cell *report, struct change *ch);
/* The report with that receipt is void, wherever it stands; `by` says who voids it, for the rows of a frozen period. */
void fold_void(struct view *v, const struct reporting *by, uint64_t entry, uint16_t index, struct change *ch);

/* Whatever carries no plain figure: senseless things have no effect (they were sensible when they were admitted, or an
 * entry of the same group was quicker). */
void fold_matter(struct view *v, struct reporting *r, struct change *ch);
/* Decisions of the centre about reports and slots (kinds 4, 5, 6); without effect where nothing stands or the period is frozen
 * (but for the return of a report whose period is named). */
enum fold_result fold_decision(struct view *v, const struct entry *e, struct change *ch);
void fold_return(struct view *v, const struct entry *e, struct change *ch);
void fold_exempt(struct view *v, const struct entry *e);
void fold_in_time(struct view *v, const struct entry *e);

/* ---- what waits for somebody's word (fold_cases) ---- */

/* na_request, extension_request, milestone, obstacle. */
void fold_case(struct view *v, const struct reporting *r, struct change *ch);
void fold_request_decided(struct view *v, const struct entry *e, struct change *ch);
void fold_accepted(struct view *v, const struct entry *e, struct change *ch);
void fold_finding(struct view *v, const struct entry *e);
void fold_step(struct view *v, const struct entry *e);
/* Obstacles climb. */
void fold_cases_day(struct view *v, const struct entry *e);

/* ---- mail ---- */

/*
 * Tells one unit (its number; 0 = nobody) what entry `e` caused; entry and date of `n` are set here. What each kind says:
 *   ANSWER    item, about = the raise, index = of the step in `e`     OBSTACLE  item, about = the raise, index likewise
 *   RETURN    item, about = the report                                DECISION  item, about = the request, granted, due
 *   FINDING   item, due = remedy by
 */
void fold_tell(struct view *v, const struct entry *e, uint32_t unit, struct notice n);

enum fold_result fold_notice(struct view *v, const struct entry *e);
void fold_notice_ack(struct view *v, const struct reporting *r);
/* What is due or became missing today is still in memory and judged. before: day of the tick before. False = no memory. */
bool fold_remind(struct view *v, struct date before, uint64_t entry);

/* ---- sheets ---- */

/* Opens what contains today and is not open; false = no memory. */
bool fold_sheets_open(struct view *v);
/* Emits and drops what is due to freeze today. */
void fold_sheets_freeze(struct view *v);
/* The unfrozen periods of `from` go on in the view's new blocks; slots that have no place there wait (homeless.h). */
bool fold_sheets_carry(struct view *v, const struct held *from);
/* Those that wait and have a place again go back to it. */
bool fold_sheets_go_home(struct view *v);
/* At the tick after a period closed, flow cells of older periods are empty. True = something changed: recount. */
bool fold_flows_end(struct view *v, uint64_t number);
/* Emits a point for each rollup that moved after entry `since`. */
void fold_series(struct view *v, uint64_t since);

#endif
