// SPDX-License-Identifier: Apache-2.0
/* What a checkpoint keeps of one unit, and takes back: cells, what lies under them, slots; and the small tables. */
#include <string.h>

#include "common/sys/base.h"
#include "server/cellpack.h"
#include "server/held.h"
#include "server/mailpack.h"
#include "server/sheet.h"
#include "server/view.h"

enum { PAST_BYTES = 4 + 8 + 2 + 4 + 1 + CELL_BYTES, SLOT_KEY_BYTES = 6 };

/* ---- packing ---- */

static size_t pack_cells(const struct view *v, uint32_t unit, uint8_t *out, uint32_t *n)
{
	const struct cell *cell;
	uint32_t item;
	size_t size = 0;

	for (struct held_walk w = held_walk(v->held, unit); (cell = held_next(&w, &item)); ++*n, size += VIEW_CELL_BYTES)
		if (out) {
			put_u32(out + size, item);
			cell_pack(cell, out + size + 4);
		}
	return size;
}

static void pack_past(const struct past *p, uint32_t item, uint8_t out[static PAST_BYTES])
{
	bool under = p->before.flags & CELL_REPORTED;

	memset(out, 0, PAST_BYTES);
	put_u32(out, item);
	put_u64(out + 4, p->note);
	put_u16(out + 12, p->note_period);
	put_u32(out + 14, p->since.ymd);
	out[18] = under;
	if (under)
		cell_pack(&p->before, out + 19);
}

static size_t pack_pasts(const struct view *v, uint32_t unit, uint8_t *out, uint32_t *n)
{
	struct held_place at;
	uint32_t item;
	size_t size = 0;

	for (struct held_walk w = held_walk(v->held, unit); held_next_place(&w, &at, &item);) {
		const struct past *past = block_past(at.block, block_cell(at.block, at.row, at.leaf));

		if (past_empty(past))
			continue;
		if (out)
			pack_past(past, item, out + size);
		size += PAST_BYTES;
		++*n;
	}
	return size;
}

static size_t pack_slot(const struct sheet *sheet, uint32_t slot, uint32_t item, uint8_t *out)
{
	struct slot_value value = { .mark = sheet->marks[slot], .target = NO_TARGET, .report = sheet->reports[slot],
				    .before = sheet->before[slot] };
	uint8_t bytes[SLOT_BYTES];

	if (!value.mark.flags && !(value.report.flags & CELL_REPORTED))
		return 0;
	size_t size = slot_pack(&value, bytes);
	if (out) {
		put_u32(out, item);
		put_u16(out + 4, sheet->place);
		memcpy(out + SLOT_KEY_BYTES, bytes, size);
	}
	return SLOT_KEY_BYTES + size;
}

static size_t pack_slots(const struct view *v, uint32_t unit, uint8_t *out)
{
	struct held_place at;
	uint32_t item;
	size_t size = 0;

	for (struct held_walk w = held_walk(v->held, unit); held_next_place(&w, &at, &item);) {
		const struct sheets *s = at.block->sheets;
		uint32_t slot = sheet_slot(s, at.row, at.leaf);

		for (uint32_t i = 0; slot != NO_INDEX && i < s->open_n; i++)
			if (s->open[i]->rhythm == s->leaf_rhythm[at.leaf])
				size += pack_slot(s->open[i], slot, item, out ? out + size : NULL);
	}
	return size;
}

/* out NULL: only measures. */
static size_t pack(const struct view *v, uint32_t unit, uint8_t *out)
{
	uint32_t cells = 0, pasts = 0;
	uint8_t *at = out ? out + VIEW_UNIT_BYTES : NULL;
	size_t size = pack_cells(v, unit, at, &cells);

	size += pack_pasts(v, unit, at ? at + size : NULL, &pasts);
	size += pack_slots(v, unit, at ? at + size : NULL);
	if (out) {
		put_u32(out, catalogue_unit_number(v->catalogue, unit));
		put_u32(out + 4, (uint32_t)size);
		put_u32(out + 8, cells);
		put_u32(out + 12, pasts);
	}
	return VIEW_UNIT_BYTES + size;
}

size_t view_unit_size(const struct view *v, uint32_t unit)
{
	return pack(v, unit, NULL);
}

size_t view_unit_pack(const struct view *v, uint32_t unit, uint8_t *out)
{
	return pack(v, unit, out);
}

