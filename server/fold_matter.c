// SPDX-License-Identifier: Apache-2.0
/*
 * Corrections, withdrawals, confirmations; and what is no figure at all. Nothing here can fail: what makes no sense (any
 * more) has no effect.
 */
#include "server/duties.h"
#include "server/fold_inside.h"

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

/* Of the report that is voided: the period that is said, or the unfrozen one in which that report stands. */
static uint16_t period_voided(const struct reporting *r, const char *named, const struct receipt *about)
{
	const struct sheets *s = r->aim.at.block->sheets;
	uint32_t rhythm = s->leaf_rhythm[r->aim.at.leaf], slot = sheet_slot(s, r->aim.at.row, r->aim.at.leaf);
	struct period p;

	if (rhythm != NO_INDEX && schedule_period(s->rhythms[rhythm].schedule, named, &p))
		return period_place(p.first);
	for (uint32_t i = 0; slot != NO_INDEX && i < s->open_n; i++) {
		const struct sheet *sheet = s->open[i];

		if (sheet->rhythm == rhythm && (report_is(&sheet->reports[slot], about->entry, about->index) ||
						report_is(&sheet->before[slot], about->entry, about->index)))
			return sheet->place;
	}
	return 0;
}

static void withdraw(struct view *v, struct reporting *r, struct change *ch)
{
	const struct receipt *about = &r->taken->update.matter->about;

	if (!r->aim.cell)
		return;
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
	case BODY_NOTICE_ACK:
		fold_notice_ack(v, r);
		return;
	case BODY_NA_REQUEST:
	case BODY_OBSTACLE:
	case BODY_EXTENSION_REQUEST:
	case BODY_MILESTONE:
		fold_case(v, r, ch);
		return;
	case BODY_TASK:
	case BODY_RATIO:
	case BODY_COUNT:
	case BODY_POINTS:
	case BODY_NONE_ARISEN:
	case BODY_NONE:
		return;
	}
}

/* ---- what the centre decides about reports and slots ---- */

static bool aim_at(const struct view *v, const struct entry_decision *d, struct aim *out)
{
	uint32_t unit = catalogue_unit_by_number(v->catalogue, d->unit);
	uint32_t item = catalogue_item_by_number(v->catalogue, d->item);

	return unit != NO_INDEX && item != NO_INDEX && catalogue_item(v->catalogue, item)->leaf &&
	       fold_aim(v, unit, item, out);
}

void fold_return(struct view *v, const struct entry *e, struct change *ch)
{
	static const struct taken nobody = { .index = 0 };
	const struct receipt about = { .entry = e->decision.about_entry, .index = e->decision.about_index };
	struct reporting by = { .entry = e, .taken = &nobody, .own = NO_INDEX };

	if (!v->catalogue || !aim_at(v, &e->decision, &by.aim))
		return;
	by.period = period_voided(&by, e->decision.period, &about);
	fold_void(v, &by, about.entry, (uint16_t)about.index, ch);
	fold_tell(v, e, e->decision.unit, (struct notice){ .kind = NOTICE_RETURN, .item = e->decision.item,
							   .about_entry = about.entry, .about_index = (uint16_t)about.index });
}

static void mark_slot(struct view *v, const struct entry_decision *d, uint8_t flag)
{
	struct aim aim;
	struct period p;

	if (!v->catalogue || !aim_at(v, d, &aim))
		return;
	const struct sheets *s = aim.at.block->sheets;
	uint32_t rhythm = s->leaf_rhythm[aim.at.leaf], slot = sheet_slot(s, aim.at.row, aim.at.leaf);
	if (slot == NO_INDEX || !schedule_period(s->rhythms[rhythm].schedule, d->period, &p))
		return;
	struct sheet *sheet = sheet_of(s, aim.at.leaf, period_place(p.first));
	if (!sheet)
		return;
	fold_touch(v, aim.unit);
	sheet->marks[slot].flags |= flag;
}

void fold_exempt(struct view *v, const struct entry *e)
{
	mark_slot(v, &e->decision, SLOT_EXEMPT);
}

void fold_in_time(struct view *v, const struct entry *e)
{
	mark_slot(v, &e->decision, SLOT_DECIDED);
}

/* ---- the centre decides ---- */

enum fold_result fold_decision(struct view *v, const struct entry *e, struct change *ch)
{
	switch (e->decision.kind) {
	case DECISION_EXTENSION:
	case DECISION_NA:
		fold_request_decided(v, e, ch);
		break;
	case DECISION_ACCEPTED:
		fold_accepted(v, e, ch);
		break;
	case DECISION_RETURNED:
		fold_return(v, e, ch);
		break;
	case DECISION_EXEMPT:
		fold_exempt(v, e);
		break;
	case DECISION_IN_TIME:
		fold_in_time(v, e);
		break;
	case DECISION_NONE:
		break;
	}
	return FOLD_OK;
}
