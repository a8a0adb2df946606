// SPDX-License-Identifier: Apache-2.0
/*
 * timely: was a report in time? And which two reports of a slot stand. Pure; the same at the office and at the centre.
 *
 * An agent's wall clock never decides. A report is in time when the centre received it by the end of the deadline's day;
 * received later it is still in time, "line slow", if the agent can prove that it was sealed by then: the last server
 * time it had heard, and how long ago that was on a clock that cannot be set (DOMAIN 5).
 */
#ifndef TIENDO_COMMON_DOMAIN_TIMELY_H
#define TIENDO_COMMON_DOMAIN_TIMELY_H

#include "common/domain/model.h"
#include "common/domain/schedule.h"

/* Ascending: a better verdict is a smaller number above NONE. */
enum timely { TIMELY_NONE, TIMELY_ON_TIME, TIMELY_LINE_SLOW, TIMELY_LATE };

/*
 * The proven moment of sealing; {0} = not proven. `after`: the proven sealing of an earlier update of the same stream
 * ({0} = none), before which this one cannot have been sealed.
 */
struct instant timely_sealed(const struct seal *seal, struct instant received, struct instant after);
/* deadline: the last day in time. offset_minutes: of office time from UTC. */
enum timely timely_judge(struct instant received, struct instant sealed, struct date deadline, int offset_minutes);
enum timely timely_better(enum timely a, enum timely b);

/* First day of a period as cells hold it (struct cell.period), and back; 0 = none. */
uint16_t period_place(struct date first);
struct date period_first(uint16_t place);

/*
 * The period that a report belongs to. False: bad_period.
 * A named period holds as-of dates from its first day to the deadline. Unnamed: the period whose reporting window (its
 * last day, its deadline] holds the as-of date, else the one that contains it.
 */
bool timely_period(const struct schedule *s, const struct calendar *c, enum unit_kind kind, const char *named,
		   struct date as_of, struct period *out);

/* Does a report of `now` win over the one that stands? Greatest (period, as-of); equal: the later. */
bool report_wins(const struct cell *now, const struct cell *standing);
/* Puts `now` where it belongs of the two that stand; true: it is the first of them. */
bool reports_add(struct cell *first, struct cell *second, const struct cell *now);
/* Is it the report with that receipt? */
bool report_is(const struct cell *c, uint64_t entry, uint32_t index);
/* Voids the report of that receipt. 0 = neither stands; 1 = the first was voided, and the second took its place; 2 = the
 * second. */
unsigned reports_void(struct cell *first, struct cell *second, uint64_t entry, uint16_t index);

#endif
