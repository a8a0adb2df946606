// SPDX-License-Identifier: Apache-2.0
/*
 * commits: an LD_PRELOAD shim that notes when the journal's commits return: "commit -> subscriber" begins there, and
 * nobody outside can see it. BENCH_COMMITS names a file of pairs {last entry, CLOCK_MONOTONIC ns}, eight bytes each, as
 * this machine writes them; it holds COMMITS_MAX of them and is mapped, so that noting one costs nothing to speak of.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) __extension__({ static __typeof__(&name) f; if (!f) f = (__typeof__(&name))dlsym(RTLD_NEXT, #name); f; })

enum { COMMITS_MAX = 1 << 18 };

static struct commit {
	uint64_t entry;
	int64_t ns;
} *commits;
static size_t commits_n;
static MDB_env *journal;
static MDB_dbi entries;
static MDB_txn *writing; /* of the one writer's thread */
static uint64_t head;

__attribute__((constructor)) static void start(void)
{
	const char *path = getenv("BENCH_COMMITS");
	int fd = path ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600) : -1;
	size_t size = COMMITS_MAX * sizeof *commits;

	if (fd < 0 || ftruncate(fd, (off_t)size))
		return;
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	commits = at == MAP_FAILED ? NULL : at;
	close(fd);
}

int mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi)
{
	int rc = REAL(mdb_dbi_open)(txn, name, flags, dbi);

	if (!rc && name && !strcmp(name, "entries")) {
		journal = mdb_txn_env(txn);
		entries = *dbi;
	}
	return rc;
}

int mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *data, unsigned flags)
{
	int rc = REAL(mdb_put)(txn, dbi, key, data, flags);
	uint64_t number;

	if (rc || dbi != entries || key->mv_size != sizeof number || mdb_txn_env(txn) != journal)
		return rc;
	memcpy(&number, key->mv_data, sizeof number);
	head = __builtin_bswap64(number);
	writing = txn;
	return 0;
}

int mdb_txn_commit(MDB_txn *txn)
{
	int rc = REAL(mdb_txn_commit)(txn);
	struct timespec t;

	if (rc || txn != writing || !commits || commits_n == COMMITS_MAX)
		return rc;
	clock_gettime(CLOCK_MONOTONIC, &t);
	commits[commits_n++] = (struct commit){head, (int64_t)t.tv_sec * 1000000000 + t.tv_nsec};
	writing = NULL;
	return 0;
}
