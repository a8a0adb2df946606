// SPDX-License-Identifier: Apache-2.0
/* The stores themselves, and what befalls them. Transactions are in disk_txn.c. */
#include "tests/sim/disk_inside.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

static struct disk *disks;
static struct kv *opened;
static struct disk *locks[64];
bool disk_lies;
void (*disk_on_commit)(const char *path);

/* ---- states ---- */

void disk_state_drop(struct disk_state *s)
{
	for (unsigned i = 0; i < s->n; i++)
		tree_drop(s->tables[i].root);
	*s = (struct disk_state){0};
}

void disk_state_keep(struct disk_state *to, const struct disk_state *from)
{
	*to = *from;
	for (unsigned i = 0; i < to->n; i++)
		tree_keep(to->tables[i].root);
}

static int table_of(const struct disk_state *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (!strcmp(s->tables[i].name, name))
			return (int)i;
	return -1;
}

/* ---- the world's disks ---- */

static struct disk *find(const char *path)
{
	struct disk *d = disks;

	while (d && strcmp(d->path, path))
		d = d->next;
	return d;
}

static struct disk *make(const char *path)
{
	struct disk *d = base_alloc(sizeof *d);

	snprintf(d->path, sizeof d->path, "%s", path);
	d->next = disks;
	return disks = d;
}

void disk_reset(void)
{
	while (disks) {
		struct disk *d = disks;
		disks = d->next;
		disk_state_drop(&d->durable);
		disk_state_drop(&d->before);
		free(d);
	}
	opened = NULL; /* what was open belonged to machines of another world */
	memset(locks, 0, sizeof locks);
}

static bool below(const struct disk *d, const char *prefix)
{
	return !strncmp(d->path, prefix, strlen(prefix));
}

void disk_full(const char *prefix, bool full)
{
	for (struct disk *d = disks; d; d = d->next)
		if (below(d, prefix))
			d->full = full;
}

bool disk_is_full(const char *path)
{
	const struct disk *d = find(path);

	return d && d->full;
}

void disk_unknown(const char *prefix, bool on)
{
	for (struct disk *d = disks; d; d = d->next)
		if (below(d, prefix))
			d->unknown = on;
}

void disk_abandon(const struct host *h)
{
	struct kv **k = &opened;

	while (*k)
		if ((*k)->host == h)
			*k = (*k)->next;
		else
			k = &(*k)->next;
	for (size_t i = 0; i < BASE_COUNT(locks); i++)
		if (locks[i] && locks[i]->locker == h)
			kv_unlock((int)i);
	for (struct disk *d = disks; d; d = d->next) {
		if (d->writer == h)
			d->writer = NULL;
		if (disk_lies && d->before.n && below(d, h->name)) { /* the lie comes out */
			disk_state_drop(&d->durable);
			d->durable = d->before;
			d->before = (struct disk_state){0};
		}
	}
}

bool disk_there(const char *path)
{
	return find(path) != NULL;
}

void disk_remove(const char *path)
{
	struct disk **d = &disks;

	while (*d && strcmp((*d)->path, path))
		d = &(*d)->next;
	if (!*d)
		return;
	struct disk *gone = *d;
	*d = gone->next;
	disk_state_drop(&gone->durable);
	disk_state_drop(&gone->before);
	free(gone);
}

void disk_rename(const char *from, const char *to)
{
	struct disk *d = find(from);

	disk_remove(to);
	if (d)
		snprintf(d->path, sizeof d->path, "%s", to);
}

/* ---- copies ---- */

struct disk_image {
	struct disk_state state;
};

struct disk_image *disk_image(const char *path)
{
	const struct disk *d = find(path);
	struct disk_image *i = base_alloc(sizeof *i);

	if (d)
		disk_state_keep(&i->state, &d->durable);
	return i;
}

void disk_image_free(struct disk_image *i)
{
	if (i)
		disk_state_drop(&i->state);
	free(i);
}

void disk_put_back(const char *path, const struct disk_image *i)
{
	struct disk *d = find(path);

	if (!d)
		d = make(path);
	disk_state_drop(&d->durable);
	disk_state_drop(&d->before);
	disk_state_keep(&d->durable, &i->state);
}

/* ---- for those who judge ---- */

uint64_t disk_turn(const char *path)
{
	const struct disk *d = find(path);

	return d ? disk_durable(d)->turn : 0;
}

static const struct tree *root_of(const char *path, const char *table)
{
	const struct disk *d = find(path);
	int i = d ? table_of(disk_durable(d), table) : -1;

	return i < 0 ? NULL : disk_durable(d)->tables[i].root;
}

bool disk_get(const char *path, const char *table, struct bytes key, struct bytes *value)
{
	return tree_get(root_of(path, table), key, value);
}

bool disk_next(const char *path, const char *table, struct bytes after, struct bytes *key,
	       struct bytes *value)
{
	return tree_from(root_of(path, table), after, true, key, value);
}

void disk_rot(const char *path, const char *table, struct bytes key)
{
	struct disk *d = find(path);
	int i = table_of(&d->durable, table);
	struct bytes value;

	if (i < 0 || !tree_get(d->durable.tables[i].root, key, &value) || !value.size)
		return;
	struct buffer copy = {0};
	buffer_put_bytes(&copy, value);
	copy.data[copy.size - 1] ^= 1;
	memcpy(tree_put(&d->durable.tables[i].root, key, copy.size), copy.data, copy.size);
	d->durable.turn++;
	buffer_free(&copy);
}

