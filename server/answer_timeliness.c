// SPDX-License-Identifier: Apache-2.0
/*
 * answer_timeliness: how the periods were reported: slots by their state, of the subject with all that is below it, of each
 * kind of office there, and of each unit directly below. Periods in memory are counted from the sheets, frozen ones from the
 * rows of each (leaf, period); a page takes a bounded number of either: rows are parts, and the reader adds them.
 *
 * A page is made of legs: each sheet in memory is one, then each (leaf, frozen period). Cursor: a = the leg that begins the
 * page (of a sheet: how many were before it; else 1 + item index, and above it the first day of the period), b = rows of it
 * that were given already, when one leg alone fills more than a page.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "common/domain/says.h"
#include "server/archive.h"
#include "server/held.h"
#include "server/sheet.h"
#include "server/window.h"

enum {
	ROW_BYTES = 128,       /* no row takes more in a page */
	LEG_ROWS = 16,        /* what finding the rows of a leg costs beside them */
	LOOKUPS_WORTH = 8,     /* one row found by its key costs as much as so many in order ... */
	MEMORY_WORTH = 8,      /* ... or as so many slots in memory */
	LEGS_MAX = 512,
	UNIT_SPAN = 4096       /* as many units are looked up one by one at most */
};

/* Of one period of one schedule: [0] the whole, then by kind of office, then by unit directly below. */
struct tally {
	const struct schedule *schedule;
	struct period period;
	bool frozen;
	struct slot_counts *counts;
};

struct leg {
	uint32_t item, number;
	struct period period;
	size_t tally;
};

struct work {
	struct asking *q;
	const Tiendo__V1__Timeliness *ask;
	struct about about;
	struct about_units units;
	struct window window;
	struct tally *tallies;
	size_t tallies_n;
	struct leg *legs;
	size_t legs_n, legs_max, cost;
	struct archive_span *spans;
	size_t spans_n, *span_legs; /* leg by span */
	uint8_t *kinds;              /* by unit index */
	uint32_t subject;            /* number; 0 = a group */
	uint64_t next;               /* leg behind the page's, as cursor ... */
	bool more;                   /* ... if there is one */
};

static size_t counts_n(const struct work *w)
{
	return 1 + UNIT_KINDS + (size_t)w->units.tops_n;
}

static size_t tally_of(struct work *w, const struct schedule *s, const struct period *p, bool frozen)
{
	for (size_t i = w->tallies_n; i-- > 0;) {
		const struct tally *t = &w->tallies[i];
		if (t->schedule == s && t->period.first.ymd == p->first.ymd && t->frozen == frozen)
			return i;
	}
	w->tallies = base_grow(w->tallies, w->tallies_n + 1, sizeof(*w->tallies));
	w->tallies[w->tallies_n] = (struct tally){
		.schedule = s, .period = *p, .frozen = frozen, .counts = base_alloc(counts_n(w) * sizeof(struct slot_counts))};
	return w->tallies_n++;
}

static void count(struct work *w, size_t tally, uint32_t unit, enum slot_state state)
{
	struct slot_counts *c = w->tallies[tally].counts;
	uint32_t bin = w->units.bins[unit];

	slot_count(&c[0], state);
	slot_count(&c[1 + w->kinds[unit]], state);
	if (bin != ABOUT_ITSELF)
		slot_count(&c[1 + UNIT_KINDS + bin], state);
}

/* ---- in memory ---- */

/* The leaves at or below the item, of one plan; none: begin = end. */
static void leaves_of(const struct work *w, const struct block *b, uint32_t *begin, uint32_t *end)
{
	const struct catalogue *c = w->q->slice.view->catalogue;
	uint32_t item = w->about.item;
	const struct column *column = &b->columns[0];

	*begin = *end = 0;
	if (item != NO_INDEX) {
		if (catalogue_plan_of_item(c, item) != b->plan)
			return;
		column = &b->columns[catalogue_item(c, item)->column];
	}
	*begin = column->first_leaf;
	*end = column->end_leaf;
}

