// SPDX-License-Identifier: Apache-2.0
/*
 * seams: viewlock.h and slice.h where all threads of the centre take turns. A reader that lets go of the
 * lock may find that the writer has had a turn meanwhile (host_between); how much it reads in one hold is
 * the dice's, not a clock's.
 */
#include <assert.h>

#include "server/slice.h"
#include "server/viewlock.h"
#include "tests/sim/dice.h"
#include "tests/sim/host.h"

void (*host_between)(void);
static int readers, writers;

bool viewlock_init(struct viewlock *l)
{
	(void)l;
	readers = writers = 0;
	return true;
}

void viewlock_destroy(struct viewlock *l)
{
	(void)l;
	assert(!readers && !writers);
}

void viewlock_read(struct viewlock *l)
{
	(void)l;
	assert(!readers && !writers); /* never twice at once */
	readers++;
}

void viewlock_read_end(struct viewlock *l)
{
	(void)l;
	assert(readers == 1);
	readers--;
	if (host_between)
		host_between();
}

void viewlock_write(struct viewlock *l)
{
	(void)l;
	assert(!readers && !writers); /* it would wait, but nobody else runs here */
	writers++;
}

void viewlock_write_end(struct viewlock *l)
{
	(void)l;
	assert(writers == 1);
	writers--;
}

void slice_begin(struct slice *s, const struct view *view, struct viewlock *lock)
{
	s->view = view;
	s->lock = lock;
	viewlock_read(lock);
	s->generation = view_generation(view);
}

void slice_leave(struct slice *s)
{
	viewlock_read_end(s->lock);
}

bool slice_return(struct slice *s)
{
	viewlock_read(s->lock);
	struct generation now = view_generation(s->view);
	return generation_same(&now, &s->generation);
}

bool slice_go_on(struct slice *s)
{
	if (!dice_one_in(8))
		return true;
	slice_leave(s);
	return slice_return(s);
}

void slice_end(struct slice *s)
{
	viewlock_read_end(s->lock);
}
