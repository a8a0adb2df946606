// SPDX-License-Identifier: Apache-2.0
/*
 * codec_matter: the bodies beside plain figures, both ways by the same lists of fields, and the
 * writing of updates. By hand as codec_update.c, and as strict: what an office writes is read back
 * as it was, and there is one way to write it.
 */
#include <assert.h>
#include <string.h>

#include "common/sys/codec_reader.h"

/* ---- the messages, field by field ---- */

enum form_type { FORM_TEXT, FORM_NUMBER, FORM_LONG, FORM_YES, FORM_CAUSE, FORM_ORIGIN, FORM_RECEIPT, FORM_INCARNATION };

struct form {
	unsigned number;
	enum form_type type;
	size_t at; /* in struct matter */
};

struct forms {
	const struct form *list; /* ascending */
	size_t n;
};

#define AT(field) offsetof(struct matter, field)
#define FORMS(list) {list, sizeof(list) / sizeof(*(list))}

static const struct form na_request[] = {{1, FORM_TEXT, AT(text)}, {2, FORM_NUMBER, AT(date)}, {3, FORM_NUMBER, AT(date_to)}};
static const struct form withdraw[] = {{1, FORM_RECEIPT, AT(about)}};
static const struct form extension_request[] = {{1, FORM_NUMBER, AT(date)}, {2, FORM_TEXT, AT(text)}};
static const struct form milestone[] = {{1, FORM_NUMBER, AT(milestone)}, {2, FORM_NUMBER, AT(date)}};
static const struct form notice_ack[] = {{1, FORM_LONG, AT(notice)}, {2, FORM_INCARNATION, AT(about.incarnation)}};
static const struct form raise[] = {
	{1, FORM_TEXT, AT(item)},      {2, FORM_CAUSE, AT(cause)},	    {3, FORM_ORIGIN, AT(origin)},
	{4, FORM_TEXT, AT(text)},      {5, FORM_TEXT, AT(solution)},	    {6, FORM_CAUSE, AT(solution_class)},
	{7, FORM_YES, AT(affects_rights)}, {8, FORM_TEXT, AT(addressee)},
};
static const struct form words[] = {{1, FORM_TEXT, AT(text)}}; /* comment, close, reopen */
static const struct form answer[] = {{1, FORM_TEXT, AT(text)}, {2, FORM_YES, AT(resolves)}};
static const struct form escalate[] = {{1, FORM_TEXT, AT(addressee)}, {2, FORM_TEXT, AT(text)}};

/* By body; `unchanged` says nothing more, correction and obstacle are made of two pieces. */
static const struct forms bodies[] = {
	[BODY_NA_REQUEST - BODY_UNCHANGED] = FORMS(na_request),
	[BODY_WITHDRAW - BODY_UNCHANGED] = FORMS(withdraw),
	[BODY_EXTENSION_REQUEST - BODY_UNCHANGED] = FORMS(extension_request),
	[BODY_MILESTONE - BODY_UNCHANGED] = FORMS(milestone),
	[BODY_NOTICE_ACK - BODY_UNCHANGED] = FORMS(notice_ack),
};

static const struct forms steps[] = {
	[STEP_RAISE] = FORMS(raise),   [STEP_COMMENT] = FORMS(words), [STEP_ANSWER] = FORMS(answer),
	[STEP_ESCALATE] = FORMS(escalate), [STEP_CLOSE] = FORMS(words),	  [STEP_REOPEN] = FORMS(words),
};

static bool in_two(enum body_kind body)
{
	return body == BODY_CORRECTION || body == BODY_OBSTACLE;
}

/* ---- reading ---- */

enum { INCARNATION = sizeof((struct receipt *)0)->incarnation };

static bool read_incarnation(struct bytes b, void *to)
{
	if (b.size != INCARNATION)
		return false;
	memcpy(to, b.data, INCARNATION);
	return true;
}

