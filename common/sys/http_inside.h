// SPDX-License-Identifier: Apache-2.0
/* http_inside: what the files of http share (CONTRACT: http.h). Nobody else includes it. */
#ifndef TIENDO_COMMON_SYS_HTTP_INSIDE_H
#define TIENDO_COMMON_SYS_HTTP_INSIDE_H

#include <microhttpd.h>
#include <netinet/in.h>

#include "common/sys/http.h"

struct http_request {
	struct http *http;
	struct MHD_Connection *connection;
	const char *method, *path; /* libmicrohttpd's, as long as the request */
	struct buffer body;
	struct MHD_Response *response; /* answered, not yet handed to libmicrohttpd */
	unsigned status;
	size_t held;	/* of the body */
	bool handed;	/* to the handler */
	bool answered;	/* or made a stream */
	bool kept;	/* was not answered by the handler, or is a stream: gone is due */
	bool suspended; /* libmicrohttpd does not look at it */
	bool over;	/* the client has gone, or http is being closed */
	bool stream;
	long (*more)(void *mine, char *out, size_t max);
	void *mine;
	char peer[INET_ADDRSTRLEN];
	struct http_request *next, **self; /* all there are, for http_close */
};

struct http_connection {
	int fd;
	in_addr_t address;
	bool hung_up;		      /* the client has closed its end */
	struct http_request *request; /* the present one */
	struct http_connection *next, **self;
	/* whose request is not whole, by when it was awaited */
	bool waiting;
	int64_t since;
	struct http_connection *later, *sooner;
};

struct http {
	struct MHD_Daemon *daemon;
	struct http_options options; /* with the defaults filled in */
	uint16_t port;
	int epoll; /* libmicrohttpd's own, and each connection for its hanging up */
	bool closing;
	bool again; /* the library has work that it does not wake itself for */
	struct http_counts counts;
	struct http_request *requests;
	struct http_connection *connections;
	struct http_connection *first_waiting, *last_waiting;
};

/* http_connection.c: who may connect, who hangs up, who dawdles */
enum MHD_Result http_may_connect(void *context, const struct sockaddr *address, socklen_t size);
void http_connected(void *context, struct MHD_Connection *connection, void **own, enum MHD_ConnectionNotificationCode code);
void http_hear_hangups(struct http *h);
void http_cut_slow(struct http *h);
int64_t http_slow_due(const struct http *h);
struct http_connection *http_connection_of(struct MHD_Connection *connection);
void http_request_begins(struct http *h, struct http_connection *c);
void http_request_whole(struct http *h, struct http_connection *c);

/* http_request.c */
enum MHD_Result http_on_request(void *context, struct MHD_Connection *connection, const char *path, const char *method,
				const char *version, const char *data, size_t *data_size, void **request);
void http_on_completed(void *context, struct MHD_Connection *connection, void **request,
		       enum MHD_RequestTerminationCode code);
size_t http_unescape(void *context, struct MHD_Connection *connection, char *text);
void http_suspend(struct http_request *r);
void http_resume(struct http_request *r);

/* http_answer.c: a bare status, at once, and no more of this connection */
enum MHD_Result http_reject(struct http *h, struct MHD_Connection *connection, unsigned status);

#endif
