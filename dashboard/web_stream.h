// SPDX-License-Identifier: Apache-2.0
/*
 * web_stream: the browsers that follow live changes (text/event-stream), each at its place in the ring.
 *
 * What a browser does not take waits in the ring alone: one that stalls costs its connection and nothing else; when the ring
 * has passed it, its stream ends, it comes back with Last-Event-ID and is told to fetch everything anew. Each
 * WEB_PING_MS a comment keeps proxies from cutting an idle line.
 */
#ifndef TIENDO_DASHBOARD_WEB_STREAM_H
#define TIENDO_DASHBOARD_WEB_STREAM_H

#include "common/sys/http.h"
#include "dashboard/web_event.h"

enum { WEB_PING_MS = 15000 };

struct web_streams;

/* Everything pointed to must outlive it. most: streams in all; each: of one owner. */
struct web_streams *web_streams_new(struct web_events *events, size_t most, size_t each);
void web_streams_free(struct web_streams *s); /* after http_close */

struct web_stream_options {
	const char *path;        /* of the unit or group */
	bool all;                /* its whole subtree */
	char **members;          /* of a group: paths; owned by the stream from then on, also when it is refused */
	size_t members_n;
	const char *last;        /* Last-Event-ID; NULL = none */
	const char *owner;       /* user, or address: for the limit */
	/* Asked at each ping and by web_streams_check: may it go on? */
	bool (*may)(void *context, const void *pass);
	void *context;
	const void *pass; size_t pass_size; /* copied */
};
/* Answers the request with a stream. False = there are too many already: answer otherwise. */
bool web_stream_open(struct web_streams *s, const struct web_view *v, struct http_request *r,
		     const struct web_stream_options *o);
/* From http's `gone`. True = it was a stream. */
bool web_stream_gone(struct web_streams *s, struct http_request *r);

/* There are new events: those that follow them are woken. */
void web_streams_wake(struct web_streams *s);
/* Everybody's stream ends once it has got what is in the ring. */
void web_streams_end(struct web_streams *s);
/* Sessions or users are other ones: who may not go on gets nothing more. */
void web_streams_check(struct web_streams *s);
void web_streams_step(struct web_streams *s, int64_t now); /* pings */
int64_t web_streams_due(const struct web_streams *s);
size_t web_streams_n(const struct web_streams *s);

#endif
