// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_office_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/truth.h"

enum { RESTART_MS = 1000 };

struct sim_office sim_office[SIM_OFFICES];
struct sim_office_counts sim_office_counts;
static unsigned n;
static bool simulated, small; /* spools that are soon full */

void sim_office_reset(bool simulated_clock)
{
	for (unsigned i = 0; i < n; i++) {
		free(sim_office[i].held);
		free(sim_office[i].copy_held);
		disk_image_free(sim_office[i].copy);
	}
	memset(sim_office, 0, sizeof sim_office);
	n = 0;
	simulated = simulated_clock;
	small = dice_percent(25);
}

unsigned sim_offices(void)
{
	return n;
}

const struct host *sim_office_host(unsigned i)
{
	return &sim_office[i].host;
}

/* ---- making ---- */

static void create(void *arg)
{
	struct sim_office *o = arg;
	struct sys_error error = {""};

	if (spool_create(o->name, &error))
		truth_broken("the world cannot be made: %s", error.text);
}

static struct sim_office *add(void)
{
	struct sim_office *o = &sim_office[n];

	*o = (struct sim_office){.start_at = host_now + (int64_t)dice_below(500),
				 .quota = small ? 1500 + (int64_t)dice_below(6000) : 0};
	snprintf(o->name, sizeof o->name, "office%u", n);
	snprintf(o->spool_path, sizeof o->spool_path, "office%u/spool", n);
	snprintf(o->desk_name, sizeof o->desk_name, "office%u/desk", n);
	o->host.name = o->name;
	o->host.keys = &o->pair;
	o->desk.name = o->desk_name;
	n++;
	return o;
}

unsigned sim_office_make(const char *unit)
{
	struct sim_office *o = add();

	snprintf(o->unit, sizeof o->unit, "%s", unit);
	keys_pair_new(&o->pair);
	o->principal = sim_centre_enrol("agent", unit, &o->pair);
	host_run(&o->host, create, o);
	return n - 1;
}

bool sim_office_clone(unsigned i)
{
	if (n == SIM_OFFICES)
		return false;
	struct sim_office *from = &sim_office[i], *o = add();
	struct disk_image *image = disk_image(from->spool_path);

	memcpy(o->unit, from->unit, sizeof o->unit);
	o->pair = from->pair;
	o->principal = from->principal;
	o->held = base_grow(NULL, from->held_room + 1, sizeof *o->held);
	o->held_room = from->held_room + 1;
	o->held_n = from->held_n;
	for (size_t k = 0; k < from->held_n; k++)
		works[o->held[k] = from->held[k]].copies++;
	disk_put_back(o->spool_path, image);
	disk_image_free(image);
	sim_office_counts.clones++;
	host_tell("%s is a clone of %s", o->name, from->name);
	return true;
}

/* ---- the daemon ---- */

static void start(void *arg)
{
	struct sim_office *o = arg;
	struct sys_error error = {""};

	o->office = (struct office){.dir = o->name};
	config_defaults(&o->office.config);
	snprintf(o->office.config.ingest, CONF_TEXT_MAX, SIM_INGEST);
	snprintf(o->office.config.query, CONF_TEXT_MAX, SIM_QUERY);
	snprintf(o->office.config.clock, CONF_TEXT_MAX, simulated ? "file:sim" : "real");
	memcpy(o->office.config.server, sim_centre_keys.public_key, KEYS_SIZE);
	const struct spool_options options = {.quota = o->quota ? o->quota : o->office.config.spool_mib << 20,
					      .grace_ms = o->office.config.grace_ms};
	o->office.clock = clock_open(o->office.config.clock, &error);
	int rc = spool_open(&o->office.spool, o->name, &options, &error);
	if (!rc)
		rc = spool_centre(o->office.spool, &o->office.centre, &error);
	if (!rc)
		rc = spool_shelf_head(o->office.spool, SPOOL_SLICE, &o->office.slice, &error);
	o->run = base_alloc(sizeof *o->run);
	o->run->office = &o->office;
	if (!rc)
		rc = run_start(o->run, &error);
	if (rc)
		truth_broken("%s cannot start: %s", o->name, error.text);
	o->up = true;
	o->due = host_now;
}

