// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_units: the tree of units. A unit's index is its place in a preorder walk with brothers
 * by code, so a subtree is a span of indexes and the same units always stand in the same order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/forest.h"

/* Places are rows sorted by code, then opened: the bearers of one code stand together, the last one
 * last. */
struct sorted {
	const struct kept **at;
	uint32_t n;
	struct names first; /* code -> place of its first bearer */
	struct numbered *numbers;
	struct forest forest;
};

static const struct unit_row *row_at(const struct sorted *s, uint32_t place)
{
	return &s->at[place]->row.unit;
}

static bool same_code(const struct sorted *s, uint32_t a, uint32_t b)
{
	return strcmp(row_at(s, a)->code, row_at(s, b)->code) == 0;
}

static int unit_order(const void *a, const void *b)
{
	const struct kept *const *x = a, *const *y = b;
	const struct unit_row *u = &(*x)->row.unit, *v = &(*y)->row.unit;
	int order = strcmp(u->code, v->code);

	if (order)
		return order;
	if (u->opened.ymd != v->opened.ymd)
		return u->opened.ymd < v->opened.ymd ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

static bool sort(struct making *m, struct sorted *s)
{
	struct kept_list *l = &m->b->rows[ROW_UNIT];

	s->n = (uint32_t)l->n;
	s->at = pool_array(&m->work, l->n, sizeof(*s->at));
	s->numbers = pool_array(&m->work, l->n, sizeof(*s->numbers));
	if (!forest_init(&s->forest, &m->work, s->n) || !names_init(&s->first, &m->work, l->n))
		return false;
	for (uint32_t i = 0; i < s->n; i++)
		s->at[i] = &l->at[i];
	qsort(s->at, s->n, sizeof(*s->at), unit_order);
	for (uint32_t i = s->n; i-- > 0;) {
		names_put(&s->first, row_at(s, i)->code, i);
		s->numbers[i] = (struct numbered){ row_at(s, i)->number, i };
	}
	numbered_sort(s->numbers, s->n);
	return true;
}

static bool same_days(const struct unit_row *a, const struct unit_row *b)
{
	return a->opened.ymd == b->opened.ymd ||
	       spans_overlap(a->opened, a->closed, b->opened, b->closed);
}

static void duplicates(struct making *m, const struct sorted *s)
{
	for (uint32_t i = 1; i < s->n; i++) {
		uint32_t twin = s->numbers[i].index;

		for (uint32_t j = i; j-- > 0 && same_code(s, i, j);)
			if (same_days(row_at(s, i), row_at(s, j))) {
				making_fault(m, FAULT_DUPLICATE_UNIT, s->at[i], "code",
					     row_at(s, i)->code);
				break;
			}
		if (s->numbers[i].number == s->numbers[i - 1].number &&
		    !same_code(s, twin, s->numbers[i - 1].index))
			making_fault(m, FAULT_DUPLICATE_UNIT, s->at[twin], "number",
				     row_at(s, twin)->code);
	}
}

/* By number, else the last bearer of the parent's code that stood beside the unit at some time. */
static uint32_t find_parent(const struct sorted *s, const struct unit_row *u)
{
	struct date closed = u->closed.ymd > u->opened.ymd ? u->closed : (struct date){ 0 };
	uint32_t found = NO_INDEX;

	if (u->parent_number)
		return numbered_find(s->numbers, s->n, u->parent_number);
	for (uint32_t i = names_get(&s->first, u->parent); i < s->n; i++) {
		const struct unit_row *p = row_at(s, i);

		if (strcmp(p->code, u->parent) != 0)
			break;
		if (spans_overlap(p->opened, p->closed, u->opened, closed))
			found = i;
	}
	return found;
}

static bool is_root(const struct unit_row *u)
{
	return u->parent[0] == '\0' && !u->parent_number;
}

/* One root: the first that came, if there are many. */
static void check_roots(struct making *m, const struct sorted *s)
{
	const struct kept *root = NULL;

	for (uint32_t i = 0; i < s->n; i++)
		if (is_root(row_at(s, i)) && (!root || s->at[i] < root))
			root = s->at[i];
	for (uint32_t i = 0; i < s->n; i++)
		if (is_root(row_at(s, i)) && s->at[i] != root)
			making_fault(m, FAULT_MANY_ROOTS, s->at[i], "parent", row_at(s, i)->code);
	if (!root)
		making_fault(m, FAULT_NO_ROOT, NULL, "parent", "");
}

static void find_parents(struct making *m, struct sorted *s)
{
	for (uint32_t i = 0; i < s->n; i++) {
		const struct unit_row *u = row_at(s, i);

		if (is_root(u))
			continue;
		s->forest.parent[i] = find_parent(s, u);
		if (s->forest.parent[i] == NO_INDEX)
			making_unknown(m, FAULT_UNKNOWN_PARENT, s->at[i], "parent", u->parent,
				       &s->first);
	}
}

static bool cut_rings(struct making *m, struct sorted *s)
{
	uint32_t *cut = pool_array(&m->work, s->n, sizeof(*cut));

	if (!cut)
		return false;
	for (uint32_t n = forest_cut(&s->forest, cut); n-- > 0;)
		making_fault(m, FAULT_CYCLE, s->at[cut[n]], "parent", row_at(s, cut[n])->code);
	return true;
}

/*
 * A path is the topic and the name of a grain, so no two units may share one: of two units that
 * bore one code under one parent the last has the plain path, an earlier one carries the day it was
 * opened ("VN/40/412@20041109/").
 */
static bool shares_path(const struct sorted *s, uint32_t place)
{
	for (uint32_t i = place + 1; i < s->n && same_code(s, i, place); i++)
		if (s->forest.parent[i] == s->forest.parent[place])
			return true;
	return false;
}

static void set_path(struct making *m, struct unit *u, const struct kept *k, const char *above,
		     bool shared)
{
	char path[PATH_MAX_BYTES + CODE_MAX + 16];
	int n = snprintf(path, sizeof(path), "%s%s", above, u->row.code);

	if (shared && n < (int)sizeof(path))
		n += snprintf(path + n, sizeof(path) - (size_t)n, "@%" PRIu32, u->row.opened.ymd);
	if (n >= PATH_MAX_BYTES) {
		making_fault(m, FAULT_PATH_TOO_LONG, k, "code", u->row.code);
		u->path = above; /* said once, not again for everything below */
		return;
	}
	path[n] = '/';
	path[n + 1] = '\0';
	u->path = pool_text(&m->c->pool, path);
}

static void place(struct making *m, const struct sorted *s, uint32_t index)
{
	struct unit *u = &m->c->units[index];
	uint32_t at = s->forest.order[index], up = s->forest.parent[at];
	const struct unit *parent = up == NO_INDEX ? NULL : &m->c->units[s->forest.index[up]];

	m->units[index] = s->at[at];
	u->row = row_copy(&m->c->pool, &s->at[at]->row).unit;
	u->first = u->last = index;
	u->parent = parent ? parent->first : NO_INDEX;
	u->depth = parent ? parent->depth + 1 : 0;
	u->row.parent_number = parent ? parent->row.number : 0;
	if (u->depth == DEPTH_MAX)
		making_fault(m, FAULT_TOO_DEEP, s->at[at], "parent", u->row.code);
	set_path(m, u, s->at[at], parent ? parent->path : "", shares_path(s, at));
}

static bool place_all(struct making *m, struct sorted *s)
{
	struct catalogue *c = m->c;

	c->units = pool_array(&c->pool, s->n, sizeof(*c->units));
	m->units = pool_array(&m->work, s->n, sizeof(*m->units));
	if (!c->units || !m->units)
		return false;
	c->units_n = s->n;
	forest_walk(&s->forest);
	for (uint32_t i = 0; i < s->n; i++)
		place(m, s, i);
	for (uint32_t i = s->n; i-- > 0;) {
		struct unit *parent =
			c->units[i].parent == NO_INDEX ? NULL : &c->units[c->units[i].parent];

		if (parent && parent->last < c->units[i].last)
			parent->last = c->units[i].last;
	}
	return true;
}

static bool index_units(struct making *m, const struct sorted *s)
{
	struct catalogue *c = m->c;

	c->lives = pool_array(&c->pool, s->n, sizeof(*c->lives));
	c->before = pool_array(&c->pool, s->n, sizeof(*c->before));
	c->unit_numbers = pool_array(&c->pool, s->n, sizeof(*c->unit_numbers));
	if (!names_init(&c->unit_names, &c->pool, s->n))
		return false;
	for (uint32_t i = 0; i < s->n; i++) { /* the last bearer of a code stays on top */
		uint32_t u = s->forest.index[i];

		const struct unit_row *r = &c->units[u].row;

		c->lives[u] = (struct unit_life){ r->opened, r->closed, r->number };
		c->before[u] = names_put(&c->unit_names, r->code, u);
		c->unit_numbers[u] = (struct numbered){ r->number, u };
	}
	numbered_sort(c->unit_numbers, s->n);
	return true;
}

bool making_units(struct making *m)
{
	struct sorted s;

	if (!sort(m, &s))
		return false;
	duplicates(m, &s);
	check_roots(m, &s);
	find_parents(m, &s);
	return cut_rings(m, &s) && place_all(m, &s) && index_units(m, &s);
}
