// SPDX-License-Identifier: Apache-2.0
/* sim_world: one seed, one world, from its making until it has come to rest. */
#ifndef TIENDO_TESTS_SIM_SIM_WORLD_H
#define TIENDO_TESTS_SIM_SIM_WORLD_H

#include <stdint.h>

void sim_world_run(uint64_t seed);
/* 365 days: offices open in the morning and close in the evening, all kinds of trouble. */
void sim_world_year(uint64_t seed);
extern uint64_t sim_world_events;

#endif
