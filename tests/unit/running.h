// SPDX-License-Identifier: Apache-2.0
/*
 * running: the view of a random country as its entries are folded, with a checkpoint of its own; and what a start must
 * find in it.
 */
#ifndef TIENDO_TESTS_RUNNING_H
#define TIENDO_TESTS_RUNNING_H

#include "server/checkpoint.h"
#include "tests/unit/country.h"

struct running {
	struct country *country;
	struct view *view;
	struct viewlock lock;
	struct change change;
	struct checkpoint *checkpoint;
	unsigned between; /* how often folding may go on while a checkpoint is written */
	char dir[4096];
};

/* A directory of its own below the scratch directory. */
void running_begin(struct running *r, uint64_t seed);
void running_end(struct running *r);
/* Another checkpoint of the same place, nothing loaded or attached; the one before must be freed. */
void running_keep(struct running *r);
void running_fold(struct running *r, uint32_t n); /* new entries */
/* Those that there are, into any view. */
void running_fold_to(struct running *r, struct view *v, uint64_t entry);
/* checkpoint_write that must not fail. */
struct checkpoint_report running_write(struct running *r);
/* checkpoint_known_fn; ctx is the running. */
bool running_known(void *ctx, const struct view_head *head);
/* The same bytes. */
void running_same(const struct view *a, const struct view *b);
/* What was loaded is the fold of its entries, and with the tail it is the running view. Frees both. */
void running_loads(struct running *r, struct checkpoint *cp, struct view *loaded);
/* A start: loads what must be at `entry`, looks at it, and goes on with the running view and nothing attached to disk. */
void running_restart(struct running *r, uint64_t entry);
/* view/data.mdb */
struct buffer running_file(const char *dir);

#endif
