// SPDX-License-Identifier: Apache-2.0
#include "common/sys/keys.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(sizeof(crypto_generichash_state) <= sizeof(struct hasher), "hasher is too small");
_Static_assert(crypto_box_PUBLICKEYBYTES == KEYS_SIZE && crypto_box_SECRETKEYBYTES == KEYS_SIZE,
	       "CURVE keys are 32 bytes");

enum { KEY_FILE_MAX = 512 };

int keys_start(struct sys_error *error)
{
	if (sodium_init() < 0)
		return sys_fail(error, -ENOSYS,
				"libsodium could not start: no source of randomness");
	return 0;
}

/* ---- Z85 (ZeroMQ RFC 32) ---- */

static const char z85_letters[] =
	"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#";

char *keys_z85(const uint8_t key[static KEYS_SIZE], char out[static KEYS_Z85 + 1])
{
	for (size_t i = 0; i < KEYS_SIZE / 4; i++) {
		uint32_t word = get_u32(key + 4 * i);
		for (size_t j = 5; j-- > 0; word /= 85)
			out[5 * i + j] = z85_letters[word % 85];
	}
	out[KEYS_Z85] = '\0';
	return out;
}

bool keys_z85_parse(const char *text, uint8_t out[static KEYS_SIZE])
{
	if (strlen(text) != KEYS_Z85)
		return false;
	for (size_t i = 0; i < KEYS_SIZE / 4; i++) {
		uint64_t word = 0;
		for (size_t j = 0; j < 5; j++) {
			const char *letter = strchr(z85_letters, text[5 * i + j]);
			if (!letter)
				return false;
			word = word * 85 + (uint64_t)(letter - z85_letters);
		}
		if (word > UINT32_MAX)
			return false; /* five letters hold a little more than 32 bits */
		put_u32(out + 4 * i, (uint32_t)word);
	}
	return true;
}

/* ---- files ---- */

static int create_secret_file(const char *path, struct buffer *text, struct sys_error *error)
{
	int rc = base_file_create(path, 0600, buffer_bytes(text), error);
	keys_wipe(text->data, text->room);
	buffer_free(text);
	return rc;
}

static int read_secret_file(const char *path, struct buffer *text, struct sys_error *error)
{
	struct stat st;
	if (stat(path, &st) == 0 && (st.st_mode & 077))
		return sys_fail(error, -EACCES,
				"%s: others may read this secret key (mode %03o); if nobody has, "
				"run: chmod 600 on it; else make a new key",
				path, (unsigned)(st.st_mode & 0777));
	return base_file_read(path, KEY_FILE_MAX, text, error);
}

void keys_pair_new(struct keys_pair *out)
{
	char z85[KEYS_Z85 + 1];

	/* a public key is given on in a config file, where a value that begins so is a comment */
	do
		crypto_box_keypair(out->public_key, out->secret_key);
	while (*keys_z85(out->public_key, z85) == '#');
}

int keys_pair_create(const char *path, const struct keys_pair *pair, struct sys_error *error)
{
	char z85[KEYS_Z85 + 1];
	struct buffer text = {0};
	/* room first: a growing buffer would leave copies of the secret behind */
	buffer_reserve(&text, KEY_FILE_MAX);
	buffer_clear(&text);
	buffer_format(&text, "public = %s\n", keys_z85(pair->public_key, z85));
	buffer_put_text(&text, "secret = ");
	buffer_put_text(&text, keys_z85(pair->secret_key, z85));
	buffer_put_u8(&text, '\n');
	keys_wipe(z85, sizeof(z85));
	return create_secret_file(path, &text, error);
}

/* The key behind "NAME = " at the start of a line. */
static bool find_key(const char *text, const char *name, uint8_t out[static KEYS_SIZE])
{
	char z85[KEYS_Z85 + 1];
	size_t length = strlen(name);
	for (const char *line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (strncmp(line, name, length) != 0 || strncmp(line + length, " = ", 3) != 0)
			continue;
		line += length + 3;
		size_t n = strcspn(line, "\r\n");
		if (n != KEYS_Z85)
			return false;
		memcpy(z85, line, n);
		z85[n] = '\0';
		bool good = keys_z85_parse(z85, out);
		keys_wipe(z85, sizeof(z85));
		return good;
	}
	return false;
}

