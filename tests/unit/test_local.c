// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/local.h"
#include "common/sys/loop.h"
#include "tests/unit/scratch.h"

enum { CAP = 1000, PATIENCE_MS = 60000 };

static struct sys_error error;
static const char place[] = "admin.sock"; /* relative: a socket's path has 107 bytes */

static int enter_scratch(void **state)
{
	return scratch_make(state) == 0 ? chdir(scratch_path("")) : -1;
}

static bool wait_readable(int fd)
{
	struct loop_item item = {.fd = fd};
	return loop_wait(&item, 1, clock_transport() + PATIENCE_MS) == 1;
}

/* Both ends of one connection. */
static void join_up(int fd, struct local **ours, struct local **theirs)
{
	int code;
	*theirs = local_connect(place, CAP, &code, &error);
	assert_non_null(*theirs);
	assert_true(wait_readable(fd));
	*ours = local_accept(fd, CAP);
	assert_non_null(*ours);
	assert_null(local_accept(fd, CAP));
}

static void test_messages(void **state)
{
	(void)state;
	struct local *a, *b;
	struct bytes message;
	struct stat st;
	int fd = local_listen(place, &error);
	assert_true(fd >= 0);
	assert_int_equal(stat(place, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	join_up(fd, &a, &b);
	assert_int_equal(local_receive(a, &message), 0);
	assert_int_equal(local_send(b, bytes_text("one")), 0);
	assert_int_equal(local_send(b, bytes_text("")), 0);
	assert_int_equal(local_send(b, bytes_text("three")), 0);
	assert_false(local_owes(b));
	assert_int_equal(local_receive(a, &message), 1);
	assert_true(bytes_equal(message, bytes_text("one")));
	assert_int_equal(local_receive(a, &message), 1);
	assert_int_equal(message.size, 0);
	assert_int_equal(local_receive(a, &message), 1);
	assert_true(bytes_equal(message, bytes_text("three")));
	assert_int_equal(local_receive(a, &message), 0);
	uint8_t big[CAP + 1];
	memset(big, 7, sizeof(big));
	assert_int_equal(local_send(b, bytes_of(big, CAP + 1)), -EMSGSIZE);
	assert_int_equal(local_send(b, bytes_of(big, CAP)), 0);
	local_close(&b);
	assert_null(b);
	assert_int_equal(local_receive(a, &message), 1);
	assert_true(bytes_equal(message, bytes_of(big, CAP)));
	assert_int_equal(local_receive(a, &message), -EPIPE);
	assert_int_equal(local_receive(a, &message), -EPIPE);
	assert_int_equal(local_send(a, bytes_text("late")), -EPIPE);
	local_close(&a);
	local_close(&a);
	local_unlisten(fd, place);
	assert_int_equal(access(place, F_OK), -1);
}

static void test_pieces(void **state)
{
	(void)state;
	struct local *a, *b;
	struct bytes message;
	int fd = local_listen(place, &error);
	join_up(fd, &a, &b);
	static const uint8_t wire[] = {0, 0, 0, 3, 'a', 'b', 'c', 0, 0, 0, 1, 'd'};
	int got = 0;
	for (size_t i = 0; i < sizeof(wire); i++) {
		assert_int_equal(send(local_fd(b), &wire[i], 1, 0), 1);
		int rc = local_receive(a, &message);
		assert_int_equal(rc, i == 6 || i == 11);
		got += rc;
	}
	assert_int_equal(got, 2);
	/* announced above the cap: broken at once, whatever follows */
	static const uint8_t bomb[] = {0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0};
	assert_int_equal(send(local_fd(b), bomb, sizeof(bomb), 0), sizeof(bomb));
	assert_int_equal(local_receive(a, &message), -EMSGSIZE);
	assert_int_equal(local_receive(a, &message), -EMSGSIZE);
	assert_int_equal(message.size, 0);
	local_close(&a);
	local_close(&b);
	local_unlisten(fd, place);
}

/* A reader that does not read fills our queue and is cut, never waited for. */
static void test_slow_reader(void **state)
{
	(void)state;
	struct local *a, *b;
	int fd = local_listen(place, &error), small = 1, rc = 0, sent = 0;
	join_up(fd, &a, &b);
	setsockopt(local_fd(b), SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	uint8_t big[CAP] = {0};
	while (!local_owes(b) && sent++ < 10000)
		assert_int_equal(local_send(b, bytes_of(big, CAP)), 0);
	assert_true(local_owes(b));
	/* what it owes goes when the reader reads */
	struct bytes message;
	int got = 0;
	while (got < sent) {
		while (local_receive(a, &message) == 1)
			got++;
		assert_int_equal(local_flush(b), 0);
	}
	assert_false(local_owes(b));
	for (sent = 0; rc == 0 && sent < 10000; sent++)
		rc = local_send(b, bytes_of(big, CAP));
	assert_int_equal(rc, -ENOBUFS);
	assert_int_equal(local_flush(b), -ENOBUFS);
	local_close(&a);
	local_close(&b);
	local_unlisten(fd, place);
}

static void test_places(void **state)
{
	(void)state;
	int code, fd = local_listen(place, &error);
	assert_int_equal(local_listen(place, &error), -EADDRINUSE);
	assert_non_null(strstr(error.text, "does another one run?"));
	close(fd); /* as a crash leaves it */
	assert_null(local_connect(place, CAP, &code, &error));
	assert_int_equal(code, -ECONNREFUSED);
	fd = local_listen(place, &error);
	assert_true(fd >= 0);
	local_unlisten(fd, place);
	assert_null(local_connect(place, CAP, &code, &error));
	assert_int_equal(code, -ENOENT);
	assert_int_equal(local_listen("no/such/place", &error), -ENOENT);
	char deep[200];
	memset(deep, 'x', sizeof(deep) - 1);
	deep[sizeof(deep) - 1] = '\0';
	assert_int_equal(local_listen(deep, &error), -ENAMETOOLONG);
	assert_null(local_connect(deep, CAP, &code, &error));
	assert_int_equal(code, -ENAMETOOLONG);
	/* a file that is no socket is not ours to remove */
	base_file_write("plain", 0600, bytes_text("x"), NULL);
	assert_int_equal(local_listen("plain", &error), -EADDRINUSE);
	assert_int_equal(access("plain", F_OK), 0);
}

static bool take_one(struct local *c, struct bytes *message)
{
	int rc;

	while ((rc = local_receive(c, message)) == 0)
		if (!wait_readable(local_fd(c)))
			return false;
	return rc == 1;
}

/* Answers the first question, and stays until the second has come: it would fail at a closed socket. */
static void *answer_one(void *context)
{
	struct local *c = context;
	struct bytes message;

	if (take_one(c, &message)) {
		local_send(c, message);
		take_one(c, &message);
	}
	local_close(&c);
	return NULL;
}

static void test_call(void **state)
{
	(void)state;
	struct local *a, *b;
	struct bytes answer;
	pthread_t thread;
	int fd = local_listen(place, &error);
	join_up(fd, &a, &b);
	assert_int_equal(local_call(b, bytes_text("now"), 0, &answer, &error), -ETIMEDOUT);
	assert_non_null(strstr(error.text, "no answer"));
	pthread_create(&thread, NULL, answer_one, a);
	assert_int_equal(local_call(b, bytes_text("again"), PATIENCE_MS, &answer, &error), 0);
	assert_true(bytes_equal(answer, bytes_text("now")));
	pthread_join(thread, NULL);
	assert_int_equal(local_call(b, bytes_text("more"), PATIENCE_MS, &answer, &error) < 0, true);
	assert_int_equal(answer.size, 0);
	local_close(&b);
	local_unlisten(fd, place);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_messages),    cmocka_unit_test(test_pieces),
		cmocka_unit_test(test_slow_reader), cmocka_unit_test(test_places),
		cmocka_unit_test(test_call),
	};
	return cmocka_run_group_tests(tests, enter_scratch, scratch_remove);
}
