// SPDX-License-Identifier: Apache-2.0
/*
 * codec_update: updates and pushes, read by hand. It is what the centre does for every single
 * update, so it is written out: one walk over the bytes, no message in between. What is rare has
 * files of its own: the bodies beside plain figures codec_matter.c, a push's proofs the library.
 *
 * Canonical comes out as: every field at most once, none of them an explicit zero or empty, tags,
 * lengths and numbers in as few bytes as they need and within their type, nothing unknown, no NUL
 * in a text. tests/unit/test_codec_update.c holds this beside the library.
 */
#include <string.h>

#include "common/sys/codec_reader.h"

/* ---- updates ---- */

/* A value beyond int64 is kept as a value that every bound of the domain refuses. */
static int64_t bounded(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

static bool read_seal(struct bytes b, struct codec_arena *a, struct seal *s)
{
	struct reader r = reader_of(b, a);
	struct bytes boot = {0};
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0)))
		switch (IS(n, wire)) {
		case IS(1, WIRE_BYTES):
			boot = blob(&r);
			break;
		case IS(2, WIRE_NUMBER):
			s->monotonic_ms = u64(&r);
			break;
		case IS(3, WIRE_NUMBER):
			s->server_time_ms = (int64_t)u64(&r);
			break;
		case IS(4, WIRE_NUMBER):
			s->server_heard_at_ms = u64(&r);
			break;
		case IS(5, WIRE_NUMBER):
			s->attempts = u32(&r);
			break;
		default:
			return false;
		}
	if (r.bad || (boot.size && boot.size != sizeof s->boot_id))
		return false;
	if (boot.size)
		memcpy(s->boot_id, boot.data, sizeof s->boot_id);
	return true;
}

static bool read_task(struct bytes b, struct codec_arena *a, struct update *u)
{
	struct reader r = reader_of(b, a);
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0)))
		switch (IS(n, wire)) {
		case IS(1, WIRE_NUMBER): {
			uint32_t state = word(&r);
			/* an unknown state is kept as a number that no rule accepts */
			u->state = state <= TASK_DONE ? (enum task_state)state : TASK_NONE;
			break;
		}
		case IS(2, WIRE_NUMBER):
			u->percent = u32(&r);
			break;
		case IS(3, WIRE_BYTES):
			u->product_ref = text(&r);
			break;
		case IS(4, WIRE_NUMBER):
			u->done_on.ymd = u32(&r);
			break;
		default:
			return false;
		}
	return !r.bad;
}

/* Ratio, count and points: fields 1 .. most, all u64. */
static bool read_numbers(struct bytes b, unsigned most, int64_t *const out[])
{
	struct reader r = reader_of(b, NULL);
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0))) {
		if (n > most || wire != WIRE_NUMBER)
			return false;
		*out[n - 1] = bounded(u64(&r));
	}
	return !r.bad;
}

static inline bool read_figure(unsigned number, struct bytes b, struct codec_arena *a, struct update *u)
{
	if (number == BODY_TASK)
		return read_task(b, a, u);
	if (number == BODY_RATIO)
		return read_numbers(b, 2, (int64_t *[]){&u->numerator, &u->denominator});
	if (number == BODY_COUNT || number == BODY_POINTS)
		return read_numbers(b, 1, (int64_t *[]){&u->value});
	return b.size == 0; /* none arisen */
}

bool codec_figure_read(unsigned number, struct bytes b, struct codec_arena *a, struct update *u)
{
	return read_figure(number, b, a, u);
}

static bool read_body(unsigned number, struct bytes b, struct codec_arena *a, struct update *u)
{
	u->body = (enum body_kind)number; /* the numbers are the same by definition */
	return number <= BODY_NONE_ARISEN ? read_figure(number, b, a, u) : codec_matter_read(number, b, a, u);
}

