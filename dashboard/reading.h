// SPDX-License-Identifier: Apache-2.0
/*
 * reading: one figure with everything a person or a program must know to read it: where, what, of
 * which day, by which generation, whether the store is an example. Pure; text lives in the
 * catalogue or with the caller.
 */
#ifndef TIENDO_DASHBOARD_READING_H
#define TIENDO_DASHBOARD_READING_H

#include "common/domain/figures.h"
#include "dashboard/mirror.h"

/* Of a whole answer. */
struct sight {
	struct mirror_generation generation;
	struct date today; /* of the last tick: what is late is judged at it */
	bool illustrative, simulated;
	bool stale; /* of a generation that has passed */
};

struct reading {
	struct sight sight;
	const char *unit; /* "412" or "G/PILOT" */
	const char *unit_name;
	const struct item *item;
	const char *period; /* NULL or "" = as it stands now */
	struct figure figure;
};

/* r NULL: nothing is expected there. */
struct reading reading_of(const struct sight *s, const char *unit, const char *unit_name,
			  const struct item *item, const struct rollup *r);
/* The cells of tasks by their due dates: applicable = the sum of the other four. */
struct reading_deadlines {
	uint32_t applicable, done_in_time, done_late, open_in_time, overdue;
};
struct reading_deadlines reading_deadlines(const struct figure *f);
/* Would a reader see another number? Versions aside. */
bool reading_moved(const struct figure *a, const struct figure *b);

/* "1f0c...:1:42"; returns out. */
enum { GENERATION_TEXT = 2 * MIRROR_INCARNATION + 1 + 10 + 1 + 20 + 1 };
char *generation_text(const struct mirror_generation *g, char out[static GENERATION_TEXT]);

#endif
