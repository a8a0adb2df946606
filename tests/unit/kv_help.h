// SPDX-License-Identifier: Apache-2.0
/* kv_help: a store in the scratch directory, in few words. Every failure fails the test. */
#ifndef TIENDO_TESTS_UNIT_KV_HELP_H
#define TIENDO_TESTS_UNIT_KV_HELP_H

#include "common/sys/kv.h"

extern struct sys_error kv_help_error; /* what the last call here or in the test said */

struct kv *kv_help_open(const char *name, size_t map);
struct kv_table kv_help_table(struct kv *kv, const char *name);
struct bytes kv_help_key(uint32_t n); /* lives until the fourth later call */
/* Writes `size` bytes under key n in a transaction of its own. */
enum kv_outcome kv_help_put(struct kv *kv, struct kv_table table, uint32_t n, size_t size);
uint64_t kv_help_count(struct kv *kv, struct kv_table table);

#endif
