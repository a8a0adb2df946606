// SPDX-License-Identifier: Apache-2.0
#include "server/ack.h"

#include <assert.h>

#define BYTES(array) ((ProtobufCBinaryData){sizeof(array), (uint8_t *)(array)})

enum { ACK_SPANS = 2, SPAN_OUTCOMES = 6 }; /* field numbers */

static void put_message(struct buffer *out, const void *message)
{
	uint8_t *at = buffer_reserve(out, codec_size(message));

	if (at)
		codec_pack(message, at);
}

static void put_field(struct buffer *out, uint32_t number, size_t size)
{
	uint8_t tag[CODEC_FIELD_MAX];

	buffer_put(out, tag, codec_field(number, size, tag));
}

/* Every length in it is a constant: an index of a batch is one byte. */
static void put_taken(struct buffer *out, const struct core_outcome *o)
{
	enum { MAC = 2 + KEYS_MAC, TAKEN = 2 + MAC, OUTCOME = 2 + TAKEN };
	_Static_assert(BATCH_MAX < 128 && OUTCOME < 128, "one byte each");
	const uint8_t head[] = {SPAN_OUTCOMES << 3 | 2, OUTCOME, 1 << 3 | 2, TAKEN,
				1 << 3, (uint8_t)o->index, 2 << 3 | 2, KEYS_MAC};

	assert(o->index > 0 && o->index <= BATCH_MAX);
	buffer_put(out, head, sizeof head);
	buffer_put(out, o->mac, KEYS_MAC);
}

static void put_other(struct buffer *out, const struct core_outcome *o)
{
	Tiendo__V1__Outcome m = TIENDO__V1__OUTCOME__INIT;
	Tiendo__V1__Refused refused = TIENDO__V1__REFUSED__INIT;
	Tiendo__V1__Voided voided = TIENDO__V1__VOIDED__INIT;

	refused.reason = (Tiendo__V1__Reason)o->reason;
	refused.field = (char *)o->field;
	if (o->kind == OUTCOME_REFUSED) {
		m.refused = &refused;
		m.outcome_case = TIENDO__V1__OUTCOME__OUTCOME_REFUSED;
	} else {
		m.voided = &voided;
		m.outcome_case = TIENDO__V1__OUTCOME__OUTCOME_VOIDED;
	}
	put_field(out, SPAN_OUTCOMES, codec_size(&m));
	put_message(out, &m);
}

static void put_span(const struct core_answer *a, const struct core_span *s, struct buffer *scratch,
		     struct buffer *out)
{
	Tiendo__V1__Span m = TIENDO__V1__SPAN__INIT;

	buffer_clear(scratch);
	for (size_t i = s->first; i < s->first + s->n; i++)
		(a->outcomes[i].kind == OUTCOME_TAKEN ? put_taken : put_other)(scratch, &a->outcomes[i]);
	m.entry = s->entry;
	m.incarnation = BYTES(s->incarnation);
	m.chain_hash = BYTES(s->chain_hash);
	m.received_ms = s->received.ms;
	m.first_seq = s->first_seq;
	put_field(out, ACK_SPANS, codec_size(&m) + scratch->size);
	put_message(out, &m);
	buffer_put_bytes(out, buffer_bytes(scratch));
	out->failed = out->failed || scratch->failed;
}

void ack_put(const struct core_answer *a, uint64_t session, struct buffer *scratch,
	     struct buffer *out)
{
	Tiendo__V1__Ack m = TIENDO__V1__ACK__INIT;

	m.session = session;
	m.mark = a->mark;
	put_message(out, &m);
	for (size_t i = 0; i < a->spans_n; i++)
		put_span(a, &a->spans[i], scratch, out);
}
