// SPDX-License-Identifier: Apache-2.0
#include "server/rosterpack.h"

#include <stdlib.h>

enum { PRINCIPAL_BYTES = 20, KEY_BYTES = 9 + PUBLIC_KEY_SIZE };

void roster_pack(struct buffer *b, const struct roster *r)
{
	buffer_put_u32(b, (uint32_t)roster_principals(r));
	for (size_t i = 0; i < roster_principals(r); i++) {
		const struct principal *p = roster_principal_at(r, i);
		buffer_put_u32(b, p->number);
		buffer_put_u32(b, p->role);
		buffer_put_u32(b, p->scope_unit);
		buffer_put_u32(b, p->epochs_until);
		buffer_put_u32(b, (uint32_t)strlen(p->name));
		buffer_put_text(b, p->name);
	}
	buffer_put_u32(b, (uint32_t)roster_keys(r));
	for (size_t i = 0; i < roster_keys(r); i++) {
		const struct roster_key *k = roster_key_at(r, i);
		buffer_put_u32(b, k->id);
		buffer_put_u32(b, k->principal);
		buffer_put_u8(b, k->revoked);
		buffer_put(b, k->public_key, sizeof k->public_key);
	}
}

static bool unpack_principal(struct roster *r, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, PRINCIPAL_BYTES), *text;
	if (!p || !(text = bytes_take(from, get_u32(p + 16))))
		return false;
	char *name = strndup((const char *)text, get_u32(p + 16));
	struct registry_change add = { .kind = REGISTRY_PRINCIPAL_ADD, .principal = get_u32(p),
				       .role = (enum role)get_u32(p + 4), .scope_unit = get_u32(p + 8), .name = name };
	struct registry_change allow = { .kind = REGISTRY_EPOCHS_ALLOW, .principal = add.principal, .epochs = get_u32(p + 12) };
	bool ok = name && roster_apply(r, &add) && roster_apply(r, &allow);
	free(name);
	return ok;
}

static bool unpack_key(struct roster *r, struct bytes *from)
{
	const uint8_t *p = bytes_take(from, KEY_BYTES);
	if (!p)
		return false;
	struct registry_change add = { .kind = REGISTRY_KEY_ADD, .key_id = get_u32(p), .principal = get_u32(p + 4) };
	struct registry_change revoke = { .kind = REGISTRY_KEY_REVOKE, .key_id = add.key_id };
	memcpy(add.public_key, p + 9, sizeof add.public_key);
	return p[8] <= 1 && roster_apply(r, &add) && (!p[8] || roster_apply(r, &revoke));
}

static bool unpack_all(struct roster *r, struct bytes *from, bool (*unpack)(struct roster *, struct bytes *))
{
	const uint8_t *count = bytes_take(from, 4);
	for (uint32_t i = 0; count && i < get_u32(count); i++)
		if (!unpack(r, from))
			return false;
	return count;
}

struct roster *roster_unpack(struct bytes packed)
{
	struct roster *r = roster_new();
	if (r && unpack_all(r, &packed, unpack_principal) && unpack_all(r, &packed, unpack_key) && !packed.size)
		return r;
	roster_free(r);
	return NULL;
}
