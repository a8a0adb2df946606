// SPDX-License-Identifier: Apache-2.0
/*
 * top_screen: a page on a terminal, and the keys that are pressed there: the only file that knows
 * ncurses.
 *
 * It draws what changed and no more, in colour where the terminal has it and NO_COLOR is not set;
 * otherwise bold and reversed, which is all that the page needs. Text is UTF-8 in any locale;
 * numbers are never the locale's. The terminal is as it was before on every way out: close, exit,
 * a fatal signal. One at a time.
 *
 * Failure: opening gives NULL and a sentence.
 */
#ifndef TIENDO_DASHBOARD_TOP_SCREEN_H
#define TIENDO_DASHBOARD_TOP_SCREEN_H

#include "dashboard/top_page.h"

struct top_screen;

enum top_key {
	TOP_KEY_NONE, /* no more have been pressed */
	TOP_KEY_OTHER,
	TOP_KEY_QUIT,
	TOP_KEY_UP,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_FIRST,
	TOP_KEY_LAST,
	TOP_KEY_NEXT,
	TOP_KEY_PREVIOUS,
	TOP_KEY_OPEN,
	TOP_KEY_BACK,
	TOP_KEY_PLAN,
	TOP_KEY_LANGUAGE,
	TOP_KEY_HELP,
	TOP_KEY_REDRAW
};

/* Is there a terminal on both sides? */
bool top_screen_possible(void);
struct top_screen *top_screen_open(struct sys_error *error);
void top_screen_close(struct top_screen **s); /* NULLs; NULL is fine */

/* Wait for both. */
int top_screen_keyboard(const struct top_screen *s);
int top_screen_resizes(const struct top_screen *s);

/* The terminal has another size: takes it. */
void top_screen_resize(struct top_screen *s);
void top_screen_size(const struct top_screen *s, size_t *width, size_t *height);
void top_screen_draw(struct top_screen *s, const struct top_page *p);
/* The terminal may show something else than was drawn: draws all of it. */
void top_screen_redraw(struct top_screen *s);
enum top_key top_screen_key(struct top_screen *s);

#endif
