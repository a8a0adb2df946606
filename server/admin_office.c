// SPDX-License-Identifier: Apache-2.0
/* What was found at an office, and steps in obstacles for those who have no agent. */
#include "server/admin_office.h"

#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/sys/json.h"
#include "server/admin_name.h"
#include "server/ladder.h"
#include "server/obstacle.h"

/* ---- findings ---- */

typedef Tiendo__Journal__V1__Find find_t;

static void say_found(struct admin *a, const char *what, uint64_t about)
{
	struct json j = json_to(&a->json);

	admin_say(a, "finding entry %llu%s\n", (unsigned long long)a->entry, what);
	json_object_begin(&j, NULL);
	json_uint(&j, "finding_entry", about ? about : a->entry);
	json_bool(&j, "closed", about != 0);
	json_object_end(&j);
}

static enum core_result close_finding(struct admin *a, const find_t *m)
{
	const struct finding *f = cases_finding(&core_view(a->core)->duties.cases, m->closes);
	struct entry e = {.kind = ENTRY_FINDING,
			  .finding = {.closes = m->closes, .rule = "", .document = "", .text = m->text}};
	char day[11];

	if (!f || f->closed_by) {
		admin_say(a, f ? "the finding of entry %llu was closed on %s\n" : "entry %llu is no finding%s: see `tiendo findings`\n",
			  (unsigned long long)m->closes, f ? date_format(f->closed, day) : "");
		return CORE_OK;
	}
	if (!admin_text(a, m->text, NOTE_MAX_BYTES, NULL))
		return CORE_OK;
	enum core_result r = admin_barrier(a, &e);
	if (r == CORE_OK)
		say_found(a, ": remedied", m->closes);
	return r;
}

static bool finding_is_whole(struct admin *a, const find_t *m)
{
	struct date today = core_view(a->core)->head.today;
	char now[11];

	if (!admin_text(a, m->rule, REF_MAX_BYTES, "the rule is missing: what was broken (--rule \"ND09/2019 Art. 8\")") ||
	    !admin_text(a, m->document, REF_MAX_BYTES, "the document is missing: who found it, when (--document TEXT)") ||
	    !admin_text(a, m->text, NOTE_MAX_BYTES, "the text is missing: what was found"))
		return false;
	if (m->severity < 1 || m->severity > 3)
		admin_say(a, "--severity is 1 minor, 2 serious or 3 grave\n");
	else if (m->remedy_by && (!date_valid((struct date){m->remedy_by}) || m->remedy_by < today.ymd))
		admin_say(a, "--remedy-by must be a day from today on, and today is %s\n", date_format(today, now));
	else
		return true;
	return false;
}

enum core_result admin_find(struct admin *a, const find_t *m)
{
	struct entry e = {.kind = ENTRY_FINDING};
	bool good = admin_rules(a);

	if (good && m->closes)
		return close_finding(a, m);
	uint32_t unit = good ? admin_unit(a, m->unit) : NO_INDEX;
	if (unit == NO_INDEX)
		return CORE_OK;
	e.finding = (struct entry_finding){.unit = catalogue_unit_number(core_view(a->core)->catalogue, unit),
					   .item = admin_item(a, m->item, &good),
					   .severity = m->severity,
					   .remedy_by = {m->remedy_by},
					   .rule = m->rule,
					   .document = m->document,
					   .text = m->text};
	if (!good || !finding_is_whole(a, m))
		return CORE_OK;
	enum core_result r = admin_barrier(a, &e);
	if (r == CORE_OK)
		say_found(a, "", 0);
	return r;
}

/* ---- steps ---- */

typedef Tiendo__Journal__V1__TakeStep step_t;

/* STEP_NONE: said why. Closing and reopening are the raiser's alone. */
static enum obstacle_step step_of(struct admin *a, const char *word)
{
	for (enum obstacle_step s = STEP_COMMENT; s <= STEP_ESCALATE; s++)
		if (strcmp(obstacle_step_word(s), word) == 0)
			return s;
	admin_say(a, "the centre may comment, answer or escalate, not %.40s: close and reopen are the raiser's alone\n", word);
	return STEP_NONE;
}

static const struct obstacle *named(struct admin *a, const char *receipt)
{
	const struct obstacle *o;
	struct spot at;

	if (!admin_receipt(a, receipt, &at))
		return NULL;
	o = cases_obstacle(&core_view(a->core)->duties.cases, at);
	if (!o)
		admin_say(a, "%.60s is the receipt of no obstacle: see `tiendo obstacles`\n", receipt);
	return o;
}

static void say_refused(struct admin *a, const struct obstacle *o, struct verdict v)
{
	const struct catalogue *c = core_view(a->core)->catalogue;
	uint32_t with = catalogue_unit_by_number(c, o->addressee);

	admin_say(a, "nothing was changed: %s (%s); it lies with %s\n", reason_says(v.reason, LANGUAGE_EN), v.field,
		  with == NO_INDEX ? "the ministry list" : catalogue_unit(c, with)->row.code);
}

static enum core_result enter_step(struct admin *a, const struct obstacle *o, struct entry *e)
{
	struct spot at = o->at;
	enum core_result r = admin_barrier(a, e);
	struct json j = json_to(&a->json);

	if (r != CORE_OK)
		return r;
	o = cases_obstacle(&core_view(a->core)->duties.cases, at);
	admin_say(a, "step entry %llu: %s\n", (unsigned long long)a->entry, obstacle_step_word(e->step.matter.step));
	json_object_begin(&j, NULL);
	json_uint(&j, "step_entry", a->entry);
	json_text(&j, "step", obstacle_step_word(e->step.matter.step));
	json_uint(&j, "state", o->state);
	json_uint(&j, "addressee", o->addressee);
	json_object_end(&j);
	return r;
}

enum core_result admin_take_step(struct admin *a, const step_t *m)
{
	const struct view *v = core_view(a->core);
	struct hand h = {.catalogue = v->catalogue, .unit = NO_INDEX, .own = NO_INDEX, .centre = true, .today = v->head.today};
	struct entry e = {.kind = ENTRY_STEP};
	struct matter *step = &e.step.matter;

	*step = (struct matter){.text = m->text, .item = "", .solution = "", .addressee = m->addressee, .resolves = m->resolves};
	step->step = step_of(a, m->step);
	if (step->step == STEP_NONE || !admin_rules(a))
		return CORE_OK;
	if (*m->unit && (h.unit = admin_unit(a, m->unit)) == NO_INDEX) /* none is the ministry list's */
		return CORE_OK;
	const struct obstacle *o = named(a, m->receipt);
	if (!o || !admin_text(a, m->text, NOTE_MAX_BYTES,
			      step->step == STEP_ESCALATE ? NULL : "the text is missing: what is said (--text TEXT)"))
		return CORE_OK;
	step->about = (struct receipt){.entry = o->at.entry, .index = o->at.index};
	memcpy(step->about.incarnation, o->incarnation, sizeof o->incarnation);
	e.step.unit = h.unit == NO_INDEX ? LADDER_MINISTRIES : catalogue_unit_number(v->catalogue, h.unit);
	struct verdict verdict = obstacle_may(&h, o, step);
	if (!verdict.reason)
		return enter_step(a, o, &e);
	say_refused(a, o, verdict);
	return CORE_OK;
}
