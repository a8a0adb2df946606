// SPDX-License-Identifier: Apache-2.0
/*
 * run: the daemon of one office: the shell around push. It holds the spool's lock, gives push what
 * happened and does what push wants, stores what the centre answers, and keeps our part of the
 * catalogue up to date. Commands of the office write to the spool beside it; it sees that the
 * spool has turned. One thread, one visible loop. Ends at SIGTERM or SIGINT, cleanly; a kill at
 * any point loses nothing, because only the spool remembers.
 */
#ifndef TIENDO_AGENT_RUN_H
#define TIENDO_AGENT_RUN_H

#include "agent/office.h"

/* 0 = ended by a signal; negative errno and a sentence: it could not start, or the spool failed. */
int run_daemon(struct office *o, struct sys_error *error);

#endif
