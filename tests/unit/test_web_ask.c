// SPDX-License-Identifier: Apache-2.0
/*
 * Questions of browsers, beside a centre of a few lines: one at a time, shared by all who ask the same, whole or not at all,
 * begun anew when the day or the generation changes under them, given up when nobody answers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/sys/clock.h"
#include "common/sys/net.h"
#include "dashboard/web_ask.h"
#include "tests/unit/web_land.h"

enum { PATIENCE_MS = 60000, ROWS = 100 /* of a page */ };

/* What it answers, and what it was asked. */
static struct {
	struct net *net;
	struct net_socket *zap, *router;
	struct keys_pair pair, reader;
	struct codec_arena arena;
	unsigned pages;  /* of each answer */
	unsigned stale;  /* refuses so many pages behind the first so */
	int refuse;      /* with this reason; 0 = no */
	bool silent, nonsense;
	uint64_t entry;  /* of its generation */
	unsigned asked;
} centre;
static struct web_land land;
static struct web_ask *ask;
static struct client_options options;

static int begin(void **state)
{
	struct sys_error error = {0};

	(void)state;
	keys_start(&error);
	web_land_open(&land);
	memset(&centre, 0, sizeof(centre));
	centre.pages = 1;
	centre.entry = land.g.entry;
	centre.net = net_open(&error);
	keys_pair_new(&centre.pair);
	keys_pair_new(&centre.reader);
	centre.arena = codec_arena_new(1 << 20);
	centre.zap = net_zap_bind(centre.net, &error);
	centre.router = net_router_bind(centre.net,
					&(struct net_bind){.endpoint = "tcp://127.0.0.1:*", .secret_key = centre.pair.secret_key, .zap_domain = "query",
							   .max_message = NET_QUESTION_MESSAGE},
					&error);
	assert_true(centre.zap && centre.router);
	options = (struct client_options){.net = centre.net, .endpoint = net_endpoint(centre.router), .server_key = centre.pair.public_key,
					  .pair = &centre.reader, .signals = -1};
	ask = web_ask_open(&options, &error);
	return ask ? 0 : -1;
}

static int end(void **state)
{
	(void)state;
	web_ask_close(&ask);
	net_socket_close(&centre.router);
	net_socket_close(&centre.zap);
	net_close(centre.net);
	codec_arena_free(&centre.arena);
	web_land_close(&land);
	return 0;
}

/* ---- the centre ---- */

static void put(struct buffer *out, const Tiendo__V1__Reply *r)
{
	size_t size;
	uint8_t *bytes = codec_pack_new(r, &size);

	buffer_put(out, bytes, size);
	free(bytes);
}

static void send(const struct net_message *m, const Tiendo__V1__Reply *r)
{
	const uint8_t head[2] = {PROTOCOL_VERSION, MESSAGE_REPLY};
	struct buffer out = {0};

	put(&out, r);
	const struct bytes frames[] = {net_frame(m, 0), bytes_of(head, 2), centre.nonsense ? bytes_text("\xff") : buffer_bytes(&out)};
	assert_int_equal(net_send(centre.router, frames, 3), NET_SENT);
	buffer_free(&out);
}

static void give_rows(Tiendo__V1__Reply *r, Tiendo__V1__SilentPage *page, unsigned at, uint8_t *cursor)
{
	static Tiendo__V1__SilentRow rows[ROWS], *list[ROWS];

	for (unsigned i = 0; i < ROWS; i++) {
		rows[i] = (Tiendo__V1__SilentRow)TIENDO__V1__SILENT_ROW__INIT;
		rows[i].unit = catalogue_unit(land.atlas.catalogue, web_land_place(&land, "412").index)->row.number;
		rows[i].item = web_land_number(&land, "KH.C");
		rows[i].period = (char *)"2024-03";
		rows[i].since = 20240401;
		list[i] = &rows[i];
	}
	page->n_rows = ROWS;
	page->rows = list;
	page->expected = ROWS;
	r->silent = page;
	r->answer_case = TIENDO__V1__REPLY__ANSWER_SILENT;
	if (at + 1 < centre.pages) {
		*cursor = (uint8_t)(at + 1);
		r->cursor = (ProtobufCBinaryData){1, cursor};
	}
}

