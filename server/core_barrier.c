// SPDX-License-Identifier: Apache-2.0
/* Barriers, the office clock, and what a Hello proves. */
#include <assert.h>
#include <errno.h>
#include <stdio.h>

#include "common/domain/admit.h"
#include "common/domain/periods.h"
#include "server/chain.h"
#include "server/core_inside.h"

static enum core_result fold_all(struct core *c, struct entry *const *entries, size_t n, struct sys_error *error)
{
	for (size_t i = 0; i < n; i++)
		if (core_fold(c, entries[i], error))
			return CORE_FATAL;
	return CORE_OK;
}

enum core_result core_barriers(struct core *c, struct entry *const *entries, size_t n, struct sys_error *error)
{
	assert(!core_grouping(c));
	journal_abort(c->journal);
	for (size_t i = 0; i < n; i++) {
		struct entry *e = entries[i];

		e->received = c->now.ms > c->view->head.received.ms ? c->now : c->view->head.received;
		if (!e->rules_version)
			e->rules_version = core_rules(c);
		journal_append(c->journal, e);
	}
	switch (journal_commit(c->journal, error)) {
	case KV_OK:
		return fold_all(c, entries, n, error);
	case KV_REFUSED:
		return CORE_REFUSED;
	case KV_UNKNOWN:
		break;
	}
	return CORE_FATAL;
}

enum core_result core_barrier(struct core *c, struct entry *e, struct sys_error *error)
{
	return core_barriers(c, &e, 1, error);
}

/* ---- the office clock ---- */

/* The first tick is the day of the genesis: the figures' today begins with the store. */
static struct date next_tick(const struct core *c)
{
	const struct view_head *h = &c->view->head;

	return h->today.ymd ? date_add(h->today, 1) : date_at(h->received, h->offset_minutes);
}

/* Days of the office that passed without their tick; today's own is not missed, it is due. */
static int32_t missed_days(const struct core *c, struct date office)
{
	return date_days(office) - date_days(next_tick(c));
}

/* What entries will be stamped with, and the date of the office; a clock nobody trusts yet must not move the stamps
 * for ever. */
static enum core_clock_state look_at_clock(struct core *c, struct date *office)
{
	const struct view_head *h = &c->view->head;
	struct instant wall = clock_wall(c->clock);
	enum core_clock_state state = wall.ms < h->received.ms ? CORE_CLOCK_BEHIND : CORE_CLOCK_GOOD;

	*office = date_at(wall, h->offset_minutes);
	if (!h->simulated && !c->accept && missed_days(c, *office) > CORE_MISSED_DAYS)
		state = CORE_CLOCK_AHEAD;
	c->now = state == CORE_CLOCK_GOOD ? wall : h->received;
	return state;
}

static enum core_result fork_here(struct core *c, const uint8_t *lost, struct sys_error *error)
{
	const struct view_head *h = &c->view->head;
	struct entry e = {.kind = ENTRY_INCARNATION,
			  .incarnation = {.fork = h->entry, .proven = lost != NULL}};

	keys_random(e.incarnation.made, sizeof e.incarnation.made);
	memcpy(e.incarnation.old, h->incarnation, sizeof e.incarnation.old);
	memcpy(e.incarnation.fork_hash, h->hash, sizeof e.incarnation.fork_hash);
	if (lost)
		memcpy(e.incarnation.lost, lost, sizeof e.incarnation.lost);
	return core_barrier(c, &e, error);
}

/* Before the first tick: its entry belongs to the new incarnation, and this one is stamped with now, not with the
 * time of the last entry before the loss. */
enum core_result core_restored(struct core *c, struct sys_error *error)
{
	struct date office;

	look_at_clock(c, &office);
	return fork_here(c, NULL, error);
}

enum core_result core_rolled_back(struct core *c, const uint8_t lost[static INCARNATION_SIZE],
				  struct sys_error *error)
{
	return fork_here(c, lost, error);
}

enum core_result core_renew_rules(struct core *c, struct sys_error *error)
{
	struct entry e = {.kind = ENTRY_RULES,
			  .rules_version = RULES_VERSION,
			  .rules = {.version = RULES_VERSION}};
	struct date office;

	if (core_rules(c) >= RULES_VERSION)
		return CORE_OK;
	look_at_clock(c, &office);
	return core_barrier(c, &e, error);
}

/* ---- ticks ---- */

void core_accept_clock(struct core *c)
{
	c->accept = true;
}

static enum core_result one_tick(struct core *c, struct date date, struct sys_error *error)
{
	struct entry e = {.kind = ENTRY_TICK, .tick = {.date = date}};

	return core_barrier(c, &e, error);
}

enum core_result core_tick(struct core *c, enum core_clock_state *state, struct sys_error *error)
{
	enum core_result result = CORE_OK;
	struct date office;

	assert(!core_grouping(c));
	*state = look_at_clock(c, &office);
	if (*state == CORE_CLOCK_AHEAD)
		return CORE_OK;
	for (struct date d = next_tick(c); result == CORE_OK && d.ymd <= office.ymd;
	     d = next_tick(c))
		result = one_tick(c, d, error);
	if (result == CORE_OK)
		c->accept = false;
	return result;
}

