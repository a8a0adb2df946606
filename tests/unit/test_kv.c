// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys/kv.h"
#include "tests/unit/scratch.h"

static struct sys_error error;

/* ---- a disk that fails when told: LMDB's calls come through here ---- */

static enum { DISK_WELL, DISK_META, DISK_SYNC } disk;

ssize_t pwrite(int fd, const void *data, size_t size, off_t at);
int fdatasync(int fd);

ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	static ssize_t (*real)(int, const void *, size_t, off_t);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "pwrite");
	if (disk == DISK_META && at < 8192 &&
	    size < 4096) { /* the head pages, and only part of them */
		errno = EIO;
		return -1;
	}
	return real(fd, data, size, at);
}

int fdatasync(int fd)
{
	static int (*real)(int);
	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "fdatasync");
	if (disk == DISK_SYNC) {
		errno = EIO;
		return -1;
	}
	return real(fd);
}

/* ---- helpers ---- */

static struct kv *open_at(const char *name, size_t map)
{
	struct kv *kv = NULL;
	int rc = kv_open(&kv, scratch_path(name),
			 &(struct kv_options){.create = true, .map_size = map}, &error);
	if (rc)
		fail_msg("%s: %s", name, error.text);
	return kv;
}

static struct kv_table table_of(struct kv *kv, const char *name)
{
	struct kv_table table;
	assert_int_equal(kv_table(kv, name, &table, &error), 0);
	return table;
}

static struct bytes key_of(uint32_t n)
{
	static uint8_t keys[4][4];
	static unsigned next;
	uint8_t *key = keys[next++ % 4];
	put_u32(key, n);
	return bytes_of(key, 4);
}

static enum kv_outcome put_one(struct kv *kv, struct kv_table table, uint32_t n, size_t size)
{
	struct kv_txn *txn = kv_write(kv);
	uint8_t *place = kv_reserve(txn, table, key_of(n), size);
	if (place)
		memset(place, (int)n, size);
	enum kv_outcome outcome = kv_commit(&txn, &error);
	assert_null(txn);
	return outcome;
}

static uint64_t count_of(struct kv *kv, struct kv_table table)
{
	struct kv_txn *txn = kv_read(kv);
	uint64_t n = kv_count(txn, table);
	kv_end(&txn);
	return n;
}

/* ---- the tests ---- */

static void test_reopen(void **state)
{
	(void)state;
	struct kv *kv = open_at("reopen", 0);
	struct kv_table a = table_of(kv, "a"), b = table_of(kv, "b");
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
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
	struct kv_stat stat;
	assert_int_equal(kv_stat(kv, &stat, &error), 0);
	assert_int_equal(stat.last_txn, id);
	assert_int_equal(stat.map_bytes, KV_MAP_SIZE);
	kv_close(kv);
	kv = open_at("reopen", 0);
	a = table_of(kv, "a");
	b = table_of(kv, "b");
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
	assert_int_equal(count_of(kv, a), 2);
	assert_int_equal(count_of(kv, b), 1);
	kv_close(kv);
	kv_close(NULL);
}

static void test_sticky(void **state)
{
	(void)state;
	struct kv *kv = open_at("sticky", 0);
	struct kv_table a = table_of(kv, "a");
	struct bytes value;
	assert_int_equal(put_one(kv, a, 1, 10), KV_OK);
	struct kv_txn *txn = kv_write(kv);
	kv_put(txn, a, key_of(2), bytes_text("x"));
	kv_spoil(txn, -EBADMSG, "entry %d: the hash does not match", 7);
	kv_spoil(txn, -EIO, "later");
	kv_put(txn, a, key_of(3), bytes_text("x"));
	assert_false(kv_insert(txn, a, key_of(3), bytes_text("x")));
	assert_null(kv_reserve(txn, a, key_of(3), 4));
	assert_false(kv_delete(txn, a, key_of(1)));
	kv_clear(txn, a);
	assert_false(kv_get(txn, a, key_of(1), &value));
	assert_int_equal(kv_count(txn, a), 0);
	struct kv_cursor *c = kv_cursor(txn, a, &(struct kv_range){0});
	assert_false(kv_next(c, NULL, NULL));
	assert_int_equal(kv_error(txn), -EBADMSG);
	assert_string_equal(kv_error_text(txn), "entry 7: the hash does not match");
	assert_int_equal(kv_commit(&txn, &error), KV_REFUSED);
	assert_string_equal(error.text, "entry 7: the hash does not match");
	assert_int_equal(count_of(kv, a), 1);
	kv_close(kv);
}

