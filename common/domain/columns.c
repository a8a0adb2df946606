// SPDX-License-Identifier: Apache-2.0
#include "common/domain/columns.h"

#include <assert.h>
#include <string.h>

#include "common/domain/schedule.h"

#define AT(field) offsetof(struct catalogue_row, field)
#define LONG NOTE_MAX_BYTES
#define NAME NAME_MAX_BYTES
#define REF REF_MAX_BYTES

/* Required columns first; the order in a file is free. */
static const struct column units[] = {
	{ "code", COLUMN_CODE, AT(unit.code), 0 },
	{ "kind", COLUMN_UNIT_KIND, AT(unit.kind), 0 },
	{ "name", COLUMN_TEXT, AT(unit.name), NAME },
	{ "parent", COLUMN_CODE, AT(unit.parent), 0 },
	{ "type", COLUMN_TEXT, AT(unit.type), REF },
	{ "branch", COLUMN_BRANCH, AT(unit.branch), 0 },
	{ "name_en", COLUMN_TEXT, AT(unit.name_en), NAME },
	{ "head", COLUMN_TEXT, AT(unit.head), NAME },
	{ "contact", COLUMN_TEXT, AT(unit.contact), NAME },
	{ "opened", COLUMN_DATE, AT(unit.opened), 0 },
	{ "closed", COLUMN_DATE, AT(unit.closed), 0 },
	{ "source", COLUMN_TEXT, AT(unit.source), LONG },
};

static const struct column groups[] = {
	{ "group", COLUMN_CODE, AT(group.group), 0 },
	{ "unit", COLUMN_CODE, AT(group.unit), 0 },
	{ "use", COLUMN_USE, AT(group.use), 0 },
	{ "name", COLUMN_TEXT, AT(group.name), NAME },
	{ "name_en", COLUMN_TEXT, AT(group.name_en), NAME },
	{ "from", COLUMN_DATE, AT(group.from), 0 },
	{ "to", COLUMN_DATE, AT(group.to), 0 },
};

static const struct column items[] = {
	{ "code", COLUMN_CODE, AT(item.code), 0 },
	{ "kind", COLUMN_ITEM_KIND, AT(item.kind), 0 },
	{ "name", COLUMN_TEXT, AT(item.name), NAME },
	{ "parent", COLUMN_CODE, AT(item.parent), 0 },
	{ "owner", COLUMN_CODE, AT(item.owner), 0 },
	{ "name_en", COLUMN_TEXT, AT(item.name_en), NAME },
	{ "doc_no", COLUMN_TEXT, AT(item.doc_no), REF },
	{ "doc_date", COLUMN_DATE, AT(item.doc_date), 0 },
	{ "issuer", COLUMN_TEXT, AT(item.issuer), NAME },
	{ "basis", COLUMN_TEXT, AT(item.basis), NAME },
	{ "flags", COLUMN_FLAGS, AT(item.flags), 0 },
	{ "sector", COLUMN_TEXT, AT(item.sector), REF },
	{ "class", COLUMN_TEXT, AT(item.class_), REF },
	{ "lead", COLUMN_CODE, AT(item.lead), 0 },
	{ "coop", COLUMN_REFERENCE, AT(item.coop), LONG },
	{ "person", COLUMN_TEXT, AT(item.person), NAME },
	{ "product", COLUMN_TEXT, AT(item.product), NAME },
	{ "product_unit", COLUMN_TEXT, AT(item.product_unit), REF },
	{ "start", COLUMN_DATE, AT(item.start), 0 },
	{ "due", COLUMN_DATE, AT(item.due), 0 },
	{ "answer", COLUMN_ANSWER, AT(item.answer), 0 },
	{ "reporters", COLUMN_REFERENCE, AT(item.reporters), LONG },
	{ "schedule", COLUMN_TEXT, AT(item.schedule), CODE_MAX },
	{ "measure", COLUMN_MEASURE, AT(item.measure), 0 },
	{ "aggregate", COLUMN_AGGREGATE, AT(item.aggregate), 0 },
	{ "num_def", COLUMN_TEXT, AT(item.num_def), NAME },
	{ "den_def", COLUMN_TEXT, AT(item.den_def), NAME },
	{ "uom", COLUMN_TEXT, AT(item.uom), REF },
	{ "target", COLUMN_TARGET, AT(item.target), 0 },
	{ "maximum", COLUMN_MAXIMUM, AT(item.maximum), 0 },
	{ "direction", COLUMN_DIRECTION, AT(item.direction), 0 },
	{ "bounded", COLUMN_BOUNDED, AT(item.bounded), 0 },
	{ "weight", COLUMN_NUMBER, AT(item.weight), WEIGHT_MAX },
	{ "opened", COLUMN_DATE, AT(item.opened), 0 },
	{ "closed", COLUMN_DATE, AT(item.closed), 0 },
	{ "source", COLUMN_TEXT, AT(item.source), LONG },
	{ "control", COLUMN_CODE, AT(item.control), 0 },
};

