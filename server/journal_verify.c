// SPDX-License-Identifier: Apache-2.0
/* Everything that follows from the entries is made again beside the journal, by the same functions,
 * and compared. In slices, each with a read transaction of its own: one over the whole journal would
 * keep every page that a running server gives up meanwhile. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "server/journal_inside.h"

enum { SLICE = 1000 }; /* entries, and then streams */

struct seen_stream {
	struct journal_stream_key key;
	struct journal_stream stream;
};

struct journal_verify {
	struct journal *journal;
	struct kv_txn *txn; /* of the running slice */
	struct sys_error *error;
	uint64_t entries; /* looked at */
	uint32_t slice;   /* entries of one */
	struct journal_stream_key compared; /* the last stream whose record was */
	bool comparing;
	struct seen_stream *streams; /* in order of their keys */
	size_t n, room;
	uint64_t spans, incarnations;
	struct instant received;
};

static int key_order(const struct journal_stream_key *a, const struct journal_stream_key *b)
{
	if (a->principal != b->principal)
		return a->principal < b->principal ? -1 : 1;
	return memcmp(a->epoch, b->epoch, EPOCH_SIZE);
}

/* The stream's place in the list: where it is, or where it belongs. */
static size_t find(const struct journal_verify *v, const struct journal_stream_key *key)
{
	size_t low = 0, high = v->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (key_order(&v->streams[middle].key, key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void insert(struct journal_verify *v, size_t at, const struct journal_stream_key *key)
{
	if (v->n == v->room) {
		v->room = v->room ? 2 * v->room : 64;
		v->streams = base_grow(v->streams, v->room, sizeof *v->streams);
	}
	memmove(v->streams + at + 1, v->streams + at, (v->n - at) * sizeof *v->streams);
	v->streams[at] = (struct seen_stream){.key = *key};
	v->n++;
}

static int wrong(struct journal_verify *v, const struct entry *e, const char *what)
{
	return sys_fail(v->error, -EUCLEAN, "entry %llu: %s: restore the journal from a backup",
			(unsigned long long)e->number, what);
}

static int verify_stream(struct journal_verify *v, const struct entry *e)
{
	struct journal_stream_key key = {.principal = e->principal};
	memcpy(key.epoch, e->epoch, EPOCH_SIZE);
	size_t at = find(v, &key);
	bool known = at < v->n && key_order(&v->streams[at].key, &key) == 0;
	struct journal_stream *s = known ? &v->streams[at].stream : NULL;

	if (!e->principal || !e->seqs || e->first_seq != (s ? s->mark + 1 : 1))
		return wrong(v, e, "its seqs do not follow those of its stream");
	if (e->prev != (s ? s->last_entry : 0))
		return wrong(v, e, "it names another entry as its stream's previous one");
	if (journal_entry_of(v->journal, v->txn, e->principal, e->epoch, e->first_seq) != e->number)
		return wrong(v, e, "the index does not lead to it");
	struct journal_stream next = journal_stream_next(s, e);
	if (!known)
		insert(v, at, &key);
	v->streams[at].stream = next;
	v->spans++;
	return 0;
}

static int verify_incarnation(struct journal_verify *v, const struct entry *e)
{
	uint8_t record[INCARNATION_RECORD];
	struct journal_key key = journal_entry_key(e->number);
	struct bytes stored;

	if (!journal_incarnation_pack(e, record))
		return 0;
	v->incarnations++;
	const uint8_t *is = kv_get(v->txn, v->journal->incarnations, journal_key_bytes(&key), &stored)
				    ? journal_record(journal_key_bytes(&key), stored, sizeof record)
				    : NULL;
	if (!is || memcmp(is, record, sizeof record))
		return wrong(v, e, "the list of incarnations does not hold it");
	return 0;
}

static int verify_entry(struct journal_verify *v, uint64_t number)
{
	struct codec_arena arena = codec_arena_new(journal_read_size(v->journal, v->txn, number));
	struct entry e;
	int rc = journal_read(v->journal, v->txn, number, false, &arena, &e, v->error);

	if (!rc && e.received.ms < v->received.ms)
		rc = wrong(v, &e, "it was received before the entry in front of it");
	if (!rc && (number == 1) != (e.kind == ENTRY_GENESIS))
		rc = wrong(v, &e, "the genesis must be the first entry and no other");
	if (!rc && journal_in_stream(&e))
		rc = verify_stream(v, &e);
	if (!rc)
		rc = verify_incarnation(v, &e);
	v->received = e.received;
	codec_arena_free(&arena);
	return rc;
}

/* ---- what the entries made, against what is stored ---- */

static int verify_mark(struct journal_verify *v, const struct seen_stream *s)
{
	struct journal_key key = journal_stream_key(s->key.principal, s->key.epoch);
	uint8_t record[STREAM_RECORD];
	struct bytes stored;

	journal_stream_pack(&s->stream, record);
	const uint8_t *is = kv_get(v->txn, v->journal->streams, journal_key_bytes(&key), &stored)
				    ? journal_record(journal_key_bytes(&key), stored, sizeof record)
				    : NULL;
	if (is && !memcmp(is, record, sizeof record))
		return 0;
	return sys_fail(v->error, -EUCLEAN,
			"the mark of a stream of principal %u is not what the entries say: restore "
			"the journal from a backup",
			s->key.principal);
}

/* The epochs of the principal whose last stream stands at `last`. */
static int verify_epochs(struct journal_verify *v, size_t last)
{
	uint32_t principal = v->streams[last].key.principal;
	size_t first = last;

	while (first && v->streams[first - 1].key.principal == principal)
		first--;
	if (journal_epochs(v->journal, v->txn, principal).count == last - first + 1)
		return 0;
	return sys_fail(v->error, -EUCLEAN,
			"the epochs of principal %u are not as many as the entries say: restore the "
			"journal from a backup",
			principal);
}

static bool last_of_principal(const struct journal_verify *v, size_t i)
{
	return i + 1 == v->n || v->streams[i + 1].key.principal != v->streams[i].key.principal;
}

/* No record may be there that no entry made. */
static int verify_counts(struct journal_verify *v)
{
	uint64_t principals = 0;

	for (size_t i = 0; i < v->n; i++)
		principals += last_of_principal(v, i);
	if (kv_count(v->txn, v->journal->entries) != v->entries)
		return sys_fail(v->error, -EUCLEAN,
				"the journal has holes: restore it from a backup");
	if (kv_count(v->txn, v->journal->streams) != v->n ||
	    kv_count(v->txn, v->journal->spans) != v->spans ||
	    kv_count(v->txn, v->journal->incarnations) != v->incarnations ||
	    kv_count(v->txn, v->journal->principals) != principals)
		return sys_fail(v->error, -EUCLEAN,
				"the journal's indexes hold records that no entry made: restore "
				"the journal from a backup");
	return 0;
}

/* Every entry of this transaction has been looked at, so the records must be as they were made. The
 * list may have grown since the slice before: it goes on behind the key it came to. */
static int compare_slice(struct journal_verify *v, bool *done)
{
	size_t at = v->comparing ? find(v, &v->compared) + 1 : 0;
	size_t end = at + SLICE < v->n ? at + SLICE : v->n;
	int rc = 0;

	for (; !rc && at < end; at++) {
		rc = verify_mark(v, &v->streams[at]);
		if (!rc && last_of_principal(v, at))
			rc = verify_epochs(v, at);
		v->compared = v->streams[at].key;
		v->comparing = true;
	}
	*done = at >= v->n;
	return !rc && *done ? verify_counts(v) : rc;
}

/* ---- slices ---- */

struct journal_verify *journal_verify_new(struct journal *j)
{
	struct journal_verify *v = base_alloc(sizeof *v);

	v->journal = j;
	v->slice = SLICE;
	return v;
}

void journal_verify_pace(struct journal_verify *v, uint32_t entries)
{
	v->slice = entries;
}

void journal_fault_set(struct journal *j, const char *text)
{
	size_t n = strlen(text);

	if (n && !j->fault[0])
		memcpy(j->fault, text, n < sizeof j->fault ? n : sizeof j->fault - 1);
	atomic_store(&j->faulty, n != 0);
}

const char *journal_fault(const struct journal *j)
{
	return atomic_load(&j->faulty) ? j->fault : NULL;
}

void journal_verify_free(struct journal_verify *v)
{
	if (!v)
		return;
	assert(!v->txn);
	free(v->streams);
	free(v);
}

int journal_verify_slice(struct journal_verify *v, bool *done, struct sys_error *error)
{
	v->error = error;
	v->txn = kv_read(journal_kv(v->journal));
	uint64_t head = journal_head_in(v->journal, v->txn).entry;
	uint64_t end = head - v->entries > v->slice ? v->entries + v->slice : head;
	int rc = kv_error(v->txn);

	*done = false;
	if (rc)
		sys_fail(error, rc, "%s", kv_error_text(v->txn));
	else if (head < v->entries)
		rc = sys_fail(error, -EUCLEAN, "the journal has become shorter while it was read");
	while (!rc && v->entries < end) {
		rc = verify_entry(v, v->entries + 1);
		v->entries += !rc;
	}
	if (!rc && end == head)
		rc = compare_slice(v, done);
	if (kv_error(v->txn) && !rc)
		rc = sys_fail(error, kv_error(v->txn), "%s", kv_error_text(v->txn));
	kv_end(&v->txn);
	return rc;
}

uint64_t journal_verify_entries(const struct journal_verify *v)
{
	return v->entries;
}

int journal_verify(struct journal *j, uint64_t *entries, struct sys_error *error)
{
	struct journal_verify *v = journal_verify_new(j);
	bool done = false;
	int rc = 0;

	while (!rc && !done)
		rc = journal_verify_slice(v, &done, error);
	*entries = v->entries;
	journal_verify_free(v);
	return rc;
}