static void test_map_full(void **state)
{
	(void)state;
	struct kv *kv = open_at("full", 256 * 1024);
	struct kv_table a = table_of(kv, "a");
	uint32_t n = 0;
	struct kv_stat before, after;
	while (put_one(kv, a, n, 3000) == KV_OK)
		n++;
	assert_true(n > 10);
	assert_non_null(strstr(error.text, "mapsize"));
	assert_int_equal(kv_stat(kv, &before, &error), 0);
	assert_int_equal(put_one(kv, a, n, 3000), KV_REFUSED);
	assert_int_equal(kv_stat(kv, &after, &error), 0);
	assert_int_equal(before.last_txn, after.last_txn);
	assert_int_equal(count_of(kv, a), n);
	/* what is there still reads, and a smaller change still enters */
	struct kv_txn *txn = kv_write(kv);
	kv_put(txn, a, key_of(0), bytes_text("small"));
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
	kv_close(kv);
}

static void set_file_limit(rlim_t bytes)
{
	struct rlimit limit;
	getrlimit(RLIMIT_FSIZE, &limit);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_disk_full(void **state)
{
	(void)state;
	struct kv *kv = open_at("disk", 0);
	struct kv_table a = table_of(kv, "a");
	struct stat st;
	char path[512];
	struct kv_stat before, after;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(put_one(kv, a, 1, 100), KV_OK);
	assert_int_equal(kv_stat(kv, &before, &error), 0);
	snprintf(path, sizeof(path), "%s/data.mdb", scratch_path("disk"));
	assert_int_equal(stat(path, &st), 0);
	/* no more than a page and a half: one short write, then none */
	set_file_limit((rlim_t)st.st_size + 6000);
	assert_int_equal(put_one(kv, a, 2, 100000), KV_REFUSED);
	assert_int_equal(put_one(kv, a, 2, 100000), KV_REFUSED);
	assert_int_equal(kv_stat(kv, &after, &error), 0);
	assert_int_equal(before.last_txn, after.last_txn);
	assert_int_equal(count_of(kv, a), 1);
	set_file_limit(RLIM_INFINITY);
	assert_int_equal(put_one(kv, a, 2, 100000), KV_OK); /* the same batch, once there is room */
	assert_int_equal(count_of(kv, a), 2);
	kv_close(kv);
}

static void test_bad_disk(void **state)
{
	(void)state;
	struct kv *kv = open_at("bad", 0);
	struct kv_table a = table_of(kv, "a");
	assert_int_equal(put_one(kv, a, 1, 100), KV_OK);
	disk = DISK_SYNC; /* before the point of no return: clean */
	assert_int_equal(put_one(kv, a, 2, 100), KV_REFUSED);
	disk = DISK_WELL;
	assert_int_equal(put_one(kv, a, 2, 100), KV_OK);
	disk = DISK_META; /* at it: nobody knows */
	assert_int_equal(put_one(kv, a, 3, 100), KV_UNKNOWN);
	assert_true(strlen(error.text) > 0);
	disk = DISK_WELL;
	assert_int_equal(put_one(kv, a, 3, 100), KV_UNKNOWN); /* and so it stays */
	struct kv_txn *txn = kv_read(kv);
	assert_int_equal(kv_error(txn), -EUCLEAN);
	kv_end(&txn);
	kv_close(kv);
	kv = open_at("bad", 0); /* the start path reads what is true */
	a = table_of(kv, "a");
	assert_true(count_of(kv, a) >= 2);
	assert_int_equal(put_one(kv, a, 4, 100), KV_OK);
	kv_close(kv);
}

static void test_one_per_path(void **state)
{
	(void)state;
	struct kv *kv = open_at("one", 0), *again = NULL;
	struct kv_options create = {.create = true};
	assert_int_equal(kv_open(&again, scratch_path("one"), &create, &error), -EBUSY);
	char name[600]; /* another name of the same place */
	snprintf(name, sizeof(name), "%s/../one/.", scratch_path("one"));
	assert_int_equal(kv_open(&again, name, &create, &error), -EBUSY);
	assert_non_null(strstr(error.text, "in this process already"));
	assert_null(again);
	struct kv *other = open_at("other", 0);
	kv_close(kv);
	kv = open_at("one", 0);
	kv_close(kv);
	kv_close(other);
}

static void test_refused_places(void **state)
{
	(void)state;
	struct kv *kv = NULL;
	struct kv_options plain = {0}, create = {.create = true};
	assert_int_equal(kv_open(&kv, scratch_path("nowhere"), &plain, &error), -ENOENT);
	assert_non_null(strstr(error.text, "no store here"));
	base_mkdirs(scratch_path("foreign"), 0700, NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &error), -ENOENT);
	base_file_write(scratch_path("foreign/data.mdb"), 0600, bytes_text(""), NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &error), -EUCLEAN);
	char junk[9000];
	memset(junk, 'x', sizeof(junk));
	base_file_write(scratch_path("foreign/data.mdb"), 0600, bytes_of(junk, sizeof(junk)), NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &error), -EMEDIUMTYPE);
	assert_non_null(strstr(error.text, "restore it from a backup"));
	assert_true(kv_open(&kv, "/proc/self", &create, &error) < 0);
	assert_null(kv);
}

