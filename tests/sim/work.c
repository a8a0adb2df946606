// SPDX-License-Identifier: Apache-2.0
#include "tests/sim/work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/dice.h"
#include "tests/sim/host.h"
#include "tests/sim/truth.h"
#include "tests/sim/truth_days.h"

struct work works[WORKS];
uint32_t works_n;

void work_reset(void)
{
	works_n = 1;
}

/* ---- what it says ---- */

static void task(struct work *w)
{
	uint64_t kind = dice_below(4);

	w->state = kind == 0 ? TASK_NOT_STARTED : kind == 3 ? TASK_DONE : TASK_IN_PROGRESS;
	w->percent = kind == 0 ? 0 : kind == 3 ? 100 : 1 + (uint32_t)dice_below(99);
	if (kind == 3) {
		snprintf(w->ref, sizeof w->ref, "12/BC");
		w->done_on = w->as_of;
	}
}

/* Mostly what the item asks for; now and then something that is refused. */
static void figure(struct work *w)
{
	static const enum body_kind of[] = {['1'] = BODY_TASK, ['2'] = BODY_TASK, ['3'] = BODY_RATIO, ['4'] = BODY_COUNT,
					    ['5'] = BODY_POINTS, ['6'] = BODY_COUNT};
	char last = w->item[0] ? w->item[strlen(w->item) - 1] : '0';

	if (last < '1' || last > '6' || dice_percent(4))
		last = (char)('1' + dice_below(6));
	w->figure = of[(unsigned char)last];
	if (w->figure == BODY_COUNT && dice_percent(20))
		w->figure = BODY_NONE_ARISEN;
	if (w->figure == BODY_TASK) {
		task(w);
	} else if (w->figure == BODY_RATIO) {
		w->b = (int64_t)dice_below(1000);
		w->a = dice_percent(95) ? (int64_t)dice_below((uint64_t)w->b + 1) : w->b + 1;
	} else if (w->figure != BODY_NONE_ARISEN) {
		w->a = (int64_t)dice_below(w->figure == BODY_COUNT ? 100000 : 1900);
	}
}

/* A code of the item's schedule, mostly; the right one, mostly. */
static void name_period(struct work *w)
{
	static const char *const some[] = {"P1", "P3", "P5", "2024-01a", "2024-01b", "2024-W02", "2024-W03", "2024-01", "2024"};
	struct date about = truth_date(truth_day(w->as_of) - (int32_t)dice_below(4));
	const char *code = truth_period_code(w->item, about);

	if (dice_percent(10) || !code)
		code = some[dice_below(sizeof some / sizeof *some)];
	snprintf(w->period, sizeof w->period, "%s", code);
}

static void say_why(struct work *w, unsigned percent)
{
	if (dice_percent(percent))
		snprintf(w->reason, sizeof w->reason, "lùi");
}

static struct work *begin(const char *unit, const char *item)
{
	struct work *w = &works[works_n];

	if (works_n == WORKS)
		return NULL;
	*w = (struct work){.queued_ms = host_wall(NULL)};
	snprintf(w->unit, sizeof w->unit, "%s", unit);
	snprintf(w->item, sizeof w->item, "%s", item);
	snprintf(w->own_note, sizeof w->own_note, "w%u", works_n);
	w->note = w->own_note;
	return w;
}

uint32_t work_new(const char *unit, const char *item, struct date today)
{
	static const char *const copied[] = {"Đang phối hợp với các đơn vị liên quan", "Chưa có vướng mắc phát sinh trong kỳ"};
	struct work *w = begin(unit, item);

	if (!w)
		return 0;
	if (dice_percent(10))
		w->note = copied[dice_below(2)];
	w->as_of = truth_date(truth_day(today) + (dice_percent(3) ? 3 : -(int32_t)dice_below(dice_percent(70) ? 4 : 20)));
	if (dice_percent(30))
		name_period(w);
	if (dice_percent(12)) {
		w->body = BODY_UNCHANGED;
		return works_n++;
	}
	figure(w);
	w->body = w->figure;
	say_why(w, 80);
	return works_n++;
}

uint32_t work_about(uint32_t about, bool withdraws, struct date today)
{
	const struct work *of = &works[about];
	struct work *w = begin(of->unit, of->item);

	if (!w || !of->told_taken)
		return 0;
	w->as_of = of->as_of.ymd <= today.ymd && dice_percent(80) ? of->as_of : today;
	snprintf(w->period, sizeof w->period, "%s", of->period);
	if (dice_percent(30))
		name_period(w);
	w->about = of->receipt;
	if (dice_percent(3))
		w->about.entry += 1 + dice_below(3);
	w->body = withdraws ? BODY_WITHDRAW : BODY_CORRECTION;
	if (!withdraws)
		figure(w);
	say_why(w, 97);
	return works_n++;
}

/* ---- what is no report ---- */

