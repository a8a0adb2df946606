// SPDX-License-Identifier: Apache-2.0
/*
 * pack: rows of the view as the messages of feed and query. Reads the view under whatever lock the
 * caller holds. Failure is the buffer's.
 */
#ifndef TIENDO_SERVER_PACK_H
#define TIENDO_SERVER_PACK_H

#include "common/sys/base.h"
#include "common/sys/codec.h"
#include "server/fold.h"

/* Points into g, which must live as long as out. */
void pack_generation(Tiendo__V1__Generation *out, const struct generation *g);

/* Appends the encoded UnitDelta of the rollups that changed after `previous`; returns how many
 * bytes. Its version is the grain's now. */
size_t pack_delta(const struct view *v, struct grain grain, uint64_t previous, struct buffer *out);
/* Appends an encoded Grain: every rollup that is not empty. */
size_t pack_grain(const struct view *v, struct grain grain, struct buffer *out);

/* Appends an encoded GrainVersion. */
size_t pack_version(const struct view *v, struct grain grain, struct buffer *out);

/*
 * Does this row speak for its path today? Codes are used again by the state: of the units that bore
 * one, only the bearer of today (or the last one) may say what stands at the path, or two grains
 * would contradict each other.
 */
bool pack_speaks(const struct view *v, struct grain grain);

#endif
