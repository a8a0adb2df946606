// SPDX-License-Identifier: Apache-2.0
/* web_route: which answer a path means, and with which arguments: one table. Who may have it, web_call.h judges. */
#include <stdio.h>
#include <stdlib.h>

#include "common/sys/clock.h"
#include "dashboard/web_answer.h"
#include "dashboard/web_call.h"
#include "dashboard/web_files.h"
#include "dashboard/web_line.h"
#include "dashboard/web_system.h"

#define API "/api/v1/"

static void run_session(struct web_call *c);
static void run_login(struct web_call *c);
static void run_logout(struct web_call *c);
static void run_items(struct web_call *c);
static void run_explain(struct web_call *c);
static void run_health(struct web_call *c);
static void run_recent(struct web_call *c);
static void run_events(struct web_call *c);

/* clang-format off */
static const struct web_endpoint routes[] = {
	{"session",     "GET",  NEED_NOTHING,  0, NULL, NULL, run_session, 0},
	{"login",       "POST", NEED_NOTHING,  0, NULL, NULL, run_login, 0},
	{"logout",      "POST", NEED_NOTHING,  0, NULL, NULL, run_logout, 0},
	{"state",       "GET",  NEED_FIGURES,  0, web_board_state, NULL, NULL, 0},
	{"items",       "GET",  NEED_FIGURES,  0, NULL, NULL, run_items, SHOWS_PERSONS},
	{"board",       "GET",  NEED_FIGURES,  TAKES_UNIT, web_board, NULL, NULL, SHOWS_PERSONS},
	{"tree",        "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_PLAN | ITEM_MUST, web_board_tree, NULL, NULL, 0},
	{"unit",        "GET",  NEED_FIGURES,  TAKES_UNIT, web_board_unit, NULL, NULL, SHOWS_PERSONS},
	{"figures",     "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_PLAN | TAKES_AFTER, web_board_figures, NULL, NULL, 0},
	{"below",       "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | ITEM_MUST, web_board_below, NULL, NULL, SHOWS_PERSONS},
	{"search",      "GET",  NEED_FIGURES,  TAKES_TEXT, web_board_search, NULL, NULL, 0},
	{"at",          "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | TAKES_DATE, NULL, &list_period, NULL, 0},
	{"period",      "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | TAKES_PERIOD | PERIOD_MUST, NULL, &list_period, NULL, 0},
	{"series",      "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | ITEM_MUST | TAKES_SPAN, NULL, &list_series, NULL, 0},
	{"timeliness",  "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | TAKES_PERIOD, NULL, &list_timeliness, NULL, 0},
	{"recent",      "GET",  NEED_FIGURES,  TAKES_UNIT, NULL, NULL, run_recent, 0},
	{"events",      "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_DEPTH, NULL, NULL, run_events, 0},
	{"explain",     "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | ITEM_MUST, NULL, NULL, run_explain, IS_BOUNDED},
	{"silent",      "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM, NULL, &list_silent, NULL, IS_BOUNDED},
	{"slots",       "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | TAKES_PERIOD | PERIOD_MUST, NULL, &list_slots, NULL, IS_BOUNDED},
	{"obstacles",   "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | UNIT_FREE | TAKES_OPEN | TAKES_STEPS, NULL, &list_obstacles, NULL, IS_BOUNDED},
	{"findings",    "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | TAKES_OPEN, NULL, &list_findings, NULL, IS_BOUNDED},
	{"requests",    "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | TAKES_OPEN, NULL, &list_requests, NULL, IS_BOUNDED},
	{"suspicious",  "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | TAKES_PERIOD, NULL, &list_suspicious, NULL, IS_BOUNDED},
	{"exceptions",  "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_RULE, NULL, &list_exceptions, NULL, IS_BOUNDED},
	{"health",      "GET",  NEED_OPERATOR, 0, NULL, NULL, run_health, 0},
};
/* clang-format on */

/* ---- answers ---- */

static bool is_shared(const struct web_call *c, web_board_fn *board)
{
	return c->route->takes & TAKES_UNIT || board == web_board_items;
}

static struct web_moment moment(const struct web_call *c)
{
	const struct web_view *v = &c->view;

	return (struct web_moment){.version = v->version, .event = web_ring_newest(c->web->events.ring), .time_ms = v->time.ms,
				   .cut_since_ms = v->cut_since_ms, .cut_reason = v->cut_reason, .today = v->sight.today.ymd, .stale = v->sight.stale};
}

/* lacks: ages; it is not kept then, the next one may have them. */
static void answer_made(struct web_call *c, web_board_fn *board, struct buffer *out, bool lacks, const char *tag)
{
	struct web_moment now = moment(c);
	char own[WEB_ETAG];

	if (!is_shared(c, board) || out->failed || lacks) {
		web_json(c->request, out, tag, c->kept);
		return;
	}
	tag = tag ? tag : web_tag(out, own);
	web_json_shared(c->request, web_shared_put(c->web->shared, &now, board, &c->wish, out, tag), c->kept);
}

static void answer_board(struct web_call *c, web_board_fn *board, const char *tag)
{
	struct web_moment now = moment(c);
	struct web_text *made = is_shared(c, board) ? web_shared_find(c->web->shared, &now, board, &c->wish) : NULL;
	struct buffer out = {.cap = BUFFER_ANY};

	if (made) {
		web_json_shared(c->request, made, c->kept);
		return;
	}
	uint64_t missed = web_times_missed(c->web->times);
	enum web_code code = board(&c->view, &c->wish, &out);
	bool lacks = web_times_missed(c->web->times) != missed;
	if (code == WEB_GOOD && c->may_wait && lacks) {
		buffer_free(&out);
		web_wait(c->web, c->request)->again = true;
		return;
	}
	if (code == WEB_GOOD) {
		answer_made(c, board, &out, lacks, tag);
		return;
	}
	buffer_free(&out);
	if (code == WEB_BAD_REQUEST && c->route->takes & TAKES_TEXT)
		web_fail_for(c->request, code, 0, &web_argument_text);
	else
		web_fail(c->request, code, 0);
}

/* The centre's answer as it comes, or rewritten. */
static void ask(struct web_call *c, void (*write)(struct web *w, struct bytes json, struct buffer *out))
{
	struct web_question *q = &c->said.question;
	struct waiting *p = web_wait(c->web, c->request);

	q->kind = q->kind ? q->kind : c->route->list;
	q->bounded = c->route->is & IS_BOUNDED;
	q->text = c->who.user && c->who.user->text;
	p->write = write;
	p->kept = c->kept;
	web_ask(c->web->ask, q, !c->who.user, web_answered, p, c->web->now);
	if (p->answered)
		web_wait_over(p);
}

static void run_session(struct web_call *c)
{
	web_session_answer(c->web, &c->who, c->request);
}

static void run_login(struct web_call *c)
{
	web_login(c->web, &c->who, c->request);
}

static void run_logout(struct web_call *c)
{
	web_logout(c->web, &c->who, c->request);
}

/* The catalogue is as its generation says: a browser that holds it needs nothing but this word. */
static void run_items(struct web_call *c)
{
	char generation[GENERATION_TEXT], tag[WEB_SHARED_TAG];

	/* another version may write them otherwise */
	snprintf(tag, sizeof(tag), "\"%s/%s\"", generation_text(&c->view.sight.generation, generation),
		 TIENDO_VERSION);
	if (!c->kept || !web_unchanged(c->request, tag))
		answer_board(c, web_board_items, tag);
}

static void run_explain(struct web_call *c)
{
	ask(c, NULL);
}

static void run_health(struct web_call *c)
{
	c->said.question.kind = &list_health;
	ask(c, web_system_write);
}

static struct web_follow follow(const struct web_call *c, bool all, char ***members)
{
	struct web_follow f = {.all = all};
	struct web_below below = web_below(&c->view, &c->wish.place);

	snprintf(f.path, sizeof(f.path), "%s", c->wish.place.path);
	*members = NULL;
	for (const struct unit *u; c->wish.place.is_group && (u = web_below_next(&below));) {
		*members = base_grow(*members, f.members_n + 1, sizeof(**members));
		(*members)[f.members_n++] = base_copy_text(u->path);
	}
	f.members = (const char *const *)*members;
	return f;
}

static void run_recent(struct web_call *c)
{
	struct buffer out = {.cap = BUFFER_ANY};
	char **members;
	struct web_follow f = follow(c, true, &members);

	web_system_recent(&c->web->events, &f, &out);
	for (size_t i = 0; i < f.members_n; i++)
		free(members[i]);
	free(members);
	web_json(c->request, &out, NULL, c->kept);
}

static void run_events(struct web_call *c)
{
	const char *last = http_header(c->request, "Last-Event-ID");
	char **members, owner[WEB_ADDRESS_TEXT];
	struct web_follow f = follow(c, c->said.all, &members);
	struct web_pass pass = web_pass(&c->who, c->web->conf->is_public);
	const struct web_stream_options o = {
		.path = f.path, .all = f.all, .members = members, .members_n = f.members_n,
		.last = last ? last : http_argument(c->request, "last"),
		.owner = c->who.user ? c->who.user->name : web_address_print(c->who.address, owner),
		.may = web_may_go_on, .context = c->web, .pass = &pass, .pass_size = sizeof(pass)};

	if (!web_stream_open(c->web->streams, &c->view, c->request, &o))
		web_fail_for(c->request, WEB_TOO_BUSY, 5,
			     &(struct web_fault){"đã có quá nhiều luồng sự kiện của người dùng hoặc địa chỉ này",
						 "there are too many streams of this user or address"});
}

/* ---- dispatch ---- */

static void refuse(struct web_call *c, enum web_code code, const struct web_fault *fault)
{
	const struct web_question *q = &c->said.question;
	const char *what = c->has_place || !*q->unit ? q->item : q->unit;
	const struct web_fault missed = {what, what};

	if (!fault && code == WEB_NOT_FOUND)
		fault = &missed;
	if (code == WEB_NO_FIGURES)
		fault = web_line_fault(c->web);
	if (fault)
		web_fail_for(c->request, code, 0, fault);
	else
		web_fail(c->request, code, 0);
}

static void run(struct web_call *c)
{
	const struct web_endpoint *route = c->route;
	const struct web_fault *fault = NULL;

	c->who = web_who(c->web, c->request);
	enum web_code code = route->need == NEED_NOTHING ? WEB_GOOD : web_judge(c, &fault);
	if (code != WEB_GOOD)
		refuse(c, code, fault);
	else if (route->board)
		answer_board(c, route->board, NULL);
	else if (route->list)
		ask(c, NULL);
	else
		route->run(c);
}

static void api(struct web *w, struct http_request *r, const char *name, bool may_wait)
{
	struct web_call c = {.web = w, .request = r, .wish.item = NO_INDEX, .may_wait = may_wait};
	const char *method = http_method(r);

	for (size_t i = 0; i < BASE_COUNT(routes); i++) {
		if (strcmp(routes[i].name, name) != 0)
			continue;
		bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
		if (reads != (strcmp(routes[i].method, "GET") == 0)) {
			web_fail_method(r, reads ? "POST" : "GET, HEAD");
			return;
		}
		c.route = &routes[i];
		run(&c);
		return;
	}
	web_fail(r, WEB_NOT_FOUND, 0);
}

/* The page finds its screen by the path: each of them is the same file. */
static bool is_screen(const char *path)
{
	static const char *const screens[] = {"/", "/index.html", "/don-vi", "/vuong-mac", "/lich", "/su-kien", "/he-thong"};

	for (size_t i = 0; i < BASE_COUNT(screens); i++)
		if (strcmp(path, screens[i]) == 0)
			return true;
	return false;
}

static void to_overview(struct http_request *r)
{
	const struct http_header headers[] = {{"Location", "/"}};
	struct http_answer a = {.status = 302, .headers = headers, .headers_n = 1};

	http_answer(r, &a);
}

void web_route(void *context, struct http_request *r)
{
	struct web *w = context;
	const char *path = http_path(r);

	w->now = clock_transport();
	if (strncmp(path, API, strlen(API)) == 0) {
		api(w, r, path + strlen(API), true);
		return;
	}
	const struct web_file *file = web_file(is_screen(path) ? "/index.html" : path);
	const char *accept = http_header(r, "Accept");
	if (!file && accept && strstr(accept, "text/html"))
		to_overview(r); /* a person with a mistyped link, not a program */
	else if (!file)
		web_fail(r, WEB_NOT_FOUND, 0);
	else if (strcmp(http_method(r), "POST") == 0)
		web_fail_method(r, "GET, HEAD");
	else
		web_page(r, file);
}

void web_route_again(struct web *w)
{
	for (struct waiting *p = w->waiting, *next; p; p = next) {
		next = p->next;
		if (!p->again)
			continue;
		p->again = false; /* it stays until http says that the request is over */
		api(w, p->request, http_path(p->request) + strlen(API), false);
	}
}
