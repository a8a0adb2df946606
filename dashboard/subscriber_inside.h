// SPDX-License-Identifier: Apache-2.0
/* subscriber_inside: what the files of subscriber share; nobody else includes it. */
#ifndef TIENDO_DASHBOARD_SUBSCRIBER_INSIDE_H
#define TIENDO_DASHBOARD_SUBSCRIBER_INSIDE_H

#include "dashboard/decode.h"
#include "dashboard/mirror.h"
#include "dashboard/subscriber.h"

/* What the one question under way is for. */
enum job { JOB_NONE, JOB_CATALOGUE, JOB_CATCH_UP, JOB_VERSIONS, JOB_GRAIN };

struct subscriber {
	struct subscriber_options options;
	struct net_socket *feed;
	struct client *client;
	struct net_message message;
	struct codec_arena arena;
	struct decoded decoded;
	struct mirror *mirror;
	struct atlas atlas, next;      /* shown; being fetched */
	char path[PATH_MAX_BYTES + 1]; /* of the unit; "" = not known yet */
	char **groups;                 /* paths */
	size_t groups_n;
	size_t at; /* which of them CATCH_UP or VERSIONS is at: 0 = the unit's own path */
	enum job job;
	uint64_t as_of;       /* of the job's first page */
	uint64_t check_as_of; /* of a Versions round whose grains are being pulled; 0 = none */
	struct buffer cursor;
	struct date today;
	bool illustrative, simulated;
	bool next_ready; /* `next` is whole, and the feed of its path subscribed */
	bool complete, told_refused;
	bool revoked;          /* the last answer said so */
	enum client_door door;
	bool silent; /* the feed fell silent, and a question was asked since */
	struct instant time;
	uint64_t head;    /* the last entry that the feed told of */
	int64_t feed_at;  /* the feed's connection was made */
	int64_t heard_at; /* the last heartbeat; 0 = none yet of this path */
	int64_t all_due, versions_due, retry_due;
	unsigned news;
};

/* (Re)connects the feed and subscribes to the path and the heartbeat. */
bool subscriber_connect(struct subscriber *s, int64_t now, struct sys_error *error);
/* Something of generation g was heard. True = it is new: whatever is under way is of no use. */
bool subscriber_meet(struct subscriber *s, const struct mirror_generation *g, int64_t now);
/* A grain that was sent goes into the mirror; who asked to be told is told. */
void subscriber_apply(struct subscriber *s, const struct mirror_generation *g,
		      const struct mirror_grain *grain, bool whole);
/* Of the catalogue that is being fetched. True = they are other ones than before. */
bool subscriber_groups_find(struct subscriber *s, const struct place *top);
void subscriber_groups_free(struct subscriber *s);
void subscriber_read_feed(struct subscriber *s, int64_t now);

#endif
