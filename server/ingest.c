// SPDX-License-Identifier: Apache-2.0
#include "server/ingest.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/domain/says.h"
#include "common/sys/log.h"
#include "server/mailbox.h"

enum { SOFTWARE_MAX = 64 }; /* bytes of Hello.software */

struct sender {
	const struct net_message *message;
	struct bytes body;
	uint32_t key_id;
	const struct principal *principal;
};

/* What a sender can repeat at will is logged once a second at most. */
static bool may_log(struct ingest *g, int64_t *last)
{
	if (g->now - *last < 1000)
		return false;
	*last = g->now;
	return true;
}

/* Somebody's past is not what it was: that is for people to look at, and must not drown in gaps. */
static bool alarming(enum reason r)
{
	return r == REASON_CONFLICT || r == REASON_ROLLED_BACK || r == REASON_FOREIGN_RECEIPT;
}

static void note_nack(struct ingest *g, const struct sender *s, const struct core_nack *n)
{
	if (n->reason == REASON_CONFLICT)
		STATS_ADD(g->stats, conflicts, 1);
	if (n->damaged) {
		STATS_ADD(g->stats, damage_met, 1);
		if (may_log(g, &g->alarmed))
			log_error("key %u: %s", s->key_id, n->text);
	}
	if (alarming(n->reason) && may_log(g, &g->alarmed))
		log_error("key %u: %s: %s", s->key_id, reason_name(n->reason), n->text);
	else if (!alarming(n->reason) && n->reason != REASON_BUSY && may_log(g, &g->warned))
		log_warn("key %u: %s: %s", s->key_id, reason_name(n->reason), n->text);
}

static void answer(struct ingest *g, const struct sender *s, uint64_t session)
{
	const struct core_answer *a = &g->answer;

	if (a->nack.reason != REASON_NONE) {
		if (a->nack.reason != REASON_BUSY) /* our trouble is not held against them */
			intake_refused(g->intake, s->principal->number, 1, g->now);
		note_nack(g, s, &a->nack);
	}
	replies_answer(g->replies, s->message, session, a);
}

__attribute__((format(printf, 5, 6))) static void nack(struct ingest *g, const struct sender *s,
						       uint64_t session, enum reason reason,
						       const char *format, ...)
{
	char text[sizeof g->answer.nack.text];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	core_refuse(&g->answer, reason, "%s", text);
	answer(g, s, session);
}

/* Hello, Push and Void wait while the centre takes nothing. */
static bool closed(struct ingest *g, const struct sender *s, uint64_t session)
{
	if (core_locked(g->core))
		nack(g, s, session, REASON_ROLLED_BACK,
		     "the centre has lost entries: its operator must confirm the roster first");
	else if (g->closed)
		nack(g, s, session, REASON_BUSY, "%s", g->closed);
	else
		return false;
	return true;
}

/* Costs the group's memory no more than CORE_FRAME_ROOM, and nothing when it cannot be read:
 * whatever is sent, the offer that follows finds its room. */
static struct codec_arena frame_room(struct ingest *g)
{
	struct codec_arena part = *core_arena(g->core);

	if (part.size - part.used > CORE_FRAME_ROOM)
		part.size = part.used + CORE_FRAME_ROOM;
	return part;
}

static void *unpack(struct ingest *g, const struct sender *s,
		    const ProtobufCMessageDescriptor *type)
{
	struct codec_arena part = frame_room(g);
	void *m = codec_unpack(type, s->body.data, s->body.size, &part);

	if (m)
		core_arena(g->core)->used = part.used;
	return m;
}

static bool unpack_push(struct ingest *g, const struct sender *s, struct codec_push *out)
{
	struct codec_arena part = frame_room(g);

	if (!codec_push_decode(s->body, &part, out))
		return false;
	core_arena(g->core)->used = part.used;
	return true;
}

/* The message is what it should be: its sender lives. */
static void hear(struct ingest *g, const struct sender *s)
{
	heard_note(g->heard, s->principal->number, core_now(g->core));
}

/* ---- hello ---- */

static bool epoch_of(const ProtobufCBinaryData *from, bool required, uint8_t out[static EPOCH_SIZE])
{
	static const uint8_t none[EPOCH_SIZE];

	memset(out, 0, EPOCH_SIZE);
	if (from->len == EPOCH_SIZE)
		memcpy(out, from->data, EPOCH_SIZE);
	return from->len == EPOCH_SIZE ? memcmp(out, none, EPOCH_SIZE) != 0
				       : from->len == 0 && !required;
}

