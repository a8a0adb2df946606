// SPDX-License-Identifier: Apache-2.0
/* cable_inside: what cable.c (lines and time) and cable_net.c (net.h, loop.h) share. */
#ifndef TIENDO_TESTS_SIM_CABLE_INSIDE_H
#define TIENDO_TESTS_SIM_CABLE_INSIDE_H

#include "tests/sim/cable.h"

enum cable_kind { CABLE_ROUTER, CABLE_XPUB, CABLE_DEALER, CABLE_SUB, CABLE_PAIR, CABLE_ZAP };
enum { CABLE_TOPIC = 220, CABLE_TOPICS = 16, CABLE_ID = 5 };

struct parcel {
	struct parcel *next;
	int64_t arrives;
	char user_id[16];
	size_t n;
	struct bytes frames[NET_FRAMES]; /* into data */
	uint8_t data[];
};
struct parcels {
	struct parcel *first, *last;
	unsigned n;
};

struct topic {
	size_t size;
	uint8_t bytes[CABLE_TOPIC];
};
struct topics_held {
	struct topic list[CABLE_TOPICS];
	unsigned uses[CABLE_TOPICS]; /* of an XPUB: by how many lines */
	size_t n;
};

enum line_state { LINE_KNOCKING, LINE_ASKED, LINE_OPENING, LINE_UP };

struct line {
	struct line *next;
	uint32_t id;
	enum line_state state;
	struct net_socket *client, *server; /* NULL: that side is gone */
	struct host *client_host, *server_host;
	char user_id[16];
	int64_t at;	 /* of the next step of its opening */
	int64_t dies_at; /* somebody notices; INT64_MAX = never */
	bool up_silent, down_silent;
	struct parcels up, down;
	int64_t up_last, down_last; /* arrival of the last one: lines keep order */
	struct topics_held topics;
};

struct net {
	struct host *host;
};

struct net_socket {
	struct net_socket *next;
	struct host *host;
	enum cable_kind kind;
	char endpoint[NET_ENDPOINT_MAX + 1], domain[16];
	struct parcels in;
	struct line *line; /* of a connecting one */
	int64_t try_at;
	int64_t reconnect_ms;
	bool silenced; /* 400 */
	uint8_t key[KEYS_SIZE];
	int send_hwm, receive_hwm;
	struct topics_held topics;
};

extern struct net_socket *cable_sockets;
extern struct line *cable_lines;
extern bool cable_short; /* queues of a few messages */

struct parcel *cable_parcel(const struct bytes *id, const struct bytes *frames, size_t n,
			    const char *user_id);
void cable_append(struct parcels *q, struct parcel *p);
struct parcel *cable_take(struct parcels *q);
void cable_drop(struct parcels *q);

/* Puts it on its way; false: no room. */
bool cable_ship(struct line *l, bool up, const struct bytes *id, const struct bytes *frames, size_t n);
bool cable_room(const struct line *l, bool up);
/* The verdict of the door about the line that asked. */
void cable_answered(uint32_t id, int status, const char *user_id);
void cable_close_line(struct line *l);
void cable_forget_socket(struct net_socket *s, bool told);
/* Counts a subscription; true = it is the first of its prefix, or was the last. */
bool cable_topic(struct topics_held *t, struct bytes prefix, bool more);
/* A line subscribes or leaves: the XPUB hears of the first and the last only. */
void cable_tell_publisher(struct net_socket *xpub, struct bytes prefix, bool more, const char *user_id);

#endif
