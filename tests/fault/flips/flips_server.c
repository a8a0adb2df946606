// SPDX-License-Identifier: Apache-2.0
/* The centre's two stores: the journal alone, and the checkpoint beside it. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/answer.h"
#include "server/query_journal.h"
#include "tests/fault/flips/flips.h"
#include "tests/unit/centre.h"

enum { AGENT = 1, VIEWER, OPERATOR, STREAMS = 2 };

static struct centre centre;

/* ---- making it ---- */

static uint64_t sent[STREAMS];

/* With a text in each, so that there is one in whatever is shown. */
static void put_task(size_t i, uint64_t seq)
{
	char note[60];
	struct update u = {.seq = seq, .unit = "412", .item = seq % 2 ? "KH.01" : "KH.02", .as_of = {20240109}, .period = "",
			   .note = note, .reason = "vì sao", .product_ref = "", .body = BODY_TASK,
			   .state = TASK_IN_PROGRESS, .percent = (uint32_t)(1 + seq % 99)};
	snprintf(note, sizeof note, "ghi chú số %u", (unsigned)seq);
	centre.blobs[i] = bytes_of(centre.blob[i], codec_update_encode(&u, centre.blob[i]));
}

static void offer(uint8_t stream, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		uint64_t seq = sent[stream] + i + 1;
		if (seq % 5 == 4)
			centre_ratio(&centre, i, seq, seq % 10 == 9 ? "413" : "412", 20240109, (int64_t)(seq % 7), 9);
		else if (seq % 5 == 3)
			centre_task(&centre, i, seq, "NO.SUCH", 20240109, 10); /* refused for ever */
		else
			put_task(i, seq);
	}
	centre_offer(&centre, centre_stream((uint8_t)(7 + stream)), sent[stream] + 1, n);
	sent[stream] += n;
}

/* Receipts of then, as an office keeps them. */
enum { PROOFS = 14 };
static struct kept_receipt {
	uint8_t stream;
	uint64_t entry, seq;
	int64_t received_ms;
	uint8_t incarnation[INCARNATION_SIZE], chain_hash[HASH_SIZE], blob_hash[HASH_SIZE], mac[KEYS_MAC];
} receipts[PROOFS];
static size_t receipts_n;

static void keep_receipt(uint8_t stream)
{
	const struct core_span *s = &centre.answer.spans[0];
	if (receipts_n == PROOFS || centre.answer.outcomes[0].kind != OUTCOME_TAKEN)
		return;
	struct kept_receipt *r = &receipts[receipts_n++];
	*r = (struct kept_receipt){.stream = stream, .entry = s->entry, .seq = s->first_seq, .received_ms = s->received.ms};
	memcpy(r->incarnation, s->incarnation, INCARNATION_SIZE);
	memcpy(r->chain_hash, s->chain_hash, HASH_SIZE);
	memcpy(r->mac, centre.answer.outcomes[0].mac, KEYS_MAC);
	keys_hash(centre.blobs[0], r->blob_hash);
}

static void begin(const char *dir)
{
	const char *name = strrchr(dir, '/');
	centre_make(&centre, name + 1);
	centre_principal(&centre, "VN", "viewer", 2);
	centre_principal(&centre, "VN", "operator", 3);
	memset(sent, 0, sizeof sent);
	receipts_n = 0;
	/* small entries for pages of many, large ones for pages of their own, an index of more than a page */
	for (int i = 0; i < 84; i++) {
		offer((uint8_t)(i % 2), i % 21 == 20 ? 64 : 1);
		if (centre.answer.nack.reason)
			exit(2);
		if (i % 6 == 1)
			keep_receipt((uint8_t)(i % 2));
		centre_commit(&centre);
	}
}

static void make_journal(const char *dir)
{
	begin(dir);
	centre_close(&centre);
}

static void go_on(const char *dir)
{
	struct sys_error error = {""};
	begin(dir);
	for (int i = 0; i < 3; i++) { /* pages of an older one, and a list of free ones */
		if (core_checkpoint(centre.core, &error))
			exit(2);
		offer(0, 4);
		centre_commit(&centre);
	}
}

static void make_view(const char *dir)
{
	go_on(dir);
	centre_close(&centre);
}

static void make_kept(const char *dir)
{
	struct sys_error error = {""};
	go_on(dir);
	centre_principal(&centre, "413", "agent", 9); /* every start looks at the last entry: it must not be the one that is shown */
	if (core_checkpoint(centre.core, &error))
		exit(2);
	centre_close(&centre);
}

/* ---- using it ---- */

static struct answerer answerer;
static struct buffer reply;
static struct codec_arena arena;

