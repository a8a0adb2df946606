// SPDX-License-Identifier: Apache-2.0
/*
 * answer_obstacles: khó khăn, vướng mắc: what is held up, with whom it lies, what was said of it, and how long each addressee
 * takes. Those asked about are walked in the order they were raised; rows are copied under the viewlock, their texts are then read
 * from the journal without it. Cursor: a = place among all obstacles.
 */
#include <stdlib.h>

#include "server/answer_words.h"
#include "server/obstacle.h"
#include "server/waiting.h"

enum {
	ROWS_A_PAGE = 64,
	STEPS_A_ROW = 100, /* the last ones; with their texts they fill a page */
	SPOTS_A_PAGE = 640, /* places of the journal looked up for one page */
	NAMES_A_ROW = 16   /* an office's own line has them all, but for a few */
};

struct shown {
	struct obstacle obstacle; /* its steps: the first of `steps` */
	struct step *steps;
	uint32_t steps_n;
	bool overdue;
	uint32_t waiting_days;
	uint32_t place;
	size_t spot; /* of the raise; its steps' follow */
};

struct gather {
	struct asking *q;
	const Tiendo__V1__Obstacles *ask;
	struct about about;
	bool ministries; /* by addressee, of the list that no unit stands for */
	uint32_t place;  /* where it stands */
	struct shown list[ROWS_A_PAGE];
	size_t n;
	bool full;
	struct spot spots[SPOTS_A_PAGE];
	struct words words[SPOTS_A_PAGE];
	size_t spots_n;
};

/* ---- which ---- */

static bool is_subject(const struct gather *g, uint32_t number)
{
	const struct view *v = g->q->slice.view;
	uint32_t unit = catalogue_unit_by_number(v->catalogue, number);

	if (g->ministries || !number)
		return g->ministries && !number;
	return g->about.subject.is_group ? about_has_unit(v, &g->about, unit) : unit == g->about.subject.index;
}

/* Whatever its state. */
static bool is_about(const struct gather *g, const struct obstacle *o)
{
	const struct view *v = g->q->slice.view;

	if (!about_has_item(v->catalogue, &g->about, catalogue_item_by_number(v->catalogue, o->item)))
		return false;
	return g->ask->by_addressee || about_has_unit(v, &g->about, catalogue_unit_by_number(v->catalogue, o->unit));
}

static bool wanted(const struct gather *g, const struct obstacle *o)
{
	if (g->ask->state && (uint32_t)g->ask->state != o->state)
		return false;
	return is_about(g, o) && (!g->ask->by_addressee || is_subject(g, o->addressee));
}

/* ---- each addressee, on page one ---- */

struct tally {
	bool there;
	uint32_t open, overdue, closed, days;
	uint32_t last; /* 1 + place of the obstacle that was counted last */
};

/* Each addressee that it lay with, once. */
static void count_closed(const struct gather *g, struct tally *of, const struct obstacle *o, uint32_t place)
{
	struct date today = g->q->slice.view->head.today;
	struct waiting w = {.obstacle = o};
	struct wait span;

	while (waiting_next(&w, &span)) {
		struct tally *t = &of[span.addressee];
		if (t->last == place + 1 || (g->ask->by_addressee && !is_subject(g, span.addressee)))
			continue;
		t->there = true;
		t->last = place + 1;
		t->closed++;
		t->days += waiting_with(o, span.addressee, today);
	}
}

static void count(const struct gather *g, struct tally *of, const struct obstacle *o, uint32_t place)
{
	if (o->state == OBSTACLE_CLOSED) {
		count_closed(g, of, o, place);
		return;
	}
	struct tally *t = &of[o->addressee];
	if (g->ask->by_addressee && !is_subject(g, o->addressee))
		return;
	t->there = true;
	t->open += o->state == OBSTACLE_OPEN;
	t->overdue += obstacle_overdue(o, g->q->slice.view->head.today);
}

static void add_addressee(struct asking *q, uint32_t number, const struct tally *t)
{
	Tiendo__V1__AddresseeRow m = TIENDO__V1__ADDRESSEE_ROW__INIT;
	struct buffer *piece = &q->answerer->piece;

	m.unit = number;
	m.open = t->open;
	m.overdue = t->overdue;
	m.closed = t->closed;
	m.days = t->days;
	buffer_clear(piece);
	answer_put(piece, &m);
	answer_add(q, 2, buffer_bytes(piece));
}

static uint32_t numbers(const struct catalogue *c)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < catalogue_units(c); i++)
		if (catalogue_unit_number(c, i) > most)
			most = catalogue_unit_number(c, i);
	return most + 1;
}

