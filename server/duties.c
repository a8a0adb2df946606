// SPDX-License-Identifier: Apache-2.0
#include "server/duties.h"

#include <stdlib.h>

void duties_free(struct duties *o)
{
	free(o->sealed);
	*o = (struct duties){ 0 };
}

static bool grow_sealed(struct duties *o, size_t n)
{
	struct sealing *more = realloc(o->sealed, n * sizeof *more);

	o->failed = o->failed || !more;
	if (!more)
		return false;
	memset(more + o->sealed_n, 0, (n - o->sealed_n) * sizeof *more);
	o->sealed = more;
	o->sealed_n = n;
	return true;
}

struct instant *duties_sealed(struct duties *o, uint32_t principal, const uint8_t epoch[static EPOCH_SIZE])
{
	if (principal > o->sealed_n && !grow_sealed(o, principal))
		return NULL;
	struct sealing *s = &o->sealed[principal - 1];
	if (memcmp(s->epoch, epoch, EPOCH_SIZE) != 0) {
		memcpy(s->epoch, epoch, EPOCH_SIZE);
		s->last = (struct instant){ 0 };
	}
	return &s->last;
}

/* ---- as bytes ---- */

enum { SEALING_BYTES = EPOCH_SIZE + 8 };

void duties_pack(const struct duties *o, struct buffer *out)
{
	buffer_put_u32(out, (uint32_t)o->sealed_n);
	for (size_t i = 0; i < o->sealed_n; i++) {
		buffer_put(out, o->sealed[i].epoch, EPOCH_SIZE);
		buffer_put_u64(out, (uint64_t)o->sealed[i].last.ms);
	}
}

bool duties_unpack(struct duties *o, struct bytes in)
{
	uint32_t n = in.size >= 4 ? get_u32(in.data) : 0;

	if (in.size != 4 + (size_t)n * SEALING_BYTES || (n && !grow_sealed(o, n)))
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const uint8_t *p = in.data + 4 + (size_t)i * SEALING_BYTES;
		memcpy(o->sealed[i].epoch, p, EPOCH_SIZE);
		o->sealed[i].last.ms = (int64_t)get_u64(p + EPOCH_SIZE);
	}
	return true;
}
