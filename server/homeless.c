// SPDX-License-Identifier: Apache-2.0
#include "server/homeless_slot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(SLOT_BYTES <= UINT8_MAX, "the size of a slot is one byte");

void homeless_free(struct homeless *h)
{
	free(h->list);
	*h = (struct homeless){ 0 };
}

bool homeless_add(struct homeless *h, const struct homeless_slot *slot)
{
	if (h->n == h->size) {
		uint32_t size = h->size ? h->size * 2 : 64;
		struct homeless_slot *list = realloc(h->list, size * sizeof *list);
		if (!list)
			return false;
		h->list = list;
		h->size = size;
	}
	h->list[h->n++] = *slot;
	return true;
}

void homeless_remove(struct homeless *h, uint32_t at)
{
	assert(at < h->n);
	memmove(h->list + at, h->list + at + 1, (h->n - at - 1) * sizeof *h->list);
	h->n--;
}

/* ---- as bytes ---- */

static void put_name(struct buffer *b, const char *name)
{
	buffer_put_u8(b, (uint8_t)strlen(name));
	buffer_put_text(b, name);
}

void homeless_pack(struct buffer *b, const struct homeless *h)
{
	uint8_t slot[SLOT_BYTES];

	buffer_put_u32(b, h->n);
	for (uint32_t i = 0; i < h->n; i++) {
		const struct homeless_slot *s = &h->list[i];
		size_t size = slot_pack(&s->value, slot);
		buffer_put_u32(b, s->unit);
		buffer_put_u32(b, s->item);
		put_name(b, s->schedule);
		put_name(b, s->period.code);
		buffer_put_u32(b, s->period.first.ymd);
		buffer_put_u32(b, s->period.last.ymd);
		buffer_put_u32(b, s->freeze.ymd);
		buffer_put_u8(b, (uint8_t)size);
		buffer_put(b, slot, size);
	}
}

static bool take_u32(struct bytes *in, uint32_t *out)
{
	const uint8_t *p = bytes_take(in, 4);

	*out = p ? get_u32(p) : 0;
	return p;
}

static bool take_text(struct bytes *in, char *out, size_t max)
{
	const uint8_t *p = bytes_take(in, 1);
	size_t n = p ? p[0] : 0;

	if (!p || n > max || !(p = bytes_take(in, n)))
		return false;
	memcpy(out, p, n);
	out[n] = '\0';
	return true;
}

static bool take_day(struct bytes *in, struct date *out)
{
	return take_u32(in, &out->ymd) && date_valid(*out);
}

static bool take_slot(struct bytes *in, struct homeless_slot *s)
{
	if (!take_u32(in, &s->unit) || !take_u32(in, &s->item) || !take_text(in, s->schedule, CODE_MAX) ||
	    !take_text(in, s->period.code, PERIOD_MAX) || !take_day(in, &s->period.first) || !take_day(in, &s->period.last) ||
	    !take_day(in, &s->freeze))
		return false;
	const uint8_t *p = bytes_take(in, 1);
	size_t size = p ? p[0] : 0;
	p = p ? bytes_take(in, size) : NULL;
	return p && slot_unpack(bytes_of(p, size), &s->value);
}

bool homeless_unpack(struct homeless *h, struct bytes packed)
{
	uint32_t n;

	if (!take_u32(&packed, &n))
		return false;
	while (n--) {
		struct homeless_slot s = { 0 };
		if (!take_slot(&packed, &s) || !homeless_add(h, &s))
			return false;
	}
	return packed.size == 0;
}
