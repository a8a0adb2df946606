// SPDX-License-Identifier: Apache-2.0
/* truth_catalogue: units, items and schedules as the rows of the journal's last catalogue entry say; who owes what. */
#ifndef TIENDO_TESTS_SIM_TRUTH_CATALOGUE_H
#define TIENDO_TESTS_SIM_TRUTH_CATALOGUE_H

#include "common/sys/base.h"
#include "tests/sim/truth_days.h"

enum { TRUTH_UNITS = 32, TRUTH_ITEMS = 32, TRUTH_MEMBERS = 16, TRUTH_SCHEDULES = 24, TRUTH_TEXT = 64 };

struct truth_unit {
	uint32_t number, parent;
	char code[CODE_MAX + 1], type[TRUTH_TEXT];
	enum unit_kind kind;
	enum unit_branch branch;
	struct date opened, closed;
};

struct truth_item {
	uint32_t number;
	char code[CODE_MAX + 1], parent[CODE_MAX + 1], owner[CODE_MAX + 1], lead[CODE_MAX + 1], schedule[CODE_MAX + 1],
		reporters[TRUTH_TEXT];
	enum item_kind kind;
	enum measure measure;
	enum answer answer;
	bool bounded, has_maximum;
	int64_t maximum;
	struct date start, due, opened, closed;
};

struct truth_catalogue {
	struct truth_unit units[TRUTH_UNITS];
	struct truth_item items[TRUTH_ITEMS];
	struct truth_member {
		char group[CODE_MAX + 1], unit[CODE_MAX + 1];
		struct date from, to;
	} members[TRUTH_MEMBERS];
	struct truth_milestone {
		char item[CODE_MAX + 1], unit[CODE_MAX + 1]; /* unit "": every reporter */
		uint32_t no;
		struct date date;
	} milestones[TRUTH_MEMBERS];
	struct truth_schedule schedules[TRUTH_SCHEDULES];
	struct truth_holidays holidays;
	unsigned units_n, items_n, members_n, milestones_n, schedules_n;
};

/* NULL: the sentence of what cannot be read is in `why`. */
bool truth_catalogue_read(struct truth_catalogue *c, struct bytes body, const char **why);

const struct truth_unit *truth_unit_at(const struct truth_catalogue *c, const char *code, struct date d);
const struct truth_unit *truth_unit_of(const struct truth_catalogue *c, uint32_t number);
bool truth_within(const struct truth_catalogue *c, const struct truth_unit *u, uint32_t scope);
bool truth_unit_open(const struct truth_unit *u, struct date d);

const struct truth_item *truth_item(const struct truth_catalogue *c, const char *code);
const struct truth_item *truth_item_of(const struct truth_catalogue *c, uint32_t number);
bool truth_leaf(const struct truth_item *i);
bool truth_item_open(const struct truth_catalogue *c, const struct truth_item *i, struct date d);
/* The owner of its plan. */
const struct truth_unit *truth_owner(const struct truth_catalogue *c, const struct truth_item *i, struct date d);
bool truth_milestone_of(const struct truth_milestone *m, const struct truth_unit *u, const struct truth_item *i);
/* Is it the item, or below it? */
bool truth_item_below(const struct truth_catalogue *c, const struct truth_item *i, const struct truth_item *top);
/* By a column of the catalogue: who bears the code that day, else bore it last. */
const struct truth_unit *truth_unit_named(const struct truth_catalogue *c, const char *code, struct date d);
/* For all units of that kind; 0 = none. */
struct date truth_due(const struct truth_catalogue *c, const struct truth_item *i, enum unit_kind kind, struct date today);
uint32_t truth_plan(const struct truth_catalogue *c, const struct truth_item *i); /* number of its plan */
/* NULL = it has one slot for ever. */
const struct truth_schedule *truth_schedule_of(const struct truth_catalogue *c, const struct truth_item *i);

bool truth_reporter(const struct truth_catalogue *c, const struct truth_unit *u, const struct truth_item *i, struct date d);
/* Is its cell expected that day? */
bool truth_expected(const struct truth_catalogue *c, const struct truth_unit *u, const struct truth_item *i, struct date d);

#endif
