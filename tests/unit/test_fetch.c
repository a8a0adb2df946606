// SPDX-License-Identifier: Apache-2.0
/* Fetching, beside a centre of a few lines: whole or not at all, the short question, Busy, nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "agent/fetch.h"
#include "agent/wire.h"
#include "common/sys/clock.h"
#include "common/sys/loop.h"
#include "tests/unit/scratch.h"
#include "tests/unit/spool_support.h"

enum { PATIENCE_MS = 60000, ENTRY = 70 };

/* What it answers, and what it was asked. */
struct centre {
	struct net *net;
	struct net_socket *zap, *router;
	struct keys_pair pair, office;
	struct codec_arena arena;
	uint64_t highest, as_of; /* of Versions and of the rest */
	unsigned busy, stale;    /* answers so many questions so */
	bool deny_versions, silent, nonsense;
	unsigned pages, asked_cells, asked_versions;
	uint8_t incarnation;
	unsigned asked_notices;
};

static struct centre centre;
static struct spool *spool;
static struct fetch fetch;

static int make_centre(void **state)
{
	char dir[4096];
	struct sys_error error;

	scratch_make(state);
	keys_start(&error);
	centre.net = net_open(&error);
	keys_pair_new(&centre.pair);
	keys_pair_new(&centre.office);
	centre.arena = codec_arena_new(1 << 20);
	centre.zap = net_zap_bind(centre.net, &error);
	centre.router = net_router_bind(centre.net,
					&(struct net_bind){.endpoint = "tcp://127.0.0.1:*",
							   .secret_key = centre.pair.secret_key,
							   .zap_domain = "query",
							   .max_message = NET_QUESTION_MESSAGE},
					&error);
	spool = spool_make("fetch", NULL, dir);
	return centre.zap && centre.router ? 0 : -1;
}

static int remove_centre(void **state)
{
	spool_close(spool);
	net_socket_close(&centre.router);
	net_socket_close(&centre.zap);
	net_close(centre.net);
	codec_arena_free(&centre.arena);
	return scratch_remove(state);
}

static void door(void)
{
	struct net_zap q = {0};

	while (net_zap_receive(centre.zap, &q) == 0)
		net_zap_answer(centre.zap, &q, NET_ZAP_ENTER, "1");
}

static void refuse(Tiendo__V1__Reply *r, Tiendo__V1__Failure *f, enum reason reason)
{
	f->reason = (Tiendo__V1__Reason)reason;
	f->text = (char *)"no";
	f->retry_ms = 1;
	r->failure = f;
	r->answer_case = TIENDO__V1__REPLY__ANSWER_FAILURE;
}

/* One cell a page, numbered by the pages left. */
static void give_cells(Tiendo__V1__Reply *r, const Tiendo__V1__Query *q, Tiendo__V1__CellsPage *page,
		       Tiendo__V1__CellRow **row, uint8_t *cursor)
{
	unsigned at = q->cells->cursor.len ? q->cells->cursor.data[0] : 0;

	centre.asked_cells++;
	row[0]->unit = 3;
	row[0]->item = at + 1;
	page->n_cells = 1;
	page->cells = row;
	r->cells = page;
	r->answer_case = TIENDO__V1__REPLY__ANSWER_CELLS;
	if (at + 1 < centre.pages) {
		*cursor = (uint8_t)(at + 1);
		r->cursor = (ProtobufCBinaryData){1, cursor};
	}
}

/* One notice a page: entry 10 for each of the pages, above what was asked for. */
static void give_notices(Tiendo__V1__Reply *r, const Tiendo__V1__Query *q, Tiendo__V1__NoticesPage *page,
			 Tiendo__V1__NoticeRow **row, uint8_t *cursor)
{
	unsigned at = q->notices->cursor.len ? q->notices->cursor.data[0] : (unsigned)(q->notices->since / 10);

	centre.asked_notices++;
	if (at < centre.pages) {
		row[0]->entry = 10 * (at + 1);
		row[0]->kind = TIENDO__V1__NOTICE_KIND__NOTICE_KIND_DIRECTIVE;
		row[0]->text = (char *)"x";
		row[0]->sent_ms = 1000 * centre.incarnation;
		row[0]->opened_on = at == 0 ? 20240401 : 0;
		page->n_notices = 1;
		page->notices = row;
	}
	r->notices = page;
	r->answer_case = TIENDO__V1__REPLY__ANSWER_NOTICES;
	if (at + 1 < centre.pages) {
		*cursor = (uint8_t)(at + 1);
		r->cursor = (ProtobufCBinaryData){1, cursor};
	}
}

