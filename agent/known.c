// SPDX-License-Identifier: Apache-2.0
#include "agent/known.h"

#include "common/domain/periods.h"

#include <stdlib.h>

enum {
	ARENA = 32 * 1024,
	RECEIPT_DAYS = 550 /* a year's period, its deadline, and some: older ones are about nothing that is owed */
};
#define DAY_MS INT64_C(86400000)

/* Something said for (unit, leaf, period): 1 a report, -1 a withdrawal, 0 what replaces one. */
struct slot {
	uint32_t unit, item, first;
	int32_t n;
};

struct known {
	struct spool *spool;
	const struct catalogue *catalogue;
	struct codec_arena arena;
	struct known_cell *cells;
	size_t cells_n, cells_room, sorted; /* sorted: as the centre sent them; what waits comes behind */
	struct slot *slots;
	size_t slots_n, slots_room;
	uint64_t entry;  /* last one that is in the cells */
	int64_t from_ms; /* older receipts are not looked at */
	bool receipts;   /* they were read: only what is owed needs them */
};

static const struct update NOTHING = {
	.unit = "", .item = "", .period = "", .note = "", .reason = "", .product_ref = ""};

/* ---- what the centre held ---- */

static enum task_state state_of(Tiendo__V1__CellState s)
{
	if (s == TIENDO__V1__CELL_STATE__CELL_STATE_NOT_STARTED)
		return TASK_NOT_STARTED;
	if (s == TIENDO__V1__CELL_STATE__CELL_STATE_IN_PROGRESS)
		return TASK_IN_PROGRESS;
	return s == TIENDO__V1__CELL_STATE__CELL_STATE_DONE ? TASK_DONE : TASK_NONE;
}

static enum body_kind body_of(enum item_kind kind)
{
	return kind == ITEM_RATIO ? BODY_RATIO : kind == ITEM_POINTS ? BODY_POINTS : BODY_COUNT;
}

bool known_figure(const Tiendo__V1__CellRow *m, enum item_kind kind, struct update *out)
{
	*out = NOTHING;
	out->as_of.ymd = m->as_of;
	out->state = state_of(m->state);
	if (out->state != TASK_NONE) {
		out->body = BODY_TASK;
		out->percent = m->percent;
		out->done_on.ymd = m->done_on;
	} else if (m->state == TIENDO__V1__CELL_STATE__CELL_STATE_VALUE) {
		out->body = body_of(kind);
		out->numerator = out->value = (int64_t)m->numerator;
		out->denominator = (int64_t)m->denominator;
	} else if (m->state == TIENDO__V1__CELL_STATE__CELL_STATE_NONE_ARISEN) {
		out->body = BODY_NONE_ARISEN;
	}
	return out->body != BODY_NONE;
}

/* The period of a report that names one, or does not. {0}: the leaf has no schedule. */
static struct date first_of(const struct known *k, uint32_t item, uint32_t unit, const char *named,
			    struct date as_of)
{
	struct date deadline;
	struct period p;

	return item != NO_INDEX && unit != NO_INDEX && as_of.ymd &&
			       duty_period(k->catalogue, item, unit, named, as_of, &p, &deadline)
		       ? p.first
		       : (struct date){0};
}

static struct known_cell *new_cell(struct known *k)
{
	if (k->cells_n == k->cells_room) {
		k->cells_room = k->cells_room ? k->cells_room * 2 : 64;
		k->cells = base_grow(k->cells, k->cells_room, sizeof *k->cells);
	}
	k->cells[k->cells_n] = (struct known_cell){.figure = NOTHING};
	return &k->cells[k->cells_n++];
}

