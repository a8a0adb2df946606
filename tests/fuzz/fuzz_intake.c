// SPDX-License-Identifier: Apache-2.0
/*
 * intake: messages of offices of whom nothing is believed but their key: frames as they come, or nearly right Hellos,
 * Pushes, Voids and Pings, into ingest -> sequence -> admit -> journal -> fold -> answer. Beside it a list of what was
 * told about each (stream, seq): an outcome is for ever the same, an ack speaks of what was asked and comes after
 * the commit, a taken update can be read at its entry, another's bytes get CONFLICT. At times the whole is judged: the
 * journal verifies, the rollups are the sum of the cells, and a restart gives the same view.
 *
 * The world goes on from input to input (a new one costs a thousand inputs) and begins anew every EPOCH of
 * them. What it was given since is in TMPDIR/history; FUZZ_HISTORY=FILE plays such a file again.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "server/chain.h"
#include "server/ingest.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

enum { AGENTS = 3, VIEWER_KEY = 3, REVOKED_KEY = 4, EPOCHS = 3, SEQS = 400, WORLD_INPUTS = 4000 };

/* ---- the world ---- */

static struct centre centre;
static struct intake *intake;
static struct stats stats;
static struct replies *replies;
static struct ingest in;
static struct net_message message;
static unsigned inputs;
static int history = -1;

/* What was told: key 1 at 412, key 2 at 40. */
struct told {
	uint8_t kind; /* enum outcome_kind; 0 = nothing yet */
	enum reason reason;
	uint64_t entry;
	uint32_t index;
	uint8_t hash[HASH_SIZE]; /* of the bytes offered first, when they were alone */
};
struct stream {
	uint64_t session, mark;
	struct told told[SEQS];
};
static struct stream streams[AGENTS][EPOCHS];

static void open_intake(void)
{
	intake = intake_new();
	replies = replies_new(&stats);
	in = (struct ingest){.core = centre.core, .intake = intake, .replies = replies, .stats = &stats, .now = 1000};
}

static void begin(void)
{
	centre_make(&centre, "intake");
	MUST(centre_agent(&centre, "40", 2) == 2);
	MUST(centre_principal(&centre, "VN", "viewer", 3) == 3);
	MUST(centre_agent(&centre, "413", 4) == 4);
	centre_revoke(&centre, REVOKED_KEY);
	memset(streams, 0, sizeof streams);
	open_intake();
	inputs = 0;
	if (history >= 0 && ftruncate(history, 0) == 0)
		lseek(history, 0, SEEK_SET);
}

static void close_intake(void)
{
	replies_free(replies);
	intake_free(intake);
}

/* The whole truth, and the same again after a restart. */
static void judge_all(void)
{
	struct sys_error error = {""};
	struct view_fault fault;
	uint64_t entries;
	uint8_t before[HASH_SIZE], after[HASH_SIZE];

	MUST(journal_verify(core_journal(centre.core), &entries, &error) == 0);
	MUST(entries == core_view(centre.core)->head.entry);
	MUST(view_check(core_view(centre.core), &fault));
	MUST(core_digest(centre.core, before));
	centre_reopen(&centre);
	MUST(core_digest(centre.core, after) && !memcmp(before, after, HASH_SIZE));
}

static void again(void)
{
	char command[1200];

	judge_all();
	close_intake();
	centre_close(&centre);
	snprintf(command, sizeof command, "rm -rf '%s'", centre.dir);
	MUST(system(command) == 0);
	begin();
}

/* ---- what is offered ---- */

struct offered {
	bool push, lost;
	uint32_t key;
	struct stream *stream; /* NULL: of no session we know */
	uint64_t first, n;
	uint8_t hash[BATCH_MAX][HASH_SIZE];
	uint8_t epoch;
	bool answered;
};
static struct offered asked[16];
static size_t asked_n;

static void deliver(uint32_t key, uint8_t type, const void *m)
{
	static uint8_t body[1 << 17];
	char id[16];
	uint8_t tag = (uint8_t)asked_n;
	const uint8_t head[2] = {PROTOCOL_VERSION, type};

	if (codec_size(m) > INGEST_FRAME_MAX)
		return;
	const struct bytes frames[] = {bytes_of(&tag, 1), bytes_of(head, 2), bytes_of(body, codec_pack(m, body))};
	snprintf(id, sizeof id, "%u", key);
	fuzz_message(&message, frames, 3, id);
	asked[asked_n].key = key;
	asked_n++;
	ingest_message(&in, &message);
}

