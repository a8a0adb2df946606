// SPDX-License-Identifier: Apache-2.0
/*
 * json: writes JSON into a buffer, for --json and for exported lines.
 *
 * For: one value after the other, commas and escapes put where they belong. Names are written in
 * the order given. Text that is no UTF-8 is written as Latin-1 would be read, so that the result
 * is always JSON. Never: reads JSON, allocates beside the buffer, makes floating numbers. Failure:
 * the buffer's own sticky one. Brackets that do not match are our own mistake and assert.
 *
 * `name` is the member's name inside an object and NULL inside an array or at the top.
 */
#ifndef TIENDO_COMMON_SYS_JSON_H
#define TIENDO_COMMON_SYS_JSON_H

#include "common/sys/base.h"

struct json {
	struct buffer *out;
	unsigned depth;
	bool comma;
};

static inline struct json json_to(struct buffer *out)
{
	return (struct json){.out = out};
}

void json_object_begin(struct json *j, const char *name);
void json_array_begin(struct json *j, const char *name);
void json_object_end(struct json *j);
void json_array_end(struct json *j);
void json_text(struct json *j, const char *name, const char *text);
void json_int(struct json *j, const char *name, int64_t n);
void json_uint(struct json *j, const char *name, uint64_t n);
void json_bool(struct json *j, const char *name, bool b);
void json_none(struct json *j, const char *name);
/* A value that is JSON already. */
void json_raw(struct json *j, const char *name, struct bytes value);
void json_hex(struct json *j, const char *name, struct bytes bytes);

#endif
