// SPDX-License-Identifier: Apache-2.0
/*
 * sim_faults: what goes wrong. Each world has a few kinds of trouble (by its seed), not all: so that rare
 * ones meet each other without being drowned.
 */
#ifndef TIENDO_TESTS_SIM_SIM_FAULTS_H
#define TIENDO_TESTS_SIM_SIM_FAULTS_H

#include <stdint.h>

#define SIM_FAULTS(X)                                                                                \
	X(CENTRE_DOOM) X(CENTRE_KILL) X(CENTRE_STOP) X(CENTRE_FULL) X(CENTRE_UNKNOWN) X(CENTRE_CLOCK)  \
	X(CHECKPOINT) X(BACKUP) X(RESTORE) X(ROLL_BACK) X(CATALOGUE) X(DAY) X(OFFICE_DOOM)            \
	X(OFFICE_KILL) X(OFFICE_FULL) X(OFFICE_UNKNOWN) X(OFFICE_CLOCK) X(CLONE) X(PUT_BACK) X(ROT)   \
	X(NEW_KEY) X(READER_KILL) X(READER_KEY) X(CUT) X(SILENCE) X(SPLIT) X(STORM) X(SLOW)

enum sim_fault {
#define X(name) SIM_##name,
	SIM_FAULTS(X)
#undef X
		SIM_FAULTS_N
};

void sim_faults_begin(uint64_t kinds); /* bits */
/* Those that KINDS=CLONE,RESTORE... of the environment names instead of `kinds`. */
uint64_t sim_faults_asked(uint64_t kinds);
void sim_faults_one(void);
/* Nobody works for a night, or a few. */
void sim_faults_night(void);
/* Everything that people and time can mend is mended; call again as long as something is amiss. */
void sim_faults_end(void);
void sim_faults_mend(void);
/* A roll-back that somebody's receipt proves must have been seen by now. */
void sim_faults_judge_end(void);
const char *sim_fault_name(enum sim_fault f);
extern uint64_t sim_faults_done[SIM_FAULTS_N];

#endif