static const struct column targets[] = {
	{ "item", COLUMN_CODE, AT(target.item), 0 },
	{ "unit", COLUMN_REFERENCE, AT(target.unit), CODE_MAX + 2 },
	{ "target", COLUMN_TARGET, AT(target.target), 0 },
	{ "from", COLUMN_DATE, AT(target.from), 0 },
	{ "to", COLUMN_DATE, AT(target.to), 0 },
	{ "basis", COLUMN_TEXT, AT(target.basis), NAME },
};

static const struct column milestones[] = {
	{ "item", COLUMN_CODE, AT(milestone.item), 0 },
	{ "date", COLUMN_DATE, AT(milestone.date), 0 },
	{ "unit", COLUMN_CODE, AT(milestone.unit), 0 },
	{ "no", COLUMN_NUMBER, AT(milestone.no), 1000 },
	{ "name", COLUMN_TEXT, AT(milestone.name), NAME },
};

static const struct column holidays[] = {
	{ "date", COLUMN_DATE, AT(holiday.date), 0 },
	{ "kind", COLUMN_WORKING, AT(holiday.working), 0 },
	{ "name", COLUMN_TEXT, AT(holiday.name), NAME },
};

static const struct column schedules[] = {
	{ "schedule", COLUMN_CODE, AT(schedule.schedule), 0 },
	{ "kind", COLUMN_SCHEDULE, AT(schedule.kind), 0 },
	{ "first", COLUMN_TEXT, AT(schedule.first), PERIOD_MAX },
	{ "last", COLUMN_TEXT, AT(schedule.last), PERIOD_MAX },
	{ "name", COLUMN_TEXT, AT(schedule.name), NAME },
};

static const struct column periods[] = {
	{ "schedule", COLUMN_CODE, AT(period.schedule), 0 },
	{ "period", COLUMN_TEXT, AT(period.period), PERIOD_MAX },
	{ "start", COLUMN_DATE, AT(period.start), 0 },
	{ "end", COLUMN_DATE, AT(period.end), 0 },
	{ "name", COLUMN_TEXT, AT(period.name), NAME },
};

static const struct column deadlines[] = {
	{ "schedule", COLUMN_TEXT, AT(deadline.schedule), CODE_MAX },
	{ "unit_kind", COLUMN_UNIT_KIND, AT(deadline.unit_kind), 0 },
	{ "working_days", COLUMN_DAYS, AT(deadline.working_days), DEADLINE_DAYS_MAX },
};

static const struct column thresholds[] = {
	{ "rule", COLUMN_CODE, AT(threshold.rule), 0 },
	{ "measure", COLUMN_THRESHOLD, AT(threshold.measure), 0 },
	{ "op", COLUMN_ABOVE, AT(threshold.above), 0 },
	{ "value", COLUMN_VALUE, AT(threshold.value), 0 },
	{ "min_expected", COLUMN_COUNT, AT(threshold.min_expected), 100000000 },
	{ "periods", COLUMN_NUMBER, AT(threshold.periods), THRESHOLD_PERIODS_MAX },
	{ "action", COLUMN_TEXT, AT(threshold.action), NAME },
};

#define FILE_OF(list, kind, required, filled)                                                      \
	{                                                                                          \
#list ".csv", kind, list, sizeof(list) / sizeof(*(list)), required, filled         \
	}

static const struct columns files[] = {
	FILE_OF(units, ROW_UNIT, 4, 3),           FILE_OF(groups, ROW_GROUP, 2, 1),
	FILE_OF(items, ROW_ITEM, 4, 3),           FILE_OF(targets, ROW_TARGET, 3, 2),
	FILE_OF(milestones, ROW_MILESTONE, 2, 2), FILE_OF(holidays, ROW_HOLIDAY, 2, 1),
	FILE_OF(schedules, ROW_SCHEDULE, 2, 2),   FILE_OF(periods, ROW_PERIOD, 4, 4),
	FILE_OF(deadlines, ROW_DEADLINE, 3, 2),   FILE_OF(thresholds, ROW_THRESHOLD, 4, 2),
};

const struct columns *columns_of_file(const char *file)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (strcmp(files[i].file, file) == 0)
			return &files[i];
	return NULL;
}

const struct columns *columns_of_kind(enum row_kind kind)
{
	/* in the order of enum row_kind */
	const struct columns *c = &files[kind - ROW_UNIT];

	static_assert(sizeof(items) / sizeof(*items) < COLUMNS_MAX, "COLUMNS_MAX is too small");
	assert(kind >= ROW_UNIT && kind <= ROW_LAST && c->kind == kind);
	return c;
}

bool column_is_text(enum column_type t)
{
	return t <= COLUMN_SCHEDULE;
}

void *column_field(struct catalogue_row *row, const struct column *c)
{
	return (char *)row + c->offset;
}

const char **column_text(struct catalogue_row *row, const struct column *c)
{
	assert(column_is_text(c->type));
	return column_field(row, c);
}
