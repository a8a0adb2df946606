// SPDX-License-Identifier: Apache-2.0
/*
 * table: columns of text aligned by what they take on a terminal, not by bytes. Pure; memory is
 * base.h's.
 */
#ifndef TIENDO_DASHBOARD_TABLE_H
#define TIENDO_DASHBOARD_TABLE_H

#include "common/sys/base.h"

enum {
	TABLE_COLUMNS = 10,
	TABLE_TEXT = 56 /* a longer cell of a column that may be cut ends in … */
};

struct table {
	size_t columns;
	bool right[TABLE_COLUMNS]; /* numbers */
	bool cut[TABLE_COLUMNS];
	size_t width[TABLE_COLUMNS];
	char **cells; /* row by row */
	size_t n, size;
};

void table_open(struct table *t, size_t columns);
void table_cell(struct table *t, const char *text); /* the next one; line ends and tabs in it become spaces */
__attribute__((format(printf, 2, 3))) void table_format(struct table *t, const char *format, ...);
/* Each line begins with `indent` spaces and has none at its end. */
void table_print(const struct table *t, size_t indent, struct buffer *out);
void table_close(struct table *t);

#endif
