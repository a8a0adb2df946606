// SPDX-License-Identifier: Apache-2.0
/*
 * mosquitto: MQTT 3.1.1, QoS 1, published to a subscriber with a durable session that is away: the broker keeps all of it
 * until the subscriber comes. In the end it comes and counts. Modes:
 *   each     one message for each update
 *   packed   one message for each batch
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/bench/peers/frame.h"

enum { CONNECT = 0x10, PUBLISH_1 = 0x32, PUBACK = 0x40, SUBSCRIBE = 0x82, CLEAN = 2, ROOM = 1 << 20 };

static void put_size(struct buffer *b, size_t n)
{
	for (; n >= 0x80; n >>= 7)
		buffer_put_u8(b, (uint8_t)(n | 0x80));
	buffer_put_u8(b, (uint8_t)n);
}

static void put_string(struct buffer *b, const char *text)
{
	buffer_put_u16(b, (uint16_t)strlen(text));
	buffer_put_text(b, text);
}

/* Without keep-alive. */
static int greet(uint16_t port, const char *name, uint8_t flags)
{
	struct buffer b = {0};
	uint8_t answer[4];
	int fd = frame_connect(port);

	buffer_put_u8(&b, CONNECT);
	put_size(&b, 10 + 2 + strlen(name));
	put_string(&b, "MQTT");
	buffer_put_u8(&b, 4);
	buffer_put_u8(&b, flags);
	buffer_put_u16(&b, 0);
	put_string(&b, name);
	frame_say(fd, b.data, b.size);
	buffer_free(&b);
	frame_hear_bytes(fd, answer, sizeof answer);
	if (answer[0] != 0x20 || answer[3])
		world_fail("mosquitto refuses: %u", answer[3]);
	return fd;
}

static void start(struct frame *c)
{
	static const uint8_t subscribe[] = {SUBSCRIBE, 6, 0, 1, 0, 1, 'u', 1};
	uint8_t answer[5];
	int fd = greet(c->o.port, "keeper", 0);

	frame_say(fd, subscribe, sizeof subscribe);
	frame_hear_bytes(fd, answer, sizeof answer);
	if (answer[0] != 0x90 || answer[4] != 1)
		world_fail("mosquitto takes no subscription");
	close(fd);
	if (frame_mode(c, "each"))
		c->replies = c->o.batch;
}

static void open_client(struct frame *c, struct frame_client *client)
{
	char name[16];

	snprintf(name, sizeof name, "c%u", client->number);
	client->fd = greet(c->o.port, name, CLEAN);
}

static void put_message(struct bytes body, uint64_t number, struct buffer *out)
{
	buffer_put_u8(out, PUBLISH_1);
	put_size(out, 3 + 2 + body.size);
	put_string(out, "u");
	buffer_put_u16(out, (uint16_t)(number % UINT16_MAX + 1));
	buffer_put_bytes(out, body);
}

static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	struct buffer all = {0};

	(void)client;
	for (uint32_t i = 0; i < c->o.batch; i++) {
		if (frame_mode(c, "each")) {
			put_message(u[i].blob, u[i].update.seq, out);
			continue;
		}
		buffer_put_u16(&all, (uint16_t)u[i].blob.size);
		buffer_put_bytes(&all, u[i].blob);
	}
	if (all.size)
		put_message(buffer_bytes(&all), u->update.seq / c->o.batch, out);
	buffer_free(&all);
}

static size_t parse(struct frame_client *client, const uint8_t *data, size_t size, size_t *replies)
{
	size_t used = 0;

	(void)client;
	for (; size - used >= 4; used += 4, ++*replies)
		if (data[used] != PUBACK || data[used + 1] != 2)
			world_fail("mosquitto: a packet of type %x", data[used]);
	return used;
}

/* ---- looking after it: what the durable session was owed ---- */

/* Takes the whole packets; acknowledges each. */
static size_t take(int fd, const uint8_t *data, size_t size, uint64_t *messages)
{
	struct buffer acks = {0};
	size_t used = 0;

	for (;;) {
		size_t at = used + 1, length = 0, shift = 0;
		while (at < size && (data[at] & 0x80) && shift < 21) {
			length |= (size_t)(data[at++] & 0x7f) << shift;
			shift += 7;
		}
		if (at >= size || size - at - 1 < (length |= (size_t)data[at] << shift))
			break;
		if ((data[used] & 0xf6) != PUBLISH_1)
			world_fail("mosquitto: a packet of type %x", data[used]);
		buffer_put_u8(&acks, PUBACK);
		buffer_put_u8(&acks, 2);
		buffer_put(&acks, data + at + 1 + 3, 2);
		++*messages;
		used = at + 1 + length;
	}
	if (acks.size)
		frame_say(fd, acks.data, acks.size);
	buffer_free(&acks);
	return used;
}

static void check(struct frame *c)
{
	uint64_t owed = frame_taken(c) / c->o.batch * c->replies, messages = 0;
	struct timeval patience = {.tv_sec = 5};
	uint8_t *data = base_alloc(ROOM);
	size_t size = 0;
	int fd = greet(c->o.port, "keeper", 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	while (messages < owed) {
		ssize_t n = recv(fd, data + size, ROOM - size, 0);
		if (n <= 0)
			world_fail("mosquitto gave back %llu of %llu", (unsigned long long)messages,
				   (unsigned long long)owed);
		size += (size_t)n;
		size_t used = take(fd, data, size, &messages);
		memmove(data, data + used, size -= used);
	}
	free(data);
	close(fd);
}

static const char *const modes[] = {"each", "packed", NULL};

const struct frame_peer frame_peer = {
	.modes = modes, .start = start, .open = open_client, .encode = encode, .parse = parse, .check = check};
