// SPDX-License-Identifier: Apache-2.0
/* A stream over a real connection: what concerns others passes it by, however much it is; who is really behind is let go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/http.h"
#include "common/sys/loop.h"
#include "dashboard/web_stream.h"

enum { PATIENCE_MS = 60000, BURST = 100, ROUNDS = 3 * WEB_RING_EVENTS / BURST };

static struct house {
	struct http *http;
	struct web_events events;
	struct web_streams *streams;
	struct atlas atlas;
	struct web_view view;
	int client;
	struct buffer heard;
	bool ended;
} h;

static bool may(void *context, const void *pass)
{
	(void)context;
	(void)pass;
	return true;
}

static void handle(void *context, struct http_request *r)
{
	const struct web_stream_options o = {.path = "VN/40/", .all = true, .owner = "somebody", .may = may, .pass = ""};

	(void)context;
	assert_true(web_stream_open(h.streams, &h.view, r, &o));
}

static void gone(void *context, struct http_request *r)
{
	(void)context;
	web_stream_gone(h.streams, r);
}

static void come(void)
{
	static const char question[] = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n";
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(http_port(h.http)), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};

	h.client = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(connect(h.client, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(h.client, question, sizeof(question) - 1), sizeof(question) - 1);
}

/* The gateway's turn, and what the browser has got by then. */
static void turn(void)
{
	char piece[4096];
	ssize_t n;

	http_run(h.http);
	web_streams_wake(h.streams);
	while ((n = recv(h.client, piece, sizeof(piece), MSG_DONTWAIT)) > 0)
		buffer_put(&h.heard, piece, (size_t)n);
	h.ended |= n == 0;
}

static void until(const char *text)
{
	int64_t end = clock_transport() + PATIENCE_MS;
	struct loop_item item = {.fd = http_fd(h.http)};

	while (!strstr(buffer_text(&h.heard), text) && !h.ended) {
		assert_true(clock_transport() < end);
		loop_wait(&item, 1, clock_transport() + 10);
		turn();
	}
}

static void put(const char *path, const char *text)
{
	web_ring_put(h.events.ring, path, false, bytes_text(text));
}

static int open_house(void **state)
{
	const struct http_options o = {.handle = handle, .gone = gone, .connections = 4, .connection_memory = 12 * 1024};
	struct sys_error error = {""};

	(void)state;
	h = (struct house){.view = {.atlas = &h.atlas, .root = "VN"}};
	h.events.ring = web_ring_new(0);
	h.streams = web_streams_new(&h.events, 4, 4);
	h.http = http_open(&o, &error);
	assert_non_null(h.http);
	come();
	until("event: hello");
	return 0;
}

static int close_house(void **state)
{
	(void)state;
	close(h.client);
	http_close(h.http);
	web_streams_free(h.streams);
	web_events_free(&h.events);
	buffer_free(&h.heard);
	return 0;
}

/* It has nothing to hear for three times as long as the ring is. */
static void others_events_pass_it_by(void **state)
{
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BURST; i++)
			put("VN/38/", "data: elsewhere\n\n");
		turn();
	}
	put("VN/40/412/", "data: here\n\n");
	until("data: here");
	assert_false(h.ended);
	assert_non_null(strstr(buffer_text(&h.heard), "data: here"));
	assert_null(strstr(buffer_text(&h.heard), "elsewhere"));
}

/* More of its own than the ring keeps comes between two turns: what it lost it must fetch anew. */
static void who_is_behind_is_let_go(void **state)
{
	(void)state;
	for (int i = 0; i < WEB_RING_EVENTS + BURST; i++)
		put("VN/40/412/", "data: here\n\n");
	until("data: here");
	assert_true(h.ended);
	assert_null(strstr(buffer_text(&h.heard), "data: here"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(others_events_pass_it_by, open_house, close_house),
		cmocka_unit_test_setup_teardown(who_is_behind_is_let_go, open_house, close_house),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
