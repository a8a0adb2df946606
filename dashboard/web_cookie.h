// SPDX-License-Identifier: Apache-2.0
/*
 * web_cookie: the session's token as a cookie (CONTRACT). Pure.
 *
 * Over https it is called __Host-tiendo and is Secure: a browser takes such a name only from this very host, so no
 * neighbour under the same domain can slip in another one; then the plain name is not read either. Always HttpOnly,
 * SameSite=Strict, Path=/.
 */
#ifndef TIENDO_DASHBOARD_WEB_COOKIE_H
#define TIENDO_DASHBOARD_WEB_COOKIE_H

#include "dashboard/web_session.h"

enum { WEB_COOKIE_TEXT = 192 /* with the NUL */ };

/* The value of Set-Cookie; returns out. */
char *web_cookie_set(const uint8_t token[static WEB_TOKEN], bool https, char out[static WEB_COOKIE_TEXT]);
/* The one that takes it away (log out, or a session that is over). */
char *web_cookie_clear(bool https, char out[static WEB_COOKIE_TEXT]);
/* From the value of a request's Cookie header (NULL = none). The first of the name decides; false = there is none, or it
 * is no token. */
bool web_cookie_read(const char *header, bool https, uint8_t token[static WEB_TOKEN]);

#endif