static const char *some_text(void)
{
	static const char *const texts[] = {"Thiếu máy quét", "Chờ hướng dẫn của Bộ", ""};

	return texts[dice_below(40) ? dice_below(2) : 2];
}

static struct work *begin_matter(const char *unit, const char *item, enum body_kind body, struct date today)
{
	struct work *w = begin(unit, item);

	if (!w)
		return NULL;
	w->body = body;
	w->as_of = dice_percent(90) ? today : truth_date(truth_day(today) - (int32_t)dice_below(6));
	w->matter.text = "";
	if (dice_percent(2))
		snprintf(w->period, sizeof w->period, "2024-01a");
	return w;
}

static struct date some_day(struct date from, int32_t low, unsigned span)
{
	return truth_date(truth_day(from) + low + (int32_t)dice_below(span));
}

uint32_t work_request(const char *unit, const char *item, struct date today)
{
	static const enum body_kind bodies[] = {BODY_NA_REQUEST, BODY_EXTENSION_REQUEST, BODY_MILESTONE};
	struct work *w = begin_matter(unit, item, bodies[dice_below(3)], today);

	if (!w)
		return 0;
	if (w->body == BODY_MILESTONE) {
		w->matter.milestone = 1 + (uint32_t)dice_below(4);
		w->matter.date = some_day(w->as_of, -4, 6);
	} else {
		w->matter.text = some_text();
		w->matter.date = w->body == BODY_NA_REQUEST ? some_day(today, -4, 12) : some_day(today, -1, 200);
		if (w->body == BODY_NA_REQUEST && dice_percent(60))
			w->matter.date_to = some_day(w->matter.date, dice_percent(5) ? -2 : 0, 10);
	}
	return works_n++;
}

static void name_addressee(struct work *w, unsigned percent)
{
	static const char *const units[] = {"40", "VN", "CA", "412", "38", "413"};

	if (dice_percent(percent))
		snprintf(w->addressee, sizeof w->addressee, "%s", units[dice_below(6)]);
}

uint32_t work_raise(const char *unit, const char *item, struct date today)
{
	struct work *w = begin_matter(unit, item, BODY_OBSTACLE, today);

	if (!w)
		return 0;
	w->matter.step = STEP_RAISE;
	w->matter.cause = (enum cause)(1 + dice_below(CAUSE_ACCESS));
	w->matter.origin = dice_percent(50) ? ORIGIN_OWN : ORIGIN_OUTSIDE;
	w->matter.affects_rights = dice_percent(30);
	w->matter.text = some_text();
	if (dice_percent(50)) {
		w->matter.solution_class = (enum cause)(1 + dice_below(CAUSE_ACCESS));
		w->matter.solution = "Cấp thêm máy";
	}
	name_addressee(w, 30);
	return works_n++;
}

uint32_t work_step(const char *unit, const char *item, const struct receipt *obstacle, struct date today)
{
	static const enum obstacle_step steps[] = {STEP_COMMENT, STEP_ANSWER, STEP_ESCALATE, STEP_CLOSE, STEP_REOPEN};
	struct work *w = begin_matter(unit, item, BODY_OBSTACLE, today);

	if (!w)
		return 0;
	w->about = *obstacle;
	w->matter.step = steps[dice_below(5)];
	w->matter.text = some_text();
	if (w->matter.step == STEP_ANSWER)
		w->matter.resolves = dice_percent(50);
	if (w->matter.step == STEP_ESCALATE)
		name_addressee(w, 40);
	return works_n++;
}

uint32_t work_ack(const char *unit, uint64_t notice, const uint8_t *incarnation, struct date today)
{
	struct work *w = begin_matter(unit, "", BODY_NOTICE_ACK, today);

	if (!w)
		return 0;
	w->matter.notice = notice;
	memcpy(w->about.incarnation, incarnation, sizeof w->about.incarnation);
	return works_n++;
}

/* ---- as an update ---- */

struct update work_update(uint32_t n)
{
	struct work *w = &works[n];
	bool figures = w->figure != BODY_NONE;

	w->matter.about = w->about;
	w->matter.item = "";
	w->matter.addressee = w->addressee;
	w->matter.text = w->matter.text ? w->matter.text : "";
	w->matter.solution = w->matter.solution ? w->matter.solution : "";
	return (struct update){.unit = w->unit,
			       .item = w->item,
			       .as_of = w->as_of,
			       .period = w->period,
			       .note = w->note,
			       .reason = w->reason,
			       .product_ref = w->ref,
			       .seal = {.monotonic_ms = 1, .attempts = n},
			       .body = w->body,
			       .corrected = w->body == BODY_CORRECTION ? w->figure : BODY_NONE,
			       .matter = w->body > BODY_UNCHANGED ? &w->matter : NULL,
			       .state = w->state,
			       .percent = w->percent,
			       .done_on = w->done_on,
			       .numerator = w->figure == BODY_RATIO ? w->a : 0,
			       .denominator = w->b,
			       .value = figures && w->figure != BODY_RATIO ? w->a : 0};
}