static bool read_receipt(struct bytes b, struct receipt *to)
{
	struct reader r = reader_of(b, NULL);
	struct bytes incarnation = {0};
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0)))
		switch (IS(n, wire)) {
		case IS(1, WIRE_BYTES):
			incarnation = blob(&r);
			break;
		case IS(2, WIRE_NUMBER):
			to->entry = u64(&r);
			break;
		case IS(3, WIRE_NUMBER):
			to->index = u32(&r);
			break;
		default:
			return false;
		}
	return !r.bad && read_incarnation(incarnation, to->incarnation);
}

static bool yes(struct reader *r)
{
	r->bad = varint(r) != 1 || r->bad;
	return true;
}

/* A class that this build does not know is kept as none, which no rule accepts. */
static uint32_t class_up_to(struct reader *r, uint32_t most)
{
	uint32_t n = word(r);

	return n <= most ? n : 0;
}

static void read_form(struct reader *r, enum form_type type, void *to)
{
	switch (type) {
	case FORM_TEXT:
		*(const char **)to = text(r);
		break;
	case FORM_NUMBER:
		*(uint32_t *)to = u32(r);
		break;
	case FORM_LONG:
		*(uint64_t *)to = u64(r);
		break;
	case FORM_YES:
		*(bool *)to = yes(r);
		break;
	case FORM_CAUSE:
		*(enum cause *)to = (enum cause)class_up_to(r, CAUSE_ACCESS);
		break;
	case FORM_ORIGIN:
		*(enum origin *)to = (enum origin)class_up_to(r, ORIGIN_OUTSIDE);
		break;
	case FORM_RECEIPT:
		r->bad = !read_receipt(piece(r), to) || r->bad;
		break;
	case FORM_INCARNATION:
		r->bad = !read_incarnation(blob(r), to) || r->bad;
		break;
	}
}

static enum wire wire_of(enum form_type type)
{
	return type == FORM_TEXT || type == FORM_RECEIPT || type == FORM_INCARNATION ? WIRE_BYTES : WIRE_NUMBER;
}

static bool read_forms(struct bytes b, struct codec_arena *a, const struct forms *f, struct matter *m)
{
	struct reader r = reader_of(b, a);
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0))) {
		size_t i = 0;

		while (i < f->n && f->list[i].number != n)
			i++;
		if (i == f->n || wire != wire_of(f->list[i].type))
			return false;
		read_form(&r, f->list[i].type, (char *)m + f->list[i].at);
	}
	return !r.bad;
}

/* What stands beside the receipt: one figure, or one step. */
static bool read_beside(unsigned n, struct bytes b, struct codec_arena *a, struct update *u, struct matter *m)
{
	if (u->body == BODY_CORRECTION) {
		if (n < BODY_TASK || n > BODY_NONE_ARISEN || u->corrected != BODY_NONE)
			return false;
		u->corrected = (enum body_kind)n;
		return codec_figure_read(n, b, a, u);
	}
	if (n < STEP_RAISE || n > STEP_REOPEN || m->step != STEP_NONE)
		return false;
	m->step = (enum obstacle_step)n;
	return read_forms(b, a, &steps[n], m);
}

static bool read_two(struct bytes b, struct codec_arena *a, struct update *u, struct matter *m)
{
	struct reader r = reader_of(b, a);
	enum wire wire;
	unsigned n;

	while ((n = field(&r, &wire, 0))) {
		struct bytes inside = wire == WIRE_BYTES ? piece(&r) : (struct bytes){0};

		if (r.bad || wire != WIRE_BYTES)
			return false;
		if (!(n == 1 ? read_receipt(inside, &m->about) : read_beside(n, inside, a, u, m)))
			return false;
	}
	return !r.bad;
}

