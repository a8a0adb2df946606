// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/kv_help.h"
#include "tests/unit/scratch.h"

struct sys_error kv_help_error;

struct kv *kv_help_open(const char *name, size_t map)
{
	struct kv *kv = NULL;
	struct kv_options options = {.create = true, .map_size = map};
	if (kv_open(&kv, scratch_path(name), &options, &kv_help_error) != 0)
		fail_msg("%s: %s", name, kv_help_error.text);
	return kv;
}

struct kv_table kv_help_table(struct kv *kv, const char *name)
{
	struct kv_table table;
	assert_int_equal(kv_table(kv, name, &table, &kv_help_error), 0);
	return table;
}

struct bytes kv_help_key(uint32_t n)
{
	static uint8_t keys[4][4];
	static unsigned next;
	uint8_t *key = keys[next++ % 4];
	put_u32(key, n);
	return bytes_of(key, 4);
}

enum kv_outcome kv_help_put(struct kv *kv, struct kv_table table, uint32_t n, size_t size)
{
	struct kv_txn *txn = kv_write(kv);
	uint8_t *place = kv_reserve(txn, table, kv_help_key(n), size);
	if (place)
		memset(place, (int)n, size);
	enum kv_outcome outcome = kv_commit(&txn, &kv_help_error);
	assert_null(txn);
	return outcome;
}

uint64_t kv_help_count(struct kv *kv, struct kv_table table)
{
	struct kv_txn *txn = kv_read(kv);
	uint64_t n = kv_count(txn, table);
	kv_end(&txn);
	return n;
}
