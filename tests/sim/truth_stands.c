// SPDX-License-Identifier: Apache-2.0
/* Cells, slots and rows over time: what the journal's barriers and reports do to them. */
#include "tests/sim/truth_inside.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- two reports stand ---- */

static bool wins(const struct truth_report *r, const struct truth_report *over)
{
	if (!over->entry || r->period.ymd != over->period.ymd)
		return !over->entry || r->period.ymd > over->period.ymd;
	return r->as_of.ymd >= over->as_of.ymd;
}

void truth_stand_add(struct truth_stand *s, const struct truth_report *r)
{
	if (wins(r, &s->top)) {
		s->under = s->top;
		s->top = *r;
	} else if (wins(r, &s->under)) {
		s->under = *r;
	}
}

static bool is(const struct truth_report *r, uint64_t entry, uint32_t index)
{
	return r->entry && r->entry == entry && r->index == index;
}

bool truth_stand_holds(const struct truth_stand *s, uint64_t entry, uint32_t index)
{
	return is(&s->top, entry, index) || is(&s->under, entry, index);
}

bool truth_stand_void(struct truth_stand *s, uint64_t entry, uint32_t index)
{
	if (!truth_stand_holds(s, entry, index))
		return false;
	if (is(&s->top, entry, index))
		s->top = s->under;
	s->under = (struct truth_report){0};
	return true;
}

/* ---- cells ---- */

struct truth_cell *truth_cell_of(uint32_t unit, uint32_t item, bool make)
{
	for (size_t i = 0; i < truth.cells_n; i++)
		if (truth.cells[i].unit == unit && truth.cells[i].item == item)
			return &truth.cells[i];
	if (!make)
		return NULL;
	if (truth.cells_n == TRUTH_CELLS)
		truth_broken("the simulated country is too large");
	struct truth_cell *c = &truth.cells[truth.cells_n++];
	*c = (struct truth_cell){.unit = unit, .item = item};
	return c;
}

/* A figure of what happened in a period that is not the last one any more is no live figure. */
static bool passed(const struct truth_item *i, struct date period)
{
	const struct truth_schedule *s = truth_schedule_of(&truth.catalogue, i);
	struct truth_period last;

	return s && i->measure == MEASURE_FLOW && truth.today.ymd && truth_period_ended(s, truth.today, &last) &&
	       period.ymd < last.first.ymd;
}

static void end_flows(void)
{
	for (size_t k = 0; k < truth.cells_n; k++) {
		struct truth_cell *c = &truth.cells[k];
		const struct truth_item *i = truth_item_of(&truth.catalogue, c->item);

		if (c->stand.top.entry && passed(i, c->stand.top.period))
			c->stand = (struct truth_stand){0};
		else if (c->stand.under.entry && passed(i, c->stand.under.period))
			c->stand.under = (struct truth_report){0};
	}
}

/* ---- slots ---- */

struct truth_slot *truth_slot(struct truth_sheet *sheet, uint32_t unit, uint32_t item, bool make)
{
	for (size_t i = 0; i < sheet->n; i++)
		if (sheet->slots[i].unit == unit && sheet->slots[i].item == item)
			return &sheet->slots[i];
	if (!make)
		return NULL;
	if (sheet->n == sheet->room) {
		sheet->room = sheet->room * 2 + 16;
		sheet->slots = base_grow(sheet->slots, sheet->room, sizeof *sheet->slots);
	}
	sheet->slots[sheet->n] = (struct truth_slot){.unit = unit, .item = item};
	return &sheet->slots[sheet->n++];
}

static struct truth_sheet *held(uint32_t plan, const char *schedule, struct date first)
{
	for (size_t i = 0; i < truth.sheets_n; i++) {
		struct truth_sheet *s = &truth.sheets[i];
		if (s->plan == plan && s->period.first.ymd == first.ymd && !strcmp(s->schedule, schedule))
			return s;
	}
	return NULL;
}

struct truth_sheet *truth_sheet_of(const struct truth_item *i, struct date period)
{
	return held(truth_plan(&truth.catalogue, i), i->schedule, period);
}

static void drop_sheet(struct truth_sheet *s)
{
	free(s->slots);
	*s = truth.sheets[--truth.sheets_n];
}

static void expect(struct truth_sheet *s)
{
	const struct truth_catalogue *c = &truth.catalogue;

	for (unsigned i = 0; i < c->items_n; i++) {
		const struct truth_item *item = &c->items[i];
		if (!truth_leaf(item) || strcmp(item->schedule, s->schedule) || truth_plan(c, item) != s->plan)
			continue;
		for (unsigned u = 0; u < c->units_n; u++)
			if (truth_expected(c, &c->units[u], item, truth.today))
				truth_slot(s, c->units[u].number, item->number, true)->expected = true;
	}
}

static struct truth_sheet *add_sheet(uint32_t plan, const char *schedule, const struct truth_period *p)
{
	if (truth.sheets_n == TRUTH_SHEETS)
		truth_broken("more periods are held than the simulator has room for");
	struct truth_sheet *sheet = &truth.sheets[truth.sheets_n++];

