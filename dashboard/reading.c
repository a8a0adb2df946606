// SPDX-License-Identifier: Apache-2.0
#include "dashboard/reading.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/sys/base.h"

struct reading reading_of(const struct sight *s, const char *unit, const char *unit_name,
			  const struct item *item, const struct rollup *r)
{
	/* a rollup that is not sent is as old as the generation */
	const struct rollup nothing = {.version = s->generation.entry};
	struct reading out = {.sight = *s, .unit = unit, .unit_name = unit_name, .item = item};

	figures_show(&out.figure, item->row.kind, r ? r : &nothing);
	return out;
}

struct reading_deadlines reading_deadlines(const struct figure *f)
{
	struct reading_deadlines d = {.applicable = f->cells_expected - f->cells.na,
				      .done_late = f->done_late,
				      .overdue = f->overdue};

	d.done_in_time = f->cells.done - f->done_late;
	d.open_in_time = d.applicable - f->cells.done - f->overdue;
	return d;
}

static bool same_tasks(const struct task_counts *a, const struct task_counts *b)
{
	return a->unreported == b->unreported && a->not_started == b->not_started &&
	       a->in_progress == b->in_progress && a->done == b->done && a->na == b->na;
}

static bool same_indicators(const struct indicator_counts *a, const struct indicator_counts *b)
{
	return a->unreported == b->unreported && a->value == b->value && a->none == b->none &&
	       a->na == b->na && a->at_target == b->at_target;
}

static bool same_numbers(const struct figure *a, const struct figure *b)
{
	return a->has_ratio == b->has_ratio && a->numerator == b->numerator &&
	       a->denominator == b->denominator && a->has_value == b->has_value &&
	       a->value == b->value && a->has_target == b->has_target && a->target == b->target &&
	       a->has_reached == b->has_reached && a->target_reached == b->target_reached &&
	       a->has_attainment == b->has_attainment && a->attainment_bp == b->attainment_bp &&
	       a->has_score == b->has_score && a->score_bp == b->score_bp &&
	       a->score_leaves == b->score_leaves && a->score_leaves_of == b->score_leaves_of;
}

bool reading_moved(const struct figure *a, const struct figure *b)
{
	return !(same_tasks(&a->cells, &b->cells) && same_tasks(&a->leaves, &b->leaves) &&
		 same_indicators(&a->indicators, &b->indicators) && same_numbers(a, b) &&
		 a->done_late == b->done_late && a->overdue == b->overdue &&
		 a->behind == b->behind && a->reported == b->reported &&
		 a->expected == b->expected);
}

char *generation_text(const struct mirror_generation *g, char out[static GENERATION_TEXT])
{
	char hex[2 * MIRROR_INCARNATION + 1];

	snprintf(out, GENERATION_TEXT, "%s:%" PRIu32 ":%" PRIu64,
		 hex_encode(hex, g->incarnation, MIRROR_INCARNATION), g->fold_version, g->entry);
	return out;
}
