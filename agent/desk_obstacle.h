// SPDX-License-Identifier: Apache-2.0
/* desk_obstacle: `obstacle`: the difficulties that hold an office up, from raising one to its close. Shared by
 * desk_obstacle*.c only. */
#ifndef TIENDO_AGENT_DESK_OBSTACLE_H
#define TIENDO_AGENT_DESK_OBSTACLE_H

#include "agent/desk.h"

/* Which one a step is about. */
struct desk_obstacle {
	struct receipt receipt;
	char unit[CODE_MAX + 1]; /* who raised it */
	char item[CODE_MAX + 1];
};

/* `obstacle list`; the office is open. all: the closed ones too. */
enum desk_exit desk_obstacle_list(struct desk *d, bool all);
/* Asks the centre for the one with this printed receipt. False = it cannot be asked, or knows none of ours. */
bool desk_obstacle_ask(struct desk *d, const struct receipt *printed, struct desk_obstacle *out);

#endif
