// SPDX-License-Identifier: Apache-2.0
/*
 * web_scope: says in the log which units of web.conf and of the users are none (CONTRACT). Nothing else tells a slip of the pen there
 * from a right that was never given: whoever is concerned is refused everything. Once figures are there.
 */
#ifndef TIENDO_DASHBOARD_WEB_SCOPE_H
#define TIENDO_DASHBOARD_WEB_SCOPE_H

#include "dashboard/web.h"

void web_scope_warn(const struct web *w);

#endif
