// SPDX-License-Identifier: Apache-2.0
/*
 * list_timeliness: how the periods were reported: by the unit asked for with all that is below it, by each kind of office
 * there, and by each unit directly below; per period, the worst first. A rate is never without its n of N.
 */
#include <inttypes.h>
#include <stdio.h>

#include "common/domain/figures.h"
#include "dashboard/list.h"
#include "dashboard/table.h"

typedef Tiendo__V1__TimelinessRow Row;

static ProtobufCBinaryData *ask(const struct list_wish *w, struct list_question *q)
{
	tiendo__v1__timeliness__init(&q->timeliness);
	q->query.question_case = TIENDO__V1__QUERY__QUESTION_TIMELINESS;
	q->query.timeliness = &q->timeliness;
	q->timeliness.unit = (char *)w->unit;
	q->timeliness.item = (char *)w->item;
	q->timeliness.period = (char *)w->period;
	return &q->timeliness.cursor;
}

/* ---- parts come together ---- */

static bool same(const Row *a, const Row *b)
{
	return a->unit == b->unit && a->item == b->item && a->first == b->first && a->last == b->last &&
	       strcmp(a->schedule, b->schedule) == 0 && strcmp(a->period, b->period) == 0 &&
	       strcmp(a->level, b->level) == 0;
}

static void add(Row *to, const Row *part)
{
	Tiendo__V1__SlotCounts *a = to->slots;
	const Tiendo__V1__SlotCounts *b = part->slots;

	to->frozen &= part->frozen;
	a->expected += b->expected;
	a->exempt += b->exempt;
	a->pending += b->pending;
	a->on_time += b->on_time;
	a->line_slow += b->line_slow;
	a->late += b->late;
	a->missing += b->missing;
}

static Row *find(const struct list *l, const Row *m)
{
	for (size_t i = l->n; i-- > 0;) /* a part stands near the end */
		if (same(l->rows[i], m))
			return l->rows[i];
	return NULL;
}

static bool take(struct list *l, const Tiendo__V1__Reply *r)
{
	for (size_t i = 0; i < r->timeliness->n_rows; i++) {
		Row *m = r->timeliness->rows[i], *there;
		if (!list_knows(l, m->unit, m->item))
			return false;
		if (!m->slots)
			continue; /* nothing was counted */
		there = find(l, m);
		if (there)
			add(there, m);
		else
			list_keep(l, m);
	}
	return true;
}

/* ---- rates ---- */

static uint64_t reported(const Row *m)
{
	return (uint64_t)m->slots->on_time + m->slots->line_slow + m->slots->late;
}

static uint64_t in_time(const Row *m)
{
	return (uint64_t)m->slots->on_time + m->slots->line_slow;
}

static uint32_t in_time_bp(const Row *m)
{
	return m->slots->expected ? figures_percent_bp((int64_t)in_time(m), m->slots->expected) : UINT32_MAX;
}

/* ---- for people ---- */

/* The whole first, then its kinds of office, then each unit below. */
static int place_of(const Row *m, const struct list *l)
{
	const struct unit *u = list_unit(l, m->unit);
	bool whole = !u || (!l->place.is_group && u == catalogue_unit(l->catalogue, l->place.index));

	return *m->level ? 1 : whole ? 0 : 2;
}

static int sign(int64_t n)
{
	return (n > 0) - (n < 0);
}

static int worst_first(const void *pa, const void *pb, const struct list *l)
{
	const Row *a = pa, *b = pb;
	int n = sign((int64_t)a->first - b->first);

	if (!n)
		n = strcmp(a->schedule, b->schedule);
	if (!n)
		n = sign((int64_t)a->last - b->last);
	if (!n)
		n = place_of(a, l) - place_of(b, l);
	if (!n)
		n = sign((int64_t)in_time_bp(a) - in_time_bp(b));
	if (!n)
		n = sign((int64_t)b->slots->missing - a->slots->missing);
	if (!n)
		n = strcmp(a->level, b->level);
	return n ? n : sign((int64_t)a->unit - b->unit);
}

static const char *level_name(const struct list *l, const char *word)
{
	switch (unit_kind_of(word)) {
	case UNIT_CENTRAL:
		return TELL(l, "cấp trung ương", "central level");
	case UNIT_PROVINCE:
		return TELL(l, "cấp tỉnh", "province level");
	case UNIT_DEPARTMENT:
		return TELL(l, "sở, ban, ngành", "departments");
	case UNIT_DISTRICT:
		return TELL(l, "cấp huyện", "district level");
	case UNIT_COMMUNE:
		return TELL(l, "cấp xã", "commune level");
	case UNIT_OTHER:
		return TELL(l, "đơn vị khác", "other offices");
	case UNIT_NONE:
		break;
	}
	return word;
}

static void put_count(struct table *t, uint32_t n)
{
	if (n)
		table_format(t, "%" PRIu32, n);
	else
		table_cell(t, "·");
}

