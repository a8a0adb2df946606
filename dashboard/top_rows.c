// SPDX-License-Identifier: Apache-2.0
/* top_rows: units, silent offices and events, each in one line whose columns stand under each
 * other. */
#include <inttypes.h>
#include <stdio.h>

#include "common/domain/text.h"
#include "dashboard/top_inside.h"

enum { TEXT = 256, OWES = 5, DATE = 12, CONTACT = 34, HEAD = 32, TIME = 10 };

/* ---- what rows share ---- */

/* Where a row begins: room for the mark of the part that has the keys. */
static void indent(struct top_page *p, bool screen)
{
	if (screen)
		top_put(p, TOP_PLAIN, "  ");
}

void top_numbers_head(struct top_page *p, enum language l, const char *reports, const char *score)
{
	top_pad(p, TOP_DIM, p->width - top_numbers(p));
	top_cell_right(p, TOP_DIM, TOP_SAY(l, "Quá hạn", "Overdue"), top_count_width(p));
	top_cell_right(p, TOP_DIM, reports, top_count_width(p));
	if (top_has_score(p))
		top_cell_right(p, TOP_DIM, score, TOP_SCORE);
	top_end(p);
}

void top_count(struct top_page *p, enum top_style style, uint32_t n, uint32_t of, enum language l)
{
	char a[SHOW_NUMBER], b[SHOW_NUMBER], text[2 * SHOW_NUMBER + 2] = "–";

	if (of)
		snprintf(text, sizeof(text), "%s/%s", show_number(n, l, a), show_number(of, l, b));
	top_cell_right(p, style, text, top_count_width(p));
}

void top_score(struct top_page *p, enum top_style style, bool has, uint32_t bp, uint32_t leaves,
	       uint32_t of, enum language l)
{
	char percent[SHOW_NUMBER], text[TEXT] = "–";

	if (!top_has_score(p))
		return;
	if (has)
		snprintf(text, sizeof(text), "%s (%" PRIu32 "/%" PRIu32 ")",
			 show_percent(bp, l, percent), leaves, of);
	top_cell_right(p, style, text, TOP_SCORE);
}

void top_named(struct top_page *p, enum top_style style, const char *code, const char *name,
	       size_t code_width, size_t columns)
{
	char text[TEXT];
	size_t pad = p->width < TOP_NARROW ? 0 : code_width < TOP_CODE ? code_width : TOP_CODE;

	/* codes are plain ASCII */
	snprintf(text, sizeof(text), "%-*s %s", (int)pad, code, name);
	top_cell(p, style, text, columns);
}

static size_t longer(size_t width, const char *code)
{
	size_t own = strlen(code);

	return own > width ? own : width;
}

/* ---- units ---- */

void top_units_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		    bool screen)
{
	enum language l = v->language;
	bool wide = p->width >= TOP_NARROW;

	top_head(p, v, TOP_UNITS, screen, s->board->units_n,
		 !wide ? TOP_SAY(l, "Đơn vị", "Units")
		       : s->board->place.is_group ? TOP_SAY(l, "Thành viên", "Members")
						  : TOP_SAY(l, "Đơn vị trực thuộc", "Units below"));
	/* of several plans it is the lowest score that is shown */
	top_numbers_head(p, l,
			 wide ? TOP_SAY(l, "Thiếu báo cáo", "Missing")
			      : TOP_SAY(l, "Thiếu BC", "Missing"),
			 s->board->plan == NO_INDEX && s->board->totals_n > 1
				 ? TOP_SAY(l, "Điểm thấp nhất", "Lowest score")
				 : TOP_SAY(l, "Điểm", "Score"));
}

