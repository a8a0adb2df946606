// SPDX-License-Identifier: Apache-2.0
#include "server/sheet.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "server/cellpack.h"
#include "server/terms.h"

/* ---- what of a plan has a rhythm ---- */

static uint32_t rhythm_index(struct sheets *s, const struct schedule *schedule)
{
	for (uint32_t i = 0; i < s->rhythms_n; i++)
		if (s->rhythms[i].schedule == schedule)
			return i;
	s->rhythms[s->rhythms_n] = (struct rhythm_slots){ .schedule = schedule };
	return s->rhythms_n++;
}

static void set_rhythms(struct sheets *s)
{
	const struct block *b = s->block;

	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
		const struct schedule *schedule =
			catalogue_schedule(b->catalogue, b->columns[b->leaf_columns[leaf]].item);

		s->leaf_rhythm[leaf] = schedule ? rhythm_index(s, schedule) : NO_INDEX;
	}
}

/* By row, then leaf: the slots of a unit lie together. Cells made later (strays come back) have none. */
static void set_slots(struct sheets *s)
{
	const struct block *b = s->block;

	for (uint32_t row = 0; row < b->unit_rows; row++)
		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
			uint32_t rhythm = s->leaf_rhythm[leaf];
			const struct cell *cell = rhythm == NO_INDEX ? NULL : block_cell(b, row, leaf);

			if (cell)
				s->slots[cell - b->cells] = s->rhythms[rhythm].slots_n++;
		}
}

struct sheets *sheets_new(const struct block *b)
{
	struct sheets *s = calloc(1, sizeof *s);

	if (!s)
		return NULL;
	s->block = b;
	s->slots_size = b->cells_n;
	s->rhythms = calloc(b->leaves_n + 1, sizeof *s->rhythms);
	s->leaf_rhythm = malloc((b->leaves_n + 1) * sizeof *s->leaf_rhythm);
	if (s->rhythms && s->leaf_rhythm) {
		set_rhythms(s);
		s->slots = malloc((s->rhythms_n ? s->slots_size : 0) * sizeof *s->slots + 1);
	}
	if (!s->slots) {
		sheets_free(s);
		return NULL;
	}
	if (s->rhythms_n) {
		memset(s->slots, 0xff, s->slots_size * sizeof *s->slots);
		set_slots(s);
	}
	return s;
}

static void sheet_free(struct sheet *sheet)
{
	free(sheet->reports);
	free(sheet->before);
	free(sheet->marks);
	free(sheet);
}

void sheets_free(struct sheets *s)
{
	if (!s)
		return;
	for (uint32_t i = 0; i < s->open_n; i++)
		sheet_free(s->open[i]);
	free(s->open);
	free(s->slots);
	free(s->leaf_rhythm);
	free(s->rhythms);
	free(s);
}

/* ---- finding ---- */

struct sheet *sheet_of(const struct sheets *s, uint32_t leaf, uint16_t place)
{
	assert(leaf < s->block->leaves_n);
	for (uint32_t i = 0; i < s->open_n; i++)
		if (s->open[i]->place == place && s->open[i]->rhythm == s->leaf_rhythm[leaf])
			return s->open[i];
	return NULL;
}

uint32_t sheet_slot(const struct sheets *s, uint32_t row, uint32_t leaf)
{
	const struct cell *cell = s->leaf_rhythm[leaf] == NO_INDEX ? NULL : block_cell(s->block, row, leaf);
	size_t place = cell ? (size_t)(cell - s->block->cells) : s->slots_size;

	return place < s->slots_size ? s->slots[place] : NO_INDEX;
}

void sheets_set_day(struct sheets *s, struct date today)
{
	struct period p;

	for (uint32_t i = 0; today.ymd && i < s->rhythms_n; i++)
		s->rhythms[i].closed = schedule_before(s->rhythms[i].schedule, today, &p) ? period_place(p.first) : 0;
}

bool sheets_passed(const struct sheets *s, uint32_t leaf, uint16_t place)
{
	const struct block *b = s->block;

	return place && s->leaf_rhythm[leaf] != NO_INDEX && place < s->rhythms[s->leaf_rhythm[leaf]].closed &&
	       b->columns[b->leaf_columns[leaf]].row->measure == MEASURE_FLOW;
}

/* ---- opening ---- */

static bool make_slots(struct sheet *sheet, uint32_t n)
{
	size_t size = n ? n : 1;

	sheet->reports = calloc(size, sizeof *sheet->reports);
	sheet->before = calloc(size, sizeof *sheet->before);
	sheet->marks = calloc(size, sizeof *sheet->marks);
	return sheet->reports && sheet->before && sheet->marks;
}

static void insert(struct sheets *s, struct sheet *sheet)
{
	uint32_t at = s->open_n++;

	for (; at && (s->open[at - 1]->rhythm > sheet->rhythm ||
		      (s->open[at - 1]->rhythm == sheet->rhythm && s->open[at - 1]->place > sheet->place));
	     at--)
		s->open[at] = s->open[at - 1];
	s->open[at] = sheet;
}

struct sheet *sheets_open(struct sheets *s, uint32_t rhythm, const struct period *p)
{
	const struct schedule *schedule = s->rhythms[rhythm].schedule;
	const struct calendar *calendar = catalogue_calendar(s->block->catalogue);
	struct sheet **open = realloc(s->open, (s->open_n + 1) * sizeof *open);
	struct sheet *sheet = open ? calloc(1, sizeof *sheet) : NULL;

