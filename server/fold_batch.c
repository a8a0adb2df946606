// SPDX-License-Identifier: Apache-2.0
/* Reports: into their cells, and into the slots of their periods. */
#include <string.h>

#include "common/domain/periods.h"
#include "server/fold_inside.h"
#include "server/duties.h"

/* ---- what a report says ---- */

bool fold_read(const struct reporting *r, struct cell *out)
{
	const struct update *u = &r->taken->update;
	const struct block *b = r->aim.at.block;
	enum item_kind kind = b->columns[b->leaf_columns[r->aim.at.leaf]].row->kind;
	enum body_kind figure = update_figure(u);

	*out = (struct cell){ .entry = r->entry->number, .index = (uint16_t)r->taken->index,
			      .principal = r->entry->principal, .received_ms = r->entry->received.ms,
			      .period = r->period, .as_of = u->as_of, .flags = CELL_REPORTED,
			      .version = r->entry->number };
	if (r->aim.unit != r->own)
		out->flags |= CELL_ON_BEHALF;
	if (figure == BODY_TASK) {
		out->state = (uint8_t)u->state;
		out->percent = (uint8_t)u->percent;
		out->done_on = u->done_on;
		return kind == ITEM_TASK && u->state != TASK_NONE;
	}
	if (figure == BODY_RATIO) {
		out->value = u->numerator;
		out->denominator = u->denominator;
		return kind == ITEM_RATIO;
	}
	if (figure == BODY_COUNT || figure == BODY_POINTS) {
		out->value = u->value;
		return kind == (figure == BODY_COUNT ? ITEM_COUNT : ITEM_POINTS);
	}
	out->flags |= CELL_NONE_ARISEN;
	return figure == BODY_NONE_ARISEN && kind != ITEM_TASK;
}

static bool says_the_same(const struct cell *a, const struct cell *b)
{
	return a->value == b->value && a->denominator == b->denominator && a->state == b->state &&
	       a->percent == b->percent && !((a->flags ^ b->flags) & CELL_NONE_ARISEN);
}

/* ---- the live cell ---- */

/* Somebody else's report was there, and the author had not seen it. His own last one he knows. */
static bool crossed(const struct cell *was, const struct update *u, uint32_t principal)
{
	return was->entry && was->principal != principal && u->base_version < was->entry;
}

static void enter_cell(struct view *v, const struct reporting *r, const struct cell *report, struct change *ch)
{
	struct cell *cell = r->aim.cell, now = *report;
	struct past *past = block_past(r->aim.at.block, cell);

	if (sheets_passed(r->aim.at.block->sheets, r->aim.at.leaf, report->period))
		return; /* a flow of an older period: it is in its slot */
	if (!report_wins(report, cell)) {
		if (!report_wins(report, &past->before))
			return; /* kept in the journal; what newer reports say stands */
		fold_touch(v, r->aim.unit);
		past->before = *report;
		return;
	}
	fold_touch(v, r->aim.unit);
	if (cell->flags & CELL_REPORTED) {
		struct date since = past->since.ymd ? past->since : cell->as_of;
		past->since = says_the_same(cell, report) ? since : (struct date){ 0 };
		past->before = *cell;
		past->before.flags &= (uint16_t)~(CELL_JUDGED | CELL_ITS_OWN);
	}
	if (crossed(cell, &r->taken->update, r->entry->principal))
		now.flags |= CELL_CROSSED;
	fold_settle(v, &r->aim, now, r->entry->number, ch);
}

static void void_cell(struct view *v, const struct reporting *by, uint64_t entry, uint16_t index, struct change *ch)
{
	struct past *past = block_past(by->aim.at.block, by->aim.cell);
	struct cell now = *by->aim.cell, before = past->before;
	unsigned which = reports_void(&now, &before, entry, index);

	if (!which)
		return;
	fold_touch(v, by->aim.unit);
	past->before = before;
	past->since = (struct date){ 0 };
	if (which == 1)
		fold_settle(v, &by->aim, now, by->entry->number, ch);
}

/* ---- slots ---- */

struct slot_at {
	struct sheet *sheet; /* NULL = the period is not in memory */
	uint32_t slot;
};

static struct slot_at slot_of(const struct reporting *r, uint16_t period)
{
	const struct sheets *s = r->aim.at.block->sheets;
	struct slot_at at = { .sheet = sheet_of(s, r->aim.at.leaf, period) };

	at.slot = at.sheet ? sheet_slot(s, r->aim.at.row, r->aim.at.leaf) : NO_INDEX;
	if (at.slot == NO_INDEX)
		at.sheet = NULL;
	return at;
}