static void give(struct net_message *m, const Tiendo__V1__Query *q)
{
	Tiendo__V1__Reply r = TIENDO__V1__REPLY__INIT;
	Tiendo__V1__Failure failure = TIENDO__V1__FAILURE__INIT;
	Tiendo__V1__VersionsPage versions = TIENDO__V1__VERSIONS_PAGE__INIT;
	Tiendo__V1__CellsPage page = TIENDO__V1__CELLS_PAGE__INIT;
	Tiendo__V1__CellRow cell = TIENDO__V1__CELL_ROW__INIT, *row = &cell;
	Tiendo__V1__NoticesPage told = TIENDO__V1__NOTICES_PAGE__INIT;
	Tiendo__V1__NoticeRow notice = TIENDO__V1__NOTICE_ROW__INIT, *one = &notice;
	Tiendo__V1__Generation generation = TIENDO__V1__GENERATION__INIT;
	uint8_t incarnation[SPOOL_ID] = {centre.incarnation};
	struct buffer out = {0};
	uint8_t cursor, head[2];
	bool short_one = q->question_case == TIENDO__V1__QUERY__QUESTION_VERSIONS;

	r.id = q->id;
	generation.incarnation = (ProtobufCBinaryData){SPOOL_ID, incarnation};
	r.generation = &generation;
	r.as_of = centre.as_of;
	r.time_ms = 5000;
	r.today = 20240402;
	if (centre.busy && centre.busy--) {
		refuse(&r, &failure, REASON_BUSY);
	} else if (centre.stale && centre.stale--) {
		refuse(&r, &failure, REASON_STALE_CURSOR);
	} else if (short_one && centre.deny_versions) {
		refuse(&r, &failure, REASON_NOT_FOUND);
	} else if (short_one) {
		centre.asked_versions++;
		assert_string_equal(q->versions->path, "VN/40/412/");
		versions.highest = centre.highest;
		r.versions = &versions;
		r.answer_case = TIENDO__V1__REPLY__ANSWER_VERSIONS;
	} else if (q->question_case == TIENDO__V1__QUERY__QUESTION_NOTICES) {
		give_notices(&r, q, &told, &one, &cursor);
	} else {
		give_cells(&r, q, &page, &row, &cursor);
	}
	wire_put(&out, &r);
	wire_head(head, MESSAGE_REPLY);
	const struct bytes frames[] = {net_frame(m, 0), bytes_of(head, 2),
				       centre.nonsense ? bytes_text("\xff") : buffer_bytes(&out)};

	assert_int_equal(net_send(centre.router, frames, 3), NET_SENT);
	buffer_free(&out);
}

static void serve(void)
{
	struct net_message m = {0};

	door();
	while (net_receive(centre.router, &m) == 0) {
		struct bytes body = net_frame(&m, 2);

		codec_arena_reset(&centre.arena);
		const Tiendo__V1__Query *q = codec_unpack(&tiendo__v1__query__descriptor, body.data,
							  body.size, &centre.arena);

		assert_non_null(q);
		if (!centre.silent)
			give(&m, q);
	}
	net_message_clear(&m);
}

static void start(int64_t reply_ms)
{
	centre.busy = centre.stale = centre.asked_cells = centre.asked_versions = 0;
	centre.silent = centre.nonsense = centre.deny_versions = false;
	centre.pages = 3;
	centre.as_of = ENTRY;
	fetch_init(&fetch, &(struct fetch_options){.net = centre.net,
						   .spool = spool,
						   .endpoint = net_endpoint(centre.router),
						   .server_key = centre.pair.public_key,
						   .pair = &centre.office,
						   .reply_ms = reply_ms,
						   .retry_ms = 20});
	fetch_start(&fetch, SPOOL_CELLS, "412", 0, clock_transport());
	assert_int_equal(fetch.state, FETCH_WORKING);
}

static enum fetch_state play(void)
{
	int64_t end = clock_transport() + PATIENCE_MS;
	enum fetch_state s;

	while ((s = fetch_step(&fetch, clock_transport())) == FETCH_WORKING) {
		int64_t now = clock_transport(), due = fetch_due(&fetch, now);
		struct loop_item items[] = {{.socket = centre.zap},
					    {.socket = centre.router},
					    {.socket = fetch_socket(&fetch)}};

		assert_true(now < end);
		loop_wait(items, 3, due < now + 20 ? due : now + 20);
		serve();
	}
	assert_null(fetch_socket(&fetch));
	return s;
}

static bool count(void *data, struct bytes row)
{
	(void)row;
	++*(size_t *)data;
	return true;
}

