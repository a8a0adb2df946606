// SPDX-License-Identifier: Apache-2.0
/* Decisions: on requests, on reports that are done, on slots. */
#include <stdlib.h>

#include "common/domain/timely.h"
#include "common/sys/json.h"
#include "server/admin_name.h"
#include "server/admin_office.h"
#include "server/admission.h"
#include "server/held.h"
#include "server/sheet.h"

typedef Tiendo__Journal__V1__Decide decide_t;

static const char no_reason[] = "the reason is missing: every decision gives one (--reason TEXT)";

static const char *const kinds[] = {
	[DECISION_EXTENSION] = "extension", [DECISION_NA] = "not-applicable", [DECISION_ACCEPTED] = "accept",
	[DECISION_RETURNED] = "return",     [DECISION_EXEMPT] = "exempt",     [DECISION_IN_TIME] = "in-time",
};

static enum decision_kind kind_of(const char *word)
{
	for (enum decision_kind k = DECISION_EXTENSION; k <= DECISION_IN_TIME; k++)
		if (strcmp(kinds[k], word) == 0)
			return k;
	return DECISION_NONE;
}

/* ---- the reply ---- */

static const char *code_of_unit(const struct catalogue *c, uint32_t number)
{
	return catalogue_unit(c, catalogue_unit_by_number(c, number))->row.code;
}

static const char *code_of_item(const struct catalogue *c, uint32_t number)
{
	return catalogue_item(c, catalogue_item_by_number(c, number))->row.code;
}

static void say_decided(struct admin *a, const struct entry_decision *d)
{
	const struct catalogue *c = core_view(a->core)->catalogue;
	const char *unit = code_of_unit(c, d->unit), *item = code_of_item(c, d->item);
	bool asked = d->kind == DECISION_EXTENSION || d->kind == DECISION_NA;
	struct json j = json_to(&a->json);
	char from[11], to[11];

	admin_say(a, "decision entry %llu: %s of %s for %s%s%s%s%s%s\n", (unsigned long long)a->entry, kinds[d->kind], unit,
		  item, *d->period ? ", " : "", d->period, asked ? d->granted ? ": granted " : ": refused" : "",
		  asked && d->granted ? date_format(d->date, from) : "",
		  d->kind == DECISION_NA && d->granted ? d->date_to.ymd ? " to " : " for ever" : "");
	if (d->kind == DECISION_NA && d->granted && d->date_to.ymd) {
		a->text.size--; /* the line's end */
		admin_say(a, "%s\n", date_format(d->date_to, to));
	}
	json_object_begin(&j, NULL);
	json_text(&j, "decision", kinds[d->kind]);
	json_text(&j, "unit", unit);
	json_text(&j, "item", item);
	json_text(&j, "period", d->period);
	json_bool(&j, "granted", d->granted);
	json_uint(&j, "date", d->date.ymd);
	json_uint(&j, "date_to", d->date_to.ymd);
	json_object_end(&j);
}

static enum core_result enter(struct admin *a, const struct entry_decision *d)
{
	struct entry e = {.kind = ENTRY_DECISION, .decision = *d};
	enum core_result r = admin_barrier(a, &e);

	if (r == CORE_OK)
		say_decided(a, d);
	return r;
}

/* ---- requests ---- */

/* The day from which or until which; what was asked for where the command names none. */
static bool dates_are_good(struct admin *a, const struct request *r, const decide_t *m, struct entry_decision *d)
{
	const struct view *v = core_view(a->core);
	char day[11];

	d->date.ymd = m->date ? m->date : r->date.ymd;
	d->date_to.ymd = r->kind == REQUEST_NA ? m->date_to ? m->date_to : r->date_to.ymd : 0;
	if (!date_valid(d->date) || (d->date_to.ymd && (!date_valid(d->date_to) || d->date_to.ymd < d->date.ymd))) {
		admin_say(a, "the days do not fit: a first day, and a last one that is not before it, are expected\n");
		return false;
	}
	struct date due = terms_due(&v->duties.terms, v->catalogue, catalogue_unit_by_number(v->catalogue, r->unit),
				    catalogue_item_by_number(v->catalogue, r->item));
	if (r->kind == REQUEST_EXTENSION && d->date.ymd <= due.ymd) {
		admin_say(a, "the due date in force is %s: an extension is to a later day, or refused (--refuse)\n",
			  date_format(due, day));
		return false;
	}
	return true;
}

static enum core_result decide_request(struct admin *a, const decide_t *m, struct entry_decision *d)
{
	const struct view *v = core_view(a->core);
	struct spot at;

	if (!admin_receipt(a, m->receipt, &at))
		return CORE_OK;
	const struct request *r = cases_request(&v->duties.cases, at);
	if (!r || r->kind != (d->kind == DECISION_NA ? REQUEST_NA : REQUEST_EXTENSION)) {
		admin_say(a, "%.60s is no such request: see `tiendo requests`\n", m->receipt);
		return CORE_OK;
	}
	if (r->decided) {
		admin_say(a, "%.60s was decided already, by entry %llu: the office may ask again\n", m->receipt,
			  (unsigned long long)r->decided);
		return CORE_OK;
	}
	d->about_entry = at.entry;
	d->about_index = at.index;
	d->unit = r->unit;
	d->item = r->item;
	d->granted = !m->refuse;
	return m->refuse || dates_are_good(a, r, m, d) ? enter(a, d) : CORE_OK;
}

/* ---- reports that are done ---- */

