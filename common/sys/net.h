// SPDX-License-Identifier: Apache-2.0
/*
 * net: ZeroMQ with every option we need already set (CONTRACT).
 *
 * For: sockets made by purpose, messages received without copying, sends that never wait, ZAP
 * questions. Never: blocks (receiving and sending are DONTWAIT; waiting is loop's), decides who may
 * enter, logs, forks.
 *
 * Sets on every TCP socket: CURVE, IPv4, MAXMSGSIZE, HWMs, HANDSHAKE_IVL, heartbeats 5/15/15 s,
 * LINGER; on binding sides ZAP domain + ZAP_ENFORCE_DOMAIN and BACKLOG; on connecting sides
 * RECONNECT_IVL(_MAX), a DEALER's IMMEDIATE. Not used: ROUTING_ID, ROUTER_HANDOVER, XPUB_MANUAL,
 * XPUB_NODROP, CONFLATE.
 *
 * Failure: making gives NULL and a sentence. Receiving gives 0 or -EAGAIN, -EMSGSIZE, -ESHUTDOWN
 * (the context is being stopped: leave the loop, close the sockets, end the thread). Our own
 * mistakes assert.
 *
 * Threads: one struct net per process, shared; a socket belongs to one thread. Block signals
 * before net_open (loop_signals), no fork after it. The socket for ZAP questions (net_zap_bind)
 * must bind before any other.
 */
#ifndef TIENDO_COMMON_SYS_NET_H
#define TIENDO_COMMON_SYS_NET_H

#include "common/sys/keys.h"

struct net;
struct net_socket;

enum {
	NET_FRAMES = 8,       /* frames of one message; one with more is dropped whole */
	NET_USER_ID_MAX = 31, /* letters of a User-Id: ours are key numbers */
	NET_ADDRESS_MAX = 63,
	NET_ENDPOINT_MAX = 255,
	/* MAXMSGSIZE by purpose */
	NET_INGEST_MESSAGE = 64 * 1024,   /* ingest ROUTER: a batch is at most 48 KiB */
	NET_QUESTION_MESSAGE = 4 * 1024, /* query ROUTER: PROTOCOL.md, Limits */
	NET_SUBSCRIPTION_MESSAGE = 512,   /* XPUB: a subscriber sends topics of 200 bytes */
	NET_ANSWER_MESSAGE = 320 * 1024   /* agents, dashboards: a page is at most 256 KiB */
};

/* ---- the context ---- */

struct net *net_open(struct sys_error *error);
/* For a server: its XPUBs have a ZeroMQ thread of their own, so that no answer waits behind a thousand
 * sealed copies of a delta. */
struct net *net_open_server(struct sys_error *error);
/* Makes every wait and receive of every thread end with -ESHUTDOWN. From any thread. */
void net_stop(struct net *net);
/* All sockets must be closed; waits for that. NULL is fine. */
void net_close(struct net *net);

/* ---- sockets ---- */

struct net_bind {
	const char *endpoint;      /* tcp://127.0.0.1:5701; port 0 or * = any, see net_endpoint */
	const uint8_t *secret_key; /* [KEYS_SIZE] of the server */
	const char *zap_domain;    /* never empty: an empty one lets every key in */
	int64_t max_message;       /* bytes of a frame; never 0; more cuts the line */
	int receive_hwm, send_hwm; /* 0 = 8 and 16 (ROUTER), 1000 and 1000 (XPUB) */
};

struct net_connect {
	const char *endpoint;
	const uint8_t *server_key;    /* [KEYS_SIZE], public */
	const struct keys_pair *pair; /* our own */
	int64_t max_message;          /* 0 = NET_ANSWER_MESSAGE */
	int receive_hwm, send_hwm;    /* 0 = 1000 and 4 (DEALER: the spool is the queue) */
	int reconnect_ms; /* 0 = 2000 growing to 60000; else fixed (tests, command line) */
	bool watch;       /* keep what happens to the connection for net_event */
};

/* MANDATORY; numbers its peers itself: frame 0 of what it receives is only a return address. */
struct net_socket *net_router_bind(struct net *net, const struct net_bind *options,
				   struct sys_error *error);
struct net_socket *net_xpub_bind(struct net *net, const struct net_bind *options,
				 struct sys_error *error);
struct net_socket *net_dealer_connect(struct net *net, const struct net_connect *options,
				      struct sys_error *error);
struct net_socket *net_sub_connect(struct net *net, const struct net_connect *options,
				   struct sys_error *error);
/* Between two threads of the process; bind first. No CURVE. `name` without "inproc://". */
struct net_socket *net_pair_bind(struct net *net, const char *name, struct sys_error *error);
struct net_socket *net_pair_connect(struct net *net, const char *name, struct sys_error *error);