static void give(const struct net_message *m, const Tiendo__V1__Query *q)
{
	Tiendo__V1__Reply r = TIENDO__V1__REPLY__INIT;
	Tiendo__V1__Failure failure = TIENDO__V1__FAILURE__INIT;
	Tiendo__V1__SilentPage page = TIENDO__V1__SILENT_PAGE__INIT;
	Tiendo__V1__Generation generation = TIENDO__V1__GENERATION__INIT;
	uint8_t cursor;
	unsigned at = q->silent->cursor.len ? q->silent->cursor.data[0] : 0;

	centre.asked++;
	generation.incarnation = (ProtobufCBinaryData){MIRROR_INCARNATION, land.g.incarnation};
	generation.fold_version = land.g.fold_version;
	generation.structural_entry = centre.entry;
	r.id = q->id;
	r.generation = &generation;
	r.today = 20240402;
	bool stale = at && centre.stale && centre.stale--;
	if (stale || centre.refuse) {
		failure.reason = (Tiendo__V1__Reason)(stale ? REASON_STALE_CURSOR : (enum reason)centre.refuse);
		failure.text = (char *)"không";
		r.failure = &failure;
		r.answer_case = TIENDO__V1__REPLY__ANSWER_FAILURE;
	} else {
		give_rows(&r, &page, at, &cursor);
	}
	send(m, &r);
}

static void serve(void)
{
	struct net_message m = {0};
	struct net_zap door = {0};

	while (net_zap_receive(centre.zap, &door) == 0)
		net_zap_answer(centre.zap, &door, NET_ZAP_ENTER, "1");
	while (net_receive(centre.router, &m) == 0) {
		struct bytes body = net_frame(&m, 2);
		codec_arena_reset(&centre.arena);
		const Tiendo__V1__Query *q = codec_unpack(&tiendo__v1__query__descriptor, body.data, body.size, &centre.arena);
		assert_non_null(q);
		assert_int_equal(q->question_case, TIENDO__V1__QUERY__QUESTION_SILENT);
		if (!centre.silent)
			give(&m, q);
	}
	net_message_clear(&m);
}

/* ---- who asks ---- */

struct asker {
	unsigned times; /* answered */
	enum web_code code;
	size_t rows;
	bool more;
	char said[64];
};

static void done(void *who, enum web_code code, struct web_text *text, const char *why)
{
	struct asker *a = who;
	const char *json = text ? buffer_text(&text->plain) : "";

	assert_true((code == WEB_GOOD) == (text != NULL));
	a->times++;
	a->code = code;
	a->rows = 0;
	for (const char *at = json; (at = strstr(at, "\"missing\"")); at++)
		a->rows++;
	a->more = strstr(json, "\"more\": true");
	snprintf(a->said, sizeof(a->said), "%s", text ? "" : why);
}

static struct web_question about(const char *unit)
{
	struct web_question q;

	memset(&q, 0, sizeof(q));
	q.kind = &list_silent;
	q.bounded = true;
	snprintf(q.unit, sizeof(q.unit), "%s", unit);
	return q;
}

static void asks(struct asker *a, const char *unit)
{
	struct web_question q = about(unit);

	web_ask(ask, &q, false, done, a, clock_transport());
}

static void turn(int64_t late)
{
	struct web_view v = web_land_view(&land);
	int64_t now = clock_transport(), due;

	web_ask_step(ask, &v, now + late);
	due = web_ask_due(ask, now + late) - late;
	struct loop_item items[] = {{.socket = centre.zap, .fd = -1}, {.socket = centre.router, .fd = -1}, web_ask_item(ask)};
	loop_wait(items, 3, due < now + 20 ? due : now + 20);
	serve();
}

static void until_answered(const struct asker *a)
{
	int64_t until = clock_transport() + PATIENCE_MS;

	while (!a->times) {
		assert_true(clock_transport() < until);
		turn(0);
	}
}

/* ---- the tests ---- */

static void one_answer_for_all_who_ask_the_same(void **state)
{
	struct asker same[3] = {0}, other = {0}, later = {0};

	(void)state;
	centre.pages = 3;
	for (int i = 0; i < 3; i++)
		asks(&same[i], "40");
	asks(&other, "412");
	assert_int_equal(web_ask_waiting(ask), 2);
	until_answered(&other);
	for (int i = 0; i < 3; i++)
		assert_true(same[i].times == 1 && same[i].code == WEB_GOOD && same[i].rows == 3 * ROWS && !same[i].more);
	assert_true(other.times == 1 && other.rows == 3 * ROWS);
	assert_int_equal(centre.asked, 6);
	asks(&later, "40"); /* at hand */
	assert_true(later.times == 1 && later.rows == 3 * ROWS);
	struct web_question old = about("40");
	struct asker late = {0};
	web_ask(ask, &old, false, done, &late, clock_transport() + WEB_ASK_FRESH_MS + 1);
	assert_true(late.times == 0 && web_ask_waiting(ask) == 1);
	until_answered(&late);
	assert_int_equal(centre.asked, 9);
}

static void with_text_is_another_question(void **state)
{
	struct asker with = {0}, without = {0};
	struct web_question q = about("40");

	(void)state;
	q.text = true;
	web_ask(ask, &q, false, done, &with, clock_transport());
	asks(&without, "40");
	assert_int_equal(web_ask_waiting(ask), 2);
	until_answered(&without);
	assert_int_equal(centre.asked, 2);
}

