// SPDX-License-Identifier: Apache-2.0
/*
 * web: the gateway while it runs: what its parts share, and the loop (CONTRACT).
 *
 *   subscriber -> mirror -> hooks -> ring -> streams          (what moves)
 *   request -> web_route (what) -> web_judge (may they) -> web_board (from the mirror) | web_ask (from the centre) | web_login | page
 *
 * One thread; passwords alone are tried by another one (web_hash). The loop never waits for a browser nor for the centre.
 */
#ifndef TIENDO_DASHBOARD_WEB_H
#define TIENDO_DASHBOARD_WEB_H

#include "common/sys/http.h"
#include "dashboard/subscriber.h"
#include "dashboard/web_ask.h"
#include "dashboard/web_conf.h"
#include "dashboard/web_cookie.h"
#include "dashboard/web_event.h"
#include "dashboard/web_hash.h"
#include "dashboard/web_lockout.h"
#include "dashboard/web_shared.h"
#include "dashboard/web_stream.h"
#include "dashboard/web_tally.h"
#include "dashboard/web_users.h"

struct web {
	struct web_conf *conf;
	struct net *net;
	int signals;
	struct subscriber *subscriber;
	struct web_ask *ask;
	struct web_times *times;
	struct http *http;
	struct web_events events;
	struct web_tally *tally;
	struct web_shared *shared;
	struct web_streams *streams;
	struct web_users_file users;
	struct web_sessions *sessions;
	struct web_lockout *lockout;
	struct web_hash *hash;
	uint64_t ticket;         /* of the last password that was given to be tried */
	struct waiting *waiting; /* requests that are answered later (web_answer.c) */
	uint64_t version;        /* the highest that a grain of the mirror has */
	bool complete;           /* there are figures */
	uint64_t picture;        /* whole pictures so far */
	bool live;               /* as told last */
	int64_t cut_since_ms;    /* wall clock */
	enum subscriber_trouble trouble; /* as told last */
	struct date today;       /* as told last */
	int64_t started, now;    /* clock_transport() */
};

/* What answers are made from. */
struct web_view web_sight(const struct web *w);
/* Those whose answer waited for the age of figures: it is there, as far as it can be known. */
void web_route_again(struct web *w);
/* From http's handler and its `gone`. */
void web_route(void *context, struct http_request *r);
void web_gone(void *context, struct http_request *r);

/* Runs until a signal says to stop. An exit code; the sentence has been logged. */
int web_run(struct web_conf *conf);

#endif
