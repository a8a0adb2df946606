// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "server/entry_codec.h"
#include "server/journal_inside.h"

bool journal_value(struct journal *j, struct kv_txn *t, uint64_t number, struct bytes *value)
{
	struct journal_key key = journal_entry_key(number);

	return kv_get(t, j->entries, journal_key_bytes(&key), value);
}

bool journal_hash(struct journal *j, struct kv_txn *t, uint64_t number,
		  uint8_t out[static HASH_SIZE])
{
	struct bytes value;

	memset(out, 0, HASH_SIZE);
	if (number == 0)
		return true; /* what the first entry is chained to */
	return journal_value(j, t, number, &value) && entry_value_hash(value, out);
}

bool journal_whole(struct journal *j, struct kv_txn *t, uint64_t number)
{
	uint8_t previous[HASH_SIZE];
	struct bytes value;

	return number && journal_hash(j, t, number - 1, previous) &&
	       journal_value(j, t, number, &value) && entry_value_whole(value, previous);
}

size_t journal_read_size(struct journal *j, struct kv_txn *t, uint64_t number)
{
	struct bytes value;

	return journal_value(j, t, number, &value) ? entry_read_room(value.size) : 0;
}

int journal_read(struct journal *j, struct kv_txn *t, uint64_t number, bool catalogue,
		 struct codec_arena *arena, struct entry *out, struct sys_error *error)
{
	unsigned long long shown = number;
	uint8_t previous[HASH_SIZE];
	struct bytes value;

	*out = (struct entry){0};
	if (!journal_hash(j, t, number - 1, previous) || !journal_value(j, t, number, &value)) {
		if (kv_error(t))
			return sys_fail(error, kv_error(t), "entry %llu: %s", shown,
					kv_error_text(t));
		return sys_fail(error, -ENOENT,
				"the journal has no entry %llu: if its head is above, it is damaged", shown);
	}
	switch (entry_decode(value, previous, catalogue, arena, out)) {
	case ENTRY_READ_OK:
		if (out->number == number)
			return 0;
		return sys_fail(error, -EUCLEAN,
				"entry %llu calls itself %llu: restore the journal from a backup",
				shown, (unsigned long long)out->number);
	case ENTRY_READ_DAMAGED:
		return sys_fail(error, -EUCLEAN,
				"entry %llu is damaged (its hash or form is wrong): restore the "
				"journal from a backup",
				shown);
	case ENTRY_READ_UNKNOWN:
		return sys_fail(error, -EPROTO,
				"entry %llu is of a kind or format this build does not know: run a "
				"newer tiendo-server",
				shown);
	case ENTRY_READ_MEMORY:
		return sys_fail(error, -ENOMEM, "entry %llu does not fit the memory given", shown);
	}
	return -EUCLEAN;
}

struct journal_head journal_head_in(struct journal *j, struct kv_txn *t)
{
	struct kv_range range = {.backward = true};
	struct kv_cursor *c = kv_cursor(t, j->entries, &range);
	struct journal_head head = {0};
	struct bytes key, value, header, body;

	if (!kv_next(c, &key, &value))
		return head;
	if (key.size != ENTRY_KEY || !entry_value_split(value, &header, &body)) {
		kv_spoil(t, -EUCLEAN,
			 "the journal's last entry is damaged or of a newer format: restore it "
			 "from a backup, or run a newer tiendo-server");
		return head;
	}
	struct codec_arena arena = codec_arena_new(entry_read_room(header.size));
	const Tiendo__Journal__V1__EntryHeader *m = codec_unpack(
		&tiendo__journal__v1__entry_header__descriptor, header.data, header.size, &arena);
	if (m) {
		head.entry = get_u64(key.data);
		head.received.ms = m->received_ms;
		entry_value_hash(value, head.hash);
	} else {
		kv_spoil(t, -EUCLEAN,
			 "the journal's last entry is damaged: restore it from a backup");
	}
	codec_arena_free(&arena);
	kv_cursor_end(&c);
	return head;
}

