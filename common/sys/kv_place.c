// SPDX-License-Identifier: Apache-2.0
/* Where a store may live, and the lock of its one writer. */
#include "common/sys/kv_inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

enum { GONE_TRIES = 50, GONE_PAUSE_US = 20000 };

enum verdict_of_place { GOOD, DOUBTFUL, REFUSED };

/*
 * LMDB needs a coherent shared map, byte-range locks that work between processes, and an fsync
 * that means it. Numbers without a name in linux/magic.h are from statfs(2).
 */
static const struct {
	unsigned long magic;
	enum verdict_of_place verdict;
	const char *name;
} places[] = {
	{EXT4_SUPER_MAGIC, GOOD, "ext4"}, /* ext2 and ext3 are the same number */
	{XFS_SUPER_MAGIC, GOOD, "xfs"},
	{BTRFS_SUPER_MAGIC, GOOD, "btrfs"},
	{F2FS_SUPER_MAGIC, GOOD, "f2fs"},
	{0x2fc12fc1, GOOD, "zfs"},
	{TMPFS_MAGIC, DOUBTFUL, "tmpfs (gone at the next start of the machine)"},
	{RAMFS_MAGIC, DOUBTFUL, "ramfs (gone at the next start of the machine)"},
	{OVERLAYFS_SUPER_MAGIC, DOUBTFUL, "overlay (gone with its container; use a volume)"},
	{NFS_SUPER_MAGIC, REFUSED, "NFS"},
	{SMB_SUPER_MAGIC, REFUSED, "SMB"},
	{0xff534d42, REFUSED, "CIFS"},
	{0xfe534d42, REFUSED, "SMB2"},
	{FUSE_SUPER_MAGIC, REFUSED, "FUSE"},
	{V9FS_MAGIC, REFUSED, "9p"},
	{CODA_SUPER_MAGIC, REFUSED, "Coda"},
	{AFS_SUPER_MAGIC, REFUSED, "AFS"},
	{NCP_SUPER_MAGIC, REFUSED, "NCP"},
	{0x00c36400, REFUSED, "Ceph"},
	{0x0bd00bd0, REFUSED, "Lustre"},
	{0x01161970, REFUSED, "GFS2"},
	{0x7461636f, REFUSED, "OCFS2"},
	{0x47504653, REFUSED, "GPFS"},
};

int kv_place_check(const char *dir, struct sys_error *error)
{
	struct statfs st;
	if (error)
		error->text[0] = '\0';
	if (statfs(dir, &st) != 0)
		return sys_fail(error, -errno, "%s: cannot tell its file system: %s", dir,
				sys_text(errno));
	unsigned long magic = (unsigned long)st.f_type & 0xffffffff;
	char number[32];
	snprintf(number, sizeof(number), "type 0x%lx", magic);
	enum verdict_of_place verdict = DOUBTFUL;
	const char *name = number;
	for (size_t i = 0; i < BASE_COUNT(places); i++) {
		if (places[i].magic != magic)
			continue;
		verdict = places[i].verdict;
		name = places[i].name;
	}
	switch (verdict) {
	case GOOD:
		break;
	case DOUBTFUL:
		sys_fail(error, -1,
			 "%s: the store is on a file system we do not know to be "
			 "durable: %s",
			 dir, name);
		break;
	case REFUSED:
		return sys_fail(error, -ENOTSUP,
				"%s: is on %s, where a store would be damaged; put it on a local "
				"disk (ext4, xfs, btrfs)",
				dir, name);
	}
	return 0;
}

/* ---- LOCK ---- */

static long holder_of(int fd)
{
	char text[24];
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = '\0';
	return strtol(text, NULL, 10);
}

/*
 * A process killed with -9 is reported dead a moment before the kernel has closed its files (seen
 * once in 400 kills), and who starts the next one at once must not be told that it still runs.
 */
static int take(int fd)
{
	for (int i = 0; i < GONE_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		long pid = holder_of(fd);
		if (errno != EWOULDBLOCK || pid <= 0 || kill((pid_t)pid, 0) == 0 || errno != ESRCH)
			break;
		usleep(GONE_PAUSE_US);
	}
	return flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
}

int kv_lock(const char *dir, struct sys_error *error)
{
	char path[PATH_MAX], pid[24];
	if (snprintf(path, sizeof(path), "%s/LOCK", dir) >= (int)sizeof(path))
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return sys_fail(error, -errno, "%s: cannot open: %s", path, sys_text(errno));
	int code = take(fd);
	if (code) {
		if (code == -EWOULDBLOCK)
			sys_fail(error, code,
				 "%s: the store is in use by process %ld; stop it first, or use "
				 "the commands that talk to it",
				 dir, holder_of(fd));
		else
			sys_fail(error, code, "%s: cannot lock: %s", path, sys_text(code));
		close(fd);
		return code;
	}
	/* only for people and for the sentence above: the lock itself is the kernel's */
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());
	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n)
		(void)0; /* a full disk does not unlock it */
	return fd;
}

bool kv_locked(const char *dir)
{
	char path[PATH_MAX];
	if (snprintf(path, sizeof(path), "%s/LOCK", dir) >= (int)sizeof(path))
		return false;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false; /* nobody ever took it */
	bool held = flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
	close(fd);
	return held;
}

void kv_unlock(int lock)
{
	if (lock >= 0)
		close(lock);
}
