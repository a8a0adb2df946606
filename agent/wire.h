// SPDX-License-Identifier: Apache-2.0
/*
 * wire: what an agent says, as bytes (proto/PROTOCOL.md). Each function clears `out` and leaves the
 * message in it; `out->failed` when there is no memory. Never: sends, decides what to say.
 */
#ifndef TIENDO_AGENT_WIRE_H
#define TIENDO_AGENT_WIRE_H

#include "agent/spool.h"

/* newest: receipt of the present epoch, or NULL. */
void wire_hello(struct buffer *out, const struct spool_state *state,
		const struct spool_receipt *newest, uint64_t catalogue_entry);
void wire_push(struct buffer *out, uint64_t session, const struct spool_batch *batch);
void wire_void(struct buffer *out, uint64_t session, uint64_t from, uint64_t to, bool unsplittable);
void wire_ping(struct buffer *out, uint64_t session, uint64_t token);
/* Any message, packed. */
void wire_put(struct buffer *out, const void *message);
/* The first frame of every message. */
static inline void wire_head(uint8_t out[static 2], enum message_type type)
{
	out[0] = PROTOCOL_VERSION;
	out[1] = (uint8_t)type;
}

#endif