static bool read_field(struct reader *r, unsigned n, enum wire wire, struct update *u)
{
	switch (IS(n, wire)) {
	case IS(1, WIRE_NUMBER):
		u->seq = u64(r);
		return true;
	case IS(2, WIRE_BYTES):
		u->unit = text(r);
		return true;
	case IS(3, WIRE_NUMBER):
		u->as_of.ymd = u32(r);
		return true;
	case IS(4, WIRE_BYTES):
		u->item = text(r);
		return true;
	case IS(5, WIRE_BYTES):
		u->period = text(r);
		return true;
	case IS(6, WIRE_NUMBER):
		u->recorded.ms = (int64_t)u64(r);
		return true;
	case IS(7, WIRE_BYTES):
		return read_seal(piece(r), r->arena, &u->seal);
	case IS(8, WIRE_NUMBER):
		u->base_version = u64(r);
		return true;
	case IS(9, WIRE_NUMBER):
		u->catalogue_entry = u64(r);
		return true;
	case IS(10, WIRE_NUMBER):
		u->author_role = word(r);
		return true;
	case IS(11, WIRE_BYTES):
		u->note = text(r);
		return true;
	case IS(12, WIRE_BYTES):
		u->reason = text(r);
		return true;
	default:
		return n >= BODY_TASK && n <= BODY_NOTICE_ACK && wire == WIRE_BYTES && u->body == BODY_NONE &&
		       read_body(n, piece(r), r->arena, u);
	}
}

bool codec_update_decode(const uint8_t *data, size_t size, struct codec_arena *a, struct update *out)
{
	struct reader r = reader_of(bytes_of(data, size), a);
	enum wire wire;
	unsigned n;

	*out = (struct update){.unit = "", .item = "", .period = "", .note = "", .reason = "", .product_ref = ""};
	while ((n = field(&r, &wire, 0)))
		if (!read_field(&r, n, wire, out))
			return false;
	return !r.bad;
}

/* ---- pushes ---- */

enum { PUSH_UPDATES = 3, PUSH_PROOFS = 4 };

/* One with proofs: rare, and much in it. */
static bool push_with_proofs(struct bytes body, struct codec_arena *a, struct codec_push *out)
{
	const Tiendo__V1__Push *m = codec_unpack(&tiendo__v1__push__descriptor, body.data, body.size, a);
	struct bytes *updates = m ? codec_arena_take(a, (m->n_updates + 1) * sizeof *updates) : NULL;

	if (!updates)
		return false;
	for (size_t i = 0; i < m->n_updates; i++)
		updates[i] = bytes_of(m->updates[i].data, m->updates[i].len);
	*out = (struct codec_push){.session = m->session, .first_seq = m->first_seq, .updates_n = m->n_updates,
				   .updates = updates, .proofs_n = m->n_proofs, .proofs = m->proofs};
	return true;
}

/* Updates go to `updates` unless it is NULL; they are counted in any case. False = not canonical. */
static bool walk_push(struct bytes body, struct codec_push *out, struct bytes *updates)
{
	struct reader r = reader_of(body, NULL);
	enum wire wire;
	unsigned n;

	*out = (struct codec_push){.updates = updates};
	while ((n = field(&r, &wire, PUSH_UPDATES))) {
		if (n == 1 && wire == WIRE_EIGHT) {
			out->session = eight(&r);
		} else if (n == 2 && wire == WIRE_NUMBER) {
			out->first_seq = u64(&r);
		} else if (n == PUSH_UPDATES && wire == WIRE_BYTES) {
			struct bytes update = piece(&r);
			if (updates)
				updates[out->updates_n] = update;
			out->updates_n++;
		} else {
			out->proofs_n = n == PUSH_PROOFS;
			return false;
		}
	}
	return !r.bad;
}

bool codec_push_decode(struct bytes body, struct codec_arena *a, struct codec_push *out)
{
	if (!walk_push(body, out, NULL))
		return out->proofs_n && push_with_proofs(body, a, out);
	uint8_t *copy = codec_arena_take(a, body.size + 1);
	struct bytes *updates = codec_arena_take(a, (out->updates_n + 1) * sizeof *updates);
	if (!copy || !updates)
		return false;
	memcpy(copy, body.data, body.size);
	return walk_push(bytes_of(copy, body.size), out, updates);
}
