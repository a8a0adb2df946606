// SPDX-License-Identifier: Apache-2.0
#include "server/mailbox.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "common/domain/periods.h"
#include "server/mailbox_inside.h"

struct mailbox *mailbox_new(void)
{
	return calloc(1, sizeof(struct mailbox));
}

void mailbox_free(struct mailbox *m)
{
	if (!m)
		return;
	for (uint32_t i = 0; i < m->boxes_n; i++)
		free(m->boxes[i].list);
	for (size_t i = 0; i < m->letters_n; i++) {
		free(m->letters[i].units);
		free(m->letters[i].opened);
	}
	free(m->boxes);
	free(m->letters);
	free(m);
}

/* ---- boxes ---- */

struct box *mailbox_box(struct mailbox *m, uint32_t unit)
{
	assert(unit);
	if (unit < m->boxes_n)
		return &m->boxes[unit];
	uint32_t n = unit < 2 * m->boxes_n ? 2 * m->boxes_n : unit + 1;
	struct box *more = realloc(m->boxes, n * sizeof *more);
	if (!more)
		return NULL;
	memset(more + m->boxes_n, 0, (n - m->boxes_n) * sizeof *more);
	m->boxes = more;
	m->boxes_n = n;
	return &m->boxes[unit];
}

static const struct box *box_of(const struct mailbox *m, uint32_t unit)
{
	return unit < m->boxes_n ? &m->boxes[unit] : NULL;
}

