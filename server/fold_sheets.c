// SPDX-License-Identifier: Apache-2.0
/* Slots over time: periods open, close and freeze, and pass through a new catalogue; the series of each day. */
#include <assert.h>
#include <string.h>

#include "common/domain/periods.h"
#include "common/sys/codec.h"
#include "server/fold_inside.h"
#include "server/homeless_slot.h"

/* ---- opening ---- */

static bool is_open(const struct sheets *s, uint32_t rhythm, uint16_t place)
{
	for (uint32_t i = 0; i < s->open_n; i++)
		if (s->open[i]->rhythm == rhythm && s->open[i]->place == place)
			return true;
	return false;
}

/* Whoever is expected to report on the day a period opens owes it, whatever comes later. */
static void expect(const struct sheets *s, struct sheet *sheet)
{
	const struct block *b = s->block;

	for (uint32_t row = 0; row < b->unit_rows; row++)
		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
			const struct cell *cell = s->leaf_rhythm[leaf] == sheet->rhythm ? block_cell(b, row, leaf) : NULL;
			uint32_t slot = cell ? sheet_slot(s, row, leaf) : NO_INDEX;

			if (slot != NO_INDEX && cell->flags & CELL_EXPECTED)
				sheet->marks[slot].flags |= SLOT_EXPECTED;
		}
}

static bool open_in(struct view *v, struct sheets *s)
{
	struct period p;

	for (uint32_t rhythm = 0; rhythm < s->rhythms_n; rhythm++) {
		if (!schedule_at(s->rhythms[rhythm].schedule, v->head.today, &p) ||
		    is_open(s, rhythm, period_place(p.first)))
			continue;
		fold_touch_all(v);
		struct sheet *sheet = sheets_open(s, rhythm, &p);
		if (!sheet)
			return false;
		expect(s, sheet);
	}
	return true;
}

bool fold_sheets_open(struct view *v)
{
	for (uint32_t i = 0; v->head.today.ymd && i < v->held->blocks_n; i++)
		if (!open_in(v, v->held->blocks[i]->sheets))
			return false;
	return true;
}

/* ---- freezing ---- */

static void emit_frozen(struct view *v, struct date first, uint32_t item, uint32_t unit, const struct slot_value *slot)
{
	uint8_t key[12], value[SLOT_BYTES];

	put_u32(key, item);
	put_u32(key + 4, first.ymd);
	put_u32(key + 8, unit);
	rows_put(&v->rows, ROWS_FROZEN, bytes_of(key, sizeof key), bytes_of(value, slot_pack(slot, value)));
}

/* As it counts on this day. */
static struct slot_value freeze_slot(const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf,
				     uint32_t slot)
{
	const struct block *b = s->block;
	struct slot_value out = { .mark = sheet_mark(s, sheet, row, leaf), .report = sheet->reports[slot],
				  .before = sheet->before[slot], .target = sheet_target(s, row, leaf, sheet->period.last) };

	if (out.mark.flags & SLOT_EXPECTED && !(out.mark.flags & SLOT_EXEMPT))
		out.report.flags |= CELL_EXPECTED;
	out.report.flags = block_judge_slot(b, row, leaf, &out.report, out.target);
	return out;
}

static void freeze_leaf(struct view *v, const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	const struct block *b = s->block;
	uint32_t slot = s->leaf_rhythm[leaf] == sheet->rhythm ? sheet_slot(s, row, leaf) : NO_INDEX;

	if (slot == NO_INDEX || (!sheet->marks[slot].flags && !(sheet->reports[slot].flags & CELL_REPORTED)))
		return;
	struct slot_value value = freeze_slot(s, sheet, row, leaf, slot);
	emit_frozen(v, sheet->period.first, b->columns[b->leaf_columns[leaf]].row->number,
		    catalogue_unit_number(b->catalogue, b->rows[row].unit), &value);
}

static void freeze(struct view *v, struct sheets *s, struct sheet *sheet)
{
	fold_touch_all(v);
	for (uint32_t row = 0; row < s->block->unit_rows; row++)
		for (uint32_t leaf = 0; leaf < s->block->leaves_n; leaf++)
			freeze_leaf(v, s, sheet, row, leaf);
	sheets_drop(s, sheet);
}

/* Nobody owed them any more. */
static void freeze_homeless(struct view *v)
{
	struct homeless *h = &v->duties.homeless;

	for (uint32_t i = 0; i < h->n;) {
		struct homeless_slot *s = &h->list[i];
		if (s->freeze.ymd > v->head.today.ymd) {
			i++;
			continue;
		}
		s->value.mark.flags |= SLOT_EXEMPT;
		emit_frozen(v, s->period.first, s->item, s->unit, &s->value);
		homeless_remove(h, i);
	}
}

