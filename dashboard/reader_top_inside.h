// SPDX-License-Identifier: Apache-2.0
/* reader_top_inside: what the files of `top` share; nobody else includes it. */
#ifndef TIENDO_DASHBOARD_READER_TOP_INSIDE_H
#define TIENDO_DASHBOARD_READER_TOP_INSIDE_H

#include "dashboard/reader.h"
#include "dashboard/subscriber.h"
#include "dashboard/top_ask.h"
#include "dashboard/top_screen.h"
#include "dashboard/top_text.h"

enum {
	WAY_MAX = 32,            /* places passed through; a tree is not so deep */
	CODE_TEXT = CODE_MAX + 3 /* "G/" and a code */
};

struct top {
	struct session *s;
	struct subscriber *subscriber;
	struct top_ask *ask;
	struct top_screen *screen; /* NULL: once */
	struct top_events events;
	struct top_board board;
	struct top_view view;
	struct top_page page;
	/* where we are: the last of the codes; the subscriber is at `root` */
	char codes[WAY_MAX][CODE_TEXT];
	size_t depth, root;
	char crumbs[WAY_MAX * (CODE_TEXT + 3)];
	struct place place;
	struct date today;  /* what `below` was made for */
	uint32_t *below;
	size_t below_n;
	uint32_t plan;      /* number of the only plan's item; 0 = all */
	bool began;         /* there are figures of the place */
	bool moved;         /* ... and the board is older than they are */
	bool redraw, quit, live;
	int64_t made;       /* the board */
	struct instant time;
};

/* ---- reader_top_place.c ---- */

/* From the start at the root; until COMPLETE there is no place. */
int top_subscribe(struct top *t);
/* The figures of the place are there, of this catalogue and day. False = it is in no catalogue. */
bool top_arrive(struct top *t, int64_t now);
const char *top_code(const struct top *t);
/* Item index of the only plan; NO_INDEX = all. */
uint32_t top_plan_item(const struct top *t);
void top_ask_anew(struct top *t, int64_t now);
struct top_scene top_scene_of(const struct top *t);
void top_make(struct top *t, int64_t now); /* the board */
struct top_show top_show_of(const struct top *t);

/* ---- reader_top_keys.c ---- */

/* Does what the keys say. EXIT_GOOD, or the sentence has been printed. */
int top_keyboard(struct top *t, int64_t now);

#endif
