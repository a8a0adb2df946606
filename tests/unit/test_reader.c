// SPDX-License-Identifier: Apache-2.0
/*
 * The reading side over real sockets in one process: a door that knows one viewer, the feed beside
 * a small centre, the query thread, and a subscriber that is watched until it holds what the centre
 * holds. Nothing sleeps: every wait ends with an event.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <arpa/inet.h>
#include <cmocka.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dashboard/subscriber.h"
#include "server/feed.h"
#include "server/query.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

enum { PATIENCE_MS = 60000, VIEWER_KEY = 2 };

struct world {
	struct centre centre;
	struct net *net;
	struct net_socket *zap;
	struct keys_pair server, viewer, stranger;
	struct feed *feed;
	struct query *query;
	struct query_stats stats;
	pthread_t thread;
	struct subscriber *subscriber;
	char query_at[NET_ENDPOINT_MAX + 1], feed_at[NET_ENDPOINT_MAX + 1];
	unsigned news; /* seen since it was last cleared */
	bool closed;   /* the door answers nobody */
	uint64_t seq;
	struct told {
		unsigned deltas, pages; /* grains that changed */
		char path[PATH_MAX_BYTES + 1];
		size_t rollups;  /* of the last one */
		uint32_t before; /* percent of KH.01 as the mirror had it when it was about to change ... */
		uint32_t after;  /* ... and when it had changed */
	} told;
};

static uint32_t percent(const struct world *w, const char *path, const char *item)
{
	const struct catalogue *c = subscriber_atlas(w->subscriber)->catalogue;
	const struct item *i = catalogue_item(c, catalogue_item_by_code(c, item));
	uint32_t plan = catalogue_item(c, i->plan)->row.number;
	const struct rollup *r =
		mirror_rollup(subscriber_mirror(w->subscriber), path, plan, i->row.number);

	return r ? (uint32_t)r->percent_sum : 0;
}

/* ---- what it is told of the figures that move ---- */

static void changing(void *ctx, const struct mirror_grain *grain, bool whole)
{
	struct world *w = ctx;

	(void)whole;
	w->told.before = percent(w, grain->path, "KH.01");
}

static void changed(void *ctx, const struct mirror_grain *grain, bool whole)
{
	struct world *w = ctx;

	w->told.deltas += !whole;
	w->told.pages += whole;
	w->told.rollups = grain->n;
	snprintf(w->told.path, sizeof(w->told.path), "%s", grain->path);
	w->told.after = percent(w, grain->path, "KH.01");
}

static void open_server(struct world *w)
{
	struct sys_error error = {0};
	const struct net_bind bind = {.endpoint = "tcp://127.0.0.1:*",
				      .secret_key = w->server.secret_key,
				      .zap_domain = "any",
				      .max_message = NET_QUESTION_MESSAGE};
	const struct feed_options feed = {.net = w->net,
					  .bind = bind,
					  .view = core_view(w->centre.core),
					  .clock = core_clock(w->centre.core)};
	const struct query_options query = {.net = w->net,
					    .bind = bind,
					    .view = core_view(w->centre.core),
					    .lock = core_lock(w->centre.core),
					    .journal =
						    query_journal_of(core_journal(w->centre.core)),
					    .clock = core_clock(w->centre.core),
					    .stats = &w->stats};

	w->feed = feed_open(&feed, &error);
	w->query = query_open(&query, &error);
	if (!w->feed || !w->query)
		fail_msg("%s", error.text);
	snprintf(w->feed_at, sizeof(w->feed_at), "%s", net_endpoint(feed_socket(w->feed)));
	snprintf(w->query_at, sizeof(w->query_at), "%s", query_endpoint(w->query));
	assert_int_equal(pthread_create(&w->thread, NULL, query_run, w->query), 0);
}

static void open_world(struct world *w, const char *name)
{
	struct sys_error error = {0};

	memset(w, 0, sizeof(*w));
	centre_make(&w->centre, name);
	assert_int_equal(centre_principal(&w->centre, "VN", "viewer", 2), VIEWER_KEY);
	change_clear(core_change(w->centre.core));
	w->net = net_open(&error);
	keys_pair_new(&w->server);
	keys_pair_new(&w->viewer);
	keys_pair_new(&w->stranger);
	w->zap = net_zap_bind(w->net, &error);
	assert_non_null(w->zap);
	open_server(w);
}

