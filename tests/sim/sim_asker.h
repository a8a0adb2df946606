// SPDX-License-Identifier: Apache-2.0
/*
 * sim_asker: an operator at the centre's questions: how the periods were reported, who is silent, what is held up, asked for
 * and found; page by page, while entries come and checkpoints are written. When nothing was committed between the question
 * and its last page, the answer must be the truth's.
 */
#ifndef TIENDO_TESTS_SIM_SIM_ASKER_H
#define TIENDO_TESTS_SIM_SIM_ASKER_H

#include <stdbool.h>
#include <stdint.h>

void sim_asker_reset(void);
void sim_asker_make(void);
bool sim_asker_ready(void);
int64_t sim_asker_due(void);
void sim_asker_turn(void);

struct sim_asker_counts {
	uint64_t asked, pages, answered, judged;
};
extern struct sim_asker_counts sim_asker_counts;

#endif
