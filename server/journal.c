// SPDX-License-Identifier: Apache-2.0
#include "server/journal.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "common/sys/keys.h"
#include "server/entry_codec.h"
#include "server/journal_inside.h"

/* ---- keys and records ---- */

struct journal_key journal_entry_key(uint64_t number)
{
	struct journal_key k = {.size = ENTRY_KEY};

	put_u64(k.data, number);
	return k;
}

struct journal_key journal_stream_key(uint32_t principal, const uint8_t epoch[static EPOCH_SIZE])
{
	struct journal_key k = {.size = STREAM_KEY};

	put_u32(k.data, principal);
	memcpy(k.data + 4, epoch, EPOCH_SIZE);
	return k;
}

struct journal_key journal_span_key(uint32_t principal, const uint8_t epoch[static EPOCH_SIZE],
				    uint64_t first_seq)
{
	struct journal_key k = journal_stream_key(principal, epoch);

	put_u64(k.data + k.size, first_seq);
	k.size = SPAN_KEY;
	return k;
}

struct journal_key journal_principal_key(uint32_t principal)
{
	struct journal_key k = {.size = PRINCIPAL_KEY};

	put_u32(k.data, principal);
	return k;
}

static void check_of(struct bytes key, const uint8_t *record, size_t size,
		     uint8_t out[static RECORD_CHECK])
{
	uint8_t bytes[SPAN_KEY + RECORD_MAX], hash[KEYS_HASH];

	assert(key.size <= SPAN_KEY && size <= RECORD_MAX);
	memcpy(bytes, key.data, key.size);
	memcpy(bytes + key.size, record, size);
	keys_hash(bytes_of(bytes, key.size + size), hash);
	memcpy(out, hash, RECORD_CHECK);
}

void journal_put_record(struct journal *j, struct kv_table table, const struct journal_key *key,
			const uint8_t *record, size_t size)
{
	uint8_t bytes[RECORD_MAX + RECORD_CHECK];

	memcpy(bytes, record, size);
	check_of(journal_key_bytes(key), record, size, bytes + size);
	kv_put(j->txn, table, journal_key_bytes(key), bytes_of(bytes, size + RECORD_CHECK));
}

const uint8_t *journal_record(struct bytes key, struct bytes stored, size_t size)
{
	uint8_t check[RECORD_CHECK];

	if (stored.size == size)
		return stored.data;
	if (stored.size != size + RECORD_CHECK || key.size > SPAN_KEY)
		return NULL;
	check_of(key, stored.data, size, check);
	return memcmp(check, stored.data + size, RECORD_CHECK) ? NULL : stored.data;
}

void journal_stream_pack(const struct journal_stream *s, uint8_t out[static STREAM_RECORD])
{
	put_u64(out, s->mark);
	put_u64(out + 8, s->last_entry);
	out[16] = s->mark_void;
	memcpy(out + 17, s->mark_hash, HASH_SIZE);
	memcpy(out + 49, s->previous_epoch, EPOCH_SIZE);
	put_u64(out + 65, (uint64_t)s->created.ms);
	put_u64(out + 73, (uint64_t)s->received.ms);
	put_u64(out + 81, s->taken);
	put_u64(out + 89, s->refused);
}

bool journal_stream_unpack(struct bytes key, struct bytes stored, struct journal_stream *out)
{
	const uint8_t *p = journal_record(key, stored, STREAM_RECORD);

	if (!p)
		return false;
	*out = (struct journal_stream){.mark = get_u64(p),
				       .last_entry = get_u64(p + 8),
				       .mark_void = p[16],
				       .created = {(int64_t)get_u64(p + 65)},
				       .received = {(int64_t)get_u64(p + 73)},
				       .taken = get_u64(p + 81),
				       .refused = get_u64(p + 89)};
	memcpy(out->mark_hash, p + 17, HASH_SIZE);
	memcpy(out->previous_epoch, p + 49, EPOCH_SIZE);
	return true;
}

