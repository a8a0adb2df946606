// SPDX-License-Identifier: Apache-2.0
/*
 * browsers: N streams of events on a running gateway, as N open pages hold them, and beside them the floor: one raw
 * ZeroMQ subscriber of the same centre, which keeps no mirror and makes no JSON.
 *
 *   browsers WORLD PORT FEED KEY N DEPTH        DEPTH: all = every stream follows every unit; 1 = the country and its
 *                                               provinces, as the overview does (but the first: it follows every unit)
 *
 * says one JSON line when every stream was greeted, then obeys lines on standard input, and answers each with a line:
 *   stall K                 K more connections that ask and read nothing: streams of everything, and large answers
 *   check COMMITS PROBES    waits until all streams have what was reported (at most 10 s), then says how long each change
 *                           took from its commit to the last byte of its event at each stream, how long to the raw
 *                           subscriber, and how many events are missing or out of their order at a stream
 *   forget                  what was noted so far
 *
 * COMMITS is commits.so's, PROBES load.c's. A change is there when the unit's own event is, and that of the country with
 * it; at a stream of DEPTH 1 when the country's is.
 */
#include "tests/bench/browsers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"
#include "tests/bench/watch.h"
#include "tests/bench/wire.h"

enum { EVENTS = 256, PIECE = 64 * 1024, GREET_MS = 60000, STALLED_BYTES = 4096 };

struct browsers browsers = {.lock = PTHREAD_MUTEX_INITIALIZER};

static unsigned depth_of(const char *path)
{
	unsigned n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

static void note(struct log *l, struct seen seen)
{
	if ((l->n & (l->n - 1)) == 0)
		l->list = base_grow(l->list, l->n ? 2 * l->n : 1, sizeof *l->list);
	l->list[l->n++] = seen;
}

/* ---- the floor ---- */

static void raw_delta(void *ctx, struct bytes topic, struct bytes body)
{
	struct seen seen = {.ns = watch_now_ns()};
	struct wire_field f;

	(void)ctx;
	for (struct wire at = wire_of(body); wire_next(&at, &f);)
		seen.version = f.number == 4 ? f.value : seen.version;
	for (size_t i = 0; i < topic.size; i++)
		seen.depth += topic.data[i] == '/';
	pthread_mutex_lock(&browsers.lock);
	note(&browsers.raw, seen);
	pthread_mutex_unlock(&browsers.lock);
}

/* ---- streams ---- */

static void took(void *ctx, const struct sse_event *e)
{
	struct stream *s = ctx;

	browsers.events++;
	if (e->kind == SSE_HELLO) {
		browsers.greeted += !s->greeted;
		s->greeted = true;
		s->from = s->last = e->number;
		return;
	}
	if (e->kind == SSE_RESYNC || e->number <= s->last || (s->all && e->number != s->last + 1))
		s->missing++;
	s->last = e->number;
	note(&s->log, (struct seen){e->number, e->kind == SSE_GRAIN ? e->version : 0, browsers.now_ns, depth_of(e->path)});
}

static int line_to(int receive_bytes)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || (receive_bytes && setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes)) ||
	    connect(fd, (struct sockaddr *)&browsers.to, sizeof browsers.to))
		world_fail("no line to the gateway: %s", sys_text(errno));
	return fd;
}

static void ask(int fd, const char *what)
{
	char text[256];
	int size = snprintf(text, sizeof text, "GET /api/v1/%s HTTP/1.1\r\nHost: localhost\r\n\r\n", what);

	if (write(fd, text, (size_t)size) != size)
		world_fail("the gateway takes no question: %s", sys_text(errno));
}

static void open_stream(struct stream *s, bool all)
{
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = s};

	*s = (struct stream){.fd = line_to(0), .all = all};
	ask(s->fd, all ? "events?unit=VN&depth=all" : "events?unit=VN&depth=1");
	if (epoll_ctl(browsers.epoll, EPOLL_CTL_ADD, s->fd, &event))
		world_fail("epoll: %s", sys_text(errno));
}

