// SPDX-License-Identifier: Apache-2.0
/* spool_support: spools with something in them, for the tests of the spool. */
#ifndef TIENDO_TESTS_SPOOL_SUPPORT_H
#define TIENDO_TESTS_SPOOL_SUPPORT_H

#include "agent/spool_inner.h"

/* of the last failure */
extern struct sys_error spool_error;

/* Made and opened in the scratch directory; `dir` gets its path. */
struct spool *spool_make(const char *name, const struct spool_options *o, char dir[static 4096]);
struct spool_state spool_state_now(struct spool *s);
struct update spool_sample(const char *item, const char *note);
int spool_fill(struct spool *s, size_t n, const char *note);
struct spool_outcome spool_taken(uint64_t seq, int64_t received);
void spool_take(struct spool *s, uint64_t from, uint64_t to, int64_t received);

#endif
