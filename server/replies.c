// SPDX-License-Identifier: Apache-2.0
#include "server/replies.h"

#include <assert.h>
#include <stdlib.h>

struct owed {
	uint8_t to[255]; /* routing id: libzmq's own have 5 bytes, a client may claim one so long */
	size_t to_size, at, size;
	uint64_t session;
	uint8_t type;
	bool hangs; /* true only if the commit is: an ack, and what was judged by the group's marks */
};

struct replies {
	struct stats *stats;
	struct buffer bytes;
	struct owed *owed;
	size_t n, room;
	/* an Ack being put together */
	Tiendo__V1__Span span[BATCH_MAX], *spans[BATCH_MAX];
	Tiendo__V1__Outcome outcome[BATCH_MAX], *outcomes[BATCH_MAX];
	Tiendo__V1__Taken taken[BATCH_MAX];
	Tiendo__V1__Refused refused[BATCH_MAX];
	Tiendo__V1__Voided voided;
};

struct replies *replies_new(struct stats *stats)
{
	struct replies *r = base_alloc(sizeof *r);

	r->stats = stats;
	return r;
}

void replies_free(struct replies *r)
{
	if (!r)
		return;
	buffer_free(&r->bytes);
	free(r->owed);
	free(r);
}

static struct owed *add(struct replies *r, const struct net_message *to)
{
	struct bytes id = net_frame(to, 0);

	if (r->n == r->room) {
		r->room = r->room ? r->room * 2 : 256;
		r->owed = base_grow(r->owed, r->room, sizeof *r->owed);
	}
	struct owed *o = &r->owed[r->n++];
	*o = (struct owed){.to_size = id.size};
	assert(id.size <= sizeof o->to);
	memcpy(o->to, id.data, id.size);
	return o;
}

static void encode(struct replies *r, struct owed *o, unsigned type, const void *message)
{
	o->type = (uint8_t)type;
	o->at = r->bytes.size;
	o->size = codec_size(message);
	uint8_t *at = buffer_reserve(&r->bytes, o->size);
	assert(at || r->bytes.failed);
	if (at)
		codec_pack(message, at);
}

void replies_put(struct replies *r, const struct net_message *to, unsigned type,
		 const void *message)
{
	struct owed *o = add(r, to);

	o->hangs = type == MESSAGE_WELCOME; /* its mark */
	encode(r, o, type, message);
}

static void fill_outcome(struct replies *r, size_t i, const struct core_outcome *o)
{
	Tiendo__V1__Outcome *m = r->outcomes[i] = &r->outcome[i];

	tiendo__v1__outcome__init(m);
	if (o->kind == OUTCOME_TAKEN) {
		tiendo__v1__taken__init(&r->taken[i]);
		r->taken[i].index = o->index;
		r->taken[i].mac = (ProtobufCBinaryData){sizeof o->mac, (uint8_t *)o->mac};
		m->taken = &r->taken[i];
		m->outcome_case = TIENDO__V1__OUTCOME__OUTCOME_TAKEN;
	} else if (o->kind == OUTCOME_REFUSED) {
		tiendo__v1__refused__init(&r->refused[i]);
		r->refused[i].reason = (Tiendo__V1__Reason)o->reason;
		r->refused[i].field = (char *)o->field;
		m->refused = &r->refused[i];
		m->outcome_case = TIENDO__V1__OUTCOME__OUTCOME_REFUSED;
	} else {
		tiendo__v1__voided__init(&r->voided);
		m->voided = &r->voided;
		m->outcome_case = TIENDO__V1__OUTCOME__OUTCOME_VOIDED;
	}
}

static void put_ack(struct replies *r, struct owed *o, const struct core_answer *a)
{
	Tiendo__V1__Ack ack = TIENDO__V1__ACK__INIT;

	for (size_t i = 0; i < a->outcomes_n; i++)
		fill_outcome(r, i, &a->outcomes[i]);
	for (size_t i = 0; i < a->spans_n; i++) {
		const struct core_span *s = &a->spans[i];
		Tiendo__V1__Span *m = r->spans[i] = &r->span[i];

		tiendo__v1__span__init(m);
		m->entry = s->entry;
		m->incarnation = (ProtobufCBinaryData){sizeof s->incarnation,
						       (uint8_t *)s->incarnation};
		m->chain_hash = (ProtobufCBinaryData){sizeof s->chain_hash,
						      (uint8_t *)s->chain_hash};
		m->received_ms = s->received.ms;
		m->first_seq = s->first_seq;
		m->n_outcomes = s->n;
		m->outcomes = r->outcomes + s->first;
	}
	ack.session = o->session;
	ack.n_spans = a->spans_n;
	ack.spans = r->spans;
	ack.mark = a->mark;
	encode(r, o, MESSAGE_ACK, &ack);
}

static void put_nack(struct replies *r, struct owed *o, const struct core_nack *n)
{
	static uint32_t versions[] = {PROTOCOL_VERSION};
	Tiendo__V1__Nack m = TIENDO__V1__NACK__INIT;

	m.session = o->session;
	m.reason = (Tiendo__V1__Reason)n->reason;
	m.seq = n->seq;
	m.expected_seq = n->expected;
	m.retry_ms = n->retry_ms;
	m.text = (char *)n->text;
	if (n->reason == REASON_BAD_VERSION) {
		m.n_versions = BASE_COUNT(versions);
		m.versions = versions;
	}
	STATS_ADD(r->stats, nacks, 1);
	if (n->reason == REASON_BUSY)
		STATS_ADD(r->stats, busy, 1);
	encode(r, o, MESSAGE_NACK, &m);
}

void replies_answer(struct replies *r, const struct net_message *to, uint64_t session,
		    const struct core_answer *a)
{
	struct owed *o = add(r, to);

	o->session = session;
	o->hangs = a->nack.reason == REASON_NONE || a->nack.reason == REASON_GAP ||
		   a->nack.reason == REASON_CONFLICT;
	if (a->nack.reason == REASON_NONE)
		put_ack(r, o, a);
	else
		put_nack(r, o, &a->nack);
}

static void send_one(struct replies *r, struct net_socket *ingest, const struct owed *o)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, o->type};
	const struct bytes frames[3] = {bytes_of(o->to, o->to_size), bytes_of(head, sizeof head),
					bytes_of(r->bytes.data + o->at, o->size)};

	if (r->bytes.failed || net_send(ingest, frames, 3) != NET_SENT)
		STATS_ADD(r->stats, dropped, 1);
}

void replies_send(struct replies *r, struct net_socket *ingest)
{
	for (size_t i = 0; i < r->n; i++)
		send_one(r, ingest, &r->owed[i]);
	r->n = 0;
	buffer_clear(&r->bytes);
}

void replies_refuse(struct replies *r, struct net_socket *ingest, const char *text)
{
	struct core_nack busy = {.reason = REASON_BUSY, .retry_ms = 1000};
	size_t n = strlen(text);

	n = n < sizeof busy.text ? n : sizeof busy.text - 1;
	memcpy(busy.text, text, n);
	for (size_t i = 0; i < r->n; i++)
		if (r->owed[i].hangs)
			put_nack(r, &r->owed[i], &busy);
	replies_send(r, ingest);
}
