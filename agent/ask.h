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
#include "agent/known.h"

/* Against what a draft is judged. */
struct draft_place ask_place(const struct desk *d);
/* A draft_look over what is known here of the cells (known.h); data = struct desk. */
struct draft_known ask_look(void *data, uint32_t unit_number, uint32_t item_number);
/* A draft_find among the office's receipts; data = struct desk. */
enum draft_found ask_find(void *data, const char *receipt, struct draft_corrected *out);
/* Read once, and again after the slice or the cells were fetched. */
struct known *ask_known(struct desk *d);
/* What our own unit owes on that day, by the slice and by what is known here. Free with duty_list_free. */
struct duty_list ask_duties(struct desk *d, struct date today);
/* Our own unit's index in the slice, or NO_INDEX. */
uint32_t ask_own(const struct desk *d);
/*
 * The slice may be too old to know the code: fetches it. False: the centre cannot be asked; a warning says
 * that it will judge, and the update may be queued.
 */
bool ask_newer(struct desk *d, const char *code);
/* Fetches a shelf now, waiting a few seconds at most. `why` gets the sentence of a failure. */
enum fetch_state ask_centre(struct desk *d, enum spool_shelf shelf, struct sys_error *why);
/* The same with a question of the caller's own. */
enum fetch_state ask_question(struct desk *d, const struct fetch_question *question, struct sys_error *why);
/* Everything an update says of its making. */
void ask_seal(const struct desk *d, struct update *u, bool from_file);
/* False: the update is larger than one may be. Its seq is changed. */
bool ask_fits(struct update *u);

#endif
