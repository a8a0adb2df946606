// SPDX-License-Identifier: Apache-2.0
/* Eight and four at once beside libsodium's one by one, and all beside a vector of another implementation. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "common/sys/digests.h"

enum { MOST = 70, LONGEST = 700 };

static uint8_t pool[MOST][LONGEST];

static void fill(struct bytes *data, size_t n, size_t least, size_t longest)
{
	for (size_t i = 0; i < n; i++) {
		size_t size = least + (size_t)rand() % (longest - least + 1), skew = (size_t)rand() % 8;
		/* the ends of a block are where it goes wrong */
		if (rand() % 3 == 0)
			size = (size_t)(rand() % 5) * 128 + (size_t)(rand() % 3);
		size = size < least ? least : size > longest - 8 ? longest - 8 : size;
		for (size_t k = 0; k < LONGEST; k++)
			pool[i][k] = (uint8_t)rand();
		data[i] = bytes_of(pool[i] + skew, size);
	}
}

static void compare(size_t least, size_t longest)
{
	struct bytes data[MOST];
	uint8_t ours[MOST][KEYS_HASH], theirs[KEYS_HASH], key[KEYS_SIZE];

	for (int round = 0; round < 300; round++) {
		size_t n = (size_t)rand() % (MOST + 1);
		fill(data, n, least, longest);
		digests_plain(data, n, ours);
		for (size_t i = 0; i < n; i++) {
			keys_hash(data[i], theirs);
			assert_memory_equal(ours[i], theirs, KEYS_HASH);
		}
		fill(data, n, least ? least : 1, longest);
		keys_random(key, sizeof(key));
		digests_keyed(key, data, n, ours);
		for (size_t i = 0; i < n; i++) {
			keys_mac(key, data[i], theirs);
			assert_memory_equal(ours[i], theirs, KEYS_MAC);
		}
	}
}

static void as_one_by_one(void **state)
{
	(void)state;
	srand(20240402);
	compare(0, 128);
	compare(0, LONGEST);
	compare(124, 124); /* a receipt */
}

/* From Python's hashlib.blake2b(..., digest_size=32). */
static void known(void **state)
{
	const struct bytes data[] = {bytes_text("abc"), bytes_text("")};
	static const char *const want[] = {
		"bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319",
		"0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8",
		"0a9b1f4f633832a535f3e4539d906998c3814fbcd4cc136e57e8ea742ac36b61"};
	uint8_t out[2][KEYS_HASH], key[KEYS_SIZE];
	char hex[2 * KEYS_HASH + 1];

	(void)state;
	digests_plain(data, 2, out);
	assert_string_equal(hex_encode(hex, out[0], KEYS_HASH), want[0]);
	assert_string_equal(hex_encode(hex, out[1], KEYS_HASH), want[1]);
	memset(key, 'k', sizeof(key));
	digests_keyed(key, data, 1, out);
	assert_string_equal(hex_encode(hex, out[0], KEYS_HASH), want[2]);
}

static void on_lesser_machines(void **state)
{
	for (unsigned at_once = 1; at_once <= 4; at_once += 3) {
		digests_at_most(at_once);
		known(state);
		as_one_by_one(state);
	}
	digests_at_most(8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known),
		cmocka_unit_test(as_one_by_one),
		cmocka_unit_test(on_lesser_machines),
	};

	if (keys_start(NULL))
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
