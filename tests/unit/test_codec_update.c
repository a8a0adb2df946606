// SPDX-License-Identifier: Apache-2.0
/*
 * The decoder written by hand beside the library: every byte string is taken by both with the same
 * result, or by neither. The bytes are well-formed updates and pushes of every kind, those bytes
 * damaged (flipped, cut, lengthened, spliced, doubled), and noise.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/beside.h"

enum { ROUNDS = 60000, SIZE = 4000, ARENA = 1 << 20 };

static uint64_t state_of_dice;

static uint64_t dice(void)
{
	uint64_t z = state_of_dice += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

static uint64_t below(uint64_t n)
{
	return dice() % n;
}

static void seed(void)
{
	const char *given = getenv("TIENDO_SEED");

	state_of_dice = given ? strtoull(given, NULL, 10) : 20240402;
	print_message("seed %llu (TIENDO_SEED=... to choose)\n", (unsigned long long)state_of_dice);
}

/* Of any width; often 0, now and then beyond a type's bounds. */
static uint64_t number(void)
{
	return below(4) ? dice() >> below(64) : 0;
}

static char *some_text(char out[static 300])
{
	size_t n = below(3) ? below(12) : below(300);

	for (size_t i = 0; i < n; i++)
		out[i] = (char)(1 + below(255));
	out[n] = '\0';
	return out;
}

/* ---- side by side ---- */

static void wrong(const char *what, const uint8_t *data, size_t size)
{
	for (size_t i = 0; i < size; i++)
		print_error("%02x", data[i]);
	print_error("\n");
	fail_msg("%s", what);
}

/* True when it was taken. The bytes stand in memory of exactly their size: a look beyond shows. */
static bool both(const uint8_t *data, size_t size, struct codec_arena *arena)
{
	uint8_t *bytes = malloc(size ? size : 1);
	struct update ours;
	bool taken;

	assert_non_null(bytes);
	memcpy(bytes, data, size);
	const char *what = beside_update(bytes, size, arena, &taken, &ours);
	if (what)
		wrong(what, data, size);
	free(bytes);
	return taken;
}

static bool both_push(const uint8_t *data, size_t size, struct codec_arena *arena)
{
	bool taken;
	const char *what = beside_push(data, size, arena, &taken);

	if (what)
		wrong(what, data, size);
	return taken;
}

/* ---- bytes ---- */

/* ---- the bodies beside plain figures ---- */

/* Of a class of `most` and NONE: mostly one of them, now and then a number that nobody knows. */
static int some_class(unsigned most)
{
	return below(6) ? (int)below(most + 1) : (int)number();
}

struct pieces {
	Tiendo__V1__Task task;
	Tiendo__V1__Ratio ratio;
	Tiendo__V1__Count count;
	Tiendo__V1__Points points;
	Tiendo__V1__NoneArisen none;
	Tiendo__V1__Unchanged unchanged;
	Tiendo__V1__NaRequest na;
	Tiendo__V1__Correction correction;
	Tiendo__V1__Withdraw withdraw;
	Tiendo__V1__Obstacle obstacle;
	Tiendo__V1__ObstacleRaise raise;
	Tiendo__V1__ObstacleComment comment;
	Tiendo__V1__ObstacleAnswer answer;
	Tiendo__V1__ObstacleEscalate escalate;
	Tiendo__V1__ObstacleClose close;
	Tiendo__V1__ObstacleReopen reopen;
	Tiendo__V1__ExtensionRequest extension;
	Tiendo__V1__Milestone milestone;
	Tiendo__V1__NoticeAck ack;
	Tiendo__V1__ReceiptRef receipt;
	char text[4][300];
};

static Tiendo__V1__ReceiptRef *some_receipt(struct pieces *p)
{
	static uint8_t bytes[17] = {9, 8, 7};

	p->receipt = (Tiendo__V1__ReceiptRef)TIENDO__V1__RECEIPT_REF__INIT;
	p->receipt.incarnation = (ProtobufCBinaryData){below(8) ? 16 : below(18), bytes};
	p->receipt.entry = number();
	p->receipt.index = (uint32_t)number();
	return below(6) ? &p->receipt : NULL;
}

