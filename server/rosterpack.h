// SPDX-License-Identifier: Apache-2.0
/*
 * rosterpack: the roster as canonical bytes: in view_bytes and in the checkpoint. Pure.
 *
 *   roster    := count u32, principal * count, count u32, key * count     (numbers and ids ascending from 1)
 *   principal := number u32, role u32, scope unit u32, size u32, name
 *   key       := id u32, principal u32, revoked u8, public key (32 bytes)
 */
#ifndef TIENDO_SERVER_ROSTERPACK_H
#define TIENDO_SERVER_ROSTERPACK_H

#include "common/sys/base.h"
#include "server/roster.h"

void roster_pack(struct buffer *b, const struct roster *r);
/* NULL = these are not the bytes of a roster, or no memory. */
struct roster *roster_unpack(struct bytes packed);

#endif
