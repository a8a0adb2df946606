// SPDX-License-Identifier: Apache-2.0
/*
 * browsers: what the parts of the program of that name share: browsers.c holds the streams and obeys, browsers_check.c says
 * what they saw.
 */
#ifndef TIENDO_TESTS_BENCH_BROWSERS_H
#define TIENDO_TESTS_BENCH_BROWSERS_H

#include <arpa/inet.h>
#include <pthread.h>

#include "tests/bench/sse.h"
#include "tests/bench/world.h"

struct seen { /* an event at a stream, or a delta at the raw subscriber */
	uint64_t number, version;
	int64_t ns;
	unsigned depth; /* parts of its path; 0 = meant for all */
};

struct log {
	struct seen *list;
	size_t n;
};

struct stream {
	int fd;
	struct sse sse;
	bool all, greeted, over;
	uint64_t from, last; /* numbers: where it began, the newest */
	uint64_t missing;    /* holes, and what was not in order */
	struct log log;
};

struct browsers {
	struct world world;
	struct sockaddr_in to;
	struct stream *streams;
	size_t n, greeted;
	int epoll;
	uint64_t events, bytes;
	struct log raw;
	pthread_mutex_t lock; /* raw is written by the watch's thread */
	int64_t now_ns;
};
extern struct browsers browsers;

/* Takes what comes until `done` says so, or `end` (clock_transport), or there is a line on standard input. */
void browsers_run(bool (*done)(void), bool input, int64_t end);
/* Waits until all streams have what was reported, and prints the line. */
void browsers_check(const char *commits, const char *log);

#endif
