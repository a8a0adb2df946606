// SPDX-License-Identifier: Apache-2.0
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
static int handled;
static struct buffer got;
static const char page[] = "<!doctype html>";

/* What came in, as text; ends with a line for each name asked about. */
static void echo(struct http_request *r, struct buffer *out)
{
	const char *name = http_argument(r, "name"), *two = http_argument(r, "two"), *mark = http_header(r, "x-mark");
	struct bytes body = http_body(r);

	buffer_format(out, "%s %s [%s] [%s] [%s] %s %zu:", http_method(r), http_path(r), name ? name : "none",
		      two ? two : "none", mark ? mark : "none", http_peer(r), body.size);
	buffer_put_bytes(out, body);
	buffer_format(out, " gzip %d\n", http_accepts_gzip(r));
	struct buffer marks = {0};
	size_t n = http_headers(r, "X-MARK", &marks);
	buffer_format(out, "%zu marks: %s\n", n, buffer_text(&marks));
	buffer_free(&marks);
}

static void handle(void *context, struct http_request *r)
{
	struct http_answer a = {.body.cap = BUFFER_ANY};
	const struct http_header extra[] = {{"ETag", "\"1\""}, {"cache-control", "no-cache"}};
	const struct http_header broken[] = {{"X-Bad", "a\r\nSet-Cookie: b"}};
	const char *path = http_path(r);

	handled++;
	assert_null(http_mine(r));
	if (!strcmp(path, "/health")) {
		a.status = 200;
		buffer_format(&a.body, "%s\n", (const char *)context);
	} else if (!strcmp(path, "/metrics")) {
		a.status = 200;
		a.content_type = "text/plain; version=0.0.4";
		for (int i = 0; i < 20000; i++) /* larger than any socket's buffer */
			buffer_put_text(&a.body, "tiendo_line 1234567890\n");
	} else if (!strcmp(path, "/failed")) {
		a.status = 200;
		buffer_put_text(&a.body, "half of it");
		a.body.failed = true;
	} else if (!strcmp(path, "/page")) {
		a = (struct http_answer){200, "text/html", .fixed = bytes_text(page), .headers = extra, .headers_n = 2};
	} else if (!strcmp(path, "/unchanged")) {
		a = (struct http_answer){304, .headers = extra, .headers_n = 2};
	} else if (!strcmp(path, "/broken")) {
		a = (struct http_answer){200, .headers = broken, .headers_n = 1};
	} else if (!strncmp(path, "/echo", 5)) {
		a.status = 200;
		echo(r, &a.body);
	}
	http_answer(r, &a);
}

static struct http *start(struct http_options o)
{
	static char context[] = "ready";

	o.handle = handle;
	o.context = context;
	struct http *h = http_open(&o, &error);
	assert_non_null(h);
	assert_true(http_port(h) > 0);
	return h;
}

#define ASK(request) browser_ask(h, request, &got)
#define assert_has(text, part) assert_non_null(strstr(text, part))

