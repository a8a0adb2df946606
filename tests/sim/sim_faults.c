// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/sim_faults.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_centre_inside.h"
#include "tests/sim/sim_office.h"
#include "tests/sim/sim_reader.h"
#include "tests/sim/sim_stranger.h"
#include "tests/sim/truth.h"

enum { DAY_MS = 86400000, HOUR_MS = 3600000, POINTS_MAX = 60 };

uint64_t sim_faults_done[SIM_FAULTS_N];
static uint64_t kinds;
static bool storm, slow, provable;

const char *sim_fault_name(enum sim_fault f)
{
	static const char *const names[] = {
#define X(name) #name,
		SIM_FAULTS(X)
#undef X
	};
	return names[f];
}

uint64_t sim_faults_asked(uint64_t of)
{
	const char *names = getenv("KINDS");
	uint64_t asked = 0;
	char padded[400], name[40];

	if (!names)
		return of;
	snprintf(padded, sizeof padded, ",%s,", names);
	for (unsigned f = 0; f < SIM_FAULTS_N; f++) {
		snprintf(name, sizeof name, ",%s,", sim_fault_name((enum sim_fault)f));
		asked |= (uint64_t)(strstr(padded, name) != NULL) << f;
	}
	return asked ? asked : of;
}

void sim_faults_begin(uint64_t of)
{
	kinds = of;
	storm = slow = false;
}

static unsigned some_office(void)
{
	return (unsigned)dice_below(sim_offices());
}

static const struct host *some_host(void)
{
	uint64_t i = dice_below(1 + sim_offices() + sim_readers());

	if (i == 0)
		return &sim_centre_host;
	i--;
	return i < sim_offices() ? sim_office_host((unsigned)i) : sim_reader_host((unsigned)(i - sim_offices()));
}

static void full(const char *prefix)
{
	char path[40];

	snprintf(path, sizeof path, "%s/%s", prefix, prefix[0] == 'c' ? "journal" : "spool");
	bool now = !disk_is_full(path);
	host_tell("the disk of %s is %s", prefix, now ? "full" : "freed");
	disk_full(prefix, now);
}

static void unknown(const char *prefix)
{
	host_tell("the next commit of %s has an unknown outcome", prefix);
	disk_unknown(prefix, true);
}

static int64_t wrong(void)
{
	static const int64_t by[] = {-5000, 60000, -HOUR_MS, HOUR_MS, -3 * HOUR_MS, -DAY_MS, 2 * HOUR_MS};

	return dice_percent(40) ? 0 : by[dice_below(BASE_COUNT(by))];
}

/* Offices' clocks may be years wrong: nobody believes them. */
static int64_t very_wrong(void)
{
	return dice_percent(70) ? wrong() : ((int64_t)dice_below(11) - 5) * 365 * DAY_MS;
}

static void split_one(void)
{
	const struct host *h = some_host();
	bool away = !cable_is_split(h);

	host_tell("%s is %s", h->name, away ? "cut off" : "reachable again");
	cable_split(h, away);
}

void sim_faults_night(void)
{
	unsigned days = dice_percent(85) ? 1 : dice_percent(50) ? 2 : 5;

	host_tell("%u nights", days);
	host_epoch += DAY_MS * (int64_t)days;
	host_slept += DAY_MS * (int64_t)days;
	sim_centre_counts.days += days;
}

static void about_centre(enum sim_fault f)
{
	if (f == SIM_CENTRE_DOOM) {
		sim_centre_host.doom = 1 + (unsigned)dice_below(POINTS_MAX);
	} else if (f == SIM_CENTRE_KILL && sim_centre_up()) {
		sim_centre_kill(dice_percent(60));
	} else if (f == SIM_CENTRE_STOP && sim_centre_up()) {
		sim_centre_stop();
	} else if (f == SIM_CENTRE_FULL) {
		full("centre");
	} else if (f == SIM_CENTRE_UNKNOWN) {
		unknown("centre");
	} else if (f == SIM_CENTRE_CLOCK) {
		sim_centre_host.wall_off = wrong();
	} else if (f == SIM_CHECKPOINT) {
		sim_centre_checkpoint();
	} else if (f == SIM_BACKUP) {
		sim_centre_backup();
	} else if (f == SIM_RESTORE || f == SIM_ROLL_BACK) {
		if (!sim_centre_restore(f == SIM_RESTORE))
			sim_centre_backup();
	} else if (f == SIM_CATALOGUE && sim_centre_up()) {
		sim_centre_catalogue();
	} else if (f == SIM_DAY) {
		sim_faults_night();
	}
}