void fold_sheets_freeze(struct view *v)
{
	for (uint32_t i = 0; i < v->held->blocks_n; i++) {
		struct sheets *s = v->held->blocks[i]->sheets;

		for (uint32_t at = 0; at < s->open_n;)
			if (s->open[at]->freeze.ymd <= v->head.today.ymd)
				freeze(v, s, s->open[at]);
			else
				at++;
	}
	freeze_homeless(v);
}

/* ---- through a new catalogue ---- */

/* Where a slot belongs now; no block = nowhere. */
struct home {
	struct sheets *sheets;
	uint32_t leaf, slot;
};

static struct home home_of(const struct view *v, const char *schedule, uint32_t item, uint32_t unit)
{
	uint32_t i = catalogue_item_by_number(v->catalogue, item), u = catalogue_unit_by_number(v->catalogue, unit);
	struct held_place at = i == NO_INDEX || u == NO_INDEX ? (struct held_place){ 0 } : held_place(v->held, u, i);

	if (!at.block)
		return (struct home){ 0 };
	struct home home = { .sheets = at.block->sheets, .leaf = at.leaf, .slot = sheet_slot(at.block->sheets, at.row, at.leaf) };
	uint32_t rhythm = home.sheets->leaf_rhythm[at.leaf];
	if (home.slot == NO_INDEX || rhythm == NO_INDEX || strcmp(home.sheets->rhythms[rhythm].schedule->code, schedule) != 0)
		return (struct home){ 0 };
	return home;
}

static void settle_in(struct sheet *sheet, uint32_t slot, const struct slot_value *value)
{
	sheet->reports[slot] = value->report;
	sheet->before[slot] = value->before;
	sheet->marks[slot] = value->mark;
}

static bool carry_slot(struct view *v, const struct sheets *s, const struct sheet *old, uint32_t row, uint32_t leaf)
{
	const struct block *b = s->block;
	uint32_t from = s->leaf_rhythm[leaf] == old->rhythm ? sheet_slot(s, row, leaf) : NO_INDEX;

	if (from == NO_INDEX || (!old->marks[from].flags && !(old->reports[from].flags & CELL_REPORTED)))
		return true;
	struct homeless_slot slot = { .item = b->columns[b->leaf_columns[leaf]].row->number,
				      .unit = catalogue_unit_number(b->catalogue, b->rows[row].unit), .period = old->period,
				      .freeze = old->freeze,
				      .value = { .mark = old->marks[from], .report = old->reports[from],
						 .before = old->before[from] } };
	const char *schedule = s->rhythms[old->rhythm].schedule->code;
	struct home home = home_of(v, schedule, slot.item, slot.unit);
	struct sheet *heir = home.sheets ? sheet_of(home.sheets, home.leaf, old->place) : NULL;
	if (heir) {
		settle_in(heir, home.slot, &slot.value);
		return true;
	}
	memcpy(slot.schedule, schedule, strlen(schedule) + 1);
	slot.value.target = sheet_target(s, row, leaf, old->period.last);
	return homeless_add(&v->duties.homeless, &slot);
}

/* False = no memory. */
static bool go_home(struct view *v, const struct homeless_slot *slot, bool *home)
{
	struct home to = home_of(v, slot->schedule, slot->item, slot->unit);
	uint16_t place = period_place(slot->period.first);
	struct period p;

	*home = false;
	if (!to.sheets)
		return true;
	uint32_t rhythm = to.sheets->leaf_rhythm[to.leaf];
	if (!schedule_period(to.sheets->rhythms[rhythm].schedule, slot->period.code, &p) || period_place(p.first) != place)
		return true;
	struct sheet *sheet = sheet_of(to.sheets, to.leaf, place);
	if (!sheet)
		sheet = sheets_open(to.sheets, rhythm, &p);
	if (!sheet)
		return false;
	settle_in(sheet, to.slot, &slot->value);
	*home = true;
	return true;
}

bool fold_sheets_go_home(struct view *v)
{
	struct homeless *h = &v->duties.homeless;
	bool home;

	for (uint32_t i = 0; i < h->n;) {
		if (!go_home(v, &h->list[i], &home))
			return false;
		if (home)
			homeless_remove(h, i);
		else
			i++;
	}
	return true;
}

/* The same period of the same plan, with the deadlines of the new catalogue. Another plan's periods are opened for it by
 * this very entry, and owed. */
static bool open_heir(struct view *v, const struct block *of, const char *schedule, const struct sheet *old)
{
	uint32_t plan = catalogue_item(of->catalogue, catalogue_plan(of->catalogue, of->plan)->item)->row.number;

	for (uint32_t i = 0; i < v->held->blocks_n; i++) {
		struct sheets *s = v->held->blocks[i]->sheets;
		struct period p;

		if (catalogue_item(v->catalogue, catalogue_plan(v->catalogue, i)->item)->row.number != plan)
			continue;
		for (uint32_t rhythm = 0; rhythm < s->rhythms_n; rhythm++)
			if (strcmp(s->rhythms[rhythm].schedule->code, schedule) == 0 &&
			    schedule_period(s->rhythms[rhythm].schedule, old->period.code, &p) &&
			    period_place(p.first) == old->place && !is_open(s, rhythm, old->place) && !sheets_open(s, rhythm, &p))
				return false;
	}
	return true;
}