/* ---- kv.h: opening ---- */

int kv_open(struct kv **out, const char *dir, const struct kv_options *options,
	    struct sys_error *error)
{
	struct disk *d = find(dir);

	if (error)
		error->text[0] = '\0';
	if (!d && !options->create)
		return sys_fail(error, -ENOENT, "%s: no store here", dir);
	for (const struct kv *k = opened; k; k = k->next)
		if (k->host == host_here && k->disk == d && d)
			return sys_fail(error, -EBUSY, "%s: is open in this process already", dir);
	if (!d)
		d = make(dir);
	struct kv *kv = base_alloc(sizeof *kv);
	*kv = (struct kv){.disk = d, .host = host_here, .read_only = options->read_only, .next = opened};
	opened = kv;
	*out = kv;
	return 0;
}

void kv_close(struct kv *kv)
{
	if (!kv)
		return;
	assert(!kv->open_txns);
	struct kv **k = &opened;
	while (*k && *k != kv)
		k = &(*k)->next;
	if (*k)
		*k = kv->next;
	free(kv);
}

int kv_table(struct kv *kv, const char *name, struct kv_table *out, struct sys_error *error)
{
	struct disk_state *s = &kv->disk->durable;
	int i = table_of(s, name);

	*out = (struct kv_table){0};
	if (i < 0 && kv->read_only)
		return sys_fail(error, -ENOENT, "no table %s", name);
	if (i < 0 && kv->disk->full)
		return sys_fail(error, -ENOSPC, "%s: the disk is full", kv->disk->path);
	if (i < 0) {
		assert(s->n < DISK_TABLES);
		i = (int)s->n++;
		snprintf(s->tables[i].name, sizeof s->tables[i].name, "%s", name);
		s->turn++;
	}
	out->id = (unsigned)i + 1;
	return 0;
}

int kv_has(struct kv *kv, const char *name, struct sys_error *error)
{
	return table_of(&kv->disk->durable, name) >= 0
		       ? 0
		       : sys_fail(error, -ENOENT, "%s: no table %s", kv->disk->path, name);
}

int kv_stat(struct kv *kv, struct kv_stat *out, struct sys_error *error)
{
	(void)error;
	*out = (struct kv_stat){.last_txn = kv->disk->durable.turn, .map_bytes = KV_MAP_SIZE};
	return 0;
}

int kv_reader_check(struct kv *kv)
{
	(void)kv;
	return 0;
}

int kv_copy(struct kv *kv, const char *dir, struct sys_error *error)
{
	struct disk_image *i = disk_image(kv->disk->path);

	if (find(dir))
		return sys_fail(error, -EEXIST, "%s: holds a store already", dir);
	disk_put_back(dir, i);
	disk_image_free(i);
	return 0;
}

/* ---- kv.h: LOCK; a descriptor is the place in `locks` ---- */

int kv_lock(const char *dir, struct sys_error *error)
{
	struct disk *d = find(dir);

	if (!d)
		return sys_fail(error, -ENOENT, "%s: nothing here", dir);
	if (d->locker)
		return sys_fail(error, -EWOULDBLOCK, "%s: in use by %s", dir, d->locker->name);
	for (size_t i = 0; i < BASE_COUNT(locks); i++) {
		if (locks[i])
			continue;
		locks[i] = d;
		d->locker = host_here;
		return (int)i;
	}
	return -EMFILE;
}

bool kv_locked(const char *dir)
{
	const struct disk *d = find(dir);

	return d && d->locker;
}

void kv_unlock(int lock)
{
	if (lock < 0)
		return;
	locks[lock]->locker = NULL;
	locks[lock] = NULL;
}

/* ---- viewstore's few looks at the directory, by the linker's --wrap ---- */

bool __wrap_viewstore_there(const char *dir);
int __wrap_viewstore_set_aside(const char *dir, struct sys_error *error);
int __wrap_viewstore_remove(const char *dir, struct sys_error *error);
int __wrap_viewstore_room(const char *dir, uint64_t bytes, struct sys_error *error);
int viewstore_probe(const char *dir, struct sys_error *error);

bool __wrap_viewstore_there(const char *dir)
{
	return disk_there(dir);
}

int __wrap_viewstore_set_aside(const char *dir, struct sys_error *error)
{
	char old[DISK_PATH];

	(void)error;
	snprintf(old, sizeof old, "%.40s.old", dir);
	disk_rename(dir, old);
	return 0;
}

int __wrap_viewstore_remove(const char *dir, struct sys_error *error)
{
	(void)error;
	disk_remove(dir);
	return 0;
}

int __wrap_viewstore_room(const char *dir, uint64_t bytes, struct sys_error *error)
{
	(void)bytes;
	return disk_is_full(dir) ? sys_fail(error, -ENOSPC, "the disk is full") : 0;
}

/* There are no pages here that could end a process. */
int viewstore_probe(const char *dir, struct sys_error *error)
{
	(void)dir;
	(void)error;
	return 0;
}
