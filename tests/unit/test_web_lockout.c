// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "common/sys/keys.h"
#include "dashboard/web_lockout.h"

#define T0 INT64_C(1000000)

static struct web_address here, there;

static int fresh(void **state)
{
	here = web_address_v4(0x0a000001);
	there = web_address_v4(0x0a000002);
	*state = web_lockout_new();
	return 0;
}

static int gone(void **state)
{
	web_lockout_free(*state);
	return 0;
}

static void fail_times(struct web_lockout *l, const char *name, struct web_address from, int n, int64_t now)
{
	for (int i = 0; i < n; i++)
		web_lockout_tried(l, name, from, now);
}

/* 5 are free, then 1 s, 2 s, 4 s ... and never more than 15 min. */
static void test_doubling(void **state)
{
	struct web_lockout *l = *state;
	static const int64_t pauses[] = {0,     0,     0,     0,      0,      1000,   2000,   4000,   8000,
					 16000, 32000, 64000, 128000, 256000, 512000, 900000, 900000, 900000};
	int64_t now = T0;

	for (size_t n = 0; n < BASE_COUNT(pauses); n++) {
		assert_int_equal(web_lockout_wait(l, "lan", here, now), pauses[n]);
		if (pauses[n]) {
			assert_int_equal(web_lockout_wait(l, "lan", here, now + pauses[n] - 1), 1);
			assert_int_equal(web_lockout_wait(l, "lan", here, now + pauses[n]), 0);
			now += pauses[n];
		}
		web_lockout_tried(l, "lan", here, now);
	}
	fail_times(l, "lan", here, 100, now);
	assert_int_equal(web_lockout_wait(l, "lan", here, now), 900000);
}

static void test_address_over_names(void **state)
{
	struct web_lockout *l = *state;
	char name[24];

	for (int i = 0; i < 6; i++) {
		snprintf(name, sizeof name, "nobody%d", i);
		web_lockout_tried(l, name, here, T0);
	}
	assert_int_equal(web_lockout_wait(l, "another", here, T0), 2000);
	assert_int_equal(web_lockout_wait(l, "another", there, T0), 0);
}

static void test_name_over_addresses(void **state)
{
	struct web_lockout *l = *state;

	/* guessing from many addresses: each is slowed by what all of them did */
	for (uint32_t i = 0; i < 8; i++)
		web_lockout_tried(l, "lan", web_address_v4(0x0b000000 + i), T0);
	for (uint32_t i = 0; i < 8; i++)
		assert_int_equal(web_lockout_wait(l, "lan", web_address_v4(0x0b000000 + i), T0 + 1), 7999);
	/* with another name none of them has done so much */
	assert_int_equal(web_lockout_wait(l, "binh", web_address_v4(0x0b000000), T0), 0);
	/* the owner comes from elsewhere, mistypes once, and waits from then on, whatever the others go on doing */
	assert_int_equal(web_lockout_wait(l, "lan", here, T0), 0);
	web_lockout_tried(l, "lan", here, T0 + 100);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 100), 16000);
	for (int64_t at = T0 + 200; at < T0 + 900000; at += 1000)
		web_lockout_tried(l, "lan", there, at);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 100 + 900000), 0);
	assert_true(web_lockout_wait(l, "lan", there, T0 + 100 + 900000) > 0);
}

static void test_passing_forgives(void **state)
{
	struct web_lockout *l = *state;

	fail_times(l, "lan", here, 7, T0);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0), 4000);
	web_lockout_tried(l, "lan", here, T0 + 4000);
	web_lockout_passed(l, "lan", here, T0 + 4001);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 4001), 0);
	fail_times(l, "lan", here, 4, T0 + 5000);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 5000), 0);
	web_lockout_tried(l, "lan", here, T0 + 5000);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 5000), 1000);
}

/* One good password of one's own is no ticket to guess at another's. */
static void test_passing_forgives_only_its_own(void **state)
{
	struct web_lockout *l = *state;
	int64_t now = T0;

	for (int i = 0; i < 5; i++) {
		web_lockout_tried(l, "chairman", here, now);
		web_lockout_tried(l, "own", here, now);
		web_lockout_passed(l, "own", here, now);
	}
	assert_int_equal(web_lockout_wait(l, "chairman", here, now), 1000);
	assert_int_equal(web_lockout_wait(l, "own", here, now), 1000);
	/* from elsewhere the owner's name is good as ever */
	assert_int_equal(web_lockout_wait(l, "own", there, now), 0);
	/* a login from elsewhere forgives the name, not the address that guessed */
	web_lockout_tried(l, "chairman", there, now);
	web_lockout_passed(l, "chairman", there, now);
	assert_int_equal(web_lockout_wait(l, "chairman", here, now), 1000);
}

