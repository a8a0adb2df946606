// SPDX-License-Identifier: Apache-2.0
#include "server/viewstore.h"

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "common/sys/keys.h"
#include "server/viewstore_inside.h"

static const char *const files[] = { "data.mdb", "lock.mdb" };

/* ---- the directory ---- */

static int path_in(char out[static PATH_MAX], const char *dir, const char *end, struct sys_error *error)
{
	if (snprintf(out, PATH_MAX, "%s%s", dir, end) >= PATH_MAX)
		return sys_fail(error, -ENAMETOOLONG, "%.100s...: the path is too long", dir);
	return 0;
}

bool viewstore_there(const char *dir)
{
	char path[PATH_MAX];
	return path_in(path, dir, "/data.mdb", NULL) == 0 && access(path, F_OK) == 0;
}

int viewstore_remove(const char *dir, struct sys_error *error)
{
	char path[PATH_MAX];
	for (size_t i = 0; i < BASE_COUNT(files); i++) {
		int rc = path_in(path, dir, "/", error);
		if (rc)
			return rc;
		strncat(path, files[i], PATH_MAX - strlen(path) - 1);
		if (unlink(path) && errno != ENOENT && errno != ENOTDIR)
			return sys_fail(error, -errno, "%s: cannot be removed: %s", path, sys_text(errno));
	}
	if (rmdir(dir) && errno != ENOENT)
		return sys_fail(error, -errno, "%s: cannot be removed: %s", dir, sys_text(errno));
	return 0;
}

int viewstore_set_aside(const char *dir, struct sys_error *error)
{
	char old[PATH_MAX];
	int rc = path_in(old, dir, ".old", error);
	if (!rc)
		rc = viewstore_remove(old, error);
	if (!rc && rename(dir, old))
		rc = sys_fail(error, -errno, "%s: cannot be moved to %s: %s", dir, old, sys_text(errno));
	return rc;
}

int viewstore_room(const char *dir, uint64_t bytes, struct sys_error *error)
{
	struct statvfs fs;
	if (statvfs(dir, &fs)) /* then the write itself will tell */
		return 0;
	uint64_t left = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (left >= bytes + VIEWSTORE_SPARE)
		return 0;
	return sys_fail(error, -ENOSPC, "%llu MB are left on the disk, which the journal needs: free some",
			(unsigned long long)(left / 1000000));
}

/* ---- opening ---- */

int viewstore_open(struct viewstore **out, const char *dir, struct sys_error *error)
{
	const struct kv_options options = { .create = true };
	struct viewstore *s = base_alloc(sizeof *s);
	int rc = kv_open(&s->kv, dir, &options, error);
	if (!rc)
		rc = kv_table(s->kv, "state", &s->state, error);
	if (!rc)
		rc = kv_table(s->kv, "catalogue", &s->catalogue, error);
	if (!rc)
		rc = kv_table(s->kv, "roster", &s->roster, error);
	if (!rc)
		rc = kv_table(s->kv, "units", &s->units, error);
	for (size_t i = 0; !rc && i < ROWS_TABLES; i++)
		rc = kv_table(s->kv, rows_names[i], &s->rows[i], error);
	if (rc) {
		viewstore_close(s);
		return rc;
	}
	*out = s;
	return 0;
}

void viewstore_close(struct viewstore *s)
{
	if (!s)
		return;
	kv_end(&s->txn);
	kv_close(s->kv);
	free(s);
}

/* ---- what the state says of the rest ---- */

static void hash_row(struct hasher *h, struct bytes row)
{
	hasher_add_u32(h, (uint32_t)row.size);
	hasher_add(h, row);
}

struct state {
	struct view_head head;
	uint32_t rows, units;
	uint8_t rows_hash[KEYS_HASH], roster_hash[KEYS_HASH], small_hash[KEYS_HASH], units_hash[KEYS_HASH];
	uint64_t emitted[ROWS_TABLES];
};

