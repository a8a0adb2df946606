// SPDX-License-Identifier: Apache-2.0
/* When each principal was last heard of, noted by two threads at once. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "server/heard.h"

enum { LAST = HEARD_CHUNK * HEARD_CHUNKS - 1 };

static void each_its_own(void **state)
{
	static struct heard h;
	const uint32_t some[] = {0, 1, HEARD_CHUNK - 1, HEARD_CHUNK, 12345, LAST};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++) {
		assert_int_equal(heard_last(&h, some[i]).ms, 0);
		heard_note(&h, some[i], (struct instant){1000 + (int64_t)i});
	}
	for (size_t i = 0; i < sizeof(some) / sizeof(*some); i++)
		assert_int_equal(heard_last(&h, some[i]).ms, 1000 + (int64_t)i);
	assert_int_equal(heard_last(&h, 2).ms, 0);
	heard_note(&h, 1, (struct instant){5}); /* a clock that was set back is believed */
	assert_int_equal(heard_last(&h, 1).ms, 5);
	heard_note(&h, (uint32_t)LAST + 1, (struct instant){7}); /* nobody's number */
	heard_note(&h, UINT32_MAX, (struct instant){7});
	assert_int_equal(heard_last(&h, (uint32_t)LAST + 1).ms + heard_last(&h, UINT32_MAX).ms, 0);
	heard_note(NULL, 1, (struct instant){7});
	assert_int_equal(heard_last(NULL, 1).ms, 0);
	heard_free(&h);
	assert_int_equal(heard_last(&h, 1).ms, 0);
}

/* ---- two threads make the same chunks ---- */

enum { ROUNDS = 200, CHUNKS = 64 };
static struct heard shared;
static pthread_barrier_t both;

static void *note_odd_or_even(void *arg)
{
	uint32_t mine = *(uint32_t *)arg;

	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&both);
		for (uint32_t i = 0; i < CHUNKS; i++)
			heard_note(&shared, i * HEARD_CHUNK + mine, (struct instant){i + 1});
		pthread_barrier_wait(&both); /* the other looks, and empties it */
		pthread_barrier_wait(&both);
	}
	return NULL;
}

static void nothing_is_lost_between_two(void **state)
{
	uint32_t mine[] = {0, 1};
	pthread_t threads[2];

	(void)state;
	assert_int_equal(pthread_barrier_init(&both, NULL, 3), 0);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, note_odd_or_even, &mine[i]), 0);
	for (int round = 0; round < ROUNDS; round++) {
		pthread_barrier_wait(&both);
		pthread_barrier_wait(&both);
		for (uint32_t i = 0; i < 2 * CHUNKS; i++)
			assert_int_equal(heard_last(&shared, i / 2 * HEARD_CHUNK + i % 2).ms, i / 2 + 1);
		heard_free(&shared);
		pthread_barrier_wait(&both);
	}
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&both);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(each_its_own), cmocka_unit_test(nothing_is_lost_between_two)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
