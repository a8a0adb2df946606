// SPDX-License-Identifier: Apache-2.0
#include "dashboard/top_board.h"

#include <stdlib.h>

#include "common/sys/base.h"

/* ---- who is directly below ---- */

static bool member_of(const struct catalogue *c, uint32_t unit, uint32_t group, struct date today)
{
	uint32_t groups[GROUPS_PER_UNIT_MAX];
	unsigned n = catalogue_groups_of(c, unit, today, groups);

	for (unsigned i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* A unit that is in the group with its whole subtree; those below it are not members themselves. */
static uint32_t *members(const struct catalogue *c, uint32_t group, struct date today, size_t *n)
{
	uint32_t *list = base_grow(NULL, catalogue_units(c) + 1, sizeof(*list));

	*n = 0;
	for (uint32_t u = 0; u < catalogue_units(c);) {
		bool in = member_of(c, u, group, today);
		if (in && catalogue_unit_open(c, u, today))
			list[(*n)++] = u;
		u = in ? catalogue_unit(c, u)->last + 1 : u + 1;
	}
	return list;
}

uint32_t *top_board_below(const struct catalogue *c, const struct place *p, struct date today,
			  size_t *n)
{
	if (p->is_group)
		return members(c, p->index, today, n);
	uint32_t last = catalogue_unit(c, p->index)->last, *list;

	list = base_grow(NULL, last - p->index + 1, sizeof(*list));
	*n = 0;
	for (uint32_t u = p->index + 1; u <= last; u = catalogue_unit(c, u)->last + 1)
		if (catalogue_unit_open(c, u, today))
			list[(*n)++] = u;
	return list;
}

/* ---- totals ---- */

static struct figure figure_at(const struct top_scene *s, const struct mirror *m, const char *path,
			       uint32_t item)
{
	const struct catalogue *c = s->atlas->catalogue;
	const struct item *i = catalogue_item(c, item);
	uint32_t plan = catalogue_item(c, i->plan)->row.number;

	return reading_of(&s->sight, "", "", i, mirror_rollup(m, path, plan, i->row.number)).figure;
}

/* Is anything of the item expected at the place, applicable or not? */
static bool expected(const struct figure *f)
{
	return f->cells_expected || f->indicators_expected;
}

static void put_total(struct top_board *b, const struct top_scene *s, uint32_t item)
{
	struct figure f = figure_at(s, s->mirror, s->place.path, item);

	if (!expected(&f))
		return;
	if (b->totals_n == b->totals_size) {
		b->totals_size = b->totals_size ? b->totals_size * 2 : 8;
		b->totals = base_grow(b->totals, b->totals_size, sizeof(*b->totals));
	}
	b->totals[b->totals_n++] = (struct top_total){.item = item, .figure = f};
}

static bool shown(const struct top_scene *s, uint32_t item)
{
	const struct catalogue *c = s->atlas->catalogue;
	const struct item *i = catalogue_item(c, item);

	if (!catalogue_item_open(c, item, s->sight.today) || !atlas_has(s->atlas, &s->place, item))
		return false;
	if (s->plan == NO_INDEX)
		return i->depth == 0;
	return item == s->plan || (i->parent == s->plan && !i->leaf);
}

static void put_totals(struct top_board *b, const struct top_scene *s)
{
	b->totals_n = 0;
	for (uint32_t i = 0; i < catalogue_items(s->atlas->catalogue); i++)
		if (shown(s, i))
			put_total(b, s, i);
}

/* ---- units ---- */

static void add(struct top_unit *u, const struct figure *f)
{
	u->overdue += f->overdue;
	u->done += f->cells.done;
	u->applicable += f->cells_expected - f->cells.na;
	u->missing += f->expected - f->reported;
	u->expected += f->expected;
	if (!f->has_score || (u->has_score && u->score_bp <= f->score_bp))
		return;
	u->has_score = true;
	u->score_bp = f->score_bp;
	u->score_leaves = f->score_leaves;
	u->score_leaves_of = f->score_leaves_of;
}

static struct top_unit unit_sums(const struct top_board *b, const struct top_scene *s, uint32_t unit)
{
	const struct mirror *m = s->place.is_group ? s->members : s->mirror;
	struct top_unit u = {.unit = unit};

	for (size_t i = 0; m && i < b->totals_n; i++) {
		if (catalogue_item(s->atlas->catalogue, b->totals[i].item)->depth)
			continue; /* counted in its plan */
		struct figure f = figure_at(s, m, catalogue_unit(s->atlas->catalogue, unit)->path,
					    b->totals[i].item);
		add(&u, &f);
	}
	u.sign = u.overdue ? TOP_OVERDUE : u.missing ? TOP_MISSING : TOP_FINE;
	return u;
}

static int descending(uint32_t a, uint32_t b)
{
	return a > b ? -1 : a < b;
}

/* The greater share first, without dividing; nothing of nothing is a share of 0. */
static int by_share(uint32_t a, uint32_t a_of, uint32_t b, uint32_t b_of)
{
	uint64_t left = a_of ? (uint64_t)a * (b_of ? b_of : 1) : 0;
	uint64_t right = b_of ? (uint64_t)b * (a_of ? a_of : 1) : 0;

	return left > right ? -1 : left < right;
}

/* The smaller share done first; who has no tasks stands behind. */
static int by_done(const struct top_unit *a, const struct top_unit *b)
{
	if (!a->applicable || !b->applicable)
		return !a->applicable - !b->applicable;
	return -by_share(a->done, a->applicable, b->done, b->applicable);
}

/* As the page has it (docs/DASHBOARD.md), so that both name the same unit: the greater share
 * overdue, then the greater share not reported, then the smaller share done; then more overdue,
 * more expected; at last the catalogue's order, so that the board stands still when nothing moves. */
static int worst_first(const void *pa, const void *pb)
{
	const struct top_unit *a = pa, *b = pb;
	int order = by_share(a->overdue, a->applicable, b->overdue, b->applicable);

	if (!order)
		order = by_share(a->missing, a->expected, b->missing, b->expected);
	if (!order)
		order = by_done(a, b);
	if (!order)
		order = descending(a->overdue, b->overdue);
	if (!order)
		order = descending(a->expected, b->expected);
	return order ? order : -descending(a->unit, b->unit);
}

static void put_units(struct top_board *b, const struct top_scene *s)
{
	if (s->below_n > b->units_size) {
		b->units_size = s->below_n;
		b->units = base_grow(b->units, b->units_size, sizeof(*b->units));
	}
	b->units_n = 0;
	for (size_t i = 0; i < s->below_n; i++) {
		struct top_unit u = unit_sums(b, s, s->below[i]);
		if (u.expected || u.applicable)
			b->units[b->units_n++] = u;
	}
	if (b->units_n)
		qsort(b->units, b->units_n, sizeof(*b->units), worst_first);
}

/* ---- the whole ---- */

void top_board_make(struct top_board *b, const struct top_scene *s)
{
	b->sight = s->sight;
	b->catalogue = s->atlas->catalogue;
	b->place = s->place;
	b->plan = s->plan;
	put_totals(b, s);
	put_units(b, s);
}

void top_board_free(struct top_board *b)
{
	free(b->totals);
	free(b->units);
	*b = (struct top_board){0};
}

uint32_t top_board_next_plan(const struct top_scene *s)
{
	const struct catalogue *c = s->atlas->catalogue;
	struct top_scene all = *s;

	all.plan = NO_INDEX;
	for (uint32_t i = s->plan == NO_INDEX ? 0 : s->plan + 1; i < catalogue_items(c); i++) {
		struct figure f = {0};
		if (shown(&all, i))
			f = figure_at(s, s->mirror, s->place.path, i);
		if (expected(&f))
			return i;
	}
	return NO_INDEX;
}

void top_silent_free(struct top_silent *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].code);
		free(s->list[i].name);
		free(s->list[i].name_en);
		free(s->list[i].head);
		free(s->list[i].contact);
	}
	free(s->list);
	*s = (struct top_silent){0};
}
