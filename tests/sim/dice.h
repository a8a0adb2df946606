// SPDX-License-Identifier: Apache-2.0
/*
 * dice: every chance of the simulator, from one seed: the world's own, and the products' (libsodium
 * draws from here, so keys, epochs, incarnations and jitter repeat too).
 */
#ifndef TIENDO_TESTS_SIM_DICE_H
#define TIENDO_TESTS_SIM_DICE_H

#include <stdbool.h>
#include <stdint.h>

/* Before keys_start: libsodium asks us for randomness from now on. */
void dice_install(void);
void dice_seed(uint64_t seed);
uint64_t dice_next(void);
uint64_t dice_below(uint64_t bound); /* 0 when bound is 0 */
bool dice_percent(unsigned percent);
bool dice_one_in(unsigned n);

#endif
