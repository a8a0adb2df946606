// SPDX-License-Identifier: Apache-2.0
/* dump_rows: slots and emitted rows as JSON members, for `dump --figures`. Item and unit are numbers, periods first days. */
#ifndef TIENDO_SERVER_DUMP_ROWS_H
#define TIENDO_SERVER_DUMP_ROWS_H

#include "common/sys/codec.h"
#include "common/sys/json.h"
#include "server/rows.h"
#include "server/sheet.h"

/* The members of one row. */
void dump_json_row(struct json *j, enum row_table table, struct bytes key, struct bytes value, struct codec_arena *arena);
/* The members of the slot of (row, leaf) in an unfrozen period; false = there is nothing to tell: not expected, nothing reported. */
bool dump_json_slot(struct json *j, const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf);

#endif
