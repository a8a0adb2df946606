// SPDX-License-Identifier: Apache-2.0
#include "dashboard/report.h"

#include <stdlib.h>

#include "dashboard/decode.h"

void report_free(struct report *r)
{
	for (size_t i = 0; i < r->cells_n; i++) {
		free(r->cells[i].period);
		free(r->cells[i].product_ref);
		free(r->cells[i].note);
		free(r->cells[i].reason);
	}
	free(r->cells);
	free(r->unfinished);
	*r = (struct report){0};
}

/* False = of units, items or states this reader does not know. */
static bool add_cell(struct report *r, const struct catalogue *c, const Tiendo__V1__CellRow *m)
{
	uint32_t unit = catalogue_unit_by_number(c, m->unit),
		 item = catalogue_item_by_number(c, m->item);

	if (unit == NO_INDEX || item == NO_INDEX || (int)m->state < REPORT_UNREPORTED ||
	    (int)m->state > REPORT_NA)
		return false;
	if (r->cells_n == r->cells_size) {
		r->cells_size = r->cells_size ? r->cells_size * 2 : 64;
		r->cells = base_grow(r->cells, r->cells_size, sizeof(*r->cells));
	}
	struct report_cell *cell = &r->cells[r->cells_n++];
	*cell = (struct report_cell){.unit = catalogue_unit(c, unit),
				     .item = catalogue_item(c, item),
				     .state = (enum cell_state)m->state,
				     .received = {m->received_ms},
				     .as_of = {m->as_of},
				     .done_on = {m->done_on},
				     .due = {m->due},
				     .first_due = {m->first_due},
				     .unchanged_since = {m->unchanged_since},
				     .late_days = m->late_days,
				     .waiting_days = m->waiting_days,
				     .percent = m->percent,
				     .numerator = (int64_t)m->numerator,
				     .denominator = (int64_t)m->denominator,
				     .version = m->version,
				     .expected = m->expected,
				     .on_behalf = m->on_behalf,
				     .crossed = m->crossed,
				     .overdue = m->overdue,
				     .behind = m->behind,
				     .done_late = m->done_late,
				     .accepted = m->accepted,
				     .corrected = m->corrected,
				     .period = base_copy_text(m->period),
				     .product_ref = base_copy_text(m->product_ref),
				     .note = base_copy_text(m->note),
				     .reason = base_copy_text(m->reason)};
	decode_receipt(m->receipt, cell->receipt);
	return true;
}

bool report_page(struct report *r, const struct catalogue *c, const Tiendo__V1__CellsPage *page)
{
	for (size_t i = 0; i < page->n_cells; i++)
		if (!add_cell(r, c, page->cells[i]))
			return false;
	return true;
}

static bool finished(const struct reading *r)
{
	const struct figure *f = &r->figure;

	if (r->item->row.kind == ITEM_TASK)
		return f->cells.done + f->cells.na == f->cells_expected;
	if (f->indicators.unreported)
		return false;
	return f->has_reached ? f->target_reached : true;
}

static bool below(const struct catalogue *c, uint32_t item, uint32_t top)
{
	while (item != NO_INDEX && item != top)
		item = catalogue_item(c, item)->parent;
	return item == top;
}

static struct reading read_item(const struct report_about *a, uint32_t item)
{
	const struct item *i = catalogue_item(a->catalogue, item);
	uint32_t plan = catalogue_item(a->catalogue, i->plan)->row.number;

	return reading_of(a->sight, a->unit, a->unit_name, i, mirror_rollup(a->mirror, a->path, plan, i->row.number));
}

void report_figures(struct report *r, const struct report_about *a)
{
	const struct catalogue *c = a->catalogue;
	const struct plan *plan = catalogue_plan(c, catalogue_plan_of_item(c, a->item));

	r->reading = read_item(a, a->item);
	r->unfinished = base_grow(NULL, plan->items_n, sizeof(*r->unfinished));
	for (uint32_t i = 0; i < plan->items_n; i++) {
		uint32_t item = plan->items[i];
		if (!catalogue_item(c, item)->leaf || item == a->item || !below(c, item, a->item))
			continue;
		struct reading leaf = read_item(a, item);
		if ((leaf.figure.cells_expected || leaf.figure.indicators_expected) &&
		    !finished(&leaf))
			r->unfinished[r->unfinished_n++] = leaf;
	}
}
