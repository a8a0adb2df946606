// SPDX-License-Identifier: Apache-2.0
/*
 * catalogue_inside: what the catalogue's own files share; nobody else includes it. The builder
 * (rows as they came), the catalogue (rows linked) and the making of one from the other, stage by
 * stage:
 *
 *   rows -> units -> groups -> items -> plans -> reporters -> targets -> schedules -> thresholds -> changes ->
 *   check
 *
 * A stage that meets a fault notes it and links what it can, so that one run of the check names
 * every fault; with any error the half-linked catalogue is thrown away. A stage returns false only
 * when there is no memory.
 */
#ifndef TIENDO_COMMON_DOMAIN_CATALOGUE_INSIDE_H
#define TIENDO_COMMON_DOMAIN_CATALOGUE_INSIDE_H

#include "common/domain/catalogue.h"
#include "common/domain/columns.h"
#include "common/domain/names.h"
#include "common/domain/pool.h"
#include "common/domain/schedule.h"

/* ---- builder ---- */

struct kept {
	struct catalogue_row row;
	const char *file; /* "" = none */
	unsigned line;
	/* A target as written in a file, until its item's kind is known; NULL = settled. */
	const char *raw;
	uint64_t bad; /* columns, as bits, that have a fault already */
};

struct kept_list {
	struct kept *at;
	size_t n, size;
};

struct builder {
	struct pool pool;
	struct kept_list rows[ROW_LAST + 1]; /* by enum row_kind */
};

/* The kept row in the builder (strings copied), or NULL = no memory. Valid until the next one of
 * its kind. */
struct kept *builder_keep(struct builder *b, const struct catalogue_row *row, const char *file,
			  unsigned line);
/* Copies the strings of a row into the pool; look at pool.failed. */
struct catalogue_row row_copy(struct pool *p, const struct catalogue_row *row);
/* Fills in what an empty field of a leaf means (answer lead, measure stock, aggregate sum or own
 * ...). */
void item_settle(struct item_row *r);
/* ... or of a threshold. */
void threshold_settle(struct threshold_row *r);
/* Gives numbers to the units and items that have none, after the greatest there is, as they came.
 */
void builder_number(struct builder *b);

/* ---- faults ---- */

/* detail: the reason of a FAULT_TEXT, for the others the enum csv_fault that explains more (0 =
 * none). */
void fault_add(struct faults *f, enum fault_kind kind, const struct kept *k, const char *field,
	       const char *value, int detail);

/* ---- the catalogue ---- */

struct numbered {
	uint32_t number, index;
};

/* That `unit` is in `group`; it concerns the whole subtree of the unit. */
struct membership {
	uint32_t group, unit;
	struct date from, to;
};

/* What every update asks of its unit, beside the large struct unit: four of them are a line. */
struct unit_life {
	struct date opened, closed;
	uint32_t number;
};

struct memberships {
	const struct membership *list;
	uint32_t n;
};

enum token_kind { TOKEN_CODE, TOKEN_KIND, TOKEN_GROUP, TOKEN_WITHOUT };

struct token {
	enum token_kind kind;
	const char *code;         /* of a unit (CODE, KIND, WITHOUT) */
	enum unit_kind unit_kind; /* KIND */
	uint32_t group;           /* GROUP; NO_INDEX = unknown */
};

/* One way of writing reporters, shared by the leaves of a plan that write it alike. */
struct reporters {
	const uint32_t *list; /* ever, ascending */
	uint32_t n;
	const struct token *tokens;
	uint32_t tokens_n;
	bool dated;            /* a group's members decide: the tokens must be walked */
	enum fault_kind fault; /* the first fault of the text ... */
	const char *at;        /* ... and the token it is in */
	uint32_t outside; /* the first unit it names outside the owner's subtree, or NO_INDEX */
};

/* An explicit target: of a unit, or of a group (then row = units_n + group). */
struct target {
	uint32_t row;
	struct date from, to;
	int64_t target;
};