/* The update of a receipt; its strings live in `arena`. False: said why. */
static bool read_report(struct admin *a, const char *receipt, struct spot at, struct codec_arena *arena, struct update *out)
{
	struct journal *j = core_journal(a->core);
	struct kv_txn *t = kv_read(journal_kv(j));
	struct instant first;
	struct bytes blob;
	bool good = journal_blob(j, t, at.entry, at.index, &blob, &first) &&
		    codec_update_decode(blob.data, blob.size, arena, out);

	kv_end(&t);
	if (!good || update_figure(out) != BODY_TASK || out->state != TASK_DONE) {
		admin_say(a, "%.60s is no report that a task is done\n", receipt);
		return false;
	}
	return true;
}

static bool report_stands(struct admin *a, const decide_t *m, const struct admit_found *found, struct entry_decision *d)
{
	const struct view *v = core_view(a->core);
	const struct receipt r = {.entry = d->about_entry, .index = d->about_index};
	bool in_memory, in_cell = admission_stands(v, found, 0, &r, &in_memory);
	bool in_slot = found->period && (admission_stands(v, found, found->period, &r, &in_memory) || !in_memory);

	if (d->kind == DECISION_ACCEPTED) { /* what the figures show */
		const struct cell *cell = view_cell(v, found->unit, found->item);
		in_slot = false;
		in_cell = cell && cell->entry == r.entry && cell->index == r.index;
	}
	if (in_cell || in_slot)
		return true;
	admin_say(a, "%.60s does not stand any more: a newer report does, or it was withdrawn\n", m->receipt);
	return false;
}

static bool find_report(struct admin *a, const decide_t *m, const struct update *u, struct entry_decision *d,
			struct period *p)
{
	const struct view *v = core_view(a->core);
	const struct catalogue *c = v->catalogue;
	bool known;
	struct admit_found found = {.unit = catalogue_unit_at(c, u->unit, u->as_of, &known),
				    .item = catalogue_item_by_code(c, u->item)};

	if (found.unit == NO_INDEX || found.item == NO_INDEX || !view_cell(v, found.unit, found.item)) {
		admin_say(a, "%.60s: the catalogue in force has no such cell any more\n", m->receipt);
		return false;
	}
	const struct schedule *s = catalogue_schedule(c, found.item);
	if (s && timely_period(s, catalogue_calendar(c), catalogue_unit(c, found.unit)->row.kind, u->period, u->as_of, p)) {
		found.period = period_place(p->first);
		d->period = p->code;
	}
	d->unit = catalogue_unit_number(c, found.unit);
	d->item = catalogue_item(c, found.item)->row.number;
	return report_stands(a, m, &found, d);
}

static enum core_result decide_report(struct admin *a, const decide_t *m, struct entry_decision *d)
{
	struct codec_arena arena;
	enum core_result r = CORE_OK;
	struct update u;
	struct period p;
	struct spot at;

	if (!admin_receipt(a, m->receipt, &at))
		return CORE_OK;
	d->about_entry = at.entry;
	d->about_index = at.index;
	d->granted = true;
	arena = codec_arena_new(64 * 1024);
	if (read_report(a, m->receipt, at, &arena, &u) && find_report(a, m, &u, d, &p))
		r = enter(a, d);
	codec_arena_free(&arena);
	return r;
}

/* ---- slots ---- */

static enum core_result decide_slot(struct admin *a, const decide_t *m, struct entry_decision *d)
{
	const struct view *v = core_view(a->core);
	uint32_t unit = admin_unit(a, m->unit), item = v->catalogue ? catalogue_item_by_code(v->catalogue, m->item) : NO_INDEX;
	struct period p;

	if (unit == NO_INDEX)
		return CORE_OK;
	if (item == NO_INDEX || !catalogue_item(v->catalogue, item)->leaf || !catalogue_schedule(v->catalogue, item) ||
	    !schedule_period(catalogue_schedule(v->catalogue, item), m->period, &p)) {
		admin_say(a, "%.40s has no period %.40s: a leaf with a schedule, and one of its periods, are expected\n",
			  m->item, m->period);
		return CORE_OK;
	}
	struct held_place at = held_place(v->held, unit, item);
	struct sheet *sheet = at.block ? sheet_of(at.block->sheets, at.leaf, period_place(p.first)) : NULL;
	uint32_t slot = sheet ? sheet_slot(at.block->sheets, at.row, at.leaf) : NO_INDEX;
	if (slot == NO_INDEX || !(sheet->marks[slot].flags & SLOT_EXPECTED)) {
		admin_say(a, sheet ? "%s owes nothing for %s in %s\n"
				   : "%s, %s: the period %s is frozen, or has not begun: nothing can be decided about it\n",
			  m->unit, m->item, p.code);
		return CORE_OK;
	}
	d->granted = true;
	d->unit = catalogue_unit_number(v->catalogue, unit);
	d->item = catalogue_item(v->catalogue, item)->row.number;
	d->period = p.code;
	return enter(a, d);
}

enum core_result admin_decide(struct admin *a, const decide_t *m)
{
	struct entry_decision d = {.kind = kind_of(m->kind), .reason = m->reason, .period = ""};

	if (d.kind == DECISION_NONE)
		admin_say(a, "no such decision: %.40s (extension, not-applicable, accept, return, exempt, in-time)\n", m->kind);
	if (d.kind == DECISION_NONE || !admin_rules(a) || !admin_text(a, m->reason, NOTE_MAX_BYTES, no_reason))
		return CORE_OK;
	if (d.kind <= DECISION_NA)
		return decide_request(a, m, &d);
	return d.kind <= DECISION_RETURNED ? decide_report(a, m, &d) : decide_slot(a, m, &d);
}
