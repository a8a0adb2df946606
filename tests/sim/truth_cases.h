// SPDX-License-Identifier: Apache-2.0
/*
 * truth_cases: what was asked for and decided, reached, held up and answered, found: by code of the truth's own (the
 * tables of server/obstacle.h and PROTOCOL.md "Refusals" say the rules).
 */
#ifndef TIENDO_TESTS_SIM_TRUTH_CASES_H
#define TIENDO_TESTS_SIM_TRUTH_CASES_H

#include "tests/sim/truth_catalogue.h"
#include "tests/sim/work.h"

enum { TRUTH_REACHED = 8, TRUTH_STEPS = 48, TRUTH_ANSWER_DAYS = 5 };

/* What holds for one cell alone. */
struct truth_term {
	uint32_t unit, item;
	struct date due, first_due, na_from, na_to;
	uint32_t reached[TRUTH_REACHED];
	unsigned reached_n;
};

struct truth_request {
	uint64_t entry, decided;
	uint32_t index, unit, item, principal;
	enum body_kind body; /* extension or na_request */
	struct date asked, date, to, granted, granted_to;
	bool yes;
};

enum truth_obstacle_state { TRUTH_OPEN = 1, TRUTH_ANSWERED, TRUTH_CLOSED };

struct truth_step {
	uint64_t entry;
	uint32_t index, unit, addressee; /* unit 0: the clock, or the ministry list */
	enum obstacle_step kind;
	struct date date;
	bool on_behalf, resolves;
};

struct truth_obstacle {
	uint64_t entry;
	uint32_t index, unit, item, principal, addressee; /* addressee 0 = the ministry list */
	uint8_t incarnation[16];
	enum truth_obstacle_state state;
	struct date raised, since, answer_due, closed;
	uint32_t escalations;
	bool late;
	enum cause cause, solution_class;
	enum origin origin;
	bool rights;
	struct truth_step steps[TRUTH_STEPS];
	unsigned steps_n;
};

struct truth_finding {
	uint64_t entry, closed_by;
	uint32_t unit, item, principal, severity;
	struct date found, remedy_by, closed;
};

struct truth_cases {
	struct truth_term *terms;
	struct truth_request *requests;
	struct truth_obstacle *obstacles;
	struct truth_finding *findings;
	size_t terms_n, terms_room, requests_n, requests_room, obstacles_n, obstacles_room, findings_n, findings_room;
};
void truth_cases_free(struct truth_cases *c);

const struct truth_term *truth_term_of(const struct truth_cases *c, uint32_t unit, uint32_t item); /* NULL = none */
bool truth_na(const struct truth_cases *c, uint32_t unit, uint32_t item, struct date day);
/* In force for the cell. */
struct date truth_due_of(const struct truth_unit *u, const struct truth_item *i);
/* The earliest milestone that is not reached; 0 = none. */
struct date truth_milestone_due(const struct truth_unit *u, const struct truth_item *i);

struct truth_entry;
struct truth_update;
/* May it enter? Of bodies 26, 29, 30, 31; its form and place are good. */
enum reason truth_case_verdict(const struct work *w, const struct truth_entry *e, const struct truth_unit *u,
			       const struct truth_item *i, bool *sure);
/* What it does, if it still makes sense. */
void truth_case_took(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
		     const struct truth_item *i);
void truth_cases_tick(uint64_t number);
/* False = senseless, which the centre is not to write. */
bool truth_decision(uint64_t number, struct bytes body);
bool truth_finding(uint64_t number, struct bytes body);
bool truth_step(uint64_t number, struct bytes body);

#endif
