// SPDX-License-Identifier: Apache-2.0
/* net.h and loop.h: the sockets as the products see them. */
#include "tests/sim/cable_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/dice.h"

void (*cable_on_answer)(const struct host *from, const char *domain, uint32_t key,
			const struct bytes *frames, size_t n);
void (*cable_on_publish)(const struct host *from);
void (*cable_on_pair)(const struct bytes *frames, size_t n);

/* ---- the context ---- */

struct net *net_open(struct sys_error *error)
{
	struct net *net = base_alloc(sizeof *net);

	(void)error;
	net->host = host_here;
	return net;
}

struct net *net_open_server(struct sys_error *error)
{
	return net_open(error);
}

void net_stop(struct net *net)
{
	(void)net;
}

void net_close(struct net *net)
{
	free(net);
}

/* ---- sockets ---- */

static struct net_socket *make(struct net *net, enum cable_kind kind, const char *endpoint)
{
	struct net_socket *s = base_alloc(sizeof *s);

	s->host = net->host;
	s->kind = kind;
	snprintf(s->endpoint, sizeof s->endpoint, "%s", endpoint);
	s->next = cable_sockets;
	cable_sockets = s;
	return s;
}

static struct net_socket *bind_at(struct net *net, enum cable_kind kind, const struct net_bind *o,
				  int receive_hwm, int send_hwm)
{
	assert(o->secret_key && o->zap_domain && o->zap_domain[0] && o->max_message > 0);
	struct net_socket *s = make(net, kind, o->endpoint);

	snprintf(s->domain, sizeof s->domain, "%s", o->zap_domain);
	s->receive_hwm = o->receive_hwm ? o->receive_hwm : receive_hwm;
	s->send_hwm = o->send_hwm ? o->send_hwm : send_hwm;
	return s;
}

struct net_socket *net_router_bind(struct net *net, const struct net_bind *options,
				   struct sys_error *error)
{
	(void)error;
	return bind_at(net, CABLE_ROUTER, options, 8, 16);
}

struct net_socket *net_xpub_bind(struct net *net, const struct net_bind *options,
				 struct sys_error *error)
{
	(void)error;
	return bind_at(net, CABLE_XPUB, options, 1000, 1000);
}

int net_xpub_rebind(struct net *net, struct net_socket **socket, const struct net_bind *options,
		    struct sys_error *error)
{
	net_socket_close(socket);
	*socket = net_xpub_bind(net, options, error);
	return 0;
}

static struct net_socket *connect_to(struct net *net, enum cable_kind kind, const struct net_connect *o,
				     int send_hwm)
{
	struct net_socket *s = make(net, kind, o->endpoint);

	memcpy(s->key, o->pair->public_key, KEYS_SIZE);
	s->receive_hwm = o->receive_hwm ? o->receive_hwm : 1000;
	s->send_hwm = o->send_hwm ? o->send_hwm : send_hwm;
	s->reconnect_ms = o->reconnect_ms ? o->reconnect_ms : 2000;
	s->try_at = host_now;
	return s;
}

struct net_socket *net_dealer_connect(struct net *net, const struct net_connect *options,
				      struct sys_error *error)
{
	(void)error;
	return connect_to(net, CABLE_DEALER, options, 4);
}

struct net_socket *net_sub_connect(struct net *net, const struct net_connect *options,
				   struct sys_error *error)
{
	(void)error;
	return connect_to(net, CABLE_SUB, options, 1000);
}

struct net_socket *net_pair_bind(struct net *net, const char *name, struct sys_error *error)
{
	(void)error;
	struct net_socket *s = make(net, CABLE_PAIR, name);

	snprintf(s->domain, sizeof s->domain, "%s", name);
	return s;
}

struct net_socket *net_pair_connect(struct net *net, const char *name, struct sys_error *error)
{
	(void)net;
	(void)name;
	sys_fail(error, -ENOSYS, "the simulator is the other side of every pair");
	return NULL;
}

struct net_socket *net_zap_bind(struct net *net, struct sys_error *error)
{
	(void)error;
	return make(net, CABLE_ZAP, "zap");
}

