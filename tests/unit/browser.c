// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/browser.h"

#include <setjmp.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"

int browser_connect(const struct http *h)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(http_port(h)),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	int rc = connect(fd, (struct sockaddr *)&in, sizeof(in));

	assert_true(rc == 0 || errno == EINPROGRESS);
	return fd;
}

/* One step of both; false = nothing came of it in time. */
static void step(struct http *h, struct loop_item *client, int64_t patience)
{
	int64_t due = http_deadline(h);
	struct loop_item items[] = {{.fd = http_fd(h)}, client ? *client : (struct loop_item){.fd = -1}};

	assert_true(clock_transport() < patience);
	loop_wait(items, client ? 2 : 1, due < patience ? due : patience);
	http_run(h);
	if (client)
		*client = items[1];
}

bool browser_send(struct http *h, int fd, struct bytes bytes)
{
	int64_t patience = clock_transport() + BROWSER_PATIENCE_MS;

	while (bytes.size) {
		struct loop_item item = {.fd = fd, .no_read = true, .want_write = true};
		step(h, &item, patience);
		ssize_t n = send(fd, bytes.data, bytes.size, MSG_NOSIGNAL);
		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0)
			bytes_take(&bytes, (size_t)n);
	}
	return true;
}

bool browser_say(struct http *h, int fd, const char *text)
{
	return browser_send(h, fd, bytes_text(text));
}

bool browser_hear(struct http *h, int fd, const char *text, struct buffer *got)
{
	int64_t patience = clock_transport() + BROWSER_PATIENCE_MS;
	char chunk[4096];

	buffer_clear(got);
	for (;;) {
		struct loop_item item = {.fd = fd};
		ssize_t n = read(fd, chunk, sizeof(chunk));
		if (n == 0 || (n < 0 && errno != EAGAIN))
			return false;
		if (n > 0)
			buffer_put(got, chunk, (size_t)n);
		if (n > 0 && text && strstr(buffer_text(got), text))
			return true;
		if (n < 0)
			step(h, &item, patience);
	}
}

const char *browser_ask(struct http *h, const char *request, struct buffer *got)
{
	int fd = browser_connect(h);

	browser_say(h, fd, request);
	browser_hear(h, fd, NULL, got);
	close(fd);
	return buffer_text(got);
}

void browser_run(struct http *h, bool (*done)(void *context), void *context)
{
	int64_t patience = clock_transport() + BROWSER_PATIENCE_MS;

	while (!done(context))
		step(h, NULL, patience);
}
