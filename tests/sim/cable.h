// SPDX-License-Identifier: Apache-2.0
/*
 * cable: common/sys/net.h and loop.h over simulated lines. A line is one connection of a connecting
 * socket to a bound one: ordered in each direction, with its own delay, so that lines overtake each
 * other. It opens after a handshake that the centre's door answers (ZAP). It may be cut (what was on the
 * way is lost, from some point on), or go silent in one or both directions until ZeroMQ's heartbeats
 * notice; machines that die close their lines or leave them silent. Queues are as long as ZeroMQ's, or
 * very short. Not simulated: CURVE, frames cut in the middle, more than NET_FRAMES frames.
 */
#ifndef TIENDO_TESTS_SIM_CABLE_H
#define TIENDO_TESTS_SIM_CABLE_H

#include "common/sys/loop.h"
#include "tests/sim/host.h"

void cable_reset(void);

/* One thing that is due on the lines happens, by the dice. False: nothing is due. */
bool cable_step(void);
unsigned cable_due_n(void); /* how many things are due */
int64_t cable_next(void);   /* when the next one is; INT64_MAX = never */

/* Has a socket of the machine something to read? `domain` of a bound one, NULL = any connecting one. */
bool cable_waits(const struct host *h, const char *domain);

/* ---- what befalls the lines ---- */

void cable_weather(int64_t usual_ms, unsigned storms_percent); /* delays from here on */
void cable_slow_readers(bool on);                              /* queues of a few messages */
void cable_split(const struct host *h, bool away);             /* nobody reaches it, it reaches nobody */
bool cable_is_split(const struct host *h);
void cable_cut_some(const struct host *h); /* one line of the machine, NULL = of anybody */
void cable_silence_some(const struct host *h);
/* Its sockets are gone; the others are told (closed by the kernel) or not (the power failed). */
void cable_abandon(const struct host *h, bool told);
void cable_calm(void); /* usual delays, no silence, no splits */

/* ---- for those who listen ---- */

/* Every answer a bound socket sends: to whom (User-Id), and its frames without the routing id. */
extern void (*cable_on_answer)(const struct host *from, const char *domain, uint32_t key,
			       const struct bytes *frames, size_t n);
/* Before something is published. */
extern void (*cable_on_publish)(const struct host *from);
/* A message into a pair's bound side, as from the other thread; its answers. */
bool cable_pair_put(const struct host *h, const struct bytes *frames, size_t n);
extern void (*cable_on_pair)(const struct bytes *frames, size_t n);

struct cable_stats {
	uint64_t messages, lost, cuts, silences, handshakes, refusals;
};
extern struct cable_stats cable_stats;

#endif
