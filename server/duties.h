// SPDX-License-Identifier: Apache-2.0
/*
 * duties: the small tables of the view: what offices are held to beside their figures. Kept whole in memory and in every
 * checkpoint. Only the fold changes them.
 *
 * Failure: without memory `failed` is set, which the fold tells as FOLD_MEMORY.
 */
#ifndef TIENDO_SERVER_DUTIES_H
#define TIENDO_SERVER_DUTIES_H

#include "common/domain/model.h"
#include "common/sys/base.h"
#include "server/cases.h"
#include "server/entry.h"
#include "server/homeless.h"
#include "server/terms.h"

/* The last moment at which a stream proved to have sealed a report. */
struct sealing {
	uint8_t epoch[EPOCH_SIZE];
	struct instant last;
};

struct duties {
	struct sealing *sealed; /* by principal number - 1: of its newest epoch */
	size_t sealed_n;
	struct terms terms;
	struct cases cases;
	struct homeless homeless;
	bool failed;
};
void duties_free(struct duties *o);

/* Where the stream's is kept; another epoch begins with none. NULL = no memory. */
struct instant *duties_sealed(struct duties *o, uint32_t principal, const uint8_t epoch[static EPOCH_SIZE]);

/* Canonical bytes: each table with its size (u32) before it. And back into an empty one; false = these are none, or no
 * memory. */
void duties_pack(const struct duties *o, struct buffer *out);
bool duties_unpack(struct duties *o, struct bytes in);
/* Does the catalogue (NULL = none) know every unit and item they speak of? */
bool duties_known(const struct duties *o, const struct catalogue *c);

#endif
