// SPDX-License-Identifier: Apache-2.0
/*
 * ackguard: an LD_PRELOAD shim that aborts the server when an Ack leaves before its entry is durable.
 *
 * It watches three borders of the real program: LMDB's calls (which entry numbers are put into the journal by which
 * transaction), libc's (which of their bytes are on disk), and ZeroMQ's (which entries an Ack names). LMDB's commit is
 * durable only after the meta page went through the O_DSYNC descriptor, and that after fdatasync of the data pages.
 * On a violation it prints the entry and the state and aborts: every system test runs under it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <lmdb.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>
#include <zmq.h>

#define REAL(name) __extension__({ static __typeof__(&name) f; if (!f) f = (__typeof__(&name))dlsym(RTLD_NEXT, #name); f; })

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int data_fd[8], meta_fd[8]; /* of a journal's data.mdb */
static int data_n, meta_n;
static int data_dirty;      /* pages written since the last fdatasync */
static MDB_dbi entries_dbi;
static MDB_env *journal_env;
static MDB_txn *writing;    /* the journal transaction that puts entries */
static uint64_t put_head, durable_head;

static uint64_t number(const MDB_val *key)
{
	uint64_t n = 0;
	for (size_t i = 0; i < 8; i++)
		n = n << 8 | ((const uint8_t *)key->mv_data)[i];
	return n;
}

static int known(const int *list, int n, int fd)
{
	for (int i = 0; i < n; i++)
		if (list[i] == fd)
			return 1;
	return 0;
}

/* ---- libc ---- */

static void opened(const char *path, int flags, int fd)
{
	const char *end = strstr(path, "/journal/data.mdb");
	if (fd < 0 || !end || strcmp(end, "/journal/data.mdb"))
		return;
	pthread_mutex_lock(&lock);
	if ((flags & O_DSYNC) && meta_n < 8)
		meta_fd[meta_n++] = fd;
	else if (data_n < 8)
		data_fd[data_n++] = fd;
	pthread_mutex_unlock(&lock);
}

#define OPEN(name)                                                                                                 \
	int name(const char *path, int flags, ...)                                                                 \
	{                                                                                                          \
		va_list ap;                                                                                        \
		va_start(ap, flags);                                                                               \
		mode_t mode = flags & O_CREAT ? va_arg(ap, mode_t) : 0;                                            \
		va_end(ap);                                                                                        \
		int fd = REAL(name)(path, flags, mode);                                                            \
		opened(path, flags, fd);                                                                           \
		return fd;                                                                                         \
	}
OPEN(open)
OPEN(open64)

int close(int fd)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < data_n; i++)
		if (data_fd[i] == fd)
			data_fd[i] = data_fd[--data_n];
	for (int i = 0; i < meta_n; i++)
		if (meta_fd[i] == fd)
			meta_fd[i] = meta_fd[--meta_n];
	pthread_mutex_unlock(&lock);
	return REAL(close)(fd);
}

static void written(int fd, ssize_t n)
{
	if (n <= 0)
		return;
	pthread_mutex_lock(&lock);
	if (known(data_fd, data_n, fd))
		data_dirty = 1;
	else if (known(meta_fd, meta_n, fd) && !data_dirty && writing)
		durable_head = put_head; /* the meta page is through O_DSYNC, and everything it points to was synced */
	pthread_mutex_unlock(&lock);
}

#define WRITE(name, type, ...)                                                                                     \
	ssize_t name(int fd, type b, size_t n, off_t at)                                                           \
	{                                                                                                          \
		ssize_t rc = REAL(name)(fd, b, n, at);                                                             \
		written(fd, rc);                                                                                   \
		return rc;                                                                                         \
	}
WRITE(pwrite, const void *)
WRITE(pwrite64, const void *)
ssize_t pwritev(int fd, const struct iovec *v, int n, off_t at)
{
	ssize_t rc = REAL(pwritev)(fd, v, n, at);
	written(fd, rc);
	return rc;
}
ssize_t write(int fd, const void *b, size_t n)
{
	ssize_t rc = REAL(write)(fd, b, n);
	written(fd, rc);
	return rc;
}
ssize_t writev(int fd, const struct iovec *v, int n)
{
	ssize_t rc = REAL(writev)(fd, v, n);
	written(fd, rc);
	return rc;
}

int fdatasync(int fd)
{
	int rc = REAL(fdatasync)(fd);
	pthread_mutex_lock(&lock);
	if (rc == 0 && known(data_fd, data_n, fd))
		data_dirty = 0;
	pthread_mutex_unlock(&lock);
	return rc;
}

/* ---- LMDB ---- */

