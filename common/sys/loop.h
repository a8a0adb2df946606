// SPDX-License-Identifier: Apache-2.0
/*
 * loop: waiting for sockets, descriptors and a deadline at once (CONTRACT).
 *
 * For: one thread's wait: `tick(now)` says when it is due next, loop_wait sleeps exactly so long.
 * Signals come as a descriptor, wake-ups from other threads too. Never: calls back, owns what it
 * waits for, logs. Failure: negative errno; making adds a sentence.
 */
#ifndef TIENDO_COMMON_SYS_LOOP_H
#define TIENDO_COMMON_SYS_LOOP_H

#include "common/sys/net.h"

enum { LOOP_ITEMS = 16 };
#define LOOP_FOREVER INT64_MAX

/* Either a socket or a descriptor (socket NULL). With fd -1 and no socket the item is skipped. */
struct loop_item {
	struct net_socket *socket;
	int fd;
	bool no_read;    /* do not wait for input (owed work bounds reading) */
	bool want_write; /* wait for room to write too */
	/* set by loop_wait: */
	bool readable;
	bool writable;
	bool broken; /* descriptor: hang-up or error; read it to learn which */
};

/*
 * Waits until something is ready or clock_transport() reaches `deadline` (in the past = just look;
 * LOOP_FOREVER). Returns how many items are ready, 0 at the deadline, -ESHUTDOWN when the context
 * is being stopped. A signal does not end it.
 */
int loop_wait(struct loop_item *items, size_t count, int64_t deadline);

/*
 * Blocks SIGINT, SIGTERM, SIGHUP, SIGUSR1 for this thread and all it will start, ignores SIGPIPE,
 * returns a signalfd. In main before net_open: libzmq's threads must inherit the mask.
 */
int loop_signals(struct sys_error *error);
/* The next signal's number, 0 = none waiting. */
int loop_signal(int fd);

/* An eventfd: many loop_wake, one wake-up. */
int loop_wake_open(struct sys_error *error);
void loop_wake(int fd);      /* from any thread */
bool loop_wake_take(int fd); /* true when woken since the last take */

#endif
