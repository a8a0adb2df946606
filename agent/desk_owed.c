// SPDX-License-Identifier: Apache-2.0
#include "agent/desk_owed.h"

#include "agent/ask.h"
#include "agent/render.h"
#include "common/domain/periods.h"

#include <stdlib.h>

enum { CODES_SHOWN = 12 /* the rest is counted: `mine` names them */ };

/* A period of one schedule, with its leaves: list[from..from + n - 1]. */
struct term {
	const struct duty *first;
	size_t n, reported;
	unsigned fields, owed_fields;
};

struct owed {
	struct desk *d;
	struct duty_list duties;
	struct date today;
	bool proven;
};

static struct owed read_owed(struct desk *d)
{
	struct owed o = {.d = d};

	o.today = office_today(&d->office, &o.proven);
	o.duties = ask_duties(d, o.today);
	return o;
}

static struct term term_at(const struct owed *o, size_t i)
{
	struct term g = {.first = &o->duties.list[i], .n = duty_group(&o->duties, i)};

	for (size_t k = 0; k < g.n; k++) {
		enum item_kind kind = catalogue_item(o->d->catalogue, g.first[k].item)->row.kind;

		g.fields += duty_fields(kind);
		g.reported += g.first[k].reported;
		g.owed_fields += g.first[k].reported ? 0 : duty_fields(kind);
	}
	return g;
}

static int32_t days_left(const struct owed *o, const struct term *g)
{
	return date_days(g->first->deadline) - date_days(o->today);
}

/* ---- as text ---- */

/* "còn 12 ngày", "hôm nay", "quá hạn 2 ngày" */
static void put_left(const struct owed *o, struct buffer *out, const struct term *g)
{
	int32_t days = days_left(o, g);

	if (g->reported == g->n)
		buffer_put_text(out, SAY(o->d, "đã báo đủ", "complete"));
	else if (!g->first->closed)
		buffer_format(out, SAY(o->d, "chưa hết kỳ, còn %d ngày", "still running, days left: %d"), days);
	else if (days < 0)
		buffer_format(out, SAY(o->d, "quá hạn %d ngày", "days late: %d"), -days);
	else if (days == 0)
		buffer_put_text(out, SAY(o->d, "hạn là hôm nay", "due today"));
	else
		buffer_format(out, SAY(o->d, "còn %d ngày", "days left: %d"), days);
}

static void put_term(const struct owed *o, struct render_table *t, const struct term *g)
{
	enum language l = o->d->office.language;

	render_cell_text(t, g->first->period.code);
	render_date(&t->cell, l, g->first->period.first);
	buffer_put_text(&t->cell, " – ");
	render_date(&t->cell, l, g->first->period.last);
	render_cell(t);
	render_date(&t->cell, l, g->first->deadline);
	render_cell(t);
	put_left(o, &t->cell, g);
	render_cell(t);
	buffer_format(&t->cell, "%zu/%zu", g->reported, g->n);
	render_cell(t);
	buffer_format(&t->cell, "%u", g->fields);
	render_cell(t);
}

static void put_table(const struct owed *o)
{
	struct desk *d = o->d;
	struct render_table t = {.columns = 6, .right = {[4] = true, [5] = true}};

	render_cell_text(&t, SAY(d, "Kỳ", "Period"));
	render_cell_text(&t, SAY(d, "Số liệu từ – đến", "Figures of"));
	render_cell_text(&t, SAY(d, "Hạn nộp", "Due"));
	render_cell_text(&t, SAY(d, "Thời gian", "Time"));
	render_cell_text(&t, SAY(d, "Đã báo", "Reported"));
	render_cell_text(&t, SAY(d, "Số ô phải điền", "Fields asked"));
	for (size_t i = 0; i < o->duties.n;) {
		struct term g = term_at(o, i);

		put_term(o, &t, &g);
		i += g.n;
	}
	render_table(&d->out, &t);
}

static void put_codes(const struct owed *o, const struct term *g)
{
	struct desk *d = o->d;
	size_t owed = g->n - g->reported, shown = 0;

	buffer_format(&d->out, SAY(d, "Kỳ %s còn %zu mục: ", "Period %s lacks %zu: "), g->first->period.code, owed);
	for (size_t i = 0; i < g->n && shown < CODES_SHOWN; i++)
		if (!g->first[i].reported)
			buffer_format(&d->out, "%s%s", shown++ ? ", " : "",
				      catalogue_item(d->catalogue, g->first[i].item)->row.code);
	if (owed > shown)
		buffer_format(&d->out, SAY(d, " và %zu mục nữa (xem: tiendo-agent mine)", " and %zu more (see: tiendo-agent mine)"),
			      owed - shown);
	buffer_put_u8(&d->out, '\n');
}

