// SPDX-License-Identifier: Apache-2.0
/* What the centre has told us. */
#include "agent/scan.h"
#include "agent/spool_inner.h"

#include <errno.h>
#include <stdlib.h>

enum { REMINDER = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_REMINDER };

/* As it stands in the spool: with the incarnation of the centre that last confirmed it. Its own stands in the row. */
struct kept {
	struct spool_notice notice;
	uint8_t confirmed[SPOOL_ID];
};

static struct spool_key key_of(uint64_t entry, uint32_t place)
{
	struct spool_key k = {.size = 12};

	put_u64(k.bytes, entry);
	put_u32(k.bytes + 8, place);
	return k;
}

/* ---- records ---- */

static void put_notice(struct spool *s, struct kv_txn *txn, const struct kept *k)
{
	struct spool_key key = key_of(k->notice.entry, k->notice.place);
	struct buffer b = {0};

	buffer_put_u32(&b, k->notice.kind);
	buffer_put_u64(&b, (uint64_t)k->notice.sent_ms);
	buffer_put_u64(&b, (uint64_t)k->notice.read_ms);
	buffer_put(&b, k->confirmed, SPOOL_ID);
	buffer_put_bytes(&b, k->notice.row);
	spool_put_record(s, txn, s->inbox, SPOOL_KEY(key), buffer_bytes(&b));
	buffer_free(&b);
}

/* A row without one is of a centre that did not say it, or of a version we cannot read: then the confirming centre's. */
static void own_incarnation(struct spool *s, struct kept *k)
{
	codec_arena_reset(&s->arena);
	const Tiendo__V1__NoticeRow *m =
		codec_unpack(&tiendo__v1__notice_row__descriptor, k->notice.row.data, k->notice.row.size, &s->arena);
	bool said = m && m->incarnation.len == SPOOL_ID;

	memcpy(k->notice.incarnation, said ? m->incarnation.data : k->confirmed, SPOOL_ID);
}

static bool read_notice(struct spool *s, struct bytes key, struct bytes value, struct kept *out)
{
	struct scan in = {.rest = value};

	*out = (struct kept){0};
	out->notice.kind = scan_u32(&in);
	out->notice.sent_ms = (int64_t)scan_u64(&in);
	out->notice.read_ms = (int64_t)scan_u64(&in);
	scan_copy(&in, out->confirmed, SPOOL_ID);
	out->notice.row = in.rest;
	if (key.size != 12 || in.bad)
		return false;
	out->notice.entry = get_u64(key.data);
	out->notice.place = get_u32(key.data + 8);
	own_incarnation(s, out);
	return true;
}

/* Entry 0 is never a notice's: the head stands before them all. */
static void put_head(struct spool *s, struct kv_txn *txn, const struct spool_inbox *head)
{
	struct spool_key key = key_of(0, 0);
	uint8_t record[8 + SPOOL_ID];

	put_u64(record, head->since);
	memcpy(record + 8, head->incarnation, SPOOL_ID);
	spool_put_record(s, txn, s->inbox, SPOOL_KEY(key), bytes_of(record, sizeof record));
}

static void get_head(struct spool *s, struct kv_txn *txn, struct spool_inbox *out)
{
	struct spool_key key = key_of(0, 0);
	struct bytes value;

	*out = (struct spool_inbox){0};
	if (!spool_get_record(s, txn, s->inbox, SPOOL_KEY(key), &value))
		return;
	struct scan in = {.rest = value};

	out->since = scan_u64(&in);
	scan_copy(&in, out->incarnation, SPOOL_ID);
	if (in.bad || in.rest.size)
		kv_spoil(txn, -EUCLEAN, "the head of its inbox cannot be read");
}

/* ---- walking ---- */

/* The next notice, the newest first; false at the end, or damaged. */
static bool next(struct spool *s, struct kv_txn *txn, struct kv_cursor *at, struct kept *out)
{
	struct bytes key, value;

	if (!kv_next(at, &key, &value) || !spool_whole(s, txn, key, &value))
		return false;
	if (!read_notice(s, key, value, out))
		kv_spoil(txn, -EUCLEAN, "a notice cannot be read");
	return kv_error(txn) == 0;
}

static struct kv_cursor *newest_first(struct spool *s, struct kv_txn *txn)
{
	struct spool_key from = key_of(1, 0);

	return kv_cursor(txn, s->inbox, &(struct kv_range){.from = SPOOL_KEY(from), .backward = true});
}

