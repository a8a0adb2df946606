// SPDX-License-Identifier: Apache-2.0
/*
 * ask: what a command must know before it judges: where the office stands (unit, date, what the
 * centre holds), from the spool, and from the centre when it can be reached. Never: prints.
 */
#ifndef TIENDO_AGENT_ASK_H
#define TIENDO_AGENT_ASK_H

#include "agent/desk.h"
#include "agent/draft.h"
#include "agent/fetch.h"

/* Against what a draft is judged. */
struct draft_place ask_place(const struct desk *d);
/* A draft_look over the cells as they were fetched last, with what waits in the queue before it;
 * data = struct desk. */
struct draft_known ask_look(void *data, uint32_t unit_number, uint32_t item_number);
/* Fetches a shelf now, waiting a few seconds at most. `why` gets the sentence of a failure. */
enum fetch_state ask_centre(struct desk *d, enum spool_shelf shelf, struct sys_error *why);
/* Everything an update says of its making. */
void ask_seal(const struct desk *d, struct update *u, bool from_file);
/* False: the update is larger than one may be. Its seq is changed. */
bool ask_fits(struct update *u);

#endif
