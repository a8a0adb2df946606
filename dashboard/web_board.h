// SPDX-License-Identifier: Apache-2.0
/*
 * web_board: the answers that come out of the mirror alone: state, items, board, tree, unit, figures, below, search. Each
 * appends one JSON object to `out`, or says why not and leaves `out` as it was. Pure; docs/openapi.yaml has the shapes.
 *
 * The place was found, and the right to it judged, by who calls (web_route.c).
 */
#ifndef TIENDO_DASHBOARD_WEB_BOARD_H
#define TIENDO_DASHBOARD_WEB_BOARD_H

#include "dashboard/web_view.h"

enum {
	WEB_FIGURES_PAGE = 250, /* of one answer: everybody waits for as long as it is made, 63 plans at once would be 0.2 s and 9 MB */
	WEB_TREE_MAX = 2000,  /* nodes: more cannot be told apart on a screen */
	WEB_QUERY_MAX = 100   /* bytes of what is searched for */
};

struct web_wish {
	struct place place;
	uint32_t item; /* index; NO_INDEX = none named */
	uint32_t from;             /* figures: index of the first item looked at */
	bool persons;              /* with heads, contacts and who is responsible ... */
	uint32_t persons_below;    /* ... of this unit (index) and those below it */
	const char *text;          /* search */
	size_t most;               /* search: units, and items */
	uint32_t within;           /* search: index of the unit that the asker may look below */
};

typedef enum web_code web_board_fn(const struct web_view *v, const struct web_wish *w, struct buffer *out);
web_board_fn web_board_state, web_board_items, web_board, web_board_tree, web_board_unit, web_board_figures, web_board_below,
	web_board_search;

#endif