int spool_inbox(struct spool *s, struct spool_inbox *out, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct kept k;

	get_head(s, txn, out);
	struct kv_cursor *at = newest_first(s, txn);

	while (next(s, txn, at, &k))
		out->unread += k.notice.read_ms == 0;
	return spool_end(s, &txn, error);
}

int spool_notices(struct spool *s, spool_notice_see *see, void *data, struct sys_error *error)
{
	struct kv_txn *txn = kv_read(s->kv);
	struct spool_inbox head;
	struct kept k;

	get_head(s, txn, &head);
	struct kv_cursor *at = newest_first(s, txn);

	while (next(s, txn, at, &k)) {
		/* only when everything of the new incarnation is here */
		k.notice.gone = head.since && memcmp(k.confirmed, head.incarnation, SPOOL_ID) != 0;
		if (!see(data, &k.notice))
			break;
	}
	return spool_end(s, &txn, error);
}

/* ---- keeping ---- */

static void drop_older_reminders(struct spool *s, struct kv_txn *txn, uint64_t entry)
{
	struct kv_cursor *at = newest_first(s, txn);
	struct kept k;

	while (next(s, txn, at, &k))
		if (k.notice.kind == REMINDER && !k.notice.read_ms && k.notice.entry < entry)
			kv_cursor_delete(at);
	kv_cursor_end(&at);
}

/* What is held under that name, if it is the same notice. */
static int64_t read_before(struct spool *s, struct kv_txn *txn, const struct spool_notice *n)
{
	struct spool_key key = key_of(n->entry, n->place);
	struct bytes value;
	struct kept held;

	if (!spool_get_record(s, txn, s->inbox, SPOOL_KEY(key), &value))
		return 0;
	if (!read_notice(s, SPOOL_KEY(key), value, &held)) {
		kv_spoil(txn, -EUCLEAN, "a notice cannot be read");
		return 0;
	}
	return memcmp(held.notice.incarnation, n->incarnation, SPOOL_ID) == 0 ? held.notice.read_ms : 0;
}

int spool_inbox_keep(struct spool *s, const struct spool_notice *notices, size_t n,
		     const struct spool_inbox *head, struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);

	for (size_t i = 0; i < n && !kv_error(txn); i++) {
		struct kept k = {.notice = notices[i]};
		int64_t before = read_before(s, txn, &notices[i]);

		memcpy(k.confirmed, head->incarnation, SPOOL_ID);
		if (before)
			k.notice.read_ms = before;
		put_notice(s, txn, &k);
		if (k.notice.kind == REMINDER)
			drop_older_reminders(s, txn, k.notice.entry);
	}
	if (!kv_error(txn))
		put_head(s, txn, head);
	return spool_commit(s, &txn, error);
}

/* ---- reading ---- */

/* Places of what an entry told us that was not read yet, u32 each: there may be holes between them. */
static void find_unread(struct spool *s, struct kv_txn *txn, uint64_t entry, struct buffer *places)
{
	struct spool_key from = key_of(entry, 0), to = key_of(entry + 1, 0);
	struct kv_cursor *at =
		kv_cursor(txn, s->inbox, &(struct kv_range){.from = SPOOL_KEY(from), .to = SPOOL_KEY(to)});
	struct kept k;

	buffer_clear(places);
	while (next(s, txn, at, &k))
		if (!k.notice.read_ms)
			buffer_put_u32(places, k.notice.place);
	kv_cursor_end(&at);
}

static void read_one(struct spool *s, struct kv_txn *txn, uint64_t entry, uint32_t place, int64_t read_ms)
{
	struct spool_key key = key_of(entry, place);
	struct buffer row = {0};
	struct bytes value;
	struct kept k;

	if (spool_get_record(s, txn, s->inbox, SPOOL_KEY(key), &value) &&
	    read_notice(s, SPOOL_KEY(key), value, &k)) {
		buffer_put_bytes(&row, k.notice.row); /* a put moves what the map shows */
		k.notice.row = buffer_bytes(&row);
		k.notice.read_ms = read_ms;
		put_notice(s, txn, &k);
	}
	buffer_free(&row);
}

int spool_inbox_read(struct spool *s, const uint64_t *entries, size_t n, int64_t read_ms,
		     struct sys_error *error)
{
	struct kv_txn *txn = kv_write(s->kv);
	struct buffer places = {0};

	for (size_t i = 0; i < n && !kv_error(txn); i++) {
		find_unread(s, txn, entries[i], &places);
		for (size_t at = 0; at < places.size; at += 4)
			read_one(s, txn, entries[i], get_u32(places.data + at), read_ms);
	}
	buffer_free(&places);
	return spool_commit(s, &txn, error);
}
