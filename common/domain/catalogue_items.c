// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_items: the trees of items, and the plans with their rows. An item's index is its place
 * in a preorder walk: plans by number, brothers as the files list them (the order of the document),
 * so a plan is a span of indexes.
 */
#include <stdlib.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/forest.h"

/* Places are rows, those without a parent first and by number, the others as they came. */
struct sorted {
	const struct kept **at;
	uint32_t n;
	struct names places;
	struct forest forest;
};

static const struct item_row *row_at(const struct sorted *s, uint32_t place)
{
	return &s->at[place]->row.item;
}

static int item_order(const void *a, const void *b)
{
	const struct kept *const *x = a, *const *y = b;
	const struct item_row *i = &(*x)->row.item, *j = &(*y)->row.item;
	bool i_root = i->parent[0] == '\0', j_root = j->parent[0] == '\0';

	if (i_root != j_root)
		return i_root ? -1 : 1;
	if (i_root && i->number != j->number)
		return i->number < j->number ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static bool sort(struct making *m, struct sorted *s)
{
	struct kept_list *l = &m->b->rows[ROW_ITEM];

	s->n = (uint32_t)l->n;
	s->at = pool_array(&m->work, l->n, sizeof(*s->at));
	if (!forest_init(&s->forest, &m->work, s->n) || !names_init(&s->places, &m->work, l->n))
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		s->at[i] = &l->at[i];
	qsort(s->at, s->n, sizeof(*s->at), item_order);
	for (uint32_t i = 0; i < s->n; i++) {
		const char *code = row_at(s, i)->code;

		if (names_get(&s->places, code) == NAMES_NONE)
			names_put(&s->places, code, i);
		else
			making_fault(m, FAULT_DUPLICATE_ITEM, s->at[i], "code", code);
	}
	return true;
}

static void find_parent(struct making *m, struct sorted *s, uint32_t place)
{
	const struct item_row *r = row_at(s, place);
	uint32_t up = r->parent[0] ? names_get(&s->places, r->parent) : NO_INDEX;

	if (r->kind == ITEM_PLAN && r->parent[0] != '\0')
		making_fault(m, FAULT_PLAN_HAS_PARENT, s->at[place], "parent", r->parent);
	else if (r->kind != ITEM_PLAN && r->parent[0] == '\0')
		making_fault(m, FAULT_NO_PLAN, s->at[place], "parent", r->code);
	else if (r->kind != ITEM_PLAN && up == NO_INDEX)
		making_unknown(m, FAULT_UNKNOWN_PARENT, s->at[place], "parent", r->parent,
			       &s->places);
	else if (up != NO_INDEX && row_at(s, up)->kind >= ITEM_TASK)
		making_fault(m, FAULT_PARENT_IS_LEAF, s->at[place], "parent", r->parent);
	s->forest.parent[place] = up;
}

static bool find_parents(struct making *m, struct sorted *s)
{
	uint32_t *cut = pool_array(&m->work, s->n, sizeof(*cut));

	if (!cut)
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		find_parent(m, s, i);
	for (uint32_t n = forest_cut(&s->forest, cut); n-- > 0;)
		making_fault(m, FAULT_CYCLE, s->at[cut[n]], "parent", row_at(s, cut[n])->code);
	return true;
}

/* What stands below a ratio_group shares its definitions, so they need not be written again. */
static void inherit(struct item_row *r, const struct item_row *above)
{
	if (above->kind != ITEM_RATIO_GROUP ||
	    (r->kind != ITEM_RATIO && r->kind != ITEM_RATIO_GROUP))
		return;
	if (r->num_def[0] == '\0')
		r->num_def = above->num_def;
	if (r->den_def[0] == '\0')
		r->den_def = above->den_def;
}

static void place(struct making *m, const struct sorted *s, uint32_t index)
{
	struct catalogue *c = m->c;
	struct item *it = &c->items[index];
	uint32_t at = s->forest.order[index], up = s->forest.parent[at];

	m->items[index] = s->at[at];
	it->row = row_copy(&c->pool, &s->at[at]->row).item;
	it->leaf = it->row.kind >= ITEM_TASK;
	it->parent = up == NO_INDEX ? NO_INDEX : s->forest.index[up];
	it->plan = up == NO_INDEX ? index : c->items[it->parent].plan;
	it->depth = up == NO_INDEX ? 0 : c->items[it->parent].depth + 1;
	it->column = index - it->plan;
	if (up == NO_INDEX)
		c->plans_n++;
	else
		inherit(&it->row, &c->items[it->parent].row);
	c->items_more[index].plan = c->plans_n - 1;
	if (it->depth == DEPTH_MAX)
		making_fault(m, FAULT_TOO_DEEP, s->at[at], "parent", it->row.code);
	if (it->column == PLAN_ITEMS_MAX)
		making_fault(m, FAULT_PLAN_TOO_LARGE, m->items[it->plan], "code",
			     c->items[it->plan].row.code);
	c->item_numbers[index] = (struct numbered){ it->row.number, index };
	names_put(&c->item_names, it->row.code, index);
}

static const char *code(const struct making *m, uint32_t item)
{
	return m->c->items[item].row.code;
}

static void check_numbers(struct making *m)
{
	const struct numbered *at = m->c->item_numbers;

	for (uint32_t i = 1; i < m->c->items_n; i++)
		if (at[i].number == at[i - 1].number &&
		    strcmp(code(m, at[i].index), code(m, at[i - 1].index)) != 0)
			making_fault(m, FAULT_DUPLICATE_ITEM, m->items[at[i].index], "number",
				     code(m, at[i].index));
}

bool making_items(struct making *m)
{
	struct catalogue *c = m->c;
	struct sorted s;

	if (!sort(m, &s) || !find_parents(m, &s))
		return false;
	m->items = pool_array(&m->work, s.n, sizeof(*m->items));
	c->items = pool_array(&c->pool, s.n, sizeof(*c->items));
	c->items_more = pool_array(&c->pool, s.n, sizeof(*c->items_more));
	c->item_numbers = pool_array(&c->pool, s.n, sizeof(*c->item_numbers));
	if (m->work.failed || !names_init(&c->item_names, &c->pool, s.n))
		return false;
	c->items_n = s.n;
	forest_walk(&s.forest);
	for (uint32_t i = 0; i < s.n; i++)
		place(m, &s, i);
	numbered_sort(c->item_numbers, c->items_n);
	check_numbers(m);
	return true;
}

/* ---- plans ---- */

/* The owner's code as of the day the plan was opened (or started), else its last bearer. */
static uint32_t find_owner(struct making *m, uint32_t item)
{
	const struct item_row *r = &m->c->items[item].row;
	struct date day = r->opened.ymd ? r->opened : r->start;
	uint32_t owner = day.ymd ? catalogue_unit_by_code(m->c, r->owner, day)
				 : names_get(&m->c->unit_names, r->owner);

	if (r->kind == ITEM_PLAN && r->owner[0] == '\0')
		making_fault(m, FAULT_OWNER_MISSING, m->items[item], "owner", r->code);
	else if (r->kind == ITEM_PLAN && owner == NO_INDEX)
		making_unknown(m, FAULT_UNKNOWN_UNIT, m->items[item], "owner", r->owner,
			       &m->c->unit_names);
	return owner == NO_INDEX ? 0 : owner; /* any unit will do where a fault stands */
}

/* Does a member of the group stand in, above or below the owner's subtree, on any date? */
static bool touches(const struct catalogue *c, uint32_t owner, uint32_t group)
{
	const struct row_list *l = &c->rows[ROW_GROUP];

	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->rows[i].group.group, c->groups[group].code) != 0)
			continue;
		for (uint32_t u = names_get(&c->unit_names, l->rows[i].group.unit); u != NO_INDEX;
		     u = c->before[u])
			if (catalogue_within(c, u, owner) || catalogue_within(c, owner, u))
				return true;
	}
	return false;
}