static bool speaks_our_version(const Tiendo__V1__Hello *m)
{
	for (size_t i = 0; i < m->n_versions; i++)
		if (m->versions[i] == PROTOCOL_VERSION)
			return true;
	return false;
}

static void bad_versions(struct ingest *g, const struct sender *s, const Tiendo__V1__Hello *m)
{
	char list[80] = "none";

	for (size_t i = 0, at = 0; i < m->n_versions && i < 6; i++)
		at += (size_t)snprintf(list + at, sizeof list - at, "%s%u", i ? ", " : "",
				       m->versions[i]);
	nack(g, s, 0, REASON_BAD_VERSION,
	     "the client speaks protocol versions %s, the centre speaks %d", list,
	     PROTOCOL_VERSION);
}

static uint64_t newest_notice(const struct ingest *g, const struct sender *s)
{
	return mailbox_newest(core_view(g->core)->mailbox, s->principal->scope_unit);
}

static void welcome(struct ingest *g, const struct sender *s, const struct core_stream *stream,
		    const struct core_welcome *w)
{
	const struct view_head *h = &core_view(g->core)->head;
	Tiendo__V1__Limits limits = TIENDO__V1__LIMITS__INIT;
	Tiendo__V1__Welcome m = TIENDO__V1__WELCOME__INIT;

	limits.batch_updates = BATCH_UPDATES_MAX;
	limits.batch_bytes = BATCH_BYTES_MAX;
	limits.update_bytes = UPDATE_BYTES_MAX;
	limits.window = WINDOW;
	m.version = PROTOCOL_VERSION;
	m.incarnation = (ProtobufCBinaryData){sizeof h->incarnation, (uint8_t *)h->incarnation};
	m.mark = w->mark;
	if (w->mark && !w->mark_void)
		m.mark_hash = (ProtobufCBinaryData){HASH_SIZE, (uint8_t *)w->mark_hash};
	m.session = intake_begin(g->intake, stream)->id;
	m.catalogue_entry = h->catalogue_entry;
	m.limits = &limits;
	m.time_ms = clock_wall(core_clock(g->core)).ms;
	m.rules_version = core_rules(g->core);
	m.head = h->entry;
	m.illustrative = h->illustrative;
	m.simulated = h->simulated;
	m.notice_entry = newest_notice(g, s);
	STATS_ADD(g->stats, sessions, 1);
	replies_put(g->replies, s->message, MESSAGE_WELCOME, &m);
}

static void hello(struct ingest *g, const struct sender *s)
{
	const Tiendo__V1__Hello *m = unpack(g, s, &tiendo__v1__hello__descriptor);
	struct core_stream stream = {.principal = s->principal->number, .key_id = s->key_id};
	struct core_welcome w;
	char text[200];

	if (!m || !epoch_of(&m->epoch, true, stream.epoch) ||
	    !epoch_of(&m->previous_epoch, false, stream.previous_epoch) ||
	    strlen(m->software) > SOFTWARE_MAX) {
		nack(g, s, 0, REASON_BAD_FRAME,
		     "not a canonical Hello with an epoch of %d bytes and at most %d of software",
		     EPOCH_SIZE, SOFTWARE_MAX);
		return;
	}
	hear(g, s);
	if (!speaks_our_version(m)) {
		bad_versions(g, s, m);
		return;
	}
	if (closed(g, s, 0))
		return;
	enum reason r = core_hello(g->core, &stream, m->last_receipt, &w, text);
	if (r == REASON_ROLLED_BACK) {
		g->rolled_back = true;
		memcpy(g->lost, m->last_receipt->incarnation.data, INCARNATION_SIZE);
	}
	if (r == REASON_BUSY) { /* the journal cannot be read: for people, not for them */
		STATS_ADD(g->stats, damage_met, 1);
		if (may_log(g, &g->alarmed))
			log_error("key %u: %s", s->key_id, text);
	}
	if (r != REASON_NONE)
		nack(g, s, 0, r, "%s", text);
	else
		welcome(g, s, &stream, &w);
}

/* ---- push, void, ping ---- */

