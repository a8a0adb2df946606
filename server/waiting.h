// SPDX-License-Identifier: Apache-2.0
/*
 * waiting: how long an obstacle lay with whom, and what of a task's lateness that explains: accountability upward too. All of it
 * follows from the steps. Pure.
 */
#ifndef TIENDO_SERVER_WAITING_H
#define TIENDO_SERVER_WAITING_H

#include "server/cases.h"
#include "common/domain/catalogue.h"

/* A span in which it was open with one addressee. */
struct wait {
	uint32_t addressee;   /* 0 = the ministry list */
	struct date from, to; /* to: the day it was answered, closed or went on; 0 = it still lies there */
};
/* A walk through them, in order; begins as { .obstacle = o }. */
struct waiting {
	const struct obstacle *obstacle;
	uint32_t next; /* step */
	bool open;     /* before it */
	struct wait now;
};
bool waiting_next(struct waiting *w, struct wait *out); /* false = no more */

/* Calendar days between from and to (today for what still lies there): 0 when it was answered on the day it came. */
uint32_t waiting_days(const struct wait *w, struct date today);
/* With every addressee so far; with this one. */
uint32_t waiting_all(const struct obstacle *o, struct date today);
uint32_t waiting_with(const struct obstacle *o, uint32_t addressee, struct date today);
/* Did it ever lie with it? */
bool waiting_asked(const struct obstacle *o, uint32_t addressee);

/*
 * A task late since `due`: how many of the days (due, end] an obstacle of its unit about the leaf, or about an item above it,
 * lay with another unit. A day counts once, with however many it lay; the day of an answer is the unit's own again.
 */
struct blame {
	uint32_t late;    /* days in (due, end] */
	uint32_t waiting; /* of them; the rest is the unit's own */
};
struct blame waiting_blame(const struct cases *cases, const struct catalogue *c, uint32_t unit, uint32_t leaf, struct date due,
			   struct date end);

#endif
