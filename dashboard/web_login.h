// SPDX-License-Identifier: Apache-2.0
/*
 * web_login: who asks, and how one becomes somebody (CONTRACT): the cookie's session or a trusted proxy's word -> a user;
 * login and logout.
 *
 * A request that changes something needs what a foreign page cannot send: login the header X-Tiendo (a form or a plain
 * cross-site request cannot set it, and no CORS is granted), logout the session's CSRF value. Cookies are SameSite=Strict.
 */
#ifndef TIENDO_DASHBOARD_WEB_LOGIN_H
#define TIENDO_DASHBOARD_WEB_LOGIN_H

#include "dashboard/web.h"

/* Nobody: user NULL. Lives until the user table changes. */
struct web_who {
	const struct web_user *user;
	bool by_session; /* ... and not by a proxy's word */
	uint8_t token[WEB_TOKEN];
	struct web_address address; /* the browser's own, as far as proxies are believed */
	bool https;
};

struct web_who web_who(struct web *w, const struct http_request *r);
/* What lets a stream go on (struct web_pass): its session or user is still there. */
struct web_pass {
	bool is_public, by_session;
	uint8_t token[WEB_TOKEN];
	char name[WEB_USER_NAME + 1];
	uint8_t line[KEYS_HASH]; /* of the user: another one = other rights */
};
struct web_pass web_pass(const struct web_who *who, bool is_public);
bool web_may_go_on(void *web, const void *pass);

void web_session_answer(struct web *w, const struct web_who *who, struct http_request *r);
void web_login(struct web *w, const struct web_who *who, struct http_request *r);
void web_logout(struct web *w, const struct web_who *who, struct http_request *r);
/* Passwords have been tried: answers those who wait. */
void web_login_step(struct web *w);

#endif
