// SPDX-License-Identifier: Apache-2.0
/*
 * work: every report that anybody of the simulated world ever wrote. It carries its number in its seal (the attempts,
 * which decide nothing), so that it is known again wherever it turns up: in a spool, under another seq, in the journal,
 * in a cell.
 */
#ifndef TIENDO_TESTS_SIM_WORK_H
#define TIENDO_TESTS_SIM_WORK_H

#include "common/domain/model.h"
#include "common/sys/codec.h"

enum { WORKS = 20000 };

struct work {
	char unit[CODE_MAX + 1], item[CODE_MAX + 1], period[PERIOD_MAX + 1], ref[16], reason[8];
	const char *note;
	char own_note[16];
	struct date as_of, done_on;
	enum body_kind body, figure; /* figure: the body of the figure it carries */
	enum task_state state;
	uint32_t percent;
	int64_t a, b;	      /* numerator and denominator; value */
	struct receipt about; /* the report that it corrects or withdraws; the raise of an obstacle */
	struct matter matter;
	char addressee[CODE_MAX + 1];
	int64_t queued_ms;    /* when, whatever the office thinks */
	bool rotten;	      /* its bytes rotted in a spool: it may be given up */
	bool wild;	      /* a stranger's: nobody vouches for it */
	unsigned copies;      /* spools that were copied with it: each may have to move it to a new epoch */
	unsigned taken, settled; /* in the journal of now: how often taken; with any outcome */
	bool told_taken, told;	/* an ack for it left the centre once */
	struct receipt receipt; /* the last that was told for it */
	uint64_t entry;	      /* that took it last */
};

extern struct work works[WORKS];
extern uint32_t works_n; /* works[0] is none */

void work_reset(void);
/* A new one; 0 = no more room. */
uint32_t work_new(const char *unit, const char *item, struct date today);
/* ... in place of another one that was told to be taken, or in order that it be void; or 0. */
uint32_t work_about(uint32_t w, bool withdraws, struct date today);
/* What is no report. */
uint32_t work_request(const char *unit, const char *item, struct date today);
uint32_t work_raise(const char *unit, const char *item, struct date today);
uint32_t work_step(const char *unit, const char *item, const struct receipt *obstacle, struct date today);
uint32_t work_ack(const char *unit, uint64_t notice, const uint8_t *incarnation, struct date today);
/* As an update to be queued, without a seal but for its number; strings are the work's. */
struct update work_update(uint32_t w);
/* For a last word; static. */
const char *work_text(uint32_t w);
/* 0 = none of ours. */
uint32_t work_of(const Tiendo__V1__Update *u);
/* Is it what was written? */
bool work_same(uint32_t w, const Tiendo__V1__Update *u);

#endif
