// SPDX-License-Identifier: Apache-2.0
/*
 * recorder: an LD_PRELOAD shim that writes down what a program does to the files below POWER_ROOT, and which of its
 * messages leave (of the machine POWER_NAME), into POWER_LOG (powerlog.h): several processes one after another or at once, each record one write
 * at the end of the file.
 *
 * It also ends the process at a chosen place: when POWER_LOG.die exists and holds "KIND PART", the process that does
 * a thing of that kind to a path that contains PART kills itself right after it, and the file is gone. For an O_DSYNC
 * write that is before anybody knows that it is on disk, as a kill during the sync would be.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

#include "tests/fault/power/powerlog.h"

#define REAL(name) __extension__({ static __typeof__(&name) f; if (!f) f = (__typeof__(&name))dlsym(RTLD_NEXT, #name); f; })

enum { FDS = 4096 };

struct seen {
	uint64_t ino;
	bool dsync, directory;
	char *path;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct seen seen[FDS]; /* by descriptor; ino 0 = not ours */
static int log_fd = -1;
static char root[PATH_MAX], die_path[PATH_MAX];
static size_t root_n;
static const char *name; /* of the machine that this process runs on */

__attribute__((constructor)) static void start(void)
{
	const char *r = getenv("POWER_ROOT"), *l = getenv("POWER_LOG");

	if (!r || !l)
		return;
	root_n = (size_t)snprintf(root, sizeof root, "%s", r);
	name = getenv("POWER_NAME") ? getenv("POWER_NAME") : "";
	snprintf(die_path, sizeof die_path, "%s.die", l);
	log_fd = REAL(open)(l, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
	/* out of the way of a program that counts its descriptors */
	int high = fcntl(log_fd, F_DUPFD_CLOEXEC, 700);
	if (high >= 0) {
		REAL(close)(log_fd);
		log_fd = high;
	}
}

/* The path below the root ("" = itself), or NULL. The programs are given absolute paths. */
static const char *ours(const char *path)
{
	if (log_fd < 0 || !path || strncmp(path, root, root_n))
		return NULL;
	return !path[root_n] ? "" : path[root_n] == '/' ? path + root_n + 1 : NULL;
}

/* Names that say nothing about what is kept: locks, sockets, and LMDB's table of readers. */
static bool passing(const char *path)
{
	const char *last = strrchr(path, '/');

	last = last ? last + 1 : path;
	return !strcmp(last, "lock.mdb") || !strcmp(last, "LOCK") || !strcmp(last, "admin.sock");
}

static void put(const struct power_record *head, const char *path, const char *path2, const struct iovec *data, int n)
{
	struct power_record r = *head;
	char *at;

	r.pid = (uint32_t)getpid();
	r.path_n = path ? (uint32_t)strlen(path) + 1 : 0;
	r.path2_n = path2 ? (uint32_t)strlen(path2) + 1 : 0;
	for (int i = 0; i < n; i++)
		r.data_n += (uint32_t)data[i].iov_len;
	r.size = ((uint32_t)sizeof r + r.path_n + r.path2_n + r.data_n + 7) & ~7u;
	char *bytes = at = calloc(1, r.size);
	if (!bytes)
		abort();
	memcpy(at, &r, sizeof r);
	at += sizeof r;
	if (path)
		memcpy(at, path, r.path_n);
	at += r.path_n;
	if (path2)
		memcpy(at, path2, r.path2_n);
	at += r.path2_n;
	for (int i = 0; i < n; i++) {
		memcpy(at, data[i].iov_base, data[i].iov_len);
		at += data[i].iov_len;
	}
	if (REAL(write)(log_fd, bytes, r.size) != (ssize_t)r.size)
		abort(); /* a record that is not whole would make all that follows a lie */
	free(bytes);
}

static const char *const NAMES[POWER_KINDS] = {
	[POWER_MADE] = "made",     [POWER_WRITE] = "write", [POWER_SYNC] = "sync",       [POWER_SYNCED] = "synced",
	[POWER_MKDIR] = "mkdir",   [POWER_LINK] = "link",   [POWER_RENAME] = "rename",   [POWER_UNLINK] = "unlink",
	[POWER_DIRSYNC] = "dirsync"};

static void perhaps_die(enum power_kind kind, const char *path)
{
	char text[256], what[32], part[200];
	int fd = REAL(open)(die_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	ssize_t n = read(fd, text, sizeof text - 1);
	REAL(close)(fd);
	text[n > 0 ? n : 0] = '\0';
	if (sscanf(text, "%31s %199s", what, part) != 2 || !NAMES[kind] || strcmp(what, NAMES[kind]) ||
	    !strstr(path, part) || REAL(unlink)(die_path))
		return;
	kill(getpid(), SIGKILL);
	pause();
}

static void name_changed(enum power_kind kind, const char *path, const char *path2, uint64_t ino)
{
	const char *a = ours(path), *b = path2 ? ours(path2) : NULL;
	int code = errno;

	if (!a || passing(a))
		return;
	put(&(struct power_record){.kind = kind, .ino = ino}, a, b, NULL, 0);
	perhaps_die(kind, a);
	errno = code;
}

/* ---- descriptors ---- */

static void opened(const char *path, int flags, bool there, int fd)
{
	const char *mine = ours(path);
	struct stat st;
	int code = errno;

	if (fd < 0 || fd >= FDS || !mine || passing(mine) || fstat(fd, &st))
		return;
	if (!there)
		name_changed(POWER_MADE, path, NULL, st.st_ino);
	else if (flags & O_TRUNC)
		put(&(struct power_record){.kind = POWER_LENGTH, .ino = st.st_ino}, NULL, NULL, NULL, 0);
	pthread_mutex_lock(&lock);
	seen[fd] = (struct seen){.ino = st.st_ino,
				 .dsync = (flags & O_SYNC) == O_SYNC || (flags & O_DSYNC),
				 .directory = S_ISDIR(st.st_mode),
				 .path = strdup(mine)};
	pthread_mutex_unlock(&lock);
	errno = code;
}

#define OPEN(name)                                                                                                 \
	int name(const char *path, int flags, ...)                                                                 \
	{                                                                                                          \
		va_list ap;                                                                                        \
		va_start(ap, flags);                                                                               \
		mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;                                            \
		va_end(ap);                                                                                        \
		bool there = !ours(path) || !access(path, F_OK);                                                   \
		int fd = REAL(name)(path, flags, mode);                                                            \
		opened(path, flags, there, fd);                                                                    \
		return fd;                                                                                         \
	}
OPEN(open)
OPEN(open64)

int mkostemp(char *path, int flags)
{
	int fd = REAL(mkostemp)(path, flags);
	opened(path, flags, false, fd);
	return fd;
}

int close(int fd)
{
	if (fd >= 0 && fd < FDS) {
		pthread_mutex_lock(&lock);
		free(seen[fd].path);
		seen[fd] = (struct seen){0};
		pthread_mutex_unlock(&lock);
	}
	return REAL(close)(fd);
}

static struct seen seen_at(int fd)
{
	struct seen s = {0};

	if (fd < 0 || fd >= FDS || log_fd < 0)
		return s;
	pthread_mutex_lock(&lock);
	s = seen[fd];
	pthread_mutex_unlock(&lock);
	return s;
}

/* ---- bytes ---- */

static uint64_t length_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : (uint64_t)st.st_size;
}

static void about_to_write(const struct seen *s, const struct iovec *v, int n, uint64_t at)
{
	if (s->ino && s->dsync)
		put(&(struct power_record){.kind = POWER_WRITE, .ino = s->ino, .at = at}, NULL, NULL, v, n);
}

static void written(const struct seen *s, const struct iovec *v, int n, uint64_t at, ssize_t rc)
{
	int code = errno;
	size_t all = 0;

	if (!s->ino || rc <= 0)
		return;
	for (int i = 0; i < n; i++)
		all += v[i].iov_len;
	if ((size_t)rc != all)
		abort(); /* a short write: the run must have room */
	if (s->dsync) {
		perhaps_die(POWER_SYNCED, s->path);
		put(&(struct power_record){.kind = POWER_SYNCED, .ino = s->ino, .at = at, .n = all}, NULL, NULL, NULL, 0);
	} else {
		put(&(struct power_record){.kind = POWER_WRITE, .ino = s->ino, .at = at}, NULL, NULL, v, n);
		perhaps_die(POWER_WRITE, s->path);
	}
	errno = code;
}

#define WRITING(fd, v, n, where, call)                                                                             \
	struct seen s = seen_at(fd);                                                                               \
	uint64_t at = s.ino ? (where) : 0;                                                                         \
	about_to_write(&s, v, n, at);                                                                              \
	ssize_t rc = call;                                                                                         \
	written(&s, v, n, at, rc);                                                                                 \
	return rc
#define ONE(b, n) (struct iovec){.iov_base = (void *)(uintptr_t)(b), .iov_len = (n)}
#define HERE(fd) (fcntl(fd, F_GETFL) & O_APPEND ? length_of(fd) : (uint64_t)lseek(fd, 0, SEEK_CUR))

ssize_t pwrite(int fd, const void *b, size_t n, off_t where)
{
	struct iovec v = ONE(b, n);
	WRITING(fd, &v, 1, (uint64_t)where, REAL(pwrite)(fd, b, n, where));
}
ssize_t pwrite64(int fd, const void *b, size_t n, off_t where)
{
	struct iovec v = ONE(b, n);
	WRITING(fd, &v, 1, (uint64_t)where, REAL(pwrite64)(fd, b, n, where));
}
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t where)
{
	WRITING(fd, v, n, (uint64_t)where, REAL(pwritev)(fd, v, n, where));
}
ssize_t write(int fd, const void *b, size_t n)
{
	struct iovec v = ONE(b, n);
	WRITING(fd, &v, 1, HERE(fd), REAL(write)(fd, b, n));
}
ssize_t writev(int fd, const struct iovec *v, int n)
{
	WRITING(fd, v, n, HERE(fd), REAL(writev)(fd, v, n));
}

