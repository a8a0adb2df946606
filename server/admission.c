// SPDX-License-Identifier: Apache-2.0
#include "server/admission_inside.h"

#include <assert.h>
#include <stdlib.h>

#include "common/domain/says.h"
#include "common/sys/digests.h"

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

static size_t slot_at(const struct overlay *o, uint32_t unit, uint32_t item)
{
	return ((size_t)unit * 0x9E3779B1u ^ (size_t)item * 0x85EBCA77u) & (o->size - 1);
}

/* The cell's slot, or the free one where it would stand. */
static struct overlay_cell *slot(const struct overlay *o, uint32_t unit, uint32_t item)
{
	size_t at = slot_at(o, unit, item);

	while (o->cells[at].as_of.ymd && (o->cells[at].unit != unit || o->cells[at].item != item))
		at = (at + 1) & (o->size - 1);
	return &o->cells[at];
}

static void overlay_grow(struct overlay *o)
{
	struct overlay bigger = {.size = o->size ? o->size * 2 : 256};

	bigger.cells = base_alloc(bigger.size * sizeof *bigger.cells);
	for (size_t i = 0; i < o->size; i++)
		if (o->cells[i].as_of.ymd)
			*slot(&bigger, o->cells[i].unit, o->cells[i].item) = o->cells[i];
	bigger.n = o->n;
	free(o->cells);
	*o = bigger;
}

static void overlay_set(struct overlay *o, const struct admit_found *where, const struct update *u)
{
	if (2 * (o->n + 1) > o->size)
		overlay_grow(o);
	struct overlay_cell *c = slot(o, where->unit, where->item);
	if (!c->as_of.ymd)
		o->n++;
	assert(u->as_of.ymd); /* or it was refused */
	*c = (struct overlay_cell){
		.unit = where->unit, .item = where->item, .as_of = u->as_of, .state = (uint16_t)u->state,
		.period = where->period};
}

static struct admit_cell cell_now(const struct admission *at, const struct admit_found *where,
				  const struct cell *c)
{
	if (at->overlay->size) {
		const struct overlay_cell *o = slot(at->overlay, where->unit, where->item);
		if (o->as_of.ymd)
			return (struct admit_cell){
				.reported = true, .period = o->period, .as_of = o->as_of,
				.state = (enum task_state)o->state};
	}
	if (!c || !(c->flags & CELL_REPORTED))
		return (struct admit_cell){0};
	return (struct admit_cell){
		.reported = true, .period = c->period, .as_of = c->as_of,
		.state = (enum task_state)c->state};
}

/* ---- a batch ---- */

/*
 * Each update lies somewhere else in some hundred MB, and following one pointer after the other would
 * be most of the time spent here. So the batch goes step by step, all of it through one step before
 * the next: while one is looked at, what the next step needs of the others is fetched.
 */
struct judging {
	const struct admission *at;
	size_t n;
	struct taken *updates; /* all of them, in their places */
	struct verdict verdict[BATCH_MAX];
	struct admit_found found[BATCH_MAX];
	const struct cell *cell[BATCH_MAX];
};

static struct verdict read_one(struct taken *t, uint64_t seq, struct bytes blob,
			       struct codec_arena *arena)
{
	t->blob = blob.data;
	t->blob_size = blob.size;
	t->first_received.ms = 0;
	if (blob.size > UPDATE_BYTES_MAX)
		return (struct verdict){REASON_TOO_LARGE, ""};
	if (!codec_update_decode(blob.data, blob.size, arena, &t->update))
		return (struct verdict){REASON_UNDECODABLE, ""};
	if (t->update.seq != seq)
		return (struct verdict){REASON_BAD_SEQ, "seq"};
	return (struct verdict){REASON_NONE, ""};
}

static void read_all(struct judging *j, uint64_t first_seq, const struct bytes *blobs,
		     struct codec_arena *arena)
{
	uint8_t hashes[BATCH_MAX][HASH_SIZE];

