// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "common/sys/clock.h"
#include "common/sys/log.h"
#include "dashboard/session.h"
#include "dashboard/web_line.h"
#include "dashboard/web_login.h"
#include "dashboard/web_scope.h"

enum {
	BODY_MAX = 4096,                /* the one body there is: a name and a password */
	CONNECTION_MEMORY = 12 * 1024,  /* header and answer's head: cookies of other programs of the host fit */
	IDLE_S = 30,
	HELD_MAX = 256 * 1024 * 1024,   /* thousands of browsers at once, each its board; or what a crowd that reads nothing may cost */
	DESCRIPTORS_SPARE = 100         /* for libzmq, files, the rest */
};

struct web_view web_sight(const struct web *w)
{
	return (struct web_view){.atlas = subscriber_atlas(w->subscriber),
				 .mirror = subscriber_mirror(w->subscriber),
				 .sight = subscriber_sight(w->subscriber),
				 .time = subscriber_time(w->subscriber),
				 .cut_since_ms = w->cut_since_ms,
				 .cut_reason = w->cut_since_ms ? web_line_reason(w) : NULL,
				 .root = w->conf->unit,
				 .picture = w->picture,
				 .version = w->version,
				 .clients = web_streams_n(w->streams),
				 .times = w->times,
				 .tally = w->tally};
}

/* ---- what moves ---- */

static void changing(void *ctx, const struct mirror_grain *g, bool whole)
{
	struct web *w = ctx;
	struct web_view v = web_sight(w);

	(void)whole;
	v.times = NULL; /* of what has passed nobody asks how old it was */
	web_event_changing(&w->events, &v, g);
}

static void changed(void *ctx, const struct mirror_grain *g, bool whole)
{
	struct web *w = ctx;

	if (g->version > w->version)
		w->version = g->version;
	struct web_view v = web_sight(w);
	/* a second at most behind, which is young enough for an age */
	for (size_t i = 0; !whole && i < g->n; i++)
		web_times_put(w->times, g->rollups[i].rollup.version, v.time.ms);
	web_tally_moved(w->tally, web_unit_at(&v, g->path));
	web_event_changed(&w->events, &v, g);
}

/* A whole picture of another generation: nothing that a browser holds is to be believed, nor what it has not been given yet. The
 * history that the ring tells of may be lost. */
static void complete(struct web *w)
{
	const struct mirror *m = subscriber_mirror(w->subscriber);

	w->version = 0;
	w->picture++;
	web_times_forget(w->times);
	web_tally_begin(w->tally);
	for (size_t i = 0; i < mirror_grains(m); i++)
		if (mirror_grain_at(m, i).version > w->version)
			w->version = mirror_grain_at(m, i).version;
	log_info("%zu grains of %s are here, version %lu", mirror_grains(m), w->conf->unit, (unsigned long)w->version);
	if (w->complete) {
		struct web_view v = web_sight(w);
		web_ring_forget(w->events.ring);
		web_event_resync(&w->events, &v, "generation");
		web_streams_end(w->streams);
	}
	w->complete = true;
	web_scope_warn(w);
}

static void hear(struct web *w)
{
	unsigned news = subscriber_step(w->subscriber, w->now);

	if (news & SUBSCRIBER_COMPLETE)
		complete(w);
	web_line_look(w, news);
}

/* ---- users ---- */

static void look_at_users(struct web *w, bool ask)
{
	struct sys_error error = {0};
	int rc = web_users_look(&w->users, ask, w->now, &error);

	if (rc < 0)
		log_error("%s; the users of before stay", error.text);
	if (rc != 1)
		return;
	log_info("%zu users; %zu sessions ended", w->users.users.n, web_sessions_settle(w->sessions, &w->users.users));
	web_streams_check(w->streams);
	if (w->complete)
		web_scope_warn(w);
}

/* ---- the loop ---- */

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t due(const struct web *w)
{
	int64_t at = earlier(subscriber_due(w->subscriber, w->now), web_ask_due(w->ask, w->now));

	at = earlier(at, earlier(http_deadline(w->http), web_streams_due(w->streams)));
	at = earlier(at, w->users.look_at);
	at = earlier(at, web_times_due(w->times, w->now));
	/* the line is told to be cut when it is, not when somebody asks */
	return w->live ? earlier(at, w->now + SUBSCRIBER_LIVE_MS) : at;
}

static bool stop(struct web *w)
{
	for (int n; (n = loop_signal(w->signals));) {
		if (n == SIGINT || n == SIGTERM)
			return true;
		if (n == SIGHUP)
			look_at_users(w, true);
	}
	return false;
}

