// SPDX-License-Identifier: Apache-2.0
#include "agent/spool_inner.h"

#include "agent/scan.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
	ARENA = 32 * 1024, /* an update is at most 4 KiB encoded */
	LOCK_MOMENT_MS = 20,
	LOCK_TRIES = 10
};

/* ---- ends of transactions ---- */

static int fail_txn(struct spool *s, int code, const char *text, struct sys_error *error)
{
	if (code == -EUCLEAN)
		return sys_fail(
			error, code,
			"the spool %s is damaged (%s): keep a copy of it, make a new one with "
			"`tiendo-agent init`, and tell the centre",
			s->path, text);
	return sys_fail(error, code, "spool %s: %s", s->path, text);
}

int spool_end(struct spool *s, struct kv_txn **txn, struct sys_error *error)
{
	int code = kv_error(*txn);

	if (code)
		fail_txn(s, code, kv_error_text(*txn), error);
	kv_end(txn);
	return code;
}

int spool_commit(struct spool *s, struct kv_txn **txn, struct sys_error *error)
{
	int code = kv_error(*txn);
	struct sys_error why = {""};

	if (code) {
		fail_txn(s, code, kv_error_text(*txn), error);
		kv_end(txn);
		return code;
	}
	switch (kv_commit(txn, &why)) {
	case KV_OK:
		return 0;
	case KV_REFUSED:
		return sys_fail(error, -ENOSPC, "spool %s: the disk took nothing: %s", s->path,
				why.text);
	case KV_UNKNOWN:
		break;
	}
	return sys_fail(error, -EIO, "spool %s: the disk did not say whether it wrote: %s", s->path,
			why.text);
}

/* ---- opening ---- */

static const char *const TABLES[] = {"meta",  "outbox", "receipts", "refused",
				     "inbox", "slice",  "cells"};

static int check_format(struct spool *s, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct bytes value;
	bool found = kv_get(txn, s->meta, bytes_text("format"), &value);
	size_t name = strlen(SPOOL_FORMAT);
	uint32_t version = 0;

	if (found && value.size == name + 4 && memcmp(value.data, SPOOL_FORMAT, name) == 0)
		version = get_u32(value.data + name);
	int code = spool_end(s, &txn, error);

	if (code)
		return code;
	if (version == 0)
		return sys_fail(error, -EPROTO,
				"%s is no spool of tiendo-agent: give another --dir; if it was one, it is "
				"damaged: make a new one with `tiendo-agent init`, and tell the centre",
				s->path);
	if (version > SPOOL_FORMAT_VERSION)
		return sys_fail(
			error, -EPROTO,
			"the spool %s has format %u, this program knows up to %d: use the newer "
			"tiendo-agent",
			s->path, version, SPOOL_FORMAT_VERSION);
	s->checked = version >= SPOOL_FORMAT_CHECKED;
	return 0;
}

/* Before any table is made: what is not ours stays as it is. */
static int check_ours(struct spool *s, struct sys_error *error)
{
	int code = kv_has(s->kv, TABLES[0], error);

	if (code == -ENOENT)
		return sys_fail(error, -EPROTO,
				"%s is no spool of tiendo-agent: give another --dir; if it was one, it is "
				"damaged: make a new one with `tiendo-agent init`, and tell the centre",
				s->path);
	if (!code)
		code = kv_table(s->kv, TABLES[0], &s->meta, error);
	return code ? code : check_format(s, error);
}

/* A record whose key was turned would be missing without a word. */
static int check_names(struct spool *s, struct sys_error *error)
{
	static const char *const names[] = {"format", "state", "centre", "slice", "cells"};
	struct kv_txn *txn = kv_read(s->kv);
	struct kv_cursor *at = kv_cursor(txn, s->meta, &(struct kv_range){0});
	struct bytes key;

	while (kv_next(at, &key, NULL)) {
		bool known = false;

		for (size_t i = 0; i < BASE_COUNT(names); i++)
			known = known || bytes_equal(key, bytes_text(names[i]));
		if (!known)
			kv_spoil(txn, -EUCLEAN, "it knows something by a name that is none");
	}
	return spool_end(s, &txn, error);
}

