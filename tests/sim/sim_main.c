// SPDX-License-Identifier: Apache-2.0
/*
 * The simulator: one process, a whole system in it (docs/RELIABILITY.md "Simulator").
 *
 *   sim SEEDS [FROM]     that many worlds; the figures as one JSON object on the last line
 *   sim -t SEED          one world, with its trace
 *   sim -y SEED          a year of 365 days; -Y with its trace
 *   sim -m N SEEDS       with mutant N (program sim-mutants): 0 when it was caught, and by which seed
 *   sim -l SEEDS         with a disk that says "durable" one commit too early: likewise
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/sys/keys.h"
#include "tests/sim/cable.h"
#include "tests/sim/dice.h"
#include "tests/sim/sim_asker.h"
#include "tests/sim/disk.h"
#include "tests/sim/sim_centre.h"
#include "tests/sim/sim_faults.h"
#include "tests/sim/sim_office.h"
#include "tests/sim/sim_reader.h"
#include "tests/sim/sim_world.h"
#include "tests/sim/truth.h"

enum { BATCH = 25, FAILURES_MAX = 5 };

/* What children leave behind; shared. */
struct tally {
	uint64_t seed, done, events;
	struct truth_counts truth;
	struct sim_centre_counts centre;
	struct sim_office_counts office;
	struct sim_reader_counts reader;
	struct sim_asker_counts asker;
	struct cable_stats cable;
	uint64_t faults[SIM_FAULTS_N];
	uint64_t hash;
};
static struct tally *tally;

static void add(void *to, const void *from, size_t size)
{
	for (size_t i = 0; i < size / sizeof(uint64_t); i++)
		((uint64_t *)to)[i] += ((const uint64_t *)from)[i];
}

static void note(void)
{
	tally->events += sim_world_events;
	add(&tally->truth, &truth_counts, sizeof truth_counts);
	add(&tally->centre, &sim_centre_counts, sizeof sim_centre_counts);
	add(&tally->office, &sim_office_counts, sizeof sim_office_counts);
	add(&tally->asker, &sim_asker_counts, sizeof sim_asker_counts);
	add(&tally->reader, &sim_reader_counts, sizeof sim_reader_counts);
	add(&tally->cable, &cable_stats, sizeof cable_stats);
	add(tally->faults, sim_faults_done, sizeof sim_faults_done);
}

static void child(uint64_t from, uint64_t to)
{
	for (uint64_t seed = from; seed < to; seed++) {
		tally->seed = seed;
		sim_world_run(seed);
		tally->hash ^= host_trace_hash;
		tally->done++;
	}
	note();
	fflush(stdout);
	exit(0);
}

static bool run(uint64_t from, uint64_t to)
{
	int status;

	fflush(stdout);
	pid_t pid = fork();
	if (pid == 0)
		child(from, to);
	while (waitpid(pid, &status, 0) < 0)
		;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return true;
	printf("seed %llu failed (%s %d); repeat: SEED=%llu\n", (unsigned long long)tally->seed,
	       WIFSIGNALED(status) ? "signal" : "exit", WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status),
	       (unsigned long long)tally->seed);
	return false;
}

