// SPDX-License-Identifier: Apache-2.0
#include "common/sys/kv_inside.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- LMDB's codes ---- */

int kv_code(int rc)
{
	if (rc >= 0)
		return -rc; /* a system errno */
	switch (rc) {
	case MDB_MAP_FULL:
		return -ENOSPC;
	case MDB_TXN_FULL:
		return -E2BIG;
	case MDB_READERS_FULL:
	case MDB_DBS_FULL:
		return -ENFILE;
	case MDB_NOTFOUND:
		return -ENOENT;
	case MDB_KEYEXIST:
		return -EEXIST;
	case MDB_BAD_TXN:
		return -ECANCELED;
	case MDB_MAP_RESIZED:
		return -ESTALE;
	case MDB_VERSION_MISMATCH:
	case MDB_INVALID:
		return -EMEDIUMTYPE;
	case MDB_CORRUPTED:
	case MDB_INCOMPATIBLE:
	case MDB_PAGE_NOTFOUND:
	case MDB_PANIC:
		return -EUCLEAN;
	default: /* LMDB's numbers, not an enum of ours */
		return -EINVAL;
	}
}

bool kv_is_damage(int rc)
{
	return rc == MDB_CORRUPTED || rc == MDB_PAGE_NOTFOUND || rc == MDB_PANIC ||
	       rc == MDB_INVALID || rc == MDB_VERSION_MISMATCH || rc == MDB_INCOMPATIBLE;
}

const char *kv_words(int rc)
{
	return rc > 0 ? sys_text(rc) : mdb_strerror(rc);
}

/* ---- one environment per path and process: LMDB forces this global ---- */

static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static struct kv *all_open;

static bool guard_enter(struct kv *kv)
{
	bool free = true;
	pthread_mutex_lock(&guard);
	for (struct kv *k = all_open; k; k = k->next_open)
		free = free && !(k->device == kv->device && k->inode == kv->inode);
	if (free) {
		kv->next_open = all_open;
		all_open = kv;
	}
	pthread_mutex_unlock(&guard);
	return free;
}

static void guard_leave(struct kv *kv)
{
	pthread_mutex_lock(&guard);
	struct kv **k = &all_open;
	while (*k && *k != kv)
		k = &(*k)->next_open;
	if (*k)
		*k = kv->next_open;
	pthread_mutex_unlock(&guard);
}

/* ---- opening ---- */

_Thread_local const struct kv *kv_touching;

static void say(const char *words)
{
	if (write(STDERR_FILENO, words, strlen(words)) < 0)
		_exit(4);
}

/*
 * A page of the map that the disk cannot give: the kernel says SIGBUS. Damage that came after the
 * open, when every page was looked at (kv_check), may send LMDB anywhere: SIGSEGV while it is at
 * work. People get a sentence; any other SIGSEGV is ours and dies as such.
 */
static void bad_page(int signal_number)
{
	const struct kv *kv = kv_touching;
	if (signal_number == SIGSEGV && !kv) {
		signal(SIGSEGV, SIG_DFL);
		return;
	}
	say("tiendo: ");
	say(kv ? kv->dir : "a store");
	say(": cannot be read from its disk: it is damaged, or the disk fails; keep a copy of it, then "
	    "restore it from a backup\n");
	_exit(3);
}

static void catch_bad_pages(void)
{
	static const int signals[] = {SIGBUS, SIGSEGV};
	for (size_t i = 0; i < BASE_COUNT(signals); i++) {
		struct sigaction now;
		if (sigaction(signals[i], NULL, &now) != 0 || now.sa_handler != SIG_DFL)
			continue;
		now = (struct sigaction){.sa_handler = bad_page};
		sigaction(signals[i], &now, NULL);
	}
}

/* LMDB's own assertions are about damaged pages: say what to do, and end as one ends then. */
static void last_words(MDB_env *env, const char *message)
{
	const char *dir = mdb_env_get_userctx(env);
	fprintf(stderr, "tiendo: the store %s is damaged (%s); restore it from a backup\n", dir,
		message);
	_exit(3);
}