static void died(struct sim_office *o, bool told)
{
	cable_abandon(&o->host, told);
	disk_abandon(&o->host);
	o->host.doom = 0;
	o->up = false;
	o->start_at = host_now + RESTART_MS + (int64_t)dice_below(dice_percent(80) ? 3000 : 60000);
}

static void turn(void *arg)
{
	struct sim_office *o = arg;

	host_point(POINT_TURN);
	run_hear(o->run);
	o->due = run_turn(o->run);
}

static void finish(void *arg)
{
	struct sim_office *o = arg;

	run_finish(o->run);
	spool_close(o->office.spool);
	clock_close(o->office.clock);
	free(o->run);
}

bool sim_office_ready(unsigned i)
{
	const struct sim_office *o = &sim_office[i];

	if (!o->up)
		return o->start_at <= host_now;
	return o->due <= host_now || cable_waits(&o->host, NULL);
}

int64_t sim_office_due(unsigned i)
{
	return sim_office[i].up ? sim_office[i].due : sim_office[i].start_at;
}

void sim_office_turn(unsigned i)
{
	struct sim_office *o = &sim_office[i];

	if (!o->up) {
		if (!o->host.boots || dice_percent(40)) /* else only the daemon had died */
			host_boot(&o->host);
		sim_office_counts.starts++;
		if (!host_run(&o->host, start, o))
			died(o, true);
		return;
	}
	sim_office_counts.turns++;
	if (!host_run(&o->host, turn, o)) {
		host_tell("%s dies", o->name);
		died(o, dice_percent(70));
	} else if (o->run->failed) {
		host_tell("%s ends: %s", o->name, o->run->error.text);
		if (o->run->failed != -EIO) /* only an unknown outcome ends a daemon here */
			truth_broken("%s ended: %s", o->name, o->run->error.text);
		host_run(&o->host, finish, o);
		died(o, true);
	}
	sim_office_judge(o);
}

/* ---- a clerk ---- */

struct queueing {
	struct sim_office *office;
	uint32_t works[16];
	size_t n;
	int code;
	bool unsealed;
};

/* As the commands do it. Some programs of others know no seals. */
static void seal(struct queueing *q, struct spool *s, struct update *updates)
{
	struct office desk = {.spool = s};
	struct sys_error error;

	if (q->unsealed || spool_centre(s, &desk.centre, &error))
		return;
	desk.clock = clock_open(simulated ? "file:sim" : "real", &error);
	for (size_t i = 0; i < q->n; i++) {
		updates[i].recorded = clock_wall(desk.clock);
		updates[i].seal = office_seal(&desk);
		updates[i].seal.attempts = q->works[i];
	}
	clock_close(desk.clock);
}

static void queue(void *arg)
{
	struct queueing *q = arg;
	struct update updates[16];
	struct spool *s = NULL;
	struct sys_error error = {""};
	uint64_t first;

	for (size_t i = 0; i < q->n; i++)
		updates[i] = work_update(q->works[i]);
	const struct spool_options options = {.quota = q->office->quota};

	host_point(POINT_TURN);
	q->code = spool_open(&s, q->office->name, &options, &error);
	if (!q->code) {
		seal(q, s, updates);
		q->code = spool_queue(s, updates, q->n, &first, &error);
	}
	spool_close(s);
}

/* The clerk saw no answer: are they in, or not? All or nothing, and the disk knows. */
static bool find_out(const struct sim_office *o, const uint32_t *list, size_t count)
{
	bool in = sim_office_waits(o, list[0]);

	for (size_t i = 1; i < count; i++)
		if (sim_office_waits(o, list[i]) != in)
			truth_broken("%s: a part of what was queued together is there", o->name);
	return in;
}