	*sheet = (struct truth_sheet){.plan = plan, .period = *p};
	snprintf(sheet->schedule, sizeof sheet->schedule, "%s", schedule);
	return sheet;
}

static void open_sheets(void)
{
	const struct truth_catalogue *c = &truth.catalogue;
	struct truth_period p;

	for (unsigned i = 0; truth.today.ymd && i < c->items_n; i++) {
		const struct truth_item *item = &c->items[i];
		const struct truth_schedule *s = truth_leaf(item) ? truth_schedule_of(c, item) : NULL;
		if (!s || !truth_period_at(s, truth.today, &p) || held(truth_plan(c, item), s->code, p.first))
			continue;
		expect(add_sheet(truth_plan(c, item), s->code, &p));
	}
}

struct date truth_stands_where(uint32_t unit, uint32_t item, uint64_t entry, uint32_t index)
{
	for (size_t i = 0; i < truth.sheets_n; i++) {
		struct truth_slot *slot = truth_slot(&truth.sheets[i], unit, item, false);
		if (slot && truth_stand_holds(&slot->stand, entry, index))
			return truth.sheets[i].period.first;
	}
	return (struct date){0};
}

/* ---- what is emitted ---- */

struct truth_row *truth_row_add(void)
{
	if (truth.rows_n == truth.rows_room) {
		truth.rows_room = truth.rows_room * 2 + 256;
		truth.rows = base_grow(truth.rows, truth.rows_room, sizeof *truth.rows);
	}
	struct truth_row *r = &truth.rows[truth.rows_n++];
	*r = (struct truth_row){0};
	return r;
}

/* Of one that was expected: does nobody owe it any more? What ends behind the period's last day leaves it owed. */
bool truth_exempt(const struct truth_sheet *sheet, const struct truth_slot *slot)
{
	const struct truth_catalogue *c = &truth.catalogue;
	const struct truth_unit *u = truth_unit_of(c, slot->unit);
	const struct truth_item *i = truth_item_of(c, slot->item);
	struct date day = sheet->period.last.ymd < truth.today.ymd ? sheet->period.last : truth.today;

	return slot->exempted || !truth_unit_open(u, truth.today) || !truth_item_open(c, i, truth.today) ||
	       !truth_reporter(c, u, i, day) || truth_na(&truth.cases, slot->unit, slot->item, day);
}

static bool told(const struct truth_slot *slot)
{
	return slot->expected || slot->exempted || slot->decided || slot->stand.top.entry;
}

static void emit_frozen(const struct truth_period *p, const struct truth_slot *slot, bool exempt)
{
	*truth_row_add() = (struct truth_row){.kind = TRUTH_FROZEN, .item = slot->item, .unit = slot->unit,
					      .period = p->first, .slot = *slot, .exempt = exempt};
}

static const struct truth_schedule *schedule_coded(const char *code)
{
	for (unsigned k = 0; k < truth.catalogue.schedules_n; k++)
		if (!strcmp(truth.catalogue.schedules[k].code, code))
			return &truth.catalogue.schedules[k];
	return NULL;
}

static void freeze_homeless(void)
{
	for (size_t i = truth.homeless_n; i-- > 0;) {
		struct truth_homeless *h = &truth.homeless[i];
		if (h->freeze.ymd > truth.today.ymd)
			continue;
		emit_frozen(&h->period, &h->slot, true);
		*h = truth.homeless[--truth.homeless_n];
	}
}

static void freeze_sheets(void)
{
	const struct truth_catalogue *c = &truth.catalogue;

	for (size_t i = truth.sheets_n; i-- > 0;) {
		struct truth_sheet *s = &truth.sheets[i];
		if (truth_freeze(schedule_coded(s->schedule), &c->holidays, &s->period).ymd > truth.today.ymd)
			continue;
		for (size_t k = 0; k < s->n; k++)
			if (told(&s->slots[k]))
				emit_frozen(&s->period, &s->slots[k], truth_exempt(s, &s->slots[k]));
		drop_sheet(s);
	}
	freeze_homeless();
}

/* ---- barriers ---- */

void truth_stands_tick(uint64_t number, struct date today)
{
	struct date before = truth.today;

	truth.today = today;
	truth_mail_forget();
	end_flows();
	truth_mail_remind(number, before);
	freeze_sheets();
	open_sheets();
	truth_cases_tick(number);
}

/* Is that leaf's slot of that period held by the catalogue in force? */
static bool has_place(const struct truth_item *i, const char *code, const struct truth_period *of)
{
	const struct truth_schedule *s = truth_leaf(i) ? truth_schedule_of(&truth.catalogue, i) : NULL;
	struct truth_period p;

	return s && !strcmp(s->code, code) && truth_period_named(s, of->code, &p) && p.first.ymd == of->first.ymd;
}

static bool sheet_goes_on(const struct truth_sheet *s)
{
	const struct truth_catalogue *c = &truth.catalogue;

	for (unsigned k = 0; k < c->items_n; k++)
		if (has_place(&c->items[k], s->schedule, &s->period) && truth_plan(c, &c->items[k]) == s->plan)
			return true;
	return false;
}

