// SPDX-License-Identifier: Apache-2.0
/*
 * shelf: where the sums of a block lie. Most places of row x column need none (block.h says which), and get no memory.
 * What a row holds lies together, in whole cache lines; rows that hold the same columns share a *shape*, so that finding a place reads one
 * word of the row and one of a table small enough to stay in the cache.
 *
 * Knows nothing of what it holds. Pure but for its memory, which is taken by shelf_make alone.
 */
#ifndef TIENDO_SERVER_SHELF_H
#define TIENDO_SERVER_SHELF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	SHELF_LINE = 64,
	SHELF_LINES_MAX = 2, /* of one column */
	SHELF_NOTHING = 1    /* the shape of a row that holds nothing */
};

/* Where a row stands: kept by the caller, beside what else it knows of the row. */
struct shelf_row {
	uint32_t first; /* line */
	uint32_t shape;
};

struct shelf {
	uint32_t columns_n, shapes_n;
	uint16_t *shapes; /* shape * columns_n + column -> 1 + lines behind the row's first; 0 = not held */
	size_t lines_n;
	uint8_t *lines; /* at a multiple of SHELF_LINE */
};

/* What it is to hold. */
struct shelf_plan {
	uint32_t rows_n, columns_n;
	const bool *held;	  /* row * columns_n + column */
	const uint8_t *lines; /* by column: how many one takes, 1..SHELF_LINES_MAX */
	struct shelf_row *rows; /* out: by row */
};

/* All zero. It may hold more than was asked (too many shapes), never less. False = no memory; free it all the same. */
bool shelf_make(struct shelf *s, const struct shelf_plan *plan);
void shelf_free(struct shelf *s);

/* Does the row hold anything? */
static inline bool shelf_holds(struct shelf_row row)
{
	return row.shape != SHELF_NOTHING;
}

/* NULL = not held. */
static inline void *shelf_at(const struct shelf *s, struct shelf_row row, uint32_t column)
{
	uint16_t at = s->shapes[(size_t)row.shape * s->columns_n + column];

	return at ? s->lines + ((size_t)row.first + at - 1) * SHELF_LINE : NULL;
}

#endif