static void turn(struct web *w)
{
	w->now = clock_transport();
	hear(w);
	struct web_view v = web_sight(w);
	web_ask_step(w->ask, w->complete ? &v : NULL, w->now);
	web_login_step(w);
	if (web_times_step(w->times, w->now))
		web_route_again(w);
	http_run(w->http);
	web_streams_wake(w->streams);
	web_streams_step(w->streams, w->now);
	if (w->now >= w->users.look_at) {
		look_at_users(w, false);
		web_sessions_expire(w->sessions, w->now);
	}
}

static void loop(struct web *w)
{
	for (;;) {
		struct loop_item items[7] = {{.fd = w->signals}, {.fd = http_fd(w->http)}, {.fd = web_hash_fd(w->hash)}};
		turn(w);
		subscriber_items(w->subscriber, items + 3);
		items[5] = web_ask_item(w->ask);
		items[6] = web_times_item(w->times);
		if (loop_wait(items, 7, due(w)) < 0 || (items[0].readable && stop(w)))
			return;
	}
}

/* ---- opening and closing ---- */

/* Each browser is a descriptor. */
static void raise_descriptors(const struct web_conf *c)
{
	struct rlimit limit;
	rlim_t want = (rlim_t)c->connections + DESCRIPTORS_SPARE;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	setrlimit(RLIMIT_NOFILE, &limit);
	if (limit.rlim_cur < want)
		log_warn("only %lu descriptors are allowed: raise LimitNOFILE above %lu, or lower connections = %ld",
			 (unsigned long)limit.rlim_cur, (unsigned long)want, (long)c->connections);
}

static struct client_options door(const struct web *w)
{
	return (struct client_options){.net = w->net, .endpoint = w->conf->query, .server_key = w->conf->server_key,
				       .pair = &w->conf->pair, .signals = -1};
}

static bool open_centre(struct web *w, struct sys_error *error)
{
	const struct client_options query = door(w);
	const struct subscriber_options feed = {.query = query, .feed = w->conf->feed, .unit = w->conf->unit, .groups = true,
						.doors = true, .changing = changing, .changed = changed, .ctx = w};

	w->subscriber = subscriber_open(&feed, error);
	w->ask = w->subscriber ? web_ask_open(&query, error) : NULL;
	w->times = w->ask ? web_times_open(&query, error) : NULL;
	return w->times;
}

static bool open_browsers(struct web *w, struct sys_error *error)
{
	const struct http_options http = {.address = w->conf->address, .port = (uint16_t)w->conf->port, .handle = web_route,
					  .gone = web_gone, .context = w, .body_max = BODY_MAX,
					  .connections = (unsigned)w->conf->connections,
					  .connection_memory = CONNECTION_MEMORY, .idle_s = IDLE_S,
					  .held_max = HELD_MAX};

	w->events.ring = web_ring_new((size_t)w->conf->ring << 20);
	keys_random(&w->events.instance, sizeof(w->events.instance));
	w->streams = web_streams_new(&w->events, (size_t)w->conf->streams, (size_t)w->conf->streams_each);
	w->tally = web_tally_new();
	w->shared = web_shared_new();
	w->sessions = web_sessions_new();
	w->lockout = web_lockout_new();
	if (web_users_open(&w->users, w->conf->dir, clock_transport(), error))
		return false;
	w->hash = web_hash_open(error);
	w->http = w->hash ? http_open(&http, error) : NULL;
	return w->http;
}

static void close_all(struct web *w)
{
	http_close(w->http);
	web_ask_close(&w->ask);
	web_times_close(&w->times);
	subscriber_close(&w->subscriber);
	web_hash_close(w->hash);
	web_streams_free(w->streams);
	web_events_free(&w->events);
	web_tally_free(w->tally);
	web_shared_free(w->shared);
	web_sessions_free(w->sessions);
	web_lockout_free(w->lockout);
	web_users_close(&w->users);
	net_close(w->net);
}

int web_run(struct web_conf *conf)
{
	struct web w = {.conf = conf, .started = clock_transport(), .now = clock_transport(), .live = true};
	struct sys_error error = {0};
	int code = EXIT_ENVIRONMENT;

	raise_descriptors(conf);
	w.signals = loop_signals(&error);
	w.net = w.signals < 0 ? NULL : net_open(&error);
	if (w.net && open_centre(&w, &error) && open_browsers(&w, &error)) {
		log_info("http://%s:%u/ · %zu users%s", conf->address, http_port(w.http), w.users.users.n,
			 conf->is_public ? " · numbers are public" : "");
		loop(&w);
		code = EXIT_GOOD;
	} else {
		log_error("%s", error.text);
	}
	close_all(&w);
	return code;
}
