// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/watch.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"
#include "common/sys/codec.h"
#include "tests/bench/world.h"

enum { PATIENCE_MS = 20000 };

struct watch {
	struct watch_options options;
	struct net_socket *socket;
	pthread_t thread;
	struct watch_result result;
	_Atomic uint64_t heartbeats;
};

int64_t watch_now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void take(struct watch *w, const struct net_message *m)
{
	struct bytes head = net_frame(m, 1), body = net_frame(m, 2);

	if (head.size != 2 || head.data[1] != MESSAGE_DELTA) {
		atomic_fetch_add(&w->heartbeats, 1);
		return;
	}
	w->result.deltas++;
	w->result.bytes += body.size;
	if (w->options.took)
		w->options.took(w->options.ctx, net_frame(m, 0), body);
}

static void *run(void *arg)
{
	struct watch *w = arg;
	struct net_message m = {0};
	struct loop_item item = {.socket = w->socket, .fd = -1};

	while (loop_wait(&item, 1, LOOP_FOREVER) != -ESHUTDOWN)
		while (net_receive(w->socket, &m) == 0)
			take(w, &m);
	net_message_clear(&m);
	net_socket_close(&w->socket);
	return NULL;
}

static void nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
}

struct watch *watch_start(const struct watch_options *options)
{
	const struct net_connect to = {.endpoint = options->feed, .server_key = options->server_key,
				       .pair = options->pair, .receive_hwm = 100000, .reconnect_ms = 100};
	struct watch *w = base_alloc(sizeof *w);
	struct sys_error error = {""};
	int64_t end = clock_transport() + PATIENCE_MS;

	w->options = *options;
	w->socket = net_sub_connect(options->net, &to, &error);
	if (!w->socket)
		world_fail("%s", error.text);
	net_subscribe(w->socket, bytes_text("VN/"));
	net_subscribe(w->socket, bytes_text(HEARTBEAT_TOPIC));
	if (pthread_create(&w->thread, NULL, run, w))
		world_fail("no thread for the subscriber");
	while (!atomic_load(&w->heartbeats)) {
		if (clock_transport() > end)
			world_fail("the subscriber heard no heartbeat");
		nap();
	}
	return w;
}

struct watch_result watch_end(struct watch *w)
{
	pthread_join(w->thread, NULL);
	return w->result;
}
