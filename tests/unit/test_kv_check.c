// SPDX-License-Identifier: Apache-2.0
/*
 * What a store says of itself is looked at when it is opened: whatever was written in whatever order is taken for whole,
 * also beside a writer and half-way through its work; and of any one bit that is turned, either it is told, or every key
 * is still there and only a value differs. (tests/fault/flips looks at whole programs.)
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/sys/kv.h"
#include "tests/unit/scratch.h"

static struct sys_error error;
static uint64_t dice;

static uint32_t below(uint32_t n)
{
	dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
	return (uint32_t)(dice >> 32) % n;
}

static void seed(void)
{
	const char *given = getenv("TIENDO_SEED");

	dice = given ? strtoull(given, NULL, 10) : 20261122;
	print_message("seed %llu (TIENDO_SEED=... to choose)\n", (unsigned long long)dice);
	dice = dice * UINT64_C(0x9E3779B97F4A7C15) + 1;
}

static struct kv *open_store(const char *dir, bool read_only, struct kv_table tables[static 3])
{
	static const char *const names[] = {"one", "two", "three"};
	const struct kv_options options = {.create = !read_only, .read_only = read_only};
	struct kv *kv;

	if (kv_open(&kv, dir, &options, &error))
		return NULL;
	for (size_t i = 0; i < 3; i++)
		assert_true(kv_table(kv, names[i], &tables[i], &error) == 0 || read_only);
	return kv;
}

/* Small and large values, deletions, whole tables emptied, and what is begun and given up. */
static void some_work(struct kv *kv, const struct kv_table tables[static 3])
{
	struct kv_txn *t = kv_write(kv);
	static uint8_t value[40000];

	for (uint32_t n = below(40); n; n--) {
		uint8_t key[12];
		size_t size = below(8) ? below(300) : below(4) ? 2000 + below(3000) : below(sizeof(value));
		struct bytes k = bytes_of(key, 4 + below(9));

		memset(key, 0, sizeof(key));
		put_u32(key, below(500));
		memset(value, (int)below(256), size);
		if (below(3))
			kv_put(t, tables[below(3)], k, bytes_of(value, size));
		else
			kv_delete(t, tables[below(3)], k);
	}
	if (!below(40))
		kv_clear(t, tables[below(3)]);
	if (below(10))
		assert_int_equal(kv_commit(&t, &error), KV_OK);
	else
		kv_end(&t);
}

static void whatever_was_written_is_whole(void **state)
{
	const char *dir = scratch_path("work");
	struct kv_table tables[3];

	(void)state;
	seed();
	for (int i = 0; i < 60; i++) {
		struct kv *kv = open_store(dir, false, tables);
		if (!kv)
			fail_msg("%s", error.text);
		for (uint32_t n = below(20); n; n--)
			some_work(kv, tables);
		kv_close(kv);
	}
	char copy[600];
	snprintf(copy, sizeof(copy), "%s", scratch_path("copy"));
	struct kv *kv = open_store(dir, false, tables);
	assert_int_equal(kv_copy(kv, copy, &error), 0);
	kv_close(kv);
	kv = open_store(copy, true, tables);
	if (!kv)
		fail_msg("%s", error.text);
	kv_close(kv);
}

/* A writer that is killed in the middle of its work, and a reader that looks all the while. */
static void beside_a_writer(void **state)
{
	const char *dir = scratch_path("beside");
	struct kv_table tables[3];
	int looked = 0;

	(void)state;
	seed();
	struct kv *kv = open_store(dir, false, tables);
	kv_close(kv);
	for (int round = 0; round < 5; round++) {
		pid_t pid = fork();
		if (pid == 0) {
			dice += (uint64_t)round * 7919;
			kv = open_store(dir, false, tables);
			while (kv)
				some_work(kv, tables);
			_exit(1);
		}
		for (int i = 0; i < 30; i++, looked++) {
			kv = open_store(dir, true, tables);
			if (!kv)
				fail_msg("%s", error.text);
			kv_close(kv);
		}
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		kv = open_store(dir, false, tables);
		if (!kv)
			fail_msg("%s", error.text);
		kv_close(kv);
	}
	assert_int_equal(looked, 150);
}

static uint64_t keys_of(struct kv *kv, const struct kv_table tables[static 3])
{
	struct kv_txn *t = kv_read(kv);
	struct bytes key, value, found;
	uint64_t hash = 7;

	for (size_t i = 0; i < 3; i++) {
		struct kv_cursor *c = kv_cursor(t, tables[i], &(struct kv_range){0});
		while (kv_next(c, &key, &value)) {
			for (size_t k = 0; k < key.size; k++)
				hash = (hash ^ key.data[k]) * 0x100000001b3U;
			hash = (hash ^ value.size) * 0x100000001b3U;
			assert_true(kv_get(t, tables[i], key, &found) && found.data == value.data);
		}
		kv_cursor_end(&c);
	}
	assert_int_equal(kv_error(t), 0);
	kv_end(&t);
	return hash;
}

static void a_turned_bit(void **state)
{
	const char *dir = scratch_path("bits");
	struct kv_table tables[3];
	char path[600];
	unsigned told = 0, keys = 0, same = 0;

	(void)state;
	seed();
	struct kv *kv = open_store(dir, false, tables);
	for (int i = 0; i < 25; i++)
		some_work(kv, tables);
	uint64_t truth = keys_of(kv, tables);
	kv_close(kv);
	snprintf(path, sizeof(path), "%s/data.mdb", dir);
	struct buffer file = {0};
	assert_int_equal(base_file_read(path, SIZE_MAX / 4, &file, &error), 0);
	for (int i = 0; i < 1500; i++) {
		size_t at = below((uint32_t)file.size / 4096) * 4096 + (below(3) ? below(200) : below(4096));
		uint8_t mask = (uint8_t)(1 << below(8));
		int fd = open(path, O_WRONLY);
		file.data[at] ^= mask;
		assert_true(ftruncate(fd, (off_t)file.size) == 0);
		assert_int_equal(pwrite(fd, file.data, file.size, 0), file.size);
		close(fd);
		kv = open_store(dir, true, tables);
		if (!kv)
			told++;
		else if (keys_of(kv, tables) == truth)
			same++;
		else
			keys++; /* a letter of a key or of a table's name, and the order is as it was */
		assert_true(kv || strstr(error.text, "damaged") || strstr(error.text, "restore"));
		kv_close(kv);
		file.data[at] ^= mask;
	}
	print_message("%u told, %u with another key, %u the same\n", told, keys, same);
	assert_true(told > 30 && keys < 100 && same > 100);
	buffer_free(&file);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whatever_was_written_is_whole),
		cmocka_unit_test(beside_a_writer),
		cmocka_unit_test(a_turned_bit),
	};
	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
