// SPDX-License-Identifier: Apache-2.0
#include "common/sys/json.h"

#include <assert.h>
#include <inttypes.h>

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

static void quote(struct buffer *out, const char *text)
{
	const uint8_t *p = (const uint8_t *)text;

	buffer_put_u8(out, '"');
	while (*p) {
		size_t n = *p < 0x80 ? 1 : letter(p);

		if (*p == '"' || *p == '\\')
			buffer_format(out, "\\%c", *p);
		else if (*p == '\n')
			buffer_put_text(out, "\\n");
		else if (n == 0 || *p < 0x20 || *p == 0x7f)
			buffer_format(out, "\\u%04x", *p);
		else
			buffer_put(out, p, n);
		p += n ? n : 1;
	}
	buffer_put_u8(out, '"');
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
	buffer_format(j->out, "%" PRId64, n);
}

void json_uint(struct json *j, const char *name, uint64_t n)
{
	begin(j, name);
	buffer_format(j->out, "%" PRIu64, n);
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
