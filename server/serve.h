// SPDX-License-Identifier: Apache-2.0
/*
 * serve: the running server: opens everything in the order in which it may be asked for, starts the
 * threads, and stops them in the reverse one. The shell of the room: no decision is made here.
 */
#ifndef TIENDO_SERVER_SERVE_H
#define TIENDO_SERVER_SERVE_H

#include "server/store.h"

/* Until a signal says stop. 0, or an exit code after a sentence in the log. The store is loaded and
 * locked. */
int serve(const struct store *store, bool accept_clock);

#endif
