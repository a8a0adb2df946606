// SPDX-License-Identifier: Apache-2.0
#include "server/door.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"
#include "common/sys/http.h"
#include "common/sys/local.h"
#include "common/sys/log.h"
#include "common/sys/loop.h"
#include "server/intake.h"
#include "server/writer.h"
#include "server/zap.h"

enum { TEST_MS = 10000 };

struct caller {
	struct local *line;
	uint32_t id;
	bool waits; /* for the writer's answer: its next request is not read before */
};

struct door {
	struct door_options o;
	struct net_socket *zap, *pair;
	struct net_zap question;
	struct net_message message;
	struct roster *roster; /* our own; NULL = loading */
	bool closed;
	struct bucket *buckets; /* by key id */
	size_t buckets_n;
	struct http *http;
	int listener;
	char path[STORE_PATH_MAX];
	struct caller callers[DOOR_CALLERS];
	uint32_t next_caller;
	uint8_t test_key[KEYS_SIZE]; /* of the self-test; zeros = over */
	unsigned tested;	     /* bits: doors at which the test's key was asked about */
	bool stop;
};

static const char *const doors[] = {DOOR_INGEST, DOOR_FEED, DOOR_QUERY};

struct door *door_open(const struct door_options *options, struct sys_error *error)
{
	struct door *d = base_alloc(sizeof *d);

	d->o = *options;
	d->listener = -1;
	d->zap = net_zap_bind(options->net, error);
	if (d->zap)
		return d;
	door_close(d);
	return NULL;
}

void door_close(struct door *d)
{
	if (!d)
		return;
	for (size_t i = 0; i < DOOR_CALLERS; i++)
		local_close(&d->callers[i].line);
	if (d->listener >= 0)
		local_unlisten(d->listener, d->path);
	http_close(d->http);
	net_message_clear(&d->message);
	net_message_clear(&d->question.message);
	net_socket_close(&d->zap);
	net_socket_close(&d->pair);
	roster_free(d->roster);
	free(d->buckets);
	free(d);
}

/* ---- handshakes ---- */

static bool too_often(struct door *d, uint32_t key_id)
{
	if (key_id >= d->buckets_n) {
		size_t more = ((size_t)key_id + 256) & ~(size_t)255;
		d->buckets = base_grow(d->buckets, more, sizeof *d->buckets);
		memset(d->buckets + d->buckets_n, 0, (more - d->buckets_n) * sizeof *d->buckets);
		d->buckets_n = more;
	}
	return bucket_take(&d->buckets[key_id], 1, DOOR_HANDSHAKES, DOOR_BURST,
			   clock_transport()) != 0;
}

static struct zap_verdict decide(struct door *d)
{
	const struct net_zap *q = &d->question;

	if (keys_equal(q->key, d->test_key, KEYS_SIZE)) {
		for (unsigned i = 0; i < BASE_COUNT(doors); i++)
			d->tested |= !strcmp(q->domain, doors[i]) ? 1u << i : 0;
		return (struct zap_verdict){
			.status = NET_ZAP_REVOKED}; /* so that libzmq is quick about it */
	}
	struct zap_verdict v = zap_decide(d->closed ? NULL : d->roster, q->domain, q->key);
	if (v.status == NET_ZAP_ENTER && too_often(d, v.key_id))
		v.status = NET_ZAP_LATER;
	return v;
}

static void answer_handshakes(struct door *d)
{
	int rc;

	while ((rc = net_zap_receive(d->zap, &d->question)) == 0 || rc == -EBADMSG) {
		if (rc == -EBADMSG) {
			log_error("a socket without CURVE was asked about at the door: refused");
			continue;
		}
		struct zap_verdict v = decide(d);
		char user[16] = "";
		if (v.status == NET_ZAP_ENTER) {
			snprintf(user, sizeof user, "%u", v.key_id);
			STATS_ADD(d->o.stats, handshakes, 1);
		} else {
			STATS_ADD(d->o.stats, handshakes_refused, 1);
			STATS_ADD(d->o.stats, handshakes_unknown, v.unknown);
			STATS_ADD(d->o.stats, handshakes_revoked, v.status == NET_ZAP_REVOKED);
		}
		net_zap_answer(d->zap, &d->question, v.status, user);
	}
}

