// SPDX-License-Identifier: Apache-2.0
/*
 * top_events: which figures moved last, from what to what, when: those of the offices that report
 * them, not of everybody above. Pure; it hears of each grain before and after the mirror takes it
 * (subscriber.h) and looks at nothing else, so a national feed costs what its deltas hold.
 *
 * Units and items are kept by number: they outlive a catalogue. Memory is base.h's and bounded.
 */
#ifndef TIENDO_DASHBOARD_TOP_EVENTS_H
#define TIENDO_DASHBOARD_TOP_EVENTS_H

#include "dashboard/atlas.h"
#include "dashboard/mirror.h"

enum { TOP_EVENTS_MAX = 200 /* nobody scrolls further back */ };

struct top_event {
	uint32_t unit; /* number; 0 = of a group itself */
	uint32_t item; /* number, of a leaf */
	struct rollup before, after;
	bool known;        /* `before` and `at` are: it was seen to move */
	struct instant at; /* the centre's clock */
	uint64_t version;  /* the entry that moved it */
};

/* {0} is empty; top_events_free. */
struct top_events {
	struct top_event *list; /* the newest last; room for twice as many as are given */
	size_t n;
	struct rollup *before; /* of the grain that is about to change ... */
	bool *had;             /* ... which of its rollups the mirror held */
	size_t before_n, before_size;
};

void top_events_free(struct top_events *e);

/* i from 0, the newest. */
size_t top_events_n(const struct top_events *e);
const struct top_event *top_events_at(const struct top_events *e, size_t i);

void top_events_changing(struct top_events *e, const struct mirror *m, const struct mirror_grain *g);
/* Keeps what moved at or below the place. */
void top_events_changed(struct top_events *e, const struct atlas *a, const struct place *at,
			struct date today, const struct mirror_grain *g, struct instant now);
/*
 * Another place, plan (item index, NO_INDEX = all) or catalogue: forgets what is not at or below the
 * place, and puts the newest of what the mirror holds there of the plan before the rest, as moved
 * once, nobody saw when. Looks at the whole
 * mirror.
 */
void top_events_place(struct top_events *e, const struct atlas *a, const struct place *at,
		      uint32_t plan, struct date today, const struct mirror *m);

#endif
