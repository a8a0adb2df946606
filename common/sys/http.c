// SPDX-License-Identifier: Apache-2.0
#include "common/sys/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"

enum { CONNECTIONS = 32, CONNECTION_MEMORY = 4096, IDLE_SECONDS = 10 };

struct http {
	struct MHD_Daemon *daemon;
	struct http_options options;
	uint16_t port;
};

/* ---- answering ---- */

static enum MHD_Result queue(struct MHD_Connection *connection, const struct http_answer *answer)
{
	struct bytes body = buffer_bytes(&answer->body);
	unsigned status = answer->body.failed ? MHD_HTTP_INTERNAL_SERVER_ERROR : answer->status;
	struct MHD_Response *response = MHD_create_response_from_buffer(
		body.size, (void *)(uintptr_t)body.data, MHD_RESPMEM_MUST_COPY);
	if (!response)
		return MHD_NO; /* closes this connection */
	MHD_add_response_header(response, "Content-Type", answer->content_type);
	MHD_add_response_header(response, "Cache-Control", "no-store");
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	if (status == MHD_HTTP_METHOD_NOT_ALLOWED)
		MHD_add_response_header(response, "Allow", "GET, HEAD");
	enum MHD_Result rc = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return rc;
}

/* Called once the headers are there; we answer at once, so a body is never read. */
static enum MHD_Result on_request(void *context, struct MHD_Connection *connection,
				  const char *path, const char *method, const char *version,
				  const char *data, size_t *data_size, void **request)
{
	(void)version, (void)data, (void)data_size, (void)request;
	struct http *h = context;
	struct http_answer answer = {
		.status = MHD_HTTP_NOT_FOUND,
		.content_type = "text/plain; charset=utf-8",
		.body.cap = BUFFER_ANY,
	};
	if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
		h->options.handle(h->options.context, path, &answer);
	else
		answer.status = MHD_HTTP_METHOD_NOT_ALLOWED;
	if (answer.status >= 400 && answer.body.size == 0)
		buffer_format(&answer.body, "%u\n", answer.status);
	enum MHD_Result rc = queue(connection, &answer);
	buffer_free(&answer.body);
	return rc;
}

/* ---- opening ---- */

/* A socket of our own rather than the library's: it would only say that it could not start. */
static int listen_on(const char *address, uint16_t *port, struct sys_error *error)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(*port)};
	socklen_t size = sizeof(in);
	int yes = 1;
	if (inet_pton(AF_INET, address, &in.sin_addr) != 1)
		return sys_fail(error, -EINVAL, "\"%.40s\" is not an IPv4 address", address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	    bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 && listen(fd, CONNECTIONS) == 0 &&
	    getsockname(fd, (struct sockaddr *)&in, &size) == 0) {
		*port = ntohs(in.sin_port);
		return fd;
	}
	int code = -errno;
	if (fd >= 0)
		close(fd);
	return sys_fail(error, code, "http %s:%u: cannot listen: %s", address, *port,
			sys_text(code));
}

struct http *http_open(const struct http_options *options, struct sys_error *error)
{
	const char *address = options->address ? options->address : "127.0.0.1";
	uint16_t port = options->port;
	int fd = listen_on(address, &port, error);
	if (fd < 0)
		return NULL;
	struct http *h = base_alloc(sizeof(*h));
	*h = (struct http){.options = *options, .port = port};
	h->daemon = MHD_start_daemon(
		MHD_USE_EPOLL, 0, NULL, NULL, on_request, h, MHD_OPTION_LISTEN_SOCKET,
		(MHD_socket)fd, MHD_OPTION_CONNECTION_LIMIT, (unsigned)CONNECTIONS,
		MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
		MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_END);
	if (h->daemon)
		return h;
	sys_fail(error, -EINVAL, "http %s:%u: libmicrohttpd could not start", address, port);
	close(fd);
	free(h);
	return NULL;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	MHD_stop_daemon(h->daemon); /* closes the socket too */
	free(h);
}

/* ---- in somebody's loop ---- */

uint16_t http_port(const struct http *h)
{
	return h->port;
}

int http_fd(const struct http *h)
{
	return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

void http_run(struct http *h)
{
	MHD_run(h->daemon);
}

int64_t http_deadline(const struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return INT64_MAX;
	return clock_transport() + (int64_t)ms;
}
