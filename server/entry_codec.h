// SPDX-License-Identifier: Apache-2.0
/*
 * entry_codec: an entry <-> the bytes of its value in the journal (proto/journal.proto says which).
 * Never decides whether an entry may exist; never logs.
 *
 * Memory: what is read lives in the caller's arena; ENTRY_READ_ROOM says how large it must be. Only
 * a catalogue is made on the heap, and only when asked for.
 */
#ifndef TIENDO_SERVER_ENTRY_CODEC_H
#define TIENDO_SERVER_ENTRY_CODEC_H

#include "common/sys/codec.h"
#include "server/entry.h"
#include "common/sys/base.h"

/*
 * Writes the value of `e` behind what is in `out`, and its hash into e->hash (from e->prev_hash).
 * False: no memory (out->failed too).
 */
bool entry_encode(struct entry *e, struct buffer *out);

enum entry_read {
	ENTRY_READ_OK,
	ENTRY_READ_DAMAGED, /* the bytes are not an entry, or their hash is another */
	ENTRY_READ_UNKNOWN, /* a format or kind that this build does not know */
	ENTRY_READ_MEMORY   /* the arena is used up */
};

/*
 * Reads a value. `previous`: hash of the entry before, NULL = do not check. With `catalogue` a
 * CATALOGUE entry's rows are built into out->catalogue.made, which the caller then owns; otherwise
 * it stays NULL.
 */
enum entry_read entry_decode(struct bytes value, const uint8_t *previous, bool catalogue,
			     struct codec_arena *arena, struct entry *out);
/* Arena bytes that a value of this size needs at most. */
size_t entry_read_room(size_t value_size);
/* Do header and body have the hash that stands in the value? */
bool entry_value_whole(struct bytes value, const uint8_t previous[static HASH_SIZE]);
/* The hash as it stands in the value. */
bool entry_value_hash(struct bytes value, uint8_t out[static HASH_SIZE]);
/* Header and body of a value, in place. */
bool entry_value_split(struct bytes value, struct bytes *header, struct bytes *body);

/* Blob `index` (from 1) of a batch's body, in place. */
bool entry_body_blob(struct bytes body, uint32_t index, struct bytes *blob);

/* The encoded rows of a catalogue, as its entry holds them (NULL = no memory), and back. */
uint8_t *entry_catalogue_body(const struct catalogue *c, const char *plan, struct date effective,
			      size_t *size);
enum entry_read entry_catalogue_read(struct bytes body, struct codec_arena *arena,
				     struct catalogue **out);

#endif
