// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_ask.h"

#include <stdlib.h>

#include "common/domain/says.h"
#include "dashboard/decode.h"
#include "dashboard/json.h"

enum { AGAIN_MAX = 5 /* generations that may pass under one question */ };

struct waiter {
	struct waiter *next;
	web_ask_done *done;
	void *who;
};

struct job {
	struct job *next;
	struct web_question question;
	struct waiter *waiters;
	int64_t since;
};

struct kept {
	struct web_question question;
	int64_t at;
	struct web_text text; /* empty = free */
};

struct web_ask {
	struct client *client;
	struct job *first, **last; /* the first one is under way when `asking` */
	size_t n;
	bool asking;
	unsigned again;
	bool blind; /* there were no figures at the last step */
	bool held;  /* the centre is of a newer generation than the mirror: until that has it */
	/* what comes for the question under way: */
	struct list_question wire;
	ProtobufCBinaryData *cursor_at;
	Tiendo__V1__Cells cells;
	struct buffer cursor;
	struct mirror_generation generation;
	uint64_t picture; /* that it was begun with, or looked at last */
	struct list list;
	struct report report;
	bool explains, cut;
	struct kept kept[WEB_ASK_KEPT];
};

struct web_ask *web_ask_open(const struct client_options *options, struct sys_error *error)
{
	struct web_ask *a = base_alloc(sizeof(*a));

	a->last = &a->first;
	a->client = client_open(options, error);
	if (!a->client)
		web_ask_close(&a);
	return a;
}

/* ---- answers at hand ---- */

static void drop(struct kept *k)
{
	buffer_free(&k->text.plain);
	buffer_free(&k->text.packed);
	*k = (struct kept){0};
}

/* They are large: what nobody will be given any more goes. */
static void drop_old(struct web_ask *a, int64_t now)
{
	for (size_t i = 0; i < WEB_ASK_KEPT; i++)
		if (a->kept[i].text.plain.size && now - a->kept[i].at >= WEB_ASK_FRESH_MS)
			drop(&a->kept[i]);
}

static void drop_all(struct web_ask *a)
{
	for (size_t i = 0; i < WEB_ASK_KEPT; i++)
		drop(&a->kept[i]);
}

static struct kept *fresh(struct web_ask *a, const struct web_question *q, int64_t now)
{
	drop_old(a, now);
	for (size_t i = 0; i < WEB_ASK_KEPT; i++)
		if (a->kept[i].text.plain.size && memcmp(&a->kept[i].question, q, sizeof(*q)) == 0)
			return &a->kept[i];
	return NULL;
}

static struct web_text *keep(struct web_ask *a, const struct web_question *q, struct buffer *json, int64_t now)
{
	struct kept *oldest = &a->kept[0];

	for (size_t i = 0; i < WEB_ASK_KEPT; i++) {
		if (memcmp(&a->kept[i].question, q, sizeof(*q)) == 0) {
			oldest = &a->kept[i];
			break;
		}
		if (a->kept[i].at < oldest->at)
			oldest = &a->kept[i];
	}
	drop(oldest);
	*oldest = (struct kept){.question = *q, .at = now, .text.plain = *json};
	*json = (struct buffer){0};
	return &oldest->text;
}

/* ---- the line ---- */

static void end_answer(struct web_ask *a)
{
	list_close(&a->list);
	report_free(&a->report);
	buffer_clear(&a->cursor);
	a->asking = false;
}

/* The first one is done with. */
static void finish(struct web_ask *a, enum web_code code, struct web_text *text, const char *why)
{
	struct job *job = a->first;

	end_answer(a);
	a->held = false;
	a->first = job->next;
	if (!a->first)
		a->last = &a->first;
	a->n--;
	a->again = 0;
	for (struct waiter *w = job->waiters, *next; w; w = next) {
		next = w->next;
		w->done(w->who, code, text, why);
		free(w);
	}
	free(job);
}

void web_ask_close(struct web_ask **a)
{
	if (!*a)
		return;
	while ((*a)->first)
		finish(*a, WEB_AWAY, NULL, "");
	end_answer(*a);
	drop_all(*a);
	buffer_free(&(*a)->cursor);
	client_close(&(*a)->client);
	free(*a);
	*a = NULL;
}

static struct job *waiting_for(const struct web_ask *a, const struct web_question *q)
{
	for (struct job *j = a->first; j; j = j->next)
		if (memcmp(&j->question, q, sizeof(*q)) == 0)
			return j;
	return NULL;
}

void web_ask(struct web_ask *a, const struct web_question *q, bool stranger, web_ask_done *done, void *who, int64_t now)
{
	struct kept *at_hand = fresh(a, q, now);
	struct job *job = waiting_for(a, q);

	if (at_hand) {
		done(who, WEB_GOOD, &at_hand->text, "");
		return;
	}
	if (!job && a->n >= (stranger ? WEB_ASK_STRANGERS : WEB_ASK_WAITING)) {
		done(who, WEB_TOO_BUSY, NULL, "");
		return;
	}
	if (!job) {
		job = base_alloc(sizeof(*job));
		job->question = *q;
		job->since = now;
		*a->last = job;
		a->last = &job->next;
		a->n++;
	}
	struct waiter *w = base_alloc(sizeof(*w));
	*w = (struct waiter){job->waiters, done, who};
	job->waiters = w;
}

