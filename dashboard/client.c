// SPDX-License-Identifier: Apache-2.0
#include "dashboard/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"

enum {
	REPLY_ARENA = 48 * 1024 *
		      1024, /* a page is 256 KiB on the wire; untouched memory costs nothing */
	RECONNECT_MS = 300,
	CLIENT_HANDSHAKE_MS = 15000,
	DOOR_MS = 5000, /* a door that is shut says so at each attempt */
	DOOR_SURE_MS = 2000,
	DOOR_LOOK_MS = 10000, /* how often to look whether it is a door at all */
	GREETING = 0xff,      /* the first byte that a ZeroMQ server sends, at once (RFC 23, ZMTP 3.0) */
	SEND_AGAIN_MS = 20, /* how often to look whether the handshake is done */
	LISTENS_MS = 1000
};

struct client {
	struct client_options options;
	struct net_socket *socket;
	struct codec_arena arena;
	struct net_message message;
	struct buffer question;
	uint64_t id;
	const Tiendo__V1__Reply *reply;
	bool asking, sent, entered; /* entered: a handshake has succeeded once */
	enum client_door door; /* as it said at door_at */
	bool speaks; /* somebody was behind the shut door, when looked last */
	int64_t door_at, door_since, look_at;
	int64_t opened_at, socket_at, asked_at, sent_at, not_before;
};

static bool connect_socket(struct client *c, struct sys_error *error)
{
	const struct net_connect to = {.endpoint = c->options.endpoint,
				       .server_key = c->options.server_key,
				       .pair = c->options.pair,
				       .reconnect_ms = RECONNECT_MS,
				       .watch = c->options.watch};

	net_socket_close(&c->socket);
	c->socket_at = clock_transport();
	c->socket = net_dealer_connect(c->options.net, &to, error);
	return c->socket != NULL;
}

struct client *client_open(const struct client_options *options, struct sys_error *error)
{
	struct client *c = base_alloc(sizeof(*c));

	c->options = *options;
	c->arena = codec_arena_new(REPLY_ARENA);
	c->opened_at = clock_transport();
	if (!c->arena.base || !connect_socket(c, error)) {
		client_close(&c);
		return NULL;
	}
	return c;
}

void client_close(struct client **c)
{
	if (!*c)
		return;
	net_message_clear(&(*c)->message);
	net_socket_close(&(*c)->socket);
	codec_arena_free(&(*c)->arena);
	buffer_free(&(*c)->question);
	free(*c);
	*c = NULL;
}

void client_ask(struct client *c, Tiendo__V1__Query *q, int64_t now)
{
	q->id = ++c->id;
	buffer_clear(&c->question);
	uint8_t *at = buffer_reserve(&c->question, codec_size(q));
	if (at)
		codec_pack(q, at);
	c->reply = NULL;
	c->asking = true;
	c->sent = false;
	c->asked_at = c->not_before = now;
}

static void try_send(struct client *c, int64_t now)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_QUERY};
	struct bytes frames[2] = {bytes_of(head, sizeof(head)), buffer_bytes(&c->question)};

	if (c->sent || now < c->not_before)
		return;
	/* queued only where the handshake is done (IMMEDIATE): that it goes shows that the door is
	 * open. Without a socket (no descriptor, no memory) nothing goes, and that must not keep a loop busy */
	if (!c->socket || net_send(c->socket, frames, 2) != NET_SENT) {
		c->not_before = now + SEND_AGAIN_MS;
		return;
	}
	c->sent = c->entered = true;
	c->sent_at = now;
}

/* Replies to older questions are passed over. */
static void read_reply(struct client *c, int64_t now)
{
	struct bytes head = net_frame(&c->message, 0), body = net_frame(&c->message, 1);

	if (c->message.count != 2 || head.size != 2 || head.data[1] != MESSAGE_REPLY || c->reply)
		return;
	codec_arena_reset(&c->arena);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, body.data, body.size, &c->arena);
	if (!r || r->id != c->id || !r->generation || r->generation->incarnation.len != 16)
		return;
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE &&
	    r->failure->reason == TIENDO__V1__REASON__REASON_BUSY) {
		c->sent = false;
		c->not_before = now + (r->failure->retry_ms ? r->failure->retry_ms : 500);
		return;
	}
	c->reply = r;
	c->asking = false;
}

const Tiendo__V1__Reply *client_step(struct client *c, int64_t now)
{
	if (!c->asking)
		return c->reply;
	while (c->socket && c->asking && net_receive(c->socket, &c->message) == 0)
		read_reply(c, now);
	/* a line that fell silent, or a door that said 400 once: that socket never tries again */
	int64_t waits = c->socket_at > c->asked_at ? c->socket_at : c->asked_at;
	if (c->asking && now - (c->sent ? c->sent_at : waits) > (c->sent ? CLIENT_ANSWER_MS : CLIENT_HANDSHAKE_MS)) {
		connect_socket(c, NULL);
		c->sent = false;
		c->not_before = now;
	}
	if (c->asking)
		try_send(c, now);
	return c->reply;
}