/* ---- opening ---- */

static int open_tables(struct journal *j, bool create, struct sys_error *error)
{
	const struct {
		const char *name;
		struct kv_table *table;
	} tables[] = {{"meta", &j->meta},
		      {"entries", &j->entries},
		      {"streams", &j->streams},
		      {"spans", &j->spans},
		      {"principals", &j->principals},
		      {"incarnations", &j->incarnations}};

	for (size_t i = 0; i < BASE_COUNT(tables); i++) {
		int rc = create ? 0 : kv_has(j->kv, tables[i].name, error);
		if (rc == -ENOENT) /* made anew it would be empty, and believed */
			return sys_fail(error, -EUCLEAN,
					"the journal has lost its table %s: it is damaged, restore it from a backup",
					tables[i].name);
		if (!rc)
			rc = kv_table(j->kv, tables[i].name, tables[i].table, error);
		if (rc)
			return rc;
	}
	return 0;
}

static int write_meta(struct journal *j, const uint8_t *store, struct sys_error *error)
{
	struct kv_txn *t = kv_write(j->kv);
	uint8_t format[4];

	put_u32(format, JOURNAL_FORMAT);
	kv_put(t, j->meta, bytes_text("format"), bytes_of(format, sizeof format));
	kv_put(t, j->meta, bytes_text("store"), bytes_of(store, INCARNATION_SIZE));
	return kv_commit(&t, error) == KV_OK ? 0 : -EIO;
}

static int check_meta(struct journal *j, const char *dir, struct sys_error *error)
{
	struct kv_txn *t = kv_read(j->kv);
	struct bytes format, store;
	int rc = 0;

	if (!kv_get(t, j->meta, bytes_text("format"), &format) || format.size != 4 ||
	    !kv_get(t, j->meta, bytes_text("store"), &store) || store.size != INCARNATION_SIZE) {
		rc = kv_error(t);
		rc = rc ? sys_fail(error, rc, "%s: %s", dir, kv_error_text(t))
			: sys_fail(
				  error, -EINVAL,
				  "%s is no journal of tiendo: point --dir at a store made by init; if it was "
				  "one, it is damaged: restore it from a backup",
				  dir);
	} else if (get_u32(format.data) != JOURNAL_FORMAT) {
		rc = sys_fail(error, -EPROTO,
			      "%s has format %u, this build knows %d: run the tiendo-server that "
			      "wrote it, or a newer; if this one did, it is damaged",
			      dir, get_u32(format.data), JOURNAL_FORMAT);
	} else {
		memcpy(j->store, store.data, INCARNATION_SIZE);
	}
	kv_end(&t);
	return rc;
}

/* Before any table is made: what is not ours stays as it is. */
static int check_ours(struct journal *j, const char *dir, struct sys_error *error)
{
	int rc = kv_has(j->kv, "meta", error);

	if (rc == -ENOENT)
		return sys_fail(error, -EINVAL,
				"%s is no journal of tiendo: point --dir at a store made by init; if it was one, "
				"it is damaged: restore it from a backup",
				dir);
	if (!rc)
		rc = kv_table(j->kv, "meta", &j->meta, error);
	return rc ? rc : check_meta(j, dir, error);
}

static void check_records(struct kv_txn *t, struct kv_table table, const char *what, size_t size)
{
	struct kv_cursor *c = kv_cursor(t, table, &(struct kv_range){0});
	struct bytes key, stored;

	while (kv_next(c, &key, &stored))
		if (!journal_record(key, stored, size))
			kv_spoil(t, -EUCLEAN,
				 "a record of the journal's %s is damaged: restore the journal from a "
				 "backup",
				 what);
	kv_cursor_end(&c);
}

