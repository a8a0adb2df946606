// SPDX-License-Identifier: Apache-2.0
/*
 * crowd: N whole offices in one process: each with the daemon's own state machine (agent/push) and its default times,
 * a real CURVE line, and a queue in memory instead of a spool. For what happens to a centre when all of them are idle,
 * and when all of them come back at once.
 *
 *   crowd WORLD INGEST KEY N             the world's group N; says one JSON line when all are welcome, then obeys lines:
 *     queue K     from now on each has K updates more that wait; a line is said when all are welcome again (a Welcome
 *                 after this command counts) and everything is acknowledged
 *     (end)       closes
 *
 * Times in the lines are CLOCK_MONOTONIC, in seconds: whoever started the server knows when that was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "agent/push.h"
#include "agent/wire.h"
#include "common/domain/periods.h"
#include "common/sys/clock.h"
#include "common/sys/net.h"
#include "tests/bench/world.h"

enum {
	A_NET = 700, /* offices of one ZeroMQ context: it has a thread, and room for 1,023 sockets */
	NETS_MAX = 8,
	EVENTS = 256,
	LOOK_MS = 100, /* how soon a line that came or went is seen, as in the daemon */
	ARENA = 1 << 20,
	OFFICE_MINUTES = 420,
	/* the daemon's defaults */
	RETRY_MS = 2000,
	RETRY_MAX_MS = 60000,
	REPLY_MS = 15000,
	PING_MS = 20000
};

struct member {
	const struct world_agent *agent;
	struct net *net;
	struct net_socket *line;
	struct push push;
	struct spool_state state;
	struct world_walk walk;
	struct buffer bytes;
	size_t *ends; /* of the updates in `bytes` */
	bool welcome; /* since the last command */
	uint64_t connects;
};

struct crowd {
	struct world world;
	struct net *nets[NETS_MAX];
	size_t nets_n;
	const char *ingest;
	uint8_t server_key[KEYS_SIZE];
	struct member *members;
	size_t n;
	int epoll;
	struct spool_batch batch;
	struct buffer out;
	struct codec_arena arena;
	struct net_message message;
	double began, welcome_at;
	uint64_t acked;
	bool told; /* what was commanded last is done and said */
};

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* ---- what push wants ---- */

static bool say(struct crowd *c, struct member *m, enum message_type type)
{
	uint8_t head[2];

	wire_head(head, type);
	const struct bytes frames[] = {bytes_of(head, sizeof head), buffer_bytes(&c->out)};
	return m->line && net_send(m->line, frames, BASE_COUNT(frames)) == NET_SENT;
}

static void connect_line(struct crowd *c, struct member *m)
{
	const struct net_connect to = {.endpoint = c->ingest, .server_key = c->server_key, .pair = &m->agent->pair,
				       .send_hwm = 4 * PUSH_WINDOW, .reconnect_ms = RETRY_MS};
	struct epoll_event event = {.events = EPOLLIN, .data.ptr = m};
	struct sys_error error = {""};
	int fd;
	size_t size = sizeof fd;

	m->connects++;
	m->line = net_dealer_connect(m->net, &to, &error);
	if (!m->line || zmq_getsockopt(net_handle(m->line), ZMQ_FD, &fd, &size) ||
	    epoll_ctl(c->epoll, EPOLL_CTL_ADD, fd, &event))
		world_fail("%s", error.text);
}

static void gather(struct crowd *c, const struct member *m, const struct push_action *a)
{
	uint64_t last = a->first + a->count - 1 < a->last ? a->first + a->count - 1 : a->last;

	c->batch.first = a->first;
	c->batch.n = 0;
	for (uint64_t seq = a->first; seq <= last; seq++) {
		size_t at = m->ends[seq - 1];
		c->batch.blobs[c->batch.n++] = bytes_of(m->bytes.data + at, m->ends[seq] - at);
	}
}

static void act(struct crowd *c, struct member *m, const struct push_action *a, int64_t now)
{
	switch (a->verb) {
	case PUSH_CONNECT:
		connect_line(c, m);
		return;
	case PUSH_CLOSE:
		net_socket_close(&m->line);
		return;
	case PUSH_HELLO:
		wire_hello(&c->out, &m->state, NULL, m->walk.catalogue_entry);
		if (!say(c, m, MESSAGE_HELLO))
			push_blocked(&m->push, now);
		return;
	case PUSH_SEND:
		gather(c, m, a);
		wire_push(&c->out, m->push.session, &c->batch);
		if (say(c, m, MESSAGE_PUSH))
			push_sent(&m->push, c->batch.n, now);
		else
			push_blocked(&m->push, now);
		return;
	case PUSH_PING:
		wire_ping(&c->out, m->push.session, a->first);
		say(c, m, MESSAGE_PING);
		return;
	case PUSH_VOID:
	case PUSH_MOVE:
	case PUSH_TELL:
		world_fail("the agent of %s does what no healthy centre makes it do: verb %d, reason %d", m->agent->scope,
			   (int)a->verb, (int)a->reason);
	}
}

