// SPDX-License-Identifier: Apache-2.0
/*
 * powerlog: what the recorder writes down of a real run, in the order in which it happened, and the replayer reads.
 * A record is this head, padded with its path, its second path and its data; host order, for one machine only. Paths
 * are below POWER_ROOT. What is put into a file is written down after the call that did it, but a write through an
 * O_DSYNC descriptor before, because it may reach the disk in part: POWER_SYNCED follows when it has returned.
 * Messages are written down before they leave. Notes are of whoever drives the run: what a command said was done.
 */
#ifndef TIENDO_TESTS_POWERLOG_H
#define TIENDO_TESTS_POWERLOG_H

#include <stdint.h>

enum power_kind {
	POWER_MADE = 1, /* a file that was not there: path, ino */
	POWER_WRITE,    /* ino, at, data */
	POWER_LENGTH,   /* ino, at = the new length */
	POWER_SYNC,     /* ino */
	POWER_SYNCED,   /* ino, at, n: these bytes alone */
	POWER_MKDIR,    /* path */
	POWER_RENAME,   /* path, path2 */
	POWER_LINK,     /* path, path2 = the new name */
	POWER_UNLINK,   /* path */
	POWER_RMDIR,    /* path */
	POWER_DIRSYNC,  /* path */
	POWER_SENT,     /* path = POWER_NAME of the sender, at = type of the message, data = its body */
	POWER_NOTE,     /* data = a line of words */
	POWER_KINDS
};

struct power_record {
	uint32_t size; /* of the whole record, filled up to a multiple of 8 */
	uint32_t kind;
	uint32_t pid;
	uint32_t path_n, path2_n, data_n; /* in this order behind the head; paths with their NUL */
	uint64_t ino, at, n;
};

#endif