/* What is believed without a look at the entries: a stream not found would be taken for a new one. */
static int load_head(struct journal *j, struct sys_error *error)
{
	struct kv_txn *t = kv_read(j->kv);

	check_records(t, j->streams, "streams", STREAM_RECORD);
	check_records(t, j->principals, "epochs", EPOCHS_RECORD);
	check_records(t, j->incarnations, "incarnations", INCARNATION_RECORD);
	j->head = j->last = journal_head_in(j, t);
	if (j->head.entry && !journal_whole(j, t, j->head.entry))
		kv_spoil(t, -EUCLEAN,
			 "entry %llu, the last of the journal, is damaged: restore the journal from a backup",
			 (unsigned long long)j->head.entry);
	int rc = kv_error(t);
	if (rc)
		sys_fail(error, rc, "%s", kv_error_text(t));
	kv_end(&t);
	return rc;
}

int journal_open(struct journal **out, const char *dir, const struct journal_options *options,
		 struct sys_error *error)
{
	struct kv_options kv = {.read_only = options->read_only, .create = options->create};
	struct journal *j = base_alloc(sizeof *j);

	j->value.cap = BUFFER_ANY;
	int rc = kv_open(&j->kv, dir, &kv, error);

	if (!rc && !options->create)
		rc = check_ours(j, dir, error);
	if (!rc)
		rc = open_tables(j, options->create, error);
	if (!rc && options->create)
		rc = write_meta(j, options->store, error);
	if (!rc && options->create)
		rc = check_meta(j, dir, error);
	if (!rc)
		rc = load_head(j, error);
	if (rc) {
		journal_close(j);
		return rc;
	}
	*out = j;
	return 0;
}

void journal_close(struct journal *j)
{
	if (!j)
		return;
	journal_abort(j);
	kv_close(j->kv);
	buffer_free(&j->value);
	free(j);
}

struct kv *journal_kv(struct journal *j)
{
	return j->kv;
}

const uint8_t *journal_store(const struct journal *j)
{
	return j->store;
}

struct journal_head journal_head(const struct journal *j)
{
	return j->head;
}

/* ---- writing ---- */

struct kv_txn *journal_begin(struct journal *j)
{
	if (!j->txn) {
		j->txn = kv_write(j->kv);
		j->last = j->head;
	}
	return j->txn;
}

struct journal_head journal_last(const struct journal *j)
{
	return j->txn ? j->last : j->head;
}

bool journal_in_stream(const struct entry *e)
{
	return e->kind == ENTRY_BATCH || e->kind == ENTRY_VOID;
}

bool journal_incarnation_pack(const struct entry *e, uint8_t out[static INCARNATION_RECORD])
{
	memset(out, 0, INCARNATION_RECORD);
	if (e->kind == ENTRY_GENESIS) {
		memcpy(out, e->genesis.incarnation, INCARNATION_SIZE);
		return true;
	}
	if (e->kind != ENTRY_INCARNATION)
		return false;
	memcpy(out, e->incarnation.made, INCARNATION_SIZE);
	memcpy(out + INCARNATION_SIZE, e->incarnation.lost, INCARNATION_SIZE);
	return true;
}

/* The blob hash of the batch's last seq: the last taken or the last refused one. */
static const uint8_t *last_hash(const struct entry *e)
{
	const struct entry_batch *b = &e->batch;

	if (b->refused_n && b->refused[b->refused_n - 1].seq == e->first_seq + e->seqs - 1)
		return b->refused[b->refused_n - 1].blob_hash;
	return b->taken[b->taken_n - 1].blob_hash;
}

struct journal_stream journal_stream_next(const struct journal_stream *old, const struct entry *e)
{
	struct journal_stream s = {.created = e->received};

