// SPDX-License-Identifier: Apache-2.0
/* disk_inside: what disk.c and disk_txn.c share. */
#ifndef TIENDO_TESTS_SIM_DISK_INSIDE_H
#define TIENDO_TESTS_SIM_DISK_INSIDE_H

#include "tests/sim/disk.h"
#include "tests/sim/tree.h"

enum { DISK_TABLES = 12, DISK_PATH = 64 };

struct disk_state {
	struct {
		char name[16];
		struct tree *root;
	} tables[DISK_TABLES];
	unsigned n;
	uint64_t turn;
};

struct disk {
	struct disk *next;
	char path[DISK_PATH];
	struct disk_state durable;
	struct disk_state before; /* disk_lies: what really is */
	bool full, unknown;
	const struct host *locker, *writer; /* of LOCK; of the write transaction */
};

struct kv {
	struct kv *next;
	struct disk *disk;
	struct host *host;
	bool read_only;
	unsigned open_txns;
};

void disk_state_drop(struct disk_state *s);
void disk_state_keep(struct disk_state *to, const struct disk_state *from);
static inline const struct disk_state *disk_durable(const struct disk *d)
{
	return disk_lies && d->before.n ? &d->before : &d->durable;
}

#endif
