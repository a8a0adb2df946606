// SPDX-License-Identifier: Apache-2.0
/* checkpoint_inside: what the files of checkpoint share; nobody else includes it. */
#ifndef TIENDO_SERVER_CHECKPOINT_INSIDE_H
#define TIENDO_SERVER_CHECKPOINT_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>

#include "server/checkpoint.h"
#include "server/viewstore.h"

/* Of one unit. */
enum {
	MARK_CHANGED = 1, /* since the last cut */
	MARK_CUT = 2,     /* belongs to the checkpoint being made: has to be CHANGED again if that does not commit */
	MARK_WAITING = 4  /* ... and has not been copied yet */
};

struct aside { /* a unit as it was at the cut */
	struct aside *next;
	size_t size;
	uint8_t packed[];
};

struct checkpoint {
	char *dir;
	struct viewlock *lock;
	checkpoint_report_fn *report;
	void *report_ctx;
	uint32_t slice_units;
	void (*between)(void *ctx);
	void *between_ctx;
	struct view *view;
	struct viewstore *store; /* NULL = not open; changed by the checkpoint's own thread under store_lock */
	bool rows_gone;          /* likewise: it was put away with rows that are nowhere else until the next start */
	pthread_rwlock_t store_lock; /* held for reading by who reads rows */
	struct sys_error off;    /* not "": view/ must not be opened in this run */

	/* What the store holds, once this process knows it: then it and the units marked CHANGED are the view. */
	bool based;
	uint64_t base_entry, base_catalogue;

	/* Under the view's lock: the writer's when it folds, and the checkpoint's thread at the cut and in its slices
	 * (there as a reader: readers do not look at these). */
	uint32_t units_n;
	uint8_t *marks;          /* by unit index */
	struct aside *asides;
	size_t asides_n, asides_bytes;
	bool lost;               /* something could not be set aside */

	int wake; /* eventfd */
	atomic_bool stop, asked;
	atomic_uint_least64_t updates;
};

/* Every unit unchanged or changed, and watched from here on. False = no memory. Under the lock, or before threads. */
bool checkpoint_mark(struct checkpoint *cp, uint8_t mark);
int checkpoint_open(struct checkpoint *cp, struct sys_error *error);
/* Closes the store and moves it out of the way; when that fails, it stays off in this run. `rows_gone`: the view does not
 * hold its rows. */
void checkpoint_put_away(struct checkpoint *cp, bool rows_gone);
/* With `stoppable`, checkpoint_stop breaks it off. */
enum checkpoint_result checkpoint_make(struct checkpoint *cp, struct checkpoint_report *report, bool stoppable);

#endif
