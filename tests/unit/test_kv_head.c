// SPDX-License-Identifier: Apache-2.0
/* A commit whose head could not be written leaves the head it found, whole, and the store opens again. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/unit/kv_help.h"
#include "tests/unit/scratch.h"

static bool refuse; /* writes of a head: they reach the file, and EIO is said */

/* LMDB and kv_head call this one. */
ssize_t pwrite(int fd, const void *data, size_t size, off_t at)
{
	const struct iovec v = {.iov_base = (void *)(uintptr_t)data, .iov_len = size};
	ssize_t n = pwritev(fd, &v, 1, at);

	if (!refuse || size > 512)
		return n;
	refuse = false; /* what LMDB and we put back is written */
	errno = EIO;
	return -1;
}

static void test_head_is_put_back(void **state)
{
	struct kv *kv = kv_help_open("head", 0);
	struct kv_table table = kv_help_table(kv, "t");
	char path[4096];

	(void)state;
	snprintf(path, sizeof path, "%s", scratch_path("head"));
	for (uint32_t n = 1; n <= 20; n++)
		assert_int_equal(kv_help_put(kv, table, n, 500), KV_OK);
	refuse = true;
	assert_int_equal(kv_help_put(kv, table, 21, 500), KV_UNKNOWN);
	assert_false(refuse);
	kv_close(kv);

	const struct kv_options options = {.create = true};
	struct sys_error error = {""};
	if (kv_open(&kv, path, &options, &error))
		fail_msg("%s", error.text);
	table = kv_help_table(kv, "t");
	assert_int_equal(kv_help_count(kv, table), 20);
	assert_int_equal(kv_help_put(kv, table, 21, 500), KV_OK);
	assert_int_equal(kv_help_count(kv, table), 21);
	kv_close(kv);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_head_is_put_back)};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
