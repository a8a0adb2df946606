// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/power/promise.h"

#include <stdio.h>
#include <stdlib.h>

__attribute__((noreturn)) static void give_up(const char *what)
{
	fprintf(stderr, "promise: %s\n", what);
	exit(9);
}

struct promise *promise_new(const char *machine, size_t log_bytes)
{
	struct promise *p = base_alloc(sizeof *p);

	snprintf(p->machine, sizeof p->machine, "%s", machine);
	p->made = SIZE_MAX;
	p->arena = codec_arena_new(16 * log_bytes + (1 << 20)); /* pages that are not used cost nothing */
	if (!p->arena.base)
		give_up("no memory");
	return p;
}

void promise_free(struct promise *p)
{
	codec_arena_free(&p->arena);
	free(p->spans);
	free(p->heads);
	free(p->queued);
	free(p->pushes);
	free(p);
}

/* Room for one more; lists double at powers of two. */
static void *grown(void *list, size_t n, size_t size)
{
	if (n & (n - 1))
		return list;
	list = realloc(list, (n ? 2 * n : 1) * size);
	if (!list)
		give_up("no memory");
	return list;
}

static void add_number(struct promise_number **list, size_t *n, size_t at, uint64_t number)
{
	if (*n && (*list)[*n - 1].number >= number)
		return;
	*list = grown(*list, *n, sizeof **list);
	(*list)[(*n)++] = (struct promise_number){.at = at, .number = number};
}

static void *decode(struct promise *p, const ProtobufCMessageDescriptor *type, struct bytes body)
{
	void *m = codec_unpack(type, body.data, body.size, &p->arena);

	if (!m)
		give_up("a message in the log cannot be read");
	return m;
}

static void take_ack(struct promise *p, size_t at, struct bytes body)
{
	const Tiendo__V1__Ack *m = decode(p, &tiendo__v1__ack__descriptor, body);

	for (size_t i = 0; i < m->n_spans; i++) {
		const Tiendo__V1__Span *s = m->spans[i];
		p->spans = grown(p->spans, p->spans_n, sizeof *p->spans);
		struct promise_span *to = &p->spans[p->spans_n++];
		*to = (struct promise_span){.at = at,
					    .entry = s->entry,
					    .first_seq = s->first_seq,
					    .received_ms = s->received_ms,
					    .n = s->n_outcomes,
					    .outcomes = s->outcomes};
		memcpy(to->chain_hash, s->chain_hash.data, sizeof to->chain_hash);
		memcpy(to->incarnation, s->incarnation.data, sizeof to->incarnation);
	}
}

uint64_t promise_note(struct bytes update)
{
	uint8_t room[16 * 1024];
	struct codec_arena arena = {.base = room, .size = sizeof room};
	struct update u;

	if (!codec_update_decode(update.data, update.size, &arena, &u))
		return 0;
	const char *space = strrchr(u.note, ' ');
	return space ? strtoull(space, NULL, 10) : 0;
}

static void take_push(struct promise *p, size_t at, struct bytes body)
{
	const Tiendo__V1__Push *m = decode(p, &tiendo__v1__push__descriptor, body);

	for (size_t i = 0; i < m->n_updates; i++) {
		p->pushes = grown(p->pushes, p->pushes_n, sizeof *p->pushes);
		struct promise_push *to = &p->pushes[p->pushes_n++];
		*to = (struct promise_push){.at = at, .seq = m->first_seq + i};
		memcpy(to->epoch, p->epoch, sizeof to->epoch);
		struct bytes blob = bytes_of(m->updates[i].data, m->updates[i].len);
		keys_hash(blob, to->hash);
		to->note = promise_note(blob);
	}
}

static void take_message(struct promise *p, size_t at, uint64_t type, struct bytes body)
{
	if (type == MESSAGE_ACK) {
		take_ack(p, at, body);
	} else if (type == MESSAGE_HEARTBEAT) {
		const Tiendo__V1__Heartbeat *m = decode(p, &tiendo__v1__heartbeat__descriptor, body);
		add_number(&p->heads, &p->heads_n, at, m->head);
	} else if (type == MESSAGE_WELCOME) {
		const Tiendo__V1__Welcome *m = decode(p, &tiendo__v1__welcome__descriptor, body);
		add_number(&p->heads, &p->heads_n, at, m->head);
	} else if (type == MESSAGE_REPLY) {
		const Tiendo__V1__Reply *m = decode(p, &tiendo__v1__reply__descriptor, body);
		add_number(&p->heads, &p->heads_n, at, m->as_of);
	} else if (type == MESSAGE_HELLO) {
		const Tiendo__V1__Hello *m = decode(p, &tiendo__v1__hello__descriptor, body);
		memcpy(p->epoch, m->epoch.data, m->epoch.len == sizeof p->epoch ? m->epoch.len : 0);
	} else if (type == MESSAGE_PUSH) {
		take_push(p, at, body);
	}
}

static void take_note(struct promise *p, size_t at, struct bytes line)
{
	char text[256], machine[64], word[64];
	unsigned long long number = 0;

	snprintf(text, sizeof text, "%.*s", (int)line.size, (const char *)line.data);
	if (sscanf(text, "%63s %63s %llu", machine, word, &number) < 2)
		give_up("a note in the log cannot be read");
	if (strcmp(machine, p->machine))
		return;
	if (!strcmp(word, "made"))
		p->made = at;
	else if (!strcmp(word, "entry"))
		add_number(&p->heads, &p->heads_n, at, number);
	else if (!strcmp(word, "queued"))
		add_number(&p->queued, &p->queued_n, at, number);
	else
		give_up("a note in the log says something unknown");
}

void promise_take(struct promise *p, size_t at, const struct power_record *r)
{
	const char *path = (const char *)(r + 1);
	struct bytes data = bytes_of((const uint8_t *)path + r->path_n + r->path2_n, r->data_n);

	if (r->kind == POWER_NOTE)
		take_note(p, at, data);
	/* an office believes receipts of any centre that were sent before */
	else if (r->kind == POWER_SENT &&
		 (!strcmp(path, p->machine) || (r->at == MESSAGE_ACK && !strncmp(p->machine, "agents/", 7))))
		take_message(p, at, r->at, data);
}

size_t promise_spans(const struct promise *p, size_t at)
{
	size_t n = p->spans_n;

	while (n && p->spans[n - 1].at >= at)
		n--;
	return n;
}

size_t promise_pushes(const struct promise *p, size_t at)
{
	size_t n = p->pushes_n;

	while (n && p->pushes[n - 1].at >= at)
		n--;
	return n;
}

static uint64_t number_at(const struct promise_number *list, size_t n, size_t at)
{
	while (n && list[n - 1].at >= at)
		n--;
	return n ? list[n - 1].number : 0;
}

uint64_t promise_head(const struct promise *p, size_t at)
{
	return number_at(p->heads, p->heads_n, at);
}

uint64_t promise_queued(const struct promise *p, size_t at)
{
	return number_at(p->queued, p->queued_n, at);
}