static void subscribe(struct world *w, const char *unit, const struct keys_pair *pair)
{
	struct sys_error error = {0};
	const struct subscriber_options options = {.query = {.net = w->net,
							     .endpoint = w->query_at,
							     .server_key = w->server.public_key,
							     .pair = pair,
							     .signals = -1},
						   .feed = w->feed_at,
						   .unit = unit,
						   .versions_ms = 150,
						   .changing = changing,
						   .changed = changed,
						   .ctx = w};

	w->subscriber = subscriber_open(&options, &error);
	assert_non_null(w->subscriber);
}

static void close_world(struct world *w)
{
	subscriber_close(&w->subscriber);
	feed_close(&w->feed);
	net_socket_close(&w->zap);
	net_stop(w->net);
	pthread_join(w->thread, NULL);
	query_close(&w->query);
	net_close(w->net);
	centre_close(&w->centre);
}

static void door(struct world *w)
{
	struct net_zap q = {0};

	while (net_zap_receive(w->zap, &q) == 0) {
		bool known = !w->closed && keys_equal(q.key, w->viewer.public_key, KEYS_SIZE);
		net_zap_answer(w->zap, &q, known ? NET_ZAP_ENTER : NET_ZAP_LATER, known ? "2" : "");
	}
}

/* What the writer does between two entries. */
static void publish(struct world *w)
{
	feed_mark(w->feed, core_change(w->centre.core));
	change_clear(core_change(w->centre.core));
}

/* Turns everything once and waits for the next event. */
static void turn(struct world *w)
{
	struct loop_item items[4] = {{.socket = w->zap, .fd = -1},
				     {.socket = feed_socket(w->feed), .fd = -1}};
	int64_t now = clock_transport(), due;

	door(w);
	due = feed_tick(w->feed, now);
	w->news |= subscriber_step(w->subscriber, now);
	int64_t next = subscriber_due(w->subscriber, now);
	subscriber_items(w->subscriber, items + 2);
	assert_true(loop_wait(items, 4, next < due ? next : due) >= 0);
}

static void until_news(struct world *w, unsigned bits)
{
	int64_t end = clock_transport() + PATIENCE_MS;

	while (!(w->news & bits)) {
		turn(w);
		if (clock_transport() > end)
			fail_msg("waited in vain for news %u", bits);
	}
	w->news &= ~bits;
}

static void report(struct world *w, uint32_t value)
{
	centre_task(&w->centre, 0, ++w->seq, "KH.01", 20240109, value);
	centre_offer(&w->centre, centre_stream(7), w->seq, 1);
	centre_commit(&w->centre);
	publish(w);
}

static void until_percent(struct world *w, const char *path, uint32_t value)
{
	int64_t end = clock_transport() + PATIENCE_MS;

	while (percent(w, path, "KH.01") != value) {
		turn(w);
		if (clock_transport() > end)
			fail_msg("waited in vain for %u %%", value);
	}
}

static void figures_come_as_they_move(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "move");
	report(&w, 10); /* before anybody looks */
	subscribe(&w, "40", &w.viewer);
	until_news(&w, SUBSCRIBER_COMPLETE);
	assert_int_equal(percent(&w, "VN/40/", "KH.01"), 10);
	assert_int_equal(percent(&w, "VN/40/412/", "KH.01"), 10);
	struct sight s = subscriber_sight(w.subscriber);
	assert_true(s.illustrative && s.simulated && !s.stale);
	assert_int_equal(s.today.ymd, 20240110);
	assert_int_equal(s.generation.entry, core_view(w.centre.core)->head.structural);
	assert_true(subscriber_live(w.subscriber, clock_transport()));
	uint64_t before = feed_stats(w.feed).deltas;
	for (uint32_t value = 20; value <= 90; value += 10) {
		report(&w, value);
		until_percent(&w, "VN/40/", value);
	}
	assert_true(feed_stats(w.feed).deltas > before);
	assert_true(feed_stats(w.feed).skipped > 0); /* VN/ itself: nobody looks */
	assert_int_equal(feed_stats(w.feed).prefixes, 2);
	close_world(&w);
}

static void what_was_lost_is_pulled(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "lost");
	subscribe(&w, "412", &w.viewer);
	until_news(&w, SUBSCRIBER_COMPLETE);
	/* folded, but the feed never hears of it: Versions tells */
	centre_task(&w.centre, 0, ++w.seq, "KH.01", 20240109, 30);
	centre_offer(&w.centre, centre_stream(7), w.seq, 1);
	centre_commit(&w.centre);
	change_clear(core_change(w.centre.core));
	until_percent(&w, "VN/40/412/", 30);
	/* everybody is cut off, and comes back by himself */
	feed_rebind(w.feed);
	assert_string_equal(net_endpoint(feed_socket(w.feed)), w.feed_at);
	assert_int_equal(feed_stats(w.feed).rebinds, 1);
	report(&w, 60);
	until_percent(&w, "VN/40/412/", 60);
	assert_non_null(feed_socket(w.feed));
	close_world(&w);
}

