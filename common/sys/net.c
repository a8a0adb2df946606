// SPDX-License-Identifier: Apache-2.0
#include "common/sys/net_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/sys/clock.h"

/* Honoured by Debian's library, missing in its header (a draft constant). */
#ifndef ZMQ_ZAP_ENFORCE_DOMAIN
#define ZMQ_ZAP_ENFORCE_DOMAIN 93
#endif

enum {
	HANDSHAKE_MS = 5000,
	HEARTBEAT_MS = 5000,
	HEARTBEAT_LOST_MS = 15000,
	CONNECT_MS = 10000, /* instead of the kernel's two minutes */
	RECONNECT_MS = 2000,
	RECONNECT_MAX_MS = 60000,
	BACKLOG = 4096,
	/* of each subscriber's line: the kernel's own choice is up to 4 MiB, filled for one who does not read */
	FEED_SEND_BUFFER = 256 * 1024,
	SERVER_LINGER_MS = 200, /* the last acks of a clean stop */
	REBIND_MS = 2000,
	CURVE_BYTES = 33 /* ZeroMQ counts a frame as it travels: sealed, so much longer */
};

static int no_socket(struct sys_error *error, const char *what, const char *endpoint)
{
	int code = zmq_errno() == ETERM ? ESHUTDOWN : zmq_errno();
	if (code <= 0 || code >= ZMQ_HAUSNUMERO)
		code = EINVAL;
	const char *advice = code == EADDRINUSE      ? "; does another server run?"
			     : code == EADDRNOTAVAIL ? "; this machine has no such address"
			     : code == ENODEV        ? "; write an IPv4 address of this machine"
						     : "";
	return sys_fail(error, -code, "cannot %s %s: %s%s", what, endpoint,
			zmq_strerror(zmq_errno()), advice);
}

/* ---- the context ---- */

struct net *net_open(struct sys_error *error)
{
	struct net *net = base_alloc(sizeof(*net));
	net->zmq = zmq_ctx_new();
	if (net->zmq)
		return net;
	no_socket(error, "start", "ZeroMQ");
	free(net);
	return NULL;
}

struct net *net_open_server(struct sys_error *error)
{
	struct net *net = net_open(error);

	/* before the first socket; refused only when there is one */
	if (net)
		net->feed_apart = zmq_ctx_set(net->zmq, ZMQ_IO_THREADS, 2) == 0;
	return net;
}

void net_stop(struct net *net)
{
	zmq_ctx_shutdown(net->zmq);
}

void net_close(struct net *net)
{
	if (!net)
		return;
	while (zmq_ctx_term(net->zmq) != 0 && zmq_errno() == EINTR)
		;
	free(net);
}

/* ---- options ---- */

/* Every option here is one that this library has: a refusal is a build against the wrong one. */
static void set(struct net_socket *s, int option, const void *value, size_t size)
{
	int rc = zmq_setsockopt(s->zmq, option, value, size);
	assert(rc == 0 || zmq_errno() == ETERM);
	(void)rc;
}

static void set_int(struct net_socket *s, int option, int value)
{
	set(s, option, &value, sizeof(value));
}

static void set_common(struct net_socket *s, int64_t max_message, int receive_hwm, int send_hwm)
{
	max_message += CURVE_BYTES;
	set(s, ZMQ_MAXMSGSIZE, &max_message, sizeof(max_message));
	set_int(s, ZMQ_RCVHWM, receive_hwm);
	set_int(s, ZMQ_SNDHWM, send_hwm);
	set_int(s, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS);
	set_int(s, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS);
	set_int(s, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_LOST_MS);
	set_int(s, ZMQ_HEARTBEAT_TTL, HEARTBEAT_LOST_MS);
}

/* ---- making ---- */

static struct net_socket *make(struct net *net, int type, const char *endpoint,
			       struct sys_error *error)
{
	struct net_socket *s = base_alloc(sizeof(*s));
	s->zmq = zmq_socket(net->zmq, type);
	if (s->zmq)
		return s;
	no_socket(error, "make a socket for", endpoint);
	free(s);
	return NULL;
}

void net_socket_close(struct net_socket **socket)
{
	struct net_socket *s = *socket;
	*socket = NULL;
	if (!s)
		return;
	if (s->watch)
		zmq_socket_monitor(s->zmq, NULL, 0);
	net_socket_close(&s->watch);
	zmq_close(s->zmq);
	free(s);
}