/* ---- what the centre says ---- */

static void welcomed(struct member *m, const Tiendo__V1__Welcome *w, int64_t now)
{
	const struct push_welcome welcome = {.session = w->session, .mark = w->mark, .kept_from = 1,
					     .window = w->limits ? w->limits->window : 0,
					     .batch_updates = w->limits ? w->limits->batch_updates : 0};

	m->walk.catalogue_entry = w->catalogue_entry;
	m->walk.wall_ms = w->time_ms;
	m->walk.today = date_at((struct instant){w->time_ms}, OFFICE_MINUTES).ymd;
	m->walk.seal.server_time_ms = w->time_ms;
	m->walk.seal.server_heard_at_ms = (uint64_t)now;
	m->walk.seal.monotonic_ms = (uint64_t)now;
	m->welcome = true;
	push_welcome(&m->push, &welcome, now);
}

static void acked(struct crowd *c, struct member *m, const Tiendo__V1__Ack *ack, int64_t now)
{
	uint64_t n = 0;

	for (size_t i = 0; i < ack->n_spans; i++) {
		n += ack->spans[i]->n_outcomes;
		for (size_t k = 0; k < ack->spans[i]->n_outcomes; k++)
			if (ack->spans[i]->outcomes[k]->outcome_case != TIENDO__V1__OUTCOME__OUTCOME_TAKEN)
				world_fail("an update of %s was not taken", m->agent->scope);
	}
	if (ack->session != m->push.session || !n)
		return;
	c->acked += n;
	push_ack(&m->push, ack->session, ack->spans[0]->first_seq, n, now);
}

static void nacked(struct member *m, const Tiendo__V1__Nack *k, int64_t now)
{
	const struct push_nack nack = {.session = k->session, .reason = (enum reason)k->reason, .seq = k->seq,
				       .expected = k->expected_seq, .retry_ms = k->retry_ms};

	push_nack(&m->push, &nack, now);
}

static void hear(struct crowd *c, struct member *m, unsigned type, struct bytes body, int64_t now)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		[MESSAGE_WELCOME] = &tiendo__v1__welcome__descriptor,
		[MESSAGE_ACK] = &tiendo__v1__ack__descriptor,
		[MESSAGE_NACK] = &tiendo__v1__nack__descriptor,
		[MESSAGE_PONG] = &tiendo__v1__pong__descriptor,
	};

	codec_arena_reset(&c->arena);
	const void *message = type < BASE_COUNT(types) && types[type]
				      ? codec_unpack(types[type], body.data, body.size, &c->arena) : NULL;
	if (!message)
		world_fail("a message of type %u that is not understood", type);
	if (type == MESSAGE_WELCOME) {
		welcomed(m, message, now);
	} else if (type == MESSAGE_ACK) {
		acked(c, m, message, now);
	} else if (type == MESSAGE_NACK) {
		nacked(m, message, now);
	} else {
		const Tiendo__V1__Pong *pong = message;
		push_pong(&m->push, pong->session, pong->token, now);
	}
}

/* ---- one office's turn, as the daemon's ---- */

static unsigned events_of(const struct member *m)
{
	int events = 0;
	size_t size = sizeof events;

	if (m->line && zmq_getsockopt(net_handle(m->line), ZMQ_EVENTS, &events, &size))
		world_fail("ZeroMQ: %s", zmq_strerror(zmq_errno()));
	return (unsigned)events;
}

static void turn(struct crowd *c, struct member *m)
{
	struct push_action a;
	unsigned events;

	/* looking and sending both take in what has come, and the descriptor tells it once: again until nothing is left */
	do {
		push_line(&m->push, events_of(m) & ZMQ_POLLOUT, clock_transport());
		while (m->line && net_receive(m->line, &c->message) == 0) {
			struct bytes head = net_frame(&c->message, 0);
			hear(c, m, head.size == 2 ? head.data[1] : 0, net_frame(&c->message, 1), clock_transport());
		}
		while (push_next(&m->push, clock_transport(), &a))
			act(c, m, &a, clock_transport());
		events = events_of(m);
	} while (events & ZMQ_POLLIN);
}

/* ---- commands ---- */

