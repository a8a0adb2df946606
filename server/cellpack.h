// SPDX-License-Identifier: Apache-2.0
/*
 * cellpack: a cell as 60 bytes, fixed width and big-endian, for the checkpoint and for rows:
 *
 *   version u64, entry u64, period u16, index u16, principal u32, received_ms i64, value i64, denominator i64, as_of u32,
 *   done_on u32, flags u16, state u8, percent u8
 */
#ifndef TIENDO_SERVER_CELLPACK_H
#define TIENDO_SERVER_CELLPACK_H

#include "common/domain/model.h"

enum { CELL_BYTES = 60 };
void cell_pack(const struct cell *c, uint8_t out[static CELL_BYTES]);
struct cell cell_unpack(const uint8_t in[static CELL_BYTES]);

#endif