const char *work_text(uint32_t n)
{
	static char text[200];
	const struct work *w = &works[n];

	snprintf(text, sizeof text, "w%u: body %d of %d, step %d to %s, %s %s, as of %u, period %s, about %llu.%u%s", n, w->body,
		 w->figure, w->matter.step, w->addressee, w->unit, w->item, w->as_of.ymd, w->period[0] ? w->period : "-", (unsigned long long)w->about.entry,
		 w->about.index, w->wild ? ", wild" : "");
	return text;
}

uint32_t work_of(const Tiendo__V1__Update *u)
{
	uint32_t n = u->seal ? u->seal->attempts : 0;

	return n < works_n ? n : 0;
}

static bool same_figure(const struct work *w, unsigned body, const Tiendo__V1__Task *task, const Tiendo__V1__Ratio *ratio,
			const Tiendo__V1__Count *count, const Tiendo__V1__Points *points)
{
	if (body != (unsigned)w->figure)
		return false;
	if (body == BODY_TASK)
		return (enum task_state)task->state == w->state && task->percent == w->percent &&
		       task->done_on == w->done_on.ymd && !strcmp(task->product_ref, w->ref);
	if (body == BODY_RATIO)
		return (int64_t)ratio->numerator == w->a && (int64_t)ratio->denominator == w->b;
	return body == BODY_NONE_ARISEN || (int64_t)(body == BODY_COUNT ? count->value : points->value) == w->a;
}

static bool same_receipt(const struct receipt *r, const Tiendo__V1__ReceiptRef *m)
{
	return m && m->entry == r->entry && m->index == r->index && m->incarnation.len == sizeof r->incarnation &&
	       !memcmp(m->incarnation.data, r->incarnation, sizeof r->incarnation);
}

static bool same_obstacle(const struct work *w, const Tiendo__V1__Obstacle *o)
{
	const struct matter *m = &w->matter;

	if ((unsigned)o->step_case != (unsigned)m->step)
		return false;
	if (m->step == STEP_RAISE)
		return !o->obstacle && !strcmp(o->raise->text, m->text) && (unsigned)o->raise->cause == (unsigned)m->cause &&
		       (unsigned)o->raise->fault == (unsigned)m->origin && !strcmp(o->raise->addressee, w->addressee) &&
		       (unsigned)o->raise->solution_class == (unsigned)m->solution_class &&
		       !strcmp(o->raise->solution, m->solution) && o->raise->affects_rights == m->affects_rights;
	if (m->step == STEP_ESCALATE && strcmp(o->escalate->addressee, w->addressee))
		return false;
	if (m->step == STEP_ANSWER && (o->answer->resolves != m->resolves || strcmp(o->answer->text, m->text)))
		return false;
	return same_receipt(&w->about, o->obstacle);
}

static bool same_matter(const struct work *w, const Tiendo__V1__Update *u)
{
	const struct matter *m = &w->matter;

	if (w->body == BODY_NA_REQUEST)
		return u->na_request->from == m->date.ymd && u->na_request->to == m->date_to.ymd &&
		       !strcmp(u->na_request->reason, m->text);
	if (w->body == BODY_EXTENSION_REQUEST)
		return u->extension_request->due == m->date.ymd && !strcmp(u->extension_request->reason, m->text);
	if (w->body == BODY_MILESTONE)
		return u->milestone->no == m->milestone && u->milestone->reached_on == m->date.ymd;
	if (w->body == BODY_NOTICE_ACK)
		return u->notice_ack->notice_entry == m->notice && u->notice_ack->incarnation.len == sizeof w->about.incarnation &&
		       !memcmp(u->notice_ack->incarnation.data, w->about.incarnation, sizeof w->about.incarnation);
	return w->body != BODY_OBSTACLE || same_obstacle(w, u->obstacle);
}

bool work_same(uint32_t n, const Tiendo__V1__Update *u)
{
	const struct work *w = &works[n];

	if (strcmp(u->unit, w->unit) || strcmp(u->item, w->item) || u->as_of != w->as_of.ymd || strcmp(u->period, w->period) ||
	    strcmp(u->note, w->note) || strcmp(u->reason, w->reason) || (unsigned)u->body_case != (unsigned)w->body)
		return false;
	if (w->body == BODY_CORRECTION) {
		const Tiendo__V1__Correction *c = u->correction;
		return same_receipt(&w->about, c->replaces) && same_figure(w, c->body_case, c->task, c->ratio, c->count, c->points);
	}
	if (w->body == BODY_WITHDRAW)
		return same_receipt(&w->about, u->withdraw->withdraws);
	if (w->body > BODY_NONE_ARISEN)
		return same_matter(w, u);
	return same_figure(w, u->body_case, u->task, u->ratio, u->count, u->points);
}
