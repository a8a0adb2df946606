// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <zmq.h>

#include "common/sys/clock.h"
#include "common/sys/loop.h"
#include "common/sys/net_inside.h"

enum { PATIENCE_MS = 60000 };

static struct sys_error error;

/* A server with a door: one known key, one revoked; anything else is to try later. */
struct world {
	struct net *net;
	struct net_socket *zap, *router, *xpub;
	struct net_socket
		*sub; /* waited on too: a socket lives only while its thread looks at it */
	struct keys_pair server, known, revoked, stranger;
	unsigned asked;
	char domain[64], address[64];
};

static void open_world(struct world *w)
{
	*w = (struct world){0};
	w->net = net_open(&error);
	keys_pair_new(&w->server);
	keys_pair_new(&w->known);
	keys_pair_new(&w->revoked);
	keys_pair_new(&w->stranger);
	w->zap = net_zap_bind(w->net, &error);
	assert_non_null(w->zap);
}

static void close_world(struct world *w)
{
	net_socket_close(&w->router);
	net_socket_close(&w->xpub);
	net_socket_close(&w->zap);
	net_close(w->net);
}

static struct net_bind bind_of(struct world *w, const char *domain, int64_t max_message)
{
	return (struct net_bind){.endpoint = "tcp://127.0.0.1:*",
				 .secret_key = w->server.secret_key,
				 .zap_domain = domain,
				 .max_message = max_message};
}

static void open_router(struct world *w)
{
	struct net_bind options = bind_of(w, "ingest", NET_INGEST_MESSAGE);
	w->router = net_router_bind(w->net, &options, &error);
	if (!w->router)
		fail_msg("%s", error.text);
}

static struct net_connect connect_of(struct world *w, const char *endpoint,
				     const struct keys_pair *pair)
{
	return (struct net_connect){.endpoint = endpoint,
				    .server_key = w->server.public_key,
				    .pair = pair,
				    .reconnect_ms = 20,
				    .watch = true};
}

static struct net_socket *connect_dealer(struct world *w, const struct keys_pair *pair)
{
	struct net_connect options = connect_of(w, net_endpoint(w->router), pair);
	struct net_socket *s = net_dealer_connect(w->net, &options, &error);
	assert_non_null(s);
	return s;
}

static void answer_door(struct world *w)
{
	struct net_zap q = {0};
	int rc;
	while ((rc = net_zap_receive(w->zap, &q)) == 0) {
		w->asked++;
		snprintf(w->domain, sizeof(w->domain), "%s", q.domain);
		snprintf(w->address, sizeof(w->address), "%s", q.address);
		bool known = keys_equal(q.key, w->known.public_key, KEYS_SIZE);
		bool revoked = keys_equal(q.key, w->revoked.public_key, KEYS_SIZE);
		net_zap_answer(w->zap, &q,
			       known     ? NET_ZAP_ENTER
			       : revoked ? NET_ZAP_REVOKED
					 : NET_ZAP_LATER,
			       known ? "12" : "");
	}
	assert_int_equal(rc, -EAGAIN);
}

/* Serves the door until `s` can be read, or something can be sent when `send`. False: too long. */
static bool serve_until(struct world *w, struct net_socket *s, bool send)
{
	int64_t deadline = clock_transport() + PATIENCE_MS;
	for (;;) {
		struct loop_item items[] = {
			{.socket = w->zap},
			{.socket = s, .no_read = send, .want_write = send},
			{.socket = w->sub != s ? w->sub : NULL, .fd = -1},
		};
		int n = loop_wait(items, 3, deadline);
		if (n <= 0)
			return false;
		if (items[0].readable)
			answer_door(w);
		if (items[1].readable || items[1].writable)
			return true;
	}
}

static enum net_event next_event(struct world *w, struct net_socket *s)
{
	return serve_until(w, net_watch(s), false) ? net_event(s) : NET_EVENT_NONE;
}

