// SPDX-License-Identifier: Apache-2.0
/*
 * ladder: whom an obstacle goes to, and where it climbs when it is not answered. The ladder of (item, raiser) on a day is
 *
 *   1 the item's lead, 2 the standing body of the plan's owner, 3 the owner, 4 the ministry list
 *
 * without who is not open that day and without the raiser itself ("if an obstacle is met, co-ordinate with the standing
 * body to unblock it in time"; what no office of the tree can solve goes "to the ministries"). The *standing body* of an owner is the
 * department or sector unit directly below it whose type in units.csv is "thường trực"; of several the one with the
 * lowest number. A unit on no rung that was named as addressee stands on the first if it is below the owner, on the
 * third if it is above it.
 *
 * Pure. Units and items are indexes, addressees are numbers: 0 is the ministry list, which no unit stands for.
 */
#ifndef TIENDO_SERVER_LADDER_H
#define TIENDO_SERVER_LADDER_H

#include "common/domain/catalogue.h"

enum { LADDER_MINISTRIES = 0 };
#define LADDER_STANDING "thường trực"

/* Index; NO_INDEX = the owner has none that is open that day. */
uint32_t ladder_standing(const struct catalogue *c, uint32_t owner, struct date day);
/* The lowest rung there is. */
uint32_t ladder_first(const struct catalogue *c, uint32_t item, uint32_t raiser, struct date day);
/* The rung above the one on which `addressee` stands. The ministry list stays where it is. */
uint32_t ladder_next(const struct catalogue *c, uint32_t item, uint32_t raiser, uint32_t addressee, struct date day);
/* May the unit be named? It is open that day, in the owner's subtree or above the owner, and not the raiser. */
bool ladder_may(const struct catalogue *c, uint32_t item, uint32_t raiser, uint32_t unit, struct date day);

#endif
