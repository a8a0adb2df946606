// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/http.h"
#include "common/sys/loop.h"

enum { PATIENCE_MS = 20000 };

static struct sys_error error;
static int handled;

static void handle(void *context, const char *path, struct http_answer *answer)
{
	handled++;
	if (strcmp(path, "/health") == 0) {
		answer->status = 200;
		buffer_format(&answer->body, "%s\n", (const char *)context);
	} else if (strcmp(path, "/metrics") == 0) {
		answer->status = 200;
		answer->content_type = "text/plain; version=0.0.4";
		for (int i = 0; i < 20000; i++) /* larger than any socket's buffer */
			buffer_put_text(&answer->body, "tiendo_line 1234567890\n");
	} else if (strcmp(path, "/failed") == 0) {
		answer->status = 200;
		answer->body.failed = true;
	}
}

static int connect_to(const struct http *h)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(http_port(h)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	int rc = connect(fd, (struct sockaddr *)&in, sizeof(in));
	assert_true(rc == 0 || errno == EINPROGRESS);
	return fd;
}

/* Serves until the client's end has something to read; -1 = the end. */
static ssize_t serve(struct http *h, int fd, char *out, size_t size)
{
	int64_t patience = clock_transport() + PATIENCE_MS;
	while (clock_transport() < patience) {
		int64_t due = http_deadline(h);
		struct loop_item items[] = {{.fd = http_fd(h)}, {.fd = fd}};
		loop_wait(items, 2, due < patience ? due : patience);
		http_run(h);
		if (items[1].readable || items[1].broken) {
			ssize_t n = read(fd, out, size);
			return n > 0 ? n : -1;
		}
	}
	fail_msg("no answer");
	return -1;
}

static const char *ask(struct http *h, const char *request, struct buffer *answer)
{
	char chunk[4096];
	ssize_t n;
	int fd = connect_to(h);
	struct loop_item item = {.fd = fd, .no_read = true, .want_write = true};
	assert_int_equal(loop_wait(&item, 1, clock_transport() + PATIENCE_MS), 1);
	assert_int_equal(send(fd, request, strlen(request), 0), strlen(request));
	buffer_clear(answer);
	while ((n = serve(h, fd, chunk, sizeof(chunk))) > 0)
		buffer_put(answer, chunk, (size_t)n);
	close(fd);
	return buffer_text(answer);
}

#define END "Host: x\r\nConnection: close\r\n\r\n"

static void test_answers(void **state)
{
	(void)state;
	struct buffer b = {0};
	char context[] = "ready";
	struct http_options options = {.handle = handle, .context = context};
	struct http *h = http_open(&options, &error);
	assert_non_null(h);
	assert_true(http_port(h) > 0);
	const char *text = ask(h, "GET /health?x=1 HTTP/1.1\r\n" END, &b);
	assert_non_null(strstr(text, "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(text, "\r\n\r\nready\n"));
	text = ask(h, "HEAD /health HTTP/1.1\r\n" END, &b);
	assert_non_null(strstr(text, "Content-Length: 6\r\n"));
	assert_null(strstr(text, "ready"));
	text = ask(h, "GET /metrics HTTP/1.1\r\n" END, &b);
	assert_non_null(strstr(text, "version=0.0.4"));
	assert_int_equal(b.size - (size_t)(strstr(text, "\r\n\r\n") + 4 - text), 20000 * 23);
	text = ask(h, "GET /nothing HTTP/1.1\r\n" END, &b);
	assert_non_null(strstr(text, " 404 "));
	assert_non_null(strstr(text, "\r\n\r\n404\n"));
	text = ask(h, "GET /failed HTTP/1.1\r\n" END, &b);
	assert_non_null(strstr(text, " 500 "));
	int before = handled;
	text = ask(h, "POST /health HTTP/1.1\r\nContent-Length: 3\r\n" END "abc", &b);
	assert_non_null(strstr(text, " 405 "));
	assert_non_null(strstr(text, "Allow: GET, HEAD\r\n"));
	text = ask(h, "nonsense\r\n\r\n", &b);
	assert_int_equal(handled, before);
	buffer_free(&b);
	http_close(h);
	http_close(NULL);
}

static void test_header_too_large(void **state)
{
	(void)state;
	struct buffer b = {0}, request = {0};
	char context[] = "ready";
	struct http_options options = {.handle = handle, .context = context};
	struct http *h = http_open(&options, &error);
	buffer_put_text(&request, "GET /health HTTP/1.1\r\nX: ");
	for (int i = 0; i < 5000; i++)
		buffer_put_u8(&request, 'x');
	buffer_put_text(&request, "\r\n" END);
	int before = handled;
	const char *text = ask(h, buffer_text(&request), &b);
	assert_int_equal(handled, before);
	assert_true(*text == '\0' || strstr(text, " 431 "));
	buffer_free(&b);
	buffer_free(&request);
	http_close(h);
}

static void test_many_connections(void **state)
{
	(void)state;
	struct buffer b = {0};
	char context[] = "ready";
	struct http_options options = {.handle = handle, .context = context};
	struct http *h = http_open(&options, &error);
	int fds[20];
	for (size_t i = 0; i < BASE_COUNT(fds); i++) {
		fds[i] = connect_to(h);
		http_run(h);
	}
	/* those who say nothing do not keep others out, and there is a time when they are cut */
	assert_non_null(strstr(ask(h, "GET /health HTTP/1.1\r\n" END, &b), "ready"));
	assert_true(http_deadline(h) <= clock_transport() + 11000);
	for (size_t i = 0; i < BASE_COUNT(fds); i++)
		close(fds[i]);
	buffer_free(&b);
	http_close(h);
}

static void test_refused(void **state)
{
	(void)state;
	struct http_options options = {.handle = handle};
	struct http *h = http_open(&options, &error);
	options.port = http_port(h);
	assert_null(http_open(&options, &error));
	assert_non_null(strstr(error.text, "cannot listen"));
	options.address = "localhost";
	assert_null(http_open(&options, &error));
	assert_non_null(strstr(error.text, "not an IPv4 address"));
	http_close(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_answers),
		cmocka_unit_test(test_header_too_large),
		cmocka_unit_test(test_many_connections),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
