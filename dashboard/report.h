// SPDX-License-Identifier: Apache-2.0
/*
 * report: what `explain` tells of one figure: who has said what, who has said nothing, what is not
 * finished. Made from the cells the centre sent and the figures at hand, shown by show and json.
 */
#ifndef TIENDO_DASHBOARD_REPORT_H
#define TIENDO_DASHBOARD_REPORT_H

#include "common/sys/codec.h"
#include "dashboard/reading.h"

enum cell_state {
	REPORT_UNREPORTED = 1, /* numbers of tiendo.v1.CellState */
	REPORT_NOT_STARTED,
	REPORT_IN_PROGRESS,
	REPORT_DONE,
	REPORT_VALUE,
	REPORT_NONE_ARISEN,
	REPORT_NA
};

/* "in_progress"; "" for a number that is none. */
const char *report_state_word(int state);

enum { RECEIPT_TEXT = 8 + 1 + 20 + 1 + 10 + 1 };

/* One cell. */
struct report_cell {
	const struct unit *unit;
	const struct item *item;
	enum cell_state state;
	char receipt[RECEIPT_TEXT]; /* "1f0c2d3e-42-1"; "" = none */
	struct instant received;
	struct date as_of, done_on, due;
	struct date first_due;       /* before an extension; 0 = the same */
	struct date unchanged_since; /* it says the same since; 0 = unreported */
	uint32_t late_days;          /* overdue or done late: since the due date ... */
	uint32_t waiting_days;       /* ... of them those in which it waited for another unit; the rest is its own */
	uint32_t percent;
	int64_t numerator, denominator; /* numerator: also count and points */
	uint64_t version;
	bool expected, on_behalf, crossed, overdue, behind, done_late, accepted, corrected;
	char *period, *product_ref, *note, *reason; /* malloc'd; "" = none or not for this reader */
};

struct report {
	struct reading reading;
	struct report_cell *cells; /* expected or reported; by leaf, then unit */
	size_t cells_n, cells_size;
	/* of an inner item: the task leaves that are not done, the others that lack a figure or
	 * miss their target */
	struct reading *unfinished;
	size_t unfinished_n;
};

/* One page of cells. False = of units, items or states that the catalogue (or this build) does not know. */
bool report_page(struct report *r, const struct catalogue *c, const Tiendo__V1__CellsPage *page);

struct report_about {
	const struct sight *sight;
	const struct catalogue *catalogue;
	const struct mirror *mirror;
	const char *path, *unit, *unit_name; /* of the place; unit: as asked for */
	uint32_t item;                       /* index */
};
/* The figure itself, and what below it is not finished. Texts of `about` must outlive the report. */
void report_figures(struct report *r, const struct report_about *about);

void report_free(struct report *r);

#endif
