// SPDX-License-Identifier: Apache-2.0
/* explain: what a figure stands on: who has reported (with receipts), who has not, which leaves are
 * not finished. */
#include <stdlib.h>

#include "dashboard/reader.h"
#include "dashboard/decode.h"
#include "dashboard/json.h"
#include "dashboard/mirror.h"
#include "dashboard/show.h"

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

struct cells {
	struct session *s;
	struct report *report;
	size_t withheld;
};

static int cells_page(void *ctx, const Tiendo__V1__Reply *r)
{
	struct cells *c = ctx;

	for (size_t i = 0; i < r->cells->n_cells; i++) {
		const Tiendo__V1__ReceiptRef *ref = r->cells->cells[i]->receipt;
		c->withheld += ref && !ref->incarnation.len;
		if (!add_cell(c->report, c->s->atlas.catalogue, r->cells->cells[i]))
			return EXIT_AGAIN; /* of a catalogue that is newer than ours */
	}
	return EXIT_GOOD;
}

static int fetch_cells(struct session *s, struct report *r, const char *unit, const char *item)
{
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;
	Tiendo__V1__Cells ask = TIENDO__V1__CELLS__INIT;
	struct cells cells = {.s = s, .report = r};
	const struct session_pages pages = {.question = &q,
					    .cursor = &ask.cursor,
					    .answer = TIENDO__V1__REPLY__ANSWER_CELLS,
					    .page = cells_page,
					    .ctx = &cells};

	q.question_case = TIENDO__V1__QUERY__QUESTION_CELLS;
	q.cells = &ask;
	ask.unit = (char *)unit;
	ask.item = (char *)item;
	int code = session_pages(s, &pages);
	if (code == EXIT_GOOD && cells.withheld)
		session_fail(code,
			     SAY(s, "%zu báo cáo không hiện được văn bản: sổ gốc ở trung tâm bị hỏng, hãy báo trung tâm",
				 "the text of %zu reports is not shown: the centre's journal is damaged, tell the centre"),
			     cells.withheld);
	return code;
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

static void find_unfinished(struct session *s, const struct mirror *m, const struct place *place,
			    uint32_t top, const char *unit, struct report *r)
{
	const struct catalogue *c = s->atlas.catalogue;
	const struct plan *plan = catalogue_plan(c, catalogue_plan_of_item(c, top));

	r->unfinished = base_grow(NULL, plan->items_n, sizeof(*r->unfinished));
	for (uint32_t i = 0; i < plan->items_n; i++) {
		uint32_t item = plan->items[i];
		if (!catalogue_item(c, item)->leaf || item == top || !below(c, item, top))
			continue;
		struct reading leaf = reader_reading(s, m, place, unit, item);
		if ((leaf.figure.cells_expected || leaf.figure.indicators_expected) &&
		    !finished(&leaf))
			r->unfinished[r->unfinished_n++] = leaf;
	}
}

static int make(struct session *s, const struct reader_options *o, struct mirror *m,
		struct report *r)
{
	struct place place;
	uint32_t item;
	int code = session_catalogue(s);

	if (code == EXIT_GOOD)
		code = session_find(s, o->arguments[0], o->arguments[1], &place, &item);
	if (code == EXIT_GOOD)
		code = reader_fetch(s, m, &place, catalogue_item(s->atlas.catalogue, item)->plan);
	if (code == EXIT_GOOD)
		code = fetch_cells(s, r, o->arguments[0], o->arguments[1]);
	if (code != EXIT_GOOD)
		return code;
	r->reading = reader_reading(s, m, &place, o->arguments[0], item);
	find_unfinished(s, m, &place, item, o->arguments[0], r);
	return EXIT_GOOD;
}

int reader_explain(struct session *s, const struct reader_options *o)
{
	struct mirror *m = mirror_new();
	struct report r = {0};
	struct buffer out = {0};
	int code = make(s, o, m, &r);

	if (code == EXIT_GOOD) {
		if (s->json) {
			json_report(&out, &r);
		} else {
			show_sight(&out, &s->sight, s->language);
			show_report(&out, &r, s->language);
		}
		code = session_print(&out);
	}
	buffer_free(&out);
	report_free(&r);
	mirror_free(m);
	return code;
}
