// SPDX-License-Identifier: Apache-2.0
/*
 * kv_check: is the file the tree that LMDB takes it for? LMDB has no checksums and believes every offset and page number
 * it reads, so a turned bit in them ends a process, goes round in circles, shows other records or none, or gives a
 * page that is in use away to be written over. All of that is looked at here, at every open and before LMDB walks
 * the file itself: the heads agree, every page that a tree names is there once, is what it should be and says
 * its own number, offsets stay in their page, keys ascend within their parents' bounds, the counts are those of the
 * table's record, and no free page is in use. What the values say is their owners' to prove (a hash, a check).
 *
 * It costs a look at every branch and leaf page, none at large values (but their heads in a small file).
 * Beside a writer it holds a read transaction, so the pages it sees do not change.
 *
 * The format is LMDB 0.9's (data version 1), which is for ever.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys/kv_inside.h"

enum {
	HEAD = 16,      /* of a page: number u64, pad u16, flags u16, lower u16, upper u16 (or pages u32) */
	NODE = 8,       /* of a record: size low u16, size high u16, flags u16, key size u16 */
	TABLE = 48,     /* record of a table: pad u32, flags u16, depth u16, then five u64 */
	PAGE_BRANCH = 1, PAGE_LEAF = 2, PAGE_OVERFLOW = 4, PAGE_META = 8,
	NODE_BIG = 1, NODE_TABLE = 2, NODE_MANY = 4,
	DEPTH_MAX = 32, TABLES_MAX = 128, NAME_MAX_SHOWN = 32,
	HEADS_TRIES = 10,
	DEEP_PAGES = 32768 /* up to here the heads of large values are read too */
};
#define SHORT_MAX (INT64_C(1) << 30) /* free pages at the end that were never written */
#define META_MAGIC 0xBEEFC0DEU
#define NO_PAGE UINT64_MAX

struct table {
	uint16_t flags, depth;
	uint64_t branches, leaves, overflows, entries, root;
};

struct meta {
	uint32_t magic, version, page_size;
	struct table tables[2]; /* of free pages, of everything else */
	uint64_t last, txn;
};

struct key {
	const uint8_t *data;
	size_t size;
};

struct check {
	struct kv *kv;
	struct sys_error *error;
	const uint8_t *map;
	size_t page_size;
	uint64_t pages, stored, txn; /* how many there are; in the file: free ones at its end may never have been written */
	bool deep, yet_to_come;
	uint64_t before; /* the transaction of the older head ... */
	bool knows;      /* ... is in this list of free pages */
	uint8_t *seen; /* a bit for each page */
	char name[NAME_MAX_SHOWN + 1]; /* of the table being walked */
	struct table tables[TABLES_MAX];
	char names[TABLES_MAX][NAME_MAX_SHOWN + 1];
	size_t tables_n;
	/* of the table being walked */
	uint64_t branches, leaves, overflows, entries;
	unsigned depth;
	bool numbers; /* keys are the machine's u64: the table of free pages */
	struct key last; /* the greatest so far */
	struct key from; /* what comes next is not below this; no data = no bound */
};

/* ---- numbers in the machine's order ---- */

static uint16_t u16(const uint8_t *p)
{
	uint16_t n;
	memcpy(&n, p, sizeof(n));
	return n;
}

static uint32_t u32(const uint8_t *p)
{
	uint32_t n;
	memcpy(&n, p, sizeof(n));
	return n;
}

static uint64_t u64(const uint8_t *p)
{
	uint64_t n;
	memcpy(&n, p, sizeof(n));
	return n;
}

static struct table read_table(const uint8_t *p)
{
	return (struct table){.flags = u16(p + 4), .depth = u16(p + 6), .branches = u64(p + 8), .leaves = u64(p + 16),
			      .overflows = u64(p + 24), .entries = u64(p + 32), .root = u64(p + 40)};
}

