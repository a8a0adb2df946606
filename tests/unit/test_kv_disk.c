// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/unit/kv_help.h"
#include "tests/unit/scratch.h"

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

static void test_map_full(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("full", 256 * 1024);
	struct kv_table a = kv_help_table(kv, "a");
	uint32_t n = 0;
	struct kv_stat before, after;
	while (kv_help_put(kv, a, n, 3000) == KV_OK)
		n++;
	assert_true(n > 10);
	assert_non_null(strstr(kv_help_error.text, "mapsize"));
	assert_int_equal(kv_stat(kv, &before, &kv_help_error), 0);
	assert_int_equal(kv_help_put(kv, a, n, 3000), KV_REFUSED);
	assert_int_equal(kv_stat(kv, &after, &kv_help_error), 0);
	assert_int_equal(before.last_txn, after.last_txn);
	assert_int_equal(kv_help_count(kv, a), n);
	/* what is there still reads, and a smaller change still enters */
	struct kv_txn *txn = kv_write(kv);
	kv_put(txn, a, kv_help_key(0), bytes_text("small"));
	assert_int_equal(kv_commit(&txn, &kv_help_error), KV_OK);
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
	struct kv *kv = kv_help_open("disk", 0);
	struct kv_table a = kv_help_table(kv, "a");
	struct stat st;
	char path[512];
	struct kv_stat before, after;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(kv_help_put(kv, a, 1, 100), KV_OK);
	assert_int_equal(kv_stat(kv, &before, &kv_help_error), 0);
	snprintf(path, sizeof(path), "%s/data.mdb", scratch_path("disk"));
	assert_int_equal(stat(path, &st), 0);
	/* no more than a page and a half: one short write, then none */
	set_file_limit((rlim_t)st.st_size + 6000);
	assert_int_equal(kv_help_put(kv, a, 2, 100000), KV_REFUSED);
	assert_int_equal(kv_help_put(kv, a, 2, 100000), KV_REFUSED);
	assert_int_equal(kv_stat(kv, &after, &kv_help_error), 0);
	assert_int_equal(before.last_txn, after.last_txn);
	assert_int_equal(kv_help_count(kv, a), 1);
	set_file_limit(RLIM_INFINITY);
	assert_int_equal(kv_help_put(kv, a, 2, 100000),
			 KV_OK); /* the same batch, once there is room */
	assert_int_equal(kv_help_count(kv, a), 2);
	kv_close(kv);
}

static void test_bad_disk(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("bad", 0);
	struct kv_table a = kv_help_table(kv, "a");
	assert_int_equal(kv_help_put(kv, a, 1, 100), KV_OK);
	disk = DISK_SYNC; /* before the point of no return: clean */
	assert_int_equal(kv_help_put(kv, a, 2, 100), KV_REFUSED);
	disk = DISK_WELL;
	assert_int_equal(kv_help_put(kv, a, 2, 100), KV_OK);
	disk = DISK_META; /* at it: nobody knows */
	assert_int_equal(kv_help_put(kv, a, 3, 100), KV_UNKNOWN);
	assert_true(strlen(kv_help_error.text) > 0);
	disk = DISK_WELL;
	assert_int_equal(kv_help_put(kv, a, 3, 100), KV_UNKNOWN); /* and so it stays */
	struct kv_txn *txn = kv_read(kv);
	assert_int_equal(kv_error(txn), -EUCLEAN);
	kv_end(&txn);
	kv_close(kv);
	kv = kv_help_open("bad", 0); /* the start path reads what is true */
	a = kv_help_table(kv, "a");
	assert_true(kv_help_count(kv, a) >= 2);
	assert_int_equal(kv_help_put(kv, a, 4, 100), KV_OK);
	kv_close(kv);
}

static void test_one_per_path(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("one", 0), *again = NULL;
	struct kv_options create = {.create = true};
	assert_int_equal(kv_open(&again, scratch_path("one"), &create, &kv_help_error), -EBUSY);
	char name[600]; /* another name of the same place */
	snprintf(name, sizeof(name), "%s/../one/.", scratch_path("one"));
	assert_int_equal(kv_open(&again, name, &create, &kv_help_error), -EBUSY);
	assert_non_null(strstr(kv_help_error.text, "in this process already"));
	assert_null(again);
	struct kv *other = kv_help_open("other", 0);
	kv_close(kv);
	kv = kv_help_open("one", 0);
	kv_close(kv);
	kv_close(other);
}

