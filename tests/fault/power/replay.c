// SPDX-License-Identifier: Apache-2.0
/*
 * replay: a recorded run, cut at every place; each state that a power cut there could leave on the disk is laid out as
 * files and looked at (check.h). The states of one place run in a child: what ends it by a signal, or does not end, is
 * a finding too. Prints findings, then one line of JSON; exit status 1 when there were any.
 *
 * A lie (--lie) is a mutant: the disk forgets what it was told to keep, or acks are counted as sent too early. Then
 * something must be found; with --first that ends the search. With --survey all of it is only counted: "lost" is what
 * nothing in the store itself can tell, of the rest that were found the programs say so, or end ("signals").
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/fault/power/check.h"
#include "tests/fault/power/image.h"
#include "tests/fault/power/states.h"

enum { EARLY = 1 << 8, PATIENCE_S = 60, FINDINGS = 5, EARLIER = 12 };

struct shared { /* with the children */
	struct check_counts counts;
	uint64_t states, plain, failed, signalled, lost, copied, spread;
	uint64_t doing; /* place in the child's list */
};

struct replay {
	/* what was asked */
	const char *log_path, *machine, *kind, *work, *copies;
	uint64_t wanted, seed, whole_every, copies_n, only_at;
	unsigned lies;
	bool survey, first;
	/* the run */
	const uint8_t *log;
	size_t log_n, records;
	struct promise *promise;
	struct image *image;
	struct shared *shared;
	/* the plan: odds of 2^32 of each class, and states by dice at each place */
	uint64_t odds[STATES_CLASSES], dice_each, dice_more, places;
};

__attribute__((noreturn)) static void give_up(const char *what, const char *about)
{
	fprintf(stderr, "replay: %s %s: %s\n", what, about, strerror(errno));
	exit(9);
}

/* ---- the log ---- */

static void read_log(struct replay *r)
{
	struct stat st;
	int fd = open(r->log_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st))
		give_up("cannot read", r->log_path);
	r->log_n = (size_t)st.st_size;
	r->log = mmap(NULL, r->log_n, PROT_READ, MAP_PRIVATE, fd, 0);
	if (r->log == MAP_FAILED)
		give_up("cannot map", r->log_path);
	close(fd);
}

static const struct power_record *next_record(const struct replay *r, size_t *at)
{
	const struct power_record *p = (const void *)(r->log + *at);

	if (*at >= r->log_n)
		return NULL;
	if (p->size < sizeof *p || p->size > r->log_n - *at)
		give_up("a record is not whole in", r->log_path);
	*at += p->size;
	return p;
}

static void read_promises(struct replay *r)
{
	size_t at = 0, n = 0;

	r->promise = promise_new(r->machine, r->log_n);
	for (const struct power_record *p; (p = next_record(r, &at)); n++)
		promise_take(r->promise, n, p);
	r->records = n;
	for (size_t i = 0; r->lies & EARLY && i < r->promise->spans_n; i++)
		r->promise->spans[i].at -= EARLIER;
}

/* ---- the plan ---- */

static void plan(struct replay *r)
{
	uint64_t classes[STATES_CLASSES] = {0}, n[STATES_CLASSES], left = r->wanted * 2 / 3;
	struct disk *d = disk_new(r->machine, r->lies & 0xff);
	size_t at = 0;

	for (const struct power_record *p; (p = next_record(r, &at));) {
		if (!disk_take(d, p))
			continue;
		states_plain(d, n);
		for (unsigned c = 0; c < STATES_CLASSES; c++)
			classes[c] += n[c];
		r->places += disk_pending(d) > 0;
	}
	disk_free(d);
	for (unsigned c = 0; c < STATES_CLASSES; c++) {
		uint64_t take = classes[c] < left / (STATES_CLASSES - c) ? classes[c] : left / (STATES_CLASSES - c);
		r->odds[c] = classes[c] ? ((take << 32) + classes[c] - 1) / classes[c] : 0;
		left -= take;
	}
	uint64_t dice = r->wanted / 3 + left;
	r->dice_each = r->places ? dice / r->places : 0;
	r->dice_more = r->places ? ((dice % r->places) << 32) / r->places : 0;
}