static void hello(uint32_t key, struct take *t)
{
	Tiendo__V1__Hello m = TIENDO__V1__HELLO__INIT;
	Tiendo__V1__ReceiptProof proof = TIENDO__V1__RECEIPT_PROOF__INIT;
	uint8_t how = take_u8(t), epoch[EPOCH_SIZE], previous[EPOCH_SIZE], bytes[96];
	uint32_t versions[] = {PROTOCOL_VERSION, 7};

	memset(epoch, 1 + how % EPOCHS, sizeof epoch);
	memset(previous, how >> 4, sizeof previous);
	m.versions = versions + (how == 77);
	m.n_versions = 1;
	m.epoch = (ProtobufCBinaryData){sizeof epoch, epoch};
	if (how & 8)
		m.previous_epoch = (ProtobufCBinaryData){sizeof previous, previous};
	if (how & 4) {
		memset(bytes, take_u8(t), sizeof bytes);
		proof.entry = take_u8(t);
		proof.seq = take_u8(t);
		proof.incarnation = (ProtobufCBinaryData){how & 64 ? 16 : 15, bytes};
		if (take_u8(t) & 1)
			proof.incarnation.data = (uint8_t *)core_view(centre.core)->head.incarnation;
		proof.chain_hash = proof.blob_hash = proof.mac = (ProtobufCBinaryData){32, bytes};
		m.last_receipt = &proof;
	}
	m.software = (char *)"fuzz";
	asked[asked_n] = (struct offered){.epoch = how % EPOCHS};
	deliver(key, MESSAGE_HELLO, &m);
}

static const char *const units[] = {"412", "40", "413", "999", "VN", ""};
static const char *const items[] = {"KH.01", "KH.02", "KH.03", "KH", "NO", ""};
static const uint32_t dates[] = {20240109, 20240110, 20240111, 0, 20240229, 20230229, 20231231, 19990101};

/* Nearly right. */
static size_t some_update(struct take *t, uint64_t seq, uint8_t out[static UPDATE_BYTES_MAX])
{
	uint8_t a = take_u8(t), b = take_u8(t), c = take_u8(t);
	struct update u = {.seq = seq + (a == 255), .unit = units[(a & 7) % 6], .item = items[(a >> 3 & 7) % 6],
			   .as_of = {dates[b & 7]}, .period = b & 8 ? "2024-01" : "",
			   .note = b & 16 ? "xong" : "", .reason = b & 32 ? "sai" : "",
			   .product_ref = b & 64 ? "12/BC" : "",
			   .body = (enum body_kind)(BODY_TASK + (c & 7) % 5), .state = (enum task_state)(c >> 3 & 3),
			   .percent = take_u8(t), .numerator = take_u8(t), .denominator = take_u8(t)};

	u.value = u.numerator;
	u.done_on.ymd = u.state == TASK_DONE ? u.as_of.ymd : 0;
	return codec_update_encode(&u, out);
}

static void push(uint32_t key, struct take *t)
{
	static uint8_t blobs[BATCH_MAX][UPDATE_BYTES_MAX];
	static ProtobufCBinaryData updates[BATCH_MAX + 2];
	Tiendo__V1__Push m = TIENDO__V1__PUSH__INIT;
	uint8_t how = take_u8(t), n = take_u8(t);
	struct stream *s = &streams[key - 1][how % EPOCHS];
	struct offered o = {.push = true, .stream = s, .epoch = how % EPOCHS};

	n = n > 250 ? (uint8_t)(n - 190) : n % 9; /* 61 to 65, now and then */
	m.session = how & 64 ? take_u8(t) : s->session;
	m.first_seq = how & 4 ? s->mark + 1 : s->mark + 1 - take_u8(t) % 20 + (how & 8 ? 1 : 0);
	if (how & 16)
		m.first_seq = take_u64(t);
	m.n_updates = n;
	m.updates = updates;
	o.first = m.first_seq;
	o.n = n;
	if (m.session != s->session || !s->session)
		o.stream = NULL;
	for (size_t i = 0; i < n; i++) {
		if (i < BATCH_MAX && (!(how & 32) || i % 3)) {
			size_t size = some_update(t, m.first_seq + i, blobs[i]);
			updates[i] = (ProtobufCBinaryData){size, blobs[i]};
		} else {
			struct bytes raw = take_piece(t);
			updates[i] = (ProtobufCBinaryData){raw.size, (uint8_t *)raw.data};
		}
		if (i < BATCH_MAX)
			keys_hash(bytes_of(updates[i].data, updates[i].len), o.hash[i]);
	}
	asked[asked_n] = o;
	deliver(key, MESSAGE_PUSH, &m);
}

