// SPDX-License-Identifier: Apache-2.0
/* catalogue_groups: groups of units, and which memberships concern each unit (its own and its
 * ancestors'). */
#include <stdio.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"

struct link {
	struct membership is;
	const struct kept *row;
	struct link *next;
};

static void set_group(struct making *m, struct group *g, const struct group_row *r)
{
	char path[CODE_MAX + 8];

	if (!g->code) {
		*g = (struct group){ .code = r->group, .use = "", .name = "", .name_en = "" };
		snprintf(path, sizeof(path), "G/%.*s/", CODE_MAX, r->group);
		g->path = pool_text(&m->c->pool, path);
	}
	/* a row may leave out what another row of the group says */
	if (g->use[0] == '\0')
		g->use = r->use;
	if (g->name[0] == '\0')
		g->name = r->name;
	if (g->name_en[0] == '\0')
		g->name_en = r->name_en;
}

/* The rows stand sorted by group. */
static bool set_groups(struct making *m)
{
	struct catalogue *c = m->c;
	const struct row_list *l = &c->rows[ROW_GROUP];

	c->groups = pool_array(&c->pool, l->n, sizeof(*c->groups));
	if (!c->groups || !names_init(&c->group_names, &c->pool, l->n))
		return false;
	for (size_t i = 0; i < l->n; i++) {
		const struct group_row *r = &l->rows[i].group;

		if (i == 0 || strcmp(r->group, l->rows[i - 1].group.group) != 0)
			names_put(&c->group_names, r->group, c->groups_n++);
		set_group(m, &c->groups[c->groups_n - 1], r);
	}
	return true;
}

/* A membership names a code, so it is of every unit that bore it; whether the unit was open is
 * asked elsewhere. */
static bool link_members(struct making *m, struct link **own)
{
	struct catalogue *c = m->c;
	const struct row_list *l = &c->rows[ROW_GROUP];

	for (size_t i = l->n; i-- > 0;) {
		const struct group_row *r = &l->rows[i].group;
		uint32_t u = names_get(&c->unit_names, r->unit);

		if (u == NO_INDEX && r->unit[0] != '\0' && !m->slice)
			making_unknown(m, FAULT_UNKNOWN_UNIT, l->at[i], "unit", r->unit,
				       &c->unit_names);
		for (; u != NO_INDEX; u = c->before[u]) {
			struct link *k = pool_alloc(&m->work, sizeof(*k));

			if (!k)
				return false;
			k->is = (struct membership){ names_get(&c->group_names, r->group), u,
						     r->from, r->to };
			k->row = l->at[i];
			k->next = own[u];
			own[u] = k;
		}
	}
	return true;
}

/* A unit without memberships of its own shares its parent's list; most do. */
static bool inherit(struct making *m, const struct link *own, uint32_t unit)
{
	struct catalogue *c = m->c;
	uint32_t up = c->units[unit].parent, n = 0;
	struct memberships *list = &c->memberships[unit];
	struct membership *all;

	if (up != NO_INDEX)
		*list = c->memberships[up];
	for (const struct link *k = own; k; k = k->next)
		n++;
	if (n == 0)
		return true;
	all = pool_array(&c->pool, list->n + n, sizeof(*all));
	if (!all)
		return false;
	n = 0;
	for (const struct link *k = own; k; k = k->next)
		all[n++] = k->is;
	for (uint32_t i = 0; i < list->n; i++)
		all[n++] = list->list[i];
	*list = (struct memberships){ all, n };
	return true;
}

/* How many groups on that day? The day is always one on which a membership begins: no day has more.
 */
static unsigned count_on(const struct memberships *l, struct date d)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		uint32_t j = 0;

		if (!date_within(d, l->list[i].from, l->list[i].to))
			continue;
		while (j < i && (l->list[j].group != l->list[i].group ||
				 !date_within(d, l->list[j].from, l->list[j].to)))
			j++;
		n += j == i;
	}
	return n;
}

static void check_number(struct making *m, const struct kept *row, uint32_t unit)
{
	const struct memberships *l = &m->c->memberships[unit];

	for (uint32_t i = 0; i < l->n; i++)
		if (count_on(l, l->list[i].from) > GROUPS_PER_UNIT_MAX) {
			making_fault(m, FAULT_TOO_MANY_GROUPS, row, "unit",
				     m->c->units[unit].row.code);
			return;
		}
}

bool making_groups(struct making *m)
{
	struct catalogue *c = m->c;
	struct link **own = pool_array(&m->work, c->units_n, sizeof(*own));

	c->memberships = pool_array(&c->pool, c->units_n, sizeof(*c->memberships));
	if (!own || !c->memberships || !set_groups(m) || !link_members(m, own))
		return false;
	for (uint32_t i = 0; i < c->units_n; i++) {
		if (!inherit(m, own[i], i))
			return false;
		if (own[i] && c->memberships[i].n > GROUPS_PER_UNIT_MAX)
			check_number(m, own[i]->row, i);
	}
	return true;
}
