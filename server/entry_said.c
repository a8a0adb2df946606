// SPDX-License-Identifier: Apache-2.0
/* entry_said: bodies of what the centre decides, finds and says. */
#include "server/entry_body.h"

/* What is absent may be NULL in an entry that is made here. */
static char *text_of(const char *text)
{
	return (char *)(text ? text : "");
}

/* ---- writing ---- */

static void put_decision(const struct entry_decision *d, struct buffer *out)
{
	Tiendo__Journal__V1__DecisionBody m = TIENDO__JOURNAL__V1__DECISION_BODY__INIT;

	m.kind = d->kind;
	m.about_entry = d->about_entry;
	m.about_index = d->about_index;
	m.granted = d->granted;
	m.date = d->date.ymd;
	m.reason = text_of(d->reason);
	m.principal = d->principal;
	m.date_to = d->date_to.ymd;
	m.unit = d->unit;
	m.item = d->item;
	m.period = text_of(d->period);
	entry_body_message(out, &m);
}

static void put_notice(const struct entry_notice *n, struct buffer *out)
{
	Tiendo__Journal__V1__NoticeBody m = TIENDO__JOURNAL__V1__NOTICE_BODY__INIT;

	m.kind = n->kind;
	m.n_units = n->units_n;
	m.units = (uint32_t *)n->units;
	m.item = n->item;
	m.text = text_of(n->text);
	m.about_entry = n->about_entry;
	m.principal = n->principal;
	m.due = n->due.ymd;
	entry_body_message(out, &m);
}

static void put_finding(const struct entry_finding *f, struct buffer *out)
{
	Tiendo__Journal__V1__FindingBody m = TIENDO__JOURNAL__V1__FINDING_BODY__INIT;

	m.unit = f->unit;
	m.item = f->item;
	m.rule = text_of(f->rule);
	m.severity = f->severity;
	m.document = text_of(f->document);
	m.remedy_by = f->remedy_by.ymd;
	m.text = text_of(f->text);
	m.principal = f->principal;
	m.closes = f->closes;
	entry_body_message(out, &m);
}

/* The bytes of one that was read are kept as they are. */
static void put_step(const struct entry_step *s, struct buffer *out)
{
	Tiendo__Journal__V1__StepBody m = TIENDO__JOURNAL__V1__STEP_BODY__INIT;
	uint8_t step[UPDATE_BYTES_MAX];

	m.unit = s->unit;
	m.principal = s->principal;
	m.step = s->size ? (ProtobufCBinaryData){s->size, (uint8_t *)s->bytes}
			 : (ProtobufCBinaryData){codec_obstacle_encode(&s->matter, step), step};
	if (m.step.len)
		entry_body_message(out, &m);
	else
		out->failed = true; /* longer than any update: nobody may have taken it */
}

void entry_said_put(const struct entry *e, struct buffer *out)
{
	if (e->kind == ENTRY_DECISION)
		put_decision(&e->decision, out);
	else if (e->kind == ENTRY_NOTICE)
		put_notice(&e->notice, out);
	else if (e->kind == ENTRY_FINDING)
		put_finding(&e->finding, out);
	else
		put_step(&e->step, out);
}

/* ---- reading ---- */

static enum entry_read get_decision(struct bytes body, struct codec_arena *arena,
				    struct entry_decision *out)
{
	const Tiendo__Journal__V1__DecisionBody *m =
		codec_unpack(&tiendo__journal__v1__decision_body__descriptor, body.data, body.size, arena);

	if (!m)
		return ENTRY_READ_DAMAGED;
	if (m->kind > DECISION_IN_TIME)
		return ENTRY_READ_UNKNOWN;
	*out = (struct entry_decision){.kind = (enum decision_kind)m->kind,
				       .about_entry = m->about_entry,
				       .about_index = m->about_index,
				       .granted = m->granted,
				       .date = {m->date},
				       .date_to = {m->date_to},
				       .unit = m->unit,
				       .item = m->item,
				       .principal = m->principal,
				       .reason = m->reason,
				       .period = m->period};
	return ENTRY_READ_OK;
}

static enum entry_read get_notice(struct bytes body, struct codec_arena *arena,
				  struct entry_notice *out)
{
	const Tiendo__Journal__V1__NoticeBody *m =
		codec_unpack(&tiendo__journal__v1__notice_body__descriptor, body.data, body.size, arena);

	if (!m)
		return ENTRY_READ_DAMAGED;
	*out = (struct entry_notice){.kind = m->kind,
					     .units_n = m->n_units,
					     .units = m->units,
					     .item = m->item,
					     .text = m->text,
					     .about_entry = m->about_entry,
					     .principal = m->principal,
					     .due = {m->due}};
	return ENTRY_READ_OK;
}

static enum entry_read get_finding(struct bytes body, struct codec_arena *arena,
				   struct entry_finding *out)
{
	const Tiendo__Journal__V1__FindingBody *m =
		codec_unpack(&tiendo__journal__v1__finding_body__descriptor, body.data, body.size, arena);

	if (!m)
		return ENTRY_READ_DAMAGED;
	*out = (struct entry_finding){.unit = m->unit,
					      .item = m->item,
					      .severity = m->severity,
					      .principal = m->principal,
					      .remedy_by = {m->remedy_by},
					      .rule = m->rule,
					      .document = m->document,
					      .text = m->text,
					      .closes = m->closes};
	return ENTRY_READ_OK;
}

static enum entry_read get_step(struct bytes body, struct codec_arena *arena,
				struct entry_step *out)
{
	const Tiendo__Journal__V1__StepBody *m =
		codec_unpack(&tiendo__journal__v1__step_body__descriptor, body.data, body.size, arena);

	if (!m)
		return ENTRY_READ_DAMAGED;
	*out = (struct entry_step){.unit = m->unit,
				   .principal = m->principal,
				   .bytes = m->step.data,
				   .size = m->step.len};
	return codec_obstacle_decode(bytes_of(m->step.data, m->step.len), arena, &out->matter) &&
			       out->matter.step != STEP_NONE
		       ? ENTRY_READ_OK
		       : ENTRY_READ_DAMAGED;
}

enum entry_read entry_said_get(struct bytes body, struct codec_arena *arena, struct entry *e)
{
	if (e->kind == ENTRY_DECISION)
		return get_decision(body, arena, &e->decision);
	if (e->kind == ENTRY_NOTICE)
		return get_notice(body, arena, &e->notice);
	return e->kind == ENTRY_FINDING ? get_finding(body, arena, &e->finding)
					: get_step(body, arena, &e->step);
}
