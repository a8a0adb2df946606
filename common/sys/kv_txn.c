// SPDX-License-Identifier: Apache-2.0
/* Transactions with a sticky error, and walks over a range of keys. */
#include "common/sys/kv_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"

struct kv_txn {
	struct kv *kv;
	MDB_txn *mdb; /* NULL: could not begin */
	bool write;
	bool damaged; /* the first error says that the store is broken */
	int code;     /* the first error */
	struct sys_error error;
	pthread_t thread;
	int64_t began;
	uint64_t id;
	uint64_t changes; /* counts writes: a cursor that is behind finds its place again */
	struct kv_cursor *cursors;
	struct kv_txn *older, *newer;
};

struct bound {
	size_t size;
	uint8_t data[KV_KEY_MAX];
};

struct kv_cursor {
	struct kv_txn *txn;
	struct kv_table table;
	MDB_cursor *mdb; /* NULL: at its end, or never began */
	bool backward, started, bounded;
	uint64_t changes;
	struct bound lower, upper; /* lower inclusive, upper exclusive when `bounded` */
	struct bound at;           /* the key given last */
	struct kv_cursor *next;
};

static MDB_val val_of(struct bytes b)
{
	return (MDB_val){.mv_size = b.size, .mv_data = (void *)(uintptr_t)b.data};
}

static struct bytes bytes_in(MDB_val v)
{
	return bytes_of(v.mv_data, v.mv_size);
}

/* ---- the sticky error ---- */

void kv_spoil(struct kv_txn *txn, int code, const char *format, ...)
{
	assert(code < 0);
	if (txn->code)
		return;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(txn->error.text, sizeof(txn->error.text), format, arguments);
	va_end(arguments);
	txn->code = code;
}

static void stick(struct kv_txn *txn, int rc, const char *doing)
{
	if (txn->code)
		return;
	txn->damaged = kv_is_damage(rc);
	kv_spoil(txn, kv_code(rc), "%s: cannot %s: %s%s", txn->kv->dir, doing, kv_words(rc),
		 txn->damaged ? "; the store is damaged: restore it from a backup" : "");
}

int kv_error(const struct kv_txn *txn)
{
	return txn->code;
}

const char *kv_error_text(const struct kv_txn *txn)
{
	return txn->code ? txn->error.text : "";
}

uint64_t kv_txn_id(const struct kv_txn *txn)
{
	return txn->id;
}

/* ---- begin and end ---- */

static void enlist(struct kv_txn *txn)
{
	struct kv *kv = txn->kv;
	pthread_mutex_lock(&kv->mutex);
	for (struct kv_txn *t = kv->oldest; t && txn->write; t = t->newer)
		/* LMDB's writer lock is not recursive: this thread would wait for itself */
		assert(!(t->write && pthread_equal(t->thread, txn->thread)));
	txn->older = kv->newest;
	*(kv->newest ? &kv->newest->newer : &kv->oldest) = txn;
	kv->newest = txn;
	pthread_mutex_unlock(&kv->mutex);
}

static void delist(struct kv_txn *txn)
{
	struct kv *kv = txn->kv;
	pthread_mutex_lock(&kv->mutex);
	*(txn->older ? &txn->older->newer : &kv->oldest) = txn->newer;
	*(txn->newer ? &txn->newer->older : &kv->newest) = txn->older;
	pthread_mutex_unlock(&kv->mutex);
}

int64_t kv_txn_oldest_age(struct kv *kv)
{
	int64_t age = 0;
	pthread_mutex_lock(&kv->mutex);
	for (struct kv_txn *t = kv->oldest; t; t = t->newer) {
		if (t->write)
			continue;
		age = clock_transport() - t->began;
		break;
	}
	pthread_mutex_unlock(&kv->mutex);
	return age;
}