static struct meta read_meta(const uint8_t *page)
{
	const uint8_t *p = page + HEAD;
	return (struct meta){.magic = u32(p), .version = u32(p + 4), .page_size = u32(p + 24),
			     .tables = {read_table(p + 24), read_table(p + 24 + TABLE)},
			     .last = u64(p + 24 + 2 * TABLE), .txn = u64(p + 32 + 2 * TABLE)};
}

/* ---- faults ---- */

static int wrong(struct check *c, uint64_t page, const char *what)
{
	return sys_fail(c->error, -EUCLEAN,
			"%s: is damaged: page %llu%s%s: %s; keep a copy of it, then restore it from a backup",
			c->kv->dir, (unsigned long long)page, *c->name ? ", table " : "", c->name, what);
}

static int wrong_head(const char *dir, const char *what, struct sys_error *error)
{
	return sys_fail(error, -EUCLEAN, "%s: is damaged: %s; keep a copy of it, then restore it from a backup", dir,
			what);
}

/* ---- pages ---- */

static const uint8_t *page_at(const struct check *c, uint64_t page)
{
	return c->map + page * c->page_size;
}

/* Each page belongs to one place. */
static int take(struct check *c, uint64_t page, uint64_t n, uint64_t from, uint64_t end)
{
	if (page < 2 || page >= end || n > end - page)
		return wrong(c, from, "it names a page that is not there");
	for (uint64_t i = page; i < page + n; i++) {
		if (c->seen[i / 8] & 1 << i % 8)
			return wrong(c, i, "it is in two places");
		c->seen[i / 8] |= (uint8_t)(1 << i % 8);
	}
	return 0;
}

static int compare(const struct check *c, struct key a, struct key b)
{
	if (c->numbers)
		return (u64(a.data) > u64(b.data)) - (u64(a.data) < u64(b.data));
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
	return order ? order : (a.size > b.size) - (a.size < b.size);
}

static uint64_t overflow_pages(const struct check *c, size_t size)
{
	return (HEAD - 1 + size) / c->page_size + 1;
}

/*
 * A value of its own pages; `at` gets where it begins. It may have more of them than it needs: a smaller one was put in its
 * place before they were written. Only their head says how many.
 */
static int take_big(struct check *c, uint64_t from, const uint8_t *node, size_t size, const uint8_t **at)
{
	uint64_t page = u64(node), n = overflow_pages(c, size);
	if (page < 2 || page >= c->stored)
		return wrong(c, from, "it names a page that is not there");
	const uint8_t *p = page_at(c, page);
	*at = p + HEAD;
	if (c->deep || c->numbers) {
		if (u64(p) != page || u16(p + 10) != PAGE_OVERFLOW || u32(p + 12) < n)
			return wrong(c, page, "it is no head of a large value");
		n = u32(p + 12);
	}
	c->overflows += n;
	return take(c, page, n, from, c->stored);
}

/* The pages that were free at the end of a transaction: descending, none of them in use. */
static int take_free(struct check *c, uint64_t from, struct key key, const uint8_t *list, size_t size)
{
	uint64_t before = NO_PAGE, n = size >= 8 ? u64(list) : 0;
	if (key.size != 8 || u64(key.data) > c->txn) {
		c->yet_to_come = true;
		return wrong(c, from, "it is of a transaction that is yet to come");
	}
	c->knows = c->knows || u64(key.data) == c->before;
	if (size < 8 || size % 8 || n != size / 8 - 1)
		return wrong(c, from, "a list of free pages is not as long as its place");
	for (uint64_t i = 1; i <= n; i++) {
		uint64_t page = u64(list + 8 * i);
		if (page >= before)
			return wrong(c, from, "a list of free pages is not in order");
		int rc = take(c, before = page, 1, from, c->pages);
		if (rc)
			return rc;
	}
	return 0;
}

static int add_table(struct check *c, uint64_t page, struct key key, const uint8_t *data, size_t size)
{
	if (size != TABLE || c->tables_n == TABLES_MAX)
		return wrong(c, page, "it holds what is no table");
	size_t n = key.size < NAME_MAX_SHOWN ? key.size : NAME_MAX_SHOWN;
	for (size_t i = 0; i < n; i++) {
		char letter = (char)key.data[i];
		c->names[c->tables_n][i] = letter > ' ' && letter < 0x7f ? letter : '?';
	}
	c->names[c->tables_n][n] = '\0';
	c->tables[c->tables_n++] = read_table(data);
	return 0;
}

