// SPDX-License-Identifier: Apache-2.0
/*
 * zap: questions of any frames at the ZAP socket (a real one, inproc), decided by a roster of any history. Each is
 * answered once, in six frames; nobody enters but a known key that is not revoked, with the role of that door: a slow
 * reference says who. What is no CURVE question is refused for good.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

#include "common/sys/net_inside.h"
#include "server/door.h"
#include "server/zap.h"
#include "tests/fuzz/fuzz.h"

static struct net *net;
static struct net_socket *zap;
static void *asker;

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
	struct sys_error error;

	(void)argc, (void)argv;
	net = net_open(&error);
	zap = net_zap_bind(net, &error);
	MUST(zap);
	asker = zmq_socket(net->zmq, ZMQ_DEALER);
	MUST(asker && zmq_connect(asker, "inproc://zeromq.zap.01") == 0);
	return 0;
}

/* ---- the roster, and a list beside it ---- */

enum { KEYS = 12, PRINCIPALS = 6 };

struct slow_key {
	uint32_t id, principal;
	uint8_t byte;
	bool revoked;
};
static struct slow_key keys[KEYS];
static size_t keys_n;
static enum role roles[PRINCIPALS + 1];

static void change(struct roster *r, struct take *in)
{
	uint8_t op = take_u8(in) % 3, a = take_u8(in), b = take_u8(in);
	struct registry_change c = {.name = ""};

	if (op == 0) {
		c.kind = REGISTRY_PRINCIPAL_ADD;
		c.principal = a % (PRINCIPALS + 1);
		c.role = (enum role)(b % 5);
		c.scope_unit = 1;
		if (roster_apply(r, &c)) {
			MUST(c.principal && roles[c.principal] == ROLE_NONE);
			roles[c.principal] = c.role;
		}
	} else if (op == 1 && keys_n < KEYS) {
		c.kind = REGISTRY_KEY_ADD;
		c.key_id = (uint32_t)keys_n + 1;
		c.principal = a % (PRINCIPALS + 1);
		memset(c.public_key, b % 8, sizeof c.public_key);
		bool known = false;
		for (size_t i = 0; i < keys_n; i++)
			known = known || keys[i].byte == b % 8;
		bool made = roster_apply(r, &c);
		MUST(!made || (!known && roles[c.principal] != ROLE_NONE));
		if (made)
			keys[keys_n++] = (struct slow_key){c.key_id, c.principal, b % 8, false};
	} else if (op == 2) {
		c.kind = REGISTRY_KEY_REVOKE;
		c.key_id = a % KEYS;
		if (roster_apply(r, &c)) {
			MUST(c.key_id && c.key_id <= keys_n);
			keys[c.key_id - 1].revoked = true;
		}
	}
}

static const struct slow_key *slow_key(const uint8_t *key)
{
	for (size_t i = 0; i < keys_n; i++) {
		uint8_t bytes[KEYS_SIZE];
		memset(bytes, keys[i].byte, sizeof bytes);
		if (!memcmp(bytes, key, sizeof bytes))
			return &keys[i];
	}
	return NULL;
}

static bool slow_door(const char *domain, enum role role)
{
	if (!strcmp(domain, "ingest"))
		return role == ROLE_AGENT;
	if (!strcmp(domain, "feed"))
		return role == ROLE_VIEWER || role == ROLE_OPERATOR;
	return !strcmp(domain, "query") && (role == ROLE_AGENT || role == ROLE_VIEWER || role == ROLE_OPERATOR);
}

/* ---- question and answer ---- */

static const char *const good[] = {"1.0", "77", "ingest", "127.0.0.1", "id", "CURVE"};
static const char *const domains[] = {"ingest", "feed", "query", "", "Ingest", "ingest "};

