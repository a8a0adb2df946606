// SPDX-License-Identifier: Apache-2.0
/*
 * admit: may this update enter? (CONTRACT). Pure; the same code at the office (against its slice)
 * and at the centre (at the update's place in the journal). Replay never runs it: the journal holds
 * what was taken and what was refused. A change of any rule is a new version and enters by a barrier
 * entry.
 *
 *   version 1  plain figures: BODY_TASK to BODY_NONE_ARISEN
 *   version 2  the rest: BODY_UNCHANGED to BODY_NOTICE_ACK
 *   version 3  a BODY_NOTICE_ACK names the incarnation of its notice
 */
#ifndef TIENDO_COMMON_DOMAIN_ADMIT_H
#define TIENDO_COMMON_DOMAIN_ADMIT_H

#include "common/domain/catalogue.h"
#include "common/domain/model.h"

#define RULES_VERSION 3

struct admit_place {
	const struct catalogue *catalogue;
	uint32_t scope_unit; /* number of the principal's unit; 0 = scope is not judged */
	struct date today;   /* office date of received_ms: the bound of `as_of in the future` */
	uint32_t rules;      /* version in force; 0 = RULES_VERSION */
};

/* What admit must know of the cell as it stands at this place (fold of all earlier + pending of the
 * own group). */
struct admit_cell {
	bool reported;
	uint16_t period; /* as cell.period */
	struct date as_of;
	enum task_state state;
};

/* Found by the check, so that nobody looks them up twice. */
struct admit_found {
	uint32_t unit, item; /* indexes in the catalogue; item: NO_INDEX for what is about none (notice_ack) */
	uint16_t period;     /* of a report, as cell.period; 0 = its leaf has no schedule */
};

/*
 * Rules that need no cell, in the order of PROTOCOL.md (Refusals): body known, texts, as-of date,
 * unit, item, scope, assignment, kind of body, what it needs and its bounds, contradictions, future,
 * period. The first that fails is the verdict, so one update is refused with the same words
 * everywhere. On success `found` is set. field names are the wire's: "unit", "task.percent",
 * "obstacle.raise.text" ... (the figure inside a correction is named as a plain one). The strings of
 * `u` hold no NUL of their own (the codec's promise).
 *
 * What stands in the view is not judged here: whether the receipt of a correction, withdrawal or
 * step names something that is there, whose it is, what was reported before, and the due date in
 * force.
 */
struct verdict admit_check(const struct admit_place *at, const struct update *u,
			   struct admit_found *found);

/* Rules that need the cell: a task state may go backwards (if it would win) only with a reason. `period`: found. */
struct verdict admit_against(const struct update *u, uint16_t period, const struct admit_cell *cell);

/* Would a report win over the cell's? Greatest period, in it the greatest as-of; equal: the later entry. */
bool admit_wins(uint16_t period, struct date as_of, const struct admit_cell *held);

#endif
