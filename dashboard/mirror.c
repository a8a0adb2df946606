// SPDX-License-Identifier: Apache-2.0
#include "dashboard/mirror.h"

#include <stdlib.h>

#include "common/sys/base.h"

struct held {
	char *path;
	uint32_t plan;
	uint64_t version;              /* 0 = known of, never held */
	uint64_t known;                /* the newest the centre is known to hold */
	struct mirror_rollup *rollups; /* ascending by item */
	size_t n;
};

/* All grains of one generation. */
struct set {
	bool used;
	struct mirror_generation generation;
	uint64_t as_of;
	struct held *list;
	size_t n, size;
	uint32_t *index; /* hash -> 1 + place in list; a power of two, at most half full */
	size_t slots;
	size_t missing; /* grains with known > version */
};

struct mirror {
	struct set shown, next;
};

struct mirror *mirror_new(void)
{
	return base_alloc(sizeof(struct mirror));
}

static void set_free(struct set *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->list[i].path);
		free(s->list[i].rollups);
	}
	free(s->list);
	free(s->index);
	*s = (struct set){0};
}

void mirror_free(struct mirror *m)
{
	if (!m)
		return;
	set_free(&m->shown);
	set_free(&m->next);
	free(m);
}

/* ---- grains of a set ---- */

static size_t hash(const char *path, uint32_t plan)
{
	uint64_t h = 0xcbf29ce484222325U ^ plan; /* FNV-1a */

	for (; *path; path++)
		h = (h ^ (uint8_t)*path) * 0x100000001b3U;
	return (size_t)(h ^ h >> 29);
}

/* The slot where the grain stands, or would. */
static size_t slot_of(const struct set *s, const char *path, uint32_t plan)
{
	size_t i = hash(path, plan) & (s->slots - 1);

	while (s->index[i]) {
		const struct held *g = &s->list[s->index[i] - 1];
		if (g->plan == plan && strcmp(g->path, path) == 0)
			break;
		i = (i + 1) & (s->slots - 1);
	}
	return i;
}

static struct held *find(const struct set *s, const char *path, uint32_t plan)
{
	if (!s->n)
		return NULL;
	uint32_t at = s->index[slot_of(s, path, plan)];
	return at ? &s->list[at - 1] : NULL;
}

static void grow_index(struct set *s)
{
	free(s->index);
	s->slots = s->slots ? s->slots * 2 : 64;
	s->index = base_alloc(s->slots * sizeof(*s->index));
	for (size_t i = 0; i < s->n; i++)
		s->index[slot_of(s, s->list[i].path, s->list[i].plan)] = (uint32_t)i + 1;
}

static struct held *make(struct set *s, const char *path, uint32_t plan)
{
	struct held *g = find(s, path, plan);

	if (g)
		return g;
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 16;
		s->list = base_grow(s->list, s->size, sizeof(*s->list));
	}
	if (s->n * 2 >= s->slots)
		grow_index(s);
	s->index[slot_of(s, path, plan)] = (uint32_t)s->n + 1;
	g = &s->list[s->n++];
	*g = (struct held){.path = base_copy_text(path), .plan = plan};
	return g;
}

/* Every change of version or known goes through here, so that `missing` is right. */
static void settle(struct set *s, struct held *g, uint64_t version, uint64_t known)
{
	bool was = g->known > g->version;

	g->version = version;
	g->known = known > g->known ? known : g->known;
	s->missing += (g->known > g->version) - was;
}

static int by_item(const void *a, const void *b)
{
	const struct mirror_rollup *x = a, *y = b;

	return x->item < y->item ? -1 : x->item > y->item;
}

static struct mirror_rollup *rollup_of(const struct held *g, uint32_t item)
{
	struct mirror_rollup key = {.item = item};

	return g->n ? bsearch(&key, g->rollups, g->n, sizeof(key), by_item) : NULL;
}

static void replace(struct held *g, const struct mirror_grain *with)
{
	free(g->rollups);
	g->rollups = NULL;
	g->n = with->n;
	if (!with->n)
		return;
	g->rollups = base_grow(NULL, with->n, sizeof(*g->rollups));
	memcpy(g->rollups, with->rollups, with->n * sizeof(*g->rollups));
	qsort(g->rollups, g->n, sizeof(*g->rollups), by_item);
}

/* Most often everything that moved is there already: no room is asked for then, or each grain would take twice its own. */
static void merge(struct held *g, const struct mirror_grain *delta)
{
	size_t before = g->n, more = 0;

	for (size_t i = 0; i < delta->n; i++) {
		struct mirror_rollup *r = rollup_of(g, delta->rollups[i].item);
		if (r)
			*r = delta->rollups[i];
		else
			more++;
	}
	if (!more)
		return;
	g->rollups = base_grow(g->rollups, before + more, sizeof(*g->rollups));
	struct mirror_rollup *end = g->rollups + before;
	for (size_t i = 0; i < delta->n; i++)
		if (!rollup_of(g, delta->rollups[i].item))
			*end++ = delta->rollups[i];
	g->n = before + more;
	qsort(g->rollups, g->n, sizeof(*g->rollups), by_item);
}

/* ---- generations ---- */

bool mirror_same_generation(const struct mirror_generation *a, const struct mirror_generation *b)
{
	return memcmp(a->incarnation, b->incarnation, MIRROR_INCARNATION) == 0 &&
	       a->fold_version == b->fold_version && a->entry == b->entry;
}

