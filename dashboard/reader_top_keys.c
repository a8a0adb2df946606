// SPDX-License-Identifier: Apache-2.0
/* reader_top_keys: what the reader of `top` does: opens a unit, goes back, chooses a plan. */
#include <stdio.h>

#include "dashboard/reader_top_inside.h"

/* ---- going elsewhere ---- */

/* The board still points into the catalogue of before: nothing is drawn until there is another. */
static int enter(struct top *t, const char *code, int64_t now)
{
	const struct atlas *a = subscriber_atlas(t->subscriber);
	struct place root, place;

	if (t->depth == WAY_MAX || strcmp(code, top_code(t)) == 0 ||
	    !atlas_place(a, code, t->today, &place))
		return EXIT_GOOD;
	bool here = atlas_place(a, t->codes[t->root], t->today, &root) && !root.is_group &&
		    !place.is_group && catalogue_within(a->catalogue, place.index, root.index);
	snprintf(t->codes[t->depth++], CODE_TEXT, "%s", code);
	memset(t->view.chosen, 0, sizeof(t->view.chosen));
	t->view.focus = TOP_UNITS;
	if (here) {
		top_arrive(t, now);
		return EXIT_GOOD;
	}
	t->root = t->depth - 1;
	return top_subscribe(t);
}

static int back(struct top *t, int64_t now)
{
	if (t->depth == 1)
		return EXIT_GOOD;
	t->depth--;
	memset(t->view.chosen, 0, sizeof(t->view.chosen));
	if (t->root < t->depth) {
		top_arrive(t, now);
		return EXIT_GOOD;
	}
	t->root = t->depth - 1; /* only a group is left by another root */
	return top_subscribe(t);
}

static void set_plan(struct top *t, uint32_t item, int64_t now)
{
	t->plan = item == NO_INDEX ? 0
				   : catalogue_item(subscriber_atlas(t->subscriber)->catalogue, item)
					     ->row.number;
	t->view.chosen[TOP_TOTALS] = 0;
	top_events_place(&t->events, subscriber_atlas(t->subscriber), &t->place, item, t->today,
			 subscriber_mirror(t->subscriber));
	t->moved = true;
	t->made = 0;
	top_ask_anew(t, now);
}

static void next_plan(struct top *t, int64_t now)
{
	const struct top_scene scene = top_scene_of(t);

	set_plan(t, top_board_next_plan(&scene), now);
}

static int open_chosen(struct top *t, int64_t now)
{
	const struct catalogue *c = subscriber_atlas(t->subscriber)->catalogue;
	const struct top_silent *silent = top_ask_silent(t->ask);
	size_t i = t->view.chosen[t->view.focus];
	const struct top_show show = top_show_of(t);
	const struct top_event *event;
	uint32_t unit;
	char code[CODE_TEXT] = "";

	switch (t->view.focus) {
	case TOP_TOTALS:
		if (i < t->board.totals_n)
			set_plan(t, t->plan ? NO_INDEX : t->board.totals[i].item, now);
		return EXIT_GOOD;
	case TOP_UNITS:
		if (i < t->board.units_n)
			snprintf(code, sizeof(code), "%s",
				 catalogue_unit(c, t->board.units[i].unit)->row.code);
		break;
	case TOP_SILENT:
		if (i < silent->n)
			snprintf(code, sizeof(code), "%s", silent->list[i].code);
		break;
	case TOP_EVENTS:
		event = top_text_event(&show, i);
		unit = event ? catalogue_unit_by_number(c, event->unit) : NO_INDEX;
		if (unit != NO_INDEX)
			snprintf(code, sizeof(code), "%s", catalogue_unit(c, unit)->row.code);
		break;
	case TOP_PARTS:
		break;
	}
	return *code ? enter(t, code, now) : EXIT_GOOD;
}

/* ---- keys ---- */

static void move_by(struct top *t, long by)
{
	size_t *chosen = &t->view.chosen[t->view.focus];

	/* past the end: top_text brings it back */
	*chosen = by < 0 && *chosen < (size_t)-by ? 0 : *chosen + (size_t)by;
}

static int press(struct top *t, enum top_key key, int64_t now)
{
	struct top_view *v = &t->view;
	long page = v->rows[v->focus] ? (long)v->rows[v->focus] : 1;

	if (v->help && key != TOP_KEY_QUIT && key != TOP_KEY_LANGUAGE && key != TOP_KEY_REDRAW) {
		v->help = false;
		return EXIT_GOOD;
	}
	switch (key) {
	case TOP_KEY_QUIT:
		t->quit = true;
		break;
	case TOP_KEY_UP:
		move_by(t, -1);
		break;
	case TOP_KEY_DOWN:
		move_by(t, 1);
		break;
	case TOP_KEY_PAGE_UP:
		move_by(t, -page);
		break;
	case TOP_KEY_PAGE_DOWN:
		move_by(t, page);
		break;
	case TOP_KEY_FIRST:
		v->chosen[v->focus] = 0;
		break;
	case TOP_KEY_LAST:
		v->chosen[v->focus] = SIZE_MAX / 2;
		break;
	case TOP_KEY_NEXT:
		v->focus = (v->focus + 1) % TOP_PARTS;
		break;
	case TOP_KEY_PREVIOUS:
		v->focus = (v->focus + TOP_PARTS - 1) % TOP_PARTS;
		break;
	case TOP_KEY_LANGUAGE:
		t->s->language = v->language = v->language == LANGUAGE_VI ? LANGUAGE_EN : LANGUAGE_VI;
		break;
	case TOP_KEY_HELP:
		v->help = true;
		break;
	case TOP_KEY_REDRAW:
		top_screen_redraw(t->screen);
		break;
	case TOP_KEY_OPEN:
		return t->began ? open_chosen(t, now) : EXIT_GOOD;
	case TOP_KEY_BACK:
		return back(t, now);
	case TOP_KEY_PLAN:
		if (t->began)
			next_plan(t, now);
		break;
	case TOP_KEY_NONE:
	case TOP_KEY_OTHER:
		break;
	}
	return EXIT_GOOD;
}

int top_keyboard(struct top *t, int64_t now)
{
	enum top_key key;
	int code = EXIT_GOOD;

	while (code == EXIT_GOOD && !t->quit && (key = top_screen_key(t->screen)) != TOP_KEY_NONE) {
		code = press(t, key, now);
		t->redraw = true;
	}
	return code;
}
