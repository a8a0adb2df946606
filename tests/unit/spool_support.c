// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/spool_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "tests/unit/scratch.h"

struct sys_error spool_error;
static const uint8_t INCARNATION[SPOOL_ID] = {1, 2, 3}, HASH[KEYS_HASH] = {9}, MAC[KEYS_MAC] = {7};

struct spool *spool_make(const char *name, const struct spool_options *o, char dir[static 4096])
{
	struct spool *s = NULL;

	snprintf(dir, 4096, "%s", scratch_path(name));
	assert_int_equal(spool_create(dir, &spool_error), 0);
	assert_int_equal(spool_open(&s, dir, o, &spool_error), 0);
	return s;
}

struct spool_state spool_state_now(struct spool *s)
{
	struct spool_state st;

	assert_int_equal(spool_state(s, &st, &spool_error), 0);
	return st;
}

struct update spool_sample(const char *item, const char *note)
{
	return (struct update){.unit = "412",
			       .item = item,
			       .as_of = {20240331},
			       .period = "",
			       .note = note,
			       .reason = "",
			       .product_ref = "",
			       .body = BODY_COUNT,
			       .value = 5};
}

int spool_fill(struct spool *s, size_t n, const char *note)
{
	struct update *u = base_alloc(n * sizeof *u);
	uint64_t first;

	for (size_t i = 0; i < n; i++)
		u[i] = spool_sample("A", note);
	int code = spool_queue(s, u, n, &first, &spool_error);

	free(u);
	return code;
}

struct spool_outcome spool_taken(uint64_t seq, int64_t received)
{
	return (struct spool_outcome){.kind = SPOOL_TAKEN,
				      .seq = seq,
				      .incarnation = INCARNATION,
				      .chain_hash = HASH,
				      .mac = MAC,
				      .entry = 100 + seq,
				      .index = 1,
				      .received_ms = received};
}

void spool_take(struct spool *s, uint64_t from, uint64_t to, int64_t received)
{
	for (uint64_t seq = from; seq <= to; seq++) {
		struct spool_outcome o = spool_taken(seq, received);

		assert_int_equal(spool_settle(s, &o, 1, &spool_error), 0);
	}
}
