// SPDX-License-Identifier: Apache-2.0
/*
 * work: every report that anybody of the simulated world ever wrote. It carries its number in its note, so
 * that it is known again wherever it turns up: in a spool, under another seq, in the journal, in a cell.
 */
#ifndef TIENDO_TESTS_SIM_WORK_H
#define TIENDO_TESTS_SIM_WORK_H

#include "common/domain/model.h"

enum { WORKS = 20000 };

struct work {
	char unit[CODE_MAX + 1], item[CODE_MAX + 1], note[24], ref[16], reason[8];
	struct date as_of, done_on;
	enum body_kind body;
	enum task_state state;
	uint32_t percent;
	int64_t a, b;	      /* numerator and denominator; value */
	bool rotten;	      /* its bytes rotted in a spool: it may be given up */
	bool wild;	      /* a stranger's: nobody vouches for it */
	unsigned copies;      /* spools that were copied with it: each may have to move it to a new epoch */
	unsigned taken, settled; /* in the journal of now: how often taken; with any outcome */
	bool told_taken, told;	/* an ack for it left the centre once */
	uint64_t entry;	      /* that took it last */
};

extern struct work works[WORKS];
extern uint32_t works_n; /* works[0] is none */

void work_reset(void);
/* A new one; 0 = no more room. */
uint32_t work_new(const char *unit, const char *item, uint32_t today);
/* As an update to be queued; strings are the work's. */
struct update work_update(uint32_t w);
/* By its note; 0 = none of ours. */
uint32_t work_of_note(const char *note);

#endif
