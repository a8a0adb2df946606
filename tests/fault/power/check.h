// SPDX-License-Identifier: Apache-2.0
/*
 * check: is this state of a machine's disk one that it may wake up in? Answers in one sentence; never fixes. Each looks
 * by the programs' own start path and changes the state (a next commit must work), so the image is touched afterwards.
 *
 * quick: settings and keys are read, the journal (or spool) opens, its chain verifies without holes, everything
 * promised is there, and one more commit is made and found again. whole: what a start does beside that, twice: the
 * figures from the checkpoint equal those folded from the first entry, what was acknowledged is offered again and gets
 * the same receipts, and something new is taken.
 */
#ifndef TIENDO_TESTS_POWER_CHECK_H
#define TIENDO_TESTS_POWER_CHECK_H

#include "tests/fault/power/promise.h"

/* What was seen, over all states. */
struct check_counts {
	uint64_t quick, whole, unmade, receipts, commits, reoffered, checkpoint_used, checkpoint_ignored, checkpoint_none,
		restored, pushes;
};

struct check {
	const struct promise *promise;
	const char *dir; /* of the machine */
	size_t at;       /* records before this one were written */
	uint64_t seed;
	bool marked;     /* a backup: must never be taken for the store itself */
	struct check_counts *counts;
	char why[600]; /* what is wrong */
};

/* False: c->why says what. */
bool check_server(struct check *c, bool whole);
bool check_agent(struct check *c);

__attribute__((format(printf, 2, 3))) bool check_fails(struct check *c, const char *format, ...);

#endif