static void pack_state(const struct state *state, uint8_t out[static VIEWSTORE_STATE_BYTES])
{
	uint8_t *p = out;
	put_u32(p, VIEWSTORE_FORMAT);
	put_u32(p + 4, FOLD_VERSION);
	view_head_pack(&state->head, p += 8);
	put_u32(p += VIEW_HEAD_BYTES, state->rows);
	memcpy(p += 4, state->rows_hash, KEYS_HASH);
	memcpy(p += KEYS_HASH, state->roster_hash, KEYS_HASH);
	memcpy(p += KEYS_HASH, state->small_hash, KEYS_HASH);
	put_u32(p += KEYS_HASH, state->units);
	memcpy(p += 4, state->units_hash, KEYS_HASH);
	p += KEYS_HASH;
	for (size_t i = 0; i < ROWS_TABLES; i++, p += 8)
		put_u64(p, state->emitted[i]);
	keys_hash(bytes_of(out, VIEWSTORE_STATE_BYTES - KEYS_HASH), p);
}

/* The two versions stand first in every format, so that they can be told from damage. */
static int unpack_state(struct bytes in, struct state *state, struct sys_error *error)
{
	uint8_t checksum[KEYS_HASH];
	const uint8_t *p = in.data;
	if (in.size < 8 + KEYS_HASH)
		return sys_fail(error, -EUCLEAN, "its state is cut");
	keys_hash(bytes_of(p, in.size - KEYS_HASH), checksum);
	if (memcmp(checksum, p + in.size - KEYS_HASH, KEYS_HASH))
		return sys_fail(error, -EUCLEAN, "the checksum of its state differs");
	if (get_u32(p) != VIEWSTORE_FORMAT || in.size != VIEWSTORE_STATE_BYTES)
		return sys_fail(error, -EPROTO, "it is of format %u, this program writes %u", get_u32(p),
				VIEWSTORE_FORMAT);
	if (get_u32(p + 4) != FOLD_VERSION)
		return sys_fail(error, -EPROTO, "it is of fold version %u, this program folds by %u", get_u32(p + 4),
				FOLD_VERSION);
	if (!view_head_unpack(&state->head, p += 8))
		return sys_fail(error, -EUCLEAN, "its head makes no sense");
	state->rows = get_u32(p += VIEW_HEAD_BYTES);
	memcpy(state->rows_hash, p += 4, KEYS_HASH);
	memcpy(state->roster_hash, p += KEYS_HASH, KEYS_HASH);
	memcpy(state->small_hash, p += KEYS_HASH, KEYS_HASH);
	state->units = get_u32(p += KEYS_HASH);
	memcpy(state->units_hash, p += 4, KEYS_HASH);
	p += KEYS_HASH;
	for (size_t i = 0; i < ROWS_TABLES; i++, p += 8)
		state->emitted[i] = get_u64(p);
	return 0;
}

/* ---- reading ---- */

static int give(int (*to)(void *, struct bytes, struct sys_error *), void *ctx, struct bytes what,
		struct sys_error *error)
{
	return to ? to(ctx, what, error) : 0;
}

/* The walk's own error first: the rest follows from it. */
static int ended(struct viewstore *s, bool good, const char *what, struct sys_error *error)
{
	int rc = kv_error(s->txn);
	if (rc)
		return sys_fail(error, rc, "%s", kv_error_text(s->txn));
	return good ? 0 : sys_fail(error, -EUCLEAN, "%s", what);
}

static int read_rows(struct viewstore *s, const struct state *state, const struct viewstore_sink *sink,
		     struct sys_error *error)
{
	struct kv_cursor *c = kv_cursor(s->txn, s->catalogue, &(struct kv_range){ 0 });
	struct bytes key, row;
	struct hasher h;
	uint8_t hash[KEYS_HASH];
	uint32_t n = 0;
	int rc = 0;
	hasher_start(&h);
	for (; !rc && kv_next(c, &key, &row); n++) {
		hash_row(&h, row);
		rc = key.size == 4 && get_u32(key.data) == n
			     ? give(sink->row, sink->ctx, row, error)
			     : sys_fail(error, -EUCLEAN, "a row of its catalogue is out of place");
	}
	hasher_end(&h, hash);
	return rc ? rc : ended(s, n == state->rows && !memcmp(hash, state->rows_hash, sizeof hash),
			       "the checksum of its catalogue differs", error);
}

