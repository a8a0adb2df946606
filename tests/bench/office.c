// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/office.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <zmq.h>

#include "common/domain/periods.h"
#include "tests/bench/watch.h"
#include "tests/bench/wire.h"

enum { OFFICE_MINUTES = 420, PUSH_HEAD_MAX = 20, RECORDED_AGO_MS = 3600 * 1000 };

void office_open(struct office *o, const struct office_options *options)
{
	/* a send queue of a whole window: the window is the limit that is measured, not the socket's */
	const struct net_connect to = {.endpoint = options->ingest, .server_key = options->server_key,
				       .pair = &options->agent->pair, .reconnect_ms = 100, .send_hwm = 64};
	struct sys_error error = {""};
	size_t size = sizeof o->fd;

	if (options->window > OFFICE_WINDOW_MAX)
		world_fail("a window is at most %d", OFFICE_WINDOW_MAX);
	*o = (struct office){.window = options->window};
	o->socket = net_dealer_connect(options->net, &to, &error);
	if (!o->socket || zmq_getsockopt(net_handle(o->socket), ZMQ_FD, &o->fd, &size))
		world_fail("%s", error.text);
	keys_random(o->epoch, sizeof o->epoch);
	world_walk(&o->walk, options->world, options->agent);
}

void office_close(struct office *o)
{
	net_socket_close(&o->socket);
	buffer_free(&o->bytes);
	for (size_t i = 0; i < OFFICE_WINDOW_MAX; i++)
		buffer_free(&o->slots[i]);
	free(o->pushes);
}

static enum net_sent send_message(struct office *o, unsigned type, struct bytes body)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, (uint8_t)type};
	const struct bytes frames[2] = {bytes_of(head, sizeof head), body};

	return net_send(o->socket, frames, 2);
}

/* ---- hello ---- */

static void hello(struct office *o)
{
	uint32_t versions[] = {PROTOCOL_VERSION};
	Tiendo__V1__Hello m = TIENDO__V1__HELLO__INIT;
	uint8_t body[128];

	m.versions = versions;
	m.n_versions = 1;
	m.epoch = (ProtobufCBinaryData){sizeof o->epoch, o->epoch};
	m.software = (char *)"tiendo-bench";
	o->greeted = send_message(o, MESSAGE_HELLO, bytes_of(body, codec_pack(&m, body))) == NET_SENT;
}

static void welcomed(struct office *o, struct bytes body)
{
	uint8_t memory[4096];
	struct codec_arena arena = {.base = memory, .size = sizeof memory};
	const Tiendo__V1__Welcome *m =
		codec_unpack(&tiendo__v1__welcome__descriptor, body.data, body.size, &arena);
	struct timespec now;

	if (!m || m->mark)
		world_fail("a Welcome that is not understood, or for a stream that is not new");
	clock_gettime(CLOCK_MONOTONIC, &now);
	o->session = m->session;
	o->welcome = true;
	o->walk.catalogue_entry = m->catalogue_entry;
	o->walk.wall_ms = m->time_ms - RECORDED_AGO_MS;
	o->walk.today = date_at((struct instant){m->time_ms}, OFFICE_MINUTES).ymd;
	keys_random(o->walk.seal.boot_id, sizeof o->walk.seal.boot_id);
	o->walk.seal.monotonic_ms = (uint64_t)now.tv_sec * 1000;
	o->walk.seal.server_time_ms = m->time_ms;
	o->walk.seal.server_heard_at_ms = o->walk.seal.monotonic_ms;
	o->walk.seal.attempts = 1;
}

bool office_greet(struct office *o)
{
	struct net_message m = {0};

	if (!o->greeted)
		hello(o);
	while (!o->welcome && net_receive(o->socket, &m) == 0) {
		struct bytes head = net_frame(&m, 0);
		if (head.size != 2 || head.data[1] != MESSAGE_WELCOME)
			world_fail("Hello was answered by a message of type %u", head.size == 2 ? head.data[1] : 0);
		welcomed(o, net_frame(&m, 1));
	}
	net_message_clear(&m);
	return o->welcome;
}

/* ---- what will be sent ---- */

static void put_varint(struct buffer *b, uint64_t n)
{
	for (; n >= 0x80; n >>= 7)
		buffer_put_u8(b, (uint8_t)(n | 0x80));
	buffer_put_u8(b, (uint8_t)n);
}

/* A Push as any library writes it: session (fixed64), first_seq, updates. */
static void put_push(struct office *o, struct office_push *p, struct buffer *b)
{
	uint8_t blob[UPDATE_BYTES_MAX];

	p->at = b->size;
	buffer_put_u8(b, 1 << 3 | 1);
	buffer_put(b, &o->session, sizeof o->session); /* little-endian, as this machine is */
	buffer_put_u8(b, 2 << 3 | 0);
	put_varint(b, p->first_seq);
	for (uint32_t i = 0; i < p->n; i++) {
		size_t size = world_update(&o->walk, p->first_seq + i, blob);
		buffer_put_u8(b, 3 << 3 | 2);
		put_varint(b, size);
		buffer_put(b, blob, size);
	}
	p->size = b->size - p->at;
	if (b->failed)
		world_fail("no memory for the updates");
}