static const struct intake_session *session_of(struct ingest *g, const struct sender *s,
					       uint64_t session)
{
	const struct intake_session *found = intake_find(g->intake, s->key_id, session);

	if (!found)
		nack(g, s, session, REASON_BAD_SESSION,
		     "this session is unknown or ended: say Hello");
	return found;
}

static void count(struct ingest *g, const struct sender *s)
{
	const struct core_answer *a = &g->answer;
	uint32_t refused = 0, taken = 0;

	if (a->nack.reason != REASON_NONE)
		return;
	for (size_t i = a->outcomes_n - a->fresh; i < a->outcomes_n; i++) {
		refused += a->outcomes[i].kind == OUTCOME_REFUSED;
		taken += a->outcomes[i].kind == OUTCOME_TAKEN;
	}
	if (refused)
		intake_refused(g->intake, s->principal->number, refused, g->now);
	STATS_ADD(g->stats, updates_taken, taken);
	STATS_ADD(g->stats, updates_refused, refused);
	STATS_ADD(g->stats, duplicates, a->fresh == 0);
}

static bool push_fits(struct ingest *g, const struct sender *s, const struct codec_push *m)
{
	size_t bytes = 0;

	for (size_t i = 0; i < m->updates_n; i++)
		bytes += m->updates[i].size;
	if (m->updates_n <= BATCH_UPDATES_MAX && bytes <= BATCH_BYTES_MAX &&
	    m->proofs_n <= BATCH_UPDATES_MAX)
		return true;
	nack(g, s, m->session, REASON_BATCH_TOO_LARGE,
	     "a push of %zu updates with %zu bytes and %zu proofs: at most %d updates, %d bytes",
	     m->updates_n, bytes, m->proofs_n, BATCH_UPDATES_MAX, BATCH_BYTES_MAX);
	return false;
}

static void push(struct ingest *g, const struct sender *s)
{
	struct codec_push m;

	if (!unpack_push(g, s, &m)) {
		nack(g, s, 0, REASON_BAD_FRAME, "not a canonical Push");
		return;
	}
	hear(g, s);
	const struct intake_session *session = session_of(g, s, m.session);
	if (!session || !push_fits(g, s, &m) || closed(g, s, m.session))
		return;
	const struct core_offer offer = {.stream = session->stream,
					 .first_seq = m.first_seq,
					 .n = m.updates_n,
					 .updates = m.updates,
					 .proofs_n = m.proofs_n,
					 .proofs = m.proofs};
	core_offer(g->core, &offer, &g->answer);
	count(g, s);
	answer(g, s, m.session);
}

static void lost(struct ingest *g, const struct sender *s)
{
	const Tiendo__V1__Void *m = unpack(g, s, &tiendo__v1__void__descriptor);

	if (!m || m->from == 0 || m->to < m->from || m->reason < TIENDO__V1__VOID_REASON__VOID_REASON_UNREADABLE ||
	    m->reason > TIENDO__V1__VOID_REASON__VOID_REASON_LOST) {
		nack(g, s, m ? m->session : 0, REASON_BAD_FRAME,
		     "not a canonical Void of from <= to, from 1, with a reason");
		return;
	}
	hear(g, s);
	const struct intake_session *session = session_of(g, s, m->session);
	if (!session || closed(g, s, m->session))
		return;
	if (m->to - m->from >= BATCH_UPDATES_MAX) {
		nack(g, s, m->session, REASON_BATCH_TOO_LARGE, "a void of more than %d seqs",
		     BATCH_UPDATES_MAX);
		return;
	}
	core_void(g->core, &session->stream, m->from, m->to, (uint32_t)m->reason, &g->answer);
	answer(g, s, m->session);
	/* the journal has it; what is repeated, or comes in masses, must not fill the log too */
	if (g->answer.nack.reason == REASON_NONE && g->answer.fresh && may_log(g, &g->warned))
		log_warn("principal %u lost its seqs %llu to %llu (reason %d): they are void",
			 s->principal->number, (unsigned long long)m->from,
			 (unsigned long long)m->to, (int)m->reason);
}

