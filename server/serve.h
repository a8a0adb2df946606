// SPDX-License-Identifier: Apache-2.0
/*
 * serve: the running server: opens everything in the order in which it may be asked for, starts the
 * threads, and stops them in the reverse one. The shell of the room: no decision is made here.
 */
#ifndef TIENDO_SERVER_SERVE_H
#define TIENDO_SERVER_SERVE_H

#include "server/store.h"

struct core;

/*
 * The core of a server that begins to run: opens it, begins a new incarnation when the store is a marked
 * backup, ticks what is due. 0 or negative errno and a sentence; *out is then the caller's to close, or NULL.
 */
int serve_core(struct core **out, const struct store *store, bool accept_clock,
	       struct sys_error *error);

/* Until a signal says stop. 0, or an exit code after a sentence in the log. The store is loaded and
 * locked. */
int serve(const struct store *store, bool accept_clock);

#endif
