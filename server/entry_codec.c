// SPDX-License-Identifier: Apache-2.0
#include "server/entry_codec.h"

#include <assert.h>

#include "common/sys/digests.h"
#include "server/chain.h"
#include "server/entry_body.h"

enum { VALUE_FORMAT = 1, VALUE_HASH_AT = 1, VALUE_HEADER_AT = 1 + HASH_SIZE + 4 };

static const uint8_t no_epoch[EPOCH_SIZE];

/* ---- writing ---- */

static ProtobufCBinaryData epoch_bytes(const uint8_t epoch[static EPOCH_SIZE])
{
	if (!memcmp(epoch, no_epoch, EPOCH_SIZE))
		return (ProtobufCBinaryData){0};
	return (ProtobufCBinaryData){EPOCH_SIZE, (uint8_t *)epoch};
}

/* The lists of a batch's header; at most BATCH_MAX each, so they live on the stack. */
struct header_lists {
	Tiendo__Journal__V1__RefusedSeq refused[BATCH_MAX], *refused_at[BATCH_MAX];
	Tiendo__Journal__V1__FirstReceived first[BATCH_MAX], *first_at[BATCH_MAX];
};

static void list_outcomes(const struct entry_batch *b, struct header_lists *l,
			  Tiendo__Journal__V1__EntryHeader *m)
{
	assert(b->taken_n + b->refused_n <= BATCH_MAX);
	for (size_t i = 0; i < b->refused_n; i++) {
		const struct refused *r = &b->refused[i];

		tiendo__journal__v1__refused_seq__init(&l->refused[i]);
		l->refused[i].seq = r->seq;
		l->refused[i].reason = r->reason;
		l->refused[i].field = (char *)r->field;
		l->refused[i].blob_hash = (ProtobufCBinaryData){HASH_SIZE, (uint8_t *)r->blob_hash};
		l->refused_at[i] = &l->refused[i];
	}
	for (size_t i = 0; i < b->taken_n; i++) {
		if (!b->taken[i].first_received.ms)
			continue;
		tiendo__journal__v1__first_received__init(&l->first[m->n_first_received]);
		l->first[m->n_first_received].seq = b->taken[i].update.seq;
		l->first[m->n_first_received].received_ms = b->taken[i].first_received.ms;
		l->first_at[m->n_first_received] = &l->first[m->n_first_received];
		m->n_first_received++;
	}
	m->n_refused = b->refused_n;
	m->refused = l->refused_at;
	m->first_received = l->first_at;
}

static void put_header(const struct entry *e, struct buffer *out)
{
	Tiendo__Journal__V1__EntryHeader m = TIENDO__JOURNAL__V1__ENTRY_HEADER__INIT;
	struct header_lists lists;

	m.number = e->number;
	m.kind = (Tiendo__Journal__V1__EntryKind)e->kind;
	m.received_ms = e->received.ms;
	m.rules_version = e->rules_version;
	m.principal = e->principal;
	m.key_id = e->key_id;
	m.epoch = epoch_bytes(e->epoch);
	m.previous_epoch = epoch_bytes(e->previous_epoch);
	m.first_seq = e->first_seq;
	m.seqs = e->seqs;
	m.prev = e->prev;
	if (e->kind == ENTRY_BATCH)
		list_outcomes(&e->batch, &lists, &m);
	uint8_t *at = buffer_reserve(out, codec_size(&m));
	if (at)
		codec_pack(&m, at);
}

static void put_batch(const struct entry_batch *b, struct buffer *out)
{
	for (size_t i = 0; i < b->taken_n; i++) {
		buffer_put_u16(out, (uint16_t)b->taken[i].blob_size);
		buffer_put(out, b->taken[i].blob, b->taken[i].blob_size);
	}
}