static struct net_socket *bound(struct net_socket *s, const char *endpoint, struct sys_error *error)
{
	size_t size = sizeof(s->endpoint);
	if (zmq_bind(s->zmq, endpoint) == 0 &&
	    zmq_getsockopt(s->zmq, ZMQ_LAST_ENDPOINT, s->endpoint, &size) == 0)
		return s;
	int code = no_socket(error, "listen on", endpoint);
	net_socket_close(&s);
	errno = -code; /* for net_xpub_rebind */
	return NULL;
}

static struct net_socket *connected(struct net_socket *s, const char *endpoint,
				    struct sys_error *error)
{
	snprintf(s->endpoint, sizeof(s->endpoint), "%s", endpoint);
	if (zmq_connect(s->zmq, endpoint) == 0)
		return s;
	no_socket(error, "connect to", endpoint);
	net_socket_close(&s);
	return NULL;
}

static struct net_socket *bind_curve(struct net *net, int type, const struct net_bind *o,
				     int receive_hwm, int send_hwm, struct sys_error *error)
{
	/* any of these missing would let in whoever comes */
	assert(o->secret_key && o->zap_domain && o->zap_domain[0] && o->max_message > 0);
	struct net_socket *s = make(net, type, o->endpoint, error);
	if (!s)
		return NULL;
	set_common(s, o->max_message, o->receive_hwm ? o->receive_hwm : receive_hwm,
		   o->send_hwm ? o->send_hwm : send_hwm);
	set_int(s, ZMQ_LINGER, SERVER_LINGER_MS);
	set_int(s, ZMQ_BACKLOG, BACKLOG);
	uint64_t thread = type == ZMQ_XPUB ? 2 : 1; /* a bit for each */
	if (net->feed_apart)
		set(s, ZMQ_AFFINITY, &thread, sizeof(thread));
	set_int(s, ZMQ_CURVE_SERVER, 1);
	set(s, ZMQ_CURVE_SECRETKEY, o->secret_key, KEYS_SIZE);
	set(s, ZMQ_ZAP_DOMAIN, o->zap_domain, strlen(o->zap_domain));
	set_int(s, ZMQ_ZAP_ENFORCE_DOMAIN, 1);
	if (type == ZMQ_ROUTER)
		set_int(s, ZMQ_ROUTER_MANDATORY, 1);
	else
		set_int(s, ZMQ_SNDBUF, FEED_SEND_BUFFER);
	return bound(s, o->endpoint, error);
}

struct net_socket *net_router_bind(struct net *net, const struct net_bind *options,
				   struct sys_error *error)
{
	return bind_curve(net, ZMQ_ROUTER, options, 8, 16, error);
}

struct net_socket *net_xpub_bind(struct net *net, const struct net_bind *options,
				 struct sys_error *error)
{
	return bind_curve(net, ZMQ_XPUB, options, 1000, 1000, error);
}

int net_xpub_rebind(struct net *net, struct net_socket **socket, const struct net_bind *options,
		    struct sys_error *error)
{
	char endpoint[NET_ENDPOINT_MAX + 1]; /* where it really was, also when port 0 was asked */
	memcpy(endpoint, (*socket)->endpoint, sizeof(endpoint));
	struct net_bind again = *options;
	again.endpoint = endpoint;
	net_socket_close(socket);
	/* closing happens in ZeroMQ's thread: the port is ours again some moments later */
	struct sys_error busy;
	int64_t deadline = clock_transport() + REBIND_MS;
	while (!(*socket = net_xpub_bind(net, &again, &busy))) {
		if (errno != EADDRINUSE || clock_transport() > deadline)
			return sys_fail(error, errno > 0 ? -errno : -EINVAL, "%s", busy.text);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	}
	return 0;
}

/* Reports of the connection come over a PAIR of their own; before the connect, so that none is
 * missed. */
