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

enum { ROUNDS = 60000, SIZE = 3000, ARENA = 1 << 20 };

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

/* A message of a body that is known by name only; golden vectors hold the inside of each. */
static const uint8_t rare[][12] = {
	{2, 0xca, 0x01, 0x00},			     /* unchanged, empty: sizes follow the tag */
	{5, 0xd2, 0x01, 0x03, 0x0a, 0x01, 'x'},	     /* na_request, reason */
	{4, 0xda, 0x01, 0x02, 0xa2, 0x01},	     /* correction, cut in the middle */
	{3, 0xe2, 0x01, 0x00},			     /* withdraw, empty */
	{7, 0xea, 0x01, 0x05, 0x1a, 0x03, 0x0a, 0x01, 'y'}, /* obstacle, comment */
	{5, 0xf2, 0x01, 0x02, 0x08, 0x05},	     /* extension request */
	{5, 0xfa, 0x01, 0x02, 0x08, 0x05},	     /* milestone */
	{5, 0x82, 0x02, 0x02, 0x08, 0x05},	     /* notice_ack */
};
static const size_t rare_size[] = {3, 6, 5, 3, 8, 5, 5, 5};

static size_t some_update(uint8_t *out)
{
	Tiendo__V1__Update m = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Seal seal = TIENDO__V1__SEAL__INIT;
	Tiendo__V1__Task task = TIENDO__V1__TASK__INIT;
	Tiendo__V1__Ratio ratio = TIENDO__V1__RATIO__INIT;
	Tiendo__V1__Count count = TIENDO__V1__COUNT__INIT;
	Tiendo__V1__Points points = TIENDO__V1__POINTS__INIT;
	Tiendo__V1__NoneArisen none = TIENDO__V1__NONE_ARISEN__INIT;
	char text[6][300];
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
	task.state = (Tiendo__V1__TaskState)number();
	task.percent = (uint32_t)number();
	task.product_ref = some_text(text[5]);
	task.done_on = (uint32_t)number();
	ratio.numerator = number();
	ratio.denominator = number();
	count.value = points.value = number();
	unsigned kind = (unsigned)below(8);
	if (kind < 5)
		m.body_case = (Tiendo__V1__Update__BodyCase)(BODY_TASK + kind);
	if (kind == 0)
		m.task = &task;
	else if (kind == 1)
		m.ratio = &ratio;
	else if (kind == 2)
		m.count = &count;
	else if (kind == 3)
		m.points = &points;
	else if (kind == 4)
		m.none_arisen = &none;
	size_t size = codec_pack(&m, out);
	if (kind == 6) {
		size_t i = below(sizeof(rare) / sizeof(rare[0]));
		memcpy(out + size, rare[i] + 1, rare_size[i]);
		size += rare_size[i];
	}
	return size;
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
		uint8_t data[24];
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
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(updates_as_the_library_reads_them),
		cmocka_unit_test(pushes_as_the_library_reads_them),
		cmocka_unit_test(the_edges),
		cmocka_unit_test(an_arena_that_is_too_small),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
