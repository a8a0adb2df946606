// SPDX-License-Identifier: Apache-2.0
/* desk_same: `report --same`. Everything that is owed now and has not changed, confirmed at once. */
#ifndef TIENDO_AGENT_DESK_SAME_H
#define TIENDO_AGENT_DESK_SAME_H

#include "agent/desk.h"

enum { DESK_SAME_ITEMS = 1000 /* named on a command line */ };

struct desk_same_given {
	bool same, dry_run;
	const char *period, *as_of, *note; /* NULL = not given */
};

/* The office is open and its catalogue read. items: those named; n = 0: all that is owed. */
enum desk_exit desk_same(struct desk *d, const struct desk_same_given *given, const char *const *items, size_t n);

#endif