static void test_cut_file(void **state)
{
	(void)state;
	struct kv *kv = open_at("cut", 0);
	struct kv_table a = table_of(kv, "a");
	for (uint32_t n = 0; n < 200; n++)
		assert_int_equal(put_one(kv, a, n, 1500), KV_OK);
	kv_close(kv);
	char path[512];
	snprintf(path, sizeof(path), "%s/data.mdb", scratch_path("cut"));
	assert_int_equal(truncate(path, 5 * 4096), 0);
	/* a SIGBUS or a quiet success would both be wrong; in a child, as LMDB may abort on damage
	 */
	pid_t child = fork();
	if (child == 0) {
		kv = NULL;
		if (kv_open(&kv, scratch_path("cut"), &(struct kv_options){0}, &error) != 0)
			_exit(3);
		if (kv_table(kv, "a", &a, &error) != 0)
			_exit(3);
		struct kv_txn *txn = kv_read(kv);
		struct kv_cursor *c = kv_cursor(txn, a, &(struct kv_range){0});
		while (kv_next(c, NULL, NULL))
			;
		_exit(kv_error(txn) == -EUCLEAN ? 3 : 4);
	}
	int status = 0;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true((WIFEXITED(status) && WEXITSTATUS(status) == 3) ||
		    (WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT));
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
	struct kv *kv = open_at("walk", 0);
	struct kv_table a = table_of(kv, "a"), none = table_of(kv, "none");
	static const char *const keys[] = {"b", "a",    "ba",       "bb", "bc",
					   "c", "\xff", "\xff\xff", "bab"};
	struct kv_txn *txn = kv_write(kv);
	for (size_t i = 0; i < BASE_COUNT(keys); i++)
		kv_put(txn, a, bytes_text(keys[i]), bytes_text(keys[i]));
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
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
	struct kv *kv = open_at("walkwrite", 0);
	struct kv_table a = table_of(kv, "a"), b = table_of(kv, "b");
	struct kv_txn *txn = kv_write(kv);
	for (uint32_t n = 0; n < 3000; n++)
		kv_put(txn, a, key_of(n), key_of(n));
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
				kv_put(txn, b, key_of(n), bytes_text("elsewhere"));
			if (n % 7 == 0 && n % 3 != 1) /* behind us: not seen again */
				kv_put(txn, a, key_of(n), bytes_text("a longer value than before"));
			do
				expected += backward ? -1u : 1u;
			while (backward && expected % 3 == 1 && expected < 3000);
			steps++;
		}
		assert_int_equal(steps, backward ? 2000 : 3000);
		kv_cursor_end(&c);
	}
	assert_int_equal(kv_count(txn, a), 2000);
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
	kv_close(kv);
}

static void *read_in_thread(void *kv)
{
	return kv_read(kv);
}

static void test_readers(void **state)
{
	(void)state;
	struct kv *kv = open_at("readers", 0);
	struct kv_table a = table_of(kv, "a");
	struct kv_stat stat;
	struct bytes value;
	put_one(kv, a, 1, 1);
	struct kv_txn *old = kv_read(kv);
	put_one(kv, a, 2, 1);
	put_one(kv, a, 3, 1);
	assert_int_equal(kv_stat(kv, &stat, &error), 0);
	assert_int_equal(stat.reader_lag, 2);
	assert_true(stat.readers >= 1);
	assert_true(stat.reader_age_ms >= 0);
	assert_true(stat.used_bytes >= 4096);
	assert_false(kv_get(old, a, key_of(3), &value)); /* it reads its own moment */
	kv_end(&old);
	assert_int_equal(kv_stat(kv, &stat, &error), 0);
	assert_int_equal(stat.reader_lag, 0);
	assert_int_equal(kv_reader_check(kv), 0);
	/* begun in one thread, read and ended in another */
	pthread_t thread;
	void *handed = NULL;
	pthread_create(&thread, NULL, read_in_thread, kv);
	pthread_join(thread, &handed);
	struct kv_txn *txn = handed;
	assert_true(kv_get(txn, a, key_of(3), &value));
	kv_end(&txn);
	kv_close(kv);
}

