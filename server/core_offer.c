// SPDX-License-Identifier: Apache-2.0
/* Sequence, admit, append: one offer joins the group, or is answered from what is stored. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "common/domain/periods.h"
#include "server/chain.h"
#include "server/core_inside.h"

void core_refuse(struct core_answer *answer, enum reason reason, const char *format, ...)
{
	va_list args;

	answer->nack = (struct core_nack){.reason = reason,
					  .retry_ms = reason == REASON_BUSY ? 1000 : 0};
	va_start(args, format);
	vsnprintf(answer->nack.text, sizeof answer->nack.text, format, args);
	va_end(args);
}

static void *take_memory(struct core *c, size_t size)
{
	void *p = codec_arena_take(&c->arena, size);

	assert(p); /* may_join() saw to it */
	return p;
}

/* ---- answers ---- */

struct recall { /* an offer against what is known of its stream */
	struct core *core;
	const struct core_stream *stream;
	struct kv_txn *txn;
	struct core_answer *answer;
};

/* What is receipted of one span: the MACs are made together at its end. */
struct receipts {
	size_t n;
	struct chain_receipt of[BATCH_MAX];
	struct core_outcome *in[BATCH_MAX];
};

static void put_outcome(struct recall *r, const struct entry *e, uint64_t seq,
			const struct outcome *o, struct receipts *receipts)
{
	struct core_outcome *out = &r->answer->outcomes[r->answer->outcomes_n++];

	*out = (struct core_outcome){.kind = o->kind, .index = o->index, .reason = o->reason};
	if (o->kind == OUTCOME_REFUSED)
		snprintf(out->field, sizeof out->field, "%s", o->field);
	if (o->kind != OUTCOME_TAKEN)
		return;
	struct chain_receipt *receipt = &receipts->of[receipts->n];
	*receipt = (struct chain_receipt){
		.entry = e->number, .principal = e->principal, .seq = seq, .received = e->received};
	memcpy(receipt->chain_hash, e->hash, HASH_SIZE);
	memcpy(receipt->epoch, e->epoch, EPOCH_SIZE);
	memcpy(receipt->blob_hash, o->blob_hash, HASH_SIZE);
	receipts->in[receipts->n++] = out;
}

static void put_macs(const struct recall *r, const struct core_span *span, struct receipts *receipts)
{
	uint8_t macs[BATCH_MAX][KEYS_MAC];

	for (size_t i = 0; i < receipts->n; i++)
		memcpy(receipts->of[i].incarnation, span->incarnation, INCARNATION_SIZE);
	chain_macs(r->core->store->receipt_key, receipts->of, receipts->n, macs);
	for (size_t i = 0; i < receipts->n; i++)
		memcpy(receipts->in[i]->mac, macs[i], KEYS_MAC);
}

/* Adds the outcomes that `e` gave to first_seq ... first_seq + n - 1. */
static bool put_span(struct recall *r, const struct entry *e, uint64_t first_seq, size_t n)
{
	struct core_answer *a = r->answer;
	struct core_span *s = &a->spans[a->spans_n];
	struct receipts receipts;

	assert(a->spans_n < BATCH_MAX && a->outcomes_n + n <= BATCH_MAX);
	*s = (struct core_span){.entry = e->number,
				.first_seq = first_seq,
				.received = e->received,
				.first = a->outcomes_n,
				.n = n};
	memcpy(s->chain_hash, e->hash, HASH_SIZE);
	if (!journal_incarnation_at(r->core->journal, r->txn, e->number, s->incarnation))
		return false;
	receipts.n = 0;
	for (size_t i = 0; i < n; i++) {
		struct outcome o = sequencer_outcome(e, first_seq + i);
		if (o.kind == OUTCOME_NONE)
			return false;
		put_outcome(r, e, first_seq + i, &o, &receipts);
	}
	put_macs(r, s, &receipts);
	a->spans_n++;
	return true;
}

