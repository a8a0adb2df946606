// SPDX-License-Identifier: Apache-2.0
/*
 * web_ask: questions to the centre for browsers: text and history, which the mirror does not hold. One question at a time goes
 * over the query socket, page by page; the others wait in a line. Browsers that want to know the same at the same time
 * share one answer, and who comes within WEB_ASK_FRESH_MS gets the last one: a hall full of people opens the same screen.
 *
 * Answers are the JSON that `tiendo ... --json` prints. Never: logs, judges rights (the question says whether free text may
 * be in it). Failure: `done` gets a code instead of bytes. A new generation between two pages begins the question anew.
 */
#ifndef TIENDO_DASHBOARD_WEB_ASK_H
#define TIENDO_DASHBOARD_WEB_ASK_H

#include "dashboard/client.h"
#include "dashboard/list.h"
#include "dashboard/web_shared.h"

enum {
	WEB_ASK_WAITING = 64,     /* different questions in the line; more are told to come again ... */
	WEB_ASK_STRANGERS = 16,   /* ... and strangers where there are so many: whoever is logged in still finds room */
	WEB_ASK_ROWS = 2000,      /* of an answer, where it may be cut */
	WEB_ASK_FRESH_MS = 2000,
	WEB_ASK_KEPT = 32,        /* answers kept for that long */
	WEB_ASK_PATIENCE_MS = 15000, /* without an answer for so long the centre is away */
	WEB_ASK_CODE = 24, WEB_ASK_PERIOD = 40
};

/* Zeroed before it is filled: two questions are the same when their bytes are. */
struct web_question {
	const struct list_kind *kind; /* NULL = explain */
	char unit[WEB_ASK_CODE], item[WEB_ASK_CODE], period[WEB_ASK_PERIOD];
	struct date at, from, to;
	bool open, by_addressee, steps;
	bool text;    /* with free text, as far as the centre gives it */
	bool bounded; /* at most WEB_ASK_ROWS */
};

struct web_ask;

/* Options must outlive it. NULL = the socket could not be made. */
struct web_ask *web_ask_open(const struct client_options *options, struct sys_error *error);
void web_ask_close(struct web_ask **a); /* NULLs; whoever waits is told WEB_AWAY */

/* `done` comes from within this call (an answer is at hand) or from web_ask_step, once, unless it is forgotten. What it is given
 * lives as long as the call: the answer, which others get too (packed, and its tag, are made by the first who wants them); or,
 * with another code than WEB_GOOD, NULL and the centre's own words, which may be none. */
typedef void web_ask_done(void *who, enum web_code code, struct web_text *text, const char *why);
void web_ask(struct web_ask *a, const struct web_question *q, bool stranger, web_ask_done *done, void *who, int64_t now);
void web_ask_forget(struct web_ask *a, const void *who);

struct loop_item web_ask_item(const struct web_ask *a);
int64_t web_ask_due(const struct web_ask *a, int64_t now);
/* v: what figures are shown with; NULL = there are none yet (everybody waits). */
void web_ask_step(struct web_ask *a, const struct web_view *v, int64_t now);
size_t web_ask_waiting(const struct web_ask *a); /* questions not answered yet */

#endif