void net_socket_close(struct net_socket **socket)
{
	struct net_socket *s = *socket;

	*socket = NULL;
	if (!s)
		return;
	assert(s->host == host_here);
	cable_forget_socket(s, true);
	free(s);
}

const char *net_endpoint(const struct net_socket *socket)
{
	return socket->endpoint;
}

void *net_handle(const struct net_socket *socket)
{
	(void)socket;
	return NULL;
}

enum net_event net_event(struct net_socket *socket)
{
	(void)socket;
	return NET_EVENT_NONE;
}

struct net_socket *net_watch(const struct net_socket *socket)
{
	(void)socket;
	return NULL;
}

static void change_topic(struct net_socket *sub, struct bytes prefix, bool more)
{
	uint8_t text[1 + CABLE_TOPIC] = {more};
	struct bytes frame = bytes_of(text, 1 + prefix.size);

	memcpy(text + 1, prefix.data, prefix.size);
	if (cable_topic(&sub->topics, prefix, more) && sub->line && sub->line->state == LINE_UP)
		cable_ship(sub->line, true, NULL, &frame, 1);
}

void net_subscribe(struct net_socket *sub, struct bytes prefix)
{
	change_topic(sub, prefix, true);
}

void net_unsubscribe(struct net_socket *sub, struct bytes prefix)
{
	change_topic(sub, prefix, false);
}

/* ---- receiving ---- */

struct held { /* in a net_frame */
	struct bytes bytes;
	struct parcel *parcel; /* of the first frame: owned */
};
_Static_assert(sizeof(struct held) <= sizeof(struct net_frame), "a frame holds it");

static struct held *held_of(const struct net_frame *f)
{
	return (struct held *)(uintptr_t)f->opaque;
}

int net_receive(struct net_socket *socket, struct net_message *m)
{
	net_message_clear(m);
	assert(socket->host == host_here);
	struct parcel *p = cable_take(&socket->in);
	if (!p)
		return -EAGAIN;
	for (; m->count < p->n; m->count++)
		*held_of(&m->frames[m->count]) = (struct held){
			.bytes = p->frames[m->count], .parcel = m->count ? NULL : p};
	snprintf(m->user_id, sizeof m->user_id, "%s", p->user_id);
	snprintf(m->address, sizeof m->address, "sim");
	return 0;
}

struct bytes net_frame(const struct net_message *m, size_t i)
{
	return i < m->count ? held_of(&m->frames[i])->bytes : (struct bytes){0};
}

void net_message_clear(struct net_message *m)
{
	if (m->count)
		free(held_of(&m->frames[0])->parcel);
	m->count = 0;
	m->user_id[0] = m->address[0] = '\0';
}

/* ---- sending ---- */

static enum net_sent send_up(struct net_socket *s, const struct bytes *frames, size_t n)
{
	uint8_t id[CABLE_ID] = {0};

	if (!s->line || s->line->state != LINE_UP)
		return NET_WOULD_BLOCK;
	put_u32(id + 1, s->line->id);
	struct bytes peer = bytes_of(id, sizeof id);
	return cable_ship(s->line, true, &peer, frames, n) ? NET_SENT : NET_WOULD_BLOCK;
}

static enum net_sent send_down(struct net_socket *s, const struct bytes *frames, size_t n)
{
	struct line *l = cable_lines;
	uint32_t id = frames[0].size == CABLE_ID ? get_u32(frames[0].data + 1) : 0;

	while (l && !(l->id == id && l->server == s))
		l = l->next;
	if (!l)
		return NET_UNREACHABLE;
	if (cable_on_answer)
		cable_on_answer(s->host, s->domain, (uint32_t)strtoul(l->user_id, NULL, 10), frames + 1, n - 1);
	return cable_ship(l, false, NULL, frames + 1, n - 1) ? NET_SENT : NET_WOULD_BLOCK;
}

static bool wants(const struct topics_held *t, struct bytes topic)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->list[i].size <= topic.size &&
		    !memcmp(t->list[i].bytes, topic.data, t->list[i].size))
			return true;
	return false;
}

