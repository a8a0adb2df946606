// SPDX-License-Identifier: Apache-2.0
#include <stdio.h>

#include "server/checkpoint.h"
#include "server/core.h"
#include "tests/fault/power/check.h"

bool check_fails(struct check *c, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(c->why, sizeof c->why, format, args);
	va_end(args);
	return false;
}

/* Before `init` (or `backup`) said that it was done, a sentence is enough. */
static bool refused(struct check *c, const char *what, const struct sys_error *error)
{
	if (c->at > c->promise->made || !error->text[0])
		return check_fails(c, "%s: %s", what, error->text[0] ? error->text : "no sentence");
	c->counts->unmade++;
	return true;
}

/* ---- the journal alone ---- */

static bool holds_receipts(struct check *c, struct journal *j)
{
	size_t n = promise_spans(c->promise, c->at);
	struct kv_txn *t = kv_read(journal_kv(j));
	uint64_t head = journal_head_in(j, t).entry, promised = promise_head(c->promise, c->at);
	bool good = head >= promised || check_fails(c, "LOST: entry %llu was told of, the journal ends at %llu",
						    (unsigned long long)promised, (unsigned long long)head);

	for (size_t i = 0; good && i < n; i++) {
		const struct promise_span *s = &c->promise->spans[i];
		uint8_t hash[HASH_SIZE];
		good = s->entry <= head && journal_hash(j, t, s->entry, hash) &&
		       !memcmp(hash, s->chain_hash, sizeof hash);
		if (!good)
			check_fails(c, "LOST: entry %llu was acknowledged and is not there as it was (the journal ends at %llu)",
				    (unsigned long long)s->entry, (unsigned long long)head);
	}
	c->counts->receipts += n;
	kv_end(&t);
	return good;
}

static bool verifies(struct check *c, struct journal *j)
{
	struct sys_error error = {""};
	uint64_t entries;

	if (journal_verify(j, &entries, &error))
		return check_fails(c, "verify: %s", error.text);
	return true;
}

/* An entry that says that a seq of a stream nobody knows is lost: as any other commit to the journal. */
static bool commits(struct check *c, struct journal *j)
{
	struct sys_error error = {""};
	struct entry e = {.kind = ENTRY_VOID,
			  .principal = 4000000000u,
			  .first_seq = 1,
			  .seqs = 1,
			  .received = journal_head(j).received,
			  .rules_version = 1,
			  .lost = {1, 1, 3}};

	put_u64(e.epoch, c->seed);
	journal_append(j, &e);
	if (journal_commit(j, &error) != KV_OK)
		return check_fails(c, "the next commit: %s", error.text);
	c->counts->commits++;
	return true;
}

static bool journal_good(struct check *c, const char *path, bool again)
{
	const struct journal_options options = {0};
	struct sys_error error = {""};
	struct journal *j = NULL;

	if (journal_open(&j, path, &options, &error))
		return refused(c, "the journal does not open", &error);
	bool good = verifies(c, j) && holds_receipts(c, j);
	bool empty = good && !journal_head(j).entry;
	if (empty) {
		snprintf(error.text, sizeof error.text, "the journal is empty");
		good = refused(c, "the journal", &error);
	} else if (good) {
		good = commits(c, j);
	}
	journal_close(j);
	if (!good || empty || !again)
		return good;
	if (journal_open(&j, path, &options, &error))
		return check_fails(c, "after the next commit: %s", error.text);
	good = verifies(c, j) && holds_receipts(c, j);
	journal_close(j);
	return good;
}

/* ---- a whole start ---- */

