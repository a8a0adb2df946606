// SPDX-License-Identifier: Apache-2.0
/*
 * web_hash: passwords tried beside the loop (CONTRACT). One try takes tens of ms and 19 MiB, so one thread of its own
 * does them one after the other: the loop goes on, and a flood of logins takes one core at most.
 *
 * The thread touches no socket, no table, no log: jobs in, verdicts out. A password is copied once, into the queue, and
 * wiped there after its try. Submit and take are the loop's thread's; keys_start and loop_signals come before open.
 */
#ifndef TIENDO_DASHBOARD_WEB_HASH_H
#define TIENDO_DASHBOARD_WEB_HASH_H

#include "dashboard/web_users.h"

enum { WEB_HASH_QUEUE = 8 /* waiting, under try, or not taken yet: the eighth is answered in well under a second */ };

struct web_hash;

struct web_hash_result {
	uint64_t ticket;
	char name[WEB_USER_NAME + 1];
	int verdict; /* 0 = the password is the user's; -EACCES = it is not; -ENOMEM = it could not be tried */
	/* of the user's line whose hash was tried: when the table has another by now, it is no login */
	uint8_t line[KEYS_HASH];
};

struct web_hash *web_hash_open(struct sys_error *error);
void web_hash_close(struct web_hash *h); /* waits for the try that runs; NULL is fine */
int web_hash_fd(const struct web_hash *h); /* readable when there may be results */

/*
 * `user` NULL = there is none of that name: a hash that nobody has is tried, so that it takes the same time, and the
 * verdict is -EACCES. `name` is then "" in the result. `ticket` comes back with it. 0; -EBUSY = the queue is full;
 * -EMSGSIZE = longer than WEB_PASSWORD_MOST: answer as a wrong one.
 */
int web_hash_submit(struct web_hash *h, uint64_t ticket, const struct web_user *user, struct bytes password);
/* The next result; false = none. After web_hash_fd has woken, until false. */
bool web_hash_take(struct web_hash *h, struct web_hash_result *out);

#endif
