// SPDX-License-Identifier: Apache-2.0
/* codec_row: catalogue rows <-> tiendo.v1.CatalogueRow. Words travel as words; an unknown one is refused. */
#include "common/domain/says.h"
#include "common/sys/codec.h"

#include <protobuf-c/protobuf-c.h>
#include <string.h>

/* A word must be "" (none) or known. */
#define WORD(function, text, target)                                                                               \
	do {                                                                                                       \
		(target) = function(text);                                                                         \
		if (!(target) && *(text))                                                                          \
			return false;                                                                              \
	} while (0)

static bool read_unit(const Tiendo__V1__UnitRow *m, struct unit_row *r)
{
	*r = (struct unit_row){.number = m->number, .code = m->code, .parent = m->parent_code,
			       .parent_number = m->parent, .type = m->type, .name = m->name,
			       .name_en = m->name_en, .head = m->head, .contact = m->contact,
			       .opened = {m->opened}, .closed = {m->closed}, .source = m->source};
	WORD(unit_kind_of, m->kind, r->kind);
	WORD(unit_branch_of, m->branch, r->branch);
	return true;
}

static bool read_item(const Tiendo__V1__ItemRow *m, struct item_row *r)
{
	if (m->target > INT64_MAX || m->maximum > INT64_MAX)
		return false;
	*r = (struct item_row){
		.number = m->number, .code = m->code, .parent = m->parent, .owner = m->owner, .name = m->name,
		.name_en = m->name_en, .doc_no = m->doc_no, .issuer = m->issuer, .basis = m->basis,
		.doc_date = {m->doc_date}, .flags = m->flags, .sector = m->sector, .class_ = m->class_,
		.lead = m->lead, .coop = m->coop, .person = m->person, .product = m->product,
		.product_unit = m->product_unit, .start = {m->start}, .due = {m->due},
		.reporters = m->reporters, .schedule = m->schedule, .num_def = m->num_def,
		.den_def = m->den_def, .uom = m->uom, .has_target = m->has_target, .target = (int64_t)m->target,
		.has_maximum = m->has_maximum, .maximum = (int64_t)m->maximum, .bounded = m->bounded,
		.weight = m->weight, .opened = {m->opened}, .closed = {m->closed}, .source = m->source, .control = m->control};
	WORD(item_kind_of, m->kind, r->kind);
	WORD(answer_of, m->answer, r->answer);
	WORD(measure_of, m->measure, r->measure);
	WORD(aggregate_of, m->aggregate, r->aggregate);
	WORD(direction_of, m->direction, r->direction);
	return true;
}

static bool read_threshold(const Tiendo__V1__ThresholdRow *m, struct threshold_row *r)
{
	*r = (struct threshold_row){.rule = m->rule, .above = !strcmp(m->op, "above"), .value = m->value,
				    .min_expected = m->min_expected, .periods = m->periods, .action = m->action};
	WORD(threshold_measure_of, m->measure, r->measure);
	return r->above || !strcmp(m->op, "below");
}