static int open_tables(struct spool *s, bool create, struct sys_error *error)
{
	struct kv_table *const to[] = {&s->meta,  &s->outbox,     &s->receipts,  &s->refused,
				       &s->inbox, &s->shelves[0], &s->shelves[1]};

	for (size_t i = 0; i < BASE_COUNT(TABLES); i++) {
		int code = create ? 0 : kv_has(s->kv, TABLES[i], error);

		if (code == -ENOENT) { /* made anew it would be empty, and believed */
			struct sys_error what;

			sys_fail(&what, code, "its table %s is not there", TABLES[i]);
			return fail_txn(s, -EUCLEAN, what.text, error);
		}
		if (!code)
			code = kv_table(s->kv, TABLES[i], to[i], error);
		if (code)
			return code;
	}
	return 0;
}

static int open_kv(struct spool **out, const char *dir, const struct spool_options *o, bool create,
		   struct sys_error *error)
{
	struct spool *s = base_alloc(sizeof *s);
	struct buffer path = {0};

	buffer_format(&path, "%s/spool", dir);
	s->path = base_copy_text(buffer_text(&path));
	buffer_free(&path);
	s->lock = -1;
	s->arena = codec_arena_new(ARENA);
	s->quota = o && o->quota ? o->quota : SPOOL_QUOTA_DEFAULT;
	s->grace_ms = o && o->grace_ms ? o->grace_ms : SPOOL_GRACE_DEFAULT_MS;
	/* receipts and the old pages of a commit need room beside the updates */
	struct kv_options options = {.map_size = ((size_t)s->quota * 4 + ((size_t)1 << 30)) &
						 ~(size_t)4095,
				     .create = create};
	int code = kv_open(&s->kv, s->path, &options, error);

	if (!code && !create)
		code = check_ours(s, error);
	if (!code && !create)
		code = check_names(s, error);
	if (!code)
		code = open_tables(s, create, error);
	if (code) {
		spool_close(s);
		return code;
	}
	*out = s;
	return 0;
}

int spool_create(const char *dir, struct sys_error *error)
{
	struct spool *s;
	int code = open_kv(&s, dir, NULL, true, error);

	if (code)
		return code;
	struct kv_txn *txn = kv_write(s->kv);
	struct bytes value;
	struct spool_state state = {.ordinal = 1, .kept_from = 1};
	uint8_t format[sizeof SPOOL_FORMAT - 1 + 4];

	if (kv_get(txn, s->meta, bytes_text("format"), &value)) {
		kv_end(&txn);
		code = sys_fail(error, -EEXIST, "there is a spool in %s already", s->path);
	} else {
		memcpy(format, SPOOL_FORMAT, sizeof SPOOL_FORMAT - 1);
		put_u32(format + sizeof SPOOL_FORMAT - 1, SPOOL_FORMAT_VERSION);
		kv_put(txn, s->meta, bytes_text("format"), bytes_of(format, sizeof format));
		s->checked = true;
		keys_random(state.epoch, sizeof state.epoch);
		spool_state_put(s, txn, &state);
		code = spool_commit(s, &txn, error);
	}
	spool_close(s);
	return code;
}

int spool_open(struct spool **out, const char *dir, const struct spool_options *options,
	       struct sys_error *error)
{
	return open_kv(out, dir, options, false, error);
}

void spool_close(struct spool *s)
{
	if (!s)
		return;
	if (s->lock >= 0)
		kv_unlock(s->lock);
	kv_close(s->kv);
	codec_arena_free(&s->arena);
	free(s->path);
	free(s);
}

