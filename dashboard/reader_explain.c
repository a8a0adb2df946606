// SPDX-License-Identifier: Apache-2.0
/* explain: what a figure stands on: who has reported (with receipts), who has not, which leaves are
 * not finished. */
#include <stdlib.h>

#include "dashboard/reader.h"
#include "dashboard/decode.h"
#include "dashboard/json.h"
#include "dashboard/mirror.h"
#include "dashboard/show.h"

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
	}
	/* not of a catalogue that is newer than ours? */
	return report_page(c->report, c->s->atlas.catalogue, r->cells) ? EXIT_GOOD : EXIT_AGAIN;
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
	report_figures(r, &(struct report_about){.sight = &s->sight,
						 .catalogue = s->atlas.catalogue,
						 .mirror = m,
						 .path = place.path,
						 .unit = o->arguments[0],
						 .unit_name = place.name,
						 .item = item});
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