static bool start_watch(struct net *net, struct net_socket *s, struct sys_error *error)
{
	char name[64];
	snprintf(name, sizeof(name), "inproc://watch.%u",
		 __atomic_fetch_add(&net->watches, 1, __ATOMIC_RELAXED));
	int events = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH |
		     ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |
		     ZMQ_EVENT_DISCONNECTED;
	if (zmq_socket_monitor(s->zmq, name, events) != 0) {
		no_socket(error, "watch", name);
		return false;
	}
	struct net_socket *w = make(net, ZMQ_PAIR, name, error);
	if (w)
		set_int(w, ZMQ_LINGER, 0);
	s->watch = w ? connected(w, name, error) : NULL;
	return s->watch != NULL;
}

static struct net_socket *connect_curve(struct net *net, int type, const struct net_connect *o,
					int send_hwm, struct sys_error *error)
{
	struct net_socket *s = make(net, type, o->endpoint, error);
	if (!s)
		return NULL;
	set_common(s, o->max_message ? o->max_message : NET_ANSWER_MESSAGE,
		   o->receive_hwm ? o->receive_hwm : 1000, o->send_hwm ? o->send_hwm : send_hwm);
	set_int(s, ZMQ_LINGER, 0);
	/* a DEALER keeps nothing for a server that is not there; a SUB's subscriptions may wait */
	set_int(s, ZMQ_IMMEDIATE, type == ZMQ_DEALER);
	set_int(s, ZMQ_CONNECT_TIMEOUT, CONNECT_MS);
	set_int(s, ZMQ_RECONNECT_IVL, o->reconnect_ms ? o->reconnect_ms : RECONNECT_MS);
	set_int(s, ZMQ_RECONNECT_IVL_MAX, o->reconnect_ms ? 0 : RECONNECT_MAX_MS);
	set(s, ZMQ_CURVE_SERVERKEY, o->server_key, KEYS_SIZE);
	set(s, ZMQ_CURVE_PUBLICKEY, o->pair->public_key, KEYS_SIZE);
	set(s, ZMQ_CURVE_SECRETKEY, o->pair->secret_key, KEYS_SIZE);
	if (o->watch && !start_watch(net, s, error)) {
		net_socket_close(&s);
		return NULL;
	}
	return connected(s, o->endpoint, error);
}

struct net_socket *net_dealer_connect(struct net *net, const struct net_connect *options,
				      struct sys_error *error)
{
	return connect_curve(net, ZMQ_DEALER, options, 4, error);
}

struct net_socket *net_sub_connect(struct net *net, const struct net_connect *options,
				   struct sys_error *error)
{
	/* what a SUB sends are its subscriptions: beyond this many they would be lost */
	return connect_curve(net, ZMQ_SUB, options, 1000, error);
}

static struct net_socket *make_inproc(struct net *net, int type, const char *name, bool binds,
				      struct sys_error *error)
{
	char endpoint[NET_ENDPOINT_MAX + 1];
	snprintf(endpoint, sizeof(endpoint), "inproc://%s", name);
	struct net_socket *s = make(net, type, endpoint, error);
	if (!s)
		return NULL;
	set_int(s, ZMQ_LINGER, 0);
	return binds ? bound(s, endpoint, error) : connected(s, endpoint, error);
}

struct net_socket *net_pair_bind(struct net *net, const char *name, struct sys_error *error)
{
	return make_inproc(net, ZMQ_PAIR, name, true, error);
}

struct net_socket *net_pair_connect(struct net *net, const char *name, struct sys_error *error)
{
	return make_inproc(net, ZMQ_PAIR, name, false, error);
}

struct net_socket *net_zap_bind(struct net *net, struct sys_error *error)
{
	return make_inproc(net, ZMQ_REP, "zeromq.zap.01", true, error); /* the name is RFC 27's */
}

/* ---- looking at one ---- */

const char *net_endpoint(const struct net_socket *socket)
{
	return socket->endpoint;
}

void *net_handle(const struct net_socket *socket)
{
	return socket->zmq;
}

struct net_socket *net_watch(const struct net_socket *socket)
{
	return socket->watch;
}

void net_subscribe(struct net_socket *sub, struct bytes prefix)
{
	set(sub, ZMQ_SUBSCRIBE, prefix.data, prefix.size);
}

void net_unsubscribe(struct net_socket *sub, struct bytes prefix)
{
	/* EINVAL: was not subscribed; then it is as asked already */
	zmq_setsockopt(sub->zmq, ZMQ_UNSUBSCRIBE, prefix.data, prefix.size);
}