static void who_asks_is_told_what_moved(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "told");
	report(&w, 10);
	subscribe(&w, "412", &w.viewer);
	until_news(&w, SUBSCRIBER_COMPLETE);
	assert_int_equal(w.told.deltas + w.told.pages, 0); /* COMPLETE has said it */
	/* the leaf and what is above it in the plan, not the rest of the grain */
	report(&w, 20);
	until_percent(&w, "VN/40/412/", 20);
	assert_int_equal(w.told.deltas, 1);
	assert_int_equal(w.told.pages, 0);
	assert_string_equal(w.told.path, "VN/40/412/");
	assert_int_equal(w.told.before, 10);
	assert_int_equal(w.told.after, 20);
	struct mirror_grain held = {0};
	const struct catalogue *c = subscriber_atlas(w.subscriber)->catalogue;
	uint32_t plan = catalogue_item(c, catalogue_item_by_code(c, "KH"))->row.number;
	assert_true(mirror_grain(subscriber_mirror(w.subscriber), "VN/40/412/", plan, &held));
	assert_true(w.told.rollups && w.told.rollups < held.n);
	/* lost on the way: it comes as a page, with all there is */
	centre_task(&w.centre, 0, ++w.seq, "KH.01", 20240109, 30);
	centre_offer(&w.centre, centre_stream(7), w.seq, 1);
	centre_commit(&w.centre);
	change_clear(core_change(w.centre.core));
	until_percent(&w, "VN/40/412/", 30);
	assert_int_equal(w.told.deltas, 1);
	assert_int_equal(w.told.pages, 1);
	assert_int_equal(w.told.rollups, held.n);
	assert_int_equal(w.told.before, 20);
	/* a new generation: nothing until it is complete, then deltas again */
	assert_true(centre_catalogue(&w.centre, CENTRE_UNITS "414,40,district,,,Quỳnh Lưu,,,,,,\n",
				     CENTRE_ITEMS));
	publish(&w);
	until_news(&w, SUBSCRIBER_COMPLETE);
	assert_int_equal(w.told.deltas + w.told.pages, 2);
	report(&w, 40);
	until_percent(&w, "VN/40/412/", 40);
	assert_int_equal(w.told.deltas + w.told.pages, 3);
	close_world(&w);
}

static void another_catalogue(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "other");
	report(&w, 10);
	subscribe(&w, "40", &w.viewer);
	until_news(&w, SUBSCRIBER_COMPLETE);
	assert_true(centre_catalogue(&w.centre, CENTRE_UNITS "414,40,district,,,Quỳnh Lưu,,,,,,\n",
				     CENTRE_ITEMS));
	publish(&w);
	while (!subscriber_sight(w.subscriber).stale)
		turn(&w);
	assert_int_equal(percent(&w, "VN/40/", "KH.01"), 10); /* the old figures stay meanwhile */
	until_news(&w, SUBSCRIBER_COMPLETE);
	assert_false(subscriber_sight(w.subscriber).stale);
	assert_int_equal(catalogue_units(subscriber_atlas(w.subscriber)->catalogue), 5);
	assert_int_equal(percent(&w, "VN/40/", "KH.01"), 10);
	report(&w, 20);
	until_percent(&w, "VN/40/", 20);
	close_world(&w);
}

/* As a tunnel in front of a dead centre does: it takes the call, and nobody speaks. */
static void a_listener_is_no_centre(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char endpoint[64];

	assert_int_equal(bind(fd, (struct sockaddr *)&in, size), 0);
	assert_int_equal(listen(fd, 4), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&in, &size), 0);
	snprintf(endpoint, sizeof(endpoint), "tcp://127.0.0.1:%u", ntohs(in.sin_port));
	assert_false(client_listens(endpoint));
	close(fd);
}

static void who_is_not_let_in_is_told(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "stranger");
	subscribe(&w, "40", &w.stranger);
	until_news(&w, SUBSCRIBER_REFUSED);
	assert_string_equal(subscriber_shut(w.subscriber, clock_transport()), w.query_at);
	assert_true(client_listens(w.query_at));
	a_listener_is_no_centre();
	assert_false(client_listens("tcp://127.0.0.1:1"));
	assert_false(client_listens("nonsense"));
	assert_false(client_listens("tcp://no.such.host.invalid:5703"));
	subscriber_close(&w.subscriber);
	subscribe(&w, "999", &w.viewer);
	until_news(&w, SUBSCRIBER_NOT_FOUND);
	close_world(&w);
}

