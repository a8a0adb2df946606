// SPDX-License-Identifier: Apache-2.0
/*
 * push_moves: the few ways in which push changes its state, shared by push.c and push_nack.c only.
 * Pure as push is.
 */
#ifndef TIENDO_AGENT_PUSH_MOVES_H
#define TIENDO_AGENT_PUSH_MOVES_H

#include "agent/push.h"

#define PUSH_NO_LIMIT UINT64_MAX

enum { PUSH_FAILURES_MAX = 16 };

/* The invariant; asserted at the end of every event and move. */
void push_check(const struct push *p);
/* 0..below-1 */
int64_t push_dice(struct push *p, int64_t below);
void push_alarm_set(struct push *p, enum push_alarm a, uint64_t seq);
void push_rewind(struct push *p);
void push_leave(struct push *p);
int64_t push_pause(struct push *p);
void push_go_down(struct push *p, int64_t now, int64_t wait);
void push_greet_again(struct push *p, int64_t now, int64_t wait);
/* The centre gave a sign of life. */
void push_alive(struct push *p, int64_t now);

#endif