static void leave(const struct truth_sheet *s, const struct truth_slot *slot, struct date freeze)
{
	if (truth.homeless_n == TRUTH_HOMELESS)
		truth_broken("more slots have lost their place than the simulator has room for");
	struct truth_homeless *h = &truth.homeless[truth.homeless_n++];

	*h = (struct truth_homeless){.period = s->period, .freeze = freeze, .slot = *slot};
	memcpy(h->schedule, s->schedule, sizeof h->schedule);
}

/* Slots that have no place any more wait; `before`: deadlines are those under which they leave. */
static void carry(const struct truth_catalogue *before)
{
	for (size_t i = truth.sheets_n; i-- > 0;) {
		struct truth_sheet *s = &truth.sheets[i];
		const struct truth_schedule *was = NULL;
		for (unsigned k = 0; k < before->schedules_n; k++)
			if (!strcmp(before->schedules[k].code, s->schedule))
				was = &before->schedules[k];
		struct date freeze = truth_freeze(was, &before->holidays, &s->period);
		for (size_t k = s->n; k-- > 0;) {
			const struct truth_item *item = truth_item_of(&truth.catalogue, s->slots[k].item);
			if (has_place(item, s->schedule, &s->period) && truth_plan(&truth.catalogue, item) == s->plan)
				continue;
			if (told(&s->slots[k]))
				leave(s, &s->slots[k], freeze);
			s->slots[k] = s->slots[--s->n];
		}
		if (!sheet_goes_on(s))
			drop_sheet(s);
	}
}

static void go_home(void)
{
	for (size_t i = truth.homeless_n; i-- > 0;) {
		struct truth_homeless *h = &truth.homeless[i];
		const struct truth_item *item = truth_item_of(&truth.catalogue, h->slot.item);
		if (!has_place(item, h->schedule, &h->period))
			continue;
		struct truth_sheet *s = truth_sheet_of(item, h->period.first);
		if (!s)
			s = add_sheet(truth_plan(&truth.catalogue, item), h->schedule, &h->period);
		*truth_slot(s, h->slot.unit, h->slot.item, true) = h->slot;
		*h = truth.homeless[--truth.homeless_n];
	}
}

/* A leaf without a schedule has one slot, whatever its reports belonged to before. */
static void forget_periods(void)
{
	for (size_t k = 0; k < truth.cells_n; k++) {
		struct truth_stand *stand = &truth.cells[k].stand;
		if (!truth_schedule_of(&truth.catalogue, truth_item_of(&truth.catalogue, truth.cells[k].item)))
			stand->top.period = stand->under.period = (struct date){0};
	}
}

void truth_stands_catalogue(const struct truth_catalogue *before)
{
	carry(before);
	forget_periods();
	open_sheets();
	go_home();
}

/* ---- reports ---- */

static void emit_after(const struct truth_report *r, uint32_t unit, uint32_t item, enum truth_timely timely)
{
	struct truth_row *row = truth_row_add();

	*row = (struct truth_row){.kind = TRUTH_AFTER, .item = item, .unit = unit, .period = r->period, .entry = r->entry,
				  .index = r->index};
	row->slot.stand.top = *r;
	row->slot.timely = timely;
}

void truth_stands_report(uint32_t unit, const struct truth_item *item, const struct truth_report *r, enum truth_timely timely)
{
	struct truth_sheet *sheet = r->period.ymd ? truth_sheet_of(item, r->period) : NULL;

	if (sheet) {
		struct truth_slot *slot = truth_slot(sheet, unit, item->number, true);
		if (!slot->stand.top.entry)
			slot->timely = TRUTH_NO_VERDICT;
		if (timely && (!slot->timely || timely < slot->timely))
			slot->timely = timely;
		truth_stand_add(&slot->stand, r);
	} else if (r->period.ymd) {
		emit_after(r, unit, item->number, timely);
	}
	if (r->period.ymd && passed(item, r->period))
		return; /* it is in its slot */
	truth_stand_add(&truth_cell_of(unit, item->number, true)->stand, r);
}

void truth_stands_void(uint32_t unit, const struct truth_item *item, struct date period, uint64_t entry, uint32_t index,
		       uint64_t by, uint32_t by_index)
{
	struct truth_sheet *sheet = period.ymd ? truth_sheet_of(item, period) : NULL;
	struct truth_slot *slot = sheet ? truth_slot(sheet, unit, item->number, false) : NULL;
	struct truth_cell *c = truth_cell_of(unit, item->number, true);

	truth_stand_void(&c->stand, entry, index);
	if (slot && truth_stand_void(&slot->stand, entry, index) && !slot->stand.top.entry)
		slot->timely = TRUTH_NO_VERDICT;
	if (period.ymd && !sheet)
		*truth_row_add() = (struct truth_row){.kind = TRUTH_AFTER_VOID, .item = item->number, .unit = unit,
						      .period = period, .entry = by, .index = by_index, .voided = entry,
						      .voided_index = index};
}
