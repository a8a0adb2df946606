// SPDX-License-Identifier: Apache-2.0
#include "dashboard/top_events.h"

#include <stdlib.h>

#include "common/sys/base.h"
#include "dashboard/reading.h"

enum { SEEDS = 20 /* enough for a screen that has just been opened */ };

void top_events_free(struct top_events *e)
{
	free(e->list);
	free(e->before);
	free(e->had);
	*e = (struct top_events){0};
}

/* ---- whose figure it is ---- */

/* The unit with that path; NO_INDEX = none in this catalogue. */
static uint32_t unit_at_path(const struct catalogue *c, const char *path)
{
	char code[CODE_MAX + 1];
	const char *end = path + strlen(path), *from;
	uint32_t unit = NO_INDEX;

	if (end > path)
		end--;
	for (from = end; from > path && from[-1] != '/';)
		from--;
	size_t size = strcspn(from, "@/");
	if (size > CODE_MAX)
		return NO_INDEX;
	memcpy(code, from, size);
	code[size] = '\0';
	while ((unit = catalogue_unit_bearer(c, code, unit)) != NO_INDEX)
		if (strcmp(catalogue_unit(c, unit)->path, path) == 0)
			break;
	return unit;
}

static bool below(const struct place *at, const char *path)
{
	return strncmp(path, at->path, strlen(at->path)) == 0;
}

/* A leaf that the unit itself reports; NO_INDEX = the item is none such. */
static uint32_t own_leaf(const struct catalogue *c, uint32_t number, bool group, uint32_t unit,
			 struct date today)
{
	uint32_t item = catalogue_item_by_number(c, number);

	if (item == NO_INDEX || !catalogue_item(c, item)->leaf)
		return NO_INDEX;
	return group || catalogue_is_reporter(c, item, unit, today) ? item : NO_INDEX;
}

static bool moved(const struct item *item, const struct rollup *before, const struct rollup *after)
{
	struct figure a, b;

	figures_show(&a, item->row.kind, before);
	figures_show(&b, item->row.kind, after);
	return reading_moved(&a, &b);
}

/* ---- what moves ---- */

static void room(struct top_events *e)
{
	if (!e->list)
		e->list = base_alloc(2 * TOP_EVENTS_MAX * sizeof(*e->list));
}

static void push(struct top_events *e, const struct top_event *event)
{
	room(e);
	if (e->n == 2 * TOP_EVENTS_MAX) { /* seldom, and then much at once */
		memcpy(e->list, e->list + TOP_EVENTS_MAX, TOP_EVENTS_MAX * sizeof(*e->list));
		e->n = TOP_EVENTS_MAX;
	}
	e->list[e->n++] = *event;
}

void top_events_changing(struct top_events *e, const struct mirror *m, const struct mirror_grain *g)
{
	if (g->n > e->before_size) {
		e->before_size = g->n;
		e->before = base_grow(e->before, g->n, sizeof(*e->before));
		e->had = base_grow(e->had, g->n, sizeof(*e->had));
	}
	e->before_n = g->n;
	for (size_t i = 0; i < g->n; i++) {
		const struct rollup *r = mirror_rollup(m, g->path, g->plan, g->rollups[i].item);
		e->had[i] = r;
		/* what is not sent is all zeros */
		e->before[i] = r ? *r : (struct rollup){0};
	}
}

void top_events_changed(struct top_events *e, const struct atlas *a, const struct place *at,
			struct date today, const struct mirror_grain *g, struct instant now)
{
	const struct catalogue *c = a->catalogue;

	if (!c || e->before_n != g->n || !below(at, g->path))
		return;
	uint32_t unit = at->is_group ? NO_INDEX : unit_at_path(c, g->path);
	if (!at->is_group && unit == NO_INDEX)
		return;
	for (size_t i = 0; i < g->n; i++) {
		const struct rollup *after = &g->rollups[i].rollup;
		uint32_t item = own_leaf(c, g->rollups[i].item, at->is_group, unit, today);
		if (item == NO_INDEX || !moved(catalogue_item(c, item), &e->before[i], after))
			continue;
		const struct top_event event = {
			.unit = at->is_group ? 0 : catalogue_unit(c, unit)->row.number,
			.item = g->rollups[i].item,
			.before = e->before[i],
			.after = *after,
			.known = true,
			.at = now,
			.version = after->version};
		push(e, &event);
	}
}

