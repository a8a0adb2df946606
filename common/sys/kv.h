// SPDX-License-Identifier: Apache-2.0
/*
 * kv: LMDB through one small door (CONTRACT).
 *
 * For: ordered tables of bytes, one writer, many readers, a commit that is on disk when it says so.
 * Never: logs; WRITEMAP, NOSYNC or anything else that weakens a commit (the only flag is
 * MDB_NOTLS); DUPSORT; nested transactions; resizing the map.
 *
 * Failure: opening gives a negative errno and a sentence. Inside a transaction errors STICK: after
 * the first one gets find nothing and puts do nothing, so callers are straight-line and look once:
 * at kv_commit's outcome, or at kv_error for a read. Beginning cannot fail apart: a transaction
 * that could not begin is one with an error. Key sizes and the like are our own mistakes and
 * assert.
 *
 * A commit has three outcomes (DESIGN 3). KV_OK: on disk. KV_REFUSED: the disk or the map is full
 * or the disk answered with an error before the point of no return: nothing changed, the
 * environment works on, the same batch may be run again. KV_UNKNOWN: anything else; the only right
 * thing is to exit and let the start path read what is true.
 *
 * Threads: a struct kv is shared; a transaction and its cursors belong to the thread that began it
 * (a read transaction may be handed over). One kv per path and process: a second open is refused
 * here (-EBUSY), because LMDB would silently wipe the reader table. No fork while one is open.
 */
#ifndef TIENDO_COMMON_SYS_KV_H
#define TIENDO_COMMON_SYS_KV_H

#include "common/sys/base.h"

struct kv;
struct kv_txn;
struct kv_cursor;

/* A table by its number; {0} is no table. */
struct kv_table {
	unsigned id;
};

enum {
	KV_KEY_MAX = 64, /* bytes of a key; LMDB would take 511, ours are fixed-width and short */
	KV_READERS = 64, /* default reader slots */
	KV_TABLES = 16   /* default tables */
};

/*
 * Default map: 256 GiB of address space, which costs nothing until it is used. National size writes
 * about 5 GiB a year; and a full disk, which LMDB survives cleanly, comes long before a full map.
 */
#define KV_MAP_SIZE ((size_t)1 << 38)

struct kv_options {
	size_t map_size;  /* 0 = KV_MAP_SIZE */
	unsigned tables;  /* 0 = KV_TABLES */
	unsigned readers; /* 0 = KV_READERS */
	bool read_only;   /* the store must exist; another process may be writing it */
	bool create;      /* makes the directory (0700) and the store when missing, or when the power
			     failed before anything was in it; else -ENOENT */
};

/*
 * Refuses network and FUSE file systems (-ENOTSUP). What is found there is on disk when this
 * returns, names too, unless it was opened to be read only.
 * Dead readers are cleared. `error` on success: "" or a warning to be logged once (overlay, tmpfs,
 * unknown file system).
 */
int kv_open(struct kv **out, const char *dir, const struct kv_options *options,
	    struct sys_error *error);
/* Every transaction must have ended (asserted). NULL is fine. */
void kv_close(struct kv *kv);

/* Opens a table (makes it, when writable) in a transaction of its own: at start, before others
 * begin. -ENOENT when read only and absent: `out` is then {0}, which reads as empty. */
int kv_table(struct kv *kv, const char *name, struct kv_table *out, struct sys_error *error);
/* 0: it has that table; -ENOENT: it has not, and nothing was made: for asking whose store it is. */
int kv_has(struct kv *kv, const char *name, struct sys_error *error);

/* ---- transactions ---- */

/* Waits for the writer of another process or thread. Never NULL. */
struct kv_txn *kv_write(struct kv *kv);
struct kv_txn *kv_read(struct kv *kv);
/* Ends without effect and NULLs; NULL is fine. */
void kv_end(struct kv_txn **txn);

enum kv_outcome { KV_OK, KV_REFUSED, KV_UNKNOWN };
/* Ends a write transaction in every case and NULLs it. With a sticky error it is an abort and
 * KV_REFUSED (or KV_UNKNOWN if the store is damaged). Read transactions: use kv_end. */
