// SPDX-License-Identifier: Apache-2.0
#include "dashboard/json.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/domain/periods.h"

static json_t *number(bool has, int64_t n)
{
	return has ? json_integer(n) : json_null();
}

static json_t *text(const char *t)
{
	return *t ? json_string(t) : json_null();
}

static json_t *date(struct date d)
{
	char out[11];

	return text(date_format(d, out));
}

static json_t *tasks(const struct task_counts *c, uint32_t expected)
{
	return json_pack("{s:i,s:i,s:i,s:i,s:i,s:i}", "expected", (int)expected, "unreported",
			 (int)c->unreported, "not_started", (int)c->not_started, "in_progress",
			 (int)c->in_progress, "done", (int)c->done, "na", (int)c->na);
}

static json_t *indicators(const struct indicator_counts *c, uint32_t expected)
{
	return json_pack("{s:i,s:i,s:i,s:i,s:i,s:i}", "expected", (int)expected, "unreported",
			 (int)c->unreported, "value", (int)c->value, "none", (int)c->none, "na",
			 (int)c->na, "at_target", (int)c->at_target);
}

static void add_counts(json_t *o, const struct figure *f)
{
	json_object_set_new(o, "cells", tasks(&f->cells, f->cells_expected));
	json_object_set_new(o, "leaves", tasks(&f->leaves, f->leaves_expected));
	json_object_set_new(o, "indicators", indicators(&f->indicators, f->indicators_expected));
	json_object_set_new(o, "done_late", json_integer(f->done_late));
	json_object_set_new(o, "overdue", json_integer(f->overdue));
	json_object_set_new(o, "behind", json_integer(f->behind));
	json_object_set_new(o, "reported", json_integer(f->reported));
	json_object_set_new(o, "expected", json_integer(f->expected));
}

static void add_numbers(json_t *o, const struct figure *f)
{
	json_object_set_new(o, "numerator", number(f->has_ratio, f->numerator));
	json_object_set_new(o, "denominator", number(f->has_ratio, f->denominator));
	json_object_set_new(o, "value", number(f->has_value, f->value));
	json_object_set_new(o, "percent_bp", number(f->has_percent, f->percent_bp));
	json_object_set_new(o, "target", number(f->has_target, f->target));
	json_object_set_new(o, "target_reached",
			    f->has_reached ? json_boolean(f->target_reached) : json_null());
	json_object_set_new(o, "attainment_bp", number(f->has_attainment, f->attainment_bp));
	json_object_set_new(o, "score_bp", number(f->has_score, f->score_bp));
	json_object_set_new(o, "score_leaves", json_integer(f->score_leaves));
	json_object_set_new(o, "score_leaves_of", json_integer(f->score_leaves_of));
}

static json_t *reading(const struct reading *r)
{
	json_t *o = json_object();
	char generation[GENERATION_TEXT];

	json_object_set_new(o, "unit", json_string(r->unit));
	json_object_set_new(o, "item", json_string(r->item->row.code));
	json_object_set_new(o, "period", text(r->period ? r->period : ""));
	json_object_set_new(o, "at", date(r->sight.today));
	json_object_set_new(o, "illustrative", json_boolean(r->sight.illustrative));
	json_object_set_new(o, "simulated", json_boolean(r->sight.simulated));
	add_counts(o, &r->figure);
	add_numbers(o, &r->figure);
	json_object_set_new(o, "version", json_integer((json_int_t)r->figure.version));
	json_object_set_new(o, "generation",
			    json_string(generation_text(&r->sight.generation, generation)));
	return o;
}

static void put(struct buffer *out, json_t *o, size_t flags)
{
	char *dumped = json_dumps(o, flags);

	out->failed |= !dumped;
	buffer_put_text(out, dumped ? dumped : "");
	free(dumped);
	json_decref(o);
}

void json_figure(struct buffer *out, const struct reading *r)
{
	put(out, reading(r), JSON_COMPACT);
}

void json_reading(struct buffer *out, const struct reading *r)
{
	json_figure(out, r);
	buffer_put_u8(out, '\n');
}

void json_readings(struct buffer *out, const struct reading *list, size_t n)
{
	buffer_put_text(out, "[");
	for (size_t i = 0; i < n; i++) {
		buffer_put_text(out, i ? ",\n " : "\n ");
		put(out, reading(&list[i]), JSON_COMPACT);
	}
	buffer_put_text(out, n ? "\n]\n" : "]\n");
}

/* ---- explain ---- */

