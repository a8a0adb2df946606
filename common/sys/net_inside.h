// SPDX-License-Identifier: Apache-2.0
/* net_inside: what net.c (context, sockets) and net_message.c (messages, ZAP) share. */
#ifndef TIENDO_COMMON_SYS_NET_INSIDE_H
#define TIENDO_COMMON_SYS_NET_INSIDE_H

#include <zmq.h>

#include "common/sys/net.h"

struct net {
	void *zmq;
	bool feed_apart; /* two threads: one for XPUBs, one for all else */
	unsigned watches; /* numbers the monitors' inproc names */
};

struct net_socket {
	void *zmq;
	struct net_socket *watch; /* monitor's PAIR; NULL = none */
	char endpoint[NET_ENDPOINT_MAX + 1];
};

#endif
