// SPDX-License-Identifier: Apache-2.0
/* catalogue_build: the making of a catalogue from a builder, stage by stage. */
#include <stdlib.h>
#include <string.h>

#include "common/domain/catalogue_inside.h"
#include "common/domain/csv.h"

/* ---- small things ---- */

bool spans_overlap(struct date a_opened, struct date a_closed, struct date b_opened,
		   struct date b_closed)
{
	if ((a_closed.ymd && a_closed.ymd <= a_opened.ymd) ||
	    (b_closed.ymd && b_closed.ymd <= b_opened.ymd))
		return false;
	return (!b_closed.ymd || a_opened.ymd < b_closed.ymd) &&
	       (!a_closed.ymd || b_opened.ymd < a_closed.ymd);
}

bool date_within(struct date d, struct date from, struct date to)
{
	return from.ymd <= d.ymd && (!to.ymd || d.ymd <= to.ymd);
}

static int by_number(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return x->number < y->number ? -1 : x->number > y->number;
}

void numbered_sort(struct numbered *list, size_t n)
{
	qsort(list, n, sizeof(*list), by_number);
}

uint32_t numbered_find(const struct numbered *list, size_t n, uint32_t number)
{
	const struct numbered key = { .number = number };
	const struct numbered *at = bsearch(&key, list, n, sizeof(*list), by_number);

	return at ? at->index : NO_INDEX;
}

void making_fault(struct making *m, enum fault_kind kind, const struct kept *k, const char *field,
		  const char *value)
{
	fault_add(m->faults, kind, k, field, value, 0);
}

/* Is something said about the field already? */
static bool is_bad(const struct kept *k, const char *field)
{
	const struct columns *c = columns_of_kind(k->row.kind);
	size_t i = 0;

	while (strcmp(c->list[i].name, field) != 0)
		i++;
	return k->bad & UINT64_C(1) << i;
}

void making_unknown(struct making *m, enum fault_kind kind, const struct kept *k, const char *field,
		    const char *value, const struct names *names)
{
	char written[CODE_MAX + 1];
	int hint = CSV_OK;

	if (is_bad(k, field))
		return;
	for (unsigned zeros = 1; hint == CSV_OK && csv_unstrip(value, zeros, written); zeros++)
		if (names_get(names, written) != NAMES_NONE)
			hint = CSV_STRIPPED_ZERO;
	fault_add(m->faults, kind, k, field, value, hint);
}

/* ---- rows that are kept in a plain order ---- */

static int date_order(struct date a, struct date b)
{
	return a.ymd < b.ymd ? -1 : a.ymd > b.ymd;
}

static int either(int first, int second)
{
	return first ? first : second;
}

static int codes_order(const char *a1, const char *b1, const char *a2, const char *b2)
{
	return either(strcmp(a1, b1), strcmp(a2, b2));
}

static int group_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	const struct group_row *a = &x->group, *b = &y->group;

	return either(codes_order(a->group, b->group, a->unit, b->unit),
		      date_order(a->from, b->from));
}

static int target_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	const struct target_row *a = &x->target, *b = &y->target;

	return either(codes_order(a->item, b->item, a->unit, b->unit),
		      date_order(a->from, b->from));
}

static int milestone_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	const struct milestone_row *a = &x->milestone, *b = &y->milestone;

	return either(codes_order(a->item, b->item, a->unit, b->unit),
		      date_order(a->date, b->date));
}

static int holiday_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	return date_order(x->holiday.date, y->holiday.date);
}

static int schedule_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	return strcmp(x->schedule.schedule, y->schedule.schedule);
}

static int period_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	const struct period_row *a = &x->period, *b = &y->period;

	return either(strcmp(a->schedule, b->schedule), date_order(a->start, b->start));
}

static int deadline_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	const struct deadline_row *a = &x->deadline, *b = &y->deadline;

	return either(strcmp(a->schedule, b->schedule), (int)a->unit_kind - (int)b->unit_kind);
}

static int threshold_order(const struct catalogue_row *x, const struct catalogue_row *y)
{
	return strcmp(x->threshold.rule, y->threshold.rule);
}

/* The canonical order of the rows of a kind; equal ones stay as they came. Units and items have
 * trees. */
static int (*const orders[])(const struct catalogue_row *, const struct catalogue_row *) = {
	[ROW_GROUP] = group_order,         [ROW_TARGET] = target_order,
	[ROW_MILESTONE] = milestone_order, [ROW_HOLIDAY] = holiday_order,
	[ROW_SCHEDULE] = schedule_order,   [ROW_PERIOD] = period_order,
	[ROW_DEADLINE] = deadline_order,   [ROW_THRESHOLD] = threshold_order,
};

static int kept_order(const void *a, const void *b)
{
	const struct kept *const *x = a, *const *y = b;
	int order = orders[(*x)->row.kind](&(*x)->row, &(*y)->row);

	return order ? order
		     : (*x < *y ? -1
				: *x > *y); /* rows of one kind stand in one array: as they came */
}

