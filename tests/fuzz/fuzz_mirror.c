// SPDX-License-Identifier: Apache-2.0
/*
 * mirror: what a feed and a catch-up may say, in any order and of any content, into the mirror; beside it a slow mirror
 * of lists that follows the rules of PROTOCOL.md word by word. After each step both hold the same grains at the same
 * versions with the same figures, miss the same, and the mirror shows nothing that was not given to it.
 */
#include <stdlib.h>

#include "dashboard/decode.h"
#include "tests/fuzz/fuzz.h"

/* ---- the slow one ---- */

enum { GRAINS = 9, ITEMS = 9 };

struct grain {
	char path[24];
	uint32_t plan;
	uint64_t version, known;
	struct mirror_rollup items[ITEMS];
	size_t n;
};

struct set {
	bool used;
	struct mirror_generation generation;
	uint64_t as_of;
	struct grain list[GRAINS];
	size_t n;
};

static struct set shown, next;

static bool same(const struct mirror_generation *a, const struct mirror_generation *b)
{
	return !memcmp(a->incarnation, b->incarnation, sizeof a->incarnation) &&
	       a->fold_version == b->fold_version && a->entry == b->entry;
}

static void slow_meet(const struct mirror_generation *g)
{
	const struct set *newest = next.used ? &next : &shown;

	if (newest->used && (same(g, &newest->generation) ||
			     (!memcmp(g->incarnation, newest->generation.incarnation, sizeof g->incarnation) &&
			      g->entry < newest->generation.entry)))
		return;
	memset(&next, 0, sizeof next);
	if (shown.used && same(g, &shown.generation))
		return;
	next.used = true;
	next.generation = *g;
}

static struct set *slow_set(const struct mirror_generation *g)
{
	slow_meet(g);
	struct set *s = next.used ? &next : &shown;
	return same(g, &s->generation) ? s : NULL;
}

static struct grain *slow_find(struct set *s, const char *path, uint32_t plan, bool make)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->list[i].plan == plan && !strcmp(s->list[i].path, path))
			return &s->list[i];
	if (!make)
		return NULL;
	MUST(s->n < GRAINS);
	struct grain *g = &s->list[s->n++];
	strcpy(g->path, path);
	g->plan = plan;
	return g;
}

static void slow_put(struct grain *g, const struct mirror_grain *from)
{
	for (size_t i = 0; i < from->n; i++) {
		size_t k = 0;
		while (k < g->n && g->items[k].item != from->rollups[i].item)
			k++;
		MUST(k < ITEMS);
		g->items[k] = from->rollups[i];
		g->n += k == g->n;
	}
}

static void slow_known(struct grain *g, uint64_t version)
{
	g->known = version > g->known ? version : g->known;
}

/* ---- steps ---- */

static enum mirror_result slow_delta(const struct mirror_generation *g, const struct mirror_grain *d)
{
	struct set *s = slow_set(g);
	struct grain *at = s ? slow_find(s, d->path, d->plan, true) : NULL;

	if (!at || d->version <= at->version)
		return MIRROR_DROPPED;
	slow_known(at, d->version);
	if (!at->version || d->previous > at->version)
		return MIRROR_GAP;
	slow_put(at, d);
	at->version = d->version;
	return MIRROR_APPLIED;
}

static enum mirror_result slow_page(const struct mirror_generation *g, const struct mirror_grain *d)
{
	struct set *s = slow_set(g);
	struct grain *at = s ? slow_find(s, d->path, d->plan, true) : NULL;

	if (!at || d->version <= at->version)
		return MIRROR_DROPPED;
	at->n = 0;
	slow_put(at, d);
	at->version = d->version;
	slow_known(at, d->version);
	return MIRROR_APPLIED;
}

static enum mirror_result slow_version(const struct mirror_generation *g, const char *path, uint32_t plan,
				       uint64_t version)
{
	struct set *s = slow_set(g);
	struct grain *at = s ? slow_find(s, path, plan, true) : NULL;

	if (!at || version <= at->version)
		return MIRROR_DROPPED;
	slow_known(at, version);
	return MIRROR_GAP;
}

