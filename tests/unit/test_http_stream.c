// SPDX-License-Identifier: Apache-2.0
/* Requests that are kept, streams. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/http.h"
#include "tests/unit/browser.h"

static struct sys_error error;
static struct buffer got;

/* The handler's own view of one request. */
struct caller {
	struct http_request *r;
	const char *says; /* the stream's next bytes; NULL = nothing now */
	bool flood;	  /* always something to say */
	bool ends;
	int asked, gone;
};
static struct caller kept, stream;
static int gone;

static long more(void *mine, char *out, size_t max)
{
	struct caller *c = mine;

	c->asked++;
	if (c->flood) {
		memset(out, 'x', max);
		return (long)max;
	}
	if (c->says) {
		size_t size = strlen(c->says);
		assert_true(max >= 100 && size <= max);
		memcpy(out, c->says, size);
		c->says = NULL;
		return (long)size;
	}
	return c->ends ? -1 : 0;
}

static void handle(void *context, struct http_request *r)
{
	(void)context;
	const struct http_header headers[] = {{"X-Accel-Buffering", "no"}};
	const struct http_stream s = {"text/event-stream", more, headers, 1};
	const char *path = http_path(r);

	if (!strcmp(path, "/kept")) {
		kept.r = r;
		http_set_mine(r, &kept);
	} else if (!strcmp(path, "/stream")) {
		stream.r = r;
		http_set_mine(r, &stream);
		http_stream(r, &s);
	} else {
		struct http_answer a = {.status = 200};
		buffer_put_text(&a.body, "at once");
		http_answer(r, &a);
	}
}

static void on_gone(void *context, struct http_request *r)
{
	(void)context;
	struct caller *c = http_mine(r);

	assert_non_null(http_path(r));
	gone++;
	if (!c)
		return;
	if (c->r == r)
		c->r = NULL;
	c->gone++;
}

static struct http *start(struct http_options o)
{
	kept = stream = (struct caller){0};
	gone = 0;
	o.handle = handle;
	o.gone = on_gone;
	struct http *h = http_open(&o, &error);
	assert_non_null(h);
	return h;
}

static bool is_there(void *caller)
{
	return ((struct caller *)caller)->r;
}

static bool is_over(void *caller)
{
	return ((struct caller *)caller)->gone;
}

static void answer(struct http_request *r, const char *text)
{
	struct http_answer a = {.status = 200};

	buffer_put_text(&a.body, text);
	http_answer(r, &a);
}

#define ASK(request) browser_ask(h, request, &got)
#define assert_has(text, part) assert_non_null(strstr(text, part))

static void test_answered_later(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.body_max = 100});
	int fd = browser_connect(h);
	browser_say(h, fd, "POST /kept HTTP/1.1\r\nContent-Length: 3\r\n" BROWSER_NEXT "abc");
	browser_run(h, is_there, &kept);
	assert_int_equal(http_counts(h).kept, 1);
	assert_has(ASK("GET / HTTP/1.1\r\n" BROWSER_END), "at once"); /* meanwhile */
	assert_true(bytes_equal(http_body(kept.r), bytes_text("abc")));
	answer(kept.r, "later");
	assert_int_equal(kept.gone, 0);
	assert_true(browser_hear(h, fd, "later", &got));
	browser_run(h, is_over, &kept);
	assert_int_equal(http_counts(h).kept, 0);
	/* and the connection goes on */
	browser_say(h, fd, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	answer(kept.r, "again");
	assert_true(browser_hear(h, fd, "again", &got));
	close(fd);
	http_close(h);
	assert_int_equal(gone, 2);
}

/* A kept request may wait longer than idle_s. */
static void test_kept_is_not_idle(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.idle_s = 3});
	int fd = browser_connect(h), other = browser_connect(h);
	browser_say(h, fd, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	assert_false(browser_hear(h, other, NULL, &got)); /* one that says nothing is closed ... */
	assert_int_equal(kept.gone, 0);
	answer(kept.r, "later"); /* ... one that waits is not */
	assert_true(browser_hear(h, fd, "later", &got));
	close(fd);
	close(other);
	http_close(h);
}

