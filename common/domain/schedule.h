// SPDX-License-Identifier: Apache-2.0
/*
 * schedule: which periods a rhythm of reporting has, by when each kind of unit must have reported,
 * and when a period freezes. Pure values: nothing here allocates or reads a clock.
 *
 * A period opens on its first day and closes at the end of its last. A unit is on time until the end
 * of the n-th working day after the close; n >= 1 and lower levels first, because "at least one
 * working day lies between the close of figures and the deadline, and where many levels consolidate
 * it is stated for each" (Decree 09/2019/NĐ-CP, Art. 8.5). It freezes at the tick after its last
 * deadline.
 */
#ifndef TIENDO_COMMON_DOMAIN_SCHEDULE_H
#define TIENDO_COMMON_DOMAIN_SCHEDULE_H

#include "common/domain/periods.h"

/* The kinds of schedules.csv. 15 = from the 15th of the month before to the 14th (Decree 09/2019/NĐ-CP,
 * Art. 12). */
enum rhythm {
	RHYTHM_NONE, RHYTHM_HALF_MONTH, RHYTHM_MONTH, RHYTHM_MONTH15, RHYTHM_QUARTER,
	RHYTHM_QUARTER15, RHYTHM_YEAR, RHYTHM_ISO_WEEK, RHYTHM_ONCE
};

enum {
	DEADLINE_DAYS_MAX = 60,    /* working days: two months' and more */
	UNIT_KINDS = UNIT_OTHER + 1
};

struct period {
	char code[PERIOD_MAX + 1];
	struct date first, last;
};

struct schedule {
	const char *code;            /* of schedules.csv, or the kind's word itself */
	enum rhythm rhythm;
	struct date first, last;     /* no period begins before or ends after; 0 = no bound */
	const struct period *listed; /* RHYTHM_ONCE: those of periods.csv, ascending, not overlapping */
	size_t listed_n;
	uint8_t days[UNIT_KINDS];    /* working days from the close to the deadline, by enum unit_kind */
};

/* RHYTHM_NONE = no such word. */
enum rhythm rhythm_of(const char *word);
/* Where deadlines.csv says nothing: commune and other 1, district and department 2, province 3,
 * central 4. */
void schedule_default_days(uint8_t days[static UNIT_KINDS]);

/* The period that holds the day. False = none. */
bool schedule_at(const struct schedule *s, struct date d, struct period *out);
/* The first period that begins on or after the day. False = none any more. */
bool schedule_from(const struct schedule *s, struct date d, struct period *out);
/* The last period that ended before the day, long ago or not. False = none has. */
bool schedule_before(const struct schedule *s, struct date d, struct period *out);
/* The period with this code. False = the schedule has none. */
bool schedule_period(const struct schedule *s, const char *code, struct period *out);

/* The last day on which a unit of this kind is on time. Calendar may be NULL: weekends only. */
struct date schedule_deadline(const struct schedule *s, const struct calendar *c,
			      const struct period *p, enum unit_kind kind);
/* The day whose tick freezes the period: the one after the latest deadline of any kind. */
struct date schedule_freeze(const struct schedule *s, const struct calendar *c,
			    const struct period *p);

#endif