/* One of the five, as a pointer for whichever oneof it goes into; NULL = none of them. */
static void *some_figure(struct pieces *p, unsigned kind)
{
	if (kind == 0) {
		p->task = (Tiendo__V1__Task)TIENDO__V1__TASK__INIT;
		p->task.state = (Tiendo__V1__TaskState)some_class(3);
		p->task.percent = (uint32_t)number();
		p->task.product_ref = some_text(p->text[0]);
		p->task.done_on = (uint32_t)number();
		return &p->task;
	}
	if (kind == 1) {
		p->ratio = (Tiendo__V1__Ratio)TIENDO__V1__RATIO__INIT;
		p->ratio.numerator = number();
		p->ratio.denominator = number();
		return &p->ratio;
	}
	p->count = (Tiendo__V1__Count)TIENDO__V1__COUNT__INIT;
	p->points = (Tiendo__V1__Points)TIENDO__V1__POINTS__INIT;
	p->none = (Tiendo__V1__NoneArisen)TIENDO__V1__NONE_ARISEN__INIT;
	p->count.value = p->points.value = number();
	return kind == 2 ? (void *)&p->count : kind == 3 ? (void *)&p->points : kind == 4 ? (void *)&p->none : NULL;
}

static Tiendo__V1__ObstacleRaise *some_raise(struct pieces *p)
{
	p->raise = (Tiendo__V1__ObstacleRaise)TIENDO__V1__OBSTACLE_RAISE__INIT;
	p->raise.about = some_text(p->text[0]);
	p->raise.cause = (Tiendo__V1__CauseClass)some_class(8);
	p->raise.fault = (Tiendo__V1__Fault)some_class(2);
	p->raise.text = some_text(p->text[1]);
	p->raise.solution = some_text(p->text[2]);
	p->raise.solution_class = (Tiendo__V1__CauseClass)some_class(8);
	p->raise.affects_rights = below(2);
	p->raise.addressee = some_text(p->text[3]);
	return &p->raise;
}

static void *some_step(struct pieces *p, unsigned step)
{
	char *text = some_text(p->text[1]);

	p->comment = (Tiendo__V1__ObstacleComment)TIENDO__V1__OBSTACLE_COMMENT__INIT;
	p->answer = (Tiendo__V1__ObstacleAnswer)TIENDO__V1__OBSTACLE_ANSWER__INIT;
	p->escalate = (Tiendo__V1__ObstacleEscalate)TIENDO__V1__OBSTACLE_ESCALATE__INIT;
	p->close = (Tiendo__V1__ObstacleClose)TIENDO__V1__OBSTACLE_CLOSE__INIT;
	p->reopen = (Tiendo__V1__ObstacleReopen)TIENDO__V1__OBSTACLE_REOPEN__INIT;
	p->comment.text = p->answer.text = p->escalate.reason = p->close.text = p->reopen.text = text;
	p->answer.resolves = below(2);
	p->escalate.addressee = some_text(p->text[3]);
	return step == STEP_COMMENT	? (void *)&p->comment
	       : step == STEP_ANSWER	? (void *)&p->answer
	       : step == STEP_ESCALATE	? (void *)&p->escalate
	       : step == STEP_CLOSE	? (void *)&p->close
	       : step == STEP_REOPEN	? (void *)&p->reopen
					: NULL;
}

static void some_obstacle(struct pieces *p)
{
	unsigned step = (unsigned)below(STEP_REOPEN + 1);

	p->obstacle = (Tiendo__V1__Obstacle)TIENDO__V1__OBSTACLE__INIT;
	p->obstacle.obstacle = some_receipt(p);
	p->obstacle.comment = step == STEP_RAISE ? (void *)some_raise(p) : some_step(p, step);
	if (p->obstacle.comment)
		p->obstacle.step_case = (Tiendo__V1__Obstacle__StepCase)step;
}

static void some_correction(struct pieces *p)
{
	unsigned kind = (unsigned)below(6);

	p->correction = (Tiendo__V1__Correction)TIENDO__V1__CORRECTION__INIT;
	p->correction.replaces = some_receipt(p);
	p->correction.task = some_figure(p, kind);
	if (p->correction.task)
		p->correction.body_case = (Tiendo__V1__Correction__BodyCase)(BODY_TASK + kind);
}

