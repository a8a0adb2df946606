// SPDX-License-Identifier: Apache-2.0
/*
 * answer_slots: the slots that answer_timeliness counts, one by one, each with its proof: the report that stands, when it was
 * received, when it was sealed. Slots are read as for the figures of a period (told.h): of those in memory what stands now, of
 * frozen ones what stood at the freeze. Incarnation and seal are then read from the journal, without the lock.
 *
 * A page is made of legs: each (leaf, period). It reads as many as its rows and its share of view/ allow; one whose rows fill
 * more than a page is read again for the next. Cursor: a = item index, b = the first day of the leg's period, and the unit
 * (index) from which on its rows are wanted.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "server/held.h"
#include "server/told.h"
#include "server/window.h"

enum { SLOTS_A_PAGE = 512 }; /* each asks for an entry of the journal */

struct leg {
	const struct schedule *schedule;
	struct date deadlines[UNIT_KINDS];
};

struct found {
	size_t leg;
	uint32_t unit; /* index */
	enum slot_state state;
	struct told told;
	/* from the journal: */
	bool read;
	uint8_t incarnation[INCARNATION_SIZE];
	struct instant first_received;
	struct seal seal;
};

struct work {
	struct asking *q;
	const Tiendo__V1__Slots *ask;
	struct about about;
	struct about_units units;
	struct window window;
	struct date today;           /* of the whole page */
	struct told_period *periods; /* by leg */
	struct leg *legs;
	size_t legs_n, cost, rows; /* rows: no leg has more than it was counted with here */
	uint32_t from;             /* unit index, in the first leg */
	struct found *list;
	size_t n, size;
	size_t asked[SLOTS_A_PAGE]; /* place in the list, by place in what the journal is asked for */
	/* the leg behind the page's; NO_INDEX = none */
	uint32_t next_item;
	struct date next_first;
};

static const struct catalogue *catalogue_of(const struct work *w)
{
	return w->q->slice.view->catalogue;
}

/* ---- which legs ---- */

static bool full(const struct work *w)
{
	return w->legs_n && (w->cost >= w->q->answerer->rows_max || w->rows >= SLOTS_A_PAGE);
}

static void add_leg(struct work *w, uint32_t item, const struct schedule *s, const struct period *p)
{
	const struct view *v = w->q->slice.view;
	size_t reporters;

	w->periods = base_grow(w->periods, w->legs_n + 1, sizeof(*w->periods));
	w->periods[w->legs_n] = (struct told_period){
		.item = item, .number = catalogue_item(v->catalogue, item)->row.number, .period = *p};
	w->legs = base_grow(w->legs, w->legs_n + 1, sizeof(*w->legs));
	struct leg *leg = &w->legs[w->legs_n++];
	leg->schedule = s;
	for (unsigned kind = 0; kind < UNIT_KINDS; kind++)
		leg->deadlines[kind] = schedule_deadline(s, catalogue_calendar(v->catalogue), p, (enum unit_kind)kind);
	catalogue_reporters(v->catalogue, item, &reporters);
	w->rows += reporters < w->units.n ? reporters : w->units.n;
	w->cost += told_cost(v, &w->units, item, told_in_memory(v, item, p));
}

/* The periods of one leaf from a day on. False = the page is full. */
static bool plan_leaf(struct work *w, uint32_t item, struct date from)
{
	const struct schedule *s = catalogue_schedule(catalogue_of(w), item);
	struct period p;

	while (s && window_next(&w->window, s, from, &p) && p.first.ymd <= w->today.ymd) {
		if (full(w)) {
			w->next_item = item;
			w->next_first = p.first;
			return false;
		}
		add_leg(w, item, s, &p);
		from = date_add(p.first, 1);
	}
	return true;
}

/* Does the leaf's plan have a row for what was asked? Nobody below it reports the leaf otherwise. */
static bool counts(const struct work *w, uint32_t item)
{
	const struct catalogue *c = catalogue_of(w);

	return catalogue_item(c, item)->leaf && about_has_item(c, &w->about, item) &&
	       about_row(c, &w->about, catalogue_plan_of_item(c, item)) != NO_INDEX;
}

/* False = another generation. */
static bool plan_legs(struct work *w)
{
	struct date from = {(uint32_t)(w->q->at.b >> 32)};
	uint32_t item = w->q->at.a < UINT32_MAX ? (uint32_t)w->q->at.a : UINT32_MAX;

	w->from = (uint32_t)w->q->at.b;
	w->next_item = NO_INDEX;
	for (; item < catalogue_items(catalogue_of(w)); item++, from = (struct date){0}) {
		if (!slice_go_on(&w->q->slice))
			return false;
		if (counts(w, item) && !plan_leaf(w, item, from))
			return true;
	}
	return true;
}