static void test_round_trip(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	open_router(&w);
	struct net_socket *dealer = connect_dealer(&w, &w.known);
	struct net_message m = {0};
	assert_int_equal(net_receive(w.router, &m), -EAGAIN);
	assert_int_equal(next_event(&w, dealer), NET_EVENT_READY);
	assert_int_equal(net_event(dealer), NET_EVENT_NONE);
	assert_int_equal(w.asked, 1);
	assert_string_equal(w.domain, "ingest");
	assert_string_equal(w.address, "127.0.0.1");
	assert_true(serve_until(&w, dealer, true));
	struct bytes frames[] = {bytes_text("head"), bytes_text("body")};
	assert_int_equal(net_send(dealer, frames, 2), NET_SENT);
	assert_true(serve_until(&w, w.router, false));
	assert_int_equal(net_receive(w.router, &m), 0);
	assert_int_equal(m.count, 3);
	assert_string_equal(m.user_id, "12"); /* of the payload frame, also after a poll */
	assert_string_equal(m.address, "127.0.0.1");
	assert_true(bytes_equal(net_frame(&m, 2), bytes_text("body")));
	assert_int_equal(net_frame(&m, 3).size, 0);
	assert_int_equal(net_reply(w.router, &m, bytes_text("ack")), NET_SENT);
	assert_true(serve_until(&w, dealer, false));
	struct net_message ack = {0};
	assert_int_equal(net_receive(dealer, &ack), 0);
	assert_int_equal(ack.count, 1);
	assert_true(bytes_equal(net_frame(&ack, 0), bytes_text("ack")));
	assert_string_equal(ack.user_id, "");
	/* nobody of that number */
	struct bytes nobody[] = {bytes_text("nobody"), bytes_text("x")};
	assert_int_equal(net_send(w.router, nobody, 2), NET_UNREACHABLE);
	net_message_clear(&ack);
	net_message_clear(&m);
	net_socket_close(&dealer);
	close_world(&w);
}

static void test_refused_keys(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	open_router(&w);
	/* revoked: told so once, silent for ever */
	struct net_socket *dealer = connect_dealer(&w, &w.revoked);
	assert_int_equal(next_event(&w, dealer), NET_EVENT_REFUSED);
	struct bytes frame = bytes_text("x");
	assert_int_equal(net_send(dealer, &frame, 1), NET_WOULD_BLOCK);
	net_socket_close(&dealer);
	/* a random key: sent away, and comes again by itself */
	unsigned before = w.asked;
	dealer = connect_dealer(&w, &w.stranger);
	while (w.asked < before + 2) {
		enum net_event event = next_event(&w, dealer);
		assert_true(event == NET_EVENT_FAILED || event == NET_EVENT_LOST);
	}
	assert_int_equal(net_send(dealer, &frame, 1), NET_WOULD_BLOCK);
	/* once known it enters without a new socket */
	w.known = w.stranger;
	enum net_event event;
	do
		event = next_event(&w, dealer);
	while (event == NET_EVENT_FAILED || event == NET_EVENT_LOST);
	assert_int_equal(event, NET_EVENT_READY);
	net_socket_close(&dealer);
	/* another server's key: the handshake breaks off before the door is asked */
	struct net_connect options = connect_of(&w, net_endpoint(w.router), &w.known);
	options.server_key = w.revoked.public_key;
	before = w.asked;
	dealer = net_dealer_connect(w.net, &options, &error);
	event = next_event(&w, dealer);
	assert_true(event == NET_EVENT_FAILED || event == NET_EVENT_LOST);
	assert_int_equal(w.asked, before);
	net_socket_close(&dealer);
	struct net_message m = {0};
	assert_int_equal(net_receive(w.router, &m), -EAGAIN); /* nothing of all this came in */
	close_world(&w);
}

/* Sends until the router has read it or the patience ends. */
static bool arrives(struct world *w, struct net_socket *dealer, const struct bytes *frames,
		    size_t count, struct net_message *m)
{
	if (!serve_until(w, dealer, true) || net_send(dealer, frames, count) != NET_SENT)
		return false;
	return serve_until(w, w->router, false) && net_receive(w->router, m) == 0;
}

