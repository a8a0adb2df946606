// SPDX-License-Identifier: Apache-2.0
/* What the centre says: read, stored, then told to push. */
#include "agent/run_inner.h"

#include "agent/wire.h"
#include "common/sys/log.h"

#include <errno.h>
#include <inttypes.h>

enum {
	HEARD_AT_ONCE = 64,
	DISK_TOLD_MS = 60000,
	FIRST_RULES = 1 /* before these nothing was refused */
};

/* ---- Welcome, Pong: the centre's clock, catalogue and notices ---- */

/*
 * An answer that was overtaken by a night the machine slept, or by a simulated clock that jumped, says a time of the past: taken
 * for now it would prove reports to be sealed earlier than they were. So it must be the answer to what was asked last; of two
 * Hellos nobody knows which one a Welcome answers.
 */
static bool is_fresh(const struct run *r, uint64_t token)
{
	return token == r->asked_token && (token || r->hellos == 1) &&
	       clock_monotonic(r->office->clock) - r->asked_monotonic <= r->office->config.reply_ms;
}

/* token: of a Pong; 0 = a Welcome. */
static void heard(struct run *r, uint64_t token, int64_t time_ms, uint64_t catalogue_entry, uint64_t notice_entry,
		  const ProtobufCBinaryData *incarnation)
{
	struct office *o = r->office;
	struct spool_centre *c = &o->centre;
	bool other = memcmp(c->incarnation, incarnation->data, SPOOL_ID) != 0;
	bool changed = c->catalogue_entry != catalogue_entry || !c->time_ms || other;

	if (other)
		run_stale(r, true);

	memcpy(c->incarnation, incarnation->data, SPOOL_ID);
	r->mail_heard = notice_entry;
	c->catalogue_entry = catalogue_entry;
	c->heard_wall_ms = clock_wall(o->clock).ms;
	if (is_fresh(r, token)) {
		c->time_ms = time_ms;
		c->heard_monotonic_ms = clock_monotonic(o->clock);
		clock_boot(o->clock, c->heard_boot);
	}
	c->attempts = 0;
	run_trouble(r, NULL);
	r->centre_new = true;
	run_save_centre(r, changed);
}

/* True when what the centre holds at its mark is not what we hold there. */
static bool differs(struct run *r, const Tiendo__V1__Welcome *m)
{
	uint8_t hash[KEYS_HASH];
	bool known = false;

	if (!m->mark || m->mark > r->state.last || m->mark_hash.len != KEYS_HASH)
		return false;
	r->failed = spool_hash(r->office->spool, m->mark, hash, &known, &r->error);
	return known && memcmp(hash, m->mark_hash.data, KEYS_HASH) != 0;
}

/* Newer rules may know what older ones refused: the loop sees the new work. */
static void offer_again(struct run *r)
{
	struct sys_error why;
	size_t n = 0;
	int code = spool_again(r->office->spool, r->rules, &n, &why);

	if (!code && n)
		log_info("%zu updates that older rules did not know are offered again", n);
	else if (code && code != -ENOSPC) {
		r->failed = code;
		r->error = why;
	}
}

static void hear_welcome(struct run *r, const Tiendo__V1__Welcome *m, int64_t now)
{
	struct push_welcome w = {.session = m->session,
				 .mark = m->mark,
				 .kept_from = r->state.kept_from,
				 .window = m->limits ? m->limits->window : 0,
				 .batch_updates = m->limits ? m->limits->batch_updates : 0};

	if (m->version != PROTOCOL_VERSION || m->incarnation.len != SPOOL_ID) {
		log_warn("the centre welcomes with version %u: ignored", m->version);
		return;
	}
	w.differs = differs(r, m);
	r->rules = m->rules_version;
	if (m->rules_version > FIRST_RULES)
		offer_again(r);
	r->office->centre.illustrative = m->illustrative;
	r->office->centre.simulated = m->simulated;
	heard(r, 0, m->time_ms, m->catalogue_entry, m->notice_entry, &m->incarnation);
	r->hellos -= r->hellos > 0;
	run_save_centre(r, true);
	log_info("the centre is there: mark %" PRIu64 " of %" PRIu64 ", catalogue %" PRIu64,
		 m->mark, r->state.last, m->catalogue_entry);
	push_welcome(&r->push, &w, now);
	run_stale(r, false);
}

/* ---- Ack ---- */

static bool good_span(const Tiendo__V1__Span *s)
{
	if (!s->first_seq || s->incarnation.len != SPOOL_ID || s->chain_hash.len != KEYS_HASH)
		return false;
	for (size_t i = 0; i < s->n_outcomes; i++)
		if (s->outcomes[i]->outcome_case == TIENDO__V1__OUTCOME__OUTCOME__NOT_SET ||
		    (s->outcomes[i]->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_TAKEN &&
		     s->outcomes[i]->taken->mac.len != KEYS_MAC))
			return false;
	return true;
}

/* How many seqs the ack covers; 0 = not well formed. */
static uint64_t covered(const Tiendo__V1__Ack *m)
{
	uint64_t n = 0;

	for (size_t i = 0; i < m->n_spans; i++) {
		if (!good_span(m->spans[i]) || m->spans[i]->first_seq != m->spans[0]->first_seq + n)
			return 0;
		n += m->spans[i]->n_outcomes;
	}
	return n <= BATCH_UPDATES_MAX ? n : 0;
}