static void about_offices(enum sim_fault f)
{
	unsigned i = some_office();
	const char *name = sim_office_host(i)->name;

	if (f == SIM_OFFICE_DOOM) {
		sim_office_doom(i, 1 + (unsigned)dice_below(POINTS_MAX / 3));
	} else if (f == SIM_OFFICE_KILL) {
		sim_office_kill(i, dice_percent(60));
	} else if (f == SIM_OFFICE_FULL) {
		full(name);
		sim_office_counts.full++;
	} else if (f == SIM_OFFICE_UNKNOWN) {
		unknown(name);
	} else if (f == SIM_OFFICE_CLOCK) {
		sim_office_clock(i, very_wrong());
	} else if (f == SIM_CLONE) {
		if (dice_percent(30))
			sim_office_clone(i);
	} else if (f == SIM_PUT_BACK) {
		if (!dice_percent(30) || !sim_office_put_back(i))
			sim_office_copy(i);
	} else if (f == SIM_ROT) {
		if (dice_percent(20))
			sim_office_rot(i);
	} else if (f == SIM_NEW_KEY && dice_percent(40) && sim_centre_up()) {
		sim_office_new_key(i);
	}
}

static void about_lines(enum sim_fault f)
{
	if (f == SIM_READER_KILL) {
		sim_reader_kill((unsigned)dice_below(sim_readers()), dice_percent(50));
	} else if (f == SIM_READER_KEY && dice_percent(30)) {
		sim_reader_revoke((unsigned)dice_below(sim_readers()));
	} else if (f == SIM_CUT) {
		cable_cut_some(dice_percent(50) ? NULL : &sim_centre_host);
	} else if (f == SIM_SILENCE) {
		cable_silence_some(NULL);
	} else if (f == SIM_SPLIT) {
		split_one();
	} else if (f == SIM_STORM) {
		storm = !storm;
		cable_weather(storm ? 200 : 5, storm ? 20 : 0);
	} else if (f == SIM_SLOW) {
		slow = !slow;
		cable_slow_readers(slow);
	}
}

void sim_faults_one(void)
{
	enum sim_fault f;

	do
		f = (enum sim_fault)dice_below(SIM_FAULTS_N);
	while (!(kinds >> f & 1));
	sim_faults_done[f]++;
	about_centre(f);
	about_offices(f);
	about_lines(f);
}

void sim_faults_end(void)
{
	host_tell("---- faults stop ----");
	cable_calm();
	disk_full("", false);
	disk_unknown("", false);
	sim_stranger_quiet();
	sim_centre_host.doom = 0;
	sim_centre_host.wall_off = 0;
	for (unsigned i = 0; i < sim_offices(); i++) {
		sim_office_doom(i, 0);
		sim_office_clock(i, 0);
	}
	provable = false;
	for (unsigned i = 0; truth_undetected() && i < sim_offices(); i++)
		provable |= sim_office_proves(i);
	/* a roll-back that no receipt can prove: its operator knows what he did */
	if (truth_undetected() && !provable) {
		if (sim_centre_up())
			sim_centre_kill(true);
		sim_centre.marked = true;
	}
}

void sim_faults_judge_end(void)
{
	if (provable && truth_undetected())
		truth_broken("an office holds a receipt that proves a roll-back, and the centre goes on");
}

void sim_faults_mend(void)
{
	if (!sim_centre_up())
		return;
	if (sim_centre_locked())
		sim_centre_confirm();
	sim_centre_accept_clock();
	for (unsigned i = 0; i < sim_offices(); i++)
		sim_office_mend(i);
	for (unsigned i = 0; i < sim_readers(); i++)
		sim_reader_mend(i);
}
