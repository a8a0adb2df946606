// SPDX-License-Identifier: Apache-2.0
/*
 * disk: common/sys/kv.h on simulated disks. A store is a state of its tables (tree.h); a commit that
 * says KV_OK has replaced it, everything else left it as it was. Simulated: refused commits (a full
 * disk), commits of unknown outcome (with and without effect), death before and after the durable
 * moment, copies, older copies put back, a record that rots. Not simulated: LMDB itself, its pages and
 * syncs (tests/fault/power and the unit tests of kv are about those).
 */
#ifndef TIENDO_TESTS_SIM_DISK_H
#define TIENDO_TESTS_SIM_DISK_H

#include "common/sys/kv.h"
#include "tests/sim/host.h"

void disk_reset(void); /* an empty world */

/* For every store whose path begins so. */
void disk_full(const char *prefix, bool full);
bool disk_is_full(const char *path);
/* The next commit below it has an unknown outcome. */
void disk_unknown(const char *prefix, bool on);

/* A machine died: its open stores and locks are nobody's any more. */
void disk_abandon(const struct host *h);
bool disk_there(const char *path);
void disk_remove(const char *path);
void disk_rename(const char *from, const char *to);

/* Everything that is durable at the path now. */
struct disk_image;
struct disk_image *disk_image(const char *path);
void disk_image_free(struct disk_image *i); /* NULL is fine */
/* The path's store becomes as the image is (made when missing). Nobody may have it open. */
void disk_put_back(const char *path, const struct disk_image *i);

/* What is durable, for those who judge. `turn` = the number of the last commit; 0 = no such store. */
uint64_t disk_turn(const char *path);
bool disk_get(const char *path, const char *table, struct bytes key, struct bytes *value);
bool disk_next(const char *path, const char *table, struct bytes after, struct bytes *key,
	       struct bytes *value);
/* Flips a bit of a record, unseen. */
void disk_rot(const char *path, const char *table, struct bytes key);

/* A commit has become durable; set by the world. */
extern void (*disk_on_commit)(const char *path);

extern bool disk_lies; /* a mutant: says that it is durable one commit before it is */

#endif