/* A good question but for what the input says. */
static size_t some_question(struct take *in, struct bytes frames[static 10], uint8_t key[static KEYS_SIZE])
{
	uint8_t how = take_u8(in), key_byte = take_u8(in), domain = take_u8(in);
	size_t n = 7;

	memset(key, key_byte % 9, KEYS_SIZE);
	for (size_t i = 0; i < 6; i++)
		frames[i] = bytes_text(good[i]);
	frames[2] = bytes_text(domains[domain % BASE_COUNT(domains)]);
	frames[6] = bytes_of(key, KEYS_SIZE);
	if (how & 1)
		frames[how / 2 % 7] = take_piece(in);
	if (how & 0x40)
		n = 1 + take_u8(in) % 10;
	for (size_t i = 7; i < n; i++)
		frames[i] = take_piece(in);
	return n;
}

static void send_question(const struct bytes *frames, size_t n)
{
	MUST(zmq_send(asker, "", 0, ZMQ_DONTWAIT | ZMQ_SNDMORE) == 0);
	for (size_t i = 0; i < n; i++)
		MUST(zmq_send(asker, frames[i].data, frames[i].size,
			      ZMQ_DONTWAIT | (i + 1 < n ? ZMQ_SNDMORE : 0)) >= 0);
}

static size_t read_answer(struct bytes out[static 8], zmq_msg_t msg[static 8])
{
	size_t n = 0;

	do {
		MUST(n < 8);
		zmq_msg_init(&msg[n]);
		MUST(zmq_msg_recv(&msg[n], asker, ZMQ_DONTWAIT) >= 0);
		out[n] = bytes_of(zmq_msg_data(&msg[n]), zmq_msg_size(&msg[n]));
	} while (zmq_msg_more(&msg[n++]));
	return n;
}

static void ask(const struct roster *r, struct take *in)
{
	struct bytes frames[10], answer[8];
	uint8_t key[KEYS_SIZE];
	zmq_msg_t msg[8];
	struct net_zap q = {0};
	struct zap_verdict v = {0};
	char id[16] = "";
	size_t n = some_question(in, frames, key);

	send_question(frames, n);
	int rc = net_zap_receive(zap, &q);
	MUST(rc == 0 || rc == -EBADMSG || rc == -EAGAIN);
	if (rc == -EAGAIN) { /* more frames than a message may have: never answered, and REP waits: not reached */
		MUST(n > NET_FRAMES);
		return;
	}
	if (rc == 0) {
		MUST(n == 7 && frames[6].size == KEYS_SIZE && bytes_equal(frames[5], bytes_text("CURVE")));
		v = zap_decide(r, q.domain, q.key);
		const struct slow_key *k = slow_key(q.key);
		bool may = k && !k->revoked && slow_door(q.domain, roles[k->principal]);
		MUST((v.status == NET_ZAP_ENTER) == may && (!may || v.key_id == k->id));
		MUST((v.status == NET_ZAP_REVOKED) == (k && k->revoked));
		MUST(v.unknown == !k);
		if (may)
			snprintf(id, sizeof id, "%u", v.key_id);
		MUST(net_zap_answer(zap, &q, v.status, id) == NET_SENT);
	}
	n = read_answer(answer, msg);
	MUST(n == 7 && answer[0].size == 0 && bytes_equal(answer[1], bytes_text("1.0")));
	MUST(answer[3].size == 3 && (answer[3].data[0] == '2') == (rc == 0 && v.status == NET_ZAP_ENTER));
	MUST(bytes_equal(answer[5], bytes_text(id)));
	while (n)
		zmq_msg_close(&msg[--n]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct take in = {data, size};
	struct roster *r = roster_new();

	keys_n = 0;
	memset(roles, 0, sizeof roles);
	for (uint8_t n = take_u8(&in) % 32; n && in.left; n--)
		change(r, &in);
	for (int i = 0; i < 4 && in.left; i++)
		ask(r, &in);
	struct roster *copy = roster_clone(r);
	MUST(roster_keys(copy) == keys_n && roster_keys(r) == keys_n);
	roster_free(copy);
	roster_free(r);
	return 0;
}
