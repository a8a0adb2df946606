// SPDX-License-Identifier: Apache-2.0
/*
 * duty: what one unit owes by when, as its part of the catalogue says: its leaves that follow a schedule,
 * in each period that is open, or closed and not frozen. Pure. Never: knows what was reported; who asks
 * says so.
 *
 * A slot is owed when the unit was a reporter of the leaf on the period's first day, and both are open
 * today (docs/FIGURES.md, "Slots"). What the centre alone knows is not looked at: that it opened its store
 * in the middle of a period, or has exempted somebody.
 */
#ifndef TIENDO_AGENT_DUTY_H
#define TIENDO_AGENT_DUTY_H

#include "common/domain/catalogue.h"

/* What is known of a slot. */
enum duty_state { DUTY_OWED, DUTY_REPORTED, DUTY_NONE /* not applicable: it is left out */ };
typedef enum duty_state duty_look(void *data, uint32_t item, const struct period *p);

/* One leaf in one period. */
struct duty {
	uint32_t item; /* index */
	const struct schedule *schedule;
	struct period period;
	struct date deadline; /* of the unit's kind: the last day in time */
	bool closed;          /* its last day is over: the figures are there to be reported */
	bool reported;
};
/* By deadline, schedule, period, item. */
struct duty_list {
	struct duty *list;
	size_t n;
};

/* `unit`: index. */
struct duty_list duty_collect(const struct catalogue *c, uint32_t unit, struct date today, duty_look *look, void *data);
void duty_list_free(struct duty_list *d);
/* How many from list[i] on share its deadline, schedule and period. */
size_t duty_group(const struct duty_list *d, size_t i);

/* How many figures a report of the leaf asks of a clerk each time. */
unsigned duty_fields(enum item_kind leaf);

/*
 * The period for which a report of the leaf counts, and by when it is in time. False: the leaf follows no
 * schedule, or none of its periods fits.
 */
bool duty_period(const struct catalogue *c, uint32_t item, uint32_t unit, const char *named, struct date as_of,
		 struct period *out, struct date *deadline);

#endif
