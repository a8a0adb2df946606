// SPDX-License-Identifier: Apache-2.0
/*
 * office: one agent of the load: a real CURVE socket, a session, its pushes made beforehand. It sends while its window
 * has room and notes how long each Ack took. An Ack must cover its push, all of it taken; any answer but Ack and Busy
 * ends the program, for then the figures would not mean what they say.
 */
#ifndef TIENDO_TESTS_BENCH_OFFICE_H
#define TIENDO_TESTS_BENCH_OFFICE_H

#include "common/sys/net.h"
#include "tests/bench/world.h"

enum { OFFICE_EPOCH = 16, OFFICE_WINDOW_MAX = 16 };

struct office_tally { /* of all offices together */
	uint32_t *ack_us;
	size_t acks, acks_room;
	uint64_t taken, busy, bytes;
	int64_t last_ack_ns, stall_ns; /* the longest time without any Ack */
};

struct office_push {
	uint64_t first_seq;
	size_t at, size; /* in bytes of the office, or of its slot */
	uint32_t n;
	int64_t sent_ns;
	uint64_t entry; /* that took it */
	int64_t acked_ns;
};

struct office {
	struct net_socket *socket;
	int fd; /* ZeroMQ's, for epoll */
	uint32_t window;
	uint8_t epoch[OFFICE_EPOCH];
	bool greeted, welcome;
	uint64_t session;
	struct world_walk walk;
	struct buffer bytes;
	bool lazy; /* pushes are made when they are sent first, each in the slot of its number; else beforehand, in `bytes` */
	struct buffer slots[OFFICE_WINDOW_MAX];
	size_t made;
	struct office_push *pushes;
	size_t pushes_n, allowed, sent, acked; /* `allowed`: how many may be sent by now */
	size_t rewound;   /* answers still to come of what was sent before a Busy */
	int64_t again_ns; /* after Busy: not before */
};

struct office_options {
	struct net *net;
	const char *ingest;
	const uint8_t *server_key;
	const struct world *world;
	const struct world_agent *agent;
	uint32_t window;
};
void office_open(struct office *o, const struct office_options *options);
void office_close(struct office *o);

/* Says Hello as soon as there is a line; true once welcome. */
bool office_greet(struct office *o);
/* After the Welcome: makes `n` pushes of `batch` updates; `lazy`: each when it is sent (memory for millions). */
void office_prepare(struct office *o, size_t n, uint32_t batch, bool lazy);
/* Takes what came, sends what may be sent, until there is nothing more to do now. */
void office_turn(struct office *o, struct office_tally *t);

#endif
