// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue: units, groups, items, targets, milestones, holidays as one immutable value (CONTRACT).
 * Pure but for its own heap. It is made from rows (from CSV at `catalogue check|load`, from the
 * journal at the server, from a slice at an office), checked with faults that name file, line and
 * field, and then only read.
 *
 * A *builder* takes rows in any order; catalogue_build checks and links them and gives the
 * catalogue, or NULL when there is an error-level fault (or no memory). Strings are copied: rows
 * may die after _add.
 *
 * A code in a row (a reporter, a member, a target's unit) means every unit that ever bore it; who
 * was open on a day decides which of them counts. What an item with a closing date refers to is not
 * checked, since groups and schedules may have gone after it.
 *
 * Numbers: unit and item numbers are given once by the store and never re-used. builder_merge
 * gives them: a row that is known (unit: code and opened; item: code) keeps its number, a new one
 * gets the next, and a known one that the new rows lack is kept and closed on the effective date
 * (cells keep their history). Without a store (catalogue check, tests) catalogue_build numbers rows
 * that have 0 in order of appearance.
 */
#ifndef TIENDO_COMMON_DOMAIN_CATALOGUE_H
#define TIENDO_COMMON_DOMAIN_CATALOGUE_H

#include "common/domain/model.h"
#include "common/domain/schedule.h"

struct catalogue;
struct builder;

/* X(NAME, is_error): the rest are warnings. Names are the contract of `catalogue check --json`. */
/* clang-format off */
#define FAULTS(X)                                                                              \
	X(CSV, true)                  /* see fault.csv */                                      \
	X(DUPLICATE_UNIT, true)       /* same code with overlapping dates */                   \
	X(DUPLICATE_ITEM, true)                                                                \
	X(UNKNOWN_PARENT, true)                                                                \
	X(CYCLE, true)                                                                         \
	X(NO_ROOT, true)                                                                       \
	X(MANY_ROOTS, true)                                                                    \
	X(TOO_DEEP, true)                                                                      \
	X(PATH_TOO_LONG, true)                                                                 \
	X(DATES_REVERSED, true)                                                                \
	X(OPENED_CHANGED, true)       /* a known unit whose `opened` changed */                \
	X(UNKNOWN_UNIT, true)                                                                  \
	X(UNKNOWN_ITEM, true)                                                                  \
	X(UNKNOWN_GROUP, true)                                                                 \
	X(UNKNOWN_SCHEDULE, true)                                                              \
	X(OWNER_MISSING, true)                                                                 \
	X(OWNER_MISPLACED, true)      /* owner on an item below a plan */                      \
	X(PARENT_IS_LEAF, true)                                                                \
	X(PLAN_HAS_PARENT, true)                                                               \
	X(NO_PLAN, true)              /* none at all, or an item without parent */             \
	X(PLAN_TOO_LARGE, true)                                                                \
	X(TOO_MANY_GROUPS, true)      /* a unit in more than 4 groups */                       \
	X(REPORTER_UNKNOWN, true)                                                              \
	X(REPORTER_SYNTAX, true)                                                               \
	X(REPORTERS_EMPTY, true)      /* matches nobody */                                     \
	X(REPORTER_OUTSIDE, true)     /* not in the owner's subtree */                         \
	X(REPORTER_ABOVE, true)       /* above another one of a sum leaf without own_work */   \
	X(LEAD_NOT_ONE, true)         /* answer = lead with other than exactly one reporter */ \
	X(LEAF_FIELD, true)           /* does not belong to this kind, or lacks for it */      \
	X(RATIO_GROUP_CHILD, true)    /* only ratios and ratio_groups, same definitions */     \
	X(TARGET_OUT_OF_RANGE, true)                                                           \
	X(TARGET_OVERLAP, true)                                                                \
	X(TARGET_WITHOUT_USE, true)   /* the item has none, or the unit is not in the plan */  \
	X(DUPLICATE_SCHEDULE, true)                                                            \
	X(DUPLICATE_PERIOD, true)                                                              \
	X(UNKNOWN_PERIOD, true)       /* first or last is no period of the schedule */         \
	X(PERIOD_OVERLAP, true)       /* with another one of the same schedule */              \
	X(PERIOD_WITHOUT_USE, true)   /* of a schedule whose periods follow from its kind */   \
	X(DEADLINE_TOO_EARLY, true)   /* not after the close (Decree 09/2019, Art. 8.5) */     \
	X(HOLIDAY_OUTSIDE, true)      /* outside 2000..2099 */                                 \
	X(DUPLICATE_RULE, true)       /* two thresholds with one code */                       \
	X(RATE_ABOVE_ALL, true)       /* a threshold of a share above 100 % */                 \
	X(CONTROL_UNFIT, true)        /* what a control figure repeats is not such a sum */    \
	X(KIND_CHANGED, true)         /* a known item with another kind, plan or measure */    \
	X(TEXT, true)                 /* see fault.reason */                                   \
	X(NO_LEAD, false)                                                                      \
	X(NO_PERSON, false)                                                                    \
	X(NO_DATES, false)                                                                     \
	X(NO_PRODUCT, false)                                                                   \
	X(EMPTY_GROUP, false)         /* inner item without leaves, group without members */   \
	X(EMPTY_SCHEDULE, false)      /* a one-off without periods: nothing is owed */         \
	X(DEADLINE_ORDER, false)      /* a level is due before the one below it */             \
	X(WILL_CLOSE, false)          /* known, not in the new files: will be closed */
/* clang-format on */

enum fault_kind {
	FAULT_NONE,
#define X(name, error) FAULT_##name,
	FAULTS(X)
#undef X
};

struct fault {
	enum fault_kind kind;
	int csv;            /* enum csv_fault when kind = FAULT_CSV */
	enum reason reason; /* when kind = FAULT_TEXT */
	char file[24];      /* "items.csv"; "" when the row did not come from a file */
	unsigned line;      /* 0 = unknown */
	char field[24];     /* column */
	char value[80];     /* offending text, cut at a character */
};

/* A list of faults; `dropped` counts what went beyond the limit of 1,000. */
struct faults {
	struct fault *list;
	size_t n, size, dropped, errors;
};
void faults_free(struct faults *f);
bool fault_is_error(enum fault_kind k);

/* ---- building ---- */

struct builder *builder_new(void); /* NULL = no memory */
void builder_free(struct builder *b);
/* Copies the row. file/line are for faults (file "" = none). False = no memory. */
bool builder_add(struct builder *b, const struct catalogue_row *row, const char *file,
		 unsigned line);
/*
 * Parses one CSV file by its base name ("units.csv" ...) into rows. Faults go to `faults`: a row
 * with a bad field is kept (so that what refers to it is no fault too), but a catalogue is not
 * built while `faults` holds an error. False = no memory.
 */
bool builder_csv(struct builder *b, const char *file, const char *data, size_t size,
		 struct faults *faults);
/*
 * Merge with `old` (may be NULL): gives numbers, keeps what the new rows lack and closes it on
 * `effective`. plan: "" = rows are the whole catalogue; otherwise the code of the one plan whose
 * items, targets and milestones the rows replace (rows of other plans and all other kinds of rows
 * are then ignored and taken from old). False = no memory.
 */
bool builder_merge(struct builder *b, const struct catalogue *old, const char *plan,
		   struct date effective, struct faults *faults);
/* Frees nothing; the builder may be freed after. A slice (an office's part) is built with `slice`:
 * rules about wholeness (REPORTERS_EMPTY, REPORTER_OUTSIDE, EMPTY_GROUP, unknown codes in lead/coop
 * ...) are not checked. */
struct catalogue *catalogue_build(struct builder *b, bool slice, struct faults *faults);
void catalogue_free(struct catalogue *c);

/* The normalised rows in canonical order (units parents first, then groups, items parents first,
 * targets ...), with numbers; row strings live in the catalogue. i from 0 to catalogue_rows - 1. */
size_t catalogue_rows(const struct catalogue *c);
void catalogue_row(const struct catalogue *c, size_t i, struct catalogue_row *out);

/* ---- reading. Units and items by dense index 0..n-1 (parents before children, a subtree or a plan
 * is a span of them); numbers map both ways. ---- */

enum { NO_INDEX = UINT32_MAX };

struct unit {
	struct unit_row row;
	uint32_t parent;      /* index or NO_INDEX */
	uint32_t depth;       /* root = 0 */
	/* Preorder interval: v is in the subtree of u iff first(u) <= first(v) <= last(u). */
	uint32_t first, last;
	/*
	 * "VN/40/412/": the topic, and no two units share one. Of units that bore one code under
	 * one parent only the last has it; an earlier one carries its `opened`: "VN/40/412@0/".
	 */
	const char *path;
};

struct item {
	uint32_t parent; /* index or NO_INDEX */
	uint32_t depth;  /* plan = 0 */
	uint32_t plan;   /* index of its plan */
	uint32_t column; /* 0.. within its plan, parents before children */
	bool leaf;
	struct item_row row;
};

struct group {
	const char *code, *use, *name, *name_en, *path; /* path "G/PILOT/" */
};

struct plan {
	uint32_t item, owner;  /* indexes */
	uint32_t items_n;      /* columns */
	const uint32_t *items; /* item index by column */
	uint32_t rows_n;       /* subtree(owner) + ancestors of owner + groups touching them */
};

size_t catalogue_units(const struct catalogue *c);
const struct unit *catalogue_unit(const struct catalogue *c, uint32_t index);
size_t catalogue_items(const struct catalogue *c);
const struct item *catalogue_item(const struct catalogue *c, uint32_t index);
size_t catalogue_groups(const struct catalogue *c);
const struct group *catalogue_group(const struct catalogue *c, uint32_t index);
size_t catalogue_plans(const struct catalogue *c);
const struct plan *catalogue_plan(const struct catalogue *c, uint32_t index);
uint32_t catalogue_plan_of_item(const struct catalogue *c, uint32_t item); /* plan index */
const struct calendar *catalogue_calendar(const struct catalogue *c);

/* Rows of a plan: 0..rows_n-1 <-> unit: the owner's subtree in preorder, its ancestors from the
 * nearest up, then the virtual ancestors: groups. NO_INDEX = no row. */
uint32_t plan_row_of_unit(const struct catalogue *c, uint32_t plan, uint32_t unit);
uint32_t plan_row_of_group(const struct catalogue *c, uint32_t plan, uint32_t group);
struct plan_row {
	bool is_group;
	uint32_t index; /* of the unit or group */
	const char *path;
};
struct plan_row plan_row(const struct catalogue *c, uint32_t plan, uint32_t row);

/* Index or NO_INDEX. */
uint32_t catalogue_unit_by_number(const struct catalogue *c, uint32_t number);
uint32_t catalogue_item_by_number(const struct catalogue *c, uint32_t number);
uint32_t catalogue_item_by_code(const struct catalogue *c, const char *code);
/* The unit that bears the code on `date`; NO_INDEX with *known = true when it did on another date
 * only. */
uint32_t catalogue_unit_at(const struct catalogue *c, const char *code, struct date date,
			   bool *known);
/* Both codes will be looked up in a moment: has the memory fetched meanwhile. Changes nothing. */
void catalogue_expect(const struct catalogue *c, const char *unit, const char *item);
/* No unit has a greater number; 0 = there is none. */
uint32_t catalogue_highest_unit(const struct catalogue *c);
/* catalogue_unit(c, unit)->row.number, without a look at all of it. */
uint32_t catalogue_unit_number(const struct catalogue *c, uint32_t unit);
/* For commands: bears it on `date`, else the latest that bore it. */
uint32_t catalogue_unit_by_code(const struct catalogue *c, const char *code, struct date date);
/* All that ever bore it, the latest first: after NO_INDEX the first, after the last NO_INDEX. */
uint32_t catalogue_unit_bearer(const struct catalogue *c, const char *code, uint32_t after);
uint32_t catalogue_group_by_code(const struct catalogue *c, const char *code);
bool catalogue_within(const struct catalogue *c, uint32_t unit, uint32_t ancestor);

/* Judged at a date. */
bool catalogue_unit_open(const struct catalogue *c, uint32_t unit, struct date d);
/* The item and everything above it. */
bool catalogue_item_open(const struct catalogue *c, uint32_t item, struct date d);
/* Is `unit` a reporter of the leaf (expansion of `reporters`, members of groups at d; open or not
 * is separate)? */
bool catalogue_is_reporter(const struct catalogue *c, uint32_t leaf, uint32_t unit, struct date d);
/* Does it, open on that day, report an open leaf that is the item or below it? */
bool catalogue_reports_below(const struct catalogue *c, uint32_t item, uint32_t unit,
			     struct date d);
/* All units that ever may report the leaf (any date), ascending index. */
const uint32_t *catalogue_reporters(const struct catalogue *c, uint32_t leaf, size_t *n);
/* Distinct groups of the unit and its ancestors at d; fills at most GROUPS_PER_UNIT_MAX, returns
 * how many. */
unsigned catalogue_groups_of(const struct catalogue *c, uint32_t unit, struct date d,
			     uint32_t out[static GROUPS_PER_UNIT_MAX]);
/* Target in force at (row's unit or group, item, date) by DOMAIN 4. False = none. */
bool catalogue_target(const struct catalogue *c, uint32_t item, uint32_t plan, uint32_t row,
		      struct date d, int64_t *out);
/* The rhythm in which the leaf is reported; NULL = none (one slot for ever). */
const struct schedule *catalogue_schedule(const struct catalogue *c, uint32_t leaf);
/* The rows of thresholds.csv, ascending by rule. */
const struct threshold_row *catalogue_thresholds(const struct catalogue *c, size_t *n);
/* The leaf whose sum below its reporters this leaf repeats for comparison; NO_INDEX = none. */
uint32_t catalogue_controlled(const struct catalogue *c, uint32_t leaf);
/* Earliest milestone date of (leaf, unit), {0} = none. */
struct date catalogue_milestone(const struct catalogue *c, uint32_t leaf, uint32_t unit);
/* Each milestone of (leaf, unit): *at from 0. False = no more. */
bool catalogue_next_milestone(const struct catalogue *c, uint32_t leaf, uint32_t unit, uint32_t *at,
			      uint32_t *no, struct date *date);
/*
 * Dates in (from, to] on which something judged by date changes: unit or item opens or closes,
 * membership, targets. True if any: then the fold re-evaluates everything and raises the version
 * floor of every plan.
 */
bool catalogue_changes_between(const struct catalogue *c, struct date from, struct date to);

#endif
