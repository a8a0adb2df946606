// SPDX-License-Identifier: Apache-2.0
#include "server/dump_duties.h"

#include "common/domain/says.h"
#include "common/domain/timely.h"

static const char *const states[] = {
	[OBSTACLE_NONE] = "", [OBSTACLE_OPEN] = "open", [OBSTACLE_ANSWERED] = "answered", [OBSTACLE_CLOSED] = "closed",
};
static const char *const notices[NOTICE_KINDS] = {
	[NOTICE_NONE] = "",           [NOTICE_ANSWER] = "answer",       [NOTICE_REMINDER] = "reminder",
	[NOTICE_RETURN] = "return",   [NOTICE_DECISION] = "decision",   [NOTICE_DIRECTIVE] = "directive",
	[NOTICE_TASK] = "task",       [NOTICE_FINDING] = "finding",     [NOTICE_OBSTACLE] = "obstacle",
};

static void put_date(struct json *j, const char *name, struct date d)
{
	json_uint(j, name, d.ymd);
}

void dump_json_term(struct json *j, const struct term *t)
{
	json_uint(j, "unit", t->unit);
	json_uint(j, "item", t->item);
	put_date(j, "due", t->due);
	put_date(j, "first_due", t->first_due);
	put_date(j, "na_from", t->na_from);
	put_date(j, "na_to", t->na_to);
	json_array_begin(j, "milestones");
	for (uint32_t i = 0; i < t->reached_n; i++) {
		json_object_begin(j, NULL);
		json_uint(j, "no", t->reached[i].no);
		put_date(j, "on", t->reached[i].on);
		json_object_end(j);
	}
	json_array_end(j);
}

static void put_step(struct json *j, const struct step *s)
{
	json_object_begin(j, NULL);
	json_uint(j, "entry", s->at.entry);
	json_uint(j, "index", s->at.index);
	json_text(j, "step", obstacle_step_word((enum obstacle_step)s->kind));
	json_uint(j, "unit", s->unit);
	json_uint(j, "addressee", s->addressee);
	put_date(j, "date", s->date);
	json_bool(j, "on_behalf", s->on_behalf);
	json_bool(j, "resolves", s->resolves);
	json_object_end(j);
}

void dump_json_obstacle(struct json *j, const struct obstacle *o)
{
	json_uint(j, "entry", o->at.entry);
	json_uint(j, "index", o->at.index);
	json_uint(j, "unit", o->unit);
	json_uint(j, "principal", o->principal);
	json_uint(j, "item", o->item);
	json_text(j, "state", states[o->state]);
	json_uint(j, "addressee", o->addressee);
	put_date(j, "raised", o->raised);
	put_date(j, "since", o->since);
	put_date(j, "answer_due", o->answer_due);
	put_date(j, "closed", o->closed);
	json_uint(j, "escalations", o->escalations);
	json_text(j, "cause", cause_word((enum cause)o->cause));
	json_text(j, "fault", origin_word((enum origin)o->origin));
	json_text(j, "solution_class", cause_word((enum cause)o->solution_class));
	json_bool(j, "affects_rights", o->affects_rights);
	json_bool(j, "raised_late", o->raised_late);
	json_array_begin(j, "steps");
	for (uint32_t i = 0; i < o->steps_n; i++)
		put_step(j, &o->steps[i]);
	json_array_end(j);
}

void dump_json_request(struct json *j, const struct request *r)
{
	json_uint(j, "entry", r->at.entry);
	json_uint(j, "index", r->at.index);
	json_uint(j, "unit", r->unit);
	json_uint(j, "principal", r->principal);
	json_uint(j, "item", r->item);
	json_uint(j, "kind", r->kind);
	put_date(j, "asked", r->asked);
	put_date(j, "date", r->date);
	put_date(j, "date_to", r->date_to);
	json_uint(j, "decided", r->decided);
	json_bool(j, "granted", r->granted);
	put_date(j, "granted_date", r->granted_date);
	put_date(j, "granted_to", r->granted_to);
}

void dump_json_finding(struct json *j, const struct finding *f)
{
	json_uint(j, "entry", f->entry);
	json_uint(j, "unit", f->unit);
	json_uint(j, "item", f->item);
	json_uint(j, "principal", f->principal);
	json_uint(j, "severity", f->severity);
	put_date(j, "found", f->found);
	put_date(j, "remedy_by", f->remedy_by);
	json_uint(j, "closed_by", f->closed_by);
	put_date(j, "closed", f->closed);
}

void dump_json_notice(struct json *j, uint32_t unit, const struct notice *n)
{
	json_uint(j, "unit", unit);
	json_uint(j, "entry", n->entry);
	json_uint(j, "place", n->place);
	json_text(j, "kind", notices[n->kind < NOTICE_KINDS ? n->kind : NOTICE_NONE]);
	json_uint(j, "index", n->index);
	json_uint(j, "item", n->item);
	put_date(j, "due", n->due);
	put_date(j, "sent", n->sent);
	put_date(j, "opened", n->opened);
	json_uint(j, "about_entry", n->about_entry);
	json_uint(j, "about_index", n->about_index);
	put_date(j, "period", period_first(n->period));
	json_uint(j, "owed", n->owed);
	json_bool(j, "granted", n->granted);
}