static const char *const states[] = {[REPORT_UNREPORTED] = "unreported",
				     [REPORT_NOT_STARTED] = "not_started",
				     [REPORT_IN_PROGRESS] = "in_progress",
				     [REPORT_DONE] = "done",
				     [REPORT_VALUE] = "value",
				     [REPORT_NONE_ARISEN] = "none_arisen",
				     [REPORT_NA] = "na"};

const char *report_state_word(int state)
{
	return state >= REPORT_UNREPORTED && state <= REPORT_NA ? states[state] : "";
}

static json_t *who(const struct report_cell *c)
{
	json_t *o = json_object();

	json_object_set_new(o, "unit", json_string(c->unit->row.code));
	json_object_set_new(o, "name", json_string(c->unit->row.name));
	json_object_set_new(o, "path", json_string(c->unit->path));
	json_object_set_new(o, "item", json_string(c->item->row.code));
	json_object_set_new(o, "due", date(c->due));
	json_object_set_new(o, "overdue", json_boolean(c->overdue));
	json_object_set_new(o, "late_days", json_integer(c->late_days));
	json_object_set_new(o, "waiting_days", json_integer(c->waiting_days));
	return o;
}

static void add_said(json_t *o, const struct report_cell *c)
{
	enum item_kind kind = c->item->row.kind;
	bool value = c->state == REPORT_VALUE;

	json_object_set_new(o, "state", json_string(states[c->state]));
	json_object_set_new(o, "percent", number(kind == ITEM_TASK, c->percent));
	json_object_set_new(o, "numerator", number(value && kind == ITEM_RATIO, c->numerator));
	json_object_set_new(o, "denominator", number(value && kind == ITEM_RATIO, c->denominator));
	json_object_set_new(o, "value", number(value && kind != ITEM_RATIO, c->numerator));
	json_object_set_new(o, "done_on", date(c->done_on));
	json_object_set_new(o, "as_of", date(c->as_of));
	json_object_set_new(o, "period", text(c->period));
	json_object_set_new(o, "receipt", text(c->receipt));
	json_object_set_new(o, "received_ms", json_integer(c->received.ms));
	json_object_set_new(o, "expected", json_boolean(c->expected));
	json_object_set_new(o, "on_behalf", json_boolean(c->on_behalf));
	json_object_set_new(o, "crossed", json_boolean(c->crossed));
	json_object_set_new(o, "behind", json_boolean(c->behind));
	json_object_set_new(o, "done_late", json_boolean(c->done_late));
	json_object_set_new(o, "accepted", json_boolean(c->accepted));
	json_object_set_new(o, "corrected", json_boolean(c->corrected));
	json_object_set_new(o, "first_due", date(c->first_due));
	json_object_set_new(o, "unchanged_since", date(c->unchanged_since));
	json_object_set_new(o, "product_ref", text(c->product_ref));
	json_object_set_new(o, "note", text(c->note));
	json_object_set_new(o, "reason", text(c->reason));
	json_object_set_new(o, "version", json_integer((json_int_t)c->version));
}

/* The split by due dates that leaders read, beside done / in progress / not started. */
static json_t *deadlines(const struct figure *f)
{
	struct reading_deadlines d = reading_deadlines(f);

	return json_pack("{s:i,s:i,s:i,s:i,s:i}", "applicable", (int)d.applicable, "done_in_time",
			 (int)d.done_in_time, "done_late", (int)d.done_late, "open_in_time",
			 (int)d.open_in_time, "overdue", (int)d.overdue);
}

void json_report(struct buffer *out, const struct report *r)
{
	json_t *o = json_object(), *reported = json_array(), *missing = json_array(),
	       *unfinished = json_array();

	for (size_t i = 0; i < r->cells_n; i++) {
		const struct report_cell *c = &r->cells[i];
		json_t *row = who(c);
		if (c->state == REPORT_UNREPORTED) {
			json_array_append_new(missing, row);
			continue;
		}
		add_said(row, c);
		json_array_append_new(reported, row);
	}
	for (size_t i = 0; i < r->unfinished_n; i++)
		json_array_append_new(unfinished, reading(&r->unfinished[i]));
	json_object_set_new(o, "figure", reading(&r->reading));
	json_object_set_new(o, "name", json_string(r->reading.item->row.name));
	json_object_set_new(o, "deadlines", deadlines(&r->reading.figure));
	json_object_set_new(o, "reported", reported);
	json_object_set_new(o, "missing", missing);
	json_object_set_new(o, "unfinished", unfinished);
	put(out, o, JSON_INDENT(1));
	buffer_put_u8(out, '\n');
}
