// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/power/disk.h"

#include <stdio.h>
#include <stdlib.h>

enum { PATH_ROOM = 512 };

/* A file or a directory; one that has no name any more stays, for a state in which it has it still. */
struct disk_file {
	bool directory, store; /* store: LMDB's data file */
	uint64_t ino;
	struct buffer durable;
	uint64_t size; /* with all that is pending */
	struct name *names, *live; /* of a directory: on disk, and as the programs see them */
	size_t names_n, live_n;
	struct disk_file *next;
};

struct name {
	char text[64];
	struct disk_file *file;
};

enum item_kind { DATA, LENGTH, NAME };

struct item {
	enum item_kind kind;
	struct disk_file *file; /* of a name: its directory */
	uint64_t at;            /* offset, or length */
	const uint8_t *bytes;
	uint32_t n;
	/* a name: `gone` ceases to be that of `of`, `made` becomes it; "" = none */
	struct disk_file *of;
	char gone[64], made[64];
};

struct disk {
	char machine[64];
	unsigned lies;
	struct disk_file *all, *root;
	struct item *items;
	size_t items_n, items_room;
};

__attribute__((format(printf, 1, 2), noreturn)) static void give_up(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(9);
}

static struct disk_file *new_file(struct disk *d, uint64_t ino, bool directory)
{
	struct disk_file *f = base_alloc(sizeof *f);

	f->ino = ino;
	f->directory = directory;
	f->next = d->all;
	return d->all = f;
}

struct disk *disk_new(const char *machine, unsigned lies)
{
	struct disk *d = base_alloc(sizeof *d);

	snprintf(d->machine, sizeof d->machine, "%s", machine);
	d->lies = lies;
	d->root = new_file(d, 0, true);
	return d;
}

void disk_free(struct disk *d)
{
	while (d->all) {
		struct disk_file *f = d->all;
		d->all = f->next;
		buffer_free(&f->durable);
		free(f->names);
		free(f->live);
		free(f);
	}
	free(d->items);
	free(d);
}

/* ---- names ---- */

static struct name *find_name(struct name *names, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(names[i].text, text))
			return &names[i];
	return NULL;
}

static void set_name(struct name **names, size_t *n, const char *text, struct disk_file *file)
{
	struct name *old = find_name(*names, *n, text);

	if (!old) {
		*names = realloc(*names, (*n + 1) * sizeof **names);
		if (!*names)
			give_up("no memory");
		old = &(*names)[(*n)++];
		snprintf(old->text, sizeof old->text, "%s", text);
	}
	old->file = file;
}

/* Applies a change of names to a list of them; what another change has made of the name meanwhile stays. */
static void change_names(const struct item *it, struct name **names, size_t *n)
{
	struct name *gone = it->gone[0] ? find_name(*names, *n, it->gone) : NULL;

	if (gone && gone->file == it->of)
		*gone = (*names)[--*n];
	if (it->made[0])
		set_name(names, n, it->made, it->of);
}

/* The directory of a path as the programs see it, and the last part. NULL: not there. */
static struct disk_file *parent_of(struct disk *d, const char *path, const char **last)
{
	struct disk_file *at = d->root;
	char part[64];

	for (const char *slash; (slash = strchr(path, '/')); path = slash + 1) {
		snprintf(part, sizeof part, "%.*s", (int)(slash - path), path);
		struct name *n = find_name(at->live, at->live_n, part);
		if (!n || !n->file->directory)
			return NULL;
		at = n->file;
	}
	if (strlen(path) >= sizeof part)
		give_up("a name is too long: %s", path);
	*last = path;
	return at;
}

static struct disk_file *lookup(struct disk *d, const char *path)
{
	const char *last;
	struct disk_file *in = parent_of(d, path, &last);
	struct name *n = in ? find_name(in->live, in->live_n, last) : NULL;

	return !*path ? d->root : n ? n->file : NULL;
}

static bool mine(const struct disk *d, const char *path)
{
	size_t n = strlen(d->machine);

	return !strncmp(path, d->machine, n) && (!path[n] || path[n] == '/');
}

/* A directory on the way to the machine's: its syncs are about its name. */
static bool above(const struct disk *d, const char *path)
{
	size_t n = strlen(path);

	return !n || (!strncmp(path, d->machine, n) && d->machine[n] == '/');
}

/* ---- what is pending ---- */

static struct item *add_item(struct disk *d, enum item_kind kind, struct disk_file *file)
{
	if (d->items_n == d->items_room) {
		d->items_room = d->items_room ? 2 * d->items_room : 64;
		d->items = realloc(d->items, d->items_room * sizeof *d->items);
		if (!d->items)
			give_up("no memory");
	}
	struct item *it = &d->items[d->items_n++];
	*it = (struct item){.kind = kind, .file = file};
	return it;
}

