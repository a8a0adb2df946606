// SPDX-License-Identifier: Apache-2.0
/*
 * past: what the office has sent before, found by the receipt as it is printed (0a1b2c3d-17-2). Reads the
 * spool, changes nothing. Never: asks the centre.
 */
#ifndef TIENDO_AGENT_PAST_H
#define TIENDO_AGENT_PAST_H

#include "agent/spool.h"

/* The printed form holds the first four bytes of the incarnation only; the rest is zero in `out`. */
bool past_parse(const char *text, struct receipt *out);
/* The same printed receipt? */
bool past_same(const struct receipt *printed, const uint8_t *incarnation, uint64_t entry, uint32_t index);

enum past_found { PAST_FOUND, PAST_UNKNOWN, PAST_MISSPELT };
/* Of our own receipts. Of two with the same printed form (a chance of one in 2^32, and the same entry) the newest. */
enum past_found past_find(struct spool *s, const char *text, struct spool_receipt *out);
static inline struct receipt past_receipt(const struct spool_receipt *r)
{
	struct receipt out = {.entry = r->entry, .index = r->index};

	memcpy(out.incarnation, r->incarnation, SPOOL_ID);
	return out;
}
/* The update it is for, while its bytes are still here. Strings live in the arena. */
bool past_update(struct spool *s, const struct spool_receipt *r, struct codec_arena *arena, struct update *out);

#endif
