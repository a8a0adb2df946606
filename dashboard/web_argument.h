// SPDX-License-Identifier: Apache-2.0
/*
 * web_argument: what the arguments of a request say (CONTRACT). Pure: words in, a question or a fault out; whether there is such a
 * unit, item or period, others find out.
 *
 * A route takes the arguments that its table names and no others: what it does not take is not looked at, so it can neither
 * change an answer nor make two of one. A fault says in both languages which argument it is and what it may be.
 */
#ifndef TIENDO_DASHBOARD_WEB_ARGUMENT_H
#define TIENDO_DASHBOARD_WEB_ARGUMENT_H

#include "dashboard/web_ask.h"

enum web_takes {
	TAKES_UNIT = 1,      /* unit=CODE or G/CODE, needed but for: */
	UNIT_FREE = 2,
	TAKES_ITEM = 4,      /* item=CODE */
	ITEM_MUST = 8,       /* ... or plan, needed */
	TAKES_PLAN = 16,     /* plan=CODE in the place of item */
	TAKES_RULE = 32,     /* rule=CODE: of thresholds.csv */
	TAKES_PERIOD = 64,   /* period=P or P..Q */
	PERIOD_MUST = 128,
	TAKES_DATE = 256,    /* date=yyyy-mm-dd, needed */
	TAKES_SPAN = 512,    /* from=, to= */
	TAKES_OPEN = 1024,   /* open=1 */
	TAKES_STEPS = 2048,  /* by_addressee=1, steps=1 */
	TAKES_DEPTH = 4096,  /* depth=1 or all */
	TAKES_TEXT = 8192,   /* q=, n= */
	TAKES_AFTER = 16384  /* after=CODE of an item: where the page before ended */
};

enum { WEB_FOUND_MOST = 20 /* units, and items, that a search gives */ };

struct web_fault {
	const char *vi, *en;
};

/* Where words come from. NULL or "" = not given. */
struct web_words {
	const char *(*get)(const void *from, const char *name);
	const void *from;
};

struct web_said {
	struct web_question question; /* but for kind, text, bounded */
	bool all;                     /* depth */
	char after[WEB_ASK_CODE];     /* "" = from the beginning */
	const char *text;             /* q */
	unsigned most;                /* n */
};

extern const struct web_fault web_argument_text; /* of q: also where it holds nothing that can be looked for */

/* NULL = good, and *out is filled; texts are the words' own. */
const struct web_fault *web_argument_read(const struct web_words *w, unsigned takes, struct web_said *out);

#endif