void top_unit(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	      bool chosen, bool screen)
{
	static const enum top_style style[] = {TOP_PLAIN, TOP_WARN, TOP_BAD};
	const struct top_board *b = s->board;
	const struct top_unit *u = &b->units[i];
	const struct unit_row *row = &catalogue_unit(b->catalogue, u->unit)->row;
	enum language l = v->language;
	size_t code = 0;
	const char *sign = u->sign == TOP_OVERDUE   ? TOP_SAY(l, "Q", "O")
			   : u->sign == TOP_MISSING ? TOP_SAY(l, "B", "U")
						    : " ";

	for (size_t k = v->from[TOP_UNITS]; k < v->from[TOP_UNITS] + v->rows[TOP_UNITS]; k++)
		code = longer(code, catalogue_unit(b->catalogue, b->units[k].unit)->row.code);
	indent(p, screen);
	top_putf(p, top_style_of(chosen, style[u->sign]), "%s ", sign);
	top_named(p, top_style_of(chosen, TOP_PLAIN), row->code,
		  top_name(l, row->name, row->name_en), code, top_left(p) - top_numbers(p));
	top_count(p, top_style_of(chosen, u->overdue ? TOP_BAD : TOP_PLAIN), u->overdue, u->applicable, l);
	top_count(p, top_style_of(chosen, u->missing ? TOP_WARN : TOP_PLAIN), u->missing, u->expected, l);
	top_score(p, top_style_of(chosen, TOP_PLAIN), u->has_score, u->score_bp, u->score_leaves,
		  u->score_leaves_of, l);
	top_end(p);
}

/* ---- silent offices ---- */

/* What stands behind the name. */
static size_t office_width(const struct top_page *p)
{
	return OWES + DATE + (p->width < TOP_NARROW ? 0 : p->width < TOP_WIDE ? CONTACT : 2 * HEAD);
}

void top_silent_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen)
{
	const struct top_silent *a = s->silent;
	enum language l = v->language;
	char text[TEXT];

	if (a->state == TOP_ANSWERED)
		snprintf(text, sizeof(text), "%s %zu/%" PRIu64,
			 p->width < TOP_NARROW ? TOP_SAY(l, "Im lặng", "Silent")
					   : TOP_SAY(l, "Đơn vị im lặng", "Silent offices"),
			 a->n, a->units);
	else
		snprintf(text, sizeof(text), "%s", TOP_SAY(l, "Đơn vị im lặng", "Silent offices"));
	top_head(p, v, TOP_SILENT, screen, top_text_rows(s, TOP_SILENT), text);
	if (a->state != TOP_ANSWERED || !a->n) {
		top_end(p);
		return;
	}
	top_pad(p, TOP_DIM, p->width - office_width(p));
	top_cell_right(p, TOP_DIM, TOP_SAY(l, "Nợ", "Owes"), OWES);
	top_cell_right(p, TOP_DIM, TOP_SAY(l, "Từ ngày", "Since"), DATE);
	if (p->width >= TOP_WIDE) {
		top_put(p, TOP_DIM, "  ");
		top_cell(p, TOP_DIM, TOP_SAY(l, "Người đứng đầu", "Head"), HEAD - 2);
		top_cell(p, TOP_DIM, TOP_SAY(l, "  Liên hệ", "  Contact"), HEAD);
	} else if (p->width >= TOP_NARROW) {
		top_put(p, TOP_DIM, "  ");
		top_cell(p, TOP_DIM, TOP_SAY(l, "Người đứng đầu, liên hệ", "Head, contact"),
			 CONTACT - 2);
	}
	top_end(p);
}

static void put_people(struct top_page *p, enum top_style style, const struct top_office *o)
{
	char text[2 * TEXT];

	if (p->width < TOP_NARROW)
		return;
	top_put(p, style, "  ");
	if (p->width >= TOP_WIDE) {
		top_cell(p, style, *o->head ? o->head : "–", HEAD - 2);
		top_put(p, style, "  ");
		top_cell(p, style, *o->contact ? o->contact : "–", HEAD - 2);
		return;
	}
	/* who is called has little room: the number to call comes first */
	snprintf(text, sizeof(text), "%s%s%s", o->contact, *o->contact && *o->head ? ", " : "", o->head);
	top_cell(p, style, *text ? text : "–", CONTACT - 2);
}

void top_office(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
		bool chosen, bool screen)
{
	const struct top_office *o = &s->silent->list[i];
	char date[SHOW_NUMBER], n[SHOW_NUMBER];
	enum language l = v->language;
	size_t code = 0;

	for (size_t k = v->from[TOP_SILENT]; k < v->from[TOP_SILENT] + v->rows[TOP_SILENT]; k++)
		code = longer(code, s->silent->list[k].code);
	indent(p, screen);
	top_named(p, top_style_of(chosen, TOP_PLAIN), o->code, top_name(l, o->name, o->name_en), code,
		  top_left(p) - office_width(p));
	top_cell_right(p, top_style_of(chosen, o->missing ? TOP_BAD : TOP_WARN),
		       show_number((int64_t)o->owes, l, n), OWES);
	top_cell_right(p, top_style_of(chosen, TOP_PLAIN),
		       show_date((struct date){o->since}, l, date), DATE);
	put_people(p, top_style_of(chosen, TOP_PLAIN), o);
	top_end(p);
}

