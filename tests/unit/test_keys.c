// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys/keys.h"
#include "tests/unit/scarce.h"
#include "tests/unit/scratch.h"

static struct sys_error error;

static void test_z85(void **state)
{
	(void)state;
	/* the server key of ZeroMQ's own CURVE example */
	static const char text[] = "rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7";
	uint8_t key[KEYS_SIZE];
	char hex[65], back[KEYS_Z85 + 1];
	assert_true(keys_z85_parse(text, key));
	assert_string_equal(hex_encode(hex, key, sizeof(key)),
			    "54fcba24e93249969316fb617c872bb0c1d1ff14800427c594cbfacf1bc2d652");
	assert_string_equal(keys_z85(key, back), text);
	assert_false(keys_z85_parse("rq:rM", key));
	assert_false(keys_z85_parse("rq:rM>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf ", key));
	assert_false(keys_z85_parse("#####>}U?@Lns47E1%kR.o@n%FcmmsL/@{H8]yf7", key));
}

static void test_pair_file(void **state)
{
	(void)state;
	struct keys_pair pair, back, other;
	struct stat st;
	const char *path = scratch_path("agent.key");
	keys_pair_new(&pair);
	keys_pair_new(&other);
	assert_int_equal(keys_pair_create(path, &pair, &error), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(keys_pair_read(path, &back, &error), 0);
	assert_memory_equal(&pair, &back, sizeof(pair));
	assert_int_equal(keys_pair_create(path, &other, &error), -EEXIST);
	assert_int_equal(keys_pair_read(path, &back, &error), 0);
	assert_memory_equal(&pair, &back, sizeof(pair));
	/* the one that is there, or a new one */
	assert_int_equal(keys_pair_ensure(path, &back, &error), 0);
	assert_memory_equal(&pair, &back, sizeof(pair));
	assert_int_equal(keys_pair_ensure(scratch_path("first.key"), &back, &error), 0);
	assert_int_equal(keys_pair_ensure(scratch_path("first.key"), &other, &error), 0);
	assert_memory_equal(&other, &back, sizeof(other));
	assert_memory_not_equal(&pair, &back, sizeof(pair));
	path = scratch_path("agent.key");
	chmod(path, 0640);
	assert_int_equal(keys_pair_read(path, &back, &error), -EACCES);
	assert_non_null(strstr(error.text, "chmod 600"));
	/* a public key of another pair */
	memcpy(other.secret_key, pair.secret_key, KEYS_SIZE);
	path = scratch_path("mixed.key");
	assert_int_equal(keys_pair_create(path, &other, &error), 0);
	assert_int_equal(keys_pair_read(path, &back, &error), -EINVAL);
	assert_non_null(strstr(error.text, "does not belong"));
	assert_int_equal(keys_pair_read(scratch_path("none.key"), &back, &error), -ENOENT);
	path = scratch_path("foreign.key");
	base_file_write(path, 0600, bytes_text("public = abc\n"), NULL);
	assert_int_equal(keys_pair_read(path, &back, &error), -EINVAL);
	assert_non_null(strstr(error.text, "not a key file"));
	base_file_write(path, 0600, bytes_text("hello"), NULL);
	assert_int_equal(keys_pair_read(path, &back, &error), -EINVAL);
}

static void test_secret_file(void **state)
{
	(void)state;
	uint8_t secret[KEYS_SIZE], back[KEYS_SIZE];
	const char *path = scratch_path("mac.key");
	keys_random(secret, sizeof(secret));
	assert_int_equal(keys_secret_create(path, secret, &error), 0);
	assert_int_equal(keys_secret_read(path, back, &error), 0);
	assert_true(keys_equal(secret, back, sizeof(secret)));
	assert_int_equal(keys_secret_create(path, secret, &error), -EEXIST);
	base_file_write(path, 0600, bytes_text("abcd\n"), NULL);
	assert_int_equal(keys_secret_read(path, back, &error), -EINVAL);
	base_file_write(path, 0644, bytes_text("abcd\n"), NULL);
	assert_int_equal(keys_secret_read(path, back, &error), -EACCES);
}

static void test_hash(void **state)
{
	(void)state;
	char hex[65];
	uint8_t whole[KEYS_HASH], parts[KEYS_HASH], key[KEYS_SIZE] = {1};
	struct hasher h;
	keys_hash(bytes_text("abc"), whole);
	assert_string_equal(hex_encode(hex, whole, sizeof(whole)),
			    "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	hasher_start(&h);
	hasher_add(&h, bytes_text("a"));
	hasher_add(&h, bytes_text(""));
	hasher_add(&h, bytes_text("bc"));
	hasher_end(&h, parts);
	assert_memory_equal(whole, parts, sizeof(whole));
	static const uint8_t numbers[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
	keys_mac(key, bytes_of(numbers, sizeof(numbers)), whole);
	hasher_start_keyed(&h, key);
	hasher_add_u32(&h, 0x01020304);
	hasher_add_u64(&h, UINT64_C(0x05060708090a0b0c));
	hasher_end(&h, parts);
	assert_memory_equal(whole, parts, sizeof(whole));
	keys_hash(bytes_of(numbers, sizeof(numbers)), parts);
	assert_memory_not_equal(whole, parts, sizeof(whole));
	static const struct hasher zero;
	assert_memory_equal(&h, &zero, sizeof(h));
}

static void test_password(void **state)
{
	(void)state;
	char text[KEYS_PASSWORD_TEXT], again[KEYS_PASSWORD_TEXT];
	struct bytes right = bytes_text("mật khẩu của tôi"), wrong = bytes_text("mật khẩu của tới");

	assert_int_equal(keys_password_hash(right, text), 0);
	assert_int_equal(strncmp(text, "$argon2id$v=19$m=19456,t=2,p=1$", 31), 0);
	assert_true(keys_password_known(text));
	assert_false(keys_password_stale(text));
	assert_int_equal(keys_password_verify(text, right), 0);
	assert_int_equal(keys_password_verify(text, wrong), -EACCES);
	assert_int_equal(keys_password_verify(text, (struct bytes){0}), -EACCES);
	/* salted: the same password, another text */
	assert_int_equal(keys_password_hash(right, again), 0);
	assert_string_not_equal(text, again);
	assert_int_equal(keys_password_hash((struct bytes){0}, again), 0);
	assert_int_equal(keys_password_verify(again, (struct bytes){0}), 0);
	assert_int_equal(keys_password_verify(again, right), -EACCES);
}

/* Hashes of "password" by the reference program argon2(1), salt "somesalt". */
static void test_password_of_others(void **state)
{
	(void)state;
	static const char weak[] =
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
	static const char *const bad[] = {
		"", "x", "$argon2id$v=19$m=256,t=2,p=1$", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
		/* another kind, another version */
		"$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		/* too dear */
		"$argon2id$v=19$m=65537,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=9,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=256,t=2,p=5$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		"$argon2id$v=19$m=4294967552,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
		/* not whole, more than whole */
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4 ",
		"$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR!uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
	};

	assert_true(keys_password_known(weak));
	assert_true(keys_password_stale(weak));
	assert_int_equal(keys_password_verify(weak, bytes_text("password")), 0);
	assert_int_equal(keys_password_verify(weak, bytes_text("Password")), -EACCES);
	for (size_t i = 0; i < BASE_COUNT(bad); i++)
		if (keys_password_known(bad[i]))
			fail_msg("taken: %s", bad[i]);
}

/* Without the memory for a try it says so: that is no wrong password. */
static void test_password_without_memory(void **state)
{
	(void)state;
	char text[KEYS_PASSWORD_TEXT], another[KEYS_PASSWORD_TEXT];
	struct rlimit all, little;
	unsigned long pages;

	if (!scarce_works())
		skip();
	assert_int_equal(keys_password_hash(bytes_text("right"), text), 0);
	FILE *f = fopen("/proc/self/statm", "r");
	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu", &pages), 1);
	fclose(f);
	assert_int_equal(getrlimit(RLIMIT_AS, &all), 0);
	little = (struct rlimit){.rlim_cur = pages * (rlim_t)getpagesize() + 8 * 1024 * 1024, .rlim_max = all.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_AS, &little), 0);
	int hashed = keys_password_hash(bytes_text("right"), another), right = keys_password_verify(text, bytes_text("right")),
	    wrong = keys_password_verify(text, bytes_text("wrong"));
	assert_int_equal(setrlimit(RLIMIT_AS, &all), 0);
	assert_int_equal(hashed, -ENOMEM);
	assert_int_equal(right, -ENOMEM);
	assert_int_equal(wrong, -ENOMEM);
	assert_int_equal(keys_password_verify(text, bytes_text("right")), 0);
}

static void test_dice(void **state)
{
	(void)state;
	uint8_t a[32], b[32];
	keys_random(a, sizeof(a));
	keys_random(b, sizeof(b));
	assert_false(keys_equal(a, b, sizeof(a)));
	keys_wipe(a, sizeof(a));
	for (size_t i = 0; i < sizeof(a); i++)
		assert_int_equal(a[i], 0);
	assert_int_equal(keys_random_below(0), 0);
	for (int i = 0; i < 100; i++)
		assert_true(keys_random_below(7) < 7);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_z85),         cmocka_unit_test(test_pair_file),
		cmocka_unit_test(test_secret_file), cmocka_unit_test(test_hash),
		cmocka_unit_test(test_dice),
		cmocka_unit_test(test_password),     cmocka_unit_test(test_password_of_others),
		cmocka_unit_test(test_password_without_memory),
	};
	if (keys_start(&error) != 0)
		return 1;
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
