// SPDX-License-Identifier: Apache-2.0
/*
 * request: what an office asks the plan's owner for: a later due date for one task, or that a leaf is not applicable to it. It
 * waits until the operator of the centre decides for the owner; until then nothing changes. One of a kind waits for a cell at a
 * time. Pure; the check is the same when it is admitted and when it is folded.
 */
#ifndef TIENDO_SERVER_REQUEST_H
#define TIENDO_SERVER_REQUEST_H

#include "server/cases.h"
#include "server/terms.h"

enum request_kind request_kind_of(enum body_kind body); /* REQUEST_NONE = no request */

/* unit, item: indexes. */
struct verdict request_may(const struct cases *c, const struct terms *t, const struct catalogue *catalogue, uint32_t unit,
			   uint32_t item, const struct update *u);

struct decided {
	uint64_t entry;
	bool granted;
	struct date date, date_to; /* extension: the due date; not applicable: from, to (0 = for ever) */
};
/* Of one that waits; its cell gets what was granted, an extension only when it is later than what is in force. False = no memory. */
bool request_decide(struct request *r, struct terms *t, const struct catalogue *catalogue, const struct decided *d);

#endif
