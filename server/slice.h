// SPDX-License-Identifier: Apache-2.0
/*
 * slice: reading the view in short holds of the viewlock. The reader works in pieces (a grain, a
 * cell, a row) and asks between two of them whether it may go on; when its time is up the lock is
 * let go and taken again, behind a writer that waits. What was read before may be older than what
 * is read after; each piece is whole. When a structural entry was folded meanwhile, indexes mean
 * something else: the reader must give up.
 */
#ifndef TIENDO_SERVER_SLICE_H
#define TIENDO_SERVER_SLICE_H

#include "server/view.h"
#include "server/viewlock.h"

struct slice {
	const struct view *view;
	struct viewlock *lock;
	int64_t end_us;
	struct generation generation; /* at slice_begin */
};

void slice_begin(struct slice *s, const struct view *view, struct viewlock *lock);
/* Locked before and after. False = another generation: stop reading and call slice_end. */
bool slice_go_on(struct slice *s);
/* For reading something else in between (the journal), without the lock. False = another
 * generation. */
void slice_leave(struct slice *s);
bool slice_return(struct slice *s);
void slice_end(struct slice *s);

#endif
