// SPDX-License-Identifier: Apache-2.0
/* top_inside: what the files of top_text share; nobody else includes it. */
#ifndef TIENDO_DASHBOARD_TOP_INSIDE_H
#define TIENDO_DASHBOARD_TOP_INSIDE_H

#include "dashboard/show_inside.h"
#include "dashboard/top_text.h"

#define TOP_SAY(l, vi, en) show_says(l, vi, en)

/* Columns that all parts share, so that numbers stand under each other down the page. */
enum {
	TOP_NARROW = 60, /* below it only the numbers that matter most */
	TOP_WIDE = 110,  /* from it on everything has its own column */
	TOP_COUNT = 14,
	TOP_COUNT_NARROW = 11,
	TOP_SCORE = 19,
	TOP_CODE = 10 /* a longer code pushes its name to the right */
};

static inline bool top_has_score(const struct top_page *p)
{
	return p->width >= TOP_NARROW;
}

static inline size_t top_count_width(const struct top_page *p)
{
	return p->width >= TOP_NARROW ? TOP_COUNT : TOP_COUNT_NARROW;
}

static inline size_t top_numbers(const struct top_page *p)
{
	return 2 * top_count_width(p) + (top_has_score(p) ? TOP_SCORE : 0);
}

static inline enum top_style top_style_of(bool chosen, enum top_style style)
{
	return chosen ? TOP_CHOSEN : style;
}

/* "Quá hạn   Thiếu báo cáo   Điểm" at the right of a head. */
void top_numbers_head(struct top_page *p, enum language l, const char *reports, const char *score);
/* "3/40" or – of nothing; "62,50 % (30/38)" or –. */
void top_count(struct top_page *p, enum top_style style, uint32_t n, uint32_t of, enum language l);
void top_score(struct top_page *p, enum top_style style, bool has, uint32_t bp, uint32_t leaves,
	       uint32_t of, enum language l);
/* Code and name in `columns`; codes of up to `code` columns leave the names under each other. */
void top_named(struct top_page *p, enum top_style style, const char *code, const char *name,
	       size_t code_width, size_t columns);

const char *top_name(enum language l, const char *name, const char *name_en);
void top_head(struct top_page *p, const struct top_view *v, enum top_part part, bool screen,
	      size_t n, const char *words);

/* Heads and rows of the parts, each a whole line (a total: two). */
void top_totals_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen);
void top_total(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	       bool chosen, bool screen);
void top_units_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		    bool screen);
void top_unit(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	      bool chosen, bool screen);
void top_silent_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen);
void top_office(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
		bool chosen, bool screen);
void top_events_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen);
void top_event(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	       bool chosen, bool screen);
void top_help(struct top_page *p, enum language l);
void top_keys(struct top_page *p, enum language l);

#endif
