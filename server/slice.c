// SPDX-License-Identifier: Apache-2.0
#include "server/slice.h"

#include <time.h>

/* A piece that begins in time may end late: the largest grain takes about 0.3 ms. */
enum { SLICE_US = VIEWLOCK_SLICE_US / 2 };

static int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static void take(struct slice *s)
{
	viewlock_read(s->lock);
	s->end_us = now_us() + SLICE_US;
}

void slice_begin(struct slice *s, const struct view *view, struct viewlock *lock)
{
	s->view = view;
	s->lock = lock;
	take(s);
	s->generation = view_generation(view);
}

void slice_leave(struct slice *s)
{
	viewlock_read_end(s->lock);
}

bool slice_return(struct slice *s)
{
	take(s);
	struct generation now = view_generation(s->view);
	return generation_same(&now, &s->generation);
}

bool slice_go_on(struct slice *s)
{
	if (now_us() < s->end_us)
		return true;
	slice_leave(s);
	return slice_return(s);
}

void slice_end(struct slice *s)
{
	viewlock_read_end(s->lock);
}
