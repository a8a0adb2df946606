// SPDX-License-Identifier: Apache-2.0
#include "server/roster.h"

#include <stdlib.h>
#include <string.h>

/* Numbers and ids are given in order from 1, so the place in the list is the number less one. */
struct roster {
	struct principal *principals;
	size_t principals_n, principals_size;
	struct roster_key *keys;
	size_t keys_n, keys_size;
	uint32_t *slots; /* open addressing by public key: 1 + place in keys, 0 = free */
	size_t slots_n;  /* a power of two, at least twice keys_size */
	bool starved;	 /* a change was not made for want of memory */
};

struct roster *roster_new(void)
{
	return calloc(1, sizeof(struct roster));
}

void roster_free(struct roster *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < r->principals_n; i++)
		free((char *)r->principals[i].name);
	free(r->principals);
	free(r->keys);
	free(r->slots);
	free(r);
}

struct roster *roster_clone(const struct roster *r)
{
	struct roster *to = roster_new();
	bool ok = to;
	for (size_t i = 0; ok && i < r->principals_n; i++) {
		const struct principal *p = &r->principals[i];
		struct registry_change change = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = p->number,
						  .role = p->role, .scope_unit = p->scope_unit, .name = p->name };
		ok = roster_apply(to, &change);
		if (ok)
			to->principals[i].epochs_until = p->epochs_until;
	}
	for (size_t i = 0; ok && i < r->keys_n; i++) {
		const struct roster_key *k = &r->keys[i];
		struct registry_change change = { .kind = REGISTRY_KEY_ADD, .principal = k->principal, .key_id = k->id };
		memcpy(change.public_key, k->public_key, sizeof change.public_key);
		ok = roster_apply(to, &change);
		if (ok)
			to->keys[i].revoked = k->revoked;
	}
	if (ok)
		return to;
	roster_free(to);
	return NULL;
}

/* ---- finding by public key ---- */

/* Keys are points of a curve: any eight bytes of one are as good as a hash, and one only learns of ours by a listing. */
static size_t slot_of(const struct roster *r, const uint8_t *public_key)
{
	uint64_t h;
	memcpy(&h, public_key, sizeof h);
	h *= UINT64_C(0x9E3779B97F4A7C15);
	size_t at = (size_t)(h >> 32) & (r->slots_n - 1);
	while (r->slots[at] && memcmp(r->keys[r->slots[at] - 1].public_key, public_key, PUBLIC_KEY_SIZE))
		at = (at + 1) & (r->slots_n - 1);
	return at;
}

static bool starved(struct roster *r)
{
	r->starved = true;
	return false;
}

bool roster_starved(const struct roster *r)
{
	return r->starved;
}

/* Room for one more key, in the list and in the slots. */
static bool keys_grow(struct roster *r)
{
	if (r->keys_n < r->keys_size)
		return true;
	size_t size = r->keys_size ? r->keys_size * 2 : 16;
	struct roster_key *keys = realloc(r->keys, size * sizeof *keys);
	if (!keys)
		return starved(r);
	r->keys = keys;
	uint32_t *slots = calloc(size * 2, sizeof *slots);
	if (!slots)
		return starved(r);
	free(r->slots);
	r->slots = slots;
	r->slots_n = size * 2;
	r->keys_size = size;
	for (size_t i = 0; i < r->keys_n; i++)
		r->slots[slot_of(r, r->keys[i].public_key)] = (uint32_t)i + 1;
	return true;
}

/* ---- changing ---- */

static bool principal_add(struct roster *r, const struct registry_change *change)
{
	if (change->principal != roster_next_principal(r) || change->role == ROLE_NONE ||
	    change->role > ROLE_OPERATOR) /* a role of a later build has no line in any table of rights */
		return false;
	if (r->principals_n == r->principals_size) {
		size_t size = r->principals_size ? r->principals_size * 2 : 16;
		struct principal *more = realloc(r->principals, size * sizeof *more);
		if (!more)
			return starved(r);
		r->principals = more;
		r->principals_size = size;
	}
	char *name = strdup(change->name);
	if (!name)
		return starved(r);
	r->principals[r->principals_n++] = (struct principal){ .number = change->principal, .role = change->role,
							       .scope_unit = change->scope_unit, .name = name };
	return true;
}

static bool key_add(struct roster *r, const struct registry_change *change)
{
	if (change->key_id != roster_next_key(r) || !roster_principal(r, change->principal) ||
	    roster_key_of(r, change->public_key) || !keys_grow(r))
		return false;
	struct roster_key *key = &r->keys[r->keys_n];
	*key = (struct roster_key){ .id = change->key_id, .principal = change->principal };
	memcpy(key->public_key, change->public_key, sizeof key->public_key);
	size_t at = slot_of(r, key->public_key);
	r->slots[at] = (uint32_t)++r->keys_n;
	return true;
}

static bool key_revoke(struct roster *r, uint32_t id)
{
	if (!roster_key(r, id))
		return false;
	r->keys[id - 1].revoked = true; /* again is no fault: the wish is fulfilled */
	return true;
}

static bool epochs_allow(struct roster *r, const struct registry_change *change)
{
	if (!roster_principal(r, change->principal))
		return false;
	r->principals[change->principal - 1].epochs_until = change->epochs;
	return true;
}

bool roster_apply(struct roster *r, const struct registry_change *change)
{
	switch (change->kind) {
	case REGISTRY_NONE:
		return false;
	case REGISTRY_PRINCIPAL_ADD:
		return principal_add(r, change);
	case REGISTRY_KEY_ADD:
		return key_add(r, change);
	case REGISTRY_KEY_REVOKE:
		return key_revoke(r, change->key_id);
	case REGISTRY_EPOCHS_ALLOW:
		return epochs_allow(r, change);
	}
	return false;
}

/* ---- reading ---- */

const struct principal *roster_principal(const struct roster *r, uint32_t number)
{
	return number && number <= r->principals_n ? &r->principals[number - 1] : NULL;
}

const struct roster_key *roster_key(const struct roster *r, uint32_t id)
{
	return id && id <= r->keys_n ? &r->keys[id - 1] : NULL;
}

const struct roster_key *roster_key_of(const struct roster *r, const uint8_t public_key[static PUBLIC_KEY_SIZE])
{
	if (!r->slots_n)
		return NULL;
	uint32_t at = r->slots[slot_of(r, public_key)];
	return at ? &r->keys[at - 1] : NULL;
}

const struct principal *roster_live(const struct roster *r, uint32_t key_id)
{
	const struct roster_key *key = roster_key(r, key_id);
	return key && !key->revoked ? roster_principal(r, key->principal) : NULL;
}

size_t roster_principals(const struct roster *r)
{
	return r->principals_n;
}

const struct principal *roster_principal_at(const struct roster *r, size_t i)
{
	return i < r->principals_n ? &r->principals[i] : NULL;
}

size_t roster_keys(const struct roster *r)
{
	return r->keys_n;
}

const struct roster_key *roster_key_at(const struct roster *r, size_t i)
{
	return i < r->keys_n ? &r->keys[i] : NULL;
}

void roster_offices(const struct roster *r, bool *has, size_t n)
{
	for (size_t i = 0; i < r->principals_n; i++)
		if (r->principals[i].role == ROLE_AGENT && r->principals[i].scope_unit < n)
			has[r->principals[i].scope_unit] = true;
}

uint32_t roster_next_principal(const struct roster *r)
{
	return (uint32_t)r->principals_n + 1;
}

uint32_t roster_next_key(const struct roster *r)
{
	return (uint32_t)r->keys_n + 1;
}
