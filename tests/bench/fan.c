// SPDX-License-Identifier: Apache-2.0
/*
 * fan: N real subscribers (dashboard/subscriber, each with its mirror, its feed and its question line) in one process.
 * The first keeps the whole country, the next 63 a province each, all others the district of PATH, a commune's: so most
 * of them are concerned by what is reported there.
 *
 *   fan WORLD FEED QUERY KEY N PATH LOG
 *
 * says one JSON line when every mirror is complete, then obeys a line on standard input:
 *   check       fetches the country once more into a fresh mirror, waits until every mirror equals it (at most 30 s), says
 *               one line, and writes LOG: a line "subscriber version ns" for each version of PATH that one of them held
 *
 * The catalogue is fetched by the first alone: at the start of 1,000 it would be nearly all there is to see.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

#include "common/sys/clock.h"
#include "dashboard/subscriber_inside.h"
#include "tests/bench/watch.h"
#include "tests/bench/world.h"

enum { A_NET = 450, NETS_MAX = 4, EVENTS = 256, DUE_MS = 20, CHECK_MS = 30000, PROVINCES = 63 };

struct seen {
	uint32_t who;
	uint64_t version;
	int64_t at_ns;
};

struct reader {
	struct subscriber *subscriber;
	int watched[2]; /* descriptors of its two lines: in epoll */
	bool complete, equal;
};

static struct fan {
	struct world world;
	struct net *nets[NETS_MAX];
	size_t nets_n;
	const char *feed, *query, *path;
	uint8_t server_key[KEYS_SIZE];
	char below[PATH_MAX_BYTES + 1]; /* of the district */
	struct reader *readers;
	size_t n, complete;
	int epoll;
	uint32_t now_reads; /* whose turn it is */
	struct seen *seen;
	size_t seen_n;
	uint64_t deltas, gaps, pages;
} fan;

/* ---- what comes into the mirrors: the linker leads the subscribers' calls through here (--wrap) ---- */

enum mirror_result __real_mirror_delta(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d);
enum mirror_result __wrap_mirror_delta(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d);
enum mirror_result __real_mirror_page(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d);
enum mirror_result __wrap_mirror_page(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d);

static void note(const struct mirror_grain *d)
{
	if (strcmp(d->path, fan.path))
		return;
	if ((fan.seen_n & (fan.seen_n - 1)) == 0)
		fan.seen = base_grow(fan.seen, fan.seen_n ? 2 * fan.seen_n : 1, sizeof *fan.seen);
	fan.seen[fan.seen_n++] = (struct seen){fan.now_reads, d->version, watch_now_ns()};
}

enum mirror_result __wrap_mirror_delta(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d)
{
	enum mirror_result r = __real_mirror_delta(m, g, d);

	fan.deltas++;
	fan.gaps += r == MIRROR_GAP;
	if (r == MIRROR_APPLIED)
		note(d);
	return r;
}

enum mirror_result __wrap_mirror_page(struct mirror *m, const struct mirror_generation *g, const struct mirror_grain *d)
{
	enum mirror_result r = __real_mirror_page(m, g, d);

	fan.pages++;
	if (r == MIRROR_APPLIED)
		note(d);
	return r;
}

/* ---- making ---- */

static struct net *net_of(size_t i)
{
	struct sys_error error = {""};

	if (i / A_NET == fan.nets_n && !(fan.nets_n < NETS_MAX && (fan.nets[fan.nets_n++] = net_open(&error))))
		world_fail("%s", error.text);
	return fan.nets[i / A_NET];
}

static struct subscriber *open_one(size_t i, const struct world_unit *unit)
{
	const struct subscriber_options o = {
		.query = {.net = net_of(i), .endpoint = fan.query, .server_key = fan.server_key,
			  .pair = &fan.world.viewers[i % fan.world.viewers_n], .signals = -1},
		.feed = fan.feed, .unit = unit->code};
	struct sys_error error = {""};
	struct subscriber *s = subscriber_open(&o, &error);

	if (!s)
		world_fail("%s", error.text);
	return s;
}

/* As if it had fetched the catalogue already. */
static void know(struct subscriber *s, const struct mirror_generation *g, const char *path)
{
	struct sys_error error = {""};

	mirror_meet(s->mirror, g);
	s->next_ready = true;
	snprintf(s->path, sizeof s->path, "%s", path);
	if (!subscriber_connect(s, clock_transport(), &error))
		world_fail("%s", error.text);
}

static unsigned depth_of(const char *path)
{
	unsigned n = 0;

	for (; *path; path++)
		n += *path == '/';
	return n;
}

/* The unit whose path this is. */
static const struct world_unit *unit_at(const char *path)
{
	for (size_t i = 0; i < fan.world.units_n; i++)
		if (!strcmp(fan.world.units[i].path, path))
			return &fan.world.units[i];
	world_fail("the world has no unit at %s", path);
}

