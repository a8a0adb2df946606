// SPDX-License-Identifier: Apache-2.0
/* Every question by every role, in and out of scope, page by page; and what is no question at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "server/admin.h"
#include "server/answer.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

/* Keys of the world: 1 is centre_make's agent at 412. */
enum { AGENT = 1, VIEWER, OPERATOR, PROVINCE, NOBODY = 99 };

struct world {
	struct centre centre;
	struct query_options options;
	struct answerer answerer;
	struct codec_arena arena;
	struct buffer question, reply;
};

static void open_world(struct world *w, const char *name)
{
	memset(w, 0, sizeof(*w));
	centre_make(&w->centre, name);
	assert_int_equal(centre_principal(&w->centre, "VN", "viewer", 2), VIEWER);
	assert_int_equal(centre_principal(&w->centre, "VN", "operator", 3), OPERATOR);
	assert_int_equal(centre_principal(&w->centre, "40", "agent", 4), PROVINCE);
	w->options =
		(struct query_options){.view = core_view(w->centre.core),
				       .lock = core_lock(w->centre.core),
				       .journal = query_journal_of(core_journal(w->centre.core)),
				       .clock = core_clock(w->centre.core)};
	answerer_open(&w->answerer, &w->options);
	w->arena = codec_arena_new(1 << 20);
}

static void close_world(struct world *w)
{
	answerer_close(&w->answerer);
	codec_arena_free(&w->arena);
	buffer_free(&w->question);
	buffer_free(&w->reply);
	centre_close(&w->centre);
}

static const Tiendo__V1__Reply *raw(struct world *w, uint32_t key, uint8_t version, uint8_t type,
				    struct bytes body)
{
	buffer_clear(&w->reply);
	answer(&w->answerer, key, version, type, body, &w->reply);
	codec_arena_reset(&w->arena);
	const Tiendo__V1__Reply *r = codec_unpack(&tiendo__v1__reply__descriptor, w->reply.data,
						  w->reply.size, &w->arena);
	assert_non_null(r);
	assert_int_equal(r->generation->incarnation.len, 16);
	assert_true(r->simulated && r->illustrative);
	assert_int_equal(r->today, core_view(w->centre.core)->head.today.ymd);
	return r;
}

static const Tiendo__V1__Reply *ask(struct world *w, uint32_t key, Tiendo__V1__Query *q)
{
	q->id = 7;
	buffer_clear(&w->question);
	codec_pack(q, buffer_reserve(&w->question, codec_size(q)));
	const Tiendo__V1__Reply *r =
		raw(w, key, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&w->question));
	assert_int_equal(r->id, 7);
	return r;
}

static void assert_fails(const Tiendo__V1__Reply *r, enum reason reason)
{
	assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_FAILURE);
	assert_int_equal(r->failure->reason, reason);
	assert_true(*r->failure->text);
	assert_int_equal(r->cursor.len, 0);
}

#define QUESTION(NAME, name, type, TYPE)                                                           \
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;                                             \
	Tiendo__V1__##type m = TIENDO__V1__##TYPE##__INIT;                                         \
	q.question_case = TIENDO__V1__QUERY__QUESTION_##NAME;                                      \
	q.name = &m

static const Tiendo__V1__Reply *catch_up(struct world *w, uint32_t key, const char *path,
					 ProtobufCBinaryData cursor)
{
	QUESTION(CATCH_UP, catch_up, CatchUp, CATCH_UP);
	m.path = (char *)path;
	m.cursor = cursor;
	return ask(w, key, &q);
}

static const Tiendo__V1__Reply *versions(struct world *w, uint32_t key, const char *path,
					 uint64_t since)
{
	QUESTION(VERSIONS, versions, Versions, VERSIONS);
	m.path = (char *)path;
	m.since = since;
	return ask(w, key, &q);
}

