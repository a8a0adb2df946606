// SPDX-License-Identifier: Apache-2.0
/*
 * answer_notices: what the centre has told an office; to an operator what it has told everybody, and who has opened it.
 * Notices are copied under the viewlock, their texts and times are then read from the journal without it. Cursor: a =
 * entry, b = number of the unit, c = place within the entry.
 */
#include "server/answer.h"

#include <stdlib.h>

#include "common/domain/timely.h"
#include "server/mailbox.h"

enum { NOTICES_A_PAGE = 128 };

struct found {
	struct notice notice;
	uint32_t unit; /* number */
	char item[CODE_MAX + 1], period[PERIOD_MAX + 1];
	/* from the journal: */
	struct instant sent;
	uint8_t own[INCARNATION_SIZE]; /* of the entry; good once `sent` is */
	bool about; /* its receipt was read */
	uint8_t incarnation[INCARNATION_SIZE]; /* of that receipt */
	char *text;
};

struct gather {
	struct asking *q;
	const Tiendo__V1__Notices *ask;
	struct found list[NOTICES_A_PAGE];
	size_t n;
	bool full;
	uint32_t unit, last; /* numbers: where it stands, and the last one to be asked about */
	uint64_t entry;
	uint32_t place;
};

/* ---- under the lock ---- */

static void name_it(const struct catalogue *c, struct found *f)
{
	uint32_t item = c ? catalogue_item_by_number(c, f->notice.item) : NO_INDEX;
	const struct schedule *s;
	struct date first = period_first(f->notice.period);
	struct period p;

	if (item == NO_INDEX)
		return;
	memcpy(f->item, catalogue_item(c, item)->row.code, strlen(catalogue_item(c, item)->row.code) + 1);
	s = catalogue_item(c, item)->leaf ? catalogue_schedule(c, item) : NULL;
	if (first.ymd && s && schedule_from(s, first, &p) && p.first.ymd == first.ymd)
		memcpy(f->period, p.code, sizeof f->period);
}

static void gather_unit(struct gather *g)
{
	const struct view *v = g->q->slice.view;
	struct mail_walk w = mailbox_walk(v->mailbox, g->unit, g->entry - 1);
	struct notice n;

	while (mailbox_next(&w, &n)) {
		if ((n.entry == g->entry && n.place < g->place) || (g->ask->unread_only && n.opened.ymd))
			continue;
		g->entry = n.entry;
		g->place = n.place;
		g->full = g->n == NOTICES_A_PAGE;
		if (g->full)
			return;
		struct found *f = &g->list[g->n++];
		*f = (struct found){.notice = n, .unit = g->unit};
		name_it(v->catalogue, f);
	}
}

/* False = the generation changed. */
static bool gather(struct gather *g)
{
	for (; g->unit <= g->last; g->unit++) {
		if (!slice_go_on(&g->q->slice))
			return false;
		gather_unit(g);
		if (g->full)
			return true;
		g->entry = g->ask->since + 1;
		g->place = 0;
	}
	return true;
}

/* ---- from the journal ---- */

/* What the centre itself said; in the arena. "" = this kind of entry says nothing to an office. */
static const char *barrier_text(const struct query_body *b, struct codec_arena *arena)
{
	const uint8_t *p = b->body.data;
	size_t n = b->body.size;

	if (b->kind == ENTRY_NOTICE) {
		const Tiendo__Journal__V1__NoticeBody *m =
			codec_unpack(&tiendo__journal__v1__notice_body__descriptor, p, n, arena);
		return m ? m->text : "";
	}
	if (b->kind == ENTRY_DECISION) {
		const Tiendo__Journal__V1__DecisionBody *m =
			codec_unpack(&tiendo__journal__v1__decision_body__descriptor, p, n, arena);
		return m ? m->reason : "";
	}
	if (b->kind == ENTRY_FINDING) {
		const Tiendo__Journal__V1__FindingBody *m =
			codec_unpack(&tiendo__journal__v1__finding_body__descriptor, p, n, arena);
		return m ? m->text : "";
	}
	if (b->kind == ENTRY_STEP) {
		const Tiendo__Journal__V1__StepBody *m =
			codec_unpack(&tiendo__journal__v1__step_body__descriptor, p, n, arena);
		struct matter step;
		return m && codec_obstacle_decode(bytes_of(m->step.data, m->step.len), arena, &step) ? step.text : "";
	}
	return "";
}

static void set_text(struct found *f, const char *text)
{
	free(f->text);
	f->text = base_copy_text(text);
}

static void read_body(void *ctx, const struct query_body *b)
{
	struct gather *g = ctx;
	struct found *f = &g->list[b->i];

	f->sent = b->received;
	memcpy(f->own, b->incarnation, INCARNATION_SIZE);
	if (f->notice.index || b->kind == ENTRY_BATCH)
		return;
	/* the recipients of a letter are decoded with it */
	struct codec_arena arena = codec_arena_new(8 * b->body.size + 4096);
	set_text(f, barrier_text(b, &arena));
	codec_arena_free(&arena);
}

/* Of one notice up to two: the step that caused it, and what it is about. */
enum { STEP_OF, ABOUT, RECEIPTS_OF };

struct reading {
	struct gather *g;
	size_t of[RECEIPTS_OF * NOTICES_A_PAGE]; /* RECEIPTS_OF * place in the list + which */
};

