// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/unit/kv_help.h"
#include "tests/unit/scratch.h"

static void test_reopen(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("reopen", 0);
	struct kv_table a = kv_help_table(kv, "a"), b = kv_help_table(kv, "b");
	struct kv_txn *txn = kv_write(kv);
	struct bytes value;
	kv_put(txn, a, bytes_text("key"), bytes_text("value"));
	kv_put(txn, b, bytes_text("key"), bytes_of(NULL, 0));
	assert_true(kv_get(txn, a, bytes_text("key"), &value));
	assert_true(kv_insert(txn, a, bytes_text("k2"), bytes_text("v2")));
	assert_false(kv_insert(txn, a, bytes_text("k2"), bytes_text("v3")));
	assert_int_equal(kv_error(txn), 0);
	assert_string_equal(kv_error_text(txn), "");
	uint64_t id = kv_txn_id(txn);
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_OK);
	struct kv_stat stat;
	assert_int_equal(kv_has(kv, "a", &kv_help_error), 0);
	assert_int_equal(kv_has(kv, "c", &kv_help_error), -ENOENT);
	assert_int_equal(kv_stat(kv, &stat, &kv_help_error), 0);
	assert_int_equal(stat.last_txn, id);
	assert_int_equal(stat.map_bytes, KV_MAP_SIZE);
	kv_close(kv);
	kv = kv_help_open("reopen", 0);
	a = kv_help_table(kv, "a");
	b = kv_help_table(kv, "b");
	txn = kv_read(kv);
	assert_int_equal(kv_txn_id(txn), id);
	assert_true(kv_get(txn, a, bytes_text("key"), &value));
	assert_true(bytes_equal(value, bytes_text("value")));
	assert_true(kv_get(txn, a, bytes_text("k2"), &value));
	assert_true(bytes_equal(value, bytes_text("v2")));
	assert_true(kv_get(txn, b, bytes_text("key"), &value));
	assert_int_equal(value.size, 0);
	assert_false(kv_get(txn, b, bytes_text("k2"), &value));
	assert_int_equal(kv_error(txn), 0);
	kv_end(&txn);
	kv_end(&txn);
	txn = kv_write(kv);
	assert_true(kv_delete(txn, a, bytes_text("key")));
	assert_false(kv_delete(txn, a, bytes_text("key")));
	kv_clear(txn, b);
	assert_int_equal(kv_count(txn, b), 0);
	kv_end(&txn); /* without effect */
	assert_int_equal(kv_help_count(kv, a), 2);
	assert_int_equal(kv_help_count(kv, b), 1);
	kv_close(kv);
	kv_close(NULL);
}

static void test_sticky(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("sticky", 0);
	struct kv_table a = kv_help_table(kv, "a");
	struct bytes value;
	assert_int_equal(kv_help_put(kv, a, 1, 10), KV_OK);
	struct kv_txn *txn = kv_write(kv);
	kv_put(txn, a, kv_help_key(2), bytes_text("x"));
	kv_spoil(txn, -EBADMSG, "entry %d: the hash does not match", 7);
	kv_spoil(txn, -EIO, "later");
	kv_put(txn, a, kv_help_key(3), bytes_text("x"));
	assert_false(kv_insert(txn, a, kv_help_key(3), bytes_text("x")));
	assert_null(kv_reserve(txn, a, kv_help_key(3), 4));
	assert_false(kv_delete(txn, a, kv_help_key(1)));
	kv_clear(txn, a);
	assert_false(kv_get(txn, a, kv_help_key(1), &value));
	assert_int_equal(kv_count(txn, a), 0);
	struct kv_cursor *c = kv_cursor(txn, a, &(struct kv_range){0});
	assert_false(kv_next(c, NULL, NULL));
	assert_int_equal(kv_error(txn), -EBADMSG);
	assert_string_equal(kv_error_text(txn), "entry 7: the hash does not match");
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_REFUSED);
	assert_string_equal(kv_help_error.text, "entry 7: the hash does not match");
	assert_int_equal(kv_help_count(kv, a), 1);
	kv_close(kv);
}

static void expect_walk(struct kv_txn *txn, struct kv_table table, struct kv_range range,
			const char *expected)
{
	struct buffer seen = {0};
	struct bytes key, value;
	struct kv_cursor *c = kv_cursor(txn, table, &range);
	while (kv_next(c, &key, &value)) {
		buffer_put_bytes(&seen, key);
		assert_true(bytes_equal(key, value));
		buffer_put_text(&seen, " ");
	}
	assert_false(kv_next(c, &key, NULL));
	assert_int_equal(key.size, 0);
	kv_cursor_end(&c);
	assert_null(c);
	assert_string_equal(buffer_text(&seen), expected);
	buffer_free(&seen);
}

