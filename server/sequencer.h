// SPDX-License-Identifier: Apache-2.0
/*
 * sequencer: where a span of seqs stands against a stream's mark, and what was decided before
 * (DESIGN 4 "Exactly once"). Pure: it is told the mark and the stored entries; it never reads them
 * itself.
 */
#ifndef TIENDO_SERVER_SEQUENCER_H
#define TIENDO_SERVER_SEQUENCER_H

#include "server/entry.h"

enum sequence_kind {
	SEQUENCE_NEW,	 /* directly behind the mark */
	SEQUENCE_KNOWN,	 /* every seq has an outcome already */
	SEQUENCE_PARTLY, /* the first `known` have, the rest is new */
	SEQUENCE_GAP,	 /* begins above mark + 1 */
	SEQUENCE_BAD	 /* no seqs, seq 0, or beyond what can be counted */
};

struct sequence {
	enum sequence_kind kind;
	uint32_t known;	   /* leading seqs at or below the mark */
	uint64_t expected; /* mark + 1 */
};

struct sequence sequencer_place(uint64_t mark, uint64_t first_seq, uint32_t n);

enum outcome_kind { OUTCOME_NONE, OUTCOME_TAKEN, OUTCOME_REFUSED, OUTCOME_VOIDED };

/* What was decided about one seq. Pointers live as long as the entry it was found in. */
struct outcome {
	enum outcome_kind kind;
	uint32_t index;		  /* taken */
	enum reason reason;	  /* refused */
	const char *field;	  /* refused */
	const uint8_t *blob_hash; /* NULL when voided */
};

/* The outcome of `seq` in the entry that decided it; OUTCOME_NONE when it is not one of the
 * entry's. */
struct outcome sequencer_outcome(const struct entry *e, uint64_t seq);
/* Do the offered bytes equal those that were decided about? A void seq has none: nothing equals it.
 */
bool sequencer_same(const struct outcome *stored, const uint8_t blob_hash[static HASH_SIZE]);

enum { EPOCHS_MAX = 64, EPOCH_INTERVAL_MS = 60 * 60 * 1000 };
/* May a principal that made `count` epochs, the newest at `last`, begin one more at `now`? Its
 * first is free, and so is the one after it; from then on one an hour. The operator lets it have
 * `until` of them at once (0 = nothing said). */
bool sequencer_epoch_allowed(uint32_t count, struct instant last, uint32_t until,
			     struct instant now);

#endif
