// SPDX-License-Identifier: Apache-2.0
#include "common/domain/names.h"

#include <assert.h>
#include <string.h>

#include "common/domain/pool.h"

static uint64_t hash(const char *key)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static struct name_slot *find(const struct names *t, const char *key)
{
	size_t i = hash(key) & t->mask;

	while (t->slots[i].key && strcmp(t->slots[i].key, key) != 0)
		i = (i + 1) & t->mask;
	return &t->slots[i];
}

bool names_init(struct names *t, struct pool *p, size_t n)
{
	size_t size = 8;

	while (size < 2 * n)
		size *= 2;
	t->slots = pool_array(p, size, sizeof(*t->slots));
	t->mask = size - 1;
	t->room = size / 2;
	return t->slots;
}

uint32_t names_put(struct names *t, const char *key, uint32_t value)
{
	struct name_slot *s = find(t, key);
	uint32_t before = s->key ? s->value : NAMES_NONE;

	if (!s->key) {
		assert(t->room > 0);
		t->room--;
	}
	s->key = key;
	s->value = value;
	return before;
}

uint32_t names_get(const struct names *t, const char *key)
{
	const struct name_slot *s = find(t, key);

	return s->key ? s->value : NAMES_NONE;
}