static void test_limits(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	open_router(&w);
	struct net_socket *dealer = connect_dealer(&w, &w.known);
	assert_int_equal(next_event(&w, dealer), NET_EVENT_READY);
	/* too many frames: gone whole, the next message is whole */
	struct net_message m = {0};
	struct bytes frames[12];
	for (size_t i = 0; i < BASE_COUNT(frames); i++)
		frames[i] = bytes_text("f");
	assert_int_equal(net_send(dealer, frames, BASE_COUNT(frames)), NET_SENT);
	assert_true(serve_until(&w, w.router, false));
	assert_int_equal(net_receive(w.router, &m), -EMSGSIZE);
	assert_int_equal(m.count, 0);
	assert_true(arrives(&w, dealer, frames, NET_FRAMES - 1, &m));
	assert_int_equal(m.count, NET_FRAMES);
	/* the largest that may come comes; one byte more cuts the line */
	static uint8_t big[NET_INGEST_MESSAGE + 1];
	struct bytes one = bytes_of(big, NET_INGEST_MESSAGE);
	assert_true(arrives(&w, dealer, &one, 1, &m));
	assert_int_equal(net_frame(&m, 1).size, NET_INGEST_MESSAGE);
	one.size++;
	assert_int_equal(net_send(dealer, &one, 1), NET_SENT);
	assert_int_equal(next_event(&w, dealer), NET_EVENT_LOST);
	assert_int_equal(net_receive(w.router, &m), -EAGAIN);
	net_message_clear(&m);
	net_socket_close(&dealer);
	close_world(&w);
}

static void test_feed(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	struct net_bind options = bind_of(&w, "feed", NET_SUBSCRIPTION_MESSAGE);
	w.xpub = net_xpub_bind(w.net, &options, &error);
	assert_non_null(w.xpub);
	struct net_connect to = connect_of(&w, net_endpoint(w.xpub), &w.known);
	struct net_socket *sub = w.sub = net_sub_connect(w.net, &to, &error);
	net_subscribe(sub, bytes_text("VN/40/"));
	for (int round = 0; round < 2; round++) {
		struct net_message m = {0};
		assert_true(serve_until(&w, w.xpub, false));
		assert_int_equal(net_receive(w.xpub, &m), 0);
		assert_true(bytes_equal(net_frame(&m, 0), bytes_text("\1VN/40/")));
		assert_string_equal(m.user_id, "12");
		assert_string_equal(w.domain, "feed");
		struct bytes no[] = {bytes_text("VN/38/"), bytes_text("not for us")};
		struct bytes yes[] = {bytes_text("VN/40/412/"), bytes_text("figures")};
		assert_int_equal(net_send(w.xpub, no, 2), NET_SENT);
		assert_int_equal(net_send(w.xpub, yes, 2), NET_SENT);
		assert_true(serve_until(&w, sub, false));
		assert_int_equal(net_receive(sub, &m), 0);
		assert_true(bytes_equal(net_frame(&m, 1), bytes_text("figures")));
		net_message_clear(&m);
		/* cut everybody; whoever may enter comes back to the same place by himself */
		char endpoint[NET_ENDPOINT_MAX + 1];
		snprintf(endpoint, sizeof(endpoint), "%s", net_endpoint(w.xpub));
		assert_int_equal(net_xpub_rebind(w.net, &w.xpub, &options, &error), 0);
		assert_string_equal(net_endpoint(w.xpub), endpoint);
	}
	assert_true(w.asked >= 2);
	net_unsubscribe(sub, bytes_text("VN/40/"));
	net_unsubscribe(sub, bytes_text("never"));
	net_socket_close(&sub);
	close_world(&w);
}