static bool set_plan(struct making *m, uint32_t plan, uint32_t item, uint32_t items_n)
{
	struct catalogue *c = m->c;
	struct plan *p = &c->plans[plan];
	struct plan_more *more = &c->plans_more[plan];
	uint32_t *columns = pool_array(&c->pool, items_n, sizeof(*columns));
	uint32_t *groups = pool_array(&c->pool, c->groups_n, sizeof(*groups));

	if (!columns || !groups)
		return false;
	*p = (struct plan){
		.item = item, .owner = find_owner(m, item), .items_n = items_n, .items = columns
	};
	for (uint32_t i = 0; i < items_n; i++)
		columns[i] = item + i;
	for (uint32_t g = 0; g < c->groups_n; g++)
		if (touches(c, p->owner, g))
			groups[more->groups_n++] = g;
	more->groups = groups;
	more->subtree_n = c->units[p->owner].last - c->units[p->owner].first + 1;
	p->rows_n = more->subtree_n + c->units[p->owner].depth + more->groups_n;
	return true;
}

bool making_plans(struct making *m)
{
	struct catalogue *c = m->c;

	c->plans = pool_array(&c->pool, c->plans_n, sizeof(*c->plans));
	c->plans_more = pool_array(&c->pool, c->plans_n, sizeof(*c->plans_more));
	if (!c->plans || !c->plans_more)
		return false;
	for (uint32_t i = 0, end; c->units_n > 0 && i < c->items_n; i = end) {
		for (end = i + 1; end < c->items_n && c->items[end].plan == i;)
			end++;
		if (!set_plan(m, c->items_more[i].plan, i, end - i))
			return false;
	}
	if (c->plans_n == 0 && !m->slice)
		making_fault(m, FAULT_NO_PLAN, NULL, "kind", "");
	return true;
}
