// SPDX-License-Identifier: Apache-2.0
#include "server/heard.h"

#include <stdlib.h>

struct heard_chunk {
	_Atomic int64_t ms[HEARD_CHUNK];
};

/* Two threads may make one at the same time: the first one's stays. */
static struct heard_chunk *chunk_of(struct heard *h, uint32_t principal)
{
	_Atomic(struct heard_chunk *) *at = &h->chunks[principal / HEARD_CHUNK];
	struct heard_chunk *chunk = atomic_load_explicit(at, memory_order_acquire);

	if (chunk)
		return chunk;
	struct heard_chunk *fresh = calloc(1, sizeof(*fresh));
	if (!fresh || atomic_compare_exchange_strong(at, &chunk, fresh))
		return fresh;
	free(fresh);
	return chunk;
}

void heard_note(struct heard *h, uint32_t principal, struct instant at)
{
	if (!h || principal >= HEARD_CHUNK * HEARD_CHUNKS)
		return;
	struct heard_chunk *chunk = chunk_of(h, principal);
	if (chunk)
		atomic_store_explicit(&chunk->ms[principal % HEARD_CHUNK], at.ms, memory_order_relaxed);
}

struct instant heard_last(const struct heard *h, uint32_t principal)
{
	if (!h || principal >= HEARD_CHUNK * HEARD_CHUNKS)
		return (struct instant){0};
	struct heard_chunk *chunk = atomic_load_explicit(&h->chunks[principal / HEARD_CHUNK], memory_order_acquire);
	return (struct instant){
		chunk ? atomic_load_explicit(&chunk->ms[principal % HEARD_CHUNK], memory_order_relaxed) : 0};
}

void heard_free(struct heard *h)
{
	for (unsigned i = 0; i < HEARD_CHUNKS; i++)
		free(atomic_exchange(&h->chunks[i], NULL));
}
