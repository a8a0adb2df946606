// SPDX-License-Identifier: Apache-2.0
/*
 * ingest: one message of an office: named, weighed, decoded, handed to the core; its answer goes to
 * the replies. Every stranger's byte gets a verdict here; nothing a stranger says ends the process.
 */
#ifndef TIENDO_SERVER_INGEST_H
#define TIENDO_SERVER_INGEST_H

#include "server/heard.h"
#include "server/intake.h"
#include "server/replies.h"

struct ingest {
	struct core *core;
	struct intake *intake;
	struct replies *replies;
	struct stats *stats;
	struct heard *heard; /* NULL = nobody wants to know */
	struct core_answer answer; /* scratch */
	const char *closed;	   /* why nothing is taken now, as a sentence; NULL = open */
	bool rolled_back; /* a receipt proved it in this turn: the caller makes the new incarnation
			   */
	uint8_t lost[INCARNATION_SIZE];
	int64_t now;	 /* transport, of this turn */
	int64_t alarmed, warned; /* when strangers' repeatable faults were logged last */
};

void ingest_message(struct ingest *g, const struct net_message *m);

#endif
