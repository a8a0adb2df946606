// SPDX-License-Identifier: Apache-2.0
#include "server/dump_rows.h"

#include "common/domain/says.h"
#include "server/dump_json.h"

static const char *const timelies[] = {
	[TIMELY_NONE] = "none", [TIMELY_ON_TIME] = "on_time", [TIMELY_LINE_SLOW] = "line_slow", [TIMELY_LATE] = "late",
};
static const char *const states[] = {
	[TASK_NONE] = "", [TASK_NOT_STARTED] = "not_started", [TASK_IN_PROGRESS] = "in_progress", [TASK_DONE] = "done",
};
static const struct {
	unsigned flag;
	const char *word;
} flags[] = {
	{ CELL_NONE_ARISEN, "none_arisen" }, { CELL_ON_BEHALF, "on_behalf" }, { CELL_CORRECTED, "corrected" },
	{ CELL_ACCEPTED, "accepted" },       { CELL_UNCHANGED, "unchanged" }, { CELL_AT_TARGET, "at_target" },
	{ CELL_OVERDUE, "overdue" },         { CELL_BEHIND, "behind" },       { CELL_DONE_LATE, "done_late" },
};

static void put_report(struct json *j, const char *name, const struct cell *c)
{
	if (!(c->flags & CELL_REPORTED)) {
		json_none(j, name);
		return;
	}
	json_object_begin(j, name);
	json_uint(j, "entry", c->entry);
	json_uint(j, "index", c->index);
	json_uint(j, "principal", c->principal);
	json_int(j, "received_ms", c->received_ms);
	json_uint(j, "as_of", c->as_of.ymd);
	json_text(j, "state", states[c->state <= TASK_DONE ? c->state : TASK_NONE]);
	json_uint(j, "percent", c->percent);
	json_uint(j, "done_on", c->done_on.ymd);
	json_int(j, "value", c->value);
	json_int(j, "denominator", c->denominator);
	json_array_begin(j, "flags");
	for (size_t i = 0; i < BASE_COUNT(flags); i++)
		if (c->flags & flags[i].flag)
			json_text(j, NULL, flags[i].word);
	json_array_end(j);
	json_object_end(j);
}

static void put_slot(struct json *j, const struct slot_value *v)
{
	json_bool(j, "expected", v->mark.flags & SLOT_EXPECTED);
	json_bool(j, "exempt", v->mark.flags & SLOT_EXPECTED && v->mark.flags & SLOT_EXEMPT);
	json_bool(j, "decided", v->mark.flags & SLOT_DECIDED);
	json_text(j, "timely", timelies[v->mark.timely <= TIMELY_LATE ? v->mark.timely : TIMELY_NONE]);
	if (v->target == NO_TARGET)
		json_none(j, "target");
	else
		json_int(j, "target", v->target);
	put_report(j, "report", &v->report);
	put_report(j, "before", &v->before);
}

static void put_after(struct json *j, struct bytes key, struct bytes value)
{
	struct slot_value slot;

	json_uint(j, "entry", get_u64(key.data + 12));
	json_uint(j, "index", get_u16(key.data + 20));
	if (value.data[0] == AFTER_VOID) {
		json_text(j, "kind", "void");
		json_uint(j, "voided_entry", get_u64(value.data + 1));
		json_uint(j, "voided_index", get_u16(value.data + 9));
		return;
	}
	json_text(j, "kind", "report");
	if (!slot_unpack(bytes_of(value.data + 1, value.size - 1), &slot))
		return;
	json_text(j, "timely", timelies[slot.mark.timely]);
	put_report(j, "report", &slot.report);
}

static void put_series(struct json *j, struct bytes key, struct bytes value, struct codec_arena *arena)
{
	char code[CODE_MAX + 1] = "";
	const uint8_t *rest = key.data + (key.data[0] ? 1 + CODE_MAX : 5);

	if (key.data[0]) {
		memcpy(code, key.data + 1, CODE_MAX);
		json_text(j, "group", code);
	} else {
		json_uint(j, "unit", get_u32(key.data + 1));
	}
	json_uint(j, "item", get_u32(rest));
	json_uint(j, "date", get_u32(rest + 4));
	codec_arena_reset(arena);
	const void *rollup = codec_unpack(&tiendo__v1__rollup__descriptor, value.data, value.size, arena);
	json_object_begin(j, "rollup");
	if (rollup)
		dump_json_fields(j, rollup);
	json_object_end(j);
}

void dump_json_row(struct json *j, enum row_table table, struct bytes key, struct bytes value, struct codec_arena *arena)
{
	static const char *const suspicions[] = {
		[SUSPICION_NONE] = "", [SUSPICION_SAME_TEXT] = "same_text", [SUSPICION_JUMP] = "jump",
		[SUSPICION_FALL] = "fall", [SUSPICION_CONTROL] = "control",
	};
	struct slot_value slot;

	json_text(j, "table", rows_names[table]);
	if (table == ROWS_SERIES) {
		put_series(j, key, value, arena);
		return;
	}
	json_uint(j, "item", get_u32(key.data));
	json_uint(j, "period", get_u32(key.data + 4));
	json_uint(j, "unit", get_u32(key.data + 8));
	if (table == ROWS_FROZEN && slot_unpack(value, &slot))
		put_slot(j, &slot);
	if (table == ROWS_AFTER)
		put_after(j, key, value);
	if (table != ROWS_SUSPICIONS)
		return;
	json_uint(j, "entry", get_u64(key.data + 12));
	json_uint(j, "index", get_u16(key.data + 20));
	json_text(j, "suspicion", suspicions[key.data[22]]);
	json_uint(j, "before", get_u64(value.data));
	json_uint(j, "after", get_u64(value.data + 8));
}

bool dump_json_slot(struct json *j, const struct sheets *s, const struct sheet *sheet, uint32_t row, uint32_t leaf)
{
	const struct block *b = s->block;
	uint32_t slot = s->leaf_rhythm[leaf] == sheet->rhythm ? sheet_slot(s, row, leaf) : NO_INDEX;

	if (slot == NO_INDEX || (!sheet->marks[slot].flags && !(sheet->reports[slot].flags & CELL_REPORTED)))
		return false;
	const struct slot_value value = { .mark = sheet_mark(s, sheet, row, leaf), .target = NO_TARGET,
					  .report = sheet->reports[slot], .before = sheet->before[slot] };
	json_uint(j, "item", b->columns[b->leaf_columns[leaf]].row->number);
	json_uint(j, "period", sheet->period.first.ymd);
	json_uint(j, "unit", catalogue_unit_number(b->catalogue, b->rows[row].unit));
	json_text(j, "code", sheet->period.code);
	json_uint(j, "deadline", sheet->deadlines[catalogue_unit(b->catalogue, b->rows[row].unit)->row.kind].ymd);
	json_uint(j, "freeze", sheet->freeze.ymd);
	put_slot(j, &value);
	return true;
}
