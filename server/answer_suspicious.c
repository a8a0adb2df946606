// SPDX-License-Identifier: Apache-2.0
/*
 * answer_suspicious: reports that somebody should look at: first those the fold has found, from their rows, leaf by leaf; then
 * control figures that are not what the offices below reported (answer_control.c). Receipts get their incarnation from the
 * journal. Cursor: a = item index, in the second half with CONTROL beside it; b = where in the leaf: period and unit, in the
 * second half period and how many of it were given already.
 */
#include "server/answer_suspicious.h"

#include <stdlib.h>

#include "server/archive.h"

enum { LEAVES_A_PAGE = 8, ROWS_A_PAGE = 1024 };
#define CONTROL (UINT64_C(1) << 32) /* in a, and above it how many of (leaf, period, unit) were given already */
#define SKIP (UINT64_C(1) << 33)

struct suspect *suspects_add(struct suspects *s)
{
	if (s->n == s->size) {
		s->size = s->size ? s->size * 2 : 64;
		s->list = base_grow(s->list, s->size, sizeof(*s->list));
	}
	s->list[s->n] = (struct suspect){0};
	return &s->list[s->n++];
}

/* ---- what the fold has found ---- */

struct leaves {
	struct suspects *s;
	uint32_t items[LEAVES_A_PAGE];
	struct archive_span spans[LEAVES_A_PAGE];
	size_t n;
	uint32_t next; /* item behind them; NO_INDEX = none */
};

static void take(void *ctx, size_t span, struct bytes key, struct bytes value)
{
	struct leaves *l = ctx;
	uint32_t unit = key.size >= 23 ? get_u32(key.data + 8) : 0;

	if (value.size != 16 || about_number(&l->s->units, unit) == NO_INDEX)
		return;
	struct suspect *found = suspects_add(l->s);
	found->item = l->items[span];
	found->first.ymd = get_u32(key.data + 4);
	found->unit = unit;
	found->receipt = (struct query_receipt){get_u64(key.data + 12), get_u16(key.data + 20)};
	found->kind = key.data[22];
	found->before = get_u64(value.data);
	found->after = get_u64(value.data + 8);
}

static int by_place(const void *pa, const void *pb)
{
	const struct suspect *a = pa, *b = pb;
	const uint64_t mine[] = {a->item, a->first.ymd, a->unit, a->receipt.entry, a->receipt.index, a->kind};
	const uint64_t its[] = {b->item, b->first.ymd, b->unit, b->receipt.entry, b->receipt.index, b->kind};

	for (size_t i = 0; i < BASE_COUNT(mine); i++)
		if (mine[i] != its[i])
			return mine[i] < its[i] ? -1 : 1;
	return 0;
}

static void add_leaf(struct leaves *l, uint32_t item, uint64_t from)
{
	const struct catalogue *c = l->s->q->slice.view->catalogue;
	struct archive_span *span = &l->spans[l->n];
	uint8_t key[4];

	put_u32(key, catalogue_item(c, item)->row.number);
	*span = archive_prefix(key, sizeof(key));
	if (from) { /* of the leaf that begins the page: period and unit */
		span->from_n = 12;
		memcpy(span->from, key, sizeof(key));
		put_u64(span->from + 4, from);
	}
	l->items[l->n++] = item;
}

static bool find_leaves(struct leaves *l)
{
	struct asking *q = l->s->q;
	const struct catalogue *c = q->slice.view->catalogue;
	uint32_t item = (uint32_t)q->at.a;
	uint64_t from = q->at.b;

	for (l->next = NO_INDEX; item < catalogue_items(c); item++, from = 0) {
		if (!slice_go_on(&q->slice))
			return false;
		if (!catalogue_item(c, item)->leaf || !about_has_item(c, &l->s->about, item))
			continue;
		if (l->n == LEAVES_A_PAGE) {
			l->next = item;
			return true;
		}
		add_leaf(l, item, from);
	}
	return true;
}

static enum reason read_rows(struct suspects *s, struct leaves *l)
{
	struct archive_ask ask = {.table = ROWS_SUSPICIONS, .spans = l->spans, .fn = take, .ctx = l};

	if (!find_leaves(l))
		return answer_stale(s->q);
	ask.spans_n = l->n;
	enum reason reason = archive_read(s->q, &ask);
	if (!reason && s->n)
		qsort(s->list, s->n, sizeof(*s->list), by_place);
	return reason;
}

/* ---- the page ---- */

static void read_receipt(void *ctx, const struct query_blob *b)
{
	struct suspects *s = ctx;

	memcpy(s->list[b->i].incarnation, b->incarnation, INCARNATION_SIZE);
	s->list[b->i].read = true;
}

static enum reason read_receipts(struct suspects *s, size_t n)
{
	struct asking *q = s->q;
	const struct query_journal *j = &q->answerer->options->journal;
	struct query_receipt *wanted = base_alloc((n + 1) * sizeof(*wanted));