static struct kv_txn *begin(struct kv *kv, bool write)
{
	struct kv_txn *txn = base_alloc(sizeof(*txn));
	*txn = (struct kv_txn){.kv = kv, .write = write, .thread = pthread_self()};
	enlist(txn); /* before LMDB, which would deadlock where this asserts */
	int rc = mdb_txn_begin(kv->env, NULL, write ? 0 : MDB_RDONLY, &txn->mdb);
	if (rc) {
		txn->mdb = NULL;
		stick(txn, rc, write ? "begin to write" : "begin to read");
	} else {
		txn->id = mdb_txn_id(txn->mdb);
	}
	txn->began = clock_transport(); /* after the wait for another writer */
	return txn;
}

struct kv_txn *kv_write(struct kv *kv)
{
	assert(!kv->read_only);
	return begin(kv, true);
}

struct kv_txn *kv_read(struct kv *kv)
{
	return begin(kv, false);
}

static void drop_cursors(struct kv_txn *txn)
{
	while (txn->cursors) {
		struct kv_cursor *c = txn->cursors;
		kv_cursor_end(&c);
	}
}

static void discard(struct kv_txn *txn)
{
	delist(txn);
	free(txn);
}

void kv_end(struct kv_txn **txn)
{
	struct kv_txn *t = *txn;
	*txn = NULL;
	if (!t)
		return;
	drop_cursors(t);
	if (t->mdb)
		KV_TOUCH(t->kv, (mdb_txn_abort(t->mdb), 0));
	discard(t);
}

/*
 * After a commit that failed: refused cleanly only if nothing was published (the last transaction
 * is still the one before ours) and LMDB will begin another one. A failed write of the meta page
 * leaves the environment in panic, which shows in any new transaction.
 */
static enum kv_outcome outcome_of_failure(struct kv *kv, uint64_t ours, int rc)
{
	MDB_txn *probe;
	if (kv_is_damage(rc) || mdb_txn_begin(kv->env, NULL, 0, &probe) != 0)
		return KV_UNKNOWN;
	bool unchanged = mdb_txn_id(probe) == ours;
	mdb_txn_abort(probe);
	return unchanged ? KV_REFUSED : KV_UNKNOWN;
}

enum kv_outcome kv_commit(struct kv_txn **txn, struct sys_error *error)
{
	struct kv_txn *t = *txn;
	enum kv_outcome outcome = KV_OK;
	*txn = NULL;
	assert(t->write);
	drop_cursors(t);
	if (t->code) {
		if (t->mdb)
			KV_TOUCH(t->kv, (mdb_txn_abort(t->mdb), 0));
		outcome = t->damaged ? KV_UNKNOWN : KV_REFUSED;
	} else {
		int rc = kv_commit_whole(t->kv, t->mdb); /* frees its handle, also when it fails */
		t->mdb = NULL;
		if (rc) {
			outcome = outcome_of_failure(t->kv, t->id, rc);
			stick(t, rc, "commit");
		}
	}
	if (outcome != KV_OK)
		sys_fail(error, t->code, "%s", t->error.text);
	discard(t);
	return outcome;
}

/* ---- reading and writing ---- */

static void check_key(struct bytes key)
{
	assert(key.size >= 1 && key.size <= KV_KEY_MAX);
	(void)key;
}

bool kv_get(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes *value)
{
	check_key(key);
	*value = (struct bytes){0};
	if (txn->code || !table.id)
		return false;
	MDB_val k = val_of(key), v;
	int rc = KV_TOUCH(txn->kv, mdb_get(txn->mdb, table.id, &k, &v));
	if (rc && rc != MDB_NOTFOUND)
		stick(txn, rc, "read");
	if (rc == 0)
		*value = bytes_in(v);
	return rc == 0;
}

/* True when it was written; false without an error only for MDB_NOOVERWRITE. */
static bool put(struct kv_txn *txn, struct kv_table table, struct bytes key, MDB_val *value,
		unsigned flags)
{
	check_key(key);
	assert(txn->write && table.id);
	if (txn->code)
		return false;
	MDB_val k = val_of(key);
	txn->changes++;
	int rc = KV_TOUCH(txn->kv, mdb_put(txn->mdb, table.id, &k, value, flags));
	if (rc && rc != MDB_KEYEXIST)
		stick(txn, rc, "write");
	return rc == 0;
}

