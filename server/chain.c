// SPDX-License-Identifier: Apache-2.0
#include "server/chain.h"

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

void chain_mac(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r,
	       uint8_t out[static KEYS_MAC])
{
	struct hasher h;

	hasher_start_keyed(&h, key);
	hasher_add(&h, bytes_of(r->incarnation, INCARNATION_SIZE));
	hasher_add_u64(&h, r->entry);
	hasher_add(&h, bytes_of(r->chain_hash, HASH_SIZE));
	hasher_add_u32(&h, r->principal);
	hasher_add(&h, bytes_of(r->epoch, EPOCH_SIZE));
	hasher_add_u64(&h, r->seq);
	hasher_add(&h, bytes_of(r->blob_hash, HASH_SIZE));
	hasher_add_u64(&h, (uint64_t)r->received.ms);
	hasher_end(&h, out);
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