static void take_roster(struct door *d)
{
	bool closed;

	loop_wake_take(d->o.roster_wake);
	struct roster *fresh = doorlist_take(d->o.doorlist, &closed);
	d->closed = closed;
	if (fresh) {
		roster_free(d->roster);
		d->roster = fresh;
	}
}

void door_knocks(struct door *d)
{
	take_roster(d);
	answer_handshakes(d);
}

/* ---- the self-test ---- */

int door_test(struct door *d, const char *ingest, const char *feed, const char *query,
	      struct sys_error *error)
{
	struct keys_pair random;
	struct net_connect to = {
		.server_key = d->o.store->key.public_key, .pair = &random, .reconnect_ms = 200};
	struct net_socket *knock[3];
	int64_t until = clock_transport() + TEST_MS;
	struct loop_item item = {.socket = d->zap, .fd = -1};
	const struct bytes hello = bytes_text("?");
	bool entered = false;

	keys_pair_new(&random);
	memcpy(d->test_key, random.public_key, KEYS_SIZE);
	to.endpoint = ingest;
	knock[0] = net_dealer_connect(d->o.net, &to, error);
	to.endpoint = feed;
	knock[1] = net_sub_connect(d->o.net, &to, error);
	to.endpoint = query;
	knock[2] = net_dealer_connect(d->o.net, &to, error);
	while (knock[0] && knock[1] && knock[2] && d->tested != 7 && clock_transport() < until) {
		loop_wait(&item, 1, until);
		answer_handshakes(d);
	}
	if (knock[0] && knock[2])
		entered = net_send(knock[0], &hello, 1) == NET_SENT ||
			  net_send(knock[2], &hello, 1) == NET_SENT;
	for (unsigned i = 0; i < 3; i++)
		net_socket_close(&knock[i]);
	memset(d->test_key, 0, KEYS_SIZE);
	if (d->tested == 7 && !entered)
		return 0;
	return sys_fail(error, -EPERM,
			"a random key was not refused at every door (asked: %u of 7): the centre "
			"must not run like this",
			d->tested);
}

/* ---- health ---- */

static const char *const ready_text[] = {[STATS_LOADING] = "loading",
					 [STATS_READY] = "ready",
					 [STATS_DISK_FULL] = "the journal cannot be written",
					 [STATS_CLOCK] = "the clock has jumped: check it, then clock accept",
					 [STATS_LOCKED] = "entries were lost: confirm the roster",
					 [STATS_STOPPING] = "stopping"};

static void metric(struct buffer *out, const char *name, const char *kind, const char *help,
		   uint64_t value)
{
	buffer_format(out, "# HELP tiendo_%s %s\n# TYPE tiendo_%s %s\ntiendo_%s %llu\n", name, help,
		      name, kind, name, (unsigned long long)value);
}

static void metrics(const struct stats *s, const struct query_stats *q, struct buffer *out)
{
#define X(name, kind, help) metric(out, #name, kind, help, STATS_GET(s, name));
	STATS(X)
#undef X
	metric(out, "questions_answered", "counter", "questions answered",
	       STATS_GET(q, answered));
	metric(out, "questions_failed", "counter", "questions answered by a failure",
	       STATS_GET(q, failed));
	metric(out, "questions_busy", "counter", "of these, by Busy", STATS_GET(q, busy));
	metric(out, "questions_dropped", "counter", "replies that their asker's queue did not take",
	       STATS_GET(q, dropped));
	metric(out, "questions_nameless", "counter", "questions without a key",
	       STATS_GET(q, unnamed));
	buffer_format(out,
		      "# HELP tiendo_ready 1 when updates are taken\n# TYPE tiendo_ready "
		      "gauge\ntiendo_ready %d\n",
		      atomic_load(&s->ready) == STATS_READY);
}

