// SPDX-License-Identifier: Apache-2.0
/*
 * web_ring: the last events, kept once for all browsers that follow them. Pure but for its memory.
 *
 * Events are numbered from 1 without holes. The ring keeps at most `bytes` of them, and one for each WEB_RING_EVENT bytes of its size
 * but at least WEB_RING_EVENTS: the oldest go.
 * Who follows holds a number and asks for the next one at its path; who is behind the oldest that is kept has lost
 * events and must be told so.
 */
#ifndef TIENDO_DASHBOARD_WEB_RING_H
#define TIENDO_DASHBOARD_WEB_RING_H

#include "common/domain/model.h"
#include "common/sys/base.h"

enum { WEB_RING_EVENT = 512, WEB_RING_EVENTS = 16384, WEB_RING_BYTES = WEB_RING_EVENT * WEB_RING_EVENTS };

struct web_ring;

/* What follows: a unit with those directly below it, or the whole subtree; or a group: its members. */
struct web_follow {
	char path[PATH_MAX_BYTES + 1]; /* "VN/40/"; "" = every event */
	bool all;                      /* the whole subtree */
	const char *const *members;    /* of a group: their paths; not owned */
	size_t members_n;
};

struct web_event {
	uint64_t number;
	const char *path; /* of the unit; "" = meant for everybody */
	struct bytes text; /* as it goes over the wire */
	bool own;         /* an office's own figures: what people look at one by one */
};

struct web_ring *web_ring_new(size_t bytes); /* 0 = WEB_RING_BYTES */
void web_ring_free(struct web_ring *r);

/* Copies. Returns its number. An event longer than the ring asserts. */
uint64_t web_ring_put(struct web_ring *r, const char *path, bool own, struct bytes text);
/* Nothing that is kept is true any more. Who has been given all of it goes on; who is behind has lost events. */
void web_ring_forget(struct web_ring *r);
uint64_t web_ring_newest(const struct web_ring *r); /* 0 = none yet */
uint64_t web_ring_oldest(const struct web_ring *r); /* the first that is kept; newest + 1 = none */
/* Is event `after` + 1 still there, or yet to come? */
bool web_ring_reaches(const struct web_ring *r, uint64_t after);
/* The first one above `after` that is followed; false = none. Lives until the next put. `after` must be reached. */
bool web_ring_next(const struct web_ring *r, uint64_t after, const struct web_follow *f, struct web_event *out);

bool web_follows(const struct web_follow *f, const char *path);

#endif
