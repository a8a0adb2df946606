// SPDX-License-Identifier: Apache-2.0
/* Damage is heard of without being asked for, also below the checkpoint; and a whole journal gives no alarm. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>

#include "server/scrub.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

static struct centre c;

static void fill(const char *name)
{
	centre_make(&c, name);
	for (uint64_t seq = 1; seq <= 120; seq++) {
		centre_task(&c, 0, seq, "KH.01", 20240109, (uint32_t)seq % 100);
		centre_offer(&c, centre_stream(7), seq, 1);
		centre_commit(&c);
	}
	struct sys_error error = {""};
	assert_int_equal(core_checkpoint(c.core, &error), 0);
}

static void damage(uint64_t number)
{
	uint8_t key[8], copy[4096];
	struct bytes value;
	struct sys_error error = {""};
	struct kv_table entries;
	struct kv *kv = journal_kv(core_journal(c.core));

	assert_int_equal(kv_table(kv, "entries", &entries, &error), 0);
	put_u64(key, number);
	struct kv_txn *t = kv_write(kv);
	assert_true(kv_get(t, entries, bytes_of(key, 8), &value));
	size_t size = value.size;
	memcpy(copy, value.data, size);
	copy[size - 1] ^= 1;
	kv_put(t, entries, bytes_of(key, 8), bytes_of(copy, size));
	assert_int_equal(kv_commit(&t, &error), KV_OK);
}

static void rounds(struct stats *stats, uint64_t n)
{
	const struct scrub_options options = {
		.journal = core_journal(c.core), .stats = stats, .rest_ms = 1, .round_ms = 1};
	struct scrub *s = scrub_new(&options);
	uint64_t until = STATS_GET(stats, scrubs) + n; /* an earlier call may have seen more than it asked for */
	pthread_t thread;

	assert_non_null(s);
	assert_int_equal(pthread_create(&thread, NULL, scrub_run, s), 0);
	while (STATS_GET(stats, scrubs) < until)
		sched_yield();
	scrub_stop(s);
	pthread_join(thread, NULL);
	scrub_free(s);
}

static void a_whole_journal(void **state)
{
	struct stats stats = {0};

	(void)state;
	fill("whole");
	rounds(&stats, 2);
	assert_int_equal(STATS_GET(&stats, journal_damaged), 0);
	assert_true(STATS_GET(&stats, scrubbed) > 0);
	assert_null(journal_fault(core_journal(c.core)));
	centre_close(&c);
}

static void below_the_checkpoint(void **state)
{
	struct stats stats = {0};

	(void)state;
	fill("damaged");
	damage(77);
	centre_reopen(&c); /* as a start does, it does not look there */
	assert_null(journal_fault(core_journal(c.core)));
	rounds(&stats, 1);
	assert_int_equal(STATS_GET(&stats, journal_damaged), 1);
	assert_non_null(strstr(journal_fault(core_journal(c.core)), "entry 77"));
	damage(77); /* mended */
	rounds(&stats, 1);
	assert_int_equal(STATS_GET(&stats, journal_damaged), 0);
	assert_null(journal_fault(core_journal(c.core)));
	centre_close(&c);
}

static void stopped_at_once(void **state)
{
	struct stats stats = {0};

	(void)state;
	fill("stopped");
	const struct scrub_options options = {.journal = core_journal(c.core), .stats = &stats};
	struct scrub *s = scrub_new(&options);
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, scrub_run, s), 0);
	scrub_stop(s);
	pthread_join(thread, NULL);
	scrub_free(s);
	scrub_free(NULL);
	centre_close(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_journal),
		cmocka_unit_test(below_the_checkpoint),
		cmocka_unit_test(stopped_at_once),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
