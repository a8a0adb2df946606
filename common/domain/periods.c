// SPDX-License-Identifier: Apache-2.0
#include "common/domain/periods.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2199, DAY_MS = 86400000, MINUTE_MS = 60000 };
enum { DAYS_MIN = -25567, DAYS_MAX = 84005 }; /* 1900-01-01, 2199-12-31 */

/* ---- dates ---- */

static struct date make(unsigned y, unsigned m, unsigned d)
{
	return (struct date){ y * 10000 + m * 100 + d };
}

static unsigned month_days(unsigned y, unsigned m)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (m == 2 && (y % 4 == 0 && (y % 100 != 0 || y % 400 == 0)))
		return 29;
	return days[m - 1];
}

bool date_valid(struct date d)
{
	unsigned y = d.ymd / 10000, m = d.ymd / 100 % 100, day = d.ymd % 100;

	return y >= YEAR_MIN && y <= YEAR_MAX && m >= 1 && m <= 12 && day >= 1 &&
	       day <= month_days(y, m);
}

/*
 * Years are counted from 1 March, so that the leap day is the last of its year and the months
 * before a given one have (153 m + 2) / 5 days. 719468 = days from 1 March of the year 0 to
 * 1970-01-01. All terms are positive here.
 */
int32_t date_days(struct date d)
{
	int32_t y = (int32_t)(d.ymd / 10000), m = (int32_t)(d.ymd / 100 % 100),
		day = (int32_t)(d.ymd % 100);

	assert(date_valid(d));
	if (m <= 2)
		y--;
	m = (m + 9) % 12;
	return y * 365 + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1 - 719468;
}

struct date date_from_days(int32_t days)
{
	int32_t z, era, of_era, year, of_year, m;

	if (days < DAYS_MIN || days > DAYS_MAX)
		return (struct date){ 0 };
	z = days + 719468;
	era = z / 146097; /* 400 years */
	of_era = z % 146097;
	year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	of_year = of_era - (365 * year + year / 4 - year / 100);
	m = (5 * of_year + 2) / 153;
	year += era * 400 + (m >= 10);
	return make((unsigned)year, (unsigned)(m < 10 ? m + 3 : m - 9),
		    (unsigned)(of_year - (153 * m + 2) / 5 + 1));
}

struct date date_add(struct date d, int32_t days)
{
	int64_t sum = (int64_t)date_days(d) + days;

	if (sum < DAYS_MIN || sum > DAYS_MAX)
		return (struct date){ 0 };
	return date_from_days((int32_t)sum);
}

/* Days since some Monday long before 1900: never negative. 1970-01-01 was a Thursday. */
static uint32_t since_monday(struct date d)
{
	return (uint32_t)(date_days(d) + 3 + 7 * 10000);
}

unsigned date_weekday(struct date d)
{
	return since_monday(d) % 7 + 1;
}