static enum net_sent send_all(struct net_socket *s, const struct bytes *frames, size_t n)
{
	if (cable_on_publish)
		cable_on_publish(s->host);
	for (struct line *l = cable_lines; l; l = l->next)
		if (l->server == s && l->state == LINE_UP && wants(&l->topics, frames[0]))
			cable_ship(l, false, NULL, frames, n); /* no room: dropped, as XPUB does */
	return NET_SENT;
}

enum net_sent net_send(struct net_socket *socket, const struct bytes *frames, size_t n)
{
	enum net_sent sent = NET_SENT;

	assert(socket->host == host_here && n > 0);
	host_point(POINT_SEND);
	switch (socket->kind) {
	case CABLE_DEALER:
		sent = send_up(socket, frames, n);
		break;
	case CABLE_ROUTER:
		sent = send_down(socket, frames, n);
		break;
	case CABLE_XPUB:
		sent = send_all(socket, frames, n);
		break;
	case CABLE_PAIR:
		cable_on_pair(frames, n);
		break;
	case CABLE_SUB:
	case CABLE_ZAP:
		assert(!"nothing is sent there");
	}
	host_point(POINT_SENT);
	return sent;
}

enum net_sent net_reply(struct net_socket *router, const struct net_message *to, struct bytes payload)
{
	struct bytes frames[] = {net_frame(to, 0), payload};

	return net_send(router, frames, 2);
}

bool cable_pair_put(const struct host *h, const struct bytes *frames, size_t n)
{
	struct net_socket *s = cable_sockets;

	while (s && !(s->kind == CABLE_PAIR && s->host == h))
		s = s->next;
	if (s)
		cable_append(&s->in, cable_parcel(NULL, frames, n, ""));
	return s != NULL;
}

/* ---- ZAP ---- */

int net_zap_receive(struct net_socket *zap, struct net_zap *question)
{
	int rc = net_receive(zap, &question->message);

	if (rc)
		return rc;
	struct bytes domain = net_frame(&question->message, 1);
	memcpy(question->domain, domain.data, domain.size);
	question->domain[domain.size] = '\0';
	memcpy(question->key, net_frame(&question->message, 2).data, KEYS_SIZE);
	snprintf(question->address, sizeof question->address, "sim");
	return 0;
}

enum net_sent net_zap_answer(struct net_socket *zap, struct net_zap *question,
			     enum net_zap_status status, const char *user_id)
{
	(void)zap;
	cable_answered(get_u32(net_frame(&question->message, 0).data), (int)status, user_id);
	net_message_clear(&question->message);
	return NET_SENT;
}

/* ---- loop.h: nobody waits here; it is only looked at what is ready ---- */

int loop_wait(struct loop_item *items, size_t count, int64_t deadline)
{
	int ready = 0;

	assert(deadline <= host_now); /* a wait inside a turn would stop the world */
	for (size_t i = 0; i < count; i++) {
		struct loop_item *item = &items[i];
		const struct net_socket *s = item->socket;

		item->readable = s && !item->no_read && s->in.n;
		item->writable = s && item->want_write && s->line && s->line->state == LINE_UP &&
				 cable_room(s->line, true);
		item->broken = false;
		ready += item->readable || item->writable;
	}
	return ready;
}

int loop_signals(struct sys_error *error)
{
	(void)error;
	return -1;
}

int loop_signal(int fd)
{
	(void)fd;
	return 0;
}

int loop_wake_open(struct sys_error *error)
{
	(void)error;
	return -1;
}

void loop_wake(int fd)
{
	(void)fd;
}

bool loop_wake_take(int fd)
{
	(void)fd;
	return true;
}

bool cable_waits(const struct host *h, const char *domain)
{
	for (const struct net_socket *s = cable_sockets; s; s = s->next)
		if (s->host == h && s->in.n &&
		    (domain ? !strcmp(s->kind == CABLE_ZAP ? "zap" : s->domain, domain)
			    : s->kind == CABLE_DEALER || s->kind == CABLE_SUB))
			return true;
	return false;
}
