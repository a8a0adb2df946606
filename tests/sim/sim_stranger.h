// SPDX-License-Identifier: Apache-2.0
/*
 * sim_stranger: a registered client that does not keep to the protocol: gaps, other bytes under old seqs,
 * forged receipts and proofs, voids of what is known, old sessions, garbage. Nothing it does may break an
 * invariant, lock the centre or touch another's stream.
 */
#ifndef TIENDO_TESTS_SIM_SIM_STRANGER_H
#define TIENDO_TESTS_SIM_SIM_STRANGER_H

#include "tests/sim/host.h"

void sim_stranger_reset(void);
void sim_stranger_make(const char *unit);
bool sim_stranger_ready(void);
int64_t sim_stranger_due(void);
void sim_stranger_turn(void);
void sim_stranger_quiet(void); /* it does nothing more */

#endif