static bool keep_cell(void *data, struct bytes row)
{
	struct known *k = data;

	codec_arena_reset(&k->arena);
	const Tiendo__V1__CellRow *m =
		codec_unpack(&tiendo__v1__cell_row__descriptor, row.data, row.size, &k->arena);

	if (!m)
		return true;
	uint32_t item = catalogue_item_by_number(k->catalogue, m->item);
	uint32_t unit = catalogue_unit_by_number(k->catalogue, m->unit);
	struct known_cell *c = new_cell(k);

	c->unit = m->unit;
	c->item = m->item;
	c->version = m->version;
	c->expected = m->expected;
	c->na = m->state == TIENDO__V1__CELL_STATE__CELL_STATE_NA;
	c->on_behalf = m->on_behalf;
	c->due.ymd = m->due;
	c->reported = known_figure(m, item == NO_INDEX ? ITEM_NONE : catalogue_item(k->catalogue, item)->row.kind,
				   &c->figure);
	if (c->reported)
		c->first = first_of(k, item, unit, m->period, c->figure.as_of);
	return true;
}

static int by_place(const void *a, const void *b)
{
	const struct known_cell *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	return x->item == y->item ? 0 : x->item < y->item ? -1 : 1;
}

static struct known_cell *find(const struct known *k, uint32_t unit, uint32_t item)
{
	const struct known_cell key = {.unit = unit, .item = item};
	struct known_cell *c =
		k->sorted ? bsearch(&key, k->cells, k->sorted, sizeof *k->cells, by_place) : NULL;

	for (size_t i = k->sorted; !c && i < k->cells_n; i++)
		if (by_place(&key, &k->cells[i]) == 0)
			c = &k->cells[i];
	return c;
}

/* ---- for which periods something was said ---- */

static void add_slot(struct known *k, uint32_t unit, uint32_t item, struct date first, enum body_kind body)
{
	if (!first.ymd)
		return;
	if (k->slots_n == k->slots_room) {
		k->slots_room = k->slots_room ? k->slots_room * 2 : 64;
		k->slots = base_grow(k->slots, k->slots_room, sizeof *k->slots);
	}
	k->slots[k->slots_n++] = (struct slot){
		.unit = catalogue_unit(k->catalogue, unit)->row.number,
		.item = catalogue_item(k->catalogue, item)->row.number,
		.first = first.ymd,
		.n = body == BODY_WITHDRAW ? -1 : body <= BODY_UNCHANGED};
}

/* What the centre held then was of an earlier period: what the receipt says was voided since. Of a flow only
 * the newest period's figure is held. */
static bool is_void(const struct known *k, uint32_t unit, uint32_t item, struct date first, uint64_t entry)
{
	const struct item_row *row = &catalogue_item(k->catalogue, item)->row;
	const struct known_cell *c = find(k, catalogue_unit(k->catalogue, unit)->row.number, row->number);

	return c && entry <= k->entry && row->measure != MEASURE_FLOW &&
	       (!c->reported || c->first.ymd < first.ymd);
}

static bool see_receipt(void *data, const struct spool_receipt *r)
{
	struct known *k = data;
	bool known;

	if (r->first_received_ms < k->from_ms)
		return false;
	uint32_t unit = catalogue_unit_at(k->catalogue, r->unit, r->as_of, &known);
	uint32_t item = catalogue_item_by_code(k->catalogue, r->item);
	struct date first = first_of(k, item, unit, r->period, r->as_of);

	if (first.ymd && !is_void(k, unit, item, first, r->entry))
		add_slot(k, unit, item, first, r->body);
	return true;
}

/* ---- what waits in the queue will stand before what is judged now ---- */

static void lay(struct known_cell *c, const struct update *u, struct date first)
{
	bool same = first.ymd == c->first.ymd;
	bool later = first.ymd > c->first.ymd || (same && u->as_of.ymd >= c->figure.as_of.ymd);

	if (u->body == BODY_WITHDRAW)
		c->withdrawn = true;
	if (c->reported && !later && !(same && u->body == BODY_CORRECTION))
		return;
	if (u->body == BODY_UNCHANGED && c->reported) {
		c->figure.as_of = u->as_of;
	} else if (update_figure(u) != BODY_NONE) {
		c->figure = *u;
		c->figure.body = update_figure(u);
		c->figure.unit = c->figure.item = c->figure.period = "";
		c->figure.note = c->figure.reason = c->figure.product_ref = "";
		c->figure.matter = NULL;
		c->reported = true;
		c->withdrawn = false;
	} else {
		return;
	}
	c->first = first;
	c->on_behalf = false;
}

