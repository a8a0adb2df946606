// SPDX-License-Identifier: Apache-2.0
/*
 * rabbitmq: RabbitMQ over AMQP 0-9-1, a quorum queue, persistent messages, publisher confirms. librabbitmq shakes hands;
 * after that the frames are written and read here: it can only block. Modes:
 *   each     one message for each update
 *   packed   one message for each batch
 */
#include <amqp.h>
#include <amqp_tcp_socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "tests/bench/peers/frame.h"

enum { METHOD = 1, HEADER = 2, BODY = 3, HEARTBEAT = 8, END = 0xCE, CHANNEL = 1, FRAME = 131072 };
enum { BASIC = 60, PUBLISH = 40, ACK = 80, PERSISTENT = 2, HAS_DELIVERY_MODE = 0x1000, RING = 4096, PATIENCE = 50 };

struct confirms {
	uint64_t upto;	  /* all up to here */
	bool ahead[RING]; /* and these */
};

/* ---- hand-shakes ---- */

static void must(amqp_rpc_reply_t reply, const char *what)
{
	if (reply.reply_type != AMQP_RESPONSE_NORMAL)
		world_fail("rabbitmq: %s: %s", what,
			   reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION
				   ? amqp_error_string2(reply.library_error)
				   : "refused");
}

static amqp_connection_state_t greet(uint16_t port)
{
	amqp_connection_state_t conn = amqp_new_connection();
	amqp_socket_t *socket = amqp_tcp_socket_new(conn);

	if (!socket || amqp_socket_open(socket, "127.0.0.1", port))
		world_fail("rabbitmq: port %u does not answer", port);
	must(amqp_login(conn, "/", 0, FRAME, 0, AMQP_SASL_METHOD_PLAIN, "guest", "guest"), "login");
	amqp_channel_open(conn, CHANNEL);
	must(amqp_get_rpc_reply(conn), "channel");
	return conn;
}

static uint32_t declare(amqp_connection_state_t conn, bool passive)
{
	amqp_table_entry_t kind = {
		.key = amqp_cstring_bytes("x-queue-type"),
		.value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes("quorum")}};
	amqp_table_t arguments = {.num_entries = 1, .entries = &kind};
	amqp_queue_declare_ok_t *ok = amqp_queue_declare(conn, CHANNEL, amqp_cstring_bytes("updates"), passive, true,
							 false, false, arguments);

	must(amqp_get_rpc_reply(conn), "queue");
	return ok->message_count;
}

static void start(struct frame *c)
{
	amqp_connection_state_t conn = greet(c->o.port);

	amqp_queue_delete(conn, CHANNEL, amqp_cstring_bytes("updates"), 0, 0);
	must(amqp_get_rpc_reply(conn), "deleting the queue");
	declare(conn, false);
	amqp_destroy_connection(conn);
	if (frame_mode(c, "each"))
		c->replies = c->o.batch;
}

static void open_client(struct frame *c, struct frame_client *client)
{
	amqp_connection_state_t conn = greet(c->o.port);

	amqp_confirm_select(conn, CHANNEL);
	must(amqp_get_rpc_reply(conn), "confirms");
	client->fd = amqp_get_sockfd(conn); /* the connection stays for as long as the program */
	client->own = base_alloc(sizeof(struct confirms));
}

/* ---- batches ---- */

static size_t begin(struct buffer *b, uint8_t type)
{
	buffer_put_u8(b, type);
	buffer_put_u16(b, CHANNEL);
	buffer_put_u32(b, 0);
	return b->size;
}

static void end(struct buffer *b, size_t at)
{
	put_u32(b->data + at - 4, (uint32_t)(b->size - at));
	buffer_put_u8(b, END);
}

static void put_message(struct bytes body, struct buffer *b)
{
	size_t at = begin(b, METHOD);

	buffer_put_u16(b, BASIC);
	buffer_put_u16(b, PUBLISH);
	buffer_put_u16(b, 0);
	buffer_put_u8(b, 0); /* the exchange without a name */
	buffer_put_u8(b, 7);
	buffer_put_text(b, "updates");
	buffer_put_u8(b, 0);
	end(b, at);
	at = begin(b, HEADER);
	buffer_put_u16(b, BASIC);
	buffer_put_u16(b, 0);
	buffer_put_u64(b, body.size);
	buffer_put_u16(b, HAS_DELIVERY_MODE);
	buffer_put_u8(b, PERSISTENT);
	end(b, at);
	at = begin(b, BODY);
	buffer_put_bytes(b, body);
	end(b, at);
}

static void encode(struct frame *c, struct frame_client *client, const struct frame_update *u, struct buffer *out)
{
	struct buffer all = {0};

	(void)client;
	for (uint32_t i = 0; i < c->o.batch; i++) {
		if (frame_mode(c, "each")) {
			put_message(u[i].blob, out);
			continue;
		}
		buffer_put_u16(&all, (uint16_t)u[i].blob.size);
		buffer_put_bytes(&all, u[i].blob);
	}
	if (all.size)
		put_message(buffer_bytes(&all), out);
	buffer_free(&all);
}

/* ---- confirms: one by one or all up to a tag, and not in order ---- */

static size_t confirm(struct confirms *k, uint64_t tag, bool multiple)
{
	uint64_t before = k->upto;

	if (tag > k->upto + RING)
		world_fail("rabbitmq: a confirm of what was not sent");
	for (; multiple && k->upto < tag; k->upto++)
		k->ahead[(k->upto + 1) % RING] = false;
	if (!multiple && tag > k->upto)
		k->ahead[tag % RING] = true;
	for (; k->ahead[(k->upto + 1) % RING]; k->upto++)
		k->ahead[(k->upto + 1) % RING] = false;
	return (size_t)(k->upto - before);
}

static size_t parse(struct frame_client *client, const uint8_t *data, size_t size, size_t *replies)
{
	size_t used = 0;

	while (size - used >= 8) {
		const uint8_t *p = data + used;
		size_t body = get_u32(p + 3);
		if (size - used < body + 8)
			break;
		used += body + 8;
		if (p[0] == HEARTBEAT)
			continue;
		if (p[0] != METHOD || body < 13 || get_u16(p + 7) != BASIC || get_u16(p + 9) != ACK)
			world_fail("rabbitmq: a frame that confirms nothing (%u, %u)", get_u16(p + 7),
				   get_u16(p + 9));
		*replies += confirm(client->own, get_u64(p + 11), p[19] & 1);
	}
	return used;
}

/* The count is published a little later. */
static void check(struct frame *c)
{
	amqp_connection_state_t conn = greet(c->o.port);
	uint64_t owed = frame_taken(c) / c->o.batch * c->replies;
	uint32_t held = 0;

	for (int i = 0; i < PATIENCE && (held = declare(conn, true)) != owed; i++)
		nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
	if (held != owed)
		world_fail("rabbitmq holds %u of %llu", held, (unsigned long long)owed);
	amqp_destroy_connection(conn);
}

static const char *const modes[] = {"each", "packed", NULL};

const struct frame_peer frame_peer = {
	.modes = modes, .start = start, .open = open_client, .encode = encode, .parse = parse, .check = check};