static const Tiendo__V1__Reply *catalogue(struct world *w, uint32_t key, ProtobufCBinaryData cursor)
{
	QUESTION(CATALOGUE, catalogue, Catalogue, CATALOGUE);
	m.cursor = cursor;
	return ask(w, key, &q);
}

static const Tiendo__V1__Reply *cells(struct world *w, uint32_t key, const char *unit,
				      const char *item, bool missing)
{
	QUESTION(CELLS, cells, Cells, CELLS);
	m.unit = (char *)unit;
	m.item = (char *)item;
	m.missing_only = missing;
	return ask(w, key, &q);
}

static const Tiendo__V1__Reply *status(struct world *w, uint32_t key)
{
	QUESTION(STATUS, status, Status, STATUS);
	return ask(w, key, &q);
}

static const ProtobufCBinaryData none;

/* ---- who ---- */

static void unknown_and_revoked_keys(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "keys");
	assert_fails(status(&w, NOBODY), REASON_FORBIDDEN);
	assert_fails(catalogue(&w, NOBODY, none), REASON_FORBIDDEN);
	assert_int_equal(status(&w, VIEWER)->answer_case, TIENDO__V1__REPLY__ANSWER_STATUS);
	centre_revoke(&w.centre, VIEWER);
	assert_fails(status(&w, VIEWER), REASON_REVOKED);
	assert_fails(versions(&w, VIEWER, "VN/", 0), REASON_REVOKED);
	close_world(&w);
}

static void what_is_no_question(void **state)
{
	struct world w;
	Tiendo__V1__Query empty = TIENDO__V1__QUERY__INIT;
	uint8_t body[16];

	(void)state;
	open_world(&w, "frames");
	assert_fails(raw(&w, VIEWER, 2, MESSAGE_QUERY, bytes_text("")), REASON_BAD_VERSION);
	assert_fails(raw(&w, VIEWER, PROTOCOL_VERSION, MESSAGE_PUSH, bytes_text("")),
		     REASON_UNKNOWN_TYPE);
	assert_fails(raw(&w, VIEWER, PROTOCOL_VERSION, MESSAGE_QUERY, bytes_text("")),
		     REASON_BAD_FRAME);
	assert_fails(raw(&w, VIEWER, PROTOCOL_VERSION, MESSAGE_QUERY, bytes_text("\xff\xff\xff")),
		     REASON_BAD_FRAME);
	empty.id = 5;
	const Tiendo__V1__Reply *r = raw(&w, VIEWER, PROTOCOL_VERSION, MESSAGE_QUERY,
					 bytes_of(body, codec_pack(&empty, body)));
	assert_fails(r, REASON_BAD_FRAME);
	assert_int_equal(r->id, 5); /* so that the asker knows which */
	close_world(&w);
}

/* ---- figures ---- */

static void report(struct world *w)
{
	centre_task(&w->centre, 0, 1, "KH.01", 20240109, 40);
	centre_task(&w->centre, 1, 2, "KH.02", 20240109, 100);
	centre_ratio(&w->centre, 2, 3, "412", 20240109, 1, 4);
	centre_offer(&w->centre, centre_stream(7), 1, 3);
	centre_commit(&w->centre);
}

static void figures_for_everybody(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "figures");
	report(&w);
	for (uint32_t key = AGENT; key <= PROVINCE; key++) {
		const Tiendo__V1__Reply *r = catch_up(&w, key, "VN/40/", none);
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_CATCH_UP);
		assert_int_equal(r->catch_up->n_grains, 3);
		assert_string_equal(r->catch_up->grains[0]->path, "VN/40/");
		assert_int_equal(r->as_of, core_view(w.centre.core)->head.entry);
		assert_int_equal(r->cursor.len, 0);
	}
	assert_fails(catch_up(&w, VIEWER, "VN/41/", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "VN/412/", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "VN/40", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "/", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "G/NONE/", none), REASON_NOT_FOUND);
	assert_fails(catch_up(&w, VIEWER, "VN/40/A-CODE-THAT-IS-MUCH-TOO-LONG-TO-BE-ONE/", none),
		     REASON_NOT_FOUND);
	close_world(&w);
}