size_t view_unit_room(const struct view *v)
{
	size_t room = VIEW_UNIT_BYTES;

	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++) {
		const struct block *b = v->held->blocks[i];
		room += b->leaves_n * (VIEW_CELL_BYTES + PAST_BYTES + (size_t)b->sheets->open_n * (SLOT_KEY_BYTES + SLOT_BYTES));
	}
	return room + (v->held ? v->held->strays_n : 0) * VIEW_CELL_BYTES;
}

/* ---- loading ---- */

/* A report or a judgement of an entry there is. The flags are looked at when all are judged again. */
static bool loadable(const struct view *v, const struct cell *cell)
{
	return cell->version && cell->version <= v->head.entry && cell->entry <= cell->version &&
	       cell->state <= TASK_DONE && cell->percent <= 100 && cell->value >= 0 && cell->denominator >= 0;
}

static bool load_cells(struct view *v, uint32_t number, const uint8_t *p, const uint8_t *end)
{
	for (uint32_t before = 0; p < end; p += VIEW_CELL_BYTES) {
		struct cell cell = cell_unpack(p + 4);
		uint32_t item = get_u32(p);

		if (item <= before || !loadable(v, &cell) || held_put(v->held, number, item, &cell) != PUT_OK)
			return false;
		before = item;
	}
	return true;
}

static struct held_place place_of(const struct view *v, uint32_t unit, uint32_t item)
{
	uint32_t i = catalogue_item_by_number(v->catalogue, item);

	if (unit == NO_INDEX || i == NO_INDEX || !catalogue_item(v->catalogue, i)->leaf)
		return (struct held_place){ 0 };
	return held_place(v->held, unit, i);
}

static bool load_pasts(struct view *v, uint32_t unit, const uint8_t *p, const uint8_t *end)
{
	for (uint32_t before = 0; p < end; p += PAST_BYTES) {
		uint32_t item = get_u32(p);
		struct held_place at = place_of(v, unit, item);
		struct cell *cell = at.block ? block_cell(at.block, at.row, at.leaf) : NULL;
		struct past past = { .note = get_u64(p + 4), .note_period = get_u16(p + 12), .since = { get_u32(p + 14) } };

		if (p[18])
			past.before = cell_unpack(p + 19);
		if (item <= before || !cell || p[18] > 1 || (p[18] && !loadable(v, &past.before)))
			return false;
		*block_past(at.block, cell) = past;
		before = item;
	}
	return true;
}

/* Bytes taken; 0 = these are no slot of this view. */
static size_t load_slot(struct view *v, uint32_t unit, const uint8_t *p, size_t left)
{
	struct slot_value value;

	if (left < SLOT_KEY_BYTES + SLOT_HEAD_BYTES || p[SLOT_KEY_BYTES + 10] > 3)
		return 0;
	size_t size = SLOT_HEAD_BYTES + (size_t)__builtin_popcount(p[SLOT_KEY_BYTES + 10]) * SLOT_CELL_BYTES;
	struct held_place at = place_of(v, unit, get_u32(p));
	struct sheet *sheet = at.block ? sheet_of(at.block->sheets, at.leaf, get_u16(p + 4)) : NULL;
	uint32_t slot = sheet ? sheet_slot(at.block->sheets, at.row, at.leaf) : NO_INDEX;
	if (slot == NO_INDEX || left < SLOT_KEY_BYTES + size || !slot_unpack(bytes_of(p + SLOT_KEY_BYTES, size), &value))
		return 0;
	if ((value.report.flags & CELL_REPORTED && !loadable(v, &value.report)) ||
	    (value.before.flags & CELL_REPORTED && !loadable(v, &value.before)))
		return 0;
	sheet->marks[slot] = value.mark;
	sheet->reports[slot] = value.report;
	sheet->before[slot] = value.before;
	return SLOT_KEY_BYTES + size;
}

static bool load_slots(struct view *v, uint32_t unit, const uint8_t *p, const uint8_t *end)
{
	while (p < end) {
		size_t size = load_slot(v, unit, p, (size_t)(end - p));

		if (!size)
			return false;
		p += size;
	}
	return true;
}

