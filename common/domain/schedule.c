// SPDX-License-Identifier: Apache-2.0
#include "common/domain/schedule.h"

#include <stdio.h>
#include <string.h>

static const char *const words[] = {
	[RHYTHM_HALF_MONTH] = "half_month", [RHYTHM_MONTH] = "month",
	[RHYTHM_MONTH15] = "month15",       [RHYTHM_QUARTER] = "quarter",
	[RHYTHM_QUARTER15] = "quarter15",   [RHYTHM_YEAR] = "year",
	[RHYTHM_ISO_WEEK] = "iso_week",     [RHYTHM_ONCE] = "once",
};

enum rhythm rhythm_of(const char *word)
{
	for (enum rhythm r = RHYTHM_HALF_MONTH; r <= RHYTHM_ONCE; r++)
		if (strcmp(words[r], word) == 0)
			return r;
	return RHYTHM_NONE;
}

void schedule_default_days(uint8_t days[static UNIT_KINDS])
{
	static const uint8_t usual[UNIT_KINDS] = {
		[UNIT_NONE] = 1,     [UNIT_CENTRAL] = 4,  [UNIT_PROVINCE] = 3, [UNIT_DEPARTMENT] = 2,
		[UNIT_DISTRICT] = 2, [UNIT_COMMUNE] = 1, [UNIT_OTHER] = 1,
	};

	memcpy(days, usual, sizeof(usual));
}

/* ---- codes ---- */

struct month {
	unsigned year, month;
};

/* The month by which the period "15 to 14" that holds the day is called. */
static struct month month15(struct date d)
{
	unsigned y = d.ymd / 10000, m = d.ymd / 100 % 100;

	if (d.ymd % 100 < 15)
		return (struct month){ y, m };
	return m == 12 ? (struct month){ y + 1, 1 } : (struct month){ y, m + 1 };
}

/* A week belongs to the year of its Thursday (ISO 8601). */
static void week_code(struct date d, char out[static PERIOD_MAX + 1])
{
	struct date thursday = date_add(d, 4 - (int32_t)date_weekday(d));
	struct date new_year = { thursday.ymd / 10000 * 10000 + 101 };
	unsigned week = (unsigned)(date_days(thursday) - date_days(new_year)) / 7 + 1;

	snprintf(out, PERIOD_MAX + 1, "%u-W%02u", thursday.ymd / 10000 % 10000, week % 100);
}

static void code_of(enum rhythm r, struct date d, char out[static PERIOD_MAX + 1])
{
	unsigned y = d.ymd / 10000, m = d.ymd / 100 % 100;
	struct month x = month15(d);

	switch (r) {
	case RHYTHM_HALF_MONTH:
		snprintf(out, PERIOD_MAX + 1, "%u-%02u%c", y, m, d.ymd % 100 <= 15 ? 'a' : 'b');
		return;
	case RHYTHM_MONTH:
		snprintf(out, PERIOD_MAX + 1, "%u-%02u", y, m);
		return;
	case RHYTHM_MONTH15:
		snprintf(out, PERIOD_MAX + 1, "%u-%02ux", x.year, x.month);
		return;
	case RHYTHM_QUARTER:
		snprintf(out, PERIOD_MAX + 1, "%u-Q%u", y, (m + 2) / 3);
		return;
	case RHYTHM_QUARTER15:
		snprintf(out, PERIOD_MAX + 1, "%u-Q%ux", x.year, (x.month + 2) / 3);
		return;
	case RHYTHM_YEAR:
		snprintf(out, PERIOD_MAX + 1, "%u", y);
		return;
	case RHYTHM_ISO_WEEK:
		week_code(d, out);
		return;
	case RHYTHM_NONE:
	case RHYTHM_ONCE:
		break;
	}
	out[0] = '\0'; /* no code is made: those of a one-off are its own */
}

/* ---- periods ---- */

static bool within(const struct schedule *s, const struct period *p)
{
	return p->first.ymd >= s->first.ymd && (!s->last.ymd || p->last.ymd <= s->last.ymd);
}

bool schedule_at(const struct schedule *s, struct date d, struct period *out)
{
	for (size_t i = 0; i < s->listed_n; i++)
		if (s->listed[i].first.ymd <= d.ymd && d.ymd <= s->listed[i].last.ymd) {
			*out = s->listed[i];
			return true;
		}
	struct period p;
	code_of(s->rhythm, d, p.code);
	if (!period_parse(p.code, &p.first, &p.last) || !within(s, &p))
		return false;
	*out = p;
	return true;
}

bool schedule_from(const struct schedule *s, struct date d, struct period *out)
{
	struct period p;

	for (size_t i = 0; i < s->listed_n; i++)
		if (s->listed[i].first.ymd >= d.ymd) {
			*out = s->listed[i];
			return true;
		}
	if (d.ymd < s->first.ymd)
		d = s->first;
	code_of(s->rhythm, d, p.code);
	if (!period_parse(p.code, &p.first, &p.last))
		return false;
	if (p.first.ymd < d.ymd) {
		code_of(s->rhythm, date_add(p.last, 1), p.code);
		if (!period_parse(p.code, &p.first, &p.last))
			return false;
	}
	if (!within(s, &p))
		return false;
	*out = p;
	return true;
}

static bool listed_before(const struct schedule *s, struct date d, struct period *out)
{
	for (size_t i = s->listed_n; i-- > 0;)
		if (s->listed[i].last.ymd < d.ymd) {
			*out = s->listed[i];
			return true;
		}
	return false;
}

bool schedule_before(const struct schedule *s, struct date d, struct period *out)
{
	struct period p;

	if (s->rhythm == RHYTHM_ONCE)
		return listed_before(s, d, out);
	if (s->last.ymd && s->last.ymd < d.ymd)
		return schedule_at(s, s->last, out);
	return schedule_at(s, d, &p) && schedule_at(s, date_add(p.first, -1), out);
}

bool schedule_period(const struct schedule *s, const char *code, struct period *out)
{
	struct period p;
	struct date first, last;

	for (size_t i = 0; i < s->listed_n; i++)
		if (strcmp(s->listed[i].code, code) == 0) {
			*out = s->listed[i];
			return true;
		}
	/* a code of another rhythm names other days, or the same under another name */
	if (!period_parse(code, &first, &last) || !schedule_at(s, first, &p) ||
	    strcmp(p.code, code) != 0)
		return false;
	*out = p;
	return true;
}

/* ---- deadlines ---- */

struct date schedule_deadline(const struct schedule *s, const struct calendar *c,
			      const struct period *p, enum unit_kind kind)
{
	return calendar_step(c, p->last, s->days[kind]);
}

struct date schedule_freeze(const struct schedule *s, const struct calendar *c,
			    const struct period *p)
{
	unsigned most = 0;

	for (size_t i = 0; i < UNIT_KINDS; i++)
		if (s->days[i] > most)
			most = s->days[i];
	return date_add(calendar_step(c, p->last, (int)most), 1);
}
