// SPDX-License-Identifier: Apache-2.0
/* run_inner: the daemon's state, shared by the run*.c files only. */
#ifndef TIENDO_AGENT_RUN_INNER_H
#define TIENDO_AGENT_RUN_INNER_H

#include "agent/fetch.h"
#include "agent/office.h"
#include "agent/push.h"
#include "common/sys/net.h"

enum { RUN_ACKS = 16 /* stored by one commit */ };

/* An Ack that is read, but not yet in the spool. */
struct run_ack {
	uint64_t session, first, count;
};

struct run {
	struct office *office;
	struct net *net;
	struct net_socket *line; /* to the ingest door; NULL = none */
	struct net_message message;
	struct keys_pair pair;
	struct push push;
	struct spool_state state;
	uint64_t turn;
	struct spool_batch batch;
	struct buffer out;
	struct codec_arena arena;
	struct fetch fetch;
	int64_t fetch_after;  /* the slice: not before; after a failure */
	int64_t fetch_began;
	int64_t cells_at;     /* when what the centre holds is looked at next */
	int64_t cells_rest;   /* ... and not before */
	unsigned cells_failures; /* in a row */
	bool cells_whole;     /* an incarnation is new: nothing known may be taken for the same */
	struct spool_inbox mail; /* how far the centre's notices are here */
	uint64_t mail_heard;  /* entry of the newest to our unit, as the centre says */
	int64_t mail_after;   /* not before; after a failure */
	int64_t asked_monotonic; /* of seals: when the last Hello or Ping went out ... */
	uint64_t asked_token;    /* ... the Ping's token; 0 = it was a Hello ... */
	unsigned hellos;         /* ... and how many of these have no Welcome on this line yet */
	int64_t centre_saved; /* transport time */
	bool centre_new;      /* not in the spool yet */
	struct spool_outcome outcomes[RUN_ACKS * BATCH_UPDATES_MAX];
	size_t outcomes_n;
	struct run_ack acks[RUN_ACKS];
	size_t acks_n;
	uint32_t rules;         /* of the centre, by its Welcome */
	int64_t disk_told;      /* a full disk is told once a minute */
	int failed;             /* negative: the loop ends with it ... */
	struct sys_error error; /* ... and this */
};

/* Lock, key, state, context; r->office is opened. */
int run_start(struct run *r, struct sys_error *error);
/* One turn of the loop but for the waiting and run_hear, which follow; returns when the next is due
 * without a message. `failed` is looked at after it. */
int64_t run_turn(struct run *r);
void run_finish(struct run *r); /* also after run_start failed */
/* Does one thing that push wants. */
void run_act(struct run *r, const struct push_action *a);
/* Reads what came on the line; what it says is stored and told to push. */
void run_hear(struct run *r);
/* Stores the outcomes heard; then push may count them. */
void run_store(struct run *r);
/* Keeps our part of the catalogue, and what the centre holds of it, fresh. */
void run_fetch(struct run *r);
/* The centre holds something new of us, perhaps; `whole`: or something else than it did. */
void run_stale(struct run *r, bool whole);
/* A key word for `status` ("no_answer"); NULL = the trouble is over. */
void run_trouble(struct run *r, const char *text);
/* What was heard of the centre, into the spool: now, or when it is worth a commit. */
void run_save_centre(struct run *r, bool now);

#endif
