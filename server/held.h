// SPDX-License-Identifier: Apache-2.0
/*
 * held: everything the view holds for one catalogue: a block per plan, and cells found by number, which is how they
 * survive a new catalogue and come back from a checkpoint. Below view and fold; beside them the dump and the answers look
 * at its slots.
 */
#ifndef TIENDO_SERVER_HELD_H
#define TIENDO_SERVER_HELD_H

#include "server/block.h"

/* A cell whose unit stands in no row of the item's plan now: it waits for a catalogue in which it does. */
struct stray {
	uint32_t unit, item; /* numbers */
	struct cell cell;
};

/* A leaf of any plan. Whoever has no row in the plan goes on behind all that follow of it. */
struct held_leaf {
	uint32_t number, plan, leaf; /* of the item; index of its plan; among the plan's leaves */
	uint32_t behind;
};

struct held {
	const struct catalogue *catalogue;
	uint32_t blocks_n;
	struct block **blocks; /* by plan */
	uint32_t leaves_n;
	struct held_leaf *leaves; /* ascending number */
	struct stray *strays;  /* ascending (unit, item) */
	size_t strays_n, strays_size;
};

/* Every cell as the catalogue makes it, nothing counted. NULL = no memory. */
struct held *held_new(const struct catalogue *c);
void held_free(struct held *h);

/* The cells are judged by these terms from here on: those that have any bear CELL_TERMS. They live as long. */
void held_terms(struct held *h, const struct terms *t);

/* NULL = that unit has no such cell in a block. */
struct cell *held_cell(const struct held *h, uint32_t unit, uint32_t item);

/* Where the cell of (unit, leaf) stands, if it does. */
struct held_place {
	struct block *block; /* NULL = in none */
	uint32_t row, leaf;
};
struct held_place held_place(const struct held *h, uint32_t unit, uint32_t item);

enum put { PUT_OK, PUT_UNKNOWN, PUT_MEMORY };
/* Puts the cell of (unit number, item number) in place of what is there. A stray loses its judged flags.
 * PUT_UNKNOWN: the catalogue does not know such a unit or leaf. */
enum put held_put(struct held *h, uint32_t unit, uint32_t item, const struct cell *cell);
/* Every cell of `from` that was ever changed. */
enum put held_carry(struct held *h, const struct held *from);

/* The cells of one unit that were ever changed, ascending item number: those of the blocks and the strays, merged. */
struct held_walk {
	const struct held *held;
	uint32_t unit, number, leaf;
	uint32_t plan, row; /* of the leaf before */
	size_t stray;
};
/* Instead of held_next: every place of one unit in a block, changed or not, ascending item number. False = no more. */
bool held_next_place(struct held_walk *w, struct held_place *at, uint32_t *item);

struct held_walk held_walk(const struct held *h, uint32_t unit);
/* NULL = no more. Sets the item's number. */
const struct cell *held_next(struct held_walk *w, uint32_t *item);

#endif
