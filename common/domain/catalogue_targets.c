// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_targets: which target is in force (DOMAIN 4), and milestones. The explicit rows of an
 * item stand sorted, so a leaf without any costs nothing and a sum over a subtree is one walk along
 * two sorted lists.
 */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/csv.h"

/* ---- making ---- */

/* A target as written in a file takes its meaning from the item's kind; the kept row is settled
 * with it. */
static void settle(struct making *m, struct kept *k, enum item_kind kind)
{
	enum csv_fault fault = CSV_OK;
	int64_t *out = &k->row.target.target;

	if (!k->raw)
		return;
	if (kind == ITEM_RATIO || kind == ITEM_RATIO_GROUP)
		fault = csv_percent(k->raw, out);
	else if (kind == ITEM_POINTS)
		fault = csv_hundredths(k->raw, out);
	else
		fault = csv_integer(k->raw, 0, VALUE_MAX, out);
	if (fault != CSV_OK)
		fault_add(m->faults,
			  fault == CSV_OUT_OF_RANGE ? FAULT_TARGET_OUT_OF_RANGE : FAULT_CSV, k,
			  "target", k->raw, (int)fault);
	k->raw = NULL;
}

static bool settle_all(struct making *m)
{
	struct kept_list *l = &m->b->rows[ROW_TARGET];

	for (size_t i = 0; i < l->n; i++) {
		uint32_t item = names_get(&m->c->item_names, l->at[i].row.target.item);

		if (item != NO_INDEX)
			settle(m, &l->at[i], m->c->items[item].row.kind);
	}
	for (size_t i = 0; i < m->c->rows[ROW_TARGET].n; i++)
		m->c->rows[ROW_TARGET].rows[i].target.target =
			m->c->rows[ROW_TARGET].at[i]->row.target.target;
	return true;
}

struct all {
	struct target *list;
	uint32_t n, size;
};

static bool append(struct making *m, struct all *a, struct target t)
{
	if (a->n == a->size) {
		uint32_t size = a->size ? 2 * a->size : 64;
		struct target *list = pool_array(&m->work, size, sizeof(*list));

		if (!list)
			return false;
		if (a->n)
			memcpy(list, a->list, a->n * sizeof(*list));
		a->list = list;
		a->size = size;
	}
	a->list[a->n++] = t;
	return true;
}

/* One row of the file is a target of every unit that bore the code, or of a group. */
static bool add_row(struct making *m, struct all *a, const struct target_row *r,
		    const struct kept *k, bool checked)
{
	const struct catalogue *c = m->c;
	struct target t = { .from = r->from, .to = r->to, .target = r->target };
	uint32_t u;

	if (strncmp(r->unit, "G/", 2) == 0) {
		u = names_get(&c->group_names, r->unit + 2);
		if (u == NO_INDEX && checked)
			making_unknown(m, FAULT_UNKNOWN_GROUP, k, "unit", r->unit, &c->group_names);
		t.row = c->units_n + u;
		return u == NO_INDEX || append(m, a, t);
	}
	u = names_get(&c->unit_names, r->unit);
	if (u == NO_INDEX && checked)
		making_unknown(m, FAULT_UNKNOWN_UNIT, k, "unit", r->unit, &c->unit_names);
	for (; u != NO_INDEX; u = c->before[u]) {
		t.row = u;
		if (!append(m, a, t))
			return false;
	}
	return true;
}

static int target_order(const void *a, const void *b)
{
	const struct target *x = a, *y = b;

	if (x->row != y->row)
		return x->row < y->row ? -1 : 1;
	return x->from.ymd < y->from.ymd ? -1 : x->from.ymd > y->from.ymd;
}

/* Rows i..end-1 of the sorted rows are of one item. */
static bool item_targets(struct making *m, uint32_t item, size_t i, size_t end)
{
	const struct row_list *l = &m->c->rows[ROW_TARGET];
	struct item_more *more = &m->c->items_more[item];
	bool checked = references_checked(m, &m->c->items[item].row);
	struct all a = { 0 };
	struct target *list;

	for (; i < end; i++)
		if (!add_row(m, &a, &l->rows[i].target, l->at[i], checked))
			return false;
	list = pool_array(&m->c->pool, a.n, sizeof(*list));
	if (!list)
		return false;
	if (a.n)
		memcpy(list, a.list, a.n * sizeof(*list));
	qsort(list, a.n, sizeof(*list), target_order);
	more->targets = list;
	more->targets_n = a.n;
	return true;
}

