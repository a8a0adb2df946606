// SPDX-License-Identifier: Apache-2.0
/*
 * periods: dates, working days, period codes (CONTRACT). Pure.
 * A working day is Monday to Friday unless the calendar says `off`, and a Saturday or Sunday only
 * if it says `working` (Decree 09/2019/NĐ-CP counts deadlines in working days).
 */
#ifndef TIENDO_COMMON_DOMAIN_PERIODS_H
#define TIENDO_COMMON_DOMAIN_PERIODS_H

#include "common/domain/model.h"

struct calendar; /* holidays; owned by the catalogue */

/* Valid Gregorian date between 1900-01-01 and 2199-12-31. */
bool date_valid(struct date d);
/* Days since 1970-01-01 of a valid date, and back. */
int32_t date_days(struct date d);
struct date date_from_days(int32_t days); /* {0} outside 1900..2199 */
struct date date_add(struct date d, int32_t days);
/* 1 = Monday ... 7 = Sunday. */
unsigned date_weekday(struct date d);
/* yyyy-mm-dd or dd/mm/yyyy -> date; {0} when it is neither or no such day. */
struct date date_parse(const char *text);
/* "2024-04-02"; "" for none. `out` holds 11 bytes. Returns out. */
char *date_format(struct date d, char out[static 11]);
/* The office's date at an instant: UTC + offset_minutes (Vietnam: 420). */
struct date date_at(struct instant t, int offset_minutes);
/* The first instant of an office date. */
struct instant date_start(struct date d, int offset_minutes);

/* rows need not be sorted; a later row for one date wins; one without a valid date says nothing.
 * NULL on out of memory. */
struct calendar *calendar_new(const struct holiday_row *rows, size_t n);
void calendar_free(struct calendar *c);
bool calendar_working(const struct calendar *c, struct date d); /* c may be NULL: weekends only */
/* Working days d with from <= d < to; 0 if to <= from. O(log holidays). */
uint32_t calendar_between(const struct calendar *c, struct date from, struct date to);
/* The n-th working day after d; before it for n < 0; d itself, working or not, for 0. */
struct date calendar_step(const struct calendar *c, struct date d, int n);

/* A period code of DOMAIN 5 (2024-04a, 2024-04b, 2024-04, 2024-04x, 2024-Q1, 2024-Q1x, 2024,
 * 2024-W14). On success sets first and last day and returns true; a one-off's own code is not known
 * here and gives false. An x period begins on the 15th before: 2024-01x = 15/12/2023..14/01/2024,
 * 2024-Q1x = 15/12/2023..14/03/2024. */
bool period_parse(const char *code, struct date *first, struct date *last);

#endif
