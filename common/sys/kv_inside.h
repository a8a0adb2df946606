// SPDX-License-Identifier: Apache-2.0
/*
 * kv_inside: what the files of kv share among themselves; nobody else includes it.
 *
 *   kv_place  where a store may live, and its lock      kv  the environment
 *   kv_check  is the file what LMDB takes it for?       kv_txn  transactions
 *   kv_head   what a commit that failed leaves behind
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

/* The store whose pages this thread lets LMDB read or write just now; for the sentence when that ends in a signal. */
extern _Thread_local const struct kv *kv_touching;
#define KV_TOUCH(kv, call)              \
	({                              \
		kv_touching = (kv);     \
		int touch_rc_ = (call); \
		kv_touching = NULL;     \
		touch_rc_;              \
	})

/* LMDB's code as a negative errno; 0 stays 0. */
int kv_code(int rc);
/* True for codes that say the store itself is broken, not the disk full or the machine short. */
bool kv_is_damage(int rc);
const char *kv_words(int rc);

/* Refuses what LMDB cannot live on; a doubtful place is a warning in `error` (else ""). */
int kv_place_check(const char *dir, struct sys_error *error);

/*
 * Before LMDB opens the file: what it would believe of the two heads without a look. After: is every page what the heads
 * and the trees say (kv_check.c)? 0, or -EUCLEAN with a sentence that names the page.
 */
int kv_check_file(const char *path, const char *dir, struct sys_error *error);
int kv_check(struct kv *kv, const char *path, struct sys_error *error);

/* mdb_txn_commit; when it fails, the head is what it was before (kv_head.c). */
int kv_commit_whole(struct kv *kv, MDB_txn *txn);

/* ms since the oldest open read transaction of this process began; 0 = none */
int64_t kv_txn_oldest_age(struct kv *kv);

#endif
