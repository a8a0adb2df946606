// SPDX-License-Identifier: Apache-2.0
/*
 * census: how a frozen period of a schedule was reported, by unit, each with all that is below it. Read from the rows once
 * and remembered, as it never changes; one more expensive than a page may be is read over several: a page that finds it unfinished
 * is sent without rows, and the next one goes on. Indexes are those of one generation; another forgets all of it.
 */
#ifndef TIENDO_SERVER_CENSUS_H
#define TIENDO_SERVER_CENSUS_H

#include "server/sheet.h"
#include "server/view.h"

struct asking;

enum { CENSUSES_MAX = 32 }; /* remembered; of a whole country each takes some 300 KB */

struct census {
	const struct schedule *schedule;
	struct date first;     /* of the period */
	uint32_t next;         /* item to be read next; items_n = it is finished */
	uint64_t used;         /* when it was last asked for */
	struct slot_counts *counts; /* by unit index */
};

struct censuses {
	struct generation generation;
	uint64_t clock;
	size_t n, units; /* of that generation's catalogue */
	struct census list[CENSUSES_MAX];
};
void censuses_free(struct censuses *t);

/*
 * *out = NULL: it is not finished, and this page has read what a page may: REASON_NONE all the same. Call it locked, as
 * archive_read; `budget` (rows) is taken from. What *out points to lives until the next call.
 */
enum reason census_of(struct asking *q, const struct schedule *s, const struct period *p, size_t *budget,
		     const struct slot_counts **out);

/* Adds to each unit what is below it. */
void census_lift(const struct catalogue *c, struct slot_counts *counts);
/* The slots in memory of a period, likewise, into zeroed counts by unit index. False = another generation, or another day. */
bool census_memory(struct asking *q, const struct schedule *s, const struct period *p, struct slot_counts *counts);

#endif