/* The first notice of the box above `since`. */
static uint32_t own_above(const struct box *b, uint64_t since)
{
	uint32_t low = 0, high = b ? b->n : 0;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (b->list[middle].entry <= since)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Boxes are small, and most hold nothing for long. */
static bool room_for_one(struct box *b)
{
	if (b->n < b->size)
		return true;
	uint32_t size = b->size ? 2 * b->size : 2;
	struct notice *more = realloc(b->list, size * sizeof *more);
	if (!more)
		return false;
	b->list = more;
	b->size = size;
	return true;
}

/* Goes, and is remembered as one that was there. */
static void drop(struct box *b, uint32_t i)
{
	if (b->list[i].entry > b->forgotten)
		b->forgotten = b->list[i].entry;
	memmove(&b->list[i], &b->list[i + 1], (--b->n - i) * sizeof *b->list);
}

/* There is one unread reminder at most. */
static void drop_unread_reminder(struct box *b)
{
	for (uint32_t i = b->n; i-- > 0;)
		if (b->list[i].kind == NOTICE_REMINDER && !b->list[i].opened.ymd) {
			drop(b, i);
			return;
		}
}

bool mailbox_put(struct mailbox *m, uint32_t unit, const struct notice *notice)
{
	struct box *b = mailbox_box(m, unit);
	if (!b || !room_for_one(b))
		return false;
	assert(notice->entry && notice->entry >= b->newest);
	const struct notice *last = b->n ? &b->list[b->n - 1] : NULL;
	uint16_t place = last && last->entry == notice->entry ? last->place + 1 : 0;
	if (notice->kind == NOTICE_REMINDER)
		drop_unread_reminder(b);
	struct notice *to = &b->list[b->n++];
	*to = *notice;
	to->place = place;
	to->opened = (struct date){ 0 };
	b->newest = notice->entry;
	return true;
}

/* ---- letters ---- */

static bool room_for_letter(struct mailbox *m)
{
	if (m->letters_n < m->letters_size)
		return true;
	size_t size = m->letters_size ? 2 * m->letters_size : 16;
	struct letter *more = realloc(m->letters, size * sizeof *more);
	if (!more)
		return false;
	m->letters = more;
	m->letters_size = size;
	return true;
}

bool mailbox_send(struct mailbox *m, const struct letter *letter)
{
	assert(letter->n && (!m->letters_n || letter->entry > m->letters[m->letters_n - 1].entry));
	if (!room_for_letter(m) || !mailbox_box(m, letter->units[letter->n - 1]))
		return false;
	uint32_t *units = malloc(letter->n * sizeof *units);
	struct date *opened = calloc(letter->n, sizeof *opened);
	if (!units || !opened) {
		free(units);
		free(opened);
		return false;
	}
	for (uint32_t i = 0; i < letter->n; i++) {
		assert(letter->units[i] && (!i || letter->units[i] > letter->units[i - 1]));
		units[i] = letter->units[i];
		m->boxes[units[i]].newest = letter->entry;
	}
	struct letter *to = &m->letters[m->letters_n++];
	*to = *letter;
	to->units = units;
	to->opened = opened;
	return true;
}

size_t mailbox_letters(const struct mailbox *m)
{
	return m->letters_n;
}

const struct letter *mailbox_letter(const struct mailbox *m, size_t i)
{
	return &m->letters[i];
}

/* The first letter above `since`. */
static size_t letter_above(const struct mailbox *m, uint64_t since)
{
	size_t low = 0, high = m->letters_n;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (m->letters[middle].entry <= since)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Where the unit stands among the recipients; NULL = it is none. */
static struct date *recipient(const struct letter *l, uint32_t unit)
{
	uint32_t low = 0, high = l->n;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (l->units[middle] < unit)
			low = middle + 1;
		else
			high = middle;
	}
	return low < l->n && l->units[low] == unit ? &l->opened[low] : NULL;
}

/* The letter of that entry, if there is one to the unit. */
static struct date *letter_of(const struct mailbox *m, uint32_t unit, uint64_t entry)
{
	size_t i = entry ? letter_above(m, entry - 1) : m->letters_n;
	return i < m->letters_n && m->letters[i].entry == entry ? recipient(&m->letters[i], unit) : NULL;
}

/* ---- opening and forgetting ---- */

void mailbox_open(struct mailbox *m, uint32_t unit, uint64_t entry, struct date on)
{
	const struct box *b = box_of(m, unit);
	struct date *letter = letter_of(m, unit, entry);
	if (letter && !letter->ymd)
		*letter = on;
	for (uint32_t i = own_above(b, entry - 1); entry && b && i < b->n && b->list[i].entry == entry; i++)
		if (!b->list[i].opened.ymd)
			b->list[i].opened = on;
}

void mailbox_forget(struct mailbox *m, struct date today)
{
	struct date old = date_add(today, -MAILBOX_KEEP_DAYS), reminder = date_add(today, -MAILBOX_REMINDER_DAYS);
	for (uint32_t unit = 0; unit < m->boxes_n; unit++) {
		struct box *b = &m->boxes[unit];
		for (uint32_t i = b->n; i-- > 0;) {
			struct date limit = b->list[i].kind == NOTICE_REMINDER ? reminder : old;
			if (b->list[i].opened.ymd && b->list[i].opened.ymd < limit.ymd)
				drop(b, i);
		}
	}
}

/* ---- reading ---- */

bool mailbox_knows(const struct mailbox *m, uint32_t unit, uint64_t entry)
{
	const struct box *b = box_of(m, unit);
	if (!b || !entry)
		return false;
	uint32_t i = own_above(b, entry - 1);
	return entry <= b->forgotten || (i < b->n && b->list[i].entry == entry) || letter_of(m, unit, entry);
}

uint64_t mailbox_newest(const struct mailbox *m, uint32_t unit)
{
	const struct box *b = box_of(m, unit);
	return b ? b->newest : 0;
}

uint32_t mailbox_units(const struct mailbox *m)
{
	return m->boxes_n ? m->boxes_n - 1 : 0;
}

struct mail_walk mailbox_walk(const struct mailbox *m, uint32_t unit, uint64_t since)
{
	return (struct mail_walk){ .mailbox = m, .unit = unit, .own = own_above(box_of(m, unit), since),
				   .letter = letter_above(m, since) };
}

static struct notice of_letter(const struct letter *l, struct date opened)
{
	return (struct notice){ .entry = l->entry, .about_entry = l->about_entry, .item = l->item, .due = l->due,
				.sent = l->sent, .opened = opened, .kind = l->kind };
}

bool mailbox_next(struct mail_walk *w, struct notice *out)
{
	const struct mailbox *m = w->mailbox;
	const struct box *b = box_of(m, w->unit);
	const struct date *opened = NULL;
	while (w->letter < m->letters_n && !(opened = recipient(&m->letters[w->letter], w->unit)))
		w->letter++;
	bool own = b && w->own < b->n;
	if (opened && (!own || m->letters[w->letter].entry < b->list[w->own].entry)) {
		*out = of_letter(&m->letters[w->letter++], *opened);
		return true;
	}
	if (own)
		*out = b->list[w->own++];
	return own;
}
