// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_stream.h"

#include <stdio.h>
#include <stdlib.h>

enum { OWNER = 48 };
/* A comment for what stands between, an event for the page, which is not told of comments; without an id. */
#define PING ": ping\nevent: ping\ndata: {}\n\n"

struct stream {
	struct stream *next, **here;
	struct web_streams *all;
	struct http_request *request;
	char owner[OWNER];
	struct web_follow follow;
	char **members;
	struct buffer first; /* hello, pings: goes before the next event */
	uint64_t at;         /* number of the last event that was sent whole, or passed over */
	size_t sent;         /* bytes of what is being sent: of `first`, or else of the next event */
	bool in_event;
	bool ends;           /* when all of the ring is sent */
	bool stopped;        /* at once: who asked may not any more */
	bool (*may)(void *context, const void *pass);
	void *context, *pass;
};

struct web_streams {
	struct web_events *events;
	struct stream *list;
	size_t n, most, each;
	uint64_t woken; /* events up to here were told of */
	int64_t ping_due;
};

struct web_streams *web_streams_new(struct web_events *events, size_t most, size_t each)
{
	struct web_streams *s = base_alloc(sizeof(*s));

	*s = (struct web_streams){.events = events, .most = most, .each = each, .woken = web_ring_newest(events->ring)};
	return s;
}

static void free_members(char **members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(members[i]);
	free(members);
}

static void close_stream(struct stream *t)
{
	*t->here = t->next;
	if (t->next)
		t->next->here = t->here;
	t->all->n--;
	free_members(t->members, t->follow.members_n);
	buffer_free(&t->first);
	free(t->pass);
	free(t);
}

void web_streams_free(struct web_streams *s)
{
	while (s && s->list)
		close_stream(s->list);
	free(s);
}

/* ---- bytes out ---- */

static size_t copy(struct bytes from, size_t *sent, char *out, size_t max)
{
	size_t n = from.size - *sent < max ? from.size - *sent : max;

	memcpy(out, from.data + *sent, n);
	*sent += n;
	return n;
}

/* A part of the next event; 0 = there is none. */
static size_t copy_event(struct stream *t, char *out, size_t max)
{
	const struct web_ring *ring = t->all->events->ring;
	struct web_event e;

	if (!web_ring_next(ring, t->at, &t->follow, &e)) {
		t->at = web_ring_newest(ring);
		return 0;
	}
	t->at = e.number - 1; /* what stands between is not followed */
	size_t n = copy(e.text, &t->sent, out, max);
	t->in_event = t->sent < e.text.size;
	if (!t->in_event) {
		t->at = e.number;
		t->sent = 0;
	}
	return n;
}

static size_t copy_first(struct stream *t, char *out, size_t max)
{
	size_t n = copy(buffer_bytes(&t->first), &t->sent, out, max);

	if (t->sent == t->first.size) {
		buffer_free(&t->first);
		t->sent = 0;
	}
	return n;
}

static long more(void *mine, char *out, size_t max)
{
	struct stream *t = mine;
	size_t n = 0, part = 1;

	if (t->stopped || !web_ring_reaches(t->all->events->ring, t->at))
		return -1;
	while (n < max && part) {
		part = t->first.size && !t->in_event ? copy_first(t, out + n, max - n) : copy_event(t, out + n, max - n);
		n += part;
	}
	return n ? (long)n : t->ends ? -1 : 0;
}

/* ---- coming and going ---- */

static bool room(const struct web_streams *s, const char *owner)
{
	size_t of_owner = 0;

	for (const struct stream *t = s->list; t; t = t->next)
		of_owner += strncmp(t->owner, owner, OWNER - 1) == 0;
	return s->n < s->most && of_owner < s->each;
}

static struct stream *new_stream(struct web_streams *s, struct http_request *r, const struct web_stream_options *o)
{
	struct stream *t = base_alloc(sizeof(*t));

	*t = (struct stream){.next = s->list, .here = &s->list, .all = s, .request = r, .members = o->members,
			     .may = o->may, .context = o->context};
	t->follow = (struct web_follow){.all = o->all, .members = (const char *const *)o->members, .members_n = o->members_n};
	snprintf(t->follow.path, sizeof(t->follow.path), "%s", o->path);
	snprintf(t->owner, sizeof(t->owner), "%s", o->owner);
	t->pass = base_alloc(o->pass_size + 1);
	memcpy(t->pass, o->pass, o->pass_size);
	if (s->list)
		s->list->here = &t->next;
	s->list = t;
	s->n++;
	return t;
}

bool web_stream_open(struct web_streams *s, const struct web_view *v, struct http_request *r,
		     const struct web_stream_options *o)
{
	const struct http_header headers[] = {{"Cache-Control", "no-store"}, {"X-Accel-Buffering", "no"}};

	if (!room(s, o->owner)) {
		free_members(o->members, o->members_n);
		return false;
	}
	struct stream *t = new_stream(s, r, o);
	bool lost = o->last && *o->last && !web_event_place(s->events, o->last, &t->at);
	if (lost || !o->last || !*o->last)
		t->at = web_ring_newest(s->events->ring);
	web_event_hello(s->events, v, t->at, lost, &t->first);
	http_set_mine(r, t);
	http_stream(r, &(struct http_stream){.content_type = "text/event-stream; charset=utf-8", .more = more,
					     .headers = headers, .headers_n = BASE_COUNT(headers)});
	return true;
}

bool web_stream_gone(struct web_streams *s, struct http_request *r)
{
	for (struct stream *t = s->list; t; t = t->next) {
		if (t->request != r)
			continue;
		close_stream(t);
		return true;
	}
	return false;
}

/* ---- in the loop ---- */

void web_streams_wake(struct web_streams *s)
{
	const struct web_ring *ring = s->events->ring;
	uint64_t from = s->woken;
	struct web_event e;

	s->woken = web_ring_newest(ring);
	if (s->woken == from)
		return;
	if (!web_ring_reaches(ring, from))
		from = web_ring_oldest(ring) - 1;
	for (struct stream *t = s->list; t; t = t->next) {
		if (!web_ring_reaches(ring, t->at) || web_ring_next(ring, from > t->at ? from : t->at, &t->follow, &e))
			http_stream_wake(t->request);
		else if (t->at >= from) /* nothing for it: else it would fall behind by what concerns others */
			t->at = s->woken;
	}
}

void web_streams_end(struct web_streams *s)
{
	for (struct stream *t = s->list; t; t = t->next) {
		t->ends = true;
		http_stream_wake(t->request);
	}
}

void web_streams_check(struct web_streams *s)
{
	for (struct stream *t = s->list; t; t = t->next) {
		if (!t->may || t->may(t->context, t->pass))
			continue;
		t->stopped = true;
		http_stream_wake(t->request);
	}
}

void web_streams_step(struct web_streams *s, int64_t now)
{
	if (now < s->ping_due)
		return;
	s->ping_due = now + WEB_PING_MS;
	web_streams_check(s);
	for (struct stream *t = s->list; t; t = t->next) {
		if (!t->first.size)
			buffer_put_text(&t->first, PING);
		http_stream_wake(t->request);
	}
}

int64_t web_streams_due(const struct web_streams *s)
{
	return s->n ? s->ping_due : INT64_MAX;
}

size_t web_streams_n(const struct web_streams *s)
{
	return s->n;
}
