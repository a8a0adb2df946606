// SPDX-License-Identifier: Apache-2.0
#include "server/pack.h"

enum { DELTA_ROLLUPS = 6, GRAIN_ROLLUPS = 4 }; /* field numbers */

void pack_generation(Tiendo__V1__Generation *out, const struct generation *g)
{
	tiendo__v1__generation__init(out);
	out->incarnation = (ProtobufCBinaryData){sizeof(g->incarnation), (uint8_t *)g->incarnation};
	out->fold_version = g->fold_version;
	out->structural_entry = g->entry;
}

/* With nothing expected nothing can have been reported or summed. */
static bool empty(const struct rollup *r)
{
	const struct task_counts *t = &r->cells;
	const struct indicator_counts *i = &r->indicators;

	return !t->unreported && !t->not_started && !t->in_progress && !t->done && !t->na &&
	       !i->unreported && !i->value && !i->none && !i->na && !r->has_target;
}

static uint32_t item_number(const struct view *v, const struct plan *plan, uint32_t column)
{
	return catalogue_item(v->catalogue, plan->items[column])->row.number;
}

/* One piece of a delta or grain; they stand behind everything else. */
static void add(struct buffer *out, uint32_t field, uint32_t number, const struct rollup *r)
{
	uint8_t tag[CODEC_FIELD_MAX], rollup[CODEC_ROLLUP_MAX];
	size_t size = codec_rollup_pack(number, r, rollup);

	buffer_put(out, tag, codec_field(field, size, tag));
	buffer_put(out, rollup, size);
}

static size_t append(const void *message, struct buffer *out)
{
	size_t size = codec_size(message);
	uint8_t *at = buffer_reserve(out, size);

	if (at)
		codec_pack(message, at);
	return size;
}

size_t pack_delta(const struct view *v, struct grain g, uint64_t previous, struct buffer *out)
{
	const struct plan *plan = catalogue_plan(v->catalogue, g.plan);
	struct generation generation = view_generation(v);
	Tiendo__V1__UnitDelta m = TIENDO__V1__UNIT_DELTA__INIT;
	Tiendo__V1__Generation sub;
	size_t before = out->size;

	pack_generation(&sub, &generation);
	m.generation = &sub;
	m.path = (char *)plan_row(v->catalogue, g.plan, g.row).path;
	m.plan = item_number(v, plan, 0);
	m.version = view_row_version(v, g.plan, g.row);
	m.previous_version = previous;
	append(&m, out);
	for (uint32_t i = 0; i < plan->items_n; i++) {
		if (view_version(v, g.plan, g.row, i) <= previous)
			continue;
		struct rollup r = view_rollup(v, g.plan, g.row, i);
		add(out, DELTA_ROLLUPS, item_number(v, plan, i), &r);
	}
	return out->size - before;
}

size_t pack_grain(const struct view *v, struct grain g, struct buffer *out)
{
	const struct plan *plan = catalogue_plan(v->catalogue, g.plan);
	Tiendo__V1__Grain m = TIENDO__V1__GRAIN__INIT;
	size_t before = out->size;

	m.path = (char *)plan_row(v->catalogue, g.plan, g.row).path;
	m.plan = item_number(v, plan, 0);
	m.version = view_row_version(v, g.plan, g.row);
	append(&m, out);
	for (uint32_t i = 0; i < plan->items_n; i++) {
		struct rollup r = view_rollup(v, g.plan, g.row, i);
		if (!empty(&r))
			add(out, GRAIN_ROLLUPS, item_number(v, plan, i), &r);
	}
	return out->size - before;
}

size_t pack_version(const struct view *v, struct grain g, struct buffer *out)
{
	const struct plan *plan = catalogue_plan(v->catalogue, g.plan);
	Tiendo__V1__GrainVersion m = TIENDO__V1__GRAIN_VERSION__INIT;

	m.path = (char *)plan_row(v->catalogue, g.plan, g.row).path;
	m.plan = item_number(v, plan, 0);
	m.version = view_row_version(v, g.plan, g.row);
	return append(&m, out);
}

bool pack_speaks(const struct view *v, struct grain g)
{
	struct plan_row row = plan_row(v->catalogue, g.plan, g.row);

	if (row.is_group)
		return true;
	const struct unit *u = catalogue_unit(v->catalogue, row.index);
	return catalogue_unit_by_code(v->catalogue, u->row.code, v->head.today) == row.index;
}