/* One record of a leaf. */
static int leaf_node(struct check *c, uint64_t page, const uint8_t *node, size_t room, bool of_tables)
{
	uint16_t flags = u16(node + 4);
	struct key key = {node + NODE, u16(node + 6)};
	size_t size = u16(node) | (size_t)u16(node + 2) << 16, here = flags & NODE_BIG ? 8 : size;
	const uint8_t *data = key.data + key.size;
	if (flags & ~(NODE_BIG | (of_tables ? NODE_TABLE : 0)))
		return wrong(c, page, "a record is of an unknown kind");
	if (key.size > room - NODE || here > room - NODE - key.size)
		return wrong(c, page, "a record is larger than its page");
	if (!key.size || key.size > KV_KEY_MAX || (c->numbers && key.size != 8))
		return wrong(c, page, "a key has not the size of one");
	if ((c->last.data && compare(c, c->last, key) >= 0) || (c->from.data && compare(c, key, c->from) < 0))
		return wrong(c, page, "its keys do not ascend");
	c->last = key;
	c->entries++;
	int rc = flags & NODE_BIG ? take_big(c, page, data, size, &data) : 0;
	if (rc)
		return rc;
	if (flags & NODE_TABLE)
		return flags & NODE_BIG ? wrong(c, page, "it holds what is no table")
					: add_table(c, page, key, data, size);
	return c->numbers ? take_free(c, page, key, data, size) : 0;
}

static int walk(struct check *c, uint64_t page, unsigned level, bool of_tables);

/* One record of a branch: the key begins what is below it; the first one's counts for nothing. */
static int branch_node(struct check *c, uint64_t page, const uint8_t *node, size_t room, unsigned level, bool first,
		       bool of_tables)
{
	struct key key = {node + NODE, u16(node + 6)};
	uint64_t below = u16(node) | (uint64_t)u16(node + 2) << 16 | (uint64_t)u16(node + 4) << 32;
	if (key.size > room - NODE)
		return wrong(c, page, "a record is larger than its page");
	if (!first) {
		if (!key.size || (c->numbers && key.size != 8))
			return wrong(c, page, "a key has not the size of one");
		/* behind what came so far, not behind what begins here */
		if (c->last.data && compare(c, c->last, key) >= 0)
			return wrong(c, page, "its keys do not ascend");
	}
	int rc = take(c, below, 1, page, c->stored);
	if (rc)
		return rc;
	c->from = first ? c->from : key; /* a first record's bound is its page's */
	return walk(c, below, level + 1, of_tables);
}

static int nodes(struct check *c, uint64_t page, const uint8_t *p, unsigned level, bool leaf, bool of_tables)
{
	size_t lower = u16(p + 12), upper = u16(p + 14), n = (lower - HEAD) / 2;
	for (size_t i = 0; i < n; i++) {
		size_t at = u16(p + HEAD + 2 * i);
		if (at < upper || at + NODE > c->page_size)
			return wrong(c, page, "a record is not within it");
		const uint8_t *node = p + at;
		size_t room = c->page_size - at;
		int rc = leaf ? leaf_node(c, page, node, room, of_tables)
			      : branch_node(c, page, node, room, level, i == 0, of_tables);
		if (rc)
			return rc;
	}
	return 0;
}

static int walk(struct check *c, uint64_t page, unsigned level, bool of_tables)
{
	const uint8_t *p = page_at(c, page);
	unsigned kind = u16(p + 10); /* the marks of a page in memory were taken off before it was written */
	size_t lower = u16(p + 12), upper = u16(p + 14);
	bool leaf = kind == PAGE_LEAF;
	if (u64(p) != page)
		return wrong(c, page, "it says that it is another");
	if (kind != PAGE_LEAF && kind != PAGE_BRANCH)
		return wrong(c, page, "it is of another kind than it should be");
	if (lower < HEAD || lower % 2 || lower > upper || upper > c->page_size || lower == HEAD)
		return wrong(c, page, "what it says of its own size cannot be");
	if (level > c->depth || leaf != (level == c->depth))
		return wrong(c, page, "it is at another depth than it should be");
	*(leaf ? &c->leaves : &c->branches) += 1;
	return nodes(c, page, p, level, leaf, of_tables);
}

