// SPDX-License-Identifier: Apache-2.0
/*
 * answer_status: what the centre took of whom, from the journal's streams (read without the
 * viewlock), with names from the roster. Page one carries the totals. Cursor: a = the principal
 * that begins the next page.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "common/domain/says.h"

struct tally {
	struct query_stream *streams; /* ascending by principal */
	size_t n, size;
	uint64_t taken, refused;
};

static void count_stream(void *ctx, const struct query_stream *s)
{
	struct tally *t = ctx;

	t->taken += s->taken;
	t->refused += s->refused;
	if (t->n == t->size) {
		t->size = t->size ? t->size * 2 : 64;
		t->streams = base_grow(t->streams, t->size, sizeof(*t->streams));
	}
	t->streams[t->n++] = *s;
}

static void add_totals(struct asking *q, const struct tally *t)
{
	Tiendo__V1__StatusAnswer m = TIENDO__V1__STATUS_ANSWER__INIT;

	m.entries = q->at.as_of;
	m.updates_taken = t->taken;
	m.updates_refused = t->refused;
	answer_put(&q->answerer->page, &m);
}

static void put_stream(struct buffer *out, const struct query_stream *s)
{
	Tiendo__V1__StreamStatus m = TIENDO__V1__STREAM_STATUS__INIT;
	Tiendo__V1__StatusAnswer whole = TIENDO__V1__STATUS_ANSWER__INIT;
	Tiendo__V1__StreamStatus *list = &m;

	m.principal = s->principal;
	m.epoch = (ProtobufCBinaryData){EPOCH_SIZE, (uint8_t *)s->epoch};
	m.mark = s->mark;
	whole.n_streams = 1;
	whole.streams = &list;
	answer_put(out, &whole);
}

static void put_principal(struct asking *q, struct buffer *out, const struct principal *p,
			  const struct query_stream *streams, size_t n)
{
	const struct catalogue *c = q->slice.view->catalogue;
	uint32_t unit = c ? catalogue_unit_by_number(c, p->scope_unit) : NO_INDEX;
	Tiendo__V1__PrincipalStatus m = TIENDO__V1__PRINCIPAL_STATUS__INIT;
	Tiendo__V1__StatusAnswer whole = TIENDO__V1__STATUS_ANSWER__INIT;
	Tiendo__V1__PrincipalStatus *list = &m;

	m.principal = p->number;
	m.unit = (char *)(unit == NO_INDEX ? "" : catalogue_unit(c, unit)->row.code);
	m.name = (char *)p->name;
	m.role = (char *)role_word(p->role);
	for (size_t i = 0; i < n; i++) {
		m.taken += streams[i].taken;
		m.refused += streams[i].refused;
		if (streams[i].received.ms > m.last_received_ms)
			m.last_received_ms = streams[i].received.ms;
	}
	whole.n_principals = 1;
	whole.principals = &list;
	answer_put(out, &whole);
}

/* A principal and its streams stand on one page. False = it begins the next one. */
static bool add_principal(struct asking *q, const struct principal *p,
			  const struct query_stream *streams, size_t n)
{
	struct buffer *piece = &q->answerer->piece;

	buffer_clear(piece);
	for (size_t i = 0; i < n; i++)
		put_stream(piece, &streams[i]);
	put_principal(q, piece, p, streams, n);
	if (!answer_fits(q, piece->size))
		return false;
	buffer_put_bytes(&q->answerer->page, buffer_bytes(piece));
	return true;
}

/* False = the generation changed. */
static bool add_principals(struct asking *q, const struct tally *t)
{
	const struct roster *r = q->slice.view->roster;
	size_t at = 0;

	for (size_t i = 0; i < roster_principals(r); i++) {
		const struct principal *p = roster_principal_at(r, i);
		if (p->number < q->at.a ||
		    (q->scope == SCOPE_OWN && p->number != q->asker.principal))
			continue;
		while (at < t->n && t->streams[at].principal < p->number)
			at++;
		size_t from = at;
		while (at < t->n && t->streams[at].principal == p->number)
			at++;
		if (!add_principal(q, p, at > from ? t->streams + from : NULL, at - from)) {
			q->more = true;
			q->at.a = p->number;
			return true;
		}
		if (!slice_go_on(&q->slice))
			return false;
	}
	return true;
}

enum reason answer_status(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct query_journal *j = &q->answerer->options->journal;
	struct tally t = {0};
	enum reason reason = REASON_NONE;

	(void)m;
	slice_leave(&q->slice);
	bool read = j->streams(j->ctx, q->scope == SCOPE_OWN ? q->asker.principal : 0, count_stream,
			       &t);
	bool same = slice_return(&q->slice);
	if (q->first)
		add_totals(q, &t);
	if (!read)
		reason = answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	else if (!same || (q->scope != SCOPE_COUNTS && !add_principals(q, &t)))
		reason = answer_stale(q);
	free(t.streams);
	return reason;
}
