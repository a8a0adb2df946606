// SPDX-License-Identifier: Apache-2.0
/* subscriber_groups: the groups that lie within the mirrored unit: paths of their own beside it (a group is no part of any subtree). */
#include <stdlib.h>

#include "dashboard/subscriber_inside.h"

void subscriber_groups_free(struct subscriber *s)
{
	for (size_t i = 0; i < s->groups_n; i++)
		free(s->groups[i]);
	free(s->groups);
	s->groups = NULL;
	s->groups_n = 0;
}

/* Of each group: has it a member below `top`, and none elsewhere? */
static void look(const struct catalogue *c, uint32_t top, struct date today, bool *in, bool *out)
{
	uint32_t list[GROUPS_PER_UNIT_MAX];

	for (uint32_t u = 0; u < catalogue_units(c); u++) {
		bool below = catalogue_within(c, u, top);
		for (unsigned i = 0, n = catalogue_groups_of(c, u, today, list); i < n; i++)
			*((below ? in : out) + list[i]) = true;
	}
}

static bool same(const struct subscriber *s, char *const *groups, size_t n)
{
	bool equal = n == s->groups_n;

	for (size_t i = 0; equal && i < n; i++)
		equal = strcmp(groups[i], s->groups[i]) == 0;
	return equal;
}

bool subscriber_groups_find(struct subscriber *s, const struct place *top)
{
	const struct catalogue *c = s->next.catalogue;
	size_t all = s->options.groups && !top->is_group ? catalogue_groups(c) : 0, n = 0;
	bool *in = base_alloc(all + 1), *out = base_alloc(all + 1);
	char **groups = base_alloc((all + 1) * sizeof(*groups));

	if (all)
		look(c, top->index, s->today, in, out);
	for (uint32_t i = 0; i < all; i++)
		if (in[i] && !out[i])
			groups[n++] = base_copy_text(catalogue_group(c, i)->path);
	bool others = !same(s, groups, n);
	subscriber_groups_free(s);
	s->groups = groups;
	s->groups_n = n;
	free(in);
	free(out);
	return others;
}
