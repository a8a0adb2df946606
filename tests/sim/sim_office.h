// SPDX-License-Identifier: Apache-2.0
/*
 * sim_office: the offices of the simulated world: the real spool, push and daemon (run_turn), and the
 * clerks who queue reports beside it. An office's spool may be copied to another machine (a clone), be put
 * back from an older copy, rot, fill its disk; its daemon may die anywhere, its key be revoked and replaced,
 * its clock be wrong.
 *
 * Asserted after each turn: whatever was queued here and has not been answered truthfully is still in the
 * outbox behind the mark (invariant 3).
 */
#ifndef TIENDO_TESTS_SIM_SIM_OFFICE_H
#define TIENDO_TESTS_SIM_SIM_OFFICE_H

#include "common/sys/keys.h"
#include "tests/sim/host.h"

enum { SIM_OFFICES = 6 };

void sim_office_reset(bool simulated_clock);
/* Makes and enrols one; its number. */
unsigned sim_office_make(const char *unit);
unsigned sim_offices(void);
const struct host *sim_office_host(unsigned i);

bool sim_office_ready(unsigned i);
int64_t sim_office_due(unsigned i);
void sim_office_turn(unsigned i);

/* A clerk queues n reports. */
void sim_office_report(unsigned i, unsigned n);

/* ... or reads what the centre has told, and says so (sim_office_mail.c). */
void sim_office_read(unsigned i);

void sim_office_kill(unsigned i, bool told);
void sim_office_doom(unsigned i, unsigned points);
void sim_office_copy(unsigned i);	 /* keeps a copy of the spool */
bool sim_office_put_back(unsigned i);	 /* the copy kept last; false = none */
bool sim_office_clone(unsigned i);	 /* another machine with the same spool; false = no room */
bool sim_office_rot(unsigned i);	 /* one waiting record; false = none */
void sim_office_new_key(unsigned i);	 /* its old one is revoked, now or when the centre is up again */
void sim_office_clock(unsigned i, int64_t off);
/* What only people can mend: keys that are not known, epochs that are used up. */
void sim_office_mend(unsigned i);

/* The centre has welcomed a session, in its so manieth run. */
void sim_office_welcomed(uint64_t session, uint64_t run);
/* Everything has its outcome and the office knows. */
bool sim_office_drained(unsigned i);
/* Everything that its unit was told has come. */
bool sim_office_told(unsigned i);
/* Its newest receipt is of this incarnation, and not in the journal: it proves a roll-back. */
bool sim_office_proves(unsigned i);
int64_t sim_office_receipted(uint32_t principal, const uint8_t *epoch, uint64_t seq, const uint8_t *hash);
/* Closed for the night. */
void sim_office_close(unsigned i, int64_t until);
/* At the end: nothing it holds is lost, nothing double. */
void sim_office_judge_end(unsigned i);
void sim_office_judge_mail(unsigned i);
void sim_office_why(unsigned i); /* for a world that does not come to rest */

struct sim_office_counts {
	uint64_t queued, turns, starts, clones, put_back, rotten, full, new_keys, epochs, evicted, left_behind, notices, read;
};
extern struct sim_office_counts sim_office_counts;

#endif