bool entry_encode(struct entry *e, struct buffer *out)
{
	size_t start = out->size;

	buffer_put_u8(out, VALUE_FORMAT);
	buffer_reserve(out, HASH_SIZE + 4);
	put_header(e, out);
	size_t body = out->size;
	if (e->kind == ENTRY_BATCH)
		put_batch(&e->batch, out);
	else
		entry_body_put(e, out);
	if (out->failed)
		return false;
	uint8_t *value = out->data + start;
	size_t header_size = body - start - VALUE_HEADER_AT;
	chain_hash(e->prev_hash, bytes_of(value + VALUE_HEADER_AT, header_size),
		   bytes_of(out->data + body, out->size - body), e->hash);
	memcpy(value + VALUE_HASH_AT, e->hash, HASH_SIZE);
	put_u32(value + VALUE_HASH_AT + HASH_SIZE, (uint32_t)header_size);
	return true;
}

/* ---- reading ---- */

bool entry_value_split(struct bytes value, struct bytes *header, struct bytes *body)
{
	if (value.size < VALUE_HEADER_AT || value.data[0] != VALUE_FORMAT)
		return false;
	size_t size = get_u32(value.data + VALUE_HASH_AT + HASH_SIZE);
	if (size > value.size - VALUE_HEADER_AT)
		return false;
	*header = bytes_of(value.data + VALUE_HEADER_AT, size);
	*body = bytes_of(value.data + VALUE_HEADER_AT + size, value.size - VALUE_HEADER_AT - size);
	return true;
}

bool entry_value_hash(struct bytes value, uint8_t out[static HASH_SIZE])
{
	if (value.size < VALUE_HEADER_AT)
		return false;
	memcpy(out, value.data + VALUE_HASH_AT, HASH_SIZE);
	return true;
}

size_t entry_read_room(size_t value_size)
{
	/* measured worst: small fields become aligned structs; the constant holds a full batch's
	 * own structs */
	return 16 * value_size + 256 * 1024;
}

static bool copy_epoch(const ProtobufCBinaryData *from, uint8_t to[static EPOCH_SIZE])
{
	memset(to, 0, EPOCH_SIZE);
	if (from->len != 0 && from->len != EPOCH_SIZE)
		return false;
	if (from->len)
		memcpy(to, from->data, EPOCH_SIZE);
	return true;
}

static bool copy_header(const Tiendo__Journal__V1__EntryHeader *m, struct entry *e)
{
	e->number = m->number;
	e->kind = (enum entry_kind)m->kind;
	e->received.ms = m->received_ms;
	e->rules_version = m->rules_version;
	e->principal = m->principal;
	e->key_id = m->key_id;
	e->first_seq = m->first_seq;
	e->seqs = m->seqs;
	e->prev = m->prev;
	return copy_epoch(&m->epoch, e->epoch) && copy_epoch(&m->previous_epoch, e->previous_epoch);
}

static bool copy_refused(const Tiendo__Journal__V1__EntryHeader *m, struct entry_batch *b)
{
	for (size_t i = 0; i < m->n_refused; i++) {
		const Tiendo__Journal__V1__RefusedSeq *r = m->refused[i];

		if (r->blob_hash.len != HASH_SIZE)
			return false;
		b->refused[i] = (struct refused){
			.seq = r->seq, .reason = (enum reason)r->reason, .field = r->field};
		memcpy(b->refused[i].blob_hash, r->blob_hash.data, HASH_SIZE);
	}
	b->refused_n = m->n_refused;
	return true;
}

static struct instant first_received(const Tiendo__Journal__V1__EntryHeader *m, uint64_t seq)
{
	for (size_t i = 0; i < m->n_first_received; i++)
		if (m->first_received[i]->seq == seq)
			return (struct instant){m->first_received[i]->received_ms};
	return (struct instant){0};
}

/* The next blob of a batch's body; false at its end or when it is cut short (*body then tells
 * which). */
static bool next_blob(struct bytes *body, struct bytes *blob)
{
	if (body->size < 2)
		return false;
	size_t size = get_u16(body->data);
	if (size > body->size - 2)
		return false;
	*blob = bytes_of(body->data + 2, size);
	*body = bytes_of(body->data + 2 + size, body->size - 2 - size);
	return true;
}

