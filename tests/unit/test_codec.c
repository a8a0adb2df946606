// SPDX-License-Identifier: Apache-2.0
/* The golden vectors, and the domain's words through the codec and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sys/codec.h"

#define TYPES(X)                                                                                                   \
	X(tiendo__v1__, "tiendo.v1.Update", update) X(tiendo__v1__, "tiendo.v1.Hello", hello)                     \
	X(tiendo__v1__, "tiendo.v1.Welcome", welcome) X(tiendo__v1__, "tiendo.v1.Push", push)                     \
	X(tiendo__v1__, "tiendo.v1.Void", void) X(tiendo__v1__, "tiendo.v1.Ack", ack)                             \
	X(tiendo__v1__, "tiendo.v1.Nack", nack) X(tiendo__v1__, "tiendo.v1.Ping", ping)                           \
	X(tiendo__v1__, "tiendo.v1.Pong", pong) X(tiendo__v1__, "tiendo.v1.UnitDelta", unit_delta)                \
	X(tiendo__v1__, "tiendo.v1.Heartbeat", heartbeat) X(tiendo__v1__, "tiendo.v1.Query", query)               \
	X(tiendo__v1__, "tiendo.v1.Reply", reply) X(tiendo__v1__, "tiendo.v1.CatalogueRow", catalogue_row)        \
	X(tiendo__journal__v1__, "tiendo.journal.v1.EntryHeader", entry_header)                                    \
	X(tiendo__journal__v1__, "tiendo.journal.v1.VoidBody", void_body)                                          \
	X(tiendo__journal__v1__, "tiendo.journal.v1.GenesisBody", genesis_body)                                    \
	X(tiendo__journal__v1__, "tiendo.journal.v1.IncarnationBody", incarnation_body)                            \
	X(tiendo__journal__v1__, "tiendo.journal.v1.CatalogueBody", catalogue_body)                                \
	X(tiendo__journal__v1__, "tiendo.journal.v1.RegistryBody", registry_body)                                  \
	X(tiendo__journal__v1__, "tiendo.journal.v1.TickBody", tick_body)                                          \
	X(tiendo__journal__v1__, "tiendo.journal.v1.DecisionBody", decision_body)                                  \
	X(tiendo__journal__v1__, "tiendo.journal.v1.RulesBody", rules_body)                                        \
	X(tiendo__journal__v1__, "tiendo.journal.v1.NoticeBody", notice_body)                                      \
	X(tiendo__journal__v1__, "tiendo.journal.v1.FindingBody", finding_body)                                    \
	X(tiendo__journal__v1__, "tiendo.journal.v1.StepBody", step_body)

static const ProtobufCMessageDescriptor *type_of(const char *name)
{
#define X(prefix, text, message)                                                                                   \
	if (strcmp(name, text) == 0)                                                                               \
		return &prefix##message##__descriptor;
	TYPES(X)
#undef X
	fail_msg("vector of an unknown type %s", name);
	return NULL;
}

static size_t unhex(const char *hex, uint8_t *out)
{
	size_t n = 0;

	if (strcmp(hex, "-") == 0)
		return 0;
	for (; hex[0] && hex[1]; hex += 2) {
		char two[3] = {hex[0], hex[1], 0};
		out[n++] = (uint8_t)strtoul(two, NULL, 16);
	}
	return n;
}

typedef void each_vector(const char *name, const char *type, const uint8_t *data, size_t size);

static int for_each_vector(each_vector *f)
{
	FILE *file = fopen("tests/golden/vectors.txt", "r");
	char name[64], type[64], hex[8192];
	static uint8_t data[4096];
	int n = 0, c;

	assert_non_null(file);
	while ((c = fgetc(file)) == '#')
		assert_int_equal(fscanf(file, "%*[^\n]%*c"), 0);
	ungetc(c, file);
	while (fscanf(file, "%63s %63s %8191s", name, type, hex) == 3) {
		f(name, type, data, unhex(hex, data));
		n++;
	}
	fclose(file);
	return n;
}

static void one_vector(const char *name, const char *type, const uint8_t *data, size_t size)
{
	struct codec_arena a = codec_arena_new(1 << 16);
	uint8_t again[4096];
	void *m = codec_unpack(type_of(type), data, size, &a);

	if (name[0] == '!') {
		if (m)
			fail_msg("%s is not canonical and was taken", name);
	} else {
		if (!m)
			fail_msg("%s was refused", name);
		assert_int_equal(codec_pack(m, again), size);
		assert_memory_equal(again, data, size);
	}
	codec_arena_free(&a);
}

static void golden_vectors_round_trip(void **state)
{
	(void)state;
	assert_in_range(for_each_vector(one_vector), 120, 1000);
}

static void one_domain_word(const char *name, const char *type, const uint8_t *data, size_t size)
{
	struct codec_arena a = codec_arena_new(1 << 16);
	uint8_t again[UPDATE_BYTES_MAX];

	if (name[0] != '!' && strcmp(type, "tiendo.v1.Update") == 0) {
		struct update u;
		assert_true(codec_update_decode(data, size, &a, &u));
		assert_int_equal(codec_update_encode(&u, again), size);
		assert_memory_equal(again, data, size);
	} else if (strcmp(type, "tiendo.v1.CatalogueRow") == 0) {
		struct catalogue_row row;
		size_t n;
		assert_true(codec_row_decode(data, size, &a, &row));
		uint8_t *bytes = codec_row_encode(&row, &n);
		assert_int_equal(n, size);
		assert_memory_equal(bytes, data, size);
		free(bytes);
	}
	codec_arena_free(&a);
}

static void domain_words_round_trip(void **state)
{
	(void)state;
	for_each_vector(one_domain_word);
}

static void an_arena_bounds_what_a_message_may_cost(void **state)
{
	(void)state;
	/* 20,000 empty updates in 40 kB of wire */
	static uint8_t bomb[40000];
	for (size_t i = 0; i < sizeof bomb; i += 2)
		bomb[i] = 0x1a;
	struct codec_arena a = codec_arena_new(64 * 1024);
	assert_null(codec_unpack(&tiendo__v1__push__descriptor, bomb, sizeof bomb, &a));
	assert_true(a.used <= a.size);
	codec_arena_free(&a);
}

