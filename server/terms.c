// SPDX-License-Identifier: Apache-2.0
#include "server/terms.h"

#include <stdlib.h>

enum { TERM_BYTES = 28, REACHED_BYTES = 8 };

void terms_free(struct terms *t)
{
	for (uint32_t i = 0; i < t->n; i++)
		free(t->list[i].reached);
	free(t->list);
	free(t->slots);
	*t = (struct terms){ 0 };
}

/* ---- finding ---- */

/* The slot of (unit, item), or the free one where it would stand. There is always a free one. */
static uint32_t *slot_of(const struct terms *t, uint32_t unit, uint32_t item)
{
	uint32_t at = (unit * 0x9E3779B1u ^ item * 0x85EBCA77u) & (t->slots_n - 1);
	while (t->slots[at] && (t->list[t->slots[at] - 1].unit != unit || t->list[t->slots[at] - 1].item != item))
		at = (at + 1) & (t->slots_n - 1);
	return &t->slots[at];
}

const struct term *terms_find(const struct terms *t, uint32_t unit, uint32_t item)
{
	uint32_t place = t && t->slots_n ? *slot_of(t, unit, item) : 0;
	return place ? &t->list[place - 1] : NULL;
}

/* ---- adding ---- */

static bool grow_slots(struct terms *t)
{
	uint32_t n = t->slots_n ? t->slots_n * 2 : 64, *slots = calloc(n, sizeof *slots);
	if (!slots)
		return false;
	free(t->slots);
	t->slots = slots;
	t->slots_n = n;
	for (uint32_t i = 0; i < t->n; i++)
		*slot_of(t, t->list[i].unit, t->list[i].item) = i + 1;
	return true;
}

static bool grow_list(struct terms *t)
{
	uint32_t size = t->size ? t->size * 2 : 32;
	struct term *list = realloc(t->list, size * sizeof *list);
	if (!list)
		return false;
	t->list = list;
	t->size = size;
	return true;
}

/* Both are made roomy before anything is put into either. NULL = no memory. */
static struct term *term_of(struct terms *t, uint32_t unit, uint32_t item)
{
	uint32_t place = t->slots_n ? *slot_of(t, unit, item) : 0;
	if (place)
		return &t->list[place - 1];
	if (2 * (t->n + 1) > t->slots_n && !grow_slots(t))
		return NULL;
	if (t->n == t->size && !grow_list(t))
		return NULL;
	t->list[t->n] = (struct term){ .unit = unit, .item = item };
	*slot_of(t, unit, item) = t->n + 1;
	return &t->list[t->n++];
}

bool terms_grant(struct terms *t, uint32_t unit, uint32_t item, struct date in_force, struct date due)
{
	struct term *term = term_of(t, unit, item);
	if (!term)
		return false;
	if (!term->due.ymd)
		term->first_due = in_force;
	term->due = due;
	return true;
}

bool terms_exempt(struct terms *t, uint32_t unit, uint32_t item, struct date from, struct date to)
{
	struct term *term = term_of(t, unit, item);
	if (!term)
		return false;
	term->na_from = from;
	term->na_to = to;
	return true;
}

/* The first one reached at or behind `no`. */
static uint32_t reached_at(const struct term *term, uint32_t no)
{
	uint32_t at = 0;
	while (at < term->reached_n && term->reached[at].no < no)
		at++;
	return at;
}

static bool has_reached(const struct term *term, uint32_t no)
{
	uint32_t at = reached_at(term, no);
	return at < term->reached_n && term->reached[at].no == no;
}

bool terms_reach(struct terms *t, uint32_t unit, uint32_t item, uint32_t no, struct date on)
{
	struct term *term = term_of(t, unit, item);
	if (!term)
		return false;
	if (has_reached(term, no))
		return true;
	struct term_reached *reached = realloc(term->reached, (term->reached_n + 1) * sizeof *reached);
	if (!reached)
		return false;
	term->reached = reached;
	uint32_t at = reached_at(term, no);
	memmove(reached + at + 1, reached + at, (term->reached_n - at) * sizeof *reached);
	reached[at] = (struct term_reached){ no, on };
	term->reached_n++;
	return true;
}

