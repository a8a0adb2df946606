// SPDX-License-Identifier: Apache-2.0
/*
 * admission: admit over a batch at its place. What enters is judged against the view (the fold of
 * every committed entry) and the *overlay*: what the running, uncommitted group has taken already.
 * So the verdicts are the same as if each entry had been folded before the next was judged.
 *
 * Never: writes the journal or the view. Failure: only memory, which aborts (the overlay is bounded
 * by the group).
 */
#ifndef TIENDO_SERVER_ADMISSION_H
#define TIENDO_SERVER_ADMISSION_H

#include "common/domain/admit.h"
#include "common/sys/base.h"
#include "common/sys/codec.h"
#include "server/entry.h"
#include "server/view.h"

/* Small: each of some ten thousand is looked for somewhere else in memory. */
struct overlay_cell {
	uint32_t unit, item; /* indexes */
	struct date as_of;   /* of the report that wins now; 0 = the slot is free */
	uint16_t state;	     /* enum task_state */
	uint16_t period;     /* of that report */
};

/* {0} is empty. */
struct overlay {
	struct overlay_cell *cells; /* open addressing, size a power of two */
	size_t size, n;
};
void overlay_clear(struct overlay *o);
void overlay_free(struct overlay *o);

/* What a receipt names, as the journal holds it; strings live until the next call. False = no taken update. */
typedef bool admission_recall_fn(void *ctx, const struct receipt *receipt, struct update *out);

/* The incarnation under which an entry was, or will be, written; out: 16 bytes. False = not to be found out. */
typedef bool admission_incarnation_fn(void *ctx, uint64_t entry, uint8_t *out);

struct admission {
	const struct view *view;
	struct overlay *overlay;
	uint32_t principal;  /* who sends it ... */
	uint32_t scope_unit; /* ... and the number of its unit */
	struct date today;   /* office date of received_ms */
	admission_recall_fn *recall; /* NULL = nothing is known of earlier entries */
	admission_incarnation_fn *incarnation; /* NULL = as if never */
	void *recall_ctx;                      /* of both */
	uint32_t rules;	     /* version in force; 0 = the newest */
};

/*
 * Judges the updates blobs[0..n-1] with seqs first_seq ... in order. Taken and refused ones go into
 * `out`, whose arrays must hold n each (whatever stands in them); decoded strings live in `arena`, and so must the blobs.
 */
void admission_judge(const struct admission *at, uint64_t first_seq, const struct bytes *blobs,
		     size_t n, struct codec_arena *arena, struct entry_batch *out);

/* Does the report with that receipt stand in the cell (period 0) or in the slot of its period? in_memory: a period that is frozen
 * is not. For commands of the centre too. */
bool admission_stands(const struct view *v, const struct admit_found *found, uint16_t period, const struct receipt *r,
		      bool *in_memory);

#endif
