// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/truth_days.h"

#include <stdio.h>
#include <string.h>

enum { DAY_MS = 86400000, OFFICE_MS = 7 * 3600000, EPOCH = 2440588 /* 1970-01-01 */, FAR = 800 };

/* ---- days (Fliegel and Van Flandern, 1968) ---- */

int32_t truth_day(struct date date)
{
	int32_t y = (int32_t)(date.ymd / 10000), m = (int32_t)(date.ymd / 100 % 100), d = (int32_t)(date.ymd % 100);
	int32_t a = (m - 14) / 12;

	return 1461 * (y + 4800 + a) / 4 + 367 * (m - 2 - 12 * a) / 12 - 3 * ((y + 4900 + a) / 100) / 4 + d - 32075;
}

struct date truth_date(int32_t day)
{
	int32_t l = day + 68569, n = 4 * l / 146097;

	l -= (146097 * n + 3) / 4;
	int32_t y = 4000 * (l + 1) / 1461001;
	l -= 1461 * y / 4 - 31;
	int32_t m = 80 * l / 2447, d = l - 2447 * m / 80;
	l = m / 11;
	m += 2 - 12 * l;
	y = 100 * (n - 49) + y + l;
	return (struct date){(uint32_t)(y * 10000 + m * 100 + d)};
}

struct date truth_date_of(int64_t ms)
{
	return truth_date((int32_t)((ms + OFFICE_MS) / DAY_MS) + EPOCH);
}

int64_t truth_end_of(struct date d)
{
	return (int64_t)(truth_day(d) + 1 - EPOCH) * DAY_MS - OFFICE_MS;
}

static bool worked(const struct truth_holidays *h, int32_t day)
{
	for (unsigned i = 0; i < h->n; i++)
		if (h->list[i].day == day)
			return h->list[i].working;
	return day % 7 < 5;
}

int32_t truth_working_day(const struct truth_holidays *h, int32_t day, unsigned n)
{
	while (n)
		n -= worked(h, ++day);
	return day;
}

/* ---- periods ---- */

static struct date ymd(unsigned y, unsigned m, unsigned d)
{
	return (struct date){y * 10000 + m * 100 + d};
}

/* The last day of a month. */
static struct date month_end(unsigned y, unsigned m)
{
	return truth_date(truth_day(m == 12 ? ymd(y + 1, 1, 1) : ymd(y, m + 1, 1)) - 1);
}

static void week_of(struct date d, struct truth_period *p)
{
	int32_t monday = truth_day(d) - truth_day(d) % 7;
	unsigned year = truth_date(monday + 3).ymd / 10000;

	p->first = truth_date(monday);
	p->last = truth_date(monday + 6);
	snprintf(p->code, sizeof p->code, "%u-W%02u", year % 10000, (unsigned)(monday + 3 - truth_day(ymd(year, 1, 1))) / 7 % 100 + 1);
}

/* From the 15th of the month before `from` to the 14th of `to`, or their whole months. */
static void months(unsigned y, unsigned from, unsigned to, bool shifted, struct truth_period *p)
{
	p->first = !shifted ? ymd(y, from, 1) : from == 1 ? ymd(y - 1, 12, 15) : ymd(y, from - 1, 15);
	p->last = shifted ? ymd(y, to, 14) : month_end(y, to);
}

static bool rhythm_at(const char *kind, struct date d, struct truth_period *p)
{
	unsigned y = d.ymd / 10000, m = d.ymd / 100 % 100;
	bool shifted = strlen(kind) > 2 && !strcmp(kind + strlen(kind) - 2, "15");

	if (!strcmp(kind, "iso_week")) {
		week_of(d, p);
		return true;
	}
	if (!strcmp(kind, "half_month")) {
		bool a = d.ymd % 100 <= 15;
		p->first = ymd(y, m, a ? 1 : 16);
		p->last = a ? ymd(y, m, 15) : month_end(y, m);
		snprintf(p->code, sizeof p->code, "%u-%02u%c", y % 10000, m, a ? 'a' : 'b');
		return true;
	}
	if (shifted && d.ymd % 100 >= 15) { /* the next one has begun */
		y += m == 12;
		m = m % 12 + 1;
	}
	if (!strncmp(kind, "month", 5)) {
		months(y, m, m, shifted, p);
		snprintf(p->code, sizeof p->code, "%u-%02u%s", y % 10000, m, shifted ? "x" : "");
	} else if (!strncmp(kind, "quarter", 7)) {
		unsigned q = (m + 2) / 3;
		months(y, 3 * q - 2, 3 * q, shifted, p);
		snprintf(p->code, sizeof p->code, "%u-Q%u%s", y % 10000, q, shifted ? "x" : "");
	} else if (!strcmp(kind, "year")) {
		months(y, 1, 12, false, p);
		snprintf(p->code, sizeof p->code, "%u", y % 10000);
	} else {
		return false;
	}
	return true;
}

