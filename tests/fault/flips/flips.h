// SPDX-License-Identifier: Apache-2.0
/*
 * flips: stores with a wound, and what is said of them. The parent makes a store once, keeps its file as bytes, and for
 * each wound writes it anew, damaged, for a child that opens and uses it. The first child of a kind uses the whole
 * store and what it was told is the truth; every later one is compared with that, part by part.
 *
 * A part is what somebody is told: a page of figures, a receipt, an outbox. It is the same as the truth, or it was
 * withheld: then there was a sentence. Anything else is LIES.
 */
#ifndef TIENDO_TESTS_FAULT_FLIPS_H
#define TIENDO_TESTS_FAULT_FLIPS_H

#include "common/sys/base.h"

enum { EXIT_TOLD = 3, EXIT_LIES = 9, TRUTH_ROOM = 16 << 20 };

/* Shared by all children: the truth, in the order in which it was told. */
struct truth {
	size_t size, withheld;
	bool known, short_of; /* short_of: the child ended before all was told */
	uint8_t bytes[TRUTH_ROOM];
};
extern struct truth *truth;

/* In a child. */
void part(const char *name, struct bytes told);         /* is what was told here the truth? */
void withheld(const char *name, const char *sentence);  /* instead of part(): the truth is passed over */
_Noreturn void told_and_ended(const char *sentence);    /* the program would end here, with exit code 3 */

/* A kind of store: made once in DIR by `make`; `use` is a child's work. */
struct kind {
	const char *name, *file; /* that is damaged, below DIR */
	void (*make)(const char *dir);
	void (*use)(const char *dir);
	const char *needle; /* a text that people are shown: bits are turned in each place of it */
	bool optional; /* can be made again: it must never stop the program */
};
extern const struct kind journal_kind, kept_kind, view_kind, spool_kind;

#endif