static size_t shelved(struct spool_shelf_head *head)
{
	size_t n = 0;

	assert_int_equal(spool_shelf_head(spool, SPOOL_CELLS, head, &spool_error), 0);
	assert_int_equal(spool_rows(spool, SPOOL_CELLS, count, &n, &spool_error), 0);
	return n;
}

static void test_whole(void **state)
{
	(void)state;
	struct spool_shelf_head head;

	start(PATIENCE_MS);
	centre.busy = 2;
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(centre.asked_cells, 3);
	assert_int_equal(shelved(&head), 3);
	assert_int_equal(head.entry, ENTRY);
	assert_int_equal(head.time_ms, 5000);
	assert_int_equal(head.today, 20240402);
	assert_string_equal(head.scope, "412");
	fetch_free(&fetch);
}

/* Nothing new: one question, and the shelf is known to be as good as new. */
static void test_nothing_new(void **state)
{
	(void)state;
	struct spool_shelf_head head;

	start(PATIENCE_MS);
	fetch_since(&fetch, "VN/40/412/", ENTRY);
	centre.highest = ENTRY - 5;
	centre.as_of = ENTRY + 9;
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(centre.asked_versions, 1);
	assert_int_equal(centre.asked_cells, 0);
	assert_int_equal(shelved(&head), 3);
	assert_int_equal(head.entry, ENTRY + 9);
	assert_string_equal(head.scope, "412");
	fetch_free(&fetch);
}

/* Something is newer; the centre went back; it has something against the question: all of it. */
static void test_something_new(void **state)
{
	(void)state;
	static const struct {
		uint64_t highest, as_of;
		bool deny;
		unsigned asked;
	} cases[] = {{ENTRY + 1, ENTRY + 1, false, 1},
		     {ENTRY - 9, ENTRY - 8, false, 1},
		     {0, ENTRY, true, 0}};
	struct spool_shelf_head head;

	for (size_t i = 0; i < BASE_COUNT(cases); i++) {
		start(PATIENCE_MS);
		fetch_since(&fetch, "VN/40/412/", ENTRY);
		centre.highest = cases[i].highest;
		centre.as_of = cases[i].as_of;
		centre.deny_versions = cases[i].deny;
		centre.pages = 2;
		assert_int_equal(play(), FETCH_DONE);
		assert_int_equal(centre.asked_versions, cases[i].asked);
		assert_int_equal(centre.asked_cells, 2);
		assert_int_equal(shelved(&head), 2);
		assert_int_equal(head.entry, cases[i].as_of);
		fetch_free(&fetch);
	}
}

/* What was known before stays. */
static void test_failures(void **state)
{
	(void)state;
	struct spool_shelf_head before, after;
	size_t n = shelved(&before);

	start(60);
	centre.silent = true;
	assert_int_equal(play(), FETCH_FAILED);
	assert_non_null(strstr(fetch.error.text, "does not answer"));
	start(PATIENCE_MS);
	centre.nonsense = true;
	assert_int_equal(play(), FETCH_FAILED);
	assert_non_null(strstr(fetch.error.text, "cannot be read"));
	start(PATIENCE_MS);
	centre.stale = 100;
	assert_int_equal(play(), FETCH_FAILED);
	assert_int_equal(fetch.reason, REASON_STALE_CURSOR);
	assert_int_equal(fetch.code, 0);
	start(PATIENCE_MS);
	fetch_free(&fetch); /* in the middle */
	assert_int_equal(fetch_step(&fetch, 0), FETCH_IDLE);
	assert_int_equal(fetch_due(&fetch, 0), INT64_MAX);
	assert_int_equal(shelved(&after), n);
	assert_int_equal(after.entry, before.entry);
}

/* ---- a question of the caller's own ---- */

struct own {
	Tiendo__V1__Cells cells;
	unsigned begun;
	size_t rows;
	bool refuse;
};

static void own_ask(void *data, Tiendo__V1__Query *query, ProtobufCBinaryData cursor)
{
	struct own *o = data;

	o->cells.cursor = cursor;
	query->cells = &o->cells;
	query->question_case = TIENDO__V1__QUERY__QUESTION_CELLS;
}

static void own_begin(void *data)
{
	struct own *o = data;

	o->begun++;
	o->rows = 0;
}

static bool own_hear(void *data, const Tiendo__V1__Reply *reply)
{
	struct own *o = data;

	o->rows += reply->cells->n_cells;
	return !o->refuse;
}