static void read_blob(void *ctx, const struct query_blob *b)
{
	struct reading *r = ctx;
	struct answerer *a = r->g->q->answerer;
	struct found *f = &r->g->list[r->of[b->i] / RECEIPTS_OF];
	bool about = r->of[b->i] % RECEIPTS_OF == ABOUT;
	struct update u;

	if (about) {
		f->about = true;
		memcpy(f->incarnation, b->incarnation, INCARNATION_SIZE);
	}
	if (about && f->notice.kind != NOTICE_OBSTACLE)
		return; /* they know what they said */
	codec_arena_reset(&a->blobs);
	if (codec_update_decode(b->bytes.data, b->bytes.size, &a->blobs, &u) && u.matter)
		set_text(f, u.matter->text);
}

static bool read_updates(struct gather *g)
{
	const struct query_journal *j = &g->q->answerer->options->journal;
	struct query_receipt wanted[RECEIPTS_OF * NOTICES_A_PAGE];
	struct reading r = {.g = g};
	size_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		const struct notice *x = &g->list[i].notice;

		if (x->index && x->kind != NOTICE_OBSTACLE) {
			r.of[n] = RECEIPTS_OF * i + STEP_OF;
			wanted[n++] = (struct query_receipt){x->entry, x->index};
		}
		if (x->about_entry && x->about_index) {
			r.of[n] = RECEIPTS_OF * i + ABOUT;
			wanted[n++] = (struct query_receipt){x->about_entry, x->about_index};
		}
	}
	return n == 0 || j->blobs(j->ctx, wanted, n, read_blob, &r);
}

static bool read_journal(struct gather *g)
{
	const struct query_journal *j = &g->q->answerer->options->journal;
	uint64_t wanted[NOTICES_A_PAGE];

	for (size_t i = 0; i < g->n; i++)
		wanted[i] = g->list[i].notice.entry;
	return g->n == 0 || (j->bodies(j->ctx, wanted, g->n, read_body, g) && read_updates(g));
}

/* ---- the page ---- */

static bool add_notice(struct asking *q, const struct found *f)
{
	const struct notice *n = &f->notice;
	Tiendo__V1__NoticeRow m = TIENDO__V1__NOTICE_ROW__INIT;
	Tiendo__V1__ReceiptRef about = TIENDO__V1__RECEIPT_REF__INIT;
	struct buffer *piece = &q->answerer->piece;

	m.entry = n->entry;
	m.place = n->place;
	m.kind = (Tiendo__V1__NoticeKind)n->kind;
	m.sent_ms = f->sent.ms ? f->sent.ms : date_start(n->sent, q->slice.view->head.offset_minutes).ms;
	m.unit = f->unit;
	m.item = n->item;
	m.item_code = (char *)f->item;
	m.period = (char *)f->period;
	m.due = n->due.ymd;
	m.text = f->text ? f->text : (char *)"";
	m.granted = n->granted;
	m.owed = n->owed;
	m.opened_on = n->opened.ymd;
	if (f->sent.ms)
		m.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)f->own};
	if (f->about) {
		about.incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)f->incarnation};
		about.entry = n->about_entry;
		about.index = n->about_index;
		m.about = &about;
	}
	buffer_clear(piece);
	uint8_t *at = buffer_reserve(piece, codec_size(&m));
	if (at)
		codec_pack(&m, at);
	return answer_add(q, 1, buffer_bytes(piece));
}

static void add_notices(struct gather *g)
{
	struct asking *q = g->q;
	size_t i = 0;

	while (i < g->n && add_notice(q, &g->list[i]))
		i++;
	q->more = g->full || i < g->n;
	if (i < g->n) {
		g->unit = g->list[i].unit;
		g->entry = g->list[i].notice.entry;
		g->place = g->list[i].notice.place;
	}
	q->at.a = g->entry;
	q->at.b = g->unit;
	q->at.c = g->place;
}

/* Where the page begins, and whose notices they are. */
static enum reason begin(struct gather *g)
{
	struct asking *q = g->q;
	const struct view *v = q->slice.view;

	if (q->scope == SCOPE_OWN && q->asker.unit == NO_INDEX)
		return answer_fail(q, REASON_NOT_FOUND, "the unit of principal %u is not in the catalogue",
				   q->asker.principal);
	g->unit = q->scope == SCOPE_OWN ? catalogue_unit_number(v->catalogue, q->asker.unit) : 1;
	g->last = q->scope == SCOPE_OWN ? g->unit : mailbox_units(v->mailbox);
	if (g->ask->since == UINT64_MAX)
		g->last = 0; /* nothing is above it */
	g->entry = g->ask->since + 1;
	if (q->first)
		return REASON_NONE;
	g->entry = q->at.a;
	g->place = q->at.c < UINT32_MAX ? (uint32_t)q->at.c : UINT32_MAX;
	if (q->scope == SCOPE_ANY)
		g->unit = q->at.b < UINT32_MAX ? (uint32_t)q->at.b : UINT32_MAX;
	return g->entry > g->ask->since ? REASON_NONE
					: answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
}

static enum reason notices(struct gather *g)
{
	struct asking *q = g->q;
	enum reason reason = begin(g);

	if (reason)
		return reason;
	bool same = gather(g);
	slice_leave(&q->slice);
	bool read = read_journal(g);
	same = slice_return(&q->slice) && same;
	if (!same)
		return answer_fail(q, REASON_STALE_CURSOR,
				   "the catalogue or the store changed while reading: begin again");
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	add_notices(g);
	return REASON_NONE;
}

enum reason answer_notices(struct asking *q, const Tiendo__V1__Query *m)
{
	struct gather *g = base_alloc(sizeof(*g));

	g->q = q;
	g->ask = m->notices;
	enum reason reason = notices(g);
	for (size_t i = 0; i < g->n; i++)
		free(g->list[i].text);
	free(g);
	return reason;
}