/* ---- events ---- */

void top_events_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen)
{
	top_head(p, v, TOP_EVENTS, screen, top_text_rows(s, TOP_EVENTS),
		 TOP_SAY(v->language, "Sự kiện mới nhất", "Last events"));
	top_end(p);
}

/* A figure in a few words; of one task also how far it is. */
static void put_state(struct buffer *out, const struct item *item, const struct rollup *r,
		      bool overdue, enum language l)
{
	struct reading reading = {.item = item};
	char percent[SHOW_NUMBER];
	const struct figure *f = &reading.figure;

	figures_show(&reading.figure, item->row.kind, r);
	if (!f->cells_expected && !f->indicators_expected) {
		buffer_put_text(out, "–"); /* it was nobody's to report */
		return;
	}
	show_main(out, &reading, l);
	if (item->row.kind == ITEM_TASK && f->cells_expected == 1 && f->cells.in_progress && f->has_attainment)
		buffer_format(out, " %s", show_percent(f->attainment_bp, l, percent));
	if (overdue)
		buffer_put_text(out, TOP_SAY(l, ", quá hạn", ", overdue"));
}

static void put_move(struct top_page *p, const struct top_event *e, const struct item *item,
		     bool chosen, enum language l)
{
	struct buffer text = {0};
	bool task = item->row.kind == ITEM_TASK, late = task && e->after.overdue;

	/* where there is little room, what it is now */
	if (e->known && p->width >= TOP_NARROW) {
		/* what was overdue and still is need not be told twice */
		put_state(&text, item, &e->before, task && e->before.overdue && !late, l);
		top_put(p, top_style_of(chosen, TOP_DIM), buffer_text(&text));
		top_put(p, top_style_of(chosen, TOP_DIM), " → ");
		buffer_clear(&text);
	}
	put_state(&text, item, &e->after, late, l);
	top_put(p, top_style_of(chosen, TOP_PLAIN), buffer_text(&text));
	buffer_free(&text);
}

/* "08:15:02", or the entry of what nobody saw happen. */
static void put_when(struct top_page *p, const struct top_event *e, bool chosen)
{
	char time[SHOW_NUMBER], text[TEXT];

	if (e->known)
		snprintf(text, sizeof(text), "%s", show_time(e->at, time) + strlen("31/03/2024 "));
	else
		snprintf(text, sizeof(text), "#%" PRIu64, e->version);
	top_cell(p, top_style_of(chosen, TOP_DIM), text, TIME - 1);
	top_put(p, top_style_of(chosen, TOP_DIM), " ");
}

void top_event(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	       bool chosen, bool screen)
{
	const struct top_event *e = top_text_event(s, i);
	const struct catalogue *c = s->board->catalogue;
	uint32_t u = e->unit ? catalogue_unit_by_number(c, e->unit) : NO_INDEX;
	uint32_t item = catalogue_item_by_number(c, e->item); /* there is one: those without are no rows */
	const struct unit *unit = u == NO_INDEX ? NULL : catalogue_unit(c, u);
	enum language l = v->language;

	indent(p, screen);
	put_when(p, e, chosen);
	const struct item_row *row = &catalogue_item(c, item)->row;
	char code[TEXT];
	snprintf(code, sizeof(code), "%s%s %s", unit ? "" : "G/",
		 unit ? unit->row.code : s->board->place.code, row->code);
	top_cell(p, top_style_of(chosen, TOP_TITLE), code, p->width < TOP_NARROW ? text_width(code) : p->width < TOP_WIDE ? 20 : 26);
	top_put(p, top_style_of(chosen, TOP_PLAIN), " ");
	put_move(p, e, catalogue_item(c, item), chosen, l);
	top_putf(p, top_style_of(chosen, TOP_DIM), "  %s%s%s",
		 unit ? top_name(l, unit->row.name, unit->row.name_en) : "", unit ? ", " : "",
		 top_name(l, row->name, row->name_en));
	top_end(p);
}