static void who_has_gone_is_not_told(void **state)
{
	struct asker gone = {0}, stays = {0};

	(void)state;
	asks(&gone, "40");
	asks(&stays, "40");
	web_ask_forget(ask, &gone);
	until_answered(&stays);
	assert_int_equal(gone.times, 0);
}

static void it_is_cut_at_a_limit(void **state)
{
	struct asker a = {0};

	(void)state;
	centre.pages = 200;
	asks(&a, "40");
	until_answered(&a);
	assert_true(a.rows == WEB_ASK_ROWS && a.more);
	assert_int_equal(centre.asked, WEB_ASK_ROWS / ROWS);
}

static void begun_anew_when_a_page_is_stale(void **state)
{
	struct asker a = {0}, never = {0};

	(void)state;
	centre.pages = 3;
	centre.stale = 2;
	asks(&a, "40");
	until_answered(&a);
	assert_true(a.code == WEB_GOOD && a.rows == 3 * ROWS); /* nothing twice */
	centre.stale = 1000;
	asks(&never, "412");
	until_answered(&never);
	assert_int_equal(never.code, WEB_TOO_BUSY);
}

/* The centre is of a newer generation than the mirror: until the mirror has it, too. */
static void generations_do_not_mix(void **state)
{
	struct asker a = {0};

	(void)state;
	centre.entry++;
	asks(&a, "40");
	while (!centre.asked)
		turn(0);
	for (int i = 0; i < 10; i++)
		turn(0);
	assert_true(a.times == 0 && centre.asked == 1);
	land.g.entry++;
	land.picture++;
	until_answered(&a);
	assert_true(a.code == WEB_GOOD && a.rows == ROWS);
}

static void refusals(void **state)
{
	static const struct {
		enum reason reason;
		enum web_code code;
	} all[] = {{REASON_NOT_FOUND, WEB_NOT_FOUND}, {REASON_FORBIDDEN, WEB_FORBIDDEN}, {REASON_REVOKED, WEB_AWAY}, {REASON_BAD_FRAME, WEB_CENTRE_OLD}};
	struct asker missing = {0};

	(void)state;
	for (size_t i = 0; i < BASE_COUNT(all); i++) {
		struct asker a = {0};
		centre.refuse = (int)all[i].reason;
		asks(&a, "40");
		until_answered(&a);
		assert_int_equal(a.code, all[i].code);
		assert_string_equal(a.said, all[i].code == WEB_CENTRE_OLD ? a.said : "không");
	}
	asks(&missing, "999");
	unsigned before = centre.asked;
	turn(0);
	assert_true(missing.code == WEB_NOT_FOUND && missing.times == 1 && centre.asked == before);
}

static void a_silent_centre_is_away(void **state)
{
	struct asker a = {0}, blind = {0};

	(void)state;
	centre.silent = true;
	asks(&a, "40");
	for (int i = 0; i < 5; i++)
		turn(0);
	assert_int_equal(a.times, 0);
	turn(WEB_ASK_PATIENCE_MS + 1000);
	assert_true(a.times == 1 && a.code == WEB_AWAY);
	asks(&blind, "40");
	web_ask_step(ask, NULL, clock_transport() + WEB_ASK_PATIENCE_MS + 1000);
	assert_int_equal(blind.code, WEB_NO_FIGURES);
}

static void the_line_is_bounded(void **state)
{
	enum { ROOM = WEB_ASK_WAITING - WEB_ASK_STRANGERS };
	static struct asker many[ROOM + 1], strangers[WEB_ASK_STRANGERS + 1];
	char unit[24];
	struct asker same = {0};

	(void)state;
	centre.silent = true;
	for (size_t i = 0; i <= WEB_ASK_STRANGERS; i++) {
		struct web_question q = about("X");
		snprintf(q.period, sizeof(q.period), "%zu", i);
		web_ask(ask, &q, true, done, &strangers[i], clock_transport());
	}
	assert_true(strangers[WEB_ASK_STRANGERS].code == WEB_TOO_BUSY && strangers[WEB_ASK_STRANGERS - 1].times == 0);
	for (size_t i = 0; i <= ROOM; i++) { /* who is logged in finds room */
		snprintf(unit, sizeof(unit), "U%zu", i);
		asks(&many[i], unit);
	}
	assert_true(many[ROOM].code == WEB_TOO_BUSY && many[0].times == 0);
	asks(&same, "U3"); /* shares */
	assert_int_equal(same.times, 0);
	web_ask_close(&ask);
	assert_true(same.code == WEB_AWAY && many[0].code == WEB_AWAY && many[5].times == 1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
	const struct CMUnitTest tests[] = {
		T(one_answer_for_all_who_ask_the_same), T(with_text_is_another_question), T(who_has_gone_is_not_told), T(it_is_cut_at_a_limit),
		T(begun_anew_when_a_page_is_stale), T(generations_do_not_mix), T(refusals), T(a_silent_centre_is_away), T(the_line_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
