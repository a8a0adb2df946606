// SPDX-License-Identifier: Apache-2.0
/*
 * Slots: what each office owed for a period, with the proof of how it came; the same out of memory, out of the rows and out of
 * view/, on pages of any size. Health: the centre and whom it has heard of.
 * Times: when entries came.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "common/domain/periods.h"
#include "common/domain/says.h"
#include "server/answer.h"
#include "server/query_journal.h"
#include "tests/unit/centre.h"
#include "tests/unit/scratch.h"

enum { VINH = 1, VIEWER, OPERATOR, X1, X2, Y1, KEYS };

#define UNITS                                                                                              \
	"code,parent,kind,type,branch,name,name_en,head,contact,opened,closed,source\n"                   \
	"VN,,central,,,Việt Nam,,,,,,\n40,VN,province,,,Nghệ An,,,,,,\n412,40,district,,,Vinh,,,,,,\n"    \
	"413,40,district,,,Diễn Châu,,,,,,\n4121,412,commune,,,Xã Một,,,,,,\n4122,412,commune,,,Xã Hai,,,,,,\n" \
	"4131,413,commune,,,Xã Ba,,,,,,\n"
#define ITEMS                                                                                              \
	"code,parent,owner,kind,name,lead,start,due,answer,reporters,schedule,measure,num_def,den_def,bounded\n" \
	"KH,,40,plan,Kế hoạch,,,,,,,,,,\nKH.T,KH,,task,Việc,40,2024-01-02,2024-06-30,all,kind:commune@40,half_month,,,,\n" \
	"KH.R,KH,,ratio,Tỷ lệ,40,,,all,kind:commune@40,half_month,stock,a,b,yes\n"                          \
	"KH.F,KH,,count,Số vụ,40,,,all,kind:district@40,half_month,flow,,,\n"                              \
	"KH.N,KH,,count,Không kỳ,40,,,all,kind:district@40,,stock,,,\n"

struct world {
	struct centre centre;
	struct stats stats;
	struct heard heard;
	struct query_options options;
	struct answerer answerer;
	struct codec_arena arena;
	struct buffer question, reply;
	uint64_t seq[KEYS];
};

static void open_world(struct world *w, const char *name)
{
	memset(w, 0, sizeof(*w));
	centre_make(&w->centre, name);
	assert_int_equal(centre_principal(&w->centre, "VN", "viewer", VIEWER), VIEWER);
	assert_int_equal(centre_principal(&w->centre, "VN", "operator", OPERATOR), OPERATOR);
	assert_true(centre_catalogue(&w->centre, UNITS, ITEMS));
	assert_int_equal(centre_agent(&w->centre, "4121", X1), X1);
	assert_int_equal(centre_agent(&w->centre, "4122", X2), X2);
	assert_int_equal(centre_agent(&w->centre, "4131", Y1), Y1);
	w->options = (struct query_options){.view = core_view(w->centre.core),
					    .lock = core_lock(w->centre.core),
					    .journal = query_journal_of(core_journal(w->centre.core)),
					    .rows = query_rows_of(core_keeper(w->centre.core)),
					    .clock = core_clock(w->centre.core),
					    .centre = &w->stats,
					    .heard = &w->heard};
	answerer_open(&w->answerer, &w->options);
	w->arena = codec_arena_new(1 << 20);
}

static void close_world(struct world *w)
{
	answerer_close(&w->answerer);
	codec_arena_free(&w->arena);
	buffer_free(&w->question);
	buffer_free(&w->reply);
	heard_free(&w->heard);
	centre_close(&w->centre);
}

static void day(struct world *w, const char *date)
{
	char when[40];

	snprintf(when, sizeof(when), "%sT08:00:00+07:00", date);
	centre_time(&w->centre, when);
}

/* An hour in the office. */
static int64_t at(uint32_t ymd, int hour)
{
	return date_start((struct date){ymd}, 420).ms + hour * INT64_C(3600000);
}

