// SPDX-License-Identifier: Apache-2.0
/*
 * keys: libsodium's part: key pairs, hashes, MACs, dice (CONTRACT).
 *
 * For: CURVE key pairs and their files, BLAKE2b-256 plain and keyed, random bytes, comparing and
 * wiping secrets, hashes of people's passwords. Never: prints, logs or returns a secret as text except into its own 0600 file.
 * Files are written all or nothing. Failure: files give a negative errno and a sentence; passwords
 * a negative errno (they need memory); the rest cannot fail after keys_start.
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
/* The pair of that file; a new one where there is none yet: a key is never overwritten, it is the one others may know. */
int keys_pair_ensure(const char *path, struct keys_pair *out, struct sys_error *error);
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

/* ---- people's passwords: argon2id as text, "$argon2id$v=19$m=19456,t=2,p=1$salt$hash" ---- */

enum {
	KEYS_PASSWORD_TEXT = 128, /* bytes of such a text with its NUL; libsodium's */
	/*
	 * What a new one costs: the OWASP Password Storage Cheat Sheet's m = 19 MiB, t = 2, p = 1 ("Use Argon2id with
	 * a minimum configuration of 19 MiB of memory, an iteration count of 2, and 1 degree of parallelism").
	 */
	KEYS_PASSWORD_KIB = 19 * 1024,
	KEYS_PASSWORD_PASSES = 2,
	KEYS_PASSWORD_LANES = 1,
	/* What another program's may cost at most, so that a line of a file cannot take the machine: RFC 9106's second
	 * choice (64 MiB, 3 passes, 4 lanes) is within. */
	KEYS_PASSWORD_KIB_MAX = 64 * 1024,
	KEYS_PASSWORD_PASSES_MAX = 8,
	KEYS_PASSWORD_LANES_MAX = 4
};

/* Takes tens of ms and KEYS_PASSWORD_KIB of memory. -ENOMEM. */
int keys_password_hash(struct bytes password, char out[static KEYS_PASSWORD_TEXT]);
/* As long. 0 = it is the one; -EACCES = it is another; -ENOMEM = it could not be tried. `text` must be
 * keys_password_known. */
int keys_password_verify(const char *text, struct bytes password);
/* A text that keys_password_verify takes: argon2id, whole, not dearer than the limits above. */
bool keys_password_known(const char *text);
/* Made with other parameters than new ones are: to be made again when the password is at hand. */
bool keys_password_stale(const char *text);

/* ---- dice and secrets ---- */

void keys_random(void *out, size_t size);
uint32_t keys_random_below(uint32_t bound); /* uniform in 0..bound-1; 0 when bound is 0: jitter */
bool keys_equal(const void *a, const void *b, size_t size); /* in constant time */
void keys_wipe(void *data, size_t size);

#endif
