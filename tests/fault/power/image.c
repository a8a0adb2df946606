// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/power/image.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_ROOM = 1024, SLOTS = 128 };
#define WINDOW ((size_t)64 << 20) /* of a file that is looked at; larger than any in a run */

struct slot {
	char path[512];
	struct disk_file *file; /* NULL = a directory */
	int fd;
	uint8_t *map;
};

struct image {
	char dir[512];
	struct slot slots[SLOTS], wanted[SLOTS];
	size_t n, wanted_n;
	bool touched;
	struct buffer bytes;
};

__attribute__((noreturn)) static void give_up(const char *what, const char *path)
{
	fprintf(stderr, "image: cannot %s %s: %s\n", what, path, strerror(errno));
	exit(9);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st, (void)type, (void)at;
	return remove(path);
}

static void remove_tree(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void close_slots(struct image *im)
{
	for (size_t i = 0; i < im->n; i++) {
		if (im->slots[i].map)
			munmap(im->slots[i].map, WINDOW);
		if (im->slots[i].fd >= 0)
			close(im->slots[i].fd);
	}
	im->n = 0;
}

struct image *image_new(const char *dir)
{
	struct image *im = base_alloc(sizeof *im);

	snprintf(im->dir, sizeof im->dir, "%s", dir);
	im->touched = true;
	return im;
}

void image_free(struct image *im)
{
	close_slots(im);
	remove_tree(im->dir);
	buffer_free(&im->bytes);
	free(im);
}

void image_touched(struct image *im)
{
	im->touched = true;
}

static void full_path(const struct image *im, const char *path, char out[static PATH_ROOM])
{
	if (snprintf(out, PATH_ROOM, "%s/%s", im->dir, path) >= PATH_ROOM)
		give_up("name", path);
}

/* ---- laying out ---- */

static void want(void *ctx, const char *path, struct disk_file *file)
{
	struct image *im = ctx;

	if (im->wanted_n == SLOTS)
		give_up("hold so many files as", path);
	struct slot *s = &im->wanted[im->wanted_n++];
	snprintf(s->path, sizeof s->path, "%s", path);
	s->file = file;
	s->fd = -1;
	s->map = NULL;
}

static bool same_names(const struct image *im)
{
	if (im->touched || im->n != im->wanted_n)
		return false;
	for (size_t i = 0; i < im->n; i++)
		if (im->slots[i].file != im->wanted[i].file || strcmp(im->slots[i].path, im->wanted[i].path))
			return false;
	return true;
}

static void make(struct image *im, struct slot *s)
{
	char path[PATH_ROOM];

	full_path(im, s->path, path);
	if (!s->file) {
		if (mkdir(path, 0700))
			give_up("make", path);
		return;
	}
	s->fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (s->fd < 0)
		give_up("make", path);
	s->map = mmap(NULL, WINDOW, PROT_READ | PROT_WRITE, MAP_SHARED, s->fd, 0);
	if (s->map == MAP_FAILED)
		give_up("map", path);
}

static void lay_out(struct image *im)
{
	close_slots(im);
	remove_tree(im->dir);
	if (mkdir(im->dir, 0700))
		give_up("make", im->dir);
	memcpy(im->slots, im->wanted, sizeof im->slots);
	im->n = im->wanted_n;
	for (size_t i = 0; i < im->n; i++)
		make(im, &im->slots[i]);
	im->touched = false;
}

static void fill(struct slot *s, struct bytes wanted)
{
	struct stat st;

	if (fstat(s->fd, &st) || wanted.size > WINDOW)
		give_up("look at", s->path);
	if ((size_t)st.st_size != wanted.size && ftruncate(s->fd, (off_t)wanted.size))
		give_up("size", s->path);
	for (size_t at = 0; at < wanted.size; at += DISK_PAGE) {
		size_t n = wanted.size - at < DISK_PAGE ? wanted.size - at : DISK_PAGE;
		if (memcmp(s->map + at, wanted.data + at, n))
			memcpy(s->map + at, wanted.data + at, n);
	}
}

void image_show(struct image *im, struct disk *d, const struct disk_choice *choice)
{
	im->wanted_n = 0;
	disk_tree(d, choice, want, im);
	if (!same_names(im))
		lay_out(im);
	for (size_t i = 0; i < im->n; i++) {
		if (!im->slots[i].file)
			continue;
		disk_compose(d, choice, im->slots[i].file, &im->bytes);
		fill(&im->slots[i], buffer_bytes(&im->bytes));
	}
}

void image_rubbish_locks(struct image *im, uint64_t seed)
{
	enum { LOCK_FILE = 8192 };
	uint8_t noise[LOCK_FILE];

	for (size_t i = 0; i < LOCK_FILE; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		noise[i] = (uint8_t)(seed >> 56);
	}
	for (size_t i = 0; i < im->n; i++) {
		char path[PATH_ROOM];
		size_t n = strlen(im->slots[i].path);
		if (n < 9 || strcmp(im->slots[i].path + n - 9, "/data.mdb"))
			continue;
		full_path(im, im->slots[i].path, path);
		strcpy(path + strlen(path) - 8, "lock.mdb");
		int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
		if (fd < 0 || write(fd, noise, (size_t)(seed % LOCK_FILE)) < 0)
			give_up("write", path);
		close(fd);
	}
}

/* ---- a copy ---- */

static void copy_one(const struct slot *s, const char *to)
{
	struct stat st;
	int fd = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 || fstat(s->fd, &st) || write(fd, s->map, (size_t)st.st_size) != st.st_size)
		give_up("copy to", to);
	close(fd);
}

void image_copy(const struct image *im, const char *to)
{
	char path[PATH_ROOM];

	if (mkdir(to, 0700))
		give_up("make", to);
	for (size_t i = 0; i < im->n; i++) {
		if (snprintf(path, sizeof path, "%s/%s", to, im->slots[i].path) >= (int)sizeof path)
			give_up("name", to);
		if (im->slots[i].file)
			copy_one(&im->slots[i], path);
		else if (mkdir(path, 0700))
			give_up("make", path);
	}
}