	digests_plain(blobs, j->n, hashes);
	for (size_t i = 0; i < j->n; i++) {
		const struct update *u = &j->updates[i].update;

		j->verdict[i] = read_one(&j->updates[i], first_seq + i, blobs[i], arena);
		memcpy(j->updates[i].blob_hash, hashes[i], HASH_SIZE);
		if (!j->verdict[i].reason)
			catalogue_expect(j->at->view->catalogue, u->unit, u->item);
	}
}

static void check_all(struct judging *j)
{
	const struct view *v = j->at->view;
	struct admit_place place = {.catalogue = v->catalogue,
				    .scope_unit = j->at->scope_unit,
				    .today = j->at->today,
				    .rules = j->at->rules};

	for (size_t i = 0; i < j->n; i++) {
		if (j->verdict[i].reason)
			continue;
		j->verdict[i] = admit_check(&place, &j->updates[i].update, &j->found[i]);
		if (!j->verdict[i].reason && j->found[i].item != NO_INDEX)
			view_expect(v, j->found[i].unit, j->found[i].item);
	}
}

static void find_cells(struct judging *j)
{
	const struct overlay *o = j->at->overlay;

	for (size_t i = 0; i < j->n; i++) {
		const struct admit_found *where = &j->found[i];

		j->cell[i] = NULL;
		if (j->verdict[i].reason || where->item == NO_INDEX)
			continue;
		j->cell[i] = view_cell(j->at->view, where->unit, where->item);
		__builtin_prefetch(j->cell[i]);
		if (o->size)
			__builtin_prefetch(&o->cells[slot_at(o, where->unit, where->item)]);
	}
}

static struct verdict judge_one(const struct judging *j, size_t i)
{
	const struct update *u = &j->updates[i].update;

	if (j->found[i].item == NO_INDEX) /* about no item */
		return admission_matter(j->at, u, &j->found[i], NULL);
	struct admit_cell cell = cell_now(j->at, &j->found[i], j->cell[i]);
	if (u->body > BODY_NONE_ARISEN)
		return admission_matter(j->at, u, &j->found[i], &cell);
	struct verdict v = admit_against(u, j->found[i].period, &cell);
	if (!v.reason && admit_wins(j->found[i].period, u->as_of, &cell))
		overlay_set(j->at->overlay, &j->found[i], u);
	return v;
}

/* In order, for one update of the batch may stand on another. */
static void judge_all(struct judging *j)
{
	for (size_t i = 0; i < j->n; i++)
		if (!j->verdict[i].reason)
			j->verdict[i] = judge_one(j, i);
}

static void part(const struct judging *j, uint64_t first_seq, struct entry_batch *out)
{
	for (size_t i = 0; i < j->n; i++) {
		const struct taken *t = &j->updates[i];

		if (j->verdict[i].reason) {
			struct refused *r = &out->refused[out->refused_n++];
			*r = (struct refused){.seq = first_seq + i, .reason = j->verdict[i].reason,
					      .field = j->verdict[i].field};
			memcpy(r->blob_hash, t->blob_hash, HASH_SIZE);
			continue;
		}
		struct taken *to = &out->taken[out->taken_n++];
		if (to != t)
			*to = *t;
		to->index = (uint32_t)out->taken_n;
		to->place = (struct taken_place){
			.known = true, .unit = j->found[i].unit, .item = j->found[i].item,
			.period = j->found[i].period};
	}
}

void admission_judge(const struct admission *at, uint64_t first_seq, const struct bytes *blobs,
		     size_t n, struct codec_arena *arena, struct entry_batch *out)
{
	struct judging j = {.at = at, .n = n, .updates = out->taken};

	assert(n <= BATCH_MAX);
	out->taken_n = out->refused_n = 0;
	read_all(&j, first_seq, blobs, arena);
	check_all(&j);
	find_cells(&j);
	judge_all(&j);
	part(&j, first_seq, out);
}