static void synced(int fd, int rc)
{
	struct seen s = seen_at(fd);

	if (rc || !s.ino)
		return;
	if (s.directory)
		put(&(struct power_record){.kind = POWER_DIRSYNC}, s.path, NULL, NULL, 0);
	else
		put(&(struct power_record){.kind = POWER_SYNC, .ino = s.ino}, NULL, NULL, NULL, 0);
	perhaps_die(s.directory ? POWER_DIRSYNC : POWER_SYNC, s.path);
}

int fsync(int fd)
{
	int rc = REAL(fsync)(fd);
	synced(fd, rc);
	return rc;
}
int fdatasync(int fd)
{
	int rc = REAL(fdatasync)(fd);
	synced(fd, rc);
	return rc;
}

static void lengthened(int fd, int rc)
{
	struct seen s = seen_at(fd);

	if (!rc && s.ino)
		put(&(struct power_record){.kind = POWER_LENGTH, .ino = s.ino, .at = length_of(fd)}, NULL, NULL, NULL, 0);
}

int truncate(const char *path, off_t length)
{
	int rc = REAL(truncate)(path, length);
	struct stat st;
	if (!rc && ours(path) && !stat(path, &st))
		put(&(struct power_record){.kind = POWER_LENGTH, .ino = st.st_ino, .at = (uint64_t)length}, NULL, NULL, NULL, 0);
	return rc;
}
int ftruncate(int fd, off_t length)
{
	int rc = REAL(ftruncate)(fd, length);
	lengthened(fd, rc);
	return rc;
}
int fallocate(int fd, int mode, off_t at, off_t n)
{
	int rc = REAL(fallocate)(fd, mode, at, n);
	lengthened(fd, rc);
	return rc;
}

