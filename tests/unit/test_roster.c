// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/roster.h"
#include "tests/unit/scarce.h"

static struct registry_change principal(uint32_t number, enum role role, uint32_t unit, const char *name)
{
	return (struct registry_change){ .kind = REGISTRY_PRINCIPAL_ADD, .principal = number, .role = role,
					 .scope_unit = unit, .name = name };
}

static struct registry_change key(uint32_t id, uint32_t of, uint32_t seed)
{
	struct registry_change change = { .kind = REGISTRY_KEY_ADD, .key_id = id, .principal = of };
	memset(change.public_key, 7, sizeof change.public_key);
	memcpy(change.public_key, &seed, sizeof seed);
	return change;
}

static struct registry_change revoke(uint32_t id)
{
	return (struct registry_change){ .kind = REGISTRY_KEY_REVOKE, .key_id = id };
}

static bool apply(struct roster *r, struct registry_change change)
{
	return roster_apply(r, &change);
}

static void test_a_rotation(void **state)
{
	struct roster *r = roster_new();
	(void)state;
	assert_non_null(r);
	assert_int_equal(roster_next_principal(r), 1);
	assert_int_equal(roster_next_key(r), 1);
	assert_null(roster_key_of(r, key(1, 1, 1).public_key));
	assert_true(apply(r, principal(1, ROLE_AGENT, 412, "Vinh")));
	assert_true(apply(r, key(1, 1, 100)));
	assert_true(apply(r, key(2, 1, 200))); /* the old and the new one overlap */
	assert_int_equal(roster_live(r, 1)->scope_unit, 412);
	assert_string_equal(roster_live(r, 2)->name, "Vinh");
	assert_int_equal(roster_key_of(r, key(0, 0, 200).public_key)->id, 2);
	assert_true(apply(r, revoke(1)));
	assert_true(apply(r, revoke(1)));
	assert_null(roster_live(r, 1));
	assert_true(roster_key(r, 1)->revoked);
	assert_true(roster_key_of(r, key(0, 0, 100).public_key)->revoked);
	assert_int_equal(roster_live(r, 2)->role, ROLE_AGENT);
	assert_null(roster_live(r, 3));
	assert_null(roster_live(r, 0));
	roster_free(r);
	roster_free(NULL);
}

static void test_what_does_not_fit_changes_nothing(void **state)
{
	struct roster *r = roster_new();
	(void)state;
	assert_true(apply(r, principal(1, ROLE_VIEWER, 1, "")));
	assert_true(apply(r, key(1, 1, 1)));
	assert_false(apply(r, principal(1, ROLE_AGENT, 1, "again")));
	assert_false(apply(r, principal(3, ROLE_AGENT, 1, "a hole")));
	assert_false(apply(r, principal(2, ROLE_NONE, 1, "nothing")));
	assert_false(apply(r, principal(2, (enum role)(ROLE_OPERATOR + 1), 1, "of a later build")));
	assert_false(apply(r, key(1, 1, 2)));
	assert_false(apply(r, key(2, 2, 2)));
	assert_false(apply(r, key(2, 0, 2)));
	assert_false(apply(r, key(2, 1, 1))); /* the same key twice */
	assert_false(apply(r, revoke(2)));
	assert_false(apply(r, revoke(0)));
	assert_false(apply(r, (struct registry_change){ 0 }));
	assert_false(apply(r, (struct registry_change){ .kind = (enum registry_kind)99 }));
	assert_int_equal(roster_principals(r), 1);
	assert_int_equal(roster_keys(r), 1);
	assert_int_equal(roster_principal(r, 1)->role, ROLE_VIEWER);
	roster_free(r);
}

static void test_epochs_are_allowed(void **state)
{
	struct roster *r = roster_new(), *clone;
	struct registry_change allow = { .kind = REGISTRY_EPOCHS_ALLOW, .principal = 1, .epochs = 66 };
	(void)state;
	assert_false(apply(r, allow));
	assert_true(apply(r, principal(1, ROLE_AGENT, 1, "")));
	assert_int_equal(roster_principal(r, 1)->epochs_until, 0);
	assert_true(apply(r, allow));
	clone = roster_clone(r);
	assert_int_equal(roster_principal(clone, 1)->epochs_until, 66);
	roster_free(clone);
	roster_free(r);
}

static struct roster *thousand(void)
{
	struct roster *r = roster_new();
	for (uint32_t i = 1; i <= 1000; i++) {
		assert_true(apply(r, principal(i, ROLE_AGENT, i % 7 + 1, "x")));
		assert_true(apply(r, key(i, i, i * 65536)));
		if (i % 3 == 0)
			assert_true(apply(r, revoke(i)));
	}
	return r;
}

static void test_many_and_a_clone(void **state)
{
	struct roster *r = thousand(), *clone = roster_clone(r);
	(void)state;
	assert_non_null(clone);
	roster_free(r);
	assert_int_equal(roster_principals(clone), 1000);
	assert_int_equal(roster_keys(clone), 1000);
	for (uint32_t i = 1; i <= 1000; i++) {
		assert_int_equal(roster_key_of(clone, key(0, 0, i * 65536).public_key)->id, i);
		assert_int_equal(!roster_live(clone, i), i % 3 == 0);
		assert_int_equal(roster_principal_at(clone, i - 1)->number, i);
		assert_int_equal(roster_key_at(clone, i - 1)->id, i);
	}
	assert_null(roster_key_of(clone, key(0, 0, 5).public_key));
	assert_null(roster_principal_at(clone, 1000));
	assert_null(roster_key_at(clone, 1000));
	assert_int_equal(roster_next_principal(clone), 1001);
	assert_int_equal(roster_next_key(clone), 1001);
	roster_free(clone);
}

static void test_no_memory(void **state)
{
	(void)state;
	if (!scarce_works())
		skip();
	struct roster *r = roster_new(), *clone = NULL;
	for (uint32_t i = 1; i <= 40; i++) {
		bool done = false;
		for (long n = 0; !done; n++) {
			scarce_after(n);
			done = apply(r, principal(i, ROLE_AGENT, 1, "name"));
			scarce_end();
			assert_int_equal(roster_principals(r), done ? i : i - 1);
		}
		done = false;
		for (long n = 0; !done; n++) {
			scarce_after(n);
			done = apply(r, key(i, i, i));
			scarce_end();
			assert_int_equal(roster_keys(r), done ? i : i - 1);
			assert_int_equal(!roster_key_of(r, key(0, 0, i).public_key), !done);
		}
	}
	for (long n = 0; !clone; n++) {
		scarce_after(n);
		clone = roster_clone(r);
		scarce_end();
	}
	assert_int_equal(roster_keys(clone), 40);
	roster_free(clone);
	roster_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_rotation),
		cmocka_unit_test(test_what_does_not_fit_changes_nothing),
		cmocka_unit_test(test_epochs_are_allowed),
		cmocka_unit_test(test_many_and_a_clone),
		cmocka_unit_test(test_no_memory),
	};
	return cmocka_run_group_tests_name("roster", tests, NULL, NULL);
}
