// SPDX-License-Identifier: Apache-2.0
/*
 * office: what every command of one office needs, opened together: config, clock, spool, and what
 * was last heard of the centre. Never: judges, prints. Failure: negative errno and a sentence.
 */
#ifndef TIENDO_AGENT_OFFICE_H
#define TIENDO_AGENT_OFFICE_H

#include "agent/config.h"
#include "agent/spool.h"
#include "common/domain/says.h"
#include "common/sys/clock.h"

enum { OFFICE_OFFSET_MINUTES = 420 /* UTC+07:00 */ };

struct office {
	/* from the command line, before office_open: */
	const char *dir;
	enum language language;
	bool json;
	/* opened: */
	struct config config;
	struct clock *clock;
	struct spool *spool;
	struct spool_centre centre;
	struct spool_shelf_head slice; /* of the slice; zeros = none yet */
};

int office_open(struct office *o, struct sys_error *error);
void office_close(struct office *o);
/* DIR/name into `out` (PATH-sized by the caller through a buffer); cleared first. */
const char *office_path(const struct office *o, const char *name, struct buffer *out);

/* The centre's time now, proven by the last time heard and our monotonic clock of the same boot. */
bool office_proven(const struct office *o, struct instant *now);
/* The office date: proven, or by our own clock (*proven says which). */
struct date office_today(const struct office *o, bool *proven);
/* Proof of the moment of queueing. */
struct seal office_seal(const struct office *o);

#endif
