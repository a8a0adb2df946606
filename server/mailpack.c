// SPDX-License-Identifier: Apache-2.0
#include "server/mailpack.h"

#include <stdlib.h>

#include "server/mailbox_inside.h"

enum { LETTER_BYTES = 33, RECIPIENT_BYTES = 8, BOX_BYTES = 16, NOTICE_BYTES = 44 };

/* ---- packing: the lock of the view is held meanwhile, so what is large is written in place ---- */

static void pack_letter(struct buffer *b, const struct letter *l)
{
	uint8_t *p = buffer_reserve(b, LETTER_BYTES + (size_t)l->n * RECIPIENT_BYTES);
	if (!p)
		return;
	put_u64(p, l->entry);
	put_u64(p + 8, l->about_entry);
	put_u32(p + 16, l->item);
	put_u32(p + 20, l->due.ymd);
	put_u32(p + 24, l->sent.ymd);
	p[28] = l->kind;
	put_u32(p + 29, l->n);
	p += LETTER_BYTES;
	for (uint32_t i = 0; i < l->n; i++, p += RECIPIENT_BYTES) {
		put_u32(p, l->units[i]);
		put_u32(p + 4, l->opened[i].ymd);
	}
}

static void pack_notice(uint8_t *p, const struct notice *n)
{
	put_u64(p, n->entry);
	put_u64(p + 8, n->about_entry);
	put_u32(p + 16, n->item);
	put_u32(p + 20, n->due.ymd);
	put_u32(p + 24, n->sent.ymd);
	put_u32(p + 28, n->opened.ymd);
	put_u16(p + 32, n->index);
	put_u16(p + 34, n->about_index);
	put_u16(p + 36, n->period);
	put_u16(p + 38, n->owed);
	put_u16(p + 40, n->place);
	p[42] = n->kind;
	p[43] = n->granted;
}

static bool empty(const struct box *x)
{
	return !x->n && !x->forgotten;
}

static void pack_box(struct buffer *b, uint32_t unit, const struct box *x)
{
	uint8_t *p = buffer_reserve(b, BOX_BYTES + (size_t)x->n * NOTICE_BYTES);
	if (!p)
		return;
	put_u32(p, unit);
	put_u64(p + 4, x->forgotten);
	put_u32(p + 12, x->n);
	p += BOX_BYTES;
	for (uint32_t i = 0; i < x->n; i++, p += NOTICE_BYTES)
		pack_notice(p, &x->list[i]);
}

void mailbox_pack(struct buffer *b, const struct mailbox *m)
{
	uint32_t boxes = 0;
	buffer_put_u32(b, (uint32_t)m->letters_n);
	for (size_t i = 0; i < m->letters_n; i++)
		pack_letter(b, &m->letters[i]);
	for (uint32_t unit = 0; unit < m->boxes_n; unit++)
		boxes += !empty(&m->boxes[unit]);
	buffer_put_u32(b, boxes);
	for (uint32_t unit = 0; unit < m->boxes_n; unit++)
		if (!empty(&m->boxes[unit]))
			pack_box(b, unit, &m->boxes[unit]);
}

/* ---- taking back ---- */

/* The next n pieces of `size` bytes; NULL when there are not so many. */
static const uint8_t *next(struct bytes *from, uint32_t n, size_t size)
{
	return from->size / size < n ? NULL : bytes_take(from, n * size);
}