/* A report for another office is a figure, but not that office's promptness. */
static enum timely judge(struct view *v, const struct reporting *r, struct date deadline)
{
	struct instant received = r->taken->first_received.ms ? r->taken->first_received : r->entry->received;
	struct instant *last = duties_sealed(&v->duties, r->entry->principal, r->entry->epoch);
	struct instant sealed = timely_sealed(&r->taken->update.seal, received, last ? *last : (struct instant){ 0 });

	if (last && sealed.ms > last->ms)
		*last = sealed;
	if (r->aim.unit != r->own)
		return TIMELY_NONE;
	return timely_judge(received, sealed, deadline, v->head.offset_minutes);
}

enum { SAME_TEXT_MIN = 20 }; /* bytes: "không có gì mới" is no sign of copying */

static uint64_t hash_of(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037); /* FNV-1a, 64 bits */

	for (; *text; text++)
		h = (h ^ (uint8_t)*text) * UINT64_C(1099511628211);
	return h ? h : 1;
}

static void suspect(struct view *v, const struct reporting *r, enum suspicion kind, uint64_t before, uint64_t after)
{
	const struct block *b = r->aim.at.block;
	uint8_t key[23], value[16];

	put_u32(key, b->columns[b->leaf_columns[r->aim.at.leaf]].row->number);
	put_u32(key + 4, period_first(r->period).ymd);
	put_u32(key + 8, catalogue_unit_number(v->catalogue, r->aim.unit));
	put_u64(key + 12, r->entry->number);
	put_u16(key + 20, (uint16_t)r->taken->index);
	key[22] = (uint8_t)kind;
	put_u64(value, before);
	put_u64(value + 8, after);
	rows_put(&v->rows, ROWS_SUSPICIONS, bytes_of(key, sizeof key), bytes_of(value, sizeof value));
}

/* The note of the period before, word for word. */
static void compare_notes(struct view *v, const struct reporting *r, const struct schedule *s)
{
	struct past *past = block_past(r->aim.at.block, r->aim.cell);
	const char *note = r->taken->update.note;
	uint64_t hash = strlen(note) >= SAME_TEXT_MIN ? hash_of(note) : 0;
	struct period before;

	if (r->period < past->note_period || (!hash && !past->note))
		return;
	if (hash && hash == past->note && schedule_before(s, period_first(r->period), &before) &&
	    period_place(before.first) == past->note_period)
		suspect(v, r, SUSPICION_SAME_TEXT, 0, 0);
	fold_touch(v, r->aim.unit);
	past->note = hash;
	past->note_period = hash ? r->period : 0;
}

static uint64_t progress_bp(const struct cell *c)
{
	if (c->state != TASK_NONE)
		return c->percent * UINT64_C(100);
	return (uint64_t)((__int128)c->value * 10000 / c->denominator);
}

/* From half or less to everything. Of nothing there is no share. */
static bool jumps(const struct cell *was, const struct cell *report)
{
	bool shares = was->state != TASK_NONE || (was->denominator && report->denominator);

	return shares && progress_bp(was) <= 5000 && progress_bp(report) >= 10000;
}

/* A running total begins anew with the year, and it is the day it describes that says of which year it is: a period from the
 * 15th to the 14th lies in two. */
static bool falls(const struct cell *was, const struct cell *report)
{
	return was->period < report->period && was->as_of.ymd / 10000 == report->as_of.ymd / 10000 &&
	       report->value < was->value;
}

/* Before it enters, beside what stood until now. */
static void look_at(struct view *v, const struct reporting *r, const struct cell *report, const struct sheet *sheet)
{
	const struct block *b = r->aim.at.block;
	const struct cell *was = r->aim.cell;
	const struct item_row *item = b->columns[b->leaf_columns[r->aim.at.leaf]].row;

	compare_notes(v, r, b->sheets->rhythms[sheet->rhythm].schedule);
	if (!(was->flags & CELL_REPORTED) || (report->flags | was->flags) & CELL_NONE_ARISEN)
		return;
	if ((item->kind == ITEM_TASK || item->kind == ITEM_RATIO) && report->as_of.ymd >= sheet->period.last.ymd &&
	    jumps(was, report))
		suspect(v, r, SUSPICION_JUMP, progress_bp(was), progress_bp(report));
	if (item->measure == MEASURE_YTD && falls(was, report) && !r->taken->update.reason[0])
		suspect(v, r, SUSPICION_FALL, (uint64_t)was->value, (uint64_t)report->value);
}

