// SPDX-License-Identifier: Apache-2.0
/*
 * homeless: slots that have no place in the catalogue in force: their leaf follows another schedule, or the unit can be no
 * reporter of it any more. They wait until their period freezes, by the deadlines under which they left: a wrong file is
 * often put right the same day, and what was owed and reported is then where it was. Pure but for its own heap; only the
 * fold and view loading change it. Numbers are kept, no indexes.
 */
#ifndef TIENDO_SERVER_HOMELESS_H
#define TIENDO_SERVER_HOMELESS_H

#include "common/sys/base.h"

struct homeless_slot; /* homeless_slot.h */

/* {0} is empty. In the order in which they left, which is the journal's. */
struct homeless {
	struct homeless_slot *list;
	uint32_t n, size;
};
void homeless_free(struct homeless *h);

bool homeless_add(struct homeless *h, const struct homeless_slot *slot); /* false = no memory */
void homeless_remove(struct homeless *h, uint32_t at);

/*
 * Canonical bytes, numbers big-endian, in the order of the list:
 *
 *   homeless := count u32, slot * count
 *   slot     := unit u32, item u32, schedule, period (each u8 size, text), first u32, last u32, freeze u32, size u8, slot (sheet.h)
 */
void homeless_pack(struct buffer *b, const struct homeless *h);
/* Into empty ones. False = these are no such bytes, or no memory: free them. */
bool homeless_unpack(struct homeless *h, struct bytes packed);

#endif
