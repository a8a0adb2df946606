// SPDX-License-Identifier: Apache-2.0
/*
 * wire: walks the fields of one protobuf message without making anything of it. The generator shares two cores with
 * the server it measures: an Ack of 64 outcomes decoded by a library would cost more here than the server spends on it.
 */
#ifndef TIENDO_TESTS_BENCH_WIRE_H
#define TIENDO_TESTS_BENCH_WIRE_H

#include "common/sys/base.h"

struct wire {
	const uint8_t *at, *end;
};

struct wire_field {
	uint32_t number;
	uint64_t value;     /* varint, fixed64 */
	struct bytes bytes; /* length-delimited */
};

static inline struct wire wire_of(struct bytes b)
{
	return (struct wire){b.data, b.data + b.size};
}

static inline bool wire_varint(struct wire *w, uint64_t *out)
{
	*out = 0;
	for (unsigned shift = 0; w->at < w->end && shift < 64; shift += 7) {
		uint8_t byte = *w->at++;
		*out |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

/* False at the end, or when it is no such message. */
static inline bool wire_next(struct wire *w, struct wire_field *f)
{
	uint64_t tag;

	if (!wire_varint(w, &tag))
		return false;
	*f = (struct wire_field){.number = (uint32_t)(tag >> 3)};
	if ((tag & 7) == 0)
		return wire_varint(w, &f->value);
	size_t left = (size_t)(w->end - w->at);
	if ((tag & 7) == 1 && left >= 8) {
		memcpy(&f->value, w->at, 8);
		w->at += 8;
		return true;
	}
	uint64_t size;
	if ((tag & 7) != 2 || !wire_varint(w, &size) || size > (size_t)(w->end - w->at))
		return false;
	f->bytes = bytes_of(w->at, (size_t)size);
	w->at += size;
	return true;
}

#endif