/* ---- the query thread's manners ---- */

static void send_question(struct net_socket *dealer, const char *head, size_t n, struct bytes body)
{
	struct bytes frames[2] = {bytes_of(head, n), body};

	assert_int_equal(net_send(dealer, frames, 2), NET_SENT);
}

/* The next reply's failure; REASON_NONE for an answer. */
static enum reason next_reply(struct world *w, struct net_socket *dealer, struct codec_arena *a)
{
	struct net_message m = {0};
	int64_t end = clock_transport() + PATIENCE_MS;

	while (net_receive(dealer, &m) != 0) {
		struct loop_item items[2] = {{.socket = w->zap, .fd = -1},
					     {.socket = dealer, .fd = -1}};
		door(w);
		loop_wait(items, 2, clock_transport() + 50);
		if (clock_transport() > end)
			fail_msg("no reply: %u answered, %u failed, %u dropped",
				 (unsigned)w->stats.answered, (unsigned)w->stats.failed,
				 (unsigned)w->stats.dropped);
	}
	codec_arena_reset(a);
	struct bytes body = net_frame(&m, 1);
	const Tiendo__V1__Reply *r =
		codec_unpack(&tiendo__v1__reply__descriptor, body.data, body.size, a);
	assert_non_null(r);
	enum reason reason = r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE
				     ? (enum reason)r->failure->reason
				     : REASON_NONE;
	net_message_clear(&m);
	return reason;
}

static struct net_socket *connect_dealer(struct world *w)
{
	struct sys_error error = {0};
	const struct net_connect to = {.endpoint = w->query_at,
				       .server_key = w->server.public_key,
				       .pair = &w->viewer,
				       .reconnect_ms = 20,
				       .send_hwm = 1000};
	struct net_socket *dealer = net_dealer_connect(w->net, &to, &error);
	struct bytes hello[2] = {bytes_of("\1\3", 2), bytes_text("")};
	int64_t end = clock_transport() + PATIENCE_MS;

	while (net_send(dealer, hello, 2) != NET_SENT) {
		struct loop_item item = {.socket = w->zap, .fd = -1};
		door(w);
		loop_wait(&item, 1, clock_transport() + 20);
		assert_true(clock_transport() < end);
	}
	return dealer;
}

static void many_and_broken_questions(void **state)
{
	struct world w;
	struct codec_arena a = codec_arena_new(1 << 20);
	uint8_t body[32];
	unsigned busy = 0, answered = 0;

	(void)state;
	open_world(&w, "manners");
	struct net_socket *dealer = connect_dealer(&w);
	assert_int_equal(next_reply(&w, dealer, &a),
			 REASON_UNKNOWN_TYPE); /* the Push that was its hello */
	send_question(dealer, "\1", 1, bytes_text(""));
	assert_int_equal(next_reply(&w, dealer, &a), REASON_BAD_FRAME);
	send_question(dealer, "\2\20", 2, bytes_text(""));
	assert_int_equal(next_reply(&w, dealer, &a), REASON_BAD_VERSION);
	/* above its rate a key waits, above what may wait it is told so */
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Status status = TIENDO__V1__STATUS__INIT;
	q.id = 1;
	q.question_case = TIENDO__V1__QUERY__QUESTION_STATUS;
	q.status = &status;
	size_t n = codec_pack(&q, body);
	enum { MANY = QUERY_BURST + 200 };
	for (int i = 0; i < MANY; i++)
		send_question(dealer, "\1\20", 2, bytes_of(body, n));
	/* every one has one outcome; what finds no room on the way back is dropped, and counted */
	while (atomic_load(&w.stats.answered) + atomic_load(&w.stats.busy) < MANY ||
	       busy + answered + atomic_load(&w.stats.dropped) < MANY) {
		enum reason reason = next_reply(&w, dealer, &a);
		busy += reason == REASON_BUSY;
		answered += reason == REASON_NONE;
	}
	assert_int_equal(busy + answered + atomic_load(&w.stats.dropped), MANY);
	assert_true(busy > 0 && answered > QUERY_WAITING);
	net_socket_close(&dealer);
	codec_arena_free(&a);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_come_as_they_move),
		cmocka_unit_test(what_was_lost_is_pulled),
		cmocka_unit_test(who_asks_is_told_what_moved),
		cmocka_unit_test(another_catalogue),
		cmocka_unit_test(who_is_not_let_in_is_told),
		cmocka_unit_test(many_and_broken_questions),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