static int file_in(const char *dir, const char *name, char out[static PATH_MAX],
		   struct sys_error *error)
{
	if (snprintf(out, PATH_MAX, "%s/%s", dir, name) >= PATH_MAX)
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", dir);
	return 0;
}

/* The directory and, unless we make it, the store must be there. */
static int find_place(struct kv *kv, bool create, struct sys_error *error)
{
	char path[PATH_MAX];
	struct stat st;
	int rc = create ? base_mkdirs(kv->dir, 0700, error) : 0;
	if (rc == 0)
		rc = file_in(kv->dir, "data.mdb", path, error);
	if (rc)
		return rc;
	if (stat(kv->dir, &st) != 0)
		return sys_fail(error, -errno, "%s: no store here: %s", kv->dir, sys_text(errno));
	kv->device = st.st_dev;
	kv->inode = st.st_ino;
	if (!create && stat(path, &st) != 0)
		return sys_fail(error, -errno, "%s: no store here: %s", path, sys_text(errno));
	if (!create && st.st_size == 0)
		return sys_fail(error, -EUCLEAN, "%s: is empty; restore it from a backup", path);
	return kv_place_check(kv->dir, error);
}

/*
 * LMDB trusts the file to be as long as its head says; touching a page behind the end is a SIGBUS.
 * Lengthening a cut file turns that into zeroed pages, which LMDB reports as damage. A good
 * file may be a few pages short too (pages taken and given back in one transaction were never
 * written). Allocating the last byte never shrinks a file that a running writer made longer.
 */
static int lengthen(struct kv *kv, struct sys_error *error)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	struct stat st;
	char path[PATH_MAX];
	int rc = file_in(kv->dir, "data.mdb", path, error);
	if (rc)
		return rc;
	mdb_env_info(kv->env, &info);
	mdb_env_stat(kv->env, &stat_of);
	off_t need = (off_t)(info.me_last_pgno + 1) * stat_of.ms_psize;
	if (stat(path, &st) != 0 || st.st_size >= need)
		return 0;
	int fd = open(path, O_RDWR | O_CLOEXEC);
	rc = fd < 0 || fallocate(fd, 0, need - 1, 1) != 0 ? -errno : 0;
	if (fd >= 0)
		close(fd);
	return rc ? sys_fail(error, -EUCLEAN,
			     "%s: is shorter than it should be (%lld of %lld bytes) and cannot be "
			     "lengthened: %s; restore it from a backup",
			     path, (long long)st.st_size, (long long)need, sys_text(rc))
		  : 0;
}

/*
 * LMDB maps the lock file writable and only sets its length: the first touch of a page the disk has
 * no room for is a SIGBUS, so a server restarted on a full disk would die of it. Taking the blocks
 * first makes that a sentence. Only before mdb_env_open: closing a descriptor of this file later
 * would drop the locks this process holds on it.
 */
static int reserve_lock_file(struct kv *kv, unsigned readers, struct sys_error *error)
{
	enum { HEAD_BYTES = 256, SLOT_BYTES = 64 }; /* a little more than LMDB's */
	char path[PATH_MAX];
	int rc = file_in(kv->dir, "lock.mdb", path, error);
	if (rc)
		return rc;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return sys_fail(error, -errno, "%s: cannot open: %s", path, sys_text(errno));
	off_t size = HEAD_BYTES + (off_t)readers * SLOT_BYTES;
	if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, size) != 0 && errno != EOPNOTSUPP)
		rc = sys_fail(error, -errno, "%s: cannot take room for it: %s", path,
			      sys_text(errno));
	close(fd);
	return rc;
}

/* LMDB's code. */
static int try_env(struct kv *kv, const struct kv_options *o, unsigned readers)
{
	int rc = mdb_env_create(&kv->env);
	if (rc)
		return rc;
	/* these can only fail before the open for reasons that are our own mistakes */
	mdb_env_set_userctx(kv->env, kv->dir);
	mdb_env_set_assert(kv->env, last_words);
	mdb_env_set_mapsize(kv->env, o->map_size ? o->map_size : KV_MAP_SIZE);
	mdb_env_set_maxdbs(kv->env, o->tables ? o->tables : KV_TABLES);
	mdb_env_set_maxreaders(kv->env, readers);
	return KV_TOUCH(kv, mdb_env_open(kv->env, kv->dir, MDB_NOTLS | (o->read_only ? MDB_RDONLY : 0), 0600));
}