static int read_piece(struct viewstore *s, const char *name, const uint8_t wanted[static KEYS_HASH],
		      int (*to)(void *, struct bytes, struct sys_error *), void *ctx, struct sys_error *error)
{
	struct bytes piece;
	uint8_t hash[KEYS_HASH];
	char what[64];
	bool found = kv_get(s->txn, s->roster, bytes_text(name), &piece);
	keys_hash(piece, hash);
	snprintf(what, sizeof what, "the checksum of its %s differs", name);
	int rc = ended(s, found && !memcmp(hash, wanted, sizeof hash), what, error);
	return rc ? rc : give(to, ctx, piece, error);
}

static bool unit_is_good(struct bytes key, struct bytes value)
{
	uint8_t hash[KEYS_HASH];
	if (value.size < KEYS_HASH + VIEW_UNIT_BYTES || key.size != 4 ||
	    memcmp(key.data, value.data + KEYS_HASH, key.size))
		return false;
	keys_hash(bytes_of(value.data + KEYS_HASH, value.size - KEYS_HASH), hash);
	return !memcmp(hash, value.data, KEYS_HASH);
}

static int read_units(struct viewstore *s, const struct state *state, const struct viewstore_sink *sink,
		      struct sys_error *error)
{
	struct kv_cursor *c = kv_cursor(s->txn, s->units, &(struct kv_range){ 0 });
	struct bytes key, value;
	struct hasher h;
	uint8_t hash[KEYS_HASH];
	uint32_t n = 0;
	int rc = 0;
	hasher_start(&h);
	for (; !rc && kv_next(c, &key, &value); n++) {
		if (!unit_is_good(key, value)) {
			rc = sys_fail(error, -EUCLEAN, "the checksum of a unit differs");
			break;
		}
		hasher_add(&h, bytes_of(value.data, KEYS_HASH));
		rc = give(sink->unit, sink->ctx, bytes_of(value.data + KEYS_HASH, value.size - KEYS_HASH), error);
	}
	hasher_end(&h, hash);
	return rc ? rc : ended(s, n == state->units && !memcmp(hash, state->units_hash, sizeof hash),
			       "the checksum of its units differs", error);
}

static int read_all(struct viewstore *s, const struct viewstore_sink *sink, struct sys_error *error)
{
	struct bytes bytes;
	struct state state;
	bool found = kv_get(s->txn, s->state, bytes_text("state"), &bytes);
	int rc = ended(s, true, "", error);
	if (!rc && !found)
		rc = sys_fail(error, -ENOENT, "it holds no state");
	if (!rc)
		rc = unpack_state(bytes, &state, error);
	if (!rc && sink->head)
		rc = sink->head(sink->ctx, &state.head, error);
	if (!rc)
		rc = read_rows(s, &state, sink, error);
	if (!rc)
		rc = read_piece(s, "roster", state.roster_hash, sink->roster, sink->ctx, error);
	if (!rc)
		rc = read_piece(s, "small", state.small_hash, sink->small, sink->ctx, error);
	for (size_t i = 0; !rc && i < ROWS_TABLES; i++)
		rc = ended(s, kv_count(s->txn, s->rows[i]) == state.emitted[i], "its rows are not as many as were written",
			   error);
	return rc ? rc : read_units(s, &state, sink, error);
}

int viewstore_read(struct viewstore *s, const struct viewstore_sink *sink, struct sys_error *error)
{
	assert(!s->txn);
	s->txn = kv_read(s->kv);
	int rc = read_all(s, sink, error);
	kv_end(&s->txn);
	return rc;
}

/* ---- writing ---- */

void viewstore_begin(struct viewstore *s)
{
	assert(!s->txn);
	s->txn = kv_write(s->kv);
}

void viewstore_clear(struct viewstore *s)
{
	kv_clear(s->txn, s->state);
	kv_clear(s->txn, s->catalogue);
	kv_clear(s->txn, s->roster);
	kv_clear(s->txn, s->units);
}

void viewstore_row(struct viewstore *s, uint32_t place, struct bytes row)
{
	uint8_t key[4];
	put_u32(key, place);
	kv_put(s->txn, s->catalogue, bytes_of(key, sizeof key), row);
}

