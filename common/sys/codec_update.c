// SPDX-License-Identifier: Apache-2.0
/*
 * codec_update: updates and pushes, read by hand. It is what the centre does for every single
 * update, so it is written out: one walk over the bytes, no message in between. What is rare
 * (bodies known by name only, proofs) goes the library's way.
 *
 * Canonical comes out as: every field at most once, none of them an explicit zero or empty, tags,
 * lengths and numbers in as few bytes as they need and within their type, nothing unknown, no NUL
 * in a text. tests/unit/test_codec_update.c holds this beside the library.
 */
#include <assert.h>
#include <limits.h>
#include <string.h>

#include "common/sys/base.h"
#include "common/sys/codec.h"

enum wire { WIRE_NUMBER = 0, WIRE_EIGHT = 1, WIRE_BYTES = 2 };
enum { VARINT_MAX = 10 };

struct reader {
	const uint8_t *at, *end;
	bool bad; /* sticky */
	uint64_t seen; /* fields, as bits */
	struct codec_arena *arena;
};

static struct reader reader_of(struct bytes b, struct codec_arena *a)
{
	return (struct reader){.at = b.data, .end = b.size ? b.data + b.size : b.data, .arena = a};
}

/* ---- numbers and lengths ---- */

static unsigned width(uint64_t n)
{
	return (unsigned)(63 - __builtin_clzll(n | 1)) / 7 + 1;
}

static uint64_t long_varint(struct reader *r)
{
	size_t left = (size_t)(r->end - r->at), most = left < VARINT_MAX ? left : VARINT_MAX;
	uint64_t n = 0;

	for (unsigned i = 0; i < most; i++) {
		n |= (uint64_t)(r->at[i] & 0x7f) << 7 * i;
		if (r->at[i] >= 0x80)
			continue;
		/* the tenth byte holds the 64th bit and no other */
		r->bad = r->bad || i + 1 != width(n) || (i + 1 == VARINT_MAX && r->at[i] > 1);
		r->at += i + 1;
		return n;
	}
	r->bad = true;
	return 0;
}

/* A number in as few bytes as it needs, or `bad`. Most are tags and lengths: one byte. */
static inline uint64_t varint(struct reader *r)
{
	return r->at < r->end && *r->at < 0x80 ? *r->at++ : long_varint(r);
}

static uint64_t u64(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n;
	return n;
}

static uint32_t u32(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n || n > UINT32_MAX;
	return (uint32_t)n;
}

/* Of an enum: a negative one travels as 64 bits. */
static uint32_t word(struct reader *r)
{
	uint64_t n = varint(r);

	r->bad = r->bad || !n || n != (uint64_t)(int32_t)n;
	return (uint32_t)n;
}

static uint64_t eight(struct reader *r)
{
	uint64_t n = 0;

	if (r->end - r->at < 8) {
		r->bad = true;
		return 0;
	}
	for (int i = 7; i >= 0; i--)
		n = n << 8 | r->at[i];
	r->at += 8;
	r->bad = r->bad || !n;
	return n;
}

/* May be empty: a sub-message, or one of a repeated field. */
static struct bytes piece(struct reader *r)
{
	uint64_t n = varint(r);

	if (r->bad || n > (size_t)(r->end - r->at)) {
		r->bad = true;
		return (struct bytes){0};
	}
	r->at += n;
	return bytes_of(r->at - n, (size_t)n);
}

static struct bytes blob(struct reader *r)
{
	struct bytes b = piece(r);

	r->bad = r->bad || !b.size;
	return b;
}

static const char *text(struct reader *r)
{
	struct bytes b = blob(r);
	char *copy = r->bad || memchr(b.data, 0, b.size) ? NULL : codec_arena_take(r->arena, b.size + 1);

	if (!copy) {
		r->bad = true;
		return "";
	}
	memcpy(copy, b.data, b.size);
	copy[b.size] = '\0';
	return copy;
}

/* The next field; 0 at the end, or when it is bad. Numbers to 63, each at most once but `many`. */
static unsigned field(struct reader *r, enum wire *wire, unsigned many)
{
	if (r->bad || r->at == r->end)
		return 0;
	uint64_t tag = varint(r), number = tag >> 3;
	*wire = (enum wire)(tag & 7);
	r->bad = r->bad || !number || number > 63 || (number != many && r->seen >> number & 1);
	r->seen |= r->bad ? 0 : UINT64_C(1) << number;
	return r->bad ? 0 : (unsigned)number;
}

/* ---- updates ---- */