static void lost(uint32_t key, struct take *t)
{
	Tiendo__V1__Void m = TIENDO__V1__VOID__INIT;
	uint8_t how = take_u8(t);
	struct stream *s = &streams[key - 1][how % EPOCHS];

	m.session = s->session;
	m.from = how & 4 ? s->mark + 1 : take_u8(t);
	m.to = m.from + take_u8(t) % 70 - (how & 8 ? 1 : 0);
	m.reason = (Tiendo__V1__VoidReason)(how >> 4 & 3);
	asked[asked_n] = (struct offered){.lost = true, .stream = s->session ? s : NULL, .first = m.from,
					  .n = m.to - m.from + 1, .epoch = how % EPOCHS};
	deliver(key, MESSAGE_VOID, &m);
}

static void raw(struct take *t)
{
	static const char *const ids[] = {"1", "2", "3", "4", "", "x", "99", "1x", "18446744073709551617"};
	struct bytes frames[NET_FRAMES];
	uint8_t n = 1 + take_u8(t) % 5, who = take_u8(t), tag = (uint8_t)asked_n;
	uint8_t head[2] = {PROTOCOL_VERSION, 1 + take_u8(t) % 9};

	frames[0] = bytes_of(&tag, 1);
	for (size_t i = 1; i < n; i++)
		frames[i] = take_piece(t);
	if (who & 128 && n > 1)
		frames[1] = bytes_of(head, 2);
	fuzz_message(&message, frames, n, ids[(who & 15) % BASE_COUNT(ids)]);
	asked[asked_n++] = (struct offered){.key = 0};
	ingest_message(&in, &message);
}

/* ---- what is answered ---- */

static void told_taken(const struct offered *o, uint64_t seq, uint64_t entry, uint32_t index)
{
	struct bytes blob;
	struct instant first;
	uint8_t hash[HASH_SIZE];
	struct kv_txn *t = kv_read(journal_kv(core_journal(centre.core)));

	MUST(journal_whole(core_journal(centre.core), t, entry));
	MUST(journal_blob(core_journal(centre.core), t, entry, index, &blob, &first));
	keys_hash(blob, hash);
	MUST(!o->push || !memcmp(hash, o->hash[seq - o->first], HASH_SIZE));
	kv_end(&t);
}

static void outcome(struct offered *o, uint64_t seq, const Tiendo__V1__Span *s, const Tiendo__V1__Outcome *m)
{
	struct told now = {.entry = s->entry};

	MUST(seq >= o->first && seq - o->first < o->n && o->stream);
	MUST(s->entry && s->entry <= core_view(centre.core)->head.entry);
	if (m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_TAKEN) {
		now.kind = OUTCOME_TAKEN;
		now.index = m->taken->index;
		MUST(now.index && m->taken->mac.len == KEYS_MAC); /* a void of what was taken is told so */
		told_taken(o, seq, s->entry, now.index);
	} else if (m->outcome_case == TIENDO__V1__OUTCOME__OUTCOME_REFUSED) {
		now.kind = OUTCOME_REFUSED;
		now.reason = (enum reason)m->refused->reason;
		MUST(now.reason);
	} else {
		now.kind = OUTCOME_VOIDED;
		MUST(m->outcome_case != TIENDO__V1__OUTCOME__OUTCOME__NOT_SET);
	}
	if (o->push)
		memcpy(now.hash, o->hash[seq - o->first], HASH_SIZE);
	if (seq > o->stream->mark)
		o->stream->mark = seq;
	if (seq >= SEQS)
		return;
	struct told *was = &o->stream->told[seq];
	if (was->kind) { /* for ever the same, for the same bytes */
		MUST(was->kind == now.kind && was->entry == now.entry && was->index == now.index &&
		     was->reason == now.reason);
		MUST(!o->push || !memcmp(was->hash, now.hash, HASH_SIZE));
	}
	if (!was->kind && (o->push || now.kind == OUTCOME_VOIDED))
		*was = now;
}

static void hear_ack(struct offered *o, const Tiendo__V1__Ack *m)
{
	uint64_t seq = o->first;

	MUST(o->push || o->lost);
	MUST(o->stream && m->session == o->stream->session);
	for (size_t i = 0; i < m->n_spans; i++) {
		MUST(m->spans[i]->first_seq == seq);
		for (size_t k = 0; k < m->spans[i]->n_outcomes; k++)
			outcome(o, seq++, m->spans[i], m->spans[i]->outcomes[k]);
	}
	MUST(seq == o->first + o->n);
}

static struct codec_arena arena;