static void test_a_day_forgets(void **state)
{
	struct web_lockout *l = *state;

	fail_times(l, "lan", here, 9, T0);
	web_lockout_tried(l, "lan", here, T0 + WEB_LOCKOUT_FORGET_MS - 1);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + WEB_LOCKOUT_FORGET_MS - 1), 32000);
	web_lockout_tried(l, "lan", here, T0 + 2 * (int64_t)WEB_LOCKOUT_FORGET_MS);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0 + 2 * (int64_t)WEB_LOCKOUT_FORGET_MS), 0);
}

/* Passed without a try: nothing to forgive, nothing breaks. */
static void test_passing_a_stranger(void **state)
{
	struct web_lockout *l = *state;

	web_lockout_passed(l, "lan", here, T0);
	assert_int_equal(web_lockout_wait(l, "lan", here, T0), 0);
}

static void test_ipv6_by_64(void **state)
{
	struct web_lockout *l = *state;
	struct web_address a, b, c;

	assert_true(web_address_parse("2001:db8:0:1::1", &a));
	assert_true(web_address_parse("2001:db8:0:1:ffff::2", &b));
	assert_true(web_address_parse("2001:db8:0:2::1", &c));
	fail_times(l, "lan", a, 5, T0);
	assert_int_equal(web_lockout_wait(l, "lan", b, T0), 1000);
	assert_int_equal(web_lockout_wait(l, "lan", c, T0), 0);
}

/* More names and addresses than there is room for: nobody else waits, and who is under attack is forgotten last. */
static void test_flood(void **state)
{
	struct web_lockout *l = *state;
	char name[24];

	fail_times(l, "chairman", here, 12, T0);
	for (uint32_t i = 0; i < 2 * WEB_LOCKOUT_ROOM; i++) {
		snprintf(name, sizeof name, "n%u", i);
		web_lockout_tried(l, name, web_address_v4(0x0c000000 + i), T0 + 1 + i);
		if (i % 1000 == 0)
			assert_int_equal(web_lockout_wait(l, name, web_address_v4(0x0c000000 + i), T0 + 1 + i), 0);
	}
	int64_t now = T0 + 2 * WEB_LOCKOUT_ROOM;
	assert_int_equal(web_lockout_wait(l, "chairman", here, now), 128000 - (now - T0));
	assert_int_equal(web_lockout_wait(l, "chairman", there, now), 0);
	assert_int_equal(web_lockout_wait(l, "lan", there, now), 0);
	/* the latest of the flood is remembered, the first is not */
	fail_times(l, "n0", web_address_v4(0x0c000000), 4, now);
	assert_int_equal(web_lockout_wait(l, "n0", web_address_v4(0x0c000000), now), 0);
	fail_times(l, name, web_address_v4(0x0c000000 + 2 * WEB_LOCKOUT_ROOM - 1), 4, now);
	assert_int_equal(web_lockout_wait(l, name, web_address_v4(0x0c000000 + 2 * WEB_LOCKOUT_ROOM - 1), now), 1000);
}

/* The pair was displaced before its try passed: the address gets that one try back. */
static void test_displaced_pair(void **state)
{
	struct web_lockout *l = *state;
	char name[24];

	fail_times(l, "chairman", there, 4, T0);
	web_lockout_tried(l, "lan", there, T0);
	for (uint32_t i = 0; i < WEB_LOCKOUT_ROOM; i++) {
		snprintf(name, sizeof name, "n%u", i);
		web_lockout_tried(l, name, here, T0 + 1);
	}
	assert_int_equal(web_lockout_wait(l, "x", there, T0), 1000);
	web_lockout_passed(l, "lan", there, T0 + 2);
	assert_int_equal(web_lockout_wait(l, "x", there, T0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_doubling, fresh, gone),
		cmocka_unit_test_setup_teardown(test_address_over_names, fresh, gone),
		cmocka_unit_test_setup_teardown(test_name_over_addresses, fresh, gone),
		cmocka_unit_test_setup_teardown(test_passing_forgives, fresh, gone),
		cmocka_unit_test_setup_teardown(test_passing_forgives_only_its_own, fresh, gone),
		cmocka_unit_test_setup_teardown(test_a_day_forgets, fresh, gone),
		cmocka_unit_test_setup_teardown(test_passing_a_stranger, fresh, gone),
		cmocka_unit_test_setup_teardown(test_ipv6_by_64, fresh, gone),
		cmocka_unit_test_setup_teardown(test_flood, fresh, gone),
		cmocka_unit_test_setup_teardown(test_displaced_pair, fresh, gone),
	};
	if (keys_start(NULL) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
