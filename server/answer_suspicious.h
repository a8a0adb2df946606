// SPDX-License-Identifier: Apache-2.0
/* answer_suspicious: what its two halves share (the fold's suspicions out of rows, and control figures); nobody else includes it. */
#ifndef TIENDO_SERVER_ANSWER_SUSPICIOUS_H
#define TIENDO_SERVER_ANSWER_SUSPICIOUS_H

#include "server/answer.h"
#include "server/window.h"

/* One suspicious report. */
struct suspect {
	uint32_t item, unit;    /* index of the leaf, number of the unit */
	struct date first;      /* of its period; 0 = the leaf has none */
	uint8_t kind;           /* enum suspicion */
	uint64_t before, after;
	struct query_receipt receipt;
	uint8_t incarnation[INCARNATION_SIZE];
	bool read;              /* the journal has told its incarnation */
};

struct suspects {
	struct asking *q;
	struct about about;
	struct about_units units;
	struct window window;
	struct suspect *list;
	size_t n, size;
};
struct suspect *suspects_add(struct suspects *s);

/*
 * Finds what is unlike its control figure, and moves the cursor, of which `b` and the lower bits of `a` are its own. It
 * gives no more than a page holds, except where one (leaf, period) alone has more: those from `skip` on are put.
 */
enum reason suspects_control(struct suspects *s, uint32_t item, uint64_t *next_item, uint64_t *next_period);
/* Is any leaf here a control figure? */
bool suspects_controlled(const struct suspects *s);

enum { SUSPECT_BYTES = 96 }; /* in a page */

#endif
