// SPDX-License-Identifier: Apache-2.0
/*
 * scan: reads the fixed-width records that the spool writes with `struct buffer`. A record that is
 * too short makes it `bad` for good and gives zeros: the caller looks once, at the end. Pure.
 */
#ifndef TIENDO_AGENT_SCAN_H
#define TIENDO_AGENT_SCAN_H

#include "common/sys/base.h"

struct scan {
	struct bytes rest;
	bool bad;
};

static inline struct bytes scan_bytes(struct scan *s, size_t size)
{
	struct bytes taken = bytes_of(s->rest.data, size);

	if (s->bad || size > s->rest.size) {
		s->bad = true;
		return (struct bytes){0};
	}
	s->rest = bytes_of(s->rest.data + size, s->rest.size - size);
	return taken;
}

static inline void scan_copy(struct scan *s, void *out, size_t size)
{
	struct bytes taken = scan_bytes(s, size);

	memset(out, 0, size);
	if (taken.size)
		memcpy(out, taken.data, size);
}

static inline uint8_t scan_u8(struct scan *s)
{
	uint8_t p[1];

	scan_copy(s, p, sizeof p);
	return p[0];
}

static inline uint32_t scan_u32(struct scan *s)
{
	uint8_t p[4];

	scan_copy(s, p, sizeof p);
	return get_u32(p);
}

static inline uint64_t scan_u64(struct scan *s)
{
	uint8_t p[8];

	scan_copy(s, p, sizeof p);
	return get_u64(p);
}

/* u8 length and that many letters, into out[size] with a NUL. */
static inline void scan_text(struct scan *s, char *out, size_t size)
{
	struct bytes text = scan_bytes(s, scan_u8(s));

	if (text.size >= size)
		s->bad = true;
	if (!s->bad && text.size)
		memcpy(out, text.data, text.size);
	out[s->bad ? 0 : text.size] = '\0';
}

static inline void scan_put_text(struct buffer *b, const char *text)
{
	size_t n = strlen(text);

	buffer_put_u8(b, (uint8_t)(n > UINT8_MAX ? UINT8_MAX : n));
	buffer_put(b, text, n > UINT8_MAX ? UINT8_MAX : n);
}

#endif