static void handle(void *context, struct http_request *r)
{
	struct door *d = context;
	struct http_answer a = {.body.cap = BUFFER_ANY};
	const char *path = http_path(r);
	int ready = atomic_load(&d->o.stats->ready);

	if (!strcmp(path, "/health")) {
		a.status = 200;
		buffer_format(&a.body, "alive; %s%s\n", ready_text[ready],
			      STATS_GET(d->o.stats, journal_damaged) ? "; the journal is damaged: see the log"
								     : "");
	} else if (!strcmp(path, "/ready")) {
		a.status = ready == STATS_READY ? 200 : 503;
		buffer_format(&a.body, "%s\n", ready_text[ready]);
	} else if (!strcmp(path, "/metrics")) {
		a.status = 200;
		a.content_type = "text/plain; version=0.0.4; charset=utf-8";
		metrics(d->o.stats, d->o.query, &a.body);
	}
	http_answer(r, &a);
}

int door_health(struct door *d, struct sys_error *error)
{
	const struct http_options options = {
		.port = (uint16_t)d->o.store->conf.port_health, .handle = handle, .context = d};

	d->http = http_open(&options, error);
	return d->http ? 0 : -EADDRINUSE;
}

uint16_t door_health_port(const struct door *d)
{
	return http_port(d->http);
}

/* ---- the administrator ---- */

int door_admin(struct door *d, struct sys_error *error)
{
	d->pair = net_pair_connect(d->o.net, WRITER_ADMIN, error);
	if (!d->pair)
		return -EIO;
	d->listener = local_listen(store_path(d->o.store, "admin.sock", d->path), error);
	return d->listener < 0 ? d->listener : 0;
}

static void accept_callers(struct door *d)
{
	for (size_t i = 0; i < DOOR_CALLERS; i++) {
		struct caller *c = &d->callers[i];

		if (c->line)
			continue;
		c->line = local_accept(d->listener, WRITER_ADMIN_MAX);
		if (!c->line)
			return;
		c->id = ++d->next_caller;
		c->waits = false;
	}
}

static void hear_caller(struct door *d, struct caller *c)
{
	struct bytes request;
	uint8_t id[4];
	int rc = c->waits ? 0 : local_receive(c->line, &request);

	if (rc == 1) {
		put_u32(id, c->id);
		const struct bytes frames[2] = {bytes_of(id, sizeof id), request};
		c->waits = net_send(d->pair, frames, 2) == NET_SENT;
	}
	if (rc < 0 || local_flush(c->line) < 0)
		local_close(&c->line);
}

static void pass_answers(struct door *d)
{
	while (net_receive(d->pair, &d->message) == 0) {
		struct bytes id = net_frame(&d->message, 0);

		for (size_t i = 0; i < DOOR_CALLERS; i++) {
			struct caller *c = &d->callers[i];

			if (!c->line || !c->waits || id.size != 4 || get_u32(id.data) != c->id)
				continue;
			c->waits = false;
			if (local_send(c->line, net_frame(&d->message, 1)) < 0)
				local_close(&c->line);
		}
	}
}

/* ---- the loop ---- */

static void hear_signals(struct door *d)
{
	for (int n; (n = loop_signal(d->o.signals)) != 0;)
		if (n == SIGINT || n == SIGTERM) {
			log_info("stopping: %s", n == SIGINT ? "interrupted" : "terminated");
			d->stop = true;
		}
}

void door_run(struct door *d)
{
	while (!d->stop) {
		struct loop_item items[6 + DOOR_CALLERS] = {
			{.socket = d->zap},	  {.socket = d->pair}, {.fd = d->o.signals},
			{.fd = d->o.roster_wake}, {.fd = d->listener}, {.fd = http_fd(d->http)}};
		for (size_t i = 0; i < DOOR_CALLERS; i++) {
			const struct caller *c = &d->callers[i];
			items[6 + i] = (struct loop_item){.fd = c->line ? local_fd(c->line) : -1,
							  .no_read = c->waits,
							  .want_write = c->line &&
									local_owes(c->line)};
		}
		if (loop_wait(items, BASE_COUNT(items), http_deadline(d->http)) == -ESHUTDOWN)
			return;
		door_knocks(d);
		hear_signals(d);
		pass_answers(d);
		for (size_t i = 0; i < DOOR_CALLERS; i++)
			if (d->callers[i].line && d->callers[i].waits && items[6 + i].broken)
				local_close(&d->callers[i].line); /* gone: nobody to answer */
			else if (d->callers[i].line)
				hear_caller(d, &d->callers[i]);
		accept_callers(d);
		http_run(d->http);
	}
}
