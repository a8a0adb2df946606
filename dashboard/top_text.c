// SPDX-License-Identifier: Apache-2.0
#include "dashboard/top_text.h"

#include <stdio.h>

#include "common/domain/text.h"
#include "dashboard/show_inside.h"
#include "dashboard/top_inside.h"

enum {
	ROOMY = 30, /* from so many lines on the parts stand apart */
	TEXT = 256
};

/* ---- head ---- */

const char *top_name(enum language l, const char *name, const char *name_en)
{
	return l == LANGUAGE_EN && *name_en ? name_en : name;
}

static const char *place_name(const struct top_board *b, enum language l)
{
	if (b->place.is_group) {
		const struct group *g = catalogue_group(b->catalogue, b->place.index);
		return top_name(l, g->name, g->name_en);
	}
	const struct unit *u = catalogue_unit(b->catalogue, b->place.index);
	return top_name(l, u->row.name, u->row.name_en);
}

static void title(struct top_page *p, const struct top_show *s, const struct top_view *v)
{
	const struct top_board *b = s->board;
	char date[SHOW_NUMBER], text[TEXT];
	size_t right;

	show_date(b->sight.today, v->language, date);
	right = text_width(date) + 2;
	snprintf(text, sizeof(text), "%s%s%s %s", v->crumbs ? v->crumbs : "",
		 b->place.is_group ? "G/" : "", b->place.code, place_name(b, v->language));
	top_cell(p, TOP_TITLE, text, p->width - right);
	top_cell_right(p, TOP_TITLE, date, right);
	top_end(p);
}

/* What the line is; how it stands with it first. */
static enum top_style line_words(const struct top_show *s, enum language l, bool wide,
				 char out[static TEXT])
{
	char time[SHOW_NUMBER];

	show_time(s->now, time);
	if (!s->live) {
		snprintf(out, TEXT, TOP_SAY(l, "MẤT ĐƯỜNG TRUYỀN từ %s%s", "LINE CUT since %s%s"), time,
			 !wide ? ""
			       : TOP_SAY(l, ", số liệu đứng từ lúc ấy", ", figures stand since then"));
		return TOP_BAD;
	}
	snprintf(out, TEXT, TOP_SAY(l, "Trực tuyến %s", "Live %s"), time);
	return TOP_GOOD;
}

static void state(struct top_page *p, const struct top_show *s, const struct top_view *v)
{
	char line[TEXT];
	struct buffer sight = {0};
	enum top_style style = line_words(s, v->language, p->width >= 80, line);

	show_sight(&sight, &s->board->sight, v->language);
	const char *words = buffer_text(&sight);
	size_t columns = strcspn(words, "\n");
	sight.size = columns;
	words = buffer_text(&sight);
	columns = text_width(words);
	top_put(p, style, line);
	if (columns && p->used + 2 + columns > p->width)
		top_end(p); /* an example is said to be one, whatever the room */
	if (columns)
		top_cell_right(p, TOP_WARN, words, top_left(p));
	top_end(p);
	buffer_free(&sight);
}

/* ---- heads of parts ---- */

/* "> Title · 1-5/28": how many rows there are, and which of them are seen. */
void top_head(struct top_page *p, const struct top_view *v, enum top_part part, bool screen,
	      size_t n, const char *words)
{
	bool focus = screen && v->focus == part;
	enum top_style style = focus ? TOP_FOCUS : TOP_HEAD;

	if (screen)
		top_put(p, style, focus ? "> " : "  ");
	top_put(p, style, words);
	if (n > v->rows[part] && v->rows[part])
		top_putf(p, style, " · %zu–%zu/%zu", v->from[part] + 1,
			 v->from[part] + v->rows[part], n);
}

/* ---- the whole ---- */

static bool of_plan(const struct top_board *b, const struct top_event *e)
{
	uint32_t item = catalogue_item_by_number(b->catalogue, e->item);

	return item != NO_INDEX && (b->plan == NO_INDEX || catalogue_item(b->catalogue, item)->plan == b->plan);
}

const struct top_event *top_text_event(const struct top_show *s, size_t i)
{
	for (size_t k = 0; k < top_events_n(s->events); k++) {
		const struct top_event *e = top_events_at(s->events, k);
		if (of_plan(s->board, e) && i-- == 0)
			return e;
	}
	return NULL;
}

static size_t events_n(const struct top_show *s)
{
	size_t n = 0;

	for (size_t k = 0; k < top_events_n(s->events); k++)
		n += of_plan(s->board, top_events_at(s->events, k));
	return n;
}

size_t top_text_rows(const struct top_show *s, enum top_part part)
{
	switch (part) {
	case TOP_TOTALS:
		return s->board->totals_n;
	case TOP_UNITS:
		return s->board->units_n;
	case TOP_SILENT:
		return s->silent->n;
	case TOP_EVENTS:
		return events_n(s);
	case TOP_PARTS:
		break;
	}
	return 0;
}

