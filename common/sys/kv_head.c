// SPDX-License-Identifier: Apache-2.0
/*
 * kv_head: what a commit leaves behind whose last write failed. LMDB writes a head (root, last page, number of the
 * transaction) over the older of its two and, when the disk says no, puts back the number alone: the disk may then
 * hold the head of a transaction that never was under the number of an older one. LMDB would never read it, but it
 * cannot be told from a newest head whose number turned, which kv_check refuses. So the whole head is put back.
 */
#include <string.h>
#include <unistd.h>

#include "common/sys/kv_inside.h"

/* The number of the transaction stands last: behind the page's head, the format, the two tables and the last page. */
enum { NUMBER_AT = 144, NUMBER_BYTES = 8, HEAD_BYTES = NUMBER_AT + NUMBER_BYTES };

struct head {
	off_t at;
	uint8_t bytes[HEAD_BYTES];
};

static bool read_head(mdb_filehandle_t fd, off_t at, struct head *out)
{
	size_t done = 0;
	ssize_t n = 1;

	for (out->at = at; n > 0 && done < HEAD_BYTES; done += n > 0 ? (size_t)n : 0)
		n = pread(fd, out->bytes + done, HEAD_BYTES - done, at + (off_t)done);
	return done == HEAD_BYTES;
}

/* The head that the transaction is going to write over. */
static bool keep(struct kv *kv, MDB_txn *txn, mdb_filehandle_t *fd, struct head *out)
{
	MDB_stat stat;

	return !mdb_env_get_fd(kv->env, fd) && !mdb_env_stat(kv->env, &stat) &&
	       read_head(*fd, (off_t)(mdb_txn_id(txn) & 1) * stat.ms_psize, out);
}

static void put_back(mdb_filehandle_t fd, const struct head *before)
{
	struct head now;

	/* another number: somebody else has committed since, and it is their head */
	if (!read_head(fd, before->at, &now) ||
	    memcmp(now.bytes + NUMBER_AT, before->bytes + NUMBER_AT, NUMBER_BYTES) != 0 ||
	    memcmp(now.bytes, before->bytes, HEAD_BYTES) == 0)
		return;
	/* best effort: when this fails too, the next open says so */
	ssize_t n = 1;
	for (size_t done = 0; n > 0 && done < HEAD_BYTES; done += n > 0 ? (size_t)n : 0)
		n = pwrite(fd, before->bytes + done, HEAD_BYTES - done, before->at + (off_t)done);
	(void)!fdatasync(fd);
}

int kv_commit_whole(struct kv *kv, MDB_txn *txn)
{
	mdb_filehandle_t fd;
	struct head before;
	bool kept = keep(kv, txn, &fd, &before);
	int rc = KV_TOUCH(kv, mdb_txn_commit(txn));

	if (rc && kept)
		put_back(fd, &before);
	return rc;
}
