// SPDX-License-Identifier: Apache-2.0
/* Who is refused, who is cut, and that nobody else notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/http.h"
#include "common/sys/loop.h"
#include "tests/unit/browser.h"

enum { MANY = 20, BETWEEN_BYTES_MS = 200 };

static struct sys_error error;
static struct buffer got;

static void handle(void *context, struct http_request *r)
{
	(void)context;
	struct http_answer a = {.status = 200};

	buffer_format(&a.body, "ready for %s", http_peer(r));
	http_answer(r, &a);
}

static struct http *start(struct http_options o)
{
	o.handle = handle;
	struct http *h = http_open(&o, &error);
	assert_non_null(h);
	return h;
}

static const char *ask(struct http *h)
{
	return browser_ask(h, "GET / HTTP/1.1\r\n" BROWSER_END, &got);
}

struct wanted {
	struct http *h;
	size_t connections;
};

static bool so_many(void *wanted)
{
	const struct wanted *w = wanted;
	return http_counts(w->h).connections == w->connections;
}

static void wait_for(struct http *h, size_t connections)
{
	struct wanted w = {h, connections};
	browser_run(h, so_many, &w);
}

static void test_silent_ones(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.idle_s = 5});
	int fds[MANY];
	for (size_t i = 0; i < MANY; i++) {
		fds[i] = browser_connect(h);
		if (i % 2)
			browser_say(h, fds[i], "GET / HTTP/1.1\r\nHost: ");
	}
	wait_for(h, MANY);
	assert_non_null(strstr(ask(h), "ready")); /* they keep nobody out ... */
	assert_true(http_deadline(h) <= clock_transport() + 5100);
	wait_for(h, 0); /* ... and not for long */
	for (size_t i = 0; i < MANY; i++) {
		assert_false(browser_hear(h, fds[i], NULL, &got));
		close(fds[i]);
	}
	http_close(h);
}

/* They say a little again and again, never all of it. */
static void test_dribbling_ones(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.idle_s = 1, .body_max = 1000});
	int64_t begun = clock_transport(), next = begun;
	int header = browser_connect(h), body = browser_connect(h);

	browser_say(h, header, "GET / HTTP/1.1\r\nHost: ");
	browser_say(h, body, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900\r\n\r\n");
	while (http_counts(h).cut < 2) {
		next += BETWEEN_BYTES_MS;
		assert_true(next < begun + BROWSER_PATIENCE_MS);
		do {
			int64_t due = http_deadline(h);
			struct loop_item item = {.fd = http_fd(h)};
			loop_wait(&item, 1, due < next ? due : next);
			http_run(h);
		} while (clock_transport() < next);
		send(header, "x", 1, MSG_NOSIGNAL); /* refused once it is cut */
		send(body, "x", 1, MSG_NOSIGNAL);
		assert_non_null(strstr(ask(h), "ready"));
	}
	assert_in_range(clock_transport() - begun, 2900, BROWSER_PATIENCE_MS);
	wait_for(h, 0);
	close(header);
	close(body);
	http_close(h);
}

static void test_too_many(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.connections = 3});
	int fds[3];
	for (size_t i = 0; i < BASE_COUNT(fds); i++)
		fds[i] = browser_connect(h);
	wait_for(h, 3);
	assert_string_equal(ask(h), ""); /* refused, not left waiting */
	assert_string_equal(ask(h), "");
	assert_int_equal(http_counts(h).refused, 2);
	assert_int_equal(http_counts(h).connections, 3);
	close(fds[0]);
	wait_for(h, 2);
	assert_non_null(strstr(ask(h), "ready"));
	assert_int_equal(http_counts(h).refused, 2);
	assert_int_equal(http_counts(h).requests, 1);
	close(fds[1]);
	close(fds[2]);
	http_close(h);
}

static int connect_from(const struct http *h, const char *address)
{
	struct sockaddr_in me = {.sin_family = AF_INET};
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(http_port(h)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	inet_pton(AF_INET, address, &me.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&me, sizeof(me)), 0);
	assert_true(connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0 || errno == EINPROGRESS);
	return fd;
}

static void test_too_many_from_one(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.per_address = 2});
	int a = browser_connect(h), b = browser_connect(h);
	wait_for(h, 2);
	assert_string_equal(ask(h), "");
	assert_int_equal(http_counts(h).refused, 1);
	int c = connect_from(h, "127.0.0.2");
	browser_say(h, c, "GET / HTTP/1.1\r\n" BROWSER_END);
	browser_hear(h, c, NULL, &got);
	assert_non_null(strstr(buffer_text(&got), "ready for 127.0.0.2"));
	close(a);
	close(b);
	close(c);
	http_close(h);
}

/* More than the kernel takes for one who does not read; two of them may be held. */
enum { LARGE = 3 * 1024 * 1024, HELD = 5 * LARGE / 2 };

static void handle_large(void *context, struct http_request *r)
{
	(void)context;
	struct http_answer a = {.status = http_full(r, LARGE) ? 503 : 200};

	if (a.status == 200)
		memset(buffer_reserve(&a.body, LARGE), 'x', LARGE);
	http_answer(r, &a);
}

static bool two_are_held(void *http)
{
	return http_counts(http).held == (size_t)2 * LARGE;
}

static bool none_is_held(void *http)
{
	return http_counts(http).held == 0;
}

/* Who takes a large answer and does not read it takes memory from nobody but his like. */
static void test_answers_that_are_held(void **state)
{
	(void)state;
	struct http *h = http_open(&(struct http_options){.handle = handle_large, .held_max = HELD}, &error);
	int a, b;

	assert_non_null(h);
	a = browser_connect(h);
	b = browser_connect(h);
	browser_say(h, a, "GET / HTTP/1.1\r\n" BROWSER_NEXT);
	browser_say(h, b, "GET / HTTP/1.1\r\n" BROWSER_END);
	browser_run(h, two_are_held, h);
	assert_non_null(strstr(ask(h), "503"));
	close(a); /* gone in the middle of it */
	browser_hear(h, b, "nothing", &got); /* and read to its end */
	assert_true(got.size > LARGE);
	browser_run(h, none_is_held, h);
	assert_non_null(strstr(ask(h), "200 OK"));
	browser_run(h, none_is_held, h);
	close(b);
	http_close(h);
}

/* The process has no descriptor left, and later it has: who knocked meanwhile is let in. */
static void test_no_descriptor_left(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	struct rlimit all, none;
	int first = browser_connect(h), knocks;

	wait_for(h, 1);
	knocks = browser_connect(h);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &all), 0);
	none = (struct rlimit){(rlim_t)knocks + 1, all.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(fcntl(knocks, F_DUPFD, 0), -1);
	browser_say(h, knocks, "GET / HTTP/1.1\r\n" BROWSER_END); /* and cannot be accepted */
	http_run(h);
	assert_int_equal(http_counts(h).connections, 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &all), 0);
	close(first);
	browser_hear(h, knocks, NULL, &got);
	assert_non_null(strstr(buffer_text(&got), "ready"));
	close(knocks);
	http_close(h);
}

static int end(void **state)
{
	(void)state;
	buffer_free(&got);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_silent_ones),
		cmocka_unit_test(test_dribbling_ones),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_too_many_from_one),
		cmocka_unit_test(test_answers_that_are_held),
		cmocka_unit_test(test_no_descriptor_left),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