static void a_rollup_comes_back(void **state)
{
	(void)state;
	struct rollup r = {.version = 9, .cells = {1, 2, 3, 4, 5}, .leaves = {6, 7, 8, 9, 10},
			   .indicators = {1, 2, 3, 4, 1}, .done_late = 1, .overdue = 2, .behind = 3,
			   .percent_sum = 100, .numerator = 5, .denominator = 6, .value = 7, .weight_sum = 8,
			   .weighted = 9, .score_leaves = 10, .score_leaves_of = 11, .target = 5000,
			   .attainment = 10000, .has_target = true, .has_attainment = true,
			   .target_reached = true};
	struct rollup full = {.version = UINT64_MAX, .cells = {-1, -1, -1, -1, -1},
			      .leaves = {-1, -1, -1, -1, -1}, .indicators = {-1, -1, -1, -1, -1},
			      .done_late = -1, .overdue = -1, .behind = -1, .percent_sum = UINT64_MAX,
			      .numerator = INT64_MAX, .denominator = INT64_MAX, .value = INT64_MAX,
			      .weight_sum = UINT64_MAX, .weighted = UINT64_MAX, .score_leaves = -1,
			      .score_leaves_of = -1, .target = INT64_MAX, .summed = -1, .attainment = 10000,
			      .has_target = true, .has_attainment = true, .target_reached = true};
	const struct rollup empty = {.version = 1}, *all[] = {&r, &full, &empty};
	struct codec_arena a = codec_arena_new(1 << 16);
	uint8_t wire[CODEC_ROLLUP_MAX];

	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
		struct rollup back;
		uint32_t item = 0;
		size_t size = codec_rollup_pack(UINT32_MAX, all[i], wire);
		Tiendo__V1__Rollup *m = codec_unpack(&tiendo__v1__rollup__descriptor, wire, size, &a);
		assert_non_null(m); /* canonical */
		assert_true(codec_rollup_read(m, &item, &back));
		assert_int_equal(item, UINT32_MAX);
		assert_memory_equal(&back, all[i], sizeof back);
		assert_int_equal(m->cells == NULL, all[i] == &empty);
		m->numerator = UINT64_MAX;
		assert_false(codec_rollup_read(m, &item, &back));
	}
	codec_arena_free(&a);
}

static void a_threshold_has_known_words(void **state)
{
	static const struct {
		const char *measure, *op;
		bool taken;
	} rows[] = {{"missing", "above", true}, {"behind", "below", true}, {"missing", "over", false},
		    {"missing", "", false},	{"", "above", true},	   {"lateness", "above", false}};
	struct codec_arena a = codec_arena_new(1 << 12);

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
		Tiendo__V1__ThresholdRow t = TIENDO__V1__THRESHOLD_ROW__INIT;
		struct catalogue_row row;
		size_t size;

		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_THRESHOLD;
		m.threshold = &t;
		t.measure = (char *)rows[i].measure;
		t.op = (char *)rows[i].op;
		uint8_t *wire = codec_pack_new(&m, &size);
		assert_int_equal(codec_row_decode(wire, size, &a, &row), rows[i].taken);
		free(wire);
		codec_arena_reset(&a);
	}
	codec_arena_free(&a);
}

static void an_update_that_does_not_fit_is_said_so(void **state)
{
	(void)state;
	static char note[5000];
	uint8_t out[UPDATE_BYTES_MAX];
	struct update u = {.seq = 1, .unit = "412", .item = "A", .period = "", .reason = "", .note = note,
			   .body = BODY_COUNT};

	memset(note, 'a', sizeof note - 1);
	assert_int_equal(codec_update_encode(&u, out), 0);
	note[10] = 0;
	assert_true(codec_update_encode(&u, out) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(golden_vectors_round_trip),
		cmocka_unit_test(domain_words_round_trip),
		cmocka_unit_test(an_arena_bounds_what_a_message_may_cost),
		cmocka_unit_test(a_rollup_comes_back),
		cmocka_unit_test(a_threshold_has_known_words),
		cmocka_unit_test(an_update_that_does_not_fit_is_said_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
