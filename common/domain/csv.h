// SPDX-License-Identifier: Apache-2.0
/*
 * csv: one reader for every CSV file (RFC 4180 with what Excel in Vietnam writes: UTF-8 BOM, `,` or
 * `;`, CRLF or LF) and the typed fields of DOMAIN 6 (CONTRACT). Pure: works on bytes in memory. A
 * fault is a value with line (1 = header) and column name; the sentence is made in says.h by the
 * caller in the user's language.
 */
#ifndef TIENDO_COMMON_DOMAIN_CSV_H
#define TIENDO_COMMON_DOMAIN_CSV_H

#include "common/domain/model.h"

struct csv;

/* X(NAME): `catalogue check --json` shows the name in snake_case for ever; sentences in says.c. */
#define CSV_FAULTS(X)                                                                          \
	X(OK) X(NOT_UTF8) X(NO_HEADER) X(UNKNOWN_COLUMN) X(DUPLICATE_COLUMN) X(MISSING_COLUMN) \
	X(TOO_MANY_FIELDS) X(TOO_FEW_FIELDS) X(QUOTE) X(BAD_DATE) X(BAD_INTEGER)               \
	X(BAD_DECIMAL) X(BAD_PERCENT) X(BAD_CODE) X(BAD_WORD) X(STRIPPED_ZERO)                 \
	X(OUT_OF_RANGE) X(REQUIRED) X(NO_MEMORY)

enum csv_fault {
#define X(name) CSV_##name,
	CSV_FAULTS(X)
#undef X
};

enum { CSV_VALUE_MAX = 80 }; /* bytes of an offending text kept for a fault, with its NUL */

/*
 * Reads the header. `columns`: NULL-terminated names allowed; the first `required` of them must be
 * there. `data` is copied: it may die after. On a fault returns NULL with *fault, *line and value
 * (the offending column's name, cut at a character; "" when there is none) set; a BOM alone, or
 * nothing, is NO_HEADER. UTF-16 shows as NOT_UTF8.
 */
struct csv *csv_open(const char *data, size_t size, const char *const *columns, size_t required,
		     enum csv_fault *fault, unsigned *line, char value[static CSV_VALUE_MAX]);
void csv_close(struct csv *r);
/*
 * Next record: true when there is one. False at the end or at a fault (csv_error tells; it stays).
 * Lines that are empty or hold only separators are skipped. A NUL byte is NOT_UTF8; CRLF inside
 * quotes becomes LF.
 */
bool csv_next(struct csv *r);
enum csv_fault csv_error(const struct csv *r);
unsigned csv_line(const struct csv *r); /* where the current record, or the faulty one, begins */
/* Field by index into `columns`; "" when the column or the field is absent. Lives until csv_close;
 * white space trimmed. */
const char *csv_field(const struct csv *r, size_t column);

/* Copies text into a fault's value, cut at a character. */
void csv_value(const char *text, char value[static CSV_VALUE_MAX]);

/* Typed fields of text. On a fault *out is untouched. */
enum csv_fault csv_date(const char *text, struct date *out); /* "" -> none */
/* 1387, 06, 1.387 (dot groups of three): anything else with a dot or comma is refused. "" is
 * REQUIRED. */
enum csv_fault csv_integer(const char *text, int64_t min, int64_t max, int64_t *out);
/* "50%", "98,43%" -> basis points, two decimals at most; a bare number is refused, "" REQUIRED. */
enum csv_fault csv_percent(const char *text, int64_t *bp);
/* points: "89,5" or "89.5" or "90" -> hundredths, at most two decimals. "" is REQUIRED. */
enum csv_fault csv_hundredths(const char *text, int64_t *out);
/*
 * A unit or item code: *out = text. "" is no fault: whether it may be absent is the caller's to
 * say. One digit alone is STRIPPED_ZERO (Excel made 8 of 08; no office has a one-digit code).
 */
enum csv_fault csv_code(const char *text, const char **out);
/*
 * For a code that nobody bears: the same number with `zeros` (>= 1) leading zeros, to look up again
 * ("27" -> "027"). If that one exists the fault is STRIPPED_ZERO and `out` the hint. False when
 * text is no pure number or too long.
 */
bool csv_unstrip(const char *text, unsigned zeros, char out[static CODE_MAX + 1]);

#endif
