// SPDX-License-Identifier: Apache-2.0
/*
 * forest: puts things that name their parent into the order of a preorder walk. Pure; its memory is
 * the pool's. Things are places 0..n-1; brothers and roots keep the order of their places. Set
 * `parent`, cut the rings, walk.
 */
#ifndef TIENDO_COMMON_DOMAIN_FOREST_H
#define TIENDO_COMMON_DOMAIN_FOREST_H

#include <stdbool.h>
#include <stdint.h>

struct pool;

enum { FOREST_NONE = UINT32_MAX };

struct forest {
	uint32_t n;
	uint32_t *parent; /* by place; FOREST_NONE = root, as forest_init leaves it */
	uint32_t *index;  /* by place: its rank in the walk */
	uint32_t *order;  /* by rank: its place */
	uint32_t *child, *brother;
};

bool forest_init(struct forest *f, struct pool *p, uint32_t n); /* false = no memory */
/* Finds rings and makes one of each a root; writes their places to cut[n] and returns how many. */
uint32_t forest_cut(struct forest *f, uint32_t *cut);
void forest_walk(struct forest *f);

#endif
