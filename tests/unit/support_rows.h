// SPDX-License-Identifier: Apache-2.0
/* support_rows: what the tests of the catalogue share: rows written short, a build that must
 * succeed. */
#ifndef TIENDO_TESTS_SUPPORT_ROWS_H
#define TIENDO_TESTS_SUPPORT_ROWS_H

#include "common/domain/catalogue.h"

#define DAY(n) ((struct date){ n })
#define UNIT(...)                                                                                  \
	{                                                                                          \
		.kind = ROW_UNIT, .unit = { __VA_ARGS__ }                                          \
	}
#define GROUP(...)                                                                                 \
	{                                                                                          \
		.kind = ROW_GROUP, .group = { __VA_ARGS__ }                                        \
	}
#define ITEM(...)                                                                                  \
	{                                                                                          \
		.kind = ROW_ITEM, .item = { __VA_ARGS__ }                                          \
	}
#define TARGET(...)                                                                                \
	{                                                                                          \
		.kind = ROW_TARGET, .target = { __VA_ARGS__ }                                      \
	}
#define MILESTONE(...)                                                                             \
	{                                                                                          \
		.kind = ROW_MILESTONE, .milestone = { __VA_ARGS__ }                                \
	}
#define N(a) (sizeof(a) / sizeof(*(a)))

/* A builder with the rows; the rows have no file, their line is their place from 1. */
struct builder *rows_builder(const struct catalogue_row *rows, size_t n);
/* Shows the faults, then asserts that none is an error. */
void rows_no_errors(const struct faults *faults);
struct catalogue *rows_build(const struct catalogue_row *rows, size_t n);
/* Reads data as the file into the builder; there must be memory. */
void rows_csv(struct builder *b, const char *file, const char *data, struct faults *faults);
/* Every column and number of both is the same. */
void rows_same(const struct catalogue_row *a, const struct catalogue_row *b);
/* A catalogue built from its own rows has the same rows. */
void rows_again(const struct catalogue *c);

#endif
