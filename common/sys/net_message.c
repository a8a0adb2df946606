// SPDX-License-Identifier: Apache-2.0
/* Messages without copies, sends that never wait, ZAP's questions, a connection's events. */
#include "common/sys/net_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

_Static_assert(sizeof(zmq_msg_t) == sizeof(struct net_frame), "a frame holds a zmq_msg_t");
_Static_assert(_Alignof(struct net_frame) >= _Alignof(zmq_msg_t), "and is aligned as one");

static zmq_msg_t *msg_of(const struct net_frame *frame)
{
	return (zmq_msg_t *)(uintptr_t)frame->opaque;
}

/* ---- receiving ---- */

/* One frame: 0, -EAGAIN or -ESHUTDOWN. `frame` is initialised in every case. */
static int receive_frame(struct net_socket *s, zmq_msg_t *frame)
{
	zmq_msg_init(frame);
	while (zmq_msg_recv(frame, s->zmq, ZMQ_DONTWAIT) < 0) {
		int code = zmq_errno();
		if (code == EINTR)
			continue;
		zmq_msg_close(frame);
		zmq_msg_init(frame);
		if (code == ETERM)
			return -ESHUTDOWN;
		assert(code == EAGAIN); /* anything else is a socket used wrongly */
		return -EAGAIN;
	}
	return 0;
}

/* Takes the frames of a message that has too many. */
static int drop_rest(struct net_socket *s)
{
	zmq_msg_t frame;
	bool more = true;
	int rc = 0;
	while (more && rc == 0) {
		rc = receive_frame(s, &frame);
		more = zmq_msg_more(&frame);
		zmq_msg_close(&frame);
	}
	return rc == -ESHUTDOWN ? rc : -EMSGSIZE;
}

/* A property that is absent or too long for its place is "". */
static void copy_property(char *out, size_t size, zmq_msg_t *frame, const char *name)
{
	const char *value = zmq_msg_gets(frame, name);
	if (!value || strlen(value) >= size)
		value = "";
	strcpy(out, value);
}

int net_receive(struct net_socket *socket, struct net_message *m)
{
	net_message_clear(m);
	zmq_msg_t *last = NULL;
	do {
		int rc = m->count == NET_FRAMES ? drop_rest(socket) : 0;
		if (rc == 0)
			rc = receive_frame(socket, last = msg_of(&m->frames[m->count++]));
		if (rc) {
			net_message_clear(m);
			return rc;
		}
	} while (zmq_msg_more(last));
	/* the last frame: after a poll the routing id's has lost its metadata */
	copy_property(m->user_id, sizeof(m->user_id), last, "User-Id");
	copy_property(m->address, sizeof(m->address), last, "Peer-Address");
	return 0;
}

struct bytes net_frame(const struct net_message *m, size_t i)
{
	if (i >= m->count)
		return (struct bytes){0};
	zmq_msg_t *msg = msg_of(&m->frames[i]);
	return bytes_of(zmq_msg_data(msg), zmq_msg_size(msg));
}

void net_message_clear(struct net_message *m)
{
	while (m->count > 0)
		zmq_msg_close(msg_of(&m->frames[--m->count]));
	m->user_id[0] = m->address[0] = '\0';
}

/* ---- sending ---- */

static enum net_sent send_frame(struct net_socket *s, struct bytes frame, bool more)
{
	while (zmq_send(s->zmq, frame.data, frame.size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) <
	       0) {
		switch (zmq_errno()) {
		case EINTR:
			continue;
		case EAGAIN:
			return NET_WOULD_BLOCK;
		case EHOSTUNREACH:
			return NET_UNREACHABLE;
		case ETERM:
			return NET_STOPPED;
		default: /* ZeroMQ's numbers, not an enum of ours */
			assert(!"a socket used wrongly");
			return NET_STOPPED;
		}
	}
	return NET_SENT;
}

