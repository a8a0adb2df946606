// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_check: the rules that linking does not need: texts, codes, dates, references, and what
 * the rows of groups, targets and milestones must keep to. Items and schedules have files of their
 * own.
 */
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/csv.h"
#include "common/domain/text.h"

bool references_checked(const struct making *m, const struct item_row *r)
{
	return !m->slice && !r->closed.ymd;
}

/* ---- every row, by the table of columns ---- */

static bool is_empty(struct catalogue_row *row, const struct column *c)
{
	uint32_t n;

	if (column_is_text(c->type))
		return (*column_text(row, c))[0] == '\0';
	memcpy(&n, column_field(row, c), sizeof(n)); /* a date, a number or a word */
	return n == 0;
}

static void check_text(struct making *m, const struct kept *k, const struct column *c,
		       const char *text)
{
	enum reason reason;

	if (c->type == COLUMN_CODE) {
		if (text[0] != '\0' && !text_is_code(text))
			fault_add(m->faults, FAULT_CSV, k, c->name, text, CSV_BAD_CODE);
		return;
	}
	reason = c->limit ? text_check(text, strlen(text), c->limit) : REASON_NONE;
	if (reason != REASON_NONE)
		fault_add(m->faults, FAULT_TEXT, k, c->name, text, (int)reason);
}

static void check_row(struct making *m, const struct kept *k)
{
	const struct columns *cs = columns_of_kind(k->row.kind);
	struct catalogue_row row = k->row;

	for (size_t i = 0; i < cs->n; i++) {
		const struct column *c = &cs->list[i];
		uint32_t n;

		if (k->bad & UINT64_C(1) << i)
			continue;
		if (i < cs->filled && is_empty(&row, c))
			fault_add(m->faults, FAULT_CSV, k, c->name, "", CSV_REQUIRED);
		else if (column_is_text(c->type))
			check_text(m, k, c, *column_text(&row, c));
		if (c->type == COLUMN_NUMBER || c->type == COLUMN_COUNT || c->type == COLUMN_DAYS) {
			memcpy(&n, column_field(&row, c), sizeof(n));
			if (n > c->limit)
				fault_add(m->faults, FAULT_CSV, k, c->name, "", CSV_OUT_OF_RANGE);
		}
	}
}

static void check_rows(struct making *m)
{
	for (enum row_kind kind = ROW_UNIT; kind <= ROW_LAST; kind++)
		for (size_t i = 0; i < m->b->rows[kind].n; i++)
			check_row(m, &m->b->rows[kind].at[i]);
}

/* ---- by kind ---- */

static bool reversed(struct date from, struct date to)
{
	return to.ymd && to.ymd < from.ymd;
}

static void check_units(struct making *m)
{
	for (uint32_t i = 0; i < m->c->units_n; i++) {
		const struct unit_row *r = &m->c->units[i].row;

		if (reversed(r->opened, r->closed))
			making_fault(m, FAULT_DATES_REVERSED, m->units[i], "closed", r->code);
		if (m->c->units[i].parent == NO_INDEX &&
		    strcmp(r->code, "G") == 0) /* the topics of groups: "G/..." */
			fault_add(m->faults, FAULT_CSV, m->units[i], "code", r->code, CSV_BAD_CODE);
	}
}

static void check_groups(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_GROUP];
	bool members = false;

	for (size_t i = 0; i < l->n; i++) {
		const struct group_row *r = &l->rows[i].group;
		bool last = i + 1 == l->n || strcmp(r->group, l->rows[i + 1].group.group) != 0;

		if (reversed(r->from, r->to))
			making_fault(m, FAULT_DATES_REVERSED, l->at[i], "to", r->group);
		members = members || r->unit[0] != '\0';
		if (last && !members && !m->slice)
			making_fault(m, FAULT_EMPTY_GROUP, l->at[i], "group", r->group);
		members = members && !last;
	}
}

/* Does a unit that bears the code, or the group G/CODE, have a row in the plan? */
static bool in_plan(const struct catalogue *c, uint32_t plan, const char *unit)
{
	uint32_t u;

	if (strncmp(unit, "G/", 2) == 0) {
		u = names_get(&c->group_names, unit + 2);
		return u == NO_INDEX || plan_row_of_group(c, plan, u) != NO_INDEX;
	}
	u = names_get(&c->unit_names, unit);
	if (u == NO_INDEX)
		return true; /* said already */
	for (; u != NO_INDEX; u = c->before[u])
		if (plan_row_of_unit(c, plan, u) != NO_INDEX)
			return true;
	return false;
}

static void check_target(struct making *m, const struct kept *k, const struct target_row *r)
{
	uint32_t item = names_get(&m->c->item_names, r->item);
	const struct item_row *i;

	if (reversed(r->from, r->to))
		making_fault(m, FAULT_DATES_REVERSED, k, "to", r->item);
	if (item == NO_INDEX)
		return;
	i = &m->c->items[item].row;
	if (i->kind != ITEM_RATIO && i->kind != ITEM_RATIO_GROUP && i->kind != ITEM_COUNT &&
	    i->kind != ITEM_POINTS)
		making_fault(m, FAULT_TARGET_WITHOUT_USE, k, "item", r->item);
	else if (references_checked(m, i) && !in_plan(m->c, m->c->items_more[item].plan, r->unit))
		making_fault(m, FAULT_TARGET_WITHOUT_USE, k, "unit", r->unit);
	if (r->target < 0 ||
	    r->target > (i->kind == ITEM_RATIO || i->kind == ITEM_RATIO_GROUP ? TARGET_BP_MAX
									      : VALUE_MAX))
		making_fault(m, FAULT_TARGET_OUT_OF_RANGE, k, "target", r->item);
}

/* The rows stand by item, unit and from: one overlaps the one before it, if any. */
static void check_targets(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_TARGET];

	for (size_t i = 0; i < l->n; i++) {
		const struct target_row *r = &l->rows[i].target,
					*before = i ? &l->rows[i - 1].target : NULL;

		check_target(m, l->at[i], r);
		if (before && strcmp(before->item, r->item) == 0 &&
		    strcmp(before->unit, r->unit) == 0 &&
		    date_within(r->from, before->from, before->to))
			making_fault(m, FAULT_TARGET_OVERLAP, l->at[i], "from", r->unit);
	}
}

static void check_milestones(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_MILESTONE];

	for (size_t i = 0; i < l->n; i++) {
		uint32_t item = names_get(&m->c->item_names, l->rows[i].milestone.item);

		if (item != NO_INDEX && !m->c->items[item].leaf)
			making_fault(m, FAULT_LEAF_FIELD, l->at[i], "item",
				     l->rows[i].milestone.item);
	}
}

bool making_check(struct making *m)
{
	check_rows(m);
	check_units(m);
	check_groups(m);
	check_items(m);
	check_targets(m);
	check_milestones(m);
	return true;
}
