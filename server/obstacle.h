// SPDX-License-Identifier: Apache-2.0
/*
 * obstacle: what may be done in an obstacle, by whom, when, and what it does (DOMAIN, docs/FIGURES.md "Obstacles").
 *
 *   step       by                                    in                 then
 *   raise      a unit that reports at or below it    -                  OPEN, to the addressee or the ladder's lowest rung
 *   comment    the raiser, whoever was asked         OPEN, ANSWERED     as before
 *   answer     the addressee                         OPEN, ANSWERED     ANSWERED: its clock stands
 *   escalate   the raiser, the addressee             OPEN, ANSWERED     OPEN, to the one named or the next rung
 *   close      the raiser                            OPEN, ANSWERED     CLOSED
 *   reopen     the raiser                            CLOSED             OPEN, to the addressee it was closed with
 *
 * The operator of the centre takes the second to the fourth for bodies without an agent, and for the ministry list. Each addressee
 * has OBSTACLE_WORKING_DAYS; the tick behind the last of them lets it climb by itself to the next rung, but for the ministry
 * list, with which it only grows overdue.
 *
 * Pure. The check is the same when a step is admitted and when it is folded: what has become senseless meanwhile has no
 * effect.
 */
#ifndef TIENDO_SERVER_OBSTACLE_H
#define TIENDO_SERVER_OBSTACLE_H

#include "server/cases.h"
#include "server/terms.h"

enum { OBSTACLE_WORKING_DAYS = 5 };

/* Who takes a step, and when. */
struct hand {
	const struct catalogue *catalogue;
	uint32_t unit;      /* index: whose step it is; NO_INDEX = the ministry list's */
	uint32_t principal; /* who takes it; 0 = at the centre's own console */
	uint32_t own;       /* index of that principal's unit; NO_INDEX = none */
	bool centre;        /* an operator, for a body without an agent */
	struct date today;
};

/* The one that the step names, if it is about that item (index; NO_INDEX = any). NULL = unknown. */
struct obstacle *obstacle_named(const struct cases *c, const struct catalogue *catalogue, const struct matter *m,
				uint32_t item);

/*
 * Raised late: behind the due date in force, or between the end of a period of the leaf's schedule and its freeze; about an item
 * with several leaves of the unit: each of them says so.
 */
bool obstacle_late(const struct catalogue *c, const struct terms *t, uint32_t item, uint32_t unit, struct date today);

/* May the raise about `item` (index) enter; may a later step. */
struct verdict obstacle_may_raise(const struct hand *h, const struct matter *m, uint32_t item);
struct verdict obstacle_may(const struct hand *h, const struct obstacle *o, const struct matter *m);

/* Does it, checked before. NULL, false = no memory. */
struct obstacle *obstacle_raise(struct cases *c, const struct hand *h, const struct matter *m, uint32_t item, bool late,
				struct spot at, const uint8_t incarnation[static INCARNATION_SIZE]);
bool obstacle_take(struct obstacle *o, const struct hand *h, const struct matter *m, struct spot at);

bool obstacle_overdue(const struct obstacle *o, struct date today);
/* Has its addressee's time run out at this tick, and is there a rung above? */
bool obstacle_climbs(const struct obstacle *o, struct date today);
bool obstacle_climb(struct obstacle *o, const struct catalogue *c, struct date today, struct spot at);

#endif
