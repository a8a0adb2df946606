// SPDX-License-Identifier: Apache-2.0
/*
 * top_ask: what the feed does not bring, asked for beside the subscriber on a line of its own: who
 * owes a report at a place, and for a group the figures of its members. For a loop: top_ask_step
 * whenever its item is ready or top_ask_due has come.
 *
 * Asked at once, then when figures have moved, not more often than the answers are worth (a
 * national answer takes the centre longer than an office's), else each minute. Never gives up:
 * what is refused is asked again.
 */
#ifndef TIENDO_DASHBOARD_TOP_ASK_H
#define TIENDO_DASHBOARD_TOP_ASK_H

#include "dashboard/client.h"
#include "dashboard/top_board.h"

enum {
	TOP_ASK_IDLE_MS = 60000, /* nothing moved; a day may have passed */
	TOP_ASK_MOVED_MS = 5000, /* something did */
	TOP_ASK_TIMES = 10,      /* at most this part of the time is spent with asking */
	TOP_ASK_AGAIN_MS = 1000  /* the catalogue changed under the answer */
};

struct top_ask;

/* What is pointed to must outlive it. NULL and a sentence when there is no socket. */
struct top_ask *top_ask_open(const struct client_options *options, struct sys_error *error);
void top_ask_close(struct top_ask **a); /* NULLs; NULL is fine */

/*
 * Another place ("40", "G/PILOT"), plan (item code, "" = all) or catalogue: forgets the answers to
 * other questions, and asks. below: units of that catalogue whose figures are wanted, none but for a group. The
 * catalogue must live until the next call: NULL = there is none, nothing is asked.
 */
void top_ask_about(struct top_ask *a, const struct catalogue *c, const char *unit, const char *item,
		   const uint32_t *below, size_t n, int64_t now);
void top_ask_moved(struct top_ask *a); /* figures */

struct loop_item top_ask_item(const struct top_ask *a);
int64_t top_ask_due(const struct top_ask *a, int64_t now);
/* True = there is a new answer. */
bool top_ask_step(struct top_ask *a, int64_t now);
/* Everything that was asked about the place has been answered once. */
bool top_ask_answered(const struct top_ask *a);

const struct top_silent *top_ask_silent(const struct top_ask *a);
const struct mirror *top_ask_members(const struct top_ask *a);

#endif
