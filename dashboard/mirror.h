// SPDX-License-Identifier: Apache-2.0
/*
 * mirror: the figures a reader holds, kept equal to the centre's view grain by grain (DESIGN 4).
 * Pure: messages come in decoded, in any order, twice or never; what must be fetched is asked for
 * by questions to the mirror, not done here.
 *
 *   grain       (path of a unit or group, plan) at a version, with its rollups
 *   delta       apply iff previous <= held < version; drop iff version <= held; else a gap: that
 * grain is missing page        whole grains from a catch-up: replace iff version > held versions
 * what the centre holds: tells which grains are missing here generation  on a newer one everything
 * held stays, marked stale; the new figures gather beside it and take its place when the catch-up
 * from zero is complete restart     the centre has lost entries and does not say so (its store was rolled back to a copy): as at a
 * new generation, though it may be the one shown, or one before it
 *
 * Heap: its own, by base.h (it grows with what the centre sends, a grain per unit and plan);
 * nothing fails. Pointers it gives live until the next change.
 */
#ifndef TIENDO_DASHBOARD_MIRROR_H
#define TIENDO_DASHBOARD_MIRROR_H

#include "common/domain/model.h"

enum { MIRROR_INCARNATION = 16 };

struct mirror_generation {
	uint8_t incarnation[MIRROR_INCARNATION];
	uint32_t fold_version;
	uint64_t entry;
};

/* Not by memcmp: there is a hole in the struct. */
bool mirror_same_generation(const struct mirror_generation *a, const struct mirror_generation *b);

struct mirror_rollup {
	uint32_t item; /* number */
	struct rollup rollup;
};

/* A grain as it comes in a delta or a page, or stands in the mirror. */
struct mirror_grain {
	const char *path;
	uint32_t plan; /* number of the plan's item */
	uint64_t version;
	uint64_t previous; /* of a delta */
	const struct mirror_rollup *rollups;
	size_t n;
};

enum mirror_result {
	MIRROR_APPLIED,
	MIRROR_DROPPED, /* held already, or of an older generation */
	MIRROR_GAP      /* this grain must be fetched: mirror_missing will name it */
};

struct mirror;

struct mirror *mirror_new(void);
void mirror_free(struct mirror *m);

/* A generation was heard of (heartbeat, reply). True = it is a new one: a catch-up from zero is
 * owed. Deltas and pages tell it by themselves. */
bool mirror_meet(struct mirror *m, const struct mirror_generation *g);

/* The figures shown are of a history that is lost: from now on they are stale, and a catch-up from zero of generation g is owed. */
void mirror_restart(struct mirror *m, const struct mirror_generation *g);

enum mirror_result mirror_delta(struct mirror *m, const struct mirror_generation *g,
				const struct mirror_grain *d);
enum mirror_result mirror_page(struct mirror *m, const struct mirror_generation *g,
			       const struct mirror_grain *grain);
/* The centre holds the grain at `version`. GAP = here it is older; DROPPED = equal, newer, or
 * another generation. */
enum mirror_result mirror_version(struct mirror *m, const struct mirror_generation *g,
				  const char *path, uint32_t plan, uint64_t version);
/* The last page of a catch-up of generation g has been given; as_of is the reply's. False = g is no
 * longer the one to catch up with: begin again. */
bool mirror_complete(struct mirror *m, const struct mirror_generation *g, uint64_t as_of);

/* ---- what is owed ---- */

/* A catch-up from zero: nothing held yet, or another generation. */
bool mirror_owes_all(const struct mirror *m);
/* as_of of the last completed catch-up of the generation shown; 0 = none. */
uint64_t mirror_since(const struct mirror *m);
/* A grain of the generation shown that is known to be newer at the centre. */
bool mirror_missing(const struct mirror *m, const char **path, uint32_t *plan);
/* The centre has nothing at this path any more (NOT_FOUND): it is not missing. */
void mirror_forget(struct mirror *m, const char *path, uint32_t plan);
size_t mirror_missing_n(const struct mirror *m);

/* ---- what is held ---- */

/* False = nothing yet. */
bool mirror_generation(const struct mirror *m, struct mirror_generation *g);
/* Something is shown, and it is of a generation that has passed. */
bool mirror_stale(const struct mirror *m);
/* False = not held. */
bool mirror_grain(const struct mirror *m, const char *path, uint32_t plan,
		  struct mirror_grain *out);
/* NULL = the grain is not held, or nothing is expected there (all its numbers are zero). */
const struct rollup *mirror_rollup(const struct mirror *m, const char *path, uint32_t plan,
				   uint32_t item);
size_t mirror_grains(const struct mirror *m);
struct mirror_grain mirror_grain_at(const struct mirror *m, size_t i);

#endif
