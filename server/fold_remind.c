// SPDX-License-Identifier: Apache-2.0
/*
 * Reminders: at the tick of a day, one to each office that owes a report whose deadline is one working day off, or that
 * became missing with this tick; and likewise for a task that is not done and its due date. Offices alone: nobody would
 * read the others.
 */
#include <stdlib.h>

#include "common/domain/periods.h"
#include "server/fold_inside.h"
#include "server/mailbox.h"
#include "server/terms.h"

/* What one unit owes. */
struct owed {
	uint32_t item;   /* number of the leaf that is due first */
	struct date due; /* its deadline */
	uint16_t period; /* of its slot; 0 = a task's own due date */
	uint16_t n;      /* leaves */
};

struct reminding {
	struct view *view;
	struct date before, today; /* of the tick before; 0 = there was none */
	bool working;              /* today is a working day */
	bool *offices;             /* by number of the unit */
	struct owed *owed;         /* by index of the unit; NULL = nothing is due */
};

/* Is this the day to remind of that deadline? */
static bool is_due(const struct reminding *r, struct date deadline)
{
	const struct calendar *c = catalogue_calendar(r->view->catalogue);
	struct date before = r->before.ymd ? r->before : date_add(r->today, -1);

	if (!deadline.ymd)
		return false;
	if (deadline.ymd < r->today.ymd)
		return deadline.ymd >= before.ymd;
	return r->working && calendar_between(c, r->today, deadline) == 1;
}

static void note(struct owed *o, uint32_t item, struct date due, uint16_t period)
{
	bool first = !o->n || due.ymd < o->due.ymd || (due.ymd == o->due.ymd && item < o->item);

	o->n += o->n < UINT16_MAX;
	if (!first)
		return;
	o->item = item;
	o->due = due;
	o->period = period;
}

/* ---- what may be due at all today, by kind of unit: on most days nothing ---- */

enum { LEAF_OWN = 1 << UNIT_KINDS }; /* some cell of the leaf has a due date of its own */

static unsigned kinds_of_sheet(const struct reminding *r, const struct sheet *sheet)
{
	unsigned kinds = 0;

	for (unsigned kind = 0; kind < UNIT_KINDS; kind++)
		kinds |= (unsigned)is_due(r, sheet->deadlines[kind]) << kind;
	return kinds;
}

static unsigned kinds_of_task(const struct reminding *r, const struct block *b, uint32_t leaf)
{
	unsigned kinds = b->terms ? LEAF_OWN : 0;

	if (b->columns[b->leaf_columns[leaf]].row->kind != ITEM_TASK)
		return 0;
	for (unsigned kind = 0; kind < UNIT_KINDS; kind++)
		kinds |= (unsigned)is_due(r, b->days[leaf][kind].due) << kind;
	return kinds;
}

/* ---- cells ---- */

static struct owed *owed_by(const struct reminding *r, const struct block *b, uint32_t row)
{
	return &r->owed[b->rows[row].unit];
}

static bool is_office(const struct reminding *r, const struct block *b, uint32_t row)
{
	return r->offices[catalogue_unit_number(r->view->catalogue, b->rows[row].unit)];
}

static uint32_t number_of(const struct block *b, uint32_t leaf)
{
	return b->columns[b->leaf_columns[leaf]].row->number;
}

static void look_at_slot(const struct reminding *r, const struct block *b, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	const struct sheets *s = b->sheets;
	uint32_t slot = s->leaf_rhythm[leaf] == sheet->rhythm ? sheet_slot(s, row, leaf) : NO_INDEX;
	struct date deadline = sheet->deadlines[b->rows[row].kind];

	if (slot == NO_INDEX || !(sheet->marks[slot].flags & SLOT_EXPECTED) || sheet->marks[slot].timely != TIMELY_NONE)
		return;
	struct slot_mark mark = sheet_mark(s, sheet, row, leaf);
	enum slot_state state = slot_state(&mark, deadline, r->today);
	if (state == SLOT_PENDING || state == SLOT_MISSING)
		note(owed_by(r, b, row), number_of(b, leaf), deadline, sheet->place);
}

static void look_at_task(const struct reminding *r, const struct block *b, uint32_t row, uint32_t leaf)
{
	const struct cell *cell = block_cell(b, row, leaf);

	if (!cell || !(cell->flags & CELL_EXPECTED) || cell->flags & CELL_NA || cell->state == TASK_DONE)
		return;
	struct date due = b->days[leaf][b->rows[row].kind].due;
	if (cell->flags & CELL_TERMS && b->terms)
		due = terms_due(b->terms, b->catalogue, b->rows[row].unit, b->columns[b->leaf_columns[leaf]].item);
	if (is_due(r, due))
		note(owed_by(r, b, row), number_of(b, leaf), due, 0);
}

/* ---- blocks ---- */

static bool prepare(struct reminding *r)
{
	size_t units = catalogue_units(r->view->catalogue), numbers = (size_t)catalogue_highest_unit(r->view->catalogue) + 1;

	if (r->owed)
		return true;
	r->offices = calloc(numbers, sizeof *r->offices);
	r->owed = calloc(units, sizeof *r->owed);
	if (!r->offices || !r->owed)
		return false;
	roster_offices(r->view->roster, r->offices, numbers);
	return true;
}

static bool look_at_sheets(struct reminding *r, const struct block *b)
{
	for (uint32_t i = 0; i < b->sheets->open_n; i++) {
		const struct sheet *sheet = b->sheets->open[i];
		unsigned kinds = kinds_of_sheet(r, sheet);

		if (kinds && !prepare(r))
			return false;
		for (uint32_t row = 0; kinds && row < b->unit_rows; row++) {
			if (!(kinds >> b->rows[row].kind & 1) || !is_office(r, b, row))
				continue;
			for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++)
				look_at_slot(r, b, sheet, row, leaf);
		}
	}
	return true;
}

static bool look_at_tasks(struct reminding *r, const struct block *b)
{
	for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
		unsigned kinds = kinds_of_task(r, b, leaf);

		if (kinds && !prepare(r))
			return false;
		for (uint32_t row = 0; kinds && row < b->unit_rows; row++)
			if ((kinds & LEAF_OWN || kinds >> b->rows[row].kind & 1) && is_office(r, b, row))
				look_at_task(r, b, row, leaf);
	}
	return true;
}

static bool send(const struct reminding *r, uint64_t entry)
{
	const struct catalogue *c = r->view->catalogue;

	for (uint32_t unit = 0; r->owed && unit < catalogue_units(c); unit++) {
		const struct owed *o = &r->owed[unit];
		const struct notice reminder = { .kind = NOTICE_REMINDER, .entry = entry, .item = o->item, .due = o->due,
						 .period = o->period, .owed = o->n, .sent = r->today };

		if (o->n && !mailbox_put(r->view->mailbox, catalogue_unit_number(c, unit), &reminder))
			return false;
	}
	return true;
}

bool fold_remind(struct view *v, struct date before, uint64_t entry)
{
	struct reminding r = { .view = v, .before = before, .today = v->head.today,
			       .working = calendar_working(catalogue_calendar(v->catalogue), v->head.today) };
	bool good = true;

	for (uint32_t i = 0; good && i < v->held->blocks_n; i++)
		good = look_at_sheets(&r, v->held->blocks[i]) && look_at_tasks(&r, v->held->blocks[i]);
	good = good && send(&r, entry);
	free(r.offices);
	free(r.owed);
	return good;
}