static const Tiendo__V1__Reply *ask(uint32_t key, Tiendo__V1__Query *q)
{
	uint8_t body[512];
	q->id = 1;
	buffer_clear(&reply);
	answer(&answerer, key, PROTOCOL_VERSION, MESSAGE_QUERY, bytes_of(body, codec_pack(q, body)), &reply);
	codec_arena_reset(&arena);
	return codec_unpack(&tiendo__v1__reply__descriptor, reply.data, reply.size, &arena);
}

/* Figures as they are; of a cell what stands in the journal apart, since that may be withheld alone. */
static void tell_cells(uint32_t key, Tiendo__V1__CellsPage *p)
{
	static uint8_t out[1 << 16];
	for (size_t i = 0; i < p->n_cells; i++) {
		Tiendo__V1__CellRow texts = TIENDO__V1__CELL_ROW__INIT, *c = p->cells[i];
		texts.receipt = c->receipt;
		texts.first_received_ms = c->first_received_ms;
		texts.period = c->period, texts.product_ref = c->product_ref;
		texts.note = c->note, texts.reason = c->reason;
		bool none = c->receipt && !c->receipt->incarnation.len;
		c->receipt = NULL, c->first_received_ms = 0;
		c->period = c->product_ref = c->note = c->reason = (char *)"";
		part("a cell's figures", bytes_of(out, codec_pack(c, out)));
		if (none && truth->known)
			withheld("a cell's text", "its entry is damaged");
		else
			part("a cell's text", bytes_of(out, codec_pack(&texts, out)));
	}
	(void)key;
}

static void tell(const char *name, uint32_t key, Tiendo__V1__Query *q)
{
	const Tiendo__V1__Reply *r = ask(key, q);
	if (!r)
		fprintf(stderr, "LIES: %s cannot be read\n", name), exit(EXIT_LIES);
	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE && truth->known)
		withheld(name, r->failure->text);
	else if (r->answer_case == TIENDO__V1__REPLY__ANSWER_CELLS)
		tell_cells(key, r->cells);
	else
		part(name, buffer_bytes(&reply));
}

#define ASK(name, key, NAME, field, type, TYPE, set)                   \
	do {                                                           \
		Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;         \
		Tiendo__V1__##type m = TIENDO__V1__##TYPE##__INIT;     \
		set;                                                   \
		q.field = &m;                                          \
		q.question_case = TIENDO__V1__QUERY__QUESTION_##NAME;  \
		tell(name, key, &q);                                   \
	} while (0)

static void tell_answers(struct core *c)
{
	struct query_options options = {.view = core_view(c), .lock = core_lock(c),
					.journal = query_journal_of(core_journal(c)), .clock = core_clock(c)};
	answerer_open(&answerer, &options);
	ASK("catch-up", VIEWER, CATCH_UP, catch_up, CatchUp, CATCH_UP, m.path = (char *)"VN/");
	ASK("versions", VIEWER, VERSIONS, versions, Versions, VERSIONS, m.path = (char *)"VN/");
	ASK("catalogue", AGENT, CATALOGUE, catalogue, Catalogue, CATALOGUE, (void)0);
	ASK("cells", OPERATOR, CELLS, cells, Cells, CELLS, m.unit = (char *)"40");
	ASK("status", OPERATOR, STATUS, status, Status, STATUS, (void)0);
	answerer_close(&answerer);
}

static void tell_digest(struct core *c)
{
	uint8_t digest[HASH_SIZE];
	core_digest(c, digest);
	part("the whole view", bytes_of(digest, sizeof digest));
}

static void tell_answer(const char *name, const struct core_answer *a)
{
	static uint8_t out[1 << 16];
	size_t n = 0;
	if (a->nack.reason == REASON_BUSY && truth->known) {
		withheld(name, a->nack.text);
		return;
	}
	put_u32(out, a->nack.reason);
	put_u64(out + 4, a->mark);
	n = 12;
	for (size_t i = 0; !a->nack.reason && i < a->spans_n; i++) {
		put_u64(out + n, a->spans[i].entry);
		put_u64(out + n + 8, (uint64_t)a->spans[i].received.ms);
		memcpy(out + n + 16, a->spans[i].incarnation, INCARNATION_SIZE);
		memcpy(out + n + 32, a->spans[i].chain_hash, HASH_SIZE);
		n += 64;
	}
	for (size_t i = 0; !a->nack.reason && i < a->outcomes_n; i++) {
		put_u32(out + n, a->outcomes[i].kind);
		put_u32(out + n + 4, a->outcomes[i].index);
		put_u32(out + n + 8, a->outcomes[i].reason);
		memcpy(out + n + 12, a->outcomes[i].mac, KEYS_MAC);
		n += 12 + KEYS_MAC;
	}
	part(name, bytes_of(out, n));
}