static void test_reader_slots(void **state)
{
	(void)state;
	struct kv *kv = NULL;
	assert_int_equal(kv_open(&kv, scratch_path("slots"),
				 &(struct kv_options){.create = true, .readers = 2}, &error),
			 0);
	struct kv_table a = table_of(kv, "a");
	struct kv_txn *txns[200];
	int n = 0;
	do
		txns[n] = kv_read(kv);
	while (kv_error(txns[n++]) == 0 && n < 200);
	assert_int_equal(kv_error(txns[n - 1]), -ENFILE);
	assert_int_equal(kv_count(txns[n - 1], a), 0);
	assert_int_equal(put_one(kv, a, 1, 1), KV_OK); /* the writer needs no slot */
	while (n > 0)
		kv_end(&txns[--n]);
	kv_close(kv);
}

static void test_read_only(void **state)
{
	(void)state;
	struct kv *kv = open_at("ro", 0);
	put_one(kv, table_of(kv, "a"), 1, 5);
	kv_close(kv);
	assert_int_equal(
		kv_open(&kv, scratch_path("ro"), &(struct kv_options){.read_only = true}, &error),
		0);
	struct kv_table a = table_of(kv, "a"), none;
	assert_int_equal(kv_table(kv, "none", &none, &error), -ENOENT);
	assert_int_equal(none.id, 0);
	struct kv_txn *txn = kv_read(kv);
	struct bytes value;
	assert_true(kv_get(txn, a, key_of(1), &value));
	assert_false(kv_get(txn, none, key_of(1), &value));
	assert_int_equal(kv_count(txn, none), 0);
	kv_end(&txn);
	kv_close(kv);
}

static void test_copy(void **state)
{
	(void)state;
	struct kv *kv = open_at("source", 0);
	struct kv_table a = table_of(kv, "a");
	for (uint32_t n = 0; n < 300; n++)
		put_one(kv, a, n, 1000);
	struct kv_txn *txn = kv_write(kv);
	for (uint32_t n = 0; n < 290; n++)
		kv_delete(txn, a, key_of(n));
	assert_int_equal(kv_commit(&txn, &error), KV_OK);
	assert_int_equal(kv_copy(kv, scratch_path("copy/of"), &error), 0);
	assert_int_equal(kv_copy(kv, scratch_path("copy/of"), &error), -EEXIST);
	struct kv_stat whole, compact;
	assert_int_equal(kv_stat(kv, &whole, &error), 0);
	kv_close(kv);
	kv = open_at("copy/of", 0);
	assert_int_equal(kv_stat(kv, &compact, &error), 0);
	assert_true(compact.used_bytes < whole.used_bytes / 4);
	assert_int_equal(count_of(kv, table_of(kv, "a")), 10);
	kv_close(kv);
}

static void test_lock(void **state)
{
	(void)state;
	base_mkdirs(scratch_path("lock"), 0700, NULL);
	int lock = kv_lock(scratch_path("lock"), &error);
	assert_true(lock >= 0);
	assert_int_equal(kv_lock(scratch_path("lock"), &error), -EWOULDBLOCK);
	char pid[32];
	snprintf(pid, sizeof(pid), "by process %ld;", (long)getpid());
	assert_non_null(strstr(error.text, pid));
	kv_unlock(lock);
	kv_unlock(-1);
	lock = kv_lock(scratch_path("lock"), &error);
	assert_true(lock >= 0);
	kv_unlock(lock);
	assert_int_equal(kv_lock(scratch_path("unlocked"), &error), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reopen),         cmocka_unit_test(test_sticky),
		cmocka_unit_test(test_map_full),       cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_bad_disk),       cmocka_unit_test(test_one_per_path),
		cmocka_unit_test(test_refused_places), cmocka_unit_test(test_cut_file),
		cmocka_unit_test(test_walk),           cmocka_unit_test(test_walk_and_write),
		cmocka_unit_test(test_readers),        cmocka_unit_test(test_reader_slots),
		cmocka_unit_test(test_read_only),      cmocka_unit_test(test_copy),
		cmocka_unit_test(test_lock),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
