// SPDX-License-Identifier: Apache-2.0
#include "common/sys/json.h"

#include <assert.h>

/* Length of the UTF-8 letter at p, 0 = none. Overlong forms and surrogates are none. */
static size_t letter(const uint8_t *p)
{
	static const uint8_t low[] = {0, 0, 0xc2, 0xe0, 0xf0}, high[] = {0, 0, 0xdf, 0xef, 0xf4};
	size_t n = 2;

	while (n <= 4 && (p[0] < low[n] || p[0] > high[n]))
		n++;
	if (n > 4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

/* Bytes at p that stand in a string as they are; 0 = this letter does not. */
static size_t plain(const uint8_t *p)
{
	if (*p >= 0x80)
		return letter(p);
	return *p >= 0x20 && *p != 0x7f && *p != '"' && *p != '\\';
}

static void escape(struct buffer *out, uint8_t byte)
{
	if (byte == '"' || byte == '\\')
		buffer_format(out, "\\%c", byte);
	else if (byte == '\n')
		buffer_put_text(out, "\\n");
	else
		buffer_format(out, "\\u%04x", byte);
}

static void quote(struct buffer *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	buffer_put_u8(out, '"');
	while (*p) {
		const uint8_t *from = p;
		for (size_t n; (n = plain(p)); p += n)
			;
		buffer_put(out, from, (size_t)(p - from));
		if (*p)
			escape(out, *p++);
	}
	buffer_put_u8(out, '"');
}

/* By hand: a board is thousands of them. */
static void digits(struct buffer *out, uint64_t n)
{
	char text[20];
	size_t at = sizeof(text);

	do
		text[--at] = (char)('0' + n % 10);
	while (n /= 10);
	buffer_put(out, text + at, sizeof(text) - at);
}

static void begin(struct json *j, const char *name)
{
	if (j->comma)
		buffer_put_text(j->out, ", ");
	if (name) {
		quote(j->out, name);
		buffer_put_text(j->out, ": ");
	}
	j->comma = true;
}

static void open_bracket(struct json *j, const char *name, char bracket)
{
	begin(j, name);
	buffer_put_u8(j->out, (uint8_t)bracket);
	j->comma = false;
	j->depth++;
}

static void close_bracket(struct json *j, char bracket)
{
	assert(j->depth > 0);
	j->depth--;
	buffer_put_u8(j->out, (uint8_t)bracket);
	j->comma = true;
}

void json_object_begin(struct json *j, const char *name)
{
	open_bracket(j, name, '{');
}

void json_array_begin(struct json *j, const char *name)
{
	open_bracket(j, name, '[');
}

void json_object_end(struct json *j)
{
	close_bracket(j, '}');
}

void json_array_end(struct json *j)
{
	close_bracket(j, ']');
}

void json_text(struct json *j, const char *name, const char *text)
{
	begin(j, name);
	quote(j->out, text);
}

void json_int(struct json *j, const char *name, int64_t n)
{
	begin(j, name);
	if (n < 0)
		buffer_put_u8(j->out, '-');
	digits(j->out, n < 0 ? 0 - (uint64_t)n : (uint64_t)n);
}

void json_uint(struct json *j, const char *name, uint64_t n)
{
	begin(j, name);
	digits(j->out, n);
}

void json_bool(struct json *j, const char *name, bool b)
{
	begin(j, name);
	buffer_put_text(j->out, b ? "true" : "false");
}

void json_none(struct json *j, const char *name)
{
	begin(j, name);
	buffer_put_text(j->out, "null");
}

void json_raw(struct json *j, const char *name, struct bytes value)
{
	begin(j, name);
	buffer_put_bytes(j->out, value);
}

void json_hex(struct json *j, const char *name, struct bytes bytes)
{
	begin(j, name);
	buffer_put_u8(j->out, '"');
	for (size_t i = 0; i < bytes.size; i++)
		buffer_format(j->out, "%02x", bytes.data[i]);
	buffer_put_u8(j->out, '"');
}
