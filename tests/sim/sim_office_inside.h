// SPDX-License-Identifier: Apache-2.0
/* sim_office_inside: what the files of sim_office share. */
#ifndef TIENDO_TESTS_SIM_SIM_OFFICE_INSIDE_H
#define TIENDO_TESTS_SIM_SIM_OFFICE_INSIDE_H

#include "agent/run_inner.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_office.h"

struct sim_office {
	struct host host, desk; /* the daemon's process; a command's */
	char name[16], desk_name[24], spool_path[32], unit[CODE_MAX + 1];
	struct keys_pair pair;
	uint32_t principal;
	int64_t quota; /* bytes; 0 = the default */
	struct office office;
	struct run *run;
	bool up;
	int64_t due, start_at;
	uint32_t *held; /* the works of which this spool has, or had, the only copy it is responsible for */
	size_t held_n, held_room;
	struct disk_image *copy;
	uint32_t *copy_held;
	size_t copy_n;
	uint32_t ordinal;
	uint8_t epoch[SPOOL_ID]; /* as at the last look */
	uint64_t judged; /* turn of the spool that was looked at last */
};
extern struct sim_office sim_office[SIM_OFFICES];

/* A new report, or another word of its clerk (sim_clerk.c); 0 = no more room. */
uint32_t sim_clerk_work(const struct sim_office *o);
/* Works were queued together, with that code (-EIO: nobody knows): the office holds them, or none. */
bool sim_office_queued(struct sim_office *o, const uint32_t *works, size_t n, int code);
void sim_office_hold(struct sim_office *o, uint32_t work);
/* Is the report in the outbox, behind the mark or before it? */
bool sim_office_waits(const struct sim_office *o, uint32_t work);
void sim_office_judge(struct sim_office *o);

#endif