int mdb_env_open(MDB_env *env, const char *path, unsigned flags, mdb_mode_t mode)
{
	size_t n = strlen(path);
	if (n >= 8 && strcmp(path + n - 8, "/journal") == 0)
		journal_env = env;
	return REAL(mdb_env_open)(env, path, flags, mode);
}

int mdb_dbi_open(MDB_txn *txn, const char *name, unsigned flags, MDB_dbi *dbi)
{
	int rc = REAL(mdb_dbi_open)(txn, name, flags, dbi);
	if (rc || !name || strcmp(name, "entries") || mdb_txn_env(txn) != journal_env)
		return rc;
	entries_dbi = *dbi;
	MDB_cursor *c;
	MDB_val key, value;
	if (mdb_cursor_open(txn, *dbi, &c) == 0) {
		if (mdb_cursor_get(c, &key, &value, MDB_LAST) == 0 && key.mv_size == 8)
			durable_head = put_head = number(&key); /* what an earlier process committed */
		mdb_cursor_close(c);
	}
	return rc;
}

static void noticed(MDB_txn *txn, MDB_dbi dbi, const MDB_val *key, int rc)
{
	if (rc || dbi != entries_dbi || !entries_dbi || mdb_txn_env(txn) != journal_env || key->mv_size != 8)
		return;
	pthread_mutex_lock(&lock);
	if (number(key) > put_head)
		put_head = number(key);
	writing = txn;
	pthread_mutex_unlock(&lock);
}

int mdb_put(MDB_txn *txn, MDB_dbi dbi, MDB_val *key, MDB_val *value, unsigned flags)
{
	int rc = REAL(mdb_put)(txn, dbi, key, value, flags);
	noticed(txn, dbi, key, rc);
	return rc;
}

int mdb_cursor_put(MDB_cursor *c, MDB_val *key, MDB_val *value, unsigned flags)
{
	int rc = REAL(mdb_cursor_put)(c, key, value, flags);
	noticed(mdb_cursor_txn(c), mdb_cursor_dbi(c), key, rc);
	return rc;
}

static void ended(MDB_txn *txn)
{
	pthread_mutex_lock(&lock);
	if (writing == txn) {
		writing = NULL;
		put_head = durable_head;
	}
	pthread_mutex_unlock(&lock);
}

int mdb_txn_commit(MDB_txn *txn)
{
	int rc = REAL(mdb_txn_commit)(txn);
	ended(txn);
	return rc;
}

void mdb_txn_abort(MDB_txn *txn)
{
	ended(txn);
	REAL(mdb_txn_abort)(txn);
}

/* ---- ZeroMQ: the body frame after a head frame {1, 5} is an Ack ---- */

static uint64_t varint(const uint8_t **p, const uint8_t *end)
{
	uint64_t v = 0;
	for (int shift = 0; *p < end && shift < 64; shift += 7) {
		uint8_t b = *(*p)++;
		v |= (uint64_t)(b & 0x7f) << shift;
		if (!(b & 0x80))
			break;
	}
	return v;
}

/* The length-delimited field `want` of a message, one after another; scalar field 1 into *first. */
static const uint8_t *next_field(const uint8_t **p, const uint8_t *end, unsigned want, uint64_t *first, size_t *size)
{
	while (*p < end) {
		uint64_t tag = varint(p, end);
		if ((tag & 7) == 0) {
			uint64_t v = varint(p, end);
			if (tag >> 3 == 1 && first)
				*first = v;
		} else if ((tag & 7) == 1) {
			*p += 8;
		} else if ((tag & 7) == 2) {
			size_t n = varint(p, end);
			const uint8_t *at = *p;
			*p += n;
			if (tag >> 3 == want) {
				*size = n;
				return at;
			}
		} else {
			return NULL;
		}
	}
	return NULL;
}

static void check_ack(const uint8_t *data, size_t size)
{
	const uint8_t *p = data, *end = data + size, *span;
	size_t n = 0, skip = 0;

	while ((span = next_field(&p, end, 2, NULL, &n))) {
		const uint8_t *q = span;
		uint64_t entry = 0;
		while (next_field(&q, span + n, 99, &entry, &skip))
			;
		pthread_mutex_lock(&lock);
		uint64_t durable = durable_head;
		pthread_mutex_unlock(&lock);
		if (entry == 0 || entry > durable) {
			fprintf(stderr, "ackguard: an Ack for entry %llu leaves, but only %llu is durable\n",
				(unsigned long long)entry, (unsigned long long)durable);
			abort();
		}
	}
}

static void frame(const uint8_t *data, size_t size)
{
	static __thread int ack_follows;
	if (ack_follows)
		check_ack(data, size);
	ack_follows = size == 2 && data[0] == 1 && data[1] == 5;
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