/* A body from BODY_UNCHANGED on. */
static void *some_matter(struct pieces *p, unsigned body)
{
	some_correction(p);
	if (body == BODY_OBSTACLE)
		some_obstacle(p); /* the text and the receipt are its own */
	p->unchanged = (Tiendo__V1__Unchanged)TIENDO__V1__UNCHANGED__INIT;
	p->na = (Tiendo__V1__NaRequest)TIENDO__V1__NA_REQUEST__INIT;
	p->withdraw = (Tiendo__V1__Withdraw)TIENDO__V1__WITHDRAW__INIT;
	p->extension = (Tiendo__V1__ExtensionRequest)TIENDO__V1__EXTENSION_REQUEST__INIT;
	p->milestone = (Tiendo__V1__Milestone)TIENDO__V1__MILESTONE__INIT;
	p->ack = (Tiendo__V1__NoticeAck)TIENDO__V1__NOTICE_ACK__INIT;
	p->na.from = (uint32_t)number();
	p->na.to = (uint32_t)number();
	p->withdraw.withdraws = p->correction.replaces;
	p->extension.due = p->milestone.reached_on = (uint32_t)number();
	p->milestone.no = (uint32_t)number();
	p->ack.notice_entry = number();
	if (below(2))
		p->ack.incarnation = p->receipt.incarnation;
	if (body == BODY_NA_REQUEST || body == BODY_EXTENSION_REQUEST)
		p->na.reason = p->extension.reason = some_text(p->text[1]);
	return body == BODY_UNCHANGED		? (void *)&p->unchanged
	       : body == BODY_NA_REQUEST	? (void *)&p->na
	       : body == BODY_CORRECTION	? (void *)&p->correction
	       : body == BODY_WITHDRAW		? (void *)&p->withdraw
	       : body == BODY_OBSTACLE		? (void *)&p->obstacle
	       : body == BODY_EXTENSION_REQUEST ? (void *)&p->extension
	       : body == BODY_MILESTONE		? (void *)&p->milestone
						: (void *)&p->ack;
}

static size_t some_update(uint8_t *out)
{
	Tiendo__V1__Update m = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Seal seal = TIENDO__V1__SEAL__INIT;
	static struct pieces pieces;
	char text[5][300];
	uint8_t boot[16] = {1, 2, 3};

	m.seq = number();
	m.unit = some_text(text[0]);
	m.as_of = (uint32_t)number();
	m.item = some_text(text[1]);
	m.period = some_text(text[2]);
	m.recorded_ms = (int64_t)number();
	m.base_version = number();
	m.catalogue_entry = number();
	m.author_role = (Tiendo__V1__AuthorRole)number();
	m.note = some_text(text[3]);
	m.reason = some_text(text[4]);
	seal.boot_id = (ProtobufCBinaryData){below(3) ? 16 : below(17), boot};
	seal.monotonic_ms = number();
	seal.server_time_ms = (int64_t)number();
	seal.server_heard_at_ms = number();
	seal.attempts = (uint32_t)number();
	m.seal = below(3) ? &seal : NULL;
	unsigned body = BODY_TASK + (unsigned)below(BODY_NOTICE_ACK - BODY_TASK + 2);
	if (body <= BODY_NOTICE_ACK) {
		m.body_case = (Tiendo__V1__Update__BodyCase)body;
		m.task = body < BODY_UNCHANGED ? some_figure(&pieces, body - BODY_TASK) : some_matter(&pieces, body);
	}
	return codec_pack(&m, out);
}

static size_t some_push(uint8_t *out)
{
	Tiendo__V1__Push m = TIENDO__V1__PUSH__INIT;
	Tiendo__V1__ReceiptProof proof = TIENDO__V1__RECEIPT_PROOF__INIT, *proofs[] = {&proof, &proof};
	ProtobufCBinaryData updates[8];
	static uint8_t bytes[8][40];

	m.session = number();
	m.first_seq = number();
	m.n_updates = below(9);
	m.updates = updates;
	for (size_t i = 0; i < m.n_updates; i++) {
		updates[i] = (ProtobufCBinaryData){below(40), bytes[i]};
		memset(bytes[i], (int)below(256), sizeof(bytes[i]));
	}
	proof.entry = number();
	proof.seq = number();
	m.n_proofs = below(4) ? 0 : 1 + below(2);
	m.proofs = proofs;
	return codec_pack(&m, out);
}

