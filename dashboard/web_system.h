// SPDX-License-Identifier: Apache-2.0
/* web_system: what the gateway tells of itself (beside the centre's health), and the last events it holds. */
#ifndef TIENDO_DASHBOARD_WEB_SYSTEM_H
#define TIENDO_DASHBOARD_WEB_SYSTEM_H

#include "dashboard/web.h"

enum { WEB_RECENT_MAX = 200 };

/* The centre's health with a member "gateway" more. */
void web_system_write(struct web *w, struct bytes health, struct buffer *out);
/* {"events": [...]}: the data of the last grain events that are followed, newest last; offices' own ones alone. */
void web_system_recent(const struct web_events *e, const struct web_follow *f, struct buffer *out);

#endif
