// SPDX-License-Identifier: Apache-2.0
#include "common/sys/base.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OUT_OF_MEMORY = 3 }; /* every program's exit status for trouble with its environment */

/* ---- errors ---- */

int sys_fail(struct sys_error *error, int code, const char *format, ...)
{
	assert(code < 0);
	if (!error)
		return code;
	va_list arguments;
	va_start(arguments, format);
	/* into a second place first: the old sentence may be one of the arguments */
	char text[sizeof(error->text)];
	int n = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	if (n >= (int)sizeof(text)) {
		/* step back over a letter that was cut in half */
		size_t end = sizeof(text) - 1, start = end;
		while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
			start--;
		unsigned char lead = start > 0 ? (unsigned char)text[start - 1] : 0;
		size_t need = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
		if (lead >= 0xc0 && end - (start - 1) < need)
			text[start - 1] = '\0';
	}
	memcpy(error->text, text, sizeof(text));
	return code;
}

const char *sys_text(int code)
{
	const char *text = strerrordesc_np(code < 0 ? -code : code);
	return text ? text : "unknown error";
}

/* ---- memory of our own ---- */

void base_no_memory(size_t size)
{
	fprintf(stderr, "tiendo: no memory for %zu bytes; the machine is out of memory\n", size);
	/* no clean-up, as after a kill: the next start reads what is true */
	_exit(OUT_OF_MEMORY);
}

void *base_alloc(size_t size)
{
	void *memory = calloc(1, size ? size : 1);
	if (!memory)
		base_no_memory(size);
	return memory;
}

void *base_grow(void *old, size_t count, size_t size)
{
	size_t total;
	if (__builtin_mul_overflow(count, size, &total))
		base_no_memory(SIZE_MAX);
	void *memory = realloc(old, total ? total : 1);
	if (!memory)
		base_no_memory(total);
	return memory;
}

char *base_copy_text(const char *text)
{
	size_t size = strlen(text) + 1;
	return memcpy(base_alloc(size), text, size);
}

/* ---- buffer ---- */

/* A buffer without a cap holds what is our own: a text cut short would pass for the whole. */
static void no_memory(struct buffer *b, size_t size)
{
	if (!b->cap)
		base_no_memory(size);
	b->failed = true;
}

uint8_t *buffer_reserve(struct buffer *b, size_t size)
{
	size_t cap = b->cap ? b->cap : BUFFER_ANY;
	if (b->failed || size > cap || b->size > cap - size) {
		b->failed = true;
		return NULL;
	}
	size_t need = b->size + size;
	if (need > b->room || !b->data) {
		size_t room = b->room ? b->room : 64;
		while (room < need)
			room *= 2;
		uint8_t *data = realloc(b->data, room);
		if (!data) {
			no_memory(b, room);
			return NULL;
		}
		b->data = data;
		b->room = room;
	}
	uint8_t *place = b->data + b->size;
	b->size = need;
	return place;
}

void buffer_put(struct buffer *b, const void *data, size_t size)
{
	if (size == 0)
		return;
	uint8_t *place = buffer_reserve(b, size);
	if (place)
		memcpy(place, data, size);
}

void buffer_put_bytes(struct buffer *b, struct bytes bytes)
{
	buffer_put(b, bytes.data, bytes.size);
}

void buffer_put_text(struct buffer *b, const char *text)
{
	buffer_put(b, text, strlen(text));
}

void buffer_put_u8(struct buffer *b, uint8_t n)
{
	buffer_put(b, &n, 1);
}

void buffer_put_u16(struct buffer *b, uint16_t n)
{
	uint8_t *place = buffer_reserve(b, 2);
	if (place)
		put_u16(place, n);
}

void buffer_put_u32(struct buffer *b, uint32_t n)
{
	uint8_t *place = buffer_reserve(b, 4);
	if (place)
		put_u32(place, n);
}

void buffer_put_u64(struct buffer *b, uint64_t n)
{
	uint8_t *place = buffer_reserve(b, 8);
	if (place)
		put_u64(place, n);
}

void buffer_format(struct buffer *b, const char *format, ...)
{
	char *text;
	va_list arguments;
	va_start(arguments, format);
	int n = vasprintf(&text, format, arguments);
	va_end(arguments);
	if (n < 0) {
		no_memory(b, strlen(format));
		return;
	}
	buffer_put(b, text, (size_t)n);
	free(text);
}

const char *buffer_text(struct buffer *b)
{
	if (b->failed)
		return "";
	if (b->size == b->room) {
		/* the NUL is ours, so it stands outside the caller's cap */
		uint8_t *data = realloc(b->data, b->size + 1);
		if (!data) {
			no_memory(b, b->size + 1);
			return "";
		}
		b->data = data;
		b->room = b->size + 1;
	}
	b->data[b->size] = '\0';
	return (const char *)b->data;
}

void buffer_clear(struct buffer *b)
{
	b->size = 0;
	b->failed = false;
}

void buffer_free(struct buffer *b)
{
	free(b->data);
	*b = (struct buffer){.cap = b->cap};
}

/* ---- hex ---- */

char *hex_encode(char *out, const void *data, size_t size)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *p = data;
	for (size_t i = 0; i < size; i++) {
		out[2 * i] = digits[p[i] >> 4];
		out[2 * i + 1] = digits[p[i] & 15];
	}
	out[2 * size] = '\0';
	return out;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(const char *text, uint8_t *out, size_t size)
{
	if (strlen(text) != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
