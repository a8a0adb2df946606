// SPDX-License-Identifier: Apache-2.0
/*
 * web_line: the line to the centre, as it is told: to browsers (State, and the event `state` when it changes), in the log (once for each
 * change, with what to do), and beside an error that comes of it. Without a line the figures stay, and stand as those of then.
 */
#ifndef TIENDO_DASHBOARD_WEB_LINE_H
#define TIENDO_DASHBOARD_WEB_LINE_H

#include "dashboard/web.h"

struct web_fault;

/* After each step of the subscriber, whose news these are. */
void web_line_look(struct web *w, unsigned news);
/* Why it is cut: away | refused | revoked; NULL = it is not. */
const char *web_line_reason(const struct web *w);
/* What an answer that the centre has not given says of it; "" = nothing but that. */
const struct web_fault *web_line_fault(const struct web *w);

#endif
