// SPDX-License-Identifier: Apache-2.0
/*
 * digests: many short BLAKE2b-256 at once. The same bytes as keys_hash and keys_mac one by one;
 * where the processor has AVX2 four are computed side by side, elsewhere they are one by one. For
 * the hash of every update of a batch, and the MAC of every receipt of an ack.
 *
 * Never: allocates, fails. Call keys_start before.
 */
#ifndef TIENDO_COMMON_SYS_DIGESTS_H
#define TIENDO_COMMON_SYS_DIGESTS_H

#include "common/sys/keys.h"

/* out[i] = keys_hash(data[i]) */
void digests_plain(const struct bytes *data, size_t n, uint8_t (*out)[KEYS_HASH]);
/* out[i] = keys_mac(key, data[i]); none of the data may be empty */
void digests_keyed(const uint8_t key[static KEYS_SIZE], const struct bytes *data, size_t n,
		   uint8_t (*out)[KEYS_MAC]);

/* For tests: one by one from here on, as on a machine without AVX2; or as the machine can. */
void digests_one_by_one(bool yes);

#endif
