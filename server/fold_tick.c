// SPDX-License-Identifier: Apache-2.0
/*
 * A day of the office begins. What depends on the date happens here and nowhere else, in this order: flows of passed
 * periods end; what is open, overdue, behind or not applicable is judged anew; offices are reminded of what is due;
 * periods freeze; periods open; obstacles climb; the day's point of each series is set.
 */
#include "server/fold_inside.h"
#include "server/mailbox.h"

/* Nothing opened, closed, joined or got another target: only tasks may have become overdue or fallen behind. */
static void judge_block(struct view *v, struct block *b, uint64_t number, struct change *ch)
{
	block_set_days(b, v->head.today);
	for (uint32_t row = 0; row < b->unit_rows; row++) {
		struct aim aim = { .unit = b->rows[row].unit, .at = { b, row, 0 }, .line = block_line(b, row) };

		for (uint32_t leaf = 0; leaf < b->leaves_n; leaf++) {
			struct cell *cell = block_cell(b, row, leaf);
			if (!cell || !(cell->flags & CELL_EXPECTED) || (cell->state == TASK_DONE && !(cell->flags & CELL_TERMS)))
				continue;
			if (block_judge(b, row, leaf, cell, block_target_of(b, leaf, cell)) == cell->flags)
				continue;
			aim.at.leaf = leaf;
			aim.cell = cell;
			fold_settle(v, &aim, *cell, number, ch);
		}
	}
}

static enum fold_result judge(struct view *v, struct date before, bool changed, uint64_t number, struct change *ch)
{
	if (changed || !before.ymd || catalogue_changes_between(v->catalogue, before, v->head.today))
		return fold_recount(v, number, ch);
	for (uint32_t i = 0; i < v->held->blocks_n; i++)
		judge_block(v, v->held->blocks[i], number, ch);
	return FOLD_OK;
}

enum fold_result fold_tick(struct view *v, const struct entry *e, struct change *ch)
{
	struct date before = v->head.today;
	uint64_t since = v->head.tick;

	if (e->tick.date.ymd <= before.ymd)
		return FOLD_FOREIGN;
	v->head.today = e->tick.date;
	v->head.tick = e->number;
	ch->today = true;
	mailbox_forget(v->mailbox, v->head.today);
	if (!v->catalogue)
		return FOLD_OK;
	enum fold_result r = judge(v, before, fold_flows_end(v, e->number), e->number, ch);
	if (r != FOLD_OK)
		return r;
	if (!fold_remind(v, before, e->number))
		return FOLD_MEMORY;
	fold_sheets_freeze(v);
	if (!fold_sheets_open(v))
		return FOLD_MEMORY;
	fold_cases_day(v, e);
	fold_series(v, since);
	return FOLD_OK;
}
