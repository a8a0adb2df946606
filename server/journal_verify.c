// SPDX-License-Identifier: Apache-2.0
/* Everything that follows from the entries is made again beside the journal, by the same functions,
 * and compared. */
#include <errno.h>
#include <stdlib.h>

#include "server/journal_inside.h"

struct seen_stream {
	struct journal_stream_key key;
	struct journal_stream stream;
};

struct verify {
	struct journal *journal;
	struct kv_txn *txn;
	struct sys_error *error;
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
static size_t find(const struct verify *v, const struct journal_stream_key *key)
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

static void insert(struct verify *v, size_t at, const struct journal_stream_key *key)
{
	if (v->n == v->room) {
		v->room = v->room ? 2 * v->room : 64;
		v->streams = base_grow(v->streams, v->room, sizeof *v->streams);
	}
	memmove(v->streams + at + 1, v->streams + at, (v->n - at) * sizeof *v->streams);
	v->streams[at] = (struct seen_stream){.key = *key};
	v->n++;
}

static int wrong(struct verify *v, const struct entry *e, const char *what)
{
	return sys_fail(v->error, -EUCLEAN, "entry %llu: %s: restore the journal from a backup",
			(unsigned long long)e->number, what);
}

static int verify_stream(struct verify *v, const struct entry *e)
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

static int verify_incarnation(struct verify *v, const struct entry *e)
{
	uint8_t record[INCARNATION_RECORD];
	struct journal_key key = journal_entry_key(e->number);
	struct bytes stored;

	if (!journal_incarnation_pack(e, record))
		return 0;
	v->incarnations++;
	if (!kv_get(v->txn, v->journal->incarnations, journal_key_bytes(&key), &stored) ||
	    !bytes_equal(stored, bytes_of(record, sizeof record)))
		return wrong(v, e, "the list of incarnations does not hold it");
	return 0;
}

static int verify_entry(struct verify *v, uint64_t number)
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

/* The stored mark records must be the ones made again, and as many. */
static int verify_marks(struct verify *v)
{
	uint64_t epochs = 0;

	for (size_t i = 0; i < v->n; i++) {
		const struct seen_stream *s = &v->streams[i];
		struct journal_key key = journal_stream_key(s->key.principal, s->key.epoch);
		uint8_t record[STREAM_RECORD];
		struct bytes stored;

		journal_stream_pack(&s->stream, record);
		if (!kv_get(v->txn, v->journal->streams, journal_key_bytes(&key), &stored) ||
		    !bytes_equal(stored, bytes_of(record, sizeof record)))
			return sys_fail(v->error, -EUCLEAN,
					"the mark of a stream of principal %u is not what the "
					"entries say: restore the journal from a backup",
					s->key.principal);
		if (i + 1 < v->n && v->streams[i + 1].key.principal == s->key.principal)
			continue;
		size_t first = i;
		while (first && v->streams[first - 1].key.principal == s->key.principal)
			first--;
		epochs++;
		if (journal_epochs(v->journal, v->txn, s->key.principal).count != i - first + 1)
			return sys_fail(v->error, -EUCLEAN,
					"the epochs of principal %u are not as many as the entries "
					"say: restore the journal from a backup",
					s->key.principal);
	}
	if (kv_count(v->txn, v->journal->streams) != v->n ||
	    kv_count(v->txn, v->journal->spans) != v->spans ||
	    kv_count(v->txn, v->journal->incarnations) != v->incarnations ||
	    kv_count(v->txn, v->journal->principals) != epochs)
		return sys_fail(v->error, -EUCLEAN,
				"the journal's indexes hold records that no entry made: restore "
				"the journal from a backup");
	return 0;
}

int journal_verify(struct journal *j, uint64_t *entries, struct sys_error *error)
{
	struct verify v = {.journal = j, .txn = kv_read(journal_kv(j)), .error = error};
	uint64_t head = journal_head_in(j, v.txn).entry;
	int rc = 0;

	*entries = 0;
	while (!rc && *entries < head) {
		rc = verify_entry(&v, *entries + 1);
		*entries += !rc;
	}
	if (!rc && kv_count(v.txn, j->entries) != head)
		rc = sys_fail(error, -EUCLEAN, "the journal has holes: restore it from a backup");
	if (!rc)
		rc = verify_marks(&v);
	if (!rc && kv_error(v.txn))
		rc = sys_fail(error, kv_error(v.txn), "%s", kv_error_text(v.txn));
	kv_end(&v.txn);
	free(v.streams);
	return rc;
}