static void figures(double seconds, unsigned failed)
{
	printf("{\"seeds\": %llu, \"failed\": %u, \"seconds\": %.1f, \"events\": %llu, \"entries_taken\": %llu, "
	       "\"refused\": %llu, \"voided\": %llu, \"told\": %llu, \"told_again\": %llu, \"receipts_lost\": %llu, "
	       "\"first_times_kept\": %llu, \"incarnations\": %llu, \"rolled_back_proven\": %llu, "
	       "\"on_time\": %llu, \"line_slow\": %llu, \"late\": %llu, \"corrected\": %llu, \"withdrawn\": %llu, \"confirmed\": %llu, "
	       "\"requested\": %llu, \"obstacle_steps\": %llu, \"acknowledged\": %llu, \"decided\": %llu, "
	       "\"queued\": %llu, \"server_starts\": %llu, \"writer_turns\": %llu, \"between\": %llu, \"audits\": %llu, "
	       "\"checkpoints\": %llu, \"restores\": %llu, \"days\": %llu, \"slots\": %llu, \"rows\": %llu, \"notices\": %llu, \"notices_read\": %llu, \"asked\": %llu, \"pages\": %llu, \"answers_judged\": %llu, "
	       "\"silent\": %llu, \"catalogues\": %llu, \"clones\": %llu, "
	       "\"put_back\": %llu, \"rotten\": %llu, \"left_behind\": %llu, \"evicted\": %llu, \"new_keys\": %llu, \"grains_checked\": %llu, \"completes\": %llu, "
	       "\"messages\": %llu, \"lost\": %llu, \"cuts\": %llu, \"silences\": %llu, \"hash\": \"%016llx\"}\n",
#define N(x) (unsigned long long)(x)
	       N(tally->done), failed, seconds, N(tally->events), N(tally->truth.taken), N(tally->truth.refused),
	       N(tally->truth.voided), N(tally->truth.told), N(tally->truth.duplicates), N(tally->truth.lost),
	       N(tally->truth.first_times), N(tally->truth.incarnations), N(tally->truth.proven),
	       N(tally->truth.on_time), N(tally->truth.line_slow), N(tally->truth.late), N(tally->truth.corrected),
	       N(tally->truth.withdrawn), N(tally->truth.confirmed), N(tally->truth.asked), N(tally->truth.steps),
	       N(tally->truth.acknowledged), N(tally->truth.decided),
	       N(tally->office.queued), N(tally->centre.starts), N(tally->centre.turns), N(tally->centre.between),
	       N(tally->centre.audits), N(tally->centre.checkpoints), N(tally->centre.restores), N(tally->centre.days), N(tally->centre.slots),
	       N(tally->centre.rows), N(tally->office.notices), N(tally->office.read), N(tally->asker.asked),
	       N(tally->asker.pages), N(tally->asker.judged),
	       N(tally->centre.silent), N(tally->centre.catalogues), N(tally->office.clones),
	       N(tally->office.put_back), N(tally->office.rotten), N(tally->office.left_behind),
	       N(tally->office.evicted), N(tally->office.new_keys),
	       N(tally->reader.checked), N(tally->reader.completes), N(tally->cable.messages), N(tally->cable.lost),
	       N(tally->cable.cuts), N(tally->cable.silences), N(tally->hash));
#undef N
}

int __real_clock_gettime(clockid_t id, struct timespec *t);

static double clock_now(void)
{
	struct timespec t;

	__real_clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Until the first world that breaks. */
static int hunt(uint64_t seeds)
{
	for (uint64_t at = 1; at <= seeds; at += BATCH)
		if (!run(at, at + BATCH))
			return 0;
	printf("not caught by %llu worlds\n", (unsigned long long)seeds);
	return 1;
}

int main(int argc, char **argv)
{
	struct sys_error error;
	unsigned failed = 0;

	dice_install();
	if (argc < 2 || keys_start(&error))
		return 2;
	tally = mmap(NULL, sizeof *tally, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (!strcmp(argv[1], "-t") && argc > 2) {
		host_tracing = true;
		sim_world_run(strtoull(argv[2], NULL, 10));
		printf("trace hash %016llx\n", (unsigned long long)host_trace_hash);
		return 0;
	}
	if (!strcasecmp(argv[1], "-y") && argc > 2) {
		double from = clock_now();
		host_tracing = argv[1][1] == 'Y';
		sim_world_year(strtoull(argv[2], NULL, 10));
		note();
		tally->done = 1;
		figures(clock_now() - from, 0);
		return 0;
	}
	if (!strcmp(argv[1], "-m") && argc > 3) {
		sim_mutant = atoi(argv[2]);
		return hunt(strtoull(argv[3], NULL, 10));
	}
	if (!strcmp(argv[1], "-l") && argc > 2) {
		disk_lies = true;
		return hunt(strtoull(argv[2], NULL, 10));
	}
	uint64_t seeds = strtoull(argv[1], NULL, 10), from = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	double began = clock_now();
	for (uint64_t at = from, end = from + seeds; at < end && failed < FAILURES_MAX;) {
		uint64_t to = at + BATCH < end ? at + BATCH : end;
		if (run(at, to)) {
			at = to;
		} else {
			failed++;
			at = tally->seed + 1;
		}
	}
	figures(clock_now() - began, failed);
	return failed != 0;
}