bool sim_office_queued(struct sim_office *o, const uint32_t *list, size_t count, int code)
{
	bool in = !code || find_out(o, list, count);

	if (!in && code != -ENOSPC && code != -EIO && !(code == -EXFULL && o->quota))
		truth_broken("%s: a report cannot be queued (%d)", o->name, code);
	for (size_t k = 0; in && k < count; k++)
		sim_office_hold(o, list[k]);
	sim_office_counts.queued += in ? count : 0;
	sim_office_judge(o);
	return in;
}

void sim_office_report(unsigned i, unsigned count)
{
	struct sim_office *o = &sim_office[i];
	struct queueing q = {.office = o, .unsealed = dice_percent(5)};

	for (; q.n < count && q.n < 16; q.n++)
		if (!(q.works[q.n] = sim_clerk_work(o)))
			break;
	o->desk.boots = o->host.boots; /* the same machine */
	o->desk.booted = o->host.booted;
	if (!q.n)
		return;
	bool alive = host_run(&o->desk, queue, &q);
	if (!alive)
		disk_abandon(&o->desk);
	o->desk.doom = 0;
	host_tell("%s: %zu reports from w%u%s", o->name, q.n, q.works[0],
		  !alive ? ", killed" : q.code ? ", refused" : "");
	sim_office_queued(o, q.works, q.n, alive ? q.code : -EIO);
}

/* ---- what befalls it ---- */

void sim_office_kill(unsigned i, bool told)
{
	if (!sim_office[i].up)
		return;
	host_tell("%s is killed", sim_office[i].name);
	died(&sim_office[i], told);
}

void sim_office_close(unsigned i, int64_t until)
{
	sim_office_kill(i, true);
	sim_office[i].start_at = until + (int64_t)dice_below(60000);
}

void sim_office_doom(unsigned i, unsigned points)
{
	*(dice_percent(80) ? &sim_office[i].host.doom : &sim_office[i].desk.doom) = points;
}

void sim_office_copy(unsigned i)
{
	struct sim_office *o = &sim_office[i];

	disk_image_free(o->copy);
	o->copy = disk_image(o->spool_path);
	o->copy_held = base_grow(o->copy_held, o->held_n + 1, sizeof *o->held);
	o->copy_n = o->held_n;
	if (o->held_n)
		memcpy(o->copy_held, o->held, o->held_n * sizeof *o->held);
}

bool sim_office_put_back(unsigned i)
{
	struct sim_office *o = &sim_office[i];

	if (!o->copy)
		return false;
	host_tell("%s: an older copy of its spool is put back", o->name);
	if (o->up)
		died(o, true);
	disk_put_back(o->spool_path, o->copy);
	o->held_n = o->copy_n;
	for (size_t k = 0; k < o->copy_n; k++)
		works[o->held[k] = o->copy_held[k]].copies++;
	sim_office_counts.put_back++;
	return true;
}

void sim_office_new_key(unsigned i)
{
	struct sim_office *o = &sim_office[i];
	struct keys_pair old = o->pair;

	sim_office_counts.new_keys++;
	keys_pair_new(&o->pair);
	sim_centre_add_key(o->principal, &o->pair);
	sim_centre_revoke(&old);
	for (unsigned k = 0; k < n; k++) /* its clones are the same office */
		if (sim_office[k].principal == o->principal) {
			sim_office[k].pair = o->pair;
			if (dice_percent(70))
				sim_office_kill(k, true); /* else it goes on with the revoked one */
		}
}

void sim_office_clock(unsigned i, int64_t off)
{
	sim_office[i].host.wall_off = off;
	sim_office[i].desk.wall_off = off;
}

void sim_office_mend(unsigned i)
{
	struct sim_office *o = &sim_office[i];

	if (!sim_centre_up())
		return;
	if (o->up && memcmp(&o->pair, &o->run->pair, sizeof o->pair))
		sim_office_kill(i, true);
	if (sim_centre_knows(&o->pair) < 0)
		sim_office_new_key(i);
	else if (sim_centre_knows(&o->pair) == 0)
		sim_centre_add_key(o->principal, &o->pair);
	sim_centre_allow(o->principal);
	if (o->up && o->run->push.state != PUSH_UP && o->run->push.due > host_now + 60000)
		sim_office_kill(i, true); /* somebody does not want to wait */
}
