// SPDX-License-Identifier: Apache-2.0
#include "agent/run.h"

#include "agent/run_inner.h"
#include "common/sys/log.h"
#include "common/sys/loop.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	ARENA = 4 << 20, /* RUN_ACKS acks of 64 outcomes, and their structs */
	LOOK_MS = 100,   /* how soon a command's work is seen, and a line that came or went */
	SAVE_MS = 60000, /* the centre's time is worth a commit this often */
	TROUBLE_MS = 10000
};

/* ---- what is known of the centre ---- */

void run_trouble(struct run *r, const char *text)
{
	struct spool_centre *c = &r->office->centre;

	if (!text && !c->trouble[0])
		return;
	snprintf(c->trouble, sizeof c->trouble, "%s", text ? text : "");
	c->trouble_wall_ms = clock_wall(r->office->clock).ms;
	r->centre_new = true;
}

void run_save_centre(struct run *r, bool at_once)
{
	struct sys_error why;
	int64_t now = clock_transport();
	int64_t every = r->office->centre.trouble[0] ? TROUBLE_MS : SAVE_MS;

	if (!r->centre_new || (!at_once && now < r->centre_saved + every))
		return;
	int code = spool_centre_set(r->office->spool, &r->office->centre, &why);

	r->centre_saved = now;
	r->centre_new = code == -ENOSPC; /* knowledge can wait for room */
	if (code && code != -ENOSPC) {
		r->failed = code;
		r->error = why;
	}
}

/* ---- the loop's steps ---- */

static void look_at_spool(struct run *r)
{
	struct spool_state now;

	if (r->failed || spool_turn(r->office->spool) == r->turn)
		return;
	r->failed = spool_state(r->office->spool, &now, &r->error);
	if (r->failed)
		return;
	r->state = now;
	r->turn = now.turn;
	push_queued(&r->push, now.last);
}

static void look_at_line(struct run *r)
{
	struct loop_item item = {.socket = r->line, .fd = -1, .no_read = true, .want_write = true};
	bool up = r->line && loop_wait(&item, 1, 0) > 0 && item.writable;

	push_line(&r->push, up, clock_transport());
}

static void act(struct run *r)
{
	struct push_action a;

	while (!r->failed && push_next(&r->push, clock_transport(), &a))
		run_act(r, &a);
}

static int64_t next_deadline(const struct run *r, int64_t now)
{
	int64_t due = push_due(&r->push), fetch = fetch_due(&r->fetch, now);

	due = due < fetch ? due : fetch;
	return due < now + LOOK_MS ? due : now + LOOK_MS;
}

static bool ended(int signals)
{
	for (int s = loop_signal(signals); s; s = loop_signal(signals))
		if (s == SIGTERM || s == SIGINT)
			return true;
	return false;
}

static void tell_clock(struct run *r)
{
	struct sys_error why;

	if (clock_problem(r->office->clock, &why))
		log_warn("clock: %s", why.text[0] ? why.text : "well again");
}

int64_t run_turn(struct run *r)
{
	look_at_spool(r);
	look_at_line(r);
	act(r);
	run_fetch(r);
	run_save_centre(r, false);
	tell_clock(r);
	return next_deadline(r, clock_transport());
}

static void loop(struct run *r, int signals)
{
	while (!r->failed) {
		int64_t due = run_turn(r);
		struct loop_item items[] = {{.fd = signals},
					    {.socket = r->line, .fd = -1},
					    {.socket = fetch_socket(&r->fetch), .fd = -1}};
		int n = loop_wait(items, BASE_COUNT(items), due);

		if (n == -ESHUTDOWN || ended(signals))
			break;
		run_hear(r);
	}
}

/* ---- start and end ---- */

int run_start(struct run *r, struct sys_error *error)
{
	struct office *o = r->office;
	const struct config *c = &o->config;
	struct buffer path = {0};
	int code = keys_pair_read(office_path(o, "agent.key", &path), &r->pair, error);

	buffer_free(&path);
	if (!code)
		code = spool_lock(o->spool, error);
	if (!code)
		code = spool_state(o->spool, &r->state, error);
	if (!code)
		code = spool_inbox(o->spool, &r->mail, error);
	if (!code && !(r->net = net_open(error)))
		code = -EIO;
	if (code)
		return code;
	struct push_options options = {.retry_ms = c->retry_ms,
				       .retry_max_ms = c->retry_max_ms,
				       .connect_ms = c->reply_ms,
				       .reply_ms = c->reply_ms,
				       .ping_ms = c->ping_ms};

	keys_random(&options.seed, sizeof options.seed);
	push_start(&r->push, &options, r->state.last, r->state.settled, clock_transport());
	r->turn = r->state.turn;
	r->cells_at = INT64_MAX; /* until the centre was heard */
	r->arena = codec_arena_new(ARENA);
	fetch_init(&r->fetch, &(struct fetch_options){.net = r->net,
						      .spool = o->spool,
						      .endpoint = c->query,
						      .server_key = c->server,
						      .pair = &r->pair,
						      .reply_ms = c->reply_ms,
						      .retry_ms = c->retry_ms});
	return 0;
}

void run_finish(struct run *r)
{
	fetch_free(&r->fetch);
	net_message_clear(&r->message);
	net_socket_close(&r->line);
	net_close(r->net);
	buffer_free(&r->batch.bytes);
	buffer_free(&r->out);
	codec_arena_free(&r->arena);
	keys_wipe(&r->pair, sizeof r->pair);
}

int run_daemon(struct office *o, struct sys_error *error)
{
	struct run *r = base_alloc(sizeof *r);
	int signals = loop_signals(error);
	int code = signals < 0 ? signals : 0;

	r->office = o;
	if (!code)
		code = run_start(r, error);
	if (!code) {
		log_info("runs: %" PRIu64 " updates wait for %s", r->state.last - r->state.settled,
			 o->config.ingest);
		loop(r, signals);
		run_save_centre(r, true);
		code = r->failed;
		if (code)
			*error = r->error;
	}
	run_finish(r);
	free(r);
	if (signals >= 0)
		close(signals);
	return code;
}