/* ---- their slots ---- */

static enum slot_state state_of(const struct work *w, size_t leg, uint32_t unit, const struct slot_mark *mark)
{
	const struct date never = {UINT32_MAX};

	/* what is frozen is pending no more, whatever the deadline is by now */
	if (!w->periods[leg].in_memory)
		return slot_state(mark, (struct date){0}, never);
	return slot_state(mark, w->legs[leg].deadlines[catalogue_unit(catalogue_of(w), unit)->row.kind],
			  w->today);
}

static void keep(struct work *w, size_t leg, const struct told *t)
{
	uint32_t unit = about_number(&w->units, t->unit);

	if (unit == NO_INDEX || (leg == 0 && unit < w->from))
		return;
	enum slot_state state = state_of(w, leg, unit, &t->mark);
	if (state == SLOT_NOT_EXPECTED)
		return;
	if (w->n == w->size) {
		w->size = w->size ? w->size * 2 : 64;
		w->list = base_grow(w->list, w->size, sizeof(*w->list));
	}
	w->list[w->n++] = (struct found){.leg = leg, .unit = unit, .state = state, .told = *t};
}

static int by_place(const void *pa, const void *pb)
{
	const struct found *a = pa, *b = pb;

	if (a->leg != b->leg)
		return a->leg < b->leg ? -1 : 1;
	return (a->unit > b->unit) - (a->unit < b->unit);
}

static enum reason find_slots(struct work *w)
{
	if (!plan_legs(w))
		return answer_stale(w->q);
	enum reason reason = told_read(w->q, &w->units, w->periods, w->legs_n);
	for (size_t leg = 0; !reason && leg < w->legs_n; leg++)
		for (size_t i = 0; i < w->periods[leg].n; i++)
			keep(w, leg, &w->periods[leg].list[i]);
	if (!reason && w->n)
		qsort(w->list, w->n, sizeof(*w->list), by_place);
	return reason;
}

/* ---- from the journal ---- */

static const struct cell *report_of(const struct work *w, const struct found *f)
{
	return w->periods[f->leg].in_memory ? &f->told.now : &f->told.frozen;
}

static void read_blob(void *ctx, const struct query_blob *b)
{
	struct work *w = ctx;
	struct codec_arena *arena = &w->q->answerer->blobs;
	struct found *f = &w->list[w->asked[b->i]];
	struct update u;

	codec_arena_reset(arena);
	if (!codec_update_decode(b->bytes.data, b->bytes.size, arena, &u))
		return; /* cannot be: it was decoded when it was taken */
	f->read = true;
	memcpy(f->incarnation, b->incarnation, INCARNATION_SIZE);
	f->first_received = b->first_received;
	f->seal = u.seal;
}

/* Of the first `n`. */
static enum reason read_proofs(struct work *w, size_t n)
{
	struct asking *q = w->q;
	const struct query_journal *j = &q->answerer->options->journal;
	struct query_receipt wanted[SLOTS_A_PAGE];
	size_t asked = 0;

	for (size_t i = 0; i < n; i++) {
		const struct cell *report = report_of(w, &w->list[i]);
		if (!(report->flags & CELL_REPORTED))
			continue;
		w->asked[asked] = i;
		wanted[asked++] = (struct query_receipt){report->entry, report->index};
	}
	slice_leave(&q->slice);
	bool read = asked == 0 || j->blobs(j->ctx, wanted, asked, read_blob, w);
	bool same = slice_return(&q->slice);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	return same ? REASON_NONE : answer_stale(q);
}

/* ---- the page ---- */

/* What the seal proves; not where an update before it in its stream was provably sealed later, and this one was late all the
 * same. What was sent for another office was judged by nobody. */
static struct instant sealed(const struct work *w, const struct found *f, struct date deadline)
{
	const struct cell *report = report_of(w, f);
	struct instant received = f->first_received.ms ? f->first_received : (struct instant){report->received_ms};
	struct instant at = timely_sealed(&f->seal, received, (struct instant){0});
	int offset = w->q->slice.view->head.offset_minutes;

	if (f->told.mark.timely == TIMELY_LATE && !(report->flags & CELL_ON_BEHALF) &&
	    timely_judge(received, at, deadline, offset) != TIMELY_LATE)
		return (struct instant){0};
	return at;
}