static size_t after_key(const struct view *v, const struct reporting *r, uint16_t period, uint8_t key[static ROWS_KEY_MAX])
{
	const struct block *b = r->aim.at.block;

	put_u32(key, b->columns[b->leaf_columns[r->aim.at.leaf]].row->number);
	put_u32(key + 4, period_first(period).ymd);
	put_u32(key + 8, catalogue_unit_number(v->catalogue, r->aim.unit));
	put_u64(key + 12, r->entry->number);
	put_u16(key + 20, (uint16_t)r->taken->index);
	return 22;
}

static struct date deadline_of(const struct view *v, const struct reporting *r, uint16_t period)
{
	const struct catalogue *c = v->catalogue;
	const struct block *b = r->aim.at.block;
	const struct schedule *s = b->sheets->rhythms[b->sheets->leaf_rhythm[r->aim.at.leaf]].schedule;
	struct period p;

	return schedule_at(s, period_first(period), &p)
		       ? schedule_deadline(s, catalogue_calendar(c), &p, catalogue_unit(c, r->aim.unit)->row.kind)
		       : (struct date){ 0 };
}

/* Its period is frozen, or older than the store: only what is now known about it changes. Whether it was sealed in time is
 * said all the same. */
static void report_after(struct view *v, const struct reporting *r, const struct cell *report)
{
	uint8_t key[ROWS_KEY_MAX], value[1 + SLOT_BYTES] = { AFTER_REPORT };
	struct slot_value slot = { .target = NO_TARGET, .report = *report };

	slot.mark.timely = (uint8_t)judge(v, r, deadline_of(v, r, report->period));
	size_t size = slot_pack(&slot, value + 1);
	rows_put(&v->rows, ROWS_AFTER, bytes_of(key, after_key(v, r, report->period, key)), bytes_of(value, 1 + size));
}

static void void_after(struct view *v, const struct reporting *by, uint16_t period, uint64_t entry, uint16_t index)
{
	uint8_t key[ROWS_KEY_MAX], value[11] = { AFTER_VOID };

	put_u64(value + 1, entry);
	put_u16(value + 9, index);
	size_t size = after_key(v, by, period, key);
	key[size++] = AFTER_VOID; /* a correction voids and reports under one receipt */
	rows_put(&v->rows, ROWS_AFTER, bytes_of(key, size), bytes_of(value, sizeof value));
}

static void enter_slot(struct view *v, const struct reporting *r, const struct cell *report)
{
	struct slot_at at = slot_of(r, report->period);

	if (!at.sheet) {
		report_after(v, r, report);
		return;
	}
	if (r->taken->update.body <= BODY_NONE_ARISEN)
		look_at(v, r, report, at.sheet);
	fold_touch(v, r->aim.unit);
	struct slot_mark *mark = &at.sheet->marks[at.slot];
	enum unit_kind kind = catalogue_unit(v->catalogue, r->aim.unit)->row.kind;
	bool empty = !(at.sheet->reports[at.slot].flags & CELL_REPORTED);
	enum timely had = empty ? TIMELY_NONE : (enum timely)mark->timely;
	mark->timely = (uint8_t)timely_better(had, judge(v, r, at.sheet->deadlines[kind]));
	reports_add(&at.sheet->reports[at.slot], &at.sheet->before[at.slot], report);
}

static void void_slot(struct view *v, const struct reporting *by, uint16_t period, uint64_t entry, uint16_t index)
{
	struct slot_at at = slot_of(by, period);

	if (!at.sheet) {
		void_after(v, by, period, entry, index);
		return;
	}
	fold_touch(v, by->aim.unit);
	if (reports_void(&at.sheet->reports[at.slot], &at.sheet->before[at.slot], entry, index) &&
	    !(at.sheet->reports[at.slot].flags & CELL_REPORTED))
		at.sheet->marks[at.slot].timely = TIMELY_NONE;
}

/* ---- both ---- */

void fold_report(struct view *v, const struct reporting *r, const struct cell *report, struct change *ch)
{
	if (report->period)
		enter_slot(v, r, report);
	enter_cell(v, r, report, ch);
}

void fold_void(struct view *v, const struct reporting *by, uint64_t entry, uint16_t index, struct change *ch)
{
	if (by->period)
		void_slot(v, by, by->period, entry, index);
	void_cell(v, by, entry, index, ch);
}

/* ---- batches ---- */

static uint16_t period_of(const struct catalogue *c, uint32_t unit, uint32_t item, const struct update *u)
{
	const struct schedule *s = catalogue_schedule(c, item);
	struct period p;

	if (!s || !timely_period(s, catalogue_calendar(c), catalogue_unit(c, unit)->row.kind, u->period, u->as_of, &p))
		return 0; /* no schedule; or a report of older rules, whose period nobody asked for */
	return period_place(p.first);
}

