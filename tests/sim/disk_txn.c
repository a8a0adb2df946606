// SPDX-License-Identifier: Apache-2.0
/* kv.h's transactions: a state of one's own, which becomes the store's at the commit. */
#include "tests/sim/disk_inside.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/dice.h"

struct kv_txn {
	struct kv *kv;
	bool write, changed;
	int code;
	struct sys_error error;
	struct disk_state state;
	struct kv_cursor *cursors;
};

struct bound {
	size_t size;
	uint8_t data[KV_KEY_MAX];
};

struct kv_cursor {
	struct kv_txn *txn;
	struct kv_cursor *next;
	struct kv_table table;
	bool backward, started, ended, bounded;
	struct bound lower, upper, at;
};

/* ---- the sticky error ---- */

void kv_spoil(struct kv_txn *txn, int code, const char *format, ...)
{
	assert(code < 0);
	if (txn->code)
		return;
	va_list args;
	va_start(args, format);
	vsnprintf(txn->error.text, sizeof txn->error.text, format, args);
	va_end(args);
	txn->code = code;
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
	return txn->state.turn + txn->write;
}

/* ---- begin and end ---- */

static struct kv_txn *begin(struct kv *kv, bool write)
{
	struct kv_txn *t = base_alloc(sizeof *t);

	assert(kv->host == host_here); /* nobody uses what a dead process had open */
	t->kv = kv;
	t->write = write;
	disk_state_keep(&t->state, &kv->disk->durable);
	kv->open_txns++;
	if (write) {
		assert(!kv->disk->writer); /* it would wait for ever */
		kv->disk->writer = kv->host;
	}
	return t;
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

void kv_end(struct kv_txn **txn)
{
	struct kv_txn *t = *txn;

	*txn = NULL;
	if (!t)
		return;
	while (t->cursors) {
		struct kv_cursor *c = t->cursors;
		kv_cursor_end(&c);
	}
	if (t->write)
		t->kv->disk->writer = NULL;
	t->kv->open_txns--;
	disk_state_drop(&t->state);
	free(t);
}

static void replace(struct disk *d, struct kv_txn *t)
{
	if (disk_lies) { /* what was said to be durable before is so now */
		disk_state_drop(&d->before);
		disk_state_keep(&d->before, &d->durable);
	}
	t->state.turn++;
	disk_state_drop(&d->durable);
	disk_state_keep(&d->durable, &t->state);
	if (disk_on_commit)
		disk_on_commit(d->path);
}

static enum kv_outcome refused(struct kv_txn *t, struct sys_error *error, enum kv_outcome outcome)
{
	sys_fail(error, t->code, "%s", t->error.text);
	kv_end(&t);
	return outcome;
}

enum kv_outcome kv_commit(struct kv_txn **txn, struct sys_error *error)
{
	struct kv_txn *t = *txn;
	struct disk *d = t->kv->disk;

