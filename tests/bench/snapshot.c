// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/snapshot.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"
#include "tests/bench/watch.h"
#include "tests/bench/wire.h"
#include "tests/bench/world.h"

enum { PATIENCE_MS = 20000, REPLY_CURSOR = 8, REPLY_FAILURE = 10, REPLY_CATCH_UP = 11, FAILURE_RETRY_MS = 3 };

struct pull {
	struct net_socket *socket;
	uint64_t id, grains, bytes, pages, busy;
	uint8_t cursor[256];
	size_t cursor_size;
};

static void ask(struct pull *p)
{
	Tiendo__V1__Query m = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__CatchUp c = TIENDO__V1__CATCH_UP__INIT;
	uint8_t body[512];
	const uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_QUERY};
	int64_t end = clock_transport() + PATIENCE_MS;

	m.id = ++p->id;
	m.question_case = TIENDO__V1__QUERY__QUESTION_CATCH_UP;
	m.catch_up = &c;
	c.path = (char *)"VN/";
	c.cursor = (ProtobufCBinaryData){p->cursor_size, p->cursor};
	const struct bytes frames[2] = {bytes_of(head, sizeof head), bytes_of(body, codec_pack(&m, body))};
	while (net_send(p->socket, frames, 2) != NET_SENT) { /* until there is a line */
		if (clock_transport() > end)
			world_fail("no line to the query socket");
		nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
	}
}

static void wait_for(struct pull *p, struct net_message *m)
{
	struct loop_item item = {.socket = p->socket, .fd = -1};
	int64_t end = clock_transport() + PATIENCE_MS;

	while (net_receive(p->socket, m) != 0) {
		if (clock_transport() > end)
			world_fail("no answer in %d ms", PATIENCE_MS);
		loop_wait(&item, 1, end);
	}
}

static void refused(struct pull *p, struct bytes failure)
{
	struct wire_field f;
	uint64_t retry = 0;

	for (struct wire at = wire_of(failure); wire_next(&at, &f);)
		retry = f.number == FAILURE_RETRY_MS ? f.value : retry;
	if (!retry)
		world_fail("a page was refused");
	p->busy++;
	nanosleep(&(struct timespec){.tv_sec = (time_t)(retry / 1000), .tv_nsec = (long)(retry % 1000) * 1000000}, NULL);
}

static uint64_t grains_of(struct bytes page)
{
	struct wire_field f;
	uint64_t n = 0;

	for (struct wire at = wire_of(page); wire_next(&at, &f);)
		n += f.number == 1;
	return n;
}

/* True when there is more. */
static bool page(struct pull *p)
{
	struct net_message m = {0};
	struct wire_field f;
	size_t cursor = 0;

	ask(p);
	wait_for(p, &m);
	struct bytes body = net_frame(&m, 1);
	p->bytes += body.size;
	for (struct wire at = wire_of(body); wire_next(&at, &f);) {
		if (f.number == REPLY_FAILURE) {
			refused(p, f.bytes);
			cursor = p->cursor_size; /* the same page again; the first has none */
			net_message_clear(&m);
			return true;
		}
		if (f.number == REPLY_CATCH_UP)
			p->grains += grains_of(f.bytes);
		if (f.number == REPLY_CURSOR && f.bytes.size <= sizeof p->cursor)
			memcpy(p->cursor, f.bytes.data, cursor = f.bytes.size);
	}
	p->pages++;
	p->cursor_size = cursor;
	net_message_clear(&m);
	return cursor > 0;
}

void snapshot(const struct snapshot_options *options, uint32_t times)
{
	const struct net_connect to = {.endpoint = options->query, .server_key = options->server_key,
				       .pair = options->pair, .reconnect_ms = 100};
	struct sys_error error = {""};
	struct pull p = {.socket = net_dealer_connect(options->net, &to, &error)};
	double best = 1e9, worst = 0, all = 0;

	if (!p.socket)
		world_fail("%s", error.text);
	for (uint32_t i = 0; i < times; i++) {
		int64_t start = watch_now_ns();
		while (page(&p))
			;
		double seconds = (double)(watch_now_ns() - start) / 1e9;
		all += seconds;
		best = seconds < best ? seconds : best;
		worst = seconds > worst ? seconds : worst;
	}
	printf("{\"snapshots\":%u,\"grains\":%llu,\"bytes\":%llu,\"pages\":%llu,\"busy\":%llu,\"seconds\":%.4f,\"best_s\":%.4f,"
	       "\"worst_s\":%.4f}\n",
	       times, (unsigned long long)p.grains / times, (unsigned long long)p.bytes / times,
	       (unsigned long long)p.pages / times, (unsigned long long)p.busy, all / times, best, worst);
	net_socket_close(&p.socket);
}