bool fold_sheets_carry(struct view *v, const struct held *from)
{
	for (uint32_t i = 0; i < from->blocks_n; i++) {
		const struct sheets *s = from->blocks[i]->sheets;

		for (uint32_t at = 0; at < s->open_n; at++) {
			const struct sheet *old = s->open[at];

			if (!open_heir(v, s->block, s->rhythms[old->rhythm].schedule->code, old))
				return false;
			for (uint32_t row = 0; row < s->block->unit_rows; row++)
				for (uint32_t leaf = 0; leaf < s->block->leaves_n; leaf++)
					if (!carry_slot(v, s, old, row, leaf))
						return false;
		}
	}
	return true;
}

/* ---- flows ---- */

static bool is_passed(const struct block *b, uint32_t leaf, const struct cell *report)
{
	return report->flags & CELL_REPORTED && sheets_passed(b->sheets, leaf, report->period);
}

/* What lies under a report goes too: it must not come back when that one is withdrawn. */
static bool end_flow(struct view *v, struct block *b, uint32_t leaf, uint64_t number)
{
	bool changed = false;

	for (uint32_t row = 0; row < b->unit_rows; row++) {
		struct cell *cell = block_cell(b, row, leaf);
		struct past *past = cell ? block_past(b, cell) : NULL;
		bool ends = cell && is_passed(b, leaf, cell);

		if (!ends && (!cell || !is_passed(b, leaf, &past->before)))
			continue;
		fold_touch(v, b->rows[row].unit);
		past->before = (struct cell){ 0 };
		if (!ends)
			continue;
		past->since = (struct date){ 0 };
		*cell = (struct cell){ .version = number, .flags = cell->flags & CELL_ITS_OWN };
		changed = true;
	}
	return changed;
}

bool fold_flows_end(struct view *v, uint64_t number)
{
	bool changed = false;

	for (uint32_t i = 0; i < v->held->blocks_n; i++) {
		struct block *b = v->held->blocks[i];

		sheets_set_day(b->sheets, v->head.today);
		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
			if (b->columns[b->leaf_columns[leaf]].row->measure == MEASURE_FLOW &&
			    b->sheets->leaf_rhythm[leaf] != NO_INDEX)
				changed |= end_flow(v, b, leaf, number);
	}
	return changed;
}

/* ---- series ---- */

/* Where nothing is below and nobody ever reports, there is no figure to follow. */
static bool has_figure(const struct block *b, uint32_t row, uint32_t column)
{
	const struct column *c = &b->columns[column];

	if (shelf_holds(b->rows[row].sums) &&
	    (c->leaf == NO_INDEX ? block_inner(b, row, column) != NULL : block_leaf(b, row, column) != NULL))
		return true;
	for (uint32_t leaf = c->first_leaf; leaf < c->end_leaf; leaf++) /* its own cell is not among the sums */
		if (row < b->unit_rows && block_cell(b, row, leaf))
			return true;
	return false;
}

static size_t series_row(const struct view *v, uint32_t plan, uint32_t row, uint8_t key[static ROWS_KEY_MAX])
{
	struct plan_row at = plan_row(v->catalogue, plan, row);

	return rows_series_row(at.is_group ? catalogue_group(v->catalogue, at.index)->code : NULL,
			       at.is_group ? 0 : catalogue_unit_number(v->catalogue, at.index), key);
}

static void series_of_row(struct view *v, uint32_t plan, uint32_t row, uint64_t since)
{
	const struct block *b = v->held->blocks[plan];
	uint8_t key[ROWS_KEY_MAX], value[CODEC_ROLLUP_MAX];
	size_t head = series_row(v, plan, row, key);

	for (uint32_t column = 0; column < b->columns_n; column++) {
		if (block_version(b, row, column) <= since || !has_figure(b, row, column))
			continue;
		struct rollup r = block_rollup(b, row, column);
		put_u32(key + head, b->columns[column].row->number);
		put_u32(key + head + 4, v->head.today.ymd);
		rows_put(&v->rows, ROWS_SERIES, bytes_of(key, head + 8),
			 bytes_of(value, codec_rollup_pack(b->columns[column].row->number, &r, value)));
	}
}

void fold_series(struct view *v, uint64_t since)
{
	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++)
		for (uint32_t row = 0; row < v->held->blocks[plan]->rows_n; row++)
			if (v->held->blocks[plan]->rows[row].version > since)
				series_of_row(v, plan, row, since);
}