static void count_row(struct work *w, const struct sheets *s, const struct sheet *sheet, size_t tally, uint32_t row,
		      uint32_t begin, uint32_t end)
{
	uint32_t unit = s->block->rows[row].unit;
	struct date deadline = sheet->deadlines[w->kinds[unit]];

	for (uint32_t leaf = begin; leaf < end; leaf++) {
		if (s->leaf_rhythm[leaf] != sheet->rhythm)
			continue;
		struct slot_mark mark = sheet_mark(s, sheet, row, leaf);
		enum slot_state state = slot_state(&mark, deadline, w->q->slice.view->head.today);
		if (state != SLOT_NOT_EXPECTED)
			count(w, tally, unit, state);
	}
}

/* False = another generation. Sheets open and close with the day, which a page outlives no more than a generation. */
static bool count_sheet(struct work *w, uint32_t plan, uint32_t at)
{
	const struct view *v = w->q->slice.view;
	const struct date today = v->head.today;
	const struct block *b = v->held->blocks[plan];
	const struct sheet *sheet = b->sheets->open[at];
	uint32_t begin, end;

	leaves_of(w, b, &begin, &end);
	size_t tally = tally_of(w, b->sheets->rhythms[sheet->rhythm].schedule, &sheet->period, false);
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		if (w->units.bins[b->rows[row].unit] == NO_INDEX)
			continue;
		count_row(w, b->sheets, sheet, tally, row, begin, end);
		if (!slice_go_on(&w->q->slice) || v->head.today.ymd != today.ymd)
			return false;
	}
	return true;
}

/* Room for one more tally's rows on the page? */
static bool room(const struct work *w, const struct schedule *s, const struct period *p)
{
	size_t tallies = w->tallies_n + 1;

	for (size_t i = 0; i < w->tallies_n; i++)
		if (w->tallies[i].schedule == s && w->tallies[i].period.first.ymd == p->first.ymd)
			tallies = w->tallies_n;
	return tallies * counts_n(w) * ROW_BYTES <= w->q->answerer->page_max && w->cost < w->q->answerer->rows_max;
}

/* One sheet. False = another generation; or, with w->more, it begins the next page. */
static bool memory_leg(struct work *w, uint32_t plan, uint32_t at, uint64_t ordinal)
{
	const struct block *b = w->q->slice.view->held->blocks[plan];
	const struct sheet *sheet = b->sheets->open[at];
	uint32_t begin, end;

	leaves_of(w, b, &begin, &end);
	if (begin == end || !window_has(&w->window, &sheet->period) || ordinal < w->q->at.a)
		return true;
	if (w->legs_n == w->legs_max || (w->legs_n && !room(w, b->sheets->rhythms[sheet->rhythm].schedule, &sheet->period))) {
		w->more = true;
		w->next = ordinal;
		return false;
	}
	w->legs_n++;
	w->cost += (size_t)w->units.n * (end - begin) / MEMORY_WORTH;
	return count_sheet(w, plan, at);
}

/* False = another generation. */
static bool count_memory(struct work *w)
{
	const struct view *v = w->q->slice.view;
	uint64_t ordinal = 0;

	for (uint32_t plan = 0; plan < v->held->blocks_n; plan++)
		for (uint32_t at = 0; at < v->held->blocks[plan]->sheets->open_n; at++)
			if (!memory_leg(w, plan, at, ordinal++))
				return w->more;
	return true;
}

/* ---- frozen ---- */

static uint64_t leg_cursor(uint32_t item, struct date first)
{
	return (uint64_t)first.ymd << 32 | (item + 1);
}

static bool in_memory(const struct view *v, uint32_t item, const struct period *p)
{
	const struct catalogue *c = v->catalogue;
	const struct block *b = v->held->blocks[catalogue_plan_of_item(c, item)];

	return sheet_of(b->sheets, b->columns[catalogue_item(c, item)->column].leaf, period_place(p->first));
}