/*
 * The power may fail before the first commit has ended: then the file is two heads and the one page
 * that makes a table, or parts of them, and nothing was ever in it. Who would make the store if
 * there were none makes it anew.
 */
static bool half_made(struct kv *kv)
{
	enum { HEADS = 2, FIRST_PAGES = 1 };
	char path[PATH_MAX];
	struct stat st;
	if (file_in(kv->dir, "data.mdb", path, NULL) || stat(path, &st) != 0 ||
	    st.st_size > (HEADS + FIRST_PAGES) * sysconf(_SC_PAGESIZE) || truncate(path, 0) != 0)
		return false;
	mdb_env_close(kv->env);
	kv->env = NULL;
	return true;
}

static int open_env(struct kv *kv, const struct kv_options *o, struct sys_error *error)
{
	unsigned readers = o->readers ? o->readers : KV_READERS;
	int rc = o->read_only ? 0 : reserve_lock_file(kv, readers, error);
	if (rc)
		return rc;
	rc = try_env(kv, o, readers);
	if (rc == MDB_INVALID && o->create && half_made(kv))
		rc = try_env(kv, o, readers);
	if (rc == 0)
		return 0;
	if (kv_is_damage(rc))
		return sys_fail(error, kv_code(rc),
				"%s: is not a store this program can read (%s); if it was one, "
				"restore it from a backup",
				kv->dir, kv_words(rc));
	return sys_fail(error, kv_code(rc), "%s: cannot open the store: %s", kv->dir, kv_words(rc));
}

static void destroy(struct kv *kv)
{
	if (kv->env)
		mdb_env_close(kv->env);
	pthread_mutex_destroy(&kv->mutex);
	free(kv->dir);
	free(kv);
}

/*
 * What is read from here on is told to others, so it must be on disk: a process that was killed in
 * the middle of a commit leaves a head that the next one finds and the disk may not have yet. And
 * LMDB makes its files, not their names.
 */
static int settle(struct kv *kv, struct sys_error *error)
{
	int rc = mdb_env_sync(kv->env, 1);
	return rc ? sys_fail(error, kv_code(rc), "%s: cannot sync the store: %s", kv->dir,
			     kv_words(rc))
		  : base_sync_directory(kv->dir, error);
}

int kv_open(struct kv **out, const char *dir, const struct kv_options *options,
	    struct sys_error *error)
{
	struct kv *kv = base_alloc(sizeof(*kv));
	kv->dir = base_copy_text(dir);
	kv->read_only = options->read_only;
	catch_bad_pages();
	pthread_mutex_init(&kv->mutex, NULL);
	int rc = find_place(kv, options->create && !options->read_only, error);
	if (rc) {
		destroy(kv);
		return rc;
	}
	/* before LMDB touches the lock file: a second open does its harm at once */
	if (!guard_enter(kv)) {
		destroy(kv);
		return sys_fail(error, -EBUSY, "%s: is open in this process already", dir);
	}
	char path[PATH_MAX];
	rc = file_in(kv->dir, "data.mdb", path, error);
	if (rc == 0)
		rc = kv_check_file(path, dir, error);
	if (rc == 0)
		rc = open_env(kv, options, error);
	if (rc == 0)
		rc = lengthen(kv, error);
	if (rc == 0)
		rc = kv_check(kv, path, error);
	if (rc == 0 && !kv->read_only)
		rc = settle(kv, error);
	if (rc) {
		guard_leave(kv);
		destroy(kv);
		return rc;
	}
	kv_reader_check(kv);
	*out = kv;
	return 0;
}

void kv_close(struct kv *kv)
{
	if (!kv)
		return;
	assert(!kv->oldest); /* a transaction is still open */
	guard_leave(kv);
	destroy(kv);
}