static bool link_targets(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_TARGET];

	for (size_t i = 0, end; i < l->n; i = end) {
		const char *code = l->rows[i].target.item;
		uint32_t item = names_get(&m->c->item_names, code);

		for (end = i + 1; end < l->n && strcmp(l->rows[end].target.item, code) == 0;)
			end++;
		if (item == NO_INDEX && !m->slice)
			making_unknown(m, FAULT_UNKNOWN_ITEM, l->at[i], "item", code,
				       &m->c->item_names);
		else if (item != NO_INDEX && !item_targets(m, item, i, end))
			return false;
	}
	return true;
}

static bool item_milestones(struct making *m, uint32_t item, size_t i, size_t end)
{
	struct catalogue *c = m->c;
	const struct row_list *l = &c->rows[ROW_MILESTONE];
	struct item_more *more = &c->items_more[item];
	struct milestone *list = pool_array(&c->pool, end - i, sizeof(*list));

	if (!list)
		return false;
	for (; i < end; i++) {
		const struct milestone_row *r = &l->rows[i].milestone;
		uint32_t u = names_get(&c->unit_names, r->unit);

		if (r->unit[0] != '\0' && u == NO_INDEX) {
			if (!m->slice)
				making_unknown(m, FAULT_UNKNOWN_UNIT, l->at[i], "unit", r->unit,
					       &c->unit_names);
			continue;
		}
		list[more->milestones_n++] =
			(struct milestone){ r->unit[0] ? u : NO_INDEX, r->no, r->date };
	}
	more->milestones = list;
	return true;
}

static bool link_milestones(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_MILESTONE];

	for (size_t i = 0, end; i < l->n; i = end) {
		const char *code = l->rows[i].milestone.item;
		uint32_t item = names_get(&m->c->item_names, code);

		for (end = i + 1; end < l->n && strcmp(l->rows[end].milestone.item, code) == 0;)
			end++;
		if (item == NO_INDEX && !m->slice)
			making_unknown(m, FAULT_UNKNOWN_ITEM, l->at[i], "item", code,
				       &m->c->item_names);
		else if (item != NO_INDEX && !item_milestones(m, item, i, end))
			return false;
	}
	return true;
}

bool making_targets(struct making *m)
{
	return settle_all(m) && link_targets(m) && link_milestones(m);
}

/* ---- reading ---- */

