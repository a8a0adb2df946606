// SPDX-License-Identifier: Apache-2.0
/*
 * truth: what the centre's journal says, read from its durable bytes by code of its own (the generated
 * protobuf, BLAKE2b, nothing of server/), and judged entry by entry:
 *
 *   numbers without holes, chain, times that do not go back (4)
 *   each (principal, epoch, seq) decided once, gapless (2); each report taken once (2)
 *   the key was live and an agent's, the unit in its scope, the report's content as it was written (6)
 *   a first time of receipt is one that the centre really told (2)
 *   no roll-back is believed that never was (DESIGN 4 "Session")
 *
 * It also keeps what was told (acks) and what each cell must therefore hold. Numbers in brackets are the
 * invariants of DESIGN 6. A broken one ends the process with a sentence (truth_broken).
 */
#ifndef TIENDO_TESTS_SIM_TRUTH_H
#define TIENDO_TESTS_SIM_TRUTH_H

#include "common/sys/keys.h"
#include "tests/sim/work.h"

#define TRUTH_JOURNAL "centre/journal"

enum { TRUTH_ID = 16 };
enum truth_kind { TRUTH_NONE, TRUTH_TAKEN, TRUTH_REFUSED, TRUTH_VOID };

struct truth_outcome {
	enum truth_kind kind;
	uint64_t entry;
	uint32_t index, reason, work;
	uint8_t hash[KEYS_HASH]; /* of the blob; zeros = void */
};

struct truth_entry {
	uint32_t kind, principal, key_id, seqs;
	uint64_t first_seq;
	int64_t received_ms;
	uint8_t epoch[TRUTH_ID], incarnation[TRUTH_ID], hash[KEYS_HASH];
	size_t stream; /* of a batch or void: number of the stream + 1 */
};

/* Takes the world's seed for its last words. */
void truth_begin(uint64_t seed);
__attribute__((noreturn, format(printf, 1, 2))) void truth_broken(const char *format, ...);

/* Reads and judges what has become durable since. */
void truth_read(void);
/* Another journal was put in place; whatever was told of entries that it does not hold is lost.
 * `silently`: nobody told the centre, a receipt may prove it. */
void truth_replaced(bool silently);
/* All entries read before are still there, bit by bit. */
void truth_reread(void);
bool truth_undetected(void); /* replaced silently, and no new incarnation since */

uint64_t truth_head(void);
const struct truth_entry *truth_entry(uint64_t number); /* NULL = none */
const struct truth_outcome *truth_outcome(const struct truth_entry *e, uint64_t seq);
/* A report is known by its bytes too: a refused one is not in the journal. */
void truth_blob(const uint8_t hash[static KEYS_HASH], uint32_t work);

/* Does an office hold receipts for just this? The time of its first one, which must be kept; 0 = none. Set by
 * the world. */
extern int64_t (*truth_receipted)(uint32_t principal, const uint8_t *epoch, uint64_t seq, const uint8_t *hash);

/* An ack left the centre: everything in it must be true, durable, and what was told before. */
void truth_told(uint32_t key, struct bytes ack, const uint8_t secret[static KEYS_SIZE], uint64_t folded);

/* No clock of this world lies but those that anybody can set: what an honest office proves is true. */
extern bool truth_seals_true;

/* The code of the period that holds the day, of the item's schedule. NULL = none. */
const char *truth_period_code(const char *item, struct date d);

/* Everything durable has become so by one commit now: its entries were judged together. */
void truth_committed(const char *path);

struct truth_counts {
	uint64_t taken, refused, voided, duplicates, told, lost, first_times, incarnations, proven;
	uint64_t on_time, line_slow, late, corrected, withdrawn, confirmed, asked, steps, acknowledged, decided;
};
extern struct truth_counts truth_counts;

#endif