	*txn = NULL;
	assert(t->write && d->writer == t->kv->host);
	if (t->code)
		return refused(t, error, KV_REFUSED);
	if (!t->changed) {
		kv_end(&t);
		return KV_OK;
	}
	host_point(POINT_COMMIT);
	if (d->full) {
		kv_spoil(t, -ENOSPC, "%s: cannot commit: No space left on device", d->path);
		return refused(t, error, KV_REFUSED);
	}
	if (d->unknown) {
		bool happened = dice_percent(50);

		d->unknown = false;
		host_tell("%s: a commit of unknown outcome (%s)", d->path, happened ? "done" : "not done");
		if (happened)
			replace(d, t);
		kv_spoil(t, -EIO, "%s: cannot commit: Input/output error", d->path);
		return refused(t, error, KV_UNKNOWN);
	}
	replace(d, t);
	host_point(POINT_COMMITTED);
	kv_end(&t);
	return KV_OK;
}

/* ---- reading and writing ---- */

static struct tree **root(struct kv_txn *t, struct kv_table table)
{
	assert(table.id <= t->state.n);
	return &t->state.tables[table.id - 1].root;
}

static void check_key(struct bytes key)
{
	assert(key.size >= 1 && key.size <= KV_KEY_MAX);
	(void)key;
}

bool kv_get(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes *value)
{
	check_key(key);
	*value = (struct bytes){0};
	return !txn->code && table.id && tree_get(*root(txn, table), key, value);
}

uint8_t *kv_reserve(struct kv_txn *txn, struct kv_table table, struct bytes key, size_t size)
{
	check_key(key);
	assert(txn->write && table.id);
	if (txn->code)
		return NULL;
	txn->changed = true;
	return tree_put(root(txn, table), key, size);
}

void kv_put(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value)
{
	struct buffer copy = {0}; /* the value may be one that this very put lets go of */

	buffer_put_bytes(&copy, value);
	uint8_t *at = kv_reserve(txn, table, key, value.size);
	if (at && value.size)
		memcpy(at, copy.data, value.size);
	buffer_free(&copy);
}

bool kv_insert(struct kv_txn *txn, struct kv_table table, struct bytes key, struct bytes value)
{
	struct bytes old;

	if (txn->code || kv_get(txn, table, key, &old))
		return false;
	kv_put(txn, table, key, value);
	return true;
}

bool kv_delete(struct kv_txn *txn, struct kv_table table, struct bytes key)
{
	check_key(key);
	assert(txn->write && table.id);
	if (txn->code)
		return false;
	txn->changed = true;
	return tree_delete(root(txn, table), key);
}

void kv_clear(struct kv_txn *txn, struct kv_table table)
{
	assert(txn->write && table.id);
	if (txn->code)
		return;
	txn->changed = true;
	tree_drop(*root(txn, table));
	*root(txn, table) = NULL;
}

uint64_t kv_count(struct kv_txn *txn, struct kv_table table)
{
	return txn->code || !table.id ? 0 : tree_count(*root(txn, table));
}

/* ---- iteration ---- */

static struct bytes in(const struct bound *b)
{
	return bytes_of(b->data, b->size);
}

static void set(struct bound *b, struct bytes key)
{
	assert(key.size <= KV_KEY_MAX);
	b->size = key.size;
	if (key.size)
		memcpy(b->data, key.data, key.size);
}

static int compare(struct bytes a, struct bytes b)
{
	size_t n = a.size < b.size ? a.size : b.size;
	int order = n ? memcmp(a.data, b.data, n) : 0;

	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static bool behind(struct bound *b, struct bytes prefix)
{
	set(b, prefix);
	while (b->size > 0 && b->data[b->size - 1] == 0xff)
		b->size--;
	if (b->size)
		b->data[b->size - 1]++;
	return b->size != 0;
}

struct kv_cursor *kv_cursor(struct kv_txn *txn, struct kv_table table, const struct kv_range *range)
{
	struct kv_cursor *c = base_alloc(sizeof *c);

	*c = (struct kv_cursor){.txn = txn, .table = table, .next = txn->cursors};
	txn->cursors = c;
	c->backward = range->backward;
	set(&c->lower, compare(range->from, range->prefix) > 0 ? range->from : range->prefix);
	c->bounded = behind(&c->upper, range->prefix);
	if (range->to.size && (!c->bounded || compare(range->to, in(&c->upper)) < 0)) {
		set(&c->upper, range->to);
		c->bounded = true;
	}
	c->ended = txn->code || !table.id;
	return c;
}

static bool step(struct kv_cursor *c, struct bytes *k, struct bytes *v)
{
	const struct tree *t = *root(c->txn, c->table);

	if (!c->backward)
		return tree_from(t, c->started ? in(&c->at) : in(&c->lower), c->started, k, v);
	return tree_before(t, c->started ? in(&c->at) : c->bounded ? in(&c->upper) : (struct bytes){0}, k, v);
}

bool kv_next(struct kv_cursor *c, struct bytes *key, struct bytes *value)
{
	struct bytes k, v;
	bool good = !c->ended && !c->txn->code && step(c, &k, &v) && compare(k, in(&c->lower)) >= 0 &&
		    (!c->bounded || compare(k, in(&c->upper)) < 0);

	c->started = true;
	c->ended = !good;
	if (good)
		set(&c->at, k);
	if (key)
		*key = good ? k : (struct bytes){0};
	if (value)
		*value = good ? v : (struct bytes){0};
	return good;
}

void kv_cursor_delete(struct kv_cursor *c)
{
	assert(c->started && c->at.size);
	kv_delete(c->txn, c->table, in(&c->at));
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
	free(c);
}
