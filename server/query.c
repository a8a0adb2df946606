// SPDX-License-Identifier: Apache-2.0
#include "server/query.h"

#include <errno.h>
#include <stdlib.h>

#include "common/sys/loop.h"
#include "server/answer.h"

enum {
	READ_A_TURN = 64,  /* messages taken off the socket between two answers */
	KEYS_MAX = 1 << 20 /* key ids are given one after the other; one beyond is nobody's */
};

/* A question that waits its turn. */
struct question {
	struct question *next;
	size_t peer_size, body_size;
	uint8_t version, type;
	uint8_t data[]; /* routing id, then body */
};

/* One key: what waits, and how many questions it may ask now (in thousandths). */
struct turn {
	uint32_t key;
	struct question *first, *last;
	unsigned waiting;
	int64_t tokens, at;
	struct turn *next; /* in the ring of those with something waiting */
};

struct query {
	struct query_options options;
	struct query_stats own_stats, *stats;
	struct net_socket *socket;
	struct answerer answerer;
	struct buffer out;
	struct turn **turns; /* by key id */
	size_t turns_n;
	struct turn *ring_first, *ring_last;
};

struct query *query_open(const struct query_options *options, struct sys_error *error)
{
	struct net_socket *socket = net_router_bind(options->net, &options->bind, error);

	if (!socket)
		return NULL;
	struct query *q = base_alloc(sizeof(*q));
	q->options = *options;
	q->stats = options->stats ? options->stats : &q->own_stats;
	q->socket = socket;
	q->out.cap = BUFFER_ANY;
	answerer_open(&q->answerer, &q->options);
	return q;
}

const char *query_endpoint(const struct query *q)
{
	return net_endpoint(q->socket);
}

static void free_turn(struct turn *t)
{
	while (t && t->first) {
		struct question *next = t->first->next;
		free(t->first);
		t->first = next;
	}
	free(t);
}

void query_close(struct query **q)
{
	if (!*q)
		return;
	net_socket_close(&(*q)->socket);
	answerer_close(&(*q)->answerer);
	buffer_free(&(*q)->out);
	for (size_t i = 0; i < (*q)->turns_n; i++)
		free_turn((*q)->turns[i]);
	free((*q)->turns);
	free(*q);
	*q = NULL;
}

/* ---- whose turn it is ---- */

static struct turn *turn_of(struct query *q, uint32_t key)
{
	if (key >= q->turns_n) {
		size_t n = (size_t)key * 2 + 64;
		q->turns = base_grow(q->turns, n, sizeof(struct turn *));
		memset(q->turns + q->turns_n, 0, (n - q->turns_n) * sizeof(struct turn *));
		q->turns_n = n;
	}
	if (!q->turns[key]) {
		q->turns[key] = base_alloc(sizeof(struct turn));
		q->turns[key]->key = key;
		q->turns[key]->tokens = QUERY_BURST * 1000;
	}
	return q->turns[key];
}

static void join_ring(struct query *q, struct turn *t)
{
	t->next = NULL;
	if (q->ring_last)
		q->ring_last->next = t;
	else
		q->ring_first = t;
	q->ring_last = t;
}

static struct turn *leave_ring(struct query *q)
{
	struct turn *t = q->ring_first;

	q->ring_first = t->next;
	if (!q->ring_first)
		q->ring_last = NULL;
	return t;
}

/* 0 = may ask now, else after so many ms. QUERY_RATE a second is as many thousandths a ms. */
static int64_t tokens_wait(struct turn *t, int64_t now)
{
	int64_t tokens = t->tokens + (now - t->at) * QUERY_RATE;

	t->tokens = tokens > QUERY_BURST * 1000 ? QUERY_BURST * 1000 : tokens;
	t->at = now;
	return t->tokens >= 1000 ? 0 : (1000 - t->tokens + QUERY_RATE - 1) / QUERY_RATE;
}

/* ---- out and in ---- */

static void send_reply(struct query *q, struct bytes peer)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_REPLY};
	struct bytes frames[3] = {peer, bytes_of(head, sizeof(head)), buffer_bytes(&q->out)};

	/* a peer that is gone or does not read asks again; nobody waits for it */
	if (q->out.failed || net_send(q->socket, frames, 3) != NET_SENT)
		q->stats->dropped++;
	buffer_clear(&q->out);
}