void viewstore_roster(struct viewstore *s, struct bytes packed)
{
	kv_put(s->txn, s->roster, bytes_text("roster"), packed);
}

void viewstore_small(struct viewstore *s, struct bytes packed)
{
	kv_put(s->txn, s->roster, bytes_text("small"), packed);
}

static void check_of(struct bytes key, struct bytes value, uint8_t out[static VIEWSTORE_CHECK])
{
	struct hasher h;
	uint8_t hash[KEYS_HASH];
	hasher_start(&h);
	hasher_add_u32(&h, (uint32_t)key.size);
	hasher_add(&h, key);
	hasher_add(&h, value);
	hasher_end(&h, hash);
	memcpy(out, hash, VIEWSTORE_CHECK);
}

void viewstore_put(struct viewstore *s, enum row_table table, struct bytes key, struct bytes value)
{
	uint8_t *to = kv_reserve(s->txn, s->rows[table], key, VIEWSTORE_CHECK + value.size);
	if (!to)
		return;
	check_of(key, value, to);
	memcpy(to + VIEWSTORE_CHECK, value.data, value.size);
}

bool viewstore_rows(struct viewstore *s, enum row_table table, const struct kv_range *range,
		    bool (*fn)(void *ctx, struct bytes key, struct bytes value), void *ctx)
{
	struct kv_txn *t = kv_read(s->kv);
	struct kv_cursor *c = kv_cursor(t, s->rows[table], range);
	struct bytes key, value;
	uint8_t check[VIEWSTORE_CHECK];
	bool good = true, more = true;
	while (good && more && kv_next(c, &key, &value)) {
		good = value.size >= VIEWSTORE_CHECK;
		if (!good)
			break;
		struct bytes row = bytes_of(value.data + VIEWSTORE_CHECK, value.size - VIEWSTORE_CHECK);
		check_of(key, row, check);
		good = memcmp(check, value.data, sizeof check) == 0;
		more = good && fn(ctx, key, row);
	}
	good = good && !kv_error(t);
	kv_end(&t);
	return good;
}

void viewstore_unit(struct viewstore *s, struct bytes packed)
{
	struct bytes key = bytes_of(packed.data, 4); /* its number stands first */
	if (packed.size == VIEW_UNIT_BYTES) {
		kv_delete(s->txn, s->units, key);
		return;
	}
	uint8_t *value = kv_reserve(s->txn, s->units, key, KEYS_HASH + packed.size);
	if (!value)
		return;
	keys_hash(packed, value);
	memcpy(value + KEYS_HASH, packed.data, packed.size);
}

/* From what the transaction holds now, changed or not: the same whoever wrote it, and when. */
static void sum_up(struct viewstore *s, struct state *state)
{
	struct bytes key, value;
	struct hasher h;
	hasher_start(&h);
	struct kv_cursor *c = kv_cursor(s->txn, s->catalogue, &(struct kv_range){ 0 });
	for (; kv_next(c, &key, &value); state->rows++)
		hash_row(&h, value);
	hasher_end(&h, state->rows_hash);
	hasher_start(&h);
	c = kv_cursor(s->txn, s->units, &(struct kv_range){ 0 });
	for (; kv_next(c, &key, &value); state->units++)
		hasher_add(&h, bytes_of(value.data, KEYS_HASH));
	hasher_end(&h, state->units_hash);
	kv_get(s->txn, s->roster, bytes_text("roster"), &value);
	keys_hash(value, state->roster_hash);
	kv_get(s->txn, s->roster, bytes_text("small"), &value);
	keys_hash(value, state->small_hash);
	for (size_t i = 0; i < ROWS_TABLES; i++)
		state->emitted[i] = kv_count(s->txn, s->rows[i]);
}

enum kv_outcome viewstore_commit(struct viewstore *s, const struct view_head *head, struct sys_error *error)
{
	struct state state = { .head = *head };
	uint8_t packed[VIEWSTORE_STATE_BYTES];
	sum_up(s, &state);
	pack_state(&state, packed);
	kv_put(s->txn, s->state, bytes_text("state"), bytes_of(packed, sizeof packed));
	return kv_commit(&s->txn, error);
}

void viewstore_abort(struct viewstore *s)
{
	kv_end(&s->txn);
}
