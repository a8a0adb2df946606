// SPDX-License-Identifier: Apache-2.0
/* homeless_slot: one slot of homeless.h; for those who know slots. */
#ifndef TIENDO_SERVER_HOMELESS_SLOT_H
#define TIENDO_SERVER_HOMELESS_SLOT_H

#include "server/homeless.h"
#include "server/sheet.h"

struct homeless_slot {
	uint32_t unit, item; /* numbers */
	char schedule[CODE_MAX + 1];
	struct period period;
	struct date freeze;
	struct slot_value value; /* with the target that was in force */
};

#endif
