// SPDX-License-Identifier: Apache-2.0
/*
 * web_tally: of which offices something is expected, and which have reported all of it: what a board says in one line, and
 * what would take a look at every plan of every unit each time. A unit's sums are kept until something of it moves.
 *
 * Rollups are sums over a subtree: what is left when those of the units directly below are taken away is the office's own.
 * Pure but for its memory; nothing fails. Its unit numbers are those of one catalogue: begin anew with each.
 */
#ifndef TIENDO_DASHBOARD_WEB_TALLY_H
#define TIENDO_DASHBOARD_WEB_TALLY_H

#include "dashboard/web_view.h"

struct web_tally;

struct web_tally *web_tally_new(void);
void web_tally_free(struct web_tally *t); /* NULL is fine */
/* Another catalogue, or another day: items open and close. */
void web_tally_begin(struct web_tally *t);
/* Something of this unit moved; NO_INDEX is fine. */
void web_tally_moved(struct web_tally *t, uint32_t unit);

struct web_offices {
	uint64_t expected, reported;
};
/* Adds those of `top` and everything below it. */
void web_tally_count(struct web_tally *t, const struct web_view *v, uint32_t top, struct web_offices *out);

#endif
