// SPDX-License-Identifier: Apache-2.0
/* keys_password: the passwords' part of keys.h. */
#include <assert.h>
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/mman.h>

#include "common/sys/keys.h"

_Static_assert(crypto_pwhash_STRBYTES == KEYS_PASSWORD_TEXT, "a password's hash has another size");

#define PASSWORD_BYTES ((size_t)KEYS_PASSWORD_KIB * 1024)

int keys_password_hash(struct bytes password, char out[static KEYS_PASSWORD_TEXT])
{
	/* libsodium's lanes are always one */
	_Static_assert(KEYS_PASSWORD_LANES == 1, "libsodium makes hashes of one lane only");
	const char *letters = password.size ? (const char *)password.data : "";

	return crypto_pwhash_str_alg(out, letters, password.size, KEYS_PASSWORD_PASSES, PASSWORD_BYTES,
				     crypto_pwhash_ALG_ARGON2ID13) == 0
		       ? 0
		       : -ENOMEM;
}

static bool read_costs(const char *text, unsigned *kib, unsigned *passes, unsigned *lanes)
{
	return sscanf(text, "$argon2id$v=19$m=%9u,t=%9u,p=%9u$", kib, passes, lanes) == 3;
}

/* Would the memory of a try have been there? */
static bool has_memory(unsigned kib)
{
	size_t size = (size_t)kib * 1024;
	void *room = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return room != MAP_FAILED && munmap(room, size) == 0;
}

int keys_password_verify(const char *text, struct bytes password)
{
	const char *letters = password.size ? (const char *)password.data : "";
	unsigned kib = 0, passes, lanes;
	bool whole = read_costs(text, &kib, &passes, &lanes);

	assert(whole);
	(void)whole;
	if (crypto_pwhash_str_verify(text, letters, password.size) == 0)
		return 0;
	/* libsodium says the same of a wrong password and of no memory (and leaves the same errno); a password that
	 * nobody could try must not pass for a wrong one */
	return has_memory(kib) ? -EACCES : -ENOMEM;
}

bool keys_password_known(const char *text)
{
	unsigned kib, passes, lanes;

	if (!read_costs(text, &kib, &passes, &lanes))
		return false;
	if (kib > KEYS_PASSWORD_KIB_MAX || passes > KEYS_PASSWORD_PASSES_MAX || lanes > KEYS_PASSWORD_LANES_MAX)
		return false;
	/* the only one of libsodium's questions that reads a whole text without working on it */
	return crypto_pwhash_str_needs_rehash(text, KEYS_PASSWORD_PASSES, PASSWORD_BYTES) >= 0;
}

bool keys_password_stale(const char *text)
{
	return crypto_pwhash_str_needs_rehash(text, KEYS_PASSWORD_PASSES, PASSWORD_BYTES) != 0;
}
