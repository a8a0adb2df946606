// SPDX-License-Identifier: Apache-2.0
/*
 * country: a random one with its plans, and the entries its offices and its centre make: reports, ticks, catalogues
 * that close, move and add, registry changes, new incarnations. Everything follows from the seed. The entries are kept,
 * so that they can be folded again, into another view, from any place on.
 */
#ifndef TIENDO_TESTS_COUNTRY_H
#define TIENDO_TESTS_COUNTRY_H

#include "common/sys/base.h"
#include "server/fold.h"

struct country;

/* From TIENDO_SEED when that is set; printed either way. */
uint64_t country_seed(void);
struct country *country_new(uint64_t seed);
void country_free(struct country *w);
uint32_t country_random(struct country *w, uint32_t below);

/* Makes entry number head + 1 for the place the view stands at and keeps it; it is not folded. */
void country_step(struct country *w, const struct view *v);
size_t country_entries(const struct country *w);
/* Folds entry `number` into the view; asserts that it is taken. */
void country_fold(struct country *w, struct view *v, uint64_t number, struct change *ch);

/* A catalogue of the same rows. */
struct catalogue *country_clone(const struct catalogue *c);
/* view_bytes. */
struct buffer country_bytes(const struct view *v);

#endif