int keys_pair_read(const char *path, struct keys_pair *out, struct sys_error *error)
{
	struct buffer text = {0};
	uint8_t derived[KEYS_SIZE];
	int rc = read_secret_file(path, &text, error);
	if (rc == 0 && (!find_key(buffer_text(&text), "public", out->public_key) ||
			!find_key(buffer_text(&text), "secret", out->secret_key)))
		rc = sys_fail(error, -EINVAL,
			      "%s: is not a key file: it must hold the lines `public = ...` and "
			      "`secret = ...`, %d letters each",
			      path, KEYS_Z85);
	if (rc == 0) {
		crypto_scalarmult_base(derived, out->secret_key);
		if (memcmp(derived, out->public_key, KEYS_SIZE) != 0)
			rc = sys_fail(error, -EINVAL,
				      "%s: the public key does not belong to the secret key; "
				      "restore the file or make a new key",
				      path);
	}
	if (text.data)
		keys_wipe(text.data, text.room);
	if (rc)
		keys_wipe(out, sizeof(*out));
	buffer_free(&text);
	return rc;
}

int keys_pair_ensure(const char *path, struct keys_pair *out, struct sys_error *error)
{
	keys_pair_new(out);
	int rc = keys_pair_create(path, out, error);
	return rc == -EEXIST ? keys_pair_read(path, out, error) : rc;
}

int keys_secret_create(const char *path, const uint8_t secret[static KEYS_SIZE],
		       struct sys_error *error)
{
	char hex[2 * KEYS_SIZE + 1];
	struct buffer text = {0};
	buffer_put_text(&text, hex_encode(hex, secret, KEYS_SIZE));
	keys_wipe(hex, sizeof(hex));
	return create_secret_file(path, &text, error);
}

int keys_secret_read(const char *path, uint8_t out[static KEYS_SIZE], struct sys_error *error)
{
	struct buffer text = {0};
	int rc = read_secret_file(path, &text, error);
	if (rc == 0) {
		while (text.size > 0 && strchr("\r\n ", text.data[text.size - 1]))
			text.size--;
		if (!hex_decode(buffer_text(&text), out, KEYS_SIZE))
			rc = sys_fail(error, -EINVAL, "%s: is not a secret: %d hex digits expected",
				      path, 2 * KEYS_SIZE);
	}
	if (text.data)
		keys_wipe(text.data, text.room);
	buffer_free(&text);
	return rc;
}

/* ---- hashing ---- */

static crypto_generichash_state *state_of(struct hasher *h)
{
	return (crypto_generichash_state *)h->state;
}

void hasher_start(struct hasher *h)
{
	crypto_generichash_init(state_of(h), NULL, 0, KEYS_HASH);
}

void hasher_start_keyed(struct hasher *h, const uint8_t key[static KEYS_SIZE])
{
	crypto_generichash_init(state_of(h), key, KEYS_SIZE, KEYS_HASH);
}

void hasher_add(struct hasher *h, struct bytes data)
{
	crypto_generichash_update(state_of(h), data.data, data.size);
}

void hasher_add_u32(struct hasher *h, uint32_t n)
{
	uint8_t bytes[4];
	put_u32(bytes, n);
	crypto_generichash_update(state_of(h), bytes, sizeof(bytes));
}

void hasher_add_u64(struct hasher *h, uint64_t n)
{
	uint8_t bytes[8];
	put_u64(bytes, n);
	crypto_generichash_update(state_of(h), bytes, sizeof(bytes));
}

void hasher_end(struct hasher *h, uint8_t out[static KEYS_HASH])
{
	crypto_generichash_final(state_of(h), out, KEYS_HASH);
	keys_wipe(h, sizeof(*h));
}

void keys_hash(struct bytes data, uint8_t out[static KEYS_HASH])
{
	crypto_generichash(out, KEYS_HASH, data.data, data.size, NULL, 0);
}

void keys_mac(const uint8_t key[static KEYS_SIZE], struct bytes data, uint8_t out[static KEYS_MAC])
{
	crypto_generichash(out, KEYS_MAC, data.data, data.size, key, KEYS_SIZE);
}

/* ---- dice and secrets ---- */

void keys_random(void *out, size_t size)
{
	randombytes_buf(out, size);
}

uint32_t keys_random_below(uint32_t bound)
{
	return bound ? randombytes_uniform(bound) : 0;
}

bool keys_equal(const void *a, const void *b, size_t size)
{
	return sodium_memcmp(a, b, size) == 0;
}

void keys_wipe(void *data, size_t size)
{
	sodium_memzero(data, size);
}