/* ---- sessions ---- */

static enum reason refuse(char text[static 200], enum reason reason, const char *sentence,
			  unsigned principal)
{
	snprintf(text, 200, "principal %u: %s", principal, sentence);
	return reason;
}

static bool proof_valid(const struct core *c, const struct core_stream *stream,
			const Tiendo__V1__ReceiptProof *p)
{
	struct chain_receipt r = {.entry = p->entry,
				  .principal = stream->principal,
				  .seq = p->seq,
				  .received = {p->received_ms}};

	if (p->incarnation.len != INCARNATION_SIZE || p->chain_hash.len != HASH_SIZE ||
	    p->blob_hash.len != HASH_SIZE)
		return false;
	memcpy(r.incarnation, p->incarnation.data, INCARNATION_SIZE);
	memcpy(r.chain_hash, p->chain_hash.data, HASH_SIZE);
	memcpy(r.epoch, stream->epoch, EPOCH_SIZE);
	memcpy(r.blob_hash, p->blob_hash.data, HASH_SIZE);
	return chain_mac_valid(c->store->receipt_key, &r, bytes_of(p->mac.data, p->mac.len));
}

/*
 * A receipt that verifies was given by this centre. Its entry is here with that hash; or it belongs
 * to a past that an incarnation entry already accounts for; or entries are lost and nobody knew.
 */
enum past { PAST_KNOWN, PAST_LOST, PAST_DAMAGED };

static enum past past_of(struct core *c, struct kv_txn *t, const Tiendo__V1__ReceiptProof *p)
{
	struct journal_fork f = journal_fork_of(c->journal, t, p->incarnation.data);
	uint8_t hash[HASH_SIZE];

	if (journal_lost(c->journal, t, p->incarnation.data) ||
	    (f.known && !f.current && p->entry > f.entry))
		return PAST_KNOWN;
	if (p->entry > journal_last(c->journal).entry)
		return PAST_LOST;
	if (journal_hash(c->journal, t, p->entry, hash) &&
	    memcmp(hash, p->chain_hash.data, HASH_SIZE) == 0)
		return PAST_KNOWN;
	/* another entry stands there, whole: it was lost. What is not whole is only damaged: that must
	 * not begin a new incarnation and shut everybody out */
	return journal_whole(c->journal, t, p->entry) ? PAST_LOST : PAST_DAMAGED;
}

/* By what the journal and the fold of it say: the same at every replay. */
bool core_epoch_allowed(struct core *c, struct kv_txn *t, uint32_t principal)
{
	const struct principal *p = roster_principal(c->view->roster, principal);
	struct journal_epochs n = journal_epochs(c->journal, t, principal);

	return sequencer_epoch_allowed(n.count, n.last, p ? p->epochs_until : 0, c->now);
}

static enum reason judge_hello(struct core *c, struct kv_txn *t, const struct core_stream *stream,
			       const Tiendo__V1__ReceiptProof *last, struct core_welcome *out,
			       char text[static 200])
{
	struct journal_stream s;

	if (last && !proof_valid(c, stream, last))
		return refuse(text, REASON_FOREIGN_RECEIPT,
			      "its last receipt was not given by this centre: has its spool spoken "
			      "to another one?",
			      stream->principal);
	enum past past = last ? past_of(c, t, last) : PAST_KNOWN;
	if (past == PAST_LOST)
		return refuse(text, REASON_ROLLED_BACK,
			      "its last receipt is genuine but not in the journal: the centre was "
			      "rolled back",
			      stream->principal);
	if (past == PAST_DAMAGED)
		return refuse(text, REASON_BUSY,
			      "the entry of its last receipt is damaged: run `tiendo-server verify` and "
			      "restore the journal from a backup",
			      stream->principal);
	if (journal_stream(c->journal, t, stream->principal, stream->epoch, &s)) {
		*out = (struct core_welcome){.mark = s.mark, .mark_void = s.mark_void};
		memcpy(out->mark_hash, s.mark_hash, HASH_SIZE);
		return REASON_NONE;
	}
	if (!core_epoch_allowed(c, t, stream->principal))
		return refuse(text, REASON_EPOCH_LIMIT,
			      "too many new epochs: one an hour and 64 in all, ask the centre",
			      stream->principal);
	return REASON_NONE;
}

enum reason core_hello(struct core *c, const struct core_stream *stream,
		       const Tiendo__V1__ReceiptProof *last, struct core_welcome *out,
		       char text[static 200])
{
	struct kv_txn *t = journal_begin(c->journal);

	*out = (struct core_welcome){0};
	enum reason reason = judge_hello(c, t, stream, last, out, text);
	if (!kv_error(t))
		return reason;
	/* what could not be read is neither new nor lost */
	*out = (struct core_welcome){0};
	return refuse(text, REASON_BUSY, "the centre cannot read its journal now",
		      stream->principal);
}
