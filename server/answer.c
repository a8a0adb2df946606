// SPDX-License-Identifier: Apache-2.0
#include "server/answer.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/says.h"
#include "common/domain/text.h"

enum {
	QUESTION_ARENA = 64 * 1024,
	BLOB_ARENA = 64 * 1024,
	REPLY_HEAD_MAX = 1024, /* of a page's 256 KiB, for everything around it */
	ROWS_A_PAGE = 30000    /* some 30 ms */
};

/*
 * Who may ask what. SCOPE_OWN: only about the subtree of the asker's unit (Catalogue: only its
 * slice, Status: only itself). SCOPE_COUNTS: sums, nobody by name. What is not here is denied.
 */
struct rule {
	Tiendo__V1__Query__QuestionCase question;
	uint32_t answer; /* field of Reply */
	answer_fn *fn;
	enum scope scope[ROLE_OPERATOR + 1];
	bool free_text[ROLE_OPERATOR + 1];
};

static const struct rule rules[] = {
	{TIENDO__V1__QUERY__QUESTION_CATCH_UP,
	 TIENDO__V1__REPLY__ANSWER_CATCH_UP,
	 answer_catch_up,
	 {[ROLE_AGENT] = SCOPE_ANY, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_VERSIONS,
	 TIENDO__V1__REPLY__ANSWER_VERSIONS,
	 answer_versions,
	 {[ROLE_AGENT] = SCOPE_ANY, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_CATALOGUE,
	 TIENDO__V1__REPLY__ANSWER_CATALOGUE,
	 answer_catalogue,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_CELLS,
	 TIENDO__V1__REPLY__ANSWER_CELLS,
	 answer_cells,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {[ROLE_AGENT] = true, [ROLE_OPERATOR] = true}},
	{TIENDO__V1__QUERY__QUESTION_STATUS,
	 TIENDO__V1__REPLY__ANSWER_STATUS,
	 answer_status,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_COUNTS, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_TIMELINESS,
	 TIENDO__V1__REPLY__ANSWER_TIMELINESS,
	 answer_timeliness,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_SLOTS,
	 TIENDO__V1__REPLY__ANSWER_SLOTS,
	 answer_slots,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_HEALTH,
	 TIENDO__V1__REPLY__ANSWER_HEALTH,
	 answer_health,
	 {[ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_TIMES,
	 TIENDO__V1__REPLY__ANSWER_TIMES,
	 answer_times,
	 {[ROLE_AGENT] = SCOPE_ANY, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_SILENT,
	 TIENDO__V1__REPLY__ANSWER_SILENT,
	 answer_silent,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_SERIES,
	 TIENDO__V1__REPLY__ANSWER_SERIES,
	 answer_series,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_SUSPICIOUS,
	 TIENDO__V1__REPLY__ANSWER_SUSPICIOUS,
	 answer_suspicious,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_PERIOD_FIGURES,
	 TIENDO__V1__REPLY__ANSWER_PERIOD_FIGURES,
	 answer_period_figures,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_NOTICES,
	 TIENDO__V1__REPLY__ANSWER_NOTICES,
	 answer_notices,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_OPERATOR] = SCOPE_ANY},
	 {[ROLE_AGENT] = true, [ROLE_OPERATOR] = true}},
	{TIENDO__V1__QUERY__QUESTION_EXCEPTIONS,
	 TIENDO__V1__REPLY__ANSWER_EXCEPTIONS,
	 answer_exceptions,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {0}},
	{TIENDO__V1__QUERY__QUESTION_OBSTACLES,
	 TIENDO__V1__REPLY__ANSWER_OBSTACLES,
	 answer_obstacles,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {[ROLE_AGENT] = true, [ROLE_OPERATOR] = true}},
	{TIENDO__V1__QUERY__QUESTION_FINDINGS,
	 TIENDO__V1__REPLY__ANSWER_FINDINGS,
	 answer_findings,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {[ROLE_AGENT] = true, [ROLE_OPERATOR] = true}},
	{TIENDO__V1__QUERY__QUESTION_REQUESTS,
	 TIENDO__V1__REPLY__ANSWER_REQUESTS,
	 answer_requests,
	 {[ROLE_AGENT] = SCOPE_OWN, [ROLE_VIEWER] = SCOPE_ANY, [ROLE_OPERATOR] = SCOPE_ANY},
	 {[ROLE_AGENT] = true, [ROLE_OPERATOR] = true}},
};

void answerer_open(struct answerer *a, const struct query_options *options)
{
	*a = (struct answerer){.options = options,
			       .arena = codec_arena_new(QUESTION_ARENA),
			       .blobs = codec_arena_new(BLOB_ARENA),
			       .page = {.cap = BUFFER_ANY},
			       .piece = {.cap = BUFFER_ANY},
			       .page_max = PAGE_BYTES_MAX - REPLY_HEAD_MAX,
			       .rows_max = ROWS_A_PAGE,
			       .since = clock_transport()};
}

void answerer_close(struct answerer *a)
{
	codec_arena_free(&a->arena);
	codec_arena_free(&a->blobs);
	buffer_free(&a->page);
	buffer_free(&a->piece);
	free(a->items.in);
	censuses_free(&a->censuses);
	*a = (struct answerer){0};
}

enum reason answer_fail(struct asking *q, enum reason reason, const char *format, ...)
{
	va_list list;

	va_start(list, format);
	int size = vsnprintf(q->text, sizeof(q->text), format, list);
	va_end(list);
	/* what it repeats of the question may be no UTF-8, or be cut in a character: a reply is */
	if (size > 0 && !text_is_utf8(q->text, strlen(q->text)))
		for (char *c = q->text; *c; c++)
			*c = *c & 0x80 ? '?' : *c;
	return reason;
}

enum reason answer_stale(struct asking *q)
{
	return answer_fail(q, REASON_STALE_CURSOR,
			   "the catalogue or the store changed while reading: begin again");
}

void answer_put(struct buffer *out, const void *message)
{
	uint8_t *at = buffer_reserve(out, codec_size(message));

	if (at)
		codec_pack(message, at);
}

void answer_put_field(struct buffer *out, uint32_t number, struct bytes piece)
{
	uint8_t head[CODEC_FIELD_MAX];

	buffer_put(out, head, codec_field(number, piece.size, head));
	buffer_put_bytes(out, piece);
}

bool answer_fits(struct asking *q, size_t size)
{
	size_t full = q->answerer->page.size;

	/* the first piece always goes in: a page without one would be asked for again for ever */
	if (q->pieces && full + size > q->answerer->page_max)
		return false;
	q->pieces++;
	return true;
}

bool answer_add(struct asking *q, uint32_t number, struct bytes piece)
{
	struct buffer *page = &q->answerer->page;
	uint8_t head[CODEC_FIELD_MAX];
	size_t n = codec_field(number, piece.size, head);

	if (!answer_fits(q, n + piece.size))
		return false;
	buffer_put(page, head, n);
	buffer_put_bytes(page, piece);
	return true;
}

bool subject_of_code(const struct view *v, const char *code, struct date at, struct subject *out)
{
	if (!v->catalogue)
		return false;
	out->is_group = strncmp(code, "G/", 2) == 0;
	if (out->is_group)
		out->index = catalogue_group_by_code(v->catalogue, code + 2);
	else
		out->index =
			catalogue_unit_by_code(v->catalogue, code, at.ymd ? at : v->head.today);
	return out->index != NO_INDEX;
}

bool subject_of_path(const struct view *v, const char *path, struct subject *out)
{
	size_t size = strlen(path), from = size;
	char code[CODE_MAX + 3];

	if (size < 2 || path[size - 1] != '/')
		return false;
	while (--from && path[from - 1] != '/')
		;
	if (strncmp(path, "G/", 2) == 0 && from == 2)
		from = 0;
	if (size - 1 - from >= sizeof(code))
		return false;
	memcpy(code, path + from, size - 1 - from);
	code[size - 1 - from] = '\0';
	if (!subject_of_code(v, code, (struct date){0}, out))
		return false;
	const char *is = out->is_group ? catalogue_group(v->catalogue, out->index)->path
				       : catalogue_unit(v->catalogue, out->index)->path;
	return strcmp(is, path) == 0;
}

/* ---- the reply ---- */

struct reply {
	Tiendo__V1__Reply m;
	Tiendo__V1__Generation generation;
	Tiendo__V1__Failure failure;
	struct generation of;
	uint8_t cursor[CURSOR_SIZE];
};

static void reply_start(struct reply *r, const struct answerer *a, uint64_t id)
{
	const struct view *v = a->options->view;

	tiendo__v1__reply__init(&r->m);
	r->of = view_generation(v);
	pack_generation(&r->generation, &r->of);
	r->m.id = id;
	r->m.generation = &r->generation;
	r->m.as_of = v->head.entry;
	r->m.time_ms = clock_wall(a->options->clock).ms;
	r->m.today = v->head.today.ymd;
	r->m.illustrative = v->head.illustrative;
	r->m.simulated = v->head.simulated;
}

static void reply_fail(struct reply *r, enum reason reason, const char *text, uint32_t retry_ms)
{
	tiendo__v1__failure__init(&r->failure);
	r->failure.reason = (Tiendo__V1__Reason)reason;
	r->failure.text = (char *)text;
	r->failure.retry_ms = retry_ms;
	r->m.failure = &r->failure;
	r->m.answer_case = TIENDO__V1__REPLY__ANSWER_FAILURE;
	r->m.cursor = (ProtobufCBinaryData){0};
}

static void reply_put(const struct reply *r, struct buffer *out)
{
	uint8_t *at = buffer_reserve(out, codec_size(&r->m));

	if (at)
		codec_pack(&r->m, at);
}

void answer_refuse(struct answerer *a, enum reason reason, const char *text, uint32_t retry_ms,
		   struct bytes body, struct buffer *out)
{
	struct reply r;

	codec_arena_reset(&a->arena);
	Tiendo__V1__Query *m =
		codec_unpack(&tiendo__v1__query__descriptor, body.data, body.size, &a->arena);
	viewlock_read(a->options->lock);
	reply_start(&r, a, m ? m->id : 0);
	viewlock_read_end(a->options->lock);
	reply_fail(&r, reason, text, retry_ms);
	reply_put(&r, out);
}

/* ---- the question ---- */

static const struct rule *rule_of(const Tiendo__V1__Query *m)
{
	for (size_t i = 0; i < BASE_COUNT(rules); i++)
		if (rules[i].question == m->question_case)
			return &rules[i];
	return NULL;
}

static ProtobufCBinaryData *cursor_of(Tiendo__V1__Query *m)
{
	switch (m->question_case) {
	case TIENDO__V1__QUERY__QUESTION_CATCH_UP:
		return &m->catch_up->cursor;
	case TIENDO__V1__QUERY__QUESTION_VERSIONS:
		return &m->versions->cursor;
	case TIENDO__V1__QUERY__QUESTION_CATALOGUE:
		return &m->catalogue->cursor;
	case TIENDO__V1__QUERY__QUESTION_CELLS:
		return &m->cells->cursor;
	case TIENDO__V1__QUERY__QUESTION_STATUS:
		return &m->status->cursor;
	case TIENDO__V1__QUERY__QUESTION_TIMELINESS:
		return &m->timeliness->cursor;
	case TIENDO__V1__QUERY__QUESTION_SILENT:
		return &m->silent->cursor;
	case TIENDO__V1__QUERY__QUESTION_OBSTACLES:
		return &m->obstacles->cursor;
	case TIENDO__V1__QUERY__QUESTION_FINDINGS:
		return &m->findings->cursor;
	case TIENDO__V1__QUERY__QUESTION_SERIES:
		return &m->series->cursor;
	case TIENDO__V1__QUERY__QUESTION_SUSPICIOUS:
		return &m->suspicious->cursor;
	case TIENDO__V1__QUERY__QUESTION_PERIOD_FIGURES:
		return &m->period_figures->cursor;
	case TIENDO__V1__QUERY__QUESTION_NOTICES:
		return &m->notices->cursor;
	case TIENDO__V1__QUERY__QUESTION_EXCEPTIONS:
		return &m->exceptions->cursor;
	case TIENDO__V1__QUERY__QUESTION_REQUESTS:
		return &m->requests->cursor;
	case TIENDO__V1__QUERY__QUESTION_SLOTS:
		return &m->slots->cursor;
	case TIENDO__V1__QUERY__QUESTION_HEALTH:
		return &m->health->cursor;
	case TIENDO__V1__QUERY__QUESTION_TIMES:
		return &m->times->cursor;
	case TIENDO__V1__QUERY__QUESTION__NOT_SET:
	case _TIENDO__V1__QUERY__QUESTION__CASE_IS_INT_SIZE:
		break;
	}
	return NULL;
}

/* Who holds the key, at this place of the journal: a key may have been revoked since the handshake.
 */
static enum reason find_asker(struct asking *q, uint32_t key)
{
	const struct view *v = q->slice.view;
	const struct principal *p = roster_live(v->roster, key);

	if (!p && roster_key(v->roster, key))
		return answer_fail(q, REASON_REVOKED, "key %u was revoked", key);
	if (!p)
		return answer_fail(q, REASON_FORBIDDEN, "key %u is not in the roster", key);
	uint32_t unit =
		v->catalogue ? catalogue_unit_by_number(v->catalogue, p->scope_unit) : NO_INDEX;
	q->asker =
		(struct asker){.key = key, .principal = p->number, .role = p->role, .unit = unit};
	heard_note(q->answerer->options->heard, p->number, clock_wall(q->answerer->options->clock));
	return REASON_NONE;
}

static enum reason find_place(struct asking *q, Tiendo__V1__Query *m)
{
	ProtobufCBinaryData *cursor = cursor_of(m);
	uint64_t asked = cursor ? cursor_asked(m, cursor) : 0;

	q->first = !cursor || cursor->len == 0;
	if (q->first) {
		q->at = (struct cursor){.question = (uint8_t)m->question_case,
					.generation = q->slice.generation,
					.as_of = q->slice.view->head.entry,
					.asked = asked};
		return REASON_NONE;
	}
	if (!cursor_read(&q->at, cursor, (uint8_t)m->question_case) ||
	    q->at.asked != asked || q->at.as_of > q->slice.view->head.entry)
		return answer_fail(q, REASON_BAD_FRAME, "the cursor is not one this question gave");
	if (!generation_same(&q->at.generation, &q->slice.generation))
		return answer_fail(q, REASON_STALE_CURSOR,
				   "the catalogue or the store changed while paging: begin again");
	return REASON_NONE;
}

static enum reason ask(struct asking *q, uint32_t key, Tiendo__V1__Query *m,
		       const struct rule *rule)
{
	enum reason reason = find_asker(q, key);

	if (reason)
		return reason;
	q->scope = rule->scope[q->asker.role];
	q->free_text = rule->free_text[q->asker.role];
	if (q->scope == SCOPE_DENIED)
		return answer_fail(q, REASON_FORBIDDEN, "role %s may not ask this",
				   role_word(q->asker.role));
	reason = find_place(q, m);
	return reason ? reason : rule->fn(q, m);
}

static bool respond(struct answerer *a, uint32_t key, Tiendo__V1__Query *m,
		    const struct rule *rule, struct buffer *out)
{
	struct asking q = {.answerer = a};
	struct reply r;

	buffer_clear(&a->page);
	slice_begin(&q.slice, a->options->view, a->options->lock);
	reply_start(&r, a, m->id);
	enum reason reason = ask(&q, key, m, rule);
	slice_end(&q.slice);
	if (a->page.failed && !reason)
		reason = answer_fail(&q, REASON_BUSY, "out of memory");
	if (reason) {
		reply_fail(&r, reason, q.text, reason == REASON_BUSY ? 1000 : 0);
		reply_put(&r, out);
		return false;
	}
	r.m.as_of = q.at.as_of;
	if (q.more) {
		cursor_write(&q.at, r.cursor);
		r.m.cursor = (ProtobufCBinaryData){CURSOR_SIZE, r.cursor};
	}
	reply_put(&r, out);
	uint8_t head[CODEC_FIELD_MAX];
	buffer_put(out, head, codec_field(rule->answer, a->page.size, head));
	buffer_put_bytes(out, buffer_bytes(&a->page));
	return true;
}

bool answer(struct answerer *a, uint32_t key, uint8_t version, uint8_t type, struct bytes body,
	    struct buffer *out)
{
	char text[120];

	if (version != PROTOCOL_VERSION) {
		snprintf(text, sizeof(text),
			 "this server speaks protocol version %d, the question is of version %u",
			 PROTOCOL_VERSION, version);
		answer_refuse(a, REASON_BAD_VERSION, text, 0, (struct bytes){0}, out);
		return false;
	}
	if (type != MESSAGE_QUERY) {
		snprintf(text, sizeof(text), "message type %u is no question", type);
		answer_refuse(a, REASON_UNKNOWN_TYPE, text, 0, (struct bytes){0}, out);
		return false;
	}
	codec_arena_reset(&a->arena);
	Tiendo__V1__Query *m =
		codec_unpack(&tiendo__v1__query__descriptor, body.data, body.size, &a->arena);
	const struct rule *rule = m ? rule_of(m) : NULL;
	if (!rule || m->id == 0) {
		answer_refuse(a, REASON_BAD_FRAME,
			      "not a canonical Query with an id and a question", 0, body, out);
		return false;
	}
	return respond(a, key, m, rule, out);
}
