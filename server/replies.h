// SPDX-License-Identifier: Apache-2.0
/*
 * replies: answers on the ingest socket. Acks are *owed*: encoded when the offer was judged, sent
 * only when the group is durable and folded, in the order in which the pushes came; or replaced by
 * Busy when the commit was refused. What a receiver's queue does not take is dropped and counted:
 * the agent sends again and is told the same.
 */
#ifndef TIENDO_SERVER_REPLIES_H
#define TIENDO_SERVER_REPLIES_H

#include "common/sys/net.h"
#include "server/core.h"
#include "server/stats.h"

struct replies;
struct replies *replies_new(struct stats *stats);
void replies_free(struct replies *r); /* NULL is fine */

/* `to` is the message answered. An answer goes behind what is owed already. */
void replies_answer(struct replies *r, const struct net_message *to, uint64_t session,
		    const struct core_answer *a);
/* Any other message, already filled: Welcome, Pong, Nack. Also behind what is owed. */
void replies_put(struct replies *r, const struct net_message *to, unsigned type,
		 const void *message);

/* Sends everything owed. */
void replies_send(struct replies *r, struct net_socket *ingest);
/* The commit was refused: every owed ack becomes Busy with this sentence, and so does what spoke of
 * marks that are not there now (Welcome, GAP, CONFLICT). */
void replies_refuse(struct replies *r, struct net_socket *ingest, const char *text);

#endif