struct job { /* one state of a place */
	unsigned class; /* STATES_CLASSES = by dice */
	uint64_t k;
};

static uint64_t seed_at(const struct replay *r, size_t at, unsigned class, uint64_t k)
{
	uint64_t dice = r->seed ^ (uint64_t)at << 24 ^ (uint64_t)class << 60 ^ k << 4;

	return states_next(&dice);
}

static size_t list_jobs(const struct replay *r, const struct disk *d, size_t at, struct job **jobs)
{
	uint64_t n[STATES_CLASSES], dice = disk_pending(d) ? r->dice_each : 0;
	size_t count = 0;

	dice += disk_pending(d) && seed_at(r, at, 7, 0) >> 32 < r->dice_more;
	states_plain(d, n);
	*jobs = base_alloc((n[0] + n[1] + n[2] + dice + 1) * sizeof **jobs);
	for (unsigned c = 0; c < STATES_CLASSES; c++)
		for (uint64_t k = 0; k < n[c]; k++)
			if (seed_at(r, at, c, k) >> 32 < r->odds[c])
				(*jobs)[count++] = (struct job){c, k};
	for (uint64_t k = 0; k < dice; k++)
		(*jobs)[count++] = (struct job){STATES_CLASSES, k};
	return count;
}

/* ---- one state ---- */

static void show(struct replay *r, struct disk *d, size_t at, const struct job *j, struct disk_choice *c)
{
	uint64_t seed = seed_at(r, at, j->class, j->k);

	if (j->class == STATES_CLASSES)
		states_dice(d, seed, c);
	else
		states_choose(d, j->class, j->k, c);
	image_show(r->image, d, c);
	if (seed % 8 == 0)
		image_rubbish_locks(r->image, seed);
}

/* For the whole programs: the state, and beside it what it must hold. */
static void copy_state(struct replay *r, size_t at)
{
	char path[600], line[200];
	int n = snprintf(line, sizeof line, "%d %llu %zu\n", at > r->promise->made,
			 (unsigned long long)promise_head(r->promise, at), at);
	size_t spans = promise_spans(r->promise, at);

	for (size_t i = 0; i < spans; i++)
		if (r->promise->spans[i].entry > promise_head(r->promise, at))
			n = snprintf(line, sizeof line, "%d %llu %zu\n", at > r->promise->made,
				     (unsigned long long)r->promise->spans[i].entry, at);
	snprintf(path, sizeof path, "%s/%llu", r->copies, (unsigned long long)r->shared->copied++);
	image_copy(r->image, path);
	strncat(path, ".promise", sizeof path - strlen(path) - 1);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || write(fd, line, (size_t)n) != n)
		give_up("cannot write", path);
	close(fd);
}

/* Spread over all states; and what is not made yet, as it is where a disk keeps its order. */
static bool wants_copy(struct replay *r, size_t at, const struct job *j)
{
	if (!r->copies)
		return false;
	if (at <= r->promise->made)
		return j->class == STATES_ENDS;
	return r->shared->states * r->copies_n / r->wanted >= r->shared->spread && r->shared->spread++ < r->copies_n;
}

static void found(struct replay *r, struct disk *d, size_t at, const struct job *j, const char *why)
{
	struct disk_choice c = {.sectors = base_alloc(disk_pending(d) + 1)};
	char to[600];

	r->shared->lost += !strncmp(why, "LOST", 4);
	if (++r->shared->failed > FINDINGS || r->survey)
		goto done;
	printf("FOUND: record %zu of %zu, class %u state %llu, %zu pending: %s\n", at, r->records, j->class,
	       (unsigned long long)j->k, disk_pending(d), why);
	fflush(stdout);
	if (!r->lies && !r->first) {
		image_touched(r->image);
		show(r, d, at, j, &c);
		snprintf(to, sizeof to, "%s-found-%llu", r->work, (unsigned long long)r->shared->failed);
		image_copy(r->image, to);
	}
done:
	free(c.sectors);
}