static void test_walk(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("walk", 0);
	struct kv_table a = kv_help_table(kv, "a"), none = kv_help_table(kv, "none");
	static const char *const keys[] = {"b", "a",    "ba",       "bb", "bc",
					   "c", "\xff", "\xff\xff", "bab"};
	struct kv_txn *txn = kv_write(kv);
	for (size_t i = 0; i < BASE_COUNT(keys); i++)
		kv_put(txn, a, bytes_text(keys[i]), bytes_text(keys[i]));
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_OK);
	txn = kv_read(kv);
#define WALK(expected, ...) expect_walk(txn, a, (struct kv_range){__VA_ARGS__}, expected)
	WALK("a b ba bab bb bc c \xff \xff\xff ", .backward = false);
	WALK("\xff\xff \xff c bc bb bab ba b a ", .backward = true);
	WALK("ba bab bb ", .from = bytes_text("ba"), .to = bytes_text("bc"));
	WALK("bb bab ba ", .from = bytes_text("ba"), .to = bytes_text("bc"), .backward = true);
	WALK("bb bab ", .from = bytes_text("baa"), .to = bytes_text("bbb"), .backward = true);
	WALK("b ba bab bb bc ", .prefix = bytes_text("b"));
	WALK("bc bb bab ba b ", .prefix = bytes_text("b"), .backward = true);
	WALK("bb bc ", .prefix = bytes_text("b"), .from = bytes_text("bb"));
	WALK("b ba ", .prefix = bytes_text("b"), .to = bytes_text("bab"));
	WALK("b ba bab bb bc ", .prefix = bytes_text("b"), .from = bytes_text("a"),
	     .to = bytes_text("z"));
	WALK("\xff \xff\xff ", .prefix = bytes_text("\xff"));
	WALK("\xff\xff \xff ", .prefix = bytes_text("\xff"), .backward = true);
	WALK("", .prefix = bytes_text("d"));
	WALK("", .prefix = bytes_text("d"), .backward = true);
	WALK("", .to = bytes_text("a"), .backward = true);
	WALK("", .from = bytes_text("c"), .to = bytes_text("b"));
	expect_walk(txn, none, (struct kv_range){0}, "");
	expect_walk(txn, none, (struct kv_range){.backward = true}, "");
	expect_walk(txn, (struct kv_table){0}, (struct kv_range){0}, "");
	kv_cursor(txn, a, &(struct kv_range){0}); /* dies with its transaction */
	kv_end(&txn);
	kv_close(kv);
}

/* Deletes and inserts under a walk, against a plain array. */
static void test_walk_and_write(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("walkwrite", 0);
	struct kv_table a = kv_help_table(kv, "a"), b = kv_help_table(kv, "b");
	struct kv_txn *txn = kv_write(kv);
	for (uint32_t n = 0; n < 3000; n++)
		kv_put(txn, a, kv_help_key(n), kv_help_key(n));
	for (int backward = 0; backward < 2; backward++) {
		struct kv_cursor *c = kv_cursor(txn, a, &(struct kv_range){.backward = backward});
		struct bytes key;
		uint32_t expected = backward ? 2999 : 0, steps = 0;
		while (kv_next(c, &key, NULL)) {
			uint32_t n = get_u32(key.data);
			assert_int_equal(n, expected);
			if (n % 3 == 1 && !backward)
				kv_cursor_delete(c);
			if (n % 100 == 0)
				kv_put(txn, b, kv_help_key(n), bytes_text("elsewhere"));
			if (n % 7 == 0 && n % 3 != 1) /* behind us: not seen again */
				kv_put(txn, a, kv_help_key(n),
				       bytes_text("a longer value than before"));
			do
				expected += backward ? -1u : 1u;
			while (backward && expected % 3 == 1 && expected < 3000);
			steps++;
		}
		assert_int_equal(steps, backward ? 2000 : 3000);
		kv_cursor_end(&c);
	}
	assert_int_equal(kv_count(txn, a), 2000);
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_OK);
	kv_close(kv);
}

static void *read_in_thread(void *kv)
{
	return kv_read(kv);
}