/* False = the generation changed. */
static bool add_addressees(struct gather *g)
{
	struct asking *q = g->q;
	uint32_t n = numbers(q->slice.view->catalogue);
	struct tally *of = base_alloc(n * sizeof(*of));
	bool same = true;

	for (uint32_t i = 0; same && i < q->slice.view->duties.cases.obstacles_n; i++) {
		const struct obstacle *o = &q->slice.view->duties.cases.obstacles[i];
		if (is_about(g, o))
			count(g, of, o, i);
		same = slice_go_on(&q->slice);
	}
	for (uint32_t i = 0; same && i < n; i++)
		if (of[i].there)
			add_addressee(q, i, &of[i]);
	free(of);
	return same;
}

/* ---- rows ---- */

static void keep(struct gather *g, const struct obstacle *o)
{
	struct shown *r = &g->list[g->n++];
	struct date today = g->q->slice.view->head.today;
	uint32_t from = o->steps_n > STEPS_A_ROW ? o->steps_n - STEPS_A_ROW : 0;

	*r = (struct shown){.obstacle = *o,
			  .overdue = obstacle_overdue(o, today),
			  .waiting_days = waiting_all(o, today),
			  .place = g->place,
			  .spot = g->spots_n};
	g->spots[g->spots_n++] = o->at;
	if (!g->ask->steps)
		return;
	r->steps_n = o->steps_n - from;
	r->steps = base_alloc(r->steps_n * sizeof(*r->steps));
	memcpy(r->steps, o->steps + from, r->steps_n * sizeof(*r->steps));
	for (uint32_t i = 0; i < r->steps_n; i++)
		g->spots[g->spots_n++] = r->steps[i].at;
}

static bool gather(struct gather *g)
{
	for (;; g->place++) {
		const struct cases *c = &g->q->slice.view->duties.cases;
		if (g->place >= c->obstacles_n)
			return true;
		if (wanted(g, &c->obstacles[g->place])) {
			g->full = g->n == ROWS_A_PAGE || g->spots_n + 1 + STEPS_A_ROW > SPOTS_A_PAGE;
			if (g->full)
				return true;
			keep(g, &c->obstacles[g->place]);
		}
		if (!slice_go_on(&g->q->slice))
			return false;
	}
}

static void put_receipt(Tiendo__V1__ReceiptRef *out, struct spot at, const struct words *w)
{
	tiendo__v1__receipt_ref__init(out);
	if (w->read)
		out->incarnation = (ProtobufCBinaryData){INCARNATION_SIZE, (uint8_t *)w->incarnation};
	out->entry = at.entry;
	out->index = at.index;
}

static char *text_of(char *text)
{
	return text ? text : (char *)"";
}

struct step_row {
	Tiendo__V1__ObstacleStepRow m;
	Tiendo__V1__ReceiptRef receipt;
};

static void put_step(struct step_row *out, const struct step *s, const struct words *w)
{
	tiendo__v1__obstacle_step_row__init(&out->m);
	put_receipt(&out->receipt, s->at, w);
	out->m.receipt = &out->receipt;
	out->m.received_ms = w->received.ms;
	out->m.unit = s->unit;
	out->m.step = s->kind;
	out->m.on_behalf = s->on_behalf;
	out->m.text = text_of(w->text);
	out->m.addressee = s->addressee;
	out->m.resolves = s->resolves;
}

/* ---- what an office's slice may not hold ---- */

struct names {
	const struct catalogue *catalogue;
	Tiendo__V1__NamedRow rows[NAMES_A_ROW], *list[NAMES_A_ROW];
	size_t n;
};

static void put_name(struct names *n, uint32_t number, bool item, const char *code, const char *name)
{
	for (size_t i = 0; i < n->n; i++)
		if (n->rows[i].number == number && n->rows[i].item == item)
			return;
	if (n->n == NAMES_A_ROW)
		return;
	Tiendo__V1__NamedRow *m = n->list[n->n] = &n->rows[n->n];
	n->n++;
	tiendo__v1__named_row__init(m);
	m->number = number;
	m->item = item;
	m->code = (char *)code;
	m->name = (char *)name;
}

static void put_unit(struct names *n, uint32_t number)
{
	uint32_t unit = catalogue_unit_by_number(n->catalogue, number);

	if (unit != NO_INDEX)
		put_name(n, number, false, catalogue_unit(n->catalogue, unit)->row.code,
			 catalogue_unit(n->catalogue, unit)->row.name);
}