static void one_plan_and_one_path(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "plan");
	QUESTION(CATCH_UP, catch_up, CatchUp, CATCH_UP);
	m.path = (char *)"VN/40/";
	m.only_path = true;
	const struct catalogue *c = core_view(w.centre.core)->catalogue;
	m.plan = catalogue_item(c, catalogue_item_by_code(c, "KH"))->row.number;
	const Tiendo__V1__Reply *r = ask(&w, VIEWER, &q);
	assert_int_equal(r->catch_up->n_grains, 1);
	assert_int_equal(r->catch_up->grains[0]->plan, m.plan);
	m.plan = catalogue_item(c, catalogue_item_by_code(c, "KH.01"))->row.number;
	assert_fails(ask(&w, VIEWER, &q), REASON_NOT_FOUND); /* no plan */
	m.plan = 12345;
	assert_fails(ask(&w, VIEWER, &q), REASON_NOT_FOUND);
	close_world(&w);
}

static void versions_tell_what_is_newer(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "versions");
	uint64_t before = core_view(w.centre.core)->head.entry;
	const Tiendo__V1__Reply *r = versions(&w, VIEWER, "VN/40/", 0);
	assert_int_equal(r->versions->n_grains, 3);
	r = versions(&w, VIEWER, "VN/40/", before);
	assert_int_equal(r->versions->n_grains, 0);
	assert_true(r->versions->highest <= before);
	report(&w);
	r = versions(&w, VIEWER, "VN/40/", before);
	assert_int_equal(r->versions->highest, before + 1);
	assert_int_equal(r->versions->n_grains, 2); /* 40 and 412, not 413 */
	assert_int_equal(versions(&w, VIEWER, "VN/40/413/", before)->versions->n_grains, 0);
	assert_fails(versions(&w, VIEWER, "VN/99/", 0), REASON_NOT_FOUND);
	close_world(&w);
}

/* ---- pages ---- */

static void pages_and_their_cursors(void **state)
{
	struct world w;
	uint8_t kept[CURSOR_SIZE], other[CURSOR_SIZE];
	ProtobufCBinaryData cursor = {CURSOR_SIZE, kept};
	size_t grains = 0, pages = 0;

	(void)state;
	open_world(&w, "pages");
	w.answerer.page_max = 1;
	const Tiendo__V1__Reply *r = catch_up(&w, VIEWER, "VN/", none);
	uint64_t as_of = r->as_of;
	report(&w); /* goes on meanwhile: as_of stays that of page one */
	r = catch_up(&w, VIEWER, "VN/", none);
	assert_int_equal(r->as_of, as_of + 1);
	while (r->cursor.len) {
		grains += r->catch_up->n_grains;
		pages++;
		assert_int_equal(r->cursor.len, CURSOR_SIZE);
		memcpy(kept, r->cursor.data, CURSOR_SIZE);
		r = catch_up(&w, VIEWER, "VN/", cursor);
		assert_int_equal(r->as_of, as_of + 1);
	}
	assert_int_equal(grains + r->catch_up->n_grains, 4);
	assert_int_equal(pages, 3);
	/* of another question, cut, of another format, out of bounds */
	assert_fails(catalogue(&w, VIEWER, cursor), REASON_BAD_FRAME);
	assert_fails(catch_up(&w, VIEWER, "VN/40/", cursor), REASON_BAD_FRAME);
	cursor.len--;
	assert_fails(catch_up(&w, VIEWER, "VN/", cursor), REASON_BAD_FRAME);
	cursor.len++;
	cursor.data = memcpy(other, kept, CURSOR_SIZE);
	other[0]++;
	assert_fails(catch_up(&w, VIEWER, "VN/", cursor), REASON_BAD_FRAME);
	other[0]--;
	put_u64(other + 30, core_view(w.centre.core)->head.entry + 1); /* as of what is yet to come */
	assert_fails(catch_up(&w, VIEWER, "VN/", cursor), REASON_BAD_FRAME);
	memcpy(other, kept, CURSOR_SIZE);
	put_u64(other + 38, UINT64_MAX);
	assert_fails(catch_up(&w, VIEWER, "VN/", cursor), REASON_BAD_FRAME);
	put_u64(other + 38, 77);
	assert_int_equal(catch_up(&w, VIEWER, "VN/", cursor)->catch_up->n_grains, 0);
	put_u64(other + 38, 0);
	put_u64(other + 46, 4000000000U);
	assert_int_equal(catch_up(&w, VIEWER, "VN/", cursor)->catch_up->n_grains, 0);
	put_u64(other + 46, 0);
	/* another catalogue */
	assert_true(centre_catalogue(&w.centre, CENTRE_UNITS "414,40,district,,,Quỳnh Lưu,,,,,,\n",
				     CENTRE_ITEMS));
	cursor.data = kept;
	assert_fails(catch_up(&w, VIEWER, "VN/", cursor), REASON_STALE_CURSOR);
	close_world(&w);
}