static void test_refused_places(void **state)
{
	(void)state;
	struct kv *kv = NULL;
	struct kv_options plain = {0}, create = {.create = true};
	assert_int_equal(kv_open(&kv, scratch_path("nowhere"), &plain, &kv_help_error), -ENOENT);
	assert_non_null(strstr(kv_help_error.text, "no store here"));
	base_mkdirs(scratch_path("foreign"), 0700, NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &kv_help_error), -ENOENT);
	base_file_write(scratch_path("foreign/data.mdb"), 0600, bytes_text(""), NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &kv_help_error), -EUCLEAN);
	char junk[9000];
	memset(junk, 'x', sizeof(junk));
	base_file_write(scratch_path("foreign/data.mdb"), 0600, bytes_of(junk, sizeof(junk)), NULL);
	assert_int_equal(kv_open(&kv, scratch_path("foreign"), &plain, &kv_help_error),
			 -EMEDIUMTYPE);
	assert_non_null(strstr(kv_help_error.text, "restore it from a backup"));
	assert_true(kv_open(&kv, "/proc/self", &create, &kv_help_error) < 0);
	assert_null(kv);
}

/* The power failed before the first commit: who may make a store makes it; nobody else touches it. */
static void test_half_made(void **state)
{
	(void)state;
	struct kv_options plain = {0}, create = {.create = true};
	static const size_t lengths[] = {1, 4096, 8192, 12288, 12289};
	uint8_t junk[12289] = {0};
	for (size_t i = 0; i < BASE_COUNT(lengths); i++) {
		char name[32], file[64];
		struct kv *kv = NULL;
		struct buffer now = {0};
		bool made = lengths[i] <= 12288; /* a larger one may have been used */
		snprintf(name, sizeof(name), "half %zu", i);
		snprintf(file, sizeof(file), "%s/data.mdb", name);
		base_mkdirs(scratch_path(name), 0700, NULL);
		base_file_write(scratch_path(file), 0600, bytes_of(junk, lengths[i]), NULL);
		assert_true(kv_open(&kv, scratch_path(name), &plain, &kv_help_error) < 0);
		assert_int_equal(base_file_read(scratch_path(file), sizeof(junk), &now, NULL), 0);
		assert_int_equal(now.size, lengths[i]);
		buffer_free(&now);
		assert_int_equal(kv_open(&kv, scratch_path(name), &create, &kv_help_error),
				 made ? 0 : -EMEDIUMTYPE);
		if (made)
			assert_int_equal(kv_help_put(kv, kv_help_table(kv, "a"), 1, 100), KV_OK);
		kv_close(kv);
	}
}

static void test_cut_file(void **state)
{
	(void)state;
	struct kv *kv = kv_help_open("cut", 0);
	struct kv_table a = kv_help_table(kv, "a");
	for (uint32_t n = 0; n < 200; n++)
		assert_int_equal(kv_help_put(kv, a, n, 1500), KV_OK);
	kv_close(kv);
	char path[512];
	snprintf(path, sizeof(path), "%s/data.mdb", scratch_path("cut"));
	assert_int_equal(truncate(path, 5 * 4096), 0);
	/* a SIGBUS or a quiet success would both be wrong; in a child, as LMDB may abort on damage
	 */
	pid_t child = fork();
	if (child == 0) {
		kv = NULL;
		if (kv_open(&kv, scratch_path("cut"), &(struct kv_options){0}, &kv_help_error) != 0)
			_exit(3);
		if (kv_table(kv, "a", &a, &kv_help_error) != 0)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map_full),       cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_bad_disk),       cmocka_unit_test(test_one_per_path),
		cmocka_unit_test(test_refused_places), cmocka_unit_test(test_cut_file),
		cmocka_unit_test(test_half_made),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
