// SPDX-License-Identifier: Apache-2.0
#include "common/sys/digests.h"

#include <assert.h>
#include <limits.h>

static unsigned at_most = UINT_MAX;

void digests_at_most(unsigned at_once)
{
	at_most = at_once;
}

static void plain_1(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	for (size_t i = 0; i < n; i++)
		keys_hash(data[i], out[i]);
}

static void keyed_1(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
			     uint8_t (*out)[KEYS_MAC])
{
	for (size_t i = 0; i < n; i++)
		keys_mac(key, data[i], out[i]);
}

#ifdef __x86_64__

/* ---- many at once ---- */

enum { BLOCK = 128, ROUNDS = 12 };

static const uint64_t iv[8] = {
	UINT64_C(0x6a09e667f3bcc908), UINT64_C(0xbb67ae8584caa73b), UINT64_C(0x3c6ef372fe94f82b),
	UINT64_C(0xa54ff53a5f1d36f1), UINT64_C(0x510e527fade682d1), UINT64_C(0x9b05688c2b3e6c1f),
	UINT64_C(0x1f83d9abfb41bd6b), UINT64_C(0x5be0cd19137e2179),
};

static const uint8_t sigma[ROUNDS][16] = {
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
	{11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
	{7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
	{9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
	{2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
	{12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
	{13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
	{6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
	{10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
};

#define MIX(a, b, c, d, x, y)                                                                      \
	do {                                                                                       \
		v[a] += v[b] + m[x];                                                               \
		v[d] = TURN(v[d] ^ v[a], 32);                                                       \
		v[c] += v[d];                                                                      \
		v[b] = TURN(v[b] ^ v[c], 24);                                                       \
		v[a] += v[b] + m[y];                                                               \
		v[d] = TURN(v[d] ^ v[a], 16);                                                       \
		v[c] += v[d];                                                                      \
		v[b] = TURN_ONE_LEFT(v[b] ^ v[c]);                                                 \
	} while (0)

static size_t blocks_of(size_t size)
{
	return size ? (size + BLOCK - 1) / BLOCK : 1;
}

/* The lane's block `n`; the last one is filled up with zeros in `room`. */
static const uint8_t *block_of(struct bytes data, size_t n, uint8_t room[static BLOCK])
{
	size_t at = n * BLOCK;

	if (data.size >= at + BLOCK)
		return data.data + at;
	memset(room, 0, BLOCK);
	if (data.size > at)
		memcpy(room, data.data + at, data.size - at);
	return room;
}

static inline uint64_t word_at(const uint8_t *p)
{
	uint64_t word;

	memcpy(&word, p, sizeof(word));
	return word;
}

/* Four, with the vectors of nearly every machine. To the right by whole octets: one shuffle of each word. */
typedef uint8_t octets __attribute__((vector_size(32)));
#define OCTETS(n, at)                                                                              \
	(at) + (0 + (n)) % 8, (at) + (1 + (n)) % 8, (at) + (2 + (n)) % 8, (at) + (3 + (n)) % 8,    \
		(at) + (4 + (n)) % 8, (at) + (5 + (n)) % 8, (at) + (6 + (n)) % 8,                  \
		(at) + (7 + (n)) % 8
#define OF(name) name##_4
#define LANES 4
#define WITH "avx2"
#define EACH(x) x(0), x(1), x(2), x(3)
#define TURN(x, n)                                                                                 \
	((lanes_4)__builtin_shufflevector((octets)(x), (octets)(x), OCTETS((n) / 8, 0),            \
					  OCTETS((n) / 8, 8), OCTETS((n) / 8, 16), OCTETS((n) / 8, 24)))
#define TURN_ONE_LEFT(x) ((x) >> 63 | ((x) + (x)))
#include "common/sys/digests_lanes.h"

/* Eight, with wider ones, which can rotate. */
#define OF(name) name##_8
#define LANES 8
#define WITH "avx512f"
#define EACH(x) x(0), x(1), x(2), x(3), x(4), x(5), x(6), x(7)
#define TURN(x, n) ((x) >> (n) | (x) << (64 - (n)))
#define TURN_ONE_LEFT(x) ((x) >> 63 | (x) << 1)
#include "common/sys/digests_lanes.h"

static unsigned widest(void)
{
	return __builtin_cpu_supports("avx512f") ? 8 : __builtin_cpu_supports("avx2") ? 4 : 1;
}

#else

static unsigned widest(void)
{
	return 1;
}
#define plain_4 plain_1
#define keyed_4 keyed_1
#define plain_8 plain_1
#define keyed_8 keyed_1

#endif

/* A few do not fill the lanes of the widest. */
static unsigned at_once(size_t n)
{
	unsigned widest_now = widest() < at_most ? widest() : at_most;

	if (n > 4 && widest_now >= 8)
		return 8;
	return n > 1 && widest_now >= 4 ? 4 : 1;
}

void digests_plain(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	unsigned lanes = at_once(n);

	(lanes == 8 ? plain_8 : lanes == 4 ? plain_4 : plain_1)(data, n, out);
}

void digests_keyed(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
		   uint8_t (*out)[KEYS_MAC])
{
	unsigned lanes = at_once(n);

	for (size_t i = 0; i < n; i++)
		assert(data[i].size > 0);
	(lanes == 8 ? keyed_8 : lanes == 4 ? keyed_4 : keyed_1)(key, data, n, out);
}
