// SPDX-License-Identifier: Apache-2.0
/*
 * columns: the columns of the catalogue's CSV files as one table (DOMAIN 6): which file makes which
 * row, what each column is, where it stands in the row. The reader of files, the copy of a row and
 * the check of texts all go by it, so a column cannot be read and then forgotten by one of them.
 * Data only.
 */
#ifndef TIENDO_COMMON_DOMAIN_COLUMNS_H
#define TIENDO_COMMON_DOMAIN_COLUMNS_H

#include "common/domain/model.h"

enum column_type {
	COLUMN_TEXT,
	COLUMN_CODE,      /* a code, or "" */
	COLUMN_REFERENCE, /* a code, G/CODE or a list: its parts are looked up, its text is checked
			   */
	COLUMN_USE,       /* peer, pilot, report */
	COLUMN_SCHEDULE,  /* half_month ... once */
	COLUMN_DATE,
	COLUMN_NUMBER,  /* uint32_t, from 1; empty = 0 */
	COLUMN_COUNT,   /* uint32_t; empty = 0 */
	COLUMN_DAYS,    /* uint32_t, 0 is written */
	COLUMN_BOUNDED, /* bool */
	COLUMN_WORKING, /* off, working -> bool */
	COLUMN_ABOVE,   /* below, above -> bool */
	COLUMN_UNIT_KIND,
	COLUMN_BRANCH,
	COLUMN_ITEM_KIND,
	COLUMN_ANSWER,
	COLUMN_MEASURE,
	COLUMN_AGGREGATE,
	COLUMN_DIRECTION,
	COLUMN_THRESHOLD, /* reporting_rate ... */
	COLUMN_FLAGS,
	COLUMN_TARGET, /* how it is written depends on the item's kind */
	COLUMN_VALUE,  /* uint64_t; how it is written depends on the threshold's measure */
	COLUMN_MAXIMUM
};

struct column {
	const char *name;
	enum column_type type;
	size_t offset;  /* in struct catalogue_row */
	unsigned limit; /* bytes of a text; greatest number */
};

struct columns {
	const char *file;
	enum row_kind kind;
	const struct column *list;
	size_t n, required; /* the first `required` must be in the header */
	size_t filled;      /* the first `filled` must not be empty in any row */
};

/* The kinds of rows are ROW_UNIT to ROW_LAST. */
#define ROW_LAST ROW_THRESHOLD

enum { COLUMNS_MAX = 48 }; /* more than any file has */

const struct columns *columns_of_file(const char *file); /* NULL = no such file */
const struct columns *columns_of_kind(enum row_kind kind);
bool column_is_text(enum column_type t); /* the field is a const char * */
/* Pointers into a row by its column. */
const char **column_text(struct catalogue_row *row, const struct column *c);
void *column_field(struct catalogue_row *row, const struct column *c);

#endif
