// SPDX-License-Identifier: Apache-2.0
/*
 * csv: one reader for every CSV file (RFC 4180 with what Excel in Vietnam writes: UTF-8 BOM, `,` or `;`,
 * CRLF or LF) and the typed fields of DOMAIN 6 (CONTRACT). Pure: works on bytes in memory. A fault is a value
 * with line (1 = header) and column name; the sentence is made in says.h by the caller in the user's language.
 */
#ifndef TIENDO_COMMON_DOMAIN_CSV_H
#define TIENDO_COMMON_DOMAIN_CSV_H

#include "common/domain/model.h"

struct csv;

enum csv_fault {
	CSV_OK, CSV_NOT_UTF8, CSV_NO_HEADER, CSV_UNKNOWN_COLUMN, CSV_DUPLICATE_COLUMN, CSV_MISSING_COLUMN,
	CSV_TOO_MANY_FIELDS, CSV_TOO_FEW_FIELDS, CSV_QUOTE, CSV_BAD_DATE, CSV_BAD_INTEGER, CSV_BAD_PERCENT,
	CSV_BAD_CODE, CSV_BAD_WORD, CSV_STRIPPED_ZERO, CSV_OUT_OF_RANGE, CSV_REQUIRED, CSV_NO_MEMORY
};

/*
 * Reads the header. `columns`: NULL-terminated names allowed; the first `required` of them must be there.
 * `data` must outlive the reader. On a fault returns NULL with *fault, *line and *value (offending text, in
 * data or static) set.
 */
struct csv *csv_open(const char *data, size_t size, const char *const *columns, size_t required,
		     enum csv_fault *fault, unsigned *line, const char **value);
void csv_close(struct csv *r);
/* Next record: true when there is one. False at the end or at a fault (csv_error tells). Empty lines are skipped. */
bool csv_next(struct csv *r);
enum csv_fault csv_error(const struct csv *r);
unsigned csv_line(const struct csv *r); /* of the current record */
/* Field by index into `columns`; "" when the column or the field is absent. Lives until csv_close; white space trimmed. */
const char *csv_field(const struct csv *r, size_t column);

/* Typed fields of text. */
enum csv_fault csv_date(const char *text, struct date *out);                 /* "" -> none */
/* 1387, 1.387 (dot groups of three): anything else with a dot or comma is refused. */
enum csv_fault csv_integer(const char *text, int64_t min, int64_t max, int64_t *out);
/* "50%", "98,43%" -> basis points; a bare number is refused. */
enum csv_fault csv_percent(const char *text, int64_t *bp);
/* points: "89,5" or "89.5" or "90" -> hundredths, at most two decimals. */
enum csv_fault csv_hundredths(const char *text, int64_t *out);

#endif
