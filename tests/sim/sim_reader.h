// SPDX-License-Identifier: Apache-2.0
/*
 * sim_reader: the dashboards of the simulated world: the real subscriber, client and mirror. What the
 * running view shows is written down grain by grain whenever it changed; after each turn of a reader every
 * grain of its mirror must be what the view once showed at that grain's version (invariant 5).
 */
#ifndef TIENDO_TESTS_SIM_SIM_READER_H
#define TIENDO_TESTS_SIM_SIM_READER_H

#include "server/view.h"
#include "tests/sim/host.h"

enum { SIM_READERS = 3 };

void sim_reader_reset(void);
void sim_reader_make(const char *unit);
unsigned sim_readers(void);
const struct host *sim_reader_host(unsigned i);
bool sim_reader_ready(unsigned i);
int64_t sim_reader_due(unsigned i);
void sim_reader_turn(unsigned i);
void sim_reader_kill(unsigned i, bool told);
void sim_reader_close(unsigned i, int64_t until);
void sim_reader_mend(unsigned i);
void sim_reader_revoke(unsigned i); /* and later it has a new key */

/* The view as it stands. */
void sim_reader_record(const struct view *v);
/* A journal is rolled back and nobody tells: what mirrors hold of this incarnation proves nothing. */
void sim_reader_tainted(void);
/* Its mirror is complete and equal to the view, grain by grain. */
bool sim_reader_equal(unsigned i, const struct view *v);
void sim_reader_why(unsigned i, const struct view *v);

struct sim_reader_counts {
	uint64_t turns, grains, checked, completes, starts;
};
extern struct sim_reader_counts sim_reader_counts;

#endif
