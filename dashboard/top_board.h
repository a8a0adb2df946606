// SPDX-License-Identifier: Apache-2.0
/*
 * top_board: what `tiendo top` says of one place at one moment, as numbers: the plans, the units
 * below, the worst first. Pure; made from a mirror and a catalogue by looking only at the place
 * and directly below it, so that it costs the same in a mirror of a district and of the country.
 *
 * What it points to lives as long as the catalogue: it is made anew after each change of that.
 */
#ifndef TIENDO_DASHBOARD_TOP_BOARD_H
#define TIENDO_DASHBOARD_TOP_BOARD_H

#include "dashboard/atlas.h"
#include "dashboard/reading.h"
#include "dashboard/top_events.h"

/* What it is made from. */
struct top_scene {
	const struct atlas *atlas;
	const struct mirror *mirror;
	const struct mirror *members; /* where the figures of a group's members stand */
	struct sight sight;
	struct place place;
	uint32_t plan;        /* item index of the only plan; NO_INDEX = all */
	const uint32_t *below; /* of top_board_below */
	size_t below_n;
};

struct top_total {
	uint32_t item; /* index; a plan, or an item directly below the only one */
	struct figure figure;
};

/* Also without colour. */
enum top_sign { TOP_FINE, TOP_MISSING, TOP_OVERDUE };

/* Sums over the plans shown. */
struct top_unit {
	uint32_t unit; /* index */
	enum top_sign sign;
	uint32_t overdue, done, applicable; /* cells of tasks */
	uint32_t missing, expected;   /* cells that have not reported, of those that should */
	bool has_score;
	uint32_t score_bp, score_leaves, score_leaves_of; /* the lowest of the plans' */
};

struct top_board {
	struct sight sight;
	const struct catalogue *catalogue;
	struct place place;
	uint32_t plan;
	struct top_total *totals; /* of which something is expected here, in the catalogue's order */
	size_t totals_n, totals_size;
	struct top_unit *units; /* the worst first; those of whom nothing is expected are not here */
	size_t units_n, units_size;
};

/* The units directly below: children of a unit, members of a group, that are open; for free(). */
uint32_t *top_board_below(const struct catalogue *c, const struct place *p, struct date today,
			  size_t *n);
/* Fills `b`, which is {0} or was made before. */
void top_board_make(struct top_board *b, const struct top_scene *s);
void top_board_free(struct top_board *b);
/* The plan after the scene's of which something is expected at the place; NO_INDEX stands for all,
 * before the first and after the last. */
uint32_t top_board_next_plan(const struct top_scene *s);

/* ---- what stands beside the figures ---- */

/* Copies: an answer outlives the catalogue it came with. */
struct top_office {
	char *code, *name, *name_en, *head, *contact;
	uint32_t since; /* date */
	size_t owes, missing;
};

enum top_answer { TOP_NOT_YET, TOP_ANSWERED, TOP_REFUSED };

struct top_silent {
	enum top_answer state;
	enum reason reason;       /* REFUSED */
	struct top_office *list; /* silent for the longest first */
	size_t n, owed, missing;
	uint64_t units, expected; /* who may be silent, and of how many reports */
};

void top_silent_free(struct top_silent *s);

#endif
