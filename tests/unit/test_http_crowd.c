// SPDX-License-Identifier: Apache-2.0
/* What many streams cost whose clients do not read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include "common/sys/http.h"
#include "tests/unit/browser.h"

enum { MANY = 1000, MANY_BYTES = 40 << 20 };

static struct sys_error error;
static struct buffer got;
static int gone;

/* There is always something to say. */
static long more(void *mine, char *out, size_t max)
{
	(void)mine;
	memset(out, 'x', max);
	return (long)max;
}

static void handle(void *context, struct http_request *r)
{
	(void)context;
	const struct http_stream s = {.content_type = "text/event-stream", .more = more};
	struct http_answer a = {.status = 200};

	if (!strcmp(http_path(r), "/stream")) {
		http_stream(r, &s);
		return;
	}
	buffer_put_text(&a.body, "at once");
	http_answer(r, &a);
}

static void on_gone(void *context, struct http_request *r)
{
	(void)context, (void)r;
	gone++;
}

static size_t resident(void)
{
	unsigned long all, mine;
	FILE *f = fopen("/proc/self/statm", "r");

	assert_non_null(f);
	assert_int_equal(fscanf(f, "%lu %lu", &all, &mine), 2);
	fclose(f);
	return mine * (size_t)sysconf(_SC_PAGESIZE);
}

struct crowd {
	struct http *h;
	size_t streams;
};

static bool all_there(void *crowd)
{
	const struct crowd *c = crowd;
	return http_counts(c->h).streams == c->streams;
}

/* Nobody reads, every stream always has something to say: what the kernel does not take waits in our memory. */
static void test_many_stalled(void **state)
{
	(void)state;
	static int fds[MANY];
	struct rlimit files;
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
	const struct http_options options = {
		.handle = handle, .gone = on_gone, .connections = MANY + 10, .connection_memory = 8192};
	struct http *h = http_open(&options, &error);
	assert_non_null(h);
	struct crowd c = {.h = h, .streams = MANY};
	size_t before = resident();
	for (int i = 0; i < MANY; i++) {
		fds[i] = browser_connect(h);
		browser_say(h, fds[i], "GET /stream HTTP/1.1\r\nCookie: a=0123456789abcdef\r\n" BROWSER_NEXT);
	}
	browser_run(h, all_there, &c);
	assert_non_null(strstr(browser_ask(h, "GET / HTTP/1.1\r\n" BROWSER_END, &got), "at once"));
	size_t after = resident();
	print_message("%d stalled streams: %zu KiB\n", MANY, (after - before) / 1024);
#ifndef __SANITIZE_ADDRESS__
	assert_true(after - before < MANY_BYTES);
#endif
	for (int i = 0; i < MANY; i++)
		close(fds[i]);
	c.streams = 0;
	browser_run(h, all_there, &c);
	http_close(h);
	assert_int_equal(gone, MANY);
	buffer_free(&got);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_many_stalled)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