static void put_names(const struct owed *o, const struct term *g)
{
	struct desk *d = o->d;
	uint32_t own = catalogue_unit(d->catalogue, ask_own(d))->row.number;
	struct render_table t = {.columns = 3};

	buffer_format(&d->out, SAY(d, "\nKỳ %s, hạn ", "\nPeriod %s, due "), g->first->period.code);
	render_date(&d->out, d->office.language, g->first->deadline);
	buffer_format(&d->out, SAY(d, ", còn %zu mục, %u ô:\n", ", lacks %zu, fields: %u\n"), g->n - g->reported,
		      g->owed_fields);
	render_cell_text(&t, SAY(d, "Mã", "Item"));
	render_cell_text(&t, SAY(d, "Lần báo trước", "Reported last"));
	render_cell_text(&t, SAY(d, "Nội dung", "Name"));
	for (size_t i = 0; i < g->n; i++) {
		const struct item_row *row = &catalogue_item(d->catalogue, g->first[i].item)->row;
		const struct known_cell *c = known_find(ask_known(d), own, row->number);

		if (g->first[i].reported)
			continue;
		render_cell_text(&t, row->code);
		if (c && c->reported)
			render_body(&t.cell, d->office.language, &c->figure);
		else
			buffer_put_text(&t.cell, "–");
		render_cell(&t);
		render_cell_text(&t, row->name);
	}
	render_table(&d->out, &t);
}

void desk_owed_text(struct desk *d, bool whole)
{
	struct owed o = read_owed(d);

	if (o.duties.n) {
		if (d->out.size)
			buffer_put_u8(&d->out, '\n');
		buffer_put_text(&d->out, SAY(d, "Báo cáo theo kỳ", "Reports by period"));
		if (!o.proven)
			buffer_put_text(&d->out, SAY(d, " (tính theo đồng hồ của máy này)", " (by this computer's clock)"));
		buffer_put_text(&d->out, ":\n");
		put_table(&o);
	}
	for (size_t i = 0; i < o.duties.n;) {
		struct term g = term_at(&o, i);

		/* of a period that still runs nothing is late: its row in the table is enough */
		if (g.reported < g.n && g.first->closed && whole)
			put_names(&o, &g);
		else if (g.reported < g.n && g.first->closed)
			put_codes(&o, &g);
		i += g.n;
	}
	duty_list_free(&o.duties);
}

/* ---- as JSON ---- */

static void put_json(const struct owed *o, const struct term *g)
{
	struct json *j = &o->d->json;

	json_object_begin(j, NULL);
	json_text(j, "schedule", g->first->schedule->code);
	json_text(j, "period", g->first->period.code);
	json_uint(j, "first", g->first->period.first.ymd);
	json_uint(j, "last", g->first->period.last.ymd);
	json_uint(j, "deadline", g->first->deadline.ymd);
	json_int(j, "days_left", days_left(o, g));
	json_bool(j, "closed", g->first->closed);
	json_uint(j, "items", g->n);
	json_uint(j, "reported", g->reported);
	json_uint(j, "fields", g->fields);
	json_array_begin(j, "owed");
	for (size_t i = 0; i < g->n; i++) {
		const struct item_row *row = &catalogue_item(o->d->catalogue, g->first[i].item)->row;

		if (g->first[i].reported)
			continue;
		json_object_begin(j, NULL);
		json_text(j, "item", row->code);
		json_text(j, "name", row->name);
		json_uint(j, "fields", duty_fields(row->kind));
		json_object_end(j);
	}
	json_array_end(j);
	json_object_end(j);
}

void desk_owed_json(struct desk *d)
{
	struct owed o = read_owed(d);

	json_uint(&d->json, "today", o.today.ymd);
	json_array_begin(&d->json, "periods");
	for (size_t i = 0; i < o.duties.n;) {
		struct term g = term_at(&o, i);

		put_json(&o, &g);
		i += g.n;
	}
	json_array_end(&d->json);
	duty_list_free(&o.duties);
}
