// SPDX-License-Identifier: Apache-2.0
/*
 * country_words: what the offices of a random country say beside figures, and what its centre answers: requests, milestones,
 * obstacles, decisions, findings. Most of it makes sense at the view's place, some does not: the fold takes both.
 */
#ifndef TIENDO_TESTS_COUNTRY_WORDS_H
#define TIENDO_TESTS_COUNTRY_WORDS_H

#include "tests/unit/country.h"

/* Puts a body beside plain figures into `u`, whose unit, item and as-of date are given; `m` becomes its matter. The item may
 * become another one. */
void country_word(struct country *w, const struct view *v, struct update *u, struct matter *m);
/* An entry of the centre: decision, finding or step. */
void country_office(struct country *w, const struct view *v, struct entry *e);

#endif
