// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_shared.h"

#include <stdio.h>
#include <stdlib.h>

struct kept {
	web_board_fn *board; /* NULL = free */
	char path[PATH_MAX_BYTES + 1];
	uint32_t item, from;
	bool persons;
	uint32_t persons_below;
	struct web_text text;
	uint64_t used; /* when, by number of the look */
};

struct web_shared {
	struct web_moment moment; /* of all of them */
	struct kept list[WEB_SHARED_MAX];
	uint64_t looks;
};

struct web_shared *web_shared_new(void)
{
	return base_alloc(sizeof(struct web_shared));
}

static void drop(struct kept *k)
{
	buffer_free(&k->text.plain);
	buffer_free(&k->text.packed);
	*k = (struct kept){0};
}

void web_shared_free(struct web_shared *s)
{
	for (size_t i = 0; s && i < WEB_SHARED_MAX; i++)
		drop(&s->list[i]);
	free(s);
}

static bool same(const struct web_moment *a, const struct web_moment *b)
{
	return a->version == b->version && a->event == b->event && a->time_ms == b->time_ms &&
	       a->cut_since_ms == b->cut_since_ms && a->cut_reason == b->cut_reason && a->today == b->today && a->stale == b->stale;
}

/* Whatever moved: all of them are of the past. */
static void settle(struct web_shared *s, const struct web_moment *m)
{
	if (same(&s->moment, m))
		return;
	for (size_t i = 0; i < WEB_SHARED_MAX; i++)
		drop(&s->list[i]);
	s->moment = *m;
}

static const char *path_of(const struct web_wish *w)
{
	return w->place.path ? w->place.path : "";
}

struct web_text *web_shared_find(struct web_shared *s, const struct web_moment *m, web_board_fn *board, const struct web_wish *w)
{
	settle(s, m);
	for (size_t i = 0; i < WEB_SHARED_MAX; i++) {
		struct kept *k = &s->list[i];
		if (k->board != board || k->item != w->item || k->from != w->from || k->persons != w->persons ||
		    k->persons_below != w->persons_below || strcmp(k->path, path_of(w)) != 0)
			continue;
		k->used = ++s->looks;
		return &k->text;
	}
	return NULL;
}

static size_t bytes_kept(const struct web_shared *s)
{
	size_t n = 0;

	for (size_t i = 0; i < WEB_SHARED_MAX; i++)
		n += s->list[i].text.plain.size + s->list[i].text.packed.size;
	return n;
}

static struct kept *least_used(struct web_shared *s, bool of_kept)
{
	struct kept *least = NULL;

	for (size_t i = 0; i < WEB_SHARED_MAX; i++) {
		struct kept *k = &s->list[i];
		if (!k->board && !of_kept)
			return k;
		if (k->board && (!least || k->used < least->used))
			least = k;
	}
	return least;
}

struct web_text *web_shared_put(struct web_shared *s, const struct web_moment *m, web_board_fn *board, const struct web_wish *w,
				struct buffer *json, const char *tag)
{
	struct kept *k;

	settle(s, m);
	while (bytes_kept(s) + json->size > WEB_SHARED_BYTES && (k = least_used(s, true)))
		drop(k);
	k = least_used(s, false);
	drop(k);
	*k = (struct kept){.board = board, .item = w->item, .from = w->from, .persons = w->persons, .persons_below = w->persons_below,
			    .text.plain = *json, .used = ++s->looks};
	snprintf(k->path, sizeof(k->path), "%s", path_of(w));
	snprintf(k->text.tag, sizeof(k->text.tag), "%s", tag);
	*json = (struct buffer){0};
	return &k->text;
}
