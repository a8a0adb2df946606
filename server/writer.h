// SPDX-License-Identifier: Apache-2.0
/*
 * writer: the one loop through which everything enters. It owns the ingest ROUTER and the feed
 * XPUB, and the core. Runs until net_stop; what is in hand then is settled first. An outcome that
 * is not known ends the process (DESIGN 3 "A commit that fails"): the start path reads what is
 * true.
 */
#ifndef TIENDO_SERVER_WRITER_H
#define TIENDO_SERVER_WRITER_H

#include "common/sys/net.h"
#include "server/core.h"
#include "server/doorlist.h"
#include "server/heard.h"
#include "server/stats.h"

/* Everything pointed to must outlive the writer. */
struct writer_options {
	struct net *net;
	struct core *core;
	const char *dir; /* of the store: its disk is looked at */
	struct stats *stats;
	struct heard *heard; /* who is heard; NULL = nobody wants to know */
	struct doorlist *doorlist;
	int roster_wake; /* loop_wake'd after a roster was published */
	struct net_bind ingest, feed;
};

enum { WRITER_ADMIN_MAX = 64 * 1024 * 1024 };
/* The pair over which the door hands commands: bound by the writer. Message: connection u32,
 * AdminRequest. */
#define WRITER_ADMIN "admin"

struct writer;
/* Binds, on the thread that starts. NULL and a sentence on failure. */
struct writer *writer_open(const struct writer_options *options, struct sys_error *error);
const char *writer_ingest(const struct writer *w); /* endpoints */
const char *writer_feed(const struct writer *w);
/* One turn of the loop, in the order of effects; returns the transport time at which the next one is
 * due without a message. writer_run turns and waits; a simulator turns by itself. */
int64_t writer_turn(struct writer *w);
void *writer_run(void *w);	     /* the thread's body */
void writer_close(struct writer *w); /* after it was joined; NULL is fine */

#endif
