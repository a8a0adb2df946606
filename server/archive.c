// SPDX-License-Identifier: Apache-2.0
#include "server/archive.h"

#include <assert.h>
#include <stdlib.h>

enum {
	ROWS_A_LOOK = 512, /* between two looks at the clock */
	LENGTHS_MAX = 2
};

struct archive_span archive_prefix(const void *prefix, size_t n)
{
	struct archive_span s = {.prefix_n = (uint8_t)n};

	assert(n <= sizeof(s.prefix));
	memcpy(s.prefix, prefix, n);
	return s;
}

/* ---- which span a key stands in: a table of their prefixes, since there may be hundreds and a million rows ---- */

struct finder {
	const struct archive_ask *ask;
	uint32_t *slots; /* 1 + place of the span */
	size_t slots_n;
	size_t lengths[LENGTHS_MAX], lengths_n; /* of prefixes */
};

static uint64_t mix(const uint8_t *p, size_t n)
{
	uint64_t h = UINT64_C(0xcbf29ce484222325);

	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * UINT64_C(0x100000001b3);
	return h ^ h >> 29;
}

static void note_length(struct finder *f, size_t n)
{
	for (size_t i = 0; i < f->lengths_n; i++)
		if (f->lengths[i] == n)
			return;
	assert(f->lengths_n < LENGTHS_MAX);
	f->lengths[f->lengths_n++] = n;
}

static void finder_open(struct finder *f, const struct archive_ask *ask)
{
	*f = (struct finder){.ask = ask, .slots_n = 16};
	while (f->slots_n < 2 * ask->spans_n)
		f->slots_n *= 2;
	f->slots = base_alloc(f->slots_n * sizeof(*f->slots));
	for (size_t i = 0; i < ask->spans_n; i++) {
		const struct archive_span *s = &ask->spans[i];
		size_t at = mix(s->prefix, s->prefix_n) & (f->slots_n - 1);
		note_length(f, s->prefix_n);
		while (f->slots[at])
			at = (at + 1) & (f->slots_n - 1);
		f->slots[at] = (uint32_t)i + 1;
	}
}

static int compare(struct bytes a, const uint8_t *b, size_t n)
{
	int order = memcmp(a.data, b, a.size < n ? a.size : n);

	return order ? order : (a.size > n) - (a.size < n);
}

static bool spans_key(const struct archive_span *s, struct bytes key)
{
	return key.size >= s->prefix_n && memcmp(key.data, s->prefix, s->prefix_n) == 0 &&
	       (!s->from_n || compare(key, s->from, s->from_n) >= 0) && (!s->to_n || compare(key, s->to, s->to_n) < 0);
}

/* spans_n = in none. Spans of one prefix stand one behind the other in the table. */
static size_t find_by(const struct finder *f, struct bytes key, size_t n)
{
	if (key.size < n)
		return f->ask->spans_n;
	for (size_t at = mix(key.data, n) & (f->slots_n - 1); f->slots[at]; at = (at + 1) & (f->slots_n - 1))
		if (spans_key(&f->ask->spans[f->slots[at] - 1], key))
			return f->slots[at] - 1;
	return f->ask->spans_n;
}

static size_t find(const struct finder *f, struct bytes key)
{
	size_t span = f->ask->spans_n;

	for (size_t i = 0; i < f->lengths_n && span == f->ask->spans_n; i++)
		span = find_by(f, key, f->lengths[i]);
	return span;
}

/* ---- keys that were met in the view ---- */

struct met {
	struct buffer keys; /* u8 size, key */
	size_t *slots;      /* 1 + place in keys */
	size_t n, slots_n;
};

static bool met_has(const struct met *m, struct bytes key, size_t *at)
{
	if (!m->slots_n)
		return false;
	for (*at = mix(key.data, key.size) & (m->slots_n - 1); m->slots[*at]; *at = (*at + 1) & (m->slots_n - 1)) {
		const uint8_t *p = m->keys.data + m->slots[*at] - 1;
		if (bytes_equal(bytes_of(p + 1, p[0]), key))
			return true;
	}
	return false;
}

