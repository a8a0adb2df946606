// SPDX-License-Identifier: Apache-2.0
/*
 * known: what the office knows of its own cells without asking anybody: what the centre held at the last
 * look, what waits in the queue laid over it, and for which periods something was taken or waits.
 *
 * Never: asks the centre, judges. What cannot be read of the spool is simply not known here: the centre
 * judges in any case.
 */
#ifndef TIENDO_AGENT_KNOWN_H
#define TIENDO_AGENT_KNOWN_H

#include "agent/duty.h"
#include "agent/spool.h"

struct known_cell {
	uint32_t unit, item; /* numbers */
	uint64_t version;    /* 0 = nothing of it is known but what waits */
	bool reported;       /* figure says what stands */
	bool expected, na;
	bool on_behalf;      /* reported by another office: the unit itself has not */
	bool withdrawn;      /* a withdrawal waits in the queue: what will stand only the centre knows */
	struct date due;     /* in force, as the centre said */
	struct date first;   /* of the period of the report that stands; 0 = none */
	struct update figure; /* as_of and the figure; its texts are "" */
};

struct known;

/* spool and catalogue (the slice; NULL: nothing is known) must live as long. Never NULL. */
struct known *known_read(struct spool *s, const struct catalogue *catalogue);
void known_free(struct known *k); /* NULL is fine */
/* NULL = the centre was never asked about it, and nothing waits. */
const struct known_cell *known_find(const struct known *k, uint32_t unit_number, uint32_t item_number);
/* Has the unit reported for that period, as far as is known here? */
bool known_reported(struct known *k, uint32_t unit_number, uint32_t item_number, struct date first);

/* The figure of a cell as the centre sends it. False: unreported, or not applicable. */
bool known_figure(const Tiendo__V1__CellRow *m, enum item_kind kind, struct update *out);

#endif
