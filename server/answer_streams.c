// SPDX-License-Identifier: Apache-2.0
#include "server/answer_streams.h"

#include <stdlib.h>

static void keep(void *ctx, const struct query_stream *one)
{
	struct streams *s = ctx;

	s->taken += one->taken;
	s->refused += one->refused;
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 64;
		s->list = base_grow(s->list, s->size, sizeof(*s->list));
	}
	s->list[s->n++] = *one;
}

enum reason streams_read(struct asking *q, struct streams *s)
{
	const struct query_journal *j = &q->answerer->options->journal;
	uint32_t principal = q->scope == SCOPE_OWN ? q->asker.principal : 0;

	slice_leave(&q->slice);
	bool read = j->streams(j->ctx, principal, keep, s);
	bool same = slice_return(&q->slice);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	return same ? REASON_NONE : answer_stale(q);
}

void streams_free(struct streams *s)
{
	free(s->list);
	*s = (struct streams){0};
}

static struct streams_of of(const struct asking *q, const struct principal *p, const struct query_stream *list, size_t n)
{
	const struct catalogue *c = q->slice.view->catalogue;
	uint32_t unit = c ? catalogue_unit_by_number(c, p->scope_unit) : NO_INDEX;
	struct streams_of out = {.principal = p,
				 .unit = unit == NO_INDEX ? "" : catalogue_unit(c, unit)->row.code,
				 .list = list,
				 .n = n};

	for (size_t i = 0; i < n; i++) {
		out.taken += list[i].taken;
		out.refused += list[i].refused;
		if (list[i].received.ms > out.received.ms)
			out.received = list[i].received;
	}
	return out;
}

/* False = it begins the next page. */
static bool add(struct asking *q, const struct streams_of *one, streams_put_fn *put)
{
	struct buffer *piece = &q->answerer->piece;

	buffer_clear(piece);
	put(q, one, piece);
	if (!answer_fits(q, piece->size))
		return false;
	buffer_put_bytes(&q->answerer->page, buffer_bytes(piece));
	return true;
}

enum reason streams_page(struct asking *q, const struct streams *s, streams_put_fn *put)
{
	const struct roster *r = q->slice.view->roster;
	size_t at = 0;

	for (size_t i = 0; i < roster_principals(r); i++) {
		const struct principal *p = roster_principal_at(r, i);
		if (p->number < q->at.a || (q->scope == SCOPE_OWN && p->number != q->asker.principal))
			continue;
		while (at < s->n && s->list[at].principal < p->number)
			at++;
		size_t from = at;
		while (at < s->n && s->list[at].principal == p->number)
			at++;
		struct streams_of one = of(q, p, at > from ? s->list + from : NULL, at - from);
		if (!add(q, &one, put)) {
			q->more = true;
			q->at.a = p->number;
			return REASON_NONE;
		}
		if (!slice_go_on(&q->slice))
			return answer_stale(q);
	}
	return REASON_NONE;
}