static void met_grow(struct met *m)
{
	size_t was = m->slots_n, *old = m->slots, at;

	m->slots_n = was ? was * 2 : 256;
	m->slots = base_alloc(m->slots_n * sizeof(*m->slots));
	for (size_t i = 0; i < was; i++)
		if (old[i]) {
			const uint8_t *p = m->keys.data + old[i] - 1;
			met_has(m, bytes_of(p + 1, p[0]), &at);
			m->slots[at] = old[i];
		}
	free(old);
}

/* False = it was met before. */
static bool met_add(struct met *m, struct bytes key)
{
	size_t at;

	if (m->n * 2 >= m->slots_n)
		met_grow(m);
	if (met_has(m, key, &at))
		return false;
	m->slots[at] = m->keys.size + 1;
	m->n++;
	buffer_put_u8(&m->keys, (uint8_t)key.size);
	buffer_put_bytes(&m->keys, key);
	return true;
}

static void met_free(struct met *m)
{
	buffer_free(&m->keys);
	free(m->slots);
}

/* ---- in the view ---- */

struct reading {
	struct asking *q;
	struct finder finder;
	struct met met;
	size_t span; /* of the disk's */
};

/* False = rows were handed over meanwhile, or another generation. */
static bool read_list(struct reading *r, const struct rows *rows, uint32_t handed)
{
	const struct archive_ask *ask = r->finder.ask;
	const struct view *v = r->q->slice.view;
	struct rows_walk w = {0};
	struct bytes key, value;

	for (size_t n = 0; rows_next(rows, ask->table, (struct bytes){0}, &w, &key, &value); n++) {
		size_t span = find(&r->finder, key);
		if (span < ask->spans_n && met_add(&r->met, key))
			ask->fn(ask->ctx, span, key, value);
		if (n % ROWS_A_LOOK == ROWS_A_LOOK - 1 && (!slice_go_on(&r->q->slice) || v->handed != handed))
			return false;
	}
	return true;
}

/* Begins again when a checkpoint has taken rows over or has let them go: what was met is not told twice. */
static bool read_view(struct reading *r)
{
	const struct view *v = r->q->slice.view;

	for (;;) {
		uint32_t handed = v->handed;
		if (read_list(r, &v->rows, handed) && read_list(r, &v->leaving, handed))
			return true;
		struct generation now = view_generation(v);
		if (!generation_same(&now, &r->q->slice.generation))
			return false;
	}
}

/* ---- in view/ ---- */

static bool read_row(void *ctx, struct bytes key, struct bytes value)
{
	struct reading *r = ctx;
	const struct archive_ask *ask = r->finder.ask;
	size_t at;

	if (!met_has(&r->met, key, &at))
		ask->fn(ask->ctx, r->span, key, value);
	return !ask->spans[r->span].last && !ask->spans[r->span].first;
}

static bool read_disk(struct reading *r)
{
	const struct query_rows *rows = &r->q->answerer->options->rows;
	const struct archive_ask *ask = r->finder.ask;

	for (r->span = 0; rows->read && r->span < ask->spans_n; r->span++) {
		const struct archive_span *s = &ask->spans[r->span];
		const struct kv_range range = {.prefix = bytes_of(s->prefix, s->prefix_n),
					       .from = bytes_of(s->from, s->from_n),
					       .to = bytes_of(s->to, s->to_n),
					       .backward = s->last};
		if (!rows->read(rows->ctx, ask->table, &range, read_row, r))
			return false;
	}
	return true;
}

enum reason archive_read(struct asking *q, const struct archive_ask *ask)
{
	struct reading r = {.q = q};
	enum reason reason = REASON_NONE;

	if (!ask->spans_n)
		return reason;
	finder_open(&r.finder, ask);
	if (!read_view(&r)) {
		reason = answer_stale(q);
	} else {
		slice_leave(&q->slice);
		bool read = read_disk(&r);
		bool same = slice_return(&q->slice);
		if (!read)
			reason = answer_fail(q, REASON_BUSY, "view/ cannot be read now");
		else if (!same)
			reason = answer_stale(q);
	}
	free(r.finder.slots);
	met_free(&r.met);
	return reason;
}
