// SPDX-License-Identifier: Apache-2.0
#include "dashboard/web_login.h"

#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>

#include "common/sys/json.h"
#include "common/sys/log.h"
#include "dashboard/web_answer.h"

enum { HEADER_MAX = 8192 /* more than a connection's memory holds */ };

static const struct web_fault not_ours = {"đăng nhập cần hai header Content-Type: application/json và X-Tiendo: 1",
					  "a login needs the headers Content-Type: application/json and X-Tiendo: 1"};
static const struct web_fault not_words = {"nội dung phải là {\"user\": \"tên\", \"password\": \"mật khẩu\"}",
					   "the body must be {\"user\": \"name\", \"password\": \"password\"}"};
static const struct web_fault not_csrf = {"header X-CSRF phải là giá trị csrf của phiên này (xem session)",
					  "the header X-CSRF must be the csrf value of this session (see session)"};

/* ---- who asks ---- */

/* The one header of that name: where there are several, somebody in front slipped his in. */
static const char *single(const struct http_request *r, const char *name)
{
	struct buffer all = {.cap = HEADER_MAX};
	size_t n = http_headers(r, name, &all);

	buffer_free(&all);
	return n == 1 ? http_header(r, name) : NULL;
}

/* Through which hands it came; what a trusted proxy says of it. */
static const char *come_from(const struct web *w, const struct http_request *r, struct web_who *who)
{
	const struct web_proxies *proxies = &w->conf->proxies;
	struct buffer forwarded = {.cap = HEADER_MAX};
	struct web_address peer = {{0}};

	web_address_parse(http_peer(r), &peer);
	size_t n = http_headers(r, "X-Forwarded-For", &forwarded);
	struct web_client c = web_peer_client(proxies, peer, n ? buffer_text(&forwarded) : NULL, single(r, "X-Forwarded-Proto"));
	buffer_free(&forwarded);
	who->address = c.address;
	who->https = c.https;
	return web_peer_user(proxies, peer, single(r, "X-Remote-User"));
}

struct web_who web_who(struct web *w, const struct http_request *r)
{
	struct web_who who = {0};
	const char *named = come_from(w, r, &who);

	if (named) {
		who.user = web_users_find(&w->users.users, named);
		return who;
	}
	if (!web_cookie_read(http_header(r, "Cookie"), who.https, who.token))
		return who;
	const struct web_session *s = web_sessions_find(w->sessions, who.token, w->now);
	who.user = s ? web_users_find(&w->users.users, s->name) : NULL;
	who.by_session = who.user;
	return who;
}

struct web_pass web_pass(const struct web_who *who, bool is_public)
{
	struct web_pass p = {.is_public = is_public && !who->user, .by_session = who->by_session};

	memcpy(p.token, who->token, sizeof(p.token));
	if (who->user) {
		memcpy(p.name, who->user->name, sizeof(p.name));
		memcpy(p.line, who->user->line, sizeof(p.line));
	}
	return p;
}

bool web_may_go_on(void *web, const void *pass)
{
	const struct web *w = web;
	struct web_pass p;

	memcpy(&p, pass, sizeof(p));
	if (p.is_public)
		return true;
	const struct web_user *u = web_users_find(&w->users.users, p.name);
	return u && memcmp(u->line, p.line, sizeof(p.line)) == 0 &&
	       (!p.by_session || web_sessions_alive(w->sessions, p.token, w->now));
}

/* ---- the session, for the page ---- */

static void put_session(const struct web *w, const struct web_user *u, const char *csrf, struct buffer *out)
{
	struct json j = json_to(out);

	json_object_begin(&j, NULL);
	if (u) {
		json_text(&j, "user", u->name);
		json_text(&j, "role", web_role_word(u->role));
		json_text(&j, "unit", u->unit);
	} else {
		json_none(&j, "user");
		json_none(&j, "role");
		if (w->conf->is_public)
			json_text(&j, "unit", w->conf->public_unit);
		else
			json_none(&j, "unit");
	}
	json_bool(&j, "text", u && u->text);
	json_bool(&j, "public", w->conf->is_public);
	if (csrf)
		json_text(&j, "csrf", csrf);
	else
		json_none(&j, "csrf");
	json_object_end(&j);
}

void web_session_answer(struct web *w, const struct web_who *who, struct http_request *r)
{
	char csrf[WEB_CSRF + 1];
	struct http_answer a = {.status = 200, .content_type = "application/json"};

	put_session(w, who->user, who->by_session ? web_csrf(who->token, csrf) : NULL, &a.body);
	http_answer(r, &a);
}

/* ---- login ---- */

static bool read_words(struct bytes body, char name[static WEB_USER_NAME + 1], struct buffer *password)
{
	json_t *o = json_loadb((const char *)body.data, body.size, JSON_REJECT_DUPLICATES, NULL);
	const char *user = json_string_value(json_object_get(o, "user"));
	const json_t *secret = json_object_get(o, "password");
	bool good = user && json_is_string(secret) && strlen(user) <= WEB_USER_NAME;

	if (good) {
		snprintf(name, WEB_USER_NAME + 1, "%s", user);
		buffer_put(password, json_string_value(secret), json_string_length(secret));
		keys_wipe((void *)(uintptr_t)json_string_value(secret), json_string_length(secret));
	}
	json_decref(o);
	return good;
}