/*
 * The batch goes step by step, all of it through one step before the next: every update lies somewhere else in some
 * hundred MB, and while one is looked at, what the next step needs of the others is fetched.
 */
static bool aim_all(const struct view *v, const struct taken *taken, size_t n, struct reporting out[static BATCH_MAX])
{
	const struct catalogue *c = v->catalogue;

	for (size_t i = 0; i < n; i++)
		if (!taken[i].place.known)
			catalogue_expect(c, taken[i].update.unit, taken[i].update.item);
	for (size_t i = 0; i < n; i++) {
		struct taken_place place = taken[i].place;
		bool known;
		if (!place.known) {
			place.unit = catalogue_unit_at(c, taken[i].update.unit, taken[i].update.as_of, &known);
			place.item = catalogue_item_by_code(c, taken[i].update.item);
		}
		if (place.unit == NO_INDEX || place.item == NO_INDEX)
			return false;
		out[i].taken = &taken[i];
		out[i].aim.unit = place.unit;
		out[i].aim.at = held_place(v->held, place.unit, place.item);
		if (!out[i].aim.at.block)
			return false;
		out[i].period = place.known ? place.period : period_of(c, place.unit, place.item, &taken[i].update);
		block_expect(out[i].aim.at.block, out[i].aim.at.row, out[i].aim.at.leaf);
	}
	for (size_t i = 0; i < n; i++) {
		const struct held_place *at = &out[i].aim.at;
		out[i].aim.cell = block_cell(at->block, at->row, at->leaf);
		if (!out[i].aim.cell)
			return false;
		out[i].aim.line = block_line(at->block, at->row);
		block_expect_move(at->block, &out[i].aim.line, at->leaf, out[i].aim.cell);
	}
	return true;
}

bool fold_aim(const struct view *v, uint32_t unit, uint32_t item, struct aim *out)
{
	*out = (struct aim){ .unit = unit, .at = held_place(v->held, unit, item) };
	out->cell = out->at.block ? block_cell(out->at.block, out->at.row, out->at.leaf) : NULL;
	if (out->cell)
		out->line = block_line(out->at.block, out->at.row);
	return out->cell;
}

/* One that carries more than a plain figure: rare, so one by one. An item that is no leaf leaves `aim.cell` NULL. */
static void rare(struct view *v, struct reporting *r, struct change *ch)
{
	const struct update *u = &r->taken->update;
	bool known;
	uint32_t unit = catalogue_unit_at(v->catalogue, u->unit, u->as_of, &known);
	uint32_t item = catalogue_item_by_code(v->catalogue, u->item);

	r->aim = (struct aim){ .unit = unit };
	r->period = 0;
	if (unit != NO_INDEX && item != NO_INDEX && catalogue_item(v->catalogue, item)->leaf &&
	    fold_aim(v, unit, item, &r->aim))
		r->period = period_of(v->catalogue, unit, item, u);
	fold_matter(v, r, ch);
}

static enum fold_result plain(struct view *v, const struct reporting *r, struct change *ch)
{
	struct cell report;

	if (!fold_read(r, &report))
		return FOLD_FOREIGN;
	fold_report(v, r, &report, ch);
	return FOLD_OK;
}

static bool is_plain(const struct taken *t)
{
	return t->update.body <= BODY_NONE_ARISEN;
}

enum fold_result fold_batch(struct view *v, const struct entry *e, struct change *ch)
{
	const struct principal *by = roster_principal(v->roster, e->principal);
	const struct taken *taken = e->batch.taken;
	struct reporting r[BATCH_MAX];
	enum fold_result result = FOLD_OK;

	if (!by || !v->catalogue || e->batch.taken_n > BATCH_MAX)
		return FOLD_FOREIGN;
	uint32_t own = catalogue_unit_by_number(v->catalogue, by->scope_unit);
	for (size_t from = 0, n; result == FOLD_OK && from < e->batch.taken_n; from += n) {
		for (n = 0; from + n < e->batch.taken_n && is_plain(&taken[from + n]); n++)
			;
		if (n && !aim_all(v, taken + from, n, r))
			return FOLD_FOREIGN;
		for (size_t i = 0; result == FOLD_OK && i < n; i++) {
			r[i].entry = e;
			r[i].own = own;
			result = plain(v, &r[i], ch);
		}
		if (n)
			continue;
		n = 1;
		r[0] = (struct reporting){ .entry = e, .taken = &taken[from], .own = own };
		rare(v, &r[0], ch);
	}
	return result;
}
