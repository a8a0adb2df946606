// SPDX-License-Identifier: Apache-2.0
#include "server/owed.h"

#include <assert.h>
#include <stdlib.h>

#include "common/sys/base.h"

static size_t place(const struct owed *o, struct grain g)
{
	assert(g.plan < o->plans_n);
	size_t at = o->base[g.plan] + g.row;
	assert(at < (g.plan + 1 < o->plans_n ? o->base[g.plan + 1] : o->places_n));
	return at;
}

void owed_free(struct owed *o)
{
	free(o->base);
	free(o->sent);
	free(o->marked);
	free(o->queue);
	*o = (struct owed){0};
}

void owed_reset(struct owed *o, const struct view *v)
{
	owed_free(o);
	if (!v->catalogue)
		return;
	o->plans_n = catalogue_plans(v->catalogue);
	o->base = base_alloc((o->plans_n + 1) * sizeof(*o->base));
	for (uint32_t p = 0; p < o->plans_n; p++) {
		o->base[p] = o->places_n;
		o->places_n += catalogue_plan(v->catalogue, p)->rows_n;
	}
	o->sent = base_alloc((o->places_n + 1) * sizeof(*o->sent));
	o->marked = base_alloc((o->places_n + 1) * sizeof(*o->marked));
	o->queue = base_alloc((o->places_n + 1) * sizeof(*o->queue));
	for (uint32_t p = 0; p < o->plans_n; p++) {
		uint32_t rows = catalogue_plan(v->catalogue, p)->rows_n;
		for (uint32_t row = 0; row < rows; row++)
			o->sent[o->base[p] + row] = view_row_version(v, p, row);
	}
}

void owed_mark(struct owed *o, struct grain g)
{
	size_t at = place(o, g);

	if (o->marked[at])
		return;
	o->marked[at] = true;
	o->queue[(o->head + o->n) % o->places_n] = g;
	o->n++;
}

void owed_mark_all(struct owed *o, const struct view *v)
{
	for (uint32_t p = 0; p < o->plans_n; p++) {
		uint32_t rows = catalogue_plan(v->catalogue, p)->rows_n;
		for (uint32_t row = 0; row < rows; row++)
			owed_mark(o, (struct grain){.plan = p, .row = row});
	}
}

bool owed_next(struct owed *o, struct grain *g)
{
	if (o->n == 0)
		return false;
	*g = o->queue[o->head];
	o->head = (o->head + 1) % o->places_n;
	o->n--;
	o->marked[place(o, *g)] = false;
	return true;
}

uint64_t owed_sent(const struct owed *o, struct grain g)
{
	return o->sent[place(o, g)];
}

void owed_settle(struct owed *o, struct grain g, uint64_t version)
{
	o->sent[place(o, g)] = version;
}