static bool slow_complete(const struct mirror_generation *g, uint64_t as_of)
{
	struct set *s = slow_set(g);

	if (!s)
		return false;
	s->as_of = as_of > s->as_of ? as_of : s->as_of;
	if (s == &next) {
		shown = next;
		memset(&next, 0, sizeof next);
	}
	return true;
}

static void slow_forget(const char *path, uint32_t plan)
{
	struct grain *g = shown.used ? slow_find(&shown, path, plan, false) : NULL;

	if (g && g->known > g->version)
		g->known = g->version;
}

/* ---- both ---- */

static void same_figures(const struct mirror *m)
{
	size_t missing = 0;

	MUST(mirror_grains(m) == shown.n);
	for (size_t i = 0; i < shown.n; i++) {
		const struct grain *g = &shown.list[i];
		struct mirror_grain held;

		missing += g->known > g->version;
		MUST(mirror_grain(m, g->path, g->plan, &held) == (g->version != 0));
		if (!g->version) {
			MUST(g->n == 0 && mirror_rollup(m, g->path, g->plan, 1) == NULL);
			continue;
		}
		MUST(held.version == g->version && held.n == g->n);
		for (size_t k = 0; k < g->n; k++) {
			const struct rollup *r = mirror_rollup(m, g->path, g->plan, g->items[k].item);
			MUST(r && !memcmp(r, &g->items[k].rollup, sizeof *r));
		}
	}
	MUST(mirror_missing_n(m) == missing);
	struct mirror_generation g;
	MUST(mirror_generation(m, &g) == shown.used && (!shown.used || same(&g, &shown.generation)));
	MUST(mirror_stale(m) == (shown.used && next.used));
	MUST(mirror_owes_all(m) == (next.used || !shown.used));
	MUST(mirror_since(m) == shown.as_of);
	struct mirror_grain none;
	MUST(!mirror_grain(m, "XX/", 9, &none));
}

static const char *const paths[] = {"VN/", "VN/40/", "VN/40/412/", "G/P/"};

static struct mirror_generation some_generation(struct take *in)
{
	uint8_t b = take_u8(in);

	return (struct mirror_generation){
		.incarnation = {b & 1}, .fold_version = 1 + (b >> 1 & 1), .entry = 1 + (b >> 2 & 3)};
}

/* One of its own making, through the wire's message: ascending or not, with or without figures. */
static const struct mirror_grain *some_grain(struct take *in, bool delta, struct decoded *out,
					     struct codec_arena *arena)
{
	static Tiendo__V1__Rollup rollups[4];
	Tiendo__V1__Rollup *list[4];
	uint8_t where = take_u8(in), n = take_u8(in) % 5, used = 0;
	uint64_t version = take_u8(in), previous = take_u8(in);
	const char *path = paths[where & 3];
	bool good;

	(void)arena;
	size_t k = 0;
	for (size_t i = 0; i < n && k < 4; i++) {
		uint8_t item = 1 + take_u8(in) % 8;
		if (used & 1 << (item - 1))
			continue; /* an item twice is refused: see raw */
		used |= (uint8_t)(1 << (item - 1));
		tiendo__v1__rollup__init(&rollups[k]);
		rollups[k].item = item;
		rollups[k].value = take_u8(in);
		rollups[k].version = version;
		list[k] = &rollups[k];
		k++;
	}
	if (delta) {
		Tiendo__V1__UnitDelta m = TIENDO__V1__UNIT_DELTA__INIT;
		m.path = (char *)path, m.plan = where >> 2 & 1, m.version = version, m.previous_version = previous;
		m.rollups = list, m.n_rollups = k;
		good = decode_delta(&m, out);
	} else {
		Tiendo__V1__Grain m = TIENDO__V1__GRAIN__INIT;
		m.path = (char *)path, m.plan = where >> 2 & 1, m.version = version;
		m.rollups = list, m.n_rollups = k;
		good = decode_grain(&m, out);
	}
	MUST(good == (version != 0));
	return good ? &out->grain : NULL;
}

