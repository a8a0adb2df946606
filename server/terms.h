// SPDX-License-Identifier: Apache-2.0
/*
 * terms: what was decided for one cell alone, (unit, leaf): another due date, not applicable from a day to a day, milestones
 * reached. Few cells have any: those bear CELL_TERMS, so that nobody else's is ever looked for. Numbers are kept, no
 * indexes: terms outlive catalogues. Pure but for its own heap; only the fold and view loading change it.
 *
 * Failure: without memory a function that adds returns false, and the view is to be thrown away.
 */
#ifndef TIENDO_SERVER_TERMS_H
#define TIENDO_SERVER_TERMS_H

#include "common/domain/figures.h"
#include "common/sys/base.h"

struct term_reached {
	uint32_t no; /* of the milestone */
	struct date on;
};

struct term {
	uint32_t unit, item;          /* numbers */
	struct date due;              /* granted; 0 = none was */
	struct date first_due;        /* in force before the first grant; 0 = none was */
	struct date na_from, na_to;   /* both inclusive; from 0 = applicable; to 0 = for ever */
	uint32_t reached_n;
	struct term_reached *reached; /* ascending no */
};

/* {0} is empty. In the order in which they were made, which is the journal's: the same everywhere. */
struct terms {
	struct term *list;
	uint32_t n, size;
	uint32_t *slots; /* by (unit, item): 1 + place; open addressing */
	uint32_t slots_n;
};
void terms_free(struct terms *t);

const struct term *terms_find(const struct terms *t, uint32_t unit, uint32_t item); /* NULL = none */

/* in_force: the due date until now, kept when it is the first one to be replaced. */
bool terms_grant(struct terms *t, uint32_t unit, uint32_t item, struct date in_force, struct date due);
/* In place of an earlier span. */
bool terms_exempt(struct terms *t, uint32_t unit, uint32_t item, struct date from, struct date to);
/* The first day counts. */
bool terms_reach(struct terms *t, uint32_t unit, uint32_t item, uint32_t no, struct date on);

/* Was the cell decided not applicable on that day? */
bool term_na(const struct term *term, struct date day);
/* Puts what was decided in place of what holds for everybody. unit, item: indexes; day: of the leaf and the unit's kind. */
void terms_judge(const struct terms *t, const struct catalogue *c, uint32_t unit, uint32_t item, struct figures_day *day,
		 struct figures_place *at);
/* The due date in force for the cell (indexes): figures_due, or the granted one when it is later; 0 = none. */
struct date terms_due(const struct terms *t, const struct catalogue *c, uint32_t unit, uint32_t item);

/*
 * Canonical bytes, numbers big-endian, in the order of the list:
 *
 *   terms := count u32, term * count
 *   term  := unit u32, item u32, due u32, first due u32, na from u32, na to u32, count u32, (no u32, on u32) * count
 */
void terms_pack(struct buffer *b, const struct terms *t);
/* Into empty ones. False = these are no such bytes, or no memory: free them. */
bool terms_unpack(struct terms *t, struct bytes packed);

#endif
