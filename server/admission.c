// SPDX-License-Identifier: Apache-2.0
#include "server/admission.h"

#include <stdlib.h>

#include "common/sys/keys.h"

/* ---- the overlay ---- */

void overlay_clear(struct overlay *o)
{
	if (o->n)
		memset(o->cells, 0, o->size * sizeof *o->cells);
	o->n = 0;
}

void overlay_free(struct overlay *o)
{
	free(o->cells);
	*o = (struct overlay){0};
}

/* The cell's slot, or the free one where it would stand. */
static struct overlay_cell *slot(const struct overlay *o, uint32_t unit, uint32_t item)
{
	size_t at = ((size_t)unit * 0x9E3779B1u ^ (size_t)item * 0x85EBCA77u) & (o->size - 1);

	while (o->cells[at].used && (o->cells[at].unit != unit || o->cells[at].item != item))
		at = (at + 1) & (o->size - 1);
	return &o->cells[at];
}

static void overlay_grow(struct overlay *o)
{
	struct overlay bigger = {.size = o->size ? o->size * 2 : 256};

	bigger.cells = base_alloc(bigger.size * sizeof *bigger.cells);
	for (size_t i = 0; i < o->size; i++)
		if (o->cells[i].used)
			*slot(&bigger, o->cells[i].unit, o->cells[i].item) = o->cells[i];
	bigger.n = o->n;
	free(o->cells);
	*o = bigger;
}

static void overlay_set(struct overlay *o, uint32_t unit, uint32_t item, struct admit_cell cell)
{
	if (2 * (o->n + 1) > o->size)
		overlay_grow(o);
	struct overlay_cell *c = slot(o, unit, item);
	if (!c->used)
		o->n++;
	*c = (struct overlay_cell){.unit = unit, .item = item, .used = true, .cell = cell};
}

static struct admit_cell cell_now(const struct admission *at, uint32_t unit, uint32_t item)
{
	if (at->overlay->size) {
		const struct overlay_cell *o = slot(at->overlay, unit, item);
		if (o->used)
			return o->cell;
	}
	const struct cell *c = view_cell(at->view, unit, item);
	if (!c || !(c->flags & CELL_REPORTED))
		return (struct admit_cell){0};
	return (struct admit_cell){
		.reported = true, .as_of = c->as_of, .state = (enum task_state)c->state};
}

/* ---- one update ---- */

static struct verdict judge(const struct admission *at, uint64_t seq, struct bytes blob,
			    struct codec_arena *arena, struct update *u)
{
	struct admit_place place = {
		.catalogue = at->view->catalogue, .scope_unit = at->scope_unit, .today = at->today};
	struct admit_found found;

	if (blob.size > UPDATE_BYTES_MAX)
		return (struct verdict){REASON_TOO_LARGE, ""};
	if (!codec_update_decode(blob.data, blob.size, arena, u))
		return (struct verdict){REASON_UNDECODABLE, ""};
	if (u->seq != seq)
		return (struct verdict){REASON_BAD_SEQ, "seq"};
	struct verdict v = admit_check(&place, u, &found);
	if (v.reason)
		return v;
	struct admit_cell cell = cell_now(at, found.unit, found.item);
	v = admit_against(u, &cell);
	if (!v.reason && admit_wins(u->as_of, cell.reported, cell.as_of))
		overlay_set(at->overlay, found.unit, found.item,
			    (struct admit_cell){
				    .reported = true, .as_of = u->as_of, .state = u->state});
	return v;
}

void admission_judge(const struct admission *at, uint64_t first_seq, const struct bytes *blobs,
		     size_t n, struct codec_arena *arena, struct entry_batch *out)
{
	out->taken_n = out->refused_n = 0;
	for (size_t i = 0; i < n; i++) {
		struct taken t = {.blob = blobs[i].data, .blob_size = blobs[i].size};
		struct verdict v = judge(at, first_seq + i, blobs[i], arena, &t.update);

		keys_hash(blobs[i], t.blob_hash);
		if (v.reason) {
			struct refused *r = &out->refused[out->refused_n++];
			*r = (struct refused){
				.seq = first_seq + i, .reason = v.reason, .field = v.field};
			memcpy(r->blob_hash, t.blob_hash, HASH_SIZE);
		} else {
			t.index = (uint32_t)out->taken_n + 1;
			out->taken[out->taken_n++] = t;
		}
	}
}