struct milestone {
	uint32_t unit; /* NO_INDEX = every reporter */
	uint32_t no;
	struct date date;
};

/* What is known of an item beside struct item. */
struct item_more {
	uint32_t plan; /* plan index */
	const struct reporters *reporters;
	const struct target *targets; /* ascending (row, from) */
	const struct milestone *milestones;
	uint32_t targets_n, milestones_n;
	uint32_t schedule; /* index, or NO_INDEX */
	bool has_leaf; /* there is one below it */
};

struct plan_more {
	const uint32_t *groups; /* indexes, ascending */
	uint32_t groups_n, subtree_n;
};

/* The rows of one kind that are kept as they came (in canonical order), with where they came from.
 */
struct row_list {
	const struct kept **at; /* only while building */
	struct catalogue_row *rows;
	size_t n;
};

struct catalogue {
	struct pool pool;
	struct unit *units;
	struct unit_life *lives; /* by unit */
	struct item *items;
	struct item_more *items_more;
	struct group *groups;
	struct plan *plans;
	struct plan_more *plans_more;
	uint32_t units_n, items_n, groups_n, plans_n;
	struct names unit_names; /* code -> the last unit that bore it ... */
	uint32_t *before;        /* ... -> the one before it, or NO_INDEX */
	struct names item_names, group_names;
	struct numbered *unit_numbers, *item_numbers;
	struct memberships *memberships;        /* by unit: own and inherited */
	struct row_list rows[ROW_LAST + 1]; /* all but units and items */
	struct schedule *schedules;             /* those of schedules.csv, then one for each kind */
	uint32_t schedules_n;
	struct threshold_row *thresholds;       /* ascending rule */
	struct calendar *calendar;
	struct date *starts,
		*ends; /* when something begins; the last day of something. Ascending */
	size_t starts_n, ends_n;
};

struct making {
	struct builder *b;
	struct catalogue *c;
	struct faults *faults;
	bool slice;
	struct pool work;                   /* dies with the making */
	const struct kept **units, **items; /* where the row of an index came from */
};

bool making_rows(struct making *m);
bool making_units(struct making *m);
bool making_groups(struct making *m);
bool making_items(struct making *m);
bool making_plans(struct making *m);
bool making_reporters(struct making *m);
bool making_targets(struct making *m);
bool making_schedules(struct making *m);
bool making_thresholds(struct making *m);
bool making_changes(struct making *m);
bool making_check(struct making *m);
void check_items(struct making *m);

void making_fault(struct making *m, enum fault_kind kind, const struct kept *k, const char *field,
		  const char *value);
/* As above for a code that is not there; hints at a stripped zero when "0" + code is. */
void making_unknown(struct making *m, enum fault_kind kind, const struct kept *k, const char *field,
		    const char *value, const struct names *names);

/* ---- small things ---- */

/* Index of a code of schedules.csv or of a kind's word; NO_INDEX = neither. */
uint32_t schedule_find(const struct catalogue *c, const char *code);
/* What is closed may refer to what has gone with the years, so its references are not checked; nor
 * are a slice's. */
bool references_checked(const struct making *m, const struct item_row *r);
/* [opened, closed) with 0 = ever; an empty span (opened = closed) overlaps nothing. */
bool spans_overlap(struct date a_opened, struct date a_closed, struct date b_opened,
		   struct date b_closed);
/* Is d in from..to inclusive, 0 = ever? */
bool date_within(struct date d, struct date from, struct date to);
uint32_t numbered_find(const struct numbered *list, size_t n, uint32_t number);
void numbered_sort(struct numbered *list, size_t n);
/* Place in the list of the first reporter at or after the unit. */
uint32_t reporters_from(const struct reporters *r, uint32_t unit);
/* Of a unit that is listed: does it report on that day? */
bool reporters_on(const struct catalogue *c, const struct reporters *r, uint32_t unit,
		  struct date d);

#endif
