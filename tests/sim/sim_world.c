// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_world.h"

#include <stdio.h>

#include "common/sys/codec.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_asker.h"
#include "tests/sim/sim_centre_inside.h"
#include "tests/sim/sim_faults.h"
#include "tests/sim/sim_office.h"
#include "tests/sim/sim_reader.h"
#include "tests/sim/sim_stranger.h"
#include "tests/sim/truth.h"

enum {
	FAULTS_PER_MILLE = 30,
	PEOPLE_PER_MILLE = 60,
	AUDIT_EVERY = 97,     /* events */
	MEND_MS = 3000,
	REST_EVENTS = 150000, /* then it does not come to rest */
	EVENTS_A_DAY = 150
};

uint64_t sim_world_events;
static bool nights; /* days pass beside whatever goes wrong */

/* ---- what is heard of the centre ---- */

static void on_answer(const struct host *from, const char *domain, uint32_t key, const struct bytes *frames,
		      size_t n)
{
	const struct view *v = sim_centre_view();

	if (from != &sim_centre_host || strcmp(domain, DOOR_INGEST) || n != 2 || frames[0].size != 2)
		return;
	if (frames[0].data[1] == MESSAGE_WELCOME) {
		Tiendo__V1__Welcome *m = tiendo__v1__welcome__unpack(NULL, frames[1].size, frames[1].data);
		sim_office_welcomed(m->session, sim_centre_counts.starts);
		tiendo__v1__welcome__free_unpacked(m, NULL);
	}
	if (frames[0].data[1] == MESSAGE_ACK)
		truth_told(key, frames[1], sim_centre.store.receipt_key, v->head.entry);
}

/* Whatever a delta tells, the view shows now; the centre may die of sending it. */
static void on_publish(const struct host *from)
{
	if (from == &sim_centre_host && sim_centre_view())
		sim_reader_record(sim_centre_view());
}

static void on_pair(const struct bytes *frames, size_t n)
{
	Tiendo__Journal__V1__AdminReply *r =
		n == 2 ? tiendo__journal__v1__admin_reply__unpack(NULL, frames[1].size, frames[1].data) : NULL;

	if (r)
		host_tell("operator: %s %.100s", r->ok ? "done:" : "not done:", r->text);
	if (r)
		tiendo__journal__v1__admin_reply__free_unpacked(r, NULL);
}

/* ---- one event ---- */

