// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"

static struct sys_error error;
static int signals;

static void test_wake(void **state)
{
	(void)state;
	int fd = loop_wake_open(&error), other = loop_wake_open(&error);
	struct loop_item items[] = {{.fd = fd}, {.fd = -1}, {.fd = other}};
	assert_int_equal(loop_wait(items, 3, 0), 0); /* a deadline in the past: just looks */
	loop_wake(other);
	loop_wake(other);
	assert_int_equal(loop_wait(items, 3, LOOP_FOREVER), 1);
	assert_false(items[0].readable);
	assert_false(items[1].readable);
	assert_true(items[2].readable);
	assert_true(loop_wake_take(other));
	assert_false(loop_wake_take(other));
	assert_int_equal(loop_wait(items, 3, 0), 0);
	assert_false(items[2].readable);
	/* owed work bounds reading: not asked for, not seen */
	loop_wake(fd);
	items[0].no_read = true;
	assert_int_equal(loop_wait(items, 3, 0), 0);
	items[0].want_write = true;
	assert_int_equal(loop_wait(items, 3, 0), 1);
	assert_true(items[0].writable && !items[0].readable);
	close(fd);
	close(other);
}

static void test_deadline(void **state)
{
	(void)state;
	int64_t start = clock_transport();
	assert_int_equal(loop_wait(NULL, 0, start + 30), 0);
	assert_true(clock_transport() >= start + 30);
}

static void test_broken(void **state)
{
	(void)state;
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	close(ends[0]);
	struct loop_item item = {.fd = ends[1], .no_read = true, .want_write = true};
	assert_int_equal(loop_wait(&item, 1, LOOP_FOREVER), 1);
	assert_true(item.broken);
	close(ends[1]);
}

static void test_signals(void **state)
{
	(void)state;
	assert_int_equal(loop_signal(signals), 0);
	kill(getpid(), SIGTERM);
	kill(getpid(), SIGPIPE); /* ignored */
	struct loop_item item = {.fd = signals};
	assert_int_equal(loop_wait(&item, 1, LOOP_FOREVER), 1);
	assert_int_equal(loop_signal(signals), SIGTERM);
	assert_int_equal(loop_signal(signals), 0);
}

static void nothing(int number)
{
	(void)number;
}

static void *disturb(void *main_thread)
{
	/* EINTR in the wait: it goes on until the deadline */
	for (int i = 0; i < 50; i++)
		pthread_kill(*(pthread_t *)main_thread, SIGUSR2);
	return NULL;
}

static void test_interrupted(void **state)
{
	(void)state;
	struct sigaction action = {.sa_handler = nothing};
	sigaction(SIGUSR2, &action, NULL);
	pthread_t self = pthread_self(), thread;
	int64_t deadline = clock_transport() + 50;
	pthread_create(&thread, NULL, disturb, &self);
	struct loop_item item = {.fd = signals};
	assert_int_equal(loop_wait(&item, 1, deadline), 0);
	assert_true(clock_transport() >= deadline);
	pthread_join(thread, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wake),        cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_broken),      cmocka_unit_test(test_signals),
		cmocka_unit_test(test_interrupted),
	};
	signals = loop_signals(&error);
	if (signals < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