static const struct world_unit *unit_of(size_t i)
{
	size_t provinces = 0;

	for (size_t k = 0; i <= PROVINCES && k < fan.world.units_n; k++) {
		const struct world_unit *u = &fan.world.units[k];
		if (depth_of(u->path) == 2 && ++provinces == i)
			return u;
	}
	return i ? unit_at(fan.below) : &fan.world.units[0];
}

/* "VN/01/001/" of "VN/01/001/00001/" */
static void find_district(void)
{
	size_t size = strlen(fan.path) - 1;

	while (size && fan.path[size - 1] != '/')
		size--;
	if (!size || size >= sizeof fan.below)
		world_fail("%s lies in no district", fan.path);
	memcpy(fan.below, fan.path, size);
}

/* ---- running ---- */

static bool readable(struct net_socket *s)
{
	int events = 0;
	size_t size = sizeof events;

	return s && !zmq_getsockopt(net_handle(s), ZMQ_EVENTS, &events, &size) && (events & ZMQ_POLLIN);
}

static int descriptor(struct net_socket *s)
{
	int fd = -1;
	size_t size = sizeof fd;

	if (s && zmq_getsockopt(net_handle(s), ZMQ_FD, &fd, &size))
		world_fail("ZeroMQ: %s", zmq_strerror(zmq_errno()));
	return fd;
}

/* Its lines may be others now, at the same address even; a closed one leaves epoll by itself. */
static void watch_lines(struct reader *r, const struct loop_item items[static 2], bool again)
{
	for (int k = 0; k < 2; k++) {
		struct epoll_event event = {.events = EPOLLIN, .data.ptr = r};
		int fd = descriptor(items[k].socket);

		if (fd < 0 || (fd == r->watched[k] && !again))
			continue;
		r->watched[k] = fd;
		if (epoll_ctl(fan.epoll, EPOLL_CTL_ADD, fd, &event) && errno != EEXIST)
			world_fail("epoll: %s", sys_text(errno));
	}
}

static void turn(struct reader *r, bool again)
{
	struct loop_item items[2];
	unsigned news;

	fan.now_reads = (uint32_t)(r - fan.readers);
	do {
		news = subscriber_step(r->subscriber, clock_transport());
		if (news & (SUBSCRIBER_REVOKED | SUBSCRIBER_NOT_FOUND)) /* refused: late, on a busy machine */
			world_fail("reader %u is not let in", fan.now_reads);
		if (news & SUBSCRIBER_COMPLETE && !r->complete) {
			r->complete = true;
			fan.complete++;
		}
		subscriber_items(r->subscriber, items);
		watch_lines(r, items, again);
	} while (readable(items[0].socket) || readable(items[1].socket));
}

/* Until `wanted` are complete, or there is something to read on standard input, or `end`. */
static void run(size_t wanted, bool input, int64_t end)
{
	struct epoll_event events[EVENTS], standard = {.events = EPOLLIN};
	int64_t due_at = 0;
	bool told = false;

	if (input)
		epoll_ctl(fan.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &standard);
	while (!told && (!wanted || fan.complete < wanted) && clock_transport() < end) {
		int64_t now = clock_transport();
		for (size_t i = 0; now >= due_at && i <= fan.n; i++)
			if (fan.readers[i].subscriber && subscriber_due(fan.readers[i].subscriber, now) <= now)
				turn(&fan.readers[i], true);
		due_at = now >= due_at ? now + DUE_MS : due_at;
		int n = epoll_wait(fan.epoll, events, EVENTS, (int)(due_at - now));
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				turn(events[i].data.ptr, false);
			else
				told = true;
		}
	}
	if (input)
		epoll_ctl(fan.epoll, EPOLL_CTL_DEL, STDIN_FILENO, NULL);
}

/* ---- equal? ---- */

static bool same_grain(const struct mirror_grain *a, const struct mirror_grain *b)
{
	bool same = a->version == b->version && a->n == b->n;

	for (size_t i = 0; same && i < a->n; i++)
		same = a->rollups[i].item == b->rollups[i].item &&
		       !memcmp(&a->rollups[i].rollup, &b->rollups[i].rollup, sizeof a->rollups[i].rollup);
	return same;
}

static bool equal(const struct subscriber *s, const struct mirror *truth)
{
	const struct mirror *m = subscriber_mirror(s);
	size_t size = strlen(s->path), held = 0;

	for (size_t i = 0; i < mirror_grains(truth); i++) {
		struct mirror_grain there = mirror_grain_at(truth, i), here;
		if (strncmp(there.path, s->path, size))
			continue;
		held++;
		if (!mirror_grain(m, there.path, there.plan, &here) || !same_grain(&there, &here))
			return false;
	}
	return held == mirror_grains(m);
}

