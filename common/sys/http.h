// SPDX-License-Identifier: Apache-2.0
/*
 * http: a tiny GET server for health and metrics, on libmicrohttpd (CONTRACT).
 *
 * For: answering from memory inside somebody else's loop: wait on http_fd, then http_run. No thread
 * of its own. Never: reads a request body, keeps a session, logs. GET and HEAD only (405 else); 32
 * connections, 4 KiB a connection, 10 s idle. Loopback unless told otherwise.
 */
#ifndef TIENDO_COMMON_SYS_HTTP_H
#define TIENDO_COMMON_SYS_HTTP_H

#include "common/sys/base.h"

struct http;

struct http_answer {
	unsigned status;          /* 200 */
	const char *content_type; /* static text; "text/plain; charset=utf-8" when the handler
				     leaves it */
	struct buffer body;       /* filled by the handler, freed by http */
};

struct http_options {
	const char *address; /* IPv4; NULL = 127.0.0.1 */
	uint16_t port;       /* 0 = any, see http_port */
	void (*handle)(void *context, const char *path,
		       struct http_answer *answer); /* status is 404 until set */
	void *context;
};

/* NULL = refused, with a sentence (the port is taken ...). */
struct http *http_open(const struct http_options *options, struct sys_error *error);
void http_close(struct http *h); /* NULL is fine */
uint16_t http_port(const struct http *h);
int http_fd(const struct http *h);
/* Does what is ready, never waits. After each wake-up of http_fd and at http_deadline. */
void http_run(struct http *h);
/* When http_run is due even without input (idle connections), in clock_transport() ms; INT64_MAX =
 * never. */
int64_t http_deadline(const struct http *h);

#endif
