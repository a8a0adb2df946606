// SPDX-License-Identifier: Apache-2.0
/* Who may, by the journal's barriers alone; and what a taken update does to what stands. */
#include "tests/sim/truth_inside.h"

#include <stdio.h>
#include <stdlib.h>

enum { PROOF_MS = 10000, DRIFT_MS = 60000 }; /* by so much a server's and an office's clock may run apart */

/* ---- barriers ---- */

void truth_catalogue(struct bytes body)
{
	static struct truth_catalogue before;
	const char *why;

	before = truth.catalogue;
	if (!truth_catalogue_read(&truth.catalogue, body, &why))
		truth_broken("%s", why);
	truth_stands_catalogue(&before);
}

void truth_tick(uint64_t number, struct bytes body)
{
	Tiendo__Journal__V1__TickBody *m = tiendo__journal__v1__tick_body__unpack(NULL, body.size, body.data);

	if (!m || m->date <= truth.today.ymd)
		truth_broken("(4) entry %llu is no tick that follows", (unsigned long long)number);
	truth_stands_tick(number, (struct date){m->date});
	tiendo__journal__v1__tick_body__free_unpacked(m, NULL);
}

void truth_registry(struct bytes body)
{
	Tiendo__Journal__V1__RegistryBody *m =
		tiendo__journal__v1__registry_body__unpack(NULL, body.size, body.data);

	if (!m)
		truth_broken("a change of the roster cannot be read");
	for (size_t i = 0; i < m->n_principals; i++) {
		if (m->principals[i]->principal >= TRUTH_KEYS)
			truth_broken("the simulated roster is too large");
		truth.scope[m->principals[i]->principal] = m->principals[i]->unit;
		truth.role[m->principals[i]->principal] = m->principals[i]->role;
	}
	for (size_t i = 0; i < m->n_keys; i++) {
		if (m->keys[i]->key_id >= TRUTH_KEYS)
			truth_broken("the simulated roster is too large");
		truth.keys[m->keys[i]->key_id] =
			(struct truth_key){.principal = m->keys[i]->principal, .known = true};
	}
	for (size_t i = 0; i < m->n_revoked; i++)
		truth.keys[m->revoked[i]->key_id].revoked = true;
	tiendo__journal__v1__registry_body__free_unpacked(m, NULL);
}

const char *truth_period_code(const char *item, struct date d)
{
	static struct truth_period p;
	const struct truth_item *i = truth_item(&truth.catalogue, item);
	const struct truth_schedule *s = i ? truth_schedule_of(&truth.catalogue, i) : NULL;

	return s && truth_period_at(s, d, &p) ? p.code : NULL;
}

/* ---- in time? ---- */

/* When it was sealed, as far as that is proven; 0 = not. An office's wall clock is not asked. */
static int64_t proven(const Tiendo__V1__Seal *s, int64_t received, int64_t after)
{
	bool boot = false;

	for (size_t i = 0; s && i < s->boot_id.len; i++)
		boot |= s->boot_id.data[i] != 0;
	if (!boot || s->server_time_ms <= 0 || s->monotonic_ms < s->server_heard_at_ms)
		return 0;
	__int128 moment = (__int128)s->server_time_ms + s->monotonic_ms - s->server_heard_at_ms;
	if (moment > (__int128)received + DRIFT_MS || moment + DRIFT_MS < after)
		return 0;
	return (int64_t)moment;
}

bool truth_seals_true;

/* A proof is worth something only if it is never wrong, whatever the office's clock was set to. */
static void check_proof(int64_t sealed, uint32_t work, uint64_t number)
{
	const struct work *w = &works[work];

	if (truth_seals_true && sealed && !w->wild && llabs(sealed - w->queued_ms) > PROOF_MS)
		truth_broken("entry %llu: w%u proves to be sealed %lld s from when it was", (unsigned long long)number, work,
			     (long long)(sealed - w->queued_ms) / 1000);
}

/* Whatever belongs to a period is judged, and its proof remembered: by the key's newest epoch. */
static enum truth_timely judge(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *u,
			       const struct truth_schedule *s, const struct truth_period *p)
{
	struct truth_sealing *last = &truth.sealed[e->principal];
	int64_t end = truth_end_of(truth_deadline(s, &truth.catalogue.holidays, p, u->kind));

	if (memcmp(last->epoch, e->epoch, TRUTH_ID)) {
		memcpy(last->epoch, e->epoch, TRUTH_ID);
		last->last = 0;
	}
	int64_t sealed = proven(t->u->seal, t->received, last->last);
	if (sealed > last->last)
		last->last = sealed;
	check_proof(sealed, t->work, t->number);
	if (truth.scope[e->principal] != u->number)
		return TRUTH_NO_VERDICT;
	enum truth_timely timely = t->received < end ? TRUTH_ON_TIME : sealed && sealed < end ? TRUTH_LINE_SLOW : TRUTH_LATE;
	truth_counts.on_time += timely == TRUTH_ON_TIME;
	truth_counts.line_slow += timely == TRUTH_LINE_SLOW;
	truth_counts.late += timely == TRUTH_LATE;
	return timely;
}

/* ---- what it says ---- */

static void says_task(struct truth_report *r, const Tiendo__V1__Task *m)
{
	r->state = (enum task_state)m->state;
	r->percent = m->percent;
	r->done_on.ymd = m->done_on;
}

static void says_ratio(struct truth_report *r, const Tiendo__V1__Ratio *m)
{
	r->a = (int64_t)m->numerator;
	r->b = (int64_t)m->denominator;
}

