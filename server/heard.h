// SPDX-License-Identifier: Apache-2.0
/*
 * heard: when each principal was last heard of: its last well-formed message, of any kind. Of this run of the server alone;
 * nothing decides by it.
 *
 * The writer and the query thread note, any thread reads, nobody waits: an atomic per principal, in chunks that are made when
 * the first principal of one is heard of and stay where they are. Without memory for a chunk it is not heard of: that is no
 * reason to end a server. NULL is a table that nobody wants: noting does nothing.
 */
#ifndef TIENDO_SERVER_HEARD_H
#define TIENDO_SERVER_HEARD_H

#include <stdatomic.h>
#include <stdint.h>

#include "common/domain/model.h"

enum {
	HEARD_CHUNK = 1024,
	HEARD_CHUNKS = 1024 /* principals are given one after the other: nobody has a million of them */
};

struct heard_chunk;
struct heard {
	_Atomic(struct heard_chunk *) chunks[HEARD_CHUNKS];
}; /* {0} is empty */

void heard_note(struct heard *h, uint32_t principal, struct instant at);
struct instant heard_last(const struct heard *h, uint32_t principal); /* {0} = not in this run */
void heard_free(struct heard *h); /* when nobody notes any more */

#endif