void net_socket_close(struct net_socket **socket); /* NULLs; NULL is fine */
/* Closes an XPUB, so that every subscriber (also a revoked one) is cut and must shake hands again,
 * and binds a new one at the same endpoint. On failure `*socket` is NULL. May take some ms. */
int net_xpub_rebind(struct net *net, struct net_socket **socket, const struct net_bind *options,
		    struct sys_error *error);

/* Where it is really bound: tcp://127.0.0.1:41234. Lives as long as the socket. */
const char *net_endpoint(const struct net_socket *socket);
/* For loop only. */
void *net_handle(const struct net_socket *socket);

/*
 * What happened to a connecting socket made with `watch`: so that an agent can say "the centre does
 * not know this key" instead of trying for ever in silence, and the server can prove at start that
 * a random key is refused.
 */
enum net_event {
	NET_EVENT_NONE,    /* nothing (more) happened */
	NET_EVENT_READY,   /* the handshake succeeded */
	NET_EVENT_REFUSED, /* the server's ZAP said 400 or 500: this socket will not try again */
	NET_EVENT_FAILED,  /* the handshake broke off: ZAP said 300, or this is not that server */
	NET_EVENT_LOST     /* a connection ended; ZeroMQ makes the next one by itself */
};
enum net_event net_event(struct net_socket *socket);
/* The watch itself, to wait on in the loop; NULL without one. Belongs to `socket`. */
struct net_socket *net_watch(const struct net_socket *socket);

/* A SUB renews its subscriptions after a reconnection only while its thread waits on it. */
void net_subscribe(struct net_socket *sub, struct bytes prefix);
void net_unsubscribe(struct net_socket *sub, struct bytes prefix);

/* ---- messages ---- */

struct net_frame {
	_Alignas(8) uint8_t opaque[64]; /* a zmq_msg_t; net.c asserts that it fits */
};

/* {0} is empty. Owns its frames until net_message_clear or the next net_receive into it. Never copy
 * one by assignment: two would own the same frames. */
struct net_message {
	size_t count;
	struct net_frame frames[NET_FRAMES];
	char user_id[NET_USER_ID_MAX +
		     1]; /* of the payload (last) frame; "" = none: drop, count, alarm */
	char address[NET_ADDRESS_MAX + 1]; /* of the peer; "" = unknown */
};

/* -EAGAIN: nothing there. -EMSGSIZE: more than NET_FRAMES frames; taken off the socket and dropped.
 * -ESHUTDOWN. */
int net_receive(struct net_socket *socket, struct net_message *m);
/* Frame `i` in place, without a copy; {0} when there is none. On a ROUTER frame 0 is the routing
 * id. */
struct bytes net_frame(const struct net_message *m, size_t i);
void net_message_clear(struct net_message *m);

enum net_sent {
	NET_SENT,
	NET_WOULD_BLOCK, /* the peer's queue is full (or nobody is connected): drop or keep, never
			    wait */
	NET_UNREACHABLE, /* ROUTER: this peer is gone */
	NET_STOPPED      /* the context is being stopped */
};

/* All frames or none; copies them. On a ROUTER frames[0] is the routing id. */
enum net_sent net_send(struct net_socket *socket, const struct bytes *frames, size_t count);
/* The same for a ROUTER's answer of one frame to the sender of `to`. */
enum net_sent net_reply(struct net_socket *router, const struct net_message *to,
			struct bytes payload);

/* ---- ZAP: who may shake hands; the decision is made elsewhere ---- */

enum net_zap_status {
	NET_ZAP_ENTER = 200,
	NET_ZAP_LATER = 300, /* unknown yet, loading, busy: the client tries again by itself */
	NET_ZAP_REVOKED =
		400 /* silences the client for ever: only for a revoked key and the self-test */
};

struct net_zap {
	char domain[64];
	char address[NET_ADDRESS_MAX + 1];
	uint8_t key[KEYS_SIZE];
	struct net_message message; /* the question as it came; net_zap_answer needs it */
};

struct net_socket *net_zap_bind(struct net *net, struct sys_error *error);
/* 0: a CURVE question to be answered now, before the next receive. -EAGAIN. -EBADMSG: not a CURVE
 * question; it has been refused already (a socket of ours without CURVE: our mistake, worth an
 * alarm). -ESHUTDOWN. */
int net_zap_receive(struct net_socket *zap, struct net_zap *question);
/* `user_id`: the key's number as text, for NET_ZAP_ENTER; "" otherwise. */
enum net_sent net_zap_answer(struct net_socket *zap, struct net_zap *question,
			     enum net_zap_status status, const char *user_id);

#endif
