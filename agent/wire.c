// SPDX-License-Identifier: Apache-2.0
#include "agent/wire.h"

void wire_put(struct buffer *out, const void *message)
{
	size_t size = codec_size(message);

	buffer_clear(out);
	uint8_t *at = buffer_reserve(out, size);

	if (at)
		codec_pack(message, at);
}

/* The bytes stay the caller's. */
static ProtobufCBinaryData binary(const uint8_t *data, size_t size)
{
	return (ProtobufCBinaryData){.len = size, .data = (uint8_t *)data};
}

static Tiendo__V1__ReceiptProof proof_of(const struct spool_receipt *r)
{
	Tiendo__V1__ReceiptProof m = TIENDO__V1__RECEIPT_PROOF__INIT;

	m.incarnation = binary(r->incarnation, SPOOL_ID);
	m.entry = r->entry;
	m.chain_hash = binary(r->chain_hash, KEYS_HASH);
	m.seq = r->seq;
	m.blob_hash = binary(r->blob_hash, KEYS_HASH);
	m.received_ms = r->received_ms;
	m.mac = binary(r->mac, KEYS_MAC);
	return m;
}

/* Of an update that is offered again: the time that counts is the first. */
static Tiendo__V1__ReceiptProof first_proof_of(const struct spool_receipt *r)
{
	Tiendo__V1__ReceiptProof m = proof_of(r);

	if (!r->first.entry)
		return m;
	m.incarnation = binary(r->first.incarnation, SPOOL_ID);
	m.entry = r->first.entry;
	m.chain_hash = binary(r->first.chain_hash, KEYS_HASH);
	m.received_ms = r->first.received_ms;
	m.mac = binary(r->first.mac, KEYS_MAC);
	return m;
}

void wire_hello(struct buffer *out, const struct spool_state *state,
		const struct spool_receipt *newest, uint64_t catalogue_entry)
{
	static const uint8_t none[SPOOL_ID];
	Tiendo__V1__Hello m = TIENDO__V1__HELLO__INIT;
	Tiendo__V1__ReceiptProof proof;
	uint32_t versions[] = {PROTOCOL_VERSION};

	m.versions = versions;
	m.n_versions = BASE_COUNT(versions);
	m.epoch = binary(state->epoch, SPOOL_ID);
	if (memcmp(state->previous, none, SPOOL_ID) != 0)
		m.previous_epoch = binary(state->previous, SPOOL_ID);
	m.last_seq = state->last;
	if (newest) {
		proof = proof_of(newest);
		m.last_receipt = &proof;
	}
	m.catalogue_entry = catalogue_entry;
	m.software = (char *)"tiendo-agent " TIENDO_VERSION;
	wire_put(out, &m);
}

void wire_push(struct buffer *out, uint64_t session, const struct spool_batch *batch)
{
	Tiendo__V1__Push m = TIENDO__V1__PUSH__INIT;
	ProtobufCBinaryData updates[BATCH_UPDATES_MAX];
	Tiendo__V1__ReceiptProof proofs[BATCH_UPDATES_MAX];
	Tiendo__V1__ReceiptProof *to[BATCH_UPDATES_MAX];

	m.session = session;
	m.first_seq = batch->first;
	for (unsigned i = 0; i < batch->n; i++)
		updates[i] = binary(batch->blobs[i].data, batch->blobs[i].size);
	for (unsigned i = 0; i < batch->proofs_n; i++) {
		proofs[i] = first_proof_of(&batch->proofs[i]);
		to[i] = &proofs[i];
	}
	m.updates = updates;
	m.n_updates = batch->n;
	m.proofs = to;
	m.n_proofs = batch->proofs_n;
	wire_put(out, &m);
}

void wire_void(struct buffer *out, uint64_t session, uint64_t from, uint64_t to, bool unsplittable)
{
	Tiendo__V1__Void m = TIENDO__V1__VOID__INIT;

	m.session = session;
	m.from = from;
	m.to = to;
	m.reason = unsplittable ? TIENDO__V1__VOID_REASON__VOID_REASON_UNSPLITTABLE
				: TIENDO__V1__VOID_REASON__VOID_REASON_UNREADABLE;
	wire_put(out, &m);
}

void wire_ping(struct buffer *out, uint64_t session, uint64_t token)
{
	Tiendo__V1__Ping m = TIENDO__V1__PING__INIT;

	m.session = session;
	m.token = token;
	wire_put(out, &m);
}