static void put_row(const struct list *l, struct table *t, const Row *m)
{
	const struct unit *u = list_unit(l, m->unit);
	char text[LIST_TEXT];
	bool level = *m->level;

	table_cell(t, level ? "" : u ? u->row.code : l->wish.unit);
	table_cell(t, level ? level_name(l, m->level) : u ? list_unit_name(l, u) : l->place.name);
	table_cell(t, list_rate(l, reported(m), m->slots->expected, text));
	table_cell(t, list_rate(l, in_time(m), m->slots->expected, text));
	put_count(t, m->slots->line_slow);
	put_count(t, m->slots->late);
	put_count(t, m->slots->missing);
	put_count(t, m->slots->pending);
	put_count(t, m->slots->exempt);
}

static void head(const struct list *l, struct table *t)
{
	table_open(t, 9);
	t->cut[1] = true;
	for (size_t i = 2; i < 9; i++)
		t->right[i] = true;
	table_cell(t, TELL(l, "Đơn vị", "Unit"));
	table_cell(t, TELL(l, "Tên", "Name"));
	table_cell(t, TELL(l, "Đã báo cáo", "Reported"));
	table_cell(t, TELL(l, "Đúng hạn", "On time"));
	table_cell(t, TELL(l, "Mạng chậm", "Slow line"));
	table_cell(t, TELL(l, "Trễ", "Late"));
	table_cell(t, TELL(l, "Chưa báo", "Missing"));
	table_cell(t, TELL(l, "Chưa đến hạn", "Pending"));
	table_cell(t, TELL(l, "Miễn", "Exempt"));
}

static bool one_period(const Row *a, const Row *b)
{
	return a->first == b->first && a->last == b->last && strcmp(a->schedule, b->schedule) == 0;
}

static size_t show_period(const struct list *l, size_t from, struct buffer *out)
{
	const Row *m = l->rows[from];
	char first[LIST_TEXT], last[LIST_TEXT];
	struct table t;
	size_t i = from;

	buffer_format(out, TELL(l, "\nKỳ %s (%s–%s), chế độ %s · %s\n", "\nPeriod %s (%s–%s), schedule %s · %s\n"),
		      m->period, list_date(l, m->first, first), list_date(l, m->last, last), m->schedule,
		      m->frozen ? TELL(l, "đã chốt", "frozen") : TELL(l, "chưa chốt", "not frozen yet"));
	head(l, &t);
	for (; i < l->n && one_period(l->rows[i], m); i++)
		put_row(l, &t, l->rows[i]);
	table_print(&t, 2, out);
	table_close(&t);
	return i;
}

static void show(struct list *l, struct buffer *out)
{
	list_sort(l, worst_first);
	for (size_t i = 0; i < l->n;)
		i = show_period(l, i, out);
	if (!l->n)
		buffer_put_text(out, TELL(l, "Không có kỳ báo cáo nào.\n", "No period of reporting.\n"));
}

/* ---- for programs ---- */

/* The rhythm by its code. The catalogue keeps rhythms by leaf; NULL = no leaf follows it any more. */
static const struct schedule *rhythm(const struct list *l, const char *code)
{
	for (uint32_t i = 0; i < catalogue_items(l->catalogue); i++) {
		const struct schedule *s = catalogue_schedule(l->catalogue, i);
		if (s && strcmp(s->code, code) == 0)
			return s;
	}
	return NULL;
}

/* Until when offices of the row's level are in time, as the catalogue says now; 0 = the row is of more than one. */
static uint32_t deadline(const struct list *l, const Row *m)
{
	enum unit_kind kind = unit_kind_of(m->level);
	const struct schedule *s = kind == UNIT_NONE ? NULL : rhythm(l, m->schedule);
	struct period p = {.first = {m->first}, .last = {m->last}};

	return s ? schedule_deadline(s, catalogue_calendar(l->catalogue), &p, kind).ymd : 0;
}

static void json_row(const struct list *l, const void *row, struct json *j)
{
	const Row *m = row;
	const struct unit *u = list_unit(l, m->unit);

	json_text(j, "unit", u ? u->row.code : l->wish.unit);
	json_text(j, "name", u ? u->row.name : l->place.name);
	list_json_text(j, "level", m->level);
	list_json_item(l, j, m->item);
	json_text(j, "schedule", m->schedule);
	json_text(j, "period", m->period);
	list_json_date(j, "first", m->first);
	list_json_date(j, "last", m->last);
	list_json_date(j, "deadline", deadline(l, m));
	json_bool(j, "frozen", m->frozen);
	json_uint(j, "expected", m->slots->expected);
	json_uint(j, "exempt", m->slots->exempt);
	json_uint(j, "pending", m->slots->pending);
	json_uint(j, "on_time", m->slots->on_time);
	json_uint(j, "line_slow", m->slots->line_slow);
	json_uint(j, "late", m->slots->late);
	json_uint(j, "missing", m->slots->missing);
	json_uint(j, "reported", reported(m));
	list_json_rate(j, "reporting_rate_bp", reported(m), m->slots->expected);
	list_json_rate(j, "on_time_rate_bp", in_time(m), m->slots->expected);
}

const struct list_kind list_timeliness = {.name = "timeliness",
					  .answer = TIENDO__V1__REPLY__ANSWER_TIMELINESS,
					  .ask = ask,
					  .take = take,
					  .show = show,
					  .json_row = json_row};