static void tell_hello(struct core *c, uint8_t stream, const Tiendo__V1__ReceiptProof *last)
{
	struct core_stream s = centre_stream((uint8_t)(7 + stream));
	struct core_welcome w;
	char text[200];
	uint8_t out[8 + HASH_SIZE];
	enum reason r = core_hello(c, &s, last, &w, text);
	if (r == REASON_BUSY && truth->known) {
		withheld("a welcome", text);
		return;
	}
	if (r && !truth->known)
		fprintf(stderr, "LIES: a hello to a whole store is told %s\n", text), exit(EXIT_LIES);
	put_u64(out, r ? UINT64_MAX - r : w.mark);
	memcpy(out + 8, w.mark_hash, HASH_SIZE);
	part("a welcome", bytes_of(out, sizeof out));
}

/* An office with a genuine receipt: it proves no loss, whatever happened to its entry. */
static void tell_hellos(struct core *c, uint8_t stream)
{
	tell_hello(c, stream, NULL);
	for (size_t i = 0; i < receipts_n; i++) {
		struct kept_receipt *k = &receipts[i];
		Tiendo__V1__ReceiptProof m = TIENDO__V1__RECEIPT_PROOF__INIT;
		if (k->stream != stream)
			continue;
		m.entry = k->entry, m.seq = k->seq, m.received_ms = k->received_ms;
		m.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, k->incarnation};
		m.chain_hash = (ProtobufCBinaryData){HASH_SIZE, k->chain_hash};
		m.blob_hash = (ProtobufCBinaryData){HASH_SIZE, k->blob_hash};
		m.mac = (ProtobufCBinaryData){KEYS_MAC, k->mac};
		tell_hello(c, stream, &m);
	}
}

static void offer_again(uint8_t stream, uint64_t first, size_t n)
{
	uint64_t now = sent[stream];
	sent[stream] = first - 1;
	offer(stream, n);
	sent[stream] = now;
}

static void commit(struct core *c)
{
	struct sys_error error = {""};
	enum core_result r = core_commit(c, &error);
	if (r == CORE_FATAL)
		told_and_ended(error.text);
	if (r == CORE_REFUSED)
		fprintf(stderr, "a commit: %s\n", error.text);
}

static struct core *open_core(void)
{
	const struct core_options options = {0};
	struct sys_error error = {""};
	struct core *c;
	if (core_open(&c, &centre.store, &options, &error))
		told_and_ended(error.text);
	struct core_start start = core_start(c);
	if (start.reason.text[0])
		fprintf(stderr, "view/ is not used: %s\n", start.reason.text);
	enum core_clock_state state;
	if (core_tick(c, &state, &error) == CORE_FATAL)
		told_and_ended(error.text);
	return c;
}

static void use(const char *dir)
{
	struct sys_error error = {""};
	(void)dir;
	if (store_keys(&centre.store, &error) || store_lock(&centre.store, &error)) /* closing wiped them */
		told_and_ended(error.text);
	arena = codec_arena_new(4 << 20);
	centre.core = open_core();
	tell_digest(centre.core);
	tell_answers(centre.core);
	for (uint8_t s = 0; s < STREAMS; s++) {
		tell_hellos(centre.core, s);
		for (uint64_t first = 1; first <= sent[s]; first += 40) {
			offer_again(s, first, sent[s] - first + 1 < 40 ? sent[s] - first + 1 : 40);
			tell_answer("receipts told again", &centre.answer);
			commit(centre.core);
		}
	}
	/* and on: what is taken now, and what a next start makes of all that */
	for (int i = 0; i < 6; i++) {
		offer(0, 3);
		bool taken = centre.answer.nack.reason == REASON_NONE;
		enum core_result r = core_commit(centre.core, &error);
		if (r == CORE_FATAL)
			told_and_ended(error.text);
		if (r == CORE_REFUSED || !taken)
			told_and_ended(r == CORE_REFUSED ? error.text : centre.answer.nack.text);
		tell_answer("a receipt", &centre.answer);
		if (i == 2 && core_checkpoint(centre.core, &error))
			fprintf(stderr, "the checkpoint cannot be written: %s\n", error.text);
	}
	tell_digest(centre.core);
	tell_answers(centre.core);
	core_close(centre.core);
	centre.core = open_core();
	tell_digest(centre.core);
	tell_answers(centre.core);
}

const struct kind journal_kind = {"journal", "journal/data.mdb", make_journal, use, "ghi chú", false};
/* With a checkpoint at its head no start reads what is below: what is asked for later must look for itself. */
const struct kind kept_kind = {"kept", "journal/data.mdb", make_kept, use, "ghi chú", false};
const struct kind view_kind = {"view", "view/data.mdb", make_view, use, NULL, true};
