// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_centre_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "server/checkpoint_inside.h"
#include "server/query_journal.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_reader.h"
#include "tests/sim/truth.h"

enum { RESTART_MS = 500, BETWEEN_PERCENT = 50, BESIDE_PERCENT = 3 };

struct host sim_centre_host = {.name = "centre"};
struct keys_pair sim_centre_keys;
struct sim_centre sim_centre;
struct sim_centre_counts sim_centre_counts;

/* ---- the mark of a backup (the linker's --wrap) ---- */

int __wrap_store_marked(const struct store *s, struct sys_error *error);
int __wrap_store_unmark(const struct store *s, struct sys_error *error);

int __wrap_store_marked(const struct store *s, struct sys_error *error)
{
	(void)s;
	(void)error;
	return sim_centre.marked;
}

int __wrap_store_unmark(const struct store *s, struct sys_error *error)
{
	(void)s;
	(void)error;
	host_point(POINT_COMMIT);
	sim_centre.marked = false;
	host_point(POINT_COMMITTED);
	return 0;
}

/* ---- starting ---- */

static struct net_bind binding(const char *endpoint, const char *domain, int64_t max)
{
	return (struct net_bind){.endpoint = endpoint, .secret_key = sim_centre_keys.secret_key,
				 .zap_domain = domain, .max_message = max};
}

static void open_sockets(struct sim_centre *c)
{
	struct sys_error error;
	const struct door_options door = {.net = c->net = net_open(&error), .store = &c->store,
					  .doorlist = &c->doorlist, .stats = &c->stats,
					  .query = &c->query_stats, .signals = -1, .roster_wake = -1};
	const struct writer_options writer = {
		.net = c->net, .core = c->core, .dir = ".", .stats = &c->stats, .doorlist = &c->doorlist,
		.roster_wake = -1, .ingest = binding(SIM_INGEST, DOOR_INGEST, NET_INGEST_MESSAGE),
		.feed = binding(SIM_FEED, DOOR_FEED, NET_SUBSCRIPTION_MESSAGE)};
	const struct query_options query = {
		.net = c->net, .bind = binding(SIM_QUERY, DOOR_QUERY, NET_QUESTION_MESSAGE),
		.view = core_view(c->core), .lock = core_lock(c->core),
		.journal = query_journal_of(core_journal(c->core)), .rows = query_rows_of(core_keeper(c->core)),
		.clock = core_clock(c->core), .stats = &c->query_stats};

	c->door = door_open(&door, &error);
	c->writer = writer_open(&writer, &error);
	c->query = query_open(&query, &error);
	doorlist_publish(&c->doorlist, core_view(c->core)->roster, core_locked(c->core));
}

static void start(void *arg)
{
	struct sim_centre *c = arg;
	struct sys_error error = {""};

	doorlist_init(&c->doorlist);
	int rc = serve_core(&c->core, &c->store, c->accept != 0, &error);
	if (rc) {
		host_tell("the centre does not start: %s", error.text);
		if (rc == -EUCLEAN || rc == -EINVAL || rc == -EPROTO)
			truth_broken("the centre does not start: %s", error.text);
		core_close(c->core);
		c->core = NULL;
		return;
	}
	core_keeper(c->core)->slice_units = 1 + (uint32_t)dice_below(3);
	open_sockets(c);
	c->up = true;
}

void sim_centre_start(void)
{
	struct sim_centre *c = &sim_centre;

	host_boot(&sim_centre_host);
	c->core = NULL;
	memset(&c->stats, 0, sizeof c->stats);
	bool alive = host_run(&sim_centre_host, start, c);
	c->accept = 0;
	if (!alive || !c->up) {
		sim_centre_died(true);
		return;
	}
	sim_centre_counts.starts++;
	c->writer_due = c->query_due = host_now;
	host_tell("the centre is up: entry %llu, from its checkpoint of %llu",
		  (unsigned long long)core_view(c->core)->head.entry,
		  (unsigned long long)core_start(c->core).from);
	truth_reread();
	sim_centre_judge();
	sim_centre_audit(core_start(c->core).from != 0 || dice_percent(30));
}

bool sim_centre_up(void)
{
	return sim_centre.up;
}

/* Whatever it had open is nobody's; its memory is gone with it. */
void sim_centre_died(bool told)
{
	struct sim_centre *c = &sim_centre;

	cable_abandon(&sim_centre_host, told);
	disk_abandon(&sim_centre_host);
	sim_centre_host.doom = 0;
	c->up = false;
	c->core = NULL;
	c->start_at = host_now + RESTART_MS + (int64_t)dice_below(dice_percent(80) ? 2000 : 30000);
}

