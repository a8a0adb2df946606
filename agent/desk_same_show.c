// SPDX-License-Identifier: Apache-2.0
#include "agent/desk_same_inner.h"

#include "agent/render.h"

#include <inttypes.h>

static void put_json(struct same *s, const struct choice *c)
{
	struct json *j = &s->d->json;
	const struct item_row *row = &catalogue_item(s->d->catalogue, c->item)->row;

	json_object_begin(j, NULL);
	json_text(j, "item", row->code);
	json_text(j, "name", row->name);
	json_text(j, "period", c->period.code);
	json_uint(j, "deadline", c->deadline.ymd);
	if (c->skipped) {
		json_text(j, "why", c->skipped);
		json_text(j, "says", c->says);
	} else {
		json_uint(j, "as_of", desk_same_day(s, c).ymd);
		json_object_begin(j, "still");
		render_figure_json(j, &c->cell->figure);
		json_object_end(j);
	}
	json_object_end(j);
}

static void show_json(struct same *s, uint64_t first)
{
	struct json *j = &s->d->json;

	json_object_begin(j, NULL);
	json_bool(j, "dry_run", s->given->dry_run);
	if (first) {
		json_object_begin(j, "queued");
		json_uint(j, "from", first);
		json_uint(j, "to", first + s->updates_n - 1);
		json_uint(j, "rows", s->updates_n);
		json_object_end(j);
	} else {
		json_none(j, "queued");
	}
	for (int skipped = 0; skipped < 2; skipped++) {
		json_array_begin(j, skipped ? "skipped" : "same");
		for (size_t i = 0; i < s->n; i++)
			if (!s->list[i].skipped == !skipped)
				put_json(s, &s->list[i]);
		json_array_end(j);
	}
}

static void put_confirmed(struct same *s)
{
	struct desk *d = s->d;
	enum language l = d->office.language;
	struct render_table t = {.columns = 6};

	render_cell_text(&t, SAY(d, "Mã", "Item"));
	render_cell_text(&t, SAY(d, "Kỳ", "Period"));
	render_cell_text(&t, SAY(d, "Hạn", "Due"));
	render_cell_text(&t, SAY(d, "Vẫn là", "Still"));
	render_cell_text(&t, SAY(d, "Số liệu ngày", "As of"));
	render_cell_text(&t, SAY(d, "Nội dung", "Name"));
	for (size_t i = 0; i < s->n; i++) {
		const struct choice *c = &s->list[i];
		const struct item_row *row = &catalogue_item(d->catalogue, c->item)->row;

		if (c->skipped)
			continue;
		render_cell_text(&t, row->code);
		render_cell_text(&t, c->period.code[0] ? c->period.code : "–");
		render_date(&t.cell, l, c->deadline);
		render_cell(&t);
		render_body(&t.cell, l, &c->cell->figure);
		render_cell(&t);
		render_date(&t.cell, l, c->cell->figure.as_of);
		render_cell(&t);
		render_cell_text(&t, row->name);
	}
	render_table(&d->out, &t);
}

/* By reason: of sixty leaves a dozen may share one. */
static void put_skipped(struct same *s)
{
	struct desk *d = s->d;

	for (size_t i = 0; i < s->n; i++) {
		const char *why = s->list[i].skipped;
		bool said = !why;

		for (size_t k = 0; k < i && !said; k++)
			said = s->list[k].skipped && strcmp(s->list[k].skipped, why) == 0;
		if (said)
			continue;
		buffer_format(&d->out, "  %s:\n", s->list[i].says);
		for (size_t k = i; k < s->n; k++) {
			const struct item_row *row = &catalogue_item(d->catalogue, s->list[k].item)->row;

			if (s->list[k].skipped && strcmp(s->list[k].skipped, why) == 0)
				buffer_format(&d->out, "    %s %s\n", row->code, row->name);
		}
	}
}

static void show_text(struct same *s, uint64_t first)
{
	struct desk *d = s->d;
	size_t skipped = s->n - s->updates_n;

	if (s->updates_n)
		put_confirmed(s);
	if (skipped)
		buffer_format(&d->out, SAY(d, "Bỏ qua %zu mục, cần làm riêng:\n", "Left out, to be done apart (%zu):\n"),
			      skipped);
	put_skipped(s);
	if (!s->n)
		buffer_put_text(&d->out, SAY(d, "Không còn gì phải báo cáo.\n", "Nothing is owed.\n"));
	else if (!s->updates_n)
		buffer_put_text(&d->out, SAY(d, "Không có gì để xác nhận, chưa xếp hàng gì.\n",
					     "There is nothing to confirm, nothing was queued.\n"));
	else if (!first)
		buffer_format(&d->out,
			      SAY(d, "%zu mục có thể xác nhận không thay đổi; mới xem thử, chưa xếp hàng gì.\n",
				  "%zu can be confirmed as unchanged; nothing was queued.\n"),
			      s->updates_n);
	else if (s->updates_n == 1)
		buffer_format(&d->out,
			      SAY(d, "Đã xếp hàng 1 xác nhận không thay đổi, số %" PRIu64 ".\n",
				  "1 confirmed as unchanged, queued as number %" PRIu64 ".\n"),
			      first);
	else
		buffer_format(&d->out,
			      SAY(d,
				  "Đã xếp hàng %zu xác nhận không thay đổi, số %" PRIu64 " đến %" PRIu64 ".\n",
				  "%zu confirmed as unchanged, queued as number %" PRIu64 " to %" PRIu64 ".\n"),
			      s->updates_n, first, first + s->updates_n - 1);
	if (s->running)
		buffer_format(&d->out,
			      SAY(d, "Kỳ chưa hết: còn %zu mục, để cuối kỳ báo (hoặc ghi --period).\n",
				  "Of periods that still run: %zu, for later (or give --period).\n"),
			      s->running);
}

void desk_same_show(struct same *s, uint64_t first)
{
	if (s->d->office.json)
		show_json(s, first);
	else
		show_text(s, first);
}