/* Damages the bytes in one of many ways; the new size. */
static size_t damage(uint8_t *data, size_t size)
{
	size_t at = size ? below(size) : 0, n = size ? 1 + below(size - at < 12 ? size - at : 12) : 0;

	switch (below(7)) {
	case 0: /* cut */
		return at;
	case 1: /* one bit */
		data[at] ^= (uint8_t)(1 << below(8));
		return size;
	case 2: /* one byte */
		data[at] = (uint8_t)dice();
		return size;
	case 3: /* some bytes twice */
		memmove(data + at + n, data + at, size - at);
		return size + n;
	case 4: /* some bytes moved to the end: another order of fields, sometimes */
		memmove(data + size, data + at, n);
		memmove(data + at, data + at + n, size - at);
		return size;
	case 5: /* some bytes gone */
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	default: /* a number in more bytes than it needs, sometimes */
		memmove(data + at + 1, data + at, size - at);
		data[at] |= 0x80;
		data[at + 1] = below(2) ? 0 : data[at + 1];
		return size + 1;
	}
}

typedef size_t make_fn(uint8_t *out);
typedef bool both_fn(const uint8_t *data, size_t size, struct codec_arena *arena);

static void side_by_side(make_fn *make, both_fn *compare)
{
	static uint8_t data[2 * SIZE];
	struct codec_arena arena = codec_arena_new(ARENA);
	size_t taken = 0, refused = 0;

	seed();
	for (int i = 0; i < ROUNDS; i++) {
		size_t size = make(data);
		assert_true(size < SIZE);
		for (uint64_t n = below(4); n > 0; n--)
			size = damage(data, size);
		*(compare(data, size, &arena) ? &taken : &refused) += 1;
	}
	for (int i = 0; i < ROUNDS; i++) { /* noise, mostly of small numbers: they look like tags */
		size_t size = below(24);
		for (size_t k = 0; k < size; k++)
			data[k] = (uint8_t)(below(3) ? below(32) : dice());
		*(compare(data, size, &arena) ? &taken : &refused) += 1;
	}
	print_message("%zu taken, %zu refused\n", taken, refused);
	assert_true(taken > ROUNDS / 5 && refused > ROUNDS / 5);
	codec_arena_free(&arena);
}

static void updates_as_the_library_reads_them(void **state)
{
	(void)state;
	side_by_side(some_update, both);
}

static void pushes_as_the_library_reads_them(void **state)
{
	(void)state;
	side_by_side(some_push, both_push);
}