/* Sealed so many hours after a server time; 0 = without a seal. */
static void ratio(struct world *w, uint32_t key, const char *unit, uint32_t as_of, uint64_t n, int64_t heard, uint64_t hours)
{
	Tiendo__V1__Update u = TIENDO__V1__UPDATE__INIT;
	Tiendo__V1__Ratio r = TIENDO__V1__RATIO__INIT;
	Tiendo__V1__Seal seal = TIENDO__V1__SEAL__INIT;
	struct core_stream stream = {.principal = key, .key_id = key};
	uint8_t boot[16] = {1};

	memset(stream.epoch, (int)key, sizeof(stream.epoch));
	u.seq = ++w->seq[key];
	u.unit = (char *)unit;
	u.item = (char *)"KH.R";
	u.as_of = as_of;
	u.period = (char *)"2024-01a";
	u.author_role = TIENDO__V1__AUTHOR_ROLE__AUTHOR_ROLE_CLERK;
	u.body_case = TIENDO__V1__UPDATE__BODY_RATIO;
	u.ratio = &r;
	r.numerator = n;
	r.denominator = 100;
	if (heard) {
		seal.boot_id = (ProtobufCBinaryData){sizeof(boot), boot};
		seal.server_time_ms = heard;
		seal.server_heard_at_ms = 5;
		seal.monotonic_ms = 5 + hours * 3600000;
		seal.attempts = 3;
		u.seal = &seal;
	}
	w->centre.blobs[0] = bytes_of(w->centre.blob[0], codec_pack(&u, w->centre.blob[0]));
	centre_offer(&w->centre, stream, u.seq, 1);
	centre_commit(&w->centre);
	if (w->centre.answer.nack.reason || w->centre.answer.outcomes[0].kind != OUTCOME_TAKEN)
		fail_msg("%s was not taken: %s", unit, reason_name(w->centre.answer.outcomes[0].reason));
}

static const Tiendo__V1__Reply *ask(struct world *w, uint32_t key, Tiendo__V1__Query *q)
{
	q->id = 7;
	buffer_clear(&w->question);
	buffer_clear(&w->reply);
	codec_pack(q, buffer_reserve(&w->question, codec_size(q)));
	answer(&w->answerer, key, PROTOCOL_VERSION, MESSAGE_QUERY, buffer_bytes(&w->question), &w->reply);
	codec_arena_reset(&w->arena);
	const Tiendo__V1__Reply *r = codec_unpack(&tiendo__v1__reply__descriptor, w->reply.data, w->reply.size, &w->arena);
	assert_non_null(r);
	return r;
}

static void assert_fails(const Tiendo__V1__Reply *r, enum reason reason)
{
	assert_int_equal(r->answer_case, TIENDO__V1__REPLY__ANSWER_FAILURE);
	assert_int_equal(r->failure->reason, reason);
}

#define QUESTION(NAME, name, type, TYPE)                      \
	Tiendo__V1__Query q = TIENDO__V1__QUERY__INIT;        \
	Tiendo__V1__##type m = TIENDO__V1__##TYPE##__INIT;    \
	q.question_case = TIENDO__V1__QUERY__QUESTION_##NAME; \
	q.name = &m

static const Tiendo__V1__Reply *slots(struct world *w, uint32_t key, const char *unit, const char *item, const char *period,
				      ProtobufCBinaryData cursor)
{
	QUESTION(SLOTS, slots, Slots, SLOTS);
	m.unit = (char *)unit;
	m.item = (char *)item;
	m.period = (char *)period;
	m.cursor = cursor;
	return ask(w, key, &q);
}

enum { ROWS_MAX = 64, STATES = TIENDO__V1__SLOT_STATE__SLOT_STATE_MISSING + 1 };

struct slot_row {
	Tiendo__V1__SlotRow m; /* its texts are gone */
	Tiendo__V1__ReceiptRef receipt;
	char period[PERIOD_MAX + 1];
};

struct all {
	struct slot_row rows[ROWS_MAX];
	size_t n, pages;
	unsigned states[STATES];
};

static struct all all(struct world *w, const char *unit, const char *item, const char *period)
{
	struct all out = {0};
	ProtobufCBinaryData cursor = {0};
	uint8_t kept[CURSOR_SIZE];