/* False = no figure of its own. */
static bool says(struct truth_report *r, const Tiendo__V1__Update *u)
{
	const Tiendo__V1__Correction *c = u->body_case == TIENDO__V1__UPDATE__BODY_CORRECTION ? u->correction : NULL;
	/* the numbers of the bodies are the same inside a correction */
	unsigned body = c ? (unsigned)c->body_case : (unsigned)u->body_case;

	r->corrected = c;
	r->none_arisen = body == BODY_NONE_ARISEN;
	if (body == BODY_TASK)
		says_task(r, c ? c->task : u->task);
	else if (body == BODY_RATIO)
		says_ratio(r, c ? c->ratio : u->ratio);
	else if (body == BODY_COUNT)
		r->a = (int64_t)(c ? c->count : u->count)->value;
	else if (body == BODY_POINTS)
		r->a = (int64_t)(c ? c->points : u->points)->value;
	return body >= BODY_TASK && body <= BODY_NONE_ARISEN;
}

/* Confirms what the cell shows. */
static bool says_the_same(struct truth_report *r, const struct truth_cell *c)
{
	struct truth_report was = c->stand.top;

	if (!was.entry)
		return false;
	r->unchanged = true;
	r->none_arisen = was.none_arisen;
	r->accepted = was.accepted;
	r->state = was.state;
	r->percent = was.percent;
	r->done_on = was.done_on;
	r->a = was.a;
	r->b = was.b;
	return true;
}

static struct truth_period belongs_to(const struct truth_unit *unit, const struct truth_item *item, const Tiendo__V1__Update *u)
{
	const struct truth_schedule *s = truth_schedule_of(&truth.catalogue, item);
	struct truth_period p;

	if (!s || !truth_belongs(s, &truth.catalogue.holidays, unit->kind, u->period, (struct date){u->as_of}, &p))
		return (struct truth_period){.first.ymd = 0};
	return p;
}

/* ---- what it does ---- */

static void report(const struct truth_entry *e, const struct truth_update *t, const struct truth_unit *unit,
		   const struct truth_item *item)
{
	const struct truth_schedule *s = truth_schedule_of(&truth.catalogue, item);
	struct truth_cell *c = truth_cell_of(unit->number, item->number, true);
	struct truth_report r = {.entry = t->number, .index = t->index, .principal = e->principal, .work = t->work,
				 .received_ms = e->received_ms, .as_of.ymd = t->u->as_of,
				 .on_behalf = truth.scope[e->principal] != unit->number};
	struct truth_period p = belongs_to(unit, item, t->u);

	r.period = p.first;
	if (t->u->body_case == TIENDO__V1__UPDATE__BODY_UNCHANGED ? !says_the_same(&r, c) : !says(&r, t->u))
		return;
	if (r.corrected) {
		const Tiendo__V1__ReceiptRef *about = t->u->correction->replaces;
		truth_stands_void(unit->number, item, r.period, about->entry, about->index, t->number, t->index);
	}
	enum truth_timely timely = s ? judge(e, t, unit, s, &p) : TRUTH_NO_VERDICT;
	truth_stands_report(unit->number, item, &r, timely);
}

static void count(enum body_kind body)
{
	truth_counts.corrected += body == BODY_CORRECTION;
	truth_counts.withdrawn += body == BODY_WITHDRAW;
	truth_counts.confirmed += body == BODY_UNCHANGED;
	truth_counts.asked += body == BODY_NA_REQUEST || body == BODY_EXTENSION_REQUEST || body == BODY_MILESTONE;
	truth_counts.steps += body == BODY_OBSTACLE;
	truth_counts.acknowledged += body == BODY_NOTICE_ACK;
}

void truth_took(const struct truth_entry *e, const struct truth_update *t)
{
	const struct date as_of = {t->u->as_of};
	const struct truth_unit *unit = truth_unit_at(&truth.catalogue, t->u->unit, as_of);
	const struct truth_item *item = truth_item(&truth.catalogue, t->u->item);
	bool sure;

	count(works[t->work].body);
	if (!unit)
		truth_broken("entry %llu took seq %llu for %s, which did not exist then",
			     (unsigned long long)t->number, (unsigned long long)t->seq, t->u->unit);
	if (!truth_within(&truth.catalogue, unit, truth.scope[e->principal]))
		truth_broken("(6) entry %llu took seq %llu for %s, which principal %u may not report",
			     (unsigned long long)t->number, (unsigned long long)t->seq, t->u->unit, e->principal);
	enum reason wanted = truth.again ? REASON_NONE : truth_verdict(&works[t->work], e, &sure);
	if (wanted && sure)
		truth_broken("entry %llu took seq %llu, which is to be refused (reason %u): %s",
			     (unsigned long long)t->number, (unsigned long long)t->seq, wanted, work_text(t->work));
	if (t->u->body_case == TIENDO__V1__UPDATE__BODY_NOTICE_ACK)
		truth_mail_open(unit->number, works[t->work].matter.notice, truth_date_of(e->received_ms));
	if (!item)
		return;
	struct truth_cell *c = truth_cell_of(unit->number, item->number, true);
	c->touched = t->number;
	if (t->u->body_case > TIENDO__V1__UPDATE__BODY_NONE_ARISEN)
		c->rare = t->number;
	if (t->u->body_case == TIENDO__V1__UPDATE__BODY_WITHDRAW)
		truth_stands_void(unit->number, item, belongs_to(unit, item, t->u).first, t->u->withdraw->withdraws->entry,
				  t->u->withdraw->withdraws->index, t->number, t->index);
	else if (t->u->body_case <= TIENDO__V1__UPDATE__BODY_UNCHANGED ||
		 t->u->body_case == TIENDO__V1__UPDATE__BODY_CORRECTION)
		report(e, t, unit, item);
	else
		truth_case_took(e, t, unit, item);
}
