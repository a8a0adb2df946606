// SPDX-License-Identifier: Apache-2.0
#include "common/domain/forest.h"

#include "common/domain/pool.h"

static void clear(uint32_t *list, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		list[i] = FOREST_NONE;
}

bool forest_init(struct forest *f, struct pool *p, uint32_t n)
{
	f->n = n;
	f->parent = pool_array(p, n, sizeof(uint32_t));
	f->index = pool_array(p, n, sizeof(uint32_t));
	f->order = pool_array(p, n, sizeof(uint32_t));
	f->child = pool_array(p, n, sizeof(uint32_t));
	f->brother = pool_array(p, n, sizeof(uint32_t));
	if (p->failed)
		return false;
	clear(f->parent, n);
	return true;
}

/* Each place is climbed from once; a climb that meets its own trail has found a ring, and cuts it
 * there. */
uint32_t forest_cut(struct forest *f, uint32_t *cut)
{
	uint32_t *trail = f->index, n = 0;

	clear(trail, f->n);
	for (uint32_t i = 0; i < f->n; i++) {
		uint32_t at = i;

		while (trail[at] == FOREST_NONE && f->parent[at] != FOREST_NONE) {
			trail[at] = i;
			at = f->parent[at];
		}
		if (trail[at] == i && f->parent[at] != FOREST_NONE) {
			f->parent[at] = FOREST_NONE;
			cut[n++] = at;
		}
	}
	return n;
}

static void adopt(struct forest *f)
{
	clear(f->child, f->n);
	clear(f->brother, f->n);
	for (uint32_t i = f->n; i-- > 0;)
		if (f->parent[i] != FOREST_NONE) {
			f->brother[i] = f->child[f->parent[i]];
			f->child[f->parent[i]] = i;
		}
}

/* The next place of the walk below `root`, or FOREST_NONE: no stack, the way back up is the
 * parents. */
static uint32_t next(const struct forest *f, uint32_t at, uint32_t root)
{
	if (f->child[at] != FOREST_NONE)
		return f->child[at];
	while (at != root && f->brother[at] == FOREST_NONE)
		at = f->parent[at];
	return at == root ? FOREST_NONE : f->brother[at];
}

void forest_walk(struct forest *f)
{
	uint32_t n = 0;

	adopt(f);
	for (uint32_t root = 0; root < f->n; root++)
		if (f->parent[root] == FOREST_NONE)
			for (uint32_t at = root; at != FOREST_NONE; at = next(f, at, root)) {
				f->index[at] = n;
				f->order[n++] = at;
			}
}
