// SPDX-License-Identifier: Apache-2.0
/*
 * client: asks the centre one question at a time and owns its liveness: what is not answered is
 * asked again, on a new connection when the old one has fallen silent. For a loop: client_ask, then
 * client_step whenever its socket is ready or client_due has come, until there is a reply. For a
 * command: client_call.
 *
 * Never: logs, gives up by itself (the caller looks at client_refused). A reply of Busy is asked
 * again after the time it names; other Failures are replies. Failure: opening gives NULL and a
 * sentence.
 */
#ifndef TIENDO_DASHBOARD_CLIENT_H
#define TIENDO_DASHBOARD_CLIENT_H

#include "common/sys/codec.h"
#include "common/sys/loop.h"

enum {
	CLIENT_REFUSED_MS =
		3000,           /* no handshake for so long: a person at a terminal wants to know */
	CLIENT_ANSWER_MS = 5000 /* an unanswered question's connection is given up then */
};

struct client;

/* Everything pointed to must outlive the client. */
struct client_options {
	struct net *net;
	const char *endpoint;
	const uint8_t *server_key; /* [KEYS_SIZE] */
	const struct keys_pair *pair;
	int signals; /* of loop_signals: ends client_call; -1 = none */
	bool watch;  /* keep what happens to the connection: client_door is asked at least each minute */
};

struct client *client_open(const struct client_options *options, struct sys_error *error);
void client_close(struct client **c); /* NULLs; NULL is fine */

/* Encodes it at once (id is given here); an older question is forgotten. */
void client_ask(struct client *c, Tiendo__V1__Query *q, int64_t now);
/* The reply, once it is there: given again and again until the next question; NULL = not yet. */
const Tiendo__V1__Reply *client_step(struct client *c, int64_t now);
int64_t client_due(const struct client *c, int64_t now);
struct loop_item client_item(const struct client *c);
/* No handshake has succeeded since the client was opened, CLIENT_REFUSED_MS ago. */
bool client_refused(const struct client *c, int64_t now);

/* What the door said last, with `watch`; what it said long ago says nothing. */
enum client_door {
	CLIENT_DOOR_SILENT, /* nobody answers, or nothing was tried lately */
	CLIENT_DOOR_OPEN,
	CLIENT_DOOR_SHUT,   /* a centre is there and no handshake succeeds: our key is not registered, or it is not that server */
	CLIENT_DOOR_REVOKED /* our key is one that was revoked */
};
enum client_door client_door(struct client *c, int64_t now);

/* Waits for the reply, at most `limit_ms`. NULL: *code is -EACCES (no handshake), -ETIMEDOUT
 * (silence) or -ESHUTDOWN (a signal). A Failure is a reply. */
const Tiendo__V1__Reply *client_call(struct client *c, Tiendo__V1__Query *q, int64_t limit_ms,
				     int *code, struct sys_error *error);

/* Is a ZeroMQ server there? For telling a closed door from an empty house, also one whose calls a tunnel takes; waits 2 s at most. */
bool client_listens(const char *endpoint);

#endif
