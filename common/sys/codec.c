// SPDX-License-Identifier: Apache-2.0
#include "common/sys/codec.h"

#include <assert.h>
#include <protobuf-c/protobuf-c.h>
#include <stdlib.h>
#include <string.h>

struct codec_arena codec_arena_new(size_t size)
{
	return (struct codec_arena){.base = malloc(size), .size = size};
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
	uint8_t *out = malloc(*size ? *size : 1);

	if (out)
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

static void fill_tasks(Tiendo__V1__TaskCounts *m, const struct task_counts *c)
{
	tiendo__v1__task_counts__init(m);
	m->unreported = c->unreported;
	m->not_started = c->not_started;
	m->in_progress = c->in_progress;
	m->done = c->done;
	m->na = c->na;
}

static bool tasks_any(const struct task_counts *c)
{
	return c->unreported || c->not_started || c->in_progress || c->done || c->na;
}

void codec_rollup_fill(struct codec_rollup *m, uint32_t item_number, const struct rollup *r)
{
	Tiendo__V1__Rollup *o = &m->rollup;

	tiendo__v1__rollup__init(o);
	o->item = item_number;
	o->version = r->version;
	fill_tasks(&m->cells, &r->cells);
	fill_tasks(&m->leaves, &r->leaves);
	o->cells = tasks_any(&r->cells) ? &m->cells : NULL;
	o->leaves = tasks_any(&r->leaves) ? &m->leaves : NULL;
	tiendo__v1__indicator_counts__init(&m->indicators);
	m->indicators.unreported = r->indicators.unreported;
	m->indicators.value = r->indicators.value;
	m->indicators.none = r->indicators.none;
	m->indicators.na = r->indicators.na;
	m->indicators.at_target = r->indicators.at_target;
	const struct indicator_counts *i = &r->indicators;
	o->indicators = i->unreported || i->value || i->none || i->na ? &m->indicators : NULL;
	o->done_late = r->done_late;
	o->overdue = r->overdue;
	o->behind = r->behind;
	o->percent_sum = r->percent_sum;
	o->numerator = natural(r->numerator);
	o->denominator = natural(r->denominator);
	o->value = natural(r->value);
	o->weight_sum = r->weight_sum;
	o->weighted = r->weighted;
	o->score_leaves = r->score_leaves;
	o->score_leaves_of = r->score_leaves_of;
	o->has_target = r->has_target;
	o->target = r->has_target ? natural(r->target) : 0;
	o->target_reached = r->target_reached;
	o->has_attainment = r->has_attainment;
	o->attainment = r->has_attainment ? r->attainment : 0;
	o->summed = r->summed;
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
