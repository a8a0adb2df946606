// SPDX-License-Identifier: Apache-2.0
/*
 * host: the machines of the simulated world, and what their processes take from the system by
 * common/sys: the three times (clock.h), waiting (loop.h), the log (log.h). One machine runs at a time
 * (host_here), and it may die at any *point*: between two turns, before and after something is sent,
 * before and after the moment at which a commit is durable. Whatever it had in memory is gone then; it
 * is never cleaned up (a leak that ends with the process of a few seeds).
 */
#ifndef TIENDO_TESTS_SIM_HOST_H
#define TIENDO_TESTS_SIM_HOST_H

#include <setjmp.h>

#include "common/sys/base.h"

enum host_point { POINT_TURN, POINT_SEND, POINT_SENT, POINT_COMMIT, POINT_COMMITTED, POINTS };

struct host {
	const char *name;
	int64_t wall_off;   /* how wrong its clock is */
	uint32_t boots;     /* its last one: another boot id and monotonic clock each */
	int64_t booted;
	bool simulated;     /* its configuration says clock = file:... */
	unsigned doom;      /* dies at the so manieth point from here; 0 = lives */
	unsigned last_point;
	uint64_t deaths[POINTS];
	const void *keys;   /* struct keys_pair that keys_pair_read finds there */
};

extern int64_t host_now;         /* the transport time of all; ms */
extern int64_t host_epoch;       /* the wall time at 0 */
extern int64_t host_slept;       /* nights nobody played: clocks that cannot be set went on */
extern struct host *host_here;   /* whose code runs; NULL = the world's */
extern bool host_tracing;        /* log lines and the world's events are printed */
extern uint64_t host_trace_hash; /* of everything that was traced: equal seeds give equal ones */

/* Runs code of a machine. False: it died on the way. Nests only within the same machine. */
bool host_run(struct host *h, void (*body)(void *arg), void *arg);
/* A place where it may die. */
void host_point(enum host_point p);
__attribute__((noreturn)) void host_die(void);
void host_reset(void); /* another world */
void host_boot(struct host *h);
int64_t host_wall(const struct host *h);

extern int sim_mutant; /* what is broken on purpose (mutants.txt), 0 = nothing */

/* The world's own lines. */
__attribute__((format(printf, 1, 2))) void host_tell(const char *format, ...);

/* What another thread of the same machine may do while a reader has let go of the view's lock; set by the
 * centre. */
extern void (*host_between)(void);

#endif
