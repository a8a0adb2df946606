// SPDX-License-Identifier: Apache-2.0
/*
 * nats: NATS JetStream, one stream in files, one replica; each client publishes with a reply subject and is told when the
 * stream has taken its message. Modes:
 *   each     one message for each update
 *   packed   one message for each batch
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "tests/bench/peers/frame.h"

enum { LINE = 4096 };

/* ---- asking, one after the other ---- */

static void say(int fd, const char *text)
{
	frame_say(fd, text, strlen(text));
}

static int greet(uint16_t port)
{
	char line[LINE];
	int fd = frame_connect(port);

	frame_hear(fd, line, sizeof line); /* INFO */
	say(fd, "CONNECT {\"verbose\":false,\"pedantic\":false,\"lang\":\"c\",\"version\":\"1\",\"protocol\":1,"
		"\"headers\":true,\"no_responders\":true}\r\nPING\r\n");
	while (strcmp(frame_hear(fd, line, sizeof line), "PONG"))
		if (line[0] == '-')
			world_fail("nats: %s", line);
	return fd;
}

/* The answer of the JetStream interface to one question. */
static void ask(int fd, const char *subject, const char *body, char *out, size_t room)
{
	char text[LINE];
	int size;

	snprintf(text, sizeof text, "SUB answer 1\r\nPUB $JS.API.%s answer %zu\r\n%s\r\nUNSUB 1 1\r\n", subject,
		 strlen(body), body);
	say(fd, text);
	do
		frame_hear(fd, text, sizeof text);
	while (strncmp(text, "MSG ", 4) != 0 && text[0] != '-' && strncmp(text, "HMSG", 4) != 0);
	if (sscanf(text, "MSG answer 1 %d", &size) != 1 || size < 0 || (size_t)size >= room)
		world_fail("nats: %s", text);
	frame_hear_bytes(fd, out, (size_t)size);
	out[size] = 0;
	frame_hear(fd, text, sizeof text);
	if (strstr(out, "\"error\""))
		world_fail("nats: %s", out);
}

static void start(struct frame *c)
{
	char name[64], body[256], answer[LINE];
	int fd = greet(c->o.port);

	snprintf(name, sizeof name, "STREAM.CREATE.updates");
	snprintf(body, sizeof body,
		 "{\"name\":\"updates\",\"subjects\":[\"updates\"],\"storage\":\"file\",\"num_replicas\":1,"
		 "\"retention\":\"limits\",\"max_msgs\":-1,\"max_bytes\":-1,\"max_consumers\":-1}");
	ask(fd, name, body, answer, sizeof answer);
	close(fd);
	if (frame_mode(c, "each"))
		c->replies = c->o.batch;
}

static void open_client(struct frame *c, struct frame_client *client)
{
	char text[64];

	client->fd = greet(c->o.port);
	snprintf(text, sizeof text, "SUB a%u 1\r\n", client->number);
	say(client->fd, text);
}

/* ---- batches ---- */

static void put_message(const struct frame_client *client, struct bytes body, struct buffer *out)
{
	buffer_format(out, "PUB updates a%u %zu\r\n", client->number, body.size);
	buffer_put_bytes(out, body);
	buffer_put_text(out, "\r\n");
}

static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	struct buffer all = {0};

	for (uint32_t i = 0; i < c->o.batch; i++) {
		if (frame_mode(c, "each")) {
			put_message(client, u[i].blob, out);
			continue;
		}
		buffer_put_u16(&all, (uint16_t)u[i].blob.size);
		buffer_put_bytes(&all, u[i].blob);
	}
	if (all.size)
		put_message(client, buffer_bytes(&all), out);
	buffer_free(&all);
}

/* `MSG a0 1 30` and then the bytes: {"stream":"updates", "seq":1}. A PING may stay unanswered for as long as this runs. */
static size_t parse(struct frame_client *client, const uint8_t *data, size_t size, size_t *replies)
{
	size_t used = 0;

	(void)client;
	for (;;) {
		const char *at = (const char *)data + used, *end = memchr(at, '\n', size - used);
		if (!end)
			return used;
		size_t line = (size_t)(end + 1 - at), body = 0;
		if (*at == 'M') {
			const char *number = memrchr(at, ' ', line);
			body = strtoul(number + 1, NULL, 10) + 2;
			if (size - used - line < body)
				return used;
			if (memmem(end, body, "\"error\"", 7))
				world_fail("nats: %.*s", (int)body, end);
			++*replies;
		} else if (*at != 'P') {
			world_fail("nats: %.*s", (int)line, at);
		}
		used += line + body;
	}
}

static void check(struct frame *c)
{
	char answer[LINE];
	int fd = greet(c->o.port);
	uint64_t messages = frame_taken(c) / c->o.batch * c->replies;

	ask(fd, "STREAM.INFO.updates", "", answer, sizeof answer);
	const char *held = strstr(answer, "\"messages\":");
	if (!held || strtoull(held + 11, NULL, 10) != messages)
		world_fail("nats holds not %llu messages: %s", (unsigned long long)messages, answer);
	close(fd);
}

static const char *const modes[] = {"each", "packed", NULL};

const struct frame_peer frame_peer = {
	.modes = modes, .start = start, .open = open_client, .encode = encode, .parse = parse, .check = check};
