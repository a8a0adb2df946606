// SPDX-License-Identifier: Apache-2.0
/* The view as bytes: what a checkpoint keeps and takes back, and the whole for comparing two views. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/sys/base.h"
#include "server/held.h"
#include "server/rosterpack.h"
#include "server/view.h"

/* ---- head ---- */

void view_head_pack(const struct view_head *h, uint8_t out[static VIEW_HEAD_BYTES])
{
	put_u64(out, h->entry);
	memcpy(out + 8, h->hash, HASH_SIZE);
	put_u64(out + 40, (uint64_t)h->received.ms);
	out[48] = h->illustrative;
	out[49] = h->simulated;
	put_u32(out + 50, (uint32_t)h->offset_minutes);
	memcpy(out + 54, h->store, INCARNATION_SIZE);
	memcpy(out + 70, h->incarnation, INCARNATION_SIZE);
	put_u64(out + 86, h->structural);
	put_u64(out + 94, h->catalogue_entry);
	put_u64(out + 102, h->floor);
	put_u64(out + 110, h->tick);
	put_u32(out + 118, h->today.ymd);
	put_u32(out + 122, h->rules_version);
	out[126] = h->locked;
}

bool view_head_unpack(struct view_head *h, const uint8_t in[static VIEW_HEAD_BYTES])
{
	*h = (struct view_head){
		.entry = get_u64(in), .received = { (int64_t)get_u64(in + 40) },
		.illustrative = in[48], .simulated = in[49], .offset_minutes = (int32_t)get_u32(in + 50),
		.structural = get_u64(in + 86), .catalogue_entry = get_u64(in + 94), .floor = get_u64(in + 102),
		.tick = get_u64(in + 110), .today = { get_u32(in + 118) }, .rules_version = get_u32(in + 122),
		.locked = in[126],
	};
	memcpy(h->hash, in + 8, HASH_SIZE);
	memcpy(h->store, in + 54, INCARNATION_SIZE);
	memcpy(h->incarnation, in + 70, INCARNATION_SIZE);
	return in[48] <= 1 && in[49] <= 1 && in[126] <= 1 && h->structural <= h->entry && h->catalogue_entry <= h->structural &&
	       h->structural <= h->floor && h->floor <= h->entry && h->tick <= h->entry;
}

/* ---- loading ---- */

bool view_load_begin(struct view *v, const struct view_head *head, struct catalogue *c, struct roster *r)
{
	assert(!v->head.entry && !v->catalogue);
	v->head = *head;
	v->catalogue = c;
	roster_free(v->roster);
	v->roster = r;
	v->held = c ? held_new(c) : NULL;
	return v->held || !c;
}

bool view_load_end(struct view *v)
{
	if (!duties_known(&v->duties, v->catalogue))
		return false;
	if (v->held)
		held_terms(v->held, &v->duties.terms);
	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++) {
		struct count how = { .mode = COUNT_LOAD, .today = v->head.today, .floor = v->head.floor };
		if (!block_count(v->held->blocks[i], &how))
			return false;
	}
	return true;
}

/* ---- the whole ---- */

static void put_tasks(struct buffer *b, const struct task_counts *t)
{
	buffer_put_u32(b, t->unreported);
	buffer_put_u32(b, t->not_started);
	buffer_put_u32(b, t->in_progress);
	buffer_put_u32(b, t->done);
	buffer_put_u32(b, t->na);
}

static void put_rollup(struct buffer *b, const struct rollup *r)
{
	buffer_put_u64(b, r->version);
	put_tasks(b, &r->cells);
	put_tasks(b, &r->leaves);
	buffer_put_u32(b, r->indicators.unreported);
	buffer_put_u32(b, r->indicators.value);
	buffer_put_u32(b, r->indicators.none);
	buffer_put_u32(b, r->indicators.na);
	buffer_put_u32(b, r->indicators.at_target);
	buffer_put_u32(b, r->done_late);
	buffer_put_u32(b, r->overdue);
	buffer_put_u32(b, r->behind);
	buffer_put_u64(b, r->percent_sum);
	buffer_put_u64(b, (uint64_t)r->numerator);
	buffer_put_u64(b, (uint64_t)r->denominator);
	buffer_put_u64(b, (uint64_t)r->value);
	buffer_put_u64(b, r->weight_sum);
	buffer_put_u64(b, r->weighted);
	buffer_put_u32(b, r->score_leaves);
	buffer_put_u32(b, r->score_leaves_of);
	buffer_put_u64(b, (uint64_t)r->target);
	buffer_put_u32(b, r->summed);
	buffer_put_u16(b, r->attainment);
	buffer_put_u8(b, r->has_target);
	buffer_put_u8(b, r->has_attainment);
	buffer_put_u8(b, r->target_reached);
	buffer_put_u8(b, r->leaf_state);
}

/* Sticky: once there was no memory nothing more is handed over. */
struct pour {
	struct buffer b;
	view_sink_fn *sink;
	void *ctx;
	bool failed;
};

static void drain(struct pour *p)
{
	p->failed = p->failed || p->b.failed;
	if (!p->failed)
		p->sink(p->ctx, p->b.data, p->b.size);
	buffer_clear(&p->b);
}

static void pour_units(struct pour *p, const struct view *v)
{
	for (uint32_t unit = 0; v->catalogue && unit < catalogue_units(v->catalogue); unit++) {
		uint8_t *out = buffer_reserve(&p->b, view_unit_size(v, unit));
		if (out)
			view_unit_pack(v, unit, out);
		drain(p);
	}
}

static void pour_rollups(struct pour *p, const struct view *v)
{
	for (uint32_t plan = 0; v->held && plan < v->held->blocks_n; plan++) {
		const struct block *block = v->held->blocks[plan];
		for (uint32_t row = 0; row < block->rows_n; row++) {
			for (uint32_t column = 0; column < block->columns_n; column++) {
				struct rollup r = block_rollup(block, row, column);
				put_rollup(&p->b, &r);
			}
			drain(p);
		}
	}
}

bool view_bytes(const struct view *v, view_sink_fn *sink, void *ctx)
{
	struct pour p = { .b.cap = BUFFER_ANY, .sink = sink, .ctx = ctx };
	uint8_t *head = buffer_reserve(&p.b, VIEW_HEAD_BYTES);
	if (head)
		view_head_pack(&v->head, head);
	roster_pack(&p.b, v->roster);
	view_small_pack(v, &p.b);
	drain(&p);
	pour_units(&p, v);
	pour_rollups(&p, v);
	buffer_free(&p.b);
	return !p.failed;
}
