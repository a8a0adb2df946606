// SPDX-License-Identifier: Apache-2.0
#include "common/sys/http.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/http_inside.h"

enum {
	CONNECTIONS = 32,
	CONNECTION_MEMORY = 4096,
	IDLE_SECONDS = 10,
	BACKLOG = 128,
	/* in the kernel, each connection: else a reader that stalls makes it keep 4 MiB for him */
	SEND_BUFFER = 128 * 1024
};

/* ---- opening ---- */

/* Inherited by every connection. What is sent and not acknowledged (a cable pulled, a window kept shut) ends it. */
static bool set_options(int fd, unsigned idle_s)
{
	int yes = 1, send = SEND_BUFFER;
	unsigned patience_ms = idle_s * 1000;

	return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)) == 0 &&
	       setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &send, sizeof(send)) == 0 &&
	       setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &patience_ms, sizeof(patience_ms)) == 0;
}

/* A socket of our own rather than the library's: it would only say that it could not start. */
static int listen_on(const struct http_options *o, uint16_t *port, struct sys_error *error)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(o->port)};
	socklen_t size = sizeof(in);

	if (inet_pton(AF_INET, o->address, &in.sin_addr) != 1)
		return sys_fail(error, -EINVAL, "\"%.40s\" is not an IPv4 address", o->address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && set_options(fd, o->idle_s) && bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 &&
	    listen(fd, BACKLOG) == 0 && getsockname(fd, (struct sockaddr *)&in, &size) == 0) {
		*port = ntohs(in.sin_port);
		return fd;
	}
	int code = -errno;
	if (fd >= 0)
		close(fd);
	return sys_fail(error, code, "http %s:%u: cannot listen: %s", o->address, o->port, sys_text(code));
}

static void fill_in(struct http_options *o)
{
	o->address = o->address ? o->address : "127.0.0.1";
	o->connections = o->connections ? o->connections : CONNECTIONS;
	o->connection_memory = o->connection_memory ? o->connection_memory : CONNECTION_MEMORY;
	o->idle_s = o->idle_s ? o->idle_s : IDLE_SECONDS;
}

static struct MHD_Daemon *start(struct http *h, int listener)
{
	/* One more than we let in: at its limit the library would leave the rest waiting instead of refusing. */
	return MHD_start_daemon(MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, http_may_connect, h, http_on_request, h,
				MHD_OPTION_LISTEN_SOCKET, (MHD_socket)listener, MHD_OPTION_CONNECTION_LIMIT,
				h->options.connections + 1, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
				h->options.connection_memory, MHD_OPTION_CONNECTION_TIMEOUT, h->options.idle_s,
				MHD_OPTION_NOTIFY_CONNECTION, http_connected, h, MHD_OPTION_NOTIFY_COMPLETED,
				http_on_completed, h, MHD_OPTION_UNESCAPE_CALLBACK, http_unescape, NULL,
				MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_END);
}

static int daemon_epoll(const struct http *h)
{
	return MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
}

struct http *http_open(const struct http_options *options, struct sys_error *error)
{
	struct http *h = base_alloc(sizeof(*h));
	struct epoll_event event = {.events = EPOLLIN};

	*h = (struct http){.options = *options, .epoll = -1};
	fill_in(&h->options);
	int fd = listen_on(&h->options, &h->port, error);
	if (fd < 0)
		goto refused;
	h->epoll = epoll_create1(EPOLL_CLOEXEC);
	h->daemon = h->epoll < 0 ? NULL : start(h, fd);
	if (!h->daemon)
		close(fd);
	else if (epoll_ctl(h->epoll, EPOLL_CTL_ADD, daemon_epoll(h), &event) == 0)
		return h;
	sys_fail(error, -EINVAL, "http %s:%u: libmicrohttpd could not start", h->options.address, h->port);
refused:
	http_close(h);
	return NULL;
}

void http_close(struct http *h)
{
	if (!h)
		return;
	h->closing = true;
	/* the library ends the process when it is stopped with a suspended connection */
	for (struct http_request *r = h->requests; r; r = r->next) {
		r->over = true;
		http_resume(r);
	}
	if (h->daemon)
		MHD_stop_daemon(h->daemon); /* closes the socket too */
	assert(!h->requests && !h->connections);
	if (h->epoll >= 0)
		close(h->epoll);
	free(h);
}

/* ---- in somebody's loop ---- */

uint16_t http_port(const struct http *h)
{
	return h->port;
}

int http_fd(const struct http *h)
{
	return h->epoll;
}

void http_run(struct http *h)
{
	http_hear_hangups(h);
	http_cut_slow(h);
	h->again = false;
	MHD_run(h->daemon);
}

int64_t http_deadline(const struct http *h)
{
	MHD_UNSIGNED_LONG_LONG ms;
	int64_t slow = http_slow_due(h);

	if (h->again)
		return clock_transport();
	if (MHD_get_timeout(h->daemon, &ms) != MHD_YES)
		return slow;
	int64_t due = clock_transport() + (int64_t)ms;
	return due < slow ? due : slow;
}

struct http_counts http_counts(const struct http *h)
{
	return h->counts;
}
