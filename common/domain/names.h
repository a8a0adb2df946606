// SPDX-License-Identifier: Apache-2.0
/*
 * names: a table from codes to indexes, sized once (open addressing, at most half full). Pure; its
 * memory is the pool's. Keys are not copied and must outlive the table.
 */
#ifndef TIENDO_COMMON_DOMAIN_NAMES_H
#define TIENDO_COMMON_DOMAIN_NAMES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pool;

enum { NAMES_NONE = UINT32_MAX };

struct names {
	struct name_slot *slots;
	size_t mask, room;
};

/* Room for n keys. False = no memory. */
bool names_init(struct names *t, struct pool *p, size_t n);
/* Sets the key's value; what it was before, or NAMES_NONE. */
uint32_t names_put(struct names *t, const char *key, uint32_t value);
uint32_t names_get(const struct names *t, const char *key); /* NAMES_NONE = not there */
/* Will be asked for in a moment: has the memory fetched meanwhile. Changes nothing. */
void names_expect(const struct names *t, const char *key);

#endif
