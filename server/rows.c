// SPDX-License-Identifier: Apache-2.0
#include "server/rows.h"

#include <assert.h>

enum { ROW_HEAD = 3 };

const char *const rows_names[ROWS_TABLES] = {
	[ROWS_FROZEN] = "frozen", [ROWS_AFTER] = "after", [ROWS_SERIES] = "series", [ROWS_SUSPICIONS] = "suspicions",
};

void rows_free(struct rows *r)
{
	for (size_t i = 0; i < ROWS_TABLES; i++)
		buffer_free(&r->lists[i]);
	*r = (struct rows){ 0 };
}

size_t rows_bytes(const struct rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < ROWS_TABLES; i++)
		n += r->lists[i].size;
	return n;
}

void rows_put(struct rows *r, enum row_table table, struct bytes key, struct bytes value)
{
	struct buffer *list = &r->lists[table];

	assert(key.size <= ROWS_KEY_MAX && value.size <= ROWS_VALUE_MAX);
	list->cap = BUFFER_ANY;
	uint8_t *at = buffer_reserve(list, ROW_HEAD + key.size + value.size);
	if (!at) {
		r->failed = true;
		return;
	}
	at[0] = (uint8_t)key.size;
	put_u16(at + 1, (uint16_t)value.size);
	memcpy(at + ROW_HEAD, key.data, key.size);
	memcpy(at + ROW_HEAD + key.size, value.data, value.size);
	r->n++;
}

void rows_append(struct rows *r, struct rows *later)
{
	if (!r->n && !r->failed) {
		rows_free(r);
		*r = *later;
		*later = (struct rows){ 0 };
		return;
	}
	for (size_t i = 0; i < ROWS_TABLES; i++) {
		r->lists[i].cap = BUFFER_ANY;
		buffer_put_bytes(&r->lists[i], buffer_bytes(&later->lists[i]));
		r->failed = r->failed || r->lists[i].failed;
	}
	r->n += later->n;
	r->failed = r->failed || later->failed;
	rows_free(later);
}

size_t rows_series_row(const char *group, uint32_t unit, uint8_t key[static ROWS_KEY_MAX])
{
	key[0] = group != NULL;
	if (!group) {
		put_u32(key + 1, unit);
		return 5;
	}
	memset(key + 1, 0, CODE_MAX);
	memcpy(key + 1, group, strnlen(group, CODE_MAX));
	return 1 + CODE_MAX;
}

bool rows_next(const struct rows *r, enum row_table table, struct bytes prefix, struct rows_walk *w, struct bytes *key,
	       struct bytes *value)
{
	const struct buffer *list = &r->lists[table];

	while (w->at < list->size) {
		const uint8_t *p = list->data + w->at;
		*key = bytes_of(p + ROW_HEAD, p[0]);
		*value = bytes_of(p + ROW_HEAD + p[0], get_u16(p + 1));
		w->at += ROW_HEAD + key->size + value->size;
		if (key->size >= prefix.size && (!prefix.size || memcmp(key->data, prefix.data, prefix.size) == 0))
			return true;
	}
	return false;
}