/* The question goes on: whoever asks it again is served by it. */
void web_ask_forget(struct web_ask *a, const void *who)
{
	for (struct job *j = a->first; j; j = j->next) {
		for (struct waiter **w = &j->waiters; *w;) {
			struct waiter *this = *w;
			if (this->who != who) {
				w = &this->next;
				continue;
			}
			*w = this->next;
			free(this);
		}
	}
}

/* ---- asking ---- */

static void send(struct web_ask *a, int64_t now)
{
	*a->cursor_at = (ProtobufCBinaryData){a->cursor.size, a->cursor.data};
	client_ask(a->client, &a->wire.query, now);
}

static void ask_cells(struct web_ask *a, const struct web_question *q)
{
	tiendo__v1__cells__init(&a->cells);
	a->cells.unit = (char *)q->unit;
	a->cells.item = (char *)q->item;
	a->wire.query.question_case = TIENDO__V1__QUERY__QUESTION_CELLS;
	a->wire.query.cells = &a->cells;
	a->cursor_at = &a->cells.cursor;
}

static bool find_place(const struct web_ask *a, const struct web_view *v, struct place *out)
{
	return atlas_place(v->atlas, a->first->question.unit, v->sight.today, out);
}

static void ask_list(struct web_ask *a, const struct web_question *q, const struct web_view *v)
{
	struct list *l = &a->list;

	*l = list_open(q->kind, v->atlas->catalogue, LANGUAGE_VI);
	l->wish = (struct list_wish){.unit = q->unit, .item = q->item, .period = q->period, .at = q->at, .from = q->from,
				     .to = q->to, .open = q->open, .by_addressee = q->by_addressee, .steps = q->steps};
	l->no_text = !q->text;
	l->bounded = q->bounded;
	if (*q->unit)
		find_place(a, v, &l->place);
	uint32_t item = *q->item && !q->kind->second_is_rule ? catalogue_item_by_code(l->catalogue, q->item) : NO_INDEX;
	if (item != NO_INDEX)
		l->item = catalogue_item(l->catalogue, item);
	a->cursor_at = q->kind->ask(&l->wish, &a->wire);
}

static void begin(struct web_ask *a, const struct web_view *v, int64_t now)
{
	const struct web_question *q = &a->first->question;
	struct place place;

	if (*q->unit && !find_place(a, v, &place)) {
		finish(a, WEB_NOT_FOUND, NULL, "");
		return;
	}
	a->asking = true;
	a->explains = !q->kind;
	a->cut = false;
	a->generation = v->sight.generation;
	a->wire.query = (Tiendo__V1__Query)TIENDO__V1__QUERY__INIT;
	buffer_clear(&a->cursor);
	if (a->explains)
		ask_cells(a, q);
	else
		ask_list(a, q, v);
	send(a, now);
}

/* ---- answers ---- */

static enum web_code code_of(enum reason reason)
{
	switch ((int)reason) {
	case REASON_NOT_FOUND:
		return WEB_NOT_FOUND;
	case REASON_FORBIDDEN:
		return WEB_FORBIDDEN;
	case REASON_REVOKED: /* the gateway's key, nobody else's: for whoever asks there is no centre */
		return WEB_AWAY;
	case REASON_BAD_FRAME:
		return WEB_CENTRE_OLD;
	}
	return WEB_BAD_REQUEST;
}

/* Free text that whoever asked may not read goes before the report is written. */
static void withhold(struct report *r)
{
	for (size_t i = 0; i < r->cells_n; i++) {
		*r->cells[i].note = '\0';
		*r->cells[i].reason = '\0';
	}
}

static void write_report(struct web_ask *a, const struct web_view *v, struct buffer *out)
{
	const struct web_question *q = &a->first->question;
	uint32_t item = catalogue_item_by_code(v->atlas->catalogue, q->item);
	struct place place;

	if (item == NO_INDEX || !find_place(a, v, &place))
		return;
	report_figures(&a->report, &(struct report_about){.sight = &v->sight,
							  .catalogue = v->atlas->catalogue,
							  .mirror = v->mirror,
							  .path = place.path,
							  .unit = q->unit,
							  .unit_name = place.name,
							  .item = item});
	if (!q->text)
		withhold(&a->report);
	json_report(out, &a->report);
	if (!q->bounded || out->size < 2)
		return;
	/* json_report ends with "}\n" */
	out->size -= 2;
	buffer_format(out, ", \"more\": %s}\n", a->cut ? "true" : "false");
}