int kv_table(struct kv *kv, const char *name, struct kv_table *out, struct sys_error *error)
{
	MDB_txn *txn;
	MDB_dbi id = 0;
	*out = (struct kv_table){0};
	int rc = mdb_txn_begin(kv->env, NULL, kv->read_only ? MDB_RDONLY : 0, &txn);
	if (rc == 0) {
		rc = KV_TOUCH(kv, mdb_dbi_open(txn, name, kv->read_only ? 0 : MDB_CREATE, &id));
		/* the handle lives on only after a commit, also of a read */
		if (rc == 0)
			rc = kv_commit_whole(kv, txn);
		else
			mdb_txn_abort(txn);
	}
	if (rc == 0)
		out->id = id;
	return rc == 0 ? 0
		       : sys_fail(error, kv_code(rc), "%s: cannot open its table %s: %s", kv->dir,
				  name, kv_words(rc));
}

int kv_has(struct kv *kv, const char *name, struct sys_error *error)
{
	MDB_txn *txn;
	MDB_dbi id;
	int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
	if (rc == 0) {
		rc = KV_TOUCH(kv, mdb_dbi_open(txn, name, 0, &id));
		mdb_txn_abort(txn);
	}
	if (rc == 0)
		return 0;
	/* a record of that name is no table of ours either */
	bool none = rc == MDB_NOTFOUND || rc == MDB_INCOMPATIBLE;
	return sys_fail(error, none ? -ENOENT : kv_code(rc), "%s: cannot read its table %s: %s",
			kv->dir, name, kv_words(rc));
}

/* ---- the environment ---- */

struct readers {
	unsigned used;
	uint64_t oldest; /* transaction number; UINT64_MAX = none is reading */
};

/* A row is `pid thread txnid`, with `-` for a slot that reads nothing now. */
static int count_reader(const char *row, void *context)
{
	struct readers *r = context;
	unsigned long long pid, thread, txn;
	int n = sscanf(row, "%llu %llx %llu", &pid, &thread, &txn);
	r->used += n >= 2;
	if (n == 3 && txn < r->oldest)
		r->oldest = txn;
	return 0;
}

int kv_stat(struct kv *kv, struct kv_stat *out, struct sys_error *error)
{
	MDB_envinfo info;
	MDB_stat stat_of;
	struct readers readers = {.oldest = UINT64_MAX};
	int rc = mdb_env_info(kv->env, &info);
	if (rc == 0)
		rc = mdb_env_stat(kv->env, &stat_of);
	if (rc == 0 && mdb_reader_list(kv->env, count_reader, &readers) < 0)
		rc = EIO;
	if (rc)
		return sys_fail(error, kv_code(rc), "%s: %s", kv->dir, kv_words(rc));
	*out = (struct kv_stat){
		.last_txn = info.me_last_txnid,
		.used_bytes = (uint64_t)(info.me_last_pgno + 1) * stat_of.ms_psize,
		.map_bytes = info.me_mapsize,
		.reader_lag = readers.oldest < info.me_last_txnid
				      ? info.me_last_txnid - readers.oldest
				      : 0,
		.reader_age_ms = kv_txn_oldest_age(kv),
		.readers = readers.used,
	};
	return 0;
}

int kv_reader_check(struct kv *kv)
{
	int dead = 0;
	return mdb_reader_check(kv->env, &dead) == 0 ? dead : 0;
}

static int sync_file(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int rc = fd < 0 || fsync(fd) != 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	return rc;
}

int kv_copy(struct kv *kv, const char *dir, struct sys_error *error)
{
	char path[PATH_MAX];
	int rc = base_mkdirs(dir, 0700, error);
	if (rc == 0)
		rc = file_in(dir, "data.mdb", path, error);
	if (rc)
		return rc;
	if (access(path, F_OK) == 0)
		return sys_fail(error, -EEXIST, "%s: holds a store already; name an empty place",
				dir);
	rc = KV_TOUCH(kv, mdb_env_copy2(kv->env, dir, MDB_CP_COMPACT));
	if (rc == 0)
		rc = sync_file(path);
	if (rc == 0)
		return base_sync_directory(dir, error);
	unlink(path); /* ours: it was not there before */
	return sys_fail(error, kv_code(rc), "%s: cannot copy the store to %s: %s", kv->dir, dir,
			kv_words(rc));
}