/* Messages of one incarnation may overtake each other; of different ones, the later heard is
 * believed. */
static bool older(const struct mirror_generation *a, const struct mirror_generation *than)
{
	return memcmp(a->incarnation, than->incarnation, MIRROR_INCARNATION) == 0 &&
	       a->entry < than->entry;
}

bool mirror_meet(struct mirror *m, const struct mirror_generation *g)
{
	const struct set *newest = m->next.used ? &m->next : &m->shown;

	if (newest->used && (mirror_same_generation(g, &newest->generation) || older(g, &newest->generation)))
		return false;
	set_free(&m->next);
	if (m->shown.used && mirror_same_generation(g, &m->shown.generation))
		return true; /* back to what is shown: it is not stale after all */
	m->next.used = true;
	m->next.generation = *g;
	return true;
}

void mirror_restart(struct mirror *m, const struct mirror_generation *g)
{
	set_free(&m->next);
	m->next.used = true;
	m->next.generation = *g;
}

/* NULL = a generation that has passed. */
static struct set *set_of(struct mirror *m, const struct mirror_generation *g)
{
	mirror_meet(m, g);
	if (m->next.used)
		return mirror_same_generation(g, &m->next.generation) ? &m->next : NULL;
	return mirror_same_generation(g, &m->shown.generation) ? &m->shown : NULL;
}

/* ---- messages ---- */

enum mirror_result mirror_delta(struct mirror *m, const struct mirror_generation *g,
				const struct mirror_grain *d)
{
	struct set *s = set_of(m, g);
	struct held *grain = s ? make(s, d->path, d->plan) : NULL;

	if (!grain || d->version <= grain->version)
		return MIRROR_DROPPED;
	/* what was never held has no base to apply to, whatever the delta says */
	if (!grain->version || d->previous > grain->version) {
		settle(s, grain, grain->version, d->version);
		return MIRROR_GAP;
	}
	merge(grain, d);
	settle(s, grain, d->version, d->version);
	return MIRROR_APPLIED;
}

enum mirror_result mirror_page(struct mirror *m, const struct mirror_generation *g,
			       const struct mirror_grain *grain)
{
	struct set *s = set_of(m, g);
	struct held *to = s ? make(s, grain->path, grain->plan) : NULL;

	if (!to || grain->version <= to->version)
		return MIRROR_DROPPED;
	replace(to, grain);
	settle(s, to, grain->version, grain->version);
	return MIRROR_APPLIED;
}

enum mirror_result mirror_version(struct mirror *m, const struct mirror_generation *g,
				  const char *path, uint32_t plan, uint64_t version)
{
	struct set *s = set_of(m, g);
	struct held *grain = s ? make(s, path, plan) : NULL;

	if (!grain || version <= grain->version)
		return MIRROR_DROPPED;
	settle(s, grain, grain->version, version);
	return MIRROR_GAP;
}

bool mirror_complete(struct mirror *m, const struct mirror_generation *g, uint64_t as_of)
{
	struct set *s = set_of(m, g);

	if (!s)
		return false;
	if (as_of > s->as_of)
		s->as_of = as_of;
	if (s == &m->next) {
		set_free(&m->shown);
		m->shown = m->next;
		m->next = (struct set){0};
	}
	return true;
}

/* ---- questions ---- */

bool mirror_owes_all(const struct mirror *m)
{
	return m->next.used || !m->shown.used;
}

uint64_t mirror_since(const struct mirror *m)
{
	return m->shown.as_of;
}

bool mirror_missing(const struct mirror *m, const char **path, uint32_t *plan)
{
	const struct set *s = &m->shown;

	for (size_t i = 0; s->missing && i < s->n; i++) {
		if (s->list[i].known <= s->list[i].version)
			continue;
		*path = s->list[i].path;
		*plan = s->list[i].plan;
		return true;
	}
	return false;
}

void mirror_forget(struct mirror *m, const char *path, uint32_t plan)
{
	struct held *g = find(&m->shown, path, plan);

	if (!g || g->known <= g->version)
		return;
	g->known = g->version;
	m->shown.missing--;
}

size_t mirror_missing_n(const struct mirror *m)
{
	return m->shown.missing;
}

bool mirror_generation(const struct mirror *m, struct mirror_generation *g)
{
	*g = m->shown.generation;
	return m->shown.used;
}

bool mirror_stale(const struct mirror *m)
{
	return m->shown.used && m->next.used;
}

static struct mirror_grain show(const struct held *g)
{
	return (struct mirror_grain){.path = g->path,
				     .plan = g->plan,
				     .version = g->version,
				     .rollups = g->rollups,
				     .n = g->n};
}

bool mirror_grain(const struct mirror *m, const char *path, uint32_t plan, struct mirror_grain *out)
{
	const struct held *g = find(&m->shown, path, plan);

	if (!g || !g->version)
		return false;
	*out = show(g);
	return true;
}

const struct rollup *mirror_rollup(const struct mirror *m, const char *path, uint32_t plan,
				   uint32_t item)
{
	const struct held *g = find(&m->shown, path, plan);
	const struct mirror_rollup *r = g ? rollup_of(g, item) : NULL;

	return r ? &r->rollup : NULL;
}

size_t mirror_grains(const struct mirror *m)
{
	return m->shown.n;
}

struct mirror_grain mirror_grain_at(const struct mirror *m, size_t i)
{
	return show(&m->shown.list[i]);
}
