// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/flips/flips.h"

#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "tests/unit/scratch.h"

enum { PAGE = 4096, SECTOR = 512, CHILD_SECONDS = 30, SAID_MAX = 1 << 16, FILES_MAX = 16 };

/* ---- a child's parts ---- */

struct truth *truth;
static size_t at; /* in the truth */

static _Noreturn void lies(const char *name, const char *how)
{
	fprintf(stderr, "LIES: %s: %s\n", name, how);
	_exit(EXIT_LIES);
}

static struct bytes next_truth(const char *name)
{
	if (at + 4 > truth->size)
		lies(name, "more is told than there is");
	struct bytes b = {truth->bytes + at + 4, get_u32(truth->bytes + at)};
	at += 4 + b.size;
	return b;
}

void part(const char *name, struct bytes told)
{
	if (!truth->known) {
		if (truth->size + 4 + told.size > TRUTH_ROOM)
			lies(name, "too much truth");
		put_u32(truth->bytes + truth->size, (uint32_t)told.size);
		if (told.size)
			memcpy(truth->bytes + truth->size + 4, told.data, told.size);
		truth->size += 4 + told.size;
		return;
	}
	if (!bytes_equal(next_truth(name), told))
		lies(name, "it is not the truth");
}

void withheld(const char *name, const char *sentence)
{
	if (!truth->known || !*sentence)
		lies(name, truth->known ? "withheld without a word" : "withheld of a whole store");
	fprintf(stderr, "%s: %s\n", name, sentence);
	next_truth(name);
	truth->withheld++;
}

void told_and_ended(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
	_exit(*sentence ? EXIT_TOLD : EXIT_LIES);
}

/* ---- files ---- */

static uint8_t *read_whole(const char *path, size_t *size)
{
	struct buffer b = {0};
	struct sys_error error;
	if (base_file_read(path, SIZE_MAX / 4, &b, &error)) {
		fprintf(stderr, "%s\n", error.text);
		exit(2);
	}
	*size = b.size;
	return b.data;
}

static void write_whole(const char *path, const uint8_t *data, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size || close(fd) != 0) {
		perror(path);
		exit(2);
	}
}

/* Every file of the store as it was made: children change what they use. */
static struct kept {
	char path[600];
	uint8_t *data;
	size_t size;
} files[FILES_MAX];
static size_t files_n;

static int keep_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)ftw;
	if (type != FTW_F || strstr(path, "lock.mdb") || strstr(path, "LOCK") || files_n == FILES_MAX)
		return 0;
	snprintf(files[files_n].path, sizeof files[0].path, "%s", path);
	files[files_n].data = read_whole(path, &files[files_n].size);
	files_n++;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st, (void)type, (void)ftw;
	return remove(path);
}

