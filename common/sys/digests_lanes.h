// SPDX-License-Identifier: Apache-2.0
/*
 * digests_lanes: BLAKE2b as RFC 7693 has it over LANES messages at once, each lane of a vector another message. For
 * digests.c alone, which includes it once for each width a machine may have, and says LANES, WITH (what the machine
 * must be able to do), OF(name) (the name in that width), EACH(x) (x(0), x(1) ... for every lane) and how a lane is
 * rotated: TURN (to the right) and TURN_ONE_LEFT.
 */

typedef uint64_t OF(lanes) __attribute__((vector_size(8 * LANES)));
#define VEC OF(lanes)
#define VECTOR __attribute__((target(WITH)))

/* One block of each lane. `count`: bytes so far; `last`: all ones in the lanes that end here. */
VECTOR static void OF(compress)(VEC h[static 8], const VEC m[static 16], VEC count, VEC last)
{
	VEC v[16];

	for (int i = 0; i < 8; i++) {
		v[i] = h[i];
		v[i + 8] = (VEC){0} + iv[i];
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

VECTOR static void OF(start)(VEC h[static 8], unsigned key_size)
{
	for (int i = 0; i < 8; i++)
		h[i] = (VEC){0} + iv[i];
	h[0] ^= (VEC){0} + (0x01010000 ^ (uint64_t)key_size << 8 ^ KEYS_HASH);
}

/* Words in the order of the wire, which is this machine's. */
VECTOR static void OF(load)(VEC m[static 16], const uint8_t *const block[static LANES])
{
	for (int i = 0; i < 16; i++) {
#define WORD(l) word_at(block[l] + 8 * i)
		m[i] = (VEC){EACH(WORD)};
#undef WORD
	}
}

/* LANES messages that begin where `from` stands, with `before` bytes hashed. */
VECTOR static void OF(hash_some)(const VEC from[static 8], uint64_t before, const struct bytes data[static LANES],
				  uint8_t *const out[static LANES])
{
	uint8_t room[LANES][BLOCK];
	VEC h[8], then[8], m[16];
	size_t blocks = 0;

	for (int l = 0; l < LANES; l++)
		blocks = blocks_of(data[l].size) > blocks ? blocks_of(data[l].size) : blocks;
	memcpy(h, from, sizeof(h));
	for (size_t n = 0; n < blocks; n++) {
		const uint8_t *block[LANES];
		VEC count, last, active;
		for (int l = 0; l < LANES; l++) {
			size_t own = blocks_of(data[l].size), end = (n + 1) * BLOCK;
			block[l] = block_of(data[l], n, room[l]);
			count[l] = before + (end < data[l].size ? end : data[l].size);
			last[l] = n + 1 == own ? UINT64_MAX : 0;
			active[l] = n < own ? UINT64_MAX : 0;
		}
		OF(load)(m, block);
		memcpy(then, h, sizeof(then));
		OF(compress)(then, m, count, last);
		for (int i = 0; i < 8; i++)
			h[i] = (then[i] & active) | (h[i] & ~active);
	}
	for (int l = 0; l < LANES; l++)
		for (int i = 0; i < KEYS_HASH / 8; i++)
			memcpy(out[l] + 8 * i, &(uint64_t){h[i][l]}, 8);
}

/* The last group may be short: its lanes repeat the last message. */
VECTOR static void OF(hash_all)(const VEC from[static 8], uint64_t before, const struct bytes *data,
				size_t n, uint8_t (*out)[KEYS_HASH])
{
	for (size_t i = 0; i < n; i += LANES) {
		struct bytes each[LANES];
		uint8_t *to[LANES];
		for (size_t l = 0; l < LANES; l++) {
			size_t at = i + l < n ? i + l : n - 1;
			each[l] = data[at];
			to[l] = out[at];
		}
		OF(hash_some)(from, before, each, to);
	}
}

VECTOR static void OF(plain)(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH])
{
	VEC h[8];

	OF(start)(h, 0);
	OF(hash_all)(h, 0, data, n, out);
}

/* The key is the first block of every message, so it is hashed once for all. */
VECTOR static void OF(keyed)(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
			    uint8_t (*out)[KEYS_MAC])
{
	uint8_t first[BLOCK] = {0};
	const uint8_t *block[LANES];
	VEC h[8], m[16];

	memcpy(first, key, KEYS_SIZE);
	for (int l = 0; l < LANES; l++)
		block[l] = first;
	OF(start)(h, KEYS_SIZE);
	OF(load)(m, block);
	OF(compress)(h, m, (VEC){0} + BLOCK, (VEC){0});
	OF(hash_all)(h, BLOCK, data, n, out);
	keys_wipe(first, sizeof(first));
	keys_wipe(m, sizeof(m));
	keys_wipe(h, sizeof(h));
}

#undef VEC
#undef VECTOR
#undef LANES
#undef WITH
#undef OF
#undef EACH
#undef TURN
#undef TURN_ONE_LEFT