bool entry_body_blob(struct bytes body, uint32_t index, struct bytes *blob)
{
	while (index && next_blob(&body, blob))
		index--;
	return index == 0;
}

static bool take_blob(struct bytes blob, const Tiendo__Journal__V1__EntryHeader *m,
		      struct codec_arena *arena, struct taken *t)
{
	t->blob = blob.data;
	t->blob_size = blob.size;
	if (!codec_update_decode(blob.data, blob.size, arena, &t->update))
		return false;
	t->first_received = first_received(m, t->update.seq);
	return true;
}

static void hash_blobs(struct entry_batch *b, const struct bytes *blobs)
{
	uint8_t hashes[BATCH_MAX][HASH_SIZE];

	digests_plain(blobs, b->taken_n, hashes);
	for (size_t i = 0; i < b->taken_n; i++)
		memcpy(b->taken[i].blob_hash, hashes[i], HASH_SIZE);
}

static enum entry_read read_batch(const Tiendo__Journal__V1__EntryHeader *m, struct bytes body,
				  struct codec_arena *arena, struct entry_batch *b)
{
	struct bytes blobs[BATCH_MAX];
	uint8_t *copy = codec_arena_take(arena, body.size + 1);

	if (m->seqs > BATCH_MAX || m->n_refused > m->seqs)
		return ENTRY_READ_DAMAGED;
	*b = (struct entry_batch){0};
	b->taken = codec_arena_take(arena, BATCH_MAX * sizeof *b->taken);
	b->refused = codec_arena_take(arena, BATCH_MAX * sizeof *b->refused);
	if (!copy || !b->taken || !b->refused)
		return ENTRY_READ_MEMORY;
	if (body.size)
		memcpy(copy, body.data, body.size);
	body.data = copy; /* what is given lives in the arena */
	while (b->taken_n + m->n_refused < m->seqs && next_blob(&body, &blobs[b->taken_n])) {
		struct taken *t = &b->taken[b->taken_n];

		*t = (struct taken){.index = (uint32_t)b->taken_n + 1};
		if (!take_blob(blobs[b->taken_n++], m, arena, t))
			return ENTRY_READ_DAMAGED;
	}
	if (body.size || b->taken_n + m->n_refused != m->seqs || !copy_refused(m, b))
		return ENTRY_READ_DAMAGED;
	hash_blobs(b, blobs);
	return ENTRY_READ_OK;
}

bool entry_value_whole(struct bytes value, const uint8_t previous[static HASH_SIZE])
{
	struct bytes header, body;
	uint8_t hash[HASH_SIZE];

	if (!entry_value_split(value, &header, &body))
		return false;
	chain_hash(previous, header, body, hash);
	return !memcmp(hash, value.data + VALUE_HASH_AT, HASH_SIZE);
}

enum entry_read entry_decode(struct bytes value, const uint8_t *previous, bool catalogue,
			     struct codec_arena *arena, struct entry *out)
{
	struct bytes header, body;

	*out = (struct entry){0};
	if (value.size && value.data[0] != VALUE_FORMAT)
		return ENTRY_READ_UNKNOWN;
	if (!entry_value_split(value, &header, &body))
		return ENTRY_READ_DAMAGED;
	entry_value_hash(value, out->hash);
	if (previous) {
		memcpy(out->prev_hash, previous, HASH_SIZE);
		if (!entry_value_whole(value, previous))
			return ENTRY_READ_DAMAGED;
	}
	const Tiendo__Journal__V1__EntryHeader *m = codec_unpack(
		&tiendo__journal__v1__entry_header__descriptor, header.data, header.size, arena);
	if (!m || !copy_header(m, out))
		return ENTRY_READ_DAMAGED;
	return out->kind == ENTRY_BATCH ? read_batch(m, body, arena, &out->batch)
					: entry_body_get(body, catalogue, arena, out);
}
