// SPDX-License-Identifier: Apache-2.0
/*
 * topics: which topics anybody subscribes to, from the messages of an XPUB: it tells the first who
 * comes to a prefix and the last who leaves it, also when a line breaks. Bounded: beyond TOPICS_MAX
 * distinct prefixes everything counts as wanted until some are gone, so a subscriber can cost
 * encoding, never memory.
 *
 * Never: reaches a socket. Nothing here fails.
 */
#ifndef TIENDO_SERVER_TOPICS_H
#define TIENDO_SERVER_TOPICS_H

#include "common/sys/base.h"
#include "common/sys/codec.h"

enum { TOPICS_MAX = 4096 };

struct topic {
	uint8_t size;
	char text[TOPIC_MAX];
};

/* {0} is empty. */
struct topics {
	struct topic *list; /* ascending */
	size_t n, size;
	uint64_t beyond;                 /* those that found no room */
	uint64_t longer;                 /* those longer than any topic of ours */
	uint32_t lengths[TOPIC_MAX + 1]; /* how many prefixes have so many bytes */
};

/* A frame of the XPUB: 1 or 0 and the prefix; anything else is ignored. */
void topics_message(struct topics *t, struct bytes frame);
/* Does any prefix begin the topic? */
bool topics_want(const struct topics *t, const char *topic);
/* Distinct prefixes, whatever they are: what they cost ZeroMQ nobody but it can bound. */
uint64_t topics_count(const struct topics *t);
void topics_clear(struct topics *t); /* keeps the memory */
void topics_free(struct topics *t);

#endif
