// SPDX-License-Identifier: Apache-2.0
/*
 * local: framed messages over a unix socket, for the administrator's commands (CONTRACT).
 *
 * On the wire: u32 big-endian length, then that many bytes; at most the cap given (a longer one
 * breaks the connection). The socket file is 0600 and made so, so only its owner and root come in.
 * Never: blocks, except local_call; logs. Failure: negative errno; making adds a sentence.
 */
#ifndef TIENDO_COMMON_SYS_LOCAL_H
#define TIENDO_COMMON_SYS_LOCAL_H

#include "common/sys/base.h"

struct local; /* one connection */

/* Replaces a socket file that nobody listens on; -EADDRINUSE when somebody does. Returns a
 * descriptor to wait on. */
int local_listen(const char *path, struct sys_error *error);
/* Closes it and removes the file. */
void local_unlisten(int fd, const char *path);

/* The next caller, or NULL when nobody waits. */
struct local *local_accept(int fd, size_t cap);
/* NULL: -ENOENT or -ECONNREFUSED in `*code` mean that nobody serves there (nothing is running). */
struct local *local_connect(const char *path, size_t cap, int *code, struct sys_error *error);
void local_close(struct local **connection); /* NULLs; NULL is fine */
int local_fd(const struct local *c);

/* 1: a whole message, valid until the next call on `c`. 0: not yet. Negative: ended (-EPIPE),
 * broken or too long. */
int local_receive(struct local *c, struct bytes *message);
/* Queues it and writes what goes. 0, or negative when the connection is lost. Longer than the cap:
 * -EMSGSIZE. */
int local_send(struct local *c, struct bytes message);
/* Writes more of the queue; 0, or negative. */
int local_flush(struct local *c);
/* True while something is queued: wait for room to write. */
bool local_owes(const struct local *c);

/* For a command: sends and waits for the answer, at most `timeout_ms`. -ETIMEDOUT. */
int local_call(struct local *c, struct bytes request, int timeout_ms, struct bytes *answer,
	       struct sys_error *error);

#endif
