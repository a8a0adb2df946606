// SPDX-License-Identifier: Apache-2.0
/*
 * web_call: one request to the API while it is answered, and the verdict on it (CONTRACT): who may have what. Default deny. Strangers
 * learn neither which codes there are beyond what is public, nor which of their arguments are wrong. Persons (heads, contacts, who is
 * responsible) are for those alone whose own unit is at or above the one they belong to, whatever else is public.
 */
#ifndef TIENDO_DASHBOARD_WEB_CALL_H
#define TIENDO_DASHBOARD_WEB_CALL_H

#include "dashboard/web.h"
#include "dashboard/web_argument.h"
#include "dashboard/web_board.h"
#include "dashboard/web_login.h"

/* FIGURES: of what is public, and of one's own unit. LOGIN: of one's own unit. OPERATOR: of the role, for all that is shown. */
enum web_need { NEED_NOTHING, NEED_FIGURES, NEED_LOGIN, NEED_OPERATOR };

enum web_is {
	IS_BOUNDED = 1, /* a list that may be cut */
	SHOWS_PERSONS = 2 /* of the place, or of items: heads, contacts, who is responsible */
};

struct web_call {
	struct web *web;
	struct http_request *request;
	struct web_who who;
	struct web_view view;
	struct web_said said;
	struct web_wish wish;
	bool has_place;
	bool kept;     /* a stranger is given the same: browsers may keep it */
	bool may_wait; /* for the age of figures: once */
	const struct web_endpoint *route;
};

struct web_endpoint {
	const char *name, *method;
	enum web_need need;
	unsigned takes; /* bits of enum web_takes */
	web_board_fn *board;            /* one of these three */
	const struct list_kind *list;
	void (*run)(struct web_call *c);
	unsigned is; /* bits of enum web_is */
};

/* Fills in what is asked about, of c->route, c->who and the request. *fault: what is wrong with an argument, or as it was. */
enum web_code web_judge(struct web_call *c, const struct web_fault **fault);

#endif
