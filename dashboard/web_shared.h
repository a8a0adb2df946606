// SPDX-License-Identifier: Apache-2.0
/*
 * web_shared: answers of the board that were made a moment ago, given to all who ask the same before anything moves: when a
 * figure changes, every open page comes for the board that it is on. An answer is good while the events, the centre's clock and the
 * line are as they were, so nobody gets what a new answer would not say (but for `clients`).
 *
 * At most WEB_SHARED_MAX answers and WEB_SHARED_BYTES are kept. Pure but for its memory. Never: decides who may see what.
 */
#ifndef TIENDO_DASHBOARD_WEB_SHARED_H
#define TIENDO_DASHBOARD_WEB_SHARED_H

#include "dashboard/web_board.h"

enum { WEB_SHARED_MAX = 32, WEB_SHARED_BYTES = 16 * 1024 * 1024, WEB_SHARED_TAG = 80 };

struct web_shared;

/* What an answer depends on besides what it is about. */
struct web_moment {
	uint64_t version, event; /* of the mirror; the newest in the ring */
	int64_t time_ms, cut_since_ms;
	const char *cut_reason; /* static */
	uint32_t today;
	bool stale;
};

struct web_text {
	struct buffer plain, packed; /* packed: made for the first who takes it so; empty = not yet */
	char tag[WEB_SHARED_TAG];
};

struct web_shared *web_shared_new(void);
void web_shared_free(struct web_shared *s); /* NULL is fine */

/* NULL = there is none of this moment. What search looks for is no part of a wish here. */
struct web_text *web_shared_find(struct web_shared *s, const struct web_moment *m, web_board_fn *board, const struct web_wish *w);
/* Takes the memory of `json`. Lives until the next put. */
struct web_text *web_shared_put(struct web_shared *s, const struct web_moment *m, web_board_fn *board, const struct web_wish *w,
				struct buffer *json, const char *tag);

#endif