/* ---- the catalogue ---- */

static size_t rows_of(struct world *w, uint32_t key, bool *has_413, char scope[static 20])
{
	const Tiendo__V1__Reply *r = catalogue(w, key, none);
	struct codec_arena rows = codec_arena_new(1 << 16);
	struct catalogue_row row;
	uint8_t kept[CURSOR_SIZE];
	size_t n = 0;

	*has_413 = false;
	for (;;) {
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_CATALOGUE);
		assert_int_equal(r->catalogue->entry,
				 core_view(w->centre.core)->head.catalogue_entry);
		snprintf(scope, 20, "%s", r->catalogue->scope);
		for (size_t i = 0; i < r->catalogue->n_rows; i++, n++) {
			codec_arena_reset(&rows);
			assert_true(codec_row_decode(r->catalogue->rows[i].data,
						     r->catalogue->rows[i].len, &rows, &row));
			*has_413 |= row.kind == ROW_UNIT && strcmp(row.unit.code, "413") == 0;
		}
		if (!r->cursor.len)
			break;
		memcpy(kept, r->cursor.data, CURSOR_SIZE);
		r = catalogue(w, key, (ProtobufCBinaryData){CURSOR_SIZE, kept});
	}
	codec_arena_free(&rows);
	return n;
}

static void an_office_gets_its_slice(void **state)
{
	struct world w;
	bool has_413;
	char scope[20];

	(void)state;
	open_world(&w, "slice");
	for (int small = 0; small < 2; small++) {
		assert_int_equal(rows_of(&w, VIEWER, &has_413, scope), 8);
		assert_true(has_413);
		assert_string_equal(scope, "VN");
		assert_int_equal(rows_of(&w, AGENT, &has_413, scope),
				 7); /* VN, 40, 412 and all items */
		assert_false(has_413);
		assert_string_equal(scope, "412");
		assert_int_equal(rows_of(&w, PROVINCE, &has_413, scope), 8);
		w.answerer.page_max = 1;
	}
	/* a new office that reports less */
	uint32_t key = centre_agent(&w.centre, "413", 9);
	assert_int_equal(rows_of(&w, key, &has_413, scope), 5); /* VN, 40, 413, KH, KH.03 */
	assert_true(has_413);
	close_world(&w);
}