enum kv_outcome kv_commit(struct kv_txn **txn, struct sys_error *error);

/* 0, or the first error as a negative errno: -ENOSPC (disk or map full), -EIO, -EUCLEAN (damaged),
 * -ENFILE (no reader slot)... */
int kv_error(const struct kv_txn *txn);
const char *kv_error_text(const struct kv_txn *txn); /* a sentence; "" without an error */
/* Lets a caller's own verdict stick ("the entry's hash does not match"): the commit is then
 * refused. The first wins. */
__attribute__((format(printf, 3, 4))) void kv_spoil(struct kv_txn *txn, int code,
						    const char *format, ...);
/* Number of this transaction: what it reads (read), or what it will be (write). */
uint64_t kv_txn_id(const struct kv_txn *txn);

/* ---- reading and writing ---- */

/* `value` points into the map until the next write or the end of the transaction; it is only 2-byte
 * aligned: copy, never cast. False: absent, or the transaction has an error; `value` is then {0}.
 */
bool kv_get(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes *value);
void kv_put(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value);
/* False and nothing written: the key is there already (no error), or the transaction has an error.
 */
bool kv_insert(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value);
/* Room for a value the caller fills before its next call; NULL when the transaction has an error.
 */
uint8_t *kv_reserve(struct kv_txn *txn, struct kv_table table, struct bytes key, size_t size);
/* True when it was there. */
bool kv_delete(struct kv_txn *txn, struct kv_table table, struct bytes key);
/* Empties the table. */
void kv_clear(struct kv_txn *txn, struct kv_table table);
uint64_t kv_count(struct kv_txn *txn, struct kv_table table);

/* ---- iteration ---- */

/* Empty = no bound. With a prefix, from and to further narrow it. Copied: the caller's bytes may
 * go. */
struct kv_range {
	struct bytes prefix; /* only keys that begin so */
	struct bytes from;   /* first key, inclusive */
	struct bytes to;     /* exclusive */
	bool backward;       /* from the last key before `to` down to `from` */
};

/* Never NULL. Belongs to the transaction and dies with it; kv_cursor_end gives it back earlier. */
struct kv_cursor *kv_cursor(struct kv_txn *txn, struct kv_table table,
			    const struct kv_range *range);
/* False at the end or on an error. Either pointer may be NULL. What it gives lives as kv_get's
 * values do. */
bool kv_next(struct kv_cursor *cursor, struct bytes *key, struct bytes *value);
/* Deletes the record kv_next gave last; the walk goes on behind it. */
void kv_cursor_delete(struct kv_cursor *cursor);
void kv_cursor_end(struct kv_cursor **cursor);

/* ---- the environment ---- */

struct kv_stat {
	uint64_t last_txn;   /* number of the last committed transaction */
	uint64_t used_bytes; /* pages in use or free for reuse: the file's high-water mark */
	uint64_t map_bytes;
	uint64_t reader_lag; /* transactions committed since the oldest reader of any process began;
				0 = none */
	int64_t reader_age_ms; /* age of this process's oldest read transaction; 0 = none */
	unsigned readers;      /* slots in use by any process */
};

int kv_stat(struct kv *kv, struct kv_stat *out, struct sys_error *error);
/* Clears the slots of dead processes; returns how many. At start (kv_open does) and each minute. */
int kv_reader_check(struct kv *kv);
/* A compact copy of the running store into an empty or missing directory (made 0700), synced. */
int kv_copy(struct kv *kv, const char *dir, struct sys_error *error);

/* ---- the store's lock ---- */

/*
 * Takes DIR/LOCK (flock) for the one writer of a store and writes its pid into it. Returns a
 * descriptor to keep open, to be given back with kv_unlock; -EWOULDBLOCK: somebody holds it, the
 * sentence names the pid. Waits up to a second for a holder that is dead already.
 */
int kv_lock(const char *dir, struct sys_error *error);
void kv_unlock(int lock);
/* Somebody holds it now. Only looks: those who ask at the same time do not see each other. */
bool kv_locked(const char *dir);

#endif
