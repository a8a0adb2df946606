// SPDX-License-Identifier: Apache-2.0
/*
 * window: which periods a question is about: one, or all from one to another ("2022..2023-Q1", ten months), whatever rhythm
 * the leaves have. Pure.
 *
 *   ""        every period
 *   P         the periods that lie within the days of P: P itself where it is the leaf's own, or the months of a quarter
 *   P..Q      those within the first day of P and the last of Q
 *   the code of a one-off: that period of that schedule alone
 */
#ifndef TIENDO_SERVER_WINDOW_H
#define TIENDO_SERVER_WINDOW_H

#include "common/domain/catalogue.h"

struct window {
	bool all;
	struct date first, last;
	char once[PERIOD_MAX + 1]; /* "" = not of one one-off */
};

/* False = no period has such a code, or the window ends before it begins. */
bool window_read(const struct catalogue *c, const char *text, struct window *out);
bool window_has(const struct window *w, const struct period *p);
/* The first period of the schedule in the window (not `all`) that begins on or after the day. False = none. */
bool window_next(const struct window *w, const struct schedule *s, struct date from, struct period *out);

#endif
