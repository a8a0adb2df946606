// SPDX-License-Identifier: Apache-2.0
#include "common/domain/names.h"

#include <assert.h>
#include <string.h>

#include "common/domain/pool.h"

/*
 * A code has at most 16 bytes, so it stands in its slot: half a line of the cache that is fetched once, where a pointer
 * would be followed for a second wait. Only longer keys are followed.
 */
struct name_slot {
	union {
		char head[16]; /* the key's first bytes; a shorter one is filled up with NULs */
		uint64_t words[2];
	};
	const char *key; /* NULL = free */
	uint32_t value;
};

enum { SLOT = 32 };
_Static_assert(sizeof(struct name_slot) == SLOT, "two slots are a line of the cache");

struct wanted {
	struct name_slot like; /* head and key */
	const char *rest;      /* what stands behind the head; "" when that is all */
	uint64_t hash;
};

/* Every bit of both moves the low bits, by which a slot is chosen. */
static uint64_t mix(uint64_t a, uint64_t b)
{
	unsigned __int128 product = (unsigned __int128)(a ^ UINT64_C(0x9E3779B97F4A7C15)) *
				    (b ^ UINT64_C(0xC2B2AE3D27D4EB4F));

	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static struct wanted want(const char *key)
{
	struct wanted w = { .like.key = key, .rest = "" };
	size_t n = strnlen(key, sizeof(w.like.head));

	memcpy(w.like.head, key, n);
	if (n == sizeof(w.like.head))
		w.rest = key + n;
	w.hash = mix(w.like.words[0], w.like.words[1]);
	for (const char *p = w.rest; *p; p++)
		w.hash = mix(w.hash, (unsigned char)*p);
	return w;
}

static bool is(const struct name_slot *s, const struct wanted *w)
{
	if (s->words[0] != w->like.words[0] || s->words[1] != w->like.words[1])
		return false;
	return !s->head[sizeof(s->head) - 1] || !strcmp(s->key + sizeof(s->head), w->rest);
}

static struct name_slot *find(const struct names *t, const struct wanted *w)
{
	size_t i = w->hash & t->mask;

	while (t->slots[i].key && !is(&t->slots[i], w))
		i = (i + 1) & t->mask;
	return &t->slots[i];
}

bool names_init(struct names *t, struct pool *p, size_t n)
{
	size_t size = 8;

	while (size < 2 * n)
		size *= 2;
	uintptr_t slots = (uintptr_t)pool_array(p, size + 1, SLOT);
	t->slots = (struct name_slot *)((slots + SLOT - 1) / SLOT * SLOT);
	t->mask = size - 1;
	t->room = size / 2;
	return t->slots;
}

uint32_t names_put(struct names *t, const char *key, uint32_t value)
{
	struct wanted w = want(key);
	struct name_slot *s = find(t, &w);
	uint32_t before = s->key ? s->value : NAMES_NONE;

	if (!s->key) {
		assert(t->room > 0);
		t->room--;
	}
	*s = w.like;
	s->value = value;
	return before;
}

uint32_t names_get(const struct names *t, const char *key)
{
	struct wanted w = want(key);
	const struct name_slot *s = find(t, &w);

	return s->key ? s->value : NAMES_NONE;
}

void names_expect(const struct names *t, const char *key)
{
	struct wanted w = want(key);

	__builtin_prefetch(&t->slots[w.hash & t->mask]);
}