static void queue(struct member *m, size_t n)
{
	uint8_t blob[UPDATE_BYTES_MAX];

	m->ends = base_grow(m->ends, m->push.last + n + 1, sizeof *m->ends);
	m->ends[0] = 0;
	for (size_t i = 0; i < n; i++) {
		uint64_t seq = m->push.last + i + 1;
		buffer_put(&m->bytes, blob, world_update(&m->walk, seq, blob));
		m->ends[seq] = m->bytes.size;
	}
	m->welcome = false;
	m->state.last = m->push.last + n;
	push_queued(&m->push, m->state.last);
}

/* False at the end of the input. */
static bool obey(struct crowd *c)
{
	char line[64];
	ssize_t n = read(STDIN_FILENO, line, sizeof line - 1);
	unsigned long updates;

	if (n <= 0)
		return false;
	line[n] = 0;
	if (sscanf(line, "queue %lu", &updates) != 1)
		world_fail("what is %s?", line);
	for (size_t i = 0; i < c->n; i++)
		queue(&c->members[i], updates);
	c->began = seconds();
	c->acked = 0;
	c->welcome_at = 0;
	c->told = false;
	return true;
}

/* Says it when what was commanded last is done. */
static void look(struct crowd *c)
{
	size_t missing = 0, waiting = 0;
	uint64_t connects = 0, settled = 0;

	for (size_t i = 0; i < c->n; i++) {
		const struct member *m = &c->members[i];
		missing += !m->welcome;
		waiting += m->push.settled != m->push.last;
		connects += m->connects;
		settled += m->push.settled;
	}
	if (!missing && !c->welcome_at)
		c->welcome_at = seconds();
	if (c->told || missing || waiting)
		return;
	printf("{\"agents\":%zu,\"began_at\":%.4f,\"welcome_at\":%.4f,\"drained_at\":%.4f,\"acked\":%llu,\"settled\":%llu,"
	       "\"connects\":%llu}\n",
	       c->n, c->began, c->welcome_at, seconds(), (unsigned long long)c->acked, (unsigned long long)settled,
	       (unsigned long long)connects);
	fflush(stdout);
	c->told = true;
}

/* ---- running ---- */

static void open_crowd(struct crowd *c, size_t n)
{
	struct sys_error error = {""};

	c->members = base_alloc((n + 1) * sizeof *c->members);
	for (size_t i = 0; i < c->world.agents_n; i++) {
		const struct world_agent *a = &c->world.agents[i];
		if (a->group != n)
			continue;
		struct member *m = &c->members[c->n];
		if (c->n++ % A_NET == 0 && !(c->nets_n < NETS_MAX && (c->nets[c->nets_n++] = net_open(&error))))
			world_fail("%s", error.text);
		*m = (struct member){.agent = a, .net = c->nets[c->nets_n - 1]};
		keys_random(m->state.epoch, sizeof m->state.epoch);
		world_walk(&m->walk, &c->world, a);
		keys_random(m->walk.seal.boot_id, sizeof m->walk.seal.boot_id);
		m->walk.seal.attempts = 1;
		struct push_options o = {RETRY_MS, RETRY_MAX_MS, REPLY_MS, REPLY_MS, PING_MS, 0};
		keys_random(&o.seed, sizeof o.seed);
		push_start(&m->push, &o, 0, 0, clock_transport());
	}
	if (c->n != n)
		world_fail("the world has no group of %zu agents", n);
}

static void run(struct crowd *c)
{
	struct epoll_event events[EVENTS], input = {.events = EPOLLIN};
	int64_t look_at = 0;

	if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input))
		world_fail("epoll: %s", sys_text(errno));
	for (;;) {
		int64_t now = clock_transport();
		if (now >= look_at) {
			for (size_t i = 0; i < c->n; i++)
				turn(c, &c->members[i]);
			look(c);
			look_at = clock_transport() + LOOK_MS;
		}
		int n = epoll_wait(c->epoll, events, EVENTS, (int)(look_at > now ? look_at - now : 0));
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr)
				turn(c, events[i].data.ptr);
			else if (!obey(c))
				return;
		}
	}
}

int main(int argc, char **argv)
{
	static struct crowd c;
	struct sys_error error = {""};

	if (argc != 5 || !keys_z85_parse(argv[3], c.server_key) || keys_start(&error))
		world_fail("crowd WORLD INGEST KEY N");
	world_read(&c.world, argv[1]);
	c.ingest = argv[2];
	c.epoll = epoll_create1(EPOLL_CLOEXEC);
	c.arena = codec_arena_new(ARENA);
	c.began = seconds();
	open_crowd(&c, strtoul(argv[4], NULL, 10));
	run(&c);
	for (size_t i = 0; i < c.n; i++)
		net_socket_close(&c.members[i].line);
	net_message_clear(&c.message);
	for (size_t i = 0; i < c.nets_n; i++)
		net_close(c.nets[i]);
	return 0;
}