static unsigned bits(unsigned n)
{
	return (unsigned)__builtin_popcount(n);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static void advance(void)
{
	int64_t at = earlier(cable_next(), earlier(sim_centre_due(), earlier(sim_stranger_due(), sim_asker_due())));

	for (unsigned i = 0; i < sim_offices(); i++)
		at = earlier(at, sim_office_due(i));
	for (unsigned i = 0; i < sim_readers(); i++)
		at = earlier(at, sim_reader_due(i));
	host_now = at > host_now ? at : host_now + 1;
}

static void centre_turn(unsigned ready, uint64_t which)
{
	for (unsigned p = 0; p < SIM_PARTS; p++)
		if (ready >> p & 1 && which-- == 0) {
			sim_centre_turn((enum sim_part)p);
			return;
		}
}

/* Something that can happen now happens. False: nothing can. */
static bool happen(void)
{
	unsigned ready = sim_centre_ready(), lines = cable_due_n();
	bool start = !sim_centre_up() && sim_centre_due() <= host_now;
	uint64_t n = lines + bits(ready) + start + sim_stranger_ready() + sim_asker_ready();

	for (unsigned i = 0; i < sim_offices(); i++)
		n += sim_office_ready(i);
	for (unsigned i = 0; i < sim_readers(); i++)
		n += sim_reader_ready(i);
	if (!n)
		return false;
	uint64_t which = dice_below(n);
	if (which < lines)
		return cable_step();
	which -= lines;
	if (which < bits(ready)) {
		centre_turn(ready, which);
		return true;
	}
	which -= bits(ready);
	if (start && which-- == 0) {
		sim_centre_start();
		return true;
	}
	if (sim_stranger_ready() && which-- == 0) {
		sim_stranger_turn();
		return true;
	}
	if (sim_asker_ready() && which-- == 0) {
		sim_asker_turn();
		return true;
	}
	for (unsigned i = 0; i < sim_offices(); i++)
		if (sim_office_ready(i) && which-- == 0) {
			sim_office_turn(i);
			return true;
		}
	for (unsigned i = 0; i < sim_readers(); i++)
		if (sim_reader_ready(i) && which-- == 0) {
			sim_reader_turn(i);
			return true;
		}
	return true;
}

static void people(void)
{
	uint64_t what = dice_below(40);

	if (nights && dice_one_in(6))
		sim_faults_night();
	if (what < 2)
		sim_faults_mend(); /* an operator looks now and then */
	else if (what < 6)
		sim_centre_checkpoint(); /* as it does by itself */
	else if (what < 9 || what == 10)
		sim_office_read((unsigned)dice_below(sim_offices()));
	else if (what < 14 && what != 9)
		sim_words();
	else if (what == 9) /* an import: more than fits one push */
		for (unsigned i = (unsigned)dice_below(sim_offices()), n = 0; n < 6; n++)
			sim_office_report(i, 16);
	else
		sim_office_report((unsigned)dice_below(sim_offices()), 1 + (unsigned)dice_below(5));
}

static void event(bool calm)
{
	uint64_t roll = dice_below(1000);

	sim_world_events++;
	if (!calm && roll < FAULTS_PER_MILLE)
		sim_faults_one();
	else if (!calm && roll < FAULTS_PER_MILLE + PEOPLE_PER_MILLE)
		people();
	else if (!happen())
		advance();
	if (roll % 8 == 0)
		host_now++;
	if (sim_world_events % AUDIT_EVERY == 0)
		sim_centre_audit(false);
}

/* ---- until it has come to rest ---- */

static bool at_rest(void)
{
	const struct view *v = sim_centre_view();

	if (!v || sim_centre_locked())
		return false;
	for (unsigned i = 0; i < sim_offices(); i++)
		if (!sim_office_drained(i) || !sim_office_told(i))
			return false;
	for (unsigned i = 0; i < sim_readers(); i++)
		if (!sim_reader_equal(i, v))
			return false;
	return true;
}

static void why(void)
{
	const struct view *v = sim_centre_view();

	printf("the centre is %s, entry %llu%s\n", v ? "up" : "down", (unsigned long long)truth_head(),
	       sim_centre_locked() ? ", locked" : "");
	for (unsigned i = 0; i < sim_offices(); i++)
		sim_office_why(i);
	for (unsigned i = 0; v && i < sim_readers(); i++)
		sim_reader_why(i, v);
}

static void come_to_rest(void)
{
	int64_t mend_at = 0, look_at = 0;
	uint64_t limit = sim_world_events + REST_EVENTS;

	sim_faults_end();
	for (;;) {
		event(true);
		if (host_now >= mend_at) {
			sim_faults_mend();
			mend_at = host_now + MEND_MS;
		}
		if (host_now >= look_at) {
			if (at_rest())
				break;
			look_at = host_now + 100;
		}
		if (sim_world_events > limit) {
			why();
			truth_broken("(8) the world does not come to rest");
		}
	}
}

static void judge_end(void)
{
	sim_faults_judge_end();
	truth_reread();
	sim_centre_audit(true);
	for (unsigned i = 0; i < sim_offices(); i++)
		sim_office_judge_end(i);
	for (unsigned i = 0; i < sim_offices(); i++)
		sim_office_judge_mail(i);
}

/* ---- worlds ---- */

static void make(uint64_t seed, bool real, unsigned offices, unsigned readers)
{
	static const char *const units[] = {"412", "413", "40", "381", "41201"};
	static const char *const seen[] = {"VN", "40", "VN"};

	dice_seed(seed);
	host_reset();
	host_now = 1000;
	host_epoch = INT64_C(1704848400000); /* 2024-01-10 08:00 at the office */
	host_trace_hash = seed;
	disk_reset();
	cable_reset();
	work_reset();
	truth_begin(seed);
	sim_reader_reset();
	sim_office_reset(!real);
	sim_stranger_reset();
	sim_asker_reset();
	disk_on_commit = truth_committed;
	cable_on_answer = on_answer;
	cable_on_publish = on_publish;
	cable_on_pair = on_pair;
	truth_receipted = sim_office_receipted;
	sim_centre_host = (struct host){.name = "centre"};
	sim_centre_make(real);
	truth_seals_true = real;
	for (unsigned i = 0; i < offices; i++)
		sim_office_make(units[i]);
	for (unsigned i = 0; i < readers; i++)
		sim_reader_make(seen[i]);
	sim_stranger_make("413");
	sim_asker_make();
	truth_read();
}

void sim_world_run(uint64_t seed)
{
	dice_seed(~seed);
	bool real = dice_percent(75);
	unsigned offices = 2 + (unsigned)dice_below(3), readers = 1 + (unsigned)dice_below(2);
	uint64_t kinds = dice_next() & dice_next(), events = 500 + dice_below(1000);

	kinds |= UINT64_C(1) << dice_below(SIM_FAULTS_N);
	kinds = sim_faults_asked(kinds);
	make(seed, real, offices, readers);
	nights = dice_percent(50);
	if (dice_percent(60))
		sim_stranger_quiet();
	sim_faults_begin(kinds & ((UINT64_C(1) << SIM_FAULTS_N) - 1));
	truth_seals_true &= !(kinds >> SIM_CENTRE_CLOCK & 1);
	for (uint64_t n = 0; n < events; n++)
		event(false);
	come_to_rest();
	judge_end();
	host_tell("at rest after %.1f s: entry %llu, %u reports", (double)host_now / 1000,
		  (unsigned long long)truth_head(), works_n - 1);
}

/* ---- a year ---- */

static void close_for_the_night(int64_t until)
{
	for (unsigned i = 0; i < sim_offices(); i++)
		sim_office_close(i, until);
	for (unsigned i = 0; i < sim_readers(); i++)
		sim_reader_close(i, until);
	while (host_now < until) { /* the centre is alone; its heartbeats of the night are not played */
		if (!happen())
			host_now = until;
		sim_world_events++;
	}
}

void sim_world_year(uint64_t seed)
{
	make(seed, true, 4, 2);
	nights = false;
	sim_faults_begin((UINT64_C(1) << SIM_FAULTS_N) - 1 - (UINT64_C(1) << SIM_DAY));
	truth_seals_true = false;
	for (int day = 1; day <= 365; day++) {
		int64_t morning = 1000 + INT64_C(86400000) * day;

		sim_centre_backup();
		for (unsigned n = 0; n < EVENTS_A_DAY; n++)
			event(day % 7 == 5 || day % 7 == 6); /* nobody works, nothing breaks at the weekend */
		if (day % 30 == 0) {
			come_to_rest();
			judge_end();
		}
		close_for_the_night(morning);
	}
	come_to_rest();
	judge_end();
	host_tell("a year: entry %llu, %u reports", (unsigned long long)truth_head(), works_n - 1);
}
