// SPDX-License-Identifier: Apache-2.0
/*
 * codec_reader: canonical protobuf, read by hand from bytes in memory; for codec_update.c and
 * codec_matter.c alone. A fault is sticky: after `bad` every value is of no use, and whoever reads
 * looks once, at the end.
 */
#ifndef TIENDO_COMMON_SYS_CODEC_READER_H
#define TIENDO_COMMON_SYS_CODEC_READER_H

#include <string.h>

#include "common/sys/base.h"
#include "common/sys/codec.h"

enum wire { WIRE_NUMBER = 0, WIRE_EIGHT = 1, WIRE_BYTES = 2 };
enum { VARINT_MAX = 10 };

struct reader {
	const uint8_t *at, *end;
	bool bad; /* sticky */
	uint64_t seen; /* fields, as bits */
	struct codec_arena *arena;
};

static inline struct reader reader_of(struct bytes b, struct codec_arena *a)
{
	return (struct reader){.at = b.data, .end = b.size ? b.data + b.size : b.data, .arena = a};
}

/* ---- numbers and lengths ---- */

static inline unsigned width(uint64_t n)
{
	return (unsigned)(63 - __builtin_clzll(n | 1)) / 7 + 1;
}

__attribute__((noinline, unused)) static uint64_t long_varint(struct reader *r)
{
	size_t left = (size_t)(r->end - r->at), most = left < VARINT_MAX ? left : VARINT_MAX;
	uint64_t n = 0;

	for (unsigned i = 0; i < most; i++) {
		n |= (uint64_t)(r->at[i] & 0x7f) << 7 * i;
		if (r->at[i] >= 0x80)
			continue;
		/* the tenth byte holds the 64th bit and no other */
		r->bad = r->bad || i + 1 != width(n) || (i + 1 == VARINT_MAX && r->at[i] > 1);
		r->at += i + 1;
		return n;
	}
	r->bad = true;
	return 0;
}

/* A number in as few bytes as it needs, or `bad`. Most are tags and lengths: one byte. */
static inline uint64_t varint(struct reader *r)
{
	return r->at < r->end && *r->at < 0x80 ? *r->at++ : long_varint(r);
}

static inline uint64_t u64(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n;
	return n;
}

static inline uint32_t u32(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n || n > UINT32_MAX;
	return (uint32_t)n;
}

/* Of an enum: a negative one travels as 64 bits. */
static inline uint32_t word(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n || n != (uint64_t)(int32_t)n;
	return (uint32_t)n;
}

static inline uint64_t eight(struct reader *r)
{
	uint64_t n = 0;

	if (r->end - r->at < 8) {
		r->bad = true;
		return 0;
	}
	for (int i = 7; i >= 0; i--)
		n = n << 8 | r->at[i];
	r->at += 8;
	r->bad = r->bad || !n;
	return n;
}

/* May be empty: a sub-message, or one of a repeated field. */
static inline struct bytes piece(struct reader *r)
{
	uint64_t n = varint(r);

	if (r->bad || n > (size_t)(r->end - r->at)) {
		r->bad = true;
		return (struct bytes){0};
	}
	r->at += n;
	return bytes_of(r->at - n, (size_t)n);
}

static inline struct bytes blob(struct reader *r)
{
	struct bytes b = piece(r);

	r->bad = r->bad || !b.size;
	return b;
}

static inline const char *text(struct reader *r)
{
	struct bytes b = blob(r);
	char *copy = r->bad || memchr(b.data, 0, b.size) ? NULL : codec_arena_take(r->arena, b.size + 1);

	if (!copy) {
		r->bad = true;
		return "";
	}
	memcpy(copy, b.data, b.size);
	copy[b.size] = '\0';
	return copy;
}

/* The next field; 0 at the end, or when it is bad. Numbers to 63, each at most once but `many`. */
static inline unsigned field(struct reader *r, enum wire *wire, unsigned many)
{
	if (r->bad || r->at == r->end)
		return 0;
	uint64_t tag = varint(r), number = tag >> 3;
	*wire = (enum wire)(tag & 7);
	r->bad = r->bad || !number || number > 63 || (number != many && r->seen >> number & 1);
	r->seen |= r->bad ? 0 : UINT64_C(1) << number;
	return r->bad ? 0 : (unsigned)number;
}

/* Which number and form: one case of a switch. */
#define IS(number, wire) ((number) << 3 | (wire))

/* ---- what the two files ask of each other; b: the inside of the body ---- */

/* Bodies BODY_TASK to BODY_NONE_ARISEN, into the figure's fields of `u`. */
bool codec_figure_read(unsigned number, struct bytes b, struct codec_arena *a, struct update *u);
/* Bodies from BODY_UNCHANGED on. */
bool codec_matter_read(unsigned number, struct bytes b, struct codec_arena *a, struct update *u);

#endif