	do {
		const Tiendo__V1__Reply *r = slots(w, VIEWER, unit, item, period, cursor);
		if (r->answer_case != TIENDO__V1__REPLY__ANSWER_SLOTS)
			fail_msg("%s", r->failure->text);
		for (size_t i = 0; i < r->slots->n_rows; i++) {
			struct slot_row *row = &out.rows[out.n++];
			assert_true(out.n <= ROWS_MAX);
			row->m = *r->slots->rows[i];
			if (row->m.receipt)
				row->receipt = *row->m.receipt;
			snprintf(row->period, sizeof(row->period), "%s", row->m.period);
			out.states[row->m.state]++;
		}
		assert_true(++out.pages < 200 && r->cursor.len <= CURSOR_SIZE);
		if (r->cursor.len)
			memcpy(kept, r->cursor.data, r->cursor.len);
		cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (cursor.len);
	return out;
}

static uint32_t number_of(const struct world *w, const char *unit)
{
	const struct catalogue *c = core_view(w->centre.core)->catalogue;

	return catalogue_unit_number(c, catalogue_unit_by_code(c, unit, (struct date){20240101}));
}

static const struct slot_row *of(const struct world *w, const struct all *a, const char *unit, const char *period)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->rows[i].m.unit == number_of(w, unit) && strcmp(a->rows[i].period, period) == 0)
			return &a->rows[i];
	fail_msg("%s owes nothing for %s", unit, period);
	return NULL;
}

static void checkpoint(struct world *w)
{
	struct sys_error error = {""};

	if (core_checkpoint(w->centre.core, &error))
		fail_msg("%s", error.text);
}

#define STATE(name) TIENDO__V1__SLOT_STATE__SLOT_STATE_##name

static void assert_same(const struct all *a, const struct all *b)
{
	assert_int_equal(a->n, b->n);
	for (size_t i = 0; i < a->n; i++) {
		const Tiendo__V1__SlotRow *x = &a->rows[i].m, *y = &b->rows[i].m;
		assert_true(x->unit == y->unit && x->item == y->item && x->state == y->state && x->report == y->report &&
			    x->received_ms == y->received_ms && x->sealed_ms == y->sealed_ms && x->after == y->after &&
			    a->rows[i].receipt.entry == b->rows[i].receipt.entry);
		assert_string_equal(a->rows[i].period, b->rows[i].period);
	}
}

/* X1 in time, X2 by a slow line, Y1 late. */
static void three_reports(struct world *w)
{
	day(w, "2024-01-12");
	ratio(w, X1, "4121", 20240112, 90, 0, 0);
	day(w, "2024-01-17"); /* communes: by the 16th */
	ratio(w, X2, "4122", 20240115, 10, at(20240116, 7), 2);
	ratio(w, Y1, "4131", 20240115, 20, at(20240116, 23), 3);
}

static void look_at(struct world *w, bool frozen)
{
	struct all a = all(w, "40", "KH.R", "2024-01a");
	const struct slot_row *x1 = of(w, &a, "4121", "2024-01a"), *x2 = of(w, &a, "4122", "2024-01a"), *y1 = of(w, &a, "4131", "2024-01a");

	assert_int_equal(a.n, 3);
	assert_true(x1->m.state == STATE(ON_TIME) && x2->m.state == STATE(LINE_SLOW) && y1->m.state == STATE(LATE));
	assert_true(x1->m.sealed_ms == 0 && x1->m.attempts == 0 && x1->m.as_of == 20240112);
	assert_true(x2->m.sealed_ms == at(20240116, 9) && x2->m.attempts == 3);
	assert_true(x2->m.received_ms == at(20240117, 8) && x2->m.deadline == 20240116);
	assert_int_equal(y1->m.sealed_ms, at(20240117, 2));
	assert_true(x2->m.report == TIENDO__V1__CELL_STATE__CELL_STATE_VALUE && x2->m.numerator == 10 && x2->m.denominator == 100);
	assert_true(x1->receipt.incarnation.len == INCARNATION_SIZE && x1->receipt.index == 1 &&
		    x2->receipt.entry > x1->receipt.entry);
	assert_true(x1->m.frozen == frozen && !x1->m.decided && !x1->m.on_behalf);
}

