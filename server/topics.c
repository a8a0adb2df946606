// SPDX-License-Identifier: Apache-2.0
#include "server/topics.h"

#include <stdlib.h>

static int order(const struct topic *a, struct bytes b)
{
	size_t n = a->size < b.size ? a->size : b.size;
	int c = n ? memcmp(a->text, b.data, n) : 0;

	if (c)
		return c;
	return a->size < b.size ? -1 : a->size > b.size;
}

/* Where the prefix stands, or would. */
static size_t place(const struct topics *t, struct bytes prefix, bool *found)
{
	size_t low = 0, high = t->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int c = order(&t->list[middle], prefix);

		if (c == 0) {
			*found = true;
			return middle;
		}
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	*found = false;
	return low;
}

static void join(struct topics *t, struct bytes prefix)
{
	bool found;
	size_t at = place(t, prefix, &found);

	if (found)
		return;
	if (t->n == TOPICS_MAX) {
		t->beyond++;
		return;
	}
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 16;
		t->list = base_grow(t->list, t->size, sizeof(*t->list));
	}
	memmove(&t->list[at + 1], &t->list[at], (t->n - at) * sizeof(*t->list));
	t->list[at].size = (uint8_t)prefix.size;
	if (prefix.size)
		memcpy(t->list[at].text, prefix.data, prefix.size);
	t->n++;
	t->lengths[prefix.size]++;
}

static void leave(struct topics *t, struct bytes prefix)
{
	bool found;
	size_t at = place(t, prefix, &found);

	if (!found) {
		/* one that found no room */
		t->beyond -= t->beyond > 0;
		return;
	}
	t->n--;
	memmove(&t->list[at], &t->list[at + 1], (t->n - at) * sizeof(*t->list));
	t->lengths[prefix.size]--;
}

void topics_message(struct topics *t, struct bytes frame)
{
	if (frame.size == 0 || frame.data[0] > 1)
		return;
	struct bytes prefix = bytes_of(frame.data + 1, frame.size - 1);
	if (prefix.size > TOPIC_MAX) /* begins no topic of ours, and costs memory all the same */
		t->longer = frame.data[0] ? t->longer + 1 : t->longer - (t->longer > 0);
	else if (frame.data[0])
		join(t, prefix);
	else
		leave(t, prefix);
}

bool topics_want(const struct topics *t, const char *topic)
{
	size_t size = strlen(topic);
	bool found = t->beyond > 0;

	/* prefixes have few distinct lengths: those of the levels people look at */
	for (size_t n = 0; n <= size && n <= TOPIC_MAX && !found; n++)
		if (t->lengths[n])
			place(t, bytes_of(topic, n), &found);
	return found;
}

uint64_t topics_count(const struct topics *t)
{
	return t->n + t->beyond + t->longer;
}

void topics_clear(struct topics *t)
{
	struct topic *list = t->list;
	size_t size = t->size;

	*t = (struct topics){.list = list, .size = size};
}

void topics_free(struct topics *t)
{
	free(t->list);
	*t = (struct topics){0};
}
