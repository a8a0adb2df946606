// SPDX-License-Identifier: Apache-2.0
#include "server/cursor.h"

#include "common/sys/base.h"

enum { CURSOR_FORMAT = 1 };

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
	return true;
}