static bool unpack_letter(struct mailbox *m, struct bytes *from, uint32_t units)
{
	const uint8_t *p = next(from, 1, LETTER_BYTES), *to;
	if (!p || !(to = next(from, get_u32(p + 29), RECIPIENT_BYTES)))
		return false;
	struct letter l = { .entry = get_u64(p), .about_entry = get_u64(p + 8), .item = get_u32(p + 16),
			    .due = { get_u32(p + 20) }, .sent = { get_u32(p + 24) }, .kind = p[28], .n = get_u32(p + 29) };
	uint64_t before = m->letters_n ? m->letters[m->letters_n - 1].entry : 0;
	uint32_t *list = l.n ? malloc(l.n * sizeof *list) : NULL;
	bool good = list && l.entry > before && l.kind < NOTICE_KINDS;
	for (uint32_t i = 0; good && i < l.n; i++) {
		list[i] = get_u32(to + (size_t)i * RECIPIENT_BYTES);
		good = list[i] > (i ? list[i - 1] : 0) && list[i] <= units;
	}
	l.units = list;
	good = good && mailbox_send(m, &l);
	for (uint32_t i = 0; good && i < l.n; i++)
		m->letters[m->letters_n - 1].opened[i].ymd = get_u32(to + (size_t)i * RECIPIENT_BYTES + 4);
	free(list);
	return good;
}

static struct notice unpack_notice(const uint8_t *p)
{
	return (struct notice){
		.entry = get_u64(p), .about_entry = get_u64(p + 8), .item = get_u32(p + 16), .due = { get_u32(p + 20) },
		.sent = { get_u32(p + 24) }, .opened = { get_u32(p + 28) }, .index = get_u16(p + 32),
		.about_index = get_u16(p + 34), .period = get_u16(p + 36), .owed = get_u16(p + 38),
		.place = get_u16(p + 40), .kind = p[42], .granted = p[43] != 0,
	};
}

static bool follows(const struct notice *n, const struct notice *before)
{
	return n->entry > before->entry || (n->entry == before->entry && n->place > before->place);
}

static bool unpack_notices(struct box *b, const uint8_t *p, uint32_t n)
{
	b->list = n ? malloc(n * sizeof *b->list) : NULL;
	b->size = b->list ? n : 0;
	for (; b->n < b->size; b->n++, p += NOTICE_BYTES) {
		b->list[b->n] = unpack_notice(p);
		if (!b->list[b->n].entry || b->list[b->n].kind >= NOTICE_KINDS || p[43] > 1 ||
		    (b->n && !follows(&b->list[b->n], &b->list[b->n - 1])))
			return false;
	}
	return b->n == n;
}

/* What the newest was follows from what is there, and from what was forgotten. */
static void recall_newest(struct box *b)
{
	if (b->n && b->list[b->n - 1].entry > b->newest)
		b->newest = b->list[b->n - 1].entry;
	if (b->forgotten > b->newest)
		b->newest = b->forgotten;
}

static bool unpack_box(struct mailbox *m, struct bytes *from, uint32_t units, uint32_t *before)
{
	const uint8_t *p = next(from, 1, BOX_BYTES), *list;
	if (!p || !(list = next(from, get_u32(p + 12), NOTICE_BYTES)))
		return false;
	uint32_t unit = get_u32(p);
	struct box *b = unit > *before && unit <= units ? mailbox_box(m, unit) : NULL;
	if (!b || !unpack_notices(b, list, get_u32(p + 12)))
		return false;
	*before = unit;
	b->forgotten = get_u64(p + 4);
	recall_newest(b);
	return !empty(b);
}

static bool unpack_all(struct mailbox *m, struct bytes *from, uint32_t units)
{
	uint32_t before = 0;
	const uint8_t *letters = next(from, 1, 4);
	for (uint32_t i = 0; letters && i < get_u32(letters); i++)
		if (!unpack_letter(m, from, units))
			return false;
	const uint8_t *boxes = letters ? next(from, 1, 4) : NULL;
	for (uint32_t i = 0; boxes && i < get_u32(boxes); i++)
		if (!unpack_box(m, from, units, &before))
			return false;
	return boxes && from->size == 0;
}

struct mailbox *mailbox_unpack(struct bytes from, uint32_t units)
{
	struct mailbox *m = mailbox_new();
	if (m && unpack_all(m, &from, units))
		return m;
	mailbox_free(m);
	return NULL;
}