enum { HEADER_ROOM = 64 * 1024 }; /* a header of 64 refusals with their hashes takes a third of it */

bool journal_body(struct journal *j, struct kv_txn *t, uint64_t number, enum entry_kind *kind,
		  struct instant *received, struct bytes *body)
{
	struct bytes value, header;
	uint8_t room[HEADER_ROOM];
	struct codec_arena arena = {.base = room, .size = sizeof room};

	if (!journal_value(j, t, number, &value) || !entry_value_split(value, &header, body))
		return false;
	const Tiendo__Journal__V1__EntryHeader *m = codec_unpack(
		&tiendo__journal__v1__entry_header__descriptor, header.data, header.size, &arena);
	if (!m)
		return false;
	*kind = (enum entry_kind)m->kind;
	received->ms = m->received_ms;
	return true;
}

bool journal_blob(struct journal *j, struct kv_txn *t, uint64_t number, uint32_t index,
		  struct bytes *blob, struct instant *first_received)
{
	struct bytes value, header, body;
	uint8_t room[HEADER_ROOM];
	struct codec_arena arena = {.base = room, .size = sizeof room};

	if (!index || !journal_value(j, t, number, &value) ||
	    !entry_value_split(value, &header, &body))
		return false;
	const Tiendo__Journal__V1__EntryHeader *m = codec_unpack(
		&tiendo__journal__v1__entry_header__descriptor, header.data, header.size, &arena);
	if (!m || m->kind != TIENDO__JOURNAL__V1__ENTRY_KIND__ENTRY_KIND_BATCH ||
	    !entry_body_blob(body, index, blob))
		return false;
	first_received->ms = 0;
	if (!m->n_first_received)
		return true;
	struct update u;
	if (!codec_update_decode(blob->data, blob->size, &arena, &u))
		return false;
	for (size_t i = 0; i < m->n_first_received; i++)
		if (m->first_received[i]->seq == u.seq)
			first_received->ms = m->first_received[i]->received_ms;
	return true;
}

bool journal_stream(struct journal *j, struct kv_txn *t, uint32_t principal,
		    const uint8_t epoch[static EPOCH_SIZE], struct journal_stream *out)
{
	struct journal_key key = journal_stream_key(principal, epoch);
	struct bytes record;

	if (!kv_get(t, j->streams, journal_key_bytes(&key), &record))
		return false;
	if (journal_stream_unpack(journal_key_bytes(&key), record, out))
		return true;
	kv_spoil(t, -EUCLEAN,
		 "the record of a stream of principal %u is damaged: restore the journal from a backup",
		 principal);
	return false;
}

uint64_t journal_entry_of(struct journal *j, struct kv_txn *t, uint32_t principal,
			  const uint8_t epoch[static EPOCH_SIZE], uint64_t seq)
{
	/* the last span of the stream that begins at or below seq */
	struct journal_key stream = journal_stream_key(principal, epoch);
	struct journal_key behind = journal_span_key(principal, epoch, seq + 1);
	struct kv_range range = {.prefix = journal_key_bytes(&stream),
				 .to = journal_key_bytes(&behind),
				 .backward = true};
	struct kv_cursor *c = kv_cursor(t, j->spans, &range);
	struct bytes value;
	uint64_t number = kv_next(c, NULL, &value) && value.size == ENTRY_KEY ? get_u64(value.data)
									      : 0;

	kv_cursor_end(&c);
	return number;
}

struct journal_epochs journal_epochs(struct journal *j, struct kv_txn *t, uint32_t principal)
{
	struct journal_key key = journal_principal_key(principal);
	struct bytes stored;

