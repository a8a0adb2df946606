// SPDX-License-Identifier: Apache-2.0
/*
 * agent: a daemon's ears: Welcome, Ack, Nack, Pong and anything else a centre may say, true to the schema or not, in any
 * order and at any time, while work is queued and time passes; and the answers to what it fetches. After each: the
 * spool forgot nothing (invariant 3): whatever was queued has an outcome, or its bytes are there to be sent. The
 * centre is believed by its key, so what it says may refuse and void; it may not confuse.
 */
#include <stdio.h>
#include <stdlib.h>

#include "agent/run_inner.h"
#include "common/sys/log.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/scratch.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);

static struct office office;
static struct run *run;
static uint64_t queued;
static unsigned inputs, worlds;
static struct codec_arena arena;

/* ---- a daemon ---- */

static struct bytes heard[2]; /* the next message; [0].data NULL = none */

static int receive(struct net_message *m)
{
	if (!heard[0].data)
		return -1;
	fuzz_message(m, heard, 2, "");
	heard[0] = (struct bytes){0};
	return 0;
}

static enum net_sent take_away(const struct bytes *frames, size_t n)
{
	MUST(n == 2 && frames[0].size == 2 && frames[1].size <= INGEST_FRAME_MAX);
	return NET_SENT;
}

static void begin(void)
{
	struct sys_error error = {""};
	char name[32];
	static char dir[4096];

	snprintf(name, sizeof name, "office%u", worlds++);
	snprintf(dir, sizeof dir, "%s", scratch_path(name));
	office = (struct office){.dir = dir, .config = {.ping_ms = 20000, .reply_ms = 15000, .retry_ms = 2000,
							.retry_max_ms = 60000}};
	office.clock = clock_open("real", &error);
	MUST(office.clock && spool_create(dir, &error) == 0);
	MUST(spool_open(&office.spool, dir, NULL, &error) == 0);
	run = base_alloc(sizeof *run);
	run->office = &office;
	MUST(spool_state(office.spool, &run->state, &error) == 0);
	struct push_options options = {.retry_ms = 2000, .retry_max_ms = 60000, .connect_ms = 15000,
				       .reply_ms = 15000, .ping_ms = 20000, .seed = 1};
	push_start(&run->push, &options, 0, 0, clock_transport());
	run->turn = run->state.turn;
	run->cells_at = INT64_MAX;
	arena = arena.base ? arena : codec_arena_new(4 << 20);
	run->arena = arena;
	fuzz_on_receive = receive;
	fuzz_on_send = take_away;
	queued = inputs = 0;
}

static void end(void)
{
	char command[4200];

	buffer_free(&run->batch.bytes);
	buffer_free(&run->out);
	net_message_clear(&run->message);
	fetch_free(&run->fetch);
	free(run);
	spool_close(office.spool);
	clock_close(office.clock);
	snprintf(command, sizeof command, "rm -rf '%s'", office.dir);
	MUST(system(command) == 0);
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc, (void)argv;
	fuzz_scratch();
	log_quiet(true);
	begin();
	return 0;
}

/* ---- the centre ---- */

static void say(uint8_t type, const void *m)
{
	static uint8_t body[1 << 17];
	static uint8_t head[2];

	head[0] = PROTOCOL_VERSION;
	head[1] = type;
	if (codec_size(m) > sizeof body)
		return;
	heard[1] = bytes_of(body, codec_pack(m, body));
	heard[0] = bytes_of(head, 2);
	run_hear(run);
}

static uint8_t bytes_32[32] = {1};

static void welcome(struct take *in)
{
	Tiendo__V1__Welcome m = TIENDO__V1__WELCOME__INIT;
	Tiendo__V1__Limits limits = TIENDO__V1__LIMITS__INIT;
	uint8_t how = take_u8(in), hash[KEYS_HASH];
	bool known = false;

	m.version = how == 255 ? 2 : PROTOCOL_VERSION;
	bytes_32[0] = how >> 6;
	m.incarnation = (ProtobufCBinaryData){how == 254 ? 15 : 16, bytes_32};
	m.session = how & 1 ? run->push.session + 1 : take_u8(in);
	m.mark = how & 2 ? run->state.settled : take_u8(in);
	if (how & 4 && m.mark && !spool_hash(office.spool, m.mark, hash, &known, &run->error) && known)
		m.mark_hash = (ProtobufCBinaryData){KEYS_HASH, hash};
	else if (how & 8)
		m.mark_hash = (ProtobufCBinaryData){KEYS_HASH, bytes_32};
	m.rules_version = 1 + (how >> 4 & 1);
	m.catalogue_entry = take_u8(in);
	if (how & 32) {
		limits.window = take_u8(in);
		limits.batch_updates = take_u32(in);
		limits.batch_bytes = take_u32(in);
		m.limits = &limits;
	}
	say(MESSAGE_WELCOME, &m);
}

