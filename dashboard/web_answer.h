// SPDX-License-Identifier: Apache-2.0
/*
 * web_answer: how the gateway's answers go out: status and sentence for each code, JSON packed for those who take it packed,
 * ETags, the headers that keep a page from being framed or fed foreign scripts. And requests that are answered later.
 */
#ifndef TIENDO_DASHBOARD_WEB_ANSWER_H
#define TIENDO_DASHBOARD_WEB_ANSWER_H

#include "dashboard/web.h"
#include "dashboard/web_argument.h"

enum { WEB_ETAG = 2 + 32 + 1 };

/* {"error": ...} with its status. retry_s: Retry-After; 0 = none. */
void web_fail(struct http_request *r, enum web_code code, unsigned retry_s);
/* The same with what it is about, and what to do, after the sentence. */
void web_fail_for(struct http_request *r, enum web_code code, unsigned retry_s, const struct web_fault *why);
/* 405, with what is allowed. */
void web_fail_method(struct http_request *r, const char *allowed);
/* 200; kept: with an ETag, and 304 when the browser holds the same; else no browser puts it on its disk. Takes the memory of `json`.
 * tag NULL: made from the bytes. */
void web_json(struct http_request *r, struct buffer *json, const char *tag, bool kept);
/* The same of an answer that others are given too. */
void web_json_shared(struct http_request *r, struct web_text *text, bool kept);
/* Made from the bytes. */
const char *web_tag(const struct buffer *json, char out[static WEB_ETAG]);
/* True = the browser holds what has this tag: it has been told so. */
bool web_unchanged(struct http_request *r, const char *tag);
/* A file of the page. */
struct web_file;
void web_page(struct http_request *r, const struct web_file *file);

/* ---- later ---- */

/* One per request that is kept; freed in web_gone. */
struct waiting {
	struct waiting *next, **here;
	struct web *web;
	struct http_request *request;
	uint64_t ticket;            /* login */
	struct web_address address; /* login */
	char name[WEB_USER_NAME + 1];
	bool https;
	void (*write)(struct web *w, struct bytes json, struct buffer *out); /* NULL = as it came */
	bool kept;                  /* the answer, by a browser */
	bool answered;
	bool again; /* for the age of figures: the request is answered from the beginning then */
};
struct waiting *web_wait(struct web *w, struct http_request *r);
/* Of one that was answered before the handler returned: http calls no `gone` for it. */
void web_wait_over(struct waiting *p);
/* web_ask_done: `who` is a struct waiting. */
void web_answered(void *who, enum web_code code, struct web_text *text, const char *why);

#endif
