// SPDX-License-Identifier: Apache-2.0
/*
 * answer_catalogue: the catalogue's rows in canonical order. Cursor: a = row. An office gets its
 * slice: its subtree and what is above it, the items somebody in its subtree may report with all
 * above those, and of the other tables what concerns these.
 */
#include "server/answer.h"

#include <stdlib.h>

/* Is one of the ascending list within first..last? */
static bool any_between(const uint32_t *list, size_t n, uint32_t first, uint32_t last)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (list[middle] < first)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n && list[low] <= last;
}

static void mark_item(const struct catalogue *c, bool *in, uint32_t item)
{
	while (item != NO_INDEX && !in[item]) {
		in[item] = true;
		item = catalogue_item(c, item)->parent;
	}
}

/* False = the generation changed. */
static bool find_items(struct asking *q)
{
	struct slice_items *items = &q->answerer->items;
	const struct catalogue *c = q->slice.view->catalogue;
	const struct unit *u = catalogue_unit(c, q->asker.unit);

	if (items->n && items->unit == q->asker.unit &&
	    generation_same(&items->generation, &q->slice.generation))
		return true;
	free(items->in);
	*items = (struct slice_items){0};
	size_t all = catalogue_items(c);
	bool *in = base_alloc(all + 1);
	for (uint32_t i = 0; i < all; i++) {
		size_t n;
		if (!slice_go_on(&q->slice)) {
			free(in);
			return false;
		}
		if (!catalogue_item(c, i)->leaf)
			continue;
		const uint32_t *reporters = catalogue_reporters(c, i, &n);
		if (any_between(reporters, n, u->first, u->last))
			mark_item(c, in, i);
	}
	*items = (struct slice_items){
		.generation = q->slice.generation, .unit = q->asker.unit, .in = in, .n = all + 1};
	return true;
}

static bool near(const struct asking *q, uint32_t unit)
{
	const struct catalogue *c = q->slice.view->catalogue;

	return unit != NO_INDEX && (catalogue_within(c, unit, q->asker.unit) ||
				    catalogue_within(c, q->asker.unit, unit));
}

/* A row names a code, not a unit: without a date it may mean any that bore it, also one that is
 * closed today and still has reports to make good. */
static bool near_code(const struct asking *q, const char *code, struct date at)
{
	const struct catalogue *c = q->slice.view->catalogue;
	uint32_t unit = NO_INDEX;

	if (*code == '\0' || strncmp(code, "G/", 2) == 0)
		return true;
	if (at.ymd)
		return near(q, catalogue_unit_by_code(c, code, at));
	while ((unit = catalogue_unit_bearer(c, code, unit)) != NO_INDEX)
		if (near(q, unit))
			return true;
	return false;
}

static bool item_in(const struct asking *q, const char *code)
{
	uint32_t i = catalogue_item_by_code(q->slice.view->catalogue, code);

	return i != NO_INDEX && q->answerer->items.in[i];
}

static bool in_slice(const struct asking *q, const struct catalogue_row *r)
{
	switch (r->kind) {
	case ROW_UNIT:
		return near(q, catalogue_unit_by_number(q->slice.view->catalogue, r->unit.number));
	case ROW_GROUP:
		return near_code(q, r->group.unit, r->group.from);
	case ROW_ITEM:
		return item_in(q, r->item.code);
	case ROW_TARGET:
		return item_in(q, r->target.item) && near_code(q, r->target.unit, r->target.from);
	case ROW_MILESTONE:
		return item_in(q, r->milestone.item) &&
		       near_code(q, r->milestone.unit, r->milestone.date);
	case ROW_HOLIDAY:
	case ROW_SCHEDULE:
	case ROW_PERIOD:
	case ROW_DEADLINE:
		return true;
	case ROW_THRESHOLD: /* for those who look at many offices */
	case ROW_NONE:
		break;
	}
	return false;
}

static enum reason add_row(struct asking *q, size_t i)
{
	struct catalogue_row row;
	size_t size;

	catalogue_row(q->slice.view->catalogue, i, &row);
	if (q->scope == SCOPE_OWN && !in_slice(q, &row))
		return REASON_NONE;
	uint8_t *bytes = codec_row_encode(&row, &size);
	if (!bytes)
		return answer_fail(q, REASON_BUSY, "out of memory");
	if (!answer_add(q, 2, bytes_of(bytes, size))) {
		q->more = true;
		q->at.a = i;
	}
	free(bytes);
	return REASON_NONE;
}

static void add_head(struct asking *q)
{
	Tiendo__V1__CataloguePage m = TIENDO__V1__CATALOGUE_PAGE__INIT;

	m.entry = q->slice.view->head.catalogue_entry;
	answer_put(&q->answerer->page, &m);
}

static void add_scope(struct asking *q)
{
	Tiendo__V1__CataloguePage m = TIENDO__V1__CATALOGUE_PAGE__INIT;

	if (q->asker.unit == NO_INDEX)
		return;
	m.scope = (char *)catalogue_unit(q->slice.view->catalogue, q->asker.unit)->row.code;
	answer_put(&q->answerer->page, &m);
}

enum reason answer_catalogue(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct catalogue *c = q->slice.view->catalogue;

	(void)m;
	if (!c)
		return answer_fail(q, REASON_NOT_FOUND, "the centre has no catalogue yet");
	if (q->scope == SCOPE_OWN && q->asker.unit == NO_INDEX)
		return answer_fail(q, REASON_NOT_FOUND,
				   "the unit of principal %u is not in the catalogue",
				   q->asker.principal);
	if (q->scope == SCOPE_OWN && !find_items(q))
		return answer_stale(q);
	add_head(q);
	for (size_t i = q->at.a; i < catalogue_rows(c) && !q->more; i++) {
		if (!slice_go_on(&q->slice))
			return answer_stale(q);
		enum reason reason = add_row(q, i);
		if (reason)
			return reason;
	}
	add_scope(q);
	return REASON_NONE;
}
