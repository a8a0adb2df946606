// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_lockout.h"

#include <stdlib.h>

#include "common/sys/keys.h"

enum { KEY = 16 /* bytes of a hash: nobody finds two texts of one */ };

struct tally {
	uint8_t key[KEY];
	uint32_t failures; /* in a row; 0 = an empty place */
	int64_t last;
};

struct board {
	struct tally list[WEB_LOCKOUT_ROOM];
};

struct web_lockout {
	struct board names, addresses, pairs;
};

struct web_lockout *web_lockout_new(void)
{
	return base_alloc(sizeof(struct web_lockout));
}

void web_lockout_free(struct web_lockout *l)
{
	free(l);
}

/* ---- one board ---- */

static uint32_t failures_of(const struct tally *t, int64_t now)
{
	return t && now - t->last < WEB_LOCKOUT_FORGET_MS ? t->failures : 0;
}

static const struct tally *find(const struct board *b, const uint8_t key[static KEY])
{
	for (size_t i = 0; i < WEB_LOCKOUT_ROOM; i++)
		if (b->list[i].failures && memcmp(b->list[i].key, key, KEY) == 0)
			return &b->list[i];
	return NULL;
}

/* Its place, or the one to be given up for it. */
static struct tally *place_for(struct board *b, const uint8_t key[static KEY], int64_t now)
{
	struct tally *least = &b->list[0];

	for (size_t i = 0; i < WEB_LOCKOUT_ROOM; i++) {
		struct tally *t = &b->list[i];
		uint32_t failures = failures_of(t, now), fewest = failures_of(least, now);
		if (t->failures && memcmp(t->key, key, KEY) == 0)
			return t;
		if (failures < fewest || (failures == fewest && t->last < least->last))
			least = t;
	}
	*least = (struct tally){.last = now};
	memcpy(least->key, key, KEY);
	return least;
}

static void count_failure(struct board *b, const uint8_t key[static KEY], int64_t now)
{
	struct tally *t = place_for(b, key, now);

	t->failures = failures_of(t, now) + 1;
	t->last = now;
}

/* Takes up to `n` back; what is left at 0 is an empty place. */
static void forgive(struct board *b, const uint8_t key[static KEY], uint32_t n)
{
	struct tally *t = (struct tally *)find(b, key);

	if (t)
		t->failures -= n < t->failures ? n : t->failures;
}

/* ---- names and addresses as keys ---- */

struct keys_of {
	uint8_t name[KEY], address[KEY], pair[KEY];
};

static void shorten(struct bytes a, struct bytes b, uint8_t out[static KEY])
{
	uint8_t hash[KEYS_HASH];
	struct hasher h;

	hasher_start(&h);
	hasher_add(&h, a);
	hasher_add(&h, b);
	hasher_end(&h, hash);
	memcpy(out, hash, KEY);
}

static struct keys_of keys_for(const char *name, struct web_address from)
{
	struct keys_of k;

	if (!web_address_is_v4(from))
		memset(from.bytes + 8, 0, 8);
	shorten(bytes_text(name), (struct bytes){0}, k.name);
	shorten(bytes_of(from.bytes, sizeof from.bytes), (struct bytes){0}, k.address);
	shorten(bytes_of(from.bytes, sizeof from.bytes), bytes_text(name), k.pair);
	return k;
}

/* ---- the rules ---- */

static int64_t pause_after(uint32_t failures)
{
	int64_t pause = WEB_LOCKOUT_FIRST_MS;

	if (failures < WEB_LOCKOUT_FREE)
		return 0;
	for (uint32_t i = WEB_LOCKOUT_FREE; i < failures && pause < WEB_LOCKOUT_MOST_MS; i++)
		pause *= 2;
	return pause < WEB_LOCKOUT_MOST_MS ? pause : WEB_LOCKOUT_MOST_MS;
}

static int64_t left(int64_t last, uint32_t failures, int64_t now)
{
	int64_t until = last + pause_after(failures);

	return until > now ? until - now : 0;
}

int64_t web_lockout_wait(const struct web_lockout *l, const char *name, struct web_address from, int64_t now)
{
	struct keys_of k = keys_for(name, from);
	const struct tally *of_name = find(&l->names, k.name), *of_address = find(&l->addresses, k.address),
			   *of_pair = find(&l->pairs, k.pair);
	int64_t address_left = of_address ? left(of_address->last, failures_of(of_address, now), now) : 0;
	int64_t name_left = of_pair && of_name ? left(of_pair->last, failures_of(of_name, now), now) : 0;

	return address_left > name_left ? address_left : name_left;
}

void web_lockout_tried(struct web_lockout *l, const char *name, struct web_address from, int64_t now)
{
	struct keys_of k = keys_for(name, from);

	count_failure(&l->names, k.name, now);
	count_failure(&l->addresses, k.address, now);
	count_failure(&l->pairs, k.pair, now);
}

void web_lockout_passed(struct web_lockout *l, const char *name, struct web_address from, int64_t now)
{
	struct keys_of k = keys_for(name, from);
	/* the pair was displaced: at least the try that has passed is taken back */
	uint32_t his = failures_of(find(&l->pairs, k.pair), now);

	forgive(&l->addresses, k.address, his ? his : 1);
	forgive(&l->names, k.name, UINT32_MAX);
	forgive(&l->pairs, k.pair, UINT32_MAX);
}