static int walk_table(struct check *c, const struct table *t, const char *name, unsigned flags)
{
	snprintf(c->name, sizeof(c->name), "%s", name);
	c->branches = c->leaves = c->overflows = c->entries = 0;
	c->last = c->from = (struct key){0};
	c->depth = t->depth;
	if (t->flags != flags || t->depth > DEPTH_MAX)
		return wrong(c, 0, "the table's record cannot be");
	if (t->root == NO_PAGE)
		return t->depth || t->entries ? wrong(c, 0, "the table's record cannot be") : 0;
	int rc = take(c, t->root, 1, 0, c->stored);
	if (!rc)
		rc = walk(c, t->root, 1, *name == '\0' && !c->numbers);
	bool fewer = c->deep || c->numbers ? c->overflows != t->overflows : c->overflows > t->overflows;
	if (!rc && (c->branches != t->branches || c->leaves != t->leaves || fewer || c->entries != t->entries))
		rc = wrong(c, t->root, "below it are not as many pages and records as the table counts");
	return rc;
}

/* ---- heads ---- */

static int check_heads(const struct meta m[static 2], const char *dir, struct sys_error *error)
{
	for (int i = 0; i < 2; i++)
		if (m[i].tables[0].flags != MDB_INTEGERKEY || m[i].tables[1].flags != 0)
			return wrong_head(dir, "its head names tables that cannot be", error);
	/* the heads are written in turn */
	bool fresh = m[0].txn == 0 && m[1].txn == 0;
	uint64_t apart = m[0].txn > m[1].txn ? m[0].txn - m[1].txn : m[1].txn - m[0].txn;
	if (!fresh && (apart != 1 || m[0].txn % 2 || !(m[1].txn % 2)))
		return wrong_head(dir, "its two heads do not follow each other", error);
	return 0;
}

int kv_check_file(const char *path, const char *dir, struct sys_error *error)
{
	uint8_t pages[2][HEAD + 32 + 3 * TABLE];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return 0; /* there is none: not for us to say */
	size_t page_size = 0;
	for (int i = 0; i < 2; i++) {
		if (pread(fd, pages[i], sizeof(pages[i]), (off_t)(page_size * (size_t)i)) != sizeof(pages[i]))
			break; /* too short: LMDB says so */
		struct meta m = read_meta(pages[i]);
		bool power = m.page_size >= 512 && m.page_size <= 65536 && !(m.page_size & (m.page_size - 1));
		if (m.magic != META_MAGIC)
			break; /* no store, or not ours: LMDB says so */
		const char *what = !power || (i && m.page_size != page_size)
					   ? "its head says that pages have another size than they have"
				   : m.last > (uint64_t)(st.st_size + SHORT_MAX) / m.page_size
					   ? "it is much shorter than its head says"
					   : NULL;
		if (what) {
			close(fd);
			return wrong_head(dir, what, error);
		}
		page_size = m.page_size;
	}
	close(fd);
	return 0;
}

/* The head of transaction `id`, which we read; the other one's transaction must have gone before it. */
static int find_head(struct check *c, uint64_t id, struct meta *out, struct meta *other)
{
	int rc = 0;
	for (int i = 0; i < HEADS_TRIES; i++) {
		struct meta m[2] = {read_meta(c->map), read_meta(page_at(c, 1))};
		*out = m[id & 1];
		*other = m[!(id & 1)];
		rc = check_heads(m, c->kv->dir, c->error);
		if (!rc && out->txn == id)
			return 0;
		usleep(1000); /* a writer is at it */
	}
	/* it wrote two heads since we began: ours is not there any more, and nothing more can be said */
	return rc;
}