static void load_targets(struct world *w, const char *units, const char *targets)
{
	Tiendo__Journal__V1__CatalogueLoad load = TIENDO__JOURNAL__V1__CATALOGUE_LOAD__INIT;
	Tiendo__Journal__V1__AdminRequest m = TIENDO__JOURNAL__V1__ADMIN_REQUEST__INIT;
	char *names[] = {(char *)"units.csv", (char *)"items.csv", (char *)"targets.csv"};
	const char *texts[] = {units, CENTRE_ITEMS, targets};
	ProtobufCBinaryData files[3];
	struct buffer out = {0};
	size_t size;

	for (size_t i = 0; i < 3; i++)
		files[i] = (ProtobufCBinaryData){strlen(texts[i]), (uint8_t *)texts[i]};
	load.n_names = load.n_files = 3;
	load.names = names;
	load.files = files;
	m.request_case = TIENDO__JOURNAL__V1__ADMIN_REQUEST__REQUEST_CATALOGUE_LOAD;
	m.catalogue_load = &load;
	uint8_t *request = codec_pack_new(&m, &size);
	assert_int_equal(admin_handle(w->centre.core, bytes_of(request, size), &out), CORE_OK);
	codec_arena_reset(&w->arena);
	const Tiendo__Journal__V1__AdminReply *r = codec_unpack(
		&tiendo__journal__v1__admin_reply__descriptor, out.data, out.size, &w->arena);
	if (!r->ok)
		fail_msg("%s", r->text);
	free(request);
	buffer_free(&out);
}

/* A code that the state gave to somebody else: rows that name it stay with the office that had it,
 * which still reports what happened before. */
static void a_closed_unit_keeps_its_rows(void **state)
{
	struct world w;
	bool has_413;
	char scope[20];

	(void)state;
	open_world(&w, "closed");
	uint32_t key = centre_agent(&w.centre, "413", 9);
	assert_int_equal(rows_of(&w, key, &has_413, scope), 5);
	load_targets(&w,
		     "code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"
		     "VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n"
		     "17,VN,province,,,Hoà Bình,,,,,,\n412,40,district,,,Vinh,,,,,,\n"
		     "413,40,district,,,Diễn Châu,,,,,2024-01-05,\n"
		     "413,17,district,,,Lạc Sơn,,,,2024-01-05,,\n",
		     "item,unit,from,to,target,basis\nKH.03,413,,,50%,x\n");
	assert_int_equal(rows_of(&w, key, &has_413, scope), 6); /* and its target */
	assert_int_equal(rows_of(&w, AGENT, &has_413, scope), 7);
	close_world(&w);
}

/* ---- cells ---- */

static void give_note(struct world *w)
{
	struct update u = {.seq = 1,
			   .unit = "412",
			   .item = "KH.01",
			   .as_of = {20240109},
			   .period = "2024-01",
			   .note = "đang chờ kinh phí",
			   .reason = "vì sao",
			   .product_ref = "12/BC",
			   .body = BODY_TASK,
			   .state = TASK_DONE,
			   .percent = 100,
			   .done_on = {20240108}};
	size_t n = codec_update_encode(&u, w->centre.blob[0]);

	assert_true(n > 0);
	w->centre.blobs[0] = bytes_of(w->centre.blob[0], n);
	centre_offer(&w->centre, centre_stream(7), 1, 1);
	centre_commit(&w->centre);
	centre_taken(&w->centre, 0, core_view(w->centre.core)->head.entry, 1);
}

/* Turns a bit in the text of the last entry, on the disk. */
static void damage(struct world *w)
{
	struct kv *kv = journal_kv(core_journal(w->centre.core));
	struct sys_error error = {""};
	struct kv_table entries;
	struct bytes value;
	uint8_t number[8], copy[4096];

	put_u64(number, core_view(w->centre.core)->head.entry);
	assert_int_equal(kv_table(kv, "entries", &entries, &error), 0);
	struct kv_txn *t = kv_write(kv);
	assert_true(kv_get(t, entries, bytes_of(number, 8), &value));
	assert_true(value.size <= sizeof copy);
	memcpy(copy, value.data, value.size);
	uint8_t *at = memmem(copy, value.size, "kinh", 4);
	assert_non_null(at);
	*at ^= 1;
	kv_put(t, entries, bytes_of(number, 8), bytes_of(copy, value.size));
	assert_int_equal(kv_commit(&t, &error), KV_OK);
}

