// SPDX-License-Identifier: Apache-2.0
#include "common/sys/digests.h"

#include <assert.h>

static bool one_by_one;

void digests_one_by_one(bool yes)
{
	one_by_one = yes;
}

static void plain_one_by_one(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	for (size_t i = 0; i < n; i++)
		keys_hash(data[i], out[i]);
}

static void keyed_one_by_one(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
			     uint8_t (*out)[KEYS_MAC])
{
	for (size_t i = 0; i < n; i++)
		keys_mac(key, data[i], out[i]);
}

#ifdef __x86_64__

/* ---- four at once: BLAKE2b as RFC 7693 has it, each lane of a vector another message ---- */

#define AVX2 __attribute__((target("avx2")))

enum { LANES = 4, BLOCK = 128, ROUNDS = 12 };

typedef uint64_t lanes __attribute__((vector_size(32)));
typedef uint8_t octets __attribute__((vector_size(32)));

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

/* Rotation to the right by whole octets: one shuffle of each word. */
#define OCTETS(n, at)                                                                              \
	(at) + (0 + (n)) % 8, (at) + (1 + (n)) % 8, (at) + (2 + (n)) % 8, (at) + (3 + (n)) % 8,    \
		(at) + (4 + (n)) % 8, (at) + (5 + (n)) % 8, (at) + (6 + (n)) % 8,                  \
		(at) + (7 + (n)) % 8
#define TURN(x, n)                                                                                 \
	((lanes)__builtin_shufflevector((octets)(x), (octets)(x), OCTETS(n, 0), OCTETS(n, 8),      \
					OCTETS(n, 16), OCTETS(n, 24)))

#define MIX(a, b, c, d, x, y)                                                                      \
	do {                                                                                       \
		v[a] += v[b] + m[x];                                                               \
		v[d] = TURN(v[d] ^ v[a], 4);                                                       \
		v[c] += v[d];                                                                      \
		v[b] = TURN(v[b] ^ v[c], 3);                                                       \
		v[a] += v[b] + m[y];                                                               \
		v[d] = TURN(v[d] ^ v[a], 2);                                                       \
		v[c] += v[d];                                                                      \
		v[b] ^= v[c];                                                                      \
		v[b] = v[b] >> 63 | (v[b] + v[b]);                                                 \
	} while (0)

/* One block of each lane. `count`: bytes so far; `last`: all ones in the lanes that end here. */
AVX2 static void compress(lanes h[static 8], const lanes m[static 16], lanes count, lanes last)
{
	lanes v[16];

	for (int i = 0; i < 8; i++) {
		v[i] = h[i];
		v[i + 8] = (lanes){0} + iv[i];
	}
	v[12] ^= count; /* its upper half stays 0: nobody hashes 2^64 bytes */
	v[14] ^= last;
	for (int r = 0; r < ROUNDS; r++) {
		const uint8_t *s = sigma[r];
		MIX(0, 4, 8, 12, s[0], s[1]);
		MIX(1, 5, 9, 13, s[2], s[3]);
		MIX(2, 6, 10, 14, s[4], s[5]);
		MIX(3, 7, 11, 15, s[6], s[7]);
		MIX(0, 5, 10, 15, s[8], s[9]);
		MIX(1, 6, 11, 12, s[10], s[11]);
		MIX(2, 7, 8, 13, s[12], s[13]);
		MIX(3, 4, 9, 14, s[14], s[15]);
	}
	for (int i = 0; i < 8; i++)
		h[i] ^= v[i] ^ v[i + 8];
}

AVX2 static void start(lanes h[static 8], unsigned key_size)
{
	for (int i = 0; i < 8; i++)
		h[i] = (lanes){0} + iv[i];
	h[0] ^= (lanes){0} + (0x01010000 ^ (uint64_t)key_size << 8 ^ KEYS_HASH);
}

