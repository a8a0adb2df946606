// SPDX-License-Identifier: Apache-2.0
/* catalogue: reading what catalogue_build made. */
#include "common/domain/catalogue.h"

#include <assert.h>

#include "common/domain/catalogue_inside.h"

size_t catalogue_units(const struct catalogue *c)
{
	return c->units_n;
}

const struct unit *catalogue_unit(const struct catalogue *c, uint32_t index)
{
	assert(index < c->units_n);
	return &c->units[index];
}

size_t catalogue_items(const struct catalogue *c)
{
	return c->items_n;
}

const struct item *catalogue_item(const struct catalogue *c, uint32_t index)
{
	assert(index < c->items_n);
	return &c->items[index];
}

size_t catalogue_groups(const struct catalogue *c)
{
	return c->groups_n;
}

const struct group *catalogue_group(const struct catalogue *c, uint32_t index)
{
	assert(index < c->groups_n);
	return &c->groups[index];
}

size_t catalogue_plans(const struct catalogue *c)
{
	return c->plans_n;
}

const struct plan *catalogue_plan(const struct catalogue *c, uint32_t index)
{
	assert(index < c->plans_n);
	return &c->plans[index];
}

uint32_t catalogue_plan_of_item(const struct catalogue *c, uint32_t item)
{
	assert(item < c->items_n);
	return c->items_more[item].plan;
}

const struct calendar *catalogue_calendar(const struct catalogue *c)
{
	return c->calendar;
}

/* ---- rows of a plan: the owner's subtree, then its ancestors from the nearest up, then groups
 * ---- */

uint32_t plan_row_of_unit(const struct catalogue *c, uint32_t plan, uint32_t unit)
{
	uint32_t owner = catalogue_plan(c, plan)->owner;

	if (catalogue_within(c, unit, owner))
		return unit - owner;
	if (catalogue_within(c, owner, unit))
		return c->plans_more[plan].subtree_n + c->units[owner].depth - c->units[unit].depth -
		       1;
	return NO_INDEX;
}

uint32_t plan_row_of_group(const struct catalogue *c, uint32_t plan, uint32_t group)
{
	const struct plan *p = catalogue_plan(c, plan);
	const struct plan_more *more = &c->plans_more[plan];

	for (uint32_t i = 0; i < more->groups_n; i++)
		if (more->groups[i] == group)
			return p->rows_n - more->groups_n + i;
	return NO_INDEX;
}

struct plan_row plan_row(const struct catalogue *c, uint32_t plan, uint32_t row)
{
	const struct plan *p = catalogue_plan(c, plan);
	const struct plan_more *more = &c->plans_more[plan];
	uint32_t first_group = p->rows_n - more->groups_n, at = p->owner;

	assert(row < p->rows_n);
	if (row >= first_group) {
		at = more->groups[row - first_group];
		return (struct plan_row){ true, at, c->groups[at].path };
	}
	if (row < more->subtree_n)
		at = p->owner + row;
	else
		for (uint32_t up = row - more->subtree_n + 1; up > 0; up--)
			at = c->units[at].parent;
	return (struct plan_row){ false, at, c->units[at].path };
}

/* ---- looking up ---- */

uint32_t catalogue_unit_by_number(const struct catalogue *c, uint32_t number)
{
	return numbered_find(c->unit_numbers, c->units_n, number);
}

uint32_t catalogue_highest_unit(const struct catalogue *c)
{
	return c->units_n ? c->unit_numbers[c->units_n - 1].number : 0;
}

uint32_t catalogue_item_by_number(const struct catalogue *c, uint32_t number)
{
	return numbered_find(c->item_numbers, c->items_n, number);
}

uint32_t catalogue_item_by_code(const struct catalogue *c, const char *code)
{
	return names_get(&c->item_names, code);
}

uint32_t catalogue_group_by_code(const struct catalogue *c, const char *code)
{
	return names_get(&c->group_names, code);
}

uint32_t catalogue_unit_at(const struct catalogue *c, const char *code, struct date date,
			   bool *known)
{
	uint32_t u = names_get(&c->unit_names, code);

	*known = u != NO_INDEX;
	while (u != NO_INDEX && !catalogue_unit_open(c, u, date))
		u = c->before[u];
	return u;
}

