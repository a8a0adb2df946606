// SPDX-License-Identifier: Apache-2.0
/*
 * digests: many short BLAKE2b-256 at once. The same bytes as keys_hash and keys_mac one by one;
 * where the processor has AVX-512 eight are computed side by side, with AVX2 four, elsewhere they
 * are one by one. For the hash of every update of a batch, and the MAC of every receipt of an ack.
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

/* For tests: so many at once from here on, as on another machine (8, 4, 1), if this one can. */
void digests_at_most(unsigned at_once);

#endif
