// SPDX-License-Identifier: Apache-2.0
/*
 * truth_days: days as numbers, and the periods of the offices' schedules, by code of the truth's own (docs/FIGURES.md
 * "Periods, deadlines, freeze"; nothing of common/domain/periods and schedule).
 */
#ifndef TIENDO_TESTS_SIM_TRUTH_DAYS_H
#define TIENDO_TESTS_SIM_TRUTH_DAYS_H

#include "common/domain/model.h"

enum { TRUTH_LISTED = 64, TRUTH_HOLIDAYS = 64, TRUTH_KINDS = UNIT_OTHER + 1 };

/* A Julian day number: of Mondays it is divisible by 7. */
int32_t truth_day(struct date d);
struct date truth_date(int32_t day);
/* The office's day (UTC+07:00) of a moment, and the first moment behind a day. */
struct date truth_date_of(int64_t ms);
int64_t truth_end_of(struct date d);

struct truth_holidays {
	struct {
		int32_t day;
		bool working;
	} list[TRUTH_HOLIDAYS];
	unsigned n;
};
/* The n-th working day after a day. */
int32_t truth_working_day(const struct truth_holidays *h, int32_t day, unsigned n);

struct truth_period {
	char code[PERIOD_MAX + 1];
	struct date first, last;
};

struct truth_schedule {
	char code[CODE_MAX + 1], kind[CODE_MAX + 1], from[PERIOD_MAX + 1], to[PERIOD_MAX + 1]; /* its first, last period */
	struct truth_period listed[TRUTH_LISTED]; /* of a one-off */
	unsigned listed_n;
	unsigned days[TRUTH_KINDS]; /* working days from the close to the deadline */
};

bool truth_period_at(const struct truth_schedule *s, struct date d, struct truth_period *out);
bool truth_period_named(const struct truth_schedule *s, const char *code, struct truth_period *out);
/* Is it a period's code of some rhythm? */
bool truth_period_code_good(const char *code);
/* The last that ended before the day. */
bool truth_period_ended(const struct truth_schedule *s, struct date d, struct truth_period *out);
struct date truth_deadline(const struct truth_schedule *s, const struct truth_holidays *h, const struct truth_period *p,
			   enum unit_kind kind);
struct date truth_freeze(const struct truth_schedule *s, const struct truth_holidays *h, const struct truth_period *p);
/* The period of a report. False = it belongs to none. */
bool truth_belongs(const struct truth_schedule *s, const struct truth_holidays *h, enum unit_kind kind, const char *named,
		   struct date as_of, struct truth_period *out);

#endif