/* What is said where a part has no rows. */
static const char *nothing(const struct top_show *s, enum top_part part, enum language l)
{
	if (part == TOP_SILENT && s->silent->state == TOP_NOT_YET)
		return TOP_SAY(l, "đang hỏi máy chủ", "the server is being asked");
	if (part == TOP_SILENT && s->silent->state == TOP_REFUSED)
		return reason_says(s->silent->reason, l);
	if (part == TOP_SILENT)
		return TOP_SAY(l, "không ai nợ báo cáo", "nobody owes a report");
	if (part == TOP_UNITS)
		return TOP_SAY(l, "không có đơn vị nào ở dưới", "there are no units below");
	return part == TOP_EVENTS ? TOP_SAY(l, "chưa có báo cáo nào", "nothing was reported yet")
				  : TOP_SAY(l, "không có kế hoạch nào", "there is no plan");
}

static size_t row_lines(enum top_part part)
{
	return part == TOP_TOTALS ? 2 : 1;
}

/* Lines that a part would like beside its head: at least one, which may say that there is nothing. */
static size_t wanted(const struct top_show *s, enum top_part part)
{
	size_t n = top_text_rows(s, part) * row_lines(part);

	return n ? n : 1;
}

/* Shares `lines` among the parts: a row to each that wants one, again and again. */
static void share(const struct top_show *s, size_t lines, size_t out[static TOP_PARTS])
{
	bool given = true;

	memset(out, 0, TOP_PARTS * sizeof(*out));
	while (given) {
		given = false;
		for (enum top_part i = 0; i < TOP_PARTS; i++) {
			size_t take = wanted(s, i) < row_lines(i) ? 1 : row_lines(i);
			if (out[i] >= wanted(s, i) || take > lines)
				continue;
			out[i] += take;
			lines -= take;
			given = true;
		}
	}
}

/* The chosen row exists and is among those shown. */
static void scroll(struct top_view *v, enum top_part part, size_t n, size_t rows)
{
	v->rows[part] = rows < n ? rows : n;
	if (v->chosen[part] >= n)
		v->chosen[part] = n ? n - 1 : 0;
	if (v->from[part] + rows > n)
		v->from[part] = n > rows ? n - rows : 0;
	if (v->chosen[part] < v->from[part])
		v->from[part] = v->chosen[part];
	if (rows && v->chosen[part] >= v->from[part] + rows)
		v->from[part] = v->chosen[part] - rows + 1;
}

typedef void head_fn(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen);
typedef void row_fn(struct top_page *p, const struct top_show *s, const struct top_view *v,
		    size_t i, bool chosen, bool screen);

static void part(struct top_page *p, const struct top_show *s, struct top_view *v, enum top_part part,
		 size_t lines, bool screen)
{
	static head_fn *const heads[TOP_PARTS] = {top_totals_head, top_units_head, top_silent_head,
						  top_events_head};
	static row_fn *const rows[TOP_PARTS] = {top_total, top_unit, top_office, top_event};
	size_t n = top_text_rows(s, part);

	scroll(v, part, n, lines / row_lines(part));
	heads[part](p, s, v, screen);
	for (size_t i = v->from[part]; i < v->from[part] + v->rows[part]; i++)
		rows[part](p, s, v, i, screen && v->focus == part && v->chosen[part] == i, screen);
	if (!n && lines) {
		top_put(p, TOP_PLAIN, screen ? "    " : "  ");
		top_put(p, TOP_DIM, nothing(s, part, v->language));
		top_end(p);
	}
}

static void once(struct top_page *p, const struct top_show *s, struct top_view *v)
{
	for (enum top_part i = 0; i < TOP_PARTS; i++) {
		size_t rows = top_text_rows(s, i);
		if (i != TOP_TOTALS && rows > TOP_ONCE_ROWS)
			rows = TOP_ONCE_ROWS;
		top_end(p);
		part(p, s, v, i, rows ? rows * row_lines(i) : 1, false);
	}
}

/* Where lines are few the part with the keys has them. */
static void cramped(struct top_page *p, const struct top_show *s, struct top_view *v, size_t height)
{
	if (height > p->lines_n + 2)
		part(p, s, v, v->focus, height - p->lines_n - 2, true);
}

static void parts(struct top_page *p, const struct top_show *s, struct top_view *v, size_t height)
{
	size_t gaps = height >= ROOMY ? TOP_PARTS : 0, lines[TOP_PARTS];
	size_t fixed = p->lines_n + TOP_PARTS + gaps + 1;

	if (height < fixed + TOP_PARTS + 1) {
		cramped(p, s, v, height);
		return;
	}
	share(s, height - fixed, lines);
	for (enum top_part i = 0; i < TOP_PARTS; i++) {
		if (gaps)
			top_end(p);
		part(p, s, v, i, lines[i], true);
	}
}

void top_text(struct top_page *p, const struct top_show *s, struct top_view *v, size_t width,
	      size_t height)
{
	top_page_begin(p, width < TOP_WIDTH_MIN   ? TOP_WIDTH_MIN
			  : width > TOP_WIDTH_MAX ? TOP_WIDTH_MAX
						  : width);
	title(p, s, v);
	state(p, s, v);
	if (!height) {
		once(p, s, v);
		return;
	}
	if (v->help)
		top_help(p, v->language);
	else
		parts(p, s, v, height);
	while (p->lines_n > height - 1)
		p->lines_n--;
	while (p->lines_n < height - 1)
		top_end(p);
	top_keys(p, v->language);
}