static void busy_store(struct recall *r)
{
	core_refuse(r->answer, REASON_BUSY, "the centre cannot read or write its journal now: %s",
		    kv_error(r->txn) ? kv_error_text(r->txn) : "an entry could not be read");
	r->answer->nack.damaged = kv_error(r->txn) == -EUCLEAN;
}

/* Nothing is said about what was decided: another word would be believed. */
static void damaged(struct recall *r, uint64_t entry, uint64_t seq)
{
	core_refuse(r->answer, REASON_BUSY,
		    "entry %llu of the journal is damaged, or the index that leads to it from seq %llu: run "
		    "`tiendo-server verify` and restore it from a backup",
		    (unsigned long long)entry, (unsigned long long)seq);
	r->answer->nack.damaged = true;
}

static bool conflicts(struct recall *r, const struct entry *e, uint64_t seq, size_t n,
		      const struct bytes *updates)
{
	for (size_t i = 0; i < n; i++) {
		struct outcome o = sequencer_outcome(e, seq + i);
		uint8_t hash[HASH_SIZE];

		keys_hash(updates[i], hash);
		if (sequencer_same(&o, hash))
			continue;
		core_refuse(r->answer, REASON_CONFLICT,
			    "principal %u offered seq %llu again with other bytes than those of "
			    "entry %llu",
			    r->stream->principal, (unsigned long long)(seq + i),
			    (unsigned long long)e->number);
		r->answer->nack.seq = seq + i;
		return true;
	}
	return false;
}

/* Is it of the stream, and seq one of those it decided? Otherwise the index lies. */
static bool decides(const struct entry *e, const struct core_stream *s, uint64_t seq)
{
	return journal_in_stream(e) && e->principal == s->principal &&
	       !memcmp(e->epoch, s->epoch, EPOCH_SIZE) && seq >= e->first_seq &&
	       seq - e->first_seq < e->seqs;
}

/*
 * Answers seq ... seq + n - 1 from the entries that decided them. `updates`: the offered bytes to
 * compare, NULL for a void, which has none. False: the answer is a nack.
 */
static bool recall_known(struct recall *r, uint64_t seq, size_t n, const struct bytes *updates)
{
	struct core *c = r->core;

	while (n) {
		uint64_t number = journal_entry_of(c->journal, r->txn, r->stream->principal,
						   r->stream->epoch, seq);
		struct codec_arena *arena = core_recall_arena(
			c, journal_read_size(c->journal, r->txn, number));
		struct entry e;

		int rc = number ? journal_read(c->journal, r->txn, number, false, arena, &e, NULL) : -ENOENT;
		if (!rc && !decides(&e, r->stream, seq))
			rc = -EUCLEAN;
		if (rc && (kv_error(r->txn) || rc == -ENOMEM))
			busy_store(r);
		else if (rc)
			damaged(r, number, seq);
		if (rc)
			return false;
		uint64_t left = e.first_seq + e.seqs - seq;
		size_t here = left < n ? (size_t)left : n;
		if (updates && conflicts(r, &e, seq, here, updates))
			return false;
		if (!put_span(r, &e, seq, here)) {
			busy_store(r);
			return false;
		}
		seq += here;
		n -= here;
		updates = updates ? updates + here : NULL;
	}
	return true;
}

/* ---- the new span ---- */

static struct entry *new_entry(struct core *c, const struct core_stream *s, enum entry_kind kind,
			       uint64_t mark)
{
	struct entry *e = take_memory(c, sizeof *e);

	*e = (struct entry){.kind = kind,
			    .principal = s->principal,
			    .key_id = s->key_id,
			    .received = c->now,
			    .rules_version = core_rules(c)};
	memcpy(e->epoch, s->epoch, EPOCH_SIZE);
	if (!mark)
		memcpy(e->previous_epoch, s->previous_epoch, EPOCH_SIZE);
	return e;
}