	if (!kv_get(t, j->principals, journal_key_bytes(&key), &stored))
		return (struct journal_epochs){0};
	const uint8_t *p = journal_record(journal_key_bytes(&key), stored, EPOCHS_RECORD);
	if (!p) {
		kv_spoil(t, -EUCLEAN,
			 "the epochs of principal %u are damaged: restore the journal from a backup",
			 principal);
		return (struct journal_epochs){.count = UINT32_MAX}; /* no more of them */
	}
	return (struct journal_epochs){.count = get_u32(p), .last = {(int64_t)get_u64(p + 4)}};
}

void journal_streams(struct journal *j, struct kv_txn *t, const struct journal_stream_key *after,
		     journal_stream_fn *fn, void *ctx)
{
	struct journal_key from = {0};
	struct kv_range range = {0};
	struct bytes key, value;

	if (after) {
		from = journal_stream_key(after->principal, after->epoch);
		range.from = journal_key_bytes(&from);
	}
	struct kv_cursor *c = kv_cursor(t, j->streams, &range);
	while (kv_next(c, &key, &value)) {
		struct journal_stream_key k;
		struct journal_stream s;

		if (key.size != STREAM_KEY || !journal_stream_unpack(key, value, &s)) {
			kv_spoil(t, -EUCLEAN,
				 "the record of a stream is damaged: restore the journal from a backup");
			break;
		}
		k.principal = get_u32(key.data);
		memcpy(k.epoch, key.data + 4, EPOCH_SIZE);
		if (after && bytes_equal(key, journal_key_bytes(&from)))
			continue;
		if (!fn(ctx, &k, &s))
			break;
	}
	kv_cursor_end(&c);
}

/* The next incarnation of the list; false at its end, or damaged, which sticks. */
static bool next_incarnation(struct kv_txn *t, struct kv_cursor *c, struct bytes *key,
			     const uint8_t **record)
{
	struct bytes stored;

	if (!kv_next(c, key, &stored))
		return false;
	*record = journal_record(*key, stored, INCARNATION_RECORD);
	if (!*record || key->size != ENTRY_KEY)
		kv_spoil(t, -EUCLEAN,
			 "a record of the incarnations is damaged: restore the journal from a backup");
	return *record && key->size == ENTRY_KEY;
}

bool journal_incarnation_at(struct journal *j, struct kv_txn *t, uint64_t number,
			    uint8_t out[static INCARNATION_SIZE])
{
	struct journal_key behind = journal_entry_key(number + 1);
	struct kv_range range = {.to = journal_key_bytes(&behind), .backward = true};
	struct kv_cursor *c = kv_cursor(t, j->incarnations, &range);
	const uint8_t *record;
	struct bytes key;
	bool found = next_incarnation(t, c, &key, &record);

	if (found)
		memcpy(out, record, INCARNATION_SIZE);
	kv_cursor_end(&c);
	return found;
}

struct journal_fork journal_fork_of(struct journal *j, struct kv_txn *t,
				    const uint8_t incarnation[static INCARNATION_SIZE])
{
	struct kv_range range = {0};
	struct kv_cursor *c = kv_cursor(t, j->incarnations, &range);
	struct journal_fork f = {0};
	const uint8_t *record;
	struct bytes key;

	while (next_incarnation(t, c, &key, &record)) {
		if (f.known) { /* the one after it */
			f.current = false;
			f.entry = get_u64(key.data) - 1;
			break;
		}
		f.known = f.current = !memcmp(record, incarnation, INCARNATION_SIZE);
	}
	kv_cursor_end(&c);
	return f;
}

bool journal_lost(struct journal *j, struct kv_txn *t,
		  const uint8_t incarnation[static INCARNATION_SIZE])
{
	struct kv_range range = {0};
	struct kv_cursor *c = kv_cursor(t, j->incarnations, &range);
	const uint8_t *record;
	struct bytes key;
	bool found = false;

	while (!found && next_incarnation(t, c, &key, &record))
		found = !memcmp(record + INCARNATION_SIZE, incarnation, INCARNATION_SIZE);
	kv_cursor_end(&c);
	return found;
}
