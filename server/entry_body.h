// SPDX-License-Identifier: Apache-2.0
/*
 * entry_body: bodies of the barriers <-> bytes. For entry_codec alone: it frames and hashes what is
 * made here.
 */
#ifndef TIENDO_SERVER_ENTRY_BODY_H
#define TIENDO_SERVER_ENTRY_BODY_H

#include "server/entry_codec.h"

/* Puts the body of an entry that is no batch; out->failed when there is no memory. */
void entry_body_put(const struct entry *e, struct buffer *out);
/* Fills the union of `e` for e->kind, which is no batch. */
enum entry_read entry_body_get(struct bytes body, bool catalogue, struct codec_arena *arena,
			       struct entry *e);

/* Puts a message, or sets out->failed. */
void entry_body_message(struct buffer *out, const void *message);
/* The same two for DECISION, NOTICE, FINDING and STEP (entry_said.c). */
void entry_said_put(const struct entry *e, struct buffer *out);
enum entry_read entry_said_get(struct bytes body, struct codec_arena *arena, struct entry *e);

#endif