/* ---- what it means ---- */

bool term_na(const struct term *term, struct date day)
{
	return term->na_from.ymd && term->na_from.ymd <= day.ymd && (!term->na_to.ymd || day.ymd <= term->na_to.ymd);
}

static struct date next_milestone(const struct term *term, const struct catalogue *c, uint32_t unit, uint32_t item)
{
	struct date first = { 0 }, date;
	uint32_t at = 0, no;
	while (catalogue_next_milestone(c, item, unit, &at, &no, &date))
		if (!has_reached(term, no) && (!first.ymd || date.ymd < first.ymd))
			first = date;
	return first;
}

static const struct term *of_indexes(const struct terms *t, const struct catalogue *c, uint32_t unit, uint32_t item)
{
	return terms_find(t, catalogue_unit_number(c, unit), catalogue_item(c, item)->row.number);
}

void terms_judge(const struct terms *t, const struct catalogue *c, uint32_t unit, uint32_t item, struct figures_day *day,
		 struct figures_place *at)
{
	const struct term *term = of_indexes(t, c, unit, item);
	if (!term)
		return;
	at->na = term_na(term, day->today);
	at->milestone = next_milestone(term, c, unit, item);
	if (term->due.ymd > day->due.ymd)
		*day = figures_day(c, &catalogue_item(c, item)->row, term->due, day->today);
}

struct date terms_due(const struct terms *t, const struct catalogue *c, uint32_t unit, uint32_t item)
{
	struct date due = figures_due(c, item, catalogue_unit(c, unit)->row.kind);
	const struct term *term = of_indexes(t, c, unit, item);
	return term && term->due.ymd > due.ymd ? term->due : due;
}

/* ---- bytes ---- */

void terms_pack(struct buffer *b, const struct terms *t)
{
	buffer_put_u32(b, t->n);
	for (uint32_t i = 0; i < t->n; i++) {
		const struct term *term = &t->list[i];
		buffer_put_u32(b, term->unit);
		buffer_put_u32(b, term->item);
		buffer_put_u32(b, term->due.ymd);
		buffer_put_u32(b, term->first_due.ymd);
		buffer_put_u32(b, term->na_from.ymd);
		buffer_put_u32(b, term->na_to.ymd);
		buffer_put_u32(b, term->reached_n);
		for (uint32_t k = 0; k < term->reached_n; k++) {
			buffer_put_u32(b, term->reached[k].no);
			buffer_put_u32(b, term->reached[k].on.ymd);
		}
	}
}

static bool unpack_reached(struct term *term, const uint8_t *p, uint32_t n)
{
	if (!n)
		return true;
	term->reached = malloc(n * sizeof *term->reached);
	if (!term->reached)
		return false;
	term->reached_n = n;
	for (uint32_t i = 0; i < n; i++) {
		term->reached[i] = (struct term_reached){ get_u32(p), { get_u32(p + 4) } };
		p += REACHED_BYTES;
		if (i && term->reached[i].no <= term->reached[i - 1].no)
			return false;
	}
	return true;
}

static bool unpack_term(struct terms *t, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, TERM_BYTES);
	uint32_t before = t->n, n = p ? get_u32(p + 24) : 0;
	const uint8_t *reached = p ? bytes_take(from, (size_t)n * REACHED_BYTES) : NULL;
	struct term *term = reached ? term_of(t, get_u32(p), get_u32(p + 4)) : NULL;
	if (!term || t->n == before)
		return false;
	term->due.ymd = get_u32(p + 8);
	term->first_due.ymd = get_u32(p + 12);
	term->na_from.ymd = get_u32(p + 16);
	term->na_to.ymd = get_u32(p + 20);
	return unpack_reached(term, reached, n);
}

bool terms_unpack(struct terms *t, struct bytes packed)
{
	const uint8_t *count = bytes_take(&packed, 4);
	for (uint32_t i = 0; count && i < get_u32(count); i++)
		if (!unpack_term(t, &packed))
			return false;
	return count && !packed.size;
}