static struct instant proven_time(const struct core *c, const struct core_offer *offer,
				  uint64_t seq, const uint8_t blob_hash[static HASH_SIZE])
{
	for (size_t i = 0; i < offer->proofs_n; i++) {
		const Tiendo__V1__ReceiptProof *p = offer->proofs[i];
		struct chain_receipt r = {.entry = p->entry,
					  .principal = offer->stream.principal,
					  .seq = p->seq,
					  .received = {p->received_ms}};

		if (p->seq != seq || p->incarnation.len != INCARNATION_SIZE ||
		    p->chain_hash.len != HASH_SIZE || p->blob_hash.len != HASH_SIZE ||
		    memcmp(p->blob_hash.data, blob_hash, HASH_SIZE))
			continue;
		memcpy(r.incarnation, p->incarnation.data, INCARNATION_SIZE);
		memcpy(r.chain_hash, p->chain_hash.data, HASH_SIZE);
		memcpy(r.epoch, offer->stream.epoch, EPOCH_SIZE);
		memcpy(r.blob_hash, blob_hash, HASH_SIZE);
		if (chain_mac_valid(c->store->receipt_key, &r, bytes_of(p->mac.data, p->mac.len)))
			return r.received;
	}
	return (struct instant){0};
}

/* The update of a receipt that this journal gave; a later incarnation's receipt of the same place is another one. */
static bool recall_update(void *ctx, const struct receipt *receipt, struct update *out)
{
	struct recall *r = ctx;
	struct core *c = r->core;
	uint8_t incarnation[INCARNATION_SIZE];
	struct instant first;
	struct bytes blob;

	if (!journal_blob(c->journal, r->txn, receipt->entry, receipt->index, &blob, &first) ||
	    !journal_incarnation_at(c->journal, r->txn, receipt->entry, incarnation) ||
	    memcmp(incarnation, receipt->incarnation, INCARNATION_SIZE) != 0)
		return false;
	return codec_update_decode(blob.data, blob.size, core_recall_arena(c, CORE_FRAME_ROOM), out);
}

static bool recall_incarnation(void *ctx, uint64_t entry, uint8_t *out)
{
	struct recall *r = ctx;

	return journal_incarnation_at(r->core->journal, r->txn, entry, out);
}

static void take_batch(struct core *c, const struct core_offer *offer, size_t skip, uint64_t mark,
		       struct recall *r)
{
	const struct principal *who = roster_principal(c->view->roster, offer->stream.principal);
	struct entry *e = new_entry(c, &offer->stream, ENTRY_BATCH, mark);
	size_t n = offer->n - skip;
	struct admission at = {.view = c->view,
			       .overlay = &c->overlay,
			       .principal = who->number,
			       .scope_unit = who->scope_unit,
			       .today = date_at(c->now, c->view->head.offset_minutes),
			       .recall = recall_update,
			       .incarnation = recall_incarnation,
			       .recall_ctx = r,
			       .rules = core_rules(c)};

	e->first_seq = mark + 1;
	e->seqs = (uint32_t)n;
	e->batch.taken = take_memory(c, n * sizeof *e->batch.taken);
	e->batch.refused = take_memory(c, n * sizeof *e->batch.refused);
	admission_judge(&at, e->first_seq, offer->updates + skip, n, &c->arena, &e->batch);
	for (size_t i = 0; offer->proofs_n && i < e->batch.taken_n; i++) {
		struct taken *t = &e->batch.taken[i];
		t->first_received = proven_time(c, offer, t->update.seq, t->blob_hash);
	}
	journal_append(c->journal, e);
	c->group[c->group_n++] = e;
	if (!put_span(r, e, e->first_seq, n))
		busy_store(r);
}