bool codec_matter_read(unsigned number, struct bytes b, struct codec_arena *a, struct update *u)
{
	struct matter *m;

	if (number == BODY_UNCHANGED)
		return b.size == 0;
	m = codec_arena_take(a, sizeof *m);
	if (!m)
		return false;
	*m = (struct matter){.text = "", .item = "", .solution = "", .addressee = ""};
	u->matter = m;
	return in_two(u->body) ? read_two(b, a, u, m) : read_forms(b, a, &bodies[number - BODY_UNCHANGED], m);
}

bool codec_obstacle_decode(struct bytes b, struct codec_arena *a, struct matter *out)
{
	struct update u = {.body = BODY_OBSTACLE};

	*out = (struct matter){.text = "", .item = "", .solution = "", .addressee = ""};
	return read_two(b, a, &u, out);
}

/* ---- writing ---- */

struct writer {
	uint8_t *data;
	size_t n;
	bool full; /* sticky */
};

static void put(struct writer *w, const void *data, size_t n)
{
	if (w->full || n > UPDATE_BYTES_MAX - w->n) {
		w->full = true;
		return;
	}
	memcpy(w->data + w->n, data, n);
	w->n += n;
}

static void put_varint(struct writer *w, uint64_t n)
{
	uint8_t bytes[VARINT_MAX];
	size_t size = 0;

	for (; n >= 0x80; n >>= 7)
		bytes[size++] = (uint8_t)(n | 0x80);
	bytes[size++] = (uint8_t)n;
	put(w, bytes, size);
}

static void put_number(struct writer *w, unsigned number, uint64_t n)
{
	if (!n)
		return;
	put_varint(w, IS(number, WIRE_NUMBER));
	put_varint(w, n);
}

/* Present even when empty: a sub-message. */
static void put_piece(struct writer *w, unsigned number, struct bytes b)
{
	uint8_t head[CODEC_FIELD_MAX];

	put(w, head, codec_field(number, b.size, head));
	if (b.size)
		put(w, b.data, b.size);
}

static void put_text(struct writer *w, unsigned number, const char *text)
{
	if (text && *text)
		put_piece(w, number, bytes_of(text, strlen(text)));
}

/* What was written beside becomes a sub-message. */
static void put_inside(struct writer *w, unsigned number, const struct writer *inside)
{
	w->full = w->full || inside->full;
	put_piece(w, number, bytes_of(inside->data, inside->n));
}

static const struct receipt none;

static void put_incarnation(struct writer *w, unsigned number, const void *incarnation)
{
	if (memcmp(incarnation, none.incarnation, INCARNATION) != 0)
		put_piece(w, number, bytes_of(incarnation, INCARNATION));
}

static void put_receipt(struct writer *w, unsigned number, const struct receipt *receipt)
{
	uint8_t room[64]; /* 18 + 11 + 6 */
	struct writer inside = {.data = room};

	if (!memcmp(receipt->incarnation, none.incarnation, sizeof none.incarnation) && !receipt->entry && !receipt->index)
		return;
	put_piece(&inside, 1, bytes_of(receipt->incarnation, sizeof receipt->incarnation));
	put_number(&inside, 2, receipt->entry);
	put_number(&inside, 3, receipt->index);
	put_inside(w, number, &inside);
}

static void put_forms(struct writer *w, const struct forms *f, const struct matter *m)
{
	for (size_t i = 0; i < f->n; i++) {
		const struct form *form = &f->list[i];
		const void *at = (const char *)m + form->at;

		switch (form->type) {
		case FORM_TEXT:
			put_text(w, form->number, *(const char *const *)at);
			break;
		case FORM_NUMBER:
			put_number(w, form->number, *(const uint32_t *)at);
			break;
		case FORM_LONG:
			put_number(w, form->number, *(const uint64_t *)at);
			break;
		case FORM_YES:
			put_number(w, form->number, *(const bool *)at);
			break;
		case FORM_CAUSE:
			put_number(w, form->number, *(const enum cause *)at);
			break;
		case FORM_ORIGIN:
			put_number(w, form->number, *(const enum origin *)at);
			break;
		case FORM_RECEIPT:
			put_receipt(w, form->number, at);
			break;
		case FORM_INCARNATION:
			put_incarnation(w, form->number, at);
			break;
		}
	}
}

