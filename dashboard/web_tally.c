// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_tally.h"

#include <stdlib.h>

struct sums {
	uint64_t expected, reported; /* cells, of the subtree */
	bool known;
};

struct web_tally {
	struct sums *units;
	struct web_offices *own; /* while counting: what is left of a unit's sums */
	size_t n;                /* 0 = to be made at the next count */
};

struct web_tally *web_tally_new(void)
{
	return base_alloc(sizeof(struct web_tally));
}

void web_tally_begin(struct web_tally *t)
{
	free(t->units);
	free(t->own);
	*t = (struct web_tally){0};
}

void web_tally_free(struct web_tally *t)
{
	if (t)
		web_tally_begin(t);
	free(t);
}

void web_tally_moved(struct web_tally *t, uint32_t unit)
{
	if (unit < t->n)
		t->units[unit].known = false;
}

static void sum(const struct web_view *v, uint32_t unit, struct sums *out)
{
	const struct catalogue *c = v->atlas->catalogue;
	const char *path = catalogue_unit(c, unit)->path;

	*out = (struct sums){.known = true};
	for (uint32_t plan = 0; plan < catalogue_plans(c); plan++) {
		uint32_t item = catalogue_plan(c, plan)->item;
		if (plan_row_of_unit(c, plan, unit) == NO_INDEX || !catalogue_item_open(c, item, v->sight.today))
			continue;
		const struct rollup *r = web_rollup(v, path, item);
		struct figure f = {0};
		if (!r)
			continue;
		figures_show(&f, ITEM_PLAN, r);
		out->expected += f.expected;
		out->reported += f.reported;
	}
}

void web_tally_count(struct web_tally *t, const struct web_view *v, uint32_t top, struct web_offices *out)
{
	const struct catalogue *c = v->atlas->catalogue;
	uint32_t last = catalogue_unit(c, top)->last;

	if (!t->n) {
		t->n = catalogue_units(c);
		t->units = base_alloc(t->n * sizeof(*t->units));
		t->own = base_alloc(t->n * sizeof(*t->own));
	}
	for (uint32_t u = top; u <= last; u++) {
		if (!t->units[u].known)
			sum(v, u, &t->units[u]);
		t->own[u] = (struct web_offices){t->units[u].expected, t->units[u].reported};
	}
	for (uint32_t u = top + 1; u <= last; u++) {
		struct web_offices *parent = &t->own[catalogue_unit(c, u)->parent];
		parent->expected -= t->units[u].expected;
		parent->reported -= t->units[u].reported;
	}
	for (uint32_t u = top; u <= last; u++) {
		out->expected += t->own[u].expected > 0;
		out->reported += t->own[u].expected > 0 && t->own[u].expected == t->own[u].reported;
	}
}