/* As known on a day: figures as they are shown everywhere. */
static void write_known(const struct web_ask *a, struct buffer *out)
{
	const struct list *l = &a->list;
	struct sight sight = l->sight;
	struct json j = json_to(out);

	sight.today = l->wish.at;
	json_object_begin(&j, NULL);
	list_json_date(&j, "at", l->wish.at.ymd);
	json_array_begin(&j, "figures");
	for (size_t i = 0; i < l->n; i++) {
		const struct item *item;
		const struct rollup *r = list_period_known(l->rows[i], &item);
		struct buffer text = {0};
		if (!r)
			continue;
		struct reading reading = reading_of(&sight, l->wish.unit, l->place.name, item, r);
		json_figure(&text, &reading);
		json_raw(&j, NULL, buffer_bytes(&text));
		buffer_free(&text);
	}
	json_array_end(&j);
	json_object_end(&j);
}

static void whole(struct web_ask *a, const struct web_view *v, int64_t now)
{
	struct web_question q = a->first->question;
	struct buffer json = {0};

	if (a->explains) {
		write_report(a, v, &json);
	} else if (q.at.ymd) {
		if (q.kind == &list_period && a->list.n)
			write_known(a, &json);
	} else {
		a->list.more = a->cut;
		list_json(&a->list, &json);
	}
	if (json.failed || !json.size) {
		buffer_free(&json);
		finish(a, WEB_NOT_FOUND, NULL, "");
		return;
	}
	finish(a, WEB_GOOD, keep(a, &q, &json, now), "");
}

/* From the beginning: the day has changed between two pages, or the figures here are of another generation now. */
static void restart(struct web_ask *a)
{
	end_answer(a);
	a->held = false;
	if (++a->again > AGAIN_MAX)
		finish(a, WEB_TOO_BUSY, NULL, "");
}

static bool take(struct web_ask *a, const Tiendo__V1__Reply *r, const struct web_view *v)
{
	a->list.sight.generation = a->generation;
	a->list.sight.today = (struct date){r->today};
	a->list.sight.illustrative = r->illustrative;
	a->list.sight.simulated = r->simulated;
	if (a->explains)
		return report_page(&a->report, v->atlas->catalogue, r->cells);
	return list_page(&a->list, r);
}

static void page(struct web_ask *a, const Tiendo__V1__Reply *r, const struct web_view *v, int64_t now)
{
	struct mirror_generation g = {0};

	if (r->answer_case == TIENDO__V1__REPLY__ANSWER_FAILURE) {
		enum reason reason = (enum reason)r->failure->reason;
		if (reason == REASON_STALE_CURSOR)
			restart(a);
		else
			finish(a, code_of(reason), NULL, r->failure->text);
		return;
	}
	Tiendo__V1__Reply__AnswerCase want = a->explains ? TIENDO__V1__REPLY__ANSWER_CELLS : a->first->question.kind->answer;
	if (!decode_generation(r->generation, &g) || r->answer_case != want) {
		finish(a, WEB_CENTRE_OLD, NULL, "");
		return;
	}
	if (!mirror_same_generation(&g, &a->generation) || !take(a, r, v)) {
		end_answer(a);
		a->held = true;
		return;
	}
	size_t rows = a->explains ? a->report.cells_n : a->list.n;
	a->cut = a->first->question.bounded && rows >= WEB_ASK_ROWS && r->cursor.len;
	if (!r->cursor.len || a->cut) {
		whole(a, v, now);
		return;
	}
	buffer_clear(&a->cursor);
	buffer_put(&a->cursor, r->cursor.data, r->cursor.len);
	a->first->since = now;
	send(a, now);
}

/* ---- in the loop ---- */

/* What was taken so far points into a catalogue that is no more, and what is at hand may be of a history that is lost. */
static void another_picture(struct web_ask *a, uint64_t picture)
{
	a->picture = picture;
	drop_all(a);
	if (a->asking || a->held)
		restart(a);
}

void web_ask_step(struct web_ask *a, const struct web_view *v, int64_t now)
{
	a->blind = !v;
	drop_old(a, now);
	if (v && v->picture != a->picture)
		another_picture(a, v->picture);
	while (a->first) {
		if (now - a->first->since > WEB_ASK_PATIENCE_MS) {
			finish(a, v ? WEB_AWAY : WEB_NO_FIGURES, NULL, "");
			continue;
		}
		if (!v)
			return;
		if (a->held)
			return;
		if (!a->asking) {
			begin(a, v, now);
			continue;
		}
		const Tiendo__V1__Reply *r = client_step(a->client, now);
		if (!r)
			return;
		page(a, r, v, now);
	}
}

struct loop_item web_ask_item(const struct web_ask *a)
{
	return client_item(a->client);
}

int64_t web_ask_due(const struct web_ask *a, int64_t now)
{
	if (!a->first)
		return LOOP_FOREVER;
	int64_t due = a->first->since + WEB_ASK_PATIENCE_MS + 1;
	int64_t next = a->held || a->blind ? LOOP_FOREVER : a->asking ? client_due(a->client, now) : now;
	return next < due ? next : due;
}

size_t web_ask_waiting(const struct web_ask *a)
{
	return a->n;
}