/*
 * The head that is not read must be the older one, by one transaction. If one of their numbers was turned, what was
 * committed last would be gone without a word. It shows in the lists of free pages, to which every transaction adds
 * its own: those of the older head speak of none that comes after it, and what it added itself is still in those of the
 * newer (who writes takes only what is older). Nothing else of it matters. Its pages are all there for the same reason.
 */
static int check_other(struct check *c, const struct meta *other, uint64_t stored)
{
	struct check o = {.kv = c->kv, .map = c->map, .page_size = c->page_size, .pages = other->last + 1,
			  .txn = other->txn, .before = other->txn, .numbers = true};
	if (other->txn > c->txn)
		return 0; /* written since we began */
	o.stored = stored < o.pages ? stored : o.pages;
	o.seen = calloc(o.pages / 8 + 1, 1);
	if (o.seen)
		(void)walk_table(&o, &other->tables[0], "", MDB_INTEGERKEY);
	free(o.seen);
	return o.yet_to_come || (o.knows && !c->knows)
		       ? wrong_head(c->kv->dir, "its newer head is the older one", c->error)
		       : 0;
}

static int check_pages(struct check *c, const struct meta *m, uint64_t stored)
{
	c->pages = m->last + 1;
	c->stored = stored < c->pages ? stored : c->pages;
	c->txn = m->txn;
	c->deep = c->pages <= DEEP_PAGES;
	c->seen = calloc(c->pages / 8 + 1, 1);
	if (!c->seen)
		return sys_fail(c->error, -ENOMEM, "%s: no memory to look at its pages", c->kv->dir);
	int rc = walk_table(c, &m->tables[1], "", 0);
	for (size_t i = 0; !rc && i < c->tables_n; i++)
		rc = walk_table(c, &c->tables[i], c->names[i], 0);
	c->numbers = true;
	if (!rc)
		rc = walk_table(c, &m->tables[0], "", MDB_INTEGERKEY);
	free(c->seen);
	return rc;
}

static int check_map(struct check *c, MDB_txn *txn, size_t size)
{
	struct meta m, other;
	uint64_t id = mdb_txn_id(txn);
	int rc = find_head(c, id, &m, &other);
	/* a file that a writer made longer since we mapped it: what it wrote behind is not of our transaction */
	c->before = other.txn;
	if (!rc && m.txn == id)
		rc = check_pages(c, &m, size / c->page_size);
	if (!rc && m.txn == id)
		rc = check_other(c, &other, size / c->page_size);
	return rc;
}

/* The transaction first: the file is then as long as it needs. */
static int check_file(struct check *c, MDB_txn *txn, int fd)
{
	struct stat st;
	if (fd < 0 || fstat(fd, &st) != 0)
		return sys_fail(c->error, -errno, "%s: cannot open its file: %s", c->kv->dir, sys_text(errno));
	if ((size_t)st.st_size < 2 * c->page_size)
		return wrong_head(c->kv->dir, "it has not even its two heads", c->error);
	void *map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		return sys_fail(c->error, -errno, "%s: cannot be looked at: %s", c->kv->dir, sys_text(errno));
	c->map = map;
	int rc = check_map(c, txn, (size_t)st.st_size);
	munmap(map, (size_t)st.st_size);
	return rc;
}

int kv_check(struct kv *kv, const char *path, struct sys_error *error)
{
	struct check *c = base_alloc(sizeof(*c));
	MDB_stat stat_of;
	MDB_txn *txn;
	c->kv = kv;
	c->error = error;
	mdb_env_stat(kv->env, &stat_of);
	c->page_size = stat_of.ms_psize;
	int rc = mdb_txn_begin(kv->env, NULL, MDB_RDONLY, &txn);
	if (rc) {
		free(c);
		return sys_fail(error, kv_code(rc), "%s: cannot begin to read: %s", kv->dir, kv_words(rc));
	}
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	rc = check_file(c, txn, fd);
	mdb_txn_abort(txn);
	if (fd >= 0)
		close(fd);
	free(c);
	return rc;
}
