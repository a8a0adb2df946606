// SPDX-License-Identifier: Apache-2.0
/*
 * codec: bytes <-> messages (CONTRACT). The one place that calls protobuf-c. It never logs, never decides whether
 * something is allowed, and never trusts a length.
 *
 * Wire messages are used by the rooms as the generated structs (proto/tiendo.proto says what the fields mean); the
 * words of the domain - updates, catalogue rows, rollups - are converted here to model.h, so that the pure code
 * knows no protobuf.
 *
 * Memory: decoding takes from a caller's arena of fixed size and fails when it is used up: a stranger's message can
 * cost no more than the arena. Decoded structs point into the arena (bytes are copied) and die with codec_arena_reset.
 */
#ifndef TIENDO_COMMON_SYS_CODEC_H
#define TIENDO_COMMON_SYS_CODEC_H

#include "common/domain/model.h"
#include "common/sys/base.h"
#include "journal.pb-c.h"
#include "tiendo.pb-c.h"

#define PROTOCOL_VERSION 1

/* Second byte of the first frame of every message; the first byte is the protocol version. PROTOCOL.md, "Frames". */
enum message_type {
	MESSAGE_HELLO = 1, MESSAGE_WELCOME, MESSAGE_PUSH, MESSAGE_VOID, MESSAGE_ACK, MESSAGE_NACK, MESSAGE_PING,
	MESSAGE_PONG,
	MESSAGE_QUERY = 16, MESSAGE_REPLY,
	MESSAGE_DELTA = 32, MESSAGE_HEARTBEAT
};

enum { /* limits of the wire, PROTOCOL.md "Limits" */
	BATCH_UPDATES_MAX = 64,
	BATCH_BYTES_MAX = 48 * 1024,
	UPDATE_BYTES_MAX = 4096,
	WINDOW = 4,
	INGEST_FRAME_MAX = 64 * 1024,
	QUERY_FRAME_MAX = 4 * 1024,
	PAGE_BYTES_MAX = 256 * 1024,
	TOPIC_MAX = PATH_MAX_BYTES
};
#define HEARTBEAT_TOPIC "~/"

struct codec_arena {
	uint8_t *base;
	size_t size, used;
};
/* Never without memory (base_grow): what could not be decoded for want of it would look damaged. */
struct codec_arena codec_arena_new(size_t size);
void codec_arena_free(struct codec_arena *a);
void codec_arena_reset(struct codec_arena *a);
/* Memory of the caller's own beside what is decoded; not zeroed. NULL = the arena is used up. */
void *codec_arena_take(struct codec_arena *a, size_t size);

/*
 * Decodes one message of the type: canonical or nothing (the size of the re-encoding must be the wire length, which
 * catches duplicates, unknown fields, embedded NULs and explicit defaults). NULL = not canonical, or over the arena.
 * Use: Tiendo__V1__Hello *m = codec_unpack(&tiendo__v1__hello__descriptor, data, size, &arena);
 */
void *codec_unpack(const ProtobufCMessageDescriptor *type, const uint8_t *data, size_t size, struct codec_arena *a);
/* Encoded size, and encoding into `out` (at least that large); returns the size. `message`: any generated struct. */
size_t codec_size(const void *message);
size_t codec_pack(const void *message, uint8_t *out);
/* malloc'd encoding; never NULL. */
uint8_t *codec_pack_new(const void *message, size_t *size);
/*
 * Pages are put together from pieces that are encoded already: writes the field's tag and length into out[CODEC_FIELD_MAX];
 * `size` bytes of the piece follow. Returns how many were written.
 */
enum { CODEC_FIELD_MAX = 15 };
size_t codec_field(uint32_t number, size_t size, uint8_t out[static CODEC_FIELD_MAX]);

/* ---- the domain's words ---- */

/* False = undecodable. Strings and `matter` live in the arena. Judges form only; what may enter is admit's. */
bool codec_update_decode(const uint8_t *data, size_t size, struct codec_arena *a, struct update *out);
/* Encodes canonically into out[UPDATE_BYTES_MAX]; returns the size, 0 if it does not fit or has no body. A text that is
 * NULL, and a `matter` that is NULL, say nothing. */
size_t codec_update_encode(const struct update *u, uint8_t out[static UPDATE_BYTES_MAX]);
/* The inside of an obstacle's body alone (StepBody.step of the journal), both ways; which fields count is said by step. */
bool codec_obstacle_decode(struct bytes b, struct codec_arena *a, struct matter *out);
size_t codec_obstacle_encode(const struct matter *m, uint8_t out[static UPDATE_BYTES_MAX]);

/*
 * A Push, decoded as codec_unpack would (canonical or nothing), but the updates stay what they are: bytes, in the arena.
 * The count may be above BATCH_UPDATES_MAX: that is the caller's to refuse.
 */
struct codec_push {
	uint64_t session, first_seq;
	size_t updates_n, proofs_n;
	const struct bytes *updates;
	Tiendo__V1__ReceiptProof **proofs;
};
bool codec_push_decode(struct bytes body, struct codec_arena *a, struct codec_push *out);

/* One catalogue row. False = not canonical or an unknown word in it. */
bool codec_row_decode(const uint8_t *data, size_t size, struct codec_arena *a, struct catalogue_row *out);
/* malloc'd; NULL = no memory. */
uint8_t *codec_row_encode(const struct catalogue_row *row, size_t *size);

/* Encodes one Rollup, by hand: the feed and every page are made of them. Returns the size. */
enum { CODEC_ROLLUP_MAX = 256 };
size_t codec_rollup_pack(uint32_t item_number, const struct rollup *r,
			 uint8_t out[static CODEC_ROLLUP_MAX]);
/* leaf_state is not on the wire and stays 0. False when a value is out of its range. */
bool codec_rollup_read(const Tiendo__V1__Rollup *m, uint32_t *item_number, struct rollup *out);

#endif