static void fill_report(const struct work *w, const struct found *f, Tiendo__V1__SlotRow *m, Tiendo__V1__ReceiptRef *receipt)
{
	const struct cell *report = report_of(w, f);
	struct cell said = *report;

	said.flags &= (uint16_t)~CELL_NA; /* whether it applied, the slot's state says */
	m->report = answer_cell_state(&said, catalogue_item(catalogue_of(w), w->periods[f->leg].item)->row.kind);
	if (!(report->flags & CELL_REPORTED))
		return;
	receipt->entry = report->entry;
	receipt->index = report->index;
	m->receipt = receipt;
	m->received_ms = report->received_ms;
	m->on_behalf = report->flags & CELL_ON_BEHALF;
	m->as_of = report->as_of.ymd;
	m->percent = report->percent;
	m->numerator = (uint64_t)report->value;
	m->denominator = (uint64_t)report->denominator;
	if (!f->read)
		return;
	receipt->incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)f->incarnation};
	m->first_received_ms = f->first_received.ms;
	m->sealed_ms = sealed(w, f, (struct date){m->deadline}).ms;
	m->attempts = f->seal.attempts;
}

static Tiendo__V1__SlotState state_word(enum slot_state state)
{
	switch (state) {
	case SLOT_IS_EXEMPT:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_EXEMPT;
	case SLOT_PENDING:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_PENDING;
	case SLOT_ON_TIME:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_ON_TIME;
	case SLOT_LINE_SLOW:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_LINE_SLOW;
	case SLOT_LATE:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_LATE;
	case SLOT_MISSING:
		return TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING;
	case SLOT_NOT_EXPECTED:
		break;
	}
	return TIENDO__V1__SLOT_STATE__SLOT_STATE_UNSPECIFIED;
}

/* False = it begins the next page. */
static bool put(struct work *w, const struct found *f)
{
	const struct told_period *p = &w->periods[f->leg];
	const struct leg *leg = &w->legs[f->leg];
	Tiendo__V1__SlotRow m = TIENDO__V1__SLOT_ROW__INIT;
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;
	struct buffer *piece = &w->q->answerer->piece;

	m.unit = f->told.unit;
	m.item = p->number;
	m.schedule = (char *)leg->schedule->code;
	m.period = (char *)p->period.code;
	m.deadline = leg->deadlines[catalogue_unit(catalogue_of(w), f->unit)->row.kind].ymd;
	m.state = state_word(f->state);
	m.frozen = !p->in_memory;
	m.decided = f->told.mark.flags & SLOT_DECIDED;
	m.after = f->told.after;
	fill_report(w, f, &m, &receipt);
	buffer_clear(piece);
	answer_put(piece, &m);
	return answer_add(w->q, 1, buffer_bytes(piece));
}

static enum reason page(struct work *w)
{
	struct asking *q = w->q;
	enum reason reason = find_slots(w);
	size_t n = w->n < SLOTS_A_PAGE ? w->n : SLOTS_A_PAGE, given = 0;

	if (!reason)
		reason = read_proofs(w, n);
	if (!reason && q->slice.view->head.today.ymd != w->today.ymd)
		reason = answer_fail(q, REASON_STALE_CURSOR, "the day changed while reading: begin again");
	while (!reason && given < n && put(w, &w->list[given]))
		given++;
	if (given < w->n) {
		const struct found *next = &w->list[given];
		q->more = true;
		q->at.a = w->periods[next->leg].item;
		q->at.b = (uint64_t)w->periods[next->leg].period.first.ymd << 32 | next->unit;
	} else {
		q->more = w->next_item != NO_INDEX;
		q->at.a = w->next_item;
		q->at.b = (uint64_t)w->next_first.ymd << 32;
	}
	return reason;
}

static enum reason slots(struct work *w)
{
	struct asking *q = w->q;
	const struct about_ask ask = {.unit = w->ask->unit, .item = w->ask->item, .one_day = true};
	enum reason reason = about_find(q, &ask, &w->about);

	if (reason)
		return reason;
	if (!window_read(catalogue_of(w), w->ask->period, &w->window))
		return answer_fail(q, REASON_NOT_FOUND, "no period has the code \"%.40s\"", w->ask->period);
	if (w->window.all)
		return answer_fail(q, REASON_BAD_FRAME, "a period must be named");
	if (!answer_cursor_day(q->at.b >> 32))
		return answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
	w->today = q->slice.view->head.today;
	return about_units(q, &w->about, &w->units) ? page(w) : answer_stale(q);
}

enum reason answer_slots(struct asking *q, const Tiendo__V1__Query *m)
{
	struct work w = {.q = q, .ask = m->slots};
	enum reason reason = slots(&w);

	told_free(w.periods, w.legs_n);
	free(w.legs);
	free(w.list);
	about_units_free(&w.units);
	return reason;
}