/* The figure was folded when the entry was whole; its text must not be shown as somebody's words. */
static void a_damaged_text_is_not_shown(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "damaged");
	give_note(&w);
	damage(&w);
	const Tiendo__V1__CellRow *c = cells(&w, OPERATOR, "412", "KH.01", false)->cells->cells[0];
	assert_int_equal(c->state, TIENDO__V1__CELL_STATE__CELL_STATE_DONE);
	assert_int_equal(c->percent, 100);
	assert_string_equal(c->note, "");
	assert_int_equal(c->receipt->incarnation.len, 0);
	close_world(&w);
}

static void cells_with_receipts_and_text_by_right(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "cells");
	give_note(&w);
	for (uint32_t key = AGENT; key <= PROVINCE; key++) {
		const Tiendo__V1__Reply *r = cells(&w, key, "412", "KH.01", false);
		assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_CELLS);
		assert_int_equal(r->cells->n_cells, 1);
		const Tiendo__V1__CellRow *c = r->cells->cells[0];
		assert_int_equal(c->state, TIENDO__V1__CELL_STATE__CELL_STATE_DONE);
		assert_int_equal(c->receipt->entry, core_view(w.centre.core)->head.entry);
		assert_int_equal(c->receipt->index, 1);
		assert_int_equal(c->receipt->incarnation.len, 16);
		assert_int_equal(c->percent, 100);
		assert_int_equal(c->principal, 1);
		assert_int_equal(c->due, 20240630);
		assert_true(c->expected);
		assert_string_equal(c->period, "2024-01");
		assert_string_equal(c->note, key == VIEWER ? "" : "đang chờ kinh phí");
		assert_string_equal(c->reason, key == VIEWER ? "" : "vì sao");
		assert_string_equal(c->product_ref, key == VIEWER ? "" : "12/BC");
	}
	/* out of its subtree: not even who is silent */
	assert_fails(cells(&w, AGENT, "40", "", false), REASON_FORBIDDEN);
	assert_fails(cells(&w, AGENT, "413", "", false), REASON_FORBIDDEN);
	assert_fails(cells(&w, PROVINCE, "VN", "", false), REASON_FORBIDDEN);
	assert_int_equal(cells(&w, PROVINCE, "40", "", false)->cells->n_cells, 4);
	assert_fails(cells(&w, VIEWER, "999", "", false), REASON_NOT_FOUND);
	assert_fails(cells(&w, VIEWER, "G/NONE", "", false), REASON_NOT_FOUND);
	assert_fails(cells(&w, VIEWER, "412", "NOPE", false), REASON_NOT_FOUND);
	close_world(&w);
}

static void who_is_missing(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "missing");
	report(&w);
	const Tiendo__V1__Reply *r = cells(&w, VIEWER, "40", "KH", true);
	assert_int_equal(r->cells->n_cells, 1);
	assert_int_equal(r->cells->cells[0]->state, TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED);
	assert_null(r->cells->cells[0]->receipt);
	const struct catalogue *c = core_view(w.centre.core)->catalogue;
	uint32_t unit = catalogue_unit_by_number(c, r->cells->cells[0]->unit);
	assert_string_equal(catalogue_unit(c, unit)->row.code, "413");
	r = cells(&w, VIEWER, "40", "KH.03", false);
	assert_int_equal(r->cells->n_cells, 2);
	assert_int_equal(r->cells->cells[0]->state, TIENDO__V1__CELL_STATE__CELL_STATE_VALUE);
	assert_int_equal(r->cells->cells[0]->numerator, 1);
	assert_int_equal(r->cells->cells[0]->denominator, 4);
	/* page by page */
	w.answerer.page_max = 1;
	size_t n = 0;
	uint8_t kept[CURSOR_SIZE];
	QUESTION(CELLS, cells, Cells, CELLS);
	m.unit = (char *)"40";
	do {
		r = ask(&w, VIEWER, &q);
		assert_int_equal(r->cells->n_cells, 1);
		n++;
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
		if (r->cursor.len)
			memcpy(kept, r->cursor.data, CURSOR_SIZE);
	} while (m.cursor.len);
	assert_int_equal(n, 4);
	close_world(&w);
}