/* What chance would not find: each is refused, or taken with the value the library gives it. */
static void the_edges(void **state)
{
	static const struct {
		const char *what;
		bool taken;
		size_t size;
		uint8_t data[28];
	} edges[] = {
		{"nothing at all", true, 0, {0}},
		{"seq of ten bytes", true, 11, {8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
		{"a seq of more than 64 bits", false, 11, {8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 127}},
		{"seq of eleven bytes", false, 12, {8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
		{"seq 0", false, 2, {8, 0}},
		{"seq 1 in two bytes", false, 3, {8, 0x81, 0}},
		{"seq without an end", false, 2, {8, 0x81}},
		{"seq twice", false, 4, {8, 1, 8, 1}},
		{"a tag in two bytes that needs one", false, 3, {0x88, 0, 1}},
		{"as_of of 32 bits", true, 6, {0x18, 255, 255, 255, 255, 15}},
		{"as_of of 33 bits", false, 6, {0x18, 255, 255, 255, 255, 31}},
		{"as_of whose 32 bits are 0", false, 6, {0x18, 0x80, 0x80, 0x80, 0x80, 0x10}},
		{"role -1 in ten bytes", true, 11, {0x50, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
		{"role -1 but for one bit", false, 11,
		 {0x50, 255, 255, 255, 255, 255, 255, 255, 255, 127, 1}},
		{"role -1 in five bytes", false, 6, {0x50, 255, 255, 255, 255, 15}},
		{"role -1 in five bytes hides seq", false, 12,
		 {0x50, 255, 255, 255, 255, 15, 8, 0x80, 0x80, 0x80, 0x80, 1}},
		{"an empty unit", false, 2, {0x12, 0}},
		{"a unit beyond the end", false, 4, {0x12, 3, 'a', 'b'}},
		{"a unit with a NUL", false, 5, {0x12, 3, 'a', 0, 'b'}},
		{"a unit as a number", false, 2, {0x10, 1}},
		{"an empty seal", true, 2, {0x3a, 0}},
		{"two seals", false, 4, {0x3a, 0, 0x3a, 0}},
		{"a seal with an unknown field", false, 4, {0x3a, 2, 0x30, 1}},
		{"a boot id of 15", false, 19, {0x3a, 17, 10, 15, 1}},
		{"an empty boot id", false, 4, {0x3a, 2, 10, 0}},
		{"an empty task", true, 3, {0xa2, 1, 0}},
		{"an empty ratio", true, 3, {0xaa, 1, 0}},
		{"a ratio with a third number", false, 5, {0xaa, 1, 2, 0x18, 1}},
		{"none arisen with something in it", false, 5, {0xc2, 1, 2, 8, 1}},
		{"a task and a ratio", false, 6, {0xa2, 1, 0, 0xaa, 1, 0}},
		{"a milestone that is one", true, 5, {0xfa, 1, 2, 8, 5}},
		{"a milestone that is none", false, 5, {0xfa, 1, 2, 8, 0}},
		{"unchanged", true, 3, {0xca, 1, 0}},
		{"unchanged with something in it", false, 5, {0xca, 1, 2, 8, 1}},
		{"an empty withdrawal", true, 3, {0xe2, 1, 0}},
		{"a withdrawal of an empty receipt", false, 5, {0xe2, 1, 2, 10, 0}},
		{"a receipt whose incarnation has 15 bytes", false, 22, {0xe2, 1, 19, 10, 17, 10, 15, 1}},
		{"a receipt with a fourth field", false, 25,
		 {0xe2, 1, 22, 10, 20, 10, 16, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0x20, 1}},
		{"a receipt as a number", false, 5, {0xe2, 1, 2, 8, 1}},
		{"an empty correction", true, 3, {0xda, 1, 0}},
		{"a correction with a ratio", true, 6, {0xda, 1, 3, 0xaa, 1, 0}},
		{"a correction with two figures", false, 9, {0xda, 1, 6, 0xaa, 1, 0, 0xb2, 1, 0}},
		{"a correction with `unchanged`", false, 6, {0xda, 1, 3, 0xca, 1, 0}},
		{"a correction that is cut short", false, 5, {0xda, 1, 2, 0xa2, 1}},
		{"an empty obstacle", true, 3, {0xea, 1, 0}},
		{"an obstacle with a raise of nothing", true, 5, {0xea, 1, 2, 0x12, 0}},
		{"an obstacle with two steps", false, 7, {0xea, 1, 4, 0x12, 0, 0x1a, 0}},
		{"an obstacle with an eighth step", false, 5, {0xea, 1, 2, 0x42, 0}},
		{"a raise with a cause that nobody knows", true, 7, {0xea, 1, 4, 0x12, 2, 0x10, 9}},
		{"a raise with a cause in two bytes that needs one", false, 8, {0xea, 1, 5, 0x12, 3, 0x10, 0x81, 0}},
		{"an answer that resolves", true, 7, {0xea, 1, 4, 0x22, 2, 0x10, 1}},
		{"an answer that resolves twice as much", false, 7, {0xea, 1, 4, 0x22, 2, 0x10, 2}},
		{"an ack of a notice of 64 bits", true, 14,
		 {0x82, 2, 11, 8, 255, 255, 255, 255, 255, 255, 255, 255, 255, 1}},
		{"field 13", false, 2, {0x68, 1}},
		{"field 33", false, 3, {0x88, 2, 1}},
		{"field 0", false, 2, {0, 1}},
		{"a group", false, 2, {0x0b, 0x0c}},
	};
	struct codec_arena arena = codec_arena_new(ARENA);

	(void)state;
	for (size_t i = 0; i < sizeof(edges) / sizeof(edges[0]); i++)
		if (both(edges[i].data, edges[i].size, &arena) != edges[i].taken)
			fail_msg("%s", edges[i].what);
	codec_arena_free(&arena);
}

static void an_arena_that_is_too_small(void **state)
{
	static const uint8_t update[] = {0x12, 5, 'a', 'b', 'c', 'd', 'e'}, push[] = {0x1a, 5, 1, 2, 3, 4, 5};
	uint8_t memory[16];
	struct codec_arena arena = {.base = memory, .size = 4};
	struct codec_push p;
	struct update u;

	(void)state;
	assert_false(codec_update_decode(update, sizeof(update), &arena, &u));
	assert_false(codec_push_decode(bytes_of(push, sizeof(push)), &arena, &p));
	arena = (struct codec_arena){.base = memory, .size = 8}; /* the copy fits, the list does not */
	assert_false(codec_push_decode(bytes_of(push, sizeof(push)), &arena, &p));
	static const uint8_t ack[] = {0x82, 2, 2, 8, 5};
	assert_false(codec_update_decode(ack, sizeof(ack), &arena, &u));
}

/* What the writer leaves out, the reader reads as nothing. */
static void a_text_that_is_null(void **state)
{
	struct codec_arena arena = codec_arena_new(ARENA);
	const struct matter raise = {.step = STEP_RAISE, .cause = CAUSE_MONEY};
	struct update u = {.seq = 1, .body = BODY_OBSTACLE, .matter = &raise}, back;
	uint8_t out[UPDATE_BYTES_MAX];

	(void)state;
	assert_true(codec_update_decode(out, codec_update_encode(&u, out), &arena, &back));
	assert_int_equal(back.matter->step, STEP_RAISE);
	assert_int_equal(back.matter->cause, CAUSE_MONEY);
	assert_string_equal(back.matter->text, "");
	u.matter = NULL;
	for (unsigned body = BODY_TASK; body <= BODY_NOTICE_ACK; body++) {
		u.body = (enum body_kind)body;
		assert_true(codec_update_decode(out, codec_update_encode(&u, out), &arena, &back));
		assert_int_equal(back.body, body);
		assert_int_equal(back.matter != NULL, body > BODY_UNCHANGED);
		assert_string_equal(back.note, "");
	}
	u.body = BODY_NONE;
	assert_int_equal(codec_update_encode(&u, out), 0);
	u.body = (enum body_kind)(BODY_NOTICE_ACK + 1);
	assert_int_equal(codec_update_encode(&u, out), 0);
	codec_arena_free(&arena);
}

/* A step alone, as the journal keeps one that was taken at the centre. */
static void a_step_alone(void **state)
{
	struct codec_arena arena = codec_arena_new(ARENA);
	struct matter step = {.about = {{7}, 12, 3}, .step = STEP_ANSWER, .text = "đã cấp", .resolves = true}, back;
	uint8_t out[UPDATE_BYTES_MAX];
	static char text[5000];
	size_t size = codec_obstacle_encode(&step, out);

	(void)state;
	assert_non_null(codec_unpack(&tiendo__v1__obstacle__descriptor, out, size, &arena));
	assert_true(codec_obstacle_decode(bytes_of(out, size), &arena, &back));
	assert_int_equal(back.step, STEP_ANSWER);
	assert_int_equal(back.about.entry, 12);
	assert_int_equal(back.about.index, 3);
	assert_int_equal(back.about.incarnation[0], 7);
	assert_string_equal(back.text, "đã cấp");
	assert_true(back.resolves);
	assert_false(codec_obstacle_decode(bytes_of(out, size - 1), &arena, &back));
	memset(text, 'a', sizeof(text) - 1);
	step.text = text;
	assert_int_equal(codec_obstacle_encode(&step, out), 0);
	codec_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_as_the_library_reads_them),
		cmocka_unit_test(pushes_as_the_library_reads_them),
		cmocka_unit_test(the_edges),
		cmocka_unit_test(an_arena_that_is_too_small),
		cmocka_unit_test(a_text_that_is_null),
		cmocka_unit_test(a_step_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
