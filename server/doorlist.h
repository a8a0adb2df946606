// SPDX-License-Identifier: Apache-2.0
/*
 * doorlist: the roster as the door sees it. The writer publishes a copy after each change; the door
 * takes the newest and never waits for the writer longer than a pointer takes to move.
 */
#ifndef TIENDO_SERVER_DOORLIST_H
#define TIENDO_SERVER_DOORLIST_H

#include <pthread.h>

#include "server/roster.h"

struct doorlist {
	pthread_mutex_t mutex;
	struct roster *fresh; /* published, not taken yet; NULL = nothing new */
	bool closed;	      /* nobody enters: the operator must confirm the roster */
};

void doorlist_init(struct doorlist *d);
void doorlist_destroy(struct doorlist *d);
/* Ends the process when there is no memory for the copy: a key that was revoked would stay in force. */
void doorlist_publish(struct doorlist *d, const struct roster *r, bool closed);
/* The newest, which the caller then owns; NULL = no change. */
struct roster *doorlist_take(struct doorlist *d, bool *closed);

#endif
