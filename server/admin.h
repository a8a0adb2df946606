// SPDX-License-Identifier: Apache-2.0
/*
 * admin: what an administrator may change, on a core: the same code in the running server (asked
 * over admin.sock) and in a command that holds the LOCK. Every change is a barrier entry. Requests
 * come from the store's owner alone (the socket is 0600), so they are trusted to be meant, but not
 * to be right.
 */
#ifndef TIENDO_SERVER_ADMIN_H
#define TIENDO_SERVER_ADMIN_H

#include "server/core.h"

/* Puts an encoded AdminReply into `out`. CORE_FATAL: the process must end, after the reply was
 * sent. */
enum core_result admin_handle(struct core *c, struct bytes request, struct buffer *out);

#endif
