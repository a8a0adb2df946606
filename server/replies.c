// SPDX-License-Identifier: Apache-2.0
#include "server/replies.h"

#include <assert.h>
#include <stdlib.h>

#include "server/ack.h"

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
	struct buffer scratch; /* for an Ack */
};

struct replies *replies_new(struct stats *stats)
{
	struct replies *r = base_alloc(sizeof *r);

	r->stats = stats;
	/* an answer that finds no memory is not sent: the office asks again */
	r->bytes.cap = r->scratch.cap = BUFFER_ANY;
	return r;
}

void replies_free(struct replies *r)
{
	if (!r)
		return;
	buffer_free(&r->bytes);
	buffer_free(&r->scratch);
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

static void put_ack(struct replies *r, struct owed *o, const struct core_answer *a)
{
	o->type = MESSAGE_ACK;
	o->at = r->bytes.size;
	ack_put(a, o->session, &r->scratch, &r->bytes);
	o->size = r->bytes.size - o->at;
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
