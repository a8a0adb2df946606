// SPDX-License-Identifier: Apache-2.0
/*
 * world: a random country with its plans, and the entries its offices and its centre make: reports, ticks, catalogues
 * that close, move and add, registry changes, new incarnations. Everything follows from the seed. The entries are kept,
 * so that they can be folded again, into another view, from any place on.
 */
#ifndef TIENDO_TESTS_WORLD_H
#define TIENDO_TESTS_WORLD_H

#include "common/sys/base.h"
#include "server/fold.h"

struct world;

/* From TIENDO_SEED when that is set; printed either way. */
uint64_t world_seed(void);
struct world *world_new(uint64_t seed);
void world_free(struct world *w);
uint32_t world_random(struct world *w, uint32_t below);

/* Makes entry number head + 1 for the place the view stands at and keeps it; it is not folded. */
void world_step(struct world *w, const struct view *v);
size_t world_entries(const struct world *w);
/* Folds entry `number` into the view; asserts that it is taken. */
void world_fold(struct world *w, struct view *v, uint64_t number, struct change *ch);

/* A catalogue of the same rows. */
struct catalogue *world_clone(const struct catalogue *c);
/* view_bytes. */
struct buffer world_bytes(const struct view *v);

#endif