/* Bytes as they come, into a mirror of their own: only that nothing breaks and that memory is bounded. */
static void raw(struct bytes b, struct codec_arena *arena, struct decoded *scratch)
{
	struct mirror *m = mirror_new();
	struct mirror_generation g = {.entry = 1};
	size_t grains = 0;

	codec_arena_reset(arena);
	const Tiendo__V1__UnitDelta *d =
		codec_unpack(&tiendo__v1__unit_delta__descriptor, b.data, b.size, arena);
	if (d && decode_generation(d->generation, &g) && decode_delta(d, scratch)) {
		mirror_delta(m, &g, &scratch->grain);
		mirror_page(m, &g, &scratch->grain);
		mirror_delta(m, &g, &scratch->grain);
		grains++;
	}
	codec_arena_reset(arena);
	const Tiendo__V1__Reply *r = codec_unpack(&tiendo__v1__reply__descriptor, b.data, b.size, arena);
	if (r && r->answer_case == TIENDO__V1__REPLY__ANSWER_CATCH_UP)
		for (size_t i = 0; i < r->catch_up->n_grains; i++, grains++)
			if (decode_grain(r->catch_up->grains[i], scratch))
				mirror_page(m, &g, &scratch->grain);
	if (r && r->answer_case == TIENDO__V1__REPLY__ANSWER_VERSIONS)
		for (size_t i = 0; i < r->versions->n_grains; i++, grains++)
			mirror_version(m, &g, r->versions->grains[i]->path, r->versions->grains[i]->plan,
				       r->versions->grains[i]->version);
	mirror_complete(m, &g, 1);
	MUST(mirror_grains(m) <= grains && grains <= b.size);
	for (size_t i = 0; i < mirror_grains(m); i++) {
		struct mirror_grain at = mirror_grain_at(m, i), held;
		MUST(mirror_grain(m, at.path, at.plan, &held) == (at.version != 0));
		for (size_t k = 1; k < at.n; k++)
			MUST(at.rollups[k - 1].item < at.rollups[k].item); /* each once */
	}
	mirror_free(m);
}

static struct codec_arena arena;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	arena = codec_arena_new(1 << 20);
	return 0;
}

static void step(struct mirror *m, struct take *in, struct decoded *scratch)
{
	uint8_t op = take_u8(in) % 6;
	struct mirror_generation g = some_generation(in);
	const struct mirror_grain *d;
	uint8_t where;
	uint64_t n;

	switch (op) {
	case 0:
		mirror_meet(m, &g);
		slow_meet(&g);
		break;
	case 1:
		d = some_grain(in, true, scratch, &arena);
		if (d)
			MUST(mirror_delta(m, &g, d) == slow_delta(&g, d));
		break;
	case 2:
		d = some_grain(in, false, scratch, &arena);
		if (d)
			MUST(mirror_page(m, &g, d) == slow_page(&g, d));
		break;
	case 3:
		where = take_u8(in), n = take_u8(in);
		MUST(mirror_version(m, &g, paths[where & 3], where >> 2 & 1, n) ==
		     slow_version(&g, paths[where & 3], where >> 2 & 1, n));
		break;
	case 4:
		n = take_u8(in);
		MUST(mirror_complete(m, &g, n) == slow_complete(&g, n));
		break;
	default:
		where = take_u8(in);
		mirror_forget(m, paths[where & 3], where >> 2 & 1);
		slow_forget(paths[where & 3], where >> 2 & 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	struct decoded scratch = {0};

	if (take_u8(&in) & 1) {
		raw(take_rest(&in), &arena, &scratch);
	} else {
		struct mirror *m = mirror_new();
		memset(&shown, 0, sizeof shown);
		memset(&next, 0, sizeof next);
		for (int i = 0; in.left && i < 64; i++) {
			step(m, &in, &scratch);
			same_figures(m);
		}
		mirror_free(m);
	}
	decoded_free(&scratch);
	return 0;
}