static void add_name(struct disk *d, struct disk_file *directory, const char *gone, const char *made,
		     struct disk_file *of)
{
	struct item *it = add_item(d, NAME, directory);

	snprintf(it->gone, sizeof it->gone, "%s", gone);
	snprintf(it->made, sizeof it->made, "%s", made);
	it->of = of;
	change_names(it, &directory->live, &directory->live_n);
}

/* By pages of the file, each of which may be written on its own. */
static void add_data(struct disk *d, struct disk_file *f, uint64_t at, const uint8_t *bytes, uint64_t n)
{
	uint64_t most = d->lies & DISK_TORN_SECTOR && n < DISK_SECTOR ? 8 : DISK_PAGE;

	while (n) {
		uint64_t part = most - at % most < n ? most - at % most : n;
		struct item *it = add_item(d, DATA, f);

		it->at = at;
		it->n = (uint32_t)part;
		it->bytes = bytes;
		at += part;
		bytes += part;
		n -= part;
	}
	f->size = f->size > at ? f->size : at;
}

static void grow(struct buffer *b, uint64_t size, uint64_t filler)
{
	if (b->size >= size)
		return;
	size_t more = size - b->size;
	uint8_t *at = buffer_reserve(b, more);
	if (!at)
		give_up("no memory");
	if (!filler)
		memset(at, 0, more);
	for (size_t i = 0; filler && i < more; i++) {
		filler = filler * 6364136223846793005u + 1442695040888963407u;
		at[i] = (uint8_t)(filler >> 56);
	}
	b->size = size;
}

/* The chosen sectors of the item; `end` follows the last byte put. */
static void put_sectors(struct buffer *b, const struct item *it, uint8_t mask, uint64_t filler, uint64_t *end)
{
	uint64_t first = it->at % DISK_PAGE / DISK_SECTOR;

	for (uint64_t at = it->at; at < it->at + it->n;) {
		uint64_t sector = at % DISK_PAGE / DISK_SECTOR;
		uint64_t n = DISK_SECTOR - at % DISK_SECTOR;
		if (n > it->at + it->n - at)
			n = it->at + it->n - at;
		if (mask >> (sector - first) & 1) {
			grow(b, at + n, filler);
			memcpy(b->data + at, it->bytes + (at - it->at), n);
			*end = *end > at + n ? *end : at + n;
		}
		at += n;
	}
}

static void settle(struct item *it)
{
	uint64_t end = 0;

	if (it->kind == DATA)
		put_sectors(&it->file->durable, it, DISK_WHOLE, 0, &end);
	else if (it->kind == NAME)
		change_names(it, &it->file->names, &it->file->names_n);
}

/* What is pending of a file (or, of a directory, its names) is on disk: all, or what lies in [at, at + n). */
static void settle_all(struct disk *d, struct disk_file *f, uint64_t at, uint64_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < d->items_n; i++) {
		struct item *it = &d->items[i];
		bool in = it->file == f && (n == UINT64_MAX || (it->kind == DATA && it->at >= at && it->at + it->n <= at + n));
		if (in)
			settle(it);
		else
			d->items[kept++] = *it;
	}
	d->items_n = kept;
	if (n == UINT64_MAX && !f->directory) {
		grow(&f->durable, f->size, 0);
		f->durable.size = f->size;
	}
}

/* ---- the log ---- */

static struct disk_file *by_ino(struct disk *d, uint64_t ino)
{
	for (struct disk_file *f = d->all; f; f = f->next)
		if (!f->directory && f->ino == ino)
			return f; /* the newest of that number stands first */
	return NULL;
}

static bool take_name(struct disk *d, const struct power_record *r, const char *path, const char *path2)
{
	const char *last, *last2 = "";
	struct disk_file *in = parent_of(d, path, &last), *in2 = path2 ? parent_of(d, path2, &last2) : in;
	struct disk_file *of = NULL;

	if (!mine(d, path) && !(r->kind == POWER_MKDIR && above(d, path)))
		return false;
	if (!in || in2 != in)
		give_up("the log changes a name in no known directory: %s %s", path, path2 ? path2 : "");
	if (r->kind == POWER_MADE || r->kind == POWER_MKDIR) {
		size_t n = strlen(path);
		of = new_file(d, r->ino, r->kind == POWER_MKDIR);
		of->store = n > 9 && !strcmp(path + n - 9, "/data.mdb");
	} else if (!(of = lookup(d, path))) {
		give_up("the log changes a name that it never made: %s", path);
	}
	bool takes = r->kind == POWER_RENAME || r->kind == POWER_UNLINK || r->kind == POWER_RMDIR;
	add_name(d, in, takes ? last : "", r->kind == POWER_MADE || r->kind == POWER_MKDIR ? last : last2, of);
	return true;
}