static void each_with_its_proof(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "proof");
	three_reports(&w);
	look_at(&w, false);
	struct all task = all(&w, "40", "KH.T", "2024-01a");
	assert_true(task.n == 3 && task.states[STATE(MISSING)] == 3 && !task.rows[0].m.receipt);
	assert_int_equal(task.rows[0].m.report, TIENDO__V1__CELL_STATE__CELL_STATE_UNREPORTED);
	assert_int_equal(all(&w, "40", "KH.F", "2024-01a").states[STATE(PENDING)], 2); /* districts have a day more */
	assert_int_equal(all(&w, "40", "KH.N", "2024-01a").n, 0);                     /* no schedule */
	assert_int_equal(all(&w, "412", "", "2024-01a").n, 5);
	assert_int_equal(all(&w, "4121", "KH.R", "2024-02").n, 0); /* has not begun */
	day(&w, "2024-01-20");
	look_at(&w, true); /* out of the rows ... */
	checkpoint(&w);
	look_at(&w, true); /* ... and out of view/ */
	struct all a = all(&w, "40", "", "2024-01a");
	assert_true(a.n == 8 && a.states[STATE(MISSING)] == 5 && a.states[STATE(PENDING)] == 0);
	/* what comes later changes nothing but how many there were */
	ratio(&w, X1, "4121", 20240115, 95, 0, 0);
	ratio(&w, X1, "4121", 20240115, 96, 0, 0);
	look_at(&w, true);
	a = all(&w, "4121", "KH.R", "2024-01a");
	assert_true(a.rows[0].m.after == 2 && a.rows[0].m.numerator == 90);
	close_world(&w);
}

/* An update before it in its stream was sealed later: then it was late, and its seal proves nothing. */
static void a_seal_that_is_refuted(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "refuted");
	day(&w, "2024-01-17");
	ratio(&w, X1, "4121", 20240115, 1, at(20240117, 5), 1);
	ratio(&w, X1, "4121", 20240115, 2, at(20240116, 5), 1);
	struct all a = all(&w, "4121", "KH.R", "2024-01a");
	assert_true(a.n == 1 && a.rows[0].m.state == STATE(LATE) && a.rows[0].m.numerator == 2 && a.rows[0].m.sealed_ms == 0);
	/* nobody judges what is sent for another, but when it was queued is known */
	ratio(&w, VINH, "4122", 20240115, 3, at(20240116, 5), 1);
	a = all(&w, "4122", "KH.R", "2024-01a");
	assert_true(a.rows[0].m.state == STATE(MISSING) && a.rows[0].m.on_behalf);
	assert_int_equal(a.rows[0].m.sealed_ms, at(20240116, 6));
	close_world(&w);
}

/* Pages of any size say the same, each slot once. */
static void pages(void **state)
{
	struct world w;

	(void)state;
	open_world(&w, "pages");
	three_reports(&w);
	day(&w, "2024-01-20");
	struct all whole = all(&w, "40", "", "2024-01");
	assert_true(whole.pages == 1 && whole.n == 16 && whole.states[STATE(PENDING)] == 8);
	for (size_t i = 1; i < whole.n; i++) { /* by leaf, period, unit */
		const struct slot_row *a = &whole.rows[i - 1], *b = &whole.rows[i];
		int n = strcmp(a->period, b->period);
		assert_true(a->m.item < b->m.item || (a->m.item == b->m.item && (n < 0 || (n == 0 && a->m.unit < b->m.unit))));
	}
	for (int written = 0; written < 2; written++) {
		const size_t sizes[] = {1, 150, 400};
		for (size_t i = 0; i < BASE_COUNT(sizes); i++) {
			w.answerer.page_max = sizes[i];
			struct all small = all(&w, "40", "", "2024-01");
			assert_same(&small, &whole);
			assert_true(small.pages > 1);
		}
		w.answerer.page_max = 100000;
		w.answerer.rows_max = 1; /* a leg a page */
		struct all legs = all(&w, "40", "", "2024-01");
		assert_same(&legs, &whole);
		assert_int_equal(legs.pages, 6);
		w.answerer.rows_max = 30000;
		checkpoint(&w);
	}
	close_world(&w);
}

static bool no_blobs(void *ctx, const struct query_receipt *wanted, size_t n, query_blob_fn *sink, void *sink_ctx)
{
	(void)ctx, (void)wanted, (void)n, (void)sink, (void)sink_ctx;
	return false;
}