/* ---- status ---- */

static void status_by_role(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "status");
	report(&w);
	const Tiendo__V1__Reply *r = status(&w, OPERATOR);
	assert_int_equal(r->status->updates_taken, 3);
	assert_int_equal(r->status->n_principals, 4);
	assert_int_equal(r->status->n_streams, 1);
	assert_int_equal(r->status->streams[0]->mark, 3);
	assert_string_equal(r->status->principals[0]->unit, "412");
	assert_string_equal(r->status->principals[0]->role, "agent");
	assert_int_equal(r->status->principals[0]->taken, 3);
	r = status(&w, AGENT);
	assert_int_equal(r->status->n_principals, 1);
	assert_int_equal(r->status->n_streams, 1);
	r = status(&w, PROVINCE);
	assert_int_equal(r->status->n_principals, 1);
	assert_int_equal(r->status->n_streams, 0);
	assert_int_equal(r->status->updates_taken, 0);
	r = status(&w, VIEWER); /* counts, nobody by name */
	assert_int_equal(r->status->updates_taken, 3);
	assert_int_equal(r->status->n_principals, 0);
	assert_int_equal(r->status->n_streams, 0);
	/* page by page */
	w.answerer.page_max = 1;
	size_t n = 0;
	uint8_t kept[CURSOR_SIZE];
	QUESTION(STATUS, status, Status, STATUS);
	do {
		r = ask(&w, OPERATOR, &q);
		n += r->status->n_principals;
		m.cursor = (ProtobufCBinaryData){r->cursor.len, kept};
		if (r->cursor.len)
			memcpy(kept, r->cursor.data, CURSOR_SIZE);
	} while (m.cursor.len);
	assert_int_equal(n, 4);
	close_world(&w);
}

/* ---- a journal that cannot be read ---- */

static bool no_blobs(void *ctx, const struct query_receipt *wanted, size_t n, query_blob_fn *sink,
		     void *sink_ctx)
{
	(void)ctx, (void)wanted, (void)n, (void)sink, (void)sink_ctx;
	return false;
}

static bool no_streams(void *ctx, uint32_t principal, query_stream_fn *sink, void *sink_ctx)
{
	(void)ctx, (void)principal, (void)sink, (void)sink_ctx;
	return false;
}

static void a_journal_that_cannot_be_read(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "unread");
	report(&w);
	w.options.journal = (struct query_journal){.blobs = no_blobs, .streams = no_streams};
	const Tiendo__V1__Reply *r = cells(&w, VIEWER, "412", "KH.01", false);
	assert_fails(r, REASON_BUSY);
	assert_true(r->failure->retry_ms > 0);
	assert_fails(status(&w, OPERATOR), REASON_BUSY);
	assert_int_equal(catch_up(&w, VIEWER, "VN/", none)->answer_case,
			 TIENDO__V1__REPLY__ANSWER_CATCH_UP);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unknown_and_revoked_keys),
		cmocka_unit_test(what_is_no_question),
		cmocka_unit_test(figures_for_everybody),
		cmocka_unit_test(one_plan_and_one_path),
		cmocka_unit_test(versions_tell_what_is_newer),
		cmocka_unit_test(pages_and_their_cursors),
		cmocka_unit_test(an_office_gets_its_slice),
		cmocka_unit_test(a_closed_unit_keeps_its_rows),
		cmocka_unit_test(a_damaged_text_is_not_shown),
		cmocka_unit_test(cells_with_receipts_and_text_by_right),
		cmocka_unit_test(who_is_missing),
		cmocka_unit_test(status_by_role),
		cmocka_unit_test(a_journal_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