/* A few units are looked up by their keys, many in order. */
static void put_spans(struct work *w, const struct leg *s)
{
	uint8_t key[12];
	size_t reporters, before = w->spans_n;

	catalogue_reporters(w->q->slice.view->catalogue, s->item, &reporters);
	bool few = w->units.n <= UNIT_SPAN && (size_t)w->units.n * LOOKUPS_WORTH < reporters;
	put_u32(key, s->number);
	put_u32(key + 4, s->period.first.ymd);
	w->cost += LEG_ROWS + (few ? (size_t)w->units.n * LOOKUPS_WORTH : reporters);
	size_t more = few ? w->units.n : 1;
	w->spans = base_grow(w->spans, before + more, sizeof(*w->spans));
	w->span_legs = base_grow(w->span_legs, before + more, sizeof(*w->span_legs));
	for (uint32_t n = 0; few && n < w->units.numbers_n; n++)
		if (w->units.by_number[n] != NO_INDEX) {
			put_u32(key + 8, n);
			w->spans[w->spans_n++] = archive_prefix(key, 12);
		}
	if (!few)
		w->spans[w->spans_n++] = archive_prefix(key, 8);
	for (size_t i = before; i < w->spans_n; i++)
		w->span_legs[i] = w->legs_n;
}

/* False = the page is full: the leg begins the next one. */
static bool put_leg(struct work *w, uint32_t item, const struct schedule *schedule, const struct period *p)
{
	struct leg s = {.item = item, .number = catalogue_item(w->q->slice.view->catalogue, item)->row.number, .period = *p};

	if (w->legs_n == w->legs_max || (w->legs_n && !room(w, schedule, p)))
		return false;
	put_spans(w, &s);
	s.tally = tally_of(w, schedule, p, true);
	w->legs = base_grow(w->legs, w->legs_n + 1, sizeof(*w->legs));
	w->legs[w->legs_n++] = s;
	return true;
}

/* Of one leaf, from a day on. False = the page is full. */
static bool plan_leaf(struct work *w, uint32_t item, struct date from)
{
	const struct view *v = w->q->slice.view;
	const struct schedule *s = catalogue_schedule(v->catalogue, item);
	struct period p;

	while (s && window_next(&w->window, s, from, &p) && p.first.ymd <= v->head.today.ymd) {
		from = date_add(p.first, 1);
		if (in_memory(v, item, &p) || put_leg(w, item, s, &p))
			continue;
		w->next = leg_cursor(item, p.first);
		w->more = true;
		return false;
	}
	return true;
}

/* Those of the page, and which one begins the next. False = another generation. */
static bool plan_legs(struct work *w)
{
	const struct catalogue *c = w->q->slice.view->catalogue;
	struct date from = {(uint32_t)(w->q->at.a >> 32)};
	uint32_t item = from.ymd ? (uint32_t)w->q->at.a - 1 : 0;

	for (; item < catalogue_items(c); item++, from = (struct date){0}) {
		if (!slice_go_on(&w->q->slice))
			return false;
		if (catalogue_item(c, item)->leaf && about_has_item(c, &w->about, item) && !plan_leaf(w, item, from))
			return true;
	}
	return true;
}

static void count_frozen(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct work *w = ctx;
	struct slot_value slot;

	if (key.size < 12 || !slot_unpack(value, &slot))
		return; /* cannot be: its check was right */
	uint32_t unit = about_number(&w->units, get_u32(key.data + 8));
	enum slot_state state = slot_state(&slot.mark, (struct date){0}, (struct date){UINT32_MAX});
	if (unit != NO_INDEX && state != SLOT_NOT_EXPECTED)
		count(w, w->legs[w->span_legs[span]].tally, unit, state);
}

/* ---- the page ---- */

static bool put_row(struct work *w, const struct tally *t, const struct slot_counts *n, uint32_t unit, const char *level)
{
	const struct catalogue *c = w->q->slice.view->catalogue;
	Tiendo__V1__TimelinessRow m = TIENDO__V1__TIMELINESS_ROW__INIT;
	Tiendo__V1__SlotCounts slots = TIENDO__V1__SLOT_COUNTS__INIT;
	struct buffer *piece = &w->q->answerer->piece;

	if (!n->expected && !n->exempt)
		return true;
	slots.expected = n->expected;
	slots.exempt = n->exempt;
	slots.pending = n->pending;
	slots.on_time = n->on_time;
	slots.line_slow = n->line_slow;
	slots.late = n->late;
	slots.missing = n->missing;
	m.unit = unit;
	m.item = w->about.item == NO_INDEX ? 0 : catalogue_item(c, w->about.item)->row.number;
	m.schedule = (char *)t->schedule->code;
	m.period = (char *)t->period.code;
	m.first = t->period.first.ymd;
	m.last = t->period.last.ymd;
	m.frozen = t->frozen;
	m.slots = &slots;
	m.level = (char *)level;
	buffer_clear(piece);
	answer_put(piece, &m);
	return answer_add(w->q, 1, buffer_bytes(piece));
}