static bool take_bytes(struct disk *d, const struct power_record *r, const uint8_t *data)
{
	struct disk_file *f = by_ino(d, r->ino);

	if (!f)
		return false;
	if (r->kind == POWER_WRITE) {
		add_data(d, f, r->at, data, r->data_n);
	} else if (r->kind == POWER_LENGTH) {
		if (r->at != f->size)
			add_item(d, LENGTH, f)->at = f->size = r->at;
	} else if (r->kind == POWER_SYNC) {
		if (!(d->lies & (f->store ? DISK_NO_SYNC : DISK_NO_FILESYNC)))
			settle_all(d, f, 0, UINT64_MAX);
	} else if (!(d->lies & DISK_NO_DSYNC)) {
		settle_all(d, f, r->at, r->n);
	}
	return true;
}

bool disk_take(struct disk *d, const struct power_record *r)
{
	const char *path = (const char *)(r + 1), *path2 = path + r->path_n;
	const uint8_t *data = (const uint8_t *)path2 + r->path2_n;

	switch ((enum power_kind)r->kind) {
	case POWER_MADE:
	case POWER_MKDIR:
	case POWER_UNLINK:
	case POWER_RMDIR:
		return take_name(d, r, path, NULL);
	case POWER_RENAME:
	case POWER_LINK:
		return take_name(d, r, path, path2);
	case POWER_WRITE:
	case POWER_LENGTH:
	case POWER_SYNC:
	case POWER_SYNCED:
		return take_bytes(d, r, data);
	case POWER_DIRSYNC:
		if (!mine(d, path) && !above(d, path))
			return false;
		struct disk_file *f = lookup(d, path);
		if (f && !(d->lies & DISK_NO_DIRSYNC))
			settle_all(d, f, 0, UINT64_MAX);
		return f != NULL;
	case POWER_SENT:
	case POWER_NOTE:
	case POWER_KINDS:
		return false;
	}
	give_up("the log holds a record of kind %u", r->kind);
}

size_t disk_pending(const struct disk *d)
{
	return d->items_n;
}

uint8_t disk_sectors(const struct disk *d, size_t item)
{
	const struct item *it = &d->items[item];
	uint64_t n = (it->at % DISK_SECTOR + it->n + DISK_SECTOR - 1) / DISK_SECTOR;

	return it->kind == DATA ? (uint8_t)(DISK_WHOLE >> (8 - n)) : 1;
}

/* ---- what the next start finds ---- */

static void see_directory(struct disk *d, const struct disk_choice *c, const struct disk_file *f, const char *path,
			  disk_see *see, void *ctx)
{
	size_t n = f->names_n;
	struct name *names = base_alloc((n + d->items_n + 1) * sizeof *names);

	if (n)
		memcpy(names, f->names, n * sizeof *names);
	for (size_t i = 0; i < d->items_n; i++) {
		const struct item *it = &d->items[c->newest_first ? d->items_n - 1 - i : i];
		if (it->kind == NAME && it->file == f && c->sectors[it - d->items])
			change_names(it, &names, &n);
	}
	for (size_t i = 0; i < n; i++) {
		char below[PATH_ROOM];
		if (snprintf(below, sizeof below, "%s%s%s", path, *path ? "/" : "", names[i].text) >= (int)sizeof below)
			give_up("a path is too long: %s", path);
		see(ctx, below, names[i].file->directory ? NULL : names[i].file);
		if (names[i].file->directory)
			see_directory(d, c, names[i].file, below, see, ctx);
	}
	free(names);
}

void disk_tree(struct disk *d, const struct disk_choice *choice, disk_see *see, void *ctx)
{
	see_directory(d, choice, d->root, "", see, ctx);
}

void disk_compose(struct disk *d, const struct disk_choice *c, const struct disk_file *f, struct buffer *out)
{
	uint64_t end = f->durable.size;

	buffer_clear(out);
	grow(out, f->durable.size, 0);
	if (f->durable.size)
		memcpy(out->data, f->durable.data, f->durable.size);
	for (size_t i = 0; i < d->items_n; i++) {
		size_t at = c->newest_first ? d->items_n - 1 - i : i;
		const struct item *it = &d->items[at];
		if (it->file != f || !c->sectors[at])
			continue;
		if (it->kind == DATA) {
			put_sectors(out, it, c->sectors[at], c->filler, &end);
		} else if (it->kind == LENGTH) {
			grow(out, it->at, c->filler);
			out->size = end = it->at;
		}
	}
	if (c->length == DISK_LENGTH_NEW)
		grow(out, f->size, c->filler);
	else if (c->length == DISK_LENGTH_OLD && f->durable.size < out->size)
		out->size = f->durable.size;
}
