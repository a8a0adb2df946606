// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/sse.h"

#include <stdio.h>
#include <stdlib.h>

struct reading {
	struct sse *sse;
	void (*took)(void *ctx, const struct sse_event *e);
	void *ctx;
};

static bool begins(const char *line, const char *with)
{
	return strncmp(line, with, strlen(with)) == 0;
}

static enum sse_kind kind_of(const char *word)
{
	static const struct {
		const char *word;
		enum sse_kind kind;
	} words[] = {{"grain", SSE_GRAIN}, {"hello", SSE_HELLO}, {"state", SSE_STATE}, {"resync", SSE_RESYNC}};

	for (size_t i = 0; i < BASE_COUNT(words); i++)
		if (strcmp(word, words[i].word) == 0)
			return words[i].kind;
	return SSE_OTHER;
}

/* GENERATION/VERSION/INSTANCE.N */
static void read_id(struct sse_event *e, const char *id)
{
	const char *last = strrchr(id, '.'), *slash = strchr(id, '/');

	e->version = slash ? strtoull(slash + 1, NULL, 10) : 0;
	e->number = last ? strtoull(last + 1, NULL, 10) : 0;
}

static void read_path(struct sse_event *e, const char *data)
{
	const char *at = strstr(data, "\"path\": \"");
	size_t size = at ? strcspn(at += 9, "\"") : 0;

	if (!at && (at = strstr(data, "\"path\":\"")))
		size = strcspn(at += 8, "\"");
	snprintf(e->path, sizeof e->path, "%.*s", (int)size, at ? at : "");
}

static void event_line(struct reading *r)
{
	struct sse *s = r->sse;
	struct sse_event *e = &s->event;

	s->line[s->line_size] = '\0';
	if (!s->line_size) {
		if (e->kind != SSE_OTHER)
			r->took(r->ctx, e);
		*e = (struct sse_event){0};
	} else if (begins(s->line, "event: ")) {
		e->kind = kind_of(s->line + 7);
	} else if (begins(s->line, "id: ")) {
		read_id(e, s->line + 4);
	} else if (begins(s->line, "data: ") && e->kind == SSE_GRAIN) {
		read_path(e, s->line + 6);
	}
	s->line_size = 0;
}

static void header_line(struct sse *s)
{
	s->line[s->line_size] = '\0';
	if (!s->status)
		s->status = begins(s->line, "HTTP/1.1 ") ? (unsigned)atoi(s->line + 9) : 1;
	s->in_body = !s->line_size;
	s->line_size = 0;
}

static void frame_line(struct sse *s)
{
	s->frame[s->frame_size] = '\0';
	s->chunk = strtoul(s->frame, NULL, 16);
	s->ended = !s->chunk;
	s->in_chunk = true;
	s->frame_size = 0;
}

/* True when the line is whole; what has no room is left out. */
static bool add(char *line, size_t *size, size_t room, char letter)
{
	if (letter != '\n' && letter != '\r' && *size < room - 1)
		line[(*size)++] = letter;
	return letter == '\n';
}

/* Lines are looked for many bytes at a time. */
static size_t chunk_bytes(struct reading *r, struct bytes b)
{
	struct sse *s = r->sse;
	size_t n = b.size < s->chunk ? b.size : s->chunk;
	const uint8_t *end = memchr(b.data, '\n', n);
	size_t size = end ? (size_t)(end - b.data) : n, room = SSE_LINE - 1 - s->line_size;

	memcpy(s->line + s->line_size, b.data, size < room ? size : room);
	s->line_size += size < room ? size : room;
	if (end) {
		event_line(r);
		size++;
	}
	s->chunk -= size;
	return size;
}

bool sse_read(struct sse *s, struct bytes b, void (*took)(void *ctx, const struct sse_event *e), void *ctx)
{
	struct reading r = {s, took, ctx};

	for (size_t at = 0; at < b.size && !s->ended;) {
		if (s->in_body && s->in_chunk && s->chunk) {
			at += chunk_bytes(&r, bytes_of(b.data + at, b.size - at));
			continue;
		}
		char letter = (char)b.data[at++];
		if (!s->in_body) {
			if (add(s->line, &s->line_size, sizeof s->line, letter))
				header_line(s);
		} else if (s->in_chunk) { /* CR LF behind it */
			s->in_chunk = letter != '\n';
		} else if (add(s->frame, &s->frame_size, sizeof s->frame, letter)) {
			frame_line(s);
		}
	}
	return !s->status || s->status == 200;
}
