// SPDX-License-Identifier: Apache-2.0
#include "server/cursor.h"

#include <stdlib.h>

#include "common/sys/base.h"
#include "common/sys/keys.h"

enum { CURSOR_FORMAT = 1 };

uint64_t cursor_asked(Tiendo__V1__Query *m, ProtobufCBinaryData *cursor)
{
	const ProtobufCBinaryData kept = *cursor;
	const uint64_t id = m->id;
	uint8_t hash[KEYS_HASH], *bytes;
	size_t n;

	*cursor = (ProtobufCBinaryData){0};
	m->id = 0;
	bytes = codec_pack_new(m, &n);
	*cursor = kept;
	m->id = id;
	keys_hash(bytes_of(bytes, n), hash);
	free(bytes);
	return get_u64(hash);
}

void cursor_write(const struct cursor *c, uint8_t out[static CURSOR_SIZE])
{
	out[0] = CURSOR_FORMAT;
	out[1] = c->question;
	memcpy(out + 2, c->generation.incarnation, INCARNATION_SIZE);
	put_u32(out + 18, c->generation.fold_version);
	put_u64(out + 22, c->generation.entry);
	put_u64(out + 30, c->as_of);
	put_u64(out + 38, c->a);
	put_u64(out + 46, c->b);
	put_u64(out + 54, c->c);
	put_u64(out + 62, c->asked);
}

bool cursor_read(struct cursor *c, const ProtobufCBinaryData *in, uint8_t question)
{
	if (in->len != CURSOR_SIZE || in->data[0] != CURSOR_FORMAT || in->data[1] != question)
		return false;
	c->question = question;
	memcpy(c->generation.incarnation, in->data + 2, INCARNATION_SIZE);
	c->generation.fold_version = get_u32(in->data + 18);
	c->generation.entry = get_u64(in->data + 22);
	c->as_of = get_u64(in->data + 30);
	c->a = get_u64(in->data + 38);
	c->b = get_u64(in->data + 46);
	c->c = get_u64(in->data + 54);
	c->asked = get_u64(in->data + 62);
	return true;
}
