// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_ring.h"

#include <assert.h>
#include <stdlib.h>

struct kept {
	char *text; /* the path, NUL, the event */
	uint32_t path_size, size;
	bool own;
};

struct web_ring {
	struct kept *list; /* event n stands at n % size */
	size_t size;
	uint64_t newest, oldest;
	size_t bytes, most;
};

struct web_ring *web_ring_new(size_t bytes)
{
	struct web_ring *r = base_alloc(sizeof(*r));

	r->oldest = 1;
	r->most = bytes ? bytes : WEB_RING_BYTES;
	r->size = r->most > WEB_RING_BYTES ? r->most / WEB_RING_EVENT : WEB_RING_EVENTS;
	r->list = base_alloc(r->size * sizeof(*r->list));
	return r;
}

void web_ring_free(struct web_ring *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->size; i++)
		free(r->list[i].text);
	free(r->list);
	free(r);
}

static void drop_oldest(struct web_ring *r)
{
	struct kept *k = &r->list[r->oldest++ % r->size];

	r->bytes -= k->path_size + k->size;
	free(k->text);
	*k = (struct kept){0};
}

uint64_t web_ring_put(struct web_ring *r, const char *path, bool own, struct bytes text)
{
	size_t path_size = strlen(path) + 1, size = path_size + text.size;

	assert(size <= r->most && text.size <= UINT32_MAX);
	while (r->oldest <= r->newest &&
	       (r->bytes + size > r->most || r->newest - r->oldest + 1 >= r->size))
		drop_oldest(r);
	struct kept *k = &r->list[++r->newest % r->size];
	*k = (struct kept){base_alloc(size), (uint32_t)path_size, (uint32_t)text.size, own};
	memcpy(k->text, path, path_size);
	memcpy(k->text + path_size, text.data, text.size);
	r->bytes += size;
	return r->newest;
}

void web_ring_forget(struct web_ring *r)
{
	while (r->oldest <= r->newest)
		drop_oldest(r);
}

uint64_t web_ring_newest(const struct web_ring *r)
{
	return r->newest;
}

uint64_t web_ring_oldest(const struct web_ring *r)
{
	return r->oldest;
}

bool web_ring_reaches(const struct web_ring *r, uint64_t after)
{
	return after + 1 >= r->oldest && after <= r->newest;
}

bool web_follows(const struct web_follow *f, const char *path)
{
	size_t size = strlen(f->path);

	if (!*path || !*f->path)
		return true;
	for (size_t i = 0; i < f->members_n; i++)
		if (strncmp(path, f->members[i], strlen(f->members[i])) == 0)
			return f->all || strcmp(path, f->members[i]) == 0;
	if (strncmp(path, f->path, size) != 0)
		return false;
	/* directly below: one more part, which ends with the path */
	const char *slash = strchr(path + size, '/');
	return f->all || !slash || !slash[1];
}

bool web_ring_next(const struct web_ring *r, uint64_t after, const struct web_follow *f, struct web_event *out)
{
	assert(web_ring_reaches(r, after));
	for (uint64_t n = after + 1; n <= r->newest; n++) {
		const struct kept *k = &r->list[n % r->size];
		if (!web_follows(f, k->text))
			continue;
		*out = (struct web_event){n, k->text, bytes_of(k->text + k->path_size, k->size), k->own};
		return true;
	}
	return false;
}