static void test_client_of_kept_goes(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	int fd = browser_connect(h);
	browser_say(h, fd, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	close(fd);
	browser_run(h, is_over, &kept);
	assert_int_equal(http_counts(h).kept, 0);
	/* an answer that crosses its leaving */
	fd = browser_connect(h);
	kept.gone = 0;
	browser_say(h, fd, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	close(fd);
	answer(kept.r, "too late");
	browser_run(h, is_over, &kept);
	http_close(h);
	assert_int_equal(gone, 2);
}

static void test_stream(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	int fd = browser_connect(h);
	browser_say(h, fd, "GET /stream HTTP/1.1\r\n" BROWSER_NEXT);
	/* the header does not wait for the first event */
	assert_true(browser_hear(h, fd, "\r\n\r\n", &got));
	assert_has(buffer_text(&got), "Content-Type: text/event-stream\r\n");
	assert_has(buffer_text(&got), "X-Accel-Buffering: no\r\n");
	assert_has(buffer_text(&got), "nosniff\r\n");
	assert_int_equal(http_counts(h).streams, 1);
	int before = stream.asked;
	assert_has(ASK("GET / HTTP/1.1\r\n" BROWSER_END), "at once");
	assert_int_equal(stream.asked, before); /* nobody asks it again and again */
	for (int i = 0; i < 3; i++) {
		stream.says = i % 2 ? "data: one\n\n" : "data: two\n\n";
		http_stream_wake(stream.r);
		http_stream_wake(stream.r);
		assert_true(browser_hear(h, fd, i % 2 ? "data: one\n\n" : "data: two\n\n", &got));
	}
	stream.ends = true;
	http_stream_wake(stream.r);
	assert_true(browser_hear(h, fd, "0\r\n\r\n", &got));
	browser_run(h, is_over, &stream);
	assert_int_equal(http_counts(h).streams, 0);
	/* the connection goes on */
	browser_say(h, fd, "GET / HTTP/1.1\r\n" BROWSER_NEXT);
	assert_true(browser_hear(h, fd, "at once", &got));
	assert_has(ASK("HEAD /stream HTTP/1.1\r\n" BROWSER_END), "text/event-stream");
	assert_string_equal(strstr(buffer_text(&got), "\r\n\r\n"), "\r\n\r\n");
	stream.says = "old client";
	assert_has(ASK("GET /stream HTTP/1.0\r\n\r\n"), "old client");
	close(fd);
	http_close(h);
	assert_int_equal(gone, 3);
}

static void test_client_of_stream_goes(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	int fd = browser_connect(h);
	browser_say(h, fd, "GET /stream HTTP/1.1\r\n" BROWSER_NEXT);
	assert_true(browser_hear(h, fd, "\r\n\r\n", &got));
	close(fd); /* with nothing to say to it */
	browser_run(h, is_over, &stream);
	assert_int_equal(http_counts(h).streams, 0);
	fd = browser_connect(h);
	stream = (struct caller){.flood = true};
	browser_say(h, fd, "GET /stream HTTP/1.1\r\n" BROWSER_NEXT);
	assert_true(browser_hear(h, fd, "xxx", &got));
	close(fd); /* in the middle of a word */
	browser_run(h, is_over, &stream);
	http_close(h);
}

static void test_slow_reader(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.idle_s = 1});
	int fd = browser_connect(h);
	stream.flood = true;
	browser_say(h, fd, "GET /stream HTTP/1.1\r\n" BROWSER_NEXT);
	int64_t before = clock_transport();
	browser_run(h, is_over, &stream); /* fd is not read */
	assert_in_range(clock_transport() - before, 500, BROWSER_PATIENCE_MS);
	close(fd);
	http_close(h);
}

static void test_close_tells(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	int a = browser_connect(h), b = browser_connect(h), c = browser_connect(h);
	browser_say(h, a, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_say(h, b, "GET /stream HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	browser_run(h, is_there, &stream);
	http_close(h);
	assert_int_equal(kept.gone, 1);
	assert_int_equal(stream.gone, 1);
	close(a);
	close(b);
	close(c);
	/* one that was answered, but not yet sent */
	h = start((struct http_options){0});
	a = browser_connect(h);
	browser_say(h, a, "GET /kept HTTP/1.1\r\n" BROWSER_NEXT);
	browser_run(h, is_there, &kept);
	answer(kept.r, "never sent");
	http_close(h);
	assert_int_equal(kept.gone, 1);
	close(a);
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
		cmocka_unit_test(test_answered_later), cmocka_unit_test(test_kept_is_not_idle),
		cmocka_unit_test(test_client_of_kept_goes), cmocka_unit_test(test_stream),
		cmocka_unit_test(test_client_of_stream_goes), cmocka_unit_test(test_slow_reader),
		cmocka_unit_test(test_close_tells),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