	for (size_t i = 0; i < n; i++)
		wanted[i] = s->list[i].receipt;
	slice_leave(&q->slice);
	bool read = n == 0 || j->blobs(j->ctx, wanted, n, read_receipt, s);
	bool same = slice_return(&q->slice);
	free(wanted);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	return same ? REASON_NONE : answer_stale(q);
}

/* False = the leaf has no such period now, or the window does not hold it. */
static bool period_of(const struct suspects *s, const struct suspect *found, struct period *p)
{
	const struct schedule *schedule = catalogue_schedule(s->q->slice.view->catalogue, found->item);

	*p = (struct period){0};
	if (found->first.ymd && schedule && schedule_at(schedule, found->first, p) && p->first.ymd == found->first.ymd)
		return window_has(&s->window, p);
	*p = (struct period){0};
	return s->window.all;
}

static bool put(struct suspects *s, const struct suspect *found)
{
	Tiendo__V1__SuspiciousRow m = TIENDO__V1__SUSPICIOUS_ROW__INIT;
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;
	struct buffer *piece = &s->q->answerer->piece;
	struct period p;

	if (!period_of(s, found, &p))
		return true;
	m.unit = found->unit;
	m.item = catalogue_item(s->q->slice.view->catalogue, found->item)->row.number;
	m.period = p.code;
	m.suspicion = (Tiendo__V1__Suspicion)found->kind;
	m.receipt = &receipt;
	if (found->read)
		receipt.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)found->incarnation};
	receipt.entry = found->receipt.entry;
	receipt.index = found->receipt.index;
	m.before = found->before;
	m.after = found->after;
	buffer_clear(piece);
	answer_put(piece, &m);
	return answer_add(s->q, 1, buffer_bytes(piece));
}

/* Those of the list that stand on this page; the first that does not. */
static enum reason put_all(struct suspects *s, size_t from, size_t *given)
{
	size_t n = s->n < ROWS_A_PAGE + from ? s->n : ROWS_A_PAGE + from;
	enum reason reason = read_receipts(s, n);

	*given = from;
	while (!reason && *given < n && put(s, &s->list[*given]))
		++*given;
	return reason;
}

static bool same_slot(const struct suspect *a, const struct suspect *b)
{
	return a->item == b->item && a->first.ymd == b->first.ymd && a->unit == b->unit;
}

static enum reason first_half(struct suspects *s)
{
	struct asking *q = s->q;
	struct leaves l = {.s = s};
	enum reason reason = read_rows(s, &l);
	size_t skip = q->at.a / SKIP, given = 0;

	if (!reason)
		reason = put_all(s, skip < s->n ? skip : s->n, &given);
	if (reason)
		return reason;
	q->more = true;
	q->at.b = 0;
	if (given < s->n) {
		const struct suspect *next = &s->list[given];
		size_t group = given; /* where the reports of its unit and period begin */
		while (group && same_slot(&s->list[group - 1], next))
			group--;
		q->at.a = (uint64_t)(given - group) * SKIP | next->item;
		q->at.b = (uint64_t)next->first.ymd << 32 | next->unit;
	} else if (l.next != NO_INDEX) {
		q->at.a = l.next;
	} else {
		q->at.a = CONTROL;
		q->more = suspects_controlled(s);
	}
	return reason;
}

static enum reason second_half(struct suspects *s)
{
	struct asking *q = s->q;
	uint64_t item = NO_INDEX, period = 0;
	enum reason reason = suspects_control(s, (uint32_t)q->at.a, &item, &period);
	size_t skip = (uint32_t)q->at.b, given;

	if (!reason)
		reason = put_all(s, skip < s->n ? skip : s->n, &given);
	if (reason)
		return reason;
	if (given < s->n) { /* one leaf and period alone */
		q->more = true;
		q->at.b = q->at.b >> 32 << 32 | given;
		return reason;
	}
	q->more = item != NO_INDEX;
	q->at.a = CONTROL | item;
	q->at.b = period << 32;
	return reason;
}

enum reason answer_suspicious(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->suspicious->unit, .item = m->suspicious->item, .one_day = true};
	struct suspects s = {.q = q};
	enum reason reason = about_find(q, &ask, &s.about);

	if (reason)
		return reason;
	if (!window_read(q->slice.view->catalogue, m->suspicious->period, &s.window))
		return answer_fail(q, REASON_NOT_FOUND, "no period has the code \"%.40s\"", m->suspicious->period);
	if (!answer_cursor_day(q->at.b >> 32))
		return answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
	if (!about_units(q, &s.about, &s.units))
		reason = answer_stale(q);
	else
		reason = q->at.a & CONTROL ? second_half(&s) : first_half(&s);
	about_units_free(&s.units);
	free(s.list);
	return reason;
}
