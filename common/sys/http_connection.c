// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "common/sys/clock.h"
#include "common/sys/http_inside.h"

/* A request may come in pieces, but not for ever: the library measures silence only. */
enum { REQUEST_IDLES = 3 };

static in_addr_t address_of(const struct sockaddr *address)
{
	struct sockaddr_in in;

	memcpy(&in, address, sizeof(in));
	return in.sin_addr.s_addr;
}

static unsigned connections_from(const struct http *h, in_addr_t address)
{
	unsigned n = 0;

	for (const struct http_connection *c = h->connections; c; c = c->next)
		n += c->address == address;
	return n;
}

enum MHD_Result http_may_connect(void *context, const struct sockaddr *address, socklen_t size)
{
	struct http *h = context;
	const struct http_options *o = &h->options;

	if (h->counts.connections < o->connections && size >= sizeof(struct sockaddr_in) &&
	    (!o->per_address || connections_from(h, address_of(address)) < o->per_address))
		return MHD_YES;
	h->counts.refused++;
	return MHD_NO;
}

/* ---- whose request is not whole ---- */

void http_request_begins(struct http *h, struct http_connection *c)
{
	if (c->waiting)
		return;
	c->waiting = true;
	c->since = clock_transport();
	c->later = NULL;
	c->sooner = h->last_waiting;
	*(c->sooner ? &c->sooner->later : &h->first_waiting) = c;
	h->last_waiting = c;
}

void http_request_whole(struct http *h, struct http_connection *c)
{
	if (!c->waiting)
		return;
	c->waiting = false;
	*(c->sooner ? &c->sooner->later : &h->first_waiting) = c->later;
	*(c->later ? &c->later->sooner : &h->last_waiting) = c->sooner;
}

int64_t http_slow_due(const struct http *h)
{
	return h->first_waiting ? h->first_waiting->since + (int64_t)h->options.idle_s * 1000 * REQUEST_IDLES
				: INT64_MAX;
}

void http_cut_slow(struct http *h)
{
	while (http_slow_due(h) <= clock_transport()) {
		struct http_connection *c = h->first_waiting;
		http_request_whole(h, c);
		shutdown(c->fd, SHUT_RDWR); /* the library hears of it and cleans up */
		h->counts.cut++;
	}
}

/* ---- who comes and goes ---- */

static void came(struct http *h, struct MHD_Connection *connection, void **own)
{
	struct http_connection *c = calloc(1, sizeof(*c));

	h->counts.connections++;
	if (!c)
		return; /* its first request will be closed */
	*own = c;
	c->fd = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
	c->address = address_of(MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr);
	c->next = h->connections;
	c->self = &h->connections;
	if (c->next)
		c->next->self = &c->next;
	h->connections = c;
	http_request_begins(h, c);
	/* Once each: the library does not watch a suspended connection, so we would not hear that a browser has
	 * been closed before we have something to say to it. Refused (no memory): we hear it then. */
	struct epoll_event event = {.events = EPOLLRDHUP | EPOLLET, .data.ptr = c};
	epoll_ctl(h->epoll, EPOLL_CTL_ADD, c->fd, &event);
}

void http_connected(void *context, struct MHD_Connection *connection, void **own, enum MHD_ConnectionNotificationCode code)
{
	struct http *h = context;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		came(h, connection, own);
		return;
	}
	struct http_connection *c = *own;
	h->counts.connections--;
	/* When the process has no descriptor left, the library stops listening until somebody leaves, and takes the
	 * listener up again only when it is run the next time. */
	h->again = true;
	if (!c)
		return;
	epoll_ctl(h->epoll, EPOLL_CTL_DEL, c->fd, NULL);
	http_request_whole(h, c);
	*c->self = c->next;
	if (c->next)
		c->next->self = c->self;
	free(c);
}

struct http_connection *http_connection_of(struct MHD_Connection *connection)
{
	return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
}

void http_hear_hangups(struct http *h)
{
	struct epoll_event events[64];
	int n;

	do {
		n = epoll_wait(h->epoll, events, BASE_COUNT(events), 0);
		for (int i = 0; i < n; i++) {
			struct http_connection *c = events[i].data.ptr;
			if (!c)
				continue; /* libmicrohttpd's own */
			c->hung_up = true;
			if (!c->request || !c->request->suspended)
				continue; /* it is being read or written: that ends by itself */
			c->request->over = true;
			http_resume(c->request);
		}
	} while (n == (int)BASE_COUNT(events));
}
