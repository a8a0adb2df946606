// SPDX-License-Identifier: Apache-2.0
/*
 * viewlock: one writer, a few readers, and the writer first: a reader that comes while the writer waits queues behind
 * it. Readers hold it for at most VIEWLOCK_SLICE_US and never twice at once; the writer holds it for whole
 * entries, so what a reader sees is always the fold of entries 1..head.entry.
 */
#ifndef TIENDO_SERVER_VIEWLOCK_H
#define TIENDO_SERVER_VIEWLOCK_H

#include <pthread.h>
#include <stdbool.h>

enum { VIEWLOCK_SLICE_US = 1000 };

struct viewlock {
	pthread_rwlock_t lock;
};

bool viewlock_init(struct viewlock *l); /* false = no resources */
void viewlock_destroy(struct viewlock *l);
void viewlock_read(struct viewlock *l);
void viewlock_read_end(struct viewlock *l);
void viewlock_write(struct viewlock *l);
void viewlock_write_end(struct viewlock *l);

#endif