bool view_load_unit(struct view *v, const uint8_t *bytes, size_t n)
{
	if (!v->catalogue || n < VIEW_UNIT_BYTES || get_u32(bytes + 4) != n - VIEW_UNIT_BYTES)
		return false;
	size_t cells = (size_t)get_u32(bytes + 8) * VIEW_CELL_BYTES, pasts = (size_t)get_u32(bytes + 12) * PAST_BYTES;
	const uint8_t *p = bytes + VIEW_UNIT_BYTES, *end = bytes + n;
	if (cells > (size_t)(end - p) || pasts > (size_t)(end - p) - cells)
		return false;
	uint32_t number = get_u32(bytes), unit = catalogue_unit_by_number(v->catalogue, number);
	return load_cells(v, number, p, p + cells) && load_pasts(v, unit, p + cells, p + cells + pasts) &&
	       load_slots(v, unit, p + cells + pasts, end);
}

/* ---- the small tables ---- */

static void put_name(struct buffer *out, const char *name)
{
	buffer_put_u8(out, (uint8_t)strlen(name));
	buffer_put_text(out, name);
}

/* Behind its size, for it reads all that it is given. */
static void put_mailbox(const struct mailbox *m, struct buffer *out)
{
	size_t at = out->size;

	buffer_put_u32(out, 0);
	mailbox_pack(out, m);
	if (!out->failed)
		put_u32(out->data + at, (uint32_t)(out->size - at - 4));
}

void view_small_pack(const struct view *v, struct buffer *out)
{
	uint32_t n = 0;

	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++)
		n += v->held->blocks[i]->sheets->open_n;
	buffer_put_u32(out, n);
	for (uint32_t i = 0; v->held && i < v->held->blocks_n; i++) {
		const struct sheets *s = v->held->blocks[i]->sheets;
		uint32_t item = catalogue_plan(v->catalogue, i)->item;

		for (uint32_t at = 0; at < s->open_n; at++) {
			buffer_put_u32(out, catalogue_item(v->catalogue, item)->row.number);
			put_name(out, s->rhythms[s->open[at]->rhythm].schedule->code);
			put_name(out, s->open[at]->period.code);
		}
	}
	put_mailbox(v->mailbox, out);
	duties_pack(&v->duties, out);
}

/* Sticky: `bad` when the bytes are at an end too early. */
struct small {
	struct bytes in;
	bool bad;
};

static const uint8_t *take(struct small *s, size_t n)
{
	static const uint8_t none[8];

	if (s->bad || s->in.size < n) {
		s->bad = true;
		return none;
	}
	s->in.data += n;
	s->in.size -= n;
	return s->in.data - n;
}

static void take_name(struct small *s, char out[static PERIOD_MAX + 1])
{
	size_t n = take(s, 1)[0];

	s->bad = s->bad || n > PERIOD_MAX;
	const uint8_t *text = take(s, s->bad ? 0 : n);
	memcpy(out, text, s->bad ? 0 : n);
	out[s->bad ? 0 : n] = '\0';
}

static bool open_again(struct view *v, uint32_t number, const char *schedule, const char *period)
{
	uint32_t item = catalogue_item_by_number(v->catalogue, number);
	struct period p;

	if (item == NO_INDEX)
		return false;
	struct sheets *s = v->held->blocks[catalogue_plan_of_item(v->catalogue, item)]->sheets;
	for (uint32_t i = 0; i < s->rhythms_n; i++)
		if (strcmp(s->rhythms[i].schedule->code, schedule) == 0)
			return schedule_period(s->rhythms[i].schedule, period, &p) && sheets_open(s, i, &p);
	return false;
}

static bool take_mailbox(struct view *v, struct small *s)
{
	size_t n = get_u32(take(s, 4));
	const uint8_t *packed = take(s, n);

	if (s->bad)
		return false;
	mailbox_free(v->mailbox);
	v->mailbox = mailbox_unpack(bytes_of(packed, n), v->catalogue ? catalogue_highest_unit(v->catalogue) : 0);
	return v->mailbox != NULL;
}

bool view_load_small(struct view *v, struct bytes bytes)
{
	struct small s = { .in = bytes };

	for (uint32_t n = get_u32(take(&s, 4)); !s.bad && n; n--) {
		char schedule[PERIOD_MAX + 1], period[PERIOD_MAX + 1];
		uint32_t number = get_u32(take(&s, 4));

		take_name(&s, schedule);
		take_name(&s, period);
		if (s.bad || !v->catalogue || !open_again(v, number, schedule, period))
			return false;
	}
	return take_mailbox(v, &s) && duties_unpack(&v->duties, s.in);
}
