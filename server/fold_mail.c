// SPDX-License-Identifier: Apache-2.0
/* What units are told, and what they say they have read. */
#include "common/domain/periods.h"
#include "server/fold_inside.h"
#include "server/mailbox.h"

/* Recipients ascending, each known here; the numbers of units are given without holes, so one look at the last is one
 * at them all. */
static bool addressed(const struct catalogue *c, const struct entry_notice *n)
{
	if (!c || !n->units_n || n->units_n > UINT32_MAX || !n->units[0])
		return false;
	for (size_t i = 1; i < n->units_n; i++)
		if (n->units[i] <= n->units[i - 1])
			return false;
	return catalogue_unit_by_number(c, n->units[n->units_n - 1]) != NO_INDEX;
}

enum fold_result fold_notice(struct view *v, const struct entry *e)
{
	const struct entry_notice *n = &e->notice;
	struct letter letter = { .entry = e->number, .about_entry = n->about_entry, .item = n->item, .due = n->due,
				 .sent = date_at(e->received, v->head.offset_minutes), .kind = (uint8_t)n->kind,
				 .n = (uint32_t)n->units_n, .units = (uint32_t *)n->units };

	if ((n->kind != NOTICE_DIRECTIVE && n->kind != NOTICE_TASK) || !addressed(v->catalogue, n))
		return FOLD_FOREIGN;
	return mailbox_send(v->mailbox, &letter) ? FOLD_OK : FOLD_MEMORY;
}

/* Without memory the view is no longer the fold: `failed` says so to the one door. */
void fold_tell(struct view *v, const struct entry *e, uint32_t unit, struct notice n)
{
	n.entry = e->number;
	n.sent = date_at(e->received, v->head.offset_minutes);
	if (unit && !mailbox_put(v->mailbox, unit, &n))
		v->duties.failed = true;
}

void fold_notice_ack(struct view *v, const struct reporting *r)
{
	if (r->aim.unit == NO_INDEX)
		return;
	mailbox_open(v->mailbox, catalogue_unit_number(v->catalogue, r->aim.unit), r->taken->update.matter->notice,
		     date_at(r->entry->received, v->head.offset_minutes));
}