static void run_job(struct replay *r, struct disk *d, size_t at, const struct job *j, struct disk_choice *choice)
{
	char dir[600];
	struct check c = {.promise = r->promise,
			  .dir = dir,
			  .at = at,
			  .seed = seed_at(r, at, j->class, j->k),
			  .marked = !strcmp(r->kind, "backup"),
			  .counts = &r->shared->counts};
	bool agent = !strcmp(r->kind, "agent"), whole = !agent && r->whole_every && c.seed % r->whole_every == 0;

	snprintf(dir, sizeof dir, "%s/%s", r->work, r->machine);
	alarm(PATIENCE_S);
	show(r, d, at, j, choice);
	if (wants_copy(r, at, j))
		copy_state(r, at);
	r->shared->states++;
	r->shared->plain += j->class != STATES_CLASSES;
	if (!(agent ? check_agent(&c) : check_server(&c, whole)))
		found(r, d, at, j, c.why);
	if (whole || at <= r->promise->made)
		image_touched(r->image);
}

/* ---- all states ---- */

static bool enough(const struct replay *r)
{
	return !r->survey && r->shared->failed > (r->first ? 0 : 200);
}

__attribute__((noreturn)) static void child(struct replay *r, struct disk *d, size_t at, const struct job *jobs, size_t n)
{
	const struct rlimit none = {0};
	struct disk_choice c = {.sectors = base_alloc(disk_pending(d) + 1)};

	setrlimit(RLIMIT_CORE, &none);
	image_touched(r->image); /* the last child may have left anything */
	while (r->shared->doing < n && !enough(r))
		run_job(r, d, at, &jobs[r->shared->doing], &c), r->shared->doing++;
	fflush(stdout);
	_exit(0);
}

static void run_place(struct replay *r, struct disk *d, size_t at)
{
	struct job *jobs;
	size_t n = list_jobs(r, d, at, &jobs);

	r->shared->doing = 0;
	while (r->shared->doing < n && !enough(r)) {
		int status;
		pid_t pid = fork();
		if (pid == 0)
			child(r, d, at, jobs, n);
		if (pid < 0 || waitpid(pid, &status, 0) != pid)
			give_up("cannot run", "a child");
		if (status == 0)
			break;
		char why[100];
		if (WIFEXITED(status) && WEXITSTATUS(status) == 9)
			exit(9); /* the test itself cannot go on, and has said why */
		if (WIFEXITED(status) && WEXITSTATUS(status) == 3)
			snprintf(why, sizeof why, "it met a bus error");
		else if (WIFEXITED(status))
			snprintf(why, sizeof why, "it ended with status %d", WEXITSTATUS(status));
		else
			snprintf(why, sizeof why, "it ended by signal %d", WTERMSIG(status));
		r->shared->signalled++;
		found(r, d, at, &jobs[r->shared->doing], why);
		r->shared->doing++;
	}
	free(jobs);
}

static void run(struct replay *r)
{
	struct disk *d = disk_new(r->machine, r->lies & 0xff);
	size_t at = 0, n = 0, last = 0;
	bool changed = false;

	/* a place is right before the next thing that changes the disk: as much as possible has been promised */
	for (const struct power_record *p; !enough(r) && (p = next_record(r, &at)); n++) {
		bool sent = p->kind == POWER_SENT || p->kind == POWER_NOTE;
		if (!sent && changed && (!r->only_at || r->only_at == n))
			run_place(r, d, n);
		changed = sent ? changed : disk_take(d, p);
		if (r->shared->states / 50000 != last) {
			last = r->shared->states / 50000;
			printf("%s: %llu states, %llu found\n", r->machine, (unsigned long long)r->shared->states,
			       (unsigned long long)r->shared->failed);
			fflush(stdout);
		}
	}
	if (changed && !enough(r) && (!r->only_at || r->only_at == n))
		run_place(r, d, n);
	disk_free(d);
}