/* The receipts of an entry, by offering its updates again. */
static bool offers_again(struct check *c, struct core *core, const struct promise_span *s)
{
	static struct core_answer a;
	struct codec_arena arena = {0};
	struct sys_error error = {""};
	struct entry e;
	struct bytes blobs[BATCH_MAX];
	struct kv_txn *t = kv_read(journal_kv(core_journal(core)));

	arena = codec_arena_new(journal_read_size(core_journal(core), t, s->entry));
	int rc = journal_read(core_journal(core), t, s->entry, false, &arena, &e, &error);
	bool good = !rc || check_fails(c, "entry %llu: %s", (unsigned long long)s->entry, error.text);
	/* the text of what was refused is not kept */
	if (good && e.kind == ENTRY_BATCH && !e.batch.refused_n && s->first_seq == e.first_seq && s->n == e.seqs) {
		struct core_offer o = {.stream = {.principal = e.principal, .key_id = e.key_id},
				       .first_seq = e.first_seq,
				       .n = e.batch.taken_n,
				       .updates = blobs};
		memcpy(o.stream.epoch, e.epoch, EPOCH_SIZE);
		for (size_t i = 0; i < o.n; i++)
			blobs[i] = bytes_of(e.batch.taken[i].blob, e.batch.taken[i].blob_size);
		memset(&a, 0, sizeof a);
		core_offer(core, &o, &a);
		good = a.nack.reason == REASON_NONE && a.fresh == 0 && a.spans_n == 1 && a.outcomes_n == s->n &&
		       a.spans[0].entry == s->entry && a.spans[0].received.ms == s->received_ms &&
		       !memcmp(a.spans[0].chain_hash, s->chain_hash, HASH_SIZE) &&
		       !memcmp(a.spans[0].incarnation, s->incarnation, INCARNATION_SIZE);
		for (size_t i = 0; good && i < s->n; i++)
			good = s->outcomes[i]->taken && a.outcomes[i].kind == OUTCOME_TAKEN &&
			       a.outcomes[i].index == s->outcomes[i]->taken->index &&
			       !memcmp(a.outcomes[i].mac, s->outcomes[i]->taken->mac.data, KEYS_MAC);
		if (!good)
			check_fails(c, "entry %llu, offered again, gets another answer: %s", (unsigned long long)s->entry,
				    a.nack.text);
		c->counts->reoffered += o.n;
	}
	kv_end(&t);
	codec_arena_free(&arena);
	return good && (core_commit(core, &error) == CORE_OK || check_fails(c, "%s", error.text));
}

/* What is no update, at the end of a stream that was acknowledged: refused, and its seq is consumed by a new entry. */
static bool takes_new(struct check *c, struct core *core, uint64_t entry)
{
	static struct core_answer a;
	const uint8_t nonsense[] = {0xff, 0xff};
	struct bytes blob = bytes_of(nonsense, sizeof nonsense);
	struct core_offer o = {.n = 1, .updates = &blob};
	struct sys_error error = {""};
	struct journal *j = core_journal(core);
	struct kv_txn *t = kv_read(journal_kv(j));
	struct codec_arena arena = codec_arena_new(journal_read_size(j, t, entry));
	struct journal_stream stream;
	struct entry e;

	int rc = journal_read(j, t, entry, false, &arena, &e, &error);
	if (!rc && journal_stream(j, t, e.principal, e.epoch, &stream)) {
		o.stream = (struct core_stream){.principal = e.principal, .key_id = e.key_id};
		memcpy(o.stream.epoch, e.epoch, EPOCH_SIZE);
		o.first_seq = stream.mark + 1;
	}
	kv_end(&t);
	codec_arena_free(&arena);
	if (!o.first_seq)
		return check_fails(c, "entry %llu has no stream: %s", (unsigned long long)entry, error.text);
	uint64_t head = core_view(core)->head.entry;
	memset(&a, 0, sizeof a);
	core_offer(core, &o, &a);
	if (a.nack.reason != REASON_NONE || core_commit(core, &error) != CORE_OK ||
	    core_view(core)->head.entry != head + 1)
		return check_fails(c, "nothing new is taken: %s%s", a.nack.text, error.text);
	return true;
}

static bool digest_of(struct check *c, const struct store *s, bool rebuilt, uint8_t out[static HASH_SIZE])
{
	const struct core_options options = {.read_only = rebuilt};
	struct sys_error error = {""};
	struct core *core;

	if (core_open(&core, s, &options, &error))
		return check_fails(c, "%s: %s", rebuilt ? "folding everything" : "the next start", error.text);
	bool good = core_digest(core, out);
	core_close(core);
	return good || check_fails(c, "no memory for a digest");
}