/* `n` digits and nothing else at text; -1 when they are not. */
static int digits(const char *text, unsigned n)
{
	int v = 0;

	for (unsigned i = 0; i < n; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return v;
}

struct date date_parse(const char *text)
{
	int y, m, d;
	struct date out;

	if (strlen(text) != 10)
		return (struct date){ 0 };
	if (text[4] == '-' && text[7] == '-') {
		y = digits(text, 4);
		m = digits(text + 5, 2);
		d = digits(text + 8, 2);
	} else if (text[2] == '/' && text[5] == '/') {
		y = digits(text + 6, 4);
		m = digits(text + 3, 2);
		d = digits(text, 2);
	} else {
		return (struct date){ 0 };
	}
	if (y < 0 || m < 0 || d < 0)
		return (struct date){ 0 };
	out = make((unsigned)y, (unsigned)m, (unsigned)d);
	return date_valid(out) ? out : (struct date){ 0 };
}

static void put(char *out, uint32_t v, unsigned n)
{
	while (n-- > 0) {
		out[n] = (char)('0' + v % 10);
		v /= 10;
	}
}

char *date_format(struct date d, char out[static 11])
{
	if (d.ymd == 0) {
		out[0] = '\0';
		return out;
	}
	put(out, d.ymd / 10000, 4);
	out[4] = out[7] = '-';
	put(out + 5, d.ymd / 100 % 100, 2);
	put(out + 8, d.ymd % 100, 2);
	out[10] = '\0';
	return out;
}

struct date date_at(struct instant t, int offset_minutes)
{
	int64_t ms, days;

	/* far from the edges of int64: what is outside our years is no date anyway */
	if (t.ms < (int64_t)(DAYS_MIN - 2) * DAY_MS || t.ms > (int64_t)(DAYS_MAX + 2) * DAY_MS)
		return (struct date){ 0 };
	ms = t.ms + (int64_t)offset_minutes * MINUTE_MS;
	days = ms / DAY_MS - (ms % DAY_MS < 0);
	return date_from_days((int32_t)days);
}

struct instant date_start(struct date d, int offset_minutes)
{
	return (struct instant){ (int64_t)date_days(d) * DAY_MS -
				 (int64_t)offset_minutes * MINUTE_MS };
}

/* ---- working days ---- */

/* A day that is not as its weekday says. `sum` = working days gained or lost by it and all earlier
 * ones. */
struct exception {
	uint32_t day; /* since_monday */
	uint32_t order;
	int32_t sum;
};

struct calendar {
	size_t n;
	struct exception list[];
};

static int by_day(const void *a, const void *b)
{
	const struct exception *x = a, *y = b;

	if (x->day != y->day)
		return x->day < y->day ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

static bool weekday_works(uint32_t day)
{
	return day % 7 < 5;
}

struct calendar *calendar_new(const struct holiday_row *rows, size_t n)
{
	struct calendar *c = malloc(sizeof(*c) + n * sizeof(c->list[0]));
	size_t kept = 0, out = 0;
	int32_t sum = 0;

	if (c == NULL)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (date_valid(rows[i].date))
			c->list[kept++] =
				(struct exception){ since_monday(rows[i].date), (uint32_t)i, 0 };
	if (kept > 0)
		qsort(c->list, kept, sizeof(c->list[0]), by_day);
	for (size_t i = 0; i < kept; i++) {
		struct exception e = c->list[i];
		bool works = rows[e.order].working;

		if (i + 1 < kept && c->list[i + 1].day == e.day)
			continue; /* a later row says it */
		if (works == weekday_works(e.day))
			continue; /* says nothing new */
		sum += works ? 1 : -1;
		e.sum = sum;
		c->list[out++] = e;
	}
	c->n = out;
	return c;
}

void calendar_free(struct calendar *c)
{
	free(c);
}

/* How many exceptions are before `day`. */
static size_t before(const struct calendar *c, uint32_t day)
{
	size_t low = 0, high = c->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (c->list[mid].day < day)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool calendar_working(const struct calendar *c, struct date d)
{
	uint32_t day = since_monday(d);

	if (c != NULL) {
		size_t i = before(c, day);

		if (i < c->n && c->list[i].day == day)
			return !weekday_works(day);
	}
	return weekday_works(day);
}

/* Working days from the far Monday until (not with) `day`. */
static int32_t working_until(const struct calendar *c, uint32_t day)
{
	int32_t n = (int32_t)(day / 7 * 5 + (day % 7 < 5 ? day % 7 : 5));
	size_t i = c != NULL ? before(c, day) : 0;

	return i > 0 ? n + c->list[i - 1].sum : n;
}

uint32_t calendar_between(const struct calendar *c, struct date from, struct date to)
{
	if (to.ymd <= from.ymd)
		return 0;
	return (uint32_t)(working_until(c, since_monday(to)) -
			  working_until(c, since_monday(from)));
}

struct date calendar_step(const struct calendar *c, struct date d, int n)
{
	int one = n < 0 ? -1 : 1;

	while (n != 0) {
		d = date_add(d, one);
		n -= calendar_working(c, d) ? one : 0;
	}
	return d;
}

/* ---- period codes ---- */

/* From the first day of month `from` to the last of month `to`; with x both are moved to 15 of the
 * month before .. 14. */
static bool months(unsigned y, unsigned from, unsigned to, bool x, struct date *first,
		   struct date *last)
{
	if (!x) {
		*first = make(y, from, 1);
		*last = make(y, to, month_days(y, to));
		return true;
	}
	*first = from == 1 ? make(y - 1, 12, 15) : make(y, from - 1, 15);
	*last = make(y, to, 14);
	return date_valid(*first);
}

/* Week 1 is the one that holds 4 January; a week belongs to the year of its Thursday. */
static bool iso_week(unsigned y, int w, struct date *first, struct date *last)
{
	struct date fourth = make(y, 1, 4), thursday;

	if (w < 1 || w > 53)
		return false;
	*first = date_add(fourth, 1 - (int32_t)date_weekday(fourth) + 7 * (w - 1));
	*last = date_add(*first, 6);
	thursday = date_add(*first, 3);
	return last->ymd != 0 && thursday.ymd / 10000 == y;
}

/* After "yyyy-": "04", "04a", "04b", "04x" */
static bool in_month(unsigned y, const char *rest, struct date *first, struct date *last)
{
	int m = digits(rest, 2);

	if (m < 1 || m > 12 || (rest[2] != '\0' && rest[3] != '\0'))
		return false;
	if (rest[2] == '\0' || rest[2] == 'x')
		return months(y, (unsigned)m, (unsigned)m, rest[2] == 'x', first, last);
	if (rest[2] != 'a' && rest[2] != 'b')
		return false;
	months(y, (unsigned)m, (unsigned)m, false, first, last);
	*(rest[2] == 'a' ? last : first) = make(y, (unsigned)m, rest[2] == 'a' ? 15 : 16);
	return true;
}

static bool in_year(unsigned y, const char *rest, struct date *first, struct date *last)
{
	size_t n = strlen(rest);

	if (rest[0] == 'Q') {
		unsigned q = (unsigned)(rest[1] - '0');
		bool x = n == 3 && rest[2] == 'x';

		if (rest[1] < '1' || rest[1] > '4' || (n != 2 && !x))
			return false;
		return months(y, q * 3 - 2, q * 3, x, first, last);
	}
	if (rest[0] == 'W')
		return n == 3 && iso_week(y, digits(rest + 1, 2), first, last);
	return in_month(y, rest, first, last);
}

bool period_parse(const char *code, struct date *first, struct date *last)
{
	struct date a, b;
	int y = digits(code, 4);

	if (y < YEAR_MIN || y > YEAR_MAX)
		return false;
	if (code[4] == '\0') {
		months((unsigned)y, 1, 12, false, &a, &b);
	} else if (code[4] != '-' || !in_year((unsigned)y, code + 5, &a, &b)) {
		return false;
	}
	*first = a;
	*last = b;
	return true;
}