void office_prepare(struct office *o, size_t n, uint32_t batch, bool lazy)
{
	uint64_t seq = 1;

	o->pushes = base_alloc((n + 1) * sizeof *o->pushes);
	o->pushes_n = n;
	o->lazy = lazy;
	for (size_t i = 0; i < n; i++, seq += batch) {
		o->pushes[i] = (struct office_push){.first_seq = seq, .n = batch};
		if (!lazy)
			put_push(o, &o->pushes[i], &o->bytes);
	}
}

/* The push that goes out now: one that goes again is still in its slot, for the window is not wider. */
static struct bytes bytes_of_push(struct office *o)
{
	struct office_push *p = &o->pushes[o->sent];
	struct buffer *slot = &o->slots[o->sent % OFFICE_WINDOW_MAX];

	if (!o->lazy)
		return bytes_of(o->bytes.data + p->at, p->size);
	if (o->sent == o->made) {
		o->made++;
		buffer_clear(slot);
		put_push(o, p, slot);
	}
	return buffer_bytes(slot);
}

/* ---- answers ---- */

static void note(struct office_tally *t, int64_t sent, int64_t now)
{
	if (t->acks == t->acks_room) {
		t->acks_room = t->acks_room ? 2 * t->acks_room : 1024;
		t->ack_us = base_grow(t->ack_us, t->acks_room, sizeof *t->ack_us);
	}
	t->ack_us[t->acks++] = (uint32_t)((now - sent) / 1000);
	if (t->last_ack_ns && now - t->last_ack_ns > t->stall_ns)
		t->stall_ns = now - t->last_ack_ns;
	t->last_ack_ns = now;
}

/* How many outcomes of the span are `taken`. */
static uint32_t taken_of(struct bytes span, uint64_t *entry)
{
	struct wire_field f;
	uint32_t n = 0;

	for (struct wire at = wire_of(span); wire_next(&at, &f);) {
		if (f.number == 1)
			*entry = f.value;
		else if (f.number == 6)
			n += f.bytes.size > 0 && f.bytes.data[0] == (1 << 3 | 2);
	}
	return n;
}

static void acked(struct office *o, struct bytes body, struct office_tally *t)
{
	struct office_push *p = &o->pushes[o->acked];
	uint64_t session = 0, mark = 0;
	uint32_t taken = 0;
	struct wire_field f;

	for (struct wire at = wire_of(body); wire_next(&at, &f);) {
		if (f.number == 1)
			session = f.value;
		else if (f.number == 2)
			taken += taken_of(f.bytes, &p->entry);
		else if (f.number == 3)
			mark = f.value;
	}
	if (o->acked >= o->sent || session != o->session || mark != p->first_seq + p->n - 1 || taken != p->n)
		world_fail("an Ack of %u taken up to %llu for a push of %u from %llu", taken,
			   (unsigned long long)mark, p->n, (unsigned long long)p->first_seq);
	p->acked_ns = watch_now_ns();
	note(t, p->sent_ns, p->acked_ns);
	t->taken += taken;
	o->acked++;
}

/* Busy: what was sent behind it comes back as a gap; then all of it goes again. */
static void nacked(struct office *o, struct bytes body, struct office_tally *t)
{
	uint8_t memory[4096];
	struct codec_arena arena = {.base = memory, .size = sizeof memory};
	const Tiendo__V1__Nack *m = codec_unpack(&tiendo__v1__nack__descriptor, body.data, body.size, &arena);

	if (!m)
		world_fail("a Nack that is not understood");
	bool busy = m->reason == TIENDO__V1__REASON__REASON_BUSY;
	if (!busy && !(o->rewound && m->reason == TIENDO__V1__REASON__REASON_GAP))
		world_fail("refused (%d): %s", (int)m->reason, m->text);
	if (!o->rewound) {
		o->rewound = o->sent - o->acked;
		t->busy++;
	}
	if (busy)
		o->again_ns = watch_now_ns() + (int64_t)m->retry_ms * 1000000;
	if (--o->rewound == 0)
		o->sent = o->acked;
}

static bool receive(struct office *o, struct office_tally *t)
{
	struct net_message m = {0};
	bool any = false;

	while (net_receive(o->socket, &m) == 0) {
		struct bytes head = net_frame(&m, 0), body = net_frame(&m, 1);
		any = true;
		t->bytes += body.size;
		if (head.size == 2 && head.data[1] == MESSAGE_ACK)
			acked(o, body, t);
		else if (head.size == 2 && head.data[1] == MESSAGE_NACK)
			nacked(o, body, t);
		else
			world_fail("a message that answers no push");
	}
	net_message_clear(&m);
	return any;
}

static bool send_one(struct office *o)
{
	size_t limit = o->allowed < o->pushes_n ? o->allowed : o->pushes_n;
	int64_t now;

	if (o->rewound || o->sent == limit || o->sent - o->acked == o->window || (now = watch_now_ns()) < o->again_ns)
		return false;
	struct office_push *p = &o->pushes[o->sent];
	p->sent_ns = now;
	if (send_message(o, MESSAGE_PUSH, bytes_of_push(o)) != NET_SENT)
		return false; /* no line at the moment */
	o->sent++;
	return true;
}

void office_turn(struct office *o, struct office_tally *t)
{
	/* sending also takes in what has come, and with it the descriptor's signal: so look again after each */
	bool more = true;

	while (more) {
		more = receive(o, t);
		while (send_one(o))
			more = true;
	}
}