	if (old)
		s = *old;
	else
		memcpy(s.previous_epoch, e->previous_epoch, EPOCH_SIZE);
	s.mark = e->first_seq + e->seqs - 1;
	s.last_entry = e->number;
	s.received = e->received;
	s.mark_void = e->kind == ENTRY_VOID;
	memset(s.mark_hash, 0, HASH_SIZE);
	if (e->kind == ENTRY_BATCH) {
		memcpy(s.mark_hash, last_hash(e), HASH_SIZE);
		s.taken += e->batch.taken_n;
		s.refused += e->batch.refused_n;
	}
	return s;
}

static void put_epochs(struct journal *j, const struct entry *e)
{
	struct journal_epochs n = journal_epochs(j, j->txn, e->principal);
	struct journal_key key = journal_principal_key(e->principal);
	uint8_t record[EPOCHS_RECORD];

	put_u32(record, n.count + 1);
	put_u64(record + 4, (uint64_t)e->received.ms);
	journal_put_record(j, j->principals, &key, record, sizeof record);
}

static void put_stream(struct journal *j, const struct entry *e, const struct journal_stream *old)
{
	struct journal_stream s = journal_stream_next(old, e);
	struct journal_key key = journal_stream_key(e->principal, e->epoch);
	struct journal_key span = journal_span_key(e->principal, e->epoch, e->first_seq);
	struct journal_key number = journal_entry_key(e->number);
	uint8_t record[STREAM_RECORD];

	if (!old)
		put_epochs(j, e);
	journal_stream_pack(&s, record);
	journal_put_record(j, j->streams, &key, record, sizeof record);
	if (!kv_insert(j->txn, j->spans, journal_key_bytes(&span), journal_key_bytes(&number)))
		kv_spoil(j->txn, -EUCLEAN,
			 "the journal's index already holds the place of entry %llu",
			 (unsigned long long)e->number);
}

static void put_entry(struct journal *j, struct entry *e)
{
	struct journal_key key = journal_entry_key(e->number);
	uint8_t incarnation[INCARNATION_RECORD];

	buffer_clear(&j->value);
	if (!entry_encode(e, &j->value)) {
		kv_spoil(j->txn, -ENOMEM, "no memory for entry %llu",
			 (unsigned long long)e->number);
		return;
	}
	kv_put(j->txn, j->entries, journal_key_bytes(&key), buffer_bytes(&j->value));
	if (journal_incarnation_pack(e, incarnation))
		journal_put_record(j, j->incarnations, &key, incarnation, sizeof incarnation);
}

void journal_append(struct journal *j, struct entry *e)
{
	struct journal_stream old;
	bool known = false;

	journal_begin(j);
	assert(e->received.ms >= j->last.received.ms);
	e->number = j->last.entry + 1;
	memcpy(e->prev_hash, j->last.hash, HASH_SIZE);
	if (journal_in_stream(e)) {
		known = journal_stream(j, j->txn, e->principal, e->epoch, &old);
		assert(e->first_seq == (known ? old.mark + 1 : 1));
		e->prev = known ? old.last_entry : 0;
	}
	put_entry(j, e);
	if (journal_in_stream(e))
		put_stream(j, e, known ? &old : NULL);
	j->last = (struct journal_head){.entry = e->number, .received = e->received};
	memcpy(j->last.hash, e->hash, HASH_SIZE);
}

enum kv_outcome journal_commit(struct journal *j, struct sys_error *error)
{
	if (!j->txn)
		return KV_OK;
	enum kv_outcome outcome = kv_commit(&j->txn, error);
	if (outcome == KV_OK)
		j->head = j->last;
	j->last = j->head;
	return outcome;
}

void journal_abort(struct journal *j)
{
	kv_end(&j->txn);
	j->last = j->head;
}

enum kv_outcome journal_probe(struct journal *j, struct sys_error *error)
{
	uint8_t head[ENTRY_KEY];

	assert(!j->txn);
	struct kv_txn *t = kv_write(j->kv);
	put_u64(head, j->head.entry);
	kv_put(t, j->meta, bytes_text("probe"), bytes_of(head, sizeof head));
	return kv_commit(&t, error);
}