void kv_put(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value)
{
	MDB_val v = val_of(value);
	put(txn, table, key, &v, 0);
}

bool kv_insert(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value)
{
	MDB_val v = val_of(value);
	return put(txn, table, key, &v, MDB_NOOVERWRITE);
}

uint8_t *kv_reserve(struct kv_txn *txn, struct kv_table table, struct bytes key, size_t size)
{
	MDB_val v = {.mv_size = size};
	return put(txn, table, key, &v, MDB_RESERVE) ? v.mv_data : NULL;
}

bool kv_delete(struct kv_txn *txn, struct kv_table table, struct bytes key)
{
	check_key(key);
	assert(txn->write && table.id);
	if (txn->code)
		return false;
	MDB_val k = val_of(key);
	txn->changes++;
	int rc = KV_TOUCH(txn->kv, mdb_del(txn->mdb, table.id, &k, NULL));
	if (rc && rc != MDB_NOTFOUND)
		stick(txn, rc, "delete");
	return rc == 0;
}

void kv_clear(struct kv_txn *txn, struct kv_table table)
{
	assert(txn->write && table.id);
	if (txn->code)
		return;
	txn->changes++;
	int rc = KV_TOUCH(txn->kv, mdb_drop(txn->mdb, table.id, 0));
	if (rc)
		stick(txn, rc, "empty a table");
}

uint64_t kv_count(struct kv_txn *txn, struct kv_table table)
{
	MDB_stat stat_of;
	if (txn->code || !table.id)
		return 0;
	int rc = mdb_stat(txn->mdb, table.id, &stat_of);
	if (rc)
		stick(txn, rc, "count");
	return rc ? 0 : stat_of.ms_entries;
}

/* ---- iteration ---- */

static int compare(struct bytes a, struct bytes b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.data, b.data, n) : 0;
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static struct bytes bytes_at(const struct bound *b)
{
	return bytes_of(b->data, b->size);
}

static void bound_set(struct bound *b, struct bytes key)
{
	assert(key.size <= KV_KEY_MAX);
	b->size = key.size;
	if (key.size)
		memcpy(b->data, key.data, key.size);
}

/* The first key behind all that begin with `prefix`; false when there is no such key (ff ff ...).
 */
static bool bound_behind(struct bound *b, struct bytes prefix)
{
	bound_set(b, prefix);
	while (b->size > 0 && b->data[b->size - 1] == 0xff)
		b->size--;
	if (b->size == 0)
		return false;
	b->data[b->size - 1]++;
	return true;
}

static void set_range(struct kv_cursor *c, const struct kv_range *range)
{
	c->backward = range->backward;
	bound_set(&c->lower, compare(range->from, range->prefix) > 0 ? range->from : range->prefix);
	c->bounded = bound_behind(&c->upper, range->prefix);
	if (range->to.size && (!c->bounded || compare(range->to, bytes_at(&c->upper)) < 0)) {
		bound_set(&c->upper, range->to);
		c->bounded = true;
	}
}

struct kv_cursor *kv_cursor(struct kv_txn *txn, struct kv_table table, const struct kv_range *range)
{
	struct kv_cursor *c = base_alloc(sizeof(*c));
	*c = (struct kv_cursor){.txn = txn, .table = table, .next = txn->cursors};
	txn->cursors = c;
	set_range(c, range);
	if (txn->code || !table.id)
		return c;
	int rc = KV_TOUCH(txn->kv, mdb_cursor_open(txn->mdb, table.id, &c->mdb));
	if (rc) {
		c->mdb = NULL;
		stick(txn, rc, "walk");
	}
	return c;
}