/* As `run` does with a marked copy. */
static bool restored(struct check *c, struct core *core, const struct store *s)
{
	struct sys_error error = {""};

	if (!store_marked(s, NULL))
		return true;
	if (core_restored(core, &error) != CORE_OK || store_unmark(s, &error))
		return check_fails(c, "a new incarnation: %s", error.text);
	c->counts->restored++;
	return true;
}

static void count_checkpoint(struct check *c, struct core *core)
{
	struct core_start start = core_start(core);

	c->counts->checkpoint_used += start.from != 0;
	c->counts->checkpoint_ignored += !start.from && start.reason.text[0];
	c->counts->checkpoint_none += !start.from && !start.reason.text[0];
}

static bool works(struct check *c, struct core *core, const struct store *s, const uint8_t rebuilt[static HASH_SIZE])
{
	size_t n = promise_spans(c->promise, c->at);
	struct sys_error error = {""};
	uint8_t digest[HASH_SIZE];
	uint64_t dice = c->seed;

	count_checkpoint(c, core);
	if (!core_digest(core, digest) || memcmp(digest, rebuilt, sizeof digest))
		return check_fails(c, "the figures differ from those folded from the first entry");
	for (size_t i = 0; i < 4 && n; i++) {
		/* the last one was acknowledged right before the cut */
		size_t which = i ? (dice = dice * 6364136223846793005u + 1442695040888963407u, dice >> 33) % n : n - 1;
		if (!offers_again(c, core, &c->promise->spans[which]))
			return false;
	}
	if (!restored(c, core, s) || (n && !takes_new(c, core, c->promise->spans[n - 1].entry)))
		return false;
	return !core_checkpoint(core, &error) || check_fails(c, "the next checkpoint: %s", error.text);
}

static bool starts(struct check *c, struct store *s)
{
	const struct core_options options = {0};
	struct sys_error error = {""};
	struct core *core = NULL;
	uint8_t rebuilt[HASH_SIZE], again[HASH_SIZE], digest[HASH_SIZE];

	if (!digest_of(c, s, true, rebuilt))
		return false;
	if (core_open(&core, s, &options, &error))
		return check_fails(c, "the start: %s", error.text);
	bool good = works(c, core, s, rebuilt) && (core_digest(core, digest) || check_fails(c, "no memory"));
	core_close(core);
	if (!good || !digest_of(c, s, false, again))
		return false;
	return !memcmp(again, digest, sizeof again) || check_fails(c, "the next start finds other figures");
}

/* ---- */

/* A copy that is not marked would go on under the name of the store it was taken from. */
static bool is_no_twin(struct check *c, const struct store *s, const char *path)
{
	const struct journal_options options = {.read_only = true};
	struct sys_error error;
	struct journal *j = NULL;
	uint8_t now[INCARNATION_SIZE], first[INCARNATION_SIZE];

	if (!c->marked || store_marked(s, NULL) || journal_open(&j, path, &options, &error))
		return true;
	struct kv_txn *t = kv_read(journal_kv(j));
	bool good = !journal_head_in(j, t).entry ||
		    (journal_incarnation_at(j, t, 1, first) &&
		     journal_incarnation_at(j, t, journal_head_in(j, t).entry, now) && memcmp(first, now, sizeof now));
	kv_end(&t);
	journal_close(j);
	return good || check_fails(c, "the copy is not marked and has the incarnation of the store");
}

bool check_server(struct check *c, bool whole)
{
	struct sys_error error = {""};
	struct store s;
	char path[STORE_PATH_MAX];

	c->counts->quick += !whole;
	c->counts->whole += whole;
	if (store_load(&s, c->dir, &error) || store_lock(&s, &error))
		return refused(c, "the settings", &error);
	bool good = true, readable = !store_keys(&s, &error);
	if (!readable) {
		good = refused(c, "the keys", &error);
	} else if (is_no_twin(c, &s, store_path(&s, "journal", path))) {
		/* a whole start ends where the journal cannot be opened; that it says so is looked at by the quick way */
		uint64_t unmade = c->counts->unmade;
		good = journal_good(c, path, whole || c->seed % 4 == 0);
		if (good && whole && c->counts->unmade == unmade)
			good = starts(c, &s);
	} else {
		good = false;
	}
	store_close(&s);
	return good;
}
