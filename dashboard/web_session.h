// SPDX-License-Identifier: Apache-2.0
/*
 * web_session: who is logged in (CONTRACT). A table in memory and nothing else: time and dice are given by the caller,
 * so it is tried to its last rule. A restart of the program ends all sessions.
 *
 * A token is kept only as its hash: who reads this memory cannot come in with it. The value against forged requests
 * (CSRF) is made from the token, so it belongs to one session and is not kept either.
 *
 * `now` is clock_transport(): ms that no one can set. Pointers live until the next call that takes the table without
 * const.
 */
#ifndef TIENDO_DASHBOARD_WEB_SESSION_H
#define TIENDO_DASHBOARD_WEB_SESSION_H

#include "dashboard/web_users.h"

enum {
	WEB_TOKEN = 32,          /* bytes of keys_random */
	WEB_SESSIONS_USER = 16,  /* a desk, a phone, a wall screen, and what was never logged out */
	WEB_SESSIONS = 4096,     /* in all: under 1 MB */
	WEB_CSRF = 2 * KEYS_MAC, /* letters, hex */
	WEB_SESSION_IDLE_MS = 8 * 3600 * 1000,     /* a working day without a request */
	WEB_SESSION_LIFE_MS = 7 * 24 * 3600 * 1000 /* a week, whatever was asked */
};

struct web_session {
	char name[WEB_USER_NAME + 1]; /* what the user may see is in the user table: web_users_find */
	uint8_t line[KEYS_HASH];      /* of the user's line when it began */
	uint8_t hash[KEYS_HASH];      /* of the token */
	int64_t began, used;
};

struct web_sessions;

struct web_sessions *web_sessions_new(void);
void web_sessions_free(struct web_sessions *s); /* NULL is fine */

/* Where there are too many (of this user; in all), the one that began first goes. The token must be fresh dice. */
void web_sessions_begin(struct web_sessions *s, const struct web_user *user, const uint8_t token[static WEB_TOKEN],
			int64_t now);
/* NULL = none such, or over. Being asked for counts as use: a long stream must ask again now and then, both to stay and
 * to learn that it is over. */
const struct web_session *web_sessions_find(struct web_sessions *s, const uint8_t token[static WEB_TOKEN], int64_t now);
/* The same without counting as use: is a stream's session still there? */
bool web_sessions_alive(const struct web_sessions *s, const uint8_t token[static WEB_TOKEN], int64_t now);
void web_sessions_end(struct web_sessions *s, const uint8_t token[static WEB_TOKEN]); /* log out */
/* Ends those whose user is gone or was changed; how many. After each web_users_look that gave 1. */
size_t web_sessions_settle(struct web_sessions *s, const struct web_users *users);
/* Forgets those that are over; how many. Only tidies up: find refuses them anyway. */
size_t web_sessions_expire(struct web_sessions *s, int64_t now);
size_t web_sessions_count(const struct web_sessions *s);

/* The session's value against forged requests: the page sends it back in a header of every request that changes
 * something. Returns out. */
char *web_csrf(const uint8_t token[static WEB_TOKEN], char out[static WEB_CSRF + 1]);
bool web_csrf_good(const uint8_t token[static WEB_TOKEN], const char *text); /* NULL is not good */

#endif
