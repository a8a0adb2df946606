// SPDX-License-Identifier: Apache-2.0
/*
 * world: what the load generator reports about: units, their leaves, and the agents with their keys, read from the
 * text file that run.py wrote beside the catalogue. Lines, tab between the fields:
 *
 *   unit    CODE SET PATH                                   in order of the tree, so that a subtree is a range
 *   item    SET CODE t|r|c|p                                task, ratio, count, points
 *   agent   GROUP SCOPE PUBLIC SECRET FIRST COUNT PART PARTS
 *           reports, of the cells of units FIRST .. FIRST + COUNT - 1, those whose number % PARTS == PART
 *   viewer  PUBLIC SECRET                                   of the whole country; the first is the subscriber of every run
 *
 * A cell is visited once before any is visited again, in an order that jumps about (a fixed stride), so that many
 * cells are distinct and neighbours in time are not neighbours in memory.
 */
#ifndef TIENDO_TESTS_BENCH_WORLD_H
#define TIENDO_TESTS_BENCH_WORLD_H

#include "common/domain/model.h"
#include "common/sys/codec.h"
#include "common/sys/keys.h"

struct world_unit {
	char code[CODE_MAX + 1], *path;
	uint32_t set;
	uint64_t before; /* cells of all units before it */
};

struct world_item {
	char code[CODE_MAX + 1], kind;
};

struct world_set {
	struct world_item *items;
	uint32_t n;
};

struct world_agent {
	uint32_t group;
	char scope[CODE_MAX + 1];
	struct keys_pair pair;
	uint32_t first, count, part, parts;
};

struct world {
	struct world_unit *units;
	size_t units_n; /* one more stands behind the last, for its `before` */
	struct world_set *sets;
	size_t sets_n;
	struct world_agent *agents;
	size_t agents_n;
	struct keys_pair *viewers;
	size_t viewers_n;
};

/* Ends the program with a sentence when the file is not such a one. */
void world_read(struct world *w, const char *path);

struct world_walk {
	const struct world *world;
	const struct world_agent *agent;
	uint64_t cells, stride, next;
	uint32_t today; /* yyyymmdd */
	int64_t wall_ms;
	uint64_t catalogue_entry;
	struct seal seal;
};
void world_walk(struct world_walk *k, const struct world *w, const struct world_agent *a);
struct world_cell {
	const struct world_unit *unit;
	const struct world_item *item;
};
/* The next update of this agent: with its seal, its clock and the catalogue it was checked against, and a note in every
 * tenth; its texts live in the world. */
void world_next(struct world_walk *k, uint64_t seq, struct update *u, struct world_cell *c);
/* The same, encoded as a real agent's. Returns the size. */
size_t world_update(struct world_walk *k, uint64_t seq, uint8_t out[static UPDATE_BYTES_MAX]);

/* Prints a sentence and ends the program. */
__attribute__((noreturn, format(printf, 1, 2))) void world_fail(const char *format, ...);

#endif