/* The first explicit target at or after the row. */
static uint32_t lower(const struct item_more *more, uint32_t row)
{
	uint32_t low = 0, high = more->targets_n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (more->targets[middle].row < row)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* The row's targets begin at `at`. */
static bool in_force(const struct item_more *more, uint32_t at, uint32_t row, struct date d,
		     int64_t *out)
{
	for (; at < more->targets_n && more->targets[at].row == row; at++)
		if (date_within(d, more->targets[at].from, more->targets[at].to)) {
			*out = more->targets[at].target;
			return true;
		}
	return false;
}

static bool explicit_target(const struct item_more *more, uint32_t row, struct date d, int64_t *out)
{
	return more->targets_n > 0 && in_force(more, lower(more, row), row, d, out);
}

static bool in_group(const struct catalogue *c, uint32_t unit, uint32_t group, struct date d)
{
	uint32_t groups[GROUPS_PER_UNIT_MAX];
	unsigned n = catalogue_groups_of(c, unit, d, groups);

	for (unsigned i = 0; i < n; i++)
		if (groups[i] == group)
			return true;
	return false;
}

/* The sum over who reports on that day in first..last (and in the group, if one is given), if all
 * have a target. */
static bool sum(const struct catalogue *c, uint32_t leaf, uint32_t first, uint32_t last,
		uint32_t group, struct date d, int64_t *out)
{
	const struct item_more *more = &c->items_more[leaf];
	const struct reporters *r = more->reporters;
	uint32_t n = 0, at = lower(more, first);
	int64_t total = 0, one;

	if (more->targets_n == 0)
		return false;
	for (uint32_t i = reporters_from(r, first); i < r->n && r->list[i] <= last; i++) {
		uint32_t u = r->list[i];

		if (!catalogue_unit_open(c, u, d) || !reporters_on(c, r, u, d) ||
		    (group != NO_INDEX && !in_group(c, u, group, d)))
			continue;
		while (at < more->targets_n && more->targets[at].row < u)
			at++;
		if (!in_force(more, at, u, d, &one))
			return false;
		total += one;
		n++;
	}
	*out = total;
	return n > 0;
}

static bool item_default(const struct item_row *r, int64_t *out)
{
	*out = r->target;
	return r->has_target;
}

static bool group_target(const struct catalogue *c, uint32_t item, uint32_t group, struct date d,
			 int64_t *out)
{
	const struct item_row *r = &c->items[item].row;

	if (explicit_target(&c->items_more[item], c->units_n + group, d, out))
		return true;
	if (r->kind == ITEM_POINTS)
		return false;
	if (r->kind == ITEM_COUNT && sum(c, item, 0, c->units_n - 1, group, d, out))
		return true;
	return item_default(r, out);
}

static bool count_target(const struct catalogue *c, uint32_t item, uint32_t unit, struct date d,
			 int64_t *out)
{
	const struct unit *u = &c->units[unit];

	if (explicit_target(&c->items_more[item], unit, d, out) ||
	    sum(c, item, u->first, u->last, NO_INDEX, d, out))
		return true;
	return unit == c->plans[c->items_more[item].plan].owner &&
	       item_default(&c->items[item].row, out);
}

static bool ratio_target(const struct catalogue *c, uint32_t item, uint32_t unit, struct date d,
			 int64_t *out)
{
	for (; unit != NO_INDEX && c->items_more[item].targets_n > 0; unit = c->units[unit].parent)
		if (explicit_target(&c->items_more[item], unit, d, out))
			return true;
	return item_default(&c->items[item].row, out);
}

bool catalogue_target(const struct catalogue *c, uint32_t item, uint32_t plan, uint32_t row,
		      struct date d, int64_t *out)
{
	struct plan_row at = plan_row(c, plan, row);

	assert(item < c->items_n && c->items_more[item].plan == plan);
	switch (c->items[item].row.kind) {
	case ITEM_RATIO:
	case ITEM_RATIO_GROUP:
		return at.is_group ? group_target(c, item, at.index, d, out)
				   : ratio_target(c, item, at.index, d, out);
	case ITEM_COUNT:
		return at.is_group ? group_target(c, item, at.index, d, out)
				   : count_target(c, item, at.index, d, out);
	case ITEM_POINTS:
		return at.is_group ? group_target(c, item, at.index, d, out)
				   : explicit_target(&c->items_more[item], at.index, d, out);
	case ITEM_NONE:
	case ITEM_PLAN:
	case ITEM_GROUP:
	case ITEM_TASK:
		break;
	}
	return false;
}

bool catalogue_next_milestone(const struct catalogue *c, uint32_t leaf, uint32_t unit, uint32_t *at,
			      uint32_t *no, struct date *date)
{
	const struct item_more *more = &c->items_more[leaf];

	assert(unit < c->units_n);
	while (*at < more->milestones_n) {
		const struct milestone *s = &more->milestones[(*at)++];

		if (s->unit != NO_INDEX && s->unit != unit &&
		    strcmp(c->units[s->unit].row.code, c->units[unit].row.code) != 0)
			continue;
		*no = s->no;
		*date = s->date;
		return true;
	}
	return false;
}

struct date catalogue_milestone(const struct catalogue *c, uint32_t leaf, uint32_t unit)
{
	struct date first = { 0 }, date;
	uint32_t at = 0, no;

	while (catalogue_next_milestone(c, leaf, unit, &at, &no, &date))
		if (!first.ymd || date.ymd < first.ymd)
			first = date;
	return first;
}