static bool epoch_allowed(struct recall *r)
{
	struct core *c = r->core;
	struct journal_epochs n = journal_epochs(c->journal, r->txn, r->stream->principal);

	if (core_epoch_allowed(c, r->txn, r->stream->principal))
		return true;
	core_refuse(r->answer, REASON_EPOCH_LIMIT,
		    "principal %u has made %u epochs, the last less than an hour ago or the %dth: "
		    "ask the centre",
		    r->stream->principal, n.count, EPOCHS_MAX);
	return false;
}

/* Where the span stands; false: the answer is a nack. */
static bool place(struct recall *r, uint64_t first_seq, size_t n, struct sequence *out,
		  uint64_t *mark)
{
	struct journal_stream s = {0};
	struct core_answer *a = r->answer;
	bool known = journal_stream(r->core->journal, r->txn, r->stream->principal,
				    r->stream->epoch, &s);

	if (kv_error(r->txn)) { /* not read is not new */
		busy_store(r);
		return false;
	}
	*mark = a->mark = known ? s.mark : 0;
	*out = sequencer_place(*mark, first_seq, (uint32_t)n);
	if (out->kind == SEQUENCE_BAD) {
		core_refuse(a, REASON_BAD_FRAME, "a span must hold at least one seq, from 1");
		return false;
	}
	if (out->kind == SEQUENCE_GAP) {
		core_refuse(a, REASON_GAP, "principal %u offered seq %llu, expected is %llu",
			    r->stream->principal, (unsigned long long)first_seq,
			    (unsigned long long)out->expected);
		a->nack.seq = first_seq;
		a->nack.expected = out->expected;
		return false;
	}
	return known || epoch_allowed(r);
}

/* The message was decoded since core_full was asked. */
static bool may_join(const struct core *c)
{
	return c->group_n < CORE_GROUP_ENTRIES && c->arena.size - c->arena.used >= CORE_OFFER_ROOM;
}

static struct recall begin(struct core *c, const struct core_stream *stream,
			   struct core_answer *answer)
{
	answer->nack.reason = REASON_NONE;
	answer->spans_n = answer->outcomes_n = answer->fresh = 0;
	return (struct recall){
		.core = c, .stream = stream, .txn = journal_begin(c->journal), .answer = answer};
}

void core_offer(struct core *c, const struct core_offer *offer, struct core_answer *answer)
{
	struct recall r = begin(c, &offer->stream, answer);
	struct sequence s;
	uint64_t mark;

	assert(may_join(c) && offer->n <= BATCH_MAX);
	if (!c->view->catalogue) {
		core_refuse(answer, REASON_BUSY, "the centre has no catalogue yet");
		return;
	}
	if (!place(&r, offer->first_seq, offer->n, &s, &mark) ||
	    !recall_known(&r, offer->first_seq, s.known, offer->updates))
		return;
	if (s.known < offer->n) {
		take_batch(c, offer, s.known, mark, &r);
		answer->mark = offer->first_seq + offer->n - 1;
		answer->fresh = offer->n - s.known;
	}
}

void core_void(struct core *c, const struct core_stream *stream, uint64_t from, uint64_t to,
	       uint32_t reason, struct core_answer *answer)
{
	struct recall r = begin(c, stream, answer);
	struct sequence s;
	uint64_t mark;

	assert(may_join(c) && to - from < BATCH_MAX);
	size_t n = (size_t)(to - from) + 1;
	if (!place(&r, from, n, &s, &mark) || !recall_known(&r, from, s.known, NULL) ||
	    s.known == n)
		return;
	struct entry *e = new_entry(c, stream, ENTRY_VOID, mark);
	e->first_seq = mark + 1;
	e->seqs = (uint32_t)(n - s.known);
	e->lost = (struct entry_void){.from = mark + 1, .to = to, .reason = reason};
	journal_append(c->journal, e);
	c->group[c->group_n++] = e;
	if (!put_span(&r, e, e->first_seq, e->seqs))
		busy_store(&r);
	answer->mark = to;
	answer->fresh = e->seqs;
}
