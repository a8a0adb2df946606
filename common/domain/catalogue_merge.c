// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_merge: new rows meet the catalogue that is in force. Nothing known is ever dropped: a
 * unit or an item that the new rows lack is closed, because cells hold its history. So the greatest
 * number given is always still there, and the next one is new.
 */
#include <assert.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"

struct merge {
	struct builder *b;
	const struct catalogue *old;
	struct date effective;
	struct faults *faults;
	struct pool work;
	struct names units, items;   /* codes of the new rows -> place in the builder */
	bool *units_met, *items_met; /* by index in old: the new rows have it */
};

static struct kept_list *list(const struct merge *m, enum row_kind kind)
{
	return &m->b->rows[kind];
}

static struct item_row *item_at(const struct merge *m, size_t place)
{
	return &list(m, ROW_ITEM)->at[place].row.item;
}

static struct unit_row *unit_at(const struct merge *m, size_t place)
{
	return &list(m, ROW_UNIT)->at[place].row.unit;
}

static bool index_codes(struct merge *m)
{
	struct kept_list *u = list(m, ROW_UNIT), *i = list(m, ROW_ITEM);

	m->units_met = pool_array(&m->work, m->old->units_n, sizeof(bool));
	m->items_met = pool_array(&m->work, m->old->items_n, sizeof(bool));
	if (!names_init(&m->units, &m->work, u->n) || !names_init(&m->items, &m->work, i->n))
		return false;
	for (size_t n = u->n; n-- > 0;)
		names_put(&m->units, u->at[n].row.unit.code, (uint32_t)n);
	for (size_t n = i->n; n-- > 0;)
		names_put(&m->items, i->at[n].row.item.code, (uint32_t)n);
	return true;
}

/* The first day on which something known that is not in the new rows is no more. */
static struct date closing(struct date opened, struct date closed, struct date effective)
{
	if (closed.ymd && closed.ymd <= effective.ymd)
		return closed;
	return opened.ymd > effective.ymd ? opened : effective; /* it never came to be */
}

/* ---- units ---- */

static void meet_unit(struct merge *m, size_t place)
{
	struct unit_row *r = unit_at(m, place);
	uint32_t u = names_get(&m->old->unit_names, r->code);

	while (u != NO_INDEX && m->old->units[u].row.opened.ymd != r->opened.ymd)
		u = m->old->before[u];
	if (u == NO_INDEX)
		return;
	r->number = m->old->units[u].row.number;
	m->units_met[u] = true;
}

/*
 * A code with a new `opened` is a new unit, if the one that bore it is gone by then. Otherwise
 * somebody corrected the date of the old one, and that would cut its history off.
 */
static void check_opened(struct merge *m, size_t place)
{
	const struct kept *k = &list(m, ROW_UNIT)->at[place];
	const struct unit_row *r = &k->row.unit;

	if (r->number)
		return;
	for (uint32_t u = names_get(&m->old->unit_names, r->code); u != NO_INDEX;
	     u = m->old->before[u]) {
		const struct unit_row *o = &m->old->units[u].row;
		struct date gone = closing(o->opened, o->closed, m->effective);

		if (!m->units_met[u] && spans_overlap(o->opened, gone, r->opened, r->closed)) {
			fault_add(m->faults, FAULT_OPENED_CHANGED, k, "opened", r->code, 0);
			return;
		}
	}
}

/* What is kept only to be closed is no parent of what is new. */
static void check_unit_parent(struct merge *m, size_t place)
{
	const struct kept *k = &list(m, ROW_UNIT)->at[place];
	const char *parent = k->row.unit.parent;

	if (parent[0] != '\0' && names_get(&m->units, parent) == NAMES_NONE &&
	    names_get(&m->old->unit_names, parent) != NO_INDEX)
		fault_add(m->faults, FAULT_UNKNOWN_PARENT, k, "parent", parent, 0);
}

static bool keep_unit(struct merge *m, uint32_t u)
{
	struct catalogue_row row = { .kind = ROW_UNIT, .unit = m->old->units[u].row };
	struct date gone = closing(row.unit.opened, row.unit.closed, m->effective);

	if (gone.ymd != row.unit.closed.ymd)
		fault_add(m->faults, FAULT_WILL_CLOSE, NULL, "code", row.unit.code, 0);
	row.unit.closed = gone;
	return builder_add(m->b, &row, "", 0);
}

static bool merge_units(struct merge *m)
{
	size_t n = list(m, ROW_UNIT)->n;

	for (size_t i = 0; i < n; i++)
		meet_unit(m, i);
	for (size_t i = 0; i < n; i++) {
		check_opened(m, i);
		check_unit_parent(m, i);
	}
	for (uint32_t u = 0; u < m->old->units_n; u++)
		if (!m->units_met[u] && !keep_unit(m, u))
			return false;
	return true;
}

/* ---- items ---- */

/* The code of the plan the new item stands in: the top of its parents, as far as they go. */
static const char *plan_of(const struct merge *m, size_t place)
{
	const struct item_row *r = item_at(m, place);

	for (unsigned up = 0; up < DEPTH_MAX; up++) {
		uint32_t parent = r->parent[0] ? names_get(&m->items, r->parent) : NAMES_NONE;

		if (parent == NAMES_NONE)
			break;
		r = item_at(m, parent);
	}
	return r->code;
}