/* Who does not read holds no more than this, and answers never wait behind what is published. */
static void test_apart(void **state)
{
	(void)state;
	struct keys_pair pair;
	struct net *net = net_open_server(&error);
	struct net_bind options = {.endpoint = "tcp://127.0.0.1:*",
				   .secret_key = pair.secret_key,
				   .zap_domain = "feed",
				   .max_message = NET_SUBSCRIPTION_MESSAGE};
	int buffer = 0;
	uint64_t thread = 0;
	size_t size = sizeof(buffer);

	assert_non_null(net);
	keys_pair_new(&pair);
	struct net_socket *xpub = net_xpub_bind(net, &options, &error);
	assert_non_null(xpub);
	assert_int_equal(zmq_getsockopt(net_handle(xpub), ZMQ_SNDBUF, &buffer, &size), 0);
	assert_int_equal(buffer, 256 * 1024);
	size = sizeof(thread);
	assert_int_equal(zmq_getsockopt(net_handle(xpub), ZMQ_AFFINITY, &thread, &size), 0);
	assert_int_equal(thread, 2);
	net_socket_close(&xpub);
	net_close(net);
}

static void test_bad_endpoints(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	open_router(&w);
	struct net_bind options = bind_of(&w, "ingest", 100);
	options.endpoint = net_endpoint(w.router);
	assert_null(net_router_bind(w.net, &options, &error));
	assert_non_null(strstr(error.text, options.endpoint));
	assert_non_null(strstr(error.text, "does another server run?"));
	options.endpoint = "tcp:/127.0.0.1";
	assert_null(net_router_bind(w.net, &options, &error));
	assert_non_null(strstr(error.text, options.endpoint));
	struct net_connect to = connect_of(&w, "nonsense", &w.known);
	assert_null(net_dealer_connect(w.net, &to, &error));
	assert_non_null(strstr(error.text, "nonsense"));
	struct net_socket *none = NULL;
	net_socket_close(&none);
	close_world(&w);
	net_close(NULL);
}

/* What a socket of ours without CURVE would ask: refused, and the door goes on. */
static void test_not_curve(void **state)
{
	(void)state;
	struct world w;
	open_world(&w);
	struct net_zap q = {0};
	struct net_socket req = {.zmq = zmq_socket(w.net->zmq, ZMQ_REQ)};
	assert_int_equal(zmq_connect(req.zmq, net_endpoint(w.zap)), 0);
	uint8_t key[KEYS_SIZE] = {0};
	struct bytes good[] = {bytes_text("1.0"),         bytes_text("id"), bytes_text("ingest"),
			       bytes_text("127.0.0.1"),   bytes_text(""),   bytes_text("CURVE"),
			       bytes_of(key, sizeof(key))};
	struct net_message m = {0};
	for (int i = 0; i < 7; i++) {
		struct bytes frames[NET_FRAMES + 4];
		char text[100];
		memset(text, 'x', sizeof(text));
		memcpy(frames, good, sizeof(good));
		for (size_t j = BASE_COUNT(good); j < BASE_COUNT(frames); j++)
			frames[j] = bytes_text("");
		if (i == 0)
			frames[0] = bytes_text("2.0");
		if (i == 1)
			frames[5] = bytes_text("NULL");
		if (i == 2)
			frames[6].size--;
		if (i == 3)
			frames[2] = bytes_of(text, sizeof(text));
		if (i == 4)
			frames[3] = bytes_of("a\0b", 3);
		size_t count = i == 5 ? 6 : i == 6 ? BASE_COUNT(frames) : 7;
		assert_int_equal(net_send(&req, frames, count), NET_SENT);
		assert_int_equal(net_zap_receive(w.zap, &q), -EBADMSG);
		assert_int_equal(net_receive(&req, &m), 0);
		assert_int_equal(m.count, 6);
		assert_true(bytes_equal(net_frame(&m, 2), bytes_text("400")));
	}
	assert_int_equal(net_zap_receive(w.zap, &q), -EAGAIN);
	assert_int_equal(net_send(&req, good, 7), NET_SENT);
	assert_int_equal(net_zap_receive(w.zap, &q), 0);
	assert_int_equal(net_zap_answer(w.zap, &q, NET_ZAP_LATER, "12"), NET_SENT);
	assert_int_equal(net_receive(&req, &m), 0);
	assert_true(bytes_equal(net_frame(&m, 1), bytes_text("id")));
	assert_true(bytes_equal(net_frame(&m, 2), bytes_text("300")));
	assert_int_equal(net_frame(&m, 4).size, 0); /* no name for who is not let in */
	net_message_clear(&m);
	zmq_close(req.zmq);
	close_world(&w);
}