void sim_centre_kill(bool told)
{
	host_tell("the centre is killed%s", told ? "" : ", its machine too");
	sim_centre_died(told);
}

static void stop(void *arg)
{
	struct sim_centre *c = arg;
	struct sys_error error;

	core_checkpoint(c->core, &error);
	door_close(c->door);
	writer_close(c->writer);
	query_close(&c->query);
	net_close(c->net);
	core_close(c->core);
	doorlist_destroy(&c->doorlist);
}

void sim_centre_stop(void)
{
	host_tell("the centre is stopped");
	sim_centre.running = SIM_WRITER; /* no other thread runs any more */
	host_run(&sim_centre_host, stop, &sim_centre);
	sim_centre_died(true);
}

/* ---- turns ---- */

static void writer_part(void *arg)
{
	struct sim_centre *c = arg;

	host_point(POINT_TURN);
	c->writer_due = writer_turn(c->writer);
	sim_centre_counts.turns++;
}

static void keep(void *arg)
{
	struct sim_centre *c = arg;
	struct sys_error error = {""};

	if (core_checkpoint(c->core, &error))
		host_tell("no checkpoint: %s", error.text);
}

/* A reader has let go of the view's lock: the writer may have a turn there. */
static void between(void)
{
	struct sim_centre *c = &sim_centre;
	enum sim_part was = c->running;

	if (host_here != &sim_centre_host || !c->up || was == SIM_WRITER || !dice_percent(BETWEEN_PERCENT))
		return;
	sim_centre_counts.between++;
	c->running = SIM_WRITER;
	writer_part(c);
	sim_centre_judge();
	c->running = was;
	if (c->asking && dice_percent(BESIDE_PERCENT)) { /* the other thread that keeps checkpoints */
		c->asking = false;
		keep(c);
		c->asking = true;
	}
}

static void query_part(void *arg)
{
	struct sim_centre *c = arg;

	host_point(POINT_TURN);
	c->asking = true;
	c->query_due = query_turn(c->query);
	c->asking = false;
}

static void door_part(void *arg)
{
	door_knocks(((struct sim_centre *)arg)->door);
}

static void run(enum sim_part as, void (*body)(void *))
{
	struct sim_centre *c = &sim_centre;

	c->running = as;
	c->asking = false;
	host_between = between;
	if (!host_run(&sim_centre_host, body, c)) {
		host_tell("the centre dies");
		sim_centre_died(dice_percent(70));
		return;
	}
	if (as == SIM_WRITER)
		sim_centre_judge();
}

void sim_centre_turn(enum sim_part part)
{
	static void (*const bodies[SIM_PARTS])(void *) = {writer_part, query_part, door_part};

	run(part, bodies[part]);
}

void sim_centre_checkpoint(void)
{
	if (!sim_centre.up)
		return;
	sim_centre_counts.checkpoints++;
	host_tell("a checkpoint");
	run(SIM_QUESTIONS, keep); /* beside the writer, as the questions are */
}

unsigned sim_centre_ready(void)
{
	const struct sim_centre *c = &sim_centre;
	const struct host *h = &sim_centre_host;

	if (!c->up)
		return 0;
	bool writer = c->writer_due <= host_now || cable_waits(h, DOOR_INGEST) ||
		      cable_waits(h, DOOR_FEED) || cable_waits(h, WRITER_ADMIN);
	bool query = c->query_due <= host_now || cable_waits(h, DOOR_QUERY);
	return (unsigned)writer << SIM_WRITER | (unsigned)query << SIM_QUESTIONS |
	       (unsigned)cable_waits(h, "zap") << SIM_DOOR;
}

int64_t sim_centre_due(void)
{
	const struct sim_centre *c = &sim_centre;

	if (!c->up)
		return c->start_at;
	return c->writer_due < c->query_due ? c->writer_due : c->query_due;
}

/* ---- judging ---- */

void sim_centre_judge(void)
{
	const struct sim_centre *c = &sim_centre;
	const struct view_head *h = &core_view(c->core)->head;

	truth_read();
	const struct truth_entry *e = truth_entry(h->entry);
	if (h->entry != truth_head() || !e || memcmp(e->hash, h->hash, sizeof h->hash))
		truth_broken("(1) the view stands at entry %llu, the disk holds %llu",
			     (unsigned long long)h->entry, (unsigned long long)truth_head());
	sim_reader_record(core_view(c->core));
}

const struct view *sim_centre_view(void)
{
	return sim_centre.up ? core_view(sim_centre.core) : NULL;
}

struct date sim_centre_today(void)
{
	if (sim_centre.up)
		sim_centre.today = core_view(sim_centre.core)->head.today;
	return sim_centre.today;
}
