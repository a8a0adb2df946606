// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/sequencer.h"

static void spans_stand_against_the_mark(void **state)
{
	static const struct {
		uint64_t mark, first;
		uint32_t n;
		enum sequence_kind kind;
		uint32_t known;
	} cases[] = {{0, 1, 1, SEQUENCE_NEW, 0},
		     {0, 2, 1, SEQUENCE_GAP, 0},
		     {5, 6, 64, SEQUENCE_NEW, 0},
		     {5, 7, 1, SEQUENCE_GAP, 0},
		     {5, 5, 1, SEQUENCE_KNOWN, 1},
		     {5, 1, 5, SEQUENCE_KNOWN, 5},
		     {5, 1, 2, SEQUENCE_KNOWN, 2},
		     {5, 4, 5, SEQUENCE_PARTLY, 2},
		     {5, 0, 1, SEQUENCE_BAD, 0},
		     {5, 6, 0, SEQUENCE_BAD, 0},
		     {5, UINT64_MAX, 2, SEQUENCE_BAD, 0},
		     {INT64_MAX - 1, INT64_MAX, 1, SEQUENCE_NEW, 0}};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct sequence s = sequencer_place(cases[i].mark, cases[i].first, cases[i].n);
		assert_int_equal(s.kind, cases[i].kind);
		assert_int_equal(s.known, cases[i].known);
		assert_int_equal(s.expected, cases[i].mark + 1);
	}
}

static void outcomes_are_found_by_seq(void **state)
{
	struct taken taken[] = {{.index = 1, .blob_hash = {1}, .update = {.seq = 4}},
				{.index = 2, .blob_hash = {2}, .update = {.seq = 6}}};
	struct refused refused[] = {
		{.seq = 5, .reason = REASON_NOT_YET, .field = "body", .blob_hash = {3}}};
	struct entry e = {
		.kind = ENTRY_BATCH,
		.first_seq = 4,
		.seqs = 3,
		.batch = {.taken_n = 2, .refused_n = 1, .taken = taken, .refused = refused}};
	struct entry lost = {.kind = ENTRY_VOID, .lost = {.from = 7, .to = 9}};
	struct entry tick = {.kind = ENTRY_TICK};
	uint8_t hash[HASH_SIZE] = {2};

	(void)state;
	struct outcome o = sequencer_outcome(&e, 6);
	assert_int_equal(o.kind, OUTCOME_TAKEN);
	assert_int_equal(o.index, 2);
	assert_true(sequencer_same(&o, hash));
	o = sequencer_outcome(&e, 4);
	assert_false(sequencer_same(&o, hash));
	o = sequencer_outcome(&e, 5);
	assert_int_equal(o.kind, OUTCOME_REFUSED);
	assert_int_equal(o.reason, REASON_NOT_YET);
	assert_string_equal(o.field, "body");
	assert_int_equal(sequencer_outcome(&e, 7).kind, OUTCOME_NONE);
	o = sequencer_outcome(&lost, 9);
	assert_int_equal(o.kind, OUTCOME_VOIDED);
	assert_false(sequencer_same(&o, hash));
	assert_int_equal(sequencer_outcome(&lost, 10).kind, OUTCOME_NONE);
	assert_int_equal(sequencer_outcome(&lost, 6).kind, OUTCOME_NONE);
	assert_int_equal(sequencer_outcome(&tick, 1).kind, OUTCOME_NONE);
}

static void epochs_are_rationed(void **state)
{
	struct instant then = {1000};
	struct instant soon = {1000 + EPOCH_INTERVAL_MS - 1}, later = {1000 + EPOCH_INTERVAL_MS};

	(void)state;
	assert_true(sequencer_epoch_allowed(0, then, 0, then));
	assert_true(sequencer_epoch_allowed(1, then, 0, then));
	assert_false(sequencer_epoch_allowed(2, then, 0, soon));
	assert_true(sequencer_epoch_allowed(2, then, 0, later));
	assert_true(sequencer_epoch_allowed(EPOCHS_MAX - 1, then, 0, later));
	assert_false(sequencer_epoch_allowed(EPOCHS_MAX, then, 0, later));
	/* what the operator allowed is used up by counting, and takes nothing away */
	assert_true(sequencer_epoch_allowed(2, then, 3, soon));
	assert_false(sequencer_epoch_allowed(3, then, 3, soon));
	assert_true(sequencer_epoch_allowed(3, then, 3, later));
	assert_true(sequencer_epoch_allowed(EPOCHS_MAX + 1, then, EPOCHS_MAX + 2, then));
	assert_false(sequencer_epoch_allowed(EPOCHS_MAX + 2, then, EPOCHS_MAX + 2, later));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spans_stand_against_the_mark),
		cmocka_unit_test(outcomes_are_found_by_seq),
		cmocka_unit_test(epochs_are_rationed),
	};

	return cmocka_run_group_tests_name("sequencer", tests, NULL, NULL);
}