static void meet_item(struct merge *m, size_t place)
{
	const struct kept *k = &list(m, ROW_ITEM)->at[place];
	struct item_row *r = item_at(m, place);
	uint32_t i = names_get(&m->old->item_names, r->code);
	const struct item_row *o;

	item_settle(r);
	if (i == NO_INDEX)
		return;
	o = &m->old->items[i].row;
	r->number = o->number;
	m->items_met[i] = true;
	if (r->kind != o->kind)
		fault_add(m->faults, FAULT_KIND_CHANGED, k, "kind", r->code, 0);
	else if (r->measure != o->measure)
		fault_add(m->faults, FAULT_KIND_CHANGED, k, "measure", r->code, 0);
	if (strcmp(plan_of(m, place), m->old->items[m->old->items[i].plan].row.code) != 0)
		fault_add(m->faults, FAULT_KIND_CHANGED, k, "parent", r->code, 0);
}

static void check_item_parent(struct merge *m, size_t place)
{
	const struct kept *k = &list(m, ROW_ITEM)->at[place];
	const char *parent = k->row.item.parent;

	if (parent[0] != '\0' && names_get(&m->items, parent) == NAMES_NONE &&
	    names_get(&m->old->item_names, parent) != NO_INDEX)
		fault_add(m->faults, FAULT_UNKNOWN_PARENT, k, "parent", parent, 0);
}

/* close: it belongs to what the new rows replace. */
static bool keep_item(struct merge *m, uint32_t i, bool close)
{
	struct catalogue_row row = { .kind = ROW_ITEM, .item = m->old->items[i].row };
	struct date gone = closing(row.item.opened, row.item.closed, m->effective);

	if (close) {
		if (gone.ymd != row.item.closed.ymd)
			fault_add(m->faults, FAULT_WILL_CLOSE, NULL, "code", row.item.code, 0);
		row.item.closed = gone;
	}
	return builder_add(m->b, &row, "", 0);
}

static bool merge_items(struct merge *m, const char *plan)
{
	size_t n = list(m, ROW_ITEM)->n;

	for (size_t i = 0; i < n; i++) {
		meet_item(m, i);
		check_item_parent(m, i);
	}
	for (uint32_t i = 0; i < m->old->items_n; i++) {
		const char *of = m->old->items[m->old->items[i].plan].row.code;

		if (!m->items_met[i] && !keep_item(m, i, plan[0] == '\0' || strcmp(plan, of) == 0))
			return false;
	}
	return true;
}

/* The old rows of one kind whose item (if they have one) is not among the new items. */
static bool keep_rows(struct merge *m, enum row_kind kind)
{
	const struct row_list *l = &m->old->rows[kind];

	for (size_t i = 0; i < l->n; i++) {
		const struct catalogue_row *r = &l->rows[i];
		const char *item = kind == ROW_TARGET      ? r->target.item
				   : kind == ROW_MILESTONE ? r->milestone.item
							   : "";

		if (names_get(&m->items, item) == NAMES_NONE && !builder_add(m->b, r, "", 0))
			return false;
	}
	return true;
}

/* ---- one plan ---- */

static void drop(struct merge *m, enum row_kind kind, const bool *out)
{
	struct kept_list *l = list(m, kind);
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++)
		if (!out[i])
			l->at[n++] = l->at[i];
	l->n = n;
}

/* Of the new rows only those of the plan stay; what is said of items that nobody knows stays to be
 * a fault. */
static bool drop_others(struct merge *m, const char *plan)
{
	bool *out[ROW_LAST + 1];

	for (enum row_kind k = ROW_UNIT; k <= ROW_LAST; k++) {
		out[k] = pool_array(&m->work, list(m, k)->n, sizeof(bool));
		if (!out[k])
			return false;
		if (k != ROW_ITEM && k != ROW_TARGET && k != ROW_MILESTONE)
			memset(out[k], true, list(m, k)->n);
	}
	for (size_t i = 0; i < list(m, ROW_ITEM)->n; i++)
		out[ROW_ITEM][i] = strcmp(plan_of(m, i), plan) != 0;
	for (enum row_kind k = ROW_TARGET; k <= ROW_MILESTONE; k++)
		for (size_t i = 0; i < list(m, k)->n; i++) {
			const struct catalogue_row *r = &list(m, k)->at[i].row;
			const char *item = k == ROW_TARGET ? r->target.item : r->milestone.item;
			uint32_t place = names_get(&m->items, item);

			out[k][i] = place != NAMES_NONE
					    ? out[ROW_ITEM][place]
					    : names_get(&m->old->item_names, item) != NO_INDEX;
		}
	for (enum row_kind k = ROW_UNIT; k <= ROW_LAST; k++)
		drop(m, k, out[k]);
	return true;
}

static bool merge_plan(struct merge *m, const char *plan)
{
	uint32_t place = names_get(&m->items, plan);

	if (place == NAMES_NONE || item_at(m, place)->kind != ITEM_PLAN)
		fault_add(m->faults, FAULT_NO_PLAN, NULL, "plan", plan, 0);
	if (!drop_others(m, plan) || !index_codes(m))
		return false;
	for (uint32_t u = 0; u < m->old->units_n; u++) {
		struct catalogue_row row = { .kind = ROW_UNIT, .unit = m->old->units[u].row };

		if (!builder_add(m->b, &row, "", 0))
			return false;
	}
	for (enum row_kind k = ROW_HOLIDAY; k <= ROW_LAST; k++)
		if (!keep_rows(m, k))
			return false;
	return keep_rows(m, ROW_GROUP) && merge_items(m, plan);
}

bool builder_merge(struct builder *b, const struct catalogue *old, const char *plan,
		   struct date effective, struct faults *faults)
{
	struct merge m = { .b = b, .old = old, .effective = effective, .faults = faults };
	bool ok = true;

	if (old) {
		assert(effective.ymd != 0);
		ok = index_codes(&m) &&
		     (plan[0] ? merge_plan(&m, plan) : merge_units(&m) && merge_items(&m, ""));
		ok = ok && keep_rows(&m, ROW_TARGET) && keep_rows(&m, ROW_MILESTONE);
	}
	builder_number(b);
	pool_free(&m.work);
	return ok;
}