	s->open = open ? open : s->open;
	if (!sheet)
		return NULL;
	*sheet = (struct sheet){ .rhythm = rhythm, .period = *p, .place = period_place(p->first),
				 .freeze = schedule_freeze(schedule, calendar, p) };
	for (unsigned kind = 0; kind < UNIT_KINDS; kind++)
		sheet->deadlines[kind] = schedule_deadline(schedule, calendar, p, (enum unit_kind)kind);
	if (!make_slots(sheet, s->rhythms[rhythm].slots_n)) {
		sheet_free(sheet);
		return NULL;
	}
	insert(s, sheet);
	return sheet;
}

void sheets_drop(struct sheets *s, const struct sheet *sheet)
{
	uint32_t at = 0;

	while (s->open[at] != sheet)
		at++;
	sheet_free(s->open[at]);
	for (s->open_n--; at < s->open_n; at++)
		s->open[at] = s->open[at + 1];
}

/* ---- judging ---- */

/* Of whom it was expected owes it, unless the office or the item is no more, or it was not asked any more, or did not
 * apply, by the period's own last day: what ends on a later day leaves the report owed. */
static bool owed(const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	const struct block *b = s->block;
	const struct cell *cell = block_cell(b, row, leaf);
	uint32_t unit = b->rows[row].unit, item = b->columns[b->leaf_columns[leaf]].item;
	struct date day = sheet->period.last.ymd < b->today.ymd ? sheet->period.last : b->today;

	if (!cell || !catalogue_is_reporter(b->catalogue, item, unit, day))
		return false;
	if (!(cell->flags & CELL_EXPECTED) && (!catalogue_unit_open(b->catalogue, unit, b->today) ||
					       !catalogue_item_open(b->catalogue, item, b->today)))
		return false;
	const struct term *term = cell->flags & CELL_TERMS && b->terms
					  ? terms_find(b->terms, catalogue_unit_number(b->catalogue, unit),
						       catalogue_item(b->catalogue, item)->row.number)
					  : NULL;
	return !term || !term_na(term, day);
}

struct slot_mark sheet_mark(const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	uint32_t slot = sheet_slot(s, row, leaf);
	struct slot_mark mark = slot == NO_INDEX ? (struct slot_mark){ 0 } : sheet->marks[slot];

	if (mark.flags & SLOT_EXPECTED && !owed(s, sheet, row, leaf))
		mark.flags |= SLOT_EXEMPT;
	return mark;
}

int64_t sheet_target(const struct sheets *s, uint32_t row, uint32_t leaf, struct date day)
{
	const struct block *b = s->block;
	const struct column *column = &b->columns[b->leaf_columns[leaf]];
	int64_t target;

	return column->row->kind != ITEM_TASK && catalogue_target(b->catalogue, column->item, b->plan, row, day, &target)
		       ? target
		       : NO_TARGET;
}

enum slot_state slot_state(const struct slot_mark *m, struct date deadline, struct date today)
{
	static const enum slot_state reported[] = {
		[TIMELY_ON_TIME] = SLOT_ON_TIME, [TIMELY_LINE_SLOW] = SLOT_LINE_SLOW, [TIMELY_LATE] = SLOT_LATE,
	};

	if (!(m->flags & SLOT_EXPECTED))
		return SLOT_NOT_EXPECTED;
	if (m->flags & SLOT_EXEMPT)
		return SLOT_IS_EXEMPT;
	if (m->flags & SLOT_DECIDED)
		return SLOT_ON_TIME;
	if (m->timely != TIMELY_NONE)
		return reported[m->timely];
	return today.ymd > deadline.ymd ? SLOT_MISSING : SLOT_PENDING;
}

void slot_count(struct slot_counts *c, enum slot_state state)
{
	c->expected += state > SLOT_IS_EXEMPT;
	c->exempt += state == SLOT_IS_EXEMPT;
	c->pending += state == SLOT_PENDING;
	c->on_time += state == SLOT_ON_TIME;
	c->line_slow += state == SLOT_LINE_SLOW;
	c->late += state == SLOT_LATE;
	c->missing += state == SLOT_MISSING;
}

/* ---- as bytes ---- */

size_t slot_pack(const struct slot_value *v, uint8_t out[static SLOT_BYTES])
{
	uint8_t *p = out + SLOT_HEAD_BYTES;

	out[0] = v->mark.flags;
	out[1] = v->mark.timely;
	put_u64(out + 2, (uint64_t)v->target);
	out[10] = 0;
	for (unsigned i = 0; i < 2; i++) {
		const struct cell *c = i ? &v->before : &v->report;
		if (!(c->flags & CELL_REPORTED))
			continue;
		cell_pack(c, p);
		p += SLOT_CELL_BYTES;
		out[10] |= (uint8_t)(1 << i);
	}
	return (size_t)(p - out);
}

bool slot_unpack(struct bytes in, struct slot_value *v)
{
	const uint8_t *p = in.data + SLOT_HEAD_BYTES;

	*v = (struct slot_value){ 0 };
	if (in.size < SLOT_HEAD_BYTES || in.data[10] > 3 || in.data[1] > TIMELY_LATE ||
	    in.size != SLOT_HEAD_BYTES + (size_t)__builtin_popcount(in.data[10]) * SLOT_CELL_BYTES)
		return false;
	v->mark = (struct slot_mark){ .flags = in.data[0], .timely = in.data[1] };
	v->target = (int64_t)get_u64(in.data + 2);
	for (unsigned i = 0; i < 2; i++) {
		if (!(in.data[10] & 1 << i))
			continue;
		*(i ? &v->before : &v->report) = cell_unpack(p);
		p += SLOT_CELL_BYTES;
	}
	return true;
}
