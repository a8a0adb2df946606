// SPDX-License-Identifier: Apache-2.0
/*
 * sse: reads one answer of text/event-stream (HTTP/1.1, chunked) as it comes in pieces, and tells of each event when its
 * last byte is there. It keeps the beginning of the line it is in and nothing else: a thousand of them share two cores
 * with what they measure.
 */
#ifndef TIENDO_TESTS_BENCH_SSE_H
#define TIENDO_TESTS_BENCH_SSE_H

#include "common/sys/base.h"

enum { SSE_LINE = 256 };

enum sse_kind { SSE_OTHER, SSE_HELLO, SSE_GRAIN, SSE_STATE, SSE_RESYNC };

struct sse_event {
	enum sse_kind kind;
	uint64_t version, number; /* of its id */
	char path[SSE_LINE];      /* of a grain */
};

struct sse {
	bool in_body, ended;
	unsigned status;
	char frame[20]; /* the line that says how long a chunk is */
	size_t frame_size;
	size_t chunk; /* bytes of it still to come */
	bool in_chunk;
	char line[SSE_LINE]; /* the head of an event's line: it may lie in several chunks */
	size_t line_size;
	struct sse_event event;
};

/* What came; false = it is no such answer. `took` is called for each event that is whole. */
bool sse_read(struct sse *s, struct bytes bytes, void (*took)(void *ctx, const struct sse_event *e), void *ctx);

#endif