/* Last key below `limit`, or the last of all. */
static int seek_below(MDB_cursor *mdb, const struct bound *limit, MDB_val *k, MDB_val *v)
{
	if (limit) {
		*k = val_of(bytes_at(limit));
		int rc = mdb_cursor_get(mdb, k, v, MDB_SET_RANGE);
		if (rc == 0)
			return mdb_cursor_get(mdb, k, v, MDB_PREV);
		if (rc != MDB_NOTFOUND)
			return rc;
	}
	return mdb_cursor_get(mdb, k, v, MDB_LAST);
}

static int seek_from(MDB_cursor *mdb, const struct bound *from, MDB_val *k, MDB_val *v)
{
	if (from->size == 0)
		return mdb_cursor_get(mdb, k, v, MDB_FIRST);
	*k = val_of(bytes_at(from));
	return mdb_cursor_get(mdb, k, v, MDB_SET_RANGE);
}

/* One step. After a write in this transaction LMDB's cursor may stand elsewhere: seek the last key
 * anew. */
static int step(struct kv_cursor *c, MDB_val *k, MDB_val *v)
{
	bool moved = c->started && c->changes != c->txn->changes;
	c->changes = c->txn->changes;
	if (!c->started) {
		c->started = true;
		return c->backward ? seek_below(c->mdb, c->bounded ? &c->upper : NULL, k, v)
				   : seek_from(c->mdb, &c->lower, k, v);
	}
	if (!moved)
		return mdb_cursor_get(c->mdb, k, v, c->backward ? MDB_PREV : MDB_NEXT);
	if (c->backward)
		return seek_below(c->mdb, &c->at, k, v);
	int rc = seek_from(c->mdb, &c->at, k, v);
	if (rc == 0 && bytes_equal(bytes_in(*k), bytes_at(&c->at)))
		rc = mdb_cursor_get(c->mdb, k, v, MDB_NEXT);
	return rc;
}

static bool in_range(const struct kv_cursor *c, struct bytes key)
{
	return compare(key, bytes_at(&c->lower)) >= 0 &&
	       (!c->bounded || compare(key, bytes_at(&c->upper)) < 0);
}

bool kv_next(struct kv_cursor *c, struct bytes *key, struct bytes *value)
{
	MDB_val k, v;
	int rc = c->txn->code || !c->mdb ? MDB_NOTFOUND : KV_TOUCH(c->txn->kv, step(c, &k, &v));
	if (rc && rc != MDB_NOTFOUND)
		stick(c->txn, rc, "walk");
	if (rc == 0 && bytes_in(k).size > KV_KEY_MAX) {
		kv_spoil(c->txn, -EUCLEAN, "%s: holds a key of %zu bytes, which is not ours",
			 c->txn->kv->dir, k.mv_size);
		rc = MDB_CORRUPTED;
	}
	bool good = rc == 0 && in_range(c, bytes_in(k));
	if (!good && c->mdb) {
		KV_TOUCH(c->txn->kv, (mdb_cursor_close(c->mdb), 0)); /* at the end for good: a later insert does not revive it */
		c->mdb = NULL;
	}
	if (good)
		bound_set(&c->at, bytes_in(k));
	if (key)
		*key = good ? bytes_in(k) : (struct bytes){0};
	if (value)
		*value = good ? bytes_in(v) : (struct bytes){0};
	return good;
}

void kv_cursor_delete(struct kv_cursor *c)
{
	assert(c->started && c->at.size);
	kv_delete(c->txn, c->table, bytes_at(&c->at));
}

void kv_cursor_end(struct kv_cursor **cursor)
{
	struct kv_cursor *c = *cursor;
	*cursor = NULL;
	if (!c)
		return;
	struct kv_cursor **place = &c->txn->cursors;
	while (*place != c)
		place = &(*place)->next;
	*place = c->next;
	if (c->mdb)
		KV_TOUCH(c->txn->kv, (mdb_cursor_close(c->mdb), 0));
	free(c);
}