static unsigned seconds(int64_t ms)
{
	return (unsigned)((ms + 999) / 1000);
}

static void try(struct web *w, const struct web_who *who, struct http_request *r, const char *name, struct bytes password)
{
	int64_t wait = web_lockout_wait(w->lockout, name, who->address, w->now);
	char address[WEB_ADDRESS_TEXT];

	if (wait) {
		web_fail(r, WEB_WAIT, seconds(wait));
		return;
	}
	int rc = web_hash_submit(w->hash, ++w->ticket, web_users_find(&w->users.users, name), password);
	if (rc == -EBUSY) {
		web_fail(r, WEB_TOO_BUSY, 1);
		return;
	}
	web_lockout_tried(w->lockout, name, who->address, w->now);
	if (rc) {
		log_info("login of \"%s\" from %s: refused", name, web_address_print(who->address, address));
		web_fail(r, WEB_WRONG_LOGIN, 0);
		return;
	}
	struct waiting *p = web_wait(w, r);
	p->ticket = w->ticket;
	p->address = who->address;
	p->https = who->https;
	snprintf(p->name, sizeof(p->name), "%s", name);
}

void web_login(struct web *w, const struct web_who *who, struct http_request *r)
{
	const char *type = http_header(r, "Content-Type"), *ours = http_header(r, "X-Tiendo");
	char name[WEB_USER_NAME + 1];
	struct buffer password = {.cap = WEB_PASSWORD_MOST + 1};

	if (!type || strncmp(type, "application/json", 16) != 0 || !ours || strcmp(ours, "1") != 0)
		web_fail_for(r, WEB_FORBIDDEN, 0, &not_ours);
	else if (!read_words(http_body(r), name, &password))
		web_fail_for(r, WEB_BAD_REQUEST, 0, &not_words);
	else
		try(w, who, r, name, buffer_bytes(&password));
	if (password.data)
		keys_wipe(password.data, password.size);
	buffer_free(&password);
}

static void let_in(struct web *w, const struct waiting *p, const struct web_user *u)
{
	uint8_t token[WEB_TOKEN];
	char cookie[WEB_COOKIE_TEXT], csrf[WEB_CSRF + 1], address[WEB_ADDRESS_TEXT];
	const struct http_header headers[] = {{"Set-Cookie", web_cookie_set((keys_random(token, sizeof(token)), token), p->https, cookie)}};
	struct http_answer a = {.status = 200, .content_type = "application/json", .headers = headers, .headers_n = 1};

	web_lockout_passed(w->lockout, p->name, p->address, w->now);
	web_sessions_begin(w->sessions, u, token, w->now);
	put_session(w, u, web_csrf(token, csrf), &a.body);
	log_info("login of \"%s\" from %s", u->name, web_address_print(p->address, address));
	keys_wipe(token, sizeof(token));
	http_answer(p->request, &a);
}

static struct waiting *of_ticket(const struct web *w, uint64_t ticket)
{
	struct waiting *p = w->waiting;

	while (p && p->ticket != ticket)
		p = p->next;
	return p;
}

void web_login_step(struct web *w)
{
	struct web_hash_result result;
	char address[WEB_ADDRESS_TEXT];

	while (web_hash_take(w->hash, &result)) {
		struct waiting *p = of_ticket(w, result.ticket);
		if (!p)
			continue; /* the browser has gone meanwhile */
		const struct web_user *u = web_users_find(&w->users.users, p->name);
		p->ticket = 0;
		if (result.verdict == -ENOMEM) {
			web_fail(p->request, WEB_TOO_BUSY, 1);
		} else if (result.verdict || !u || memcmp(u->line, result.line, sizeof(u->line)) != 0) {
			log_info("login of \"%s\" from %s: refused", p->name, web_address_print(p->address, address));
			web_fail(p->request, WEB_WRONG_LOGIN, 0);
		} else {
			let_in(w, p, u);
		}
	}
}

/* ---- logout ---- */

void web_logout(struct web *w, const struct web_who *who, struct http_request *r)
{
	char cookie[WEB_COOKIE_TEXT];
	const struct http_header headers[] = {{"Set-Cookie", web_cookie_clear(who->https, cookie)}};
	struct http_answer a = {.status = 204, .headers = headers, .headers_n = 1};

	if (!who->by_session) {
		web_fail(r, WEB_LOGIN_REQUIRED, 0);
		return;
	}
	if (!web_csrf_good(who->token, http_header(r, "X-CSRF"))) {
		web_fail_for(r, WEB_FORBIDDEN, 0, &not_csrf);
		return;
	}
	web_sessions_end(w->sessions, who->token);
	web_streams_check(w->streams);
	http_answer(r, &a);
}
