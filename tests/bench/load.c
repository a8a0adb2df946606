// SPDX-License-Identifier: Apache-2.0
/*
 * load: plays N agents against a running server over loopback and prints one JSON line of what they saw.
 *
 *   load register WORLD STORE            make the world's agents and viewer known to the running server
 *   load push WORLD [options]            N agents push K updates; every one of them acknowledged, or the program fails.
 *                                        With --probe PATH one more agent reports for that commune every --probe-ms; with
 *                                        --agents 0 it does so alone, K times. --probe-agent N: the commune's Nth;
 *                                        --probe-log FILE: "entry sent_ns acked_ns"
 *                                        of each. --lazy 1: pushes are made when they are sent, not beforehand
 *   load snapshot WORLD [options]        the viewer pulls the whole country, K times one after the other
 *
 * What is timed: from the first push, when all agents are welcome and all pushes stand ready in memory, to the last
 * Ack. It takes part of the same cores as the server: `load_cpu_s` says how much.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/office.h"
#include "tests/bench/register.h"
#include "tests/bench/snapshot.h"
#include "tests/bench/watch.h"

enum { GREET_MS = 60000, EVENTS = 256 };

struct options {
	const char *ingest, *feed, *query, *key, *probe, *probe_log;
	uint32_t agents, batch, window, seconds, probe_ms, probe_agent, lazy;
	uint64_t updates;
};

struct load {
	struct options o;
	struct world world;
	struct net *net;
	uint8_t server_key[KEYS_SIZE];
	struct office *offices;
	size_t offices_n, done;
	struct office probe;
	bool probing;
	int64_t probe_next_ns;
	struct office_tally tally, probe_tally;
	struct watch *watch;
	int epoll;
};

/* ---- making ---- */

static void add_office(struct load *l, struct office *o, const struct world_agent *a, uint32_t window)
{
	const struct office_options options = {.net = l->net, .ingest = l->o.ingest, .server_key = l->server_key,
					       .world = &l->world, .agent = a, .window = window};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = o};

	office_open(o, &options);
	if (epoll_ctl(l->epoll, EPOLL_CTL_ADD, o->fd, &event))
		world_fail("epoll: %s", sys_text(errno));
}

/* Its unit has several: each may begin one epoch an hour, and each run of this program is one. */
static bool is_probe(const struct load *l, const struct world_agent *a, uint32_t *nth)
{
	return a->group == 0 && l->o.probe && !strcmp(l->world.units[a->first].path, l->o.probe) &&
	       (*nth)++ == l->o.probe_agent;
}

/* Group N is made for N agents; those of group 0 are probes. */
static void add_offices(struct load *l)
{
	uint32_t nth = 0;

	for (size_t i = 0; i < l->world.agents_n; i++) {
		const struct world_agent *a = &l->world.agents[i];
		if (a->group && a->group == l->o.agents)
			add_office(l, &l->offices[l->offices_n++], a, l->o.window);
		else if (is_probe(l, a, &nth)) {
			l->probing = true;
			add_office(l, &l->probe, a, 1);
		}
	}
	if (l->offices_n != l->o.agents || l->probing != !!l->o.probe)
		world_fail("the world has no group of %u agents, or no probe there", l->o.agents);
}

static void greet(struct load *l)
{
	int64_t end = watch_now_ns() + (int64_t)GREET_MS * 1000000;
	size_t missing;

	do {
		missing = l->probing && !office_greet(&l->probe);
		for (size_t i = 0; i < l->offices_n; i++)
			missing += !office_greet(&l->offices[i]);
		if (watch_now_ns() > end)
			world_fail("%zu of %zu agents were not welcomed in %d ms", missing, l->offices_n, GREET_MS);
		nanosleep(&(struct timespec){.tv_nsec = 2000000}, NULL);
	} while (missing);
}

static void prepare(struct load *l)
{
	size_t each = l->o.agents ? (size_t)(l->o.updates / l->o.agents / l->o.batch) : 0;
	size_t probes = l->o.agents ? (size_t)l->o.seconds * 1000 / l->o.probe_ms : (size_t)l->o.updates;

	each = each ? each : 1;
	for (size_t i = 0; i < l->offices_n; i++) {
		office_prepare(&l->offices[i], each, l->o.batch, l->o.lazy);
		l->offices[i].allowed = each;
	}
	if (l->probing)
		office_prepare(&l->probe, probes, 1, false);
}

static void watch(struct load *l)
{
	const struct watch_options options = {.net = l->net, .feed = l->o.feed, .server_key = l->server_key,
					      .pair = &l->world.viewers[0]};

	if (l->o.feed)
		l->watch = watch_start(&options);
}

/* ---- running ---- */