static size_t unequal(const struct mirror *truth)
{
	size_t n = 0;

	for (size_t i = 0; i < fan.n; i++) {
		struct reader *r = &fan.readers[i];
		r->equal = r->equal || equal(r->subscriber, truth);
		n += !r->equal;
	}
	return n;
}

/* What a reader lacks, for whoever must find out why. */
static void explain(size_t i, const struct mirror *truth)
{
	const struct subscriber *s = fan.readers[i].subscriber;
	const struct mirror *m = subscriber_mirror(s);

	fprintf(stderr, "fan: reader %zu of %s: holds %zu grains, %zu missing, owes all %d, since %llu, job %d, heard %lld ms ago\n",
		i, s->path, mirror_grains(m), mirror_missing_n(m), mirror_owes_all(m), (unsigned long long)mirror_since(m),
		(int)s->job, (long long)(clock_transport() - s->heard_at));
	for (size_t k = 0; k < mirror_grains(truth); k++) {
		struct mirror_grain there = mirror_grain_at(truth, k), here = {0};
		if (strncmp(there.path, s->path, strlen(s->path)))
			continue;
		if (!mirror_grain(m, there.path, there.plan, &here) || !same_grain(&there, &here))
			fprintf(stderr, "fan: %s: the centre %llu (%zu rollups), here %llu (%zu)\n", there.path,
				(unsigned long long)there.version, there.n, (unsigned long long)here.version, here.n);
	}
}

static void check(const char *log)
{
	struct reader *fresh = &fan.readers[fan.n];
	int64_t began = clock_transport(), end = began + CHECK_MS;
	struct mirror_generation g;
	FILE *f = fopen(log, "w");

	if (!f || !mirror_generation(fan.readers[0].subscriber->mirror, &g))
		world_fail("%s cannot be written", log);
	for (size_t i = 0; i < fan.seen_n; i++)
		fprintf(f, "%u %llu %lld\n", fan.seen[i].who, (unsigned long long)fan.seen[i].version,
			(long long)fan.seen[i].at_ns);
	fclose(f);
	fresh->subscriber = open_one(fan.n, &fan.world.units[0]);
	know(fresh->subscriber, &g, fan.world.units[0].path);
	turn(fresh, true);
	run(fan.n + 1, false, end);
	if (!fresh->complete)
		world_fail("a fresh mirror was not complete in %d ms", CHECK_MS);
	double catch_up = (double)(clock_transport() - began) / 1e3;
	began = clock_transport(); /* every change is long published */
	size_t first = unequal(subscriber_mirror(fresh->subscriber)), left = first;
	while (left && clock_transport() < end) {
		run(0, false, clock_transport() + 100);
		left = unequal(subscriber_mirror(fresh->subscriber));
	}
	for (size_t i = 0; i < fan.n; i++)
		if (!fan.readers[i].equal)
			explain(i, subscriber_mirror(fresh->subscriber));
	printf("{\"subscribers\":%zu,\"catch_up_s\":%.3f,\"behind\":%zu,\"unequal\":%zu,\"equal_s\":%.3f,\"deltas\":%llu,"
	       "\"gaps\":%llu,\"pages\":%llu}\n",
	       fan.n, catch_up, first, left, (double)(clock_transport() - began) / 1e3, (unsigned long long)fan.deltas,
	       (unsigned long long)fan.gaps, (unsigned long long)fan.pages);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sys_error error = {""};
	struct mirror_generation g;

	if (argc != 8 || !keys_z85_parse(argv[4], fan.server_key) || keys_start(&error))
		world_fail("fan WORLD FEED QUERY KEY N PATH LOG");
	world_read(&fan.world, argv[1]);
	fan.feed = argv[2];
	fan.query = argv[3];
	fan.n = strtoul(argv[5], NULL, 10);
	fan.path = argv[6];
	fan.epoll = epoll_create1(EPOLL_CLOEXEC);
	fan.readers = base_alloc((fan.n + 1) * sizeof *fan.readers);
	find_district();
	int64_t began = clock_transport(), end = began + 3 * CHECK_MS;
	fan.readers[0].subscriber = open_one(0, unit_of(0));
	turn(&fan.readers[0], true);
	run(1, false, end);
	if (!mirror_generation(fan.readers[0].subscriber->mirror, &g))
		world_fail("the first mirror was not complete in time");
	for (size_t i = 1; i < fan.n; i++) {
		const struct world_unit *u = unit_of(i);
		fan.readers[i].subscriber = open_one(i, u);
		know(fan.readers[i].subscriber, &g, u->path);
		turn(&fan.readers[i], true);
	}
	run(fan.n, false, end);
	printf("{\"subscribers\":%zu,\"complete\":%zu,\"complete_s\":%.3f}\n", fan.n, fan.complete,
	       (double)(clock_transport() - began) / 1e3);
	fflush(stdout);
	run(0, true, LOOP_FOREVER);
	check(argv[7]);
	return 0; /* the lines end with the process */
}