/* `status` holds a share of it for a moment, to see whether it is free: that is waited for. */
int spool_lock(struct spool *s, struct sys_error *error)
{
	const struct timespec moment = {.tv_nsec = LOCK_MOMENT_MS * 1000000L};
	int lock = kv_lock(s->path, error);

	for (unsigned i = 0; lock == -EWOULDBLOCK && i < LOCK_TRIES; i++) {
		nanosleep(&moment, NULL);
		lock = kv_lock(s->path, error);
	}
	if (lock < 0)
		return lock;
	s->lock = lock;
	return 0;
}

bool spool_served(struct spool *s)
{
	return s->lock >= 0 || kv_locked(s->path);
}

uint64_t spool_turn(struct spool *s)
{
	struct kv_stat stat = {0};

	return kv_stat(s->kv, &stat, NULL) == 0 ? stat.last_txn : 0;
}

/* ---- state ---- */

void spool_state_get(struct spool *s, struct kv_txn *txn, struct spool_state *out)
{
	struct bytes value;

	*out = (struct spool_state){0};
	spool_get_record(s, txn, s->meta, bytes_text("state"), &value);
	struct scan in = {.rest = value};

	out->ordinal = scan_u32(&in);
	scan_copy(&in, out->epoch, SPOOL_ID);
	scan_copy(&in, out->previous, SPOOL_ID);
	uint64_t *const numbers[] = {&out->last,  &out->settled, &out->kept_from, &out->kept_bytes,
				     &out->taken, &out->refused, &out->voided};

	for (size_t i = 0; i < BASE_COUNT(numbers); i++)
		*numbers[i] = scan_u64(&in);
	if (kv_error(txn))
		return;
	if (in.bad || in.rest.size || !out->ordinal || out->settled > out->last || out->kept_from > out->last + 1)
		kv_spoil(txn, -EUCLEAN, "its state cannot be read");
}

void spool_state_put(struct spool *s, struct kv_txn *txn, const struct spool_state *st)
{
	const uint64_t numbers[] = {st->last,  st->settled, st->kept_from, st->kept_bytes,
				    st->taken, st->refused, st->voided};
	struct buffer b = {0};

	assert(st->ordinal && st->settled <= st->last && st->kept_from <= st->last + 1);
	buffer_put_u32(&b, st->ordinal);
	buffer_put(&b, st->epoch, SPOOL_ID);
	buffer_put(&b, st->previous, SPOOL_ID);
	for (size_t i = 0; i < BASE_COUNT(numbers); i++)
		buffer_put_u64(&b, numbers[i]);
	spool_put_record(s, txn, s->meta, bytes_text("state"), buffer_bytes(&b));
	buffer_free(&b);
}

int spool_state(struct spool *s, struct spool_state *out, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);

	spool_state_get(s, txn, out);
	out->turn = kv_txn_id(txn);
	return spool_end(s, &txn, error);
}

/* ---- the centre ---- */

int spool_centre(struct spool *s, struct spool_centre *out, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct bytes value;

	*out = (struct spool_centre){0};
	if (spool_get_record(s, txn, s->meta, bytes_text("centre"), &value)) {
		struct scan in = {.rest = value};

		scan_copy(&in, out->incarnation, SPOOL_ID);
		out->catalogue_entry = scan_u64(&in);
		out->time_ms = (int64_t)scan_u64(&in);
		out->heard_monotonic_ms = (int64_t)scan_u64(&in);
		scan_copy(&in, out->heard_boot, SPOOL_ID);
		out->heard_wall_ms = (int64_t)scan_u64(&in);
		out->illustrative = scan_u8(&in);
		out->simulated = scan_u8(&in);
		out->attempts = scan_u32(&in);
		out->trouble_wall_ms = (int64_t)scan_u64(&in);
		out->alarm_wall_ms = (int64_t)scan_u64(&in);
		scan_text(&in, out->trouble, sizeof out->trouble);
		scan_text(&in, out->alarm, sizeof out->alarm);
		if (in.bad)
			kv_spoil(txn, -EUCLEAN, "what is known of the centre cannot be read");
	}
	return spool_end(s, &txn, error);
}

