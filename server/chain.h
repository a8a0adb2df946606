// SPDX-License-Identifier: Apache-2.0
/*
 * chain: the two things that can be proven about an entry. Its hash follows from the entry before
 * it, its header and its body, so nobody changes the past unseen; a receipt's MAC proves that this
 * centre gave it. Pure computation; nothing here can fail.
 */
#ifndef TIENDO_SERVER_CHAIN_H
#define TIENDO_SERVER_CHAIN_H

#include "common/sys/keys.h"
#include "server/entry.h"

/* hash = BLAKE2b-256(previous | header | BLAKE2b-256(body)); previous is 32 zero bytes before the
 * first entry. */
void chain_hash(const uint8_t previous[static HASH_SIZE], struct bytes header, struct bytes body,
		uint8_t out[static HASH_SIZE]);

/* What a receipt says; PROTOCOL.md "Receipts". The MAC covers every field, in this order. */
struct chain_receipt {
	uint8_t incarnation[INCARNATION_SIZE];
	uint64_t entry;
	uint8_t chain_hash[HASH_SIZE];
	uint32_t principal;
	uint8_t epoch[EPOCH_SIZE];
	uint64_t seq;
	uint8_t blob_hash[HASH_SIZE];
	struct instant received;
};

enum { CHAIN_RECEIPT_BYTES = 16 + 8 + 32 + 4 + 16 + 8 + 32 + 8 };
void chain_mac(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r,
	       uint8_t out[static KEYS_MAC]);
/* Those of a batch, at most BATCH_MAX. */
void chain_macs(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r, size_t n,
		uint8_t (*out)[KEYS_MAC]);
bool chain_mac_valid(const uint8_t key[static KEYS_SIZE], const struct chain_receipt *r,
		     struct bytes mac);

#endif
