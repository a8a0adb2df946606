// SPDX-License-Identifier: Apache-2.0
/* An Ack written by hand, read by the library. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "server/ack.h"

static struct core_answer answer;

/* `kinds`: t taken, r refused, v void; one span, then a bar. */
static void make(const char *kinds)
{
	struct core_span *s = &answer.spans[0];

	memset(&answer, 0, sizeof answer);
	*s = (struct core_span){.entry = 7, .first_seq = 300, .received = {1712000000000}};
	memset(s->incarnation, 0x11, sizeof s->incarnation);
	memset(s->chain_hash, 0x22, sizeof s->chain_hash);
	answer.spans_n = 1;
	answer.mark = 399;
	for (uint32_t index = 0; *kinds; kinds++) {
		struct core_outcome *o = &answer.outcomes[answer.outcomes_n];
		if (*kinds == '|') {
			s = &answer.spans[answer.spans_n++];
			*s = answer.spans[0];
			s->entry = 7 + answer.spans_n;
			s->first = answer.outcomes_n;
			s->n = 0;
			continue;
		}
		o->kind = *kinds == 't' ? OUTCOME_TAKEN : *kinds == 'r' ? OUTCOME_REFUSED : OUTCOME_VOIDED;
		o->index = *kinds == 't' ? ++index : 0;
		o->reason = *kinds == 'r' ? REASON_OUT_OF_RANGE : REASON_NONE;
		strcpy(o->field, *kinds == 'r' ? "task.percent" : "");
		memset(o->mac, (int)index + 40, sizeof o->mac);
		answer.outcomes_n++;
		s->n++;
	}
}

static void compare_outcome(const Tiendo__V1__Outcome *m, const struct core_outcome *o)
{
	if (o->kind == OUTCOME_TAKEN) {
		assert_int_equal(m->outcome_case, TIENDO__V1__OUTCOME__OUTCOME_TAKEN);
		assert_int_equal(m->taken->index, o->index);
		assert_int_equal(m->taken->mac.len, KEYS_MAC);
		assert_memory_equal(m->taken->mac.data, o->mac, KEYS_MAC);
	} else if (o->kind == OUTCOME_REFUSED) {
		assert_int_equal(m->outcome_case, TIENDO__V1__OUTCOME__OUTCOME_REFUSED);
		assert_int_equal(m->refused->reason, o->reason);
		assert_string_equal(m->refused->field, o->field);
	} else {
		assert_int_equal(m->outcome_case, TIENDO__V1__OUTCOME__OUTCOME_VOIDED);
	}
}

static void check(const char *kinds)
{
	struct codec_arena arena = codec_arena_new(1 << 18);
	struct buffer scratch = {0}, out = {0};

	make(kinds);
	buffer_put_text(&out, "before"); /* it is appended */
	ack_put(&answer, UINT64_C(0x0102030405060708), &scratch, &out);
	assert_false(out.failed);
	const Tiendo__V1__Ack *m =
		codec_unpack(&tiendo__v1__ack__descriptor, out.data + 6, out.size - 6, &arena);
	assert_non_null(m); /* canonical */
	assert_true(m->session == UINT64_C(0x0102030405060708));
	assert_int_equal(m->mark, answer.mark);
	assert_int_equal(m->n_spans, answer.spans_n);
	for (size_t i = 0; i < m->n_spans; i++) {
		const struct core_span *s = &answer.spans[i];
		assert_int_equal(m->spans[i]->entry, s->entry);
		assert_int_equal(m->spans[i]->first_seq, s->first_seq);
		assert_true(m->spans[i]->received_ms == s->received.ms);
		assert_memory_equal(m->spans[i]->incarnation.data, s->incarnation, INCARNATION_SIZE);
		assert_memory_equal(m->spans[i]->chain_hash.data, s->chain_hash, HASH_SIZE);
		assert_int_equal(m->spans[i]->n_outcomes, s->n);
		for (size_t k = 0; k < s->n; k++)
			compare_outcome(m->spans[i]->outcomes[k], &answer.outcomes[s->first + k]);
	}
	buffer_free(&scratch);
	buffer_free(&out);
	codec_arena_free(&arena);
}

static void as_the_library_reads_it(void **state)
{
	(void)state;
	check("t");
	check("r");
	check("v");
	check("trtv|tt|r");
	check("tttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttttt");
}

static void no_memory_is_the_buffers(void **state)
{
	struct buffer scratch = {0}, out = {.cap = 100};

	(void)state;
	make("tttt");
	ack_put(&answer, 1, &scratch, &out);
	assert_true(out.failed);
	buffer_free(&out);
	out = (struct buffer){0};
	scratch.cap = 10;
	buffer_clear(&scratch);
	ack_put(&answer, 1, &scratch, &out);
	assert_true(out.failed);
	buffer_free(&scratch);
	buffer_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_the_library_reads_it),
		cmocka_unit_test(no_memory_is_the_buffers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