static void test_own_question(void **state)
{
	(void)state;
	struct own own = {.cells = TIENDO__V1__CELLS__INIT};
	const struct fetch_question question = {.ask = own_ask, .begin = own_begin, .hear = own_hear, .data = &own};
	struct spool_shelf_head before, after;
	size_t n = shelved(&before);

	start(PATIENCE_MS);
	fetch_start_question(&fetch, &question, clock_transport());
	centre.stale = 1;
	centre.pages = 4;
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(own.rows, 4);
	assert_int_equal(own.begun, 2); /* the generation changed: from the first page again */
	assert_int_equal(shelved(&after), n);
	assert_int_equal(after.entry, before.entry);
	own.refuse = true;
	fetch_start_question(&fetch, &question, clock_transport());
	assert_int_equal(play(), FETCH_FAILED);
	assert_non_null(strstr(fetch.error.text, "another question"));
	/* and a shelf again with the same fetch */
	fetch_start(&fetch, SPOOL_CELLS, "412", 0, clock_transport());
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(shelved(&after), 4);
	fetch_free(&fetch);
}

static bool list_notice(void *data, const struct spool_notice *n)
{
	char *list = data;

	snprintf(list + strlen(list), 100, "%s%u%s%s", *list ? " " : "", (unsigned)n->entry, n->read_ms ? "*" : "",
		 n->gone ? "!" : "");
	return true;
}

static const char *inbox(void)
{
	static char list[1000];

	list[0] = '\0';
	assert_int_equal(spool_notices(spool, list_notice, list, &spool_error), 0);
	return list;
}

static void fetch_mail(struct spool_inbox *known)
{
	assert_int_equal(spool_inbox(spool, known, &spool_error), 0);
	start(PATIENCE_MS);
	centre.asked_notices = 0;
	fetch_inbox(&fetch, known, clock_transport());
}

static void test_notices(void **state)
{
	(void)state;
	struct spool_inbox known;
	uint64_t entry = 20;

	centre.incarnation = 1;
	fetch_mail(&known);
	centre.busy = 1;
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(centre.asked_notices, 3);
	assert_string_equal(inbox(), "30 20 10*"); /* 10 was opened before this spool was made */
	assert_int_equal(fetch.mail.since, ENTRY);
	assert_int_equal(fetch.mail.incarnation[0], 1);
	assert_int_equal(spool_inbox_read(spool, &entry, 1, 77, &spool_error), 0);
	fetch_mail(&known);
	assert_int_equal(known.since, ENTRY);
	assert_int_equal(known.unread, 1);
	assert_int_equal(play(), FETCH_DONE); /* nothing new */
	assert_int_equal(centre.asked_notices, 1);
	assert_string_equal(inbox(), "30 20* 10*");

	centre.incarnation = 2; /* restored: it has two, and they are others */
	fetch_mail(&known);
	centre.pages = 2;
	centre.as_of = 25;
	assert_int_equal(play(), FETCH_DONE);
	assert_int_equal(centre.asked_notices, 3); /* one to find out */
	assert_string_equal(inbox(), "30! 20 10*");
	assert_int_equal(spool_inbox(spool, &known, &spool_error), 0);
	assert_int_equal(known.since, 25);
	assert_int_equal(known.incarnation[0], 2);
	fetch_free(&fetch);
}

/* What came before the line broke is here. */
static void test_half_of_the_notices(void **state)
{
	(void)state;
	struct spool_inbox known;

	centre.incarnation = 3;
	fetch_mail(&known);
	centre.stale = 0;
	while (centre.asked_notices < 3) { /* one was to find out that it is another incarnation */
		fetch_step(&fetch, clock_transport());
		serve();
	}
	while (strcmp(inbox(), "30! 20 10*") == 0)
		fetch_step(&fetch, clock_transport());
	fetch_free(&fetch);
	assert_int_equal(spool_inbox(spool, &known, &spool_error), 0);
	assert_int_equal(known.since, 0);
	assert_int_equal(known.incarnation[0], 3);
	fetch_mail(&known);
	assert_int_equal(play(), FETCH_DONE);
	assert_string_equal(inbox(), "30 20 10*");
	fetch_mail(&known);
	centre.nonsense = true;
	assert_int_equal(play(), FETCH_FAILED);
	fetch_free(&fetch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole),
		cmocka_unit_test(test_nothing_new),
		cmocka_unit_test(test_something_new),
		cmocka_unit_test(test_failures),
		cmocka_unit_test(test_own_question),
		cmocka_unit_test(test_notices),
		cmocka_unit_test(test_half_of_the_notices),
	};

	return cmocka_run_group_tests(tests, make_centre, remove_centre);
}
