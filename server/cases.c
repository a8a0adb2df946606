// SPDX-License-Identifier: Apache-2.0
#include "server/cases.h"

#include <assert.h>
#include <stdlib.h>

void cases_free(struct cases *c)
{
	for (uint32_t i = 0; i < c->obstacles_n; i++)
		free(c->obstacles[i].steps);
	free(c->obstacles);
	free(c->requests);
	free(c->findings);
	free(c->obstacles_of.slots);
	free(c->requests_of.slots);
	*c = (struct cases){ 0 };
}

/* ---- by unit ---- */

/* The slot of the unit, or the free one where it would stand. There is always a free one. */
static struct cases_unit *slot_of(const struct cases_units *u, uint32_t unit)
{
	uint32_t at = unit * 0x9E3779B1u & (u->size - 1);
	while (u->slots[at].last && u->slots[at].unit != unit)
		at = (at + 1) & (u->size - 1);
	return &u->slots[at];
}

static bool grow_units(struct cases_units *u)
{
	struct cases_units more = { .size = u->size ? u->size * 2 : 64, .n = u->n };
	more.slots = calloc(more.size, sizeof *more.slots);
	if (!more.slots)
		return false;
	for (uint32_t i = 0; i < u->size; i++)
		if (u->slots[i].last)
			*slot_of(&more, u->slots[i].unit) = u->slots[i];
	free(u->slots);
	*u = more;
	return true;
}

/* NULL = no memory. */
static struct cases_unit *slot_for(struct cases_units *u, uint32_t unit)
{
	if (2 * (u->n + 1) > u->size && !grow_units(u))
		return NULL;
	struct cases_unit *slot = slot_of(u, unit);
	u->n += !slot->last;
	slot->unit = unit;
	return slot;
}

static uint32_t last_of(const struct cases_units *u, uint32_t unit)
{
	return u->size ? slot_of(u, unit)->last : 0;
}

/* ---- adding ---- */

/* Room for one more; NULL = no memory. */
static void *room(void *list, uint32_t n, uint32_t *size, size_t one)
{
	if (n < *size)
		return list;
	uint32_t more = *size ? *size * 2 : 32;
	void *bigger = realloc(list, more * one);
	if (bigger)
		*size = more;
	return bigger;
}

static bool behind(struct spot a, struct spot b)
{
	return a.entry != b.entry ? a.entry > b.entry : a.index > b.index;
}

struct obstacle *cases_add_obstacle(struct cases *c, const struct obstacle *o)
{
	assert(!o->steps_n && (!c->obstacles_n || behind(o->at, c->obstacles[c->obstacles_n - 1].at)));
	struct obstacle *list = room(c->obstacles, c->obstacles_n, &c->obstacles_size, sizeof *list);
	c->obstacles = list ? list : c->obstacles;
	struct cases_unit *unit = list ? slot_for(&c->obstacles_of, o->unit) : NULL;
	if (!unit)
		return NULL;
	struct obstacle *made = &list[c->obstacles_n++];
	*made = *o;
	made->steps = NULL;
	made->earlier = unit->last;
	unit->last = c->obstacles_n;
	return made;
}

/* Their number is a power of two when there is no room behind them. */
bool cases_add_step(struct obstacle *o, const struct step *s)
{
	if (!(o->steps_n & (o->steps_n - 1))) {
		struct step *steps = realloc(o->steps, (o->steps_n ? 2 * (size_t)o->steps_n : 1) * sizeof *steps);
		if (!steps)
			return false;
		o->steps = steps;
	}
	o->steps[o->steps_n++] = *s;
	return true;
}

struct request *cases_add_request(struct cases *c, const struct request *r)
{
	assert(!c->requests_n || behind(r->at, c->requests[c->requests_n - 1].at));
	struct request *list = room(c->requests, c->requests_n, &c->requests_size, sizeof *list);
	c->requests = list ? list : c->requests;
	struct cases_unit *unit = list ? slot_for(&c->requests_of, r->unit) : NULL;
	if (!unit)
		return NULL;
	struct request *made = &list[c->requests_n++];
	*made = *r;
	made->earlier = unit->last;
	unit->last = c->requests_n;
	return made;
}

struct finding *cases_add_finding(struct cases *c, const struct finding *f)
{
	assert(!c->findings_n || f->entry > c->findings[c->findings_n - 1].entry);
	struct finding *list = room(c->findings, c->findings_n, &c->findings_size, sizeof *list);
	if (!list)
		return NULL;
	c->findings = list;
	list[c->findings_n] = *f;
	return &list[c->findings_n++];
}

/* ---- finding ---- */

struct obstacle *cases_obstacle(const struct cases *c, struct spot at)
{
	uint32_t low = 0, high = c->obstacles_n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (behind(at, c->obstacles[middle].at))
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->obstacles_n && !behind(c->obstacles[low].at, at) ? &c->obstacles[low] : NULL;
}

struct request *cases_request(const struct cases *c, struct spot at)
{
	uint32_t low = 0, high = c->requests_n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (behind(at, c->requests[middle].at))
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->requests_n && !behind(c->requests[low].at, at) ? &c->requests[low] : NULL;
}

struct finding *cases_finding(const struct cases *c, uint64_t entry)
{
	uint32_t low = 0, high = c->findings_n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (c->findings[middle].entry < entry)
			low = middle + 1;
		else
			high = middle;
	}
	return low < c->findings_n && c->findings[low].entry == entry ? &c->findings[low] : NULL;
}

const struct obstacle *cases_obstacle_of(const struct cases *c, uint32_t unit, const struct obstacle *before)
{
	uint32_t place = before ? before->earlier : last_of(&c->obstacles_of, unit);
	return place ? &c->obstacles[place - 1] : NULL;
}

const struct request *cases_request_of(const struct cases *c, uint32_t unit, const struct request *before)
{
	uint32_t place = before ? before->earlier : last_of(&c->requests_of, unit);
	return place ? &c->requests[place - 1] : NULL;
}