enum net_sent net_send(struct net_socket *socket, const struct bytes *frames, size_t count)
{
	assert(count > 0);
	enum net_sent sent = send_frame(socket, frames[0], count > 1);
	if (sent != NET_SENT)
		return sent;
	/*
	 * From here on every frame is offered whatever the answer: when the peer goes in the middle
	 * ZeroMQ rolls the message back and swallows frames until it has seen the last one. If we
	 * stopped early it would swallow the next message.
	 */
	for (size_t i = 1; i < count; i++) {
		enum net_sent rest = send_frame(socket, frames[i], i + 1 < count);
		if (rest != NET_SENT)
			sent = rest;
	}
	return sent;
}

enum net_sent net_reply(struct net_socket *router, const struct net_message *to,
			struct bytes payload)
{
	struct bytes frames[] = {net_frame(to, 0), payload};
	return net_send(router, frames, 2);
}

/* ---- ZAP (ZeroMQ RFC 27) ---- */

enum { ZAP_VERSION, ZAP_ID, ZAP_DOMAIN, ZAP_ADDRESS, ZAP_ROUTING_ID, ZAP_MECHANISM, ZAP_KEY };

/* False when it does not fit or holds a NUL. */
static bool copy_frame(char *out, size_t size, struct bytes frame)
{
	if (frame.size >= size || (frame.size && memchr(frame.data, '\0', frame.size)))
		return false;
	if (frame.size)
		memcpy(out, frame.data, frame.size);
	out[frame.size] = '\0';
	return true;
}

static bool is_curve_question(struct net_zap *q)
{
	const struct net_message *m = &q->message;
	struct bytes key = net_frame(m, ZAP_KEY);
	if (m->count != ZAP_KEY + 1 || key.size != KEYS_SIZE ||
	    !bytes_equal(net_frame(m, ZAP_VERSION), bytes_text("1.0")) ||
	    !bytes_equal(net_frame(m, ZAP_MECHANISM), bytes_text("CURVE")))
		return false;
	memcpy(q->key, key.data, KEYS_SIZE);
	return copy_frame(q->domain, sizeof(q->domain), net_frame(m, ZAP_DOMAIN)) &&
	       copy_frame(q->address, sizeof(q->address), net_frame(m, ZAP_ADDRESS));
}

int net_zap_receive(struct net_socket *zap, struct net_zap *question)
{
	int rc = net_receive(zap, &question->message);
	if (rc == -EAGAIN || rc == -ESHUTDOWN)
		return rc;
	if (rc == 0 && is_curve_question(question))
		return 0;
	/* a REP that is not answered never asks again */
	net_zap_answer(zap, question, NET_ZAP_REVOKED, "");
	return -EBADMSG;
}

enum net_sent net_zap_answer(struct net_socket *zap, struct net_zap *question,
			     enum net_zap_status status, const char *user_id)
{
	static const char *const words[] = {"OK", "try again later", "not allowed"};
	char number[16];
	snprintf(number, sizeof(number), "%d", (int)status);
	struct bytes answer[] = {
		bytes_text("1.0"),
		net_frame(&question->message, ZAP_ID),
		bytes_text(number),
		bytes_text(words[status / 100 - 2]),
		bytes_text(status == NET_ZAP_ENTER ? user_id : ""),
		{0}, /* no metadata */
	};
	enum net_sent sent = net_send(zap, answer, BASE_COUNT(answer));
	net_message_clear(&question->message);
	return sent;
}

/* ---- a connection's events ---- */

enum net_event net_event(struct net_socket *socket)
{
	struct net_message m = {0};
	enum net_event event = NET_EVENT_NONE;
	if (!socket->watch || net_receive(socket->watch, &m) != 0)
		return NET_EVENT_NONE;
	struct bytes frame = net_frame(&m, 0); /* u16 event and u32 value, in the machine's order */
	uint16_t number = 0;
	if (frame.size == 6)
		memcpy(&number, frame.data, 2);
	net_message_clear(&m);
	switch (number) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		event = NET_EVENT_READY;
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		event = NET_EVENT_REFUSED;
		break;
	case ZMQ_EVENT_DISCONNECTED:
		event = NET_EVENT_LOST;
		break;
	default: /* ZeroMQ's numbers; only those asked for come */
		event = NET_EVENT_FAILED;
		break;
	}
	return event;
}