/* A value beyond int64 is kept as a value that every bound of the domain refuses. */
static int64_t bounded(uint64_t v)
{
	return v > INT64_MAX ? INT64_MAX : (int64_t)v;
}

/* Which number and form: one case of a switch. */
#define IS(number, wire) ((number) << 3 | (wire))

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

/* Bodies known by name only: well formed or not is all there is to say. */
static bool read_rare(unsigned number, struct bytes b, struct codec_arena *a)
{
	static const ProtobufCMessageDescriptor *const types[] = {
		&tiendo__v1__unchanged__descriptor,	  &tiendo__v1__na_request__descriptor,
		&tiendo__v1__correction__descriptor,	  &tiendo__v1__withdraw__descriptor,
		&tiendo__v1__obstacle__descriptor,	  &tiendo__v1__extension_request__descriptor,
		&tiendo__v1__milestone__descriptor,	  &tiendo__v1__notice_ack__descriptor};

	return codec_unpack(types[number - BODY_UNCHANGED], b.data, b.size, a) != NULL;
}

static bool read_body(unsigned number, struct bytes b, struct codec_arena *a, struct update *u)
{
	u->body = (enum body_kind)number; /* the numbers are the same by definition */
	if (number == BODY_TASK)
		return read_task(b, a, u);
	if (number == BODY_RATIO)
		return read_numbers(b, 2, (int64_t *[]){&u->numerator, &u->denominator});
	if (number == BODY_COUNT || number == BODY_POINTS)
		return read_numbers(b, 1, (int64_t *[]){&u->value});
	if (number == BODY_NONE_ARISEN)
		return b.size == 0;
	return read_rare(number, b, a);
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

static uint64_t natural(int64_t v)
{
	assert(v >= 0);
	return (uint64_t)v;
}

size_t codec_update_encode(const struct update *u, uint8_t out[static UPDATE_BYTES_MAX])
{
	Tiendo__V1__Update m = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Seal seal = TIENDO__V1__SEAL__INIT;
	Tiendo__V1__Task task = TIENDO__V1__TASK__INIT;
	Tiendo__V1__Ratio ratio = TIENDO__V1__RATIO__INIT;
	Tiendo__V1__Count count = TIENDO__V1__COUNT__INIT;
	Tiendo__V1__Points points = TIENDO__V1__POINTS__INIT;
	Tiendo__V1__NoneArisen none = TIENDO__V1__NONE_ARISEN__INIT;
	Tiendo__V1__Unchanged unchanged = TIENDO__V1__UNCHANGED__INIT;

	m.seq = u->seq;
	m.unit = (char *)u->unit;
	m.as_of = u->as_of.ymd;
	m.item = (char *)u->item;
	m.period = (char *)u->period;
	m.recorded_ms = u->recorded.ms;
	m.base_version = u->base_version;
	m.catalogue_entry = u->catalogue_entry;
	m.author_role = (Tiendo__V1__AuthorRole)u->author_role;
	m.note = (char *)u->note;
	m.reason = (char *)u->reason;
	if (u->seal.monotonic_ms) {
		seal.boot_id = (ProtobufCBinaryData){sizeof u->seal.boot_id, (uint8_t *)u->seal.boot_id};
		seal.monotonic_ms = u->seal.monotonic_ms;
		seal.server_time_ms = u->seal.server_time_ms;
		seal.server_heard_at_ms = u->seal.server_heard_at_ms;
		seal.attempts = u->seal.attempts;
		m.seal = &seal;
	}
	task.state = (Tiendo__V1__TaskState)u->state;
	task.percent = u->percent;
	task.product_ref = (char *)(u->product_ref ? u->product_ref : "");
	task.done_on = u->done_on.ymd;
	ratio.numerator = natural(u->numerator);
	ratio.denominator = natural(u->denominator);
	count.value = points.value = natural(u->value);
	m.body_case = (Tiendo__V1__Update__BodyCase)u->body;
	if (u->body == BODY_TASK)
		m.task = &task;
	else if (u->body == BODY_RATIO)
		m.ratio = &ratio;
	else if (u->body == BODY_COUNT)
		m.count = &count;
	else if (u->body == BODY_POINTS)
		m.points = &points;
	else if (u->body == BODY_NONE_ARISEN)
		m.none_arisen = &none;
	else if (u->body == BODY_UNCHANGED)
		m.unchanged = &unchanged;
	else
		return 0;
	if (codec_size(&m) > UPDATE_BYTES_MAX)
		return 0;
	return codec_pack(&m, out);
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
