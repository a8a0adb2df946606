// SPDX-License-Identifier: Apache-2.0
#include "common/domain/pool.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_FIRST = 1024, BLOCK_MOST = 1024 * 1024, ALIGN = 16 };

struct pool_block {
	struct pool_block *before;
	_Alignas(ALIGN) unsigned char bytes[];
};

static bool grow(struct pool *p, size_t need)
{
	size_t size = p->last ? 2 * p->size : BLOCK_FIRST;
	struct pool_block *b;

	if (size > BLOCK_MOST)
		size = BLOCK_MOST;
	if (size < need)
		size = need;
	b = calloc(1, sizeof(*b) + size);
	if (!b) {
		p->failed = true;
		return false;
	}
	b->before = p->last;
	p->last = b;
	p->used = 0;
	p->size = size;
	return true;
}

void *pool_alloc(struct pool *p, size_t size)
{
	size_t need = (size + ALIGN - 1) / ALIGN * ALIGN;

	if (p->failed || ((!p->last || p->size - p->used < need) && !grow(p, need)))
		return NULL;
	p->used += need;
	return p->last->bytes + p->used - need;
}

void *pool_array(struct pool *p, size_t n, size_t size)
{
	if (n > SIZE_MAX / 2 / size) {
		p->failed = true;
		return NULL;
	}
	return pool_alloc(p, n ? n * size : 1);
}

const char *pool_text(struct pool *p, const char *text)
{
	size_t size = text ? strlen(text) + 1 : 1;
	char *copy = size > 1 ? pool_alloc(p, size) : NULL;

	return copy ? memcpy(copy, text, size) : "";
}

void pool_free(struct pool *p)
{
	while (p->last) {
		struct pool_block *b = p->last;

		p->last = b->before;
		free(b);
	}
	*p = (struct pool){ 0 };
}
