// SPDX-License-Identifier: Apache-2.0
/*
 * country: the tree of the world as numbers, and what every rollup must hold in the end: the sum over the last figure
 * of each cell, for each unit and each item at once. A peer's sums are compared with these.
 */
#ifndef TIENDO_TESTS_BENCH_PEERS_COUNTRY_H
#define TIENDO_TESTS_BENCH_PEERS_COUNTRY_H

#include "tests/bench/world.h"

enum { COUNTRY_LEVELS = 6 };

struct country_line { /* itself, then what stands above it, the root last */
	uint16_t n, of[COUNTRY_LEVELS];
};

struct country_item {
	char code[CODE_MAX + 1];
	struct country_line line;
};

struct country_sums {
	int64_t reported, numerator, denominator;
};

struct country {
	struct world world;
	struct country_line *units; /* by their place in the world */
	struct country_item *items; /* the leaves first, in the order of the world's set 0 */
	uint32_t units_n, leaves_n, items_n;
	struct country_sums *cells; /* unit x leaf: what was acknowledged last; reported is 0 or 1 */
	struct country_sums *sums;  /* unit x item; NULL until country_add_up */
	bool all;		    /* compare every unit */
	uint64_t compared;
};

/* Ends the program when the file is no world, or not one with a single plan for all. */
void country_read(struct country *c, const char *path);
void country_acked(struct country *c, uint32_t cell, int64_t numerator, int64_t denominator);
uint64_t country_reported(const struct country *c); /* distinct cells */

void country_add_up(struct country *c);
/* Ends the program when the peer holds anything else. */
void country_compare(struct country *c, uint32_t unit, uint32_t item, const struct country_sums *held);
/* The units whose sums are compared: the centre, the provinces, the districts; or all. */
bool country_compared(const struct country *c, uint32_t unit);
/* Ends the program when a sum of theirs that is not nothing was not compared. */
void country_all_compared(const struct country *c);

#endif
