// SPDX-License-Identifier: Apache-2.0
/*
 * door: the main thread of a running server: signals, who may shake hands (ZAP, from a copy of the
 * roster), the administrator's socket, health and metrics. It never waits for the writer: commands
 * go to it over a pair, and their answers come back when they come.
 */
#ifndef TIENDO_SERVER_DOOR_H
#define TIENDO_SERVER_DOOR_H

#include "common/sys/net.h"
#include "server/doorlist.h"
#include "server/query.h"
#include "server/stats.h"
#include "server/store.h"

#define DOOR_INGEST "ingest" /* ZAP domains */
#define DOOR_FEED "feed"
#define DOOR_QUERY "query"

enum {
	DOOR_HANDSHAKES = 2, /* a second of one key: 120 a minute ... */
	DOOR_BURST = 40,
	DOOR_CALLERS = 6 /* administrators at once */
};

/* Everything pointed to must outlive the door. */
struct door_options {
	struct net *net;
	const struct store *store;
	struct doorlist *doorlist;
	struct stats *stats;
	const struct query_stats *query;
	int signals, roster_wake;
};

struct door;

/* Binds ZAP: before any other socket is bound. Nobody enters before door_run. NULL and a sentence
 * on failure. */
struct door *door_open(const struct door_options *options, struct sys_error *error);
/* Health and metrics, once everything else is bound. */
int door_health(struct door *d, struct sys_error *error);
uint16_t door_health_port(const struct door *d);
/*
 * Knocks at the three doors with a random key and requires that the roster is asked and the key
 * refused: a socket that lets everybody in must never run. 0, or negative with a sentence.
 */
int door_test(struct door *d, const char *ingest, const char *feed, const char *query,
	      struct sys_error *error);
/* Opens admin.sock; the writer's pair must be bound. */
int door_admin(struct door *d, struct sys_error *error);
/* A part of each turn of door_run: the newest roster, and who knocks. */
void door_knocks(struct door *d);
/* Until a signal says stop. */
void door_run(struct door *d);
void door_close(struct door *d); /* NULL is fine */

#endif
