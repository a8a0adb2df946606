// SPDX-License-Identifier: Apache-2.0
/* catalogue_check_items: what an item's row must hold, by its kind; who reports it; the "4 rõ". */
#include <string.h>

#include "common/domain/catalogue_inside.h"

/* ---- fields by kind ---- */

enum {
	RATIO_GROUP = 1U << ITEM_RATIO_GROUP,
	TASK = 1U << ITEM_TASK,
	RATIO = 1U << ITEM_RATIO,
	COUNT = 1U << ITEM_COUNT,
	POINTS = 1U << ITEM_POINTS,
	INDICATOR = RATIO | COUNT | POINTS,
	LEAF = TASK | INDICATOR
};

/* Fields that belong to some kinds only. */
static void check_fields(struct making *m, const struct kept *k, const struct item_row *r)
{
	const struct {
		const char *field;
		bool given;
		unsigned kinds;
	} fields[] = {
		{ "answer", r->answer != ANSWER_NONE, LEAF },
		{ "reporters", r->reporters[0] != '\0', LEAF },
		{ "schedule", r->schedule[0] != '\0', LEAF },
		{ "weight", r->weight != 1, LEAF },
		{ "measure", r->measure != MEASURE_NONE, INDICATOR | RATIO_GROUP },
		{ "aggregate", r->aggregate != AGGREGATE_NONE, INDICATOR },
		{ "control", r->control[0] != '\0', INDICATOR },
		{ "uom", r->uom[0] != '\0', INDICATOR | RATIO_GROUP },
		{ "num_def", r->num_def[0] != '\0', RATIO | RATIO_GROUP },
		{ "den_def", r->den_def[0] != '\0', RATIO | RATIO_GROUP },
		{ "bounded", r->bounded, RATIO | RATIO_GROUP },
		{ "target", r->has_target, RATIO | RATIO_GROUP | COUNT },
		{ "direction", r->direction != DIRECTION_NONE,
		  INDICATOR | RATIO_GROUP }, /* of a rank: lower is better */
		{ "maximum", r->has_maximum, POINTS },
	};

	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (fields[i].given && r->kind != ITEM_NONE && !(fields[i].kinds & 1U << r->kind))
			making_fault(m, FAULT_LEAF_FIELD, k, fields[i].field, r->code);
	if (r->kind != ITEM_RATIO && r->kind != ITEM_RATIO_GROUP)
		return;
	if (r->num_def[0] == '\0')
		making_fault(m, FAULT_LEAF_FIELD, k, "num_def", r->code);
	if (r->den_def[0] == '\0')
		making_fault(m, FAULT_LEAF_FIELD, k, "den_def", r->code);
}

static void check_bounds(struct making *m, const struct kept *k, const struct item_row *r)
{
	int64_t most = r->kind == ITEM_COUNT ? VALUE_MAX : TARGET_BP_MAX;

	if (r->has_target && (r->target < 0 || r->target > most))
		making_fault(m, FAULT_TARGET_OUT_OF_RANGE, k, "target", r->code);
	if (r->has_maximum && (r->maximum < 1 || r->maximum > VALUE_MAX))
		making_fault(m, FAULT_TARGET_OUT_OF_RANGE, k, "maximum", r->code);
	if (r->closed.ymd && r->closed.ymd < r->opened.ymd)
		making_fault(m, FAULT_DATES_REVERSED, k, "closed", r->code);
	if (r->due.ymd && r->due.ymd < r->start.ymd)
		making_fault(m, FAULT_DATES_REVERSED, k, "due", r->code);
	if (r->kind != ITEM_PLAN && r->owner[0] != '\0')
		making_fault(m, FAULT_OWNER_MISPLACED, k, "owner", r->owner);
}

static void check_ratio_group(struct making *m, uint32_t i)
{
	const struct item *it = &m->c->items[i];
	const struct item_row *r = &it->row, *above;

	if (it->parent == NO_INDEX || m->c->items[it->parent].row.kind != ITEM_RATIO_GROUP)
		return;
	above = &m->c->items[it->parent].row;
	if (r->kind != ITEM_RATIO && r->kind != ITEM_RATIO_GROUP)
		making_fault(m, FAULT_RATIO_GROUP_CHILD, m->items[i], "kind", r->code);
	else if (strcmp(r->num_def, above->num_def) != 0)
		making_fault(m, FAULT_RATIO_GROUP_CHILD, m->items[i], "num_def", r->code);
	else if (strcmp(r->den_def, above->den_def) != 0)
		making_fault(m, FAULT_RATIO_GROUP_CHILD, m->items[i], "den_def", r->code);
}

/* ---- references ---- */

static void check_coop(struct making *m, const struct kept *k, const char *coop)
{
	char code[CODE_MAX + 2];

	while (*coop) {
		size_t n = strcspn(coop, "|"), from = strspn(coop, " "), to = n;

		while (to > from && coop[to - 1] == ' ')
			to--;
		if (to - from > CODE_MAX)
			to = from + CODE_MAX + 1; /* too long for any code: enough to show it */
		memcpy(code, coop + from, to - from);
		code[to - from] = '\0';
		if (names_get(&m->c->unit_names, code) == NAMES_NONE)
			making_unknown(m, FAULT_UNKNOWN_UNIT, k, "coop", code, &m->c->unit_names);
		coop += n + (coop[n] == '|');
	}
}

