// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/truth_inside.h"

#include <stdlib.h>

enum { KEEP_DAYS = 400, REMINDER_DAYS = 31 };

/* ---- telling ---- */

static uint32_t placed(uint64_t number, uint32_t unit)
{
	uint32_t n = 0;

	for (size_t i = truth.mail.n; i-- > 0 && truth.mail.list[i].entry == number;)
		n += truth.mail.list[i].unit == unit && !truth.mail.list[i].letter;
	return n;
}

/* A newer reminder takes the place of one that was not read. */
static void replace_reminder(uint32_t unit)
{
	for (size_t i = 0; i < truth.mail.n; i++) {
		struct truth_notice *n = &truth.mail.list[i];
		if (n->unit == unit && n->kind == NOTICE_REMINDER && !n->opened.ymd)
			n->gone = true;
	}
}

static struct truth_notice *add(const struct truth_notice *n)
{
	struct truth_mail *m = &truth.mail;

	if (m->n == m->room) {
		m->room = m->room * 2 + 64;
		m->list = base_grow(m->list, m->room, sizeof *m->list);
	}
	m->list[m->n] = *n;
	return &m->list[m->n++];
}

void truth_mail_tell(uint64_t number, uint32_t unit, const struct truth_notice *n)
{
	if (!unit)
		return;
	uint32_t place = placed(number, unit);
	if (n->kind == NOTICE_REMINDER)
		replace_reminder(unit);
	struct truth_notice *to = add(n);
	to->entry = number;
	to->unit = unit;
	to->place = place;
	/* a tick that was missed is made later, and reminds of its own day */
	to->sent = n->kind == NOTICE_REMINDER ? truth.today : truth_date_of(truth_entry(number)->received_ms);
}

void truth_mail_letter(uint64_t number, struct bytes body)
{
	Tiendo__Journal__V1__NoticeBody *m = tiendo__journal__v1__notice_body__unpack(NULL, body.size, body.data);

	if (!m || (m->kind != NOTICE_DIRECTIVE && m->kind != NOTICE_TASK) || !m->n_units)
		truth_broken("entry %llu is no letter to anybody", (unsigned long long)number);
	for (size_t i = 0; i < m->n_units; i++)
		add(&(struct truth_notice){.kind = (enum notice_kind)m->kind, .entry = number, .unit = m->units[i],
					   .item = m->item, .about_entry = m->about_entry, .due.ymd = m->due, .letter = true,
					   .sent = truth_date_of(truth_entry(number)->received_ms)});
	tiendo__journal__v1__notice_body__free_unpacked(m, NULL);
}

/* ---- reading ---- */

void truth_mail_open(uint32_t unit, uint64_t entry, struct date on)
{
	for (size_t i = 0; i < truth.mail.n; i++) {
		struct truth_notice *n = &truth.mail.list[i];
		if (n->unit == unit && n->entry == entry && !n->gone && !n->opened.ymd)
			n->opened = on;
	}
}

/* What was replaced or forgotten may have been read offline: up to the newest of these everything may be said. */
bool truth_mail_knows(uint32_t unit, uint64_t entry)
{
	for (size_t i = 0; entry && i < truth.mail.n; i++) {
		const struct truth_notice *n = &truth.mail.list[i];
		if (n->unit == unit && (n->gone ? entry <= n->entry : entry == n->entry))
			return true;
	}
	return false;
}

void truth_mail_forget(void)
{
	for (size_t i = 0; i < truth.mail.n; i++) {
		struct truth_notice *n = &truth.mail.list[i];
		int32_t keep = n->kind == NOTICE_REMINDER ? REMINDER_DAYS : KEEP_DAYS;
		n->gone |= !n->letter && n->opened.ymd && truth_day(n->opened) < truth_day(truth.today) - keep;
	}
}

/* ---- reminders ---- */

static bool works_today(void)
{
	return truth_working_day(&truth.catalogue.holidays, truth_day(truth.today) - 1, 1) == truth_day(truth.today);
}

/* Working days from a day until (not with) another. */
static unsigned working_between(struct date from, struct date to)
{
	unsigned n = 0;

	for (int32_t day = truth_day(from); day < truth_day(to); day++)
		n += truth_working_day(&truth.catalogue.holidays, day - 1, 1) == day;
	return n;
}

/* One working day is left, or it has passed since the tick before. */
static bool is_due(struct date due, struct date before)
{
	if (!due.ymd)
		return false;
	if (due.ymd < truth.today.ymd)
		return due.ymd >= (before.ymd ? before.ymd : truth_date(truth_day(truth.today) - 1).ymd);
	return works_today() && working_between(truth.today, due) == 1;
}

/* Somebody reads what it is told. */
static bool is_office(uint32_t unit)
{
	for (unsigned p = 0; p < TRUTH_KEYS; p++)
		if (truth.scope[p] == unit && truth.role[p] == ROLE_AGENT)
			return true;
	return false;
}

static void owe(struct truth_notice *n, uint32_t item, struct date due, struct date period)
{
	bool first = !n->owed++ || due.ymd < n->due.ymd;

	if (due.ymd == n->due.ymd && (item != n->item ? item < n->item : period.ymd < n->period.ymd))
		first = true;
	if (first) {
		n->item = item;
		n->due = due;
		n->period = period;
	}
}

static void owed_slots(const struct truth_unit *u, struct date before, struct truth_notice *n)
{
	for (size_t i = 0; i < truth.sheets_n; i++) {
		struct truth_sheet *s = &truth.sheets[i];
		for (size_t k = 0; k < s->n; k++) {
			struct truth_slot *slot = &s->slots[k];
			const struct truth_item *item = truth_item_of(&truth.catalogue, slot->item);
			struct date due = truth_deadline(truth_schedule_of(&truth.catalogue, item), &truth.catalogue.holidays,
							 &s->period, u->kind);
			bool answered = slot->decided || (slot->stand.top.entry && slot->timely);
			if (slot->unit == u->number && slot->expected && !answered && !truth_exempt(s, slot) && is_due(due, before))
				owe(n, slot->item, due, s->period.first);
		}
	}
}

static void owed_tasks(const struct truth_unit *u, struct date before, struct truth_notice *n)
{
	for (unsigned i = 0; i < truth.catalogue.items_n; i++) {
		const struct truth_item *item = &truth.catalogue.items[i];
		const struct truth_cell *c = truth_cell_of(u->number, item->number, false);
		bool done = c && c->stand.top.state == TASK_DONE;
		if (item->kind == ITEM_TASK && !done && truth_expected(&truth.catalogue, u, item, truth.today) &&
		    !truth_na(&truth.cases, u->number, item->number, truth.today) && is_due(truth_due_of(u, item), before))
			owe(n, item->number, truth_due_of(u, item), (struct date){0});
	}
}

void truth_mail_remind(uint64_t number, struct date before)
{
	for (unsigned i = 0; i < truth.catalogue.units_n; i++) {
		const struct truth_unit *u = &truth.catalogue.units[i];
		struct truth_notice n = {.kind = NOTICE_REMINDER};
		if (!is_office(u->number))
			continue;
		owed_slots(u, before, &n);
		owed_tasks(u, before, &n);
		if (n.owed)
			truth_mail_tell(number, u->number, &n);
	}
}
