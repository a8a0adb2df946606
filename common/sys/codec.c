// SPDX-License-Identifier: Apache-2.0
#include "common/sys/codec.h"

#include <assert.h>
#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>
#include <string.h>

struct codec_arena codec_arena_new(size_t size)
{
	return (struct codec_arena){.base = base_grow(NULL, size, 1), .size = size};
}

void codec_arena_free(struct codec_arena *a)
{
	free(a->base);
	*a = (struct codec_arena){0};
}

void codec_arena_reset(struct codec_arena *a)
{
	a->used = 0;
}

static void *arena_alloc(void *data, size_t size)
{
	struct codec_arena *a = data;
	size_t at = (a->used + 15) & ~(size_t)15;

	if (!a->base || at > a->size || size > a->size - at)
		return NULL;
	a->used = at + size;
	return a->base + at;
}

void *codec_arena_take(struct codec_arena *a, size_t size)
{
	return arena_alloc(a, size);
}

static void arena_free(void *data, void *pointer)
{
	(void)data; /* everything dies at the reset */
	(void)pointer;
}

/*
 * protobuf-c keeps unknown fields and counts them in the packed size, so the size alone does not show them.
 * The depth is the schema's: no message contains itself.
 */
static bool all_known(const ProtobufCMessage *m)
{
	if (m->n_unknown_fields)
		return false;
	for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
		const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
		const char *at = (const char *)m + f->offset;
		if (f->type != PROTOBUF_C_TYPE_MESSAGE)
			continue;
		if (f->label == PROTOBUF_C_LABEL_REPEATED) {
			size_t n = *(const size_t *)((const char *)m + f->quantifier_offset);
			ProtobufCMessage *const *list = *(ProtobufCMessage *const *const *)at;
			for (size_t k = 0; k < n; k++)
				if (!all_known(list[k]))
					return false;
			continue;
		}
		bool other = (f->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
			     *(const uint32_t *)((const char *)m + f->quantifier_offset) != f->id;
		const ProtobufCMessage *sub = other ? NULL : *(ProtobufCMessage *const *)at;
		if (sub && !all_known(sub))
			return false;
	}
	return true;
}

void *codec_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size, struct codec_arena *a)
{
	ProtobufCAllocator allocator = {.alloc = arena_alloc, .free = arena_free, .allocator_data = a};
	ProtobufCMessage *m = protobuf_c_message_unpack(type, &allocator, size, data);

	if (!m || protobuf_c_message_get_packed_size(m) != size || !all_known(m))
		return NULL;
	return m;
}

size_t codec_size(const void *message)
{
	return protobuf_c_message_get_packed_size(message);
}

size_t codec_pack(const void *message, uint8_t *out)
{
	return protobuf_c_message_pack(message, out);
}

uint8_t *codec_pack_new(const void *message, size_t *size)
{
	*size = codec_size(message);
	uint8_t *out = base_grow(NULL, *size, 1);

	codec_pack(message, out);
	return out;
}

static size_t varint(uint64_t n, uint8_t *out)
{
	size_t size = 0;

	for (; n >= 0x80; n >>= 7)
		out[size++] = (uint8_t)(n | 0x80);
	out[size++] = (uint8_t)n;
	return size;
}

size_t codec_field(uint32_t number, size_t size, uint8_t out[static CODEC_FIELD_MAX])
{
	size_t tag = varint((uint64_t)number << 3 | 2, out);

	return tag + varint(size, out + tag);
}

static uint64_t natural(int64_t v)
{
	assert(v >= 0);
	return (uint64_t)v;
}

static struct task_counts read_tasks(const Tiendo__V1__TaskCounts *m)
{
	if (!m)
		return (struct task_counts){0};
	return (struct task_counts){.unreported = m->unreported, .not_started = m->not_started,
				    .in_progress = m->in_progress, .done = m->done, .na = m->na};
}