static void print_figures(const struct replay *r)
{
	const struct check_counts *c = &r->shared->counts;
	const struct {
		const char *name;
		uint64_t n;
	} all[] = {{"states", r->shared->states},
		   {"plain", r->shared->plain},
		   {"found", r->shared->failed},
		   {"signals", r->shared->signalled},
		   {"lost", r->shared->lost},
		   {"places", r->places},
		   {"whole", c->whole},
		   {"not_made_yet", c->unmade},
		   {"receipts", c->receipts},
		   {"commits", c->commits},
		   {"offered_again", c->reoffered},
		   {"checkpoint_used", c->checkpoint_used},
		   {"checkpoint_ignored", c->checkpoint_ignored},
		   {"checkpoint_none", c->checkpoint_none},
		   {"restored", c->restored},
		   {"pushes", c->pushes}};

	printf("{\"machine\":\"%s\",\"records\":%zu", r->machine, r->records);
	for (size_t i = 0; i < BASE_COUNT(all); i++)
		printf(",\"%s\":%llu", all[i].name, (unsigned long long)all[i].n);
	printf("}\n");
}

static unsigned lie_of(const char *name)
{
	static const struct {
		const char *name;
		unsigned lie;
	} lies[] = {{"sync", DISK_NO_SYNC},       {"dsync", DISK_NO_DSYNC}, {"dirsync", DISK_NO_DIRSYNC},
		    {"filesync", DISK_NO_FILESYNC}, {"early", EARLY},   {"sector", DISK_TORN_SECTOR}};

	for (size_t i = 0; i < BASE_COUNT(lies); i++)
		if (!strcmp(lies[i].name, name))
			return lies[i].lie;
	errno = EINVAL;
	give_up("no such lie:", name);
}

static void read_options(struct replay *r, int argc, char **argv)
{
	static const struct option options[] = {{"machine", 1, NULL, 'm'}, {"kind", 1, NULL, 'k'},  {"work", 1, NULL, 'w'},
						{"states", 1, NULL, 'n'},  {"seed", 1, NULL, 's'},  {"whole", 1, NULL, 'W'},
						{"lie", 1, NULL, 'l'},     {"copies", 1, NULL, 'c'}, {"copy", 1, NULL, 'C'},
						{"at", 1, NULL, 'a'},      {"survey", 0, NULL, 'S'},
						{"first", 0, NULL, 'f'},   {0}};

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		switch (o) {
		case 'm': r->machine = optarg; break;
		case 'k': r->kind = optarg; break;
		case 'w': r->work = optarg; break;
		case 'n': r->wanted = strtoull(optarg, NULL, 10); break;
		case 's': r->seed = strtoull(optarg, NULL, 10); break;
		case 'W': r->whole_every = strtoull(optarg, NULL, 10); break;
		case 'l': r->lies |= lie_of(optarg); break;
		case 'c': r->copies = optarg; break;
		case 'C': r->copies_n = strtoull(optarg, NULL, 10); break;
		case 'f': r->first = true; break;
		case 'S': r->survey = true; break;
		case 'a': r->only_at = strtoull(optarg, NULL, 10); break;
		default: exit(2);
		}
	}
	r->log_path = argv[optind];
	if (!r->log_path || !r->machine || !r->kind || !r->work || !r->wanted) {
		fputs("usage: replay --machine NAME --kind server|backup|agent --work DIR --states N [--seed N] [--whole N] "
		      "[--lie sync|dsync|dirsync|filesync|sector|early] [--survey|--first] [--copies DIR --copy N] [--at RECORD] LOG\n", stderr);
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct replay r = {.seed = 1};
	struct sys_error error = {""};

	read_options(&r, argc, argv);
	if (keys_start(&error))
		give_up(error.text, "");
	r.shared = mmap(NULL, sizeof *r.shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r.shared == MAP_FAILED)
		give_up("no memory", "");
	read_log(&r);
	read_promises(&r);
	plan(&r);
	r.image = image_new(r.work);
	run(&r);
	image_free(r.image);
	print_figures(&r);
	promise_free(r.promise);
	return r.shared->failed ? 1 : 0;
}