static bool see_waiting(void *data, uint64_t seq, struct bytes blob)
{
	struct known *k = data;
	struct update u;
	bool known;

	(void)seq;
	codec_arena_reset(&k->arena);
	if (!codec_update_decode(blob.data, blob.size, &k->arena, &u))
		return true;
	uint32_t unit = catalogue_unit_at(k->catalogue, u.unit, u.as_of, &known);
	uint32_t item = catalogue_item_by_code(k->catalogue, u.item);

	if (unit == NO_INDEX || item == NO_INDEX || (u.body > BODY_UNCHANGED && u.body != BODY_CORRECTION &&
						     u.body != BODY_WITHDRAW))
		return true;
	struct date first = first_of(k, item, unit, u.period, u.as_of);
	uint32_t unit_number = catalogue_unit(k->catalogue, unit)->row.number;
	uint32_t item_number = catalogue_item(k->catalogue, item)->row.number;
	struct known_cell *c = find(k, unit_number, item_number);

	if (!c) {
		c = new_cell(k);
		c->unit = unit_number;
		c->item = item_number;
	}
	lay(c, &u, first);
	add_slot(k, unit, item, first, u.body);
	return true;
}

static int by_slot(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->unit != y->unit)
		return x->unit < y->unit ? -1 : 1;
	if (x->item != y->item)
		return x->item < y->item ? -1 : 1;
	return x->first == y->first ? 0 : x->first < y->first ? -1 : 1;
}

/* One record for each slot, with the sum of what was said. */
static void sum_slots(struct known *k)
{
	size_t n = 0;

	if (k->slots_n)
		qsort(k->slots, k->slots_n, sizeof *k->slots, by_slot);
	for (size_t i = 0; i < k->slots_n; i++)
		if (n && by_slot(&k->slots[n - 1], &k->slots[i]) == 0)
			k->slots[n - 1].n += k->slots[i].n;
		else
			k->slots[n++] = k->slots[i];
	k->slots_n = n;
}

/* ---- the whole ---- */

static bool see_newest(void *data, const struct spool_receipt *r)
{
	((struct known *)data)->from_ms = r->first_received_ms - RECEIPT_DAYS * DAY_MS;
	return false;
}

static void read_receipts(struct known *k)
{
	k->receipts = true;
	spool_receipts(k->spool, 1, see_newest, k, NULL);
	spool_receipts(k->spool, 0, see_receipt, k, NULL);
	sum_slots(k);
}

struct known *known_read(struct spool *s, const struct catalogue *catalogue)
{
	struct known *k = base_alloc(sizeof *k);
	struct spool_shelf_head head = {0};

	k->spool = s;
	k->catalogue = catalogue;
	k->receipts = !catalogue;
	if (!catalogue)
		return k;
	k->arena = codec_arena_new(ARENA);
	spool_shelf_head(s, SPOOL_CELLS, &head, NULL);
	spool_rows(s, SPOOL_CELLS, keep_cell, k, NULL);
	if (k->cells_n)
		qsort(k->cells, k->cells_n, sizeof *k->cells, by_place);
	k->sorted = k->cells_n;
	k->entry = head.entry;
	spool_waiting(s, 0, see_waiting, k, NULL);
	codec_arena_free(&k->arena);
	return k;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	free(k->cells);
	free(k->slots);
	free(k);
}

const struct known_cell *known_find(const struct known *k, uint32_t unit_number, uint32_t item_number)
{
	return find(k, unit_number, item_number);
}

bool known_reported(struct known *k, uint32_t unit_number, uint32_t item_number, struct date first)
{
	if (!k->receipts)
		read_receipts(k);
	const struct known_cell *c = find(k, unit_number, item_number);
	const struct slot key = {.unit = unit_number, .item = item_number, .first = first.ymd};
	const struct slot *slot =
		k->slots_n ? bsearch(&key, k->slots, k->slots_n, sizeof *k->slots, by_slot) : NULL;

	return (slot && slot->n > 0) || (c && c->reported && !c->on_behalf && c->first.ymd == first.ymd);
}