static void check_references(struct making *m, const struct kept *k, const struct item_row *r)
{
	if (r->lead[0] != '\0' && names_get(&m->c->unit_names, r->lead) == NAMES_NONE)
		making_unknown(m, FAULT_UNKNOWN_UNIT, k, "lead", r->lead, &m->c->unit_names);
	check_coop(m, k, r->coop);
	if (r->schedule[0] != '\0' && schedule_find(m->c, r->schedule) == NO_INDEX)
		making_fault(m, FAULT_UNKNOWN_SCHEDULE, k, "schedule", r->schedule);
}

/* ---- reporters ---- */

static bool same_code(const struct catalogue *c, uint32_t u, uint32_t v)
{
	return strcmp(c->units[u].row.code, c->units[v].row.code) == 0;
}

static bool stood_together(const struct catalogue *c, uint32_t u, uint32_t v)
{
	const struct unit_row *a = &c->units[u].row, *b = &c->units[v].row;

	return spans_overlap(a->opened, a->closed, b->opened, b->closed);
}

/* The list is in preorder, so what is below a reporter follows it at once; `above` are the
 * reporters above the last. */
static uint32_t reporter_above(const struct catalogue *c, const struct reporters *r)
{
	uint32_t above[DEPTH_MAX], n = 0;

	for (uint32_t i = 0; i < r->n; i++) {
		while (n > 0 && c->units[above[n - 1]].last < r->list[i])
			n--;
		for (uint32_t j = 0; j < n; j++)
			if (stood_together(c, above[j], r->list[i]))
				return above[j];
		if (n < DEPTH_MAX) /* deeper is a fault of the units */
			above[n++] = r->list[i];
	}
	return NO_INDEX;
}

static bool summed(const struct item_row *r)
{
	return r->aggregate == AGGREGATE_SUM && !(r->flags & ITEM_OWN_WORK);
}

static void check_reporters(struct making *m, uint32_t i)
{
	const struct catalogue *c = m->c;
	const struct reporters *r = c->items_more[i].reporters;
	const struct item_row *row = &c->items[i].row;
	const struct kept *k = m->items[i];
	const char *field = row->reporters[0] ? "reporters" : "lead";
	uint32_t above = summed(row) ? reporter_above(c, r) : NO_INDEX, codes = r->n > 0;

	if (r->fault != FAULT_NONE &&
	    row->reporters[0] != '\0') /* of the lead it is said already */
		making_unknown(m, r->fault, k, "reporters", r->at, &c->unit_names);
	if (r->outside != NO_INDEX)
		making_fault(m, FAULT_REPORTER_OUTSIDE, k, field, c->units[r->outside].row.code);
	if (r->fault != FAULT_NONE || r->outside != NO_INDEX)
		return;
	for (uint32_t j = 1; j < r->n; j++)
		codes += !same_code(c, r->list[0], r->list[j]);
	if (codes == 0)
		making_fault(m, FAULT_REPORTERS_EMPTY, k, field, row->reporters);
	else if (codes > 1 && row->answer == ANSWER_LEAD)
		making_fault(m, FAULT_LEAD_NOT_ONE, k, field, row->reporters);
	if (above != NO_INDEX)
		making_fault(m, FAULT_REPORTER_ABOVE, k, field, c->units[above].row.code);
}

/* ---- the "4 rõ": person, work, time, product ---- */

static void check_clear(struct making *m, const struct kept *k, const struct item_row *r)
{
	bool task = r->kind == ITEM_TASK;

	if (r->lead[0] == '\0' && r->answer == ANSWER_LEAD)
		making_fault(m, FAULT_NO_LEAD, k, "lead", r->code);
	if (r->person[0] == '\0')
		making_fault(m, FAULT_NO_PERSON, k, "person", r->code);
	if (!r->due.ymd || (task && !r->start.ymd))
		making_fault(m, FAULT_NO_DATES, k, r->due.ymd ? "start" : "due", r->code);
	if (task ? r->product[0] == '\0' || r->product_unit[0] == '\0'
		 : r->product[0] == '\0' && r->uom[0] == '\0')
		making_fault(m, FAULT_NO_PRODUCT, k, "product", r->code);
}

void check_items(struct making *m)
{
	const struct catalogue *c = m->c;

	for (uint32_t i = c->items_n; i-- > 0;)
		if (c->items[i].parent != NO_INDEX && (c->items[i].leaf || c->items_more[i].has_leaf))
			c->items_more[c->items[i].parent].has_leaf = true;
	for (uint32_t i = 0; i < c->items_n; i++) {
		const struct item_row *r = &c->items[i].row;

		check_fields(m, m->items[i], r);
		check_bounds(m, m->items[i], r);
		check_ratio_group(m, i);
		if (!references_checked(m, r))
			continue;
		check_references(m, m->items[i], r);
		if (c->items[i].leaf) {
			check_reporters(m, i);
			check_clear(m, m->items[i], r);
		} else if (!c->items_more[i].has_leaf) {
			making_fault(m, FAULT_EMPTY_GROUP, m->items[i], "code", r->code);
		}
	}
}