/* ---- names ---- */

int mkdir(const char *path, mode_t mode)
{
	int rc = REAL(mkdir)(path, mode);
	if (!rc)
		name_changed(POWER_MKDIR, path, NULL, 0);
	return rc;
}
int rmdir(const char *path)
{
	int rc = REAL(rmdir)(path);
	if (!rc)
		name_changed(POWER_RMDIR, path, NULL, 0);
	return rc;
}
int unlink(const char *path)
{
	int rc = REAL(unlink)(path);
	if (!rc)
		name_changed(POWER_UNLINK, path, NULL, 0);
	return rc;
}
int rename(const char *from, const char *to)
{
	int rc = REAL(rename)(from, to);
	if (!rc)
		name_changed(POWER_RENAME, from, to, 0);
	return rc;
}
int link(const char *from, const char *to)
{
	int rc = REAL(link)(from, to);
	if (!rc)
		name_changed(POWER_LINK, from, to, 0);
	return rc;
}

/* ---- messages: the frame behind a head of {version 1, type} is its body ---- */

static void frame(const void *data, size_t size)
{
	static __thread unsigned type; /* of the body that comes now; 0 = none */
	const uint8_t *p = data;

	if (log_fd >= 0 && type) {
		struct iovec v = ONE(data, size);
		put(&(struct power_record){.kind = POWER_SENT, .at = type}, name, NULL, &v, 1);
	}
	type = !type && size == 2 && p[0] == 1 ? p[1] : 0;
}

int zmq_msg_send(zmq_msg_t *m, void *socket, int flags)
{
	frame(zmq_msg_data(m), zmq_msg_size(m));
	return REAL(zmq_msg_send)(m, socket, flags);
}

int zmq_send(void *socket, const void *data, size_t size, int flags)
{
	frame(data, size);
	return REAL(zmq_send)(socket, data, size, flags);
}
