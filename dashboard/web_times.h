// SPDX-License-Identifier: Apache-2.0
/*
 * web_times: how old figures are. A figure's version is the entry that last changed it; when that came, the centre knows. What
 * an answer needs and is not known yet is asked for, up to WEB_TIMES_ASK at once, and the answer is made again when it is there.
 *
 * What moves while the gateway runs is put in as it comes. At most WEB_TIMES_MAX are kept: beyond that it begins anew.
 * Never: logs. Failure: an age that stays unknown is left out of the answer.
 */
#ifndef TIENDO_DASHBOARD_WEB_TIMES_H
#define TIENDO_DASHBOARD_WEB_TIMES_H

#include "dashboard/client.h"

enum {
	WEB_TIMES_MAX = 1 << 19,  /* 16 bytes each */
	WEB_TIMES_ASK = 500,      /* the centre's limit */
	WEB_TIMES_WAIT_MS = 1000  /* no answer is kept waiting for longer */
};

struct web_times;

struct web_times *web_times_open(const struct client_options *options, struct sys_error *error);
void web_times_close(struct web_times **t); /* NULLs; NULL is fine */
/* Entries mean something else now (another incarnation). */
void web_times_forget(struct web_times *t);

void web_times_put(struct web_times *t, uint64_t entry, int64_t ms);
/* 0 = not known (yet): it will be asked for. */
int64_t web_times_of(struct web_times *t, uint64_t entry);
/* How often an entry was not known, ever: what an answer lacks is what has been added while it was made. */
uint64_t web_times_missed(const struct web_times *t);

struct loop_item web_times_item(const struct web_times *t);
int64_t web_times_due(const struct web_times *t, int64_t now);
/* True = nothing is owed any more (or it was waited for long enough): whoever waits is to be answered. */
bool web_times_step(struct web_times *t, int64_t now);

#endif