/* Who is asked must see by whom and about what, and who asks with whom it lies. */
static void put_names(struct names *n, const struct shown *r)
{
	uint32_t item = catalogue_item_by_number(n->catalogue, r->obstacle.item);

	if (item != NO_INDEX)
		put_name(n, r->obstacle.item, true, catalogue_item(n->catalogue, item)->row.code,
			 catalogue_item(n->catalogue, item)->row.name);
	put_unit(n, r->obstacle.unit);
	put_unit(n, r->obstacle.addressee);
	for (uint32_t i = 0; i < r->steps_n; i++) {
		put_unit(n, r->steps[i].unit);
		put_unit(n, r->steps[i].addressee);
	}
}

static bool add_row(struct gather *g, const struct shown *r)
{
	struct names names = {.catalogue = g->q->slice.view->catalogue};
	Tiendo__V1__ObstacleRow m = TIENDO__V1__OBSTACLE_ROW__INIT;
	Tiendo__V1__ObstacleStepRow *steps[STEPS_A_ROW];
	struct step_row rows[STEPS_A_ROW];
	Tiendo__V1__ReceiptRef receipt;
	const struct obstacle *o = &r->obstacle;
	const struct words *w = &g->words[r->spot];
	struct buffer *piece = &g->q->answerer->piece;

	put_receipt(&receipt, o->at, w);
	m.receipt = &receipt;
	m.raised_ms = w->received.ms;
	m.unit = o->unit;
	m.item = o->item;
	m.cause = (Tiendo__V1__CauseClass)o->cause;
	m.fault = (Tiendo__V1__Fault)o->origin;
	m.solution_class = (Tiendo__V1__CauseClass)o->solution_class;
	m.affects_rights = o->affects_rights;
	m.state = (Tiendo__V1__ObstacleState)o->state;
	m.addressee = o->addressee;
	m.answer_due = o->state == OBSTACLE_OPEN ? o->answer_due.ymd : 0;
	m.overdue = r->overdue;
	m.escalations = o->escalations;
	m.raised_late = o->raised_late;
	m.closed_on = o->closed.ymd;
	m.waiting_days = r->waiting_days;
	m.text = text_of(w->text);
	m.solution = text_of(w->solution);
	m.n_steps = r->steps_n;
	m.steps = steps;
	for (uint32_t i = 0; i < r->steps_n; i++) {
		put_step(&rows[i], &r->steps[i], w + 1 + i);
		steps[i] = &rows[i].m;
	}
	if (g->q->asker.role == ROLE_AGENT)
		put_names(&names, r);
	m.n_names = names.n;
	m.names = names.list;
	buffer_clear(piece);
	answer_put(piece, &m);
	return answer_add(g->q, 1, buffer_bytes(piece));
}

static void add_rows(struct gather *g)
{
	size_t i = 0;

	while (i < g->n && add_row(g, &g->list[i]))
		i++;
	g->q->more = g->full || i < g->n;
	g->q->at.a = i < g->n ? g->list[i].place : g->place;
}

/* ---- the question ---- */

static enum reason find(struct gather *g)
{
	const struct about_ask ask = {.unit = g->ask->unit, .item = g->ask->item};

	g->ministries = g->ask->by_addressee && *g->ask->unit == '\0' && g->q->scope == SCOPE_ANY;
	return g->ministries ? about_item(g->q, g->ask->item, &g->about) : about_find(g->q, &ask, &g->about);
}

static enum reason obstacles(struct gather *g)
{
	struct asking *q = g->q;
	enum reason reason = find(g);

	if (reason)
		return reason;
	g->place = q->at.a < UINT32_MAX ? (uint32_t)q->at.a : UINT32_MAX;
	bool same = (!q->first || add_addressees(g)) && gather(g);
	slice_leave(&q->slice);
	bool read = words_read(q, g->spots, g->words, g->spots_n);
	same = slice_return(&q->slice) && same;
	if (!same)
		return answer_stale(q);
	if (!read)
		return answer_fail(q, REASON_BUSY, "the journal cannot be read now");
	add_rows(g);
	return REASON_NONE;
}

enum reason answer_obstacles(struct asking *q, const Tiendo__V1__Query *m)
{
	struct gather *g = base_alloc(sizeof(*g));

	g->q = q;
	g->ask = m->obstacles;
	enum reason reason = obstacles(g);
	words_free(g->words, g->spots_n);
	for (size_t i = 0; i < g->n; i++)
		free(g->list[i].steps);
	free(g);
	return reason;
}
