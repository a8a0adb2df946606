// SPDX-License-Identifier: Apache-2.0
/*
 * rows: what the fold emits and forgets: frozen slots, what came after a freeze, series, suspicions. They belong to the
 * view until a checkpoint has written them into view/ in the same transaction as the state that they were emitted by;
 * `rebuild` emits the same rows again, in the same order. Append only: a key is emitted once.
 *
 * Keys are fixed width and big-endian, so that one prefix is a table's part in order:
 *
 *   FROZEN      item u32, period u32, unit u32                       -> slot (sheet.h): as it stood at the freeze
 *   AFTER       item u32, period u32, unit u32, entry u64, index u16 -> AFTER_REPORT u8, slot: a report that came after the
 *                                                                       freeze, by that receipt
 *               ... AFTER_VOID u8                                    -> AFTER_VOID u8, entry u64, index u16: the report with
 *                                                                       that receipt was voided then
 *   SERIES      row, item u32, date u32                              -> encoded tiendo.v1.Rollup as at that day's tick
 *   SUSPICIONS  item u32, period u32, unit u32, entry u64, index u16,
 *               kind u8 (enum suspicion)                             -> before u64, after u64
 *
 * item and unit are numbers, period is the yyyymmdd of its first day, row is 0 u8 and a unit's number u32, or 1 u8 and the
 * code of a group, filled up with zeros to CODE_MAX.
 *
 * Failure: without memory for a row nothing is kept any more and `failed` is set: the fold then says FOLD_MEMORY.
 */
#ifndef TIENDO_SERVER_ROWS_H
#define TIENDO_SERVER_ROWS_H

#include "common/domain/model.h"
#include "common/sys/base.h"

enum row_table { ROWS_FROZEN, ROWS_AFTER, ROWS_SERIES, ROWS_SUSPICIONS, ROWS_TABLES };
enum { ROWS_KEY_MAX = 32, ROWS_VALUE_MAX = 512 };
enum { AFTER_REPORT = 1, AFTER_VOID = 2 };
/* As on the wire (Suspicion). */
enum suspicion { SUSPICION_NONE, SUSPICION_SAME_TEXT, SUSPICION_JUMP, SUSPICION_FALL, SUSPICION_CONTROL };
extern const char *const rows_names[ROWS_TABLES]; /* of the tables in view/, and in the dump */

/* One list a table: u8 size of the key, u16 size of the value, key, value. {0} is empty. */
struct rows {
	struct buffer lists[ROWS_TABLES];
	uint64_t n;
	bool failed;
};
void rows_free(struct rows *r);
size_t rows_bytes(const struct rows *r);
void rows_put(struct rows *r, enum row_table table, struct bytes key, struct bytes value);
/* Puts `later` behind; empties it. */
void rows_append(struct rows *r, struct rows *later);

/* The first part of a SERIES key: of a unit, or of a group (then `group` is its code). Returns its size. */
size_t rows_series_row(const char *group, uint32_t unit, uint8_t key[static ROWS_KEY_MAX]);

/* Those of one table whose key begins with `prefix`, as emitted. {0} walks from the first. */
struct rows_walk {
	size_t at;
};
bool rows_next(const struct rows *r, enum row_table table, struct bytes prefix, struct rows_walk *w, struct bytes *key,
	       struct bytes *value);

#endif
