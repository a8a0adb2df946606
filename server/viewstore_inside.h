// SPDX-License-Identifier: Apache-2.0
/* viewstore_inside: what the files of viewstore share; nobody else includes it. */
#ifndef TIENDO_SERVER_VIEWSTORE_INSIDE_H
#define TIENDO_SERVER_VIEWSTORE_INSIDE_H

#include "common/sys/keys.h"
#include "server/viewstore.h"

enum { VIEWSTORE_STATE_BYTES = 8 + VIEW_HEAD_BYTES + 4 + KEYS_HASH + 2 * KEYS_HASH + 4 + KEYS_HASH + ROWS_TABLES * 8 + KEYS_HASH };

struct viewstore {
	struct kv *kv;
	struct kv_table state, catalogue, roster, units, rows[ROWS_TABLES];
	struct kv_txn *txn; /* the one that is open, or NULL */
};

#endif
