// SPDX-License-Identifier: Apache-2.0
/*
 * subscriber: keeps a mirror of one path (a unit's subtree, or a group) equal to the centre: the
 * feed makes it fast, the catch-up dance of DESIGN 4 makes it right, whatever is lost. For a loop:
 * call subscriber_step whenever one of its items is ready or subscriber_due has come.
 *
 *   catalogue -> subscribe to the unit's path -> a heartbeat (the subscription is active) ->
 * catch-up from zero -> swap then: deltas as they come; each 5-10 s Versions; what is missing is
 * pulled
 *
 * A centre whose last entry is an earlier one than before has lost some (a copy of its disk was put in the place of it): all is
 * fetched anew, as at a new generation, whatever generation it says.
 *
 * It outlives a server that goes away and comes back. Never: logs, prints, gives up by itself.
 */
#ifndef TIENDO_DASHBOARD_SUBSCRIBER_H
#define TIENDO_DASHBOARD_SUBSCRIBER_H

#include "dashboard/atlas.h"
#include "dashboard/client.h"
#include "dashboard/reading.h"

enum {
	SUBSCRIBER_VERSIONS_MS = 5000, /* and up to as much again */
	SUBSCRIBER_SPREAD_MS = 2000,   /* after a new generation: not everybody at once */
	SUBSCRIBER_LIVE_MS = 3000,     /* without a heartbeat for so long the feed is not live */
	SUBSCRIBER_SILENT_MS = 10000,  /* then its connection is made anew */
	SUBSCRIBER_RETRY_MS = 300      /* it could not be made: tried again */
};

struct subscriber;

/* Everything pointed to must outlive the subscriber. */
struct subscriber_options {
	struct client_options query;
	const char *feed;     /* endpoint */
	const char *unit;     /* "40" or "G/PILOT"; resolved in each catalogue anew */
	bool groups;          /* and the groups whose members all lie there: they have paths of their own */
	bool doors;           /* look at what the centre's door says: for subscriber_trouble; stepped at least each minute then */
	uint32_t versions_ms; /* 0 = SUBSCRIBER_VERSIONS_MS */
	/*
	 * Which figures moved, for those who do not want to look at all of them; both may be NULL.
	 * Called from within subscriber_step for each grain of the generation shown: `changing` with
	 * what is about to be given to the mirror, which still holds the figures of before (and may
	 * yet find that it has the new ones already); `changed` once the mirror holds it. whole: the
	 * grain is all there is at its path and plan, and what it lacks is zero now; otherwise its
	 * rollups are only those that moved. While a new generation is being caught up with nothing
	 * is called: SUBSCRIBER_COMPLETE says that everything is another one. The grain lives as
	 * long as the call.
	 */
	void (*changing)(void *ctx, const struct mirror_grain *grain, bool whole);
	void (*changed)(void *ctx, const struct mirror_grain *grain, bool whole);
	void *ctx;
};

enum subscriber_news {
	SUBSCRIBER_FIGURES = 1, /* some have changed */
	SUBSCRIBER_COMPLETE =
		2, /* a catalogue and its figures are there: the first, or of a new generation */
	SUBSCRIBER_REFUSED =
		4, /* no door has opened for CLIENT_REFUSED_MS since the start; told once */
	SUBSCRIBER_REVOKED = 16, /* the key was let in once and is not any more */
	SUBSCRIBER_NOT_FOUND = 8 /* the catalogue does not have the unit; told for each catalogue */
};

struct subscriber *subscriber_open(const struct subscriber_options *options,
				   struct sys_error *error);
void subscriber_close(struct subscriber **s); /* NULLs; NULL is fine */

/* Fills two items to wait for. */
void subscriber_items(const struct subscriber *s, struct loop_item out[static 2]);
int64_t subscriber_due(const struct subscriber *s, int64_t now);
/* Bits of enum subscriber_news. */
unsigned subscriber_step(struct subscriber *s, int64_t now);

/* Of the figures shown; empty until COMPLETE. */
const struct mirror *subscriber_mirror(const struct subscriber *s);
const struct atlas *subscriber_atlas(const struct subscriber *s);
struct sight subscriber_sight(const struct subscriber *s);
struct instant
subscriber_time(const struct subscriber *s); /* of the last heartbeat: the centre's clock */
bool subscriber_live(const struct subscriber *s, int64_t now);
/* Why nothing is heard; without `doors` it is AWAY, unless a question was answered so. */
enum subscriber_trouble {
	SUBSCRIBER_FINE,       /* it is live */
	SUBSCRIBER_AWAY,       /* nobody answers */
	SUBSCRIBER_SHUT_OUT,   /* somebody is there and no handshake succeeds: our key is not registered there, or theirs is another one */
	SUBSCRIBER_KEY_REVOKED /* our key was */
};
enum subscriber_trouble subscriber_trouble(const struct subscriber *s, int64_t now);
/* The door that stayed shut, after REFUSED. */
const char *subscriber_shut(const struct subscriber *s, int64_t now);

#endif