static void turn(struct load *l, struct office *o)
{
	bool before = o->acked == o->pushes_n;

	office_turn(o, o == &l->probe ? &l->probe_tally : &l->tally);
	if (o != &l->probe && !before && o->acked == o->pushes_n)
		l->done++;
}

static int probe(struct load *l)
{
	int64_t now = watch_now_ns();

	if (!l->probing)
		return 1000;
	if (now >= l->probe_next_ns && l->probe.allowed < l->probe.pushes_n) {
		l->probe.allowed++;
		l->probe_next_ns = now + (int64_t)l->o.probe_ms * 1000000;
		turn(l, &l->probe);
	}
	int64_t wait = (l->probe_next_ns - now) / 1000000;
	return wait < 1 ? 1 : (int)wait;
}

/* Those whose answer was Busy have nothing that would wake them. */
static bool wake_waiting(struct load *l)
{
	bool waiting = false;

	for (size_t i = 0; l->tally.busy && i < l->offices_n; i++) {
		struct office *o = &l->offices[i];
		if (o->acked == o->pushes_n || o->sent != o->acked)
			continue;
		waiting = true;
		turn(l, o);
	}
	return waiting;
}

static bool finished(const struct load *l)
{
	return l->offices_n ? l->done == l->offices_n : l->probe.acked == l->probe.pushes_n;
}

static double run(struct load *l)
{
	struct epoll_event events[EVENTS];
	int64_t start = watch_now_ns(), end = start + (int64_t)l->o.seconds * 1000000000;

	l->tally.last_ack_ns = start;
	for (size_t i = 0; i < l->offices_n; i++)
		turn(l, &l->offices[i]);
	while (!finished(l)) {
		int wait = probe(l);
		if (wake_waiting(l))
			wait = 1;
		int n = epoll_wait(l->epoll, events, EVENTS, wait);
		for (int i = 0; i < n; i++)
			turn(l, events[i].data.ptr);
		if (watch_now_ns() > end)
			world_fail("not done in %u s: %llu updates taken", l->o.seconds,
				   (unsigned long long)l->tally.taken);
	}
	return (double)(watch_now_ns() - start) / 1e9;
}

/* ---- saying ---- */

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void print_spread(const char *name, uint32_t *us, size_t n)
{
	if (!n)
		return;
	qsort(us, n, sizeof *us, by_value);
	printf(",\"%s_ms\":{\"n\":%zu,\"p50\":%.3f,\"p99\":%.3f,\"max\":%.3f}", name, n, us[n / 2] / 1e3,
	       us[n - 1 - n / 100] / 1e3, us[n - 1] / 1e3);
}

static void write_probes(const struct load *l)
{
	FILE *f = fopen(l->o.probe_log, "w");

	if (!f)
		world_fail("%s: %s", l->o.probe_log, sys_text(errno));
	for (size_t i = 0; i < l->probe.acked; i++) {
		const struct office_push *p = &l->probe.pushes[i];
		fprintf(f, "%llu %lld %lld\n", (unsigned long long)p->entry, (long long)p->sent_ns,
			(long long)p->acked_ns);
	}
	fclose(f);
}

