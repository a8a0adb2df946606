// SPDX-License-Identifier: Apache-2.0
/* desk_same_inner: what desk_same.c (chooses, judges, queues) and desk_same_show.c (says) share. */
#ifndef TIENDO_AGENT_DESK_SAME_INNER_H
#define TIENDO_AGENT_DESK_SAME_INNER_H

#include "agent/desk_same.h"
#include "agent/known.h"

/* A leaf, the period it is to be confirmed for, and what becomes of it. */
struct choice {
	uint32_t item;        /* index */
	struct period period; /* code "" = the leaf follows no schedule */
	struct date deadline;
	bool reported; /* nothing is owed of it any more */
	const struct known_cell *cell;
	const char *skipped, *says; /* name and sentence; NULL = it is confirmed */
};

struct same {
	struct desk *d;
	const struct desk_same_given *given;
	uint32_t own;
	struct date today;
	struct duty_list duties;
	struct choice *list;
	size_t n, room;
	size_t running; /* owed, but of a period that still runs: left for later */
	struct update *updates;
	size_t updates_n;
};

/* The figures of a period that is over are those of its last day. */
struct date desk_same_day(const struct same *s, const struct choice *c);
/* What is confirmed, what is left out, and the sum. first 0: nothing was queued. */
void desk_same_show(struct same *s, uint64_t first);

#endif