static uint64_t natural(int64_t v)
{
	assert(v >= 0);
	return (uint64_t)v;
}

static void put_figure(struct writer *w, enum body_kind body, const struct update *u)
{
	if (body == BODY_TASK) {
		put_number(w, 1, u->state);
		put_number(w, 2, u->percent);
		put_text(w, 3, u->product_ref);
		put_number(w, 4, u->done_on.ymd);
	} else if (body == BODY_RATIO) {
		put_number(w, 1, natural(u->numerator));
		put_number(w, 2, natural(u->denominator));
	} else if (body != BODY_NONE_ARISEN) {
		put_number(w, 1, natural(u->value));
	}
}

static void put_beside(struct writer *w, const struct update *u, const struct matter *m)
{
	uint8_t room[UPDATE_BYTES_MAX];
	struct writer inside = {.data = room};
	unsigned number = u->body == BODY_CORRECTION ? (unsigned)u->corrected : (unsigned)m->step;

	put_receipt(w, 1, &m->about);
	if (!number)
		return;
	if (u->body == BODY_CORRECTION)
		put_figure(&inside, u->corrected, u);
	else
		put_forms(&inside, &steps[m->step], m);
	put_inside(w, number, &inside);
}

static void put_body(struct writer *w, const struct update *u)
{
	static const struct matter nothing;
	uint8_t room[UPDATE_BYTES_MAX];
	struct writer inside = {.data = room};
	const struct matter *m = u->matter ? u->matter : &nothing;

	if (u->body <= BODY_NONE_ARISEN)
		put_figure(&inside, u->body, u);
	else if (in_two(u->body))
		put_beside(&inside, u, m);
	else
		put_forms(&inside, &bodies[u->body - BODY_UNCHANGED], m);
	put_inside(w, u->body, &inside);
}

size_t codec_obstacle_encode(const struct matter *m, uint8_t out[static UPDATE_BYTES_MAX])
{
	const struct update u = {.body = BODY_OBSTACLE};
	struct writer w = {.data = out};

	put_beside(&w, &u, m);
	return w.full ? 0 : w.n;
}

static void put_seal(struct writer *w, const struct seal *s)
{
	uint8_t room[64]; /* 18 + 3 * 11 + 6 */
	struct writer inside = {.data = room};

	if (!s->monotonic_ms)
		return; /* without a time it is none */
	put_piece(&inside, 1, bytes_of(s->boot_id, sizeof s->boot_id));
	put_number(&inside, 2, s->monotonic_ms);
	put_number(&inside, 3, (uint64_t)s->server_time_ms);
	put_number(&inside, 4, s->server_heard_at_ms);
	put_number(&inside, 5, s->attempts);
	put_inside(w, 7, &inside);
}

size_t codec_update_encode(const struct update *u, uint8_t out[static UPDATE_BYTES_MAX])
{
	struct writer w = {.data = out};

	if (u->body < BODY_TASK || u->body > BODY_NOTICE_ACK)
		return 0;
	put_number(&w, 1, u->seq);
	put_text(&w, 2, u->unit);
	put_number(&w, 3, u->as_of.ymd);
	put_text(&w, 4, u->item);
	put_text(&w, 5, u->period);
	put_number(&w, 6, (uint64_t)u->recorded.ms);
	put_seal(&w, &u->seal);
	put_number(&w, 8, u->base_version);
	put_number(&w, 9, u->catalogue_entry);
	put_number(&w, 10, (uint64_t)(int32_t)u->author_role); /* of an enum: a negative one as 64 bits */
	put_text(&w, 11, u->note);
	put_text(&w, 12, u->reason);
	put_body(&w, u);
	return w.full ? 0 : w.n;
}
