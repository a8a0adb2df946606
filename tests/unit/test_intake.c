// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "server/intake.h"
#include "server/zap.h"
#include "server/door.h"

static struct core_stream stream(uint32_t key, uint8_t epoch)
{
	struct core_stream s = {.principal = key, .key_id = key};

	memset(s.epoch, epoch, sizeof s.epoch);
	return s;
}

static void a_newer_hello_ends_the_older_session(void **state)
{
	struct intake *i = intake_new();
	struct core_stream s = stream(3, 1), other = stream(3, 2), stranger = stream(500, 1);

	(void)state;
	uint64_t first = intake_begin(i, &s)->id;
	assert_non_null(intake_find(i, 3, first));
	assert_null(intake_find(i, 4, first)); /* somebody else's key */
	assert_null(intake_find(i, 3, 0));
	assert_null(intake_find(i, 99999, first));
	uint64_t clone = intake_begin(i, &other)->id; /* another epoch of the key lives beside it */
	uint64_t second = intake_begin(i, &s)->id;
	assert_null(intake_find(i, 3, first));
	assert_non_null(intake_find(i, 3, second));
	assert_memory_equal(intake_find(i, 3, clone)->stream.epoch, other.epoch, EPOCH_SIZE);
	for (uint8_t e = 10; e < 10 + INTAKE_SESSIONS; e++) {
		struct core_stream many = stream(3, e);
		intake_begin(i, &many);
	}
	assert_null(intake_find(i, 3, second)); /* a key holds a few and no more */
	assert_non_null(intake_find(i, 500, intake_begin(i, &stranger)->id));
	intake_free(i);
	intake_free(NULL);
}

static void a_bucket_fills_by_time(void **state)
{
	struct bucket b = {0};

	(void)state;
	assert_int_equal(bucket_take(&b, 40, 2, 40, 1000), 0);
	assert_int_equal(bucket_take(&b, 1, 2, 40, 1000), 501);
	assert_int_equal(bucket_take(&b, 1, 2, 40, 1499), 1 + 1);
	assert_int_equal(bucket_take(&b, 1, 2, 40, 1500), 0);
	assert_int_equal(bucket_take(&b, 40, 2, 40, 1500 + 20000),
			 0); /* never more than the burst */
	assert_true(bucket_take(&b, 1, 2, 40, 1500 + 20000) > 0);
	assert_true(bucket_take(&b, 1, 2, 40, 100) > 0); /* a time that goes back gives nothing */
}

static void messages_and_refusals_are_weighed(void **state)
{
	struct intake *i = intake_new();

	(void)state;
	for (int n = 0; n < INTAKE_BURST; n++)
		assert_int_equal(intake_message(i, 7, 50), 0);
	assert_true(intake_message(i, 7, 50) > 0);
	assert_int_equal(intake_message(i, 8, 50), 0); /* others are not slowed */
	assert_int_equal(intake_message(i, 7, 60), 0);
	intake_refused(i, 8, INTAKE_REFUSED_BURST, 50);
	assert_int_equal(intake_message(i, 8, 50), 0);
	intake_refused(i, 8, 100, 50);
	assert_true(intake_message(i, 8, 60) > 900);
	assert_int_equal(intake_message(i, 8, 50 + 1001), 0);
	intake_free(i);
}

static void a_revoked_key_is_answered_once_a_second(void **state)
{
	struct intake *i = intake_new();
	unsigned answered = 0;

	(void)state;
	for (int64_t now = 5000; now < 8000; now += 10)
		answered += intake_revoked(i, 700, now);
	assert_int_equal(answered, 3);
	assert_true(intake_revoked(i, 701, 7990)); /* each for itself */
	assert_int_equal(intake_message(i, 700, 8000), 0);
	intake_free(i);
}

static void the_door_decides_by_role(void **state)
{
	static const struct {
		enum role role;
		const char *door;
		enum net_zap_status status;
	} matrix[] = {{ROLE_AGENT, DOOR_INGEST, NET_ZAP_ENTER},
		      {ROLE_VIEWER, DOOR_INGEST, NET_ZAP_LATER},
		      {ROLE_OPERATOR, DOOR_INGEST, NET_ZAP_LATER},
		      {ROLE_AGENT, DOOR_FEED, NET_ZAP_LATER},
		      {ROLE_VIEWER, DOOR_FEED, NET_ZAP_ENTER},
		      {ROLE_OPERATOR, DOOR_FEED, NET_ZAP_ENTER},
		      {ROLE_AGENT, DOOR_QUERY, NET_ZAP_ENTER},
		      {ROLE_VIEWER, DOOR_QUERY, NET_ZAP_ENTER},
		      {ROLE_OPERATOR, DOOR_QUERY, NET_ZAP_ENTER},
		      {ROLE_OPERATOR, "", NET_ZAP_LATER}};
	struct roster *r = roster_new();
	uint8_t unknown[KEYS_SIZE] = {9};

	(void)state;
	for (uint32_t role = ROLE_AGENT; role <= ROLE_OPERATOR; role++) {
		struct registry_change add = {.kind = REGISTRY_PRINCIPAL_ADD,
					      .principal = role,
					      .scope_unit = 1,
					      .role = (enum role)role,
					      .name = ""};
		struct registry_change key = {.kind = REGISTRY_KEY_ADD,
					      .principal = role,
					      .key_id = role,
					      .public_key = {(uint8_t)role}};
		assert_true(roster_apply(r, &add) && roster_apply(r, &key));
	}
	for (size_t i = 0; i < sizeof matrix / sizeof *matrix; i++) {
		uint8_t key[KEYS_SIZE] = {(uint8_t)matrix[i].role};
		struct zap_verdict v = zap_decide(r, matrix[i].door, key);
		assert_int_equal(v.status, matrix[i].status);
		assert_int_equal(v.key_id, v.status == NET_ZAP_ENTER ? matrix[i].role : 0);
	}
	assert_int_equal(zap_decide(r, DOOR_QUERY, unknown).status, NET_ZAP_LATER);
	assert_true(zap_decide(r, DOOR_QUERY, unknown).unknown);
	assert_false(zap_decide(NULL, DOOR_QUERY, unknown).unknown);
	struct registry_change revoke = {.kind = REGISTRY_KEY_REVOKE, .key_id = 1};
	uint8_t agent[KEYS_SIZE] = {1};
	assert_true(roster_apply(r, &revoke));
	assert_int_equal(zap_decide(r, DOOR_INGEST, agent).status, NET_ZAP_REVOKED);
	assert_int_equal(zap_decide(NULL, DOOR_INGEST, agent).status, NET_ZAP_LATER); /* loading */
	roster_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newer_hello_ends_the_older_session),
		cmocka_unit_test(a_bucket_fills_by_time),
		cmocka_unit_test(messages_and_refusals_are_weighed),
		cmocka_unit_test(a_revoked_key_is_answered_once_a_second),
		cmocka_unit_test(the_door_decides_by_role),
	};

	return cmocka_run_group_tests_name("intake", tests, NULL, NULL);
}