static bool damaged_blobs(void *ctx, const struct query_receipt *wanted, size_t n, query_blob_fn *sink, void *sink_ctx)
{
	(void)ctx, (void)wanted, (void)n, (void)sink, (void)sink_ctx;
	return true;
}

static void what_is_refused(void **state)
{
	struct world w;
	const ProtobufCBinaryData none = {0};
	uint8_t kept[CURSOR_SIZE];

	(void)state;
	open_world(&w, "refused");
	three_reports(&w);
	assert_fails(slots(&w, VIEWER, "99", "", "2024-01a", none), REASON_NOT_FOUND);
	assert_fails(slots(&w, VIEWER, "40", "NO", "2024-01a", none), REASON_NOT_FOUND);
	assert_fails(slots(&w, VIEWER, "40", "", "2024-13", none), REASON_NOT_FOUND);
	assert_fails(slots(&w, VIEWER, "40", "", "", none), REASON_BAD_FRAME);
	assert_fails(slots(&w, X1, "40", "", "2024-01a", none), REASON_FORBIDDEN);
	assert_fails(slots(&w, X1, "4122", "", "2024-01a", none), REASON_FORBIDDEN);
	assert_int_equal(slots(&w, X1, "4121", "", "2024-01a", none)->slots->n_rows, 2);
	assert_int_equal(slots(&w, VINH, "412", "", "2024-01a", none)->slots->n_rows, 5);
	assert_int_equal(slots(&w, OPERATOR, "VN", "", "2024-01a", none)->slots->n_rows, 8);
	w.answerer.page_max = 1;
	const Tiendo__V1__Reply *r = slots(&w, VIEWER, "40", "", "2024-01a", none);
	assert_true(r->slots->n_rows == 1 && r->cursor.len == CURSOR_SIZE);
	memcpy(kept, r->cursor.data, CURSOR_SIZE);
	assert_fails(slots(&w, VIEWER, "40", "KH", "2024-01a", (ProtobufCBinaryData){CURSOR_SIZE, kept}), REASON_BAD_FRAME);
	day(&w, "2024-01-18");
	assert_fails(slots(&w, VIEWER, "40", "", "2024-01a", (ProtobufCBinaryData){CURSOR_SIZE, kept}), REASON_STALE_CURSOR);
	/* of what is damaged the view knows enough for all but the proof */
	w.answerer.page_max = 100000;
	w.options.journal.blobs = damaged_blobs;
	r = slots(&w, VIEWER, "4122", "KH.R", "2024-01a", none);
	assert_true(r->slots->rows[0]->receipt->entry && !r->slots->rows[0]->receipt->incarnation.len);
	assert_true(r->slots->rows[0]->state == STATE(LINE_SLOW) && !r->slots->rows[0]->sealed_ms);
	w.options.journal.blobs = no_blobs;
	assert_fails(slots(&w, VIEWER, "40", "", "2024-01a", none), REASON_BUSY);
	close_world(&w);
}

/* ---- health ---- */

static const Tiendo__V1__Reply *health(struct world *w, uint32_t key, ProtobufCBinaryData cursor)
{
	QUESTION(HEALTH, health, Health, HEALTH);
	m.cursor = cursor;
	return ask(w, key, &q);
}

