// SPDX-License-Identifier: Apache-2.0
/*
 * draft: what a clerk wrote, as text, made into an update and judged against the office's slice by
 * the same rules as at the centre. The words are those of reports.csv, whether they came from a
 * file or from the command line. Pure. What is wrong is a value that names the column; the sentence
 * is made by who shows it.
 */
#ifndef TIENDO_AGENT_DRAFT_H
#define TIENDO_AGENT_DRAFT_H

#include "common/domain/admit.h"
#include "common/domain/csv.h"

/* Order and names of the columns of reports.csv; only the first is required in a file. */
#define DRAFT_COLUMNS(X)                                                                           \
	X(item)                                                                                    \
	X(unit)                                                                                    \
	X(period)                                                                                  \
	X(as_of)                                                                                   \
	X(state) X(percent) X(numerator) X(denominator) X(value) X(nothing) X(product_ref)         \
		X(done_on) X(corrects) X(reason) X(note)

enum draft_column {
#define X(name) DRAFT_##name,
	DRAFT_COLUMNS(X)
#undef X
		DRAFT_N
};

/* NULL-terminated, for csv_open. */
extern const char *const draft_columns[DRAFT_N + 1];

/* What a correction needs beside the figure; the update points into it. */
struct draft_corrected {
	struct matter matter;
	char unit[CODE_MAX + 1], item[CODE_MAX + 1], period[PERIOD_MAX + 1];
	struct date as_of;
};

struct draft {
	const char *text[DRAFT_N]; /* "" = not given; never NULL */
	struct draft_corrected *corrected; /* room of the caller's; NULL = a correction is not read */
};

/* Finds a report of the office that the centre has taken, by its receipt as printed, and fills `out`. */
enum draft_found { DRAFT_FOUND, DRAFT_UNKNOWN, DRAFT_MISSPELT };
typedef enum draft_found draft_find(void *data, const char *receipt, struct draft_corrected *out);

struct draft_place {
	const struct catalogue *catalogue; /* NULL = none yet: form only */
	const char *own_unit;              /* "" = not known */
	struct date today; /* the default as-of and the bound of the future; 0 = not proven */
	draft_find *find;  /* NULL = no receipt is known */
	void *find_data;
};

/* What the office knows of the cell as the centre holds it, for the rules that need it. */
struct draft_known {
	uint64_t version; /* 0 = nothing known */
	struct admit_cell cell;
};
typedef struct draft_known draft_look(void *data, uint32_t unit_number, uint32_t item_number);

struct draft_fault {
	enum draft_column column;
	enum csv_fault csv; /* either ... */
	enum reason reason; /* ... or */
	bool unknown_here;  /* the slice does not know the item or unit: the centre may */
};
static inline bool draft_fine(struct draft_fault f)
{
	return f.csv == CSV_OK && f.reason == REASON_NONE;
}

/* The update's strings point into the draft. */
struct draft_fault draft_read(const struct draft *d, const struct draft_place *at,
			      struct update *out);
/* By the rules of admit; look may be NULL. Sets base_version. */
struct verdict draft_verdict(const struct draft_place *at, draft_look *look, void *data, struct update *u);
/* The slice may be too old to know it. */
static inline bool draft_unknown(struct verdict v)
{
	return v.reason == REASON_UNKNOWN_ITEM || v.reason == REASON_UNKNOWN_UNIT;
}
/* The same verdict as a fault of the draft. With an item or unit that the slice does not know it says
 * unknown_here. */
struct draft_fault draft_judge(const struct draft_place *at, draft_look *look, void *data,
			       struct update *u);

/* The last part of a wire field's name: "task.percent" -> "percent". */
const char *draft_field(const char *field);
/* The column a wire field of a verdict belongs to: "task.percent" -> percent. */
enum draft_column draft_column_of(const char *field);

#endif
