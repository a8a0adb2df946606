// SPDX-License-Identifier: Apache-2.0
/*
 * web_password: a new password from whoever sits there (CONTRACT).
 *
 * For: a terminal on stdin, asked twice without echo, the terminal as it was afterwards whatever happened (also ^C and
 * ^Z); otherwise one line of stdin. Never: keeps a copy beside `out`, leaves one in a buffer of stdio. Prompts go to
 * stderr.
 */
#ifndef TIENDO_DASHBOARD_WEB_PASSWORD_H
#define TIENDO_DASHBOARD_WEB_PASSWORD_H

#include "dashboard/web_users.h"

struct web_password {
	size_t size; /* a line that is too long keeps one byte more than is allowed, for web_password_check */
	uint8_t data[WEB_PASSWORD_MOST + 1];
};

/* 0; -EDOM = the two differ; -EINTR = given up by a signal, which has been raised again; otherwise the errno of what
 * could not be read. Wipe `out` after use, also on failure. */
int web_password_ask(const char *name, enum language l, struct web_password *out);

#endif