struct pair_thread {
	struct net *net;
	int result;
};

static void *echo_until_stopped(void *context)
{
	struct pair_thread *t = context;
	struct net_socket *pair = net_pair_connect(t->net, "echo", NULL);
	struct net_message m = {0};
	struct loop_item item = {.socket = pair};
	while (loop_wait(&item, 1, LOOP_FOREVER) > 0 && net_receive(pair, &m) == 0) {
		struct bytes frame = net_frame(&m, 0);
		net_send(pair, &frame, 1);
	}
	t->result = net_receive(pair, &m);
	struct bytes frame = bytes_text("x");
	if (net_send(pair, &frame, 1) != NET_STOPPED)
		t->result = 0;
	net_socket_close(&pair);
	return NULL;
}

/* The feed's own thread: acks do not wait behind what goes to a thousand subscribers. */
static void test_server_threads(void **state)
{
	(void)state;
	struct world w = {.net = net_open_server(&error)};
	keys_pair_new(&w.server);
	w.zap = net_zap_bind(w.net, &error);
	struct net_bind ingest = bind_of(&w, "ingest", 1000), feed = bind_of(&w, "feed", 1000);
	w.router = net_router_bind(w.net, &ingest, &error);
	w.xpub = net_xpub_bind(w.net, &feed, &error);
	assert_non_null(w.router);
	assert_non_null(w.xpub);
	assert_int_equal(zmq_ctx_get(w.net->zmq, ZMQ_IO_THREADS), 2);
	uint64_t ingest_thread = 0, feed_thread = 0;
	size_t size = sizeof(uint64_t);
	assert_int_equal(zmq_getsockopt(net_handle(w.router), ZMQ_AFFINITY, &ingest_thread, &size), 0);
	assert_int_equal(zmq_getsockopt(net_handle(w.xpub), ZMQ_AFFINITY, &feed_thread, &size), 0);
	assert_true(ingest_thread && feed_thread && !(ingest_thread & feed_thread));
	close_world(&w);
}

static void test_stop(void **state)
{
	(void)state;
	struct pair_thread t = {.net = net_open(&error)};
	struct net_socket *pair = net_pair_bind(t.net, "echo", &error);
	pthread_t thread;
	pthread_create(&thread, NULL, echo_until_stopped, &t);
	struct bytes frame = bytes_text("hello");
	struct loop_item item = {.socket = pair, .no_read = true, .want_write = true};
	assert_int_equal(loop_wait(&item, 1, clock_transport() + PATIENCE_MS), 1);
	assert_int_equal(net_send(pair, &frame, 1), NET_SENT);
	item = (struct loop_item){.socket = pair};
	assert_int_equal(loop_wait(&item, 1, clock_transport() + PATIENCE_MS), 1);
	struct net_message m = {0};
	assert_int_equal(net_receive(pair, &m), 0);
	assert_true(bytes_equal(net_frame(&m, 0), frame));
	assert_string_equal(m.user_id, "");
	net_message_clear(&m);
	net_stop(t.net);
	pthread_join(thread, NULL);
	assert_int_equal(t.result, -ESHUTDOWN);
	assert_int_equal(loop_wait(&item, 1, LOOP_FOREVER), -ESHUTDOWN);
	assert_null(net_pair_bind(t.net, "late", &error));
	net_socket_close(&pair);
	net_close(t.net);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),    cmocka_unit_test(test_refused_keys),
		cmocka_unit_test(test_limits),        cmocka_unit_test(test_feed), cmocka_unit_test(test_apart),
		cmocka_unit_test(test_bad_endpoints), cmocka_unit_test(test_not_curve),
		cmocka_unit_test(test_stop),          cmocka_unit_test(test_server_threads),
	};
	if (keys_start(&error) != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
