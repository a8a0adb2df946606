// SPDX-License-Identifier: Apache-2.0
/* web_route: which answer a path means, who may have it, and with which arguments. One table, default deny. */
#include <stdio.h>
#include <stdlib.h>

#include "common/domain/periods.h"
#include "common/domain/text.h"
#include "common/sys/clock.h"
#include "dashboard/web_answer.h"
#include "dashboard/web_board.h"
#include "dashboard/web_files.h"
#include "dashboard/web_login.h"
#include "dashboard/web_system.h"

#define API "/api/v1/"

enum need { NEED_NOTHING, NEED_FIGURES, NEED_LOGIN, NEED_OPERATOR };
enum takes { TAKES_UNIT = 1, TAKES_ITEM = 2, TAKES_PLAN = 4, ITEM_MUST = 8, UNIT_FREE = 16, PERIOD_MUST = 32, AT_MUST = 64 };

struct call {
	struct web *web;
	struct http_request *request;
	struct web_who who;
	struct web_view view;
	struct web_wish wish;
	bool has_place;
	bool may_wait; /* for the age of figures: once */
	const struct route *route;
};

struct route {
	const char *name, *method;
	enum need need;
	unsigned takes; /* bits of enum takes */
	web_board_fn *board;            /* one of these three */
	const struct list_kind *list;
	void (*run)(struct call *c);
	bool bounded; /* list: may be cut */
};

static void run_session(struct call *c);
static void run_login(struct call *c);
static void run_logout(struct call *c);
static void run_items(struct call *c);
static void run_explain(struct call *c);
static void run_health(struct call *c);
static void run_recent(struct call *c);
static void run_events(struct call *c);

