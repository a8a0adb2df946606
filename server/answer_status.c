// SPDX-License-Identifier: Apache-2.0
/* answer_status: what the centre took of whom; page one carries the totals. Cursor: as answer_streams. */
#include "common/domain/says.h"
#include "server/answer_streams.h"

static void add_totals(struct asking *q, const struct streams *s)
{
	Tiendo__V1__StatusAnswer m = TIENDO__V1__STATUS_ANSWER__INIT;

	m.entries = q->at.as_of;
	m.updates_taken = s->taken;
	m.updates_refused = s->refused;
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

static void put(struct asking *q, const struct streams_of *of, struct buffer *out)
{
	Tiendo__V1__PrincipalStatus m = TIENDO__V1__PRINCIPAL_STATUS__INIT;
	Tiendo__V1__StatusAnswer whole = TIENDO__V1__STATUS_ANSWER__INIT;
	Tiendo__V1__PrincipalStatus *list = &m;

	(void)q;
	for (size_t i = 0; i < of->n; i++)
		put_stream(out, &of->list[i]);
	m.principal = of->principal->number;
	m.unit = (char *)of->unit;
	m.name = (char *)of->principal->name;
	m.role = (char *)role_word(of->principal->role);
	m.taken = of->taken;
	m.refused = of->refused;
	m.last_received_ms = of->received.ms;
	whole.n_principals = 1;
	whole.principals = &list;
	answer_put(out, &whole);
}

enum reason answer_status(struct asking *q, const Tiendo__V1__Query *m)
{
	struct streams s = {0};
	enum reason reason = streams_read(q, &s);

	(void)m;
	if (!reason && q->first)
		add_totals(q, &s);
	if (!reason && q->scope != SCOPE_COUNTS)
		reason = streams_page(q, &s, put);
	streams_free(&s);
	return reason;
}
