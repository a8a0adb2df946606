// SPDX-License-Identifier: Apache-2.0
/*
 * frame: the frame that every peer's load generator stands in. N clients on one thread, each with batches made
 * beforehand, at most `window` of them not yet acknowledged; the clock, the spreads, the JSON line; and in the end the
 * peer must hold what it acknowledged, or the program fails. What differs is one struct frame_peer in a file of its own.
 *
 * The updates are those that load.c sends to tiendo: same world, same cells, same order, same bytes.
 */
#ifndef TIENDO_TESTS_BENCH_PEERS_FRAME_H
#define TIENDO_TESTS_BENCH_PEERS_FRAME_H

#include "tests/bench/peers/country.h"

struct frame_options {
	const char *mode;
	uint16_t port;
	uint32_t server; /* its first process, for its CPU; 0 = nobody */
	uint32_t clients, batch, window;
	uint64_t updates;
	uint32_t ms;	/* none is sent after so long */
	uint32_t cells; /* of each client, again and again; 0 = all that it has. Then every unit is compared */
};

struct frame_figure { /* of an update: what the sums are made of */
	uint32_t cell;
	int64_t numerator, denominator;
};

struct frame_update {
	struct update update;
	struct frame_figure figure;
	struct bytes blob; /* as tiendo's agent writes it */
};

struct frame_batch {
	size_t at, size; /* in the client's bytes */
	int64_t sent_ns;
};

struct frame_client {
	uint32_t number;
	int fd; /* -1: has no connection of its own */
	void *own;
	struct world_walk walk;
	struct frame_batch *batches;
	struct frame_figure *figures;
	size_t batches_n, sent, acked;
	struct buffer bytes, in;
	size_t out;	/* of the bytes, how many the kernel has */
	size_t replies; /* that belong to the next batch to be acknowledged */
	bool wants;	/* to be told when there is room for writing */
};

struct frame {
	struct frame_options o;
	const struct frame_peer *peer;
	struct country country;
	struct frame_client *clients;
	size_t done;
	int epoll;
	bool over;	  /* nothing more is sent */
	uint32_t replies; /* that acknowledge one batch; 1 unless the peer says otherwise */
	uint32_t *ack_us;
	size_t acks;
	int64_t last_ack_ns, stall_ns;
};

struct frame_peer {
	const char *const *modes;				    /* NULL ends */
	void (*start)(struct frame *c);				    /* once, before the clients; or NULL */
	void (*open)(struct frame *c, struct frame_client *client); /* until batches may be sent */
	/* Writes the batch as it will go over the line. */
	void (*encode)(struct frame *c, struct frame_client *client, const struct frame_update *u,
		       struct buffer *out);
	/* A peer spoken to over a byte stream: how many replies stand in the bytes, and how many bytes those took. */
	size_t (*parse)(struct frame_client *client, const uint8_t *data, size_t size, size_t *replies);
	/* Any other, instead: sends one batch; takes what came and calls frame_acked for each. */
	void (*send)(struct frame *c, struct frame_client *client, struct frame_batch *batch);
	void (*receive)(struct frame *c, struct frame_client *client);
	/* After each round of the loop, and when the descriptor given to frame_watch(c, fd, NULL) has something; or NULL. */
	void (*turn)(struct frame *c);
	/* Ends the program when the peer does not hold what it acknowledged; prints ,"name":value pairs if it likes. */
	void (*check)(struct frame *c);
};
extern const struct frame_peer frame_peer; /* one a program */

/* The oldest batch of this client. */
void frame_acked(struct frame *c, struct frame_client *client);
void frame_watch(struct frame *c, int fd, struct frame_client *client);
void frame_wants(struct frame *c, struct frame_client *client, bool room);
bool frame_mode(const struct frame *c, const char *mode);
uint64_t frame_taken(const struct frame *c); /* updates acknowledged */

/* Over a byte stream, blocking: for hand-shakes and checks. */
int frame_connect(uint16_t port);
void frame_say(int fd, const void *data, size_t size);
/* One line without its end; not for what is fast. */
const char *frame_hear(int fd, char *line, size_t room);
void frame_hear_bytes(int fd, void *data, size_t size);

int64_t frame_now_ns(void);

#endif
