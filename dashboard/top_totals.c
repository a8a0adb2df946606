// SPDX-License-Identifier: Apache-2.0
/* top_totals: a plan in two lines: its name and what is late, its bar and what that says. */
#include <stdio.h>

#include "common/domain/text.h"
#include "dashboard/top_inside.h"

enum {
	TEXT = 256,
	BAR_MAX = 60 /* a longer one says no more */
};

void top_totals_head(struct top_page *p, const struct top_show *s, const struct top_view *v,
		     bool screen)
{
	const struct top_board *b = s->board;
	char words[TEXT];

	if (b->plan == NO_INDEX)
		snprintf(words, sizeof(words), "%s", TOP_SAY(v->language, "Tổng hợp", "Totals"));
	else
		snprintf(words, sizeof(words), TOP_SAY(v->language, "Tổng hợp · chỉ %s", "Totals · only %s"),
			 catalogue_item(b->catalogue, b->plan)->row.code);
	top_head(p, v, TOP_TOTALS, screen, b->totals_n, words);
	top_numbers_head(p, v->language,
			 p->width >= TOP_NARROW ? TOP_SAY(v->language, "Báo cáo", "Reported")
						: TOP_SAY(v->language, "Báo cáo", "Rep."),
			 TOP_SAY(v->language, "Điểm", "Score"));
}

/* ---- bars ---- */

void top_bar(const uint32_t counts[static 4], size_t width, size_t out[static 4])
{
	uint64_t total = 0, rest[4];
	size_t used = 0;

	for (int i = 0; i < 4; i++)
		total += counts[i];
	for (int i = 0; i < 4; i++) {
		out[i] = total ? (size_t)(counts[i] * (uint64_t)width / total) : 0;
		rest[i] = total ? counts[i] * (uint64_t)width % total : 0;
		used += out[i];
	}
	/* what is over goes to the largest remainders */
	while (total && used < width) {
		int most = 0;
		for (int i = 1; i < 4; i++)
			if (rest[i] > rest[most])
				most = i;
		rest[most] = 0;
		out[most]++;
		used++;
	}
	/* what is there is seen: the widest gives a column away */
	for (int i = 0; i < 4; i++) {
		int widest = 0;
		for (int k = 1; k < 4; k++)
			if (out[k] > out[widest])
				widest = k;
		if (counts[i] && !out[i] && out[widest] > 1) {
			out[widest]--;
			out[i]++;
		}
	}
}

static void put_bar(struct top_page *p, const struct task_counts *c, size_t width)
{
	static const char *const letter[4] = {"█", "▒", "·", "-"};
	static const enum top_style style[4] = {TOP_GOOD, TOP_WARN, TOP_DIM, TOP_BAD};
	const uint32_t counts[4] = {c->done, c->in_progress, c->not_started, c->unreported};
	size_t columns[4];

	top_bar(counts, width, columns);
	for (int i = 0; i < 4; i++) {
		char text[BAR_MAX * 3 + 1] = "";
		for (size_t k = 0; k < columns[i]; k++)
			strcat(text, letter[i]);
		top_put(p, style[i], text);
	}
}

/* ---- totals ---- */

static void phrase(struct buffer *out, const struct task_counts *c, enum language l, bool words)
{
	char a[SHOW_NUMBER], b[SHOW_NUMBER], d[SHOW_NUMBER];

	buffer_clear(out);
	buffer_format(out,
		      words ? TOP_SAY(l, "%s hoàn thành · %s đang thực hiện · %s chưa",
				      "%s done · %s in progress · %s not started")
			    : TOP_SAY(l, "%s xong · %s đang · %s chưa", "%s done · %s now · %s not"),
		      show_number(c->done, l, a), show_number(c->in_progress, l, b),
		      show_number(c->not_started, l, d));
	if (c->unreported)
		buffer_format(out,
			      words ? TOP_SAY(l, " · %s chưa báo cáo", " · %s not reported")
				    : TOP_SAY(l, " · %s chưa BC", " · %s no rep."),
			      show_number(c->unreported, l, a));
	if (c->na)
		buffer_format(out,
			      words ? TOP_SAY(l, " · %s không áp dụng", " · %s not applicable")
				    : TOP_SAY(l, " · %s KAD", " · %s n/a"),
			      show_number(c->na, l, a));
}

/* Bars that can be compared are of one length, whatever stands beside them. */
static size_t bar_width(size_t page)
{
	size_t width = page < 60 ? 10 : page < 100 ? 16 : (page - 60) / 2;

	return width < BAR_MAX ? width : BAR_MAX;
}

/* The bar and what it says; of a plan without tasks what its indicators say. */
static void total_bar(struct top_page *p, const struct top_show *s, const struct top_total *t,
		      enum language l)
{
	const struct figure *f = &t->figure;
	struct buffer text = {0};

	if (!f->leaves_expected) {
		struct reading r = {.item = catalogue_item(s->board->catalogue, t->item),
				    .figure = *f};
		show_main(&text, &r, l);
		top_put(p, TOP_PLAIN, buffer_text(&text));
	} else {
		size_t bar = bar_width(p->width);
		phrase(&text, &f->leaves, l, true);
		if (bar + 1 + text_width(buffer_text(&text)) > top_left(p))
			phrase(&text, &f->leaves, l, false);
		put_bar(p, &f->leaves, bar);
		top_putf(p, TOP_PLAIN, " %s", buffer_text(&text));
	}
	top_end(p);
	buffer_free(&text);
}

static void total_head(struct top_page *p, const struct top_show *s, const struct top_total *t,
		       enum language l, bool chosen)
{
	const struct item *item = catalogue_item(s->board->catalogue, t->item);
	const struct figure *f = &t->figure;

	top_named(p, top_style_of(chosen, TOP_TITLE), item->row.code,
		  top_name(l, item->row.name, item->row.name_en), 0, top_left(p) - top_numbers(p));
	top_count(p, top_style_of(chosen, f->overdue ? TOP_BAD : TOP_PLAIN), f->overdue,
		  f->cells_expected - f->cells.na, l);
	top_count(p, top_style_of(chosen, f->reported < f->expected ? TOP_WARN : TOP_PLAIN),
		  f->reported, f->expected, l);
	top_score(p, top_style_of(chosen, TOP_PLAIN), f->has_score, f->score_bp, f->score_leaves,
		  f->score_leaves_of, l);
	top_end(p);
}

void top_total(struct top_page *p, const struct top_show *s, const struct top_view *v, size_t i,
	       bool chosen, bool screen)
{
	const struct top_total *t = &s->board->totals[i];
	const char *indent = catalogue_item(s->board->catalogue, t->item)->depth ? "    " : "  ";

	if (!screen)
		indent += 2;
	top_put(p, TOP_PLAIN, indent);
	total_head(p, s, t, v->language, chosen);
	top_put(p, TOP_PLAIN, indent);
	total_bar(p, s, t, v->language);
}