bool codec_row_decode(const uint8_t *data, size_t size, struct codec_arena *a, struct catalogue_row *out)
{
	const Tiendo__V1__CatalogueRow *m = codec_unpack(&tiendo__v1__catalogue_row__descriptor, data, size, a);

	if (!m)
		return false;
	switch (m->row_case) {
	case TIENDO__V1__CATALOGUE_ROW__ROW_UNIT:
		out->kind = ROW_UNIT;
		return read_unit(m->unit, &out->unit);
	case TIENDO__V1__CATALOGUE_ROW__ROW_GROUP:
		out->kind = ROW_GROUP;
		out->group = (struct group_row){.group = m->group->group, .use = m->group->use,
						.name = m->group->name, .name_en = m->group->name_en,
						.unit = m->group->unit, .from = {m->group->from},
						.to = {m->group->to}};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_ITEM:
		out->kind = ROW_ITEM;
		return read_item(m->item, &out->item);
	case TIENDO__V1__CATALOGUE_ROW__ROW_TARGET:
		out->kind = ROW_TARGET;
		if (m->target->target > INT64_MAX)
			return false;
		out->target = (struct target_row){.item = m->target->item, .unit = m->target->unit,
						  .from = {m->target->from}, .to = {m->target->to},
						  .target = (int64_t)m->target->target, .basis = m->target->basis};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_MILESTONE:
		out->kind = ROW_MILESTONE;
		out->milestone = (struct milestone_row){.item = m->milestone->item, .unit = m->milestone->unit,
							.no = m->milestone->no, .name = m->milestone->name,
							.date = {m->milestone->date}};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_HOLIDAY:
		out->kind = ROW_HOLIDAY;
		out->holiday = (struct holiday_row){.date = {m->holiday->date}, .working = m->holiday->working,
						    .name = m->holiday->name};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_SCHEDULE:
		out->kind = ROW_SCHEDULE;
		out->schedule = (struct schedule_row){.schedule = m->schedule->schedule, .kind = m->schedule->kind,
						      .name = m->schedule->name, .first = m->schedule->first,
						      .last = m->schedule->last};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_PERIOD:
		out->kind = ROW_PERIOD;
		out->period = (struct period_row){.schedule = m->period->schedule, .period = m->period->period,
						  .name = m->period->name, .start = {m->period->start},
						  .end = {m->period->end}};
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_DEADLINE:
		out->kind = ROW_DEADLINE;
		out->deadline = (struct deadline_row){.schedule = m->deadline->schedule,
						      .working_days = m->deadline->working_days};
		WORD(unit_kind_of, m->deadline->unit_kind, out->deadline.unit_kind);
		return true;
	case TIENDO__V1__CATALOGUE_ROW__ROW_THRESHOLD:
		out->kind = ROW_THRESHOLD;
		return read_threshold(m->threshold, &out->threshold);
	case TIENDO__V1__CATALOGUE_ROW__ROW__NOT_SET:
	case _TIENDO__V1__CATALOGUE_ROW__ROW__CASE_IS_INT_SIZE:
		break;
	}
	return false;
}

#define S(text) ((char *)(text))

static uint8_t *encode_unit(const struct unit_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__UnitRow o = TIENDO__V1__UNIT_ROW__INIT;

	o.number = r->number;
	o.code = S(r->code);
	o.parent = r->parent_number;
	o.parent_code = S(r->parent);
	o.kind = S(unit_kind_word(r->kind));
	o.type = S(r->type);
	o.branch = S(unit_branch_word(r->branch));
	o.name = S(r->name);
	o.name_en = S(r->name_en);
	o.head = S(r->head);
	o.contact = S(r->contact);
	o.opened = r->opened.ymd;
	o.closed = r->closed.ymd;
	o.source = S(r->source);
	m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_UNIT;
	m.unit = &o;
	return codec_pack_new(&m, size);
}

static uint8_t *encode_item(const struct item_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__ItemRow o = TIENDO__V1__ITEM_ROW__INIT;

	o.number = r->number;
	o.code = S(r->code);
	o.parent = S(r->parent);
	o.owner = S(r->owner);
	o.kind = S(item_kind_word(r->kind));
	o.name = S(r->name);
	o.name_en = S(r->name_en);
	o.doc_no = S(r->doc_no);
	o.doc_date = r->doc_date.ymd;
	o.issuer = S(r->issuer);
	o.basis = S(r->basis);
	o.flags = r->flags;
	o.sector = S(r->sector);
	o.class_ = S(r->class_);
	o.lead = S(r->lead);
	o.coop = S(r->coop);
	o.person = S(r->person);
	o.product = S(r->product);
	o.product_unit = S(r->product_unit);
	o.start = r->start.ymd;
	o.due = r->due.ymd;
	o.answer = S(answer_word(r->answer));
	o.reporters = S(r->reporters);
	o.schedule = S(r->schedule);
	o.measure = S(measure_word(r->measure));
	o.aggregate = S(aggregate_word(r->aggregate));
	o.num_def = S(r->num_def);
	o.den_def = S(r->den_def);
	o.uom = S(r->uom);
	o.has_target = r->has_target;
	o.target = r->has_target ? (uint64_t)r->target : 0;
	o.has_maximum = r->has_maximum;
	o.maximum = r->has_maximum ? (uint64_t)r->maximum : 0;
	o.direction = S(direction_word(r->direction));
	o.bounded = r->bounded;
	o.weight = r->weight;
	o.opened = r->opened.ymd;
	o.closed = r->closed.ymd;
	o.source = S(r->source);
	o.control = S(r->control);
	m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_ITEM;
	m.item = &o;
	return codec_pack_new(&m, size);
}

