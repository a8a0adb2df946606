// SPDX-License-Identifier: Apache-2.0
#include "server/ladder.h"

#include <string.h>

enum rung { RUNG_LEAD, RUNG_STANDING, RUNG_OWNER, RUNGS };

static uint32_t owner_of(const struct catalogue *c, uint32_t item)
{
	return catalogue_plan(c, catalogue_plan_of_item(c, item))->owner;
}

static bool stands(const struct catalogue *c, const struct unit *u, struct date day)
{
	return (u->row.kind == UNIT_DEPARTMENT || u->row.branch == BRANCH_SECTOR) &&
	       !strcmp(u->row.type, LADDER_STANDING) && catalogue_unit_open(c, u->first, day);
}

uint32_t ladder_standing(const struct catalogue *c, uint32_t owner, struct date day)
{
	uint32_t found = NO_INDEX, end = catalogue_unit(c, owner)->last;
	for (uint32_t u = owner + 1; u <= end; u = catalogue_unit(c, u)->last + 1) /* from one child to the next */
		if (stands(c, catalogue_unit(c, u), day) &&
		    (found == NO_INDEX || catalogue_unit_number(c, u) < catalogue_unit_number(c, found)))
			found = u;
	return found;
}

/* Indexes; NO_INDEX where nobody stands. */
static void rungs(const struct catalogue *c, uint32_t item, uint32_t raiser, struct date day, uint32_t out[static RUNGS])
{
	const char *lead = catalogue_item(c, item)->row.lead;
	out[RUNG_OWNER] = owner_of(c, item);
	out[RUNG_STANDING] = ladder_standing(c, out[RUNG_OWNER], day);
	out[RUNG_LEAD] = *lead ? catalogue_unit_by_code(c, lead, day) : NO_INDEX;
	for (enum rung r = RUNG_LEAD; r < RUNGS; r++)
		if (out[r] != NO_INDEX && (out[r] == raiser || !catalogue_unit_open(c, out[r], day)))
			out[r] = NO_INDEX;
}

static uint32_t lowest(const struct catalogue *c, const uint32_t at[static RUNGS], unsigned from)
{
	for (unsigned r = from; r < RUNGS; r++)
		if (at[r] != NO_INDEX)
			return catalogue_unit_number(c, at[r]);
	return LADDER_MINISTRIES;
}

uint32_t ladder_first(const struct catalogue *c, uint32_t item, uint32_t raiser, struct date day)
{
	uint32_t at[RUNGS];
	rungs(c, item, raiser, day, at);
	return lowest(c, at, RUNG_LEAD);
}

/* A unit on two rungs, the owner as lead say, stands on the higher one. */
static enum rung rung_of(const struct catalogue *c, uint32_t item, uint32_t unit, struct date day)
{
	uint32_t owner = owner_of(c, item);
	if (catalogue_within(c, owner, unit)) /* the owner itself, or above it */
		return RUNG_OWNER;
	return unit == ladder_standing(c, owner, day) ? RUNG_STANDING : RUNG_LEAD;
}

uint32_t ladder_next(const struct catalogue *c, uint32_t item, uint32_t raiser, uint32_t addressee, struct date day)
{
	uint32_t at[RUNGS], unit = catalogue_unit_by_number(c, addressee);
	if (unit == NO_INDEX)
		return LADDER_MINISTRIES;
	rungs(c, item, raiser, day, at);
	return lowest(c, at, rung_of(c, item, unit, day) + 1u);
}

bool ladder_may(const struct catalogue *c, uint32_t item, uint32_t raiser, uint32_t unit, struct date day)
{
	uint32_t owner = owner_of(c, item);
	return unit != raiser && catalogue_unit_open(c, unit, day) &&
	       (catalogue_within(c, unit, owner) || catalogue_within(c, owner, unit));
}
