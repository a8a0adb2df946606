// SPDX-License-Identifier: Apache-2.0
#include "server/cellpack.h"

#include "common/sys/base.h"

void cell_pack(const struct cell *c, uint8_t out[static CELL_BYTES])
{
	put_u64(out, c->version);
	put_u64(out + 8, c->entry);
	put_u16(out + 16, c->period);
	put_u16(out + 18, c->index);
	put_u32(out + 20, c->principal);
	put_u64(out + 24, (uint64_t)c->received_ms);
	put_u64(out + 32, (uint64_t)c->value);
	put_u64(out + 40, (uint64_t)c->denominator);
	put_u32(out + 48, c->as_of.ymd);
	put_u32(out + 52, c->done_on.ymd);
	put_u16(out + 56, c->flags);
	out[58] = c->state;
	out[59] = c->percent;
}

struct cell cell_unpack(const uint8_t in[static CELL_BYTES])
{
	return (struct cell){
		.version = get_u64(in), .entry = get_u64(in + 8), .period = get_u16(in + 16), .index = get_u16(in + 18),
		.principal = get_u32(in + 20), .received_ms = (int64_t)get_u64(in + 24),
		.value = (int64_t)get_u64(in + 32), .denominator = (int64_t)get_u64(in + 40),
		.as_of = { get_u32(in + 48) }, .done_on = { get_u32(in + 52) }, .flags = get_u16(in + 56),
		.state = in[58], .percent = in[59],
	};
}