static double cpu(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) + (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

static uint64_t distinct(const struct load *l)
{
	uint64_t n = 0;

	for (size_t i = 0; i < l->offices_n; i++) {
		uint64_t sent = l->offices[i].pushes_n * l->o.batch;
		n += sent < l->offices[i].walk.cells ? sent : l->offices[i].walk.cells;
	}
	return n;
}

static void say(struct load *l, double seconds, double cpu_s)
{
	struct office_tally *t = &l->tally;
	const struct office *one = l->offices_n ? &l->offices[0] : &l->probe;
	size_t push_bytes = one->lazy ? one->pushes[0].size : one->bytes.size / one->pushes_n;
	struct watch_result r = l->watch ? watch_end(l->watch) : (struct watch_result){0};

	printf("{\"agents\":%u,\"batch\":%u,\"window\":%u,\"updates\":%llu,\"cells\":%llu,\"seconds\":%.4f,"
	       "\"updates_s\":%.0f,\"push_bytes\":%zu,\"ack_bytes\":%llu,\"busy\":%llu,\"load_cpu_s\":%.3f,\"stall_ms\":%.3f",
	       l->o.agents, l->o.batch, l->o.window, (unsigned long long)t->taken,
	       (unsigned long long)distinct(l), seconds, (double)t->taken / seconds, push_bytes,
	       (unsigned long long)(t->bytes / (t->acks ? t->acks : 1)), (unsigned long long)t->busy, cpu_s,
	       (double)t->stall_ns / 1e6);
	print_spread("ack", t->ack_us, t->acks);
	print_spread("probe_ack", l->probe_tally.ack_us, l->probe_tally.acks);
	printf(",\"deltas\":%llu,\"delta_bytes\":%llu}\n", (unsigned long long)r.deltas, (unsigned long long)r.bytes);
}

/* ---- commands ---- */

static void open_load(struct load *l, const char *world)
{
	struct sys_error error = {""};

	if (!(l->o.agents || l->o.probe) || !l->o.batch || !l->o.window || !l->o.ingest || !l->o.key || !l->o.seconds || !l->o.probe_ms ||
	    l->o.batch > BATCH_UPDATES_MAX || !keys_z85_parse(l->o.key, l->server_key))
		world_fail("--ingest ENDPOINT --key Z85 --agents N --batch M --window W --updates K are needed");
	world_read(&l->world, world);
	l->net = net_open(&error);
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (!l->net || l->epoll < 0)
		world_fail("%s", error.text);
	l->offices = base_alloc((l->o.agents + 1) * sizeof *l->offices);
	add_offices(l);
	greet(l);
}

static void close_load(struct load *l)
{
	for (size_t i = 0; i < l->offices_n; i++)
		office_close(&l->offices[i]);
	if (l->probing)
		office_close(&l->probe);
	net_close(l->net);
}

static int command_push(struct load *l, const char *world)
{
	open_load(l, world);
	watch(l);
	prepare(l);
	double before = cpu(), seconds = run(l), used = cpu() - before;
	if (l->o.probe_log)
		write_probes(l);
	net_stop(l->net);
	say(l, seconds, used);
	close_load(l);
	return 0;
}

static int command_snapshot(struct load *l, const char *world)
{
	struct snapshot_options options = {.query = l->o.query, .server_key = l->server_key};
	struct sys_error error = {""};

	if (!l->o.query || !l->o.key || !keys_z85_parse(l->o.key, l->server_key))
		world_fail("--query ENDPOINT --key Z85 are needed");
	world_read(&l->world, world);
	options.pair = &l->world.viewers[0];
	l->net = options.net = net_open(&error);
	if (!l->net)
		world_fail("%s", error.text);
	snapshot(&options, (uint32_t)l->o.updates);
	net_close(l->net);
	return 0;
}

static uint64_t natural(const char *text)
{
	char *end;
	unsigned long long n = strtoull(text, &end, 10);

	if (!*text || *end)
		world_fail("%s is no number", text);
	return n;
}

static void parse(struct options *o, int argc, char **argv)
{
	static const struct option names[] = {
		{"ingest", 1, NULL, 'i'}, {"feed", 1, NULL, 'f'}, {"query", 1, NULL, 'q'}, {"key", 1, NULL, 'k'}, {"agents", 1, NULL, 'a'},
		{"batch", 1, NULL, 'b'}, {"window", 1, NULL, 'w'}, {"updates", 1, NULL, 'u'},
		{"seconds", 1, NULL, 's'}, {"probe", 1, NULL, 'p'}, {"probe-ms", 1, NULL, 'm'},
		{"probe-log", 1, NULL, 'l'}, {"probe-agent", 1, NULL, 'n'}, {"lazy", 1, NULL, 'z'}, {0}};
	int c;

	*o = (struct options){.agents = 1, .batch = 1, .window = 1, .updates = 1, .seconds = 120, .probe_ms = 20};
	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		const char **text = c == 'i' ? &o->ingest : c == 'f' ? &o->feed : c == 'q' ? &o->query : c == 'k' ? &o->key : c == 'p' ? &o->probe
				    : c == 'l' ? &o->probe_log : NULL;
		uint32_t *n = c == 'a' ? &o->agents : c == 'b' ? &o->batch : c == 'w' ? &o->window
			      : c == 's' ? &o->seconds : c == 'm' ? &o->probe_ms : c == 'z' ? &o->lazy : c == 'n' ? &o->probe_agent : NULL;
		if (c == '?')
			world_fail("see the head of load.c");
		if (text)
			*text = optarg;
		else if (n)
			*n = (uint32_t)natural(optarg);
		else
			o->updates = natural(optarg);
	}
}

int main(int argc, char **argv)
{
	static struct load l;
	struct sys_error error = {""};

	if (keys_start(&error))
		world_fail("%s", error.text);
	if (argc == 4 && !strcmp(argv[1], "register"))
		return register_world(argv[2], argv[3]);
	if (argc < 3)
		world_fail("see the head of load.c");
	parse(&l.o, argc - 2, argv + 2);
	if (!strcmp(argv[1], "push"))
		return command_push(&l, argv[2]);
	if (!strcmp(argv[1], "snapshot"))
		return command_snapshot(&l, argv[2]);
	world_fail("see the head of load.c");
}
