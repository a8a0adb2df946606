// SPDX-License-Identifier: Apache-2.0
/*
 * kv_inside: what the files of kv share among themselves; nobody else includes it.
 *
 *   kv_place  where a store may live, and its lock      kv  the environment      kv_txn
 * transactions
 */
#ifndef TIENDO_COMMON_SYS_KV_INSIDE_H
#define TIENDO_COMMON_SYS_KV_INSIDE_H

#include <lmdb.h>
#include <pthread.h>
#include <sys/types.h>

#include "common/sys/kv.h"

struct kv {
	MDB_env *env;
	char *dir;
	bool read_only;
	dev_t device; /* of the directory, for the guard against a second open */
	ino_t inode;
	struct kv *next_open; /* in the guard's list */

	pthread_mutex_t mutex; /* over the two below */
	struct kv_txn *oldest; /* open transactions of this process, in order of their beginning */
	struct kv_txn *newest;
};

/* LMDB's code as a negative errno; 0 stays 0. */
int kv_code(int rc);
/* True for codes that say the store itself is broken, not the disk full or the machine short. */
bool kv_is_damage(int rc);
const char *kv_words(int rc);

/* Refuses what LMDB cannot live on; a doubtful place is a warning in `error` (else ""). */
int kv_place_check(const char *dir, struct sys_error *error);

/* ms since the oldest open read transaction of this process began; 0 = none */
int64_t kv_txn_oldest_age(struct kv *kv);

#endif