static void refuse(struct query *q, const struct net_message *m, enum reason reason,
		   const char *text, uint32_t retry_ms)
{
	q->stats->failed++;
	q->stats->busy += reason == REASON_BUSY;
	answer_refuse(&q->answerer, reason, text, retry_ms, net_frame(m, 2), &q->out);
	send_reply(q, net_frame(m, 0));
}

static void enqueue(struct query *q, struct turn *t, const struct net_message *m)
{
	struct bytes peer = net_frame(m, 0), head = net_frame(m, 1), body = net_frame(m, 2);
	struct question *ask = base_alloc(sizeof(*ask) + peer.size + body.size);

	ask->version = head.data[0];
	ask->type = head.data[1];
	ask->peer_size = peer.size;
	ask->body_size = body.size;
	memcpy(ask->data, peer.data, peer.size);
	if (body.size)
		memcpy(ask->data + peer.size, body.data, body.size);
	if (t->last)
		t->last->next = ask;
	else
		t->first = ask;
	t->last = ask;
	if (t->waiting++ == 0)
		join_ring(q, t);
}

static uint32_t key_of(const char *user_id)
{
	char *end;
	unsigned long key = strtoul(user_id, &end, 10);

	return *user_id == '\0' || *end || key >= KEYS_MAX ? 0 : (uint32_t)key;
}

static void take(struct query *q, const struct net_message *m)
{
	uint32_t key = key_of(m->user_id);

	if (!key) {
		/* cannot come through the door; one that did would be a hole in it, so it is
		 * counted */
		q->stats->unnamed++;
		return;
	}
	if (m->count != 3 || net_frame(m, 1).size != 2 || net_frame(m, 2).size > QUERY_FRAME_MAX) {
		refuse(q, m, REASON_BAD_FRAME,
		       "a question is two frames: 2 bytes, and a Query of at most 4096", 0);
		return;
	}
	struct turn *t = turn_of(q, key);
	/* one being answered, so many that wait: here none is, between two turns of the loop */
	if (t->waiting > QUERY_WAITING)
		refuse(q, m, REASON_BUSY, "this key has 8 questions waiting already", 200);
	else
		enqueue(q, t, m);
}

static void read_questions(struct query *q)
{
	struct net_message m = {0};

	for (int i = 0; i < READ_A_TURN; i++) {
		int rc = net_receive(q->socket, &m);
		if (rc == -EAGAIN || rc == -ESHUTDOWN)
			break;
		if (rc == 0)
			take(q, &m);
	}
	net_message_clear(&m);
}

static void answer_one(struct query *q, struct turn *t)
{
	struct question *ask = t->first;
	struct bytes body = bytes_of(ask->data + ask->peer_size, ask->body_size);

	t->tokens -= 1000;
	t->first = ask->next;
	if (!t->first)
		t->last = NULL;
	if (--t->waiting)
		join_ring(q, t);
	if (answer(&q->answerer, t->key, ask->version, ask->type, body, &q->out))
		q->stats->answered++;
	else
		q->stats->failed++;
	send_reply(q, bytes_of(ask->data, ask->peer_size));
	free(ask);
}

/* Answers the first question in the ring whose key may ask now; returns when to come again. */
static int64_t serve(struct query *q, int64_t now)
{
	int64_t due = LOOP_FOREVER;
	struct turn *begin = q->ring_first;

	while (q->ring_first) {
		struct turn *t = leave_ring(q);
		int64_t wait = tokens_wait(t, now);
		if (wait == 0) {
			answer_one(q, t);
			return q->ring_first ? now : LOOP_FOREVER;
		}
		join_ring(q, t);
		if (now + wait < due)
			due = now + wait;
		if (q->ring_first == begin)
			break;
	}
	return due;
}

int64_t query_turn(struct query *q)
{
	read_questions(q);
	return serve(q, clock_transport());
}

void *query_run(void *arg)
{
	struct query *q = arg;
	struct loop_item item = {.socket = q->socket, .fd = -1};
	int64_t due = LOOP_FOREVER;

	while (loop_wait(&item, 1, due) >= 0)
		due = query_turn(q);
	net_socket_close(&q->socket);
	return NULL;
}