int spool_centre_set(struct spool *s, const struct spool_centre *c, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct buffer b = {0};

	buffer_put(&b, c->incarnation, SPOOL_ID);
	buffer_put_u64(&b, c->catalogue_entry);
	buffer_put_u64(&b, (uint64_t)c->time_ms);
	buffer_put_u64(&b, (uint64_t)c->heard_monotonic_ms);
	buffer_put(&b, c->heard_boot, SPOOL_ID);
	buffer_put_u64(&b, (uint64_t)c->heard_wall_ms);
	buffer_put_u8(&b, c->illustrative);
	buffer_put_u8(&b, c->simulated);
	buffer_put_u32(&b, c->attempts);
	buffer_put_u64(&b, (uint64_t)c->trouble_wall_ms);
	buffer_put_u64(&b, (uint64_t)c->alarm_wall_ms);
	scan_put_text(&b, c->trouble);
	scan_put_text(&b, c->alarm);
	spool_put_record(s, txn, s->meta, bytes_text("centre"), buffer_bytes(&b));
	buffer_free(&b);
	return spool_commit(s, &txn, error);
}

/* ---- shelves ---- */

static const char *const SHELVES[] = {[SPOOL_SLICE] = "slice", [SPOOL_CELLS] = "cells"};

static void put_head(struct spool *s, struct kv_txn *txn, enum spool_shelf shelf,
		     const struct spool_shelf_head *head)
{
	struct buffer b = {0};

	buffer_put_u64(&b, head->entry);
	buffer_put_u64(&b, (uint64_t)head->time_ms);
	buffer_put_u32(&b, head->today);
	scan_put_text(&b, head->scope);
	spool_put_record(s, txn, s->meta, bytes_text(SHELVES[shelf]), buffer_bytes(&b));
	buffer_free(&b);
}

int spool_shelve(struct spool *s, enum spool_shelf shelf, const struct spool_shelf_head *head,
		 const struct bytes *rows, size_t n, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	uint8_t key[4];

	kv_clear(txn, s->shelves[shelf]);
	for (size_t i = 0; i < n; i++) {
		put_u32(key, (uint32_t)i);
		spool_put_record(s, txn, s->shelves[shelf], bytes_of(key, sizeof key), rows[i]);
	}
	put_head(s, txn, shelf, head);
	return spool_commit(s, &txn, error);
}

int spool_shelf_renew(struct spool *s, enum spool_shelf shelf, const struct spool_shelf_head *head,
		      struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);

	put_head(s, txn, shelf, head);
	return spool_commit(s, &txn, error);
}

int spool_shelf_head(struct spool *s, enum spool_shelf shelf, struct spool_shelf_head *out,
		     struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct bytes value;

	*out = (struct spool_shelf_head){0};
	if (spool_get_record(s, txn, s->meta, bytes_text(SHELVES[shelf]), &value)) {
		struct scan in = {.rest = value};

		out->entry = scan_u64(&in);
		out->time_ms = (int64_t)scan_u64(&in);
		out->today = scan_u32(&in);
		scan_text(&in, out->scope, sizeof out->scope);
		if (in.bad)
			kv_spoil(txn, -EUCLEAN, "the head of its %s cannot be read",
				 SHELVES[shelf]);
	}
	return spool_end(s, &txn, error);
}

int spool_rows(struct spool *s, enum spool_shelf shelf, spool_row_see *see, void *data,
	       struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct kv_cursor *at = kv_cursor(txn, s->shelves[shelf], &(struct kv_range){0});
	struct bytes key, row;

	while (kv_next(at, &key, &row) && spool_whole(s, txn, key, &row) && see(data, row))
		;
	return spool_end(s, &txn, error);
}
