// SPDX-License-Identifier: Apache-2.0
/*
 * keys: libsodium's part: key pairs, hashes, MACs, dice (CONTRACT).
 *
 * For: CURVE key pairs and their files, BLAKE2b-256 plain and keyed, random bytes, comparing and
 * wiping secrets. Never: prints, logs or returns a secret as text except into its own 0600 file.
 * Files are written all or nothing. Failure: files give a negative errno and a sentence; the rest
 * cannot fail after keys_start.
 */
#ifndef TIENDO_COMMON_SYS_KEYS_H
#define TIENDO_COMMON_SYS_KEYS_H

#include "common/sys/base.h"

enum {
	KEYS_SIZE = 32, /* a public or secret key, a MAC key */
	KEYS_HASH = 32, /* BLAKE2b-256 */
	KEYS_MAC = 32,  /* keyed BLAKE2b-256 */
	KEYS_Z85 = 40   /* letters of a key as Z85 text */
};

struct keys_pair {
	uint8_t public_key[KEYS_SIZE], secret_key[KEYS_SIZE];
};

/* Once, before anything else here; again is harmless. */
int keys_start(struct sys_error *error);

void keys_pair_new(struct keys_pair *out);
/* Two lines, `public = Z85` and `secret = Z85`, mode 0600. -EEXIST: a key is never overwritten. */
int keys_pair_create(const char *path, const struct keys_pair *pair, struct sys_error *error);
/* Refuses a file that others may read (-EACCES), and a public key that does not belong to the
 * secret (-EINVAL). */
int keys_pair_read(const char *path, struct keys_pair *out, struct sys_error *error);
/* A secret of KEYS_SIZE bytes (the receipts' MAC key) as one line of hex, mode 0600. */
int keys_secret_create(const char *path, const uint8_t secret[static KEYS_SIZE],
		       struct sys_error *error);
int keys_secret_read(const char *path, uint8_t out[static KEYS_SIZE], struct sys_error *error);

/* Z85 text of a key; `out` gets a NUL. Returns `out`. */
char *keys_z85(const uint8_t key[static KEYS_SIZE], char out[static KEYS_Z85 + 1]);
/* Exactly KEYS_Z85 letters; false = no such key. */
bool keys_z85_parse(const char *text, uint8_t out[static KEYS_SIZE]);

/* ---- hashing ---- */

struct hasher {
	_Alignas(64) uint8_t state[384]; /* libsodium's; keys.c asserts that it fits */
};

void hasher_start(struct hasher *h);
void hasher_start_keyed(struct hasher *h, const uint8_t key[static KEYS_SIZE]);
void hasher_add(struct hasher *h, struct bytes data);
void hasher_add_u32(struct hasher *h, uint32_t n); /* big-endian */
void hasher_add_u64(struct hasher *h, uint64_t n);
/* Ends it (start again to re-use) and wipes the state. */
void hasher_end(struct hasher *h, uint8_t out[static KEYS_HASH]);

void keys_hash(struct bytes data, uint8_t out[static KEYS_HASH]);
void keys_mac(const uint8_t key[static KEYS_SIZE], struct bytes data, uint8_t out[static KEYS_MAC]);

/* ---- dice and secrets ---- */

void keys_random(void *out, size_t size);
uint32_t keys_random_below(uint32_t bound); /* uniform in 0..bound-1; 0 when bound is 0: jitter */
bool keys_equal(const void *a, const void *b, size_t size); /* in constant time */
void keys_wipe(void *data, size_t size);

#endif