/* ---- another place ---- */

/* Newest last, as in the list. */
static int by_version(const void *pa, const void *pb)
{
	const struct top_event *a = pa, *b = pb;

	if (a->version != b->version)
		return a->version < b->version ? -1 : 1;
	if (a->unit != b->unit)
		return a->unit < b->unit ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

static uint32_t reported(const struct rollup *r)
{
	return r->cells.not_started + r->cells.in_progress + r->cells.done + r->indicators.value +
	       r->indicators.none;
}

struct seeds {
	struct top_event list[SEEDS + 1];
	size_t n;
	uint64_t below; /* only older ones ... */
	uint32_t plan;  /* ... of it; NO_INDEX = of all */
};

static void seed(struct seeds *s, const struct catalogue *c, const struct place *at, uint32_t unit,
		 struct date today, const struct mirror_rollup *r)
{
	const struct top_event event = {
		.unit = at->is_group ? 0 : catalogue_unit(c, unit)->row.number,
		.item = r->item,
		.after = r->rollup,
		.version = r->rollup.version};

	if (s->n == SEEDS && by_version(&event, &s->list[0]) < 0)
		return;
	if (event.version >= s->below || !reported(&r->rollup))
		return;
	uint32_t item = own_leaf(c, r->item, at->is_group, unit, today);
	if (item == NO_INDEX || (s->plan != NO_INDEX && catalogue_item(c, item)->plan != s->plan))
		return;
	s->list[s->n++] = event;
	qsort(s->list, s->n, sizeof(*s->list), by_version);
	if (s->n > SEEDS)
		memmove(s->list, s->list + 1, --s->n * sizeof(*s->list));
}

static void seed_grain(struct seeds *s, const struct catalogue *c, const struct place *at,
		       struct date today, const struct mirror_grain *g)
{
	if (!below(at, g->path))
		return;
	uint32_t unit = at->is_group ? NO_INDEX : unit_at_path(c, g->path);
	if (!at->is_group && unit == NO_INDEX)
		return;
	for (size_t k = 0; k < g->n; k++)
		seed(s, c, at, unit, today, &g->rollups[k]);
}

/* What was seen to move stays, if it was here. */
static void keep_here(struct top_events *e, const struct catalogue *c, const struct place *at)
{
	size_t n = 0;

	for (size_t i = 0; i < e->n; i++) {
		uint32_t unit = e->list[i].unit ? catalogue_unit_by_number(c, e->list[i].unit)
						: NO_INDEX;
		bool here = at->is_group ? !e->list[i].unit
					 : unit != NO_INDEX &&
						   below(at, catalogue_unit(c, unit)->path);
		if (here && e->list[i].known)
			e->list[n++] = e->list[i];
	}
	e->n = n;
}

size_t top_events_n(const struct top_events *e)
{
	return e->n < TOP_EVENTS_MAX ? e->n : TOP_EVENTS_MAX;
}

const struct top_event *top_events_at(const struct top_events *e, size_t i)
{
	return &e->list[e->n - 1 - i];
}

void top_events_place(struct top_events *e, const struct atlas *a, const struct place *at,
		      uint32_t plan, struct date today, const struct mirror *m)
{
	struct seeds s = {.below = UINT64_MAX, .plan = plan};

	keep_here(e, a->catalogue, at);
	if (e->n)
		s.below = e->list[0].version;
	for (size_t i = 0; i < mirror_grains(m); i++) {
		const struct mirror_grain g = mirror_grain_at(m, i);
		seed_grain(&s, a->catalogue, at, today, &g);
	}
	room(e);
	if (e->n >= TOP_EVENTS_MAX)
		return;
	memmove(e->list + s.n, e->list, e->n * sizeof(*e->list));
	memcpy(e->list, s.list, s.n * sizeof(*e->list));
	e->n += s.n;
}