static void keep_outcome(struct run *r, const Tiendo__V1__Span *s, size_t i)
{
	const Tiendo__V1__Outcome *m = s->outcomes[i];
	struct spool_outcome *o = &r->outcomes[r->outcomes_n++];

	*o = (struct spool_outcome){.kind = SPOOL_VOIDED,
				    .seq = s->first_seq + i,
				    .field = "",
				    .rules = r->rules,
				    .incarnation = s->incarnation.data,
				    .chain_hash = s->chain_hash.data,
				    .entry = s->entry,
				    .received_ms = s->received_ms};
	if (m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_TAKEN) {
		o->kind = SPOOL_TAKEN;
		o->mac = m->taken->mac.data;
		o->index = m->taken->index;
	} else if (m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_REFUSED) {
		o->kind = SPOOL_REFUSED;
		o->reason = (enum reason)m->refused->reason;
		o->field = m->refused->field;
	}
}

static void hear_ack(struct run *r, const Tiendo__V1__Ack *m)
{
	uint64_t n = covered(m);

	/* an older session may be of another epoch: its outcomes would be filed under a wrong name
	 */
	if (m->session != r->push.session)
		return;
	if (!n) {
		log_warn("an ack of the centre is not well formed: ignored");
		return;
	}
	for (size_t i = 0; i < m->n_spans; i++)
		for (size_t j = 0; j < m->spans[i]->n_outcomes; j++)
			keep_outcome(r, m->spans[i], j);
	r->acks[r->acks_n++] = (struct run_ack){
		.session = m->session, .first = m->spans[0]->first_seq, .count = n};
}

void run_store(struct run *r)
{
	struct sys_error why;
	int64_t now = clock_transport();
	int code;

	/* a spool whose last outcome is not known is not written to again */
	if (!r->acks_n || r->failed)
		return;
	code = spool_settle(r->office->spool, r->outcomes, r->outcomes_n, &why);
	for (size_t i = 0; !code && i < r->acks_n; i++) {
		log_debug("acknowledged %" PRIu64 "..%" PRIu64, r->acks[i].first,
			  r->acks[i].first + r->acks[i].count - 1);
		push_ack(&r->push, r->acks[i].session, r->acks[i].first, r->acks[i].count, now);
	}
	if (!code)
		run_stale(r, false);
	if (code == -ENOSPC) {
		/* not counted: it is offered again and answered again, until there is room */
		if (now >= r->disk_told)
			log_error("%s", why.text);
		r->disk_told = now + DISK_TOLD_MS;
	} else if (code) {
		r->failed = code;
		r->error = why;
	}
	r->acks_n = r->outcomes_n = 0;
	codec_arena_reset(&r->arena);
}

/* ---- Nack ---- */

static void hear_nack(struct run *r, const Tiendo__V1__Nack *m, int64_t now)
{
	const struct push_nack n = {.session = m->session,
				    .reason = (enum reason)m->reason,
				    .seq = m->seq,
				    .expected = m->expected_seq,
				    .retry_ms = m->retry_ms};

	if (n.reason == REASON_BAD_VERSION)
		log_error(
			"the centre speaks protocol version %u, this program %d: one of them must "
			"be updated",
			m->n_versions ? m->versions[m->n_versions - 1] : 0, PROTOCOL_VERSION);
	else if (n.reason == REASON_BUSY || n.reason == REASON_GAP ||
		 n.reason == REASON_BAD_SESSION)
		log_debug("the centre answers %s: %s", reason_name(n.reason), m->text);
	else
		log_warn("the centre answers %s: %s", reason_name(n.reason), m->text);
	push_nack(&r->push, &n, now);
}

/* ---- frames ---- */

static void hear(struct run *r, unsigned type, struct bytes body, int64_t now)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		[MESSAGE_WELCOME] = &tiendo__v1__welcome__descriptor,
		[MESSAGE_ACK] = &tiendo__v1__ack__descriptor,
		[MESSAGE_NACK] = &tiendo__v1__nack__descriptor,
		[MESSAGE_PONG] = &tiendo__v1__pong__descriptor,
	};
	const void *m = NULL;

	if (type < BASE_COUNT(types) && types[type])
		m = codec_unpack(types[type], body.data, body.size, &r->arena);
	if (!m) {
		log_warn("a message of type %u from the centre cannot be read: ignored", type);
		return;
	}
	if (type == MESSAGE_WELCOME) {
		run_store(r);
		hear_welcome(r, m, now);
	} else if (type == MESSAGE_ACK) {
		hear_ack(r, m);
	} else if (type == MESSAGE_NACK) {
		run_store(r); /* in the order in which they were said */
		hear_nack(r, m, now);
	} else {
		const Tiendo__V1__Pong *pong = m;

		if (pong->session == r->push.session && pong->incarnation.len == SPOOL_ID)
			heard(r, pong->token, pong->time_ms, pong->catalogue_entry, pong->notice_entry,
			      &pong->incarnation);
		push_pong(&r->push, pong->session, pong->token, now);
	}
}

void run_hear(struct run *r)
{
	for (unsigned n = 0; n < HEARD_AT_ONCE && !r->failed && r->line; n++) {
		if (net_receive(r->line, &r->message) != 0)
			break;
		struct bytes head = net_frame(&r->message, 0), body = net_frame(&r->message, 1);

		if (r->message.count != 2 || head.size != 2)
			log_warn("the centre sent %zu frames: ignored", r->message.count);
		else
			hear(r, head.data[1], body, clock_transport());
		if (r->acks_n == RUN_ACKS)
			run_store(r);
		if (!r->acks_n) /* acks that wait point into the arena */
			codec_arena_reset(&r->arena);
	}
	run_store(r);
}