void catalogue_expect(const struct catalogue *c, const char *unit, const char *item)
{
	names_expect(&c->unit_names, unit);
	names_expect(&c->item_names, item);
}

uint32_t catalogue_unit_number(const struct catalogue *c, uint32_t unit)
{
	assert(unit < c->units_n);
	return c->lives[unit].number;
}

uint32_t catalogue_unit_by_code(const struct catalogue *c, const char *code, struct date date)
{
	bool known;
	uint32_t u = catalogue_unit_at(c, code, date, &known);

	return u == NO_INDEX ? names_get(&c->unit_names, code) : u;
}

uint32_t catalogue_unit_bearer(const struct catalogue *c, const char *code, uint32_t after)
{
	return after == NO_INDEX ? names_get(&c->unit_names, code) : c->before[after];
}

bool catalogue_within(const struct catalogue *c, uint32_t unit, uint32_t ancestor)
{
	assert(unit < c->units_n);
	return ancestor <= unit && unit <= catalogue_unit(c, ancestor)->last;
}

/* ---- judged at a date ---- */

static bool open_on(struct date opened, struct date closed, struct date d)
{
	return opened.ymd <= d.ymd && (!closed.ymd || d.ymd < closed.ymd);
}

bool catalogue_unit_open(const struct catalogue *c, uint32_t unit, struct date d)
{
	assert(unit < c->units_n);
	return open_on(c->lives[unit].opened, c->lives[unit].closed, d);
}

bool catalogue_item_open(const struct catalogue *c, uint32_t item, struct date d)
{
	assert(item < c->items_n);
	for (; item != NO_INDEX; item = c->items[item].parent)
		if (!open_on(c->items[item].row.opened, c->items[item].row.closed, d))
			return false;
	return true;
}

unsigned catalogue_groups_of(const struct catalogue *c, uint32_t unit, struct date d,
			     uint32_t out[static GROUPS_PER_UNIT_MAX])
{
	const struct memberships *l = &c->memberships[unit];
	unsigned n = 0;

	for (uint32_t i = 0; i < l->n; i++) {
		unsigned j = 0;

		if (!date_within(d, l->list[i].from, l->list[i].to))
			continue;
		while (j < n && out[j] != l->list[i].group)
			j++;
		if (j == n && n < GROUPS_PER_UNIT_MAX)
			out[n++] = l->list[i].group;
	}
	return n;
}

static bool starts_between(const struct date *list, size_t n, uint32_t after, uint32_t last)
{
	size_t low = 0, high = n; /* the first date that is > after */

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (list[middle].ymd > after)
			high = middle;
		else
			low = middle + 1;
	}
	return low < n && list[low].ymd <= last;
}

/* A last day e changes the day after it: from < e + 1 <= to, i.e. from <= e < to. Both bounds are >
 * 0. */
bool catalogue_changes_between(const struct catalogue *c, struct date from, struct date to)
{
	return starts_between(c->starts, c->starts_n, from.ymd, to.ymd) ||
	       (from.ymd < to.ymd &&
		starts_between(c->ends, c->ends_n, from.ymd ? from.ymd - 1 : 0, to.ymd - 1));
}

/* ---- the rows again ---- */

size_t catalogue_rows(const struct catalogue *c)
{
	size_t n = (size_t)c->units_n + c->items_n;

	for (enum row_kind k = ROW_UNIT; k <= ROW_LAST; k++)
		n += c->rows[k].n;
	return n;
}

void catalogue_row(const struct catalogue *c, size_t i, struct catalogue_row *out)
{
	assert(i < catalogue_rows(c));
	for (enum row_kind k = ROW_UNIT; k <= ROW_LAST; k++) {
		size_t n = k == ROW_UNIT ? c->units_n : k == ROW_ITEM ? c->items_n : c->rows[k].n;

		if (i >= n) {
			i -= n;
			continue;
		}
		if (k == ROW_UNIT)
			*out = (struct catalogue_row){ .kind = k, .unit = c->units[i].row };
		else if (k == ROW_ITEM)
			*out = (struct catalogue_row){ .kind = k, .item = c->items[i].row };
		else
			*out = c->rows[k].rows[i];
		return;
	}
}