static bool put_nth(struct work *w, const struct tally *t, size_t i)
{
	const struct catalogue *c = w->q->slice.view->catalogue;

	if (i == 0)
		return put_row(w, t, &t->counts[0], w->subject, "");
	if (i == 1 + UNIT_NONE) /* a kind without a word is no level */
		return true;
	if (i <= UNIT_KINDS)
		return put_row(w, t, &t->counts[i], w->subject, unit_kind_word((enum unit_kind)(i - 1)));
	return put_row(w, t, &t->counts[i], catalogue_unit_number(c, w->units.tops[i - 1 - UNIT_KINDS]), "");
}

/* Rows from `skip` on. False = the page is full; *given says how many of them stand on it and those before. */
static bool put_rows(struct work *w, uint64_t skip, uint64_t *given)
{
	size_t each = counts_n(w);

	for (*given = skip; *given < w->tallies_n * each; ++*given)
		if (!put_nth(w, &w->tallies[*given / each], *given % each))
			return false;
	return true;
}

/* Legs of the archive carry a day. */
static bool in_archive(const struct asking *q)
{
	return q->at.a >> 32;
}

static enum reason count_legs(struct work *w)
{
	struct asking *q = w->q;
	struct archive_ask ask = {.table = ROWS_FROZEN, .fn = count_frozen, .ctx = w};

	/* a leg whose rows fill more than a page is one by itself */
	w->legs_max = q->at.b ? 1 : LEGS_MAX;
	if (!in_archive(q) && !count_memory(w))
		return answer_stale(q);
	if (!in_archive(q)) /* the archive's begin on a page of their own */
		w->legs_max = w->legs_n;
	if (!w->more && !w->window.all && !plan_legs(w))
		return answer_stale(q);
	ask.spans = w->spans;
	ask.spans_n = w->spans_n;
	return archive_read(q, &ask);
}

static enum reason page(struct work *w)
{
	struct asking *q = w->q;
	uint64_t skip = q->at.b, given;
	enum reason reason = count_legs(w);

	if (reason)
		return reason;
	if (!put_rows(w, skip, &given)) {
		q->more = true;
		q->at.b = given;
		return REASON_NONE;
	}
	q->more = w->more;
	q->at.a = w->next;
	q->at.b = 0;
	return REASON_NONE;
}

static bool begin(struct work *w)
{
	const struct view *v = w->q->slice.view;

	if (!about_units(w->q, &w->about, &w->units))
		return false;
	w->kinds = base_alloc(w->units.end + 1);
	for (uint32_t i = w->units.first; i < w->units.end; i++)
		w->kinds[i] = (uint8_t)catalogue_unit(v->catalogue, i)->row.kind;
	w->subject = w->about.subject.is_group ? 0 : catalogue_unit_number(v->catalogue, w->about.subject.index);
	return true;
}

static enum reason timeliness(struct work *w)
{
	struct asking *q = w->q;
	const struct about_ask ask = {.unit = w->ask->unit, .item = w->ask->item, .one_day = true};
	enum reason reason = about_find(q, &ask, &w->about);

	if (reason)
		return reason;
	if (!window_read(q->slice.view->catalogue, w->ask->period, &w->window))
		return answer_fail(q, REASON_NOT_FOUND, "no period has the code \"%.40s\"", w->ask->period);
	if (!answer_cursor_day(q->at.a >> 32))
		return answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
	if (!begin(w))
		return answer_stale(q);
	return page(w);
}

enum reason answer_timeliness(struct asking *q, const Tiendo__V1__Query *m)
{
	struct work w = {.q = q, .ask = m->timeliness};
	enum reason reason = timeliness(&w);

	for (size_t i = 0; i < w.tallies_n; i++)
		free(w.tallies[i].counts);
	free(w.tallies);
	free(w.legs);
	free(w.spans);
	free(w.span_legs);
	free(w.kinds);
	about_units_free(&w.units);
	return reason;
}
