// SPDX-License-Identifier: Apache-2.0
/*
 * answer_office: what inspectors found, and what offices ask the plan's owner for. Both are walked in the order of the journal,
 * copied under the viewlock; their texts are then read from the journal without it. Cursor: a = place among all of them.
 */
#include <stdlib.h>

#include "server/answer_words.h"

enum { ROWS_A_PAGE = 64 };

/* One question's way through its list: wanted and keep look at the entry at `place`. */
struct gather {
	struct asking *q;
	struct about about;
	uint32_t place, places[ROWS_A_PAGE];
	size_t n;
	bool full;
	struct spot spots[2 * ROWS_A_PAGE];
	struct words words[2 * ROWS_A_PAGE];
	size_t spots_n;
	struct finding findings[ROWS_A_PAGE];
	struct request requests[ROWS_A_PAGE];
};

static bool is_about(const struct gather *g, uint32_t unit, uint32_t item)
{
	const struct view *v = g->q->slice.view;
	const struct catalogue *c = v->catalogue;

	if (g->about.item != NO_INDEX && (!item || !about_has_item(c, &g->about, catalogue_item_by_number(c, item))))
		return false;
	return about_has_unit(v, &g->about, catalogue_unit_by_number(c, unit));
}

/* ---- findings ---- */

static bool find_finding(struct gather *g, const Tiendo__V1__Query *m)
{
	const struct cases *c = &g->q->slice.view->duties.cases;

	if (g->place >= c->findings_n)
		return false;
	const struct finding *f = &c->findings[g->place];
	if ((m->findings->open_only && f->closed_by) || !is_about(g, f->unit, f->item))
		return true;
	g->full = g->n == ROWS_A_PAGE;
	if (g->full)
		return true;
	g->findings[g->n] = *f;
	g->places[g->n++] = g->place;
	g->spots[g->spots_n++] = (struct spot){f->entry, 0};
	return true;
}

static void put_finding(struct gather *g, size_t i)
{
	Tiendo__V1__FindingRow m = TIENDO__V1__FINDING_ROW__INIT;
	const struct finding *f = &g->findings[i];
	const struct words *w = &g->words[i];

	m.entry = f->entry;
	m.recorded_ms = w->received.ms;
	m.unit = f->unit;
	m.item = f->item;
	m.rule = w->rule ? w->rule : (char *)"";
	m.severity = f->severity;
	m.document = w->document ? w->document : (char *)"";
	m.remedy_by = f->remedy_by.ymd;
	m.closed_on = f->closed.ymd;
	m.text = w->text ? w->text : (char *)"";
	answer_put(&g->q->answerer->piece, &m);
}

/* ---- requests ---- */

static bool find_request(struct gather *g, const Tiendo__V1__Query *m)
{
	const struct cases *c = &g->q->slice.view->duties.cases;

	if (g->place >= c->requests_n)
		return false;
	const struct request *r = &c->requests[g->place];
	if ((m->requests->waiting_only && r->decided) || !is_about(g, r->unit, r->item))
		return true;
	g->full = g->n == ROWS_A_PAGE;
	if (g->full)
		return true;
	g->requests[g->n] = *r;
	g->places[g->n++] = g->place;
	g->spots[g->spots_n++] = r->at;
	g->spots[g->spots_n++] = (struct spot){r->decided, 0}; /* entry 0 is none */
	return true;
}

static void put_request(struct gather *g, size_t i)
{
	Tiendo__V1__RequestRow m = TIENDO__V1__REQUEST_ROW__INIT;
	Tiendo__V1__ReceiptRef receipt = TIENDO__V1__RECEIPT_REF__INIT;
	const struct request *r = &g->requests[i];
	const struct words *asked = &g->words[2 * i], *answer = asked + 1;

	if (asked->read)
		receipt.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)asked->incarnation};
	receipt.entry = r->at.entry;
	receipt.index = r->at.index;
	m.receipt = &receipt;
	m.received_ms = asked->received.ms;
	m.unit = r->unit;
	m.item = r->item;
	m.kind = r->kind;
	m.date = r->date.ymd;
	m.date_to = r->date_to.ymd;
	m.decided_entry = r->decided;
	m.granted = r->granted;
	m.granted_date = r->granted_date.ymd;
	m.reason = asked->text ? asked->text : (char *)"";
	m.answer = answer->text ? answer->text : (char *)"";
	answer_put(&g->q->answerer->piece, &m);
}

/* ---- both ---- */

typedef bool find_fn(struct gather *g, const Tiendo__V1__Query *m); /* false = no more */
typedef void put_fn(struct gather *g, size_t i);

static bool gather(struct gather *g, find_fn *find, const Tiendo__V1__Query *m)
{
	for (; find(g, m) && !g->full; g->place++)
		if (!slice_go_on(&g->q->slice))
			return false;
	return true;
}

static void add_rows(struct gather *g, put_fn *put)
{
	struct buffer *piece = &g->q->answerer->piece;
	size_t i = 0;

	for (; i < g->n; i++) {
		buffer_clear(piece);
		put(g, i);
		if (!answer_add(g->q, 1, buffer_bytes(piece)))
			break;
	}
	g->q->more = g->full || i < g->n;
	g->q->at.a = i < g->n ? g->places[i] : g->place;
}

static enum reason walk(struct gather *g, const struct about_ask *ask, find_fn *find, put_fn *put,
			const Tiendo__V1__Query *m)
{
	struct asking *q = g->q;
	enum reason reason = about_find(q, ask, &g->about);

	if (reason)
		return reason;
	g->place = q->at.a < UINT32_MAX ? (uint32_t)q->at.a : UINT32_MAX;
	bool same = gather(g, find, m);
	slice_leave(&q->slice);
	bool read = words_read(q, g->spots, g->words, g->spots_n);
	same = slice_return(&q->slice) && same;
	if (!same)
		return answer_stale(q);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	add_rows(g, put);
	return REASON_NONE;
}

static enum reason answer_from(struct asking *q, const struct about_ask *ask, find_fn *find, put_fn *put,
			       const Tiendo__V1__Query *m)
{
	struct gather *g = base_alloc(sizeof(*g));

	g->q = q;
	enum reason reason = walk(g, ask, find, put, m);
	words_free(g->words, g->spots_n);
	free(g);
	return reason;
}

enum reason answer_findings(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->findings->unit, .item = m->findings->item};

	return answer_from(q, &ask, find_finding, put_finding, m);
}

enum reason answer_requests(struct asking *q, const Tiendo__V1__Query *m)
{
	const struct about_ask ask = {.unit = m->requests->unit, .item = m->requests->item};

	return answer_from(q, &ask, find_request, put_request, m);
}
