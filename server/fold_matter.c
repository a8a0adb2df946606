// SPDX-License-Identifier: Apache-2.0
/*
 * Corrections, withdrawals, confirmations; and what is no figure at all. Nothing here can fail: what makes no sense (any
 * more) has no effect.
 */
#include "server/fold_inside.h"
#include "server/duties.h"

/* ---- figures that name another one ---- */

static void correct(struct view *v, const struct reporting *r, struct change *ch)
{
	const struct receipt *about = &r->taken->update.matter->about;
	struct cell report;

	if (!r->aim.cell || !fold_read(r, &report))
		return;
	report.flags |= CELL_CORRECTED;
	fold_void(v, r, about->entry, (uint16_t)about->index, ch);
	fold_report(v, r, &report, ch);
}

static void withdraw(struct view *v, const struct reporting *r, struct change *ch)
{
	const struct receipt *about = &r->taken->update.matter->about;

	if (r->aim.cell)
		fold_void(v, r, about->entry, (uint16_t)about->index, ch);
}

/* What the cell shows is the report of this period too. */
static void confirm(struct view *v, const struct reporting *r, struct change *ch)
{
	const struct cell *was = r->aim.cell;

	if (!was || !(was->flags & CELL_REPORTED))
		return;
	struct cell report = *was;
	report.entry = report.version = r->entry->number;
	report.index = (uint16_t)r->taken->index;
	report.principal = r->entry->principal;
	report.received_ms = r->entry->received.ms;
	report.period = r->period;
	report.as_of = r->taken->update.as_of;
	report.flags = (uint16_t)(CELL_REPORTED | CELL_UNCHANGED | (was->flags & (CELL_NONE_ARISEN | CELL_ACCEPTED)));
	if (r->aim.unit != r->own)
		report.flags |= CELL_ON_BEHALF;
	fold_report(v, r, &report, ch);
}

void fold_matter(struct view *v, struct reporting *r, struct change *ch)
{
	switch (r->taken->update.body) {
	case BODY_CORRECTION:
		correct(v, r, ch);
		return;
	case BODY_WITHDRAW:
		withdraw(v, r, ch);
		return;
	case BODY_UNCHANGED:
		confirm(v, r, ch);
		return;
	case BODY_NA_REQUEST:
	case BODY_OBSTACLE:
	case BODY_EXTENSION_REQUEST:
	case BODY_MILESTONE:
	case BODY_NOTICE_ACK:
	case BODY_TASK:
	case BODY_RATIO:
	case BODY_COUNT:
	case BODY_POINTS:
	case BODY_NONE_ARISEN:
	case BODY_NONE:
		return;
	}
}