static void test_answers(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	const char *text = ASK("GET /health?x=1 HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, "HTTP/1.1 200 OK\r\n");
	assert_has(text, "Content-Type: text/plain; charset=utf-8\r\n");
	assert_has(text, "Cache-Control: no-store\r\n");
	assert_has(text, "X-Content-Type-Options: nosniff\r\n");
	assert_has(text, "\r\n\r\nready\n");
	text = ASK("HEAD /health HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, "Content-Length: 6\r\n");
	assert_null(strstr(text, "ready"));
	text = ASK("GET /metrics HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, "version=0.0.4");
	assert_int_equal(got.size - (size_t)(strstr(text, "\r\n\r\n") + 4 - text), 20000 * 23);
	text = ASK("GET /nothing HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, " 404 ");
	assert_has(text, "\r\n\r\n404\n");
	text = ASK("GET /failed HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, " 500 ");
	assert_null(strstr(text, "half"));
	int before = handled;
	text = ASK("POST /health HTTP/1.1\r\nContent-Length: 3\r\n" BROWSER_END "abc");
	assert_has(text, " 405 ");
	assert_has(text, "Allow: GET, HEAD\r\n");
	text = ASK("nonsense\r\n\r\n");
	assert_int_equal(handled, before);
	assert_int_equal(http_counts(h).requests, 5);
	assert_int_equal(http_counts(h).rejected, 1);
	http_close(h);
	http_close(NULL);
}

static void test_headers_of_answers(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	const char *text = ASK("GET /page HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, "Content-Type: text/html\r\n");
	assert_has(text, "ETag: \"1\"\r\n");
	assert_has(text, "cache-control: no-cache\r\n");
	assert_null(strstr(text, "no-store"));
	assert_has(text, "X-Content-Type-Options: nosniff\r\n");
	assert_has(text, "\r\n\r\n<!doctype html>");
	text = ASK("GET /unchanged HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, " 304 ");
	assert_string_equal(strstr(text, "\r\n\r\n"), "\r\n\r\n");
	/* what a stranger may have put into a value splits no answer */
	text = ASK("GET /broken HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, " 500 ");
	assert_null(strstr(text, "Set-Cookie"));
	http_close(h);
}

static void test_what_is_asked(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.body_max = 100});
	const char *text = ASK("GET /echo/%C4%91%e1%BB%81+x?name=S%E1%BB%9F+a%26b&two=&x HTTP/1.1\r\nX-Mark: m\r\n" BROWSER_END);
	assert_has(text, "\r\n\r\nGET /echo/đề+x [Sở a&b] [] [m] 127.0.0.1 0: gzip 0\n");
	/* a NUL cuts nothing off, half a sequence is left alone, broken UTF-8 and control characters are handed over */
	text = ASK("GET /echo%00/../x%2fy%2?name=a%00b%&two=%FF%0a HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, "GET /echo%00/../x/y%2 [a%00b%] [\xff\n] [none]");
	text = ASK("POST /echo?name=1 HTTP/1.1\r\nContent-Length: 5\r\n" BROWSER_END "a\"b=c");
	assert_has(text, "POST /echo [1] [none] [none] 127.0.0.1 5:a\"b=c gzip");
	text = ASK("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" BROWSER_END "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
	assert_has(text, " 5:abcde gzip");
	/* several of one name, as one that forwards adds its own line */
	text = ASK("GET /echo HTTP/1.1\r\nX-Mark: one\r\nX-Other: 2\r\nx-mark: three\r\n" BROWSER_END);
	assert_has(text, "[one] 127.0.0.1 0: gzip 0\n2 marks: one, three\n");
	assert_has(ASK("GET /echo HTTP/1.1\r\n" BROWSER_END), "\n0 marks: \n");
	text = ASK("DELETE /echo HTTP/1.1\r\n" BROWSER_END);
	assert_has(text, " 405 ");
	assert_has(text, "Allow: GET, HEAD, POST\r\n");
	http_close(h);
}

static void test_gzip_accepted(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	static const struct {
		const char *value;
		bool accepts;
	} cases[] = {{"gzip, deflate, br", true},  {"br;q=1.0, GZIP;q=0.2", true}, {"gzip;q=0", false},
		     {"gzip ; Q=0.000, *", false}, {"*;q=0.1", true},		   {"*, gzip;q=0", false},
		     {"identity, *;q=0", false},   {"*;q=0, gzip", true},	   {"gzipped, x-gzip", false},
		     {"gzip;q=0.001", true},	   {"gzip;x=0", true},		   {",,", false}};
	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		struct buffer request = {0};
		buffer_format(&request, "GET /echo HTTP/1.1\r\nAccept-Encoding: %s\r\n" BROWSER_END, cases[i].value);
		const char *text = ASK(buffer_text(&request));
		if (!strstr(text, cases[i].accepts ? "gzip 1" : "gzip 0"))
			fail_msg("%s: %s", cases[i].value, text);
		buffer_free(&request);
	}
	http_close(h);
}

static void test_body_too_long(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.body_max = 10});
	int before = handled;
	/* said beforehand: refused before it is sent, and the connection is closed */
	const char *text = ASK("POST /echo HTTP/1.1\r\nContent-Length: 11\r\n" BROWSER_NEXT);
	assert_has(text, " 413 ");
	assert_has(text, "Connection: close\r\n");
	text = ASK("POST /echo HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n" BROWSER_NEXT);
	assert_has(text, " 413 ");
	/* (that one the library refuses by itself)
	 * not said: as soon as it is too long, although its end has not come */
	text = ASK("POST /echo HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" BROWSER_NEXT "6\r\nabcdef\r\n6\r\nabcdef\r\n");
	assert_string_equal(text, "");
	assert_int_equal(handled, before);
	assert_int_equal(http_counts(h).rejected, 2);
	text = ASK("POST /echo HTTP/1.1\r\nContent-Length: 10\r\n" BROWSER_END "0123456789");
	assert_has(text, " 10:0123456789 ");
	http_close(h);
}

static void test_header_too_large(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){0});
	struct buffer request = {0};
	buffer_put_text(&request, "GET /health HTTP/1.1\r\nX: ");
	for (int i = 0; i < 5000; i++)
		buffer_put_u8(&request, 'x');
	int before = handled;
	assert_has(ASK(buffer_text(&request)), " 431 ");
	assert_int_equal(handled, before);
	buffer_free(&request);
	http_close(h);
}

/* Two requests in one connection, the second already there when the first is answered. */
static void test_connection_is_kept(void **state)
{
	(void)state;
	struct http *h = start((struct http_options){.body_max = 10});
	int fd = browser_connect(h);
	browser_say(h, fd, "POST /echo?name=1 HTTP/1.1\r\nContent-Length: 2\r\n" BROWSER_NEXT "ab"
			   "GET /echo?name=2 HTTP/1.1\r\n" BROWSER_NEXT);
	assert_true(browser_hear(h, fd, "GET /echo [2]", &got));
	assert_has(buffer_text(&got), "POST /echo [1]");
	assert_int_equal(http_counts(h).connections, 1);
	close(fd);
	http_close(h);
}

static void test_refused(void **state)
{
	(void)state;
	struct http_options options = {.handle = handle};
	struct http *h = http_open(&options, &error);
	options.port = http_port(h);
	assert_null(http_open(&options, &error));
	assert_has(error.text, "cannot listen");
	options.address = "localhost";
	assert_null(http_open(&options, &error));
	assert_has(error.text, "not an IPv4 address");
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
		cmocka_unit_test(test_answers),	      cmocka_unit_test(test_headers_of_answers),
		cmocka_unit_test(test_what_is_asked), cmocka_unit_test(test_gzip_accepted),
		cmocka_unit_test(test_body_too_long), cmocka_unit_test(test_header_too_large),
		cmocka_unit_test(test_connection_is_kept), cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
