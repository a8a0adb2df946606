// SPDX-License-Identifier: Apache-2.0
#include "server/duties.h"
#include "server/homeless_slot.h"

#include <stdlib.h>

void duties_free(struct duties *o)
{
	free(o->sealed);
	terms_free(&o->terms);
	cases_free(&o->cases);
	homeless_free(&o->homeless);
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

static void pack_sealed(const struct duties *o, struct buffer *out)
{
	for (size_t i = 0; i < o->sealed_n; i++) {
		buffer_put(out, o->sealed[i].epoch, EPOCH_SIZE);
		buffer_put_u64(out, (uint64_t)o->sealed[i].last.ms);
	}
}

static bool unpack_sealed(struct duties *o, struct bytes in)
{
	size_t n = in.size / SEALING_BYTES;

	if (in.size != n * SEALING_BYTES || (n && !grow_sealed(o, n)))
		return false;
	for (size_t i = 0; i < n; i++) {
		const uint8_t *p = in.data + i * SEALING_BYTES;
		memcpy(o->sealed[i].epoch, p, EPOCH_SIZE);
		o->sealed[i].last.ms = (int64_t)get_u64(p + EPOCH_SIZE);
	}
	return true;
}

/* Where the size of the table that follows is put when it is known. */
static size_t begin(struct buffer *out)
{
	buffer_put_u32(out, 0);
	return out->size;
}

static void end(struct buffer *out, size_t from)
{
	if (!out->failed)
		put_u32(out->data + from - 4, (uint32_t)(out->size - from));
}

void duties_pack(const struct duties *o, struct buffer *out)
{
	size_t from = begin(out);
	pack_sealed(o, out);
	end(out, from);
	from = begin(out);
	terms_pack(out, &o->terms);
	end(out, from);
	from = begin(out);
	cases_pack(out, &o->cases);
	end(out, from);
	from = begin(out);
	homeless_pack(out, &o->homeless);
	end(out, from);
}

/* The next table; false = there are not so many bytes. */
static bool table(struct bytes *from, struct bytes *out)
{
	if (from->size < 4 || from->size - 4 < get_u32(from->data))
		return false;
	*out = bytes_of(from->data + 4, get_u32(from->data));
	*from = bytes_of(out->data + out->size, from->size - 4 - out->size);
	return true;
}

bool duties_unpack(struct duties *o, struct bytes in)
{
	struct bytes one;

	return table(&in, &one) && unpack_sealed(o, one) && table(&in, &one) && terms_unpack(&o->terms, one) &&
	       table(&in, &one) && cases_unpack(&o->cases, one) && table(&in, &one) && homeless_unpack(&o->homeless, one) &&
	       !in.size;
}

static bool item_known(const struct catalogue *c, uint32_t number)
{
	return catalogue_item_by_number(c, number) != NO_INDEX;
}

static bool both_known(const struct catalogue *c, uint32_t unit, uint32_t item)
{
	return catalogue_unit_by_number(c, unit) != NO_INDEX && item_known(c, item);
}

bool duties_known(const struct duties *o, const struct catalogue *c)
{
	bool known = c || (!o->terms.n && !o->cases.obstacles_n && !o->cases.requests_n && !o->cases.findings_n &&
			   !o->homeless.n);

	for (uint32_t i = 0; known && i < o->terms.n; i++)
		known = both_known(c, o->terms.list[i].unit, o->terms.list[i].item);
	for (uint32_t i = 0; known && i < o->cases.obstacles_n; i++)
		known = both_known(c, o->cases.obstacles[i].unit, o->cases.obstacles[i].item);
	for (uint32_t i = 0; known && i < o->cases.requests_n; i++)
		known = both_known(c, o->cases.requests[i].unit, o->cases.requests[i].item);
	for (uint32_t i = 0; known && i < o->cases.findings_n; i++)
		known = catalogue_unit_by_number(c, o->cases.findings[i].unit) != NO_INDEX;
	for (uint32_t i = 0; known && i < o->homeless.n; i++)
		known = both_known(c, o->homeless.list[i].unit, o->homeless.list[i].item);
	return known;
}
