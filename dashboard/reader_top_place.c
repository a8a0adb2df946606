// SPDX-License-Identifier: Apache-2.0
/* reader_top_place: where `top` looks: the subscriber of the root, the place at or below it, and what
 * the board of that place is made from. */
#include <stdio.h>
#include <stdlib.h>

#include "dashboard/reader_top_inside.h"

/* ---- what moves ---- */

static void changing(void *ctx, const struct mirror_grain *g, bool whole)
{
	struct top *t = ctx;

	(void)whole;
	if (t->began)
		top_events_changing(&t->events, subscriber_mirror(t->subscriber), g);
}

static void changed(void *ctx, const struct mirror_grain *g, bool whole)
{
	struct top *t = ctx;

	(void)whole;
	if (t->began)
		top_events_changed(&t->events, subscriber_atlas(t->subscriber), &t->place, t->today, g,
				   subscriber_time(t->subscriber));
}

int top_subscribe(struct top *t)
{
	const struct subscriber_options options = {.query = session_client(t->s),
						   .feed = t->s->feed,
						   .unit = t->codes[t->root],
						   .changing = changing,
						   .changed = changed,
						   .ctx = t};
	struct sys_error error = {0};

	t->began = false;
	/* it points into the catalogue that goes now */
	top_ask_about(t->ask, NULL, "", "", NULL, 0, 0);
	subscriber_close(&t->subscriber);
	t->subscriber = subscriber_open(&options, &error);
	if (t->subscriber)
		return EXIT_GOOD;
	top_screen_close(&t->screen);
	return session_fail(EXIT_ENVIRONMENT, "%s", error.text);
}

/* ---- the place ---- */

const char *top_code(const struct top *t)
{
	return t->codes[t->depth - 1];
}

uint32_t top_plan_item(const struct top *t)
{
	const struct atlas *a = subscriber_atlas(t->subscriber);
	uint32_t item = t->plan ? catalogue_item_by_number(a->catalogue, t->plan) : NO_INDEX;

	return item != NO_INDEX && atlas_has(a, &t->place, item) ? item : NO_INDEX;
}

void top_ask_anew(struct top *t, int64_t now)
{
	const struct catalogue *c = subscriber_atlas(t->subscriber)->catalogue;
	uint32_t plan = top_plan_item(t);

	top_ask_about(t->ask, c, top_code(t), plan == NO_INDEX ? "" : catalogue_item(c, plan)->row.code,
		      t->below, t->place.is_group ? t->below_n : 0, now);
}

static void write_crumbs(struct top *t)
{
	size_t used = 0;

	t->crumbs[0] = '\0';
	for (size_t i = 0; i + 1 < t->depth; i++)
		used += (size_t)snprintf(t->crumbs + used, sizeof(t->crumbs) - used, "%s > ",
					 t->codes[i]);
	t->view.crumbs = t->crumbs;
}

bool top_arrive(struct top *t, int64_t now)
{
	const struct atlas *a = subscriber_atlas(t->subscriber);
	struct sight sight = subscriber_sight(t->subscriber);

	/* a place that the new catalogue does not have: the one above it, which the subscriber is at */
	while (!atlas_place(a, top_code(t), sight.today, &t->place)) {
		if (t->depth - 1 == t->root)
			return false;
		t->depth--;
	}
	t->today = sight.today;
	free(t->below);
	t->below = top_board_below(a->catalogue, &t->place, t->today, &t->below_n);
	top_events_place(&t->events, a, &t->place, top_plan_item(t), t->today,
			 subscriber_mirror(t->subscriber));
	write_crumbs(t);
	t->began = t->moved = true;
	t->made = 0;
	top_ask_anew(t, now);
	return true;
}

struct top_scene top_scene_of(const struct top *t)
{
	return (struct top_scene){.atlas = subscriber_atlas(t->subscriber),
				  .mirror = subscriber_mirror(t->subscriber),
				  .members = top_ask_members(t->ask),
				  .sight = subscriber_sight(t->subscriber),
				  .place = t->place,
				  .plan = top_plan_item(t),
				  .below = t->below,
				  .below_n = t->below_n};
}

void top_make(struct top *t, int64_t now)
{
	const struct top_scene scene = top_scene_of(t);

	top_board_make(&t->board, &scene);
	t->moved = false;
	t->made = now;
}

struct top_show top_show_of(const struct top *t)
{
	return (struct top_show){.board = &t->board,
				 .silent = top_ask_silent(t->ask),
				 .events = &t->events,
				 .live = t->live,
				 .now = t->time};
}