/* Without its bounds: they are periods themselves. */
static bool by_code(const char *kind, const char *code, struct truth_period *out)
{
	unsigned y = 0;

	if (sscanf(code, "%4u", &y) != 1 || y < 1900 || y > 2198)
		return false;
	for (int32_t d = truth_day(ymd(y - 1, 12, 1)); d < truth_day(ymd(y + 1, 2, 1)); d = truth_day(out->last) + 1)
		if (!rhythm_at(kind, truth_date(d), out))
			return false;
		else if (!strcmp(out->code, code))
			return true;
	return false;
}

bool truth_period_code_good(const char *code)
{
	static const char *const kinds[] = {"half_month", "month", "month15", "quarter", "quarter15", "year", "iso_week"};
	struct truth_period p;

	for (unsigned i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (by_code(kinds[i], code, &p))
			return true;
	return false;
}

static bool bounded(const struct truth_schedule *s, const struct truth_period *p)
{
	struct truth_period edge;

	if (s->from[0] && by_code(s->kind, s->from, &edge) && p->first.ymd < edge.first.ymd)
		return false;
	return !s->to[0] || !by_code(s->kind, s->to, &edge) || p->last.ymd <= edge.last.ymd;
}

bool truth_period_at(const struct truth_schedule *s, struct date d, struct truth_period *out)
{
	for (unsigned i = 0; i < s->listed_n; i++)
		if (s->listed[i].first.ymd <= d.ymd && d.ymd <= s->listed[i].last.ymd) {
			*out = s->listed[i];
			return true;
		}
	return rhythm_at(s->kind, d, out) && bounded(s, out);
}

bool truth_period_named(const struct truth_schedule *s, const char *code, struct truth_period *out)
{
	for (unsigned i = 0; i < s->listed_n; i++)
		if (!strcmp(s->listed[i].code, code)) {
			*out = s->listed[i];
			return true;
		}
	return by_code(s->kind, code, out) && bounded(s, out);
}

bool truth_period_ended(const struct truth_schedule *s, struct date d, struct truth_period *out)
{
	int32_t end = truth_day(d);

	for (int32_t day = end - 1; day > end - FAR; day--)
		if (truth_period_at(s, truth_date(day), out) && out->last.ymd < d.ymd)
			return true;
	return false;
}

struct date truth_deadline(const struct truth_schedule *s, const struct truth_holidays *h, const struct truth_period *p,
			   enum unit_kind kind)
{
	return truth_date(truth_working_day(h, truth_day(p->last), s->days[kind]));
}

struct date truth_freeze(const struct truth_schedule *s, const struct truth_holidays *h, const struct truth_period *p)
{
	int32_t latest = 0;

	for (unsigned kind = UNIT_CENTRAL; kind < TRUTH_KINDS; kind++) {
		int32_t day = truth_day(truth_deadline(s, h, p, (enum unit_kind)kind));
		latest = day > latest ? day : latest;
	}
	return truth_date(latest + 1);
}

bool truth_belongs(const struct truth_schedule *s, const struct truth_holidays *h, enum unit_kind kind, const char *named,
		   struct date as_of, struct truth_period *out)
{
	if (named[0])
		return truth_period_named(s, named, out) && out->first.ymd <= as_of.ymd &&
		       as_of.ymd <= truth_deadline(s, h, out, kind).ymd;
	if (truth_period_ended(s, as_of, out) && as_of.ymd <= truth_deadline(s, h, out, kind).ymd)
		return true;
	return truth_period_at(s, as_of, out);
}
