// SPDX-License-Identifier: Apache-2.0
/*
 * http: a small HTTP/1.1 server on libmicrohttpd (CONTRACT): health and metrics, and the gateway for browsers.
 *
 * For: answering inside somebody else's loop: wait on http_fd, then http_run. A request is handed over whole
 * (header and body); it is answered at once, kept and answered later, or becomes a stream (server-sent
 * events). Loopback unless told otherwise. All calls in one thread.
 * Never: has a thread of its own, keeps a session, logs, follows a file name.
 * Strangers: every connection costs bounded memory (its `connection_memory`, a body up to `body_max`, some 2 KiB)
 * and bounded time; who exceeds a limit is refused or cut and counted, and nobody else notices. Without memory
 * one connection is closed, the process goes on.
 * Every answer bears X-Content-Type-Options: nosniff.
 */
#ifndef TIENDO_COMMON_SYS_HTTP_H
#define TIENDO_COMMON_SYS_HTTP_H

#include "common/sys/base.h"

struct http;
/* Lives until it was answered and sent, or its client has gone. */
struct http_request;

struct http_header {
	const char *name, *value;
};

struct http_answer {
	unsigned status;	  /* 0 = 404 */
	const char *content_type; /* NULL = "text/plain; charset=utf-8" */
	struct buffer body;	  /* owned by http from then on; failed = 500 */
	struct bytes fixed;	  /* instead of body: bytes that outlive the http, not copied */
	/* Copied. Cache-Control is no-store unless it is among them. One that cannot be sent (a line break in
	 * it) makes a 500 of the answer. */
	const struct http_header *headers;
	size_t headers_n;
};

struct http_options {
	const char *address; /* IPv4; NULL = 127.0.0.1 */
	uint16_t port;	     /* 0 = any, see http_port */
	/* Header and body are whole. Answers now (http_answer, http_stream), or keeps r and does so later. */
	void (*handle)(void *context, struct http_request *r);
	/* Exactly once for each r that was kept or is a stream, when it is over: sent, or the client has gone
	 * (noticed when it closes), or http_close. Forget r. Called only from http_run and http_close;
	 * what r holds can be read, not answered. NULL = fine. */
	void (*gone)(void *context, struct http_request *r);
	void *context;
	/* 0 = GET and HEAD only; else POST too. Others: 405 with Allow. A longer body: 413 and closed; one that
	 * does not say its length (chunked) is closed where it exceeds this. */
	size_t body_max;
	unsigned connections;	  /* 0 = 32; more are refused when they come, and counted */
	unsigned per_address;	  /* 0 = no limit (behind a proxy all clients have one address) */
	size_t connection_memory; /* 0 = 4 KiB: a header that does not fit: 431 */
	/* 0 = 10. A connection that neither sends nor takes anything for so long is closed (half open, slow
	 * reader, stalled stream; not a kept request, nor a stream that has nothing to say); one whose
	 * next request is not whole after three times as long, too. */
	unsigned idle_s;
	/* Bytes of answers (their own bodies, not `fixed`) that wait to be sent, all together: see http_full. 0 = no limit. */
	size_t held_max;
};

/* NULL = refused, with a sentence (the port is taken ...). */
struct http *http_open(const struct http_options *options, struct sys_error *error);
void http_close(struct http *h); /* NULL is fine; ends kept requests and streams first (gone) */
uint16_t http_port(const struct http *h);
int http_fd(const struct http *h);
/* Does what is ready, never waits. After each wake-up of http_fd and at http_deadline. */
void http_run(struct http *h);
/* When http_run is due even without input, in clock_transport() ms; INT64_MAX = never. Ask after the last
 * http_answer and http_stream_wake. */
int64_t http_deadline(const struct http *h);

struct http_counts {
	size_t connections, kept, streams; /* now */
	uint64_t requests;		   /* handed over, ever */
	size_t held;			   /* bytes of answers, not sent whole yet */
	uint64_t refused;		   /* connections above a limit */
	uint64_t rejected;		   /* requests: method or body */
	uint64_t cut;			   /* too slow, in the middle of a request or an answer */
};
struct http_counts http_counts(const struct http *h);

/* ---- a request ---- */

const char *http_method(const struct http_request *r);
/* Decoded, without the query. Strangers' bytes: any but NUL, UTF-8 or not (a %00 stays three letters). */
const char *http_path(const struct http_request *r);
/* Of the query, decoded likewise; NULL = none, or without "=". The first of several. */
const char *http_argument(const struct http_request *r, const char *name);
const char *http_header(const struct http_request *r, const char *name); /* NULL = none; the first of several */
/* All of that name, joined with ", " behind what `out` holds (RFC 9110, 5.3); how many there were. */
size_t http_headers(const struct http_request *r, const char *name, struct buffer *out);
const char *http_peer(const struct http_request *r);			 /* "127.0.0.1" */
struct bytes http_body(const struct http_request *r);
bool http_accepts_gzip(const struct http_request *r);
/* The handler's own pointer; NULL at first. */
void *http_mine(const struct http_request *r);
void http_set_mine(struct http_request *r, void *mine);

/* ---- answering: exactly one of these, once ---- */

void http_answer(struct http_request *r, struct http_answer *a);
/* Would an answer of `size` bytes be more than may be held for those who take theirs slowly? Then give r a short one. */
bool http_full(const struct http_request *r, size_t size);

struct http_stream {
	const char *content_type;
	/* Never for HEAD. Called when the client can take bytes: how many were written to `out` (at most `max`, which is 100 at
	 * least), 0 = nothing now (until http_stream_wake), -1 = end it. */
	long (*more)(void *mine, char *out, size_t max);
	const struct http_header *headers; /* as in an answer; one that cannot be sent closes it */
	size_t headers_n;
};
void http_stream(struct http_request *r, const struct http_stream *s);
/* There is something. Cheap, any number of times; nothing for one that is no stream (yet). */
void http_stream_wake(struct http_request *r);

#endif