static uint8_t *encode_group(const struct group_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__GroupRow o = TIENDO__V1__GROUP_ROW__INIT;

	o.group = S(r->group);
	o.use = S(r->use);
	o.name = S(r->name);
	o.name_en = S(r->name_en);
	o.unit = S(r->unit);
	o.from = r->from.ymd;
	o.to = r->to.ymd;
	m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_GROUP;
	m.group = &o;
	return codec_pack_new(&m, size);
}

static uint8_t *encode_target(const struct target_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__TargetRow o = TIENDO__V1__TARGET_ROW__INIT;

	o.item = S(r->item);
	o.unit = S(r->unit);
	o.from = r->from.ymd;
	o.to = r->to.ymd;
	o.target = (uint64_t)r->target;
	o.basis = S(r->basis);
	m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_TARGET;
	m.target = &o;
	return codec_pack_new(&m, size);
}

static uint8_t *encode_small(const struct catalogue_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__MilestoneRow milestone = TIENDO__V1__MILESTONE_ROW__INIT;
	Tiendo__V1__HolidayRow holiday = TIENDO__V1__HOLIDAY_ROW__INIT;
	Tiendo__V1__ScheduleRow schedule = TIENDO__V1__SCHEDULE_ROW__INIT;
	Tiendo__V1__PeriodRow period = TIENDO__V1__PERIOD_ROW__INIT;
	Tiendo__V1__DeadlineRow deadline = TIENDO__V1__DEADLINE_ROW__INIT;

	if (r->kind == ROW_MILESTONE) {
		milestone.item = S(r->milestone.item);
		milestone.unit = S(r->milestone.unit);
		milestone.no = r->milestone.no;
		milestone.name = S(r->milestone.name);
		milestone.date = r->milestone.date.ymd;
		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_MILESTONE;
		m.milestone = &milestone;
	} else if (r->kind == ROW_HOLIDAY) {
		holiday.date = r->holiday.date.ymd;
		holiday.working = r->holiday.working;
		holiday.name = S(r->holiday.name);
		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_HOLIDAY;
		m.holiday = &holiday;
	} else if (r->kind == ROW_SCHEDULE) {
		schedule.schedule = S(r->schedule.schedule);
		schedule.kind = S(r->schedule.kind);
		schedule.first = S(r->schedule.first);
		schedule.last = S(r->schedule.last);
		schedule.name = S(r->schedule.name);
		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_SCHEDULE;
		m.schedule = &schedule;
	} else if (r->kind == ROW_PERIOD) {
		period.schedule = S(r->period.schedule);
		period.period = S(r->period.period);
		period.start = r->period.start.ymd;
		period.end = r->period.end.ymd;
		period.name = S(r->period.name);
		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_PERIOD;
		m.period = &period;
	} else {
		deadline.schedule = S(r->deadline.schedule);
		deadline.unit_kind = S(unit_kind_word(r->deadline.unit_kind));
		deadline.working_days = r->deadline.working_days;
		m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_DEADLINE;
		m.deadline = &deadline;
	}
	return codec_pack_new(&m, size);
}

static uint8_t *encode_threshold(const struct threshold_row *r, size_t *size)
{
	Tiendo__V1__CatalogueRow m = TIENDO__V1__CATALOGUE_ROW__INIT;
	Tiendo__V1__ThresholdRow o = TIENDO__V1__THRESHOLD_ROW__INIT;

	o.rule = S(r->rule);
	o.measure = S(threshold_measure_word(r->measure));
	o.op = S(r->above ? "above" : "below");
	o.value = r->value;
	o.min_expected = r->min_expected;
	o.periods = r->periods;
	o.action = S(r->action);
	m.row_case = TIENDO__V1__CATALOGUE_ROW__ROW_THRESHOLD;
	m.threshold = &o;
	return codec_pack_new(&m, size);
}

uint8_t *codec_row_encode(const struct catalogue_row *row, size_t *size)
{
	switch (row->kind) {
	case ROW_UNIT:
		return encode_unit(&row->unit, size);
	case ROW_GROUP:
		return encode_group(&row->group, size);
	case ROW_ITEM:
		return encode_item(&row->item, size);
	case ROW_TARGET:
		return encode_target(&row->target, size);
	case ROW_MILESTONE:
	case ROW_HOLIDAY:
	case ROW_SCHEDULE:
	case ROW_PERIOD:
	case ROW_DEADLINE:
		return encode_small(row, size);
	case ROW_THRESHOLD:
		return encode_threshold(&row->threshold, size);
	case ROW_NONE:
		break;
	}
	return NULL;
}
