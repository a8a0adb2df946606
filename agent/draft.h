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

struct draft {
	const char *text[DRAFT_N]; /* "" = not given; never NULL */
};

struct draft_place {
	const struct catalogue *catalogue; /* NULL = none yet: form only */
	const char *own_unit;              /* "" = not known */
	struct date today; /* the default as-of and the bound of the future; 0 = not proven */
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
/* By the rules of admit; look may be NULL. Sets base_version. With an item or unit that the slice
 * does not know the fault says unknown_here. */
struct draft_fault draft_judge(const struct draft_place *at, draft_look *look, void *data,
			       struct update *u);

/* The column a wire field of a verdict belongs to: "task.percent" -> percent. */
enum draft_column draft_column_of(const char *field);

#endif