static void whom_the_centre_hears(void **state)
{
	struct world w;
	const ProtobufCBinaryData none = {0};

	(void)state;
	open_world(&w, "health");
	three_reports(&w);
	for (uint32_t key = 1; key < KEYS; key++)
		if (key != OPERATOR && key != Y1)
			assert_fails(health(&w, key, none), REASON_FORBIDDEN); /* and is heard all the same */
	STATS_SET(&w.stats, duplicates, 5);
	STATS_SET(&w.stats, checkpoint, 4);
	STATS_SET(&w.stats, journal_damaged, 1);
	atomic_store(&w.stats.ready, STATS_DISK_FULL);
	const Tiendo__V1__HealthPage *p = health(&w, OPERATOR, none)->health;
	assert_true(p->centre->duplicates == 5 && p->centre->checkpoint == 4 && p->centre->journal_damaged);
	assert_string_equal(p->centre->ready, "disk_full");
	assert_int_equal(p->centre->entries, core_view(w.centre.core)->head.entry);
	assert_int_equal(p->centre->head_received_ms, at(20240117, 8));
	assert_int_equal(p->n_principals, KEYS - 1);
	const Tiendo__V1__PrincipalHealth *x1 = p->principals[X1 - 1], *y1 = p->principals[Y1 - 1];
	assert_string_equal(x1->unit, "4121");
	assert_string_equal(x1->role, "agent");
	assert_true(x1->taken == 1 && x1->last_received_ms == at(20240112, 8));
	assert_int_equal(x1->last_heard_ms, at(20240117, 8));
	assert_true(y1->taken == 1 && y1->last_received_ms && !y1->last_heard_ms); /* no socket has brought its reports */
	/* page by page, the centre on the first */
	w.answerer.page_max = 1;
	uint8_t kept[CURSOR_SIZE];
	ProtobufCBinaryData cursor = none;
	size_t n = 0, centres = 0;
	do {
		const Tiendo__V1__Reply *r = health(&w, OPERATOR, cursor);
		n += r->health->n_principals;
		centres += r->health->centre != NULL;
		if (r->cursor.len)
			memcpy(kept, r->cursor.data, CURSOR_SIZE);
		cursor = (ProtobufCBinaryData){r->cursor.len, kept};
	} while (cursor.len);
	assert_true(n == KEYS - 1 && centres == 1);
	/* without counters: a centre that has none to show */
	w.answerer.page_max = 100000;
	w.options.centre = NULL;
	w.options.heard = NULL;
	p = health(&w, OPERATOR, none)->health;
	assert_true(p->centre->entries && !*p->centre->ready && !p->principals[X1 - 1]->last_heard_ms);
	close_world(&w);
}

/* ---- times ---- */

static const Tiendo__V1__Reply *times(struct world *w, uint32_t key, uint64_t *entries, size_t n)
{
	QUESTION(TIMES, times, Times, TIMES);
	m.entries = entries;
	m.n_entries = n;
	return ask(w, key, &q);
}

static bool no_bodies(void *ctx, const uint64_t *wanted, size_t n, query_body_fn *sink, void *sink_ctx)
{
	(void)ctx, (void)wanted, (void)n, (void)sink, (void)sink_ctx;
	return false;
}

static void when_entries_came(void **state)
{
	struct world w;
	uint64_t many[501];

	(void)state;
	open_world(&w, "times");
	three_reports(&w);
	uint64_t head = core_view(w.centre.core)->head.entry, asked[] = {1, head, head + 1};
	for (uint32_t key = 1; key < KEYS; key++) { /* everybody may */
		const Tiendo__V1__Reply *r = times(&w, key, asked, 3);
		assert_int_equal(r->times->n_received_ms, 3);
		assert_true(r->times->received_ms[0] > 0 && r->times->received_ms[0] < r->times->received_ms[1]);
		assert_int_equal(r->times->received_ms[1], core_view(w.centre.core)->head.received.ms);
		assert_int_equal(r->times->received_ms[2], 0);
		assert_int_equal(r->cursor.len, 0);
	}
	assert_fails(times(&w, VIEWER, NULL, 0), REASON_BAD_FRAME);
	assert_fails(times(&w, VIEWER, (uint64_t[]){2, 2}, 2), REASON_BAD_FRAME);
	assert_fails(times(&w, VIEWER, (uint64_t[]){0, 2}, 2), REASON_BAD_FRAME);
	for (size_t i = 0; i < 501; i++)
		many[i] = i + 1;
	assert_fails(times(&w, VIEWER, many, 501), REASON_BAD_FRAME);
	assert_int_equal(times(&w, VIEWER, many, 500)->times->n_received_ms, 500);
	w.options.journal.bodies = no_bodies;
	assert_fails(times(&w, VIEWER, asked, 3), REASON_BUSY);
	close_world(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(when_entries_came),
		cmocka_unit_test(each_with_its_proof), cmocka_unit_test(a_seal_that_is_refuted), cmocka_unit_test(pages),
		cmocka_unit_test(what_is_refused),     cmocka_unit_test(whom_the_centre_hears),
	};

	return cmocka_run_group_tests(tests, scratch_make, scratch_remove);
}
