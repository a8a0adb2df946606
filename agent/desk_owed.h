// SPDX-License-Identifier: Apache-2.0
/*
 * desk_owed: the part of `status` and `mine` that says what our own unit owes by when, and how many figures it
 * is asked for in each period. From the slice and what is known here: works without a line.
 */
#ifndef TIENDO_AGENT_DESK_OWED_H
#define TIENDO_AGENT_DESK_OWED_H

#include "agent/desk.h"

/* A table of periods by deadline; below it what is missing of those that are over: whole = item by item with its
 * name, else a line of codes. Nothing when no leaf of ours follows a schedule. */
void desk_owed_text(struct desk *d, bool whole);
/* Members "today" and "periods". */
void desk_owed_json(struct desk *d);

#endif