/* A number of a message; nothing for 0, as canonical has it. Field numbers to 31. */
static uint8_t *put(uint8_t *at, unsigned field, uint64_t n)
{
	if (!n)
		return at;
	at += varint((uint64_t)field << 3, at);
	return at + varint(n, at);
}

/* A sub-message of five small numbers. */
static uint8_t *put_five(uint8_t *at, unsigned field, const uint32_t n[static 5])
{
	uint8_t *start = at + 2;

	at[0] = (uint8_t)(field << 3 | 2);
	at = start;
	for (unsigned i = 0; i < 5; i++)
		at = put(at, i + 1, n[i]);
	start[-1] = (uint8_t)(at - start); /* five times six bytes at most */
	return at;
}

static uint8_t *put_tasks(uint8_t *at, unsigned field, const struct task_counts *c)
{
	const uint32_t n[5] = {c->unreported, c->not_started, c->in_progress, c->done, c->na};

	return n[0] || n[1] || n[2] || n[3] || n[4] ? put_five(at, field, n) : at;
}

static uint8_t *put_indicators(uint8_t *at, unsigned field, const struct indicator_counts *c)
{
	const uint32_t n[5] = {c->unreported, c->value, c->none, c->na, c->at_target};

	return n[0] || n[1] || n[2] || n[3] ? put_five(at, field, n) : at;
}

size_t codec_rollup_pack(uint32_t item_number, const struct rollup *r,
			 uint8_t out[static CODEC_ROLLUP_MAX])
{
	uint8_t *at = put(out, 1, item_number);

	at = put(at, 2, r->version);
	at = put_tasks(at, 3, &r->cells);
	at = put_tasks(at, 4, &r->leaves);
	at = put_indicators(at, 5, &r->indicators);
	at = put(at, 6, r->done_late);
	at = put(at, 7, r->overdue);
	at = put(at, 8, r->behind);
	at = put(at, 9, r->percent_sum);
	at = put(at, 10, natural(r->numerator));
	at = put(at, 11, natural(r->denominator));
	at = put(at, 12, natural(r->value));
	at = put(at, 13, r->weight_sum);
	at = put(at, 14, r->weighted);
	at = put(at, 15, r->score_leaves);
	at = put(at, 16, r->score_leaves_of);
	at = put(at, 17, r->has_target);
	at = put(at, 18, r->has_target ? natural(r->target) : 0);
	at = put(at, 19, r->target_reached);
	at = put(at, 20, r->has_attainment);
	at = put(at, 21, r->has_attainment ? r->attainment : 0);
	at = put(at, 22, r->summed);
	assert(at <= out + CODEC_ROLLUP_MAX);
	return (size_t)(at - out);
}

bool codec_rollup_read(const Tiendo__V1__Rollup *m, uint32_t *item_number, struct rollup *out)
{
	if (!m->item || m->attainment > 10000 || m->numerator > INT64_MAX || m->denominator > INT64_MAX ||
	    m->value > INT64_MAX || m->target > INT64_MAX)
		return false;
	*item_number = m->item;
	*out = (struct rollup){
		.version = m->version,
		.cells = read_tasks(m->cells),
		.leaves = read_tasks(m->leaves),
		.done_late = m->done_late,
		.overdue = m->overdue,
		.behind = m->behind,
		.percent_sum = m->percent_sum,
		.numerator = (int64_t)m->numerator,
		.denominator = (int64_t)m->denominator,
		.value = (int64_t)m->value,
		.weight_sum = m->weight_sum,
		.weighted = m->weighted,
		.score_leaves = m->score_leaves,
		.score_leaves_of = m->score_leaves_of,
		.target = (int64_t)m->target,
		.summed = m->summed,
		.attainment = (uint16_t)m->attainment,
		.has_target = m->has_target,
		.has_attainment = m->has_attainment,
		.target_reached = m->target_reached,
	};
	if (m->indicators)
		out->indicators = (struct indicator_counts){
			.unreported = m->indicators->unreported, .value = m->indicators->value,
			.none = m->indicators->none, .na = m->indicators->na, .at_target = m->indicators->at_target};
	return true;
}
