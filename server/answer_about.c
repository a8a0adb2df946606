// SPDX-License-Identifier: Apache-2.0
/* answer_about: whom and what a question is about, and whether the asker may ask it of them. */
#include "server/answer.h"

#include <stdlib.h>

/* What a cursor keeps of it: the subject, and the day on which it was found. */
static uint64_t kept(const struct view *v, uint32_t index)
{
	return (uint64_t)v->head.today.ymd << 32 | (index + 1);
}

static enum reason find_unit(struct asking *q, const struct about_ask *ask, struct about *out)
{
	const struct view *v = q->slice.view;
	const struct catalogue *c = v->catalogue;

	if (ask->at && !date_valid((struct date){ask->at}))
		return answer_fail(q, REASON_BAD_FRAME, "at = %u is no date (yyyymmdd)", ask->at);
	if (!c || !subject_of_code(v, ask->unit, (struct date){ask->at}, &out->subject))
		return answer_fail(q, REASON_NOT_FOUND, "no unit or group has the code \"%.40s\"",
				   ask->unit);
	size_t all = out->subject.is_group ? catalogue_groups(c) : catalogue_units(c);
	uint32_t before = (uint32_t)q->at.c;
	if (!q->first && before && before - 1 < all)
		out->subject.index = before - 1;
	if (!q->first && ask->one_day && q->at.c >> 32 != v->head.today.ymd)
		return answer_fail(q, REASON_STALE_CURSOR, "the day changed while paging: begin again");
	q->at.c = kept(v, out->subject.index);
	if (q->scope == SCOPE_OWN && (out->subject.is_group || q->asker.unit == NO_INDEX ||
				      !catalogue_within(c, out->subject.index, q->asker.unit)))
		return answer_fail(q, REASON_FORBIDDEN,
				   "\"%.40s\" is not in the subtree of the asker's unit", ask->unit);
	return REASON_NONE;
}

enum reason about_find(struct asking *q, const struct about_ask *ask, struct about *out)
{
	enum reason reason = find_unit(q, ask, out);

	return reason ? reason : about_item(q, ask->item, out);
}

enum reason about_item(struct asking *q, const char *code, struct about *out)
{
	out->item = NO_INDEX;
	if (*code == '\0')
		return REASON_NONE;
	if (!q->slice.view->catalogue)
		return answer_fail(q, REASON_NOT_FOUND, "there is no catalogue yet");
	out->item = catalogue_item_by_code(q->slice.view->catalogue, code);
	if (out->item == NO_INDEX)
		return answer_fail(q, REASON_NOT_FOUND, "no item has the code \"%.40s\"", code);
	return REASON_NONE;
}

bool about_has_unit(const struct view *v, const struct about *a, uint32_t unit)
{
	uint32_t groups[GROUPS_PER_UNIT_MAX];

	if (!a->subject.is_group)
		return catalogue_within(v->catalogue, unit, a->subject.index);
	unsigned n = catalogue_groups_of(v->catalogue, unit, v->head.today, groups);
	while (n)
		if (groups[--n] == a->subject.index)
			return true;
	return false;
}

bool about_has_item(const struct catalogue *c, const struct about *a, uint32_t item)
{
	while (a->item != NO_INDEX && item != NO_INDEX && item != a->item)
		item = catalogue_item(c, item)->parent;
	return item != NO_INDEX;
}

uint32_t about_row(const struct catalogue *c, const struct about *a, uint32_t plan)
{
	return a->subject.is_group ? plan_row_of_group(c, plan, a->subject.index)
				   : plan_row_of_unit(c, plan, a->subject.index);
}

bool *about_items(struct asking *q, const struct about *a)
{
	const struct catalogue *c = q->slice.view->catalogue;
	size_t n = catalogue_items(c);
	bool *in = base_alloc(n + 1);

	for (uint32_t i = 0; i < n; i++) {
		in[i] = about_has_item(c, a, i);
		if (slice_go_on(&q->slice))
			continue;
		free(in);
		return NULL;
	}
	return in;
}

/* ---- the units it is about ---- */

/* A unit whose parent is not in it (of a unit: whose parent is the subject) begins a bin of its own. */
static uint32_t bin_of(const struct about *a, struct about_units *u, uint32_t unit, uint32_t parent)
{
	bool top = a->subject.is_group ? parent == NO_INDEX || u->bins[parent] == NO_INDEX
				       : parent == a->subject.index;

	if (!top)
		return u->bins[parent];
	u->tops = base_grow(u->tops, (size_t)u->tops_n + 1, sizeof(*u->tops));
	u->tops[u->tops_n] = unit;
	return u->tops_n++;
}

static bool is_in(const struct view *v, const struct about *a, const struct about_units *u, uint32_t unit, uint32_t parent)
{
	if (!a->subject.is_group)
		return true;
	return (parent != NO_INDEX && u->bins[parent] != NO_INDEX) || about_has_unit(v, a, unit);
}

static void place(const struct view *v, const struct about *a, struct about_units *u, uint32_t unit)
{
	const struct unit *row = catalogue_unit(v->catalogue, unit);

	if (!is_in(v, a, u, unit, row->parent))
		return;
	bool itself = !a->subject.is_group && unit == a->subject.index;
	u->bins[unit] = itself ? ABOUT_ITSELF : bin_of(a, u, unit, row->parent);
	u->by_number[row->row.number] = unit;
	u->n++;
}

bool about_units(struct asking *q, const struct about *a, struct about_units *u)
{
	const struct catalogue *c = q->slice.view->catalogue;
	size_t all = catalogue_units(c);
	uint32_t highest = 0;

	*u = (struct about_units){.first = 0, .end = (uint32_t)all};
	if (!a->subject.is_group) {
		u->first = a->subject.index;
		u->end = catalogue_unit(c, a->subject.index)->last + 1;
	}
	for (uint32_t i = u->first; i < u->end; i++)
		if (catalogue_unit_number(c, i) > highest)
			highest = catalogue_unit_number(c, i);
	u->numbers_n = highest + 1;
	u->bins = base_grow(NULL, all + 1, sizeof(*u->bins));
	memset(u->bins, 0xff, (all + 1) * sizeof(*u->bins));
	u->by_number = base_grow(NULL, u->numbers_n, sizeof(*u->by_number));
	memset(u->by_number, 0xff, u->numbers_n * sizeof(*u->by_number));
	for (uint32_t i = u->first; i < u->end; i++) {
		if (!slice_go_on(&q->slice))
			return false;
		place(q->slice.view, a, u, i);
	}
	return true;
}

void about_units_free(struct about_units *u)
{
	free(u->bins);
	free(u->by_number);
	free(u->tops);
	*u = (struct about_units){0};
}
