// SPDX-License-Identifier: Apache-2.0
#include "agent/duty.h"

#include "common/domain/timely.h"
#include "common/sys/base.h"

#include <stdlib.h>

/* No period is unfrozen for longer after its close: DEADLINE_DAYS_MAX working days are twelve weeks, and
 * holidays do not add as many again. */
enum { LOOK_BACK_DAYS = 180 };

struct making {
	const struct catalogue *c;
	uint32_t unit;
	struct date today;
	duty_look *look;
	void *data;
	struct duty_list out;
	size_t room;
};

static bool expected(const struct making *m, uint32_t item, const struct period *p)
{
	return catalogue_is_reporter(m->c, item, m->unit, p->first) && catalogue_unit_open(m->c, m->unit, p->first) &&
	       catalogue_item_open(m->c, item, p->first) && catalogue_unit_open(m->c, m->unit, m->today) &&
	       catalogue_item_open(m->c, item, m->today);
}

static void add(struct making *m, uint32_t item, const struct schedule *s, const struct period *p)
{
	enum duty_state state;

	if (!expected(m, item, p) || (state = m->look(m->data, item, p)) == DUTY_NONE)
		return;
	if (m->out.n == m->room) {
		m->room = m->room ? m->room * 2 : 64;
		m->out.list = base_grow(m->out.list, m->room, sizeof *m->out.list);
	}
	enum unit_kind kind = catalogue_unit(m->c, m->unit)->row.kind;

	m->out.list[m->out.n++] =
		(struct duty){.item = item,
			      .schedule = s,
			      .period = *p,
			      .deadline = schedule_deadline(s, catalogue_calendar(m->c), p, kind),
			      .closed = p->last.ymd < m->today.ymd,
			      .reported = state == DUTY_REPORTED};
}

static void add_leaf(struct making *m, uint32_t item, const struct schedule *s)
{
	struct date from = date_add(m->today, -LOOK_BACK_DAYS);
	struct period p;
	bool more = schedule_at(s, from, &p) || schedule_from(s, from, &p);

	for (; more && p.first.ymd <= m->today.ymd; more = schedule_from(s, date_add(p.last, 1), &p))
		if (m->today.ymd < schedule_freeze(s, catalogue_calendar(m->c), &p).ymd)
			add(m, item, s, &p);
}

static int by_deadline(const void *a, const void *b)
{
	const struct duty *x = a, *y = b;

	if (x->deadline.ymd != y->deadline.ymd)
		return x->deadline.ymd < y->deadline.ymd ? -1 : 1;
	if (x->schedule != y->schedule)
		return strcmp(x->schedule->code, y->schedule->code) < 0 ? -1 : 1;
	if (x->period.first.ymd != y->period.first.ymd)
		return x->period.first.ymd < y->period.first.ymd ? -1 : 1;
	return x->item < y->item ? -1 : 1;
}

struct duty_list duty_collect(const struct catalogue *c, uint32_t unit, struct date today, duty_look *look, void *data)
{
	struct making m = {.c = c, .unit = unit, .today = today, .look = look, .data = data};

	for (uint32_t i = 0; i < catalogue_items(c); i++) {
		const struct schedule *s = catalogue_item(c, i)->leaf ? catalogue_schedule(c, i) : NULL;

		if (s)
			add_leaf(&m, i, s);
	}
	if (m.out.n)
		qsort(m.out.list, m.out.n, sizeof *m.out.list, by_deadline);
	return m.out;
}

void duty_list_free(struct duty_list *d)
{
	free(d->list);
	*d = (struct duty_list){0};
}

size_t duty_group(const struct duty_list *d, size_t i)
{
	const struct duty *first = &d->list[i];
	size_t n = 1;

	while (i + n < d->n && d->list[i + n].deadline.ymd == first->deadline.ymd &&
	       d->list[i + n].schedule == first->schedule &&
	       d->list[i + n].period.first.ymd == first->period.first.ymd)
		n++;
	return n;
}

unsigned duty_fields(enum item_kind leaf)
{
	switch (leaf) {
	case ITEM_TASK: /* state and percent; product and date once, when it is done */
	case ITEM_RATIO:
		return 2;
	case ITEM_COUNT:
	case ITEM_POINTS:
		return 1;
	case ITEM_NONE:
	case ITEM_PLAN:
	case ITEM_GROUP:
	case ITEM_RATIO_GROUP:
		break;
	}
	return 0;
}

bool duty_period(const struct catalogue *c, uint32_t item, uint32_t unit, const char *named, struct date as_of,
		 struct period *out, struct date *deadline)
{
	const struct schedule *s = catalogue_item(c, item)->leaf ? catalogue_schedule(c, item) : NULL;
	enum unit_kind kind = catalogue_unit(c, unit)->row.kind;

	if (!s || !timely_period(s, catalogue_calendar(c), kind, named, as_of, out))
		return false;
	*deadline = schedule_deadline(s, catalogue_calendar(c), out, kind);
	return true;
}
