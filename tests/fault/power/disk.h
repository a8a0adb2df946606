// SPDX-License-Identifier: Apache-2.0
/*
 * disk: one machine's disk, as strictly as POSIX lets it be. What was synced is there. Of what was not, each page of
 * each write may be there or not, in any order, and in part, by sectors of 512 bytes; the length of a file likewise;
 * and each change of a name is there or not until its directory was synced, whatever was done to the file itself.
 * A sector is whole: old or new, never a mixture.
 *
 *	d = disk_new("server", 0);
 *	for each record of a log: disk_take(d, record)
 *	... struct disk_choice says what reached the disk of disk_pending(d) items ...
 *	disk_tree(d, &choice, see, ctx): every file and directory as the next start would find it
 *
 * Never: touches a real file. Records are kept by pointer: the log must stay. Failure: what it does not understand in a
 * log ends the program with a word about it.
 */
#ifndef TIENDO_TESTS_POWER_DISK_H
#define TIENDO_TESTS_POWER_DISK_H

#include "common/sys/base.h"
#include "tests/fault/power/powerlog.h"

struct disk;

enum { DISK_PAGE = 4096, DISK_SECTOR = 512, DISK_WHOLE = 0xff };

/* A disk that lies, or a program that did not ask: these syncs do nothing, or a sector is torn. */
enum disk_lie {
	DISK_NO_SYNC = 1,     /* fsync and fdatasync of the stores' data files */
	DISK_NO_DSYNC = 2,    /* writes through O_DSYNC are as any other */
	DISK_NO_DIRSYNC = 4,  /* fsync of directories */
	DISK_NO_FILESYNC = 8, /* fsync of the other files: renamed before they are whole */
	DISK_TORN_SECTOR = 16 /* a write within a sector may be there in part, by 8 bytes */
};

/* Only names that begin with `machine` are of this disk. */
struct disk *disk_new(const char *machine, unsigned lies);
void disk_free(struct disk *d);
/* False: it was not about this disk's files or names. */
bool disk_take(struct disk *d, const struct power_record *r);

/* What is on its way to the disk, oldest first. */
size_t disk_pending(const struct disk *d);
/* Sectors of an item, as a mask; 1 for a name or a length, which are there or not. */
uint8_t disk_sectors(const struct disk *d, size_t item);

enum disk_length {
	DISK_LENGTH_DATA, /* a file is as long as what reached it */
	DISK_LENGTH_OLD,  /* as long as it was at its last sync: what is behind is lost */
	DISK_LENGTH_NEW   /* as long as it would be with all of it */
};
struct disk_choice {
	uint8_t *sectors; /* of each pending item, those that reached the disk */
	enum disk_length length;
	bool newest_first; /* where two items are of the same sector, the older one wins */
	uint64_t filler;   /* what stands where nothing was written: 0 = zeros, else noise of this seed */
};

struct disk_file;
/* In any order, but a directory before what is in it. file NULL: a directory. */
typedef void disk_see(void *ctx, const char *path, struct disk_file *file);
void disk_tree(struct disk *d, const struct disk_choice *choice, disk_see *see, void *ctx);
/* The bytes of a file, into `out`. */
void disk_compose(struct disk *d, const struct disk_choice *choice, const struct disk_file *file, struct buffer *out);

#endif