static void turn(struct stream *s)
{
	static uint8_t piece[PIECE];
	ssize_t size = recv(s->fd, piece, sizeof piece, MSG_DONTWAIT);

	if (size < 0 && errno == EAGAIN)
		return;
	browsers.now_ns = watch_now_ns();
	if (size <= 0 || !sse_read(&s->sse, bytes_of(piece, (size_t)size), took, s) || s->sse.ended) {
		s->over = true;
		epoll_ctl(browsers.epoll, EPOLL_CTL_DEL, s->fd, NULL);
		if (!s->greeted)
			world_fail("the gateway refuses a stream: %u", s->sse.status);
		return;
	}
	browsers.bytes += (uint64_t)size;
}

void browsers_run(bool (*done)(void), bool input, int64_t end)
{
	struct epoll_event events[EVENTS], standard = {.events = EPOLLIN};
	bool told = false;

	if (input)
		epoll_ctl(browsers.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &standard);
	while (!told && !(done && done()) && clock_transport() < end) {
		int n = epoll_wait(browsers.epoll, events, EVENTS, 20);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				turn(events[i].data.ptr);
			else
				told = true;
		}
	}
	if (input)
		epoll_ctl(browsers.epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}

static bool all_greeted(void)
{
	return browsers.greeted == browsers.n;
}

static void stall(size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = line_to(STALLED_BYTES); /* kept open by nobody's reading it */
		if (i % 2 == 0)
			ask(fd, "events?unit=VN&depth=all");
		else
			for (int k = 0; k < 4; k++)
				ask(fd, "board?unit=VN");
	}
	printf("{\"stalled\":%zu}\n", n);
}

static void forget(void)
{
	for (size_t i = 0; i < browsers.n; i++) {
		struct stream *s = &browsers.streams[i];
		free(s->log.list);
		s->log = (struct log){0};
		s->from = s->last;
	}
	pthread_mutex_lock(&browsers.lock);
	free(browsers.raw.list);
	browsers.raw = (struct log){0};
	pthread_mutex_unlock(&browsers.lock);
	browsers.events = browsers.bytes = 0;
	printf("{\"forgotten\":true}\n");
}

static bool obey(void)
{
	char line[1024], commits[512], log[512];
	ssize_t size = read(STDIN_FILENO, line, sizeof line - 1);
	unsigned long n;

	if (size <= 0)
		return false;
	line[size] = '\0';
	if (sscanf(line, "stall %lu", &n) == 1)
		stall(n);
	else if (sscanf(line, "check %511s %511s", commits, log) == 2)
		browsers_check(commits, log);
	else if (!strncmp(line, "forget", 6))
		forget();
	else
		world_fail("no such command: %s", line);
	fflush(stdout);
	return true;
}

int main(int argc, char **argv)
{
	struct watch_options raw = {.took = raw_delta};
	struct sys_error error = {""};
	uint8_t server_key[KEYS_SIZE];

	if (argc != 7 || !keys_z85_parse(argv[4], server_key) || keys_start(&error))
		world_fail("browsers WORLD PORT FEED KEY N DEPTH");
	world_read(&browsers.world, argv[1]);
	browsers.to = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(argv[2])),
				    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	browsers.n = strtoul(argv[5], NULL, 10);
	browsers.epoll = epoll_create1(EPOLL_CLOEXEC);
	raw.net = net_open(&error);
	if (browsers.epoll < 0 || !raw.net || !browsers.n)
		world_fail("%s", error.text);
	raw.feed = argv[3];
	raw.server_key = server_key;
	raw.pair = &browsers.world.viewers[0];
	watch_start(&raw);
	int64_t began = clock_transport();
	browsers.streams = base_alloc(browsers.n * sizeof *browsers.streams);
	for (size_t i = 0; i < browsers.n; i++)
		open_stream(&browsers.streams[i], i == 0 || !strcmp(argv[6], "all"));
	browsers_run(all_greeted, false, began + GREET_MS);
	if (!all_greeted())
		world_fail("%zu of %zu streams were greeted in %d ms", browsers.greeted, browsers.n, GREET_MS);
	printf("{\"streams\":%zu,\"greeted_s\":%.3f}\n", browsers.n, (double)(clock_transport() - began) / 1e3);
	fflush(stdout);
	do
		browsers_run(NULL, true, LOOP_FOREVER);
	while (obey());
	_exit(0); /* the lines end with the process */
}