static enum net_sent hear(const struct bytes *frames, size_t n)
{
	MUST(n == 3 && frames[0].size == 1 && frames[0].data[0] < asked_n && frames[1].size == 2);
	struct offered *o = &asked[frames[0].data[0]];
	struct bytes body = frames[2];

	MUST(!o->answered); /* one answer each */
	o->answered = true;
	codec_arena_reset(&arena);
	switch (frames[1].data[1]) {
	case MESSAGE_WELCOME: {
		const Tiendo__V1__Welcome *m =
			codec_unpack(&tiendo__v1__welcome__descriptor, body.data, body.size, &arena);
		MUST(m && m->session && o->key != VIEWER_KEY && o->key != REVOKED_KEY);
		if (!o->key)
			return NET_SENT;
		struct stream *s = &streams[o->key - 1][o->epoch];
		MUST(m->mark == s->mark);
		MUST(m->head <= core_view(centre.core)->head.entry); /* of before the group */
		s->session = m->session;
		return NET_SENT;
	}
	case MESSAGE_ACK: {
		const Tiendo__V1__Ack *m =
			codec_unpack(&tiendo__v1__ack__descriptor, body.data, body.size, &arena);
		MUST(m);
		hear_ack(o, m);
		return NET_SENT;
	}
	case MESSAGE_NACK: {
		const Tiendo__V1__Nack *m =
			codec_unpack(&tiendo__v1__nack__descriptor, body.data, body.size, &arena);
		MUST(m && m->reason && *m->text);
		if (m->reason == TIENDO__V1__REASON__REASON_CONFLICT && o->stream)
			MUST(m->seq <= o->stream->mark && m->seq >= o->first && m->seq - o->first < o->n);
		MUST(m->reason != TIENDO__V1__REASON__REASON_ROLLED_BACK);
		return NET_SENT;
	}
	default:
		MUST(frames[1].data[1] == MESSAGE_PONG);
		return NET_SENT;
	}
}

/* ---- one input ---- */

static void commit(void)
{
	struct sys_error error = {""};

	MUST(core_commit(centre.core, &error) == CORE_OK);
	fuzz_on_send = hear;
	replies_send(replies, fuzz_socket);
	asked_n = 0;
}

static void step(struct take *t)
{
	uint8_t op = take_u8(t);
	uint32_t key = 1 + (op >> 4) % 2;
	Tiendo__V1__Ping ping = TIENDO__V1__PING__INIT;

	if (core_full(centre.core) || asked_n == BASE_COUNT(asked) - 1)
		commit();
	switch (op & 7) {
	case 0:
		raw(t);
		break;
	case 1:
		hello(op == 0xf1 ? VIEWER_KEY : op == 0xe1 ? REVOKED_KEY : key, t);
		break;
	case 2:
		lost(key, t);
		break;
	case 3:
		ping.session = op & 8 ? take_u8(t) : streams[key - 1][take_u8(t) % EPOCHS].session;
		ping.token = take_u8(t);
		asked[asked_n] = (struct offered){0};
		deliver(key, MESSAGE_PING, &ping);
		break;
	case 4:
		commit();
		break;
	default:
		push(key, t);
	}
}

static void one(const uint8_t *data, size_t size)
{
	struct take t = {data, size};

	if (++inputs > WORLD_INPUTS)
		again();
	in.now += 5000; /* the buckets are full again */
	while (t.left)
		step(&t);
	commit();
	MUST(!in.rolled_back && !core_locked(centre.core));
}

static void replay(const char *path)
{
	struct buffer file = {0};
	struct sys_error error;

	MUST(base_file_read(path, SIZE_MAX / 4, &file, &error) == 0);
	struct take t = {file.data, file.size};
	while (t.left) {
		struct bytes b = take_bytes(&t, take_u32(&t));
		uint8_t *copy = (uint8_t *)text_copy(b);
		one(copy, b.size);
		free(copy);
	}
	judge_all();
	buffer_free(&file);
	puts("replayed: nothing wrong");
	exit(0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	char path[600];

	(void)argc, (void)argv;
	fuzz_scratch();
	arena = codec_arena_new(1 << 20);
	begin();
	if (getenv("FUZZ_HISTORY"))
		replay(getenv("FUZZ_HISTORY"));
	snprintf(path, sizeof path, "%s/history", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	history = open(path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t length[4];

	put_u32(length, (uint32_t)size);
	if (inputs < WORLD_INPUTS && history >= 0 && (write(history, length, 4) != 4 || write(history, data, size) < 0))
		return 0;
	one(data, size);
	return 0;
}