int64_t client_due(const struct client *c, int64_t now)
{
	if (!c->asking)
		return LOOP_FOREVER;
	if (c->sent)
		return c->sent_at + CLIENT_ANSWER_MS + 1;
	return c->not_before > now ? c->not_before : now;
}

struct loop_item client_item(const struct client *c)
{
	return (struct loop_item){.socket = c->socket, .fd = -1};
}

bool client_refused(const struct client *c, int64_t now)
{
	return !c->entered && now - c->opened_at > CLIENT_REFUSED_MS;
}

/* ---- what the door says ---- */

static void heard(struct client *c, enum net_event event, int64_t now)
{
	enum client_door was = c->door;

	if (event == NET_EVENT_READY)
		c->door = CLIENT_DOOR_OPEN;
	else if (event == NET_EVENT_REFUSED)
		c->door = CLIENT_DOOR_REVOKED;
	else if (event == NET_EVENT_FAILED)
		c->door = CLIENT_DOOR_SHUT;
	else if (was == CLIENT_DOOR_OPEN) /* lost; of another one it is the end of that attempt */
		c->door = CLIENT_DOOR_SILENT;
	if (c->door != was)
		c->door_since = now;
	c->door_at = now;
}

enum client_door client_door(struct client *c, int64_t now)
{
	for (enum net_event e; c->socket && (e = net_event(c->socket)) != NET_EVENT_NONE;)
		heard(c, e, now);
	/* one that was revoked is told so once for each socket */
	int64_t lasts = c->door == CLIENT_DOOR_REVOKED ? CLIENT_HANDSHAKE_MS + DOOR_MS : DOOR_MS;
	if (c->door != CLIENT_DOOR_OPEN && now - c->door_at > lasts)
		c->door = CLIENT_DOOR_SILENT;
	if (c->door != CLIENT_DOOR_SHUT)
		return c->door;
	/* a centre that is about to start puts off whoever comes */
	if (now - c->door_since < DOOR_SURE_MS)
		return CLIENT_DOOR_SILENT;
	/* a forwarder (tunnel, container) in front of a dead centre takes every call and hangs up */
	if (now >= c->look_at) {
		c->speaks = client_listens(c->options.endpoint);
		c->look_at = clock_transport() + DOOR_LOOK_MS;
	}
	return c->speaks ? CLIENT_DOOR_SHUT : CLIENT_DOOR_SILENT;
}

const Tiendo__V1__Reply *client_call(struct client *c, Tiendo__V1__Query *q, int64_t limit_ms,
				     int *code, struct sys_error *error)
{
	int64_t now = clock_transport(), end = now + limit_ms;
	const Tiendo__V1__Reply *r;

	client_ask(c, q, now);
	while (!(r = client_step(c, now))) {
		if (client_refused(c, now)) {
			*code = sys_fail(error, -EACCES, "no handshake with %s",
					 c->options.endpoint);
			return NULL;
		}
		if (now >= end) {
			*code = sys_fail(error, -ETIMEDOUT, "no answer from %s",
					 c->options.endpoint);
			return NULL;
		}
		struct loop_item items[2] = {client_item(c), {.fd = c->options.signals}};
		int64_t due = client_due(c, now);
		if (loop_wait(items, 2, due < end ? due : end) < 0 || items[1].readable) {
			*code = sys_fail(error, -ESHUTDOWN, "stopped");
			return NULL;
		}
		now = clock_transport();
	}
	return r;
}

/* ---- closed door or empty house ---- */

static bool ready(int fd, short event)
{
	struct pollfd wait = {.fd = fd, .events = event};

	return poll(&wait, 1, LISTENS_MS) == 1;
}

static bool try_address(const struct addrinfo *to)
{
	int fd = socket(to->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	uint8_t first = 0;

	if (fd < 0)
		return false;
	bool there = (connect(fd, to->ai_addr, to->ai_addrlen) == 0 || (errno == EINPROGRESS && ready(fd, POLLOUT))) &&
		     ready(fd, POLLIN) && recv(fd, &first, 1, 0) == 1 && first == GREETING;
	close(fd);
	return there;
}

bool client_listens(const char *endpoint)
{
	char host[NET_ENDPOINT_MAX + 1];
	const char *from = strstr(endpoint, "://");
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *to;

	snprintf(host, sizeof(host), "%s", from ? from + 3 : endpoint);
	char *port = strrchr(host, ':');
	if (!port)
		return false;
	*port++ = '\0';
	if (getaddrinfo(host, port, &hints, &to) != 0)
		return false;
	bool listens = try_address(to);
	freeaddrinfo(to);
	return listens;
}
