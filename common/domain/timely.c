// SPDX-License-Identifier: Apache-2.0
#include "common/domain/timely.h"

#include <string.h>

#include "common/domain/periods.h"

/* A server's clock and an office's monotonic clock run apart by less than this until the record arrives. */
enum { DRIFT_MS = 60000 };

struct instant timely_sealed(const struct seal *seal, struct instant received, struct instant after)
{
	static const uint8_t no_boot[sizeof seal->boot_id];
	const struct instant none = { 0 };

	if (seal->server_time_ms <= 0 || seal->server_heard_at_ms > seal->monotonic_ms ||
	    memcmp(seal->boot_id, no_boot, sizeof no_boot) == 0)
		return none;
	uint64_t since = seal->monotonic_ms - seal->server_heard_at_ms;
	if (seal->server_time_ms > received.ms + DRIFT_MS ||
	    since > (uint64_t)(received.ms + DRIFT_MS - seal->server_time_ms))
		return none;
	struct instant sealed = { seal->server_time_ms + (int64_t)since };
	return sealed.ms + DRIFT_MS < after.ms ? none : sealed;
}

enum timely timely_judge(struct instant received, struct instant sealed, struct date deadline, int offset_minutes)
{
	struct instant end = date_start(date_add(deadline, 1), offset_minutes);

	if (received.ms < end.ms)
		return TIMELY_ON_TIME;
	return sealed.ms && sealed.ms < end.ms ? TIMELY_LINE_SLOW : TIMELY_LATE;
}

enum timely timely_better(enum timely a, enum timely b)
{
	if (a == TIMELY_NONE || b == TIMELY_NONE)
		return a == TIMELY_NONE ? b : a;
	return a < b ? a : b;
}

/* ---- which period ---- */

#define PLACE_ZERO ((struct date){ 20000101 })

uint16_t period_place(struct date first)
{
	int32_t days = first.ymd ? date_days(first) - date_days(PLACE_ZERO) + 1 : 0;

	return days > 0 && days <= UINT16_MAX ? (uint16_t)days : 0;
}

struct date period_first(uint16_t place)
{
	return place ? date_add(PLACE_ZERO, place - 1) : (struct date){ 0 };
}

static bool in_window(const struct schedule *s, const struct calendar *c, enum unit_kind kind,
		      const struct period *p, struct date as_of)
{
	return as_of.ymd > p->last.ymd && as_of.ymd <= schedule_deadline(s, c, p, kind).ymd;
}

bool timely_period(const struct schedule *s, const struct calendar *c, enum unit_kind kind, const char *named,
		   struct date as_of, struct period *out)
{
	if (named[0])
		return schedule_period(s, named, out) && as_of.ymd >= out->first.ymd &&
		       (as_of.ymd <= out->last.ymd || in_window(s, c, kind, out, as_of));
	if (schedule_before(s, as_of, out) && in_window(s, c, kind, out, as_of))
		return true;
	return schedule_at(s, as_of, out);
}

/* ---- which reports stand ---- */

bool report_wins(const struct cell *now, const struct cell *standing)
{
	if (!(standing->flags & CELL_REPORTED) || now->period != standing->period)
		return !(standing->flags & CELL_REPORTED) || now->period > standing->period;
	return now->as_of.ymd >= standing->as_of.ymd;
}

bool reports_add(struct cell *first, struct cell *second, const struct cell *now)
{
	if (report_wins(now, first)) {
		*second = *first;
		*first = *now;
		return true;
	}
	if (report_wins(now, second))
		*second = *now;
	return false;
}

bool report_is(const struct cell *c, uint64_t entry, uint32_t index)
{
	return c->flags & CELL_REPORTED && c->entry == entry && c->index == index;
}

unsigned reports_void(struct cell *first, struct cell *second, uint64_t entry, uint16_t index)
{
	if (report_is(first, entry, index)) {
		*first = *second;
		*second = (struct cell){ 0 };
		return 1;
	}
	if (!report_is(second, entry, index))
		return 0;
	*second = (struct cell){ 0 };
	return 2;
}