/* Words in the order of the wire, which is this machine's. */
AVX2 static void load(lanes m[static 16], const uint8_t *const block[static LANES])
{
	for (int i = 0; i < 16; i++) {
		uint64_t word[LANES];
		for (int l = 0; l < LANES; l++)
			memcpy(&word[l], block[l] + 8 * i, 8);
		m[i] = (lanes){word[0], word[1], word[2], word[3]};
	}
}

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

/* Four messages that begin where `from` stands, with `before` bytes hashed. */
AVX2 static void hash_four(const lanes from[static 8], uint64_t before, const struct bytes data[static LANES],
			   uint8_t *const out[static LANES])
{
	uint8_t room[LANES][BLOCK];
	lanes h[8], then[8], m[16];
	size_t blocks = 0;

	for (int l = 0; l < LANES; l++)
		blocks = blocks_of(data[l].size) > blocks ? blocks_of(data[l].size) : blocks;
	memcpy(h, from, sizeof(h));
	for (size_t n = 0; n < blocks; n++) {
		const uint8_t *block[LANES];
		lanes count, last, active;
		for (int l = 0; l < LANES; l++) {
			size_t own = blocks_of(data[l].size), end = (n + 1) * BLOCK;
			block[l] = block_of(data[l], n, room[l]);
			count[l] = before + (end < data[l].size ? end : data[l].size);
			last[l] = n + 1 == own ? UINT64_MAX : 0;
			active[l] = n < own ? UINT64_MAX : 0;
		}
		load(m, block);
		memcpy(then, h, sizeof(then));
		compress(then, m, count, last);
		for (int i = 0; i < 8; i++)
			h[i] = (then[i] & active) | (h[i] & ~active);
	}
	for (int l = 0; l < LANES; l++)
		for (int i = 0; i < KEYS_HASH / 8; i++)
			memcpy(out[l] + 8 * i, &(uint64_t){h[i][l]}, 8);
}

/* The last group may be short: its lanes repeat the last message. */
AVX2 static void hash_all(const lanes from[static 8], uint64_t before, const struct bytes *data,
			  size_t n, uint8_t (*out)[KEYS_HASH])
{
	for (size_t i = 0; i < n; i += LANES) {
		struct bytes four[LANES];
		uint8_t *to[LANES];
		for (size_t l = 0; l < LANES; l++) {
			size_t at = i + l < n ? i + l : n - 1;
			four[l] = data[at];
			to[l] = out[at];
		}
		hash_four(from, before, four, to);
	}
}

AVX2 static void plain_by_four(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	lanes h[8];

	start(h, 0);
	hash_all(h, 0, data, n, out);
}

/* The key is the first block of every message, so it is hashed once for all. */
AVX2 static void keyed_by_four(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
			       uint8_t (*out)[KEYS_MAC])
{
	uint8_t first[BLOCK] = {0};
	const uint8_t *const block[LANES] = {first, first, first, first};
	lanes h[8], m[16];

	memcpy(first, key, KEYS_SIZE);
	start(h, KEYS_SIZE);
	load(m, block);
	compress(h, m, (lanes){0} + BLOCK, (lanes){0});
	hash_all(h, BLOCK, data, n, out);
	keys_wipe(first, sizeof(first));
	keys_wipe(m, sizeof(m));
	keys_wipe(h, sizeof(h));
}

static bool four_at_once(void)
{
	return !one_by_one && __builtin_cpu_supports("avx2");
}

#else

static bool four_at_once(void)
{
	return false;
}
#define plain_by_four plain_one_by_one
#define keyed_by_four keyed_one_by_one

#endif

void digests_plain(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	(four_at_once() ? plain_by_four : plain_one_by_one)(data, n, out);
}

void digests_keyed(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
		   uint8_t (*out)[KEYS_MAC])
{
	for (size_t i = 0; i < n; i++)
		assert(data[i].size > 0);
	(four_at_once() ? keyed_by_four : keyed_one_by_one)(key, data, n, out);
}