static void restore(const char *dir)
{
	char view[600];
	snprintf(view, sizeof view, "%s/view.old", dir);
	nftw(view, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	snprintf(view, sizeof view, "%s/view", dir); /* a child may have put it away, or made one */
	nftw(view, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	for (size_t i = 0; i < files_n; i++) {
		if (strstr(files[i].path, "/view/"))
			mkdir(view, 0700);
		write_whole(files[i].path, files[i].data, files[i].size);
	}
}

/* ---- what a page is ---- */

enum class { UNUSED, META, BRANCH, LEAF, OVERFLOW, FREE, CLASSES };
static const char *const class_names[] = {"unused", "meta", "branch", "leaf", "overflow", "free_list"};

static uint64_t le64(const uint8_t *p)
{
	uint64_t n;
	memcpy(&n, p, 8);
	return n;
}

static uint16_t le16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static void classify(const uint8_t *map, size_t pages, uint64_t root, enum class as, uint8_t *out)
{
	if (root >= pages || out[root])
		return;
	const uint8_t *p = map + root * PAGE;
	bool branch = le16(p + 10) & 1;
	out[root] = (uint8_t)(as == FREE ? FREE : branch ? BRANCH : LEAF);
	for (size_t i = 0, n = (le16(p + 12) - 16U) / 2; i < n; i++) {
		const uint8_t *node = p + le16(p + 16 + 2 * i);
		size_t size = le16(node) | (size_t)le16(node + 2) << 16, key = le16(node + 6);
		uint16_t flags = le16(node + 4);
		if (branch) {
			classify(map, pages, le16(node) | (uint64_t)le16(node + 2) << 16 | (uint64_t)flags << 32, as, out);
		} else if (flags & 2) {
			classify(map, pages, le64(node + 8 + key + 40), as, out);
		} else if (flags & 1) {
			uint64_t first = le64(node + 8 + key);
			for (uint64_t k = first; k <= first + (15 + size) / PAGE && k < pages; k++)
				out[k] = (uint8_t)(as == FREE ? FREE : OVERFLOW);
		}
	}
}

static void classify_all(const uint8_t *map, size_t pages, uint8_t *out)
{
	const uint8_t *meta = map + 16;
	if (le64(map + PAGE + 16 + 128) > le64(map + 16 + 128))
		meta = map + PAGE + 16;
	out[0] = out[1] = META;
	classify(map, pages, le64(meta + 24 + 40), FREE, out);
	classify(map, pages, le64(meta + 24 + 48 + 40), LEAF, out);
}

/* ---- one wound ---- */

struct count {
	unsigned tried, found, withheld, harmless, lies, signals, hangs;
};
static struct count counts[CLASSES + 2]; /* and: truncations, whole pages */
static unsigned failures;
static uint64_t dice;

static uint32_t below(uint32_t n)
{
	dice ^= dice << 13, dice ^= dice >> 7, dice ^= dice << 17;
	return (uint32_t)(dice >> 32) % n;
}

/* What the child said, and how it ended; -1 = it hung. */
static int run_child(const struct kind *k, const char *dir, char *said)
{
	int pipe_of[2], status = 0;
	size_t n = 0;
	if (pipe2(pipe_of, O_CLOEXEC) != 0)
		exit(2);
	truth->withheld = 0;
	truth->short_of = false;
	pid_t pid = fork();
	if (pid == 0) {
		dup2(pipe_of[1], STDERR_FILENO);
		dup2(pipe_of[1], STDOUT_FILENO);
		k->use(dir);
		if (truth->known && at != truth->size && !truth->short_of)
			lies("all", "less is told than there is");
		_exit(0);
	}
	close(pipe_of[1]);
	time_t end = time(NULL) + CHILD_SECONDS;
	for (;;) {
		struct pollfd p = {.fd = pipe_of[0], .events = POLLIN};
		if (time(NULL) > end) {
			kill(pid, SIGKILL);
			status = -1;
			break;
		}
		if (poll(&p, 1, 1000) <= 0)
			continue;
		ssize_t got = read(pipe_of[0], said + n, SAID_MAX - 1 - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	said[n] = '\0';
	close(pipe_of[0]);
	int how;
	waitpid(pid, &how, 0);
	return status ? status : how;
}

static bool has_sentence(const char *said)
{
	return strstr(said, "damaged") || strstr(said, "cannot be") || strstr(said, "restore") ||
	       strstr(said, "not used") || strstr(said, "newer") || strstr(said, "is not a store") || strstr(said, "cannot read");
}

static void judge(const struct kind *k, struct count *c, const char *what, int how, const char *said)
{
	const char *bad = NULL;
	c->tried++;
	if (how == -1) {
		c->hangs++;
		bad = "it hung";
	} else if (k->optional && WIFEXITED(how) && WEXITSTATUS(how) == EXIT_TOLD) {
		c->found++;
		bad = "what can be made again has stopped the program";
	} else if (WIFSIGNALED(how)) {
		c->signals++;
		bad = has_sentence(said) ? NULL : "it died of a signal without a sentence";
	} else if (WEXITSTATUS(how) == EXIT_TOLD && has_sentence(said)) {
		c->found++;
	} else if (WEXITSTATUS(how) != 0) {
		c->lies++;
		bad = "it was not told the truth";
	} else if (truth->withheld || has_sentence(said)) {
		c->withheld++;
		if (!has_sentence(said))
			bad = "something was withheld without a sentence";
	} else {
		c->harmless++;
	}
	if (!bad)
		return;
	failures++;
	if (failures <= 20)
		printf("%s: %s: %s (status %x)\n%.1500s\n", k->name, what, bad, (unsigned)how, said);
}

struct wound {
	size_t at, size;   /* bytes ... */
	uint8_t mask;      /* ... turned; 0 = zeroed */
	size_t from;       /* not 0: these bytes come from there */
	size_t cut;        /* not 0: the file ends there */
};

static uint32_t every = 1; /* tries one wound of so many: a sanitizer's fork takes its time */

static void suffer(const struct kind *k, const char *dir, const struct kept *f, struct wound w, struct count *c)
{
	static char said[SAID_MAX];
	char what[200];
	if (every > 1 && below(every))
		return;
	uint8_t *copy = malloc(f->size);
	memcpy(copy, f->data, f->size);
	if (w.from)
		memcpy(copy + w.at, f->data + w.from, w.size);
	else if (w.mask)
		copy[w.at] ^= w.mask;
	else if (w.size)
		memset(copy + w.at, 0, w.size);
	snprintf(what, sizeof what, "page %zu + %zu, mask %02x, %zu bytes, from %zu, cut %zu", w.at / PAGE, w.at % PAGE,
		 w.mask, w.size, w.from, w.cut);
	bool same = !w.cut && !memcmp(copy, f->data, f->size);
	if (!same) {
		restore(dir);
		write_whole(f->path, copy, w.cut ? w.cut : f->size);
		judge(k, c, what, run_child(k, dir, said), said);
	}
	free(copy);
}

/* ---- all wounds ---- */

static void turn_bits(const struct kind *k, const char *dir, const struct kept *f, const uint8_t *classes, unsigned more)
{
	for (size_t page = 0; page < f->size / PAGE; page++) {
		struct count *c = &counts[classes[page]];
		if (classes[page] == UNUSED) { /* nobody reads it */
			suffer(k, dir, f, (struct wound){.at = page * PAGE + below(PAGE), .mask = (uint8_t)(1 << below(8))}, c);
			continue;
		}
		bool flat = classes[page] == OVERFLOW || classes[page] == META;
		size_t head = classes[page] == META ? 16 + 136 : 16;
		for (size_t i = 0; i < head; i++)
			suffer(k, dir, f, (struct wound){.at = page * PAGE + i, .mask = (uint8_t)(1 << below(8))}, c);
		for (size_t bit = 0; classes[page] == META && bit < 8; bit++) /* the number that says which head counts */
			suffer(k, dir, f, (struct wound){.at = page * PAGE + 16 + 128, .mask = (uint8_t)(1 << bit)}, c);
		size_t offsets = flat ? 0 : le16(f->data + page * PAGE + 12) - 16U;
		size_t upper = flat ? 16 : le16(f->data + page * PAGE + 14);
		for (unsigned i = 0; i < more / 2 && offsets; i++)
			suffer(k, dir, f, (struct wound){.at = page * PAGE + 16 + below((uint32_t)offsets),
							 .mask = (uint8_t)(1 << below(8))}, c);
		for (unsigned i = 0; i < more && upper < PAGE; i++)
			suffer(k, dir, f, (struct wound){.at = page * PAGE + upper + below((uint32_t)(PAGE - upper)),
							 .mask = (uint8_t)(1 << below(8))}, c);
	}
}

static void turn_texts(const struct kind *k, const char *dir, const struct kept *f, const uint8_t *classes)
{
	size_t n = strlen(k->needle);
	for (const uint8_t *p = f->data; (p = memmem(p, (size_t)(f->data + f->size - p), k->needle, n)); p += n) {
		size_t where = (size_t)(p - f->data);
		if (classes[where / PAGE] != UNUSED)
			suffer(k, dir, f, (struct wound){.at = where + below((uint32_t)n), .mask = (uint8_t)(1 << below(7))},
			       &counts[classes[where / PAGE]]);
	}
}

static void whole_pages(const struct kind *k, const char *dir, const struct kept *f, const uint8_t *classes)
{
	size_t pages = f->size / PAGE;
	for (size_t page = 0; page < pages; page++) {
		if (classes[page] == UNUSED)
			continue;
		struct count *c = &counts[CLASSES + 1];
		suffer(k, dir, f, (struct wound){.at = page * PAGE, .size = PAGE}, c);
		suffer(k, dir, f, (struct wound){.at = page * PAGE + SECTOR * below(8), .size = SECTOR}, c);
		suffer(k, dir, f, (struct wound){.at = page * PAGE, .size = PAGE,
						 .from = PAGE * (1 + below((uint32_t)pages - 1))}, c);
	}
}

static void cuts(const struct kind *k, const char *dir, const struct kept *f)
{
	for (size_t page = 0; page < f->size / PAGE; page++) {
		if (page)
			suffer(k, dir, f, (struct wound){.cut = page * PAGE}, &counts[CLASSES]);
		suffer(k, dir, f, (struct wound){.cut = page * PAGE + 1 + below(PAGE - 1)}, &counts[CLASSES]);
	}
}

static void all_wounds(const struct kind *k, unsigned more)
{
	char dir[500];
	static char said[SAID_MAX];
	snprintf(dir, sizeof dir, "%s", scratch_path(k->name));
	k->make(dir);
	files_n = 0;
	nftw(dir, keep_file, 8, FTW_PHYS);
	const struct kept *f = NULL;
	for (size_t i = 0; i < files_n; i++)
		if (strlen(files[i].path) > strlen(k->file) &&
		    !strcmp(files[i].path + strlen(files[i].path) - strlen(k->file), k->file))
			f = &files[i];
	memset(truth, 0, offsetof(struct truth, bytes));
	restore(dir);
	int how = f ? run_child(k, dir, said) : -1;
	if (how != 0) {
		printf("%s: the whole store cannot be used (%x): %s\n", k->name, (unsigned)how, said);
		exit(1);
	}
	truth->known = true;
	restore(dir);
	if ((how = run_child(k, dir, said)) != 0) {
		printf("%s: the whole store is not told twice alike (%x): %s\n", k->name, (unsigned)how, said);
		exit(1);
	}
	uint8_t *classes = calloc(f->size / PAGE + 1, 1);
	classify_all(f->data, f->size / PAGE, classes);
	printf("%s: %zu pages\n", k->name, f->size / PAGE);
	turn_bits(k, dir, f, classes, k == &kept_kind || k == &spool_kind ? more : more / 3);
	if (k->needle)
		turn_texts(k, dir, f, classes);
	whole_pages(k, dir, f, classes);
	cuts(k, dir, f);
	free(classes);
	for (size_t i = 0; i < files_n; i++)
		free(files[i].data);
	nftw(dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(int argc, char **argv)
{
	static const struct kind *const kinds[] = {&journal_kind, &kept_kind, &view_kind, &spool_kind};
	struct timespec began, ended;
	unsigned more = argc > 2 ? (unsigned)atoi(argv[2]) : 8;
	if (getenv("FLIPS_EVERY"))
		every = (uint32_t)atoi(getenv("FLIPS_EVERY"));
	if (argc < 2 || scratch_make(NULL) != 0)
		return 2;
	dice = strtoull(argv[1], NULL, 10) * UINT64_C(0x9E3779B97F4A7C15) + 1;
	clock_gettime(CLOCK_MONOTONIC, &began);
	setvbuf(stdout, NULL, _IOLBF, 0);
	truth = mmap(NULL, sizeof *truth, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (size_t i = 0; i < BASE_COUNT(kinds); i++)
		if (argc < 4 || !strcmp(argv[3], kinds[i]->name))
			all_wounds(kinds[i], more);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	struct count all = {0};
	printf("{\"form_more\": %u", more);
	for (int i = 0; i < CLASSES + 2; i++) {
		const struct count *c = &counts[i];
		const char *name = i < CLASSES ? class_names[i] : i == CLASSES ? "cut" : "whole_page";
		printf(", \"%s_tried\": %u, \"%s_found\": %u, \"%s_withheld\": %u, \"%s_harmless\": %u", name, c->tried, name,
		       c->found, name, c->withheld, name, c->harmless);
		all.tried += c->tried, all.found += c->found, all.withheld += c->withheld;
		all.harmless += c->harmless, all.lies += c->lies, all.signals += c->signals, all.hangs += c->hangs;
	}
	printf(", \"tried\": %u, \"found\": %u, \"withheld\": %u, \"harmless\": %u, \"lies\": %u, \"signals\": %u, "
	       "\"hangs\": %u, \"failed\": %u, \"seconds\": %ld}\n",
	       all.tried, all.found, all.withheld, all.harmless, all.lies, all.signals, all.hangs, failures,
	       (long)(ended.tv_sec - began.tv_sec));
	scratch_remove(NULL);
	return failures != 0;
}
