// SPDX-License-Identifier: Apache-2.0
/*
 * mailpack: a mailbox <-> canonical bytes, for the checkpoint and for comparing two views: the same mail gives the same
 * bytes. Numbers are big-endian, fixed width.
 *
 *   letters u32, letter*: entry u64, about entry u64, item u32, due u32, sent u32, kind u8, recipients u32,
 *                         (unit u32, opened u32)*
 *   boxes u32, box*:      unit u32, forgotten u64, notices u32,
 *                         notice*: entry u64, about entry u64, item u32, due u32, sent u32, opened u32, index u16,
 *                                  about index u16, period u16, owed u16, place u16, kind u8, granted u8
 *
 * A box in which nothing is and nothing was forgotten is left out.
 */
#ifndef TIENDO_SERVER_MAILPACK_H
#define TIENDO_SERVER_MAILPACK_H

#include "common/sys/base.h"
#include "server/mailbox.h"

/* Failure is the buffer's. */
void mailbox_pack(struct buffer *b, const struct mailbox *m);
/* `units`: no unit has a higher number. NULL: not such a mailbox, or no memory. */
struct mailbox *mailbox_unpack(struct bytes from, uint32_t units);

#endif