/* clang-format off */
static const struct route routes[] = {
	{"session",     "GET",  NEED_NOTHING,  0, NULL, NULL, run_session, false},
	{"login",       "POST", NEED_NOTHING,  0, NULL, NULL, run_login, false},
	{"logout",      "POST", NEED_NOTHING,  0, NULL, NULL, run_logout, false},
	{"state",       "GET",  NEED_FIGURES,  0, web_board_state, NULL, NULL, false},
	{"items",       "GET",  NEED_FIGURES,  0, NULL, NULL, run_items, false},
	{"board",       "GET",  NEED_FIGURES,  TAKES_UNIT, web_board, NULL, NULL, false},
	{"tree",        "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_PLAN | ITEM_MUST, web_board_tree, NULL, NULL, false},
	{"unit",        "GET",  NEED_FIGURES,  TAKES_UNIT, web_board_unit, NULL, NULL, false},
	{"figures",     "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_PLAN, web_board_figures, NULL, NULL, false},
	{"below",       "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | ITEM_MUST, web_board_below, NULL, NULL, false},
	{"search",      "GET",  NEED_FIGURES,  0, web_board_search, NULL, NULL, false},
	{"at",          "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | AT_MUST, NULL, &list_period, NULL, false},
	{"period",      "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | PERIOD_MUST, NULL, &list_period, NULL, false},
	{"series",      "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM | ITEM_MUST, NULL, &list_series, NULL, false},
	{"timeliness",  "GET",  NEED_FIGURES,  TAKES_UNIT | TAKES_ITEM, NULL, &list_timeliness, NULL, false},
	{"recent",      "GET",  NEED_FIGURES,  TAKES_UNIT, NULL, NULL, run_recent, false},
	{"events",      "GET",  NEED_FIGURES,  TAKES_UNIT, NULL, NULL, run_events, false},
	{"explain",     "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | ITEM_MUST, NULL, NULL, run_explain, true},
	{"silent",      "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM, NULL, &list_silent, NULL, true},
	{"slots",       "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | PERIOD_MUST, NULL, &list_slots, NULL, true},
	{"obstacles",   "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM | UNIT_FREE, NULL, &list_obstacles, NULL, true},
	{"findings",    "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM, NULL, &list_findings, NULL, true},
	{"requests",    "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM, NULL, &list_requests, NULL, true},
	{"suspicious",  "GET",  NEED_LOGIN,    TAKES_UNIT | TAKES_ITEM, NULL, &list_suspicious, NULL, true},
	{"exceptions",  "GET",  NEED_LOGIN,    TAKES_UNIT, NULL, &list_exceptions, NULL, true},
	{"health",      "GET",  NEED_OPERATOR, 0, NULL, NULL, run_health, false},
};
/* clang-format on */

/* ---- rights ---- */

static bool within(const struct call *c, const char *scope)
{
	const struct catalogue *k = c->view.atlas->catalogue;
	uint32_t top = catalogue_unit_by_code(k, scope, c->view.sight.today);

	if (top == NO_INDEX)
		return false;
	if (!c->has_place) /* about everything that is shown */
		return catalogue_unit(k, top)->parent == NO_INDEX;
	if (!c->wish.place.is_group)
		return catalogue_within(k, c->wish.place.index, top);
	struct web_below members = web_below(&c->view, &c->wish.place);
	for (const struct unit *u; (u = web_below_next(&members));)
		if (!catalogue_within(k, u->first, top))
			return false;
	return true;
}

static bool is_public(const struct call *c)
{
	return c->web->conf->is_public && c->route->need == NEED_FIGURES;
}

/* About which unit it is has been found by now, if it is about one. */
static enum web_code may(const struct call *c)
{
	const struct web_user *u = c->who.user;
	bool placeless = !(c->route->takes & TAKES_UNIT);

	if (c->route->need == NEED_NOTHING)
		return WEB_GOOD;
	if (is_public(c) && (placeless || within(c, c->web->conf->public_unit)))
		return WEB_GOOD;
	if (!u)
		return WEB_LOGIN_REQUIRED;
	if (c->route->need == NEED_OPERATOR && u->role != WEB_ROLE_OPERATOR)
		return WEB_FORBIDDEN;
	return placeless || within(c, u->unit) ? WEB_GOOD : WEB_FORBIDDEN;
}

/* ---- arguments ---- */

static const char *argument(const struct call *c, const char *name)
{
	const char *value = http_argument(c->request, name);

	return value ? value : "";
}

static bool is_place_code(const char *code)
{
	return text_is_code(strncmp(code, "G/", 2) == 0 ? code + 2 : code);
}

static enum web_code find_place(struct call *c)
{
	const char *code = argument(c, "unit");

	if (!*code && c->route->takes & UNIT_FREE)
		return WEB_GOOD;
	if (!is_place_code(code))
		return WEB_BAD_REQUEST;
	c->has_place = atlas_place(c->view.atlas, code, c->view.sight.today, &c->wish.place);
	return c->has_place ? WEB_GOOD : WEB_NOT_FOUND;
}

static enum web_code find_item(struct call *c)
{
	const char *code = argument(c, c->route->takes & TAKES_PLAN ? "plan" : "item");

	c->wish.item = NO_INDEX;
	if (!*code)
		return c->route->takes & ITEM_MUST ? WEB_BAD_REQUEST : WEB_GOOD;
	if (!text_is_code(code))
		return WEB_BAD_REQUEST;
	c->wish.item = catalogue_item_by_code(c->view.atlas->catalogue, code);
	if (c->wish.item == NO_INDEX || (c->has_place && !atlas_has(c->view.atlas, &c->wish.place, c->wish.item)))
		return WEB_NOT_FOUND;
	return WEB_GOOD;
}

static bool read_date(const struct call *c, const char *name, struct date *out)
{
	const char *text = argument(c, name);

	*out = *text ? date_parse(text) : (struct date){0};
	return !*text || out->ymd;
}

static bool flag(const struct call *c, const char *name)
{
	return strcmp(argument(c, name), "1") == 0;
}

static bool take(char *to, size_t size, const char *from)
{
	for (const char *at = from; *at; at++)
		if ((unsigned char)*at <= ' ' || (unsigned char)*at >= 0x7f)
			return false;
	return (size_t)snprintf(to, size, "%s", from) < size;
}

static bool read_question(const struct call *c, struct web_question *q)
{
	memset(q, 0, sizeof(*q));
	q->kind = c->route->list;
	q->bounded = c->route->bounded;
	q->text = c->who.user && c->who.user->text;
	q->open = flag(c, "open");
	q->by_addressee = flag(c, "by_addressee");
	q->steps = flag(c, "steps");
	return take(q->unit, sizeof(q->unit), argument(c, "unit")) &&
	       take(q->item, sizeof(q->item), argument(c, q->kind && q->kind->second_is_rule ? "rule" : "item")) &&
	       take(q->period, sizeof(q->period), argument(c, "period")) &&
	       (*q->period || !(c->route->takes & PERIOD_MUST)) && read_date(c, c->route->takes & AT_MUST ? "date" : "at", &q->at) &&
	       (q->at.ymd || !(c->route->takes & AT_MUST)) && read_date(c, "from", &q->from) && read_date(c, "to", &q->to);
}

/* ---- answers ---- */

static bool is_shared(const struct call *c, web_board_fn *board)
{
	return c->route->takes & TAKES_UNIT || board == web_board_items;
}

static struct web_moment moment(const struct call *c)
{
	const struct web_view *v = &c->view;

	return (struct web_moment){.version = v->version, .event = web_ring_newest(c->web->events.ring), .time_ms = v->time.ms,
				   .cut_since_ms = v->cut_since_ms, .today = v->sight.today.ymd, .stale = v->sight.stale};
}

/* An answer that lacks ages is not kept: the next one may have them. */
static void answer_made(struct call *c, web_board_fn *board, struct buffer *out, const char *tag)
{
	struct web_moment now = moment(c);
	char own[WEB_ETAG];

	if (!is_shared(c, board) || out->failed || web_times_owes(c->web->times)) {
		web_json(c->request, out, tag);
		return;
	}
	tag = tag ? tag : web_tag(out, own);
	web_json_shared(c->request, web_shared_put(c->web->shared, &now, board, &c->wish, out, tag));
}

static void answer_board(struct call *c, web_board_fn *board, const char *tag)
{
	struct web_moment now = moment(c);
	struct web_text *made = is_shared(c, board) ? web_shared_find(c->web->shared, &now, board, &c->wish) : NULL;
	struct buffer out = {.cap = BUFFER_ANY};

	if (made) {
		web_json_shared(c->request, made);
		return;
	}
	enum web_code code = board(&c->view, &c->wish, &out);
	if (code == WEB_GOOD && c->may_wait && web_times_owes(c->web->times)) {
		buffer_free(&out);
		web_wait(c->web, c->request)->again = true;
		return;
	}
	if (code == WEB_GOOD) {
		answer_made(c, board, &out, tag);
		return;
	}
	buffer_free(&out);
	web_fail(c->request, code, 0, "");
}

static void ask(struct call *c, void (*write)(struct web *w, struct bytes json, struct buffer *out))
{
	struct web_question q;

	if (!read_question(c, &q)) {
		web_fail(c->request, WEB_BAD_REQUEST, 0, "period, date, from, to, unit, item");
		return;
	}
	struct waiting *p = web_wait(c->web, c->request);
	p->write = write;
	web_ask(c->web->ask, &q, web_answered, p, c->web->now);
	if (p->answered)
		web_wait_over(p);
}

static void run_session(struct call *c)
{
	web_session_answer(c->web, &c->who, c->request);
}

static void run_login(struct call *c)
{
	web_login(c->web, &c->who, c->request);
}

static void run_logout(struct call *c)
{
	web_logout(c->web, &c->who, c->request);
}

/* The catalogue is as its generation says: a browser that holds it needs nothing but this word. */
static void run_items(struct call *c)
{
	char generation[GENERATION_TEXT], tag[GENERATION_TEXT + 4];

	snprintf(tag, sizeof(tag), "\"i%s\"", generation_text(&c->view.sight.generation, generation));
	if (!web_unchanged(c->request, tag))
		answer_board(c, web_board_items, tag);
}

static void run_explain(struct call *c)
{
	ask(c, NULL);
}

static void run_health(struct call *c)
{
	struct web_question q;

	memset(&q, 0, sizeof(q));
	q.kind = &list_health;
	struct waiting *p = web_wait(c->web, c->request);
	p->write = web_system_write;
	web_ask(c->web->ask, &q, web_answered, p, c->web->now);
	if (p->answered)
		web_wait_over(p);
}

static struct web_follow follow(const struct call *c, bool all, char ***members)
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

static void run_recent(struct call *c)
{
	struct buffer out = {.cap = BUFFER_ANY};
	char **members;
	struct web_follow f = follow(c, true, &members);

	web_system_recent(&c->web->events, &f, &out);
	for (size_t i = 0; i < f.members_n; i++)
		free(members[i]);
	free(members);
	web_json(c->request, &out, NULL);
}

static void run_events(struct call *c)
{
	const char *last = http_header(c->request, "Last-Event-ID");
	char **members, owner[WEB_ADDRESS_TEXT];
	struct web_follow f = follow(c, strcmp(argument(c, "depth"), "all") == 0, &members);
	struct web_pass pass = web_pass(&c->who, c->web->conf->is_public);
	const struct web_stream_options o = {
		.path = f.path, .all = f.all, .members = members, .members_n = f.members_n,
		.last = last ? last : argument(c, "last"),
		.owner = c->who.user ? c->who.user->name : web_address_print(c->who.address, owner),
		.may = web_may_go_on, .context = c->web, .pass = &pass, .pass_size = sizeof(pass)};

	if (!web_stream_open(c->web->streams, &c->view, c->request, &o))
		web_fail(c->request, WEB_TOO_BUSY, 5, "too many streams of this user or address");
}

/* ---- dispatch ---- */

static void run(struct call *c)
{
	const struct route *route = c->route;
	enum web_code code = WEB_GOOD;

	c->who = web_who(c->web, c->request);
	if (route->need != NEED_NOTHING && !is_public(c) && !c->who.user)
		code = WEB_LOGIN_REQUIRED; /* strangers do not learn which codes there are */
	else if (route->need != NEED_NOTHING && !c->web->complete)
		code = WEB_NO_FIGURES;
	if (code == WEB_GOOD && route->need != NEED_NOTHING) {
		c->view = web_sight(c->web);
		if (route->takes & TAKES_UNIT)
			code = find_place(c);
		if (code == WEB_GOOD)
			code = may(c);
		if (code == WEB_GOOD)
			code = find_item(c);
		/* the widest that the asker may look at */
		const char *scope = is_public(c) ? c->web->conf->public_unit : c->who.user->unit;
		c->wish.within = catalogue_unit_by_code(c->view.atlas->catalogue, scope, c->view.sight.today);
	}
	if (code != WEB_GOOD) {
		web_fail(c->request, code, 0, "");
		return;
	}
	c->wish.text = argument(c, "q");
	if (route->board)
		answer_board(c, route->board, NULL);
	else if (route->list)
		ask(c, NULL);
	else
		route->run(c);
}

static void api(struct web *w, struct http_request *r, const char *name, bool may_wait)
{
	struct call c = {.web = w, .request = r, .wish.item = NO_INDEX, .may_wait = may_wait};
	const char *method = http_method(r);

	for (size_t i = 0; i < BASE_COUNT(routes); i++) {
		if (strcmp(routes[i].name, name) != 0)
			continue;
		bool reads = strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0;
		if (reads != (strcmp(routes[i].method, "GET") == 0)) {
			const struct http_header allow[] = {{"Allow", routes[i].method}};
			struct http_answer a = {.status = 405, .headers = allow, .headers_n = 1};
			http_answer(r, &a);
			return;
		}
		c.route = &routes[i];
		run(&c);
		return;
	}
	web_fail(r, WEB_NOT_FOUND, 0, "");
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
	if (file && strcmp(http_method(r), "POST") != 0)
		web_page(r, file);
	else
		web_fail(r, WEB_NOT_FOUND, 0, "");
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