static void test_readers(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("readers", 0);
	struct kv_table a = kv_help_table(kv, "a");
	struct kv_stat stat;
	struct bytes value;
	kv_help_put(kv, a, 1, 1);
	struct kv_txn *old = kv_read(kv);
	kv_help_put(kv, a, 2, 1);
	kv_help_put(kv, a, 3, 1);
	assert_int_equal(kv_stat(kv, &stat, &kv_help_error), 0);
	assert_int_equal(stat.reader_lag, 2);
	assert_true(stat.readers >= 1);
	assert_true(stat.reader_age_ms >= 0);
	assert_true(stat.used_bytes >= 4096);
	assert_false(kv_get(old, a, kv_help_key(3), &value)); /* it reads its own moment */
	kv_end(&old);
	assert_int_equal(kv_stat(kv, &stat, &kv_help_error), 0);
	assert_int_equal(stat.reader_lag, 0);
	assert_int_equal(kv_reader_check(kv), 0);
	/* begun in one thread, read and ended in another */
	pthread_t thread;
	void *handed = NULL;
	pthread_create(&thread, NULL, read_in_thread, kv);
	pthread_join(thread, &handed);
	struct kv_txn *txn = handed;
	assert_true(kv_get(txn, a, kv_help_key(3), &value));
	kv_end(&txn);
	kv_close(kv);
}

static void test_reader_slots(void **state)
{
	(void)state;
	struct kv *kv = NULL;
	assert_int_equal(kv_open(&kv, scratch_path("slots"),
				 &(struct kv_options){.create = true, .readers = 2},
				 &kv_help_error),
			 0);
	struct kv_table a = kv_help_table(kv, "a");
	struct kv_txn *txns[200];
	int n = 0;
	do
		txns[n] = kv_read(kv);
	while (kv_error(txns[n++]) == 0 && n < 200);
	assert_int_equal(kv_error(txns[n - 1]), -ENFILE);
	assert_int_equal(kv_count(txns[n - 1], a), 0);
	assert_int_equal(kv_help_put(kv, a, 1, 1), KV_OK); /* the writer needs no slot */
	while (n > 0)
		kv_end(&txns[--n]);
	kv_close(kv);
}

static void test_read_only(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("ro", 0);
	kv_help_put(kv, kv_help_table(kv, "a"), 1, 5);
	kv_close(kv);
	assert_int_equal(kv_open(&kv, scratch_path("ro"), &(struct kv_options){.read_only = true},
				 &kv_help_error),
			 0);
	struct kv_table a = kv_help_table(kv, "a"), none;
	assert_int_equal(kv_table(kv, "none", &none, &kv_help_error), -ENOENT);
	assert_int_equal(none.id, 0);
	struct kv_txn *txn = kv_read(kv);
	struct bytes value;
	assert_true(kv_get(txn, a, kv_help_key(1), &value));
	assert_false(kv_get(txn, none, kv_help_key(1), &value));
	assert_int_equal(kv_count(txn, none), 0);
	kv_end(&txn);
	kv_close(kv);
}

static void test_copy(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("source", 0);
	struct kv_table a = kv_help_table(kv, "a");
	for (uint32_t n = 0; n < 300; n++)
		kv_help_put(kv, a, n, 1000);
	struct kv_txn *txn = kv_write(kv);
	for (uint32_t n = 0; n < 290; n++)
		kv_delete(txn, a, kv_help_key(n));
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_OK);
	assert_int_equal(kv_copy(kv, scratch_path("copy/of"), &kv_help_error), 0);
	assert_int_equal(kv_copy(kv, scratch_path("copy/of"), &kv_help_error), -EEXIST);
	struct kv_stat whole, compact;
	assert_int_equal(kv_stat(kv, &whole, &kv_help_error), 0);
	kv_close(kv);
	kv = kv_help_open("copy/of", 0);
	assert_int_equal(kv_stat(kv, &compact, &kv_help_error), 0);
	assert_true(compact.used_bytes < whole.used_bytes / 4);
	assert_int_equal(kv_help_count(kv, kv_help_table(kv, "a")), 10);
	kv_close(kv);
}

static void test_lock(void **state)
{
	(void)state;
	base_mkdirs(scratch_path("lock"), 0700, NULL);
	int lock = kv_lock(scratch_path("lock"), &kv_help_error);
	assert_true(lock >= 0);
	assert_int_equal(kv_lock(scratch_path("lock"), &kv_help_error), -EWOULDBLOCK);
	char pid[32];
	snprintf(pid, sizeof(pid), "by process %ld;", (long)getpid());
	assert_non_null(strstr(kv_help_error.text, pid));
	kv_unlock(lock);
	kv_unlock(-1);
	assert_false(kv_locked(scratch_path("lock")));
	lock = kv_lock(scratch_path("lock"), &kv_help_error);
	assert_true(kv_locked(scratch_path("lock")));
	assert_false(kv_locked(scratch_path("unlocked")));
	assert_true(lock >= 0);
	kv_unlock(lock);
	assert_int_equal(kv_lock(scratch_path("unlocked"), &kv_help_error), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reopen),    cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_walk),      cmocka_unit_test(test_walk_and_write),
		cmocka_unit_test(test_readers),   cmocka_unit_test(test_reader_slots),
		cmocka_unit_test(test_read_only), cmocka_unit_test(test_copy),
		cmocka_unit_test(test_lock),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
