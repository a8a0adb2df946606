// SPDX-License-Identifier: Apache-2.0
#include "server/chain.h"

#include <assert.h>

#include "common/sys/digests.h"

void chain_hash(const uint8_t previous[static HASH_SIZE], struct bytes header, struct bytes body,
		uint8_t out[static HASH_SIZE])
{
	struct hasher h;
	uint8_t body_hash[HASH_SIZE];

	keys_hash(body, body_hash);
	hasher_start(&h);
	hasher_add(&h, bytes_of(previous, HASH_SIZE));
	hasher_add(&h, header);
	hasher_add(&h, bytes_of(body_hash, HASH_SIZE));
	hasher_end(&h, out);
}

static void pack(const struct chain_receipt *r, uint8_t out[static CHAIN_RECEIPT_BYTES])
{
	memcpy(out, r->incarnation, INCARNATION_SIZE);
	put_u64(out + 16, r->entry);
	memcpy(out + 24, r->chain_hash, HASH_SIZE);
	put_u32(out + 56, r->principal);
	memcpy(out + 60, r->epoch, EPOCH_SIZE);
	put_u64(out + 76, r->seq);
	memcpy(out + 84, r->blob_hash, HASH_SIZE);
	put_u64(out + 116, (uint64_t)r->received.ms);
}

void chain_mac(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r,
	       uint8_t out[static KEYS_MAC])
{
	uint8_t bytes[CHAIN_RECEIPT_BYTES];

	pack(r, bytes);
	keys_mac(key, bytes_of(bytes, sizeof bytes), out);
}

void chain_macs(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r, size_t n,
		uint8_t (*out)[KEYS_MAC])
{
	uint8_t bytes[BATCH_MAX][CHAIN_RECEIPT_BYTES];
	struct bytes each[BATCH_MAX];

	assert(n <= BATCH_MAX);
	for (size_t i = 0; i < n; i++) {
		pack(&r[i], bytes[i]);
		each[i] = bytes_of(bytes[i], CHAIN_RECEIPT_BYTES);
	}
	digests_keyed(key, each, n, out);
}

bool chain_mac_valid(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r,
		     struct bytes mac)
{
	uint8_t expected[KEYS_MAC];

	if (mac.size != KEYS_MAC)
		return false;
	chain_mac(key, r, expected);
	return keys_equal(expected, mac.data, KEYS_MAC);
}
