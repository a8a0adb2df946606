// SPDX-License-Identifier: Apache-2.0
/*
 * fold: the only way an entry becomes a figure. Pure and deterministic: the same entries give the same view, live, at
 * restart, at rebuild, on another machine. It allocates only at barriers (and the list of a `change`), never per
 * update; it judges by the last tick's date, never by a clock; it takes, never refuses: what entered the journal was
 * admitted before.
 *
 * A result other than FOLD_OK means that the view no longer is the fold of its entries: the process ends, and the
 * start path reads what is true. FOLD_ORDER alone leaves the view untouched.
 */
#ifndef TIENDO_SERVER_FOLD_H
#define TIENDO_SERVER_FOLD_H

#include "server/entry.h"
#include "server/view.h"

#define FOLD_RESULTS(X)                                                                                            \
	X(OK, "folded")                                                                                            \
	X(ORDER, "the entry does not follow the last folded one")                                                  \
	X(FOREIGN, "the entry does not fit the view it was admitted by")                                           \
	X(UNKNOWN, "its kind or rules version is not known to this build: run a newer tiendo-server")                             \
	X(MEMORY, "out of memory")

enum fold_result {
#define X(name, text) FOLD_##name,
	FOLD_RESULTS(X)
#undef X
};
const char *fold_says(enum fold_result r);

/* (unit or group) x plan: what a delta, a page and a mirror hold. */
struct grain {
	uint32_t plan, row;
};

/*
 * What entries changed, owned by the caller and added to until cleared. A grain is listed at most once per entry; which
 * of its columns changed is in their versions (> the version last sent). Zero-initialise; change_free at the end.
 */
struct change {
	struct grain *grains;
	size_t grains_n, grains_size;
	uint64_t cells;  /* how many cells changed, or how they count */
	bool everything; /* every grain of every plan: the floor was raised; the list may then be incomplete */
	bool generation; /* a structural entry: indexes and comparability are gone; everything is set too */
	bool roster;     /* registry changed */
	bool today;      /* a tick */
};
void change_clear(struct change *ch); /* keeps the memory */
void change_free(struct change *ch);

/* Folds entry number head.entry + 1. A catalogue is taken over (e->catalogue.made = NULL), also on failure. */
enum fold_result fold(struct view *v, struct entry *e, struct change *ch);

#endif
