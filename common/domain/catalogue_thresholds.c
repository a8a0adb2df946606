// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_thresholds: what leaders hear of at once, and the figures that others are held against: a leaf that a unit
 * reports by itself and that repeats the sum of what those below it report for another one.
 */
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/says.h"

enum { ALL_BP = 10000 };

void threshold_settle(struct threshold_row *r)
{
	if (r->periods == 0)
		r->periods = 1;
}

/* ---- making ---- */

/* They stand by rule. */
static void check_threshold(struct making *m, size_t i)
{
	const struct row_list *l = &m->c->rows[ROW_THRESHOLD];
	const struct threshold_row *r = &l->rows[i].threshold;

	if (i > 0 && strcmp(l->rows[i - 1].threshold.rule, r->rule) == 0)
		making_fault(m, FAULT_DUPLICATE_RULE, l->at[i], "rule", r->rule);
	if (threshold_is_rate(r->measure) && r->value > ALL_BP)
		making_fault(m, FAULT_RATE_ABOVE_ALL, l->at[i], "value", r->rule);
}

static bool fits(const struct catalogue *c, uint32_t own, uint32_t other)
{
	const struct item_row *a = &c->items[own].row, *b = &c->items[other].row;

	return own != other && c->items_more[own].plan == c->items_more[other].plan && a->kind == b->kind &&
	       a->aggregate == AGGREGATE_OWN && b->aggregate == AGGREGATE_SUM;
}

/* Of an item that is no indicator it is said already. */
static void check_control(struct making *m, uint32_t i)
{
	const struct catalogue *c = m->c;
	const struct item_row *r = &c->items[i].row;
	uint32_t other = names_get(&c->item_names, r->control);

	if (r->control[0] == '\0' || !c->items[i].leaf || r->kind == ITEM_TASK || !references_checked(m, r))
		return;
	if (other == NAMES_NONE)
		making_unknown(m, FAULT_UNKNOWN_ITEM, m->items[i], "control", r->control, &c->item_names);
	else if (!fits(c, i, other))
		making_fault(m, FAULT_CONTROL_UNFIT, m->items[i], "control", r->control);
}

bool making_thresholds(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_THRESHOLD];

	m->c->thresholds = pool_array(&m->c->pool, l->n, sizeof(*m->c->thresholds));
	if (!m->c->thresholds)
		return false;
	for (size_t i = 0; i < l->n; i++) {
		m->c->thresholds[i] = l->rows[i].threshold;
		check_threshold(m, i);
	}
	for (uint32_t i = 0; i < m->c->items_n; i++)
		check_control(m, i);
	return true;
}

/* ---- reading ---- */

const struct threshold_row *catalogue_thresholds(const struct catalogue *c, size_t *n)
{
	*n = c->rows[ROW_THRESHOLD].n;
	return c->thresholds;
}

uint32_t catalogue_controlled(const struct catalogue *c, uint32_t leaf)
{
	const char *code = catalogue_item(c, leaf)->row.control;

	return code[0] ? names_get(&c->item_names, code) : NO_INDEX;
}
