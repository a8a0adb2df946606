// SPDX-License-Identifier: Apache-2.0
/*
 * image: a state of a disk as real files in a directory (on /dev/shm), changed from one state to the next by what
 * differs. Failure ends the program with a word about it: the machine has no room, or the test is wrong.
 */
#ifndef TIENDO_TESTS_POWER_IMAGE_H
#define TIENDO_TESTS_POWER_IMAGE_H

#include "tests/fault/power/disk.h"

struct image;

struct image *image_new(const char *dir);
void image_free(struct image *im); /* and removes the directory */

/* The files as `choice` leaves them. */
void image_show(struct image *im, struct disk *d, const struct disk_choice *choice);
/* Who looked at it may have made, moved or removed files: the next state is laid out anew. */
void image_touched(struct image *im);
/* LMDB's lock files hold `seed`'s noise, as after a cut they may hold anything. */
void image_rubbish_locks(struct image *im, uint64_t seed);
/* A copy of the present state at `to`, which must not exist. */
void image_copy(const struct image *im, const char *to);

#endif
