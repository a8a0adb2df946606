// SPDX-License-Identifier: Apache-2.0
/*
 * pool: memory that is given piece by piece and taken back all at once. Pure but for its heap.
 *
 * A failure is sticky: `failed` stays set, so that a builder may copy ten strings and look once.
 * pool_alloc and pool_array give NULL on failure, pool_text gives "". A zeroed struct pool is an
 * empty pool.
 */
#ifndef TIENDO_COMMON_DOMAIN_POOL_H
#define TIENDO_COMMON_DOMAIN_POOL_H

#include <stdbool.h>
#include <stddef.h>

struct pool_block;

struct pool {
	struct pool_block *last;
	size_t used, size; /* of the last block */
	bool failed;
};

/* Zeroed, aligned for any of our structs. */
void *pool_alloc(struct pool *p, size_t size);
/* n things; also for n = 0 a valid pointer. */
void *pool_array(struct pool *p, size_t n, size_t size);
/* A copy; NULL counts as "". */
const char *pool_text(struct pool *p, const char *text);
void pool_free(struct pool *p);

#endif
