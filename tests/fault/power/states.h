// SPDX-License-Identifier: Apache-2.0
/*
 * states: which states of a disk with so much pending are looked at. First the plain ones, by number: nothing and
 * everything; each item missing, each alone; each sector missing, each alone. Then any, by dice. Pure.
 */
#ifndef TIENDO_TESTS_POWER_STATES_H
#define TIENDO_TESTS_POWER_STATES_H

#include "tests/fault/power/disk.h"

enum { STATES_ENDS, STATES_ITEMS, STATES_SECTORS, STATES_CLASSES };

/* How many plain states there are, of each class. */
void states_plain(const struct disk *d, uint64_t n[static STATES_CLASSES]);
/* The `k`th of a class; c->sectors has room for all pending items. */
void states_choose(const struct disk *d, unsigned class, uint64_t k, struct disk_choice *c);
void states_dice(const struct disk *d, uint64_t seed, struct disk_choice *c);

uint64_t states_next(uint64_t *dice);

#endif