static void ack(struct take *in)
{
	static Tiendo__V1__Outcome outcomes[80], *list[80];
	Tiendo__V1__Ack m = TIENDO__V1__ACK__INIT;
	Tiendo__V1__Span span = TIENDO__V1__SPAN__INIT, *spans = &span;
	Tiendo__V1__Taken taken = TIENDO__V1__TAKEN__INIT;
	Tiendo__V1__Refused refused = TIENDO__V1__REFUSED__INIT;
	uint8_t how = take_u8(in), n = take_u8(in) % 70;

	m.session = how & 1 ? run->push.session : take_u8(in);
	m.n_spans = 1;
	m.spans = &spans;
	span.first_seq = how & 2 ? run->state.settled + 1 : take_u8(in);
	span.entry = take_u8(in);
	span.received_ms = take_u8(in);
	span.incarnation = (ProtobufCBinaryData){16, bytes_32};
	span.chain_hash = (ProtobufCBinaryData){how & 4 ? 31 : 32, bytes_32};
	span.outcomes = list;
	span.n_outcomes = n;
	taken.index = 1;
	taken.mac = (ProtobufCBinaryData){32, bytes_32};
	refused.reason = (Tiendo__V1__Reason)take_u8(in);
	refused.field = (char *)(how & 8 ? "a field whose name is longer than any that this office has room for" : "unit");
	for (size_t i = 0; i < n; i++) {
		uint8_t kind = how & 16 ? take_u8(in) % 4 : 0;
		tiendo__v1__outcome__init(&outcomes[i]);
		list[i] = &outcomes[i];
		if (kind == 0)
			outcomes[i].taken = &taken, outcomes[i].outcome_case = TIENDO__V1__OUTCOME__OUTCOME_TAKEN;
		else if (kind == 1)
			outcomes[i].refused = &refused, outcomes[i].outcome_case = TIENDO__V1__OUTCOME__OUTCOME_REFUSED;
	}
	say(MESSAGE_ACK, &m);
}

static void nack(struct take *in)
{
	static const uint8_t reasons[] = {40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 0, 99, 1};
	Tiendo__V1__Nack m = TIENDO__V1__NACK__INIT;
	uint8_t how = take_u8(in);

	m.session = how & 16 ? take_u8(in) : how & 32 ? 0 : run->push.session;
	m.reason = (Tiendo__V1__Reason)reasons[how & 15];
	m.seq = take_u8(in);
	m.expected_seq = how & 64 ? run->state.settled + 1 : take_u8(in);
	m.retry_ms = take_u32(in);
	m.text = (char *)"why";
	say(MESSAGE_NACK, &m);
}

static void anything(struct take *in)
{
	static uint8_t head[2];

	head[0] = PROTOCOL_VERSION;
	head[1] = take_u8(in) % 40;
	heard[0] = bytes_of(head, 2);
	heard[1] = take_piece(in);
	run_hear(run);
}

/* ---- the answer to a question ---- */

static void fetch(struct take *in)
{
	static uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_REPLY};
	struct fetch *f = &run->fetch;
	int64_t now = clock_transport();

	if (f->state != FETCH_WORKING) {
		fetch_init(f, &(struct fetch_options){.spool = office.spool, .reply_ms = 15000, .endpoint = "x"});
		fetch_start(f, (enum spool_shelf)(take_u8(in) & 1), "412", 0, now);
		if (take_u8(in) & 1)
			fetch_since(f, "VN/40/412/", take_u8(in));
	}
	f->asked = true; /* no line is looked at */
	f->ask_after = INT64_MAX;
	f->id = 1;
	heard[0] = bytes_of(head, 2);
	heard[1] = take_piece(in);
	fetch_step(f, now);
	if (f->state == FETCH_FAILED)
		MUST(f->error.text[0] || f->code);
}

/* ---- the office ---- */

static void queue(struct take *in)
{
	struct update u[3];
	uint64_t first;
	size_t n = 1 + take_u8(in) % 3;

	for (size_t i = 0; i < n; i++)
		u[i] = (struct update){.unit = "412", .item = "KH.01", .as_of = {20240109}, .period = "", .note = "",
				       .reason = "", .product_ref = "", .body = BODY_COUNT, .value = take_u8(in)};
	MUST(spool_queue(office.spool, u, n, &first, &run->error) == 0);
	queued += n;
}

static void act(int64_t later)
{
	struct push_action a;

	if (spool_turn(office.spool) != run->turn) {
		MUST(spool_state(office.spool, &run->state, &run->error) == 0);
		run->turn = run->state.turn;
		push_queued(&run->push, run->state.last);
	}
	push_line(&run->push, run->line != NULL, clock_transport() + later);
	for (int i = 0; i < 32 && !run->failed && push_next(&run->push, clock_transport() + later, &a); i++)
		run_act(run, &a);
}

/* Invariant 3, over all epochs. What is offered again under a new number counts twice: as refused and as new work. */
static void nothing_forgotten(void)
{
	struct spool_state st;
	struct sys_error error = {""};

	MUST(!run->failed);
	MUST(spool_state(office.spool, &st, &error) == 0);
	MUST(st.taken + st.refused + st.voided + (st.last - st.settled) >= queued);
	for (uint64_t seq = st.settled + 1; seq <= st.last; seq++) {
		uint8_t hash[KEYS_HASH];
		bool known = false;
		MUST(spool_hash(office.spool, seq, hash, &known, &error) == 0);
		MUST(known || st.voided);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};

	if (++inputs > 1000 || run->state.last > 200) {
		end();
		begin();
	}
	for (int i = 0; i < 32 && in.left; i++) {
		uint8_t op = take_u8(&in);
		switch (op % 8) {
		case 0:
			welcome(&in);
			break;
		case 1:
		case 2:
			ack(&in);
			break;
		case 3:
			nack(&in);
			break;
		case 4:
			anything(&in);
			break;
		case 5:
			fetch(&in);
			break;
		case 6:
			queue(&in);
			break;
		default:
			act((int64_t)take_u8(&in) * 1000);
		}
		if (op & 64)
			act(0);
	}
	nothing_forgotten();
	return 0;
}
