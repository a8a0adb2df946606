// SPDX-License-Identifier: Apache-2.0
/*
 * web_lockout: how long who failed to log in must wait (CONTRACT). A table in memory; time is given.
 *
 * After WEB_LOCKOUT_FREE failures in a row each further try waits 1 s, 2 s, 4 s ... up to 15 minutes:
 *
 *   an address     by the failures from it, whatever the names (known or not: nobody learns which there are);
 *   a name         by the failures of that name from anywhere, but counted from the last failure of this name FROM THIS
 *                  ADDRESS. An address that has not failed with the name may try: so who guesses at a name from
 *                  elsewhere cannot lock its owner out, and guessing from many addresses is slow from each.
 *
 * A good login forgives the name, and to the address what the name has cost it, no more: whoever has one good password
 * cannot buy himself free tries at other names with it. A day without a failure forgets. Tries while waiting do not
 * count and do not prolong.
 *
 * The table has a fixed size. When it is full, the one with the fewest failures is forgotten, of these the one whose
 * last is longest ago: a flood of names neither grows it nor locks anybody out, and displaces the names under attack
 * last.
 *
 * The order for one request, all in the loop's thread: web_lockout_wait (not 0: answer 429 with Retry-After) ->
 * web_hash_submit (busy: 503) -> web_lockout_tried -> the result, and if it is good web_lockout_passed. A try is a
 * failure until it has passed: a hundred at once count as a hundred.
 */
#ifndef TIENDO_DASHBOARD_WEB_LOCKOUT_H
#define TIENDO_DASHBOARD_WEB_LOCKOUT_H

#include "dashboard/web_peer.h"

enum {
	WEB_LOCKOUT_FREE = 5,
	WEB_LOCKOUT_FIRST_MS = 1000,
	WEB_LOCKOUT_MOST_MS = 15 * 60 * 1000,
	WEB_LOCKOUT_FORGET_MS = 24 * 3600 * 1000,
	WEB_LOCKOUT_ROOM = 4096 /* names, addresses, and pairs of both: 400 KB together */
};

struct web_lockout;

struct web_lockout *web_lockout_new(void);
void web_lockout_free(struct web_lockout *l); /* NULL is fine */

/* ms until this name may be tried from this address; 0 = now. Any text is a name. IPv6 addresses count by their /64,
 * which is what one customer has. `now` is clock_transport(). */
int64_t web_lockout_wait(const struct web_lockout *l, const char *name, struct web_address from, int64_t now);
void web_lockout_tried(struct web_lockout *l, const char *name, struct web_address from, int64_t now);
void web_lockout_passed(struct web_lockout *l, const char *name, struct web_address from, int64_t now);

#endif