static bool row_list(struct making *m, enum row_kind kind)
{
	const struct kept_list *from = &m->b->rows[kind];
	struct row_list *l = &m->c->rows[kind];

	l->at = pool_array(&m->work, from->n, sizeof(*l->at));
	l->rows = pool_array(&m->c->pool, from->n, sizeof(*l->rows));
	if (!l->at || !l->rows)
		return false;
	for (size_t i = 0; i < from->n; i++)
		l->at[i] = &from->at[i];
	qsort(l->at, from->n, sizeof(*l->at), kept_order);
	for (size_t i = 0; i < from->n; i++)
		l->rows[l->n++] = row_copy(&m->c->pool, &l->at[i]->row);
	return true;
}

bool making_rows(struct making *m)
{
	for (enum row_kind k = ROW_UNIT; k <= ROW_LAST; k++)
		if (k != ROW_UNIT && k != ROW_ITEM && !row_list(m, k))
			return false;
	return true;
}

/* ---- the whole ---- */

static int dates_order(const void *a, const void *b)
{
	const struct date *x = a, *y = b;

	return date_order(*x, *y);
}

static void note(struct date *list, size_t *n, struct date d)
{
	if (d.ymd)
		list[(*n)++] = d;
}

/* `closed` is the first day it is no more, so it is a beginning; `to` is a last day. */
bool making_changes(struct making *m)
{
	struct catalogue *c = m->c;
	const struct row_list *g = &c->rows[ROW_GROUP], *t = &c->rows[ROW_TARGET];

	c->starts = pool_array(&c->pool, 2 * ((size_t)c->units_n + c->items_n) + g->n + t->n,
			       sizeof(*c->starts));
	c->ends = pool_array(&c->pool, g->n + t->n, sizeof(*c->ends));
	if (!c->starts || !c->ends)
		return false;
	for (uint32_t i = 0; i < c->units_n; i++) {
		note(c->starts, &c->starts_n, c->units[i].row.opened);
		note(c->starts, &c->starts_n, c->units[i].row.closed);
	}
	for (uint32_t i = 0; i < c->items_n; i++) {
		note(c->starts, &c->starts_n, c->items[i].row.opened);
		note(c->starts, &c->starts_n, c->items[i].row.closed);
	}
	for (size_t i = 0; i < g->n; i++) {
		note(c->starts, &c->starts_n, g->rows[i].group.from);
		note(c->ends, &c->ends_n, g->rows[i].group.to);
	}
	for (size_t i = 0; i < t->n; i++) {
		note(c->starts, &c->starts_n, t->rows[i].target.from);
		note(c->ends, &c->ends_n, t->rows[i].target.to);
	}
	qsort(c->starts, c->starts_n, sizeof(*c->starts), dates_order);
	qsort(c->ends, c->ends_n, sizeof(*c->ends), dates_order);
	return true;
}

static bool making_calendar(struct making *m)
{
	const struct row_list *l = &m->c->rows[ROW_HOLIDAY];
	struct holiday_row *rows = pool_array(&m->work, l->n, sizeof(*rows));

	if (!rows)
		return false;
	for (size_t i = 0; i < l->n; i++)
		rows[i] = l->rows[i].holiday;
	m->c->calendar = calendar_new(rows, l->n);
	return m->c->calendar;
}

static void settle(struct builder *b)
{
	builder_number(b);
	for (size_t i = 0; i < b->rows[ROW_ITEM].n; i++)
		item_settle(&b->rows[ROW_ITEM].at[i].row.item);
	for (size_t i = 0; i < b->rows[ROW_THRESHOLD].n; i++)
		threshold_settle(&b->rows[ROW_THRESHOLD].at[i].row.threshold);
}

static bool make(struct making *m)
{
	static bool (*const stages[])(struct making *) = {
		making_rows,      making_units,   making_groups,  making_items, making_plans,
		making_reporters, making_targets, making_schedules, making_thresholds, making_changes,
		making_check,     making_calendar,
	};

	for (size_t i = 0; i < sizeof(stages) / sizeof(*stages); i++) {
		if (!stages[i](m) || m->c->pool.failed || m->work.failed)
			return false;
		if (stages[i] == making_units && m->c->units_n == 0)
			return true; /* a fault, and nothing to link the rest to */
	}
	return true;
}

struct catalogue *catalogue_build(struct builder *b, bool slice, struct faults *faults)
{
	struct making m = {
		.b = b, .faults = faults, .slice = slice, .c = calloc(1, sizeof(*m.c))
	};
	bool made;

	if (!m.c)
		return NULL;
	settle(b);
	made = make(&m) && faults->errors == 0;
	pool_free(&m.work);
	if (made)
		return m.c;
	catalogue_free(m.c);
	return NULL;
}

void catalogue_free(struct catalogue *c)
{
	if (!c)
		return;
	calendar_free(c->calendar);
	pool_free(&c->pool);
	free(c);
}