static void ping(struct ingest *g, const struct sender *s)
{
	const Tiendo__V1__Ping *m = unpack(g, s, &tiendo__v1__ping__descriptor);
	const struct view_head *h = &core_view(g->core)->head;
	Tiendo__V1__Pong pong = TIENDO__V1__PONG__INIT;

	if (!m) {
		nack(g, s, 0, REASON_BAD_FRAME, "not a canonical Ping");
		return;
	}
	hear(g, s);
	/* an idle office must learn that the centre was started anew, and compare marks again */
	if (m->session && !session_of(g, s, m->session))
		return;
	pong.session = m->session;
	pong.token = m->token;
	pong.time_ms = clock_wall(core_clock(g->core)).ms;
	pong.catalogue_entry = h->catalogue_entry;
	pong.notice_entry = newest_notice(g, s);
	pong.incarnation = (ProtobufCBinaryData){sizeof h->incarnation, (uint8_t *)h->incarnation};
	replies_put(g->replies, s->message, MESSAGE_PONG, &pong);
}

/* ---- frames ---- */

static bool framed(struct ingest *g, const struct sender *s, uint8_t *type)
{
	struct bytes head = net_frame(s->message, 1);

	if (s->message->count != 3 || head.size != 2) {
		nack(g, s, 0, REASON_BAD_FRAME,
		     "%zu frames, the first of %zu bytes: expected are a head of 2 and a body",
		     s->message->count - 1, head.size);
		return false;
	}
	if (head.data[0] != PROTOCOL_VERSION) {
		nack(g, s, 0, REASON_BAD_VERSION,
		     "the client speaks protocol version %u, the centre speaks %d", head.data[0],
		     PROTOCOL_VERSION);
		return false;
	}
	*type = head.data[1];
	return true;
}

static void dispatch(struct ingest *g, const struct sender *s, uint8_t type)
{
	if (type == MESSAGE_PING)
		ping(g, s);
	else if (type != MESSAGE_HELLO && type != MESSAGE_PUSH && type != MESSAGE_VOID)
		nack(g, s, 0, REASON_UNKNOWN_TYPE, "message type %u is none of an office's", type);
	else if (type == MESSAGE_HELLO)
		hello(g, s);
	else if (type == MESSAGE_PUSH)
		push(g, s);
	else
		lost(g, s);
}

/* Whose key it is, also when it is revoked; a message without one is nobody's. */
static bool named(struct ingest *g, struct sender *s)
{
	char *end;
	unsigned long id = strtoul(s->message->user_id, &end, 10);
	const struct roster *r = core_view(g->core)->roster;
	const struct roster_key *key = s->message->user_id[0] && !*end && id <= UINT32_MAX
					       ? roster_key(r, (uint32_t)id)
					       : NULL;

	s->principal = key ? roster_principal(r, key->principal) : NULL;
	if (s->principal) {
		s->key_id = key->id;
		return true;
	}
	STATS_ADD(g->stats, nameless, 1);
	if (may_log(g, &g->alarmed))
		log_error("a message without a key came in from %s: dropped", s->message->address);
	return false;
}

/* Not decoded, and no more tokens taken: otherwise nobody would ever get out of this. */
static bool too_much(struct ingest *g, const struct sender *s)
{
	uint32_t wait = intake_message(g->intake, s->principal->number, g->now);

	if (!wait)
		return false;
	core_refuse(&g->answer, REASON_BUSY, "principal %u sends too much", s->principal->number);
	g->answer.nack.retry_ms = wait;
	replies_answer(g->replies, s->message, 0, &g->answer);
	return true;
}

/* Right now, not at the handshake: the key may have been revoked since. */
static bool revoked(struct ingest *g, const struct sender *s)
{
	if (roster_live(core_view(g->core)->roster, s->key_id))
		return false;
	if (intake_revoked(g->intake, s->key_id, g->now)) {
		core_refuse(&g->answer, REASON_REVOKED, "key %u is revoked", s->key_id);
		note_nack(g, s, &g->answer.nack);
		replies_answer(g->replies, s->message, 0, &g->answer);
	}
	return true;
}

static bool may_speak(struct ingest *g, const struct sender *s)
{
	if (s->principal->role != ROLE_AGENT)
		nack(g, s, 0, REASON_FORBIDDEN, "key %u is no agent's", s->key_id);
	else
		return true;
	return false;
}

void ingest_message(struct ingest *g, const struct net_message *m)
{
	struct sender s = {.message = m, .body = net_frame(m, 2)};
	uint8_t type;

	if (named(g, &s) && !revoked(g, &s) && !too_much(g, &s) && may_speak(g, &s) && framed(g, &s, &type))
		dispatch(g, &s, type);
}
